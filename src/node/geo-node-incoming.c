/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes from the hub while entries are caught up with: threads prepare
 * entries, and each goes on in the order in which it came.  Both what waits
 * here and what waits for the disk has an end, at which nothing more is read,
 * and the main loop has its turn in between.  It looks into no message.
 */
#include "config.h"

#include "node/geo-node-private.h"

/* What is read ahead, and how little of it is left when it is read on. */
#define ITEMS_MAX 256
#define ITEMS_FEW 64
/* Lists of actions that wait for the disk. */
#define LISTS_MAX 512
/* How long the main loop is held up at once. */
#define TURN_US 4000
#define THREADS_MAX 8
/* After a window has been drawn (GDK_PRIORITY_REDRAW). */
#define PRIORITY (G_PRIORITY_HIGH_IDLE + 30)

/* Two have it: the queue, and the thread that prepares it. */
typedef struct {
  GeoMessage *message;
  GeoCommunity *community;
  GeoSecret *secret;
  gchar *opened;
  gint ready; /* Atomic: from then on it is the queue's alone. */
} Item;

struct _GeoNodeIncoming {
  GeoNode *node;
  GThreadPool *pool; /* NULL: nothing has come yet. */
  GQueue items; /* Item, in the order in which they came */
  GSource *source; /* Set off by the threads. */
  gint woken; /* Atomic: it is set off, and has not looked yet. */
  gboolean delivering;
};

static void
item_clear (gpointer data) {
  Item *item = data;

  geo_message_free (item->message);
  geo_community_free (item->community);
  geo_secret_unref (item->secret);
  g_free (item->opened);
}

static void
item_unref (gpointer item) {
  g_atomic_rc_box_release_full (item, item_clear);
}

static void
wake (GeoNodeIncoming *incoming) {
  if (g_atomic_int_compare_and_exchange (&incoming->woken, FALSE, TRUE))
    g_source_set_ready_time (incoming->source, 0);
}

static void
prepare_func (gpointer data, gpointer user_data) {
  Item *item = data;

  item->opened = geo_party_prepare (item->message, item->community,
                                    item->secret);
  g_atomic_int_set (&item->ready, TRUE);
  wake (user_data);
  item_unref (item);
}

/* --- Going on --------------------------------------------------------------
 */

static gboolean
may_go_on (GeoNodeIncoming *incoming) {
  const Item *item = g_queue_peek_head (&incoming->items);

  return item != NULL && g_atomic_int_get (&item->ready) &&
         g_queue_get_length (&incoming->node->lists) < LISTS_MAX;
}

static void
go_on (GeoNodeIncoming *incoming) {
  GeoNode *node = g_object_ref (incoming->node);
  gint64 end_us = g_get_monotonic_time () + TURN_US;

  incoming->delivering = TRUE;
  while (may_go_on (incoming)) {
    Item *item = g_queue_pop_head (&incoming->items);

    geo_node_hear (node, item->message, item->opened);
    item_unref (item);
    if (g_get_monotonic_time () >= end_us) {
      wake (incoming);
      break;
    }
  }
  incoming->delivering = FALSE;
  if (node->session != NULL &&
      g_queue_get_length (&incoming->items) <= ITEMS_FEW)
    geo_session_set_paused (node->session, FALSE);
  g_object_unref (node);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data) {
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs source_funcs = {
  NULL, NULL, source_dispatch, NULL, NULL, NULL
};

static gboolean
source_cb (gpointer user_data) {
  GeoNodeIncoming *incoming = user_data;

  /* Before looking: what is ready from now on wakes again. */
  g_atomic_int_set (&incoming->woken, FALSE);
  go_on (incoming);
  return G_SOURCE_CONTINUE;
}

void
geo_node_incoming_go_on (GeoNode *self) {
  if (self->incoming != NULL && !g_queue_is_empty (&self->incoming->items))
    wake (self->incoming);
}

/* --- Taking --------------------------------------------------------------- */

gboolean
geo_node_incoming_take (GeoNode *self, const GeoMessage *message) {
  GeoNodeIncoming *incoming = self->incoming;
  Item *item;

  if (message->type != GEO_MESSAGE_ENTRY &&
      g_queue_is_empty (&incoming->items) && !incoming->delivering)
    return FALSE;
  item = g_atomic_rc_box_new0 (Item);
  item->message = geo_message_share (message);
  g_queue_push_tail (&incoming->items, item);
  if (message->type == GEO_MESSAGE_ENTRY && self->community != NULL) {
    if (incoming->pool == NULL)
      incoming->pool = g_thread_pool_new (
          prepare_func, incoming,
          (gint) CLAMP (g_get_num_processors (), 1, THREADS_MAX), FALSE, NULL);
    item->community = geo_community_ref (self->community);
    item->secret = geo_secret_ref (self->secret);
    g_thread_pool_push (incoming->pool, g_atomic_rc_box_acquire (item), NULL);
  } else {
    g_atomic_int_set (&item->ready, TRUE);
    wake (incoming);
  }
  if (g_queue_get_length (&incoming->items) >= ITEMS_MAX &&
      self->session != NULL)
    geo_session_set_paused (self->session, TRUE);
  return TRUE;
}

/* --- The queue ------------------------------------------------------------ */

void
geo_node_incoming_init (GeoNode *self) {
  GeoNodeIncoming *incoming = g_new0 (GeoNodeIncoming, 1);

  incoming->node = self;
  g_queue_init (&incoming->items);
  incoming->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_priority (incoming->source, PRIORITY);
  g_source_set_static_name (incoming->source, "geo-incoming");
  g_source_set_callback (incoming->source, source_cb, incoming, NULL);
  g_source_attach (incoming->source, g_main_context_get_thread_default ());
  self->incoming = incoming;
}

void
geo_node_incoming_drop (GeoNode *self) {
  if (self->incoming != NULL)
    g_queue_clear_full (&self->incoming->items, item_unref);
}

void
geo_node_incoming_clear (GeoNode *self) {
  GeoNodeIncoming *incoming = g_steal_pointer (&self->incoming);

  if (incoming == NULL)
    return;
  /* Waits for all that is with it. */
  if (incoming->pool != NULL)
    g_thread_pool_free (incoming->pool, FALSE, TRUE);
  g_source_destroy (incoming->source);
  g_source_unref (incoming->source);
  g_queue_clear_full (&incoming->items, item_unref);
  g_free (incoming);
}
