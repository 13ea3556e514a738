/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubGate: how often each address may ask something of the hub.  A value; it
 * reads no clock.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GeoHubGate GeoHubGate;

/* per_second requests or new sessions of one address, twice as many at once. */
GeoHubGate *geo_hub_gate_new (guint per_second);
void geo_hub_gate_free (GeoHubGate *gate); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubGate, geo_hub_gate_free)

/* FALSE when that address has to wait, so many whole seconds. */
gboolean geo_hub_gate_take (GeoHubGate *gate,
                            const gchar *address,
                            gint64 now_us,
                            guint *wait_seconds);

G_END_DECLS
