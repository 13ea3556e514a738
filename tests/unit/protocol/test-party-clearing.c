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
  town_expect_fault (town, GEO_REASON_NOT_ENOUGH_CAPACITY);
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

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/clearing/cleared", test_cleared);
  g_test_add_func ("/party/clearing/too-much", test_too_much);
  g_test_add_func ("/party/clearing/vote-missing", test_vote_missing);
  g_test_add_func ("/party/clearing/asked", test_asked);
  return g_test_run ();
}
