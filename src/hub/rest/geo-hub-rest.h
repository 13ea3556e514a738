/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubRest: the GEO v0.1 REST contract, for other people's clients, on the
 * hub's one engine: what is asked for here goes through the same contracts,
 * votes and journal as what comes from a wallet.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"
#include "hub/geo-hub-clearing.h"
#include "hub/geo-hub-config.h"
#include "net/geo-server.h"

G_BEGIN_DECLS

typedef struct _GeoHubRest GeoHubRest;

/* engine and config are borrowed; path: the database, for what is read in a
 * thread of its own.  NULL where the disk cannot be read. */
GeoHubRest *geo_hub_rest_new (GeoEngine *engine,
                              const GeoHubConfig *config,
                              const GeoHubKey *key,
                              const gchar *path,
                              GError **error);
/* After the engine: what waits for the disk is answered with an error when that
 * goes. */
void geo_hub_rest_free (GeoHubRest *rest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubRest, geo_hub_rest_free)

/* What clears on demand, borrowed; NULL: nothing does any more. */
void geo_hub_rest_set_clearing (GeoHubRest *rest, GeoHubClearing *clearing);

/* The server's GeoRequestFunc. */
void geo_hub_rest_handle (GeoHubRest *rest,
                          const GeoRequest *request,
                          GeoReply *reply);

/* The engine's: something is on disk. */
void geo_hub_rest_stored (GeoHubRest *rest, const GeoChange *change);

/* The server's GeoMayOpenFunc and GeoTextSessionFunc, for
 * GEO_REST_EVENTS_PATH. */
const gchar *geo_hub_rest_may_open (GeoHubRest *rest, const gchar *protocols);
void geo_hub_rest_open (GeoHubRest *rest,
                        GeoSession *session,
                        const gchar *protocols);

guint geo_hub_rest_count_listeners (const GeoHubRest *rest);

/* The engine's: something for to.  TRUE when it answered a request, and is not
 * for a session. */
gboolean geo_hub_rest_take_message (GeoHubRest *rest,
                                    const GeoPid *to,
                                    GeoMessage *message);

G_END_DECLS
