/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTown: the neighbours of the practice market, whom they trust, and what
 * happens among them: some debts to begin with, a welcome for a newcomer, and a
 * payment now and then.  What happens is told in plain lines; it prints nothing
 * and knows no hub but its link.  Main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GeoTown GeoTown;

/* A line about what happened, without its end. */
typedef void (*GeoTownTold) (const gchar *line, gpointer user_data);
/* error NULL: everybody is there, and what they trust is in force. */
typedef void (*GeoTownReady) (GeoTown *town,
                              const GError *error,
                              gpointer user_data);

/* folder: one folder for each neighbour goes there.  pace_ms: the time between
 * two payments, about.  The same seed chooses the same things. */
GeoTown *geo_town_new (const gchar *folder, guint pace_ms, guint32 seed);
/* Everybody leaves; NULL is safe. */
void geo_town_free (GeoTown *town);
void geo_town_set_told (GeoTown *town, GeoTownTold told, gpointer user_data);

/* Everybody comes by the link; after ready life goes on by itself. */
void geo_town_open (GeoTown *town,
                    const gchar *link,
                    GeoTownReady ready,
                    gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoTown, geo_town_free)

G_END_DECLS
