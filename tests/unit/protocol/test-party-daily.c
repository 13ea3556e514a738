/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * daily_limit, when the hub says what was done: what was brought in over a line
 * of ours on one UTC day, across midnight, restarts and clocks that go back.
 */
#include "core/geo-evidence.h"
#include "party-town.h"

/* ANNA may bring in 40.00 a day from now on. */
static void
let_in_a_little (Town *town) {
  g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 10000, 2);

  line->policy->has_daily_limit = TRUE;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (4000), 2);
  geo_trust_line_sign (line, town->people[ME].secret);
  town->now += 1000;
  town_receive (town, town_receipt (town_entry_of_line (town, line)));
  g_assert_nonnull (town_told (town, GEO_TOLD_LINE));
  town->now += 1000;
}

static void
commit (Town *town, const Deal *deal, gint64 balance) {
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  g_assert_cmpuint (town->n_faults, ==, 0);
  g_assert_cmpint (town_balance (town, ANNA), ==, balance);
}

/* Such a town, at noon. */
static Town *
daily_town (void) {
  Town *town = town_new ();

  town->now += GEO_DAY_MS - town->now % GEO_DAY_MS + GEO_DAY_MS / 2;
  let_in_a_little (town);
  /* Who starts again does not know when it came into force. */
  town->now += 2 * GEO_CLOCK_TOLERANCE_MS;
  return town;
}

/* Where it is said what nobody let in, what proves it has the line with it. */
static void
expect_too_much (Town *town, const Deal *deal, gint64 balance) {
  const GeoEvidence *evidence;

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect_fault (town, GEO_REASON_LIMIT_EXCEEDED);
  g_assert_cmpint (town_balance (town, ANNA), ==, balance);
  evidence = town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence;
  g_assert_cmpint (evidence->what, ==, GEO_EVIDENCE_KIND_MANDATE);
  g_assert_true (evidence->line->policy->has_daily_limit);
  g_assert_cmpint (geo_evidence_check (evidence, &town->community->community,
                                       &town->community->key, NULL),
                   ==, GEO_EVIDENCE_ASKS);
}

static void
test_daily (void) {
  for (guint restarted = 0; restarted < 2; restarted++) {
    g_autoptr (Town) town = daily_town ();
    g_autoptr (Deal) first = deal_to_me (town, "tx-1", 3000);
    g_autoptr (Deal) rest = deal_through_me (town, "tx-2", 1000);
    g_autoptr (Deal) more = deal_to_me (town, "tx-3", 1);

    commit (town, first, 3000);
    commit (town, rest, 4000);
    /* I8: it is known after a restart. */
    if (restarted) {
      town_reload (town);
      town_connect (town);
      town_receive (town, town_sync_result (town->sequence));
    }
    expect_too_much (town, more, 4000);
  }
  {
    /* What came in before there was a limit counts as well. */
    g_autoptr (Town) town = town_new ();
    g_autoptr (Deal) first = deal_to_me (town, "tx-1", 3000);
    g_autoptr (Deal) more = NULL;

    commit (town, first, 3000);
    let_in_a_little (town);
    more = deal_to_me (town, "tx-2", 1001);
    expect_too_much (town, more, 3000);
  }
}

/* What is agreed on before the limit, and what our own vote allowed, is carried
 * out. */
static void
test_daily_allowed (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) before = deal_to_me (town, "tx-1", 5000);
  g_autoptr (Deal) voted = NULL;

  let_in_a_little (town);
  voted = deal_to_me (town, "tx-2", 4000);
  town_receive (town, deal_prepare (town, voted, "prepare"));
  town_find (town, GEO_ACTION_STORE_RECORD, 0);
  commit (town, before, 5000);
  commit (town, voted, 9000);
}

/* Of several that were on their way at midnight each counts for the day on
 * which it was done, whenever it was agreed on. */
static void
test_daily_midnight (void) {
  g_autoptr (Town) town = daily_town ();
  g_autoptr (Deal) first = NULL, second = NULL, third = NULL, more = NULL;
  GeoTime midnight = town->now - town->now % GEO_DAY_MS + GEO_DAY_MS;

  town->now = midnight - 2;
  first = deal_to_me (town, "tx-1", 4000);
  town->now = midnight - 1;
  second = deal_to_me (town, "tx-2", 3000);
  third = deal_to_me (town, "tx-3", 1000);
  more = deal_to_me (town, "tx-4", 1);
  commit (town, first, 4000);
  town->now = midnight;
  commit (town, second, 7000);
  /* The hub's clock was set back: no day begins anew. */
  town->now = midnight - 1;
  commit (town, third, 8000);
  expect_too_much (town, more, 8000);
}

/* What we owe is paid back all the same, and counts. */
static void
test_daily_back (void) {
  g_autoptr (Town) town = daily_town ();
  g_autoptr (Deal) back = deal_to_me (town, "tx-1", 5500);
  g_autoptr (Deal) more = deal_to_me (town, "tx-2", 1);

  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (-5500));
  commit (town, back, 0);
  expect_too_much (town, more, 0);
}

/* Without a line nothing comes in over it. */
static void
test_daily_before_the_line (void) {
  static const Step in[] = { { CARL, ME, 100 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-1", CARL, ME, 100, in, 1);
  const GeoPair *pair;

  geo_party_load_balance (town->party, &town->people[CARL].pid, "UAH",
                          GEO_AMOUNT (-100));
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  pair = geo_party_find_pair (town->party, &town->people[CARL].pid, "UAH");
  g_assert_cmpint (pair->balance.minor, ==, 0);
  g_assert_cmpint (pair->inbound.minor, ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/daily/all", test_daily);
  g_test_add_func ("/party/daily/allowed", test_daily_allowed);
  g_test_add_func ("/party/daily/midnight", test_daily_midnight);
  g_test_add_func ("/party/daily/back", test_daily_back);
  g_test_add_func ("/party/daily/before-the-line", test_daily_before_the_line);
  return g_test_run ();
}
