/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The light node: what opening a journal of a million records costs.  It
 * measures processes of its own, so that nothing of the bench's own memory is
 * counted.
 */
#include "bench.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/geo-words.h"
#include "node/geo-node-private.h"
#include "node/geo-profile-private.h"
#include "store/geo-seal-private.h"

/* --- A long journal ---------------------------------------------------------
 */

/* A profile, and a journal with that many records and lines of history; their
 * texts are made up, as nothing that is measured reads them. */
static gchar *
make_journal (const gchar *folder, GeoSecret *secret, guint n) {
  g_autoptr (GeoSecret) hub = bench_secret (0);
  g_autoptr (GeoRecordBody) body = geo_record_body_new ();
  GeoCommunity *community = geo_community_new ();
  GeoEquivalent *equivalent = geo_equivalent_new ();
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = NULL;
  g_autofree gchar *place = NULL;
  g_autofree gchar *sql = NULL;
  gchar *path;
  gchar *message = NULL;
  sqlite3 *raw = NULL;
  GeoTime now = g_get_real_time () / 1000;

  geo_secret_get_pid (hub, &community->community);
  geo_secret_get_public (hub, &community->key);
  community->name = g_strdup ("Bench");
  community->seq = 1;
  community->at = now;
  equivalent->code = g_strdup ("UAH");
  equivalent->precision = 2;
  equivalent->kind = GEO_EQUIVALENT_KIND_FIAT;
  g_ptr_array_add (community->equivalents, equivalent);
  geo_community_sign (community, hub);
  body->community = community;
  body->person = bench_participant (1, &community->community, now);
  geo_secret_get_pid (secret, &body->person->pid);
  geo_secret_get_public (secret, &body->person->key);
  geo_participant_sign (body->person, secret);
  body->hub = g_strdup ("http://127.0.0.1:1");

  name = geo_pid_to_string (&community->community);
  place = g_build_filename (folder, name, NULL);
  path = g_build_filename (place, GEO_JOURNAL_FILE, NULL);
  if (g_mkdir (place, 0700) != 0 ||
      (journal = geo_journal_open (path, FALSE, &error)) == NULL ||
      !geo_journal_append (journal, secret, GEO_RECORD_KIND_JOINED, body, now,
                           NULL, &error))
    g_error ("%s: %s", path, error != NULL ? error->message : "no folder");
  geo_journal_close (g_steal_pointer (&journal));

  sql = g_strdup_printf (
      "PRAGMA synchronous = OFF; BEGIN;"
      "WITH RECURSIVE number (n) AS"
      " (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < %u)"
      " INSERT INTO record (sequence, kind, at, previous, hash, body, record)"
      " SELECT n, 6, %" G_GINT64_FORMAT " - %u + n, randomblob (32),"
      " randomblob (32), hex (randomblob (600)),"
      " (SELECT record FROM record WHERE sequence = 1) FROM number;"
      "INSERT INTO activity SELECT sequence, 2, 4, at,"
      " CAST (substr (hex (hash), 1, 30) || (10 + sequence %% 90) AS BLOB),"
      " 'UAH', sequence, 2, 'For honey', 'tx-' || sequence, hash, previous, 0,"
      " NULL, sequence, 'for honey' FROM record WHERE sequence > 1;"
      "UPDATE state SET activities = (SELECT count (*) FROM activity);"
      "COMMIT; PRAGMA wal_checkpoint (TRUNCATE);",
      n, now, n);
  if (sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, GEO_SEAL_VFS) !=
          SQLITE_OK ||
      sqlite3_exec (raw, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", path, message != NULL ? message : "cannot be opened");
  sqlite3_close (raw);
  return path;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static gpointer
wait_for (GAsyncResult **result) {
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static gint64
resident_kib (void) {
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmRSS:");
  return line != NULL ? g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

/* In a process of its own: opens the node of that profile and looks at the
 * newest and the oldest page, as a window does.  "SECONDS KIB". */
int
bench_node_main (int argc, char **argv) {
  g_autoptr (GeoProfile) profile = geo_profile_new (argv[1]);
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GError) error = NULL;
  GListModel *activity;
  gdouble began;
  gdouble took;
  guint n;

  geo_profile_unlock_async (profile, "bench", NULL, opened_cb, &unlocked);
  if (!geo_profile_unlock_finish (profile, wait_for (&unlocked), &error))
    g_error ("%s", error->message);
  began = bench_now ();
  geo_node_open_async (profile, NULL, NULL, opened_cb, &opened);
  node = geo_node_open_finish (wait_for (&opened), &error);
  if (node == NULL)
    g_error ("%s", error->message);
  activity = geo_node_get_activity (node);
  n = g_list_model_get_n_items (activity);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GeoActivityItem) item =
        g_list_model_get_item (activity, i == 0 ? 0 : MIN (n, 1000u) - 1);

    while (!geo_activity_item_get_loaded (item))
      g_main_context_iteration (NULL, TRUE);
    if (i == 0)
      took = bench_now () - began;
  }
  printf ("%.6f %" G_GINT64_FORMAT "\n", took, resident_kib ());
  return 0;
}

/* Nothing of the file is in the system's memory any more, as after a start. */
static void
forget_file (const gchar *path) {
  gint fd = g_open (path, O_RDWR | O_CLOEXEC, 0);

  if (fd < 0 || fsync (fd) != 0 ||
      posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
    bench_note ("the file stays in the system's memory");
  if (fd >= 0)
    close (fd);
}

static void
remove_folder (const gchar *folder) {
  const gchar *arguments[] = { "rm", "-rf", "--", folder, NULL };

  if (!g_spawn_sync (NULL, (gchar **) arguments, NULL, G_SPAWN_SEARCH_PATH,
                     NULL, NULL, NULL, NULL, NULL, NULL))
    bench_note ("%s is left", folder);
}

static void
open_journal (guint n, gdouble *seconds, gdouble *kib) {
  g_autofree gchar *folder = g_dir_make_tmp ("geo-bench-XXXXXX", NULL);
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoSecret) secret = NULL;
  g_autofree gchar *path = NULL;
  g_autofree gchar *out = NULL;
  g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);
  gchar *words;
  const gchar *arguments[] = { program, "node", folder, NULL };
  gchar *rest = NULL;

  g_assert (folder != NULL && program != NULL);
  profile = geo_profile_new (folder);
  geo_profile_set_key_limits (profile, 1, 8192);
  words = geo_profile_make_words ();
  secret = geo_words_to_secret (words, NULL);
  geo_profile_create_async (profile, "Bench", words, "bench", NULL, opened_cb,
                            &created);
  if (!geo_profile_create_finish (profile, wait_for (&created), &error))
    g_error ("%s", error->message);
  geo_words_free (words);
  path = make_journal (folder, secret, n);
  forget_file (path);
  if (!g_spawn_sync (NULL, (gchar **) arguments, NULL, G_SPAWN_DEFAULT, NULL,
                     NULL, &out, NULL, NULL, &error))
    g_error ("%s", error->message);
  *seconds = g_ascii_strtod (out, &rest);
  *kib = g_ascii_strtod (rest, NULL);
  if (*kib <= 0)
    g_error ("the node says: %s", out);
  remove_folder (folder);
}

void
bench_node (void) {
  static const gchar *const names[] = { "node-open", "node-memory", NULL };
  guint few = bench_scale (10000, 1000);
  guint many = bench_scale (1000000, 100000);
  gdouble seconds[2];
  gdouble kib[2];

  if (!bench_wants (names))
    return;
  open_journal (few, &seconds[0], &kib[0]);
  open_journal (many, &seconds[1], &kib[1]);
  bench_note ("a node with %u records: %.0f ms, %.0f KiB; with %u: %.0f ms, "
              "%.0f KiB",
              few, seconds[0] * 1e3, kib[0], many, seconds[1] * 1e3, kib[1]);
  bench_figure ("node-open", "ms", seconds[1] * 1e3, 0, BENCH_AT_MOST, 300);
  bench_figure ("node-memory", "KiB", kib[1], kib[0], BENCH_AT_MOST, 1.1);
}
