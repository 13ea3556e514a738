/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of this room share: turning the main loop until something is
 * so, a server that echoes, and a bare socket that has shaken hands.
 */
#pragma once

#include <string.h>

#include "net/geo-client.h"
#include "net/geo-frame.h"
#include "net/geo-server.h"

#include "../../patience.h"

#define WAIT_SECONDS_MAX 180

static gboolean
wait_tick_cb (gpointer user_data) {
  return G_SOURCE_CONTINUE;
}

/* The test ends here if it never is so. */
#define wait_until(condition)                                         \
  G_STMT_START {                                                      \
    Patience wait_patience = patience_new (WAIT_SECONDS_MAX);         \
    guint wait_id = g_timeout_add (5, wait_tick_cb, NULL);            \
    while (!(condition)) {                                            \
      if (patience_is_over (&wait_patience))                          \
        g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, \
                 #condition);                                         \
      g_main_context_iteration (NULL, TRUE);                          \
    }                                                                 \
    g_source_remove (wait_id);                                        \
  }                                                                   \
  G_STMT_END

G_GNUC_UNUSED static void
wait_ms (guint ms) {
  gint64 end = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  wait_until (g_get_monotonic_time () >= end);
}

/* What a test saw of a session. */
typedef struct {
  GeoServer *server;
  GeoSession *session; /* The last one, referenced */
  guint opened;
  guint messages;
  guint malformed;
  gchar *malformed_id;
  guint closed;
  GError *error;
  gboolean echo;
} Seen;

static void
seen_message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  Seen *seen = user_data;

  seen->messages++;
  if (seen->echo)
    geo_session_send (session, message);
}

static void
seen_malformed_cb (GeoSession *session,
                   const gchar *msg_id,
                   const GError *error,
                   gpointer user_data) {
  Seen *seen = user_data;

  g_assert_nonnull (error);
  seen->malformed++;
  g_free (seen->malformed_id);
  seen->malformed_id = g_strdup (msg_id);
}

static void
seen_closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  Seen *seen = user_data;

  seen->closed++;
  g_clear_error (&seen->error);
  if (error != NULL)
    seen->error = g_error_copy (error);
}

G_GNUC_UNUSED static void
seen_watch (Seen *seen, GeoSession *session) {
  g_set_object (&seen->session, session);
  seen->opened++;
  g_signal_connect (session, "message", G_CALLBACK (seen_message_cb), seen);
  g_signal_connect (session, "malformed", G_CALLBACK (seen_malformed_cb), seen);
  g_signal_connect (session, "closed", G_CALLBACK (seen_closed_cb), seen);
}

static void
seen_session_cb (GeoSession *session, gpointer user_data) {
  seen_watch (user_data, session);
}

/* A server on a port of its own; its address is to be freed. */
G_GNUC_UNUSED static gchar *
seen_listen (Seen *seen, GTlsCertificate *certificate) {
  g_autoptr (GError) error = NULL;

  seen->server = geo_server_new ();
  geo_server_set_session_handler (seen->server, "/api/v1/node", seen_session_cb,
                                  seen);
  geo_server_listen (seen->server, "127.0.0.1:0", certificate, &error);
  g_assert_no_error (error);
  return g_strdup_printf ("http%s://127.0.0.1:%u",
                          certificate != NULL ? "s" : "",
                          geo_server_get_port (seen->server));
}

/* Nothing of a connection may be left when all is over. */
G_GNUC_UNUSED static void
seen_clear (Seen *seen) {
  g_clear_object (&seen->session);
  if (seen->server != NULL) {
    geo_server_stop (seen->server);
    wait_until (geo_server_get_n_sessions (seen->server) == 0);
    wait_until (geo_server_get_n_connections (seen->server) == 0);
    g_assert_finalize_object (seen->server);
  }
  g_clear_pointer (&seen->malformed_id, g_free);
  g_clear_error (&seen->error);
}

/* A socket of which the test writes and reads every byte itself.  Blocking,
 * with a time limit, so the server needs the loop between. */
G_GNUC_UNUSED static GSocketConnection *
bare_connect (Seen *hub) {
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  if (hub->server == NULL)
    g_free (seen_listen (hub, NULL));
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", (guint16) geo_server_get_port (hub->server), NULL,
      &error);

  g_assert_no_error (error);
  return connection;
}

G_GNUC_UNUSED static void
bare_write (GSocketConnection *connection, gconstpointer data, gsize len) {
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), data, len, NULL,
      NULL, &error);
  g_assert_no_error (error);
}

/* What has come by now: waits for something first.  An empty string is the end
 * of the stream. */
G_GNUC_UNUSED static GBytes *
bare_read (GSocketConnection *connection) {
  GSocket *socket = g_socket_connection_get_socket (connection);
  guint8 buffer[65536];
  gssize n;

  wait_until (g_socket_condition_check (socket, G_IO_IN | G_IO_HUP) != 0);
  n = g_socket_receive_with_blocking (socket, (gchar *) buffer, sizeof buffer,
                                      FALSE, NULL, NULL);
  return g_bytes_new (buffer, n < 0 ? 0 : (gsize) n);
}

G_GNUC_UNUSED static GSocketConnection *
bare_shake_hands (Seen *hub) {
  static const gchar request[] = "GET /api/v1/node HTTP/1.1\r\n"
                                 "Host: hub\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Key: "
                                 "dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Extensions: "
                                 "permessage-deflate\r\n\r\n";
  GSocketConnection *connection = bare_connect (hub);
  g_autoptr (GBytes) answer = NULL;
  g_autofree gchar *text = NULL;

  bare_write (connection, request, strlen (request));
  answer = bare_read (connection);
  text = g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 101 "));
  /* RFC 6455 §1.3 has this very pair. */
  g_assert_nonnull (strstr (text, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  g_assert_null (strstr (text, "Extensions"));
  return connection;
}

G_GNUC_UNUSED static void
bare_write_frame (GSocketConnection *connection,
                  GeoFrameKind kind,
                  gconstpointer data,
                  gsize len) {
  static const guint8 mask[4] = { 1, 2, 3, 4 };
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  geo_frame_append (frame, kind, data, len, mask);
  bare_write (connection, frame->data, frame->len);
}
