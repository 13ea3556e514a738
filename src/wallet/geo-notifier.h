/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoNotifier: tells the desktop what happens in any community while no window
 * shows it, and takes it back when it was seen.  While the wallet is locked it
 * says that something happened, and neither who nor how much.  Main context.
 */
#pragma once

#include <gtk/gtk.h>

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_NOTIFIER (geo_notifier_get_type ())
G_DECLARE_FINAL_TYPE (GeoNotifier, geo_notifier, GEO, NOTIFIER, GObject)

/* For a registered application, which has the actions "app.errand"
 * (geo-errand.h) and "app.decline" (GEO_NOTIFIER_DECLINE_TYPE); the notifier
 * does not hold it. */
GeoNotifier *geo_notifier_new (GtkApplication *application, GeoWallet *wallet);

/* A community's PID and a request's key. */
#define GEO_NOTIFIER_DECLINE_TYPE "(ss)"
/* Says no to a request, without a window; nothing while the wallet is locked.
 */
void geo_notifier_decline (GeoNotifier *notifier, GVariant *parameter);

G_END_DECLS
