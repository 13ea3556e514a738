/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What figures are divided by: libsodium and SQLite with nothing of ours around
 * them, on this machine and in this run.
 */
#include "bench.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>
#include <time.h>

/* What an order or a vote has to sign. */
#define SIGNED_LEN 400
#define GROUP 100
/* What the texts of one payment are long. */
#define CERTIFICATE_LEN 1800
#define ENTRY_LEN 2600

static gdouble
read_clock (clockid_t id) {
  struct timespec now;

  clock_gettime (id, &now);
  return (gdouble) now.tv_sec + (gdouble) now.tv_nsec / 1e9;
}

gdouble
bench_now (void) {
  return read_clock (CLOCK_MONOTONIC);
}

gdouble
bench_thread_cpu (void) {
  return read_clock (CLOCK_THREAD_CPUTIME_ID);
}

gdouble
bench_process_cpu (void) {
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

/* --- Signatures -------------------------------------------------------------
 */

typedef struct {
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  guint8 secret_key[crypto_sign_SECRETKEYBYTES];
  guint8 signature[crypto_sign_BYTES];
  guint8 text[SIGNED_LEN];
} Signed;

static void
make_signed (Signed *it) {
  memset (it->text, 'x', sizeof it->text);
  crypto_sign_keypair (it->public_key, it->secret_key);
  crypto_sign_detached (it->signature, NULL, it->text, sizeof it->text,
                        it->secret_key);
}

gdouble
bench_verify_seconds (void) {
  static gdouble known;
  Signed it;
  guint n = bench_scale (8000, 2000);
  gdouble began;
  gint wrong = 0;

  if (known > 0)
    return known;
  make_signed (&it);
  began = bench_thread_cpu ();
  for (guint i = 0; i < n; i++)
    wrong |= crypto_sign_verify_detached (it.signature, it.text, sizeof it.text,
                                          it.public_key);
  known = (bench_thread_cpu () - began) / n;
  g_assert (wrong == 0);
  bench_note ("one bare Ed25519 check: %.1f µs", known * 1e6);
  return known;
}

gdouble
bench_sign_seconds (void) {
  Signed it;
  guint n = bench_scale (8000, 2000);
  gdouble began;

  make_signed (&it);
  began = bench_thread_cpu ();
  for (guint i = 0; i < n; i++)
    crypto_sign_detached (it.signature, NULL, it.text, sizeof it.text,
                          it.secret_key);
  return (bench_thread_cpu () - began) / n;
}

/* --- Meanwhile --------------------------------------------------------------
 */

/* A hundredth of a processor: what is measured meanwhile wants all of them. */
#define METER_CHECKS 20
#define METER_PAUSE_US 50000

struct _BenchMeter {
  GThread *thread;
  gint stop; /* Atomic */
  gdouble cpu;
  guint64 checks;
};

static gpointer
meter_thread (gpointer data) {
  BenchMeter *meter = data;
  Signed it;
  gint wrong = 0;

  make_signed (&it);
  while (!g_atomic_int_get (&meter->stop)) {
    for (guint i = 0; i < METER_CHECKS; i++)
      wrong |= crypto_sign_verify_detached (it.signature, it.text,
                                            sizeof it.text, it.public_key);
    meter->checks += METER_CHECKS;
    g_usleep (METER_PAUSE_US);
  }
  g_assert (wrong == 0);
  meter->cpu = bench_thread_cpu ();
  return NULL;
}

BenchMeter *
bench_meter_start (void) {
  BenchMeter *meter = g_new0 (BenchMeter, 1);

  meter->thread = g_thread_new ("meter", meter_thread, meter);
  return meter;
}

gdouble
bench_meter_stop (BenchMeter *meter, gdouble *cpu) {
  gdouble seconds;

  g_atomic_int_set (&meter->stop, TRUE);
  g_thread_join (meter->thread);
  seconds = meter->cpu / (gdouble) meter->checks;
  if (cpu != NULL)
    *cpu = meter->cpu;
  g_free (meter);
  return seconds;
}

static gpointer
verify_thread (gpointer data) {
  const Signed *it = data;
  guint n = bench_scale (8000, 2000);
  gint wrong = 0;

  for (guint i = 0; i < n; i++)
    wrong |= crypto_sign_verify_detached (it->signature, it->text,
                                          sizeof it->text, it->public_key);
  g_assert (wrong == 0);
  return NULL;
}

gdouble
bench_verify_rate (guint threads) {
  g_autofree GThread **running = g_new (GThread *, threads);
  Signed it;
  gdouble began;

  make_signed (&it);
  began = bench_now ();
  for (guint i = 0; i < threads; i++)
    running[i] = g_thread_new ("verify", verify_thread, &it);
  for (guint i = 0; i < threads; i++)
    g_thread_join (running[i]);
  return bench_scale (8000, 2000) * threads / (bench_now () - began);
}

/* --- SQLite -----------------------------------------------------------------
 */

static const gchar schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "CREATE TABLE tx (id INTEGER PRIMARY KEY, contract BLOB UNIQUE,"
    " order_hash BLOB, payer BLOB, tx_id TEXT, at INTEGER, certificate TEXT);"
    "CREATE UNIQUE INDEX tx_by_id ON tx (payer, tx_id);"
    "CREATE TABLE hop (tx INTEGER, position INTEGER, from_pid BLOB,"
    " to_pid BLOB, amount INTEGER, salt BLOB, PRIMARY KEY (tx, position))"
    " WITHOUT ROWID;"
    "CREATE TABLE debt (debtor BLOB, creditor BLOB, amount INTEGER,"
    " PRIMARY KEY (debtor, creditor)) WITHOUT ROWID;"
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, participant BLOB,"
    " sequence INTEGER, tx INTEGER, hash BLOB, entry TEXT);"
    "CREATE UNIQUE INDEX entry_by_participant ON entry (participant, sequence)";

static sqlite3_stmt *
prepare (sqlite3 *database, const gchar *sql) {
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (database));
  return statement;
}

static void
step (sqlite3_stmt *statement) {
  gint code = sqlite3_step (statement);

  g_assert (code == SQLITE_DONE || code == SQLITE_ROW);
  sqlite3_reset (statement);
}

static void
bind_blob (sqlite3_stmt *statement, gint place, guint a, guint b) {
  guint8 data[32] = { 0 };

  memcpy (data, &a, sizeof a);
  memcpy (data + sizeof a, &b, sizeof b);
  sqlite3_bind_blob (statement, place, data, sizeof data, SQLITE_TRANSIENT);
}

static gdouble
fill (sqlite3 *database, guint hops, guint n) {
  g_autofree gchar *certificate = g_strnfill (CERTIFICATE_LEN, 'c');
  g_autofree gchar *text = g_strnfill (ENTRY_LEN, 'e');
  sqlite3_stmt *begin = prepare (database, "BEGIN IMMEDIATE");
  sqlite3_stmt *commit = prepare (database, "COMMIT");
  sqlite3_stmt *tx = prepare (database, "INSERT INTO tx VALUES"
                                        " (?, ?, ?, ?, ?, 0, ?)");
  sqlite3_stmt *hop = prepare (database, "INSERT INTO hop VALUES"
                                         " (?, ?, ?, ?, 1, zeroblob (16))");
  sqlite3_stmt *debt = prepare (database,
                                "INSERT INTO debt VALUES (?, ?, 1)"
                                " ON CONFLICT DO UPDATE SET amount = amount+1");
  sqlite3_stmt *entry = prepare (database, "INSERT INTO entry VALUES"
                                           " (NULL, ?, ?, ?, ?, ?)");
  gdouble began = bench_now ();

  for (guint i = 0; i < n; i++) {
    if (i % GROUP == 0)
      step (begin);
    sqlite3_bind_int64 (tx, 1, i + 1);
    bind_blob (tx, 2, i * 2654435761u, i);
    bind_blob (tx, 3, i * 2654435761u, i);
    bind_blob (tx, 4, i % 64, 0);
    sqlite3_bind_int (tx, 5, (gint) i);
    sqlite3_bind_text (tx, 6, certificate, -1, SQLITE_STATIC);
    step (tx);
    for (guint j = 0; j < hops; j++) {
      sqlite3_bind_int64 (hop, 1, i + 1);
      sqlite3_bind_int64 (hop, 2, j);
      bind_blob (hop, 3, (i + j) % 64, 0);
      bind_blob (hop, 4, (i + j + 1) % 64, 0);
      step (hop);
      bind_blob (debt, 1, (i + j) % 64, 0);
      bind_blob (debt, 2, (i + j + 1) % 64, 0);
      step (debt);
    }
    for (guint j = 0; j <= hops; j++) {
      bind_blob (entry, 1, (i + j) % 64, 0);
      sqlite3_bind_int64 (entry, 2, i * (hops + 1) + j);
      sqlite3_bind_int64 (entry, 3, i + 1);
      bind_blob (entry, 4, i, j);
      sqlite3_bind_text (entry, 5, text, -1, SQLITE_STATIC);
      step (entry);
    }
    if (i % GROUP == GROUP - 1)
      step (commit);
  }
  if (n % GROUP != 0)
    step (commit);
  began = bench_now () - began;
  sqlite3_finalize (begin);
  sqlite3_finalize (commit);
  sqlite3_finalize (tx);
  sqlite3_finalize (hop);
  sqlite3_finalize (debt);
  sqlite3_finalize (entry);
  return began;
}

gdouble
bench_sqlite_rate (guint hops) {
  g_autofree gchar *folder = g_dir_make_tmp ("geo-bench-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "raw.db", NULL);
  guint n = bench_scale (10000, 2000);
  sqlite3 *database = NULL;
  gdouble seconds;

  g_assert (folder != NULL);
  if (sqlite3_open (path, &database) != SQLITE_OK ||
      sqlite3_exec (database, schema, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", path, sqlite3_errmsg (database));
  seconds = fill (database, hops, n);
  /* The last one to close takes the log away. */
  sqlite3_close (database);
  g_unlink (path);
  g_rmdir (folder);
  bench_note ("bare SQLite, %u hops, groups of %u: %.0f payments/s", hops,
              GROUP, n / seconds);
  return n / seconds;
}
