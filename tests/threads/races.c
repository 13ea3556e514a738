/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two threads and one number, for the test of the thread sanitizer: each way of
 * GLib's to hand the number over or to guard it, and the same without that.
 */
#include <gio/gio.h>
#include <string.h>

typedef struct {
  GMutex mutex;
  GCond cond;
  GAsyncQueue *queue;
  gatomicrefcount refs;
  gsize once;
  gboolean is_guarded;
  gboolean is_there; /* With mutex. */
  gint number; /* What it is all about */
  GMainLoop *loop;
} Race;

/* --- A mutex ----------------------------------------------------------------
 */

static gpointer
count_thread (gpointer data) {
  Race *race = data;

  for (guint i = 0; i < 1000; i++) {
    if (race->is_guarded)
      g_mutex_lock (&race->mutex);
    race->number++;
    if (race->is_guarded)
      g_mutex_unlock (&race->mutex);
  }
  return NULL;
}

static void
run_mutex (Race *race) {
  GThread *thread = g_thread_new ("other", count_thread, race);

  count_thread (race);
  g_thread_join (thread);
}

/* --- A condition ------------------------------------------------------------
 */

static gpointer
tell_thread (gpointer data) {
  Race *race = data;

  g_mutex_lock (&race->mutex);
  if (race->is_guarded)
    race->number++;
  race->is_there = TRUE;
  g_cond_signal (&race->cond);
  g_mutex_unlock (&race->mutex);
  if (!race->is_guarded)
    race->number++;
  return NULL;
}

static void
run_cond (Race *race) {
  GThread *thread = g_thread_new ("other", tell_thread, race);

  g_mutex_lock (&race->mutex);
  while (!race->is_there)
    g_cond_wait (&race->cond, &race->mutex);
  race->number++;
  g_mutex_unlock (&race->mutex);
  g_thread_join (thread);
}

/* --- A queue ----------------------------------------------------------------
 */

static gpointer
push_thread (gpointer data) {
  Race *race = data;

  if (race->is_guarded)
    race->number++;
  g_async_queue_push (race->queue, race);
  if (!race->is_guarded)
    race->number++;
  return NULL;
}

static void
run_queue (Race *race) {
  GThread *thread = g_thread_new ("other", push_thread, race);
  Race *popped = g_async_queue_pop (race->queue);

  popped->number++;
  g_thread_join (thread);
}

/* --- A pool -----------------------------------------------------------------
 */

static void
pool_func (gpointer data, gpointer user_data) {
  ((Race *) data)->number++;
}

static void
run_pool (Race *race) {
  GThreadPool *pool = g_thread_pool_new (pool_func, NULL, 1, TRUE, NULL);

  race->number++;
  g_thread_pool_push (pool, race, NULL);
  if (!race->is_guarded)
    race->number++;
  g_thread_pool_free (pool, FALSE, TRUE);
  race->number++;
}

/* --- A task -----------------------------------------------------------------
 */

static void
task_thread (GTask *task,
             gpointer source,
             gpointer data,
             GCancellable *cancellable) {
  ((Race *) data)->number++;
  g_task_return_boolean (task, TRUE);
}

static void
task_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Race *race = user_data;

  race->number++;
  g_main_loop_quit (race->loop);
}

static void
run_task (Race *race) {
  g_autoptr (GTask) task = g_task_new (NULL, NULL, task_cb, race);

  race->number++;
  g_task_set_task_data (task, race, NULL);
  g_task_run_in_thread (task, task_thread);
  if (!race->is_guarded)
    race->number++;
  g_main_loop_run (race->loop);
}

/* --- A main context ---------------------------------------------------------
 */

static gboolean
invoked_cb (gpointer data) {
  Race *race = data;

  race->number++;
  g_main_loop_quit (race->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
invoke_thread (gpointer data) {
  Race *race = data;

  if (race->is_guarded)
    race->number++;
  g_idle_add (invoked_cb, race);
  if (!race->is_guarded)
    race->number++;
  return NULL;
}

static void
run_context (Race *race) {
  GThread *thread = g_thread_new ("other", invoke_thread, race);

  g_main_loop_run (race->loop);
  g_thread_join (thread);
}

/* --- References -------------------------------------------------------------
 */

static gpointer
unref_thread (gpointer data) {
  Race *race = data;

  if (race->is_guarded)
    race->number++;
  if (g_atomic_ref_count_dec (&race->refs))
    race->number++;
  else if (!race->is_guarded)
    race->number++;
  return NULL;
}

static void
run_refs (Race *race) {
  GThread *thread;

  g_atomic_ref_count_init (&race->refs);
  g_atomic_ref_count_inc (&race->refs);
  thread = g_thread_new ("other", unref_thread, race);
  if (g_atomic_ref_count_dec (&race->refs) || !race->is_guarded)
    race->number++;
  g_thread_join (thread);
}

/* --- Once -------------------------------------------------------------------
 */

static gpointer
once_thread (gpointer data) {
  Race *race = data;

  if (!race->is_guarded) {
    race->number++;
  } else if (g_once_init_enter (&race->once)) {
    race->number++;
    g_once_init_leave (&race->once, 1);
  }
  return GINT_TO_POINTER (race->number);
}

static void
run_once (Race *race) {
  GThread *thread = g_thread_new ("other", once_thread, race);

  once_thread (race);
  g_thread_join (thread);
}

static const struct {
  const gchar *name;
  void (*run) (Race *race);
} ways[] = {
  { "mutex", run_mutex }, { "cond", run_cond },       { "queue", run_queue },
  { "pool", run_pool },   { "task", run_task },       { "refs", run_refs },
  { "once", run_once },   { "context", run_context },
};

/* usage: geo-races WAY guarded|bare; without: the ways, a line each */
int
main (int argc, char **argv) {
  Race race = { 0 };

  g_mutex_init (&race.mutex);
  g_cond_init (&race.cond);
  race.queue = g_async_queue_new ();
  race.loop = g_main_loop_new (NULL, FALSE);
  race.is_guarded = argc == 3 && strcmp (argv[2], "guarded") == 0;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    if (argc != 3)
      g_print ("%s\n", ways[i].name);
    else if (strcmp (argv[1], ways[i].name) == 0)
      ways[i].run (&race);
  }
  g_main_loop_unref (race.loop);
  g_async_queue_unref (race.queue);
  g_cond_clear (&race.cond);
  g_mutex_clear (&race.mutex);
  return 0;
}
