/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests in the node: the list of them, asking and answering, and paying one
 * (checkpoints: geo-node-checkpoints.c).  What a request means, and whether it
 * holds, is the party's to say; what stands in the list is what stands on disk.
 */
#include "config.h"

#include "node/geo-node-requests.h"

#include <glib/gi18n-lib.h>

#include "core/geo-link.h"
#include "core/geo-text.h"
#include "node/geo-node-invitations.h"
#include "node/geo-node-private.h"
#include "node/geo-phrases.h"
#include "node/geo-request-item-private.h"

/* Settled ones that are shown, and open ones that are. */
#define LISTED_MAX 500
#define OPEN_LISTED_MAX 2000
#define MEMO_CHARS_MAX 300

/* Somebody who waits for a request to be on disk. */
typedef struct {
  GeoHash hash;
  GTask *task;
  gboolean is_stored; /* The list may be read for it. */
  gboolean is_block; /* It is not for a request but for pid. */
  GeoPid pid;
} Waiter;

static gboolean
fail (GError **error, GeoNodeError code, const gchar *sentence) {
  g_set_error_literal (error, GEO_NODE_ERROR, (gint) code, sentence);
  return FALSE;
}

static void
waiter_free (gpointer data) {
  Waiter *waiter = data;

  g_assert (waiter->task == NULL);
  g_free (waiter);
}

void
geo_node_requests_init (GeoNode *self) {
  self->requests = g_list_store_new (GEO_TYPE_REQUEST_ITEM);
  self->request_waiters = g_ptr_array_new_with_free_func (waiter_free);
  self->new_requests = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                              g_free, NULL);
}

void
geo_node_requests_clear (GeoNode *self) {
  g_clear_object (&self->requests);
  g_clear_pointer (&self->request_waiters, g_ptr_array_unref);
  g_clear_pointer (&self->new_requests, g_hash_table_unref);
}

/* --- The list ------------------------------------------------------------- */

GListModel *
geo_node_get_requests (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (node->requests);
}

guint
geo_node_get_request_count (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->request_count;
}

static GeoRequestItem *
find_by_hash (GeoNode *self, const GeoHash *hash) {
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->requests));

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item =
        g_list_model_get_item (G_LIST_MODEL (self->requests), i);

    if (geo_hash_equal (geo_request_item_get_hash (item), hash))
      return item; /* The list holds it. */
  }
  return NULL;
}

GeoRequestItem *
geo_node_find_request (GeoNode *node, const gchar *key) {
  GeoRequestItem *found = NULL;
  GeoHash hash;
  guint n;

  g_assert (GEO_IS_NODE (node) && key != NULL);
  if (*key == '\0')
    return NULL;
  if (geo_hash_parse (key, &hash, NULL))
    return find_by_hash (node, &hash);
  n = g_list_model_get_n_items (G_LIST_MODEL (node->requests));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item =
        g_list_model_get_item (G_LIST_MODEL (node->requests), i);

    if (g_str_equal (geo_request_item_get_id (item), key))
      return item;
    if (!g_str_has_prefix (geo_request_item_get_id (item), key))
      continue;
    /* Two that begin so: neither is guessed. */
    if (found != NULL)
      return NULL;
    found = item;
  }
  return found;
}

/* Newest first, each once; open ones however old they are. */
static GPtrArray *
read_requests (GeoJournal *journal, GError **error) {
  g_autoptr (GPtrArray) all = geo_journal_list_requests (journal, FALSE, 0,
                                                         LISTED_MAX, error);
  g_autoptr (GPtrArray) open = NULL;
  gint64 before = 0;

  if (all == NULL)
    return NULL;
  if (all->len == LISTED_MAX)
    before =
        ((GeoJournalRequest *) g_ptr_array_index (all, all->len - 1))->record;
  if (before > 0) {
    open = geo_journal_list_requests (journal, TRUE, before, OPEN_LISTED_MAX,
                                      error);
    if (open == NULL)
      return NULL;
    g_ptr_array_extend_and_steal (all, g_steal_pointer (&open));
  }
  return g_steal_pointer (&all);
}

GPtrArray *
geo_node_read_requests (GeoJournal *journal, GError **error) {
  return read_requests (journal, error);
}

static gpointer
read_job (GeoWorker *worker, gpointer data, GError **error) {
  return read_requests (geo_worker_get_journal (worker), error);
}

static void
update_count (GeoNode *self) {
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->requests));
  guint count = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item =
        g_list_model_get_item (G_LIST_MODEL (self->requests), i);

    count += geo_request_item_waits_for_me (item);
  }
  if (count == self->request_count)
    return;
  self->request_count = count;
  g_object_notify (G_OBJECT (self), "request-count");
}

/* Rows that say the same stay, so that a list does not jump. */
void
geo_node_requests_load (GeoNode *self, GPtrArray *requests) {
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->requests);
  guint n_old = g_list_model_get_n_items (model);
  g_autoptr (GeoLink) join = geo_node_make_join_link (self);
  guint head = 0;
  guint tail = 0;

  for (guint i = 0; i < requests->len; i++) {
    const GeoJournalRequest *request = g_ptr_array_index (requests, i);

    g_ptr_array_add (items, geo_request_item_new (
                                request,
                                request->has_peer
                                    ? geo_node_find_name (self, &request->peer)
                                    : NULL,
                                join));
  }
  for (; head < n_old && head < items->len; head++) {
    g_autoptr (GeoRequestItem) old = g_list_model_get_item (model, head);

    if (!geo_request_item_equal (old, g_ptr_array_index (items, head)))
      break;
  }
  for (; tail < n_old - head && tail < items->len - head; tail++) {
    g_autoptr (GeoRequestItem) old = g_list_model_get_item (model,
                                                            n_old - 1 - tail);

    if (!geo_request_item_equal (
            old, g_ptr_array_index (items, items->len - 1 - tail)))
      break;
  }
  if (head + tail < n_old || head + tail < items->len)
    g_list_store_splice (self->requests, head, n_old - head - tail,
                         items->pdata + head, items->len - head - tail);
  update_count (self);
}

static void
answer_waiters (GeoNode *self) {
  for (guint i = 0; i < self->request_waiters->len;) {
    Waiter *waiter = g_ptr_array_index (self->request_waiters, i);
    GeoRequestItem *item = find_by_hash (self, &waiter->hash);
    g_autoptr (GTask) task = NULL;

    if (item == NULL || !waiter->is_stored) {
      i++;
      continue;
    }
    task = g_steal_pointer (&waiter->task);
    g_ptr_array_remove_index (self->request_waiters, i);
    g_task_return_pointer (task, g_object_ref (item), g_object_unref);
  }
}

static void
read_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) self = user_data;
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer key;

  self->reading_requests = FALSE;
  /* The node has come to its end meanwhile. */
  if (self->requests == NULL || self->self == NULL)
    return;
  if (error != NULL) {
    g_debug ("requests: %s", error->message);
    geo_node_fail_requests (self, GEO_NODE_ERROR_STORAGE, error->message);
    return;
  }
  if (self->requests_changed) {
    geo_node_refresh_requests (self);
    return;
  }
  geo_node_requests_load (self, *result);
  g_hash_table_iter_init (&iter, self->new_requests);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    GeoRequestItem *item = find_by_hash (self, key);

    if (item != NULL)
      g_ptr_array_add (told, g_object_ref (item));
  }
  g_hash_table_remove_all (self->new_requests);
  answer_waiters (self);
  for (guint i = 0; i < told->len; i++)
    g_signal_emit_by_name (self, "request-received",
                           g_ptr_array_index (told, i));
}

void
geo_node_refresh_requests (GeoNode *self) {
  /* One at a time; the last one sees all. */
  self->requests_changed = self->reading_requests;
  if (self->reading_requests || self->worker == NULL)
    return;
  self->reading_requests = TRUE;
  geo_worker_push (self->worker, read_job, NULL, NULL,
                   (GDestroyNotify) g_ptr_array_unref, read_cb,
                   g_object_ref (self));
}

void
geo_node_told_request (GeoNode *self, const GeoTold *told) {
  for (guint i = 0; i < self->request_waiters->len; i++) {
    Waiter *waiter = g_ptr_array_index (self->request_waiters, i);

    waiter->is_stored |= geo_hash_equal (&waiter->hash, &told->order_hash);
  }
  if (told->is_new)
    g_hash_table_add (self->new_requests, geo_hash_dup (&told->order_hash));
  geo_node_refresh_requests (self);
}

void
geo_node_fail_requests (GeoNode *self,
                        GeoNodeError code,
                        const gchar *message) {
  while (self->request_waiters->len > 0) {
    Waiter *waiter = g_ptr_array_index (self->request_waiters, 0);
    g_autoptr (GTask) task = g_steal_pointer (&waiter->task);

    g_ptr_array_remove_index (self->request_waiters, 0);
    g_task_return_new_error (task, GEO_NODE_ERROR, (gint) code, "%s", message);
  }
}

/* --- Asking --------------------------------------------------------------- */

/* Takes task and actions. */
static void
wait_for (GeoNode *self, GTask *task, const GeoHash *hash, GPtrArray *actions) {
  Waiter *waiter = g_new0 (Waiter, 1);
  gboolean is_there = actions->len == 0;

  waiter->is_stored = is_there;
  waiter->hash = *hash;
  waiter->task = task;
  g_ptr_array_add (self->request_waiters, waiter);
  geo_node_run (self, actions);
  /* What was known already is not told again. */
  if (is_there)
    geo_node_refresh_requests (self);
}

static GError *
request_error (GError *error) {
  g_autoptr (GError) why = error;
  const gchar *sentence = _ ("This request cannot be made now.");
  GeoNodeError code = GEO_NODE_ERROR_INPUT;

  switch ((GeoCode) why->code) {
  case GEO_CODE_NO_ROUTE:
    code = GEO_NODE_ERROR_UNKNOWN_PERSON;
    sentence = _ ("This person is not known here yet. Find them first.");
    break;
  case GEO_CODE_CONFLICT:
    sentence = _ ("There is no such request, or it is settled already.");
    break;
  case GEO_CODE_CAPACITY:
    code = GEO_NODE_ERROR_REFUSED;
    sentence = _ ("The balance is another one here, so you cannot agree to "
                  "this.");
    break;
  case GEO_CODE_NOT_ALLOWED:
    sentence = _ ("This cannot be said to that request.");
    break;
  case GEO_CODE_INTERNAL:
    code = GEO_NODE_ERROR_REFUSED;
    sentence = _ ("Too many requests are open. Settle some of them first.");
    break;
  case GEO_CODE_TIMEOUT:
    sentence = _ ("The request has expired.");
    break;
  case GEO_CODE_LIMIT:
    sentence = _ ("They trust you up to that already.");
    break;
  case GEO_CODE_LINE_INACTIVE:
  case GEO_CODE_SIGNATURE:
  case GEO_CODE_INVALID:
    sentence = _ ("What the request says cannot be used.");
    break;
  }
  g_debug ("request: %s", why->message);
  return g_error_new_literal (GEO_NODE_ERROR, (gint) code, sentence);
}

gboolean
geo_node_can_ask (GeoNode *node, GTask *task) {
  if (node->party != NULL)
    return TRUE;
  if (geo_node_is_hearsay (node)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("This hub does not know how to do that: it "
                                "speaks the public contract only."));
    g_object_unref (task);
    return FALSE;
  }
  g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE, "%s",
                           _ ("The journal cannot be written now. Try again "
                              "in a minute."));
  g_object_unref (task);
  return FALSE;
}

static gchar *
clean_memo (const gchar *memo) {
  gchar *clean = memo != NULL
                     ? geo_text_from_typed (memo, MEMO_CHARS_MAX, GEO_TEXT_LINE)
                     : NULL;

  if (clean != NULL && *clean == '\0')
    g_clear_pointer (&clean, g_free);
  return clean;
}

/* Short enough to be read aloud, long enough not to come twice. */
gchar *
geo_node_make_request_id (void) {
  g_autofree gchar *uuid = g_uuid_string_random ();

  uuid[GEO_REQUEST_ID_LEN] = '\0';
  return g_strdup (uuid);
}

void
geo_node_finish_asking (GeoNode *node,
                        GTask *task,
                        gboolean holds,
                        const GeoHash *hash,
                        GPtrArray *actions,
                        GError *error) {
  if (holds) {
    wait_for (node, task, hash, actions);
    return;
  }
  g_ptr_array_unref (actions);
  g_task_return_error (task, request_error (error));
  g_object_unref (task);
}

void
geo_node_request_async (GeoNode *node,
                        const GeoPid *from,
                        const gchar *equivalent,
                        const GeoAmount *amount,
                        const gchar *memo,
                        GeoTime expires_at,
                        gboolean single_use,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  g_autofree gchar *clean = clean_memo (memo);
  g_autofree gchar *id = geo_node_make_request_id ();
  GPtrArray *actions;
  GError *error = NULL;
  gboolean holds;
  GeoHash hash;

  g_assert (GEO_IS_NODE (node) && equivalent != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  actions = geo_actions_new ();
  holds = geo_party_request (node->party, id, from, equivalent, amount, clean,
                             single_use, expires_at, geo_node_now (), &hash,
                             actions, &error);
  geo_node_finish_asking (node, task, holds, &hash, actions, error);
}

void
geo_node_ask_trust_async (GeoNode *node,
                          const GeoPid *to,
                          const gchar *equivalent,
                          GeoAmount limit,
                          const gchar *memo,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  g_autofree gchar *clean = clean_memo (memo);
  g_autofree gchar *id = geo_node_make_request_id ();
  GPtrArray *actions;
  GError *error = NULL;
  gboolean holds;
  GeoHash hash;

  g_assert (GEO_IS_NODE (node) && to != NULL && equivalent != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  actions = geo_actions_new ();
  holds = geo_party_ask_trust (node->party, id, to, equivalent, limit, clean,
                               geo_node_now (), &hash, actions, &error);
  geo_node_finish_asking (node, task, holds, &hash, actions, error);
}

GeoRequestItem *
geo_node_request_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Links ---------------------------------------------------------------- */

/* Takes task. */
static void
take_invoice (GeoNode *node, GTask *task, const GeoLink *link) {
  const GeoParticipant *payee = geo_party_get_person (node->party, &link->pid);
  GPtrArray *actions = geo_actions_new ();
  GError *error = NULL;
  gboolean holds;
  GeoHash hash;

  if (payee == NULL) {
    g_ptr_array_unref (actions);
    g_task_return_new_error (task, GEO_NODE_ERROR,
                             GEO_NODE_ERROR_UNKNOWN_PERSON, "%s",
                             _ ("Whoever asks for this is not in this "
                                "community."));
    g_object_unref (task);
    return;
  }
  holds = geo_party_take_invoice (node->party, link->invoice, payee,
                                  geo_node_now (), &hash, actions, &error);
  geo_node_finish_asking (node, task, holds, &hash, actions, error);
}

static void
found_payee_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoNode *node = GEO_NODE (source);
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) found = geo_node_find_people_finish (node, result,
                                                              &error);

  if (found == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
  } else if (geo_node_can_ask (node, task)) {
    take_invoice (node, task, g_task_get_task_data (task));
  }
}

void
geo_node_take_link_async (GeoNode *node,
                          const gchar *link,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  g_autoptr (GError) why = NULL;
  g_autofree gchar *pid = NULL;
  GeoLink *parsed;

  g_assert (GEO_IS_NODE (node) && link != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  parsed = geo_link_parse (link, &why);
  if (parsed == NULL || parsed->invoice == NULL ||
      !geo_pid_equal (&parsed->invoice->community,
                      &node->community->community)) {
    const gchar *sentence =
        parsed == NULL || parsed->invoice == NULL
            ? (g_error_matches (why, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE)
                   ? geo_phrase_wrong_link (why)
                   : _ ("This is not the link of a request."))
            : _ ("This request is of another community.");

    geo_link_free (parsed);
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             sentence);
    g_object_unref (task);
    return;
  }
  g_task_set_task_data (task, parsed, (GDestroyNotify) geo_link_free);
  if (geo_party_get_person (node->party, &parsed->pid) != NULL) {
    take_invoice (node, task, parsed);
    return;
  }
  pid = geo_pid_to_string (&parsed->pid);
  geo_node_find_people_async (node, pid, cancellable, found_payee_cb, task);
}

/* --- Answering ------------------------------------------------------------ */

void
geo_node_respond_async (GeoNode *node,
                        const gchar *key,
                        GeoVerdict verdict,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  GeoRequestItem *item = geo_node_find_request (node, key);
  GPtrArray *actions;
  GError *error = NULL;
  GeoHash hash;

  if (!geo_node_can_ask (node, task))
    return;
  actions = geo_actions_new ();
  if (item == NULL) {
    geo_node_finish_asking (node, task, FALSE, NULL, actions,
                            g_error_new_literal (GEO_PARTY_ERROR,
                                                 GEO_CODE_CONFLICT,
                                                 "There is none."));
    return;
  }
  hash = *geo_request_item_get_hash (item);
  if (!geo_party_respond (node->party, &hash, verdict, geo_node_now (), actions,
                          &error)) {
    geo_node_finish_asking (node, task, FALSE, NULL, actions, error);
    return;
  }
  wait_for (node, task, &hash, actions);
}

GeoPayment *
geo_node_pay_request (GeoNode *node,
                      const gchar *tx_id,
                      const gchar *key,
                      const GeoAmount *amount,
                      const gchar *text,
                      GError **error) {
  GeoRequestItem *item = geo_node_find_request (node, key);
  GeoAmount asked;

  if (item == NULL || geo_request_item_is_mine (item) ||
      geo_request_item_get_kind (item) != GEO_REQUEST_PAYMENT ||
      geo_request_item_get_peer (item) == NULL) {
    fail (error, GEO_NODE_ERROR_INPUT,
          _ ("There is no such request, or it is settled already."));
    return NULL;
  }
  if (geo_request_item_get_amount (item, &asked)) {
    if (amount != NULL && geo_amount_cmp (*amount, asked) != 0) {
      fail (error, GEO_NODE_ERROR_INPUT,
            _ ("The request says how much to pay already."));
      return NULL;
    }
  } else if (amount != NULL) {
    asked = *amount;
  } else {
    fail (error, GEO_NODE_ERROR_INPUT, _ ("Say how much to pay."));
    return NULL;
  }
  return geo_node_pay_invoice (
      node, tx_id, geo_request_item_get_hash (item),
      geo_request_item_get_peer (item), geo_request_item_get_equivalent (item),
      asked, text != NULL ? text : geo_request_item_get_memo (item), error);
}

void
geo_node_set_blocked_async (GeoNode *node,
                            const GeoPid *pid,
                            gboolean blocked,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  GPtrArray *actions;
  GError *why = NULL;
  Waiter *waiter;

  g_assert (GEO_IS_NODE (node) && pid != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  actions = geo_actions_new ();
  if (!geo_party_block (node->party, pid, blocked, actions, &why)) {
    geo_node_finish_asking (node, task, FALSE, NULL, actions, why);
    return;
  }
  if (actions->len == 0) {
    g_ptr_array_unref (actions);
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  waiter = g_new0 (Waiter, 1);
  waiter->is_block = TRUE;
  waiter->pid = *pid;
  waiter->task = task;
  g_ptr_array_add (node->request_waiters, waiter);
  geo_node_run (node, actions);
}

gboolean
geo_node_set_blocked_finish (GeoNode *node,
                             GAsyncResult *result,
                             GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_node_told_blocked (GeoNode *self, const GeoPid *pid) {
  for (guint i = 0; i < self->request_waiters->len;) {
    Waiter *waiter = g_ptr_array_index (self->request_waiters, i);
    g_autoptr (GTask) task = NULL;

    if (!waiter->is_block || !geo_pid_equal (&waiter->pid, pid)) {
      i++;
      continue;
    }
    task = g_steal_pointer (&waiter->task);
    g_ptr_array_remove_index (self->request_waiters, i);
    g_task_return_boolean (task, TRUE);
  }
  g_signal_emit_by_name (self, "blocked");
}

gboolean
geo_node_is_blocked (GeoNode *node, const GeoPid *pid) {
  g_assert (GEO_IS_NODE (node) && pid != NULL);
  return node->party != NULL && geo_party_is_blocked (node->party, pid);
}
