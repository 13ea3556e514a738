/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-sim: runs a simulated town by seed.  It owns the options and what is
 * printed at the end; the exit status is 0 only where everything held.
 */
#include "sim.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <locale.h>

static Sim *running;

/* An assertion somewhere below: which run it was is all that is missing. */
static void
crashed (int number) {
  gchar text[200];
  gint len = g_snprintf (text, sizeof text,
                         "FAILED crash %d at step %u\nagain: --seed "
                         "%" G_GUINT64_FORMAT " --nodes %u --steps %u\n",
                         number, running == NULL ? 0 : running->step,
                         running == NULL ? 0 : running->options.seed,
                         running == NULL ? 0 : running->options.n_nodes,
                         running == NULL ? 0 : running->options.n_steps);

  if (write (STDOUT_FILENO, text, (size_t) len) < 0)
    _exit (3);
  signal (number, SIG_DFL);
  raise (number);
}

static gboolean
read_profile (const gchar *text, SimProfile *out) {
  static const gchar *const names[] = { "calm", "market", "storm", "town" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0) {
      *out = (SimProfile) i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_plant (const gchar *text, SimPlant *out) {
  for (guint i = 0; i < SIM_N_PLANTS; i++)
    if (g_strcmp0 (text, sim_plant_name ((SimPlant) i)) == 0) {
      *out = (SimPlant) i;
      return TRUE;
    }
  return FALSE;
}

static void
remove_folder (const gchar *path) {
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_folder (child);
    else
      g_unlink (child);
  }
  g_rmdir (path);
}

static gchar *folder;

static void
clean_up (void) {
  remove_folder (folder);
}

static void
run (const SimOptions *options, guint64 *counts) {
  guint64 steps;

  running = sim_new (options);
  sim_run (running);
  for (guint i = 0; i < SIM_N_COUNTS; i++)
    counts[i] += running->counts[i];
  steps = running->step;
  g_print ("seed %" G_GUINT64_FORMAT ": steps %" G_GUINT64_FORMAT
           " hash %016" G_GINT64_MODIFIER "x\n",
           options->seed, steps, running->hash);
  g_clear_pointer (&running, sim_free);
  remove_folder (folder);
  g_assert (g_mkdir_with_parents (folder, 0700) == 0);
}

int
main (int argc, char **argv) {
  SimOptions options = { .n_nodes = 12, .n_steps = 2000 };
  gint64 seed = 1, count = 1;
  gint nodes = 12, steps = 2000, until = 0;
  g_autofree gchar *profile = NULL;
  g_autofree gchar *plant = NULL;
  g_autofree gchar *town = NULL;
  gboolean verbose = FALSE, no_memo = FALSE;
  guint64 counts[SIM_N_COUNTS] = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "The first run's seed", "N" },
    { "count", 0, 0, G_OPTION_ARG_INT64, &count, "How many seeds", "N" },
    { "nodes", 0, 0, G_OPTION_ARG_INT, &nodes, "Light nodes", "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of each life", "N" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile,
      "calm, market, storm or town", "NAME" },
    { "town", 0, 0, G_OPTION_ARG_FILENAME, &town, "The town's file", "FILE" },
    { "until", 0, 0, G_OPTION_ARG_INT, &until, "Stop just before", "STEP" },
    { "plant", 0, 0, G_OPTION_ARG_STRING, &plant,
      "Make a mistake that has to be noticed", "NAME" },
    { "no-memo", 0, 0, G_OPTION_ARG_NONE, &no_memo, "Reckon everything again",
      NULL },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &verbose, "Tell everything", NULL },
    { NULL },
  };

  setlocale (LC_ALL, "C");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || nodes < 3 ||
      nodes > 250 || steps < 1 || count < 1 ||
      !read_profile (profile != NULL ? profile : "storm", &options.profile) ||
      !read_plant (plant != NULL ? plant : "none", &options.plant) ||
      (options.profile == SIM_PROFILE_TOWN && town == NULL)) {
    g_printerr ("%s\n", error != NULL ? error->message : "see --help");
    return 2;
  }
  options.n_nodes = (guint) nodes;
  options.n_steps = (guint) steps;
  options.until = (guint) MAX (until, 0);
  options.verbose = verbose;
  options.no_memo = no_memo;
  options.town = town;
  /* Locks have to be real files; memory is the fastest place for them. */
  folder = g_strdup_printf ("%s/geo-sim-XXXXXX",
                            g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR)
                                ? "/dev/shm"
                                : g_get_tmp_dir ());
  if (g_mkdtemp (folder) == NULL) {
    g_printerr ("%s cannot be made\n", folder);
    return 2;
  }
  options.folder = folder;
  atexit (clean_up);
  signal (SIGABRT, crashed);
  signal (SIGSEGV, crashed);
  signal (SIGTRAP, crashed);

  for (gint64 i = 0; i < count; i++) {
    options.seed = (guint64) (seed + i);
    run (&options, counts);
  }
  g_print ("counts:");
  for (guint i = 0; i < SIM_N_COUNTS; i++)
    g_print (" %s=%" G_GUINT64_FORMAT, sim_count_name ((SimCount) i),
             counts[i]);
  g_print ("\n");
  return 0;
}
