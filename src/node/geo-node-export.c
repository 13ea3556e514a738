/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole of a journal that matters, written out as it is read (see
 * geo_journal_export ()): in a thread of its own, from a journal that is only
 * read, so that nothing else waits for it.
 */
#include "config.h"

#include "node/geo-node-private.h"

typedef struct {
  GTask *task;
  GeoWorker *worker;
} Export;

typedef struct {
  gchar *path;
  GOutputStream *stream;
  GCancellable *cancellable;
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_free (job->path);
  g_object_unref (job->stream);
  g_clear_object (&job->cancellable);
  g_free (job);
}

static gboolean
write_cb (const gchar *text, gsize len, gpointer user_data, GError **error) {
  const Job *job = user_data;

  return g_output_stream_write_all (job->stream, text, len, NULL,
                                    job->cancellable, error);
}

static gpointer
export_job (GeoWorker *worker, gpointer data, GError **error) {
  Job *job = data;
  GeoJournal *journal = geo_journal_open (job->path, TRUE, error);

  if (journal != NULL) {
    g_autoptr (GKeyFile) notes = geo_node_notes_read (job->path);
    g_autofree gchar *verified = geo_node_notes_write (notes);

    geo_worker_set_journal (worker, journal);
    if (geo_journal_export (journal, verified, write_cb, job, error))
      g_output_stream_close (job->stream, job->cancellable, error);
  }
  return NULL;
}

static void
exported_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Export *export = user_data;
  g_autoptr (GTask) task = export->task;

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else if (error->domain == G_IO_ERROR)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_error (task, geo_node_storage_error (error));
  /* Its thread has nothing left to do, so that this does not wait. */
  geo_worker_free (export->worker);
}

void
geo_node_export_async (GeoNode *node,
                       GOutputStream *stream,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  Export *export = g_new0 (Export, 1);
  Job *job = g_new0 (Job, 1);

  g_assert (GEO_IS_NODE (node));
  export->task = g_task_new (node, cancellable, callback, user_data);
  export->worker = geo_worker_new ();
  job->path = g_strdup (node->journal_path);
  job->stream = g_object_ref (stream);
  if (cancellable != NULL)
    job->cancellable = g_object_ref (cancellable);
  geo_worker_push (export->worker, export_job, job, job_free, NULL, exported_cb,
                   export);
}

gboolean
geo_node_export_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_boolean (G_TASK (result), error);
}
