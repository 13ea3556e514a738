/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passes on what SQLite asks of a file, to the file behind it.  It must change
 * nothing on the way.
 */
#include "store/geo-shim-private.h"

static sqlite3_file *
real_of (sqlite3_file *file) {
  return ((GeoShimFile *) file)->real;
}

int
geo_shim_size (sqlite3_file *file, sqlite3_int64 *size) {
  return real_of (file)->pMethods->xFileSize (real_of (file), size);
}

int
geo_shim_lock (sqlite3_file *file, int level) {
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

int
geo_shim_unlock (sqlite3_file *file, int level) {
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

int
geo_shim_check_reserved_lock (sqlite3_file *file, int *out) {
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), out);
}

int
geo_shim_control (sqlite3_file *file, int op, void *argument) {
  return real_of (file)->pMethods->xFileControl (real_of (file), op, argument);
}

int
geo_shim_sector_size (sqlite3_file *file) {
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

int
geo_shim_traits (sqlite3_file *file) {
  return real_of (file)->pMethods->xDeviceCharacteristics (real_of (file));
}

int
geo_shim_shm_map (sqlite3_file *file,
                  int page,
                  int size,
                  int extend,
                  void volatile **out) {
  return real_of (file)->pMethods->xShmMap (real_of (file), page, size, extend,
                                            out);
}

int
geo_shim_shm_lock (sqlite3_file *file, int offset, int n, int flags) {
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n, flags);
}

void
geo_shim_shm_barrier (sqlite3_file *file) {
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

int
geo_shim_shm_unmap (sqlite3_file *file, int remove) {
  return real_of (file)->pMethods->xShmUnmap (real_of (file), remove);
}

sqlite3_vfs
geo_shim_vfs (const gchar *name,
              sqlite3_vfs *behind,
              gsize file_size,
              int (*open) (sqlite3_vfs *vfs,
                           sqlite3_filename name,
                           sqlite3_file *file,
                           int flags,
                           int *flags_out)) {
  sqlite3_vfs vfs = *behind;

  vfs.pNext = NULL;
  vfs.zName = name;
  vfs.szOsFile += (int) file_size;
  vfs.pAppData = behind;
  vfs.xOpen = open;
  return vfs;
}
