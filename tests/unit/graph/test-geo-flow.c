/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decomposition of flows drawn by hand: circles, cancelled hops, and the order
 * that lets every route stay short enough.
 */
#include "graph/geo-flow-private.h"

static void
add (GeoFlow *flow, gint64 amount, guint n_nodes, const GeoNodeIndex *nodes) {
  geo_flow_add (flow, nodes, n_nodes, amount);
}

#define ADD(flow, amount, ...)                                               \
  add (flow, amount, G_N_ELEMENTS (((const GeoNodeIndex[]){ __VA_ARGS__ })), \
       (const GeoNodeIndex[]){ __VA_ARGS__ })

/* The routes as text, "0-2-1:10 0-3-1:5"; "none" where not all of the flow can
 * be broken up. */
static void
assert_decomposed (GeoFlow *flow, guint max_hops, const gchar *expected) {
  GeoRoute routes[GEO_FLOW_ROUTES_MAX];
  guint n_routes;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!geo_flow_decompose (flow, max_hops, routes, &n_routes)) {
    g_assert_cmpstr ("none", ==, expected);
    return;
  }
  for (guint i = 0; i < n_routes; i++) {
    g_string_append (text, i > 0 ? " " : "");
    for (guint j = 0; j < routes[i].n_nodes; j++)
      g_string_append_printf (text, "%s%u", j > 0 ? "-" : "",
                              routes[i].nodes[j]);
    g_string_append_printf (text, ":%" G_GINT64_FORMAT, routes[i].amount.minor);
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_empty (void) {
  GeoFlow flow;

  geo_flow_init (&flow, 0, 1);
  assert_decomposed (&flow, 6, "");
}

static void
test_widest_first (void) {
  GeoFlow flow;

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 5, 0, 1);
  ADD (&flow, 9, 0, 2, 1);
  ADD (&flow, 5, 0, 3, 1);
  assert_decomposed (&flow, 6, "0-2-1:9 0-1:5 0-3-1:5");
}

/* The same hop twice is one; the same hop back cancels. */
static void
test_shared (void) {
  GeoFlow flow;

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 5, 0, 2, 3, 1);
  ADD (&flow, 4, 0, 2, 3, 1);
  assert_decomposed (&flow, 6, "0-2-3-1:9");

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 5, 0, 2, 3, 1);
  ADD (&flow, 5, 0, 3, 2, 1);
  assert_decomposed (&flow, 2, "0-3-1:5 0-2-1:5");

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 3, 0, 2, 3, 1);
  ADD (&flow, 5, 0, 3, 2, 1);
  assert_decomposed (&flow, 3, "0-3-1:3 0-2-1:3 0-3-2-1:2");
}

static void
test_circles (void) {
  GeoFlow flow;

  /* 2 → 3 → 4 → 2 runs in a circle of 4. */
  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 4, 0, 2, 3, 1);
  ADD (&flow, 4, 0, 3, 4, 1);
  ADD (&flow, 4, 0, 4, 2, 1);
  assert_decomposed (&flow, 6, "0-3-1:4 0-4-1:4 0-2-1:4");

  /* Two of them, and what is left of the wider. */
  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 6, 0, 2, 3, 1);
  ADD (&flow, 4, 0, 3, 4, 2, 1);
  ADD (&flow, 2, 0, 5, 1);
  ADD (&flow, 3, 5, 6, 7, 5);
  assert_decomposed (&flow, 6, "0-3-1:4 0-2-1:4 0-5-1:2 0-2-3-1:2");
}

/* Two ways in and two ways out of 2, of one hop and of three: only a short one
 * with a long one keeps both within four hops, though the short ones are the
 * wider. */
static void
test_most_bound_first (void) {
  GeoFlow flow;

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 9, 0, 2);
  ADD (&flow, 9, 0, 3, 4, 2);
  ADD (&flow, 9, 2, 1);
  ADD (&flow, 9, 2, 5, 6, 1);
  assert_decomposed (&flow, 6, "0-2-1:9 0-3-4-2-5-6-1:9");

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 9, 0, 2);
  ADD (&flow, 9, 0, 3, 4, 2);
  ADD (&flow, 9, 2, 1);
  ADD (&flow, 9, 2, 5, 6, 1);
  assert_decomposed (&flow, 4, "0-3-4-2-1:9 0-2-5-6-1:9");

  geo_flow_init (&flow, 0, 1);
  ADD (&flow, 9, 0, 2);
  ADD (&flow, 9, 0, 3, 4, 2);
  ADD (&flow, 9, 2, 1);
  ADD (&flow, 9, 2, 5, 6, 1);
  assert_decomposed (&flow, 3, "none");
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flow/empty", test_empty);
  g_test_add_func ("/flow/widest-first", test_widest_first);
  g_test_add_func ("/flow/shared", test_shared);
  g_test_add_func ("/flow/circles", test_circles);
  g_test_add_func ("/flow/most-bound-first", test_most_bound_first);

  return g_test_run ();
}
