/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoReport: appends to one string, which is wiped when the report is freed.
 */
#include "cli/geo-report.h"

#include <string.h>

#include "core/geo-json.h"

/* Large enough that a document with a secret in it is never moved, which would
 * leave a copy behind. */
#define FIRST_SIZE 4096

struct _GeoReport {
  /* owned */
  GString *text;
  guint depth;
  gboolean has_member;
};

GeoReport *
geo_report_new (void) {
  GeoReport *report = g_new0 (GeoReport, 1);

  report->text = g_string_sized_new (FIRST_SIZE);
  g_string_append_c (report->text, '{');
  return report;
}

void
geo_report_free (GeoReport *report) {
  if (report == NULL)
    return;
  explicit_bzero (report->text->str, report->text->allocated_len);
  g_string_free (report->text, TRUE);
  g_free (report);
}

static void
start_member (GeoReport *report, const gchar *name) {
  if (report->has_member)
    g_string_append_c (report->text, ',');
  report->has_member = TRUE;
  if (name != NULL) {
    geo_json_append_string (report->text, name);
    g_string_append_c (report->text, ':');
  }
}

static void
open_bracket (GeoReport *report, const gchar *name, gchar bracket) {
  start_member (report, name);
  g_string_append_c (report->text, bracket);
  report->depth++;
  report->has_member = FALSE;
}

static void
close_bracket (GeoReport *report, gchar bracket) {
  g_assert (report->depth > 0);
  g_string_append_c (report->text, bracket);
  report->depth--;
  report->has_member = TRUE;
}

void
geo_report_begin (GeoReport *report, const gchar *name) {
  open_bracket (report, name, '{');
}

void
geo_report_end (GeoReport *report) {
  close_bracket (report, '}');
}

void
geo_report_begin_array (GeoReport *report, const gchar *name) {
  open_bracket (report, name, '[');
}

void
geo_report_end_array (GeoReport *report) {
  close_bracket (report, ']');
}

void
geo_report_text (GeoReport *report, const gchar *name, const gchar *value) {
  start_member (report, name);
  if (value == NULL)
    g_string_append (report->text, "null");
  else
    geo_json_append_string (report->text, value);
}

void
geo_report_number (GeoReport *report, const gchar *name, gint64 value) {
  start_member (report, name);
  g_string_append_printf (report->text, "%" G_GINT64_FORMAT, value);
}

void
geo_report_flag (GeoReport *report, const gchar *name, gboolean value) {
  start_member (report, name);
  g_string_append (report->text, value ? "true" : "false");
}

void
geo_report_amount (GeoReport *report,
                   const gchar *name,
                   GeoAmount amount,
                   guint precision) {
  g_autofree gchar *text = geo_amount_to_string (amount, precision);

  geo_report_text (report, name, text);
}

void
geo_report_time (GeoReport *report, const gchar *name, GeoTime time_ms) {
  g_autofree gchar *text = geo_time_to_string (time_ms);

  geo_report_text (report, name, text);
}

const gchar *
geo_report_close (GeoReport *report) {
  g_assert (report->depth == 0);
  g_string_append (report->text, "}\n");
  return report->text->str;
}
