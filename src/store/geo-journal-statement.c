/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a statement is made of: what moved balances in a period, row by row, and
 * what they were at both ends.  It holds no more than one row at a time.
 */
#include "core/geo-contract.h"
#include "store/geo-journal-private.h"

#define FILTER                                                          \
  " m.at >= ?1 AND m.at < ?2 AND (?3 IS NULL OR m.peer = ?3)"           \
  " AND (?4 IS NULL OR m.equivalent = ?4)"

static void
bind_filter (GeoQuery *query, const GeoStatementFilter *filter) {
  geo_query_bind_int (query, filter->from);
  geo_query_bind_int (query, filter->to);
  geo_query_bind_pid (query, filter->peer);
  geo_query_bind_text (query, filter->equivalent);
}

static gboolean
read_row (GeoQuery *query,
          gboolean records,
          GeoStatementRow *row,
          GError **error) {
  gint64 kind = geo_query_get_int (query, 4);
  gint64 decimals = geo_query_get_int (query, 6);

  *row = (GeoStatementRow){ .record = geo_query_get_int (query, 0),
                            .at = geo_query_get_int (query, 1),
                            .kind = (GeoActivityKind) kind,
                            .has_peer = !geo_query_is_null (query, 5),
                            .precision = (guint) decimals,
                            .amount =
                                GEO_AMOUNT (geo_query_get_int (query, 3)) };
  if (kind < GEO_ACTIVITY_PAID || decimals < 0 ||
      decimals > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "The stored history");
    return FALSE;
  }
  row->equivalent = geo_query_get_text (query, 2, error);
  if (row->equivalent == NULL ||
      (row->has_peer && !geo_query_get_pid (query, 5, &row->peer, error)))
    return FALSE;
  if (!geo_query_is_null (query, 7) &&
      (row->text = geo_query_get_text (query, 7, error)) == NULL)
    return FALSE;
  if (!geo_query_is_null (query, 8) &&
      (row->tx_id = geo_query_get_text (query, 8, error)) == NULL)
    return FALSE;
  if (!geo_query_get_hash (query, 9, &row->hash, error))
    return FALSE;
  if (!records)
    return TRUE;
  row->record_text = geo_query_get_text (query, 10, error);
  row->body_text = row->record_text != NULL
                       ? geo_query_get_text (query, 11, error)
                       : NULL;
  return row->body_text != NULL;
}

/* One order of everything: that of the records, which is the hub's. */
#define ROWS                                                                \
  "SELECT m.record, m.at, m.equivalent, sum (m.amount), a.kind, a.peer,"    \
  " a.decimals, a.text, a.tx_id, r.hash, iif (?5, r.record, NULL),"         \
  " iif (?5, r.body, NULL)"                                                 \
  " FROM movement AS m JOIN activity AS a ON a.proof = m.record"            \
  " JOIN record AS r ON r.sequence = m.record"                              \
  " WHERE" FILTER " GROUP BY m.record ORDER BY m.record"

gboolean
geo_journal_begin_reading (GeoJournal *journal, GError **error) {
  return geo_database_begin_read (journal->database, error);
}

void
geo_journal_end_reading (GeoJournal *journal) {
  geo_database_rollback (journal->database);
}

gboolean
geo_journal_foreach_row (GeoJournal *journal,
                         const GeoStatementFilter *filter,
                         gboolean records,
                         GeoStatementFunc func,
                         gpointer user_data,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean there;

  if (!geo_query_prepare (&query, journal->database, ROWS, error))
    return FALSE;
  bind_filter (&query, filter);
  geo_query_bind_int (&query, records);
  for (;;) {
    GeoStatementRow row;

    if (!geo_query_step (&query, &there, error))
      return FALSE;
    if (!there)
      return TRUE;
    if (!read_row (&query, records, &row, error) ||
        !func (&row, user_data, error))
      return FALSE;
  }
}

gint64
geo_journal_count_rows (GeoJournal *journal,
                        const GeoStatementFilter *filter,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT count (DISTINCT m.record) FROM movement AS m"
                          " WHERE" FILTER,
                          error))
    return -1;
  bind_filter (&query, filter);
  if (!geo_query_step (&query, &row, error))
    return -1;
  return row ? geo_query_get_int (&query, 0) : 0;
}

static void
set_side (gint64 balance,
          guint precision,
          gboolean *has_claim,
          GeoDecimal *claim,
          gboolean *has_debt,
          GeoDecimal *debt) {
  *has_claim = balance > 0;
  *has_debt = balance < 0;
  if (balance > 0)
    *claim = geo_decimal (GEO_AMOUNT (balance), precision);
  else if (balance < 0)
    *debt = geo_decimal (GEO_AMOUNT (-balance), precision);
}

GPtrArray *
geo_journal_list_statement_balances (GeoJournal *journal,
                                     const GeoCommunity *community,
                                     const GeoStatementFilter *filter,
                                     GError **error) {
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (
      (GDestroyNotify) geo_statement_balance_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT m.equivalent, m.peer, sum (iif (m.at < ?1, m.amount, 0)),"
          " sum (m.amount), max (m.at) >= ?1 FROM movement AS m"
          " WHERE m.at < ?2 AND (?3 IS NULL OR m.peer = ?3)"
          " AND (?4 IS NULL OR m.equivalent = ?4)"
          " GROUP BY m.equivalent, m.peer ORDER BY m.equivalent, m.peer",
          error))
    return NULL;
  bind_filter (&query, filter);
  for (;;) {
    g_autoptr (GeoStatementBalance) item = NULL;
    const GeoEquivalent *known;
    const gchar *equivalent;
    gint64 opening;
    gint64 closing;
    guint precision;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    opening = geo_query_get_int (&query, 2);
    closing = geo_query_get_int (&query, 3);
    /* Nothing at both ends, and nothing between them. */
    if (opening == 0 && closing == 0 && geo_query_get_int (&query, 4) == 0)
      continue;
    equivalent = geo_query_get_text (&query, 0, error);
    if (equivalent == NULL)
      return NULL;
    known = geo_community_find_equivalent (community, equivalent);
    if (known == NULL || opening == G_MININT64 || closing == G_MININT64) {
      geo_store_set_corrupt (error, "A stored balance");
      return NULL;
    }
    precision = (guint) known->precision;
    item = geo_statement_balance_new ();
    if (!geo_query_get_pid (&query, 1, &item->peer, error))
      return NULL;
    item->equivalent = g_strdup (equivalent);
    set_side (opening, precision, &item->has_opening_claim,
              &item->opening_claim, &item->has_opening_debt,
              &item->opening_debt);
    set_side (closing, precision, &item->has_closing_claim,
              &item->closing_claim, &item->has_closing_debt,
              &item->closing_debt);
    g_ptr_array_add (items, g_steal_pointer (&item));
  }
}
