/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence against a hub.  Only what the community's key signed counts; what
 * somebody says they were shown with it does not.
 */
#include "core/geo-evidence.h"

#include "core/geo-contract.h"
#include "core/geo-error.h"
#include "core/geo-merkle.h"
#include "core/geo-rest-object.h"

typedef struct {
  const GeoEvidence *evidence;
  const GeoPid *community;
  const GeoPublicKey *key;
} Case;

static GeoEvidenceWeight
nothing (GError **error, const gchar *why) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF, why);
  return GEO_EVIDENCE_NOTHING;
}

static const GeoProvenEntry *
proven (const Case *c, guint i) {
  return g_ptr_array_index (c->evidence->entries, i);
}

static const GeoEntry *
entry (const Case *c, guint i) {
  return proven (c, i)->entry;
}

static const GeoTreeHead *
head (const Case *c, guint i) {
  return g_ptr_array_index (c->evidence->heads, i);
}

/* There are so many entries and heads, all signed by that key. */
static gboolean
are_signed (const Case *c, guint entries, guint heads, GError **error) {
  const GeoEvidence *evidence = c->evidence;

  if (evidence->entries->len != entries || evidence->heads->len != heads) {
    nothing (error, "a part of it is missing");
    return FALSE;
  }
  for (guint i = 0; i < entries; i++) {
    if (!geo_pid_equal (&entry (c, i)->community, c->community)) {
      nothing (error, "an entry is of another community");
      return FALSE;
    }
    if (!geo_entry_verify (entry (c, i), c->key, error))
      return FALSE;
  }
  for (guint i = 0; i < heads; i++) {
    if (!geo_pid_equal (&head (c, i)->community, c->community)) {
      nothing (error, "a head is of another community");
      return FALSE;
    }
    if (!geo_tree_head_verify (head (c, i), c->key, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
are_of_one (const Case *c) {
  return geo_pid_equal (&entry (c, 0)->participant, &entry (c, 1)->participant);
}

GeoProvenEntry *
geo_evidence_bare (const GeoEntry *signed_entry) {
  GeoProvenEntry *bare = geo_proven_entry_new ();

  bare->entry = geo_entry_copy (signed_entry);
  return bare;
}

/* --- Chains --------------------------------------------------------------- */

static GeoEvidenceWeight
check_fork (const Case *c, GError **error) {
  GeoHash a, b;

  if (!are_signed (c, 2, 0, error))
    return GEO_EVIDENCE_NOTHING;
  geo_entry_hash (entry (c, 0), &a);
  geo_entry_hash (entry (c, 1), &b);
  if (!are_of_one (c) || entry (c, 0)->sequence != entry (c, 1)->sequence ||
      geo_hash_equal (&a, &b))
    return nothing (error, "these are not two entries of one number");
  return GEO_EVIDENCE_PROVES;
}

static GeoEvidenceWeight
check_chain (const Case *c, GError **error) {
  const GeoEntry *next;
  GeoHash before;

  if (c->evidence->entries->len == 1) {
    if (!are_signed (c, 1, 0, error))
      return GEO_EVIDENCE_NOTHING;
    next = entry (c, 0);
    if (next->has_previous == (next->sequence > 1))
      return nothing (error, "the entry says what it should of the one before");
    return GEO_EVIDENCE_PROVES;
  }
  if (!are_signed (c, 2, 0, error))
    return GEO_EVIDENCE_NOTHING;
  next = entry (c, 1);
  if (!are_of_one (c) || next->sequence - 1 != entry (c, 0)->sequence)
    return nothing (error, "these are not two entries in a row");
  geo_entry_hash (entry (c, 0), &before);
  if (next->has_previous && geo_hash_equal (&next->previous, &before))
    return nothing (error, "the second entry does follow the first");
  return GEO_EVIDENCE_PROVES;
}

static GeoEvidenceWeight
check_gap (const Case *c, GError **error) {
  guint last = c->evidence->entries->len == 2 ? 1 : 0;

  if (!are_signed (c, last + 1, 0, error))
    return GEO_EVIDENCE_NOTHING;
  if ((last == 1 && !are_of_one (c)) ||
      entry (c, last)->sequence <= (last == 1 ? entry (c, 0)->sequence + 1 : 1))
    return nothing (error, "there is no number between them");
  return GEO_EVIDENCE_ASKS;
}

/* --- Outcomes ------------------------------------------------------------- */

/* The contract that an entry tells of; NULL where it is not shown. */
static const GeoContract *
contract_of (const Case *c, guint i) {
  const GeoCertificate *certificate = proven (c, i)->certificate;
  GeoHash hash;

  if (certificate == NULL)
    return NULL;
  geo_contract_hash (certificate->contract, &hash);
  return geo_hash_equal (&hash, &entry (c, i)->subject) ? certificate->contract
                                                        : NULL;
}

/* P4: Committed and refused exclude each other. */
static GeoEvidenceWeight
check_two_outcomes (const Case *c, GError **error) {
  const GeoRefusal *refusal = c->evidence->refusal;
  const GeoContract *contract;

  if (!are_signed (c, 1, 0, error))
    return GEO_EVIDENCE_NOTHING;
  contract = contract_of (c, 0);
  if (refusal == NULL || contract == NULL)
    return nothing (error, "the refusal or the contract is missing");
  if (!geo_pid_equal (&refusal->community, c->community) ||
      !geo_pid_equal (&refusal->voter, c->community))
    return nothing (error, "the refusal is not the community's");
  if (!geo_refusal_verify (refusal, c->key, error))
    return GEO_EVIDENCE_NOTHING;
  if (!(refusal->has_contract &&
        geo_hash_equal (&refusal->contract, &entry (c, 0)->subject)) &&
      !(refusal->has_order && contract->has_order &&
        geo_hash_equal (&refusal->order, &contract->order)))
    return nothing (error, "the refusal is of something else");
  return GEO_EVIDENCE_PROVES;
}

/* P11: One order, one outcome. */
static GeoEvidenceWeight
check_two_contracts (const Case *c, GError **error) {
  const GeoContract *a, *b;

  if (!are_signed (c, 2, 0, error))
    return GEO_EVIDENCE_NOTHING;
  a = contract_of (c, 0);
  b = contract_of (c, 1);
  if (a == NULL || b == NULL || !a->has_order || !b->has_order ||
      !geo_hash_equal (&a->order, &b->order) ||
      geo_hash_equal (&entry (c, 0)->subject, &entry (c, 1)->subject))
    return nothing (error, "these are not two contracts of one order");
  return GEO_EVIDENCE_PROVES;
}

/* --- What came with an entry ---------------------------------------------- */

typedef struct {
  const Case *c;
  const GPtrArray *people;
} Names;

/* K5: the hub had said of a change of the key, and came with less. */
static void
use_later_keys (const Case *c, const GeoPid *pid, GeoKeyChain *chain) {
  for (guint i = 0; i < c->evidence->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (c->evidence->people, i);
    GeoKeyChain later;

    if (!geo_pid_equal (pid, &person->pid) ||
        !geo_participant_check (person, c->community, NULL))
      continue;
    geo_key_chain_of (person, &later);
    if (geo_key_chain_compare (chain, &later) == GEO_KEY_CHAIN_LONGER)
      *chain = later;
  }
}

static gboolean
lookup_cb (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const Names *names = user_data;

  if (geo_pid_equal (pid, names->c->community)) {
    geo_key_chain_of_key (names->c->key, out);
    return TRUE;
  }
  for (guint i = 0; i < names->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (names->people, i);

    if (geo_pid_equal (pid, &person->pid) &&
        geo_participant_check (person, names->c->community, NULL)) {
      geo_key_chain_of (person, out);
      use_later_keys (names->c, pid, out);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
line_holds (const Case *c, const GeoTrustLine *line, Names *names) {
  GeoKeyChain keys;
  GeoHash hash;

  if (line == NULL || !geo_trust_line_check (line, NULL))
    return FALSE;
  geo_trust_line_hash (line, &hash);
  return geo_hash_equal (&hash, &entry (c, 0)->subject) &&
         (geo_pid_equal (&line->from, &entry (c, 0)->participant) ||
          geo_pid_equal (&line->to, &entry (c, 0)->participant)) &&
         lookup_cb (&line->from, &keys, names) &&
         geo_key_chain_check_line (&keys, line, NULL);
}

/* Each once, in the contract, and at one end the participant's. */
static gboolean
hops_are_its (const Case *c, const GeoContract *contract) {
  const GeoPid *self = &entry (c, 0)->participant;
  const GPtrArray *hops = proven (c, 0)->hops;

  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *hop = g_ptr_array_index (hops, i);

    if (geo_pid_equal (&hop->hop->from, self) ==
            geo_pid_equal (&hop->hop->to, self) ||
        hop->hop->amount.amount.minor <= 0 ||
        !geo_contract_check_hop (contract, hop, NULL))
      return FALSE;
    for (guint j = 0; j < i; j++) {
      if (((const GeoProvenHop *) g_ptr_array_index (hops, j))->index ==
          hop->index)
        return FALSE;
    }
  }
  return hops->len > 0;
}

/* P8: they come to what the contract says; one that is left out does not. */
static gboolean
hops_hold (const Case *c, const GeoContract *contract) {
  const GeoPid *self = &entry (c, 0)->participant;
  GPtrArray *hops = proven (c, 0)->hops;
  gint64 amount = contract->amount.amount.minor;
  gint64 expected = 0;
  GeoAmount net;

  if (!hops_are_its (c, contract) || !geo_hops_net (hops, self, &net, NULL))
    return FALSE;
  if (entry (c, 0)->kind == GEO_ENTRY_KIND_CLEARING) {
    const GeoProvenHop *one = g_ptr_array_index (hops, 0);

    return contract->kind == GEO_CONTRACT_KIND_CLEARING && hops->len == 2 &&
           net.minor == 0 && one->hop->amount.amount.minor == amount;
  }
  if (geo_pid_equal (self, &contract->payee))
    expected = amount;
  else if (geo_pid_equal (self, &contract->payer))
    expected = -amount;
  return contract->kind == GEO_CONTRACT_KIND_PAYMENT && net.minor == expected;
}

static gboolean
certificate_holds (const Case *c, Names *names) {
  const GeoContract *contract = contract_of (c, 0);

  return contract != NULL &&
         geo_certificate_check (proven (c, 0)->certificate, lookup_cb, names,
                                NULL) &&
         hops_hold (c, contract) && entry (c, 0)->at <= contract->deadline;
}

/* Whoever shows it may have left something out: the hub has to show what it
 * has for an entry that it signed. */
static GeoEvidenceWeight
check_bad_entry (const Case *c, GError **error) {
  Names names = { c, NULL };
  gboolean holds = FALSE;

  if (!are_signed (c, 1, 0, error))
    return GEO_EVIDENCE_NOTHING;
  names.people = proven (c, 0)->people;
  switch (entry (c, 0)->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    holds = line_holds (c, proven (c, 0)->line, &names);
    break;
  case GEO_ENTRY_KIND_PAYMENT:
  case GEO_ENTRY_KIND_CLEARING:
    holds = certificate_holds (c, &names);
    break;
  }
  if (holds)
    return nothing (error, "what came with the entry holds");
  return GEO_EVIDENCE_ASKS;
}

static GeoEvidenceWeight
check_mandate (const Case *c, GError **error) {
  const GeoTrustLine *line = c->evidence->line;
  const GeoPid *participant;

  if (!are_signed (c, 1, 0, error))
    return GEO_EVIDENCE_NOTHING;
  participant = &entry (c, 0)->participant;
  if (line != NULL && !geo_pid_equal (&line->from, participant) &&
      !geo_pid_equal (&line->to, participant))
    return nothing (error, "the trust is somebody else's");
  return GEO_EVIDENCE_ASKS;
}

static GeoEvidenceWeight
check_forgotten (const Case *c, GError **error) {
  return are_signed (c, 1, 0, error) ? GEO_EVIDENCE_ASKS : GEO_EVIDENCE_NOTHING;
}

/* --- The log -------------------------------------------------------------- */

gboolean
geo_heads_exclude (const GeoTreeHead *a,
                   const GeoTreeHead *b,
                   GeoEvidenceKind *what) {
  if (a->size == b->size) {
    *what = GEO_EVIDENCE_KIND_TWO_HEADS;
    return !geo_hash_equal (&a->root, &b->root);
  }
  *what = GEO_EVIDENCE_KIND_SHRUNK;
  return a->size > b->size ? a->at < b->at : b->at < a->at;
}

gboolean
geo_leaf_proof_check (const GeoLeafProof *leaf,
                      const GeoHash *subject,
                      const GeoTreeHead *of) {
  GeoHash hash;

  geo_merkle_leaf (subject->bytes, GEO_HASH_LEN, &hash);
  return geo_merkle_inclusion_verify (
      &hash, (gsize) leaf->index, (gsize) of->size,
      (const GeoHash *) (gpointer) leaf->proof->data, leaf->proof->len,
      &of->root);
}

gboolean
geo_log_prefix_check (const GeoLogPrefix *prefix, const GeoTreeHead *of) {
  return geo_merkle_consistency_verify (
      (gsize) prefix->size, (gsize) MAX (of->size, 0), &prefix->root, &of->root,
      (const GeoHash *) (gpointer) prefix->consistency->data,
      prefix->consistency->len);
}

static GeoEvidenceWeight
check_heads (const Case *c, GError **error) {
  GeoEvidenceKind what;

  if (!are_signed (c, 0, 2, error))
    return GEO_EVIDENCE_NOTHING;
  if (!geo_heads_exclude (head (c, 0), head (c, 1), &what) ||
      what != c->evidence->what)
    return nothing (error, "both heads may be of one log");
  return GEO_EVIDENCE_PROVES;
}

/* What was added later changes nothing of what a log was. */
static GeoEvidenceWeight
check_two_prefixes (const Case *c, GError **error) {
  const GPtrArray *prefixes = c->evidence->prefixes;
  const GeoLogPrefix *a, *b;

  if (!are_signed (c, 0, 2, error))
    return GEO_EVIDENCE_NOTHING;
  if (prefixes->len != 2)
    return nothing (error, "a part of it is missing");
  a = g_ptr_array_index (prefixes, 0);
  b = g_ptr_array_index (prefixes, 1);
  if (!geo_log_prefix_check (a, head (c, 0)) ||
      !geo_log_prefix_check (b, head (c, 1)))
    return nothing (error, "a head does not go on from what is shown");
  if (a->size != b->size || geo_hash_equal (&a->root, &b->root))
    return nothing (error, "both heads may be of one log");
  return GEO_EVIDENCE_PROVES;
}

static GeoEvidenceWeight
check_not_logged (const Case *c, GError **error) {
  guint heads = c->evidence->heads->len == 1 ? 1 : 0;

  if (!are_signed (c, 1, heads, error))
    return GEO_EVIDENCE_NOTHING;
  if (heads == 1 && head (c, 0)->at < entry (c, 0)->at)
    return nothing (error, "the head is older than the entry");
  return GEO_EVIDENCE_ASKS;
}

/* K5: whoever had the key signed two that take its place.  It is not the hub
 * that did. */
static GeoEvidenceWeight
check_two_keys (const Case *c, GError **error) {
  const GPtrArray *people = c->evidence->people;

  if (people->len != 2)
    return nothing (error, "a part of it is missing");
  for (guint i = 0; i < 2; i++) {
    if (!geo_participant_check (g_ptr_array_index (people, i), c->community,
                                error))
      return GEO_EVIDENCE_NOTHING;
  }
  if (!geo_pid_equal (
          &((const GeoParticipant *) g_ptr_array_index (people, 0))->pid,
          &((const GeoParticipant *) g_ptr_array_index (people, 1))->pid) ||
      geo_participant_compare_keys (g_ptr_array_index (people, 0),
                                    g_ptr_array_index (people, 1)) !=
          GEO_KEY_CHAIN_FORK)
    return nothing (error, "both keys may be one after the other");
  return GEO_EVIDENCE_PROVES;
}

static GeoEvidenceWeight
check_not_consistent (const Case *c, GError **error) {
  if (!are_signed (c, 0, 2, error))
    return GEO_EVIDENCE_NOTHING;
  if (head (c, 0)->size == head (c, 1)->size)
    return nothing (error, "both heads may be of one log");
  return GEO_EVIDENCE_ASKS;
}

GeoEvidenceWeight
geo_evidence_check (const GeoEvidence *evidence,
                    const GeoPid *community,
                    const GeoPublicKey *key,
                    GError **error) {
  Case c = { evidence, community, key };

  switch (evidence->what) {
  case GEO_EVIDENCE_KIND_FORK:
    return check_fork (&c, error);
  case GEO_EVIDENCE_KIND_CHAIN:
    return check_chain (&c, error);
  case GEO_EVIDENCE_KIND_TWO_OUTCOMES:
    return check_two_outcomes (&c, error);
  case GEO_EVIDENCE_KIND_TWO_CONTRACTS:
    return check_two_contracts (&c, error);
  case GEO_EVIDENCE_KIND_TWO_HEADS:
  case GEO_EVIDENCE_KIND_SHRUNK:
    return check_heads (&c, error);
  case GEO_EVIDENCE_KIND_TWO_PREFIXES:
    return check_two_prefixes (&c, error);
  case GEO_EVIDENCE_KIND_GAP:
    return check_gap (&c, error);
  case GEO_EVIDENCE_KIND_FORGOTTEN:
    return check_forgotten (&c, error);
  case GEO_EVIDENCE_KIND_BAD_ENTRY:
    return check_bad_entry (&c, error);
  case GEO_EVIDENCE_KIND_MANDATE:
    return check_mandate (&c, error);
  case GEO_EVIDENCE_KIND_NOT_LOGGED:
    return check_not_logged (&c, error);
  case GEO_EVIDENCE_KIND_NOT_CONSISTENT:
    return check_not_consistent (&c, error);
  case GEO_EVIDENCE_KIND_TWO_KEYS:
    return check_two_keys (&c, error);
  }
  return nothing (error, "it is of an unknown kind");
}
