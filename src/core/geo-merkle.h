/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Merkle trees with RFC 6962 hashing (protocol §5 hops_root, §9 the hub's log):
 * root, inclusion proof, consistency proof, over hashes already computed.
 * Pure functions.
 */
#pragma once

#include "core/geo-hash.h"

G_BEGIN_DECLS

/* SHA-256 (0x00 ‖ data). */
void geo_merkle_leaf (gconstpointer data, gsize len, GeoHash *out);

/* SHA-256 (0x01 ‖ left ‖ right); out may be left or right. */
void geo_merkle_node (const GeoHash *left, const GeoHash *right, GeoHash *out);

/* RFC 6962 §2.1: root of n leaf hashes; n = 0 is the hash of nothing. */
void geo_merkle_root (const GeoHash *leaves, gsize n, GeoHash *out);

/* RFC 6962 §2.1.1: GArray of GeoHash.  index < n. */
GArray *geo_merkle_inclusion (const GeoHash *leaves, gsize n, gsize index);
gboolean geo_merkle_inclusion_verify (const GeoHash *leaf,
                                      gsize index,
                                      gsize n,
                                      const GeoHash *proof,
                                      gsize proof_len,
                                      const GeoHash *root);

/* RFC 6962 §2.1.2: GArray of GeoHash.  0 < m ≤ n. */
GArray *geo_merkle_consistency (const GeoHash *leaves, gsize m, gsize n);
gboolean geo_merkle_consistency_verify (gsize m,
                                        gsize n,
                                        const GeoHash *root_m,
                                        const GeoHash *root_n,
                                        const GeoHash *proof,
                                        gsize proof_len);

G_END_DECLS
