/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Those who listen.  It must not tell anybody of what they take no part in, nor
 * keep more for one who does not read than is agreed.
 */
#include "hub/rest/geo-rest-events.h"

#include <string.h>

#include "core/geo-json.h"
#include "hub/geo-bucket.h"
#include "hub/geo-hub-guest.h"
#include "hub/rest/geo-rest-json.h"

/* Listeners of one participant: a phone, a till, and some more. */
#define LISTENERS_OF_ONE_MAX 16
/* Bytes that may wait for one who does not read: hundreds of events. */
#define QUEUE_MAX (256 * 1024)
/* Silence after which it is asked whether it is still there. */
#define PING_SECONDS 30
#define PAUSE_MS 20

typedef struct {
  GeoRestEvents *events;
  GeoSession *session;
  GeoPid pid;
  GeoTime expires;
  guint subscribed;
  guint bad;
  gint64 pinged_us;
  GeoBucket messages;
  guint pause_id;
  gboolean over; /* Closed by us; what still comes is not for us. */
} Listener;

struct _GeoRestEvents {
  guint messages_per_second;
  GHashTable *by_session; /* GeoSession → Listener, owned */
  GHashTable *by_pid; /* GeoPid → GPtrArray of Listener */
  guint watch_id;
};

static const struct {
  GeoRestEvent event;
  const gchar *name;
} names[] = {
  { GEO_REST_EVENT_PAYMENT, "payment.received" },
  { GEO_REST_EVENT_LINE, "trustline.updated" },
  { GEO_REST_EVENT_CLEARING, "clearing.completed" },
};

/* --- What they say ---------------------------------------------------------
 */

gchar *
geo_rest_events_read_token (const gchar *protocols) {
  g_auto (GStrv) parts = NULL;

  if (protocols == NULL)
    return NULL;
  parts = g_strsplit (protocols, ",", 3);
  if (g_strv_length (parts) != 2 ||
      !g_str_equal (g_strstrip (parts[0]), GEO_REST_EVENTS_PROTOCOL))
    return NULL;
  return g_strdup (g_strstrip (parts[1]));
}

static gchar *
say (const gchar *type, const gchar *name, const gchar *value) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, name, value);
  return geo_rest_object_to_text (object);
}

/* 0: there is no such event. */
static guint
event_of (JsonNode *node) {
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].name, json_node_get_string (node)))
      return names[i].event;
  return 0;
}

/* Those that there are, as they were asked for; what else was asked for is told
 * by what is missing. */
static gchar *
subscribe (JsonArray *wanted, guint *subscribed) {
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  *subscribed = 0;
  for (guint i = 0; i < json_array_get_length (wanted); i++) {
    JsonNode *node = json_array_get_element (wanted, i);
    guint event = event_of (node);

    if (event == 0 || (*subscribed & event) != 0)
      continue;
    *subscribed |= event;
    json_array_add_string_element (array, json_node_get_string (node));
  }
  json_object_set_string_member (object, "type", "subscribed");
  json_object_set_array_member (object, "events", array);
  return geo_rest_object_to_text (object);
}

static gboolean
is_text (JsonObject *object, const gchar *name, const gchar *wanted) {
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_STRING &&
         g_str_equal (json_node_get_string (node), wanted);
}

gchar *
geo_rest_events_answer (const gchar *text, guint *subscribed, gboolean *good) {
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonNode *wanted;

  *good = TRUE;
  if (g_str_equal (text, "ping"))
    return g_strdup ("pong");
  root = geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, NULL);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root)) {
    object = json_node_get_object (root);
    wanted = json_object_get_member (object, "events");
    if (is_text (object, "type", "subscribe") && wanted != NULL &&
        JSON_NODE_HOLDS_ARRAY (wanted))
      return subscribe (json_node_get_array (wanted), subscribed);
  }
  *good = FALSE;
  return say ("error", "error",
              root == NULL ? "invalid_json" : "unknown_message");
}

/* --- Listeners -------------------------------------------------------------
 */

static void
listener_free (gpointer data) {
  Listener *listener = data;

  g_signal_handlers_disconnect_by_data (listener->session, listener);
  g_clear_handle_id (&listener->pause_id, g_source_remove);
  g_object_unref (listener->session);
  g_free (listener);
}

static void
leave (Listener *listener) {
  GPtrArray *of_one = g_hash_table_lookup (listener->events->by_pid,
                                           &listener->pid);

  listener->over = TRUE;
  g_clear_handle_id (&listener->pause_id, g_source_remove);
  if (of_one == NULL || !g_ptr_array_remove (of_one, listener))
    return;
  if (of_one->len == 0)
    g_hash_table_remove (listener->events->by_pid, &listener->pid);
}

static void
dismiss (Listener *listener, const gchar *why) {
  leave (listener);
  geo_session_close (listener->session, why);
}

/* A listener that never reads loses its connection, and not the hub its memory.
 */
static void
tell (Listener *listener, const gchar *text) {
  if (listener->over || !geo_session_send_text (listener->session, text))
    return;
  if (geo_session_get_queued (listener->session) > QUEUE_MAX)
    dismiss (listener, "not read");
}

static gboolean
resume_cb (gpointer user_data) {
  Listener *listener = user_data;

  listener->pause_id = 0;
  geo_session_set_paused (listener->session, FALSE);
  return G_SOURCE_REMOVE;
}

/* Who sends too fast waits; nothing of it is lost. */
static void
hold_back (Listener *listener) {
  if (listener->over || listener->pause_id != 0 ||
      geo_bucket_take (&listener->messages, g_get_monotonic_time ()))
    return;
  geo_session_set_paused (listener->session, TRUE);
  listener->pause_id = g_timeout_add (PAUSE_MS, resume_cb, listener);
}

static void
text_cb (GeoSession *session, const gchar *text, gpointer user_data) {
  Listener *listener = user_data;
  g_autofree gchar *answer = NULL;
  gboolean good;

  if (listener->over)
    return;
  answer = geo_rest_events_answer (text, &listener->subscribed, &good);
  tell (listener, answer);
  if (!good && ++listener->bad > GEO_HUB_MALFORMED_MAX && !listener->over)
    dismiss (listener, "malformed messages");
  hold_back (listener);
}

static void
closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  Listener *listener = user_data;

  leave (listener);
  g_hash_table_remove (listener->events->by_session, session);
}

static void
say_hello (Listener *listener) {
  JsonObject *object = json_object_new ();
  g_autofree gchar *text = NULL;

  json_object_set_string_member (object, "type", "hello");
  geo_rest_set_pid (object, "pid", &listener->pid);
  geo_rest_set_time (object, "ts", g_get_real_time () / 1000);
  text = geo_rest_object_to_text (object);
  tell (listener, text);
}

void
geo_rest_events_add (GeoRestEvents *events,
                     GeoSession *session,
                     const GeoPid *pid,
                     GeoTime expires) {
  GPtrArray *of_one = g_hash_table_lookup (events->by_pid, pid);
  Listener *listener;

  if (of_one != NULL && of_one->len >= LISTENERS_OF_ONE_MAX) {
    geo_session_close (session, "Too many sessions of one participant");
    return;
  }
  listener = g_new0 (Listener, 1);
  listener->events = events;
  listener->session = g_object_ref (session);
  listener->pid = *pid;
  listener->expires = expires;
  /* Twice as many at once as in a second. */
  geo_bucket_init (&listener->messages, events->messages_per_second,
                   G_TIME_SPAN_SECOND, 2 * events->messages_per_second,
                   g_get_monotonic_time ());
  if (of_one == NULL) {
    of_one = g_ptr_array_new ();
    g_hash_table_insert (events->by_pid, geo_pid_dup (pid), of_one);
  }
  g_ptr_array_add (of_one, listener);
  g_hash_table_insert (events->by_session, session, listener);
  g_signal_connect (session, "text", G_CALLBACK (text_cb), listener);
  g_signal_connect (session, "closed", G_CALLBACK (closed_cb), listener);
  say_hello (listener);
}

guint
geo_rest_events_count (const GeoRestEvents *events) {
  return g_hash_table_size (events->by_session);
}

/* --- What happened ---------------------------------------------------------
 */

static void
tell_all (GeoRestEvents *events,
          const GeoPid *pid,
          GeoRestEvent event,
          const gchar *text) {
  GPtrArray *of_one = g_hash_table_lookup (events->by_pid, pid);
  g_autoptr (GPtrArray) listeners = NULL;

  if (of_one == NULL)
    return;
  /* One that is dismissed leaves the list. */
  listeners = g_ptr_array_copy (of_one, NULL, NULL);
  for (guint i = 0; i < listeners->len; i++) {
    Listener *listener = g_ptr_array_index (listeners, i);

    if ((listener->subscribed & event) != 0)
      tell (listener, text);
  }
}

/* Takes payload. */
static gchar *
make_event (GeoRestEvent event, JsonObject *payload) {
  JsonObject *object = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].event == event)
      json_object_set_string_member (object, "event", names[i].name);
  json_object_set_object_member (object, "payload", payload);
  return geo_rest_object_to_text (object);
}

static void
set_decimal (JsonObject *object, const gchar *name, GeoDecimal decimal) {
  geo_rest_set_amount (object, name, decimal.amount, decimal.decimals);
}

static void
paid (GeoRestEvents *events, const GeoOrder *order) {
  JsonObject *payload;
  g_autofree gchar *text = NULL;

  if (!g_hash_table_contains (events->by_pid, &order->to))
    return;
  payload = json_object_new ();
  json_object_set_string_member (payload, "tx_id", order->tx_id);
  geo_rest_set_pid (payload, "from", &order->from);
  geo_rest_set_pid (payload, "to", &order->to);
  json_object_set_string_member (payload, "equivalent", order->equivalent);
  set_decimal (payload, "amount", order->amount);
  text = make_event (GEO_REST_EVENT_PAYMENT, payload);
  tell_all (events, &order->to, GEO_REST_EVENT_PAYMENT, text);
}

/* Nobody is told who else is in a circle. */
static void
cleared (GeoRestEvents *events,
         const GeoContract *contract,
         const GPtrArray *hops) {
  JsonObject *payload = json_object_new ();
  g_autofree gchar *text = NULL;

  json_object_set_string_member (payload, "tx_id", contract->tx_id);
  json_object_set_string_member (payload, "equivalent", contract->equivalent);
  set_decimal (payload, "amount", contract->amount);
  text = make_event (GEO_REST_EVENT_CLEARING, payload);
  /* Each of a circle pays once. */
  for (guint i = 0; i < hops->len; i++)
    tell_all (events, &((const GeoHop *) g_ptr_array_index (hops, i))->from,
              GEO_REST_EVENT_CLEARING, text);
}

static void
line_updated (GeoRestEvents *events, const GeoTrustLine *line) {
  JsonObject *payload;
  g_autofree gchar *text = NULL;

  if (!g_hash_table_contains (events->by_pid, &line->from) &&
      !g_hash_table_contains (events->by_pid, &line->to))
    return;
  payload = json_object_new ();
  json_object_set_string_member (payload, "id", line->line_id);
  geo_rest_set_pid (payload, "from", &line->from);
  geo_rest_set_pid (payload, "to", &line->to);
  json_object_set_string_member (payload, "equivalent", line->equivalent);
  set_decimal (payload, "limit", line->limit);
  json_object_set_string_member (payload, "status",
                                 geo_line_status_to_string (line->status));
  text = make_event (GEO_REST_EVENT_LINE, payload);
  tell_all (events, &line->from, GEO_REST_EVENT_LINE, text);
  tell_all (events, &line->to, GEO_REST_EVENT_LINE, text);
}

static void
dismiss_all (GeoRestEvents *events, const GeoPid *pid, const gchar *why) {
  GPtrArray *of_one;

  while ((of_one = g_hash_table_lookup (events->by_pid, pid)) != NULL)
    dismiss (g_ptr_array_index (of_one, 0), why);
}

/* K7: those who are here have tokens of before. */
static void
end_rotated (GeoRestEvents *events, const GeoParticipant *participant) {
  /* Through this contract a name is changed, and never a key. */
  if (participant->rotations->len > 0 && participant->rest == NULL)
    dismiss_all (events, &participant->pid, "key changed");
}

void
geo_rest_events_stored (GeoRestEvents *events, const GeoChange *change) {
  if (g_hash_table_size (events->by_pid) == 0)
    return;
  switch (change->kind) {
  case GEO_CHANGE_COMMIT:
    if (change->certificate->contract->kind == GEO_CONTRACT_KIND_CLEARING)
      cleared (events, change->certificate->contract, change->hops);
    else if (change->certificate->order != NULL)
      paid (events, change->certificate->order);
    return;
  case GEO_CHANGE_LINE:
    line_updated (events, change->line);
    return;
  case GEO_CHANGE_HUB:
    if (change->has_status && change->status == GEO_STATUS_BANNED)
      dismiss_all (events, &change->pid, "banned");
    return;
  case GEO_CHANGE_PARTICIPANT:
    end_rotated (events, change->participant);
    return;
  case GEO_CHANGE_INCIDENT:
  case GEO_CHANGE_REFUSAL:
  case GEO_CHANGE_ACK:
  case GEO_CHANGE_STATE:
  case GEO_CHANGE_LETTER:
  case GEO_CHANGE_LETTER_READ:
    return;
  }
}

/* --- All of them -----------------------------------------------------------
 */

static void
watch (Listener *listener, GeoTime now, gint64 now_us) {
  gint64 silent_us = now_us - geo_session_get_last_heard_us (listener->session);

  if (listener->expires <= now) {
    dismiss (listener, "token expired");
  } else if (listener->pause_id != 0) {
    return;
  } else if (silent_us > GEO_HUB_SILENCE_SECONDS_MAX * G_TIME_SPAN_SECOND) {
    dismiss (listener, "silent");
  } else if (silent_us > PING_SECONDS * G_TIME_SPAN_SECOND &&
             now_us - listener->pinged_us > PING_SECONDS * G_TIME_SPAN_SECOND) {
    /* Who only listens has nothing to say. */
    listener->pinged_us = now_us;
    geo_session_ping (listener->session);
  }
}

static gboolean
watch_cb (gpointer user_data) {
  GeoRestEvents *events = user_data;
  gint64 now_us = g_get_monotonic_time ();
  GeoTime now = g_get_real_time () / 1000;
  GHashTableIter iter;
  gpointer listener;

  g_hash_table_iter_init (&iter, events->by_session);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    if (!((Listener *) listener)->over)
      watch (listener, now, now_us);
  return G_SOURCE_CONTINUE;
}

static void
unref_array (gpointer array) {
  g_ptr_array_unref (array);
}

GeoRestEvents *
geo_rest_events_new (guint messages_per_second) {
  GeoRestEvents *events = g_new0 (GeoRestEvents, 1);

  events->messages_per_second = messages_per_second;
  events->by_session = g_hash_table_new_full (NULL, NULL, NULL, listener_free);
  events->by_pid = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                          unref_array);
  events->watch_id = g_timeout_add_seconds (1, watch_cb, events);
  return events;
}

void
geo_rest_events_free (GeoRestEvents *events) {
  g_source_remove (events->watch_id);
  g_hash_table_unref (events->by_session);
  g_hash_table_unref (events->by_pid);
  g_free (events);
}
