/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's certificate: one that its owner has, or one that the hub makes for
 * itself.  Wallets that were invited with its fingerprint ask nobody else.
 */
#pragma once

#include <gio/gio.h>

#include "hub/geo-hub-config.h"

G_BEGIN_DECLS

/* In the data folder: the certificate that was made here, and its key. */
#define GEO_HUB_TLS_FILE "hub.pem"

/* NULL without an error where the configuration asks for none. GEO_HUB_ERROR:
 * CONFIG where what it names cannot be used, DATA where ours cannot. */
GTlsCertificate *geo_hub_tls_open (const GeoHubConfig *config,
                                   const gchar *data_dir,
                                   GError **error);

G_END_DECLS
