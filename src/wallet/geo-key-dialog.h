/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoKeyDialog: changes this person's key: what that means, twelve new words,
 * three of them asked back, and which hubs know of it.  The node changes it;
 * the words never leave the dialog.
 */
#pragma once

#include "node/geo-communities.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_KEY_DIALOG (geo_key_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoKeyDialog, geo_key_dialog, GEO, KEY_DIALOG, GeoDialog)

GeoKeyDialog *geo_key_dialog_new (GeoCommunities *communities);

/* Where a change was cut short by the end of the program: says which words
 * count now, until that was read.  Only for who has the journals open. */
void geo_key_dialog_tell (GtkWidget *parent, GeoProfile *profile);

G_END_DECLS
