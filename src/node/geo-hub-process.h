/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubProcess: one run of geo-hub as a child of this program: its start, the
 * line that says where it listens, and its end.  It is the hub of the same
 * build, or the installed one; nothing of it is linked in here, and what is in
 * its folder is its own.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-pid.h"

G_BEGIN_DECLS

/* In the hub's folder. */
#define GEO_HUB_PROCESS_CONFIG "hub.conf"
#define GEO_HUB_PROCESS_LOG "log"

/* How the hub ends; see geo-hub(8). */
#define GEO_HUB_PROCESS_USAGE 2
#define GEO_HUB_PROCESS_DATA 3
#define GEO_HUB_PROCESS_ADDRESS 4
#define GEO_HUB_PROCESS_NOT_VERIFIED 6

typedef struct _GeoHubProcess GeoHubProcess;

/* It listens.  address: http(s)://ADDR:PORT as it was told to. */
typedef void (*GeoHubProcessReady) (GeoHubProcess *process,
                                    const gchar *address,
                                    const GeoPid *community,
                                    gpointer user_data);
/* It has ended, without having been stopped or after having been asked to;
 * status: its exit status, -1 after a signal.  The process is to be freed by
 * geo_hub_process_stop (), in here or later. */
typedef void (*GeoHubProcessEnded) (GeoHubProcess *process,
                                    gint status,
                                    gpointer user_data);

/* The program; NULL where there is none. */
gchar *geo_hub_process_find_program (void);

/* Starts it with its data in folder, where its configuration is.  What it says
 * on its standard error replaces the log there.  G_IO_ERROR. */
GeoHubProcess *geo_hub_process_start (const gchar *folder,
                                      const gchar *listen,
                                      GeoHubProcessReady ready,
                                      GeoHubProcessEnded ended,
                                      gpointer user_data,
                                      GError **error);
/* Asks it to end; ended tells of it. */
void geo_hub_process_terminate (GeoHubProcess *process);
/* Asks it to end, waits for that for some seconds while the main context turns,
 * and frees it; nothing is called back any more.  NULL is safe. */
void geo_hub_process_stop (GeoHubProcess *process);

/* The last sentence in the log of folder, or NULL. */
gchar *geo_hub_process_read_complaint (const gchar *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubProcess, geo_hub_process_stop)

G_END_DECLS
