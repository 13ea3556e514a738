/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoUnlockPage: asks for the passphrase of a key that lies in a file.  It
 * keeps the passphrase no longer than the question lasts.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-profile.h"

G_BEGIN_DECLS

#define GEO_TYPE_UNLOCK_PAGE (geo_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoUnlockPage, geo_unlock_page, GEO, UNLOCK_PAGE, AdwBin)

/* Signal "done": the profile is unlocked. */
void geo_unlock_page_start (GeoUnlockPage *self, GeoProfile *profile);

G_END_DECLS
