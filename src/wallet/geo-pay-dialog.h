/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPayDialog: one payment: whom, how much, sure?, and then what became of it.
 * Closing it stops no payment.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_PAY_DIALOG (geo_pay_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoPayDialog, geo_pay_dialog, GEO, PAY_DIALOG, GeoDialog)

/* who: a PID or a geo://v1/ link; "": the person chooses. */
GeoPayDialog *geo_pay_dialog_new (GeoNode *node, const gchar *who);
/* What somebody asked for, by its key. */
GeoPayDialog *geo_pay_dialog_new_for_request (GeoNode *node, const gchar *key);

G_END_DECLS
