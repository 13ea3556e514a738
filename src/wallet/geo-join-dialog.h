/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinDialog: one more community, by invitation or on this computer.  What
 * was joined it gives to the wallet.
 */
#pragma once

#include "wallet/geo-dialog.h"
#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_JOIN_DIALOG (geo_join_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoJoinDialog,
                      geo_join_dialog,
                      GEO,
                      JOIN_DIALOG,
                      GeoDialog)

/* link: what stands in the entry; NULL or "": nothing. */
GeoJoinDialog *geo_join_dialog_new (GeoWallet *wallet, const gchar *link);

/* With the page that starts a market on this computer on top. */
GeoJoinDialog *geo_join_dialog_new_market (GeoWallet *wallet);

G_END_DECLS
