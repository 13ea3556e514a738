/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's entries (§8): each must follow the last, carry its evidence and
 * stay inside our mandate before it is stored and applied.  The only place
 * where a balance changes; what does not hold changes nothing, and ends our
 * belief in what the hub says.
 */
#include "protocol/geo-party-private.h"

#include <string.h>

#include "core/geo-evidence.h"

static void
acknowledge (GeoParty *party, GeoTime now, GPtrArray *actions) {
  GeoMessage *message;
  GeoEntryAck *ack;

  if (party->sequence <= party->acknowledged)
    return;
  party->acknowledged = party->sequence;
  ack = geo_entry_ack_new ();
  ack->community = party->community->community;
  ack->participant = party->self->pid;
  ack->sequence = party->sequence;
  ack->entry_hash = party->entry_hash;
  ack->at = now;
  geo_entry_ack_sign (ack, party->secret);
  message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, NULL);
  message->u.entry_ack->ack = ack;
  geo_actions_send (actions, NULL, message);
}

/* Those of the entry's people who are who they say; borrowed. */
static GPtrArray *
checked_people (const GeoParty *party, const GeoProvenEntry *entry) {
  GPtrArray *people = g_ptr_array_new ();

  for (guint i = 0; i < entry->people->len; i++) {
    GeoParticipant *person = g_ptr_array_index (entry->people, i);

    if (geo_party_knows_form (party, person) ||
        geo_participant_check (person, &party->community->community, NULL))
      g_ptr_array_add (people, person);
  }
  return people;
}

/* --- The mandate ---------------------------------------------------------- */

/* A contract that was made before the line changed may carry out what the line
 * no longer allows. */
static gboolean
is_held_to (const GeoContract *contract, GeoTime since) {
  return contract->created_at > since;
}

/* §1: the line was frozen when the contract was made. */
static gboolean
stops (const GeoContract *contract, const GeoTrustLine *line, GeoTime since) {
  return geo_trust_line_is_frozen (line) && is_held_to (contract, since);
}

static gboolean
check_limit (const GeoContract *contract,
             const GeoPair *pair,
             const GeoTrustLine *line,
             GeoTime since,
             GeoAmount debt,
             GeoNo *no) {
  if (geo_amount_cmp (debt, GEO_AMOUNT_ZERO) <= 0)
    return TRUE;
  /* A closed line is in memory as well: NULL is one that never was. */
  if (line == NULL)
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
  if (stops (contract, pair->given, pair->given_since) ||
      stops (contract, pair->got, pair->got_since))
    return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_FROZEN);
  if (is_held_to (contract, since) &&
      geo_amount_cmp (debt, line->limit.amount) > 0)
    return geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  return TRUE;
}

/* P7: who did not vote takes part by what its line allows. */
static gboolean
check_policy (const GeoParty *party,
              const GeoContract *contract,
              const GeoPair *pair,
              GeoAmount in,
              GeoTime at,
              GeoNo *no) {
  gboolean passing = !geo_party_is_self (party, &contract->payer) &&
                     !geo_party_is_self (party, &contract->payee);
  const GeoTrustLine *line = pair != NULL ? pair->given : NULL;

  if (line == NULL) {
    if (passing)
      return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
    return TRUE;
  }
  if (!is_held_to (contract, pair->given_since))
    return TRUE;
  if (line->status != GEO_LINE_STATUS_ACTIVE) {
    if (passing)
      return geo_no (no, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE);
    return TRUE;
  }
  if ((passing && !line->policy->can_be_intermediate) ||
      geo_policy_blocks (line->policy, contract) ||
      (line->policy->consent == GEO_CONSENT_LIVE &&
       !geo_party_is_voter (contract, &party->self->pid)))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  return geo_pair_lets_in (pair, in, at) ||
         geo_no (no, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
}

/* at: by the hub's clock. */
static gboolean
check_delta (const GeoParty *party,
             const GeoContract *contract,
             const GeoDelta *delta,
             gboolean voted,
             GeoTime at,
             GeoAmount *after,
             GeoNo *no) {
  const GeoPair *pair = geo_party_find_pair (party, &delta->peer,
                                             contract->equivalent);
  GeoAmount balance = pair != NULL ? pair->balance : GEO_AMOUNT_ZERO;
  GeoAmount debt;

  if (!geo_amount_add (balance, delta->in, after) ||
      !geo_amount_sub (*after, delta->out, after) ||
      !geo_amount_neg (*after, &debt))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  if (delta->in.minor > 0 && !voted &&
      !check_policy (party, contract, pair, delta->in, at, no))
    return FALSE;
  if (geo_amount_cmp (*after, balance) > 0)
    return check_limit (contract, pair, pair != NULL ? pair->given : NULL,
                        pair != NULL ? pair->given_since : 0, *after, no);
  if (geo_amount_cmp (*after, balance) < 0)
    return check_limit (contract, pair, pair != NULL ? pair->got : NULL,
                        pair != NULL ? pair->got_since : 0, debt, no);
  return TRUE;
}

/* --- Evidence ------------------------------------------------------------- */

/* P4: what a voter refused is not committed. */
static gboolean
check_outcome (GeoParty *party,
               const GeoProvenEntry *entry,
               gboolean *voted,
               GeoNo *no) {
  const GeoHash *contract = &entry->entry->subject;
  const GeoHash *order = &entry->certificate->contract->order;
  const GeoAnswer *answer = g_hash_table_lookup (party->answers, contract);
  const GeoOutcome *outcome = geo_party_find_outcome (party, contract);

  /* P7: the no of somebody whose vote is not needed counts until the closer
   * votes; it may have come too late, and then the mandate decides. */
  if (answer != NULL && answer->refusal != NULL &&
      geo_party_is_voter (entry->certificate->contract, &party->self->pid))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_REFUSED_BY_PARTICIPANT);
  if (outcome == NULL)
    outcome = geo_party_find_outcome (party, order);
  /* P11: one order, one contract; so also a second commit does not hold. */
  if (outcome != NULL)
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_TWO_OUTCOMES);
  *voted = geo_participant_find (party, contract) != NULL;
  return TRUE;
}

static gboolean
check_payment (GeoParty *party,
               const GeoProvenEntry *entry,
               GeoKeys *keys,
               GArray *afters,
               GeoNo *no) {
  const GeoCertificate *certificate = entry->certificate;
  g_autoptr (GArray) deltas = NULL;
  gboolean voted = FALSE;
  GeoHash hash;

  if (certificate == NULL || certificate->order == NULL)
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  geo_contract_hash (certificate->contract, &hash);
  if (!geo_hash_equal (&hash, &entry->entry->subject))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  if (!geo_party_check_contract (party, certificate->contract,
                                 certificate->order, no))
    return FALSE;
  /* P11: never after the deadline, by the hub's own clock. */
  if (entry->entry->at > certificate->contract->deadline)
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  /* P3, P6, P7: the order, the closer's vote and all others that it needs. */
  if (!geo_certificate_check (certificate, geo_party_lookup_key, keys, NULL))
    return geo_no (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  if (!geo_party_check_hops (party, certificate->contract, entry->hops, &deltas,
                             no) ||
      !check_outcome (party, entry, &voted, no))
    return FALSE;
  for (guint i = 0; i < deltas->len; i++) {
    const GeoDelta *delta = &g_array_index (deltas, GeoDelta, i);
    GeoAfter after = { .peer = delta->peer };

    if (!check_delta (party, certificate->contract, delta, voted,
                      entry->entry->at, &after.after, no))
      return FALSE;
    g_array_append_val (afters, after);
  }
  return TRUE;
}

static gboolean
check_evidence (GeoParty *party,
                const GeoProvenEntry *entry,
                GPtrArray *people,
                GArray *afters,
                GeoNo *no) {
  GeoKeys keys = { party, TRUE, people };

  switch (entry->entry->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    return geo_lines_check (party, entry, &keys, no);
  case GEO_ENTRY_KIND_PAYMENT:
    return check_payment (party, entry, &keys, afters, no);
  case GEO_ENTRY_KIND_CLEARING:
    return geo_clearing_check (party, entry, &keys, afters, no);
  }
  return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
}

/* --- Applying ------------------------------------------------------------- */

static void
store (const GeoParty *party,
       const GeoProvenEntry *entry,
       GPtrArray *people,
       GPtrArray *actions) {
  const GeoCertificate *certificate = entry->certificate;
  GeoRecordBody *body = geo_record_body_new ();

  /* The journal takes over who is named, so only those who check out are. */
  if (people->len == entry->people->len) {
    body->entry = geo_proven_entry_ref (entry);
  } else {
    body->entry = geo_proven_entry_copy (entry);
    g_ptr_array_set_size (body->entry->people, 0);
    for (guint i = 0; i < people->len; i++)
      g_ptr_array_add (body->entry->people,
                       geo_participant_copy (g_ptr_array_index (people, i)));
  }
  /* A text that does not open, or is not what the payer signed, is no text:
   * the money is the same. */
  if (entry->entry->kind == GEO_ENTRY_KIND_PAYMENT && entry->sealed != NULL &&
      geo_party_is_self (party, &certificate->contract->payee))
    body->text = party->opened != NULL
                     ? g_strdup (party->opened)
                     : geo_party_unseal (party, certificate->order,
                                         entry->sealed);
  else if (entry->entry->kind == GEO_ENTRY_KIND_PAYMENT &&
           geo_party_is_self (party, &certificate->contract->payer) &&
           geo_payer_find (party, &certificate->contract->order) == NULL &&
           party->text_func != NULL)
    body->text =
        g_strdup (party->text_func (certificate->order, party->text_data));
  geo_actions_store_record (actions, GEO_RECORD_KIND_ENTRY, body);
}

/* daily_limit: what has come in over our line counts, for the day of the entry
 * or of one before it that was told as later. */
static void
note_inbound (GeoParty *party, const GeoHop *hop, GeoTime at) {
  GeoPair *pair;
  gint64 day = at / GEO_DAY_MS;

  if (!geo_party_is_self (party, &hop->to))
    return;
  pair = geo_party_get_pair (party, &hop->from, hop->equivalent);
  if (pair->given == NULL)
    return;
  if (pair->day < day)
    pair->inbound = GEO_AMOUNT_ZERO;
  pair->day = MAX (pair->day, day);
  /* No limit is larger. */
  pair->inbound.minor = MIN (pair->inbound.minor + hop->amount.amount.minor,
                             GEO_AMOUNT_MAX);
}

static void
apply_payment (GeoParty *party,
               const GeoProvenEntry *entry,
               GArray *afters,
               GPtrArray *actions) {
  const GeoContract *contract = entry->certificate->contract;
  const GeoHash *hash = &entry->entry->subject;
  GeoOpenVote *vote = geo_participant_find (party, hash);
  GeoTold *told;

  for (guint i = 0; i < afters->len; i++) {
    const GeoAfter *after = &g_array_index (afters, GeoAfter, i);

    geo_party_get_pair (party, &after->peer, contract->equivalent)->balance =
        after->after;
  }
  for (guint i = 0; i < entry->hops->len; i++)
    note_inbound (party,
                  ((GeoProvenHop *) g_ptr_array_index (entry->hops, i))->hop,
                  entry->entry->at);
  geo_letters_paid (party, entry->certificate->order, actions);
  if (geo_party_is_self (party, &contract->payer)) {
    geo_payer_paid (party, entry, actions);
  } else {
    told = geo_actions_tell (
        actions, geo_party_is_self (party, &contract->payee) ? GEO_TOLD_RECEIVED
                                                             : GEO_TOLD_PASSED);
    told->order_hash = contract->order;
    told->order = geo_order_ref (entry->certificate->order);
    told->entry = geo_proven_entry_ref (entry);
  }
  /* P9: this is the evidence. */
  if (vote != NULL)
    geo_participant_resolve (party, vote, actions);
  geo_party_add_outcome (party, hash, TRUE, contract->created_at);
  geo_party_add_outcome (party, &contract->order, TRUE, contract->created_at);
}

static void
apply (GeoParty *party,
       const GeoProvenEntry *entry,
       const GeoHash *hash,
       GPtrArray *people,
       GArray *afters,
       GPtrArray *actions) {
  store (party, entry, people, actions);
  party->sequence = entry->entry->sequence;
  party->entry_hash = *hash;
  for (guint i = 0; i < people->len; i++)
    geo_party_learn (party, g_ptr_array_index (people, i), GEO_SAID_BY_HUB,
                     TRUE, actions);
  switch (entry->entry->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    geo_lines_apply (party, entry, actions);
    break;
  case GEO_ENTRY_KIND_PAYMENT:
    apply_payment (party, entry, afters, actions);
    break;
  case GEO_ENTRY_KIND_CLEARING:
    geo_clearing_apply (party, entry, afters, actions);
    break;
  }
}

/* --- Events --------------------------------------------------------------- */

/* Whether the entry is the hub's word to us, and where it stands: FALSE and a
 * code where it is a fault (what: of which kind, 0 where nothing was signed),
 * FALSE and code 0 where it is to be passed over. */
static gboolean
check_place (GeoParty *party,
             const GeoProvenEntry *proven,
             const GeoHash *hash,
             GeoTime now,
             GPtrArray *actions,
             GeoEvidenceKind *what,
             GeoNo *no) {
  const GeoEntry *entry = proven->entry;

  *what = 0;
  no->code = 0;
  if (!geo_party_is_hub (party, &entry->community) ||
      !geo_entry_verify (entry, &party->community->key, NULL))
    return geo_no (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  if (!geo_party_is_self (party, &entry->participant))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  party->hub_sequence = MAX (party->hub_sequence, entry->sequence);
  if (entry->sequence <= party->sequence) {
    /* §8: two entries of one number are a fork, which only the last can show
     * without asking the journal. */
    if (entry->sequence == party->sequence &&
        !geo_hash_equal (hash, &party->entry_hash)) {
      *what = GEO_EVIDENCE_KIND_FORK;
      return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_CHAIN);
    }
    if (entry->sequence < party->sequence)
      geo_actions_tell (actions, GEO_TOLD_OLD_ENTRY)->entry =
          geo_evidence_bare (entry);
    return FALSE;
  }
  if (entry->sequence > party->sequence + 1) {
    if (party->ahead == NULL)
      party->ahead = geo_evidence_bare (entry);
    /* Whoever has not answered in all that time does not any more, and without
     * what is missing nothing would ever come to an end. */
    if (!party->syncing || now - party->synced_at >= GEO_PARTY_SYNC_MS ||
        now < party->synced_at)
      geo_party_send_sync (party, now, actions);
    return FALSE;
  }
  if (entry->has_previous != (party->sequence > 0) ||
      (entry->has_previous &&
       !geo_hash_equal (&entry->previous, &party->entry_hash))) {
    *what = GEO_EVIDENCE_KIND_CHAIN;
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_CHAIN);
  }
  return TRUE;
}

/* K5: what the hub has said of somebody's keys, and came without. */
static void
add_later_keys (const GeoParty *party,
                const GeoProvenEntry *entry,
                GeoEvidence *evidence) {
  for (guint i = 0; i < entry->people->len &&
                    evidence->people->len < GEO_EVIDENCE_PEOPLE_MAX;
       i++) {
    const GeoParticipant *shown = g_ptr_array_index (entry->people, i);
    const GeoParticipant *heard = geo_party_get_heard (party, &shown->pid);

    if (heard != NULL && geo_participant_compare_keys (shown, heard) ==
                             GEO_KEY_CHAIN_LONGER)
      g_ptr_array_add (evidence->people, geo_participant_copy (heard));
  }
}

/* §8: what came with an entry does not hold, or goes beyond what our line
 * allows. */
static void
fault_evidence (GeoParty *party,
                const GeoProvenEntry *entry,
                const GeoNo *no,
                GPtrArray *actions) {
  GeoEvidenceKind what = GEO_EVIDENCE_KIND_BAD_ENTRY;
  const GeoTrustLine *line = NULL;
  const GeoPair *pair = NULL;
  GeoEvidence *evidence;

  if (g_str_equal (no->reason, GEO_REASON_TWO_OUTCOMES) ||
      g_str_equal (no->reason, GEO_REASON_REFUSED_BY_PARTICIPANT))
    what = GEO_EVIDENCE_KIND_TWO_OUTCOMES;
  else if ((no->code == GEO_CODE_LIMIT || no->code == GEO_CODE_LINE_INACTIVE ||
            no->code == GEO_CODE_NOT_ALLOWED) &&
           !g_str_equal (no->reason, GEO_REASON_NOT_NEUTRAL))
    what = GEO_EVIDENCE_KIND_MANDATE;
  evidence = geo_party_evidence (what, entry, FALSE, NULL);
  if (what == GEO_EVIDENCE_KIND_MANDATE &&
      entry->entry->kind == GEO_ENTRY_KIND_CLEARING)
    line = geo_clearing_find_breach (party, entry);
  if (line != NULL)
    evidence->line = geo_trust_line_copy (line);
  if (what == GEO_EVIDENCE_KIND_BAD_ENTRY)
    add_later_keys (party, entry, evidence);
  for (guint i = 0; what == GEO_EVIDENCE_KIND_MANDATE &&
                    evidence->line == NULL && i < entry->hops->len;
       i++) {
    const GeoHop *hop =
        ((GeoProvenHop *) g_ptr_array_index (entry->hops, i))->hop;

    if (geo_party_is_self (party, &hop->to))
      pair = geo_party_find_pair (party, &hop->from, hop->equivalent);
    if (pair != NULL && pair->given != NULL)
      evidence->line = geo_trust_line_copy (pair->given);
  }
  geo_party_fault (party, no, evidence, actions);
}

void
geo_catchup_entry (GeoParty *party,
                   const GeoProvenEntry *entry,
                   gboolean bulk,
                   GeoTime now,
                   GPtrArray *actions) {
  g_autoptr (GPtrArray) people = NULL;
  g_autoptr (GArray) afters = NULL;
  GeoEvidenceKind what;
  GeoHash hash;
  GeoNo no;

  if (party->faulted)
    return;
  geo_entry_hash (entry->entry, &hash);
  if (!check_place (party, entry, &hash, now, actions, &what, &no)) {
    if (no.code != 0)
      geo_party_fault (party, &no,
                       what != 0 ? geo_party_evidence (what, entry, TRUE, NULL)
                                 : NULL,
                       actions);
    return;
  }

  people = checked_people (party, entry);
  afters = g_array_new (FALSE, FALSE, sizeof (GeoAfter));
  if (!check_evidence (party, entry, people, afters, &no)) {
    fault_evidence (party, entry, &no, actions);
    return;
  }
  apply (party, entry, &hash, people, afters, actions);
  party->gaps = 0;
  /* Whoever sends one after another is answering. */
  if (bulk)
    party->synced_at = now;
  if (party->ahead != NULL && party->ahead->entry->sequence <= party->sequence)
    g_clear_pointer (&party->ahead, geo_proven_entry_free);
  if (!bulk)
    acknowledge (party, now, actions);
  geo_log_added (party, &entry->entry->subject, bulk, now, actions);
  geo_participant_decide_kept (party, now, actions);
}

void
geo_catchup_result (GeoParty *party,
                    gint64 sequence,
                    GeoTime now,
                    GPtrArray *actions) {
  gboolean asked = party->syncing;
  /* Who says that there is more than it sent may answer something else than
   * the SYNC, but not for ever. */
  guint weight = sequence <= party->sequence ? GEO_PARTY_GAPS_MAX / 8 : 1;

  party->syncing = FALSE;
  if (party->faulted)
    return;
  party->hub_sequence = MAX (party->hub_sequence, sequence);
  acknowledge (party, now, actions);
  if (party->sequence >= party->hub_sequence) {
    geo_actions_tell (actions, GEO_TOLD_SYNCED);
    geo_log_synced (party, now, actions);
  } else if (!asked || party->sequence > party->synced_from) {
    geo_party_send_sync (party, now, actions);
  } else if (party->gaps + weight < GEO_PARTY_GAPS_MAX) {
    /* §8: A gap is asked for, and again where nothing came. */
    party->gaps += weight;
    geo_party_send_sync (party, now, actions);
  } else {
    GeoNo no;

    geo_no (&no, GEO_CODE_CONFLICT, GEO_REASON_GAP);
    geo_party_fault (party, &no,
                     party->ahead != NULL
                         ? geo_party_evidence (GEO_EVIDENCE_KIND_GAP,
                                               party->ahead, TRUE, NULL)
                         : NULL,
                     actions);
  }
}
