/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoParty: making and loading it, and handing each event to the part it
 * concerns; also refusals (P4), which are the payer's or the participant's.  It
 * knows all parts, and none of them knows it.  It reads no clock, disk or
 * socket.
 */
#include "protocol/geo-party-private.h"

#include <string.h>

/* --- Making and freeing --------------------------------------------------- */

static guint
pair_hash (gconstpointer key) {
  const GeoPair *pair = key;

  return geo_pid_hash (&pair->peer) ^ g_str_hash (pair->equivalent);
}

static gboolean
pair_equal (gconstpointer a, gconstpointer b) {
  const GeoPair *one = a;
  const GeoPair *other = b;

  return geo_pid_equal (&one->peer, &other->peer) &&
         g_str_equal (one->equivalent, other->equivalent);
}

static void
pair_free (gpointer data) {
  GeoPair *pair = data;

  g_free (pair->equivalent);
  geo_trust_line_free (pair->given);
  geo_trust_line_free (pair->got);
  geo_trust_line_free (pair->pending);
  g_free (pair);
}

static void
person_free (gpointer data) {
  GeoPerson *person = data;

  geo_participant_free (person->participant);
  geo_participant_free (person->heard);
  g_free (person);
}

GeoParty *
geo_party_new (const GeoCommunity *community,
               const GeoParticipant *self,
               GeoSecret *secret) {
  GeoParty *party;

  g_assert (community != NULL && self != NULL && secret != NULL);
  party = g_new0 (GeoParty, 1);
  party->community = geo_community_copy (community);
  party->self = geo_participant_copy (self);
  party->secret = geo_secret_ref (secret);
  party->pairs = g_hash_table_new_full (pair_hash, pair_equal, NULL, pair_free);
  party->people = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                         person_free);
  g_queue_init (&party->passing);
  party->orders = g_ptr_array_new_with_free_func (geo_open_order_free);
  party->votes = g_ptr_array_new_with_free_func (geo_open_vote_free);
  party->proposals = g_ptr_array_new_with_free_func (geo_proposal_free);
  party->requests = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                           geo_party_request_free);
  party->outbox = g_ptr_array_new_with_free_func (geo_outgoing_free);
  party->blocked = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                          NULL);
  party->forked = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
  party->former =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_secret_unref);
  party->answers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                          geo_answer_free);
  party->outcomes = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                           g_free);
  g_queue_init (&party->outcomes_in_order);
  party->unproven = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  party->proven_index = -1;
  party->kept =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
  return party;
}

void
geo_party_free (GeoParty *party) {
  if (party == NULL)
    return;

  g_queue_clear (&party->passing);
  g_queue_clear (&party->outcomes_in_order);
  g_hash_table_unref (party->pairs);
  g_hash_table_unref (party->people);
  g_hash_table_unref (party->answers);
  g_hash_table_unref (party->outcomes);
  g_ptr_array_unref (party->orders);
  g_ptr_array_unref (party->votes);
  g_ptr_array_unref (party->proposals);
  g_hash_table_unref (party->requests);
  g_ptr_array_unref (party->outbox);
  g_hash_table_unref (party->blocked);
  g_hash_table_unref (party->forked);
  g_ptr_array_unref (party->former);
  g_ptr_array_unref (party->kept);
  g_array_unref (party->unproven);
  geo_tree_head_free (party->head);
  geo_proven_entry_free (party->ahead);
  geo_community_free (party->community);
  geo_participant_free (party->self);
  geo_secret_unref (party->secret);
  g_free (party);
}

void
geo_party_set_refuse_func (GeoParty *party,
                           GeoPartyRefuseFunc func,
                           gpointer user_data) {
  party->refuse_func = func;
  party->refuse_data = user_data;
}

void
geo_party_set_text_func (GeoParty *party,
                         GeoPartyTextFunc func,
                         gpointer user_data) {
  party->text_func = func;
  party->text_data = user_data;
}

/* --- Looking -------------------------------------------------------------- */

gint64
geo_party_get_sequence (const GeoParty *party, GeoHash *entry_hash) {
  if (entry_hash != NULL)
    *entry_hash = party->entry_hash;
  return party->sequence;
}

gint64
geo_party_get_proven (const GeoParty *party) {
  return party->proven;
}

guint
geo_party_count_open (const GeoParty *party) {
  return party->orders->len + party->votes->len;
}

/* --- Loading -------------------------------------------------------------- */

/* Whoever stored it has verified it; a key that is not the PID's would still
 * make others' signatures look wrong, and costs nothing to see. */
static void
load_person (GeoParty *party, const GeoParticipant *person, GeoSaidBy by) {
  GeoPid pid;

  if (person->rotations->len > 0)
    pid = geo_key_chain_check (person, NULL) ? person->pid : (GeoPid){ 0 };
  else
    geo_pid_from_key (&person->key, &pid);
  if (geo_pid_equal (&pid, &person->pid))
    geo_party_learn (party, person, by, TRUE, NULL);
}

void
geo_party_load_person (GeoParty *party, const GeoParticipant *person) {
  load_person (party, person, GEO_SAID_BY_PERSON);
}

void
geo_party_load_heard (GeoParty *party, const GeoParticipant *person) {
  load_person (party, person, GEO_SAID_BY_HUB);
}

void
geo_party_load_former (GeoParty *party, GeoSecret *secret) {
  g_ptr_array_add (party->former, geo_secret_ref (secret));
}

void
geo_party_load_forked (GeoParty *party, const GeoPid *pid) {
  g_hash_table_add (party->forked, geo_pid_dup (pid));
}

gboolean
geo_party_is_forked (const GeoParty *party, const GeoPid *pid) {
  return g_hash_table_contains (party->forked, pid);
}

void
geo_party_load_line_since (GeoParty *party,
                           const GeoTrustLine *line,
                           GeoTime since) {
  gboolean ours = geo_party_is_self (party, &line->from);
  GeoTrustLine **place;
  GeoPair *pair;

  if (!ours && !geo_party_is_self (party, &line->to))
    return;

  pair = geo_party_get_pair (party, ours ? &line->to : &line->from,
                             line->equivalent);
  place = ours ? &pair->given : &pair->got;
  geo_trust_line_free (*place);
  *place = geo_trust_line_copy (line);
  if (ours)
    pair->given_since = since;
  else
    pair->got_since = since;
}

void
geo_party_load_line (GeoParty *party,
                     const GeoTrustLine *line,
                     gboolean in_force) {
  GeoPair *pair;

  if (in_force) {
    geo_party_load_line_since (party, line,
                               line->signed_at + GEO_CLOCK_TOLERANCE_MS);
    return;
  }
  if (!geo_party_is_self (party, &line->from))
    return;
  pair = geo_party_get_pair (party, &line->to, line->equivalent);
  geo_trust_line_free (pair->pending);
  pair->pending = geo_trust_line_copy (line);
}

void
geo_party_load_balance (GeoParty *party,
                        const GeoPid *peer,
                        const gchar *equivalent,
                        GeoAmount balance) {
  geo_party_get_pair (party, peer, equivalent)->balance = balance;
}

void
geo_party_load_open_order (GeoParty *party,
                           const GeoOrder *order,
                           GBytes *sealed) {
  geo_payer_add (party, order, sealed, NULL);
}

void
geo_party_load_open_vote (GeoParty *party,
                          const GeoContract *contract,
                          const GeoOrder *order,
                          GPtrArray *hops) {
  geo_participant_add_vote (party, contract, order, hops);
}

void
geo_party_load_answer (GeoParty *party,
                       const GeoContract *contract,
                       const GeoRefusal *refusal) {
  GeoHash hash;

  geo_contract_hash (contract, &hash);
  geo_participant_add_answer (party, &hash, contract->deadline, refusal);
}

void
geo_party_load_committed (GeoParty *party, const GeoContract *contract) {
  GeoHash hash;

  geo_contract_hash (contract, &hash);
  geo_party_add_outcome (party, &hash, TRUE, contract->created_at);
  if (contract->has_order)
    geo_party_add_outcome (party, &contract->order, TRUE, contract->created_at);
}

void
geo_party_load_refused (GeoParty *party, const GeoHash *hash) {
  geo_party_add_outcome (party, hash, FALSE, 0);
}

void
geo_party_load_sequence (GeoParty *party,
                         gint64 sequence,
                         const GeoHash *entry_hash) {
  g_assert (sequence == 0 || entry_hash != NULL);
  party->sequence = sequence;
  party->proven = sequence;
  if (entry_hash != NULL)
    party->entry_hash = *entry_hash;
}

void
geo_party_load_log (GeoParty *party,
                    const GeoTreeHead *head,
                    gint64 proven,
                    gint64 index) {
  geo_tree_head_free (party->head);
  party->head = head != NULL ? geo_tree_head_copy (head) : NULL;
  party->proven = proven;
  party->proven_index = index;
}

void
geo_party_load_unproven (GeoParty *party, const GeoHash *subject) {
  g_array_append_vals (party->unproven, subject, 1);
}

/* --- Refusals (P4) -------------------------------------------------------- */

static gboolean
refusal_verifies (const GeoParty *party, const GeoRefusal *refusal) {
  GeoKeys keys = { .party = party, .is_hubs = TRUE };
  GeoKeyChain chain;

  return geo_party_is_hub (party, &refusal->community) &&
         geo_party_lookup_key (&refusal->voter, &chain, &keys) &&
         geo_key_chain_check_refusal (&chain, refusal, NULL);
}

/* A refusal that is about something open goes to the payer or the participant.
 * abort: the message it came in, or NULL. */
static void
take_refusal (GeoParty *party,
              const GeoRefusal *refusal,
              const GeoMsgPaymentAbort *abort,
              GPtrArray *actions) {
  const GeoHash *subject = refusal->has_order ? &refusal->order
                                              : &refusal->contract;
  gboolean by_hub = geo_party_is_hub (party, &refusal->voter);
  const GeoOutcome *outcome;
  GeoOpenOrder *order = NULL;
  GeoOpenVote *vote = NULL;
  GeoNo no;

  if (refusal->has_order == refusal->has_contract) {
    geo_no (&no, GEO_CODE_INVALID, GEO_REASON_INVALID);
    geo_party_tell_fault (actions, &no);
    return;
  }
  if (refusal->has_order)
    order = geo_payer_find (party, subject);
  else
    vote = geo_participant_find (party, subject);
  outcome = geo_party_find_outcome (party, subject);
  if (order == NULL && vote == NULL && (outcome == NULL || !outcome->committed))
    return;

  /* P4: a refusal by any voter; of an order, by its closer only (P11). */
  if (!refusal_verifies (party, refusal) || (order != NULL && !by_hub) ||
      (vote != NULL && !by_hub &&
       !geo_party_is_voter (vote->contract, &refusal->voter))) {
    geo_no (&no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
    geo_party_tell_fault (actions, &no);
  } else if (order != NULL) {
    geo_payer_refused (party, order, refusal, abort, actions);
  } else if (vote != NULL) {
    GeoRecordBody *body = geo_record_body_new ();

    body->refusal = geo_refusal_copy (refusal);
    geo_actions_store_record (actions, GEO_RECORD_KIND_REFUSED, body);
    /* Our vote stays among the answers. */
    geo_party_add_outcome (party, subject, FALSE, 0);
    geo_participant_resolve (party, vote, actions);
  } else if (by_hub) {
    /* P4: committed and refused exclude each other; who signed both is shown
     * as what it is. */
    geo_no (&no, GEO_CODE_CONFLICT, GEO_REASON_TWO_OUTCOMES);
    geo_party_fault (party, &no,
                     geo_party_evidence (GEO_EVIDENCE_KIND_TWO_OUTCOMES, NULL,
                                         FALSE, refusal),
                     actions);
  }
}

/* --- Events --------------------------------------------------------------- */

void
geo_party_connected (GeoParty *party,
                     gint64 hub_sequence,
                     GeoTime now,
                     GPtrArray *actions) {
  GeoNo no;

  party->connected = TRUE;
  party->acknowledged = 0;
  party->gaps = 0;
  party->hub_sequence = hub_sequence;
  geo_party_send_sync (party, now, actions);
  if (hub_sequence < party->sequence) {
    /* It signed entries that it has not any more: what it numbers anew will
     * fork from what we hold. */
    geo_no (&no, GEO_CODE_CONFLICT, GEO_REASON_FORGOTTEN);
    geo_log_ask_last (party, &no, now, actions);
  }
  geo_payer_connected (party, now, actions);
  geo_participant_connected (party, now, actions);
  geo_lines_connected (party, actions);
  geo_letters_connected (party, actions);
}

void
geo_party_disconnected (GeoParty *party, GeoTime now, GPtrArray *actions) {
  party->connected = FALSE;
  party->syncing = FALSE;
  geo_payer_disconnected (party, actions);
  geo_participant_disconnected (party, actions);
  geo_clearing_disconnected (party, actions);
  geo_log_disconnected (party, actions);
}

static void
people_result (GeoParty *party,
               const GeoMsgPeopleResult *result,
               GeoTime now,
               GPtrArray *actions) {
  for (guint i = 0; i < result->items->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (result->items, i);

    if (geo_participant_check (person, &party->community->community, NULL))
      geo_party_learn (party, person, GEO_SAID_BY_HUB, FALSE, actions);
  }
  geo_participant_decide_kept (party, now, actions);
}

static void
recovery_response (GeoParty *party,
                   const GeoMsgRecoveryResponse *response,
                   GeoTime now,
                   GPtrArray *actions) {
  /* Neither: the closer may still vote, and the timer asks again. */
  if (response->entry != NULL)
    geo_catchup_entry (party, response->entry, FALSE, now, actions);
  if (response->refusal != NULL)
    take_refusal (party, response->refusal, NULL, actions);
}

void
geo_party_message (GeoParty *party,
                   const GeoMessage *message,
                   GeoTime now,
                   GPtrArray *actions) {
  switch (message->type) {
  case GEO_MESSAGE_PEOPLE_RESULT:
    people_result (party, message->u.people_result, now, actions);
    break;
  case GEO_MESSAGE_TRUST_LINE_RECEIPT:
    geo_catchup_entry (party, message->u.trust_line_receipt->entry, FALSE, now,
                       actions);
    break;
  case GEO_MESSAGE_PAYMENT_PREPARE:
    geo_participant_prepare (party, message, now, actions);
    break;
  case GEO_MESSAGE_PAYMENT_COMMIT:
    geo_catchup_entry (party, message->u.payment_commit->entry, FALSE, now,
                       actions);
    break;
  case GEO_MESSAGE_PAYMENT_ABORT:
    take_refusal (party, message->u.payment_abort->refusal,
                  message->u.payment_abort, actions);
    break;
  case GEO_MESSAGE_CLEARING_PROPOSE:
    geo_clearing_propose (party, message, now, actions);
    break;
  case GEO_MESSAGE_CLEARING_COMMIT:
    geo_catchup_entry (party, message->u.clearing_commit->entry, FALSE, now,
                       actions);
    break;
  case GEO_MESSAGE_CLEARING_ABORT:
    geo_clearing_abort (party, message->u.clearing_abort->refusal, actions);
    take_refusal (party, message->u.clearing_abort->refusal, NULL, actions);
    break;
  case GEO_MESSAGE_ENTRY:
    geo_catchup_entry (party, message->u.entry->entry, party->syncing, now,
                       actions);
    break;
  case GEO_MESSAGE_SYNC_RESULT:
    geo_catchup_result (party, message->u.sync_result->sequence, now, actions);
    break;
  case GEO_MESSAGE_LOG_PROOF:
    geo_log_proof (party, message, now, actions);
    break;
  case GEO_MESSAGE_RECOVERY_RESPONSE:
    recovery_response (party, message->u.recovery_response, now, actions);
    break;
  case GEO_MESSAGE_ERROR:
    if (!geo_lines_error (party, message, actions) &&
        !geo_letters_error (party, message, actions))
      geo_payer_error (party, message, now, actions);
    break;
  case GEO_MESSAGE_LETTER:
    geo_letters_receive (party, message, now, actions);
    break;
  case GEO_MESSAGE_LETTER_STORED:
    geo_letters_stored (party, message, actions);
    break;
  case GEO_MESSAGE_LETTER_SEND:
  case GEO_MESSAGE_LETTER_READ:
  case GEO_MESSAGE_HELLO:
  case GEO_MESSAGE_CHALLENGE:
  case GEO_MESSAGE_AUTH:
  case GEO_MESSAGE_WELCOME:
  case GEO_MESSAGE_PEOPLE_QUERY:
  case GEO_MESSAGE_TRUST_LINE_CREATE:
  case GEO_MESSAGE_TRUST_LINE_UPDATE:
  case GEO_MESSAGE_TRUST_LINE_CLOSE:
  case GEO_MESSAGE_PAYMENT_QUOTE:
  case GEO_MESSAGE_PAYMENT_QUOTE_RESULT:
  case GEO_MESSAGE_PAYMENT_REQUEST:
  case GEO_MESSAGE_PAYMENT_PREPARE_ACK:
  case GEO_MESSAGE_CLEARING_ACCEPT:
  case GEO_MESSAGE_CLEARING_REJECT:
  case GEO_MESSAGE_SYNC:
  case GEO_MESSAGE_ENTRY_ACK:
  case GEO_MESSAGE_LOG_QUERY:
  case GEO_MESSAGE_RECOVERY_QUERY:
  case GEO_MESSAGE_STATE_PART:
  case GEO_MESSAGE_STATE_PUT:
  case GEO_MESSAGE_STATE_GET:
  case GEO_MESSAGE_STATE_RESULT:
  case GEO_MESSAGE_PING:
  case GEO_MESSAGE_PONG:
    /* The session's own, an answer that somebody else waits for, or what
     * only a hub is sent: nothing of it changes us. */
    break;
  }
}

void
geo_party_message_prepared (GeoParty *party,
                            const GeoMessage *message,
                            const gchar *opened,
                            GeoTime now,
                            GPtrArray *actions) {
  party->opened = opened;
  geo_party_message (party, message, now, actions);
  party->opened = NULL;
}

void
geo_party_timer (GeoParty *party,
                 const GeoHash *timer,
                 GeoTime now,
                 GPtrArray *actions) {
  /* A timer may be due just when what it was for has ended. */
  if (!geo_log_timer (party, timer, now, actions) &&
      !geo_payer_timer (party, timer, now, actions))
    geo_participant_timer (party, timer, now, actions);
}
