/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes batches in a thread of its own, and signs what is in them in another
 * while they wait.  It must not decide what is written, nor go on after a write
 * that failed.
 */
#include "hub/geo-writer.h"

#include "net/geo-fault.h"
#include "protocol/geo-closer.h"

/* A change that is signed before its batch is written, by whoever takes it
 * first. */
typedef struct {
  gatomicrefcount refs;
  gint state; /* Atomic: SIGNING_* */
  GeoChange *change; /* There until it is signed. */
} Signing;

#define SIGNERS 1
/* Without anything to write, before the files are tidied. */
#define QUIET_US (2 * G_USEC_PER_SEC)

enum { SIGNING_WAITS = 0, SIGNING_TAKEN = 1, SIGNING_DONE = 2 };

typedef struct {
  gboolean stop;
  GPtrArray *changes;
  GPtrArray *signings; /* Signing, or NULL: beside changes */
  gboolean written;
  GError *error;
} Job;

struct _GeoWriter {
  GThread *thread;
  GAsyncQueue *jobs;
  GeoHubStore *store; /* The thread's. */
  GeoSecret *secret; /* Read by the threads. */
  GThreadPool *signers;
  GHashTable *ahead; /* GeoChange → Signing: in no batch yet */

  GMutex mutex;
  GCond signed_cond; /* With mutex: some signing is done. */
  GAsyncQueue *done; /* Job: what the thread has left for us … */
  GSource *answers; /* … and this is set off then. */

  GeoWriterFunc func;
  gpointer user_data;
  guint n_jobs; /* Without an answer yet */
  guint64 commits;
  guint64 n_changes;
};

static void
signing_unref (gpointer data) {
  Signing *signing = data;

  if (signing != NULL && g_atomic_ref_count_dec (&signing->refs))
    g_free (signing);
}

static void
job_free (gpointer data) {
  Job *job = data;

  g_clear_pointer (&job->changes, g_ptr_array_unref);
  g_clear_pointer (&job->signings, g_ptr_array_unref);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
answers_cb (gpointer user_data) {
  GeoWriter *writer = user_data;
  Job *job;

  while ((job = g_async_queue_try_pop (writer->done)) != NULL) {
    writer->n_jobs--;
    if (job->written) {
      writer->commits++;
      writer->n_changes += job->changes->len;
    }
    writer->func (job->changes->len, job->error, writer->user_data);
    job_free (job);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
answers_dispatch (GSource *source, GSourceFunc callback, gpointer user_data) {
  /* Before looking: what is done from now on sets it off again. */
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs answers_funcs = { NULL, NULL, answers_dispatch,
                                      NULL, NULL, NULL };

/* --- Signing ----------------------------------------------------------------
 */

/* FALSE: somebody else has taken it. */
static gboolean
sign (GeoWriter *writer, Signing *signing) {
  if (!g_atomic_int_compare_and_exchange (&signing->state, SIGNING_WAITS,
                                          SIGNING_TAKEN))
    return FALSE;
  geo_closer_sign_change (signing->change, writer->secret);
  return TRUE;
}

static void
sign_func (gpointer data, gpointer user_data) {
  Signing *signing = data;
  GeoWriter *writer = user_data;

  if (sign (writer, signing)) {
    g_mutex_lock (&writer->mutex);
    g_atomic_int_set (&signing->state, SIGNING_DONE);
    g_cond_signal (&writer->signed_cond);
    g_mutex_unlock (&writer->mutex);
  }
  signing_unref (signing);
}

static void
sign_all (GeoWriter *writer, const Job *job) {
  /* From the end, where the other thread has not been yet. */
  for (guint i = job->changes->len; i > 0; i--) {
    Signing *signing = g_ptr_array_index (job->signings, i - 1);

    if (signing == NULL)
      geo_closer_sign_change (g_ptr_array_index (job->changes, i - 1),
                              writer->secret);
    else if (sign (writer, signing))
      g_atomic_int_set (&signing->state, SIGNING_DONE);
  }
  for (guint i = 0; i < job->signings->len; i++) {
    Signing *signing = g_ptr_array_index (job->signings, i);

    if (signing == NULL || g_atomic_int_get (&signing->state) == SIGNING_DONE)
      continue;
    g_mutex_lock (&writer->mutex);
    while (g_atomic_int_get (&signing->state) != SIGNING_DONE)
      g_cond_wait (&writer->signed_cond, &writer->mutex);
    g_mutex_unlock (&writer->mutex);
  }
}

/* --- Writing ----------------------------------------------------------------
 */

static void
do_job (GeoWriter *writer, Job *job) {
  sign_all (writer, job);
  geo_fault_point ("before write");
  job->written = geo_hub_store_write (writer->store, job->changes, &job->error);
  geo_fault_point ("after write");
}

static gpointer
thread_func (gpointer user_data) {
  GeoWriter *writer = user_data;
  g_autoptr (GError) failed = NULL;

  geo_hub_store_adopt (writer->store);
  for (;;) {
    Job *job = g_async_queue_timeout_pop (writer->jobs, QUIET_US);

    if (job == NULL) {
      geo_hub_store_rest (writer->store);
      job = g_async_queue_pop (writer->jobs);
    }
    if (job->stop) {
      job_free (job);
      break;
    }
    /* What was decided after what is not there must not be there either. */
    if (failed != NULL)
      job->error = g_error_copy (failed);
    else
      do_job (writer, job);
    if (failed == NULL && job->error != NULL)
      failed = g_error_copy (job->error);
    g_async_queue_push (writer->done, job);
    g_source_set_ready_time (writer->answers, 0);
  }
  geo_hub_store_close (g_steal_pointer (&writer->store));
  return NULL;
}

GeoWriter *
geo_writer_new (GeoHubStore *store,
                GeoSecret *secret,
                GeoWriterFunc func,
                gpointer user_data) {
  GeoWriter *writer = g_new0 (GeoWriter, 1);

  writer->jobs = g_async_queue_new_full (job_free);
  writer->done = g_async_queue_new_full (job_free);
  writer->answers = g_source_new (&answers_funcs, sizeof (GSource));
  g_source_set_callback (writer->answers, answers_cb, writer, NULL);
  g_source_attach (writer->answers, g_main_context_get_thread_default ());
  writer->store = store;
  writer->secret = geo_secret_ref (secret);
  writer->func = func;
  writer->user_data = user_data;
  g_mutex_init (&writer->mutex);
  g_cond_init (&writer->signed_cond);
  writer->ahead = g_hash_table_new_full (NULL, NULL, NULL, signing_unref);
  writer->signers = g_thread_pool_new_full (sign_func, writer, signing_unref,
                                            SIGNERS, TRUE, NULL);
  writer->thread = g_thread_new ("geo-hub-writer", thread_func, writer);
  return writer;
}

void
geo_writer_free (GeoWriter *writer) {
  Job *job;

  if (writer == NULL)
    return;
  job = g_new0 (Job, 1);
  job->stop = TRUE;
  g_async_queue_push (writer->jobs, job);
  g_thread_join (writer->thread);
  /* Not at once: GLib forgets what a thread of it has just taken up. */
  g_thread_pool_free (writer->signers, FALSE, TRUE);
  g_hash_table_unref (writer->ahead);
  g_source_destroy (writer->answers);
  g_source_unref (writer->answers);
  g_cond_clear (&writer->signed_cond);
  g_mutex_clear (&writer->mutex);
  g_async_queue_unref (writer->jobs);
  g_async_queue_unref (writer->done);
  geo_secret_unref (writer->secret);
  g_free (writer);
}

void
geo_writer_sign_ahead (GeoWriter *writer, GeoChange *change) {
  Signing *signing;

  if (change->kind != GEO_CHANGE_COMMIT)
    return;
  signing = g_new0 (Signing, 1);
  g_atomic_ref_count_init (&signing->refs);
  signing->change = change;
  g_hash_table_replace (writer->ahead, change, signing);
  g_atomic_ref_count_inc (&signing->refs);
  g_thread_pool_push (writer->signers, signing, NULL);
}

void
geo_writer_write (GeoWriter *writer, GPtrArray *changes) {
  Job *job = g_new0 (Job, 1);

  g_assert (writer->n_jobs < GEO_WRITER_JOBS_MAX);
  g_assert (changes->len > 0 && changes->len <= GEO_WRITER_BATCH_MAX);

  writer->n_jobs++;
  job->changes = changes;
  job->signings = g_ptr_array_new_full (changes->len, signing_unref);
  for (guint i = 0; i < changes->len; i++) {
    Signing *signing = NULL;

    g_hash_table_steal_extended (writer->ahead, g_ptr_array_index (changes, i),
                                 NULL, (gpointer *) &signing);
    g_ptr_array_add (job->signings, signing);
  }
  g_async_queue_push (writer->jobs, job);
}

guint
geo_writer_count_jobs (const GeoWriter *writer) {
  return writer->n_jobs;
}

guint64
geo_writer_count_commits (const GeoWriter *writer) {
  return writer->commits;
}

guint64
geo_writer_count_changes (const GeoWriter *writer) {
  return writer->n_changes;
}
