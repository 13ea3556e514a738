/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changing the key, step by step: the passphrase is tried, it is written down
 * that the key is being changed, each journal is told (K6), the key is replaced,
 * each node uses the new one.  A journal that was
 * told for nothing is none the worse: what was told there was never sent.
 */
#include "config.h"

#include "node/geo-rotation.h"

#include <glib/gi18n-lib.h>

#include "core/geo-words.h"
#include "net/geo-fault.h"
#include "node/geo-node-private.h"
#include "node/geo-phrases.h"
#include "node/geo-profile-private.h"
#include "node/geo-state-codec-private.h"

#define LAST_WORD_MS_MAX (24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct {
  GeoProfile *profile;
  gchar *words;
  gchar *passphrase;
  GeoSecret *now;
  GeoSecret *next;
  GPtrArray *nodes; /* GeoNode */
  GPtrArray *left; /* Paths of journals that nobody has open */
  guint at; /* Which of the nodes is told next */
} Rotating;

static void
rotating_free (gpointer data) {
  Rotating *rotating = data;

  g_object_unref (rotating->profile);
  geo_words_free (rotating->words);
  geo_words_free (rotating->passphrase);
  g_clear_pointer (&rotating->now, geo_secret_unref);
  g_clear_pointer (&rotating->next, geo_secret_unref);
  g_ptr_array_unref (rotating->nodes);
  g_ptr_array_unref (rotating->left);
  g_free (rotating);
}

/* --- One journal ---------------------------------------------------------- */

/* All seeds up to the key in use, for the next one. */
static GBytes *
seal_former (GPtrArray *rotations,
             GeoSecret *now,
             GeoSecret *next,
             const GeoParticipant *self) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();

  for (guint i = 0; i < rotations->len && memory->former->len == 0; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (rotations, i);

    geo_state_decode (memory, rotation->former, now, &self->community,
                      &self->pid, NULL);
  }
  g_ptr_array_add (memory->former, geo_secret_ref (now));
  return geo_state_encode_former (memory, next, &self->community, &self->pid);
}

/* K6: the key in use took its place while nobody had this journal open, and
 * "joined" does not say so yet. */
static gboolean
settle_journal (GeoJournal *journal,
                GPtrArray *rotations,
                GeoSecret *now,
                GeoParticipant **self,
                GError **error) {
  g_autoptr (GeoRecordBody) body = geo_record_body_new ();
  GeoPublicKey key;

  geo_secret_get_public (now, &key);
  if (geo_public_key_equal (&key, &(*self)->key))
    return TRUE;
  for (guint i = 0; i < rotations->len; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (rotations, i);

    if (!rotation->is_pending ||
        !geo_public_key_equal (&key, &rotation->self->key))
      continue;
    body->person = geo_participant_copy (rotation->self);
    if (!geo_journal_get_joined (journal, &body->community, NULL, &body->hub,
                                 error) ||
        !geo_journal_append (journal, now, GEO_RECORD_KIND_JOINED, body,
                             geo_node_now (), NULL, error))
      return FALSE;
    geo_participant_free (*self);
    *self = geo_participant_copy (rotation->self);
    return TRUE;
  }
  return TRUE;
}

/* K4: by the hub's clock, and not before what the hub has taken under the key
 * in use: ahead may be of before this computer's clock was set.  A hub that says
 * a time far from that is not gone by. */
static gboolean
choose_time (GeoJournal *journal, GeoTime now, GeoTime *at, GError **error) {
  GeoTime last;

  if (!geo_journal_get_last_entry_at (journal, &last, error))
    return FALSE;
  *at = last > now && last - now <= LAST_WORD_MS_MAX ? last : now;
  return TRUE;
}

/* K6: what the old key says last.  ahead: how far the hub's clock is. */
static gboolean
tell_journal (GeoJournal *journal,
              GeoSecret *now,
              GeoSecret *next,
              GeoTime ahead,
              GError **error) {
  g_autoptr (GeoRecordBody) body = geo_record_body_new ();
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GPtrArray) rotations = NULL;
  g_autoptr (GError) failure = NULL;
  const GeoTime at = geo_node_now ();
  GeoTime ended;

  if (!geo_journal_get_joined (journal, NULL, &self, NULL, &failure)) {
    /* Joining was cut short there: it belongs to nobody yet. */
    if (g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
      return TRUE;
  } else if ((rotations = geo_journal_list_rotations (journal, &failure)) !=
                 NULL &&
             settle_journal (journal, rotations, now, &self, &failure) &&
             choose_time (journal, at + geo_node_trust_clock (ahead), &ended,
                          &failure)) {
    body->person = geo_participant_rotate (self, now, next, ended, &failure);
    if (body->person == NULL) {
      g_debug ("rotation: %s", failure->message);
      g_set_error_literal (
          error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
          _ ("Your key cannot be changed to this one: it was yours before, or "
             "it was changed 16 times already."));
      return FALSE;
    }
    body->former = seal_former (rotations, now, next, self);
    geo_fault_point ("rotate: before record");
    if (geo_journal_append (journal, now, GEO_RECORD_KIND_ROTATION, body, at,
                            NULL, &failure)) {
      geo_fault_point ("rotate: after record");
      return TRUE;
    }
  }
  g_propagate_error (error, geo_node_storage_error (failure));
  return FALSE;
}

static gboolean
has_key (const GeoParticipant *self, const GeoPid *key) {
  GeoPid digest;

  geo_pid_from_key (&self->key, &digest);
  return geo_pid_equal (&digest, key);
}

gboolean
geo_rotation_fits_journal (const gchar *path,
                           const GeoPid *key,
                           gboolean *fits,
                           GError **error) {
  g_autoptr (GError) failure = NULL;
  g_autoptr (GeoJournal) journal = geo_journal_open (path, TRUE, &failure);
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GPtrArray) rotations = NULL;

  *fits = TRUE;
  if (journal != NULL &&
      geo_journal_get_joined (journal, NULL, &self, NULL, &failure) &&
      !has_key (self, key)) {
    rotations = geo_journal_list_rotations (journal, &failure);
    *fits = FALSE;
    for (guint i = 0; rotations != NULL && i < rotations->len; i++) {
      const GeoJournalRotation *next = g_ptr_array_index (rotations, i);

      *fits = *fits || (next->is_pending && has_key (next->self, key));
    }
  }
  /* What cannot be used any more, or was never joined, is in nobody's way. */
  if (failure == NULL ||
      g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT) ||
      g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, geo_node_storage_error (failure));
  return FALSE;
}

typedef struct {
  GeoSecret *now;
  GeoSecret *next;
  GeoTime ahead;
} Telling;

static void
telling_free (gpointer data) {
  Telling *telling = data;

  geo_secret_unref (telling->now);
  geo_secret_unref (telling->next);
  g_free (telling);
}

static gpointer
tell_job (GeoWorker *worker, gpointer data, GError **error) {
  const Telling *telling = data;

  tell_journal (geo_worker_get_journal (worker), telling->now, telling->next,
                telling->ahead, error);
  return NULL;
}

/* --- All of them ---------------------------------------------------------- */

/* Nothing that the party wanted with the old key is signed any more. */
static void
use_next (GeoNode *node, GeoSecret *next) {
  geo_node_disconnect (node);
  /* Nobody who waits for the hub is told that it is there before it has heard
   * of the key. */
  if (node->wanted)
    geo_node_set_connection (node, GEO_CONNECTION_CONNECTING,
                             _ ("Connecting to the hub…"));
  geo_node_drop_party (node);
  geo_secret_unref (node->secret);
  node->secret = geo_secret_ref (next);
  geo_node_reload (node, NULL);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Rotating *rotating = g_task_get_task_data (task);
  GError *error = NULL;

  if (!geo_profile_replace_key_finish (rotating->profile, result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < rotating->nodes->len; i++)
    use_next (g_ptr_array_index (rotating->nodes, i), rotating->next);
  g_task_return_boolean (task, TRUE);
}

/* The key is not replaced, and will not be.  Takes error. */
static void
give_up (GTask *task, GError *error) {
  const Rotating *rotating = g_task_get_task_data (task);

  geo_profile_retract_key (rotating->profile);
  g_task_return_error (task, error);
}

static void
left_thread (GTask *task,
             gpointer source,
             gpointer task_data,
             GCancellable *cancellable) {
  const Rotating *rotating = task_data;
  GError *error = NULL;

  for (guint i = 0; i < rotating->left->len; i++) {
    g_autoptr (GError) failure = NULL;
    g_autoptr (GeoJournal) journal = geo_journal_open (
        g_ptr_array_index (rotating->left, i), FALSE, &failure);

    /* What cannot be used any more is in nobody's way. */
    if (g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT)) {
      g_debug ("rotation: %s", failure->message);
      continue;
    }
    if (journal == NULL)
      error = geo_node_storage_error (failure);
    if (journal == NULL ||
        !tell_journal (journal, rotating->now, rotating->next, 0, &error)) {
      g_task_return_error (task, error);
      return;
    }
  }
  g_task_return_boolean (task, TRUE);
}

static void
left_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Rotating *rotating = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    give_up (task, error);
    return;
  }
  geo_profile_replace_key_async (rotating->profile, rotating->words,
                                 rotating->passphrase, replaced_cb,
                                 g_steal_pointer (&task));
}

/* Takes task. */
static void tell_next (GTask *given);

static void
told_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Rotating *rotating = g_task_get_task_data (task);

  if (error != NULL) {
    give_up (task, g_error_copy (error));
    return;
  }
  rotating->at++;
  tell_next (g_steal_pointer (&task));
}

static void
tell_next (GTask *given) {
  g_autoptr (GTask) task = given;
  Rotating *rotating = g_task_get_task_data (task);

  if (rotating->at < rotating->nodes->len) {
    GeoNode *node = g_ptr_array_index (rotating->nodes, rotating->at);
    Telling *telling = g_new0 (Telling, 1);

    telling->now = geo_secret_ref (rotating->now);
    telling->next = geo_secret_ref (rotating->next);
    telling->ahead = node->hub_ahead;
    geo_worker_push (node->worker, tell_job, telling, telling_free, NULL,
                     told_cb, g_steal_pointer (&task));
  } else {
    g_autoptr (GTask) inner = g_task_new (NULL, NULL, left_cb, task);

    g_task_set_task_data (inner, rotating, NULL);
    g_task_run_in_thread (inner, left_thread);
    g_steal_pointer (&task);
  }
}

static void
announced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Rotating *rotating = g_task_get_task_data (task);
  GError *error = NULL;

  if (!geo_profile_announce_key_finish (rotating->profile, result, &error))
    g_task_return_error (task, error);
  else
    tell_next (g_steal_pointer (&task));
}

/* The passphrase is right, or the keyring answers: what could go wrong at the
 * end does so before anything is changed. */
static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  Rotating *rotating = g_task_get_task_data (task);
  GError *error = NULL;

  if (!geo_profile_unlock_finish (rotating->profile, result, &error))
    g_task_return_error (task, error);
  else
    geo_profile_announce_key_async (rotating->profile, rotating->next,
                                    announced_cb, g_steal_pointer (&task));
}

static gboolean
check_wish (Rotating *rotating, GeoCommunities *communities, GError **error) {
  GeoPublicKey now, next;

  rotating->next = geo_words_to_secret (rotating->words, NULL);
  if (rotating->next == NULL) {
    g_autofree gchar *sentence = geo_phrase_wrong_words (rotating->words);

    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, sentence);
    return FALSE;
  }
  geo_secret_get_public (rotating->now, &now);
  geo_secret_get_public (rotating->next, &next);
  if (geo_public_key_equal (&now, &next)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These are the words of the key you have."));
    return FALSE;
  }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (communities));
       i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (communities), i);
    GeoNode *node = geo_community_item_get_node (item);

    if (node == NULL || node->looking) {
      g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_BUSY,
                   /* Translators: %s is the name of a community. */
                   _ ("%s is open in another program, or cannot be opened. "
                      "Your key is changed in all communities at once."),
                   geo_community_item_get_name (item));
      return FALSE;
    }
    if (geo_node_is_hearsay (node)) {
      g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                   /* Translators: %s is the name of a community. */
                   _ ("The hub of %s speaks the public REST contract only, "
                      "where no key can be changed. Leave it first."),
                   geo_community_item_get_name (item));
      return FALSE;
    }
    g_ptr_array_add (rotating->nodes, g_object_ref (node));
  }
  return TRUE;
}

void
geo_communities_rotate_key_async (GeoCommunities *communities,
                                  const gchar *words,
                                  const gchar *passphrase,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (communities, NULL, callback, user_data);
  GeoProfile *profile = geo_communities_get_profile (communities);
  Rotating *rotating = g_new0 (Rotating, 1);
  GError *error = NULL;

  g_assert (GEO_IS_COMMUNITIES (communities) && words != NULL);
  g_task_set_task_data (task, rotating, rotating_free);
  rotating->profile = g_object_ref (profile);
  rotating->words = g_strdup (words);
  rotating->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  rotating->left = geo_profile_list_left_journals (profile);
  if (geo_profile_get_key_place (profile) == GEO_KEY_PLACE_FILE)
    rotating->passphrase = g_strdup (passphrase);
  if (!geo_profile_is_unlocked (profile)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s",
                             _ ("This profile is locked. Unlock it first."));
    return;
  }
  rotating->now = geo_secret_ref (geo_profile_get_secret (profile));
  if (!check_wish (rotating, communities, &error)) {
    g_task_return_error (task, error);
    return;
  }
  geo_profile_unlock_async (profile, rotating->passphrase, NULL, unlocked_cb,
                            g_steal_pointer (&task));
}

gboolean
geo_communities_rotate_key_finish (GeoCommunities *communities,
                                   GAsyncResult *result,
                                   GError **error) {
  g_assert (g_task_is_valid (result, communities));
  return g_task_propagate_boolean (G_TASK (result), error);
}
