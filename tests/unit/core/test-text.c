/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text: what is text to the protocol, and what is made of what people type.
 */
#include "core/geo-text.h"

#include "test-util.h"

static void
test_valid (void) {
  g_assert_true (geo_text_is_valid ("", GEO_TEXT_LINE));
  g_assert_true (geo_text_is_valid ("хліб é 😀", GEO_TEXT_LINE));
  g_assert_true (geo_text_is_valid ("a\nb", GEO_TEXT_LINES));
  g_assert_true (geo_text_is_valid ("\xc2\xa0", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("a\nb", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("a\tb", GEO_TEXT_LINES));
  g_assert_false (geo_text_is_valid ("a\r\nb", GEO_TEXT_LINES));
  g_assert_false (geo_text_is_valid ("\x1b[2J", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("\x7f", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("\xc2\x80", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("\xc2\x9f", GEO_TEXT_LINE));
  g_assert_false (geo_text_is_valid ("e\xcc\x81", GEO_TEXT_LINE));
}

static void
test_from_typed (void) {
  static const struct {
    const gchar *typed;
    glong max;
    GeoTextKind kind;
    const gchar *text;
  } cases[] = {
    { "", 9, GEO_TEXT_LINE, "" },
    { "  \t\n ", 9, GEO_TEXT_LINES, "" },
    { " Anna  Maria ", 99, GEO_TEXT_LINE, "Anna  Maria" },
    { "a\nb", 9, GEO_TEXT_LINE, "a b" },
    { "a\nb\n", 9, GEO_TEXT_LINES, "a\nb" },
    { "e\xcc\x81", 1, GEO_TEXT_LINE, "é" },
    { "Жжж", 2, GEO_TEXT_LINE, "Жж" },
    { "ab cd", 3, GEO_TEXT_LINE, "ab" },
    { "a\xff", 9, GEO_TEXT_LINE, "a\xef\xbf\xbd" },
    { "\x1b[2J", 9, GEO_TEXT_LINE, "[2J" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = geo_text_from_typed (cases[i].typed, cases[i].max,
                                                  cases[i].kind);

    g_assert_cmpstr (text, ==, cases[i].text);
    g_assert_true (geo_text_is_valid (text, cases[i].kind));
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/valid", test_valid);
  g_test_add_func ("/text/from-typed", test_from_typed);
  return g_test_run ();
}
