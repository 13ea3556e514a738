/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSeal: a checksum in each page of a SQLite file, so that no byte of it
 * changes unnoticed, whether anything is read from that byte or not.  It knows
 * pages, and nothing of what stands in them.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The VFS that puts the seals there and looks at them. */
#define GEO_SEAL_VFS "geo-seal"

#define GEO_SEAL_PAGE 4096
/* What SQLite leaves to us at the end of each page: a mark, and the seal. */
#define GEO_SEAL_RESERVED 16

/* Registers the VFS, in front of whichever is the default when a file is
 * opened.  Any thread, any number of times. */
void geo_seal_init (void);

/* number counts from 1.  TRUE for a page of zeros, too, which is one that was
 * never written: SQLite leaves holes where a new page was given up again. */
gboolean geo_seal_fits (const guint8 *page, guint32 number);

/* A handle of the VFS, before anything is written with it: a file that is still
 * empty, and a copy by VACUUM INTO, has room for the seals. */
void geo_seal_request (sqlite3 *handle);
/* FALSE for a file from before there were seals.  A file that is empty has
 * them. */
gboolean geo_seal_is_sealed (sqlite3 *handle);

typedef struct {
  guint32 page; /* That does not fit; 0: none. */
  gboolean is_log; /* What was stored last cannot be read as it was written. */
} GeoSealDamage;

/* What was found since this was asked last. */
GeoSealDamage geo_seal_take_damage (sqlite3 *handle);

/* Before anything is read: whether what was synced into the log is still there.
 * Writers only, since it has to hold still.  SQLITE_OK, or what the disk says;
 * a log that does not fit is left to geo_seal_take_damage (). */
int geo_seal_check_log (sqlite3 *handle);
/* Every page of the file, also those from which nothing is read, but those that
 * the log is about to replace.  The same answers. */
int geo_seal_check_pages (sqlite3 *handle);

G_END_DECLS
