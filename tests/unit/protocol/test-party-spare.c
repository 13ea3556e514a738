/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A participant and clearing over spare limits (§7): what it believes where
 * both ends have opted in, and what it shows of a hub that did not wait for
 * that.
 */
#include "party-town.h"

#include "core/geo-evidence.h"

/* The hub's word that a circle from, ME, to was cleared. */
static GeoMessage *
committed (Town *town, guint from, guint to, gint64 amount) {
  const Step steps[] = { { ME, to, amount },
                         { from, ME, amount },
                         { to, from, amount } };
  g_autoptr (Deal) deal = deal_new (town, "clearing-1", from, to, amount, steps,
                                    3);
  const GeoPid *hub = &town->community->community;
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_COMMIT, "c");
  GeoContract *contract = deal->contract;
  GeoVote *vote = geo_vote_new ();
  GeoProvenEntry *entry;
  GeoHash hash;

  contract->kind = GEO_CONTRACT_KIND_CLEARING;
  contract->has_order = FALSE;
  contract->has_payer = FALSE;
  contract->has_payee = FALSE;
  g_array_set_size (contract->voters, 0);
  g_array_append_val (contract->voters, *hub);
  deal_hash (deal, &hash);
  entry = town_entry_of_deal (town, deal);
  g_clear_pointer (&entry->certificate->order, geo_order_free);
  g_ptr_array_set_size (entry->certificate->votes, 0);
  vote->community = *hub;
  vote->contract = hash;
  vote->voter = *hub;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, town->hub);
  g_ptr_array_add (entry->certificate->votes, vote);
  entry->entry->kind = GEO_ENTRY_KIND_CLEARING;
  town_sign_entry (town, entry);
  message->u.clearing_commit->entry = entry;
  return message;
}

/* bound below zero: without a word. */
static void
lend (Town *town, guint from, guint to, gint64 limit, gint64 bound) {
  g_autoptr (GeoTrustLine) line = town_line (town, from, to, limit, 2);

  if (bound >= 0) {
    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (bound), 2);
  }
  geo_party_load_line_since (town->party, line, town->now);
}

/* ANNA owes ME 5.00, and I owe BOB as much. */
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
expect_balances (Town *town, gint64 anna, gint64 bob) {
  g_assert_cmpint (town_balance (town, ANNA), ==, anna);
  g_assert_cmpint (town_balance (town, BOB), ==, bob);
}

/* One circle of which both hops lend: ANNA owes ME more, and I owe BOB more. */
static void
test_claim_grows (void) {
  g_autoptr (Town) town = new_town ();

  lend (town, ME, ANNA, 10000, 900);
  lend (town, ANNA, ME, 0, 800);
  lend (town, ME, BOB, 0, 1000);
  lend (town, BOB, ME, 8000, 1000);
  town_receive (town, committed (town, ANNA, BOB, 300));
  expect_balances (town, 800, -800);
}

static void
test_lies (void) {
  /* The claim on ANNA grows to 8.00. */
  static const struct {
    gint64 given_bound;
    gint64 got_bound;
    gint64 limit;
    const gchar *reason;
    guint whose; /* The line in the evidence. */
  } cases[] = {
    { 800, 800, 800, NULL, 0 },
    { -1, 800, 10000, GEO_REASON_NOT_ALLOWED, ME },
    { 800, -1, 10000, GEO_REASON_NOT_ALLOWED, ANNA },
    { 799, 800, 10000, GEO_REASON_LIMIT_EXCEEDED, ME },
    { 800, 799, 10000, GEO_REASON_LIMIT_EXCEEDED, ANNA },
    { 800, 800, 799, GEO_REASON_LIMIT_EXCEEDED, ME },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Town) town = new_town ();
    const GeoRecordBody *body;

    lend (town, ME, ANNA, cases[i].limit, cases[i].given_bound);
    lend (town, ANNA, ME, 0, cases[i].got_bound);
    lend (town, ME, BOB, 5000, 5000);
    lend (town, BOB, ME, 8000, 5000);
    town_receive (town, committed (town, ANNA, BOB, 300));
    if (cases[i].reason == NULL) {
      expect_balances (town, 800, -800);
      continue;
    }
    expect_balances (town, 500, -500);
    body = town_stored (town, GEO_RECORD_KIND_EVIDENCE);
    g_assert_cmpint (body->evidence->what, ==, GEO_EVIDENCE_KIND_MANDATE);
    g_assert_cmpstr (body->evidence->reason, ==, cases[i].reason);
    g_assert_nonnull (body->evidence->line);
    g_assert_true (geo_pid_equal (&body->evidence->line->from,
                                  &town->people[cases[i].whose].pid));
    /* Anybody can check it with the community's key. */
    g_assert_cmpint (geo_evidence_check (body->evidence,
                                         &town->community->community,
                                         &town->community->key, NULL),
                     ==, GEO_EVIDENCE_ASKS);
  }
}

/* Of the debt to BOB the same holds, the other way round. */
static void
test_debt_grows (void) {
  static const struct {
    gint64 given_bound;
    gint64 got_bound;
    gint64 limit;
    const gchar *reason;
    guint whose;
  } cases[] = {
    { 800, 800, 800, NULL, 0 },
    { -1, 800, 8000, GEO_REASON_NOT_ALLOWED, ME },
    { 800, -1, 8000, GEO_REASON_NOT_ALLOWED, BOB },
    { 799, 800, 8000, GEO_REASON_LIMIT_EXCEEDED, ME },
    { 800, 799, 8000, GEO_REASON_LIMIT_EXCEEDED, BOB },
    { 800, 800, 799, GEO_REASON_LIMIT_EXCEEDED, BOB },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Town) town = new_town ();

    lend (town, ME, BOB, 0, cases[i].given_bound);
    lend (town, BOB, ME, cases[i].limit, cases[i].got_bound);
    lend (town, ME, ANNA, 10000, 5000);
    lend (town, ANNA, ME, 8000, 5000);
    town_receive (town, committed (town, ANNA, BOB, 300));
    if (cases[i].reason == NULL) {
      expect_balances (town, 800, -800);
      continue;
    }
    expect_balances (town, 500, -500);
    g_assert_true (geo_pid_equal (
        &town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->line->from,
        &town->people[cases[i].whose].pid));
    g_assert_cmpstr (
        town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->reason, ==,
        cases[i].reason);
  }
}

/* The other way around the circle both debts shrink by 5.00, and the rest turns
 * them around; ME is the creditor of one that shrinks. */
static void
test_turned (void) {
  for (guint asks = 0; asks < 2; asks++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 10000, 2);

    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (200), 2);
    line->policy->auto_clearing = asks == 0;
    geo_party_load_line_since (town->party, line, town->now);
    lend (town, ANNA, ME, 8000, 200);
    lend (town, ME, BOB, 5000, 200);
    lend (town, BOB, ME, 8000, 200);
    town->now += 1000;
    town_receive (town, committed (town, BOB, ANNA, 700));
    if (asks == 0) {
      expect_balances (town, -200, 200);
      g_assert_cmpint (
          town_told (town, GEO_TOLD_CLEARED)->owed_after.amount.minor, ==, 200);
    } else {
      g_assert_cmpstr (
          town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->reason, ==,
          GEO_REASON_NOT_ALLOWED);
      expect_balances (town, 500, -500);
    }
  }
}

static void
test_not_active (void) {
  for (guint i = 0; i < 4; i++) {
    g_autoptr (Town) town = new_town ();
    gboolean mine = i % 2 == 0;
    g_autoptr (GeoTrustLine) line = town_line (town, mine ? ME : ANNA,
                                               mine ? ANNA : ME, 10000, 3);

    lend (town, ME, BOB, 5000, 5000);
    lend (town, BOB, ME, 8000, 5000);
    lend (town, ME, ANNA, 10000, 5000);
    lend (town, ANNA, ME, 8000, 5000);
    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (5000), 2);
    if (i < 2) {
      line->policy->has_frozen = line->policy->frozen = TRUE;
    } else {
      line->status = GEO_LINE_STATUS_CLOSED;
      line->limit.amount = GEO_AMOUNT_ZERO;
    }
    geo_party_load_line_since (town->party, line, town->now);
    town_receive (town, committed (town, ANNA, BOB, 300));
    g_assert_cmpstr (
        town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->reason, ==,
        i < 2 ? GEO_REASON_LINE_FROZEN : GEO_REASON_LINE_NOT_ACTIVE);
    expect_balances (town, 500, -500);
  }
}

/* Somebody without a line to us, and without any word, is lent nothing. */
static void
test_stranger (void) {
  g_autoptr (Town) town = new_town ();

  lend (town, ME, BOB, 5000, 5000);
  lend (town, BOB, ME, 8000, 5000);
  town_receive (town, committed (town, CARL, BOB, 300));
  g_assert_cmpint (town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->what,
                   ==, GEO_EVIDENCE_KIND_MANDATE);
  expect_balances (town, 500, -500);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/spare/claim-grows", test_claim_grows);
  g_test_add_func ("/party/spare/lies", test_lies);
  g_test_add_func ("/party/spare/debt-grows", test_debt_grows);
  g_test_add_func ("/party/spare/turned", test_turned);
  g_test_add_func ("/party/spare/not-active", test_not_active);
  g_test_add_func ("/party/spare/stranger", test_stranger);
  return g_test_run ();
}
