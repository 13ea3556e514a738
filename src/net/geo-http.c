/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHttp on libsoup.  An answer is read as far as it may be large, and no
 * redirection is followed: a token is for one hub.
 */
#include "net/geo-http.h"

#include <libsoup/soup.h>
#include <string.h>

#include "net/geo-address.h"

struct _GeoHttp {
  GObject parent_instance;

  gchar *address;
  gchar *fingerprint;
  SoupSession *soup;
  SoupWebsocketConnection *socket;
  GCancellable *listening;
};

G_DEFINE_FINAL_TYPE (GeoHttp, geo_http, G_TYPE_OBJECT)

enum { SIGNAL_EVENT, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
geo_http_dispose (GObject *object) {
  GeoHttp *self = GEO_HTTP (object);

  geo_http_deafen (self);
  if (self->soup != NULL)
    soup_session_abort (self->soup);
  g_clear_object (&self->soup);
  G_OBJECT_CLASS (geo_http_parent_class)->dispose (object);
}

static void
geo_http_finalize (GObject *object) {
  GeoHttp *self = GEO_HTTP (object);

  g_free (self->address);
  g_free (self->fingerprint);
  G_OBJECT_CLASS (geo_http_parent_class)->finalize (object);
}

static void
geo_http_class_init (GeoHttpClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = geo_http_dispose;
  object_class->finalize = geo_http_finalize;
  signals[SIGNAL_EVENT] = g_signal_new ("event", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
}

static void
geo_http_init (GeoHttp *self) {
  self->soup = soup_session_new ();
  soup_session_set_timeout (self->soup, GEO_HTTP_SECONDS_MAX);
}

GeoHttp *
geo_http_new (const gchar *address, const gchar *fingerprint, GError **error) {
  g_autoptr (GeoAddress) parsed = geo_address_parse (address, fingerprint,
                                                     error);
  GeoHttp *self;

  if (parsed == NULL)
    return NULL;
  self = g_object_new (GEO_TYPE_HTTP, NULL);
  self->address = geo_address_to_string (parsed);
  self->fingerprint = g_strdup (parsed->fingerprint);
  /* Nobody is believed by himself then: each certificate raises the question,
   * also one that the system trusts. */
  if (self->fingerprint != NULL)
    soup_session_set_tls_database (self->soup, NULL);
  /* Nothing stands between this computer and itself. */
  if (geo_address_is_loopback (parsed))
    soup_session_set_proxy_resolver (self->soup, NULL);
  return self;
}

const gchar *
geo_http_get_address (GeoHttp *http) {
  g_assert (GEO_IS_HTTP (http));
  return http->address;
}

const gchar *
geo_http_get_fingerprint (GeoHttp *http) {
  g_assert (GEO_IS_HTTP (http));
  return http->fingerprint;
}

/* --- Requests ------------------------------------------------------------- */

static gboolean
is_pinned (GeoHttp *self, GTlsCertificate *certificate) {
  g_autofree gchar *found = geo_certificate_get_fingerprint (certificate);

  return g_strcmp0 (found, self->fingerprint) == 0;
}

typedef struct {
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *text;
  gboolean is_foreign; /* Somebody else's certificate was shown. */
} Call;

static void
call_free (gpointer data) {
  Call *call = data;

  g_clear_object (&call->message);
  g_clear_object (&call->stream);
  g_byte_array_unref (call->text);
  g_free (call);
}

static void
fail (GTask *task, const GError *why) {
  const Call *call = g_task_get_task_data (task);

  if (call->is_foreign ||
      g_error_matches (why, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    g_task_return_new_error (task, GEO_NET_ERROR, GEO_NET_ERROR_FINGERPRINT,
                             "Somebody else answers at the hub's address");
  else if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (why));
  else
    g_task_return_new_error (task, GEO_NET_ERROR, GEO_NET_ERROR_UNREACHABLE,
                             "%s", why->message);
}

static void read_more (GTask *task);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (call->stream,
                                                               result, &error);

  if (bytes == NULL) {
    fail (task, error);
    return;
  }
  if (g_bytes_get_size (bytes) > 0) {
    gsize len;
    const guint8 *data = g_bytes_get_data (bytes, &len);

    g_byte_array_append (call->text, data, (guint) len);
    if (call->text->len > GEO_HTTP_SIZE_MAX) {
      g_task_return_new_error (task, GEO_NET_ERROR, GEO_NET_ERROR_UNREACHABLE,
                               "The answer is too large");
      return;
    }
    read_more (g_steal_pointer (&task));
    return;
  }
  g_byte_array_append (call->text, (const guint8 *) "", 1);
  g_task_return_pointer (task, g_strdup ((const gchar *) call->text->data),
                         g_free);
}

/* Takes task. */
static void
read_more (GTask *task) {
  Call *call = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (call->stream, 65536, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb,
                                   task);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoHttp *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result,
                                           &error);
  if (call->stream == NULL && self->fingerprint != NULL) {
    GTlsCertificate *shown =
        soup_message_get_tls_peer_certificate (call->message);

    call->is_foreign = shown != NULL && !is_pinned (self, shown);
  }
  if (call->stream == NULL)
    fail (task, error);
  else
    read_more (g_steal_pointer (&task));
}

static gboolean
accept_cb (SoupMessage *message,
           GTlsCertificate *certificate,
           GTlsCertificateFlags errors,
           gpointer user_data) {
  GeoHttp *self = user_data;

  return self->fingerprint != NULL && is_pinned (self, certificate);
}

static SoupMessage *
make_message (GeoHttp *self,
              const gchar *method,
              const gchar *path,
              const gchar *token) {
  g_autofree gchar *uri = g_strconcat (self->address, path, NULL);
  SoupMessage *message = soup_message_new (method, uri);

  if (message == NULL)
    return NULL;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect_object (message, "accept-certificate",
                           G_CALLBACK (accept_cb), self, 0);
  if (token != NULL) {
    g_autofree gchar *bearer = g_strconcat ("Bearer ", token, NULL);

    soup_message_headers_replace (soup_message_get_request_headers (message),
                                  "Authorization", bearer);
  }
  return message;
}

void
geo_http_call_async (GeoHttp *http,
                     const gchar *method,
                     const gchar *path,
                     const gchar *token,
                     const gchar *body,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (http, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);

  g_assert (GEO_IS_HTTP (http));
  call->text = g_byte_array_new ();
  call->message = make_message (http, method, path, token);
  g_task_set_task_data (task, call, call_free);
  if (call->message == NULL) {
    g_task_return_new_error (task, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
                             "This cannot be asked");
    return;
  }
  if (body != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (call->message, "application/json",
                                              bytes);
  }
  soup_session_send_async (http->soup, call->message, G_PRIORITY_DEFAULT,
                           cancellable, sent_cb, g_steal_pointer (&task));
}

gchar *
geo_http_call_finish (GeoHttp *http,
                      GAsyncResult *result,
                      guint *status,
                      GError **error) {
  Call *call;

  g_assert (g_task_is_valid (result, http));
  call = g_task_get_task_data (G_TASK (result));
  *status = call->message != NULL ? soup_message_get_status (call->message) : 0;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Events --------------------------------------------------------------- */

static void
event_cb (SoupWebsocketConnection *socket,
          gint type,
          GBytes *message,
          gpointer user_data) {
  g_signal_emit (user_data, signals[SIGNAL_EVENT], 0);
}

static void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data) {
  GeoHttp *self = user_data;

  if (self->socket != socket)
    return;
  geo_http_deafen (self);
  g_signal_emit (self, signals[SIGNAL_EVENT], 0);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoHttp) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result,
                                             &error);

  if (socket == NULL) {
    g_debug ("events: %s", error->message);
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_clear_object (&self->listening);
    return;
  }
  if (self->listening == NULL)
    return;
  self->socket = g_steal_pointer (&socket);
  g_signal_connect_object (self->socket, "message", G_CALLBACK (event_cb), self,
                           0);
  g_signal_connect_object (self->socket, "closed", G_CALLBACK (closed_cb), self,
                           0);
  soup_websocket_connection_set_keepalive_interval (self->socket, 30);
  soup_websocket_connection_send_text (
      self->socket, "{\"type\":\"subscribe\",\"events\":[\"payment.received\","
                    "\"trustline.updated\",\"clearing.completed\"]}");
}

void
geo_http_listen (GeoHttp *http, const gchar *path, const gchar *token) {
  g_autoptr (SoupMessage) message = NULL;
  gchar *protocols[] = { (gchar *) "bearer", (gchar *) token, NULL };

  g_assert (GEO_IS_HTTP (http));
  if (http->listening != NULL)
    return;
  message = make_message (http, "GET", path, NULL);
  if (message == NULL)
    return;
  http->listening = g_cancellable_new ();
  soup_session_websocket_connect_async (http->soup, message, NULL, protocols,
                                        G_PRIORITY_DEFAULT, http->listening,
                                        connected_cb, g_object_ref (http));
}

void
geo_http_deafen (GeoHttp *http) {
  g_autoptr (SoupWebsocketConnection) socket = NULL;

  g_assert (GEO_IS_HTTP (http));
  if (http->listening != NULL)
    g_cancellable_cancel (http->listening);
  g_clear_object (&http->listening);
  socket = g_steal_pointer (&http->socket);
  if (socket != NULL &&
      soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}
