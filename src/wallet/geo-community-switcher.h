/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCommunitySwitcher: says who I am and in which community, and leads to the
 * others.  It switches by the window's actions.
 */
#pragma once

#include <adwaita.h>

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_COMMUNITY_SWITCHER (geo_community_switcher_get_type ())
G_DECLARE_FINAL_TYPE (GeoCommunitySwitcher,
                      geo_community_switcher,
                      GEO,
                      COMMUNITY_SWITCHER,
                      AdwBin)

void geo_community_switcher_set_wallet (GeoCommunitySwitcher *self,
                                        GeoWallet *wallet);

G_END_DECLS
