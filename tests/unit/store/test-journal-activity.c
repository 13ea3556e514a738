/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A million lines of history page in from either end for the same price.
 */
#include <sqlite3.h>

#include "store-sample.h"
#include "store/geo-seal-private.h"

#define ROWS 1000000
#define PAGE 128

static gchar *
make_history (Sample *sample, const gchar *folder) {
  gchar *path = g_build_filename (folder, "journal.db", NULL);
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, NULL);
  sqlite3 *raw;
  gchar *message = NULL;

  sample_append (sample, journal, 0, GEO_RECORD_KIND_JOINED,
                 sample_joined (sample, 0));
  geo_journal_close (g_steal_pointer (&journal));
  g_assert_cmpint (
      sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, GEO_SEAL_VFS), ==,
      SQLITE_OK);
  sqlite3_exec (raw,
                "PRAGMA synchronous = OFF; BEGIN;"
                "WITH RECURSIVE number (n) AS"
                " (SELECT 2 UNION ALL SELECT n + 1 FROM number"
                "  WHERE n < " G_STRINGIFY (
                    ROWS) ")"
                          "INSERT INTO activity SELECT n, 1 + n % 3, 4, n, "
                          "randomblob (32), 'UAH',"
                          " n, 2, 'A text', 'tx-' || n, randomblob (32), "
                          "randomblob (32), 0, NULL,"
                          " n, 'a text' FROM number;"
                          "UPDATE state SET activities = (SELECT count (*) "
                          "FROM activity);"
                          "COMMIT;",
                NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (raw);
  return path;
}

static gint64
read_page (GeoJournal *journal, gint64 before, gint64 *oldest) {
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GPtrArray) items = geo_journal_list_activity (journal, before,
                                                           PAGE, NULL);
  gint64 expected = before > 0 ? before - 1 : ROWS;

  g_assert_nonnull (items);
  g_assert_cmpuint (items->len, ==, MIN (PAGE, expected));
  for (guint i = 0; i < items->len; i++) {
    const GeoActivity *item = g_ptr_array_index (items, i);

    g_assert_cmpint (item->id, ==, expected - i);
    *oldest = item->id;
  }
  return g_get_monotonic_time () - start;
}

/* How many fit; they are the same, page by page. */
static guint
count_fitting (GeoJournal *journal, const GeoActivityFilter *filter) {
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GArray) ids = geo_journal_find_activity_ids (journal, filter, 0,
                                                          NULL);
  gint64 took = g_get_monotonic_time () - start;
  g_autoptr (GPtrArray) page = NULL;

  g_assert_nonnull (ids);
  start = g_get_monotonic_time ();
  page = geo_journal_find_activity (journal, filter, 0, 0, PAGE, NULL);
  g_test_message ("%u rows fit: all numbers in %" G_GINT64_FORMAT
                  " ms, the first page in %" G_GINT64_FORMAT " us",
                  ids->len, took / 1000, g_get_monotonic_time () - start);
  g_assert_cmpuint (page->len, ==, MIN (ids->len, PAGE));
  for (guint i = 0; i < page->len; i++)
    g_assert_cmpint (((GeoActivity *) page->pdata[i])->id, ==,
                     g_array_index (ids, gint64, ids->len - 1 - i));
  return ids->len;
}

static void
check_filters (GeoJournal *journal) {
  GeoActivityFilter filter = { .text = "TEXT" };
  g_autoptr (GPtrArray) items = geo_journal_list_activity (journal, 0, 1, NULL);
  const GeoActivity *newest = items->pdata[0];

  g_assert_cmpuint (count_fitting (journal, &filter), ==, ROWS - 1);
  filter.text = "nowhere";
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 0);
  filter = (GeoActivityFilter){ .person = &newest->peer };
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 1);
  filter = (GeoActivityFilter){ .kinds = 1u << GEO_ACTIVITY_JOINED };
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 1);
  filter.kinds |= 1u << GEO_ACTIVITY_PAID;
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 1 + ROWS / 3);
  filter = (GeoActivityFilter){ .equivalent = "UAH", .from = 101, .to = 201 };
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 100);
  filter = (GeoActivityFilter){ .states = 1u << 5 };
  g_assert_cmpuint (count_fitting (journal, &filter), ==, 0);
}

static void
test_million (void) {
  g_autoptr (Sample) sample = sample_new (2);
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = make_history (sample, folder);
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GPtrArray) items = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 newest;
  gint64 middle;
  gint64 oldest;
  gint64 before = 0;
  guint pages = 0;

  journal = geo_journal_open (path, TRUE, NULL);
  g_assert_nonnull (journal);
  g_assert_cmpint (geo_journal_count_activity (journal, NULL), ==, ROWS);
  g_test_message ("opened and counted in %" G_GINT64_FORMAT " us",
                  g_get_monotonic_time () - start);

  newest = read_page (journal, 0, &before);
  middle = read_page (journal, ROWS / 2, &before);
  oldest = read_page (journal, PAGE + 1, &before);
  g_assert_cmpint (before, ==, 1);
  g_test_message ("page of %d: newest %" G_GINT64_FORMAT
                  " us, middle %" G_GINT64_FORMAT
                  " us, oldest %" G_GINT64_FORMAT " us",
                  PAGE, newest, middle, oldest);
  items = geo_journal_list_activity (journal, 1, PAGE, NULL);
  g_assert_cmpuint (items->len, ==, 0);

  check_filters (journal);

  start = g_get_monotonic_time ();
  for (before = 0; before != 1; pages++)
    read_page (journal, before, &before);
  g_assert_cmpuint (pages, ==, (ROWS + PAGE - 1) / PAGE);
  g_test_message ("all %u pages in %" G_GINT64_FORMAT " ms", pages,
                  (g_get_monotonic_time () - start) / 1000);
  geo_journal_close (g_steal_pointer (&journal));
  sample_folder_remove (folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/journal-activity/million", test_million);
  return g_test_run ();
}
