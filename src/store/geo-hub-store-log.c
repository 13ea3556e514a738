/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's log (§9): a leaf for each line and contract that entries tell of,
 * in their order.  Each row holds the subtrees that its leaf completes, so that
 * appending reads nothing and a proof reads as many rows as the tree is high.
 * It signs nothing.
 */
#include "store/geo-hub-store-inspect-private.h"

#include <string.h>

static gboolean
misfit (GError **error, const gchar *format, gint64 position) {
  g_autofree gchar *number = g_strdup_printf ("%" G_GINT64_FORMAT, position);

  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
               "The log does not fit the journal: leaf %s %s.", number, format);
  return FALSE;
}

/* --- Reading subtrees ----------------------------------------------------- */

/* How many subtrees a leaf completes. */
static guint
count_completed (guint64 position) {
  guint n = 1;

  for (; (position & 1) == 1; position /= 2)
    n++;
  return n;
}

/* A column with the subtrees of one leaf: its hashes, borrowed until the next
 * step. */
static const guint8 *
get_nodes (GeoQuery *query, gint column, gint64 position, GError **error) {
  gsize len = (gsize) sqlite3_column_bytes (query->statement, column);

  if (sqlite3_column_type (query->statement, column) != SQLITE_BLOB ||
      position < 0 ||
      len != count_completed ((guint64) position) * GEO_HASH_LEN) {
    geo_store_set_corrupt (error, "A leaf of the log");
    return NULL;
  }
  return sqlite3_column_blob (query->statement, column);
}

/* GeoMerkleReadFunc over the store. */
static gboolean
read_cb (guint level,
         guint64 index,
         GeoHash *out,
         gpointer user_data,
         GError **error) {
  GeoHubStore *store = user_data;
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gint64 position = (gint64) geo_merkle_completed_by (level, index);
  const guint8 *nodes;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT nodes FROM leaf WHERE position = ?", error))
    return FALSE;
  geo_query_bind_int (&query, position);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return misfit (error, "is missing", position);
  nodes = get_nodes (&query, 0, position, error);
  if (nodes == NULL)
    return FALSE;
  memcpy (out->bytes, nodes + level * GEO_HASH_LEN, GEO_HASH_LEN);
  return TRUE;
}

static gboolean
ask (GeoHubStore *store, const gchar *sql, gint64 *out, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database, sql, error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  *out = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

static gboolean
read_size (GeoHubStore *store, gint64 *size, GError **error) {
  return ask (store, "SELECT coalesce (max (position) + 1, 0) FROM leaf", size,
              error);
}

gboolean
geo_hub_store_read_log (GeoHubStore *store,
                        gint64 *size,
                        GeoHash *root,
                        GError **error) {
  return read_size (store, size, error) &&
         geo_merkle_read_root ((guint64) *size, read_cb, store, root, error);
}

gboolean
geo_hub_store_read_log_until (GeoHubStore *store,
                              GeoTime *until,
                              GError **error) {
  return ask (store, "SELECT until FROM log", until, error);
}

/* --- Proofs --------------------------------------------------------------- */

GArray *
geo_hub_store_prove_log (GeoHubStore *store,
                         gint64 m,
                         gint64 n,
                         GError **error) {
  g_autoptr (GArray) proof = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  if (!geo_merkle_read_consistency ((guint64) m, (guint64) n, read_cb, store,
                                    proof, error))
    return NULL;
  return g_steal_pointer (&proof);
}

/* The entries of a subject lie together, and the log knows the first of them.
 */
static gboolean
find_positions (GeoHubStore *store,
                const GeoPid *pid,
                gint64 after,
                guint max,
                GArray *positions,
                GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, store->database,
          "SELECT (SELECT position FROM leaf WHERE entry <= e.id"
          "        ORDER BY entry DESC LIMIT 1)"
          " FROM entry AS e WHERE participant = ? AND sequence > ?"
          " ORDER BY sequence LIMIT ?",
          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  geo_query_bind_int (&query, after);
  geo_query_bind_int (&query, max);
  for (;;) {
    gint64 position;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    position = geo_query_get_int (&query, 0);
    g_array_append_val (positions, position);
  }
}

GPtrArray *
geo_hub_store_prove_entries (GeoHubStore *store,
                             const GeoPid *pid,
                             gint64 after,
                             guint max,
                             gint64 n,
                             GError **error) {
  g_autoptr (GPtrArray) leaves =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_leaf_proof_free);
  g_autoptr (GArray) positions = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!find_positions (store, pid, after, max, positions, error))
    return NULL;
  for (guint i = 0; i < positions->len; i++) {
    gint64 position = g_array_index (positions, gint64, i);
    GeoLeafProof *leaf;

    if (position >= n)
      break;
    leaf = geo_leaf_proof_new ();
    leaf->sequence = after + 1 + i;
    leaf->index = position;
    g_ptr_array_add (leaves, leaf);
    if (!geo_merkle_read_inclusion ((guint64) position, (guint64) n, read_cb,
                                    store, leaf->proof, error))
      return NULL;
  }
  return g_steal_pointer (&leaves);
}

/* --- Appending ------------------------------------------------------------ */

static gboolean
load_end (GeoHubStore *store, guint64 size, GeoMerkleEnd *end, GError **error) {
  *end = (GeoMerkleEnd){ .size = size };
  for (guint level = 0; level < GEO_MERKLE_LEVELS_MAX; level++) {
    if ((size >> level & 1) == 1 &&
        !read_cb (level, (size >> level) - 1, &end->peaks[level], store, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
geo_hub_store_append_leaf (GeoHubStore *store,
                           const GeoHash *subject,
                           gint64 entry,
                           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash nodes[GEO_MERKLE_LEVELS_MAX];
  GeoHash leaf;
  gint64 size;
  guint n;

  if (!store->knows_end) {
    if (!read_size (store, &size, error) ||
        !load_end (store, (guint64) size, &store->end, error))
      return FALSE;
    store->knows_end = TRUE;
  }
  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO leaf VALUES (?, ?, ?)", error))
    return FALSE;
  geo_merkle_leaf (subject->bytes, GEO_HASH_LEN, &leaf);
  geo_query_bind_int (&query, (gint64) store->end.size);
  n = geo_merkle_end_append (&store->end, &leaf, nodes);
  geo_query_bind_int (&query, entry);
  geo_query_bind_blob (&query, nodes, n * sizeof *nodes);
  return geo_query_run (&query, error);
}

gboolean
geo_hub_store_write_log_until (GeoHubStore *store,
                               GeoTime until,
                               GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "UPDATE log SET until = max (until, ?)", error))
    return FALSE;
  geo_query_bind_int (&query, until);
  return geo_query_run (&query, error);
}

static gboolean
fill (GeoHubStore *store, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash before = { { 0 } };
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT id, subject FROM entry ORDER BY id", error))
    return FALSE;
  for (;;) {
    GeoHash subject;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    if (!geo_query_get_hash (&query, 1, &subject, error))
      return FALSE;
    if (geo_hash_equal (&subject, &before))
      continue;
    before = subject;
    if (!geo_hub_store_append_leaf (store, &subject,
                                    geo_query_get_int (&query, 0), error))
      return FALSE;
  }
  return geo_database_execute (store->database, "UPDATE log SET filled = 1",
                               error);
}

gboolean
geo_hub_store_fill_log (GeoHubStore *store, GError **error) {
  gint64 filled;

  if (!ask (store, "SELECT filled FROM log", &filled, error))
    return FALSE;
  if (filled != 0)
    return TRUE;
  if (!geo_database_begin (store->database, error))
    return FALSE;
  if (!fill (store, error)) {
    store->knows_end = FALSE;
    geo_database_rollback (store->database);
    return FALSE;
  }
  return geo_database_commit (store->database, error);
}

/* --- Checking ------------------------------------------------------------- */

/* The first entry after the last leaf's, which tells of what is in no leaf. */
static gboolean
check_last_entry (GeoHubStore *store,
                  gint64 position,
                  gint64 first,
                  const GeoHash *subject,
                  GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;
  GeoHash other;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT subject FROM entry WHERE id > ? ORDER BY id",
                          error))
    return FALSE;
  geo_query_bind_int (&query, first);
  for (;;) {
    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_query_get_hash (&query, 0, &other, error))
      return FALSE;
    if (!geo_hash_equal (&other, subject))
      return misfit (error, "is the last, and entries tell of more", position);
  }
}

/* Whether the row of a leaf is what its subject makes of the tree before. */
static gboolean
is_leaf_of (const GeoHash *subject, const guint8 *stored, GeoMerkleEnd *end) {
  GeoHash nodes[GEO_MERKLE_LEVELS_MAX];
  GeoHash leaf;
  guint n;

  geo_merkle_leaf (subject->bytes, GEO_HASH_LEN, &leaf);
  n = geo_merkle_end_append (end, &leaf, nodes);
  return memcmp (stored, nodes, n * sizeof *nodes) == 0;
}

static gboolean
check_last_leaf (GeoHubStore *store, gint64 size, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gint64 position = size - 1;
  const guint8 *stored;
  GeoMerkleEnd end;
  GeoHash subject;
  gint64 entry;
  gboolean row;

  if (!load_end (store, (guint64) position, &end, error) ||
      !geo_query_prepare (&query, store->database,
                          "SELECT l.nodes, l.entry, e.subject FROM leaf AS l"
                          " LEFT JOIN entry AS e ON e.id = l.entry"
                          " WHERE l.position = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, position);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row || geo_query_is_null (&query, 2))
    return misfit (error, "has no entry", position);
  entry = geo_query_get_int (&query, 1);
  stored = get_nodes (&query, 0, position, error);
  if (stored == NULL || !geo_query_get_hash (&query, 2, &subject, error))
    return FALSE;
  if (!is_leaf_of (&subject, stored, &end))
    return misfit (error, "is another than its entry says", position);
  return check_last_entry (store, position, entry, &subject, error);
}

gboolean
geo_hub_store_check_log (GeoHubStore *store, GError **error) {
  GeoHash none = { { 0 } };
  gint64 count;
  gint64 size;

  if (!read_size (store, &size, error) ||
      !ask (store, "SELECT count (*) FROM leaf", &count, error))
    return FALSE;
  if (size != count)
    return misfit (error, "is there, and one before it is not", size - 1);
  if (size == 0)
    return check_last_entry (store, -1, 0, &none, error);
  return check_last_leaf (store, size, error);
}

/* §9: each leaf is the next thing that entries tell of, and each row holds what
 * the leaves up to it make. */
gboolean
geo_inspect_log (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash before = { { 0 } };
  GeoMerkleEnd end = { 0 };
  gint64 leaves;
  gboolean row;

  if (!ask (inspect->store, "SELECT count (*) FROM leaf", &leaves, error) ||
      !geo_query_prepare (&query, inspect->store->database,
                          "SELECT e.id, e.subject, l.position, l.nodes"
                          " FROM entry AS e LEFT JOIN leaf AS l"
                          " ON l.entry = e.id ORDER BY e.id",
                          error))
    return FALSE;
  for (;;) {
    const guint8 *stored;
    GeoHash subject;
    gint64 position;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    if (!geo_query_get_hash (&query, 1, &subject, error))
      return FALSE;
    if (geo_hash_equal (&subject, &before) != geo_query_is_null (&query, 2)) {
      geo_inspect_find (inspect, "log",
                        "Entry %" G_GINT64_FORMAT
                        " and the log do not fit together.",
                        geo_query_get_int (&query, 0));
      return TRUE;
    }
    if (geo_query_is_null (&query, 2))
      continue;
    before = subject;
    position = geo_query_get_int (&query, 2);
    stored = get_nodes (&query, 3, position, error);
    if (stored == NULL)
      return FALSE;
    if (position != (gint64) end.size || !is_leaf_of (&subject, stored, &end)) {
      geo_inspect_find (inspect, "log",
                        "Leaf %" G_GINT64_FORMAT
                        " of the log is not what the journal makes it.",
                        position);
      return TRUE;
    }
  }
  inspect->out->leaves = end.size;
  if (leaves != (gint64) end.size)
    geo_inspect_find (inspect, "log",
                      "The log has %" G_GINT64_FORMAT
                      " leaves that no entry tells of.",
                      leaves - (gint64) end.size);
  return TRUE;
}
