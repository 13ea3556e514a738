/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMyCodeDialog: my own link as a QR code, for people in this community.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_MY_CODE_DIALOG (geo_my_code_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoMyCodeDialog,
                      geo_my_code_dialog,
                      GEO,
                      MY_CODE_DIALOG,
                      GeoDialog)

GeoMyCodeDialog *geo_my_code_dialog_new (GeoNode *node);

G_END_DECLS
