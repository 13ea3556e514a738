/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest circulation, found from its other side: what is left of the debts
 * then is the cheapest way, at one a unit and debt, to hold every participant's
 * net position.  That is a minimum-cost flow from those who owe on the whole to
 * those who are owed, and this file solves it exactly, in whole numbers.  It
 * owns the residual network and its prices, and knows nothing of what the
 * result is for.
 *
 * The method is cost scaling, A. V. Goldberg and R. E. Tarjan, "Finding
 * minimum-cost circulations by successive approximation", Mathematics of
 * Operations Research 15 (1990): prices for which no residual arc costs less
 * than −ε, for smaller and smaller ε.  Excess moves along short paths of arcs
 * of negative cost and may be left half-way (A. V. Goldberg, "The partial
 * augment-relabel algorithm for the maximum flow problem", ESA 2008); prices
 * are brought up to date globally from time to time (A. V. Goldberg, "An
 * efficient implementation of a scaling minimum-cost flow algorithm", Journal
 * of Algorithms 22 (1997)).
 *
 * Two things follow from all costs being one.  The way round that a flow could
 * be improved is short, so a large ε often suffices, and whether it did is
 * asked after each phase.  And a cost needs no memory: which half of a node's
 * arcs it is in says whether it is +1 or −1.
 */
#include "graph/geo-circulation-private.h"

#include <string.h>

/* The first phase's ε is the cost of a debt divided by 2^FIRST_SHIFT, each
 * further one's 2^SHIFT times smaller. */
#define FIRST_SHIFT 7
#define SHIFT 4

/* Arcs along which excess is moved at a time. */
#define PATH_ARCS 4

/* The farthest that a global update looks, in ε and nodes. */
#define BUCKETS_PER_NODE 16

/* Residual arcs looked at, for each there is, before it is given up to prove
 * that a flow is the best. */
#define PROOF_WORK 8

#define NONE G_MAXUINT32

/* Half a debt: what can still be sent this way. */
typedef struct {
  gint64 left;
  gint64 all; /* Of both halves. */
  guint32 head;
  guint32 other; /* The other half. */
} Arc;

typedef struct {
  guint n;

  /* Node u has the arcs first[u] … first[u + 1] − 1, of which those from
   * backward[u] on are other people's debts to it. */
  guint32 *first;
  guint32 *backward;
  Arc *arcs;

  gint64 *excess;
  gint64 *price;
  guint32 *current; /* The arc that a search for a negative one goes on at. */

  /* A debt costs unit = 2^unit_shift > n, in units of prices, so that whole
   * numbers of ε are small enough in the end. */
  guint unit_shift;
  gint64 unit;
  guint epsilon_shift;
  gint64 epsilon;

  /* Nodes to look at; a ring. */
  guint32 *queue;
  guint queue_start;
  guint queue_length;
  guint8 *is_queued;

  /* Nodes by distance, as doubly linked lists. */
  guint32 *buckets;
  guint32 n_buckets;
  guint32 *next;
  guint32 *previous;
  guint32 *distance;

  guint64 n_relabels;
} Network;

static void
network_clear (Network *net) {
  g_free (net->first);
  g_free (net->backward);
  g_free (net->arcs);
  g_free (net->excess);
  g_free (net->price);
  g_free (net->current);
  g_free (net->queue);
  g_free (net->is_queued);
  g_free (net->buckets);
  g_free (net->next);
  g_free (net->previous);
  g_free (net->distance);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Network, network_clear)

/* Nothing of the debts is used to begin with, so that all net positions are
 * excess, above or below zero.  An edge may be used beyond what is owed, by its
 * spare.  place[i] is told where edge i's arc is. */
static void
network_init (Network *net,
              guint n,
              const GeoEdge *edges,
              const gint64 *spare,
              guint n_edges,
              guint32 *place) {
  g_autofree guint32 *next_forward = g_new0 (guint32, n);
  g_autofree guint32 *next_backward = g_new0 (guint32, n);
  guint32 sum = 0;

  memset (net, 0, sizeof *net);
  net->n = n;
  net->first = g_new (guint32, (gsize) n + 1);
  net->backward = g_new (guint32, n);
  net->arcs = g_new (Arc, 2 * (gsize) n_edges);
  net->excess = g_new0 (gint64, n);
  net->price = g_new0 (gint64, n);
  net->current = g_new (guint32, n);
  net->queue = g_new (guint32, n);
  net->is_queued = g_new0 (guint8, n);
  net->n_buckets = BUCKETS_PER_NODE * n;
  net->buckets = g_new (guint32, net->n_buckets);
  net->next = g_new (guint32, n);
  net->previous = g_new (guint32, n);
  net->distance = g_new (guint32, n);
  for (guint32 i = 0; i < net->n_buckets; i++)
    net->buckets[i] = NONE;

  while ((G_GINT64_CONSTANT (1) << net->unit_shift) <= n)
    net->unit_shift++;
  net->unit = G_GINT64_CONSTANT (1) << net->unit_shift;

  for (guint i = 0; i < n_edges; i++) {
    next_forward[edges[i].tail]++;
    next_backward[edges[i].head]++;
  }
  for (guint u = 0; u < n; u++) {
    net->first[u] = sum;
    sum += next_forward[u];
    net->backward[u] = sum;
    sum += next_backward[u];
    next_forward[u] = net->first[u];
    next_backward[u] = net->backward[u];
  }
  net->first[n] = sum;

  for (guint i = 0; i < n_edges; i++) {
    const GeoEdge *edge = &edges[i];
    guint32 there = next_forward[edge->tail]++;
    guint32 back = next_backward[edge->head]++;
    gint64 all = edge->amount + (spare != NULL ? spare[i] : 0);

    net->arcs[there] = (Arc){ all, all, edge->head, back };
    net->arcs[back] = (Arc){ 0, all, edge->tail, there };
    net->excess[edge->tail] += edge->amount;
    net->excess[edge->head] -= edge->amount;
    place[i] = there;
  }
}

/* The tail of an arc is the head of its other half. */
static inline guint32
tail_of (const Network *net, guint32 arc) {
  return net->arcs[net->arcs[arc].other].head;
}

static inline gint64
cost_of (const Network *net, guint32 u, guint32 arc) {
  return arc < net->backward[u] ? net->unit : -net->unit;
}

static inline void
send (Network *net, guint32 u, guint32 index, gint64 amount) {
  Arc *arc = &net->arcs[index];

  arc->left -= amount;
  net->arcs[arc->other].left += amount;
  net->excess[u] -= amount;
  net->excess[arc->head] += amount;
}

static inline void
enqueue (Network *net, guint32 u) {
  guint end = net->queue_start + net->queue_length;

  if (net->is_queued[u])
    return;
  net->is_queued[u] = TRUE;
  net->queue[end < net->n ? end : end - net->n] = u;
  net->queue_length++;
}

static inline guint32
dequeue (Network *net) {
  guint32 u = net->queue[net->queue_start];

  net->is_queued[u] = FALSE;
  net->queue_length--;
  if (++net->queue_start == net->n)
    net->queue_start = 0;

  return u;
}

/* --- Prices --- */

static inline void
bucket_add (Network *net, guint32 u, guint32 distance) {
  guint32 head = net->buckets[distance];

  net->distance[u] = distance;
  net->previous[u] = NONE;
  net->next[u] = head;
  if (head != NONE)
    net->previous[head] = u;
  net->buckets[distance] = u;
}

static inline void
bucket_remove (Network *net, guint32 u) {
  if (net->previous[u] != NONE)
    net->next[net->previous[u]] = net->next[u];
  else
    net->buckets[net->distance[u]] = net->next[u];
  if (net->next[u] != NONE)
    net->previous[net->next[u]] = net->previous[u];
}

/* Every node from which v can be reached is at most that much farther from a
 * deficit than v. */
static void
scan_backward (Network *net, guint32 v) {
  guint32 here = net->distance[v];
  gint64 price = net->price[v];

  for (guint32 a = net->first[v]; a < net->first[v + 1]; a++) {
    const Arc *arc = &net->arcs[a];
    guint32 u = arc->head;
    gint64 reduced;
    gint64 length;

    if (net->distance[u] <= here || arc->left == arc->all)
      continue; /* The other half has nothing left. */
    reduced = net->price[u] - price - cost_of (net, v, a);
    length = reduced < 0 ? 0 : (reduced >> net->epsilon_shift) + 1;
    if (length >= net->distance[u] - here)
      continue;

    if (net->distance[u] < net->n_buckets)
      bucket_remove (net, u);
    bucket_add (net, u, here + (guint32) length);
  }
}

/* Lowers prices so that every node with excess has a way of negative arcs to
 * one with a deficit: by its distance from the next one, where an arc is as
 * long as the whole number of ε that it must lose to be negative (R. Dial's
 * buckets, 1969). */
static void
update_prices (Network *net) {
  guint n_active = 0;
  guint32 distance = 0;

  for (guint32 u = 0; u < net->n; u++) {
    net->distance[u] = net->n_buckets;
    if (net->excess[u] < 0)
      bucket_add (net, u, 0);
    else if (net->excess[u] > 0)
      n_active++;
  }
  for (; distance < net->n_buckets && n_active > 0; distance++) {
    while (net->buckets[distance] != NONE) {
      guint32 v = net->buckets[distance];

      bucket_remove (net, v);
      if (net->excess[v] > 0)
        n_active--;
      scan_backward (net, v);
    }
  }

  for (guint32 u = 0; u < net->n; u++) {
    if (net->distance[u] >= distance && net->distance[u] < net->n_buckets)
      net->buckets[net->distance[u]] = NONE;
    net->price[u] -= MIN (net->distance[u], distance) * net->epsilon;
    net->current[u] = net->first[u];
  }
}

/* Lowers a node's price until one of its arcs costs −ε. */
static void
relabel (Network *net, guint32 u) {
  gint64 best = G_MININT64;

  for (guint32 a = net->first[u]; a < net->first[u + 1]; a++) {
    const Arc *arc = &net->arcs[a];
    gint64 price;

    if (arc->left == 0)
      continue;
    price = net->price[arc->head] - cost_of (net, u, a);
    if (price > best) {
      best = price;
      net->current[u] = a;
    }
  }

  /* Within a component every debt of it used up means as much owed to it that
   * is used, so one arc always has something left. */
  g_assert (best != G_MININT64);
  net->price[u] = best - net->epsilon;
  net->n_relabels++;
}

/* --- One phase --- */

/* A way of PATH_ARCS negative arcs from a node with excess, or of fewer to the
 * first deficit. */
static guint
find_path (Network *net, guint32 start, guint32 path[PATH_ARCS]) {
  guint length = 0;
  guint32 u = start;

  while (length < PATH_ARCS && net->excess[u] >= 0) {
    guint32 end = net->first[u + 1];
    gint64 price = net->price[u];
    guint32 a = net->current[u];

    for (; a < end; a++) {
      const Arc *arc = &net->arcs[a];

      if (arc->left > 0 && price + cost_of (net, u, a) < net->price[arc->head])
        break;
    }
    if (a < end) {
      net->current[u] = a;
      path[length++] = a;
      u = net->arcs[a].head;
      continue;
    }
    relabel (net, u);
    if (length > 0)
      u = tail_of (net, path[--length]);
  }

  return length;
}

static void
send_along (Network *net, guint32 start, const guint32 *path, guint length) {
  guint32 u = start;

  for (guint i = 0; i < length; i++) {
    const Arc *arc = &net->arcs[path[i]];

    send (net, u, path[i], MIN (net->excess[u], arc->left));
    if (u != start && net->excess[u] > 0)
      enqueue (net, u);
    u = arc->head;
  }
  if (net->excess[u] > 0)
    enqueue (net, u);
}

/* Makes an ε-optimal flow of one that was so for a larger ε. */
static void
refine (Network *net) {
  guint64 n_relabels;

  net->queue_start = 0;
  net->queue_length = 0;
  for (guint32 u = 0; u < net->n; u++) {
    for (guint32 a = net->first[u]; a < net->first[u + 1]; a++) {
      const Arc *arc = &net->arcs[a];

      if (arc->left > 0 &&
          cost_of (net, u, a) + net->price[u] < net->price[arc->head])
        send (net, u, a, arc->left);
    }
  }
  for (guint32 u = 0; u < net->n; u++) {
    if (net->excess[u] > 0)
      enqueue (net, u);
  }

  update_prices (net);
  n_relabels = net->n_relabels;
  while (net->queue_length > 0) {
    guint32 u = dequeue (net);

    while (net->excess[u] > 0) {
      guint32 path[PATH_ARCS];
      guint length = find_path (net, u, path);

      send_along (net, u, path, length);
      if (net->n_relabels - n_relabels > net->n) {
        update_prices (net);
        n_relabels = net->n_relabels;
      }
    }
  }
}

/* Whether whole prices prove that nothing can be improved: none of what is left
 * would cost less than nothing.  Begins with the prices there are, rounded, and
 * puts right those that are off (Bellman 1958, from a queue). */
static gboolean
is_proven_best (Network *net) {
  g_autofree gint64 *price = g_new (gint64, net->n);
  guint64 work_left = PROOF_WORK * (guint64) net->first[net->n];

  net->queue_start = 0;
  net->queue_length = 0;
  for (guint32 u = 0; u < net->n; u++) {
    gint64 x = net->price[u] + net->unit / 2;

    /* Rounds down, below zero too. */
    price[u] = x >= 0 ? x / net->unit : -((net->unit - 1 - x) / net->unit);
    enqueue (net, u);
  }

  while (net->queue_length > 0) {
    guint32 u = dequeue (net);
    guint32 n_arcs = net->first[u + 1] - net->first[u];

    if (work_left < n_arcs) {
      memset (net->is_queued, 0, net->n);
      return FALSE;
    }
    work_left -= n_arcs;
    for (guint32 a = net->first[u]; a < net->first[u + 1]; a++) {
      const Arc *arc = &net->arcs[a];
      gint64 x = price[u] + (a < net->backward[u] ? 1 : -1);

      if (arc->left > 0 && x < price[arc->head]) {
        price[arc->head] = x;
        enqueue (net, arc->head);
      }
    }
  }

  return TRUE;
}

static void
solve (Network *net) {
  guint shift = FIRST_SHIFT;

  net->epsilon_shift = net->unit_shift;
  for (;;) {
    net->epsilon_shift -= MIN (shift, net->epsilon_shift);
    net->epsilon = G_GINT64_CONSTANT (1) << net->epsilon_shift;
    refine (net);
    /* A way round that costs less than nothing costs at most −unit, which n
     * arcs of no less than −1 do not. */
    if (net->epsilon == 1 || is_proven_best (net))
      return;
    shift = SHIFT;
  }
}

/* --- The whole --- */

/* Only what lies within one component can be cleared: one of debts, and of
 * ways back over debts that may grow. */
static void
find_components (guint n_nodes,
                 const GeoEdge *edges,
                 const gint64 *spare,
                 guint n_edges,
                 guint32 *component) {
  g_autofree GeoEdge *ways = NULL;
  guint n = 0;

  if (spare == NULL) {
    geo_components_find (n_nodes, edges, n_edges, component);
    return;
  }
  ways = g_new (GeoEdge, 2 * (gsize) n_edges);
  for (guint i = 0; i < n_edges; i++) {
    if (edges[i].amount > 0)
      ways[n++] = edges[i];
    if (spare[i] > 0)
      ways[n++] = (GeoEdge){ spare[i], edges[i].head, edges[i].tail };
  }
  geo_components_find (n_nodes, ways, n, component);
}

gint64
geo_circulation_solve (guint n_nodes,
                       const GeoEdge *edges,
                       const gint64 *spare,
                       guint n_edges,
                       gint64 *flow) {
  g_autofree guint32 *component = g_new (guint32, n_nodes);
  g_autofree guint32 *number = g_new (guint32, n_nodes);
  g_autofree guint32 *origin = g_new (guint32, n_edges);
  g_autofree guint32 *place = g_new (guint32, n_edges);
  g_autofree GeoEdge *within = g_new (GeoEdge, n_edges);
  g_autofree gint64 *spare_within = spare != NULL ? g_new (gint64, n_edges)
                                                  : NULL;
  g_auto (Network) net = { 0 };
  gint64 total = 0;
  guint n = 0;
  guint n_within = 0;

  find_components (n_nodes, edges, spare, n_edges, component);
  for (guint u = 0; u < n_nodes; u++)
    number[u] = NONE;
  for (guint i = 0; i < n_edges; i++) {
    const GeoEdge *edge = &edges[i];

    flow[i] = 0;
    if (component[edge->tail] != component[edge->head])
      continue;
    number[edge->tail] = 0;
    number[edge->head] = 0;
    within[n_within] = *edge;
    if (spare != NULL)
      spare_within[n_within] = spare[i];
    origin[n_within++] = i;
  }
  if (n_within == 0)
    return 0;
  for (guint u = 0; u < n_nodes; u++) {
    if (number[u] != NONE)
      number[u] = n++;
  }
  for (guint i = 0; i < n_within; i++) {
    within[i].tail = number[within[i].tail];
    within[i].head = number[within[i].head];
  }

  network_init (&net, n, within, spare_within, n_within, place);
  solve (&net);
  for (guint i = 0; i < n_within; i++) {
    /* What holds the net positions stays, or is new; the rest goes round. */
    flow[origin[i]] = net.arcs[place[i]].left -
                      (spare != NULL ? spare_within[i] : 0);
    total += flow[origin[i]];
  }

  return total;
}
