/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cycles of bounded length, taken out one after the other until there is none.
 * It owns what is left of each debt while it does so, and proves nothing about
 * how much a cleverer choice would have taken.
 *
 * Three choices make it lose less than taking whatever comes first.  Wide
 * cycles first: all debts of at least some width are gone through before
 * narrower ones, so that a small debt does not spoil a large one's only cycle.
 * Of one width, first the debts whose shortest cycle is longest: they have the
 * fewest ways, and those with short ones can wait.  And of the shortest cycles
 * through a debt, the widest.
 */
#include "graph/geo-cycles-private.h"

/* Each level's least width is this much of the one before. */
#define LEVEL_SHIFT 2

#define NONE G_MAXUINT32

/* The two ends of a search: on from a debt's creditor, and back from its
 * debtor. */
enum {
  ON = 0,
  BACK = 1,
};

/* Of one search; counts only while generation is the search's. */
typedef struct {
  gint64 width; /* Of the narrowest edge on the way. */
  guint32 generation;
  guint32 via; /* The last edge of the way. */
  guint32 depth;
} Label;

typedef struct {
  const GeoEdge *edges;
  guint n_edges;
  guint n_nodes;
  gint64 *left;
  guint max_length;

  /* The level: edges of at least this width, within components of such, by
   * node.  Those of node u end at end[][u]: what falls below is taken out. */
  gint64 width;
  GeoEdge *level; /* With what is left as their amounts.  An edge is its */
  guint32 *origin; /* place in here; this is its index in edges. */
  guint n_level;
  GeoEdgeIndex index[2];
  guint32 *end[2];

  Label *labels[2];
  guint32 *queue[2];
  guint32 generation;

  /* Edges of the level by the length of their shortest cycle, as far as is
   * known; it only grows. */
  guint32 by_length[GEO_CLEARING_LENGTH_MAX + 1];
  guint32 *next;

  GArray *cycles;
  GArray *list;
  gint64 total;
} Taking;

/* --- The shortest cycle through an edge --- */

/* One end of the search. */
typedef struct {
  guint start; /* The last level's nodes in the queue. */
  guint end;
  guint depth;
  guint work; /* Edges of those nodes. */
} Side;

static void
side_init (Taking *t, Side *side, guint k, guint32 node) {
  Label *label = &t->labels[k][node];

  side->start = 0;
  side->end = 1;
  side->depth = 0;
  side->work = 0;
  t->queue[k][0] = node;
  label->generation = t->generation;
  label->width = G_MAXINT64;
  label->via = NONE;
  label->depth = 0;
}

/* One level further; TRUE when it met the other end. */
static gboolean
expand (Taking *t, Side *side, guint k) {
  const guint32 *first = t->index[k].first;
  guint32 *list = t->index[k].list;
  guint start = side->start;
  guint tail = side->end;
  gboolean met = FALSE;

  side->start = tail;
  side->depth++;
  side->work = 0;
  for (guint i = start; i < side->start; i++) {
    guint32 u = t->queue[k][i];
    gint64 width_here = t->labels[k][u].width;

    for (guint32 j = first[u]; j < t->end[k][u]; j++) {
      const GeoEdge *edge = &t->level[list[j]];
      gint64 width = edge->amount;
      guint32 v = k == ON ? edge->head : edge->tail;
      Label *label = &t->labels[k][v];

      if (width < t->width) {
        list[j--] = list[--t->end[k][u]];
        continue;
      }
      width = MIN (width, width_here);
      if (label->generation == t->generation) {
        if (label->depth == side->depth && label->width < width) {
          label->width = width;
          label->via = list[j];
        }
        continue;
      }
      label->generation = t->generation;
      label->width = width;
      label->via = list[j];
      label->depth = side->depth;
      t->queue[k][tail++] = v;
      side->work += t->end[k][v] - first[v];
      met |= t->labels[1 - k][v].generation == t->generation;
    }
  }
  side->end = tail;

  return met;
}

/* Where the two ends met: the node with the widest way. */
static guint32
best_meeting (const Taking *t, const Side *side, guint k) {
  guint32 best = NONE;
  gint64 best_width = 0;

  for (guint i = side->start; i < side->end; i++) {
    guint32 v = t->queue[k][i];
    const Label *other = &t->labels[1 - k][v];
    gint64 width = t->labels[k][v].width;

    if (other->generation != t->generation)
      continue;
    width = MIN (width, other->width);
    if (width > best_width) {
      best_width = width;
      best = v;
    }
  }

  return best;
}

/* The length of the shortest cycle of the level through the edge, 0 where it is
 * longer than max_length; cycle gets its edges. */
static guint
find_shortest (Taking *t,
               guint32 through,
               guint32 cycle[GEO_CLEARING_LENGTH_MAX]) {
  const GeoEdge *edge = &t->level[through];
  Side sides[2];
  guint32 meeting = NONE;
  guint length;
  guint32 v;

  t->generation++;
  side_init (t, &sides[ON], ON, edge->head);
  side_init (t, &sides[BACK], BACK, edge->tail);
  while (meeting == NONE) {
    guint k = sides[ON].work <= sides[BACK].work ? ON : BACK;

    if (sides[ON].depth + sides[BACK].depth + 1 >= t->max_length)
      return 0;
    if (expand (t, &sides[k], k))
      meeting = best_meeting (t, &sides[k], k);
    else if (sides[k].start == sides[k].end)
      return 0;
  }

  length = sides[ON].depth + 1;
  cycle[0] = through;
  v = meeting;
  for (guint i = length; i-- > 1; v = t->level[cycle[i]].tail)
    cycle[i] = t->labels[ON][v].via;
  for (v = meeting; v != edge->tail; v = t->level[cycle[length - 1]].head)
    cycle[length++] = t->labels[BACK][v].via;

  return length;
}

/* --- One level --- */

static void
take (Taking *t, const guint32 *cycle, guint length) {
  GeoCycle found = { t->list->len, length, { G_MAXINT64 } };

  for (guint i = 0; i < length; i++)
    found.amount.minor = MIN (found.amount.minor, t->level[cycle[i]].amount);
  for (guint i = 0; i < length; i++) {
    t->level[cycle[i]].amount -= found.amount.minor;
    t->left[t->origin[cycle[i]]] -= found.amount.minor;
    g_array_append_val (t->list, t->origin[cycle[i]]);
  }
  g_array_append_val (t->cycles, found);
  t->total += found.amount.minor * length;
}

static void
level_clear (Taking *t) {
  for (guint k = 0; k < 2; k++) {
    geo_edge_index_clear (&t->index[k]);
    g_clear_pointer (&t->end[k], g_free);
  }
}

static void
level_init (Taking *t) {
  g_autofree guint32 *component = g_new (guint32, t->n_nodes);
  guint n = 0;

  t->n_level = 0;
  for (guint i = 0; i < t->n_edges; i++) {
    if (t->left[i] < t->width)
      continue;
    t->level[t->n_level] = t->edges[i];
    t->level[t->n_level].amount = t->left[i];
    t->origin[t->n_level++] = i;
  }
  geo_components_find (t->n_nodes, t->level, t->n_level, component);
  for (guint i = 0; i < t->n_level; i++) {
    if (component[t->level[i].tail] != component[t->level[i].head])
      continue;
    t->level[n] = t->level[i];
    t->origin[n++] = t->origin[i];
  }
  t->n_level = n;

  for (guint k = 0; k < 2; k++) {
    geo_edge_index_init (&t->index[k], t->n_nodes, t->level, n, k == BACK);
    t->end[k] = g_new (guint32, t->n_nodes);
    for (guint u = 0; u < t->n_nodes; u++)
      t->end[k][u] = t->index[k].first[u + 1];
  }
}

static void
push (Taking *t, guint32 edge, guint length) {
  t->next[edge] = t->by_length[length];
  t->by_length[length] = edge;
}

/* Takes cycles until the level has none that is short enough. */
static void
take_level (Taking *t) {
  guint32 cycle[GEO_CLEARING_LENGTH_MAX];
  guint length = t->max_length;

  for (guint i = 0; i <= t->max_length; i++)
    t->by_length[i] = NONE;
  for (guint32 i = 0; i < t->n_level; i++) {
    guint shortest = find_shortest (t, i, cycle);

    if (shortest > 0)
      push (t, i, shortest);
  }

  while (length > 0) {
    guint32 edge = t->by_length[length];
    guint shortest;

    if (edge == NONE) {
      length--;
      continue;
    }
    t->by_length[length] = t->next[edge];
    if (t->level[edge].amount < t->width)
      continue;
    shortest = find_shortest (t, edge, cycle);
    if (shortest == 0)
      continue;

    if (shortest == length)
      take (t, cycle, shortest);
    push (t, edge, shortest);
    length = MAX (length, shortest);
  }
}

gint64
geo_cycles_take (guint n_nodes,
                 const GeoEdge *edges,
                 guint n_edges,
                 guint max_length,
                 gint64 min_amount,
                 gint64 *left,
                 GArray *cycles,
                 GArray *list) {
  g_autofree GeoEdge *level = g_new (GeoEdge, n_edges);
  g_autofree guint32 *origin = g_new (guint32, n_edges);
  g_autofree guint32 *next = g_new (guint32, n_edges);
  g_autofree Label *labels_on = g_new0 (Label, n_nodes);
  g_autofree Label *labels_back = g_new0 (Label, n_nodes);
  g_autofree guint32 *queue_on = g_new (guint32, n_nodes);
  g_autofree guint32 *queue_back = g_new (guint32, n_nodes);
  Taking t = {
    .edges = edges,
    .n_edges = n_edges,
    .n_nodes = n_nodes,
    .left = left,
    .max_length = max_length,
    .level = level,
    .origin = origin,
    .labels = { labels_on, labels_back },
    .queue = { queue_on, queue_back },
    .next = next,
    .cycles = cycles,
    .list = list,
  };

  g_assert (min_amount >= 1);
  g_assert (max_length >= GEO_CLEARING_LENGTH_MIN &&
            max_length <= GEO_CLEARING_LENGTH_MAX);

  for (guint i = 0; i < n_edges; i++)
    t.width = MAX (t.width, left[i]);
  if (t.width < min_amount)
    return 0;

  do {
    t.width = MAX (t.width >> LEVEL_SHIFT, min_amount);
    level_init (&t);
    take_level (&t);
    level_clear (&t);
  } while (t.width > min_amount);

  return t.total;
}
