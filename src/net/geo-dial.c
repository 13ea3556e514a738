/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One try to reach a hub, step by step, with one time limit over all of them.
 * It must not believe a certificate that is not the one it was told, whoever
 * signed it.
 */
#include "net/geo-dial.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <string.h>

#include "net/geo-session-private.h"

#define HEAD_MAX (16 * 1024)
#define KEY_LEN 16
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

typedef struct {
  GeoAddress *address;
  GCancellable *cancellable; /* Ours: the caller's and the time limit. */
  GCancellable *callers;
  gulong callers_handler;
  GSource *timeout;
  gboolean timed_out;
  gboolean wrong_certificate;

  GSocketConnection *connection;
  GIOStream *stream; /* The connection, or TLS over it. */
  gchar *key;
  gchar *request;
  guint8 head[HEAD_MAX];
  gsize head_len;
} Dial;

static void
dial_free (gpointer data) {
  Dial *dial = data;

  if (dial->callers != NULL)
    g_cancellable_disconnect (dial->callers, dial->callers_handler);
  g_source_destroy (dial->timeout);
  g_source_unref (dial->timeout);
  g_clear_object (&dial->callers);
  g_clear_object (&dial->cancellable);
  g_clear_object (&dial->connection);
  g_clear_object (&dial->stream);
  g_clear_pointer (&dial->address, geo_address_free);
  g_clear_pointer (&dial->key, g_free);
  g_clear_pointer (&dial->request, g_free);
  g_free (dial);
}

/* Takes task and ends the try. */
static void
fail (GTask *task, GeoNetError code, const gchar *message) {
  Dial *dial = g_task_get_task_data (task);

  if (dial->connection != NULL)
    g_socket_close (g_socket_connection_get_socket (dial->connection), NULL);
  if (g_cancellable_is_cancelled (dial->callers))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "Not wanted any more");
  else if (dial->timed_out)
    g_task_return_new_error (task, GEO_NET_ERROR, GEO_NET_ERROR_UNREACHABLE,
                             "The hub does not answer");
  else
    g_task_return_new_error (task, GEO_NET_ERROR, (gint) code, "%s", message);
  g_object_unref (task);
}

static gboolean
timeout_cb (gpointer user_data) {
  Dial *dial = user_data;

  dial->timed_out = TRUE;
  g_cancellable_cancel (dial->cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *callers, gpointer user_data) {
  g_cancellable_cancel (user_data);
}

/* RFC 6455 §4.1: SHA-1 is what the standard has there; nothing rests on it. */
static gchar *
accept_for (const gchar *key) {
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize len = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) ACCEPT_GUID, -1);
  g_checksum_get_digest (checksum, digest, &len);
  return g_base64_encode (digest, len);
}

static void
answered (GTask *task, gsize end_of_head) {
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (SoupMessageHeaders) headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autofree gchar *accept = accept_for (dial->key);
  g_autofree gchar *peer = geo_address_get_authority (dial->address);
  g_autoptr (GBytes) early = NULL;
  g_autoptr (GeoSession) session = NULL;
  const gchar *given;
  GSocket *socket;
  guint status;

  /* The parser wants the head without the empty line's end. */
  if (!soup_headers_parse_response ((const gchar *) dial->head,
                                    (int) end_of_head - 2, headers, NULL,
                                    &status, NULL)) {
    fail (task, GEO_NET_ERROR_NOT_A_HUB, "Something answers, but no hub");
    return;
  }
  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE ||
      status == SOUP_STATUS_BAD_GATEWAY ||
      status == SOUP_STATUS_GATEWAY_TIMEOUT || status == 429) {
    fail (task, GEO_NET_ERROR_UNREACHABLE, "The hub takes nobody just now");
    return;
  }
  given = soup_message_headers_get_one (headers, "Sec-WebSocket-Accept");
  if (status != SOUP_STATUS_SWITCHING_PROTOCOLS ||
      !soup_message_headers_header_contains (headers, "Upgrade", "websocket") ||
      !soup_message_headers_header_contains (headers, "Connection",
                                             "upgrade") ||
      g_strcmp0 (given, accept) != 0 ||
      soup_message_headers_get_list (headers, "Sec-WebSocket-Extensions") !=
          NULL) {
    fail (task, GEO_NET_ERROR_NOT_A_HUB, "Something answers, but no hub");
    return;
  }

  socket = g_socket_connection_get_socket (dial->connection);
  g_socket_set_timeout (socket, 0);
  if (dial->head_len > end_of_head)
    early = g_bytes_new (dial->head + end_of_head,
                         dial->head_len - end_of_head);
  session = geo_session_new (dial->stream, socket, GEO_SESSION_CLIENT, peer,
                             early);
  g_task_return_pointer (task, g_steal_pointer (&session), g_object_unref);
  g_object_unref (task);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  const guint8 *end;

  if (n <= 0) {
    fail (task, GEO_NET_ERROR_NOT_A_HUB,
          "The connection was closed before a hub answered");
    return;
  }
  dial->head_len += (gsize) n;
  end = memmem (dial->head, dial->head_len, "\r\n\r\n", 4);
  if (end != NULL)
    answered (task, (gsize) (end - dial->head) + 4);
  else if (dial->head_len == HEAD_MAX)
    fail (task, GEO_NET_ERROR_NOT_A_HUB, "Something answers, but no hub");
  else
    g_input_stream_read_async (G_INPUT_STREAM (source),
                               dial->head + dial->head_len,
                               HEAD_MAX - dial->head_len, G_PRIORITY_DEFAULT,
                               dial->cancellable, read_cb, task);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL,
                                         NULL)) {
    fail (task, GEO_NET_ERROR_UNREACHABLE, "The connection was lost");
    return;
  }
  g_input_stream_read_async (g_io_stream_get_input_stream (dial->stream),
                             dial->head, HEAD_MAX, G_PRIORITY_DEFAULT,
                             dial->cancellable, read_cb, task);
}

static void
ask (GTask *task) {
  Dial *dial = g_task_get_task_data (task);
  g_autofree gchar *authority = geo_address_get_authority (dial->address);
  guint8 random[KEY_LEN];

  randombytes_buf (random, sizeof random);
  dial->key = g_base64_encode (random, sizeof random);
  dial->request = g_strdup_printf ("GET " GEO_NODE_PATH " HTTP/1.1\r\n"
                                   "Host: %s\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Key: %s\r\n"
                                   "Sec-WebSocket-Version: 13\r\n\r\n",
                                   authority, dial->key);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (dial->stream),
                                   dial->request, strlen (dial->request),
                                   G_PRIORITY_DEFAULT, dial->cancellable,
                                   written_cb, task);
}

static gboolean
accept_certificate_cb (GTlsConnection *tls,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer user_data) {
  Dial *dial = user_data;
  g_autofree gchar *fingerprint = NULL;

  if (dial->address->fingerprint == NULL)
    return FALSE;
  fingerprint = geo_certificate_get_fingerprint (certificate);
  if (g_strcmp0 (fingerprint, dial->address->fingerprint) == 0)
    return TRUE;
  dial->wrong_certificate = TRUE;
  return FALSE;
}

static void
shaken_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result,
                                          &error)) {
    if (dial->wrong_certificate)
      fail (task, GEO_NET_ERROR_FINGERPRINT,
            "Somebody else answers at the hub's address");
    else if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
      fail (task, GEO_NET_ERROR_FINGERPRINT,
            "The hub's certificate is not to be trusted");
    else
      fail (task, GEO_NET_ERROR_NOT_A_HUB,
            "No protected connection could be made");
    return;
  }
  /* A certificate that the system trusts raises no question, but it is the
   * wrong one all the same. */
  if (dial->address->fingerprint != NULL) {
    g_autofree gchar *fingerprint = geo_certificate_get_fingerprint (
        g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (source)));

    if (g_strcmp0 (fingerprint, dial->address->fingerprint) != 0) {
      fail (task, GEO_NET_ERROR_FINGERPRINT,
            "Somebody else answers at the hub's address");
      return;
    }
  }
  ask (task);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GTask *task = user_data;
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnectable) identity = NULL;

  dial->connection = g_socket_client_connect_to_host_finish (
      G_SOCKET_CLIENT (source), result, &error);
  if (dial->connection == NULL) {
    fail (task, GEO_NET_ERROR_UNREACHABLE, error->message);
    return;
  }
  /* Messages are small and each is waited for. */
  g_socket_set_option (g_socket_connection_get_socket (dial->connection),
                       IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (!dial->address->secure) {
    dial->stream = G_IO_STREAM (g_object_ref (dial->connection));
    ask (task);
    return;
  }
  identity = g_network_address_new (dial->address->host, dial->address->port);
  dial->stream = g_tls_client_connection_new (G_IO_STREAM (dial->connection),
                                              identity, &error);
  if (dial->stream == NULL) {
    fail (task, GEO_NET_ERROR_UNREACHABLE, error->message);
    return;
  }
  g_signal_connect (dial->stream, "accept-certificate",
                    G_CALLBACK (accept_certificate_cb), dial);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (dial->stream),
                                    G_PRIORITY_DEFAULT, dial->cancellable,
                                    shaken_cb, task);
}

void
geo_dial_async (const GeoAddress *address,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data) {
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Dial *dial = g_new0 (Dial, 1);

  dial->address = g_new0 (GeoAddress, 1);
  *dial->address = *address;
  dial->address->host = g_strdup (address->host);
  dial->address->fingerprint = g_strdup (address->fingerprint);
  dial->cancellable = g_cancellable_new ();
  dial->timeout = g_timeout_source_new (GEO_DIAL_MS_MAX);
  g_source_set_callback (dial->timeout, timeout_cb, dial, NULL);
  g_source_attach (dial->timeout, g_main_context_get_thread_default ());
  if (cancellable != NULL) {
    dial->callers = g_object_ref (cancellable);
    dial->callers_handler = g_cancellable_connect (
        cancellable, G_CALLBACK (cancelled_cb),
        g_object_ref (dial->cancellable), g_object_unref);
  }
  g_task_set_task_data (task, dial, dial_free);
  g_task_set_check_cancellable (task, FALSE);

  /* Nobody but this machine itself can be reached there. */
  g_socket_client_set_enable_proxy (client, !geo_address_is_loopback (address));
  g_socket_client_connect_to_host_async (client, address->host, address->port,
                                         dial->cancellable, connected_cb, task);
}

GeoSession *
geo_dial_finish (GAsyncResult *result, GError **error) {
  return g_task_propagate_pointer (G_TASK (result), error);
}
