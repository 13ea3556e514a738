/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finds the route of a request, and who asks.  It must not let a handler run
 * that its route's authorization does not allow.
 */
#include "hub/rest/geo-hub-rest.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"
#include "hub/rest/geo-rest-private.h"

#define JSON "application/json"

/* What was decided before the last restart. */
static void
apply (GeoHubRest *rest) {
  GeoCloserLimits limits;
  GHashTableIter iter;
  gpointer code;

  geo_closer_get_limits (geo_engine_get_closer (rest->engine), &limits);
  geo_hub_settings_apply (rest->settings, &limits);
  geo_engine_set_limits (rest->engine, &limits);
  g_hash_table_iter_init (&iter, rest->notes);
  while (g_hash_table_iter_next (&iter, &code, NULL))
    geo_rest_apply_note (rest, code);
}

GeoHubRest *
geo_hub_rest_new (GeoEngine *engine,
                  const GeoHubConfig *config,
                  const GeoHubKey *key,
                  const gchar *path,
                  GError **error) {
  GeoHubStore *reader = geo_engine_get_reader (engine);
  g_autoptr (GHashTable) tokens = NULL;
  g_autoptr (GHashTable) notes = NULL;
  g_autoptr (GHashTable) settings = NULL;
  GeoHubRest *rest;

  tokens = geo_hub_store_load_tokens (reader, geo_rest_now (), error);
  if (tokens == NULL)
    return NULL;
  notes = geo_hub_store_load_notes (reader, error);
  if (notes == NULL)
    return NULL;
  settings = geo_hub_store_load_settings (reader, error);
  if (settings == NULL)
    return NULL;

  rest = g_new0 (GeoHubRest, 1);
  rest->engine = engine;
  rest->config = config;
  rest->secret = geo_secret_ref (key->secret);
  geo_rest_token_derive_key (key->salt_key, rest->token_key);
  rest->path = g_strdup (path);
  rest->started_us = g_get_monotonic_time ();
  rest->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  rest->notes = g_steal_pointer (&notes);
  rest->logins = geo_rest_logins_new (g_steal_pointer (&tokens));
  rest->pending = geo_rest_pending_new ();
  rest->settings = geo_hub_settings_new (config, settings);
  rest->integrity = geo_rest_integrity_new ();
  rest->events = geo_rest_events_new (config->messages_per_second);
  rest->stop = g_cancellable_new ();
  apply (rest);
  return rest;
}

void
geo_hub_rest_free (GeoHubRest *rest) {
  if (rest == NULL)
    return;
  g_cancellable_cancel (rest->stop);
  g_object_unref (rest->stop);
  geo_rest_events_free (rest->events);
  geo_rest_integrity_free (rest->integrity);
  geo_rest_pending_free (rest->pending);
  geo_hub_settings_free (rest->settings);
  geo_rest_logins_free (rest->logins);
  g_hash_table_unref (rest->buckets);
  g_hash_table_unref (rest->notes);
  g_free (rest->openapi);
  g_free (rest->path);
  geo_secret_unref (rest->secret);
  sodium_memzero (rest->token_key, sizeof rest->token_key);
  g_free (rest);
}

void
geo_hub_rest_set_clearing (GeoHubRest *rest, GeoHubClearing *clearing) {
  rest->clearing = clearing;
}

void
geo_hub_rest_stored (GeoHubRest *rest, const GeoChange *change) {
  geo_rest_pending_stored (rest->pending, change);
  geo_rest_events_stored (rest->events, change);
}

/* FALSE: it is nobody's who may listen. */
static gboolean
read_listener (GeoHubRest *rest, const gchar *protocols, GeoRestToken *out) {
  g_autofree gchar *text = geo_rest_events_read_token (protocols);
  gboolean banned;

  return text != NULL && geo_rest_read_access (rest, text, out) &&
         geo_rest_read_banned (rest, &out->pid, &banned, NULL) && !banned;
}

const gchar *
geo_hub_rest_may_open (GeoHubRest *rest, const gchar *protocols) {
  GeoRestToken token;

  return read_listener (rest, protocols, &token) ? GEO_REST_EVENTS_PROTOCOL
                                                 : NULL;
}

void
geo_hub_rest_open (GeoHubRest *rest,
                   GeoSession *session,
                   const gchar *protocols) {
  GeoRestToken token;

  /* It was good when the handshake began. */
  if (read_listener (rest, protocols, &token))
    geo_rest_events_add (rest->events, session, &token.pid, token.expires);
  else
    geo_session_close (session, "token expired");
}

guint
geo_hub_rest_count_listeners (const GeoHubRest *rest) {
  return geo_rest_events_count (rest->events);
}

gboolean
geo_hub_rest_take_message (GeoHubRest *rest,
                           const GeoPid *to,
                           GeoMessage *message) {
  return geo_rest_pending_message (rest->pending, message);
}

/* --- Answers ---------------------------------------------------------------
 */

GeoTime
geo_rest_now (void) {
  return g_get_real_time () / 1000;
}

GeoReply *
geo_rest_take_reply (GeoRestCall *call) {
  g_assert (call->reply != NULL);
  return g_steal_pointer (&call->reply);
}

guint
geo_rest_status_of (GeoCode code) {
  switch (code) {
  case GEO_CODE_NOT_ALLOWED:
    return 403;
  case GEO_CODE_CONFLICT:
    return 409;
  case GEO_CODE_TIMEOUT:
    return 504;
  case GEO_CODE_INTERNAL:
    return 500;
  case GEO_CODE_NO_ROUTE:
  case GEO_CODE_CAPACITY:
  case GEO_CODE_LIMIT:
  case GEO_CODE_LINE_INACTIVE:
  case GEO_CODE_SIGNATURE:
  case GEO_CODE_INVALID:
    break;
  }
  return 400;
}

void
geo_rest_send (GeoReply *reply, guint status, JsonObject *object) {
  g_autofree gchar *text = geo_rest_object_to_text (object);

  geo_reply_send (reply, status, JSON, text, -1);
}

void
geo_rest_refuse (GeoReply *reply,
                 guint status,
                 GeoCode code,
                 const gchar *message,
                 JsonObject *details) {
  g_autofree gchar *text = geo_rest_error_text (code, message, details);

  geo_reply_send (reply, status, JSON, text, -1);
}

void
geo_rest_send_items (GeoReply *reply, JsonArray *items) {
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "items", items);
  geo_rest_send (reply, 200, object);
}

void
geo_rest_send_page (GeoReply *reply,
                    JsonArray *items,
                    const GeoRestPage *page,
                    gint64 total) {
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "items", items);
  json_object_set_int_member (object, "page", page->page);
  json_object_set_int_member (object, "per_page", page->per_page);
  json_object_set_int_member (object, "total", total);
  geo_rest_send (reply, 200, object);
}

void
geo_rest_send_faults (GeoReply *reply, GeoRestFaults *faults) {
  geo_rest_refuse (reply, 422, GEO_CODE_INVALID, "Validation error",
                   geo_rest_faults_take (faults, "errors"));
}

void
geo_rest_send_unreadable (GeoReply *reply, const GError *error) {
  g_warning ("the database cannot be read: %s", error->message);
  geo_rest_refuse (reply, 500, GEO_CODE_INTERNAL, "Internal error", NULL);
}

void
geo_rest_send_missing (GeoReply *reply, const gchar *what, const gchar *name) {
  g_autofree gchar *message =
      name == NULL ? g_strdup_printf ("%s not found", what)
                   : g_strdup_printf ("%s %s not found", what, name);

  geo_rest_refuse (reply, 404, GEO_CODE_NO_ROUTE, message, NULL);
}

/* {"detail": …}: what is said before the contract's own errors begin. */
static void
send_detail (GeoReply *reply, guint status, const gchar *detail) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "detail", detail);
  geo_rest_send (reply, status, object);
}

GeoRestLater *
geo_rest_later_new (GeoRestCall *call,
                    GeoRestLaterFunc func,
                    gpointer data,
                    GDestroyNotify destroy) {
  GeoRestLater *later = g_new0 (GeoRestLater, 1);

  later->rest = call->rest;
  later->reply = geo_rest_take_reply (call);
  later->func = func;
  later->data = data;
  later->destroy = destroy;
  return later;
}

void
geo_rest_later_done (gpointer data) {
  GeoRestLater *later = data;

  later->func (later->rest, g_steal_pointer (&later->reply), later->data);
}

void
geo_rest_later_free (gpointer data) {
  GeoRestLater *later = data;

  if (later->reply != NULL)
    geo_rest_refuse (g_steal_pointer (&later->reply), 500, GEO_CODE_INTERNAL,
                     "It could not be stored", NULL);
  if (later->destroy != NULL)
    later->destroy (later->data);
  g_free (later);
}

/* Or does not say what it is. */
static gboolean
is_json (const GeoRequest *request) {
  const gchar *type = request->content_type;

  return request->body_len == 0 || type == NULL ||
         g_ascii_strcasecmp (type, JSON) == 0;
}

JsonNode *
geo_rest_read_body (GeoRestCall *call,
                    const gchar *numbers,
                    GeoRestFaults *faults) {
  g_autoptr (JsonNode) root = NULL;

  if (is_json (call->request))
    root = geo_rest_body_parse (call->request->body, call->request->body_len,
                                numbers, faults);
  else
    geo_rest_faults_add (faults, "content_type", NULL,
                         "Content-Type should be application/json", NULL);
  if (root == NULL)
    geo_rest_send_faults (geo_rest_take_reply (call), faults);
  return g_steal_pointer (&root);
}

gboolean
geo_rest_is_faulty (GeoRestCall *call, GeoRestFaults *faults) {
  if (!geo_rest_faults_any (faults))
    return FALSE;
  geo_rest_send_faults (geo_rest_take_reply (call), faults);
  return TRUE;
}

GBytes *
geo_rest_signed_bytes (JsonObject *object) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  gchar *text;
  gsize len;

  json_node_take_object (node, object);
  text = geo_json_canonical (node, &len, NULL);
  return text == NULL ? NULL : g_bytes_new_take (text, len);
}

static gchar *
state_text (JsonObject *object) {
  return object == NULL ? NULL : geo_rest_object_to_text (object);
}

GeoAudit *
geo_rest_audit (const GeoRestCall *call,
                const gchar *role,
                const gchar *action,
                const gchar *object_type,
                const gchar *object_id,
                const gchar *reason,
                JsonObject *before,
                JsonObject *after) {
  GeoAudit *audit = g_new0 (GeoAudit, 1);

  audit->id = g_uuid_string_random ();
  audit->role = g_strdup (role);
  audit->action = g_strdup (action);
  audit->object_type = g_strdup (object_type);
  audit->object_id = g_strdup (object_id);
  audit->reason = g_strdup (reason);
  audit->before = state_text (before);
  audit->after = state_text (after);
  audit->request_id = g_strdup (call->request->request_id);
  audit->address = g_strdup (call->request->peer_address);
  return audit;
}

/* --- Routes ----------------------------------------------------------------
 */

/* Takes what stands at {…} out of path; FALSE where it is another path. */
static gboolean
match (const gchar *pattern, const gchar *path, gchar *args[]) {
  guint n = 0;

  for (; *pattern != '\0'; pattern++) {
    gsize len;

    if (*pattern != '{') {
      if (*path++ != *pattern)
        goto other;
      continue;
    }
    len = strcspn (path, "/");
    if (len == 0)
      goto other;
    g_assert (n < GEO_REST_ARGS_MAX);
    args[n++] = g_strndup (path, len);
    path += len;
    pattern = strchr (pattern, '}');
  }
  if (*path == '\0')
    return TRUE;
other:
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&args[i], g_free);
  return FALSE;
}

static gboolean
is_method (const GeoRequest *request, const gchar *method) {
  return g_str_equal (request->method, method) ||
         (g_str_equal (request->method, "HEAD") && g_str_equal (method, "GET"));
}

/* In a time that does not tell how much of it was right. */
static gboolean
is_same_secret (const gchar *a, const gchar *b) {
  GeoHash a_hash, b_hash;

  geo_hash_of (a, strlen (a), &a_hash);
  geo_hash_of (b, strlen (b), &b_hash);
  return sodium_memcmp (a_hash.bytes, b_hash.bytes, GEO_HASH_LEN) == 0;
}

/* FALSE: it is answered. */
static gboolean
check_admin (GeoRestCall *call) {
  const gchar *token = call->request->admin_token;

  if (token == NULL || token[0] == '\0') {
    geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                     "Admin token required", NULL);
    return FALSE;
  }
  if (call->rest->config->admin_token == NULL ||
      !is_same_secret (token, call->rest->config->admin_token)) {
    geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                     "Invalid admin token", NULL);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_allowed (GeoRestCall *call, GeoRestAuth auth) {
  switch (auth) {
  case GEO_REST_OPEN:
    return TRUE;
  case GEO_REST_BEARER:
    return geo_rest_sign_in (call);
  case GEO_REST_ADMIN:
    return check_admin (call);
  }
  g_assert_not_reached ();
}

/* Health is everybody's, and also at the root. */
static gboolean
is_health (const gchar *path) {
  return g_str_has_prefix (path, "/health");
}

static void
send_wrong_method (GeoReply *reply, GString *allowed) {
  geo_reply_set_header (reply, "Allow", allowed->str);
  send_detail (reply, 405, "Method Not Allowed");
}

void
geo_hub_rest_handle (GeoHubRest *rest,
                     const GeoRequest *request,
                     GeoReply *reply) {
  gboolean prefixed = g_str_has_prefix (request->path, GEO_REST_PREFIX "/");
  const gchar *path = prefixed ? request->path + strlen (GEO_REST_PREFIX)
                               : request->path;
  g_autoptr (GString) allowed = g_string_new (NULL);
  GeoRestCall call = { rest,
                       request,
                       reply,
                       geo_engine_get_book (rest->engine),
                       geo_engine_get_reader (rest->engine),
                       { { 0 } },
                       { NULL } };

  if (!is_health (path) && (!prefixed || !rest->config->rest_enabled)) {
    send_detail (reply, 404, "Not Found");
    return;
  }
  for (const GeoRestRoute *route = geo_rest_routes; route->method != NULL;
       route++) {
    if (!match (route->path, path, call.args))
      continue;
    if (is_method (request, route->method)) {
      if (is_allowed (&call, route->auth))
        route->func (&call);
      /* Answered, or taken to be answered later. */
      g_assert (call.reply == NULL);
    } else {
      g_string_append_printf (
          allowed, "%s%s%s", allowed->len > 0 ? ", " : "", route->method,
          g_str_equal (route->method, "GET") ? ", HEAD" : "");
    }
    for (guint i = 0; i < GEO_REST_ARGS_MAX; i++)
      g_clear_pointer (&call.args[i], g_free);
    if (call.reply == NULL)
      return;
  }
  if (allowed->len > 0)
    send_wrong_method (reply, allowed);
  else
    send_detail (reply, 404, "Not Found");
}
