/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The disks as an SQLite VFS.  It knows nothing of what is stored, and never
 * fails by itself: only where it was armed.
 */
#include "sim-disk.h"

#include <string.h>

#include <sqlite3.h>

#define SHM_LOCKS 8
#define SECTOR_SIZE 512
#define MAIN_NAME_MAX 512

typedef struct _SimFile SimFile;

/* One change of a file since its last sync. */
typedef struct {
  gint64 offset;
  gint64 size_before;
  GBytes *before; /* From offset on. */
  GBytes *after; /* NULL: cut to offset. */
} Unsynced;

struct _SimFile {
  gchar *name; /* NULL: a temporary one, which no fault is about. */
  SimDisk *disk; /* NULL likewise. */
  GByteArray *data;
  GPtrArray *unsynced;
  guint open;

  /* Locks of the file … */
  guint n_shared;
  gpointer reserved;
  gpointer pending;
  /* … and of the shared memory. */
  GPtrArray *regions;
  guint shm_users;
  guint shm_shared[SHM_LOCKS];
  gpointer shm_exclusive[SHM_LOCKS];
};

struct _SimDisk {
  gchar *folder;
  SimDiskFault fault;
  guint n;
  guint count;
  gboolean struck;
  gboolean stopped;
  gboolean lies;
  guint64 state;
  GHashTable *saved; /* name → GBytes, or NULL */
};

typedef struct {
  sqlite3_file base;
  SimFile *file;
  int level;
  gboolean shm;
  guint shm_shared; /* Bits. */
  guint shm_exclusive;
} Handle;

static struct {
  sqlite3_vfs vfs;
  GHashTable *files; /* name → SimFile */
  GPtrArray *disks;
  SimRandom *random;
  guint64 n_states;
} all;

static void
unsynced_free (gpointer data) {
  Unsynced *item = data;

  g_bytes_unref (item->before);
  g_clear_pointer (&item->after, g_bytes_unref);
  g_free (item);
}

static SimFile *
file_new (const gchar *name) {
  SimFile *file = g_new0 (SimFile, 1);

  file->name = g_strdup (name);
  file->data = g_byte_array_new ();
  file->unsynced = g_ptr_array_new_with_free_func (unsynced_free);
  file->regions = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; name != NULL && i < all.disks->len; i++) {
    SimDisk *disk = g_ptr_array_index (all.disks, i);

    if (g_str_has_prefix (name, disk->folder))
      file->disk = disk;
  }
  return file;
}

static void
file_free (gpointer data) {
  SimFile *file = data;

  g_free (file->name);
  g_byte_array_unref (file->data);
  g_ptr_array_unref (file->unsynced);
  g_ptr_array_unref (file->regions);
  g_free (file);
}

/* --- Faults --------------------------------------------------------------- */

gboolean
sim_disk_is_gone (const SimDisk *disk) {
  return disk->stopped || (disk->struck && disk->fault == SIM_DISK_CRASH);
}

static gboolean
is_gone (const SimFile *file) {
  return file->disk != NULL && sim_disk_is_gone (file->disk);
}

/* Counts one change of the disk; TRUE where it has to fail. */
static gboolean
strikes (SimFile *file, gboolean is_write) {
  SimDisk *disk = file->disk;

  if (disk == NULL)
    return FALSE;
  if (disk->stopped)
    return TRUE;
  disk->count++;
  switch (disk->fault) {
  case SIM_DISK_SOUND:
    return FALSE;
  case SIM_DISK_FULL:
    if (!is_write || disk->count < disk->n)
      return FALSE;
    break;
  case SIM_DISK_ERROR:
    if (disk->count != disk->n)
      return FALSE;
    break;
  case SIM_DISK_CRASH:
    if (disk->count < disk->n)
      return FALSE;
    break;
  }
  disk->struck = TRUE;
  return TRUE;
}

static void
touch (SimDisk *disk) {
  if (disk != NULL)
    disk->state = ++all.n_states;
}

guint64
sim_disk_state (const SimDisk *disk) {
  return disk->state;
}

static void
put (SimFile *file, gint64 offset, gconstpointer data, gsize len) {
  if (len == 0)
    return;
  if (file->data->len < offset + len) {
    guint old = file->data->len;

    g_byte_array_set_size (file->data, (guint) (offset + len));
    if (offset > old)
      memset (file->data->data + old, 0, (gsize) (offset - old));
  }
  memcpy (file->data->data + offset, data, len);
}

/* data NULL: cut to offset. */
static void
change (SimFile *file, gint64 offset, gconstpointer data, gsize len) {
  touch (file->disk);
  if (file->disk != NULL) {
    Unsynced *item = g_new0 (Unsynced, 1);
    gsize old = file->data->len > offset ? file->data->len - (gsize) offset : 0;

    if (data != NULL && old > len)
      old = len;
    item->offset = offset;
    item->size_before = file->data->len;
    item->before = g_bytes_new (old > 0 ? file->data->data + offset : NULL,
                                old);
    if (data != NULL)
      item->after = g_bytes_new (data, len);
    g_ptr_array_add (file->unsynced, item);
  }
  if (data != NULL)
    put (file, offset, data, len);
  else if (file->data->len > offset)
    g_byte_array_set_size (file->data, (guint) offset);
}

/* --- Files ---------------------------------------------------------------- */

static void
release_shm (Handle *handle) {
  SimFile *file = handle->file;

  for (guint i = 0; i < SHM_LOCKS; i++) {
    if (handle->shm_shared & (1u << i))
      file->shm_shared[i]--;
    if (file->shm_exclusive[i] == handle)
      file->shm_exclusive[i] = NULL;
  }
  handle->shm_shared = handle->shm_exclusive = 0;
  if (!handle->shm)
    return;
  handle->shm = FALSE;
  /* It is memory, and gone with the last who looks at it. */
  if (--file->shm_users == 0)
    g_ptr_array_set_size (file->regions, 0);
}

static int
handle_unlock (sqlite3_file *base, int level) {
  Handle *handle = (Handle *) base;
  SimFile *file = handle->file;

  if (handle->level <= level)
    return SQLITE_OK;
  if (file->reserved == handle)
    file->reserved = NULL;
  if (file->pending == handle)
    file->pending = NULL;
  if (level == SQLITE_LOCK_NONE)
    file->n_shared--;
  handle->level = level;
  return SQLITE_OK;
}

static int
handle_close (sqlite3_file *base) {
  Handle *handle = (Handle *) base;
  SimFile *file = handle->file;

  handle_unlock (base, SQLITE_LOCK_NONE);
  release_shm (handle);
  file->open--;
  if (file->name == NULL)
    file_free (file);
  handle->file = NULL;
  return SQLITE_OK;
}

static int
handle_read (sqlite3_file *base, void *data, int len, sqlite3_int64 offset) {
  SimFile *file = ((Handle *) base)->file;
  gint64 there = (gint64) file->data->len - offset;

  if (is_gone (file))
    return SQLITE_IOERR_READ;
  if (there >= len) {
    memcpy (data, file->data->data + offset, (gsize) len);
    return SQLITE_OK;
  }
  there = MAX (there, 0);
  if (there > 0)
    memcpy (data, file->data->data + offset, (gsize) there);
  memset ((guint8 *) data + there, 0, (gsize) (len - there));
  return SQLITE_IOERR_SHORT_READ;
}

static int
handle_write (sqlite3_file *base,
              const void *data,
              int len,
              sqlite3_int64 offset) {
  SimFile *file = ((Handle *) base)->file;
  gboolean was_gone = is_gone (file);

  if (strikes (file, TRUE)) {
    if (file->disk->fault == SIM_DISK_FULL && !was_gone)
      return SQLITE_FULL;
    if (file->disk->fault == SIM_DISK_CRASH && !was_gone)
      change (file, offset, data, (gsize) len / 2);
    return SQLITE_IOERR_WRITE;
  }
  change (file, offset, data, (gsize) len);
  return SQLITE_OK;
}

static int
handle_truncate (sqlite3_file *base, sqlite3_int64 size) {
  SimFile *file = ((Handle *) base)->file;

  if (strikes (file, FALSE))
    return SQLITE_IOERR_TRUNCATE;
  change (file, size, NULL, 0);
  return SQLITE_OK;
}

static int
handle_sync (sqlite3_file *base, int flags) {
  SimFile *file = ((Handle *) base)->file;

  if (strikes (file, FALSE))
    return SQLITE_IOERR_FSYNC;
  if (file->disk == NULL || !file->disk->lies)
    g_ptr_array_set_size (file->unsynced, 0);
  return SQLITE_OK;
}

static int
handle_size (sqlite3_file *base, sqlite3_int64 *size) {
  *size = ((Handle *) base)->file->data->len;
  return SQLITE_OK;
}

static int
handle_lock (sqlite3_file *base, int level) {
  Handle *handle = (Handle *) base;
  SimFile *file = handle->file;

  if (handle->level >= level)
    return SQLITE_OK;
  if (file->pending != NULL && file->pending != handle)
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_SHARED) {
    file->n_shared++;
    handle->level = level;
    return SQLITE_OK;
  }
  if (file->reserved != NULL && file->reserved != handle)
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_RESERVED) {
    file->reserved = handle;
    handle->level = level;
    return SQLITE_OK;
  }
  file->pending = handle;
  handle->level = SQLITE_LOCK_PENDING;
  if (file->n_shared > 1)
    return SQLITE_BUSY;
  handle->level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

static int
handle_check_reserved (sqlite3_file *base, int *out) {
  const SimFile *file = ((Handle *) base)->file;

  *out = file->reserved != NULL || file->pending != NULL;
  return SQLITE_OK;
}

static int
handle_control (sqlite3_file *base, int op, void *argument) {
  return SQLITE_NOTFOUND;
}

static int
handle_sector_size (sqlite3_file *base) {
  return SECTOR_SIZE;
}

/* Half a write is possible here, so of what disks promise only this holds,
 * which SQLite takes for granted of every disk: a write that is cut off changes
 * no byte outside of it. */
static int
handle_characteristics (sqlite3_file *base) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- Shared memory -------------------------------------------------------- */

static int
handle_shm_map (sqlite3_file *base,
                int region,
                int size,
                int extend,
                void volatile **out) {
  Handle *handle = (Handle *) base;
  SimFile *file = handle->file;

  if (!handle->shm) {
    handle->shm = TRUE;
    file->shm_users++;
  }
  *out = NULL;
  while (file->regions->len <= (guint) region) {
    if (!extend)
      return SQLITE_OK;
    g_ptr_array_add (file->regions, g_malloc0 ((gsize) size));
  }
  *out = g_ptr_array_index (file->regions, region);
  return SQLITE_OK;
}

static int
handle_shm_lock (sqlite3_file *base, int first, int n, int flags) {
  Handle *handle = (Handle *) base;
  SimFile *file = handle->file;

  for (int i = first; i < first + n; i++) {
    gboolean own = (handle->shm_shared & (1u << i)) != 0;

    if (flags & SQLITE_SHM_UNLOCK)
      continue;
    if (file->shm_exclusive[i] != NULL && file->shm_exclusive[i] != handle)
      return SQLITE_BUSY;
    if ((flags & SQLITE_SHM_EXCLUSIVE) && file->shm_shared[i] > (guint) own)
      return SQLITE_BUSY;
  }
  for (int i = first; i < first + n; i++) {
    guint bit = 1u << i;

    if (flags & SQLITE_SHM_UNLOCK) {
      if (handle->shm_shared & bit)
        file->shm_shared[i]--;
      if (file->shm_exclusive[i] == handle)
        file->shm_exclusive[i] = NULL;
      handle->shm_shared &= ~bit;
    } else if (flags & SQLITE_SHM_EXCLUSIVE) {
      file->shm_exclusive[i] = handle;
    } else if (!(handle->shm_shared & bit)) {
      handle->shm_shared |= bit;
      file->shm_shared[i]++;
    }
  }
  return SQLITE_OK;
}

static void
handle_shm_barrier (sqlite3_file *base) {
}

static int
handle_shm_unmap (sqlite3_file *base, int remove) {
  release_shm ((Handle *) base);
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = handle_close,
  .xRead = handle_read,
  .xWrite = handle_write,
  .xTruncate = handle_truncate,
  .xSync = handle_sync,
  .xFileSize = handle_size,
  .xLock = handle_lock,
  .xUnlock = handle_unlock,
  .xCheckReservedLock = handle_check_reserved,
  .xFileControl = handle_control,
  .xSectorSize = handle_sector_size,
  .xDeviceCharacteristics = handle_characteristics,
  .xShmMap = handle_shm_map,
  .xShmLock = handle_shm_lock,
  .xShmBarrier = handle_shm_barrier,
  .xShmUnmap = handle_shm_unmap,
};

/* --- The VFS -------------------------------------------------------------- */

static int
vfs_open (sqlite3_vfs *vfs,
          sqlite3_filename name,
          sqlite3_file *base,
          int flags,
          int *flags_out) {
  Handle *handle = (Handle *) base;
  SimFile *file = NULL;

  memset (handle, 0, sizeof *handle);
  if (name != NULL)
    file = g_hash_table_lookup (all.files, name);
  if (file != NULL && is_gone (file))
    return SQLITE_IOERR;
  if (file == NULL && name != NULL && !(flags & SQLITE_OPEN_CREATE))
    return SQLITE_CANTOPEN;
  if (file == NULL) {
    file = file_new (name);
    if (name != NULL)
      g_hash_table_insert (all.files, file->name, file);
  }
  file->open++;
  handle->file = file;
  handle->base.pMethods = &methods;
  if (flags_out != NULL)
    *flags_out = flags;
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync_folder) {
  SimFile *file = g_hash_table_lookup (all.files, name);

  if (file == NULL)
    return SQLITE_IOERR_DELETE_NOENT;
  if (is_gone (file) || strikes (file, FALSE))
    return SQLITE_IOERR_DELETE;
  g_assert (file->open == 0);
  g_hash_table_remove (all.files, name);
  return SQLITE_OK;
}

static int
vfs_access (sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  const SimFile *file = g_hash_table_lookup (all.files, name);

  /* SQLite takes an empty file here for none. */
  *out = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->data->len > 0);
  return SQLITE_OK;
}

static int
vfs_full_pathname (sqlite3_vfs *vfs, const char *name, int len, char *out) {
  return g_strlcpy (out, name, (gsize) len) < (gsize) len ? SQLITE_OK
                                                          : SQLITE_CANTOPEN;
}

static int
vfs_randomness (sqlite3_vfs *vfs, int len, char *out) {
  for (int i = 0; i < len; i++)
    out[i] = (char) (sim_random_next (all.random) >> 56);
  return len;
}

/* Whoever waits here waits for somebody of this thread, in vain. */
static int
vfs_sleep (sqlite3_vfs *vfs, int us) {
  return us;
}

static int
vfs_current_time_int64 (sqlite3_vfs *vfs, sqlite3_int64 *out) {
  *out = G_GINT64_CONSTANT (212000000000000);
  return SQLITE_OK;
}

static int
vfs_current_time (sqlite3_vfs *vfs, double *out) {
  *out = 2453703.7;
  return SQLITE_OK;
}

static int
vfs_get_last_error (sqlite3_vfs *vfs, int len, char *out) {
  return 0;
}

void
sim_disk_install (SimRandom *random) {
  all.random = random;
  if (all.files != NULL) {
    /* Its numbers begin anew as well. */
    sqlite3_randomness (0, NULL);
    return;
  }
  all.files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, file_free);
  all.disks = g_ptr_array_new ();
  all.vfs = (sqlite3_vfs){
    .iVersion = 2,
    .szOsFile = (int) sizeof (Handle),
    .mxPathname = MAIN_NAME_MAX,
    .zName = "sim",
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
  g_assert (sqlite3_vfs_register (&all.vfs, 1) == SQLITE_OK);
}

/* --- Disks ---------------------------------------------------------------- */

SimDisk *
sim_disk_new (const gchar *folder) {
  SimDisk *disk = g_new0 (SimDisk, 1);

  disk->folder = g_strconcat (folder, "/", NULL);
  g_ptr_array_add (all.disks, disk);
  return disk;
}

static gint
compare_names (gconstpointer a, gconstpointer b) {
  const SimFile *one = *(SimFile *const *) a;
  const SimFile *other = *(SimFile *const *) b;

  return g_strcmp0 (one->name, other->name);
}

/* In the order of their names, which no address has a say in. */
static GPtrArray *
list_files (const SimDisk *disk) {
  GPtrArray *files = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, all.files);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (((SimFile *) value)->disk == disk)
      g_ptr_array_add (files, value);
  }
  g_ptr_array_sort (files, compare_names);
  return files;
}

void
sim_disk_wipe (SimDisk *disk) {
  g_autoptr (GPtrArray) files = list_files (disk);

  for (guint i = 0; i < files->len; i++) {
    const SimFile *file = g_ptr_array_index (files, i);

    g_assert (file->open == 0);
    g_hash_table_remove (all.files, file->name);
  }
  sim_disk_arm (disk, SIM_DISK_SOUND, 0);
  disk->stopped = disk->lies = FALSE;
  touch (disk);
}

void
sim_disk_remove (const gchar *path) {
  static const gchar *const parts[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree gchar *name = g_strconcat (path, parts[i], NULL);
    const SimFile *file = g_hash_table_lookup (all.files, name);

    if (file == NULL)
      continue;
    g_assert (file->open == 0);
    touch (file->disk);
    g_hash_table_remove (all.files, name);
  }
}

void
sim_disk_replace (const gchar *path, const gchar *with) {
  const SimFile *from = g_hash_table_lookup (all.files, with);
  SimFile *file = file_new (path);

  g_assert (from != NULL && from->open == 0);
  g_byte_array_append (file->data, from->data->data, from->data->len);
  sim_disk_remove (path);
  touch (file->disk);
  g_hash_table_insert (all.files, file->name, file);
  sim_disk_remove (with);
}

void
sim_disk_save (SimDisk *disk) {
  g_autoptr (GPtrArray) files = list_files (disk);

  g_clear_pointer (&disk->saved, g_hash_table_unref);
  disk->saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < files->len; i++) {
    const SimFile *file = g_ptr_array_index (files, i);

    g_assert (file->open == 0);
    g_hash_table_insert (disk->saved, g_strdup (file->name),
                         g_bytes_new (file->data->data, file->data->len));
  }
}

void
sim_disk_put_back (SimDisk *disk) {
  g_autoptr (GHashTable) saved = g_steal_pointer (&disk->saved);
  GHashTableIter iter;
  gpointer name, bytes;

  sim_disk_wipe (disk);
  touch (disk);
  g_hash_table_iter_init (&iter, saved);
  while (g_hash_table_iter_next (&iter, &name, &bytes)) {
    SimFile *file = file_new (name);
    gsize len;
    gconstpointer data = g_bytes_get_data (bytes, &len);

    g_byte_array_append (file->data, data, (guint) len);
    g_hash_table_insert (all.files, file->name, file);
  }
}

void
sim_disk_free (SimDisk *disk) {
  if (disk == NULL)
    return;
  g_clear_pointer (&disk->saved, g_hash_table_unref);
  sim_disk_wipe (disk);
  g_ptr_array_remove (all.disks, disk);
  g_free (disk->folder);
  g_free (disk);
}

void
sim_disk_arm (SimDisk *disk, SimDiskFault fault, guint n) {
  disk->fault = fault;
  disk->n = n;
  disk->count = 0;
  disk->struck = FALSE;
}

gboolean
sim_disk_disarm (SimDisk *disk) {
  gboolean struck = disk->struck;

  sim_disk_arm (disk, SIM_DISK_SOUND, 0);
  return struck;
}

void
sim_disk_stop (SimDisk *disk) {
  disk->stopped = TRUE;
}

void
sim_disk_lie (SimDisk *disk) {
  disk->lies = TRUE;
}

gboolean
sim_disk_has_lied (const SimDisk *disk) {
  return disk->lies;
}

static void
undo (SimFile *file) {
  for (guint i = file->unsynced->len; i-- > 0;) {
    const Unsynced *item = g_ptr_array_index (file->unsynced, i);
    gsize len;
    gconstpointer before = g_bytes_get_data (item->before, &len);

    put (file, item->offset, before, len);
    g_byte_array_set_size (file->data, (guint) item->size_before);
  }
}

static void
redo_some (SimFile *file, SimRandom *random, SimDiskLosses *losses) {
  for (guint i = 0; i < file->unsynced->len; i++) {
    const Unsynced *item = g_ptr_array_index (file->unsynced, i);
    gsize len;
    gconstpointer after;

    switch (sim_random_below (random, 4)) {
    case 0:
      losses->lost++;
      continue;
    case 1:
      if (item->after == NULL)
        continue;
      after = g_bytes_get_data (item->after, &len);
      losses->torn++;
      put (file, item->offset, after,
           MIN (len, SECTOR_SIZE * sim_random_below (
                                       random, (guint) len / SECTOR_SIZE + 1)));
      continue;
    case 2:
    case 3:
      break;
    }
    if (item->after == NULL) {
      if (file->data->len > item->offset)
        g_byte_array_set_size (file->data, (guint) item->offset);
      continue;
    }
    after = g_bytes_get_data (item->after, &len);
    put (file, item->offset, after, len);
  }
}

void
sim_disk_restart (SimDisk *disk,
                  SimPower power,
                  SimRandom *random,
                  SimDiskLosses *losses) {
  g_autoptr (GPtrArray) files = list_files (disk);

  for (guint i = 0; i < files->len; i++) {
    SimFile *file = g_ptr_array_index (files, i);

    g_assert (file->open == 0);
    if (power != SIM_POWER_KEPT)
      undo (file);
    if (power == SIM_POWER_LOST)
      losses->lost += file->unsynced->len;
    if (power == SIM_POWER_MIXED)
      redo_some (file, random, losses);
    g_ptr_array_set_size (file->unsynced, 0);
  }
  sim_disk_arm (disk, SIM_DISK_SOUND, 0);
  disk->stopped = disk->lies = FALSE;
  touch (disk);
}

void
sim_disk_flip (SimDisk *disk, SimRandom *random) {
  g_autoptr (GPtrArray) files = list_files (disk);
  SimFile *largest = NULL;

  for (guint i = 0; i < files->len; i++) {
    SimFile *file = g_ptr_array_index (files, i);

    if (largest == NULL || file->data->len > largest->data->len)
      largest = file;
  }
  g_assert (largest != NULL && largest->data->len > 0);
  touch (disk);
  largest->data->data[sim_random_below (random, largest->data->len)] ^=
      (guint8) (1u << sim_random_below (random, 8));
}
