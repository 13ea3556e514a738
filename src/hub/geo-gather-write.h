/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes what a hub was given back (GeoGather) into a database beside the copy,
 * and looks whether it then holds.  It must not touch the copy.
 */
#pragma once

#include "hub/geo-gather.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* Makes path: what copy has, and the leaves of list (geo_gather_list ()), so
 * that every head that was shown says the same and I1–I8 hold.  size: how large
 * its log is.
 *
 * Where that cannot be with all of list: GEO_HUB_ERROR_NOT_VERIFIED; or, where
 * some of it will do, path has what comes before, up to the last head with
 * which it holds.  That is the copy where there is none: it holds as it did
 * before, and there is no path then.  What there is of path on an error the
 * caller removes. */
gboolean geo_gather_write (const GeoGather *gather,
                           GeoHubStore *copy,
                           const gchar *path,
                           const GPtrArray *list,
                           gboolean some_will_do,
                           gint64 *size,
                           GError **error);

G_END_DECLS
