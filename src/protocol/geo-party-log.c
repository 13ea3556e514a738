/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's log (§9), as a participant looks at it: every head has to go on
 * from the last, and what our entries tell of has to be in it.  What is shown
 * is stored; what is not, or does not fit, ends our belief in the hub.
 */
#include "core/geo-evidence.h"
#include "core/geo-merkle.h"
#include "protocol/geo-party-private.h"

/* One timer, which is of no order and no contract. */
static void
get_timer (GeoHash *out) {
  static const gchar name[] = "the hub's log";

  geo_hash_of (name, sizeof name, out);
}

static void
set_timer (GeoParty *party, GeoTime at, GPtrArray *actions) {
  GeoHash timer;

  get_timer (&timer);
  if (at != 0 || party->log_waits)
    geo_actions_timer (actions, &timer, at);
  party->log_waits = at != 0;
}

void
geo_log_ask (GeoParty *party, GeoTime now, GPtrArray *actions) {
  GeoMessage *message;

  /* An answer that comes once more, or from somebody on the way, says less than
   * the one that is waited for, and nobody has lied. */
  g_snprintf (party->log_msg_id, sizeof party->log_msg_id,
              "log-%" G_GINT64_FORMAT "-%u", now, ++party->log_number);
  message = geo_message_new (GEO_MESSAGE_LOG_QUERY, party->log_msg_id);
  message->u.log_query->size = party->head != NULL ? party->head->size : 0;
  message->u.log_query->after = party->proven;
  party->log_asked = TRUE;
  party->log_unproven = party->unproven->len;
  party->log_tries++;
  geo_actions_send (actions, NULL, message);
  set_timer (party, now + GEO_PARTY_LOG_ANSWER_MS, actions);
}

void
geo_log_ask_last (GeoParty *party,
                  const GeoNo *no,
                  GeoTime now,
                  GPtrArray *actions) {
  GeoEvidence *evidence = geo_party_evidence (GEO_EVIDENCE_KIND_FORGOTTEN, NULL,
                                              FALSE, NULL);

  if (party->head == NULL) {
    geo_party_fault (party, no, evidence, actions);
    return;
  }
  geo_party_store_evidence (evidence, no, actions);
  party->faulted = TRUE;
  party->log_fault = *no;
  geo_log_ask (party, now, actions);
}

void
geo_party_look_at_log (GeoParty *party, GeoTime now, GPtrArray *actions) {
  if (party->connected && !party->faulted && !party->log_asked &&
      party->unproven->len > 0)
    geo_log_ask (party, now, actions);
}

gboolean
geo_party_is_looking (const GeoParty *party) {
  return party->log_asked;
}

/* Whoever asks for each entry alone costs the hub more than the payment: they
 * wait for one another. */
void
geo_log_added (GeoParty *party,
               const GeoHash *subject,
               gboolean bulk,
               GeoTime now,
               GPtrArray *actions) {
  g_array_append_vals (party->unproven, subject, 1);
  if (bulk || party->log_asked || !party->connected)
    return;
  if (party->unproven->len >= GEO_PARTY_LOG_ENOUGH)
    geo_log_ask (party, now, actions);
  else if (!party->log_waits)
    set_timer (party, now + GEO_PARTY_LOG_MS, actions);
}

/* --- What is shown -------------------------------------------------------- */

static void
fault (GeoParty *party,
       GeoEvidenceKind what,
       const GeoTreeHead *head,
       GPtrArray *actions) {
  GeoEvidence *evidence = geo_party_evidence (what, NULL, FALSE, NULL);
  GeoNo no;

  geo_no (&no, GEO_CODE_CONFLICT, GEO_REASON_LOG);
  g_ptr_array_add (evidence->heads, geo_tree_head_copy (party->head));
  g_ptr_array_add (evidence->heads, geo_tree_head_copy (head));
  geo_party_fault (party, &no, evidence, actions);
}

/* leaf: what was shown instead of a proof of that entry, or NULL. */
static void
fault_entry (GeoParty *party,
             gint64 sequence,
             const GeoLeafProof *leaf,
             const GeoTreeHead *head,
             GPtrArray *actions) {
  GeoEvidence *evidence = geo_party_evidence (GEO_EVIDENCE_KIND_NOT_LOGGED,
                                              NULL, FALSE, NULL);
  GeoLeafProof *shown = leaf != NULL ? geo_leaf_proof_copy (leaf)
                                     : geo_leaf_proof_new ();
  GeoNo no;

  geo_no (&no, GEO_CODE_INVALID, GEO_REASON_NOT_LOGGED);
  shown->sequence = sequence;
  g_ptr_array_add (evidence->leaves, shown);
  if (head != NULL)
    g_ptr_array_add (evidence->heads, geo_tree_head_copy (head));
  geo_party_fault (party, &no, evidence, actions);
}

/* §9: every head a wallet sees must be consistent with the last. */
static gboolean
check_head (GeoParty *party, const GeoLogProof *proof, GPtrArray *actions) {
  const GeoTreeHead *head = proof->head;
  GeoEvidenceKind what;
  GeoNo no;

  if (!geo_party_is_hub (party, &head->community) ||
      !geo_tree_head_verify (head, &party->community->key, NULL)) {
    geo_no (&no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
    geo_party_fault (party, &no, NULL, actions);
    return FALSE;
  }
  if (party->head == NULL)
    return TRUE;
  if (geo_heads_exclude (party->head, head, &what)) {
    fault (party, what, head, actions);
    return FALSE;
  }
  /* A log that is smaller, though it says that it was so before: an old head,
   * which the hub has to explain. */
  if (head->size < party->head->size ||
      !geo_merkle_consistency_verify (
          (gsize) MAX (party->head->size, 0), (gsize) head->size,
          &party->head->root, &head->root,
          (const GeoHash *) (gpointer) proof->consistency->data,
          proof->consistency->len)) {
    /* Of an empty tree everything goes on. */
    if (party->head->size == 0)
      return TRUE;
    fault (party, GEO_EVIDENCE_KIND_NOT_CONSISTENT, head, actions);
    return FALSE;
  }
  return TRUE;
}

/* As many as there were when it was asked, or as fit: none may be left out. */
static gboolean
check_leaves (GeoParty *party, const GeoLogProof *proof, GPtrArray *actions) {
  guint expected = MIN (party->log_unproven, GEO_PARTY_LOG_ENOUGH);
  gint64 index = party->proven_index;

  for (guint i = 0; i < proof->leaves->len && i < party->unproven->len; i++) {
    const GeoLeafProof *leaf = g_ptr_array_index (proof->leaves, i);
    gint64 sequence = party->proven + 1 + i;

    if (leaf->sequence != sequence || leaf->index <= index ||
        !geo_leaf_proof_check (
            leaf, &g_array_index (party->unproven, GeoHash, i), proof->head)) {
      fault_entry (party, sequence, leaf, proof->head, actions);
      return FALSE;
    }
    index = leaf->index;
  }
  if (proof->leaves->len < expected) {
    fault_entry (party, party->proven + 1 + proof->leaves->len, NULL,
                 proof->head, actions);
    return FALSE;
  }
  return TRUE;
}

/* What we hold now is stored, unless it says nothing new. */
static void
keep (GeoParty *party, const GeoLogProof *proof, GPtrArray *actions) {
  GeoRecordBody *body;
  guint n = MIN (proof->leaves->len, party->unproven->len);

  if (n == 0 && party->head != NULL && party->head->size == proof->head->size)
    return;
  body = geo_record_body_new ();
  body->log = geo_log_proof_copy (proof);
  /* What we have not heard of yet is proved when we have. */
  g_ptr_array_set_size (body->log->leaves, (gint) n);
  geo_actions_store_record (actions, GEO_RECORD_KIND_LOG, body);

  geo_tree_head_free (party->head);
  party->head = geo_tree_head_copy (proof->head);
  if (n == 0)
    return;
  party->proven += n;
  party->proven_index =
      ((GeoLeafProof *) g_ptr_array_index (proof->leaves, n - 1))->index;
  g_array_remove_range (party->unproven, 0, n);
}

void
geo_log_proof (GeoParty *party,
               const GeoMessage *message,
               GeoTime now,
               GPtrArray *actions) {
  const GeoLogProof *proof = message->u.log_proof->proof;
  gint64 size = party->head != NULL ? party->head->size : 0;

  /* An answer to what was asked before, or to nothing. */
  if (!party->log_asked || proof->size != size ||
      proof->after != party->proven ||
      g_strcmp0 (message->msg_id, party->log_msg_id) != 0)
    return;
  party->log_asked = FALSE;
  party->log_probed = FALSE;
  party->log_tries = 0;
  set_timer (party, 0, actions);
  if (party->log_fault.code != 0) {
    GeoNo no = party->log_fault;

    party->log_fault.code = 0;
    if (check_head (party, proof, actions))
      geo_party_tell_fault (actions, &no);
    return;
  }
  if (party->faulted || !check_head (party, proof, actions) ||
      !check_leaves (party, proof, actions))
    return;
  keep (party, proof, actions);
  if (party->unproven->len >= GEO_PARTY_LOG_ENOUGH)
    geo_log_ask (party, now, actions);
  else if (party->unproven->len > 0)
    set_timer (party, now + GEO_PARTY_LOG_MS, actions);
}

gboolean
geo_log_timer (GeoParty *party,
               const GeoHash *timer,
               GeoTime now,
               GPtrArray *actions) {
  GeoHash ours;

  get_timer (&ours);
  if (!geo_hash_equal (timer, &ours))
    return FALSE;
  party->log_waits = FALSE;
  if (!party->connected)
    return TRUE;
  if (party->log_fault.code != 0) {
    geo_party_tell_fault (actions, &party->log_fault);
    party->log_fault.code = 0;
  } else if (party->faulted) {
    party->log_asked = FALSE;
  } else if (party->log_asked && party->log_tries >= GEO_PARTY_LOG_TRIES) {
    /* Messages keep their order: who answers this has heard the rest. */
    if (!party->syncing) {
      party->log_probed = TRUE;
      geo_party_send_sync (party, now, actions);
    }
    set_timer (party, now + GEO_PARTY_LOG_ANSWER_MS, actions);
  } else {
    geo_log_ask (party, now, actions);
  }
  return TRUE;
}

void
geo_log_synced (GeoParty *party, GeoTime now, GPtrArray *actions) {
  gboolean is_silent = party->log_probed && party->log_asked;

  party->log_probed = FALSE;
  if (is_silent)
    /* A missing proof is not passed over: the hub signed an entry that it does
     * not show in its log, and answers everything else. */
    fault_entry (party,
                 party->unproven->len > 0 ? party->proven + 1 : party->sequence,
                 NULL, NULL, actions);
  else if (!party->log_asked && (party->sequence > 0 || party->head != NULL))
    geo_log_ask (party, now, actions);
}

void
geo_log_disconnected (GeoParty *party, GPtrArray *actions) {
  party->log_asked = FALSE;
  party->log_probed = FALSE;
  party->log_tries = 0;
  set_timer (party, 0, actions);
}
