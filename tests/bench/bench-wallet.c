/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One figure of the window a run, for bench-wallet.py, which runs this again
 * and again and divides: an empty window of libadwaita, the wallet's window
 * with a journal, scrolling through its activity, and what the other files
 * measure.  It decides nothing and is no test.
 */
#include "config.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench-wallet.h"

/* How long a window is left alone before its memory is read. */
#define REST_MS 2500
#define SCROLL_FRAMES 240
#define SCROLL_STEP 220

static gint64 began_us;

gint64
bench_clock_us (clockid_t clock) {
  struct timespec now;

  clock_gettime (clock, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int counter = -1;

/* Counts what this process and its threads to come carry out: a figure that
 * says the same whatever else the machine does.  Not every machine counts, nor
 * lets everybody; the figure is 0 then. */
static void
count_instructions (void) {
  struct perf_event_attr what = { 0 };

  what.type = PERF_TYPE_HARDWARE;
  what.size = sizeof what;
  what.config = PERF_COUNT_HW_INSTRUCTIONS;
  what.inherit = 1;
  what.exclude_kernel = 1;
  what.exclude_hv = 1;
  counter = (int) syscall (SYS_perf_event_open, &what, 0, -1, -1, 0);
}

static gint64
instructions (void) {
  guint64 count = 0;

  return counter >= 0 && read (counter, &count, sizeof count) == sizeof count
             ? (gint64) count
             : 0;
}

static gint64
resident_kib (void) {
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmRSS:");
  return line != NULL ? g_ascii_strtoll (line + strlen ("VmRSS:"), NULL, 10)
                      : 0;
}

gint64
bench_waited_us (void) {
  g_autofree gchar *text = NULL;
  const gchar *second;

  if (!g_file_get_contents ("/proc/thread-self/schedstat", &text, NULL, NULL) ||
      (second = strchr (text, ' ')) == NULL)
    return 0;
  return g_ascii_strtoll (second, NULL, 10) / 1000;
}

void
bench_say (const gchar *what, gint64 value) {
  printf ("%s %" G_GINT64_FORMAT "\n", what, value);
  fflush (stdout);
}

static gint
compare (gconstpointer a, gconstpointer b) {
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

void
bench_say_p99 (const gchar *what, GArray *samples) {
  g_autofree gchar *p99 = g_strconcat (what, "-p99-us", NULL);
  g_autofree gchar *max = g_strconcat (what, "-max-us", NULL);

  if (samples->len == 0)
    bench_fail ("Nothing was measured.");
  g_array_sort (samples, compare);
  bench_say (p99, g_array_index (samples, gint64, samples->len * 99 / 100));
  bench_say (max, g_array_index (samples, gint64, samples->len - 1));
}

void
bench_fail (const gchar *why) {
  fprintf (stderr, "geo-bench-wallet: %s\n", why);
  exit (1);
}

static gboolean
rested_cb (gpointer app) {
  bench_say ("memory-kib", resident_kib ());
  exit (0);
}

/* --- First frames -------------------------------------------------------- */

static gboolean is_there;
static gboolean is_drawn;

static void
painted_cb (GdkFrameClock *clock, gpointer window) {
  if (!is_there)
    bench_say ("first-frame-us", bench_clock_us (CLOCK_MONOTONIC) - began_us);
  is_there = TRUE;
  /* Until then it is being opened, and there is nothing to read. */
  if (is_drawn ||
      (GEO_IS_WINDOW (window) && geo_window_get_node (window) == NULL))
    return;
  is_drawn = TRUE;
  bench_say ("content-us", bench_clock_us (CLOCK_MONOTONIC) - began_us);
  g_timeout_add (REST_MS, rested_cb, NULL);
}

static void
realized_cb (GtkWidget *window) {
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint",
                    G_CALLBACK (painted_cb), window);
}

GtkWidget *
bench_empty_window (GtkApplication *app) {
  GtkWidget *window = adw_application_window_new (app);

  gtk_window_set_default_size (GTK_WINDOW (window), 960, 700);
  return window;
}

static void
empty_cb (GtkApplication *app) {
  GtkWidget *window = bench_empty_window (app);

  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
}

static void
window_added_cb (GtkApplication *app, GtkWindow *window) {
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
}

/* --- Scrolling ----------------------------------------------------------- */

GtkWidget *
bench_find (GtkWidget *root, GType type, const gchar *css_class) {
  if (g_type_is_a (G_OBJECT_TYPE (root), type) &&
      gtk_widget_get_mapped (root) &&
      (css_class == NULL || gtk_widget_has_css_class (root, css_class)))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = bench_find (child, type, css_class);

    if (found != NULL)
      return found;
  }
  return NULL;
}

static guint frames;
static gint64 cpu_us;
static gint64 before;

static gboolean
scroll_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GtkWidget *list = bench_find (window, GTK_TYPE_LIST_VIEW, NULL);
  GtkAdjustment *adjustment;

  if (list == NULL)
    return G_SOURCE_CONTINUE;
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  if (frames == SCROLL_FRAMES / 4) {
    cpu_us = bench_clock_us (CLOCK_PROCESS_CPUTIME_ID);
    before = instructions ();
  }
  if (frames == SCROLL_FRAMES + SCROLL_FRAMES / 4) {
    bench_say ("scroll-cpu-us",
               (bench_clock_us (CLOCK_PROCESS_CPUTIME_ID) - cpu_us) /
                   SCROLL_FRAMES);
    bench_say ("scroll-instructions",
               (instructions () - before) / SCROLL_FRAMES);
    bench_say ("scroll-rows",
               g_list_model_get_n_items (G_LIST_MODEL (
                   gtk_list_view_get_model (GTK_LIST_VIEW (list)))));
    bench_say ("scroll-pixels", (gint64) gtk_adjustment_get_value (adjustment));
    exit (0);
  }
  frames++;
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) +
                                            SCROLL_STEP);
  gtk_widget_queue_draw (window);
  return G_SOURCE_CONTINUE;
}

/* --- Beginning ------------------------------------------------------------ */

static GtkTickCallback ticking;

static void
tick_added_cb (GtkApplication *app, GtkWindow *window) {
  gtk_widget_add_tick_callback (GTK_WIDGET (window), ticking, NULL, NULL);
}

static gboolean
show_activity_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  if (geo_window_get_node (GEO_WINDOW (window)) == NULL)
    return G_SOURCE_CONTINUE;
  gtk_widget_activate_action (window, "win.show-page", "s", "activity");
  gtk_widget_add_tick_callback (window, scroll_cb, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static const struct {
  const gchar *name;
  void (*activate) (GtkApplication *app); /* Without a wallet. */
  GtkTickCallback tick; /* With one. */
} whats[] = {
  { "empty", empty_cb, NULL },      { "bare", bench_bare, NULL },
  { "redraw", bench_redraw, NULL }, { "market", bench_market, NULL },
  { "window", NULL, NULL },         { "scroll", NULL, show_activity_cb },
  { "pay", NULL, bench_pay_cb },    { "sync", NULL, bench_sync_cb },
  { "pdf", NULL, bench_pdf_cb },    { "payable", NULL, bench_payable_cb },
};

/* geo-bench-wallet WHAT, then the program's arguments. */
int
main (int argc, char **argv) {
  const gchar *began = g_getenv ("BENCH_BEGAN_US");
  g_autoptr (GApplication) app = NULL;
  guint i = 0;

  began_us = began != NULL ? g_ascii_strtoll (began, NULL, 10)
                           : bench_clock_us (CLOCK_MONOTONIC);
  while (argc > 1 && i < G_N_ELEMENTS (whats) &&
         !g_str_equal (whats[i].name, argv[1]))
    i++;
  if (argc < 2 || i == G_N_ELEMENTS (whats))
    bench_fail ("There is no such figure.");
  count_instructions ();
  if (whats[i].activate != NULL) {
    app = G_APPLICATION (
        adw_application_new ("net.geocredit.Bench", G_APPLICATION_NON_UNIQUE));
    g_signal_connect (app, "activate", G_CALLBACK (whats[i].activate), NULL);
    return g_application_run (app, 1, argv);
  }
  app = G_APPLICATION (geo_application_new ());
  ticking = whats[i].tick;
  g_signal_connect (app, "window-added",
                    ticking != NULL ? G_CALLBACK (tick_added_cb)
                                    : G_CALLBACK (window_added_cb),
                    NULL);
  argv[1] = argv[0];
  return g_application_run (app, argc - 1, argv + 1);
}
