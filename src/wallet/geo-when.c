/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When something was, in local time and the locale's way.  It keeps no state.
 */
#include "config.h"

#include "wallet/geo-when.h"

#include <glib/gi18n.h>

#define US_PER_MS 1000

static GDateTime *
local_time (GeoTime time_ms) {
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_ms / 1000);

  return utc != NULL ? g_date_time_to_local (utc) : NULL;
}

static gboolean
is_same_day (GDateTime *a, GDateTime *b) {
  return g_date_time_get_year (a) == g_date_time_get_year (b) &&
         g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b);
}

gchar *
geo_when_phrase_at (GeoTime time_ms, GeoTime now_ms) {
  g_autoptr (GDateTime) time = local_time (time_ms);
  g_autoptr (GDateTime) now = local_time (now_ms);
  g_autoptr (GDateTime) yesterday = NULL;
  gchar *text;

  if (time == NULL || now == NULL)
    return g_strdup ("");
  yesterday = g_date_time_add_days (now, -1);
  if (is_same_day (time, now))
    /* Translators: a time of day as in "10:42", see strftime. */
    text = g_date_time_format (time, C_ ("time of day", "%H:%M"));
  else if (yesterday != NULL && is_same_day (time, yesterday))
    text = g_strdup (_ ("Yesterday"));
  else if (g_date_time_get_year (time) == g_date_time_get_year (now))
    /* Translators: a day of this year as in "14 Mar", see strftime. */
    text = g_date_time_format (time, C_ ("day of this year", "%-e %b"));
  else
    text = g_date_time_format (time, "%x");
  return text != NULL ? text : g_strdup ("");
}

gchar *
geo_when_phrase (GeoTime time_ms) {
  return geo_when_phrase_at (time_ms, g_get_real_time () / US_PER_MS);
}

gchar *
geo_when_time (GeoTime time_ms) {
  g_autoptr (GDateTime) time = local_time (time_ms);
  gchar *text = time != NULL
                    ? g_date_time_format (time, C_ ("time of day", "%H:%M"))
                    : NULL;

  return text != NULL ? text : g_strdup ("");
}

gchar *
geo_when_day_at (GeoTime time_ms, GeoTime now_ms) {
  g_autoptr (GDateTime) time = local_time (time_ms);
  g_autoptr (GDateTime) now = local_time (now_ms);
  g_autoptr (GDateTime) yesterday = NULL;
  gchar *text;

  if (time == NULL || now == NULL)
    return g_strdup ("");
  yesterday = g_date_time_add_days (now, -1);
  if (is_same_day (time, now))
    text = g_strdup (_ ("Today"));
  else if (yesterday != NULL && is_same_day (time, yesterday))
    text = g_strdup (_ ("Yesterday"));
  else if (g_date_time_get_year (time) == g_date_time_get_year (now))
    /* Translators: a day of this year as in "Saturday, 14 March", see strftime.
     */
    text = g_date_time_format (time, C_ ("day of this year", "%A, %-e %B"));
  else
    /* Translators: a day as in "Saturday, 14 March 2026", see strftime. */
    text = g_date_time_format (time, C_ ("day", "%A, %-e %B %Y"));
  return text != NULL ? text : g_strdup ("");
}

gchar *
geo_when_day (GeoTime time_ms) {
  return geo_when_day_at (time_ms, g_get_real_time () / US_PER_MS);
}

gboolean
geo_when_is_same_day (GeoTime one_ms, GeoTime other_ms) {
  g_autoptr (GDateTime) one = local_time (one_ms);
  g_autoptr (GDateTime) other = local_time (other_ms);

  return one != NULL && other != NULL && is_same_day (one, other);
}
