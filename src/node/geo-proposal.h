/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoProposalItem: one clearing that waits for the person's word, as lists of
 * the node hold it.  It never changes: when it is decided, it is gone from the
 * list.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-amount.h"
#include "core/geo-key.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

#define GEO_TYPE_PROPOSAL_ITEM (geo_proposal_item_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoProposalItem, geo_proposal_item, GEO, PROPOSAL_ITEM, GObject)

/* For geo_node_answer_clearing (). */
const gchar *geo_proposal_item_get_id (GeoProposalItem *item);
const gchar *geo_proposal_item_get_equivalent (GeoProposalItem *item);
guint geo_proposal_item_get_precision (GeoProposalItem *item);
/* What every debt on the cycle becomes less by. */
GeoAmount geo_proposal_item_get_amount (GeoProposalItem *item);
/* How many others are on it. */
guint geo_proposal_item_get_others (GeoProposalItem *item);
/* Whoever owes me less then, and whom I owe less then. */
const gchar *geo_proposal_item_get_debtor (GeoProposalItem *item);
const gchar *geo_proposal_item_get_creditor (GeoProposalItem *item);
const GeoPid *geo_proposal_item_get_debtor_pid (GeoProposalItem *item);
const GeoPid *geo_proposal_item_get_creditor_pid (GeoProposalItem *item);
/* Until when it may be answered. */
GeoTime geo_proposal_item_get_deadline (GeoProposalItem *item);

G_END_DECLS
