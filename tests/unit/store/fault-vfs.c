/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that can fail.  It knows nothing of what is stored.
 */
#include "fault-vfs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

/* A longer write is several. */
#define SECTOR 4096

/* One change of a file since its last sync. */
typedef struct {
  gchar *path;
  gint64 offset;
  gint64 size_before;
  GBytes *before; /* From offset on. */
  GBytes *after; /* NULL: cut to offset. */
} Unsynced;

typedef struct {
  sqlite3_file base;
  gchar *path; /* NULL: a temporary file, which no crash is about. */
  sqlite3_file *real;
} FaultFile;

static struct {
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  FaultKind kind;
  guint n;
  guint count;
  guint syncs;
  gboolean struck;
  GPtrArray *unsynced;
} fault;

static void
unsynced_free (gpointer data) {
  Unsynced *item = data;

  g_free (item->path);
  g_bytes_unref (item->before);
  g_clear_pointer (&item->after, g_bytes_unref);
  g_free (item);
}

static sqlite3_file *
real_of (sqlite3_file *file) {
  return ((FaultFile *) file)->real;
}

static gboolean
is_gone (void) {
  return fault.struck && fault.kind == FAULT_CRASH;
}

/* Counts one change of the disk; TRUE where it has to fail. */
static gboolean
strikes (const FaultFile *file, gboolean is_write) {
  if (file->path == NULL)
    return FALSE;
  fault.count++;
  switch (fault.kind) {
  case FAULT_NONE:
    return FALSE;
  case FAULT_FULL:
    if (!is_write || fault.count < fault.n)
      return FALSE;
    break;
  case FAULT_ERROR:
    if (fault.count != fault.n)
      return FALSE;
    break;
  case FAULT_CRASH:
    if (fault.count < fault.n)
      return FALSE;
    break;
  }
  fault.struck = TRUE;
  return TRUE;
}

/* --- What was not synced -------------------------------------------------- */

static void
remember (FaultFile *file, gint64 offset, gconstpointer data, gsize len) {
  Unsynced *item;
  sqlite3_int64 size = 0;
  g_autofree guint8 *old = NULL;
  gsize old_len;

  if (file->path == NULL)
    return;
  file->real->pMethods->xFileSize (file->real, &size);
  old_len = size > offset ? (gsize) (size - offset) : 0;
  if (data != NULL && old_len > len)
    old_len = len;
  old = g_malloc0 (old_len + 1);
  if (old_len > 0)
    file->real->pMethods->xRead (file->real, old, (int) old_len, offset);

  item = g_new0 (Unsynced, 1);
  item->path = g_strdup (file->path);
  item->offset = offset;
  item->size_before = size;
  item->before = g_bytes_new (old, old_len);
  if (data != NULL)
    item->after = g_bytes_new (data, len);
  g_ptr_array_add (fault.unsynced, item);
}

static void
synced (const gchar *path) {
  for (guint i = fault.unsynced->len; i-- > 0;) {
    const Unsynced *item = g_ptr_array_index (fault.unsynced, i);

    if (g_strcmp0 (item->path, path) == 0)
      g_ptr_array_remove_index (fault.unsynced, i);
  }
}

static void
put (const gchar *path, gint64 offset, GBytes *bytes, gint64 size) {
  gint fd = g_open (path, O_RDWR | O_CREAT, 0600);
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  g_assert_cmpint (fd, >=, 0);
  if (len > 0)
    g_assert_cmpint (pwrite (fd, data, len, offset), ==, len);
  if (size >= 0)
    g_assert_cmpint (ftruncate (fd, size), ==, 0);
  close (fd);
}

void
fault_vfs_cut_power (FaultPower power, guint32 seed) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  if (power != FAULT_POWER_KEPT) {
    for (guint i = fault.unsynced->len; i-- > 0;) {
      const Unsynced *item = g_ptr_array_index (fault.unsynced, i);

      if (g_file_test (item->path, G_FILE_TEST_EXISTS))
        put (item->path, item->offset, item->before, item->size_before);
    }
  }
  if (power == FAULT_POWER_MIXED) {
    g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

    for (guint i = 0; i < fault.unsynced->len; i++) {
      const Unsynced *item = g_ptr_array_index (fault.unsynced, i);

      if (!g_rand_boolean (rand) ||
          !g_file_test (item->path, G_FILE_TEST_EXISTS))
        continue;
      if (item->after != NULL)
        put (item->path, item->offset, item->after, -1);
      else
        put (item->path, item->offset, nothing, item->offset);
    }
  }
  fault_vfs_forget ();
}

void
fault_vfs_forget (void) {
  g_ptr_array_set_size (fault.unsynced, 0);
}

/* --- Files ---------------------------------------------------------------- */

static int
file_close (sqlite3_file *file) {
  FaultFile *self = (FaultFile *) file;
  int code = self->real->pMethods->xClose (self->real);

  g_clear_pointer (&self->path, g_free);
  return code;
}

static int
file_read (sqlite3_file *file, void *data, int len, sqlite3_int64 offset) {
  if (is_gone ())
    return SQLITE_IOERR_READ;
  return real_of (file)->pMethods->xRead (real_of (file), data, len, offset);
}

/* One sector, which is written, half written or not. */
static int
write_sector (FaultFile *self,
              gconstpointer data,
              int len,
              sqlite3_int64 offset) {
  gboolean was_gone = is_gone ();

  if (strikes (self, TRUE)) {
    if (fault.kind == FAULT_FULL)
      return SQLITE_FULL;
    if (fault.kind == FAULT_CRASH && !was_gone) {
      remember (self, offset, data, (gsize) len / 2);
      self->real->pMethods->xWrite (self->real, data, len / 2, offset);
    }
    return SQLITE_IOERR_WRITE;
  }
  remember (self, offset, data, (gsize) len);
  return self->real->pMethods->xWrite (self->real, data, len, offset);
}

static int
file_write (sqlite3_file *file,
            const void *data,
            int len,
            sqlite3_int64 offset) {
  for (int done = 0; done < len;) {
    int piece = MIN (len - done, SECTOR - (int) ((offset + done) % SECTOR));
    int code = write_sector ((FaultFile *) file, (const guint8 *) data + done,
                             piece, offset + done);

    if (code != SQLITE_OK)
      return code;
    done += piece;
  }
  return SQLITE_OK;
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size) {
  FaultFile *self = (FaultFile *) file;

  if (strikes (self, FALSE))
    return SQLITE_IOERR_TRUNCATE;
  remember (self, size, NULL, 0);
  return self->real->pMethods->xTruncate (self->real, size);
}

/* The power is cut here only, so the real disk need not be waited for. */
static int
file_sync (sqlite3_file *file, int flags) {
  FaultFile *self = (FaultFile *) file;

  if (strikes (self, FALSE))
    return SQLITE_IOERR_FSYNC;
  fault.syncs++;
  if (self->path != NULL)
    synced (self->path);
  return SQLITE_OK;
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size) {
  return real_of (file)->pMethods->xFileSize (real_of (file), size);
}

static int
file_lock (sqlite3_file *file, int level) {
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

static int
file_unlock (sqlite3_file *file, int level) {
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

static int
file_check_reserved_lock (sqlite3_file *file, int *out) {
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), out);
}

static int
file_control (sqlite3_file *file, int op, void *argument) {
  return real_of (file)->pMethods->xFileControl (real_of (file), op, argument);
}

static int
file_sector_size (sqlite3_file *file) {
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

/* Half a write is possible here, so of what disks promise only this holds,
 * which SQLite takes for granted of every disk: a write that is cut off changes
 * no byte outside of it. */
static int
file_device_characteristics (sqlite3_file *file) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
file_shm_map (sqlite3_file *file,
              int page,
              int size,
              int extend,
              void volatile **out) {
  return real_of (file)->pMethods->xShmMap (real_of (file), page, size, extend,
                                            out);
}

static int
file_shm_lock (sqlite3_file *file, int offset, int n, int flags) {
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n, flags);
}

static void
file_shm_barrier (sqlite3_file *file) {
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

static int
file_shm_unmap (sqlite3_file *file, int remove) {
  return real_of (file)->pMethods->xShmUnmap (real_of (file), remove);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_device_characteristics,
  .xShmMap = file_shm_map,
  .xShmLock = file_shm_lock,
  .xShmBarrier = file_shm_barrier,
  .xShmUnmap = file_shm_unmap,
};

/* --- The VFS -------------------------------------------------------------- */

static int
vfs_open (sqlite3_vfs *vfs,
          sqlite3_filename name,
          sqlite3_file *file,
          int flags,
          int *flags_out) {
  FaultFile *self = (FaultFile *) file;
  int code;

  memset (self, 0, sizeof *self);
  self->real = (sqlite3_file *) (self + 1);
  code = fault.real->xOpen (fault.real, name, self->real, flags, flags_out);
  if (code != SQLITE_OK)
    return code;
  self->base.pMethods = &methods;
  if (name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL |
                                SQLITE_OPEN_MAIN_JOURNAL)) != 0)
    self->path = g_strdup (name);
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync_folder) {
  if (is_gone ())
    return SQLITE_IOERR_DELETE;
  synced (name);
  return fault.real->xDelete (fault.real, name, sync_folder);
}

static int
vfs_access (sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  return fault.real->xAccess (fault.real, name, flags, out);
}

static int
vfs_full_pathname (sqlite3_vfs *vfs, const char *name, int len, char *out) {
  return fault.real->xFullPathname (fault.real, name, len, out);
}

static int
vfs_randomness (sqlite3_vfs *vfs, int len, char *out) {
  return fault.real->xRandomness (fault.real, len, out);
}

static int
vfs_sleep (sqlite3_vfs *vfs, int us) {
  return fault.real->xSleep (fault.real, us);
}

static int
vfs_current_time (sqlite3_vfs *vfs, double *out) {
  return fault.real->xCurrentTime (fault.real, out);
}

static int
vfs_get_last_error (sqlite3_vfs *vfs, int len, char *out) {
  return fault.real->xGetLastError (fault.real, len, out);
}

static int
vfs_current_time_int64 (sqlite3_vfs *vfs, sqlite3_int64 *out) {
  return fault.real->xCurrentTimeInt64 (fault.real, out);
}

void
fault_vfs_install (void) {
  g_assert_null (fault.real);
  fault.unsynced = g_ptr_array_new_with_free_func (unsynced_free);
  fault.real = sqlite3_vfs_find (NULL);
  fault.vfs = (sqlite3_vfs){
    .iVersion = 2,
    .szOsFile = (int) sizeof (FaultFile) + fault.real->szOsFile,
    .mxPathname = fault.real->mxPathname,
    .zName = "fault",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_pathname,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_get_last_error,
    .xCurrentTimeInt64 = vfs_current_time_int64,
  };
  g_assert_cmpint (sqlite3_vfs_register (&fault.vfs, 1), ==, SQLITE_OK);
}

void
fault_vfs_arm (FaultKind kind, guint n) {
  fault.kind = kind;
  fault.n = n;
  fault.count = 0;
  fault.syncs = 0;
  fault.struck = FALSE;
}

gboolean
fault_vfs_disarm (void) {
  gboolean struck = fault.struck;

  fault_vfs_arm (FAULT_NONE, 0);
  return struck;
}

guint
fault_vfs_count (void) {
  return fault.count;
}

guint
fault_vfs_count_syncs (void) {
  return fault.syncs;
}
