/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub: reads its options, starts the hub, says on one line that it listens,
 * and ends on SIGTERM.  Everything else is in the room.
 */
#include "config.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hub/geo-hub-log.h"
#include "hub/geo-hub.h"
#include "net/geo-address.h"

/* In the man page. */
typedef enum {
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_DATA = 3,
  EXIT_ADDRESS = 4,
} ExitCode;

typedef struct {
  gchar *data_dir;
  gchar *config;
  gchar **listen;
  gboolean verbose;
  gboolean version;
} Options;

typedef struct {
  GMainLoop *loop;
  GeoHub *hub;
  ExitCode code;
  gboolean stopping;
} Program;

static ExitCode
complain (ExitCode code, const gchar *message) {
  g_printerr ("geo-hub: %s\n", message);
  return code;
}

static ExitCode
code_of (const GError *error) {
  if (error->domain != GEO_HUB_ERROR)
    return EXIT_FAILED;
  switch ((GeoHubError) error->code) {
  case GEO_HUB_ERROR_CONFIG:
    return EXIT_USAGE;
  case GEO_HUB_ERROR_DATA:
  case GEO_HUB_ERROR_LOCKED:
    return EXIT_DATA;
  case GEO_HUB_ERROR_ADDRESS:
    return EXIT_ADDRESS;
  case GEO_HUB_ERROR_FAILED:
    return EXIT_FAILED;
  }
  return EXIT_FAILED;
}

/* A service's place, or a person's. */
static gchar *
default_data_dir (void) {
  if (geteuid () == 0)
    return g_strdup ("/var/lib/geo-hub");
  return g_build_filename (g_get_user_state_dir (), "geo-hub", NULL);
}

static GeoHubConfig *
read_config (const Options *options, GError **error) {
  g_autofree gchar *path = NULL;

  if (options->config != NULL)
    return geo_hub_config_read (options->config, error);
  path = g_build_filename (options->data_dir, "hub.conf", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return geo_hub_config_new ();
  return geo_hub_config_read (path, error);
}

/* Thousands of sessions are thousands of files. */
static void
raise_file_limit (void) {
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 &&
      limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

static void
failed_cb (GeoHub *hub, const gchar *message, gpointer user_data) {
  Program *program = user_data;

  program->code = EXIT_FAILED;
}

static void
stopped_cb (GeoHub *hub, gpointer user_data) {
  Program *program = user_data;

  g_main_loop_quit (program->loop);
}

static gboolean
signal_cb (gpointer user_data) {
  Program *program = user_data;

  if (program->stopping) {
    /* Asked twice: the disk is not waited for.  What it has is whole. */
    program->code = EXIT_FAILED;
    g_main_loop_quit (program->loop);
    return G_SOURCE_CONTINUE;
  }
  program->stopping = TRUE;
  g_info ("stopping");
  geo_hub_stop (program->hub);
  return G_SOURCE_CONTINUE;
}

static ExitCode
run (const Options *options) {
  Program program = { .code = EXIT_OK };
  g_autoptr (GeoHubConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *community = NULL;

  config = read_config (options, &error);
  if (config == NULL)
    return complain (EXIT_USAGE, error->message);
  for (guint i = 0; options->listen != NULL && options->listen[i] != NULL;
       i++) {
    g_autoptr (GSocketAddress) address =
        geo_address_parse_numeric (options->listen[i], &error);

    if (address == NULL)
      return complain (EXIT_USAGE, error->message);
  }
  if (options->listen != NULL) {
    g_strfreev (config->listen);
    config->listen = g_strdupv (options->listen);
  }

  signal (SIGPIPE, SIG_IGN);
  raise_file_limit ();
  program.hub = geo_hub_new (g_steal_pointer (&config), options->data_dir);
  if (!geo_hub_start (program.hub, &error)) {
    g_object_unref (program.hub);
    return complain (code_of (error), error->message);
  }
  program.loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (program.hub, "failed", G_CALLBACK (failed_cb), &program);
  g_signal_connect (program.hub, "stopped", G_CALLBACK (stopped_cb), &program);
  g_unix_signal_add (SIGTERM, signal_cb, &program);
  g_unix_signal_add (SIGINT, signal_cb, &program);

  /* Scripts and tests wait for this line. */
  community =
      geo_pid_to_string (&geo_hub_get_community (program.hub)->community);
  printf ("geo-hub: listening on %s community %s\n",
          geo_hub_get_address (program.hub), community);
  fflush (stdout);

  g_main_loop_run (program.loop);
  g_main_loop_unref (program.loop);
  g_object_unref (program.hub);
  return program.code;
}

int
main (int argc, char **argv) {
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &options.data_dir,
      "Keep the database and the key in DIR", "DIR" },
    { "listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &options.listen,
      "Listen at ADDR:PORT; may be given several times", "ADDR:PORT" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config,
      "Read the configuration from FILE instead of DIR/hub.conf", "FILE" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options.verbose,
      "Log what happens in detail", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options.version,
      "Say which version this is", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("— the hub of a GEO community");
  g_autoptr (GError) error = NULL;
  ExitCode code;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context, "Exit status: 0 it was asked to end, 1 it failed while running, "
               "2 an option or the\nconfiguration is wrong, 3 the data folder "
               "cannot be used or another hub uses it,\n4 it cannot listen at "
               "an address.\n\nSee geo-hub(8) for the configuration.\n");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return (int) complain (EXIT_USAGE, error->message);
  if (argc > 1)
    return (int) complain (EXIT_USAGE,
                           "Only options are understood; see --help.");
  if (options.version) {
    printf ("geo-hub %s\n", GEO_VERSION);
    return EXIT_OK;
  }
  if (options.data_dir == NULL)
    options.data_dir = default_data_dir ();

  geo_hub_log_start (options.verbose);
  code = run (&options);
  g_free (options.data_dir);
  g_free (options.config);
  g_strfreev (options.listen);
  return (int) code;
}
