/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When something was, as short as it can be said in a list.  It keeps no state.
 */
#pragma once

#include "core/geo-time.h"

G_BEGIN_DECLS

/* "10:42" today, "Yesterday", "14 Mar" this year, else the locale's date. */
gchar *geo_when_phrase (GeoTime time_ms);
/* The same, as of another moment: for tests. */
gchar *geo_when_phrase_at (GeoTime time_ms, GeoTime now_ms);

/* "10:42". */
gchar *geo_when_time (GeoTime time_ms);
/* "Today", "Yesterday", "Saturday, 14 March", with the year where it is not this
 * one. */
gchar *geo_when_day (GeoTime time_ms);
gchar *geo_when_day_at (GeoTime time_ms, GeoTime now_ms);
/* Both on one day, here. */
gboolean geo_when_is_same_day (GeoTime one_ms, GeoTime other_ms);

G_END_DECLS
