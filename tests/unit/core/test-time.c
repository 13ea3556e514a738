/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times: their one text form, checked against GLib's calendar.
 */
#include "core/geo-time.h"

#include "test-util.h"

static void
test_known (void) {
  static const struct {
    const gchar *text;
    gint64 time_ms;
  } cases[] = {
    { "1970-01-01T00:00:00.000Z", 0 },
    { "1970-01-01T00:00:00.001Z", 1 },
    { "2000-02-29T12:00:00.000Z", G_GINT64_CONSTANT (951825600000) },
    { "2026-11-20T10:15:30.123Z", G_GINT64_CONSTANT (1795169730123) },
    { "9999-12-31T23:59:59.999Z", G_GINT64_CONSTANT (253402300799999) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *text = geo_time_to_string (cases[i].time_ms);
    GeoTime time_ms;

    g_assert_cmpstr (text, ==, cases[i].text);
    g_assert_true (geo_time_parse (cases[i].text, &time_ms, &error));
    g_assert_cmpint (time_ms, ==, cases[i].time_ms);
  }
}

/* Every day until 2500, and a day in each month after that. */
static void
test_every_day (void) {
  gint64 day = 0;

  for (; day < G_GINT64_CONSTANT (2932896); day += day < 193600 ? 1 : 29) {
    gint64 seconds = day * 86400 + day % 86400;
    g_autoptr (GDateTime) expected = g_date_time_new_from_unix_utc (seconds);
    g_autofree gchar *want = g_date_time_format (expected,
                                                 "%Y-%m-%dT%H:%M:%S.007Z");
    g_autofree gchar *text = geo_time_to_string (seconds * 1000 + 7);
    GeoTime back;

    g_assert_cmpstr (text, ==, want);
    g_assert_true (geo_time_parse (text, &back, NULL));
    g_assert_cmpint (back, ==, seconds * 1000 + 7);
  }
}

static void
test_refused (void) {
  static const struct {
    const gchar *text;
    GeoCoreError code;
  } cases[] = {
    { "", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30Z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30.12Z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30.1234Z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30.123z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20t10:15:30.123Z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20 10:15:30.123Z", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30.123+00:00", GEO_CORE_ERROR_SYNTAX },
    { "2026-11-20T10:15:30.123Z ", GEO_CORE_ERROR_SYNTAX },
    { " 2026-11-20T10:15:30.123Z", GEO_CORE_ERROR_SYNTAX },
    { "-026-11-20T10:15:30.123Z", GEO_CORE_ERROR_SYNTAX },
    { "1969-12-31T23:59:59.999Z", GEO_CORE_ERROR_RANGE },
    { "0000-01-01T00:00:00.000Z", GEO_CORE_ERROR_RANGE },
    { "2026-00-20T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2026-13-20T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2026-11-00T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2026-11-31T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2026-02-29T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2100-02-29T10:15:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2026-11-20T24:00:00.000Z", GEO_CORE_ERROR_RANGE },
    { "2026-11-20T10:60:30.123Z", GEO_CORE_ERROR_RANGE },
    { "2016-12-31T23:59:60.000Z", GEO_CORE_ERROR_RANGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GeoTime time_ms = 42;

    g_assert_false (geo_time_parse (cases[i].text, &time_ms, &error));
    assert_core_error (error, cases[i].code);
    g_assert_cmpint (time_ms, ==, 42);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time/known", test_known);
  g_test_add_func ("/time/every-day", test_every_day);
  g_test_add_func ("/time/refused", test_refused);
  return g_test_run ();
}
