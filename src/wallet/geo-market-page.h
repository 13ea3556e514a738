/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketPage: the network as far as this wallet knows it, as a picture and
 * as a list that says the same.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_MARKET_PAGE (geo_market_page_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoMarketPage, geo_market_page, GEO, MARKET_PAGE, AdwBin)

void geo_market_page_set_node (GeoMarketPage *self, GeoNode *node);

G_END_DECLS
