/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSealLog: reading SQLite's write-ahead log, and the mark of how much of it
 * was synced.  After a crash SQLite takes the log as far as its checksums hold
 * and forgets the rest, which is right for what was never synced, and would
 * drop a vote without a word where a byte has changed since.  The mark tells
 * the one from the other.
 */
#include "store/geo-seal-log-private.h"

#include <string.h>
#include <unistd.h>

#include "store/geo-seal-private.h"
#include "store/geo-seal-sum-private.h"

/* The last bit says in which order the bytes of a word are summed. */
#define LOG_MAGIC 0x377f0682U

#define FRAME_LEN (GEO_SEAL_LOG_FRAME + GEO_SEAL_PAGE)
#define FRAMES_AT_ONCE 64

#define MARK_LEN 32
#define MARK_SUM_AT 24
static const guint8 mark_head[8] = { 'G', 'E', 'O', ' ', 'm', 'a', 'r', 'k' };

static guint32
get_word (const guint8 *at) {
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 |
         at[3];
}

/* --- The log -------------------------------------------------------------- */

/* The log's running sum over words of 32 bits, two at a time. */
static void
add_up (guint32 sum[2], const guint8 *data, gsize len, gboolean is_big) {
  for (gsize i = 0; i < len; i += 8) {
    guint32 words[2];

    memcpy (words, data + i, sizeof words);
    sum[0] += (is_big ? GUINT32_FROM_BE (words[0])
                      : GUINT32_FROM_LE (words[0])) +
              sum[1];
    sum[1] += (is_big ? GUINT32_FROM_BE (words[1])
                      : GUINT32_FROM_LE (words[1])) +
              sum[0];
  }
}

static gboolean
sum_is (const guint32 sum[2], const guint8 *at) {
  return sum[0] == get_word (at) && sum[1] == get_word (at + 4);
}

static void
read_head (GeoSealLog *log, const guint8 *head, guint32 sum[2]) {
  log->has_head = TRUE;
  memcpy (log->salts, head + 16, sizeof log->salts);
  add_up (sum, head, 24, (get_word (head) & 1) != 0);
  log->holds = (get_word (head) & ~1U) == LOG_MAGIC && sum_is (sum, head + 24);
}

/* FALSE: here it ends. */
static gboolean
read_frame (GeoSealLog *log,
            GHashTable *open,
            guint32 number,
            const guint8 *frame,
            gboolean is_big,
            guint32 sum[2]) {
  GHashTableIter iter;
  gpointer page;

  if (get_word (frame) == 0 ||
      memcmp (frame + 8, log->salts, sizeof log->salts) != 0)
    return FALSE;
  add_up (sum, frame, 8, is_big);
  add_up (sum, frame + GEO_SEAL_LOG_FRAME, GEO_SEAL_PAGE, is_big);
  if (!sum_is (sum, frame + 16))
    return FALSE;
  g_hash_table_add (open, GUINT_TO_POINTER (get_word (frame)));
  if (get_word (frame + 4) == 0)
    return TRUE;
  /* The transaction is whole. */
  log->frames = number;
  g_hash_table_iter_init (&iter, open);
  while (g_hash_table_iter_next (&iter, &page, NULL))
    g_hash_table_add (log->pages, page);
  g_hash_table_remove_all (open);
  return TRUE;
}

static int
read_frames (GeoSealLog *log,
             sqlite3_file *file,
             gboolean is_big,
             guint32 sum[2]) {
  g_autofree guint8 *frames = g_malloc (FRAMES_AT_ONCE * FRAME_LEN);
  g_autoptr (GHashTable) open = g_hash_table_new (NULL, NULL);
  sqlite3_int64 size;
  sqlite3_int64 at = GEO_SEAL_LOG_HEAD;
  guint32 number = 0;
  int code = file->pMethods->xFileSize (file, &size);

  while (code == SQLITE_OK && at + FRAME_LEN <= size) {
    sqlite3_int64 n = MIN ((size - at) / FRAME_LEN, FRAMES_AT_ONCE);

    code = file->pMethods->xRead (file, frames, (int) (n * FRAME_LEN), at);
    if (code != SQLITE_OK)
      break;
    for (sqlite3_int64 i = 0; i < n; i++) {
      if (!read_frame (log, open, ++number, frames + i * FRAME_LEN, is_big,
                       sum))
        return SQLITE_OK;
    }
    at += n * FRAME_LEN;
  }
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

static int
read_log (GeoSealLog *log, sqlite3_file *file) {
  guint8 head[GEO_SEAL_LOG_HEAD];
  guint32 sum[2] = { 0, 0 };
  int code = file->pMethods->xRead (file, head, sizeof head, 0);

  if (code == SQLITE_IOERR_SHORT_READ)
    return SQLITE_OK;
  if (code != SQLITE_OK)
    return code;
  read_head (log, head, sum);
  /* Another size of a page is that of a file without seals. */
  if (!log->holds || get_word (head + 8) != GEO_SEAL_PAGE)
    return SQLITE_OK;
  return read_frames (log, file, (get_word (head) & 1) != 0, sum);
}

int
geo_seal_log_read (GeoSealLog *log, sqlite3_vfs *vfs, const char *name) {
  g_autofree sqlite3_file *file = g_malloc0 ((gsize) vfs->szOsFile);
  int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READONLY;
  int there = 0;
  int code = vfs->xAccess (vfs, name, SQLITE_ACCESS_EXISTS, &there);

  log->pages = g_hash_table_new (NULL, NULL);
  if (code != SQLITE_OK || !there)
    return code;
  code = vfs->xOpen (vfs, name, file, flags, &flags);
  if (code == SQLITE_OK)
    code = read_log (log, file);
  /* It was taken away meanwhile: all of it is in the file. */
  else if ((code & 0xff) == SQLITE_CANTOPEN)
    code = SQLITE_OK;
  if (file->pMethods != NULL)
    file->pMethods->xClose (file);
  return code;
}

void
geo_seal_log_clear (GeoSealLog *log) {
  g_clear_pointer (&log->pages, g_hash_table_unref);
}

/* --- The mark ------------------------------------------------------------- */

void
geo_seal_mark_write (gint fd, const GeoSealMark *mark) {
  guint8 bytes[MARK_LEN];
  guint64 frames = GUINT64_TO_LE (mark->frames);
  guint64 sum;
  gssize written;

  if (fd < 0)
    return;
  memcpy (bytes, mark_head, sizeof mark_head);
  memcpy (bytes + 8, mark->salts, sizeof mark->salts);
  memcpy (bytes + 16, &frames, sizeof frames);
  sum = GUINT64_TO_LE (geo_seal_sum (bytes, MARK_SUM_AT, 0));
  memcpy (bytes + MARK_SUM_AT, &sum, sizeof sum);
  written = pwrite (fd, bytes, sizeof bytes, 0);
  /* One that is not there promises nothing, and one that is torn neither. */
  if (written != sizeof bytes && ftruncate (fd, 0) != 0)
    g_debug ("the mark of the log cannot be taken away");
}

gboolean
geo_seal_mark_read (gint fd, GeoSealMark *mark) {
  guint8 bytes[MARK_LEN];
  guint64 frames;
  guint64 sum;

  if (pread (fd, bytes, sizeof bytes, 0) != sizeof bytes ||
      memcmp (bytes, mark_head, sizeof mark_head) != 0)
    return FALSE;
  memcpy (&sum, bytes + MARK_SUM_AT, sizeof sum);
  memcpy (&frames, bytes + 16, sizeof frames);
  frames = GUINT64_FROM_LE (frames);
  if (GUINT64_FROM_LE (sum) != geo_seal_sum (bytes, MARK_SUM_AT, 0) ||
      frames > G_MAXUINT32)
    return FALSE;
  memcpy (mark->salts, bytes + 8, sizeof mark->salts);
  mark->frames = (guint32) frames;
  return TRUE;
}
