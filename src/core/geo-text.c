/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text: checked where it comes from others, made good where it is typed.
 */
#include "core/geo-text.h"

static gboolean
is_control (gunichar character, GeoTextKind kind) {
  if (character == '\n')
    return kind != GEO_TEXT_LINES;
  return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

gboolean
geo_text_is_valid (const gchar *text, GeoTextKind kind) {
  gboolean is_ascii = TRUE;

  for (const gchar *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);

    if (is_control (character, kind))
      return FALSE;
    is_ascii = is_ascii && character < 0x80;
  }
  if (is_ascii)
    return TRUE;

  g_autofree gchar *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);

  return normal != NULL && g_str_equal (normal, text);
}

gchar *
geo_text_from_typed (const gchar *typed, glong max, GeoTextKind kind) {
  g_autofree gchar *utf8 = g_utf8_make_valid (typed, -1);
  g_autofree gchar *normal = g_utf8_normalize (utf8, -1, G_NORMALIZE_NFC);
  g_autoptr (GString) out = g_string_new (NULL);
  glong count = 0;

  g_assert (normal != NULL);

  for (const gchar *at = normal; *at != '\0' && count < max;
       at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);

    if (is_control (character, kind))
      character = ' ';
    /* Spaces at the beginning do not count. */
    if (out->len == 0 && g_unichar_isspace (character))
      continue;
    g_string_append_unichar (out, character);
    count++;
  }

  gchar *end = out->str + out->len;

  while (end > out->str) {
    gchar *last = g_utf8_prev_char (end);

    if (!g_unichar_isspace (g_utf8_get_char (last)))
      break;
    end = last;
  }
  g_string_truncate (out, (gsize) (end - out->str));
  return g_string_free (g_steal_pointer (&out), FALSE);
}
