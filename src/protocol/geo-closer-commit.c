/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last step of a payment: it is settled, stored and told to everybody
 * concerned, and then what it made possible to clear is looked for.  What it
 * changes is geo-closer-settle.c's.
 */
#include "protocol/geo-closer-private.h"

void
geo_closer_commit (GeoCloser *closer,
                   GeoCloserContract *contract,
                   GeoTime now,
                   GPtrArray *actions) {
  GeoCloserOrder *order = contract->order;
  g_autoptr (GArray) flows = NULL;
  GeoChange *change;

  /* §5: nothing was done before it was agreed on, and so on no earlier day,
   * also where the clock was set back meanwhile. */
  now = MAX (now, contract->contract->created_at);
  g_assert (contract->state == GEO_CLOSER_OPEN &&
            order->state == GEO_CLOSER_OPEN);
  /* P11: One order, one outcome: never after the deadline. */
  if (now > contract->contract->deadline) {
    geo_closer_refuse_order (closer, order, GEO_CODE_TIMEOUT,
                             GEO_REASON_DEADLINE_PASSED, now, actions);
    return;
  }
  if (order->market->frozen) {
    geo_closer_refuse_order (closer, order, GEO_CODE_NOT_ALLOWED,
                             GEO_REASON_EQUIVALENT_FROZEN, now, actions);
    return;
  }
  flows = g_array_copy (contract->flows);
  change = geo_closer_settle (closer, contract, now, actions);
  if (change == NULL) {
    geo_closer_refuse_order (closer, order, GEO_CODE_INTERNAL,
                             GEO_REASON_INTERNAL, now, actions);
    return;
  }

  for (guint i = 0; i < contract->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (contract->hops, i);

    geo_book_add_inbound (closer->book, order->market,
                          geo_book_person (closer->book, &hop->from)->node,
                          geo_book_person (closer->book, &hop->to)->node,
                          hop->amount.amount, now);
  }

  /* P1: Persist, then send. */
  geo_actions_store_change (actions, change);
  if (contract->asked->len > 0)
    geo_actions_timer (actions, &contract->hash, 0);
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (change->entries, i);
    const GeoPid *pid = &entry->entry->participant;
    GeoMessage *message;

    if (!geo_book_is_present (closer->book, pid))
      continue;
    message = geo_message_new (
        GEO_MESSAGE_PAYMENT_COMMIT,
        geo_pid_equal (pid, &order->order->from) ? order->msg_id : NULL);
    message->u.payment_commit->entry = geo_proven_entry_ref (entry);
    geo_actions_send (actions, pid, message);
  }

  geo_closer_stop_waiting (closer, contract);
  order->state = GEO_CLOSER_COMMITTED;
  closer->n_open--;
  geo_closer_keep (closer, order, NULL, now);

  /* §7: After each payment. */
  geo_closer_clear_after (closer, order->market, flows, now, actions);
}
