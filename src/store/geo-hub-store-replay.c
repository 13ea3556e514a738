/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The replay of a hub's journal (I1): what every pair owes by the committed
 * hops alone, and how that compares with the debts.  It only reads, and looks
 * at no signature; that is the inspection's.
 */
#include "store/geo-hub-store-private.h"

#include <string.h>

#include "core/geo-contract.h"

static guint
pair_hash (gconstpointer key) {
  const GeoPairDebt *pair = key;

  return geo_pid_hash (&pair->low) * 31 + geo_pid_hash (&pair->high) +
         g_str_hash (pair->equivalent);
}

gint
geo_pair_debt_cmp (const GeoPairDebt *a, const GeoPairDebt *b) {
  gint order = strcmp (a->equivalent, b->equivalent);

  if (order == 0)
    order = geo_pid_cmp (&a->low, &b->low);
  return order != 0 ? order : geo_pid_cmp (&a->high, &b->high);
}

static gboolean
pair_equal (gconstpointer a, gconstpointer b) {
  return geo_pair_debt_cmp (a, b) == 0;
}

void
geo_pair_debt_init (GeoPairDebt *pair,
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
GHashTable *
geo_pair_debts_new (void) {
  return g_hash_table_new_full (pair_hash, pair_equal, g_free, NULL);
}

gboolean
geo_pair_debts_add (GHashTable *pairs, const GeoHop *hop, GError **error) {
  GeoPairDebt key;
  GeoPairDebt *pair;
  gboolean swapped;
  gboolean fits;

  geo_pair_debt_init (&key, &hop->from, &hop->to, hop->equivalent, &swapped);
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

GPtrArray *
geo_hub_store_read_hops (GeoHubStore *store,
                         gint64 tx,
                         const GeoContract *contract,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT from_pid, to_pid, equivalent, amount,"
                          " decimals, lane, salt FROM hop WHERE tx = ?"
                          " ORDER BY position",
                          error))
    return NULL;
  geo_query_bind_int (&query, tx);
  for (;;) {
    GeoHop *hop;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&hops);
    hop = read_hop (&query, contract, error);
    if (hop == NULL)
      return NULL;
    g_ptr_array_add (hops, hop);
  }
}

gboolean
geo_hub_hops_are_of (GPtrArray *hops, const GeoContract *contract) {
  g_autoptr (GeoContract) made = geo_contract_copy (contract);
  GeoHash hash;
  GeoHash made_hash;

  if (hops->len == 0)
    return FALSE;
  geo_contract_set_hops (made, hops);
  geo_contract_hash (contract, &hash);
  geo_contract_hash (made, &made_hash);
  return geo_hash_equal (&hash, &made_hash);
}

static gboolean
replay_tx (GeoHubStore *store,
           GHashTable *pairs,
           gint64 tx,
           const GeoHash *stored_hash,
           const gchar *certificate_text,
           GError **error) {
  g_autoptr (GeoCertificate) certificate = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  g_autoptr (GError) why = NULL;
  GeoHash hash;

  certificate = geo_certificate_from_text (certificate_text, -1, &why);
  if (certificate == NULL)
    return broken (tx, why->message, error);
  geo_contract_hash (certificate->contract, &hash);
  if (!geo_hash_equal (&hash, stored_hash))
    return broken (tx, "its contract is another", error);
  hops = geo_hub_store_read_hops (store, tx, certificate->contract, error);
  if (hops == NULL)
    return FALSE;
  if (hops->len == 0)
    return broken (tx, "its hops are missing", error);
  for (guint i = 0; i < hops->len; i++)
    if (!geo_pair_debts_add (pairs, g_ptr_array_index (hops, i), error))
      return FALSE;
  return geo_hub_hops_are_of (hops, certificate->contract) ||
         broken (tx, "its hops are not those of the contract", error);
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

  geo_pair_debt_init (&key, debtor, creditor, equivalent, &swapped);
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
        (first == NULL || geo_pair_debt_cmp (pair, first) < 0))
      first = pair;
  }
  return first == NULL ||
         differs (first, "is missing, and the payments made one", error);
}

gboolean
geo_hub_store_compare_debts (GeoHubStore *store,
                             GHashTable *pairs,
                             GError **error) {
  return geo_hub_store_load_debts (store, check_debt, pairs, error) &&
         check_rest (pairs, error);
}

/* I1: debts are the replay of the journal, exactly. */
gboolean
geo_hub_store_check (GeoHubStore *store,
                     gint64 *transactions_out,
                     GError **error) {
  g_autoptr (GHashTable) pairs = geo_pair_debts_new ();
  gint64 transactions = 0;
  gboolean holds;

  geo_database_assert_owner (store->database);
  /* One state of the file, even while the writer goes on. */
  if (!geo_database_begin_read (store->database, error))
    return FALSE;
  holds = replay_all (store, pairs, &transactions, error) &&
          geo_hub_store_compare_debts (store, pairs, error);
  geo_database_rollback (store->database);
  if (transactions_out != NULL)
    *transactions_out = transactions;
  return holds;
}
