/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSearchProvider: answers the desktop's search with people: who they are,
 * what is between us, and, where "pay" was typed, paying them.  It answers
 * nothing while the wallet is locked, connects to nothing, and pays nobody.
 * Main context.
 */
#pragma once

#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_SEARCH_PROVIDER (geo_search_provider_get_type ())
G_DECLARE_FINAL_TYPE (GeoSearchProvider,
                      geo_search_provider,
                      GEO,
                      SEARCH_PROVIDER,
                      GObject)

/* For an application with the action "app.errand" (geo-errand.h); not held. */
GeoSearchProvider *geo_search_provider_new (GApplication *application);
/* Before that every search finds nothing. */
void
geo_search_provider_set_wallet (GeoSearchProvider *self, GeoWallet *wallet);

/* org.gnome.Shell.SearchProvider2 at this path. */
gboolean geo_search_provider_export (GeoSearchProvider *self,
                                     GDBusConnection *connection,
                                     const gchar *path,
                                     GError **error);
void geo_search_provider_unexport (GeoSearchProvider *self);

G_END_DECLS
