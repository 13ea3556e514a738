/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions to the hub that somebody waits for: how much, who, may I; and the
 * journal's receipts and proofs.  Each ends: with the answer, a refusal, or
 * after its time.
 */
#include "config.h"

#include "node/geo-node-private.h"
#include "node/geo-rest-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-link.h"

typedef enum {
  CALL_QUOTE = 1,
  CALL_PEOPLE = 2,
  CALL_TRUST = 3,
} CallKind;

typedef struct {
  GeoNode *node; /* Not owned: the table of calls is the node's. */
  gchar *id;
  CallKind kind;
  GTask *task;
  guint timeout_id;
  GSource *cancel;
  /* QUOTE */
  gboolean has_amount;
  guint precision;
  /* PEOPLE: those found here. */
  GListStore *found;
} Call;

static void
call_free (gpointer data) {
  Call *call = data;

  g_clear_handle_id (&call->timeout_id, g_source_remove);
  g_clear_pointer (&call->cancel, geo_node_source_end);
  /* Whoever ends a call takes its task first. */
  g_assert (call->task == NULL);
  g_clear_object (&call->found);
  g_free (call->id);
  g_free (call);
}

/* The call is gone afterwards; the task is the caller's. */
static GTask *
call_end (Call *call) {
  GTask *task = g_steal_pointer (&call->task);

  g_hash_table_remove (call->node->calls, call->id);
  return task;
}

static const gchar *
timeout_sentence (CallKind kind) {
  switch (kind) {
  case CALL_QUOTE:
  case CALL_PEOPLE:
    return _ ("The hub did not answer in time. Try again.");
  case CALL_TRUST:
    return _ ("The hub did not answer in time. Your change is kept and goes to "
              "the hub as soon as it answers.");
  }
  g_assert_not_reached ();
}

static gboolean
timeout_cb (gpointer user_data) {
  Call *call = user_data;
  CallKind kind = call->kind;
  g_autoptr (GTask) task = NULL;

  call->timeout_id = 0;
  task = call_end (call);
  g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT, "%s",
                           timeout_sentence (kind));
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_cb (GCancellable *cancellable, gpointer user_data) {
  g_autoptr (GTask) task = call_end (user_data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/* Takes task and id. */
static Call *
call_new (GeoNode *self, CallKind kind, gchar *id, GTask *task) {
  Call *call = g_new0 (Call, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  call->node = self;
  call->id = id;
  call->kind = kind;
  call->task = task;
  call->timeout_id = g_timeout_add (GEO_NODE_CALL_MS_MAX, timeout_cb, call);
  if (cancellable != NULL) {
    call->cancel = g_cancellable_source_new (cancellable);
    g_source_set_callback (call->cancel, G_SOURCE_FUNC (cancel_cb), call, NULL);
    g_source_attach (call->cancel, g_task_get_context (task));
  }
  g_hash_table_insert (self->calls, call->id, call);
  return call;
}

void
geo_node_calls_init (GeoNode *self) {
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       call_free);
}

void
geo_node_fail_calls (GeoNode *self, GeoNodeError code, const gchar *message) {
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Call *call = value;

    g_ptr_array_add (tasks, g_steal_pointer (&call->task));
    g_hash_table_iter_remove (&iter);
  }
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_new_error (g_ptr_array_index (tasks, i), GEO_NODE_ERROR,
                             (gint) code, "%s", message);
}

/* FALSE and an answered task where nothing can be asked now. */
static gboolean
can_ask (GeoNode *self, GTask *task) {
  if (!geo_node_is_signed_in (self) || self->party == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE, "%s",
                             _ ("The hub is not connected."));
    return FALSE;
  }
  if (g_hash_table_size (self->calls) >= GEO_NODE_CALLS_MAX) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED, "%s",
                             _ ("Too much is being asked at once."));
    return FALSE;
  }
  return TRUE;
}

GError *
geo_node_party_error (GError *error) {
  GeoNodeError code = GEO_NODE_ERROR_INPUT;
  const gchar *message = NULL;
  GError *made;

  switch ((GeoCode) error->code) {
  case GEO_CODE_TIMEOUT:
    code = GEO_NODE_ERROR_OFFLINE;
    message = _ ("The hub is not connected, so nothing was done.");
    break;
  case GEO_CODE_NO_ROUTE:
    code = GEO_NODE_ERROR_UNKNOWN_PERSON;
    message = _ ("This person is not known here yet. Find them first.");
    break;
  case GEO_CODE_CONFLICT:
    message = _ ("Something like this is on its way already. Wait for it.");
    break;
  case GEO_CODE_LINE_INACTIVE:
    message = _ ("There is nothing to close.");
    break;
  case GEO_CODE_NOT_ALLOWED:
    code = GEO_NODE_ERROR_REFUSED;
    message = _ ("The hub is no longer believed, so nothing was done.");
    break;
  case GEO_CODE_INTERNAL:
    code = GEO_NODE_ERROR_REFUSED;
    message = _ ("Too many payments are open. Wait for them.");
    break;
  case GEO_CODE_CAPACITY:
  case GEO_CODE_LIMIT:
  case GEO_CODE_SIGNATURE:
  case GEO_CODE_INVALID:
    message = _ ("This cannot be written: check the person, the amount and the "
                 "note.");
    break;
  }
  g_debug ("party: %s", error->message);
  made = g_error_new_literal (GEO_NODE_ERROR, (gint) code,
                              message != NULL ? message
                                              : _ ("This cannot be done now."));
  g_error_free (error);
  return made;
}

/* --- How much ----------------------------------------------------------- */

/* FALSE and an answered task without the hub. */
static gboolean
can_ask_rest (GeoNode *self, GTask *task) {
  if (self->connection == GEO_CONNECTION_HUB)
    return TRUE;
  g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE, "%s",
                           _ ("The hub is not connected."));
  return FALSE;
}

void
geo_node_quote_async (GeoNode *node,
                      const GeoPid *to,
                      const gchar *equivalent,
                      const GeoAmount *amount,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (node, cancellable, callback, user_data);
  g_autoptr (GeoMessage) message = NULL;
  GeoMsgPaymentQuote *question;
  guint precision;
  Call *call;

  g_assert (GEO_IS_NODE (node) && to != NULL && equivalent != NULL);
  if (!geo_node_get_precision (node, equivalent, &precision) ||
      (amount != NULL &&
       (geo_amount_cmp (*amount, GEO_AMOUNT_ZERO) < 0 ||
        geo_amount_cmp (*amount, GEO_AMOUNT (GEO_AMOUNT_MAX)) > 0))) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("This community cannot pay that: check the "
                                "amount and what it counts "
                                "in."));
    return;
  }
  if (geo_pid_equal (to, &node->pid)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("You cannot pay yourself."));
    return;
  }
  if (node->rest != NULL && can_ask_rest (node, task)) {
    geo_rest_quote (node->rest, to, equivalent, amount, precision,
                    g_steal_pointer (&task));
    return;
  }
  if (node->rest != NULL || !can_ask (node, task))
    return;

  call = call_new (node, CALL_QUOTE, g_uuid_string_random (),
                   g_steal_pointer (&task));
  call->has_amount = amount != NULL;
  call->precision = precision;

  message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE, call->id);
  question = message->u.payment_quote;
  question->to = *to;
  question->equivalent = g_strdup (equivalent);
  if (amount != NULL) {
    question->has_amount = TRUE;
    question->amount = geo_decimal (*amount, precision);
  }
  question->constraints = geo_constraints_new ();
  question->constraints->max_hops = 6;
  /* As a payment will ask for: as many as the hub's owner lets there be. */
  question->constraints->max_routes = 16;
  /* Where it does not go out, its time ends it. */
  geo_node_send (node, message);
}

GeoQuote *
geo_node_quote_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
answer_quote (Call *call, const GeoMsgPaymentQuoteResult *answer) {
  GeoNode *self = call->node;
  guint precision = call->precision;
  gboolean has_amount = call->has_amount;
  g_autoptr (GTask) task = call_end (call);
  GeoQuote *quote;
  GeoAmount max;

  if (!geo_decimal_get (answer->max_amount, precision, &max, NULL)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED, "%s",
                             _ ("The hub's answer cannot be used."));
    return;
  }
  quote = geo_quote_new (max, precision,
                         has_amount
                             ? answer->can_pay
                             : geo_amount_cmp (max, GEO_AMOUNT_ZERO) > 0);
  for (guint i = 0; i < answer->limits->len; i++) {
    const GeoLimitHint *hint = g_ptr_array_index (answer->limits, i);
    const gchar *name = geo_node_find_name (self, &hint->neighbour);
    g_autofree gchar *short_pid = geo_pid_shorten (&hint->neighbour);
    GeoAmount available;

    if (geo_decimal_get (hint->available, precision, &available, NULL))
      geo_quote_add_limit (quote, &hint->neighbour,
                           name != NULL ? name : short_pid, available,
                           hint->has_daily && hint->daily);
  }
  g_task_return_pointer (task, quote, g_object_unref);
}

/* --- Who ---------------------------------------------------------------- */

static gboolean
has_person (GListStore *store, const GeoPid *pid) {
  GListModel *model = G_LIST_MODEL (store);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (model, i);

    if (geo_pid_equal (geo_person_get_pid (person), pid))
      return TRUE;
  }
  return FALSE;
}

static void
find_own_people (GeoNode *self,
                 const gchar *text,
                 const GeoPid *pid,
                 GListStore *found) {
  GListModel *people = G_LIST_MODEL (self->people);
  g_autofree gchar *needle = g_utf8_casefold (text, -1);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    g_autofree gchar *name = g_utf8_casefold (geo_person_get_name (person), -1);

    if (g_list_model_get_n_items (G_LIST_MODEL (found)) >= GEO_NODE_FOUND_MAX)
      break;
    if (pid != NULL ? geo_pid_equal (geo_person_get_pid (person), pid)
                    : strstr (name, needle) != NULL)
      g_list_store_append (found, person);
  }
}

/* A PID, a link with one, or neither. */
static gboolean
read_pid (const gchar *text, GeoPid *pid) {
  g_autoptr (GeoLink) link = NULL;

  if (geo_pid_parse (text, pid, NULL))
    return TRUE;
  link = geo_link_parse (text, NULL);
  if (link == NULL || !link->has_pid)
    return FALSE;
  *pid = link->pid;
  return TRUE;
}

void
geo_node_find_people_async (GeoNode *node,
                            const gchar *text,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (node, cancellable, callback, user_data);
  g_autoptr (GListStore) found = g_list_store_new (GEO_TYPE_PERSON);
  g_autoptr (GeoMessage) message = NULL;
  g_autofree gchar *trimmed = NULL;
  gboolean by_pid;
  GeoPid pid;
  Call *call;

  g_assert (GEO_IS_NODE (node) && text != NULL);
  trimmed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  if (trimmed != NULL)
    g_strstrip (trimmed);
  if (trimmed == NULL || *trimmed == '\0') {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("Say who you are looking for."));
    return;
  }

  by_pid = read_pid (trimmed, &pid);
  find_own_people (node, trimmed, by_pid ? &pid : NULL, found);
  if (node->rest != NULL && node->connection == GEO_CONNECTION_HUB &&
      (by_pid || !g_str_has_prefix (trimmed, "geo:"))) {
    g_autofree gchar *pid_text = by_pid ? geo_pid_to_string (&pid) : NULL;

    geo_rest_find_people (node->rest, by_pid ? pid_text : trimmed,
                          g_steal_pointer (&found), g_steal_pointer (&task));
    return;
  }
  /* What is known here needs no hub; and a link is no name. */
  if (!geo_node_is_signed_in (node) || node->party == NULL ||
      (!by_pid && (g_utf8_strlen (trimmed, -1) > 100 ||
                   g_str_has_prefix (trimmed, "geo:"))) ||
      g_hash_table_size (node->calls) >= GEO_NODE_CALLS_MAX) {
    g_task_return_pointer (task, g_steal_pointer (&found), g_object_unref);
    return;
  }

  call = call_new (node, CALL_PEOPLE, g_uuid_string_random (),
                   g_steal_pointer (&task));
  call->found = g_steal_pointer (&found);
  message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, call->id);
  if (by_pid)
    g_array_append_val (message->u.people_query->pids, pid);
  else
    message->u.people_query->text = g_strdup (trimmed);
  geo_node_send (node, message);
}

GListModel *
geo_node_find_people_finish (GeoNode *node,
                             GAsyncResult *result,
                             GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
answer_people (Call *call, const GeoMsgPeopleResult *answer) {
  GeoNode *self = call->node;
  g_autoptr (GListStore) found = g_steal_pointer (&call->found);
  g_autoptr (GTask) task = call_end (call);

  for (guint i = 0; i < answer->items->len; i++) {
    const GeoParticipant *item = g_ptr_array_index (answer->items, i);
    /* The party has seen the same message and keeps only those who check out.
     */
    const GeoParticipant *known = geo_party_get_person (self->party,
                                                        &item->pid);
    GeoPerson *there;
    g_autoptr (GeoPerson) made = NULL;

    if (known == NULL || geo_pid_equal (&item->pid, &self->pid) ||
        has_person (found, &item->pid) ||
        g_list_model_get_n_items (G_LIST_MODEL (found)) >= GEO_NODE_FOUND_MAX)
      continue;
    there = geo_node_get_person (self, &item->pid);
    if (there == NULL)
      there = made = geo_person_new (&item->pid, known->name);
    g_list_store_append (found, there);
  }
  g_task_return_pointer (task, g_steal_pointer (&found), g_object_unref);
}

/* --- Trust -------------------------------------------------------------- */

static GeoPolicy *
make_policy (const GeoTrustLine *line, GeoTrustFlags flags) {
  GeoPolicy *policy = line != NULL ? geo_policy_copy (line->policy)
                                   : geo_policy_new_default ();

  policy->consent = (flags & GEO_TRUST_LIVE) != 0 ? GEO_CONSENT_LIVE
                                                  : GEO_CONSENT_STANDING;
  policy->auto_clearing = (flags & GEO_TRUST_ASK_CLEARING) == 0;
  return policy;
}

/* What is closed, or was, is not frozen any more. */
static void
thaw (GeoPolicy *policy) {
  policy->has_frozen = FALSE;
  policy->frozen = FALSE;
}

static void
set_terms (GeoNode *node,
           GeoPolicy *policy,
           const gchar *equivalent,
           const GeoTrustTerms *terms) {
  guint precision;

  /* An equivalent that is not there is refused with the line. */
  if (!geo_node_get_precision (node, equivalent, &precision))
    return;
  policy->has_spare_clearing = terms->has_spare;
  if (terms->has_spare)
    policy->spare_clearing = geo_decimal (terms->spare, precision);
  policy->has_daily_limit = terms->has_daily;
  if (terms->has_daily)
    policy->daily_limit = geo_decimal (terms->daily, precision);
}

/* The line that these actions store, or NULL. */
static const GeoTrustLine *
find_line (GPtrArray *actions) {
  for (guint i = 0; i < actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (actions, i);

    if (action->kind == GEO_ACTION_STORE_RECORD &&
        action->record_kind == GEO_RECORD_KIND_LINE)
      return action->record->line;
  }
  return NULL;
}

/* Takes task, which is answered when the line is in force, or is not. */
static void
send_line (GeoNode *node,
           GTask *task,
           const GeoPid *to,
           const gchar *equivalent,
           GeoAmount limit,
           gboolean close,
           const GeoPolicy *policy) {
  g_autoptr (GTask) owned = task;
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autofree gchar *line_id = g_uuid_string_random ();
  const GeoTrustLine *line;
  GError *error = NULL;

  if (!geo_party_trust (node->party, line_id, to, equivalent, limit, close,
                        policy, geo_node_now (), actions, &error)) {
    g_task_return_error (task, geo_node_party_error (error));
    return;
  }

  line = find_line (actions);
  if (line == NULL || g_hash_table_contains (node->calls, line->line_id)) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
        _ ("Something like this is on its way already. Wait for it."));
    return;
  }
  call_new (node, CALL_TRUST, g_strdup (line->line_id),
            g_steal_pointer (&owned));
  geo_node_set_pending (node, line, TRUE);
  geo_node_refresh_person (node, to, TRUE);
  geo_node_run (node, g_steal_pointer (&actions));
}

static void
say_contract_only (GTask *task) {
  g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                           _ ("This hub does not know how to do that: it "
                              "speaks the public contract only."));
}

/* terms NULL: but for flags they stay as they were. */
static void
trust (GeoNode *node,
       GTask *owned,
       const GeoPid *to,
       const gchar *equivalent,
       GeoAmount limit,
       gboolean close,
       GeoTrustFlags flags,
       const GeoTrustTerms *terms) {
  g_autoptr (GTask) task = owned;
  g_autoptr (GeoPolicy) policy = NULL;
  const GeoTrustLine *line;

  g_assert (GEO_IS_NODE (node) && to != NULL && equivalent != NULL);
  if (node->rest != NULL && can_ask_rest (node, task)) {
    if (terms != NULL && (terms->has_spare || terms->has_daily))
      say_contract_only (task);
    else
      geo_rest_trust (node->rest, to, equivalent, limit, close,
                      g_steal_pointer (&task));
    return;
  }
  if (node->rest != NULL || !can_ask (node, task))
    return;
  if (geo_party_get_person (node->party, to) == NULL) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR,
        geo_pid_equal (to, &node->pid) ? GEO_NODE_ERROR_INPUT
                                       : GEO_NODE_ERROR_UNKNOWN_PERSON,
        "%s", _ ("This person is not known here yet. Find them first."));
    return;
  }

  line = geo_party_get_line (node->party, &node->pid, to, equivalent);
  policy = make_policy (line, flags);
  if (close || line == NULL || line->status != GEO_LINE_STATUS_ACTIVE) {
    thaw (policy);
    policy->has_spare_clearing = FALSE;
    policy->has_daily_limit = FALSE;
  }
  if (terms != NULL)
    set_terms (node, policy, equivalent, terms);
  send_line (node, g_steal_pointer (&task), to, equivalent, limit, close,
             policy);
}

void
geo_node_trust_async (GeoNode *node,
                      const GeoPid *to,
                      const gchar *equivalent,
                      GeoAmount limit,
                      gboolean close,
                      GeoTrustFlags flags,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data) {
  trust (node, g_task_new (node, cancellable, callback, user_data), to,
         equivalent, limit, close, flags, NULL);
}

void
geo_node_trust_on_async (GeoNode *node,
                         const GeoPid *to,
                         const gchar *equivalent,
                         GeoAmount limit,
                         const GeoTrustTerms *terms,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data) {
  trust (node, g_task_new (node, cancellable, callback, user_data), to,
         equivalent, limit, FALSE, terms->flags, terms);
}

void
geo_node_freeze_async (GeoNode *node,
                       const GeoPid *to,
                       const gchar *equivalent,
                       gboolean frozen,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (node, cancellable, callback, user_data);
  g_autoptr (GeoPolicy) policy = NULL;
  const GeoTrustLine *line;

  g_assert (GEO_IS_NODE (node) && to != NULL && equivalent != NULL);
  if (node->rest != NULL) {
    say_contract_only (task);
    return;
  }
  if (!can_ask (node, task))
    return;
  line = geo_party_get_line (node->party, &node->pid, to, equivalent);
  if (line == NULL || line->status != GEO_LINE_STATUS_ACTIVE) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("You do not trust them with that, so there is "
                                "nothing to freeze."));
    return;
  }
  if (geo_trust_line_is_frozen (line) == (frozen != FALSE)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  policy = geo_policy_copy (line->policy);
  thaw (policy);
  policy->has_frozen = policy->frozen = frozen != FALSE;
  send_line (node, g_steal_pointer (&task), to, equivalent, line->limit.amount,
             FALSE, policy);
}

gboolean
geo_node_freeze_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  return geo_node_trust_finish (node, result, error);
}

gboolean
geo_node_trust_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_node_told_line (GeoNode *self, const GeoTold *told) {
  const GeoTrustLine *line = told->line;
  gboolean mine = geo_pid_equal (&line->from, &self->pid);
  Call *call;
  g_autoptr (GTask) task = NULL;

  if (mine)
    geo_node_set_pending (self, line, FALSE);
  geo_node_refresh_person (self, mine ? &line->to : &line->from,
                           told->kind == GEO_TOLD_LINE);
  geo_node_refresh_totals (self);

  call = mine ? g_hash_table_lookup (self->calls, line->line_id) : NULL;
  if (call == NULL || call->kind != CALL_TRUST)
    return;
  task = call_end (call);
  if (told->kind == GEO_TOLD_LINE) {
    g_task_return_boolean (task, TRUE);
  } else {
    g_autofree gchar *message = geo_phrase_refusal (
        told->code != 0 ? geo_code_to_string (told->code) : NULL, told->reason,
        NULL);

    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED, "%s",
                             message);
  }
}

/* --- Answers ------------------------------------------------------------ */

void
geo_node_answer_call (GeoNode *self, const GeoMessage *message) {
  Call *call = g_hash_table_lookup (self->calls, message->msg_id);

  if (call == NULL)
    return;
  if (message->type == GEO_MESSAGE_PAYMENT_QUOTE_RESULT &&
      call->kind == CALL_QUOTE) {
    answer_quote (call, message->u.payment_quote_result);
  } else if (message->type == GEO_MESSAGE_PEOPLE_RESULT &&
             call->kind == CALL_PEOPLE) {
    answer_people (call, message->u.people_result);
  } else if (message->type == GEO_MESSAGE_ERROR && call->kind != CALL_TRUST) {
    const GeoMsgError *no = message->u.error;
    g_autofree gchar *text = geo_phrase_refusal (geo_code_to_string (no->code),
                                                 no->reason, NULL);
    g_autoptr (GTask) task = call_end (call);

    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED, "%s",
                             text);
  }
}

/* --- Receipts ----------------------------------------------------------- */

static gpointer
receipt_job (GeoWorker *worker, gpointer data, GError **error) {
  return geo_journal_get_receipt (geo_worker_get_journal (worker), data, error);
}

static void
receipt_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;

  if (error == NULL)
    g_task_return_pointer (task, g_steal_pointer (result), g_free);
  else if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("Nothing here proves such a payment yet."));
  else
    g_task_return_error (task, geo_node_storage_error (error));
}

void
geo_node_get_receipt_async (GeoNode *node,
                            const gchar *key,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);

  g_assert (GEO_IS_NODE (node) && key != NULL);
  if (node->rest != NULL) {
    if (can_ask_rest (node, task))
      geo_rest_statement (node->rest, key, task);
    else
      g_object_unref (task);
    return;
  }
  geo_worker_push (node->worker, receipt_job, g_strdup (key), g_free, g_free,
                   receipt_cb, task);
}

gchar *
geo_node_get_receipt_finish (GeoNode *node,
                             GAsyncResult *result,
                             GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- The whole journal -------------------------------------------------- */

/* A worker of its own, with a handle that only reads: payments go on while a
 * long journal is checked. */
typedef struct {
  GTask *task;
  GeoWorker *worker;
} Verify;

static gpointer
verify_job (GeoWorker *worker, gpointer data, GError **error) {
  gint64 *records = g_new0 (gint64, 1);
  GeoJournal *journal = geo_journal_open (data, TRUE, error);

  if (journal != NULL) {
    geo_worker_set_journal (worker, journal);
    geo_journal_verify (journal, NULL, NULL, records, error);
  }
  return records;
}

static void
verify_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Verify *verify = user_data;
  g_autoptr (GTask) task = verify->task;

  /* Set where it fails, too: how far it holds. */
  g_task_set_task_data (task, g_steal_pointer (result), g_free);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY))
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                             /* Translators: %s names the record and why. */
                             _ ("The journal does not hold: %s"),
                             error->message);
  else
    g_task_return_error (task, geo_node_storage_error (error));
  /* Its thread has nothing left to do, so that this does not wait. */
  geo_worker_free (verify->worker);
}

void
geo_node_verify_async (GeoNode *node,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  Verify *verify;

  g_assert (GEO_IS_NODE (node));
  if (node->rest != NULL) {
    g_autoptr (GTask) task = g_task_new (node, cancellable, callback,
                                         user_data);

    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
        _ ("This hub proves nothing, so there is nothing to check."));
    return;
  }
  verify = g_new0 (Verify, 1);
  verify->task = g_task_new (node, cancellable, callback, user_data);
  verify->worker = geo_worker_new ();
  geo_worker_push (verify->worker, verify_job, g_strdup (node->journal_path),
                   g_free, g_free, verify_cb, verify);
}

gboolean
geo_node_verify_finish (GeoNode *node,
                        GAsyncResult *result,
                        gint64 *records,
                        GError **error) {
  const gint64 *held;

  g_assert (g_task_is_valid (result, node));
  held = g_task_get_task_data (G_TASK (result));
  if (records != NULL)
    *records = held != NULL ? *held : 0;
  return g_task_propagate_boolean (G_TASK (result), error);
}
