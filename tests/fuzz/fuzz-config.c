/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub's configuration file: it is read whole, or what is wrong is said.
 */
#include "core/geo-contract.h"
#include "fuzz.h"
#include "hub/geo-hub-config.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubConfig) config = geo_hub_config_parse (text, "geo-hub.conf",
                                                          &error);

  fuzz_check_outcome (config != NULL, error);
  if (config == NULL) {
    g_assert_true (
        g_error_matches (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG));
    return 0;
  }
  /* What a community object could not hold is no name here either. */
  g_assert_true (g_utf8_validate (config->name, -1, NULL));
  for (guint i = 0; i < config->equivalents->len; i++) {
    GeoEquivalent *item = g_ptr_array_index (config->equivalents, i);
    g_autofree gchar *wire = geo_equivalent_to_text (item, NULL);
    g_autoptr (GeoEquivalent) again = geo_equivalent_from_text (wire, -1,
                                                                &error);

    g_assert_no_error (error);
    g_assert_nonnull (again);
  }
  g_assert_cmpuint (g_strv_length (config->listen), >, 0);
  return 0;
}
