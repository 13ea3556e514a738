/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestDialog: asks to be paid: whom, how much, what for, until when; then
 * the request itself, with its code and what becomes of it.  Closing it takes
 * nothing back.
 */
#pragma once

#include "node/geo-node-requests.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_REQUEST_DIALOG (geo_request_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoRequestDialog,
                      geo_request_dialog,
                      GEO,
                      REQUEST_DIALOG,
                      GeoDialog)

/* who: a PID or a geo://v1/ link; "": whoever has the link. */
GeoRequestDialog *geo_request_dialog_new (GeoNode *node, const gchar *who);

G_END_DECLS
