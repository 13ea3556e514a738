/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoStartMarketPage: asks what a market on this computer needs, says what it
 * means, starts it and joins it.  It runs nothing itself.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"
#include "node/geo-own-hub.h"

G_BEGIN_DECLS

/* Signal "joined" (GeoNode *node): it runs, and its owner is in it. */
#define GEO_TYPE_START_MARKET_PAGE (geo_start_market_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoStartMarketPage,
                      geo_start_market_page,
                      GEO,
                      START_MARKET_PAGE,
                      AdwNavigationPage)

/* With an unlocked profile. */
GeoStartMarketPage *
geo_start_market_page_new (GeoProfile *profile, GeoOwnHub *hub);

/* As if this folder were chosen, which is a copy of a market. */
void geo_start_market_page_bring_back (GeoStartMarketPage *self, GFile *folder);

G_END_DECLS
