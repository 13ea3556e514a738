/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSeal: a VFS shim that keeps a checksum in the reserved bytes of each page,
 * after the idea of SQLite's public extension cksumvfs ("The Checksum VFS
 * Shim"), which no distribution ships as a library.  It differs where we need
 * more: a change of any single byte is found for certain and not for most, the
 * seal knows its page's number, the first page is covered with its head, and
 * the pages of the log are sealed when they reach the file: in the log they are
 * under its own checksums, and geo-seal-log.c remembers how far these have to
 * hold.  It must know no table, and holds back nothing of what the disk says.
 */
#include "store/geo-seal-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/geo-seal-log-private.h"
#include "store/geo-seal-sum-private.h"
#include "store/geo-shim-private.h"
#include "store/geo-wal-private.h"

/* Read at a time when every page is looked at. */
#define PAGES_AT_ONCE 64

/* What SQLite reads of the first page before it reads all of it. */
#define HEAD_LEN 100
#define HEAD_RESERVED 20

/* Before the seal: says that there is one. */
static const guint8 seal_mark[8] = { 'G', 'E', 'O', ' ', 's', 'e', 'a', 'l' };

#define MARK_AT (GEO_SEAL_PAGE - GEO_SEAL_RESERVED)
#define SEAL_AT (GEO_SEAL_PAGE - 8)

enum {
  CONTROL_IS_SEALED = 0x47454f01,
  CONTROL_TAKE_DAMAGE,
  CONTROL_CHECK_LOG,
  CONTROL_CHECK_PAGES,
};

typedef enum {
  FILE_PLAIN, /* Not ours, or from before there were seals. */
  FILE_SEALED,
  FILE_LOG,
} FileKind;

typedef struct {
  GeoShimFile shim;
  sqlite3_vfs *behind;
  const gchar *name;
  FileKind kind;
  gboolean is_main;
  GeoSealDamage damage;
  guint8 *buffer; /* One page. */
  /* Of a log: what of it the next sync makes last. */
  gint mark_fd;
  gboolean has_salts;
  guint32 begun; /* The last frame of a transaction whose head is written. */
  guint32 whole; /* And of one that is written, … */
  GeoSealMark mark; /* … and synced. */
} SealFile;

/* --- One page ------------------------------------------------------------- */

static guint64
sum_page (const guint8 *page, guint32 number) {
  return geo_seal_sum (page, SEAL_AT, number);
}

static void
seal_page (guint8 *page, guint32 number) {
  guint64 sum;

  memcpy (page + MARK_AT, seal_mark, sizeof seal_mark);
  sum = GUINT64_TO_LE (sum_page (page, number));
  memcpy (page + SEAL_AT, &sum, sizeof sum);
}

static gboolean
is_empty (const guint8 *page) {
  return page[0] == 0 && memcmp (page, page + 1, GEO_SEAL_PAGE - 1) == 0;
}

gboolean
geo_seal_fits (const guint8 *page, guint32 number) {
  guint64 sum;

  memcpy (&sum, page + SEAL_AT, sizeof sum);
  return (memcmp (page + MARK_AT, seal_mark, sizeof seal_mark) == 0 &&
          GUINT64_FROM_LE (sum) == sum_page (page, number)) ||
         is_empty (page);
}

/* --- Reading and writing -------------------------------------------------- */

static int
read_real (SealFile *self, void *data, int len, sqlite3_int64 offset) {
  return self->shim.real->pMethods->xRead (self->shim.real, data, len, offset);
}

/* Two things say that a file has seals, so that no change of one byte makes one
 * with seals look like one from before there were any. */
static int
look_for_seals (SealFile *self) {
  sqlite3_int64 size = 0;
  int code = self->shim.real->pMethods->xFileSize (self->shim.real, &size);

  if (code == SQLITE_OK && size > 0)
    code = read_real (self, self->buffer, GEO_SEAL_PAGE, 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    return code;
  if (size == 0 || self->buffer[HEAD_RESERVED] == GEO_SEAL_RESERVED ||
      memcmp (self->buffer + MARK_AT, seal_mark, sizeof seal_mark) == 0)
    self->kind = FILE_SEALED;
  return SQLITE_OK;
}

static int
found_damage (SealFile *self, guint32 number) {
  self->damage.page = number;
  return SQLITE_IOERR_DATA;
}

/* All of the page that offset is in, into page. */
static int
read_page (SealFile *self, guint8 *page, sqlite3_int64 offset) {
  guint32 number = (guint32) (offset / GEO_SEAL_PAGE) + 1;
  int code = read_real (self, page, GEO_SEAL_PAGE,
                        (sqlite3_int64) (number - 1) * GEO_SEAL_PAGE);

  /* What is not there is zeros, by what a VFS has to do. */
  if ((code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) &&
      !geo_seal_fits (page, number))
    return found_damage (self, number);
  return code;
}

static int
file_read (sqlite3_file *file, void *data, int len, sqlite3_int64 offset) {
  SealFile *self = (SealFile *) file;
  int at = (int) (offset % GEO_SEAL_PAGE);
  int code;

  /* The head is read ahead of the log, so here it may be torn and will be
   * replaced; SQLite believes it only as a part of the first page. */
  if (self->kind != FILE_SEALED || offset + len <= HEAD_LEN)
    return read_real (self, data, len, offset);
  if (len == GEO_SEAL_PAGE && at == 0)
    return read_page (self, data, offset);
  /* Of a damaged head comes another size of a page, and SQLite reads the begin
   * of a page where a long text goes on in it. */
  code = read_page (self, self->buffer, offset);
  if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) {
    if (len > GEO_SEAL_PAGE - at)
      return found_damage (self, (guint32) (offset / GEO_SEAL_PAGE) + 1);
    memcpy (data, self->buffer + at, (gsize) len);
  }
  return code;
}

static int
write_page (SealFile *self, const guint8 *data, int len, sqlite3_int64 offset) {
  /* A file of ours is written page by page, with room for the seal. */
  if (len != GEO_SEAL_PAGE || offset % GEO_SEAL_PAGE != 0 ||
      (offset == 0 && data[HEAD_RESERVED] != GEO_SEAL_RESERVED))
    return SQLITE_IOERR_WRITE;
  /* What SQLite has in memory stays as it is. */
  memcpy (self->buffer, data, GEO_SEAL_PAGE);
  seal_page (self->buffer, (guint32) (offset / GEO_SEAL_PAGE) + 1);
  return self->shim.real->pMethods->xWrite (self->shim.real, self->buffer, len,
                                            offset);
}

/* --- The log -------------------------------------------------------------- */

#define FRAME_LEN (GEO_SEAL_LOG_FRAME + GEO_SEAL_PAGE)

static gint
open_mark (const gchar *database) {
  g_autofree gchar *path = g_strconcat (database, ".lock", NULL);

  return g_open (path, O_RDWR | O_CLOEXEC, 0);
}

/* Nothing is promised of this log any more, or yet. */
static void
log_begins (SealFile *self, const guint8 *head) {
  memcpy (self->mark.salts, head + 16, sizeof self->mark.salts);
  self->mark.frames = 0;
  self->begun = 0;
  self->whole = 0;
  self->has_salts = TRUE;
  geo_seal_mark_write (self->mark_fd, &self->mark);
}

/* A transaction is whole with the frame whose head names the file's size. */
static void
log_goes_on (SealFile *self,
             const guint8 *data,
             int len,
             sqlite3_int64 offset) {
  sqlite3_int64 from = offset - GEO_SEAL_LOG_HEAD;

  if (from < 0)
    return;
  if (from % FRAME_LEN == 0 && len >= 8 && len <= GEO_SEAL_LOG_FRAME) {
    self->begun = memcmp (data + 4, "\0\0\0", 4) != 0
                      ? (guint32) (from / FRAME_LEN) + 1
                      : 0;
    return;
  }
  if (self->begun > 0 &&
      from + len == (sqlite3_int64) self->begun * FRAME_LEN) {
    self->whole = self->begun;
    self->begun = 0;
  }
}

/* The transaction is given up: nothing of it is promised by a later sync. */
static void
log_fails (SealFile *self) {
  self->begun = 0;
  self->whole = self->mark.frames;
}

static int
write_log (SealFile *self, const void *data, int len, sqlite3_int64 offset) {
  int code;

  if (offset == 0 && len == GEO_SEAL_LOG_HEAD)
    log_begins (self, data);
  code = self->shim.real->pMethods->xWrite (self->shim.real, data, len, offset);
  if (code == SQLITE_OK)
    log_goes_on (self, data, len, offset);
  else
    log_fails (self);
  return code;
}

static void
log_is_synced (SealFile *self) {
  if (self->whole == 0)
    return;
  self->mark.frames = self->whole;
  /* A log that was there already when it was opened. */
  if (!self->has_salts) {
    guint8 head[GEO_SEAL_LOG_HEAD];

    if (read_real (self, head, sizeof head, 0) != SQLITE_OK)
      return;
    memcpy (self->mark.salts, head + 16, sizeof self->mark.salts);
    self->has_salts = TRUE;
  }
  geo_seal_mark_write (self->mark_fd, &self->mark);
}

static int
check_log (SealFile *self) {
  g_auto (GeoSealLog) log = GEO_SEAL_LOG_INIT;
  GeoSealMark mark;
  gboolean is_marked;
  gint fd = open_mark (self->name);
  int code;

  if (fd < 0)
    return SQLITE_OK;
  is_marked = geo_seal_mark_read (fd, &mark);
  close (fd);
  if (!is_marked || mark.frames == 0)
    return SQLITE_OK;
  code = geo_seal_log_read (&log, self->behind,
                            sqlite3_filename_wal (self->name));
  if (code != SQLITE_OK || !log.has_head)
    return code;
  if (!log.holds || (memcmp (log.salts, mark.salts, sizeof mark.salts) == 0 &&
                     log.frames < mark.frames))
    self->damage.is_log = TRUE;
  return SQLITE_OK;
}

/* --- Every page ----------------------------------------------------------- */

/* A page that does not fit may be one that a checkpoint was writing when the
 * power went, or is writing now: then the log has it. */
static int
look_again (SealFile *self, guint32 number) {
  g_auto (GeoSealLog) log = GEO_SEAL_LOG_INIT;
  int code = geo_seal_log_read (&log, self->behind,
                                sqlite3_filename_wal (self->name));

  if (code != SQLITE_OK)
    return code;
  if (log.pages != NULL &&
      g_hash_table_contains (log.pages, GUINT_TO_POINTER (number)))
    return SQLITE_OK;
  code = read_page (self, self->buffer,
                    (sqlite3_int64) (number - 1) * GEO_SEAL_PAGE);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

static int
check_pages (SealFile *self) {
  g_autofree guint8 *pages = g_malloc (PAGES_AT_ONCE * GEO_SEAL_PAGE);
  sqlite3_int64 size;
  int code = self->shim.real->pMethods->xFileSize (self->shim.real, &size);

  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size;
       at += PAGES_AT_ONCE * GEO_SEAL_PAGE) {
    sqlite3_int64 len = MIN (size - at, PAGES_AT_ONCE * GEO_SEAL_PAGE);

    /* What is cut short ends in zeros, and does not fit. */
    memset (pages, 0, PAGES_AT_ONCE * GEO_SEAL_PAGE);
    code = read_real (self, pages, (int) len, at);
    /* It was made shorter meanwhile. */
    if (code == SQLITE_IOERR_SHORT_READ)
      code = SQLITE_OK;
    for (sqlite3_int64 i = 0; code == SQLITE_OK && i < len;
         i += GEO_SEAL_PAGE) {
      guint32 number = (guint32) ((at + i) / GEO_SEAL_PAGE) + 1;

      if (!geo_seal_fits (pages + i, number))
        code = look_again (self, number);
    }
  }
  /* It is said by geo_seal_take_damage (). */
  return code == SQLITE_IOERR_DATA ? SQLITE_OK : code;
}

/* --- Files ---------------------------------------------------------------- */

static int
file_close (sqlite3_file *file) {
  SealFile *self = (SealFile *) file;
  int code = self->shim.real->pMethods->xClose (self->shim.real);

  if (self->mark_fd >= 0)
    close (self->mark_fd);
  g_clear_pointer (&self->buffer, g_free);
  return code;
}

static int
file_write (sqlite3_file *file,
            const void *data,
            int len,
            sqlite3_int64 offset) {
  SealFile *self = (SealFile *) file;

  switch (self->kind) {
  case FILE_SEALED:
    return write_page (self, data, len, offset);
  case FILE_LOG:
    return write_log (self, data, len, offset);
  case FILE_PLAIN:
    break;
  }
  return self->shim.real->pMethods->xWrite (self->shim.real, data, len, offset);
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size) {
  SealFile *self = (SealFile *) file;
  int code = self->shim.real->pMethods->xTruncate (self->shim.real, size);

  /* Making it was cut short, and is begun anew. */
  if (code == SQLITE_OK && size == 0 && self->is_main)
    self->kind = FILE_SEALED;
  return code;
}

static int
file_sync (sqlite3_file *file, int flags) {
  SealFile *self = (SealFile *) file;
  int code = self->shim.real->pMethods->xSync (self->shim.real, flags);

  if (self->kind == FILE_LOG) {
    if (code == SQLITE_OK)
      log_is_synced (self);
    else
      log_fails (self);
  }
  return code;
}

static int
file_control (sqlite3_file *file, int op, void *argument) {
  SealFile *self = (SealFile *) file;

  switch (op) {
  case CONTROL_IS_SEALED:
    *(gboolean *) argument = self->kind == FILE_SEALED;
    return SQLITE_OK;
  case CONTROL_TAKE_DAMAGE:
    *(GeoSealDamage *) argument = self->damage;
    self->damage = (GeoSealDamage){ 0, FALSE };
    return SQLITE_OK;
  case CONTROL_CHECK_LOG:
    return check_log (self);
  case CONTROL_CHECK_PAGES:
    return self->kind == FILE_SEALED ? check_pages (self) : SQLITE_OK;
  default: /* An int, and SQLite's own. */
    return geo_shim_control (file, op, argument);
  }
}

/* Version 2 has no mapping of files into memory, which would be read past us.
 */
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
  .xFileControl = file_control,
  .xSectorSize = geo_shim_sector_size,
  .xDeviceCharacteristics = geo_shim_traits,
  .xShmMap = geo_shim_shm_map,
  .xShmLock = geo_shim_shm_lock,
  .xShmBarrier = geo_shim_shm_barrier,
  .xShmUnmap = geo_shim_shm_unmap,
};

/* --- The VFS -------------------------------------------------------------- */

static int
set_up_file (SealFile *self, int flags) {
  self->buffer = g_malloc0 (GEO_SEAL_PAGE);
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && self->name != NULL) {
    self->is_main = TRUE;
    return look_for_seals (self);
  }
  if ((flags & SQLITE_OPEN_WAL) != 0 && self->name != NULL) {
    const gchar *end = g_strrstr (self->name, "-wal");
    g_autofree gchar *database =
        g_strndup (self->name, end != NULL ? (gsize) (end - self->name)
                                           : strlen (self->name));

    self->kind = FILE_LOG;
    self->mark_fd = open_mark (database);
  }
  return SQLITE_OK;
}

static int
vfs_open (sqlite3_vfs *vfs,
          sqlite3_filename name,
          sqlite3_file *file,
          int flags,
          int *flags_out) {
  SealFile *self = (SealFile *) file;
  int code;

  memset (self, 0, (gsize) vfs->szOsFile);
  self->mark_fd = -1;
  self->name = name;
  self->behind = vfs->pAppData;
  self->shim.real = (sqlite3_file *) (self + 1);
  code = self->behind->xOpen (self->behind, name, self->shim.real, flags,
                              flags_out);
  if (code == SQLITE_OK) {
    self->shim.base.pMethods = &methods;
    code = set_up_file (self, flags);
    if (code == SQLITE_OK)
      return SQLITE_OK;
    self->shim.base.pMethods = NULL;
  }
  if (self->shim.real->pMethods != NULL)
    self->shim.real->pMethods->xClose (self->shim.real);
  g_clear_pointer (&self->buffer, g_free);
  return code;
}

void
geo_seal_init (void) {
  static sqlite3_vfs vfs;
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    sqlite3_vfs *behind = sqlite3_vfs_find (geo_wal_vfs ());
    int code;

    g_assert (behind != NULL);
    vfs = geo_shim_vfs (GEO_SEAL_VFS, behind, sizeof (SealFile), vfs_open);
    code = sqlite3_vfs_register (&vfs, 0);
    g_assert (code == SQLITE_OK);
    g_once_init_leave (&once, 1);
  }
}

/* --- A handle of it ------------------------------------------------------- */

void
geo_seal_request (sqlite3 *handle) {
  int reserved = GEO_SEAL_RESERVED;

  sqlite3_file_control (handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
}

gboolean
geo_seal_is_sealed (sqlite3 *handle) {
  gboolean is_sealed = FALSE;

  sqlite3_file_control (handle, "main", CONTROL_IS_SEALED, &is_sealed);
  return is_sealed;
}

GeoSealDamage
geo_seal_take_damage (sqlite3 *handle) {
  GeoSealDamage damage = { 0, FALSE };

  sqlite3_file_control (handle, "main", CONTROL_TAKE_DAMAGE, &damage);
  return damage;
}

int
geo_seal_check_log (sqlite3 *handle) {
  return sqlite3_file_control (handle, "main", CONTROL_CHECK_LOG, NULL);
}

int
geo_seal_check_pages (sqlite3 *handle) {
  return sqlite3_file_control (handle, "main", CONTROL_CHECK_PAGES, NULL);
}
