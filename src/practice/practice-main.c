/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-practice: a market to try things in, with a hub on this machine only and
 * pretended neighbours who are real light nodes.  Runs a program in it, or goes
 * on until it is told to end.  It is part of the build tree and never
 * installed.
 */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "practice/geo-market-hub.h"
#include "practice/geo-town.h"

#if GEO_DEVELOPMENT
#define DATA_FOLDER "geo-devel"
#else
#define DATA_FOLDER "geo"
#endif

/* In a folder that is ours: only such a one is emptied by --fresh. */
#define MARKER_FILE "practice-market"
#define HUB_FOLDER "hub"
#define PEOPLE_FOLDER "people"
#define PACE_MS 8000
#define PACE_MS_MIN 10
#define PACE_MS_MAX 3600000

typedef struct {
  /* Options. */
  gboolean is_fresh;
  gboolean is_quiet;
  gchar *folder;
  gint pace_ms;
  gint64 seed;
  gchar *ready_file;
  gchar **program;

  /* owned */
  GMainLoop *loop;
  GeoMarketHub *hub;
  GeoTown *town;
  GSubprocess *child;
  int status;
} Practice;

/* One sentence; the market ends with status 1. */
static void
end_badly (Practice *practice, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
end_badly (Practice *practice, const gchar *format, ...) {
  g_autofree gchar *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  /* Sentences of the node end by themselves. */
  fprintf (stderr, "geo-practice: %s%s\n", sentence,
           g_str_has_suffix (sentence, ".") ? "" : ".");
  practice->status = 1;
  if (practice->child != NULL)
    g_subprocess_send_signal (practice->child, SIGTERM);
  g_main_loop_quit (practice->loop);
}

/* --- The program -------------------------------------------------------- */

static void
child_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Practice *practice = user_data;
  GSubprocess *child = G_SUBPROCESS (source);
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (child, result, &error);
  g_clear_object (&practice->child);
  if (g_subprocess_get_if_exited (child))
    practice->status = g_subprocess_get_exit_status (child);
  else
    practice->status = 128 + g_subprocess_get_term_sig (child);
  g_main_loop_quit (practice->loop);
}

static void
start_program (Practice *practice) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "GEO_PRACTICE_HUB",
                                geo_market_hub_get_address (practice->hub),
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "GEO_PRACTICE_LINK",
                                geo_market_hub_get_link (practice->hub), TRUE);
  practice->child = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *) practice->program, &error);
  if (practice->child == NULL)
    end_badly (practice, "%s cannot be started: %s", practice->program[0],
               error->message);
  else
    g_subprocess_wait_async (practice->child, NULL, child_ended_cb, practice);
}

/* --- The market --------------------------------------------------------- */

static void
told_cb (const gchar *line, gpointer user_data) {
  Practice *practice = user_data;

  /* stdout belongs to the program where there is one. */
  if (practice->is_quiet || practice->program != NULL)
    return;
  puts (line);
  fflush (stdout);
}

static void
town_ready_cb (GeoTown *town, const GError *error, gpointer user_data) {
  Practice *practice = user_data;
  const gchar *link = geo_market_hub_get_link (practice->hub);
  g_autoptr (GError) local_error = NULL;

  if (error != NULL) {
    end_badly (practice, "the neighbours did not come: %s", error->message);
    return;
  }
  if (practice->ready_file != NULL) {
    g_autofree gchar *line = g_strconcat (link, "\n", NULL);

    if (!g_file_set_contents (practice->ready_file, line, -1, &local_error)) {
      end_badly (practice, "%s", local_error->message);
      return;
    }
  }
  if (practice->program != NULL)
    start_program (practice);
  else
    puts (link);
  fflush (stdout);
}

static void
hub_ready_cb (GeoMarketHub *hub, const GError *error, gpointer user_data) {
  Practice *practice = user_data;

  if (error != NULL)
    end_badly (practice, "%s; %s/" HUB_FOLDER "/log says why", error->message,
               practice->folder);
  else
    geo_town_open (practice->town, geo_market_hub_get_link (hub), town_ready_cb,
                   practice);
}

static void
hub_died_cb (GeoMarketHub *hub, gpointer user_data) {
  Practice *practice = user_data;

  end_badly (practice, "the hub ended; %s/" HUB_FOLDER "/log says why",
             practice->folder);
}

/* The program ends first, and the market with it. */
static gboolean
signal_cb (gpointer user_data) {
  Practice *practice = user_data;

  if (practice->child != NULL)
    g_subprocess_send_signal (practice->child, SIGTERM);
  else
    g_main_loop_quit (practice->loop);
  return G_SOURCE_CONTINUE;
}

/* --- The folder --------------------------------------------------------- */

static gboolean
remove_tree (const gchar *path, GError **error) {
  if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
      !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
    g_autoptr (GDir) dir = g_dir_open (path, 0, error);
    const gchar *name;

    if (dir == NULL)
      return FALSE;
    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree gchar *child = g_build_filename (path, name, NULL);

      if (!remove_tree (child, error))
        return FALSE;
    }
  }
  if (g_remove (path) != 0 && errno != ENOENT) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                 "%s cannot be removed", path);
    return FALSE;
  }
  return TRUE;
}

static gboolean
empty_folder (const gchar *folder, GError **error) {
  const gchar *const ours[] = { HUB_FOLDER, PEOPLE_FOLDER };
  g_autofree gchar *marker = g_build_filename (folder, MARKER_FILE, NULL);

  if (!g_file_test (marker, G_FILE_TEST_EXISTS))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++) {
    g_autofree gchar *path = g_build_filename (folder, ours[i], NULL);

    if (!remove_tree (path, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
prepare_folder (Practice *practice, GError **error) {
  g_autofree gchar *typed = g_steal_pointer (&practice->folder);
  g_autofree gchar *marker = NULL;

  practice->folder = typed != NULL ? g_canonicalize_filename (typed, NULL)
                                   : g_build_filename (g_get_user_data_dir (),
                                                       DATA_FOLDER, "@practice",
                                                       "market", NULL);
  if (practice->is_fresh && !empty_folder (practice->folder, error))
    return FALSE;
  if (g_mkdir_with_parents (practice->folder, 0700) != 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                 "the folder %s cannot be made: %s", practice->folder,
                 g_strerror (errno));
    return FALSE;
  }
  marker = g_build_filename (practice->folder, MARKER_FILE, NULL);
  return g_file_set_contents (
      marker, "Made by geo-practice; --fresh empties this folder.\n", -1,
      error);
}

/* --- The command line --------------------------------------------------- */

static const gchar description[] =
    "Starts a hub on this machine, with neighbours who know each other, and "
    "runs\nPROGRAM there, with GEO_PRACTICE_HUB (its address) and "
    "GEO_PRACTICE_LINK (an\ninvitation) in its environment; ends when that "
    "ends, with its exit status.\nWithout PROGRAM it prints the invitation "
    "and what happens, until Ctrl-C.\n\n"
    "Examples:\n"
    "  geo-practice --fresh\n"
    "  geo-practice -- sh -c 'geo --profile try join \"$GEO_PRACTICE_LINK\"'";

static gboolean
read_options (Practice *practice, int *argc, char ***argv) {
  g_autoptr (GOptionContext) context =
      g_option_context_new ("[--] [PROGRAM ARGUMENT…]");
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "fresh", 0, 0, G_OPTION_ARG_NONE, &practice->is_fresh,
      "Begin anew; what was in the market is deleted", NULL },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &practice->folder,
      "Keep the market in this folder", "DIR" },
    { "pace", 0, 0, G_OPTION_ARG_INT, &practice->pace_ms,
      "Time between two payments, in milliseconds (8000)", "MS" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &practice->seed,
      "The same number lets the same things happen", "N" },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &practice->is_quiet,
      "Do not tell what happens", NULL },
    { "ready-file", 0, 0, G_OPTION_ARG_FILENAME, &practice->ready_file,
      "Write the invitation to this file when the market is ready", "FILE" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  /* What follows PROGRAM is for it. */
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    fprintf (stderr, "geo-practice: %s.\n", error->message);
    return FALSE;
  }
  if (practice->pace_ms < PACE_MS_MIN || practice->pace_ms > PACE_MS_MAX) {
    fprintf (stderr, "geo-practice: --pace takes %d to %d milliseconds.\n",
             PACE_MS_MIN, PACE_MS_MAX);
    return FALSE;
  }
  if (*argc > 1 && g_str_equal ((*argv)[1], "--")) {
    (*argv)++;
    (*argc)--;
  }
  if (*argc > 1)
    practice->program = g_strdupv (*argv + 1);
  return TRUE;
}

static void
run (Practice *practice) {
  g_autofree gchar *hub = g_build_filename (practice->folder, HUB_FOLDER, NULL);
  g_autofree gchar *people = g_build_filename (practice->folder, PEOPLE_FOLDER,
                                               NULL);
  guint interrupt, end;

  practice->loop = g_main_loop_new (NULL, FALSE);
  interrupt = g_unix_signal_add (SIGINT, signal_cb, practice);
  end = g_unix_signal_add (SIGTERM, signal_cb, practice);
  practice->town = geo_town_new (people, (guint) practice->pace_ms,
                                 (guint32) practice->seed);
  geo_town_set_told (practice->town, told_cb, practice);
  practice->hub = geo_market_hub_start (hub, hub_ready_cb, hub_died_cb,
                                        practice);

  g_main_loop_run (practice->loop);

  geo_town_free (practice->town);
  geo_market_hub_stop (practice->hub);
  g_source_remove (interrupt);
  g_source_remove (end);
  g_main_loop_unref (practice->loop);
}

int
main (int argc, char **argv) {
  Practice practice = { .pace_ms = PACE_MS, .seed = g_random_int () };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  if (!read_options (&practice, &argc, &argv)) {
    practice.status = 2;
  } else if (!prepare_folder (&practice, &error)) {
    fprintf (stderr, "geo-practice: %s.\n", error->message);
    practice.status = 1;
  } else {
    run (&practice);
  }
  g_clear_object (&practice.child);
  g_free (practice.folder);
  g_free (practice.ready_file);
  g_strfreev (practice.program);
  return practice.status;
}
