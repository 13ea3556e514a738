/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib's locks and queues, for LD_PRELOAD, so that the thread sanitizer sees
 * them: GLib makes them of futexes, in a library that is not instrumented, and
 * without this whatever they guard looks like a race.  Each function does what
 * GLib's does and says so.  What leads from one thread to another is said of
 * the thing that is handed over and not of the queue, as an order that nobody
 * keeps would hide races.
 *
 * In a program without the sanitizer it changes nothing.
 */
#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>

#pragma weak __tsan_acquire
#pragma weak __tsan_release
#pragma weak __tsan_mutex_create
#pragma weak __tsan_mutex_destroy
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock

/* GLib's own, or that of whatever else was preloaded. */
#define REAL(name) ((__typeof__ (&(name))) find (&name##_real, #name))
#define OF_GLIB(name) static gpointer name##_real

static gpointer
find (gpointer *real, const gchar *name) {
  gpointer found = __atomic_load_n (real, __ATOMIC_RELAXED);

  if (found == NULL) {
    found = dlsym (RTLD_NEXT, name);
    __atomic_store_n (real, found, __ATOMIC_RELAXED);
  }
  return found;
}

static void
acquire (gpointer thing) {
  if (__tsan_acquire != NULL && thing != NULL)
    __tsan_acquire (thing);
}

static void
release (gpointer thing) {
  if (__tsan_release != NULL && thing != NULL)
    __tsan_release (thing);
}

/* --- Mutexes and conditions -------------------------------------------------
 */

OF_GLIB (g_mutex_init);
OF_GLIB (g_mutex_clear);
OF_GLIB (g_mutex_lock);
OF_GLIB (g_mutex_trylock);
OF_GLIB (g_mutex_unlock);
OF_GLIB (g_cond_wait);
OF_GLIB (g_cond_wait_until);

/* Locks as the sanitizer knows them, so that it also finds two that are taken
 * in both orders. */
static void
will_lock (GMutex *mutex) {
  if (__tsan_mutex_pre_lock != NULL)
    __tsan_mutex_pre_lock (mutex, 0);
}

static void
has_locked (GMutex *mutex) {
  if (__tsan_mutex_post_lock != NULL)
    __tsan_mutex_post_lock (mutex, 0, 0);
}

static void
will_unlock (GMutex *mutex) {
  if (__tsan_mutex_pre_unlock != NULL)
    __tsan_mutex_pre_unlock (mutex, 0);
}

static void
has_unlocked (GMutex *mutex) {
  if (__tsan_mutex_post_unlock != NULL)
    __tsan_mutex_post_unlock (mutex, 0);
}

void
g_mutex_init (GMutex *mutex) {
  REAL (g_mutex_init) (mutex);
  if (__tsan_mutex_create != NULL)
    __tsan_mutex_create (mutex, 0);
}

void
g_mutex_clear (GMutex *mutex) {
  if (__tsan_mutex_destroy != NULL)
    __tsan_mutex_destroy (mutex, 0);
  REAL (g_mutex_clear) (mutex);
}

void
g_mutex_lock (GMutex *mutex) {
  will_lock (mutex);
  REAL (g_mutex_lock) (mutex);
  has_locked (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex) {
  gboolean is_ours;

  if (__tsan_mutex_pre_lock != NULL)
    __tsan_mutex_pre_lock (mutex, __tsan_mutex_try_lock);
  is_ours = REAL (g_mutex_trylock) (mutex);
  if (__tsan_mutex_post_lock != NULL)
    __tsan_mutex_post_lock (mutex,
                            __tsan_mutex_try_lock |
                                (is_ours ? 0 : __tsan_mutex_try_lock_failed),
                            0);
  return is_ours;
}

void
g_mutex_unlock (GMutex *mutex) {
  will_unlock (mutex);
  REAL (g_mutex_unlock) (mutex);
  has_unlocked (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex) {
  will_unlock (mutex);
  has_unlocked (mutex);
  REAL (g_cond_wait) (cond, mutex);
  will_lock (mutex);
  has_locked (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time) {
  gboolean in_time;

  will_unlock (mutex);
  has_unlocked (mutex);
  in_time = REAL (g_cond_wait_until) (cond, mutex, end_time);
  will_lock (mutex);
  has_locked (mutex);
  return in_time;
}

/* --- Once -------------------------------------------------------------------
 */

#undef g_once_init_enter
#undef g_once_init_leave

OF_GLIB (g_once_init_enter);
OF_GLIB (g_once_init_leave);

gboolean (g_once_init_enter) (volatile void *location) {
  gboolean is_ours = REAL (g_once_init_enter) (location);

  if (!is_ours)
    acquire ((gpointer) location);
  return is_ours;
}

void (g_once_init_leave) (volatile void *location, gsize result) {
  release ((gpointer) location);
  REAL (g_once_init_leave) (location, result);
}

/* --- References -------------------------------------------------------------
 */

#undef g_atomic_ref_count_dec
#undef g_object_unref

OF_GLIB (g_atomic_ref_count_dec);
OF_GLIB (g_atomic_rc_box_release);
OF_GLIB (g_atomic_rc_box_release_full);

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count) {
  gboolean is_last;

  release (count);
  is_last = REAL (g_atomic_ref_count_dec) (count);
  if (is_last)
    acquire (count);
  return is_last;
}

OF_GLIB (g_object_unref);

void (g_object_unref) (gpointer object) {
  release (object);
  /* Nobody else has it any more. */
  if (g_atomic_int_get ((gint *) &((GObject *) object)->ref_count) == 1)
    acquire (object);
  REAL (g_object_unref) (object);
}

void
g_atomic_rc_box_release (gpointer box) {
  release (box);
  REAL (g_atomic_rc_box_release) (box);
}

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear) {
  /* It clears in there, where only it knows whether this was the last. */
  release (box);
  acquire (box);
  REAL (g_atomic_rc_box_release_full) (box, clear);
}

/* --- Queues -----------------------------------------------------------------
 */

OF_GLIB (g_async_queue_push);
OF_GLIB (g_async_queue_pop);
OF_GLIB (g_async_queue_try_pop);

void
g_async_queue_push (GAsyncQueue *queue, gpointer data) {
  release (data);
  REAL (g_async_queue_push) (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue) {
  gpointer data = REAL (g_async_queue_pop) (queue);

  acquire (data);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue) {
  gpointer data = REAL (g_async_queue_try_pop) (queue);

  acquire (data);
  return data;
}

/* --- Pools ------------------------------------------------------------------
 */

OF_GLIB (g_thread_pool_new);
OF_GLIB (g_thread_pool_new_full);
OF_GLIB (g_thread_pool_push);
OF_GLIB (g_thread_pool_free);

/* Stands between a pool and its function; is never freed, as nobody is told
 * when the last thread has left a pool that was not waited for. */
typedef struct {
  GFunc func;
  gpointer user_data;
} Pool;

static void
pool_func (gpointer data, gpointer user_data) {
  Pool *pool = user_data;

  acquire (data);
  pool->func (data, pool->user_data);
  release (pool);
}

static Pool *
pool_new (GFunc func, gpointer user_data) {
  Pool *pool = g_new (Pool, 1);

  pool->func = func;
  pool->user_data = user_data;
  return pool;
}

GThreadPool *
g_thread_pool_new (GFunc func,
                   gpointer user_data,
                   gint max_threads,
                   gboolean exclusive,
                   GError **error) {
  return REAL (g_thread_pool_new) (pool_func, pool_new (func, user_data),
                                   max_threads, exclusive, error);
}

GThreadPool *
g_thread_pool_new_full (GFunc func,
                        gpointer user_data,
                        GDestroyNotify item_free_func,
                        gint max_threads,
                        gboolean exclusive,
                        GError **error) {
  return REAL (g_thread_pool_new_full) (pool_func, pool_new (func, user_data),
                                        item_free_func, max_threads, exclusive,
                                        error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error) {
  release (data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait) {
  gpointer ours = pool->user_data;

  REAL (g_thread_pool_free) (pool, immediate, wait);
  if (wait)
    acquire (ours);
}

/* --- Main contexts ----------------------------------------------------------
 */

OF_GLIB (g_source_attach);
OF_GLIB (g_source_set_ready_time);

/* What a source calls: asked for it, GLib is about to call it. */
typedef struct {
  gatomicrefcount refs;
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static void
callback_ref (gpointer data) {
  Callback *callback = data;

  g_atomic_ref_count_inc (&callback->refs);
}

static void
callback_unref (gpointer data) {
  Callback *callback = data;

  if (!(g_atomic_ref_count_dec) (&callback->refs))
    return;
  if (callback->notify != NULL)
    callback->notify (callback->data);
  g_free (callback);
}

static void
callback_get (gpointer data,
              GSource *source,
              GSourceFunc *func,
              gpointer *func_data) {
  Callback *callback = data;

  acquire (source);
  *func = callback->func;
  *func_data = callback->data;
}

static GSourceCallbackFuncs callback_funcs = { callback_ref, callback_unref,
                                               callback_get };

void
g_source_set_callback (GSource *source,
                       GSourceFunc func,
                       gpointer data,
                       GDestroyNotify notify) {
  Callback *callback = g_new (Callback, 1);

  g_atomic_ref_count_init (&callback->refs);
  callback->func = func;
  callback->data = data;
  callback->notify = notify;
  release (source);
  g_source_set_callback_indirect (source, callback, &callback_funcs);
}

guint
g_source_attach (GSource *source, GMainContext *context) {
  release (source);
  return REAL (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource *source, gint64 ready_time) {
  release (source);
  REAL (g_source_set_ready_time) (source, ready_time);
}

/* GLib's own call the above within GLib, where they are not seen. */
guint
g_idle_add_full (gint priority,
                 GSourceFunc func,
                 gpointer data,
                 GDestroyNotify notify) {
  GSource *source = g_idle_source_new ();
  guint id;

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, notify);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}

guint
g_idle_add (GSourceFunc func, gpointer data) {
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, func, data, NULL);
}

void
g_main_context_invoke_full (GMainContext *context,
                            gint priority,
                            GSourceFunc func,
                            gpointer data,
                            GDestroyNotify notify) {
  GMainContext *own = g_main_context_get_thread_default ();
  GSource *source;

  if (context == NULL)
    context = g_main_context_default ();
  if (own == NULL)
    own = g_main_context_default ();
  if ((context == own || g_main_context_is_owner (context)) &&
      g_main_context_acquire (context)) {
    while (func (data)) {
    }
    g_main_context_release (context);
    if (notify != NULL)
      notify (data);
    return;
  }
  source = g_idle_source_new ();
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc func, gpointer data) {
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}
