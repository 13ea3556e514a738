/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What clients of the REST contract send: bodies of registrations, and the
 * words of that contract that become ours.
 */
#include "core/geo-rest-object.h"
#include "fuzz.h"
#include "hub/geo-hub-registration.h"

static void
try_registration (const gchar *body, gsize len) {
  GeoHubRestNo no = { 0 };
  g_autoptr (GeoHubRegistration) registration =
      geo_hub_registration_parse (body, len, &no);

  if (registration == NULL) {
    g_assert_cmpuint (no.status, >=, 400);
    g_assert_cmpuint (no.status, <, 500);
    g_assert_nonnull (no.body);
    g_assert_true (g_utf8_validate (no.body, -1, NULL));
  } else {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoHubRegistration) again =
        geo_hub_registration_load (registration->text, &error);
    g_autofree gchar *shown = geo_hub_registration_show (registration, 0);

    g_assert_no_error (error);
    g_assert_cmpstr (again->text, ==, registration->text);
    g_assert_true (geo_pid_equal (&again->pid, &registration->pid));
    g_assert_true (g_utf8_validate (shown, -1, NULL));
  }
  geo_hub_rest_no_clear (&no);
}

static void
try_words (const gchar *text) {
  g_autofree gchar *name = geo_rest_name (text);
  g_autofree gchar *description = geo_rest_description (text);
  GeoParticipantKind kind;

  /* What comes out fits an object of ours: normalized, and in one line. */
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_true (description == NULL ||
                 g_utf8_validate (description, -1, NULL));
  geo_rest_kind (text, &kind);
  for (guint precision = 0; precision <= 8; precision++) {
    g_autoptr (GError) error = NULL;
    GeoAmount amount;
    gboolean done = geo_rest_parse_amount (text, precision, &amount, &error);

    fuzz_check_outcome (done, error);
    if (done) {
      g_autofree gchar *written = geo_amount_to_string (amount, precision);
      GeoAmount again;

      g_assert_true (geo_rest_parse_amount (written, precision, &again, NULL));
      g_assert_cmpint (again.minor, ==, amount.minor);
    }
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubRegistration) stored = NULL;

  try_registration ((const gchar *) data, size);
  /* Texts of people have passed the gate before. */
  if (g_utf8_validate (text, -1, NULL)) {
    try_words (text);
    stored = geo_hub_registration_load (text, &error);
    fuzz_check_outcome (stored != NULL, error);
  }
  return 0;
}
