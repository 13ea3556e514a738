/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * QR codes of characters, by libqrencode.  It knows nothing of what the text
 * means.
 */
#include "config.h"

#include "cli/geo-qr.h"

#ifdef HAVE_QRENCODE

#include <qrencode.h>

/* The rim that scanners need. */
#define RIM 4

static gboolean
is_dark (const QRcode *code, gint x, gint y) {
  return x >= 0 && y >= 0 && x < code->width && y < code->width &&
         (code->data[y * code->width + x] & 1) != 0;
}

gchar *
geo_qr_to_text (const gchar *text, gboolean colours) {
  /* A dark upper and lower half; the paper is drawn, the ink is left out, so
   * that it is right on a dark terminal without colours, too. */
  static const gchar *const halves[] = { "█", "▀", "▄", " " };
  QRcode *code = QRcode_encodeString (text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  GString *out;

  if (code == NULL)
    return NULL;
  out = g_string_new (NULL);
  for (gint y = -RIM; y < code->width + RIM; y += 2) {
    if (colours)
      g_string_append (out, "\033[40;97m");
    for (gint x = -RIM; x < code->width + RIM; x++)
      g_string_append (out, halves[(is_dark (code, x, y) ? 2 : 0) +
                                   (is_dark (code, x, y + 1) ? 1 : 0)]);
    g_string_append (out, colours ? "\033[0m\n" : "\n");
  }
  QRcode_free (code);
  return g_string_free (out, FALSE);
}

#else

gchar *
geo_qr_to_text (const gchar *text, gboolean colours) {
  return NULL;
}

#endif
