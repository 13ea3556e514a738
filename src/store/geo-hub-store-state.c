/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies that participants leave with the hub (protocol §8): the newest
 * of each, and its parts.  The bytes are opaque: nothing here looks into them,
 * and who may write how much is the hub's to say.
 */
#include "store/geo-hub-keeping-private.h"

gboolean
geo_hub_store_get_state (GeoHubStore *store,
                         const GeoPid *pid,
                         GeoStateCopy **out,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GError *why = NULL;
  const gchar *text;
  gboolean row;

  *out = NULL;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT copy FROM state_copy WHERE participant = ?",
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
  *out = geo_state_copy_from_text (text, -1, &why);
  if (*out == NULL)
    geo_store_propagate_corrupt (error, why, "A stored state copy");
  return *out != NULL;
}

gboolean
geo_hub_store_get_state_part (GeoHubStore *store,
                              const GeoPid *pid,
                              const GeoHash *hash,
                              GBytes **out,
                              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *out = NULL;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT data FROM state_part"
                          " WHERE participant = ? AND hash = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_hash (&query, hash);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *out = geo_query_dup_blob (&query, 0, error);
  return *out != NULL;
}

gboolean
geo_hub_store_get_state_size (GeoHubStore *store,
                              const GeoPid *pid,
                              const GeoHash *hash,
                              gint64 *out,
                              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT length (data) FROM state_part"
                          " WHERE participant = ? AND hash = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_hash (&query, hash);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  *out = row ? geo_query_get_int (&query, 0) : -1;
  return TRUE;
}

/* --- Writing -------------------------------------------------------------- */

static gboolean
write_copy (GeoHubStore *store, const GeoStateCopy *copy, GError **error) {
  g_autofree gchar *text = geo_state_copy_to_text (copy, NULL);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO state_copy VALUES (?, ?, ?)"
                          " ON CONFLICT (participant) DO UPDATE"
                          " SET version = excluded.version,"
                          " copy = excluded.copy"
                          " WHERE excluded.version > version",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &copy->participant);
  geo_query_bind_int (&query, copy->version);
  geo_query_bind_text (&query, text);
  if (!geo_query_run (&query, error))
    return FALSE;
  if (geo_database_changes (store->database) == 1)
    return TRUE;
  g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                       "There is a newer copy of this participant's state.");
  return FALSE;
}

static gboolean
write_part (GeoHubStore *store,
            const GeoPid *pid,
            GBytes *data,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash hash;
  gsize len;
  gconstpointer bytes = g_bytes_get_data (data, &len);

  geo_hash_of (bytes, len, &hash);
  if (!geo_query_prepare (&query, store->database,
                          "INSERT OR IGNORE INTO state_part VALUES (?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_hash (&query, &hash);
  geo_query_bind_blob (&query, bytes, len);
  return geo_query_run (&query, error);
}

static gboolean
names_part (const GeoStateCopy *copy, const GeoHash *hash) {
  for (guint i = 0; i < copy->parts->len; i++)
    if (geo_hash_equal (&g_array_index (copy->parts, GeoHash, i), hash))
      return TRUE;
  return FALSE;
}

static gboolean
drop_part (GeoHubStore *store,
           const GeoPid *pid,
           const GeoHash *hash,
           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "DELETE FROM state_part"
                          " WHERE participant = ? AND hash = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_hash (&query, hash);
  return geo_query_run (&query, error);
}

/* What the copy does not name goes; all that it names has to be there. */
static gboolean
settle_parts (GeoHubStore *store, const GeoStateCopy *copy, GError **error) {
  g_autoptr (GArray) drop = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  guint there = 0;

  {
    g_auto (GeoQuery) query = GEO_QUERY_INIT;
    gboolean row;

    if (!geo_query_prepare (&query, store->database,
                            "SELECT hash FROM state_part WHERE participant = ?",
                            error))
      return FALSE;
    geo_query_bind_pid (&query, &copy->participant);
    for (;;) {
      GeoHash hash;

      if (!geo_query_step (&query, &row, error))
        return FALSE;
      if (!row)
        break;
      if (!geo_query_get_hash (&query, 0, &hash, error))
        return FALSE;
      if (names_part (copy, &hash))
        there++;
      else
        g_array_append_val (drop, hash);
    }
  }
  if (there != copy->parts->len) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                         "A part of this state copy is missing.");
    return FALSE;
  }
  for (guint i = 0; i < drop->len; i++)
    if (!drop_part (store, &copy->participant,
                    &g_array_index (drop, GeoHash, i), error))
      return FALSE;
  return TRUE;
}

gboolean
geo_hub_store_write_state (GeoHubStore *store,
                           const GeoChange *change,
                           GError **error) {
  const GeoStateCopy *copy = change->copy;

  if (!write_copy (store, copy, error))
    return FALSE;
  for (guint i = 0; change->parts != NULL && i < change->parts->len; i++)
    if (!write_part (store, &copy->participant,
                     g_ptr_array_index (change->parts, i), error))
      return FALSE;
  return settle_parts (store, copy, error);
}
