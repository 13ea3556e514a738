/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of paying: whom, how much and why not more, sure?, and the five states.
 */
#include "wallet-test.h"

#include <string.h>

#include "node/geo-node-requests.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-payment-view.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-settings.h"

static void
type (gpointer dialog, const gchar *text) {
  gtk_editable_set_text (
      GTK_EDITABLE (child_of (child_of (dialog, "amount_entry"), "entry")),
      text);
}

static gboolean
hints (gpointer dialog, const gchar *text) {
  return strstr (label_of (dialog, "hint_label"), text) != NULL;
}

static AdwDialog *
show (Scene *scene, const gchar *who) {
  AdwDialog *dialog =
      ADW_DIALOG (geo_pay_dialog_new (scene->nodes[MARTA], who));

  scene_show_dialog (scene, dialog);
  return dialog;
}

static const gchar *
title_of (gpointer dialog) {
  gpointer view = child_of (dialog, "payment_view");

  return adw_status_page_get_title (child_of (view, "status_page"));
}

static const gchar *
description_of (gpointer dialog) {
  gpointer view = child_of (dialog, "payment_view");

  return adw_status_page_get_description (child_of (view, "status_page"));
}

/* From the amount to the question. */
static void
confirm (Scene *scene, gpointer dialog, const gchar *amount) {
  type (dialog, amount);
  wait_until (can_click (dialog, "continue_button"));
  click (dialog, "continue_button");
  g_assert_cmpstr (page_of (dialog), ==, "confirm");
}

/* --- How much ----------------------------------------------------------- */

static void
test_amount (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  g_assert_cmpstr (page_of (dialog), ==, "amount");
  wait_until (hints (dialog, "You can pay up to 500.00 UAH"));
  g_assert_false (can_click (dialog, "continue_button"));

  type (dialog, "12");
  wait_until (can_click (dialog, "continue_button"));
  scene_look (scene, "pay-amount");
  type (dialog, "12.5.5");
  g_assert_false (can_click (dialog, "continue_button"));
  g_assert_true (hints (dialog, "one point"));

  /* Said before the hub has answered, too, and by it. */
  type (dialog, "500.01");
  g_assert_false (can_click (dialog, "continue_button"));
  g_assert_true (hints (dialog, "up to 500.00 UAH"));
  wait_until (hints (dialog, "Olena’s trust in you is the limit"));
  g_assert_false (can_click (dialog, "continue_button"));
  scene_look (scene, "pay-too-much");

  /* Nobody trusts anybody in the other equivalent. */
  gtk_drop_down_set_selected (
      child_of (child_of (dialog, "amount_entry"), "unit_drop_down"), 1);
  type (dialog, "1");
  wait_until (hints (dialog, "no chain of trust from you to Olena"));
  g_assert_false (can_click (dialog, "continue_button"));
  close_dialog (dialog);
}

/* Where it is a limit for one day, more trust would not help: it is said what is
 * left and when there is more. */
static void
test_daily (Scene *scene, gconstpointer data) {
  const GeoTrustTerms terms = { .has_daily = TRUE,
                                .daily = GEO_AMOUNT (10000) };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  AdwDialog *dialog;
  GeoPid marta;

  scene_trust (scene);
  pid_of (scene->nodes[MARTA], &marta);
  geo_node_trust_on_async (scene->nodes[OLENA], &marta, "UAH",
                           GEO_AMOUNT (50000), &terms, NULL, keep_result_cb,
                           &result);
  wait_until (result != NULL);
  geo_node_trust_finish (scene->nodes[OLENA], result, &error);
  g_assert_no_error (error);
  wait_until (
      geo_total_get_can_pay (get_total (scene->nodes[MARTA], 0)).minor ==
      10000);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  wait_until (hints (dialog, "You can pay up to 100.00 UAH"));
  type (dialog, "100.01");
  wait_until (hints (dialog, "Olena’s trust in you has a limit for one day, and "
                             "100.00 UAH of it is left. Pay less, or the rest"));
  g_assert_false (can_click (dialog, "continue_button"));
  g_assert_false (is_seen (dialog, "remedy"));
  scene_look (scene, "pay-daily");
  type (dialog, "100");
  wait_until (can_click (dialog, "continue_button"));
  close_dialog (dialog);
}

/* Only the last question counts, and there are not many of them. */
static void
test_typing (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  guint asked;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  wait_until (hints (dialog, "You can pay up to 500.00 UAH"));
  asked = fake_hub_count (scene->hub, GEO_MESSAGE_PAYMENT_QUOTE);
  type (dialog, "1");
  type (dialog, "12");
  type (dialog, "123");
  wait_until (can_click (dialog, "continue_button"));
  g_assert_cmpuint (fake_hub_count (scene->hub, GEO_MESSAGE_PAYMENT_QUOTE), ==,
                    asked + 1);
  close_dialog (dialog);
}

/* What limits it is asked for more with one click, and no oftener. */
static void
test_remedy (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  g_autoptr (GeoRequestItem) asked = NULL;
  AdwDialog *dialog;
  GtkWidget *label;
  gpointer remedy;
  GeoAmount amount;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (nodes[OLENA]));
  remedy = child_of (dialog, "remedy");
  type (dialog, "500");
  wait_until (can_click (dialog, "continue_button"));
  g_assert_false (is_seen (remedy, "ask_button"));
  type (dialog, "700");
  wait_until (is_seen (remedy, "ask_button"));
  label = gtk_button_get_child (child_of (remedy, "ask_button"));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==,
                   "Ask Olena to Trust You with 200.00 UAH More");
  scene_look (scene, "pay-remedy");
  click (remedy, "ask_button");
  wait_until (is_seen (remedy, "told_label"));
  g_assert_cmpstr (label_of (remedy, "told_label"), ==,
                   "Olena is asked. You can pay as soon as they say yes.");
  scene_look (scene, "pay-asked");
  asked = g_list_model_get_item (geo_node_get_requests (nodes[MARTA]), 0);
  g_assert_cmpint (geo_request_item_get_kind (asked), ==, GEO_REQUEST_TRUST);
  g_assert_true (geo_request_item_get_amount (asked, &amount));
  g_assert_cmpint (amount.minor, ==, 70000);

  type (dialog, "650");
  wait_until (hints (dialog, "You can pay up to") &&
              is_seen (remedy, "told_label"));
  type (dialog, "650.01");
  wait_until (is_seen (remedy, "told_label"));
  trust (nodes[OLENA], nodes[MARTA], 70000);
  wait_until (can_click (dialog, "continue_button"));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (remedy)));
  close_dialog (dialog);
}

/* How long after a key it is known exactly; a figure, not a limit. */
static void
test_pace (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  gint64 worst = 0;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  wait_until (hints (dialog, "You can pay up to 500.00 UAH"));
  for (guint i = 1; i <= 20; i++) {
    g_autofree gchar *text = g_strdup_printf ("%u", i);
    gint64 start = g_get_monotonic_time ();

    type (dialog, text);
    g_assert_false (can_click (dialog, "continue_button"));
    wait_until (can_click (dialog, "continue_button"));
    worst = MAX (worst, g_get_monotonic_time () - start);
  }
  g_test_message ("known exactly %" G_GINT64_FORMAT " µs after a key at most",
                  worst);
  close_dialog (dialog);
}

static void
test_offline (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  type (dialog, "10");
  wait_until (can_click (dialog, "continue_button"));
  fake_hub_go (scene->hub);
  wait_until (!can_click (dialog, "continue_button"));
  scene_look (scene, "pay-offline");
  scene_come_back (scene);
  wait_until (can_click (dialog, "continue_button"));
  close_dialog (dialog);
}

/* --- Whom --------------------------------------------------------------- */

static void
test_who (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  GeoPersonChooser *chooser;
  g_autofree gchar *link = NULL;
  GeoAmount amount;

  scene_trust (scene);
  dialog = show (scene, "");
  chooser = child_of (dialog, "chooser");
  g_assert_cmpstr (page_of (dialog), ==, "who");
  scene_look (scene, "pay-who");
  g_signal_emit_by_name (child_of (chooser, "list_view"), "activate", 0);
  geo_screen_settle (scene->window);
  g_assert_cmpstr (page_of (dialog), ==, "amount");
  close_dialog (dialog);

  /* A link says whom, how much and what for. */
  link =
      g_strdup_printf ("geo://v1/pay?to=%s&amount=7&equivalent=HOUR&memo=fence",
                       geo_node_get_pid (scene->nodes[IVAN]));
  dialog = show (scene, link);
  wait_until (g_str_equal (page_of (dialog), "amount"));
  g_assert_cmpstr (
      geo_amount_entry_get_equivalent (child_of (dialog, "amount_entry")), ==,
      "HOUR");
  g_assert_true (
      geo_amount_entry_get_amount (child_of (dialog, "amount_entry"), &amount));
  g_assert_cmpint (amount.minor, ==, 7);
  g_assert_cmpstr (
      gtk_editable_get_text (GTK_EDITABLE (child_of (dialog, "note_row"))), ==,
      "fence");
  scene_look (scene, "pay-link");
  close_dialog (dialog);
}

/* --- The states --------------------------------------------------------- */

static void
test_paid (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  gpointer weak;
  g_autofree gchar *action = NULL;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[IVAN]));
  wait_until (g_str_equal (page_of (dialog), "amount"));
  gtk_editable_set_text (GTK_EDITABLE (child_of (dialog, "note_row")),
                         "for apples & pears <b>");
  confirm (scene, dialog, "24");
  g_assert_cmpstr (label_of (dialog, "confirm_amount_label"), ==, "24.00 UAH");
  g_assert_cmpstr (label_of (dialog, "pay_button"), ==, "Pay 24.00 UAH");
  g_assert_cmpstr (label_of (dialog, "effect_label"), ==,
                   "After this, you owe 24.00 UAH more than others owe you.");
  scene_look (scene, "pay-confirm");

  fake_hub_ignore (scene->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  click (dialog, "pay_button");
  g_assert_cmpstr (page_of (dialog), ==, "result");
  g_assert_true (g_str_has_prefix (title_of (dialog), "Paying Ivan"));
  scene_look (scene, "pay-sending");
  close_dialog (dialog);

  fake_hub_ignore (scene->hub, 0);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  confirm (scene, dialog, "10,50");
  click (dialog, "pay_button");
  wait_until (g_str_equal (title_of (dialog), "You Paid Olena 10.50 UAH"));
  geo_screen_settle (scene->window);
  scene_look (scene, "pay-paid");
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  click (child_of (dialog, "payment_view"), "receipt_button");
  wait_until (weak == NULL);
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.show-receipt "));
}

static void
test_in_doubt (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  gpointer view;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  confirm (scene, dialog, "10");
  fake_hub_ignore (scene->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  click (dialog, "pay_button");
  fake_hub_go (scene->hub);
  wait_until (g_str_equal (title_of (dialog), "Waiting for the Hub"));
  g_assert_nonnull (strstr (description_of (dialog), "do not pay again"));
  view = child_of (dialog, "payment_view");
  g_assert_false (is_seen (view, "retry_button"));
  g_assert_false (is_seen (view, "receipt_button"));
  g_assert_true (can_click (view, "close_button"));
  geo_screen_settle (scene->window);
  scene_look (scene, "pay-in-doubt");

  /* It settles while one looks, and now may be tried again. */
  fake_hub_ignore (scene->hub, 0);
  scene_come_back (scene);
  wait_until (g_str_equal (title_of (dialog), "Not Paid"));
  geo_screen_settle (scene->window);
  scene_look (scene, "pay-not-paid");
  click (view, "retry_button");
  g_assert_cmpstr (page_of (dialog), ==, "amount");
  wait_until (can_click (dialog, "continue_button"));
  click (dialog, "continue_button");
  click (dialog, "pay_button");
  wait_until (g_str_equal (title_of (dialog), "You Paid Olena 10.00 UAH"));
  click (view, "close_button");
  wait_until (adw_window_get_visible_dialog (ADW_WINDOW (scene->window)) ==
              NULL);
  g_assert_cmpuint (fake_hub_count_commits (scene->hub), ==, 1);
}

/* Trust went while the question was on the screen. */
static void
test_not_paid (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  confirm (scene, dialog, "10");
  trust (scene->nodes[OLENA], scene->nodes[MARTA], 200);
  click (dialog, "pay_button");
  wait_until (g_str_equal (title_of (dialog), "Not Paid"));
  g_assert_nonnull (strstr (description_of (dialog), "2.00 UAH"));
  click (child_of (dialog, "payment_view"), "retry_button");
  wait_until (hints (dialog, "up to 2.00 UAH"));
  g_assert_false (can_click (dialog, "continue_button"));
  close_dialog (dialog);
}

/* The hub went while the question was on the screen. */
static void
test_refused_at_once (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  confirm (scene, dialog, "10");
  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (scene->nodes[MARTA]) ==
              GEO_CONNECTION_OFFLINE);
  click (dialog, "pay_button");
  g_assert_cmpstr (page_of (dialog), ==, "confirm");
  g_assert_true (is_seen (dialog, "error_label"));
  scene_look (scene, "pay-refused");
  close_dialog (dialog);
}

/* --- Asked again -------------------------------------------------------- */

static gboolean
is_asking (Scene *scene) {
  return ADW_IS_ALERT_DIALOG (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window)));
}

static void
answer (Scene *scene, const gchar *text) {
  GtkWidget *button;

  wait_until (is_asking (scene));
  geo_screen_settle (scene->window);
  button = geo_screen_find (
      GTK_WIDGET (adw_window_get_visible_dialog (ADW_WINDOW (scene->window))),
      GTK_TYPE_BUTTON, text);
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  wait_until (!is_asking (scene));
}

static void
test_ask_again (Scene *scene, gconstpointer data) {
  g_autoptr (GSettings) settings = geo_settings_new ();
  GeoAmount limit = GEO_AMOUNT (1000);
  AdwDialog *dialog;

  g_assert_nonnull (settings);
  geo_settings_set_ask_above (settings, "UAH", 2, &limit);
  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  wait_until (g_str_equal (page_of (dialog), "amount"));
  confirm (scene, dialog, "10.01");
  click (dialog, "pay_button");
  wait_until (is_asking (scene));
  scene_look (scene, "pay-again");
  answer (scene, "_Cancel");
  g_assert_cmpstr (page_of (dialog), ==, "confirm");
  click (dialog, "pay_button");
  answer (scene, "Pay 10.01 UAH");
  wait_until (g_str_equal (page_of (dialog), "result"));
  close_dialog (dialog);

  /* Up to the limit nobody asks. */
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  wait_until (g_str_equal (page_of (dialog), "amount"));
  confirm (scene, dialog, "10.00");
  click (dialog, "pay_button");
  g_assert_cmpstr (page_of (dialog), ==, "result");
  close_dialog (dialog);

  /* What somebody wrote by hand and is no amount asks about everything. */
  g_settings_set_value (settings, "ask-above",
                        g_variant_new_parsed ("{'UAH': 'much'}"));
  g_assert_true (geo_settings_get_ask_above (settings, "UAH", 2, &limit));
  g_assert_cmpint (limit.minor, ==, 0);
  geo_settings_set_ask_above (settings, "UAH", 2, NULL);
  g_assert_false (geo_settings_get_ask_above (settings, "UAH", 2, &limit));
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                                    \
  g_test_add ("/wallet/pay/" path, Scene, GUINT_TO_POINTER (n), scene_set_up, \
              test, scene_tear_down)
  ADD ("amount", 2, test_amount);
  ADD ("daily", 2, test_daily);
  ADD ("typing", 2, test_typing);
  ADD ("remedy", 2, test_remedy);
  ADD ("pace", 2, test_pace);
  ADD ("offline", 2, test_offline);
  ADD ("who", 3, test_who);
  ADD ("paid", 3, test_paid);
  ADD ("in-doubt", 2, test_in_doubt);
  ADD ("not-paid", 2, test_not_paid);
  ADD ("refused-at-once", 2, test_refused_at_once);
  ADD ("ask-again", 2, test_ask_again);
#undef ADD
  return g_test_run ();
}
