/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a party checks both before it votes and when it is shown what was
 * committed: contracts, hops, amounts, texts (P8, §8).  It changes nothing and
 * asks nobody.
 */
#include "protocol/geo-party-private.h"

#include <string.h>

gboolean
geo_party_has_precision (const GeoParty *party,
                         const gchar *equivalent,
                         GeoDecimal decimal,
                         GeoAmount *amount,
                         GeoNo *no) {
  const GeoEquivalent *known = geo_community_find_equivalent (party->community,
                                                              equivalent);

  if (known == NULL)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT);
  if (!geo_decimal_get (decimal, (guint) known->precision, amount, NULL))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_PRECISION);
  return TRUE;
}

gboolean
geo_party_is_voter (const GeoContract *contract, const GeoPid *pid) {
  for (guint i = 0; i < contract->voters->len; i++) {
    if (geo_pid_equal (&g_array_index (contract->voters, GeoPid, i), pid))
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_party_check_contract (const GeoParty *party,
                          const GeoContract *contract,
                          const GeoOrder *order,
                          GeoNo *no) {
  GeoAmount amount;

  if (!geo_party_is_hub (party, &contract->community))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  if (contract->kind != GEO_CONTRACT_KIND_PAYMENT || !contract->has_order ||
      !contract->has_payer || !contract->has_payee ||
      !geo_party_is_hub (party, &contract->closer) ||
      !geo_party_is_voter (contract, &contract->closer) ||
      !geo_party_is_voter (contract, &contract->payer))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  if (geo_pid_equal (&contract->payer, &contract->payee))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_SELF);
  if (!geo_party_has_precision (party, contract->equivalent, contract->amount,
                                &amount, no))
    return FALSE;
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  /* P6: exactly that order. */
  if (!geo_contract_carries_order (contract, order, NULL))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  return TRUE;
}

static GeoDelta *
get_delta (GArray *deltas, const GeoPid *peer) {
  GeoDelta fresh = { .peer = *peer };

  for (guint i = 0; i < deltas->len; i++) {
    GeoDelta *delta = &g_array_index (deltas, GeoDelta, i);

    if (geo_pid_equal (&delta->peer, peer))
      return delta;
  }
  g_array_append_val (deltas, fresh);
  return &g_array_index (deltas, GeoDelta, deltas->len - 1);
}

static gboolean
was_shown_before (GPtrArray *hops, guint position) {
  const GeoProvenHop *hop = g_ptr_array_index (hops, position);

  for (guint i = 0; i < position; i++) {
    const GeoProvenHop *other = g_ptr_array_index (hops, i);

    if (other->index == hop->index)
      return TRUE;
  }
  return FALSE;
}

static gboolean
add_hop (const GeoParty *party, const GeoHop *hop, GArray *deltas) {
  gboolean inbound = geo_party_is_self (party, &hop->to);
  GeoDelta *delta = get_delta (deltas, inbound ? &hop->from : &hop->to);
  GeoAmount *sum = inbound ? &delta->in : &delta->out;

  return geo_amount_add (*sum, hop->amount.amount, sum);
}

gboolean
geo_party_check_hops (const GeoParty *party,
                      const GeoContract *contract,
                      GPtrArray *hops,
                      GArray **deltas_out,
                      GeoNo *no) {
  g_autoptr (GArray) deltas = g_array_new (FALSE, FALSE, sizeof (GeoDelta));
  GeoAmount expected = GEO_AMOUNT_ZERO;
  GeoAmount net;

  if (hops->len == 0)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);
    const GeoHop *hop = proven->hop;

    /* One of the ends is ours, not both; and one hop counts once. */
    if (geo_party_is_self (party, &hop->from) ==
            geo_party_is_self (party, &hop->to) ||
        was_shown_before (hops, i) ||
        !geo_contract_check_hop (contract, proven, NULL))
      return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
    if (geo_amount_cmp (hop->amount.amount, GEO_AMOUNT_ZERO) <= 0 ||
        !add_hop (party, hop, deltas))
      return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  }

  /* P8: who pays, pays the amount; who is paid gets it; for everybody else
   * the same comes in and goes out. */
  if (geo_party_is_self (party, &contract->payee))
    expected = contract->amount.amount;
  else if (geo_party_is_self (party, &contract->payer) &&
           !geo_amount_neg (contract->amount.amount, &expected))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  if (!geo_hops_net (hops, &party->self->pid, &net, NULL) ||
      geo_amount_cmp (net, expected) != 0)
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_NEUTRAL);

  if (deltas_out != NULL)
    *deltas_out = g_steal_pointer (&deltas);
  return TRUE;
}

gboolean
geo_pair_is_frozen (const GeoPair *pair) {
  return pair != NULL && (geo_trust_line_is_frozen (pair->given) ||
                          geo_trust_line_is_frozen (pair->got));
}

gboolean
geo_pair_lets_in (const GeoPair *pair, GeoAmount in, GeoTime at) {
  const GeoPolicy *policy = pair->given->policy;
  gint64 left = policy->daily_limit.amount.minor;

  if (!policy->has_daily_limit)
    return TRUE;
  if (pair->day >= at / GEO_DAY_MS)
    left = MAX (left - pair->inbound.minor, 0);
  return in.minor <= MAX (left, -pair->balance.minor);
}

gboolean
geo_policy_blocks (const GeoPolicy *policy, const GeoContract *contract) {
  for (guint i = 0; i < policy->blocked_participants->len; i++) {
    const GeoPid *pid = &g_array_index (policy->blocked_participants, GeoPid,
                                        i);

    if (geo_pid_equal (pid, &contract->payer) ||
        geo_pid_equal (pid, &contract->payee))
      return TRUE;
  }
  return FALSE;
}

/* Whoever sealed it may not have known our key's successor. */
gchar *
geo_party_unseal (const GeoParty *party,
                  const GeoOrder *order,
                  GBytes *sealed) {
  gchar *text = geo_order_unseal (order, sealed, party->secret);

  for (guint i = party->former->len; text == NULL && i > 0; i--)
    text = geo_order_unseal (order, sealed,
                             g_ptr_array_index (party->former, i - 1));
  return text;
}

gchar *
geo_order_unseal (const GeoOrder *order,
                  GBytes *sealed,
                  const GeoSecret *secret) {
  g_autofree gchar *text = NULL;
  GeoHash hash;

  if (!order->has_description_hash)
    return NULL;
  text = geo_unseal (secret, sealed, NULL);
  if (text == NULL)
    return NULL;
  geo_hash_of (text, strlen (text), &hash);
  if (!geo_hash_equal (&hash, &order->description_hash))
    return NULL;
  return g_steal_pointer (&text);
}
