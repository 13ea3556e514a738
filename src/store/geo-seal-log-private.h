/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSealLog: SQLite's write-ahead log, read as SQLite itself reads it after a
 * crash (its format is part of the public description of SQLite's files), and
 * the mark of how much of it was synced.  It changes nothing of the log.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define GEO_SEAL_LOG_HEAD 32
#define GEO_SEAL_LOG_FRAME 24

typedef struct {
  gboolean has_head; /* It is long enough for one. */
  gboolean holds; /* The head fits its checksum. */
  guint8 salts[8];
  /* Up to the end of the last whole transaction. */
  guint32 frames;
  /* The numbers of the pages that these frames replace. */
  GHashTable *pages;
} GeoSealLog;

#define GEO_SEAL_LOG_INIT \
  { FALSE, FALSE, { 0 }, 0, NULL }

void geo_seal_log_clear (GeoSealLog *log);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoSealLog, geo_seal_log_clear)

/* name is the log's, as the VFS knows it; a log that is not there is empty. */
int geo_seal_log_read (GeoSealLog *log, sqlite3_vfs *vfs, const char *name);

/* How many frames of the log with these salts were synced. */
typedef struct {
  guint8 salts[8];
  guint32 frames;
} GeoSealMark;

/* fd is the writer's lock file.  The mark is written once the sync has
 * answered, so whatever a power cut leaves of it promises too little, never too
 * much; it is not waited for. */
void geo_seal_mark_write (gint fd, const GeoSealMark *mark);
/* FALSE: there is none, or none that holds. */
gboolean geo_seal_mark_read (gint fd, GeoSealMark *mark);

G_END_DECLS
