/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCloser: where messages go, and what votes and silence come to.  It knows
 * all parts, geo-closer-*.c, and none of them knows it.  It never reads a
 * clock, a disk or a socket.
 */
#include "protocol/geo-closer-private.h"

#include <string.h>

/* The longest reason of a participant that is passed on. */
#define REASON_LEN_MAX 64

/* --- Votes ---------------------------------------------------------------- */

static void
note_reason (GeoCloserOrder *order, GeoCode code, const gchar *reason) {
  order->code = code;
  g_free (order->reason);
  order->reason = g_strdup (reason);
}

/* The next try does without those who were silent and had to vote. */
static void
avoid_silent (GeoCloserOrder *order, const GeoCloserContract *contract) {
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (!asked->required || asked->vote != NULL)
      continue;
    if (asked->person != order->payee) {
      g_array_append_val (order->avoid, asked->person->node);
      continue;
    }
    /* The payee can't be passed by, only paid over a line that does not ask. */
    for (guint j = 0; j < contract->flows->len; j++) {
      const GeoCloserFlow *flow = &g_array_index (contract->flows,
                                                  GeoCloserFlow, j);
      GeoHopIndex hop = { flow->u, flow->v };
      const GeoBookLine *line = geo_book_line (order->market, flow->v, flow->u);

      if (flow->v == order->payee->node && line != NULL &&
          line->line->status == GEO_LINE_STATUS_ACTIVE &&
          line->line->policy->consent == GEO_CONSENT_LIVE)
        g_array_append_val (order->avoid_hops, hop);
    }
  }
}

/* P7: there is no way around a payee who has to vote. */
static gboolean
misses_payee (const GeoCloserOrder *order, const GeoCloserContract *contract) {
  const GeoCloserAsked *asked = geo_closer_find_asked (contract, order->payee);

  return geo_order_asks_payee (order->order) && asked != NULL &&
         asked->vote == NULL;
}

/* A voter was silent: this contract is over (P4), the order may not be. */
static void
end_silent (GeoCloser *closer,
            GeoCloserContract *contract,
            GeoTime now,
            GPtrArray *actions) {
  GeoCloserOrder *order = contract->order;

  if (misses_payee (order, contract)) {
    geo_closer_refuse_order (closer, order, GEO_CODE_TIMEOUT,
                             GEO_REASON_PAYEE_AWAY, now, actions);
    return;
  }
  avoid_silent (order, contract);
  note_reason (order, GEO_CODE_TIMEOUT, GEO_REASON_NO_VOTE);
  geo_closer_refuse_contract (closer, contract, GEO_CODE_TIMEOUT,
                              GEO_REASON_NO_VOTE, now, actions);
  geo_closer_try (closer, order, now, actions);
}

static gboolean
is_complete (const GeoCloserContract *contract) {
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (asked->vote == NULL && !asked->gone)
      return FALSE;
  }
  return TRUE;
}

/* A participant's reason goes on to the payer, so only a word of the usual
 * shape does: nobody writes to strangers through a refusal. */
static const gchar *
pass_on_reason (const gchar *reason) {
  gsize len = strspn (reason, "abcdefghijklmnopqrstuvwxyz0123456789_");

  return len > 0 && len <= REASON_LEN_MAX && reason[len] == '\0'
             ? reason
             : GEO_REASON_REFUSED_BY_PARTICIPANT;
}

/* What a payee says of its own request is for the payer. */
static gboolean
is_of_invoice (const gchar *reason) {
  static const gchar *const words[] = {
    GEO_REASON_INVOICE_CLOSED,
    GEO_REASON_INVOICE_EXPIRED,
    GEO_REASON_INVOICE_MISMATCH,
    GEO_REASON_INVOICE_BUSY,
    NULL,
  };

  return g_strv_contains (words, reason);
}

static void
take_no (GeoCloser *closer,
         GeoCloserContract *contract,
         GeoBookPerson *voter,
         const GeoRefusal *refusal,
         GeoTime now,
         GPtrArray *actions) {
  GeoCloserOrder *order = contract->order;
  const gchar *reason = pass_on_reason (refusal->reason);

  geo_closer_refuse_contract (closer, contract, refusal->code, reason, now,
                              actions);
  if (voter == order->payee) {
    gboolean says_why = order->order->has_invoice && is_of_invoice (reason);

    geo_closer_refuse_order (
        closer, order, says_why ? refusal->code : GEO_CODE_NOT_ALLOWED,
        says_why ? reason : GEO_REASON_REFUSED_BY_PARTICIPANT, now, actions);
    return;
  }
  /* P8: A wallet that disagrees refuses, and the closer routes around it. */
  g_array_append_val (order->avoid, voter->node);
  note_reason (order, refusal->code, reason);
  geo_closer_try (closer, order, now, actions);
}

static void
say_not_signed (const GeoPid *from,
                const GeoMessage *message,
                GPtrArray *actions) {
  geo_closer_say_error (from, message, GEO_CODE_SIGNATURE,
                        GEO_REASON_BAD_SIGNATURE,
                        "The answer is not signed by who sent it.", actions);
}

/* What a vote and a refusal have in common: FALSE when an ERROR was answered.
 */
static gboolean
check_answer (const GeoCloser *closer,
              const GeoBookPerson *voter,
              const GeoMessage *message,
              GPtrArray *actions) {
  const GeoVote *vote = message->u.payment_prepare_ack->vote;
  const GeoRefusal *refusal = message->u.payment_prepare_ack->refusal;
  const GeoPid *from = &voter->participant->pid;

  if ((vote == NULL) == (refusal == NULL) ||
      (refusal != NULL && (!refusal->has_contract || refusal->has_order))) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_INVALID,
                          "An answer is a vote or a refusal of a contract.",
                          actions);
    return FALSE;
  }
  if (!geo_pid_equal (vote != NULL ? &vote->community : &refusal->community,
                      &closer->self)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID,
                          GEO_REASON_FOREIGN_COMMUNITY,
                          "This is of another community.", actions);
    return FALSE;
  }
  if (!geo_pid_equal (vote != NULL ? &vote->voter : &refusal->voter, from) ||
      (refusal != NULL &&
       !geo_refusal_verify (refusal, &voter->participant->key, NULL))) {
    say_not_signed (from, message, actions);
    return FALSE;
  }
  return TRUE;
}

/* Whether the vote decides something and will be in the certificate. */
static gboolean
is_required (const GeoCloser *closer,
             const GeoBookPerson *voter,
             const GeoVote *vote) {
  const GeoCloserContract *contract = g_hash_table_lookup (closer->contracts,
                                                           &vote->contract);
  const GeoCloserAsked *asked;

  if (contract == NULL || contract->state != GEO_CLOSER_OPEN)
    return FALSE;
  asked = geo_closer_find_asked (contract, voter);
  return asked != NULL && asked->required && asked->vote == NULL;
}

gboolean
geo_closer_wants_check (const GeoCloser *closer,
                        const GeoPid *from,
                        const GeoMessage *message) {
  const GeoBookPerson *person = geo_book_person (closer->book, from);

  if (person == NULL)
    return FALSE;
  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST)
    return TRUE;
  return message->type == GEO_MESSAGE_PAYMENT_PREPARE_ACK &&
         message->u.payment_prepare_ack->vote != NULL &&
         is_required (closer, person, message->u.payment_prepare_ack->vote);
}

static void
take_answer (GeoCloser *closer,
             GeoBookPerson *voter,
             const GeoMessage *message,
             const GeoKnown *known,
             GeoTime now,
             GPtrArray *actions) {
  const GeoMsgPaymentPrepareAck *ack = message->u.payment_prepare_ack;
  const GeoPid *from = &voter->participant->pid;
  GeoCloserContract *contract;
  GeoCloserAsked *asked;
  GeoMessage *answer;

  if (!check_answer (closer, voter, message, actions))
    return;
  contract = g_hash_table_lookup (closer->contracts,
                                  ack->vote != NULL ? &ack->vote->contract
                                                    : &ack->refusal->contract);
  if (contract == NULL || geo_closer_is_clearing (contract)) {
    geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                          GEO_REASON_UNKNOWN_ORDER, "No such contract is open.",
                          actions);
    return;
  }
  if (contract->state == GEO_CLOSER_REFUSED) {
    answer = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, message->msg_id);
    answer->u.payment_abort->refusal = geo_refusal_copy (contract->refusal);
    geo_actions_send (actions, from, answer);
    return;
  }
  asked = geo_closer_find_asked (contract, voter);
  if (asked == NULL) {
    geo_closer_say_error (from, message, GEO_CODE_NOT_ALLOWED,
                          GEO_REASON_NOT_ALLOWED, "You were not asked.",
                          actions);
    return;
  }
  /* P7: after the closer's vote, by mandate: its entry says what happened. */
  if (contract->state == GEO_CLOSER_COMMITTED)
    return;
  if (asked->vote != NULL) {
    /* P2: A vote is never withdrawn. */
    if (ack->refusal != NULL)
      geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                            GEO_REASON_ALREADY_VOTED,
                            "You have voted for this contract.", actions);
    return;
  }
  /* P11: never after the deadline. */
  if (now > contract->contract->deadline) {
    geo_closer_refuse_order (closer, contract->order, GEO_CODE_TIMEOUT,
                             GEO_REASON_DEADLINE_PASSED, now, actions);
    return;
  }
  if (ack->refusal != NULL) {
    take_no (closer, contract, voter, ack->refusal, now, actions);
    return;
  }
  /* P7: A vote by mandate is in no certificate: who sent it is enough. */
  if (asked->required && !geo_closer_was_checked (voter, known) &&
      !geo_vote_verify (ack->vote, &voter->participant->key, NULL)) {
    say_not_signed (from, message, actions);
    return;
  }
  asked->vote = geo_vote_ref (ack->vote);
  if (is_complete (contract))
    geo_closer_commit (closer, contract, now, actions);
}

/* --- Events --------------------------------------------------------------- */

void
geo_closer_timer (GeoCloser *closer,
                  const GeoHash *timer,
                  GeoTime now,
                  GPtrArray *actions) {
  GeoCloserContract *contract;

  geo_closer_sweep (closer, now);
  contract = g_hash_table_lookup (closer->contracts, timer);
  /* It was decided while the timer was on its way. */
  if (contract == NULL || contract->state != GEO_CLOSER_OPEN)
    return;
  if (geo_closer_is_clearing (contract)) {
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_TIMEOUT,
                                GEO_REASON_NO_VOTE, now, actions);
    return;
  }
  if (now > contract->contract->deadline) {
    geo_closer_refuse_order (closer, contract->order, GEO_CODE_TIMEOUT,
                             GEO_REASON_DEADLINE_PASSED, now, actions);
    return;
  }
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (asked->required && asked->vote == NULL) {
      end_silent (closer, contract, now, actions);
      return;
    }
  }
  /* P7: silence is not a refusal. */
  geo_closer_commit (closer, contract, now, actions);
}

void
geo_closer_present (GeoCloser *closer,
                    const GeoPid *pid,
                    gboolean present,
                    GeoTime now,
                    GPtrArray *actions) {
  GeoBookPerson *person = geo_book_person (closer->book, pid);
  g_autoptr (GPtrArray) contracts = NULL;
  GPtrArray *waiting;

  geo_closer_sweep (closer, now);
  if (person == NULL)
    return;
  geo_book_set_present (closer->book, pid, present);
  if (present)
    geo_closer_remind (closer, person, now, actions);
  waiting = g_hash_table_lookup (closer->waiting,
                                 GUINT_TO_POINTER (person->node));
  if (present || waiting == NULL)
    return;

  /* Deciding one changes the list. */
  contracts = g_ptr_array_copy (waiting, NULL, NULL);
  for (guint i = 0; i < contracts->len; i++) {
    GeoCloserContract *contract = g_ptr_array_index (contracts, i);
    GeoCloserAsked *asked = geo_closer_find_asked (contract, person);

    if (contract->state != GEO_CLOSER_OPEN || asked->vote != NULL)
      continue;
    if (asked->required) {
      end_silent (closer, contract, now, actions);
    } else {
      asked->gone = TRUE;
      if (is_complete (contract))
        geo_closer_commit (closer, contract, now, actions);
    }
  }
}

void
geo_closer_message (GeoCloser *closer,
                    const GeoPid *from,
                    const GeoMessage *message,
                    const GeoKnown *known,
                    GeoTime now,
                    GPtrArray *actions) {
  GeoBookPerson *person = geo_book_person (closer->book, from);

  geo_closer_sweep (closer, now);
  if (person == NULL) {
    geo_closer_say_error (
        from, message, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
        "You are not a participant of this community.", actions);
    return;
  }

  switch (message->type) {
  case GEO_MESSAGE_PAYMENT_REQUEST:
    geo_closer_take_order (closer, person, message, known, now, actions);
    return;
  case GEO_MESSAGE_PAYMENT_PREPARE_ACK:
    take_answer (closer, person, message, known, now, actions);
    return;
  case GEO_MESSAGE_CLEARING_ACCEPT:
  case GEO_MESSAGE_CLEARING_REJECT:
    geo_closer_take_clearing_answer (closer, person, message, now, actions);
    return;
  case GEO_MESSAGE_PAYMENT_QUOTE:
    geo_closer_quote (closer, person, message, now, actions);
    return;
  case GEO_MESSAGE_RECOVERY_QUERY:
    geo_closer_recover (closer, person, message, known, now, actions);
    return;
  case GEO_MESSAGE_TRUST_LINE_CREATE:
  case GEO_MESSAGE_TRUST_LINE_UPDATE:
  case GEO_MESSAGE_TRUST_LINE_CLOSE:
    geo_closer_take_line (closer, person, message, now, actions);
    return;
  case GEO_MESSAGE_PEOPLE_QUERY:
    geo_closer_find_people (closer, person, message, actions);
    return;
  case GEO_MESSAGE_ENTRY_ACK:
    geo_closer_take_ack (closer, person, message, now, actions);
    return;
  case GEO_MESSAGE_PONG:
  case GEO_MESSAGE_ERROR:
    /* Answers: answering them would never end. */
    return;
  case GEO_MESSAGE_LETTER_SEND:
  case GEO_MESSAGE_LETTER_STORED:
  case GEO_MESSAGE_LETTER:
  case GEO_MESSAGE_LETTER_READ:
  case GEO_MESSAGE_HELLO:
  case GEO_MESSAGE_CHALLENGE:
  case GEO_MESSAGE_AUTH:
  case GEO_MESSAGE_WELCOME:
  case GEO_MESSAGE_PEOPLE_RESULT:
  case GEO_MESSAGE_TRUST_LINE_RECEIPT:
  case GEO_MESSAGE_PAYMENT_QUOTE_RESULT:
  case GEO_MESSAGE_PAYMENT_PREPARE:
  case GEO_MESSAGE_PAYMENT_COMMIT:
  case GEO_MESSAGE_PAYMENT_ABORT:
  case GEO_MESSAGE_CLEARING_PROPOSE:
  case GEO_MESSAGE_CLEARING_COMMIT:
  case GEO_MESSAGE_CLEARING_ABORT:
  case GEO_MESSAGE_SYNC:
  case GEO_MESSAGE_ENTRY:
  case GEO_MESSAGE_SYNC_RESULT:
  case GEO_MESSAGE_RECOVERY_RESPONSE:
  case GEO_MESSAGE_LOG_QUERY:
  case GEO_MESSAGE_LOG_PROOF:
  case GEO_MESSAGE_STATE_PART:
  case GEO_MESSAGE_STATE_PUT:
  case GEO_MESSAGE_STATE_GET:
  case GEO_MESSAGE_STATE_RESULT:
  case GEO_MESSAGE_PING:
    break;
  }
  geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_INVALID,
                        "This is no message for a hub.", actions);
}
