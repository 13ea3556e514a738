/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-bench: what to measure, and how it is said.  It passes no judgement but
 * "ok" and "short", and ends with success whatever they are.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

static gboolean as_json;
static gboolean in_short;
static gchar **only;

static const GOptionEntry options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "One JSON object a figure",
    NULL },
  { "short", 0, 0, G_OPTION_ARG_NONE, &in_short,
    "Less of everything: a look, not a measurement", NULL },
  { "figure", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only,
    "Only this figure; may be repeated", "NAME" },
  { NULL },
};

static gboolean
is_wanted (const gchar *name) {
  return only == NULL || g_strv_contains ((const gchar *const *) only, name);
}

gboolean
bench_wants (const gchar *const *names) {
  for (guint i = 0; names[i] != NULL; i++)
    if (is_wanted (names[i]))
      return TRUE;
  return FALSE;
}

guint
bench_scale (guint full, guint in_short_run) {
  return in_short ? in_short_run : full;
}

void
bench_note (const gchar *format, ...) {
  va_list arguments;

  va_start (arguments, format);
  fputs ("# ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

/* Three digits that say something. */
static const gchar *
say (gchar *out, gsize size, gdouble value) {
  gdouble size_of = value < 0 ? -value : value;

  if (size_of >= 100)
    g_snprintf (out, (gulong) size, "%.0f", value);
  else if (size_of >= 1 || value == 0)
    g_snprintf (out, (gulong) size, "%.2f", value);
  else
    g_snprintf (out, (gulong) size, "%.4f", value);
  return out;
}

void
bench_figure_of (const gchar *name,
                 const gchar *unit,
                 gdouble value,
                 gdouble base,
                 BenchGoal goal_is,
                 gdouble goal,
                 gdouble possible) {
  gdouble ratio = base > 0 ? value / base : value;
  gdouble shown;
  gboolean good = TRUE;
  const gchar *relation = "";
  gchar texts[5][32];
  gchar numbers[5][G_ASCII_DTOSTR_BUF_SIZE];

  if (!is_wanted (name))
    return;
  /* What is shown is what is judged. */
  shown = g_ascii_strtod (say (texts[2], sizeof texts[2], ratio), NULL);
  switch (goal_is) {
  case BENCH_NO_GOAL:
    relation = "";
    break;
  case BENCH_AT_MOST:
    relation = "<=";
    good = shown <= goal;
    break;
  case BENCH_AT_LEAST:
    relation = ">=";
    good = shown >= goal;
    break;
  }
  if (as_json) {
    g_ascii_dtostr (numbers[0], sizeof numbers[0], value);
    g_ascii_dtostr (numbers[1], sizeof numbers[1], base);
    g_ascii_dtostr (numbers[2], sizeof numbers[2], ratio);
    g_ascii_dtostr (numbers[3], sizeof numbers[3], goal);
    g_ascii_dtostr (numbers[4], sizeof numbers[4], possible);
    printf ("{\"name\":\"%s\",\"unit\":\"%s\",\"value\":%s,\"base\":%s,"
            "\"ratio\":%s,\"goal\":\"%s%s\",\"ok\":%s,\"possible\":%s}\n",
            name, unit, numbers[0], base > 0 ? numbers[1] : "null", numbers[2],
            relation, goal_is == BENCH_NO_GOAL ? "" : numbers[3],
            goal_is == BENCH_NO_GOAL ? "null"
            : good                   ? "true"
                                     : "false",
            possible > 0 ? numbers[4] : "null");
  } else {
    g_autofree gchar *with_unit =
        g_strdup_printf ("%s %s", say (texts[0], sizeof texts[0], value), unit);
    g_autofree gchar *at_best =
        possible > 0
            ? g_strdup_printf ("  of %s possible here",
                               say (texts[4], sizeof texts[4], possible))
            : g_strdup ("");

    printf ("%-24s %-20s %12s %10s %3s %-6s %s%s\n", name, with_unit,
            base > 0 ? say (texts[1], sizeof texts[1], base) : "-",
            say (texts[2], sizeof texts[2], ratio), relation,
            goal_is == BENCH_NO_GOAL ? "-"
                                     : say (texts[3], sizeof texts[3], goal),
            goal_is == BENCH_NO_GOAL ? ""
            : good                   ? "ok"
                                     : "short",
            at_best);
  }
  fflush (stdout);
}

void
bench_figure (const gchar *name,
              const gchar *unit,
              gdouble value,
              gdouble base,
              BenchGoal goal_is,
              gdouble goal) {
  bench_figure_of (name, unit, value, base, goal_is, goal, 0);
}

int
main (int argc, char **argv) {
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  if (argc > 1 && strcmp (argv[1], "load") == 0)
    return bench_load_main (argc - 1, argv + 1);
  if (argc > 1 && strcmp (argv[1], "node") == 0)
    return bench_node_main (argc - 1, argv + 1);

  context = g_option_context_new (NULL);
  g_option_context_set_summary (
      context, "Measures this build against what the same machine does with "
               "libsodium and SQLite alone.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "geo-bench: %s\n", error->message);
    return 2;
  }
  if (!as_json)
    printf ("%-24s %-20s %12s %10s %10s\n", "figure", "value", "base", "ratio",
            "goal");
  bench_engine ();
  bench_hub ();
  bench_graphs ();
  bench_party ();
  bench_node ();
  g_strfreev (only);
  return 0;
}
