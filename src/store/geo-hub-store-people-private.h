/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom an entry in the hub's database names, without repeating what they say of
 * themselves.  Nothing outside the store room includes this.
 */
#pragma once

#include "store/geo-hub-store-private.h"

G_BEGIN_DECLS

/* For store->people: versions that were read lately. */
GHashTable *geo_hub_people_new (void);

/* Appends the names of all of people (GeoParticipant); nothing where somebody is
 * not in the database as they are here. */
gboolean geo_hub_people_name (GeoHubStore *store,
                              GPtrArray *people,
                              GByteArray *out,
                              GError **error);
/* Adds whom the query's row names in that column; GEO_STORE_ERROR_CORRUPT where
 * one of them is not there. */
gboolean geo_hub_people_read (GeoHubStore *store,
                              GeoQuery *query,
                              gint column,
                              GPtrArray *people,
                              GError **error);

G_END_DECLS
