/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing on graphs small enough to draw: what can be cleared of a debt, whose
 * consent counts, the largest total, cycles and their bounds, and the short
 * cycles after a payment.
 */
#include "graph/geo-clearing.h"

#define OPEN (GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE | GEO_LINE_CLEARING)

static GeoGraph *
graph_of (guint n_nodes) {
  GeoGraph *graph = geo_graph_new ();

  for (guint i = 0; i < n_nodes; i++)
    geo_graph_add_node (graph);

  return graph;
}

/* A debt over a line that agrees to clearing and has room to spare. */
static void
owe (GeoGraph *graph, GeoNodeIndex debtor, GeoNodeIndex creditor, gint64 debt) {
  geo_graph_set_line (graph, creditor, debtor, GEO_AMOUNT (1000), OPEN);
  g_assert_true (
      geo_graph_set_debt (graph, debtor, creditor, GEO_AMOUNT (debt)));
}

#define assert_clearable(graph, debtor, creditor, expected)                 \
  g_assert_cmpint (geo_graph_clearable (graph, debtor, creditor).minor, ==, \
                   expected)

/* --- What can be cleared of one debt --- */

static void
test_clear (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);
  g_autoptr (GError) error = NULL;

  owe (graph, 0, 1, 50);
  assert_clearable (graph, 0, 1, 50);
  assert_clearable (graph, 1, 0, 0);
  assert_clearable (graph, 0, 2, 0);

  g_assert_true (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (20), &error));
  g_assert_no_error (error);
  g_assert_cmpint (geo_graph_debt (graph, 0, 1).minor, ==, 30);
  g_assert_cmpint (geo_graph_capacity (graph, 0, 1).minor, ==, 970);
  g_assert_cmpint (geo_graph_capacity (graph, 1, 0).minor, ==, 30);

  g_assert_false (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (31), &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_CAPACITY);
  g_clear_error (&error);
  g_assert_false (geo_graph_clear (graph, 1, 0, GEO_AMOUNT (1), NULL));
  g_assert_false (geo_graph_clear (graph, 2, 0, GEO_AMOUNT (1), NULL));
  g_assert_true (geo_graph_clear (graph, 2, 0, GEO_AMOUNT_ZERO, NULL));
  g_assert_cmpint (geo_graph_debt (graph, 0, 1).minor, ==, 30);
  g_assert_true (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (30), NULL));
  assert_clearable (graph, 0, 1, 0);
}

/* I6: a payment from the creditor to the debtor may count on the debt. */
static void
test_reserved (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  /* 0 owes 1; there is no line from 0 to 1, so that 1 can only take back. */
  owe (graph, 0, 1, 50);
  g_assert_true (geo_graph_reserve (graph, 1, 0, GEO_AMOUNT (20), NULL));
  assert_clearable (graph, 0, 1, 30);
  g_assert_false (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (31), NULL));
  g_assert_true (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (30), NULL));
  assert_clearable (graph, 0, 1, 0);
  geo_graph_settle (graph, 1, 0, GEO_AMOUNT (20));
  g_assert_cmpint (geo_graph_debt (graph, 0, 1).minor, ==, 0);

  /* With a line of 15 the payment needs only 5 of the debt. */
  owe (graph, 0, 1, 50);
  geo_graph_set_line (graph, 0, 1, GEO_AMOUNT (15), GEO_LINE_ACTIVE);
  g_assert_true (geo_graph_reserve (graph, 1, 0, GEO_AMOUNT (20), NULL));
  assert_clearable (graph, 0, 1, 45);
  g_assert_true (geo_graph_clear (graph, 0, 1, GEO_AMOUNT (45), NULL));
  geo_graph_settle (graph, 1, 0, GEO_AMOUNT (20));
  g_assert_cmpint (geo_graph_debt (graph, 1, 0).minor, ==, 15);

  /* What is reserved the other way, to owe more, is no hindrance. */
  geo_graph_set_line (graph, 0, 1, GEO_AMOUNT (100), GEO_LINE_ACTIVE);
  g_assert_true (geo_graph_reserve (graph, 1, 0, GEO_AMOUNT (85), NULL));
  assert_clearable (graph, 1, 0, 15);

  /* A limit lowered under what is reserved leaves nothing to clear. */
  g_assert_true (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (600), NULL));
  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (10), OPEN);
  assert_clearable (graph, 1, 0, 0);
}

/* A clearing reserved and settled as hops does what clearing at once does. */
static void
test_as_hops (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  for (GeoNodeIndex u = 0; u < 3; u++)
    owe (graph, u, (u + 1) % 3, 10 + u);
  for (GeoNodeIndex u = 0; u < 3; u++)
    g_assert_true (
        geo_graph_reserve (graph, (u + 1) % 3, u, GEO_AMOUNT (10), NULL));
  for (GeoNodeIndex u = 0; u < 3; u++)
    geo_graph_settle (graph, (u + 1) % 3, u, GEO_AMOUNT (10));
  for (GeoNodeIndex u = 0; u < 3; u++)
    g_assert_cmpint (geo_graph_debt (graph, u, (u + 1) % 3).minor, ==, u);
}

/* --- Whose debts --- */

static void
test_debts (void) {
  g_autoptr (GeoGraph) graph = graph_of (7);
  g_autoptr (GArray) debts = NULL;
  const GeoDebt expected[] = {
    { 0, 1, { 10 }, TRUE }, /* As it should be. */
    { 3, 2, { 20 }, FALSE }, /* The creditor does not agree. */
    { 2, 4, { 30 }, TRUE }, /* A closed line keeps its policy. */
    { 4, 5, { 40 }, FALSE }, /* No line, no policy. */
    { 5, 0, { 45 }, TRUE }, /* Less, because of what is reserved. */
  };

  owe (graph, 0, 1, 10);
  geo_graph_set_line (graph, 2, 3, GEO_AMOUNT (100), GEO_LINE_ACTIVE);
  g_assert_true (geo_graph_set_debt (graph, 3, 2, GEO_AMOUNT (20)));
  /* The debtor's own line to the creditor says nothing. */
  geo_graph_set_line (graph, 3, 2, GEO_AMOUNT (100), OPEN);
  geo_graph_set_line (graph, 4, 2, GEO_AMOUNT (100), GEO_LINE_CLEARING);
  g_assert_true (geo_graph_set_debt (graph, 2, 4, GEO_AMOUNT (30)));
  g_assert_true (geo_graph_set_debt (graph, 4, 5, GEO_AMOUNT (40)));
  owe (graph, 5, 0, 50);
  g_assert_true (geo_graph_reserve (graph, 0, 5, GEO_AMOUNT (5), NULL));
  owe (graph, 6, 0, 60);
  geo_graph_set_node_flags (graph, 6, GEO_NODE_FROZEN);
  owe (graph, 1, 2, 0);

  debts = geo_clearing_debts (graph);
  g_assert_cmpuint (debts->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < debts->len; i++) {
    const GeoDebt *debt = &g_array_index (debts, GeoDebt, i);

    g_assert_cmpuint (debt->debtor, ==, expected[i].debtor);
    g_assert_cmpuint (debt->creditor, ==, expected[i].creditor);
    g_assert_cmpint (debt->amount.minor, ==, expected[i].amount.minor);
    g_assert_cmpint (debt->usable, ==, expected[i].usable);
  }
}

/* --- The largest total --- */

static void
find_best (guint n_nodes,
           const GeoDebt *debts,
           gsize n_debts,
           guint max_length,
           gint64 min_amount,
           GeoClearing *clearing) {
  const GeoClearingQuery query = { max_length, { min_amount } };

  g_assert_true (
      geo_clearing_best (n_nodes, debts, n_debts, &query, clearing, NULL));
}

static void
test_nothing (void) {
  g_auto (GeoClearing) none = { 0 };
  g_auto (GeoClearing) chain = { 0 };
  g_auto (GeoClearing) unusable = { 0 };
  const GeoDebt debts[] = {
    { 0, 1, { 5 }, TRUE },
    { 1, 2, { 5 }, TRUE },
    { 2, 0, { 5 }, FALSE },
    { 2, 1, { 0 }, TRUE },
  };

  find_best (0, NULL, 0, 12, 1, &none);
  g_assert_cmpint (none.optimum.minor, ==, 0);
  find_best (3, debts, 2, 12, 1, &chain);
  g_assert_cmpint (chain.optimum.minor, ==, 0);
  g_assert_cmpuint (chain.cycles->len, ==, 0);
  find_best (3, debts, 4, 12, 1, &unusable);
  g_assert_cmpint (unusable.optimum.minor, ==, 0);
}

/* 0 → 1 → 2 → 0 can take 10; but 1 → 3 → 4 → 2 instead of 1 → 2 is longer. */
static void
test_longer_is_more (void) {
  g_auto (GeoClearing) clearing = { 0 };
  g_auto (GeoClearing) bounded = { 0 };
  const GeoDebt debts[] = {
    { 0, 1, { 10 }, TRUE }, { 1, 2, { 10 }, TRUE }, { 2, 0, { 10 }, TRUE },
    { 1, 3, { 10 }, TRUE }, { 3, 4, { 7 }, TRUE },  { 4, 2, { 10 }, TRUE },
  };
  const GeoCycle *cycle;

  find_best (5, debts, G_N_ELEMENTS (debts), 12, 1, &clearing);
  g_assert_cmpint (clearing.optimum.minor, ==, 7 * 5 + 3 * 3);
  g_assert_cmpint (clearing.total.minor, ==, 7 * 5 + 3 * 3);
  g_assert_cmpuint (clearing.cycles->len, ==, 2);
  cycle = &g_array_index (clearing.cycles, GeoCycle, 0);
  g_assert_cmpuint (cycle->length, ==, 5);
  g_assert_cmpint (cycle->amount.minor, ==, 7);
  for (guint i = 0; i < cycle->length; i++) {
    guint32 debt = g_array_index (clearing.debts, guint32, cycle->first + i);

    g_assert_cmpuint (
        debts[debt].debtor, ==,
        g_array_index (clearing.nodes, GeoNodeIndex, cycle->first + i));
  }

  /* The bound takes the long one away, and what it held is used. */
  find_best (5, debts, G_N_ELEMENTS (debts), 4, 1, &bounded);
  g_assert_cmpint (bounded.optimum.minor, ==, 44);
  g_assert_cmpint (bounded.total.minor, ==, 30);
  g_assert_cmpuint (bounded.cycles->len, ==, 1);
}

/* Two circles that share a participant, not a debt, are two cycles. */
static void
test_figure_eight (void) {
  g_auto (GeoClearing) clearing = { 0 };
  const GeoDebt debts[] = {
    { 0, 1, { 4 }, TRUE }, { 1, 2, { 4 }, TRUE }, { 2, 0, { 4 }, TRUE },
    { 2, 3, { 4 }, TRUE }, { 3, 4, { 4 }, TRUE }, { 4, 2, { 4 }, TRUE },
  };

  find_best (5, debts, G_N_ELEMENTS (debts), 3, 1, &clearing);
  g_assert_cmpint (clearing.total.minor, ==, 24);
  g_assert_cmpuint (clearing.cycles->len, ==, 2);
}

/* Debts both ways, and the same debt twice, are taken as they are. */
static void
test_two (void) {
  g_auto (GeoClearing) clearing = { 0 };
  const GeoDebt debts[] = {
    { 0, 1, { 4 }, TRUE },
    { 1, 0, { 3 }, TRUE },
    { 1, 0, { 3 }, TRUE },
  };

  find_best (2, debts, G_N_ELEMENTS (debts), 2, 1, &clearing);
  g_assert_cmpint (clearing.optimum.minor, ==, 8);
  g_assert_cmpint (clearing.total.minor, ==, 8);
  g_assert_cmpuint (clearing.cycles->len, ==, 2);
}

static void
test_min_amount (void) {
  g_auto (GeoClearing) all = { 0 };
  g_auto (GeoClearing) large = { 0 };
  const GeoDebt debts[] = {
    { 0, 1, { 9 }, TRUE }, { 1, 2, { 5 }, TRUE }, { 2, 0, { 5 }, TRUE },
    { 1, 3, { 4 }, TRUE }, { 3, 0, { 4 }, TRUE },
  };

  find_best (4, debts, G_N_ELEMENTS (debts), 12, 4, &all);
  g_assert_cmpint (all.total.minor, ==, 27);
  find_best (4, debts, G_N_ELEMENTS (debts), 12, 5, &large);
  g_assert_cmpint (large.optimum.minor, ==, 27);
  g_assert_cmpint (large.total.minor, ==, 15);
}

/* One ring of everybody: as long as it is, it is found, and taken only where
 * the bound lets it. */
static void
test_ring (void) {
  enum { N = 3000 };
  g_autofree GeoDebt *debts = g_new (GeoDebt, N);
  g_auto (GeoClearing) clearing = { 0 };
  g_auto (GeoClearing) short_ring = { 0 };
  const GeoCycle *cycle;

  for (guint i = 0; i < N; i++)
    debts[i] = (GeoDebt){ i, (i + 1) % N, { 1000 + i }, TRUE };
  find_best (N, debts, N, GEO_CLEARING_LENGTH_MAX, 1, &clearing);
  g_assert_cmpint (clearing.optimum.minor, ==, 1000 * N);
  g_assert_cmpint (clearing.total.minor, ==, 0);

  for (guint i = 0; i < GEO_CLEARING_LENGTH_MAX; i++)
    debts[i].creditor = (i + 1) % GEO_CLEARING_LENGTH_MAX;
  find_best (N, debts, GEO_CLEARING_LENGTH_MAX, GEO_CLEARING_LENGTH_MAX, 1,
             &short_ring);
  g_assert_cmpint (short_ring.total.minor, ==, 1000 * GEO_CLEARING_LENGTH_MAX);
  g_assert_cmpuint (short_ring.cycles->len, ==, 1);
  cycle = &g_array_index (short_ring.cycles, GeoCycle, 0);
  g_assert_cmpuint (cycle->length, ==, GEO_CLEARING_LENGTH_MAX);
}

static void
test_overflow (void) {
  enum { N = 9224 };
  g_autofree GeoDebt *debts = g_new (GeoDebt, N);
  g_autoptr (GError) error = NULL;
  const GeoClearingQuery query = { 12, { 1 } };
  GeoClearing untouched = { 0 };
  g_auto (GeoClearing) clearing = { 0 };

  /* N / 2 pairs, each owing each other the most there is. */
  for (guint i = 0; i < N; i++)
    debts[i] = (GeoDebt){ i, i ^ 1, { GEO_AMOUNT_MAX }, TRUE };
  g_assert_false (geo_clearing_best (N, debts, N, &query, &untouched, &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW);
  g_assert_null (untouched.cycles);

  find_best (N, debts, N - 2, 12, 1, &clearing);
  g_assert_cmpint (clearing.total.minor, ==, (N - 2) * GEO_AMOUNT_MAX);
}

/* --- After a payment --- */

static guint
find_through (const GeoGraph *graph,
              GeoNodeIndex u,
              GeoNodeIndex v,
              guint max_length,
              gint64 min_amount,
              GeoShortCycle *cycles,
              guint max_cycles) {
  const GeoDebtIndex debt = { u, v };

  return geo_clearing_through (graph, &debt, 1, max_length,
                               GEO_AMOUNT (min_amount), cycles, max_cycles);
}

static void
test_through (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);
  GeoShortCycle cycles[4];

  /* 0 → 1, back over 2, over 3 and 4, and 1 → 5 that leads nowhere. */
  owe (graph, 0, 1, 10);
  owe (graph, 1, 2, 8);
  owe (graph, 2, 0, 3);
  owe (graph, 1, 3, 6);
  owe (graph, 3, 4, 5);
  owe (graph, 4, 0, 6);
  owe (graph, 1, 5, 100);

  g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 2);
  g_assert_cmpuint (cycles[0].length, ==, 4);
  g_assert_cmpint (cycles[0].amount.minor, ==, 5);
  g_assert_cmpuint (cycles[0].nodes[0], ==, 0);
  g_assert_cmpuint (cycles[0].nodes[1], ==, 1);
  g_assert_cmpuint (cycles[0].nodes[2], ==, 3);
  g_assert_cmpuint (cycles[0].nodes[3], ==, 4);
  g_assert_cmpuint (cycles[1].length, ==, 3);
  g_assert_cmpint (cycles[1].amount.minor, ==, 3);

  g_assert_cmpuint (find_through (graph, 0, 1, 3, 1, cycles, 4), ==, 1);
  g_assert_cmpuint (cycles[0].length, ==, 3);
  g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 1), ==, 1);
  g_assert_cmpuint (cycles[0].length, ==, 4);
  g_assert_cmpuint (find_through (graph, 0, 1, 4, 4, cycles, 4), ==, 1);
  g_assert_cmpuint (find_through (graph, 0, 1, 4, 6, cycles, 4), ==, 0);

  /* Not a debt; a debt on no short cycle. */
  g_assert_cmpuint (find_through (graph, 1, 0, 4, 1, cycles, 4), ==, 0);
  g_assert_cmpuint (find_through (graph, 2, 3, 4, 1, cycles, 4), ==, 0);
  g_assert_cmpuint (find_through (graph, 1, 5, 4, 1, cycles, 4), ==, 0);

  /* They share 0 → 1: the second has what the first leaves. */
  geo_graph_set_debt (graph, 0, 1, GEO_AMOUNT (6));
  g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 2);
  g_assert_cmpint (cycles[1].amount.minor, ==, 1);
}

/* Two changed debts of one cycle: it is told once. */
static void
test_through_two (void) {
  g_autoptr (GeoGraph) graph = graph_of (4);
  const GeoDebtIndex debts[] = { { 0, 1 }, { 1, 2 }, { 0, 3 }, { 2, 0 } };
  GeoShortCycle cycles[4];

  owe (graph, 0, 1, 10);
  owe (graph, 1, 2, 8);
  owe (graph, 2, 0, 3);
  g_assert_cmpuint (
      geo_clearing_through (graph, debts, 4, 4, GEO_AMOUNT (1), cycles, 4), ==,
      1);
  g_assert_cmpint (cycles[0].amount.minor, ==, 3);
}

static void
test_through_consent (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);
  GeoShortCycle cycles[4];

  for (GeoNodeIndex u = 0; u < 3; u++)
    owe (graph, u, (u + 1) % 3, 10);
  g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 1);

  for (GeoNodeIndex u = 0; u < 3; u++) {
    GeoNodeIndex v = (u + 1) % 3;

    /* Each creditor is asked. */
    geo_graph_set_line (graph, v, u, GEO_AMOUNT (1000), GEO_LINE_ACTIVE);
    g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 0);
    /* Closed, its word counts; the capacity of the hop back, all the same. */
    geo_graph_set_line (graph, v, u, GEO_AMOUNT (1000), GEO_LINE_CLEARING);
    g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 1);
    g_assert_cmpint (cycles[0].amount.minor, ==, 10);
    g_assert_true (geo_graph_reserve (graph, v, u, GEO_AMOUNT (4), NULL));
    g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 1);
    g_assert_cmpint (cycles[0].amount.minor, ==, 6);
    geo_graph_release (graph, v, u, GEO_AMOUNT (4));

    geo_graph_set_node_flags (graph, u, GEO_NODE_FROZEN);
    g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 4), ==, 0);
    geo_graph_set_node_flags (graph, u, 0);
  }
}

/* A shop that nearly everybody owes: found while it is worth its time, and
 * passed over when it is not. */
static void
test_through_shop (void) {
  GeoShortCycle cycles[2];

  for (guint n = 2000; n <= 20000; n *= 10) {
    g_autoptr (GeoGraph) graph = graph_of (n);

    /* 0 is the shop; it owes 1, and 1 owes the last of its customers. */
    for (GeoNodeIndex u = 2; u < n; u++)
      owe (graph, u, 0, 10);
    owe (graph, 0, 1, 10);
    owe (graph, 1, n - 1, 10);
    g_assert_cmpuint (find_through (graph, 0, 1, 4, 1, cycles, 2), ==,
                      n == 2000 ? 1 : 0);
    g_assert_cmpuint (find_through (graph, n - 1, 0, 4, 1, cycles, 2), ==,
                      n == 2000 ? 1 : 0);
    /* From beyond, the shop is only one of those to meet. */
    g_assert_cmpuint (find_through (graph, 1, n - 1, 4, 1, cycles, 2), ==, 1);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/clearing/graph/clear", test_clear);
  g_test_add_func ("/clearing/graph/reserved", test_reserved);
  g_test_add_func ("/clearing/graph/as-hops", test_as_hops);
  g_test_add_func ("/clearing/graph/debts", test_debts);
  g_test_add_func ("/clearing/best/nothing", test_nothing);
  g_test_add_func ("/clearing/best/longer-is-more", test_longer_is_more);
  g_test_add_func ("/clearing/best/figure-eight", test_figure_eight);
  g_test_add_func ("/clearing/best/two", test_two);
  g_test_add_func ("/clearing/best/min-amount", test_min_amount);
  g_test_add_func ("/clearing/best/ring", test_ring);
  g_test_add_func ("/clearing/best/overflow", test_overflow);
  g_test_add_func ("/clearing/through/cycles", test_through);
  g_test_add_func ("/clearing/through/two", test_through_two);
  g_test_add_func ("/clearing/through/consent", test_through_consent);
  g_test_add_func ("/clearing/through/shop", test_through_shop);

  return g_test_run ();
}
