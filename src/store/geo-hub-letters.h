/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters that the hub keeps for somebody who is away (protocol §8a): sealed
 * bytes, until they are read or old.  Reading; they are written as changes
 * (GEO_CHANGE_LETTER, GEO_CHANGE_LETTER_READ).
 */
#pragma once

#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* Letters older than this are forgotten. */
#define GEO_HUB_LETTER_MS_MAX (30 * 24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct {
  gint64 id; /* Grows with time: the page key. */
  GeoPid from;
  GeoTime at;
  GBytes *sealed;
} GeoHubLetter;
void geo_hub_letter_free (GeoHubLetter *letter); /* NULL is safe. */

/* GeoHubLetter for reader after that id, oldest first, at most max. */
GPtrArray *geo_hub_store_list_letters (GeoHubStore *store,
                                       const GeoPid *reader,
                                       gint64 after,
                                       guint max,
                                       GError **error);
/* How many wait for reader, and how many of these from that one. */
gboolean geo_hub_store_count_letters (GeoHubStore *store,
                                      const GeoPid *reader,
                                      const GeoPid *from,
                                      gint64 *all,
                                      gint64 *of_one,
                                      GError **error);

G_END_DECLS
