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

/* A completed subtree that a proof speaks of. */
typedef struct {
  guint level;
  guint64 index;
  GeoHash hash;
} GeoMerkleNode;

/* Those on the way of an inclusion proof and beside it, appended to nodes
 * (GeoMerkleNode).  FALSE where the proof does not lead to root. */
gboolean geo_merkle_inclusion_nodes (const GeoHash *leaf,
                                     guint64 index,
                                     guint64 n,
                                     const GeoHash *proof,
                                     gsize proof_len,
                                     const GeoHash *root,
                                     GArray *nodes);

G_END_DECLS
