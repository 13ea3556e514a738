/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an engine has in memory, from disk.
 */
#pragma once

#include "hub/geo-seen.h"
#include "protocol/geo-book.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* All but what was decided. */
gboolean geo_engine_load_book (GeoHubStore *reader,
                               GeoBook *book,
                               GeoTime now,
                               GError **error);

gboolean geo_engine_load (GeoHubStore *reader,
                          GeoBook *book,
                          GeoSeen *seen,
                          GError **error);

G_END_DECLS
