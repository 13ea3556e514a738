/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityModel: history as a GListModel of GeoActivityItem, newest first,
 * whole or what a filter finds.  Only the pages that somebody looks at are in
 * memory; rows fill in by themselves and what is new comes on top.  It changes
 * nothing on disk.  Main context.
 */
#pragma once

#include "core/geo-activity-filter.h"
#include "node/geo-items.h"

G_BEGIN_DECLS

/* Property that notifies: "searching" (boolean).
 * Signal: "added" (GeoActivityItem *): a row that was not there before, when it
 * is one of the newest; not for those the model began with, nor while it has a
 * filter. */
#define GEO_TYPE_ACTIVITY_MODEL (geo_activity_model_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityModel,
                      geo_activity_model,
                      GEO,
                      ACTIVITY_MODEL,
                      GObject)

/* Shows what fits, instead of what was shown before; that stays until the new
 * is found, and of several searches only the last is answered.  filter is
 * copied; NULL or empty: everything.  Only for models of geo_node_make_activity
 * (): the one that all share has no filter. */
void geo_activity_model_set_filter (GeoActivityModel *model,
                                    const GeoActivityFilter *filter);
/* What is shown is still what an earlier filter found. */
gboolean geo_activity_model_get_searching (GeoActivityModel *model);

G_END_DECLS
