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

#include "store/geo-shim-private.h"

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
  GeoShimFile shim;
  gchar *path; /* NULL: a temporary file, which no crash is about. */
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
  file->shim.real->pMethods->xFileSize (file->shim.real, &size);
  old_len = size > offset ? (gsize) (size - offset) : 0;
  if (data != NULL && old_len > len)
    old_len = len;
  old = g_malloc0 (old_len + 1);
  if (old_len > 0)
    file->shim.real->pMethods->xRead (file->shim.real, old, (int) old_len,
                                      offset);

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
  int code = self->shim.real->pMethods->xClose (self->shim.real);

  g_clear_pointer (&self->path, g_free);
  return code;
}

static int
file_read (sqlite3_file *file, void *data, int len, sqlite3_int64 offset) {
  if (is_gone ())
    return SQLITE_IOERR_READ;
  FaultFile *self = (FaultFile *) file;

  return self->shim.real->pMethods->xRead (self->shim.real, data, len, offset);
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
      self->shim.real->pMethods->xWrite (self->shim.real, data, len / 2,
                                         offset);
    }
    return SQLITE_IOERR_WRITE;
  }
  remember (self, offset, data, (gsize) len);
  return self->shim.real->pMethods->xWrite (self->shim.real, data, len, offset);
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
  return self->shim.real->pMethods->xTruncate (self->shim.real, size);
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

/* Half a write is possible here, so of what disks promise only this holds,
 * which SQLite takes for granted of every disk: a write that is cut off changes
 * no byte outside of it. */
static int
file_device_characteristics (sqlite3_file *file) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = geo_shim_size,
  .xLock = geo_shim_lock,
  .xUnlock = geo_shim_unlock,
  .xCheckReservedLock = geo_shim_check_reserved_lock,
  .xFileControl = geo_shim_control,
  .xSectorSize = geo_shim_sector_size,
  .xDeviceCharacteristics = file_device_characteristics,
  .xShmMap = geo_shim_shm_map,
  .xShmLock = geo_shim_shm_lock,
  .xShmBarrier = geo_shim_shm_barrier,
  .xShmUnmap = geo_shim_shm_unmap,
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
  self->shim.real = (sqlite3_file *) (self + 1);
  code = fault.real->xOpen (fault.real, name, self->shim.real, flags,
                            flags_out);
  if (code != SQLITE_OK)
    return code;
  self->shim.base.pMethods = &methods;
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

void
fault_vfs_install (void) {
  g_assert_null (fault.real);
  fault.unsynced = g_ptr_array_new_with_free_func (unsynced_free);
  fault.real = sqlite3_vfs_find (NULL);
  fault.vfs = geo_shim_vfs ("fault", fault.real, sizeof (FaultFile), vfs_open);
  fault.vfs.xDelete = vfs_delete;
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
