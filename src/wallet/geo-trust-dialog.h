/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTrustDialog: how far I trust somebody: opening, changing and closing a
 * line of mine, and what each of these means.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_TRUST_DIALOG (geo_trust_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoTrustDialog,
                      geo_trust_dialog,
                      GEO,
                      TRUST_DIALOG,
                      GeoDialog)

/* who: a PID or a geo://v1/ link; "": the person chooses. */
GeoTrustDialog *geo_trust_dialog_new (GeoNode *node, const gchar *who);

G_END_DECLS
