/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happened last, kept in a ring until somebody needs it, and the end of a
 * run where something was wrong.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdlib.h>

#define LINES_MAX 20000
#define SHOWN_MAX 60
#define SHOWN_LAST 15

typedef struct {
  guint step;
  GeoTime at;
  gint node; /* −1: the hub */
  gchar text[120];
} Line;

struct _SimTrace {
  gboolean verbose;
  guint64 n;
  Line lines[LINES_MAX];
};

SimTrace *
sim_trace_new (gboolean verbose) {
  SimTrace *trace = g_new0 (SimTrace, 1);

  trace->verbose = verbose;
  return trace;
}

void
sim_trace_free (SimTrace *trace) {
  g_free (trace);
}

static void
show (const Sim *sim, const Line *line) {
  g_autofree gchar *time = geo_time_to_string (line->at);
  gchar who[16] = "hub";

  if (line->node >= 0)
    g_snprintf (who, sizeof who, "node %d", line->node);
  g_print ("# %6u %s %-8s %s\n", line->step, time, who, line->text);
}

void
sim_trace (Sim *sim, const SimNode *node, const gchar *format, ...) {
  Line *line = &sim->trace->lines[sim->trace->n++ % LINES_MAX];
  va_list arguments;

  line->step = sim->step;
  line->at = sim->now;
  line->node = node == NULL ? -1 : (gint) node->index;
  va_start (arguments, format);
  g_vsnprintf (line->text, sizeof line->text, format, arguments);
  va_end (arguments);
  if (sim->trace->verbose)
    show (sim, line);
}

/* The last of whoever is concerned, and the very last of all. */
static void
show_last (const Sim *sim, const SimNode *node) {
  const SimTrace *trace = sim->trace;
  guint64 first = trace->n > LINES_MAX ? trace->n - LINES_MAX : 0;
  g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint64 i = trace->n; i-- > first && shown->len < SHOWN_MAX;) {
    const Line *line = &trace->lines[i % LINES_MAX];

    if (trace->n - i <= SHOWN_LAST || node == NULL || line->node < 0 ||
        line->node == (gint) node->index)
      g_array_append_val (shown, i);
  }
  for (guint i = shown->len; i-- > 0;)
    show (sim, &trace->lines[g_array_index (shown, guint64, i) % LINES_MAX]);
}

static const gchar *
profile_name (SimProfile profile) {
  switch (profile) {
  case SIM_PROFILE_CALM:
    return "calm";
  case SIM_PROFILE_MARKET:
    return "market";
  case SIM_PROFILE_STORM:
    return "storm";
  case SIM_PROFILE_TOWN:
    return "town";
  }
  return "?";
}

void
sim_fail (Sim *sim,
          const SimNode *node,
          const gchar *invariant,
          const gchar *format,
          ...) {
  const SimOptions *options = &sim->options;
  gchar *text, *valid;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* It may quote a file with a bit flipped. */
  valid = g_utf8_make_valid (text, -1);
  show_last (sim, node);
  g_print ("FAILED %s at step %u%s%s: %s\n", invariant, sim->step,
           node == NULL ? "" : " of ", node == NULL ? "" : node->name, valid);
  g_free (valid);
  g_free (text);
  g_print ("again: --seed %" G_GUINT64_FORMAT
           " --nodes %u --steps %u --profile %s",
           options->seed, options->n_nodes, options->n_steps,
           profile_name (options->profile));
  if (options->plant != SIM_PLANT_NONE)
    g_print (" --plant %s", sim_plant_name (options->plant));
  g_print ("\n");
  exit (1);
}

void
sim_fail_store (Sim *sim,
                const SimNode *node,
                const gchar *invariant,
                const GError *error) {
  sim_fail (sim, node, invariant, "%s", error->message);
}
