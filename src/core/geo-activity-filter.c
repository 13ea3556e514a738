/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityFilter: its life.  A copy owns its texts; who fills one in by hand
 * lends them.
 */
#include "core/geo-activity-filter.h"

GeoActivityFilter *
geo_activity_filter_copy (const GeoActivityFilter *filter) {
  GeoActivityFilter *copy = g_new0 (GeoActivityFilter, 1);

  if (filter == NULL)
    return copy;
  *copy = *filter;
  copy->text = g_strdup (filter->text);
  copy->person = filter->person != NULL ? geo_pid_dup (filter->person) : NULL;
  copy->equivalent = g_strdup (filter->equivalent);
  return copy;
}

void
geo_activity_filter_free (GeoActivityFilter *filter) {
  if (filter == NULL)
    return;
  g_free ((gchar *) filter->text);
  g_free ((GeoPid *) filter->person);
  g_free ((gchar *) filter->equivalent);
  g_free (filter);
}

gboolean
geo_activity_filter_is_empty (const GeoActivityFilter *filter) {
  return filter == NULL ||
         ((filter->text == NULL || *filter->text == '\0') &&
          filter->person == NULL && filter->kinds == 0 && filter->states == 0 &&
          filter->equivalent == NULL && filter->from == 0 && filter->to == 0);
}
