/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens when the disk takes nothing any more: nothing is sent that is
 * not stored, and what is on disk is what counts afterwards.
 */
#include "node-test.h"

#include "node/geo-node-private.h"

typedef struct {
  Fixture base;
  Town3 town;
  GeoNode *olena;
  GeoNode *ivan;
} Pair;

static void
set_up_pair (Pair *f, gconstpointer data) {
  set_up (&f->base, data);
  make_town (&f->base, &f->town, 2);
  f->olena = f->town.nodes[0];
  f->ivan = f->town.nodes[1];
  trust (f->olena, f->ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (f->ivan, 0)).minor == 10000);
}

static void
tear_down_pair (Pair *f, gconstpointer data) {
  end_town (&f->town, 2);
  tear_down (&f->base, data);
}

/* P1: an order that could not be stored was never sent, and is not paid. */
static void
test_order (Pair *f, gconstpointer data) {
  GeoPayment *payment;
  GeoPayment *second;
  GeoPayment *again;
  g_autofree gchar *detail = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  fill_disk ();
  payment = pay (f->ivan, f->olena, 1000, NULL);
  second = pay (f->ivan, f->olena, 2000, NULL);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_NOT_PAID);
  empty_disk ();
  g_assert_cmpint (geo_payment_get_state (second), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpint (geo_node_get_connection (f->ivan), ==,
                   GEO_CONNECTION_OFFLINE);
  detail = g_strdup (geo_node_get_connection_detail (f->ivan));
  g_test_message ("%s", detail);
  g_assert_cmpstr (geo_payment_get_message (payment), ==, detail);
  g_assert_cmpuint (fake_hub_count (f->base.hub, GEO_MESSAGE_PAYMENT_REQUEST),
                    ==, 0);
  g_assert_cmpuint (geo_node_get_open_count (f->ivan), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_activity (f->ivan)),
                    ==, 2);

  /* There is room again, and what never was can be ordered anew. */
  geo_node_hurry (f->ivan);
  wait_connected (f->ivan);
  pid_of (f->olena, &pid);
  again = geo_node_pay (f->ivan, geo_payment_get_tx_id (payment), &pid, "UAH",
                        GEO_AMOUNT (1000), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (again != payment);
  wait_until (geo_payment_get_state (again) == GEO_STATE_PAID);
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  wait_until (balance_with (f->olena, f->ivan).minor == 1000);
  g_assert_cmpint (balance_with (f->ivan, f->olena).minor, ==, -1000);
  verify (f->ivan);
}

/* Whoever waits hears of it, and a line that was not stored is none. */
static void
test_line (Pair *f, gconstpointer data) {
  g_autoptr (GAsyncResult) trusted = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  GeoPid pid;
  GeoPerson *person;
  g_autoptr (GeoRelation) relation = NULL;
  GError *error = NULL;

  pid_of (f->olena, &pid);
  fill_disk ();
  geo_node_trust_async (f->ivan, &pid, "UAH", GEO_AMOUNT (500), FALSE, FALSE,
                        NULL, keep_result_cb, &trusted);
  person = geo_node_get_person (f->ivan, &pid);
  relation = g_list_model_get_item (geo_person_get_relations (person), 0);
  g_assert_true (geo_relation_get_pending (relation));
  geo_node_quote_async (f->ivan, &pid, "UAH", NULL, NULL, keep_result_cb,
                        &asked);
  wait_until (trusted != NULL);
  empty_disk ();
  g_assert_false (geo_node_trust_finish (f->ivan, trusted, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
  g_clear_error (&error);
  wait_until (asked != NULL);
  wait_until (!geo_relation_get_pending (relation));
  g_assert_cmpuint (fake_hub_count (f->base.hub, GEO_MESSAGE_TRUST_LINE_CREATE),
                    ==, 1);
  g_clear_object (&asked);
  g_clear_object (&trusted);
}

/* The evidence could not be stored: the payment stays in doubt, and is found
 * out when there is room again. */
static void
test_evidence (Pair *f, gconstpointer data) {
  GeoPayment *payment;

  fake_hub_ignore (f->base.hub, GEO_MESSAGE_PAYMENT_PREPARE_ACK);
  payment = pay (f->ivan, f->olena, 1000, NULL);
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_PAYMENT_PREPARE_ACK) >
              0);
  wait_ms (100);
  fill_disk ();
  /* Silence is no refusal: the hub commits when votes have had their time. */
  wait_until (fake_hub_count_commits (f->base.hub) == 1);
  wait_until (geo_node_get_connection (f->ivan) == GEO_CONNECTION_OFFLINE &&
              geo_node_get_connection (f->olena) == GEO_CONNECTION_OFFLINE);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT);
  empty_disk ();
  fake_hub_ignore (f->base.hub, 0);
  g_assert_cmpint (balance_with (f->ivan, f->olena).minor, ==, 0);
  wait_until (geo_node_get_open_count (f->ivan) == 1);

  geo_node_hurry (f->ivan);
  geo_node_hurry (f->olena);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  wait_until (balance_with (f->olena, f->ivan).minor == 1000);
  verify (f->ivan);
  verify (f->olena);
}

static gpointer
hold_job (GeoWorker *worker, gpointer data, GError **error) {
  GMutex *gate = data;

  g_mutex_lock (gate);
  g_mutex_unlock (gate);
  return NULL;
}

static guint
count_waiting (GeoNode *node, GeoPayment *payment) {
  g_autoptr (GPtrArray) waiting = geo_node_list_waiting (node);
  guint n = 0;

  for (guint i = 0; i < waiting->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (waiting, i);

    n += body->order != NULL &&
         g_str_equal (body->order->tx_id, geo_payment_get_tx_id (payment));
  }
  return n;
}

/* What is wanted stored and is not on disk yet is said: also what is being
 * written at that moment, and what waits behind it. */
static void
test_waiting (Pair *f, gconstpointer data) {
  g_autoptr (GPtrArray) none = NULL;
  GeoPayment *payments[3];
  GMutex gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  geo_worker_push (f->ivan->worker, hold_job, &gate, NULL, NULL, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (payments); i++)
    payments[i] = pay (f->ivan, f->olena, 100, NULL);
  /* The disk is busy with the first, and the others wait. */
  g_assert_nonnull (f->ivan->stored_now);
  for (gsize i = 0; i < G_N_ELEMENTS (payments); i++)
    g_assert_cmpuint (count_waiting (f->ivan, payments[i]), ==, 1);
  g_mutex_unlock (&gate);
  for (gsize i = 0; i < G_N_ELEMENTS (payments); i++)
    wait_until (geo_payment_get_state (payments[i]) == GEO_STATE_PAID);
  wait_until (f->ivan->stored_now == NULL &&
              g_queue_is_empty (&f->ivan->lists));
  none = geo_node_list_waiting (f->ivan);
  g_assert_cmpuint (none->len, ==, 0);
  g_mutex_clear (&gate);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Pair, NULL, set_up_pair, test, tear_down_pair)
  ADD ("/node-storage/order", test_order);
  ADD ("/node-storage/line", test_line);
  ADD ("/node-storage/evidence", test_evidence);
  ADD ("/node-storage/waiting", test_waiting);
  return g_test_run ();
}
