/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest clearing, asked of somebody else: LEMON's cost scaling solves the
 * same circulations, and the totals must be equal.  Says how long both take in
 * the same run, and asserts nothing about it.  Built where LEMON's headers are.
 */
#include <algorithm>
#include <vector>

#include <lemon/cost_scaling.h>
#include <lemon/smart_graph.h>

#include "graph/geo-circulation-private.h"

namespace {

constexpr guint n_rounds = 5;

struct Case {
  const char *name;
  guint n_nodes;
  guint n_edges;
  guint reach; /* How far apart debtor and creditor are at most; 0: any. */
  gboolean is_uneven; /* Who trades a lot gets to trade more. */
  gboolean has_ring; /* Everybody owes the next, much: all ways are long. */
  gint size_bits; /* Of the amounts, at most. */
};

using Edges = std::vector<GeoEdge>;

gint64
random_amount (gint bits) {
  gint64 x = (gint64) (guint32) g_test_rand_int () << 32 |
             (guint32) g_test_rand_int ();

  /* Of every size where there are many bits, else evenly. */
  if (bits > 20)
    bits = g_test_rand_int_range (1, bits + 1);

  return 1 + (x & ((G_GINT64_CONSTANT (1) << bits) - 1));
}

Edges
make_edges (const Case &c) {
  Edges edges;
  std::vector<guint32> ends;

  for (guint32 u = 0; c.has_ring && u < c.n_nodes; u++)
    edges.push_back ({ 1000000000, u, (u + 1) % c.n_nodes });

  while (edges.size () < c.n_edges) {
    guint32 u = (guint32) g_test_rand_int_range (0, (gint32) c.n_nodes);
    guint32 v = (guint32) g_test_rand_int_range (0, (gint32) c.n_nodes);

    if (c.reach > 0)
      v = (u + 1 + v % c.reach) % c.n_nodes;
    if (c.is_uneven && !ends.empty () && g_test_rand_bit ()) {
      u = ends[(gsize) g_test_rand_int_range (0, (gint32) ends.size ())];
      v = ends[(gsize) g_test_rand_int_range (0, (gint32) ends.size ())];
    }
    if (u == v)
      continue;
    edges.push_back ({ random_amount (c.size_bits), u, v });
    ends.push_back (u);
    ends.push_back (v);
  }

  return edges;
}

gint64
solve_lemon (guint n_nodes, const Edges &edges, gint64 *elapsed_us) {
  using Graph = lemon::SmartDigraph;

  Graph graph;
  Graph::ArcMap<gint64> amount (graph);
  lemon::ConstMap<Graph::Arc, gint64> cost (-1);
  gint64 start;

  graph.reserveNode ((gint) n_nodes);
  graph.reserveArc ((gint) edges.size ());
  for (guint i = 0; i < n_nodes; i++)
    graph.addNode ();
  for (const GeoEdge &edge : edges) {
    Graph::Arc arc = graph.addArc (graph.nodeFromId ((gint) edge.tail),
                                   graph.nodeFromId ((gint) edge.head));

    amount[arc] = edge.amount;
  }

  /* Its own set-up counts, as ours does; building the graph does not. */
  start = g_get_monotonic_time ();
  lemon::CostScaling<Graph, gint64, gint64> solver (graph);

  solver.upperMap (amount).costMap (cost);
  g_assert_true (solver.run () ==
                 (lemon::CostScaling<Graph, gint64, gint64>::OPTIMAL));
  *elapsed_us = g_get_monotonic_time () - start;

  return -solver.totalCost<gint64> ();
}

void
test_case (gconstpointer data) {
  const Case &c = *static_cast<const Case *> (data);
  std::vector<double> ratios;
  std::vector<gint64> ours;
  std::vector<gint64> theirs;

  for (guint i = 0; i < n_rounds; i++) {
    Edges edges = make_edges (c);
    std::vector<gint64> flow (edges.size ());
    gint64 their_us;
    gint64 their_total = solve_lemon (c.n_nodes, edges, &their_us);
    gint64 start = g_get_monotonic_time ();
    gint64 total = geo_circulation_solve (c.n_nodes, edges.data (), nullptr,
                                          (guint) edges.size (), flow.data ());
    gint64 our_us = g_get_monotonic_time () - start;

    g_assert_cmpint (total, ==, their_total);
    ours.push_back (our_us);
    theirs.push_back (their_us);
    ratios.push_back ((double) our_us / (double) MAX (their_us, 1));
  }

  std::sort (ours.begin (), ours.end ());
  std::sort (theirs.begin (), theirs.end ());
  std::sort (ratios.begin (), ratios.end ());
  g_test_message (
      "%s, %u nodes, %u debts: median %.1f ms, LEMON %.1f ms, ratio "
      "%.2f (%.2f to %.2f)",
      c.name, c.n_nodes, c.n_edges, (double) ours[n_rounds / 2] / 1000.0,
      (double) theirs[n_rounds / 2] / 1000.0, ratios[n_rounds / 2],
      ratios.front (), ratios.back ());
}

const Case cases[] = {
  { "anybody", 10000, 50000, 0, FALSE, FALSE, 17 },
  { "busy-traders", 10000, 50000, 0, TRUE, FALSE, 17 },
  { "neighbours", 10000, 50000, 10, FALSE, FALSE, 17 },
  { "every-size", 10000, 50000, 0, FALSE, FALSE, 45 },
  { "one-long-ring", 10000, 50000, 10, FALSE, TRUE, 17 },
  { "few-debts", 10000, 20000, 0, FALSE, FALSE, 17 },
  { "small-town", 300, 1500, 0, FALSE, FALSE, 17 },
};

} // namespace

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, nullptr);

  for (const Case &c : cases) {
    gchar *path = g_strdup_printf ("/clearing/lemon/%s", c.name);

    g_test_add_data_func (path, &c, test_case);
    g_free (path);
  }

  return g_test_run ();
}
