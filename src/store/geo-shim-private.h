/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a VFS of SQLite that lies before another one passes on as it is.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* How a file of such a VFS begins. */
typedef struct {
  sqlite3_file base;
  sqlite3_file *real; /* Of the VFS behind; not owned. */
} GeoShimFile;

/* For an sqlite3_io_methods of files that begin so. */
int geo_shim_size (sqlite3_file *file, sqlite3_int64 *size);
int geo_shim_lock (sqlite3_file *file, int level);
int geo_shim_unlock (sqlite3_file *file, int level);
int geo_shim_check_reserved_lock (sqlite3_file *file, int *out);
int geo_shim_control (sqlite3_file *file, int op, void *argument);
int geo_shim_sector_size (sqlite3_file *file);
int geo_shim_traits (sqlite3_file *file);
int geo_shim_shm_map (sqlite3_file *file,
                      int page,
                      int size,
                      int extend,
                      void volatile **out);
int geo_shim_shm_lock (sqlite3_file *file, int offset, int n, int flags);
void geo_shim_shm_barrier (sqlite3_file *file);
int geo_shim_shm_unmap (sqlite3_file *file, int remove);

/* A VFS that is behind in everything, but for its name and for files of
 * file_size bytes before those of behind, which open opens; behind is its
 * pAppData.  Not registered. */
sqlite3_vfs geo_shim_vfs (const gchar *name,
                          sqlite3_vfs *behind,
                          gsize file_size,
                          int (*open) (sqlite3_vfs *vfs,
                                       sqlite3_filename name,
                                       sqlite3_file *file,
                                       int flags,
                                       int *flags_out));
