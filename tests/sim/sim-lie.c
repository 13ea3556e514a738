/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub that lies to one node: forks its chain, changes an amount, leaves votes
 * out, says both yes and no.  Only what the node can see to be one is told, and
 * each has to be noticed.
 */
#include "protocol/geo-party-private.h"
#include "sim.h"

/* --- Out of nothing ------------------------------------------------------- */

static GeoProvenEntry *
last_entry (SimHub *hub, const SimNode *node) {
  gint64 last = sim_truth_sequence (hub->sim->truth, &node->pid);
  g_autoptr (GPtrArray) entries = NULL;

  if (last == 0)
    return NULL;
  entries = geo_hub_store_list_entries (hub->reader, &node->pid, last - 1, 1,
                                        NULL);
  if (entries == NULL || entries->len == 0)
    return NULL;
  return geo_proven_entry_copy (g_ptr_array_index (entries, 0));
}

/* Two entries of one number. */
static GeoMessage *
fork_chain (SimHub *hub, const GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ENTRY, NULL);

  message->u.entry->entry = geo_proven_entry_copy (entry);
  message->u.entry->entry->entry->at++;
  geo_entry_sign (message->u.entry->entry->entry, hub->secret);
  return message;
}

/* P4 broken: committed, and refused. */
static GeoMessage *
refuse_committed (SimHub *hub, const GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, NULL);
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = hub->community->community;
  refusal->has_contract = TRUE;
  refusal->contract = entry->entry->subject;
  refusal->voter = hub->community->community;
  refusal->code = GEO_CODE_TIMEOUT;
  refusal->reason = g_strdup (GEO_REASON_NO_VOTE);
  refusal->at = sim_hub_now (hub);
  geo_refusal_sign (refusal, hub->secret);
  message->u.payment_abort->refusal = refusal;
  return message;
}

void
sim_lie (SimHub *hub, SimNode *node) {
  SimSession *session = hub->guests[node->index];
  g_autoptr (GeoProvenEntry) entry = NULL;
  g_autoptr (GeoMessage) lie = NULL;

  /* The next thing that is said to it about a payment is changed … */
  if (sim_random_chance (&hub->sim->random, 1, 2)) {
    node->lied = TRUE;
    return;
  }
  /* … or it is told something right now. */
  if (!hub->up || session == NULL || !session->welcomed)
    return;
  entry = last_entry (hub, node);
  if (entry == NULL)
    return;
  if (entry->certificate != NULL && sim_random_chance (&hub->sim->random, 1, 2))
    lie = refuse_committed (hub, entry);
  else
    lie = fork_chain (hub, entry);
  sim_send_to_node (session, lie, TRUE);
}

/* --- Changed -------------------------------------------------------------- */

static void
change_hop (GeoProvenEntry *entry) {
  GeoProvenHop *proven = g_ptr_array_index (entry->hops, 0);

  proven->hop->amount.amount.minor++;
}

/* The hub's own word for another amount than the payer's. */
static void
change_contract (SimHub *hub, GeoProvenEntry *entry) {
  GeoContract *contract = entry->certificate->contract;
  GPtrArray *votes = entry->certificate->votes;
  GeoVote *vote = g_ptr_array_index (votes, votes->len - 1);

  contract->amount.amount.minor++;
  geo_contract_hash (contract, &vote->contract);
  geo_vote_sign (vote, hub->secret);
  entry->entry->subject = vote->contract;
  geo_entry_sign (entry->entry, hub->secret);
}

static void
change_order (SimHub *hub, GeoProvenEntry *entry) {
  entry->certificate->order->amount.amount.minor++;
  geo_order_hash (entry->certificate->order,
                  &entry->certificate->contract->order);
  change_contract (hub, entry);
}

static void
change_chain (SimHub *hub, GeoProvenEntry *entry) {
  entry->entry->has_previous = TRUE;
  entry->entry->previous.bytes[0] ^= 1;
  geo_entry_sign (entry->entry, hub->secret);
}

/* P11 broken: committed after the deadline. */
static void
change_time (SimHub *hub, GeoProvenEntry *entry) {
  entry->entry->at = entry->certificate->contract->deadline + 1;
  geo_entry_sign (entry->entry, hub->secret);
}

GeoMessage *
sim_lie_change (SimHub *hub, SimNode *node, const GeoMessage *said) {
  GeoMessage *lie;
  GeoProvenEntry *entry;

  if (said->type != GEO_MESSAGE_PAYMENT_COMMIT)
    return NULL;
  node->lied = FALSE;
  lie = geo_message_copy (said);
  entry = lie->u.payment_commit->entry;
  switch (sim_random_below (&hub->sim->random, 7)) {
  case 0:
    change_hop (entry);
    break;
  case 1:
    g_ptr_array_set_size (entry->hops, (gint) entry->hops->len - 1);
    break;
  case 2:
    g_ptr_array_set_size (entry->certificate->votes, 0);
    break;
  case 3:
    change_contract (hub, entry);
    break;
  case 4:
    change_order (hub, entry);
    break;
  case 5:
    change_chain (hub, entry);
    break;
  case 6:
    change_time (hub, entry);
    break;
  }
  return lie;
}

/* --- Seen ----------------------------------------------------------------- */

gboolean
sim_lie_shows (const SimNode *node, const GeoMessage *message) {
  GeoParty *party = node->party;
  const GeoOutcome *outcome;

  if (party->faulted || node->expects_fault)
    return FALSE;
  /* A lie on top of the last entry; nothing of another is asked of memory. */
  if (message->type == GEO_MESSAGE_ENTRY)
    return message->u.entry->entry->entry->sequence == party->sequence;
  if (message->type == GEO_MESSAGE_PAYMENT_COMMIT)
    return message->u.payment_commit->entry->entry->sequence ==
           party->sequence + 1;
  outcome = geo_party_find_outcome (
      party, &message->u.payment_abort->refusal->contract);
  return outcome != NULL && outcome->committed;
}
