/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketHub: the geo-hub process of the practice market, on this machine
 * only: its configuration, its start, its address and its end.  It is the hub
 * of the same build, and nothing of it is linked in here.  Main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GeoMarketHub GeoMarketHub;

/* error NULL: it listens.  Otherwise it could not start. */
typedef void (*GeoMarketHubReady) (GeoMarketHub *hub,
                                   const GError *error,
                                   gpointer user_data);
/* It ended by itself. */
typedef void (*GeoMarketHubDied) (GeoMarketHub *hub, gpointer user_data);

/* Starts it with its data in folder, which is made.  The address is that of
 * last time where it is free, so that who joined then finds it. */
GeoMarketHub *geo_market_hub_start (const gchar *folder,
                                    GeoMarketHubReady ready,
                                    GeoMarketHubDied died,
                                    gpointer user_data);
/* Asks it to end and waits for that; NULL is safe. */
void geo_market_hub_stop (GeoMarketHub *hub);

/* http://127.0.0.1:PORT */
const gchar *geo_market_hub_get_address (GeoMarketHub *hub);
/* geo://v1/join?… */
const gchar *geo_market_hub_get_link (GeoMarketHub *hub);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoMarketHub, geo_market_hub_stop)

G_END_DECLS
