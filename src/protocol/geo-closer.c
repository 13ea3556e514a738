/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCloser: its state, where messages go, and how it refuses.  What is done
 * with orders, votes, lines and questions is in geo-closer-*.c.  It never reads
 * a clock, a disk or a socket.
 */
#include "protocol/geo-closer-private.h"

#include <string.h>

#define PREPARE_MS 3000
#define TRIES_MAX 3
#define DEADLINE_MAX_MS 86400000
#define ROUTES_MAX 3
#define ORDERS_MAX 10000
#define TRIGGER_LENGTH_MAX 4
/* Far more than anybody can have in doubt when a hub starts again, and so few a
 * day that nobody fills its disk. */
#define UNKNOWN_MAX 1000
#define UNKNOWN_MS 10000

/* How long an outcome is answered from memory, and how many are.  The store
 * answers after that: a driver must never have more changes than this that are
 * not on disk, nor any that is older. */
#define KEEP_MS (2 * GEO_CLOCK_TOLERANCE_MS)
#define KEPT_MAX 50000
/* A clock that is set forward does not make us forget what is not on disk yet.
 */
#define KEPT_MIN 1000

/* The longest reason of a participant that is passed on. */
#define REASON_LEN_MAX 64

G_DEFINE_QUARK (geo - closer - error - quark, geo_closer_error)

static guint
tx_key_hash (gconstpointer data) {
  const GeoCloserTxKey *key = data;

  return geo_pid_hash (&key->payer) ^ g_str_hash (key->tx_id);
}

static gboolean
tx_key_equal (gconstpointer a, gconstpointer b) {
  const GeoCloserTxKey *left = a, *right = b;

  return geo_pid_equal (&left->payer, &right->payer) &&
         g_str_equal (left->tx_id, right->tx_id);
}

static void
asked_free (GeoCloserAsked *asked) {
  geo_vote_free (asked->vote);
  g_free (asked);
}

void
geo_closer_contract_free (GeoCloserContract *contract) {
  geo_contract_free (contract->contract);
  g_clear_pointer (&contract->hops, g_ptr_array_unref);
  g_free (contract->leaves);
  g_array_unref (contract->flows);
  g_ptr_array_unref (contract->asked);
  geo_refusal_free (contract->refusal);
  geo_certificate_free (contract->certificate);
  g_ptr_array_unref (contract->entries);
  g_free (contract);
}

GeoCloserContract *
geo_closer_contract_new (const GeoHash *hash) {
  GeoCloserContract *contract = g_new0 (GeoCloserContract, 1);

  contract->hash = *hash;
  contract->state = GEO_CLOSER_OPEN;
  contract->flows = g_array_new (FALSE, FALSE, sizeof (GeoCloserFlow));
  contract->asked =
      g_ptr_array_new_with_free_func ((GDestroyNotify) asked_free);
  contract->entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_entry_free);
  return contract;
}

static void
order_free (GeoCloserOrder *order) {
  geo_order_free (order->order);
  g_clear_pointer (&order->sealed, g_bytes_unref);
  g_free (order->msg_id);
  g_ptr_array_unref (order->contracts);
  g_array_unref (order->avoid);
  g_array_unref (order->avoid_hops);
  g_free (order->reason);
  geo_refusal_free (order->refusal);
  g_ptr_array_unref (order->limits);
  g_free (order);
}

GeoCloserOrder *
geo_closer_order_new (const GeoHash *hash) {
  GeoCloserOrder *order = g_new0 (GeoCloserOrder, 1);

  order->hash = *hash;
  order->state = GEO_CLOSER_OPEN;
  order->contracts = g_ptr_array_new_with_free_func (
      (GDestroyNotify) geo_closer_contract_free);
  order->avoid = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  order->avoid_hops = g_array_new (FALSE, FALSE, sizeof (GeoHopIndex));
  order->limits =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_limit_hint_free);
  return order;
}

void
geo_closer_limits_init (GeoCloserLimits *limits) {
  *limits = (GeoCloserLimits){
    .prepare_ms = PREPARE_MS,
    .tries_max = TRIES_MAX,
    .deadline_max_ms = DEADLINE_MAX_MS,
    .max_hops = GEO_GRAPH_HOPS_MAX,
    .max_routes = ROUTES_MAX,
    .orders_max = ORDERS_MAX,
    .unknown_max = UNKNOWN_MAX,
    .unknown_ms = UNKNOWN_MS,
    .clears = TRUE,
    .trigger_cycles_max_length = TRIGGER_LENGTH_MAX,
    .min_clearing_amount = GEO_AMOUNT (1),
  };
}

void
geo_closer_set_limits (GeoCloser *closer, const GeoCloserLimits *limits) {
  g_assert (limits->prepare_ms > 0 && limits->tries_max > 0 &&
            limits->max_hops > 0 && limits->max_routes > 0 &&
            limits->unknown_max > 0 && limits->unknown_ms > 0);
  closer->limits = *limits;
  closer->limits.max_hops = MIN (limits->max_hops, GEO_GRAPH_HOPS_MAX);
  closer->limits.max_routes = MIN (limits->max_routes, GEO_GRAPH_ROUTES_MAX);
}

void
geo_closer_get_limits (const GeoCloser *closer, GeoCloserLimits *limits) {
  *limits = closer->limits;
}

GeoCloser *
geo_closer_new (GeoBook *book,
                GeoSecret *secret,
                const guint8 salt_key[32],
                const GeoCloserLimits *limits) {
  GeoCloser *closer = g_new0 (GeoCloser, 1);

  closer->book = book;
  closer->secret = geo_secret_ref (secret);
  geo_secret_get_pid (secret, &closer->self);
  g_assert (
      geo_pid_equal (&closer->self, &geo_book_get_community (book)->community));
  memcpy (closer->salt_key, salt_key, sizeof closer->salt_key);
  geo_closer_set_limits (closer, limits);

  /* Keys lie in the values. */
  closer->orders = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                          (GDestroyNotify) order_free);
  closer->by_tx = g_hash_table_new (tx_key_hash, tx_key_equal);
  closer->contracts = g_hash_table_new (geo_hash_hash, geo_hash_equal);
  closer->waiting = g_hash_table_new_full (NULL, NULL, NULL,
                                           (GDestroyNotify) g_ptr_array_unref);
  closer->clearings = g_ptr_array_new ();
  closer->declined = g_array_new (FALSE, FALSE, sizeof (GeoCloserDeclined));
  g_queue_init (&closer->kept);
  return closer;
}

static void
forget (GeoCloser *closer, GeoCloserKept *kept) {
  GeoCloserOrder *order = kept->order;

  if (order != NULL) {
    for (guint i = 0; i < order->contracts->len; i++) {
      GeoCloserContract *contract = g_ptr_array_index (order->contracts, i);

      g_hash_table_remove (closer->contracts, &contract->hash);
    }
    if (order->key.tx_id != NULL)
      g_hash_table_remove (closer->by_tx, &order->key);
    g_hash_table_remove (closer->orders, &order->hash);
  }
  if (kept->contract != NULL) {
    g_hash_table_remove (closer->contracts, &kept->contract->hash);
    geo_closer_contract_free (kept->contract);
  }
  g_free (kept);
}

void
geo_closer_free (GeoCloser *closer) {
  if (closer == NULL)
    return;

  while (!g_queue_is_empty (&closer->kept))
    forget (closer, g_queue_pop_head (&closer->kept));
  for (guint i = 0; i < closer->clearings->len; i++)
    geo_closer_contract_free (g_ptr_array_index (closer->clearings, i));
  g_ptr_array_unref (closer->clearings);
  g_array_unref (closer->declined);
  g_hash_table_unref (closer->waiting);
  g_hash_table_unref (closer->contracts);
  g_hash_table_unref (closer->by_tx);
  g_hash_table_unref (closer->orders);
  geo_secret_unref (closer->secret);
  memset (closer->salt_key, 0, sizeof closer->salt_key);
  g_free (closer);
}

void
geo_closer_note_created (GeoCloser *closer, guint others, GeoTime now) {
  closer->created_last = others > 0 ? MAX (closer->created_last, now) : now;
}

GeoTime
geo_closer_line_time (const GeoCloser *closer, GeoTime now) {
  return closer->n_open + closer->clearings->len > 0
             ? MAX (closer->created_last, now)
             : now;
}

void
geo_closer_keep (GeoCloser *closer,
                 GeoCloserOrder *order,
                 GeoCloserContract *contract,
                 GeoTime now) {
  GeoCloserKept *kept = g_new0 (GeoCloserKept, 1);

  kept->until = now + KEEP_MS;
  kept->order = order;
  kept->contract = contract;
  g_queue_push_tail (&closer->kept, kept);
}

void
geo_closer_sweep (GeoCloser *closer, GeoTime now) {
  const GeoCloserKept *oldest;

  geo_closer_sweep_declined (closer, now);
  while (
      (oldest = g_queue_peek_head (&closer->kept)) != NULL &&
      ((oldest->until < now && g_queue_get_length (&closer->kept) > KEPT_MIN) ||
       g_queue_get_length (&closer->kept) > KEPT_MAX))
    forget (closer, g_queue_pop_head (&closer->kept));
}

guint64
geo_closer_get_violations (const GeoCloser *closer) {
  return closer->violations;
}

guint
geo_closer_count_open (const GeoCloser *closer) {
  return closer->n_open;
}

/* --- Saying no ------------------------------------------------------------ */

void
geo_closer_say_error (const GeoPid *to,
                      const GeoMessage *answered,
                      GeoCode code,
                      const gchar *reason,
                      const gchar *text,
                      GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ERROR, answered->msg_id);

  message->u.error->code = code;
  message->u.error->reason = g_strdup (reason);
  message->u.error->message = g_strdup (text);
  geo_actions_send (actions, to, message);
}

GeoRefusal *
geo_closer_sign_refusal (const GeoCloser *closer,
                         gboolean of_order,
                         const GeoHash *hash,
                         GeoCode code,
                         const gchar *reason,
                         GeoTime now) {
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = closer->self;
  if (of_order) {
    refusal->has_order = TRUE;
    refusal->order = *hash;
  } else {
    refusal->has_contract = TRUE;
    refusal->contract = *hash;
  }
  refusal->voter = closer->self;
  refusal->code = code;
  refusal->reason = g_strdup (reason);
  refusal->at = now;
  geo_refusal_sign (refusal, closer->secret);
  return refusal;
}

GeoCloserContract *
geo_closer_open_contract (const GeoCloserOrder *order) {
  GeoCloserContract *last;

  if (order->state != GEO_CLOSER_OPEN || order->contracts->len == 0)
    return NULL;
  last = g_ptr_array_index (order->contracts, order->contracts->len - 1);
  return last->state == GEO_CLOSER_OPEN ? last : NULL;
}

void
geo_closer_stop_waiting (GeoCloser *closer, GeoCloserContract *contract) {
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);
    gpointer node = GUINT_TO_POINTER (asked->person->node);
    GPtrArray *waiting = g_hash_table_lookup (closer->waiting, node);

    g_assert (waiting != NULL);
    g_ptr_array_remove_fast (waiting, contract);
    if (waiting->len == 0)
      g_hash_table_remove (closer->waiting, node);
  }
}

void
geo_closer_refuse_contract (GeoCloser *closer,
                            GeoCloserContract *contract,
                            GeoCode code,
                            const gchar *reason,
                            GeoTime now,
                            GPtrArray *actions) {
  GeoBookMarket *market = contract->market;
  GeoChange *change;

  g_assert (contract->state == GEO_CLOSER_OPEN);
  contract->state = GEO_CLOSER_REFUSED;
  contract->refusal = geo_closer_sign_refusal (closer, FALSE, &contract->hash,
                                               code, reason, now);
  /* P9: the refusal is the evidence that lifts what was reserved. */
  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);

    geo_graph_release (market->graph, flow->u, flow->v, flow->amount);
    geo_book_relax (market, flow->u, flow->v);
  }
  g_array_set_size (contract->flows, 0);
  geo_closer_stop_waiting (closer, contract);

  /* P1: Persist, then send. */
  change = geo_change_new (GEO_CHANGE_REFUSAL, now);
  change->order = geo_order_ref (contract->order->order);
  change->contract = geo_contract_ref (contract->contract);
  change->refusal = geo_refusal_ref (contract->refusal);
  geo_actions_store_change (actions, change);

  if (contract->asked->len > 0)
    geo_actions_timer (actions, &contract->hash, 0);
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);
    GeoMessage *message;

    if (!asked->person->present)
      continue;
    message = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, NULL);
    message->u.payment_abort->refusal = geo_refusal_ref (contract->refusal);
    geo_actions_send (actions, &asked->person->participant->pid, message);
  }
}

void
geo_closer_refuse_order (GeoCloser *closer,
                         GeoCloserOrder *order,
                         GeoCode code,
                         const gchar *reason,
                         GeoTime now,
                         GPtrArray *actions) {
  GeoCloserContract *contract = geo_closer_open_contract (order);
  GeoChange *change;

  g_assert (order->state == GEO_CLOSER_OPEN);
  if (contract != NULL)
    geo_closer_refuse_contract (closer, contract, code, reason, now, actions);

  /* P11: refused only because nothing was voted for that carries it. */
  order->state = GEO_CLOSER_REFUSED;
  order->refusal = geo_closer_sign_refusal (closer, TRUE, &order->hash, code,
                                            reason, now);
  closer->n_open--;
  geo_closer_keep (closer, order, NULL, now);

  change = geo_change_new (GEO_CHANGE_REFUSAL, now);
  change->order = geo_order_ref (order->order);
  change->refusal = geo_refusal_ref (order->refusal);
  geo_actions_store_change (actions, change);

  if (order->payer->present)
    geo_closer_repeat (closer, order, &order->order->from, order->msg_id,
                       actions);
}

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

GeoCloserAsked *
geo_closer_find_asked (const GeoCloserContract *contract,
                       const GeoBookPerson *person) {
  for (guint i = 0; i < contract->asked->len; i++) {
    GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (asked->person == person)
      return asked;
  }
  return NULL;
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

gboolean
geo_closer_was_checked (const GeoBookPerson *person, const GeoKnown *known) {
  return known != NULL && known->checked != NULL &&
         geo_public_key_equal (known->checked, &person->participant->key);
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
