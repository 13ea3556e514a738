/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSearch and GeoPath: one query on one graph, and single paths from payer to
 * payee over the capacities that the flow placed so far leaves.  For
 * geo-route.c, which decides which paths become routes.
 */
#pragma once

#include "graph/geo-graph-private.h"

G_BEGIN_DECLS

/* Hops that are banned at a time. */
#define GEO_BANS_MAX 8

/* Hops of a path.  One that takes flow back may be longer than the routes that
 * come of it: it ends some and begins others half-way. */
#define GEO_PATH_HOPS_MAX (2 * GEO_GRAPH_HOPS_MAX)

typedef struct {
  GeoNodeIndex nodes[GEO_PATH_HOPS_MAX + 1];
  guint32 pairs[GEO_PATH_HOPS_MAX]; /* The pair of nodes[i] and nodes[i + 1]. */
  guint n_hops;
  gint64 width; /* Of the narrowest hop. */
} GeoPath;

typedef struct {
  const GeoGraph *graph;
  GeoNodeIndex payer;
  GeoNodeIndex payee;
  const GeoRouteQuery *query;

  /* The pairs that carry flow. */
  guint32 flow_pairs[GEO_GRAPH_ROUTES_MAX * GEO_GRAPH_HOPS_MAX];
  guint n_flow_pairs;

  /* Hops that no path uses for now. */
  GeoHopIndex bans[GEO_BANS_MAX];
  guint n_bans;
} GeoSearch;

/* Marks what the query avoids; geo_search_end () takes every mark and all flow
 * off again.  One search of a graph at a time. */
void geo_search_begin (GeoSearch *search,
                       const GeoGraph *graph,
                       GeoNodeIndex payer,
                       GeoNodeIndex payee,
                       const GeoRouteQuery *query);
void geo_search_end (GeoSearch *search);

/* Makes the flow that of these routes.  Flow both ways over a pair cancels. */
void
geo_search_set_flow (GeoSearch *search, const GeoRoute *routes, guint n_routes);

/* What the query lets the arc's hop from u carry, whatever the flow. */
gint64 geo_search_capacity (const GeoSearch *search,
                            GeoNodeIndex u,
                            const GeoArc *arc);

/* Whether the query would let the arc's hop from u carry anything, were there
 * capacity. */
gboolean geo_search_would_allow (const GeoSearch *search,
                                 GeoNodeIndex u,
                                 const GeoArc *arc);

/* What of the hop the flow uses; below zero: the flow goes the other way. */
gint64
geo_search_flow (const GeoSearch *search, GeoNodeIndex u, const GeoArc *arc);

/* A shortest path whose hops all have at least at_least (≥ 1) left, and of
 * those the widest.  A hop against flow takes that flow back, and may do so
 * whatever its own policy says.  Gives up rather than look at more than
 * *work_left arcs, and takes from it what it looked at; NULL: as many as it
 * takes. */
gboolean geo_search_path (GeoSearch *search,
                          gint64 at_least,
                          guint max_hops,
                          guint64 *work_left,
                          GeoPath *path);

/* The widest path of all, and of those the shortest. */
gboolean geo_search_widest (GeoSearch *search, guint max_hops, GeoPath *path);

/* Bans the hop half-way along a path that came to nothing, so that the next one
 * goes another way.  FALSE when there is no room for more. */
gboolean geo_search_ban (GeoSearch *search, const GeoPath *path);
void geo_search_clear_bans (GeoSearch *search);

/* Labels every node from which the payee is reached in max_hops hops, and says
 * of one node whether it is among them. */
void geo_search_reach (GeoSearch *search, guint max_hops);
gboolean geo_search_reached (const GeoSearch *search, GeoNodeIndex node);

G_END_DECLS
