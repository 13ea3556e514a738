/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of inviting somebody: the form and its link, what who joins with it is
 * shown, what both are asked then, and what an invitation says to somebody who
 * is in the community already.
 */
#include "wallet-test.h"

#include <string.h>

#include "node/geo-node-invitations.h"
#include "wallet/geo-invite-dialog.h"
#include "wallet/geo-join-page.h"
#include "wallet/geo-open-link.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-requests-page.h"

static AdwDialog *
front (Scene *scene) {
  return adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
}

static AdwAlertDialog *
wait_alert (Scene *scene, const gchar *heading) {
  AdwDialog *dialog;

  wait_until (
      (dialog = front (scene)) != NULL && ADW_IS_ALERT_DIALOG (dialog) &&
      g_str_equal (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)),
                   heading));
  return ADW_ALERT_DIALOG (front (scene));
}

static void
respond (Scene *scene, AdwAlertDialog *alert, const gchar *response) {
  g_signal_emit_by_name (alert, "response", response);
  adw_dialog_force_close (ADW_DIALOG (alert));
  geo_screen_settle (scene->window);
}

static GeoRequestItem *
find_kind (GeoNode *node, GeoRequestKind kind, gboolean mine) {
  GListModel *all = geo_node_get_requests (node);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (all, i);

    if (geo_request_item_get_kind (item) == kind &&
        geo_request_item_is_mine (item) == mine)
      return item; /* The list keeps it. */
  }
  return NULL;
}

static gchar *
invite (GeoNode *node, gint64 limit, gint64 asked) {
  const GeoAmount back = GEO_AMOUNT (asked);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = NULL;

  geo_node_invite_async (node, "Petro", "UAH", GEO_AMOUNT (limit),
                         asked > 0 ? &back : NULL, 0, NULL, keep_result_cb,
                         &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (node, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return g_strdup (geo_request_item_get_link (item));
}

/* --- The form ------------------------------------------------------------- */

static void
test_form (Scene *scene, gconstpointer data) {
  GeoNode *olena = scene->nodes[OLENA];
  AdwDialog *dialog = ADW_DIALOG (geo_invite_dialog_new (olena));
  g_autoptr (GeoLink) link = NULL;
  g_autofree gchar *action = NULL;
  g_autofree gchar *wanted = NULL;
  GeoRequestItem *item;
  AdwAlertDialog *alert;
  gpointer view;

  scene_show_dialog (scene, dialog);
  g_assert_false (can_click (dialog, "invite_button"));
  type_amount (dialog, "500.005");
  g_assert_false (can_click (dialog, "invite_button"));
  type_amount (dialog, "500");
  g_assert_true (can_click (dialog, "invite_button"));
  gtk_editable_set_text (child_of (dialog, "asked_row"), "much");
  g_assert_false (can_click (dialog, "invite_button"));
  gtk_editable_set_text (child_of (dialog, "asked_row"), "0");
  g_assert_false (can_click (dialog, "invite_button"));
  gtk_editable_set_text (child_of (dialog, "asked_row"), "100");
  gtk_editable_set_text (child_of (dialog, "name_row"), " Petro ");
  /* Whoever joined without a code may have been told one. */
  g_assert_true (is_seen (dialog, "code_group"));
  scene_look (scene, "invite-form");
  gtk_editable_set_text (child_of (dialog, "code_row"), "apple-7");
  click (dialog, "invite_button");
  wait_until (g_strcmp0 (page_of (dialog), "shown") == 0);

  item = find_kind (olena, GEO_REQUEST_INVITATION, TRUE);
  wait_until ((item = find_kind (olena, GEO_REQUEST_INVITATION, TRUE)) !=
                  NULL &&
              strstr (geo_request_item_get_link (item), "apple-7") != NULL);
  link = geo_link_parse (geo_request_item_get_link (item), NULL);
  g_assert_cmpint (link->invitation->limit.amount.minor, ==, 50000);
  g_assert_cmpint (link->invitation->asked.amount.minor, ==, 10000);
  g_assert_cmpstr (link->invitation->invited, ==, "Petro");
  g_assert_true (link->invitation->has_expires_at);
  view = child_of (dialog, "view");
  g_assert_cmpstr (label_of (view, "asks_label"), ==,
                   "You invite Petro, and would trust them up to 500.00 UAH.");
  g_assert_cmpstr (label_of (view, "state_label"), ==,
                   "Nobody has taken it up yet.");
  g_assert_true (is_seen (view, "code_box"));
  g_assert_true (is_seen (view, "asked_row"));
  scene_look (scene, "invite-shown");

  /* Marta is in the community; she may ask for what it offers. */
  adw_dialog_force_close (dialog);
  geo_screen_settle (scene->window);
  geo_open_link (scene->window, scene->nodes[MARTA],
                 geo_request_item_get_link (item));
  alert = wait_alert (scene, "You Are Invited");
  scene_look (scene, "invite-offer");
  respond (scene, alert, "yes");
  wait_until ((action = scene_take_action (scene)) != NULL);
  item = find_kind (scene->nodes[MARTA], GEO_REQUEST_TRUST, TRUE);
  g_assert_nonnull (item);
  wanted = g_strconcat ("win.show-request ", geo_request_item_get_key (item),
                        NULL);
  g_assert_cmpstr (action, ==, wanted);

  /* Olena is asked, and told why; Marta is asked in turn. */
  wait_until ((item = find_kind (olena, GEO_REQUEST_TRUST, FALSE)) != NULL);
  geo_request_answer (scene->window, olena, geo_request_item_get_key (item));
  alert = wait_alert (scene, "You Are Asked");
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (alert),
                            "They came by your invitation"));
  scene_look (scene, "invite-taken");
  respond (scene, alert, "later");
  wait_until (find_kind (scene->nodes[MARTA], GEO_REQUEST_TRUST, FALSE) !=
              NULL);
  scene_show (scene, GTK_WIDGET (geo_requests_page_new (olena)));
  wait_until (geo_screen_find (scene->window, GTK_TYPE_LABEL,
                               "It was taken up.") != NULL);
  scene_look (scene, "invite-list");
}

static void
test_code_known (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  geo_node_set_join_code (scene->nodes[OLENA], "apple-7");
  dialog = ADW_DIALOG (geo_invite_dialog_new (scene->nodes[OLENA]));
  scene_show_dialog (scene, dialog);
  g_assert_false (is_seen (dialog, "code_group"));
  close_dialog (dialog);
}

static void
test_people (Scene *scene, gconstpointer data) {
  GeoPeoplePage *page = g_object_new (GEO_TYPE_PEOPLE_PAGE, NULL);
  gpointer chooser;

  geo_people_page_set_node (page, scene->nodes[OLENA]);
  scene_show (scene, GTK_WIDGET (page));
  chooser = child_of (page, "chooser");
  g_assert_true (is_seen (chooser, "invite_button"));
  g_assert_true (is_seen (chooser, "invite_first_button"));
  scene_look (scene, "invite-people");
}

/* --- Joining -------------------------------------------------------------- */

static void
joined_cb (GeoJoinPage *page, GeoNode *node, gpointer user_data) {
  g_set_object ((GeoNode **) user_data, node);
}

static void
test_join (Scene *scene, gconstpointer data) {
  g_autofree gchar *text = invite (scene->nodes[OLENA], 50000, 0);
  g_autoptr (GeoProfile) profile = make_profile (scene->folder, "Petro", NULL);
  GeoJoinPage *page = g_object_new (GEO_TYPE_JOIN_PAGE, NULL);
  GeoNode *petro = NULL;
  GeoRequestItem *item;

  geo_join_page_start (page, profile);
  g_signal_connect (page, "joined", G_CALLBACK (joined_cb), &petro);
  scene_show (scene, GTK_WIDGET (page));
  g_assert_false (is_seen (page, "invitation_card"));
  geo_join_page_set_link (page, text);
  g_assert_cmpstr (label_of (page, "invitation_label"), ==,
                   "Olena invites you, and would trust you up to 500.00 UAH.");
  g_assert_true (is_seen (page, "invitation_card"));
  scene_look (scene, "invite-join");
  geo_join_page_set_link (page, "geo://v1/join?hub=http://127.0.0.1:1");
  g_assert_false (is_seen (page, "invitation_card"));
  geo_join_page_set_link (page, text);
  click (page, "join_button");
  wait_until (petro != NULL);
  wait_until (find_kind (petro, GEO_REQUEST_TRUST, TRUE) != NULL);
  wait_until ((item = find_kind (scene->nodes[OLENA], GEO_REQUEST_TRUST,
                                 FALSE)) != NULL);
  g_assert_cmpstr (geo_request_item_get_peer_name (item), ==, "Petro");
  g_signal_handlers_disconnect_by_data (page, &petro);
  end_node (petro);
}

/* --- Who is here already -------------------------------------------------- */

static void
test_own (Scene *scene, gconstpointer data) {
  g_autofree gchar *text = invite (scene->nodes[OLENA], 50000, 0);
  g_autofree gchar *action = NULL;

  geo_open_link (scene->window, scene->nodes[OLENA], text);
  wait_until ((action = scene_take_action (scene)) != NULL);
  g_assert_true (g_str_has_prefix (action, "win.show-request "));
  g_assert_null (front (scene));
}

/* Where the hub is is changed by a word only, and where it answers. */
static void
test_address (Scene *scene, gconstpointer data) {
  GeoNode *marta = scene->nodes[MARTA];
  g_autoptr (GeoLink) link = geo_node_make_join_link (marta);
  g_autofree gchar *before = g_strdup (geo_node_get_hub (marta));
  g_autofree gchar *wrong = NULL;
  g_autofree gchar *right = NULL;
  g_autofree gchar *action = NULL;
  AdwAlertDialog *alert;

  g_free (link->hub);
  link->hub = g_strdup ("http://127.0.0.1:1");
  wrong = geo_link_to_string (link);
  geo_open_link (scene->window, marta, wrong);
  alert = wait_alert (scene, "Use the New Address?");
  scene_look (scene, "invite-address");
  respond (scene, alert, "no");
  g_assert_null (scene_take_action (scene));
  g_assert_cmpstr (geo_node_get_hub (marta), ==, before);

  geo_open_link (scene->window, marta, wrong);
  respond (scene, wait_alert (scene, "Use the New Address?"), "yes");
  alert = wait_alert (scene, "The Address Stays as It Was");
  respond (scene, alert, "close");
  g_assert_cmpstr (geo_node_get_hub (marta), ==, before);
  wait_until (geo_node_get_connection (marta) == GEO_CONNECTION_HUB);

  g_free (link->hub);
  link->hub = g_strdup_printf ("http://localhost:%u",
                               fake_hub_get_port (scene->hub));
  right = geo_link_to_string (link);
  geo_open_link (scene->window, marta, right);
  respond (scene, wait_alert (scene, "Use the New Address?"), "yes");
  wait_until (strstr (geo_node_get_hub (marta), "localhost") != NULL &&
              geo_node_get_connection (marta) == GEO_CONNECTION_HUB);
  do {
    g_free (action);
    wait_until ((action = scene_take_action (scene)) != NULL);
  } while (strstr (action, "is used now") == NULL);
  geo_open_link (scene->window, marta, right);
  g_clear_pointer (&action, g_free);
  wait_until ((action = scene_take_action (scene)) != NULL);
  g_assert_nonnull (strstr (action, "already"));
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(name, people, func)                                         \
  g_test_add ("/wallet/invite/" name, Scene, GUINT_TO_POINTER (people), \
              scene_set_up, func, scene_tear_down)
  ADD ("form", 2, test_form);
  ADD ("code-known", 2, test_code_known);
  ADD ("people", 2, test_people);
  ADD ("join", 2, test_join);
  ADD ("own", 2, test_own);
  ADD ("address", 2, test_address);
#undef ADD
  return g_test_run ();
}
