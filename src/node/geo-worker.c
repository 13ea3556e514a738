/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread that owns a journal.  What a job made and what it was given are
 * freed in the main context, so that nothing of the main context's is ever
 * finalized here.
 */
#include "config.h"

#include "node/geo-worker-private.h"

typedef struct {
  GeoWorkerFunc func;
  gpointer data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
  GeoWorkerDone done;
  gpointer user_data;

  gpointer result;
  GError *error;
} Job;

struct _GeoWorker {
  GMainContext *context;
  GAsyncQueue *jobs;
  GThread *thread;
  /* Touched in the thread only. */
  GeoJournal *journal;
};

static gboolean
finish_cb (gpointer user_data) {
  Job *job = user_data;

  if (job->done != NULL)
    job->done (&job->result, job->error, job->user_data);
  return G_SOURCE_REMOVE;
}

static void
job_free (gpointer data) {
  Job *job = data;

  if (job->result != NULL && job->result_free != NULL)
    job->result_free (job->result);
  if (job->data != NULL && job->data_free != NULL)
    job->data_free (job->data);
  g_clear_error (&job->error);
  g_free (job);
}

static gpointer
worker_thread (gpointer data) {
  GeoWorker *worker = data;

  for (;;) {
    Job *job = g_async_queue_pop (worker->jobs);
    GSource *source;

    /* The last one. */
    if (job->func == NULL) {
      job_free (job);
      break;
    }
    job->result = job->func (worker, job->data, &job->error);

    /* Sources of one priority are dispatched in the order they were attached.
     */
    source = g_idle_source_new ();
    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_static_name (source, "geo-worker");
    g_source_set_callback (source, finish_cb, job, job_free);
    g_source_attach (source, worker->context);
    g_source_unref (source);
  }
  g_clear_pointer (&worker->journal, geo_journal_close);
  return NULL;
}

GeoWorker *
geo_worker_new (void) {
  GeoWorker *worker = g_new0 (GeoWorker, 1);

  worker->context = g_main_context_ref_thread_default ();
  worker->jobs = g_async_queue_new ();
  worker->thread = g_thread_new ("geo-journal", worker_thread, worker);
  return worker;
}

void
geo_worker_free (GeoWorker *worker) {
  if (worker == NULL)
    return;
  g_assert (worker->thread != g_thread_self ());
  g_async_queue_push (worker->jobs, g_new0 (Job, 1));
  g_thread_join (worker->thread);
  g_async_queue_unref (worker->jobs);
  g_main_context_unref (worker->context);
  g_free (worker);
}

void
geo_worker_push (GeoWorker *worker,
                 GeoWorkerFunc func,
                 gpointer data,
                 GDestroyNotify data_free,
                 GDestroyNotify result_free,
                 GeoWorkerDone done,
                 gpointer user_data) {
  Job *job = g_new0 (Job, 1);

  g_assert (func != NULL);
  job->func = func;
  job->data = data;
  job->data_free = data_free;
  job->result_free = result_free;
  job->done = done;
  job->user_data = user_data;
  g_async_queue_push (worker->jobs, job);
}

GeoJournal *
geo_worker_get_journal (GeoWorker *worker) {
  g_assert (worker->thread == g_thread_self ());
  return worker->journal;
}

void
geo_worker_set_journal (GeoWorker *worker, GeoJournal *journal) {
  g_assert (worker->thread == g_thread_self ());
  geo_journal_close (worker->journal);
  worker->journal = journal;
}
