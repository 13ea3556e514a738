/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPoller: one source of a main context for the sockets of all its server
 * sessions.  A context asks each of its sources and hands each descriptor to
 * poll () at every turn; with hundreds of wallets connected and a few of them
 * busy, that costs more than what those few want.  It reads and writes nothing.
 * Main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GeoPollerEntry GeoPollerEntry;

/* ready: there is something to read, or the end.  flush: once for each
 * geo_poller_entry_mark (), before the context sleeps again.  Both may remove
 * the entry, and any other. */
typedef void (*GeoPollerFunc) (gpointer user_data);

/* Of the main context that it then belongs to.  Does not read until told to;
 * NULL where the system cannot do this. */
GeoPollerEntry *geo_poller_add (GMainContext *context,
                                gint fd,
                                GeoPollerFunc ready,
                                GeoPollerFunc flush,
                                gpointer user_data);
/* Neither is called any more.  Before fd is closed.  NULL is safe. */
void geo_poller_entry_remove (GeoPollerEntry *entry);

/* FALSE where the system cannot do this. */
gboolean geo_poller_entry_set_reading (GeoPollerEntry *entry, gboolean reading);
/* There is something to write. */
void geo_poller_entry_mark (GeoPollerEntry *entry);

G_END_DECLS
