/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every part of the closer stands on: what it has in hand, how long it
 * remembers what it decided, and how it says no.  It decides nothing itself,
 * and knows none of the parts that do.
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

/* Who said no long enough ago may be asked again. */
static void
sweep_declined (GeoCloser *closer, GeoTime now) {
  guint n = 0;

  while (n < closer->declined->len &&
         g_array_index (closer->declined, GeoCloserDeclined, n).until < now)
    n++;
  if (n > 0)
    g_array_remove_range (closer->declined, 0, n);
}

void
geo_closer_sweep (GeoCloser *closer, GeoTime now) {
  const GeoCloserKept *oldest;

  sweep_declined (closer, now);
  while (
      (oldest = g_queue_peek_head (&closer->kept)) != NULL &&
      ((oldest->until < now && g_queue_get_length (&closer->kept) > KEPT_MIN) ||
       g_queue_get_length (&closer->kept) > KEPT_MAX))
    forget (closer, g_queue_pop_head (&closer->kept));
}

/* --- Looking -------------------------------------------------------------- */

guint64
geo_closer_get_violations (const GeoCloser *closer) {
  return closer->violations;
}

guint
geo_closer_count_open (const GeoCloser *closer) {
  return closer->n_open;
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

gboolean
geo_closer_was_checked (const GeoBookPerson *person, const GeoKnown *known) {
  return known != NULL && known->checked != NULL &&
         geo_public_key_equal (known->checked, &person->participant->key);
}

gboolean
geo_closer_is_above (const GeoBookMarket *market,
                     GeoAmount amount,
                     gint64 units_max) {
  gint64 max = units_max;

  if (units_max == 0)
    return FALSE;
  for (gint64 i = 0; i < market->equivalent->precision; i++)
    if (__builtin_mul_overflow (max, 10, &max))
      return FALSE;
  return amount.minor > max;
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
geo_closer_repeat (GeoCloser *closer,
                   GeoCloserOrder *order,
                   const GeoPid *to,
                   const gchar *msg_id,
                   GPtrArray *actions) {
  GeoMessage *message = NULL;

  switch (order->state) {
  case GEO_CLOSER_OPEN:
    /* The one that is running answers. */
    return;
  case GEO_CLOSER_COMMITTED:
    message = geo_message_new (GEO_MESSAGE_PAYMENT_COMMIT, msg_id);
    message->u.payment_commit->entry = geo_closer_prove (
        closer, g_ptr_array_index (order->contracts, order->contracts->len - 1),
        to);
    break;
  case GEO_CLOSER_REFUSED:
    message = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, msg_id);
    message->u.payment_abort->refusal = geo_refusal_copy (order->refusal);
    message->u.payment_abort->has_max_amount = order->has_max_amount;
    message->u.payment_abort->max_amount = order->max_amount;
    for (guint i = 0; i < order->limits->len; i++)
      g_ptr_array_add (
          message->u.payment_abort->limits,
          geo_limit_hint_copy (g_ptr_array_index (order->limits, i)));
    break;
  }
  g_assert (message != NULL);
  geo_actions_send (actions, to, message);
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
