/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What could be paid now, through REST.  It must not tell anybody what is
 * between strangers beyond whom a payment would go over.
 */
#include <string.h>

#include "hub/rest/geo-rest-private.h"

/* --- What could be paid ----------------------------------------------------
 */

/* NULL: it is answered.  amount_text may be NULL. */
static GeoBookRoutes *
find_routes (GeoRestCall *call,
             const gchar *to_text,
             const gchar *code,
             const gchar *amount_text,
             const GeoEquivalent **equivalent) {
  GeoBookQuery query = { 0 };
  GeoCloserLimits limits;

  if (!geo_rest_read_payee (call, to_text, &query.payee))
    return NULL;
  *equivalent = geo_rest_need_equivalent (call, code);
  if (*equivalent == NULL)
    return NULL;
  query.has_amount = amount_text != NULL;
  if (query.has_amount &&
      !geo_rest_read_amount (call, amount_text, *equivalent, &query.amount))
    return NULL;
  geo_closer_get_limits (geo_engine_get_closer (call->rest->engine), &limits);
  query.payer = call->pid;
  query.equivalent = code;
  query.max_hops = limits.max_hops;
  query.max_routes = limits.max_routes;
  return geo_book_find_routes (call->book, &query);
}

void
geo_rest_get_capacity (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (GeoBookRoutes) routes = NULL;
  const gchar *to, *code, *amount;
  const GeoEquivalent *equivalent;
  JsonObject *object;
  guint hops = 0;

  geo_rest_faults_init (&faults, "query");
  to = geo_rest_query_text (call->request->query, "to", TRUE, &faults);
  code = geo_rest_query_text (call->request->query, "equivalent", TRUE,
                              &faults);
  amount = geo_rest_query_text (call->request->query, "amount", FALSE, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  routes = find_routes (call, to, code, amount, &equivalent);
  if (routes == NULL)
    return;
  for (guint i = 0; i < routes->routes->len; i++) {
    const GeoBookRoute *route = g_ptr_array_index (routes->routes, i);

    hops = MAX (hops, route->pids->len - 1);
  }
  object = json_object_new ();
  json_object_set_boolean_member (object, "can_pay",
                                  routes->found && routes->payable.minor > 0);
  geo_rest_set_amount (object, "max_amount", routes->payable,
                       (guint) equivalent->precision);
  json_object_set_int_member (object, "routes_count", routes->routes->len);
  json_object_set_int_member (object, "estimated_hops", hops);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

static JsonArray *
show_paths (const GeoBookRoutes *routes, guint precision) {
  JsonArray *paths = json_array_new ();

  for (guint i = 0; i < routes->routes->len; i++) {
    const GeoBookRoute *route = g_ptr_array_index (routes->routes, i);
    JsonObject *object = json_object_new ();
    JsonArray *path = json_array_new ();

    for (guint j = 0; j < route->pids->len; j++) {
      g_autofree gchar *text =
          geo_pid_to_string (&g_array_index (route->pids, GeoPid, j));

      json_array_add_string_element (path, text);
    }
    json_object_set_array_member (object, "path", path);
    geo_rest_set_amount (object, "capacity", route->amount, precision);
    json_array_add_object_element (paths, object);
  }
  return paths;
}

/* The payer's own lines only: nobody learns what is between strangers. */
static JsonArray *
show_bottlenecks (GeoRestCall *call,
                  const GeoBookRoutes *routes,
                  const GeoEquivalent *equivalent) {
  guint precision = (guint) equivalent->precision;
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < routes->limits->len; i++) {
    const GeoLimitHint *hint = g_ptr_array_index (routes->limits, i);
    const GeoTrustLine *line = geo_book_get_line (call->book, &hint->neighbour,
                                                  &call->pid, equivalent->code);
    JsonObject *object = json_object_new ();

    geo_rest_set_pid (object, "from", &hint->neighbour);
    geo_rest_set_pid (object, "to", &call->pid);
    geo_rest_set_amount (object, "limit",
                         line == NULL ? GEO_AMOUNT_ZERO : line->limit.amount,
                         precision);
    geo_rest_set_amount (object, "used",
                         geo_book_get_debt (call->book, &call->pid,
                                            &hint->neighbour, equivalent->code),
                         precision);
    geo_rest_set_amount (object, "available", hint->available.amount,
                         precision);
    json_array_add_object_element (array, object);
  }
  return array;
}

void
geo_rest_get_max_flow (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (GeoBookRoutes) routes = NULL;
  const GeoEquivalent *equivalent;
  const gchar *to, *code;
  JsonObject *object;

  geo_rest_faults_init (&faults, "query");
  to = geo_rest_query_text (call->request->query, "to", TRUE, &faults);
  code = geo_rest_query_text (call->request->query, "equivalent", TRUE,
                              &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  routes = find_routes (call, to, code, NULL, &equivalent);
  if (routes == NULL)
    return;
  object = json_object_new ();
  geo_rest_set_amount (object, "max_amount", routes->payable,
                       (guint) equivalent->precision);
  json_object_set_array_member (
      object, "paths", show_paths (routes, (guint) equivalent->precision));
  json_object_set_array_member (object, "bottlenecks",
                                show_bottlenecks (call, routes, equivalent));
  json_object_set_string_member (object, "algorithm", "Edmonds-Karp (BFS)");
  geo_rest_set_time (object, "computed_at", geo_rest_now ());
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}
