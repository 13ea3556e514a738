/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters that wait at the hub.  It cannot read them, and no invariant depends
 * on them.
 */
#include "store/geo-hub-letters-private.h"

void
geo_hub_letter_free (GeoHubLetter *letter) {
  if (letter == NULL)
    return;
  g_clear_pointer (&letter->sealed, g_bytes_unref);
  g_free (letter);
}

gboolean
geo_hub_letters_write (GeoHubStore *store,
                       const GeoChange *change,
                       GError **error) {
  g_auto (GeoQuery) old = GEO_QUERY_INIT;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gconstpointer data;
  gsize len;

  if (!geo_query_prepare (&old, store->database,
                          "DELETE FROM letter WHERE at < ?", error))
    return FALSE;
  geo_query_bind_int (&old, change->at - GEO_HUB_LETTER_MS_MAX);
  if (!geo_query_run (&old, error))
    return FALSE;

  /* P5: the same again is the same. */
  if (!geo_query_prepare (&query, store->database,
                          "INSERT OR IGNORE INTO letter"
                          " (to_pid, from_pid, hash, at, sealed)"
                          " VALUES (?, ?, ?, ?, ?)",
                          error))
    return FALSE;
  data = g_bytes_get_data (change->sealed, &len);
  geo_query_bind_pid (&query, &change->pid);
  geo_query_bind_pid (&query, &change->from);
  geo_query_bind_hash (&query, &change->hash);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_blob (&query, data, len);
  return geo_query_run (&query, error);
}

gboolean
geo_hub_letters_forget (GeoHubStore *store,
                        const GeoChange *change,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "DELETE FROM letter WHERE to_pid = ? AND hash = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &change->pid);
  geo_query_bind_hash (&query, &change->hash);
  return geo_query_run (&query, error);
}

GPtrArray *
geo_hub_store_list_letters (GeoHubStore *store,
                            const GeoPid *reader,
                            gint64 after,
                            guint max,
                            GError **error) {
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hub_letter_free);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT id, from_pid, at, sealed FROM letter"
                          " WHERE to_pid = ? AND id > ? ORDER BY id LIMIT ?",
                          error))
    return NULL;
  geo_query_bind_pid (&query, reader);
  geo_query_bind_int (&query, after);
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoHubLetter *item;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    item = g_new0 (GeoHubLetter, 1);
    g_ptr_array_add (items, item);
    item->id = geo_query_get_int (&query, 0);
    item->at = geo_query_get_int (&query, 2);
    if (!geo_query_get_pid (&query, 1, &item->from, error))
      return NULL;
    item->sealed = g_bytes_new (
        sqlite3_column_blob (query.statement, 3),
        (gsize) sqlite3_column_bytes (query.statement, 3));
  }
}

gboolean
geo_hub_store_count_letters (GeoHubStore *store,
                             const GeoPid *reader,
                             const GeoPid *from,
                             gint64 *all,
                             gint64 *of_one,
                             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT count (*), count (iif (from_pid = ?, 1, NULL))"
                          " FROM letter WHERE to_pid = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, from);
  geo_query_bind_pid (&query, reader);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  *all = row ? geo_query_get_int (&query, 0) : 0;
  *of_one = row ? geo_query_get_int (&query, 1) : 0;
  return TRUE;
}
