/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text as a QR code that a terminal can show: two rows of it in a line of
 * characters.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lines, each ended; NULL where this build has no QR codes, or the text is too
 * long for one.  colours: black on white whatever the terminal's are. */
gchar *geo_qr_to_text (const gchar *text, gboolean colours);

G_END_DECLS
