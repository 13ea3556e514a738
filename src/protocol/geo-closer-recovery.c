/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What became of an order or a contract: the closer's answers, the same for
 * ever (P5), and the refusal of what it does not know (P12).  It decides
 * nothing in anybody's favour here.
 */
#include "protocol/geo-closer-private.h"

/* --- P12 -------------------------------------------------------------------
 */

/* Whoever asks about hashes of its own making fills our disk with refusals. */
static gboolean
may_ask_unknown (const GeoCloser *closer, GeoBookPerson *asking, GeoTime now) {
  const GeoCloserLimits *limits = &closer->limits;
  gint64 more;

  if (asking->unknown_at == 0) {
    asking->unknown_left = limits->unknown_max;
    asking->unknown_at = now;
  }
  /* A clock that was set back gives nothing, and takes nothing. */
  asking->unknown_at = MIN (asking->unknown_at, now);
  more = (now - asking->unknown_at) / limits->unknown_ms;
  asking->unknown_at += more * limits->unknown_ms;
  asking->unknown_left = (guint) MIN ((gint64) asking->unknown_left + more,
                                      (gint64) limits->unknown_max);
  if (asking->unknown_left == 0)
    return FALSE;
  asking->unknown_left--;
  return TRUE;
}

static void
store_refusal (const GeoRefusal *refusal,
               const GeoOrder *order,
               GeoTime now,
               GPtrArray *actions) {
  GeoChange *change = geo_change_new (GEO_CHANGE_REFUSAL, now);

  change->refusal = geo_refusal_copy (refusal);
  change->order = order == NULL ? NULL : geo_order_copy (order);
  geo_actions_store_change (actions, change);
}

const GeoRefusal *
geo_closer_refuse_unknown_order (GeoCloser *closer,
                                 const GeoHash *hash,
                                 const GeoOrder *order,
                                 GeoTime now,
                                 GPtrArray *actions) {
  GeoCloserOrder *held = geo_closer_order_new (hash);

  /* P12: refused, and the refusal stored before it is answered. */
  held->state = GEO_CLOSER_REFUSED;
  held->refusal = geo_closer_sign_refusal (
      closer, TRUE, hash, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER, now);
  g_hash_table_insert (closer->orders, &held->hash, held);
  geo_closer_keep (closer, held, NULL, now);
  store_refusal (held->refusal, order, now, actions);
  return held->refusal;
}

static const GeoRefusal *
refuse_unknown_contract (GeoCloser *closer,
                         const GeoHash *hash,
                         GeoTime now,
                         GPtrArray *actions) {
  GeoCloserContract *held = geo_closer_contract_new (hash);

  held->state = GEO_CLOSER_REFUSED;
  held->refusal = geo_closer_sign_refusal (
      closer, FALSE, hash, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER, now);
  g_hash_table_insert (closer->contracts, &held->hash, held);
  geo_closer_keep (closer, NULL, held, now);
  store_refusal (held->refusal, NULL, now, actions);
  return held->refusal;
}

/* --- Answers ---------------------------------------------------------------
 */

/* Neither an entry nor a refusal: the closer may still vote. */
static void
answer (const GeoBookPerson *asking,
        const GeoMessage *message,
        GeoProvenEntry *entry,
        const GeoRefusal *refusal,
        GPtrArray *actions) {
  const GeoMsgRecoveryQuery *query = message->u.recovery_query;
  GeoMessage *reply = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE,
                                       message->msg_id);
  GeoMsgRecoveryResponse *said = reply->u.recovery_response;

  said->has_order = query->has_order;
  said->order = query->order;
  said->has_contract = query->has_contract;
  said->contract = query->contract;
  said->entry = entry;
  said->refusal = refusal == NULL ? NULL : geo_refusal_copy (refusal);
  geo_actions_send (actions, &asking->participant->pid, reply);
}

/* It is committed, and a matter of others. */
static void
answer_stranger (const GeoBookPerson *asking,
                 const GeoMessage *message,
                 GPtrArray *actions) {
  geo_closer_say_error (&asking->participant->pid, message,
                        GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                        "You take no part in this.", actions);
}

static void
answer_committed (const GeoCloser *closer,
                  const GeoBookPerson *asking,
                  const GeoMessage *message,
                  const GeoCloserContract *contract,
                  GPtrArray *actions) {
  GeoProvenEntry *entry = geo_closer_prove (closer, contract,
                                            &asking->participant->pid);

  if (entry == NULL)
    answer_stranger (asking, message, actions);
  else
    answer (asking, message, entry, NULL, actions);
}

static void
recover_order (GeoCloser *closer,
               const GeoBookPerson *asking,
               const GeoMessage *message,
               GeoCloserOrder *order,
               GeoTime now,
               GPtrArray *actions) {
  /* P12: asked about an order whose deadline has passed without its vote. */
  if (order->state == GEO_CLOSER_OPEN && now > order->order->deadline)
    geo_closer_refuse_order (closer, order, GEO_CODE_TIMEOUT,
                             GEO_REASON_DEADLINE_PASSED, now, actions);

  switch (order->state) {
  case GEO_CLOSER_OPEN:
    answer (asking, message, NULL, NULL, actions);
    return;
  case GEO_CLOSER_COMMITTED:
    answer_committed (
        closer, asking, message,
        g_ptr_array_index (order->contracts, order->contracts->len - 1),
        actions);
    return;
  case GEO_CLOSER_REFUSED:
    answer (asking, message, NULL, order->refusal, actions);
    return;
  }
}

static void
recover_contract (GeoCloser *closer,
                  const GeoBookPerson *asking,
                  const GeoMessage *message,
                  GeoCloserContract *contract,
                  GeoTime now,
                  GPtrArray *actions) {
  if (contract->state == GEO_CLOSER_OPEN &&
      now > contract->contract->deadline) {
    if (geo_closer_is_clearing (contract))
      geo_closer_refuse_clearing (closer, contract, GEO_CODE_TIMEOUT,
                                  GEO_REASON_DEADLINE_PASSED, now, actions);
    else
      geo_closer_refuse_order (closer, contract->order, GEO_CODE_TIMEOUT,
                               GEO_REASON_DEADLINE_PASSED, now, actions);
  }

  switch (contract->state) {
  case GEO_CLOSER_OPEN:
    answer (asking, message, NULL, NULL, actions);
    return;
  case GEO_CLOSER_COMMITTED:
    answer_committed (closer, asking, message, contract, actions);
    return;
  case GEO_CLOSER_REFUSED:
    answer (asking, message, NULL, contract->refusal, actions);
    return;
  }
}

static gboolean
refuses (const GeoRefusal *refusal, const GeoMsgRecoveryQuery *query) {
  return query->has_order
             ? refusal->has_order &&
                   geo_hash_equal (&refusal->order, &query->order)
             : refusal->has_contract &&
                   geo_hash_equal (&refusal->contract, &query->contract);
}

void
geo_closer_recover (GeoCloser *closer,
                    GeoBookPerson *asking,
                    const GeoMessage *message,
                    const GeoKnown *known,
                    GeoTime now,
                    GPtrArray *actions) {
  const GeoMsgRecoveryQuery *query = message->u.recovery_query;
  GeoCloserContract *contract;
  GeoCloserOrder *order;

  if (query->has_order == query->has_contract) {
    geo_closer_say_error (&asking->participant->pid, message, GEO_CODE_INVALID,
                          GEO_REASON_INVALID,
                          "Ask about an order or about a contract.", actions);
    return;
  }
  /* What is in memory may not be on disk yet. */
  if (query->has_order) {
    order = g_hash_table_lookup (closer->orders, &query->order);
    if (order != NULL) {
      recover_order (closer, asking, message, order, now, actions);
      return;
    }
  } else {
    contract = g_hash_table_lookup (closer->contracts, &query->contract);
    if (contract != NULL) {
      recover_contract (closer, asking, message, contract, now, actions);
      return;
    }
  }

  if (known != NULL && known->entry != NULL) {
    answer (asking, message, geo_proven_entry_copy (known->entry), NULL,
            actions);
    return;
  }
  if (known != NULL && known->refusal != NULL) {
    /* The refusal of one of an order's contracts is not the order's. */
    if (refuses (known->refusal, query)) {
      answer (asking, message, NULL, known->refusal, actions);
      return;
    }
  } else if (known != NULL && known->has_order_hash) {
    answer_stranger (asking, message, actions);
    return;
  }
  /* P12: it is neither refused nor known then, and may be asked about later. */
  if (!may_ask_unknown (closer, asking, now)) {
    geo_closer_say_error (&asking->participant->pid, message, GEO_CODE_INVALID,
                          GEO_REASON_TOO_OFTEN,
                          "You ask too often about what nobody knows.",
                          actions);
    return;
  }
  answer (asking, message, NULL,
          query->has_order ? geo_closer_refuse_unknown_order (
                                 closer, &query->order, NULL, now, actions)
                           : refuse_unknown_contract (closer, &query->contract,
                                                      now, actions),
          actions);
}
