/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of GeoHubStore share.  Nothing outside the store room includes
 * this.
 */
#pragma once

#include "store/geo-database-private.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

struct _GeoHubStore {
  GeoDatabase *database;
};

/* The end of a participant's chain of entries; sequence 0 where there is none.
 */
gboolean geo_hub_store_read_end (GeoHubStore *store,
                                 const GeoPid *pid,
                                 gint64 *sequence,
                                 GeoHash *hash,
                                 GError **error);

G_END_DECLS
