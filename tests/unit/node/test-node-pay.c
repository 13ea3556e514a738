/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of paying with a hub in this process: the states a payment goes
 * through, what the lists say, receipts, doubt and restarts.
 */
#include "node-test.h"

#include <string.h>

/* Nothing of a receipt can be changed. */
static void
check_tampering (const gchar *receipt) {
  gsize len = strlen (receipt);

  for (gsize i = 0; i < len; i += 13) {
    g_autofree gchar *changed = g_strdup (receipt);
    g_autofree gchar *sentence = NULL;
    g_autoptr (GError) error = NULL;

    changed[i] ^= 1;
    sentence = geo_receipt_verify (changed, len, &error);
    g_assert_cmpstr (sentence, ==, NULL);
    g_assert_true (error != NULL && error->domain == GEO_CORE_ERROR);
    g_clear_error (&error);
    g_assert_null (geo_receipt_verify (receipt, i, &error));
    g_assert_nonnull (error);
  }
}

/* --- Refusing ------------------------------------------------------------- */

/* P8: what does not fit its own records, a node refuses; whoever it is for can
 * read why, also after the next start. */
static void
test_refused_vote (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoActivityFilter filter = { .kinds = 1u << GEO_ITEM_REFUSED };
  g_autoptr (GeoActivityModel) refused = NULL;
  g_autoptr (GeoActivityItem) item = NULL;
  g_autofree gchar *phrase = NULL;
  g_autofree gchar *advice = NULL;
  GeoPayment *payment;
  GeoNode *olena;
  GeoNode *ivan;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);

  fake_hub_bend (f->hub, TRUE);
  payment = pay (ivan, olena, 1000, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_true (geo_payment_may_pay_again (payment));
  advice = geo_payment_get_advice (payment);
  g_assert_nonnull (strstr (advice, "you can pay again"));
  g_assert_cmpint (balance_with (olena, ivan).minor, ==, 0);

  refused = geo_node_make_activity (olena);
  geo_activity_model_set_filter (refused, &filter);
  wait_until (!geo_activity_model_get_searching (refused));
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (refused)) > 0);
  item = g_list_model_get_item (G_LIST_MODEL (refused), 0);
  wait_until (geo_activity_item_get_loaded (item));
  phrase = geo_phrase_activity (item);
  g_assert_cmpstr (phrase, ==, "You refused a payment from Ivan");
  g_assert_nonnull (
      strstr (geo_activity_item_get_reason (item), "did not prove"));
  g_assert_cmpint (geo_activity_item_get_amount (item).minor, ==, 1000);

  fake_hub_bend (f->hub, FALSE);
  payment = pay (ivan, olena, 1000, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  g_assert_false (geo_payment_may_pay_again (payment));
  verify (olena);
  end_town (&town, 2);
}

/* --- Paying --------------------------------------------------------------- */

typedef struct {
  GString *states;
  GeoActivityItem *item;
  guint received;
} Watch;

static void
state_cb (GeoPayment *payment, GParamSpec *pspec, gpointer user_data) {
  Watch *watch = user_data;

  g_string_append_printf (watch->states, "%d ",
                          (int) geo_payment_get_state (payment));
}

static void
received_cb (GeoNode *node, GeoActivityItem *item, gpointer user_data) {
  Watch *watch = user_data;

  watch->received++;
  g_set_object (&watch->item, item);
}

static void
test_pay (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  Watch watch = { g_string_new (NULL), NULL, 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  GeoPayment *again;
  g_autoptr (GeoActivityItem) row = NULL;
  g_autofree gchar *receipt = NULL;
  g_autofree gchar *sentence = NULL;
  g_autofree gchar *phrase = NULL;
  GError *error = NULL;
  GeoPid pid;
  GeoPerson *person;
  g_autoptr (GeoRelation) relation = NULL;
  GeoAmount limit;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  g_assert_cmpint (geo_total_get_can_receive (get_total (olena, 0)).minor, ==,
                   10000);

  pid_of (ivan, &pid);
  person = geo_node_get_person (olena, &pid);
  g_assert_cmpstr (geo_person_get_name (person), ==, "Ivan");
  relation = g_list_model_get_item (geo_person_get_relations (person), 0);
  g_assert_true (geo_relation_get_my_limit (relation, &limit));
  g_assert_cmpint (limit.minor, ==, 10000);
  g_assert_false (geo_relation_get_their_limit (relation, NULL));
  g_assert_false (geo_relation_get_pending (relation));

  g_signal_connect (olena, "payment-received", G_CALLBACK (received_cb),
                    &watch);
  payment = pay (ivan, olena, 1000, "Thanks, Олено");
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_SENDING);
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_REQUEST), ==,
                    0);
  g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), &watch);
  wait_until (is_over (payment));
  g_assert_cmpstr (watch.states->str, ==, "4 ");
  /* Balances are there when the state is. */
  g_assert_cmpint (balance_with (ivan, olena).minor, ==, -1000);
  g_assert_cmpint (geo_total_get_i_owe (get_total (ivan, 0)).minor, ==, 1000);
  g_assert_cmpint (geo_total_get_can_pay (get_total (ivan, 0)).minor, ==, 9000);

  wait_until (watch.received == 1);
  g_assert_cmpint (balance_with (olena, ivan).minor, ==, 1000);
  g_assert_cmpstr (geo_activity_item_get_text (watch.item), ==,
                   "Thanks, Олено");
  g_assert_cmpstr (geo_activity_item_get_peer_name (watch.item), ==, "Ivan");
  g_assert_cmpint (geo_activity_item_get_amount (watch.item).minor, ==, 1000);
  g_assert_cmpuint (geo_activity_item_get_precision (watch.item), ==, 2);
  phrase = NULL;

  row = get_newest (ivan, 3);
  wait_until (geo_activity_item_get_state (row) == GEO_STATE_PAID);
  g_assert_cmpint (geo_activity_item_get_kind (row), ==, GEO_ITEM_PAID);
  g_assert_cmpstr (geo_activity_item_get_peer_name (row), ==, "Olena");
  g_assert_cmpstr (geo_activity_item_get_tx_id (row), ==,
                   geo_payment_get_tx_id (payment));

  receipt = get_receipt (ivan, geo_payment_get_tx_id (payment), &error);
  g_assert_no_error (error);
  sentence = geo_receipt_verify (receipt, strlen (receipt), &error);
  g_assert_no_error (error);
  g_test_message ("%s", sentence);
  g_assert_true (
      g_str_has_prefix (sentence, "Paid: Ivan paid 10.00 UAH to Olena on "));
  g_assert_true (g_str_has_suffix (sentence, "committed by Town."));
  check_tampering (receipt);
  g_clear_pointer (&receipt, g_free);
  g_clear_pointer (&sentence, g_free);
  receipt = get_receipt (olena, geo_activity_item_get_receipt_key (watch.item),
                         &error);
  g_assert_no_error (error);
  sentence = geo_receipt_verify (receipt, strlen (receipt), &error);
  g_assert_no_error (error);
  g_assert_true (
      g_str_has_prefix (sentence, "Paid: Ivan paid 10.00 UAH to Olena on "));

  /* P5: the same again is the same. */
  pid_of (olena, &pid);
  again = geo_node_pay (ivan, geo_payment_get_tx_id (payment), &pid, "UAH",
                        GEO_AMOUNT (1000), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (again == payment);
  g_assert_null (geo_node_pay (ivan, geo_payment_get_tx_id (payment), &pid,
                               "UAH", GEO_AMOUNT (1001), NULL, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_hub_count_commits (f->hub), ==, 1);
  g_assert_cmpint (verify (ivan), >, 2);
  g_assert_cmpuint (geo_node_get_open_count (ivan), ==, 0);

  g_string_free (watch.states, TRUE);
  g_clear_object (&watch.item);
  end_town (&town, 2);
}

/* One after another, and many at once: the lists keep up. */
static void
test_pay_many (Fixture *f, gconstpointer data) {
  const guint n = 100;
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  g_autoptr (GPtrArray) payments = g_ptr_array_new ();
  gint64 start;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 1000000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 1000000);

  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++) {
    GeoPayment *payment = pay (ivan, olena, 100, NULL);

    wait_until (is_over (payment));
  }
  g_test_message ("%u one after another: %" G_GINT64_FORMAT " us each", n,
                  (g_get_monotonic_time () - start) / n);

  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (payments, pay (ivan, olena, 100, NULL));
  for (guint i = 0; i < n; i++) {
    GeoPayment *payment = g_ptr_array_index (payments, i);

    wait_until (is_over (payment));
    g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  }
  g_test_message ("%u at once: %" G_GINT64_FORMAT " us each", n,
                  (g_get_monotonic_time () - start) / n);
  wait_until (balance_with (olena, ivan).minor == 2 * n * 100);
  g_assert_cmpint (balance_with (ivan, olena).minor, ==, -2 * (gint) n * 100);
  wait_until (g_list_model_get_n_items (geo_node_get_activity (olena)) ==
              2 * n + 2);
  g_assert_cmpuint (geo_node_get_open_count (ivan), ==, 0);
  /* §8: one acknowledgement says it of many entries. */
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_ENTRY_ACK), <, 3 * n);
  end_town (&town, 2);
}

static void
test_pay_through (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoNode *petro;
  GeoPayment *payment;
  g_autoptr (GeoActivityItem) row = NULL;

  make_town (f, &town, 3);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  petro = town.nodes[2];
  /* Ivan pays Olena through Petro. */
  trust (petro, ivan, 5000);
  trust (olena, petro, 5000);
  find (ivan, olena);
  payment = pay (ivan, olena, 2500, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  wait_until (balance_with (olena, petro).minor == 2500);
  wait_until (balance_with (petro, ivan).minor == 2500);
  g_assert_cmpint (balance_with (petro, olena).minor, ==, -2500);
  g_assert_cmpint (geo_total_get_balance (get_total (petro, 0)).minor, ==, 0);
  g_assert_cmpint (geo_total_get_owed_to_me (get_total (petro, 0)).minor, ==,
                   2500);
  /* Ivan's list has Olena, whom he has paid, without any relation. */
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_people (ivan)), ==,
                    2);

  row = get_newest (petro, 4);
  g_assert_cmpint (geo_activity_item_get_kind (row), ==, GEO_ITEM_PASSED);
  end_town (&town, 3);
}

static GError *
pay_error (GeoNode *node,
           const GeoPid *to,
           const gchar *equivalent,
           gint64 amount,
           const gchar *tx_id,
           const gchar *text) {
  GError *error = NULL;

  g_assert_null (geo_node_pay (node, tx_id, to, equivalent, GEO_AMOUNT (amount),
                               text, &error));
  g_assert_nonnull (error);
  return error;
}

static void
test_pay_impossible (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  g_autofree gchar *long_text = g_strnfill (1100, 'x');
  GeoPid pid;
  GeoPid stranger = { { 1 } };
  GeoPid self;
  GeoAmount max;
  g_autoptr (GeoActivityItem) row = NULL;
  g_autofree gchar *receipt = NULL;
  g_autofree gchar *sentence = NULL;
  GError *failure = NULL;
  const struct {
    const GeoPid *to;
    const gchar *equivalent;
    gint64 amount;
    const gchar *tx_id;
    const gchar *text;
    GeoNodeError code;
  } bad[] = {
    { &pid, "EUR", 1, NULL, NULL, GEO_NODE_ERROR_INPUT },
    { &pid, "UAH", 0, NULL, NULL, GEO_NODE_ERROR_INPUT },
    { &pid, "UAH", -1, NULL, NULL, GEO_NODE_ERROR_INPUT },
    { &pid, "UAH", GEO_AMOUNT_MAX + 1, NULL, NULL, GEO_NODE_ERROR_INPUT },
    { &pid, "UAH", 1, "two words", NULL, GEO_NODE_ERROR_INPUT },
    { &pid, "UAH", 1, NULL, long_text, GEO_NODE_ERROR_INPUT },
    { &self, "UAH", 1, NULL, NULL, GEO_NODE_ERROR_INPUT },
    { &stranger, "UAH", 1, NULL, NULL, GEO_NODE_ERROR_UNKNOWN_PERSON },
  };

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  pid_of (olena, &pid);
  pid_of (ivan, &self);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = pay_error (ivan, bad[i].to, bad[i].equivalent,
                                          bad[i].amount, bad[i].tx_id,
                                          bad[i].text);

    g_assert_error (error, GEO_NODE_ERROR, (gint) bad[i].code);
  }

  payment = pay (ivan, olena, 10001, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpstr (geo_payment_get_code (payment), ==, "E002");
  g_assert_true (geo_payment_get_max_amount (payment, &max));
  g_assert_cmpint (max.minor, ==, 10000);
  g_test_message ("%s", geo_payment_get_message (payment));
  g_assert_nonnull (strstr (geo_payment_get_message (payment), "100.00 UAH"));
  row = get_newest (ivan, 3);
  wait_until (geo_activity_item_get_state (row) == GEO_STATE_NOT_PAID);
  g_assert_nonnull (geo_activity_item_get_reason (row));

  receipt = get_receipt (ivan, geo_payment_get_tx_id (payment), &failure);
  g_assert_no_error (failure);
  sentence = geo_receipt_verify (receipt, strlen (receipt), &failure);
  g_assert_no_error (failure);
  g_test_message ("%s", sentence);
  g_assert_true (g_str_has_prefix (sentence, "Not paid: Town refused"));
  check_tampering (receipt);

  g_clear_pointer (&receipt, g_free);
  receipt = get_receipt (ivan, "no-such-payment", &failure);
  g_assert_error (failure, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&failure);

  geo_node_stop (ivan);
  failure = pay_error (ivan, &pid, "UAH", 1, NULL, NULL);
  g_assert_error (failure, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);
  g_clear_error (&failure);
  end_town (&town, 2);
}

/* --- Doubt ---------------------------------------------------------------- */

static void
test_doubt (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  g_autoptr (GeoActivityItem) row = NULL;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);

  fake_hub_ignore (f->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  payment = pay (ivan, olena, 1000, NULL);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_REQUEST) == 1);
  g_assert_cmpuint (geo_node_get_open_count (ivan), ==, 1);
  row = get_newest (ivan, 3);
  fake_hub_go (f->hub);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT);
  wait_until (geo_node_get_connection (ivan) == GEO_CONNECTION_OFFLINE);
  g_assert_nonnull (
      strstr (geo_payment_get_message (payment), "do not pay again"));
  g_assert_cmpint (geo_activity_item_get_state (row), ==, GEO_STATE_IN_DOUBT);

  /* P12: the hub never had it, and then never will. */
  fake_hub_ignore (f->hub, 0);
  fake_hub_come_back (f->hub);
  geo_node_hurry (ivan);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpstr (geo_payment_get_reason (payment), ==, "unknown_order");
  wait_until (geo_activity_item_get_state (row) == GEO_STATE_NOT_PAID);
  wait_until (geo_node_get_connection (ivan) == GEO_CONNECTION_HUB);
  g_assert_cmpuint (geo_node_get_open_count (ivan), ==, 0);
  end_town (&town, 2);
}

/* The answer is lost, the program ends, and what became of it is found out. */
static void
test_restart (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  GeoPayment *first;
  g_autofree gchar *tx_id = NULL;
  g_autofree gchar *first_id = NULL;
  GeoPid pid;
  GError *error = NULL;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  pid_of (olena, &pid);
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  payment = pay (ivan, olena, 700, NULL);
  first_id = g_strdup (geo_payment_get_tx_id (payment));
  wait_until (is_over (payment));

  fake_hub_ignore (f->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  payment = pay (ivan, olena, 1000, NULL);
  tx_id = g_strdup (geo_payment_get_tx_id (payment));
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_REQUEST) == 2);
  end_node (ivan);
  fake_hub_ignore (f->hub, 0);

  ivan = town.nodes[1] = open_node (town.profiles[1]);
  g_assert_cmpint (geo_node_get_connection (ivan), ==, GEO_CONNECTION_OFFLINE);
  g_assert_cmpint (balance_with (ivan, olena).minor, ==, -700);
  g_assert_cmpuint (geo_node_get_open_count (ivan), ==, 1);
  payment = geo_node_get_payment (ivan, tx_id);
  g_assert_nonnull (payment);
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_IN_DOUBT);
  first = geo_node_get_payment (ivan, first_id);
  g_assert_nonnull (first);
  g_assert_cmpint (geo_payment_get_state (first), ==, GEO_STATE_PAID);
  g_assert_null (geo_node_get_payment (ivan, "never"));
  /* Without a hub, too: a payment that is there is there. */
  g_assert_true (geo_node_pay (ivan, first_id, &pid, "UAH", GEO_AMOUNT (700),
                               NULL, &error) == first);
  g_assert_no_error (error);

  geo_node_start (ivan);
  wait_connected (ivan);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpuint (fake_hub_count_commits (f->hub), ==, 1);
  end_town (&town, 2);
}

/* P9: what was paid while somebody was away is no question to it any more, nor
 * after a restart: a vote would find no evidence that is not there already. */
static void
test_asked_again (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  GeoPid pid;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  pid_of (olena, &pid);
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  geo_node_stop (olena);
  wait_until (geo_node_get_connection (olena) == GEO_CONNECTION_OFFLINE);
  payment = pay (ivan, olena, 700, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  geo_node_start (olena);
  wait_until (balance_with (olena, ivan).minor == 700);

  end_node (olena);
  olena = town.nodes[0] = open_node (town.profiles[0]);
  geo_node_start (olena);
  wait_connected (olena);
  fake_hub_ask_again (f->hub, &pid);
  /* What is sent later is heard later. */
  payment = pay (olena, ivan, 100, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  g_assert_cmpuint (geo_node_get_open_count (olena), ==, 0);
  end_town (&town, 2);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/node-pay/paid", test_pay);
  ADD ("/node-pay/many", test_pay_many);
  ADD ("/node-pay/refused-vote", test_refused_vote);
  ADD ("/node-pay/through", test_pay_through);
  ADD ("/node-pay/impossible", test_pay_impossible);
  ADD ("/node-pay/doubt", test_doubt);
  ADD ("/node-pay/restart", test_restart);
  ADD ("/node-pay/asked-again", test_asked_again);
  return g_test_run ();
}
