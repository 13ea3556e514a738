/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubRest: the REST side of a hub: health, equivalents, and registration in
 * the shapes of the GEO v0.1 contract.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"
#include "hub/geo-hub-config.h"
#include "net/geo-server.h"

G_BEGIN_DECLS

typedef struct _GeoHubRest GeoHubRest;

/* Both are borrowed. */
GeoHubRest *geo_hub_rest_new (GeoEngine *engine, const GeoHubConfig *config);
/* After the engine: registrations that wait for the disk are answered with an
 * error when it goes. */
void geo_hub_rest_free (GeoHubRest *rest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubRest, geo_hub_rest_free)

/* The server's GeoRequestFunc. */
void geo_hub_rest_handle (GeoHubRest *rest,
                          const GeoRequest *request,
                          GeoReply *reply);

G_END_DECLS
