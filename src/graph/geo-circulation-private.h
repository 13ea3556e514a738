/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest circulation in a list of debts.  For geo-clearing.c; it knows
 * nothing of the trust graph, of consent or of the length of cycles.
 */
#pragma once

#include "graph/geo-components-private.h"

G_BEGIN_DECLS

/* Sets flow[i], 0 … edges[i].amount, so that as much flows into every node as
 * out of it and the sum of all flows is the largest possible; returns that
 * sum.  Amounts are above zero and add up to at most G_MAXINT64; no edge goes
 * from a node to itself.
 *
 * spare, unless NULL: by how much each debt may grow, which is a flow below
 * zero; amounts may then be zero, and are together with all of spare at most
 * G_MAXINT64.  No two edges have the same ends in the same order. */
gint64 geo_circulation_solve (guint n_nodes,
                              const GeoEdge *edges,
                              const gint64 *spare,
                              guint n_edges,
                              gint64 *flow);

G_END_DECLS
