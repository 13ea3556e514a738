/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the hub's journal for those who are shown a part of it.  Who may be
 * shown what is the caller's to decide.
 */
#include "store/geo-hub-history.h"

#include "store/geo-hub-store-private.h"

/* --- Versions ------------------------------------------------------------- */

static void
person_version_free (gpointer data) {
  GeoHubPersonVersion *version = data;

  geo_participant_free (version->participant);
  g_free (version);
}

GPtrArray *
geo_hub_store_list_person (GeoHubStore *store,
                           const GeoPid *pid,
                           GError **error) {
  g_autoptr (GPtrArray) versions =
      g_ptr_array_new_with_free_func (person_version_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT at, participant FROM participant_version"
                          " WHERE pid = ? ORDER BY seq",
                          error))
    return NULL;
  geo_query_bind_pid (&query, pid);
  for (;;) {
    GeoHubPersonVersion *version;
    GError *why = NULL;
    const gchar *text;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&versions);
    text = geo_query_get_text (&query, 1, error);
    if (text == NULL)
      return NULL;
    version = g_new0 (GeoHubPersonVersion, 1);
    g_ptr_array_add (versions, version);
    version->at = geo_query_get_int (&query, 0);
    version->participant = geo_participant_from_text (text, -1, &why);
    if (version->participant == NULL) {
      geo_store_propagate_corrupt (error, why, "A stored participant");
      return NULL;
    }
  }
}

static void
line_version_free (gpointer data) {
  GeoHubLineVersion *version = data;

  geo_trust_line_free (version->line);
  g_free (version);
}

GPtrArray *
geo_hub_store_list_line (GeoHubStore *store,
                         const GeoPid *from,
                         const GeoPid *to,
                         const gchar *equivalent,
                         GError **error) {
  g_autoptr (GPtrArray) versions =
      g_ptr_array_new_with_free_func (line_version_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT at, line FROM trust_line WHERE from_pid = ?"
                          " AND to_pid = ? AND equivalent = ? ORDER BY seq",
                          error))
    return NULL;
  geo_query_bind_pid (&query, from);
  geo_query_bind_pid (&query, to);
  geo_query_bind_text (&query, equivalent);
  for (;;) {
    GeoHubLineVersion *version;
    GError *why = NULL;
    const gchar *text;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&versions);
    text = geo_query_get_text (&query, 1, error);
    if (text == NULL)
      return NULL;
    version = g_new0 (GeoHubLineVersion, 1);
    g_ptr_array_add (versions, version);
    version->at = geo_query_get_int (&query, 0);
    version->line = geo_trust_line_from_text (text, -1, &why);
    if (version->line == NULL) {
      geo_store_propagate_corrupt (error, why, "A stored trust line");
      return NULL;
    }
  }
}

/* --- Payments ------------------------------------------------------------- */

void
geo_hub_payment_free (GeoHubPayment *payment) {
  if (payment == NULL)
    return;
  g_free (payment->tx_id);
  g_free (payment->equivalent);
  geo_refusal_free (payment->refusal);
  g_free (payment);
}

#define PAYMENT_COLUMNS                                      \
  "p.id, p.payer, p.payee, p.tx_id, p.equivalent, p.amount," \
  " p.decimals, p.tx, p.created_at, p.at, p.signed"
/* With what was refused, and where nothing was. */
#define REFUSED_COLUMNS PAYMENT_COLUMNS ", r.refusal"
#define PAID_COLUMNS PAYMENT_COLUMNS ", NULL"

static GeoHubPayment *
read_payment (GeoQuery *query, GError **error) {
  g_autoptr (GeoHubPayment) payment = g_new0 (GeoHubPayment, 1);
  gint64 amount = geo_query_get_int (query, 5);
  gint64 decimals = geo_query_get_int (query, 6);
  GError *why = NULL;
  const gchar *text;

  if (!geo_query_get_pid (query, 1, &payment->payer, error) ||
      !geo_query_get_pid (query, 2, &payment->payee, error))
    return NULL;
  payment->tx_id = geo_query_dup_text (query, 3);
  payment->equivalent = geo_query_dup_text (query, 4);
  if (payment->tx_id == NULL || payment->equivalent == NULL || amount < 0 ||
      amount > GEO_AMOUNT_MAX || decimals < 0 || decimals > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "A stored payment");
    return NULL;
  }
  payment->amount = geo_decimal (GEO_AMOUNT (amount), (guint) decimals);
  payment->tx = geo_query_get_int (query, 7);
  payment->created_at = geo_query_get_int (query, 8);
  payment->at = geo_query_get_int (query, 9);
  payment->has_signed = !geo_query_is_null (query, 10);
  if (payment->has_signed &&
      !geo_query_get_hash (query, 10, &payment->signed_hash, error))
    return NULL;
  if (geo_query_is_null (query, 11))
    return g_steal_pointer (&payment);
  text = geo_query_get_text (query, 11, error);
  if (text == NULL)
    return NULL;
  payment->refusal = geo_refusal_from_text (text, -1, &why);
  if (payment->refusal == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored refusal");
    return NULL;
  }
  return g_steal_pointer (&payment);
}

static GPtrArray *
take_payments (GeoQuery *query, GError **error) {
  g_autoptr (GPtrArray) payments =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hub_payment_free);
  gboolean row;

  for (;;) {
    GeoHubPayment *payment;

    if (!geo_query_step (query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&payments);
    payment = read_payment (query, error);
    if (payment == NULL)
      return NULL;
    g_ptr_array_add (payments, payment);
  }
}

#define PAYMENT_FILTER                     \
  " AND (?4 IS NULL OR p.equivalent = ?4)" \
  " AND p.created_at >= ?6 AND p.created_at <= ?7"

GPtrArray *
geo_hub_store_list_payments (GeoHubStore *store,
                             const GeoPid *pid,
                             const GeoHubPaymentFilter *filter,
                             gint64 offset,
                             guint max,
                             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* Whoever paid or was paid has an entry of it, in the same order; what was
   * refused is shown to the payer alone.  Each is read along an index, and no
   * further than it has to. */
  if (!geo_query_prepare (
          &query, store->database,
          "SELECT * FROM (SELECT " PAID_COLUMNS
          " FROM entry AS e CROSS JOIN payment AS p ON p.tx = e.tx"
          " WHERE e.participant = ?1 AND ?5 <> 2"
          " AND ((?2 AND p.payer = ?1) OR (?3 AND p.payee = ?1))" PAYMENT_FILTER
          " ORDER BY e.sequence DESC LIMIT ?10)"
          " UNION ALL "
          "SELECT * FROM (SELECT " REFUSED_COLUMNS
          " FROM payment AS p INDEXED BY payment_refused"
          " JOIN refusal AS r ON r.id = p.refusal"
          " WHERE p.payer = ?1 AND p.tx IS NULL AND ?2 AND ?5 <> "
          "1" PAYMENT_FILTER " ORDER BY p.id DESC LIMIT ?10)"
          " ORDER BY 1 DESC LIMIT ?8 OFFSET ?9",
          error))
    return NULL;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_int (&query, filter->sent);
  geo_query_bind_int (&query, filter->received);
  geo_query_bind_text (&query, filter->equivalent);
  geo_query_bind_int (&query, (gint64) filter->kind);
  geo_query_bind_int (&query, filter->from);
  geo_query_bind_int (&query, filter->to);
  geo_query_bind_int (&query, max);
  geo_query_bind_int (&query, offset);
  geo_query_bind_int (&query,
                      offset > G_MAXINT64 - max ? G_MAXINT64 : offset + max);
  return take_payments (&query, error);
}

GPtrArray *
geo_hub_store_find_payments (GeoHubStore *store,
                             const gchar *tx_id,
                             guint max,
                             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT " PAID_COLUMNS
                          " FROM tx AS t CROSS JOIN payment AS p ON p.tx = t.id"
                          " WHERE t.tx_id = ?1 AND t.payer IS NOT NULL"
                          " UNION ALL "
                          "SELECT " REFUSED_COLUMNS
                          " FROM payment AS p INDEXED BY payment_refused_tx_id"
                          " JOIN refusal AS r ON r.id = p.refusal"
                          " WHERE p.tx_id = ?1 AND p.tx IS NULL"
                          " ORDER BY 1 DESC LIMIT ?2",
                          error))
    return NULL;
  geo_query_bind_text (&query, tx_id);
  geo_query_bind_int (&query, max);
  return take_payments (&query, error);
}

GPtrArray *
geo_hub_store_list_hops (GeoHubStore *store, gint64 tx, GError **error) {
  g_autoptr (GPtrArray) hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT from_pid, to_pid, equivalent, amount,"
                          " decimals FROM hop WHERE tx = ? ORDER BY position",
                          error))
    return NULL;
  geo_query_bind_int (&query, tx);
  for (;;) {
    GeoHop *hop;
    const gchar *equivalent;
    gint64 amount, decimals;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&hops);
    hop = geo_hop_new ();
    g_ptr_array_add (hops, hop);
    equivalent = geo_query_get_text (&query, 2, error);
    if (equivalent == NULL ||
        !geo_query_get_pid (&query, 0, &hop->from, error) ||
        !geo_query_get_pid (&query, 1, &hop->to, error))
      return NULL;
    hop->equivalent = g_strdup (equivalent);
    amount = geo_query_get_int (&query, 3);
    decimals = geo_query_get_int (&query, 4);
    if (amount < 0 || amount > GEO_AMOUNT_MAX || decimals < 0 ||
        decimals > GEO_PRECISION_MAX) {
      geo_store_set_corrupt (error, "A stored hop");
      return NULL;
    }
    hop->amount = geo_decimal (GEO_AMOUNT (amount), (guint) decimals);
  }
}

/* --- Counting ------------------------------------------------------------- */

gboolean
geo_hub_store_count_usage (GeoHubStore *store,
                           const gchar *code,
                           GeoHubUsage *out,
                           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *out = (GeoHubUsage){ 0 };
  if (!geo_query_prepare (
          &query, store->database,
          "SELECT (SELECT count (*) FROM (SELECT 1 FROM trust_line"
          "   WHERE equivalent = ?1 GROUP BY from_pid, to_pid)),"
          "  (SELECT count (*) FROM debt WHERE equivalent = ?1),"
          "  (SELECT count (*) FROM payment WHERE equivalent = ?1)",
          error))
    return FALSE;
  geo_query_bind_text (&query, code);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (row) {
    out->lines = geo_query_get_int (&query, 0);
    out->debts = geo_query_get_int (&query, 1);
    out->payments = geo_query_get_int (&query, 2);
  }
  return TRUE;
}

gboolean
geo_hub_store_get_version (GeoHubStore *store, gint64 *out, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *out = 0;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT max (version) FROM migration", error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  if (row)
    *out = geo_query_get_int (&query, 0);
  return TRUE;
}
