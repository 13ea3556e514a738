/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the hub holds that a participant has signed, by when it was: whether a
 * change of the key that is told late would undo any of it (protocol K7).
 */
#pragma once

#include "protocol/geo-closer.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* FALSE: everything that others are shown with a signature of pid's is of that
 * time or before it.  TRUE also where that would take too long to tell.  closer
 * NULL: nothing is in hand. */
gboolean geo_hub_has_signed_since (GeoHubStore *reader,
                                   const GeoBook *book,
                                   const GeoCloser *closer,
                                   const GeoPid *pid,
                                   GeoTime since);

G_END_DECLS
