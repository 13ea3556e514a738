/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonPage: one person: what is owed between us, who trusts whom up to
 * what, and the identifier behind the name.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_PERSON_PAGE (geo_person_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoPersonPage,
                      geo_person_page,
                      GEO,
                      PERSON_PAGE,
                      AdwNavigationPage)

/* person may be a stranger: one with whom there is nothing yet. */
GeoPersonPage *geo_person_page_new (GeoNode *node, GeoPerson *person);

G_END_DECLS
