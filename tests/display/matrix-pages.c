/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pages of somebody to whom much has happened: payments of each kind, a
 * circle that was cleared, requests in each state.
 */
#include "matrix.h"

#include <string.h>

#include "node/geo-profile-private.h"
#include "node/geo-safety.h"
#include "wallet/geo-activity-page.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-market-page.h"
#include "wallet/geo-market-view.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-receipt-page.h"

static gchar *incoming; /* Keys of requests. */
static gchar *mine;
static gchar *many;
static gchar *expired;
static gchar *withdrawn;

static void
cleared_cb (GeoNode *node, GeoActivityItem *item, guint *n) {
  (*n)++;
}

/* Marta owes Olena, Olena Ivan, and when Ivan owes Marta it is cleared. */
static void
clear_circle (Scene *scene) {
  guint cleared = 0;
  gulong id = g_signal_connect (scene->nodes[MARTA], "cleared",
                                G_CALLBACK (cleared_cb), &cleared);

  trust (scene->nodes[MARTA], scene->nodes[IVAN], 8000);
  scene_pay (scene, MARTA, OLENA, 5000);
  scene_pay (scene, OLENA, IVAN, 5000);
  scene_pay (scene, IVAN, MARTA, 5000);
  wait_until (cleared == 1);
  g_signal_handler_disconnect (scene->nodes[MARTA], id);
}

static void
lend (Scene *scene, guint who, guint to) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const GeoTrustTerms all = { .has_spare = TRUE,
                              .spare = GEO_AMOUNT (GEO_AMOUNT_MAX) };
  GeoPid pid;

  find (scene->nodes[who], scene->nodes[to]);
  pid_of (scene->nodes[to], &pid);
  geo_node_trust_on_async (scene->nodes[who], &pid, "UAH", GEO_AMOUNT (9000),
                           &all, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_trust_finish (scene->nodes[who], result, &error);
  g_assert_no_error (error);
}

/* Marta owes Olena, who owes Ivan; Ivan lets Marta owe him instead (§7). */
static void
clear_over_spare (Scene *scene) {
  guint cleared = 0;
  gulong id = g_signal_connect (scene->nodes[MARTA], "cleared",
                                G_CALLBACK (cleared_cb), &cleared);

  lend (scene, MARTA, IVAN);
  lend (scene, IVAN, MARTA);
  g_assert_cmpuint (fake_hub_clear (scene->hub, "UAH"), ==, 1);
  wait_until (cleared == 1);
  g_signal_handler_disconnect (scene->nodes[MARTA], id);
}

static gchar *
keep (GeoRequestItem *item) {
  gchar *key = g_strdup (geo_request_item_get_key (item));

  g_object_unref (item);
  return key;
}

static void
make_requests (Matrix *m) {
  Scene *scene = &m->scene;
  GeoNode *marta = scene->nodes[MARTA];
  GeoTime soon = g_get_real_time () / 1000 + 1500;
  g_autoptr (GeoRequestItem) asked = matrix_ask (m, OLENA, 4200, 0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) late = NULL;

  incoming = matrix_take (m, asked);
  mine = keep (matrix_ask (m, MARTA, 1250, 0));
  many = keep (matrix_ask (m, MARTA, 0, 0));
  withdrawn = keep (matrix_ask (m, MARTA, 700, 0));
  geo_node_respond_async (marta, withdrawn, GEO_VERDICT_WITHDRAWN, NULL,
                          keep_result_cb, &result);
  wait_until (result != NULL);
  g_object_unref (geo_node_request_finish (marta, result, NULL));
  late = matrix_ask (m, MARTA, 300, soon);
  expired = g_strdup (geo_request_item_get_key (late));
  wait_until (geo_request_item_is_expired (late));
}

static void
begin (Matrix *m) {
  Scene *scene = &m->scene;

  matrix_join (m, N_PEOPLE);
  scene_trust (scene);
  scene_pay (scene, OLENA, MARTA, 6000);
  scene_pay (scene, MARTA, OLENA, 30000);
  clear_circle (scene);
  for (guint i = 0; i < 6; i++)
    scene_pay (scene, MARTA, OLENA, 123 + i);
  scene_pay (scene, MARTA, IVAN, 1234);
  clear_over_spare (scene);
  make_requests (m);
  geo_profile_set_words_confirmed (scene->profiles[MARTA], TRUE);
}

/* --- Home, activity ------------------------------------------------------- */

static void
show_home (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
  wait_until (is_seen (matrix_find (m, GEO_TYPE_HOME_PAGE),
                       "attention_group"));
}

static void
leave_page (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static GtkWidget *
activity (Matrix *m) {
  return matrix_find (m, GEO_TYPE_ACTIVITY_PAGE);
}

static void
show_activity (Matrix *m) {
  matrix_do (m, "win.show-page", "activity");
  wait_until (is_seen (activity (m), "list_view"));
}

static void
show_filtered (Matrix *m) {
  show_activity (m);
  gtk_drop_down_set_selected (child_of (activity (m), "kind_drop"), 3);
  gtk_drop_down_set_selected (child_of (activity (m), "time_drop"), 1);
  geo_activity_page_show_person (GEO_ACTIVITY_PAGE (activity (m)),
                                 matrix_pid (m, OLENA));
  gtk_drop_down_set_selected (child_of (activity (m), "kind_drop"), 3);
  wait_until (is_seen (activity (m), "chips"));
}

static void
leave_filtered (Matrix *m) {
  matrix_type (activity (m), "search_entry", "no such thing");
  wait_until (can_click (activity (m), "nothing_button"));
  click (activity (m), "nothing_button");
}

static void
show_filters (Matrix *m) {
  show_activity (m);
  geo_activity_page_show_person (GEO_ACTIVITY_PAGE (activity (m)),
                                 matrix_pid (m, IVAN));
  wait_until (is_seen (activity (m), "chips"));
  matrix_pop_up (m, child_of (activity (m), "filter_button"));
}

static void
show_nothing (Matrix *m) {
  show_activity (m);
  matrix_type (activity (m), "search_entry", "no such thing");
  wait_until (is_seen (activity (m), "nothing_button"));
}

static void
leave_nothing (Matrix *m) {
  click (activity (m), "nothing_button");
}

/* --- People --------------------------------------------------------------- */

static void
show_people (Matrix *m) {
  matrix_do (m, "win.show-page", "people");
}

static void
show_others (Matrix *m) {
  GeoPersonChooser *chooser;

  show_people (m);
  chooser = matrix_find (m, GEO_TYPE_PERSON_CHOOSER);
  geo_person_chooser_set_text (chooser, "a");
  wait_until (geo_screen_find (GTK_WIDGET (chooser), GTK_TYPE_LABEL, "Zoya") !=
              NULL);
}

static void
leave_others (Matrix *m) {
  geo_person_chooser_set_text (matrix_find (m, GEO_TYPE_PERSON_CHOOSER), "");
}

static void
show_person (Matrix *m) {
  matrix_do (m, "win.show-person", matrix_pid (m, OLENA));
}

static void
show_long_name (Matrix *m) {
  matrix_do (m, "win.show-person", matrix_pid (m, IVAN));
}

static void
show_details (Matrix *m) {
  gpointer page;

  show_person (m);
  page = matrix_find (m, GEO_TYPE_PERSON_PAGE);
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (gtk_widget_get_ancestor (child_of (page, "pid_row"),
                                                 ADW_TYPE_EXPANDER_ROW)),
      TRUE);
}

static void
set_verified (Matrix *m, gboolean is_verified) {
  GeoPid olena;

  pid_of (m->scene.nodes[OLENA], &olena);
  g_assert_true (
      geo_node_set_verified (m->scene.nodes[MARTA], &olena, is_verified));
}

static void
show_verified (Matrix *m) {
  set_verified (m, TRUE);
  show_person (m);
  wait_until (is_seen (matrix_find (m, GEO_TYPE_PERSON_PAGE), "verified_icon"));
}

static void
leave_verified (Matrix *m) {
  set_verified (m, FALSE);
  leave_page (m);
}

static gboolean
is_blocked (Matrix *m) {
  GeoPid olena;

  pid_of (m->scene.nodes[OLENA], &olena);
  return geo_node_is_blocked (m->scene.nodes[MARTA], &olena);
}

static void
show_block (Matrix *m) {
  show_person (m);
  gtk_widget_activate (
      child_of (matrix_find (m, GEO_TYPE_PERSON_PAGE), "block_row"));
  wait_until (ADW_IS_ALERT_DIALOG (matrix_front (m)));
}

static void
show_blocked (Matrix *m) {
  g_autoptr (AdwDialog) dialog = NULL;

  show_block (m);
  dialog = g_object_ref (matrix_front (m));
  adw_dialog_force_close (dialog);
  g_signal_emit_by_name (dialog, "response", "block");
  wait_until (is_blocked (m));
}

static void
leave_blocked (Matrix *m) {
  gtk_widget_activate (
      child_of (matrix_find (m, GEO_TYPE_PERSON_PAGE), "block_row"));
  wait_until (!is_blocked (m));
  leave_page (m);
}

/* --- Receipts ------------------------------------------------------------- */

/* spare: of a clearing over spare limits. */
static gchar *
find_receipt (Matrix *m, GeoItemKind kind, gboolean spare) {
  GListModel *all = geo_node_get_activity (m->scene.nodes[MARTA]);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (all, i);
    GeoMoved in, out;

    wait_until (geo_activity_item_get_loaded (item));
    if (geo_activity_item_get_kind (item) == kind &&
        geo_activity_item_get_moved (item, &in, &out) == spare)
      return g_strdup (geo_activity_item_get_receipt_key (item));
  }
  g_assert_not_reached ();
}

/* With the answer to whether the proof holds. */
static void
show_receipt_of (Matrix *m, GeoItemKind kind, gboolean spare) {
  g_autofree gchar *key = find_receipt (m, kind, spare);
  gpointer page;

  matrix_do (m, "win.show-receipt", key);
  page = matrix_find (m, GEO_TYPE_RECEIPT_PAGE);
  wait_until (is_seen (page, "verify_row"));
  click (page, "verify_row");
}

static void
show_receipt (Matrix *m, GeoItemKind kind) {
  show_receipt_of (m, kind, FALSE);
}

static void
show_paid (Matrix *m) {
  gpointer page;

  show_receipt (m, GEO_ITEM_PAID);
  page = matrix_find (m, GEO_TYPE_RECEIPT_PAGE);
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (gtk_widget_get_ancestor (child_of (page, "id_row"),
                                                 ADW_TYPE_EXPANDER_ROW)),
      TRUE);
}

static void
show_received (Matrix *m) {
  show_receipt (m, GEO_ITEM_RECEIVED);
}

static void
show_cleared (Matrix *m) {
  show_receipt (m, GEO_ITEM_CLEARED);
}

static void
show_spare (Matrix *m) {
  show_receipt_of (m, GEO_ITEM_CLEARED, TRUE);
}

static void
show_unknown (Matrix *m) {
  matrix_do (m, "win.show-receipt", "never-was");
}

/* --- The market ----------------------------------------------------------- */

static GtkWidget *
market (Matrix *m) {
  return matrix_find (m, GEO_TYPE_MARKET_PAGE);
}

static void
show_market (Matrix *m) {
  matrix_do (m, "win.show-page", "market");
  adw_toggle_group_set_active_name (child_of (market (m), "modes"), "picture");
  wait_until (!is_seen (market (m), "spinner"));
}

static void
show_selected (Matrix *m) {
  show_market (m);
  geo_market_view_select (child_of (market (m), "view"), matrix_pid (m, IVAN));
  wait_until (is_seen (market (m), "card_name"));
}

static void
leave_selected (Matrix *m) {
  geo_market_view_select (child_of (market (m), "view"), NULL);
}

static void
show_list (Matrix *m) {
  show_market (m);
  adw_toggle_group_set_active_name (child_of (market (m), "modes"), "list");
}

static void
show_legend (Matrix *m) {
  show_market (m);
  matrix_pop_up (m, geo_screen_find (market (m), GTK_TYPE_MENU_BUTTON, NULL));
}

/* --- Requests ------------------------------------------------------------- */

static void
show_requests (Matrix *m) {
  matrix_do (m, "win.show-requests", NULL);
}

static void
show_incoming (Matrix *m) {
  matrix_do (m, "win.show-request", incoming);
}

static void
show_mine (Matrix *m) {
  matrix_do (m, "win.show-request", mine);
}

static void
show_many (Matrix *m) {
  matrix_do (m, "win.show-request", many);
}

static void
show_expired (Matrix *m) {
  matrix_do (m, "win.show-request", expired);
}

static void
show_withdrawn (Matrix *m) {
  matrix_do (m, "win.show-request", withdrawn);
}

static const MatrixCase cases[] = {
  { "home", "GeoHomePage GeoTotalCard GeoActivityRow", show_home, NULL },
  { "activity", "GeoActivityPage GeoActivityRow", show_activity, NULL },
  { "activity-filtered", "GeoActivityPage", show_filtered, leave_filtered },
  { "activity-filters", "GeoActivityPage", show_filters, leave_filtered },
  { "activity-nothing", "GeoActivityPage", show_nothing, leave_nothing },
  { "people", "GeoPeoplePage GeoPersonRow", show_people, NULL },
  { "people-others", "GeoPersonChooser GeoPersonRow", show_others,
    leave_others },
  { "person", "GeoPersonPage", show_person, leave_page },
  { "person-long-name", "GeoPersonPage", show_long_name, leave_page },
  { "person-details", "GeoPersonPage", show_details, leave_page },
  { "person-verified", "GeoPersonPage", show_verified, leave_verified },
  { "person-block", "AdwAlertDialog", show_block, leave_page },
  { "person-blocked", "GeoPersonPage", show_blocked, leave_blocked },
  { "receipt-paid", "GeoReceiptPage", show_paid, leave_page },
  { "receipt-received", "GeoReceiptPage", show_received, leave_page },
  { "receipt-cleared", "GeoReceiptPage", show_cleared, leave_page },
  { "receipt-spare", "GeoReceiptPage", show_spare, leave_page },
  { "receipt-unknown", "GeoReceiptPage", show_unknown, leave_page },
  { "market", "GeoMarketPage", show_market, NULL },
  { "market-selected", "GeoMarketPage", show_selected, leave_selected },
  { "market-list", "GeoMarketPage", show_list, NULL },
  { "market-legend", "GeoMarketPage", show_legend, NULL },
  { "requests", "GeoRequestsPage", show_requests, leave_page },
  { "request-incoming", "GeoRequestPage GeoRequestView", show_incoming,
    leave_page },
  { "request-mine", "GeoRequestPage GeoRequestView GeoCodeBox", show_mine,
    leave_page },
  { "request-many", "GeoRequestView", show_many, leave_page },
  { "request-expired", "GeoRequestView", show_expired, leave_page },
  { "request-withdrawn", "GeoRequestView", show_withdrawn, leave_page },
};

const MatrixWorld matrix_pages = { "pages", begin, cases,
                                   G_N_ELEMENTS (cases) };
