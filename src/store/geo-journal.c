/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJournal: opening it, appending to it, making its projection anew, and
 * reading its records.  What a record means is in geo-journal-projection.c,
 * what it must hold in geo-journal-evidence.c.
 */
#include "store/geo-journal-private.h"

#include <string.h>

#include "store/geo-migrations-private.h"

/* FALSE: a migration changed what records mean, and took the projection away.
 */
static gboolean
has_state (GeoJournal *journal, gboolean *out, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  return geo_query_prepare (&query, journal->database, "SELECT 1 FROM state",
                            error) &&
         geo_query_step (&query, out, error);
}

GeoJournal *
geo_journal_open (const gchar *path, gboolean read_only, GError **error) {
  GeoDatabase *database =
      geo_database_open (path, read_only, geo_migrations_get_journal (), error);
  g_autoptr (GeoJournal) journal = NULL;
  gboolean projected;

  if (database == NULL)
    return NULL;
  journal = g_new0 (GeoJournal, 1);
  journal->database = database;
  if (has_state (journal, &projected, error)) {
    if (projected || (!read_only && geo_journal_rebuild (journal, error)))
      return g_steal_pointer (&journal);
    if (read_only)
      g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                           "This journal has to be opened for writing once "
                           "before it can be read.");
  }
  return NULL;
}

void
geo_journal_close (GeoJournal *journal) {
  if (journal == NULL)
    return;
  geo_database_close (journal->database);
  g_free (journal);
}

/* --- Reading records ------------------------------------------------------ */

gboolean
geo_stored_record_read (GeoQuery *query, GeoStoredRecord *out, GError **error) {
  gint64 kind = geo_query_get_int (query, 1);

  out->sequence = geo_query_get_int (query, 0);
  if (kind < 1 || kind > G_MAXINT ||
      geo_record_kind_to_string ((GeoRecordKind) kind) == NULL) {
    geo_store_set_corrupt (error, "The kind of a stored record");
    return FALSE;
  }
  out->kind = (GeoRecordKind) kind;
  out->at = geo_query_get_int (query, 2);
  out->has_previous = !geo_query_is_null (query, 3);
  if (out->has_previous &&
      !geo_query_get_hash (query, 3, &out->previous, error))
    return FALSE;
  if (!geo_query_get_hash (query, 4, &out->hash, error))
    return FALSE;
  out->body = geo_query_get_text (query, 5, error);
  if (out->body == NULL)
    return FALSE;
  out->record = geo_query_get_text (query, 6, error);
  return out->record != NULL;
}

GeoRecordBody *
geo_journal_read_body (GeoDatabase *database, gint64 sequence, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GError *why = NULL;
  GeoRecordBody *body;
  const gchar *text;
  gboolean row;

  if (!geo_query_prepare (&query, database,
                          "SELECT body FROM record WHERE sequence = ?", error))
    return NULL;
  geo_query_bind_int (&query, sequence);
  if (!geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    geo_store_set_corrupt (error, "The journal");
    return NULL;
  }
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return NULL;
  body = geo_record_body_from_text (text, -1, &why);
  if (body == NULL)
    geo_store_propagate_corrupt (error, why, "A stored record");
  return body;
}

gint64
geo_journal_count_records (GeoJournal *journal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT max(sequence) FROM record", error) ||
      !geo_query_step (&query, &row, error))
    return -1;
  return row ? geo_query_get_int (&query, 0) : 0;
}

gboolean
geo_journal_get_record (GeoJournal *journal,
                        gint64 sequence,
                        GeoRecord **record,
                        gchar **body_text,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoRecord) found = NULL;
  GError *why = NULL;
  GeoStoredRecord stored;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT " GEO_RECORD_COLUMNS
                          " FROM record WHERE sequence = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, sequence);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND,
                         "The journal has no such record.");
    return FALSE;
  }
  if (!geo_stored_record_read (&query, &stored, error))
    return FALSE;
  found = geo_record_from_text (stored.record, -1, &why);
  if (found == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored record");
    return FALSE;
  }
  if (body_text != NULL)
    *body_text = g_strdup (stored.body);
  if (record != NULL)
    *record = g_steal_pointer (&found);
  return TRUE;
}

/* --- Appending ------------------------------------------------------------ */

/* The joined record says whose journal it is; nothing can be signed before. */
static gboolean
load_identity (GeoJournal *journal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoRecordBody) body = NULL;
  GeoJournalIdentity none = { FALSE };
  gboolean row;

  if (journal->identity.known)
    return TRUE;
  if (!geo_query_prepare (&query, journal->database, "SELECT joined FROM state",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  if (!row || geo_query_is_null (&query, 0))
    return TRUE;
  body = geo_journal_read_body (journal->database,
                                geo_query_get_int (&query, 0), error);
  if (body == NULL ||
      !geo_journal_check_body (&none, GEO_RECORD_KIND_JOINED, body, error))
    return FALSE;
  geo_journal_identity_set (&journal->identity, body);
  return TRUE;
}

static gboolean
read_end (GeoJournal *journal,
          gint64 *sequence,
          GeoHash *hash,
          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *sequence = 0;
  if (!geo_query_prepare (&query, journal->database,
                          "SELECT sequence, hash FROM record"
                          " ORDER BY sequence DESC LIMIT 1",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *sequence = geo_query_get_int (&query, 0);
  return geo_query_get_hash (&query, 1, hash, error);
}

static gboolean
insert_record (GeoJournal *journal,
               const GeoRecord *record,
               const gchar *body_text,
               GError **error) {
  g_autofree gchar *text = geo_record_to_text (record, NULL);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash hash;

  geo_record_hash (record, &hash);
  if (!geo_query_prepare (&query, journal->database,
                          "INSERT INTO record (" GEO_RECORD_COLUMNS ")"
                          " VALUES (?, ?, ?, ?, ?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_int (&query, record->sequence);
  geo_query_bind_int (&query, record->kind);
  geo_query_bind_int (&query, record->at);
  geo_query_bind_hash (&query, record->has_previous ? &record->previous : NULL);
  geo_query_bind_hash (&query, &hash);
  geo_query_bind_text (&query, body_text);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

static gboolean
append_in_transaction (GeoJournal *journal,
                       const GeoJournalIdentity *identity,
                       const GeoSecret *secret,
                       GeoRecordKind kind,
                       const GeoRecordBody *body,
                       GeoTime at,
                       gint64 *sequence_out,
                       GError **error) {
  g_autoptr (GeoRecord) record = geo_record_new ();
  g_autofree gchar *body_text = NULL;
  gint64 last;
  gsize len;

  if (!read_end (journal, &last, &record->previous, error))
    return FALSE;
  body_text = geo_record_body_to_text (body, &len);
  geo_hash_of (body_text, len, &record->body);
  record->community = identity->community;
  record->participant = identity->self;
  record->sequence = last + 1;
  record->has_previous = last > 0;
  record->kind = kind;
  record->at = at;
  geo_record_sign (record, secret);
  *sequence_out = record->sequence;
  return insert_record (journal, record, body_text, error) &&
         geo_projection_apply (journal->database, identity, record->sequence,
                               kind, at, body, error);
}

/* Of what the journal is once those before it are on disk, too. */
static gboolean
append_one (GeoJournal *journal,
            GeoJournalIdentity *identity,
            const GeoSecret *secret,
            const GeoJournalAppend *one,
            gint64 *sequence_out,
            GError **error) {
  g_autoptr (GeoRecordBody) whole = NULL;
  const GeoRecordBody *body = one->body;
  GeoPublicKey key;

  if (one->kind == GEO_RECORD_KIND_EVIDENCE && body->evidence != NULL) {
    body = whole = geo_record_body_copy (body);
    if (!geo_journal_complete_evidence (journal, whole->evidence, error) ||
        !geo_journal_find_evidence (journal, whole->evidence, sequence_out,
                                    error))
      return FALSE;
    if (*sequence_out != 0)
      return TRUE;
  }
  if (!geo_journal_check_body (identity, one->kind, body, error))
    return FALSE;
  if (one->kind == GEO_RECORD_KIND_JOINED)
    geo_journal_identity_set (identity, body);
  geo_secret_get_public (secret, &key);
  if (!geo_public_key_equal (
          &key, geo_key_chain_nth (&identity->keys, one->at, 0))) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                         "The key is not the one of this journal.");
    return FALSE;
  }
  return append_in_transaction (journal, identity, secret, one->kind, body,
                                one->at, sequence_out, error);
}

static gboolean
append_all (GeoJournal *journal,
            const GeoSecret *secret,
            const GeoJournalAppend *records,
            guint n,
            gint64 *sequence_out,
            GError **error) {
  GeoJournalIdentity identity;
  gint64 sequence = 0;

  geo_database_assert_owner (journal->database);
  if (!load_identity (journal, error) ||
      !geo_database_begin (journal->database, error))
    return FALSE;
  identity = journal->identity;
  for (guint i = 0; i < n; i++) {
    if (!append_one (journal, &identity, secret, &records[i], &sequence,
                     error)) {
      geo_database_rollback (journal->database);
      return FALSE;
    }
  }
  /* P1: TRUE says that it is on disk. */
  if (!geo_database_commit (journal->database, error))
    return FALSE;
  /* Ours only once the record is on disk. */
  journal->identity = identity;
  if (sequence_out != NULL)
    *sequence_out = sequence;
  return TRUE;
}

gboolean
geo_journal_append (GeoJournal *journal,
                    const GeoSecret *secret,
                    GeoRecordKind kind,
                    const GeoRecordBody *body,
                    GeoTime at,
                    gint64 *sequence_out,
                    GError **error) {
  const GeoJournalAppend one = { kind, body, at };

  return append_all (journal, secret, &one, 1, sequence_out, error);
}

gboolean
geo_journal_check (GeoJournal *journal,
                   GeoRecordKind kind,
                   const GeoRecordBody *body,
                   GError **error) {
  geo_database_assert_owner (journal->database);
  return load_identity (journal, error) &&
         geo_journal_check_body (&journal->identity, kind, body, error) &&
         geo_journal_check_signatures (&journal->identity, kind, body, error);
}

gboolean
geo_journal_append_all (GeoJournal *journal,
                        const GeoSecret *secret,
                        const GeoJournalAppend *records,
                        guint n,
                        GError **error) {
  return append_all (journal, secret, records, n, NULL, error);
}

/* --- Hearsay ---------------------------------------------------------------
 */

static gboolean
hear_row (GeoJournal *journal, const GeoActivity *row, GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_auto (GeoQuery) count = GEO_QUERY_INIT;
  gboolean found;

  if (!geo_query_prepare (&find, journal->database,
                          "SELECT id, state FROM activity"
                          " WHERE tx_id = ? AND kind = ?",
                          error))
    return FALSE;
  geo_query_bind_text (&find, row->tx_id);
  geo_query_bind_int (&find, row->kind);
  if (!geo_query_step (&find, &found, error))
    return FALSE;
  if (found) {
    gint64 id = geo_query_get_int (&find, 0);

    /* What is paid stays so, whatever else is said later. */
    if (geo_query_get_int (&find, 1) == GEO_STORED_PAID)
      return TRUE;
    if (!geo_query_prepare (&query, journal->database,
                            "UPDATE activity SET state = ?, code = ?,"
                            " reason = ? WHERE id = ?",
                            error))
      return FALSE;
    geo_query_bind_int (&query, row->state);
    geo_query_bind_int (&query, row->code);
    geo_query_bind_text (&query, row->reason);
    geo_query_bind_int (&query, id);
    return geo_query_run (&query, error);
  }
  if (!geo_query_prepare (
          &query, journal->database,
          "INSERT INTO activity (kind, state, at, peer, equivalent, amount,"
          " decimals, text, tx_id, code, reason, folded)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
          " geo_fold (?8))",
          error))
    return FALSE;
  geo_query_bind_int (&query, row->kind);
  geo_query_bind_int (&query, row->state);
  geo_query_bind_int (&query, row->at);
  geo_query_bind_pid (&query, row->has_peer ? &row->peer : NULL);
  geo_query_bind_text (&query, row->equivalent);
  geo_query_bind_int (&query, row->amount.amount.minor);
  geo_query_bind_int (&query, row->amount.decimals);
  geo_query_bind_text (&query, row->text);
  geo_query_bind_text (&query, row->tx_id);
  geo_query_bind_int (&query, row->code);
  geo_query_bind_text (&query, row->reason);
  return geo_query_run (&query, error) &&
         geo_query_prepare (&count, journal->database,
                            "UPDATE state SET activities = activities + 1",
                            error) &&
         geo_query_run (&count, error);
}

static gboolean
hear_name (GeoJournal *journal,
           const GeoPid *pid,
           const gchar *name,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* Only what a search looks at: nobody said more. */
  if (!geo_query_prepare (&query, journal->database,
                          "INSERT OR REPLACE INTO person (pid, seq, person)"
                          " VALUES (?, 0, json_object ('name', ?))",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_text (&query, name);
  return geo_query_run (&query, error);
}

static gboolean
hear_all (GeoJournal *journal,
          GPtrArray *rows,
          GHashTable *names,
          GError **error) {
  GHashTableIter iter;
  gpointer pid, name;

  for (guint i = 0; i < rows->len; i++) {
    if (!hear_row (journal, rows->pdata[i], error))
      return FALSE;
  }
  if (names == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &pid, &name)) {
    if (!hear_name (journal, pid, name, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
geo_journal_hear (GeoJournal *journal,
                  GPtrArray *rows,
                  GHashTable *names,
                  GError **error) {
  gint64 records = geo_journal_count_records (journal, error);

  geo_database_assert_owner (journal->database);
  if (records != 0) {
    if (records > 0)
      g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                           "This journal holds records, and no hearsay.");
    return FALSE;
  }
  if (!geo_database_begin (journal->database, error))
    return FALSE;
  if (!hear_all (journal, rows, names, error)) {
    geo_database_rollback (journal->database);
    return FALSE;
  }
  return geo_database_commit (journal->database, error);
}

/* --- The projection made anew --------------------------------------------- */

static gboolean
rebuild_in_transaction (GeoJournal *journal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoJournalIdentity identity = { FALSE };
  gint64 records = geo_journal_count_records (journal, error);
  gboolean row;

  if (records < 0)
    return FALSE;
  /* Hearsay cannot be made anew of anything. */
  if (records == 0)
    return geo_database_execute (
        journal->database,
        "INSERT OR REPLACE INTO state SELECT 1, NULL, 0, NULL, count (*)"
        " FROM activity;",
        error);
  if (!geo_projection_clear (journal->database, error) ||
      !geo_query_prepare (
          &query, journal->database,
          "SELECT " GEO_RECORD_COLUMNS " FROM record ORDER BY sequence", error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoRecordBody) body = NULL;
    GError *why = NULL;
    GeoStoredRecord stored;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_stored_record_read (&query, &stored, error))
      return FALSE;
    body = geo_record_body_from_text (stored.body, -1, &why);
    if (body == NULL) {
      geo_store_propagate_corrupt (error, why, "A stored record");
      return FALSE;
    }
    if (!geo_journal_check_body (&identity, stored.kind, body, error))
      return FALSE;
    if (stored.kind == GEO_RECORD_KIND_JOINED)
      geo_journal_identity_set (&identity, body);
    if (!geo_projection_apply (journal->database, &identity, stored.sequence,
                               stored.kind, stored.at, body, error))
      return FALSE;
  }
}

gboolean
geo_journal_rebuild (GeoJournal *journal, GError **error) {
  geo_database_assert_owner (journal->database);
  if (!geo_database_begin (journal->database, error))
    return FALSE;
  if (!rebuild_in_transaction (journal, error)) {
    geo_database_rollback (journal->database);
    return FALSE;
  }
  return geo_database_commit (journal->database, error);
}
