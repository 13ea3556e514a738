/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What bodies and answers look like, and how that becomes an OpenAPI document.
 * It must not say more than is kept: the tests hold every answer to it.
 */
#include "config.h"

#include "hub/rest/geo-rest-openapi.h"

#include <string.h>

#include "hub/rest/geo-rest-private.h"

#define STATUS "active/suspended/deleted"
#define TYPE "person/business/organization/hub"
#define OF_PAGE " page:int per_page:int total:int"

/* --- What there is ---------------------------------------------------------
 */

static const struct {
  const gchar *name;
  const gchar *fields;
} schemas[] = {
  { "Error", "error:ErrorReason" },
  { "ErrorReason", "code:text message:text details:object" },
  /* Said of a request that nothing was made of. */
  { "Detail", "detail:text" },
  { "OpenApi", "openapi:text info:object paths:object components:object" },

  { "Health", "status:text version:text environment:text uptime_seconds:int "
              "timestamp:time" },
  { "Healthz", "status:text" },
  { "HealthDb", "status:ok/error db:Database timestamp:time" },
  { "Database", "reachable:bool latency_ms:int" },

  { "ChallengeRequest", "pid:text" },
  { "Challenge", "challenge:text expires_at:time" },
  { "Login", "pid:pid challenge:text signature:signature "
             "device_info?:object?" },
  { "Refresh", "refresh_token:text" },
  { "Tokens", "access_token:text refresh_token:text token_type:text "
              "expires_in:int participant:TokensParticipant" },
  { "TokensParticipant", "pid:pid display_name:text status:" STATUS },

  { "Registration", "display_name:text public_key:key type?:" TYPE "? "
                    "profile?:object? signature:signature" },
  { "ParticipantChange", "display_name?:text? profile?:object? "
                         "signature:signature" },
  { "Participant", "display_name:text type:" TYPE " public_key:key pid:pid "
                   "status:" STATUS " verification_level:int created_at:time "
                   "updated_at:time profile:object? "
                   "public_stats:PublicStats?" },
  { "Me", "display_name:text type:" TYPE " public_key:key pid:pid "
          "status:" STATUS " verification_level:int created_at:time "
          "updated_at:time profile:object? public_stats:PublicStats? "
          "stats:Stats" },
  { "PublicStats", "total_incoming_trust?:amount member_since:time" },
  { "Stats", "total_incoming_trust:amount total_outgoing_trust:amount "
             "total_debt:amount total_credit:amount net_balance:amount" },
  { "Participants", "items:[Participant]" },

  { "Equivalent", "code:text symbol:text? description:text? precision:int "
                  "metadata:object is_active:bool created_at:time "
                  "updated_at:time" },
  { "Equivalents", "items:[Equivalent]" },

  { "Balance", "equivalents:[BalanceOfEquivalent]" },
  { "BalanceOfEquivalent", "code:text total_debt:amount total_credit:amount "
                           "net_balance:amount available_to_spend:amount "
                           "available_to_receive:amount" },
  { "Debts", "outgoing:[DebtOwed] incoming:[DebtDue]" },
  { "DebtOwed", "creditor:pid creditor_name:text equivalent:text "
                "amount:amount" },
  { "DebtDue", "debtor:pid debtor_name:text equivalent:text amount:amount" },

  { "TrustlineRequest", "to:pid equivalent:text limit:decimal "
                        "policy?:PolicyRequest? signature:signature" },
  { "TrustlineChange", "limit?:decimal? policy?:PolicyRequest? "
                       "signature:signature" },
  { "TrustlineClose", "signature:signature" },
  { "TrustlineClosed", "status:text message:text" },
  { "PolicyRequest", "auto_clearing?:bool can_be_intermediate?:bool "
                     "daily_limit?:decimal? blocked_participants?:[pid] "
                     "consent?:standing/live lan_share?:int "
                     "spare_clearing?:decimal?" },
  { "Policy", "auto_clearing:bool can_be_intermediate:bool "
              "daily_limit:amount? blocked_participants:[pid] "
              "consent?:standing/live frozen?:bool "
              "spare_clearing?:amount" },
  { "Trustline", "policy:Policy id:text from:pid to:pid "
                 "from_display_name:text to_display_name:text equivalent:text "
                 "limit:amount used:amount available:amount "
                 "status:active/closed created_at:time updated_at:time" },
  { "Trustlines", "items:[Trustline]" },

  { "Capacity", "can_pay:bool max_amount:amount routes_count:int "
                "estimated_hops:int" },
  { "MaxFlow", "max_amount:amount paths:[FlowPath] "
               "bottlenecks:[FlowBottleneck] algorithm:text "
               "computed_at:time" },
  { "FlowPath", "path:[pid] capacity:amount" },
  { "FlowBottleneck", "from:pid to:pid limit:amount used:amount "
                      "available:amount" },
  { "PaymentRequest", "tx_id:tx_id to:pid equivalent:text amount:amount "
                      "description?:text? constraints?:Constraints? "
                      "signature:signature" },
  { "Constraints", "max_hops?:int? max_paths?:int? timeout_ms?:int? "
                   "avoid?:[pid]?" },
  { "Payment", "tx_id:tx_id status:PREPARED/COMMITTED/ABORTED from:pid to:pid "
               "equivalent:text amount:amount routes:[Route] "
               "error:ErrorReason? created_at:time committed_at:time?" },
  { "Route", "path:[pid] amount:amount" },
  { "Payments", "items:[Payment]" },

  { "Cycles", "cycles:[[CycleDebt]]" },
  { "CycleDebt", "debt_id:text debtor:pid creditor:pid amount:amount" },
  { "Cleared", "equivalent:text cleared_cycles:int" },

  { "IntegrityStatus", "status:healthy/critical last_check:time "
                       "equivalents:{EquivalentIntegrity} alerts:[text]" },
  { "VerifyRequest", "equivalent?:text?" },
  { "Verified", "status:healthy/critical checked_at:time "
                "equivalents:{EquivalentIntegrity} alerts:[text]" },
  { "EquivalentIntegrity", "status:healthy/critical checksum:text "
                           "last_verified:time? invariants:Invariants" },
  { "Invariants", "zero_sum:Invariant trust_limits:Invariant "
                  "debt_symmetry:Invariant" },
  { "Invariant", "passed:bool value:text? violations:int? details:object?" },
  { "Checksum", "equivalent:text checksum:text created_at:time "
                "invariants_status:Invariants" },
  { "IntegrityLog", "items:[IntegrityLogLine]" },
  { "IntegrityLogLine", "timestamp:time actor_id:text? action:text "
                        "object_type:text? object_id:text? "
                        "after_state:object?" },

  { "Reason", "reason:text" },
  { "Config", "items:[Setting]" },
  { "Setting", "key:text value:anything mutable:bool" },
  { "ConfigChange", "updates:{anything} reason?:text?" },
  { "ConfigChanged", "updated:[text]" },
  { "Flags", "multipath_enabled:bool full_multipath_enabled:bool "
             "clearing_enabled:bool" },
  { "FlagsChange", "multipath_enabled?:bool? full_multipath_enabled?:bool? "
                   "clearing_enabled?:bool? reason?:text?" },
  { "Whoami", "role:text" },
  { "AdminParticipant", "pid:pid display_name:text type:" TYPE " status:" STATUS
                        " verification_level:int "
                        "created_at:time" },
  { "AdminParticipants", "items:[AdminParticipant]" OF_PAGE },
  { "ParticipantsStats", "participants_by_status:{int} "
                         "participants_by_type:{int} total_participants:int" },
  { "StatusChanged", "pid:pid status:" STATUS },
  { "Metrics", "pid:pid equivalent:text? balance_rows:[MetricsRow] "
               "counterparty:object? concentration:object? "
               "distribution:object? rank:object? capacity:object? "
               "activity:object? meta:object" },
  { "MetricsRow", "equivalent:text outgoing_limit:amount "
                  "outgoing_used:amount incoming_limit:amount "
                  "incoming_used:amount total_debt:amount "
                  "total_credit:amount net:amount" },
  { "EquivalentRequest", "code:text symbol?:text? description?:text? "
                         "precision?:int? metadata?:object? is_active?:bool? "
                         "reason?:text?" },
  { "EquivalentChange", "symbol?:text? description?:text? precision?:int? "
                        "metadata?:object? is_active?:bool? reason?:text?" },
  { "EquivalentDeleted", "deleted:text" },
  { "EquivalentUsage", "code:text trustlines:int debts:int "
                       "integrity_checkpoints:int" },
  { "AuditLog", "items:[AuditLogLine]" OF_PAGE },
  { "AuditLogLine", "id:text timestamp:time actor_id:text? actor_role:text? "
                    "action:text object_type:text? object_id:text? "
                    "reason:text? before_state:object? after_state:object? "
                    "request_id:text? ip_address:text? user_agent:text?" },
  { "AdminTrustlines", "items:[Trustline]" OF_PAGE },
  { "Bottlenecks", "threshold:number items:[Trustline]" },
  { "Liquidity", "equivalent:text? threshold:number updated_at:time "
                 "active_trustlines:int bottlenecks:int "
                 "incidents_over_sla:int total_limit:amount "
                 "total_used:amount total_available:amount "
                 "top_creditors:[Net] top_debtors:[Net] top_by_abs_net:[Net] "
                 "top_bottleneck_edges:[Trustline]" },
  { "Net", "pid:pid display_name:text net:amount" },
  { "Incident", "tx_id:text state:text initiator_pid:pid equivalent:text "
                "age_seconds:int sla_seconds:int created_at:time text:text" },
  { "Incidents", "items:[Incident]" OF_PAGE },
  { "Aborted", "tx_id:text status:text" },
  { "Graph", "participants:[GraphParticipant] trustlines:[GraphTrustline] "
             "debts:[GraphDebt] equivalents:[Equivalent] "
             "incidents:[Incident] audit_log:[AuditLogLine] "
             "transactions:[GraphTransaction] root_pid?:pid" },
  { "GraphParticipant",
    "pid:pid display_name:text type:" TYPE " status:" STATUS },
  { "GraphTrustline", "id:text equivalent:text from:pid to:pid "
                      "from_display_name:text to_display_name:text "
                      "limit:amount used:amount available:amount "
                      "status:active/closed created_at:time "
                      "updated_at:time" },
  { "GraphDebt", "equivalent:text debtor:pid creditor:pid amount:amount" },
  { "GraphTransaction", "tx_id:tx_id type:text state:text initiator_pid:pid "
                        "to:pid equivalent:text amount:amount "
                        "created_at:time" },
  { "AdminCycles", "equivalents:{EquivalentCycles}" },
  { "EquivalentCycles", "cycles:[[AdminCycleDebt]]" },
  { "AdminCycleDebt", "equivalent:text debtor:pid creditor:pid "
                      "amount:amount" },
  { "Migrations", "current_revision:text head_revision:text "
                  "is_up_to_date:bool" },
};

/* Words for values that are texts of a form. */
static const struct {
  const gchar *word;
  const gchar *type;
  const gchar *pattern; /* NULL: any */
  const gchar *format; /* NULL: none */
} words[] = {
  { "text", "string", NULL, NULL },
  { "int", "integer", NULL, NULL },
  { "number", "number", NULL, NULL },
  { "bool", "boolean", NULL, NULL },
  { "object", "object", NULL, NULL },
  { "time", "string", NULL, "date-time" },
  { "pid", "string", "^[1-9A-HJ-NP-Za-km-z]{32,44}$", NULL },
  { "key", "string", "^[A-Za-z0-9+/]{43}=$", NULL },
  { "signature", "string", "^[A-Za-z0-9+/]{86}==$", NULL },
  { "tx_id", "string", "^[A-Za-z0-9._:-]{1,64}$", NULL },
  { "amount", "string", "^-?[0-9]+(\\.[0-9]+)?$", NULL },
};

/* --- Types -----------------------------------------------------------------
 */

static void
set_ref (JsonObject *object, const gchar *name) {
  g_autofree gchar *ref = g_strconcat ("#/components/schemas/", name, NULL);

  json_object_set_string_member (object, "$ref", ref);
}

static JsonObject *
make_plain (const gchar *type) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  return object;
}

static JsonObject *
make_words (const gchar *type) {
  g_auto (GStrv) list = g_strsplit (type, "/", -1);
  JsonObject *object = make_plain ("string");
  JsonArray *array = json_array_new ();

  for (guint i = 0; list[i] != NULL; i++)
    json_array_add_string_element (array, list[i]);
  json_object_set_array_member (object, "enum", array);
  return object;
}

/* One of two; takes them. */
static JsonObject *
make_either (JsonObject *one, JsonObject *other) {
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  json_array_add_object_element (array, one);
  json_array_add_object_element (array, other);
  json_object_set_array_member (object, "anyOf", array);
  return object;
}

static JsonObject *
make_word (const gchar *word) {
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    JsonObject *object;

    if (!g_str_equal (words[i].word, word))
      continue;
    object = make_plain (words[i].type);
    if (words[i].pattern != NULL)
      json_object_set_string_member (object, "pattern", words[i].pattern);
    if (words[i].format != NULL)
      json_object_set_string_member (object, "format", words[i].format);
    return object;
  }
  return NULL;
}

static JsonObject *
make_type (const gchar *text) {
  gsize len = strlen (text);
  g_autofree gchar *inner = NULL;
  JsonObject *object;

  g_assert (len > 0);
  if (text[len - 1] == '?') {
    inner = g_strndup (text, len - 1);
    return make_either (make_type (inner), make_plain ("null"));
  }
  if (text[0] == '[' || text[0] == '{') {
    inner = g_strndup (text + 1, len - 2);
    object = make_plain (text[0] == '[' ? "array" : "object");
    json_object_set_object_member (
        object, text[0] == '[' ? "items" : "additionalProperties",
        make_type (inner));
    return object;
  }
  if (strchr (text, '/') != NULL)
    return make_words (text);
  if (g_str_equal (text, "anything"))
    return json_object_new ();
  if (g_str_equal (text, "decimal"))
    return make_either (make_type ("amount"), make_plain ("number"));
  object = make_word (text);
  if (object != NULL)
    return object;
  /* Anything else is a name of the table above. */
  g_assert (g_ascii_isupper (text[0]));
  object = json_object_new ();
  set_ref (object, text);
  return object;
}

/* name:type or name?:type; name (owned by the caller) and whether it may be
 * missing. */
static JsonObject *
make_field (const gchar *field, gchar **name, gboolean *optional) {
  const gchar *colon = strchr (field, ':');

  g_assert (colon != NULL && colon > field);
  *optional = colon[-1] == '?';
  *name = g_strndup (field, (gsize) (colon - field) - (*optional ? 1 : 0));
  return make_type (colon + 1);
}

static JsonObject *
make_schema (const gchar *fields) {
  g_auto (GStrv) list = g_strsplit (fields, " ", -1);
  JsonObject *object = make_plain ("object");
  JsonObject *properties = json_object_new ();
  JsonArray *required = json_array_new ();

  for (guint i = 0; list[i] != NULL; i++) {
    g_autofree gchar *name = NULL;
    gboolean optional;
    JsonObject *type = make_field (list[i], &name, &optional);

    json_object_set_object_member (properties, name, type);
    if (!optional)
      json_array_add_string_element (required, name);
  }
  json_object_set_object_member (object, "properties", properties);
  if (json_array_get_length (required) > 0)
    json_object_set_array_member (object, "required", required);
  else
    json_array_unref (required);
  return object;
}

/* --- Routes ----------------------------------------------------------------
 */

/* {"content": {"application/json": {"schema": …}}}; takes schema. */
static void
set_content (JsonObject *object, JsonObject *schema) {
  JsonObject *content = json_object_new ();
  JsonObject *json = json_object_new ();

  json_object_set_object_member (json, "schema", schema);
  json_object_set_object_member (content, "application/json", json);
  json_object_set_object_member (object, "content", content);
}

static JsonObject *
describe_refused (void) {
  JsonObject *response = json_object_new ();

  json_object_set_string_member (response, "description", "Refused");
  set_content (response,
               make_either (make_type ("Error"), make_type ("Detail")));
  return response;
}

static void
add_response (JsonObject *responses, const gchar *status, const gchar *answer) {
  JsonObject *response;

  if (json_object_has_member (responses, status))
    return;
  response = json_object_new ();
  /* A handshake is answered by the server, in no form of ours. */
  if (answer != NULL && status[0] >= '4')
    json_object_set_string_member (response, "$ref",
                                   "#/components/responses/Refused");
  else
    json_object_set_string_member (response, "description",
                                   status[0] < '4' ? "Done" : "Refused");
  if (answer != NULL && status[0] < '4')
    set_content (response, make_type (answer));
  json_object_set_object_member (responses, status, response);
}

static JsonObject *
describe_responses (const GeoRestRoute *route) {
  JsonObject *responses = json_object_new ();
  g_auto (GStrv) statuses = g_strsplit (route->statuses, " ", -1);

  for (guint i = 0; statuses[i] != NULL; i++)
    add_response (responses, statuses[i], route->answer);
  switch (route->auth) {
  case GEO_REST_OPEN:
    break;
  case GEO_REST_BEARER:
    add_response (responses, "401", route->answer);
    add_response (responses, "403", route->answer);
    break;
  case GEO_REST_ADMIN:
    add_response (responses, "403", route->answer);
    break;
  }
  if (route->body != NULL)
    add_response (responses, "413", route->answer);
  /* An address that is none. */
  add_response (responses, "400", route->answer);
  add_response (responses, "429", route->answer);
  add_response (responses, "500", route->answer);
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

/* Takes schema. */
static void
add_parameter (JsonArray *list,
               const gchar *place,
               const gchar *name,
               gboolean required,
               JsonObject *schema) {
  JsonObject *parameter = json_object_new ();

  json_object_set_string_member (parameter, "name", name);
  json_object_set_string_member (parameter, "in", place);
  json_object_set_boolean_member (parameter, "required", required);
  json_object_set_object_member (parameter, "schema", schema);
  json_array_add_object_element (list, parameter);
}

static void
add_parameters (JsonObject *operation, const GeoRestRoute *route) {
  const gchar *open = strchr (route->path, '{');
  g_auto (GStrv) fields = route->query == NULL
                              ? NULL
                              : g_strsplit (route->query, " ", -1);
  JsonArray *list;

  if (open == NULL && fields == NULL)
    return;
  list = json_array_new ();
  if (open != NULL) {
    g_autofree gchar *name = g_strndup (open + 1, strcspn (open + 1, "}"));

    add_parameter (list, "path", name, TRUE, make_plain ("string"));
  }
  for (guint i = 0; fields != NULL && fields[i] != NULL; i++) {
    g_autofree gchar *name = NULL;
    gboolean optional;
    JsonObject *schema = make_field (fields[i], &name, &optional);

    add_parameter (list, "query", name, !optional, schema);
  }
  json_object_set_array_member (operation, "parameters", list);
}

static void
add_body (JsonObject *operation, const gchar *body) {
  JsonObject *object;

  if (body == NULL)
    return;
  object = json_object_new ();
  json_object_set_boolean_member (object, "required", TRUE);
  set_content (object, make_type (body));
  json_object_set_object_member (operation, "requestBody", object);
}

/* "post_trustlines", "get_trustlines_id". */
static void
add_names (JsonObject *operation, const GeoRestRoute *route) {
  g_autofree gchar *id = g_strconcat (route->method, route->path, NULL);
  g_autoptr (GString) name = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (route->path + 1, "/", 2);
  JsonArray *tags = json_array_new ();

  for (const gchar *c = id; *c != '\0'; c++) {
    if (g_ascii_isalnum (*c))
      g_string_append_c (name, g_ascii_tolower (*c));
    else if (*c != '}' && name->str[name->len - 1] != '_')
      g_string_append_c (name, '_');
  }
  json_object_set_string_member (operation, "operationId", name->str);
  json_array_add_string_element (tags, parts[0]);
  json_object_set_array_member (operation, "tags", tags);
}

static JsonObject *
describe_route (const GeoRestRoute *route) {
  JsonObject *operation = json_object_new ();

  add_names (operation, route);
  json_object_set_string_member (operation, "summary", route->summary);
  json_object_set_object_member (operation, "responses",
                                 describe_responses (route));
  add_security (operation, route->auth);
  add_parameters (operation, route);
  add_body (operation, route->body);
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

/* --- The whole -------------------------------------------------------------
 */

static JsonObject *
describe_security (void) {
  JsonObject *schemes = json_object_new ();
  JsonObject *bearer = json_object_new ();
  JsonObject *admin = json_object_new ();

  json_object_set_string_member (bearer, "type", "http");
  json_object_set_string_member (bearer, "scheme", "bearer");
  json_object_set_string_member (bearer, "bearerFormat", "JWT");
  json_object_set_string_member (admin, "type", "apiKey");
  json_object_set_string_member (admin, "in", "header");
  json_object_set_string_member (admin, "name", "X-Admin-Token");
  json_object_set_object_member (schemes, "bearer", bearer);
  json_object_set_object_member (schemes, "admin", admin);
  return schemes;
}

static JsonObject *
describe_schemas (void) {
  JsonObject *object = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    json_object_set_object_member (object, schemas[i].name,
                                   make_schema (schemas[i].fields));
  return object;
}

JsonObject *
geo_rest_openapi_make (void) {
  JsonObject *object = json_object_new ();
  JsonObject *info = json_object_new ();
  JsonObject *components = json_object_new ();
  JsonObject *responses = json_object_new ();

  json_object_set_string_member (info, "title", "GEO v0.1");
  json_object_set_string_member (info, "version", GEO_VERSION);
  json_object_set_object_member (components, "securitySchemes",
                                 describe_security ());
  json_object_set_object_member (components, "schemas", describe_schemas ());
  json_object_set_object_member (responses, "Refused", describe_refused ());
  json_object_set_object_member (components, "responses", responses);
  json_object_set_string_member (object, "openapi", "3.1.0");
  json_object_set_object_member (object, "info", info);
  json_object_set_object_member (object, "paths", describe_paths ());
  json_object_set_object_member (object, "components", components);
  return object;
}

/* Anybody may ask, so it is made once. */
void
geo_rest_get_openapi (GeoRestCall *call) {
  GeoHubRest *rest = call->rest;

  if (rest->openapi == NULL)
    rest->openapi = geo_rest_object_to_text (geo_rest_openapi_make ());
  geo_reply_send (geo_rest_take_reply (call), 200, "application/json",
                  rest->openapi, -1);
}
