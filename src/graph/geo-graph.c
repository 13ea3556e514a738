/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoGraph's state: nodes, and one record for every pair that has a line, a
 * debt or a reservation; found by hash, and from both nodes' arcs.  This file
 * owns all of it and keeps the arcs in step with the pairs.  It searches for
 * nothing.
 */
#include "graph/geo-graph-private.h"

#include <stdlib.h>
#include <string.h>

/* The functions here name ends: an index into GeoPair's arrays. */
#define OTHER(end) (1 - (end))

#define TABLE_SIZE_MIN 64

G_DEFINE_QUARK (geo_graph_error_quark, geo_graph_error)

GeoGraph *
geo_graph_new (void) {
  GeoGraph *graph = g_new0 (GeoGraph, 1);

  graph->table_size = TABLE_SIZE_MIN;
  graph->table = g_new0 (guint32, graph->table_size);
  graph->scratch = g_new0 (GeoScratch, 1);

  return graph;
}

void
geo_graph_free (GeoGraph *graph) {
  if (graph == NULL)
    return;

  for (guint i = 0; i < graph->n_nodes; i++)
    g_free (graph->nodes[i].arcs);
  for (guint i = 0; i < graph->n_pairs; i++) {
    g_free (graph->pairs[i].blocked[0]);
    g_free (graph->pairs[i].blocked[1]);
  }
  g_free (graph->nodes);
  g_free (graph->pairs);
  g_free (graph->table);
  g_free (graph->scratch->marks);
  g_free (graph->scratch->queue[0]);
  g_free (graph->scratch->queue[1]);
  g_free (graph->scratch->flow);
  g_free (graph->scratch->closing);
  g_free (graph->scratch);
  g_free (graph);
}

/* Room for one more, doubled when full. */
static guint
grown (guint n_allocated) {
  g_assert (n_allocated < G_MAXUINT32 / 4);

  return MAX (4, 2 * n_allocated);
}

GeoNodeIndex
geo_graph_add_node (GeoGraph *graph) {
  GeoNodeIndex node = graph->n_nodes;
  GeoScratch *scratch = graph->scratch;

  if (graph->n_nodes == graph->n_nodes_allocated) {
    guint n = grown (graph->n_nodes_allocated);

    graph->nodes = g_renew (GeoNode, graph->nodes, n);
    scratch->marks = g_renew (GeoMark, scratch->marks, n);
    scratch->queue[0] = g_renew (GeoNodeIndex, scratch->queue[0], n);
    scratch->queue[1] = g_renew (GeoNodeIndex, scratch->queue[1], n);
    scratch->closing = g_renew (guint32, scratch->closing, n);
    graph->n_nodes_allocated = n;
  }
  memset (&graph->nodes[node], 0, sizeof (GeoNode));
  memset (&scratch->marks[node], 0, sizeof (GeoMark));
  scratch->closing[node] = 0;
  graph->n_nodes++;

  return node;
}

guint
geo_graph_n_nodes (const GeoGraph *graph) {
  return graph->n_nodes;
}

void
geo_graph_set_node_flags (GeoGraph *graph,
                          GeoNodeIndex node,
                          GeoNodeFlags flags) {
  guint8 bits = 0;

  g_assert (node < graph->n_nodes);

  if ((flags & GEO_NODE_PRESENT) != 0)
    bits |= GEO_MARK_PRESENT;
  if ((flags & GEO_NODE_FROZEN) != 0)
    bits |= GEO_MARK_FROZEN;
  graph->nodes[node].flags = flags;
  graph->scratch->marks[node].bits = bits;
}

GeoNodeFlags
geo_graph_get_node_flags (const GeoGraph *graph, GeoNodeIndex node) {
  g_assert (node < graph->n_nodes);

  return graph->nodes[node].flags;
}

/* --- Pairs --- */

/* Spreads both indices over all bits: the finalizer of SplitMix64 (Steele, Lea
 * and Flood 2014). */
static guint32
pair_hash (GeoNodeIndex low, GeoNodeIndex high) {
  guint64 x = ((guint64) low << 32) | high;

  x ^= x >> 30;
  x *= G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x ^= x >> 27;
  x *= G_GUINT64_CONSTANT (0x94d049bb133111eb);
  x ^= x >> 31;

  return (guint32) x;
}

/* The slot of the pair, or the empty one where it belongs. */
static guint32 *
find_slot (const GeoGraph *graph, GeoNodeIndex low, GeoNodeIndex high) {
  guint32 mask = graph->table_size - 1;

  for (guint32 i = pair_hash (low, high) & mask;; i = (i + 1) & mask) {
    const GeoPair *pair;

    if (graph->table[i] == 0)
      return &graph->table[i];
    pair = &graph->pairs[graph->table[i] - 1];
    if (pair->ends[0] == low && pair->ends[1] == high)
      return &graph->table[i];
  }
}

/* The pair of u and v, and which of its ends u is; NULL where there is none. */
static GeoPair *
find_pair (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v, guint *end) {
  guint32 *slot;

  g_assert (u < graph->n_nodes && v < graph->n_nodes && u != v);

  *end = u < v ? 0 : 1;
  slot = find_slot (graph, MIN (u, v), MAX (u, v));

  return *slot == 0 ? NULL : &graph->pairs[*slot - 1];
}

guint32
geo_graph_find_pair (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v) {
  guint end;
  const GeoPair *pair = find_pair (graph, u, v, &end);

  g_assert (pair != NULL);

  return (guint32) (pair - graph->pairs);
}

static void
grow_table (GeoGraph *graph) {
  g_free (graph->table);
  graph->table_size *= 2;
  graph->table = g_new0 (guint32, graph->table_size);
  for (guint32 i = 0; i < graph->n_pairs; i++) {
    const GeoPair *pair = &graph->pairs[i];

    *find_slot (graph, pair->ends[0], pair->ends[1]) = i + 1;
  }
}

/* Gives the node an arc over the pair and returns the arc's place. */
static guint32
add_arc (GeoGraph *graph, GeoNodeIndex node, GeoNodeIndex other, guint32 pair) {
  GeoNode *n = &graph->nodes[node];
  GeoArc *arc;

  if (n->n_arcs == n->n_allocated) {
    n->n_allocated = grown (n->n_allocated);
    n->arcs = g_renew (GeoArc, n->arcs, n->n_allocated);
  }
  arc = &n->arcs[n->n_arcs];
  memset (arc, 0, sizeof *arc);
  arc->node = other;
  arc->pair = pair;

  return n->n_arcs++;
}

static GeoPair *
ensure_pair (GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v, guint *end) {
  GeoPair *pair = find_pair (graph, u, v, end);
  guint32 index = graph->n_pairs;

  if (pair != NULL)
    return pair;

  if (graph->n_pairs == graph->n_pairs_allocated) {
    GeoScratch *scratch = graph->scratch;
    guint n = grown (graph->n_pairs_allocated);

    graph->pairs = g_renew (GeoPair, graph->pairs, n);
    scratch->flow = g_renew (gint64, scratch->flow, n);
    graph->n_pairs_allocated = n;
  }
  graph->scratch->flow[index] = 0;
  pair = &graph->pairs[index];
  memset (pair, 0, sizeof *pair);
  pair->ends[0] = MIN (u, v);
  pair->ends[1] = MAX (u, v);
  pair->slots[0] = add_arc (graph, pair->ends[0], pair->ends[1], index);
  pair->slots[1] = add_arc (graph, pair->ends[1], pair->ends[0], index);
  graph->n_pairs++;

  if (graph->n_pairs > graph->table_size / 2)
    grow_table (graph);
  else
    *find_slot (graph, pair->ends[0], pair->ends[1]) = index + 1;

  return pair;
}

/* --- What flows over a pair --- */

/* What the end owes the other one; below zero: what it is owed. */
static gint64
owed_by (const GeoPair *pair, guint end) {
  return end == 0 ? pair->debt.minor : -pair->debt.minor;
}

/* §1 Capacity, of the hop that this end pays, but for what is reserved and what
 * its line's cap takes away. */
static gint64
line_capacity (const GeoPair *pair, guint end) {
  guint receiver = OTHER (end);
  gint64 capacity = 0;

  if ((pair->line_flags[receiver] & GEO_LINE_ACTIVE) != 0)
    capacity = pair->limit[receiver].minor;
  /* What it owes takes away, what it is owed is paid back on top. */
  return capacity - owed_by (pair, end);
}

static gint64
cap_of (const GeoPair *pair, guint end) {
  guint receiver = OTHER (end);

  return pair->is_capped[receiver]
             ? MAX (pair->cap[receiver].minor, owed_by (pair, receiver))
             : G_MAXINT64;
}

static gint64
hop_capacity (const GeoPair *pair, guint end) {
  gint64 capacity = MIN (line_capacity (pair, end), cap_of (pair, end));

  return MAX (capacity - pair->reserved[end].minor, 0);
}

gboolean
geo_pair_is_held_by_cap (const GeoPair *pair, guint end) {
  return cap_of (pair, end) < line_capacity (pair, end);
}

gint64
geo_pair_clearable (const GeoPair *pair, guint debtor) {
  gint64 debt = owed_by (pair, debtor);

  /* I6: what is reserved for the creditor's payments to the debtor counts on
   * this debt where the limit alone does not carry it. */
  return debt > 0 ? MIN (debt, hop_capacity (pair, OTHER (debtor))) : 0;
}

gint64
geo_pair_spare (const GeoPair *pair, guint debtor) {
  guint creditor = OTHER (debtor);
  gint64 back = MAX (owed_by (pair, creditor), 0);
  gint64 room;

  if (pair->spare[creditor].minor == 0)
    return 0;
  if (back > 0 && ((pair->line_flags[debtor] & GEO_LINE_CLEARING) == 0 ||
                   geo_pair_clearable (pair, creditor) < back))
    return 0;
  /* As the capacity, with the bound for a limit. */
  room = pair->spare[creditor].minor - owed_by (pair, debtor) -
         pair->reserved[debtor].minor;
  room = MIN (room, hop_capacity (pair, debtor));

  return MAX (room - back, 0);
}

static guint8
hop_flags (const GeoPair *pair, guint end) {
  guint receiver = OTHER (end);
  guint8 line = pair->line_flags[receiver];
  guint8 flags = 0;

  /* A closed line keeps its owner's word on clearing. */
  if ((pair->line_flags[end] & GEO_LINE_CLEARING) != 0 &&
      geo_pair_clearable (pair, receiver) > 0)
    flags |= GEO_HOP_CLEARS;
  if ((line & GEO_LINE_ACTIVE) == 0)
    return flags;

  flags |= GEO_HOP_ACTIVE;
  if ((line & GEO_LINE_INTERMEDIATE) != 0)
    flags |= GEO_HOP_THROUGH;
  if ((line & GEO_LINE_LIVE) != 0)
    flags |= GEO_HOP_LIVE;
  if (pair->n_blocked[receiver] > 0)
    flags |= GEO_HOP_BLOCKS;

  return flags;
}

/* After every change of a pair: its two arcs say the same. */
static void
update_arcs (GeoGraph *graph, const GeoPair *pair) {
  for (guint end = 0; end < 2; end++) {
    GeoArc *arc = &graph->nodes[pair->ends[end]].arcs[pair->slots[end]];

    arc->capacity[GEO_OUT] = hop_capacity (pair, end);
    arc->capacity[GEO_IN] = hop_capacity (pair, OTHER (end));
    arc->flags[GEO_OUT] = hop_flags (pair, end);
    arc->flags[GEO_IN] = hop_flags (pair, OTHER (end));
  }
}

void
geo_graph_set_line (GeoGraph *graph,
                    GeoNodeIndex creditor,
                    GeoNodeIndex debtor,
                    GeoAmount limit,
                    GeoLineFlags flags) {
  guint end;
  GeoPair *pair = ensure_pair (graph, creditor, debtor, &end);

  g_assert (limit.minor >= 0 && limit.minor <= GEO_AMOUNT_MAX);

  pair->limit[end] = limit;
  pair->line_flags[end] = (guint8) flags;
  pair->has_line[end] = TRUE;
  update_arcs (graph, pair);
}

void
geo_graph_set_line_cap (GeoGraph *graph,
                        GeoNodeIndex creditor,
                        GeoNodeIndex debtor,
                        const GeoAmount *cap) {
  guint end;
  GeoPair *pair = ensure_pair (graph, creditor, debtor, &end);

  g_assert (cap == NULL || cap->minor >= 0);
  pair->is_capped[end] = cap != NULL;
  pair->cap[end] = cap != NULL ? *cap : GEO_AMOUNT_ZERO;
  update_arcs (graph, pair);
}

void
geo_graph_set_spare (GeoGraph *graph,
                     GeoNodeIndex creditor,
                     GeoNodeIndex debtor,
                     GeoAmount bound) {
  guint end;
  GeoPair *pair;

  g_assert (bound.minor >= 0 && bound.minor <= GEO_AMOUNT_MAX);
  pair = find_pair (graph, creditor, debtor, &end);
  if (pair == NULL && bound.minor == 0)
    return;
  pair = ensure_pair (graph, creditor, debtor, &end);
  pair->spare[end] = bound;
}

gboolean
geo_graph_get_line (const GeoGraph *graph,
                    GeoNodeIndex creditor,
                    GeoNodeIndex debtor,
                    GeoAmount *limit,
                    GeoLineFlags *flags) {
  guint end;
  const GeoPair *pair = find_pair (graph, creditor, debtor, &end);

  if (pair == NULL || !pair->has_line[end])
    return FALSE;

  if (limit != NULL)
    *limit = pair->limit[end];
  if (flags != NULL)
    *flags = (GeoLineFlags) pair->line_flags[end];

  return TRUE;
}

int
geo_node_compare (const void *a, const void *b) {
  GeoNodeIndex left = *(const GeoNodeIndex *) a;
  GeoNodeIndex right = *(const GeoNodeIndex *) b;

  return (left > right) - (left < right);
}

void
geo_graph_set_line_blocked (GeoGraph *graph,
                            GeoNodeIndex creditor,
                            GeoNodeIndex debtor,
                            const GeoNodeIndex *blocked,
                            gsize n) {
  guint end;
  GeoPair *pair = ensure_pair (graph, creditor, debtor, &end);
  GeoNodeIndex *list = NULL;

  if (n > 0) {
    list = g_new (GeoNodeIndex, n);
    memcpy (list, blocked, n * sizeof *list);
    qsort (list, n, sizeof *list, geo_node_compare);
  }
  g_free (pair->blocked[end]);
  pair->blocked[end] = list;
  pair->n_blocked[end] = n;
  update_arcs (graph, pair);
}

gboolean
geo_graph_set_debt (GeoGraph *graph,
                    GeoNodeIndex debtor,
                    GeoNodeIndex creditor,
                    GeoAmount debt) {
  guint end;
  GeoPair *pair = find_pair (graph, debtor, creditor, &end);

  if (debt.minor < 0 || debt.minor > GEO_AMOUNT_MAX)
    return FALSE;
  /* I3: one direction per pair. */
  if (pair != NULL && owed_by (pair, end) < 0)
    return FALSE;

  pair = ensure_pair (graph, debtor, creditor, &end);
  pair->debt.minor = end == 0 ? debt.minor : -debt.minor;
  update_arcs (graph, pair);

  return TRUE;
}

GeoAmount
geo_graph_debt (const GeoGraph *graph,
                GeoNodeIndex debtor,
                GeoNodeIndex creditor) {
  guint end;
  const GeoPair *pair = find_pair (graph, debtor, creditor, &end);

  if (pair == NULL)
    return GEO_AMOUNT_ZERO;

  return GEO_AMOUNT (MAX (owed_by (pair, end), 0));
}

GeoAmount
geo_graph_reserved (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v) {
  guint end;
  const GeoPair *pair = find_pair (graph, u, v, &end);

  return pair == NULL ? GEO_AMOUNT_ZERO : pair->reserved[end];
}

GeoAmount
geo_graph_capacity (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v) {
  guint end;
  const GeoPair *pair = find_pair (graph, u, v, &end);

  return pair == NULL ? GEO_AMOUNT_ZERO : GEO_AMOUNT (hop_capacity (pair, end));
}

gboolean
geo_graph_reserve (GeoGraph *graph,
                   GeoNodeIndex u,
                   GeoNodeIndex v,
                   GeoAmount amount,
                   GError **error) {
  guint end;
  GeoPair *pair = find_pair (graph, u, v, &end);
  gint64 capacity = pair == NULL ? 0 : hop_capacity (pair, end);

  g_assert (amount.minor >= 0);

  if (amount.minor > GEO_AMOUNT_MAX) {
    g_set_error_literal (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW,
                         "More than the largest amount there is");
    return FALSE;
  }
  if (amount.minor > capacity) {
    g_set_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_CAPACITY,
                 "Hop %u → %u carries %" G_GINT64_FORMAT
                 ", not %" G_GINT64_FORMAT,
                 u, v, capacity, amount.minor);
    return FALSE;
  }
  if (amount.minor == 0)
    return TRUE;

  /* Fits: with what was reserved before it is at most limit and debt. */
  pair->reserved[end].minor += amount.minor;
  update_arcs (graph, pair);

  return TRUE;
}

/* The pair of a hop over which at least amount is reserved; NULL only where
 * amount is zero and nothing was ever reserved. */
static GeoPair *
take_reserved (GeoGraph *graph,
               GeoNodeIndex u,
               GeoNodeIndex v,
               GeoAmount amount,
               guint *end) {
  GeoPair *pair = find_pair (graph, u, v, end);

  g_assert (amount.minor >= 0);
  if (amount.minor == 0)
    return NULL;
  g_assert (pair != NULL && amount.minor <= pair->reserved[*end].minor);

  pair->reserved[*end].minor -= amount.minor;

  return pair;
}

void
geo_graph_release (GeoGraph *graph,
                   GeoNodeIndex u,
                   GeoNodeIndex v,
                   GeoAmount amount) {
  guint end;
  GeoPair *pair = take_reserved (graph, u, v, amount, &end);

  if (pair != NULL)
    update_arcs (graph, pair);
}

void
geo_graph_settle (GeoGraph *graph,
                  GeoNodeIndex u,
                  GeoNodeIndex v,
                  GeoAmount amount) {
  guint end;
  GeoPair *pair = take_reserved (graph, u, v, amount, &end);

  if (pair == NULL)
    return;

  /* A debt with a sign: what u pays first cancels what v owes. */
  pair->debt.minor += end == 0 ? amount.minor : -amount.minor;
  update_arcs (graph, pair);
}

/* --- Clearing --- */

GeoAmount
geo_graph_clearable (const GeoGraph *graph,
                     GeoNodeIndex debtor,
                     GeoNodeIndex creditor) {
  guint end;
  const GeoPair *pair = find_pair (graph, debtor, creditor, &end);

  if (pair == NULL)
    return GEO_AMOUNT_ZERO;

  return GEO_AMOUNT (geo_pair_clearable (pair, end));
}

GeoAmount
geo_graph_spare (const GeoGraph *graph,
                 GeoNodeIndex debtor,
                 GeoNodeIndex creditor) {
  guint end;
  const GeoPair *pair = find_pair (graph, debtor, creditor, &end);

  if (pair == NULL)
    return GEO_AMOUNT_ZERO;

  return GEO_AMOUNT (geo_pair_spare (pair, end));
}

gboolean
geo_graph_clear (GeoGraph *graph,
                 GeoNodeIndex debtor,
                 GeoNodeIndex creditor,
                 GeoAmount amount,
                 GError **error) {
  guint end;
  GeoPair *pair = find_pair (graph, debtor, creditor, &end);
  gint64 clearable = pair == NULL ? 0 : geo_pair_clearable (pair, end);

  g_assert (amount.minor >= 0);

  if (amount.minor > clearable) {
    g_set_error (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_CAPACITY,
                 "Of what %u owes %u, %" G_GINT64_FORMAT
                 " can be cleared, not %" G_GINT64_FORMAT,
                 debtor, creditor, clearable, amount.minor);
    return FALSE;
  }
  if (amount.minor == 0)
    return TRUE;

  pair->debt.minor -= end == 0 ? amount.minor : -amount.minor;
  update_arcs (graph, pair);

  return TRUE;
}
