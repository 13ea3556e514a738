/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoEdge, what a list of debts is inside this room, and the strongly connected
 * components of such a list.  It knows nothing of the trust graph.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A debt: tail owes head.  The functions that take edges read only what they
 * are said to read. */
typedef struct {
  gint64 amount;
  guint32 tail;
  guint32 head;
} GeoEdge;

/* The edges of each node, in one list: those of node u are list[first[u]] …
 * list[first[u + 1] − 1], as indices into the edges. */
typedef struct {
  guint32 *first; /* n_nodes + 1 */
  guint32 *list; /* n_edges */
} GeoEdgeIndex;

/* By tail, or by head; the order of the edges is kept.  Reads no amounts. */
void geo_edge_index_init (GeoEdgeIndex *index,
                          guint n_nodes,
                          const GeoEdge *edges,
                          guint n_edges,
                          gboolean by_head);
void geo_edge_index_clear (GeoEdgeIndex *index);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoEdgeIndex, geo_edge_index_clear)

/* Numbers the strongly connected components and says for each node which one it
 * is in: only an edge within one is part of any cycle.  Reads no amounts.
 * (Tarjan 1972, without recursion: a chain of debts may be as long as there are
 * participants.) */
void geo_components_find (guint n_nodes,
                          const GeoEdge *edges,
                          guint n_edges,
                          guint32 *component);

G_END_DECLS
