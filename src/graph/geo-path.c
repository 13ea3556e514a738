/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Single paths: breadth first from both ends, a whole level at a time, always
 * at the end with less to look at.  So a path of six hops among ten thousand
 * nodes costs two searches of three hops, not one of six.  Each level keeps,
 * for every node it reaches, the widest way there; so the first meeting is of
 * shortest paths, and the widest of them is known.  Nothing is allocated.
 *
 * This file knows what one query may use; it does not choose routes.
 */
#include "graph/geo-path-private.h"

#include <stdlib.h>
#include <string.h>

/* The two ends that a path grows from; each follows hops of its own kind. */
enum {
  FROM_PAYER = GEO_OUT,
  FROM_PAYEE = GEO_IN,
};

static const guint8 QUERY_BITS = GEO_MARK_AVOIDED | GEO_MARK_HOPS;

/* A node with one of these has hops that are not what its arcs say. */
static const guint8 SPECIAL_BITS = GEO_MARK_HOPS | GEO_MARK_FLOW |
                                   GEO_MARK_BANNED;

/* --- What may be used --- */

/* blocked_participants: of the receiver's line. */
static gboolean
is_blocked (const GeoSearch *search,
            guint32 pair_index,
            GeoNodeIndex receiver) {
  const GeoPair *pair = &search->graph->pairs[pair_index];
  guint end = pair->ends[0] == receiver ? 0 : 1;
  const GeoNodeIndex *list = pair->blocked[end];
  gsize n = pair->n_blocked[end];

  return bsearch (&search->payer, list, n, sizeof *list, geo_node_compare) !=
             NULL ||
         bsearch (&search->payee, list, n, sizeof *list, geo_node_compare) !=
             NULL;
}

/* P7: the receiver's mandate, which the payee does not need; and the policy of
 * its line.  Nodes are looked at elsewhere. */
static inline gboolean
is_allowed (const GeoSearch *search,
            const GeoArc *arc,
            guint direction,
            GeoNodeIndex receiver) {
  guint8 flags = arc->flags[direction];

  if ((flags & GEO_HOP_THROUGH) == 0 && receiver != search->payee)
    return FALSE;
  if ((flags & (GEO_HOP_LIVE | GEO_HOP_BLOCKS)) == 0)
    return TRUE;
  if ((flags & GEO_HOP_LIVE) != 0 &&
      (search->graph->scratch->marks[receiver].bits & GEO_MARK_PRESENT) == 0)
    return FALSE;

  return (flags & GEO_HOP_BLOCKS) == 0 ||
         !is_blocked (search, arc->pair, receiver);
}

static gboolean
has_hop (const GeoHopIndex *hops, gsize n, GeoNodeIndex u, GeoNodeIndex v) {
  for (gsize i = 0; i < n; i++) {
    if (hops[i].u == u && hops[i].v == v)
      return TRUE;
  }

  return FALSE;
}

/* Flow over the pair from u to its other end v. */
static inline gint64
flow_over (const GeoSearch *search,
           guint32 pair,
           GeoNodeIndex u,
           GeoNodeIndex v) {
  gint64 flow = search->graph->scratch->flow[pair];

  return u < v ? flow : -flow;
}

/* What the hop has left, at a node that a query or the flow concerns. */
static gint64
special_capacity (const GeoSearch *search,
                  const GeoArc *arc,
                  guint direction,
                  GeoNodeIndex node,
                  guint8 bits) {
  GeoNodeIndex u = direction == GEO_OUT ? node : arc->node;
  GeoNodeIndex v = direction == GEO_OUT ? arc->node : node;
  gint64 capacity = 0;

  if ((bits & GEO_MARK_BANNED) != 0 &&
      has_hop (search->bans, search->n_bans, u, v))
    return 0;

  if (is_allowed (search, arc, direction, v) &&
      ((bits & GEO_MARK_HOPS) == 0 ||
       !has_hop (search->query->avoid_hops, search->query->n_avoid_hops, u, v)))
    capacity = arc->capacity[direction];

  if ((bits & GEO_MARK_FLOW) != 0)
    capacity -= flow_over (search, arc->pair, u, v);

  return capacity;
}

gboolean
geo_search_would_allow (const GeoSearch *search,
                        GeoNodeIndex u,
                        const GeoArc *arc) {
  const GeoMark *marks = search->graph->scratch->marks;
  const GeoRouteQuery *query = search->query;

  return (marks[arc->node].bits & (GEO_MARK_FROZEN | GEO_MARK_AVOIDED)) == 0 &&
         is_allowed (search, arc, GEO_OUT, arc->node) &&
         !has_hop (query->avoid_hops, query->n_avoid_hops, u, arc->node);
}

gint64
geo_search_capacity (const GeoSearch *search,
                     GeoNodeIndex u,
                     const GeoArc *arc) {
  return geo_search_would_allow (search, u, arc) ? arc->capacity[GEO_OUT] : 0;
}

gint64
geo_search_flow (const GeoSearch *search, GeoNodeIndex u, const GeoArc *arc) {
  return flow_over (search, arc->pair, u, arc->node);
}

/* --- One search --- */

void
geo_search_begin (GeoSearch *search,
                  const GeoGraph *graph,
                  GeoNodeIndex payer,
                  GeoNodeIndex payee,
                  const GeoRouteQuery *query) {
  GeoMark *marks = graph->scratch->marks;

  memset (search, 0, sizeof *search);
  search->graph = graph;
  search->payer = payer;
  search->payee = payee;
  search->query = query;

  for (gsize i = 0; i < query->n_avoid; i++) {
    g_assert (query->avoid[i] < graph->n_nodes);
    if (query->avoid[i] != payer && query->avoid[i] != payee)
      marks[query->avoid[i]].bits |= GEO_MARK_AVOIDED;
  }
  for (gsize i = 0; i < query->n_avoid_hops; i++) {
    const GeoHopIndex *hop = &query->avoid_hops[i];

    g_assert (hop->u < graph->n_nodes && hop->v < graph->n_nodes);
    marks[hop->u].bits |= GEO_MARK_HOPS;
    marks[hop->v].bits |= GEO_MARK_HOPS;
  }
}

void
geo_search_end (GeoSearch *search) {
  GeoMark *marks = search->graph->scratch->marks;
  const GeoRouteQuery *query = search->query;

  geo_search_clear_bans (search);
  geo_search_set_flow (search, NULL, 0);
  for (gsize i = 0; i < query->n_avoid; i++)
    marks[query->avoid[i]].bits &= (guint8) ~QUERY_BITS;
  for (gsize i = 0; i < query->n_avoid_hops; i++) {
    marks[query->avoid_hops[i].u].bits &= (guint8) ~QUERY_BITS;
    marks[query->avoid_hops[i].v].bits &= (guint8) ~QUERY_BITS;
  }
}

void
geo_search_set_flow (GeoSearch *search,
                     const GeoRoute *routes,
                     guint n_routes) {
  const GeoGraph *graph = search->graph;
  GeoScratch *scratch = graph->scratch;

  g_assert (n_routes <= GEO_GRAPH_ROUTES_MAX);

  for (guint i = 0; i < search->n_flow_pairs; i++) {
    guint32 index = search->flow_pairs[i];
    const GeoPair *pair = &graph->pairs[index];

    scratch->flow[index] = 0;
    scratch->marks[pair->ends[0]].bits &= (guint8) ~GEO_MARK_FLOW;
    scratch->marks[pair->ends[1]].bits &= (guint8) ~GEO_MARK_FLOW;
  }
  search->n_flow_pairs = 0;

  for (guint i = 0; i < n_routes; i++) {
    const GeoRoute *route = &routes[i];

    for (guint j = 0; j + 1 < route->n_nodes; j++) {
      GeoNodeIndex u = route->nodes[j];
      GeoNodeIndex v = route->nodes[j + 1];
      guint32 index = geo_graph_find_pair (graph, u, v);

      scratch->flow[index] += u < v ? route->amount.minor
                                    : -route->amount.minor;
      scratch->marks[u].bits |= GEO_MARK_FLOW;
      scratch->marks[v].bits |= GEO_MARK_FLOW;
      search->flow_pairs[search->n_flow_pairs++] = index;
    }
  }
}

gboolean
geo_search_ban (GeoSearch *search, const GeoPath *path) {
  GeoMark *marks = search->graph->scratch->marks;
  GeoHopIndex hop = { path->nodes[path->n_hops / 2],
                      path->nodes[path->n_hops / 2 + 1] };

  if (search->n_bans == GEO_BANS_MAX)
    return FALSE;

  search->bans[search->n_bans++] = hop;
  marks[hop.u].bits |= GEO_MARK_BANNED;
  marks[hop.v].bits |= GEO_MARK_BANNED;

  return TRUE;
}

void
geo_search_clear_bans (GeoSearch *search) {
  GeoMark *marks = search->graph->scratch->marks;

  for (guint i = 0; i < search->n_bans; i++) {
    marks[search->bans[i].u].bits &= (guint8) ~GEO_MARK_BANNED;
    marks[search->bans[i].v].bits &= (guint8) ~GEO_MARK_BANNED;
  }
  search->n_bans = 0;
}

/* --- Breadth first --- */

/* One end's side of a search. */
typedef struct {
  GeoNodeIndex *queue;
  guint level_start; /* The nodes of the last level: those still to expand. */
  guint level_end;
  gint8 depth;
  guint64 work; /* Arcs of those nodes. */
} Side;

static void
start_side (const GeoSearch *search,
            Side *side,
            guint direction,
            GeoNodeIndex node) {
  GeoScratch *scratch = search->graph->scratch;
  GeoMark *mark = &scratch->marks[node];

  side->queue = scratch->queue[direction];
  side->queue[0] = node;
  side->level_start = 0;
  side->level_end = 1;
  side->depth = 0;
  side->work = search->graph->nodes[node].n_arcs;

  mark->generation = scratch->generation;
  mark->depth[direction] = 0;
  mark->depth[1 - direction] = -1;
  mark->width[direction] = G_MAXINT64;
}

/* Goes one level further; TRUE when a node of that level has been reached from
 * the other end too. */
static gboolean
expand (const GeoSearch *search, Side *side, guint direction, gint64 at_least) {
  const GeoNode *nodes = search->graph->nodes;
  GeoMark *marks = search->graph->scratch->marks;
  guint64 generation = search->graph->scratch->generation;
  guint start = side->level_start;
  guint end = side->level_end;
  guint tail = end;
  gint8 depth = side->depth + 1;
  guint64 work = 0;
  gboolean met = FALSE;

  for (guint i = start; i < end; i++) {
    GeoNodeIndex index = side->queue[i];
    const GeoNode *node = &nodes[index];
    gint64 width_here = marks[index].width[direction];
    guint8 special = marks[index].bits & SPECIAL_BITS;

    for (guint j = 0; j < node->n_arcs; j++) {
      const GeoArc *arc = &node->arcs[j];
      gint64 width = arc->capacity[direction];
      GeoMark *mark;

      if (G_LIKELY (special == 0)) {
        if (width < at_least ||
            !is_allowed (search, arc, direction,
                         direction == GEO_OUT ? arc->node : index))
          continue;
      } else {
        width = special_capacity (search, arc, direction, index, special);
        if (width < at_least)
          continue;
      }

      mark = &marks[arc->node];
      if (mark->generation != generation) {
        if ((mark->bits & (GEO_MARK_FROZEN | GEO_MARK_AVOIDED)) != 0)
          continue;
        mark->generation = generation;
        mark->depth[1 - direction] = -1;
      } else if (mark->depth[direction] == depth) {
        /* Reached on this level already: the wider way counts. */
        width = MIN (width, width_here);
        if (width > mark->width[direction]) {
          mark->width[direction] = width;
          mark->via[direction] = arc->pair;
        }
        continue;
      } else if (mark->depth[direction] >= 0) {
        continue;
      } else {
        met = TRUE;
      }
      mark->depth[direction] = depth;
      mark->width[direction] = MIN (width, width_here);
      mark->via[direction] = arc->pair;
      side->queue[tail++] = arc->node;
      work += nodes[arc->node].n_arcs;
    }
  }

  side->level_start = end;
  side->level_end = tail;
  side->depth = depth;
  side->work = work;

  return met;
}

static GeoNodeIndex
other_end (const GeoSearch *search, guint32 pair, GeoNodeIndex node) {
  const GeoNodeIndex *ends = search->graph->pairs[pair].ends;

  return ends[0] == node ? ends[1] : ends[0];
}

/* The widest of the shortest paths, through a node that both ends reached. */
static void
join (const GeoSearch *search, const Side *side, GeoPath *path) {
  const GeoMark *marks = search->graph->scratch->marks;
  GeoNodeIndex middle = GEO_NODE_NONE;
  GeoNodeIndex node;
  guint n_before;

  path->width = 0;
  for (guint i = side->level_start; i < side->level_end; i++) {
    const GeoMark *mark = &marks[side->queue[i]];
    gint64 width;

    if (mark->depth[FROM_PAYER] < 0 || mark->depth[FROM_PAYEE] < 0)
      continue;
    width = MIN (mark->width[FROM_PAYER], mark->width[FROM_PAYEE]);
    if (width > path->width) {
      path->width = width;
      middle = side->queue[i];
    }
  }
  g_assert (middle != GEO_NODE_NONE);

  n_before = (guint) marks[middle].depth[FROM_PAYER];
  path->n_hops = n_before + (guint) marks[middle].depth[FROM_PAYEE];
  g_assert (path->n_hops <= GEO_PATH_HOPS_MAX);

  path->nodes[n_before] = middle;
  node = middle;
  for (guint i = n_before; i > 0; i--) {
    path->pairs[i - 1] = marks[node].via[FROM_PAYER];
    node = other_end (search, path->pairs[i - 1], node);
    path->nodes[i - 1] = node;
  }
  node = middle;
  for (guint i = n_before; i < path->n_hops; i++) {
    path->pairs[i] = marks[node].via[FROM_PAYEE];
    node = other_end (search, path->pairs[i], node);
    path->nodes[i + 1] = node;
  }
}

gboolean
geo_search_path (GeoSearch *search,
                 gint64 at_least,
                 guint max_hops,
                 guint64 *work_left,
                 GeoPath *path) {
  Side sides[2];

  search->graph->scratch->generation++;
  start_side (search, &sides[FROM_PAYER], FROM_PAYER, search->payer);
  start_side (search, &sides[FROM_PAYEE], FROM_PAYEE, search->payee);

  for (guint hops = 0; hops < max_hops; hops++) {
    guint next = sides[0].work <= sides[1].work ? 0 : 1;

    /* No arcs to follow: this end is cut off. */
    if (sides[next].work == 0)
      return FALSE;
    if (work_left != NULL) {
      if (*work_left < sides[next].work)
        return FALSE;
      *work_left -= sides[next].work;
    }
    if (expand (search, &sides[next], next, at_least)) {
      join (search, &sides[next], path);
      return TRUE;
    }
  }

  return FALSE;
}

gboolean
geo_search_widest (GeoSearch *search, guint max_hops, GeoPath *path) {
  gint64 at_least = 1;
  GeoPath found;
  gboolean any = FALSE;

  /* No other path of as many hops is wider, so each round finds one of more
   * hops: no more than max_hops rounds. */
  while (geo_search_path (search, at_least, max_hops, NULL, &found)) {
    *path = found;
    any = TRUE;
    if (found.n_hops == max_hops)
      break;
    at_least = found.width + 1;
  }

  return any;
}

void
geo_search_reach (GeoSearch *search, guint max_hops) {
  Side side;

  search->graph->scratch->generation++;
  /* As if it had been looked at: no way leads back through the payer. */
  start_side (search, &side, FROM_PAYEE, search->payer);
  start_side (search, &side, FROM_PAYEE, search->payee);
  for (guint hops = 0; hops < max_hops; hops++)
    expand (search, &side, FROM_PAYEE, 1);
}

gboolean
geo_search_reached (const GeoSearch *search, GeoNodeIndex node) {
  const GeoScratch *scratch = search->graph->scratch;

  return scratch->marks[node].generation == scratch->generation &&
         scratch->marks[node].depth[FROM_PAYEE] >= 0;
}
