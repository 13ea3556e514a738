/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSeen: which orders may have been decided already.  A Bloom filter that
 * grows: "no" is sure, and "yes" means that whoever knows has to be asked.
 */
#pragma once

#include "core/geo-hash.h"
#include "core/geo-pid.h"

G_BEGIN_DECLS

typedef struct _GeoSeen GeoSeen;

GeoSeen *geo_seen_new (void);
void geo_seen_free (GeoSeen *seen); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoSeen, geo_seen_free)

/* By what a payment is found: its payer with its tx_id, and its order's hash.
 */
void geo_seen_add_tx (GeoSeen *seen, const GeoPid *payer, const gchar *tx_id);
void geo_seen_add_order (GeoSeen *seen, const GeoHash *order);
gboolean
geo_seen_has_tx (const GeoSeen *seen, const GeoPid *payer, const gchar *tx_id);
gboolean geo_seen_has_order (const GeoSeen *seen, const GeoHash *order);

G_END_DECLS
