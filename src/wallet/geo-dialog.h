/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoDialog: a dialog that may be closed while what it asked for is on its way:
 * that is called off, and it lets go of its child whatever has the focus.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GEO_TYPE_DIALOG (geo_dialog_get_type ())
G_DECLARE_DERIVABLE_TYPE (GeoDialog, geo_dialog, GEO, DIALOG, AdwDialog)

struct _GeoDialogClass {
  AdwDialogClass parent_class;
};

/* Is cancelled when the dialog closes.  Borrowed. */
GCancellable *geo_dialog_get_cancellable (GeoDialog *self);
gboolean geo_dialog_is_closed (GeoDialog *self);

/* What came of it, in the window: any dialog, closed by now or not. */
void geo_dialog_say (AdwDialog *dialog, const gchar *text);

G_END_DECLS
