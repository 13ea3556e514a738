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

GArray *
geo_clearing_spares (const GeoGraph *graph) {
  GArray *spares = g_array_new (FALSE, FALSE, sizeof (GeoSpare));

  for (guint i = 0; i < graph->n_pairs; i++) {
    const GeoPair *pair = &graph->pairs[i];

    if ((graph->nodes[pair->ends[0]].flags & GEO_NODE_FROZEN) != 0 ||
        (graph->nodes[pair->ends[1]].flags & GEO_NODE_FROZEN) != 0)
      continue;
    for (guint end = 0; end < 2; end++) {
      GeoSpare spare = { pair->ends[end],
                         pair->ends[1 - end],
                         { geo_pair_spare (pair, end) } };

      if (spare.amount.minor > 0)
        g_array_append_val (spares, spare);
    }
  }

  return spares;
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
  clearing->optimum.minor = geo_circulation_solve (n_nodes, edges, NULL, n,
                                                   flow);

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

/* --- With spare limits ---------------------------------------------------- */

/* The network of geo_clearing_over_spares (): what is owed, and what may be. */
typedef struct {
  GeoEdge *edges;
  gint64 *spare; /* By how much each may grow. */
  gint64 *flow;
  guint32 *debt; /* Of each edge, into what was given; NONE: no debt. */
  guint32 *more; /* The same of the spare. */
  guint n;
} Ways;

#define NONE G_MAXUINT32

static void
ways_clear (Ways *ways) {
  g_free (ways->edges);
  g_free (ways->spare);
  g_free (ways->flow);
  g_free (ways->debt);
  g_free (ways->more);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ways, ways_clear)

static gint64
edge_key (GeoNodeIndex debtor, GeoNodeIndex creditor) {
  return (gint64) (((guint64) debtor << 32) | creditor);
}

/* FALSE when all of it adds up to too much. */
static gboolean
ways_init (Ways *ways,
           guint n_nodes,
           const GeoDebt *debts,
           gsize n_debts,
           const GeoSpare *spares,
           gsize n_spares) {
  g_autoptr (GHashTable) places =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gsize most = n_debts + n_spares;
  GeoAmount sum = GEO_AMOUNT_ZERO;

  g_assert (most < G_MAXUINT32 / 4);
  ways->edges = g_new (GeoEdge, most);
  ways->spare = g_new0 (gint64, most);
  ways->flow = g_new (gint64, most);
  ways->debt = g_new (guint32, most);
  ways->more = g_new (guint32, most);
  if (!collect (n_nodes, debts, n_debts, ways->edges, ways->debt, &ways->n))
    return FALSE;
  for (guint i = 0; i < ways->n; i++) {
    const GeoEdge *edge = &ways->edges[i];
    gint64 key = edge_key (edge->tail, edge->head);
    gboolean fits = geo_amount_add (sum, GEO_AMOUNT (edge->amount), &sum);

    g_assert (fits);
    ways->more[i] = NONE;
    g_hash_table_insert (places, g_memdup2 (&key, sizeof key),
                         GUINT_TO_POINTER (i + 1));
  }
  for (gsize i = 0; i < n_spares; i++) {
    const GeoSpare *spare = &spares[i];
    gint64 key = edge_key (spare->debtor, spare->creditor);
    guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, &key));

    g_assert (spare->debtor < n_nodes && spare->creditor < n_nodes);
    g_assert (spare->debtor != spare->creditor);
    g_assert (spare->amount.minor >= 0 &&
              spare->amount.minor <= GEO_AMOUNT_MAX);
    if (spare->amount.minor == 0)
      continue;
    if (!geo_amount_add (sum, spare->amount, &sum))
      return FALSE;
    if (place == 0) {
      place = ++ways->n;
      ways->edges[place - 1] = (GeoEdge){ 0, spare->debtor, spare->creditor };
      ways->debt[place - 1] = NONE;
    }
    ways->spare[place - 1] = spare->amount.minor;
    ways->more[place - 1] = (guint32) i;
  }

  return TRUE;
}

/* Takes out what is no gain: as much would be owed as before, by others. */
static void
keep_gains (GeoClearing *clearing, gsize n_debts) {
  guint n = 0;

  clearing->total = GEO_AMOUNT_ZERO;
  for (guint i = 0; i < clearing->cycles->len; i++) {
    const GeoCycle *cycle = &g_array_index (clearing->cycles, GeoCycle, i);
    gint64 gain = 0;

    for (guint j = cycle->first; j < cycle->first + cycle->length; j++)
      gain += g_array_index (clearing->debts, guint32, j) < n_debts ? 1 : -1;
    if (gain <= 0)
      continue;
    /* All together is no more than the optimum. */
    clearing->total.minor += gain * cycle->amount.minor;
    g_array_index (clearing->cycles, GeoCycle, n++) = *cycle;
  }
  g_array_set_size (clearing->cycles, n);
}

gboolean
geo_clearing_over_spares (guint n_nodes,
                          const GeoDebt *debts,
                          gsize n_debts,
                          const GeoSpare *spares,
                          gsize n_spares,
                          const GeoClearingQuery *query,
                          GeoClearing *clearing,
                          GError **error) {
  g_auto (Ways) ways = { 0 };

  if (!ways_init (&ways, n_nodes, debts, n_debts, spares, n_spares)) {
    g_set_error_literal (error, GEO_GRAPH_ERROR, GEO_GRAPH_ERROR_OVERFLOW,
                         "All debts together are more than can be counted");
    return FALSE;
  }

  clearing->cycles = g_array_new (FALSE, FALSE, sizeof (GeoCycle));
  clearing->nodes = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  clearing->debts = g_array_new (FALSE, FALSE, sizeof (guint32));
  clearing->optimum.minor = geo_circulation_solve (
      n_nodes, ways.edges, ways.spare, ways.n, ways.flow);

  /* A debt that grows is an edge the other way round.  What goes round is of
   * least cost, so that none of its cycles costs anything, whichever are
   * taken first. */
  for (guint i = 0; i < ways.n; i++) {
    GeoEdge *edge = &ways.edges[i];

    if (ways.flow[i] < 0) {
      *edge = (GeoEdge){ 0, edge->head, edge->tail };
      ways.flow[i] = -ways.flow[i];
      ways.debt[i] = (guint32) n_debts + ways.more[i];
    }
  }
  geo_cycles_take (n_nodes, ways.edges, ways.n, query->max_length,
                   query->min_amount.minor, ways.flow, clearing->cycles,
                   clearing->debts);

  g_array_set_size (clearing->nodes, clearing->debts->len);
  for (guint i = 0; i < clearing->debts->len; i++) {
    guint32 *debt = &g_array_index (clearing->debts, guint32, i);

    g_array_index (clearing->nodes, GeoNodeIndex, i) = ways.edges[*debt].tail;
    *debt = ways.debt[*debt];
  }
  keep_gains (clearing, n_debts);
  g_array_sort (clearing->cycles, compare_cycles);

  return TRUE;
}
