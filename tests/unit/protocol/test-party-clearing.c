/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A participant and clearing: what it is asked, what it answers, and what it
 * believes of what the hub says was cleared.
 */
#include "party-town.h"

/* ANNA owes ME, ME owes BOB, and BOB owes ANNA: by 3.00 each. */
static Deal *
circle (Town *town, gint64 amount, gboolean asked) {
  const Step steps[] = {
    { ME, ANNA, amount }, { BOB, ME, amount }, { ANNA, BOB, amount }
  };
  Deal *deal = deal_new (town, "clearing-1", ANNA, BOB, amount, steps, 3);
  GeoContract *contract = deal->contract;

  contract->kind = GEO_CONTRACT_KIND_CLEARING;
  contract->has_order = FALSE;
  contract->has_payer = FALSE;
  contract->has_payee = FALSE;
  g_array_set_size (contract->voters, 0);
  g_array_append_val (contract->voters, town->community->community);
  if (asked)
    g_array_append_val (contract->voters, town->people[ME].pid);
  g_array_sort (contract->voters, geo_pid_cmp);
  return deal;
}

static GeoVote *
vote_of (const GeoPid *community,
         const GeoHash *contract,
         const GeoPid *voter,
         const GeoSecret *secret) {
  GeoVote *vote = geo_vote_new ();

  vote->community = *community;
  vote->contract = *contract;
  vote->voter = *voter;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, secret);
  return vote;
}

static GeoMessage *
committed (Town *town, const Deal *deal, gboolean asked) {
  GeoProvenEntry *entry = town_entry_of_deal (town, deal);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_COMMIT, "c");
  const GeoPid *hub = &town->community->community;
  GeoHash hash;

  deal_hash (deal, &hash);
  g_clear_pointer (&entry->certificate->order, geo_order_free);
  g_ptr_array_set_size (entry->certificate->votes, 0);
  if (asked)
    g_ptr_array_add (entry->certificate->votes,
                     vote_of (hub, &hash, &town->people[ME].pid,
                              town->people[ME].secret));
  g_ptr_array_add (entry->certificate->votes,
                   vote_of (hub, &hash, hub, town->hub));
  entry->entry->kind = GEO_ENTRY_KIND_CLEARING;
  town_sign_entry (town, entry);
  message->u.clearing_commit->entry = entry;
  return message;
}

static Town *
new_town (void) {
  Town *town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "before", 500);

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  g_assert_cmpint (town_balance (town, ANNA), ==, 500);
  g_assert_cmpint (town_balance (town, BOB), ==, -500);
  return town;
}

static void
test_cleared (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, FALSE);
  const GeoTold *told;

  town_receive (town, committed (town, deal, FALSE));
  told = town_told (town, GEO_TOLD_CLEARED);
  g_assert_cmpint (told->owed_before.amount.minor, ==, 500);
  g_assert_cmpint (told->owed_after.amount.minor, ==, 200);
  g_assert_cmpint (town_balance (town, ANNA), ==, 200);
  g_assert_cmpint (town_balance (town, BOB), ==, -200);
}

/* No debt is turned around. */
static void
test_too_much (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 501, FALSE);

  town_receive (town, committed (town, deal, FALSE));
  town_expect_fault (town, GEO_REASON_NOT_ALLOWED);
  g_assert_cmpint (town_balance (town, ANNA), ==, 500);
}

/* A certificate without the vote of somebody that it names. */
static void
test_vote_missing (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);

  town_receive (town, committed (town, deal, FALSE));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
}

static GeoMessage *
propose (Town *town, const Deal *deal) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_PROPOSE, "p");

  message->u.clearing_propose->contract = geo_contract_copy (deal->contract);
  g_ptr_array_unref (message->u.clearing_propose->hops);
  message->u.clearing_propose->hops =
      geo_contract_prove_hops_of (deal->hops, &town->people[ME].pid);
  return message;
}

static void
test_asked (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  const GeoAction *first;
  GeoHash hash;

  deal_hash (deal, &hash);
  /* By default it waits. */
  town_receive (town, propose (town, deal));
  town_expect (town, "tell:proposals");
  town_receive (town, propose (town, deal));
  town_expect (town, "");
  g_assert_true (geo_party_answer_clearing (town->party, &hash, FALSE,
                                            town->now, actions, NULL));
  /* P1: Persist, then send. */
  first = g_ptr_array_index (actions, 0);
  g_assert_cmpint (first->kind, ==, GEO_ACTION_STORE_RECORD);
  g_assert_cmpint (first->record_kind, ==, GEO_RECORD_KIND_REFUSAL);
  /* P2: never withdrawn. */
  g_assert_false (geo_party_answer_clearing (town->party, &hash, TRUE,
                                             town->now, actions, NULL));
  town_receive (town, committed (town, deal, TRUE));
  town_expect_fault (town, GEO_REASON_REFUSED_BY_PARTICIPANT);
}

/* --- What is not a clearing ----------------------------------------------- */

typedef struct {
  const gchar *what;
  void (*spoil) (Town *town, GeoContract *contract);
  const gchar *reason;
} Spoiled;

static void
of_others (Town *town, GeoContract *contract) {
  contract->community = town->people[DORA].pid;
}

static void
a_payment (Town *town, GeoContract *contract) {
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
}

static void
with_order (Town *town, GeoContract *contract) {
  contract->has_order = TRUE;
}

static void
with_payer (Town *town, GeoContract *contract) {
  contract->has_payer = TRUE;
}

static void
with_payee (Town *town, GeoContract *contract) {
  contract->has_payee = TRUE;
}

static void
of_one_hop (Town *town, GeoContract *contract) {
  contract->hops_count = 1;
}

static void
closed_by_anna (Town *town, GeoContract *contract) {
  contract->closer = town->people[ANNA].pid;
}

static void
without_closer (Town *town, GeoContract *contract) {
  g_array_set_size (contract->voters, 0);
  g_array_append_val (contract->voters, town->people[ME].pid);
}

static void
in_no_equivalent (Town *town, GeoContract *contract) {
  g_free (contract->equivalent);
  contract->equivalent = g_strdup ("BTC");
}

static void
with_other_decimals (Town *town, GeoContract *contract) {
  contract->amount.decimals = 3;
}

static void
of_nothing (Town *town, GeoContract *contract) {
  contract->amount.amount = GEO_AMOUNT_ZERO;
}

/* Each hop is of another amount than what is signed. */
static void
of_less (Town *town, GeoContract *contract) {
  contract->amount.amount.minor--;
}

static const Spoiled spoiled[] = {
  { "of others", of_others, GEO_REASON_FOREIGN_COMMUNITY },
  { "a payment", a_payment, GEO_REASON_INVALID },
  { "with an order", with_order, GEO_REASON_INVALID },
  { "with a payer", with_payer, GEO_REASON_INVALID },
  { "with a payee", with_payee, GEO_REASON_INVALID },
  { "of one hop", of_one_hop, GEO_REASON_INVALID },
  { "closed by anna", closed_by_anna, GEO_REASON_INVALID },
  { "without its closer", without_closer, GEO_REASON_INVALID },
  { "in no equivalent", in_no_equivalent, GEO_REASON_UNKNOWN_EQUIVALENT },
  { "with other decimals", with_other_decimals, GEO_REASON_PRECISION },
  { "of nothing", of_nothing, GEO_REASON_AMOUNT },
  { "of less than its hops", of_less, GEO_REASON_AMOUNT },
};

static void
test_spoiled_entry (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (spoiled); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (Deal) deal = circle (town, 300, FALSE);

    g_test_message ("%s", spoiled[i].what);
    spoiled[i].spoil (town, deal->contract);
    town_receive (town, committed (town, deal, FALSE));
    town_expect_fault (town, spoiled[i].reason);
    g_assert_cmpint (town_balance (town, ANNA), ==, 500);
    g_assert_cmpint (town_balance (town, BOB), ==, -500);
  }
}

static void
test_spoiled_proposal (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (spoiled); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (Deal) deal = circle (town, 300, TRUE);

    g_test_message ("%s", spoiled[i].what);
    spoiled[i].spoil (town, deal->contract);
    town_receive (town, propose (town, deal));
    if (spoiled[i].spoil == of_others) {
      town_expect (town, "send:ERROR");
      continue;
    }
    /* P1: Persist, then send. */
    town_expect (town, "store:refusal send:CLEARING_REJECT");
    g_assert_cmpstr (town_sent (town, GEO_MESSAGE_CLEARING_REJECT)
                         ->u.clearing_reject->refusal->reason,
                     ==, spoiled[i].reason);
    /* P5: the same question, the same answer. */
    town_receive (town, propose (town, deal));
    town_expect (town, "send:CLEARING_REJECT");
  }
}

static void
test_other_evidence (void) {
  g_autoptr (Deal) deal = NULL;
  GeoMessage *message;

  for (guint i = 0; i < 4; i++) {
    g_autoptr (Town) town = new_town ();
    GeoProvenEntry *entry;

    g_clear_pointer (&deal, deal_free);
    deal = circle (town, 300, FALSE);
    message = committed (town, deal, FALSE);
    entry = message->u.clearing_commit->entry;
    if (i == 0)
      g_clear_pointer (&entry->certificate, geo_certificate_free);
    else if (i == 1)
      entry->certificate->order = geo_order_copy (deal->order);
    else if (i == 2)
      entry->entry->subject.bytes[0] ^= 1;
    else
      entry->entry->at = deal->contract->deadline + 1;
    town_sign_entry (town, entry);
    town_receive (town, message);
    town_expect_fault (town, i < 2    ? GEO_REASON_INVALID
                             : i == 2 ? GEO_REASON_BAD_PROOF
                                      : GEO_REASON_DEADLINE_PASSED);
    g_assert_cmpint (town_balance (town, ANNA), ==, 500);
  }
}

/* §7: the line of the creditor, who was not asked, has no auto_clearing; unless
 * that came after the contract. */
static void
test_consent (void) {
  for (guint i = 0; i < 3; i++) {
    gboolean asked = i == 1;
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 10000, 2);
    g_autoptr (Deal) before = circle (town, 300, FALSE);
    g_autoptr (Deal) deal = NULL;

    line->policy->auto_clearing = FALSE;
    geo_party_load_line_since (town->party, line, town->now);
    town->now += 1000;
    deal = circle (town, 300, asked);
    town_receive (town, committed (town, i == 2 ? before : deal, asked));
    if (i == 0)
      town_expect_fault (town, GEO_REASON_NOT_ALLOWED);
    g_assert_cmpint (town_balance (town, ANNA), ==, i == 0 ? 500 : 200);
  }
}

/* Nothing is cleared twice. */
static void
test_twice (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 100, FALSE);

  town_receive (town, committed (town, deal, FALSE));
  g_assert_cmpint (town_balance (town, ANNA), ==, 400);
  town_receive (town, committed (town, deal, FALSE));
  town_expect_fault (town, GEO_REASON_TWO_OUTCOMES);
  g_assert_cmpint (town_balance (town, ANNA), ==, 400);
}

/* --- Asking --------------------------------------------------------------- */

static gboolean
answer (Town *town, const Deal *deal, gboolean accepts, gint code) {
  g_autoptr (GError) error = NULL;
  gboolean done;
  GeoHash hash;

  deal_hash (deal, &hash);
  done = town_answer_clearing (town, &hash, accepts, &error);
  g_assert_true (done == (error == NULL));
  if (error != NULL) {
    g_assert_error (error, GEO_PARTY_ERROR, code);
    town_expect (town, "");
  }
  return done;
}

/* P9: reserved until there is evidence, whichever. */
static void
test_accepted (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  const GeoPair *pair = geo_party_find_pair (town->party,
                                             &town->people[ANNA].pid, "UAH");

  town_receive (town, propose (town, deal));
  g_assert_true (answer (town, deal, TRUE, 0));
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
  g_assert_cmpint (pair->reserved_out.minor, ==, 300);
  /* P5: asked again, it says the same again. */
  town_receive (town, propose (town, deal));
  town_expect (town, "send:CLEARING_ACCEPT");
  town_receive (town, committed (town, deal, TRUE));
  g_assert_cmpint (pair->reserved_out.minor, ==, 0);
  g_assert_cmpint (town_balance (town, ANNA), ==, 200);
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 0);
}

static void
test_aborted (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  const GeoPair *pair = geo_party_find_pair (town->party,
                                             &town->people[ANNA].pid, "UAH");

  for (guint voted = 0; voted < 2; voted++) {
    GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_ABORT, "a");
    GeoHash hash;

    deal_hash (deal, &hash);
    town_receive (town, propose (town, deal));
    if (voted != 0)
      g_assert_true (answer (town, deal, TRUE, 0));
    message->u.clearing_abort->refusal =
        town_refusal (town, NULL, &hash, GEO_CODE_TIMEOUT, GEO_REASON_NO_VOTE);
    town_receive (town, message);
    town_expect (town,
                 voted != 0 ? "store:refused no-timer" : "tell:proposals");
    g_assert_cmpint (pair->reserved_out.minor, ==, 0);
    g_assert_false (answer (town, deal, TRUE, GEO_CODE_CONFLICT));
  }
}

static void
test_cannot_answer (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  g_autoptr (Deal) large = circle (town, 501, TRUE);
  GeoTime before = town->now;

  g_assert_false (answer (town, deal, TRUE, GEO_CODE_CONFLICT));
  town_receive (town, propose (town, deal));
  town->now = deal->contract->deadline + 1;
  g_assert_false (answer (town, deal, TRUE, GEO_CODE_TIMEOUT));
  town->now = before;
  town_receive (town, propose (town, large));
  g_assert_false (answer (town, large, TRUE, GEO_CODE_CAPACITY));

  /* What the hub asked in a session is gone with it. */
  town_disconnect (town);
  town_expect (town, "tell:proposals");
  g_assert_false (answer (town, deal, TRUE, GEO_CODE_CONFLICT));
  town_disconnect (town);
  town_expect (town, "");
}

/* What is held by a vote is not there to be cleared. */
static void
test_held (void) {
  const Step steps[] = { { BOB, ME, 400 }, { ME, ANNA, 400 } };
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  g_autoptr (Deal) back = deal_new (town, "tx-back", BOB, ANNA, 400, steps, 2);

  town_receive (town, deal_prepare (town, back, "prepare"));
  g_assert_cmpuint (geo_party_count_open (town->party), ==, 1);
  town_receive (town, propose (town, deal));
  g_assert_false (answer (town, deal, TRUE, GEO_CODE_CAPACITY));
  /* No can always be said. */
  g_assert_true (answer (town, deal, FALSE, 0));
}

static void
expect_not_asked (Town *town, const Deal *deal, const gchar *reason) {
  town_receive (town, propose (town, deal));
  town_expect (town, "send:ERROR");
  g_assert_cmpstr (town_sent (town, GEO_MESSAGE_ERROR)->u.error->reason, ==,
                   reason);
}

static void
test_not_to_be_asked (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (Deal) others = circle (town, 300, FALSE);
  g_autoptr (Deal) deal = circle (town, 300, TRUE);
  GeoTime before = town->now;

  expect_not_asked (town, others, GEO_REASON_NOT_ALLOWED);
  town->now = deal->contract->deadline + GEO_CLOCK_TOLERANCE_MS + 1;
  expect_not_asked (town, deal, GEO_REASON_DEADLINE_PASSED);
  town->now = deal->contract->deadline - 25 * 3600 * 1000;
  expect_not_asked (town, deal, GEO_REASON_CLOCK);
  town->now = before;
  /* P2: what may have been answered by a journal that is lost. */
  geo_party_load_horizon (town->party, deal->contract->created_at);
  expect_not_asked (town, deal, GEO_REASON_DEADLINE_PASSED);
  town->party->horizon = 0;
  for (guint i = 0; i < GEO_PARTY_PROPOSALS_MAX; i++) {
    g_autoptr (Deal) one = circle (town, i + 1, TRUE);

    town_receive (town, propose (town, one));
    town_expect (town, "tell:proposals");
  }
  expect_not_asked (town, deal, GEO_REASON_INTERNAL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/clearing/cleared", test_cleared);
  g_test_add_func ("/party/clearing/too-much", test_too_much);
  g_test_add_func ("/party/clearing/vote-missing", test_vote_missing);
  g_test_add_func ("/party/clearing/asked", test_asked);
  g_test_add_func ("/party/clearing/spoiled-entry", test_spoiled_entry);
  g_test_add_func ("/party/clearing/spoiled-proposal", test_spoiled_proposal);
  g_test_add_func ("/party/clearing/other-evidence", test_other_evidence);
  g_test_add_func ("/party/clearing/consent", test_consent);
  g_test_add_func ("/party/clearing/twice", test_twice);
  g_test_add_func ("/party/clearing/accepted", test_accepted);
  g_test_add_func ("/party/clearing/aborted", test_aborted);
  g_test_add_func ("/party/clearing/cannot-answer", test_cannot_answer);
  g_test_add_func ("/party/clearing/held", test_held);
  g_test_add_func ("/party/clearing/not-to-be-asked", test_not_to_be_asked);
  return g_test_run ();
}
