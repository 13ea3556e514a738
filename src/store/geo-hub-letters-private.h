/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing of letters within geo_hub_store_write ().  Nothing outside the store
 * room includes this.
 */
#pragma once

#include "store/geo-hub-letters.h"
#include "store/geo-hub-store-private.h"

G_BEGIN_DECLS

gboolean geo_hub_letters_write (GeoHubStore *store,
                                const GeoChange *change,
                                GError **error);
gboolean geo_hub_letters_forget (GeoHubStore *store,
                                 const GeoChange *change,
                                 GError **error);

G_END_DECLS
