/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo_journal_verify: reads a journal as a stranger would and believes nothing
 * of it (protocol §8).  It writes nothing but a scratch projection.
 */
#include "store/geo-journal-private.h"

#include <string.h>

#include "store/geo-migrations-private.h"

/* How often the caller is told, in records. */
#define PROGRESS_STEP 256

typedef struct {
  GeoDatabase *database;
  GeoDatabase *scratch;
  GeoJournalIdentity identity;
  /* The last record that held; sequence 0 before the first. */
  gint64 sequence;
  GeoHash hash;
} GeoVerifier;

static gboolean
broken (gint64 sequence, const gchar *why, GError **error) {
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
               "Record %" G_GINT64_FORMAT " does not hold: %s.", sequence, why);
  return FALSE;
}

static gboolean
broken_because (gint64 sequence, GError *why, GError **error) {
  g_autoptr (GError) inner = why;

  /* A disk that fails is not a record that does not hold. */
  if (g_error_matches (inner, GEO_STORE_ERROR, GEO_STORE_ERROR_IO) ||
      g_error_matches (inner, GEO_STORE_ERROR, GEO_STORE_ERROR_FULL)) {
    g_propagate_error (error, g_steal_pointer (&inner));
    return FALSE;
  }
  return broken (sequence, inner->message, error);
}

/* What stands in the columns beside the signed text says the same. */
static gboolean
check_columns (const GeoStoredRecord *stored,
               const GeoRecord *record,
               GError **error) {
  const gint64 sequence = stored->sequence;
  g_autofree gchar *text = geo_record_to_text (record, NULL);
  GeoHash hash;

  if (strcmp (text, stored->record) != 0)
    return broken (sequence, "it is not written canonically", error);
  geo_record_hash (record, &hash);
  if (!geo_hash_equal (&hash, &stored->hash))
    return broken (sequence, "its hash is another", error);
  if (record->sequence != sequence)
    return broken (sequence, "its number is another", error);
  if (record->kind != stored->kind || record->at != stored->at ||
      record->has_previous != stored->has_previous ||
      (record->has_previous &&
       !geo_hash_equal (&record->previous, &stored->previous)))
    return broken (sequence, "what stands beside it is another", error);
  return TRUE;
}

static gboolean
check_record (GeoVerifier *verifier,
              const GeoStoredRecord *stored,
              GError **error) {
  const gint64 sequence = stored->sequence;
  g_autoptr (GeoRecord) record = NULL;
  g_autoptr (GeoRecordBody) body = NULL;
  GError *why = NULL;
  GeoHash hash;

  if (sequence != verifier->sequence + 1)
    return broken (verifier->sequence + 1, "it is missing", error);
  record = geo_record_from_text (stored->record, -1, &why);
  if (record == NULL)
    return broken_because (sequence, why, error);
  if (!check_columns (stored, record, error))
    return FALSE;
  if (record->has_previous != (verifier->sequence > 0) ||
      (record->has_previous &&
       !geo_hash_equal (&record->previous, &verifier->hash)))
    return broken (sequence, "it does not follow the one before it", error);

  geo_hash_of (stored->body, strlen (stored->body), &hash);
  if (!geo_hash_equal (&hash, &record->body))
    return broken (sequence, "its body is another", error);
  body = geo_record_body_from_text (stored->body, -1, &why);
  if (body == NULL ||
      !geo_journal_check_body (&verifier->identity, stored->kind, body, &why))
    return broken_because (sequence, why, error);
  if (stored->kind == GEO_RECORD_KIND_JOINED)
    geo_journal_identity_set (&verifier->identity, body);

  if (!geo_pid_equal (&record->community, &verifier->identity.community) ||
      !geo_pid_equal (&record->participant, &verifier->identity.self))
    return broken (sequence, "it is somebody else's", error);
  /* K6: the joined record that says the new key is the first it signs. */
  if (!geo_record_verify (
          record, geo_key_chain_nth (&verifier->identity.keys, record->at, 0),
          &why) ||
      !geo_journal_check_signatures (&verifier->identity, stored->kind, body,
                                     &why) ||
      !geo_projection_apply (verifier->scratch, &verifier->identity, sequence,
                             stored->kind, stored->at, body, &why))
    return broken_because (sequence, why, error);

  verifier->sequence = sequence;
  verifier->hash = stored->hash;
  return TRUE;
}

static gboolean
check_records (GeoVerifier *verifier,
               gint64 total,
               GeoProgressFunc progress,
               gpointer user_data,
               GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GError *why = NULL;
  gboolean row;

  if (!geo_query_prepare (
          &query, verifier->database,
          "SELECT " GEO_RECORD_COLUMNS " FROM record ORDER BY sequence", error))
    return FALSE;
  for (;;) {
    GeoStoredRecord stored;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_stored_record_read (&query, &stored, &why))
      return broken_because (verifier->sequence + 1, why, error);
    if (!check_record (verifier, &stored, error))
      return FALSE;
    if (progress != NULL && verifier->sequence % PROGRESS_STEP == 0)
      progress (verifier->sequence, total, user_data);
  }
}

static gboolean
verify (GeoJournal *journal,
        GeoVerifier *verifier,
        GeoProgressFunc progress,
        gpointer user_data,
        GError **error) {
  gint64 total;

  /* First, so that what is damaged is not taken for what was written wrong. */
  if (!geo_database_check_seals (journal->database, error))
    return FALSE;
  total = geo_journal_count_records (journal, error);
  if (total < 0 || !geo_database_begin (verifier->scratch, error) ||
      !check_records (verifier, total, progress, user_data, error) ||
      !geo_database_commit (verifier->scratch, error))
    return FALSE;
  if (progress != NULL)
    progress (verifier->sequence, total, user_data);
  return geo_projection_compare (journal->database, verifier->scratch, error) &&
         geo_database_check_pages (journal->database, error);
}

gboolean
geo_journal_verify (GeoJournal *journal,
                    GeoProgressFunc progress,
                    gpointer user_data,
                    gint64 *records_out,
                    GError **error) {
  g_autoptr (GeoDatabase) scratch = NULL;
  GeoVerifier verifier = { NULL };
  gboolean holds;

  geo_database_assert_owner (journal->database);
  scratch = geo_database_open (NULL, FALSE, geo_migrations_get_journal (),
                               error);
  if (scratch == NULL || !geo_projection_clear (scratch, error))
    return FALSE;
  verifier.database = journal->database;
  verifier.scratch = scratch;

  /* One state of the file, even while another process appends to it. */
  if (!geo_database_begin_read (journal->database, error))
    return FALSE;
  holds = verify (journal, &verifier, progress, user_data, error);
  geo_database_rollback (journal->database);
  geo_database_rollback (scratch);
  if (records_out != NULL)
    *records_out = verifier.sequence;
  return holds;
}
