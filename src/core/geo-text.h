/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text as the protocol has it (§2): UTF-8, NFC, no control characters.  What
 * others sent is checked; only what a person typed here is ever changed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  GEO_TEXT_LINE = 1, /* A name: no line feeds. */
  GEO_TEXT_LINES = 2, /* A description: line feeds are text. */
} GeoTextKind;

/* No control characters, NFC.  text is UTF-8; how long it is is not looked at.
 */
gboolean geo_text_is_valid (const gchar *text, GeoTextKind kind);

/* What a person typed, as text of at most max characters: in NFC, control
 * characters as spaces, without spaces at either end, and cut off.  What is not
 * UTF-8 is replaced.  May be empty. */
gchar *geo_text_from_typed (const gchar *typed, glong max, GeoTextKind kind);

G_END_DECLS
