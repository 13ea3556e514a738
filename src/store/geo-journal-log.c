/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the journal holds of the hub's log and against the hub (protocol §8,
 * §9): heads, proofs and evidence, and what evidence needs of earlier records.
 * It judges nothing.
 */
#include "store/geo-journal-private.h"

#include "core/geo-evidence.h"

/* How many of the newest refusals are looked at for the one that an entry
 * contradicts. */
#define REFUSALS_MAX 10000

/* The entry that a record holds; NULL without an error where it holds none. */
static gboolean
read_entry (GeoJournal *journal,
            gint64 record,
            GeoProvenEntry **out,
            GError **error) {
  g_autoptr (GeoRecordBody) body = geo_journal_read_body (journal->database,
                                                          record, error);

  if (body == NULL)
    return FALSE;
  *out = g_steal_pointer (&body->entry);
  return TRUE;
}

static gboolean
find_entry (GeoJournal *journal,
            gint64 sequence,
            GeoProvenEntry **out,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *out = NULL;
  if (!geo_query_prepare (&query, journal->database,
                          "SELECT record FROM entry WHERE sequence = ?", error))
    return FALSE;
  geo_query_bind_int (&query, sequence);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  return !row ||
         read_entry (journal, geo_query_get_int (&query, 0), out, error);
}

GeoProvenEntry *
geo_journal_get_entry (GeoJournal *journal, gint64 sequence, GError **error) {
  GeoProvenEntry *entry;

  if (!find_entry (journal, sequence, &entry, error))
    return NULL;
  if (entry == NULL)
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND,
                         "The journal has no such entry.");
  return entry;
}

/* --- The log -------------------------------------------------------------- */

static gboolean
read_log (GeoJournal *journal,
          gint64 record,
          GeoLogProof **out,
          GError **error) {
  g_autoptr (GeoRecordBody) body = geo_journal_read_body (journal->database,
                                                          record, error);

  if (body == NULL)
    return FALSE;
  if (body->log == NULL) {
    geo_store_set_corrupt (error, "The record of a head");
    return FALSE;
  }
  *out = g_steal_pointer (&body->log);
  return TRUE;
}

gboolean
geo_journal_get_log (GeoJournal *journal,
                     GeoTreeHead **head,
                     gint64 *proven,
                     gint64 *index,
                     GError **error) {
  g_auto (GeoQuery) last = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoLogProof) log = NULL;
  gboolean row;

  *head = NULL;
  *proven = 0;
  *index = -1;
  if (!geo_query_prepare (&last, journal->database,
                          "SELECT max (record) FROM head", error) ||
      !geo_query_step (&last, &row, error))
    return FALSE;
  if (row && !geo_query_is_null (&last, 0)) {
    if (!read_log (journal, geo_query_get_int (&last, 0), &log, error))
      return FALSE;
    *head = g_steal_pointer (&log->head);
  }
  /* They are proved in their order: what is not is at the end. */
  if (!geo_query_prepare (&query, journal->database,
                          "SELECT sequence, leaf FROM entry"
                          " WHERE proof IS NOT NULL"
                          " ORDER BY sequence DESC LIMIT 1",
                          error) ||
      !geo_query_step (&query, &row, error)) {
    g_clear_pointer (head, geo_tree_head_free);
    return FALSE;
  }
  if (row) {
    *proven = geo_query_get_int (&query, 0);
    *index = geo_query_get_int (&query, 1);
  }
  return TRUE;
}

GArray *
geo_journal_list_unproven (GeoJournal *journal, gint64 proven, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GArray) subjects = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT subject FROM entry WHERE sequence > ?"
                          " ORDER BY sequence",
                          error))
    return NULL;
  geo_query_bind_int (&query, proven);
  for (;;) {
    GeoHash subject;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&subjects);
    if (!geo_query_get_hash (&query, 0, &subject, error))
      return NULL;
    g_array_append_val (subjects, subject);
  }
}

static GArray *
list_subjects (GeoJournal *journal, const GeoLogProof *log, GError **error) {
  g_autoptr (GArray) subjects = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  for (guint i = 0; i < log->leaves->len; i++) {
    const GeoLeafProof *leaf = g_ptr_array_index (log->leaves, i);
    g_auto (GeoQuery) query = GEO_QUERY_INIT;
    gboolean row;
    GeoHash subject;

    if (!geo_query_prepare (&query, journal->database,
                            "SELECT subject FROM entry WHERE sequence = ?",
                            error))
      return NULL;
    geo_query_bind_int (&query, leaf->sequence);
    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row) {
      geo_store_set_corrupt (error, "The record of a head");
      return NULL;
    }
    if (!geo_query_get_hash (&query, 0, &subject, error))
      return NULL;
    g_array_append_val (subjects, subject);
  }
  return g_steal_pointer (&subjects);
}

GPtrArray *
geo_journal_list_log (GeoJournal *journal,
                      guint max,
                      GPtrArray **subjects,
                      GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_log_proof_free);
  g_autoptr (GPtrArray) theirs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT record FROM head ORDER BY record DESC LIMIT ?", error))
    return NULL;
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoLogProof *log = NULL;
    GArray *of;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      break;
    if (!read_log (journal, geo_query_get_int (&query, 0), &log, error))
      return NULL;
    g_ptr_array_add (list, log);
    of = list_subjects (journal, log, error);
    if (of == NULL)
      return NULL;
    g_ptr_array_add (theirs, of);
  }
  *subjects = g_steal_pointer (&theirs);
  return g_steal_pointer (&list);
}

gboolean
geo_journal_find_leaf (GeoJournal *journal,
                       gint64 record,
                       GeoTreeHead **head,
                       GeoLeafProof **leaf,
                       GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoLogProof) log = NULL;
  gint64 sequence;
  gboolean row;

  *head = NULL;
  *leaf = NULL;
  if (!geo_query_prepare (&query, journal->database,
                          "SELECT sequence, proof FROM entry"
                          " WHERE record = ? AND proof IS NOT NULL",
                          error))
    return FALSE;
  geo_query_bind_int (&query, record);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  sequence = geo_query_get_int (&query, 0);
  if (!read_log (journal, geo_query_get_int (&query, 1), &log, error))
    return FALSE;
  for (guint i = 0; i < log->leaves->len && *leaf == NULL; i++) {
    const GeoLeafProof *one = g_ptr_array_index (log->leaves, i);

    if (one->sequence == sequence)
      *leaf = geo_leaf_proof_copy (one);
  }
  if (*leaf == NULL) {
    geo_store_set_corrupt (error, "The record of a head");
    return FALSE;
  }
  *head = g_steal_pointer (&log->head);
  return TRUE;
}

/* --- Evidence ------------------------------------------------------------- */

void
geo_journal_evidence_free (GeoJournalEvidence *evidence) {
  if (evidence == NULL)
    return;
  geo_evidence_free (evidence->evidence);
  g_free (evidence);
}

static void
free_evidence (gpointer data) {
  geo_journal_evidence_free (data);
}

GPtrArray *
geo_journal_list_evidence (GeoJournal *journal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_evidence);
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT r.sequence, r.at FROM evidence AS e"
                          " JOIN record AS r ON r.sequence = e.record"
                          " ORDER BY e.record DESC",
                          error))
    return NULL;
  for (;;) {
    g_autoptr (GeoRecordBody) body = NULL;
    GeoJournalEvidence *one;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&list);
    body = geo_journal_read_body (journal->database,
                                  geo_query_get_int (&query, 0), error);
    if (body == NULL)
      return NULL;
    if (body->evidence == NULL) {
      geo_store_set_corrupt (error, "The record of evidence");
      return NULL;
    }
    one = g_new0 (GeoJournalEvidence, 1);
    one->record = geo_query_get_int (&query, 0);
    one->at = geo_query_get_int (&query, 1);
    one->evidence = g_steal_pointer (&body->evidence);
    g_ptr_array_add (list, one);
  }
}

/* What it says, whenever it was signed. */
static gchar *
make_gist (const GeoEvidence *evidence) {
  g_autoptr (GeoEvidence) gist = geo_evidence_copy (evidence);

  g_free (gist->reason);
  gist->reason = g_strdup ("");
  g_ptr_array_set_size (gist->leaves, 0);
  g_ptr_array_set_size (gist->prefixes, 0);
  for (guint i = 0; i < gist->heads->len; i++) {
    GeoTreeHead *head = g_ptr_array_index (gist->heads, i);

    head->at = 0;
    head->signature = (GeoSignature){ { 0 } };
  }
  return geo_evidence_to_text (gist, NULL);
}

gboolean
geo_journal_find_evidence (GeoJournal *journal,
                           const GeoEvidence *evidence,
                           gint64 *record,
                           GError **error) {
  g_autoptr (GPtrArray) held = geo_journal_list_evidence (journal, error);
  g_autofree gchar *gist = make_gist (evidence);

  *record = 0;
  for (guint i = 0; held != NULL && i < held->len && *record == 0; i++) {
    const GeoJournalEvidence *one = g_ptr_array_index (held, i);
    g_autofree gchar *other = make_gist (one->evidence);

    if (g_str_equal (gist, other))
      *record = one->record;
  }
  return held != NULL;
}

/* An entry of ours comes before what was given. */
static gboolean
put_entry (GeoJournal *journal,
           GeoEvidence *evidence,
           gint64 sequence,
           GError **error) {
  g_autoptr (GeoProvenEntry) held = NULL;

  if (!find_entry (journal, sequence, &held, error))
    return FALSE;
  if (held != NULL)
    g_ptr_array_insert (evidence->entries, 0, geo_evidence_bare (held->entry));
  return TRUE;
}

/* What was committed, with the contract and nothing else of its certificate. */
static gboolean
put_committed (GeoJournal *journal,
               GeoEvidence *evidence,
               const GeoHash *hash,
               GError **error) {
  g_autoptr (GeoProvenEntry) held = NULL;
  GeoProvenEntry *bare;
  gint64 record;

  if (!geo_journal_find_proof (journal, hash, &record, error))
    return FALSE;
  if (record == 0)
    return TRUE;
  if (!read_entry (journal, record, &held, error))
    return FALSE;
  if (held == NULL || held->certificate == NULL)
    return TRUE;
  bare = geo_evidence_bare (held->entry);
  bare->certificate = geo_certificate_new ();
  bare->certificate->contract = geo_contract_copy (held->certificate->contract);
  g_ptr_array_insert (evidence->entries, 0, bare);
  return TRUE;
}

/* The hub's no to what an entry tells of. */
static gboolean
put_refusal (GeoJournal *journal,
             GeoEvidence *evidence,
             const GeoProvenEntry *entry,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoContract *contract = entry->certificate->contract;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT sequence FROM record WHERE kind = ?"
                          " ORDER BY sequence DESC LIMIT ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, GEO_RECORD_KIND_REFUSED);
  geo_query_bind_int (&query, REFUSALS_MAX);
  for (;;) {
    g_autoptr (GeoRecordBody) body = NULL;
    const GeoRefusal *refusal;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    body = geo_journal_read_body (journal->database,
                                  geo_query_get_int (&query, 0), error);
    if (body == NULL)
      return FALSE;
    refusal = body->refusal;
    if (refusal == NULL ||
        !((refusal->has_contract &&
           geo_hash_equal (&refusal->contract, &entry->entry->subject)) ||
          (refusal->has_order && contract->has_order &&
           geo_hash_equal (&refusal->order, &contract->order))))
      continue;
    evidence->refusal = g_steal_pointer (&body->refusal);
    return TRUE;
  }
}

static gboolean
complete_outcomes (GeoJournal *journal, GeoEvidence *evidence, GError **error) {
  const GeoProvenEntry *entry;

  if (evidence->refusal != NULL)
    return evidence->entries->len > 0 ||
           put_committed (journal, evidence,
                          evidence->refusal->has_order
                              ? &evidence->refusal->order
                              : &evidence->refusal->contract,
                          error);
  if (evidence->entries->len != 1)
    return TRUE;
  entry = g_ptr_array_index (evidence->entries, 0);
  if (entry->certificate == NULL)
    return TRUE;
  if (!put_refusal (journal, evidence, entry, error))
    return FALSE;
  if (evidence->refusal != NULL || !entry->certificate->contract->has_order)
    return TRUE;
  /* P11: then another contract of the same order was committed. */
  evidence->what = GEO_EVIDENCE_KIND_TWO_CONTRACTS;
  return put_committed (journal, evidence, &entry->certificate->contract->order,
                        error);
}

gboolean
geo_journal_complete_evidence (GeoJournal *journal,
                               GeoEvidence *evidence,
                               GError **error) {
  const GeoProvenEntry *given = NULL;
  gint64 last;

  if (evidence->entries->len == 1)
    given = g_ptr_array_index (evidence->entries, 0);
  switch (evidence->what) {
  case GEO_EVIDENCE_KIND_FORK:
    return given == NULL ||
           put_entry (journal, evidence, given->entry->sequence, error);
  case GEO_EVIDENCE_KIND_CHAIN:
    return given == NULL ||
           put_entry (journal, evidence, given->entry->sequence - 1, error);
  case GEO_EVIDENCE_KIND_GAP:
  case GEO_EVIDENCE_KIND_FORGOTTEN:
    return (evidence->what == GEO_EVIDENCE_KIND_FORGOTTEN) != (given == NULL) ||
           (geo_journal_get_last_entry (journal, &last, NULL, error) &&
            put_entry (journal, evidence, last, error));
  case GEO_EVIDENCE_KIND_TWO_OUTCOMES:
    return complete_outcomes (journal, evidence, error);
  case GEO_EVIDENCE_KIND_NOT_LOGGED:
    return evidence->entries->len > 0 || evidence->leaves->len == 0 ||
           put_entry (journal, evidence,
                      ((GeoLeafProof *) g_ptr_array_index (evidence->leaves, 0))
                          ->sequence,
                      error);
  case GEO_EVIDENCE_KIND_TWO_CONTRACTS:
  case GEO_EVIDENCE_KIND_TWO_HEADS:
  case GEO_EVIDENCE_KIND_SHRUNK:
  case GEO_EVIDENCE_KIND_TWO_PREFIXES:
  case GEO_EVIDENCE_KIND_BAD_ENTRY:
  case GEO_EVIDENCE_KIND_MANDATE:
  case GEO_EVIDENCE_KIND_NOT_CONSISTENT:
  case GEO_EVIDENCE_KIND_TWO_KEYS:
    break;
  }
  return TRUE;
}
