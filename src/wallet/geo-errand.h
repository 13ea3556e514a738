/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoErrand: something that is to be shown as soon as it can be: which
 * community, which action of the window, and about what.  What is outside the
 * window (notifications, the desktop's search) asks for it by the application's
 * action "app.errand", and never for what pays.  Main context.
 */
#pragma once

#include <gtk/gtk.h>

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

/* Of the action's parameter: the community's PID, the window's action, and its
 * parameter. */
#define GEO_ERRAND_TYPE "(sss)"

typedef struct _GeoErrand GeoErrand;

/* community "": whichever is current.  NULL where the action is none that may
 * be asked for from outside. */
GeoErrand *geo_errand_new (const gchar *community,
                           const gchar *action,
                           const gchar *target);
GeoErrand *geo_errand_new_from_variant (GVariant *parameter);
void geo_errand_free (GeoErrand *errand); /* NULL is safe. */

/* The community is made current.  FALSE: it is not there, or not open, and
 * there is nothing to be done. */
gboolean geo_errand_go_there (const GeoErrand *errand, GeoWallet *wallet);
void geo_errand_run (const GeoErrand *errand, GtkWidget *window);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoErrand, geo_errand_free)

G_END_DECLS
