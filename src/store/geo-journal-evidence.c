/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a record of each kind has to hold, checked before it is stored and again
 * when a journal is verified.  Looks at values only: no database, and no
 * opinion on whether a payment was a good one.
 */
#include "store/geo-journal-private.h"

#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-rest-object.h"

void
geo_journal_set_unfit (GeoRecordKind kind, const gchar *why, GError **error) {
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY,
               "A record of kind %s does not hold: %s.",
               geo_record_kind_to_string (kind), why);
}

static gboolean
unfit (GeoRecordKind kind, const gchar *why, GError **error) {
  geo_journal_set_unfit (kind, why, error);
  return FALSE;
}

/* Takes the core error over into the sentence. */
static gboolean
unfit_because (GeoRecordKind kind, GError *why, GError **error) {
  g_autoptr (GError) inner = why;

  return unfit (kind, inner->message, error);
}

static gboolean
is_ours (const GeoJournalIdentity *identity, const GeoPid *community) {
  return geo_pid_equal (&identity->community, community);
}

static gboolean
is_self (const GeoJournalIdentity *identity, const GeoPid *pid) {
  return geo_pid_equal (&identity->self, pid);
}

static gboolean
check_person (const GeoJournalIdentity *identity,
              GeoRecordKind kind,
              const GeoParticipant *person,
              GError **error) {
  GeoPid pid;

  /* Whose rotations lead where is checked with the signatures. */
  geo_pid_from_key (person->rotations->len == 0
                        ? &person->key
                        : &((const GeoKeyRotation *) g_ptr_array_index (
                               person->rotations, 0))
                               ->old_key,
                    &pid);
  if (!geo_pid_equal (&pid, &person->pid))
    return unfit (kind, "a person's key does not fit its PID", error);
  if (!is_ours (identity, &person->community))
    return unfit (kind, "a person is of another community", error);
  return TRUE;
}

/* K5: our keys go on from those that are known, by at most so many. */
static gboolean
goes_on (const GeoJournalIdentity *identity,
         const GeoParticipant *person,
         guint most) {
  GeoKeyChain keys;
  GeoKeyChainOrder order;

  geo_key_chain_of (person, &keys);
  order = geo_key_chain_compare (&identity->keys, &keys);
  return order == GEO_KEY_CHAIN_SAME ||
         (order == GEO_KEY_CHAIN_LONGER && keys.n - identity->keys.n <= most);
}

static gboolean
check_joined (const GeoJournalIdentity *identity,
              const GeoRecordBody *body,
              GError **error) {
  const GeoRecordKind kind = GEO_RECORD_KIND_JOINED;
  GError *why = NULL;

  if (body->community == NULL || body->person == NULL)
    return unfit (kind, "the community or the participant is missing", error);
  if (!geo_community_check (body->community, &why) ||
      !geo_participant_check (body->person, &body->community->community, &why))
    return unfit_because (kind, why, error);
  if (identity->known &&
      (!is_ours (identity, &body->community->community) ||
       !is_self (identity, &body->person->pid) ||
       !goes_on (identity, body->person, GEO_ROTATIONS_MAX)))
    return unfit (
        kind, "the journal belongs to another participant or community", error);
  return TRUE;
}

/* K6: what the old key says last. */
static gboolean
check_rotation (const GeoJournalIdentity *identity,
                const GeoRecordBody *body,
                GError **error) {
  const GeoRecordKind kind = GEO_RECORD_KIND_ROTATION;

  if (body->person == NULL || body->former == NULL)
    return unfit (kind, "the next key or the former ones are missing", error);
  if (!is_self (identity, &body->person->pid) ||
      !goes_on (identity, body->person, 1))
    return unfit (kind, "it does not follow our keys", error);
  return TRUE;
}

static gboolean
check_line (const GeoJournalIdentity *identity,
            GeoRecordKind kind,
            const GeoTrustLine *line,
            GError **error) {
  GError *why = NULL;

  if (line == NULL)
    return unfit (kind, "the trust line is missing", error);
  if (!is_ours (identity, &line->community))
    return unfit (kind, "the trust line is of another community", error);
  if (!geo_trust_line_check (line, &why))
    return unfit_because (kind, why, error);
  return TRUE;
}

static gboolean
check_order (const GeoJournalIdentity *identity,
             GeoRecordKind kind,
             const GeoOrder *order,
             GError **error) {
  if (order == NULL)
    return unfit (kind, "the order is missing", error);
  if (!is_ours (identity, &order->community))
    return unfit (kind, "the order is of another community", error);
  return TRUE;
}

static gboolean
check_hops (const GeoJournalIdentity *identity,
            GeoRecordKind kind,
            const GeoContract *contract,
            GPtrArray *hops,
            GError **error) {
  GError *why = NULL;

  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (hops, i);

    if (!geo_contract_check_hop (contract, proven, &why))
      return unfit_because (kind, why, error);
    if (is_self (identity, &proven->hop->from) ==
        is_self (identity, &proven->hop->to))
      return unfit (kind, "a hop does not have us at one end", error);
  }
  return TRUE;
}

/* The contract is of our community and carries out exactly the order. */
static gboolean
check_contract (const GeoJournalIdentity *identity,
                GeoRecordKind kind,
                const GeoContract *contract,
                const GeoOrder *order,
                GError **error) {
  GError *why = NULL;

  if (contract == NULL)
    return unfit (kind, "the contract is missing", error);
  if (!is_ours (identity, &contract->community))
    return unfit (kind, "the contract is of another community", error);
  if (order == NULL && contract->has_order)
    return unfit (kind, "the contract's order is missing", error);
  if (order != NULL && !geo_contract_carries_order (contract, order, &why))
    return unfit_because (kind, why, error);
  return TRUE;
}

static gboolean
check_vote (const GeoJournalIdentity *identity,
            const GeoRecordBody *body,
            GError **error) {
  const GeoRecordKind kind = GEO_RECORD_KIND_VOTE;
  GeoHash hash;

  if (!check_contract (identity, kind, body->contract, body->order, error))
    return FALSE;
  if (body->vote == NULL)
    return unfit (kind, "the vote is missing", error);
  geo_contract_hash (body->contract, &hash);
  if (!geo_hash_equal (&hash, &body->vote->contract))
    return unfit (kind, "the vote is for another contract", error);
  if (!is_self (identity, &body->vote->voter) ||
      !is_ours (identity, &body->vote->community))
    return unfit (kind, "the vote is not ours", error);
  if (body->hops->len == 0)
    return unfit (kind, "the hops are missing", error);
  return check_hops (identity, kind, body->contract, body->hops, error);
}

/* Exactly one of contract and order is refused; evidence that is there has to
 * be of the same thing. */
static gboolean
check_refusal (const GeoJournalIdentity *identity,
               GeoRecordKind kind,
               const GeoRecordBody *body,
               GError **error) {
  const GeoRefusal *refusal = body->refusal;
  GeoHash hash;

  if (!is_ours (identity, &refusal->community))
    return unfit (kind, "the refusal is of another community", error);
  if (refusal->has_contract == refusal->has_order)
    return unfit (kind, "it refuses not exactly one thing", error);
  if (refusal->has_contract && body->contract != NULL) {
    geo_contract_hash (body->contract, &hash);
    if (!geo_hash_equal (&hash, &refusal->contract))
      return unfit (kind, "the contract is not the refused one", error);
  }
  if (refusal->has_order && body->order != NULL) {
    geo_order_hash (body->order, &hash);
    if (!geo_hash_equal (&hash, &refusal->order))
      return unfit (kind, "the order is not the refused one", error);
  }
  return TRUE;
}

static gboolean
check_entry (const GeoJournalIdentity *identity,
             const GeoProvenEntry *proven,
             GError **error) {
  const GeoRecordKind kind = GEO_RECORD_KIND_ENTRY;
  const GeoEntry *entry = proven->entry;
  const GeoContract *contract;
  GeoHash hash;

  if (!is_ours (identity, &entry->community) ||
      !is_self (identity, &entry->participant))
    return unfit (kind, "the entry is not for us", error);
  for (guint i = 0; i < proven->people->len; i++) {
    if (!check_person (identity, kind, g_ptr_array_index (proven->people, i),
                       error))
      return FALSE;
  }
  switch (entry->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    if (!check_line (identity, kind, proven->line, error))
      return FALSE;
    if (is_self (identity, &proven->line->from) ==
        is_self (identity, &proven->line->to))
      return unfit (kind, "the trust line does not have us at one end", error);
    geo_trust_line_hash (proven->line, &hash);
    break;
  case GEO_ENTRY_KIND_PAYMENT:
  case GEO_ENTRY_KIND_CLEARING:
    if (proven->certificate == NULL)
      return unfit (kind, "the certificate is missing", error);
    contract = proven->certificate->contract;
    if (!check_contract (identity, kind, contract, proven->certificate->order,
                         error))
      return FALSE;
    if (entry->kind == GEO_ENTRY_KIND_PAYMENT &&
        (proven->certificate->order == NULL || !contract->has_order ||
         !contract->has_payer || !contract->has_payee))
      return unfit (kind, "the payment has no order, payer or payee", error);
    if (proven->hops->len == 0)
      return unfit (kind, "the hops are missing", error);
    if (!check_hops (identity, kind, contract, proven->hops, error))
      return FALSE;
    geo_contract_hash (contract, &hash);
    break;
  }
  if (!geo_hash_equal (&hash, &entry->subject))
    return unfit (kind, "the entry is about something else", error);
  return TRUE;
}

gboolean
geo_journal_check_body (const GeoJournalIdentity *identity,
                        GeoRecordKind kind,
                        const GeoRecordBody *body,
                        GError **error) {
  GeoHash hash;

  if (kind == GEO_RECORD_KIND_JOINED)
    return check_joined (identity, body, error);
  if (!identity->known)
    return unfit (kind, "nothing was joined before it", error);
  if (body->person != NULL &&
      !check_person (identity, kind, body->person, error))
    return FALSE;

  switch (kind) {
  case GEO_RECORD_KIND_JOINED:
    break;
  case GEO_RECORD_KIND_LINE:
    if (!check_line (identity, kind, body->line, error))
      return FALSE;
    if (!is_self (identity, &body->line->from))
      return unfit (kind, "the trust line is not ours", error);
    break;
  case GEO_RECORD_KIND_ORDER:
    if (!check_order (identity, kind, body->order, error))
      return FALSE;
    if (!is_self (identity, &body->order->from))
      return unfit (kind, "the order is not ours", error);
    if (body->text != NULL) {
      geo_hash_of (body->text, strlen (body->text), &hash);
      if (!body->order->has_description_hash ||
          !geo_hash_equal (&hash, &body->order->description_hash))
        return unfit (kind, "the text is not the one of the order", error);
    }
    break;
  case GEO_RECORD_KIND_VOTE:
    return check_vote (identity, body, error);
  case GEO_RECORD_KIND_REFUSAL:
    if (body->refusal == NULL)
      return unfit (kind, "the refusal is missing", error);
    if (!is_self (identity, &body->refusal->voter))
      return unfit (kind, "the refusal is not ours", error);
    return check_refusal (identity, kind, body, error);
  case GEO_RECORD_KIND_ENTRY:
    if (body->entry == NULL)
      return unfit (kind, "the entry is missing", error);
    return check_entry (identity, body->entry, error);
  case GEO_RECORD_KIND_REFUSED:
    /* Either somebody's signed no, or a line of ours that the hub did not take.
     */
    if ((body->refusal == NULL) == (body->line == NULL))
      return unfit (kind, "it says not exactly one thing", error);
    if (body->refusal != NULL)
      return check_refusal (identity, kind, body, error);
    if (!check_line (identity, kind, body->line, error))
      return FALSE;
    if (!is_self (identity, &body->line->from))
      return unfit (kind, "the trust line is not ours", error);
    break;
  case GEO_RECORD_KIND_PERSON:
    if (body->person == NULL)
      return unfit (kind, "the person is missing", error);
    break;
  case GEO_RECORD_KIND_LETTER:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
    return geo_letters_check_body (identity, kind, body, error);
  case GEO_RECORD_KIND_LOG:
    if (body->log == NULL)
      return unfit (kind, "the head is missing", error);
    if (!is_ours (identity, &body->log->head->community))
      return unfit (kind, "the head is of another community", error);
    break;
  case GEO_RECORD_KIND_EVIDENCE:
    if (body->evidence == NULL)
      return unfit (kind, "the evidence is missing", error);
    break;
  case GEO_RECORD_KIND_ROTATION:
    return check_rotation (identity, body, error);
  }
  return TRUE;
}

gboolean
geo_journal_check_signatures (const GeoJournalIdentity *identity,
                              GeoRecordKind kind,
                              const GeoRecordBody *body,
                              GError **error) {
  GError *why = NULL;

  /* A participant's own signature is enough: its PID is made of its first key.
   * A joined record was checked whole already. */
  if (body->person != NULL && kind != GEO_RECORD_KIND_JOINED &&
      !geo_participant_check (body->person, &identity->community, &why))
    return unfit_because (kind, why, error);
  if (body->vote != NULL &&
      !geo_key_chain_check_vote (&identity->keys, body->vote, body->contract,
                                 &why))
    return unfit_because (kind, why, error);
  if (body->line != NULL &&
      !geo_key_chain_check_line (&identity->keys, body->line, &why))
    return unfit_because (kind, why, error);
  if (kind == GEO_RECORD_KIND_ORDER &&
      !geo_key_chain_check_order (&identity->keys, body->order, &why))
    return unfit_because (kind, why, error);
  if (kind == GEO_RECORD_KIND_REFUSAL &&
      !geo_key_chain_check_refusal (&identity->keys, body->refusal, &why))
    return unfit_because (kind, why, error);
  /* P4: what the closer, the community itself, refused. */
  if (kind == GEO_RECORD_KIND_REFUSED && body->refusal != NULL &&
      is_ours (identity, &body->refusal->voter) &&
      !geo_refusal_verify (body->refusal, &identity->community_key, &why))
    return unfit_because (kind, why, error);
  if (kind == GEO_RECORD_KIND_LETTER)
    return geo_letters_check_signatures (identity, kind, body, error);
  if (body->log != NULL &&
      !geo_tree_head_verify (body->log->head, &identity->community_key, &why))
    return unfit_because (kind, why, error);
  if (body->entry == NULL)
    return TRUE;
  if (!geo_entry_verify (body->entry->entry, &identity->community_key, &why))
    return unfit_because (kind, why, error);
  for (guint i = 0; i < body->entry->people->len; i++) {
    if (!geo_participant_check (g_ptr_array_index (body->entry->people, i),
                                &identity->community, &why))
      return unfit_because (kind, why, error);
  }
  return TRUE;
}

void
geo_journal_identity_set (GeoJournalIdentity *identity,
                          const GeoRecordBody *body) {
  identity->known = TRUE;
  identity->community = body->community->community;
  identity->community_key = body->community->key;
  identity->self = body->person->pid;
  geo_key_chain_of (body->person, &identity->keys);
}
