/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoFlow: a flow of a few arcs from payer to payee, and its decomposition into
 * simple routes of bounded length.  It knows nothing of the graph or of
 * capacities.
 */
#pragma once

#include "graph/geo-graph.h"

G_BEGIN_DECLS

/* Every hop of all routes, and of one path of twice their length. */
#define GEO_FLOW_ARCS_MAX ((GEO_GRAPH_ROUTES_MAX + 2) * GEO_GRAPH_HOPS_MAX)
#define GEO_FLOW_NODES_MAX (2 * GEO_FLOW_ARCS_MAX)

/* Each route taken out of a flow ends at least one arc of it. */
#define GEO_FLOW_ROUTES_MAX GEO_FLOW_ARCS_MAX

typedef struct {
  guint tail; /* Indices into GeoFlow's nodes. */
  guint head;
  gint64 amount;
} GeoFlowArc;

typedef struct {
  GeoNodeIndex nodes[GEO_FLOW_NODES_MAX]; /* [0] payer, [1] payee. */
  guint n_nodes;
  GeoFlowArc arcs[GEO_FLOW_ARCS_MAX];
  guint n_arcs;
} GeoFlow;

void geo_flow_init (GeoFlow *flow, GeoNodeIndex payer, GeoNodeIndex payee);

/* Adds amount to every hop; what flows the other way is cancelled first. */
void geo_flow_add (GeoFlow *flow,
                   const GeoNodeIndex *nodes,
                   guint n_nodes,
                   gint64 amount);

/* Breaks the flow into simple routes of at most max_hops hops, few and wide
 * rather than many and narrow; flow that only runs in circles is left out.
 * FALSE when no such routes were found for all of it, which is sure only if
 * there are none where max_hops does not bind.  routes has room for
 * GEO_FLOW_ROUTES_MAX. */
gboolean geo_flow_decompose (GeoFlow *flow,
                             guint max_hops,
                             GeoRoute *routes,
                             guint *n_routes);

G_END_DECLS
