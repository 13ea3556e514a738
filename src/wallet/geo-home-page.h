/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHomePage: what one sees first: how I stand, what needs me, what happened
 * last, and the button that pays.  It decides and sends nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_HOME_PAGE (geo_home_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoHomePage, geo_home_page, GEO, HOME_PAGE, AdwBin)

void geo_home_page_set_node (GeoHomePage *self, GeoNode *node);

G_END_DECLS
