/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubClearing: when the hub looks for the largest clearing (§7), by the clock
 * and on demand.  What takes long is another thread's; what it found is carried
 * out by the engine in short turns, so that nobody waits for it.  It decides
 * nothing: the closer does.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"

G_BEGIN_DECLS

typedef struct _GeoHubClearing GeoHubClearing;

/* engine is borrowed.  interval_s 0: only on demand. */
GeoHubClearing *geo_hub_clearing_new (GeoEngine *engine,
                                      guint interval_s,
                                      guint max_length);
/* What is under way is given up between two cycles; its func is not called. */
void geo_hub_clearing_free (GeoHubClearing *clearing); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubClearing, geo_hub_clearing_free)

/* Once.  That it is decided; on disk it is with everything that is decided
 * after it. */
typedef void (*GeoHubClearingFunc) (const GeoClearingFigures *figures,
                                    gpointer user_data);

/* equivalent NULL: all of them, one after the other; max_length 0: as was
 * configured.  FALSE, and func is not called, while another one is under way;
 * func may be NULL. */
gboolean geo_hub_clearing_run (GeoHubClearing *clearing,
                               const gchar *equivalent,
                               guint max_length,
                               GeoHubClearingFunc func,
                               gpointer user_data,
                               GDestroyNotify destroy);
gboolean geo_hub_clearing_is_running (const GeoHubClearing *clearing);

G_END_DECLS
