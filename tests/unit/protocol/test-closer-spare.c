/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer's clearing over spare limits (§7): only between two who have both
 * opted in, as far as both said, and never where debts alone would do.  What
 * comes of each run is held to the rules by the ledger.
 */
#include "protocol/geo-closer-private.h"
#include "town.h"

enum { A, B, C, D, N_PEOPLE };

/* A line that lends to clearing up to bound; below zero: without a word. */
static void
lend (Town *town,
      guint from,
      guint to,
      gint64 limit,
      gint64 bound,
      LineFlags flags) {
  GeoTrustLine *line = town_make_line (town, from, to, limit, flags);

  if (bound >= 0) {
    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (bound), 2);
  }
  town_say (town, from,
            town_line_message (town,
                               line->seq == 1 ? GEO_MESSAGE_TRUST_LINE_CREATE
                                              : GEO_MESSAGE_TRUST_LINE_UPDATE,
                               from, line));
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
}

/* A owes B 200, B owes C 300; nothing closes the circle. */
static Town *
new_chain (void) {
  Town *town = town_new (N_PEOPLE);

  town_line (town, B, A, 1000, 0);
  town_line (town, C, B, 1000, 0);
  town_pay (town, A, B, 200, NULL);
  town_pay (town, B, C, 300, NULL);
  g_assert_cmpint (town_debt (town, A, B), ==, 200);
  g_assert_cmpint (town_debt (town, B, C), ==, 300);
  return town;
}

static void
expect (Town *town, guint cleared, gint64 ab, gint64 bc, gint64 ac) {
  g_assert_cmpuint (town_clear (town, 12), ==, cleared);
  g_assert_cmpint (town_debt (town, A, B), ==, ab);
  g_assert_cmpint (town_debt (town, B, C), ==, bc);
  g_assert_cmpint (town_debt (town, A, C), ==, ac);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 0);
}

static void
test_opted_in (void) {
  g_autoptr (Town) town = new_chain ();

  lend (town, C, A, 500, 500, 0);
  lend (town, A, C, 100, 150, 0);
  /* B is not asked, nor is anybody there. */
  expect (town, 1, 50, 150, 150);
  g_assert_cmpuint (ledger_count_clearings (town->ledger), ==, 1);
  /* The bound is of all that is owed: nothing is left of it. */
  expect (town, 0, 50, 150, 150);
  /* More is agreed to, by whoever said less. */
  lend (town, A, C, 100, 170, 0);
  expect (town, 1, 30, 130, 170);
  lend (town, A, C, 100, 1000, 0);
  lend (town, C, A, 180, 1000, 0);
  expect (town, 1, 20, 120, 180);
}

/* Whatever one of the two does not say, nothing is lent. */
static void
test_not_opted_in (void) {
  static const struct {
    gint64 ca_bound;
    gint64 ac_limit; /* Below zero: no line. */
    gint64 ac_bound;
    LineFlags ca_flags;
    LineFlags ac_flags;
  } cases[] = {
    { -1, 100, -1, 0, 0 },
    { 500, 100, -1, 0, 0 },
    { -1, 100, 500, 0, 0 },
    { 500, -1, -1, 0, 0 },
    { 0, 100, 500, 0, 0 },
    { 500, 100, 0, 0, 0 },
    { 500, 100, 500, LINE_FROZEN, 0 },
    { 500, 100, 500, 0, LINE_FROZEN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Town) town = new_chain ();

    town_everybody (town);
    lend (town, C, A, 500, cases[i].ca_bound, cases[i].ca_flags);
    if (cases[i].ac_limit >= 0)
      lend (town, A, C, cases[i].ac_limit, cases[i].ac_bound,
            cases[i].ac_flags);
    expect (town, 0, 200, 300, 0);
  }
}

/* A's line may be of nothing: it says that A agrees. */
static void
test_limit_zero (void) {
  g_autoptr (Town) town = new_chain ();

  lend (town, C, A, 500, 500, 0);
  lend (town, A, C, 0, 120, 0);
  expect (town, 1, 80, 180, 120);
  town_line (town, A, C, -1, 0);
  expect (town, 0, 80, 180, 120);
}

static void
test_frozen (void) {
  for (guint who = A; who <= C; who++) {
    g_autoptr (Town) town = new_chain ();
    g_autoptr (GPtrArray) actions = geo_actions_new ();

    lend (town, C, A, 500, 500, 0);
    lend (town, A, C, 100, 500, 0);
    g_assert_true (geo_closer_set_frozen (
        town->closer, &town_person (town, who)->pid, TRUE, town->now, actions));
    expect (town, 0, 200, 300, 0);
    g_ptr_array_set_size (actions, 0);
    g_assert_true (geo_closer_set_frozen (town->closer,
                                          &town_person (town, who)->pid, FALSE,
                                          town->now, actions));
    expect (town, 1, 0, 100, 200);
  }
}

/* What C owes A is cleared first; only the rest turns it around. */
static void
test_turned (void) {
  for (guint asks = 0; asks < 2; asks++) {
    g_autoptr (Town) town = new_chain ();

    town->limits.clears = FALSE;
    geo_closer_set_limits (town->closer, &town->limits);
    lend (town, A, C, 100, 500, asks != 0 ? LINE_ASK_CLEARING : 0);
    town_pay (town, C, A, 70, NULL);
    lend (town, C, A, 500, 500, 0);
    town->limits.clears = TRUE;
    geo_closer_set_limits (town->closer, &town->limits);
    g_assert_cmpint (town_debt (town, C, A), ==, 70);
    if (asks == 0) {
      /* 70 without, and then 130 with spare limits. */
      expect (town, 2, 0, 100, 130);
      g_assert_cmpint (town_debt (town, C, A), ==, 0);
    } else {
      /* A would have to be asked, and is away: then nothing is lent, too. */
      expect (town, 0, 200, 300, 0);
      town_present (town, A, TRUE);
      expect (town, 1, 200, 300, 0);
      g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_CLEARING_PROPOSE));
    }
  }
}

/* Where debts alone close the circle, nothing is lent. */
static void
test_without_first (void) {
  g_autoptr (Town) town = new_chain ();

  town->limits.clears = FALSE;
  geo_closer_set_limits (town->closer, &town->limits);
  lend (town, A, C, 300, -1, 0);
  town_pay (town, C, A, 250, NULL);
  for (guint from = A; from <= C; from++)
    for (guint to = A; to <= C; to++)
      if (from != to)
        lend (town, from, to, 1000, 1000, 0);
  town->limits.clears = TRUE;
  geo_closer_set_limits (town->closer, &town->limits);
  expect (town, 2, 0, 50, 0);
  /* 200 around, and then C's 50 against B's over A, who owes less for it. */
  g_assert_cmpint (town_debt (town, C, A), ==, 0);
  g_assert_cmpint (town_debt (town, B, A), ==, 50);
}

/* After the daily limit is used up nothing comes in over a line. */
static void
test_daily_limit (void) {
  g_autoptr (Town) town = new_chain ();
  GeoTrustLine *line = town_make_line (town, C, A, 500, 0);

  line->policy->has_spare_clearing = TRUE;
  line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (500), 2);
  line->policy->has_daily_limit = TRUE;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (60), 2);
  town_say (town, C,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, C, line));
  town_pay (town, A, C, 60, NULL);
  lend (town, A, C, 100, 500, 0);
  expect (town, 0, 200, 300, 60);
  town->now += 86400000;
  town_pay (town, B, C, 1, NULL);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  g_assert_cmpint (town_debt (town, A, C), >, 60);
}

/* What is lent comes from the lines that are on disk. */
static void
test_restart (void) {
  g_autoptr (Town) town = new_chain ();

  lend (town, C, A, 500, 500, 0);
  lend (town, A, C, 100, 90, 0);
  town_restart (town);
  expect (town, 1, 110, 210, 90);
  town_restart (town);
  expect (town, 0, 110, 210, 90);
}

/* Two who lend in a row, and a circle that is no gain: A owes B, B lends to C
 * and C to A. */
static void
test_no_gain (void) {
  g_autoptr (Town) town = town_new (N_PEOPLE);

  town_line (town, B, A, 1000, 0);
  town_pay (town, A, B, 200, NULL);
  for (guint from = A; from <= C; from++)
    for (guint to = A; to <= C; to++)
      if (from != to)
        lend (town, from, to, 1000, 1000, 0);
  expect (town, 0, 200, 0, 0);
}

/* §14: the graph lends what the lines do not: it is stopped before the vote. */
static void
test_violation (void) {
  g_autoptr (Town) town = new_chain ();
  GeoBookMarket *market = geo_book_market (town->book, TOWN_EQUIVALENT);
  GeoNodeIndex a =
      geo_book_person (town->book, &town_person (town, A)->pid)->node;
  GeoNodeIndex c =
      geo_book_person (town->book, &town_person (town, C)->pid)->node;

  lend (town, C, A, 500, 50, 0);
  lend (town, A, C, 100, 500, 0);
  geo_graph_set_spare (market->graph, c, a, GEO_AMOUNT (51));
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 1);
  g_assert_cmpint (town_debt (town, A, C), ==, 0);
  g_assert_cmpint (town_debt (town, A, B), ==, 200);
  g_assert_cmpuint (geo_book_count_frozen_equivalents (town->book), ==, 1);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/spare/opted-in", test_opted_in);
  g_test_add_func ("/closer/spare/not-opted-in", test_not_opted_in);
  g_test_add_func ("/closer/spare/limit-zero", test_limit_zero);
  g_test_add_func ("/closer/spare/frozen", test_frozen);
  g_test_add_func ("/closer/spare/turned", test_turned);
  g_test_add_func ("/closer/spare/without-first", test_without_first);
  g_test_add_func ("/closer/spare/daily-limit", test_daily_limit);
  g_test_add_func ("/closer/spare/restart", test_restart);
  g_test_add_func ("/closer/spare/no-gain", test_no_gain);
  g_test_add_func ("/closer/spare/violation", test_violation);
  return g_test_run ();
}
