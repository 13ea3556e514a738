/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes batches in threads of its own, of which one writes the next batch
 * while another waits for the disk to have the last one, and now and then one
 * tidies the files; what is in them is signed in one more while they wait.  It
 * must not decide what is written, nor say of a batch that it is on disk before
 * the disk has said so of it and of all before it.
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
#define WRITERS 3
/* Without anything to write, before the files are tidied. */
#define QUIET_US (2 * G_USEC_PER_SEC)

enum { SIGNING_WAITS = 0, SIGNING_TAKEN = 1, SIGNING_DONE = 2 };

typedef struct {
  GPtrArray *changes;
  GPtrArray *signings; /* Signing, or NULL: beside changes */
} Part;

/* A batch. */
typedef struct {
  guint64 number; /* From 1 on, in order */
  guint n_changes;
  GQueue parts; /* Part: with mutex, those that nobody has written yet … */
  gboolean is_closed; /* … and no more come, … */
  gboolean is_counted; /* … as its owner has said: it is one of n_jobs. */
  GError *error;
} Job;

typedef struct {
  GeoWriter *writer;
  GThread *thread;
  GCond cond; /* It is called; with mutex. */
  GList link; /* In idle, or alone and without data */
} Hand;

struct _GeoWriter {
  Hand hands[WRITERS];
  GeoHubStore *store; /* Of whichever thread's turn it is. */
  GeoSecret *secret; /* Read by the threads. */
  GThreadPool *signers;
  GHashTable *ahead; /* GeoChange → Signing: in no batch yet */

  GMutex mutex;
  GCond signed_cond; /* With mutex: some signing is done. */
  /* All of this with mutex: */
  GQueue jobs; /* Job */
  GQueue idle; /* Hand: whoever worked last, and has it all at hand, first */
  Job *open; /* The last one, as long as more is put into it; or NULL */
  GCond more_cond; /* There is a part of the job being written, or its end. */
  guint64 taken; /* The last job that a thread took up */
  gboolean is_turn; /* Some thread is writing. */
  gboolean is_tidying;
  gboolean stop;
  gboolean is_failed; /* Nothing is written any more. */
  GCond settled_cond;
  guint64 seen; /* Readers may see the changes of jobs up to this one, … */
  guint64 settled; /* … and these are on disk, or never will be said to be. */
  GError *failure;

  GAsyncQueue *done; /* Job: what the threads have left for us … */
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
part_free (gpointer data) {
  Part *part = data;

  g_ptr_array_unref (part->changes);
  g_ptr_array_unref (part->signings);
  g_free (part);
}

static void
job_free (gpointer data) {
  Job *job = data;

  g_queue_clear_full (&job->parts, part_free);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
answers_cb (gpointer user_data) {
  GeoWriter *writer = user_data;
  Job *job;

  while ((job = g_async_queue_try_pop (writer->done)) != NULL) {
    if (job->is_counted)
      writer->n_jobs--;
    if (job->error == NULL) {
      writer->commits++;
      writer->n_changes += job->n_changes;
    }
    writer->func (job->n_changes, job->error, writer->user_data);
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
sign_all (GeoWriter *writer, const Part *part) {
  /* From the end, where the other thread has not been yet. */
  for (guint i = part->changes->len; i > 0; i--) {
    Signing *signing = g_ptr_array_index (part->signings, i - 1);

    if (signing == NULL)
      geo_closer_sign_change (g_ptr_array_index (part->changes, i - 1),
                              writer->secret);
    else if (sign (writer, signing))
      g_atomic_int_set (&signing->state, SIGNING_DONE);
  }
  for (guint i = 0; i < part->signings->len; i++) {
    Signing *signing = g_ptr_array_index (part->signings, i);

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

/* NULL: that was all. */
static Part *
wait_for_part (GeoWriter *writer, Job *job) {
  Part *part;

  g_mutex_lock (&writer->mutex);
  while (g_queue_is_empty (&job->parts) && !job->is_closed)
    g_cond_wait (&writer->more_cond, &writer->mutex);
  part = g_queue_pop_head (&job->parts);
  g_mutex_unlock (&writer->mutex);
  return part;
}

/* In the thread whose turn it is, and while more of it comes.  What is written
 * is on disk later.  TRUE: the files want to be tidied. */
static gboolean
write_job (GeoWriter *writer, Job *job) {
  Part *part;

  while ((part = wait_for_part (writer, job)) != NULL) {
    gboolean done;

    sign_all (writer, part);
    geo_fault_point ("before write");
    done = geo_hub_store_write_some (writer->store, part->changes, &job->error);
    part_free (part);
    if (!done)
      return FALSE;
  }
  g_mutex_lock (&writer->mutex);
  writer->seen = job->number;
  g_mutex_unlock (&writer->mutex);
  return geo_hub_store_end_write (writer->store, &job->error) &&
         geo_hub_store_wants_tidying (writer->store);
}

/* With mutex: it is answered, and what comes is put into another. */
static void
close_job (GeoWriter *writer, Job *job) {
  job->is_closed = TRUE;
  if (writer->open == job)
    writer->open = NULL;
}

/* In their order, and one at a time: a disk says only once that it has lost
 * something, and whoever asks then has to be the one whose it was, or one
 * before it.  With mutex, which others may have meanwhile; takes job. */
static void
settle_job (GeoWriter *writer, Job *job) {
  close_job (writer, job);
  while (writer->settled != job->number - 1)
    g_cond_wait (&writer->settled_cond, &writer->mutex);
  if (writer->failure == NULL && job->error == NULL) {
    g_mutex_unlock (&writer->mutex);
    /* P1: meanwhile another thread writes on. */
    geo_hub_store_sync (writer->store, &job->error);
    geo_fault_point ("after write");
    g_mutex_lock (&writer->mutex);
  }
  if (writer->failure != NULL) {
    g_clear_error (&job->error);
    job->error = g_error_copy (writer->failure);
  } else if (job->error != NULL) {
    writer->failure = g_error_copy (job->error);
    writer->is_failed = TRUE;
  }
  writer->settled = job->number;
  g_cond_broadcast (&writer->settled_cond);
  g_async_queue_push (writer->done, job);
  g_source_set_ready_time (writer->answers, 0);
}

/* With mutex. */
static void
call_hand (GeoWriter *writer) {
  GList *link = g_queue_pop_head_link (&writer->idle);

  if (link == NULL)
    return;
  g_cond_signal (&((Hand *) link->data)->cond);
  link->data = NULL;
}

/* With mutex.  FALSE: nobody called for so long; 0: for ever. */
static gboolean
wait_for_call (Hand *hand, gint64 us) {
  GeoWriter *writer = hand->writer;
  gint64 end_us = g_get_monotonic_time () + us;

  hand->link.data = hand;
  g_queue_push_head_link (&writer->idle, &hand->link);
  while (hand->link.data != NULL) {
    if (us == 0) {
      g_cond_wait (&hand->cond, &writer->mutex);
    } else if (!g_cond_wait_until (&hand->cond, &writer->mutex, end_us) &&
               hand->link.data != NULL) {
      g_queue_unlink (&writer->idle, &hand->link);
      hand->link.data = NULL;
      return FALSE;
    }
  }
  return TRUE;
}

/* Whoever has the turn has the store; from mutex, and back to it. */
static void
take_turn (GeoWriter *writer) {
  writer->is_turn = TRUE;
  g_mutex_unlock (&writer->mutex);
  geo_hub_store_adopt (writer->store);
}

static void
leave_turn (GeoWriter *writer) {
  g_mutex_lock (&writer->mutex);
  writer->is_turn = FALSE;
  if (!g_queue_is_empty (&writer->jobs) || writer->stop)
    call_hand (writer);
}

/* With mutex.  NULL: it ends. */
static Job *
wait_for_job (Hand *hand) {
  GeoWriter *writer = hand->writer;
  gboolean rested = FALSE;
  Job *job;

  while (writer->is_turn ||
         (g_queue_is_empty (&writer->jobs) && !writer->stop)) {
    if (!wait_for_call (hand, rested ? 0 : QUIET_US) && !writer->is_turn &&
        g_queue_is_empty (&writer->jobs) && !writer->stop) {
      take_turn (writer);
      geo_hub_store_rest (writer->store);
      leave_turn (writer);
      rested = TRUE;
    }
  }
  job = g_queue_pop_head (&writer->jobs);
  if (job == NULL)
    return NULL;
  job->number = ++writer->taken;
  return job;
}

/* From mutex, and back to it. */
static void
tidy (GeoWriter *writer) {
  writer->is_tidying = TRUE;
  g_mutex_unlock (&writer->mutex);
  geo_hub_store_tidy (writer->store);
  g_mutex_lock (&writer->mutex);
  writer->is_tidying = FALSE;
}

static gpointer
thread_func (gpointer user_data) {
  Hand *hand = user_data;
  GeoWriter *writer = hand->writer;
  Job *job;

  g_mutex_lock (&writer->mutex);
  while ((job = wait_for_job (hand)) != NULL) {
    gboolean tidies = FALSE;

    /* What was decided after what is not there must not be there either. */
    if (!writer->is_failed) {
      take_turn (writer);
      tidies = write_job (writer, job);
      leave_turn (writer);
      writer->is_failed |= job->error != NULL;
    }
    settle_job (writer, job);
    if (tidies && !writer->is_tidying)
      tidy (writer);
  }
  /* The others end too. */
  call_hand (writer);
  g_mutex_unlock (&writer->mutex);
  return NULL;
}

gboolean
geo_writer_settle (GeoWriter *writer) {
  gboolean holds;
  guint64 seen;

  g_mutex_lock (&writer->mutex);
  seen = writer->seen;
  while (writer->settled < seen && writer->failure == NULL)
    g_cond_wait (&writer->settled_cond, &writer->mutex);
  holds = writer->failure == NULL;
  g_mutex_unlock (&writer->mutex);
  return holds;
}

GeoWriter *
geo_writer_new (GeoHubStore *store,
                GeoSecret *secret,
                GeoWriterFunc func,
                gpointer user_data) {
  GeoWriter *writer = g_new0 (GeoWriter, 1);

  g_queue_init (&writer->jobs);
  g_queue_init (&writer->idle);
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
  g_cond_init (&writer->settled_cond);
  g_cond_init (&writer->more_cond);
  writer->ahead = g_hash_table_new_full (NULL, NULL, NULL, signing_unref);
  writer->signers = g_thread_pool_new_full (sign_func, writer, signing_unref,
                                            SIGNERS, TRUE, NULL);
  for (guint i = 0; i < WRITERS; i++) {
    Hand *hand = &writer->hands[i];

    hand->writer = writer;
    g_cond_init (&hand->cond);
    hand->thread = g_thread_new ("geo-hub-writer", thread_func, hand);
  }
  return writer;
}

void
geo_writer_free (GeoWriter *writer) {
  if (writer == NULL)
    return;
  g_mutex_lock (&writer->mutex);
  writer->stop = TRUE;
  if (writer->open != NULL)
    close_job (writer, writer->open);
  g_cond_signal (&writer->more_cond);
  call_hand (writer);
  g_mutex_unlock (&writer->mutex);
  for (guint i = 0; i < WRITERS; i++) {
    g_thread_join (writer->hands[i].thread);
    g_cond_clear (&writer->hands[i].cond);
  }
  geo_hub_store_adopt (writer->store);
  geo_hub_store_close (writer->store);
  /* Not at once: GLib forgets what a thread of it has just taken up. */
  g_thread_pool_free (writer->signers, FALSE, TRUE);
  g_hash_table_unref (writer->ahead);
  g_source_destroy (writer->answers);
  g_source_unref (writer->answers);
  g_cond_clear (&writer->signed_cond);
  g_cond_clear (&writer->settled_cond);
  g_cond_clear (&writer->more_cond);
  g_mutex_clear (&writer->mutex);
  g_clear_error (&writer->failure);
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

/* With mutex. */
static Job *
open_job (GeoWriter *writer) {
  if (writer->open == NULL) {
    writer->open = g_new0 (Job, 1);
    g_queue_push_tail (&writer->jobs, writer->open);
    if (!writer->is_turn)
      call_hand (writer);
  }
  return writer->open;
}

void
geo_writer_write (GeoWriter *writer, GPtrArray *changes) {
  Part *part = g_new (Part, 1);
  Job *job;

  part->changes = changes;
  part->signings = g_ptr_array_new_full (changes->len, signing_unref);
  for (guint i = 0; i < changes->len; i++) {
    Signing *signing = NULL;

    g_hash_table_steal_extended (writer->ahead, g_ptr_array_index (changes, i),
                                 NULL, (gpointer *) &signing);
    g_ptr_array_add (part->signings, signing);
  }
  g_mutex_lock (&writer->mutex);
  job = open_job (writer);
  job->n_changes += changes->len;
  g_queue_push_tail (&job->parts, part);
  g_cond_signal (&writer->more_cond);
  g_mutex_unlock (&writer->mutex);
}

void
geo_writer_close (GeoWriter *writer) {
  g_assert (writer->n_jobs < GEO_WRITER_JOBS_MAX);

  g_mutex_lock (&writer->mutex);
  if (writer->open != NULL) {
    writer->open->is_counted = TRUE;
    writer->n_jobs++;
    close_job (writer, writer->open);
    g_cond_signal (&writer->more_cond);
  }
  g_mutex_unlock (&writer->mutex);
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
