/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A journal in which any byte was changed is reported, also where nothing is
 * read from that byte: in the file, and in the log that a crash left beside it.
 * What a crash leaves by itself is not taken for damage, and a file from before
 * there were seals gets them whole or not at all.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "fault-vfs.h"
#include "store-sample.h"
#include "store/geo-seal-private.h"

static void
append_payment (SampleJournal *fixture, guint number) {
  Sample *sample = fixture->sample;
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", number);
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (2, 1, 0), 1, tx_id, NULL);

  sample_append (
      sample, fixture->journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (
          sample_payment_entry (sample, 0, payment->certificate, payment->hops),
          NULL));
}

static void
close_journal (SampleJournal *fixture) {
  geo_journal_close (g_steal_pointer (&fixture->journal));
}

static gchar *
get_file (const gchar *path, gsize *len) {
  gchar *bytes;

  g_assert_true (g_file_get_contents (path, &bytes, len, NULL));
  return bytes;
}

static void
put_byte (gint fd, gsize at, guint8 byte) {
  g_assert_cmpint (pwrite (fd, &byte, 1, (goffset) at), ==, 1);
}

static gint
open_file (const gchar *path) {
  gint fd = g_open (path, O_RDWR | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
expect_page (GError *error, gsize at) {
  g_autofree gchar *page = g_strdup_printf (
      "Page %" G_GSIZE_FORMAT " of the file is damaged; nothing was changed.",
      at / GEO_SEAL_PAGE + 1);

  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==, page);
}

/* As somebody with the file in hand would: opened, and read whole. */
static void
expect_damage (const gchar *path, gboolean read_only, gsize at) {
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;

  journal = geo_journal_open (path, read_only, &error);
  if (journal != NULL &&
      geo_journal_verify (journal, NULL, NULL, NULL, &error)) {
    g_test_message ("byte %" G_GSIZE_FORMAT " went unnoticed", at);
    g_test_fail ();
    return;
  }
  expect_page (error, at);
}

static void
expect_whole (const gchar *path) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, &error);

  g_assert_no_error (error);
  geo_journal_verify (journal, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* --- Every byte ----------------------------------------------------------- */

static void
test_sum (void) {
  guint8 page[GEO_SEAL_PAGE] = { 0 };

  /* A page of zeros was never written; anything else has to fit. */
  g_assert_true (geo_seal_fits (page, 1));
  for (gsize i = 0; i < sizeof page; i++) {
    page[i] = 1;
    g_assert_false (geo_seal_fits (page, 1));
    page[i] = 0;
  }
}

/* Each byte of the file, changed in each way that a disk knows. */
static void
test_every_byte (SampleJournal *fixture, gconstpointer data) {
  g_autofree guint8 *bytes = NULL;
  guint unnoticed = 0;
  gsize len;

  close_journal (fixture);
  bytes = (guint8 *) get_file (fixture->path, &len);
  g_assert_cmpuint (len % GEO_SEAL_PAGE, ==, 0);
  for (gsize at = 0; at < len; at++) {
    const guint8 was = bytes[at];
    const guint8 changed[] = { was ^ 1, was ^ 0xff, 0, 0xff,
                               was ^ (guint8) (1 << at % 8) };
    gsize page = at / GEO_SEAL_PAGE;
    const guint8 *begin = bytes + page * GEO_SEAL_PAGE;

    for (guint i = 0; i < G_N_ELEMENTS (changed); i++) {
      if (changed[i] == was)
        continue;
      bytes[at] = changed[i];
      unnoticed += geo_seal_fits (begin, (guint32) page + 1);
    }
    bytes[at] = was;
    /* A page in another's place. */
    if (at % GEO_SEAL_PAGE == 0) {
      g_assert_true (geo_seal_fits (begin, (guint32) page + 1));
      g_assert_false (geo_seal_fits (begin, (guint32) page + 2));
    }
  }
  g_assert_cmpuint (unnoticed, ==, 0);
  g_test_message ("%" G_GSIZE_FORMAT " bytes, none unnoticed", len);
}

/* The same through all of the library, with the file already open: of each
 * page its head, its end and some of what is between. */
static void
test_open (SampleJournal *fixture, gconstpointer data) {
  g_autofree guint8 *bytes = NULL;
  g_autofree guint8 *after = NULL;
  gsize len, after_len;
  guint n = 0;
  gint fd;

  close_journal (fixture);
  bytes = (guint8 *) get_file (fixture->path, &len);
  fd = open_file (fixture->path);
  fixture->journal = geo_journal_open (fixture->path, TRUE, NULL);
  g_assert_nonnull (fixture->journal);
  for (gsize at = 0; at < len; at++) {
    g_autoptr (GError) error = NULL;
    gsize in_page = at % GEO_SEAL_PAGE;

    if (!g_test_thorough () && at >= 110 &&
        in_page < GEO_SEAL_PAGE - GEO_SEAL_RESERVED && in_page % 61 != 0)
      continue;
    put_byte (fd, at, bytes[at] ^ (at % 2 == 0 ? 1 : 0xff));
    g_assert_false (
        geo_journal_verify (fixture->journal, NULL, NULL, NULL, &error));
    expect_page (error, at);
    put_byte (fd, at, bytes[at]);
    n++;
  }
  g_assert_true (geo_journal_verify (fixture->journal, NULL, NULL, NULL, NULL));
  close (fd);
  close_journal (fixture);
  after = (guint8 *) get_file (fixture->path, &after_len);
  g_assert_cmpmem (bytes, len, after, after_len);
  g_test_message ("%u bytes, none unnoticed", n);
}

/* And as a file that is opened anew, by readers and writers in turn. */
static void
test_opened_anew (SampleJournal *fixture, gconstpointer data) {
  g_autofree guint8 *bytes = NULL;
  gsize len;
  gint fd;

  close_journal (fixture);
  bytes = (guint8 *) get_file (fixture->path, &len);
  fd = open_file (fixture->path);
  for (gsize at = 0; at < len; at += at < 110 ? 1 : 997) {
    g_autofree gchar *after = NULL;
    gsize after_len;

    bytes[at] ^= 1;
    put_byte (fd, at, bytes[at]);
    expect_damage (fixture->path, at % 2 == 0, at);
    /* Whoever finds damage changes nothing. */
    after = get_file (fixture->path, &after_len);
    g_assert_cmpmem (bytes, len, after, after_len);
    bytes[at] ^= 1;
    put_byte (fd, at, bytes[at]);
  }
  close (fd);
  expect_whole (fixture->path);
}

/* At random in a long one. */
static void
test_long (SampleJournal *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize len;
  gint fd;

  for (guint i = 0; i < 150; i++)
    append_payment (fixture, i);
  close_journal (fixture);
  bytes = (guint8 *) get_file (fixture->path, &len);
  fd = open_file (fixture->path);
  fixture->journal = geo_journal_open (fixture->path, TRUE, NULL);
  g_assert_nonnull (fixture->journal);
  for (guint i = 0; i < 1000; i++) {
    gsize at = (gsize) g_test_rand_int () % len;

    put_byte (fd, at, bytes[at] ^ (guint8) g_test_rand_int_range (1, 256));
    g_assert_false (
        geo_journal_verify (fixture->journal, NULL, NULL, NULL, &error));
    expect_page (error, at);
    g_clear_error (&error);
    put_byte (fd, at, bytes[at]);
  }
  geo_journal_verify (fixture->journal, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  close (fd);
  g_test_message ("%" G_GSIZE_FORMAT " bytes", len);
}

static sqlite3 *
open_raw (const gchar *path) {
  sqlite3 *raw;

  g_assert_cmpint (
      sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, GEO_SEAL_VFS), ==,
      SQLITE_OK);
  return raw;
}

static void
execute (sqlite3 *raw, const gchar *sql) {
  gchar *message = NULL;

  sqlite3_exec (raw, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

/* Pages that nothing uses are pages of the file, too. */
static void
test_free_pages (SampleJournal *fixture, gconstpointer data) {
  gsize before, len;
  gint fd;
  g_autofree gchar *small = NULL;
  g_autofree guint8 *bytes = NULL;
  sqlite3 *raw;

  close_journal (fixture);
  small = get_file (fixture->path, &before);
  raw = open_raw (fixture->path);
  execute (raw, "CREATE TABLE gone (a);"
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
                " FROM n WHERE i < 60)"
                " INSERT INTO gone SELECT zeroblob (3000) FROM n;"
                "PRAGMA wal_checkpoint (TRUNCATE);"
                "DROP TABLE gone;");
  sqlite3_close (raw);
  expect_whole (fixture->path);
  bytes = (guint8 *) get_file (fixture->path, &len);
  g_assert_cmpuint (len, >, before + 50 * GEO_SEAL_PAGE);
  fd = open_file (fixture->path);
  for (gsize at = before; at < len; at += 1499) {
    put_byte (fd, at, bytes[at] ^ 4);
    expect_damage (fixture->path, TRUE, at);
    put_byte (fd, at, bytes[at]);
  }
  close (fd);
  expect_whole (fixture->path);
}

/* A file that ends in the middle of a page. */
static void
test_cut_short (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *bytes = NULL;
  gsize len;

  close_journal (fixture);
  bytes = get_file (fixture->path, &len);
  g_assert_cmpint (truncate (fixture->path, (goffset) len - 1), ==, 0);
  expect_damage (fixture->path, TRUE, len - 1);
}

/* --- The log -------------------------------------------------------------- */

/* As a kill leaves it: the file, its log and the mark of the log. */
static gchar *
copy_killed (SampleJournal *fixture) {
  g_autofree gchar *from = g_strconcat (fixture->path, ".lock", NULL);
  g_autofree gchar *to = NULL;
  g_autofree gchar *mark = NULL;
  gchar *path = g_build_filename (fixture->folder, "killed.db", NULL);
  gsize len;

  sample_copy_database (fixture->path, path);
  to = g_strconcat (path, ".lock", NULL);
  mark = get_file (from, &len);
  g_assert_true (g_file_set_contents (to, mark, (gssize) len, NULL));
  return path;
}

static gint64
count_records (const gchar *path, GError **error) {
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, error);

  return journal != NULL ? geo_journal_count_records (journal, error) : -1;
}

static void
test_log (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = copy_killed (fixture);
  g_autofree gchar *log = g_strconcat (path, "-wal", NULL);
  g_autofree gchar *lock = g_strconcat (path, ".lock", NULL);
  gint64 records = geo_journal_count_records (fixture->journal, NULL);
  g_autofree guint8 *bytes = NULL;
  g_autofree guint8 *after = NULL;
  gsize len, after_len;
  gint fd;

  bytes = (guint8 *) get_file (log, &len);
  g_assert_cmpuint (len, >, 20 * GEO_SEAL_PAGE);
  fd = open_file (log);
  for (gsize at = 0; at < len; at += at < 60 ? 1 : 1009) {
    g_autoptr (GError) error = NULL;

    put_byte (fd, at, bytes[at] ^ 1);
    g_assert_cmpint (count_records (path, &error), ==, -1);
    g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);
    g_assert_cmpstr (error->message, ==,
                     "The file's log is damaged; nothing was changed.");
    put_byte (fd, at, bytes[at]);
  }
  close (fd);
  after = (guint8 *) get_file (log, &after_len);
  g_assert_cmpmem (bytes, len, after, after_len);
  /* Where nobody marked how much of it was synced, less of it is a crash. */
  fd = open_file (lock);
  put_byte (fd, 9, 'x');
  close (fd);
  g_assert_cmpint (truncate (log, (goffset) len - 1), ==, 0);
  g_assert_cmpint (count_records (path, NULL), <, records);
  g_free (path);
  path = copy_killed (fixture);
  g_assert_cmpint (count_records (path, NULL), ==, records);
  expect_whole (path);
}

/* What was written after the last sync may be torn, or not be there. */
static void
test_log_torn (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = copy_killed (fixture);
  g_autofree gchar *log = g_strconcat (path, "-wal", NULL);
  gint64 records = geo_journal_count_records (fixture->journal, NULL);
  g_autofree gchar *bytes = NULL;
  gsize len;
  gint fd;

  bytes = get_file (log, &len);
  fd = open_file (log);
  g_assert_cmpint (pwrite (fd, bytes + 32, 3000, (goffset) len), ==, 3000);
  close (fd);
  g_assert_cmpint (count_records (path, NULL), ==, records);
  expect_whole (path);
}

/* What was given up because the disk was full does not come about when the log
 * is synced the next time, wherever that is cut off. */
static void
test_given_up (SampleJournal *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  gint64 records = geo_journal_count_records (fixture->journal, NULL);
  gboolean struck = TRUE;

  for (guint n = 1; struck; n++) {
    g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 2, 5, NULL);

    fault_vfs_arm (FAULT_FULL, 1);
    sample_append_fails (sample, fixture->journal, 0, GEO_RECORD_KIND_LINE,
                         sample_body_line (line), GEO_STORE_ERROR_FULL);
    g_assert_true (fault_vfs_disarm ());
    fault_vfs_arm (FAULT_CRASH, n);
    close_journal (fixture);
    struck = fault_vfs_disarm ();
    fault_vfs_cut_power (FAULT_POWER_KEPT, n);
    g_assert_cmpint (count_records (fixture->path, NULL), ==, records);
    expect_whole (fixture->path);
    fixture->journal = geo_journal_open (fixture->path, FALSE, NULL);
    g_assert_nonnull (fixture->journal);
    append_payment (fixture, n);
    records++;
  }
}

/* A checkpoint that was cut off tears pages, and the log has them. */
static void
test_torn_page (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = NULL;
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;
  static const gchar noise[700] = { 'n' };
  gint fd;

  close_journal (fixture);
  fixture->journal = geo_journal_open (fixture->path, FALSE, NULL);
  append_payment (fixture, 1);
  path = copy_killed (fixture);
  fd = open_file (path);
  /* The first page is in the log, since the file has grown. */
  g_assert_cmpint (pwrite (fd, noise, sizeof noise, 1000), ==, sizeof noise);
  close (fd);
  journal = geo_journal_open (path, FALSE, &error);
  g_assert_no_error (error);
  geo_journal_verify (journal, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  geo_journal_close (g_steal_pointer (&journal));
  expect_whole (path);
}

/* --- Others --------------------------------------------------------------- */

/* A reader beside the writer, and a copy of what is being written to. */
static void
test_copy (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (fixture->folder, "copy.db", NULL);
  g_autoptr (GeoJournal) reader = NULL;
  g_autofree gchar *bytes = NULL;
  gsize len;

  reader = geo_journal_open (fixture->path, TRUE, NULL);
  g_assert_nonnull (reader);
  append_payment (fixture, 1);
  g_assert_true (geo_journal_verify (reader, NULL, NULL, NULL, NULL));
  g_assert_true (geo_journal_copy (reader, path, NULL));
  bytes = get_file (path, &len);
  for (gsize at = 0; at < len; at += GEO_SEAL_PAGE)
    g_assert_true (geo_seal_fits ((guint8 *) bytes + at,
                                  (guint32) (at / GEO_SEAL_PAGE) + 1));
  expect_whole (path);
}

/* --- Files from before ---------------------------------------------------- */

static void
put_old (const gchar *path) {
  g_autofree gchar *old = g_test_build_filename (G_TEST_DIST, "data",
                                                 "journal-v5.db", NULL);

  sample_copy_database (old, path);
}

static void
test_before (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (fixture->folder, "old.db", NULL);
  g_autofree gchar *unfinished = g_strconcat (path, ".sealing", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *bytes = NULL;
  GStatBuf status;
  sqlite3 *other;
  gsize len;

  put_old (path);
  /* A copy that was cut short stands in nobody's way. */
  g_assert_true (g_file_set_contents (unfinished, "half a file", -1, NULL));
  /* Somebody who has it open would take its log for the copy's. */
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  execute (other, "PRAGMA journal_mode = WAL; BEGIN;"
                  "SELECT count (*) FROM record;");
  g_assert_cmpint (count_records (path, &error), ==, -1);
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED);
  execute (other, "COMMIT");
  sqlite3_close (other);

  expect_whole (path);
  g_assert_false (g_file_test (unfinished, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  bytes = get_file (path, &len);
  for (gsize at = 0; at < len; at += GEO_SEAL_PAGE)
    g_assert_true (geo_seal_fits ((guint8 *) bytes + at,
                                  (guint32) (at / GEO_SEAL_PAGE) + 1));
}

/* I8: wherever it is cut off, the file is the old one or the new one. */
static void
test_before_crash (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (fixture->folder, "old.db", NULL);
  guint n = 1;

  for (;; n += g_test_thorough () ? 1 : 3) {
    g_autoptr (GeoJournal) journal = NULL;
    gboolean struck;

    fault_vfs_forget ();
    put_old (path);
    fault_vfs_arm (FAULT_CRASH, n);
    journal = geo_journal_open (path, FALSE, NULL);
    g_clear_pointer (&journal, geo_journal_close);
    struck = fault_vfs_disarm ();
    fault_vfs_cut_power (n % 3, n);
    expect_whole (path);
    if (!struck)
      break;
  }
  g_assert_cmpuint (n, >, 20);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install ();
  g_test_add_func ("/store/seal/sum", test_sum);
#define ADD(path, func)                                              \
  g_test_add (path, SampleJournal, NULL, sample_journal_set_up, func, \
              sample_journal_tear_down)
  ADD ("/store/seal/every-byte", test_every_byte);
  ADD ("/store/seal/open", test_open);
  ADD ("/store/seal/opened-anew", test_opened_anew);
  ADD ("/store/seal/long", test_long);
  ADD ("/store/seal/free-pages", test_free_pages);
  ADD ("/store/seal/cut-short", test_cut_short);
  ADD ("/store/seal/log", test_log);
  ADD ("/store/seal/log-torn", test_log_torn);
  ADD ("/store/seal/given-up", test_given_up);
  ADD ("/store/seal/torn-page", test_torn_page);
  ADD ("/store/seal/copy", test_copy);
  ADD ("/store/seal/before", test_before);
  ADD ("/store/seal/before-crash", test_before_crash);
  return g_test_run ();
}
