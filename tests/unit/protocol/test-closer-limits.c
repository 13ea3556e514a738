/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the closer lets through: so much a day over a line, so much a payment,
 * so much a line.
 */
#include "protocol/geo-book-private.h"
#include "town.h"

enum { A, B, C };

static void
daily_line (Town *town, guint from, guint to, gint64 limit, gint64 daily) {
  g_autoptr (GeoTrustLine) line = town_make_line (town, from, to, limit, 0);
  GeoMessageType type = line->seq == 1 ? GEO_MESSAGE_TRUST_LINE_CREATE
                                       : GEO_MESSAGE_TRUST_LINE_UPDATE;

  line->policy->has_daily_limit = daily >= 0;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (MAX (daily, 0)), 2);
  geo_trust_line_sign (line, town_person (town, from)->secret);
  town_say (town, from,
            town_line_message (town, type, from, geo_trust_line_copy (line)));
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
}

static void
pays (Town *town, guint from, guint to, gint64 amount, gboolean works) {
  guint before = ledger_count_commits (town->ledger);

  town_pay (town, from, to, amount, NULL);
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==,
                    before + (works ? 1 : 0));
}

static void
test_daily (void) {
  g_autoptr (Town) town = town_new (3);

  daily_line (town, B, A, 1000, 300);
  pays (town, A, B, 200, TRUE);
  pays (town, A, B, 101, FALSE);
  pays (town, A, B, 100, TRUE);
  pays (town, A, B, 1, FALSE);

  /* What B owes A is paid back all the same. */
  pays (town, B, A, 250, TRUE);
  g_assert_cmpint (town_debt (town, A, B), ==, 50);
  pays (town, A, B, 1, FALSE);
  town_line (town, A, B, 500, 0);
  pays (town, B, A, 400, TRUE);
  g_assert_cmpint (town_debt (town, B, A), ==, 350);
  pays (town, A, B, 350, TRUE);
  pays (town, A, B, 1, FALSE);

  /* The next day (UTC) is another one. */
  town->now += GEO_DAY_MS;
  pays (town, A, B, 301, FALSE);
  pays (town, A, B, 300, TRUE);

  /* More is allowed at once, and less. */
  daily_line (town, B, A, 1000, 400);
  pays (town, A, B, 101, FALSE);
  pays (town, A, B, 100, TRUE);
  daily_line (town, B, A, 1000, 100);
  pays (town, A, B, 1, FALSE);
  daily_line (town, B, A, 1000, -1);
  pays (town, A, B, 600, TRUE);
}

/* The payer is told that it is a day's limit, and what is left of it. */
static void
test_daily_told (void) {
  g_autoptr (Town) town = town_new (3);
  const GeoMsgPaymentAbort *abort;
  const GeoLimitHint *hint;

  town_present (town, A, TRUE);
  daily_line (town, B, A, 1000, 300);
  pays (town, A, B, 200, TRUE);
  pays (town, A, B, 101, FALSE);
  abort = town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT)->u.payment_abort;
  g_assert_cmpint (abort->refusal->code, ==, GEO_CODE_CAPACITY);
  g_assert_cmpstr (abort->refusal->reason, ==, GEO_REASON_DAILY_LIMIT);
  g_assert_cmpuint (abort->limits->len, ==, 1);
  hint = g_ptr_array_index (abort->limits, 0);
  g_assert_true (hint->has_daily && hint->daily);
  g_assert_cmpint (hint->available.amount.minor, ==, 100);

  /* Where the line itself ends sooner, it is that. */
  daily_line (town, B, A, 250, 300);
  pays (town, A, B, 51, FALSE);
  abort = town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT)->u.payment_abort;
  g_assert_cmpstr (abort->refusal->reason, ==, GEO_REASON_NOT_ENOUGH_CAPACITY);
  hint = g_ptr_array_index (abort->limits, 0);
  g_assert_false (hint->has_daily);
}

/* Another way is found around a line that is used up, and several add up. */
static void
test_daily_around (void) {
  g_autoptr (Town) town = town_new (3);

  daily_line (town, B, A, 1000, 100);
  town_line (town, C, A, 1000, 0);
  town_line (town, B, C, 1000, 0);
  pays (town, A, B, 300, TRUE);
  pays (town, A, B, 100, TRUE);
  g_assert_cmpint (town_debt (town, A, B) + town_debt (town, A, C), ==, 400);
  g_assert_cmpint (town_debt (town, A, B), <=, 100);
  pays (town, A, B, 700, TRUE);
  g_assert_cmpint (town_debt (town, A, B), ==, 100);
  g_assert_cmpint (town_debt (town, A, C), ==, 1000);
}

/* What came in before a restart counts. */
static void
test_daily_restart (void) {
  g_autoptr (Town) town = town_new (3);

  daily_line (town, B, A, 1000, 300);
  pays (town, A, B, 200, TRUE);
  town_restart (town);
  geo_book_load_inbound (town->book, &town_person (town, A)->pid,
                         &town_person (town, B)->pid, TOWN_EQUIVALENT,
                         GEO_AMOUNT (200), town->now);
  /* No line, nobody, nothing. */
  geo_book_load_inbound (town->book, &town_person (town, A)->pid,
                         &town_person (town, C)->pid, TOWN_EQUIVALENT,
                         GEO_AMOUNT (200), town->now);
  geo_book_load_inbound (town->book, &town->pid, &town->pid, "NOTHING",
                         GEO_AMOUNT (200), town->now);
  pays (town, A, B, 101, FALSE);
  pays (town, A, B, 100, TRUE);
}

/* What is reserved for an open contract is counted on. */
static void
test_daily_reserved (void) {
  g_autoptr (Town) town = town_new (3);
  g_autoptr (GeoMessage) ask = NULL;

  daily_line (town, B, A, 1000, 300);
  town_everybody (town);
  town_pay (town, A, B, 200, NULL);
  ask = town_asked (town, B);
  town_pay (town, A, B, 101, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_DAILY_LIMIT);
  town_say (town, B, town_vote (town, B, ask));
  g_assert_cmpint (town_debt (town, A, B), ==, 200);
}

/* Two days, and a clock that goes back between them: what was agreed on counts
 * for no earlier day, and no day begins anew. */
static void
test_daily_midnight (void) {
  g_autoptr (Town) town = town_new (3);
  g_autoptr (GeoMessage) ask = NULL;
  g_autoptr (GeoMessage) again = NULL;
  GeoTime midnight;

  town->now += GEO_DAY_MS - town->now % GEO_DAY_MS - 2000;
  midnight = town->now + 2000;
  daily_line (town, B, A, 1000, 300);
  pays (town, A, B, 100, TRUE);
  town_everybody (town);
  town_pay (town, A, B, 200, NULL);
  ask = town_asked (town, B);
  /* What waits for a vote counts for the day on which it is done. */
  town->now = midnight;
  town_pay (town, A, B, 101, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_DAILY_LIMIT);
  town_pay (town, A, B, 100, NULL);
  again = town_asked (town, B);
  town->now = midnight - 500;
  town_say (town, B, town_vote (town, B, again));
  g_assert_cmpint (town_debt (town, A, B), ==, 200);
  town_say (town, B, town_vote (town, B, ask));
  g_assert_cmpint (town_debt (town, A, B), ==, 400);
  town_pay (town, A, B, 1, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_DAILY_LIMIT);
  town->now = midnight;
  town_pay (town, A, B, 1, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_DAILY_LIMIT);
}

static void
test_largest (void) {
  g_autoptr (Town) town = town_new (3);

  town->limits.payment_units_max = 5;
  town->limits.line_units_max = 8;
  town_restart (town);
  town_present (town, A, TRUE);
  town_present (town, B, TRUE);
  town_line (town, B, A, 800, 0);
  town_say (town, B,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_UPDATE, B,
                               town_make_line (town, B, A, 801, 0)));
  town_check_error (town, B, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  town_present (town, B, FALSE);
  town_pay (town, A, B, 501, NULL);
  town_check_abort (town, A, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  pays (town, A, B, 500, TRUE);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/limits/daily", test_daily);
  g_test_add_func ("/closer/limits/daily-told", test_daily_told);
  g_test_add_func ("/closer/limits/daily-around", test_daily_around);
  g_test_add_func ("/closer/limits/daily-restart", test_daily_restart);
  g_test_add_func ("/closer/limits/daily-reserved", test_daily_reserved);
  g_test_add_func ("/closer/limits/daily-midnight", test_daily_midnight);
  g_test_add_func ("/closer/limits/largest", test_largest);
  return g_test_run ();
}
