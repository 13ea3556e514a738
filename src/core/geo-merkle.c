/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RFC 6962 trees.  A tree of n leaves splits at the largest power of two below
 * n; roots and proofs follow that split down, verification follows it up.
 */
#include "core/geo-merkle.h"

#include <sodium.h>

/* Hashing leaves and nodes differently keeps a node from being passed off as a
 * leaf. */
#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

void
geo_merkle_leaf (gconstpointer data, gsize len, GeoHash *out) {
  static const guint8 prefix = LEAF_PREFIX;
  crypto_hash_sha256_state state;

  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, &prefix, 1);
  crypto_hash_sha256_update (&state, data, len);
  crypto_hash_sha256_final (&state, out->bytes);
}

void
geo_merkle_node (const GeoHash *left, const GeoHash *right, GeoHash *out) {
  static const guint8 prefix = NODE_PREFIX;
  crypto_hash_sha256_state state;

  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, &prefix, 1);
  crypto_hash_sha256_update (&state, left->bytes, GEO_HASH_LEN);
  crypto_hash_sha256_update (&state, right->bytes, GEO_HASH_LEN);
  crypto_hash_sha256_final (&state, out->bytes);
}

/* The largest power of two below n; n > 1. */
static gsize
split (gsize n) {
  gsize k = 1;

  while (k < n - k)
    k *= 2;
  return k;
}

/* It goes no deeper than n has bits. */
void
geo_merkle_root (const GeoHash *leaves, gsize n, GeoHash *out) {
  if (n == 0) {
    geo_hash_of ("", 0, out);
  } else if (n == 1) {
    *out = leaves[0];
  } else {
    gsize k = split (n);
    GeoHash left, right;

    geo_merkle_root (leaves, k, &left);
    geo_merkle_root (leaves + k, n - k, &right);
    geo_merkle_node (&left, &right, out);
  }
}

static void
append_root (GArray *proof, const GeoHash *leaves, gsize n) {
  GeoHash root;

  geo_merkle_root (leaves, n, &root);
  g_array_append_val (proof, root);
}

static void
append_inclusion (GArray *proof, const GeoHash *leaves, gsize n, gsize index) {
  if (n == 1)
    return;

  gsize k = split (n);

  if (index < k) {
    append_inclusion (proof, leaves, k, index);
    append_root (proof, leaves + k, n - k);
  } else {
    append_inclusion (proof, leaves + k, n - k, index - k);
    append_root (proof, leaves, k);
  }
}

GArray *
geo_merkle_inclusion (const GeoHash *leaves, gsize n, gsize index) {
  GArray *proof = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  g_assert (index < n);
  append_inclusion (proof, leaves, n, index);
  return proof;
}

gboolean
geo_merkle_inclusion_verify (const GeoHash *leaf,
                             gsize index,
                             gsize n,
                             const GeoHash *proof,
                             gsize proof_len,
                             const GeoHash *root) {
  GeoHash hash = *leaf;

  if (index >= n)
    return FALSE;

  /* last is the last node of the level that index is on. */
  gsize last = n - 1;

  for (gsize i = 0; i < proof_len; i++) {
    if (last == 0)
      return FALSE;
    if (index % 2 == 1 || index == last) {
      geo_merkle_node (&proof[i], &hash, &hash);
      /* A last node without a sibling moves up until it has one. */
      while (index % 2 == 0 && index != 0) {
        index /= 2;
        last /= 2;
      }
    } else {
      geo_merkle_node (&hash, &proof[i], &hash);
    }
    index /= 2;
    last /= 2;
  }
  return last == 0 && geo_hash_equal (&hash, root);
}

/* RFC 6962 §2.1.2: whole says that the first m leaves are a subtree whose root
 * the reader has already. */
static void
append_consistency (GArray *proof,
                    const GeoHash *leaves,
                    gsize m,
                    gsize n,
                    gboolean whole) {
  if (m == n) {
    if (!whole)
      append_root (proof, leaves, n);
    return;
  }

  gsize k = split (n);

  if (m <= k) {
    append_consistency (proof, leaves, m, k, whole);
    append_root (proof, leaves + k, n - k);
  } else {
    append_consistency (proof, leaves + k, m - k, n - k, FALSE);
    append_root (proof, leaves, k);
  }
}

GArray *
geo_merkle_consistency (const GeoHash *leaves, gsize m, gsize n) {
  GArray *proof = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  g_assert (0 < m && m <= n);
  append_consistency (proof, leaves, m, n, TRUE);
  return proof;
}

gboolean
geo_merkle_consistency_verify (gsize m,
                               gsize n,
                               const GeoHash *root_m,
                               const GeoHash *root_n,
                               const GeoHash *proof,
                               gsize proof_len) {
  gsize i = 0;

  if (m == 0 || m > n)
    return FALSE;
  if (m == n)
    return proof_len == 0 && geo_hash_equal (root_m, root_n);

  /* node is on the path of the old tree's last leaf, last on the new tree's. */
  gsize node = m - 1;
  gsize last = n - 1;

  while (node % 2 == 1) {
    node /= 2;
    last /= 2;
  }

  GeoHash old_hash, new_hash;

  if (node == 0) {
    /* The old tree is a whole subtree of the new: its root begins. */
    old_hash = new_hash = *root_m;
  } else {
    if (proof_len == 0)
      return FALSE;
    old_hash = new_hash = proof[i++];
  }

  for (; i < proof_len; i++) {
    if (last == 0)
      return FALSE;
    if (node % 2 == 1 || node == last) {
      geo_merkle_node (&proof[i], &old_hash, &old_hash);
      geo_merkle_node (&proof[i], &new_hash, &new_hash);
      while (node % 2 == 0 && node != 0) {
        node /= 2;
        last /= 2;
      }
    } else {
      geo_merkle_node (&new_hash, &proof[i], &new_hash);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && geo_hash_equal (&old_hash, root_m) &&
         geo_hash_equal (&new_hash, root_n);
}
