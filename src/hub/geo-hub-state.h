/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubStates: what participants leave with the hub to be restored from their
 * recovery words (protocol §8): takes parts and lists of parts, gives them
 * back, and sees that nobody takes more room or time than everybody may.  It
 * cannot read what it keeps.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"

G_BEGIN_DECLS

/* What one participant may keep here. */
#define GEO_HUB_STATE_BYTES_MAX (256 * 1024)
/* Copies that are taken of one: so many at once, and so many in a minute. */
#define GEO_HUB_STATE_BURST 20
#define GEO_HUB_STATE_PER_MINUTE 30

typedef struct _GeoHubStates GeoHubStates;

/* engine is borrowed; send is how answers go out. */
GeoHubStates *geo_hub_states_new (GeoEngine *engine,
                                  GeoEngineSendFunc send,
                                  gpointer user_data);
/* Answers nobody any more; what is being written is written. */
void geo_hub_states_free (GeoHubStates *states); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubStates, geo_hub_states_free)

/* Whether message is one of these. */
gboolean geo_hub_states_takes (const GeoMessage *message);
/* A message of a signed-in participant; it is answered in any case. */
void geo_hub_states_take (GeoHubStates *states,
                          const GeoPid *from,
                          const GeoMessage *message);
/* Its session has ended: parts that were not used are forgotten. */
void geo_hub_states_leave (GeoHubStates *states, const GeoPid *pid);

G_END_DECLS
