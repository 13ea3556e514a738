/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoVerifyDialog: six pictures that two people compare when they meet, and the
 * note that they did.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_VERIFY_DIALOG (geo_verify_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoVerifyDialog,
                      geo_verify_dialog,
                      GEO,
                      VERIFY_DIALOG,
                      GeoDialog)

GeoVerifyDialog *geo_verify_dialog_new (GeoNode *node, GeoPerson *person);

/* What their code says, the one they show under “My Code”. */
void geo_verify_dialog_take_code (GeoVerifyDialog *self, const gchar *text);

G_END_DECLS
