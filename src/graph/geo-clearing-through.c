/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Short cycles of debts through those that a payment has just changed.  For a
 * debt u → v the participants that owe u are marked; then a creditor of v that
 * is marked closes a cycle of three, and a creditor of such a creditor one of
 * four.  It reads the graph, but for marks that it takes off again, and
 * allocates nothing.
 */
#include "graph/geo-clearing.h"

#include "graph/geo-graph-private.h"

#include <string.h>

/* Arcs that one call looks at, shared evenly by the debts it is given. */
#define WORK_MAX 8192

/* Cycles kept to choose from: those that would reduce debts most. */
#define CANDIDATES_MAX 32

typedef struct {
  GeoNodeIndex nodes[GEO_SHORT_CYCLE_MAX];
  guint32 pairs[GEO_SHORT_CYCLE_MAX]; /* Of nodes[i] and the next one. */
  gint64 left[GEO_SHORT_CYCLE_MAX]; /* Of the debts. */
  guint length;
  gint64 amount; /* The least of left. */
} Candidate;

typedef struct {
  const GeoGraph *graph;
  guint max_length;
  gint64 min_amount;
  Candidate candidates[CANDIDATES_MAX]; /* Those that reduce most first. */
  guint n_candidates;
} Search;

static gint64
total_of (const Candidate *candidate) {
  return candidate->amount * candidate->length;
}

static gboolean
is_frozen (const GeoGraph *graph, GeoNodeIndex node) {
  return (graph->nodes[node].flags & GEO_NODE_FROZEN) != 0;
}

/* Of the debt that node has to the other end of the pair. */
static gint64
clearable_of (const GeoGraph *graph, guint32 index, GeoNodeIndex node) {
  const GeoPair *pair = &graph->pairs[index];

  return geo_pair_clearable (pair, pair->ends[0] == node ? 0 : 1);
}

/* Keeps the cycle if it is among the best. */
static void
consider (Search *search, Candidate *candidate) {
  guint place = search->n_candidates;

  candidate->amount = G_MAXINT64;
  for (guint i = 0; i < candidate->length; i++) {
    GeoNodeIndex node = candidate->nodes[i];

    if (is_frozen (search->graph, node))
      return;
    candidate->left[i] = clearable_of (search->graph, candidate->pairs[i],
                                       node);
    candidate->amount = MIN (candidate->amount, candidate->left[i]);
  }
  if (candidate->amount < search->min_amount)
    return;

  while (place > 0 &&
         total_of (candidate) > total_of (&search->candidates[place - 1]))
    place--;
  if (place == CANDIDATES_MAX)
    return;

  if (search->n_candidates < CANDIDATES_MAX)
    search->n_candidates++;
  memmove (&search->candidates[place + 1], &search->candidates[place],
           (search->n_candidates - place - 1) * sizeof *candidate);
  search->candidates[place] = *candidate;
}

/* One debt, looked at from one of its ends, whose name is near: on from the
 * creditor (far) to who is owed by it, until one of them is owed by the
 * debtor's own debtors (near); or the same with every debt turned round.  That
 * end is near which has more partners, because those are looked at once and not
 * once for each partner of the other's. */
typedef struct {
  GeoNodeIndex near;
  GeoNodeIndex far;
  guint32 pair;
  gboolean is_turned; /* near is the creditor. */

  /* Which of an arc's hops would clear a debt in the direction of the search.
   * A debt is cleared by a hop from its creditor. */
  guint direction;
} View;

/* A cycle from near over the debt to far, over two pairs or three. */
static void
found (Search *search,
       const View *view,
       GeoNodeIndex w,
       guint32 far_w,
       GeoNodeIndex x,
       guint32 w_x,
       guint32 closing) {
  Candidate candidate;

  candidate.length = x == GEO_NODE_NONE ? 3 : 4;
  candidate.nodes[3] = GEO_NODE_NONE;
  if (!view->is_turned) {
    candidate.nodes[0] = view->near;
    candidate.nodes[1] = view->far;
    candidate.nodes[2] = w;
    candidate.pairs[0] = view->pair;
    candidate.pairs[1] = far_w;
    candidate.pairs[2] = x == GEO_NODE_NONE ? closing : w_x;
    if (x != GEO_NODE_NONE) {
      candidate.nodes[3] = x;
      candidate.pairs[3] = closing;
    }
  } else {
    candidate.nodes[0] = view->far;
    candidate.nodes[1] = view->near;
    candidate.nodes[2] = x == GEO_NODE_NONE ? w : x;
    candidate.pairs[0] = view->pair;
    candidate.pairs[1] = closing;
    candidate.pairs[2] = x == GEO_NODE_NONE ? far_w : w_x;
    if (x != GEO_NODE_NONE) {
      candidate.nodes[3] = w;
      candidate.pairs[3] = far_w;
    }
  }
  consider (search, &candidate);
}

/* Everything next to near is marked.  Returns what is left of the work. */
static guint
search_on (Search *search, const View *view, guint work) {
  const GeoNode *nodes = search->graph->nodes;
  const guint32 *closing = search->graph->scratch->closing;
  const GeoNode *far = &nodes[view->far];

  for (guint i = 0; i < far->n_arcs; i++) {
    const GeoArc *first = &far->arcs[i];
    const GeoNode *node = &nodes[first->node];

    if ((first->flags[view->direction] & GEO_HOP_CLEARS) == 0)
      continue;
    if (closing[first->node] != 0)
      found (search, view, first->node, first->pair, GEO_NODE_NONE, 0,
             closing[first->node] - 1);
    if (search->max_length < 4 || node->n_arcs > work)
      continue;

    work -= node->n_arcs;
    for (guint j = 0; j < node->n_arcs; j++) {
      const GeoArc *second = &node->arcs[j];

      if ((second->flags[view->direction] & GEO_HOP_CLEARS) != 0 &&
          closing[second->node] != 0)
        found (search, view, first->node, first->pair, second->node,
               second->pair, closing[second->node] - 1);
    }
  }

  return work;
}

/* All cycles through one debt.  Returns what is left of the work. */
static guint
search_debt (Search *search, GeoNodeIndex u, GeoNodeIndex v, guint work) {
  const GeoGraph *graph = search->graph;
  guint32 *closing = graph->scratch->closing;
  const GeoNode *near;
  View view;

  g_assert (u < graph->n_nodes && v < graph->n_nodes && u != v);

  view.is_turned = graph->nodes[v].n_arcs > graph->nodes[u].n_arcs;
  view.near = view.is_turned ? v : u;
  view.far = view.is_turned ? u : v;
  view.direction = view.is_turned ? GEO_OUT : GEO_IN;
  near = &graph->nodes[view.near];
  if (near->n_arcs + graph->nodes[view.far].n_arcs > work)
    return work;
  work -= near->n_arcs + graph->nodes[view.far].n_arcs;

  view.pair = G_MAXUINT32;
  for (guint i = 0; i < near->n_arcs; i++) {
    const GeoArc *arc = &near->arcs[i];

    /* The debt itself goes the way of the search, all others that matter here
     * come back.  I3: none does both. */
    if (arc->node == view.far &&
        (arc->flags[view.direction] & GEO_HOP_CLEARS) != 0)
      view.pair = arc->pair;
    else if ((arc->flags[1 - view.direction] & GEO_HOP_CLEARS) != 0)
      closing[arc->node] = arc->pair + 1;
  }
  if (view.pair != G_MAXUINT32)
    work = search_on (search, &view, work);
  for (guint i = 0; i < near->n_arcs; i++)
    closing[near->arcs[i].node] = 0;

  return work;
}

/* A cycle was taken: what it leaves of the others. */
static void
subtract (Search *search, const Candidate *taken, gint64 amount) {
  for (guint i = 0; i < search->n_candidates; i++) {
    Candidate *candidate = &search->candidates[i];

    for (guint j = 0; j < candidate->length; j++) {
      for (guint k = 0; k < taken->length; k++) {
        if (candidate->pairs[j] == taken->pairs[k])
          candidate->left[j] -= amount;
      }
    }
    candidate->amount = candidate->left[0];
    for (guint j = 1; j < candidate->length; j++)
      candidate->amount = MIN (candidate->amount, candidate->left[j]);
  }
}

/* The best first, each with what the ones before leave of it.  A cycle through
 * two of the given debts was found from both; once taken, nothing is left of
 * its other self. */
static guint
choose (Search *search, GeoShortCycle *cycles, guint max_cycles) {
  guint n = 0;

  while (n < max_cycles) {
    const Candidate *best = NULL;
    Candidate taken;

    for (guint i = 0; i < search->n_candidates; i++) {
      const Candidate *candidate = &search->candidates[i];

      if (candidate->amount >= search->min_amount &&
          (best == NULL || total_of (candidate) > total_of (best)))
        best = candidate;
    }
    if (best == NULL)
      break;

    taken = *best;
    cycles[n].length = taken.length;
    cycles[n].amount.minor = taken.amount;
    memcpy (cycles[n].nodes, taken.nodes, sizeof taken.nodes);
    n++;
    subtract (search, &taken, taken.amount);
  }

  return n;
}

guint
geo_clearing_through (const GeoGraph *graph,
                      const GeoDebtIndex *debts,
                      guint n_debts,
                      guint max_length,
                      GeoAmount min_amount,
                      GeoShortCycle *cycles,
                      guint max_cycles) {
  Search search;
  guint work_left = WORK_MAX;

  g_assert (max_length >= 3 && max_length <= GEO_SHORT_CYCLE_MAX);
  g_assert (min_amount.minor >= 1);

  search.graph = graph;
  search.max_length = max_length;
  search.min_amount = min_amount.minor;
  search.n_candidates = 0;

  for (guint i = 0; i < n_debts; i++) {
    guint share = work_left / (n_debts - i);

    work_left -= share;
    work_left += search_debt (&search, debts[i].u, debts[i].v, share);
  }

  return choose (&search, cycles, max_cycles);
}
