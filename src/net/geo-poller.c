/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * epoll behind a GSource.  An entry that is removed while events are handed out
 * is kept until they are, because the kernel has named it already.
 */
#include "net/geo-poller-private.h"

#include <sys/epoll.h>
#include <unistd.h>

/* What one turn of the main loop hands out at most, so that timers and the
 * disk's answers get their turn. */
#define EVENTS_MAX 64

typedef struct {
  GSource source;
  gint epoll;
  gpointer tag;
  GMainContext *context;
  guint n_entries;
  GPtrArray *marked; /* GeoPollerEntry, some of them removed since. */
  GPtrArray *removed; /* To be freed when nobody looks at them any more. */
  guint busy;
} Poller;

struct _GeoPollerEntry {
  Poller *poller;
  gint fd;
  GeoPollerFunc ready;
  GeoPollerFunc flush;
  gpointer user_data;
  gboolean reading;
  gboolean is_marked;
  gboolean is_removed;
};

static GMutex mutex;
static GHashTable *pollers; /* Under mutex: GMainContext → Poller */

/* --- The source -------------------------------------------------------------
 */

static void
sweep (Poller *poller) {
  if (poller->busy == 0)
    g_ptr_array_set_size (poller->removed, 0);
}

/* Marks that come meanwhile are for the next turn. */
static void
flush_marked (Poller *poller) {
  g_autoptr (GPtrArray) marked = g_steal_pointer (&poller->marked);

  poller->marked = g_ptr_array_new ();
  for (guint i = 0; i < marked->len; i++) {
    GeoPollerEntry *entry = g_ptr_array_index (marked, i);

    entry->is_marked = FALSE;
    if (!entry->is_removed)
      entry->flush (entry->user_data);
  }
}

static void
hand_out (Poller *poller) {
  struct epoll_event events[EVENTS_MAX];
  gint n = epoll_wait (poller->epoll, events, EVENTS_MAX, 0);

  for (gint i = 0; i < n; i++) {
    GeoPollerEntry *entry = events[i].data.ptr;

    if (!entry->is_removed && entry->reading)
      entry->ready (entry->user_data);
  }
}

static gboolean
prepare (GSource *source, gint *timeout_ms) {
  *timeout_ms = -1;
  return ((Poller *) source)->marked->len > 0;
}

static gboolean
check (GSource *source) {
  Poller *poller = (Poller *) source;

  return poller->marked->len > 0 ||
         g_source_query_unix_fd (source, poller->tag) != 0;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data) {
  Poller *poller = (Poller *) source;

  /* The last entry may go, and the source with it. */
  g_source_ref (source);
  poller->busy++;
  hand_out (poller);
  if (poller->marked->len > 0)
    flush_marked (poller);
  poller->busy--;
  sweep (poller);
  g_source_unref (source);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source) {
  Poller *poller = (Poller *) source;

  g_ptr_array_unref (poller->marked);
  g_ptr_array_unref (poller->removed);
  if (poller->epoll >= 0)
    close (poller->epoll);
}

static GSourceFuncs poller_funcs = { prepare,  check, dispatch,
                                     finalize, NULL,  NULL };

/* --- One a context ----------------------------------------------------------
 */

static Poller *
make_poller (GMainContext *context) {
  GSource *source = g_source_new (&poller_funcs, sizeof (Poller));
  Poller *poller = (Poller *) source;

  poller->context = context;
  poller->marked = g_ptr_array_new ();
  poller->removed = g_ptr_array_new_with_free_func (g_free);
  poller->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (poller->epoll < 0) {
    g_source_unref (source);
    return NULL;
  }
  poller->tag = g_source_add_unix_fd (source, poller->epoll, G_IO_IN);
  g_source_attach (source, context);
  g_hash_table_insert (pollers, context, poller);
  return poller;
}

static Poller *
take_poller (GMainContext *context) {
  Poller *poller;

  g_mutex_lock (&mutex);
  if (pollers == NULL)
    pollers = g_hash_table_new (NULL, NULL);
  poller = g_hash_table_lookup (pollers, context);
  if (poller == NULL)
    poller = make_poller (context);
  if (poller != NULL)
    poller->n_entries++;
  g_mutex_unlock (&mutex);
  return poller;
}

static void
leave_poller (Poller *poller) {
  gboolean last;

  g_mutex_lock (&mutex);
  last = --poller->n_entries == 0;
  if (last)
    g_hash_table_remove (pollers, poller->context);
  g_mutex_unlock (&mutex);
  if (!last)
    return;
  g_source_destroy ((GSource *) poller);
  g_source_unref ((GSource *) poller);
}

/* --- Entries ----------------------------------------------------------------
 */

GeoPollerEntry *
geo_poller_add (GMainContext *context,
                gint fd,
                GeoPollerFunc ready,
                GeoPollerFunc flush,
                gpointer user_data) {
  Poller *poller = take_poller (context);
  GeoPollerEntry *entry;

  if (poller == NULL)
    return NULL;
  entry = g_new0 (GeoPollerEntry, 1);
  entry->poller = poller;
  entry->fd = fd;
  entry->ready = ready;
  entry->flush = flush;
  entry->user_data = user_data;
  return entry;
}

void
geo_poller_entry_remove (GeoPollerEntry *entry) {
  Poller *poller;

  if (entry == NULL)
    return;
  poller = entry->poller;
  geo_poller_entry_set_reading (entry, FALSE);
  entry->is_removed = TRUE;
  if (entry->is_marked)
    g_ptr_array_remove (poller->marked, entry);
  g_ptr_array_add (poller->removed, entry);
  sweep (poller);
  leave_poller (poller);
}

gboolean
geo_poller_entry_set_reading (GeoPollerEntry *entry, gboolean reading) {
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = entry };

  if (entry->reading == reading)
    return TRUE;
  /* Not only without EPOLLIN: the end of a connection is told all the same. */
  if (epoll_ctl (entry->poller->epoll, reading ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
                 entry->fd, &event) != 0)
    return FALSE;
  entry->reading = reading;
  return TRUE;
}

void
geo_poller_entry_mark (GeoPollerEntry *entry) {
  if (entry->is_marked)
    return;
  entry->is_marked = TRUE;
  g_ptr_array_add (entry->poller->marked, entry);
  /* Who marks it from outside of the source's own turn is in the context's
   * thread, and the context asks prepare () before it sleeps. */
}
