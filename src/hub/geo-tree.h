/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTree: shows the hub's log (§9) to whoever asks: signs its heads and finds
 * the proofs.  It writes nothing; what is in the log is on disk already.
 */
#pragma once

#include "core/geo-key.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* So long a head is shown again while nothing is added. */
#define GEO_TREE_HEAD_MS 1000
/* So far ahead is written down how late heads may be, so that a hub whose clock
 * was turned back, or that is started again, signs none that is earlier. */
#define GEO_TREE_RESERVE_MS 60000
/* Proofs in one answer: 64 of a tree that is 64 high fill a sync message. */
#define GEO_TREE_LEAVES_MAX 64

typedef struct _GeoTree GeoTree;

/* reader is borrowed.  Fails where the log does not fit the journal. */
GeoTree *geo_tree_new (GeoHubStore *reader,
                       const GeoPid *community,
                       GeoSecret *secret,
                       GError **error);
void geo_tree_free (GeoTree *tree); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoTree, geo_tree_free)

/* The LOG_PROOF for pid's LOG_QUERY.  reserve: where it is not 0, it has to be
 * on disk as log_until before the answer, or a later one, is sent (P1). */
GeoMessage *geo_tree_answer (GeoTree *tree,
                             const GeoPid *pid,
                             const GeoMessage *query,
                             GeoTime now,
                             GeoTime *reserve,
                             GError **error);

G_END_DECLS
