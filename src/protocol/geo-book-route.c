/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks the graph and says the answer in participants.  It must not tell anybody
 * what is between strangers: that is left to whoever shows it.
 */
#include "protocol/geo-book-route.h"

#include <string.h>

#include "protocol/geo-book-private.h"

static void
route_free (gpointer data) {
  GeoBookRoute *route = data;

  g_array_unref (route->pids);
  g_free (route);
}

void
geo_book_routes_free (GeoBookRoutes *routes) {
  if (routes == NULL)
    return;
  g_ptr_array_unref (routes->routes);
  g_ptr_array_unref (routes->limits);
  g_free (routes);
}

static void
add_routes (const GeoBook *book,
            const GeoRouteResult *result,
            GeoBookRoutes *out) {
  for (guint i = 0; i < result->routes->len; i++) {
    const GeoRoute *found = &g_array_index (result->routes, GeoRoute, i);
    GeoBookRoute *route = g_new0 (GeoBookRoute, 1);

    route->pids = g_array_new (FALSE, FALSE, sizeof (GeoPid));
    route->amount = found->amount;
    for (guint j = 0; j < found->n_nodes; j++)
      g_array_append_val (
          route->pids,
          geo_book_person_at (book, found->nodes[j])->participant->pid);
    g_ptr_array_add (out->routes, route);
  }
}

/* E002: the payer's own neighbours only; nobody learns strangers' balances. */
static void
add_limits (const GeoBook *book,
            const GeoBookMarket *market,
            const GeoRouteResult *result,
            GeoBookRoutes *out) {
  for (guint i = 0; i < result->limits->len; i++) {
    const GeoLimit *limit = &g_array_index (result->limits, GeoLimit, i);
    GeoLimitHint *hint = geo_limit_hint_new ();

    hint->neighbour =
        geo_book_person_at (book, limit->neighbour)->participant->pid;
    hint->available = geo_decimal (
        geo_amount_min (limit->available, GEO_AMOUNT (GEO_AMOUNT_MAX)),
        (guint) market->equivalent->precision);
    hint->has_daily = limit->capped;
    hint->daily = limit->capped;
    g_ptr_array_add (out->limits, hint);
  }
}

GeoBookRoutes *
geo_book_find_routes (const GeoBook *book, const GeoBookQuery *query) {
  const GeoBookMarket *market = geo_book_market (book, query->equivalent);
  const GeoBookPerson *payer = geo_book_person (book, &query->payer);
  const GeoBookPerson *payee = geo_book_person (book, &query->payee);
  g_autoptr (GArray) avoid = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  GeoRouteResult most, wanted;
  GeoRouteQuery asked = { 0 };
  GeoBookRoutes *out;

  if (market == NULL || payer == NULL || payee == NULL)
    return NULL;
  for (guint i = 0; query->avoid != NULL && i < query->avoid->len; i++) {
    const GeoBookPerson *person =
        geo_book_person (book, &g_array_index (query->avoid, GeoPid, i));

    if (person != NULL)
      g_array_append_val (avoid, person->node);
  }
  asked.avoid = (const GeoNodeIndex *) (gpointer) avoid->data;
  asked.n_avoid = avoid->len;
  asked.max_hops = query->max_hops;
  asked.max_routes = query->max_routes;

  geo_graph_payable (market->graph, payer->node, payee->node, &asked, &most);
  geo_graph_route (market->graph, payer->node, payee->node,
                   query->has_amount ? query->amount : most.payable, &asked,
                   &wanted);
  out = g_new0 (GeoBookRoutes, 1);
  out->routes = g_ptr_array_new_with_free_func (route_free);
  out->limits =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_limit_hint_free);
  out->found = wanted.found;
  /* A search for an amount may carry more than the one for the most did. */
  out->payable =
      geo_amount_min (wanted.found && query->has_amount
                          ? geo_amount_max (most.payable, query->amount)
                          : most.payable,
                      GEO_AMOUNT (GEO_AMOUNT_MAX));
  if (wanted.found)
    add_routes (book, &wanted, out);
  add_limits (book, market, &most, out);
  geo_route_result_clear (&most);
  geo_route_result_clear (&wanted);
  return out;
}
