/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts geo-hub and reads the one line it prints when it listens.
 */
#include "config.h"

#include "node/geo-hub-process.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define HUB_PROGRAM "geo-hub"
#define SAYS "geo-hub: "
#define STOP_MS 5000
#define STOP_STEP_US 10000
/* The end of a log that somebody reads for its last sentence. */
#define LOG_TAIL 4096

struct _GeoHubProcess {
  GeoHubProcessReady ready;
  GeoHubProcessEnded ended;
  gpointer user_data;

  /* owned */
  GSubprocess *child;
  GDataInputStream *lines;
  GCancellable *cancellable;
};

/* The hub of the same build: where the build says, or beside this program; or
 * the one that is installed. */
gchar *
geo_hub_process_find_program (void) {
  const gchar *root = g_getenv ("GEO_BUILD_ROOT");
  g_autofree gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *folder = NULL;

  if (root != NULL) {
    g_autofree gchar *path = g_build_filename (root, "src", HUB_PROGRAM, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
      return g_steal_pointer (&path);
  }
  if (self != NULL) {
    const gchar *const places[] = { ".", ".." };

    folder = g_path_get_dirname (self);
    for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
      g_autofree gchar *path = g_build_filename (folder, places[i], HUB_PROGRAM,
                                                 NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  }
  return g_find_program_in_path (HUB_PROGRAM);
}

/* In the child: Ctrl-C is for the parent, which then ends the hub; and a parent
 * that is killed does not leave its hub behind. */
static void
child_setup (gpointer user_data) {
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GSubprocess *child = G_SUBPROCESS (source);
  GeoHubProcess *process;

  if (!g_subprocess_wait_finish (child, result, NULL))
    return; /* Cancelled: the process is gone, and user_data with it. */
  process = user_data;
  process->ended (process,
                  g_subprocess_get_if_exited (child)
                      ? g_subprocess_get_exit_status (child)
                      : -1,
                  process->user_data);
}

/* "geo-hub: listening on http://127.0.0.1:7711 community <PID>" */
static gboolean
read_greeting (const gchar *line, gchar **address, GeoPid *community) {
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (g_strv_length (words) < 6 || !g_str_equal (words[1], "listening") ||
      !g_str_equal (words[4], "community") ||
      !geo_pid_parse (words[5], community, NULL))
    return FALSE;
  *address = g_strdup (words[3]);
  return TRUE;
}

static void
greeted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = g_data_input_stream_read_line_finish_utf8 (
      G_DATA_INPUT_STREAM (source), result, NULL, &error);
  GeoHubProcess *process;
  g_autofree gchar *address = NULL;
  GeoPid community;

  /* Without a line it is ending, and ended_cb () says so; or this was
   * cancelled, and the process is gone. */
  if (line == NULL)
    return;
  process = user_data;
  if (read_greeting (line, &address, &community))
    process->ready (process, address, &community, process->user_data);
  else
    geo_hub_process_terminate (process);
}

GeoHubProcess *
geo_hub_process_start (const gchar *folder,
                       const gchar *listen,
                       GeoHubProcessReady ready,
                       GeoHubProcessEnded ended,
                       gpointer user_data,
                       GError **error) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *program = geo_hub_process_find_program ();
  g_autofree gchar *config = g_build_filename (folder, GEO_HUB_PROCESS_CONFIG,
                                               NULL);
  g_autofree gchar *log = g_build_filename (folder, GEO_HUB_PROCESS_LOG, NULL);
  GSubprocess *child;
  GeoHubProcess *process;

  if (program == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _ ("The program geo-hub is not installed."));
    return NULL;
  }
  g_unlink (log);
  g_subprocess_launcher_set_child_setup (launcher, child_setup, NULL, NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  child = g_subprocess_launcher_spawn (launcher, error, program, "--data-dir",
                                       folder, "--config", config, "--listen",
                                       listen, NULL);
  if (child == NULL)
    return NULL;

  process = g_new0 (GeoHubProcess, 1);
  process->ready = ready;
  process->ended = ended;
  process->user_data = user_data;
  process->child = child;
  process->cancellable = g_cancellable_new ();
  process->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  g_data_input_stream_read_line_async (process->lines, G_PRIORITY_DEFAULT,
                                       process->cancellable, greeted_cb,
                                       process);
  g_subprocess_wait_async (child, process->cancellable, ended_cb, process);
  return process;
}

void
geo_hub_process_terminate (GeoHubProcess *process) {
  g_subprocess_send_signal (process->child, SIGTERM);
}

void
geo_hub_process_stop (GeoHubProcess *process) {
  guint steps = STOP_MS * 1000 / STOP_STEP_US;

  if (process == NULL)
    return;
  /* What was cancelled does not look at the process any more. */
  g_cancellable_cancel (process->cancellable);
  g_subprocess_send_signal (process->child, SIGTERM);
  /* Sessions with it are closing meanwhile, and the hub waits for them;
   * GSubprocess reaps the child in a thread of its own. */
  while (g_subprocess_get_identifier (process->child) != NULL && steps-- > 0)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (STOP_STEP_US);
  g_subprocess_force_exit (process->child);
  g_clear_object (&process->lines);
  g_clear_object (&process->child);
  g_clear_object (&process->cancellable);
  g_free (process);
}

gchar *
geo_hub_process_read_complaint (const gchar *folder) {
  g_autofree gchar *path = g_build_filename (folder, GEO_HUB_PROCESS_LOG, NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, NULL))
    return NULL;
  lines = g_strsplit (len > LOG_TAIL ? text + len - LOG_TAIL : text, "\n", -1);
  for (guint i = g_strv_length (lines); i > 0; i--) {
    const gchar *line = lines[i - 1];

    if (g_str_has_prefix (line, SAYS) && g_utf8_validate (line, -1, NULL))
      return g_strdup (line + strlen (SAYS));
  }
  return NULL;
}
