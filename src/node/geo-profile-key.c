/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The key of a profile: made of twelve words, alone or with the journals of a
 * backup; unlocked; put back where it was lost.  What is kept in the keyring is
 * geo-keyring.c's, what is in a file geo-keyfile.c's.
 */
#include "config.h"

#include "node/geo-profile-key-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-words.h"
#include "net/geo-fault.h"
#include "node/geo-keyfile-private.h"
#include "node/geo-keyring-private.h"
#include "node/geo-phrases.h"
#include "store/geo-journal.h"

#define DAMAGED_MAX 100 /* So many files are kept beside. */

/* --- Creating and unlocking --------------------------------------------- */

GeoKeyWork *
geo_key_work_new (GeoProfile *profile, const gchar *passphrase) {
  GeoKeyWork *work = g_new0 (GeoKeyWork, 1);

  work->folder = g_strdup (profile->folder);
  work->passphrase = g_strdup (passphrase);
  work->ops = profile->key_ops;
  work->memory = profile->key_memory;
  work->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
  if (work->entropy == NULL)
    g_error ("no guarded memory for a key");
  return work;
}

void
geo_key_work_free (gpointer data) {
  GeoKeyWork *work = data;

  g_free (work->folder);
  g_free (work->name);
  if (work->passphrase != NULL)
    sodium_memzero (work->passphrase, strlen (work->passphrase));
  g_free (work->passphrase);
  sodium_free (work->entropy);
  g_clear_pointer (&work->secret, geo_secret_unref);
  g_free (work->backup);
  g_clear_pointer (&work->identity, geo_identity_free);
  g_clear_pointer (&work->journals, g_ptr_array_unref);
  g_clear_pointer (&work->teller, geo_backup_teller_unref);
  g_free (work);
}

gboolean
geo_key_work_derive (GeoKeyWork *work, GError **error) {
  gchar *words = geo_words_from_entropy (work->entropy);

  work->secret = geo_words_to_secret (words, error);
  geo_words_free (words);
  if (work->secret == NULL)
    return FALSE;
  geo_secret_get_pid (work->secret, &work->pid);
  return TRUE;
}

gboolean
geo_key_work_write (GeoKeyWork *work, const gchar *path, GError **error) {
  if (work->ops == 0)
    return geo_keyfile_write (path, work->entropy, work->passphrase, error);
  return geo_keyfile_write_with_limits (path, work->entropy, work->passphrase,
                                        work->ops, work->memory, error);
}

/* Until there is an identity, journals are nobody's: whoever is stopped in
 * between begins again. */
static gboolean
restore_journals (GeoKeyWork *work,
                  GCancellable *cancellable,
                  GError **error) {
  g_autofree gchar *name = NULL;

  if (!geo_backup_unpack (work->backup, work->folder, work->secret, &name,
                          work->teller != NULL ? geo_backup_teller_step : NULL,
                          work->teller, cancellable, error))
    return FALSE;
  if (work->name == NULL)
    work->name = geo_profile_clean_name (name, error);
  if (work->name != NULL && geo_backup_use (work->folder, error))
    return TRUE;
  geo_backup_drop (work->folder);
  return FALSE;
}

/* Once the key was changed, the PID is no digest of it (§5a): the journals that
 * came back say whose they are. */
static void
ask_restored (GeoIdentity *identity) {
  g_autoptr (GPtrArray) paths = geo_profile_find_journals (identity->folder);
  const GeoPid key = identity->pid;

  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GeoJournal) journal = geo_journal_open (paths->pdata[i], TRUE,
                                                       NULL);
    g_autoptr (GeoParticipant) self = NULL;

    if (journal == NULL ||
        !geo_journal_get_joined (journal, NULL, &self, NULL, NULL) ||
        geo_pid_equal (&self->pid, &key))
      continue;
    identity->pid = self->pid;
    identity->keys[0] = key;
    identity->n_keys = 1;
    return;
  }
}

static gboolean
create_in_thread (GeoKeyWork *work,
                  GCancellable *cancellable,
                  GError **error) {
  g_autofree gchar *identity_path = g_build_filename (work->folder,
                                                      GEO_IDENTITY_FILE, NULL);
  g_autofree gchar *key_path = g_build_filename (work->folder, GEO_KEY_FILE, NULL);
  g_autoptr (GeoIdentity) identity = NULL;

  if (!geo_key_work_derive (work, error) ||
      !geo_profile_make_folder (work->folder, error))
    return FALSE;
  if (g_file_test (identity_path, G_FILE_TEST_EXISTS)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS,
                         _ ("There is an identity in this profile already."));
    return FALSE;
  }
  if (work->backup != NULL && !restore_journals (work, cancellable, error))
    return FALSE;
  /* The key comes first: an identity without its key would be a dead end, a key
   * without its identity is only written over. */
  if (work->place == GEO_KEY_PLACE_FILE && !geo_key_work_write (work, key_path, error))
    return FALSE;

  geo_fault_point ("restore: before identity");
  identity = g_new0 (GeoIdentity, 1);
  identity->folder = g_strdup (work->folder);
  identity->name = g_strdup (work->name);
  identity->pid = work->pid;
  identity->place = work->place;
  identity->restored = work->restored;
  if (work->backup != NULL)
    ask_restored (identity);
  work->identity = g_steal_pointer (&identity);
  return geo_identity_write (work->identity, error);
}

/* Whether the key in it is the one of the identity that is there. */
static gboolean
is_own_key (const GeoKeyWork *work) {
  for (guint i = 0; i < work->identity->n_keys; i++) {
    if (geo_pid_equal (&work->identity->keys[i], &work->pid))
      return TRUE;
  }
  return work->identity->n_keys == 0 &&
         geo_pid_equal (&work->identity->pid, &work->pid);
}

static gboolean
unlock_in_thread (GeoKeyWork *work, GError **error) {
  if (!geo_profile_check_folder (work->folder, error))
    return FALSE;
  if (work->place == GEO_KEY_PLACE_FILE) {
    g_autofree gchar *path = g_build_filename (work->folder, GEO_KEY_FILE, NULL);

    if (!geo_keyfile_read (path, work->passphrase, work->entropy, error))
      return FALSE;
  }
  if (!geo_key_work_derive (work, error))
    return FALSE;
  if (!is_own_key (work)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING,
                         _ ("The key that is kept for this profile belongs to "
                            "somebody else. Restore the identity from its "
                            "twelve words."));
    return FALSE;
  }
  return TRUE;
}

static void
key_thread (GTask *task,
            gpointer source,
            gpointer task_data,
            GCancellable *cancellable) {
  GeoKeyWork *work = task_data;
  GError *error = NULL;

  if (work->is_new ? create_in_thread (work, cancellable, &error)
                   : unlock_in_thread (work, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
key_done_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GeoKeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (work->is_new) {
    g_free (self->name);
    self->name = g_strdup (work->name);
    self->pid = work->identity->pid;
    memcpy (self->keys, work->identity->keys, sizeof self->keys);
    self->n_keys = work->identity->n_keys;
    self->place = work->place;
    self->words_confirmed = FALSE;
    self->restored = work->restored;
  }
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = g_steal_pointer (&work->entropy);
  g_task_return_boolean (task, TRUE);
}

/* Takes task, whose data is a GeoKeyWork. */
static void
run_key_thread (GTask *task) {
  /* Only what is read of a backup is cancelled: a key that is half made would
   * be worse than a late answer.  Without a source, so that no thread ever lets
   * go of the profile last. */
  g_autoptr (GTask) inner = g_task_new (NULL, g_task_get_cancellable (task),
                                        key_done_cb, task);

  g_task_set_check_cancellable (inner, FALSE);
  /* The outer task keeps the work until the callback has run. */
  g_task_set_task_data (inner, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (inner, key_thread);
}

static void
key_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!geo_keyring_store_finish (result, &error))
    g_task_return_error (task, error);
  else
    run_key_thread (g_steal_pointer (&task));
}

/* Takes outer and teller; name may be NULL where something is restored. */
static void
create_identity (GTask *outer,
                 const gchar *name,
                 const gchar *words,
                 const gchar *passphrase,
                 gboolean restored,
                 const gchar *backup,
                 GeoBackupTeller *teller) {
  g_autoptr (GTask) task = outer;
  GeoProfile *profile = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GeoKeyWork *work;
  GError *error = NULL;

  g_task_set_check_cancellable (task, FALSE);
  work = geo_key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, geo_key_work_free);
  work->backup = g_strdup (backup);
  work->teller = teller;
  work->is_new = TRUE;
  work->restored = restored;
  work->place = passphrase != NULL ? GEO_KEY_PLACE_FILE : GEO_KEY_PLACE_KEYRING;

  if (profile->place != GEO_KEY_PLACE_NONE || profile->damaged) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS, "%s",
        _ ("There is an identity in this profile already."));
    return;
  }
  if (name != NULL || !restored)
    work->name = geo_profile_clean_name (name, &error);
  else if (backup == NULL)
    work->name = g_strdup ("");
  if (error != NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (passphrase != NULL && *passphrase == '\0') {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s", _ ("A passphrase is needed."));
    return;
  }
  if (!geo_words_to_entropy (words, work->entropy, NULL)) {
    g_autofree gchar *sentence = geo_phrase_wrong_words (words);

    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             sentence);
    return;
  }

  if (work->place == GEO_KEY_PLACE_KEYRING)
    geo_keyring_store_async (profile->folder, work->entropy, cancellable,
                             key_stored_cb, g_steal_pointer (&task));
  else
    run_key_thread (g_steal_pointer (&task));
}

void
geo_profile_create_async (GeoProfile *profile,
                          const gchar *name,
                          const gchar *words,
                          const gchar *passphrase,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  g_assert (GEO_IS_PROFILE (profile));
  create_identity (g_task_new (profile, cancellable, callback, user_data), name,
                   words, passphrase, FALSE, NULL, NULL);
}

void
geo_profile_restore_async (GeoProfile *profile,
                           const gchar *path,
                           const gchar *name,
                           const gchar *words,
                           const gchar *passphrase,
                           GeoBackupProgress progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data) {
  g_assert (GEO_IS_PROFILE (profile));
  create_identity (g_task_new (profile, cancellable, callback, user_data), name,
                   words, passphrase, TRUE, path,
                   progress != NULL
                       ? geo_backup_teller_new (progress, progress_data)
                       : NULL);
}

gboolean
geo_profile_restore_finish (GeoProfile *profile,
                            GAsyncResult *result,
                            GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
geo_profile_create_finish (GeoProfile *profile,
                           GAsyncResult *result,
                           GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
key_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoKeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!geo_keyring_load_finish (result, work->entropy, &error))
    g_task_return_error (task, error);
  else
    run_key_thread (g_steal_pointer (&task));
}

void
geo_profile_unlock_async (GeoProfile *profile,
                          const gchar *passphrase,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, cancellable, callback,
                                       user_data);
  GeoKeyWork *work;

  g_assert (GEO_IS_PROFILE (profile));
  g_task_set_check_cancellable (task, FALSE);
  work = geo_key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, geo_key_work_free);
  work->place = profile->place;
  work->identity = geo_identity_new (profile);

  switch (profile->place) {
  case GEO_KEY_PLACE_NONE:
    if (profile->damaged)
      g_task_return_new_error (
          task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
          _ ("This profile is damaged: %s in its folder cannot be read."),
          GEO_IDENTITY_FILE);
    else
      g_task_return_new_error (
          task, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY, "%s",
          _ ("There is no identity in this profile yet. Create one, or restore "
             "yours from its twelve words."));
    break;
  case GEO_KEY_PLACE_KEYRING:
    geo_keyring_load_async (profile->folder, cancellable, key_loaded_cb,
                            g_steal_pointer (&task));
    break;
  case GEO_KEY_PLACE_FILE:
    if (passphrase == NULL || *passphrase == '\0')
      g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                               "%s",
                               _ ("The passphrase of this profile is needed."));
    else
      run_key_thread (g_steal_pointer (&task));
    break;
  }
}

gboolean
geo_profile_unlock_finish (GeoProfile *profile,
                           GAsyncResult *result,
                           GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- A key that was lost ------------------------------------------------- */

/* K6: a change of the key was cut short, and which of the two was kept is lost
 * with it: it is the one that all journals can go on with. */
static gboolean
check_journals (const GeoKeyWork *work, GError **error) {
  gboolean fits;

  for (guint i = 0; work->identity->n_keys > 1 && i < work->journals->len;
       i++) {
    if (!geo_rotation_fits_journal (g_ptr_array_index (work->journals, i),
                                    &work->pid, &fits, error))
      return FALSE;
    if (!fits) {
      g_set_error_literal (
          error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
          geo_pid_equal (&work->pid, &work->identity->keys[0])
              ? _ ("Your key was changed already, so these words count no "
                   "more. Use the new ones.")
              : _ ("The change to these words was cut short before all your "
                   "communities were told of it, so they are nothing. Use the "
                   "words of before."));
      return FALSE;
    }
  }
  return TRUE;
}

static GPtrArray *
list_journals (GeoProfile *profile) {
  g_autoptr (GPtrArray) communities = geo_profile_list_communities (profile);
  GPtrArray *paths = geo_profile_list_left_journals (profile);

  for (guint i = 0; i < communities->len; i++)
    g_ptr_array_add (paths,
                     geo_profile_get_journal_path (
                         profile, g_ptr_array_index (communities, i)));
  return paths;
}

/* identity.json is damaged.  Whose journals these are is said by those of them
 * that can be read. */
static gboolean
ask_journals (GeoKeyWork *work, GError **error) {
  GeoIdentity *identity = work->identity;

  identity->pid = work->pid;
  identity->keys[0] = work->pid;
  identity->n_keys = 1;
  for (guint i = 0; i < work->journals->len; i++) {
    const gchar *path = g_ptr_array_index (work->journals, i);
    g_autoptr (GeoJournal) journal = geo_journal_open (path, TRUE, NULL);
    g_autoptr (GeoParticipant) self = NULL;
    gboolean fits = FALSE;

    if (journal == NULL ||
        !geo_journal_get_joined (journal, NULL, &self, NULL, NULL))
      continue;
    if (!geo_rotation_fits_journal (path, &work->pid, &fits, error))
      return FALSE;
    if (!fits) {
      g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                           _ ("These are the words of another wallet."));
      return FALSE;
    }
    identity->pid = self->pid;
    g_free (identity->name);
    identity->name = g_strdup (self->name);
  }
  /* Nothing is left here: the hub says the name, too. */
  identity->restored = identity->name == NULL;
  if (identity->name == NULL)
    identity->name = g_strdup ("");
  return TRUE;
}

/* What cannot be read now may be read by somebody, some day. */
static gboolean
keep_aside (const gchar *path, GError **error) {
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  for (guint i = 1; i <= DAMAGED_MAX; i++) {
    g_autofree gchar *aside = g_strdup_printf ("%s.damaged-%u", path, i);

    if (g_file_test (aside, G_FILE_TEST_EXISTS))
      continue;
    if (g_rename (path, aside) == 0)
      return TRUE;
    break;
  }
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               /* Translators: %s is what the system says. */
               _ ("The profile could not be stored: %s."), g_strerror (errno));
  return FALSE;
}

/* Where the keyring then takes no key, the words bring that back, too. */
static gboolean
make_anew (GeoKeyWork *work, const gchar *key_path, GError **error) {
  g_autofree gchar *path = g_build_filename (work->folder, GEO_IDENTITY_FILE,
                                             NULL);

  work->identity->place = work->place;
  return ask_journals (work, error) && keep_aside (key_path, error) &&
         (work->place != GEO_KEY_PLACE_FILE ||
          geo_key_work_write (work, key_path, error)) &&
         keep_aside (path, error) &&
         geo_identity_write (work->identity, error);
}

/* Nothing is written before the words are known to be the right ones. */
static gboolean
put_back_in_thread (GeoKeyWork *work, GError **error) {
  g_autofree gchar *path = g_build_filename (work->folder, GEO_KEY_FILE, NULL);

  if (!geo_key_work_derive (work, error))
    return FALSE;
  if (work->identity->place == GEO_KEY_PLACE_NONE)
    return make_anew (work, path, error);
  if (!is_own_key (work)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These are the words of another wallet."));
    return FALSE;
  }
  if (!check_journals (work, error))
    return FALSE;
  if (work->place != GEO_KEY_PLACE_FILE)
    return TRUE;
  /* The key comes first: an identity without its key would be a dead end. */
  if (!geo_key_work_write (work, path, error))
    return FALSE;
  if (work->identity->place == GEO_KEY_PLACE_FILE)
    return TRUE;
  work->identity->place = GEO_KEY_PLACE_FILE;
  return geo_identity_write (work->identity, error);
}

static void
put_back_thread (GTask *task,
                 gpointer source,
                 gpointer task_data,
                 GCancellable *cancellable) {
  GError *error = NULL;

  if (put_back_in_thread (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* What was made anew is on disk. */
static void
take_identity (GeoProfile *self, const GeoIdentity *identity) {
  g_free (self->name);
  self->name = g_strdup (identity->name);
  self->pid = identity->pid;
  self->keys[0] = identity->keys[0];
  self->n_keys = identity->n_keys;
  self->restored = identity->restored;
  self->place = identity->place;
  self->damaged = FALSE;
}

static void
put_back (GTask *task) {
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GeoKeyWork *work = g_task_get_task_data (task);

  self->place = work->place;
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = g_steal_pointer (&work->entropy);
  g_task_return_boolean (task, TRUE);
}

static void
put_back_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (geo_keyring_store_finish (result, &error))
    put_back (task);
  else
    g_task_return_error (task, error);
}

static void
put_back_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GeoKeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (self->damaged)
    take_identity (self, work->identity);
  if (work->place == GEO_KEY_PLACE_FILE)
    put_back (task);
  else
    geo_keyring_store_async (work->folder, work->entropy, NULL,
                             put_back_stored_cb, g_steal_pointer (&task));
}

void
geo_profile_put_key_back_async (GeoProfile *profile,
                                const gchar *words,
                                const gchar *passphrase,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, NULL, callback, user_data);
  g_autoptr (GTask) inner = NULL;
  GeoKeyWork *work;

  g_assert (GEO_IS_PROFILE (profile));
  work = geo_key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, geo_key_work_free);
  work->identity = geo_identity_new (profile);
  work->journals = list_journals (profile);
  if (passphrase != NULL)
    work->place = GEO_KEY_PLACE_FILE;
  else
    work->place = profile->damaged ? GEO_KEY_PLACE_KEYRING : profile->place;
  if (profile->place == GEO_KEY_PLACE_NONE && !profile->damaged) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY, "%s",
        _ ("There is no identity in this profile yet. Create one, or restore "
           "yours from its twelve words."));
  } else if (work->place == GEO_KEY_PLACE_FILE &&
             (passphrase == NULL || *passphrase == '\0')) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s", _ ("A passphrase is needed."));
  } else if (!geo_words_to_entropy (words, work->entropy, NULL)) {
    g_autofree gchar *sentence = geo_phrase_wrong_words (words);

    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             sentence);
  } else {
    inner = g_task_new (NULL, NULL, put_back_cb, g_object_ref (task));
    g_task_set_task_data (inner, work, NULL);
    g_task_run_in_thread (inner, put_back_thread);
  }
}

gboolean
geo_profile_put_key_back_finish (GeoProfile *profile,
                                 GAsyncResult *result,
                                 GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}
