/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the figures of the window share: a clock, a way to say a figure, and the
 * figures that other files measure.  Each run measures one and ends.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"
#include "wallet/geo-window.h"

G_BEGIN_DECLS

/* How long a window is left alone before something is done in it. */
#define BENCH_SETTLE_MS 1500

gint64 bench_clock_us (clockid_t clock);
/* How long this thread has waited for a processor: what others do on this
 * machine holds up nobody's main loop. */
gint64 bench_waited_us (void);
void bench_say (const gchar *what, gint64 value);
/* What is said of many: what 99 of 100 do not exceed, and the most. */
void bench_say_p99 (const gchar *what, GArray *samples);
G_NORETURN void bench_fail (const gchar *why);
/* The first mapped widget of this type in root, with this style; NULL. */
GtkWidget *bench_find (GtkWidget *root, GType type, const gchar *css_class);
/* An empty window of libadwaita. */
GtkWidget *bench_empty_window (GtkApplication *app);

/* Each is asked once a frame until it has begun: GtkTickCallback. */
gboolean
bench_pay_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data);
gboolean
bench_sync_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data);
gboolean
bench_pdf_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data);
gboolean
bench_payable_cb (GtkWidget *window, GdkFrameClock *clock, gpointer user_data);

/* In a window without a wallet. */
void bench_bare (GtkApplication *app);
void bench_market (GtkApplication *app);
void bench_redraw (GtkApplication *app);

G_END_DECLS
