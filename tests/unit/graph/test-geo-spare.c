/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing over spare limits (§7): what a pair lends to it, and the smallest
 * sum of debts against every other way to hold the same net positions.
 */
#include "graph/geo-clearing.h"

#define ALICE 0
#define BOB 1
#define CAROL 2

static gint64
spare_of (const GeoGraph *graph, GeoNodeIndex debtor, GeoNodeIndex creditor) {
  return geo_graph_spare (graph, debtor, creditor).minor;
}

static GeoGraph *
make_pair (gint64 limit, gint64 bound) {
  GeoGraph *graph = geo_graph_new ();

  geo_graph_add_node (graph);
  geo_graph_add_node (graph);
  /* Bob lets Alice owe him. */
  geo_graph_set_line (graph, BOB, ALICE, GEO_AMOUNT (limit),
                      GEO_LINE_ACTIVE | GEO_LINE_CLEARING);
  geo_graph_set_line (graph, ALICE, BOB, GEO_AMOUNT (100),
                      GEO_LINE_ACTIVE | GEO_LINE_CLEARING);
  geo_graph_set_spare (graph, BOB, ALICE, GEO_AMOUNT (bound));
  return graph;
}

static void
test_pair (void) {
  g_autoptr (GeoGraph) graph = make_pair (50, 30);
  GeoAmount cap = GEO_AMOUNT (12);

  /* Only the direction that was agreed to. */
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 30);
  g_assert_cmpint (spare_of (graph, BOB, ALICE), ==, 0);

  /* The bound is of all that is owed; so is the limit. */
  g_assert_true (geo_graph_set_debt (graph, ALICE, BOB, GEO_AMOUNT (10)));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 20);
  geo_graph_set_line (graph, BOB, ALICE, GEO_AMOUNT (25),
                      GEO_LINE_ACTIVE | GEO_LINE_CLEARING);
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 15);
  /* What is reserved counts as owed, for both. */
  g_assert_true (geo_graph_reserve (graph, ALICE, BOB, GEO_AMOUNT (4), NULL));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 11);
  geo_graph_set_spare (graph, BOB, ALICE, GEO_AMOUNT (16));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 2);
  geo_graph_set_spare (graph, BOB, ALICE, GEO_AMOUNT (13));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 0);
  geo_graph_release (graph, ALICE, BOB, GEO_AMOUNT (4));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 3);
  /* The day's limit is not lent. */
  geo_graph_set_line_cap (graph, BOB, ALICE, &cap);
  geo_graph_set_spare (graph, BOB, ALICE, GEO_AMOUNT (25));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 12);
  geo_graph_set_line_cap (graph, BOB, ALICE, NULL);
  /* A line that is not active lends nothing. */
  geo_graph_set_line (graph, BOB, ALICE, GEO_AMOUNT_ZERO, GEO_LINE_CLEARING);
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 0);
}

/* What the other owes is cleared first, as a whole, with its creditor's
 * consent; only then a debt the other way may begin. */
static void
test_turned (void) {
  g_autoptr (GeoGraph) graph = make_pair (50, 30);

  g_assert_true (geo_graph_set_debt (graph, BOB, ALICE, GEO_AMOUNT (7)));
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 30);
  geo_graph_set_line (graph, ALICE, BOB, GEO_AMOUNT (100), GEO_LINE_ACTIVE);
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 0);
  geo_graph_set_line (graph, ALICE, BOB, GEO_AMOUNT (100),
                      GEO_LINE_ACTIVE | GEO_LINE_CLEARING);
  /* 52 of 57 are reserved: of the debt itself only 5 can be cleared. */
  g_assert_true (geo_graph_reserve (graph, ALICE, BOB, GEO_AMOUNT (52), NULL));
  g_assert_cmpint (geo_graph_clearable (graph, BOB, ALICE).minor, ==, 5);
  g_assert_cmpint (spare_of (graph, ALICE, BOB), ==, 0);
}

/* Alice owes Bob, Bob owes Carol, and Carol would let Alice owe her. */
static void
test_chain (void) {
  const GeoDebt debts[] = {
    { ALICE, BOB, { 20 }, TRUE },
    { BOB, CAROL, { 30 }, TRUE },
  };
  const GeoSpare spares[] = { { ALICE, CAROL, { 15 } } };
  const GeoClearingQuery query = { 12, { 1 } };
  g_auto (GeoClearing) clearing = { 0 };
  const GeoCycle *cycle;

  g_assert_true (geo_clearing_over_spares (3, debts, 2, spares, 1, &query,
                                           &clearing, NULL));
  g_assert_cmpint (clearing.optimum.minor, ==, 15);
  g_assert_cmpint (clearing.total.minor, ==, 15);
  g_assert_cmpuint (clearing.cycles->len, ==, 1);
  cycle = &g_array_index (clearing.cycles, GeoCycle, 0);
  g_assert_cmpuint (cycle->length, ==, 3);
  g_assert_cmpint (cycle->amount.minor, ==, 15);
  for (guint i = 0; i < 3; i++) {
    guint32 index = g_array_index (clearing.debts, guint32, cycle->first + i);
    GeoNodeIndex node = g_array_index (clearing.nodes, GeoNodeIndex,
                                       cycle->first + i);

    /* Carol pays in what Alice will owe. */
    g_assert_cmpuint (node, ==, index == 0 ? ALICE : index == 1 ? BOB : CAROL);
  }
}

/* One debt for one debt is no gain. */
static void
test_no_gain (void) {
  const GeoDebt debts[] = { { ALICE, BOB, { 20 }, TRUE },
                            { BOB, CAROL, { 20 }, FALSE } };
  const GeoSpare spares[] = { { ALICE, CAROL, { 20 } },
                              { CAROL, BOB, { 20 } },
                              { ALICE, BOB, { 20 } } };
  const GeoClearingQuery query = { 12, { 1 } };
  g_auto (GeoClearing) clearing = { 0 };

  g_assert_true (geo_clearing_over_spares (3, debts, 2, spares, 3, &query,
                                           &clearing, NULL));
  g_assert_cmpint (clearing.optimum.minor, ==, 0);
  g_assert_cmpuint (clearing.cycles->len, ==, 0);
}

static void
test_overflow (void) {
  const GeoDebt debts[] = { { ALICE, BOB, { GEO_AMOUNT_MAX }, TRUE } };
  const GeoClearingQuery query = { 12, { 1 } };
  g_autoptr (GArray) spares = g_array_new (FALSE, FALSE, sizeof (GeoSpare));
  g_auto (GeoClearing) clearing = { 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10000; i++) {
    GeoSpare spare = { BOB, 2 + i, { GEO_AMOUNT_MAX } };

    g_array_append_val (spares, spare);
  }
  g_assert_false (geo_clearing_over_spares (
      10002, debts, 1, (const GeoSpare *) (gpointer) spares->data, spares->len,
      &query, &clearing, &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW);
}

/* --- Random markets ------------------------------------------------------- */

#define PEOPLE_MAX 12

typedef struct {
  guint n;
  GArray *debts; /* GeoDebt */
  GArray *spares; /* GeoSpare */
  gint64 owed[PEOPLE_MAX][PEOPLE_MAX];
  gint64 fixed[PEOPLE_MAX][PEOPLE_MAX]; /* What must stay owed. */
  gint64 most[PEOPLE_MAX][PEOPLE_MAX]; /* What may be owed. */
} Market;

static void
market_clear (Market *m) {
  g_array_unref (m->debts);
  g_array_unref (m->spares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Market, market_clear)

static void
market_init (Market *m, guint n, gint density, gint most) {
  *m = (Market){ .n = n };
  m->debts = g_array_new (FALSE, FALSE, sizeof (GeoDebt));
  m->spares = g_array_new (FALSE, FALSE, sizeof (GeoSpare));
  for (guint u = 0; u < n; u++) {
    for (guint v = u + 1; v < n; v++) {
      gboolean turned = g_test_rand_bit () != 0;
      guint debtor = turned ? v : u, creditor = turned ? u : v;
      gboolean usable = g_test_rand_int_range (0, 8) != 0;
      GeoDebt debt = { debtor, creditor, GEO_AMOUNT_ZERO, usable };

      if (g_test_rand_int_range (0, 100) < density) {
        debt.amount.minor = g_test_rand_int_range (1, most + 1);
        g_array_append_val (m->debts, debt);
        m->owed[debtor][creditor] = debt.amount.minor;
        m->most[debtor][creditor] = debt.amount.minor;
        if (!usable)
          m->fixed[debtor][creditor] = debt.amount.minor;
      }
      for (guint end = 0; end < 2; end++) {
        GeoSpare spare = { end == 0 ? u : v,
                           end == 0 ? v : u,
                           { g_test_rand_int_range (0, most + 1) } };

        /* Nobody owes back what is not cleared. */
        if (g_test_rand_int_range (0, 100) >= density ||
            m->fixed[spare.creditor][spare.debtor] > 0)
          continue;
        g_array_append_val (m->spares, spare);
        m->most[spare.debtor][spare.creditor] += spare.amount.minor;
      }
    }
  }
}

static gint64
net_of (gint64 owed[PEOPLE_MAX][PEOPLE_MAX], guint n, guint u) {
  gint64 net = 0;

  for (guint v = 0; v < n; v++)
    net += owed[v][u] - owed[u][v];
  return net;
}

static gint64
sum_of (gint64 owed[PEOPLE_MAX][PEOPLE_MAX], guint n) {
  gint64 sum = 0;

  for (guint u = 0; u < n; u++)
    for (guint v = 0; v < n; v++)
      sum += owed[u][v];
  return sum;
}

static void
clear_market (const Market *m,
              const GeoClearingQuery *query,
              GeoClearing *clearing) {
  g_assert_true (geo_clearing_over_spares (
      m->n, (const GeoDebt *) (gpointer) m->debts->data, m->debts->len,
      (const GeoSpare *) (gpointer) m->spares->data, m->spares->len, query,
      clearing, NULL));
}

/* Carries all cycles out, the last one first, and holds each to what there
 * is. */
static void
check_cycles (const Market *m,
              const GeoClearingQuery *query,
              const GeoClearing *clearing,
              gint64 owed[PEOPLE_MAX][PEOPLE_MAX]) {
  gint64 total = 0;

  for (guint u = 0; u < m->n; u++)
    for (guint v = 0; v < m->n; v++)
      owed[u][v] = m->owed[u][v];
  for (guint i = clearing->cycles->len; i > 0; i--) {
    const GeoCycle *cycle = &g_array_index (clearing->cycles, GeoCycle, i - 1);
    gboolean seen[PEOPLE_MAX] = { FALSE };
    gint64 gain = 0;

    g_assert_cmpint (cycle->amount.minor, >=, query->min_amount.minor);
    g_assert_cmpuint (cycle->length, >=, 3);
    g_assert_cmpuint (cycle->length, <=, query->max_length);
    for (guint j = 0; j < cycle->length; j++) {
      guint32 index = g_array_index (clearing->debts, guint32,
                                     cycle->first + j);
      GeoNodeIndex u = g_array_index (clearing->nodes, GeoNodeIndex,
                                      cycle->first + j);
      GeoNodeIndex v = g_array_index (clearing->nodes, GeoNodeIndex,
                                      cycle->first + (j + 1) % cycle->length);

      g_assert_false (seen[u]);
      seen[u] = TRUE;
      if (index < m->debts->len) {
        const GeoDebt *debt = &g_array_index (m->debts, GeoDebt, index);

        g_assert_true (debt->usable);
        g_assert_cmpuint (debt->debtor, ==, u);
        g_assert_cmpuint (debt->creditor, ==, v);
        owed[u][v] -= cycle->amount.minor;
        g_assert_cmpint (owed[u][v], >=, m->fixed[u][v]);
        gain += cycle->amount.minor;
      } else {
        const GeoSpare *spare = &g_array_index (m->spares, GeoSpare,
                                                index - m->debts->len);

        g_assert_cmpuint (spare->debtor, ==, v);
        g_assert_cmpuint (spare->creditor, ==, u);
        owed[v][u] += cycle->amount.minor;
        g_assert_cmpint (owed[v][u], <=, m->most[v][u]);
        gain -= cycle->amount.minor;
      }
    }
    g_assert_cmpint (gain, >, 0);
    total += gain;
  }
  g_assert_cmpint (total, ==, clearing->total.minor);
  g_assert_cmpint (total, <=, clearing->optimum.minor);
  g_assert_cmpint (sum_of (owed, m->n), ==,
                   sum_of ((gpointer) m->owed, m->n) - total);
  for (guint u = 0; u < m->n; u++) {
    /* I4: nobody's net position changes; I3: one direction a pair, and where
     * that takes a cycle that is too long, what is owed both ways is less for
     * both. */
    g_assert_cmpint (net_of (owed, m->n, u), ==,
                     net_of ((gpointer) m->owed, m->n, u));
    for (guint v = 0; v < m->n; v++)
      g_assert_true (owed[u][v] == 0 || owed[v][u] == 0 ||
                     total < clearing->optimum.minor);
  }
}

/* The least that three can owe in all with the same net positions: everything
 * is tried. */
static gint64
least_of_three (const Market *m) {
  static const guint ends[6][2] = { { 0, 1 }, { 1, 0 }, { 0, 2 },
                                    { 2, 0 }, { 1, 2 }, { 2, 1 } };
  gint64 owed[PEOPLE_MAX][PEOPLE_MAX] = { { 0 } };
  gint64 least = G_MAXINT64;
  guint at = 0;

  for (guint i = 0; i < 6; i++)
    owed[ends[i][0]][ends[i][1]] = m->fixed[ends[i][0]][ends[i][1]];
  for (;;) {
    gboolean same = TRUE;

    for (guint u = 0; u < 3 && same; u++)
      same = net_of (owed, 3, u) == net_of ((gpointer) m->owed, 3, u);
    if (same)
      least = MIN (least, sum_of (owed, 3));
    for (at = 0; at < 6; at++) {
      guint u = ends[at][0], v = ends[at][1];

      if (++owed[u][v] <= m->most[u][v])
        break;
      owed[u][v] = m->fixed[u][v];
    }
    if (at == 6)
      return least;
  }
}

static void
test_three (void) {
  const GeoClearingQuery query = { 12, { 1 } };

  for (guint round = 0; round < 400; round++) {
    g_auto (Market) m = { 0 };
    g_auto (GeoClearing) clearing = { 0 };
    gint64 owed[PEOPLE_MAX][PEOPLE_MAX];

    market_init (&m, 3, 80, 3);
    clear_market (&m, &query, &clearing);
    check_cycles (&m, &query, &clearing, owed);
    g_assert_cmpint (sum_of (owed, 3), ==, least_of_three (&m));
  }
}

/* Nothing gains any more exactly when prices show it (Bellman). */
static void
assert_best (const Market *m, gint64 owed[PEOPLE_MAX][PEOPLE_MAX]) {
  gint price[PEOPLE_MAX] = { 0 };
  gboolean changed = TRUE;

  for (guint i = 0; changed; i++) {
    g_assert_cmpuint (i, <=, m->n);
    changed = FALSE;
    for (guint u = 0; u < m->n; u++) {
      for (guint v = 0; v < m->n; v++) {
        /* To owe more costs one, to owe less gains one. */
        if (owed[u][v] < m->most[u][v] && price[u] + 1 < price[v]) {
          price[v] = price[u] + 1;
          changed = TRUE;
        }
        if (owed[u][v] > m->fixed[u][v] && price[v] - 1 < price[u]) {
          price[u] = price[v] - 1;
          changed = TRUE;
        }
      }
    }
  }
}

static void
test_random (void) {
  for (guint round = 0; round < 1000; round++) {
    GeoClearingQuery query = { PEOPLE_MAX, { 1 } };
    g_auto (Market) m = { 0 };
    g_auto (GeoClearing) clearing = { 0 };
    g_auto (GeoClearing) bounded = { 0 };
    gint64 owed[PEOPLE_MAX][PEOPLE_MAX];

    market_init (&m, 3 + (guint) g_test_rand_int_range (0, PEOPLE_MAX - 2),
                 g_test_rand_int_range (20, 90),
                 1 << g_test_rand_int_range (0, 20));
    clear_market (&m, &query, &clearing);
    check_cycles (&m, &query, &clearing, owed);
    g_assert_cmpint (clearing.total.minor, ==, clearing.optimum.minor);
    assert_best (&m, owed);

    query.max_length = 3 + (guint) g_test_rand_int_range (0, 3);
    query.min_amount.minor = g_test_rand_int_range (1, 5);
    clear_market (&m, &query, &bounded);
    check_cycles (&m, &query, &bounded, owed);
    g_assert_cmpint (bounded.optimum.minor, ==, clearing.optimum.minor);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/graph/spare/pair", test_pair);
  g_test_add_func ("/graph/spare/turned", test_turned);
  g_test_add_func ("/graph/spare/chain", test_chain);
  g_test_add_func ("/graph/spare/no-gain", test_no_gain);
  g_test_add_func ("/graph/spare/overflow", test_overflow);
  g_test_add_func ("/graph/spare/three", test_three);
  g_test_add_func ("/graph/spare/random", test_random);
  return g_test_run ();
}
