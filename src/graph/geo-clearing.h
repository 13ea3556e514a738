/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing (protocol §7): which cycles of debts to reduce, by how much. Numbers
 * in, numbers out, like the trust graph: what it finds is applied by somebody
 * else, and whether those who must agree do is not asked here beyond flags.
 *
 * Every cycle is reduced by the same amount on each of its debts, so nobody's
 * net position changes (I4); all the cycles of one result can be applied
 * together, in any order, and no debt falls below zero.
 *
 * Papers: the largest clearing is a minimum-cost circulation at cost −1 for
 * each unit of each debt, found by cost scaling (Goldberg & Tarjan 1990;
 * Goldberg 1997 and 2008; see geo-circulation.c) within strongly connected
 * components (Tarjan 1972), and it is tested against cancelling negative cycles
 * (Klein 1967).  Clearing by circulation: Gavrila & Popa, "A novel algorithm
 * for clearing financial obligations between companies" (2021); Fleischman,
 * Dini & Littera, "Liquidity-saving through obligation-clearing and mutual
 * credit" (2020).
 */
#pragma once

#include "graph/geo-graph.h"

G_BEGIN_DECLS

#define GEO_CLEARING_LENGTH_MIN 2
#define GEO_CLEARING_LENGTH_MAX 64
#define GEO_CLEARING_LENGTH_DEFAULT 12

/* --- The largest possible total --- */

/* A debt as clearing sees it. */
typedef struct {
  GeoNodeIndex debtor;
  GeoNodeIndex creditor;
  GeoAmount amount; /* 0 … GEO_AMOUNT_MAX */

  /* Whether it may be part of a cycle.  The caller's to change, for instance
   * where it is going to ask the creditor for a live vote. */
  gboolean usable;
} GeoDebt;

/* The debts of a graph: of each pair that has one, what of it can be cleared,
 * with usable set where the creditor's line has CLEARING.  A debt without any
 * line of the creditor's was never agreed to be cleared and is not usable.
 * Debts to or from frozen nodes, and of which nothing can be cleared, are left
 * out.  An array of GeoDebt, of the caller's. */
GArray *geo_clearing_debts (const GeoGraph *graph);

typedef struct {
  guint max_length; /* Debts in a cycle: LENGTH_MIN … LENGTH_MAX. */
  GeoAmount min_amount; /* Of a cycle; at least one minor unit. */
} GeoClearingQuery;

typedef struct {
  guint first; /* Into GeoClearing's nodes and debts. */
  guint length;
  GeoAmount amount; /* That each of its debts is reduced by. */
} GeoCycle;

typedef struct {
  /* The largest possible total by cycles of any length and amount. */
  GeoAmount optimum;

  /* What the cycles below reduce all debts by, in sum. */
  GeoAmount total;

  /* GeoCycle: those that reduce debts most first. */
  GArray *cycles;

  /* For each cycle length entries, from first on: GeoNodeIndex, of whom each
   * owes the next and the last the first; and guint32, the index of that debt
   * in what was given. */
  GArray *nodes;
  GArray *debts;
} GeoClearing;

/* Frees what geo_clearing_best () put there; also right for one of all
 * zeros. */
void geo_clearing_clear (GeoClearing *clearing);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoClearing, geo_clearing_clear)

/* The largest possible clearing of the usable debts, as cycles of bounded
 * length.
 *
 * What is exact: optimum, the total of a maximum circulation.  What is not:
 * total.  The cycles of bounded length that clear most are NP-hard to find
 * (exchanges by short cycles are a special case: Abraham, Blum & Sandholm
 * 2007), so cycles are taken greedily: out of a maximum circulation, then out
 * of what is left of all debts; wide ones before narrow ones, and of those,
 * first the ones through debts that only long cycles pass.  What of the
 * circulation only closes in longer cycles is left as it is.  In the end the
 * result is maximal: no cycle of max_length debts and min_amount remains.
 * optimum − total says what the bounds, and the greed, cost.
 *
 * The result is overwritten without a look at it, and cleared by the caller
 * where TRUE is returned.  GEO_GRAPH_ERROR_OVERFLOW when the usable debts add
 * up to more than 2^63 − 1; the result is then untouched. */
gboolean geo_clearing_best (guint n_nodes,
                            const GeoDebt *debts,
                            gsize n_debts,
                            const GeoClearingQuery *query,
                            GeoClearing *clearing,
                            GError **error);

/* --- With spare limits --- */

/* What else can close a cycle: that debtor, who owes creditor nothing or
 * something already, comes to owe it more. */
typedef struct {
  GeoNodeIndex debtor;
  GeoNodeIndex creditor;
  GeoAmount amount; /* By how much at most; 0 … GEO_AMOUNT_MAX */
} GeoSpare;

/* Those of a graph: of each pair that has opted in, what hop debtor → creditor
 * carries beyond what it clears.  Left out where that debt cannot be cleared as
 * a whole, or where its own creditor did not agree.  An array of GeoSpare, of
 * the caller's. */
GArray *geo_clearing_spares (const GeoGraph *graph);

/* The same as geo_clearing_best (), also over spares, in which no two have the
 * same debtor and creditor: optimum and total are by how much all debts
 * together become less.  In the cycles, each node owes the next or, where the
 * index in clearing's debts is n_debts or more, the next comes to owe it (that
 * index less n_debts in spares); no more such than debts, so that every cycle
 * makes all debts together less.
 *
 * Whoever prefers to clear without them takes the cycles of geo_clearing_best
 * () first.  What of the optimum only closes in longer cycles is left as it is.
 */
gboolean geo_clearing_over_spares (guint n_nodes,
                                   const GeoDebt *debts,
                                   gsize n_debts,
                                   const GeoSpare *spares,
                                   gsize n_spares,
                                   const GeoClearingQuery *query,
                                   GeoClearing *clearing,
                                   GError **error);

/* --- After a payment --- */

#define GEO_SHORT_CYCLE_MAX 4

/* Each node owes the next, the last owes the first. */
typedef struct {
  GeoNodeIndex nodes[GEO_SHORT_CYCLE_MAX];
  guint length;
  GeoAmount amount;
} GeoShortCycle;

/* Debts that grew; u owes v. */
typedef GeoHopIndex GeoDebtIndex;

/* Cycles of three up to max_length (3 or 4) debts, each through at least one of
 * the given ones, that reduce debts by min_amount or more: greedily those that
 * reduce most, counting what the ones before have taken.  Only debts that their
 * creditors' lines have CLEARING for are part of them, and no frozen nodes.
 * Given pairs without such a debt are passed over.  Returns how many it wrote
 * to cycles, which has room for max_cycles.
 *
 * Made to be asked after every payment: it looks at a bounded number of debts,
 * so it may miss cycles through participants with hundreds of partners, and
 * allocates nothing. */
guint geo_clearing_through (const GeoGraph *graph,
                            const GeoDebtIndex *debts,
                            guint n_debts,
                            guint max_length,
                            GeoAmount min_amount,
                            GeoShortCycle *cycles,
                            guint max_cycles);

G_END_DECLS
