/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers REST requests.  Nobody signs in here yet, so it must not show
 * anything that is not everybody's to know.
 */
#include "hub/geo-hub-rest.h"

#include "config.h"
#include "core/geo-json.h"
#include "hub/geo-bucket.h"
#include "hub/geo-hub-registration.h"

#define PREFIX "/api/v1"
#define JSON "application/json"
/* Addresses whose registrations are counted; more, and those that have their
 * whole allowance again are forgotten. */
#define BUCKETS_MAX 10000

struct _GeoHubRest {
  GeoEngine *engine;
  const GeoHubConfig *config;
  gint64 started_us;
  GHashTable *buckets; /* Address → GeoBucket */
  GHashTable *pending; /* GeoPid: registrations on their way to the disk */
};

GeoHubRest *
geo_hub_rest_new (GeoEngine *engine, const GeoHubConfig *config) {
  GeoHubRest *rest = g_new0 (GeoHubRest, 1);

  rest->engine = engine;
  rest->config = config;
  rest->started_us = g_get_monotonic_time ();
  rest->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  rest->pending = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
  return rest;
}

void
geo_hub_rest_free (GeoHubRest *rest) {
  if (rest == NULL)
    return;
  g_hash_table_unref (rest->buckets);
  g_hash_table_unref (rest->pending);
  g_free (rest);
}

/* --- Answers -------------------------------------------------------------- */

/* Takes object. */
static void
send_object (GeoReply *reply, guint status, JsonObject *object) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree gchar *text = NULL;

  json_node_take_object (node, object);
  text = geo_json_canonical (node, NULL, NULL);
  g_assert (text != NULL);
  geo_reply_send (reply, status, JSON, text, -1);
}

static void
send_no (GeoReply *reply, guint status, GeoCode code, const gchar *message) {
  GeoHubRestNo no = { 0 };

  geo_hub_rest_no_set (&no, status, code, message, NULL);
  geo_reply_send (reply, no.status, JSON, no.body, -1);
  geo_hub_rest_no_clear (&no);
}

static void
send_detail (GeoReply *reply, guint status, const gchar *detail) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "detail", detail);
  send_object (reply, status, object);
}

static gchar *
now_text (void) {
  return geo_time_to_string (g_get_real_time () / 1000);
}

/* --- Health --------------------------------------------------------------- */

static void
get_health (GeoHubRest *rest, const GeoRequest *request, GeoReply *reply) {
  JsonObject *object = json_object_new ();
  g_autofree gchar *now = now_text ();

  json_object_set_string_member (object, "status", "ok");
  json_object_set_string_member (object, "version", GEO_VERSION);
  json_object_set_string_member (
      object, "environment", GEO_DEVELOPMENT ? "development" : "production");
  json_object_set_int_member (object, "uptime_seconds",
                              (g_get_monotonic_time () - rest->started_us) /
                                  G_TIME_SPAN_SECOND);
  json_object_set_string_member (object, "timestamp", now);
  send_object (reply, 200, object);
}

static void
get_healthz (GeoHubRest *rest, const GeoRequest *request, GeoReply *reply) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "status", "ok");
  send_object (reply, 200, object);
}

static void
get_health_db (GeoHubRest *rest, const GeoRequest *request, GeoReply *reply) {
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (GeoCommunity) community =
      geo_hub_store_get_community (geo_engine_get_reader (rest->engine), NULL);
  gint64 latency_ms = (g_get_monotonic_time () - start_us) / 1000;
  gboolean reachable = community != NULL;
  JsonObject *object = json_object_new ();
  JsonObject *db = json_object_new ();
  g_autofree gchar *now = now_text ();

  json_object_set_boolean_member (db, "reachable", reachable);
  json_object_set_int_member (db, "latency_ms", latency_ms);
  json_object_set_string_member (object, "status", reachable ? "ok" : "error");
  json_object_set_object_member (object, "db", db);
  json_object_set_string_member (object, "timestamp", now);
  send_object (reply, reachable ? 200 : 503, object);
}

/* --- Equivalents ---------------------------------------------------------- */

static gboolean
is_iso_code (const gchar *code) {
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isupper (code[i]))
      return FALSE;
  return code[3] == '\0';
}

static void
set_text (JsonObject *object, const gchar *name, const gchar *text) {
  if (text == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, text);
}

static JsonObject *
show_equivalent (const GeoEquivalent *equivalent, const gchar *at) {
  JsonObject *object = json_object_new ();
  JsonObject *metadata = json_object_new ();

  json_object_set_string_member (
      metadata, "type", geo_equivalent_kind_to_string (equivalent->kind));
  if (equivalent->kind == GEO_EQUIVALENT_KIND_FIAT &&
      is_iso_code (equivalent->code))
    json_object_set_string_member (metadata, "iso_code", equivalent->code);
  json_object_set_string_member (object, "code", equivalent->code);
  set_text (object, "symbol", equivalent->symbol);
  set_text (object, "description", equivalent->name);
  json_object_set_int_member (object, "precision", equivalent->precision);
  json_object_set_object_member (object, "metadata", metadata);
  json_object_set_boolean_member (object, "is_active", TRUE);
  json_object_set_string_member (object, "created_at", at);
  json_object_set_string_member (object, "updated_at", at);
  return object;
}

static void
get_equivalents (GeoHubRest *rest, const GeoRequest *request, GeoReply *reply) {
  const GeoCommunity *community =
      geo_book_get_community (geo_engine_get_book (rest->engine));
  g_autofree gchar *at = geo_time_to_string (community->at);
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < community->equivalents->len; i++)
    json_array_add_object_element (
        items,
        show_equivalent (g_ptr_array_index (community->equivalents, i), at));
  json_object_set_array_member (object, "items", items);
  send_object (reply, 200, object);
}

/* --- Registration --------------------------------------------------------- */

static gboolean
forget_full_cb (gpointer key, gpointer value, gpointer user_data) {
  return geo_bucket_is_full (value, *(gint64 *) user_data);
}

/* FALSE when that address has to wait. */
static gboolean
may_register (GeoHubRest *rest, const gchar *address, gint64 *wait_us) {
  gint64 now_us = g_get_monotonic_time ();
  GeoBucket *bucket = g_hash_table_lookup (rest->buckets, address);

  *wait_us = G_TIME_SPAN_MINUTE;
  if (bucket == NULL) {
    if (g_hash_table_size (rest->buckets) >= BUCKETS_MAX)
      g_hash_table_foreach_remove (rest->buckets, forget_full_cb, &now_us);
    if (g_hash_table_size (rest->buckets) >= BUCKETS_MAX)
      return FALSE;
    bucket = g_new (GeoBucket, 1);
    geo_bucket_init (bucket, rest->config->registrations_per_minute,
                     G_TIME_SPAN_MINUTE, rest->config->registrations_per_minute,
                     now_us);
    g_hash_table_insert (rest->buckets, g_strdup (address), bucket);
  }
  if (geo_bucket_take (bucket, now_us))
    return TRUE;
  *wait_us = geo_bucket_wait_us (bucket, now_us);
  return FALSE;
}

/* A registration on its way to the disk. */
typedef struct {
  GeoHubRest *rest;
  GeoReply *reply; /* NULL when it is answered. */
  GeoPid pid;
  gchar *body;
} Pending;

static void
pending_done (gpointer user_data) {
  Pending *pending = user_data;

  geo_reply_send (g_steal_pointer (&pending->reply), 201, JSON, pending->body,
                  -1);
}

static void
pending_free (gpointer user_data) {
  Pending *pending = user_data;

  /* It was not written: the hub stops. */
  if (pending->reply != NULL)
    send_no (g_steal_pointer (&pending->reply), 500, GEO_CODE_INTERNAL,
             "The registration could not be stored");
  g_hash_table_remove (pending->rest->pending, &pending->pid);
  g_free (pending->body);
  g_free (pending);
}

static gboolean
is_known (GeoHubRest *rest,
          const GeoPid *pid,
          gboolean *known,
          GError **error) {
  g_autofree gchar *text = NULL;
  g_autoptr (GError) local_error = NULL;
  GeoTime at;

  *known = geo_book_get_participant (geo_engine_get_book (rest->engine), pid) !=
               NULL ||
           g_hash_table_contains (rest->pending, pid);
  if (*known)
    return TRUE;
  text = geo_hub_store_find_registration (geo_engine_get_reader (rest->engine),
                                          pid, &at, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  *known = text != NULL;
  return TRUE;
}

static void
send_unreadable (GeoReply *reply, const GError *error) {
  g_warning ("the database cannot be read: %s", error->message);
  send_no (reply, 500, GEO_CODE_INTERNAL, "Internal error");
}

static void
store_registration (GeoHubRest *rest,
                    const GeoHubRegistration *registration,
                    GeoReply *reply) {
  GeoTime now = g_get_real_time () / 1000;
  GeoChange *change = geo_change_new (GEO_CHANGE_REGISTRATION, now);
  Pending *pending = g_new0 (Pending, 1);

  change->pid = registration->pid;
  change->registration = g_strdup (registration->text);
  pending->rest = rest;
  pending->reply = reply;
  pending->pid = registration->pid;
  pending->body = geo_hub_registration_show (registration, now);
  g_hash_table_add (rest->pending, geo_pid_dup (&registration->pid));
  geo_engine_store (rest->engine, change, pending_done, pending, pending_free);
}

static void
post_participants (GeoHubRest *rest,
                   const GeoRequest *request,
                   GeoReply *reply) {
  g_autoptr (GeoHubRegistration) registration = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubRestNo no = { 0 };
  gint64 wait_us;
  gboolean known;

  if (!may_register (rest, request->peer_address, &wait_us)) {
    g_autofree gchar *seconds =
        g_strdup_printf ("%" G_GINT64_FORMAT, wait_us / G_TIME_SPAN_SECOND + 1);

    geo_reply_set_header (reply, "Retry-After", seconds);
    send_no (reply, 429, GEO_CODE_INVALID, "Too many registrations");
    return;
  }
  registration = geo_hub_registration_parse (request->body, request->body_len,
                                             &no);
  if (registration == NULL) {
    geo_reply_send (reply, no.status, JSON, no.body, -1);
    geo_hub_rest_no_clear (&no);
    return;
  }
  if (!is_known (rest, &registration->pid, &known, &error)) {
    send_unreadable (reply, error);
    return;
  }
  if (known) {
    send_no (reply, 409, GEO_CODE_CONFLICT, "Participant already exists");
    return;
  }
  /* This contract has no place for an invitation's code. */
  if (!rest->config->open || rest->config->code != NULL) {
    send_no (reply, 403, GEO_CODE_NOT_ALLOWED, "Joining is by invitation");
    return;
  }
  store_registration (rest, registration, reply);
}

static void
get_participant (GeoHubRest *rest, const gchar *text, GeoReply *reply) {
  g_autofree gchar *missing = NULL;
  g_autofree gchar *stored = NULL;
  g_autofree gchar *body = NULL;
  g_autoptr (GeoHubRegistration) registration = NULL;
  g_autoptr (GError) error = NULL;
  GeoTime at = 0;
  GeoPid pid;

  if (geo_pid_parse (text, &pid, NULL)) {
    stored = geo_hub_store_find_registration (
        geo_engine_get_reader (rest->engine), &pid, &at, &error);
    if (error != NULL) {
      send_unreadable (reply, error);
      return;
    }
  }
  if (stored == NULL) {
    missing = g_strdup_printf ("Participant %s not found", text);
    send_no (reply, 404, GEO_CODE_NO_ROUTE, missing);
    return;
  }
  registration = geo_hub_registration_load (stored, &error);
  if (registration == NULL) {
    send_unreadable (reply, error);
    return;
  }
  body = geo_hub_registration_show (registration, at);
  geo_reply_send (reply, 200, JSON, body, -1);
}

/* --- Routes --------------------------------------------------------------- */

typedef void (*RouteFunc) (GeoHubRest *rest,
                           const GeoRequest *request,
                           GeoReply *reply);

static const struct {
  const gchar *method;
  const gchar *path; /* Behind the prefix */
  gboolean at_root; /* Also without it */
  RouteFunc func;
} routes[] = {
  { "GET", "/health", TRUE, get_health },
  { "GET", "/healthz", TRUE, get_healthz },
  { "GET", "/health/db", TRUE, get_health_db },
  { "GET", "/equivalents", FALSE, get_equivalents },
  { "POST", "/participants", FALSE, post_participants },
};

#define ONE_PARTICIPANT "/participants/"

static gboolean
is_method (const GeoRequest *request, const gchar *method) {
  return g_str_equal (request->method, method) ||
         (g_str_equal (request->method, "HEAD") && g_str_equal (method, "GET"));
}

static void
send_wrong_method (GeoReply *reply, const gchar *allowed) {
  geo_reply_set_header (reply, "Allow", allowed);
  send_detail (reply, 405, "Method Not Allowed");
}

void
geo_hub_rest_handle (GeoHubRest *rest,
                     const GeoRequest *request,
                     GeoReply *reply) {
  gboolean prefixed = g_str_has_prefix (request->path, PREFIX "/");
  const gchar *path = prefixed ? request->path + sizeof PREFIX - 1
                               : request->path;

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!g_str_equal (path, routes[i].path) ||
        (!prefixed && !routes[i].at_root))
      continue;
    if (is_method (request, routes[i].method))
      routes[i].func (rest, request, reply);
    else
      send_wrong_method (reply, routes[i].method);
    return;
  }
  if (prefixed && g_str_has_prefix (path, ONE_PARTICIPANT)) {
    const gchar *name = path + sizeof ONE_PARTICIPANT - 1;

    if (g_strrstr (name, "/") == NULL && name[0] != '\0') {
      if (is_method (request, "GET"))
        get_participant (rest, name, reply);
      else
        send_wrong_method (reply, "GET");
      return;
    }
  }
  send_detail (reply, 404, "Not Found");
}
