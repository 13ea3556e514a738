/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What became of an order or contract, and a participant's entries.  It only
 * reads.
 */
#include "store/geo-hub-store-people-private.h"

void
geo_hub_outcome_clear (GeoHubOutcome *outcome) {
  geo_proven_entry_free (outcome->entry);
  geo_refusal_free (outcome->refusal);
  *outcome = (GeoHubOutcome){ FALSE };
}

/* --- Entries -------------------------------------------------------------- */

/* The columns are the entry, its certificate, which is stored once for all its
 * entries (NULL for a trust line), and whom it names. */
static GeoProvenEntry *
read_entry (GeoHubStore *store, GeoQuery *query, GError **error) {
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
  if (!geo_hub_people_read (store, query, 2, entry->people, error))
    return NULL;
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
                          "SELECT e.entry, t.certificate, e.people"
                          " FROM entry AS e"
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
    entry = read_entry (store, &query, error);
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
                          "SELECT e.entry, t.certificate, e.people"
                          " FROM entry AS e"
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
  *out = read_entry (store, &query, error);
  return *out != NULL;
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

/* By a hash, or (hash NULL) by payer and tx_id. */
typedef struct {
  const gchar *committed;
  const gchar *refused;
} Where;

static const Where by_tx = {
  "SELECT id, order_hash FROM tx WHERE payer = ? AND tx_id = ?",
  "SELECT refusal, order_hash FROM refusal"
  " WHERE payer = ? AND tx_id = ? AND is_contract = 0",
};
static const Where by_order = {
  "SELECT id, order_hash FROM tx WHERE order_hash = ?",
  "SELECT refusal, order_hash FROM refusal"
  " WHERE subject = ? AND is_contract = 0",
};
static const Where by_contract = {
  "SELECT id, order_hash FROM tx WHERE contract = ?",
  "SELECT refusal, order_hash FROM refusal"
  " WHERE subject = ? AND is_contract = 1",
};

static gboolean
prepare (GeoQuery *query,
         GeoHubStore *store,
         const gchar *sql,
         const GeoHash *hash,
         const GeoPid *payer,
         const gchar *tx_id,
         GError **error) {
  if (!geo_query_prepare (query, store->database, sql, error))
    return FALSE;
  if (hash != NULL) {
    geo_query_bind_hash (query, hash);
    return TRUE;
  }
  geo_query_bind_pid (query, payer);
  geo_query_bind_text (query, tx_id);
  return TRUE;
}

/* tx_id: of asking's.  A failure leaves nothing behind. */
static gboolean
find (GeoHubStore *store,
      const Where *where,
      const GeoHash *hash,
      const gchar *tx_id,
      const GeoPid *asking,
      GeoHubOutcome *out,
      GError **error) {
  g_auto (GeoQuery) tx = GEO_QUERY_INIT;
  g_auto (GeoQuery) refusal = GEO_QUERY_INIT;

  *out = (GeoHubOutcome){ FALSE };
  if (prepare (&tx, store, where->committed, hash, asking, tx_id, error) &&
      take_committed (store, &tx, asking, out, error) &&
      (out->found ||
       (prepare (&refusal, store, where->refused, hash, asking, tx_id, error) &&
        take_refused (&refusal, out, error))))
    return TRUE;
  geo_hub_outcome_clear (out);
  return FALSE;
}

gboolean
geo_hub_store_find_tx (GeoHubStore *store,
                       const GeoPid *payer,
                       const gchar *tx_id,
                       GeoHubOutcome *out,
                       GError **error) {
  return find (store, &by_tx, NULL, tx_id, payer, out, error);
}

gboolean
geo_hub_store_find_order (GeoHubStore *store,
                          const GeoHash *order,
                          const GeoPid *asking,
                          GeoHubOutcome *out,
                          GError **error) {
  return find (store, &by_order, order, NULL, asking, out, error);
}

gboolean
geo_hub_store_find_contract (GeoHubStore *store,
                             const GeoHash *contract,
                             const GeoPid *asking,
                             GeoHubOutcome *out,
                             GError **error) {
  return find (store, &by_contract, contract, NULL, asking, out, error);
}

/* --- All of them ----------------------------------------------------------
 */

/* All of it is in indexes. */
gboolean
geo_hub_store_load_decided (GeoHubStore *store,
                            GeoHubDecidedFunc func,
                            gpointer user_data,
                            GError **error) {
  static const gchar *const txs =
      "SELECT payer, tx_id FROM tx WHERE payer IS NOT NULL"
      " UNION ALL SELECT payer, tx_id FROM refusal"
      "  WHERE is_contract = 0 AND payer IS NOT NULL";
  static const gchar *const orders =
      "SELECT order_hash FROM tx WHERE order_hash IS NOT NULL"
      " UNION ALL SELECT subject FROM refusal WHERE is_contract = 0";
  gboolean row;

  for (guint i = 0; i < 2; i++) {
    g_auto (GeoQuery) query = GEO_QUERY_INIT;

    if (!geo_query_prepare (&query, store->database, i == 0 ? txs : orders,
                            error))
      return FALSE;
    for (;;) {
      const gchar *tx_id;
      GeoHash order;
      GeoPid payer;

      if (!geo_query_step (&query, &row, error))
        return FALSE;
      if (!row)
        break;
      if (i == 1) {
        if (!geo_query_get_hash (&query, 0, &order, error))
          return FALSE;
        func (NULL, NULL, &order, user_data);
        continue;
      }
      tx_id = geo_query_get_text (&query, 1, error);
      if (tx_id == NULL || !geo_query_get_pid (&query, 0, &payer, error))
        return FALSE;
      func (&payer, tx_id, NULL, user_data);
    }
  }
  return TRUE;
}
