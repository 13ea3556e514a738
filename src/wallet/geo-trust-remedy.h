/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTrustRemedy: where somebody's trust in me is too little for a payment, one
 * button that asks them for as much more as is missing.  It pays nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node-requests.h"

G_BEGIN_DECLS

#define GEO_TYPE_TRUST_REMEDY (geo_trust_remedy_get_type ())
G_DECLARE_FINAL_TYPE (GeoTrustRemedy,
                      geo_trust_remedy,
                      GEO,
                      TRUST_REMEDY,
                      AdwBin)

/* To pay payee amount, of which quote says that it is too much. */
void geo_trust_remedy_offer (GeoTrustRemedy *self,
                             GeoNode *node,
                             GeoPerson *payee,
                             const gchar *equivalent,
                             GeoAmount amount,
                             GeoQuote *quote);
/* There is nothing to remedy. */
void geo_trust_remedy_hide (GeoTrustRemedy *self);

G_END_DECLS
