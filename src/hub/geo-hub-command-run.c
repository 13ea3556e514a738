/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub, or geo-hub run: starts the hub, says on one line that it listens,
 * tells the service manager, and ends on SIGTERM.  One that was put back to an
 * older copy gets back first what it told.
 */
#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "hub/geo-hub-command.h"
#include "hub/geo-hub-file.h"
#include "hub/geo-hub-gathering.h"
#include "hub/geo-hub-log.h"
#include "hub/geo-hub-notify.h"
#include "hub/geo-hub.h"
#include "net/geo-address.h"

typedef struct {
  GMainLoop *loop;
  GeoHub *hub; /* NULL while it gathers */
  GeoHubGathering *gathering;
  GeoHubExit code;
  gboolean stopping;
  guint64 lost;
  gboolean was_gathering;
} Program;

static GeoHubExit
code_of (const GError *error) {
  if (error->domain != GEO_HUB_ERROR)
    return GEO_HUB_EXIT_FAILED;
  switch ((GeoHubError) error->code) {
  case GEO_HUB_ERROR_CONFIG:
    return GEO_HUB_EXIT_USAGE;
  case GEO_HUB_ERROR_DATA:
  case GEO_HUB_ERROR_LOCKED:
    return GEO_HUB_EXIT_DATA;
  case GEO_HUB_ERROR_ADDRESS:
    return GEO_HUB_EXIT_ADDRESS;
  case GEO_HUB_ERROR_NOT_VERIFIED:
    return GEO_HUB_EXIT_NOT_VERIFIED;
  case GEO_HUB_ERROR_FAILED:
    break;
  }
  return GEO_HUB_EXIT_FAILED;
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

  program->code = GEO_HUB_EXIT_FAILED;
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
    program->code = GEO_HUB_EXIT_FAILED;
    g_main_loop_quit (program->loop);
    return G_SOURCE_CONTINUE;
  }
  program->stopping = TRUE;
  g_info ("stopping");
  geo_hub_notify ("STOPPING=1");
  if (program->hub != NULL)
    geo_hub_stop (program->hub);
  else
    g_main_loop_quit (program->loop);
  return G_SOURCE_CONTINUE;
}

/* The owner waits for nobody any more; where the hub has gone on by itself
 * there is nothing to be done. */
static gboolean
go_on_cb (gpointer user_data) {
  Program *program = user_data;

  if (program->gathering != NULL)
    geo_hub_gathering_go_on (program->gathering);
  return G_SOURCE_CONTINUE;
}

/* Scripts and tests wait for this line. */
static void
say_listening (const gchar *address, const GeoPid *pid) {
  g_autofree gchar *community = geo_pid_to_string (pid);

  printf ("geo-hub: listening on %s community %s\n", address, community);
  fflush (stdout);
  geo_hub_notify ("READY=1");
}

static GeoHubConfig *
read_config (const GeoHubPlace *place, gchar **listen, GError **error) {
  GeoHubConfig *config = geo_hub_place_read_config (place, error);

  if (config != NULL && listen != NULL) {
    g_strfreev (config->listen);
    config->listen = g_strdupv (listen);
  }
  return config;
}

/* --- Put back ------------------------------------------------------------- */

static void
gathered_cb (const GError *error, gpointer user_data) {
  Program *program = user_data;

  if (error != NULL) {
    program->code = geo_hub_complain (code_of (error), "%s", error->message);
    program->stopping = TRUE;
  }
  g_main_loop_quit (program->loop);
}

/* TRUE where the hub is to be started now. */
static gboolean
gather (Program *program, const GeoHubPlace *place, gchar **listen) {
  g_autoptr (GError) error = NULL;
  GeoHubConfig *config = read_config (place, listen, &error);

  if (config != NULL)
    program->gathering = geo_hub_gathering_new (config, place->data_dir,
                                                gathered_cb, program, &error);
  if (program->gathering == NULL) {
    program->code = geo_hub_complain (code_of (error), "%s", error->message);
    return FALSE;
  }
  say_listening (geo_hub_gathering_get_address (program->gathering),
                 geo_hub_gathering_get_community (program->gathering));
  g_main_loop_run (program->loop);
  program->lost = (guint64) geo_hub_gathering_get_lost (program->gathering);
  g_clear_pointer (&program->gathering, geo_hub_gathering_free);
  program->was_gathering = TRUE;
  return !program->stopping;
}

static void
serve (Program *program, GeoHubConfig *config, const gchar *data_dir) {
  g_autoptr (GError) error = NULL;

  program->hub = geo_hub_new (config, data_dir);
  geo_hub_set_lost (program->hub, program->lost);
  /* It was ready before, so this time it is the watchdog that waits. */
  if (program->was_gathering)
    geo_hub_notify_busy (TRUE);
  if (!geo_hub_start (program->hub, &error)) {
    program->code = geo_hub_complain (code_of (error), "%s", error->message);
    return;
  }
  if (program->was_gathering)
    geo_hub_notify_busy (FALSE);
  g_signal_connect (program->hub, "failed", G_CALLBACK (failed_cb), program);
  g_signal_connect (program->hub, "stopped", G_CALLBACK (stopped_cb), program);
  say_listening (geo_hub_get_address (program->hub),
                 &geo_hub_get_community (program->hub)->community);
  g_main_loop_run (program->loop);
}

static GeoHubExit
run (const GeoHubPlace *place, gchar **listen) {
  Program program = { .code = GEO_HUB_EXIT_DONE };
  g_autoptr (GeoHubConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; listen != NULL && listen[i] != NULL; i++) {
    g_autoptr (GSocketAddress) address = geo_address_parse_numeric (listen[i],
                                                                    &error);

    if (address == NULL)
      return geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s", error->message);
  }
  config = read_config (place, listen, &error);
  if (config == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s", error->message);

  if (!geo_hub_file_check_folder (place->data_dir, &error))
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);

  signal (SIGPIPE, SIG_IGN);
  raise_file_limit ();
  program.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, signal_cb, &program);
  g_unix_signal_add (SIGINT, signal_cb, &program);
  g_unix_signal_add (SIGUSR1, go_on_cb, &program);
  geo_hub_notify_watchdog ();
  if (!geo_hub_gathering_is_due (place->data_dir) ||
      gather (&program, place, listen))
    serve (&program, g_steal_pointer (&config), place->data_dir);
  g_main_loop_unref (program.loop);
  g_clear_object (&program.hub);
  return program.code;
}

GeoHubExit
geo_hub_command_run (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_auto (GStrv) listen = NULL;
  gboolean verbose = FALSE;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &listen,
      "Listen at ADDR:PORT; may be given several times", "ADDR:PORT" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose,
      "Log what happens in detail", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Say which version this is",
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, NULL, 0,
          "The hub of a GEO community.\n\n"
          "Commands, each with its own --help:\n"
          "  run      Run the hub; what is done where no command is named\n"
          "  invite   Print the link with which people join\n"
          "  backup   Copy the database while the hub goes on\n"
          "  restore  Put a copy into the place of the database\n"
          "  check    Look whether everything in the database holds\n"
          "  export   Print what was signed, or who owes whom",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  if (version) {
    printf ("geo-hub %s\n", GEO_VERSION);
    return GEO_HUB_EXIT_DONE;
  }
  geo_hub_log_start (verbose);
  return run (&place, listen);
}
