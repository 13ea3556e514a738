/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the core room and the names of the wire's refusal codes.
 * It owns names only and decides nothing.
 */
#include "core/geo-error.h"

G_DEFINE_QUARK (geo - core - error - quark, geo_core_error)

static const gchar *const code_names[] = {
  "E001", "E002", "E003", "E004", "E005",
  "E006", "E007", "E008", "E009", "E010",
};

const gchar *
geo_code_to_string (GeoCode code) {
  gsize index = (gsize) code - 1;

  return index < G_N_ELEMENTS (code_names) ? code_names[index] : NULL;
}

gboolean
geo_code_from_string (const gchar *text, GeoCode *out) {
  for (gsize i = 0; i < G_N_ELEMENTS (code_names); i++) {
    if (g_str_equal (code_names[i], text)) {
      *out = (GeoCode) (i + 1);
      return TRUE;
    }
  }
  return FALSE;
}
