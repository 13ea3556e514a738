/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client: whose certificate it takes, when it comes back, and when it gives
 * a silent hub up.
 */
#include "net-test.h"
#include "net/geo-address.h"

typedef struct {
  GeoClient *client;
  Seen node;
  guint lost;
  GError *error;
} Caller;

static void
caller_session_cb (GeoClient *client, GeoSession *session, gpointer user_data) {
  seen_watch (user_data, session);
}

static void
caller_lost_cb (GeoClient *client, const GError *error, gpointer user_data) {
  Caller *caller = user_data;

  g_assert_nonnull (error);
  caller->lost++;
  g_clear_error (&caller->error);
  caller->error = g_error_copy (error);
}

static void
caller_start (Caller *caller, const gchar *address, const gchar *fingerprint) {
  g_autoptr (GError) error = NULL;

  caller->client = geo_client_new (address, fingerprint, &error);
  g_assert_no_error (error);
  g_signal_connect (caller->client, "session", G_CALLBACK (caller_session_cb),
                    &caller->node);
  g_signal_connect (caller->client, "lost", G_CALLBACK (caller_lost_cb),
                    caller);
  geo_client_start (caller->client);
}

/* What it has begun is called off, and lets go of it a little later. */
static void
end_client (GeoClient *client) {
  gpointer weak = client;

  g_object_add_weak_pointer (G_OBJECT (client), &weak);
  g_object_unref (client);
  wait_until (weak == NULL);
}

static void
caller_clear (Caller *caller) {
  GeoSession *session = caller->node.session;

  geo_client_stop (caller->client);
  if (session != NULL)
    wait_until (caller->node.closed == caller->node.opened);
  seen_clear (&caller->node);
  end_client (caller->client);
  g_clear_error (&caller->error);
}

static GTlsCertificate *
certificate (const gchar *name, gchar **fingerprint) {
  g_autoptr (GError) error = NULL;
  GTlsCertificate *result = g_tls_certificate_new_from_file (
      g_test_get_filename (G_TEST_DIST, "unit", "net", name, NULL), &error);

  g_assert_no_error (error);
  if (fingerprint != NULL)
    *fingerprint = geo_certificate_get_fingerprint (result);
  return result;
}

static void
test_fingerprint (void) {
  Seen hub = { .echo = TRUE };
  Caller right = { 0 };
  Caller wrong = { 0 };
  Caller nobody = { 0 };
  g_autofree gchar *one_print = NULL;
  g_autofree gchar *two_print = NULL;
  g_autofree gchar *address = NULL;
  g_autoptr (GTlsCertificate) one = NULL;
  g_autoptr (GTlsCertificate) two = NULL;
  g_autoptr (GeoMessage) ping = geo_message_new (GEO_MESSAGE_PING, NULL);

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_skip ("GLib has no TLS here");
    return;
  }
  one = certificate ("hub-one.pem", &one_print);
  two = certificate ("hub-two.pem", &two_print);
  g_assert_cmpstr (one_print, !=, two_print);
  address = seen_listen (&hub, one);

  caller_start (&right, address, one_print);
  wait_until (right.node.opened == 1);
  geo_session_send (right.node.session, ping);
  wait_until (right.node.messages == 1);
  g_assert_cmpuint (right.lost, ==, 0);

  caller_start (&wrong, address, two_print);
  wait_until (wrong.lost == 1);
  g_assert_error (wrong.error, GEO_NET_ERROR, GEO_NET_ERROR_FINGERPRINT);
  g_assert_cmpuint (wrong.node.opened, ==, 0);

  /* Without a fingerprint the system would have to know who signed it. */
  caller_start (&nobody, address, NULL);
  wait_until (nobody.lost == 1);
  g_assert_error (nobody.error, GEO_NET_ERROR, GEO_NET_ERROR_FINGERPRINT);

  caller_clear (&right);
  caller_clear (&wrong);
  caller_clear (&nobody);
  seen_clear (&hub);
}

/* One second, then two, each up to a quarter more or less. */
static void
assert_retry_in (Caller *caller, gint64 ms) {
  gint64 in = geo_client_get_retry_at_us (caller->client) -
              g_get_monotonic_time ();

  g_assert_cmpint (in, >, (ms - ms / 4 - 300) * 1000);
  g_assert_cmpint (in, <=, (ms + ms / 4 + 1) * 1000);
}

static void
test_back_off (void) {
  static const gint64 expected_ms[] = { 1000, 2000, 5000, 10000, 30000, 30000 };
  Seen hub = { 0 };
  Caller caller = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);

  /* Nobody is there any more. */
  seen_clear (&hub);
  caller_start (&caller, address, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (expected_ms); i++) {
    wait_until (caller.lost == i + 1);
    g_assert_error (caller.error, GEO_NET_ERROR, GEO_NET_ERROR_UNREACHABLE);
    assert_retry_in (&caller, expected_ms[i]);
    geo_client_hurry (caller.client);
    g_assert_cmpint (geo_client_get_retry_at_us (caller.client), ==, 0);
  }
  wait_until (caller.lost == G_N_ELEMENTS (expected_ms) + 1);

  /* Stopping is for good; starting begins anew. */
  geo_client_stop (caller.client);
  g_assert_cmpint (geo_client_get_retry_at_us (caller.client), ==, 0);
  geo_client_hurry (caller.client);
  wait_ms (50);
  g_assert_cmpuint (caller.lost, ==, G_N_ELEMENTS (expected_ms) + 1);
  geo_client_start (caller.client);
  wait_until (caller.lost == G_N_ELEMENTS (expected_ms) + 2);
  assert_retry_in (&caller, 1000);
  caller_clear (&caller);
}

static void
test_comes_back (void) {
  Seen hub = { 0 };
  Seen again = { 0 };
  Caller caller = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);
  g_autofree gchar *listen = g_strdup (address + strlen ("http://"));
  g_autoptr (GError) error = NULL;

  caller_start (&caller, address, NULL);
  wait_until (caller.node.opened == 1);
  seen_clear (&hub);
  wait_until (caller.lost == 1);
  g_assert_error (caller.error, GEO_NET_ERROR, GEO_NET_ERROR_CLOSED);
  g_assert_null (geo_client_get_session (caller.client));

  again.server = geo_server_new ();
  geo_server_set_session_handler (again.server, "/api/v1/node", seen_session_cb,
                                  &again);
  geo_server_listen (again.server, listen, NULL, &error);
  g_assert_no_error (error);
  /* By itself. */
  wait_until (caller.node.opened == 2);
  caller_clear (&caller);
  seen_clear (&again);
}

static void
test_silence (void) {
  Seen hub = { 0 };
  Caller caller = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);

  caller.client = geo_client_new (address, NULL, NULL);
  geo_client_set_patience (caller.client, 100, 300);
  g_signal_connect (caller.client, "session", G_CALLBACK (caller_session_cb),
                    &caller.node);
  g_signal_connect (caller.client, "lost", G_CALLBACK (caller_lost_cb),
                    &caller);
  geo_client_start (caller.client);
  /* The hub hears pings and answers none. */
  wait_until (caller.lost == 1);
  g_assert_error (caller.error, GEO_NET_ERROR, GEO_NET_ERROR_SILENT);
  g_assert_cmpuint (hub.messages, >=, 1);
  g_assert_cmpuint (hub.messages, <=, 3);
  caller_clear (&caller);
  seen_clear (&hub);
}

static void
test_stays_with_pongs (void) {
  Seen hub = { .echo = TRUE };
  Caller caller = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);

  caller.client = geo_client_new (address, NULL, NULL);
  geo_client_set_patience (caller.client, 50, 200);
  g_signal_connect (caller.client, "session", G_CALLBACK (caller_session_cb),
                    &caller.node);
  g_signal_connect (caller.client, "lost", G_CALLBACK (caller_lost_cb),
                    &caller);
  geo_client_start (caller.client);
  wait_ms (600);
  g_assert_cmpuint (caller.lost, ==, 0);
  g_assert_cmpuint (hub.messages, >=, 5);
  caller_clear (&caller);
  seen_clear (&hub);
}

/* What answers there instead of a hub. */
static const gchar *const strangers[] = {
  "",
  "220 mail.example.org ESMTP\r\n",
  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
   "Connection: Upgrade\r\nSec-WebSocket-Accept: bm90IHRoaXM=\r\n\r\n"),
};

static void
test_not_a_hub (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++) {
    g_autoptr (GSocketListener) listener = g_socket_listener_new ();
    g_autoptr (GError) error = NULL;
    guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
    g_autofree gchar *address = g_strdup_printf ("127.0.0.1:%u", port);
    g_autoptr (GSocketConnection) connection = NULL;
    Caller caller = { 0 };

    g_assert_no_error (error);
    caller_start (&caller, address, NULL);
    wait_ms (20);
    connection = g_socket_listener_accept (listener, NULL, NULL, &error);
    g_assert_no_error (error);
    wait_ms (20);
    bare_write (connection, strangers[i], strlen (strangers[i]));
    g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE,
                       NULL);
    wait_until (caller.lost == 1);
    g_assert_error (caller.error, GEO_NET_ERROR, GEO_NET_ERROR_NOT_A_HUB);
    caller_clear (&caller);
  }
}

/* A client may be let go of at any time. */
static void
test_stop_early (void) {
  Seen hub = { 0 };
  g_autofree gchar *address = seen_listen (&hub, NULL);

  for (guint i = 0; i < 30; i++) {
    GeoClient *client = geo_client_new (address, NULL, NULL);

    geo_client_start (client);
    for (guint j = 0; j < i; j++)
      g_main_context_iteration (NULL, FALSE);
    geo_client_stop (client);
    if (i % 3 == 0)
      geo_client_start (client);
    g_object_ref (client);
    g_object_run_dispose (G_OBJECT (client));
    g_object_unref (client);
    end_client (client);
  }
  wait_until (geo_server_get_n_sessions (hub.server) == 0);
  seen_clear (&hub);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/client/fingerprint", test_fingerprint);
  g_test_add_func ("/net/client/back-off", test_back_off);
  g_test_add_func ("/net/client/comes-back", test_comes_back);
  g_test_add_func ("/net/client/silence", test_silence);
  g_test_add_func ("/net/client/stays-with-pongs", test_stays_with_pongs);
  g_test_add_func ("/net/client/not-a-hub", test_not_a_hub);
  g_test_add_func ("/net/client/stop-early", test_stop_early);
  return g_test_run ();
}
