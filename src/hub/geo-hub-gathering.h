/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubGathering: a hub that was put back to an older copy, before it goes on:
 * it asks everybody who signs in for what it told them since (protocol §9),
 * writes that down whole or not at all, and does nothing else.  Main context.
 */
#pragma once

#include "hub/geo-hub-config.h"

G_BEGIN_DECLS

/* In the data folder, for as long as that is not done.  When it was made is
 * when the copy was put back. */
#define GEO_HUB_PUT_BACK_FILE "put-back"
/* It does not go on before: what was ordered before it was put back is too old
 * to be taken a second time then, whichever clock was ahead (P5, P11). */
#define GEO_HUB_PUT_BACK_MS (2 * GEO_CLOCK_TOLERANCE_MS)

typedef struct _GeoHubGathering GeoHubGathering;

gboolean geo_hub_gathering_is_due (const gchar *data_dir);

/* error is NULL: what was given back is written, and the hub can be started. */
typedef void (*GeoHubGatheringFunc) (const GError *error, gpointer user_data);

/* Listens.  config is taken, and changed: whoever has an entry need not be
 * invited again. */
GeoHubGathering *geo_hub_gathering_new (GeoHubConfig *config,
                                        const gchar *data_dir,
                                        GeoHubGatheringFunc func,
                                        gpointer user_data,
                                        GError **error);
void geo_hub_gathering_free (GeoHubGathering *gathering); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubGathering, geo_hub_gathering_free)

const gchar *geo_hub_gathering_get_address (const GeoHubGathering *gathering);
const GeoPid *
geo_hub_gathering_get_community (const GeoHubGathering *gathering);

/* Its owner waits for nobody any more: what has not been given back is lost, and
 * what was but does not hold without it.  Then it goes on in any case in which
 * the disk does. */
void geo_hub_gathering_go_on (GeoHubGathering *gathering);
/* Places of the log that are not there, once it goes on. */
gint64 geo_hub_gathering_get_lost (const GeoHubGathering *gathering);

G_END_DECLS
