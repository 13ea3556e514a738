/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of hubs: what people type and links carry.
 */
#include "net/geo-address.h"

#define PRINT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct {
  const gchar *text;
  const gchar *fingerprint;
  const gchar *expected; /* NULL: refused */
} addresses[] = {
  { "http://127.0.0.1:7711", NULL, "http://127.0.0.1:7711" },
  { "http://127.0.0.1:7711/", NULL, "http://127.0.0.1:7711" },
  { "127.0.0.1:7711", NULL, "http://127.0.0.1:7711" },
  { "127.0.0.1", NULL, "http://127.0.0.1:7711" },
  { "localhost", NULL, "http://localhost:7711" },
  { "::1", NULL, "http://[::1]:7711" },
  { "[::1]", NULL, "http://[::1]:7711" },
  { "[::1]:80", NULL, "http://[::1]" },
  { "hub.example.org", NULL, "https://hub.example.org" },
  { "  Hub.Example.ORG ", NULL, "https://hub.example.org" },
  { "hub.example.org:8080", NULL, "http://hub.example.org:8080" },
  { "hub.example.org:8443", PRINT, "https://hub.example.org:8443" },
  { "127.0.0.1:8443", PRINT, "https://127.0.0.1:8443" },
  { "https://hub.example.org:443", NULL, "https://hub.example.org" },
  { "HTTPS://hub.example.org", NULL, "https://hub.example.org" },
  { "wss://hub.example.org", NULL, "https://hub.example.org" },
  { "ws://hub.example.org", NULL, "http://hub.example.org" },
  { "http://hub.example.org:80", NULL, "http://hub.example.org" },
  { "xn--80ak6aa92e.com", NULL, "https://xn--80ak6aa92e.com" },
  { "http://hub.example.org", PRINT, NULL },
  { "ws://127.0.0.1:7711", PRINT, NULL },
  { "", NULL, NULL },
  { "/", NULL, NULL },
  { "ftp://hub.example.org", NULL, NULL },
  { "http://", NULL, NULL },
  { "http://:80", NULL, NULL },
  { "hub.example.org:", NULL, NULL },
  { "hub.example.org:0", NULL, NULL },
  { "hub.example.org:65536", NULL, NULL },
  { "hub.example.org:-1", NULL, NULL },
  { "hub.example.org:+1", NULL, NULL },
  { "hub.example.org:80 ", NULL, "http://hub.example.org" },
  { "hub.example.org: 80", NULL, NULL },
  { "hub example.org", NULL, NULL },
  { "hub..example.org", NULL, NULL },
  { ".example.org", NULL, NULL },
  { "https://me:secret@hub.example.org", NULL, NULL },
  { "https://hub.example.org/path", NULL, NULL },
  { "https://hub.example.org?a=b", NULL, NULL },
  { "https://hub.example.org#a", NULL, NULL },
  { "[::1", NULL, NULL },
  { "[hub]:80", NULL, NULL },
  { "[::1]80", NULL, NULL },
  { "hub.example.org\r\nX: y", NULL, NULL },
  { "h\xc3\xbc"
    "b.example.org",
    NULL, NULL },
  { "\xff", NULL, NULL },
  { "hub.example.org", "", NULL },
  { "hub.example.org", "00", NULL },
  { "hub.example.org", PRINT "0", NULL },
  { "hub.example.org", "g" PRINT, NULL },
};

static void
test_parse (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoAddress) address =
        geo_address_parse (addresses[i].text, addresses[i].fingerprint, &error);
    g_autofree gchar *text = NULL;

    g_test_message ("address %" G_GSIZE_FORMAT, i);
    if (addresses[i].expected == NULL) {
      g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS);
      g_assert_null (address);
      continue;
    }
    g_assert_no_error (error);
    text = geo_address_to_string (address);
    g_assert_cmpstr (text, ==, addresses[i].expected);
    g_assert_cmpstr (address->fingerprint, ==, addresses[i].fingerprint);

    /* What comes out means the same when it goes in again. */
    {
      g_autoptr (GeoAddress) again =
          geo_address_parse (text, addresses[i].fingerprint, &error);

      g_assert_no_error (error);
      g_assert_cmpint (again->secure, ==, address->secure);
      g_assert_cmpuint (again->port, ==, address->port);
      g_assert_cmpstr (again->host, ==, address->host);
    }
  }
}

static void
test_fingerprint (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoAddress) address =
      geo_address_parse ("hub.example.org",
                         "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                         "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
                         &error);

  g_assert_no_error (error);
  g_assert_cmpstr (address->fingerprint, ==, PRINT);
}

static void
test_numeric (void) {
  static const gchar *const good[] = { "127.0.0.1:7711", "[::1]:0", "0.0.0.0:1",
                                       "[::]:65535" };
  static const gchar *const wrong[] = {
    "",           "localhost:80", "127.0.0.1",       ":80",      "[::1]",
    "127.0.0.1:", "1.2.3:80",     "127.0.0.1:65536", "::1:7711", "*:80",
    "[:]:9",      "[::1%]:9",     "[::1%a/b]:9"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocketAddress) address = geo_address_parse_numeric (good[i],
                                                                    &error);

    g_assert_no_error (error);
    g_assert_nonnull (address);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", wrong[i]);
    g_assert_null (geo_address_parse_numeric (wrong[i], &error));
    g_assert_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/address/parse", test_parse);
  g_test_add_func ("/net/address/fingerprint", test_fingerprint);
  g_test_add_func ("/net/address/numeric", test_numeric);
  return g_test_run ();
}
