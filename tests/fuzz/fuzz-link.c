/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Links: what is parsed is written to what parses to the same link.
 */
#include "core/geo-link.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (text, &error);
  g_autoptr (GeoLink) again = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;

  fuzz_check_outcome (link != NULL, error);
  if (link == NULL)
    return 0;
  first = geo_link_to_string (link);
  again = geo_link_parse (first, &error);
  g_assert_no_error (error);
  second = geo_link_to_string (again);
  g_assert_cmpstr (first, ==, second);
  return 0;
}
