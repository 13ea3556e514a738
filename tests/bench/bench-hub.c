/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A real geo-hub process and processes that load it over WebSockets: what a
 * payment costs it, how many it makes, how often it waits for the disk.
 */
#include "bench.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../integration/it-hub.h"
#include "hub/geo-inbox.h"

#define PROCESSES 2
#define TOWN 500
#define IN_FLIGHT 64
#define AWAY_STEP 4
#define MEAN_HOPS 2.0
#define TURNS 4
/* Orders a second, signed beforehand: more than are ever paid. */
#define STOCK_ALONE 4000
#define STOCK_TOGETHER 12000

static const gchar config[] = "[community]\n"
                              "name=Bench\n"
                              "equivalents=UAH:2:fiat\n"
                              "[joining]\n"
                              "open=true\n"
                              "[limits]\n"
                              "messages_per_second=1000000\n"
                              "registrations_per_minute=1000000\n";

/* --- The hub ----------------------------------------------------------------
 */

typedef struct {
  ItHub *hub;
  gchar *syncs_path;
  volatile guint64 *syncs;
  GSubprocess *load[PROCESSES];
  GDataInputStream *answers[PROCESSES];
} Setting;

typedef struct {
  guint64 paid, refused;
  gdouble seconds;
  gdouble waited; /* All waits together. */
  gdouble longest;
  gdouble load_cpu;
  gdouble hub_cpu;
  guint64 syncs;
  gdouble verify; /* Seconds of one check meanwhile, … */
  gdouble meter_cpu; /* … and what finding that out took. */
} Run;

/* User and system time of the whole process, ended threads too. */
static gdouble
read_cpu (const gchar *pid) {
  g_autofree gchar *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree gchar *text = NULL;
  guint64 user, system;
  const gchar *rest;

  g_file_get_contents (path, &text, NULL, NULL);
  g_assert (text != NULL && (rest = strrchr (text, ')')) != NULL);
  if (sscanf (rest + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT
              " %" G_GUINT64_FORMAT,
              &user, &system) != 2)
    g_error ("%s cannot be read", path);
  return (gdouble) (user + system) / (gdouble) sysconf (_SC_CLK_TCK);
}

static gdouble
read_memory_mb (const gchar *pid) {
  g_autofree gchar *path = g_strdup_printf ("/proc/%s/status", pid);
  g_autofree gchar *text = NULL;
  const gchar *line;

  g_file_get_contents (path, &text, NULL, NULL);
  g_assert (text != NULL && (line = strstr (text, "VmRSS:")) != NULL);
  return (gdouble) g_ascii_strtoull (line + strlen ("VmRSS:"), NULL, 10) / 1024;
}

static const gchar *
hub_pid (const Setting *setting) {
  return g_subprocess_get_identifier (setting->hub->process);
}

/* --- The load ---------------------------------------------------------------
 */

static void
tell (Setting *setting, guint process, const gchar *command) {
  g_autofree gchar *line = g_strconcat (command, "\n", NULL);
  GOutputStream *in = g_subprocess_get_stdin_pipe (setting->load[process]);

  if (!g_output_stream_write_all (in, line, strlen (line), NULL, NULL, NULL))
    g_error ("the load generator has ended");
}

static gchar *
hear (Setting *setting, guint process) {
  gchar *line = g_data_input_stream_read_line (setting->answers[process], NULL,
                                               NULL, NULL);

  if (line == NULL)
    g_error ("the load generator has ended");
  return line;
}

/* The first n of them, at once. */
static void
tell_some (Setting *setting, guint n, const gchar *command) {
  for (guint i = 0; i < n; i++)
    tell (setting, i, command);
  for (guint i = 0; i < n; i++)
    g_free (hear (setting, i));
}

static void
tell_all (Setting *setting, const gchar *command) {
  tell_some (setting, PROCESSES, command);
}

static void
start_load (Setting *setting, guint town) {
  g_autofree gchar *port = g_strdup_printf ("%u", setting->hub->port);
  g_autofree gchar *community = geo_pid_to_string (&setting->hub->community);
  g_autofree gchar *town_text = g_strdup_printf ("%u", town);

  for (guint i = 0; i < PROCESSES; i++) {
    g_autofree gchar *first = g_strdup_printf ("%u", town / PROCESSES * i);
    g_autofree gchar *n = g_strdup_printf ("%u", town / PROCESSES);
    g_autoptr (GError) error = NULL;

    setting->load[i] = g_subprocess_new (
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
        "/proc/self/exe", "load", port, community, first, n, town_text, NULL);
    g_assert_no_error (error);
    setting->answers[i] = g_data_input_stream_new (
        g_subprocess_get_stdout_pipe (setting->load[i]));
  }
}

/* Payments for ms, in_flight at once; or until they have all been made.  Orders
 * are signed before: each payer has a processor of its own, and this machine
 * stands in for all of them. */
static Run
run (Setting *setting, guint in_flight, guint step, guint ms, guint hops) {
  guint n = in_flight == 1 ? 1 : PROCESSES;
  guint orders = (in_flight == 1 ? STOCK_ALONE : STOCK_TOGETHER) * ms / 1000;
  g_autofree gchar *stock = g_strdup_printf ("stock %u %u %u %u", in_flight / n,
                                             step, orders / n, hops);
  g_autofree gchar *command = g_strdup_printf ("run %u %u %u %u", in_flight / n,
                                               step, ms, hops);
  Run all = { 0 };
  BenchMeter *meter;
  guint64 syncs;
  gdouble cpu;

  tell_some (setting, n, stock);
  syncs = *setting->syncs;
  cpu = read_cpu (hub_pid (setting));
  meter = bench_meter_start ();
  for (guint i = 0; i < n; i++)
    tell (setting, i, command);
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *line = hear (setting, i);
    Run one = { 0 };

    if (sscanf (line,
                "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %lf %lf %lf %lf",
                &one.paid, &one.refused, &one.seconds, &one.waited,
                &one.longest, &one.load_cpu) != 6)
      g_error ("the load generator says %s", line);
    all.paid += one.paid;
    all.refused += one.refused;
    all.seconds = MAX (all.seconds, one.seconds);
    all.waited += one.waited;
    all.longest = MAX (all.longest, one.longest);
    all.load_cpu += one.load_cpu;
  }
  all.verify = bench_meter_stop (meter, &all.meter_cpu);
  /* What it still writes down belongs to these. */
  g_usleep (1500000);
  all.hub_cpu = read_cpu (hub_pid (setting)) - cpu;
  all.syncs = *setting->syncs - syncs;
  if (all.paid == 0)
    g_error ("nothing was paid, %" G_GUINT64_FORMAT " refused", all.refused);
  bench_note ("%u in flight: %" G_GUINT64_FORMAT " paid, %" G_GUINT64_FORMAT
              " refused in %.1f s, %.0f/s; waits: mean %.1f ms, longest %.1f "
              "ms; hub %.0f µs, load %.0f µs and %.3f fsyncs a payment",
              in_flight, all.paid, all.refused, all.seconds,
              (gdouble) all.paid / all.seconds,
              all.waited / (gdouble) all.paid * 1e3, all.longest * 1e3,
              all.hub_cpu / (gdouble) all.paid * 1e6,
              all.load_cpu / (gdouble) all.paid * 1e6,
              (gdouble) all.syncs / (gdouble) all.paid);
  return all;
}

/* --- Processors -------------------------------------------------------------
 */

/* Of those in all, that many from first on, for this thread and whatever it
 * starts from now on. */
static void
use_processors (const cpu_set_t *all, guint first, guint n) {
  cpu_set_t some;
  guint nth = 0;

  CPU_ZERO (&some);
  for (guint i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET (i, all))
      continue;
    if (nth >= first && nth < first + n)
      CPU_SET (i, &some);
    nth++;
  }
  if (sched_setaffinity (0, sizeof some, &some) != 0)
    g_error ("processors cannot be chosen");
}

/* --- A setting --------------------------------------------------------------
 */

static void
start_hub (Setting *setting) {
  g_autofree gchar *preload = g_strdup (g_getenv ("LD_PRELOAD"));
  gint fd;

  fd = g_file_open_tmp ("geo-bench-syncs-XXXXXX", &setting->syncs_path, NULL);
  g_assert (fd >= 0);
  if (ftruncate (fd, sizeof (guint64)) != 0)
    g_error ("%s cannot be made", setting->syncs_path);
  setting->syncs = mmap (NULL, sizeof (guint64), PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, 0);
  g_assert (setting->syncs != MAP_FAILED);
  close (fd);
  g_setenv (BENCH_SYNCS_VARIABLE, setting->syncs_path, TRUE);
  g_setenv ("LD_PRELOAD", g_getenv ("GEO_BENCH_PRELOAD"), TRUE);
  setting->hub = it_hub_new (config);
  it_hub_start (setting->hub);
  if (preload == NULL)
    g_unsetenv ("LD_PRELOAD");
  else
    g_setenv ("LD_PRELOAD", preload, TRUE);
}

static void
set_up (Setting *setting, guint town) {
  start_hub (setting);
  start_load (setting, town);
  tell_all (setting, "join");
}

static void
tear_down (Setting *setting) {
  for (guint i = 0; i < PROCESSES; i++) {
    tell (setting, i, "quit");
    g_subprocess_wait (setting->load[i], NULL, NULL);
    g_clear_object (&setting->answers[i]);
    g_clear_object (&setting->load[i]);
  }
  it_hub_stop (setting->hub);
  it_hub_check (setting->hub);
  g_clear_pointer (&setting->hub, it_hub_free);
  munmap ((gpointer) setting->syncs, sizeof (guint64));
  g_unlink (setting->syncs_path);
  g_clear_pointer (&setting->syncs_path, g_free);
}

/* --- Figures ----------------------------------------------------------------
 */

static gdouble
per_payment_us (const Run *it) {
  return it->hub_cpu / (gdouble) it->paid * 1e6;
}

static gdouble
rate (const Run *it) {
  return (gdouble) it->paid / it->seconds;
}

/* How much more all processors do together than one: what a hypervisor calls
 * one may be half of one. */
static gdouble
count_processors (void) {
  guint n = g_get_num_processors ();

  return bench_verify_rate (n) / bench_verify_rate (1);
}

/* Payments a second, at best: all processors do nothing but what a payment took
 * of the hub and of the generator in that run, and SQLite alone does more. */
static gdouble
possible_rate (const Run *it, gdouble sqlite_rate) {
  gdouble processors = count_processors () - it->meter_cpu / it->seconds;
  gdouble seconds = (it->hub_cpu + it->load_cpu) / (gdouble) it->paid;

  bench_note ("%u in flight, at best: %.0f/s by %.2f processors and %.0f µs, "
              "%.0f/s by SQLite alone",
              IN_FLIGHT, processors / seconds, processors, seconds * 1e6,
              sqlite_rate);
  return MIN (processors / seconds, sqlite_rate);
}

static void
add_run (Run *sum, const Run *it, guint n) {
  sum->paid += it->paid;
  sum->refused += it->refused;
  sum->seconds += it->seconds;
  sum->waited += it->waited;
  sum->longest = MAX (sum->longest, it->longest);
  sum->load_cpu += it->load_cpu;
  sum->hub_cpu += it->hub_cpu;
  sum->syncs += it->syncs;
  sum->verify += it->verify / n;
  sum->meter_cpu += it->meter_cpu;
}

/* In turns: a machine that is shared is not as fast all the time. */
static void
run_in_turns (Setting *setting, guint ms, Run *one, Run *many) {
  for (guint i = 0; i < TURNS; i++) {
    Run turn = run (setting, 1, 1, ms / TURNS, 0);

    add_run (one, &turn, TURNS);
    turn = run (setting, IN_FLIGHT, TOWN / IN_FLIGHT, ms / TURNS, 0);
    add_run (many, &turn, TURNS);
  }
}

static void
bench_live (void) {
  static const gchar *const names[] = { "hub-cpu",    "rate-64", "rate-500",
                                        "rate-bound", "syncs-1", "syncs-64",
                                        "memory-500", NULL };
  guint workers = geo_inbox_count_threads ();
  guint ms = bench_scale (8000, 2000);
  Setting setting = { 0 };
  gdouble sqlite_rate, bound;
  Run one = { 0 };
  Run many = { 0 };
  Run all;

  if (!bench_wants (names))
    return;
  set_up (&setting, TOWN);
  bench_figure ("memory-500", "MB", read_memory_mb (hub_pid (&setting)), 0,
                BENCH_AT_MOST, 60);
  tell_all (&setting, "trust");
  /* Everything is as warm as it gets. */
  run (&setting, IN_FLIGHT, TOWN / IN_FLIGHT, 1000, 0);

  run_in_turns (&setting, ms, &one, &many);
  all = run (&setting, TOWN, 1, ms, 0);
  tear_down (&setting);

  bench_figure ("hub-cpu", "µs/payment", per_payment_us (&many),
                (MEAN_HOPS + 2) * many.verify * 1e6, BENCH_AT_MOST, 2.5);
  sqlite_rate = bench_sqlite_rate ((guint) MEAN_HOPS);
  bench_figure_of ("rate-64", "payments/s", rate (&many), rate (&one),
                   BENCH_AT_LEAST, 4,
                   possible_rate (&many, sqlite_rate) / rate (&one));
  bench_figure ("rate-500", "payments/s", rate (&all), rate (&one),
                BENCH_AT_LEAST, 1);
  bound = MIN (sqlite_rate, bench_verify_rate (workers) / (MEAN_HOPS + 2));
  bench_figure ("rate-bound", "payments/s", rate (&many), bound, BENCH_AT_LEAST,
                0.5);
  /* A little of it is bringing the log into the database. */
  bench_figure ("syncs-1", "/payment", (gdouble) one.syncs / (gdouble) one.paid,
                0, BENCH_AT_MOST, 1);
  bench_figure ("syncs-64", "/payment",
                (gdouble) many.syncs / (gdouble) many.paid, 0, BENCH_AT_MOST,
                0.05);
}

/* The clients have a processor to themselves, and the hub has the others: how
 * many payments more each of those brings. */
static void
bench_own (void) {
  static const gchar *const names[] = { "rate-64-own", NULL };
  guint ms = bench_scale (8000, 2000);
  Setting setting = { 0 };
  Run one = { 0 };
  Run many = { 0 };
  cpu_set_t all;
  guint n;

  if (!bench_wants (names) || sched_getaffinity (0, sizeof all, &all) != 0)
    return;
  n = (guint) CPU_COUNT (&all);
  if (n < 2) {
    bench_note ("rate-64-own wants two processors");
    return;
  }
  use_processors (&all, 0, n - 1);
  start_hub (&setting);
  use_processors (&all, n - 1, 1);
  start_load (&setting, TOWN);
  tell_all (&setting, "join");
  tell_all (&setting, "trust");
  run (&setting, IN_FLIGHT, TOWN / IN_FLIGHT, 1000, 0);
  run_in_turns (&setting, ms, &one, &many);
  tear_down (&setting);
  use_processors (&all, 0, n);
  bench_figure ("rate-64-own", "payments/s", rate (&many), rate (&one),
                BENCH_AT_LEAST, n - 1);
}

/* The payer is there, the others have gone after giving their trust. */
static void
bench_away (void) {
  static const gchar *const names[] = { "hub-cpu-away", "rate-64-away", NULL };
  guint ms = bench_scale (8000, 2000);
  Setting setting = { 0 };
  Run many;

  if (!bench_wants (names))
    return;
  set_up (&setting, IN_FLIGHT * AWAY_STEP);
  tell_all (&setting, "trust");
  tell_all (&setting, "leave 4");
  run (&setting, IN_FLIGHT, AWAY_STEP, 1000, 0);
  many = run (&setting, IN_FLIGHT, AWAY_STEP, ms, 0);
  tear_down (&setting);
  bench_figure ("hub-cpu-away", "µs/payment", per_payment_us (&many),
                (MEAN_HOPS + 2) * many.verify * 1e6, BENCH_AT_MOST, 2.5);
  bench_figure ("rate-64-away", "payments/s", rate (&many), 0, BENCH_NO_GOAL,
                0);
}

void
bench_hub (void) {
  bench_live ();
  bench_own ();
  bench_away ();
}
