/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom the entries of a hub name: stored once, told of as they were then.
 */
#include <sqlite3.h>

#include "store-sample.h"

typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  GeoHubStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  fixture->sample = sample_new (2);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "hub.db", NULL);
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  sample_write_people (fixture->sample, fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_hub_store_close (fixture->store);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  sample_free (fixture->sample);
}

/* One number that the file answers. */
static gint
count_rows (Fixture *fixture, const gchar *sql) {
  sqlite3 *raw;
  sqlite3_stmt *statement;
  gint n;

  g_assert_cmpint (sqlite3_open (fixture->path, &raw), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (raw);
  return n;
}

static void
pay (Fixture *fixture,
     const guint *route,
     guint n_route,
     gint64 amount,
     const gchar *tx_id) {
  g_autoptr (SamplePayment) payment =
      sample_payment (fixture->sample, route, n_route, amount, tx_id, NULL);

  sample_write (fixture->store, sample_change_commit (fixture->sample, payment,
                                                      route, n_route));
}

/* Who payer was when the payee's entry of that number was written. */
static gchar *
read_payer_name (Fixture *fixture, gint64 sequence) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
      fixture->store, &fixture->sample->people[1].pid, sequence - 1, 1, &error);
  const GeoProvenEntry *entry;

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpuint (entry->people->len, ==, 1);
  return g_strdup (((GeoParticipant *) entry->people->pdata[0])->name);
}

/* Each is stored once, and is told of as it was. */
static void
test_people (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autofree gchar *was = g_strdup (sample->people[0].person->name);

  pay (fixture, SAMPLE_ROUTE (0, 1), 5, "tx-1");
  geo_participant_free (sample_rename (sample, 0, "Нова"));
  /* Nobody has this version yet, so it stays where it is. */
  pay (fixture, SAMPLE_ROUTE (0, 1), 5, "tx-2");
  sample_write (fixture->store, sample_change_participant (sample, 0));
  pay (fixture, SAMPLE_ROUTE (0, 1), 5, "tx-3");

  for (gint64 i = 1; i <= 3; i++) {
    g_autofree gchar *name = read_payer_name (fixture, i);

    g_assert_cmpstr (name, ==, i == 1 ? was : "Нова");
  }
  g_assert_cmpint (count_rows (fixture, "SELECT count (*) FROM entry"
                                        " WHERE length (people) = 40 AND"
                                        " entry LIKE '%\"people\":[]%'"),
                   ==, 5);
  g_assert_cmpint (count_rows (fixture, "SELECT count (*) FROM entry"
                                        " WHERE people IS NULL"),
                   ==, 1);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/hub-people/as-they-were", Fixture, NULL, set_up,
              test_people, tear_down);
  return g_test_run ();
}
