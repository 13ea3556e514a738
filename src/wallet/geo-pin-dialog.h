/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPinDialog: sets, changes or takes off the PIN.  It locks nothing.
 */
#pragma once

#include "node/geo-lock.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_PIN_DIALOG (geo_pin_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoPinDialog, geo_pin_dialog, GEO, PIN_DIALOG, GeoDialog)

/* removes: takes off the PIN that there is. */
GeoPinDialog *geo_pin_dialog_new (GeoLock *lock, gboolean removes);

G_END_DECLS
