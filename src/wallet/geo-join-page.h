/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinPage: takes an invitation link, its QR code or an address and joins
 * that community with an unlocked profile; or leads to a market on this
 * computer.  Where the practice market started this program
 * (GEO_PRACTICE_LINK), joining it is one click, marked as what it is.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-communities.h"
#include "node/geo-own-hub.h"

G_BEGIN_DECLS

/* Signals: "joined" (GeoNode *node); "known" (const gchar *link): it is of a
 * community that was joined before, and nothing was joined by it. */
#define GEO_TYPE_JOIN_PAGE (geo_join_page_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoJoinPage, geo_join_page, GEO, JOIN_PAGE, AdwNavigationPage)

void geo_join_page_start (GeoJoinPage *self, GeoProfile *profile);

/* Nobody waits for what is being joined any more. */
void geo_join_page_cancel (GeoJoinPage *self);

/* What stands in the entry; nothing is joined by it. */
void geo_join_page_set_link (GeoJoinPage *self, const gchar *link);

/* As if this picture were chosen. */
void geo_join_page_read_picture (GeoJoinPage *self, GFile *file);

/* Where a market can be started; NULL: it is not offered. */
void geo_join_page_set_own_hub (GeoJoinPage *self, GeoOwnHub *hub);
/* Those that were joined already; NULL: none. */
void geo_join_page_set_communities (GeoJoinPage *self,
                                    GeoCommunities *communities);

/* Goes on to the page that starts one, or joins the one that there is. */
void geo_join_page_start_market (GeoJoinPage *self);

/* It says that what is there comes back. */
void geo_join_page_set_restoring (GeoJoinPage *self, gboolean restoring);

G_END_DECLS
