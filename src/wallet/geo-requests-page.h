/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestsPage: what people ask each other for: those that wait for me,
 * those of mine that are open, and the latest that are settled.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node-requests.h"

G_BEGIN_DECLS

#define GEO_TYPE_REQUESTS_PAGE (geo_requests_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoRequestsPage,
                      geo_requests_page,
                      GEO,
                      REQUESTS_PAGE,
                      AdwNavigationPage)

GeoRequestsPage *geo_requests_page_new (GeoNode *node);

G_END_DECLS
