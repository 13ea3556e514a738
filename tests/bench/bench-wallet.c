/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One figure of the window a run, for bench-wallet.py, which runs this again
 * and again and divides: an empty window of libadwaita, the wallet's window
 * with a journal, scrolling through its activity, and how long the main loop is
 * held up while payments are made.  It decides nothing and is no test.
 */
#include "config.h"

#include <adwaita.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "node/geo-node.h"
#include "wallet/geo-window.h"

/* How long a window is left alone before its memory is read. */
#define REST_MS 2500
#define SCROLL_FRAMES 240
#define SCROLL_STEP 220
#define PAYMENTS 60
#define WATCH_MS 1

static gint64 began_us;

static gint64
clock_us (clockid_t clock) {
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

static void
say (const gchar *what, gint64 value) {
  printf ("%s %" G_GINT64_FORMAT "\n", what, value);
  fflush (stdout);
}

static gboolean
rested_cb (gpointer app) {
  say ("memory-kib", resident_kib ());
  exit (0);
}

/* --- First frames -------------------------------------------------------- */

static gboolean is_there;
static gboolean is_drawn;

static void
painted_cb (GdkFrameClock *clock, gpointer window) {
  if (!is_there)
    say ("first-frame-us", clock_us (CLOCK_MONOTONIC) - began_us);
  is_there = TRUE;
  /* Until then it is being opened, and there is nothing to read. */
  if (is_drawn ||
      (GEO_IS_WINDOW (window) && geo_window_get_node (window) == NULL))
    return;
  is_drawn = TRUE;
  say ("content-us", clock_us (CLOCK_MONOTONIC) - began_us);
  g_timeout_add (REST_MS, rested_cb, NULL);
}

static void
realized_cb (GtkWidget *window) {
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint",
                    G_CALLBACK (painted_cb), window);
}

static void
empty_cb (GApplication *app) {
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (app));

  gtk_window_set_default_size (GTK_WINDOW (window), 960, 700);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
}

static void
window_added_cb (GtkApplication *app, GtkWindow *window) {
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
}

/* --- Scrolling ----------------------------------------------------------- */

static GtkWidget *
find (GtkWidget *root, GType type) {
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && gtk_widget_get_mapped (root))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find (child, type);

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
  GtkWidget *list = find (window, GTK_TYPE_LIST_VIEW);
  GtkAdjustment *adjustment;

  if (list == NULL)
    return G_SOURCE_CONTINUE;
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  if (frames == SCROLL_FRAMES / 4) {
    cpu_us = clock_us (CLOCK_PROCESS_CPUTIME_ID);
    before = instructions ();
  }
  if (frames == SCROLL_FRAMES + SCROLL_FRAMES / 4) {
    say ("scroll-cpu-us",
         (clock_us (CLOCK_PROCESS_CPUTIME_ID) - cpu_us) / SCROLL_FRAMES);
    say ("scroll-instructions", (instructions () - before) / SCROLL_FRAMES);
    say ("scroll-rows", g_list_model_get_n_items (G_LIST_MODEL (
                            gtk_list_view_get_model (GTK_LIST_VIEW (list)))));
    say ("scroll-pixels", (gint64) gtk_adjustment_get_value (adjustment));
    exit (0);
  }
  frames++;
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) +
                                            SCROLL_STEP);
  gtk_widget_queue_draw (window);
  return G_SOURCE_CONTINUE;
}

/* --- Holding up the main loop -------------------------------------------- */

static GArray *late;
static gint64 due_us;
static gint64 waited_before_us;
static guint left;

static gint
compare (gconstpointer a, gconstpointer b) {
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

/* How long this thread has waited for a processor: what others do on this
 * machine holds up nobody's main loop. */
static gint64
waited_us (void) {
  g_autofree gchar *text = NULL;
  const gchar *second;

  if (!g_file_get_contents ("/proc/thread-self/schedstat", &text, NULL, NULL) ||
      (second = strchr (text, ' ')) == NULL)
    return 0;
  return g_ascii_strtoll (second, NULL, 10) / 1000;
}

static gboolean
watch_cb (gpointer user_data) {
  gint64 now = clock_us (CLOCK_MONOTONIC);
  gint64 waited = waited_us ();

  if (due_us != 0) {
    gint64 held = MAX (now - due_us - (waited - waited_before_us), 0);

    g_array_append_val (late, held);
  }
  waited_before_us = waited;
  due_us = now + WATCH_MS * 1000;
  return G_SOURCE_CONTINUE;
}

static void pay_next (GeoNode *node);

static void
state_cb (GeoPayment *payment, GParamSpec *pspec, GeoNode *node) {
  GeoState state = geo_payment_get_state (payment);

  if (state == GEO_STATE_PAID || state == GEO_STATE_NOT_PAID)
    pay_next (node);
}

static GeoPid payee;

static void
pay_next (GeoNode *node) {
  GeoPayment *payment;

  if (left-- == 0) {
    g_array_sort (late, compare);
    say ("held-up-p99-us", g_array_index (late, gint64, late->len * 99 / 100));
    say ("held-up-max-us", g_array_index (late, gint64, late->len - 1));
    exit (0);
  }
  payment = geo_node_pay (node, NULL, &payee, "UAH", GEO_AMOUNT (100), "bench",
                          NULL);
  if (payment == NULL)
    exit (1);
  g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), node);
}

static gboolean
start_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (window));
  g_autoptr (GeoPerson) person = NULL;

  if (node == NULL || geo_node_get_connection (node) != GEO_CONNECTION_HUB)
    return G_SOURCE_CONTINUE;
  person = g_list_model_get_item (geo_node_get_people (node), 0);
  if (person == NULL)
    return G_SOURCE_CONTINUE;
  payee = *geo_person_get_pid (person);
  left = PAYMENTS;
  late = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_timeout_add_full (G_PRIORITY_HIGH, WATCH_MS, watch_cb, NULL, NULL);
  pay_next (node);
  return G_SOURCE_REMOVE;
}

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

/* bench-wallet empty | window | scroll | pay, then the program's arguments. */
int
main (int argc, char **argv) {
  const gchar *what = argc > 1 ? argv[1] : "";
  const gchar *began = g_getenv ("BENCH_BEGAN_US");
  g_autoptr (GApplication) app = NULL;

  began_us = began != NULL ? g_ascii_strtoll (began, NULL, 10)
                           : clock_us (CLOCK_MONOTONIC);
  count_instructions ();
  if (g_str_equal (what, "empty")) {
    app = G_APPLICATION (
        adw_application_new ("net.geocredit.Bench", G_APPLICATION_NON_UNIQUE));
    g_signal_connect (app, "activate", G_CALLBACK (empty_cb), NULL);
    return g_application_run (app, 1, argv);
  }
  app = G_APPLICATION (geo_application_new ());
  if (g_str_equal (what, "window")) {
    g_signal_connect (app, "window-added", G_CALLBACK (window_added_cb), NULL);
  } else {
    ticking = g_str_equal (what, "scroll") ? show_activity_cb : start_cb;
    g_signal_connect (app, "window-added", G_CALLBACK (tick_added_cb), NULL);
  }
  argv[1] = argv[0];
  return g_application_run (app, argc - 1, argv + 1);
}
