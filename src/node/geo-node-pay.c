/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payments as a person sees them: ordering one, and following what the party
 * says of it.  The order itself, and what proves its end, are the party's.
 */
#include "config.h"

#include "node/geo-node-private.h"
#include "node/geo-rest-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Bytes of a text that can be sealed. */
#define NOTE_LEN_MAX 1024

void
geo_node_pay_init (GeoNode *self) {
  self->payments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          g_object_unref);
  self->payments_by_order = g_hash_table_new_full (
      geo_hash_hash, geo_hash_equal, g_free, g_object_unref);
  self->former = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) geo_activity_free);
  self->lost = g_ptr_array_new_with_free_func (g_object_unref);
}

void
geo_node_pay_clear (GeoNode *self) {
  g_clear_pointer (&self->payments, g_hash_table_unref);
  g_clear_pointer (&self->payments_by_order, g_hash_table_unref);
  g_clear_pointer (&self->former, g_hash_table_unref);
  g_clear_pointer (&self->lost, g_ptr_array_unref);
}

GeoPayment *
geo_node_find_order (GeoNode *self, const GeoHash *order) {
  return g_hash_table_lookup (self->payments_by_order, order);
}

/* Borrowed. */
static GeoPayment *
add_payment (GeoNode *self,
             const gchar *tx_id,
             const GeoHash *order,
             const GeoPid *to,
             const gchar *equivalent,
             guint precision,
             GeoAmount amount,
             GeoTime started_at) {
  GeoPayment *payment = geo_payment_new (tx_id, to, equivalent, precision,
                                         amount, started_at);

  g_hash_table_replace (self->payments, g_strdup (tx_id), payment);
  if (order != NULL) {
    g_autofree gchar *key = geo_hash_to_string (order);

    geo_payment_set_receipt_key (payment, key);
    g_hash_table_replace (self->payments_by_order, geo_hash_dup (order),
                          g_object_ref (payment));
  }
  return payment;
}

GeoPayment *
geo_node_put_payment (GeoNode *self,
                      const gchar *tx_id,
                      const GeoPid *to,
                      const gchar *equivalent,
                      guint precision,
                      GeoAmount amount,
                      GeoTime started_at) {
  GeoPayment *payment = add_payment (self, tx_id, NULL, to, equivalent,
                                     precision, amount, started_at);

  geo_payment_set_receipt_key (payment, tx_id);
  return payment;
}

static GeoPayment *
add_order (GeoNode *self, const GeoOrder *order) {
  GeoHash hash;

  geo_order_hash (order, &hash);
  return add_payment (self, order->tx_id, &hash, &order->to, order->equivalent,
                      order->amount.decimals, order->amount.amount,
                      order->created_at);
}

/* --- What is on disk ---------------------------------------------------- */

void
geo_node_pay_load (GeoNode *self, const GeoNodeData *data) {
  /* Open ones of former runs: nobody knows what became of them until the hub is
   * asked. */
  for (guint i = 0; i < data->orders->len; i++) {
    const GeoJournalOrder *open = g_ptr_array_index (data->orders, i);
    GeoHash hash;

    geo_order_hash (open->order, &hash);
    if (geo_node_find_order (self, &hash) == NULL)
      add_order (self, open->order);
    geo_payment_set_state (geo_node_find_order (self, &hash),
                           GEO_STATE_IN_DOUBT);
  }

  g_hash_table_remove_all (self->former);
  for (guint i = 0; i < data->recent->len; i++) {
    GeoActivity *activity = g_ptr_array_index (data->recent, i);
    GeoActivity *copy;

    if (activity->kind != GEO_ACTIVITY_PAID || activity->tx_id == NULL ||
        activity->equivalent == NULL ||
        g_hash_table_contains (self->payments, activity->tx_id) ||
        g_hash_table_contains (self->former, activity->tx_id))
      continue;
    /* A copy without the texts, which are not needed for this. */
    copy = g_memdup2 (activity, sizeof *activity);
    copy->equivalent = g_strdup (activity->equivalent);
    copy->tx_id = g_strdup (activity->tx_id);
    copy->reason = g_strdup (activity->reason);
    copy->text = NULL;
    g_hash_table_insert (self->former, copy->tx_id, copy);
  }
}

/* A payment of a former run comes back to life when somebody asks for it. */
static GeoPayment *
revive (GeoNode *self, const gchar *tx_id) {
  const GeoActivity *activity = g_hash_table_lookup (self->former, tx_id);
  GeoPayment *payment;

  if (activity == NULL)
    return NULL;
  payment = add_payment (
      self, activity->tx_id,
      activity->has_order_hash ? &activity->order_hash : NULL, &activity->peer,
      activity->equivalent, activity->amount.decimals, activity->amount.amount,
      activity->at);
  if (activity->state == GEO_PAYMENT_PAID)
    geo_payment_set_state (payment, GEO_STATE_PAID);
  else if (activity->state == GEO_PAYMENT_NOT_PAID)
    geo_payment_set_not_paid (
        payment,
        activity->code != 0 ? geo_code_to_string (activity->code) : NULL,
        activity->reason, NULL, NULL);
  g_hash_table_remove (self->former, tx_id);
  return payment;
}

GeoPayment *
geo_node_get_payment (GeoNode *node, const gchar *tx_id) {
  GeoPayment *payment;

  g_assert (GEO_IS_NODE (node) && tx_id != NULL);
  payment = g_hash_table_lookup (node->payments, tx_id);
  return payment != NULL ? payment : revive (node, tx_id);
}

static gpointer
find_job (GeoWorker *worker, gpointer data, GError **error) {
  g_autoptr (GError) failure = NULL;
  GeoActivity *found = geo_journal_find_payment (
      geo_worker_get_journal (worker), data, &failure);

  if (found != NULL)
    return found;
  if (g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("There is no payment with this number here, so "
                            "nothing was ever sent with it."));
  else
    g_propagate_error (error, geo_node_storage_error (failure));
  return NULL;
}

static void
activity_free (gpointer data) {
  geo_activity_free (data);
}

static void
found_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoNode *self = g_task_get_source_object (task);
  GeoActivity *activity = *result;
  const gchar *tx_id;

  if (error != NULL) {
    g_task_return_error (task, g_error_copy (error));
    return;
  }
  tx_id = activity->tx_id;
  /* It may have come to life meanwhile. */
  if (!g_hash_table_contains (self->payments, tx_id))
    g_hash_table_replace (self->former, activity->tx_id,
                          g_steal_pointer (result));
  g_task_return_pointer (task, geo_node_get_payment (self, tx_id), NULL);
}

void
geo_node_find_payment_async (GeoNode *node,
                             const gchar *tx_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  GeoPayment *payment = geo_node_get_payment (node, tx_id);

  if (payment != NULL) {
    g_task_return_pointer (task, payment, NULL);
    g_object_unref (task);
    return;
  }
  geo_worker_push (node->worker, find_job, g_strdup (tx_id), g_free,
                   activity_free, found_cb, task);
}

GeoPayment *
geo_node_find_payment_finish (GeoNode *node,
                              GAsyncResult *result,
                              GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gint
compare_started (gconstpointer a, gconstpointer b) {
  GeoTime one = geo_payment_get_started_at (*(GeoPayment *const *) a);
  GeoTime other = geo_payment_get_started_at (*(GeoPayment *const *) b);

  return (one > other) - (one < other);
}

GListModel *
geo_node_list_open_payments (GeoNode *node) {
  GListStore *list = g_list_store_new (GEO_TYPE_PAYMENT);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_assert (GEO_IS_NODE (node));
  g_hash_table_iter_init (&iter, node->payments);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GeoState state = geo_payment_get_state (value);

    if (state == GEO_STATE_SENDING || state == GEO_STATE_IN_DOUBT)
      g_ptr_array_add (open, value);
  }
  g_ptr_array_sort (open, compare_started);
  for (guint i = 0; i < open->len; i++)
    g_list_store_append (list, open->pdata[i]);
  return G_LIST_MODEL (list);
}

void
geo_node_forget_unstored (GeoNode *self,
                          GPtrArray *orders,
                          const gchar *message) {
  g_autoptr (GHashTable) on_disk =
      g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free, NULL);
  guint first = self->lost->len;
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  for (guint i = 0; i < orders->len; i++) {
    const GeoJournalOrder *open = g_ptr_array_index (orders, i);
    GeoHash hash;

    geo_order_hash (open->order, &hash);
    g_hash_table_add (on_disk, geo_hash_dup (&hash));
  }

  /* P1: an order that is not on disk was never sent, so it is not paid and
   * never will be; its tx_id is free again. */
  g_hash_table_iter_init (&iter, self->payments_by_order);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    GeoState state = geo_payment_get_state (value);

    if ((state != GEO_STATE_SENDING && state != GEO_STATE_IN_DOUBT) ||
        g_hash_table_contains (on_disk, key))
      continue;
    g_ptr_array_add (self->lost, g_object_ref (value));
    g_hash_table_remove (self->payments, geo_payment_get_tx_id (value));
    g_hash_table_iter_remove (&iter);
  }
  for (guint i = first; i < self->lost->len; i++)
    geo_payment_set_not_paid (g_ptr_array_index (self->lost, i),
                              geo_code_to_string (GEO_CODE_INTERNAL),
                              GEO_REASON_INTERNAL, NULL, message);
}

/* --- What the party says ------------------------------------------------ */

static GeoState
item_state (GeoPaymentState state) {
  switch (state) {
  case GEO_PAYMENT_DRAFT:
    return GEO_STATE_DRAFT;
  case GEO_PAYMENT_SENDING:
    return GEO_STATE_SENDING;
  case GEO_PAYMENT_IN_DOUBT:
    return GEO_STATE_IN_DOUBT;
  case GEO_PAYMENT_PAID:
    return GEO_STATE_PAID;
  case GEO_PAYMENT_NOT_PAID:
    return GEO_STATE_NOT_PAID;
  }
  g_assert_not_reached ();
}

/* daily_limit: whose, and what of it is left; NULL: that is not why. */
static gchar *
phrase_daily (GeoNode *self, const GeoTold *told) {
  GPtrArray *limits = told->limits;
  g_autofree gchar *over = NULL;

  if (g_strcmp0 (told->reason, GEO_REASON_DAILY_LIMIT) != 0 || limits == NULL)
    return NULL;
  for (guint i = 0; i < limits->len; i++) {
    const GeoLimitHint *hint = g_ptr_array_index (limits, i);
    const gchar *name = geo_node_find_name (self, &hint->neighbour);
    g_autofree gchar *short_pid = geo_pid_shorten (&hint->neighbour);

    if (hint->has_daily && hint->daily)
      over = geo_phrase_daily_over (
          name != NULL ? name : short_pid, hint->available.amount,
          (guint) hint->available.decimals, told->order->equivalent,
          geo_node_now ());
    if (over != NULL)
      break;
  }
  if (over != NULL && told->has_max_amount &&
      geo_amount_cmp (told->max_amount.amount, GEO_AMOUNT_ZERO) > 0) {
    g_autofree gchar *max = geo_phrase_amount (
        told->max_amount.amount, (guint) told->max_amount.decimals,
        told->order->equivalent);

    /* Translators: an amount, then a sentence about what limits it. */
    return g_strdup_printf (_ ("You can pay up to %s. %s"), max, over);
  }
  return g_steal_pointer (&over);
}

void
geo_node_told_payment (GeoNode *self, const GeoTold *told) {
  GeoPayment *payment = geo_node_find_order (self, &told->order_hash);
  g_autofree gchar *key = geo_hash_to_string (&told->order_hash);
  g_autofree gchar *reason = NULL;
  g_autofree gchar *daily = NULL;
  const gchar *code = NULL;

  if (payment == NULL)
    payment = add_order (self, told->order);
  /* Somebody who is told may let the payment go. */
  g_object_ref (payment);

  switch (told->state) {
  case GEO_PAYMENT_DRAFT:
  case GEO_PAYMENT_SENDING:
  case GEO_PAYMENT_IN_DOUBT:
    geo_activity_model_set_state (self->activity, key,
                                  item_state (told->state));
    geo_payment_set_state (payment, item_state (told->state));
    break;
  case GEO_PAYMENT_PAID:
    /* Balances come first: whoever sees "paid" sees them, too. */
    geo_node_refresh_people (self);
    geo_node_refresh_totals (self);
    geo_activity_model_touch (self->activity, key);
    geo_payment_set_state (payment, GEO_STATE_PAID);
    break;
  case GEO_PAYMENT_NOT_PAID:
    if (told->code != 0)
      code = geo_code_to_string (told->code);
    reason = g_strdup (told->reason);
    daily = phrase_daily (self, told);
    geo_activity_model_touch (self->activity, key);
    geo_payment_set_not_paid (
        payment, code, reason,
        told->has_max_amount ? &told->max_amount.amount : NULL, daily);
    break;
  }
  g_object_unref (payment);
}

/* --- Ordering ----------------------------------------------------------- */

static gboolean
fail (GError **error, GeoNodeError code, const gchar *message) {
  g_set_error_literal (error, GEO_NODE_ERROR, code, message);
  return FALSE;
}

static gboolean
check_payment (GeoNode *self,
               const GeoPid *to,
               const gchar *equivalent,
               GeoAmount amount,
               GError **error) {
  if (!geo_node_get_precision (self, equivalent, NULL))
    return fail (error, GEO_NODE_ERROR_INPUT,
                 _ ("This community does not count in that."));
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0 ||
      geo_amount_cmp (amount, GEO_AMOUNT (GEO_AMOUNT_MAX)) > 0)
    return fail (error, GEO_NODE_ERROR_INPUT,
                 _ ("The amount is nothing, or too large."));
  if (geo_pid_equal (to, &self->pid))
    return fail (error, GEO_NODE_ERROR_INPUT, _ ("You cannot pay yourself."));
  if (self->rest != NULL ? self->connection != GEO_CONNECTION_HUB
                         : !geo_node_is_signed_in (self) || self->party == NULL)
    return fail (error, GEO_NODE_ERROR_OFFLINE,
                 _ ("The hub is not connected, so nothing was paid."));
  if (self->rest == NULL && geo_party_get_person (self->party, to) == NULL)
    return fail (error, GEO_NODE_ERROR_UNKNOWN_PERSON,
                 _ ("This person is not known here yet. Find them first."));
  return TRUE;
}

/* A script that does not know whether its payment was made asks for it again:
 * one tx_id is one payment (P5). */
static GeoPayment *
same_payment (GeoPayment *payment,
              const GeoPid *to,
              const gchar *equivalent,
              GeoAmount amount,
              GError **error) {
  if (geo_pid_equal (geo_payment_get_to (payment), to) &&
      g_str_equal (geo_payment_get_equivalent (payment), equivalent) &&
      geo_amount_cmp (geo_payment_get_amount (payment), amount) == 0)
    return payment;
  fail (error, GEO_NODE_ERROR_INPUT,
        _ ("Another payment has this number already. Use a new one."));
  return NULL;
}

/* What is sent is in NFC, whatever the keyboard made. */
static gboolean
clean_text (const gchar *text, gchar **out, GError **error) {
  g_autofree gchar *normal = NULL;

  *out = NULL;
  if (text == NULL || *text == '\0')
    return TRUE;
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  if (normal == NULL)
    return fail (error, GEO_NODE_ERROR_INPUT,
                 _ ("The note is not readable text."));
  if (strlen (normal) > NOTE_LEN_MAX)
    return fail (error, GEO_NODE_ERROR_INPUT,
                 _ ("The note is too long. Shorten it."));
  *out = g_steal_pointer (&normal);
  return TRUE;
}

GeoPayment *
geo_node_pay_invoice (GeoNode *node,
                      const gchar *tx_id,
                      const GeoHash *invoice,
                      const GeoPid *to,
                      const gchar *equivalent,
                      GeoAmount amount,
                      const gchar *text,
                      GError **error) {
  g_autoptr (GPtrArray) actions = NULL;
  g_autofree gchar *made_id = NULL;
  g_autofree gchar *note = NULL;
  g_autoptr (GError) refusal = NULL;
  GeoTime now = geo_node_now ();
  GeoPayment *payment;
  GeoHash hash;
  guint precision = 0;

  g_assert (GEO_IS_NODE (node) && to != NULL && equivalent != NULL);

  if (tx_id != NULL && !geo_tx_id_is_valid (tx_id)) {
    fail (error, GEO_NODE_ERROR_INPUT,
          _ ("A payment's number has 1 to 64 letters, digits and “. _ : -”."));
    return NULL;
  }
  if (tx_id != NULL) {
    payment = geo_node_get_payment (node, tx_id);
    if (payment != NULL)
      return same_payment (payment, to, equivalent, amount, error);
  } else {
    tx_id = made_id = g_uuid_string_random ();
  }
  if (!check_payment (node, to, equivalent, amount, error) ||
      !clean_text (text, &note, error))
    return NULL;

  if (node->rest != NULL) {
    geo_node_get_precision (node, equivalent, &precision);
    payment = geo_node_put_payment (node, tx_id, to, equivalent, precision,
                                    amount, now);
    geo_rest_pay (node->rest, payment, note);
    return payment;
  }
  actions = geo_actions_new ();
  if (invoice != NULL
          ? !geo_party_pay_invoice (node->party, tx_id, invoice, to, equivalent,
                                    amount, note, now,
                                    GEO_NODE_PAY_MS_MAX +
                                        MAX (node->hub_ahead, 0),
                                    &hash, actions, &refusal)
          : !geo_party_pay (node->party, tx_id, to, equivalent, amount, note,
                            NULL, now,
                            GEO_NODE_PAY_MS_MAX + MAX (node->hub_ahead, 0),
                            &hash, actions, &refusal)) {
    g_propagate_error (error,
                       geo_node_party_error (g_steal_pointer (&refusal)));
    return NULL;
  }

  geo_node_get_precision (node, equivalent, &precision);
  payment = add_payment (node, tx_id, &hash, to, equivalent, precision, amount,
                         now);
  geo_node_refresh_person (node, to, TRUE);
  geo_node_run (node, g_steal_pointer (&actions));
  return payment;
}

GeoPayment *
geo_node_pay (GeoNode *node,
              const gchar *tx_id,
              const GeoPid *to,
              const gchar *equivalent,
              GeoAmount amount,
              const gchar *text,
              GError **error) {
  return geo_node_pay_invoice (node, tx_id, NULL, to, equivalent, amount, text,
                               error);
}
