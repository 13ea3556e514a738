/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing on random debts: totals against cancelling negative cycles, what
 * every result must hold, and the time it takes on a large graph.  The models
 * here share no code with the room they test.
 */
#include "graph/geo-clearing.h"

#include <string.h>

#include "graph/geo-circulation-private.h"

#define NODES_MAX 8

static gint
random_below (gint n) {
  return g_test_rand_int_range (0, n);
}

/* 1 … most. */
static gint64
random_amount (gint64 most) {
  guint64 x = ((guint64) (guint32) g_test_rand_int () << 32) |
              (guint32) g_test_rand_int ();

  return 1 + (gint64) (x % (guint64) most);
}

/* --- Small ones, plainly --- */

typedef struct {
  guint n;
  GeoDebt debts[2 * NODES_MAX * NODES_MAX];
  guint n_debts;
} Model;

static void
make_random (Model *m) {
  gint density = 10 + random_below (90);
  gint kind = random_below (3);
  gint64 most = kind == 0 ? 3 : kind == 1 ? 1000 : GEO_AMOUNT_MAX;

  memset (m, 0, sizeof *m);
  m->n = 2 + (guint) random_below (NODES_MAX - 1);
  for (guint u = 0; u < m->n; u++) {
    for (guint v = 0; v < m->n; v++) {
      gboolean is_twice = random_below (20) == 0;

      if (u == v || random_below (100) >= density)
        continue;
      for (guint i = 0; i <= (guint) is_twice; i++) {
        gint64 amount = random_amount (most) - (random_below (10) == 0 ? 1 : 0);

        m->debts[m->n_debts++] =
            (GeoDebt){ u, v, { amount }, random_below (10) != 0 };
      }
    }
  }
}

/* The largest total: as long as there is a way round over debts, used on or
 * taken back, that gains, it is gone (Klein 1967); the ways are found by
 * Bellman and Ford. */
static gint64
plain_best (const Model *m) {
  gint64 on[2 * NODES_MAX * NODES_MAX];
  gint64 back[2 * NODES_MAX * NODES_MAX] = { 0 };
  gint64 total = 0;

  for (guint i = 0; i < m->n_debts; i++)
    on[i] = m->debts[i].usable ? m->debts[i].amount.minor : 0;

  for (;;) {
    gint cost[NODES_MAX] = { 0 };
    gint via[NODES_MAX]; /* Debt + 1; below zero: taken back. */
    guint at = G_MAXUINT;
    guint start;
    gint64 width = G_MAXINT64;

    memset (via, 0, sizeof via);
    for (guint round = 0; round <= m->n; round++) {
      at = G_MAXUINT;
      for (guint i = 0; i < m->n_debts; i++) {
        guint u = m->debts[i].debtor;
        guint v = m->debts[i].creditor;

        if (on[i] > 0 && cost[u] - 1 < cost[v]) {
          cost[v] = cost[u] - 1;
          via[v] = (gint) i + 1;
          at = v;
        }
        if (back[i] > 0 && cost[v] + 1 < cost[u]) {
          cost[u] = cost[v] + 1;
          via[u] = -(gint) i - 1;
          at = u;
        }
      }
      if (at == G_MAXUINT)
        break;
    }
    if (at == G_MAXUINT)
      return total;

    /* Far enough back it is on the way round itself. */
    for (guint i = 0; i < m->n; i++) {
      gint edge = via[at];

      at = edge > 0 ? m->debts[edge - 1].debtor : m->debts[-edge - 1].creditor;
    }
    start = at;
    do {
      gint edge = via[at];

      width = MIN (width, edge > 0 ? on[edge - 1] : back[-edge - 1]);
      at = edge > 0 ? m->debts[edge - 1].debtor : m->debts[-edge - 1].creditor;
    } while (at != start);
    do {
      gint edge = via[at];

      if (edge > 0) {
        on[edge - 1] -= width;
        back[edge - 1] += width;
        total += width;
        at = m->debts[edge - 1].debtor;
      } else {
        on[-edge - 1] += width;
        back[-edge - 1] -= width;
        total -= width;
        at = m->debts[-edge - 1].creditor;
      }
    } while (at != start);
  }
}

/* Everything that a result must hold; left[] is what it leaves of the debts. */
static void
check_clearing (guint n_nodes,
                const GeoDebt *debts,
                guint n_debts,
                const GeoClearingQuery *query,
                const GeoClearing *clearing,
                gint64 *left) {
  g_autofree gint64 *net = g_new0 (gint64, n_nodes);
  g_autofree guint *seen = g_new0 (guint, n_nodes);
  gint64 sum = 0;
  gint64 previous = G_MAXINT64;
  guint n_entries = 0;

  for (guint i = 0; i < n_debts; i++)
    left[i] = debts[i].amount.minor;
  for (guint i = 0; i < clearing->cycles->len; i++) {
    const GeoCycle *cycle = &g_array_index (clearing->cycles, GeoCycle, i);
    gint64 total = cycle->amount.minor * cycle->length;

    g_assert_cmpint (cycle->amount.minor, >=, query->min_amount.minor);
    g_assert_cmpuint (cycle->length, >=, 2);
    g_assert_cmpuint (cycle->length, <=, query->max_length);
    g_assert_cmpint (total, <=, previous);
    previous = total;
    sum += total;
    n_entries += cycle->length;

    for (guint j = 0; j < cycle->length; j++) {
      guint here = cycle->first + j;
      guint there = cycle->first + (j + 1) % cycle->length;
      guint32 debt = g_array_index (clearing->debts, guint32, here);
      GeoNodeIndex u = g_array_index (clearing->nodes, GeoNodeIndex, here);
      GeoNodeIndex v = g_array_index (clearing->nodes, GeoNodeIndex, there);

      g_assert_cmpuint (debt, <, n_debts);
      g_assert_true (debts[debt].usable);
      g_assert_cmpuint (debts[debt].debtor, ==, u);
      g_assert_cmpuint (debts[debt].creditor, ==, v);
      /* Simple: nobody is on it twice. */
      g_assert_cmpuint (seen[u], !=, i + 1);
      seen[u] = i + 1;
      left[debt] -= cycle->amount.minor;
      /* In any order: nothing is ever given back. */
      g_assert_cmpint (left[debt], >=, 0);
    }
  }

  g_assert_cmpuint (n_entries, ==, clearing->debts->len);
  g_assert_cmpuint (n_entries, ==, clearing->nodes->len);
  g_assert_cmpint (sum, ==, clearing->total.minor);
  g_assert_cmpint (sum, <=, clearing->optimum.minor);

  /* I4: nobody's net position changes. */
  for (guint i = 0; i < n_debts; i++) {
    net[debts[i].debtor] += debts[i].amount.minor - left[i];
    net[debts[i].creditor] -= debts[i].amount.minor - left[i];
  }
  for (guint u = 0; u < n_nodes; u++)
    g_assert_cmpint (net[u], ==, 0);
}

/* Whether a way of at most so many debts of the least amount leads home. */
static gboolean
leads_home (const Model *m,
            const gint64 *left,
            gint64 min_amount,
            guint home,
            guint at,
            guint n_more) {
  if (n_more == 0)
    return FALSE;
  for (guint i = 0; i < m->n_debts; i++) {
    if (m->debts[i].debtor != at || !m->debts[i].usable || left[i] < min_amount)
      continue;
    if (m->debts[i].creditor == home ||
        leads_home (m, left, min_amount, home, m->debts[i].creditor,
                    n_more - 1))
      return TRUE;
  }

  return FALSE;
}

static void
test_small (void) {
  const guint rounds = g_test_slow () ? 300000 : 10000;

  for (guint i = 0; i < rounds; i++) {
    Model m;
    g_auto (GeoClearing) clearing = { 0 };
    gint64 left[G_N_ELEMENTS (m.debts)];
    GeoClearingQuery query = { 12, { 1 } };

    make_random (&m);
    if (random_below (2) == 0)
      query.max_length = 2 + (guint) random_below (4);
    if (random_below (3) == 0)
      query.min_amount.minor = 1 + random_below (5);
    g_assert_true (
        geo_clearing_best (m.n, m.debts, m.n_debts, &query, &clearing, NULL));
    g_assert_cmpint (clearing.optimum.minor, ==, plain_best (&m));
    check_clearing (m.n, m.debts, m.n_debts, &query, &clearing, left);

    /* Where nothing is bounded all of the circulation is taken. */
    if (query.max_length >= m.n && query.min_amount.minor == 1)
      g_assert_cmpint (clearing.total.minor, ==, clearing.optimum.minor);
    if (query.max_length <= 5 || m.n <= 5) {
      for (guint u = 0; u < m.n; u++)
        g_assert_false (leads_home (&m, left, query.min_amount.minor, u, u,
                                    MIN (query.max_length, m.n)));
    }
  }
}

/* Components, chains between them, and amounts of every size, in graphs too
 * large to look through: the flow is a circulation, and no way round gains. */
static void
test_middle (void) {
  const guint rounds = g_test_slow () ? 3000 : 100;

  for (guint round = 0; round < rounds; round++) {
    guint n = 2 + (guint) random_below (300);
    guint n_edges = 1 + (guint) random_below ((gint) (6 * n));
    g_autofree GeoEdge *edges = g_new (GeoEdge, n_edges);
    g_autofree gint64 *flow = g_new (gint64, n_edges);
    g_autofree gint64 *net = g_new0 (gint64, n);
    g_autofree gint *price = g_new0 (gint, n);
    gint kind = random_below (4);
    gint64 sum = 0;
    gboolean changed = TRUE;
    gint64 total;

    for (guint i = 0; i < n_edges; i++) {
      guint reach = kind == 0 ? n - 1 : MIN (n - 1, 5);

      edges[i].tail = (guint32) random_below ((gint) n);
      edges[i].head =
          (edges[i].tail + 1 + (guint32) random_below ((gint) reach)) % n;
      edges[i].amount = kind < 2 ? random_amount (1000)
                                 : random_amount (G_GINT64_CONSTANT (1)
                                                  << random_below (50));
    }
    total = geo_circulation_solve (n, edges, NULL, n_edges, flow);

    for (guint i = 0; i < n_edges; i++) {
      g_assert_cmpint (flow[i], >=, 0);
      g_assert_cmpint (flow[i], <=, edges[i].amount);
      net[edges[i].tail] += flow[i];
      net[edges[i].head] -= flow[i];
      sum += flow[i];
    }
    g_assert_cmpint (sum, ==, total);
    for (guint u = 0; u < n; u++)
      g_assert_cmpint (net[u], ==, 0);

    /* Prices for which nothing gains exist exactly when nothing does. */
    for (guint i = 0; changed; i++) {
      g_assert_cmpuint (i, <=, n);
      changed = FALSE;
      for (guint j = 0; j < n_edges; j++) {
        gint *u = &price[edges[j].tail];
        gint *v = &price[edges[j].head];

        if (flow[j] < edges[j].amount && *u - 1 < *v) {
          *v = *u - 1;
          changed = TRUE;
        }
        if (flow[j] > 0 && *v + 1 < *u) {
          *u = *v + 1;
          changed = TRUE;
        }
      }
    }
  }
}

/* --- After a payment --- */

/* What of the debt may be cleared, plainly; 0 without consent. */
static gint64
usable_of (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v) {
  gint64 debt = geo_graph_debt (graph, u, v).minor;
  GeoAmount limit = GEO_AMOUNT_ZERO;
  GeoLineFlags flags = 0;

  if (((geo_graph_get_node_flags (graph, u) |
        geo_graph_get_node_flags (graph, v)) &
       GEO_NODE_FROZEN) != 0)
    return 0;
  if (!geo_graph_get_line (graph, v, u, NULL, &flags) ||
      (flags & GEO_LINE_CLEARING) == 0)
    return 0;
  flags = 0;
  geo_graph_get_line (graph, u, v, &limit, &flags);
  if ((flags & GEO_LINE_ACTIVE) == 0)
    limit = GEO_AMOUNT_ZERO;

  return MAX (
      MIN (debt, debt + limit.minor - geo_graph_reserved (graph, v, u).minor),
      0);
}

static GeoGraph *
make_random_graph (guint n) {
  GeoGraph *graph = geo_graph_new ();

  for (guint u = 0; u < n; u++) {
    geo_graph_add_node (graph);
    geo_graph_set_node_flags (graph, u,
                              random_below (30) == 0 ? GEO_NODE_FROZEN : 0);
  }
  for (guint u = 0; u < n; u++) {
    for (guint v = 0; v < n; v++) {
      GeoLineFlags flags = GEO_LINE_ACTIVE | GEO_LINE_CLEARING;

      if (u == v || random_below (6) == 0)
        continue;
      if (random_below (8) == 0)
        flags &= ~(guint) GEO_LINE_CLEARING;
      if (random_below (8) == 0)
        flags &= ~(guint) GEO_LINE_ACTIVE;
      geo_graph_set_line (graph, u, v, GEO_AMOUNT (random_below (20)), flags);
    }
  }
  for (guint u = 0; u < n; u++) {
    for (guint v = 0; v < n; v++) {
      if (u != v && random_below (2) == 0)
        (void) geo_graph_set_debt (graph, u, v, GEO_AMOUNT (random_below (30)));
      if (u != v && random_below (3) == 0) {
        gint64 most = geo_graph_capacity (graph, u, v).minor;

        g_assert_true (geo_graph_reserve (
            graph, u, v, GEO_AMOUNT (random_below ((gint) most + 1)), NULL));
      }
    }
  }

  return graph;
}

/* The most that one cycle of at most so many debts through u → v reduces. */
static gint64
plain_through (const GeoGraph *graph,
               GeoNodeIndex u,
               GeoNodeIndex v,
               guint max_length,
               gint64 min_amount) {
  guint n = geo_graph_n_nodes (graph);
  gint64 best = 0;

  for (guint w = 0; w < n; w++) {
    gint64 two;

    if (w == u || w == v)
      continue;
    two = MIN (usable_of (graph, u, v), usable_of (graph, v, w));
    if (MIN (two, usable_of (graph, w, u)) >= min_amount)
      best = MAX (best, 3 * MIN (two, usable_of (graph, w, u)));
    for (guint x = 0; x < n && max_length > 3; x++) {
      gint64 amount;

      if (x == u || x == v || x == w)
        continue;
      amount = MIN (two,
                    MIN (usable_of (graph, w, x), usable_of (graph, x, u)));
      if (amount >= min_amount)
        best = MAX (best, 4 * amount);
    }
  }

  return best;
}

static void
test_through (void) {
  const guint rounds = g_test_slow () ? 100000 : 5000;

  for (guint i = 0; i < rounds; i++) {
    guint n = 3 + (guint) random_below (4);
    g_autoptr (GeoGraph) graph = make_random_graph (n);
    GeoDebtIndex debts[2];
    GeoShortCycle cycles[32];
    guint max_length = 3 + (guint) random_below (2);
    gint64 min_amount = 1 + random_below (4);
    gint64 best = 0;
    guint n_cycles;

    for (guint j = 0; j < 2; j++) {
      debts[j].u = (GeoNodeIndex) random_below ((gint) n);
      debts[j].v = (debts[j].u + 1 + (guint) random_below ((gint) n - 1)) % n;
      best = MAX (best, plain_through (graph, debts[j].u, debts[j].v,
                                       max_length, min_amount));
    }
    n_cycles = geo_clearing_through (graph, debts, 2, max_length,
                                     GEO_AMOUNT (min_amount), cycles, 32);
    g_assert_cmpint (n_cycles > 0, ==, best > 0);
    if (n_cycles > 0)
      g_assert_cmpint (cycles[0].amount.minor * cycles[0].length, ==, best);

    for (guint j = 0; j < n_cycles; j++) {
      const GeoShortCycle *cycle = &cycles[j];
      gboolean is_through = FALSE;

      g_assert_cmpuint (cycle->length, >=, 3);
      g_assert_cmpuint (cycle->length, <=, max_length);
      g_assert_cmpint (cycle->amount.minor, >=, min_amount);
      for (guint k = 0; k < cycle->length; k++) {
        GeoNodeIndex u = cycle->nodes[k];
        GeoNodeIndex v = cycle->nodes[(k + 1) % cycle->length];

        is_through |= (debts[0].u == u && debts[0].v == v) ||
                      (debts[1].u == u && debts[1].v == v);
        g_assert_cmpint (cycle->amount.minor, <=, usable_of (graph, u, v));
        g_assert_true (geo_graph_clear (graph, u, v, cycle->amount, NULL));
      }
      g_assert_true (is_through);
    }
    for (guint j = 0; j < 2; j++)
      g_assert_cmpint (
          plain_through (graph, debts[j].u, debts[j].v, max_length, min_amount),
          ==, 0);
  }
}

/* --- A large graph --- */

#define LARGE_NODES 10000
#define LARGE_LINES 50000
#define LARGE_PAYMENTS 20000

/* Somebody pays somebody, if there is a way. */
static void
pay (GeoGraph *graph) {
  const GeoRouteQuery query = { GEO_GRAPH_HOPS_MAX, GEO_GRAPH_ROUTES_MAX };
  g_auto (GeoRouteResult) result = { 0 };
  GeoNodeIndex payer = (GeoNodeIndex) random_below (LARGE_NODES);
  GeoNodeIndex payee = (GeoNodeIndex) random_below (LARGE_NODES - 1);

  if (payee >= payer)
    payee++;
  geo_graph_route (graph, payer, payee, GEO_AMOUNT (100 + random_below (5000)),
                   &query, &result);
  for (guint i = 0; result.found && i < result.routes->len; i++) {
    const GeoRoute *route = &g_array_index (result.routes, GeoRoute, i);

    for (guint j = 0; j + 1 < route->n_nodes; j++) {
      g_assert_true (geo_graph_reserve (
          graph, route->nodes[j], route->nodes[j + 1], route->amount, NULL));
      geo_graph_settle (graph, route->nodes[j], route->nodes[j + 1],
                        route->amount);
    }
  }
}

static void
test_large (void) {
  g_autoptr (GeoGraph) graph = geo_graph_new ();
  g_autoptr (GArray) debts = NULL;
  g_autofree GeoDebtIndex *changed = NULL;
  g_autofree gint64 *left = NULL;
  g_auto (GeoClearing) clearing = { 0 };
  const GeoClearingQuery query = { GEO_CLEARING_LENGTH_DEFAULT, { 1 } };
  const GeoDebt *list;
  GeoShortCycle cycles[8];
  gint64 start;
  gint64 elapsed_us;
  guint n_found = 0;

  for (guint i = 0; i < LARGE_NODES; i++)
    geo_graph_add_node (graph);
  for (guint i = 0; i < LARGE_LINES; i++) {
    GeoNodeIndex creditor = (GeoNodeIndex) random_below (LARGE_NODES);
    GeoNodeIndex debtor = (GeoNodeIndex) random_below (LARGE_NODES - 1);

    if (debtor >= creditor)
      debtor++;
    geo_graph_set_line (
        graph, creditor, debtor, GEO_AMOUNT (1000 + random_below (100000)),
        GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE | GEO_LINE_CLEARING);
  }
  for (guint i = 0; i < LARGE_PAYMENTS; i++)
    pay (graph);

  debts = geo_clearing_debts (graph);
  list = (const GeoDebt *) (gpointer) debts->data;
  changed = g_new (GeoDebtIndex, debts->len);
  for (guint i = 0; i < debts->len; i++)
    changed[i] = (GeoDebtIndex){ list[i].debtor, list[i].creditor };
  /* As a payment leaves them: three here and there. */
  for (guint i = 0; i < debts->len; i++) {
    guint j = (guint) random_below ((gint) debts->len);
    GeoDebtIndex other = changed[j];

    changed[j] = changed[i];
    changed[i] = other;
  }
  start = g_get_monotonic_time ();
  for (guint i = 0; i + 3 <= debts->len; i += 3)
    n_found += geo_clearing_through (graph, changed + i, 3, 4, GEO_AMOUNT (1),
                                     cycles, G_N_ELEMENTS (cycles));
  elapsed_us = g_get_monotonic_time () - start;
  g_test_message ("through three of %u debts: mean %" G_GINT64_FORMAT
                  " ns, %u cycles",
                  debts->len, elapsed_us * 1000 / (debts->len / 3), n_found);

  start = g_get_monotonic_time ();
  g_assert_true (geo_clearing_best (LARGE_NODES, list, debts->len, &query,
                                    &clearing, NULL));
  elapsed_us = g_get_monotonic_time () - start;
  g_test_message ("the largest clearing of %u debts: %" G_GINT64_FORMAT
                  " us; %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                  " in %u cycles of at most %u",
                  debts->len, elapsed_us, clearing.total.minor,
                  clearing.optimum.minor, clearing.cycles->len,
                  query.max_length);
  left = g_new (gint64, debts->len);
  check_clearing (LARGE_NODES, list, debts->len, &query, &clearing, left);

  for (guint i = 0; i < clearing.cycles->len; i++) {
    const GeoCycle *cycle = &g_array_index (clearing.cycles, GeoCycle, i);

    for (guint j = 0; j < cycle->length; j++) {
      guint32 debt = g_array_index (clearing.debts, guint32, cycle->first + j);

      g_assert_true (geo_graph_clear (
          graph, list[debt].debtor, list[debt].creditor, cycle->amount, NULL));
    }
  }
  for (guint i = 0; i < debts->len; i++)
    g_assert_cmpint (
        geo_graph_debt (graph, list[i].debtor, list[i].creditor).minor, ==,
        left[i]);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/clearing/random/small", test_small);
  g_test_add_func ("/clearing/random/middle", test_middle);
  g_test_add_func ("/clearing/random/through", test_through);
  g_test_add_func ("/clearing/large", test_large);

  return g_test_run ();
}
