/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing, as a participant sees it (§7): what we are asked to agree to, and
 * what the hub says was cleared.  Nobody's net position changes: what does not
 * leave ours as it was is refused, or a fault.  It never decides for the
 * person.
 */
#include "protocol/geo-party-private.h"

/* The shortest cycle: two debts of one pair are never there at once (I3). */
#define HOPS_MIN 3
/* A person has a day; ours and the hub's clock may differ. */
#define DEADLINE_MS_MAX (86400000 + GEO_CLOCK_TOLERANCE_MS)

void
geo_proposal_free (gpointer data) {
  GeoProposal *proposal = data;

  geo_contract_free (proposal->contract);
  g_ptr_array_unref (proposal->hops);
  g_free (proposal);
}

static GeoProposal *
find (const GeoParty *party, const GeoHash *hash) {
  for (guint i = 0; i < party->proposals->len; i++) {
    GeoProposal *proposal = g_ptr_array_index (party->proposals, i);

    if (geo_hash_equal (&proposal->hash, hash))
      return proposal;
  }
  return NULL;
}

/* Of that contract; TRUE where there was one. */
static gboolean
drop (GeoParty *party, const GeoHash *hash, GPtrArray *actions) {
  GeoProposal *proposal = find (party, hash);

  if (proposal == NULL)
    return FALSE;
  g_ptr_array_remove (party->proposals, proposal);
  geo_actions_tell (actions, GEO_TOLD_PROPOSALS);
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

/* --- What a clearing must be ---------------------------------------------- */

/* What can be said of it without our balances. */
static gboolean
check_form (const GeoParty *party,
            const GeoContract *contract,
            GPtrArray *hops,
            GArray **deltas_out,
            GeoNo *no) {
  g_autoptr (GArray) deltas = NULL;
  GeoAmount amount;

  if (!geo_party_is_hub (party, &contract->community))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  if (contract->kind != GEO_CONTRACT_KIND_CLEARING || contract->has_order ||
      contract->has_payer || contract->has_payee ||
      contract->hops_count < HOPS_MIN ||
      !geo_party_is_hub (party, &contract->closer) ||
      !geo_party_is_voter (contract, &contract->closer))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  if (!geo_party_has_precision (party, contract->equivalent, contract->amount,
                                &amount, no))
    return FALSE;
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  /* I4: the same comes in and goes out. */
  if (!geo_party_check_hops (party, contract, hops, &deltas, no))
    return FALSE;
  /* A cycle passes us once: one debtor of ours, one creditor, both by the
   * contract's amount. */
  if (deltas->len != 2)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  for (guint i = 0; i < deltas->len; i++) {
    const GeoDelta *delta = &g_array_index (deltas, GeoDelta, i);

    if (MAX (delta->in.minor, delta->out.minor) != amount.minor ||
        MIN (delta->in.minor, delta->out.minor) != 0)
      return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  }
  if (deltas_out != NULL)
    *deltas_out = g_steal_pointer (&deltas);
  return TRUE;
}

/* What a person is asked to agree to: each hop shrinks a debt and turns none
 * around.  P9: what is reserved by our open votes is not there. */
static gboolean
check_debts (const GeoParty *party,
             const GeoContract *contract,
             const GArray *deltas,
             GeoNo *no) {
  for (guint i = 0; i < deltas->len; i++) {
    const GeoDelta *delta = &g_array_index (deltas, GeoDelta, i);
    const GeoPair *pair = geo_party_find_pair (party, &delta->peer,
                                               contract->equivalent);
    GeoAmount debt = GEO_AMOUNT_ZERO;
    gboolean fits = TRUE;

    if (pair != NULL && delta->out.minor > 0) {
      debt = pair->balance;
      fits = geo_amount_sub (debt, pair->reserved_out, &debt);
    } else if (pair != NULL) {
      fits = geo_amount_neg (pair->balance, &debt) &&
             geo_amount_sub (debt, pair->reserved_in, &debt);
    }
    if (!fits ||
        geo_amount_cmp (debt, geo_amount_max (delta->in, delta->out)) < 0)
      return geo_no (no, GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY);
  }
  return TRUE;
}

/* §7: where we are the creditor of a debt that shrinks, our line has
 * auto_clearing, or we voted.  Our vote is in the certificate, which was
 * checked. */
static gboolean
check_consent (const GeoParty *party,
               const GeoContract *contract,
               const GeoDelta *delta,
               const GeoPair *pair,
               GeoNo *no) {
  if (delta->out.minor == 0 || pair == NULL || pair->balance.minor <= 0 ||
      geo_party_is_voter (contract, &party->self->pid))
    return TRUE;
  /* A closed line is in memory as well: NULL is one that never was. */
  if (pair->given == NULL)
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  if (!pair->given->policy->auto_clearing &&
      contract->created_at > pair->given_since)
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  return TRUE;
}

/* §7: one of the two lines between whoever owes more since, and whom.  What is
 * cleared so is committed at once, so that the line in force counts. */
static gboolean
check_spare (const GeoTrustLine *line,
             gboolean lends,
             GeoAmount owed,
             GeoNo *no) {
  if (line == NULL || line->status != GEO_LINE_STATUS_ACTIVE)
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  if (geo_trust_line_is_frozen (line))
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
  if (!line->policy->has_spare_clearing)
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  if (geo_amount_cmp (owed, line->policy->spare_clearing.amount) > 0 ||
      (lends && geo_amount_cmp (owed, line->limit.amount) > 0))
    return geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  return TRUE;
}

/* What a hop leaves between us and its other end, and whether it may.  Where it
 * may not, the line that was not kept to: ours, if it was not. */
static gboolean
check_hop (const GeoParty *party,
           const GeoContract *contract,
           const GeoDelta *delta,
           GeoAmount *after,
           const GeoTrustLine **line,
           GeoNo *no) {
  const GeoPair *pair = geo_party_find_pair (party, &delta->peer,
                                             contract->equivalent);
  const GeoTrustLine *got = pair != NULL ? pair->got : NULL;
  gboolean is_claim = delta->in.minor > 0;
  GeoAmount owed;

  *line = pair != NULL ? pair->given : NULL;
  *after = pair != NULL ? pair->balance : GEO_AMOUNT_ZERO;
  if (!geo_amount_add (*after, delta->in, after) ||
      !geo_amount_sub (*after, delta->out, after) ||
      !geo_amount_neg (*after, &owed))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  if (is_claim)
    owed = *after;
  if (!check_consent (party, contract, delta, pair, no))
    return FALSE;
  if (owed.minor <= 0)
    return TRUE;
  if (!check_spare (*line, is_claim, owed, no))
    return FALSE;
  *line = got;
  return check_spare (got, !is_claim, owed, no);
}

const GeoTrustLine *
geo_clearing_find_breach (const GeoParty *party, const GeoProvenEntry *entry) {
  const GeoCertificate *certificate = entry->certificate;
  g_autoptr (GArray) deltas = NULL;
  GeoNo no;

  if (certificate == NULL ||
      !geo_party_check_hops (party, certificate->contract, entry->hops, &deltas,
                             &no))
    return NULL;
  for (guint i = 0; i < deltas->len; i++) {
    const GeoTrustLine *line;
    GeoAmount after;

    if (!check_hop (party, certificate->contract,
                    &g_array_index (deltas, GeoDelta, i), &after, &line, &no))
      return line;
  }
  return NULL;
}

/* --- What was cleared ----------------------------------------------------- */

gboolean
geo_clearing_check (GeoParty *party,
                    const GeoProvenEntry *entry,
                    GeoKeys *keys,
                    GArray *afters,
                    GeoNo *no) {
  const GeoCertificate *certificate = entry->certificate;
  const GeoHash *subject = &entry->entry->subject;
  g_autoptr (GArray) deltas = NULL;
  const GeoContract *contract;
  const GeoAnswer *answer;
  GeoHash hash;

  if (certificate == NULL || certificate->order != NULL)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  contract = certificate->contract;
  geo_contract_hash (contract, &hash);
  if (!geo_hash_equal (&hash, subject))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  if (!check_form (party, contract, entry->hops, &deltas, no))
    return FALSE;
  if (entry->entry->at > contract->deadline)
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  /* P3: the closer's vote and all others that it needs. */
  if (!geo_certificate_check (certificate, geo_party_lookup_key, keys, NULL))
    return geo_no (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  /* P4: what a voter refused is not committed, and nothing is twice. */
  answer = g_hash_table_lookup (party->answers, subject);
  if (answer != NULL && answer->refusal != NULL)
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_REFUSED_BY_PARTICIPANT);
  if (geo_party_find_outcome (party, subject) != NULL)
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_TWO_OUTCOMES);

  for (guint i = 0; i < deltas->len; i++) {
    const GeoDelta *delta = &g_array_index (deltas, GeoDelta, i);
    GeoAfter after = { .peer = delta->peer };
    const GeoTrustLine *line;

    if (!check_hop (party, contract, delta, &after.after, &line, no))
      return FALSE;
    g_array_append_val (afters, after);
  }
  return TRUE;
}

/* What we owe everybody together; as much as a number holds. */
static GeoAmount
sum_owed (const GeoParty *party, const gchar *equivalent) {
  GeoAmount sum = GEO_AMOUNT_ZERO;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const GeoPair *pair = key;

    if (pair->balance.minor < 0 && g_str_equal (pair->equivalent, equivalent) &&
        !geo_amount_sub (sum, pair->balance, &sum))
      return GEO_AMOUNT (GEO_AMOUNT_MAX);
  }
  return geo_amount_min (sum, GEO_AMOUNT (GEO_AMOUNT_MAX));
}

void
geo_clearing_apply (GeoParty *party,
                    const GeoProvenEntry *entry,
                    const GArray *afters,
                    GPtrArray *actions) {
  const GeoContract *contract = entry->certificate->contract;
  const GeoHash *hash = &entry->entry->subject;
  guint8 decimals = contract->amount.decimals;
  GeoAmount before = sum_owed (party, contract->equivalent);
  GeoOpenVote *vote = geo_participant_find (party, hash);
  GeoTold *told;

  for (guint i = 0; i < afters->len; i++) {
    const GeoAfter *after = &g_array_index (afters, GeoAfter, i);

    geo_party_get_pair (party, &after->peer, contract->equivalent)->balance =
        after->after;
  }
  told = geo_actions_tell (actions, GEO_TOLD_CLEARED);
  told->entry = geo_proven_entry_copy (entry);
  told->owed_before = geo_decimal (before, decimals);
  told->owed_after = geo_decimal (sum_owed (party, contract->equivalent),
                                  decimals);
  /* P9: this is the evidence. */
  if (vote != NULL)
    geo_participant_resolve (party, vote, actions);
  geo_party_add_outcome (party, hash, TRUE, 0);
  drop (party, hash, actions);
}

/* --- What we are asked ---------------------------------------------------- */

static GeoVote *
make_vote (const GeoParty *party, const GeoHash *contract) {
  GeoVote *vote = geo_vote_new ();

  /* P5: Ed25519 gives the same bytes each time. */
  vote->community = party->community->community;
  vote->contract = *contract;
  vote->voter = party->self->pid;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, party->secret);
  return vote;
}

static void
send_accept (const GeoParty *party,
             const GeoHash *contract,
             const gchar *msg_id,
             GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_ACCEPT, msg_id);

  message->u.clearing_accept->vote = make_vote (party, contract);
  geo_actions_send (actions, NULL, message);
}

static void
send_reject (const GeoRefusal *refusal,
             const gchar *msg_id,
             GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_REJECT, msg_id);

  message->u.clearing_reject->refusal = geo_refusal_copy (refusal);
  geo_actions_send (actions, NULL, message);
}

static void
refuse (GeoParty *party,
        const GeoContract *contract,
        const GeoNo *no,
        const gchar *msg_id,
        GeoTime now,
        GPtrArray *actions) {
  g_autoptr (GeoRefusal) refusal = geo_refusal_new ();
  GeoRecordBody *body = geo_record_body_new ();

  refusal->community = party->community->community;
  refusal->has_contract = TRUE;
  geo_contract_hash (contract, &refusal->contract);
  refusal->voter = party->self->pid;
  refusal->code = no->code;
  refusal->reason = g_strdup (no->reason);
  refusal->at = now;
  geo_refusal_sign (refusal, party->secret);
  geo_participant_add_answer (party, &refusal->contract, contract->deadline,
                              refusal);

  /* P1: Persist, then send. */
  body->refusal = geo_refusal_copy (refusal);
  body->contract = geo_contract_copy (contract);
  geo_actions_store_record (actions, GEO_RECORD_KIND_REFUSAL, body);
  send_reject (refusal, msg_id, actions);
}

static void
send_error (const gchar *msg_id, const GeoNo *no, GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = no->code;
  message->u.error->reason = g_strdup (no->reason);
  message->u.error->message = g_strdup ("This clearing is not answered.");
  geo_actions_send (actions, NULL, message);
}

/* Whether it is for us to say anything about it at all. */
static gboolean
is_ours (const GeoParty *party,
         const GeoMsgClearingPropose *propose,
         GeoTime now,
         GeoNo *no) {
  const GeoContract *contract = propose->contract;

  if (!geo_party_is_hub (party, &contract->community))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  if (!geo_party_is_voter (contract, &party->self->pid))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  /* P2: what we say is remembered until the deadline, unless that was too much
   * or another journal. */
  if (now - GEO_CLOCK_TOLERANCE_MS > contract->deadline ||
      contract->created_at <= party->horizon)
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  if (contract->deadline - now > DEADLINE_MS_MAX)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_CLOCK);
  if (party->proposals->len >= GEO_PARTY_PROPOSALS_MAX ||
      party->votes->len >= GEO_PARTY_VOTES_MAX ||
      g_hash_table_size (party->answers) >= GEO_PARTY_ANSWERS_MAX)
    return geo_no (no, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  return !party->faulted ||
         geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
}

void
geo_clearing_propose (GeoParty *party,
                      const GeoMessage *message,
                      GeoTime now,
                      GPtrArray *actions) {
  const GeoMsgClearingPropose *propose = message->u.clearing_propose;
  const GeoAnswer *answer;
  GeoProposal *proposal;
  GeoHash hash;
  GeoNo no;

  geo_contract_hash (propose->contract, &hash);
  /* P2, P5: what was answered is answered again, with the same bytes. */
  answer = g_hash_table_lookup (party->answers, &hash);
  if (answer != NULL && answer->refusal != NULL) {
    send_reject (answer->refusal, message->msg_id, actions);
    return;
  }
  if (answer != NULL || geo_participant_find (party, &hash) != NULL) {
    send_accept (party, &hash, message->msg_id, actions);
    return;
  }
  if (find (party, &hash) != NULL)
    return;
  if (!is_ours (party, propose, now, &no)) {
    send_error (message->msg_id, &no, actions);
    return;
  }
  /* P8, as far as it does not depend on entries that may not be here yet; the
   * rest is checked when the person decides. */
  if (!check_form (party, propose->contract, propose->hops, NULL, &no)) {
    refuse (party, propose->contract, &no, message->msg_id, now, actions);
    return;
  }

  proposal = g_new0 (GeoProposal, 1);
  proposal->hash = hash;
  proposal->contract = geo_contract_copy (propose->contract);
  proposal->hops = copy_hops (propose->hops);
  g_ptr_array_add (party->proposals, proposal);
  geo_actions_tell (actions, GEO_TOLD_PROPOSALS);
}

void
geo_clearing_abort (GeoParty *party,
                    const GeoRefusal *refusal,
                    GPtrArray *actions) {
  if (refusal->has_contract)
    drop (party, &refusal->contract, actions);
}

void
geo_clearing_disconnected (GeoParty *party, GPtrArray *actions) {
  if (party->proposals->len == 0)
    return;
  /* The hub asks again as soon as we are back, if it still holds. */
  g_ptr_array_set_size (party->proposals, 0);
  geo_actions_tell (actions, GEO_TOLD_PROPOSALS);
}

/* --- What the person decides ---------------------------------------------- */

void
geo_party_foreach_proposal (const GeoParty *party,
                            GeoPartyProposalFunc func,
                            gpointer user_data) {
  for (guint i = 0; i < party->proposals->len; i++) {
    const GeoProposal *proposal = g_ptr_array_index (party->proposals, i);

    func (&proposal->hash, proposal->contract, proposal->hops, user_data);
  }
}

static void
accept (GeoParty *party, const GeoProposal *proposal, GPtrArray *actions) {
  GeoRecordBody *body = geo_record_body_new ();

  geo_participant_add_vote (party, proposal->contract, NULL, proposal->hops);
  /* P1: Persist, then send. */
  body->vote = make_vote (party, &proposal->hash);
  body->contract = geo_contract_copy (proposal->contract);
  g_ptr_array_unref (body->hops);
  body->hops = copy_hops (proposal->hops);
  geo_actions_store_record (actions, GEO_RECORD_KIND_VOTE, body);
  send_accept (party, &proposal->hash, NULL, actions);
  geo_actions_timer (actions, &proposal->hash,
                     proposal->contract->deadline + GEO_PARTY_VOTE_MS);
}

gboolean
geo_party_answer_clearing (GeoParty *party,
                           const GeoHash *contract,
                           gboolean accepts,
                           GeoTime now,
                           GPtrArray *actions,
                           GError **error) {
  GeoProposal *proposal = find (party, contract);
  g_autoptr (GArray) deltas = NULL;
  GeoNo no;

  if (proposal == NULL)
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "There is no such clearing to answer");
  if (!party->connected)
    return geo_party_fail (error, GEO_CODE_TIMEOUT, "The hub is not there");
  if (party->faulted)
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "The hub is not believed any more");
  if (now > proposal->contract->deadline)
    return geo_party_fail (error, GEO_CODE_TIMEOUT,
                           "It is too late to answer this");
  if (!accepts) {
    geo_no (&no, GEO_CODE_NOT_ALLOWED, GEO_REASON_REFUSED_BY_PARTICIPANT);
    refuse (party, proposal->contract, &no, NULL, now, actions);
    drop (party, contract, actions);
    return TRUE;
  }

  /* P8: a voter checks the contract against its own journal. */
  if (party->sequence < party->hub_sequence ||
      !check_form (party, proposal->contract, proposal->hops, &deltas, &no) ||
      !check_debts (party, proposal->contract, deltas, &no))
    return geo_party_fail (error, GEO_CODE_CAPACITY,
                           "The debts are not what they were any more");
  accept (party, proposal, actions);
  drop (party, contract, actions);
  return TRUE;
}
