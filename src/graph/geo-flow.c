/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decomposition of a small flow into routes.  A flow without circles has only
 * simple paths, and each path taken out of it at its narrowest arc's amount
 * ends that arc; so the paths are no more than the arcs (Ford & Fulkerson
 * 1962). Which paths are taken decides how many there are and how long: the
 * fewest is NP-hard to find (Vatinlen et al. 2008), so the widest is taken each
 * time, and where that strands an arc on too long a way, the arc with the
 * longest way goes first.
 */
#include "graph/geo-flow-private.h"

#include <string.h>

enum {
  PAYER = 0,
  PAYEE = 1,
};

#define NO_ARC G_MAXUINT

void
geo_flow_init (GeoFlow *flow, GeoNodeIndex payer, GeoNodeIndex payee) {
  flow->nodes[PAYER] = payer;
  flow->nodes[PAYEE] = payee;
  flow->n_nodes = 2;
  flow->n_arcs = 0;
}

static guint
ensure_node (GeoFlow *flow, GeoNodeIndex node) {
  for (guint i = 0; i < flow->n_nodes; i++) {
    if (flow->nodes[i] == node)
      return i;
  }
  g_assert (flow->n_nodes < GEO_FLOW_NODES_MAX);
  flow->nodes[flow->n_nodes] = node;

  return flow->n_nodes++;
}

static void
add_arc (GeoFlow *flow, guint tail, guint head, gint64 amount) {
  GeoFlowArc *arc;

  for (guint i = 0; i < flow->n_arcs; i++) {
    arc = &flow->arcs[i];
    if (arc->tail == tail && arc->head == head) {
      arc->amount += amount;
      return;
    }
    if (arc->tail == head && arc->head == tail) {
      if (amount <= arc->amount) {
        arc->amount -= amount;
      } else {
        arc->tail = tail;
        arc->head = head;
        arc->amount = amount - arc->amount;
      }
      return;
    }
  }

  g_assert (flow->n_arcs < GEO_FLOW_ARCS_MAX);
  arc = &flow->arcs[flow->n_arcs++];
  arc->tail = tail;
  arc->head = head;
  arc->amount = amount;
}

void
geo_flow_add (GeoFlow *flow,
              const GeoNodeIndex *nodes,
              guint n_nodes,
              gint64 amount) {
  guint tail = ensure_node (flow, nodes[0]);

  for (guint i = 1; i < n_nodes; i++) {
    guint head = ensure_node (flow, nodes[i]);

    add_arc (flow, tail, head, amount);
    tail = head;
  }
}

/* --- Circles --- */

/* An arc on some circle, or NO_ARC: what is left when nodes that nothing flows
 * into are taken away until there are none. */
static guint
find_circle (const GeoFlow *flow, gboolean *is_left) {
  gboolean changed = TRUE;

  for (guint i = 0; i < flow->n_nodes; i++)
    is_left[i] = TRUE;

  while (changed) {
    gboolean has_inflow[GEO_FLOW_NODES_MAX] = { FALSE };

    for (guint i = 0; i < flow->n_arcs; i++) {
      const GeoFlowArc *arc = &flow->arcs[i];

      if (arc->amount > 0 && is_left[arc->tail])
        has_inflow[arc->head] = TRUE;
    }
    changed = FALSE;
    for (guint i = 0; i < flow->n_nodes; i++) {
      if (is_left[i] && !has_inflow[i]) {
        is_left[i] = FALSE;
        changed = TRUE;
      }
    }
  }

  for (guint i = 0; i < flow->n_arcs; i++) {
    const GeoFlowArc *arc = &flow->arcs[i];

    if (arc->amount > 0 && is_left[arc->tail] && is_left[arc->head])
      return i;
  }

  return NO_ARC;
}

/* The arc by which something left flows into the node. */
static guint
arc_into (const GeoFlow *flow, const gboolean *is_left, guint node) {
  for (guint i = 0; i < flow->n_arcs; i++) {
    const GeoFlowArc *arc = &flow->arcs[i];

    if (arc->amount > 0 && arc->head == node && is_left[arc->tail])
      return i;
  }

  g_assert_not_reached ();
}

/* Ends every circle at its narrowest arc: the same is paid with less. */
static void
cancel_circles (GeoFlow *flow) {
  gboolean is_left[GEO_FLOW_NODES_MAX];
  guint arc;

  while ((arc = find_circle (flow, is_left)) != NO_ARC) {
    gboolean was_seen[GEO_FLOW_NODES_MAX] = { FALSE };
    guint node = flow->arcs[arc].tail;
    guint first;
    gint64 amount = G_MAXINT64;

    /* Against the flow until a node comes again: that one is on a circle. */
    while (!was_seen[node]) {
      was_seen[node] = TRUE;
      node = flow->arcs[arc_into (flow, is_left, node)].tail;
    }

    first = node;
    do {
      arc = arc_into (flow, is_left, node);
      amount = MIN (amount, flow->arcs[arc].amount);
      node = flow->arcs[arc].tail;
    } while (node != first);
    do {
      arc = arc_into (flow, is_left, node);
      node = flow->arcs[arc].tail;
      flow->arcs[arc].amount -= amount;
    } while (node != first);
  }
}

/* --- Routes --- */

/* Takes the route over these arcs out of the flow. */
static void
take_route (GeoFlow *flow, const guint *arcs, guint n_arcs, GeoRoute *route) {
  gint64 amount = G_MAXINT64;

  g_assert (n_arcs >= 1 && n_arcs <= GEO_GRAPH_HOPS_MAX);

  for (guint i = 0; i < n_arcs; i++)
    amount = MIN (amount, flow->arcs[arcs[i]].amount);
  for (guint i = 0; i < n_arcs; i++) {
    flow->arcs[arcs[i]].amount -= amount;
    route->nodes[i] = flow->nodes[flow->arcs[arcs[i]].tail];
  }
  route->nodes[n_arcs] = flow->nodes[PAYEE];
  route->n_nodes = n_arcs + 1;
  route->amount.minor = amount;
}

/* The widest way of at most max_hops arcs, and of those the shortest: how wide
 * a way of exactly so many arcs can be, arc by arc (Bellman 1958). */
static gboolean
take_widest (GeoFlow *flow, guint max_hops, GeoRoute *route) {
  gint64 width[GEO_GRAPH_HOPS_MAX + 1][GEO_FLOW_NODES_MAX];
  guint via[GEO_GRAPH_HOPS_MAX + 1][GEO_FLOW_NODES_MAX];
  guint arcs[GEO_GRAPH_HOPS_MAX];
  guint n_hops = 0;
  gint64 widest = 0;
  guint node = PAYEE;

  for (guint hops = 0; hops <= max_hops; hops++)
    memset (width[hops], 0, flow->n_nodes * sizeof width[hops][0]);
  width[0][PAYER] = G_MAXINT64;

  for (guint hops = 1; hops <= max_hops; hops++) {
    for (guint i = 0; i < flow->n_arcs; i++) {
      const GeoFlowArc *arc = &flow->arcs[i];
      gint64 w = MIN (width[hops - 1][arc->tail], arc->amount);

      if (w > width[hops][arc->head]) {
        width[hops][arc->head] = w;
        via[hops][arc->head] = i;
      }
    }
    if (width[hops][PAYEE] > widest) {
      widest = width[hops][PAYEE];
      n_hops = hops;
    }
  }
  if (n_hops == 0)
    return FALSE;

  for (guint hops = n_hops; hops > 0; hops--) {
    arcs[hops - 1] = via[hops][node];
    node = flow->arcs[arcs[hops - 1]].tail;
  }
  take_route (flow, arcs, n_hops, route);

  return TRUE;
}

/* How many arcs from the payer (forward) or to the payee, at most max_hops, and
 * the first arc of that way back; max_hops + 1 where there is no such way. */
static void
measure (const GeoFlow *flow,
         gboolean forward,
         guint max_hops,
         guint *distance,
         guint *via) {
  for (guint i = 0; i < flow->n_nodes; i++)
    distance[i] = max_hops + 1;
  distance[forward ? PAYER : PAYEE] = 0;

  for (guint hops = 0; hops < max_hops; hops++) {
    for (guint i = 0; i < flow->n_arcs; i++) {
      const GeoFlowArc *arc = &flow->arcs[i];
      guint from = forward ? arc->tail : arc->head;
      guint to = forward ? arc->head : arc->tail;

      if (arc->amount > 0 && distance[from] == hops &&
          distance[to] > hops + 1) {
        distance[to] = hops + 1;
        via[to] = i;
      }
    }
  }
}

/* The shortest way through the arc whose shortest way is the longest: nothing
 * else can carry that arc's flow, while others still have a choice. */
static gboolean
take_most_bound (GeoFlow *flow, guint max_hops, GeoRoute *route) {
  guint from_payer[GEO_FLOW_NODES_MAX], via_payer[GEO_FLOW_NODES_MAX];
  guint to_payee[GEO_FLOW_NODES_MAX], via_payee[GEO_FLOW_NODES_MAX];
  guint arcs[GEO_GRAPH_HOPS_MAX];
  guint chosen = NO_ARC;
  guint longest = 0;
  guint node;
  guint n;

  measure (flow, TRUE, max_hops, from_payer, via_payer);
  measure (flow, FALSE, max_hops, to_payee, via_payee);
  for (guint i = 0; i < flow->n_arcs; i++) {
    const GeoFlowArc *arc = &flow->arcs[i];
    guint length = from_payer[arc->tail] + 1 + to_payee[arc->head];

    if (arc->amount > 0 && length > longest) {
      longest = length;
      chosen = i;
    }
  }
  if (chosen == NO_ARC || longest > max_hops)
    return FALSE;

  n = from_payer[flow->arcs[chosen].tail];
  arcs[n] = chosen;
  node = flow->arcs[chosen].tail;
  for (guint i = n; i > 0; i--) {
    arcs[i - 1] = via_payer[node];
    node = flow->arcs[arcs[i - 1]].tail;
  }
  node = flow->arcs[chosen].head;
  for (n++; node != PAYEE; n++) {
    arcs[n] = via_payee[node];
    node = flow->arcs[arcs[n]].head;
  }
  take_route (flow, arcs, n, route);

  return TRUE;
}

static gboolean
is_spent (const GeoFlow *flow) {
  for (guint i = 0; i < flow->n_arcs; i++) {
    if (flow->arcs[i].amount > 0)
      return FALSE;
  }

  return TRUE;
}

gboolean
geo_flow_decompose (GeoFlow *flow,
                    guint max_hops,
                    GeoRoute *routes,
                    guint *n_routes) {
  GeoFlow rest;

  cancel_circles (flow);

  rest = *flow;
  *n_routes = 0;
  while (take_widest (&rest, max_hops, &routes[*n_routes]))
    (*n_routes)++;
  if (is_spent (&rest))
    return TRUE;

  rest = *flow;
  *n_routes = 0;
  while (take_most_bound (&rest, max_hops, &routes[*n_routes]))
    (*n_routes)++;

  return is_spent (&rest);
}
