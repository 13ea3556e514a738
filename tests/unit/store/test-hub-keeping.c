/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub keeps for others and cannot read: state copies with their parts,
 * and letters until they are read; and what it keeps to be looked at by its
 * owner: incidents.  All of it is still there when the hub is started again.
 */
#include <string.h>

#include "core/geo-hash.h"
#include "store-sample.h"
#include "store/geo-hub-keeping.h"
#include "store/geo-hub-letters.h"

typedef struct {
  gchar *folder;
  gchar *path;
  Sample *sample;
  GeoHubStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->folder = sample_folder_new ();
  f->path = g_build_filename (f->folder, "hub.db", NULL);
  f->sample = sample_new (3);
  f->store = geo_hub_store_open (f->path, FALSE, NULL);
  g_assert_nonnull (f->store);
  sample_write_people (f->sample, f->store);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  geo_hub_store_close (f->store);
  sample_free (f->sample);
  sample_folder_remove (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static void
start_again (Fixture *f) {
  geo_hub_store_close (g_steal_pointer (&f->store));
  f->store = geo_hub_store_open (f->path, FALSE, NULL);
  g_assert_nonnull (f->store);
}

/* --- State copies --------------------------------------------------------- */

static GBytes *
part (const gchar *text) {
  return g_bytes_new (text, strlen (text));
}

static void
hash_part (const gchar *text, GeoHash *hash) {
  geo_hash_of (text, strlen (text), hash);
}

/* A copy that names all of names, of which those of sent come along. */
static GeoChange *
copy_of (Fixture *f,
         guint who,
         gint64 version,
         const gchar *const *names,
         const gchar *const *sent) {
  GeoChange *change = geo_change_new (GEO_CHANGE_STATE, f->sample->now);
  GeoStateCopy *copy = geo_state_copy_new ();

  copy->community = f->sample->community->community;
  copy->participant = f->sample->people[who].pid;
  copy->version = version;
  copy->at = f->sample->now;
  for (; *names != NULL; names++) {
    GeoHash hash;

    hash_part (*names, &hash);
    g_array_append_val (copy->parts, hash);
  }
  geo_state_copy_sign (copy, f->sample->people[who].secret);
  change->copy = copy;
  change->parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (; *sent != NULL; sent++)
    g_ptr_array_add (change->parts, part (*sent));
  return change;
}

static void
expect_part (Fixture *f, guint who, const gchar *text, gboolean there) {
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  const GeoPid *pid = &f->sample->people[who].pid;
  gint64 size = 0;
  GeoHash hash;

  hash_part (text, &hash);
  g_assert_true (
      geo_hub_store_get_state_part (f->store, pid, &hash, &data, &error));
  g_assert_no_error (error);
  g_assert_true (
      geo_hub_store_get_state_size (f->store, pid, &hash, &size, &error));
  g_assert_no_error (error);
  if (there) {
    g_autoptr (GBytes) wanted = part (text);

    g_assert_true (g_bytes_equal (data, wanted));
    g_assert_cmpint (size, ==, (gint64) strlen (text));
  } else {
    g_assert_null (data);
    g_assert_cmpint (size, ==, -1);
  }
}

static void
expect_version (Fixture *f, guint who, gint64 version) {
  g_autoptr (GeoStateCopy) copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (geo_hub_store_get_state (f->store, &f->sample->people[who].pid,
                                          &copy, &error));
  g_assert_no_error (error);
  g_assert_cmpint (copy != NULL ? copy->version : 0, ==, version);
  if (copy != NULL)
    g_assert_true (geo_state_copy_verify (
        copy, &f->sample->people[who].person->key, NULL));
}

#define NAMES(...) ((const gchar *const[]){ __VA_ARGS__, NULL })
#define NOTHING ((const gchar *const[]){ NULL })

static void
test_state (Fixture *f, gconstpointer data) {
  expect_version (f, 0, 0);
  sample_write (f->store,
                copy_of (f, 0, 1, NAMES ("one", "two"), NAMES ("one", "two")));
  expect_version (f, 0, 1);
  expect_part (f, 0, "one", TRUE);
  /* Of others nothing. */
  expect_part (f, 1, "one", FALSE);
  expect_version (f, 1, 0);

  /* What is named no more is gone; what was there is not sent again. */
  sample_write (f->store,
                copy_of (f, 0, 2, NAMES ("two", "three"), NAMES ("three")));
  start_again (f);
  expect_version (f, 0, 2);
  expect_part (f, 0, "one", FALSE);
  expect_part (f, 0, "two", TRUE);
  expect_part (f, 0, "three", TRUE);

  /* Nothing at all is a copy too. */
  sample_write (f->store, copy_of (f, 0, 3, NOTHING, NOTHING));
  expect_part (f, 0, "two", FALSE);
}

/* All of it or nothing; and never an older one. */
static void
test_state_refused (Fixture *f, gconstpointer data) {
  sample_write (f->store, copy_of (f, 0, 5, NAMES ("one"), NAMES ("one")));
  sample_write_fails (f->store,
                      copy_of (f, 0, 6, NAMES ("one", "lost"), NOTHING),
                      GEO_STORE_ERROR_CONFLICT);
  sample_write_fails (f->store, copy_of (f, 0, 5, NAMES ("new"), NAMES ("new")),
                      GEO_STORE_ERROR_CONFLICT);
  sample_write_fails (f->store, copy_of (f, 0, 4, NAMES ("new"), NAMES ("new")),
                      GEO_STORE_ERROR_CONFLICT);
  expect_version (f, 0, 5);
  expect_part (f, 0, "one", TRUE);
  expect_part (f, 0, "new", FALSE);
}

/* --- Letters -------------------------------------------------------------- */

static GeoChange *
letter (Fixture *f, guint from, guint to, const gchar *text) {
  GeoChange *change = geo_change_new (GEO_CHANGE_LETTER, f->sample->now);

  change->pid = f->sample->people[to].pid;
  change->from = f->sample->people[from].pid;
  change->sealed = part (text);
  hash_part (text, &change->hash);
  return change;
}

static GeoChange *
read_letter (Fixture *f, guint who, const gchar *text) {
  GeoChange *change = geo_change_new (GEO_CHANGE_LETTER_READ, f->sample->now);

  change->pid = f->sample->people[who].pid;
  hash_part (text, &change->hash);
  return change;
}

static void
expect_letters (Fixture *f, guint who, guint from, gint64 all, gint64 of_one) {
  g_autoptr (GError) error = NULL;
  gint64 n = -1, n_one = -1;

  g_assert_true (geo_hub_store_count_letters (
      f->store, &f->sample->people[who].pid, &f->sample->people[from].pid, &n,
      &n_one, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, all);
  g_assert_cmpint (n_one, ==, of_one);
}

static void
test_letters (Fixture *f, gconstpointer data) {
  const GeoPid *reader = &f->sample->people[2].pid;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GBytes) first = part ("a");
  const GeoHubLetter *one;

  sample_write (f->store, letter (f, 0, 2, "a"));
  sample_write (f->store, letter (f, 1, 2, "b"));
  sample_write (f->store, letter (f, 0, 2, "c"));
  sample_write (f->store, letter (f, 0, 1, "d"));
  /* The same again is the same letter. */
  sample_write (f->store, letter (f, 0, 2, "a"));
  start_again (f);
  expect_letters (f, 2, 0, 3, 2);
  expect_letters (f, 1, 1, 1, 0);
  expect_letters (f, 0, 1, 0, 0);

  all = geo_hub_store_list_letters (f->store, reader, 0, 10, NULL);
  g_assert_cmpuint (all->len, ==, 3);
  one = g_ptr_array_index (all, 0);
  g_assert_true (g_bytes_equal (one->sealed, first));
  g_assert_true (geo_pid_equal (&one->from, &f->sample->people[0].pid));
  page = geo_hub_store_list_letters (f->store, reader, one->id, 1, NULL);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpint (((GeoHubLetter *) page->pdata[0])->id, ==,
                   ((GeoHubLetter *) all->pdata[1])->id);

  /* Only its reader makes it go. */
  sample_write (f->store, read_letter (f, 1, "a"));
  expect_letters (f, 2, 0, 3, 2);
  sample_write (f->store, read_letter (f, 2, "a"));
  sample_write (f->store, read_letter (f, 2, "a"));
  expect_letters (f, 2, 0, 2, 1);

  /* Who has seen the last one, which is read and gone, sees the next one. */
  sample_write (f->store, read_letter (f, 1, "d"));
  sample_write (f->store, read_letter (f, 2, "c"));
  sample_write (f->store, letter (f, 0, 2, "e"));
  g_clear_pointer (&page, g_ptr_array_unref);
  page = geo_hub_store_list_letters (
      f->store, reader, ((GeoHubLetter *) all->pdata[2])->id, 10, NULL);
  g_assert_cmpuint (page->len, ==, 1);

  /* What nobody fetches is forgotten when others come. */
  f->sample->now += GEO_HUB_LETTER_MS_MAX + 1;
  sample_write (f->store, letter (f, 1, 2, "late"));
  expect_letters (f, 2, 1, 1, 1);
}

/* --- Incidents ------------------------------------------------------------ */

static void
happened (Fixture *f, GeoIncident incident, const gchar *equivalent) {
  GeoChange *change = geo_change_new (GEO_CHANGE_INCIDENT, ++f->sample->now);

  change->incident = incident;
  change->equivalent = g_strdup (equivalent);
  change->text = g_strdup_printf ("%s: %d", equivalent, (gint) incident);
  sample_write (f->store, change);
}

static guint
count_frozen (Fixture *f) {
  g_autoptr (GPtrArray) codes = geo_hub_store_list_frozen (f->store, NULL);

  g_assert_nonnull (codes);
  return codes->len;
}

static void
test_incidents (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) page = NULL;
  const GeoHubIncident *newest;

  g_assert_cmpuint (count_frozen (f), ==, 0);
  happened (f, GEO_INCIDENT_FROZEN, "UAH");
  happened (f, GEO_INCIDENT_FROZEN, "HOUR");
  g_assert_cmpuint (count_frozen (f), ==, 2);
  happened (f, GEO_INCIDENT_THAWED, "UAH");
  start_again (f);
  g_assert_cmpuint (count_frozen (f), ==, 1);
  happened (f, GEO_INCIDENT_FROZEN, "UAH");
  g_assert_cmpuint (count_frozen (f), ==, 2);

  all = geo_hub_store_list_incidents (f->store, 0, 10, NULL);
  g_assert_cmpuint (all->len, ==, 4);
  newest = g_ptr_array_index (all, 0);
  g_assert_cmpint (newest->kind, ==, GEO_INCIDENT_FROZEN);
  g_assert_cmpint (newest->at, ==, f->sample->now);
  g_assert_cmpstr (newest->equivalent, ==, "UAH");
  g_assert_cmpstr (newest->text, ==, "UAH: 1");
  page = geo_hub_store_list_incidents (f->store, newest->id, 1, NULL);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpint (((GeoHubIncident *) page->pdata[0])->kind, ==,
                   GEO_INCIDENT_THAWED);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/hub-keeping/state", test_state);
  ADD ("/hub-keeping/state-refused", test_state_refused);
  ADD ("/hub-keeping/letters", test_letters);
  ADD ("/hub-keeping/incidents", test_incidents);
  return g_test_run ();
}
