/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gate and the canonical form: what the gate lets through json-glib reads,
 * and canonical form does not change once it is there (protocol §3).
 */
#include "core/geo-json.h"
#include "fuzz.h"

static void
check_canonical (JsonNode *root) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autoptr (JsonNode) again = NULL;
  gsize len, len_again;

  first = geo_json_canonical (root, &len, &error);
  fuzz_check_outcome (first != NULL, error);
  /* A key that is not ASCII is JSON, but nothing that we sign. */
  if (first == NULL)
    return;
  again = geo_json_parse (first, len, 8 * GEO_JSON_SIZE_MAX, &error);
  g_assert_no_error (error);
  second = geo_json_canonical (again, &len_again, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (first, len, second, len_again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  const gchar *text = (const gchar *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) root = NULL;
  gboolean strict = geo_json_check (text, size, GEO_JSON_SIZE_MAX, FALSE,
                                    &error);
  gboolean floats = geo_json_check (text, size, GEO_JSON_SIZE_MAX, TRUE, NULL);

  fuzz_check_outcome (strict, error);
  g_assert_true (floats || !strict);
  root = geo_json_parse (text, size, GEO_JSON_SIZE_MAX, &failure);
  fuzz_check_outcome (root != NULL, failure);
  g_assert_true ((root != NULL) == strict);
  if (floats) {
    g_autoptr (JsonParser) parser = json_parser_new ();

    g_assert_true (
        json_parser_load_from_data (parser, text, (gssize) size, NULL));
  }
  if (root != NULL)
    check_canonical (root);
  return 0;
}
