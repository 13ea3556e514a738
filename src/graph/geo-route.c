/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which paths become the routes of a payment: one that carries it all, or
 * several that together do, within both bounds; and, where none do, what could
 * be paid.  It changes no state of the graph and leaves its scratch space
 * clean.
 *
 * Two rules fill a plan with routes, path by path: the shortest path first,
 * which needs few signers, and the widest first, which needs few routes and so
 * gets further where max_routes binds.  A rule goes the same way whatever the
 * amount is and only stops early: that is why a search for what was called
 * payable, or for less, succeeds.
 */
#include "graph/geo-flow-private.h"
#include "graph/geo-path-private.h"

#include <stdlib.h>
#include <string.h>

/* Paths tried by one rule, refused ones included. */
#define ATTEMPTS_MAX 128

/* Arcs that one rule looks at for paths longer than a route may be: all that a
 * small community needs; in a large one such paths are not worth their time. */
#define DETOUR_WORK_MAX 20000

typedef enum {
  GEO_RULE_SHORTEST,
  GEO_RULE_WIDEST,
} GeoRule;

/* Routes that fit the capacities together. */
typedef struct {
  GeoRoute routes[GEO_GRAPH_ROUTES_MAX];
  guint n_routes;
  gint64 total;
} GeoPlan;

/* How many participants sign: the nodes of all routes, each once. */
static guint
count_nodes (const GeoPlan *plan) {
  GeoNodeIndex seen[GEO_GRAPH_ROUTES_MAX * (GEO_GRAPH_HOPS_MAX + 1)];
  guint n = 0;

  for (guint i = 0; i < plan->n_routes; i++) {
    const GeoRoute *route = &plan->routes[i];

    for (guint j = 0; j < route->n_nodes; j++) {
      guint k = 0;

      while (k < n && seen[k] != route->nodes[j])
        k++;
      if (k == n)
        seen[n++] = route->nodes[j];
    }
  }

  return n;
}

/* Few hops first, of those the larger amount, of those the lower nodes: below
 * zero when a is better. */
static int
compare_routes (const void *left, const void *right) {
  const GeoRoute *a = left;
  const GeoRoute *b = right;

  if (a->n_nodes != b->n_nodes)
    return a->n_nodes < b->n_nodes ? -1 : 1;
  if (a->amount.minor != b->amount.minor)
    return a->amount.minor > b->amount.minor ? -1 : 1;
  for (guint i = 0; i < a->n_nodes; i++) {
    if (a->nodes[i] != b->nodes[i])
      return a->nodes[i] < b->nodes[i] ? -1 : 1;
  }

  return 0;
}

static gboolean
is_worse (const GeoRoute *a, const GeoRoute *b) {
  return compare_routes (a, b) > 0;
}

static void
remove_route (GeoRoute *routes, guint *n_routes, guint index) {
  (*n_routes)--;
  memmove (&routes[index], &routes[index + 1],
           (*n_routes - index) * sizeof *routes);
}

/* Adds the path to the plan.  FALSE, and the plan is as it was, where no routes
 * within both bounds were found that carry more. */
static gboolean
augment (GeoSearch *search, GeoPlan *plan, const GeoPath *path) {
  const GeoRouteQuery *query = search->query;
  GeoFlow flow;
  GeoRoute routes[GEO_FLOW_ROUTES_MAX];
  guint n_routes = 0;
  gint64 total = plan->total + path->width;

  geo_flow_init (&flow, search->payer, search->payee);
  for (guint i = 0; i < plan->n_routes; i++)
    geo_flow_add (&flow, plan->routes[i].nodes, plan->routes[i].n_nodes,
                  plan->routes[i].amount.minor);
  geo_flow_add (&flow, path->nodes, path->n_hops + 1, path->width);

  if (!geo_flow_decompose (&flow, query->max_hops, routes, &n_routes))
    return FALSE;

  /* Too many: the smallest give way. */
  while (n_routes > query->max_routes) {
    guint smallest = 0;

    for (guint i = 1; i < n_routes; i++) {
      if (routes[i].amount.minor <= routes[smallest].amount.minor)
        smallest = i;
    }
    total -= routes[smallest].amount.minor;
    remove_route (routes, &n_routes, smallest);
  }
  if (total <= plan->total)
    return FALSE;

  memcpy (plan->routes, routes, n_routes * sizeof *routes);
  plan->n_routes = n_routes;
  plan->total = total;
  geo_search_set_flow (search, plan->routes, plan->n_routes);

  return TRUE;
}

/* Fills an empty plan until it carries amount or nothing more is found; gives
 * up when it has more than nodes_max nodes. */
static void
fill (GeoSearch *search,
      GeoRule rule,
      guint max_hops,
      gint64 amount,
      guint nodes_max,
      GeoPlan *plan) {
  guint64 detour_work = DETOUR_WORK_MAX;

  plan->n_routes = 0;
  plan->total = 0;
  geo_search_clear_bans (search);
  geo_search_set_flow (search, NULL, 0);

  for (guint i = 0; i < ATTEMPTS_MAX && plan->total < amount; i++) {
    GeoPath path;
    gboolean found = FALSE;

    switch (rule) {
    case GEO_RULE_SHORTEST:
      found = geo_search_path (search, 1, max_hops, NULL, &path);
      break;
    case GEO_RULE_WIDEST:
      found = geo_search_widest (search, max_hops, &path);
      break;
    }
    if (!found &&
        (plan->n_routes == 0 ||
         !geo_search_path (search, 1, 2 * max_hops, &detour_work, &path)))
      return;

    if (augment (search, plan, &path)) {
      geo_search_clear_bans (search);
      if (count_nodes (plan) > nodes_max)
        return;
    } else if (!geo_search_ban (search, &path)) {
      return;
    }
  }
}

/* Takes off what is more than amount: first whole routes, the worst first; then
 * some of the worst one's amount. */
static void
trim (GeoPlan *plan, gint64 amount) {
  while (plan->total > amount) {
    gint64 excess = plan->total - amount;
    guint worst = G_MAXUINT;
    guint whole = G_MAXUINT;

    for (guint i = 0; i < plan->n_routes; i++) {
      const GeoRoute *route = &plan->routes[i];

      if (worst == G_MAXUINT || is_worse (route, &plan->routes[worst]))
        worst = i;
      if (route->amount.minor <= excess &&
          (whole == G_MAXUINT || is_worse (route, &plan->routes[whole])))
        whole = i;
    }

    if (whole != G_MAXUINT) {
      plan->total -= plan->routes[whole].amount.minor;
      remove_route (plan->routes, &plan->n_routes, whole);
    } else {
      plan->total -= excess;
      plan->routes[worst].amount.minor -= excess;
    }
  }
}

static void
set_single (GeoPlan *plan, const GeoPath *path, gint64 amount) {
  GeoRoute *route = &plan->routes[0];

  plan->n_routes = 1;
  plan->total = amount;
  route->n_nodes = path->n_hops + 1;
  memcpy (route->nodes, path->nodes, route->n_nodes * sizeof route->nodes[0]);
  route->amount.minor = amount;
}

/* The same amount by a plan of fewer nodes, if the rule finds one. */
static void
improve (GeoSearch *search, GeoRule rule, guint max_hops, GeoPlan *plan) {
  guint n_nodes = count_nodes (plan);
  GeoPlan other;

  fill (search, rule, max_hops, plan->total, n_nodes - 1, &other);
  if (other.total < plan->total)
    return;
  trim (&other, plan->total);
  if (count_nodes (&other) < n_nodes)
    *plan = other;
}

/* FALSE when amount is not found; plan is then the best there is. */
static gboolean
make_plan (GeoSearch *search, gint64 amount, GeoPlan *plan) {
  guint max_hops = search->query->max_hops;
  GeoPath path;
  GeoPlan widest;

  if (amount <= 0) {
    amount = G_MAXINT64;
  } else if (geo_search_path (search, amount, max_hops, NULL, &path)) {
    set_single (plan, &path, amount);
    /* Several routes have three nodes at least, and those that together have
     * fewer nodes than this one are shorter, each of them. */
    if (path.n_hops > 2 && search->query->max_routes > 1)
      improve (search, GEO_RULE_SHORTEST, path.n_hops - 1, plan);
    return TRUE;
  }

  fill (search, GEO_RULE_SHORTEST, max_hops, amount, G_MAXUINT, plan);
  if (plan->total >= amount) {
    trim (plan, amount);
    if (plan->n_routes > 2)
      improve (search, GEO_RULE_WIDEST, max_hops, plan);
    return TRUE;
  }

  fill (search, GEO_RULE_WIDEST, max_hops, amount, G_MAXUINT, &widest);
  if (widest.total > plan->total)
    *plan = widest;
  if (plan->total < amount)
    return FALSE;
  trim (plan, amount);

  return TRUE;
}

static gboolean
is_held_by_cap (const GeoSearch *search, const GeoArc *arc) {
  const GeoPair *pair = &search->graph->pairs[arc->pair];

  return geo_pair_is_held_by_cap (pair, pair->ends[0] == search->payer ? 0 : 1);
}

/* The payer's hops that carry all they can, or that carry nothing at all where
 * they would lead to the payee. */
static void
collect_limits (GeoSearch *search, const GeoPlan *plan, GArray *limits) {
  const GeoNode *payer = &search->graph->nodes[search->payer];
  gboolean is_empty = FALSE;

  geo_search_set_flow (search, plan->routes, plan->n_routes);
  for (guint i = 0; i < payer->n_arcs; i++) {
    const GeoArc *arc = &payer->arcs[i];
    gint64 capacity = geo_search_capacity (search, search->payer, arc);
    GeoLimit limit = { arc->node, GEO_AMOUNT (capacity),
                       is_held_by_cap (search, arc) };

    if (capacity > 0 &&
        geo_search_flow (search, search->payer, arc) == capacity)
      g_array_append_val (limits, limit);
    else if (arc->capacity[GEO_OUT] == 0 &&
             (arc->flags[GEO_OUT] & GEO_HOP_ACTIVE) != 0)
      is_empty = TRUE;
  }
  if (!is_empty)
    return;

  geo_search_set_flow (search, NULL, 0);
  geo_search_reach (search, search->query->max_hops - 1);
  for (guint i = 0; i < payer->n_arcs; i++) {
    const GeoArc *arc = &payer->arcs[i];
    GeoLimit limit = { arc->node, GEO_AMOUNT_ZERO,
                       is_held_by_cap (search, arc) };

    if (arc->capacity[GEO_OUT] == 0 &&
        geo_search_would_allow (search, search->payer, arc) &&
        geo_search_reached (search, arc->node))
      g_array_append_val (limits, limit);
  }
}

/* amount zero: what is payable. */
static void
run (const GeoGraph *graph,
     GeoNodeIndex payer,
     GeoNodeIndex payee,
     gint64 amount,
     const GeoRouteQuery *query,
     GeoRouteResult *result) {
  GeoSearch search;
  GeoPlan plan;

  g_assert (payer < graph->n_nodes && payee < graph->n_nodes);
  g_assert (query->max_hops >= 1 && query->max_hops <= GEO_GRAPH_HOPS_MAX);
  g_assert (query->max_routes >= 1 &&
            query->max_routes <= GEO_GRAPH_ROUTES_MAX);

  result->found = FALSE;
  result->payable = GEO_AMOUNT_ZERO;
  result->routes = g_array_new (FALSE, FALSE, sizeof (GeoRoute));
  result->limits = g_array_new (FALSE, FALSE, sizeof (GeoLimit));

  if (payer == payee || (graph->nodes[payer].flags & GEO_NODE_FROZEN) != 0 ||
      (graph->nodes[payee].flags & GEO_NODE_FROZEN) != 0)
    return;

  geo_search_begin (&search, graph, payer, payee, query);
  result->found = make_plan (&search, amount, &plan);
  qsort (plan.routes, plan.n_routes, sizeof plan.routes[0], compare_routes);
  for (guint i = 0; i < plan.n_routes; i++) {
    for (guint j = plan.routes[i].n_nodes; j <= GEO_GRAPH_HOPS_MAX; j++)
      plan.routes[i].nodes[j] = GEO_NODE_NONE;
  }
  if (result->found)
    g_array_append_vals (result->routes, plan.routes, plan.n_routes);
  else
    collect_limits (&search, &plan, result->limits);
  result->payable.minor = MIN (plan.total, GEO_AMOUNT_MAX);
  geo_search_end (&search);
}

void
geo_graph_route (const GeoGraph *graph,
                 GeoNodeIndex payer,
                 GeoNodeIndex payee,
                 GeoAmount amount,
                 const GeoRouteQuery *query,
                 GeoRouteResult *result) {
  run (graph, payer, payee, MAX (amount.minor, 0), query, result);
}

void
geo_graph_payable (const GeoGraph *graph,
                   GeoNodeIndex payer,
                   GeoNodeIndex payee,
                   const GeoRouteQuery *query,
                   GeoRouteResult *result) {
  run (graph, payer, payee, 0, query, result);
}

void
geo_route_result_clear (GeoRouteResult *result) {
  g_clear_pointer (&result->routes, g_array_unref);
  g_clear_pointer (&result->limits, g_array_unref);
  result->found = FALSE;
  result->payable = GEO_AMOUNT_ZERO;
}
