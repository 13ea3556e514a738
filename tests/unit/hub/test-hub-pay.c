/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A whole hub with people on real sockets: payments share writes, nothing
 * leaves before it is on disk, who was away catches up, a restart changes
 * nothing, and a hub that cannot write stops.
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#include "hub-test.h"
#include "hub/geo-hub-community.h"
#include "hub/geo-writer.h"

static GeoHubFigures
figures_of (const HubTest *test) {
  GeoHubFigures figures;

  geo_hub_get_figures (test->hub, &figures);
  return figures;
}

static void
assert_no_faults (HubPerson **people, guint n) {
  for (guint i = 0; i < n; i++) {
    g_assert_cmpuint (people[i]->faults, ==, 0);
    g_assert_cmpuint (people[i]->errors, ==, 0);
  }
}

static gboolean
all_synced (HubPerson **people, guint n) {
  for (guint i = 0; i < n; i++)
    if (!people[i]->synced)
      return FALSE;
  return TRUE;
}

/* I1 and what else the store can check of itself; the hub is stopped. */
static void
assert_store_holds (const gchar *folder, gint64 transactions) {
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubStore) store = geo_hub_store_open (path, TRUE, &error);
  gint64 found;

  g_assert_no_error (error);
  geo_hub_store_check (store, &found, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found, ==, transactions);
}

/* A pays C through B; then everything again after a restart. */
static void
test_pay (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *people[] = { hub_person_new (1, "Olena"),
                          hub_person_new (2, "Bohdan"),
                          hub_person_new (3, "Ivan") };
  HubPerson *a = people[0];
  HubPerson *b = people[1];
  HubPerson *c = people[2];
  GeoHubFigures figures;

  hub_test_start (&test, folder, NULL);
  for (guint i = 0; i < 3; i++)
    hub_person_connect (people[i], geo_hub_get_address (test.hub));
  wait_until (all_synced (people, 3));
  hub_person_trust (b, a, "UAH", 10000);
  hub_person_trust (c, b, "UAH", 5000);
  wait_until (a->lines == 1 && b->lines == 2 && c->lines == 1);

  hub_person_pay (a, &c->pid, "UAH", 1250);
  wait_until (a->paid == 1 && c->received == 1);
  g_assert_cmpint (geo_party_get_balance (a->party, &b->pid, "UAH").minor, ==,
                   -1250);
  wait_until (geo_party_get_balance (b->party, &c->pid, "UAH").minor == -1250);
  g_assert_cmpint (geo_party_get_balance (c->party, &b->pid, "UAH").minor, ==,
                   1250);
  /* More than there is trust for. */
  hub_person_pay (a, &c->pid, "UAH", 1000000);
  wait_until (a->not_paid == 1);
  assert_no_faults (people, 3);
  figures = figures_of (&test);
  g_assert_cmpuint (figures.engine.violations, ==, 0);
  g_assert_cmpuint (figures.participants, ==, 3);

  hub_test_stop (&test);
  assert_store_holds (folder, 1);
  for (guint i = 0; i < 3; i++)
    hub_person_disconnect (people[i]);

  hub_test_start (&test, folder, NULL);
  for (guint i = 0; i < 3; i++)
    hub_person_connect (people[i], geo_hub_get_address (test.hub));
  wait_until (all_synced (people, 3));
  hub_person_pay (a, &c->pid, "UAH", 750);
  wait_until (a->paid == 2 && c->received == 2);
  assert_no_faults (people, 3);
  for (guint i = 0; i < 3; i++)
    hub_person_free (people[i]);
  hub_test_stop (&test);
  assert_store_holds (folder, 2);
  hub_test_remove (folder);
}

/* Somebody without a memory asks for everything, page by page. */
static void
test_catch_up (void) {
  gchar *folder = hub_test_make_folder ();
  const guint n = 3 * 16 + 5;
  HubTest test;
  HubPerson *a = hub_person_new (1, "Olena");
  HubPerson *b = hub_person_new (2, "Bohdan");
  HubPerson *again = hub_person_new (1, "Olena");

  hub_test_start (&test, folder, NULL);
  hub_person_connect (a, geo_hub_get_address (test.hub));
  hub_person_connect (b, geo_hub_get_address (test.hub));
  wait_until (a->synced && b->synced);
  hub_person_trust (b, a, "UAH", 100000);
  wait_until (a->lines == 1);
  for (guint i = 0; i < n; i++)
    hub_person_pay (a, &b->pid, "UAH", 10);
  wait_until (a->paid == n && b->received == n);

  hub_person_disconnect (a);
  hub_person_connect (again, geo_hub_get_address (test.hub));
  wait_until (again->synced);
  g_assert_cmpuint (again->entries, ==, n + 1);
  g_assert_cmpint (geo_party_get_sequence (again->party, NULL), ==, n + 1);
  g_assert_cmpint (geo_party_get_balance (again->party, &b->pid, "UAH").minor,
                   ==, -10 * (gint64) n);
  g_assert_cmpuint (again->faults + again->errors, ==, 0);
  hub_person_free (a);
  hub_person_free (b);
  hub_person_free (again);
  hub_test_stop (&test);
  assert_store_holds (folder, n);
  hub_test_remove (folder);
}

#define CLIENTS 64

static guint
count_paid (HubPerson **people, guint n) {
  guint paid = 0;

  for (guint i = 0; i < n; i++)
    paid += people[i]->paid;
  return paid;
}

/* So many payments at once share few writes. */
static void
test_group (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *shop = hub_person_new (1000, "Shop");
  HubPerson *people[CLIENTS];
  GeoHubFigures before;
  GeoHubFigures after;
  gint64 start_us;

  hub_test_start (&test, folder, NULL);
  hub_person_connect (shop, geo_hub_get_address (test.hub));
  for (guint i = 0; i < CLIENTS; i++) {
    g_autofree gchar *name = g_strdup_printf ("P%u", i);

    people[i] = hub_person_new (i, name);
    hub_person_connect (people[i], geo_hub_get_address (test.hub));
  }
  wait_until (all_synced (people, CLIENTS) && shop->synced);
  for (guint i = 0; i < CLIENTS; i++)
    hub_person_trust (shop, people[i], "UAH", 1000000);
  wait_until (shop->lines == CLIENTS);

  before = figures_of (&test);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < CLIENTS; i++)
    hub_person_pay (people[i], &shop->pid, "UAH", 100);
  wait_until (count_paid (people, CLIENTS) == CLIENTS);
  after = figures_of (&test);
  g_test_message ("%d payments in %" G_GUINT64_FORMAT
                  " transactions with %" G_GUINT64_FORMAT
                  " changes, %" G_GINT64_FORMAT " ms, clients included",
                  CLIENTS, after.engine.commits - before.engine.commits,
                  after.engine.changes - before.engine.changes,
                  (g_get_monotonic_time () - start_us) / 1000);
  g_assert_cmpuint (after.engine.commits - before.engine.commits, <=,
                    CLIENTS / 2);
  wait_until (shop->received == CLIENTS);
  assert_no_faults (people, CLIENTS);

  for (guint i = 0; i < CLIENTS; i++)
    hub_person_free (people[i]);
  hub_person_free (shop);
  hub_test_stop (&test);
  assert_store_holds (folder, CLIENTS);
  hub_test_remove (folder);
}

/* --- A disk that is full -------------------------------------------------- */

static void
failed_cb (GeoHub *hub, const gchar *message, gpointer user_data) {
  guint *n = user_data;

  g_assert_cmpstr (message, !=, "");
  (*n)++;
}

/* A hub that cannot write stops; nothing of what it could not write was said.
 */
static void
test_full_disk (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *a = hub_person_new (1, "Olena");
  HubPerson *b = hub_person_new (2, "Bohdan");
  struct rlimit limit;
  struct rlimit none;
  guint failed = 0;

  hub_test_start (&test, folder, NULL);
  g_signal_connect (test.hub, "failed", G_CALLBACK (failed_cb), &failed);
  hub_person_connect (a, geo_hub_get_address (test.hub));
  hub_person_connect (b, geo_hub_get_address (test.hub));
  wait_until (a->synced && b->synced);
  hub_person_trust (b, a, "UAH", 100000);
  wait_until (a->lines == 1 && b->lines == 1);

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 1;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  g_test_expect_message ("geo-hub", G_LOG_LEVEL_CRITICAL,
                         "*cannot be written*");
  hub_person_pay (a, &b->pid, "UAH", 100);
  wait_until (test.stopped);
  g_test_assert_expected_messages ();
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_cmpuint (failed, ==, 1);
  g_assert_finalize_object (test.hub);
  g_assert_cmpuint (a->paid + a->not_paid + b->received, ==, 0);
  assert_store_holds (folder, 0);

  /* With room again the payment has an outcome, the same for both. */
  hub_person_disconnect (a);
  hub_person_disconnect (b);
  hub_test_start (&test, folder, NULL);
  hub_person_connect (a, geo_hub_get_address (test.hub));
  hub_person_connect (b, geo_hub_get_address (test.hub));
  wait_until (a->paid + a->not_paid == 1);
  g_assert_cmpuint (a->paid, ==, b->received);
  hub_person_free (a);
  hub_person_free (b);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

/* --- The engine by itself ------------------------------------------------- */

typedef struct {
  gchar *folder;
  gchar *path;
  GeoHubKey *key;
  GeoCommunity *community;
  GeoEngine *engine;
  GeoHubStore *disk; /* What is on it. */
  GPtrArray *people; /* HubPerson */
  guint sent;
  guint done;
  guint freed;
  GError *error;
} Bench;

typedef struct {
  const GeoPid *pid;
  gboolean found;
} Search;

static gboolean
search_cb (const GeoParticipant *participant,
           gboolean frozen,
           gint64 last_sequence,
           const GeoHash *last_entry_hash,
           gpointer user_data,
           GError **error) {
  Search *search = user_data;

  search->found |= geo_pid_equal (&participant->pid, search->pid);
  return TRUE;
}

/* P1: who is welcomed is on disk; and in the order in which they came. */
static void
sent_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  Bench *bench = user_data;
  const HubPerson *next = g_ptr_array_index (bench->people, bench->sent);
  Search search = { to, FALSE };

  g_assert_cmpint (message->type, ==, GEO_MESSAGE_WELCOME);
  g_assert_true (geo_pid_equal (&next->pid, to));
  if (bench->sent % 50 == 0) {
    geo_hub_store_load_participants (bench->disk, search_cb, &search, NULL);
    g_assert_true (search.found);
  }
  bench->sent++;
}

static void
engine_failed_cb (const GError *error, gpointer user_data) {
  Bench *bench = user_data;

  g_assert_null (bench->error);
  bench->error = g_error_copy (error);
}

static void
bench_init (Bench *bench) {
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autofree gchar *key_path = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubStore *writer;
  GeoHubStore *reader;
  GeoCloserLimits limits;

  *bench = (Bench){ .folder = hub_test_make_folder () };
  bench->path = g_build_filename (bench->folder, "hub.db", NULL);
  key_path = g_build_filename (bench->folder, "hub.key", NULL);
  bench->key = geo_hub_key_open (key_path, TRUE, &error);
  g_assert_no_error (error);
  bench->community = geo_hub_community_make (config, NULL, bench->key->secret,
                                             NULL, 1, &error);
  g_assert_no_error (error);
  writer = geo_hub_store_open (bench->path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (writer, bench->community, &error);
  g_assert_no_error (error);
  reader = geo_hub_store_open (bench->path, TRUE, &error);
  g_assert_no_error (error);
  bench->disk = geo_hub_store_open (bench->path, TRUE, &error);
  g_assert_no_error (error);
  geo_closer_limits_init (&limits);
  bench->engine = geo_engine_new (writer, reader, bench->community, bench->key,
                                  &limits, &error);
  g_assert_no_error (error);
  geo_engine_set_funcs (bench->engine, sent_cb, engine_failed_cb, bench);
  bench->people =
      g_ptr_array_new_with_free_func ((GDestroyNotify) hub_person_free);
}

static void
bench_clear (Bench *bench) {
  geo_engine_free (bench->engine);
  geo_hub_store_close (bench->disk);
  geo_hub_key_free (bench->key);
  geo_community_free (bench->community);
  g_ptr_array_unref (bench->people);
  g_clear_error (&bench->error);
  g_free (bench->path);
  hub_test_remove (bench->folder);
}

static void
bench_join (Bench *bench, guint seed) {
  g_autofree gchar *name = g_strdup_printf ("P%u", seed);
  HubPerson *person = hub_person_new (seed, name);
  g_autoptr (GeoParticipant) self =
      hub_person_introduction (person, &bench->community->community);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (bench->people, person);
  geo_engine_join (bench->engine, &person->pid, self, "a", &error);
  g_assert_no_error (error);
}

static void
done_cb (gpointer user_data) {
  Bench *bench = user_data;

  bench->done++;
}

static void
freed_cb (gpointer user_data) {
  Bench *bench = user_data;

  bench->freed++;
}

/* A line in the log; each is there once. */
static void
bench_log (Bench *bench, guint seed) {
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, 1);

  change->audit = g_new0 (GeoAudit, 1);
  change->audit->id = g_strdup_printf ("%u", seed);
  change->audit->action = g_strdup ("test");
  geo_engine_store (bench->engine, change, done_cb, bench, freed_cb);
}

static void
test_engine_order (void) {
  const guint n = GEO_WRITER_BATCH_MAX + 100;
  GeoEngineFigures figures;
  Bench bench;

  bench_init (&bench);
  g_assert_true (geo_engine_is_idle (bench.engine));
  for (guint i = 0; i < n; i++)
    bench_join (&bench, i);
  g_assert_false (geo_engine_is_idle (bench.engine));
  g_assert_cmpuint (bench.sent, ==, 0);
  wait_until (geo_engine_is_idle (bench.engine));
  g_assert_cmpuint (bench.sent, ==, n);
  geo_engine_get_figures (bench.engine, &figures);
  /* What is enough for one fsync goes at once, as often as the writer takes it,
   * and the others as soon as it takes more, a full batch and the rest. */
  g_assert_cmpuint (figures.commits, ==, GEO_WRITER_JOBS_MAX + 2);
  g_assert_cmpuint (figures.changes, ==, n);

  /* Nothing to write: it goes at once. */
  g_ptr_array_add (bench.people, hub_person_new (0, "P0"));
  geo_engine_join (bench.engine,
                   &((HubPerson *) g_ptr_array_index (bench.people, 0))->pid,
                   NULL, "a", NULL);
  g_assert_cmpuint (bench.sent, ==, n + 1);
  bench_clear (&bench);
}

static void
test_engine_fails (void) {
  Bench bench;

  bench_init (&bench);
  bench_log (&bench, 1);
  wait_until (bench.done == 1);
  g_assert_cmpuint (bench.freed, ==, 1);

  /* What the store refuses is as bad as a disk that does. */
  bench_log (&bench, 2);
  bench_log (&bench, 1);
  bench_join (&bench, 1);
  wait_until (bench.error != NULL);
  g_assert_error (bench.error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
  g_assert_true (geo_engine_is_idle (bench.engine));
  bench_log (&bench, 3);
  bench_join (&bench, 2);
  hub_test_wait_ms (50);
  g_assert_cmpuint (bench.sent, ==, 0);
  g_assert_cmpuint (bench.done, <=, 2);
  geo_engine_free (bench.engine);
  bench.engine = NULL;
  g_assert_cmpuint (bench.freed, ==, 4);
  bench_clear (&bench);
}

/* --- A folder ------------------------------------------------------------- */

static void
assert_start_fails (const gchar *folder, const gchar *text, GeoHubError code) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHub) hub = NULL;
  GeoHubConfig *config = geo_hub_config_parse (text, "test", &error);

  g_assert_no_error (error);
  hub = geo_hub_new (config, folder);
  g_assert_false (geo_hub_start (hub, &error));
  g_assert_error (error, GEO_HUB_ERROR, (gint) code);
  g_test_message ("%s", error->message);
}

static void
test_folder (void) {
  gchar *folder = hub_test_make_folder ();
  g_autofree gchar *key = g_build_filename (folder, "hub.key", NULL);
  g_autofree gchar *away = g_build_filename (folder, "away", NULL);
  g_autofree gchar *nowhere = g_build_filename (key, "below", NULL);
  g_autofree gchar *address = NULL;
  g_autofree gchar *taken = NULL;
  gchar *other = hub_test_make_folder ();
  HubTest test;
  GeoPid pid;

  hub_test_start (&test, folder, NULL);
  pid = geo_hub_get_community (test.hub)->community;
  address = hub_test_address (&test);
  taken = g_strdup_printf ("[hub]\nlisten=%s\n", address);
  assert_start_fails (folder, "[hub]\nlisten=127.0.0.1:0\n",
                      GEO_HUB_ERROR_LOCKED);
  assert_start_fails (other, taken, GEO_HUB_ERROR_ADDRESS);
  assert_start_fails (nowhere, "", GEO_HUB_ERROR_DATA);
  hub_test_stop (&test);

  assert_start_fails (folder, "[community]\nequivalents=HOUR:2:time\n",
                      GEO_HUB_ERROR_CONFIG);
  g_assert_cmpint (g_rename (key, away), ==, 0);
  assert_start_fails (folder, "", GEO_HUB_ERROR_DATA);
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (away, key), ==, 0);
  g_assert_cmpint (g_chmod (key, 0644), ==, 0);
  assert_start_fails (folder, "", GEO_HUB_ERROR_DATA);
  g_assert_cmpint (g_chmod (key, 0600), ==, 0);

  /* It is the same community, under another name. */
  hub_test_start (&test, folder, "[community]\nname=Renamed\n");
  g_assert_true (
      geo_pid_equal (&pid, &geo_hub_get_community (test.hub)->community));
  g_assert_cmpint (geo_hub_get_community (test.hub)->seq, ==, 2);
  hub_test_stop (&test);
  hub_test_remove (folder);
  hub_test_remove (other);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/pay", test_pay);
  g_test_add_func ("/hub/catch-up", test_catch_up);
  g_test_add_func ("/hub/group", test_group);
  g_test_add_func ("/hub/full-disk", test_full_disk);
  g_test_add_func ("/hub/engine/order", test_engine_order);
  g_test_add_func ("/hub/engine/fails", test_engine_fails);
  g_test_add_func ("/hub/folder", test_folder);
  return g_test_run ();
}
