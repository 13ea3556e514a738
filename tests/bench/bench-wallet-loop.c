/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the main loop is held up while something is done: a source that is
 * due each millisecond says how late it was, and 99 of 100 are not to be later
 * than a frame lasts.  In an empty window one word changes meanwhile: that much
 * is the toolkit's and the display's.
 */
#include "config.h"

#include <stdlib.h>

#include "bench-wallet.h"
#include "node/geo-statement.h"

#define WATCH_MS 1
#define PAYMENTS 200
#define WORDS 200
#define WORD_MS 20
#define HURRY_MS 200

static GArray *late;
static gint64 due_us;
static gint64 waited_before_us;

static gboolean
watch_cb (gpointer user_data) {
  gint64 now = bench_clock_us (CLOCK_MONOTONIC);
  gint64 waited = bench_waited_us ();

  if (due_us != 0) {
    gint64 held = MAX (now - due_us - (waited - waited_before_us), 0);

    g_array_append_val (late, held);
  }
  waited_before_us = waited;
  due_us = now + WATCH_MS * 1000;
  return G_SOURCE_CONTINUE;
}

static void
watch (void) {
  late = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_timeout_add_full (G_PRIORITY_HIGH, WATCH_MS, watch_cb, NULL, NULL);
}

G_NORETURN static void
end (void) {
  bench_say_p99 ("held-up", late);
  exit (0);
}

/* --- Paying -------------------------------------------------------------- */

static GeoPid payee;
static guint left = PAYMENTS;

static void pay_next (GeoNode *node);

static void
state_cb (GeoPayment *payment, GParamSpec *pspec, GeoNode *node) {
  GeoState state = geo_payment_get_state (payment);

  if (state == GEO_STATE_NOT_PAID)
    bench_fail ("A payment was not paid.");
  if (state == GEO_STATE_PAID)
    pay_next (node);
}

static void
pay_next (GeoNode *node) {
  GeoPayment *payment;

  if (left-- == 0)
    end ();
  payment = geo_node_pay (node, NULL, &payee, "UAH", GEO_AMOUNT (1), "bench",
                          NULL);
  if (payment == NULL)
    bench_fail ("A payment was refused.");
  g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), node);
}

static gboolean
settled_cb (gpointer node) {
  watch ();
  pay_next (node);
  return G_SOURCE_REMOVE;
}

gboolean
bench_pay_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (window));
  g_autoptr (GeoPerson) person = NULL;

  if (node == NULL || geo_node_get_connection (node) != GEO_CONNECTION_HUB)
    return G_SOURCE_CONTINUE;
  person = g_list_model_get_item (geo_node_get_people (node), 0);
  if (person == NULL)
    return G_SOURCE_CONTINUE;
  payee = *geo_person_get_pid (person);
  g_timeout_add (BENCH_SETTLE_MS, settled_cb, node);
  return G_SOURCE_REMOVE;
}

/* --- A word that changes in an empty window ------------------------------ */

static gboolean
word_cb (gpointer label) {
  static guint number;
  g_autofree gchar *text = g_strdup_printf ("%u", number++);

  if (number > WORDS)
    end ();
  gtk_label_set_label (label, text);
  return G_SOURCE_CONTINUE;
}

static gboolean
bare_cb (gpointer label) {
  watch ();
  g_timeout_add (WORD_MS, word_cb, label);
  return G_SOURCE_REMOVE;
}

void
bench_bare (GtkApplication *app) {
  GtkWidget *window = bench_empty_window (app);
  GtkWidget *label = gtk_label_new ("");

  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), label);
  gtk_window_present (GTK_WINDOW (window));
  g_timeout_add (BENCH_SETTLE_MS, bare_cb, label);
}

/* --- Catching up --------------------------------------------------------- */

static gint64 behind;

static void
progress_cb (GeoNode *node, GParamSpec *pspec, gpointer user_data) {
  gint64 done, total;

  if (geo_node_get_catching_up (node, &done, &total)) {
    if (behind == 0)
      watch ();
    behind = total;
  } else if (behind > 0) {
    bench_say ("entries", behind);
    end ();
  }
}

static gboolean
hurry_cb (gpointer node) {
  geo_node_hurry (node);
  return behind == 0;
}

/* The hub is there only now: opening the window is another figure. */
static gboolean
hub_cb (gpointer node) {
  g_signal_connect (node, "notify::progress", G_CALLBACK (progress_cb), NULL);
  bench_say ("settled", 1);
  g_timeout_add (HURRY_MS, hurry_cb, node);
  return G_SOURCE_REMOVE;
}

gboolean
bench_sync_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (window));

  if (node == NULL)
    return G_SOURCE_CONTINUE;
  g_timeout_add (BENCH_SETTLE_MS, hub_cb, node);
  return G_SOURCE_REMOVE;
}

/* --- A statement as PDF -------------------------------------------------- */

static gint64 saving_since;

static void
save (GeoNode *node, GeoStatementFormat format, GAsyncReadyCallback callback) {
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  saving_since = g_get_monotonic_time ();
  geo_node_statement_async (node, format, 0, G_MAXINT64, NULL, NULL, stream,
                            NULL, NULL, NULL, callback, NULL);
}

static gint64
end_saving (GeoNode *node, GAsyncResult *result, const gchar *said) {
  gint64 rows = 0;

  if (!geo_node_statement_finish (node, result, &rows, NULL))
    bench_fail ("There is no statement.");
  bench_say (said, g_get_monotonic_time () - saving_since);
  return rows;
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  bench_say ("rows", end_saving (GEO_NODE (source), result, "pdf-us"));
  end ();
}

/* The same rows read, and nothing laid out: what the pages are compared with.
 */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  end_saving (GEO_NODE (source), result, "csv-us");
  watch ();
  save (GEO_NODE (source), GEO_STATEMENT_PDF, saved_cb);
}

static gboolean
save_cb (gpointer node) {
  save (node, GEO_STATEMENT_CSV, read_cb);
  return G_SOURCE_REMOVE;
}

gboolean
bench_pdf_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (window));

  if (node == NULL)
    return G_SOURCE_CONTINUE;
  g_timeout_add (BENCH_SETTLE_MS, save_cb, node);
  return G_SOURCE_REMOVE;
}
