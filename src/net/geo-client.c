/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeps a session with a hub, or the time of the next try.  It must not know
 * what the session is for: it answers and reads no message but that it came.
 */
#include "net/geo-client.h"

#include <libsoup/soup.h>

#include "net/geo-dial.h"
#include "net/geo-session-private.h"

/* protocol §11; the last one repeats. */
static const guint back_off_ms[] = { 1000, 2000, 5000, 10000, 30000 };

/* Each wait is up to this part shorter or longer, so that a hub that comes back
 * does not meet everybody at once. */
#define JITTER_PART 4
#define WATCH_PARTS 8

struct _GeoClient {
  GObject parent_instance;

  GeoAddress *address;
  gchar *address_text;
  guint ping_ms;
  guint silence_ms_max;

  gboolean started;
  guint failures; /* Tries, or short sessions, one after another. */
  GCancellable *dialling;
  guint retry_id;
  gint64 retry_at_us;

  GeoSession *session;
  gulong closed_handler;
  gint64 opened_us;
  gint64 pinged_us;
  guint watch_id;
};

enum { SIGNAL_SESSION, SIGNAL_LOST, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoClient, geo_client, G_TYPE_OBJECT)

static void dial (GeoClient *self);

static void
geo_client_dispose (GObject *object) {
  geo_client_stop (GEO_CLIENT (object));

  G_OBJECT_CLASS (geo_client_parent_class)->dispose (object);
}

static void
geo_client_finalize (GObject *object) {
  GeoClient *self = GEO_CLIENT (object);

  g_clear_pointer (&self->address, geo_address_free);
  g_clear_pointer (&self->address_text, g_free);

  G_OBJECT_CLASS (geo_client_parent_class)->finalize (object);
}

static void
geo_client_class_init (GeoClientClass *class) {
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = geo_client_dispose;
  object_class->finalize = geo_client_finalize;

  signals[SIGNAL_SESSION] =
      g_signal_new ("session", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, GEO_TYPE_SESSION);
  signals[SIGNAL_LOST] = g_signal_new ("lost", G_TYPE_FROM_CLASS (class),
                                       G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
geo_client_init (GeoClient *self) {
  self->ping_ms = GEO_CLIENT_PING_MS;
  self->silence_ms_max = GEO_CLIENT_SILENCE_MS_MAX;
}

GeoClient *
geo_client_new (const gchar *address,
                const gchar *fingerprint,
                GError **error) {
  g_autoptr (GeoAddress) parsed = geo_address_parse (address, fingerprint,
                                                     error);
  GeoClient *self;

  if (parsed == NULL)
    return NULL;
  self = g_object_new (GEO_TYPE_CLIENT, NULL);
  self->address_text = geo_address_to_string (parsed);
  self->address = g_steal_pointer (&parsed);
  return self;
}

const gchar *
geo_client_get_address (GeoClient *self) {
  g_return_val_if_fail (GEO_IS_CLIENT (self), NULL);

  return self->address_text;
}

static void
drop_session (GeoClient *self) {
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->session == NULL)
    return;
  g_clear_signal_handler (&self->closed_handler, self->session);
  g_clear_object (&self->session);
}

static gboolean
retry_cb (gpointer user_data) {
  GeoClient *self = user_data;

  self->retry_id = 0;
  self->retry_at_us = 0;
  dial (self);
  return G_SOURCE_REMOVE;
}

/* The handler of "lost" may stop the client, or hurry it. */
static void
lost (GeoClient *self, const GError *error) {
  guint step = MIN (self->failures, G_N_ELEMENTS (back_off_ms) - 1);
  guint ms = back_off_ms[step];
  gint32 part = (gint32) (ms / JITTER_PART);

  ms += (guint) g_random_int_range (-part, part + 1);
  self->failures++;
  self->retry_at_us = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);
  self->retry_id = g_timeout_add (ms, retry_cb, self);
  g_signal_emit (self, signals[SIGNAL_LOST], 0, error);
}

static void
closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  g_autoptr (GeoClient) self = g_object_ref (user_data);
  g_autoptr (GError) orderly = NULL;
  gint64 lasted_us = g_get_monotonic_time () - self->opened_us;

  drop_session (self);
  if (lasted_us >= GEO_CLIENT_STABLE_MS * G_GINT64_CONSTANT (1000))
    self->failures = 0;
  if (error == NULL)
    orderly = g_error_new (GEO_NET_ERROR, GEO_NET_ERROR_CLOSED,
                           "The hub closed the connection");
  lost (self, error != NULL ? error : orderly);
}

static gboolean
watch_cb (gpointer user_data) {
  GeoClient *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 silent_us = now - geo_session_get_last_heard_us (self->session);

  if (silent_us >= self->silence_ms_max * G_GINT64_CONSTANT (1000)) {
    self->watch_id = 0;
    geo_session_abort (self->session,
                       g_error_new (GEO_NET_ERROR, GEO_NET_ERROR_SILENT,
                                    "The hub does not answer any more"));
    return G_SOURCE_REMOVE;
  }
  if (silent_us >= self->ping_ms * G_GINT64_CONSTANT (1000) &&
      now - self->pinged_us >= self->ping_ms * G_GINT64_CONSTANT (1000)) {
    g_autoptr (GeoMessage) ping = geo_message_new (GEO_MESSAGE_PING, NULL);

    self->pinged_us = now;
    geo_session_send (self->session, ping);
  }
  return G_SOURCE_CONTINUE;
}

static void
dialled_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoSession) session = geo_dial_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* Stopped, or stopped and started again, while this was on its way. */
  if (g_task_get_cancellable (G_TASK (result)) != self->dialling) {
    if (session != NULL)
      geo_session_close (session, NULL);
    return;
  }
  g_clear_object (&self->dialling);
  if (session == NULL) {
    lost (self, error);
    return;
  }
  self->opened_us = g_get_monotonic_time ();
  self->pinged_us = self->opened_us;
  self->closed_handler = g_signal_connect (session, "closed",
                                           G_CALLBACK (closed_cb), self);
  self->watch_id = g_timeout_add (MAX (self->ping_ms / WATCH_PARTS, 1),
                                  watch_cb, self);
  self->session = g_object_ref (session);
  g_signal_emit (self, signals[SIGNAL_SESSION], 0, session);
}

static void
dial (GeoClient *self) {
  self->dialling = g_cancellable_new ();
  geo_dial_async (self->address, self->dialling, dialled_cb,
                  g_object_ref (self));
}

void
geo_client_start (GeoClient *self) {
  g_return_if_fail (GEO_IS_CLIENT (self));

  if (self->started)
    return;
  self->started = TRUE;
  self->failures = 0;
  dial (self);
}

void
geo_client_stop (GeoClient *self) {
  g_autoptr (GeoSession) session = NULL;

  g_return_if_fail (GEO_IS_CLIENT (self));

  self->started = FALSE;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  self->retry_at_us = 0;
  if (self->dialling != NULL) {
    g_autoptr (GCancellable) dialling = g_steal_pointer (&self->dialling);

    g_cancellable_cancel (dialling);
  }
  g_set_object (&session, self->session);
  drop_session (self);
  if (session != NULL)
    geo_session_close (session, NULL);
}

void
geo_client_hurry (GeoClient *self) {
  g_return_if_fail (GEO_IS_CLIENT (self));

  if (self->retry_id == 0)
    return;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  self->retry_at_us = 0;
  dial (self);
}

GeoSession *
geo_client_get_session (GeoClient *self) {
  g_return_val_if_fail (GEO_IS_CLIENT (self), NULL);

  return self->session;
}

gint64
geo_client_get_retry_at_us (GeoClient *self) {
  g_return_val_if_fail (GEO_IS_CLIENT (self), 0);

  return self->retry_at_us;
}

void
geo_client_set_patience (GeoClient *self, guint ping_ms, guint silence_ms_max) {
  g_return_if_fail (GEO_IS_CLIENT (self));
  g_return_if_fail (ping_ms > 0 && silence_ms_max > 0);

  self->ping_ms = ping_ms;
  self->silence_ms_max = silence_ms_max;
}

gchar *
geo_client_describe_library (void) {
  return g_strdup_printf ("libsoup %u.%u.%u", soup_get_major_version (),
                          soup_get_minor_version (), soup_get_micro_version ());
}
