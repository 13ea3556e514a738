/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Group commit: what the closer decided, many changes with one fsync, all or
 * none.  It decides nothing; it refuses what contradicts what is there.
 */
#include "store/geo-hub-keeping-private.h"
#include "store/geo-hub-letters-private.h"
#include "store/geo-hub-store-people-private.h"

static gboolean
conflict (const gchar *what, GError **error) {
  g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT, what);
  return FALSE;
}

/* --- Entries -------------------------------------------------------------- */

/* The end of the participant's chain, as the open transaction leaves it. */
static GeoChainEnd *
find_end (GeoHubStore *store, const GeoPid *participant, GError **error) {
  GeoChainEnd *known = g_hash_table_lookup (store->chains, participant);
  GeoChainEnd end;

  if (known != NULL)
    return known;
  if (!geo_hub_store_read_end (store, participant, &end.sequence, &end.hash,
                               error))
    return NULL;
  known = g_memdup2 (&end, sizeof end);
  g_hash_table_insert (store->chains, geo_pid_dup (participant), known);
  return known;
}

/* tx 0: about a trust line. */
static gboolean
insert_entry (GeoHubStore *store,
              const GeoProvenEntry *proven,
              gint64 tx,
              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  g_autoptr (GByteArray) people = g_byte_array_new ();
  g_autofree gchar *text = NULL;
  const GeoEntry *entry = proven->entry;
  GeoProvenEntry stored = *proven;
  GeoChainEnd *end = find_end (store, &entry->participant, error);
  GeoHash hash;

  /* §8: each participant's entries are one chain; what is there already is
   * what the next one follows. */
  if (end == NULL)
    return FALSE;
  if (entry->sequence - 1 != end->sequence ||
      (end->sequence > 0 && (!entry->has_previous ||
                             !geo_hash_equal (&entry->previous, &end->hash))))
    return conflict ("An entry does not follow the last one.", error);

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO entry"
                          " (participant, sequence, tx, subject, hash, entry,"
                          " people)"
                          " VALUES (?1, ?2, nullif (?3, 0), ?4, ?5, ?6, ?7)",
                          error))
    return FALSE;
  /* The certificate is stored once, with its tx, and so is what people say of
   * themselves. */
  if (tx != 0)
    stored.certificate = NULL;
  if (!geo_hub_people_name (store, proven->people, people, error))
    return FALSE;
  if (people->len > 0)
    stored.people = nobody;
  text = geo_proven_entry_to_text (&stored, NULL);
  geo_entry_hash (entry, &hash);
  geo_query_bind_pid (&query, &entry->participant);
  geo_query_bind_int (&query, entry->sequence);
  geo_query_bind_int (&query, tx);
  geo_query_bind_hash (&query, &entry->subject);
  geo_query_bind_hash (&query, &hash);
  geo_query_bind_text (&query, text);
  geo_query_bind_blob (&query, people->data, people->len);
  if (!geo_query_run (&query, error))
    return FALSE;
  *end = (GeoChainEnd){ entry->sequence, hash };
  return TRUE;
}

static gboolean
insert_entries (GeoHubStore *store,
                const GeoChange *change,
                gint64 tx,
                GError **error) {
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *proven = g_ptr_array_index (change->entries, i);

    if (!insert_entry (store, proven, tx, error))
      return FALSE;
    /* §9: what entries tell of is in the log with the first of them. */
    if (i == 0 && !geo_hub_store_append_leaf (
                      store, &proven->entry->subject,
                      geo_database_last_id (store->database), error))
      return FALSE;
  }
  return TRUE;
}

/* --- Participants and lines ----------------------------------------------- */

static gboolean
write_participant (GeoHubStore *store,
                   const GeoChange *change,
                   GError **error) {
  g_auto (GeoQuery) known = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoParticipant *participant = change->participant;
  g_autofree gchar *text = geo_participant_to_text (participant, NULL);

  if (!geo_query_prepare (&known, store->database,
                          "INSERT INTO participant (pid) VALUES (?)"
                          " ON CONFLICT (pid) DO NOTHING",
                          error))
    return FALSE;
  geo_query_bind_pid (&known, &participant->pid);
  if (!geo_query_run (&known, error))
    return FALSE;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO participant_version VALUES (?, ?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &participant->pid);
  geo_query_bind_int (&query, participant->seq);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

static gboolean
write_line (GeoHubStore *store, const GeoChange *change, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoTrustLine *line = change->line;
  g_autofree gchar *text = geo_trust_line_to_text (line, NULL);
  GeoHash hash;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO trust_line"
                          " (from_pid, to_pid, equivalent, seq, hash, at, line)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?)",
                          error))
    return FALSE;
  geo_trust_line_hash (line, &hash);
  geo_query_bind_pid (&query, &line->from);
  geo_query_bind_pid (&query, &line->to);
  geo_query_bind_text (&query, line->equivalent);
  geo_query_bind_int (&query, line->seq);
  geo_query_bind_hash (&query, &hash);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error) &&
         insert_entries (store, change, 0, error);
}

/* --- Commits -------------------------------------------------------------- */

/* P4, P11: committed and refused exclude each other, for the contract, for its
 * order, and for the payer's tx_id (P5). */
static gboolean
check_not_refused (GeoHubStore *store,
                   const GeoHash *contract_hash,
                   const GeoContract *contract,
                   GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, store->database,
          "SELECT 1 FROM refusal WHERE subject = ?1 AND is_contract = 1"
          " UNION ALL"
          " SELECT 1 FROM refusal WHERE subject = ?2 AND is_contract = 0"
          " UNION ALL"
          " SELECT 1 FROM refusal WHERE payer = ?3 AND tx_id = ?4"
          "  AND is_contract = 0 LIMIT 1",
          error))
    return FALSE;
  geo_query_bind_hash (&query, contract_hash);
  geo_query_bind_hash (&query, contract->has_order ? &contract->order : NULL);
  geo_query_bind_pid (&query, contract->has_payer ? &contract->payer : NULL);
  geo_query_bind_text (&query, contract->tx_id);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  return !row || conflict ("This payment was refused before.", error);
}

static gboolean
insert_tx (GeoHubStore *store,
           const GeoChange *change,
           const GeoHash *contract_hash,
           gint64 *tx,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoContract *contract = change->certificate->contract;
  g_autofree gchar *text = geo_certificate_to_text (change->certificate, NULL);

  if (!geo_query_prepare (
          &query, store->database,
          "INSERT INTO tx (contract, order_hash, payer, tx_id, at, certificate)"
          " VALUES (?, ?, ?, ?, ?, ?)",
          error))
    return FALSE;
  geo_query_bind_hash (&query, contract_hash);
  geo_query_bind_hash (&query, contract->has_order ? &contract->order : NULL);
  geo_query_bind_pid (&query, contract->has_payer ? &contract->payer : NULL);
  geo_query_bind_text (&query, contract->tx_id);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_text (&query, text);
  if (!geo_query_run (&query, error))
    return FALSE;
  *tx = geo_database_last_id (store->database);
  return TRUE;
}

static gboolean
insert_hop (GeoHubStore *store,
            gint64 tx,
            guint position,
            const GeoHop *hop,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gconstpointer salt;
  gsize len;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO hop VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          error))
    return FALSE;
  salt = g_bytes_get_data (hop->salt, &len);
  geo_query_bind_int (&query, tx);
  geo_query_bind_int (&query, position);
  geo_query_bind_pid (&query, &hop->from);
  geo_query_bind_pid (&query, &hop->to);
  geo_query_bind_text (&query, hop->equivalent);
  geo_query_bind_int (&query, hop->amount.amount.minor);
  geo_query_bind_int (&query, hop->amount.decimals);
  geo_query_bind_int (&query, hop->lane);
  geo_query_bind_blob (&query, len > 0 ? salt : "", len);
  return geo_query_run (&query, error);
}

static gboolean
delete_debt (GeoHubStore *store,
             const gchar *equivalent,
             const GeoPid *debtor,
             const GeoPid *creditor,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "DELETE FROM debt WHERE equivalent = ?"
                          " AND debtor = ? AND creditor = ?",
                          error))
    return FALSE;
  geo_query_bind_text (&query, equivalent);
  geo_query_bind_pid (&query, debtor);
  geo_query_bind_pid (&query, creditor);
  return geo_query_run (&query, error);
}

/* I3: the pair's debt is `after` this way, and nothing the other way. */
static gboolean
put_debt (GeoHubStore *store,
          const gchar *equivalent,
          const GeoDebtChange *debt,
          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!delete_debt (store, equivalent, &debt->creditor, &debt->debtor, error))
    return FALSE;
  if (geo_amount_cmp (debt->after, GEO_AMOUNT_ZERO) == 0)
    return delete_debt (store, equivalent, &debt->debtor, &debt->creditor,
                        error);

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO debt VALUES (?, ?, ?, ?)"
                          " ON CONFLICT (equivalent, debtor, creditor)"
                          " DO UPDATE SET amount = excluded.amount",
                          error))
    return FALSE;
  geo_query_bind_text (&query, equivalent);
  geo_query_bind_pid (&query, &debt->debtor);
  geo_query_bind_pid (&query, &debt->creditor);
  geo_query_bind_int (&query, debt->after.minor);
  return geo_query_run (&query, error);
}

/* What the payer and the payee are shown of it.  tx or refusal is 0; order is
 * NULL where there is none, or where it is not known any more. */
static gboolean
insert_payment (GeoHubStore *store,
                const GeoOrder *order,
                gint64 tx,
                gint64 refusal,
                GeoTime at,
                GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash hash;

  if (order == NULL)
    return TRUE;
  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO payment (payer, payee, tx_id,"
                          " equivalent, amount, decimals, tx, refusal,"
                          " created_at, at, signed)"
                          " VALUES (?, ?, ?, ?, ?, ?, nullif (?, 0),"
                          " nullif (?, 0), ?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &order->from);
  geo_query_bind_pid (&query, &order->to);
  geo_query_bind_text (&query, order->tx_id);
  geo_query_bind_text (&query, order->equivalent);
  geo_query_bind_int (&query, order->amount.amount.minor);
  geo_query_bind_int (&query, order->amount.decimals);
  geo_query_bind_int (&query, tx);
  geo_query_bind_int (&query, refusal);
  geo_query_bind_int (&query, order->rest != NULL ? order->created_at : at);
  geo_query_bind_int (&query, at);
  if (order->rest != NULL) {
    gsize len;
    gconstpointer data = g_bytes_get_data (order->rest, &len);

    geo_hash_of (data, len, &hash);
  }
  geo_query_bind_hash (&query, order->rest != NULL ? &hash : NULL);
  return geo_query_run (&query, error);
}

/* P3, P4: the closer's vote is in the certificate, so this is the commit; the
 * debts change with it or not at all. */
static gboolean
write_commit (GeoHubStore *store, const GeoChange *change, GError **error) {
  const GeoContract *contract = change->certificate->contract;
  GeoHash hash;
  gint64 tx;

  geo_contract_hash (contract, &hash);
  if (!check_not_refused (store, &hash, contract, error) ||
      !insert_tx (store, change, &hash, &tx, error))
    return FALSE;
  for (guint i = 0; i < change->hops->len; i++) {
    if (!insert_hop (store, tx, i, g_ptr_array_index (change->hops, i), error))
      return FALSE;
  }
  for (guint i = 0; i < change->debts->len; i++) {
    if (!put_debt (store, change->equivalent,
                   &g_array_index (change->debts, GeoDebtChange, i), error))
      return FALSE;
  }
  return insert_payment (store, change->certificate->order, tx, 0, change->at,
                         error) &&
         insert_entries (store, change, tx, error);
}

/* --- Refusals and acknowledgements ---------------------------------------- */

/* P4, P5: the other half of check_not_refused (). A refused contract is a
 * refused route: its order may still be committed by another one (P11). */
static gboolean
check_not_committed (GeoHubStore *store,
                     const GeoRefusal *refusal,
                     const GeoPid *payer,
                     const gchar *tx_id,
                     GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, store->database,
          "SELECT 1 FROM tx WHERE contract = ?1"
          " UNION ALL SELECT 1 FROM tx WHERE order_hash = ?2"
          " UNION ALL SELECT 1 FROM tx WHERE payer = ?3 AND tx_id = ?4 LIMIT 1",
          error))
    return FALSE;
  geo_query_bind_hash (&query,
                       refusal->has_contract ? &refusal->contract : NULL);
  geo_query_bind_hash (&query, refusal->has_order ? &refusal->order : NULL);
  geo_query_bind_pid (&query, refusal->has_order ? payer : NULL);
  geo_query_bind_text (&query, refusal->has_order ? tx_id : NULL);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  return !row || conflict ("This payment was committed before.", error);
}

static gboolean
write_refusal (GeoHubStore *store, const GeoChange *change, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoRefusal *refusal = change->refusal;
  g_autofree gchar *text = geo_refusal_to_text (refusal, NULL);
  const GeoPid *payer = NULL;
  const gchar *tx_id = NULL;
  const GeoHash *order = NULL;
  GeoHash hash;

  if (refusal->has_contract == refusal->has_order)
    return conflict ("A refusal is of one contract or of one order.", error);
  if (change->order != NULL) {
    payer = &change->order->from;
    tx_id = change->order->tx_id;
    geo_order_hash (change->order, &hash);
    order = &hash;
  } else if (change->contract != NULL && change->contract->has_payer) {
    payer = &change->contract->payer;
    tx_id = change->contract->tx_id;
    order = change->contract->has_order ? &change->contract->order : NULL;
  }
  if (refusal->has_order)
    order = &refusal->order;
  if (!check_not_committed (store, refusal, payer, tx_id, error))
    return FALSE;

  if (!geo_query_prepare (
          &query, store->database,
          "INSERT INTO refusal"
          " (subject, is_contract, order_hash, payer, tx_id, at, refusal)"
          " VALUES (?, ?, ?, ?, ?, ?, ?)",
          error))
    return FALSE;
  geo_query_bind_hash (&query, refusal->has_contract ? &refusal->contract
                                                     : &refusal->order);
  geo_query_bind_int (&query, refusal->has_contract);
  geo_query_bind_hash (&query, order);
  geo_query_bind_pid (&query, payer);
  geo_query_bind_text (&query, tx_id);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_text (&query, text);
  if (!geo_query_run (&query, error))
    return FALSE;
  return refusal->has_contract ||
         insert_payment (store, change->order, 0,
                         geo_database_last_id (store->database), change->at,
                         error);
}

static gboolean
write_ack (GeoHubStore *store, const GeoChange *change, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoEntryAck *ack = change->ack;
  g_autofree gchar *text = geo_entry_ack_to_text (ack, NULL);

  /* The last one says it of all before it. */
  if (!geo_query_prepare (
          &query, store->database,
          "INSERT INTO ack VALUES (?, ?, ?) ON CONFLICT (participant)"
          " DO UPDATE SET sequence = excluded.sequence, ack = excluded.ack"
          " WHERE excluded.sequence > sequence",
          error))
    return FALSE;
  geo_query_bind_pid (&query, &ack->participant);
  geo_query_bind_int (&query, ack->sequence);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

/* --- All of them ---------------------------------------------------------- */

static gboolean
write_change (GeoHubStore *store, const GeoChange *change, GError **error) {
  switch (change->kind) {
  case GEO_CHANGE_PARTICIPANT:
    return write_participant (store, change, error);
  case GEO_CHANGE_LINE:
    return write_line (store, change, error);
  case GEO_CHANGE_COMMIT:
    return write_commit (store, change, error);
  case GEO_CHANGE_INCIDENT:
    return geo_hub_store_write_incident (store, change, error);
  case GEO_CHANGE_REFUSAL:
    return write_refusal (store, change, error);
  case GEO_CHANGE_ACK:
    return write_ack (store, change, error);
  case GEO_CHANGE_HUB:
    return geo_hub_store_write_own (store, change, error);
  case GEO_CHANGE_STATE:
    return geo_hub_store_write_state (store, change, error);
  case GEO_CHANGE_LETTER:
    return geo_hub_letters_write (store, change, error);
  case GEO_CHANGE_LETTER_READ:
    return geo_hub_letters_forget (store, change, error);
  }
  g_assert_not_reached ();
}

gboolean
geo_hub_store_write_some (GeoHubStore *store,
                          GPtrArray *changes,
                          GError **error) {
  geo_database_assert_owner (store->database);
  if (!geo_database_is_open (store->database) &&
      !geo_database_begin (store->database, error))
    return FALSE;
  for (guint i = 0; i < changes->len; i++) {
    const GeoChange *change = g_ptr_array_index (changes, i);

    if (!write_change (store, change, error) ||
        (change->audit != NULL &&
         !geo_hub_store_write_audit (store, change, error))) {
      geo_hub_store_forget_ends (store);
      geo_database_rollback (store->database);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
geo_hub_store_end_write (GeoHubStore *store, GError **error) {
  if (geo_database_commit_ahead (store->database, error))
    return TRUE;
  geo_hub_store_forget_ends (store);
  return FALSE;
}

gboolean
geo_hub_store_sync (GeoHubStore *store, GError **error) {
  return geo_database_sync (store->database, error);
}

gboolean
geo_hub_store_wants_tidying (GeoHubStore *store) {
  return geo_database_wants_tidying (store->database);
}

void
geo_hub_store_tidy (GeoHubStore *store) {
  geo_database_tidy (store->database);
}

gboolean
geo_hub_store_write (GeoHubStore *store, GPtrArray *changes, GError **error) {
  if (changes->len == 0)
    return TRUE;
  if (!geo_hub_store_write_some (store, changes, error))
    return FALSE;
  /* P1: TRUE says that all of them are on disk. */
  if (geo_database_commit (store->database, error))
    return TRUE;
  geo_hub_store_forget_ends (store);
  return FALSE;
}
