/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payments that a party makes: what is stored and sent, what is asked, and what
 * counts as an end.
 */
#include "party-town.h"

#include <string.h>

/* 30.00 to ANNA, who lets us owe her 80.00. */
static const Step to_anna[] = { { ME, ANNA, 3000 } };

static Deal *
sent_deal (Town *town) {
  const GeoMessage *message = town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST);

  return deal_of_order (town, message->u.payment_request->order, to_anna, 1);
}

static void
test_pay (void) {
  g_autoptr (Town) town = town_new ();
  g_autofree gchar *text = NULL;
  const GeoRecordBody *body;
  const GeoMessage *message;
  const GeoOrder *order;
  GError *error = NULL;
  GeoHash hash, told;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, "Bread", &hash, &error));
  g_assert_no_error (error);
  /* P1. */
  town_expect (town, "store:order send:PAYMENT_REQUEST tell:payment/sending "
                     "timer+10000");
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);

  message = town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST);
  order = message->u.payment_request->order;
  g_assert_cmpstr (message->msg_id, ==, "tx-1");
  g_assert_cmpstr (order->tx_id, ==, "tx-1");
  g_assert_true (geo_pid_equal (&order->from, &town->people[ME].pid));
  g_assert_true (geo_pid_equal (&order->to, &town->people[ANNA].pid));
  g_assert_true (geo_pid_equal (&order->closer, &town->community->community));
  g_assert_true (
      geo_pid_equal (&order->community, &town->community->community));
  g_assert_cmpint (order->amount.amount.minor, ==, 3000);
  g_assert_cmpint (order->amount.decimals, ==, 2);
  g_assert_cmpint (order->deadline, ==, town->now + 60000);
  g_assert_cmpint (order->created_at, ==, town->now);
  g_assert_cmpint (order->constraints->max_hops, ==, 6);
  g_assert_cmpint (order->constraints->max_routes, ==, 16);
  g_assert_cmpuint (order->constraints->avoid->len, ==, 0);
  g_assert_true (
      geo_order_verify (order, &town->people[ME].participant->key, NULL));
  geo_order_hash (order, &told);
  g_assert_true (geo_hash_equal (&told, &hash));

  /* The text is for the payee only. */
  geo_hash_of ("Bread", 5, &told);
  g_assert_true (geo_hash_equal (&order->description_hash, &told));
  text = geo_unseal (town->people[ANNA].secret,
                     message->u.payment_request->sealed, NULL);
  g_assert_cmpstr (text, ==, "Bread");
  body = town_stored (town, GEO_RECORD_KIND_ORDER);
  g_assert_cmpstr (body->text, ==, "Bread");
  g_assert_true (
      g_bytes_equal (body->sealed, message->u.payment_request->sealed));
  g_assert_null (body->person);
  g_assert_true (
      geo_hash_equal (&town_told (town, GEO_TOLD_PAYMENT)->order_hash, &hash));
  g_assert_true (
      geo_hash_equal (&town_find (town, GEO_ACTION_TIMER, 0)->timer, &hash));
}

static void
test_pay_without_text (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoConstraints) constraints = geo_constraints_new ();
  const GeoMessage *message;

  /* Nobody has to be known for that. */
  g_assert_true (town_pay (town, "tx-1", DORA, 1, "", NULL, NULL));
  message = town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST);
  g_assert_null (message->u.payment_request->sealed);
  g_assert_false (message->u.payment_request->order->has_description_hash);

  constraints->max_hops = 2;
  constraints->max_routes = 1;
  g_array_append_val (constraints->avoid, town->people[BOB].pid);
  g_ptr_array_set_size (town->actions, 0);
  g_assert_true (geo_party_pay (town->party, "tx-2", &town->people[ANNA].pid,
                                "HOUR", GEO_AMOUNT (3), NULL, constraints,
                                town->now, 1000, NULL, town->actions, NULL));
  message = town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST);
  g_assert_cmpint (message->u.payment_request->order->constraints->max_hops, ==,
                   2);
  g_assert_cmpuint (message->u.payment_request->order->constraints->avoid->len,
                    ==, 1);
  g_assert_cmpint (message->u.payment_request->order->amount.decimals, ==, 0);
}

static GeoMessage *
people_result (Town *town, guint who) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");

  g_ptr_array_add (message->u.people_result->items,
                   geo_participant_copy (town->people[who].participant));
  return message;
}

static void
test_pay_somebody_found (void) {
  g_autoptr (Town) town = town_new ();
  const GeoRecordBody *body;

  town_receive (town, people_result (town, DORA));
  town_expect (town, "tell:person");
  g_assert_cmpstr (town_told (town, GEO_TOLD_PERSON)->person->name, ==, "Dora");
  g_assert_true (town_pay (town, "tx-1", DORA, 5, "Hello", NULL, NULL));
  /* The journal gets to know her with the order, and only once. */
  body = town_stored (town, GEO_RECORD_KIND_ORDER);
  g_assert_nonnull (body->person);
  g_assert_cmpstr (body->person->name, ==, "Dora");
  g_assert_true (town_pay (town, "tx-2", DORA, 5, "Hello", NULL, NULL));
  g_assert_null (town_stored (town, GEO_RECORD_KIND_ORDER)->person);
}

typedef struct {
  const gchar *tx_id;
  guint to;
  const gchar *equivalent;
  gint64 amount;
  const gchar *text;
  gint64 deadline_ms;
  GeoCode code;
} Wish;

static void
test_pay_wrong (void) {
  static const Wish wishes[] = {
    { "tx 1", ANNA, "UAH", 1, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ME, "UAH", 1, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "USD", 1, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", 0, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", -5, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", GEO_AMOUNT_MAX + 1, NULL, 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", 1, NULL, 0, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", 1, NULL, G_MAXINT64, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", 1, "a\tb", 1000, GEO_CODE_INVALID },
    { "tx-1", ANNA, "UAH", 1, "\xff", 1000, GEO_CODE_INVALID },
    { "tx-1", DORA, "UAH", 1, "Hello", 1000, GEO_CODE_NO_ROUTE },
    { "taken", ANNA, "UAH", 1, NULL, 1000, GEO_CODE_CONFLICT },
  };
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoConstraints) constraints = geo_constraints_new ();
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autofree gchar *long_text = g_strnfill (1025, 'x');
  GError *error = NULL;

  g_assert_true (town_pay (town, "taken", BOB, 1, NULL, NULL, NULL));
  before = town_state (town);
  g_ptr_array_set_size (town->actions, 0);
  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++) {
    const Wish *wish = &wishes[i];

    g_assert_false (geo_party_pay (
        town->party, wish->tx_id, &town->people[wish->to].pid, wish->equivalent,
        GEO_AMOUNT (wish->amount), wish->text, NULL, town->now,
        wish->deadline_ms, NULL, town->actions, &error));
    g_assert_error (error, GEO_PARTY_ERROR, (gint) wish->code);
    g_clear_error (&error);
  }
  g_assert_false (town_pay (town, "tx-1", ANNA, 1, long_text, NULL, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_INVALID);
  g_clear_error (&error);
  constraints->max_hops = 7;
  constraints->max_routes = 3;
  g_assert_false (geo_party_pay (town->party, "tx-1", &town->people[ANNA].pid,
                                 "UAH", GEO_AMOUNT (1), NULL, constraints,
                                 town->now, 1000, NULL, town->actions, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_INVALID);
  g_clear_error (&error);

  g_assert_cmpuint (town->actions->len, ==, 0);
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);

  town_disconnect (town);
  g_assert_false (town_pay (town, "tx-1", ANNA, 1, NULL, NULL, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_TIMEOUT);
  g_clear_error (&error);
}

static void
test_pay_too_many (void) {
  g_autoptr (Town) town = town_new ();
  GError *error = NULL;

  for (guint i = 0; i < GEO_PARTY_ORDERS_MAX; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);

    g_assert_true (town_pay (town, tx_id, ANNA, 1, NULL, NULL, NULL));
  }
  g_assert_false (town_pay (town, "last", ANNA, 1, NULL, NULL, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_INTERNAL);
  g_clear_error (&error);
}

/* --- Asking --------------------------------------------------------------- */

static void
expect_query (Town *town, const GeoHash *order) {
  const GeoMessage *message = town_sent (town, GEO_MESSAGE_RECOVERY_QUERY);

  g_assert_true (message->u.recovery_query->has_order);
  g_assert_false (message->u.recovery_query->has_contract);
  g_assert_true (geo_hash_equal (&message->u.recovery_query->order, order));
}

static void
test_silence (void) {
  g_autoptr (Town) town = town_new ();
  GeoMessage *neither;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  town_tick (town, &hash, 10000);
  town_expect (town, "tell:payment/in-doubt send:RECOVERY_QUERY timer+5000");
  expect_query (town, &hash);
  town_tick (town, &hash, 5000);
  town_expect (town, "send:RECOVERY_QUERY timer+10000");
  /* Neither entry nor refusal: the closer may still vote. */
  neither = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r");
  neither->u.recovery_response->has_order = TRUE;
  neither->u.recovery_response->order = hash;
  town_receive (town, neither);
  town_expect (town, "");
  town_tick (town, &hash, 10000);
  town_expect (town, "send:RECOVERY_QUERY timer+30000");
  town_tick (town, &hash, 30000);
  town_expect (town, "send:RECOVERY_QUERY timer+30000");
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
}

static void
test_disconnected (void) {
  g_autoptr (Town) town = town_new ();
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  town_disconnect (town);
  town_expect (town, "tell:payment/in-doubt no-timer");
  /* Nobody is there to be asked. */
  town_tick (town, &hash, 10000);
  town_expect (town, "");
  town_disconnect (town);
  town_expect (town, "no-timer");
  town_connect (town);
  town_expect (town, "send:SYNC send:RECOVERY_QUERY timer+5000");
  expect_query (town, &hash);
}

static void
test_after_restart (void) {
  g_autoptr (Town) town = town_new ();
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, "Bread", &hash, NULL));
  town_reload (town);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
  town_connect (town);
  town_expect (town, "send:SYNC tell:payment/in-doubt send:RECOVERY_QUERY "
                     "timer+5000");
  town_receive (town,
                town_abort (town_refusal (town, &hash, NULL, GEO_CODE_TIMEOUT,
                                          GEO_REASON_DEADLINE_PASSED)));
  town_expect (town, "store:refused tell:payment/not-paid no-timer");
}

/* --- Not paid ------------------------------------------------------------- */

static void
test_refused (void) {
  g_autoptr (Town) town = town_new ();
  GeoLimitHint *hint = geo_limit_hint_new ();
  GeoMessage *message;
  const GeoTold *told;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  message = town_abort (town_refusal (town, &hash, NULL, GEO_CODE_CAPACITY,
                                      GEO_REASON_NOT_ENOUGH_CAPACITY));
  message->u.payment_abort->has_max_amount = TRUE;
  message->u.payment_abort->max_amount = geo_decimal (GEO_AMOUNT (1200), 2);
  hint->neighbour = town->people[BOB].pid;
  hint->available = geo_decimal (GEO_AMOUNT (1200), 2);
  g_ptr_array_add (message->u.payment_abort->limits, hint);
  town_receive (town, geo_message_copy (message));
  town_expect (town, "store:refused tell:payment/not-paid no-timer");
  told = town_told (town, GEO_TOLD_PAYMENT);
  g_assert_cmpint ((gint) told->code, ==, GEO_CODE_CAPACITY);
  g_assert_cmpstr (told->reason, ==, GEO_REASON_NOT_ENOUGH_CAPACITY);
  g_assert_true (told->has_max_amount);
  g_assert_cmpint (told->max_amount.amount.minor, ==, 1200);
  g_assert_cmpuint (told->limits->len, ==, 1);
  g_assert_true (geo_hash_equal (&told->order_hash, &hash));
  g_assert_null (town_stored (town, GEO_RECORD_KIND_REFUSED)->text);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);

  /* P5: told once. */
  town_receive (town, message);
  town_expect (town, "");
  town_tick (town, &hash, 0);
  town_expect (town, "");
}

static void
test_refused_in_recovery (void) {
  g_autoptr (Town) town = town_new ();
  GeoMessage *message;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  message = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r");
  message->u.recovery_response->has_order = TRUE;
  message->u.recovery_response->order = hash;
  message->u.recovery_response->refusal = town_refusal (
      town, &hash, NULL, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  town_receive (town, message);
  town_expect (town, "store:refused tell:payment/not-paid no-timer");
  g_assert_cmpstr (town_told (town, GEO_TOLD_PAYMENT)->reason, ==,
                   GEO_REASON_UNKNOWN_ORDER);
}

static void
test_refused_wrongly (void) {
  g_autoptr (Town) town = town_new ();
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  GeoRefusal *refusal;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  before = town_state (town);

  /* A signature that does not hold. */
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  refusal->at++;
  town_receive (town, town_abort (refusal));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  /* Somebody who is not its closer. */
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  refusal->voter = town->people[ANNA].pid;
  geo_refusal_sign (refusal, town->people[ANNA].secret);
  town_receive (town, town_abort (refusal));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  /* Another community's word. */
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  refusal->community = town->people[ANNA].pid;
  geo_refusal_sign (refusal, town->hub);
  town_receive (town, town_abort (refusal));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  /* Of both, or of nothing. */
  town_receive (town, town_abort (town_refusal (town, &hash, &hash,
                                                GEO_CODE_NO_ROUTE, "x")));
  town_expect_fault (town, GEO_REASON_INVALID);
  town_receive (town, town_abort (town_refusal (town, NULL, NULL,
                                                GEO_CODE_NO_ROUTE, "x")));
  town_expect_fault (town, GEO_REASON_INVALID);

  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
  /* And the right one still counts. */
  town_receive (town, town_abort (town_refusal (town, &hash, NULL,
                                                GEO_CODE_NO_ROUTE, "x")));
  town_expect (town, "store:refused tell:payment/not-paid no-timer");
}

static GeoMessage *
error_for (const gchar *msg_id, GeoCode code, const gchar *reason) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = code;
  message->u.error->reason = g_strdup (reason);
  message->u.error->message = g_strdup ("No.");
  return message;
}

static void
test_error (void) {
  g_autoptr (Town) town = town_new ();
  const GeoTold *told;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  town_receive (town, error_for ("else", GEO_CODE_NOT_ALLOWED, "frozen"));
  town_expect (town, "");
  /* No evidence: only a reason to ask. */
  town_receive (town, error_for ("tx-1", GEO_CODE_NOT_ALLOWED, "frozen"));
  town_expect (town, "timer+1000");
  town_receive (town, error_for ("tx-1", GEO_CODE_INTERNAL, "other"));
  town_expect (town, "");
  town_tick (town, &hash, 1000);
  town_expect (town, "send:RECOVERY_QUERY timer+5000");
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
  town_receive (town,
                town_abort (town_refusal (town, &hash, NULL, GEO_CODE_CONFLICT,
                                          GEO_REASON_UNKNOWN_ORDER)));
  town_expect (town, "store:refused tell:payment/not-paid no-timer");
  told = town_told (town, GEO_TOLD_PAYMENT);
  g_assert_cmpint ((gint) told->code, ==, GEO_CODE_NOT_ALLOWED);
  g_assert_cmpstr (told->reason, ==, "frozen");
  g_assert_cmpstr (town_stored (town, GEO_RECORD_KIND_REFUSED)->text, ==,
                   "E006 frozen");

  /* What the refusal says by itself is better than an ERROR. */
  g_assert_true (town_pay (town, "tx-2", ANNA, 3000, NULL, &hash, NULL));
  town_receive (town, error_for ("tx-2", GEO_CODE_INTERNAL, "internal"));
  town_tick (town, &hash, 1000);
  town_tick (town, &hash, 5000);
  town_expect (town, "tell:payment/in-doubt send:RECOVERY_QUERY timer+10000");
  town_receive (town,
                town_abort (town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE,
                                          GEO_REASON_NO_ROUTE)));
  g_assert_cmpstr (town_told (town, GEO_TOLD_PAYMENT)->reason, ==,
                   GEO_REASON_NO_ROUTE);
}

/* --- Paid ----------------------------------------------------------------- */

static void
test_paid (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  const GeoTold *told;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  deal = sent_deal (town);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:payment/paid no-timer "
                     "send:ENTRY_ACK");
  told = town_told (town, GEO_TOLD_PAYMENT);
  g_assert_true (geo_hash_equal (&told->order_hash, &hash));
  g_assert_nonnull (told->entry);
  g_assert_cmpint (town_balance (town, ANNA), ==, -3000);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);
  /* The tx_id is free again here; the hub's word on it comes with E008. */
  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, NULL, NULL));
}

static void
test_paid_in_recovery (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  GeoMessage *message;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  deal = sent_deal (town);
  town_tick (town, &hash, 10000);
  message = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r");
  message->u.recovery_response->has_order = TRUE;
  message->u.recovery_response->order = hash;
  message->u.recovery_response->entry = town_entry_of_deal (town, deal);
  town_receive (town, message);
  town_expect (town, "store:entry tell:person tell:payment/paid no-timer "
                     "send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, -3000);
}

/* P4: committed and refused exclude each other, whichever comes first. */
static void
test_two_outcomes (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  GeoRefusal *refusal;
  GError *error = NULL;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  deal = sent_deal (town);
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  town_receive (town, town_abort (refusal));
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect_fault (town, GEO_REASON_TWO_OUTCOMES);
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
  g_assert_false (town_pay (town, "tx-2", ANNA, 1, NULL, NULL, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_NOT_ALLOWED);
  g_clear_error (&error);
}

static void
test_two_outcomes_the_other_way (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  GeoRefusal *refusal;
  GeoHash hash;

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, &hash, NULL));
  deal = sent_deal (town);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  refusal->voter = town->people[ANNA].pid;
  geo_refusal_sign (refusal, town->people[ANNA].secret);
  /* Not the closer's: nobody has lied but ANNA. */
  town_receive (town, town_abort (refusal));
  town_expect (town, "");
  refusal = town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route");
  town_receive (town, town_abort (refusal));
  town_expect_fault (town, GEO_REASON_TWO_OUTCOMES);
}

/* The journal was lost, or the order was sent from another machine. */
static void
test_paid_elsewhere (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-9", ME, ANNA, 3000, to_anna, 1);

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:payment/paid "
                     "send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, -3000);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/pay", test_pay);
  g_test_add_func ("/party/pay/without-text", test_pay_without_text);
  g_test_add_func ("/party/pay/somebody-found", test_pay_somebody_found);
  g_test_add_func ("/party/pay/wrong", test_pay_wrong);
  g_test_add_func ("/party/pay/too-many", test_pay_too_many);
  g_test_add_func ("/party/pay/silence", test_silence);
  g_test_add_func ("/party/pay/disconnected", test_disconnected);
  g_test_add_func ("/party/pay/after-restart", test_after_restart);
  g_test_add_func ("/party/pay/refused", test_refused);
  g_test_add_func ("/party/pay/refused-in-recovery", test_refused_in_recovery);
  g_test_add_func ("/party/pay/refused-wrongly", test_refused_wrongly);
  g_test_add_func ("/party/pay/error", test_error);
  g_test_add_func ("/party/pay/paid", test_paid);
  g_test_add_func ("/party/pay/paid-in-recovery", test_paid_in_recovery);
  g_test_add_func ("/party/pay/two-outcomes", test_two_outcomes);
  g_test_add_func ("/party/pay/two-outcomes-the-other-way",
                   test_two_outcomes_the_other_way);
  g_test_add_func ("/party/pay/paid-elsewhere", test_paid_elsewhere);
  return g_test_run ();
}
