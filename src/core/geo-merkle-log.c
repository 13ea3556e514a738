/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trees that grow: RFC 6962's definitions over ranges of leaves.  A range that
 * is a completed subtree is read, any other is put together of its two halves.
 */
#include "core/geo-merkle-log.h"

guint
geo_merkle_end_append (GeoMerkleEnd *end,
                       const GeoHash *leaf,
                       GeoHash nodes[GEO_MERKLE_LEVELS_MAX]) {
  guint level = 0;

  nodes[0] = *leaf;
  for (; (end->size >> level & 1) == 1; level++)
    geo_merkle_node (&end->peaks[level], &nodes[level], &nodes[level + 1]);
  end->peaks[level] = nodes[level];
  end->size++;
  return level + 1;
}

void
geo_merkle_end_root (const GeoMerkleEnd *end, GeoHash *out) {
  gboolean begun = FALSE;

  if (end->size == 0)
    geo_merkle_root (NULL, 0, out);
  for (guint level = 0; level < GEO_MERKLE_LEVELS_MAX; level++) {
    if ((end->size >> level & 1) == 0)
      continue;
    if (begun)
      geo_merkle_node (&end->peaks[level], out, out);
    else
      *out = end->peaks[level];
    begun = TRUE;
  }
}

guint64
geo_merkle_completed_by (guint level, guint64 index) {
  return ((index + 1) << level) - 1;
}

/* The largest power of two below n; n > 1. */
static guint64
split (guint64 n) {
  guint64 k = 1;

  while (k < n - k)
    k *= 2;
  return k;
}

/* Ranges are cut at multiples of their own size, so one of 2^level leaves is a
 * completed subtree. */
static gboolean
is_subtree (guint64 n) {
  return (n & (n - 1)) == 0;
}

static guint
level_of (guint64 n) {
  guint level = 0;

  while (n > 1) {
    n /= 2;
    level++;
  }
  return level;
}

/* --- Reading -------------------------------------------------------------- */

typedef struct {
  GeoMerkleReadFunc func;
  gpointer user_data;
} Reader;

static gboolean
read_range (const Reader *reader,
            guint64 start,
            guint64 n,
            GeoHash *out,
            GError **error) {
  GeoHash left, right;
  guint64 k;

  if (is_subtree (n))
    return reader->func (level_of (n), start / n, out, reader->user_data,
                         error);
  k = split (n);
  if (!read_range (reader, start, k, &left, error) ||
      !read_range (reader, start + k, n - k, &right, error))
    return FALSE;
  geo_merkle_node (&left, &right, out);
  return TRUE;
}

static gboolean
append_range (const Reader *reader,
              guint64 start,
              guint64 n,
              GArray *proof,
              GError **error) {
  GeoHash hash;

  if (!read_range (reader, start, n, &hash, error))
    return FALSE;
  g_array_append_val (proof, hash);
  return TRUE;
}

gboolean
geo_merkle_read_root (guint64 n,
                      GeoMerkleReadFunc func,
                      gpointer user_data,
                      GeoHash *out,
                      GError **error) {
  Reader reader = { func, user_data };

  if (n == 0) {
    geo_merkle_root (NULL, 0, out);
    return TRUE;
  }
  return read_range (&reader, 0, n, out, error);
}

static gboolean
read_inclusion (const Reader *reader,
                guint64 index,
                guint64 start,
                guint64 n,
                GArray *proof,
                GError **error) {
  guint64 k;

  if (n == 1)
    return TRUE;
  k = split (n);
  if (index < k)
    return read_inclusion (reader, index, start, k, proof, error) &&
           append_range (reader, start + k, n - k, proof, error);
  return read_inclusion (reader, index - k, start + k, n - k, proof, error) &&
         append_range (reader, start, k, proof, error);
}

gboolean
geo_merkle_read_inclusion (guint64 index,
                           guint64 n,
                           GeoMerkleReadFunc func,
                           gpointer user_data,
                           GArray *proof,
                           GError **error) {
  Reader reader = { func, user_data };

  g_assert (index < n);
  return read_inclusion (&reader, index, 0, n, proof, error);
}

/* RFC 6962 §2.1.2: whole says that the first m leaves are a subtree whose root
 * the reader has already. */
static gboolean
read_consistency (const Reader *reader,
                  guint64 m,
                  guint64 start,
                  guint64 n,
                  gboolean whole,
                  GArray *proof,
                  GError **error) {
  guint64 k;

  if (m == n)
    return whole || append_range (reader, start, n, proof, error);
  k = split (n);
  if (m <= k)
    return read_consistency (reader, m, start, k, whole, proof, error) &&
           append_range (reader, start + k, n - k, proof, error);
  return read_consistency (reader, m - k, start + k, n - k, FALSE, proof,
                           error) &&
         append_range (reader, start, k, proof, error);
}

gboolean
geo_merkle_read_consistency (guint64 m,
                             guint64 n,
                             GeoMerkleReadFunc func,
                             gpointer user_data,
                             GArray *proof,
                             GError **error) {
  Reader reader = { func, user_data };

  g_assert (0 < m && m <= n);
  return read_consistency (&reader, m, 0, n, TRUE, proof, error);
}

/* --- What a proof speaks of ----------------------------------------------- */

static void
note (GArray *nodes, guint64 start, guint64 n, const GeoHash *hash) {
  GeoMerkleNode node = { .hash = *hash };

  if (!is_subtree (n))
    return;
  node.level = level_of (n);
  node.index = start / n;
  g_array_append_val (nodes, node);
}

/* The proof's last hash is the sibling nearest to the root: left is how many
 * are not used yet. */
static gboolean
walk (const GeoHash *leaf,
      guint64 index,
      guint64 start,
      guint64 n,
      const GeoHash *proof,
      gsize left,
      GArray *nodes,
      GeoHash *out) {
  GeoHash below;
  guint64 k;

  if (n == 1) {
    *out = *leaf;
    note (nodes, start, 1, out);
    return left == 0;
  }
  if (left == 0)
    return FALSE;
  k = split (n);
  if (index < k) {
    if (!walk (leaf, index, start, k, proof, left - 1, nodes, &below))
      return FALSE;
    note (nodes, start + k, n - k, &proof[left - 1]);
    geo_merkle_node (&below, &proof[left - 1], out);
  } else {
    if (!walk (leaf, index - k, start + k, n - k, proof, left - 1, nodes,
               &below))
      return FALSE;
    note (nodes, start, k, &proof[left - 1]);
    geo_merkle_node (&proof[left - 1], &below, out);
  }
  note (nodes, start, n, out);
  return TRUE;
}

gboolean
geo_merkle_inclusion_nodes (const GeoHash *leaf,
                            guint64 index,
                            guint64 n,
                            const GeoHash *proof,
                            gsize proof_len,
                            const GeoHash *root,
                            GArray *nodes) {
  guint before = nodes->len;
  GeoHash found;

  if (index < n && walk (leaf, index, 0, n, proof, proof_len, nodes, &found) &&
      geo_hash_equal (&found, root))
    return TRUE;
  g_array_set_size (nodes, before);
  return FALSE;
}
