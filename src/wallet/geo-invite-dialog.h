/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoInviteDialog: invites somebody who is not in the community yet, and says
 * how far I would trust them.  It ends with a link and its QR code.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_INVITE_DIALOG (geo_invite_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoInviteDialog,
                      geo_invite_dialog,
                      GEO,
                      INVITE_DIALOG,
                      GeoDialog)

GeoInviteDialog *geo_invite_dialog_new (GeoNode *node);

G_END_DECLS
