/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityRow: one line of activity, for a list that recycles its rows.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-items.h"

G_BEGIN_DECLS

#define GEO_TYPE_ACTIVITY_ROW (geo_activity_row_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityRow,
                      geo_activity_row,
                      GEO,
                      ACTIVITY_ROW,
                      AdwBin)

GeoActivityRow *geo_activity_row_new (void);
/* NULL: nothing; the row follows its item until then. */
void geo_activity_row_set_item (GeoActivityRow *self, GeoActivityItem *item);
/* The row says its day above it where above, the item shown before it, is of
 * another day or NULL; its time is that of the day then. */
void geo_activity_row_set_above (GeoActivityRow *self, GeoActivityItem *above);
/* Borrowed; may be NULL. */
GeoActivityItem *geo_activity_row_get_item (GeoActivityRow *self);
/* What shows more about this item: the window's action for it, or NULL where
 * there is no more.  target is a new floating reference. */
const gchar *
geo_activity_row_find_action (GeoActivityItem *item, GVariant **target);

G_END_DECLS
