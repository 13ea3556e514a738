/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The community object: what the configuration says, signed by the hub's key,
 * with the next seq where it says something new (protocol §5).
 */
#pragma once

#include "core/geo-key.h"
#include "core/geo-time.h"
#include "hub/geo-hub-config.h"

G_BEGIN_DECLS

gboolean geo_hub_community_note_is_removed (const gchar *note);
/* What the hub's owner did while it ran (notes: code → JSON) goes before what
 * the configuration says: equivalents that have a note are as they were before,
 * or gone where the note says so. */
void geo_hub_community_apply_notes (GeoHubConfig *config,
                                    const GeoCommunity *before,
                                    GHashTable *notes);

/* before: the one in force, or NULL.  An equal copy of it when nothing changed;
 * GEO_HUB_ERROR_CONFIG when an equivalent would go, or count otherwise: there
 * may be debts in it.  GEO_HUB_ERROR_DATA when before is of another key. */
GeoCommunity *geo_hub_community_make (const GeoHubConfig *config,
                                      const gchar *fingerprint,
                                      GeoSecret *secret,
                                      const GeoCommunity *before,
                                      GeoTime now,
                                      GError **error);

G_END_DECLS
