/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Amounts, times, PIDs, hashes and bytes as text: what is read is written the
 * same way, where there is only one way to write it.
 */
#include "core/geo-amount.h"
#include "core/geo-error.h"
#include "core/geo-hash.h"
#include "core/geo-pid.h"
#include "core/geo-time.h"
#include "fuzz.h"

static void
try_amounts (const gchar *text) {
  g_autoptr (GError) error = NULL;
  GeoDecimal decimal;
  gboolean done = geo_decimal_parse (text, &decimal, &error);

  fuzz_check_outcome (done, error);
  if (done) {
    g_autofree gchar *again = geo_decimal_to_string (decimal);

    g_assert_cmpstr (again, ==, text);
  }
  for (guint precision = 0; precision <= 8; precision++) {
    g_autoptr (GError) typed = NULL;
    GeoAmount amount, same;

    done = geo_amount_parse_typed (text, precision, &amount, &typed);
    fuzz_check_outcome (done, typed);
    if (done) {
      g_autofree gchar *again = geo_amount_to_string (amount, precision);

      g_assert_true (geo_amount_parse_typed (again, precision, &same, NULL));
      g_assert_cmpint (same.minor, ==, amount.minor);
    }
  }
}

static void
try_time (const gchar *text) {
  g_autoptr (GError) error = NULL;
  GeoTime time;
  gboolean done = geo_time_parse (text, &time, &error);

  fuzz_check_outcome (done, error);
  if (done) {
    g_autofree gchar *again = geo_time_to_string (time);

    g_assert_cmpstr (again, ==, text);
  }
}

static void
try_bytes (const gchar *text) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) no_hash = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GeoPid pid;
  GeoHash hash;
  gboolean done = geo_pid_parse (text, &pid, &error);

  fuzz_check_outcome (done, error);
  if (done) {
    g_autofree gchar *again = geo_pid_to_string (&pid);

    g_assert_cmpstr (again, ==, text);
  }
  done = geo_hash_parse (text, &hash, &no_hash);
  fuzz_check_outcome (done, no_hash);
  if (done) {
    g_autofree gchar *again = geo_hash_to_string (&hash);

    g_assert_cmpstr (again, ==, text);
  }
  bytes = geo_base64_decode (text, 2048, &failure);
  fuzz_check_outcome (bytes != NULL, failure);
  if (bytes != NULL) {
    gsize len;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    g_autofree gchar *again = geo_base64_encode (data, len);

    g_assert_cmpuint (len, <=, 2048);
    g_assert_cmpstr (again, ==, text);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  GeoCode code;

  try_amounts (text);
  try_time (text);
  try_bytes (text);
  if (geo_code_from_string (text, &code))
    g_assert_cmpstr (geo_code_to_string (code), ==, text);
  if (geo_equivalent_code_is_valid (text))
    g_assert_cmpuint (strlen (text), <=, 16);
  if (geo_tx_id_is_valid (text))
    g_assert_cmpuint (strlen (text), <=, 64);
  return 0;
}
