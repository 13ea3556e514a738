/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Merkle trees: the vectors that go with RFC 6962, and every proof of every
 * small tree.
 */
#include "core/geo-merkle-log.h"

#include "test-util.h"

#define LEAVES_MAX 40

static void
make_known_leaves (GeoHash leaves[8]) {
  static const gchar *const inputs[] = { "",
                                         "00",
                                         "10",
                                         "2021",
                                         "3031",
                                         "40414243",
                                         "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f" };

  for (gsize i = 0; i < 8; i++) {
    guint8 data[16];
    gsize len = from_hex (inputs[i], data, sizeof data);

    geo_merkle_leaf (data, len, &leaves[i]);
  }
}

static void
test_roots (void) {
  static const gchar *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  };
  GeoHash leaves[8], root;

  make_known_leaves (leaves);
  for (gsize n = 0; n <= 8; n++) {
    geo_merkle_root (leaves, n, &root);
    assert_hex (root.bytes, sizeof root.bytes, roots[n]);
  }
}

static void
assert_proof (GArray *proof, const gchar *const *hashes) {
  g_assert_cmpuint (proof->len, ==, g_strv_length ((gchar **) hashes));
  for (guint i = 0; i < proof->len; i++)
    assert_hex (&g_array_index (proof, GeoHash, i), GEO_HASH_LEN, hashes[i]);
}

static void
test_known_proofs (void) {
  static const gchar *const path_0_8[] = {
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    NULL,
  };
  static const gchar *const path_5_8[] = {
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    NULL,
  };
  static const gchar *const path_2_3[] = {
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    NULL,
  };
  static const gchar *const path_1_5[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    NULL,
  };
  static const gchar *const from_6_8[] = {
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    NULL,
  };
  static const gchar *const from_2_5[] = {
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    NULL,
  };
  GeoHash leaves[8];

  make_known_leaves (leaves);

  g_autoptr (GArray) a = geo_merkle_inclusion (leaves, 8, 0);
  g_autoptr (GArray) b = geo_merkle_inclusion (leaves, 8, 5);
  g_autoptr (GArray) c = geo_merkle_inclusion (leaves, 3, 2);
  g_autoptr (GArray) d = geo_merkle_inclusion (leaves, 5, 1);
  g_autoptr (GArray) e = geo_merkle_consistency (leaves, 1, 8);
  g_autoptr (GArray) f = geo_merkle_consistency (leaves, 6, 8);
  g_autoptr (GArray) g = geo_merkle_consistency (leaves, 2, 5);

  assert_proof (a, path_0_8);
  assert_proof (b, path_5_8);
  assert_proof (c, path_2_3);
  assert_proof (d, path_1_5);
  assert_proof (e, path_0_8);
  assert_proof (f, from_6_8);
  assert_proof (g, from_2_5);
}

static void
make_leaves (GeoHash leaves[LEAVES_MAX]) {
  for (guint8 i = 0; i < LEAVES_MAX; i++)
    geo_merkle_leaf (&i, 1, &leaves[i]);
}

static const GeoHash *
hashes (GArray *proof) {
  return (const GeoHash *) (gpointer) proof->data;
}

static void
test_every_inclusion (void) {
  GeoHash leaves[LEAVES_MAX], root;

  make_leaves (leaves);
  for (gsize n = 1; n <= LEAVES_MAX; n++) {
    geo_merkle_root (leaves, n, &root);
    for (gsize index = 0; index < n; index++) {
      g_autoptr (GArray) proof = geo_merkle_inclusion (leaves, n, index);

      for (gsize leaf = 0; leaf < n; leaf++)
        g_assert_true (geo_merkle_inclusion_verify (&leaves[leaf], index, n,
                                                    hashes (proof), proof->len,
                                                    &root) == (leaf == index));
      for (gsize other = 0; other < n + 2; other++)
        if (other != index)
          g_assert_false (geo_merkle_inclusion_verify (
              &leaves[index], other, n, hashes (proof), proof->len, &root));
      if (proof->len > 0)
        g_assert_false (geo_merkle_inclusion_verify (
            &leaves[index], index, n, hashes (proof), proof->len - 1, &root));

      g_array_append_val (proof, root);
      g_assert_false (geo_merkle_inclusion_verify (
          &leaves[index], index, n, hashes (proof), proof->len, &root));
    }
  }
  g_assert_false (
      geo_merkle_inclusion_verify (&leaves[0], 0, 0, NULL, 0, &leaves[0]));
}

static void
test_every_consistency (void) {
  GeoHash leaves[LEAVES_MAX], old_root, new_root, other_root;

  make_leaves (leaves);
  geo_merkle_root (leaves + 1, LEAVES_MAX - 1, &other_root);
  for (gsize n = 1; n <= LEAVES_MAX; n++) {
    geo_merkle_root (leaves, n, &new_root);
    for (gsize m = 1; m <= n; m++) {
      g_autoptr (GArray) proof = geo_merkle_consistency (leaves, m, n);

      geo_merkle_root (leaves, m, &old_root);
      g_assert_true (geo_merkle_consistency_verify (
          m, n, &old_root, &new_root, hashes (proof), proof->len));
      g_assert_false (geo_merkle_consistency_verify (
          m, n, &other_root, &new_root, hashes (proof), proof->len));
      g_assert_false (geo_merkle_consistency_verify (
          m, n, &old_root, &other_root, hashes (proof), proof->len));
      for (guint i = 0; i < proof->len; i++) {
        g_array_index (proof, GeoHash, i).bytes[i % 32] ^= 1;
        g_assert_false (geo_merkle_consistency_verify (
            m, n, &old_root, &new_root, hashes (proof), proof->len));
        g_array_index (proof, GeoHash, i).bytes[i % 32] ^= 1;
      }
      if (proof->len > 0)
        g_assert_false (geo_merkle_consistency_verify (
            m, n, &old_root, &new_root, hashes (proof), proof->len - 1));
      g_array_append_val (proof, new_root);
      g_assert_false (geo_merkle_consistency_verify (
          m, n, &old_root, &new_root, hashes (proof), proof->len));
    }
  }
  g_assert_false (
      geo_merkle_consistency_verify (0, 1, &old_root, &new_root, NULL, 0));
  g_assert_false (
      geo_merkle_consistency_verify (2, 1, &old_root, &new_root, NULL, 0));
}

/* --- Trees that grow ------------------------------------------------------ */

typedef struct {
  GeoHash nodes[LEAVES_MAX][GEO_MERKLE_LEVELS_MAX];
  guint n_nodes[LEAVES_MAX];
  guint64 missing; /* A leaf whose row cannot be read. */
} Rows;

static gboolean
read_row_cb (guint level,
             guint64 index,
             GeoHash *out,
             gpointer user_data,
             GError **error) {
  const Rows *rows = user_data;
  guint64 leaf = geo_merkle_completed_by (level, index);

  g_assert_cmpuint (leaf, <, LEAVES_MAX);
  g_assert_cmpuint (level, <, rows->n_nodes[leaf]);
  if (leaf == rows->missing) {
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "missing");
    return FALSE;
  }
  *out = rows->nodes[leaf][level];
  return TRUE;
}

static void
fill_rows (Rows *rows, GeoHash leaves[LEAVES_MAX]) {
  GeoMerkleEnd end = { 0 };
  GeoHash root, other;

  rows->missing = G_MAXUINT64;
  geo_merkle_end_root (&end, &root);
  geo_merkle_root (NULL, 0, &other);
  g_assert_true (geo_hash_equal (&root, &other));
  for (guint i = 0; i < LEAVES_MAX; i++) {
    geo_merkle_leaf (&i, sizeof i, &leaves[i]);
    rows->n_nodes[i] = geo_merkle_end_append (&end, &leaves[i], rows->nodes[i]);
    geo_merkle_end_root (&end, &root);
    geo_merkle_root (leaves, i + 1, &other);
    g_assert_true (geo_hash_equal (&root, &other));
  }
}

static void
assert_same_proof (GArray *a, GArray *b) {
  g_assert_cmpmem (a->data, a->len * sizeof (GeoHash), b->data,
                   b->len * sizeof (GeoHash));
}

/* The same roots and proofs as of all leaves at once. */
static void
test_grown (void) {
  g_autofree Rows *rows = g_new0 (Rows, 1);
  GeoHash leaves[LEAVES_MAX], root, other;

  fill_rows (rows, leaves);
  for (gsize n = 1; n <= LEAVES_MAX; n++) {
    g_assert_true (geo_merkle_read_root (n, read_row_cb, rows, &root, NULL));
    geo_merkle_root (leaves, n, &other);
    g_assert_true (geo_hash_equal (&root, &other));
    for (gsize i = 0; i < n; i++) {
      g_autoptr (GArray) grown = g_array_new (FALSE, FALSE, sizeof (GeoHash));
      g_autoptr (GArray) whole = geo_merkle_inclusion (leaves, n, i);
      g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (GeoHash));
      g_autoptr (GArray) before = geo_merkle_consistency (leaves, i + 1, n);

      g_assert_true (
          geo_merkle_read_inclusion (i, n, read_row_cb, rows, grown, NULL));
      assert_same_proof (grown, whole);
      g_assert_true (geo_merkle_read_consistency (i + 1, n, read_row_cb, rows,
                                                  shown, NULL));
      assert_same_proof (shown, before);
    }
  }
}

static void
test_grown_unreadable (void) {
  g_autofree Rows *rows = g_new0 (Rows, 1);
  g_autoptr (GArray) proof = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  g_autoptr (GError) error = NULL;
  GeoHash leaves[LEAVES_MAX], root;

  fill_rows (rows, leaves);
  rows->missing = 31;
  g_assert_false (geo_merkle_read_root (37, read_row_cb, rows, &root, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_assert_false (
      geo_merkle_read_inclusion (35, 37, read_row_cb, rows, proof, NULL));
  g_assert_false (
      geo_merkle_read_consistency (33, 37, read_row_cb, rows, proof, NULL));
}

typedef struct {
  const GeoHash *leaves;
  const GeoHash *root;
  gsize n;
  guint64 found; /* One bit a size */
} Prefixes;

static void
prefix_cb (guint64 size,
           const GeoHash *root,
           const GArray *consistency,
           gpointer user_data) {
  Prefixes *prefixes = user_data;
  GeoHash expected;

  g_assert_cmpuint (size, >, 0);
  g_assert_cmpuint (size, <, prefixes->n);
  geo_merkle_root (prefixes->leaves, size, &expected);
  g_assert_true (geo_hash_equal (root, &expected));
  g_assert_true (geo_merkle_consistency_verify (
      size, prefixes->n, root, prefixes->root,
      (const GeoHash *) (gpointer) consistency->data, consistency->len));
  prefixes->found |= G_GUINT64_CONSTANT (1) << (size - 1);
}

static gboolean
has_prefix (const Prefixes *prefixes, gsize size) {
  return (prefixes->found >> (size - 1) & 1) == 1;
}

/* A proof names smaller trees, with proofs of their own that hold: at least
 * those that end where a subtree on its way does. */
static void
test_prefixes (void) {
  GeoHash leaves[LEAVES_MAX], root;

  make_leaves (leaves);
  for (gsize n = 1; n <= LEAVES_MAX; n++) {
    geo_merkle_root (leaves, n, &root);
    for (gsize i = 0; i < n; i++) {
      g_autoptr (GArray) proof = geo_merkle_inclusion (leaves, n, i);
      Prefixes prefixes = { leaves, &root, n, 0 };

      geo_merkle_inclusion_prefixes (&leaves[i], i, n, proof, prefix_cb,
                                     &prefixes);
      for (gsize block = 1; block < n; block *= 2) {
        gsize end = (i / block + 1) * block;

        if (end < n)
          g_assert_true (has_prefix (&prefixes, end));
      }
    }
    for (gsize m = 1; m < n; m++) {
      g_autoptr (GArray) proof = geo_merkle_consistency (leaves, m, n);
      Prefixes prefixes = { leaves, &root, n, 0 };
      GeoHash root_m;

      geo_merkle_root (leaves, m, &root_m);
      geo_merkle_consistency_prefixes (&root_m, m, n, proof, prefix_cb,
                                       &prefixes);
      g_assert_true (has_prefix (&prefixes, m));
      for (gsize block = 1; block < n; block *= 2) {
        gsize end = (m + block - 1) / block * block;

        if (end < n)
          g_assert_true (has_prefix (&prefixes, end));
      }
    }
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/merkle/roots", test_roots);
  g_test_add_func ("/merkle/known-proofs", test_known_proofs);
  g_test_add_func ("/merkle/every-inclusion", test_every_inclusion);
  g_test_add_func ("/merkle/every-consistency", test_every_consistency);
  g_test_add_func ("/core/merkle/grown", test_grown);
  g_test_add_func ("/core/merkle/grown/unreadable", test_grown_unreadable);
  g_test_add_func ("/core/merkle/prefixes", test_prefixes);
  return g_test_run ();
}
