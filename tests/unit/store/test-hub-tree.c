/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's log (§9) on disk: a leaf for each thing that entries tell of, with
 * the writes it belongs to or not at all; proofs that a stranger can check; and
 * that a log which does not fit the journal is seen.
 */
#include <sqlite3.h>

#include "core/geo-merkle.h"

#include "store-sample.h"

typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  GeoHubStore *store;
} Fixture;

static void
open_store (Fixture *fixture) {
  g_autoptr (GError) error = NULL;

  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->sample = sample_new (3);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "hub.db", NULL);
  open_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_hub_store_close (fixture->store);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  sample_free (fixture->sample);
}

static gint64
read_log (Fixture *fixture, GeoHash *root) {
  g_autoptr (GError) error = NULL;
  gint64 size = -1;

  geo_hub_store_read_log (fixture->store, &size, root, &error);
  g_assert_no_error (error);
  return size;
}

static void
pay (Fixture *fixture, guint from, guint to, gint64 amount) {
  static guint number;
  g_autofree gchar *tx_id = g_strdup_printf ("tree-%u", number++);
  g_autoptr (SamplePayment) payment = sample_payment (
      fixture->sample, SAMPLE_ROUTE (from, to), amount, tx_id, NULL);

  sample_write (fixture->store, sample_change_commit (fixture->sample, payment,
                                                      SAMPLE_ROUTE (from, to)));
}

static void
trust (Fixture *fixture, guint from, guint to) {
  g_autoptr (GeoTrustLine) line = sample_line (fixture->sample, from, to, 1000,
                                               NULL);

  sample_write (fixture->store,
                sample_change_line (fixture->sample, from, to, line));
}

/* The entries of who, each with the proof that its subject is in the log of n
 * leaves. */
static void
check_entries (Fixture *fixture, guint who, gint64 n, const GeoHash *root) {
  const GeoPid *pid = &fixture->sample->people[who].pid;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      geo_hub_store_list_entries (fixture->store, pid, 0, 1000, &error);
  g_autoptr (GPtrArray) leaves =
      geo_hub_store_prove_entries (fixture->store, pid, 0, 1000, n, &error);
  gint64 before = -1;

  g_assert_no_error (error);
  g_assert_cmpuint (leaves->len, ==, entries->len);
  for (guint i = 0; i < leaves->len; i++) {
    const GeoLeafProof *proof = g_ptr_array_index (leaves, i);
    const GeoProvenEntry *entry = g_ptr_array_index (entries, i);
    GeoHash leaf;

    g_assert_cmpint (proof->sequence, ==, entry->entry->sequence);
    g_assert_cmpint (proof->index, >, before);
    before = proof->index;
    geo_merkle_leaf (entry->entry->subject.bytes, GEO_HASH_LEN, &leaf);
    g_assert_true (geo_merkle_inclusion_verify (
        &leaf, (gsize) proof->index, (gsize) n,
        (const GeoHash *) (gpointer) proof->proof->data, proof->proof->len,
        root));
  }
}

static void
test_proofs (Fixture *fixture, gconstpointer data) {
  GeoHash roots[40], root;
  gint64 sizes[40];
  guint n = 0;

  sample_write_people (fixture->sample, fixture->store);
  g_assert_cmpint (read_log (fixture, &root), ==, 0);
  trust (fixture, 1, 0);
  trust (fixture, 2, 1);
  g_assert_cmpint (read_log (fixture, &root), ==, 2);
  for (guint i = 0; i < 35; i++) {
    /* The end of the log is known again after every kind of pause. */
    if (i % 5 == 0) {
      geo_hub_store_close (g_steal_pointer (&fixture->store));
      open_store (fixture);
    }
    pay (fixture, i % 3 == 0 ? 1 : 0, i % 3 == 0 ? 2 : 1, 1);
    sizes[n] = read_log (fixture, &roots[n]);
    g_assert_cmpint (sizes[n], ==, 3 + (gint64) i);
    n++;
  }
  for (guint a = 0; a < n; a++) {
    for (guint b = a; b < n; b++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) proof =
          geo_hub_store_prove_log (fixture->store, sizes[a], sizes[b], &error);

      g_assert_no_error (error);
      g_assert_true (geo_merkle_consistency_verify (
          (gsize) sizes[a], (gsize) sizes[b], &roots[a], &roots[b],
          (const GeoHash *) (gpointer) proof->data, proof->len));
    }
  }
  for (guint who = 0; who < 3; who++)
    check_entries (fixture, who, sizes[n - 1], &roots[n - 1]);

  /* Of a smaller log, only what was in it; and no more than is asked for. */
  g_autoptr (GPtrArray) early = geo_hub_store_prove_entries (
      fixture->store, &fixture->sample->people[1].pid, 0, 1000, 2, NULL);
  g_autoptr (GPtrArray) few = geo_hub_store_prove_entries (
      fixture->store, &fixture->sample->people[1].pid, 3, 2, sizes[n - 1],
      NULL);
  g_assert_cmpuint (early->len, ==, 2);
  g_assert_cmpuint (few->len, ==, 2);
  g_assert_cmpint (((GeoLeafProof *) few->pdata[0])->sequence, ==, 4);
}

/* A leaf is written with its entries or not at all. */
static void
test_undone (Fixture *fixture, gconstpointer data) {
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoTrustLine) line = NULL;
  GeoHash before, after;

  sample_write_people (fixture->sample, fixture->store);
  trust (fixture, 1, 0);
  g_assert_cmpint (read_log (fixture, &before), ==, 1);
  line = sample_line (fixture->sample, 2, 1, 10, NULL);
  g_ptr_array_add (changes, sample_change_line (fixture->sample, 2, 1, line));
  /* The same participant again contradicts. */
  g_ptr_array_add (changes, sample_change_participant (fixture->sample, 0));
  g_assert_false (geo_hub_store_write (fixture->store, changes, &error));
  g_assert_cmpint (read_log (fixture, &after), ==, 1);
  g_assert_true (geo_hash_equal (&before, &after));

  g_ptr_array_set_size (changes, 1);
  g_clear_error (&error);
  geo_hub_store_write (fixture->store, changes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read_log (fixture, &after), ==, 2);
  geo_hub_store_check_log (fixture->store, &error);
  g_assert_no_error (error);
}

static void
test_until (Fixture *fixture, gconstpointer data) {
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, 5);
  GeoTime until = -1;

  g_assert_true (geo_hub_store_read_log_until (fixture->store, &until, NULL));
  g_assert_cmpint (until, ==, 0);
  change->log_until = 70000;
  sample_write (fixture->store, change);
  change = geo_change_new (GEO_CHANGE_HUB, 5);
  change->log_until = 60000;
  sample_write (fixture->store, change);
  g_assert_true (geo_hub_store_read_log_until (fixture->store, &until, NULL));
  g_assert_cmpint (until, ==, 70000);
}

static void
count_log_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  if (g_str_equal (rule, "log"))
    *(guint *) user_data += 1;
}

static void
test_misfits (Fixture *fixture, gconstpointer data) {
  static const struct {
    const gchar *sql;
    gboolean at_start; /* What a hub sees before it begins. */
  } cases[] = {
    { "DELETE FROM leaf WHERE position = 4", TRUE },
    { "DELETE FROM leaf WHERE position = 1", TRUE },
    { "DELETE FROM leaf", TRUE },
    { "UPDATE leaf SET nodes = randomblob (32) WHERE position = 4", TRUE },
    { "UPDATE leaf SET nodes = randomblob (64) WHERE position = 1", FALSE },
    { "UPDATE leaf SET nodes = x'00' WHERE position = 4", TRUE },
    { "UPDATE leaf SET entry = entry + 1 WHERE position = 2", FALSE },
    { "UPDATE leaf SET entry = entry + 1000 WHERE position = 4", TRUE },
    { "INSERT INTO leaf VALUES (5, 999, randomblob (64))", TRUE },
    { "UPDATE entry SET subject = randomblob (32) WHERE id = 1", FALSE },
  };

  sample_write_people (fixture->sample, fixture->store);
  trust (fixture, 1, 0);
  for (guint i = 0; i < 4; i++)
    pay (fixture, 0, 1, 1);
  geo_hub_store_close (g_steal_pointer (&fixture->store));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("%s/%u.db", fixture->folder,
                                              (guint) i);
    g_autoptr (GeoHubStore) store = NULL;
    g_autoptr (GError) error = NULL;
    GeoHubInspection seen;
    guint found = 0;
    sqlite3 *raw;

    sample_copy_database (fixture->path, path);
    g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (raw,
                                   "DROP TRIGGER leaf_is_not_changed;"
                                   "DROP TRIGGER leaf_is_not_deleted;"
                                   "DROP TRIGGER entry_is_not_changed;",
                                   NULL, NULL, NULL),
                     ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (raw, cases[i].sql, NULL, NULL, NULL), ==,
                     SQLITE_OK);
    g_assert_cmpint (sqlite3_changes (raw), >, 0);
    sqlite3_close (raw);
    store = geo_hub_store_open (path, FALSE, &error);
    g_assert_no_error (error);
    g_test_message ("%s", cases[i].sql);
    g_assert_cmpint (geo_hub_store_check_log (store, &error), ==,
                     !cases[i].at_start);
    g_assert_cmpint (error != NULL, ==, cases[i].at_start);
    geo_hub_store_inspect (store, count_log_cb, &found, &seen, NULL);
    g_assert_true (found > 0 || seen.findings > 0);
  }
  open_store (fixture);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/tree/proofs", Fixture, NULL, set_up, test_proofs,
              tear_down);
  g_test_add ("/store/tree/undone", Fixture, NULL, set_up, test_undone,
              tear_down);
  g_test_add ("/store/tree/until", Fixture, NULL, set_up, test_until,
              tear_down);
  g_test_add ("/store/tree/misfits", Fixture, NULL, set_up, test_misfits,
              tear_down);
  return g_test_run ();
}
