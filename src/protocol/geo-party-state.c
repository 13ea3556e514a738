/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every part of a GeoParty stands on: pairs, outcomes (P4), and how one of
 * them says no, reports the hub, and asks it.  It knows none of the parts.
 */
#include "core/geo-evidence.h"
#include "protocol/geo-party-private.h"

G_DEFINE_QUARK (geo - party - error - quark, geo_party_error)

gboolean
geo_party_fail (GError **error, GeoCode code, const gchar *text) {
  g_set_error_literal (error, GEO_PARTY_ERROR, (gint) code, text);
  return FALSE;
}

gboolean
geo_no (GeoNo *no, GeoCode code, const gchar *reason) {
  no->code = code;
  no->reason = reason;
  return FALSE;
}

/* --- Pairs ---------------------------------------------------------------- */

gboolean
geo_party_is_self (const GeoParty *party, const GeoPid *pid) {
  return geo_pid_equal (&party->self->pid, pid);
}

gboolean
geo_party_is_hub (const GeoParty *party, const GeoPid *pid) {
  return geo_pid_equal (&party->community->community, pid);
}

GeoPair *
geo_party_find_pair (const GeoParty *party,
                     const GeoPid *peer,
                     const gchar *equivalent) {
  GeoPair key = { .peer = *peer };

  /* Only read: the table never changes what it is asked for. */
  key.equivalent = (gchar *) equivalent;
  return g_hash_table_lookup (party->pairs, &key);
}

GeoPair *
geo_party_get_pair (GeoParty *party,
                    const GeoPid *peer,
                    const gchar *equivalent) {
  GeoPair *pair = geo_party_find_pair (party, peer, equivalent);

  if (pair == NULL) {
    pair = g_new0 (GeoPair, 1);
    pair->peer = *peer;
    pair->equivalent = g_strdup (equivalent);
    g_hash_table_add (party->pairs, pair);
  }
  return pair;
}

GeoAmount
geo_party_get_balance (const GeoParty *party,
                       const GeoPid *peer,
                       const gchar *equivalent) {
  const GeoPair *pair = geo_party_find_pair (party, peer, equivalent);

  return pair != NULL ? pair->balance : GEO_AMOUNT_ZERO;
}

const GeoTrustLine *
geo_party_get_line (const GeoParty *party,
                    const GeoPid *from,
                    const GeoPid *to,
                    const gchar *equivalent) {
  gboolean ours = geo_party_is_self (party, from);
  const GeoPair *pair = geo_party_find_pair (party, ours ? to : from,
                                             equivalent);

  if (pair == NULL)
    return NULL;
  if (ours)
    return pair->given;
  return geo_party_is_self (party, to) ? pair->got : NULL;
}

/* --- What became of orders and contracts (P4) ------------------------------
 */

GeoOutcome *
geo_party_find_outcome (GeoParty *party, const GeoHash *hash) {
  return g_hash_table_lookup (party->outcomes, hash);
}

void
geo_party_load_horizon (GeoParty *party, GeoTime made_at) {
  party->horizon = MAX (party->horizon, made_at);
}

void
geo_party_add_outcome (GeoParty *party,
                       const GeoHash *hash,
                       gboolean committed,
                       GeoTime made_at) {
  GeoOutcome *outcome = geo_party_find_outcome (party, hash);

  if (outcome != NULL)
    return;
  outcome = g_new0 (GeoOutcome, 1);
  outcome->hash = *hash;
  outcome->committed = committed;
  outcome->made_at = made_at;
  g_hash_table_insert (party->outcomes, &outcome->hash, outcome);
  g_queue_push_tail (&party->outcomes_in_order, outcome);
  if (g_queue_get_length (&party->outcomes_in_order) > GEO_PARTY_OUTCOMES_MAX) {
    GeoOutcome *oldest = g_queue_pop_head (&party->outcomes_in_order);

    geo_party_load_horizon (party, oldest->made_at);
    g_hash_table_remove (party->outcomes, &oldest->hash);
  }
}

/* --- Faults --------------------------------------------------------------- */

void
geo_party_tell_fault (GPtrArray *actions, const GeoNo *no) {
  GeoTold *told = geo_actions_tell (actions, GEO_TOLD_FAULT);

  told->code = no->code;
  told->reason = g_strdup (no->reason);
}

GeoEvidence *
geo_party_evidence (GeoEvidenceKind what,
                    const GeoProvenEntry *entry,
                    gboolean bare,
                    const GeoRefusal *refusal) {
  GeoEvidence *evidence = geo_evidence_new ();

  evidence->what = what;
  if (entry != NULL)
    g_ptr_array_add (evidence->entries, bare ? geo_evidence_bare (entry->entry)
                                             : geo_proven_entry_copy (entry));
  if (refusal != NULL)
    evidence->refusal = geo_refusal_copy (refusal);
  return evidence;
}

void
geo_party_store_evidence (GeoEvidence *evidence,
                          const GeoNo *no,
                          GPtrArray *actions) {
  GeoRecordBody *body = geo_record_body_new ();

  g_free (evidence->reason);
  evidence->reason = g_strdup (no->reason);
  body->evidence = evidence;
  geo_actions_store_record (actions, GEO_RECORD_KIND_EVIDENCE, body);
}

void
geo_party_fault (GeoParty *party,
                 const GeoNo *no,
                 GeoEvidence *evidence,
                 GPtrArray *actions) {
  party->faulted = TRUE;
  /* P1: what proves it is on disk before anything is done about it. */
  if (evidence != NULL)
    geo_party_store_evidence (evidence, no, actions);
  geo_party_tell_fault (actions, no);
}

/* --- Asking the hub ------------------------------------------------------- */

void
geo_party_send_sync (GeoParty *party, GeoTime now, GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_SYNC, NULL);

  message->u.sync->sequence = party->sequence;
  if (party->sequence > 0) {
    message->u.sync->has_entry_hash = TRUE;
    message->u.sync->entry_hash = party->entry_hash;
  }
  party->syncing = TRUE;
  party->synced_from = party->sequence;
  party->synced_at = now;
  geo_actions_send (actions, NULL, message);
}

void
geo_party_send_query (const GeoHash *order,
                      const GeoHash *contract,
                      GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_RECOVERY_QUERY, NULL);
  GeoMsgRecoveryQuery *query = message->u.recovery_query;

  g_assert ((order == NULL) != (contract == NULL));
  if (order != NULL) {
    query->has_order = TRUE;
    query->order = *order;
  } else {
    query->has_contract = TRUE;
    query->contract = *contract;
  }
  geo_actions_send (actions, NULL, message);
}
