/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes cycles of bounded length out of a list of debts.  For geo-clearing.c,
 * which decides of what and in which order.
 */
#pragma once

#include "graph/geo-clearing.h"
#include "graph/geo-components-private.h"

G_BEGIN_DECLS

/* Takes cycles of at most max_length edges and at least min_amount (≥ 1) out of
 * left[], which has an amount ≥ 0 for each edge, until there is none; adds a
 * GeoCycle to cycles and its edges' indices to list for each.  Reads no amounts
 * of the edges themselves.  Returns what was taken, each edge counted. */
gint64 geo_cycles_take (guint n_nodes,
                        const GeoEdge *edges,
                        guint n_edges,
                        guint max_length,
                        gint64 min_amount,
                        gint64 *left,
                        GArray *cycles,
                        GArray *list);

G_END_DECLS
