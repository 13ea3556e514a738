/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoApplication: one instance, its wallet, the actions of the whole program
 * and its one window, or none.  It knows no pages.
 */
#pragma once

#include <adwaita.h>

#include "wallet/geo-background.h"
#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_APPLICATION (geo_application_get_type ())
G_DECLARE_FINAL_TYPE (GeoApplication,
                      geo_application,
                      GEO,
                      APPLICATION,
                      AdwApplication)

GeoApplication *geo_application_new (void);

/* What is open, with a window or without one; borrowed. */
GeoWallet *geo_application_get_wallet (GeoApplication *self);

/* Whether it goes on without a window; borrowed. */
GeoBackground *geo_application_get_background (GeoApplication *self);

G_END_DECLS
