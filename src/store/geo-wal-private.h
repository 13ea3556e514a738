/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What SQLite writes to its write-ahead log, written in one piece.  A commit of
 * some hundred pages is two calls of the system a page otherwise, which costs
 * more than all else that writing them does.
 *
 * It may hold back only what nobody may count on: SQLite makes a commit known,
 * to its own readers and to others, when the log is synced (synchronous = FULL,
 * which geo-database.c sets for every file), and syncing writes everything.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The name of the VFS for sqlite3_open_v2 (); it is made by the first call, of
 * any thread.  NULL: there is no memory for it. */
const gchar *geo_wal_vfs (void);

/* Whether what the handle commits is known to readers before the disk has it:
 * then whoever commits syncs the file, and tells nobody before.  All that
 * SQLite relies on is synced as ever: a log's head before what it heads, and
 * the log before a checkpoint.  FALSE: the handle has no log of ours open. */
gboolean geo_wal_set_ahead (sqlite3 *handle, gboolean is_ahead);

G_END_DECLS
