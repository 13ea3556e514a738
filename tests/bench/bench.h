/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bench: figures as ratios to what the same machine did in the same run.
 * It measures and says; it decides nothing and is no timed test.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-contract.h"
#include "core/geo-key.h"

G_BEGIN_DECLS

typedef enum {
  BENCH_NO_GOAL = 1,
  BENCH_AT_MOST = 2,
  BENCH_AT_LEAST = 3,
} BenchGoal;

/* TRUE where one of these names (NULL-terminated) is to be measured. */
gboolean bench_wants (const gchar *const *names);
/* One of them in a short run, all of them otherwise. */
guint bench_scale (guint full, guint in_short);
/* Prints the line: value ÷ base against goal; base 0: the value itself. */
void bench_figure (const gchar *name,
                   const gchar *unit,
                   gdouble value,
                   gdouble base,
                   BenchGoal goal_is,
                   gdouble goal);
/* The same with the best ratio that this machine allows, as far as what was
 * measured in this run says it. */
void bench_figure_of (const gchar *name,
                      const gchar *unit,
                      gdouble value,
                      gdouble base,
                      BenchGoal goal_is,
                      gdouble goal,
                      gdouble possible);
/* What goes with the figures and is none, on the standard error. */
void bench_note (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* --- What everything is compared with --------------------------------------
 */

/* Seconds of CPU of one signature check, bare libsodium, of 400 bytes. */
gdouble bench_verify_seconds (void);
gdouble bench_sign_seconds (void);
/* The same while something else is measured, now and then, in a thread of its
 * own: on a machine that others use too, both are slower. */
typedef struct _BenchMeter BenchMeter;
BenchMeter *bench_meter_start (void);
/* cpu (may be NULL): what that took itself. */
gdouble bench_meter_stop (BenchMeter *meter, gdouble *cpu);
/* Checks a second of that many threads at once. */
gdouble bench_verify_rate (guint threads);
/* Payments a second that SQLite takes, a hundred in a transaction: the rows
 * that a payment of that many hops makes, and nothing else. */
gdouble bench_sqlite_rate (guint hops);

gdouble bench_now (void);
/* CPU seconds of this thread, and of the whole process. */
gdouble bench_thread_cpu (void);
gdouble bench_process_cpu (void);

/* --- Made people ------------------------------------------------------------
 */

/* The same number is the same key everywhere. */
GeoSecret *bench_secret (guint number);
void bench_pid (guint number, GeoPid *out);
GeoParticipant *
bench_participant (guint number, const GeoPid *community, GeoTime now);
GeoTrustLine *bench_line (guint from,
                          guint to,
                          gint64 limit,
                          const GeoPid *community,
                          GeoTime now);
GeoOrder *bench_order (GeoSecret *payer,
                       const GeoPid *to,
                       const gchar *tx_id,
                       gint64 amount,
                       const GeoPid *community,
                       GeoTime now);

/* --- Groups of figures ------------------------------------------------------
 */

/* CPU seconds of one payment in the engine; verify (may be NULL): of one check
 * meanwhile. */
gdouble bench_engine_seconds (gdouble *verify);
void bench_engine (void);
void bench_hub (void);
void bench_graphs (void);
/* A process of the load generator: told what to do on its standard input. */
int bench_load_main (int argc, char **argv);
void bench_party (void);
void bench_node (void);
/* A process that opens one journal as the wallet does. */
int bench_node_main (int argc, char **argv);
/* Where fsyncs are counted: a file that bench-syncs.c maps. */
#define BENCH_SYNCS_VARIABLE "GEO_BENCH_SYNCS"

G_END_DECLS
