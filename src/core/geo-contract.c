/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What generated objects mean together.  Everything here is checked from the
 * objects alone, so that a stranger comes to the same answer (P4).
 */
#include "core/geo-contract.h"

#include <string.h>

#include "core/geo-merkle.h"
#include "core/geo-rest-object.h"

#define LAN_SHARE_DEFAULT 2500

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
decimal_equal (GeoDecimal a, GeoDecimal b) {
  return geo_amount_cmp (a.amount, b.amount) == 0 && a.decimals == b.decimals;
}

static void
hash_hop (const GeoHop *hop, GeoHash *out) {
  gsize len;
  g_autofree gchar *text = geo_hop_canonical (hop, &len);

  geo_merkle_leaf (text, len, out);
}

GeoHash *
geo_contract_hash_hops (GPtrArray *hops) {
  GeoHash *leaves = g_new (GeoHash, MAX (hops->len, 1));

  for (guint i = 0; i < hops->len; i++)
    hash_hop (hops->pdata[i], &leaves[i]);
  return leaves;
}

void
geo_contract_set_hops (GeoContract *contract, GPtrArray *hops) {
  g_autofree GeoHash *leaves = geo_contract_hash_hops (hops);

  geo_merkle_root (leaves, hops->len, &contract->hops_root);
  contract->hops_count = hops->len;
}

/* §5: a participant is shown its own hops, and no other's. */
GPtrArray *
geo_contract_prove_hops_of (GPtrArray *hops, const GeoPid *pid) {
  g_autofree GeoHash *leaves = geo_contract_hash_hops (hops);
  GPtrArray *proven = geo_contract_prove_hashed_hops_of (hops, leaves, pid);

  /* The caller's own, to be changed at will. */
  for (guint i = 0; i < proven->len; i++) {
    GeoProvenHop *item = proven->pdata[i];
    GeoHop *shared = item->hop;

    item->hop = geo_hop_copy (shared);
    geo_hop_free (shared);
  }
  return proven;
}

GPtrArray *
geo_contract_prove_hashed_hops_of (GPtrArray *hops,
                                   const GeoHash *leaves,
                                   const GeoPid *pid) {
  GPtrArray *proven =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_hop_free);

  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = hops->pdata[i];

    if (!geo_pid_equal (&hop->from, pid) && !geo_pid_equal (&hop->to, pid))
      continue;

    GeoProvenHop *item = geo_proven_hop_new ();

    item->hop = geo_hop_ref (hop);
    item->index = i;
    g_array_unref (item->proof);
    item->proof = geo_merkle_inclusion (leaves, hops->len, i);
    g_ptr_array_add (proven, item);
  }
  return proven;
}

gboolean
geo_contract_check_hop (const GeoContract *contract,
                        const GeoProvenHop *proven,
                        GError **error) {
  const GeoHop *hop = proven->hop;
  GeoHash leaf;

  if (!geo_pid_equal (&hop->community, &contract->community) ||
      !g_str_equal (hop->tx_id, contract->tx_id) ||
      !g_str_equal (hop->equivalent, contract->equivalent))
    return fail (error, GEO_CORE_ERROR_FIELD, "The hop is of another contract");
  if (hop->amount.decimals != contract->amount.decimals)
    return fail (error, GEO_CORE_ERROR_PRECISION,
                 "The hop has other decimals than the contract");
  if (geo_amount_cmp (hop->amount.amount, GEO_AMOUNT_ZERO) <= 0)
    return fail (error, GEO_CORE_ERROR_RANGE, "The hop moves nothing");
  if (geo_pid_equal (&hop->from, &hop->to))
    return fail (error, GEO_CORE_ERROR_FIELD, "The hop leads nowhere");

  hash_hop (hop, &leaf);
  if (proven->index < 0 || contract->hops_count < 1 ||
      !geo_merkle_inclusion_verify (
          &leaf, (gsize) proven->index, (gsize) contract->hops_count,
          (const GeoHash *) (gpointer) proven->proof->data, proven->proof->len,
          &contract->hops_root))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 "The hop is not under the contract's root");
  return TRUE;
}

gboolean
geo_order_asks_payee (const GeoOrder *order) {
  return order->has_consent && order->consent == GEO_CONSENT_LIVE;
}

static gboolean
is_voter (const GeoContract *contract, const GeoPid *pid) {
  for (guint i = 0; i < contract->voters->len; i++)
    if (geo_pid_equal (&g_array_index (contract->voters, GeoPid, i), pid))
      return TRUE;
  return FALSE;
}

/* P6: an order is the payer's vote for a contract that carries out exactly it.
 */
gboolean
geo_contract_carries_order (const GeoContract *contract,
                            const GeoOrder *order,
                            GError **error) {
  GeoHash hash;

  geo_order_hash (order, &hash);
  if (contract->kind != GEO_CONTRACT_KIND_PAYMENT)
    return fail (error, GEO_CORE_ERROR_FIELD, "The contract is no payment");
  if (!contract->has_order || !geo_hash_equal (&contract->order, &hash))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract names another order");
  if (!geo_pid_equal (&contract->community, &order->community) ||
      !g_str_equal (contract->tx_id, order->tx_id) ||
      !g_str_equal (contract->equivalent, order->equivalent))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract and its order are not of one payment");
  if (!contract->has_payer || !geo_pid_equal (&contract->payer, &order->from) ||
      !contract->has_payee || !geo_pid_equal (&contract->payee, &order->to))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract has another payer or payee than its order");
  if (!decimal_equal (contract->amount, order->amount))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract has another amount than its order");
  if (!geo_pid_equal (&contract->closer, &order->closer))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract has another closer than its order");
  if (contract->deadline != order->deadline)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The contract has another deadline than its order");
  /* P7: whose vote the order asks for, has to vote. */
  if (geo_order_asks_payee (order) && !is_voter (contract, &order->to))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The payee does not vote, as its order asks");
  return TRUE;
}

gboolean
geo_hops_net (GPtrArray *proven_hops,
              const GeoPid *pid,
              GeoAmount *out,
              GError **error) {
  GeoAmount net = GEO_AMOUNT_ZERO;

  for (guint i = 0; i < proven_hops->len; i++) {
    const GeoHop *hop = ((const GeoProvenHop *) proven_hops->pdata[i])->hop;
    gboolean pays = geo_pid_equal (&hop->from, pid);
    gboolean is_paid = geo_pid_equal (&hop->to, pid);
    gboolean fits = TRUE;

    if (!pays && !is_paid)
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A hop is of others than this participant");
    if (pays)
      fits = geo_amount_sub (net, hop->amount.amount, &net);
    if (fits && is_paid)
      fits = geo_amount_add (net, hop->amount.amount, &net);
    if (!fits)
      return fail (error, GEO_CORE_ERROR_RANGE, "The hops are too large");
  }
  *out = net;
  return TRUE;
}

static gboolean
list_has_pid (GArray *list, const GeoPid *pid) {
  for (guint i = 0; i < list->len; i++)
    if (geo_pid_equal (&g_array_index (list, GeoPid, i), pid))
      return TRUE;
  return FALSE;
}

/* The contract's own shape: who has to be in it, once each. */
static gboolean
check_voters (const GeoContract *contract, GError **error) {
  gboolean is_payment = contract->kind == GEO_CONTRACT_KIND_PAYMENT;
  GArray *voters = contract->voters;

  for (guint i = 0; i < voters->len; i++)
    for (guint j = 0; j < i; j++)
      if (geo_pid_equal (&g_array_index (voters, GeoPid, i),
                         &g_array_index (voters, GeoPid, j)))
        return fail (error, GEO_CORE_ERROR_FIELD, "A voter is named twice");
  /* P3, P7: the payer and the closer are voters of every contract. */
  if (!list_has_pid (voters, &contract->closer))
    return fail (error, GEO_CORE_ERROR_FIELD, "The closer is not a voter");
  if (contract->has_payer != is_payment || contract->has_payee != is_payment ||
      contract->has_order != is_payment)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "Payments, and only they, have an order, payer and payee");
  if (is_payment && !list_has_pid (voters, &contract->payer))
    return fail (error, GEO_CORE_ERROR_FIELD, "The payer is not a voter");
  return TRUE;
}

static gboolean
check_vote (const GeoContract *contract,
            const GeoHash *hash,
            const GeoVote *vote,
            GeoKeyLookup lookup,
            gpointer user_data,
            GError **error) {
  GeoKeyChain keys;

  if (!geo_pid_equal (&vote->community, &contract->community) ||
      !geo_hash_equal (&vote->contract, hash))
    return fail (error, GEO_CORE_ERROR_FIELD, "A vote is for another contract");
  if (!lookup (&vote->voter, &keys, user_data))
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The key of a voter is not known");
  return geo_key_chain_check_vote (&keys, vote, contract, error);
}

/* Exactly one vote of each voter whose vote is asked for, and no other. */
static gboolean
check_votes (const GeoCertificate *certificate,
             GeoKeyLookup lookup,
             gpointer user_data,
             GError **error) {
  const GeoContract *contract = certificate->contract;
  g_autofree gboolean *voted = g_new0 (gboolean, contract->voters->len + 1);
  GeoHash hash;

  geo_contract_hash (contract, &hash);
  for (guint i = 0; i < certificate->votes->len; i++) {
    const GeoVote *vote = certificate->votes->pdata[i];
    guint at;

    for (at = 0; at < contract->voters->len; at++)
      if (geo_pid_equal (&g_array_index (contract->voters, GeoPid, at),
                         &vote->voter))
        break;
    if (at == contract->voters->len || voted[at])
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A vote is there twice, or of somebody without one");
    voted[at] = TRUE;
    if (!check_vote (contract, &hash, vote, lookup, user_data, error))
      return FALSE;
  }

  for (guint i = 0; i < contract->voters->len; i++) {
    const GeoPid *voter = &g_array_index (contract->voters, GeoPid, i);
    /* P6: the order is the payer's vote.  P4: but what commits is the closer's
     * vote itself, even where the payer is the closer. */
    gboolean by_order = contract->has_payer &&
                        geo_pid_equal (voter, &contract->payer) &&
                        !geo_pid_equal (voter, &contract->closer);

    if (!voted[i] && !by_order)
      return fail (error, GEO_CORE_ERROR_FIELD, "A vote is missing");
  }
  return TRUE;
}

static gboolean
check_order (const GeoCertificate *certificate,
             GeoKeyLookup lookup,
             gpointer user_data,
             GError **error) {
  GeoKeyChain keys;

  if (certificate->order == NULL)
    return fail (error, GEO_CORE_ERROR_FIELD, "The order is missing");
  if (!geo_contract_carries_order (certificate->contract, certificate->order,
                                   error))
    return FALSE;
  if (!lookup (&certificate->order->from, &keys, user_data))
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The key of the payer is not known");
  return geo_key_chain_check_order (&keys, certificate->order, error);
}

gboolean
geo_certificate_check (const GeoCertificate *certificate,
                       GeoKeyLookup lookup,
                       gpointer user_data,
                       GError **error) {
  const GeoContract *contract = certificate->contract;

  if (!check_voters (contract, error))
    return FALSE;
  if (contract->has_order) {
    if (!check_order (certificate, lookup, user_data, error))
      return FALSE;
  } else if (certificate->order != NULL) {
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "An order is there that the contract does not name");
  }
  return check_votes (certificate, lookup, user_data, error);
}

/* A community has one key for ever. */
static gboolean
check_own_key (const GeoPid *pid, const GeoPublicKey *key, GError **error) {
  GeoPid of_key;

  geo_pid_from_key (key, &of_key);
  return geo_pid_equal (pid, &of_key) ||
         fail (error, GEO_CORE_ERROR_SIGNATURE,
               "The PID is not the digest of the key");
}

gboolean
geo_participant_check (const GeoParticipant *participant,
                       const GeoPid *community,
                       GError **error) {
  if (!geo_pid_equal (&participant->community, community))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The participant is of another community");
  return geo_key_chain_check (participant, error) &&
         geo_participant_check_signature (participant, error);
}

gboolean
geo_community_check (const GeoCommunity *community, GError **error) {
  GPtrArray *equivalents = community->equivalents;

  for (guint i = 0; i < equivalents->len; i++) {
    const GeoEquivalent *equivalent = equivalents->pdata[i];

    if (!geo_equivalent_code_is_valid (equivalent->code) ||
        equivalent->precision < 0 || equivalent->precision > GEO_PRECISION_MAX)
      return fail (error, GEO_CORE_ERROR_FIELD, "An equivalent is not valid");
    if (geo_community_find_equivalent (community, equivalent->code) !=
        equivalent)
      return fail (error, GEO_CORE_ERROR_FIELD, "An equivalent is there twice");
  }
  return check_own_key (&community->community, &community->key, error) &&
         geo_community_verify (community, &community->key, error);
}

gboolean
geo_trust_line_check (const GeoTrustLine *line, GError **error) {
  if (geo_pid_is_zero (&line->community))
    return fail (error, GEO_CORE_ERROR_FIELD, "The line has no community");
  if (geo_pid_equal (&line->from, &line->to))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The line leads to its own creditor");
  if (line->status == GEO_LINE_STATUS_CLOSED &&
      geo_amount_cmp (line->limit.amount, GEO_AMOUNT_ZERO) != 0)
    return fail (error, GEO_CORE_ERROR_FIELD, "A closed line has a limit");
  if (line->policy->has_daily_limit &&
      line->policy->daily_limit.decimals != line->limit.decimals)
    return fail (error, GEO_CORE_ERROR_PRECISION,
                 "The daily limit has other decimals than the limit");
  if (line->policy->has_spare_clearing &&
      line->policy->spare_clearing.decimals != line->limit.decimals)
    return fail (error, GEO_CORE_ERROR_PRECISION,
                 "What clearing may use has other decimals than the limit");
  /* §5: a line's versions are a chain, so that none can be left out. */
  if ((line->seq == 1) == line->has_previous)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The first of a line, and only it, follows no other");
  return TRUE;
}

const GeoEquivalent *
geo_community_find_equivalent (const GeoCommunity *community,
                               const gchar *code) {
  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = community->equivalents->pdata[i];

    if (g_str_equal (equivalent->code, code))
      return equivalent;
  }
  return NULL;
}

gboolean
geo_trust_line_is_frozen (const GeoTrustLine *line) {
  return line != NULL && line->status == GEO_LINE_STATUS_ACTIVE &&
         line->policy->has_frozen && line->policy->frozen;
}

static gboolean
lends_to_clearing (const GeoTrustLine *line) {
  return line != NULL && line->status == GEO_LINE_STATUS_ACTIVE &&
         !geo_trust_line_is_frozen (line) && line->policy->has_spare_clearing;
}

GeoAmount
geo_trust_line_spare_bound (const GeoTrustLine *line,
                            const GeoTrustLine *back) {
  GeoAmount least;

  if (!lends_to_clearing (line) || !lends_to_clearing (back))
    return GEO_AMOUNT_ZERO;
  least = geo_amount_min (line->policy->spare_clearing.amount,
                          back->policy->spare_clearing.amount);
  return geo_amount_min (line->limit.amount, least);
}

GeoPolicy *
geo_policy_new_default (void) {
  GeoPolicy *policy = geo_policy_new ();

  policy->auto_clearing = TRUE;
  policy->can_be_intermediate = TRUE;
  policy->consent = GEO_CONSENT_STANDING;
  policy->lan_share = LAN_SHARE_DEFAULT;
  return policy;
}
