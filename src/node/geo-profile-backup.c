/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a backup of a profile without anything else waiting for it, and how
 * far that is.  Restoring is creating an identity: see geo-profile.c.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "node/geo-backup-private.h"
#include "node/geo-profile-private.h"

#define TELL_US (G_USEC_PER_SEC / 10)

/* --- How far it is -------------------------------------------------------- */

struct _GeoBackupTeller {
  gatomicrefcount refs;
  GMainContext *context;
  GeoBackupProgress progress; /* NULL: nobody listens any more. */
  gpointer user_data;
  gint64 told_us; /* The thread's. */
};

typedef struct {
  GeoBackupTeller *teller;
  gint64 done;
  gint64 total;
} Step;

GeoBackupTeller *
geo_backup_teller_new (GeoBackupProgress progress, gpointer user_data) {
  GeoBackupTeller *teller = g_new0 (GeoBackupTeller, 1);

  g_atomic_ref_count_init (&teller->refs);
  teller->context = g_main_context_ref_thread_default ();
  teller->progress = progress;
  teller->user_data = user_data;
  return teller;
}

static void
teller_release (GeoBackupTeller *teller) {
  if (!g_atomic_ref_count_dec (&teller->refs))
    return;
  g_main_context_unref (teller->context);
  g_free (teller);
}

void
geo_backup_teller_unref (GeoBackupTeller *teller) {
  teller->progress = NULL;
  teller_release (teller);
}

static void
step_free (gpointer data) {
  Step *step = data;

  teller_release (step->teller);
  g_free (step);
}

static gboolean
step_cb (gpointer data) {
  const Step *step = data;

  if (step->teller->progress != NULL)
    step->teller->progress (step->done, step->total, step->teller->user_data);
  return G_SOURCE_REMOVE;
}

void
geo_backup_teller_step (gint64 done, gint64 total, gpointer data) {
  GeoBackupTeller *teller = data;
  gint64 now_us = g_get_monotonic_time ();
  Step *step;

  if (done < total && now_us - teller->told_us < TELL_US)
    return;
  teller->told_us = now_us;
  step = g_new0 (Step, 1);
  g_atomic_ref_count_inc (&teller->refs);
  step->teller = teller;
  step->done = done;
  step->total = total;
  g_main_context_invoke_full (teller->context, G_PRIORITY_DEFAULT, step_cb,
                              step, step_free);
}

/* --- Making one ----------------------------------------------------------- */

typedef struct {
  gchar *path;
  gchar *folder;
  gchar *name;
  GPtrArray *communities;
  GeoSecret *secret;
  GeoBackupTeller *teller;
} Backup;

static void
backup_free (gpointer data) {
  Backup *backup = data;

  g_free (backup->path);
  g_free (backup->folder);
  g_free (backup->name);
  g_clear_pointer (&backup->communities, g_ptr_array_unref);
  g_clear_pointer (&backup->secret, geo_secret_unref);
  g_clear_pointer (&backup->teller, geo_backup_teller_unref);
  g_free (backup);
}

static void
backup_thread (GTask *task,
               gpointer source,
               gpointer data,
               GCancellable *cancellable) {
  const Backup *backup = data;
  GError *error = NULL;

  if (geo_backup_write (backup->path, backup->folder, backup->name,
                        backup->communities, backup->secret,
                        backup->teller != NULL ? geo_backup_teller_step : NULL,
                        backup->teller, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
backup_done_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }
  geo_profile_set_backup_time (g_task_get_source_object (task),
                               g_get_real_time () / 1000);
  g_task_return_boolean (task, TRUE);
}

void
geo_profile_backup_async (GeoProfile *profile,
                          const gchar *path,
                          GeoBackupProgress progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, cancellable, callback,
                                       user_data);
  g_autoptr (GTask) inner = NULL;
  Backup *backup;

  g_assert (GEO_IS_PROFILE (profile) && path != NULL);
  if (!geo_profile_is_unlocked (profile)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s",
                             _ ("This profile is locked. Unlock it first."));
    return;
  }
  /* One that is whole by then is there. */
  g_task_set_check_cancellable (task, FALSE);
  backup = g_new0 (Backup, 1);
  g_task_set_task_data (task, backup, backup_free);
  backup->path = g_strdup (path);
  backup->folder = g_strdup (geo_profile_get_folder (profile));
  backup->name = g_strdup (geo_profile_get_name (profile));
  backup->communities = geo_profile_list_communities (profile);
  backup->secret = geo_secret_ref (geo_profile_get_secret (profile));
  if (progress != NULL)
    backup->teller = geo_backup_teller_new (progress, progress_data);
  /* Without a source, so that no thread ever lets go of the profile last; the
   * outer task keeps the data until the callback has run. */
  inner = g_task_new (NULL, cancellable, backup_done_cb,
                      g_steal_pointer (&task));
  g_task_set_check_cancellable (inner, FALSE);
  g_task_set_task_data (inner, backup, NULL);
  g_task_run_in_thread (inner, backup_thread);
}

gboolean
geo_profile_backup_finish (GeoProfile *profile,
                           GAsyncResult *result,
                           GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}
