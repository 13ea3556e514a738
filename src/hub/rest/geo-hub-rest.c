/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finds the route of a request, and who asks.  It must not let a handler run
 * that its route's authorization does not allow.
 */
#include "hub/rest/geo-hub-rest.h"

#include <sodium.h>
#include <string.h>

#include "hub/rest/geo-rest-private.h"

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

/* {"detail": …}: what is said before the contract's own errors begin. */
static void
send_detail (GeoReply *reply, guint status, const gchar *detail) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "detail", detail);
  geo_rest_send (reply, status, object);
}

static void
send_wrong_method (GeoReply *reply, GString *allowed) {
  geo_reply_set_header (reply, "Allow", allowed->str);
  send_detail (reply, 405, "Method Not Allowed");
}

static void
release_cb (gpointer user_data) {
  GeoReply **reply = user_data;

  geo_reply_release (g_steal_pointer (reply));
}

/* Not called before: the hub cannot write. */
static void
reply_free (gpointer data) {
  GeoReply **reply = data;

  if (*reply != NULL)
    geo_reply_drop (*reply);
  g_free (reply);
}

/* P1: what is answered at once was read, and may not be on disk yet; what is
 * answered later waited for that. */
static void
gate_cb (GeoReply *reply, gpointer user_data) {
  GeoHubRest *rest = user_data;

  if (!rest->is_handling) {
    geo_reply_release (reply);
    return;
  }
  geo_engine_when_stored (rest->engine, release_cb,
                          g_memdup2 (&reply, sizeof reply), reply_free);
}

static void
handle_with (GeoRestCall *call, const GeoRestRoute *route) {
  geo_reply_set_gate (call->reply, gate_cb, call->rest);
  call->rest->is_handling = TRUE;
  if (is_allowed (call, route->auth))
    route->func (call);
  call->rest->is_handling = FALSE;
  /* Answered, or taken to be answered later. */
  g_assert (call->reply == NULL);
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
      handle_with (&call, route);
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
