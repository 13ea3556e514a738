/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How what the hub keeps for itself is written, as a part of a change.  Nothing
 * outside the store room includes this.
 */
#pragma once

#include "store/geo-hub-keeping.h"
#include "store/geo-hub-store-private.h"

G_BEGIN_DECLS

/* All within a transaction that is open. */
gboolean geo_hub_store_write_own (GeoHubStore *store,
                                  const GeoChange *change,
                                  GError **error);
gboolean geo_hub_store_write_audit (GeoHubStore *store,
                                    const GeoChange *change,
                                    GError **error);
/* A copy that is newer than the one there is, and whole; CONFLICT else. */
gboolean geo_hub_store_write_state (GeoHubStore *store,
                                    const GeoChange *change,
                                    GError **error);
/* The next form of the community, or the same again, which is not written;
 * CONFLICT else. */
gboolean geo_hub_store_put_community (GeoHubStore *store,
                                      const GeoCommunity *community,
                                      gboolean *written,
                                      GError **error);

G_END_DECLS
