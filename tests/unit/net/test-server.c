/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's HTTP side: requests and answers, and what is too much.
 */
#include "net-test.h"

typedef struct {
  guint requests;
  gchar *method;
  gchar *path;
  gchar *q;
  gchar *body;
  gchar *request_id;
  GeoReply *held;
  gboolean hold;
} Rest;

static void
request_cb (const GeoRequest *request, GeoReply *reply, gpointer user_data) {
  Rest *rest = user_data;

  rest->requests++;
  g_free (rest->method);
  g_free (rest->path);
  g_free (rest->q);
  g_free (rest->body);
  g_free (rest->request_id);
  rest->method = g_strdup (request->method);
  rest->path = g_strdup (request->path);
  rest->q = request->query == NULL
                ? NULL
                : g_strdup (g_hash_table_lookup (request->query, "q"));
  rest->body = g_strdup (request->body);
  rest->request_id = g_strdup (request->request_id);
  g_assert_cmpuint (strlen (request->body), ==, request->body_len);
  if (rest->hold)
    rest->held = reply;
  else
    geo_reply_send (reply, 200, "application/json", "{\"a\":1}", -1);
}

static void
rest_clear (Rest *rest) {
  g_free (rest->method);
  g_free (rest->path);
  g_free (rest->q);
  g_free (rest->body);
  g_free (rest->request_id);
}

static gchar *
ask_on (GSocketConnection *bare, const gchar *request, gsize len) {
  g_autoptr (GBytes) answer = NULL;

  bare_write (bare, request, len);
  answer = bare_read (bare);
  if (g_bytes_get_size (answer) == 0)
    return g_strdup ("");
  return g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
}

static gchar *
ask (Seen *hub, const gchar *request, gsize len) {
  g_autoptr (GSocketConnection) bare = bare_connect (hub);

  return ask_on (bare, request, len);
}

static void
test_requests (void) {
  Seen hub = { 0 };
  Rest rest = { 0 };
  const gchar *request;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *third = NULL;
  g_autofree gchar *fourth = NULL;
  g_autoptr (GSocketConnection) bare = bare_connect (&hub);

  geo_server_set_request_handler (hub.server, request_cb, &rest);

  request = "POST /a%20b?q=x%26y HTTP/1.1\r\nHost: h\r\nX-Request-ID: r-1\r\n"
            "Content-Length: 2\r\n\r\nhi";
  first = ask_on (bare, request, strlen (request));
  g_assert_true (g_str_has_prefix (first, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (first, "{\"a\":1}"));
  g_assert_nonnull (strstr (first, "X-Request-ID: r-1\r\n"));
  g_assert_nonnull (strstr (first, "Content-Type: application/json\r\n"));
  g_assert_cmpstr (rest.method, ==, "POST");
  g_assert_cmpstr (rest.path, ==, "/a b");
  g_assert_cmpstr (rest.q, ==, "x&y");
  g_assert_cmpstr (rest.body, ==, "hi");

  /* An id that could do harm is not taken. */
  request = "GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: a b\r\n\r\n";
  second = ask (&hub, request, strlen (request));
  g_assert_true (g_str_has_prefix (second, "HTTP/1.1 200 "));
  g_assert_cmpuint (strlen (rest.request_id), ==, 32);
  g_assert_nonnull (strstr (second, rest.request_id));

  request = "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n";
  third = ask (&hub, request, strlen (request));
  /* libsoup hangs up on an address that is none. */
  g_assert_true (third[0] == '\0' || g_str_has_prefix (third, "HTTP/1.1 400 "));

  /* A WebSocket where there is none. */
  request = "GET /api/v1/node HTTP/1.1\r\nHost: h\r\n\r\n";
  fourth = ask (&hub, request, strlen (request));
  g_assert_true (g_str_has_prefix (fourth, "HTTP/1.1 4"));
  g_assert_cmpuint (rest.requests, ==, 2);

  rest_clear (&rest);
  seen_clear (&hub);
}

static void
test_late_answer (void) {
  Seen hub = { 0 };
  Rest rest = { .hold = TRUE };
  const gchar *request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  g_autoptr (GSocketConnection) bare = bare_connect (&hub);
  g_autoptr (GSocketConnection) gone = bare_connect (&hub);
  g_autoptr (GBytes) answer = NULL;

  geo_server_set_request_handler (hub.server, request_cb, &rest);
  bare_write (bare, request, strlen (request));
  wait_until (rest.held != NULL);
  wait_ms (20);
  geo_reply_set_header (rest.held, "Retry-After", "1");
  geo_reply_send (g_steal_pointer (&rest.held), 503, "text/plain", "x", 1);
  answer = bare_read (bare);
  g_assert_nonnull (memmem (g_bytes_get_data (answer, NULL),
                            g_bytes_get_size (answer), "Retry-After: 1", 14));

  /* Nobody waits for this one. */
  bare_write (gone, request, strlen (request));
  wait_until (rest.held != NULL);
  g_io_stream_close (G_IO_STREAM (gone), NULL, NULL);
  wait_ms (50);
  geo_reply_send (g_steal_pointer (&rest.held), 200, "text/plain", "x", 1);

  rest_clear (&rest);
  seen_clear (&hub);
}

/* The server stops while an answer is being made. */
static void
test_stop_with_answers_open (void) {
  Seen hub = { 0 };
  Rest rest = { .hold = TRUE };
  const gchar *request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  g_autoptr (GSocketConnection) bare = bare_connect (&hub);

  geo_server_set_request_handler (hub.server, request_cb, &rest);
  bare_write (bare, request, strlen (request));
  wait_until (rest.held != NULL);
  geo_server_stop (hub.server);
  geo_reply_send (g_steal_pointer (&rest.held), 200, "text/plain", "x", 1);
  rest_clear (&rest);
  seen_clear (&hub);
}

static void
test_body_limit (void) {
  Seen hub = { 0 };
  Rest rest = { 0 };
  g_autofree gchar *body = g_strnfill (GEO_SERVER_BODY_MAX, 'x');
  g_autofree gchar *fits =
      g_strdup_printf ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
                       "%d\r\n\r\n%s",
                       GEO_SERVER_BODY_MAX, body);
  g_autofree gchar *large =
      g_strdup_printf ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
                       "%d\r\n\r\n%sx",
                       GEO_SERVER_BODY_MAX + 1, body);
  g_autofree gchar *yes = NULL;
  g_autofree gchar *no = NULL;

  g_free (seen_listen (&hub, NULL));
  geo_server_set_request_handler (hub.server, request_cb, &rest);
  yes = ask (&hub, fits, strlen (fits));
  g_assert_true (g_str_has_prefix (yes, "HTTP/1.1 200 "));
  g_assert_cmpuint (rest.requests, ==, 1);
  no = ask (&hub, large, strlen (large));
  g_assert_true (g_str_has_prefix (no, "HTTP/1.1 413 "));
  g_assert_cmpuint (rest.requests, ==, 1);
  rest_clear (&rest);
  seen_clear (&hub);
}

/* A body, or a head, that never ends is cut off. */
static void
endless (const gchar *start, const gchar *piece) {
  Seen hub = { 0 };
  Rest rest = { 0 };
  g_autoptr (GSocketConnection) bare = bare_connect (&hub);
  GSocket *socket = g_socket_connection_get_socket (bare);
  gsize sent = 0;

  geo_server_set_request_handler (hub.server, request_cb, &rest);
  bare_write (bare, start, strlen (start));
  g_socket_set_blocking (socket, FALSE);
  while (geo_server_get_n_connections (hub.server) > 0 || sent == 0) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_send (socket, piece, strlen (piece), NULL, &error);

    if (n > 0)
      sent += (gsize) n;
    else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    g_main_context_iteration (NULL, FALSE);
    g_assert_cmpuint (sent, <, 32 * 1024 * 1024);
  }
  g_test_message ("cut off after %" G_GSIZE_FORMAT " bytes", sent);
  g_assert_cmpuint (rest.requests, ==, 0);
  g_io_stream_close (G_IO_STREAM (bare), NULL, NULL);
  rest_clear (&rest);
  seen_clear (&hub);
}

static void
test_endless_body (void) {
  g_autofree gchar *data = g_strnfill (4096, 'x');
  g_autofree gchar *chunk = g_strdup_printf ("1000\r\n%s\r\n", data);

  endless ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
           chunk);
  endless ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999\r\n\r\n",
           data);
}

static void
test_endless_head (void) {
  g_autofree gchar *data = g_strnfill (4096, 'x');
  g_autofree gchar *header = g_strdup_printf ("X-A: %s\r\n", data);

  endless ("GET / HTTP/1.1\r\nHost: h\r\n", header);
  endless ("GET / HTTP/1.1\r\nHost: h\r\nX-A: ", data);
}

static void
test_limits (void) {
  Seen hub = { 0 };
  GeoServerLimits limits;
  GSocketConnection *sockets[4];
  const gchar *request = "GET /api/v1/node HTTP/1.1\r\nHost: h\r\n"
                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n\r\n";
  g_autofree gchar *own = NULL;
  g_autofree gchar *all = NULL;
  g_autofree gchar *none = NULL;

  g_free (seen_listen (&hub, NULL));
  geo_server_limits_init (&limits);
  limits.sessions_per_address_max = 2;
  geo_server_set_limits (hub.server, &limits);
  sockets[0] = bare_shake_hands (&hub);
  sockets[1] = bare_shake_hands (&hub);
  own = ask (&hub, request, strlen (request));
  g_assert_true (g_str_has_prefix (own, "HTTP/1.1 429 "));

  limits.sessions_max = 2;
  geo_server_set_limits (hub.server, &limits);
  all = ask (&hub, request, strlen (request));
  g_assert_true (g_str_has_prefix (all, "HTTP/1.1 503 "));

  /* A place that is left is free again. */
  g_io_stream_close (G_IO_STREAM (sockets[0]), NULL, NULL);
  g_object_unref (sockets[0]);
  wait_until (geo_server_get_n_sessions (hub.server) == 1);
  sockets[0] = bare_shake_hands (&hub);

  limits.connections_per_address_max = 2;
  geo_server_set_limits (hub.server, &limits);
  none = ask (&hub, request, strlen (request));
  g_assert_cmpstr (none, ==, "");

  for (guint i = 0; i < 2; i++) {
    g_io_stream_close (G_IO_STREAM (sockets[i]), NULL, NULL);
    g_object_unref (sockets[i]);
  }
  wait_until (geo_server_get_n_sessions (hub.server) == 0);
  seen_clear (&hub);
}

/* A byte now and then is no request: it is cut off in time, others are not. */
static void
test_slow (void) {
  Seen hub = { 0 };
  Rest rest = { .hold = TRUE };
  GeoServerLimits limits;
  GSocketConnection *slow[3];
  GSocketConnection *session;
  const gchar *post = "POST / HTTP/1.1\r\nHost: h\r\n"
                      "Content-Length: 60000\r\n\r\n";
  const gchar *request = "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
  g_autoptr (GSocketConnection) asked = bare_connect (&hub);
  gint64 start = g_get_monotonic_time ();
  /* Long before somebody who sends a byte each millisecond has sent all. */
  Patience patience = patience_new (50);

  geo_server_limits_init (&limits);
  /* All of them are there before the first is sent away. */
  limits.request_seconds_max = 4;
  geo_server_set_limits (hub.server, &limits);
  geo_server_set_request_handler (hub.server, request_cb, &rest);
  session = bare_shake_hands (&hub);
  /* It has asked, and waits for its answer. */
  bare_write (asked, request, strlen (request));
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    slow[i] = bare_connect (&hub);
  bare_write (slow[1], "GET /", 5);
  bare_write (slow[2], post, strlen (post));
  wait_until (geo_server_get_n_connections (hub.server) == 5);
  while (geo_server_get_n_connections (hub.server) > 2) {
    g_assert_false (patience_is_over (&patience));
    for (guint i = 1; i < G_N_ELEMENTS (slow); i++)
      g_output_stream_write (
          g_io_stream_get_output_stream (G_IO_STREAM (slow[i])), "x", 1, NULL,
          NULL);
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_cmpint (g_get_monotonic_time () - start, >, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (geo_server_get_n_sessions (hub.server), ==, 1);
  g_assert_nonnull (rest.held);
  geo_reply_send (g_steal_pointer (&rest.held), 200, "text/plain", "late", -1);
  {
    g_autoptr (GBytes) answer = bare_read (asked);

    g_assert_cmpmem (g_bytes_get_data (answer, NULL), 12, "HTTP/1.1 200", 12);
  }

  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    g_object_unref (slow[i]);
  g_io_stream_close (G_IO_STREAM (session), NULL, NULL);
  g_object_unref (session);
  wait_until (geo_server_get_n_sessions (hub.server) == 0);
  seen_clear (&hub);
  rest_clear (&rest);
}

/* Five hundred at once: the listen queue holds them. */
static void
test_many (void) {
  Seen hub = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);
  g_autoptr (GPtrArray) clients =
      g_ptr_array_new_with_free_func (g_object_unref);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 400; i++) {
    GeoClient *client = geo_client_new (address, NULL, NULL);

    g_ptr_array_add (clients, client);
    geo_client_start (client);
  }
  wait_until (geo_server_get_n_sessions (hub.server) == 400);
  g_test_message ("400 sessions in %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - start) / 1000);
  for (guint i = 0; i < clients->len; i++)
    geo_client_stop (g_ptr_array_index (clients, i));
  wait_until (geo_server_get_n_sessions (hub.server) == 0);
  seen_clear (&hub);
}

static void
test_in_use (void) {
  Seen hub = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);
  g_autoptr (GeoServer) other = geo_server_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (
      geo_server_listen (other, address + strlen ("http://"), NULL, &error));
  g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_IN_USE);
  g_clear_error (&error);
  g_assert_false (geo_server_listen (other, "203.0.113.1:1", NULL, &error));
  g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS);
  seen_clear (&hub);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/server/requests", test_requests);
  g_test_add_func ("/net/server/late-answer", test_late_answer);
  g_test_add_func ("/net/server/stop-with-answers-open",
                   test_stop_with_answers_open);
  g_test_add_func ("/net/server/body-limit", test_body_limit);
  g_test_add_func ("/net/server/endless-body", test_endless_body);
  g_test_add_func ("/net/server/endless-head", test_endless_head);
  g_test_add_func ("/net/server/limits", test_limits);
  g_test_add_func ("/net/server/slow", test_slow);
  g_test_add_func ("/net/server/many", test_many);
  g_test_add_func ("/net/server/in-use", test_in_use);
  return g_test_run ();
}
