/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters in a journal (protocol §8a): what a record of one has to hold, what
 * becomes of a request in the projection, and the lists of them.  It judges no
 * clock: whether a request has expired is for whoever reads it.
 */
#include "store/geo-journal-private.h"

/* --- What a record holds -------------------------------------------------- */

static gboolean
unfit (GeoRecordKind kind, const gchar *why, GError **error) {
  geo_journal_set_unfit (kind, why, error);
  return FALSE;
}

static gboolean
unfit_because (GeoRecordKind kind, GError *why, GError **error) {
  g_autoptr (GError) inner = why;

  return unfit (kind, inner->message, error);
}

gboolean
geo_letters_check_body (const GeoJournalIdentity *identity,
                        GeoRecordKind kind,
                        const GeoRecordBody *body,
                        GError **error) {
  GeoRequestFacts facts;
  GError *why = NULL;
  gboolean written_by_us;

  if (kind == GEO_RECORD_KIND_SENT)
    return body->has_subject || unfit (kind, "the letter is missing", error);
  if (kind == GEO_RECORD_KIND_BLOCK)
    return (body->person != NULL && body->has_blocked) ||
           unfit (kind, "the person is missing", error);
  if (body->letter == NULL)
    return unfit (kind, "the letter is missing", error);
  if (!geo_letter_get_facts (body->letter, &identity->community, &facts, &why))
    return unfit_because (kind, why, error);
  written_by_us = geo_pid_equal (&body->letter->person->pid, &identity->self);
  if (!written_by_us && facts.has_to &&
      !geo_pid_equal (&facts.to, &identity->self) &&
      !geo_pid_equal (&facts.from, &identity->self))
    return unfit (kind, "the letter is for somebody else", error);
  if (body->letter->invitation != NULL && (!written_by_us || body->has_to))
    return unfit (kind, "an invitation is nobody's letter", error);
  if (body->has_to &&
      (!written_by_us || geo_pid_equal (&body->to, &identity->self)))
    return unfit (kind, "somebody else's letter is sent", error);
  return TRUE;
}

typedef struct {
  const GeoJournalIdentity *identity;
  const GeoParticipant *person;
} Keys;

static gboolean
lookup_cb (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const Keys *keys = user_data;

  if (geo_pid_equal (pid, &keys->identity->self)) {
    *out = keys->identity->keys;
    return TRUE;
  }
  if (keys->person == NULL || !geo_pid_equal (pid, &keys->person->pid))
    return FALSE;
  geo_key_chain_of (keys->person, out);
  return TRUE;
}

gboolean
geo_letters_check_signatures (const GeoJournalIdentity *identity,
                              GeoRecordKind kind,
                              const GeoRecordBody *body,
                              GError **error) {
  Keys keys = { identity, body->person };
  GeoRequestFacts facts;
  GError *why = NULL;

  return geo_letter_check (body->letter, &identity->community, lookup_cb, &keys,
                           &facts, &why) ||
         unfit_because (kind, why, error);
}

/* --- The projection ------------------------------------------------------- */

/* Who asks to be trusted as an invitation of ours offers has taken it up. */
static gboolean
put_taken (GeoDatabase *database,
           gint64 sequence,
           GeoTime at,
           const GeoRequestFacts *facts,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &query, database,
          "UPDATE request SET state = 2, peer = ?, changed_at = ?, decided = ?"
          " WHERE kind = 4 AND state = 1 AND mine = 1 AND id = ?"
          " AND equivalent = ? AND amount >= ?",
          error))
    return FALSE;
  geo_query_bind_pid (&query, &facts->from);
  geo_query_bind_int (&query, at);
  geo_query_bind_int (&query, sequence);
  geo_query_bind_text (&query, facts->id);
  geo_query_bind_text (&query, facts->equivalent);
  geo_query_bind_int (&query, facts->amount.amount.minor);
  return geo_query_run (&query, error);
}

static gboolean
put_request (GeoDatabase *database,
             const GeoJournalIdentity *identity,
             gint64 sequence,
             GeoTime at,
             const GeoLetter *letter,
             const GeoRequestFacts *facts,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean mine = geo_pid_equal (&facts->from, &identity->self);
  const GeoPid *peer = mine ? &facts->to : &facts->from;
  gboolean agreed = letter->responses->len == 2;

  /* The same again changes nothing (P5); a checkpoint that both agreed to is
   * done, and this record is the one that shows it. */
  if (!geo_query_prepare (
          &query, database,
          "INSERT INTO request (hash, kind, mine, peer, id, equivalent, amount,"
          " decimals, memo, single_use, at, expires_at, state, changed_at,"
          " paid, record, decided)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif (?7, ?8, NULL), ?9, ?10, ?11,"
          " ?12, iif (?13, ?14, NULL), iif (?15, 2, 1), ?16, 0, ?17,"
          " iif (?15, ?17, NULL))"
          " ON CONFLICT (hash) DO UPDATE SET state = 2,"
          " changed_at = excluded.changed_at, decided = excluded.decided"
          " WHERE excluded.state = 2 AND state <> 2",
          error))
    return FALSE;
  geo_query_bind_hash (&query, &facts->hash);
  geo_query_bind_int (&query, facts->kind);
  geo_query_bind_int (&query, mine);
  geo_query_bind_pid (&query, mine && !facts->has_to ? NULL : peer);
  geo_query_bind_text (&query, facts->id);
  geo_query_bind_text (&query, facts->equivalent);
  geo_query_bind_int (&query, facts->has_amount);
  geo_query_bind_int (&query, facts->amount.amount.minor);
  geo_query_bind_int (&query, facts->amount.decimals);
  geo_query_bind_text (&query, facts->memo);
  geo_query_bind_int (&query, facts->single_use);
  geo_query_bind_int (&query, facts->created_at);
  geo_query_bind_int (&query, facts->has_expires_at);
  geo_query_bind_int (&query, facts->expires_at);
  geo_query_bind_int (&query, agreed);
  geo_query_bind_int (&query, at);
  geo_query_bind_int (&query, sequence);
  if (!geo_query_run (&query, error))
    return FALSE;
  return facts->kind != GEO_REQUEST_TRUST || mine ||
         put_taken (database, sequence, at, facts, error);
}

/* Who asked takes it back; who was asked says no.  What is settled stays so. */
static gboolean
put_response (GeoDatabase *database,
              const GeoJournalIdentity *identity,
              gint64 sequence,
              GeoTime at,
              const GeoResponse *response,
              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean by_us = geo_pid_equal (&response->participant, &identity->self);
  gboolean takes_back = response->verdict == GEO_VERDICT_WITHDRAWN;

  if (!geo_query_prepare (
          &query, database,
          "UPDATE request SET state = ?, changed_at = ?, decided = ?"
          " WHERE hash = ? AND state = 1 AND mine = ? AND (? OR peer = ?)",
          error))
    return FALSE;
  geo_query_bind_int (&query, takes_back ? GEO_REQUEST_WITHDRAWN
                                         : GEO_REQUEST_DECLINED);
  geo_query_bind_int (&query, at);
  geo_query_bind_int (&query, sequence);
  geo_query_bind_hash (&query, &response->subject);
  geo_query_bind_int (&query, by_us == takes_back);
  geo_query_bind_int (&query, by_us);
  geo_query_bind_pid (&query, &response->participant);
  return geo_query_run (&query, error);
}

static gboolean
put_outbox (GeoDatabase *database,
            gint64 sequence,
            const GeoLetter *letter,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autofree gchar *text = NULL;
  GeoHash hash;
  gsize len;

  text = geo_letter_to_text (letter, &len);
  geo_hash_of (text, len, &hash);
  if (!geo_query_prepare (&query, database,
                          "INSERT OR IGNORE INTO outbox VALUES (?, ?)", error))
    return FALSE;
  geo_query_bind_hash (&query, &hash);
  geo_query_bind_int (&query, sequence);
  return geo_query_run (&query, error);
}

static GeoTrustLine *
find_line (GeoDatabase *database,
           const GeoRequestFacts *facts,
           gboolean *found,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GError *why = NULL;
  const gchar *text;
  GeoTrustLine *line;

  if (!geo_query_prepare (&query, database,
                          "SELECT line FROM line WHERE from_pid = ?"
                          " AND to_pid = ? AND equivalent = ?"
                          " AND in_force = 1",
                          error))
    return NULL;
  geo_query_bind_pid (&query, &facts->to);
  geo_query_bind_pid (&query, &facts->from);
  geo_query_bind_text (&query, facts->equivalent);
  if (!geo_query_step (&query, found, error) || !*found)
    return NULL;
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return NULL;
  line = geo_trust_line_from_text (text, -1, &why);
  if (line == NULL)
    geo_store_propagate_corrupt (error, why, "A stored trust line");
  return line;
}

/* What is asked for may be there already, on its way while it was asked for. */
static gboolean
settle_by_line (GeoDatabase *database,
                const GeoJournalIdentity *identity,
                gint64 sequence,
                GeoTime at,
                const GeoRequestFacts *facts,
                GError **error) {
  g_autoptr (GeoTrustLine) line = NULL;
  gboolean found = TRUE;

  if (facts->kind != GEO_REQUEST_TRUST)
    return TRUE;
  line = find_line (database, facts, &found, error);
  if (line == NULL)
    return !found;
  return geo_letters_apply_line (database, sequence, at, line,
                                 geo_pid_equal (&facts->to, &identity->self),
                                 error);
}

gboolean
geo_letters_apply (GeoDatabase *database,
                   const GeoJournalIdentity *identity,
                   gint64 sequence,
                   GeoTime at,
                   const GeoRecordBody *body,
                   GError **error) {
  const GeoLetter *letter = body->letter;
  GeoRequestFacts facts;
  GError *why = NULL;

  if (!geo_letter_get_facts (letter, &identity->community, &facts, &why))
    return unfit_because (GEO_RECORD_KIND_LETTER, why, error);
  if (facts.kind != 0
          ? !put_request (database, identity, sequence, at, letter, &facts,
                          error) ||
                !settle_by_line (database, identity, sequence, at, &facts,
                                 error)
          : !put_response (database, identity, sequence, at, facts.response,
                           error))
    return FALSE;
  return !body->has_to || put_outbox (database, sequence, letter, error);
}

gboolean
geo_letters_apply_sent (GeoDatabase *database,
                        const GeoHash *letter,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, database,
                          "DELETE FROM outbox WHERE letter = ?", error))
    return FALSE;
  geo_query_bind_hash (&query, letter);
  return geo_query_run (&query, error);
}

gboolean
geo_letters_apply_block (GeoDatabase *database,
                         const GeoPid *pid,
                         gboolean blocked,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (blocked ? !geo_query_prepare (&query, database,
                                    "INSERT OR IGNORE INTO blocked VALUES (?)",
                                    error)
              : !geo_query_prepare (&query, database,
                                    "DELETE FROM blocked WHERE pid = ?", error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  return geo_query_run (&query, error);
}

gboolean
geo_letters_apply_paid (GeoDatabase *database,
                        gint64 sequence,
                        GeoTime at,
                        const GeoHash *invoice,
                        gboolean ours,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* The money has come, whatever was said before; what may be paid again stays
   * open for whoever asks. */
  if (!geo_query_prepare (&query, database,
                          "UPDATE request SET paid = paid + 1, decided = ?,"
                          " changed_at = ?,"
                          " state = iif (mine AND NOT single_use, state, 2)"
                          " WHERE hash = ? AND kind = 1 AND mine = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, sequence);
  geo_query_bind_int (&query, at);
  geo_query_bind_hash (&query, invoice);
  geo_query_bind_int (&query, ours);
  return geo_query_run (&query, error);
}

gboolean
geo_letters_apply_closed (GeoDatabase *database,
                          gint64 sequence,
                          GeoTime at,
                          const GeoHash *order,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, database,
                          "UPDATE request SET state = 5, changed_at = ?,"
                          " decided = ? WHERE kind = 1 AND state = 1"
                          " AND NOT mine AND hash ="
                          "  (SELECT invoice FROM open_order"
                          "   WHERE order_hash = ?)",
                          error))
    return FALSE;
  geo_query_bind_int (&query, at);
  geo_query_bind_int (&query, sequence);
  geo_query_bind_hash (&query, order);
  return geo_query_run (&query, error);
}

gboolean
geo_letters_apply_line (GeoDatabase *database,
                        gint64 sequence,
                        GeoTime at,
                        const GeoTrustLine *line,
                        gboolean given,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (line->status != GEO_LINE_STATUS_ACTIVE || geo_trust_line_is_frozen (line))
    return TRUE;
  /* The answer to "trust me up to" is the line itself. */
  if (!geo_query_prepare (
          &query, database,
          "UPDATE request SET state = 2, changed_at = ?, decided = ?"
          " WHERE kind = 2 AND state = 1 AND mine = ? AND peer = ?"
          " AND equivalent = ? AND amount <= ? AND at <= ?",
          error))
    return FALSE;
  geo_query_bind_int (&query, at);
  geo_query_bind_int (&query, sequence);
  geo_query_bind_int (&query, !given);
  geo_query_bind_pid (&query, given ? &line->to : &line->from);
  geo_query_bind_text (&query, line->equivalent);
  geo_query_bind_int (&query, line->limit.amount.minor);
  /* What is restored hears of lines from long before it was asked for one. */
  geo_query_bind_int (&query, line->signed_at + GEO_CLOCK_TOLERANCE_MS);
  return geo_query_run (&query, error);
}

/* --- Lists ---------------------------------------------------------------- */

void
geo_journal_request_free (GeoJournalRequest *request) {
  if (request == NULL)
    return;
  g_free (request->id);
  g_free (request->equivalent);
  g_free (request->memo);
  geo_letter_free (request->letter);
  geo_participant_free (request->person);
  g_free (request);
}

void
geo_journal_letter_free (GeoJournalLetter *letter) {
  if (letter == NULL)
    return;
  geo_letter_free (letter->letter);
  g_free (letter);
}

static GeoRecordBody *
read_letter (GeoDatabase *database, gint64 record, GError **error) {
  g_autoptr (GeoRecordBody) body = geo_journal_read_body (database, record,
                                                          error);

  if (body == NULL)
    return NULL;
  if (body->letter == NULL) {
    geo_store_set_corrupt (error, "A stored letter");
    return NULL;
  }
  return g_steal_pointer (&body);
}

/* The record that both agreed in, and who the other one was then. */
static gboolean
read_agreement (GeoDatabase *database, GeoJournalRequest *item, GError **error) {
  g_autoptr (GeoRecordBody) body = read_letter (database, item->decided, error);

  if (body == NULL)
    return FALSE;
  item->person = geo_pid_equal (&body->letter->person->pid, &item->peer)
                     ? geo_participant_copy (body->letter->person)
                     : g_steal_pointer (&body->person);
  item->letter = g_steal_pointer (&body->letter);
  return TRUE;
}

#define REQUEST_COLUMNS                                                      \
  "hash, kind, mine, peer, id, equivalent, amount, decimals, memo,"          \
  " single_use, at, expires_at, state, changed_at, paid, record, decided,"   \
  " EXISTS (SELECT 1 FROM outbox AS o WHERE o.record = request.record"       \
  "  OR o.record = request.decided)"

static GeoJournalRequest *
make_request (GeoDatabase *database, GeoQuery *query, GError **error) {
  g_autoptr (GeoJournalRequest) item = g_new0 (GeoJournalRequest, 1);
  g_autoptr (GeoRecordBody) body = NULL;
  gint64 kind = geo_query_get_int (query, 1);
  gint64 state = geo_query_get_int (query, 12);
  gint64 decimals = geo_query_get_int (query, 7);

  if (kind < GEO_REQUEST_PAYMENT || kind > GEO_REQUEST_INVITATION ||
      state < GEO_REQUEST_OPEN || state > GEO_REQUEST_CLOSED ||
      decimals < 0 || decimals > GEO_PRECISION_MAX ||
      geo_query_is_null (query, 4) || geo_query_is_null (query, 5)) {
    geo_store_set_corrupt (error, "A stored request");
    return NULL;
  }
  if (!geo_query_get_hash (query, 0, &item->hash, error))
    return NULL;
  item->kind = (GeoRequestKind) kind;
  item->mine = geo_query_get_int (query, 2) != 0;
  item->has_peer = !geo_query_is_null (query, 3);
  if (item->has_peer && !geo_query_get_pid (query, 3, &item->peer, error))
    return NULL;
  item->id = geo_query_dup_text (query, 4);
  item->equivalent = geo_query_dup_text (query, 5);
  item->has_amount = !geo_query_is_null (query, 6);
  item->amount.amount = GEO_AMOUNT (geo_query_get_int (query, 6));
  item->amount.decimals = (guint8) decimals;
  item->memo = geo_query_dup_text (query, 8);
  item->single_use = geo_query_get_int (query, 9) != 0;
  item->at = geo_query_get_int (query, 10);
  item->has_expires_at = !geo_query_is_null (query, 11);
  item->expires_at = geo_query_get_int (query, 11);
  item->state = (GeoRequestState) state;
  item->changed_at = geo_query_get_int (query, 13);
  item->paid = geo_query_get_int (query, 14);
  item->record = geo_query_get_int (query, 15);
  item->decided = geo_query_get_int (query, 16);
  item->waits = geo_query_get_int (query, 17) != 0;
  if (item->kind == GEO_REQUEST_CHECKPOINT && item->state == GEO_REQUEST_DONE)
    return read_agreement (database, item, error) ? g_steal_pointer (&item)
                                                  : NULL;
  body = read_letter (database, item->record, error);
  if (body == NULL)
    return NULL;
  item->letter = g_steal_pointer (&body->letter);
  return g_steal_pointer (&item);
}

GPtrArray *
geo_journal_list_requests (GeoJournal *journal,
                           gboolean open,
                           gint64 before,
                           guint max,
                           GError **error) {
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (
      (GDestroyNotify) geo_journal_request_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (open ? !geo_query_prepare (&query, journal->database,
                                 "SELECT " REQUEST_COLUMNS
                                 " FROM request WHERE state = 1 AND record < ?"
                                 " ORDER BY record DESC LIMIT ?",
                                 error)
           : !geo_query_prepare (&query, journal->database,
                                 "SELECT " REQUEST_COLUMNS
                                 " FROM request WHERE record < ?"
                                 " ORDER BY record DESC LIMIT ?",
                                 error))
    return NULL;
  geo_query_bind_int (&query, before > 0 ? before : G_MAXINT64);
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoJournalRequest *item;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    item = make_request (journal->database, &query, error);
    if (item == NULL)
      return NULL;
    g_ptr_array_add (items, item);
  }
}

GeoJournalRequest *
geo_journal_get_request (GeoJournal *journal,
                         const GeoHash *hash,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT " REQUEST_COLUMNS " FROM request WHERE hash = ?", error))
    return NULL;
  geo_query_bind_hash (&query, hash);
  if (!geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND,
                         "There is no such request in the journal.");
    return NULL;
  }
  return make_request (journal->database, &query, error);
}

GPtrArray *
geo_journal_list_outbox (GeoJournal *journal, GError **error) {
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (
      (GDestroyNotify) geo_journal_letter_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT record FROM outbox ORDER BY record", error))
    return NULL;
  for (;;) {
    g_autoptr (GeoRecordBody) body = NULL;
    GeoJournalLetter *item;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    body = geo_journal_read_body (journal->database,
                                  geo_query_get_int (&query, 0), error);
    if (body == NULL)
      return NULL;
    if (body->letter == NULL || !body->has_to) {
      geo_store_set_corrupt (error, "A stored letter");
      return NULL;
    }
    item = g_new0 (GeoJournalLetter, 1);
    item->to = body->to;
    item->letter = g_steal_pointer (&body->letter);
    g_ptr_array_add (items, item);
  }
}

static GArray *
list_pids (GeoJournal *journal, const gchar *sql, GError **error) {
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GeoPid));
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database, sql, error))
    return NULL;
  for (;;) {
    GeoPid pid;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&pids);
    if (!geo_query_get_pid (&query, 0, &pid, error))
      return NULL;
    g_array_append_val (pids, pid);
  }
}

GArray *
geo_journal_list_blocked (GeoJournal *journal, GError **error) {
  return list_pids (journal, "SELECT pid FROM blocked ORDER BY pid", error);
}

GArray *
geo_journal_list_changed (GeoJournal *journal, GError **error) {
  return list_pids (journal, "SELECT pid FROM changed ORDER BY pid", error);
}

GPtrArray *
geo_journal_list_movements (GeoJournal *journal,
                            const GeoPid *peer,
                            const gchar *equivalent,
                            guint max,
                            GError **error) {
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_movement_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT m.at, m.amount, a.contract, a.decimals"
                          " FROM movement AS m JOIN activity AS a"
                          "  ON a.proof = m.record"
                          " WHERE m.peer = ? AND m.equivalent = ?"
                          " ORDER BY m.record DESC LIMIT ?",
                          error))
    return NULL;
  geo_query_bind_pid (&query, peer);
  geo_query_bind_text (&query, equivalent);
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoMovement *item;
    gint64 amount;
    gint64 decimals;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    amount = geo_query_get_int (&query, 1);
    decimals = geo_query_get_int (&query, 3);
    if (decimals < 0 || decimals > GEO_PRECISION_MAX || amount == G_MININT64) {
      geo_store_set_corrupt (error, "The stored history");
      return NULL;
    }
    /* A payment that went out and came back to the same person moved nothing.
     */
    if (amount == 0)
      continue;
    item = geo_movement_new ();
    g_ptr_array_add (items, item);
    item->at = geo_query_get_int (&query, 0);
    if (!geo_query_get_hash (&query, 2, &item->contract, error))
      return NULL;
    item->has_gained = amount > 0;
    item->has_lost = amount < 0;
    if (amount > 0)
      item->gained = geo_decimal (GEO_AMOUNT (amount), (guint) decimals);
    else
      item->lost = geo_decimal (GEO_AMOUNT (-amount), (guint) decimals);
  }
}
