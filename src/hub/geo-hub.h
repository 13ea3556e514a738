/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHub: a community's hub as a whole: its data folder, its engine, its
 * server, and how they start and stop together.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "hub/geo-engine.h"
#include "hub/geo-hub-config.h"

G_BEGIN_DECLS

/* How long answers that are on their way may take when the hub stops. */
#define GEO_HUB_STOP_MS_MAX 2500

#define GEO_TYPE_HUB (geo_hub_get_type ())
G_DECLARE_FINAL_TYPE (GeoHub, geo_hub, GEO, HUB, GObject)

/* Takes config.  data_dir is made (mode 0700) where it is not there.
 *
 * Signals:
 *   "failed"  (const gchar *message): it could not write; it stops by itself.
 *   "stopped" (): after geo_hub_stop (), or after "failed"; the last one. */
GeoHub *geo_hub_new (GeoHubConfig *config, const gchar *data_dir);

/* Opens everything, loads the book, and listens. GEO_HUB_ERROR: CONFIG, DATA,
 * LOCKED or ADDRESS; nothing is left open then. */
gboolean geo_hub_start (GeoHub *hub, GError **error);

/* So many places of its log nobody gave back when it was put back to an older
 * copy; 0 if nothing is said. */
void geo_hub_set_lost (GeoHub *hub, guint64 lost);

/* Accepts nothing any more, lets the writer finish, sends what waited for it,
 * closes the sessions. */
void geo_hub_stop (GeoHub *hub);

/* Of a hub that has started: "http://127.0.0.1:7711", where it first listens.
 */
const gchar *geo_hub_get_address (GeoHub *hub);
const GeoCommunity *geo_hub_get_community (GeoHub *hub);

typedef struct {
  GeoEngineFigures engine;
  guint sessions;
  guint signed_in;
  guint participants;
} GeoHubFigures;
void geo_hub_get_figures (GeoHub *hub, GeoHubFigures *out);

G_END_DECLS
