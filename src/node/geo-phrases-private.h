/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How digits are grouped, apart from the locale they come from, so that tests
 * need no installed locale.  Nobody outside this room and its tests may include
 * this.
 */
#pragma once

#include "node/geo-phrases.h"

G_BEGIN_DECLS

/* grouping as in struct lconv: sizes from the right, the last one repeats,
 * CHAR_MAX ends.  Separators are UTF-8. */
gchar *geo_phrase_number (GeoAmount amount,
                          guint precision,
                          const gchar *decimal_point,
                          const gchar *thousands_sep,
                          const gchar *grouping);

/* What localeconv () says, in UTF-8; the caller's. */
gchar *geo_phrase_separator (const gchar *text, const gchar *otherwise);

G_END_DECLS
