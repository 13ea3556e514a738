/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commits that are ahead of the disk, and a power cut at any moment among them:
 * this program keeps what each fsync was for, and looks at what would be left if
 * nothing else had reached the disk, or if the database had and its log not.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store/geo-hub-keeping.h"

#include "store-sample.h"

#define ROUNDS 48

/* The folder whose files are watched, and where they are as the last sync of
 * each left them. */
static gchar *watched;
static gchar *synced;
static guint64 n_syncs;
static gboolean copying;

static void
copy_file (const gchar *from, const gchar *to) {
  g_autofree gchar *data = NULL;
  gsize len;

  g_unlink (to);
  if (g_file_get_contents (from, &data, &len, NULL))
    g_assert_true (g_file_set_contents (to, data, (gssize) len, NULL));
}

static int
keep (int fd) {
  g_autofree gchar *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree gchar *path = NULL;
  g_autofree gchar *folder = NULL;
  g_autofree gchar *name = NULL;
  g_autofree gchar *to = NULL;

  if (watched == NULL || copying)
    return 0;
  path = g_file_read_link (link, NULL);
  folder = path != NULL ? g_path_get_dirname (path) : NULL;
  if (g_strcmp0 (folder, watched) != 0)
    return 0;
  n_syncs++;
  copying = TRUE;
  name = g_path_get_basename (path);
  to = g_build_filename (synced, name, NULL);
  copy_file (path, to);
  copying = FALSE;
  return 0;
}

/* Instead of the system's: for SQLite, too. */
__attribute__ ((visibility ("default"))) int
fsync (int fd) {
  return keep (fd);
}

__attribute__ ((visibility ("default"))) int
fdatasync (int fd) {
  return keep (fd);
}

/* --- What is left ---------------------------------------------------------- */

typedef struct {
  gchar *folder;
  gchar *path;
  gchar *left; /* The database as the power cut leaves it */
  GeoHubStore *store;
  gint64 written; /* Lines of the log … */
  gint64 stored; /* … and how many of them somebody was told of. */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autoptr (Sample) sample = sample_new (2);
  g_autoptr (GError) error = NULL;

  fixture->folder = sample_folder_new ();
  watched = sample_folder_new ();
  synced = sample_folder_new ();
  fixture->path = g_build_filename (watched, "hub.db", NULL);
  fixture->left = g_build_filename (fixture->folder, "left.db", NULL);
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (fixture->store, sample->community, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_hub_store_close (fixture->store);
  sample_folder_remove (watched);
  sample_folder_remove (synced);
  g_clear_pointer (&watched, g_free);
  g_clear_pointer (&synced, g_free);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->left);
}

static void
fail_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  g_error ("%s: %s", rule, text);
}

/* All that was told is there, nothing that was not written, and it holds. */
static void
check_left (Fixture *fixture, const gchar *database, const gchar *log) {
  g_autofree gchar *left_log = g_strconcat (fixture->left, "-wal", NULL);
  g_autofree gchar *left_index = g_strconcat (fixture->left, "-shm", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  GeoHubAuditFilter all = { NULL };
  GeoHubInspection counts;
  GeoHubStore *store;
  gint64 total;

  copying = TRUE;
  copy_file (database, fixture->left);
  copy_file (log, left_log);
  g_unlink (left_index);
  store = geo_hub_store_open (fixture->left, FALSE, &error);
  g_assert_no_error (error);
  lines = geo_hub_store_list_audit (store, &all, 0, 1, &total, &error);
  g_assert_no_error (error);
  g_assert_cmpint (total, >=, fixture->stored);
  g_assert_cmpint (total, <=, fixture->written);
  if (total > 0) {
    const GeoHubAudit *line = g_ptr_array_index (lines, 0);

    g_assert_cmpint (g_ascii_strtoll (line->audit->id, NULL, 10), ==, total);
  }
  geo_hub_store_inspect (store, fail_cb, NULL, &counts, &error);
  g_assert_no_error (error);
  geo_hub_store_close (store);
  copying = FALSE;
}

static void
cut_power (Fixture *fixture) {
  g_autofree gchar *database = g_build_filename (synced, "hub.db", NULL);
  g_autofree gchar *log = g_build_filename (synced, "hub.db-wal", NULL);

  check_left (fixture, database, log);
  check_left (fixture, fixture->path, log);
}

/* --- What is written -------------------------------------------------------- */

static GPtrArray *
make_changes (Fixture *fixture, guint n) {
  GPtrArray *changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);

  for (guint i = 0; i < n; i++) {
    GeoChange *change = geo_change_new (GEO_CHANGE_HUB, 1);

    change->audit = g_new0 (GeoAudit, 1);
    change->audit->id = g_strdup_printf ("%" G_GINT64_FORMAT,
                                         fixture->written + i + 1);
    change->audit->action = g_strdup ("test");
    change->audit->reason = g_strnfill (700, 'x');
    g_ptr_array_add (changes, change);
  }
  return changes;
}

static void
write_ahead (Fixture *fixture, guint n) {
  g_autoptr (GPtrArray) changes = make_changes (fixture, n);
  g_autoptr (GError) error = NULL;

  geo_hub_store_write_some (fixture->store, changes, &error);
  g_assert_no_error (error);
  fixture->written += n;
  geo_hub_store_end_write (fixture->store, &error);
  g_assert_no_error (error);
}

static void
sync_store (Fixture *fixture) {
  gint64 written = fixture->written;
  g_autoptr (GError) error = NULL;

  geo_hub_store_sync (fixture->store, &error);
  g_assert_no_error (error);
  fixture->stored = written;
}

/* As the rest of the program does: on disk when it returns. */
static void
write_at_once (Fixture *fixture) {
  g_autoptr (GPtrArray) changes = make_changes (fixture, 1);
  g_autoptr (GError) error = NULL;

  geo_hub_store_write (fixture->store, changes, &error);
  g_assert_no_error (error);
  fixture->stored = ++fixture->written;
}

/* Whether the disk hears of it at once or later, another thread tidies, or the
 * log begins anew. */
static void
test_power_cut (Fixture *fixture, gconstpointer data) {
  for (guint i = 0; i < ROUNDS; i++) {
    write_ahead (fixture, i % 5 + 1);
    cut_power (fixture);
    if (i % 4 == 1) {
      geo_hub_store_tidy (fixture->store);
      cut_power (fixture);
    }
    if (i % 3 != 2) {
      sync_store (fixture);
      cut_power (fixture);
    }
    /* All of it is in the database: the next write begins the log anew. */
    if (i % 4 == 3)
      geo_hub_store_tidy (fixture->store);
  }
  sync_store (fixture);
  cut_power (fixture);
}

/* Readers see it before the disk has it, and one sync is for all before it. */
static void
test_ahead (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  GeoHubStore *reader = geo_hub_store_open (fixture->path, TRUE, &error);
  GeoHubAuditFilter all = { NULL };
  gint64 total;

  g_assert_no_error (error);
  write_ahead (fixture, 1);
  sync_store (fixture);
  n_syncs = 0;
  for (guint i = 1; i <= 3; i++) {
    g_autoptr (GPtrArray) lines = NULL;

    write_ahead (fixture, 1);
    lines = geo_hub_store_list_audit (reader, &all, 0, 1, &total, &error);
    g_assert_no_error (error);
    g_assert_cmpint (total, ==, 1 + i);
  }
  g_assert_cmpuint (n_syncs, ==, 0);
  sync_store (fixture);
  g_assert_cmpuint (n_syncs, ==, 1);
  cut_power (fixture);
  write_ahead (fixture, 1);
  write_at_once (fixture);
  cut_power (fixture);
  geo_hub_store_close (reader);
}

static gint64
count_lines (GeoHubStore *reader) {
  GeoHubAuditFilter all = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  gint64 total;

  lines = geo_hub_store_list_audit (reader, &all, 0, 1, &total, &error);
  g_assert_no_error (error);
  return total;
}

/* What comes in parts is seen as a whole: all of it, or nothing. */
static void
test_parts (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) some = make_changes (fixture, 2);
  g_autoptr (GPtrArray) more = NULL;
  g_autoptr (GPtrArray) last = NULL;
  GeoHubStore *reader = geo_hub_store_open (fixture->path, TRUE, &error);

  g_assert_no_error (error);
  geo_hub_store_write_some (fixture->store, some, &error);
  g_assert_no_error (error);
  fixture->written = 2;
  more = make_changes (fixture, 3);
  geo_hub_store_write_some (fixture->store, more, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count_lines (reader), ==, 0);
  cut_power (fixture);
  geo_hub_store_end_write (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count_lines (reader), ==, 5);
  fixture->written = 5;
  sync_store (fixture);
  cut_power (fixture);

  /* The second part has what is there already: the first goes with it. */
  last = make_changes (fixture, 1);
  geo_hub_store_write_some (fixture->store, last, &error);
  g_assert_no_error (error);
  g_assert_false (geo_hub_store_write_some (fixture->store, more, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
  g_assert_cmpint (count_lines (reader), ==, 5);
  cut_power (fixture);
  write_ahead (fixture, 1);
  g_assert_cmpint (count_lines (reader), ==, 6);
  sync_store (fixture);
  cut_power (fixture);
  geo_hub_store_close (reader);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/hub-ahead/ahead", Fixture, NULL, set_up, test_ahead, tear_down);
  g_test_add ("/hub-ahead/parts", Fixture, NULL, set_up, test_parts, tear_down);
  g_test_add ("/hub-ahead/power-cut", Fixture, NULL, set_up, test_power_cut,
              tear_down);
  return g_test_run ();
}
