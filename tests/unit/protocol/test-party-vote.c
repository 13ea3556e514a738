/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contracts that a party is asked about: each check of P8 with its code,
 * one answer for ever (P2, P5), and reservations that only evidence lifts (P9).
 * Long because each thing that P8 looks at is a test of its own.
 */
#include "party-town.h"

/* What was answered to a PREPARE with that msg_id; borrowed. */
static const GeoMsgPaymentPrepareAck *
answer (Town *town, const gchar *msg_id) {
  const GeoMessage *message = town_sent (town, GEO_MESSAGE_PAYMENT_PREPARE_ACK);

  g_assert_cmpstr (message->msg_id, ==, msg_id);
  return message->u.payment_prepare_ack;
}

static void
expect_vote (Town *town, const Deal *deal) {
  const GeoVote *vote = answer (town, "prepare-1")->vote;
  GeoHash hash;

  g_assert_nonnull (vote);
  deal_hash (deal, &hash);
  g_assert_true (geo_hash_equal (&vote->contract, &hash));
  g_assert_true (geo_pid_equal (&vote->voter, &town->people[ME].pid));
  g_assert_true (
      geo_vote_verify (vote, &town->people[ME].participant->key, NULL));
}

static void
expect_refusal (Town *town,
                const Deal *deal,
                GeoCode code,
                const gchar *reason) {
  const GeoRefusal *refusal;
  const GeoTold *told;
  GeoHash hash;

  town_expect (town,
               "store:refusal send:PAYMENT_PREPARE_ACK tell:refused-vote");
  refusal = answer (town, "prepare-1")->refusal;
  g_assert_nonnull (refusal);
  deal_hash (deal, &hash);
  g_assert_true (refusal->has_contract && !refusal->has_order);
  g_assert_true (geo_hash_equal (&refusal->contract, &hash));
  g_assert_true (
      geo_refusal_verify (refusal, &town->people[ME].participant->key, NULL));
  g_assert_cmpstr (refusal->reason, ==, reason);
  g_assert_cmpint ((gint) refusal->code, ==, (gint) code);
  told = town_told (town, GEO_TOLD_REFUSED_VOTE);
  g_assert_cmpstr (told->reason, ==, reason);
  g_assert_cmpint ((gint) told->code, ==, (gint) code);
  g_assert_cmpstr (told->order->tx_id, ==, deal->order->tx_id);
}

static void
expect_error (Town *town, GeoCode code, const gchar *reason) {
  const GeoMessage *message;

  town_expect (town, "send:ERROR");
  message = town_sent (town, GEO_MESSAGE_ERROR);
  g_assert_cmpstr (message->msg_id, ==, "prepare-1");
  g_assert_cmpint ((gint) message->u.error->code, ==, (gint) code);
  g_assert_cmpstr (message->u.error->reason, ==, reason);
}

static void
prepare (Town *town, const Deal *deal) {
  town_receive (town, deal_prepare (town, deal, "prepare-1"));
}

static void
expect_yes (Town *town, const Deal *deal) {
  prepare (town, deal);
  expect_vote (town, deal);
}

static void
expect_no (Town *town, const Deal *deal, GeoCode code, const gchar *reason) {
  prepare (town, deal);
  expect_refusal (town, deal, code, reason);
}

static const GeoPair *
pair_with (Town *town, guint who) {
  return geo_party_find_pair (town->party, &town->people[who].pid, "UAH");
}

/* --- Yes ------------------------------------------------------------------ */

static void
test_through_me (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 8000);
  const GeoRecordBody *body;

  prepare (town, deal);
  /* P1.  Asked about half a minute after the deadline at the latest. */
  town_expect (town, "store:vote send:PAYMENT_PREPARE_ACK timer+90000");
  expect_vote (town, deal);
  g_assert_cmpuint (town->n_asked, ==, 1);
  body = town_stored (town, GEO_RECORD_KIND_VOTE);
  g_assert_cmpuint (body->hops->len, ==, 2);
  g_assert_nonnull (body->contract);
  g_assert_nonnull (body->order);
  /* P9. */
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 8000);
  g_assert_cmpint (pair_with (town, BOB)->reserved_out.minor, ==, 8000);
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
}

static void
test_to_me (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 10000);

  deal_describe (town, deal, "Two loaves\nand a bun", ME);
  deal_sign (town, deal, CARL);
  prepare (town, deal);
  town_expect (town, "store:vote send:PAYMENT_PREPARE_ACK timer+90000");
  expect_vote (town, deal);
  g_assert_true (g_bytes_equal (
      town_stored (town, GEO_RECORD_KIND_VOTE)->sealed, deal->sealed));
}

/* P6: the order was our vote already; a refusal would be the second word. */
static void
test_from_me (void) {
  static const Step steps[] = { { ME, ANNA, 3000 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  g_autoptr (Deal) other = deal_new (town, "tx-2", ME, ANNA, 3000, steps, 1);

  g_assert_true (town_pay (town, "tx-1", ANNA, 3000, NULL, NULL, NULL));
  deal = deal_of_order (
      town,
      town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST)->u.payment_request->order,
      steps, 1);
  prepare (town, deal);
  expect_error (town, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);
  /* It is too late for a person's rule, too. */
  town->refuse_with = "closed";
  prepare (town, deal);
  expect_error (town, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);
  /* Signed with our key, and nothing that we wait for: before a restore. */
  prepare (town, other);
  expect_error (town, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);
  /* So what is committed is no lie. */
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  g_assert_cmpint (town_told (town, GEO_TOLD_PAYMENT)->state, ==,
                   GEO_PAYMENT_PAID);
}

/* Two routes at once are one contract. */
static void
test_two_routes (void) {
  static const Step steps[] = { { CARL, ANNA, 3000 },
                                { ANNA, ME, 3000 },
                                { CARL, BOB, 2000 },
                                { BOB, ME, 2000 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-1", CARL, ME, 5000, steps, 4);

  expect_yes (town, deal);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 3000);
  g_assert_cmpint (pair_with (town, BOB)->reserved_in.minor, ==, 2000);
}

/* §1: a debt can be paid back where there is no line. */
static void
test_pay_back (void) {
  static const Step steps[] = { { CARL, ME, 500 } };
  static const Step back[] = { { ANNA, ME, 500 }, { ME, CARL, 500 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-1", CARL, ME, 500, steps, 1);
  g_autoptr (Deal) more = deal_new (town, "tx-2", CARL, ME, 500, steps, 1);
  g_autoptr (Deal) through = deal_new (town, "tx-3", ANNA, CARL, 500, back, 2);

  /* We owe CARL 8.00. */
  geo_party_load_balance (town->party, &town->people[CARL].pid, "UAH",
                          GEO_AMOUNT (-800));
  expect_yes (town, deal);
  expect_no (town, more, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);

  /* And the other way round. */
  geo_party_load_balance (town->party, &town->people[CARL].pid, "UAH",
                          GEO_AMOUNT (800));
  expect_yes (town, through);
}

/* --- P2, P5 --------------------------------------------------------------- */

static void
test_same_answer (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) refused = deal_through_me (town, "tx-2", 100000);
  g_autofree gchar *one = NULL;
  g_autofree gchar *other = NULL;

  expect_yes (town, deal);
  one = geo_vote_to_text (answer (town, "prepare-1")->vote, NULL);
  town_receive (town, deal_prepare (town, deal, "prepare-2"));
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  other = geo_vote_to_text (answer (town, "prepare-2")->vote, NULL);
  g_assert_cmpstr (one, ==, other);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 1000);

  expect_no (town, refused, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  g_clear_pointer (&one, g_free);
  g_clear_pointer (&other, g_free);
  one = geo_refusal_to_text (answer (town, "prepare-1")->refusal, NULL);
  town->now += 1000;
  town_receive (town, deal_prepare (town, refused, "prepare-2"));
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  other = geo_refusal_to_text (answer (town, "prepare-2")->refusal, NULL);
  g_assert_cmpstr (one, ==, other);
}

/* P2: nor does a restart, the deadline or the commit change what was said. */
static void
test_same_answer_later (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) refused = deal_through_me (town, "tx-2", 100000);

  expect_yes (town, deal);
  expect_no (town, refused, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  town_reload (town);
  prepare (town, deal);
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  expect_vote (town, deal);
  prepare (town, refused);
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  g_assert_nonnull (answer (town, "prepare-1")->refusal);

  town_connect (town);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town->now += 61000;
  prepare (town, deal);
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  expect_vote (town, deal);
  town_reload (town);
  prepare (town, deal);
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  expect_vote (town, deal);
  prepare (town, refused);
  g_assert_nonnull (answer (town, "prepare-1")->refusal);

  /* When it is forgotten, nothing is signed any more. */
  town->now += GEO_CLOCK_TOLERANCE_MS + 60000;
  prepare (town, deal);
  expect_error (town, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  prepare (town, refused);
  expect_error (town, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  g_assert_cmpuint (g_hash_table_size (town->party->answers), ==, 0);
}

/* --- What is not for us to answer ----------------------------------------- */

static void
test_not_ours (void) {
  static const Step elsewhere[] = { { ANNA, BOB, 1000 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-1", ANNA, BOB, 1000, elsewhere,
                                    1);
  g_autoptr (Deal) foreign = deal_through_me (town, "tx-2", 1000);

  prepare (town, deal);
  expect_error (town, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  foreign->contract->community = town->people[CARL].pid;
  prepare (town, foreign);
  expect_error (town, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  g_assert_cmpuint (town->records->len, ==, 0);
}

static void
test_too_many_votes (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) last = deal_through_me (town, "last", 1);

  for (guint i = 0; i < GEO_PARTY_VOTES_MAX; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);
    g_autoptr (Deal) deal = deal_through_me (town, tx_id, 1);
    g_autoptr (GPtrArray) hops =
        geo_contract_prove_hops_of (deal->hops, &town->people[ME].pid);

    geo_party_load_open_vote (town->party, deal->contract, deal->order, hops);
  }
  prepare (town, last);
  expect_error (town, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
}

/* --- P8 ------------------------------------------------------------------- */

static void
test_contract_shape (void) {
  static const Step round[] = { { ANNA, ME, 10 }, { ME, ANNA, 10 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) clearing = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) no_payer = deal_through_me (town, "tx-2", 1000);
  g_autoptr (Deal) closer = deal_through_me (town, "tx-3", 1000);
  g_autoptr (Deal) self = deal_new (town, "tx-4", ANNA, ANNA, 10, round, 2);
  g_autoptr (Deal) unknown = deal_through_me (town, "tx-5", 1000);
  g_autoptr (Deal) precision = deal_through_me (town, "tx-6", 1000);
  g_autoptr (Deal) nothing = deal_through_me (town, "tx-7", 1000);
  g_autoptr (Deal) other_order = deal_through_me (town, "tx-8", 1000);
  g_autoptr (Deal) no_voter = deal_through_me (town, "tx-9", 1000);

  clearing->contract->kind = GEO_CONTRACT_KIND_CLEARING;
  expect_no (town, clearing, GEO_CODE_INVALID, GEO_REASON_INVALID);
  no_payer->contract->has_payer = FALSE;
  expect_no (town, no_payer, GEO_CODE_INVALID, GEO_REASON_INVALID);
  closer->contract->closer = town->people[ANNA].pid;
  expect_no (town, closer, GEO_CODE_INVALID, GEO_REASON_INVALID);
  expect_no (town, self, GEO_CODE_INVALID, GEO_REASON_SELF);
  g_free (unknown->contract->equivalent);
  unknown->contract->equivalent = g_strdup ("USD");
  expect_no (town, unknown, GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT);
  precision->contract->amount.decimals = 0;
  expect_no (town, precision, GEO_CODE_INVALID, GEO_REASON_PRECISION);
  nothing->contract->amount.amount = GEO_AMOUNT_ZERO;
  expect_no (town, nothing, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  /* P6. */
  other_order->order->created_at++;
  geo_order_sign (other_order->order, town->people[ANNA].secret);
  expect_no (town, other_order, GEO_CODE_INVALID, GEO_REASON_INVALID);
  g_array_set_size (no_voter->contract->voters, 1);
  expect_no (town, no_voter, GEO_CODE_INVALID, GEO_REASON_INVALID);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);
  g_assert_cmpuint (town->n_asked, ==, 0);
}

static void
test_order_signature (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  /* BOB signs what says it is ANNA's. */
  deal_sign (town, deal, BOB);
  expect_no (town, deal, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
}

static void
test_hops (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) root = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) others = deal_to_me (town, "tx-2", 1000);
  g_autoptr (Deal) twice = deal_through_me (town, "tx-3", 1000);
  GeoMessage *message;
  GPtrArray *hops;

  root->contract->hops_root.bytes[0] ^= 1;
  expect_no (town, root, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);

  /* A hop of others among ours. */
  message = deal_prepare (town, others, "prepare-1");
  g_ptr_array_unref (message->u.payment_prepare->hops);
  message->u.payment_prepare->hops =
      geo_contract_prove_hops_of (others->hops, &town->people[ANNA].pid);
  town_receive (town, message);
  expect_refusal (town, others, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);

  /* One hop shown twice. */
  message = deal_prepare (town, twice, "prepare-1");
  hops = message->u.payment_prepare->hops;
  g_ptr_array_add (hops, geo_proven_hop_copy (g_ptr_array_index (hops, 0)));
  g_ptr_array_add (hops, geo_proven_hop_copy (g_ptr_array_index (hops, 1)));
  town_receive (town, message);
  expect_refusal (town, twice, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
}

static void
test_deadline (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) in_time = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) late = deal_through_me (town, "tx-2", 1000);

  town->now = in_time->contract->deadline;
  prepare (town, in_time);
  expect_vote (town, in_time);
  town->now++;
  expect_no (town, late, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
}

/* daily_limit: what has come in today, by the hub's clock, and what may. */
static void
test_daily_limit (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 2000);
  g_autoptr (Deal) more = deal_to_me (town, "tx-2", 1001);
  g_autoptr (Deal) rest = deal_to_me (town, "tx-3", 1000);
  g_autoptr (Deal) after = deal_to_me (town, "tx-4", 1);
  g_autoptr (Deal) back = deal_to_me (town, "tx-5", 2500);
  g_autoptr (Deal) tomorrow = NULL;
  GeoPair *pair = geo_party_get_pair (town->party, &town->people[ANNA].pid,
                                      "UAH");

  pair->given->policy->has_daily_limit = TRUE;
  pair->given->policy->daily_limit = geo_decimal (GEO_AMOUNT (4000), 2);
  pair->day = town->now / GEO_DAY_MS;
  pair->inbound = GEO_AMOUNT (1000);
  expect_yes (town, first);
  expect_no (town, more, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  expect_yes (town, rest);
  expect_no (town, after, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  /* What we owe is paid back all the same. */
  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (-5500));
  expect_yes (town, back);
  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT_ZERO);

  /* Another day: what is reserved still counts, what came in does not. */
  town->now += GEO_DAY_MS;
  pair->given->policy->daily_limit = geo_decimal (GEO_AMOUNT (6500), 2);
  tomorrow = deal_to_me (town, "tx-6", 1000);
  expect_yes (town, tomorrow);
}

static void
test_limits (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 6000);
  g_autoptr (Deal) more = deal_to_me (town, "tx-2", 4001);
  g_autoptr (Deal) rest = deal_to_me (town, "tx-3", 4000);
  g_autoptr (Deal) debt = deal_through_me (town, "tx-4", 8001);

  expect_yes (town, first);
  /* What is reserved counts as if it were there. */
  expect_no (town, more, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  expect_yes (town, rest);

  /* Our own debt to BOB is inside his 80.00, not over it. */
  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (-10000));
  expect_no (town, debt, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

/* §1: over a line that either end has frozen nothing more is owed; what is owed
 * is paid back. */
static void
test_frozen (void) {
  static const Step in[] = { { ANNA, ME, 1000 } };
  static const Step both[] = { { ANNA, ME, 1000 }, { ME, BOB, 1000 } };

  for (guint by = 0; by < 2; by++) {
    g_autoptr (Town) town = town_new ();
    g_autoptr (GeoTrustLine) line = town_line (town, by == 0 ? ME : ANNA,
                                               by == 0 ? ANNA : ME, 10000, 2);
    g_autoptr (Deal) lends = deal_new (town, "tx-1", ANNA, ME, 1000, in, 1);
    g_autoptr (Deal) passes = deal_new (town, "tx-2", ANNA, BOB, 1000, both, 2);
    g_autoptr (Deal) back = deal_new (town, "tx-3", ANNA, ME, 1000, in, 1);

    line->policy->has_frozen = line->policy->frozen = TRUE;
    geo_party_load_line (town->party, line, TRUE);
    expect_no (town, lends, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
    expect_no (town, passes, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
    geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                            GEO_AMOUNT (-1000));
    expect_yes (town, back);
  }
  {
    static const Step through[] = { { BOB, ME, 1000 }, { ME, ANNA, 1000 } };
    g_autoptr (Town) town = town_new ();
    g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 10000, 2);
    g_autoptr (Deal) borrows = deal_new (town, "tx-1", BOB, ANNA, 1000, through,
                                         2);
    g_autoptr (Deal) settles = deal_new (town, "tx-2", BOB, ANNA, 1000, through,
                                         2);

    line->policy->has_frozen = line->policy->frozen = TRUE;
    geo_party_load_line (town->party, line, TRUE);
    expect_no (town, borrows, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
    geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                            GEO_AMOUNT (1000));
    expect_yes (town, settles);
  }
}

static void
test_out_reservations (void) {
  static const Step steps[] = { { ANNA, ME, 5000 }, { ME, BOB, 5000 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_new (town, "tx-1", ANNA, BOB, 5000, steps, 2);
  g_autoptr (Deal) second = deal_new (town, "tx-2", ANNA, BOB, 5000, steps, 2);

  expect_yes (town, first);
  expect_no (town, second, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

/* What we owe is no room until it is there: open contracts of the other
 * direction may fail. */
static void
test_no_netting_of_reservations (void) {
  static const Step there[] = { { ANNA, ME, 10000 } };
  static const Step back[] = { { BOB, ME, 1000 }, { ME, ANNA, 1000 } };
  static const Step more[] = { { ANNA, ME, 1000 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) full = deal_new (town, "tx-1", ANNA, ME, 10000, there, 1);
  g_autoptr (Deal) other = deal_new (town, "tx-2", BOB, ANNA, 1000, back, 2);
  g_autoptr (Deal) over = deal_new (town, "tx-3", ANNA, ME, 1000, more, 1);

  expect_yes (town, other);
  expect_yes (town, full);
  expect_no (town, over, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

static void
test_no_line (void) {
  static const Step from_carl[] = { { CARL, ME, 100 }, { ME, BOB, 100 } };
  static const Step to_carl[] = { { ANNA, ME, 100 }, { ME, CARL, 100 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) in = deal_new (town, "tx-1", CARL, BOB, 100, from_carl, 2);
  g_autoptr (Deal) out = deal_new (town, "tx-2", ANNA, CARL, 100, to_carl, 2);
  g_autoptr (Deal) pay_back = deal_new (town, "tx-3", CARL, BOB, 100, from_carl,
                                        2);

  expect_no (town, in, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  expect_no (town, out, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  /* P7: without a line to CARL nobody is passed on from him, even where it
   * only pays back. */
  geo_party_load_balance (town->party, &town->people[CARL].pid, "UAH",
                          GEO_AMOUNT (-500));
  expect_no (town, pay_back, GEO_CODE_LINE_INACTIVE,
             GEO_REASON_LINE_NOT_ACTIVE);
}

/* Our line to ANNA as another version. */
static void
change_line (Town *town, gboolean pass, GeoLineStatus status, guint blocked) {
  GeoTrustLine *line = town_line (town, ME, ANNA, 10000, 2);

  line->policy->can_be_intermediate = pass;
  line->status = status;
  if (status == GEO_LINE_STATUS_CLOSED)
    line->limit.amount = GEO_AMOUNT_ZERO;
  if (blocked != ME)
    g_array_append_val (line->policy->blocked_participants,
                        town->people[blocked].pid);
  geo_trust_line_sign (line, town->people[ME].secret);
  geo_party_load_line (town->party, line, TRUE);
  geo_trust_line_free (line);
}

static void
test_policy (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) through = deal_through_me (town, "tx-1", 100);
  g_autoptr (Deal) to_me = deal_to_me (town, "tx-2", 100);
  g_autoptr (Deal) payer = deal_to_me (town, "tx-3", 100);
  g_autoptr (Deal) payee = deal_through_me (town, "tx-4", 100);
  g_autoptr (Deal) closed = deal_to_me (town, "tx-5", 100);

  change_line (town, FALSE, GEO_LINE_STATUS_ACTIVE, ME);
  expect_no (town, through, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  expect_yes (town, to_me);
  change_line (town, TRUE, GEO_LINE_STATUS_ACTIVE, CARL);
  expect_no (town, payer, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  change_line (town, TRUE, GEO_LINE_STATUS_ACTIVE, BOB);
  expect_no (town, payee, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  change_line (town, TRUE, GEO_LINE_STATUS_CLOSED, ME);
  expect_no (town, closed, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
}

static void
test_neutral (void) {
  static const Step more[] = { { ANNA, ME, 100 }, { ME, BOB, 101 } };
  static const Step less[] = { { CARL, ANNA, 100 }, { ANNA, ME, 99 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) passing = deal_new (town, "tx-1", ANNA, BOB, 100, more, 2);
  g_autoptr (Deal) payee = deal_new (town, "tx-2", CARL, ME, 100, less, 2);

  expect_no (town, passing, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_NEUTRAL);
  expect_no (town, payee, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_NEUTRAL);
}

static void
test_overflow (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 1000);

  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (G_MAXINT64));
  expect_no (town, deal, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
}

static void
test_sealed (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) other = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) not_for_me = deal_to_me (town, "tx-2", 100);
  g_autoptr (Deal) unsaid = deal_to_me (town, "tx-3", 100);
  g_autoptr (Deal) missing = deal_to_me (town, "tx-5", 100);
  g_autoptr (Deal) passing = deal_through_me (town, "tx-6", 100);

  /* Another text than the payer signed. */
  deal_describe (town, other, "Bread", ME);
  other->order->description_hash.bytes[0] ^= 1;
  deal_sign (town, other, CARL);
  expect_no (town, other, GEO_CODE_INVALID, GEO_REASON_INVALID);
  deal_describe (town, not_for_me, "Bread", ANNA);
  deal_sign (town, not_for_me, CARL);
  expect_no (town, not_for_me, GEO_CODE_INVALID, GEO_REASON_INVALID);
  deal_describe (town, unsaid, "Bread", ME);
  unsaid->order->has_description_hash = FALSE;
  deal_sign (town, unsaid, CARL);
  expect_no (town, unsaid, GEO_CODE_INVALID, GEO_REASON_INVALID);
  /* A text that is kept back costs us nothing. */
  deal_describe (town, missing, "Bread", ME);
  g_clear_pointer (&missing->sealed, g_bytes_unref);
  deal_sign (town, missing, CARL);
  expect_yes (town, missing);
  /* Others' texts are none of our business. */
  deal_describe (town, passing, "Bread", BOB);
  deal_sign (town, passing, ANNA);
  expect_yes (town, passing);
}

static void
test_own_rule (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_through_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_through_me (town, "tx-2", 100);

  town->refuse_with = "closed_today";
  expect_no (town, first, GEO_CODE_NOT_ALLOWED, "closed_today");
  geo_party_set_refuse_func (town->party, NULL, NULL);
  expect_yes (town, second);
}

static void
test_after_fault (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 100);
  GeoProvenEntry *entry = town_entry_of_deal (town, deal);

  entry->entry->at++;
  town_receive (town, town_commit (entry));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  expect_no (town, deal, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
}

/* --- A payer whom we do not know ------------------------------------------ */

static Deal *
deal_from_dora (Town *town, const gchar *tx_id) {
  static const Step steps[] = { { DORA, ANNA, 100 },
                                { ANNA, ME, 100 },
                                { ME, BOB, 100 } };

  return deal_new (town, tx_id, DORA, BOB, 100, steps, 3);
}

static GeoMessage *
people_result (Town *town, guint who) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");

  g_ptr_array_add (message->u.people_result->items,
                   geo_participant_copy (town->people[who].participant));
  return message;
}

static void
test_unknown_payer (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_from_dora (town, "tx-1");
  GeoMessage *forged;
  const GeoMsgPeopleQuery *query;
  GeoHash hash;

  prepare (town, deal);
  town_expect (town, "send:PEOPLE_QUERY timer+2000");
  query = town_sent (town, GEO_MESSAGE_PEOPLE_QUERY)->u.people_query;
  g_assert_cmpuint (query->pids->len, ==, 1);
  g_assert_true (geo_pid_equal (&g_array_index (query->pids, GeoPid, 0),
                                &town->people[DORA].pid));
  g_assert_null (query->text);
  /* Asked once. */
  prepare (town, deal);
  town_expect (town, "");
  /* Others may be found meanwhile; a wrong key is nobody's. */
  town_receive (town, people_result (town, CARL));
  town_expect (town, "");
  forged = people_result (town, DORA);
  ((GeoParticipant *) g_ptr_array_index (forged->u.people_result->items, 0))
      ->key = town->people[CARL].participant->key;
  town_receive (town, forged);
  town_expect (town, "");
  town_receive (town, people_result (town, DORA));
  town_expect (town, "tell:person no-timer store:vote "
                     "send:PAYMENT_PREPARE_ACK timer+90000");
  expect_vote (town, deal);
  deal_hash (deal, &hash);
  town_tick (town, &hash, 0);
  town_expect (town, "send:RECOVERY_QUERY timer+30000");
}

static void
test_unknown_payer_stays (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_from_dora (town, "tx-1");
  g_autoptr (Deal) wrong = deal_from_dora (town, "tx-2");
  GeoHash hash;

  prepare (town, deal);
  deal_hash (deal, &hash);
  town_tick (town, &hash, 2000);
  expect_refusal (town, deal, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  /* Nobody is asked about what is wrong anyway. */
  wrong->contract->amount.amount = GEO_AMOUNT_ZERO;
  expect_no (town, wrong, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
}

static void
test_unknown_payers (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) last = deal_from_dora (town, "last");

  for (guint i = 0; i < GEO_PARTY_KEPT_MAX; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);
    g_autoptr (Deal) deal = deal_from_dora (town, tx_id);

    prepare (town, deal);
    town_expect (town, "send:PEOPLE_QUERY timer+2000");
  }
  prepare (town, last);
  expect_error (town, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  town_disconnect (town);
  g_assert_cmpuint (town->actions->len, ==, GEO_PARTY_KEPT_MAX);
  g_assert_cmpuint (town->party->kept->len, ==, 0);
}

/* BOB pays ANNA through ME while we are away: afterwards ANNA can pay BOB more
 * than before. */
static GeoProvenEntry *
miss_a_payment (Town *town) {
  static const Step steps[] = { { BOB, ME, 3000 }, { ME, ANNA, 3000 } };
  g_autoptr (Deal) missed = deal_new (town, "missed", BOB, ANNA, 3000, steps,
                                      2);

  town_disconnect (town);
  return town_entry_of_deal (town, missed);
}

static void
test_behind (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 11000);
  GeoProvenEntry *missed = miss_a_payment (town);

  /* What we do not know yet is no reason to refuse: we catch up first. */
  town_connect (town);
  prepare (town, deal);
  town_expect (town, "timer+2000");
  prepare (town, deal);
  town_expect (town, "");
  town_receive (town, town_entry (missed));
  town_expect (town, "store:entry tell:person tell:passed no-timer "
                     "store:vote send:PAYMENT_PREPARE_ACK timer+90000");
  expect_vote (town, deal);
}

static void
test_behind_for_long (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 11000);
  g_autoptr (Deal) dora = deal_from_dora (town, "tx-2");
  GeoProvenEntry *missed = miss_a_payment (town);
  GeoHash hash;

  town_connect (town);
  prepare (town, deal);
  prepare (town, dora);
  town_expect (town, "send:PEOPLE_QUERY timer+2000");
  /* Silence is not a refusal (P7), and whoever asks again is answered. */
  deal_hash (deal, &hash);
  town_tick (town, &hash, 2000);
  town_expect (town, "");
  g_assert_cmpuint (town->party->kept->len, ==, 1);
  /* Both what happened and the payer's key are waited for. */
  town_receive (town, people_result (town, DORA));
  town_expect (town, "tell:person");
  town_receive (town, town_entry (missed));
  town_expect (town, "store:entry tell:passed no-timer store:vote "
                     "send:PAYMENT_PREPARE_ACK timer+88000");
  prepare (town, deal);
  g_assert_nonnull (answer (town, "prepare-1"));
}

/* --- P9 ------------------------------------------------------------------- */

static void
test_lifted_by_refusal (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  g_autofree gchar *before = town_state (town);
  g_autofree gchar *after = NULL;
  GeoHash hash;

  expect_yes (town, deal);
  deal_hash (deal, &hash);
  town_receive (town,
                town_abort (town_refusal (town, NULL, &hash, GEO_CODE_TIMEOUT,
                                          GEO_REASON_NO_VOTE)));
  town_expect (town, "store:refused no-timer");
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
  /* Again: nothing.  Asked again: what was said. */
  town_receive (town,
                town_abort (town_refusal (town, NULL, &hash, GEO_CODE_TIMEOUT,
                                          GEO_REASON_NO_VOTE)));
  town_expect (town, "");
  prepare (town, deal);
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  expect_vote (town, deal);
  /* P4: it can never be committed. */
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect_fault (town, GEO_REASON_TWO_OUTCOMES);
}

static void
test_lifted_by_voter (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  GeoRefusal *refusal;
  GeoHash hash;

  g_array_append_val (deal->contract->voters, town->people[CARL].pid);
  deal_sign (town, deal, ANNA);
  expect_yes (town, deal);
  deal_hash (deal, &hash);

  /* BOB is asked, but his vote is not needed: his no is no evidence. */
  refusal = town_refusal (town, NULL, &hash, GEO_CODE_LIMIT, "x");
  refusal->voter = town->people[BOB].pid;
  geo_refusal_sign (refusal, town->people[BOB].secret);
  town_receive (town, town_abort (refusal));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  refusal = town_refusal (town, NULL, &hash, GEO_CODE_LIMIT, "x");
  refusal->voter = town->people[CARL].pid;
  town_receive (town, town_abort (geo_refusal_copy (refusal)));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 1000);
  geo_refusal_sign (refusal, town->people[CARL].secret);
  town_receive (town, town_abort (refusal));
  town_expect (town, "store:refused no-timer");
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 0);
}

static void
test_lifted_by_entry (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  expect_yes (town, deal);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:passed no-timer "
                     "send:ENTRY_ACK");
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 0);
  g_assert_cmpint (pair_with (town, BOB)->reserved_out.minor, ==, 0);
  g_assert_cmpint (town_balance (town, ANNA), ==, 1000);
  g_assert_cmpint (town_balance (town, BOB), ==, -1000);
}

/* The question overtaken by the entry of its own contract: there is nothing to
 * vote for any more, and nothing is held. */
static void
test_asked_after_entry (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  for (guint i = 0; i < 2; i++) {
    town_receive (town, deal_prepare (town, deal, "late"));
    town_expect (town, "");
    g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);
    g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 0);
    g_assert_cmpint (pair_with (town, BOB)->reserved_out.minor, ==, 0);
  }
}

/* The same after a restart: what the journal has the evidence of is no
 * question.  A vote would never find any, and would hold its amount for ever. */
static void
test_asked_after_restart (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_reload (town);
  town_connect (town);
  town_receive (town, town_sync_result (town->sequence));
  prepare (town, deal);
  town_expect (town, "");
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 0);
  g_assert_cmpint (pair_with (town, BOB)->reserved_out.minor, ==, 0);
}

/* What is older than all that is in memory may have been committed, or
 * answered otherwise: nothing is signed, which is no refusal (P7). */
static void
test_asked_too_late (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) old = deal_through_me (town, "old", 1000);
  g_autoptr (Deal) new = NULL;

  town->now += 1000;
  new = deal_through_me (town, "new", 1000);
  geo_party_load_horizon (town->party, old->contract->created_at);
  prepare (town, old);
  expect_error (town, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  expect_yes (town, new);

  /* Older than before: the later one counts. */
  geo_party_load_horizon (town->party, 0);
  prepare (town, old);
  expect_error (town, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
}

/* Memory has an end: what falls out of it is not voted for again. */
static void
test_asked_after_many (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) new = NULL;

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  for (guint i = 0; i < GEO_PARTY_OUTCOMES_MAX; i++) {
    GeoHash hash = { { (guint8) i, (guint8) (i >> 8), 1 } };

    geo_party_add_outcome (town->party, &hash, TRUE, 0);
  }
  prepare (town, deal);
  expect_error (town, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  town->now++;
  new = deal_through_me (town, "new", 1000);
  expect_yes (town, new);
}

static void
test_not_lifted_by_time (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  GeoHash hash;

  expect_yes (town, deal);
  deal_hash (deal, &hash);
  town_tick (town, &hash, 90000);
  town_expect (town, "send:RECOVERY_QUERY timer+30000");
  g_assert_true (town_sent (town, GEO_MESSAGE_RECOVERY_QUERY)
                     ->u.recovery_query->has_contract);
  town_disconnect (town);
  town_expect (town, "no-timer");
  town_tick (town, &hash, 30000);
  town_expect (town, "");
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 1000);
  town_reload (town);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 1000);
  town_connect (town);
  town_expect (town, "send:SYNC send:RECOVERY_QUERY timer+30000");
}

/* Rubbish on a disk is no assertion. */
static void
test_reservation_overflow (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  g_autoptr (GPtrArray) hops =
      geo_contract_prove_hops_of (deal->hops, &town->people[ME].pid);
  GeoHash hash;

  geo_party_get_pair (town->party, &town->people[BOB].pid, "UAH")
      ->reserved_out = GEO_AMOUNT (G_MAXINT64);
  geo_party_load_open_vote (town->party, deal->contract, deal->order, hops);
  g_assert_cmpint (pair_with (town, ANNA)->reserved_in.minor, ==, 0);
  deal_hash (deal, &hash);
  town_receive (town, town_abort (town_refusal (town, NULL, &hash,
                                                GEO_CODE_TIMEOUT, "x")));
  town_expect (town, "store:refused no-timer");
  g_assert_cmpint (pair_with (town, BOB)->reserved_out.minor, ==, G_MAXINT64);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/vote/through-me", test_through_me);
  g_test_add_func ("/party/vote/to-me", test_to_me);
  g_test_add_func ("/party/vote/from-me", test_from_me);
  g_test_add_func ("/party/vote/two-routes", test_two_routes);
  g_test_add_func ("/party/vote/pay-back", test_pay_back);
  g_test_add_func ("/party/vote/same-answer", test_same_answer);
  g_test_add_func ("/party/vote/same-answer-later", test_same_answer_later);
  g_test_add_func ("/party/vote/not-ours", test_not_ours);
  g_test_add_func ("/party/vote/too-many", test_too_many_votes);
  g_test_add_func ("/party/vote/contract-shape", test_contract_shape);
  g_test_add_func ("/party/vote/order-signature", test_order_signature);
  g_test_add_func ("/party/vote/hops", test_hops);
  g_test_add_func ("/party/vote/deadline", test_deadline);
  g_test_add_func ("/party/vote/limits", test_limits);
  g_test_add_func ("/party/vote/daily-limit", test_daily_limit);
  g_test_add_func ("/party/vote/frozen", test_frozen);
  g_test_add_func ("/party/vote/out-reservations", test_out_reservations);
  g_test_add_func ("/party/vote/no-netting", test_no_netting_of_reservations);
  g_test_add_func ("/party/vote/no-line", test_no_line);
  g_test_add_func ("/party/vote/policy", test_policy);
  g_test_add_func ("/party/vote/neutral", test_neutral);
  g_test_add_func ("/party/vote/overflow", test_overflow);
  g_test_add_func ("/party/vote/sealed", test_sealed);
  g_test_add_func ("/party/vote/own-rule", test_own_rule);
  g_test_add_func ("/party/vote/after-fault", test_after_fault);
  g_test_add_func ("/party/vote/unknown-payer", test_unknown_payer);
  g_test_add_func ("/party/vote/unknown-payer-stays", test_unknown_payer_stays);
  g_test_add_func ("/party/vote/unknown-payers", test_unknown_payers);
  g_test_add_func ("/party/vote/behind", test_behind);
  g_test_add_func ("/party/vote/behind-for-long", test_behind_for_long);
  g_test_add_func ("/party/vote/lifted-by-refusal", test_lifted_by_refusal);
  g_test_add_func ("/party/vote/lifted-by-voter", test_lifted_by_voter);
  g_test_add_func ("/party/vote/lifted-by-entry", test_lifted_by_entry);
  g_test_add_func ("/party/vote/asked-after-entry", test_asked_after_entry);
  g_test_add_func ("/party/vote/asked-after-restart", test_asked_after_restart);
  g_test_add_func ("/party/vote/asked-too-late", test_asked_too_late);
  g_test_add_func ("/party/vote/asked-after-many", test_asked_after_many);
  g_test_add_func ("/party/vote/not-lifted-by-time", test_not_lifted_by_time);
  g_test_add_func ("/party/vote/reservation-overflow",
                   test_reservation_overflow);
  return g_test_run ();
}
