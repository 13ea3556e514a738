/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts geo-hub and reads the one line it prints when it listens.
 */
#include "practice/geo-market-hub.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/geo-link.h"

#define HUB_PROGRAM "geo-hub"
#define CONFIG_FILE "hub.conf"
#define PORT_FILE "port"
#define STOP_MS 5000
#define STOP_STEP_US 20000

static const gchar config[] =
    "# The practice market's own; it is written anew at each start.\n"
    "[community]\n"
    "name=Practice market\n"
    "equivalents=UAH:2:fiat:₴;HOUR:2:time\n"
    "\n"
    "[joining]\n"
    "open=true\n";

struct _GeoMarketHub {
  gchar *folder;
  gchar *address;
  gchar *link;
  GeoMarketHubReady ready;
  GeoMarketHubDied died;
  gpointer user_data;
  gboolean has_fallen_back;
  gboolean is_stopping;

  /* owned */
  GSubprocess *process;
  GDataInputStream *lines;
  GCancellable *cancellable;
};

const gchar *
geo_market_hub_get_address (GeoMarketHub *hub) {
  return hub->address;
}

const gchar *
geo_market_hub_get_link (GeoMarketHub *hub) {
  return hub->link;
}

/* The hub of the same build: where the build says, or beside this program. */
static gchar *
find_program (void) {
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

/* In the child: Ctrl-C is for the market, which then ends the hub; and a market
 * that is killed does not leave its hub behind. */
static void
child_setup (gpointer user_data) {
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gchar *
read_port (GeoMarketHub *hub) {
  g_autofree gchar *path = g_build_filename (hub->folder, PORT_FILE, NULL);
  g_autofree gchar *text = NULL;
  guint64 port;

  if (!hub->has_fallen_back && g_file_get_contents (path, &text, NULL, NULL) &&
      g_ascii_string_to_unsigned (g_strstrip (text), 10, 1, G_MAXUINT16, &port,
                                  NULL))
    return g_strdup_printf ("127.0.0.1:%" G_GUINT64_FORMAT, port);
  return g_strdup ("127.0.0.1:0");
}

static void
keep_port (GeoMarketHub *hub) {
  g_autofree gchar *path = g_build_filename (hub->folder, PORT_FILE, NULL);
  const gchar *port = strrchr (hub->address, ':');

  /* Without it the next start only takes another one. */
  if (port != NULL)
    g_file_set_contents (path, port + 1, -1, NULL);
}

static gboolean start_process (GeoMarketHub *hub, GError **error);

static void
fail (GeoMarketHub *hub, const GError *error) {
  GeoMarketHubReady ready = hub->ready;

  hub->ready = NULL;
  if (ready != NULL)
    ready (hub, error, hub->user_data);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GSubprocess *process = G_SUBPROCESS (source);
  GeoMarketHub *hub;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (process, result, &error))
    return; /* Cancelled: the hub is gone, and user_data with it. */
  hub = user_data;
  if (hub->is_stopping)
    return;
  if (hub->ready == NULL) {
    hub->died (hub, hub->user_data);
    return;
  }

  /* The port of last time may be somebody else's now. */
  if (!hub->has_fallen_back) {
    hub->has_fallen_back = TRUE;
    if (start_process (hub, &error))
      return;
  } else {
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         "the hub does not start");
  }
  fail (hub, error);
}

/* "geo-hub: listening on http://127.0.0.1:7711 community <PID>" */
static gboolean
read_greeting (GeoMarketHub *hub, const gchar *line) {
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);

  if (g_strv_length (words) < 6 || !g_str_equal (words[1], "listening") ||
      !g_str_equal (words[4], "community") ||
      !geo_pid_parse (words[5], &link->community, NULL))
    return FALSE;
  hub->address = g_strdup (words[3]);
  link->hub = g_strdup (words[3]);
  link->has_community = TRUE;
  hub->link = geo_link_to_string (link);
  return TRUE;
}

static void
greeted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line = g_data_input_stream_read_line_finish_utf8 (
      G_DATA_INPUT_STREAM (source), result, NULL, &error);
  GeoMarketHub *hub = user_data;
  GeoMarketHubReady ready;

  /* Without a line it is ending: ended_cb () says so. */
  if (line == NULL)
    return;
  if (!read_greeting (hub, line)) {
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "the hub said what is not understood: %s", line);
    fail (hub, error);
    return;
  }
  keep_port (hub);
  ready = hub->ready;
  hub->ready = NULL;
  ready (hub, NULL, hub->user_data);
}

static gboolean
start_process (GeoMarketHub *hub, GError **error) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *program = find_program ();
  g_autofree gchar *config_path = g_build_filename (hub->folder, CONFIG_FILE,
                                                    NULL);
  g_autofree gchar *log_path = g_build_filename (hub->folder, "log", NULL);
  g_autofree gchar *listen = read_port (hub);

  if (program == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         "there is no geo-hub in this build");
    return FALSE;
  }
  if (!g_file_set_contents (config_path, config, -1, error))
    return FALSE;

  g_subprocess_launcher_set_child_setup (launcher, child_setup, NULL, NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, log_path);
  g_clear_object (&hub->process);
  g_clear_object (&hub->lines);
  hub->process = g_subprocess_launcher_spawn (
      launcher, error, program, "--data-dir", hub->folder, "--config",
      config_path, "--listen", listen, NULL);
  if (hub->process == NULL)
    return FALSE;

  hub->lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (hub->process));
  g_data_input_stream_read_line_async (hub->lines, G_PRIORITY_DEFAULT,
                                       hub->cancellable, greeted_cb, hub);
  g_subprocess_wait_async (hub->process, hub->cancellable, ended_cb, hub);
  return TRUE;
}

static gboolean
start_cb (gpointer user_data) {
  GeoMarketHub *hub = user_data;
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (hub->folder, 0700) != 0)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "the folder %s cannot be made", hub->folder);
  else
    start_process (hub, &error);
  if (error != NULL)
    fail (hub, error);
  return G_SOURCE_REMOVE;
}

GeoMarketHub *
geo_market_hub_start (const gchar *folder,
                      GeoMarketHubReady ready,
                      GeoMarketHubDied died,
                      gpointer user_data) {
  GeoMarketHub *hub = g_new0 (GeoMarketHub, 1);

  hub->folder = g_strdup (folder);
  hub->ready = ready;
  hub->died = died;
  hub->user_data = user_data;
  hub->cancellable = g_cancellable_new ();
  g_idle_add (start_cb, hub);
  return hub;
}

void
geo_market_hub_stop (GeoMarketHub *hub) {
  if (hub == NULL)
    return;
  hub->is_stopping = TRUE;
  g_idle_remove_by_data (hub);
  if (hub->process != NULL) {
    guint steps = STOP_MS * 1000 / STOP_STEP_US;

    g_subprocess_send_signal (hub->process, SIGTERM);
    /* The neighbours' sessions are closing meanwhile, and the hub waits for
     * them; GSubprocess reaps the child in a thread of its own. */
    while (g_subprocess_get_identifier (hub->process) != NULL && steps-- > 0)
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (STOP_STEP_US);
    g_subprocess_force_exit (hub->process);
  }
  g_cancellable_cancel (hub->cancellable);
  /* What was cancelled calls back once more, and finds hub still there. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&hub->lines);
  g_clear_object (&hub->process);
  g_clear_object (&hub->cancellable);
  g_free (hub->folder);
  g_free (hub->address);
  g_free (hub->link);
  g_free (hub);
}
