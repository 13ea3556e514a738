/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the bench and the one file of it that is C++.
 */
#pragma once

#include "graph/geo-circulation-private.h"

G_BEGIN_DECLS

/* The largest total, and the CPU seconds it took. */
gint64 bench_lemon (guint n_nodes,
                    const GeoEdge *edges,
                    guint n_edges,
                    gdouble *seconds);
gdouble bench_thread_cpu (void);

G_END_DECLS
