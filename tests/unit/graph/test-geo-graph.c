/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of the trust graph: nodes, lines, debts, capacities, reservations.
 * Routes are tested elsewhere.
 */
#include "graph/geo-graph.h"

#define STANDING (GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE)

static GeoGraph *
graph_of (guint n_nodes) {
  GeoGraph *graph = geo_graph_new ();

  for (guint i = 0; i < n_nodes; i++)
    g_assert_cmpuint (geo_graph_add_node (graph), ==, i);
  g_assert_cmpuint (geo_graph_n_nodes (graph), ==, n_nodes);

  return graph;
}

static void
set_line (GeoGraph *graph,
          GeoNodeIndex creditor,
          GeoNodeIndex debtor,
          gint64 limit) {
  geo_graph_set_line (graph, creditor, debtor, GEO_AMOUNT (limit), STANDING);
}

static void
set_debt (GeoGraph *graph,
          GeoNodeIndex debtor,
          GeoNodeIndex creditor,
          gint64 debt) {
  g_assert_true (
      geo_graph_set_debt (graph, debtor, creditor, GEO_AMOUNT (debt)));
}

#define assert_capacity(graph, u, v, expected) \
  g_assert_cmpint (geo_graph_capacity (graph, u, v).minor, ==, expected)
#define assert_debt(graph, debtor, creditor, expected) \
  g_assert_cmpint (geo_graph_debt (graph, debtor, creditor).minor, ==, expected)
#define assert_reserved(graph, u, v, expected) \
  g_assert_cmpint (geo_graph_reserved (graph, u, v).minor, ==, expected)

static void
test_empty (void) {
  g_autoptr (GeoGraph) graph = geo_graph_new ();

  g_assert_cmpuint (geo_graph_n_nodes (graph), ==, 0);
  geo_graph_free (NULL);
}

static void
test_node_flags (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  g_assert_cmpint (geo_graph_get_node_flags (graph, 0), ==, 0);
  geo_graph_set_node_flags (graph, 0, GEO_NODE_PRESENT | GEO_NODE_FROZEN);
  g_assert_cmpint (geo_graph_get_node_flags (graph, 0), ==,
                   GEO_NODE_PRESENT | GEO_NODE_FROZEN);
  g_assert_cmpint (geo_graph_get_node_flags (graph, 1), ==, 0);
  geo_graph_set_node_flags (graph, 0, 0);
  g_assert_cmpint (geo_graph_get_node_flags (graph, 0), ==, 0);
}

static void
test_lines (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);
  GeoAmount limit = GEO_AMOUNT (7);
  GeoLineFlags flags = GEO_LINE_LIVE;

  g_assert_false (geo_graph_get_line (graph, 0, 1, &limit, &flags));
  g_assert_cmpint (limit.minor, ==, 7);
  g_assert_cmpint (flags, ==, GEO_LINE_LIVE);

  geo_graph_set_line (graph, 2, 1, GEO_AMOUNT (50), STANDING | GEO_LINE_LIVE);
  g_assert_true (geo_graph_get_line (graph, 2, 1, &limit, &flags));
  g_assert_cmpint (limit.minor, ==, 50);
  g_assert_cmpint (flags, ==, STANDING | GEO_LINE_LIVE);
  g_assert_false (geo_graph_get_line (graph, 1, 2, NULL, NULL));

  geo_graph_set_line (graph, 2, 1, GEO_AMOUNT (20), 0);
  g_assert_true (geo_graph_get_line (graph, 2, 1, &limit, NULL));
  g_assert_cmpint (limit.minor, ==, 20);
  g_assert_true (geo_graph_get_line (graph, 2, 1, NULL, &flags));
  g_assert_cmpint (flags, ==, 0);

  /* A debt, or a list of the blocked, makes no line. */
  set_debt (graph, 0, 1, 5);
  geo_graph_set_line_blocked (graph, 0, 2, (GeoNodeIndex[]){ 1 }, 1);
  g_assert_false (geo_graph_get_line (graph, 0, 1, NULL, NULL));
  g_assert_false (geo_graph_get_line (graph, 0, 2, NULL, NULL));
}

static void
test_capacity (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  assert_capacity (graph, 0, 1, 0);

  /* The payee's trust is what is used. */
  set_line (graph, 1, 0, 100);
  assert_capacity (graph, 0, 1, 100);
  assert_capacity (graph, 1, 0, 0);

  /* What 0 owes 1 takes away, and can be paid back without a line. */
  set_debt (graph, 0, 1, 30);
  assert_capacity (graph, 0, 1, 70);
  assert_capacity (graph, 1, 0, 30);

  /* A line the other way adds to that. */
  set_line (graph, 0, 1, 5);
  assert_capacity (graph, 0, 1, 70);
  assert_capacity (graph, 1, 0, 35);

  assert_capacity (graph, 0, 2, 0);
}

static void
test_capacity_closed (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  set_line (graph, 1, 0, 100);
  set_debt (graph, 1, 0, 40);
  assert_capacity (graph, 0, 1, 140);

  geo_graph_set_line (graph, 1, 0, GEO_AMOUNT (100), GEO_LINE_INTERMEDIATE);
  assert_capacity (graph, 0, 1, 40);
  assert_capacity (graph, 1, 0, 0);
}

static void
test_capacity_lowered (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  set_line (graph, 1, 0, 100);
  set_line (graph, 0, 1, 10);
  set_debt (graph, 0, 1, 80);

  /* I2: the debt stays above the limit; nothing more fits until it is paid. */
  set_line (graph, 1, 0, 50);
  assert_capacity (graph, 0, 1, 0);
  assert_capacity (graph, 1, 0, 90);

  g_assert_true (geo_graph_reserve (graph, 1, 0, GEO_AMOUNT (40), NULL));
  geo_graph_settle (graph, 1, 0, GEO_AMOUNT (40));
  assert_debt (graph, 0, 1, 40);
  assert_capacity (graph, 0, 1, 10);
}

static void
test_debt (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);

  assert_debt (graph, 1, 0, 0);
  set_debt (graph, 1, 0, 25);
  assert_debt (graph, 1, 0, 25);
  assert_debt (graph, 0, 1, 0);

  /* I3: one direction per pair. */
  g_assert_false (geo_graph_set_debt (graph, 0, 1, GEO_AMOUNT (1)));
  assert_debt (graph, 1, 0, 25);
  set_debt (graph, 1, 0, 0);
  set_debt (graph, 0, 1, 1);
  g_assert_false (geo_graph_set_debt (graph, 1, 0, GEO_AMOUNT (1)));
  assert_debt (graph, 0, 1, 1);

  g_assert_false (geo_graph_set_debt (graph, 0, 2, GEO_AMOUNT (-1)));
  g_assert_false (
      geo_graph_set_debt (graph, 0, 2, GEO_AMOUNT (GEO_AMOUNT_MAX + 1)));
  assert_debt (graph, 0, 2, 0);
  set_debt (graph, 0, 2, GEO_AMOUNT_MAX);
  assert_debt (graph, 0, 2, GEO_AMOUNT_MAX);
}

static void
test_largest (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);
  g_autoptr (GError) error = NULL;

  set_line (graph, 1, 0, GEO_AMOUNT_MAX);
  set_debt (graph, 1, 0, GEO_AMOUNT_MAX);
  assert_capacity (graph, 0, 1, 2 * GEO_AMOUNT_MAX);

  g_assert_false (
      geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (GEO_AMOUNT_MAX + 1), &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW);
  assert_reserved (graph, 0, 1, 0);

  for (guint i = 0; i < 2; i++)
    g_assert_true (
        geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (GEO_AMOUNT_MAX), NULL));
  assert_capacity (graph, 0, 1, 0);
  geo_graph_settle (graph, 0, 1, GEO_AMOUNT (2 * GEO_AMOUNT_MAX));
  assert_debt (graph, 0, 1, GEO_AMOUNT_MAX);
}

static void
test_reserve (void) {
  g_autoptr (GeoGraph) graph = graph_of (3);
  g_autoptr (GError) error = NULL;

  set_line (graph, 1, 0, 100);
  g_assert_true (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (60), &error));
  g_assert_no_error (error);
  assert_reserved (graph, 0, 1, 60);
  assert_reserved (graph, 1, 0, 0);
  assert_capacity (graph, 0, 1, 40);
  assert_capacity (graph, 1, 0, 0);
  assert_debt (graph, 0, 1, 0);

  g_assert_false (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (41), &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_CAPACITY);
  assert_reserved (graph, 0, 1, 60);
  g_clear_error (&error);

  g_assert_false (geo_graph_reserve (graph, 0, 2, GEO_AMOUNT (1), &error));
  g_assert_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_CAPACITY);

  /* Nothing is always there. */
  g_assert_true (geo_graph_reserve (graph, 0, 2, GEO_AMOUNT_ZERO, NULL));
  geo_graph_release (graph, 0, 2, GEO_AMOUNT_ZERO);
  geo_graph_settle (graph, 0, 2, GEO_AMOUNT_ZERO);

  g_assert_true (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (40), NULL));
  assert_capacity (graph, 0, 1, 0);
  geo_graph_release (graph, 0, 1, GEO_AMOUNT (70));
  assert_reserved (graph, 0, 1, 30);
  assert_capacity (graph, 0, 1, 70);
}

static void
test_settle (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  /* 0 cancels what 1 owes, the rest becomes its own debt. */
  set_line (graph, 1, 0, 100);
  set_line (graph, 0, 1, 50);
  set_debt (graph, 1, 0, 20);
  g_assert_true (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (90), NULL));
  geo_graph_settle (graph, 0, 1, GEO_AMOUNT (15));
  assert_debt (graph, 1, 0, 5);
  assert_reserved (graph, 0, 1, 75);
  assert_capacity (graph, 0, 1, 30);
  assert_capacity (graph, 1, 0, 45);

  geo_graph_settle (graph, 0, 1, GEO_AMOUNT (75));
  assert_debt (graph, 1, 0, 0);
  assert_debt (graph, 0, 1, 70);
  assert_reserved (graph, 0, 1, 0);
  assert_capacity (graph, 0, 1, 30);
  assert_capacity (graph, 1, 0, 120);
}

static void
test_settle_lowered (void) {
  g_autoptr (GeoGraph) graph = graph_of (2);

  /* P9: what is reserved outlives the limit. */
  set_line (graph, 0, 1, 100);
  g_assert_true (geo_graph_reserve (graph, 1, 0, GEO_AMOUNT (80), NULL));
  geo_graph_set_line (graph, 0, 1, GEO_AMOUNT (10), 0);
  assert_capacity (graph, 1, 0, 0);
  assert_reserved (graph, 1, 0, 80);
  geo_graph_settle (graph, 1, 0, GEO_AMOUNT (80));
  assert_debt (graph, 1, 0, 80);
}

static void
test_release_too_much (void) {
  if (g_test_subprocess ()) {
    g_autoptr (GeoGraph) graph = graph_of (2);

    set_line (graph, 1, 0, 100);
    g_assert_true (geo_graph_reserve (graph, 0, 1, GEO_AMOUNT (10), NULL));
    geo_graph_release (graph, 0, 1, GEO_AMOUNT (11));
    return;
  }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*assertion failed*reserved*");
}

/* Everything at random against the same thing done plainly, with enough nodes
 * for arrays and the table to grow many times. */
#define MODEL_NODES 40

typedef struct {
  gint64 limit;
  gint64 debt;
  gint64 reserved; /* For the hop from this debtor. */
  gboolean active;
} Model;

static gint64
model_capacity (Model m[MODEL_NODES][MODEL_NODES], guint u, guint v) {
  gint64 limit = m[u][v].active ? m[u][v].limit : 0;
  gint64 room = limit > m[u][v].debt ? limit - m[u][v].debt : 0;
  gint64 all = room + m[v][u].debt;

  return all > m[u][v].reserved ? all - m[u][v].reserved : 0;
}

static void
test_random (void) {
  g_autoptr (GeoGraph) graph = graph_of (MODEL_NODES);
  /* [debtor][creditor] */
  static Model m[MODEL_NODES][MODEL_NODES];

  for (guint i = 0; i < 50000; i++) {
    guint u = (guint) g_test_rand_int_range (0, MODEL_NODES);
    guint v = (guint) g_test_rand_int_range (0, MODEL_NODES - 1);
    gint64 x = g_test_rand_int_range (0, 100);
    gint64 left;

    if (v >= u)
      v++;

    switch (g_test_rand_int_range (0, 5)) {
    case 0:
      m[u][v].limit = x;
      m[u][v].active = x % 4 != 0;
      geo_graph_set_line (graph, v, u, GEO_AMOUNT (x),
                          m[u][v].active ? STANDING : GEO_LINE_INTERMEDIATE);
      break;
    case 1:
      g_assert_cmpint (geo_graph_set_debt (graph, u, v, GEO_AMOUNT (x)), ==,
                       m[v][u].debt == 0);
      if (m[v][u].debt == 0)
        m[u][v].debt = x;
      break;
    case 2:
      left = model_capacity (m, u, v);
      g_assert_cmpint (geo_graph_reserve (graph, u, v, GEO_AMOUNT (x), NULL),
                       ==, x <= left);
      if (x <= left)
        m[u][v].reserved += x;
      break;
    case 3:
      x = MIN (x, m[u][v].reserved);
      m[u][v].reserved -= x;
      geo_graph_release (graph, u, v, GEO_AMOUNT (x));
      break;
    case 4:
      x = MIN (x, m[u][v].reserved);
      m[u][v].reserved -= x;
      geo_graph_settle (graph, u, v, GEO_AMOUNT (x));
      left = MIN (x, m[v][u].debt);
      m[v][u].debt -= left;
      m[u][v].debt += x - left;
      break;
    }
    assert_capacity (graph, u, v, model_capacity (m, u, v));
    assert_capacity (graph, v, u, model_capacity (m, v, u));
  }

  for (guint u = 0; u < MODEL_NODES; u++) {
    for (guint v = 0; v < MODEL_NODES; v++) {
      if (u == v)
        continue;
      assert_capacity (graph, u, v, model_capacity (m, u, v));
      assert_debt (graph, u, v, m[u][v].debt);
      assert_reserved (graph, u, v, m[u][v].reserved);
    }
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/graph/empty", test_empty);
  g_test_add_func ("/graph/node-flags", test_node_flags);
  g_test_add_func ("/graph/lines", test_lines);
  g_test_add_func ("/graph/capacity", test_capacity);
  g_test_add_func ("/graph/capacity/closed", test_capacity_closed);
  g_test_add_func ("/graph/capacity/lowered", test_capacity_lowered);
  g_test_add_func ("/graph/debt", test_debt);
  g_test_add_func ("/graph/largest", test_largest);
  g_test_add_func ("/graph/reserve", test_reserve);
  g_test_add_func ("/graph/settle", test_settle);
  g_test_add_func ("/graph/settle/lowered", test_settle_lowered);
  g_test_add_func ("/graph/release-too-much", test_release_too_much);
  g_test_add_func ("/graph/random", test_random);

  return g_test_run ();
}
