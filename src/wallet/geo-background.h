/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBackground: keeps the program running without a window, where the person
 * wants that and the desktop allows it, so that payments and requests are told
 * as they come.  Main context.
 */
#pragma once

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

/* Property that notifies: "active" (gboolean: a program without a window would
 * go on). */
#define GEO_TYPE_BACKGROUND (geo_background_get_type ())
G_DECLARE_FINAL_TYPE (GeoBackground, geo_background, GEO, BACKGROUND, GObject)

/* For a registered application, which it does not hold a reference to. */
GeoBackground *
geo_background_new (GApplication *application, GeoWallet *wallet);
gboolean geo_background_is_active (GeoBackground *self);
/* From now on the program ends with its last window, whatever is set. */
void geo_background_end (GeoBackground *self);

G_END_DECLS
