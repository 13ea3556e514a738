/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Carries out lists of actions, all in the order in which they were decided.
 * It must not go past a STORE before it is on disk, and not go on at all when a
 * write has failed.
 *
 * One queue for everybody, rather than letting lists without a STORE overtake:
 * such a list may answer with what an earlier one decided and has not stored
 * yet (P5), and a participant that is asked about a payment before it hears of
 * the one before would refuse it for no good reason.  Only what asks for votes,
 * which says and binds nothing, does not wait for the disk, where nothing waits
 * in the queue for those who are asked.
 */
#include "hub/geo-engine.h"

#include <sodium.h>

#include "hub/geo-engine-load.h"
#include "hub/geo-tree.h"
#include "hub/geo-writer.h"
#include "net/geo-fault.h"

/* What is decided waits for company while as many are still on their way, so
 * that one half is written while the other is decided: so many share an fsync,
 * a few more where the disk is not done with the last ones, and none waits
 * longer than a person could notice.  Whoever takes so long to vote is not
 * waited for. */
#define GROUP_SOME 18
#define GROUP_MORE 22
#define GROUP_ENOUGH 64
/* They are written as they come, so many at a time: when the group is complete,
 * little is left to be done before the disk is asked. */
#define GROUP_PART 8
#define GROUP_WAIT_US 8000
#define GROUP_COMPANY_US 100000
/* Below everything that may bring more. */
#define GROUP_PRIORITY (G_PRIORITY_DEFAULT + 10)

typedef struct {
  GPtrArray *actions;
  guint next; /* The first action that is not done. */
  guint collected; /* STOREs before this one are given to the writer. */
  gboolean stores; /* There is one in it. */
  gboolean overtakes; /* Those in the queue */
  gint64 submitted_us;
  gint64 stored_us; /* Its commit is on disk; 0: it has none. */
  GeoEngineDoneFunc done;
  gpointer user_data;
  GDestroyNotify destroy;
} List;

struct _GeoEngine {
  GeoBook *book;
  GeoCloser *closer;
  GeoHubStore *reader;
  GeoTree *tree;
  GeoSeen *seen; /* Of all that is decided, on disk or not yet */
  GeoWriter *writer;
  GMainContext *context;

  GeoEngineSendFunc send;
  GeoEngineFailedFunc failed;
  gpointer user_data;
  GeoEngineChangeFunc change_func;
  gpointer change_data;

  GQueue lists; /* List */
  GHashTable *awaited; /* GeoPid → number of SENDs to it in lists */
  GList *uncollected; /* The first link with STOREs for the writer, or NULL. */
  guint64 written; /* STOREs that are on disk since the start … */
  guint64 passed; /* … and these have been gone past. */
  gboolean pumping;
  gboolean is_failed;
  GHashTable *timers; /* GeoHash → GSource */
  guint pending; /* STOREs that are in no batch yet, … */
  guint given; /* … or in the one that is open. */
  gint64 pending_since_us;
  guint collected_last; /* In the last batch */
  GSource *collecting; /* When the next one is made at the latest */
  gboolean more_comes;

  GeoHubMetrics *metrics;
  GHashTable *stages; /* GeoHash of an open order → Stages */
  GQueue company; /* Stages that were prepared lately, the oldest first */
};

/* When an open order came to what, for the metrics. */
typedef struct {
  gint64 received_us;
  gint64 prepared_us; /* 0: nobody was asked yet. */
  GList link; /* In company, from then on until it takes too long. */
  gboolean in_company;
} Stages;

typedef struct {
  GeoEngine *engine;
  GeoHash hash;
} Timer;

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

static void
list_free (List *list) {
  g_ptr_array_unref (list->actions);
  if (list->destroy != NULL)
    list->destroy (list->user_data);
  g_free (list);
}

/* --- Timers --------------------------------------------------------------- */

static void submit (GeoEngine *engine, GPtrArray *actions);

static void
source_free (gpointer data) {
  GSource *source = data;

  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean
timer_cb (gpointer user_data) {
  const Timer *timer = user_data;
  GeoEngine *engine = timer->engine;
  GeoHash hash = timer->hash;
  GPtrArray *actions = geo_actions_new ();

  g_hash_table_remove (engine->timers, &hash);
  geo_closer_timer (engine->closer, &hash, now_ms (), actions);
  submit (engine, actions);
  return G_SOURCE_REMOVE;
}

static void
set_timer (GeoEngine *engine, const GeoHash *hash, GeoTime at) {
  GSource *source;
  Timer *timer;
  gint64 wait;

  if (at == 0) {
    g_hash_table_remove (engine->timers, hash);
    return;
  }
  wait = CLAMP (at - now_ms (), 0, G_MAXINT);
  timer = g_new (Timer, 1);
  timer->engine = engine;
  timer->hash = *hash;
  source = g_timeout_source_new ((guint) wait);
  g_source_set_callback (source, timer_cb, timer, g_free);
  g_source_attach (source, engine->context);
  g_hash_table_replace (engine->timers, geo_hash_dup (hash), source);
}

/* --- Lists ---------------------------------------------------------------- */

static void
note_prepared (GeoEngine *engine, const GeoMessage *message) {
  const GeoContract *contract;
  Stages *stages;

  if (message->type != GEO_MESSAGE_PAYMENT_PREPARE)
    return;
  contract = message->u.payment_prepare->contract;
  stages = contract->has_order
               ? g_hash_table_lookup (engine->stages, &contract->order)
               : NULL;
  if (stages == NULL || stages->prepared_us != 0)
    return;
  stages->prepared_us = g_get_monotonic_time ();
  stages->link.data = stages;
  stages->in_company = TRUE;
  g_queue_push_tail_link (&engine->company, &stages->link);
  geo_hub_metrics_stage (engine->metrics, GEO_HUB_STAGE_PREPARE,
                         stages->prepared_us - stages->received_us);
}

static void
leave_company (GeoEngine *engine, Stages *stages) {
  if (stages->in_company)
    g_queue_unlink (&engine->company, &stages->link);
  stages->in_company = FALSE;
}

/* How many orders are likely to be decided soon. */
static guint
count_company (GeoEngine *engine, gint64 now_us) {
  Stages *oldest;

  while ((oldest = g_queue_peek_head (&engine->company)) != NULL &&
         now_us - oldest->prepared_us > GROUP_COMPANY_US)
    leave_company (engine, oldest);
  return g_queue_get_length (&engine->company);
}

static void
note_decided (GeoEngine *engine, const GeoChange *change, gint64 now_us) {
  const GeoContract *contract = NULL;
  const GeoHash *order = NULL;
  Stages *stages;

  if (change->kind == GEO_CHANGE_COMMIT)
    contract = change->certificate->contract;
  if (contract != NULL && contract->has_order)
    order = &contract->order;
  else if (change->kind == GEO_CHANGE_REFUSAL && change->refusal->has_order)
    order = &change->refusal->order;
  if (order == NULL)
    return;
  geo_seen_add_order (engine->seen, order);
  if (contract != NULL && contract->has_payer)
    geo_seen_add_tx (engine->seen, &contract->payer, contract->tx_id);
  else if (change->order != NULL)
    geo_seen_add_tx (engine->seen, &change->order->from, change->order->tx_id);
  stages = g_hash_table_lookup (engine->stages, order);
  if (stages == NULL)
    return;
  if (change->kind == GEO_CHANGE_COMMIT && stages->prepared_us != 0)
    geo_hub_metrics_stage (engine->metrics, GEO_HUB_STAGE_VOTES,
                           now_us - stages->prepared_us);
  leave_company (engine, stages);
  g_hash_table_remove (engine->stages, order);
}

static void
note_stored (GeoEngine *engine, List *list, const GeoChange *change) {
  geo_hub_metrics_stored (engine->metrics, change);
  if (change->kind == GEO_CHANGE_INCIDENT)
    g_warning ("incident equivalent=%s: nothing more is done in it: %s",
               change->equivalent, change->text);
  if (change->kind != GEO_CHANGE_COMMIT)
    return;
  list->stored_us = g_get_monotonic_time ();
  geo_hub_metrics_stage (engine->metrics, GEO_HUB_STAGE_STORED,
                         list->stored_us - list->submitted_us);
}

/* --- Who waits for what ----------------------------------------------------
 */

static void
note_awaited (GeoEngine *engine, const List *list) {
  for (guint i = 0; i < list->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (list->actions, i);
    guint n;

    if (action->kind != GEO_ACTION_SEND || !action->has_to)
      continue;
    n = GPOINTER_TO_UINT (g_hash_table_lookup (engine->awaited, &action->to));
    g_hash_table_replace (engine->awaited, geo_pid_dup (&action->to),
                          GUINT_TO_POINTER (n + 1));
  }
}

static void
note_sent (GeoEngine *engine, const GeoPid *to) {
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (engine->awaited, to));

  if (n > 1)
    g_hash_table_replace (engine->awaited, geo_pid_dup (to),
                          GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (engine->awaited, to);
}

/* Whether it asks for votes and does nothing else, and whoever is asked has
 * heard of everything before. */
static gboolean
may_overtake (GeoEngine *engine, const List *list) {
  if (list->done != NULL)
    return FALSE;
  for (guint i = 0; i < list->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (list->actions, i);

    if (action->kind == GEO_ACTION_TIMER)
      continue;
    if (action->kind != GEO_ACTION_SEND || !action->has_to ||
        action->message->type != GEO_MESSAGE_PAYMENT_PREPARE ||
        g_hash_table_contains (engine->awaited, &action->to))
      return FALSE;
  }
  return TRUE;
}

/* FALSE when the list waits for the disk at its next action. */
static gboolean
run_list (GeoEngine *engine, List *list) {
  while (list->next < list->actions->len) {
    GeoAction *action = g_ptr_array_index (list->actions, list->next);

    switch (action->kind) {
    case GEO_ACTION_STORE_CHANGE:
      /* P1: Persist, then send. */
      if (engine->passed == engine->written)
        return FALSE;
      engine->passed++;
      if (engine->change_func != NULL)
        engine->change_func (action->change, engine->change_data);
      note_stored (engine, list, action->change);
      break;
    case GEO_ACTION_SEND:
      if (list->stores)
        geo_fault_point ("before send");
      note_prepared (engine, action->message);
      if (action->has_to && engine->send != NULL)
        engine->send (&action->to, action->message, engine->user_data);
      if (action->has_to && !list->overtakes)
        note_sent (engine, &action->to);
      break;
    case GEO_ACTION_TIMER:
      set_timer (engine, &action->timer, action->at);
      break;
    case GEO_ACTION_STORE_RECORD:
    case GEO_ACTION_TELL:
      /* A participant's, never a closer's. */
      g_assert_not_reached ();
    }
    list->next++;
  }
  if (list->stored_us != 0)
    geo_hub_metrics_stage (engine->metrics, GEO_HUB_STAGE_SENT,
                           g_get_monotonic_time () - list->stored_us);
  return TRUE;
}

/* What is not with the writer yet goes there, in order, until the batch is
 * full.
 */
static void
give (GeoEngine *engine) {
  g_autoptr (GPtrArray) changes = g_ptr_array_new ();

  while (engine->uncollected != NULL) {
    List *list = engine->uncollected->data;

    for (; list->collected < list->actions->len; list->collected++) {
      const GeoAction *action = g_ptr_array_index (list->actions,
                                                   list->collected);

      if (action->kind != GEO_ACTION_STORE_CHANGE)
        continue;
      if (engine->given + changes->len == GEO_WRITER_BATCH_MAX)
        goto full;
      g_ptr_array_add (changes, action->change);
    }
    engine->uncollected = engine->uncollected->next;
  }
full:
  engine->given += changes->len;
  if (changes->len > 0)
    geo_writer_write (engine->writer, g_steal_pointer (&changes));
}

/* All of it is one batch. */
static void
collect (GeoEngine *engine) {
  if (geo_writer_count_jobs (engine->writer) == GEO_WRITER_JOBS_MAX)
    return;
  give (engine);
  if (engine->given == 0)
    return;
  g_source_set_ready_time (engine->collecting, -1);
  geo_hub_metrics_batch (engine->metrics, engine->given);
  engine->collected_last = engine->given;
  engine->pending -= engine->given;
  engine->given = 0;
  geo_writer_close (engine->writer);
}

static gboolean
collect_cb (gpointer user_data) {
  GeoEngine *engine = user_data;

  if (!engine->is_failed && geo_writer_count_jobs (engine->writer) == 0)
    collect (engine);
  return G_SOURCE_CONTINUE;
}

static gboolean
collecting_dispatch (GSource *source,
                     GSourceFunc callback,
                     gpointer user_data) {
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs collecting_funcs = { NULL, NULL, collecting_dispatch,
                                         NULL, NULL, NULL };

/* At once where that is enough for one fsync, or when nothing else is to be
 * done: whoever is alone waits for nobody.  While a batch is on its way to the
 * disk, only what is enough goes behind it. */
static void
collect_soon (GeoEngine *engine) {
  gint64 now_us, ready_us;
  guint company;
  guint jobs = geo_writer_count_jobs (engine->writer);

  if (engine->pending == 0 || jobs == GEO_WRITER_JOBS_MAX)
    return;
  now_us = g_get_monotonic_time ();
  ready_us = engine->pending_since_us + GROUP_WAIT_US;
  company = count_company (engine, now_us);
  if (engine->pending >= GROUP_ENOUGH ||
      (engine->pending >= (jobs == 0 ? GROUP_SOME : GROUP_MORE) &&
       engine->pending >= company) ||
      (jobs == 0 && now_us >= ready_us)) {
    collect (engine);
    return;
  }
  if (engine->pending - engine->given >= GROUP_PART)
    give (engine);
  if (jobs > 0)
    return;
  /* Those of the last batch are likely to come back. */
  if (engine->pending >= company && !engine->more_comes &&
      engine->pending >= engine->collected_last * 3 / 4)
    ready_us = 0;
  g_source_set_ready_time (engine->collecting, ready_us);
}

/* As far as it goes. */
static void
pump (GeoEngine *engine) {
  List *list;

  /* What is sent may bring the next event with it. */
  if (engine->pumping)
    return;
  engine->pumping = TRUE;
  while (!engine->is_failed &&
         (list = g_queue_peek_head (&engine->lists)) != NULL &&
         run_list (engine, list)) {
    if (engine->uncollected == engine->lists.head)
      engine->uncollected = engine->uncollected->next;
    g_queue_pop_head (&engine->lists);
    if (list->done != NULL)
      list->done (list->user_data);
    list_free (list);
  }
  engine->pumping = FALSE;
  if (!engine->is_failed)
    collect_soon (engine);
}

static void
push (GeoEngine *engine, List *list) {
  list->submitted_us = g_get_monotonic_time ();
  for (guint i = 0; i < list->actions->len; i++) {
    GeoAction *action = g_ptr_array_index (list->actions, i);

    if (action->kind != GEO_ACTION_STORE_CHANGE)
      continue;
    list->stores = TRUE;
    if (engine->pending++ == 0)
      engine->pending_since_us = list->submitted_us;
    note_decided (engine, action->change, list->submitted_us);
    /* Whoever is alone is signed where it is written. */
    if (engine->pending > 1 || geo_writer_count_jobs (engine->writer) > 0)
      geo_writer_sign_ahead (engine->writer, action->change);
  }
  if (!g_queue_is_empty (&engine->lists) && may_overtake (engine, list)) {
    list->overtakes = TRUE;
    run_list (engine, list);
    list_free (list);
    return;
  }
  note_awaited (engine, list);
  g_queue_push_tail (&engine->lists, list);
  if (engine->uncollected == NULL)
    engine->uncollected = engine->lists.tail;
  pump (engine);
}

/* Takes actions. */
static void
submit (GeoEngine *engine, GPtrArray *actions) {
  List *list;

  if (engine->is_failed || actions->len == 0) {
    g_ptr_array_unref (actions);
    return;
  }
  list = g_new0 (List, 1);
  list->actions = actions;
  push (engine, list);
}

static void
written_cb (guint n_changes, const GError *error, gpointer user_data) {
  GeoEngine *engine = user_data;

  if (engine->is_failed)
    return;
  if (error != NULL) {
    /* A hub that cannot write stops.  What has not been sent is never sent. */
    engine->is_failed = TRUE;
    g_hash_table_remove_all (engine->timers);
    if (engine->failed != NULL)
      engine->failed (error, engine->user_data);
    return;
  }
  engine->written += n_changes;
  pump (engine);
}

void
geo_engine_set_more_comes (GeoEngine *engine, gboolean more_comes) {
  engine->more_comes = more_comes;
  if (!more_comes && !engine->is_failed)
    collect_soon (engine);
}

/* --- Loading -------------------------------------------------------------- */

/* P4: of this start alone; a file that was copied is not enough to know it. */
static void
make_salt_key (const GeoHubKey *key, guint8 out[GEO_HUB_SALT_KEY_LEN]) {
  guint8 fresh[GEO_HUB_SALT_KEY_LEN];

  randombytes_buf (fresh, sizeof fresh);
  crypto_generichash (out, GEO_HUB_SALT_KEY_LEN, fresh, sizeof fresh,
                      key->salt_key, sizeof key->salt_key);
  sodium_memzero (fresh, sizeof fresh);
}

GeoEngine *
geo_engine_new (GeoHubStore *writer,
                GeoHubStore *reader,
                const GeoCommunity *community,
                const GeoHubKey *key,
                const GeoCloserLimits *limits,
                GError **error) {
  g_autoptr (GeoHubStore) own_writer = writer;
  g_autoptr (GeoHubStore) own_reader = reader;
  g_autoptr (GeoBook) book = geo_book_new (community);
  g_autoptr (GeoSeen) seen = geo_seen_new ();
  g_autoptr (GeoTree) tree = NULL;
  guint8 salt_key[GEO_HUB_SALT_KEY_LEN];
  GeoEngine *engine;

  if (!geo_engine_load (reader, book, seen, error))
    return NULL;
  tree = geo_tree_new (reader, &community->community, key->secret, error);
  if (tree == NULL)
    return NULL;

  engine = g_new0 (GeoEngine, 1);
  make_salt_key (key, salt_key);
  engine->closer = geo_closer_new (book, key->secret, salt_key, limits);
  sodium_memzero (salt_key, sizeof salt_key);
  engine->book = g_steal_pointer (&book);
  engine->tree = g_steal_pointer (&tree);
  engine->seen = g_steal_pointer (&seen);
  engine->reader = g_steal_pointer (&own_reader);
  engine->context = g_main_context_ref_thread_default ();
  engine->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                          source_free);
  engine->awaited = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                           NULL);
  engine->metrics = geo_hub_metrics_new ();
  engine->stages = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                          g_free);
  g_queue_init (&engine->lists);
  g_queue_init (&engine->company);
  engine->collecting = g_source_new (&collecting_funcs, sizeof (GSource));
  g_source_set_priority (engine->collecting, GROUP_PRIORITY);
  g_source_set_callback (engine->collecting, collect_cb, engine, NULL);
  g_source_attach (engine->collecting, engine->context);
  geo_closer_set_signs_later (engine->closer);
  engine->writer = geo_writer_new (g_steal_pointer (&own_writer), key->secret,
                                   written_cb, engine);
  return engine;
}

void
geo_engine_free (GeoEngine *engine) {
  if (engine == NULL)
    return;
  g_clear_pointer (&engine->tree, geo_tree_free);
  g_clear_pointer (&engine->seen, geo_seen_free);
  /* The writer is the last to close the file, and brings its log into it. */
  g_clear_pointer (&engine->reader, geo_hub_store_close);
  g_clear_pointer (&engine->writer, geo_writer_free);
  g_source_destroy (engine->collecting);
  g_source_unref (engine->collecting);
  g_hash_table_unref (engine->timers);
  g_queue_clear_full (&engine->lists, (GDestroyNotify) list_free);
  g_hash_table_unref (engine->stages);
  g_hash_table_unref (engine->awaited);
  geo_hub_metrics_free (engine->metrics);
  geo_closer_free (engine->closer);
  geo_book_free (engine->book);
  g_main_context_unref (engine->context);
  g_free (engine);
}

void
geo_engine_set_funcs (GeoEngine *engine,
                      GeoEngineSendFunc send,
                      GeoEngineFailedFunc failed,
                      gpointer user_data) {
  engine->send = send;
  engine->failed = failed;
  engine->user_data = user_data;
}

const GeoBook *
geo_engine_get_book (const GeoEngine *engine) {
  return engine->book;
}

GeoHubStore *
geo_engine_get_reader (GeoEngine *engine) {
  return engine->reader;
}

GeoHubMetrics *
geo_engine_get_metrics (GeoEngine *engine) {
  return engine->metrics;
}

/* --- Events --------------------------------------------------------------- */

/* An order that is not decided at once. */
static void
note_received (GeoEngine *engine, const GeoMessage *message, gint64 now_us) {
  Stages *stages = g_new0 (Stages, 1);
  GeoHash hash;

  stages->received_us = now_us;
  geo_order_hash (message->u.payment_request->order, &hash);
  g_hash_table_insert (engine->stages, geo_hash_dup (&hash), stages);
}

static gboolean
find_request (GeoEngine *engine,
              const GeoMsgPaymentRequest *request,
              GeoHubOutcome *out,
              GError **error) {
  const GeoOrder *order = request->order;
  GeoHash hash;

  if (geo_seen_has_tx (engine->seen, &order->from, order->tx_id) &&
      !geo_hub_store_find_tx (engine->reader, &order->from, order->tx_id, out,
                              error))
    return FALSE;
  if (out->found)
    return TRUE;
  /* P12: refused before it arrived, when only its hash was known. */
  geo_order_hash (order, &hash);
  return !geo_seen_has_order (engine->seen, &hash) ||
         geo_hub_store_find_order (engine->reader, &hash, &order->from, out,
                                   error);
}

static gboolean
find_query (GeoEngine *engine,
            const GeoPid *from,
            const GeoMsgRecoveryQuery *query,
            GeoHubOutcome *out,
            GError **error) {
  if (query->has_order)
    return geo_hub_store_find_order (engine->reader, &query->order, from, out,
                                     error);
  if (query->has_contract)
    return geo_hub_store_find_contract (engine->reader, &query->contract, from,
                                        out, error);
  return TRUE;
}

gboolean
geo_engine_message_checked (GeoEngine *engine,
                            const GeoPid *from,
                            const GeoMessage *message,
                            const GeoPublicKey *checked,
                            GError **error) {
  GeoHubOutcome outcome = { FALSE };
  GeoKnown known = { .checked = checked };
  gint64 now_us = g_get_monotonic_time ();
  guint n_open = geo_closer_count_open (engine->closer);
  GPtrArray *actions;

  if (engine->is_failed)
    return TRUE;
  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST &&
      !find_request (engine, message->u.payment_request, &outcome, error))
    return FALSE;
  if (message->type == GEO_MESSAGE_RECOVERY_QUERY &&
      !find_query (engine, from, message->u.recovery_query, &outcome, error))
    return FALSE;

  if (outcome.found) {
    known.has_order_hash = TRUE;
    known.order_hash = outcome.order_hash;
    known.entry = outcome.entry;
    known.refusal = outcome.refusal;
  }
  actions = geo_actions_new ();
  geo_closer_message (engine->closer, from, message,
                      outcome.found || checked != NULL ? &known : NULL,
                      now_ms (), actions);
  geo_hub_outcome_clear (&outcome);
  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST &&
      geo_closer_count_open (engine->closer) > n_open)
    note_received (engine, message, now_us);
  submit (engine, actions);
  return TRUE;
}

gboolean
geo_engine_wants_check (const GeoEngine *engine,
                        const GeoPid *from,
                        const GeoMessage *message) {
  return geo_closer_wants_check (engine->closer, from, message);
}

gboolean
geo_engine_message (GeoEngine *engine,
                    const GeoPid *from,
                    const GeoMessage *message,
                    GError **error) {
  return geo_engine_message_checked (engine, from, message, NULL, error);
}

gboolean
geo_engine_prove (GeoEngine *engine,
                  const GeoPid *from,
                  const GeoMessage *query,
                  GError **error) {
  GeoMessage *answer;
  GPtrArray *actions;
  GeoTime reserve;

  if (engine->is_failed)
    return TRUE;
  answer = geo_tree_answer (engine->tree, from, query, now_ms (), &reserve,
                            error);
  if (answer == NULL)
    return FALSE;
  actions = geo_actions_new ();
  if (reserve != 0) {
    GeoChange *change = geo_change_new (GEO_CHANGE_HUB, now_ms ());

    /* P1: Persist, then send. */
    change->log_until = reserve;
    geo_actions_store_change (actions, change);
  }
  geo_actions_send (actions, from, answer);
  submit (engine, actions);
  return TRUE;
}

gboolean
geo_engine_join (GeoEngine *engine,
                 const GeoPid *pid,
                 const GeoParticipant *participant,
                 const gchar *msg_id,
                 GError **error) {
  GPtrArray *actions = geo_actions_new ();
  GeoMessage *welcome;

  if (participant != NULL && !geo_closer_register (engine->closer, participant,
                                                   now_ms (), actions, error)) {
    /* What was refused may be worth remembering (K5). */
    submit (engine, actions);
    return FALSE;
  }
  welcome = geo_message_new (GEO_MESSAGE_WELCOME, msg_id);
  welcome->u.welcome->self =
      geo_participant_copy (geo_book_get_participant (engine->book, pid));
  welcome->u.welcome->sequence = geo_book_get_sequence (engine->book, pid,
                                                        NULL);
  welcome->u.welcome->time = now_ms ();
  geo_actions_send (actions, pid, welcome);
  submit (engine, actions);
  return TRUE;
}

void
geo_engine_present (GeoEngine *engine, const GeoPid *pid, gboolean present) {
  GPtrArray *actions = geo_actions_new ();

  geo_closer_present (engine->closer, pid, present, now_ms (), actions);
  submit (engine, actions);
}

/* Takes actions. */
static void
push_done (GeoEngine *engine,
           GPtrArray *actions,
           GeoEngineDoneFunc done,
           gpointer user_data,
           GDestroyNotify destroy) {
  List *list = g_new0 (List, 1);

  list->actions = actions;
  list->done = done;
  list->user_data = user_data;
  list->destroy = destroy;
  if (engine->is_failed)
    list_free (list);
  else
    push (engine, list);
}

void
geo_engine_when_stored (GeoEngine *engine,
                        GeoEngineDoneFunc done,
                        gpointer user_data,
                        GDestroyNotify destroy) {
  /* Behind every list whose changes a reader may have seen. */
  push_done (engine, geo_actions_new (), done, user_data, destroy);
}

gboolean
geo_engine_settle (GeoEngine *engine) {
  return !engine->is_failed && geo_writer_settle (engine->writer);
}

gboolean
geo_engine_register (GeoEngine *engine,
                     const GeoParticipant *participant,
                     GeoEngineDoneFunc done,
                     gpointer user_data,
                     GDestroyNotify destroy,
                     GError **error) {
  GPtrArray *actions = geo_actions_new ();

  if (!geo_closer_register (engine->closer, participant, now_ms (), actions,
                            error)) {
    submit (engine, actions);
    return FALSE;
  }
  push_done (engine, actions, done, user_data, destroy);
  return TRUE;
}

void
geo_engine_set_change_func (GeoEngine *engine,
                            GeoEngineChangeFunc func,
                            gpointer user_data) {
  engine->change_func = func;
  engine->change_data = user_data;
}

gboolean
geo_engine_decide (GeoEngine *engine,
                   GeoChange *change,
                   GeoEngineDoneFunc done,
                   gpointer user_data,
                   GDestroyNotify destroy) {
  g_autoptr (GeoChange) taken = change;
  GPtrArray *actions = geo_actions_new ();

  g_assert (change->kind == GEO_CHANGE_HUB);
  if ((change->has_status &&
       !geo_closer_set_frozen (engine->closer, &change->pid,
                               change->status != GEO_STATUS_ACTIVE, now_ms (),
                               actions)) ||
      (change->community != NULL &&
       !geo_closer_set_community (engine->closer, change->community))) {
    g_ptr_array_unref (actions);
    return FALSE;
  }
  geo_actions_store_change (actions, g_steal_pointer (&taken));
  push_done (engine, actions, done, user_data, destroy);
  return TRUE;
}

guint
geo_engine_abort (GeoEngine *engine,
                  const gchar *tx_id,
                  GeoAudit *audit,
                  GeoEngineDoneFunc done,
                  gpointer user_data,
                  GDestroyNotify destroy) {
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, now_ms ());
  GPtrArray *actions = geo_actions_new ();
  guint n = geo_closer_abort (engine->closer, tx_id, now_ms (), actions);

  change->audit = audit;
  if (n == 0) {
    geo_change_free (change);
    g_ptr_array_unref (actions);
    return 0;
  }
  geo_actions_store_change (actions, change);
  push_done (engine, actions, done, user_data, destroy);
  return n;
}

const GeoCloser *
geo_engine_get_closer (const GeoEngine *engine) {
  return engine->closer;
}

void
geo_engine_set_limits (GeoEngine *engine, const GeoCloserLimits *limits) {
  geo_closer_set_limits (engine->closer, limits);
}

void
geo_engine_set_closed (GeoEngine *engine,
                       const gchar *equivalent,
                       gboolean closed) {
  geo_closer_set_closed (engine->closer, equivalent, closed);
}

void
geo_engine_store (GeoEngine *engine,
                  GeoChange *change,
                  GeoEngineDoneFunc done,
                  gpointer user_data,
                  GDestroyNotify destroy) {
  GPtrArray *actions = geo_actions_new ();

  geo_actions_store_change (actions, change);
  push_done (engine, actions, done, user_data, destroy);
}

GeoClearingPlan *
geo_engine_plan_clearing (GeoEngine *engine,
                          const gchar *equivalent,
                          guint max_length) {
  if (engine->is_failed)
    return NULL;
  return geo_closer_plan_clearing (engine->closer, equivalent, max_length);
}

gboolean
geo_engine_clear_next (GeoEngine *engine, GeoClearingPlan *plan) {
  GPtrArray *actions;
  gboolean more;

  if (engine->is_failed)
    return FALSE;
  actions = geo_actions_new ();
  more = geo_closer_clear_next (engine->closer, plan, now_ms (), actions);
  submit (engine, actions);
  return more;
}

gboolean
geo_engine_is_idle (const GeoEngine *engine) {
  return engine->is_failed || (g_queue_is_empty ((GQueue *) &engine->lists) &&
                               geo_writer_count_jobs (engine->writer) == 0);
}

guint
geo_engine_count_waiting (const GeoEngine *engine) {
  return g_queue_get_length ((GQueue *) &engine->lists);
}

void
geo_engine_get_figures (const GeoEngine *engine, GeoEngineFigures *out) {
  out->commits = geo_writer_count_commits (engine->writer);
  out->changes = geo_writer_count_changes (engine->writer);
  out->violations = geo_closer_get_violations (engine->closer);
  out->open = geo_closer_count_open (engine->closer);
  out->waiting = geo_engine_count_waiting (engine);
}
