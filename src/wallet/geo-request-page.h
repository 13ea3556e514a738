/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestPage: one request, as a page of the window.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node-requests.h"

G_BEGIN_DECLS

#define GEO_TYPE_REQUEST_PAGE (geo_request_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoRequestPage,
                      geo_request_page,
                      GEO,
                      REQUEST_PAGE,
                      AdwNavigationPage)

/* key: of a request of the node's. */
GeoRequestPage *geo_request_page_new (GeoNode *node, const gchar *key);

G_END_DECLS
