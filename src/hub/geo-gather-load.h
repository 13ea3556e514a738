/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub that was put back to an older copy begins to gather with, from
 * that copy.  It only reads it.
 */
#pragma once

#include "hub/geo-gather.h"
#include "protocol/geo-book.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* book has what reader has (geo_engine_load ()). */
GeoGather *geo_gather_load (GeoHubStore *reader,
                            const GeoBook *book,
                            GeoSecret *secret,
                            GError **error);

G_END_DECLS
