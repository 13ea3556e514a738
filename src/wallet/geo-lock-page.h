/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoLockPage: asks for the PIN of an open wallet, or for the twelve words by
 * those who forgot it.  Emits "done" when the wallet may be shown.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-lock.h"

G_BEGIN_DECLS

#define GEO_TYPE_LOCK_PAGE (geo_lock_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoLockPage, geo_lock_page, GEO, LOCK_PAGE, AdwBin)

/* Takes the focus. */
void geo_lock_page_start (GeoLockPage *self, GeoLock *lock);

G_END_DECLS
