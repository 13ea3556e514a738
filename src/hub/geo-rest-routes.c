/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one table of the REST contract: what there is, who may ask, and what is
 * answered; and the OpenAPI description that is made of it.  Where two paths
 * fit, the first one counts.
 */
#include "config.h"

#include <string.h>

#include "hub/geo-rest-private.h"

const GeoRestRoute geo_rest_routes[] = {
  { "GET", "/health", GEO_REST_OPEN, geo_rest_get_health, "200",
    "How the hub is" },
  { "GET", "/healthz", GEO_REST_OPEN, geo_rest_get_healthz, "200",
    "That the hub answers" },
  { "GET", "/health/db", GEO_REST_OPEN, geo_rest_get_health_db, "200 503",
    "Whether the database can be read" },
  { "GET", "/openapi.json", GEO_REST_OPEN, geo_rest_get_openapi, "200",
    "This description" },

  { "POST", "/auth/challenge", GEO_REST_OPEN, geo_rest_post_challenge,
    "200 404 422", "Something to sign" },
  { "POST", "/auth/login", GEO_REST_OPEN, geo_rest_post_login,
    "200 400 401 403 422", "Signs in with a signed challenge" },
  { "POST", "/auth/refresh", GEO_REST_OPEN, geo_rest_post_refresh,
    "200 401 403 422", "New tokens for a refresh token, which is used up" },

  { "POST", "/participants", GEO_REST_OPEN, geo_rest_post_participants,
    "201 400 403 409 422", "Registers" },
  { "GET", "/participants", GEO_REST_BEARER, geo_rest_get_participants,
    "200 422", "Everybody" },
  { "GET", "/participants/search", GEO_REST_BEARER,
    geo_rest_search_participants, "200 422",
    "Those whose name contains a text" },
  { "GET", "/participants/me", GEO_REST_BEARER, geo_rest_get_me, "200",
    "Oneself, with totals" },
  { "PATCH", "/participants/me", GEO_REST_BEARER, geo_rest_patch_me,
    "200 400 409 422", "Another name or profile" },
  { "GET", "/participants/{pid}", GEO_REST_BEARER, geo_rest_get_participant,
    "200 404", "One participant" },

  { "GET", "/equivalents", GEO_REST_OPEN, geo_rest_get_equivalents, "200",
    "What amounts count in" },

  { "GET", "/balance", GEO_REST_BEARER, geo_rest_get_balance, "200",
    "Totals in each equivalent" },
  { "GET", "/balance/debts", GEO_REST_BEARER, geo_rest_get_debts, "200 404 422",
    "Who owes whom" },

  { "POST", "/trustlines", GEO_REST_BEARER, geo_rest_post_trustlines,
    "201 400 404 409 422", "Opens a trust line" },
  { "GET", "/trustlines", GEO_REST_BEARER, geo_rest_get_trustlines, "200 422",
    "Lines given and held" },
  { "GET", "/trustlines/{id}", GEO_REST_BEARER, geo_rest_get_trustline,
    "200 404", "One line" },
  { "PATCH", "/trustlines/{id}", GEO_REST_BEARER, geo_rest_patch_trustline,
    "200 400 404 409 422", "Another limit or policy" },
  { "DELETE", "/trustlines/{id}", GEO_REST_BEARER, geo_rest_delete_trustline,
    "200 400 404 409 422", "Closes a line that nobody owes over" },

  { "GET", "/payments/capacity", GEO_REST_BEARER, geo_rest_get_capacity,
    "200 400 404 422", "Whether an amount can be paid" },
  { "GET", "/payments/max-flow", GEO_REST_BEARER, geo_rest_get_max_flow,
    "200 400 404 422", "The most that can be paid" },
  { "POST", "/payments", GEO_REST_BEARER, geo_rest_post_payments,
    "200 400 404 409 422 504", "Pays; waits for the outcome" },
  { "GET", "/payments", GEO_REST_BEARER, geo_rest_get_payments, "200 422",
    "Payments sent and received" },
  { "GET", "/payments/{tx_id}", GEO_REST_BEARER, geo_rest_get_payment,
    "200 404", "One payment" },

  { "GET", "/clearing/cycles", GEO_REST_BEARER, geo_rest_get_cycles,
    "200 404 422 503", "Cycles of debts that one is in" },
  { "POST", "/clearing/auto", GEO_REST_BEARER, geo_rest_post_clearing,
    "200 404 409 422", "Clears now" },

  { "GET", "/integrity/status", GEO_REST_BEARER, geo_rest_get_integrity,
    "200 503", "What was found the last time" },
  { "GET", "/integrity/checksum/{equivalent}", GEO_REST_BEARER,
    geo_rest_get_checksum, "200 404", "A digest of all debts" },
  { "POST", "/integrity/verify", GEO_REST_BEARER, geo_rest_post_verify,
    "200 404 422 503", "Reads the whole database" },
  { "GET", "/integrity/audit-log", GEO_REST_BEARER, geo_rest_get_integrity_log,
    "200 422", "When that was done" },

  { "GET", "/admin/config", GEO_REST_ADMIN, geo_rest_get_config, "200",
    "Settings" },
  { "PATCH", "/admin/config", GEO_REST_ADMIN, geo_rest_patch_config, "200 422",
    "Changes settings" },
  { "GET", "/admin/feature-flags", GEO_REST_ADMIN, geo_rest_get_flags, "200",
    "What is switched on" },
  { "PATCH", "/admin/feature-flags", GEO_REST_ADMIN, geo_rest_patch_flags,
    "200 422", "Switches on and off" },
  { "GET", "/admin/whoami", GEO_REST_ADMIN, geo_rest_get_whoami, "200",
    "That the token is good" },
  { "GET", "/admin/participants", GEO_REST_ADMIN, geo_rest_admin_participants,
    "200 422", "Everybody, with their status" },
  { "GET", "/admin/participants/stats", GEO_REST_ADMIN,
    geo_rest_admin_participants_stats, "200", "How many of whom" },
  { "POST", "/admin/participants/{pid}/freeze", GEO_REST_ADMIN,
    geo_rest_admin_freeze, "200 404 409 422",
    "Lets nothing go from, to or through somebody" },
  { "POST", "/admin/participants/{pid}/unfreeze", GEO_REST_ADMIN,
    geo_rest_admin_unfreeze, "200 404 409 422", "Lets it go again" },
  { "POST", "/admin/participants/{pid}/ban", GEO_REST_ADMIN, geo_rest_admin_ban,
    "200 404 409 422", "Freezes, and lets nobody sign in" },
  { "POST", "/admin/participants/{pid}/unban", GEO_REST_ADMIN,
    geo_rest_admin_unban, "200 404 409 422", "Lets them in again" },
  { "GET", "/admin/participants/{pid}/metrics", GEO_REST_ADMIN,
    geo_rest_admin_metrics, "200 404", "What somebody owes and is owed" },
  { "GET", "/admin/equivalents", GEO_REST_ADMIN, geo_rest_admin_get_equivalents,
    "200 422", "Also those that are inactive" },
  { "POST", "/admin/equivalents", GEO_REST_ADMIN,
    geo_rest_admin_post_equivalent, "200 400 409 422", "A new one" },
  { "PATCH", "/admin/equivalents/{code}", GEO_REST_ADMIN,
    geo_rest_admin_patch_equivalent, "200 404 409 422", "Changes one" },
  { "DELETE", "/admin/equivalents/{code}", GEO_REST_ADMIN,
    geo_rest_admin_delete_equivalent, "200 404 409 422",
    "Removes one that nothing counts in" },
  { "GET", "/admin/equivalents/{code}/usage", GEO_REST_ADMIN,
    geo_rest_admin_usage, "200 404", "What counts in it" },
  { "GET", "/admin/audit-log", GEO_REST_ADMIN, geo_rest_admin_audit_log,
    "200 422", "Who did what" },
  { "GET", "/admin/trustlines", GEO_REST_ADMIN, geo_rest_admin_trustlines,
    "200 422", "All lines" },
  { "GET", "/admin/trustlines/bottlenecks", GEO_REST_ADMIN,
    geo_rest_admin_bottlenecks, "200 422", "Lines with little left" },
  { "GET", "/admin/liquidity/summary", GEO_REST_ADMIN, geo_rest_admin_liquidity,
    "200 404 422", "Totals of the market" },
  { "GET", "/admin/incidents", GEO_REST_ADMIN, geo_rest_admin_incidents,
    "200 422", "What went wrong and is not settled" },
  { "POST", "/admin/transactions/{tx_id}/abort", GEO_REST_ADMIN,
    geo_rest_admin_abort, "200 404 409 422",
    "Refuses a payment that is under way" },
  { "GET", "/admin/graph/snapshot", GEO_REST_ADMIN, geo_rest_admin_graph,
    "200 404", "The whole market" },
  { "GET", "/admin/graph/ego", GEO_REST_ADMIN, geo_rest_admin_ego,
    "200 404 422", "The market around somebody" },
  { "GET", "/admin/clearing/cycles", GEO_REST_ADMIN, geo_rest_admin_cycles,
    "200 422 503", "All cycles of debts" },
  { "GET", "/admin/migrations", GEO_REST_ADMIN, geo_rest_admin_migrations,
    "200", "The version of the database" },
  { "GET", "/admin/health/db", GEO_REST_ADMIN, geo_rest_get_health_db,
    "200 503", "Whether the database can be read" },

  { NULL, NULL, 0, NULL, NULL, NULL },
};

/* --- The description -------------------------------------------------------
 */

static void
add_response (JsonObject *responses, const gchar *status) {
  JsonObject *response;

  if (json_object_has_member (responses, status))
    return;
  response = json_object_new ();
  json_object_set_string_member (response, "description",
                                 status[0] == '2' ? "Done" : "Refused");
  json_object_set_object_member (responses, status, response);
}

static JsonObject *
describe_responses (const GeoRestRoute *route) {
  JsonObject *responses = json_object_new ();
  g_auto (GStrv) statuses = g_strsplit (route->statuses, " ", -1);

  for (guint i = 0; statuses[i] != NULL; i++)
    add_response (responses, statuses[i]);
  switch (route->auth) {
  case GEO_REST_OPEN:
    break;
  case GEO_REST_BEARER:
    add_response (responses, "401");
    add_response (responses, "403");
    break;
  case GEO_REST_ADMIN:
    add_response (responses, "403");
    break;
  }
  add_response (responses, "429");
  add_response (responses, "500");
  return responses;
}

static void
add_security (JsonObject *operation, GeoRestAuth auth) {
  JsonArray *list;
  JsonObject *one;

  if (auth == GEO_REST_OPEN)
    return;
  list = json_array_new ();
  one = json_object_new ();
  json_object_set_array_member (
      one, auth == GEO_REST_BEARER ? "bearer" : "admin", json_array_new ());
  json_array_add_object_element (list, one);
  json_object_set_array_member (operation, "security", list);
}

static void
add_parameter (JsonObject *operation, const gchar *path) {
  const gchar *open = strchr (path, '{');
  g_autofree gchar *name = NULL;
  JsonArray *list;
  JsonObject *parameter, *schema;

  if (open == NULL)
    return;
  name = g_strndup (open + 1, strcspn (open + 1, "}"));
  schema = json_object_new ();
  json_object_set_string_member (schema, "type", "string");
  parameter = json_object_new ();
  json_object_set_string_member (parameter, "name", name);
  json_object_set_string_member (parameter, "in", "path");
  json_object_set_boolean_member (parameter, "required", TRUE);
  json_object_set_object_member (parameter, "schema", schema);
  list = json_array_new ();
  json_array_add_object_element (list, parameter);
  json_object_set_array_member (operation, "parameters", list);
}

static JsonObject *
describe_route (const GeoRestRoute *route) {
  JsonObject *operation = json_object_new ();

  json_object_set_string_member (operation, "summary", route->summary);
  json_object_set_object_member (operation, "responses",
                                 describe_responses (route));
  add_security (operation, route->auth);
  add_parameter (operation, route->path);
  return operation;
}

static JsonObject *
describe_paths (void) {
  JsonObject *paths = json_object_new ();

  for (const GeoRestRoute *route = geo_rest_routes; route->method != NULL;
       route++) {
    g_autofree gchar *path = g_strconcat (GEO_REST_PREFIX, route->path, NULL);
    g_autofree gchar *method = g_ascii_strdown (route->method, -1);

    if (!json_object_has_member (paths, path))
      json_object_set_object_member (paths, path, json_object_new ());
    json_object_set_object_member (json_object_get_object_member (paths, path),
                                   method, describe_route (route));
  }
  return paths;
}

static JsonObject *
describe_security (void) {
  JsonObject *schemes = json_object_new ();
  JsonObject *bearer = json_object_new ();
  JsonObject *admin = json_object_new ();
  JsonObject *components = json_object_new ();

  json_object_set_string_member (bearer, "type", "http");
  json_object_set_string_member (bearer, "scheme", "bearer");
  json_object_set_string_member (bearer, "bearerFormat", "JWT");
  json_object_set_string_member (admin, "type", "apiKey");
  json_object_set_string_member (admin, "in", "header");
  json_object_set_string_member (admin, "name", "X-Admin-Token");
  json_object_set_object_member (schemes, "bearer", bearer);
  json_object_set_object_member (schemes, "admin", admin);
  json_object_set_object_member (components, "securitySchemes", schemes);
  return components;
}

void
geo_rest_get_openapi (GeoRestCall *call) {
  JsonObject *object = json_object_new ();
  JsonObject *info = json_object_new ();

  json_object_set_string_member (info, "title", "GEO v0.1");
  json_object_set_string_member (info, "version", GEO_VERSION);
  json_object_set_string_member (object, "openapi", "3.1.0");
  json_object_set_object_member (object, "info", info);
  json_object_set_object_member (object, "paths", describe_paths ());
  json_object_set_object_member (object, "components", describe_security ());
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}
