/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts the geo-hub that GEO_HUB_PROGRAM names and reads the one line it
 * prints when it listens.
 */
#include "it-hub.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "core/geo-link.h"

static const gchar default_config[] = "[community]\n"
                                      "name=Test town\n"
                                      "equivalents=UAH:2:fiat;HOUR:0:time\n"
                                      "[joining]\n"
                                      "open=true\n";

gboolean
it_tick_cb (gpointer user_data) {
  return G_SOURCE_CONTINUE;
}

void
it_wait_ms (guint ms) {
  gint64 end = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  it_wait_until (g_get_monotonic_time () >= end);
}

gchar *
it_make_folder (void) {
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("geo-integration-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
it_remove_folder (const gchar *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
        !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      it_remove_folder (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

ItHub *
it_hub_new (const gchar *config) {
  ItHub *hub = g_new0 (ItHub, 1);
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;

  hub->folder = it_make_folder ();
  path = g_build_filename (hub->folder, "hub.conf", NULL);
  g_file_set_contents (path, config != NULL ? config : default_config, -1,
                       &error);
  g_assert_no_error (error);
  return hub;
}

/* A test that fails does not leave its hub behind. */
static void
child_setup (gpointer user_data) {
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* "geo-hub: listening on http://127.0.0.1:7711 community <PID>" */
static void
read_greeting (ItHub *hub, const gchar *line) {
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);
  g_autoptr (GError) error = NULL;
  GeoPid community;
  const gchar *colon;

  g_assert_cmpuint (g_strv_length (words), ==, 6);
  g_assert_cmpstr (words[0], ==, "geo-hub:");
  g_assert_cmpstr (words[1], ==, "listening");
  g_assert_cmpstr (words[4], ==, "community");
  geo_pid_parse (words[5], &community, &error);
  g_assert_no_error (error);
  colon = strrchr (words[3], ':');
  g_assert_nonnull (colon);

  if (hub->address != NULL) {
    /* The same hub at the same place. */
    g_assert_true (geo_pid_equal (&community, &hub->community));
    g_assert_cmpstr (words[3], ==, hub->address);
    return;
  }
  hub->community = community;
  hub->address = g_strdup (words[3]);
  hub->port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
  link->hub = g_strdup (words[3]);
  link->has_community = TRUE;
  link->community = community;
  hub->link = geo_link_to_string (link);
}

void
it_hub_start (ItHub *hub) {
  const gchar *program = g_getenv ("GEO_HUB_PROGRAM");
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree gchar *log = g_build_filename (hub->folder, "log", NULL);
  g_autofree gchar *listen = g_strdup_printf ("127.0.0.1:%u", hub->port);
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (program);
  g_assert_null (hub->process);
  g_subprocess_launcher_set_child_setup (launcher, child_setup, NULL, NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  hub->process = g_subprocess_launcher_spawn (launcher, &error, program,
                                              "--data-dir", hub->folder,
                                              "--listen", listen, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (hub->process));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  if (line == NULL) {
    g_autofree gchar *text = NULL;

    g_file_get_contents (log, &text, NULL, NULL);
    g_error ("the hub does not start: %s", text);
  }
  read_greeting (hub, line);
}

/* GSubprocess reaps the child in a thread of its own; who is connected answers
 * the hub's good-bye meanwhile. */
static void
wait_for_end (ItHub *hub) {
  g_autoptr (GError) error = NULL;

  it_wait_until (g_subprocess_get_identifier (hub->process) == NULL);
  g_subprocess_wait (hub->process, NULL, &error);
  g_assert_no_error (error);
}

void
it_hub_stop (ItHub *hub) {
  g_assert_nonnull (hub->process);
  g_subprocess_send_signal (hub->process, SIGTERM);
  wait_for_end (hub);
  g_assert_true (g_subprocess_get_if_exited (hub->process));
  g_assert_cmpint (g_subprocess_get_exit_status (hub->process), ==, 0);
  g_clear_object (&hub->process);
}

void
it_hub_kill (ItHub *hub) {
  g_assert_nonnull (hub->process);
  g_subprocess_send_signal (hub->process, SIGKILL);
  wait_for_end (hub);
  g_assert_true (g_subprocess_get_if_signaled (hub->process));
  g_clear_object (&hub->process);
}

void
it_hub_free (ItHub *hub) {
  if (hub == NULL)
    return;
  if (hub->process != NULL)
    it_hub_stop (hub);
  it_remove_folder (hub->folder);
  g_free (hub->folder);
  g_free (hub->address);
  g_free (hub->link);
  g_free (hub);
}

/* --- What it holds -------------------------------------------------------- */

GeoHubStore *
it_hub_open_store (ItHub *hub) {
  g_autofree gchar *path = g_build_filename (hub->folder, "hub.db", NULL);
  g_autoptr (GError) error = NULL;
  GeoHubStore *store = geo_hub_store_open (path, TRUE, &error);

  g_assert_no_error (error);
  return store;
}

typedef struct {
  const GeoPid *debtor;
  const GeoPid *creditor;
  const gchar *equivalent;
  gint64 debt;
} Debt;

static gboolean
find_debt_cb (const GeoPid *debtor,
              const GeoPid *creditor,
              const gchar *equivalent,
              GeoAmount amount,
              gpointer user_data,
              GError **error) {
  Debt *wanted = user_data;

  if (!g_str_equal (equivalent, wanted->equivalent))
    return TRUE;
  if (geo_pid_equal (debtor, wanted->debtor) &&
      geo_pid_equal (creditor, wanted->creditor))
    wanted->debt += amount.minor;
  else if (geo_pid_equal (debtor, wanted->creditor) &&
           geo_pid_equal (creditor, wanted->debtor))
    wanted->debt -= amount.minor;
  return TRUE;
}

gint64
it_hub_debt (ItHub *hub,
             const GeoPid *debtor,
             const GeoPid *creditor,
             const gchar *equivalent) {
  g_autoptr (GeoHubStore) store = it_hub_open_store (hub);
  Debt wanted = { debtor, creditor, equivalent, 0 };
  g_autoptr (GError) error = NULL;

  geo_hub_store_load_debts (store, find_debt_cb, &wanted, &error);
  g_assert_no_error (error);
  return wanted.debt;
}

void
it_hub_check (ItHub *hub) {
  g_autoptr (GeoHubStore) store = it_hub_open_store (hub);
  g_autoptr (GError) error = NULL;

  geo_hub_store_check (store, NULL, &error);
  g_assert_no_error (error);
}

typedef struct {
  GString *text;
  GArray *pids;
  GArray *sequences;
} Content;

static gboolean
put_participant_cb (const GeoParticipant *participant,
                    gboolean frozen,
                    gint64 last_sequence,
                    const GeoHash *last_entry_hash,
                    gpointer user_data,
                    GError **error) {
  Content *content = user_data;

  geo_participant_append (participant, content->text);
  g_string_append_printf (content->text, "%d %" G_GINT64_FORMAT "\n", frozen,
                          last_sequence);
  g_array_append_val (content->pids, participant->pid);
  return TRUE;
}

static gboolean
put_line_cb (const GeoTrustLine *line, gpointer user_data, GError **error) {
  Content *content = user_data;

  geo_trust_line_append (line, content->text);
  g_string_append_c (content->text, '\n');
  return TRUE;
}

static gboolean
put_debt_cb (const GeoPid *debtor,
             const GeoPid *creditor,
             const gchar *equivalent,
             GeoAmount debt,
             gpointer user_data,
             GError **error) {
  Content *content = user_data;
  g_autofree gchar *from = geo_pid_to_string (debtor);
  g_autofree gchar *to = geo_pid_to_string (creditor);

  g_string_append_printf (content->text, "%s %s %s %" G_GINT64_FORMAT "\n",
                          from, to, equivalent, debt.minor);
  return TRUE;
}

gchar *
it_hub_digest (ItHub *hub) {
  g_autoptr (GeoHubStore) store = it_hub_open_store (hub);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GeoPid));
  Content content = { text, pids, NULL };
  g_autoptr (GError) error = NULL;

  if (!geo_hub_store_load_participants (store, put_participant_cb, &content,
                                        &error) ||
      !geo_hub_store_load_lines (store, put_line_cb, &content, &error) ||
      !geo_hub_store_load_debts (store, put_debt_cb, &content, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < pids->len; i++) {
    g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
        store, &g_array_index (pids, GeoPid, i), 0, G_MAXINT, &error);

    g_assert_no_error (error);
    for (guint j = 0; j < entries->len; j++)
      geo_proven_entry_append (g_ptr_array_index (entries, j), text);
  }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str,
                                        (gssize) text->len);
}
