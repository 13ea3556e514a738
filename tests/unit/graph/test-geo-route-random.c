/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Routes on random graphs, checked against what a plain look at every simple
 * path of a small one says, and the time a search takes on a large one.  The
 * model here shares no code with the room it tests.
 */
#include "graph/geo-graph.h"

#include <string.h>

#define NODES_MAX 7

/* Everything about a small graph, plainly. */
typedef struct {
  guint n;
  gint64 limit[NODES_MAX][NODES_MAX]; /* [creditor][debtor] */
  guint flags[NODES_MAX][NODES_MAX];
  gboolean blocked[NODES_MAX][NODES_MAX][NODES_MAX];
  gint64 debt[NODES_MAX][NODES_MAX]; /* [debtor][creditor] */
  gint64 reserved[NODES_MAX][NODES_MAX]; /* [u][v] */
  gboolean present[NODES_MAX];
  gboolean frozen[NODES_MAX];

  GeoNodeIndex payer;
  GeoNodeIndex payee;
  GeoNodeIndex avoid[NODES_MAX];
  gsize n_avoid;
  GeoHopIndex avoid_hops[NODES_MAX];
  gsize n_avoid_hops;
  guint max_hops;
  guint max_routes;

  /* What follows from all that for this payer and payee. */
  gint64 usable[NODES_MAX][NODES_MAX];
} Model;

static gint
random_below (gint n) {
  return g_test_rand_int_range (0, n);
}

static gint64
capacity_of (const Model *m, guint u, guint v) {
  gint64 limit = (m->flags[v][u] & GEO_LINE_ACTIVE) != 0 ? m->limit[v][u] : 0;
  gint64 credit = MAX (limit - m->debt[u][v], 0);

  return MAX (credit + m->debt[v][u] - m->reserved[u][v], 0);
}

static gint64
usable_of (const Model *m, guint u, guint v) {
  guint flags = m->flags[v][u];
  gboolean is_active = (flags & GEO_LINE_ACTIVE) != 0;

  if (u == v || v == m->payer || u == m->payee)
    return 0;
  if (m->frozen[u] || m->frozen[v])
    return 0;
  for (gsize i = 0; i < m->n_avoid; i++) {
    if ((m->avoid[i] == u && u != m->payer) ||
        (m->avoid[i] == v && v != m->payee))
      return 0;
  }
  for (gsize i = 0; i < m->n_avoid_hops; i++) {
    if (m->avoid_hops[i].u == u && m->avoid_hops[i].v == v)
      return 0;
  }
  if (is_active) {
    if (m->blocked[v][u][m->payer] || m->blocked[v][u][m->payee])
      return 0;
    if ((flags & GEO_LINE_LIVE) != 0 && !m->present[v])
      return 0;
  }
  if (v != m->payee && !(is_active && (flags & GEO_LINE_INTERMEDIATE) != 0))
    return 0;

  return capacity_of (m, u, v);
}

/* A graph of one of a few kinds: plain ones with all mandates given, and ones
 * where everything occurs. */
static GeoGraph *
make_random (Model *m) {
  GeoGraph *graph = geo_graph_new ();
  gboolean is_plain = random_below (2) == 0;
  gint density = 15 + random_below (80);
  gint limit_max = random_below (2) == 0 ? 4 : 1000;

  memset (m, 0, sizeof *m);
  m->n = 2 + (guint) random_below (NODES_MAX - 1);
  m->payer = (GeoNodeIndex) random_below ((gint) m->n);
  m->payee = (GeoNodeIndex) random_below ((gint) m->n - 1);
  if (m->payee >= m->payer)
    m->payee++;
  m->max_hops = random_below (2) == 0
                    ? GEO_GRAPH_HOPS_MAX
                    : 1 + (guint) random_below (GEO_GRAPH_HOPS_MAX);
  m->max_routes = random_below (2) == 0 ? GEO_GRAPH_ROUTES_MAX
                                        : 1 + (guint) random_below (4);

  for (guint u = 0; u < m->n; u++) {
    geo_graph_add_node (graph);
    m->present[u] = random_below (2) == 0;
    m->frozen[u] = !is_plain && random_below (15) == 0;
    geo_graph_set_node_flags (graph, u,
                              (m->present[u] ? GEO_NODE_PRESENT : 0) |
                                  (m->frozen[u] ? GEO_NODE_FROZEN : 0));
  }

  for (guint u = 0; u < m->n; u++) {
    for (guint v = 0; v < m->n; v++) {
      GeoLineFlags flags = GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE;

      if (u == v || random_below (100) >= density)
        continue;
      if (!is_plain && random_below (6) == 0)
        flags &= ~(guint) GEO_LINE_ACTIVE;
      if (!is_plain && random_below (6) == 0)
        flags &= ~(guint) GEO_LINE_INTERMEDIATE;
      if (!is_plain && random_below (6) == 0)
        flags |= GEO_LINE_LIVE;
      m->flags[u][v] = flags;
      m->limit[u][v] = random_below (limit_max + 1);
      geo_graph_set_line (graph, u, v, GEO_AMOUNT (m->limit[u][v]), flags);
      if (!is_plain && random_below (8) == 0) {
        GeoNodeIndex list[NODES_MAX];
        gsize n = 0;

        for (GeoNodeIndex k = m->n; k-- > 0;) {
          m->blocked[u][v][k] = random_below (4) == 0;
          if (m->blocked[u][v][k])
            list[n++] = k;
        }
        geo_graph_set_line_blocked (graph, u, v, list, n);
      }
    }
  }

  for (guint u = 0; u < m->n; u++) {
    for (guint v = 0; v < m->n; v++) {
      if (u == v)
        continue;
      if (m->debt[v][u] == 0 && random_below (5) == 0) {
        m->debt[u][v] = random_below (limit_max + 2);
        g_assert_true (
            geo_graph_set_debt (graph, u, v, GEO_AMOUNT (m->debt[u][v])));
      }
    }
  }
  for (guint u = 0; u < m->n; u++) {
    for (guint v = 0; v < m->n; v++) {
      gint64 amount;

      if (u == v || random_below (6) > 0)
        continue;
      amount = random_below ((gint) capacity_of (m, u, v) + 1);
      g_assert_true (
          geo_graph_reserve (graph, u, v, GEO_AMOUNT (amount), NULL));
      m->reserved[u][v] = amount;
    }
  }

  if (!is_plain && random_below (3) == 0) {
    m->avoid[m->n_avoid++] = (GeoNodeIndex) random_below ((gint) m->n);
    while (random_below (2) == 0 && m->n_avoid_hops < NODES_MAX) {
      GeoHopIndex *hop = &m->avoid_hops[m->n_avoid_hops++];

      hop->u = (GeoNodeIndex) random_below ((gint) m->n);
      hop->v = (GeoNodeIndex) random_below ((gint) m->n);
    }
  }

  for (guint u = 0; u < m->n; u++) {
    for (guint v = 0; v < m->n; v++)
      m->usable[u][v] = usable_of (m, u, v);
  }

  return graph;
}

static GeoRouteQuery
query_of (const Model *m) {
  GeoRouteQuery query = {
    .max_hops = m->max_hops,
    .max_routes = m->max_routes,
    .avoid = m->avoid,
    .n_avoid = m->n_avoid,
    .avoid_hops = m->avoid_hops,
    .n_avoid_hops = m->n_avoid_hops,
  };

  return query;
}

/* --- What must be found --- */

/* The fewest hops of a single path that carries amount, and of those paths the
 * widest; max_hops + 1 where there is none.  The widest of all in *widest. */
typedef struct {
  gint64 amount;
  guint fewest;
  gint64 widest_of_fewest;
  gint64 widest;
} Single;

static void
walk (const Model *m,
      GeoNodeIndex node,
      guint hops,
      gint64 width,
      guint visited,
      Single *single) {
  if (node == m->payee) {
    single->widest = MAX (single->widest, width);
    if (width < single->amount || hops > single->fewest)
      return;
    if (hops < single->fewest)
      single->widest_of_fewest = 0;
    single->fewest = hops;
    single->widest_of_fewest = MAX (single->widest_of_fewest, width);
    return;
  }
  if (hops == m->max_hops)
    return;
  for (GeoNodeIndex next = 0; next < m->n; next++) {
    if ((visited & (1u << next)) == 0 && m->usable[node][next] > 0)
      walk (m, next, hops + 1, MIN (width, m->usable[node][next]),
            visited | (1u << next), single);
  }
}

static Single
look_for_single (const Model *m, gint64 amount) {
  Single single = { amount, m->max_hops + 1, 0, 0 };

  walk (m, m->payer, 0, G_MAXINT64, 1u << m->payer, &single);

  return single;
}

/* Depth first, one augmenting path after the other (Ford & Fulkerson), without
 * either bound. */
static gint64
push (gint64 left[NODES_MAX][NODES_MAX],
      guint n,
      GeoNodeIndex node,
      GeoNodeIndex payee,
      gint64 amount,
      guint *visited) {
  if (node == payee)
    return amount;
  *visited |= 1u << node;
  for (GeoNodeIndex next = 0; next < n; next++) {
    gint64 pushed;

    if ((*visited & (1u << next)) != 0 || left[node][next] <= 0)
      continue;
    pushed = push (left, n, next, payee, MIN (amount, left[node][next]),
                   visited);
    if (pushed > 0) {
      left[node][next] -= pushed;
      left[next][node] += pushed;
      return pushed;
    }
  }

  return 0;
}

static gint64
plain_max_flow (const Model *m) {
  gint64 left[NODES_MAX][NODES_MAX];
  gint64 total = 0;

  memcpy (left, m->usable, sizeof left);
  for (;;) {
    guint visited = 0;
    gint64 pushed = push (left, m->n, m->payer, m->payee, G_MAXINT64, &visited);

    if (pushed == 0)
      return total;
    total += pushed;
  }
}

/* --- What may be found --- */

static void
check_routes (const Model *m, gint64 amount, const GeoRouteResult *result) {
  gint64 used[NODES_MAX][NODES_MAX] = { 0 };
  gint64 sum = 0;
  guint signers = 0;
  guint n_signers = 0;
  Single single = look_for_single (m, amount);

  g_assert_cmpint (result->payable.minor, ==, amount);
  g_assert_cmpuint (result->limits->len, ==, 0);
  g_assert_cmpuint (result->routes->len, >=, 1);
  g_assert_cmpuint (result->routes->len, <=, m->max_routes);

  for (guint i = 0; i < result->routes->len; i++) {
    const GeoRoute *route = &g_array_index (result->routes, GeoRoute, i);
    guint visited = 0;

    g_assert_cmpuint (route->n_nodes, >=, 2);
    g_assert_cmpuint (route->n_nodes, <=, m->max_hops + 1);
    g_assert_cmpuint (route->nodes[0], ==, m->payer);
    g_assert_cmpuint (route->nodes[route->n_nodes - 1], ==, m->payee);
    g_assert_cmpint (route->amount.minor, >, 0);
    for (guint j = 0; j < route->n_nodes; j++) {
      g_assert_cmpuint (route->nodes[j], <, m->n);
      g_assert_cmpuint (visited & (1u << route->nodes[j]), ==, 0);
      visited |= 1u << route->nodes[j];
      if (j > 0)
        used[route->nodes[j - 1]][route->nodes[j]] += route->amount.minor;
    }
    signers |= visited;
    sum += route->amount.minor;
  }
  g_assert_cmpint (sum, ==, amount);
  for (guint u = 0; u < m->n; u++) {
    n_signers += (signers >> u) & 1;
    for (guint v = 0; v < m->n; v++)
      g_assert_cmpint (used[u][v], <=, m->usable[u][v]);
  }

  /* Never more signers than one route asks for; one route is of the shortest,
   * and one of the widest of those. */
  if (single.fewest <= m->max_hops)
    g_assert_cmpuint (n_signers, <=, single.fewest + 1);
  if (result->routes->len == 1) {
    const GeoRoute *route = &g_array_index (result->routes, GeoRoute, 0);
    gint64 width = G_MAXINT64;

    g_assert_cmpuint (route->n_nodes, ==, single.fewest + 1);
    for (guint j = 0; j + 1 < route->n_nodes; j++)
      width = MIN (width, m->usable[route->nodes[j]][route->nodes[j + 1]]);
    g_assert_cmpint (width, ==, single.widest_of_fewest);
  } else if (single.fewest <= m->max_hops) {
    g_assert_cmpuint (n_signers, <, single.fewest + 1);
  }
}

static void
check_limits (const Model *m, const GeoRouteResult *result) {
  for (guint i = 0; i < result->limits->len; i++) {
    const GeoLimit *limit = &g_array_index (result->limits, GeoLimit, i);

    g_assert_cmpuint (limit->neighbour, <, m->n);
    g_assert_cmpuint (limit->neighbour, !=, m->payer);
    g_assert_cmpint (limit->available.minor, ==,
                     m->usable[m->payer][limit->neighbour]);
    for (guint j = 0; j < i; j++)
      g_assert_cmpuint (g_array_index (result->limits, GeoLimit, j).neighbour,
                        !=, limit->neighbour);
  }
}

/* TRUE when found; everything about the result is checked. */
static gboolean
search (const GeoGraph *graph, const Model *m, gint64 amount, gint64 *payable) {
  g_auto (GeoRouteResult) result = { 0 };
  GeoRouteQuery query = query_of (m);

  geo_graph_route (graph, m->payer, m->payee, GEO_AMOUNT (amount), &query,
                   &result);
  *payable = result.payable.minor;
  if (result.found) {
    check_routes (m, amount, &result);
    return TRUE;
  }

  g_assert_cmpuint (result.routes->len, ==, 0);
  g_assert_cmpuint (look_for_single (m, amount).fewest, ==, m->max_hops + 1);
  check_limits (m, &result);

  return FALSE;
}

static void
test_payable (void) {
  const guint rounds = g_test_slow () ? 200000 : 6000;

  for (guint i = 0; i < rounds; i++) {
    Model m;
    g_autoptr (GeoGraph) graph = make_random (&m);
    g_auto (GeoRouteResult) result = { 0 };
    GeoRouteQuery query = query_of (&m);
    gint64 payable;
    gint64 most;
    gint64 flow = plain_max_flow (&m);
    gint64 widest = look_for_single (&m, 1).widest;

    geo_graph_payable (graph, m.payer, m.payee, &query, &result);
    g_assert_false (result.found);
    g_assert_cmpuint (result.routes->len, ==, 0);
    check_limits (&m, &result);
    most = result.payable.minor;

    g_assert_cmpint (most, >=, widest);
    g_assert_cmpint (most, <=, flow);
    if (m.max_routes == 1)
      g_assert_cmpint (most, ==, widest);
    /* Neither bound binds: without circles there are at most 21 arcs among
     * seven nodes, and so 21 − 7 + 2 routes. */
    if (m.max_hops + 1 >= m.n && m.max_routes == GEO_GRAPH_ROUTES_MAX)
      g_assert_cmpint (most, ==, flow);

    /* It is found, so is anything less, and nothing more. */
    if (most > 0) {
      g_assert_true (search (graph, &m, most, &payable));
      for (guint j = 0; j < 3; j++)
        g_assert_true (
            search (graph, &m, 1 + random_below ((gint) most), &payable));
    }
    g_assert_false (search (graph, &m, most + 1, &payable));
    g_assert_cmpint (payable, ==, most);
    g_assert_false (
        search (graph, &m, flow + 1 + random_below (1000), &payable));
    g_assert_cmpint (payable, ==, most);
  }
}

/* A found payment is reserved and settled hop by hop, in any order: every hop
 * fits, and nobody's balance changes but the payer's and the payee's. */
static void
test_settle (void) {
  const guint rounds = g_test_slow () ? 50000 : 3000;

  for (guint i = 0; i < rounds; i++) {
    Model m;
    g_autoptr (GeoGraph) graph = make_random (&m);
    GeoRouteQuery query = query_of (&m);

    for (guint payment = 0; payment < 5; payment++) {
      g_auto (GeoRouteResult) result = { 0 };
      gint64 amount = 1 + random_below (payment == 0 ? 1000 : 6);
      gint64 net[NODES_MAX] = { 0 };
      gint64 sum = 0;
      gboolean backwards = random_below (2) == 0;
      guint n;

      geo_graph_route (graph, m.payer, m.payee, GEO_AMOUNT (amount), &query,
                       &result);
      if (!result.found && result.payable.minor > 0) {
        amount = result.payable.minor;
        geo_route_result_clear (&result);
        geo_graph_route (graph, m.payer, m.payee, GEO_AMOUNT (amount), &query,
                         &result);
        g_assert_true (result.found);
      }
      if (!result.found)
        continue;

      for (guint u = 0; u < m.n; u++) {
        for (guint v = 0; v < m.n; v++) {
          if (u != v)
            net[u] -= geo_graph_debt (graph, v, u).minor -
                      geo_graph_debt (graph, u, v).minor;
        }
      }
      n = result.routes->len;
      for (guint r = 0; r < n; r++) {
        const GeoRoute *route = &g_array_index (result.routes, GeoRoute, r);

        for (guint j = 0; j + 1 < route->n_nodes; j++)
          g_assert_true (geo_graph_reserve (graph, route->nodes[j],
                                            route->nodes[j + 1], route->amount,
                                            NULL));
      }
      for (guint r = 0; r < n; r++) {
        const GeoRoute *route = &g_array_index (result.routes, GeoRoute,
                                                backwards ? n - 1 - r : r);

        for (guint j = 0; j + 1 < route->n_nodes; j++)
          geo_graph_settle (graph, route->nodes[j], route->nodes[j + 1],
                            route->amount);
      }

      for (guint u = 0; u < m.n; u++) {
        gint64 expected = 0;

        for (guint v = 0; v < m.n; v++) {
          gint64 owed;
          gint64 owes;

          if (u == v)
            continue;
          owed = geo_graph_debt (graph, v, u).minor;
          owes = geo_graph_debt (graph, u, v).minor;
          g_assert_true (owed == 0 || owes == 0);
          net[u] += owed - owes;
          sum += owed - owes;
          g_assert_cmpint (geo_graph_reserved (graph, u, v).minor, ==,
                           m.reserved[u][v]);
        }
        if (u == m.payer)
          expected = -amount;
        else if (u == m.payee)
          expected = amount;
        g_assert_cmpint (net[u], ==, expected);
      }
      g_assert_cmpint (sum, ==, 0);
    }
  }
}

/* The same search twice gives the same: it leaves nothing behind. */
static void
test_repeated (void) {
  for (guint i = 0; i < 1000; i++) {
    Model m;
    g_autoptr (GeoGraph) graph = make_random (&m);
    GeoRouteQuery query = query_of (&m);
    GeoAmount amount = GEO_AMOUNT (1 + random_below (20));
    g_auto (GeoRouteResult) first = { 0 };
    g_auto (GeoRouteResult) second = { 0 };

    geo_graph_route (graph, m.payer, m.payee, amount, &query, &first);
    for (guint j = 0; j < 5; j++) {
      Model other = m;
      g_auto (GeoRouteResult) between = { 0 };
      GeoRouteQuery other_query;

      other.n_avoid = (gsize) random_below (2);
      other.avoid[0] = (GeoNodeIndex) random_below ((gint) m.n);
      other_query = query_of (&other);
      geo_graph_payable (graph, (GeoNodeIndex) random_below ((gint) m.n),
                         (GeoNodeIndex) random_below ((gint) m.n), &other_query,
                         &between);
    }
    geo_graph_route (graph, m.payer, m.payee, amount, &query, &second);

    g_assert_cmpint (first.found, ==, second.found);
    g_assert_cmpint (first.payable.minor, ==, second.payable.minor);
    g_assert_cmpuint (first.routes->len, ==, second.routes->len);
    for (guint j = 0; j < first.routes->len; j++) {
      const GeoRoute *a = &g_array_index (first.routes, GeoRoute, j);
      const GeoRoute *b = &g_array_index (second.routes, GeoRoute, j);

      g_assert_cmpuint (a->n_nodes, ==, b->n_nodes);
      g_assert_cmpint (a->amount.minor, ==, b->amount.minor);
      g_assert_cmpmem (a->nodes, sizeof a->nodes, b->nodes, sizeof b->nodes);
    }
  }
}

/* --- A large graph --- */

#define LARGE_NODES 10000
#define LARGE_LINES 50000
#define LARGE_SEARCHES 2000

static void
time_searches (const GeoGraph *graph, gint64 amount) {
  const GeoRouteQuery query = { GEO_GRAPH_HOPS_MAX, GEO_GRAPH_ROUTES_MAX };
  guint n_found = 0;
  guint n_routes = 0;
  gint64 start = g_get_monotonic_time ();
  gint64 elapsed_us;

  for (guint i = 0; i < LARGE_SEARCHES; i++) {
    g_auto (GeoRouteResult) result = { 0 };
    GeoNodeIndex payer = (GeoNodeIndex) random_below (LARGE_NODES);
    GeoNodeIndex payee = (GeoNodeIndex) random_below (LARGE_NODES - 1);

    if (payee >= payer)
      payee++;
    geo_graph_route (graph, payer, payee, GEO_AMOUNT (amount), &query, &result);
    if (result.found) {
      n_found++;
      n_routes += result.routes->len;
    }
  }
  elapsed_us = g_get_monotonic_time () - start;

  g_test_message ("amount %" G_GINT64_FORMAT ": mean %" G_GINT64_FORMAT
                  " ns a search, %u of %u found, %u routes",
                  amount, elapsed_us * 1000 / LARGE_SEARCHES, n_found,
                  LARGE_SEARCHES, n_routes);
}

static void
test_large (void) {
  g_autoptr (GeoGraph) graph = geo_graph_new ();
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < LARGE_NODES; i++)
    geo_graph_add_node (graph);
  for (guint i = 0; i < LARGE_LINES; i++) {
    GeoNodeIndex creditor = (GeoNodeIndex) random_below (LARGE_NODES);
    GeoNodeIndex debtor = (GeoNodeIndex) random_below (LARGE_NODES - 1);

    if (debtor >= creditor)
      debtor++;
    geo_graph_set_line (graph, creditor, debtor,
                        GEO_AMOUNT (1000 + random_below (100000)),
                        GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE);
  }
  g_test_message ("%d nodes and %d lines loaded in %" G_GINT64_FORMAT " us",
                  LARGE_NODES, LARGE_LINES, g_get_monotonic_time () - start);

  time_searches (graph, 500);
  time_searches (graph, 10000);
  time_searches (graph, 50000);
  time_searches (graph, 10000000);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/route/random/payable", test_payable);
  g_test_add_func ("/route/random/settle", test_settle);
  g_test_add_func ("/route/random/repeated", test_repeated);
  g_test_add_func ("/route/large", test_large);

  return g_test_run ();
}
