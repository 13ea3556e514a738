/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the trust graph lies in memory, for the searches of this room only.  The
 * state is written by geo-graph.c and by nobody else; a search writes nothing
 * but GeoScratch.
 */
#pragma once

#include "graph/geo-graph.h"

G_BEGIN_DECLS

/* What the active line of a hop's receiver says.  No line, or one that is not
 * active, says nothing: then only a debt can be paid back, to the payee.  Only
 * CLEARS looks at the payer's line, because a clearing's hop goes from creditor
 * to debtor (§7). */
typedef enum {
  GEO_HOP_ACTIVE = 1 << 0, /* There is an active line. */
  GEO_HOP_THROUGH = 1 << 1, /* The receiver may pass it on. */
  GEO_HOP_LIVE = 1 << 2, /* The receiver must be present. */
  GEO_HOP_BLOCKS = 1 << 3, /* The line has a list of blocked participants. */
  GEO_HOP_CLEARS = 1 << 4, /* It would clear a debt, and its creditor agrees. */
} GeoHopFlags;

/* From the node on, or towards it: the index of a GeoArc's two hops, and the
 * two ends that a search for a route grows from. */
enum {
  GEO_OUT = 0,
  GEO_IN = 1,
};

/* A node's view of one pair.  Everything that a search asks of nearly every arc
 * is kept here, so that it runs through memory in one direction.  Capacities
 * and flags follow from the pair. */
typedef struct {
  gint64 capacity[2]; /* [GEO_OUT]: of the hop from this node. */
  GeoNodeIndex node; /* The other end. */
  guint32 pair;
  guint8 flags[2]; /* GeoHopFlags */
} GeoArc;

/* The state of an unordered pair.  What a line allows is indexed by its
 * creditor's end, what is reserved by the end that pays. */
typedef struct {
  GeoNodeIndex ends[2]; /* ends[0] < ends[1] */
  guint32 slots[2]; /* Where the arcs of ends[i] have this pair. */
  GeoAmount limit[2];
  GeoAmount reserved[2];
  GeoAmount debt; /* ends[0] owes ends[1]; below zero: the other way. */
  GeoNodeIndex *blocked[2]; /* Sorted. */
  gsize n_blocked[2];
  guint8 line_flags[2]; /* GeoLineFlags */
  guint8 has_line[2];
  GeoAmount spare[2]; /* What clearing may make be owed to ends[i]. */
  guint8 is_capped[2]; /* The line of ends[i] is used up to a cap … */
  GeoAmount cap[2]; /* … which this is. */
} GeoPair;

typedef struct {
  GeoArc *arcs;
  guint n_arcs;
  guint n_allocated;
  GeoNodeFlags flags;
} GeoNode;

typedef enum {
  GEO_MARK_PRESENT = 1 << 0, /* These two follow the node's flags. */
  GEO_MARK_FROZEN = 1 << 1,
  GEO_MARK_AVOIDED = 1 << 2, /* The others are set only during a search. */
  GEO_MARK_HOPS = 1 << 3, /* One of its hops is to be avoided. */
  GEO_MARK_FLOW = 1 << 4, /* One of its pairs carries flow. */
  GEO_MARK_BANNED = 1 << 5, /* One of its hops is banned for now. */
} GeoMarkBits;

/* What a search knows of a node.  Labels count only while generation is the
 * scratch's, so that nothing has to be cleared between searches. */
typedef struct {
  gint64 width[2]; /* The narrowest hop between this node and the search's
                    * end. */
  guint64 generation;
  guint32 via[2]; /* The pair of that way's first hop. */
  gint8 depth[2]; /* Its hops; -1: not reached. */
  guint8 bits; /* GeoMarkBits */
} GeoMark;

typedef struct {
  GeoMark *marks; /* One a node. */
  GeoNodeIndex *queue[2]; /* Room for every node. */
  gint64 *flow; /* One a pair: from ends[0] to ends[1], below zero the
                 * other way.  All zero between searches. */
  guint32 *closing; /* One a node: the pair that closes a cycle of debts, + 1.
                     * All zero between searches. */
  guint64 generation;
} GeoScratch;

struct _GeoGraph {
  GeoNode *nodes;
  guint n_nodes;
  guint n_nodes_allocated;

  GeoPair *pairs;
  guint n_pairs;
  guint n_pairs_allocated;

  /* Open addressing with linear probing: pair index + 1, 0 where empty.  The
   * size is a power of two and at least twice the number of pairs. */
  guint32 *table;
  guint32 table_size;

  GeoScratch *scratch; /* Behind a pointer: a const graph is searched, too. */
};

/* What of the pair's debt can be cleared; 0 where ends[debtor] owes nothing. */
gint64 geo_pair_clearable (const GeoPair *pair, guint debtor);
/* What this end can pay would be more without the cap of the line it uses. */
gboolean geo_pair_is_held_by_cap (const GeoPair *pair, guint end);

/* By how much clearing may make ends[debtor] owe more. */
gint64 geo_pair_spare (const GeoPair *pair, guint debtor);

/* The order of a list of blocked participants, for qsort and bsearch. */
int geo_node_compare (const void *a, const void *b);

/* The index of the pair, which must be there. */
guint32
geo_graph_find_pair (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v);

G_END_DECLS
