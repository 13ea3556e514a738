/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of a journal that somebody else changed: any column of a record, and any
 * text of the projection.  A changed record is found out; whatever is asked
 * then is answered, or is an error.
 */
#include "store-sample.h"
#include "store/geo-seal-private.h"

#include "fuzz.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>

static Sample *sample;
static gchar *folder;
static gchar *good_path;
static gchar *path;
static gint64 n_records;

typedef struct {
  const gchar *table;
  const gchar *column;
  gboolean is_text;
} Column;

static const Column columns[] = {
  { "record", "body", TRUE },       { "record", "record", TRUE },
  { "record", "hash", FALSE },      { "record", "previous", FALSE },
  { "line", "line", TRUE },         { "person", "person", TRUE },
  { "activity", "text", TRUE },     { "activity", "order_hash", FALSE },
  { "activity", "peer", FALSE },    { "balance", "peer", FALSE },
  { "state", "entry_hash", FALSE },
};

static void
remove_folder (void) {
  sample_folder_remove (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&good_path, g_free);
  g_clear_pointer (&path, g_free);
  g_clear_pointer (&sample, sample_free);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;

  sample = sample_new (3);
  folder = sample_folder_new ();
  good_path = g_build_filename (folder, "good.db", NULL);
  path = g_build_filename (folder, "journal.db", NULL);
  journal = geo_journal_open (good_path, FALSE, &error);
  g_assert_no_error (error);
  sample_fill_journal (sample, journal);
  n_records = geo_journal_count_records (journal, &error);
  g_assert_no_error (error);
  atexit (remove_folder);
  return 0;
}

static void
execute (sqlite3 *raw, const gchar *sql) {
  g_assert_cmpint (sqlite3_exec (raw, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* Reads a column of a row; NULL where it is empty. */
static guint8 *
read_column (sqlite3 *raw, const Column *column, gint64 row, gsize *len) {
  g_autofree gchar *sql = NULL;
  sqlite3_stmt *statement;
  guint8 *copy = NULL;

  sql = g_strdup_printf ("SELECT %s FROM %s LIMIT 1 OFFSET ?", column->column,
                         column->table);
  g_assert_cmpint (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL), ==,
                   SQLITE_OK);
  sqlite3_bind_int64 (statement, 1, row);
  *len = 0;
  if (sqlite3_step (statement) == SQLITE_ROW &&
      sqlite3_column_type (statement, 0) != SQLITE_NULL) {
    *len = (gsize) sqlite3_column_bytes (statement, 0);
    copy = g_malloc (*len + 1);
    if (*len > 0)
      memcpy (copy, sqlite3_column_blob (statement, 0), *len);
  }
  sqlite3_finalize (statement);
  return copy;
}

/* balance and open things have keys of their own in place of a rowid. */
static void
write_column (sqlite3 *raw,
              const Column *column,
              const guint8 *old,
              gsize old_len,
              const guint8 *data,
              gsize len) {
  g_autofree gchar *sql = g_strdup_printf ("UPDATE OR IGNORE %s SET %s = ?1 "
                                           "WHERE %s = ?2",
                                           column->table, column->column,
                                           column->column);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL), ==,
                   SQLITE_OK);
  if (column->is_text) {
    sqlite3_bind_text (statement, 1, (const gchar *) data, (int) len,
                       SQLITE_TRANSIENT);
    sqlite3_bind_text (statement, 2, (const gchar *) old, (int) old_len,
                       SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_blob (statement, 1, data, (int) len, SQLITE_TRANSIENT);
    sqlite3_bind_blob (statement, 2, old, (int) old_len, SQLITE_TRANSIENT);
  }
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
}

/* The triggers that keep records from being changed are taken away and put
 * back.  TRUE where a record was changed. */
static gboolean
tamper (FuzzInput *input) {
  const Column *column = &columns[fuzz_byte (input) % G_N_ELEMENTS (columns)];
  gint64 row = fuzz_byte (input) % 16;
  guint how = fuzz_byte (input);
  g_autoptr (GString) restore = g_string_new (NULL);
  g_autofree guint8 *old = NULL;
  g_autofree guint8 *changed = NULL;
  sqlite3_stmt *statement;
  sqlite3 *raw;
  gsize old_len, len;
  gboolean done;

  g_assert_cmpint (
      sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, GEO_SEAL_VFS), ==,
      SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (
                       raw,
                       "SELECT sql FROM sqlite_schema WHERE type = 'trigger'",
                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (restore, "%s;", sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  execute (raw, "PRAGMA synchronous = OFF;"
                "DROP TRIGGER record_is_not_changed;"
                "DROP TRIGGER record_is_not_deleted;");

  old = read_column (raw, column, row, &old_len);
  if (old != NULL) {
    if (how % 4 == 0) {
      len = input->left;
      changed = g_malloc (len + 1);
      if (len > 0)
        memcpy (changed, input->at, len);
    } else {
      len = old_len;
      changed = g_malloc (len + 1);
      memcpy (changed, old, len);
      for (guint i = 0; i < how % 4; i++)
        fuzz_spoil (input, (gchar *) changed, len);
    }
    write_column (raw, column, old, old_len, changed, len);
  }
  done = old != NULL && g_str_equal (column->table, "record") &&
         (len != old_len || memcmp (old, changed, len) != 0);
  execute (raw, restore->str);
  sqlite3_close (raw);
  return done;
}

static void
ask_for_all (GeoJournal *journal) {
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) self = NULL;
  g_autofree gchar *hub = NULL;
  GPtrArray *lists[] = {
    geo_journal_list_lines (journal, NULL),
    geo_journal_list_balances (journal, NULL),
    geo_journal_list_people (journal, NULL),
    geo_journal_list_open_votes (journal, NULL),
    geo_journal_list_open_orders (journal, NULL),
    geo_journal_list_activity (journal, 0, 100, NULL),
  };
  gint64 sequence;
  GeoHash hash;

  geo_journal_get_joined (journal, &community, &self, &hub, NULL);
  geo_journal_get_last_entry (journal, &sequence, &hash, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (&lists[i], g_ptr_array_unref);
  for (gint64 i = 1; i <= n_records; i++) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *body = NULL;
    g_autoptr (GeoActivity) activity = geo_journal_get_activity (journal, i,
                                                                 NULL);

    geo_journal_get_record (journal, i, &record, &body, NULL);
    if (activity != NULL && activity->tx_id != NULL)
      g_free (geo_journal_get_receipt (journal, activity->tx_id, NULL));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  FuzzInput input = { data, size };
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) rebuilt = NULL;
  gboolean changed, holds, done;

  sample_copy_database (good_path, path);
  changed = tamper (&input);
  journal = geo_journal_open (path, FALSE, &error);
  fuzz_check_outcome (journal != NULL, error);
  if (journal == NULL)
    return 0;
  holds = geo_journal_verify (journal, NULL, NULL, NULL, &failure);
  fuzz_check_outcome (holds, failure);
  g_assert_false (changed && holds);
  ask_for_all (journal);
  done = geo_journal_rebuild (journal, &rebuilt);
  fuzz_check_outcome (done, rebuilt);
  ask_for_all (journal);
  return 0;
}
