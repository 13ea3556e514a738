/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What became of an order or contract, a participant's entries, and the replay
 * of the hub's journal (I1).  It only reads.
 */
#include "store/geo-hub-store-private.h"

#include <string.h>

#include "core/geo-contract.h"

void
geo_hub_outcome_clear (GeoHubOutcome *outcome) {
  geo_proven_entry_free (outcome->entry);
  geo_refusal_free (outcome->refusal);
  *outcome = (GeoHubOutcome){ FALSE };
}

/* --- Entries -------------------------------------------------------------- */

/* The columns are the entry and its certificate, which is stored once for all
 * its entries; NULL for a trust line. */
static GeoProvenEntry *
read_entry (GeoQuery *query, GError **error) {
  g_autoptr (GeoProvenEntry) entry = NULL;
  GError *why = NULL;
  const gchar *text = geo_query_get_text (query, 0, error);

  if (text == NULL)
    return NULL;
  entry = geo_proven_entry_from_text (text, -1, &why);
  if (entry == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored entry");
    return NULL;
  }
  if (geo_query_is_null (query, 1))
    return g_steal_pointer (&entry);

  text = geo_query_get_text (query, 1, error);
  if (text == NULL)
    return NULL;
  geo_certificate_free (entry->certificate);
  entry->certificate = geo_certificate_from_text (text, -1, &why);
  if (entry->certificate == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored certificate");
    return NULL;
  }
  return g_steal_pointer (&entry);
}

GPtrArray *
geo_hub_store_list_entries (GeoHubStore *store,
                            const GeoPid *pid,
                            gint64 after,
                            guint max,
                            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_entry_free);
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT e.entry, t.certificate FROM entry AS e"
                          " LEFT JOIN tx AS t ON t.id = e.tx"
                          " WHERE e.participant = ? AND e.sequence > ?"
                          " ORDER BY e.sequence LIMIT ?",
                          error))
    return NULL;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_int (&query, after);
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoProvenEntry *entry;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&entries);
    entry = read_entry (&query, error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add (entries, entry);
  }
}

/* The entry of pid about that tx; NULL without an error where pid has no part
 * in it. */
static gboolean
find_entry (GeoHubStore *store,
            gint64 tx,
            const GeoPid *pid,
            GeoProvenEntry **out,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *out = NULL;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT e.entry, t.certificate FROM entry AS e"
                          " JOIN tx AS t ON t.id = e.tx"
                          " WHERE e.tx = ? AND e.participant = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, tx);
  geo_query_bind_pid (&query, pid);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *out = read_entry (&query, error);
  return *out != NULL;
}

/* --- Registrations -------------------------------------------------------- */

gchar *
geo_hub_store_find_registration (GeoHubStore *store,
                                 const GeoPid *pid,
                                 GeoTime *at,
                                 GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const gchar *text;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT registration, at FROM registration"
                          " WHERE pid = ?",
                          error))
    return NULL;
  geo_query_bind_pid (&query, pid);
  if (!geo_query_step (&query, &row, error) || !row)
    return NULL;
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return NULL;
  *at = geo_query_get_int (&query, 1);
  return g_strdup (text);
}

/* --- Outcomes ------------------------------------------------------------- */

/* The query's columns are the tx's id and its order's hash. */
static gboolean
take_committed (GeoHubStore *store,
                GeoQuery *query,
                const GeoPid *asking,
                GeoHubOutcome *out,
                GError **error) {
  gboolean row;

  if (!geo_query_step (query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  if (!geo_query_is_null (query, 1) &&
      !geo_query_get_hash (query, 1, &out->order_hash, error))
    return FALSE;
  if (!find_entry (store, geo_query_get_int (query, 0), asking, &out->entry,
                   error))
    return FALSE;
  out->found = TRUE;
  return TRUE;
}

/* The query's columns are the refusal and its order's hash. */
static gboolean
take_refused (GeoQuery *query, GeoHubOutcome *out, GError **error) {
  GError *why = NULL;
  const gchar *text;
  gboolean row;

  if (!geo_query_step (query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  if (!geo_query_is_null (query, 1) &&
      !geo_query_get_hash (query, 1, &out->order_hash, error))
    return FALSE;
  text = geo_query_get_text (query, 0, error);
  if (text == NULL)
    return FALSE;
  out->refusal = geo_refusal_from_text (text, -1, &why);
  if (out->refusal == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored refusal");
    return FALSE;
  }
  out->found = TRUE;
  return TRUE;
}

/* A failure leaves nothing behind. */
static gboolean
done (gboolean good, GeoHubOutcome *out) {
  if (!good)
    geo_hub_outcome_clear (out);
  return good;
}

static gboolean
find_tx (GeoHubStore *store,
         const GeoPid *payer,
         const gchar *tx_id,
         GeoHubOutcome *out,
         GError **error) {
  g_auto (GeoQuery) tx = GEO_QUERY_INIT;
  g_auto (GeoQuery) refusal = GEO_QUERY_INIT;

  if (!geo_query_prepare (
          &tx, store->database,
          "SELECT id, order_hash FROM tx WHERE payer = ? AND tx_id = ?", error))
    return FALSE;
  geo_query_bind_pid (&tx, payer);
  geo_query_bind_text (&tx, tx_id);
  if (!take_committed (store, &tx, payer, out, error) || out->found)
    return out->found;

  if (!geo_query_prepare (&refusal, store->database,
                          "SELECT refusal, order_hash FROM refusal"
                          " WHERE payer = ? AND tx_id = ? AND is_contract = 0",
                          error))
    return FALSE;
  geo_query_bind_pid (&refusal, payer);
  geo_query_bind_text (&refusal, tx_id);
  return take_refused (&refusal, out, error);
}

gboolean
geo_hub_store_find_tx (GeoHubStore *store,
                       const GeoPid *payer,
                       const gchar *tx_id,
                       GeoHubOutcome *out,
                       GError **error) {
  *out = (GeoHubOutcome){ FALSE };
  return done (find_tx (store, payer, tx_id, out, error), out);
}

static gboolean
find_order (GeoHubStore *store,
            const GeoHash *order,
            const GeoPid *asking,
            GeoHubOutcome *out,
            GError **error) {
  g_auto (GeoQuery) tx = GEO_QUERY_INIT;
  g_auto (GeoQuery) refusal = GEO_QUERY_INIT;

  if (!geo_query_prepare (&tx, store->database,
                          "SELECT id, order_hash FROM tx WHERE order_hash = ?",
                          error))
    return FALSE;
  geo_query_bind_hash (&tx, order);
  if (!take_committed (store, &tx, asking, out, error) || out->found)
    return out->found;

  if (!geo_query_prepare (&refusal, store->database,
                          "SELECT refusal, order_hash FROM refusal"
                          " WHERE subject = ? AND is_contract = 0",
                          error))
    return FALSE;
  geo_query_bind_hash (&refusal, order);
  return take_refused (&refusal, out, error);
}

gboolean
geo_hub_store_find_order (GeoHubStore *store,
                          const GeoHash *order,
                          const GeoPid *asking,
                          GeoHubOutcome *out,
                          GError **error) {
  *out = (GeoHubOutcome){ FALSE };
  return done (find_order (store, order, asking, out, error), out);
}

static gboolean
find_contract (GeoHubStore *store,
               const GeoHash *contract,
               const GeoPid *asking,
               GeoHubOutcome *out,
               GError **error) {
  g_auto (GeoQuery) tx = GEO_QUERY_INIT;
  g_auto (GeoQuery) refusal = GEO_QUERY_INIT;

  if (!geo_query_prepare (&tx, store->database,
                          "SELECT id, order_hash FROM tx WHERE contract = ?",
                          error))
    return FALSE;
  geo_query_bind_hash (&tx, contract);
  if (!take_committed (store, &tx, asking, out, error) || out->found)
    return out->found;

  if (!geo_query_prepare (&refusal, store->database,
                          "SELECT refusal, order_hash FROM refusal"
                          " WHERE subject = ? AND is_contract = 1",
                          error))
    return FALSE;
  geo_query_bind_hash (&refusal, contract);
  return take_refused (&refusal, out, error);
}

gboolean
geo_hub_store_find_contract (GeoHubStore *store,
                             const GeoHash *contract,
                             const GeoPid *asking,
                             GeoHubOutcome *out,
                             GError **error) {
  *out = (GeoHubOutcome){ FALSE };
  return done (find_contract (store, contract, asking, out, error), out);
}

/* --- Replay --------------------------------------------------------------- */

/* What the smaller PID of a pair owes the larger one; negative: the other way.
 */
typedef struct {
  gchar equivalent[17];
  GeoPid low;
  GeoPid high;
  GeoAmount owed;
} GeoPairDebt;

static guint
pair_hash (gconstpointer key) {
  const GeoPairDebt *pair = key;

  return geo_pid_hash (&pair->low) * 31 + geo_pid_hash (&pair->high) +
         g_str_hash (pair->equivalent);
}

static gint
pair_cmp (const GeoPairDebt *a, const GeoPairDebt *b) {
  gint order = strcmp (a->equivalent, b->equivalent);

  if (order == 0)
    order = geo_pid_cmp (&a->low, &b->low);
  return order != 0 ? order : geo_pid_cmp (&a->high, &b->high);
}

static gboolean
pair_equal (gconstpointer a, gconstpointer b) {
  return pair_cmp (a, b) == 0;
}

static void
pair_init (GeoPairDebt *pair,
           const GeoPid *debtor,
           const GeoPid *creditor,
           const gchar *equivalent,
           gboolean *swapped) {
  *swapped = geo_pid_cmp (debtor, creditor) > 0;
  pair->low = *swapped ? *creditor : *debtor;
  pair->high = *swapped ? *debtor : *creditor;
  pair->owed = GEO_AMOUNT_ZERO;
  g_strlcpy (pair->equivalent, equivalent, sizeof pair->equivalent);
}

static gboolean
differs (const GeoPairDebt *pair, const gchar *why, GError **error) {
  g_autofree gchar *low = geo_pid_to_string (&pair->low);
  g_autofree gchar *high = geo_pid_to_string (&pair->high);

  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
               "The debt of %s and %s in %s %s.", low, high, pair->equivalent,
               why);
  return FALSE;
}

static gboolean
broken (gint64 tx, const gchar *why, GError **error) {
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
               "Transaction %" G_GINT64_FORMAT " does not hold: %s.", tx, why);
  return FALSE;
}

/* Hop from → to: it cancels what `to` owes, the rest becomes debt of `from`
 * (§1); with one signed number for the pair, both are the same sum. */
static gboolean
replay_hop (GHashTable *pairs, const GeoHop *hop, GError **error) {
  GeoPairDebt key;
  GeoPairDebt *pair;
  gboolean swapped;
  gboolean fits;

  pair_init (&key, &hop->from, &hop->to, hop->equivalent, &swapped);
  pair = g_hash_table_lookup (pairs, &key);
  if (pair == NULL) {
    pair = g_memdup2 (&key, sizeof key);
    g_hash_table_add (pairs, pair);
  }
  fits = swapped ? geo_amount_sub (pair->owed, hop->amount.amount, &pair->owed)
                 : geo_amount_add (pair->owed, hop->amount.amount, &pair->owed);
  return fits || differs (pair, "does not fit its number", error);
}

static GeoHop *
read_hop (GeoQuery *query, const GeoContract *contract, GError **error) {
  g_autoptr (GeoHop) hop = geo_hop_new ();
  gint64 lane = geo_query_get_int (query, 5);
  const gchar *equivalent = geo_query_get_text (query, 2, error);

  if (equivalent == NULL || !geo_query_get_pid (query, 0, &hop->from, error) ||
      !geo_query_get_pid (query, 1, &hop->to, error))
    return NULL;
  if (lane < 1 || lane > G_MAXINT ||
      geo_lane_to_string ((GeoLane) lane) == NULL ||
      geo_query_get_int (query, 3) < 0 || geo_query_get_int (query, 4) < 0 ||
      geo_query_get_int (query, 4) > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "A stored hop");
    return NULL;
  }
  hop->community = contract->community;
  hop->tx_id = g_strdup (contract->tx_id);
  hop->equivalent = g_strdup (equivalent);
  hop->amount.amount = GEO_AMOUNT (geo_query_get_int (query, 3));
  hop->amount.decimals = (guint8) geo_query_get_int (query, 4);
  hop->lane = (GeoLane) lane;
  hop->salt = g_bytes_new (sqlite3_column_blob (query->statement, 6),
                           (gsize) sqlite3_column_bytes (query->statement, 6));
  return g_steal_pointer (&hop);
}

static gboolean
replay_tx (GeoHubStore *store,
           GHashTable *pairs,
           gint64 tx,
           const GeoHash *stored_hash,
           const gchar *certificate_text,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoCertificate) certificate = NULL;
  g_autoptr (GPtrArray) hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  g_autoptr (GError) why = NULL;
  GeoContract *contract;
  GeoHash root;
  GeoHash hash;
  gboolean row;

  certificate = geo_certificate_from_text (certificate_text, -1, &why);
  if (certificate == NULL)
    return broken (tx, why->message, error);
  contract = certificate->contract;
  geo_contract_hash (contract, &hash);
  if (!geo_hash_equal (&hash, stored_hash))
    return broken (tx, "its contract is another", error);

  if (!geo_query_prepare (&query, store->database,
                          "SELECT from_pid, to_pid, equivalent, amount,"
                          " decimals, lane, salt FROM hop WHERE tx = ?"
                          " ORDER BY position",
                          error))
    return FALSE;
  geo_query_bind_int (&query, tx);
  for (;;) {
    GeoHop *hop;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    hop = read_hop (&query, contract, error);
    if (hop == NULL)
      return FALSE;
    g_ptr_array_add (hops, hop);
    if (!replay_hop (pairs, hop, error))
      return FALSE;
  }
  if (hops->len == 0)
    return broken (tx, "its hops are missing", error);
  root = contract->hops_root;
  geo_contract_set_hops (contract, hops);
  geo_contract_hash (contract, &hash);
  if (!geo_hash_equal (&root, &contract->hops_root) ||
      !geo_hash_equal (&hash, stored_hash))
    return broken (tx, "its hops are not those of the contract", error);
  return TRUE;
}

static gboolean
replay_all (GeoHubStore *store,
            GHashTable *pairs,
            gint64 *transactions,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, store->database,
          "SELECT id, contract, certificate FROM tx ORDER BY id", error))
    return FALSE;
  for (;;) {
    const gchar *text;
    GeoHash hash;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_query_get_hash (&query, 1, &hash, error))
      return FALSE;
    text = geo_query_get_text (&query, 2, error);
    if (text == NULL || !replay_tx (store, pairs, geo_query_get_int (&query, 0),
                                    &hash, text, error))
      return FALSE;
    *transactions += 1;
  }
}

static gboolean
check_debt (const GeoPid *debtor,
            const GeoPid *creditor,
            const gchar *equivalent,
            GeoAmount debt,
            gpointer user_data,
            GError **error) {
  GHashTable *pairs = user_data;
  GeoPairDebt key;
  const GeoPairDebt *pair;
  gboolean swapped;
  GeoAmount owed = GEO_AMOUNT_ZERO;

  pair_init (&key, debtor, creditor, equivalent, &swapped);
  pair = g_hash_table_lookup (pairs, &key);
  /* The sum was made with checks, and −2^63 is no debt: a negation that does
   * not fit differs from every debt, and 0 is none. */
  if (pair != NULL) {
    if (!swapped)
      owed = pair->owed;
    else if (!geo_amount_neg (pair->owed, &owed))
      owed = GEO_AMOUNT_ZERO;
  }
  if (geo_amount_cmp (debt, GEO_AMOUNT_ZERO) <= 0 ||
      geo_amount_cmp (owed, debt) != 0)
    return differs (&key, "is not what the payments made it", error);
  g_hash_table_remove (pairs, &key);
  return TRUE;
}

/* What is left of the replay has no row, so it must be nothing. */
static gboolean
check_rest (GHashTable *pairs, GError **error) {
  const GeoPairDebt *first = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const GeoPairDebt *pair = key;

    if (geo_amount_cmp (pair->owed, GEO_AMOUNT_ZERO) != 0 &&
        (first == NULL || pair_cmp (pair, first) < 0))
      first = pair;
  }
  return first == NULL ||
         differs (first, "is missing, and the payments made one", error);
}

/* I1: debts are the replay of the journal, exactly. */
gboolean
geo_hub_store_check (GeoHubStore *store,
                     gint64 *transactions_out,
                     GError **error) {
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (pair_hash, pair_equal,
                                                        g_free, NULL);
  gint64 transactions = 0;
  gboolean holds;

  geo_database_assert_owner (store->database);
  /* One state of the file, even while the writer goes on. */
  if (!geo_database_begin_read (store->database, error))
    return FALSE;
  holds = replay_all (store, pairs, &transactions, error) &&
          geo_hub_store_load_debts (store, check_debt, pairs, error) &&
          check_rest (pairs, error);
  geo_database_rollback (store->database);
  if (transactions_out != NULL)
    *transactions_out = transactions;
  return holds;
}
