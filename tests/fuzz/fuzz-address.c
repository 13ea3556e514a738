/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of hubs: the first line is the address, a second one the
 * fingerprint.  What is parsed is written to what parses to the same.
 */
#include "fuzz.h"
#include "net/geo-address.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GeoAddress) address = NULL;
  g_autoptr (GeoAddress) again = NULL;
  g_autoptr (GSocketAddress) numeric = NULL;
  const gchar *first = lines[0] == NULL ? "" : lines[0];

  address = geo_address_parse (first, lines[0] == NULL ? NULL : lines[1],
                               &error);
  fuzz_check_outcome (address != NULL, error);
  if (address != NULL) {
    g_autofree gchar *written = geo_address_to_string (address);
    g_autofree gchar *authority = geo_address_get_authority (address);

    g_assert_nonnull (authority);
    again = geo_address_parse (written, address->fingerprint, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (address->host, ==, again->host);
    g_assert_cmpuint (address->port, ==, again->port);
    g_assert_true (address->secure == again->secure);
    g_assert_cmpstr (address->fingerprint, ==, again->fingerprint);
    g_assert_true (geo_address_is_loopback (address) ==
                   geo_address_is_loopback (again));
  }
  numeric = geo_address_parse_numeric (first, &failure);
  fuzz_check_outcome (numeric != NULL, failure);
  return 0;
}
