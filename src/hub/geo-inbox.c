/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One queue for everybody, of which the first goes on when its signature is
 * checked.  Threads see messages, which are theirs until then, and keys, and
 * nothing else; whether a signature
 * is good is said to the closer together with the key it was checked with, and
 * one that is not good is checked by the closer again, which says so.
 */
#include "hub/geo-inbox.h"

#include "core/geo-rest-object.h"

typedef struct {
  GeoPid from;
  GeoMessage *message;
  GeoPublicKey key;
  gint state; /* Atomic: Check */
} Letter;

typedef enum {
  CHECK_WAITING = 0,
  CHECK_GOOD = 1,
  CHECK_BAD = 2,
} Check;

struct _GeoInbox {
  GeoEngine *engine;
  GeoInboxFailedFunc failed;
  gpointer user_data;

  GThreadPool *pool;
  GQueue letters; /* Letter, in the order in which they came */
  GSource *ready; /* Set off by the threads. */
  GMutex mutex;
  GCond checked; /* With mutex: some letter's state has changed. */
  gint settling; /* Atomic: somebody waits for checked. */
  gint woken; /* Atomic: ready is set off, and has not looked yet. */
  gboolean delivering;

  GHashTable *acks; /* GeoPid of from → Letter: the last one of each */
  guint ack_id;
  guint ack_ticks;
  guint64 taken; /* Messages … */
  guint64 taken_before; /* … and how many it were at the last tick. */
};

static void
letter_free (gpointer data) {
  Letter *letter = data;

  geo_message_free (letter->message);
  g_free (letter);
}

/* --- Checking ---------------------------------------------------------------
 */

static gboolean
is_good (const Letter *letter) {
  const GeoMessage *message = letter->message;

  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST) {
    GeoOrder *order = message->u.payment_request->order;

    if (!geo_order_check_signature (order, &letter->key, NULL))
      return FALSE;
    /* It will be asked for several times. */
    geo_order_keep_hash (order);
    geo_order_keep_text (order);
    return TRUE;
  }
  return message->u.payment_prepare_ack->vote != NULL &&
         geo_vote_verify (message->u.payment_prepare_ack->vote, &letter->key,
                          NULL);
}

static void
check_func (gpointer data, gpointer user_data) {
  Letter *letter = data;
  GeoInbox *inbox = user_data;

  g_atomic_int_set (&letter->state, is_good (letter) ? CHECK_GOOD : CHECK_BAD);
  /* The letter may be gone from here on. */
  if (g_atomic_int_compare_and_exchange (&inbox->woken, FALSE, TRUE))
    g_source_set_ready_time (inbox->ready, 0);
  if (g_atomic_int_get (&inbox->settling)) {
    g_mutex_lock (&inbox->mutex);
    g_cond_signal (&inbox->checked);
    g_mutex_unlock (&inbox->mutex);
  }
}

/* --- Delivering -------------------------------------------------------------
 */

static void
deliver (GeoInbox *inbox, const Letter *letter, const GeoPublicKey *checked) {
  g_autoptr (GError) error = NULL;

  if (!geo_engine_message_checked (inbox->engine, &letter->from,
                                   letter->message, checked, &error))
    inbox->failed (&letter->from, letter->message->msg_id, error,
                   inbox->user_data);
}

/* As far as it is checked. */
static void
deliver_checked (GeoInbox *inbox) {
  Letter *letter;

  /* What is sent may bring somebody's end, and that settles. */
  if (inbox->delivering)
    return;
  inbox->delivering = TRUE;
  while ((letter = g_queue_peek_head (&inbox->letters)) != NULL) {
    gint state = g_atomic_int_get (&letter->state);

    if (state == CHECK_WAITING)
      break;
    g_queue_pop_head (&inbox->letters);
    deliver (inbox, letter, state == CHECK_GOOD ? &letter->key : NULL);
    letter_free (letter);
  }
  inbox->delivering = FALSE;
  geo_engine_set_more_comes (inbox->engine,
                             !g_queue_is_empty (&inbox->letters));
}

static gboolean
ready_dispatch (GSource *source, GSourceFunc callback, gpointer user_data) {
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs ready_funcs = {
  NULL, NULL, ready_dispatch, NULL, NULL, NULL
};

static gboolean
ready_cb (gpointer user_data) {
  GeoInbox *inbox = user_data;

  /* Before looking: what is checked from now on wakes again. */
  g_atomic_int_set (&inbox->woken, FALSE);
  deliver_checked (inbox);
  return G_SOURCE_CONTINUE;
}

void
geo_inbox_take_acks (GeoInbox *inbox) {
  g_autoptr (GHashTable) acks = NULL;
  GHashTableIter iter;
  gpointer letter;

  if (inbox->delivering || g_hash_table_size (inbox->acks) == 0)
    return;
  acks = g_steal_pointer (&inbox->acks);
  g_clear_handle_id (&inbox->ack_id, g_source_remove);
  inbox->acks = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                       letter_free);
  g_hash_table_iter_init (&iter, acks);
  while (g_hash_table_iter_next (&iter, NULL, &letter))
    deliver (inbox, letter, NULL);
}

void
geo_inbox_drop_acks (GeoInbox *inbox) {
  g_clear_handle_id (&inbox->ack_id, g_source_remove);
  g_hash_table_remove_all (inbox->acks);
}

static gboolean
ack_cb (gpointer user_data) {
  GeoInbox *inbox = user_data;

  if (inbox->taken != inbox->taken_before &&
      ++inbox->ack_ticks < GEO_INBOX_ACK_TICKS_MAX) {
    inbox->taken_before = inbox->taken;
    return G_SOURCE_CONTINUE;
  }
  inbox->ack_id = 0;
  geo_inbox_take_acks (inbox);
  return G_SOURCE_REMOVE;
}

/* --- Taking -----------------------------------------------------------------
 */

static Letter *
letter_new (const GeoPid *from, const GeoMessage *message) {
  Letter *letter = g_new0 (Letter, 1);

  letter->from = *from;
  letter->message = geo_message_share (message);
  return letter;
}

static void
hold_ack (GeoInbox *inbox, const GeoPid *from, const GeoMessage *message) {
  Letter *letter = letter_new (from, message);

  g_hash_table_replace (inbox->acks, &letter->from, letter);
  if (inbox->ack_id != 0)
    return;
  inbox->ack_ticks = 0;
  inbox->taken_before = inbox->taken;
  inbox->ack_id = g_timeout_add (GEO_INBOX_QUIET_MS, ack_cb, inbox);
}

void
geo_inbox_take (GeoInbox *inbox,
                const GeoPid *from,
                const GeoMessage *message) {
  const GeoParticipant *participant =
      geo_book_get_participant (geo_engine_get_book (inbox->engine), from);
  Letter *letter;

  inbox->taken++;
  if (message->type == GEO_MESSAGE_ENTRY_ACK) {
    hold_ack (inbox, from, message);
    return;
  }
  if (g_queue_get_length (&inbox->letters) >= GEO_INBOX_LETTERS_MAX)
    geo_inbox_settle (inbox);
  letter = letter_new (from, message);
  g_queue_push_tail (&inbox->letters, letter);
  if (participant != NULL &&
      geo_engine_wants_check (inbox->engine, from, message)) {
    letter->key = participant->key;
    geo_engine_set_more_comes (inbox->engine, TRUE);
    g_thread_pool_push (inbox->pool, letter, NULL);
    return;
  }
  g_atomic_int_set (&letter->state, CHECK_BAD);
  deliver_checked (inbox);
}

void
geo_inbox_settle (GeoInbox *inbox) {
  g_atomic_int_set (&inbox->settling, TRUE);
  while (!inbox->delivering && !g_queue_is_empty (&inbox->letters)) {
    const Letter *letter = g_queue_peek_head (&inbox->letters);

    g_mutex_lock (&inbox->mutex);
    while (g_atomic_int_get (&letter->state) == CHECK_WAITING)
      g_cond_wait (&inbox->checked, &inbox->mutex);
    g_mutex_unlock (&inbox->mutex);
    deliver_checked (inbox);
  }
  g_atomic_int_set (&inbox->settling, FALSE);
}

/* --- The inbox --------------------------------------------------------------
 */

guint
geo_inbox_count_threads (void) {
  return CLAMP (g_get_num_processors () / 2, 1, GEO_INBOX_THREADS_MAX);
}

GeoInbox *
geo_inbox_new (GeoEngine *engine,
               GeoInboxFailedFunc failed,
               gpointer user_data) {
  GeoInbox *inbox = g_new0 (GeoInbox, 1);

  inbox->engine = engine;
  inbox->failed = failed;
  inbox->user_data = user_data;
  g_queue_init (&inbox->letters);
  g_mutex_init (&inbox->mutex);
  g_cond_init (&inbox->checked);
  inbox->acks = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                       letter_free);
  inbox->ready = g_source_new (&ready_funcs, sizeof (GSource));
  g_source_set_callback (inbox->ready, ready_cb, inbox, NULL);
  g_source_attach (inbox->ready, g_main_context_get_thread_default ());
  inbox->pool = g_thread_pool_new (
      check_func, inbox, (gint) geo_inbox_count_threads (), TRUE, NULL);
  return inbox;
}

void
geo_inbox_free (GeoInbox *inbox) {
  if (inbox == NULL)
    return;
  /* Waits for all that is with it. */
  g_thread_pool_free (inbox->pool, FALSE, TRUE);
  g_source_destroy (inbox->ready);
  g_source_unref (inbox->ready);
  g_clear_handle_id (&inbox->ack_id, g_source_remove);
  g_hash_table_unref (inbox->acks);
  g_queue_clear_full (&inbox->letters, letter_free);
  g_mutex_clear (&inbox->mutex);
  g_cond_clear (&inbox->checked);
  g_free (inbox);
}
