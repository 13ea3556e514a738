/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub and its members together: each protocol case by itself, then runs in
 * which everything that can go wrong does, by seed.
 */
#include "world.h"

enum { A, X, B, Y };

/* A pays B through X, and through Y where there is one. */
static World *
new_world (gboolean two_ways, LineFlags flags) {
  World *world = world_new (4, 1);

  world_connect_all (world);
  g_assert_true (world_trust (world, X, A, 10000, flags));
  g_assert_true (world_trust (world, B, X, 10000, 0));
  if (two_ways) {
    g_assert_true (world_trust (world, Y, A, 5000, 0));
    g_assert_true (world_trust (world, B, Y, 5000, 0));
  }
  world_settle (world);
  world_check (world);
  return world;
}

static void
check_state (World *world,
             guint index,
             const GeoHash *order,
             GeoPaymentState expected) {
  g_assert_cmpint (world_state (world, index, order), ==, expected);
}

static void
test_connected (void) {
  g_autoptr (World) world = new_world (FALSE, LINE_LIVE);
  GeoTime before = world->now;
  GeoHash order;

  g_assert_true (world_pay (world, A, B, 2500, "two breads", 20000, &order));
  check_state (world, A, &order, GEO_PAYMENT_SENDING);
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  /* Nobody was waited for: all voted. */
  g_assert_cmpint (world->now - before, ==, 100);
  g_assert_cmpuint (world_member (world, X)->n_passed, ==, 1);
  g_assert_cmpuint (world_member (world, B)->n_received, ==, 1);
  g_assert_cmpint (world_debt (world, A, X), ==, 2500);
  g_assert_cmpint (world_debt (world, X, B), ==, 2500);
  world_settle (world);
  world_check (world);
}

static void
test_away_by_mandate (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash order;

  world_disconnect (world, X);
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  g_assert_cmpuint (world_member (world, X)->n_passed, ==, 0);
  world_connect (world, X);
  world_settle (world);
  g_assert_cmpuint (world_member (world, X)->n_passed, ==, 1);
  world_check (world);
}

static void
test_away_live (void) {
  g_autoptr (World) world = new_world (FALSE, LINE_LIVE);
  GeoHash order;

  world_disconnect (world, X);
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_NOT_PAID);
  g_assert_cmpstr (world_member (world, A)->last_reason, ==,
                   GEO_REASON_NO_ROUTE);
  world_connect (world, X);
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  world_settle (world);
  world_check (world);
}

static void
test_deaf_live (void) {
  g_autoptr (World) world = new_world (TRUE, LINE_LIVE);
  GeoHash order;

  world_member (world, X)->deaf = TRUE;
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 1000);
  if (world_state (world, A, &order) == GEO_PAYMENT_SENDING) {
    /* It was asked first; after 3 s the other way is taken. */
    world_run (world, 3000);
    check_state (world, A, &order, GEO_PAYMENT_PAID);
  }
  g_assert_cmpint (world_debt (world, A, Y), ==, 2500);
  world_member (world, X)->deaf = FALSE;
  world_disconnect (world, X);
  world_connect (world, X);
  world_settle (world);
  world_check (world);
}

static void
test_refuses (void) {
  g_autoptr (World) world = new_world (TRUE, 0);
  GeoHash order;

  world_member (world, X)->refuse_percent = 100;
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 1000);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  g_assert_cmpint (world_debt (world, A, Y), ==, 2500);

  /* More than goes by way of Y. */
  g_assert_true (world_pay (world, A, B, 6000, NULL, 20000, &order));
  world_run (world, 1000);
  check_state (world, A, &order, GEO_PAYMENT_NOT_PAID);
  g_assert_cmpstr (world_member (world, A)->last_reason, ==, "not_now");
  world_settle (world);
  world_check (world);
}

static void
test_payee_refuses (void) {
  g_autoptr (World) world = new_world (TRUE, 0);
  GeoHash order;

  world_member (world, B)->refuse_percent = 100;
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 1000);
  check_state (world, A, &order, GEO_PAYMENT_NOT_PAID);
  g_assert_cmpstr (world_member (world, A)->last_reason, ==,
                   GEO_REASON_REFUSED_BY_PARTICIPANT);
  world_settle (world);
  world_check (world);
}

static void
test_payee_away (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash order;

  world_disconnect (world, B);
  g_assert_true (world_pay (world, A, B, 2500, "for later", 20000, &order));
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  world_connect (world, B);
  world_settle (world);
  g_assert_cmpuint (world_member (world, B)->n_received, ==, 1);
  world_check (world);
}

static void
test_two_routes (void) {
  g_autoptr (World) world = new_world (TRUE, 0);
  GeoHash order;

  g_assert_true (world_pay (world, A, B, 15000, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  g_assert_cmpint (world_debt (world, A, X), ==, 10000);
  g_assert_cmpint (world_debt (world, Y, B), ==, 5000);
  world_settle (world);
  world_check (world);
}

static void
test_race (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash first, second;
  guint paid;

  g_assert_true (world_pay (world, A, B, 7000, NULL, 20000, &first));
  g_assert_true (world_pay (world, A, B, 7000, NULL, 20000, &second));
  world_run (world, 5000);
  paid = (world_state (world, A, &first) == GEO_PAYMENT_PAID) +
         (world_state (world, A, &second) == GEO_PAYMENT_PAID);
  g_assert_cmpuint (paid, ==, 1);
  g_assert_cmpint (world_debt (world, A, X), ==, 7000);
  world_settle (world);
  world_check (world);
}

/* The answer is lost: in doubt, then paid, and never twice. */
static void
test_answer_lost (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash order;

  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 1);
  world_disconnect (world, A);
  check_state (world, A, &order, GEO_PAYMENT_IN_DOUBT);
  world_run (world, 60000);
  check_state (world, A, &order, GEO_PAYMENT_IN_DOUBT);
  world_connect (world, A);
  world_settle (world);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  g_assert_cmpint (world_debt (world, A, X), ==, 2500);
  world_check (world);
}

/* The order is lost: in doubt, then not paid (P12). */
static void
test_order_lost (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash order;

  world->lost_percent = 100;
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 5000);
  world->lost_percent = 0;
  world_settle (world);
  check_state (world, A, &order, GEO_PAYMENT_NOT_PAID);
  world_check (world);
}

/* Both fall while a payment is under way. */
static void
test_falls (void) {
  for (guint ms = 0; ms < 12; ms++) {
    g_autoptr (World) world = new_world (FALSE, LINE_LIVE);
    GeoHash order;

    g_assert_true (world_pay (world, A, B, 2500, "text", 20000, &order));
    world_run (world, ms / 3);
    if (ms % 3 == 0)
      world_restart_hub (world);
    if (ms % 3 == 1)
      world_restart_member (world, A);
    if (ms % 3 == 2)
      world_restart_member (world, X);
    world_connect_all (world);
    world_settle (world);
    world_check (world);
  }
}

/* A mandate's refusal that meets the hub's vote on the way: it came too late,
 * and that is nobody's fault (P7). */
static void
test_late_refusal (void) {
  g_autoptr (World) world = new_world (FALSE, 0);
  GeoHash order;

  world_member (world, X)->refuse_percent = 100;
  g_assert_true (world_pay (world, A, B, 2500, NULL, 20000, &order));
  world_run (world, 1);
  /* What is said from now on is longer on its way than votes are waited for. */
  world->delay_ms_min = 4000;
  world_run (world, 3500);
  g_assert_true (ledger_is_committed (world->ledger, &order));
  world->delay_ms_min = 0;
  world_settle (world);
  check_state (world, A, &order, GEO_PAYMENT_PAID);
  g_assert_cmpuint (world_member (world, X)->n_passed, ==, 1);
  world_check (world);
}

/* --- Clearing
 */

/* A owes X, X owes B, and B is about to owe A. */
static World *
new_circle (LineFlags flags) {
  World *world = world_new (4, 1);
  GeoHash order;

  world_connect_all (world);
  g_assert_true (world_trust (world, X, A, 10000, flags));
  g_assert_true (world_trust (world, B, X, 10000, 0));
  g_assert_true (world_trust (world, A, B, 10000, 0));
  world_settle (world);
  g_assert_true (world_pay (world, A, X, 5000, NULL, 20000, &order));
  g_assert_true (world_pay (world, X, B, 3400, NULL, 20000, &order));
  world_settle (world);
  world_check (world);
  return world;
}

static void
check_circle (World *world, gint64 ax, gint64 xb, gint64 ba) {
  g_assert_cmpint (world_debt (world, A, X), ==, ax);
  g_assert_cmpint (world_debt (world, X, B), ==, xb);
  g_assert_cmpint (world_debt (world, B, A), ==, ba);
}

static void
test_clear_after_payment (void) {
  g_autoptr (World) world = new_circle (0);
  GeoHash order;

  world_disconnect (world, X);
  g_assert_true (world_pay (world, B, A, 4000, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, B, &order, GEO_PAYMENT_PAID);
  check_circle (world, 1600, 0, 600);
  g_assert_cmpuint (world_member (world, A)->n_cleared, ==, 1);
  g_assert_cmpuint (world_member (world, X)->n_cleared, ==, 0);
  world_connect (world, X);
  world_settle (world);
  g_assert_cmpuint (world_member (world, X)->n_cleared, ==, 1);
  world_check (world);
}

static void
test_clear_asked (void) {
  g_autoptr (World) world = new_circle (LINE_ASK_CLEARING);
  GeoHash order;

  g_assert_true (world_pay (world, B, A, 4000, NULL, 20000, &order));
  world_run (world, 100);
  /* Not without X. */
  check_circle (world, 5000, 3400, 4000);
  world_disconnect (world, X);
  g_assert_cmpuint (world_clear (world, 12), ==, 0);
  world_connect (world, X);
  g_assert_cmpuint (world_clear (world, 12), ==, 1);
  world_run (world, 100);
  g_assert_cmpuint (world_count_proposals (world, X), ==, 1);
  g_assert_cmpuint (world_count_proposals (world, A), ==, 0);
  /* It is asked once more when it is back. */
  world_disconnect (world, X);
  g_assert_cmpuint (world_count_proposals (world, X), ==, 0);
  world_connect (world, X);
  world_run (world, 100);
  g_assert_cmpuint (world_answer (world, X, TRUE), ==, 1);
  world_run (world, 100);
  check_circle (world, 1600, 0, 600);
  g_assert_cmpuint (world_member (world, X)->n_cleared, ==, 1);
  world_settle (world);
  world_check (world);
}

static void
test_clear_declined (void) {
  g_autoptr (World) world = new_circle (LINE_ASK_CLEARING);
  GeoHash order;

  g_assert_true (world_pay (world, B, A, 4000, NULL, 20000, &order));
  world_run (world, 100);
  g_assert_cmpuint (world_clear (world, 12), ==, 1);
  world_run (world, 100);
  g_assert_cmpuint (world_answer (world, X, FALSE), ==, 1);
  world_run (world, 100);
  check_circle (world, 5000, 3400, 4000);
  g_assert_cmpuint (geo_closer_count_clearings (world->closer), ==, 0);
  /* Whoever said no is not asked again the same day. */
  g_assert_cmpuint (world_clear (world, 12), ==, 0);
  world_run (world, G_GINT64_CONSTANT (86500000));
  g_assert_cmpuint (world_clear (world, 12), ==, 1);
  world_settle (world);
  /* Nobody answered: it is over, and everything is free again. */
  check_circle (world, 5000, 3400, 4000);
  g_assert_cmpuint (world_count_proposals (world, X), ==, 0);
  world_check (world);
}

/* What was to be cleared is paid back before the vote is there. */
static void
test_clear_too_late (void) {
  g_autoptr (World) world = new_circle (LINE_ASK_CLEARING);
  GeoHash order;

  g_assert_true (world_trust (world, A, X, 10000, 0));
  g_assert_true (world_pay (world, B, A, 4000, NULL, 20000, &order));
  world_run (world, 100);
  g_assert_cmpuint (world_clear (world, 12), ==, 1);
  world_run (world, 100);
  g_assert_true (world_pay (world, X, A, 5000, NULL, 20000, &order));
  world_run (world, 100);
  check_state (world, X, &order, GEO_PAYMENT_PAID);
  /* X itself sees it; it could not agree any more. */
  g_assert_cmpuint (world_answer (world, X, TRUE), ==, 0);
  world_settle (world);
  check_circle (world, 0, 3400, 4000);
  world_check (world);
}

/* Each of them falls while a clearing waits for a vote. */
static void
test_clear_falls (void) {
  for (guint i = 0; i < 12; i++) {
    g_autoptr (World) world = new_circle (LINE_ASK_CLEARING);
    GeoHash order;
    gint64 left;

    g_assert_true (world_pay (world, B, A, 4000, NULL, 20000, &order));
    world_run (world, 100);
    g_assert_cmpuint (world_clear (world, 12), ==, 1);
    world_run (world, i < 6 ? 0 : 100);
    world_answer (world, X, TRUE);
    world_run (world, i % 6 / 3);
    if (i % 3 == 0)
      world_restart_hub (world);
    if (i % 3 == 1)
      world_restart_member (world, X);
    if (i % 3 == 2)
      world_restart_member (world, A);
    world_connect_all (world);
    world_run (world, 1000);
    world_answer (world, X, TRUE);
    world_settle (world);
    left = world_debt (world, X, B);
    g_assert_true (left == 0 || left == 3400);
    world_check (world);
  }
}

/* --- Runs by seed
 * ---------------------------------------------------------------- */

#define RUNS 200
#define MEMBERS 5
#define WISHES 60

static void
wish (World *world) {
  GRand *rand = world->rand;
  guint a = (guint) g_rand_int_range (rand, 0, MEMBERS);
  guint b = (a + (guint) g_rand_int_range (rand, 1, MEMBERS)) % MEMBERS;
  gint what = g_rand_int_range (rand, 0, 100);
  gint64 amount = g_rand_int_range (rand, 1, 4000);
  LineFlags flags = 0;

  if (g_rand_int_range (rand, 0, 4) == 0)
    flags |= LINE_LIVE;
  if (g_rand_int_range (rand, 0, 6) == 0)
    flags |= LINE_NOT_THROUGH;
  if (g_rand_int_range (rand, 0, 5) == 0)
    flags |= LINE_ASK_CLEARING;
  if (g_rand_int_range (rand, 0, 4) == 0)
    world_answer (world, b, g_rand_int_range (rand, 0, 5) > 0);
  if (g_rand_int_range (rand, 0, 10) == 0)
    world_clear (world, (guint) g_rand_int_range (rand, 2, 6));
  /* What a party would not do is as good a wish. */
  if (what < 55)
    world_pay (world, a, b, amount, what % 2 == 0 ? "text" : NULL,
               g_rand_int_range (rand, 200, 30000), NULL);
  else if (what < 75)
    world_trust (world, a, b, amount * 2, flags);
  else if (what < 78)
    world_trust (world, a, b, -1, flags);
  else if (what < 85)
    world_disconnect (world, a);
  else if (what < 96)
    world_connect (world, a);
  else if (what < 99)
    world_restart_member (world, a);
  else
    world_restart_hub (world);
}

typedef struct {
  guint commits;
  guint clearings;
  guint refusals;
  guint falls;
  guint lost;
} Sum;

static void
run (guint32 seed, Sum *sum) {
  g_autoptr (World) world = world_new (MEMBERS, seed);
  GRand *rand = world->rand;

  world_connect_all (world);
  for (guint i = 0; i < MEMBERS; i++)
    for (guint j = 0; j < MEMBERS; j++)
      if (i != j && g_rand_int_range (rand, 0, 3) > 0)
        world_trust (world, i, j, g_rand_int_range (rand, 1, 10000),
                     (g_rand_int_range (rand, 0, 4) == 0 ? LINE_LIVE : 0) |
                         (g_rand_int_range (rand, 0, 3) == 0
                              ? LINE_ASK_CLEARING
                              : 0));
  world_settle (world);
  world_check (world);

  world->delay_ms_max = (guint) g_rand_int_range (rand, 1, 2000);
  world->lost_percent = (guint) g_rand_int_range (rand, 0, 20);
  world->doubled_percent = (guint) g_rand_int_range (rand, 0, 20);
  world->hub_falls_permille = (guint) g_rand_int_range (rand, 0, 8);
  world->member_falls_permille = (guint) g_rand_int_range (rand, 0, 8);
  for (guint i = 0; i < MEMBERS; i++)
    world_member (world, i)->refuse_percent = (guint) g_rand_int_range (rand, 0,
                                                                        15);
  for (guint i = 0; i < WISHES; i++) {
    wish (world);
    world_run (world, g_rand_int_range (rand, 0, 3000));
  }

  /* Everybody comes back, and nothing goes wrong any more. */
  world->delay_ms_max = 1;
  world->lost_percent = 0;
  world->doubled_percent = 0;
  world->hub_falls_permille = 0;
  world->member_falls_permille = 0;
  for (guint i = 0; i < MEMBERS; i++)
    world_disconnect (world, i);
  world_connect_all (world);
  world_settle (world);
  world_check (world);

  sum->commits += ledger_count_commits (world->ledger);
  sum->clearings += ledger_count_clearings (world->ledger);
  sum->refusals += ledger_count_refusals (world->ledger);
  sum->falls += world->n_falls;
  sum->lost += world->n_lost;
}

static void
test_random (void) {
  Sum sum = { 0 };

  for (guint32 seed = 1; seed <= RUNS; seed++) {
    g_test_message ("seed %u", seed);
    run (seed, &sum);
  }
  g_test_message ("%u runs: %u paid, %u cleared, %u not paid, %u falls, "
                  "%u lost",
                  RUNS, sum.commits, sum.clearings, sum.refusals, sum.falls, sum.lost);
  g_assert_cmpuint (sum.commits, >, RUNS);
  /* How many depends on what is met on the way: some hundred, not a few. */
  g_assert_cmpuint (sum.clearings, >, RUNS / 4);
  g_assert_cmpuint (sum.refusals, >, RUNS);
  g_assert_cmpuint (sum.falls, >, RUNS);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/together/connected", test_connected);
  g_test_add_func ("/together/away/mandate", test_away_by_mandate);
  g_test_add_func ("/together/away/live", test_away_live);
  g_test_add_func ("/together/away/payee", test_payee_away);
  g_test_add_func ("/together/deaf-live", test_deaf_live);
  g_test_add_func ("/together/refuses", test_refuses);
  g_test_add_func ("/together/payee-refuses", test_payee_refuses);
  g_test_add_func ("/together/two-routes", test_two_routes);
  g_test_add_func ("/together/race", test_race);
  g_test_add_func ("/together/answer-lost", test_answer_lost);
  g_test_add_func ("/together/order-lost", test_order_lost);
  g_test_add_func ("/together/falls", test_falls);
  g_test_add_func ("/together/late-refusal", test_late_refusal);
  g_test_add_func ("/together/clearing/after-payment",
                   test_clear_after_payment);
  g_test_add_func ("/together/clearing/asked", test_clear_asked);
  g_test_add_func ("/together/clearing/declined", test_clear_declined);
  g_test_add_func ("/together/clearing/too-late", test_clear_too_late);
  g_test_add_func ("/together/clearing/falls", test_clear_falls);
  g_test_add_func ("/together/random", test_random);
  return g_test_run ();
}
