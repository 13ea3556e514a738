/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How each record changes the projection: lines, balances, open orders and
 * votes, people, history.  A pure function of the records in their order, so
 * that it can be made again at any time (protocol §8): it may look at nothing
 * but the record and what earlier ones made.
 *
 * Long because every kind of record is one step here, and their tables are one
 * state.
 */
#include "store/geo-journal-private.h"

#include "core/geo-evidence.h"
#include "core/geo-merkle.h"

#include <string.h>

/* What one record is applied with. */
typedef struct {
  GeoDatabase *database;
  const GeoJournalIdentity *identity;
  gint64 sequence;
  GeoRecordKind kind;
  GeoTime at;
  const GeoRecordBody *body;
} GeoStep;

static gboolean
unfit (const GeoStep *step, const gchar *why, GError **error) {
  geo_journal_set_unfit (step->kind, why, error);
  return FALSE;
}

static gboolean
is_self (const GeoStep *step, const GeoPid *pid) {
  return geo_pid_equal (&step->identity->self, pid);
}

/* --- Small tables --------------------------------------------------------- */

/* A person as they are known, and the form of them that the hub has said last
 * of those with a changed key; each may be NULL. */
static gboolean
read_person (const GeoStep *step,
             const GeoPid *pid,
             GeoParticipant **known,
             GeoParticipant **heard,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const gchar *text;
  gboolean row;

  if (!geo_query_prepare (&query, step->database,
                          "SELECT person, heard FROM person WHERE pid = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return FALSE;
  *known = geo_participant_from_text (text, -1, error);
  if (*known == NULL)
    return FALSE;
  if (geo_query_is_null (&query, 1))
    return TRUE;
  text = geo_query_get_text (&query, 1, error);
  if (text == NULL)
    return FALSE;
  *heard = geo_participant_from_text (text, -1, error);
  return *heard != NULL;
}

/* K5: keys that are known are not taken back. */
static gboolean
goes_on (const GeoParticipant *known, const GeoParticipant *person) {
  if (known == NULL)
    return TRUE;
  switch (geo_participant_compare_keys (known, person)) {
  case GEO_KEY_CHAIN_SAME:
    return geo_participant_is_later (known, person);
  case GEO_KEY_CHAIN_LONGER:
    return TRUE;
  case GEO_KEY_CHAIN_SHORTER:
  case GEO_KEY_CHAIN_FORK:
    return FALSE;
  }
  g_assert_not_reached ();
}

static gboolean
note_changed (const GeoStep *step, const GeoPid *pid, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT OR REPLACE INTO changed VALUES (?, ?)",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_int (&query, step->sequence);
  return geo_query_run (&query, error);
}

/* What somebody says of itself later wins, in whatever order it arrives; but no
 * key that was left comes back. */
static gboolean
put_unchanged (const GeoStep *step,
               const GeoParticipant *person,
               GError **error) {
  g_autofree gchar *text = geo_participant_to_text (person, NULL);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO person (pid, seq, person)"
                          " VALUES (?1, ?2, ?3)"
                          " ON CONFLICT (pid) DO UPDATE"
                          " SET seq = excluded.seq, person = excluded.person"
                          " WHERE excluded.seq > seq"
                          " AND instr (person, '\"rotations\":') = 0",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &person->pid);
  geo_query_bind_int (&query, person->seq);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

static gboolean
put_forms (const GeoStep *step,
           const GeoParticipant *known,
           const GeoParticipant *heard,
           GError **error) {
  g_autofree gchar *known_text = geo_participant_to_text (known, NULL);
  g_autofree gchar *heard_text =
      heard != NULL ? geo_participant_to_text (heard, NULL) : NULL;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT OR REPLACE INTO person"
                          " (pid, seq, person, heard) VALUES (?, ?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &known->pid);
  geo_query_bind_int (&query, known->seq);
  geo_query_bind_text (&query, known_text);
  geo_query_bind_text (&query, heard_text);
  return geo_query_run (&query, error);
}

/* by_hub: the record is the hub's word about them (K5). */
static gboolean
put_person (const GeoStep *step,
            const GeoParticipant *person,
            gboolean by_hub,
            GError **error) {
  g_autoptr (GeoParticipant) known = NULL;
  g_autoptr (GeoParticipant) heard = NULL;
  gboolean is_heard, is_taken, is_rotated;

  /* Who we are is in the joined record. */
  if (is_self (step, &person->pid))
    return TRUE;
  if (person->rotations->len == 0)
    return put_unchanged (step, person, error);
  if (!read_person (step, &person->pid, &known, &heard, error))
    return FALSE;
  is_heard = by_hub && goes_on (heard, person);
  is_taken = goes_on (known, person);
  is_rotated = known != NULL && geo_participant_compare_keys (known, person) ==
                                    GEO_KEY_CHAIN_LONGER;
  /* K5: the hub's stays before what only others have shown. */
  if (is_heard && geo_participant_compare_keys (known != NULL ? known : person,
                                                person) == GEO_KEY_CHAIN_FORK)
    is_taken = is_rotated = TRUE;
  if (is_rotated && !note_changed (step, &person->pid, error))
    return FALSE;
  return (!is_heard && !is_taken) ||
         put_forms (step, is_taken ? person : known, is_heard ? person : heard,
                    error);
}

static gboolean
put_line (const GeoStep *step,
          const GeoTrustLine *line,
          gboolean in_force,
          GError **error) {
  g_autofree gchar *text = NULL;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT OR REPLACE INTO line"
                          " (from_pid, to_pid, equivalent, in_force, seq, line)"
                          " VALUES (?, ?, ?, ?, ?, ?)",
                          error))
    return FALSE;
  text = geo_trust_line_to_text (line, NULL);
  geo_query_bind_pid (&query, &line->from);
  geo_query_bind_pid (&query, &line->to);
  geo_query_bind_text (&query, line->equivalent);
  geo_query_bind_int (&query, in_force);
  geo_query_bind_int (&query, line->seq);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

/* A pending line up to that seq waits for nothing any more. */
static gboolean
drop_pending_line (const GeoStep *step,
                   const GeoTrustLine *line,
                   GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "DELETE FROM line WHERE from_pid = ? AND to_pid = ?"
                          " AND equivalent = ? AND in_force = 0 AND seq <= ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &line->from);
  geo_query_bind_pid (&query, &line->to);
  geo_query_bind_text (&query, line->equivalent);
  geo_query_bind_int (&query, line->seq);
  return geo_query_run (&query, error);
}

static gboolean
open_order (const GeoStep *step,
            const GeoHash *hash,
            const GeoOrder *order,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO open_order VALUES (?, ?, ?)", error))
    return FALSE;
  geo_query_bind_hash (&query, hash);
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_hash (&query, order->has_invoice ? &order->invoice : NULL);
  return geo_query_run (&query, error);
}

static gboolean
close_order (const GeoStep *step, const GeoHash *order, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "DELETE FROM open_order WHERE order_hash = ?", error))
    return FALSE;
  geo_query_bind_hash (&query, order);
  return geo_query_run (&query, error);
}

static gboolean
open_vote (const GeoStep *step, const GeoHash *contract, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO open_vote VALUES (?, ?)", error))
    return FALSE;
  geo_query_bind_hash (&query, contract);
  geo_query_bind_int (&query, step->sequence);
  return geo_query_run (&query, error);
}

static gboolean
close_vote (const GeoStep *step, const GeoHash *contract, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database,
                          "DELETE FROM open_vote WHERE contract = ?", error))
    return FALSE;
  geo_query_bind_hash (&query, contract);
  return geo_query_run (&query, error);
}

/* P2: whatever we said to a contract stays what we said.  A second no is the
 * same no; a second yes would open a vote that nothing closes again. */
static gboolean
put_verdict (const GeoStep *step,
             const GeoHash *contract,
             gboolean accepted,
             gboolean *first_out,
             GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&find, step->database,
                          "SELECT accepted FROM verdict WHERE contract = ?",
                          error))
    return FALSE;
  geo_query_bind_hash (&find, contract);
  if (!geo_query_step (&find, &row, error))
    return FALSE;
  *first_out = !row;
  if (row) {
    if (!accepted && geo_query_get_int (&find, 0) == 0)
      return TRUE;
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                         "This contract was voted on before.");
    return FALSE;
  }
  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO verdict VALUES (?, ?)", error))
    return FALSE;
  geo_query_bind_hash (&query, contract);
  geo_query_bind_int (&query, accepted);
  return geo_query_run (&query, error);
}

/* --- Balances ------------------------------------------------------------- */

/* Positive: peer owes us. */
static gboolean
find_balance (const GeoStep *step,
              const GeoPid *peer,
              const gchar *equivalent,
              GeoAmount *balance,
              GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  gboolean row;

  *balance = GEO_AMOUNT_ZERO;
  if (!geo_query_prepare (
          &find, step->database,
          "SELECT balance FROM balance WHERE peer = ? AND equivalent = ?",
          error))
    return FALSE;
  geo_query_bind_pid (&find, peer);
  geo_query_bind_text (&find, equivalent);
  if (!geo_query_step (&find, &row, error))
    return FALSE;
  if (row)
    *balance = GEO_AMOUNT (geo_query_get_int (&find, 0));
  return TRUE;
}

static gboolean
change_balance (const GeoStep *step,
                const GeoPid *peer,
                const gchar *equivalent,
                GeoAmount amount,
                gboolean to_us,
                GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoAmount balance;
  gboolean fits;

  if (!find_balance (step, peer, equivalent, &balance, error))
    return FALSE;

  /* A hop first cancels what is owed, the rest becomes debt (§1): with one
   * signed number for the pair, both are the same sum. */
  fits = to_us ? geo_amount_add (balance, amount, &balance)
               : geo_amount_sub (balance, amount, &balance);
  if (!fits)
    return unfit (step, "a balance does not fit its number", error);

  if (geo_amount_cmp (balance, GEO_AMOUNT_ZERO) == 0) {
    if (!geo_query_prepare (
            &query, step->database,
            "DELETE FROM balance WHERE peer = ? AND equivalent = ?", error))
      return FALSE;
    geo_query_bind_pid (&query, peer);
    geo_query_bind_text (&query, equivalent);
  } else {
    if (!geo_query_prepare (&query, step->database,
                            "INSERT OR REPLACE INTO balance VALUES (?, ?, ?)",
                            error))
      return FALSE;
    geo_query_bind_pid (&query, peer);
    geo_query_bind_text (&query, equivalent);
    geo_query_bind_int (&query, balance.minor);
  }
  return geo_query_run (&query, error);
}

/* What moved which balance when, by the hub's clock: what a statement is made
 * of. */
static gboolean
add_movement (const GeoStep *step,
              const GeoPid *peer,
              const GeoHop *hop,
              gboolean to_us,
              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoAmount amount = hop->amount.amount;

  if (!to_us && !geo_amount_neg (amount, &amount))
    return unfit (step, "a hop does not fit a number", error);
  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO movement VALUES (?, ?, ?, ?, ?)"
                          " ON CONFLICT (record, peer)"
                          " DO UPDATE SET amount = amount + excluded.amount",
                          error))
    return FALSE;
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_pid (&query, peer);
  geo_query_bind_text (&query, hop->equivalent);
  geo_query_bind_int (&query, step->body->entry->entry->at);
  geo_query_bind_int (&query, amount.minor);
  return geo_query_run (&query, error);
}

/* in_out: what came to us over these hops; it is what passed through where it
 * went on again. */
static gboolean
apply_hops (const GeoStep *step,
            GPtrArray *hops,
            GeoAmount *in_out,
            GError **error) {
  *in_out = GEO_AMOUNT_ZERO;
  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);
    const GeoHop *hop = proven->hop;
    gboolean to_us = is_self (step, &hop->to);

    if (!change_balance (step, to_us ? &hop->from : &hop->to, hop->equivalent,
                         hop->amount.amount, to_us, error) ||
        !add_movement (step, to_us ? &hop->from : &hop->to, hop, to_us, error))
      return FALSE;
    if (to_us && !geo_amount_add (*in_out, hop->amount.amount, in_out))
      return unfit (step, "the hops do not fit a number", error);
  }
  return TRUE;
}

/* §7: what a clearing over spare limits is about to do to what is owed between
 * us and whoever pays us, and then whom we pay.  *reason is GEO_ACTIVITY_SPARE
 * and two GeoJournalMoved, or NULL where both debts only shrink. */
static gboolean
judge_moves (const GeoStep *step,
             GPtrArray *hops,
             gchar **reason,
             GError **error) {
  gchar moved[2] = { GEO_JOURNAL_LESS, GEO_JOURNAL_LESS };

  *reason = NULL;
  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = ((GeoProvenHop *) g_ptr_array_index (hops, i))->hop;
    gboolean to_us = is_self (step, &hop->to);
    gint64 owed;
    GeoAmount balance;

    if (!find_balance (step, to_us ? &hop->from : &hop->to, hop->equivalent,
                       &balance, error))
      return FALSE;
    /* What the receiver owes whoever pays. */
    owed = to_us ? -balance.minor : balance.minor;
    if (owed <= 0)
      moved[to_us ? 0 : 1] = GEO_JOURNAL_MORE;
    else if (owed < hop->amount.amount.minor)
      moved[to_us ? 0 : 1] = GEO_JOURNAL_TURNED;
  }
  if (moved[0] != GEO_JOURNAL_LESS || moved[1] != GEO_JOURNAL_LESS)
    *reason = g_strdup_printf (GEO_ACTIVITY_SPARE "%c%c", moved[0], moved[1]);
  return TRUE;
}

/* daily_limit: what payments bring in over our line counts, for the day of the
 * entry or of one before it that was told as later. */
static gboolean
add_inbound (const GeoStep *step, const GeoHop *hop, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &query, step->database,
          "INSERT INTO inbound SELECT ?1, ?2, ?3, ?4 WHERE EXISTS ("
          " SELECT 1 FROM line WHERE from_pid = ?5 AND to_pid = ?1"
          " AND equivalent = ?2 AND in_force = 1)"
          " ON CONFLICT (peer, equivalent) DO UPDATE SET"
          " amount = iif (excluded.day > day, excluded.amount,"
          "               min (amount + excluded.amount, ?6)),"
          " day = max (day, excluded.day)",
          error))
    return FALSE;
  geo_query_bind_pid (&query, &hop->from);
  geo_query_bind_text (&query, hop->equivalent);
  geo_query_bind_int (&query, step->body->entry->entry->at / GEO_DAY_MS);
  geo_query_bind_int (&query, hop->amount.amount.minor);
  geo_query_bind_pid (&query, &hop->to);
  /* No limit is larger. */
  geo_query_bind_int (&query, GEO_AMOUNT_MAX);
  return geo_query_run (&query, error);
}

static gboolean
add_all_inbound (const GeoStep *step, GPtrArray *hops, GError **error) {
  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);

    if (is_self (step, &proven->hop->to) &&
        !add_inbound (step, proven->hop, error))
      return FALSE;
  }
  return TRUE;
}

/* --- History -------------------------------------------------------------- */

/* A row of history before it is one; what is not there is NULL or zero. */
typedef struct {
  GeoActivityKind kind;
  GeoStoredState state;
  GeoTime at;
  const GeoPid *peer;
  const gchar *equivalent;
  GeoDecimal amount;
  const gchar *text;
  const gchar *tx_id;
  const GeoHash *order;
  const GeoHash *contract;
  GeoCode code;
  const gchar *reason;
  /* This record proves what became of it. */
  gboolean is_proof;
} GeoActivityRow;

/* Each record makes at most one row, so its sequence is the row's id: the same
 * one whenever the projection is made again. */
static gboolean
add_activity (const GeoStep *step, const GeoActivityRow *row, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_auto (GeoQuery) count = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &query, step->database,
          "INSERT INTO activity (id, kind, state, at, peer, equivalent, amount,"
          " decimals, text, tx_id, order_hash, contract, code, reason, proof,"
          " folded)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
          "?14,"
          " iif (?15, ?1, NULL), geo_fold (?9))",
          error))
    return FALSE;
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_int (&query, row->kind);
  geo_query_bind_int (&query, row->state);
  geo_query_bind_int (&query, row->at);
  geo_query_bind_pid (&query, row->peer);
  geo_query_bind_text (&query, row->equivalent);
  geo_query_bind_int (&query, row->amount.amount.minor);
  geo_query_bind_int (&query, row->amount.decimals);
  geo_query_bind_text (&query, row->text);
  geo_query_bind_text (&query, row->tx_id);
  geo_query_bind_hash (&query, row->order);
  geo_query_bind_hash (&query, row->contract);
  geo_query_bind_int (&query, row->code);
  geo_query_bind_text (&query, row->reason);
  geo_query_bind_int (&query, row->is_proof);
  if (!geo_query_run (&query, error))
    return FALSE;

  return geo_query_prepare (&count, step->database,
                            "UPDATE state SET activities = activities + 1",
                            error) &&
         geo_query_run (&count, error);
}

/* --- Records -------------------------------------------------------------- */

static gboolean
apply_joined (const GeoStep *step, GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;
  gboolean first;

  if (!geo_query_prepare (&find, step->database, "SELECT joined FROM state",
                          error) ||
      !geo_query_step (&find, &row, error))
    return FALSE;
  first = !row || geo_query_is_null (&find, 0);
  geo_query_clear (&find);

  if (!geo_query_prepare (&query, step->database, "UPDATE state SET joined = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, step->sequence);
  if (!geo_query_run (&query, error))
    return FALSE;

  /* A later one is the community's or our own new name: no news in history. */
  if (!first)
    return TRUE;
  return add_activity (step,
                       &(GeoActivityRow){
                           .kind = GEO_ACTIVITY_JOINED,
                           .state = GEO_STORED_PAID,
                           .at = step->at,
                       },
                       error);
}

static gboolean
apply_order (const GeoStep *step, GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  const GeoOrder *order = step->body->order;
  GeoHash hash;
  gboolean row;

  /* P5: one tx_id is one order of ours. */
  if (!geo_query_prepare (&find, step->database,
                          "SELECT 1 FROM activity WHERE tx_id = ? AND kind = 1",
                          error))
    return FALSE;
  geo_query_bind_text (&find, order->tx_id);
  if (!geo_query_step (&find, &row, error))
    return FALSE;
  if (row) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                         "There is a payment with this number already.");
    return FALSE;
  }

  geo_order_hash (order, &hash);
  return open_order (step, &hash, order, error) &&
         add_activity (step,
                       &(GeoActivityRow){
                           .kind = GEO_ACTIVITY_PAID,
                           .state = GEO_STORED_SENDING,
                           .at = order->created_at,
                           .peer = &order->to,
                           .equivalent = order->equivalent,
                           .amount = order->amount,
                           .text = step->body->text,
                           .tx_id = order->tx_id,
                           .order = &hash,
                       },
                       error);
}

/* found_out: FALSE where we never heard of the order (it was made with the same
 * key elsewhere). */
static gboolean
set_paid (const GeoStep *step,
          const GeoHash *order,
          const GeoHash *contract,
          gboolean *found_out,
          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &query, step->database,
          "UPDATE activity SET state = 4, code = 0, reason = NULL,"
          " contract = ?, proof = ? WHERE order_hash = ? AND kind = 1",
          error))
    return FALSE;
  geo_query_bind_hash (&query, contract);
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_hash (&query, order);
  if (!geo_query_run (&query, error))
    return FALSE;
  *found_out = geo_database_changes (step->database) > 0;
  return TRUE;
}

/* P4: a refusal of an order is the evidence that it is not paid; it never
 * undoes evidence that it is. */
static gboolean
set_not_paid (const GeoStep *step, const GeoRefusal *refusal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &query, step->database,
          "UPDATE activity SET state = 5, code = ?, reason = ?, proof = ?"
          " WHERE order_hash = ? AND kind = 1 AND state <> 4",
          error))
    return FALSE;
  geo_query_bind_int (&query, refusal->code);
  geo_query_bind_text (&query, refusal->reason);
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_hash (&query, &refusal->order);
  return geo_query_run (&query, error);
}

/* §8a: a payment that names a request. */
static gboolean
note_invoice (const GeoStep *step,
              const GeoProvenEntry *proven,
              GError **error) {
  const GeoOrder *order = proven->certificate->order;

  if (order == NULL || !order->has_invoice ||
      (!is_self (step, &order->from) && !is_self (step, &order->to)))
    return TRUE;
  return geo_letters_apply_paid (step->database, step->sequence,
                                 proven->entry->at, &order->invoice,
                                 is_self (step, &order->to), error);
}

static gboolean
apply_committed (const GeoStep *step, GError **error) {
  const GeoProvenEntry *proven = step->body->entry;
  const GeoContract *contract = proven->certificate->contract;
  GeoActivityRow row = {
    .state = GEO_STORED_PAID,
    .at = proven->entry->at,
    .equivalent = contract->equivalent,
    .amount = contract->amount,
    .text = step->body->text,
    .tx_id = contract->tx_id,
    .order = contract->has_order ? &contract->order : NULL,
    .contract = &proven->entry->subject,
    .is_proof = TRUE,
  };
  g_autofree gchar *moves = NULL;
  GeoAmount in;
  gboolean found;

  if (proven->entry->kind == GEO_ENTRY_KIND_CLEARING &&
      !judge_moves (step, proven->hops, &moves, error))
    return FALSE;
  if (!apply_hops (step, proven->hops, &in, error) ||
      (proven->entry->kind == GEO_ENTRY_KIND_PAYMENT &&
       !add_all_inbound (step, proven->hops, error)) ||
      !note_invoice (step, proven, error))
    return FALSE;
  /* P9: the certificate is the evidence that lifts what was reserved. */
  if (contract->has_order && !close_order (step, &contract->order, error))
    return FALSE;
  if (!close_vote (step, &proven->entry->subject, error))
    return FALSE;

  if (proven->entry->kind == GEO_ENTRY_KIND_CLEARING) {
    row.kind = GEO_ACTIVITY_CLEARED;
    row.reason = moves;
    row.amount.amount = in;
  } else if (is_self (step, &contract->payer)) {
    if (!set_paid (step, row.order, row.contract, &found, error))
      return FALSE;
    if (found)
      return TRUE;
    row.kind = GEO_ACTIVITY_PAID;
    row.at = proven->certificate->order->created_at;
    row.peer = &contract->payee;
  } else if (is_self (step, &contract->payee)) {
    row.kind = GEO_ACTIVITY_RECEIVED;
    row.peer = &contract->payer;
  } else {
    row.kind = GEO_ACTIVITY_PASSED;
    row.peer = &contract->payer;
    row.amount.amount = in;
  }
  return add_activity (step, &row, error);
}

static gboolean
apply_line_entry (const GeoStep *step, GError **error) {
  const GeoProvenEntry *proven = step->body->entry;
  const GeoTrustLine *line = proven->line;
  gboolean given = is_self (step, &line->from);

  if (!put_line (step, line, TRUE, error))
    return FALSE;
  if (given && !drop_pending_line (step, line, error))
    return FALSE;
  if (!geo_letters_apply_line (step->database, step->sequence,
                               proven->entry->at, line, given, error))
    return FALSE;
  return add_activity (
      step,
      &(GeoActivityRow){
          .kind = given ? GEO_ACTIVITY_TRUST_GIVEN : GEO_ACTIVITY_TRUST_GOT,
          .state = GEO_STORED_PAID,
          .at = proven->entry->at,
          .peer = given ? &line->to : &line->from,
          .equivalent = line->equivalent,
          .amount = line->limit,
          .reason = geo_trust_line_is_frozen (line) ? GEO_ACTIVITY_FROZEN
                                                    : NULL,
          .is_proof = TRUE,
      },
      error);
}

/* §8: the hub's entries are one chain without gaps. */
static gboolean
follow_entry (const GeoStep *step, const GeoEntry *entry, GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_auto (GeoQuery) place = GEO_QUERY_INIT;
  gint64 last = 0;
  gboolean row;
  GeoHash hash;

  if (!geo_query_prepare (&find, step->database,
                          "SELECT entry_sequence, entry_hash FROM state",
                          error) ||
      !geo_query_step (&find, &row, error))
    return FALSE;
  if (row)
    last = geo_query_get_int (&find, 0);
  if (last != 0 && !geo_query_get_hash (&find, 1, &hash, error))
    return FALSE;
  geo_query_clear (&find);
  if (entry->sequence - 1 != last)
    return unfit (step, "the entry is not the next one", error);
  if (last != 0 &&
      (!entry->has_previous || !geo_hash_equal (&entry->previous, &hash)))
    return unfit (step, "the entry does not follow the last one", error);

  geo_entry_hash (entry, &hash);
  if (!geo_query_prepare (&query, step->database,
                          "UPDATE state SET entry_sequence = ?, entry_hash = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, entry->sequence);
  geo_query_bind_hash (&query, &hash);
  if (!geo_query_run (&query, error) ||
      !geo_query_prepare (&place, step->database,
                          "INSERT INTO entry VALUES (?, ?, ?, ?, NULL, NULL)",
                          error))
    return FALSE;
  geo_query_bind_int (&place, entry->sequence);
  geo_query_bind_int (&place, step->sequence);
  geo_query_bind_hash (&place, &hash);
  geo_query_bind_hash (&place, &entry->subject);
  return geo_query_run (&place, error);
}

static gboolean
apply_entry (const GeoStep *step, GError **error) {
  const GeoProvenEntry *proven = step->body->entry;

  if (!follow_entry (step, proven->entry, error))
    return FALSE;
  for (guint i = 0; i < proven->people->len; i++) {
    if (!put_person (step, g_ptr_array_index (proven->people, i), TRUE, error))
      return FALSE;
  }
  switch (proven->entry->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    return apply_line_entry (step, error);
  case GEO_ENTRY_KIND_PAYMENT:
  case GEO_ENTRY_KIND_CLEARING:
    return apply_committed (step, error);
  }
  return unfit (step, "the entry is of an unknown kind", error);
}

/* What we refused (P8).  Nothing was reserved, so nothing is open; and one no
 * is one line of history, however often it was said. */
static gboolean
apply_refusal (const GeoStep *step, GError **error) {
  const GeoRefusal *refusal = step->body->refusal;
  const GeoContract *contract = step->body->contract;
  gboolean first;

  if (!refusal->has_contract)
    return TRUE;
  if (!put_verdict (step, &refusal->contract, FALSE, &first, error))
    return FALSE;
  if (!first || contract == NULL)
    return TRUE;
  /* The order's own number stays free for what became of it in the end. */
  return add_activity (
      step,
      &(GeoActivityRow){
          .kind = GEO_ACTIVITY_REFUSED,
          .state = GEO_STORED_NOT_PAID,
          .at = step->at,
          .peer = contract->has_payer ? &contract->payer : NULL,
          .equivalent = contract->equivalent,
          .amount = contract->amount,
          .tx_id = contract->has_payer ? contract->tx_id : NULL,
          .contract = &refusal->contract,
          .code = refusal->code,
          .reason = refusal->reason,
      },
      error);
}

static gboolean
apply_refused (const GeoStep *step, GError **error) {
  const GeoRefusal *refusal = step->body->refusal;

  if (refusal == NULL)
    return drop_pending_line (step, step->body->line, error);
  if (refusal->has_contract)
    return close_vote (step, &refusal->contract, error);
  return set_not_paid (step, refusal, error) &&
         (!g_str_equal (refusal->reason, GEO_LETTER_CLOSED) ||
          geo_letters_apply_closed (step->database, step->sequence, step->at,
                                    &refusal->order, error)) &&
         close_order (step, &refusal->order, error);
}

/* --- The hub's log (§9) --------------------------------------------------- */

/* The last head that was stored; size 0 where there is none. */
static gboolean
read_head (const GeoStep *step,
           gboolean *known,
           gint64 *size,
           GeoHash *root,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  *size = 0;
  if (!geo_query_prepare (&query, step->database,
                          "SELECT size, root FROM head"
                          " ORDER BY record DESC LIMIT 1",
                          error) ||
      !geo_query_step (&query, known, error))
    return FALSE;
  if (!*known)
    return TRUE;
  *size = geo_query_get_int (&query, 0);
  return geo_query_get_hash (&query, 1, root, error);
}

static gboolean
put_leaf (const GeoStep *step,
          const GeoTreeHead *head,
          const GeoLeafProof *leaf,
          GError **error) {
  g_auto (GeoQuery) find = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash subject;
  gboolean row;

  if (!geo_query_prepare (&find, step->database,
                          "SELECT subject FROM entry WHERE sequence = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&find, leaf->sequence);
  if (!geo_query_step (&find, &row, error))
    return FALSE;
  if (!row)
    return unfit (step, "it proves an entry that is not there", error);
  if (!geo_query_get_hash (&find, 0, &subject, error))
    return FALSE;
  if (!geo_leaf_proof_check (leaf, &subject, head))
    return unfit (step, "an entry is not in the log that it shows", error);
  if (!geo_query_prepare (&query, step->database,
                          "UPDATE entry SET leaf = ?, proof = ?"
                          " WHERE sequence = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, leaf->index);
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_int (&query, leaf->sequence);
  return geo_query_run (&query, error);
}

static gboolean
apply_log (const GeoStep *step, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoLogProof *proof = step->body->log;
  const GeoTreeHead *head = proof->head;
  gboolean known;
  gint64 size;
  GeoHash root;

  if (!read_head (step, &known, &size, &root, error))
    return FALSE;
  if (size > 0 && !geo_merkle_consistency_verify (
                      (gsize) size, (gsize) head->size, &root, &head->root,
                      (const GeoHash *) (gpointer) proof->consistency->data,
                      proof->consistency->len))
    return unfit (step, "the head does not go on from the last one", error);
  for (guint i = 0; i < proof->leaves->len; i++) {
    if (!put_leaf (step, head, g_ptr_array_index (proof->leaves, i), error))
      return FALSE;
  }
  if (!geo_query_prepare (&query, step->database,
                          "INSERT INTO head VALUES (?, ?, ?)", error))
    return FALSE;
  geo_query_bind_int (&query, step->sequence);
  geo_query_bind_int (&query, head->size);
  geo_query_bind_hash (&query, &head->root);
  return geo_query_run (&query, error);
}

/* Which record it is, and nothing else. */
static gboolean
put_record (const GeoStep *step, const gchar *sql, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, step->database, sql, error))
    return FALSE;
  geo_query_bind_int (&query, step->sequence);
  return geo_query_run (&query, error);
}

gboolean
geo_projection_apply (GeoDatabase *database,
                      const GeoJournalIdentity *identity,
                      gint64 sequence,
                      GeoRecordKind kind,
                      GeoTime at,
                      const GeoRecordBody *body,
                      GError **error) {
  GeoStep step = { database, identity, sequence, kind, at, body };
  gboolean first;

  if (body->person != NULL && kind != GEO_RECORD_KIND_JOINED &&
      kind != GEO_RECORD_KIND_ROTATION &&
      !put_person (&step, body->person, kind == GEO_RECORD_KIND_PERSON, error))
    return FALSE;

  switch (kind) {
  case GEO_RECORD_KIND_JOINED:
    return apply_joined (&step, error);
  case GEO_RECORD_KIND_LINE:
    return put_line (&step, body->line, FALSE, error);
  case GEO_RECORD_KIND_ORDER:
    return apply_order (&step, error);
  case GEO_RECORD_KIND_VOTE:
    return put_verdict (&step, &body->vote->contract, TRUE, &first, error) &&
           open_vote (&step, &body->vote->contract, error);
  case GEO_RECORD_KIND_REFUSAL:
    return apply_refusal (&step, error);
  case GEO_RECORD_KIND_ENTRY:
    return apply_entry (&step, error);
  case GEO_RECORD_KIND_REFUSED:
    return apply_refused (&step, error);
  case GEO_RECORD_KIND_PERSON:
    return TRUE;
  case GEO_RECORD_KIND_LETTER:
    return put_person (&step, body->letter->person, FALSE, error) &&
           geo_letters_apply (database, identity, sequence, at, body, error);
  case GEO_RECORD_KIND_SENT:
    return geo_letters_apply_sent (database, &body->subject, error);
  case GEO_RECORD_KIND_BLOCK:
    return geo_letters_apply_block (database, &body->person->pid, body->blocked,
                                    error);
  case GEO_RECORD_KIND_LOG:
    return apply_log (&step, error);
  case GEO_RECORD_KIND_EVIDENCE:
    return put_record (&step, "INSERT INTO evidence VALUES (?)", error);
  case GEO_RECORD_KIND_ROTATION:
    return put_record (&step, "INSERT INTO rotation VALUES (?)", error);
  }
  return unfit (&step, "it is of an unknown kind", error);
}

/* --- All of it ------------------------------------------------------------ */

gboolean
geo_projection_clear (GeoDatabase *database, GError **error) {
  return geo_database_execute (
      database,
      "DELETE FROM line; DELETE FROM balance; DELETE FROM person;"
      "DELETE FROM open_order; DELETE FROM open_vote; DELETE FROM verdict;"
      "DELETE FROM activity; DELETE FROM request; DELETE FROM outbox;"
      "DELETE FROM blocked; DELETE FROM movement; DELETE FROM state;"
      "DELETE FROM entry; DELETE FROM head; DELETE FROM evidence;"
      "DELETE FROM rotation; DELETE FROM changed; DELETE FROM inbound;"
      "INSERT INTO state (id, joined, entry_sequence, entry_hash, activities)"
      " VALUES (1, NULL, 0, NULL, 0);",
      error);
}

/* What there is to compare, each in an order that is the same in both. */
static const struct {
  const gchar *name;
  const gchar *sql;
} tables[] = {
  /* A column of another name would be found out by whoever asks for it. */
  { "tables",
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name" },
  { "ends of the chains", "SELECT * FROM state ORDER BY id" },
  { "trust lines",
    "SELECT * FROM line ORDER BY from_pid, to_pid, equivalent, in_force" },
  { "balances", "SELECT * FROM balance ORDER BY peer, equivalent" },
  { "people", "SELECT * FROM person ORDER BY pid" },
  { "open payments", "SELECT * FROM open_order ORDER BY order_hash" },
  { "open votes", "SELECT * FROM open_vote ORDER BY contract" },
  { "votes", "SELECT * FROM verdict ORDER BY contract" },
  { "requests", "SELECT * FROM request ORDER BY hash" },
  { "letters to be sent", "SELECT * FROM outbox ORDER BY letter" },
  { "people who are blocked", "SELECT * FROM blocked ORDER BY pid" },
  { "what came in by day", "SELECT * FROM inbound ORDER BY peer, equivalent" },
  { "movements of balances", "SELECT * FROM movement ORDER BY record, peer" },
  { "entries", "SELECT * FROM entry ORDER BY sequence" },
  { "heads of the log", "SELECT * FROM head ORDER BY record" },
  { "evidence", "SELECT * FROM evidence ORDER BY record" },
  { "changes of the key", "SELECT * FROM rotation ORDER BY record" },
  { "people whose key was changed", "SELECT * FROM changed ORDER BY pid" },
  { "lines of history", "SELECT * FROM activity ORDER BY id" },
};

static gboolean
same_value (GeoQuery *a, GeoQuery *b, gint column) {
  gint type = sqlite3_column_type (a->statement, column);
  gint len;

  if (type != sqlite3_column_type (b->statement, column))
    return FALSE;
  if (type == SQLITE_NULL)
    return TRUE;
  if (type == SQLITE_INTEGER)
    return geo_query_get_int (a, column) == geo_query_get_int (b, column);
  len = sqlite3_column_bytes (a->statement, column);
  if (len != sqlite3_column_bytes (b->statement, column))
    return FALSE;
  return len == 0 ||
         memcmp (sqlite3_column_blob (a->statement, column),
                 sqlite3_column_blob (b->statement, column), (gsize) len) == 0;
}

static gboolean
compare_table (GeoDatabase *database,
               GeoDatabase *other,
               const gchar *sql,
               gboolean *same_out,
               GError **error) {
  g_auto (GeoQuery) a = GEO_QUERY_INIT;
  g_auto (GeoQuery) b = GEO_QUERY_INIT;
  gboolean row_a;
  gboolean row_b;

  *same_out = FALSE;
  if (!geo_query_prepare (&a, database, sql, error) ||
      !geo_query_prepare (&b, other, sql, error))
    return FALSE;
  if (sqlite3_column_count (a.statement) != sqlite3_column_count (b.statement))
    return TRUE;
  for (;;) {
    if (!geo_query_step (&a, &row_a, error) ||
        !geo_query_step (&b, &row_b, error))
      return FALSE;
    if (row_a != row_b)
      return TRUE;
    if (!row_a)
      break;
    for (gint i = 0; i < sqlite3_column_count (a.statement); i++) {
      if (!same_value (&a, &b, i))
        return TRUE;
    }
  }
  *same_out = TRUE;
  return TRUE;
}

gboolean
geo_projection_compare (GeoDatabase *database,
                        GeoDatabase *other,
                        GError **error) {
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    gboolean same;

    if (!compare_table (database, other, tables[i].sql, &same, error))
      return FALSE;
    if (same)
      continue;
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
                 "The %s in the journal are not what its records make them.",
                 tables[i].name);
    return FALSE;
  }
  return TRUE;
}
