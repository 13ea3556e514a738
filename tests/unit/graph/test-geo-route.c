/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Routes on graphs drawn by hand: one case for each thing a search must look
 * at, and one for each choice it must make.  Random graphs are searched
 * elsewhere.
 */
#include "graph/geo-graph.h"

#define STANDING (GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE)

static const GeoRouteQuery ALL = { GEO_GRAPH_HOPS_MAX, GEO_GRAPH_ROUTES_MAX };

static GeoGraph *
graph_of (guint n_nodes) {
  GeoGraph *graph = geo_graph_new ();

  for (guint i = 0; i < n_nodes; i++)
    geo_graph_add_node (graph);

  return graph;
}

/* Lets u pay v up to limit: v trusts u. */
static void
set_hop (GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v, gint64 limit) {
  geo_graph_set_line (graph, v, u, GEO_AMOUNT (limit), STANDING);
}

/* The routes as text: "0-1-3:10 0-2-3:5", or "payable 15" where none are found,
 * with the limits after it: "payable 15, 1:10, 2:5". */
static gchar *
routes_to_string (const GeoRouteResult *result) {
  GString *text = g_string_new (NULL);

  if (!result->found) {
    g_assert_cmpuint (result->routes->len, ==, 0);
    g_string_append_printf (text, "payable %" G_GINT64_FORMAT,
                            result->payable.minor);
    for (guint i = 0; i < result->limits->len; i++) {
      const GeoLimit *limit = &g_array_index (result->limits, GeoLimit, i);

      g_string_append_printf (text, ", %u:%" G_GINT64_FORMAT, limit->neighbour,
                              limit->available.minor);
    }
    return g_string_free (text, FALSE);
  }

  g_assert_cmpuint (result->limits->len, ==, 0);
  for (guint i = 0; i < result->routes->len; i++) {
    const GeoRoute *route = &g_array_index (result->routes, GeoRoute, i);

    if (i > 0)
      g_string_append_c (text, ' ');
    for (guint j = 0; j < route->n_nodes; j++)
      g_string_append_printf (text, "%s%u", j > 0 ? "-" : "", route->nodes[j]);
    g_string_append_printf (text, ":%" G_GINT64_FORMAT, route->amount.minor);
  }

  return g_string_free (text, FALSE);
}

static void
assert_routes (const GeoGraph *graph,
               GeoNodeIndex payer,
               GeoNodeIndex payee,
               gint64 amount,
               const GeoRouteQuery *query,
               const gchar *expected) {
  g_auto (GeoRouteResult) result = { 0 };
  g_autofree gchar *text = NULL;

  geo_graph_route (graph, payer, payee, GEO_AMOUNT (amount), query, &result);
  text = routes_to_string (&result);
  g_assert_cmpstr (text, ==, expected);
  if (result.found)
    g_assert_cmpint (result.payable.minor, ==, amount);
}

static void
assert_payable (const GeoGraph *graph,
                GeoNodeIndex payer,
                GeoNodeIndex payee,
                const GeoRouteQuery *query,
                const gchar *expected) {
  g_auto (GeoRouteResult) result = { 0 };
  g_autofree gchar *text = NULL;

  geo_graph_payable (graph, payer, payee, query, &result);
  text = routes_to_string (&result);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_direct (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  set_hop (graph, 0, 1, 10);
  assert_routes (graph, 0, 1, 10, &ALL, "0-1:10");
  assert_routes (graph, 0, 1, 3, &ALL, "0-1:3");
  assert_routes (graph, 0, 1, 11, &ALL, "payable 10, 1:10");
  assert_payable (graph, 0, 1, &ALL, "payable 10, 1:10");
  assert_routes (graph, 1, 0, 1, &ALL, "payable 0");
  assert_routes (graph, 0, 2, 1, &ALL, "payable 0");
}

static void
test_nothing (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  set_hop (graph, 0, 1, 10);
  assert_routes (graph, 0, 0, 1, &ALL, "payable 0");
  assert_routes (graph, 0, 1, 0, &ALL, "payable 10, 1:10");
  assert_routes (graph, 0, 1, -5, &ALL, "payable 10, 1:10");
}

static void
test_exact_limits (void) {
  g_autoptr (GeoGraph) graph = graph_of (4);

  set_hop (graph, 0, 1, 100);
  set_hop (graph, 1, 2, 99);
  set_hop (graph, 2, 3, 98);
  assert_routes (graph, 0, 3, 98, &ALL, "0-1-2-3:98");
  assert_routes (graph, 0, 3, 99, &ALL, "payable 98");
  g_assert_true (geo_graph_reserve (graph, 1, 2, GEO_AMOUNT (2), NULL));
  assert_routes (graph, 0, 3, 97, &ALL, "0-1-2-3:97");
  assert_routes (graph, 0, 3, 98, &ALL, "payable 97");
}

static void
test_largest (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  set_hop (graph, 0, 1, GEO_AMOUNT_MAX);
  set_hop (graph, 0, 2, GEO_AMOUNT_MAX);
  set_hop (graph, 2, 1, GEO_AMOUNT_MAX);
  assert_routes (graph, 0, 1, GEO_AMOUNT_MAX, &ALL, "0-1:1000000000000000");
  /* No payment is larger than that, whatever the graph carries. */
  assert_payable (graph, 0, 1, &ALL,
                  "payable 1000000000000000, 1:1000000000000000, "
                  "2:1000000000000000");
}

/* A debt is paid back over a closed line, to the payee and to nobody beyond. */
static void
test_closed (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  set_hop (graph, 0, 1, 100);
  set_hop (graph, 1, 2, 100);
  g_assert_true (geo_graph_set_debt (graph, 1, 0, GEO_AMOUNT (30)));
  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (100), GEO_LINE_INTERMEDIATE);
  assert_routes (graph, 0, 1, 30, &ALL, "0-1:30");
  assert_routes (graph, 0, 1, 31, &ALL, "payable 30, 1:30");
  assert_routes (graph, 0, 2, 1, &ALL, "payable 0");

  /* Its policy ends with it. */
  geo_graph_set_line_blocked (graph, 1, 0, (GeoNodeIndex[]){ 0 }, 1);
  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (100), GEO_LINE_LIVE);
  assert_routes (graph, 0, 1, 30, &ALL, "0-1:30");
}

static void
test_reverse_debt (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  /* What 1 owes 0 is part of what 0 can pass on through 1. */
  set_hop (graph, 0, 1, 5);
  set_hop (graph, 1, 2, 100);
  g_assert_true (geo_graph_set_debt (graph, 1, 0, GEO_AMOUNT (30)));
  assert_routes (graph, 0, 2, 35, &ALL, "0-1-2:35");
  assert_routes (graph, 0, 2, 36, &ALL, "payable 35, 1:35");
}

static void
test_intermediate (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 2, 10);
  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (10), GEO_LINE_ACTIVE);
  assert_routes (graph, 0, 2, 5, &ALL, "payable 0");
  assert_routes (graph, 0, 1, 5, &ALL, "0-1:5");

  /* The payee's own line need not allow it. */
  set_hop (graph, 0, 1, 10);
  geo_graph_set_line (graph, 2, 1, GEO_AMOUNT (10), GEO_LINE_ACTIVE);
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");
}

static void
test_live (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 2, 10);
  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (10), STANDING | GEO_LINE_LIVE);
  assert_routes (graph, 0, 2, 5, &ALL, "payable 0");
  geo_graph_set_node_flags (graph, 0, GEO_NODE_PRESENT);
  geo_graph_set_node_flags (graph, 2, GEO_NODE_PRESENT);
  assert_routes (graph, 0, 2, 5, &ALL, "payable 0");
  geo_graph_set_node_flags (graph, 1, GEO_NODE_PRESENT);
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");

  /* The payee too. */
  geo_graph_set_line (graph, 2, 1, GEO_AMOUNT (10), STANDING | GEO_LINE_LIVE);
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");
  geo_graph_set_node_flags (graph, 2, 0);
  assert_routes (graph, 0, 2, 5, &ALL, "payable 0");
}

static void
test_frozen (void) {
  g_autoptr (GeoGraph) graph = graph_of (4);

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 2, 10);
  set_hop (graph, 0, 3, 10);
  set_hop (graph, 3, 2, 10);
  assert_routes (graph, 0, 2, 20, &ALL, "0-1-2:10 0-3-2:10");

  geo_graph_set_node_flags (graph, 1, GEO_NODE_FROZEN | GEO_NODE_PRESENT);
  assert_routes (graph, 0, 2, 20, &ALL, "payable 10, 3:10");
  assert_routes (graph, 0, 1, 5, &ALL, "payable 0");
  assert_routes (graph, 1, 2, 5, &ALL, "payable 0");
  geo_graph_set_node_flags (graph, 1, 0);
  assert_routes (graph, 1, 2, 5, &ALL, "1-2:5");
}

static void
test_blocked (void) {
  g_autoptr (GeoGraph) graph = graph_of (5);
  const GeoNodeIndex blocked[] = { 4, 0 };

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 3, 1, 10);
  set_hop (graph, 1, 2, 10);
  set_hop (graph, 1, 4, 10);
  geo_graph_set_line_blocked (graph, 2, 1, blocked, G_N_ELEMENTS (blocked));

  /* As payer; not as somebody it passes through. */
  assert_routes (graph, 0, 2, 5, &ALL, "payable 0");
  assert_routes (graph, 3, 2, 5, &ALL, "3-1-2:5");
  set_hop (graph, 3, 0, 20);
  set_hop (graph, 0, 1, 20);
  assert_routes (graph, 3, 1, 15, &ALL, "3-0-1:15");
  assert_routes (graph, 3, 2, 10, &ALL, "3-1-2:10");

  /* As payee. */
  set_hop (graph, 2, 4, 10);
  assert_routes (graph, 3, 4, 10, &ALL, "3-1-4:10");
  assert_routes (graph, 3, 4, 11, &ALL, "payable 10, 1:10");

  geo_graph_set_line_blocked (graph, 2, 1, NULL, 0);
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");
  assert_routes (graph, 3, 4, 11, &ALL, "3-1-4:10 3-0-1-2-4:1");
}

static void
test_avoid_nodes (void) {
  g_autoptr (GeoGraph) graph = graph_of (4);
  const GeoNodeIndex first[] = { 1 };
  const GeoNodeIndex both[] = { 1, 3, 1 };
  const GeoNodeIndex ends[] = { 0, 2 };
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 20);
  set_hop (graph, 1, 2, 20);
  set_hop (graph, 0, 3, 10);
  set_hop (graph, 3, 2, 10);

  query.avoid = first;
  query.n_avoid = 1;
  assert_routes (graph, 0, 2, 5, &query, "0-3-2:5");
  assert_routes (graph, 0, 2, 15, &query, "payable 10, 3:10");
  assert_routes (graph, 0, 1, 5, &query, "0-1:5");
  query.avoid = both;
  query.n_avoid = G_N_ELEMENTS (both);
  assert_routes (graph, 0, 2, 5, &query, "payable 0");
  query.avoid = ends;
  query.n_avoid = G_N_ELEMENTS (ends);
  assert_routes (graph, 0, 2, 5, &query, "0-1-2:5");

  set_hop (graph, 0, 2, 1);
  assert_payable (graph, 0, 2, &query, "payable 31, 1:20, 3:10, 2:1");
  set_hop (graph, 0, 2, 0);

  /* Nothing stays behind. */
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");
}

static void
test_avoid_hops (void) {
  g_autoptr (GeoGraph) graph = graph_of (4);
  const GeoHopIndex hops[] = { { 1, 2 }, { 0, 3 } };
  const GeoHopIndex backwards[] = { { 2, 1 }, { 1, 0 } };
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 20);
  set_hop (graph, 1, 2, 20);
  set_hop (graph, 0, 3, 10);
  set_hop (graph, 3, 2, 10);
  set_hop (graph, 1, 3, 10);

  query.avoid_hops = hops;
  query.n_avoid_hops = 1;
  assert_routes (graph, 0, 2, 5, &query, "0-3-2:5");
  query.n_avoid_hops = 2;
  assert_routes (graph, 0, 2, 5, &query, "0-1-3-2:5");
  query.avoid_hops = backwards;
  assert_routes (graph, 0, 2, 5, &query, "0-1-2:5");
  assert_routes (graph, 0, 2, 5, &ALL, "0-1-2:5");
}

static void
test_widest_of_shortest (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 5, 10);
  set_hop (graph, 0, 2, 30);
  set_hop (graph, 2, 5, 20);
  set_hop (graph, 0, 3, 15);
  set_hop (graph, 3, 5, 50);
  set_hop (graph, 0, 4, 90);
  set_hop (graph, 4, 3, 90);
  set_hop (graph, 4, 2, 90);
  assert_routes (graph, 0, 5, 5, &ALL, "0-2-5:5");
  /* Longer only where the amount needs it. */
  assert_routes (graph, 0, 5, 21, &ALL, "0-4-3-5:21");

  /* Inside the middle level, the wider of two ways to one node. */
  set_hop (graph, 2, 5, 0);
  set_hop (graph, 1, 5, 0);
  set_hop (graph, 0, 3, 0);
  set_hop (graph, 1, 3, 10);
  set_hop (graph, 2, 3, 12);
  assert_routes (graph, 0, 5, 5, &ALL, "0-4-3-5:5");
  set_hop (graph, 4, 3, 11);
  assert_routes (graph, 0, 5, 5, &ALL, "0-2-3-5:5");
}

/* Six hops and no more, from whichever end they are looked at. */
static void
test_max_hops (void) {
  g_autoptr (GeoGraph) graph = graph_of (8);
  GeoRouteQuery query = ALL;

  for (GeoNodeIndex i = 0; i < 7; i++)
    set_hop (graph, i, i + 1, 10);

  assert_routes (graph, 0, 6, 5, &ALL, "0-1-2-3-4-5-6:5");
  assert_routes (graph, 0, 7, 5, &ALL, "payable 0");
  for (query.max_hops = 1; query.max_hops <= 6; query.max_hops++) {
    g_auto (GeoRouteResult) result = { 0 };

    assert_routes (graph, 0, query.max_hops + 1, 5, &query, "payable 0");
    geo_graph_route (graph, 0, query.max_hops, GEO_AMOUNT (5), &query, &result);
    g_assert_true (result.found);
  }
}

static void
test_several (void) {
  g_autoptr (GeoGraph) graph = graph_of (5);

  set_hop (graph, 0, 4, 10);
  set_hop (graph, 0, 1, 20);
  set_hop (graph, 1, 4, 20);
  set_hop (graph, 0, 2, 7);
  set_hop (graph, 2, 3, 7);
  set_hop (graph, 3, 4, 7);
  assert_routes (graph, 0, 4, 30, &ALL, "0-4:10 0-1-4:20");
  assert_routes (graph, 0, 4, 21, &ALL, "0-4:10 0-1-4:11");
  assert_payable (graph, 0, 4, &ALL, "payable 37, 4:10, 1:20, 2:7");
}

/* 0-2-3-4-5 carries it all, but asks five; 0-5 and 0-1-5 together ask three. */
static void
test_fewest_signers (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);

  set_hop (graph, 0, 2, 100);
  set_hop (graph, 2, 3, 100);
  set_hop (graph, 3, 4, 100);
  set_hop (graph, 4, 5, 100);
  set_hop (graph, 0, 5, 10);
  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 5, 10);
  assert_routes (graph, 0, 5, 18, &ALL, "0-5:10 0-1-5:8");
  assert_routes (graph, 0, 5, 21, &ALL, "0-2-3-4-5:21");

  /* As many: one route is simpler. */
  geo_graph_add_node (graph);
  geo_graph_add_node (graph);
  geo_graph_add_node (graph);
  set_hop (graph, 0, 5, 0);
  for (GeoNodeIndex i = 6; i <= 8; i++) {
    set_hop (graph, 0, i, 5);
    set_hop (graph, i, 5, 5);
  }
  assert_routes (graph, 0, 5, 17, &ALL, "0-2-3-4-5:17");
  set_hop (graph, 0, 6, 10);
  set_hop (graph, 6, 5, 10);
  assert_routes (graph, 0, 5, 20, &ALL, "0-1-5:10 0-6-5:10");
}

/* Four short routes carry it too, but two ask fewer participants. */
static void
test_fewer_signers_by_width (void) {
  g_autoptr (GeoGraph) graph = graph_of (8);

  for (GeoNodeIndex i = 1; i <= 4; i++) {
    set_hop (graph, 0, i, 4);
    set_hop (graph, i, 7, 4);
  }
  assert_routes (graph, 0, 7, 14, &ALL, "0-1-7:4 0-2-7:4 0-3-7:4 0-4-7:2");
  set_hop (graph, 0, 5, 10);
  set_hop (graph, 5, 6, 10);
  set_hop (graph, 6, 7, 10);
  assert_routes (graph, 0, 7, 14, &ALL, "0-1-7:4 0-5-6-7:10");
}

static void
test_shared_hop (void) {
  g_autoptr (GeoGraph) graph = graph_of (5);

  /* Both ways pass 3 → 4, which holds 15 in all. */
  set_hop (graph, 0, 1, 10);
  set_hop (graph, 0, 2, 10);
  set_hop (graph, 1, 3, 10);
  set_hop (graph, 2, 3, 10);
  set_hop (graph, 3, 4, 15);
  assert_routes (graph, 0, 4, 15, &ALL, "0-1-3-4:10 0-2-3-4:5");
  assert_routes (graph, 0, 4, 16, &ALL, "payable 15, 1:10");
  assert_routes (graph, 0, 4, 10, &ALL, "0-1-3-4:10");
}

/* The one shortest path, 0-1-4-5, takes a hop of both that are possible. */
static void
test_reverse_arcs (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 4, 10);
  set_hop (graph, 4, 5, 10);
  set_hop (graph, 1, 3, 10);
  set_hop (graph, 3, 5, 10);
  set_hop (graph, 0, 2, 10);
  set_hop (graph, 2, 4, 10);
  assert_routes (graph, 0, 5, 20, &ALL, "0-1-3-5:10 0-2-4-5:10");
  query.max_hops = 3;
  assert_routes (graph, 0, 5, 20, &query, "0-1-3-5:10 0-2-4-5:10");
  assert_routes (graph, 0, 5, 21, &query, "payable 20, 1:10, 2:10");

  /* A hop is taken back though nobody may use it forwards that way. */
  geo_graph_set_line (graph, 4, 1, GEO_AMOUNT (10), STANDING);
  geo_graph_set_line (graph, 1, 4, GEO_AMOUNT (10), GEO_LINE_ACTIVE);
  assert_routes (graph, 0, 5, 20, &query, "0-1-3-5:10 0-2-4-5:10");
}

/* Taking 1 → 4 back would make a route of four hops out of a longer way. */
static void
test_reverse_too_long (void) {
  g_autoptr (GeoGraph) graph = graph_of (7);
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 4, 10);
  set_hop (graph, 4, 5, 10);
  set_hop (graph, 1, 3, 10);
  set_hop (graph, 3, 6, 10);
  set_hop (graph, 6, 5, 10);
  set_hop (graph, 0, 2, 10);
  set_hop (graph, 2, 4, 10);
  query.max_hops = 3;
  assert_routes (graph, 0, 5, 20, &query, "payable 10, 1:10");
  query.max_hops = 4;
  assert_routes (graph, 0, 5, 20, &query, "0-2-4-5:10 0-1-3-6-5:10");
}

/* 0-1-2-7 is first; more is found only by a path of seven hops,
 * 0-3-5-2-1-4-6-7, that takes 1 → 2 back and leaves two routes of four. */
static void
test_reverse_longer_path (void) {
  g_autoptr (GeoGraph) graph = graph_of (8);
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 2, 10);
  set_hop (graph, 2, 7, 10);
  set_hop (graph, 0, 3, 9);
  set_hop (graph, 3, 5, 9);
  set_hop (graph, 5, 2, 9);
  set_hop (graph, 1, 4, 9);
  set_hop (graph, 4, 6, 9);
  set_hop (graph, 6, 7, 9);
  query.max_hops = 4;
  assert_routes (graph, 0, 7, 18, &query, "0-1-4-6-7:9 0-3-5-2-7:9");
  query.max_hops = 3;
  assert_routes (graph, 0, 7, 18, &query, "payable 10, 1:10");
}

/* A way of four hops is in the way: what it leads to is too long. */
static void
test_another_path (void) {
  g_autoptr (GeoGraph) graph = graph_of (10);
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 2, 10);
  set_hop (graph, 2, 9, 10);
  set_hop (graph, 0, 3, 10);
  set_hop (graph, 3, 2, 10);
  set_hop (graph, 1, 4, 10);
  set_hop (graph, 4, 9, 10);
  set_hop (graph, 0, 5, 10);
  set_hop (graph, 5, 6, 10);
  set_hop (graph, 6, 7, 10);
  set_hop (graph, 7, 9, 10);
  /* The wider way in makes 0-1-2-9 the first. */
  set_hop (graph, 1, 2, 11);
  set_hop (graph, 0, 1, 11);
  set_hop (graph, 2, 9, 11);
  query.max_hops = 3;
  assert_routes (graph, 0, 9, 20, &query, "0-1-4-9:10 0-3-2-9:10");
  assert_routes (graph, 0, 9, 22, &query, "payable 21, 1:11, 3:10");
}

static void
test_max_routes (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);
  GeoRouteQuery query = ALL;

  set_hop (graph, 0, 5, 1);
  set_hop (graph, 0, 1, 2);
  set_hop (graph, 1, 5, 2);
  set_hop (graph, 0, 2, 30);
  set_hop (graph, 2, 3, 30);
  set_hop (graph, 3, 5, 30);
  set_hop (graph, 0, 4, 4);
  set_hop (graph, 4, 5, 4);

  /* The short ones give way to those that carry more. */
  query.max_routes = 1;
  assert_routes (graph, 0, 5, 30, &query, "0-2-3-5:30");
  assert_payable (graph, 0, 5, &query, "payable 30, 2:30");
  query.max_routes = 2;
  assert_routes (graph, 0, 5, 34, &query, "0-4-5:4 0-2-3-5:30");
  assert_payable (graph, 0, 5, &query, "payable 34, 2:30, 4:4");
  query.max_routes = 3;
  assert_payable (graph, 0, 5, &query, "payable 36, 1:2, 2:30, 4:4");
  query.max_routes = 4;
  assert_payable (graph, 0, 5, &query, "payable 37, 5:1, 1:2, 2:30, 4:4");
}

static void
test_limits (void) {
  g_autoptr (GeoGraph) graph = graph_of (6);

  /* 1 is used up; 2 is not, its own hop is; 3 gives nothing and would lead to
   * 5; 4 gives nothing and leads nowhere. */
  set_hop (graph, 0, 1, 10);
  set_hop (graph, 1, 5, 20);
  set_hop (graph, 0, 2, 10);
  set_hop (graph, 2, 5, 5);
  set_hop (graph, 0, 3, 10);
  g_assert_true (geo_graph_set_debt (graph, 0, 3, GEO_AMOUNT (10)));
  set_hop (graph, 3, 5, 10);
  set_hop (graph, 0, 4, 0);
  set_hop (graph, 4, 0, 10);
  assert_routes (graph, 0, 5, 16, &ALL, "payable 15, 1:10, 3:0");
  assert_payable (graph, 0, 5, &ALL, "payable 15, 1:10, 3:0");

  /* Neither what may not be used. */
  geo_graph_set_node_flags (graph, 3, GEO_NODE_FROZEN);
  assert_payable (graph, 0, 5, &ALL, "payable 15, 1:10");
}

static void
test_clear (void) {
  GeoRouteResult result = { 0 };
  g_autoptr (GeoGraph) graph = graph_of (2);

  geo_route_result_clear (&result);
  geo_graph_payable (graph, 0, 1, &ALL, &result);
  geo_route_result_clear (&result);
  g_assert_null (result.routes);
  g_assert_null (result.limits);
  geo_route_result_clear (&result);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/route/direct", test_direct);
  g_test_add_func ("/route/nothing", test_nothing);
  g_test_add_func ("/route/exact-limits", test_exact_limits);
  g_test_add_func ("/route/largest", test_largest);
  g_test_add_func ("/route/closed", test_closed);
  g_test_add_func ("/route/reverse-debt", test_reverse_debt);
  g_test_add_func ("/route/intermediate", test_intermediate);
  g_test_add_func ("/route/live", test_live);
  g_test_add_func ("/route/frozen", test_frozen);
  g_test_add_func ("/route/blocked", test_blocked);
  g_test_add_func ("/route/avoid-nodes", test_avoid_nodes);
  g_test_add_func ("/route/avoid-hops", test_avoid_hops);
  g_test_add_func ("/route/widest-of-shortest", test_widest_of_shortest);
  g_test_add_func ("/route/max-hops", test_max_hops);
  g_test_add_func ("/route/several", test_several);
  g_test_add_func ("/route/fewest-signers", test_fewest_signers);
  g_test_add_func ("/route/fewer-signers-by-width",
                   test_fewer_signers_by_width);
  g_test_add_func ("/route/shared-hop", test_shared_hop);
  g_test_add_func ("/route/reverse-arcs", test_reverse_arcs);
  g_test_add_func ("/route/reverse-too-long", test_reverse_too_long);
  g_test_add_func ("/route/reverse-longer-path", test_reverse_longer_path);
  g_test_add_func ("/route/another-path", test_another_path);
  g_test_add_func ("/route/max-routes", test_max_routes);
  g_test_add_func ("/route/limits", test_limits);
  g_test_add_func ("/route/clear", test_clear);

  return g_test_run ();
}
