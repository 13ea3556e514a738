/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityPage: all that happened, newest first, under the day it was;
 * searched by text and by person, kind, state, equivalent and time.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_ACTIVITY_PAGE (geo_activity_page_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoActivityPage, geo_activity_page, GEO, ACTIVITY_PAGE, AdwBin)

void geo_activity_page_set_node (GeoActivityPage *self, GeoNode *node);
/* Only what was between us; a PID. */
void geo_activity_page_show_person (GeoActivityPage *self, const gchar *pid);

G_END_DECLS
