/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who answers a request, where the hub's certificate is pinned: that one and no
 * other, also where the system would trust the other, and nothing is said to
 * anybody else.
 */
#include "net/geo-http.h"

#include <libsoup/soup.h>

#include "net/geo-address.h"

typedef struct {
  SoupServer *server;
  gchar *address;
  gchar *print;
  guint asked;
} Hub;

static GTlsCertificate *
load (const gchar *name) {
  g_autoptr (GError) error = NULL;
  GTlsCertificate *result = g_tls_certificate_new_from_file (
      g_test_get_filename (G_TEST_DIST, "unit", "net", name, NULL), &error);

  g_assert_no_error (error);
  return result;
}

static void
answer_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data) {
  Hub *hub = user_data;

  hub->asked++;
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json",
                                    SOUP_MEMORY_STATIC, "{}", 2);
}

static void
hub_start (Hub *hub, const gchar *name) {
  g_autoptr (GTlsCertificate) certificate = load (name);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  hub->print = geo_certificate_get_fingerprint (certificate);
  hub->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (hub->server, NULL, answer_cb, hub, NULL);
  soup_server_listen_local (
      hub->server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY,
      &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (hub->server);
  hub->address = g_strdup_printf ("https://localhost:%d",
                                  g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

/* libsoup 3.6 cannot end a server of which a client has refused the
 * certificate: it stays until the program ends. */
static GSList *servers;

static void
hub_clear (Hub *hub) {
  servers = g_slist_prepend (servers, g_steal_pointer (&hub->server));
  g_free (hub->address);
  g_free (hub->print);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* code 0: it answers. */
static void
expect (const Hub *hub, const gchar *fingerprint, gint code) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHttp) http = geo_http_new (hub->address, fingerprint, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *text = NULL;
  guint before = hub->asked;
  guint status;

  g_assert_no_error (error);
  geo_http_call_async (http, "GET", "/api/v1/health", "a token", NULL, NULL,
                       called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  text = geo_http_call_finish (http, result, &status, &error);
  if (code == 0) {
    g_assert_no_error (error);
    g_assert_cmpstr (text, ==, "{}");
    g_assert_cmpuint (status, ==, 200);
    g_assert_cmpuint (hub->asked, ==, before + 1);
  } else {
    g_assert_null (text);
    g_assert_error (error, GEO_NET_ERROR, code);
    g_assert_cmpuint (hub->asked, ==, before);
  }
}

static void
test_pinned (void) {
  Hub hub = { NULL };
  Hub other = { NULL };

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_skip ("GLib has no TLS here");
    return;
  }
  hub_start (&hub, "hub-local.pem");
  hub_start (&other, "hub-one.pem");
  expect (&hub, hub.print, 0);
  expect (&hub, other.print, GEO_NET_ERROR_FINGERPRINT);
  expect (&hub, NULL, GEO_NET_ERROR_FINGERPRINT);
  /* Its dates and its name say nothing, as the print says all. */
  expect (&other, other.print, 0);
  expect (&other, hub.print, GEO_NET_ERROR_FINGERPRINT);
  hub_clear (&hub);
  hub_clear (&other);
}

/* A certificate that the system trusts raises no question by itself. */
static void
test_trusted (void) {
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autoptr (GError) error = NULL;
  GTlsBackend *backend = g_tls_backend_get_default ();
  Hub hub = { NULL };
  Hub other = { NULL };

  if (!g_tls_backend_supports_tls (backend)) {
    g_test_skip ("GLib has no TLS here");
    return;
  }
  trust = g_tls_file_database_new (
      g_test_get_filename (G_TEST_DIST, "unit", "net", "hub-local.pem", NULL),
      &error);
  g_assert_no_error (error);
  g_tls_backend_set_default_database (backend, trust);
  hub_start (&hub, "hub-local.pem");
  hub_start (&other, "hub-two.pem");
  expect (&hub, NULL, 0);
  expect (&hub, hub.print, 0);
  expect (&hub, other.print, GEO_NET_ERROR_FINGERPRINT);
  expect (&other, NULL, GEO_NET_ERROR_FINGERPRINT);
  hub_clear (&hub);
  hub_clear (&other);
  g_tls_backend_set_default_database (backend, NULL);
}

static void
test_addresses (void) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *print = g_strnfill (64, 'a');

  g_assert_null (geo_http_new ("http://localhost", print, &error));
  g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS);
  g_clear_error (&error);
  g_assert_null (geo_http_new ("https://localhost", "abc", &error));
  g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/http/pinned", test_pinned);
  g_test_add_func ("/net/http/trusted", test_trusted);
  g_test_add_func ("/net/http/addresses", test_addresses);
  return g_test_run ();
}
