/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPeoplePage: the people I know, and the way to those I do not know yet.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_PEOPLE_PAGE (geo_people_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoPeoplePage, geo_people_page, GEO, PEOPLE_PAGE, AdwBin)

void geo_people_page_set_node (GeoPeoplePage *self, GeoNode *node);

G_END_DECLS
