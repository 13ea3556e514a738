/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Merkle tree that only grows (protocol §9): what each new leaf completes,
 * and roots and proofs of any size made of completed subtrees, of which only as
 * many are read as the tree is high.  Where they are kept is the caller's; no
 * I/O here.
 *
 * The subtree (level, index) holds the leaves index × 2^level … (index + 1) ×
 * 2^level − 1, all of them there.
 */
#pragma once

#include "core/geo-merkle.h"

G_BEGIN_DECLS

/* No tree is higher, and no proof longer than two for each level. */
#define GEO_MERKLE_LEVELS_MAX 62

/* The end of a tree: the subtrees that its size is made of, where
 * peaks[level] is meant when that bit of size is set.  Zeroed: an empty one. */
typedef struct {
  guint64 size;
  GeoHash peaks[GEO_MERKLE_LEVELS_MAX];
} GeoMerkleEnd;

/* One more leaf.  nodes receives the hashes of the subtrees that it completes,
 * level 0 (itself) and up; returns how many. */
guint geo_merkle_end_append (GeoMerkleEnd *end,
                             const GeoHash *leaf,
                             GeoHash nodes[GEO_MERKLE_LEVELS_MAX]);
void geo_merkle_end_root (const GeoMerkleEnd *end, GeoHash *out);

/* The leaf that completes a subtree: the last one in it. */
guint64 geo_merkle_completed_by (guint level, guint64 index);

/* FALSE with an error where it cannot be read. */
typedef gboolean (*GeoMerkleReadFunc) (guint level,
                                       guint64 index,
                                       GeoHash *out,
                                       gpointer user_data,
                                       GError **error);
gboolean geo_merkle_read_root (guint64 n,
                               GeoMerkleReadFunc func,
                               gpointer user_data,
                               GeoHash *out,
                               GError **error);
/* RFC 6962 §2.1.1, appended to proof (GeoHash); index < n. */
gboolean geo_merkle_read_inclusion (guint64 index,
                                    guint64 n,
                                    GeoMerkleReadFunc func,
                                    gpointer user_data,
                                    GArray *proof,
                                    GError **error);
/* RFC 6962 §2.1.2, appended to proof (GeoHash); 0 < m ≤ n. */
gboolean geo_merkle_read_consistency (guint64 m,
                                      guint64 n,
                                      GeoMerkleReadFunc func,
                                      gpointer user_data,
                                      GArray *proof,
                                      GError **error);

/* What the log of n leaves was before: the root of its first size ones, and the
 * RFC 6962 consistency proof from there to n (GeoHash, borrowed). */
typedef void (*GeoMerklePrefixFunc) (guint64 size,
                                     const GeoHash *root,
                                     const GArray *consistency,
                                     gpointer user_data);
/* Every smaller size whose root follows from a proof that was checked: of a
 * leaf (index < n), or of going on from m leaves (0 < m < n). */
void geo_merkle_inclusion_prefixes (const GeoHash *leaf,
                                    guint64 index,
                                    guint64 n,
                                    const GArray *proof,
                                    GeoMerklePrefixFunc func,
                                    gpointer user_data);
void geo_merkle_consistency_prefixes (const GeoHash *root_m,
                                      guint64 m,
                                      guint64 n,
                                      const GArray *proof,
                                      GeoMerklePrefixFunc func,
                                      gpointer user_data);

G_END_DECLS
