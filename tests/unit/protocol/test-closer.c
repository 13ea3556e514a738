/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer and votes: who is asked, what votes, refusals, silence and leaving
 * do, and what a commit consists of.
 */
#include "protocol/geo-book-private.h"
#include "town.h"

enum { A, B, C, D, E };

/* A pays through B (or C) to D: B trusts A, D trusts B, and so on. */
static Town *
new_town (gboolean two_ways) {
  Town *town = town_new (4);

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 1000, 0);
  if (two_ways) {
    town_line (town, C, A, 1000, 0);
    town_line (town, D, C, 1000, 0);
  }
  return town;
}

static GeoHash
contract_of (const GeoMessage *prepare) {
  GeoHash hash;

  geo_contract_hash (prepare->u.payment_prepare->contract, &hash);
  return hash;
}

static GeoTime
timer_of (Town *town, const GeoHash *timer) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_TIMER &&
        geo_hash_equal (&action->timer, timer))
      return action->at;
  }
  return -1;
}

static const GeoProvenEntry *
committed_entry (Town *town, guint index) {
  const GeoMessage *message = town_sent (town, index,
                                         GEO_MESSAGE_PAYMENT_COMMIT);

  g_assert_nonnull (message);
  return message->u.payment_commit->entry;
}

/* P1: Persist, then send. */
static void
check_store_first (Town *town) {
  const GeoAction *first;

  g_assert_cmpuint (town->actions->len, >, 0);
  first = g_ptr_array_index (town->actions, 0);
  g_assert_cmpint (first->kind, ==, GEO_ACTION_STORE_CHANGE);
}

static void
test_nobody_asked (void) {
  g_autoptr (Town) town = new_town (FALSE);
  const GeoProvenEntry *entry;

  town_present (town, A, TRUE);
  town_pay (town, A, D, 250, NULL);
  check_store_first (town);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
  g_assert_cmpuint (town_count (town, GEO_ACTION_TIMER), ==, 0);
  g_assert_cmpuint (town_count (town, GEO_ACTION_SEND), ==, 1);
  g_assert_cmpint (town_debt (town, A, B), ==, 250);
  g_assert_cmpint (town_debt (town, B, D), ==, 250);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);

  entry = committed_entry (town, A);
  /* P7: only the payer and the closer have to vote. */
  g_assert_cmpuint (entry->certificate->contract->voters->len, ==, 2);
  g_assert_cmpuint (entry->certificate->votes->len, ==, 1);
  /* Payee and neighbour are named; A itself is not. */
  g_assert_cmpuint (entry->people->len, ==, 2);
  g_assert_cmpuint (entry->hops->len, ==, 1);
  /* A line, then the payment. */
  g_assert_cmpint (entry->entry->sequence, ==, 2);
  for (guint i = 0; i < 4; i++)
    if (i != C)
      g_assert_nonnull (
          ledger_entries (town->ledger, &town_person (town, i)->pid));
  g_assert_cmpuint (
      ledger_entries (town->ledger, &town_person (town, B)->pid)->len, ==, 3);
}

static void
test_all_vote (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoOrder) order = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GeoMessage) ask_b = NULL;
  g_autoptr (GeoMessage) ask_d = NULL;
  GeoMessage *message;
  GeoHash contract;

  town_everybody (town);
  order = town_make_order (town, A, D, 250);
  order->has_description_hash = TRUE;
  geo_hash_of ("bread", 5, &order->description_hash);
  geo_order_sign (order, town_person (town, A)->secret);
  sealed = geo_seal (&town_person (town, D)->participant->key, "bread", NULL);
  message = town_order_message (order);
  message->u.payment_request->sealed = g_bytes_ref (sealed);
  town_say (town, A, message);

  /* Nothing is bound yet, so nothing is stored; capacity is held. */
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 0);
  g_assert_cmpuint (town_count (town, GEO_ACTION_SEND), ==, 2);
  g_assert_null (town_sent (town, A, GEO_MESSAGE_PAYMENT_PREPARE));
  g_assert_null (town_sent (town, C, GEO_MESSAGE_PAYMENT_PREPARE));
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 1);
  ask_b = town_asked (town, B);
  ask_d = town_asked (town, D);
  contract = contract_of (ask_b);
  g_assert_cmpint (timer_of (town, &contract), ==, town->now + 3000);
  g_assert_null (ask_b->u.payment_prepare->sealed);
  g_assert_cmpuint (ask_b->u.payment_prepare->hops->len, ==, 2);
  g_assert_nonnull (ask_d->u.payment_prepare->sealed);
  g_assert_true (g_bytes_equal (ask_d->u.payment_prepare->sealed, sealed));
  g_assert_cmpuint (ask_d->u.payment_prepare->hops->len, ==, 1);
  for (guint i = 0; i < 2; i++)
    g_assert_true (geo_contract_check_hop (
        ask_b->u.payment_prepare->contract,
        g_ptr_array_index (ask_b->u.payment_prepare->hops, i), NULL));
  g_assert_cmpint (ask_b->u.payment_prepare->contract->created_at, ==,
                   town->now);
  g_assert_true (geo_contract_carries_order (ask_b->u.payment_prepare->contract,
                                             order, NULL));

  town->now += 50;
  town_say (town, B, town_vote (town, B, ask_b));
  g_assert_cmpuint (town->actions->len, ==, 0);
  /* A vote that comes twice is one vote. */
  town_say (town, B, town_vote (town, B, ask_b));
  g_assert_cmpuint (town->actions->len, ==, 0);
  /* P2: nobody both votes for and refuses one contract. */
  town_say (town, B, town_refuse (town, B, ask_b, GEO_CODE_LIMIT, "no"));
  town_check_error (town, B, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);

  town_say (town, D, town_vote (town, D, ask_d));
  check_store_first (town);
  g_assert_cmpint (timer_of (town, &contract), ==, 0);
  g_assert_cmpstr (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT)->msg_id, ==,
                   order->tx_id);
  g_assert_null (committed_entry (town, A)->sealed);
  g_assert_null (committed_entry (town, B)->sealed);
  g_assert_nonnull (committed_entry (town, D)->sealed);
  g_assert_null (town_sent (town, C, GEO_MESSAGE_PAYMENT_COMMIT));
  /* By mandate: whoever is not a voter stays unnamed in the certificate. */
  g_assert_cmpuint (committed_entry (town, D)->certificate->votes->len, ==, 1);
  g_assert_cmpint (town_debt (town, B, D), ==, 250);

  /* What comes later changes nothing. */
  town_say (town, D, town_vote (town, D, ask_d));
  g_assert_cmpuint (town->actions->len, ==, 0);
  town_timer (town, &contract);
  g_assert_cmpuint (town->actions->len, ==, 0);
}

/* P7: silence is not a refusal. */
static void
test_silence (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask = town_asked (town, B);
  contract = contract_of (ask);
  town->now += 3000;
  town_timer (town, &contract);
  check_store_first (town);
  g_assert_cmpint (town_debt (town, A, B), ==, 250);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_COMMIT));
  /* A mandate's refusal after the hub's vote comes too late. */
  town_say (town, B, town_refuse (town, B, ask, GEO_CODE_LIMIT, "late"));
  g_assert_cmpuint (town->actions->len, ==, 0);
  /* Long after, when the contract is forgotten, nobody waits for B. */
  town->now += 10 * GEO_CLOCK_TOLERANCE_MS;
  town_pay (town, C, D, 250, NULL);
  town_present (town, B, FALSE);
  g_assert_cmpuint (town->actions->len, ==, 0);
}

static void
test_live_votes (void) {
  g_autoptr (Town) town = town_new (4);
  g_autoptr (GeoMessage) ask_b = NULL;
  g_autoptr (GeoMessage) ask_d = NULL;
  const GeoProvenEntry *entry;

  town_line (town, B, A, 1000, LINE_LIVE);
  town_line (town, D, B, 1000, 0);
  town_present (town, A, TRUE);
  /* Away and live: not routed over. */
  town_pay (town, A, D, 250, NULL);
  town_check_abort (town, A, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask_b = town_asked (town, B);
  ask_d = town_asked (town, D);
  g_assert_cmpuint (ask_b->u.payment_prepare->contract->voters->len, ==, 3);
  town_say (town, D, town_vote (town, D, ask_d));
  town_say (town, B, town_vote (town, B, ask_b));
  entry = committed_entry (town, D);
  /* B's and the hub's, the hub's last (P3). */
  g_assert_cmpuint (entry->certificate->votes->len, ==, 2);
  g_assert_true (geo_pid_equal (
      &((GeoVote *) g_ptr_array_index (entry->certificate->votes, 1))->voter,
      &town->pid));
  g_assert_cmpint (town_debt (town, A, B), ==, 250);
}

/* A voter that has to vote and does not: the next try does without it. */
static void
test_live_silent (void) {
  g_autoptr (Town) town = town_new (4);
  g_autoptr (GeoMessage) ask = NULL;
  g_autoptr (GeoMessage) late = NULL;
  GeoHash first, second, order;

  town_line (town, B, A, 1000, LINE_LIVE);
  town_line (town, D, B, 1000, 0);
  town_line (town, C, A, 999, 0);
  town_line (town, D, C, 999, 0);
  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask = town_asked (town, B);
  first = contract_of (ask);
  town->now += 3000;
  town_timer (town, &first);
  check_store_first (town);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_ABORT));
  g_assert_nonnull (town_sent (town, D, GEO_MESSAGE_PAYMENT_ABORT));
  g_assert_null (town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT));
  late = town_asked (town, C);
  second = contract_of (late);
  g_assert_false (geo_hash_equal (&first, &second));

  /* A vote for what is refused is answered with the refusal. */
  town_say (town, B, town_vote (town, B, ask));
  g_assert_cmpuint (town->actions->len, ==, 1);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_ABORT));

  town->now += 3000;
  town_timer (town, &second);
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, C), ==, 250);
  g_assert_cmpint (town_debt (town, A, B), ==, 0);
}

static void
test_live_no_other_way (void) {
  g_autoptr (Town) town = town_new (4);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 1000, LINE_LIVE);
  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask = town_asked (town, D);
  contract = contract_of (ask);
  town->now += 3000;
  town_timer (town, &contract);
  /* The payee can't be passed by, and nobody else trusts B. */
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_NO_VOTE);
  g_assert_cmpint (town_debt (town, A, B), ==, 0);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);
}

/* The silent payee is paid over its line that does not ask. */
static void
test_live_payee_other_line (void) {
  g_autoptr (Town) town = town_new (4);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract, order;

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 1000, LINE_LIVE);
  town_line (town, C, A, 900, 0);
  town_line (town, D, C, 900, 0);
  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask = town_asked (town, D);
  if (town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE) != NULL) {
    contract = contract_of (ask);
    town->now += 3000;
    town_timer (town, &contract);
    geo_message_free (ask);
    ask = town_asked (town, D);
  }
  g_assert_null (town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE));
  contract = contract_of (ask);
  town->now += 3000;
  town_timer (town, &contract);
  g_assert_true (ledger_is_committed (town->ledger, &order));
}

static void
test_refused_other_route (void) {
  g_autoptr (Town) town = new_town (TRUE);
  g_autoptr (GeoMessage) ask = NULL;
  g_autoptr (GeoMessage) ask_d = NULL;
  guint first, second;
  GeoHash order;

  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  first = town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE) != NULL ? B : C;
  second = first == B ? C : B;
  ask = town_asked (town, first);
  town_say (town, first,
            town_refuse (town, first, ask, GEO_CODE_LIMIT,
                         GEO_REASON_LIMIT_EXCEEDED));
  check_store_first (town);
  g_assert_nonnull (town_sent (town, first, GEO_MESSAGE_PAYMENT_ABORT));
  g_assert_null (town_sent (town, first, GEO_MESSAGE_PAYMENT_PREPARE));
  geo_message_free (ask);
  ask = town_asked (town, second);
  ask_d = town_asked (town, D);
  town_say (town, second, town_vote (town, second, ask));
  town_say (town, D, town_vote (town, D, ask_d));
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, second), ==, 250);
  g_assert_cmpint (town_debt (town, A, first), ==, 0);
}

static void
test_refused_reason (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask = NULL;

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask = town_asked (town, B);
  town_say (town, B,
            town_refuse (town, B, ask, GEO_CODE_LINE_INACTIVE,
                         GEO_REASON_LINE_NOT_ACTIVE));
  town_check_abort (town, A, GEO_CODE_LINE_INACTIVE,
                    GEO_REASON_LINE_NOT_ACTIVE);

  /* Nobody writes to strangers through a refusal. */
  town_pay (town, A, D, 250, NULL);
  geo_message_free (ask);
  ask = town_asked (town, B);
  town_say (
      town, B,
      town_refuse (town, B, ask, GEO_CODE_NOT_ALLOWED, "Call me, says B!"));
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED,
                    GEO_REASON_REFUSED_BY_PARTICIPANT);
  /* What was reserved is free again. */
  town_pay (town, A, D, 1000, NULL);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE));
}

/* P7: an order that asks for the payee's vote. */
static GeoMessage *
asking_order (Town *town, gint64 amount, GeoHash *hash) {
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, amount);

  order->has_invoice = TRUE;
  order->has_consent = TRUE;
  order->consent = GEO_CONSENT_LIVE;
  geo_order_sign (order, town_person (town, A)->secret);
  if (hash != NULL)
    geo_order_hash (order, hash);
  return town_order_message (order);
}

static void
test_payee_votes (void) {
  g_autoptr (Town) town = new_town (TRUE);
  g_autoptr (GeoMessage) ask = NULL;
  const GeoContract *contract;
  GeoHash order;
  guint by;

  town_everybody (town);
  town_say (town, A, asking_order (town, 250, &order));
  by = town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE) != NULL ? B : C;
  ask = town_asked (town, D);
  contract = ask->u.payment_prepare->contract;
  g_assert_cmpuint (contract->voters->len, ==, 3);
  g_assert_true (
      geo_contract_carries_order (contract, ask->u.payment_prepare->order,
                                  NULL));
  /* Those by mandate are not waited for; the payee is. */
  town_present (town, by, FALSE);
  g_assert_false (ledger_is_committed (town->ledger, &order));
  town_say (town, D, town_vote (town, D, ask));
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpuint (committed_entry (town, D)->certificate->votes->len, ==, 2);
}

/* Nobody says in its place what only the payee knows. */
static void
test_payee_has_to_vote (void) {
  g_autoptr (Town) town = new_town (TRUE);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_present (town, A, TRUE);
  town_say (town, A, asking_order (town, 250, NULL));
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_PAYEE_AWAY);

  town_everybody (town);
  town_say (town, A, asking_order (town, 251, NULL));
  town_present (town, D, FALSE);
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_PAYEE_AWAY);

  town_present (town, D, TRUE);
  town_say (town, A, asking_order (town, 252, NULL));
  ask = town_asked (town, D);
  contract = contract_of (ask);
  town->now += 3000;
  town_timer (town, &contract);
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_PAYEE_AWAY);
  g_assert_null (town_sent (town, D, GEO_MESSAGE_PAYMENT_PREPARE));
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);
  /* What was reserved is free again. */
  town_pay (town, A, D, 2000, NULL);
  g_assert_nonnull (town_sent (town, D, GEO_MESSAGE_PAYMENT_PREPARE));
}

/* What a payee says of its own request is told. */
static void
test_payee_says_why (void) {
  static const gchar *const words[] = {
    GEO_REASON_INVOICE_CLOSED,
    GEO_REASON_INVOICE_EXPIRED,
    GEO_REASON_INVOICE_MISMATCH,
    GEO_REASON_INVOICE_BUSY,
  };
  g_autoptr (Town) town = new_town (TRUE);

  town_everybody (town);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (GeoMessage) ask = NULL;

    town_say (town, A, asking_order (town, 250 + i, NULL));
    ask = town_asked (town, D);
    town_say (town, D,
              town_refuse (town, D, ask, GEO_CODE_CONFLICT, words[i]));
    town_check_abort (town, A, GEO_CODE_CONFLICT, words[i]);
  }
}

static void
test_payee_refuses (void) {
  g_autoptr (Town) town = new_town (TRUE);
  g_autoptr (GeoMessage) ask = NULL;

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask = town_asked (town, D);
  town_say (town, D, town_refuse (town, D, ask, GEO_CODE_LIMIT, "closed"));
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED,
                    GEO_REASON_REFUSED_BY_PARTICIPANT);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 2);
  g_assert_null (town_sent (town, D, GEO_MESSAGE_PAYMENT_PREPARE));
}

static void
test_tries_max (void) {
  g_autoptr (Town) town = town_new (7);
  GeoHash order;

  /* Five ways from A to G. */
  for (guint i = 1; i <= 5; i++) {
    town_line (town, i, A, 1000, 0);
    town_line (town, 6, i, 1000, 0);
  }
  town_everybody (town);
  town_pay (town, A, 6, 250, &order);
  for (guint i = 0; i < 3; i++) {
    guint through = 1;
    g_autoptr (GeoMessage) ask = NULL;

    while (town_sent (town, through, GEO_MESSAGE_PAYMENT_PREPARE) == NULL)
      through++;
    g_assert_cmpuint (through, <, 6);
    ask = town_asked (town, through);
    g_assert_null (ledger_refusal (town->ledger, &order));
    town_say (town, through,
              town_refuse (town, through, ask, GEO_CODE_LIMIT,
                           GEO_REASON_LIMIT_EXCEEDED));
  }
  town_check_abort (town, A, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

static void
test_leaving (void) {
  g_autoptr (Town) town = new_town (TRUE);
  g_autoptr (GeoMessage) ask_d = NULL;
  GeoHash order;

  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask_d = town_asked (town, D);
  town_say (town, D, town_vote (town, D, ask_d));
  /* By mandate: it goes on without. */
  town_present (town, B, FALSE);
  town_present (town, C, FALSE);
  g_assert_true (ledger_is_committed (town->ledger, &order));

  /* Who was asked and has voted may leave. */
  town_line (town, B, A, 1000, LINE_LIVE);
  town_line (town, C, A, -1, 0);
  town_present (town, B, TRUE);
  town_pay (town, A, D, 300, &order);
  geo_message_free (ask_d);
  ask_d = town_asked (town, B);
  town_say (town, B, town_vote (town, B, ask_d));
  town_present (town, B, FALSE);
  g_assert_cmpuint (town->actions->len, ==, 0);
  town_present (town, D, FALSE);
  g_assert_true (ledger_is_committed (town->ledger, &order));

  /* Who had to vote is silent at once. */
  town_present (town, B, TRUE);
  town_pay (town, A, D, 100, &order);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_PREPARE));
  town_present (town, B, FALSE);
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_NO_VOTE);

  /* A stranger's leaving is nobody's business. */
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_present (town->closer, &town->pid, FALSE, town->now,
                      town->actions);
  g_assert_cmpuint (town->actions->len, ==, 0);
}

/* P11: never after the deadline. */
static void
test_deadline (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoOrder) order = NULL;
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_everybody (town);
  order = town_make_order (town, A, D, 250);
  order->deadline = town->now + 1000;
  geo_order_sign (order, town_person (town, A)->secret);
  town_say (town, A, town_order_message (order));
  ask = town_asked (town, B);
  contract = contract_of (ask);
  g_assert_cmpint (timer_of (town, &contract), ==, order->deadline);
  town->now = order->deadline + 1;
  town_say (town, B, town_vote (town, B, ask));
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_ABORT));
  g_assert_cmpint (town_debt (town, A, B), ==, 0);

  /* A timer that comes late votes for nothing. */
  geo_order_free (order);
  order = town_make_order (town, A, D, 250);
  order->deadline = town->now + 1000;
  geo_order_sign (order, town_person (town, A)->secret);
  town_say (town, A, town_order_message (order));
  geo_message_free (ask);
  ask = town_asked (town, B);
  contract = contract_of (ask);
  town->now = order->deadline + 1;
  town_timer (town, &contract);
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);

  /* At the deadline it still may. */
  geo_order_free (order);
  order = town_make_order (town, A, D, 250);
  order->deadline = town->now + 1000;
  geo_order_sign (order, town_person (town, A)->secret);
  town_say (town, A, town_order_message (order));
  geo_message_free (ask);
  ask = town_asked (town, B);
  contract = contract_of (ask);
  town->now = order->deadline;
  town_timer (town, &contract);
  g_assert_cmpint (town_debt (town, A, B), ==, 250);
}

static void
test_bad_answers (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask = NULL;
  GeoMessage *answer;

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask = town_asked (town, B);

  answer = town_vote (town, B, ask);
  g_clear_pointer (&answer->u.payment_prepare_ack->vote, geo_vote_free);
  town_say (town, B, answer);
  town_check_error (town, B, GEO_CODE_INVALID, GEO_REASON_INVALID);

  answer = town_vote (town, B, ask);
  answer->u.payment_prepare_ack->vote->community = town_person (town, A)->pid;
  geo_vote_sign (answer->u.payment_prepare_ack->vote,
                 town_person (town, B)->secret);
  town_say (town, B, answer);
  town_check_error (town, B, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);

  /* D's vote, sent by B. */
  town_say (town, B, town_vote (town, D, ask));
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  answer = town_refuse (town, B, ask, GEO_CODE_LIMIT, "no");
  answer->u.payment_prepare_ack->refusal->signature.bytes[3] ^= 1;
  town_say (town, B, answer);
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  town_say (town, C, town_vote (town, C, ask));
  town_check_error (town, C, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);

  ask->u.payment_prepare->contract->created_at++;
  town_say (town, B, town_vote (town, B, ask));
  town_check_error (town, B, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 1);
}

/* P7: What is in the certificate is checked, and nothing else. */
static void
test_bad_signatures (void) {
  g_autoptr (Town) town = town_new (4);
  g_autoptr (GeoMessage) ask_b = NULL;
  g_autoptr (GeoMessage) ask_d = NULL;
  GeoMessage *answer;
  GeoHash order;

  town_line (town, B, A, 1000, LINE_LIVE);
  town_line (town, D, B, 1000, 0);
  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask_b = town_asked (town, B);
  ask_d = town_asked (town, D);

  answer = town_vote (town, B, ask_b);
  answer->u.payment_prepare_ack->vote->signature.bytes[3] ^= 1;
  g_assert_true (
      geo_closer_wants_check (town->closer, &town_person (town, B)->pid,
                              answer));
  town_say (town, B, answer);
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  answer = town_vote (town, D, ask_d);
  answer->u.payment_prepare_ack->vote->signature.bytes[3] ^= 1;
  g_assert_false (
      geo_closer_wants_check (town->closer, &town_person (town, D)->pid,
                              answer));
  town_say (town, D, answer);
  g_assert_null (town_sent (town, D, GEO_MESSAGE_ERROR));
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 1);

  answer = town_vote (town, B, ask_b);
  town_say (town, B, answer);
  g_assert_true (ledger_is_committed (town->ledger, &order));
}

/* I2: the limit may fall below what is reserved; the reservation was made
 * earlier. */
static void
test_lowered_limit (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract, order;

  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask = town_asked (town, B);
  contract = contract_of (ask);
  town_line (town, B, A, 10, 0);
  town_line (town, B, A, -1, 0);
  town->now += 3000;
  town_timer (town, &contract);
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, B), ==, 250);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 0);

  /* From now on the new limit counts: nothing more can be owed. */
  g_assert_cmpint (
      geo_book_line (
          geo_book_market (town->book, TOWN_EQUIVALENT),
          geo_book_person (town->book, &town_person (town, B)->pid)->node,
          geo_book_person (town->book, &town_person (town, A)->pid)->node)
          ->ceiling.minor,
      ==, 0);
  town_pay (town, A, D, 1, NULL);
  town_check_abort (town, A, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);
  /* But a debt can be paid back over a closed line (§1). */
  town_pay (town, B, A, 100, &order);
  geo_message_free (ask);
  ask = town_asked (town, A);
  town_say (town, A, town_vote (town, A, ask));
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, B), ==, 150);
}

/* Two reservations under limits that rise and fall. */
static void
test_lowered_twice (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) one = NULL;
  g_autoptr (GeoMessage) two = NULL;
  GeoHash first, second;

  town_everybody (town);
  town_line (town, B, A, 60, 0);
  town_pay (town, A, D, 60, NULL);
  one = town_asked (town, B);
  town_line (town, B, A, 200, 0);
  town_pay (town, A, D, 140, NULL);
  two = town_asked (town, B);
  town_line (town, B, A, 0, 0);
  first = contract_of (one);
  second = contract_of (two);
  town->now += 3000;
  town_timer (town, &second);
  g_assert_cmpint (town_debt (town, A, B), ==, 140);
  town_timer (town, &first);
  g_assert_cmpint (town_debt (town, A, B), ==, 200);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 0);
}

/* The book is damaged on purpose: the hub notices before it votes. */
static void
test_violation (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask = NULL;
  GeoBookMarket *market = geo_book_market (town->book, TOWN_EQUIVALENT);
  GeoNodeIndex a =
      geo_book_person (town->book, &town_person (town, A)->pid)->node;
  GeoNodeIndex b =
      geo_book_person (town->book, &town_person (town, B)->pid)->node;
  GeoHash contract, order;
  guint incidents = 0;

  town_everybody (town);
  town_pay (town, A, D, 250, &order);
  ask = town_asked (town, B);
  contract = contract_of (ask);
  g_assert_true (geo_graph_set_debt (market->graph, a, b, GEO_AMOUNT (900)));
  town->now += 3000;
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_timer (town->closer, &contract, town->now, town->actions);
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind != GEO_ACTION_STORE_CHANGE)
      continue;
    ledger_apply (town->ledger, action->change);
    if (action->change->kind == GEO_CHANGE_INCIDENT) {
      incidents++;
      g_assert_cmpint (action->change->incident, ==, GEO_INCIDENT_FROZEN);
      g_assert_cmpstr (action->change->equivalent, ==, TOWN_EQUIVALENT);
      g_assert_true (g_str_has_prefix (action->change->text, "I2 "));
    }
  }
  g_assert_cmpuint (incidents, ==, 1);
  town_check_abort (town, A, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 1);
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==, 0);
  /* The debts are as before, and nothing is reserved. */
  g_assert_cmpint (town_debt (town, A, B), ==, 900);
  g_assert_cmpint (town_debt (town, B, D), ==, 0);
  g_assert_cmpint (geo_graph_reserved (market->graph, a, b).minor, ==, 0);

  /* §14: the equivalent is frozen, whatever stands in the book now. */
  g_assert_true (geo_graph_set_debt (market->graph, a, b, GEO_AMOUNT_ZERO));
  g_assert_cmpuint (geo_book_count_frozen_equivalents (town->book), ==, 1);
  town_pay (town, A, D, 1000, NULL);
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED,
                    GEO_REASON_EQUIVALENT_FROZEN);
  town_say (town, D,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, D,
                               town_make_line (town, D, A, 100, 0)));
  town_check_error (town, D, GEO_CODE_NOT_ALLOWED,
                    GEO_REASON_EQUIVALENT_FROZEN);
}

/* What was under way when the equivalent was frozen is refused in its turn. */
static void
test_frozen_equivalent (void) {
  g_autoptr (Town) town = new_town (FALSE);
  g_autoptr (GeoMessage) ask_b = NULL;
  g_autoptr (GeoMessage) ask_d = NULL;

  town_everybody (town);
  town_pay (town, A, D, 250, NULL);
  ask_b = town_asked (town, B);
  ask_d = town_asked (town, D);
  geo_book_load_frozen_equivalent (town->book, TOWN_EQUIVALENT);
  geo_book_load_frozen_equivalent (town->book, "NOTHING");
  town_say (town, B, town_vote (town, B, ask_b));
  town_say (town, D, town_vote (town, D, ask_d));
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED,
                    GEO_REASON_EQUIVALENT_FROZEN);
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==, 0);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);
}

static void
test_not_for_a_hub (void) {
  g_autoptr (Town) town = new_town (FALSE);
  static const GeoMessageType answers[] = { GEO_MESSAGE_PONG,
                                            GEO_MESSAGE_ERROR };
  GeoMessage *message;

  message = geo_message_new (GEO_MESSAGE_SYNC, NULL);
  town_say (town, A, message);
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_INVALID);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    message = geo_message_new (answers[i], NULL);
    if (answers[i] == GEO_MESSAGE_ERROR) {
      message->u.error->code = GEO_CODE_INVALID;
      message->u.error->reason = g_strdup ("odd");
      message->u.error->message = g_strdup ("Odd.");
    }
    town_say (town, A, message);
    g_assert_cmpuint (town->actions->len, ==, 0);
  }

  /* Somebody who never joined. */
  message = geo_message_new (GEO_MESSAGE_PING, "p");
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_message (town->closer, &town->pid, message, NULL, town->now,
                      town->actions);
  g_assert_cmpuint (town->actions->len, ==, 1);
  geo_message_free (message);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/nobody-asked", test_nobody_asked);
  g_test_add_func ("/closer/all-vote", test_all_vote);
  g_test_add_func ("/closer/silence", test_silence);
  g_test_add_func ("/closer/live/votes", test_live_votes);
  g_test_add_func ("/closer/live/silent", test_live_silent);
  g_test_add_func ("/closer/live/no-other-way", test_live_no_other_way);
  g_test_add_func ("/closer/live/payee-other-line", test_live_payee_other_line);
  g_test_add_func ("/closer/refused/other-route", test_refused_other_route);
  g_test_add_func ("/closer/refused/reason", test_refused_reason);
  g_test_add_func ("/closer/refused/payee", test_payee_refuses);
  g_test_add_func ("/closer/payee/votes", test_payee_votes);
  g_test_add_func ("/closer/payee/has-to-vote", test_payee_has_to_vote);
  g_test_add_func ("/closer/payee/says-why", test_payee_says_why);
  g_test_add_func ("/closer/refused/tries-max", test_tries_max);
  g_test_add_func ("/closer/leaving", test_leaving);
  g_test_add_func ("/closer/deadline", test_deadline);
  g_test_add_func ("/closer/bad-answers", test_bad_answers);
  g_test_add_func ("/closer/bad-signatures", test_bad_signatures);
  g_test_add_func ("/closer/lowered-limit", test_lowered_limit);
  g_test_add_func ("/closer/lowered-twice", test_lowered_twice);
  g_test_add_func ("/closer/violation", test_violation);
  g_test_add_func ("/closer/frozen-equivalent", test_frozen_equivalent);
  g_test_add_func ("/closer/not-for-a-hub", test_not_for_a_hub);
  return g_test_run ();
}
