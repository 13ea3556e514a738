/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoClearingDialog: asks for the person's word on one clearing.  What is said
 * is final; the window asks nothing else in it.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_CLEARING_DIALOG (geo_clearing_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoClearingDialog,
                      geo_clearing_dialog,
                      GEO,
                      CLEARING_DIALOG,
                      GeoDialog)

/* id: a GeoProposalItem's. */
GeoClearingDialog *geo_clearing_dialog_new (GeoNode *node, const gchar *id);

G_END_DECLS
