/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is true: what the hub's disk has said that it holds, reckoned apart from
 * closer, book and store.  Debts, limits, net positions, outcomes.  It never
 * asks any of those.
 */
#pragma once

#include "core/geo-change.h"

typedef struct _SimTruth SimTruth;

/* equivalents: of GeoEquivalent; others are not there. */
SimTruth *sim_truth_new (const GeoCommunity *community);
void sim_truth_free (SimTruth *truth);

/* The change is on the hub's disk, at the true time now.  NULL, or what is
 * wrong with that, until the next one: which invariant, a colon, and how. */
const gchar *
sim_truth_add (SimTruth *truth, const GeoChange *change, GeoTime now);

/* From now on what is added was done before: who was frozen then is nobody's to
 * say. */
void sim_truth_set_past (SimTruth *truth, gboolean is_past);

/* As the hub last stored it; NULL: nobody. */
const GeoParticipant *
sim_truth_participant (const SimTruth *truth, const GeoPid *pid);

gboolean sim_truth_is_frozen (const SimTruth *truth, const GeoPid *pid);

typedef enum {
  SIM_OUTCOME_NONE = 0,
  SIM_OUTCOME_COMMITTED,
  SIM_OUTCOME_REFUSED,
} SimOutcome;
SimOutcome sim_truth_order (const SimTruth *truth, const GeoHash *order);
SimOutcome sim_truth_contract (const SimTruth *truth, const GeoHash *contract);

/* a's debt to b less b's debt to a. */
gint64 sim_truth_debt (const SimTruth *truth,
                       const GeoPid *a,
                       const GeoPid *b,
                       const gchar *equivalent);
/* What orders paid to pid less what it paid. */
gint64 sim_truth_net (const SimTruth *truth,
                      const GeoPid *pid,
                      const gchar *equivalent);
/* The last entry's number; 0 for none. */
gint64 sim_truth_sequence (const SimTruth *truth, const GeoPid *pid);
guint sim_truth_count_commits (const SimTruth *truth);
/* Hops over a frozen line, that made a debt smaller. */
guint sim_truth_count_repaid_frozen (const SimTruth *truth);
/* Hops of clearings that made somebody owe more, over spare limits. */
guint sim_truth_count_over_spares (const SimTruth *truth);
/* Of the hub's log (§9). */
gint64 sim_truth_count_leaves (const SimTruth *truth);
guint sim_truth_count_refusals (const SimTruth *truth);
guint sim_truth_count_participants (const SimTruth *truth);
/* The sum of all debts, of all pairs and equivalents: to compare with a
 * book's. */
gint64 sim_truth_sum (const SimTruth *truth);
