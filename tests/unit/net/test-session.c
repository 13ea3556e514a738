/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions: messages there and back, and peers that lie, flood, do not read or
 * vanish in the middle of a frame.
 */
#include <sys/socket.h>

#include "net-test.h"

static const gchar ping[] =
    "{\"msg_id\":\"p1\",\"msg_type\":\"PING\",\"payload\":{}}";

static void
client_session_cb (GeoClient *client, GeoSession *session, gpointer user_data) {
  seen_watch (user_data, session);
}

static void
test_echo (void) {
  Seen hub = { .echo = TRUE };
  Seen node = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoClient) client = geo_client_new (address, NULL, &error);
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ERROR, "m1");

  g_assert_no_error (error);
  g_assert_cmpstr (geo_client_get_address (client), ==, address);
  g_signal_connect (client, "session", G_CALLBACK (client_session_cb), &node);
  geo_client_start (client);
  wait_until (node.opened == 1 && hub.opened == 1);
  g_assert_true (geo_client_get_session (client) == node.session);
  g_assert_cmpstr (geo_session_get_peer_address (hub.session), ==, "127.0.0.1");

  message->u.error->code = GEO_CODE_INVALID;
  message->u.error->reason = g_strdup ("invalid");
  message->u.error->message = g_strnfill (250, 'x');
  for (guint i = 0; i < 5000; i++)
    g_assert_true (geo_session_send (node.session, message));
  wait_until (node.messages == 5000);
  g_assert_cmpuint (hub.messages, ==, 5000);
  g_assert_cmpuint (geo_session_get_queued (node.session), ==, 0);
  g_assert_cmpuint (hub.malformed + node.malformed, ==, 0);

  /* An empty id is filled in. */
  geo_message_set_id (message, "");
  g_assert_true (geo_session_send (node.session, message));
  g_assert_cmpuint (strlen (message->msg_id), >=, 16);
  wait_until (node.messages == 5001);

  geo_session_close (hub.session, "replaced");
  g_assert_false (geo_session_is_open (hub.session));
  g_assert_false (geo_session_send (hub.session, message));
  wait_until (hub.closed == 1 && node.closed == 1);
  g_assert_no_error (hub.error);
  g_assert_error (node.error, GEO_NET_ERROR, GEO_NET_ERROR_CLOSED);
  g_assert_cmpstr (node.error->message, ==, "replaced");
  g_assert_null (geo_client_get_session (client));

  geo_client_stop (client);
  g_clear_object (&node.session);
  seen_clear (&node);
  seen_clear (&hub);
}

static const gchar *
may_open_cb (const gchar *protocols, gpointer user_data) {
  return g_strcmp0 (protocols, "talk, sesame") == 0 ? "talk" : NULL;
}

typedef struct {
  GeoSession *session;
  GString *heard;
  gboolean closed;
} Talk;

static void
talk_text_cb (GeoSession *session, const gchar *text, gpointer user_data) {
  Talk *talk = user_data;

  g_string_append_printf (talk->heard, "<%s>", text);
  g_assert_true (geo_session_send_text (session, text));
}

static void
talk_closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  ((Talk *) user_data)->closed = TRUE;
}

static void
talk_cb (GeoSession *session, const gchar *protocols, gpointer user_data) {
  Talk *talk = user_data;

  g_assert_cmpstr (protocols, ==, "talk, sesame");
  g_set_object (&talk->session, session);
  g_signal_connect (session, "text", G_CALLBACK (talk_text_cb), talk);
  g_signal_connect (session, "closed", G_CALLBACK (talk_closed_cb), talk);
}

#define TALK(protocols)                                       \
  "GET /talk HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\n" \
  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"      \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" protocols "\r\n"

static gchar *
shake (GSocketConnection *bare, const gchar *request) {
  g_autoptr (GBytes) answer = NULL;

  bare_write (bare, request, strlen (request));
  answer = bare_read (bare);
  return g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
}

/* Plain texts, for those only who may. */
static void
test_plain (void) {
  static const guint8 ping_frame[] = { 0x89, 0 };
  Seen hub = { 0 };
  Talk talk = { .heard = g_string_new (NULL) };
  g_autoptr (GSocketConnection) stranger = bare_connect (&hub);
  g_autoptr (GSocketConnection) bare = bare_connect (&hub);
  g_autofree gchar *no = NULL;
  g_autofree gchar *yes = NULL;
  g_autoptr (GBytes) echo = NULL;
  g_autoptr (GBytes) asked = NULL;

  geo_server_set_text_handler (hub.server, "/talk", may_open_cb, talk_cb,
                               &talk);
  no = shake (stranger, TALK ("Sec-WebSocket-Protocol: talk\r\n"));
  g_assert_true (g_str_has_prefix (no, "HTTP/1.1 403 "));
  g_assert_null (talk.session);
  yes = shake (bare, TALK ("Sec-WebSocket-Protocol: talk, sesame\r\n"));
  g_assert_true (g_str_has_prefix (yes, "HTTP/1.1 101 "));
  g_assert_nonnull (strstr (yes, "Sec-WebSocket-Protocol: talk\r\n"));
  wait_until (talk.session != NULL);
  g_assert_cmpuint (geo_server_get_n_sessions (hub.server), ==, 1);

  bare_write_frame (bare, GEO_FRAME_TEXT, "x\xc3\xa9", 3);
  wait_until (talk.heard->len > 0);
  g_assert_cmpstr (talk.heard->str, ==, "<x\xc3\xa9>");
  echo = bare_read (bare);
  g_assert_cmpmem (g_bytes_get_data (echo, NULL), g_bytes_get_size (echo),
                   "\x81\x03x\xc3\xa9", 5);
  geo_session_ping (talk.session);
  asked = bare_read (bare);
  g_assert_cmpmem (g_bytes_get_data (asked, NULL), g_bytes_get_size (asked),
                   ping_frame, sizeof ping_frame);

  /* What is no text ends it. */
  bare_write_frame (bare, GEO_FRAME_TEXT, "a\0b", 3);
  wait_until (talk.closed);
  g_assert_cmpstr (talk.heard->str, ==, "<x\xc3\xa9>");
  g_assert_false (geo_session_send_text (talk.session, "y"));
  g_clear_object (&talk.session);
  g_string_free (talk.heard, TRUE);
  seen_clear (&hub);
}

/* Frames that a hub must survive, and how the session ends, if it does. */
static const struct {
  const gchar *name;
  GeoFrameKind kind;
  const gchar *data;
  guint messages;
  guint malformed;
  const gchar *msg_id;
  gboolean over;
} inputs[] = {
  { "ping", GEO_FRAME_TEXT, ping, 1, 0, NULL, FALSE },
  { "nothing", GEO_FRAME_TEXT, "", 0, 1, NULL, FALSE },
  { "no JSON", GEO_FRAME_TEXT, "hello", 0, 1, NULL, FALSE },
  { "no UTF-8", GEO_FRAME_TEXT, "\xff\xfe", 0, 1, NULL, FALSE },
  { "no envelope", GEO_FRAME_TEXT, "{}", 0, 1, NULL, FALSE },
  { "unknown type", GEO_FRAME_TEXT,
    "{\"msg_id\":\"x\",\"msg_type\":\"FOO\",\"payload\":{}}", 0, 1, NULL,
    FALSE },
  { "a bad payload", GEO_FRAME_TEXT,
    "{\"msg_id\":\"x7\",\"msg_type\":\"PING\",\"payload\":{\"a\":1}}", 0, 1,
    "x7", FALSE },
  { "twice the same key", GEO_FRAME_TEXT,
    "{\"msg_id\":\"x\",\"msg_id\":\"y\",\"msg_type\":\"PING\","
    "\"payload\":{}}",
    0, 1, NULL, FALSE },
  { "binary", GEO_FRAME_BINARY, ping, 0, 0, NULL, TRUE },
  { "websocket ping", GEO_FRAME_PING, "x", 0, 0, NULL, FALSE },
  { "websocket pong", GEO_FRAME_PONG, "x", 0, 0, NULL, FALSE },
  { "close", GEO_FRAME_CLOSE, "\x03\xe8", 0, 0, NULL, TRUE },
  { "a close that is none", GEO_FRAME_CLOSE, "\x03", 0, 0, NULL, TRUE },
};

static void
test_malformed (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++) {
    Seen hub = { 0 };
    g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);

    g_test_message ("%s", inputs[i].name);
    bare_write_frame (bare, inputs[i].kind, inputs[i].data,
                      strlen (inputs[i].data));
    if (!inputs[i].over) {
      /* It is still heard afterwards. */
      bare_write_frame (bare, GEO_FRAME_TEXT, ping, strlen (ping));
      wait_until (hub.messages == inputs[i].messages + 1);
      g_assert_cmpuint (hub.malformed, ==, inputs[i].malformed);
      if (inputs[i].msg_id != NULL)
        g_assert_cmpstr (hub.malformed_id, ==, inputs[i].msg_id);
      g_assert_cmpuint (hub.closed, ==, 0);
      g_io_stream_close (G_IO_STREAM (bare), NULL, NULL);
    }
    wait_until (hub.closed == 1);
    seen_clear (&hub);
  }
}

static void
test_oversized (void) {
  Seen hub = { 0 };
  g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);
  g_autofree gchar *large = g_strnfill (64 * 1024 + 1, 'x');
  g_autoptr (GBytes) answer = NULL;
  const guint8 *data;

  bare_write_frame (bare, GEO_FRAME_TEXT, large, 64 * 1024 + 1);
  wait_until (hub.closed == 1);
  g_assert_error (hub.error, GEO_NET_ERROR, GEO_NET_ERROR_CLOSED);
  answer = bare_read (bare);
  data = g_bytes_get_data (answer, NULL);
  g_assert_cmpuint (g_bytes_get_size (answer), >=, 4);
  g_assert_cmpuint (data[0], ==, 0x80 | GEO_FRAME_CLOSE);
  g_assert_cmpuint ((guint) data[2] << 8 | data[3], ==,
                    GEO_FRAME_CLOSE_TOO_BIG);
  seen_clear (&hub);
}

/* libsoup 3.2 puts fragments together for ever; here they count as one. */
static void
test_endless_fragments (void) {
  Seen hub = { 0 };
  g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);
  guint8 frame[8 + 1024] = { 0x01, 0x80 | 126, 4, 0 };

  for (guint i = 0; i < 64; i++) {
    bare_write (bare, frame, sizeof frame);
    frame[0] = 0;
  }
  wait_ms (50);
  g_assert_cmpuint (hub.closed, ==, 0);
  bare_write (bare, frame, sizeof frame);
  wait_until (hub.closed == 1);
  g_assert_cmpuint (hub.messages + hub.malformed, ==, 0);
  seen_clear (&hub);
}

/* A peer may go at any byte of a frame. */
static void
test_vanish (void) {
  Seen hub = { 0 };
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  static const guint8 mask[4] = { 9, 8, 7, 6 };
  const struct linger at_once = { .l_onoff = 1 };

  geo_frame_append (frame, GEO_FRAME_TEXT, ping, strlen (ping), mask);
  for (guint cut = 0; cut < frame->len; cut++) {
    g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);

    if (cut > 0)
      bare_write (bare, frame->data, cut);
    /* Every second one does not even take leave: its socket is reset. */
    if (cut % 2 == 0)
      setsockopt (g_socket_get_fd (g_socket_connection_get_socket (bare)),
                  SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    g_io_stream_close (G_IO_STREAM (bare), NULL, NULL);
    wait_until (hub.closed == cut + 1);
    g_assert_error (hub.error, GEO_NET_ERROR, GEO_NET_ERROR_CLOSED);
    wait_until (geo_server_get_n_connections (hub.server) == 0 ||
                hub.session != NULL);
  }
  g_assert_cmpuint (hub.messages + hub.malformed, ==, 0);
  seen_clear (&hub);
}

/* It loses its connection, the hub does not lose its memory. */
static void
test_never_reads (void) {
  Seen hub = { 0 };
  g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ERROR, "m1");
  gsize queued_max = 0;
  gsize sent = 0;

  wait_until (hub.opened == 1);
  message->u.error->code = GEO_CODE_INVALID;
  message->u.error->reason = g_strdup ("invalid");
  message->u.error->message = g_strnfill (300, 'x');
  while (geo_session_send (hub.session, message)) {
    sent++;
    queued_max = MAX (queued_max, geo_session_get_queued (hub.session));
    if (sent % 64 == 0)
      g_main_context_iteration (NULL, FALSE);
    g_assert_cmpuint (sent, <, 1000 * 1000);
  }
  g_assert_cmpuint (queued_max, <=, GEO_SESSION_QUEUE_MAX);
  g_assert_false (geo_session_is_open (hub.session));
  g_assert_cmpuint (hub.closed, ==, 0);
  wait_until (hub.closed == 1);
  g_assert_error (hub.error, GEO_NET_ERROR, GEO_NET_ERROR_FLOOD);
  g_test_message ("closed after %" G_GSIZE_FORMAT " messages, %" G_GSIZE_FORMAT
                  " bytes waiting at most",
                  sent, queued_max);
  g_io_stream_close (G_IO_STREAM (bare), NULL, NULL);
  seen_clear (&hub);
}

/* libsoup answers each ping of a peer that reads none of the answers. */
static void
test_ping_flood (void) {
  Seen hub = { 0 };
  g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);
  GSocket *socket = g_socket_connection_get_socket (bare);
  static const guint8 mask[4] = { 1, 2, 3, 4 };
  g_autoptr (GByteArray) pings = g_byte_array_new ();
  guint8 data[GEO_FRAME_CONTROL_MAX] = { 0 };

  for (guint i = 0; i < 500; i++)
    geo_frame_append (pings, GEO_FRAME_PING, data, sizeof data, mask);
  g_socket_set_blocking (socket, FALSE);
  for (guint i = 0; i < 500; i++) {
    gsize at = 0;

    while (at < pings->len) {
      gssize n = g_socket_send (socket, (const gchar *) pings->data + at,
                                pings->len - at, NULL, NULL);

      if (n > 0)
        at += (gsize) n;
      else
        g_main_context_iteration (NULL, FALSE);
      if (hub.session != NULL)
        g_assert_cmpuint (geo_session_get_queued (hub.session), <, 128 * 1024);
    }
  }
  g_assert_cmpuint (hub.closed, ==, 0);
  g_io_stream_close (G_IO_STREAM (bare), NULL, NULL);
  wait_until (hub.closed == 1);
  seen_clear (&hub);
}

/* One that floods does not keep another waiting. */
static void
test_fair (void) {
  Seen hub = { .echo = FALSE };
  Seen node = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);
  g_autoptr (GSocketConnection) flood = bare_shake_hands (&hub);
  GSocket *socket = g_socket_connection_get_socket (flood);
  g_autoptr (GeoClient) client = geo_client_new (address, NULL, NULL);
  g_autoptr (GByteArray) frames = g_byte_array_new ();
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_PING, "m1");
  static const guint8 mask[4] = { 1, 2, 3, 4 };
  gint64 start;
  gint64 worst = 0;

  for (guint i = 0; i < 10000; i++)
    geo_frame_append (frames, GEO_FRAME_TEXT, ping, strlen (ping), mask);
  g_socket_set_blocking (socket, FALSE);
  g_signal_connect (client, "session", G_CALLBACK (client_session_cb), &node);
  geo_client_start (client);
  wait_until (node.opened == 1 && hub.opened == 2);
  g_signal_handlers_disconnect_by_data (hub.session, &hub);
  hub.echo = TRUE;
  g_signal_connect (hub.session, "message", G_CALLBACK (seen_message_cb), &hub);

  for (guint i = 0; i < 20; i++) {
    guint before = node.messages;
    Patience patience;

    patience = patience_new (WAIT_SECONDS_MAX);
    start = g_get_monotonic_time ();
    geo_session_send (node.session, message);
    while (node.messages == before) {
      g_socket_send (socket, (const gchar *) frames->data, frames->len, NULL,
                     NULL);
      g_main_context_iteration (NULL, FALSE);
      g_assert_false (patience_is_over (&patience));
    }
    worst = MAX (worst, g_get_monotonic_time () - start);
  }
  g_test_message ("answered after %" G_GINT64_FORMAT " us at the worst", worst);
  geo_client_stop (client);
  wait_until (node.closed == 1);
  g_clear_object (&node.session);
  g_io_stream_close (G_IO_STREAM (flood), NULL, NULL);
  wait_until (geo_server_get_n_sessions (hub.server) == 0);
  seen_clear (&node);
  seen_clear (&hub);
}

/* A handler may pause its session between two messages of one read. */
static void
pause_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  geo_session_set_paused (session, TRUE);
}

static void
test_pause (void) {
  Seen hub = { 0 };
  g_autoptr (GSocketConnection) bare = bare_shake_hands (&hub);

  wait_until (hub.opened == 1);
  g_signal_connect (hub.session, "message", G_CALLBACK (pause_cb), NULL);
  for (guint i = 0; i < 5; i++)
    bare_write_frame (bare, GEO_FRAME_TEXT, ping, strlen (ping));
  for (guint i = 0; i < 5; i++) {
    wait_until (hub.messages == i + 1);
    wait_ms (5);
    g_assert_cmpuint (hub.messages, ==, i + 1);
    geo_session_set_paused (hub.session, FALSE);
  }
  /* One that is paused still closes in order. */
  bare_write_frame (bare, GEO_FRAME_TEXT, ping, strlen (ping));
  wait_until (hub.messages == 6);
  geo_session_close (hub.session, "enough");
  bare_write_frame (bare, GEO_FRAME_CLOSE, "\x03\xe8", 2);
  wait_until (hub.closed == 1);
  g_assert_no_error (hub.error);
  seen_clear (&hub);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/session/echo", test_echo);
  g_test_add_func ("/net/session/plain", test_plain);
  g_test_add_func ("/net/session/malformed", test_malformed);
  g_test_add_func ("/net/session/oversized", test_oversized);
  g_test_add_func ("/net/session/endless-fragments", test_endless_fragments);
  g_test_add_func ("/net/session/vanish", test_vanish);
  g_test_add_func ("/net/session/never-reads", test_never_reads);
  g_test_add_func ("/net/session/ping-flood", test_ping_flood);
  g_test_add_func ("/net/session/fair", test_fair);
  g_test_add_func ("/net/session/pause", test_pause);
  return g_test_run ();
}
