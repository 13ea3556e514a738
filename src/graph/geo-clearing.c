/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest possible clearing: from debts to a maximum circulation, and from
 * that to cycles short enough to be agreed on.  It puts the two together and
 * changes no state.
 */
#include "graph/geo-clearing.h"

#include "graph/geo-circulation-private.h"
#include "graph/geo-cycles-private.h"
#include "graph/geo-graph-private.h"

GArray *
geo_clearing_debts (const GeoGraph *graph) {
  GArray *debts = g_array_new (FALSE, FALSE, sizeof (GeoDebt));

  for (guint i = 0; i < graph->n_pairs; i++) {
    const GeoPair *pair = &graph->pairs[i];
    guint debtor = pair->debt.minor > 0 ? 0 : 1;
    guint creditor = 1 - debtor;
    GeoDebt debt = {
      .debtor = pair->ends[debtor],
      .creditor = pair->ends[creditor],
      .amount = { geo_pair_clearable (pair, debtor) },
      .usable = (pair->line_flags[creditor] & GEO_LINE_CLEARING) != 0,
    };

    if (debt.amount.minor == 0 ||
        (graph->nodes[debt.debtor].flags & GEO_NODE_FROZEN) != 0 ||
        (graph->nodes[debt.creditor].flags & GEO_NODE_FROZEN) != 0)
      continue;
    g_array_append_val (debts, debt);
  }

  return debts;
}

void
geo_clearing_clear (GeoClearing *clearing) {
  g_clear_pointer (&clearing->cycles, g_array_unref);
  g_clear_pointer (&clearing->nodes, g_array_unref);
  g_clear_pointer (&clearing->debts, g_array_unref);
  clearing->optimum = GEO_AMOUNT_ZERO;
  clearing->total = GEO_AMOUNT_ZERO;
}

/* Those that reduce debts most first; the rest is so that the order never
 * depends on how it was sorted. */
static gint
compare_cycles (gconstpointer a, gconstpointer b) {
  const GeoCycle *left = a;
  const GeoCycle *right = b;
  gint64 left_total = left->amount.minor * left->length;
  gint64 right_total = right->amount.minor * right->length;

  if (left_total != right_total)
    return left_total > right_total ? -1 : 1;

  return (left->first > right->first) - (left->first < right->first);
}

/* Makes the cycles there are as wide as left[] lets them; what was taken. */
static gint64
widen (GeoClearing *clearing, gint64 *left) {
  gint64 total = 0;

  for (guint i = 0; i < clearing->cycles->len; i++) {
    GeoCycle *cycle = &g_array_index (clearing->cycles, GeoCycle, i);
    const guint32 *list = &g_array_index (clearing->debts, guint32,
                                          cycle->first);
    gint64 more = G_MAXINT64;

    for (guint j = 0; j < cycle->length; j++)
      more = MIN (more, left[list[j]]);
    for (guint j = 0; j < cycle->length; j++)
      left[list[j]] -= more;
    cycle->amount.minor += more;
    total += more * cycle->length;
  }

  return total;
}

/* The usable debts that are not zero, and where each comes from; FALSE when
 * they add up to too much. */
static gboolean
collect (guint n_nodes,
         const GeoDebt *debts,
         gsize n_debts,
         GeoEdge *edges,
         guint32 *origin,
         guint *n_edges) {
  GeoAmount sum = GEO_AMOUNT_ZERO;
  guint n = 0;

  for (gsize i = 0; i < n_debts; i++) {
    const GeoDebt *debt = &debts[i];

    g_assert (debt->debtor < n_nodes && debt->creditor < n_nodes);
    g_assert (debt->debtor != debt->creditor);
    g_assert (debt->amount.minor >= 0 && debt->amount.minor <= GEO_AMOUNT_MAX);
    if (!debt->usable || debt->amount.minor == 0)
      continue;
    if (!geo_amount_add (sum, debt->amount, &sum))
      return FALSE;
    edges[n] = (GeoEdge){ debt->amount.minor, debt->debtor, debt->creditor };
    origin[n++] = (guint32) i;
  }
  *n_edges = n;

  return TRUE;
}

gboolean
geo_clearing_best (guint n_nodes,
                   const GeoDebt *debts,
                   gsize n_debts,
                   const GeoClearingQuery *query,
                   GeoClearing *clearing,
                   GError **error) {
  g_autofree GeoEdge *edges = g_new (GeoEdge, n_debts);
  g_autofree guint32 *origin = g_new (guint32, n_debts);
  g_autofree gint64 *flow = g_new (gint64, n_debts);
  g_autofree gint64 *left = g_new (gint64, n_debts);
  gint64 total;
  guint n;

  g_assert (n_debts < G_MAXUINT32 / 4);

  if (!collect (n_nodes, debts, n_debts, edges, origin, &n)) {
    g_set_error_literal (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW,
                         "All debts together are more than can be counted");
    return FALSE;
  }

  clearing->cycles = g_array_new (FALSE, FALSE, sizeof (GeoCycle));
  clearing->nodes = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  clearing->debts = g_array_new (FALSE, FALSE, sizeof (guint32));
  clearing->optimum.minor = geo_circulation_solve (n_nodes, edges, n, flow);

  for (guint i = 0; i < n; i++)
    left[i] = flow[i];
  total = geo_cycles_take (n_nodes, edges, n, query->max_length,
                           query->min_amount.minor, left, clearing->cycles,
                           clearing->debts);

  /* What does not close within the bound may do so over debts that the
   * circulation left alone. */
  if (total < clearing->optimum.minor) {
    for (guint i = 0; i < n; i++)
      left[i] += edges[i].amount - flow[i];
    total += widen (clearing, left);
    total += geo_cycles_take (n_nodes, edges, n, query->max_length,
                              query->min_amount.minor, left, clearing->cycles,
                              clearing->debts);
  }
  clearing->total.minor = total;

  g_array_set_size (clearing->nodes, clearing->debts->len);
  for (guint i = 0; i < clearing->debts->len; i++) {
    guint32 *debt = &g_array_index (clearing->debts, guint32, i);

    g_array_index (clearing->nodes, GeoNodeIndex, i) = edges[*debt].tail;
    *debt = origin[*debt];
  }
  g_array_sort (clearing->cycles, compare_cycles);

  return TRUE;
}
