/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoReport: one JSON document as a command tells its result with --json: a
 * flat writer, no tree, so that what must not lie about in memory (recovery
 * words, S4) is wiped with it.  It knows no commands.
 */
#pragma once

#include <glib.h>

#include "core/geo-amount.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

typedef struct _GeoReport GeoReport;

/* The document is an object; its members are added one after another.  name is
 * NULL inside an array. */
GeoReport *geo_report_new (void);
void geo_report_free (GeoReport *report);

void geo_report_begin (GeoReport *report, const gchar *name);
void geo_report_end (GeoReport *report);
void geo_report_begin_array (GeoReport *report, const gchar *name);
void geo_report_end_array (GeoReport *report);

/* value NULL is null. */
void geo_report_text (GeoReport *report, const gchar *name, const gchar *value);
void geo_report_number (GeoReport *report, const gchar *name, gint64 value);
void geo_report_flag (GeoReport *report, const gchar *name, gboolean value);
/* A decimal string; negative with a sign. */
void geo_report_amount (GeoReport *report,
                        const gchar *name,
                        GeoAmount amount,
                        guint precision);
/* RFC 3339, UTC. */
void geo_report_time (GeoReport *report, const gchar *name, GeoTime time_ms);

/* Closes the document: its text with a line feed, borrowed.  Nothing can be
 * added any more. */
const gchar *geo_report_close (GeoReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoReport, geo_report_free)

G_END_DECLS
