/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Carries out what the party wants: lists one after another, each strictly in
 * order, and nothing past a STORE before it is on disk (P1).  It decides
 * nothing; when a write fails, what the party believes is thrown away for what
 * is on disk.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "net/geo-fault.h"

typedef struct {
  GPtrArray *actions;
  guint next;
  gboolean storing; /* What stands before next is on its way to the disk. */
} List;

typedef struct {
  GeoNode *node;
  GeoHash hash;
  guint id;
} Timer;

static void pump (GeoNode *self);

static void
list_free (gpointer data) {
  List *list = data;

  g_ptr_array_unref (list->actions);
  g_free (list);
}

/* --- Storing ------------------------------------------------------------ */

/* So many records wait for the disk together. */
#define STORES_MAX 256

typedef struct {
  GArray *records; /* GeoJournalAppend */
  GPtrArray *bodies; /* GeoRecordBody: what records point at */
  GeoSecret *secret;
} Store;

typedef struct {
  GeoNode *node;
  guint generation;
  gboolean is_history;
  gboolean is_evidence;
} Stored;

static void
body_free (gpointer body) {
  geo_record_body_free (body);
}

static void
store_free (gpointer data) {
  Store *store = data;

  g_array_unref (store->records);
  g_ptr_array_unref (store->bodies);
  geo_secret_unref (store->secret);
  g_free (store);
}

static gpointer
store_job (GeoWorker *worker, gpointer data, GError **error) {
  const Store *store = data;

  geo_fault_point ("node: before append");
  if (geo_journal_append_all (
          geo_worker_get_journal (worker), store->secret,
          (const GeoJournalAppend *) (gpointer) store->records->data,
          store->records->len, error))
    geo_fault_point ("node: after append");
  return NULL;
}

/* Whether history has another line, or a line another state. */
static gboolean
changes_history (GeoRecordKind kind) {
  switch (kind) {
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_ORDER:
  case GEO_RECORD_KIND_ENTRY:
  case GEO_RECORD_KIND_REFUSED:
  case GEO_RECORD_KIND_REFUSAL:
    return TRUE;
  case GEO_RECORD_KIND_LINE:
  case GEO_RECORD_KIND_VOTE:
  case GEO_RECORD_KIND_PERSON:
  case GEO_RECORD_KIND_LETTER:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
  case GEO_RECORD_KIND_LOG:
  case GEO_RECORD_KIND_EVIDENCE:
  case GEO_RECORD_KIND_ROTATION:
    return FALSE;
  }
  return TRUE;
}

static void store_lists (GeoNode *self);

static void
stored_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Stored *stored = user_data;
  g_autoptr (GeoNode) self = stored->node;

  if (error == NULL && stored->is_history)
    geo_node_changed_history (self);
  if (error == NULL && stored->is_evidence)
    geo_node_findings_refresh (self);
  /* The party that wanted it is gone. */
  if (stored->generation != self->generation)
    return;
  self->storing = FALSE;
  g_clear_pointer (&self->stored_now, g_ptr_array_unref);
  if (error != NULL) {
    geo_node_storage_failed (self, error);
    return;
  }
  for (GList *l = self->lists.head; l != NULL; l = l->next)
    ((List *) l->data)->storing = FALSE;
  /* The disk need not wait until all of it has been told. */
  store_lists (self);
  pump (self);
  geo_node_incoming_go_on (self);
}

static gboolean
has_store (const List *list) {
  for (guint i = list->next; i < list->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (list->actions, i);

    if (action->kind == GEO_ACTION_STORE_RECORD)
      return TRUE;
  }
  return FALSE;
}

/* Takes what is to be stored next of that list.  FALSE: what comes after it has
 * to wait, as STOREs keep their order. */
static gboolean
take_stores (List *list, Store *store, Stored *stored) {
  while (list->next < list->actions->len && store->records->len < STORES_MAX) {
    GeoAction *action = g_ptr_array_index (list->actions, list->next);
    GeoJournalAppend record = { action->record_kind, action->record,
                                geo_node_now () };

    if (action->kind != GEO_ACTION_STORE_RECORD)
      break;
    g_ptr_array_add (store->bodies, g_steal_pointer (&action->record));
    g_array_append_val (store->records, record);
    stored->is_history |= changes_history (action->record_kind);
    stored->is_evidence |= action->record_kind == GEO_RECORD_KIND_EVIDENCE;
    list->storing = TRUE;
    list->next++;
  }
  return !has_store (list);
}

/* Many share one wait for the disk, where there are many. */
static void
store_lists (GeoNode *self) {
  Store *store;
  Stored *stored;

  if (self->storing)
    return;
  store = g_new0 (Store, 1);
  stored = g_new0 (Stored, 1);
  store->records = g_array_new (FALSE, FALSE, sizeof (GeoJournalAppend));
  store->bodies = g_ptr_array_new_with_free_func (body_free);
  store->secret = geo_secret_ref (self->secret);
  for (GList *l = self->lists.head; l != NULL; l = l->next) {
    if (!take_stores (l->data, store, stored))
      break;
  }
  if (store->records->len == 0) {
    store_free (store);
    g_free (stored);
    return;
  }
  stored->node = g_object_ref (self);
  stored->generation = self->generation;
  self->storing = TRUE;
  self->stored_now = g_ptr_array_ref (store->bodies);
  geo_worker_push (self->worker, store_job, store, store_free, NULL, stored_cb,
                   stored);
}

void
geo_node_storage_failed (GeoNode *self, const GError *error) {
  g_autoptr (GError) failure = geo_node_storage_error (error);

  /* The machine has gone further than the disk: nothing of it may be sent any
   * more (P1), so it is thrown away and made anew of what is there. */
  geo_node_drop_party (self);
  geo_node_fail_calls (self, GEO_NODE_ERROR_STORAGE, failure->message);
  geo_node_fail_requests (self, GEO_NODE_ERROR_STORAGE, failure->message);
  geo_node_disconnect (self);
  if (self->join_task != NULL)
    geo_node_fail_join (self, g_error_copy (failure));
  geo_node_reload (self, failure->message);
}

/* --- Timers ------------------------------------------------------------- */

static void
timer_free (gpointer data) {
  Timer *timer = data;

  if (timer->id != 0)
    g_source_remove (timer->id);
  g_free (timer);
}

static gboolean
timer_cb (gpointer user_data) {
  Timer *timer = user_data;
  GeoNode *self = timer->node;
  GeoHash hash = timer->hash;

  timer->id = 0;
  g_hash_table_remove (self->timers, &hash);
  if (self->party != NULL) {
    GPtrArray *actions = geo_actions_new ();

    geo_party_timer (self->party, &hash, geo_node_now (), actions);
    geo_node_run (self, actions);
  }
  return G_SOURCE_REMOVE;
}

static void
set_timer (GeoNode *self, const GeoHash *hash, GeoTime at) {
  Timer *timer;
  gint64 delay_ms = at - geo_node_now ();

  if (self->timers == NULL)
    self->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                          timer_free);
  /* One timer a hash; 0 clears it. */
  g_hash_table_remove (self->timers, hash);
  if (at == 0)
    return;
  timer = g_new0 (Timer, 1);
  timer->node = self;
  timer->hash = *hash;
  timer->id = g_timeout_add ((guint) CLAMP (delay_ms, 0, (gint64) G_MAXINT),
                             timer_cb, timer);
  g_hash_table_insert (self->timers, &timer->hash, timer);
}

/* --- Telling ------------------------------------------------------------ */

static void
refresh_hops (GeoNode *self, const GeoProvenEntry *entry) {
  for (guint i = 0; i < entry->hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (entry->hops, i);
    const GeoHop *hop = proven->hop;

    geo_node_changed_with (
        self, geo_pid_equal (&hop->from, &self->pid) ? &hop->to : &hop->from);
  }
  geo_node_changed_totals (self);
}

static void
told_received (GeoNode *self, const GeoProvenEntry *entry) {
  const GeoContract *contract;

  refresh_hops (self, entry);
  if (entry->certificate == NULL)
    return;
  contract = entry->certificate->contract;
  if (contract->has_payer)
    geo_node_changed_with (self, &contract->payer);
  /* The row is on disk; when the list has it, it is told. */
  if (contract->has_order && geo_node_is_news (self, entry->entry))
    g_hash_table_add (self->expected_receipts,
                      geo_hash_to_string (&contract->order));
}

static void
told_cleared (GeoNode *self, const GeoProvenEntry *entry) {
  refresh_hops (self, entry);
  if (entry->certificate != NULL && geo_node_is_news (self, entry->entry))
    g_hash_table_add (self->expected_receipts,
                      g_strdup (entry->certificate->contract->tx_id));
}

static const gchar *
fault_sentence (const gchar *reason) {
  if (g_strcmp0 (reason, GEO_REASON_CHAIN) == 0)
    return _ ("Its entries do not follow one another.");
  if (g_strcmp0 (reason, GEO_REASON_TWO_OUTCOMES) == 0)
    return _ ("It says both yes and no to one payment.");
  if (g_strcmp0 (reason, GEO_REASON_BAD_SIGNATURE) == 0)
    return _ ("A signature in it is not genuine.");
  if (g_strcmp0 (reason, GEO_REASON_GAP) == 0)
    return _ ("It keeps back an entry of yours.");
  if (g_strcmp0 (reason, GEO_REASON_FORGOTTEN) == 0)
    return _ ("It has forgotten entries that it signed.");
  if (g_strcmp0 (reason, GEO_REASON_LOG) == 0)
    return _ ("Its log is another than the one it showed before.");
  if (g_strcmp0 (reason, GEO_REASON_NOT_LOGGED) == 0)
    return _ ("Its log does not show one of your entries.");
  if (g_strcmp0 (reason, GEO_REASON_LIMIT_EXCEEDED) == 0 ||
      g_strcmp0 (reason, GEO_REASON_LINE_NOT_ACTIVE) == 0 ||
      g_strcmp0 (reason, GEO_REASON_LINE_FROZEN) == 0 ||
      g_strcmp0 (reason, GEO_REASON_NOT_ALLOWED) == 0)
    return _ ("It goes beyond what was allowed.");
  return _ ("It contradicts your own records.");
}

static void
told_fault (GeoNode *self, const gchar *reason) {
  g_debug ("fault: %s", reason);
  geo_node_fault (self, fault_sentence (reason), FALSE);
}

/* --- Evidence ------------------------------------------------------------- */

typedef struct {
  GeoNode *node;
  guint generation;
} Looking;

typedef struct {
  GeoProvenEntry *entry;
  GeoSecret *secret;
  GeoTime at;
} Look;

static void
look_free (gpointer data) {
  Look *look = data;

  geo_proven_entry_free (look->entry);
  geo_secret_unref (look->secret);
  g_free (look);
}

/* §8: two entries of one number are a fork.  A result that is not NULL: there
 * is one, and it is on disk. */
static gpointer
look_job (GeoWorker *worker, gpointer data, GError **error) {
  const Look *look = data;
  GeoJournal *journal = geo_worker_get_journal (worker);
  g_autoptr (GeoProvenEntry) held = NULL;
  g_autoptr (GeoRecordBody) body = NULL;
  GeoHash one, other;

  held = geo_journal_get_entry (journal, look->entry->entry->sequence, error);
  if (held == NULL)
    return NULL;
  geo_entry_hash (held->entry, &one);
  geo_entry_hash (look->entry->entry, &other);
  if (geo_hash_equal (&one, &other))
    return NULL;
  body = geo_record_body_new ();
  body->evidence = geo_party_evidence (GEO_EVIDENCE_KIND_FORK, look->entry,
                                       TRUE, NULL);
  body->evidence->reason = g_strdup (GEO_REASON_CHAIN);
  if (!geo_journal_append (journal, look->secret, GEO_RECORD_KIND_EVIDENCE,
                           body, look->at, NULL, error))
    return NULL;
  return g_strdup (GEO_REASON_CHAIN);
}

static void
looked_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Looking *looking = user_data;
  g_autoptr (GeoNode) self = looking->node;

  if (looking->generation != self->generation)
    return;
  if (error != NULL)
    geo_node_storage_failed (self, error);
  else if (*result != NULL)
    told_fault (self, *result);
}

static void
look_at_old_entry (GeoNode *self, const GeoProvenEntry *entry) {
  Look *look = g_new0 (Look, 1);
  Looking *looking = g_new0 (Looking, 1);

  look->entry = geo_proven_entry_copy (entry);
  look->secret = geo_secret_ref (self->secret);
  look->at = geo_node_now ();
  looking->node = g_object_ref (self);
  looking->generation = self->generation;
  geo_worker_push (self->worker, look_job, look, look_free, g_free, looked_cb,
                   looking);
}

static void
tell (GeoNode *self, const GeoTold *told) {
  switch (told->kind) {
  case GEO_TOLD_PAYMENT:
    geo_node_told_payment (self, told);
    if (told->state == GEO_PAYMENT_PAID || told->state == GEO_PAYMENT_NOT_PAID)
      geo_node_state_changed (self);
    break;
  case GEO_TOLD_RECEIVED:
    told_received (self, told->entry);
    break;
  case GEO_TOLD_PASSED:
    refresh_hops (self, told->entry);
    break;
  case GEO_TOLD_CLEARED:
    told_cleared (self, told->entry);
    break;
  case GEO_TOLD_PROPOSALS:
    geo_node_refresh_proposals (self);
    break;
  case GEO_TOLD_REQUEST:
    geo_node_told_request (self, told);
    geo_node_state_changed (self);
    break;
  case GEO_TOLD_BLOCKED:
    geo_node_told_blocked (self, &told->person->pid);
    geo_node_state_changed (self);
    break;
  case GEO_TOLD_LINE:
  case GEO_TOLD_LINE_REFUSED:
    geo_node_told_line (self, told);
    break;
  case GEO_TOLD_REFUSED_VOTE:
    /* It is a line of history. */
    g_debug ("refused a contract: %s", told->reason);
    break;
  case GEO_TOLD_SYNCED:
    geo_node_told_synced (self);
    break;
  case GEO_TOLD_FAULT:
    told_fault (self, told->reason);
    break;
  case GEO_TOLD_OLD_ENTRY:
    look_at_old_entry (self, told->entry);
    break;
  case GEO_TOLD_PERSON:
    geo_node_refresh_name (self, told->person);
    break;
  case GEO_TOLD_NEW_KEY:
  case GEO_TOLD_TWO_KEYS:
    geo_node_told_key (self, told);
    break;
  }
}

/* --- Running ------------------------------------------------------------ */

static void
perform (GeoNode *self, GeoAction *action) {
  switch (action->kind) {
  case GEO_ACTION_STORE_RECORD:
  case GEO_ACTION_STORE_CHANGE:
    /* The one is taken before, and only hubs have the other. */
    g_assert_not_reached ();
  case GEO_ACTION_SEND:
    /* Without a session it is dropped: the party asks again when there is one.
     */
    geo_fault_point ("node: before send");
    if (!geo_node_is_signed_in (self))
      g_debug ("not sent: no session");
    else if (action->message->type == GEO_MESSAGE_ENTRY_ACK)
      geo_node_send_soon (self, action->message);
    else
      geo_node_send (self, action->message);
    break;
  case GEO_ACTION_TIMER:
    set_timer (self, &action->timer, action->at);
    break;
  case GEO_ACTION_TELL:
    tell (self, action->told);
    break;
  }
}

/* Whether its next action is. */
static gboolean
is_store (const List *list) {
  const GeoAction *action;

  if (list->next >= list->actions->len)
    return FALSE;
  action = g_ptr_array_index (list->actions, list->next);
  return action->kind == GEO_ACTION_STORE_RECORD;
}

static void
pump (GeoNode *self) {
  List *list;

  /* Whoever is told something may want something: it waits for its turn. */
  if (self->pumping)
    return;
  g_object_ref (self);
  self->pumping = TRUE;
  /* P1: Persist, then send.  Nothing after a STORE happens before it is done.
   */
  while ((list = g_queue_peek_head (&self->lists)) != NULL) {
    if (!list->storing && is_store (list))
      store_lists (self);
    if (list->storing || is_store (list))
      break;
    if (list->next < list->actions->len) {
      /* What is told may end in dropping this list. */
      g_autoptr (GPtrArray) actions = g_ptr_array_ref (list->actions);

      perform (self, g_ptr_array_index (actions, list->next++));
    } else {
      list_free (g_queue_pop_head (&self->lists));
    }
  }
  self->pumping = FALSE;
  geo_node_update_open_count (self);
  g_object_unref (self);
}

void
geo_node_run (GeoNode *self, GPtrArray *actions) {
  List *list = g_new0 (List, 1);

  list->actions = actions;
  g_queue_push_tail (&self->lists, list);
  pump (self);
}

GPtrArray *
geo_node_list_waiting (const GeoNode *self) {
  GPtrArray *waiting = g_ptr_array_new ();

  if (self->stored_now != NULL)
    g_ptr_array_extend (waiting, self->stored_now, NULL, NULL);
  for (const GList *l = self->lists.head; l != NULL; l = l->next) {
    const List *list = l->data;

    for (guint i = list->next; i < list->actions->len; i++) {
      const GeoAction *action = g_ptr_array_index (list->actions, i);

      if (action->kind == GEO_ACTION_STORE_RECORD)
        g_ptr_array_add (waiting, action->record);
    }
  }
  return waiting;
}

gboolean
geo_node_will_tell_key (const GeoNode *self, const GeoPid *pid) {
  for (const GList *l = self->lists.head; l != NULL; l = l->next) {
    const List *list = l->data;

    for (guint i = list->next; i < list->actions->len; i++) {
      const GeoAction *action = g_ptr_array_index (list->actions, i);

      if (action->kind == GEO_ACTION_TELL &&
          action->told->kind == GEO_TOLD_NEW_KEY &&
          geo_pid_equal (&action->told->person->pid, pid))
        return TRUE;
    }
  }
  return FALSE;
}

void
geo_node_drop_party (GeoNode *self) {
  self->generation++;
  self->storing = FALSE;
  g_clear_pointer (&self->stored_now, g_ptr_array_unref);
  g_queue_clear_full (&self->lists, list_free);
  g_clear_pointer (&self->timers, g_hash_table_unref);
  g_clear_pointer (&self->party, geo_party_free);
}
