/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityModel: the whole history as a list, newest first, of which only
 * the pages that somebody looks at are in memory.  It reads through the worker
 * and shows what is on disk.  Main context.
 */
#pragma once

#include "node/geo-items-private.h"
#include "node/geo-worker-private.h"

G_BEGIN_DECLS

#define GEO_ACTIVITY_PAGE_ROWS 128
#define GEO_ACTIVITY_PAGES_MAX 64

/* Signal: "added" (GeoActivityItem *): a row that was not there before, when it
 * is one of the newest; not for those the model began with. */
#define GEO_TYPE_ACTIVITY_MODEL (geo_activity_model_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityModel,
                      geo_activity_model,
                      GEO,
                      ACTIVITY_MODEL,
                      GObject)

/* Adds to a row what the journal's projection does not know: the peer's name, a
 * doubt.  Strings are borrowed until the next call. */
typedef void (*GeoActivityDescribeFunc) (const GeoActivity *activity,
                                         GeoActivityRow *row,
                                         gpointer user_data);

/* Empty until it has a worker. */
GeoActivityModel *
geo_activity_model_new (GeoActivityDescribeFunc describe, gpointer user_data);
/* worker is borrowed and must outlive the model's jobs; NULL: no more disk and
 * no more description. */
void geo_activity_model_set_worker (GeoActivityModel *model,
                                    GeoWorker *worker,
                                    gint64 count);
/* The journal has grown. */
void geo_activity_model_refresh (GeoActivityModel *model);
/* What became of this order may have changed: its row is read again. */
void geo_activity_model_touch (GeoActivityModel *model, const gchar *key);
/* The same for its doubt, which is not on disk. */
void geo_activity_model_set_state (GeoActivityModel *model,
                                   const gchar *key,
                                   GeoState state);
/* Somebody has another name now. */
void geo_activity_model_rename (GeoActivityModel *model,
                                const GeoPid *peer,
                                const gchar *name);
/* Pages in memory; for tests. */
guint geo_activity_model_count_pages (GeoActivityModel *model);

G_END_DECLS
