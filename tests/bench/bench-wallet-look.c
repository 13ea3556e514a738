/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What somebody waits for with their eyes on the window: from the last key of
 * an amount until the window shows that it can be paid, and how long a frame of
 * a market of 500 people takes to draw while it is moved.
 */
#include "config.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "bench-wallet.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-market-view.h"

#define AMOUNTS 100
#define KEY_MS 40
#define MARKET_PEOPLE 500
#define MARKET_FRAMES 300

/* --- Payable ------------------------------------------------------------- */

static GArray *took;
static guint amounts;
static guint keys;
static gint64 pressed_us;
static gint64 waited_us;
static GtkWidget *text;
static gboolean is_waiting;

static gboolean key_cb (gpointer window);

static void
shown_cb (GdkFrameClock *clock, gpointer window) {
  GtkWidget *button = bench_find (window, GTK_TYPE_BUTTON, "suggested-action");
  gint64 us;

  if (!is_waiting || button == NULL || !gtk_widget_is_sensitive (button))
    return;
  is_waiting = FALSE;
  us = bench_clock_us (CLOCK_MONOTONIC) - pressed_us -
       (bench_waited_us () - waited_us);
  g_array_append_val (took, us);
  if (++amounts == AMOUNTS) {
    bench_say_p99 ("payable", took);
    exit (0);
  }
  keys = 0;
  gtk_editable_set_text (GTK_EDITABLE (text), "");
  g_timeout_add (KEY_MS, key_cb, window);
}

/* Another amount each time: 1.00 to 1.99. */
static gboolean
key_cb (gpointer window) {
  g_autofree gchar *amount =
      g_strdup_printf ("1%s%02u", nl_langinfo (RADIXCHAR), amounts % 100);

  keys++;
  if (keys == strlen (amount)) {
    waited_us = bench_waited_us ();
    pressed_us = bench_clock_us (CLOCK_MONOTONIC);
    is_waiting = TRUE;
  }
  amount[keys] = '\0';
  gtk_editable_set_text (GTK_EDITABLE (text), amount);
  gtk_editable_set_position (GTK_EDITABLE (text), -1);
  return is_waiting ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
type_cb (gpointer window) {
  GtkWidget *entry = bench_find (window, GEO_TYPE_AMOUNT_ENTRY, NULL);

  text = entry != NULL ? bench_find (entry, GTK_TYPE_TEXT, NULL) : NULL;
  if (text == NULL)
    bench_fail ("Nothing can be typed.");
  took = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint",
                    G_CALLBACK (shown_cb), window);
  g_timeout_add (KEY_MS, key_cb, window);
  return G_SOURCE_REMOVE;
}

gboolean
bench_payable_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (window));
  g_autoptr (GeoPerson) person = NULL;

  if (node == NULL || geo_node_get_connection (node) != GEO_CONNECTION_HUB)
    return G_SOURCE_CONTINUE;
  person = g_list_model_get_item (geo_node_get_people (node), 0);
  if (person == NULL)
    return G_SOURCE_CONTINUE;
  gtk_widget_activate_action (window, "win.pay", "s",
                              geo_person_get_pid_text (person));
  g_timeout_add (BENCH_SETTLE_MS, type_cb, window);
  return G_SOURCE_REMOVE;
}

/* --- The market ---------------------------------------------------------- */

static GArray *drew;
static gint64 frame_us;
static gint64 frame_waited_us;
static guint frames;

static void
before_cb (GdkFrameClock *clock, gpointer user_data) {
  frame_waited_us = bench_waited_us ();
  frame_us = bench_clock_us (CLOCK_MONOTONIC);
}

static void
after_cb (GdkFrameClock *clock, gpointer user_data) {
  gint64 us = bench_clock_us (CLOCK_MONOTONIC) - frame_us -
              (bench_waited_us () - frame_waited_us);

  if (drew == NULL)
    return;
  g_array_append_val (drew, us);
  if (drew->len == MARKET_FRAMES) {
    bench_say_p99 ("frame", drew);
    exit (0);
  }
}

/* Half of the time the whole market is moved, then it comes nearer, is moved
 * there, and goes away again. */
static gboolean
move_cb (GtkWidget *view, GdkFrameClock *clock, gpointer user_data) {
  guint n = drew != NULL ? drew->len : 0;

  if (drew == NULL && ++frames == 60)
    drew = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (!GEO_IS_MARKET_VIEW (view)) {
    gtk_widget_queue_draw (view);
    return G_SOURCE_CONTINUE;
  }
  geo_market_view_pan (GEO_MARKET_VIEW (view), n % 40 < 20 ? 8 : -8,
                       n % 60 < 30 ? 6 : -6);
  if (n >= MARKET_FRAMES / 2)
    geo_market_view_zoom (GEO_MARKET_VIEW (view),
                          n < MARKET_FRAMES * 3 / 4 ? 1.02 : 1 / 1.02);
  return G_SOURCE_CONTINUE;
}

static void
move (GtkWidget *window, GtkWidget *view) {
  GdkFrameClock *clock;

  gtk_window_present (GTK_WINDOW (window));
  clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), NULL);
  gtk_widget_add_tick_callback (view, move_cb, NULL, NULL);
}

/* Everybody is somebody's friend, and every tenth is on a circle with me. */
static GeoMarketGraph *
make_market (void) {
  GeoMarketGraph *graph = geo_market_graph_new ("me", "Nadia", "You");
  guint debtor = G_MAXUINT;

  for (guint i = 1; i <= MARKET_PEOPLE; i++) {
    g_autofree gchar *key = g_strdup_printf ("person-%u", i);
    g_autofree gchar *name = g_strdup_printf ("Olena %u", i);
    guint point = geo_market_graph_add (graph, key, name, "You trust Olena");

    if (point == G_MAXUINT)
      bench_fail ("The market is full.");
    geo_market_graph_tie (graph,
                          i % 3 == 0   ? GEO_MARKET_OWES
                          : i % 3 == 1 ? GEO_MARKET_TRUSTS
                                       : GEO_MARKET_KNOWS,
                          0, point);
    if (i % 10 == 0 && debtor != G_MAXUINT)
      geo_market_graph_add_circle (graph, debtor, point, 0, FALSE);
    debtor = point;
  }
  geo_market_graph_arrange (graph, NULL);
  return graph;
}

void
bench_market (GtkApplication *app) {
  g_autoptr (GeoMarketGraph) graph = make_market ();
  GtkWidget *window = bench_empty_window (app);
  GeoMarketView *view = geo_market_view_new ();

  gtk_widget_set_vexpand (GTK_WIDGET (view), TRUE);
  geo_market_view_set_graph (view, graph);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window),
                                      GTK_WIDGET (view));
  move (window, GTK_WIDGET (view));
}

void
bench_redraw (GtkApplication *app) {
  GtkWidget *window = bench_empty_window (app);

  move (window, window);
}
