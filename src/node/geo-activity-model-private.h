/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the node makes a GeoActivityModel, gives it the worker that it reads
 * through, and tells it what has changed.  Nobody outside this room and its
 * tests may include this.  Main context.
 */
#pragma once

#include "node/geo-activity-model.h"
#include "node/geo-items-private.h"
#include "node/geo-worker-private.h"

G_BEGIN_DECLS

#define GEO_ACTIVITY_PAGE_ROWS 128
#define GEO_ACTIVITY_PAGES_MAX 64

/* Adds to a row what the journal's projection does not know: the peer's name, a
 * doubt.  Strings are borrowed until the next call. */
typedef void (*GeoActivityDescribeFunc) (const GeoActivity *activity,
                                         GeoActivityRow *row,
                                         gpointer user_data);

/* Empty until it has a worker. */
GeoActivityModel *
geo_activity_model_new (GeoActivityDescribeFunc describe, gpointer user_data);
/* Another list of the same history, with a filter of its own.  It is told by
 * model whatever model is told, and keeps it. */
GeoActivityModel *geo_activity_model_new_view (GeoActivityModel *model);
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
