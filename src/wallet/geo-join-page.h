/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinPage: takes an invitation link or an address and joins that community
 * with an unlocked profile.  Where the practice market started this program
 * (GEO_PRACTICE_LINK), joining it is one click, marked as what it is.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* Signal "joined" (GeoNode *node). */
#define GEO_TYPE_JOIN_PAGE (geo_join_page_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoJoinPage, geo_join_page, GEO, JOIN_PAGE, AdwNavigationPage)

void geo_join_page_start (GeoJoinPage *self, GeoProfile *profile);

/* What stands in the entry; nothing is joined by it. */
void geo_join_page_set_link (GeoJoinPage *self, const gchar *link);

/* It says that what is there comes back. */
void geo_join_page_set_restoring (GeoJoinPage *self, gboolean restoring);

G_END_DECLS
