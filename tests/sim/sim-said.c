/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated node has on its disk, as far as rules speak of it, and that
 * what it says and stores fits: P1, P2, and no vote for what is decided.  It
 * never looks into the party.
 */
#include "sim.h"

static void
end (SimNode *node, const GeoHash *hash) {
  if (!sim_plants (node->sim, SIM_PLANT_NODE_UNPAID))
    g_hash_table_add (node->ended, geo_hash_dup (hash));
}

static void
end_entry (SimNode *node, const GeoProvenEntry *entry) {
  node->stored_sequence = entry->entry->sequence;
  sim_keys_check_entry (node, entry);
  if (entry->certificate == NULL)
    return;
  end (node, &entry->entry->subject);
  if (entry->certificate->contract->has_order)
    end (node, &entry->certificate->contract->order);
  if (entry->certificate->order != NULL)
    sim_letters_paid (node, entry->certificate->order);
}

/* P9: only evidence lifts what a vote reserves, and nobody gets the same twice.
 */
static void
check_undecided (SimNode *node, const GeoHash *contract) {
  if (g_hash_table_contains (node->ended, contract))
    sim_fail (node->sim, node, "P9",
              "an answer to what its journal says is decided");
}

void
sim_said_stored (SimNode *node, const GeoRecordBody *body, GeoRecordKind kind) {
  GeoHash hash;

  node->n_records++;
  switch (kind) {
  case GEO_RECORD_KIND_LINE:
    geo_trust_line_hash (body->line, &hash);
    break;
  case GEO_RECORD_KIND_ORDER:
    geo_order_hash (body->order, &hash);
    sim_letters_check_order (node, body->order);
    break;
  case GEO_RECORD_KIND_VOTE:
    if (body->order != NULL && geo_pid_equal (&body->order->to, &node->pid))
      sim_letters_check_order (node, body->order);
    geo_contract_hash (body->contract, &hash);
    check_undecided (node, &hash);
    break;
  case GEO_RECORD_KIND_REFUSAL:
    geo_contract_hash (body->contract, &hash);
    check_undecided (node, &hash);
    break;
  case GEO_RECORD_KIND_ENTRY:
    end_entry (node, body->entry);
    return;
  case GEO_RECORD_KIND_REFUSED:
    if (body->refusal != NULL && body->refusal->has_contract)
      end (node, &body->refusal->contract);
    return;
  case GEO_RECORD_KIND_LETTER:
    sim_letters_stored (node, body);
    return;
  case GEO_RECORD_KIND_SENT:
    sim_letters_sent (node, &body->subject);
    return;
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_ROTATION:
    geo_participant_hash (body->person, &hash);
    break;
  case GEO_RECORD_KIND_PERSON:
  case GEO_RECORD_KIND_BLOCK:
  case GEO_RECORD_KIND_LOG:
  case GEO_RECORD_KIND_EVIDENCE:
    return;
  }
  g_hash_table_add (node->stored, geo_hash_dup (&hash));
}

/* --- Saying --------------------------------------------------------------- */

static void
check_stored (SimNode *node, const GeoHash *hash, const gchar *what) {
  /* P1: Persist, then send. */
  if (!g_hash_table_contains (node->stored, hash))
    sim_fail (node->sim, node, "P1", "%s was sent before it was stored", what);
}

/* P2: a vote is never withdrawn, and nobody says both. */
static void
check_answer (SimNode *node, const GeoVote *vote, const GeoRefusal *refusal) {
  const GeoHash *contract = vote != NULL ? &vote->contract : &refusal->contract;
  gint says = vote != NULL ? 1 : 2;
  gint before = GPOINTER_TO_INT (g_hash_table_lookup (node->said, contract));

  check_stored (node, contract, "an answer to a contract");
  if (before != 0 && before != says)
    sim_fail (node->sim, node, "P2", "one contract is voted for and refused");
  g_hash_table_replace (node->said, geo_hash_dup (contract),
                        GINT_TO_POINTER (says));
}

void
sim_said_check (SimNode *node, const GeoMessage *message) {
  const GeoTrustLine *line = NULL;
  GeoHash hash;

  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST) {
    geo_order_hash (message->u.payment_request->order, &hash);
    check_stored (node, &hash, "an order");
  } else if (message->type == GEO_MESSAGE_PAYMENT_PREPARE_ACK) {
    check_answer (node, message->u.payment_prepare_ack->vote,
                  message->u.payment_prepare_ack->refusal);
  } else if (message->type == GEO_MESSAGE_CLEARING_ACCEPT) {
    check_answer (node, message->u.clearing_accept->vote, NULL);
  } else if (message->type == GEO_MESSAGE_CLEARING_REJECT) {
    check_answer (node, NULL, message->u.clearing_reject->refusal);
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_CREATE) {
    line = message->u.trust_line_create->line;
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_UPDATE) {
    line = message->u.trust_line_update->line;
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_CLOSE) {
    line = message->u.trust_line_close->line;
  } else if (message->type == GEO_MESSAGE_ENTRY_ACK &&
             message->u.entry_ack->ack->sequence > node->stored_sequence) {
    sim_fail (node->sim, node, "P1", "an entry was acknowledged too soon");
  }
  sim_letters_said (node, message);
  if (line != NULL) {
    geo_trust_line_hash (line, &hash);
    check_stored (node, &hash, "a line");
  }
}
