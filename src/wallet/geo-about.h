/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The About dialog, with what whoever mends the program needs to know, and
 * nothing of the person: no name, address, key or amount.
 */
#pragma once

#include <adwaita.h>

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

void geo_about_present (GtkWidget *parent, GeoWallet *wallet);
/* What it offers to copy, in English. */
gchar *geo_about_describe (GtkWidget *parent, GeoWallet *wallet);

G_END_DECLS
