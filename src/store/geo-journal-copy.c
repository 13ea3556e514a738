/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a journal is copied for: the whole file, and what of it the hub's
 * entries do not bring back: the texts of our own payments, those that were not
 * paid, what people wrote to each other, and whose letters are not wanted.
 * Reading only; what is made of it is the caller's.
 */
#include "store/geo-journal-private.h"

#include <string.h>

gboolean
geo_journal_foreach_text (GeoJournal *journal,
                          gsize bytes_max,
                          GeoJournalTextFunc func,
                          gpointer user_data,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gsize bytes = 0;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT order_hash, text FROM activity"
                          " WHERE kind = 1 AND text IS NOT NULL"
                          " ORDER BY id DESC",
                          error))
    return FALSE;
  for (;;) {
    const gchar *text;
    GeoHash order;
    gboolean row;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_query_get_hash (&query, 0, &order, error))
      return FALSE;
    text = geo_query_get_text (&query, 1, error);
    if (text == NULL)
      return FALSE;
    bytes += strlen (text);
    if (bytes > bytes_max)
      return TRUE;
    func (&order, text, user_data);
  }
}

static gboolean
hand_out_record (GeoJournal *journal,
                 gint64 sequence,
                 GeoJournalRecordFunc func,
                 gpointer user_data,
                 GError **error) {
  g_autoptr (GeoRecord) record = NULL;
  GeoRecordBody *body;

  if (!geo_journal_get_record (journal, sequence, &record, NULL, error))
    return FALSE;
  body = geo_journal_read_body (journal->database, sequence, error);
  if (body == NULL)
    return FALSE;
  func (record->kind, record->at, body, user_data);
  return TRUE;
}

gboolean
geo_journal_foreach_not_paid (GeoJournal *journal,
                              guint max,
                              GeoJournalRecordFunc func,
                              gpointer user_data,
                              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT id, proof FROM (SELECT id, proof"
                          " FROM activity WHERE kind = 1 AND state = 5"
                          " ORDER BY id DESC LIMIT ?) ORDER BY id",
                          error))
    return FALSE;
  geo_query_bind_int (&query, max);
  for (;;) {
    gboolean row;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (geo_query_is_null (&query, 1))
      continue;
    if (!hand_out_record (journal, geo_query_get_int (&query, 0), func,
                          user_data, error) ||
        !hand_out_record (journal, geo_query_get_int (&query, 1), func,
                          user_data, error))
      return FALSE;
  }
}

gboolean
geo_journal_foreach_letter (GeoJournal *journal,
                            guint max,
                            GeoJournalRecordFunc func,
                            gpointer user_data,
                            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* What was asked, and what settled it where that was a letter, too; whatever
   * else did comes back with an entry. */
  if (!geo_query_prepare (
          &query, journal->database,
          "WITH kept (record, decided) AS"
          " (SELECT record, decided FROM request"
          "   ORDER BY state = 1 DESC, at DESC, hash LIMIT ?1)"
          " SELECT sequence, EXISTS (SELECT 1 FROM outbox"
          "   WHERE outbox.record = record.sequence)"
          " FROM record WHERE kind = ?2 AND sequence IN"
          "   (SELECT record FROM kept UNION SELECT decided FROM kept)"
          " ORDER BY sequence",
          error))
    return FALSE;
  geo_query_bind_int (&query, max);
  geo_query_bind_int (&query, GEO_RECORD_KIND_LETTER);
  for (;;) {
    g_autoptr (GeoRecord) record = NULL;
    GeoRecordBody *body;
    gboolean row;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_journal_get_record (journal, geo_query_get_int (&query, 0),
                                 &record, NULL, error))
      return FALSE;
    body = geo_journal_read_body (journal->database,
                                  geo_query_get_int (&query, 0), error);
    if (body == NULL)
      return FALSE;
    /* What is at the hub is not sent again. */
    if (geo_query_get_int (&query, 1) == 0)
      body->has_to = FALSE;
    func (record->kind, record->at, body, user_data);
  }
}

gboolean
geo_journal_has_paid (GeoJournal *journal,
                      const GeoHash *invoice,
                      gboolean *out,
                      GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autofree gchar *text = geo_hash_to_string (invoice);

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT 1 FROM record WHERE kind = ?"
                          " AND instr (body, ?) > 0 LIMIT 1",
                          error))
    return FALSE;
  geo_query_bind_int (&query, GEO_RECORD_KIND_ENTRY);
  geo_query_bind_text (&query, text);
  return geo_query_step (&query, out, error);
}

gboolean
geo_journal_foreach_blocked (GeoJournal *journal,
                             GeoJournalRecordFunc func,
                             gpointer user_data,
                             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT person FROM blocked JOIN person USING (pid)"
                          " ORDER BY pid",
                          error))
    return FALSE;
  for (;;) {
    GeoRecordBody *body;
    GError *why = NULL;
    const gchar *text;
    gboolean row;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    text = geo_query_get_text (&query, 0, error);
    if (text == NULL)
      return FALSE;
    body = geo_record_body_new ();
    body->person = geo_participant_from_text (text, -1, &why);
    if (body->person == NULL) {
      geo_record_body_free (body);
      geo_store_propagate_corrupt (error, why, "A stored person");
      return FALSE;
    }
    body->has_blocked = TRUE;
    body->blocked = TRUE;
    func (GEO_RECORD_KIND_BLOCK, body->person->at, body, user_data);
  }
}

gboolean
geo_journal_copy (GeoJournal *journal, const gchar *path, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  geo_database_assert_owner (journal->database);
  /* One state of the file; nobody who writes has to wait. */
  if (!geo_query_prepare (&query, journal->database, "VACUUM INTO ?", error))
    return FALSE;
  geo_query_bind_text (&query, path);
  return geo_query_run (&query, error);
}
