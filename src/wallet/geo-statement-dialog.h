/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoStatementDialog: saves what moved the balances in a period as a file, with
 * progress, and lets it be stopped.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_STATEMENT_DIALOG (geo_statement_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoStatementDialog,
                      geo_statement_dialog,
                      GEO,
                      STATEMENT_DIALOG,
                      GeoDialog)

GeoStatementDialog *geo_statement_dialog_new (GeoNode *node);

/* As if this file had been chosen. */
void geo_statement_dialog_save (GeoStatementDialog *self, GFile *file);

G_END_DECLS
