/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestView: one request as it is now: what is asked, what became of it,
 * its code where it is for whoever has the link, and what can be said to it.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node-requests.h"

G_BEGIN_DECLS

#define GEO_TYPE_REQUEST_VIEW (geo_request_view_get_type ())
G_DECLARE_FINAL_TYPE (GeoRequestView,
                      geo_request_view,
                      GEO,
                      REQUEST_VIEW,
                      AdwBin)

/* key: of a request of the node's. */
void geo_request_view_set_request (GeoRequestView *self,
                                   GeoNode *node,
                                   const gchar *key);

G_END_DECLS
