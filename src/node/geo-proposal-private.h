/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the node makes a GeoProposalItem; nobody else does.
 */
#pragma once

#include "core/geo-messages.h"
#include "node/geo-proposal.h"

G_BEGIN_DECLS

/* Names may be NULL. */
GeoProposalItem *geo_proposal_item_new (const GeoHash *hash,
                                        const GeoContract *contract,
                                        guint others,
                                        const GeoPid *debtor_pid,
                                        const gchar *debtor,
                                        const GeoPid *creditor_pid,
                                        const gchar *creditor);
const GeoHash *geo_proposal_item_get_contract (GeoProposalItem *item);

G_END_DECLS
