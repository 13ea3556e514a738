/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPreferencesDialog: what the person can set.  Every change is in force at
 * once.
 */
#pragma once

#include "node/geo-lock.h"
#include "node/geo-node.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_PREFERENCES_DIALOG (geo_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoPreferencesDialog,
                      geo_preferences_dialog,
                      GEO,
                      PREFERENCES_DIALOG,
                      GeoDialog)

GeoPreferencesDialog *geo_preferences_dialog_new (GeoNode *node, GeoLock *lock);

G_END_DECLS
