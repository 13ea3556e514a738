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

/* --- What a proof says of smaller trees ------------------------------------ */

typedef struct {
  guint64 n;
  const GeoHash *proof;
  guint len;
  GArray *consistency; /* GeoHash, used again and again */
  GeoMerklePrefixFunc func;
  gpointer user_data;
} Way;

/* One step towards the root, past one hash of the proof: TRUE where that is to
 * the left. */
static gboolean
climb (guint64 *node, guint64 *last, guint *level) {
  gboolean left;

  /* A last node without a sibling moves up until it has one. */
  while (*node == *last && *node % 2 == 0 && *node != 0) {
    *node /= 2;
    *last /= 2;
    (*level)++;
  }
  left = *node % 2 == 1;
  *node /= 2;
  *last /= 2;
  (*level)++;
  return left;
}

/* The tree that ends with this subtree, whose index is even: nothing follows
 * beside it.  right: its sibling, where the proof begins only after that. */
static void
tell_prefix (const Way *way,
             guint level,
             guint64 node,
             const GeoHash *hash,
             const GeoHash *right,
             guint from) {
  guint64 size = (node + 1) << level;
  guint64 last = (way->n - 1) >> level;
  GeoHash root = *hash;
  guint at;

  if (size >= way->n)
    return;
  g_array_set_size (way->consistency, 0);
  if (node != 0)
    g_array_append_vals (way->consistency, hash, 1);
  at = way->consistency->len;
  if (right != NULL)
    g_array_append_vals (way->consistency, right, 1);
  if (from < way->len)
    g_array_append_vals (way->consistency, way->proof + from, way->len - from);
  for (; at < way->consistency->len; at++) {
    const GeoHash *beside = &g_array_index (way->consistency, GeoHash, at);

    if (climb (&node, &last, &level))
      geo_merkle_node (beside, &root, &root);
  }
  way->func (size, &root, way->consistency, way->user_data);
}

/* From a subtree that is there up to the root: whatever ends where a subtree
 * does that is passed, or stands to the left, was a tree once. */
static void
walk (Way *way, guint level, guint64 node, const GeoHash *start) {
  guint64 last = (way->n - 1) >> level;
  GeoHash hash = *start;

  way->consistency = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  for (guint i = 0; i <= way->len; i++) {
    if (node % 2 == 0 && (node + 1) << level <= way->n)
      tell_prefix (way, level, node, &hash, NULL, i);
    if (i == way->len)
      break;
    if (climb (&node, &last, &level)) {
      tell_prefix (way, level - 1, 2 * node, &way->proof[i], &hash, i + 1);
      geo_merkle_node (&way->proof[i], &hash, &hash);
    } else {
      geo_merkle_node (&hash, &way->proof[i], &hash);
    }
  }
  g_array_unref (way->consistency);
}

void
geo_merkle_inclusion_prefixes (const GeoHash *leaf,
                               guint64 index,
                               guint64 n,
                               const GArray *proof,
                               GeoMerklePrefixFunc func,
                               gpointer user_data) {
  Way way = { .n = n, .func = func, .user_data = user_data };

  g_assert (index < n);
  way.proof = (const GeoHash *) (gpointer) proof->data;
  way.len = proof->len;
  walk (&way, 0, index, leaf);
}

void
geo_merkle_consistency_prefixes (const GeoHash *root_m,
                                 guint64 m,
                                 guint64 n,
                                 const GArray *proof,
                                 GeoMerklePrefixFunc func,
                                 gpointer user_data) {
  Way way = { .n = n, .func = func, .user_data = user_data };
  guint64 node = m - 1;
  guint level = 0;

  g_assert (0 < m && m < n && proof->len > 0);
  way.proof = (const GeoHash *) (gpointer) proof->data;
  way.len = proof->len;
  for (; node % 2 == 1; node /= 2)
    level++;
  if (node == 0) {
    walk (&way, level, node, root_m);
  } else {
    way.proof++;
    way.len--;
    walk (&way, level, node, &way.proof[-1]);
  }
}
