/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBucket: a token bucket: so many at once, so many in each span of time.  A
 * value; it reads no clock.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 level_us; /* Time saved up; one token costs cost_us. */
  guint64 cost_us;
  guint64 level_us_max;
  gint64 at_us;
} GeoBucket;

/* Full: burst at once, and then per_span in each span_us.  per_span and burst
 * are above 0. */
void geo_bucket_init (GeoBucket *bucket,
                      guint per_span,
                      gint64 span_us,
                      guint burst,
                      gint64 now_us);

/* FALSE when there is none left; it is then as it was. */
gboolean geo_bucket_take (GeoBucket *bucket, gint64 now_us);

/* Microseconds until there is one again, 0 if there is. */
gint64 geo_bucket_wait_us (GeoBucket *bucket, gint64 now_us);

gboolean geo_bucket_is_full (GeoBucket *bucket, gint64 now_us);

G_END_DECLS
