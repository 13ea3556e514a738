/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHelpDialog: the guide for whoever uses the wallet: what trust means, what
 * can go wrong, what to do then.  It needs no node and no network.
 */
#pragma once

#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_HELP_DIALOG (geo_help_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoHelpDialog,
                      geo_help_dialog,
                      GEO,
                      HELP_DIALOG,
                      GeoDialog)

GeoHelpDialog *geo_help_dialog_new (void);

guint geo_help_dialog_get_n_topics (void);
/* Opens one of them, the first is 0. */
void geo_help_dialog_show_topic (GeoHelpDialog *self, guint topic);

G_END_DECLS
