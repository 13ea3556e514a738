/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What LEMON's cost scaling needs for the largest clearing of the same debts.
 * Built where its headers are.
 */
#include <lemon/cost_scaling.h>
#include <lemon/smart_graph.h>

#include "bench-lemon.h"

gint64
bench_lemon (guint n_nodes,
             const GeoEdge *edges,
             guint n_edges,
             gdouble *seconds) {
  using Graph = lemon::SmartDigraph;

  Graph graph;
  Graph::ArcMap<gint64> amount (graph);
  lemon::ConstMap<Graph::Arc, gint64> cost (-1);
  gdouble began;

  graph.reserveNode ((gint) n_nodes);
  graph.reserveArc ((gint) n_edges);
  for (guint i = 0; i < n_nodes; i++)
    graph.addNode ();
  for (guint i = 0; i < n_edges; i++) {
    Graph::Arc arc = graph.addArc (graph.nodeFromId ((gint) edges[i].tail),
                                   graph.nodeFromId ((gint) edges[i].head));

    amount[arc] = edges[i].amount;
  }

  /* Its own set-up counts, as ours does; building the graph does not. */
  began = bench_thread_cpu ();
  lemon::CostScaling<Graph, gint64, gint64> solver (graph);

  solver.upperMap (amount).costMap (cost);
  if (solver.run () != lemon::CostScaling<Graph, gint64, gint64>::OPTIMAL)
    g_error ("LEMON finds no clearing");
  *seconds = bench_thread_cpu () - began;
  return -solver.totalCost<gint64> ();
}
