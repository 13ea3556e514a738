/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketView: draws a GeoMarketGraph that is arranged: zoomed by pinching,
 * wheel and keys, moved by dragging, walked through with the arrow keys.  It
 * knows nothing of money: what a point means is a sentence in the graph.
 *
 * Actions: market.zoom-in, market.zoom-out, market.fit; market.walk and
 * market.move ("left" | "right" | "up" | "down"); market.me; market.show.
 * Signals: "selected" () when another point, or none, is selected; "activated"
 * (const gchar *key) when the selected person is to be shown.
 */
#pragma once

#include <adwaita.h>

#include "wallet/geo-market-graph.h"

G_BEGIN_DECLS

#define GEO_TYPE_MARKET_VIEW (geo_market_view_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoMarketView, geo_market_view, GEO, MARKET_VIEW, GtkWidget)

GeoMarketView *geo_market_view_new (void);
/* An arranged graph, which nobody changes any more; what is selected stays. */
void geo_market_view_set_graph (GeoMarketView *self, GeoMarketGraph *graph);
/* NULL: nothing is selected.  Borrowed, until the next graph. */
const GeoMarketPoint *geo_market_view_get_selected (GeoMarketView *self);
/* key NULL: nothing. */
void geo_market_view_select (GeoMarketView *self, const gchar *key);
/* 1: a person is as large as in a list. */
double geo_market_view_get_zoom (GeoMarketView *self);
void geo_market_view_zoom (GeoMarketView *self, double factor);
void geo_market_view_pan (GeoMarketView *self, double dx, double dy);
void geo_market_view_fit (GeoMarketView *self);

G_END_DECLS
