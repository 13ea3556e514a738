/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub that is away, with a payment of which nobody knows yet, and one that is
 * not believed any more.
 */
#include "matrix.h"

#include <string.h>

#include "wallet/geo-home-page.h"
#include "wallet/geo-market-page.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-receipt-page.h"

static gchar *doubt; /* The receipt key of what is in doubt. */
static gchar *waiting; /* A request that the hub has not got. */

static void
begin (Matrix *m) {
  GeoNode *marta;
  g_autoptr (GeoRequestItem) item = NULL;
  const GeoAmount amount = GEO_AMOUNT (900);
  g_autoptr (GAsyncResult) result = NULL;
  GeoPayment *payment;
  GeoPid olena;

  matrix_join (m, 2);
  marta = m->scene.nodes[MARTA];
  scene_trust (&m->scene);
  scene_pay (&m->scene, MARTA, OLENA, 2400);
  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_PAYMENT_REQUEST);
  payment = pay (marta, m->scene.nodes[OLENA], 1000, "for apples");
  wait_until (geo_payment_get_state (payment) == GEO_STATE_SENDING &&
              fake_hub_count (m->scene.hub, GEO_MESSAGE_PAYMENT_REQUEST) == 2);
  fake_hub_go (m->scene.hub);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT);
  doubt = g_strdup (geo_payment_get_receipt_key (payment));

  pid_of (m->scene.nodes[OLENA], &olena);
  geo_node_request_async (marta, &olena, "UAH", &amount, "Honey", 0, TRUE, NULL,
                          keep_result_cb, &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (marta, result, NULL);
  waiting = g_strdup (geo_request_item_get_key (item));
}

static void
show_home (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
  wait_until (is_seen (matrix_find (m, GEO_TYPE_HOME_PAGE), "open_row"));
}

static void
leave_page (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static void
show_pill (Matrix *m) {
  gpointer pill = child_of (m->scene.window, "connection_pill");

  leave_page (m);
  matrix_pop_up (m, child_of (pill, "button"));
  wait_until (is_seen (pill, "retry_button"));
}

static void
show_activity (Matrix *m) {
  matrix_do (m, "win.show-page", "activity");
}

static void
show_nobody (Matrix *m) {
  GeoPersonChooser *chooser;

  matrix_do (m, "win.show-page", "people");
  chooser = matrix_find (m, GEO_TYPE_PERSON_CHOOSER);
  geo_person_chooser_set_text (chooser, "Nobody");
  wait_until (
      g_str_equal (gtk_stack_get_visible_child_name (child_of (chooser, "stack")),
                   "nothing"));
}

static void
leave_nobody (Matrix *m) {
  geo_person_chooser_set_text (matrix_find (m, GEO_TYPE_PERSON_CHOOSER), "");
}

static void
show_market (Matrix *m) {
  matrix_do (m, "win.show-page", "market");
  wait_until (!is_seen (matrix_find (m, GEO_TYPE_MARKET_PAGE), "spinner"));
}

static void
show_community (Matrix *m) {
  matrix_do (m, "win.community", NULL);
}

static void
show_doubt (Matrix *m) {
  matrix_do (m, "win.show-receipt", doubt);
  wait_until (is_seen (matrix_find (m, GEO_TYPE_RECEIPT_PAGE), "reason_label"));
}

static void
show_waiting (Matrix *m) {
  matrix_do (m, "win.show-request", waiting);
}

static void
show_requests (Matrix *m) {
  matrix_do (m, "win.show-requests", NULL);
}

static void
show_pay (Matrix *m) {
  matrix_do (m, "win.pay", matrix_pid (m, OLENA));
  matrix_type_amount (matrix_front (m), "10");
}

static void
show_trust_error (Matrix *m) {
  gpointer dialog;

  matrix_do (m, "win.trust", matrix_pid (m, OLENA));
  dialog = matrix_front (m);
  matrix_type_amount (dialog, "1");
  click (dialog, "trust_button");
  wait_until (is_seen (dialog, "error_label"));
}

/* The old key counts until the hub is back. */
static void
show_change_key (Matrix *m) {
  matrix_do (m, "win.change-key", NULL);
  matrix_front (m);
}

static void
show_join_error (Matrix *m) {
  gpointer page;

  matrix_do (m, "win.join", "geo://v1/join?hub=http://127.0.0.1:9");
  page = child_of (matrix_front (m), "join_page");
  click (page, "join_button");
  wait_until (is_seen (page, "error_label"));
}

static const MatrixCase cases[] = {
  { "home", "GeoHomePage GeoConnectionPill", show_home, NULL },
  { "pill", "GeoConnectionPill", show_pill, NULL },
  { "activity", "GeoActivityPage GeoActivityRow", show_activity, NULL },
  { "people", "GeoPersonChooser", show_nobody, leave_nobody },
  { "market", "GeoMarketPage", show_market, NULL },
  { "community", "GeoCommunityDialog", show_community, NULL },
  { "receipt-in-doubt", "GeoReceiptPage", show_doubt, leave_page },
  { "request-waits", "GeoRequestView", show_waiting, leave_page },
  { "requests", "GeoRequestsPage", show_requests, leave_page },
  { "pay", "GeoPayDialog", show_pay, NULL },
  { "change-key", "GeoKeyDialog", show_change_key, NULL },
  { "trust-error", "GeoTrustDialog", show_trust_error, NULL },
  { "join-error", "GeoJoinPage", show_join_error, NULL },
};

const MatrixWorld matrix_offline = { "offline", begin, cases,
                                     G_N_ELEMENTS (cases) };

/* --- Not believed --------------------------------------------------------- */

static void
begin_fault (Matrix *m) {
  GeoPid marta;

  matrix_join (m, 2);
  scene_trust (&m->scene);
  pid_of (m->scene.nodes[MARTA], &marta);
  fake_hub_lie (m->scene.hub, TRUE);
  geo_node_trust_async (m->scene.nodes[OLENA], &marta, "UAH",
                        GEO_AMOUNT (60000), FALSE, FALSE, NULL, NULL, NULL);
  wait_until (geo_node_get_connection (m->scene.nodes[MARTA]) ==
              GEO_CONNECTION_FAULT);
}

static void
show_fault (Matrix *m) {
  leave_page (m);
  wait_until (is_seen (matrix_find (m, GEO_TYPE_HOME_PAGE), "fault_row"));
}

static void
show_fault_pill (Matrix *m) {
  matrix_pop_up (m, child_of (child_of (m->scene.window, "connection_pill"),
                              "button"));
}

static const MatrixCase fault_cases[] = {
  { "home", "GeoHomePage", show_fault, NULL },
  { "pill", "GeoConnectionPill", show_fault_pill, NULL },
  { "community", "GeoCommunityDialog", show_community, NULL },
};

const MatrixWorld matrix_fault = { "fault", begin_fault, fault_cases,
                                   G_N_ELEMENTS (fault_cases) };
