/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub's file as its owner looks after it: nothing is found in a good one, and
 * what is planted past all rules is found and named; copies hold the same; what
 * is exported can be read again.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "core/geo-json.h"

#include "store-sample.h"

typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  gchar *copy;
  GeoHubStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  fixture->sample = sample_new (5);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "hub.db", NULL);
  fixture->copy = g_build_filename (fixture->folder, "copy.db", NULL);
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  sample_fill_hub (fixture->sample, fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_hub_store_close (fixture->store);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->copy);
  sample_free (fixture->sample);
}

/* --- What is found -------------------------------------------------------- */

/* "rule: text", one a line.  The sample's people pay more than they are
 * trusted with. */
static void
write_down (const gchar *rule, const gchar *text, gpointer user_data) {
  GString *found = user_data;

  g_assert_null (strchr (text, '\n'));
  if (g_str_equal (rule, "I2"))
    return;
  g_string_append_printf (found, "%s: %s\n", rule, text);
}

static gchar *
inspect (GeoHubStore *store, GeoHubInspection *out) {
  GString *found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean done = geo_hub_store_inspect (store, write_down, found, out, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return g_string_free (found, FALSE);
}

static void
test_good (Fixture *fixture, gconstpointer data) {
  GeoHubInspection counts, silent;
  g_autofree gchar *found = inspect (fixture->store, &counts);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (found, ==, "");
  g_assert_cmpuint (counts.participants, >=, 5);
  g_assert_cmpuint (counts.lines, >, 0);
  g_assert_cmpuint (counts.transactions, >, 0);
  g_assert_cmpuint (counts.refusals, >, 0);
  g_assert_cmpuint (counts.entries, >, 0);
  g_assert_cmpuint (counts.debts, >, 0);
  /* Nobody has to listen. */
  g_assert_true (
      geo_hub_store_inspect (fixture->store, NULL, NULL, &silent, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (silent.entries, ==, counts.entries);
}

/* Past the program's own rules, with SQLite alone. */
static void
plant (const gchar *path, const gchar *sql) {
  g_autoptr (GPtrArray) triggers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement;
  sqlite3 *raw;
  gchar *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (raw,
                                       "SELECT name, sql FROM sqlite_schema"
                                       " WHERE type = 'trigger'",
                                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW) {
    g_ptr_array_add (triggers,
                     g_strdup_printf ("DROP TRIGGER %s",
                                      sqlite3_column_text (statement, 0)));
    g_ptr_array_add (
        texts, g_strdup ((const gchar *) sqlite3_column_text (statement, 1)));
  }
  sqlite3_finalize (statement);
  for (guint i = 0; i < triggers->len; i++)
    sqlite3_exec (raw, triggers->pdata[i], NULL, NULL, NULL);
  sqlite3_exec (raw, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
  sqlite3_exec (raw, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_changes (raw), >, 0);
  for (guint i = 0; i < texts->len; i++)
    sqlite3_exec (raw, texts->pdata[i], NULL, NULL, NULL);
  sqlite3_close (raw);
}

static void
test_planted (Fixture *fixture, gconstpointer data) {
  static const struct {
    const gchar *sql;
    const gchar *rule;
  } cases[] = {
    { "UPDATE debt SET amount = amount + 1", "I1: " },
    { "UPDATE debt SET amount = 0", "" },
    { "DELETE FROM debt", "I1: " },
    { "UPDATE hop SET amount = amount + 1", "hops: " },
    { "UPDATE hop SET salt = zeroblob (32)", "hops: " },
    { "UPDATE hop SET decimals = 9", "" },
    { "DELETE FROM hop", "hops: " },
    { "UPDATE tx SET contract = randomblob (32) WHERE id = 1",
      "certificate: " },
    { "UPDATE tx SET certificate = '{}' WHERE id = 1", "certificate: " },
    { "UPDATE tx SET certificate = replace (certificate, '\"signature\":\"',"
      " '\"signature\":\"A') WHERE id = 1",
      "certificate: " },
    { "UPDATE tx SET certificate = (SELECT certificate FROM tx WHERE id = 2)"
      " WHERE id = 1",
      "certificate: " },
    { "UPDATE entry SET entry = '{}' WHERE id = 2", "chain: " },
    { "UPDATE entry SET hash = randomblob (32) WHERE id = 2", "chain: " },
    { "UPDATE entry SET sequence = sequence + 100 WHERE id = 2", "chain: " },
    { "UPDATE entry SET subject = randomblob (32) WHERE tx IS NULL", "" },
    { "UPDATE entry SET people = zeroblob (40) WHERE id = 2", "chain: " },
    { "UPDATE entry SET people = x'00' WHERE id = 2", "chain: " },
    { "DELETE FROM entry WHERE tx = 1", "I5: " },
    { "DELETE FROM entry WHERE tx IS NULL", "I5: " },
    { "DELETE FROM entry WHERE id = 1", "I5: " },
    { "UPDATE entry SET tx = 2 WHERE tx = 1", "I5: " },
    { "DELETE FROM tx WHERE id = 1", "I5: " },
    { "UPDATE trust_line SET line = '{}' WHERE id = 1", "line: " },
    { "UPDATE trust_line SET hash = randomblob (32) WHERE id = 1", "line: " },
    { "UPDATE trust_line SET seq = seq + 9 WHERE id = 1", "line: " },
    { "DELETE FROM trust_line WHERE id = 1", "I5: " },
    { "UPDATE participant_version SET participant = '{}'", "" },
    { "UPDATE participant_version SET pid = (SELECT max (pid) FROM"
      " participant), seq = seq + 10 WHERE pid = (SELECT min (pid) FROM"
      " participant)",
      "participant: " },
    { "UPDATE refusal SET refusal = '{}'", "refusal: " },
    { "UPDATE refusal SET subject = randomblob (32)", "refusal: " },
    { "UPDATE refusal SET is_contract = 1 WHERE is_contract = 0", "refusal: " },
    { "UPDATE refusal SET subject = (SELECT order_hash FROM tx WHERE id = 1)"
      " WHERE is_contract = 0",
      "P4: " },
    { "UPDATE ack SET ack = '{}'", "" },
    { "UPDATE ack SET sequence = sequence + 50", "" },
  };

  geo_hub_store_close (g_steal_pointer (&fixture->store));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GeoHubStore) store = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *found = NULL;
    GeoHubInspection counts;

    g_test_message ("%s", cases[i].sql);
    sample_copy_database (fixture->path, fixture->copy);
    plant (fixture->copy, cases[i].sql);
    store = geo_hub_store_open (fixture->copy, FALSE, &error);
    g_assert_no_error (error);
    found = inspect (store, &counts);
    g_test_message ("%s", found);
    g_assert_cmpstr (found, !=, "");
    g_assert_nonnull (strstr (found, cases[i].rule));
  }
}

/* --- Copies --------------------------------------------------------------- */

/* All that is exported, line by line. */
static gboolean
add_line (const gchar *line, gpointer user_data, GError **error) {
  GString *all = user_data;
  g_autoptr (JsonNode) root =
      geo_json_parse (line, strlen (line), 4 * GEO_JSON_SYNC_SIZE_MAX, error);

  g_assert_no_error (*error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (root));
  g_assert_null (strchr (line, '\n'));
  g_string_append_printf (all, "%s\n", line);
  return TRUE;
}

static gboolean
say_no (const gchar *line, gpointer user_data, GError **error) {
  *(guint *) user_data += 1;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "Full");
  return FALSE;
}

static gchar *
export_all (GeoHubStore *store) {
  GString *all = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  geo_hub_store_export (store, add_line, all, &error);
  g_assert_no_error (error);
  return g_string_free (all, FALSE);
}

static void
test_export (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *all = export_all (fixture->store);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_nonnull (strstr (all, "\"kind\":"));
  g_assert_nonnull (strstr (all, "\"at_ms\":"));
  /* Whoever cannot take more is not given more. */
  g_assert_false (geo_hub_store_export (fixture->store, say_no, &n, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_backup (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *before = export_all (fixture->store);
  g_autofree gchar *nowhere = g_build_filename (fixture->folder, "no", "x",
                                                NULL);
  g_autofree gchar *after = NULL;
  g_autofree gchar *found = NULL;
  g_autoptr (GeoHubStore) copy = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubInspection counts;
  GStatBuf info;

  g_assert_true (geo_hub_store_backup (fixture->store, fixture->copy, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->copy, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  /* Nothing is written over. */
  g_assert_false (geo_hub_store_backup (fixture->store, fixture->copy, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN);
  g_clear_error (&error);
  g_assert_false (geo_hub_store_backup (fixture->store, nowhere, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN);
  g_clear_error (&error);

  copy = geo_hub_store_open (fixture->copy, TRUE, &error);
  g_assert_no_error (error);
  after = export_all (copy);
  g_assert_cmpstr (before, ==, after);
  found = inspect (copy, &counts);
  g_assert_cmpstr (found, ==, "");
}

static void
test_restore (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *target = g_build_filename (fixture->folder, "other.db",
                                               NULL);
  g_autofree gchar *unfinished = g_strconcat (target, ".restoring", NULL);
  g_autofree gchar *before = export_all (fixture->store);
  g_autofree gchar *after = NULL;
  g_autofree gchar *kept = NULL;
  g_autofree gchar *kept_again = NULL;
  g_autoptr (GeoHubStore) other = NULL;
  g_autoptr (GError) error = NULL;

  /* Where there is none. */
  g_assert_true (
      geo_hub_store_restore (fixture->store, target, FALSE, &kept, &error));
  g_assert_no_error (error);
  g_assert_null (kept);
  /* Only where that was said, and kept then. */
  g_assert_false (
      geo_hub_store_restore (fixture->store, target, FALSE, &kept, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (
      geo_hub_store_restore (fixture->store, target, TRUE, &kept, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (geo_hub_store_restore (fixture->store, target, TRUE,
                                        &kept_again, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (kept, !=, kept_again);

  other = geo_hub_store_open (target, FALSE, &error);
  g_assert_no_error (error);
  after = export_all (other);
  g_assert_cmpstr (before, ==, after);
  /* Not under a hub that runs. */
  g_assert_false (
      geo_hub_store_restore (fixture->store, target, TRUE, NULL, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED);
  g_clear_error (&error);

  /* What was not finished is opened by nobody. */
  geo_hub_store_close (g_steal_pointer (&other));
  g_assert_true (g_file_set_contents (unfinished, "", 0, NULL));
  other = geo_hub_store_open (target, FALSE, &error);
  g_assert_null (other);
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN);
  g_clear_error (&error);
  g_assert_true (
      geo_hub_store_restore (fixture->store, target, TRUE, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (unfinished, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/hub-audit/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("good", test_good);
  ADD ("planted", test_planted);
  ADD ("export", test_export);
  ADD ("backup", test_backup);
  ADD ("restore", test_restore);
  return g_test_run ();
}
