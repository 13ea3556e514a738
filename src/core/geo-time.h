/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times as milliseconds since 1970-01-01T00:00:00Z and their one text form,
 * RFC 3339 UTC with three decimals (protocol §2).  It never reads a clock.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gint64 GeoTime; /* Milliseconds; 0 … 9999-12-31T23:59:59.999Z. */

/* How far clocks may differ, in milliseconds (§2). */
#define GEO_CLOCK_TOLERANCE_MS 120000

gchar *geo_time_to_string (GeoTime time_ms);
gboolean geo_time_parse (const gchar *text, GeoTime *out, GError **error);

/* Milliseconds of a UTC day: a time divided by it is the day's number. */
#define GEO_DAY_MS G_GINT64_CONSTANT (86400000)

G_END_DECLS
