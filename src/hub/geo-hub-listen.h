/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a hub is reached: the server's bounds and addresses, as they are
 * configured.  What comes in is for whoever set the server's handlers.
 */
#pragma once

#include "hub/geo-hub-config.h"
#include "net/geo-server.h"

G_BEGIN_DECLS

/* The first address, with the scheme and the port that it became.  NULL:
 * GEO_HUB_ERROR_ADDRESS.  certificate may be NULL. */
gchar *geo_hub_listen (GeoServer *server,
                       const GeoHubConfig *config,
                       GTlsCertificate *certificate,
                       GError **error);

G_END_DECLS
