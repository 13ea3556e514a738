/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestoredPage: what came back into a restored wallet: balances, people and
 * history, while it comes or from a backup.  It restores nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* Signal "done": the person has seen it. */
#define GEO_TYPE_RESTORED_PAGE (geo_restored_page_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoRestoredPage, geo_restored_page, GEO, RESTORED_PAGE, AdwNavigationPage)

/* A community that was just joined and is catching up. */
void geo_restored_page_follow (GeoRestoredPage *self, GeoNode *node);
/* All that is in a profile that came from a backup; nothing of it is kept open.
 */
void geo_restored_page_look (GeoRestoredPage *self, GeoProfile *profile);
/* Shows nothing any more, and lets go of what it followed. */
void geo_restored_page_clear (GeoRestoredPage *self);

G_END_DECLS
