/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contracts we are asked about: each is checked against our own lines and
 * balances (P8) and gets one answer for ever (P2, P5); a vote's reservation
 * stays until there is P4 evidence (P9).  It never changes a balance.
 */
#include "core/geo-rest-object.h"
#include "protocol/geo-party-private.h"

#define SWEEP_MS 60000
#define REASON_MAX 64

/* --- Votes without evidence ----------------------------------------------- */

void
geo_open_vote_free (gpointer data) {
  GeoOpenVote *vote = data;

  geo_contract_free (vote->contract);
  geo_order_free (vote->order);
  g_ptr_array_unref (vote->hops);
  g_free (vote);
}

void
geo_answer_free (gpointer data) {
  GeoAnswer *answer = data;

  geo_refusal_free (answer->refusal);
  g_free (answer);
}

GeoOpenVote *
geo_participant_find (const GeoParty *party, const GeoHash *hash) {
  for (guint i = 0; i < party->votes->len; i++) {
    GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

    if (geo_hash_equal (&vote->hash, hash))
      return vote;
  }
  return NULL;
}

static GeoAmount *
reserved_of (GeoParty *party, const GeoHop *hop) {
  gboolean inbound = geo_party_is_self (party, &hop->to);
  GeoPair *pair = geo_party_get_pair (party, inbound ? &hop->from : &hop->to,
                                      hop->equivalent);

  return inbound ? &pair->reserved_in : &pair->reserved_out;
}

static void
release (GeoParty *party, GPtrArray *hops, guint n) {
  for (guint i = 0; i < n; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);
    GeoAmount *reserved = reserved_of (party, proven->hop);
    /* It was added before, so it can be taken away. */
    gboolean fits = geo_amount_sub (*reserved, proven->hop->amount.amount,
                                    reserved);

    g_assert (fits);
  }
}

static gboolean
reserve (GeoParty *party, GPtrArray *hops) {
  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);
    GeoAmount *reserved = reserved_of (party, proven->hop);

    if (!geo_amount_add (*reserved, proven->hop->amount.amount, reserved)) {
      release (party, hops, i);
      return FALSE;
    }
  }
  return TRUE;
}

static GPtrArray *
copy_hops (GPtrArray *hops) {
  GPtrArray *copy =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_hop_free);

  for (guint i = 0; i < hops->len; i++)
    g_ptr_array_add (copy, geo_proven_hop_copy (g_ptr_array_index (hops, i)));
  return copy;
}

void
geo_participant_add_vote (GeoParty *party,
                          const GeoContract *contract,
                          const GeoOrder *order,
                          GPtrArray *hops) {
  GeoOpenVote *vote = g_new0 (GeoOpenVote, 1);

  geo_contract_hash (contract, &vote->hash);
  vote->contract = geo_contract_copy (contract);
  vote->order = geo_order_copy (order);
  vote->hops = copy_hops (hops);
  /* P9: reserved as long as the vote is open.  Only rubbish from a disk does
   * not fit, and that binds nobody. */
  vote->reserved = reserve (party, vote->hops);
  g_ptr_array_add (party->votes, vote);
}

void
geo_participant_resolve (GeoParty *party,
                         GeoOpenVote *vote,
                         GPtrArray *actions) {
  if (vote->reserved)
    release (party, vote->hops, vote->hops->len);
  geo_participant_add_answer (party, &vote->hash, vote->contract->deadline,
                              NULL);
  geo_actions_timer (actions, &vote->hash, 0);
  g_ptr_array_remove (party->votes, vote);
}

/* --- What we answered ----------------------------------------------------- */

void
geo_participant_add_answer (GeoParty *party,
                            const GeoHash *contract,
                            GeoTime deadline,
                            const GeoRefusal *refusal) {
  GeoAnswer *answer = g_new0 (GeoAnswer, 1);

  answer->hash = *contract;
  answer->deadline = deadline;
  answer->refusal = refusal != NULL ? geo_refusal_copy (refusal) : NULL;
  /* The key lives in the value: both are replaced. */
  g_hash_table_replace (party->answers, &answer->hash, answer);
}

static gboolean
is_old (gpointer key, gpointer value, gpointer now) {
  const GeoAnswer *answer = value;

  return *(GeoTime *) now - GEO_CLOCK_TOLERANCE_MS > answer->deadline;
}

static void
sweep_answers (GeoParty *party, GeoTime now) {
  if (now - party->answers_swept_at < SWEEP_MS)
    return;
  party->answers_swept_at = now;
  g_hash_table_foreach_remove (party->answers, is_old, &now);
}

static void
send_answer (const GeoParty *party,
             const GeoHash *contract,
             const GeoRefusal *refusal,
             const gchar *msg_id,
             GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                         msg_id);
  GeoVote *vote;

  if (refusal != NULL) {
    message->u.payment_prepare_ack->refusal = geo_refusal_copy (refusal);
  } else {
    /* P5: Ed25519 gives the same bytes each time. */
    vote = geo_vote_new ();
    vote->community = party->community->community;
    vote->contract = *contract;
    vote->voter = party->self->pid;
    vote->verdict = g_strdup ("accept");
    geo_vote_sign (vote, party->secret);
    message->u.payment_prepare_ack->vote = vote;
  }
  geo_actions_send (actions, NULL, message);
}

static void
send_error (const gchar *msg_id, const GeoNo *no, GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = no->code;
  message->u.error->reason = g_strdup (no->reason);
  message->u.error->message = g_strdup ("The contract is not answered.");
  geo_actions_send (actions, NULL, message);
}

/* --- P8 ------------------------------------------------------------------- */

/* daily_limit: with what open votes would bring. */
static gboolean
check_daily (const GeoPair *pair,
             const GeoContract *contract,
             GeoAmount in,
             GeoNo *no) {
  GeoAmount wanted;

  return (geo_amount_add (in, pair->reserved_in, &wanted) &&
          geo_pair_lets_in (pair, wanted, contract->created_at)) ||
         geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

/* Our line to the peer as it bears on this contract.  debt: what the peer
 * would owe us with everything that is reserved. */
static gboolean
check_given (const GeoParty *party,
             const GeoPair *pair,
             const GeoContract *contract,
             GeoAmount debt,
             GeoAmount in,
             GeoNo *no) {
  const GeoTrustLine *line = pair != NULL ? pair->given : NULL;
  gboolean active = line != NULL && line->status == GEO_LINE_STATUS_ACTIVE;
  gboolean passing = !geo_party_is_self (party, &contract->payer) &&
                     !geo_party_is_self (party, &contract->payee);

  /* §1: a debt can be paid back without a line; being passed through needs
   * the line that says so (P7). */
  if (!active) {
    if (passing || geo_amount_cmp (debt, GEO_AMOUNT_ZERO) > 0)
      return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
    return TRUE;
  }
  if (geo_amount_cmp (debt, GEO_AMOUNT_ZERO) > 0 && geo_pair_is_frozen (pair))
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
  if (geo_amount_cmp (debt, GEO_AMOUNT_ZERO) > 0 &&
      geo_amount_cmp (debt, line->limit.amount) > 0)
    return geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  if ((passing && !line->policy->can_be_intermediate) ||
      geo_policy_blocks (line->policy, contract))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  return check_daily (pair, contract, in, no);
}

/* What we would owe the peer has to be inside its line to us. */
static gboolean
check_got (const GeoPair *pair, GeoAmount debt, GeoNo *no) {
  const GeoTrustLine *line = pair != NULL ? pair->got : NULL;

  if (geo_amount_cmp (debt, GEO_AMOUNT_ZERO) <= 0)
    return TRUE;
  if (line == NULL || line->status != GEO_LINE_STATUS_ACTIVE)
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  if (geo_pair_is_frozen (pair))
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
  if (geo_amount_cmp (debt, line->limit.amount) > 0)
    return geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  return TRUE;
}

static gboolean
check_delta (const GeoParty *party,
             const GeoContract *contract,
             const GeoDelta *delta,
             GeoNo *no) {
  const GeoPair *pair = geo_party_find_pair (party, &delta->peer,
                                             contract->equivalent);
  GeoAmount balance = pair != NULL ? pair->balance : GEO_AMOUNT_ZERO;
  GeoAmount reserved_in = pair != NULL ? pair->reserved_in : GEO_AMOUNT_ZERO;
  GeoAmount reserved_out = pair != NULL ? pair->reserved_out : GEO_AMOUNT_ZERO;
  GeoAmount most, least;

  /* P9: either direction is reckoned as if nothing open of the other came. */
  if (!geo_amount_add (balance, reserved_in, &most) ||
      !geo_amount_add (most, delta->in, &most) ||
      !geo_amount_sub (reserved_out, balance, &least) ||
      !geo_amount_add (least, delta->out, &least))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  if (delta->in.minor > 0 &&
      !check_given (party, pair, contract, most, delta->in, no))
    return FALSE;
  return delta->out.minor == 0 || check_got (pair, least, no);
}

static gboolean
check_order (const GeoParty *party, const GeoOrder *order, GeoNo *no) {
  GeoKeys keys = { .party = party };
  GeoKeyChain chain;

  return (geo_party_lookup_key (&order->from, &chain, &keys) &&
          geo_key_chain_check_order (&chain, order, NULL)) ||
         geo_no (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
}

/* P8: a voter checks the contract against its own journal. */
static gboolean
check (const GeoParty *party,
       const GeoMsgPaymentPrepare *prepare,
       GeoTime now,
       GeoNo *no) {
  const GeoContract *contract = prepare->contract;
  g_autoptr (GArray) deltas = NULL;
  g_autofree gchar *text = NULL;

  if (!geo_party_check_contract (party, contract, prepare->order, no) ||
      !check_order (party, prepare->order, no) ||
      !geo_party_check_hops (party, contract, prepare->hops, &deltas, no))
    return FALSE;
  if (now > contract->deadline)
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  if (!geo_letters_check_order (party, prepare->order, now, no))
    return FALSE;
  for (guint i = 0; i < deltas->len; i++) {
    if (!check_delta (party, contract, &g_array_index (deltas, GeoDelta, i),
                      no))
      return FALSE;
  }
  if (prepare->sealed != NULL && geo_party_is_self (party, &contract->payee)) {
    text = geo_party_unseal (party, prepare->order, prepare->sealed);
    if (text == NULL)
      return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  }
  /* We vote on nothing when our own numbers may be stale. */
  if (party->faulted)
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  if (party->refuse_func != NULL) {
    const gchar *reason = party->refuse_func (contract, prepare->order,
                                              party->refuse_data);

    g_assert (reason == NULL || g_utf8_strlen (reason, -1) <= REASON_MAX);
    if (reason != NULL)
      return geo_no (no, GEO_CODE_NOT_ALLOWED, reason);
  }
  return TRUE;
}

/* --- The answer ----------------------------------------------------------- */

static GeoVote *
borrow_vote (const GeoAction *action) {
  return action->message->u.payment_prepare_ack->vote;
}

static void
accept (GeoParty *party,
        const GeoHash *hash,
        const GeoMessage *message,
        GPtrArray *actions) {
  const GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;
  GeoRecordBody *body = geo_record_body_new ();
  g_autoptr (GPtrArray) sends = geo_actions_new ();
  GeoTime ask_at = prepare->contract->deadline + GEO_PARTY_VOTE_MS;

  geo_participant_add_vote (party, prepare->contract, prepare->order,
                            prepare->hops);
  send_answer (party, hash, NULL, message->msg_id, sends);

  /* P1: Persist, then send. */
  body->vote = geo_vote_copy (borrow_vote (g_ptr_array_index (sends, 0)));
  body->contract = geo_contract_copy (prepare->contract);
  body->order = geo_order_copy (prepare->order);
  g_ptr_array_unref (body->hops);
  body->hops = copy_hops (prepare->hops);
  if (prepare->sealed != NULL)
    body->sealed = g_bytes_ref (prepare->sealed);
  geo_actions_store_record (actions, GEO_RECORD_KIND_VOTE, body);
  g_ptr_array_extend_and_steal (actions, g_steal_pointer (&sends));
  geo_actions_timer (actions, hash, ask_at);
}

static void
refuse (GeoParty *party,
        const GeoHash *hash,
        const GeoMessage *message,
        const GeoNo *no,
        GeoTime now,
        GPtrArray *actions) {
  const GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;
  g_autoptr (GeoRefusal) refusal = geo_refusal_new ();
  GeoRecordBody *body = geo_record_body_new ();
  GeoTold *told;

  refusal->community = party->community->community;
  refusal->has_contract = TRUE;
  refusal->contract = *hash;
  refusal->voter = party->self->pid;
  refusal->code = no->code;
  refusal->reason = g_strdup (no->reason);
  refusal->at = now;
  geo_refusal_sign (refusal, party->secret);
  geo_participant_add_answer (party, hash, prepare->contract->deadline,
                              refusal);

  /* P1: Persist, then send. */
  body->refusal = geo_refusal_copy (refusal);
  body->contract = geo_contract_copy (prepare->contract);
  body->order = geo_order_copy (prepare->order);
  geo_actions_store_record (actions, GEO_RECORD_KIND_REFUSAL, body);
  send_answer (party, hash, refusal, message->msg_id, actions);

  told = geo_actions_tell (actions, GEO_TOLD_REFUSED_VOTE);
  geo_order_hash (prepare->order, &told->order_hash);
  told->order = geo_order_copy (prepare->order);
  told->code = no->code;
  told->reason = g_strdup (no->reason);
}

static void
decide (GeoParty *party,
        const GeoHash *hash,
        const GeoMessage *message,
        GeoTime now,
        GPtrArray *actions) {
  GeoNo no;

  /* P9: the evidence came while the question was on its way, or waited, or the
   * question is an old one; a vote now would never find any. */
  if (geo_party_find_outcome (party, hash) != NULL)
    return;
  if (check (party, message->u.payment_prepare, now, &no))
    accept (party, hash, message, actions);
  else
    refuse (party, hash, message, &no, now, actions);
}

/* --- PREPAREs that wait: for the payer's key, until we have caught up ----- */

/* The hub has told of entries that are not applied yet.  Checked against what
 * was before them (P8), a contract would be refused for no good reason, or
 * voted for beyond our limits. */
static gboolean
is_behind (const GeoParty *party) {
  return !party->faulted && party->sequence < party->hub_sequence;
}

static gboolean
find_kept (const GeoParty *party, const GeoHash *hash, guint *index) {
  for (guint i = 0; i < party->kept->len; i++) {
    const GeoMessage *message = g_ptr_array_index (party->kept, i);
    GeoHash other;

    geo_contract_hash (message->u.payment_prepare->contract, &other);
    if (geo_hash_equal (&other, hash)) {
      *index = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
knows_payer (const GeoParty *party, const GeoMessage *message) {
  return geo_party_get_person (
             party, &message->u.payment_prepare->order->from) != NULL;
}

static void
keep (GeoParty *party,
      const GeoHash *hash,
      const GeoMessage *message,
      GeoTime now,
      GPtrArray *actions) {
  g_ptr_array_add (party->kept, geo_message_copy (message));
  if (!knows_payer (party, message)) {
    GeoMessage *query = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, NULL);

    g_array_append_val (query->u.people_query->pids,
                        message->u.payment_prepare->order->from);
    geo_actions_send (actions, NULL, query);
  }
  geo_actions_timer (actions, hash, now + GEO_PARTY_PEOPLE_MS);
}

void
geo_participant_decide_kept (GeoParty *party, GeoTime now, GPtrArray *actions) {
  if (is_behind (party))
    return;
  for (guint i = 0; i < party->kept->len;) {
    g_autoptr (GeoMessage) message = NULL;
    GeoHash hash;

    if (!knows_payer (party, g_ptr_array_index (party->kept, i))) {
      i++;
      continue;
    }
    message = g_ptr_array_steal_index (party->kept, i);
    geo_contract_hash (message->u.payment_prepare->contract, &hash);
    geo_actions_timer (actions, &hash, 0);
    decide (party, &hash, message, now, actions);
  }
}

/* --- Events --------------------------------------------------------------- */

/* P2, P5: what was answered is answered again, with the same bytes. */
static gboolean
answer_again (GeoParty *party,
              const GeoHash *hash,
              const gchar *msg_id,
              GPtrArray *actions) {
  const GeoAnswer *answer;

  if (geo_participant_find (party, hash) != NULL) {
    send_answer (party, hash, NULL, msg_id, actions);
    return TRUE;
  }
  answer = g_hash_table_lookup (party->answers, hash);
  if (answer == NULL)
    return FALSE;
  send_answer (party, hash, answer->refusal, msg_id, actions);
  return TRUE;
}

static gboolean
touches_us (const GeoParty *party, GPtrArray *hops) {
  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);

    if (geo_party_is_self (party, &proven->hop->from) ||
        geo_party_is_self (party, &proven->hop->to))
      return TRUE;
  }
  return FALSE;
}

/* Whether it is for us to sign anything about this contract at all. */
static gboolean
is_ours (GeoParty *party,
         const GeoMsgPaymentPrepare *prepare,
         GeoTime now,
         GeoNo *no) {
  const GeoContract *contract = prepare->contract;

  if (!geo_party_is_hub (party, &contract->community))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  if (!touches_us (party, prepare->hops))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  /* P6: the order is the payer's vote, and there is no word after it (P2). */
  if (geo_party_is_self (party, &contract->payer))
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);
  /* P2: what we said so long ago is not in memory any more, so nothing is said
   * now that could be the other thing.  P9: nor whether it was committed; a
   * vote would never find evidence any more. */
  if (now - GEO_CLOCK_TOLERANCE_MS > contract->deadline ||
      contract->created_at <= party->horizon)
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  if (party->votes->len >= GEO_PARTY_VOTES_MAX ||
      g_hash_table_size (party->answers) >= GEO_PARTY_ANSWERS_MAX)
    return geo_no (no, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  return TRUE;
}

void
geo_participant_prepare (GeoParty *party,
                         const GeoMessage *message,
                         GeoTime now,
                         GPtrArray *actions) {
  const GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;
  GeoHash hash;
  GeoNo no;
  guint index;

  geo_contract_hash (prepare->contract, &hash);
  sweep_answers (party, now);
  if (answer_again (party, &hash, message->msg_id, actions) ||
      find_kept (party, &hash, &index))
    return;
  if (!is_ours (party, prepare, now, &no)) {
    send_error (message->msg_id, &no, actions);
    return;
  }

  /* A PID speaks for its own key, so whoever names the key can be asked. */
  if (!is_behind (party) &&
      (knows_payer (party, message) ||
       !geo_party_check_contract (party, prepare->contract, prepare->order,
                                  &no))) {
    decide (party, &hash, message, now, actions);
  } else if (party->kept->len < GEO_PARTY_KEPT_MAX) {
    keep (party, &hash, message, now, actions);
  } else {
    geo_no (&no, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
    send_error (message->msg_id, &no, actions);
  }
}

void
geo_participant_connected (GeoParty *party, GeoTime now, GPtrArray *actions) {
  for (guint i = 0; i < party->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

    geo_party_send_query (NULL, &vote->hash, actions);
    geo_actions_timer (actions, &vote->hash, now + GEO_PARTY_VOTE_MS);
  }
}

void
geo_participant_disconnected (GeoParty *party, GPtrArray *actions) {
  for (guint i = 0; i < party->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

    geo_actions_timer (actions, &vote->hash, 0);
  }
  for (guint i = 0; i < party->kept->len; i++) {
    const GeoMessage *message = g_ptr_array_index (party->kept, i);
    GeoHash hash;

    geo_contract_hash (message->u.payment_prepare->contract, &hash);
    geo_actions_timer (actions, &hash, 0);
  }
  g_ptr_array_set_size (party->kept, 0);
}

gboolean
geo_participant_timer (GeoParty *party,
                       const GeoHash *timer,
                       GeoTime now,
                       GPtrArray *actions) {
  const GeoOpenVote *vote = geo_participant_find (party, timer);
  g_autoptr (GeoMessage) message = NULL;
  guint index;

  if (vote != NULL) {
    if (party->connected) {
      geo_party_send_query (NULL, timer, actions);
      geo_actions_timer (actions, timer, now + GEO_PARTY_VOTE_MS);
    }
    return TRUE;
  }
  if (!find_kept (party, timer, &index))
    return FALSE;
  message = g_ptr_array_steal_index (party->kept, index);
  /* What we missed did not come: nothing is said, and silence is not a refusal
   * (P7).  The key did not come: the order cannot be checked. */
  if (!is_behind (party))
    decide (party, timer, message, now, actions);
  return TRUE;
}
