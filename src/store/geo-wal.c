/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A VFS of SQLite that is the system's own, but for the write-ahead log.  It
 * must not answer for a write that came to nothing, and must not bring it about
 * later: where a write or a sync fails, SQLite gives the whole transaction up
 * and we say that nothing was stored, so what is held back of it goes with it.
 */
#include "store/geo-wal-private.h"

#include <string.h>

#include "store/geo-shim-private.h"

/* As much as SQLite's own file layer for Unix writes in one call; 31 pages. */
#define HELD_MAX 0x1ffff

#define VFS_NAME "geo-wal"

typedef struct {
  GeoShimFile shim;
  guint8 *held; /* NULL: nothing was ever held back. */
  gsize length;
  sqlite3_int64 start; /* Where in the file held belongs. */
  gboolean is_synced; /* Nothing was written since. */
  gboolean is_begun; /* Its head was written since the last sync. */
  gboolean is_ahead; /* What is committed is synced later, by the owner. */
} Log;

static int
flush (Log *log) {
  int code;

  if (log->length == 0)
    return SQLITE_OK;
  log->is_synced = FALSE;
  code = log->shim.real->pMethods->xWrite (log->shim.real, log->held,
                                           (int) log->length, log->start);
  if (code == SQLITE_OK)
    log->length = 0;
  return code;
}

/* For a call after whose failure SQLite gives the transaction up. */
static int
flush_or_drop (Log *log) {
  int code = flush (log);

  log->length = 0;
  return code;
}

static int
log_close (sqlite3_file *file) {
  Log *log = (Log *) file;

  /* What was never synced was promised to nobody. */
  g_clear_pointer (&log->held, sqlite3_free);
  log->length = 0;
  return log->shim.real->pMethods->xClose (log->shim.real);
}

static int
log_read (sqlite3_file *file, void *data, int length, sqlite3_int64 offset) {
  Log *log = (Log *) file;

  /* What was committed before can be read, also where a full disk keeps what is
   * held back from being written. */
  if (log->length > 0 && offset < log->start + (sqlite3_int64) log->length &&
      offset + length > log->start) {
    int code = flush (log);

    if (code != SQLITE_OK)
      return code;
  }
  return log->shim.real->pMethods->xRead (log->shim.real, data, length, offset);
}

static int
log_write (sqlite3_file *file,
           const void *data,
           int length,
           sqlite3_int64 offset) {
  Log *log = (Log *) file;
  sqlite3_int64 at = offset - log->start;
  int code;

  if (offset == 0)
    log->is_begun = TRUE;
  if (log->length > 0 &&
      (at < 0 || at > (sqlite3_int64) log->length || at + length > HELD_MAX)) {
    code = flush_or_drop (log);
    if (code != SQLITE_OK)
      return code;
  }
  if (log->held == NULL)
    log->held = sqlite3_malloc (HELD_MAX);
  if (log->held == NULL || length > HELD_MAX) {
    log->is_synced = FALSE;
    return log->shim.real->pMethods->xWrite (log->shim.real, data, length,
                                             offset);
  }
  if (log->length == 0)
    log->start = offset;
  at = offset - log->start;
  memcpy (log->held + at, data, (gsize) length);
  log->length = MAX (log->length, (gsize) (at + length));
  return SQLITE_OK;
}

static int
log_truncate (sqlite3_file *file, sqlite3_int64 size) {
  Log *log = (Log *) file;
  int code = flush (log);

  if (code != SQLITE_OK)
    return code;
  log->is_synced = FALSE;
  return log->shim.real->pMethods->xTruncate (log->shim.real, size);
}

static int
log_sync (sqlite3_file *file, int flags) {
  Log *log = (Log *) file;
  int code = flush_or_drop (log);

  if (code != SQLITE_OK)
    return code;
  /* A checkpoint begins with what the last commit has done already. */
  if (log->is_synced)
    return SQLITE_OK;
  /* Not so the head of a log that begins anew: before it is on disk, nothing of
   * the former log may be written over. */
  if (log->is_ahead && !log->is_begun)
    return SQLITE_OK;
  code = log->shim.real->pMethods->xSync (log->shim.real, flags);
  if (code != SQLITE_OK)
    return code;
  log->is_begun = FALSE;
  /* Of what others write this handle knows nothing. */
  log->is_synced = log->held != NULL;
  return SQLITE_OK;
}

static int
log_size (sqlite3_file *file, sqlite3_int64 *size) {
  Log *log = (Log *) file;
  int code = flush (log);

  if (code != SQLITE_OK)
    return code;
  return log->shim.real->pMethods->xFileSize (log->shim.real, size);
}

/* Version 1: nobody maps a log. */
static const sqlite3_io_methods log_methods = {
  .iVersion = 1,
  .xClose = log_close,
  .xRead = log_read,
  .xWrite = log_write,
  .xTruncate = log_truncate,
  .xSync = log_sync,
  .xFileSize = log_size,
  .xLock = geo_shim_lock,
  .xUnlock = geo_shim_unlock,
  .xCheckReservedLock = geo_shim_check_reserved_lock,
  .xFileControl = geo_shim_control,
  .xSectorSize = geo_shim_sector_size,
  .xDeviceCharacteristics = geo_shim_traits,
};

static int
open_file (sqlite3_vfs *vfs,
           sqlite3_filename name,
           sqlite3_file *file,
           int flags,
           int *out_flags) {
  sqlite3_vfs *system = vfs->pAppData;
  Log *log = (Log *) file;
  int code;

  if ((flags & SQLITE_OPEN_WAL) == 0)
    return system->xOpen (system, name, file, flags, out_flags);
  memset (log, 0, (gsize) vfs->szOsFile);
  log->shim.real = (sqlite3_file *) (log + 1);
  code = system->xOpen (system, name, log->shim.real, flags, out_flags);
  if (log->shim.real->pMethods != NULL)
    log->shim.base.pMethods = &log_methods;
  return code;
}

gboolean
geo_wal_set_ahead (sqlite3 *handle, gboolean is_ahead) {
  sqlite3_file *file = NULL;

  if (sqlite3_file_control (handle, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                            &file) != SQLITE_OK ||
      file == NULL || file->pMethods != &log_methods)
    return FALSE;
  ((Log *) file)->is_ahead = is_ahead;
  return TRUE;
}

const gchar *
geo_wal_vfs (void) {
  static sqlite3_vfs vfs;
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    sqlite3_vfs *system = sqlite3_vfs_find (NULL);
    gboolean made = FALSE;

    if (system != NULL) {
      vfs = geo_shim_vfs (VFS_NAME, system, sizeof (Log), open_file);
      made = sqlite3_vfs_register (&vfs, FALSE) == SQLITE_OK;
    }
    g_once_init_leave (&once, made ? 1 : 2);
  }
  return once == 1 ? VFS_NAME : NULL;
}
