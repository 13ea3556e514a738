/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityPage: the whole history, newest first.  Its list is paged from
 * disk by the node; it keeps no rows itself.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_ACTIVITY_PAGE (geo_activity_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityPage,
                      geo_activity_page,
                      GEO,
                      ACTIVITY_PAGE,
                      AdwBin)

void geo_activity_page_set_node (GeoActivityPage *self, GeoNode *node);

G_END_DECLS
