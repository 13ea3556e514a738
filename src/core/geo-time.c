/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times and their one text form.  Integer arithmetic on the civil calendar; no
 * clock, no locale, no time zones.
 */
#include "core/geo-time.h"

#include <string.h>

#include "core/geo-codec-private.h"
#include "core/geo-error.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)
#define TIME_LEN 24
#define TIME_MAX G_GINT64_CONSTANT (253402300799999)

/* A year that begins in March has its odd day at its end, which makes all the
 * other months regular: 153 days in every five of them.  Days are counted from
 * 0000-03-01, 719,468 days before 1970-01-01. */
#define EPOCH_DAYS 719468
#define ERA_DAYS 146097 /* 400 years */

static gint64
days_from_date (gint64 year, gint64 month, gint64 day) {
  gint64 from_march = (month + 9) % 12;

  if (month <= 2)
    year--;
  /* Only 1970 and later get here: nothing is negative. */
  return year * 365 + year / 4 - year / 100 + year / 400 +
         (153 * from_march + 2) / 5 + day - 1 - EPOCH_DAYS;
}

static void
date_from_days (gint64 days, guint *year, guint *month, guint *day) {
  gint64 count = days + EPOCH_DAYS;
  gint64 era = count / ERA_DAYS;
  gint64 of_era = count % ERA_DAYS;
  /* Takes out the odd days of 4, 100 and 400 years, so that 365 divides. */
  gint64 year_of_era =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  gint64 of_year = of_era -
                   (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  gint64 from_march = (5 * of_year + 2) / 153;

  *day = (guint) (of_year - (153 * from_march + 2) / 5 + 1);
  *month = (guint) (from_march < 10 ? from_march + 3 : from_march - 9);
  *year = (guint) (era * 400 + year_of_era + (*month <= 2 ? 1 : 0));
}

static void
put (gchar *at, guint value, guint digits) {
  for (; digits > 0; digits--) {
    at[digits - 1] = (gchar) ('0' + value % 10);
    value /= 10;
  }
}

static void
write_time (gchar text[TIME_LEN + 1], GeoTime time_ms) {
  guint year, month, day;
  guint of_day = (guint) (time_ms % DAY_MS);

  g_assert (time_ms >= 0 && time_ms <= TIME_MAX);

  date_from_days (time_ms / DAY_MS, &year, &month, &day);
  memcpy (text, "0000-00-00T00:00:00.000Z", TIME_LEN + 1);
  put (text, year, 4);
  put (text + 5, month, 2);
  put (text + 8, day, 2);
  put (text + 11, of_day / 3600000, 2);
  put (text + 14, of_day / 60000 % 60, 2);
  put (text + 17, of_day / 1000 % 60, 2);
  put (text + 20, of_day % 1000, 3);
}

void
geo_time_append (GString *out, GeoTime time_ms) {
  gchar text[TIME_LEN + 1];

  write_time (text, time_ms);
  g_string_append_len (out, text, TIME_LEN);
}

gchar *
geo_time_to_string (GeoTime time_ms) {
  gchar text[TIME_LEN + 1];

  write_time (text, time_ms);
  return g_strndup (text, TIME_LEN);
}

static gint64
get (const gchar *at, guint digits) {
  gint64 value = 0;

  for (guint i = 0; i < digits; i++)
    value = value * 10 + (at[i] - '0');
  return value;
}

static gint64
days_in_month (gint64 year, gint64 month) {
  gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  if (month == 2)
    return leap ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

gboolean
geo_time_parse (const gchar *text, GeoTime *out, GError **error) {
  static const gchar form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

  /* The end of text fits no character of the form, so this stops there. */
  for (gsize i = 0; i < TIME_LEN; i++) {
    if (form[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != form[i]) {
      g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                           "A time is written as 2026-11-20T10:15:30.123Z");
      return FALSE;
    }
  }
  if (text[TIME_LEN] != '\0') {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "A time is written as 2026-11-20T10:15:30.123Z");
    return FALSE;
  }

  gint64 year = get (text, 4);
  gint64 month = get (text + 5, 2);
  gint64 day = get (text + 8, 2);
  gint64 hour = get (text + 11, 2);
  gint64 minute = get (text + 14, 2);
  gint64 second = get (text + 17, 2);

  if (year < 1970 || month < 1 || month > 12 || day < 1 ||
      day > days_in_month (year, month) || hour > 23 || minute > 59 ||
      second > 59) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE,
                         "There is no such time");
    return FALSE;
  }

  *out = days_from_date (year, month, day) * DAY_MS + hour * 3600000 +
         minute * 60000 + second * 1000 + get (text + 20, 3);
  return TRUE;
}
