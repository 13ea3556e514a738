/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of asking to be paid: the form, the code, what becomes of a request,
 * the list of them, and paying or declining what somebody else asks for.
 */
#include "wallet-test.h"

#include <string.h>

#include "node/geo-node-requests.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-qr-read.h"
#include "wallet/geo-qr-view.h"
#include "wallet/geo-request-dialog.h"
#include "wallet/geo-request-page.h"
#include "wallet/geo-requests-page.h"

static gboolean
says (gpointer root, const gchar *text) {
  return geo_screen_find (GTK_WIDGET (root), GTK_TYPE_LABEL, text) != NULL;
}

static GeoRequestItem *
first (GeoNode *node) {
  GeoRequestItem *item = g_list_model_get_item (geo_node_get_requests (node),
                                                0);

  g_assert_nonnull (item);
  /* The list keeps it. */
  g_object_unref (item);
  return item;
}

static GeoRequestItem *
finish (GeoNode *node, GAsyncResult **result) {
  g_autoptr (GError) error = NULL;
  GeoRequestItem *item;

  wait_until (*result != NULL);
  item = geo_node_request_finish (node, *result, &error);
  g_assert_no_error (error);
  g_clear_object (result);
  return item;
}

/* Of whoever has the link; amount 0: any. */
static GeoRequestItem *
ask (GeoNode *node, gint64 amount, GeoTime expires_at, gboolean once) {
  const GeoAmount asked = GEO_AMOUNT (amount);
  GAsyncResult *result = NULL;

  geo_node_request_async (node, NULL, "UAH", amount > 0 ? &asked : NULL,
                          "Two jars of honey", expires_at, once, NULL,
                          keep_result_cb, &result);
  return finish (node, &result);
}

static gchar *
take (GeoNode *node, GeoRequestItem *asked) {
  GAsyncResult *result = NULL;
  g_autoptr (GeoRequestItem) taken = NULL;

  geo_node_take_link_async (node, geo_request_item_get_link (asked), NULL,
                            keep_result_cb, &result);
  taken = finish (node, &result);
  return g_strdup (geo_request_item_get_key (taken));
}

static void
pay_asked (GeoNode *node, const gchar *key, const GeoAmount *amount) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment = geo_node_pay_request (node, NULL, key, amount, NULL,
                                              &error);

  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
}

/* What a telephone would see. */
static gchar *
read_code (gpointer view) {
  gpointer box = child_of (view, "code_box");
  g_autoptr (GdkTexture) texture =
      geo_qr_view_make_texture (child_of (box, "qr_view"));
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (box));
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *text;

  g_assert_nonnull (texture);
  gdk_clipboard_set_texture (clipboard, texture);
  geo_qr_read_clipboard_async (clipboard, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  text = geo_qr_read_finish (result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return text;
}

/* --- Asking ------------------------------------------------------------- */

static void
test_ask (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  AdwDialog *dialog;
  GeoRequestItem *item;
  g_autofree gchar *key = NULL;
  g_autofree gchar *code = NULL;
  GeoAmount amount;
  GeoTime expires_at;
  gpointer view;

  scene_trust (scene);
  dialog = ADW_DIALOG (geo_request_dialog_new (nodes[OLENA], ""));
  scene_show_dialog (scene, dialog);
  g_assert_true (says (dialog, "Whoever has the link"));
  g_assert_true (is_seen (dialog, "once_row"));
  g_assert_true (can_click (dialog, "ask_button"));
  type_amount (dialog, "12.345");
  g_assert_false (can_click (dialog, "ask_button"));
  type_amount (dialog, "12.50");
  gtk_editable_set_text (child_of (dialog, "memo_row"), " Two jars of honey ");
  adw_combo_row_set_selected (child_of (dialog, "expires_row"), 3);
  scene_look (scene, "request-form");
  click (dialog, "ask_button");
  wait_until (g_strcmp0 (page_of (dialog), "shown") == 0);

  item = first (nodes[OLENA]);
  g_assert_true (geo_request_item_get_amount (item, &amount));
  g_assert_cmpint (amount.minor, ==, 1250);
  g_assert_cmpstr (geo_request_item_get_memo (item), ==, "Two jars of honey");
  g_assert_true (geo_request_item_get_single_use (item));
  g_assert_true (geo_request_item_get_expires_at (item, &expires_at));
  g_assert_cmpint (expires_at - geo_request_item_get_at (item), >,
                   6 * (G_TIME_SPAN_DAY / 1000));
  view = child_of (dialog, "view");
  g_assert_cmpstr (label_of (view, "asks_label"), ==, "You ask for 12.50 UAH.");
  g_assert_cmpstr (label_of (view, "state_label"), ==, "It waits to be paid.");
  code = read_code (view);
  g_assert_cmpstr (code, ==, geo_request_item_get_link (item));
  click (child_of (view, "code_box"), "copy_button");
  g_assert_true (says (view, "The link is on the clipboard."));
  scene_look (scene, "request-shown");

  /* Marta has the link, and pays. */
  key = take (nodes[MARTA], item);
  pay_asked (nodes[MARTA], key, NULL);
  wait_until (g_str_equal (label_of (view, "state_label"), "It is paid."));
  g_assert_false (is_seen (view, "code_box"));
  g_assert_false (is_seen (view, "withdraw_button"));
  scene_look (scene, "request-paid");
  close_dialog (dialog);
}

/* Whom the window names, one more, and nobody. */
static void
test_whom (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  AdwDialog *dialog;
  GeoRequestItem *item;
  gpointer view;
  GeoPid olena;

  scene_trust (scene);
  dialog = ADW_DIALOG (
      geo_request_dialog_new (nodes[MARTA], geo_node_get_pid (nodes[OLENA])));
  scene_show_dialog (scene, dialog);
  wait_until (g_strcmp0 (page_of (dialog), "form") == 0);
  g_assert_true (says (dialog, "Olena"));
  g_assert_false (is_seen (dialog, "once_row"));
  click (dialog, "anyone_button");
  g_assert_true (says (dialog, "Whoever has the link"));
  g_assert_true (gtk_widget_activate (child_of (dialog, "from_row")));
  geo_screen_settle (scene->window);
  g_assert_cmpstr (page_of (dialog), ==, "who");
  g_signal_emit_by_name (child_of (child_of (dialog, "chooser"), "list_view"),
                         "activate", 0);
  wait_until (g_strcmp0 (page_of (dialog), "form") == 0);
  type_amount (dialog, "7");
  /* Asking needs no connection. */
  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (nodes[MARTA]) != GEO_CONNECTION_HUB);
  click (dialog, "ask_button");
  wait_until (g_strcmp0 (page_of (dialog), "shown") == 0);

  view = child_of (dialog, "view");
  item = first (nodes[MARTA]);
  pid_of (nodes[OLENA], &olena);
  g_assert_true (geo_pid_equal (geo_request_item_get_peer (item), &olena));
  wait_until (is_seen (view, "waits_label"));
  scene_look (scene, "request-waits");
  click (view, "withdraw_button");
  wait_until (
      g_str_equal (label_of (view, "state_label"), "It was taken back."));
  g_assert_false (is_seen (view, "withdraw_button"));
  scene_look (scene, "request-withdrawn");
  close_dialog (dialog);
}

/* A stranger is found by the hub. */
static void
test_stranger (Scene *scene, gconstpointer data) {
  AdwDialog *dialog = ADW_DIALOG (geo_request_dialog_new (
      scene->nodes[MARTA], geo_node_get_pid (scene->nodes[OLENA])));

  scene_show_dialog (scene, dialog);
  g_assert_cmpstr (page_of (dialog), ==, "who");
  wait_until (g_strcmp0 (page_of (dialog), "form") == 0);
  g_assert_true (says (dialog, "Olena"));
  close_dialog (dialog);
}

/* --- What becomes of it ------------------------------------------------- */

static void
test_states (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  const GeoAmount amount = GEO_AMOUNT (500);
  g_autoptr (GeoRequestItem) many = NULL;
  g_autoptr (GeoRequestItem) brief = NULL;
  g_autofree gchar *key = NULL;
  GeoRequestPage *page;
  gpointer view;

  scene_trust (scene);
  many = ask (nodes[OLENA], 0, 0, FALSE);
  page = geo_request_page_new (nodes[OLENA], geo_request_item_get_key (many));
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "view");
  g_assert_cmpstr (label_of (view, "asks_label"), ==,
                   "You ask for any amount of UAH.");
  key = take (nodes[MARTA], many);
  pay_asked (nodes[MARTA], key, &amount);
  wait_until (g_str_equal (label_of (view, "state_label"),
                           "It was paid 1 time so far."));
  scene_look (scene, "request-many");

  /* Nothing but time passes. */
  brief = ask (nodes[OLENA], 300, g_get_real_time () / 1000 + 2500, TRUE);
  page = geo_request_page_new (nodes[OLENA], geo_request_item_get_key (brief));
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "view");
  wait_until (g_str_equal (label_of (view, "state_label"), "It has expired."));
  g_assert_false (is_seen (view, "code_box"));
  g_assert_false (is_seen (view, "withdraw_button"));
  scene_look (scene, "request-expired");
}

static void
test_list (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  GeoRequestsPage *page;
  g_autoptr (GeoRequestItem) mine = NULL;
  g_autoptr (GeoRequestItem) theirs = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *wanted = NULL;
  g_autofree gchar *action = NULL;
  GAsyncResult *result = NULL;
  GtkWidget *row;

  scene_trust (scene);
  page = geo_requests_page_new (nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  g_assert_true (says (page, "No Requests"));
  scene_look (scene, "requests-empty");

  mine = ask (nodes[MARTA], 900, 0, TRUE);
  wait_until (is_seen (page, "mine_group"));
  g_assert_false (is_seen (page, "waiting_group"));
  theirs = ask (nodes[OLENA], 4200, 0, TRUE);
  key = take (nodes[MARTA], theirs);
  wait_until (is_seen (page, "waiting_group"));
  g_assert_true (says (page, "Olena asks you for 42.00 UAH."));
  g_assert_false (is_seen (page, "settled_group"));
  scene_look (scene, "requests");

  row = GTK_WIDGET (
      gtk_list_box_get_row_at_index (child_of (page, "waiting_list"), 0));
  g_assert_true (gtk_widget_activate (row));
  wanted = g_strconcat ("win.show-request ", key, NULL);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, wanted);

  geo_node_respond_async (nodes[MARTA], key, GEO_VERDICT_DECLINED, NULL,
                          keep_result_cb, &result);
  g_object_unref (finish (nodes[MARTA], &result));
  wait_until (is_seen (page, "settled_group"));
  g_assert_false (is_seen (page, "waiting_group"));
  g_assert_true (says (page, "Two jars of honey\nIt was declined."));
}

/* More than anybody wants to see at once. */
static void
test_long_list (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[MARTA];
  GeoRequestsPage *page;
  gpointer list;

  for (guint i = 0; i < 52; i++) {
    g_autoptr (GeoRequestItem) item = ask (node, 100 + i, 0, TRUE);
    GAsyncResult *result = NULL;

    geo_node_respond_async (node, geo_request_item_get_key (item),
                            GEO_VERDICT_WITHDRAWN, NULL, keep_result_cb,
                            &result);
    g_object_unref (finish (node, &result));
  }
  page = geo_requests_page_new (node);
  scene_show (scene, GTK_WIDGET (page));
  list = child_of (page, "settled_list");
  g_assert_nonnull (gtk_list_box_get_row_at_index (list, 49));
  g_assert_null (gtk_list_box_get_row_at_index (list, 50));
  click (page, "more_button");
  g_assert_nonnull (gtk_list_box_get_row_at_index (list, 51));
  g_assert_false (is_seen (page, "more_button"));
}

/* --- What others ask for ------------------------------------------------ */

static void
test_incoming (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) other = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *unwanted = NULL;
  g_autofree gchar *wanted = NULL;
  g_autofree gchar *action = NULL;
  GeoRequestPage *page;
  AdwDialog *dialog;
  gpointer view;

  scene_trust (scene);
  asked = ask (nodes[OLENA], 4200, 0, TRUE);
  key = take (nodes[MARTA], asked);
  page = geo_request_page_new (nodes[MARTA], key);
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "view");
  g_assert_cmpstr (label_of (view, "state_label"), ==,
                   "It waits for your answer.");
  g_assert_false (is_seen (view, "code_box"));
  scene_look (scene, "request-incoming");
  click (view, "answer_button");
  wanted = g_strconcat ("win.pay-request ", key, NULL);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, wanted);

  dialog = ADW_DIALOG (geo_pay_dialog_new_for_request (nodes[MARTA], key));
  scene_show_dialog (scene, dialog);
  wait_until (can_click (dialog, "continue_button"));
  g_assert_cmpstr (page_of (dialog), ==, "amount");
  /* As it was asked, or not at all. */
  g_assert_false (gtk_widget_is_sensitive (child_of (dialog, "amount_entry")));
  g_assert_true (is_seen (dialog, "asked_label"));
  scene_look (scene, "pay-request");
  click (dialog, "continue_button");
  g_assert_cmpstr (label_of (dialog, "confirm_amount_label"), ==, "42.00 UAH");
  click (dialog, "pay_button");
  wait_until (g_str_equal (label_of (view, "state_label"), "It is paid."));
  wait_until (geo_request_item_get_state (first (nodes[OLENA])) ==
              GEO_REQUEST_DONE);
  close_dialog (dialog);

  other = ask (nodes[OLENA], 100, 0, TRUE);
  unwanted = take (nodes[MARTA], other);
  page = geo_request_page_new (nodes[MARTA], unwanted);
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "view");
  click (view, "decline_button");
  wait_until (g_str_equal (label_of (view, "state_label"), "It was declined."));
  g_assert_false (is_seen (view, "answer_button"));
}

/* A link that is pasted where somebody is to be paid, and once more. */
static void
test_link (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  g_autoptr (GeoRequestItem) asked = NULL;
  AdwDialog *dialog;

  scene_trust (scene);
  asked = ask (nodes[OLENA], 4200, 0, TRUE);
  dialog = ADW_DIALOG (
      geo_pay_dialog_new (nodes[MARTA], geo_request_item_get_link (asked)));
  scene_show_dialog (scene, dialog);
  wait_until (can_click (dialog, "continue_button"));
  g_assert_false (gtk_widget_is_sensitive (child_of (dialog, "amount_entry")));
  click (dialog, "continue_button");
  click (dialog, "pay_button");
  wait_until (geo_request_item_get_state (first (nodes[OLENA])) ==
              GEO_REQUEST_DONE);
  close_dialog (dialog);

  dialog = ADW_DIALOG (
      geo_pay_dialog_new (nodes[MARTA], geo_request_item_get_link (asked)));
  scene_show_dialog (scene, dialog);
  wait_until (strstr (label_of (dialog, "hint_label"), "It is paid.") != NULL);
  g_assert_false (can_click (dialog, "continue_button"));
  scene_look (scene, "pay-request-again");
  close_dialog (dialog);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(name, people, func)                                           \
  g_test_add ("/wallet/requests/" name, Scene, GUINT_TO_POINTER (people), \
              scene_set_up, func, scene_tear_down)
  ADD ("ask", 2, test_ask);
  ADD ("whom", 2, test_whom);
  ADD ("stranger", 2, test_stranger);
  ADD ("states", 2, test_states);
  ADD ("list", 2, test_list);
  ADD ("long-list", 1, test_long_list);
  ADD ("incoming", 2, test_incoming);
  ADD ("link", 2, test_link);
  return g_test_run ();
}
