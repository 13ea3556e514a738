/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCommunityDialog: what is known of the community that is open: its hub, who
 * vouches for what it says, and leaving it, with what that means.
 */
#pragma once

#include "wallet/geo-dialog.h"
#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_COMMUNITY_DIALOG (geo_community_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoCommunityDialog,
                      geo_community_dialog,
                      GEO,
                      COMMUNITY_DIALOG,
                      GeoDialog)

/* Of an open wallet. */
GeoCommunityDialog *geo_community_dialog_new (GeoWallet *wallet);

G_END_DECLS
