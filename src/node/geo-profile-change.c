/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Another key for a profile (K6), as far as this computer keeps it: announced in
 * identity.json, replaced, settled; and what became of a change that was cut
 * short.  Journals and hubs are told by geo-rotation.c.
 */
#include "config.h"

#include "node/geo-profile-key-private.h"

#include <sodium.h>

#include "core/geo-words.h"
#include "net/geo-fault.h"
#include "node/geo-keyring-private.h"

/* K6: from before the first journal is told until the key is replaced,
 * identity.json knows both. */
typedef struct {
  GThread *before;
  GeoIdentity *identity;
} Announcing;

static void
announcing_free (gpointer data) {
  Announcing *announcing = data;

  geo_identity_free (announcing->identity);
  g_free (announcing);
}

static void
announce_thread (GTask *task,
                 gpointer source,
                 gpointer task_data,
                 GCancellable *cancellable) {
  const Announcing *announcing = task_data;
  GError *error = NULL;

  /* Writes keep their order. */
  if (announcing->before != NULL)
    g_thread_join (announcing->before);
  geo_fault_point ("rotate: before announcing the key");
  if (geo_identity_write (announcing->identity, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* One key is known again, the one in use. */
static void
know_one_key (GeoProfile *self) {
  geo_secret_get_pid (self->secret, &self->keys[0]);
  self->n_keys = 1;
  self->is_changing = FALSE;
}

static void
announced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  know_one_key (self);
  g_task_return_error (task, error);
}

void
geo_profile_announce_key_async (GeoProfile *profile,
                                GeoSecret *next,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  GTask *task = g_task_new (profile, NULL, callback, user_data);
  g_autoptr (GTask) inner = g_task_new (NULL, NULL, announced_cb, task);
  Announcing *announcing = g_new0 (Announcing, 1);

  g_assert (profile->secret != NULL);
  geo_secret_get_pid (profile->secret, &profile->keys[0]);
  geo_secret_get_pid (next, &profile->keys[1]);
  profile->n_keys = 2;
  profile->is_changing = TRUE;
  announcing->before = g_steal_pointer (&profile->writer);
  announcing->identity = geo_identity_new (profile);
  g_task_set_task_data (inner, announcing, announcing_free);
  g_task_run_in_thread (inner, announce_thread);
}

gboolean
geo_profile_announce_key_finish (GeoProfile *profile,
                                 GAsyncResult *result,
                                 GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_profile_retract_key (GeoProfile *profile) {
  know_one_key (profile);
  geo_profile_write_identity (profile);
}

GeoKeyChange
geo_profile_get_key_change (GeoProfile *profile) {
  GeoPid now;

  g_assert (GEO_IS_PROFILE (profile));
  if (profile->n_keys != 2 || profile->is_changing || profile->secret == NULL)
    return GEO_KEY_CHANGE_NONE;
  geo_secret_get_pid (profile->secret, &now);
  return geo_pid_equal (&now, &profile->keys[1]) ? GEO_KEY_CHANGE_DONE
                                                 : GEO_KEY_CHANGE_UNDONE;
}

void
geo_profile_settle_key (GeoProfile *profile) {
  GeoKeyChange change = geo_profile_get_key_change (profile);

  if (change == GEO_KEY_CHANGE_NONE)
    return;
  /* They were given back before the change began. */
  if (change == GEO_KEY_CHANGE_DONE)
    profile->words_confirmed = TRUE;
  know_one_key (profile);
  geo_profile_write_identity (profile);
}

void
geo_profile_wait_written (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  if (profile->writer != NULL)
    g_thread_join (g_steal_pointer (&profile->writer));
}

static gboolean
settle_key (GeoKeyWork *work, GError **error) {
  geo_fault_point ("rotate: after replacing the key");
  work->identity->keys[0] = work->pid;
  work->identity->n_keys = 1;
  work->identity->words_confirmed = TRUE;
  if (!geo_identity_write (work->identity, error))
    return FALSE;
  geo_fault_point ("rotate: after settling the key");
  return TRUE;
}

static void
replace_thread (GTask *task,
                gpointer source,
                gpointer task_data,
                GCancellable *cancellable) {
  GeoKeyWork *work = task_data;
  g_autofree gchar *path = g_build_filename (work->folder, GEO_KEY_FILE, NULL);
  GError *error = NULL;

  geo_fault_point ("rotate: before replacing the key");
  if (!geo_key_work_derive (work, &error) ||
      (work->place == GEO_KEY_PLACE_FILE && !geo_key_work_write (work, path, &error)))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
settle_thread (GTask *task,
               gpointer source,
               gpointer task_data,
               GCancellable *cancellable) {
  GeoKeyWork *work = task_data;
  GError *error = NULL;

  if (settle_key (work, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GeoKeyWork *work = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* The key is replaced: that identity.json still knows the former one, too, is
   * no harm. */
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("identity.json: %s", error->message);
  self->words_confirmed = TRUE;
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = work->entropy;
  work->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
  know_one_key (self);
  g_task_return_boolean (task, TRUE);
}

/* Which of the two is kept now is seen at the next start. */
static void
fail_replacing (GTask *task, GError *error) {
  GEO_PROFILE (g_task_get_source_object (task))->is_changing = FALSE;
  g_task_return_error (task, error);
}

/* Takes task, whose data is a GeoKeyWork. */
static void
run_thread (GTask *task, GTaskThreadFunc func, GAsyncReadyCallback done) {
  g_autoptr (GTask) inner = g_task_new (NULL, NULL, done, task);

  g_task_set_task_data (inner, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (inner, func);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!geo_keyring_store_finish (result, &error))
    fail_replacing (task, error);
  else
    run_thread (g_steal_pointer (&task), settle_thread, settled_cb);
}

static void
derived_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoKeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    fail_replacing (task, error);
  else if (work->place == GEO_KEY_PLACE_FILE)
    run_thread (g_steal_pointer (&task), settle_thread, settled_cb);
  else
    geo_keyring_store_async (work->folder, work->entropy, NULL, replaced_cb,
                             g_steal_pointer (&task));
}

void
geo_profile_replace_key_async (GeoProfile *profile,
                               const gchar *words,
                               const gchar *passphrase,
                               GAsyncReadyCallback callback,
                               gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, NULL, callback, user_data);
  GeoKeyWork *work = geo_key_work_new (profile, passphrase);
  GError *error = NULL;

  g_assert (profile->secret != NULL && profile->is_changing);
  g_assert ((profile->place == GEO_KEY_PLACE_FILE) == (passphrase != NULL));
  g_task_set_task_data (task, work, geo_key_work_free);
  work->place = profile->place;
  work->identity = geo_identity_new (profile);
  if (!geo_words_to_entropy (words, work->entropy, &error)) {
    fail_replacing (task, error);
    return;
  }
  run_thread (g_steal_pointer (&task), replace_thread, derived_cb);
}

gboolean
geo_profile_replace_key_finish (GeoProfile *profile,
                                GAsyncResult *result,
                                GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}
