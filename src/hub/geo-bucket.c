/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Token buckets in whole microseconds.  It must not decide what happens to whom
 * for whom nothing is left.
 */
#include "hub/geo-bucket.h"

void
geo_bucket_init (GeoBucket *bucket,
                 guint per_span,
                 gint64 span_us,
                 guint burst,
                 gint64 now_us) {
  g_assert (per_span > 0 && span_us > 0 && burst > 0);

  bucket->cost_us = MAX ((guint64) span_us / per_span, 1);
  bucket->level_us_max = bucket->cost_us * burst;
  bucket->level_us = bucket->level_us_max;
  bucket->at_us = now_us;
}

static void
fill (GeoBucket *bucket, gint64 now_us) {
  /* A clock that was set back gives nothing and takes nothing. */
  if (now_us > bucket->at_us) {
    guint64 passed_us = (guint64) (now_us - bucket->at_us);
    guint64 room_us = bucket->level_us_max - bucket->level_us;

    bucket->level_us += MIN (passed_us, room_us);
  }
  bucket->at_us = now_us;
}

gboolean
geo_bucket_take (GeoBucket *bucket, gint64 now_us) {
  fill (bucket, now_us);
  if (bucket->level_us < bucket->cost_us)
    return FALSE;
  bucket->level_us -= bucket->cost_us;
  return TRUE;
}

gint64
geo_bucket_wait_us (GeoBucket *bucket, gint64 now_us) {
  fill (bucket, now_us);
  if (bucket->level_us >= bucket->cost_us)
    return 0;
  return (gint64) (bucket->cost_us - bucket->level_us);
}

gboolean
geo_bucket_is_full (GeoBucket *bucket, gint64 now_us) {
  fill (bucket, now_us);
  return bucket->level_us == bucket->level_us_max;
}
