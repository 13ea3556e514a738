/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTotalCard: how I stand in one equivalent, in sentences, and what I can pay
 * and receive.  It follows its total and computes nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-items.h"

G_BEGIN_DECLS

#define GEO_TYPE_TOTAL_CARD (geo_total_card_get_type ())
G_DECLARE_FINAL_TYPE (GeoTotalCard, geo_total_card, GEO, TOTAL_CARD, AdwBin)

GeoTotalCard *geo_total_card_new (GeoTotal *total);

G_END_DECLS
