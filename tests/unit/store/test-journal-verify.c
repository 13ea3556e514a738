/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A journal that was damaged or tampered with is reported: any byte of any
 * record, a record that is missing, a projection that says something else, and
 * what a byte of the file changes.
 */
#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store-sample.h"
#include "store/geo-seal-private.h"

static sqlite3 *
open_raw (const gchar *path) {
  sqlite3 *raw;

  g_assert_cmpint (
      sqlite3_open_v2 (path, &raw, SQLITE_OPEN_READWRITE, GEO_SEAL_VFS), ==,
      SQLITE_OK);
  return raw;
}

static void
execute (sqlite3 *raw, const gchar *sql) {
  gchar *message = NULL;

  sqlite3_exec (raw, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

/* Takes the triggers away that keep records from being changed; what it returns
 * puts them back. */
static gchar *
drop_triggers (sqlite3 *raw) {
  g_autoptr (GString) restore = g_string_new (NULL);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (
                       raw,
                       "SELECT sql FROM sqlite_schema WHERE type = 'trigger'",
                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (restore, "%s;", sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  execute (raw, "DROP TRIGGER record_is_not_changed;"
                "DROP TRIGGER record_is_not_deleted;");
  return g_string_free (g_steal_pointer (&restore), FALSE);
}

/* --- Records -------------------------------------------------------------- */

static void
set_column (sqlite3 *raw,
            const gchar *column,
            gint64 sequence,
            gconstpointer data,
            gsize len,
            gboolean is_text) {
  g_autofree gchar *sql =
      g_strdup_printf ("UPDATE record SET %s = ? WHERE sequence = ?", column);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL), ==,
                   SQLITE_OK);
  if (is_text)
    sqlite3_bind_text (statement, 1, data, (int) len, SQLITE_TRANSIENT);
  else
    sqlite3_bind_blob (statement, 1, data, (int) len, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 2, sequence);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
}

static guint8 *
get_column (sqlite3 *raw, const gchar *column, gint64 sequence, gsize *len) {
  g_autofree gchar *sql =
      g_strdup_printf ("SELECT %s FROM record WHERE sequence = ?", column);
  sqlite3_stmt *statement;
  guint8 *copy;

  g_assert_cmpint (sqlite3_prepare_v2 (raw, sql, -1, &statement, NULL), ==,
                   SQLITE_OK);
  sqlite3_bind_int64 (statement, 1, sequence);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  *len = (gsize) sqlite3_column_bytes (statement, 0);
  copy = g_memdup2 (sqlite3_column_blob (statement, 0), *len);
  sqlite3_finalize (statement);
  return copy;
}

/* sequence 0: no record by itself. */
static void
expect_broken (GeoJournal *journal, gint64 sequence, const gchar *what) {
  g_autoptr (GError) error = NULL;
  gint64 records = -1;

  if (geo_journal_verify (journal, NULL, NULL, &records, &error)) {
    g_test_message ("%s of record %" G_GINT64_FORMAT " went unnoticed", what,
                    sequence);
    g_test_fail ();
    return;
  }
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
  /* It names the record, and what came before it holds. */
  if (sequence > 0) {
    g_autofree gchar *name = g_strdup_printf ("Record %" G_GINT64_FORMAT " ",
                                              sequence);

    g_assert_true (g_str_has_prefix (error->message, name));
    g_assert_cmpint (records, ==, sequence - 1);
  }
}

/* Every byte of every column, one bit of it at a time, another one each. */
static void
test_bytes (SampleJournal *fixture, gconstpointer data) {
  static const struct {
    const gchar *name;
    gboolean is_text;
  } columns[] = { { "body", TRUE },
                  { "record", TRUE },
                  { "hash", FALSE },
                  { "previous", FALSE } };
  sqlite3 *raw = open_raw (fixture->path);
  gint64 records = geo_journal_count_records (fixture->journal, NULL);
  g_autofree gchar *restore = drop_triggers (raw);
  guint flips = 0;

  for (gint64 sequence = 1; sequence <= records; sequence++) {
    for (guint c = 0; c < G_N_ELEMENTS (columns); c++) {
      const gchar *name = columns[c].name;
      gsize len;
      g_autofree guint8 *bytes = get_column (raw, name, sequence, &len);
      /* A full run takes every byte; else steps that meet each kind of field.
       */
      gsize step = g_test_thorough () ? 1 : len > 1500 ? 11 : 3;

      for (gsize i = (gsize) sequence % step; i < len; i += step) {
        guint8 bit = (guint8) (1 << (i % 7));

        bytes[i] ^= bit;
        set_column (raw, name, sequence, bytes, len, columns[c].is_text);
        expect_broken (fixture->journal, sequence, name);
        bytes[i] ^= bit;
        flips++;
      }
      if (len > 0)
        set_column (raw, name, sequence, bytes, len, columns[c].is_text);
    }
  }
  /* That they are gone is noticed, too. */
  expect_broken (fixture->journal, 0, "triggers");
  execute (raw, restore);
  sqlite3_close (raw);
  g_assert_true (geo_journal_verify (fixture->journal, NULL, NULL, NULL, NULL));
  g_test_message ("%u flips, none unnoticed", flips);
}

/* Each by itself, rolled back after it was looked at through another file. */
static void
test_tampering (SampleJournal *fixture, gconstpointer data) {
  static const struct {
    const gchar *sql;
    gint64 record;
  } changes[] = {
    { "UPDATE record SET kind = 3 WHERE sequence = 3", 3 },
    { "UPDATE record SET kind = 99 WHERE sequence = 3", 3 },
    { "UPDATE record SET at = at + 1 WHERE sequence = 4", 4 },
    { "UPDATE record SET previous = NULL WHERE sequence = 4", 4 },
    { "UPDATE record SET previous = zeroblob (32) WHERE sequence = 1", 1 },
    { "UPDATE record SET hash = zeroblob (31) WHERE sequence = 5", 5 },
    { "UPDATE record SET body = body || ' ' WHERE sequence = 6", 6 },
    { "UPDATE record SET body = body || char (0) WHERE sequence = 6", 6 },
    { "UPDATE record SET record = record || ' ' WHERE sequence = 6", 6 },
    { "UPDATE record SET body = '{}' WHERE sequence = 2", 2 },
    { "DELETE FROM record WHERE sequence = 1", 1 },
    { "DELETE FROM record WHERE sequence = 7", 7 },
    { "UPDATE record SET sequence = 100 WHERE sequence = 12", 12 },
    /* The last one: what is left is a chain, and not what is shown. */
    { "DELETE FROM record WHERE sequence = 12", 0 },
    { "UPDATE balance SET balance = balance + 1", 0 },
    { "DELETE FROM balance", 0 },
    { "UPDATE activity SET state = 5 WHERE id = 5", 0 },
    { "UPDATE activity SET text = 'Сир' WHERE id = 5", 0 },
    { "UPDATE activity SET folded = 'сир' WHERE id = 5", 0 },
    { "DELETE FROM activity WHERE id = 5", 0 },
    { "INSERT INTO activity SELECT 1000, kind, state, at, peer, equivalent,"
      " amount, decimals, text, tx_id, order_hash, contract, code, reason,"
      " proof, folded FROM activity WHERE id = 5",
      0 },
    { "DELETE FROM open_vote", 0 },
    { "DELETE FROM open_order", 0 },
    { "DELETE FROM verdict", 0 },
    { "UPDATE person SET person = '{}'", 0 },
    { "UPDATE line SET seq = seq + 1", 0 },
    { "UPDATE state SET entry_sequence = 1", 0 },
    { "UPDATE state SET joined = 2", 0 },
    { "UPDATE state SET activities = 0", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
    g_autofree gchar *restore = NULL;
    g_autoptr (GeoJournal) journal = NULL;
    sqlite3 *raw;

    sample_copy_database (fixture->path, path);
    raw = open_raw (path);
    restore = drop_triggers (raw);
    execute (raw, changes[i].sql);
    g_assert_cmpint (sqlite3_changes (raw), >, 0);
    execute (raw, restore);
    sqlite3_close (raw);
    journal = geo_journal_open (path, FALSE, NULL);
    g_assert_nonnull (journal);
    expect_broken (journal, changes[i].record, changes[i].sql);
    /* A projection that lies can be made anew; a record cannot. */
    if (changes[i].record == 0) {
      g_assert_true (geo_journal_rebuild (journal, NULL));
      g_assert_true (geo_journal_verify (journal, NULL, NULL, NULL, NULL));
    }
  }
}

/* What a migration takes away is made anew, by whoever may write. */
static void
test_no_projection (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
  g_autoptr (GeoJournal) journal = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *raw;

  sample_copy_database (fixture->path, path);
  raw = open_raw (path);
  execute (raw, "DELETE FROM state");
  sqlite3_close (raw);
  journal = geo_journal_open (path, TRUE, &error);
  g_assert_null (journal);
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN);
  journal = geo_journal_open (path, FALSE, NULL);
  g_assert_nonnull (journal);
  g_assert_true (geo_journal_verify (journal, NULL, NULL, NULL, NULL));
}

/* The file says itself that records are not changed. */
static void
test_append_only (SampleJournal *fixture, gconstpointer data) {
  sqlite3 *raw = open_raw (fixture->path);

  g_assert_cmpint (
      sqlite3_exec (raw, "UPDATE record SET at = 0", NULL, NULL, NULL), ==,
      SQLITE_CONSTRAINT);
  g_assert_cmpint (sqlite3_exec (raw, "DELETE FROM record", NULL, NULL, NULL),
                   ==, SQLITE_CONSTRAINT);
  sqlite3_close (raw);
}

/* --- The file ------------------------------------------------------------- */

static void
add_text (GString *out, const gchar *text) {
  g_string_append (out, text != NULL ? text : "-");
  g_string_append_c (out, '\n');
}

/* All that anybody can read of it. */
static gchar *
read_all (GeoJournal *journal) {
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = geo_journal_list_lines (journal, NULL);
  g_autoptr (GPtrArray) balances = geo_journal_list_balances (journal, NULL);
  g_autoptr (GPtrArray) people = geo_journal_list_people (journal, NULL);
  g_autoptr (GPtrArray) votes = geo_journal_list_open_votes (journal, NULL);
  g_autoptr (GPtrArray) orders = geo_journal_list_open_orders (journal, NULL);
  g_autoptr (GPtrArray) all = geo_journal_list_activity (journal, 0, 99, NULL);
  gint64 records = geo_journal_count_records (journal, NULL);

  if (lines == NULL || balances == NULL || people == NULL || votes == NULL ||
      orders == NULL || all == NULL)
    return NULL;
  for (guint i = 0; i < lines->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (lines, i);

    geo_trust_line_append (line->line, out);
    g_string_append_printf (out, " %d\n", line->in_force);
  }
  for (guint i = 0; i < balances->len; i++) {
    const GeoJournalBalance *balance = g_ptr_array_index (balances, i);
    g_autofree gchar *peer = geo_pid_to_string (&balance->peer);

    g_string_append_printf (out, "%s %s %" G_GINT64_FORMAT "\n", peer,
                            balance->equivalent, balance->balance.minor);
  }
  for (guint i = 0; i < people->len; i++)
    geo_participant_append (g_ptr_array_index (people, i), out);
  for (guint i = 0; i < votes->len; i++)
    geo_contract_append (
        ((GeoJournalVote *) g_ptr_array_index (votes, i))->contract, out);
  for (guint i = 0; i < orders->len; i++)
    geo_order_append (
        ((GeoJournalOrder *) g_ptr_array_index (orders, i))->order, out);
  for (guint i = 0; i < all->len; i++) {
    const GeoActivity *item = g_ptr_array_index (all, i);

    g_string_append_printf (out,
                            "%" G_GINT64_FORMAT " %d %d %" G_GINT64_FORMAT
                            " %" G_GINT64_FORMAT "\n",
                            item->id, (gint) item->kind, item->state, item->at,
                            item->amount.amount.minor);
    add_text (out, item->text);
    add_text (out, item->reason);
  }
  for (gint64 i = 1; i <= records; i++) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *body = NULL;

    if (!geo_journal_get_record (journal, i, &record, &body, NULL))
      return NULL;
    geo_record_append (record, out);
    add_text (out, body);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
remove_database (const gchar *path) {
  const gchar *ends[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree gchar *name = g_strconcat (path, ends[i], NULL);

    g_unlink (name);
  }
}

/* One bit of the file: it does not open, or it does not verify, or the byte is
 * one that nothing is read from. */
static void
test_file (SampleJournal *fixture, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
  g_autofree gchar *bytes = NULL;
  g_autofree gchar *expected = read_all (fixture->journal);
  gsize len;
  guint noticed = 0;
  guint harmless = 0;

  g_assert_nonnull (expected);
  /* Closing writes all of the log into the file. */
  geo_journal_close (g_steal_pointer (&fixture->journal));
  g_assert_true (g_file_get_contents (fixture->path, &bytes, &len, NULL));

  for (gsize i = 0; i < len; i += g_test_thorough () ? 7 : 41) {
    g_autoptr (GeoJournal) journal = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *found = NULL;
    gchar bit = (gchar) (1 << (i % 8));

    bytes[i] ^= bit;
    g_assert_true (g_file_set_contents_full (
        path, bytes, (gssize) len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    bytes[i] ^= bit;
    journal = geo_journal_open (path, FALSE, &error);
    if (journal == NULL ||
        !geo_journal_verify (journal, NULL, NULL, NULL, &error)) {
      g_assert_nonnull (error);
      g_assert_true (error->domain == GEO_STORE_ERROR);
      noticed++;
    } else {
      found = read_all (journal);
      if (g_strcmp0 (found, expected) != 0) {
        g_test_message ("byte %" G_GSIZE_FORMAT " changed what is read and "
                        "verifies",
                        i);
        g_test_fail ();
      }
      harmless++;
    }
    g_clear_pointer (&journal, geo_journal_close);
    remove_database (path);
  }
  g_test_message ("%u bytes noticed, %u from which nothing is read", noticed,
                  harmless);
  g_assert_cmpuint (noticed, >, harmless / 6);
}

/* --- What the owner made up ----------------------------------------------- */

/* The journal's own signature does not make the signatures of others good. */
static void
test_made_up (SampleJournal *fixture, gconstpointer data) {
  for (guint i = 0; i < 8; i++) {
    g_autoptr (Sample) sample = sample_new (3);
    g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
    g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 10, NULL);
    g_autoptr (SamplePayment) payment =
        sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 50, "tx", NULL);
    GeoRecordBody *body = NULL;
    GeoRecordKind kind = GEO_RECORD_KIND_ENTRY;

    remove_database (path);
    g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, NULL);
    sample_append (sample, journal, 0, GEO_RECORD_KIND_JOINED,
                   sample_joined (sample, 0));
    switch (i) {
    case 0:
      body = sample_body_entry (
          sample_payment_entry (sample, 0, payment->certificate, payment->hops),
          NULL);
      geo_entry_sign (body->entry->entry, sample->people[0].secret);
      break;
    case 1:
      body = sample_body_entry (
          sample_payment_entry (sample, 0, payment->certificate, payment->hops),
          NULL);
      ((GeoParticipant *) g_ptr_array_index (body->entry->people, 0))->seq++;
      break;
    case 2:
      kind = GEO_RECORD_KIND_LINE;
      body = sample_body_line (line);
      body->line->signed_at++;
      break;
    case 3:
      kind = GEO_RECORD_KIND_ORDER;
      body = sample_body_order (payment->order, NULL);
      body->order->deadline++;
      break;
    case 4:
      kind = GEO_RECORD_KIND_VOTE;
      body = sample_body_vote (sample, 0, payment->contract, payment->order,
                               payment->hops);
      body->vote->signature.bytes[3] ^= 1;
      break;
    case 5:
      kind = GEO_RECORD_KIND_REFUSAL;
      body = sample_body_refusal (
          sample_refuse_contract_by (sample, 0, &payment->contract_hash));
      body->refusal->at++;
      break;
    case 6:
      kind = GEO_RECORD_KIND_REFUSED;
      body = sample_body_refusal (
          sample_refuse_order (sample, &payment->order_hash));
      geo_refusal_sign (body->refusal, sample->people[0].secret);
      break;
    case 7:
      kind = GEO_RECORD_KIND_PERSON;
      body = geo_record_body_new ();
      body->person = geo_participant_copy (sample->people[2].person);
      body->person->seq++;
      break;
    default: /* A number, not an enum. */
      g_assert_not_reached ();
    }
    sample_append (sample, journal, 0, kind, body);
    expect_broken (journal, 2, "made up");
  }
}

/* A projection that cannot be read says so, whoever asks. */
static void
test_unreadable (SampleJournal *fixture, gconstpointer data) {
  static const gchar *const changes[] = {
    "UPDATE line SET line = '{}'",
    "UPDATE person SET person = 'x'",
    "UPDATE balance SET peer = x'00'",
    "UPDATE open_vote SET record = 1",
    "UPDATE open_order SET record = 1",
    "UPDATE open_order SET record = 77",
    "UPDATE activity SET kind = 0",
    "UPDATE activity SET decimals = 9",
    "UPDATE activity SET peer = x'00'",
    "UPDATE activity SET order_hash = x'00' WHERE order_hash IS NOT NULL",
    "UPDATE record SET body = '{}' WHERE sequence = 10",
    "UPDATE record SET record = '{}' WHERE sequence = 1",
    "UPDATE record SET hash = x'00' WHERE sequence = 1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
    g_autofree gchar *found = NULL;
    g_autofree gchar *restore = NULL;
    g_autoptr (GeoJournal) journal = NULL;
    sqlite3 *raw;

    sample_copy_database (fixture->path, path);
    raw = open_raw (path);
    restore = drop_triggers (raw);
    execute (raw, changes[i]);
    g_assert_cmpint (sqlite3_changes (raw), >, 0);
    sqlite3_close (raw);
    journal = geo_journal_open (path, FALSE, NULL);
    g_assert_nonnull (journal);
    found = read_all (journal);
    if (found != NULL) {
      g_test_message ("read all the same: %s", changes[i]);
      g_test_fail ();
    }
  }
}

/* Who the journal is of, and what proves a payment, cannot be read either. */
static void
test_unreadable_joined (SampleJournal *fixture, gconstpointer data) {
  sqlite3 *raw = open_raw (fixture->path);
  g_autoptr (GeoTrustLine) line = sample_line (fixture->sample, 0, 2, 1, NULL);
  g_autoptr (GError) error = NULL;

  g_free (drop_triggers (raw));
  execute (raw, "UPDATE activity SET proof = 99 WHERE id = 5");
  g_assert_null (geo_journal_get_receipt (fixture->journal, "tx-paid", &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);
  g_clear_error (&error);
  execute (raw, "UPDATE record SET body = '{\"hops\":[]}'"
                " WHERE sequence = 1");
  g_assert_false (
      geo_journal_get_joined (fixture->journal, NULL, NULL, NULL, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (geo_journal_rebuild (fixture->journal, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
  /* Rolled back: what was there is there. */
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 5);
  execute (raw, "UPDATE record SET body = 'x' WHERE sequence = 1");
  sqlite3_close (raw);
  g_clear_error (&error);
  g_assert_false (geo_journal_rebuild (fixture->journal, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);

  geo_journal_close (g_steal_pointer (&fixture->journal));
  fixture->journal = geo_journal_open (fixture->path, FALSE, NULL);
  sample_append_fails (fixture->sample, fixture->journal, 0,
                       GEO_RECORD_KIND_LINE, sample_body_line (line),
                       GEO_STORE_ERROR_CORRUPT);
}

/* --- Progress, and a long journal ----------------------------------------- */

static void
count_progress (gint64 done, gint64 total, gpointer user_data) {
  gint64 *last = user_data;

  g_assert_cmpint (done, >, *last);
  g_assert_cmpint (done, <=, total);
  *last = done;
}

static void
test_progress (SampleJournal *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 last = 0;
  gint64 records = 0;
  const guint n = 600;

  for (guint i = 0; i < n; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);
    g_autoptr (SamplePayment) payment =
        sample_payment (sample, SAMPLE_ROUTE (2, 1, 0), 1, tx_id, NULL);

    sample_append (
        sample, fixture->journal, 0, GEO_RECORD_KIND_ENTRY,
        sample_body_entry (sample_payment_entry (
                               sample, 0, payment->certificate, payment->hops),
                           NULL));
  }
  g_test_message ("%u entries made and appended, %" G_GINT64_FORMAT " us each",
                  n, (g_get_monotonic_time () - start) / n);
  start = g_get_monotonic_time ();
  geo_journal_verify (fixture->journal, count_progress, &last, &records,
                      &error);
  g_assert_no_error (error);
  g_assert_cmpint (records, ==, n + 12);
  g_assert_cmpint (last, ==, records);
  g_test_message ("verified, %" G_GINT64_FORMAT " us a record",
                  (g_get_monotonic_time () - start) / records);
  start = g_get_monotonic_time ();
  g_assert_true (geo_journal_rebuild (fixture->journal, NULL));
  g_test_message ("rebuilt, %" G_GINT64_FORMAT " us a record",
                  (g_get_monotonic_time () - start) / records);
}

#define ADD(path, func)                                              \
  g_test_add (path, SampleJournal, NULL, sample_journal_set_up, func, \
              sample_journal_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/journal-verify/bytes", test_bytes);
  ADD ("/store/journal-verify/no-projection", test_no_projection);
  ADD ("/store/journal-verify/tampering", test_tampering);
  ADD ("/store/journal-verify/append-only", test_append_only);
  ADD ("/store/journal-verify/file", test_file);
  ADD ("/store/journal-verify/made-up", test_made_up);
  ADD ("/store/journal-verify/unreadable", test_unreadable);
  ADD ("/store/journal-verify/unreadable-joined", test_unreadable_joined);
  ADD ("/store/journal-verify/progress", test_progress);
  return g_test_run ();
}
