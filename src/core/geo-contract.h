/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What generated objects mean together: hops under a contract's root, orders
 * carried out by contracts, certificates that convince a stranger (protocol §5,
 * §6).  Pure checks over values: no balances, no clock, no I/O.
 */
#pragma once

#include "core/geo-key-chain.h"

G_BEGIN_DECLS

/* Computes hops_root and hops_count from hops (GPtrArray of GeoHop, in order).
 */
void geo_contract_set_hops (GeoContract *contract, GPtrArray *hops);

/* The hops that have pid at one end, each with its inclusion proof: GPtrArray
 * of GeoProvenHop, owned by the caller.  What a participant is shown (§5). */
GPtrArray *geo_contract_prove_hops_of (GPtrArray *hops, const GeoPid *pid);

/* The same for many in turn: leaves, one a hop, are made once, and the hops in
 * the proofs are those of the list themselves (geo_hop_ref ()). */
GeoHash *geo_contract_hash_hops (GPtrArray *hops);
GPtrArray *geo_contract_prove_hashed_hops_of (GPtrArray *hops,
                                              const GeoHash *leaves,
                                              const GeoPid *pid);

/* The hop belongs to the contract: root, community, tx_id, equivalent,
 * decimals. */
gboolean geo_contract_check_hop (const GeoContract *contract,
                                 const GeoProvenHop *hop,
                                 GError **error);

/* P7: the payer wants the payee's vote for it, too. */
gboolean geo_order_asks_payee (const GeoOrder *order);

/* P6: the contract carries out exactly that order: hash, tx_id, payer, payee,
 * amount, equivalent, closer, deadline, community, and that the payee votes
 * where it has to. Signatures are not looked at. */
gboolean geo_contract_carries_order (const GeoContract *contract,
                                     const GeoOrder *order,
                                     GError **error);

/* Net change of pid over these hops (received − paid), in minor units of the
 * contract; fails on overflow or on a hop that does not touch pid. */
gboolean geo_hops_net (GPtrArray *proven_hops,
                       const GeoPid *pid,
                       GeoAmount *out,
                       GError **error);

/* The keys of a participant, or of the community; FALSE if unknown. */
typedef gboolean (*GeoKeyLookup) (const GeoPid *pid,
                                  GeoKeyChain *out,
                                  gpointer user_data);

/* Everything a stranger checks: order signed by payer, contract carries it, one
 * valid vote of each voter but the payer, the closer among them (P3, P4, P6,
 * P7). */
gboolean geo_certificate_check (const GeoCertificate *certificate,
                                GeoKeyLookup lookup,
                                gpointer user_data,
                                GError **error);

/* A participant object speaks for its own PID: its keys lead from the one whose
 * digest that is to the one that signed it (§5a). */
gboolean geo_participant_check (const GeoParticipant *participant,
                                const GeoPid *community,
                                GError **error);

/* The community object is signed by its own key and community = PID of that
 * key; equivalents are valid and unique. */
gboolean geo_community_check (const GeoCommunity *community, GError **error);

/* Shape of a trust line by itself: from ≠ to, limit 0 where closed, community,
 * previous there unless seq is 1, one precision.  Not its signature. */
gboolean geo_trust_line_check (const GeoTrustLine *line, GError **error);

/* The equivalent with that code, or NULL.  Borrowed from community. */
const GeoEquivalent *
geo_community_find_equivalent (const GeoCommunity *community,
                               const gchar *code);

/* A policy with the defaults of §5. */
GeoPolicy *geo_policy_new_default (void);

/* §1: an active line whose owner lets nothing more be owed between the two, in
 * either direction.  line NULL: FALSE. */
gboolean geo_trust_line_is_frozen (const GeoTrustLine *line);
/* §7: the most that line's debtor may owe where clearing makes it owe more;
 * back is the debtor's own line to line's creditor.  Both of one equivalent, as
 * they are in force, and either may be NULL; zero where not both have opted in.
 */
GeoAmount
geo_trust_line_spare_bound (const GeoTrustLine *line, const GeoTrustLine *back);

G_END_DECLS
