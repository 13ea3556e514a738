/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of each version that was shipped still open and say what they said; one
 * of a newer version is refused and left as it is.
 *
 * With GEO_STORE_FREEZE set to a folder, the program makes the two files of the
 * newest version there instead of testing.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store-sample.h"

typedef struct {
  gchar *folder;
  gchar *path;
} Fixture;

/* data: the name of a frozen file, which is copied. */
static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *frozen = g_test_build_filename (G_TEST_DIST, "data", data,
                                                    NULL);

  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "x.db", NULL);
  g_assert_true (g_file_test (frozen, G_FILE_TEST_EXISTS));
  sample_copy_database (frozen, fixture->path);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static sqlite3 *
open_raw (const gchar *path) {
  sqlite3 *raw;

  g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
  return raw;
}

static void
execute (const gchar *path, const gchar *sql) {
  sqlite3 *raw = open_raw (path);
  gchar *message = NULL;

  sqlite3_exec (raw, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (raw);
}

static gchar *
read_schema (const gchar *path) {
  sqlite3 *raw = open_raw (path);
  g_autoptr (GString) out = g_string_new (NULL);
  sqlite3_stmt *statement;

  g_assert_cmpint (
      sqlite3_prepare_v2 (raw,
                          "SELECT type, name, coalesce (sql, '')"
                          " FROM sqlite_schema ORDER BY type, name",
                          -1, &statement, NULL),
      ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (
        out, "%s %s %s\n", sqlite3_column_text (statement, 0),
        sqlite3_column_text (statement, 1), sqlite3_column_text (statement, 2));
  sqlite3_finalize (statement);
  sqlite3_close (raw);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Migrated and new are the same file, as far as tables go. */
static void
check_schema (Fixture *fixture, const gchar *fresh) {
  g_autofree gchar *found = read_schema (fixture->path);
  g_autofree gchar *expected = read_schema (fresh);

  g_assert_cmpstr (found, ==, expected);
}

/* --- Frozen files --------------------------------------------------------- */

static guint
count_found (GeoJournal *journal, const gchar *text) {
  GeoActivityFilter filter = { .text = text };
  g_autoptr (GArray) ids = geo_journal_find_activity_ids (journal, &filter, 0,
                                                          NULL);

  g_assert_nonnull (ids);
  return ids->len;
}

static void
check_search (GeoJournal *journal) {
  g_assert_cmpuint (count_found (journal, "Мед"), ==, 1);
  g_assert_cmpuint (count_found (journal, "мЕ"), ==, 1);
  g_assert_cmpuint (count_found (journal, "мёд"), ==, 0);
  g_assert_cmpuint (count_found (journal, "%"), ==, 0);
  /* The other's name: of history all but having joined is between two. */
  g_assert_cmpuint (count_found (journal, "PERSON"), ==, 4);
  g_assert_cmpuint (count_found (journal, "pErson 2"), ==, 1);
}

static void
test_journal (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *fresh = g_build_filename (fixture->folder, "new.db", NULL);
  g_autoptr (Sample) sample = sample_new (3);
  g_autoptr (Sample) after = sample_new (3);
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GeoJournal) other = geo_journal_open (fresh, FALSE, NULL);
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GPtrArray) balances = NULL;
  g_autoptr (GPtrArray) people = NULL;
  g_autoptr (GPtrArray) votes = NULL;
  g_autoptr (GPtrArray) orders = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autofree gchar *receipt = NULL;
  g_autoptr (GError) error = NULL;
  gint64 records;

  /* The same records are made today. */
  sample_fill_journal (sample, other);
  journal = geo_journal_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  geo_journal_verify (journal, NULL, NULL, &records, &error);
  g_assert_no_error (error);
  g_assert_cmpint (records, ==, 12);
  for (gint64 i = 1; i <= records; i++) {
    g_autofree gchar *was = NULL;
    g_autofree gchar *is = NULL;

    g_assert_true (geo_journal_get_record (journal, i, NULL, &was, NULL));
    g_assert_true (geo_journal_get_record (other, i, NULL, &is, NULL));
    g_assert_cmpstr (was, ==, is);
  }

  lines = geo_journal_list_lines (journal, NULL);
  balances = geo_journal_list_balances (journal, NULL);
  people = geo_journal_list_people (journal, NULL);
  votes = geo_journal_list_open_votes (journal, NULL);
  orders = geo_journal_list_open_orders (journal, NULL);
  history = geo_journal_list_activity (journal, 0, 99, NULL);
  g_assert_cmpuint (lines->len, ==, 2);
  for (guint i = 0; i < lines->len; i++) {
    const GeoJournalLine *one = g_ptr_array_index (lines, i);

    g_assert_true ((one->since > 0) == one->in_force);
  }
  g_assert_cmpuint (balances->len, ==, 1);
  g_assert_cmpint (
      ((GeoJournalBalance *) g_ptr_array_index (balances, 0))->balance.minor,
      ==, -50);
  g_assert_cmpuint (people->len, ==, 2);
  g_assert_cmpuint (votes->len, ==, 1);
  g_assert_cmpuint (orders->len, ==, 1);
  g_assert_cmpuint (history->len, ==, 5);
  receipt = geo_journal_get_receipt (journal, "tx-paid", &error);
  g_assert_no_error (error);
  check_search (journal);

  /* And it goes on. */
  g_autoptr (GeoTrustLine) line = sample_line (after, 0, 2, 5, NULL);
  sample_append (after, journal, 0, GEO_RECORD_KIND_LINE,
                 sample_body_line (line));
  g_assert_true (geo_journal_rebuild (journal, NULL));
  g_assert_true (geo_journal_verify (journal, NULL, NULL, NULL, NULL));
  geo_journal_close (g_steal_pointer (&journal));
  geo_journal_close (g_steal_pointer (&other));
  check_schema (fixture, fresh);
}

static gboolean
add_debt (const GeoPid *debtor,
          const GeoPid *creditor,
          const gchar *equivalent,
          GeoAmount debt,
          gpointer user_data,
          GError **error) {
  *(gint64 *) user_data += debt.minor;
  return TRUE;
}

static void
test_hub (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *fresh = g_build_filename (fixture->folder, "new.db", NULL);
  g_autoptr (Sample) sample = sample_new (3);
  g_autoptr (GeoHubStore) store = NULL;
  g_autoptr (GeoHubStore) other = geo_hub_store_open (fresh, FALSE, NULL);
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubOutcome outcome;
  gint64 transactions;
  gint64 debt = 0;
  gint64 size, other_size;
  GeoHash root, other_root;

  sample_fill_hub (sample, other);
  store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_check (store, &transactions, &error);
  g_assert_no_error (error);
  g_assert_cmpint (transactions, ==, 2);
  community = geo_hub_store_get_community (store, NULL);
  g_assert_cmpstr (community->name, ==, sample->community->name);
  g_assert_true (geo_hub_store_load_debts (store, add_debt, &debt, NULL));
  g_assert_cmpint (debt, ==, 50 + 30);
  for (guint who = 0; who < 3; who++) {
    const GeoPid *pid = &sample->people[who].pid;
    g_autoptr (GPtrArray) was = geo_hub_store_list_entries (store, pid, 0, 99,
                                                            NULL);
    g_autoptr (GPtrArray) is = geo_hub_store_list_entries (other, pid, 0, 99,
                                                           NULL);

    g_assert_cmpuint (was->len, ==, sample->people[who].sequence);
    g_assert_cmpuint (was->len, ==, is->len);
    for (guint i = 0; i < was->len; i++) {
      g_autofree gchar *a = geo_proven_entry_to_text (was->pdata[i], NULL);
      g_autofree gchar *b = geo_proven_entry_to_text (is->pdata[i], NULL);

      g_assert_cmpstr (a, ==, b);
    }
  }
  g_assert_true (geo_hub_store_find_tx (store, &sample->people[0].pid,
                                        "tx-refused", &outcome, NULL));
  g_assert_true (outcome.found);
  g_assert_nonnull (outcome.refusal);
  geo_hub_outcome_clear (&outcome);

  /* What was there before there was a log is in it. */
  geo_hub_store_check_log (store, &error);
  g_assert_no_error (error);
  geo_hub_store_read_log (store, &size, &root, &error);
  g_assert_no_error (error);
  g_assert_true (
      geo_hub_store_read_log (other, &other_size, &other_root, NULL));
  g_assert_cmpint (size, >, 0);
  g_assert_cmpint (size, ==, other_size);
  g_assert_true (geo_hash_equal (&root, &other_root));

  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (0, 2), 1, "tx-next", NULL);
  sample_write (store,
                sample_change_commit (sample, payment, SAMPLE_ROUTE (0, 2)));
  geo_hub_store_close (g_steal_pointer (&store));
  geo_hub_store_close (g_steal_pointer (&other));
  check_schema (fixture, fresh);
}

/* --- Other versions ------------------------------------------------------- */

static void
open_fails (const gchar *path,
            gboolean is_hub,
            gboolean read_only,
            GeoStoreError code) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GeoHubStore) store = NULL;

  if (is_hub)
    store = geo_hub_store_open (path, read_only, &error);
  else
    journal = geo_journal_open (path, read_only, &error);
  g_assert_null (store);
  g_assert_null (journal);
  g_assert_error (error, GEO_STORE_ERROR, (gint) code);
  g_test_message ("%s", error->message);
}

static void
test_newer (Fixture *fixture, gconstpointer data) {
  gboolean is_hub = g_str_has_prefix (data, "hub");
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  gsize before_len;
  gsize after_len;

  execute (fixture->path, "INSERT INTO migration VALUES (99)");
  g_assert_true (
      g_file_get_contents (fixture->path, &before, &before_len, NULL));
  open_fails (fixture->path, is_hub, FALSE, GEO_STORE_ERROR_NEWER);
  open_fails (fixture->path, is_hub, TRUE, GEO_STORE_ERROR_NEWER);
  g_assert_true (g_file_get_contents (fixture->path, &after, &after_len, NULL));
  g_assert_cmpmem (before, before_len, after, after_len);
}

static void
test_broken (Fixture *fixture, gconstpointer data) {
  gboolean is_hub = g_str_has_prefix (data, "hub");

  execute (fixture->path, "DELETE FROM migration");
  open_fails (fixture->path, is_hub, FALSE, GEO_STORE_ERROR_CORRUPT);
  execute (fixture->path, "DROP TABLE migration");
  open_fails (fixture->path, is_hub, TRUE, GEO_STORE_ERROR_CORRUPT);
  execute (fixture->path, "PRAGMA application_id = 1");
  open_fails (fixture->path, is_hub, FALSE, GEO_STORE_ERROR_OPEN);
}

/* --- Making them ---------------------------------------------------------- */

static int
freeze (const gchar *folder) {
  g_autofree gchar *journal_path = g_build_filename (folder, "journal.db",
                                                     NULL);
  g_autofree gchar *hub_path = g_build_filename (folder, "hub.db", NULL);
  g_autoptr (Sample) one = sample_new (3);
  g_autoptr (Sample) two = sample_new (3);
  g_autoptr (GeoJournal) journal = geo_journal_open (journal_path, FALSE, NULL);
  g_autoptr (GeoHubStore) store = geo_hub_store_open (hub_path, FALSE, NULL);

  g_assert_nonnull (journal);
  g_assert_nonnull (store);
  sample_fill_journal (one, journal);
  sample_fill_hub (two, store);
  return 0;
}

int
main (int argc, char **argv) {
  const gchar *folder = g_getenv ("GEO_STORE_FREEZE");

  if (folder != NULL)
    return freeze (folder);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/migrations/journal/1", Fixture, "journal-v1.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/journal/2", Fixture, "journal-v2.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/journal/3", Fixture, "journal-v3.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/journal/4", Fixture, "journal-v4.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/journal/5", Fixture, "journal-v5.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/journal/11", Fixture, "journal-v11.db", set_up,
              test_journal, tear_down);
  g_test_add ("/store/migrations/hub/1", Fixture, "hub-v1.db", set_up, test_hub,
              tear_down);
  g_test_add ("/store/migrations/hub/4", Fixture, "hub-v4.db", set_up, test_hub,
              tear_down);
  g_test_add ("/store/migrations/hub/5", Fixture, "hub-v5.db", set_up, test_hub,
              tear_down);
  g_test_add ("/store/migrations/hub/6", Fixture, "hub-v6.db", set_up, test_hub,
              tear_down);
  g_test_add ("/store/migrations/hub/8", Fixture, "hub-v8.db", set_up, test_hub,
              tear_down);
  g_test_add ("/store/migrations/journal/newer", Fixture, "journal-v1.db",
              set_up, test_newer, tear_down);
  g_test_add ("/store/migrations/hub/newer", Fixture, "hub-v1.db", set_up,
              test_newer, tear_down);
  g_test_add ("/store/migrations/journal/broken", Fixture, "journal-v1.db",
              set_up, test_broken, tear_down);
  g_test_add ("/store/migrations/hub/broken", Fixture, "hub-v1.db", set_up,
              test_broken, tear_down);
  return g_test_run ();
}
