/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoOwnMarketDialog: how the market on this computer is, who is asked in and
 * how, and copies of it.  It runs nothing itself.
 */
#pragma once

#include "node/geo-own-hub.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_OWN_MARKET_DIALOG (geo_own_market_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoOwnMarketDialog,
                      geo_own_market_dialog,
                      GEO,
                      OWN_MARKET_DIALOG,
                      GeoDialog)

GeoOwnMarketDialog *geo_own_market_dialog_new (GeoOwnHub *hub);

/* As if a folder of this name were chosen for the copy. */
void geo_own_market_dialog_save (GeoOwnMarketDialog *self, GFile *folder);

/* What its state is, for people. */
const gchar *geo_own_market_say_state (GeoOwnHub *hub);

G_END_DECLS
