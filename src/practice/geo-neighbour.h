/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoNeighbour: one pretended person of the practice market: a real light node
 * with an identity and a journal of its own, and the few things it does.  Its
 * passphrase protects nothing.  What it does and when, the town decides.  Main
 * context.
 */
#pragma once

#include "node/geo-node.h"

G_BEGIN_DECLS

typedef struct _GeoNeighbour GeoNeighbour;

/* folder: its profile; made when it first arrives. */
GeoNeighbour *geo_neighbour_new (const gchar *folder, const gchar *name);
/* Disconnects it; NULL is safe.  Nothing it was asked for calls back any more.
 */
void geo_neighbour_free (GeoNeighbour *neighbour);

const gchar *geo_neighbour_get_name (GeoNeighbour *neighbour);
/* NULL before it has arrived. */
GeoNode *geo_neighbour_get_node (GeoNeighbour *neighbour);
/* Only of one that has arrived. */
const GeoPid *geo_neighbour_get_pid (GeoNeighbour *neighbour);
/* What it trusts them with already. */
gboolean geo_neighbour_trusts (GeoNeighbour *neighbour,
                               const GeoPid *pid,
                               const gchar *equivalent);

/* error NULL: it is done. */
typedef void (*GeoNeighbourDone) (GeoNeighbour *neighbour,
                                  const GError *error,
                                  gpointer user_data);

/* Makes or loads its identity, joins by the link and is connected. */
void geo_neighbour_arrive (GeoNeighbour *neighbour,
                           const gchar *link,
                           GeoNeighbourDone done,
                           gpointer user_data);

/* Done when the line is in force. */
void geo_neighbour_trust (GeoNeighbour *neighbour,
                          const GeoPid *to,
                          const gchar *equivalent,
                          GeoAmount limit,
                          GeoNeighbourDone done,
                          gpointer user_data);

/* Pays up to amount, as much as can be paid; nothing where that is nothing.
 * paid is what was. */
typedef void (*GeoNeighbourPaid) (GeoNeighbour *neighbour,
                                  GeoAmount paid,
                                  const GError *error,
                                  gpointer user_data);
void geo_neighbour_pay (GeoNeighbour *neighbour,
                        const GeoPid *to,
                        const gchar *equivalent,
                        GeoAmount amount,
                        const gchar *note,
                        GeoNeighbourPaid paid,
                        gpointer user_data);

/* Those whose names contain text: a GListModel of GeoPerson, borrowed while
 * found runs; NULL with error. */
typedef void (*GeoNeighbourFound) (GeoNeighbour *neighbour,
                                   GListModel *people,
                                   const GError *error,
                                   gpointer user_data);
void geo_neighbour_look_around (GeoNeighbour *neighbour,
                                const gchar *text,
                                GeoNeighbourFound found,
                                gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoNeighbour, geo_neighbour_free)

G_END_DECLS
