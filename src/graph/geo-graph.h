/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoGraph: the trust graph of one equivalent in memory: lines, debts and
 * reservations, and what can flow over them.  Numbers in, numbers out: it knows
 * indices and minor units, no PIDs, signatures, clocks or I/O.
 *
 * One thread at a time, also where the graph is const: a search keeps its
 * scratch space in the graph.  Amounts are GeoAmount of the graph's one
 * equivalent.  A node that was never added, a line from a node to itself and an
 * amount below zero are the caller's mistakes and end the program.
 */
#pragma once

#include "core/geo-amount.h"

G_BEGIN_DECLS

#define GEO_GRAPH_ERROR (geo_graph_error_quark ())

/* Codes are only appended. */
typedef enum {
  GEO_GRAPH_ERROR_CAPACITY = 1, /* A hop over more than its capacity. */
  GEO_GRAPH_ERROR_OVERFLOW = 2, /* More than GEO_AMOUNT_MAX in one hop. */
} GeoGraphError;

GQuark geo_graph_error_quark (void);

#define GEO_GRAPH_HOPS_MAX 6
#define GEO_GRAPH_ROUTES_MAX 16

typedef guint32 GeoNodeIndex;
#define GEO_NODE_NONE G_MAXUINT32

typedef struct _GeoGraph GeoGraph;

GeoGraph *geo_graph_new (void);
void geo_graph_free (GeoGraph *graph);
GeoNodeIndex geo_graph_add_node (GeoGraph *graph); /* 0, 1, 2, … */
guint geo_graph_n_nodes (const GeoGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoGraph, geo_graph_free)

/* Node properties that routes look at.  A new node has none of them. */
typedef enum {
  GEO_NODE_PRESENT = 1 << 0, /* Connected: can vote live. */
  GEO_NODE_FROZEN = 1 << 1, /* Neither pays, receives nor passes through. */
} GeoNodeFlags;

void geo_graph_set_node_flags (GeoGraph *graph,
                               GeoNodeIndex node,
                               GeoNodeFlags flags);
GeoNodeFlags
geo_graph_get_node_flags (const GeoGraph *graph, GeoNodeIndex node);

/* What the creditor's policy allows on its line (protocol §5, P7). */
typedef enum {
  GEO_LINE_ACTIVE = 1 << 0,
  GEO_LINE_INTERMEDIATE = 1 << 1, /* can_be_intermediate */
  GEO_LINE_LIVE = 1 << 2, /* consent: live; while the creditor is present. */
  GEO_LINE_CLEARING = 1 << 3, /* auto_clearing; also of a closed line. */
} GeoLineFlags;

/* The line creditor → debtor: debtor may owe creditor up to limit, at most
 * GEO_AMOUNT_MAX.  Without ACTIVE the limit counts as 0 and the policy is
 * without effect but for CLEARING: a debt can still be paid back (§1 Capacity),
 * and cleared as its creditor allowed while the line was open.  The limit may
 * be lowered below the debt; what is reserved stays reserved (P9). */
void geo_graph_set_line (GeoGraph *graph,
                         GeoNodeIndex creditor,
                         GeoNodeIndex debtor,
                         GeoAmount limit,
                         GeoLineFlags flags);

/* FALSE when there is no such line; out arguments may be NULL. */
gboolean geo_graph_get_line (const GeoGraph *graph,
                             GeoNodeIndex creditor,
                             GeoNodeIndex debtor,
                             GeoAmount *limit,
                             GeoLineFlags *flags);

/* blocked_participants (§5): nothing flows over the creditor's line in a
 * payment whose payer or payee is blocked.  Replaces the former list of that
 * line; n = 0 clears it.  The list may be set before the line is, and survives
 * geo_graph_set_line (). */
void geo_graph_set_line_blocked (GeoGraph *graph,
                                 GeoNodeIndex creditor,
                                 GeoNodeIndex debtor,
                                 const GeoNodeIndex *blocked,
                                 gsize n);

/* Loading: sets a debt, whatever the limit is (I2).  FALSE, and nothing is
 * changed, when it is not an amount of 0 … GEO_AMOUNT_MAX or when the other
 * direction of the pair is not zero (I3). */
gboolean geo_graph_set_debt (GeoGraph *graph,
                             GeoNodeIndex debtor,
                             GeoNodeIndex creditor,
                             GeoAmount debt);
GeoAmount geo_graph_debt (const GeoGraph *graph,
                          GeoNodeIndex debtor,
                          GeoNodeIndex creditor);

/* daily_limit (§5): over the creditor's line no more than cap may come in, what
 * is reserved for it included, except that the creditor's own debt can always
 * be paid back; NULL: no cap.  May be set before the line is, and survives
 * geo_graph_set_line (). What was reserved before stays reserved. */
void geo_graph_set_line_cap (GeoGraph *graph,
                             GeoNodeIndex creditor,
                             GeoNodeIndex debtor,
                             const GeoAmount *cap);

/* §7: what clearing may make debtor owe creditor, where both have opted in: at
 * most this (and the limit); zero, which it is at first: nothing.  Survives
 * geo_graph_set_line (). */
void geo_graph_set_spare (GeoGraph *graph,
                          GeoNodeIndex creditor,
                          GeoNodeIndex debtor,
                          GeoAmount bound);

/* What is reserved for hop u → v. */
GeoAmount
geo_graph_reserved (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v);

/* Capacity of hop u → v (§1) = limit(v→u) − debt(u→v) + debt(v→u) −
 * reserved(u→v), never below 0; where the limit was lowered below the debt,
 * only what would reduce v's debt counts.  Policies, flags and presence are not
 * looked at.  What another lane holds (§10) is the caller's to reserve. */
GeoAmount
geo_graph_capacity (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v);

/* Reserves amount on hop u → v.  GEO_GRAPH_ERROR when the hop's capacity is
 * less; nothing is then changed. */
gboolean geo_graph_reserve (GeoGraph *graph,
                            GeoNodeIndex u,
                            GeoNodeIndex v,
                            GeoAmount amount,
                            GError **error);

/* Lifts a reservation, or turns it into debt: u first cancels v's debt, the
 * rest becomes u's (§1 Hop).  More than is reserved is a programmer's mistake.
 * What was reserved before a limit was lowered is settled all the same (P9). */
void geo_graph_release (GeoGraph *graph,
                        GeoNodeIndex u,
                        GeoNodeIndex v,
                        GeoAmount amount);
void geo_graph_settle (GeoGraph *graph,
                       GeoNodeIndex u,
                       GeoNodeIndex v,
                       GeoAmount amount);

/* What of debtor's debt can be cleared (§7) without breaking a promise: the
 * debt, but no more than the capacity of hop creditor → debtor, because what is
 * reserved for that hop may count on the debt being there (I6).  A clearing is
 * such hops against the debts, so it can as well be reserved and settled hop by
 * hop.  Nobody's consent is looked at. */
GeoAmount geo_graph_clearable (const GeoGraph *graph,
                               GeoNodeIndex debtor,
                               GeoNodeIndex creditor);

/* By how much clearing may make debtor owe creditor more (§7): what hop debtor
 * → creditor carries beyond creditor's own debt, within the bound of
 * geo_graph_set_spare (); nothing as long as that debt cannot be cleared as a
 * whole, or debtor's line lacks CLEARING for it. */
GeoAmount geo_graph_spare (const GeoGraph *graph,
                           GeoNodeIndex debtor,
                           GeoNodeIndex creditor);

/* Reduces a debt at once.  GEO_GRAPH_ERROR_CAPACITY when less can be cleared;
 * nothing is then changed.  That the same is done to every debt of a cycle (I4)
 * is the caller's business; what can be cleared of one debt does not depend on
 * any other pair's. */
gboolean geo_graph_clear (GeoGraph *graph,
                          GeoNodeIndex debtor,
                          GeoNodeIndex creditor,
                          GeoAmount amount,
                          GError **error);

/* One route: nodes[0] is the payer, nodes[n_nodes - 1] the payee, the rest
 * GEO_NODE_NONE. */
typedef struct {
  GeoNodeIndex nodes[GEO_GRAPH_HOPS_MAX + 1];
  guint n_nodes;
  GeoAmount amount;
} GeoRoute;

/* A hop u → v not to be used in one search; for the second and third try of a
 * payment. */
typedef struct {
  GeoNodeIndex u, v;
} GeoHopIndex;

typedef struct {
  guint max_hops; /* 1 … GEO_GRAPH_HOPS_MAX */
  guint max_routes; /* 1 … GEO_GRAPH_ROUTES_MAX */

  /* Not passed through; payer and payee are not affected. */
  const GeoNodeIndex *avoid;
  gsize n_avoid;

  const GeoHopIndex *avoid_hops;
  gsize n_avoid_hops;
} GeoRouteQuery;

/* One of the payer's own hops that is used up, and what that neighbour's trust
 * lets it pay in all; nothing, where the way beyond would lead to the payee.
 * capped: it would be more without the line's cap. */
typedef struct {
  GeoNodeIndex neighbour;
  GeoAmount available;
  gboolean capped;
} GeoLimit;

typedef struct {
  /* The routes add up to exactly the amount asked for. */
  gboolean found;

  /* Where found, that amount.  Otherwise the most that max_routes routes of
   * max_hops hops carry, as far as was found; a search for it, or for less,
   * finds routes. */
  GeoAmount payable;

  /* GeoRoute, those of few hops first; empty unless found. */
  GArray *routes;

  /* GeoLimit: first hops used up in the best flow; empty when found. */
  GArray *limits;
} GeoRouteResult;

/* Frees what a search put into the result; also right for one of all zeros. */
void geo_route_result_clear (GeoRouteResult *result);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoRouteResult, geo_route_result_clear)

/* A hop u → v may be used when neither end is frozen, the capacity is positive,
 * the line v → u, if it is ACTIVE, is not blocked for this payer or payee and
 * not LIVE while v is absent, and, where v is not the payee, v's line to u is
 * ACTIVE and INTERMEDIATE (v's mandate, P7).
 *
 * Routes for exactly amount, all or nothing (P10):
 * - one route of the fewest hops that carries it all, and of those the one
 *   whose narrowest hop is widest;
 * - unless several shorter routes found for it have fewer distinct nodes;
 * - where no one route carries it, several, found by successive augmenting
 *   paths on the residual graph and decomposed into simple routes.  Together
 *   they fit the capacities: two routes over one hop share it.
 *
 * What is exact: a single route is found whenever there is one.  The flow is
 * the maximum flow (Edmonds & Karp 1972) wherever neither bound binds, so
 * always where max_hops ≥ number of nodes − 1 and max_routes suffice.  What is
 * not: a maximum flow of whole amounts over paths of bounded length is NP-hard
 * to find (Itai, Perl & Shiloach 1982; Baier et al. 2010), and so are the
 * fewest paths of a flow (Vatinlen et al. 2008); where a bound binds, more may
 * be payable, and with fewer signers, than is found.
 *
 * The result is overwritten without a look at it, and cleared by the caller.
 * Nothing is found, and nothing payable, where payer and payee are one or
 * either is frozen; an amount of zero or less is never found. */
void geo_graph_route (const GeoGraph *graph,
                      GeoNodeIndex payer,
                      GeoNodeIndex payee,
                      GeoAmount amount,
                      const GeoRouteQuery *query,
                      GeoRouteResult *result);

/* "You can pay up to": the same search without an amount.  found is FALSE and
 * there are no routes; payable (at most GEO_AMOUNT_MAX) and limits are told. */
void geo_graph_payable (const GeoGraph *graph,
                        GeoNodeIndex payer,
                        GeoNodeIndex payee,
                        const GeoRouteQuery *query,
                        GeoRouteResult *result);

G_END_DECLS
