/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which key a node signs with, and whose keys it hears were changed (protocol
 * §5a): a change of our own that stands in the journal is carried on from where
 * it was stopped, and one of somebody else's is told.  The change itself is
 * begun by geo-rotation.c.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "node/geo-items-private.h"
#include "node/geo-safety.h"
#include "node/geo-state-codec-private.h"

#define ASK_MAX 64

/* --- Ours ----------------------------------------------------------------- */

/* Seeds of the keys before the one in use: of the newest change that opens with
 * it.  One that was stopped before the key was replaced does not. */
static void
take_former (GeoNode *self, const GeoNodeData *data) {
  g_clear_pointer (&self->former_keys, g_ptr_array_unref);
  for (guint i = 0; i < data->rotations->len; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (data->rotations, i);
    g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();

    if (!geo_state_decode (memory, rotation->former, self->secret,
                           &data->community->community, &data->self->pid,
                           NULL))
      continue;
    self->former_keys = g_ptr_array_ref (memory->former);
    return;
  }
}

gboolean
geo_node_take_keys (GeoNode *self, GeoNodeData *data, GError **error) {
  gboolean is_ours;
  GeoPublicKey key;

  geo_secret_get_public (self->secret, &key);
  is_ours = geo_public_key_equal (&key, &data->self->key);
  for (guint i = 0; i < data->rotations->len; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (data->rotations, i);
    GeoKeyChainOrder order =
        geo_participant_compare_keys (data->self, rotation->self);

    /* K6: the key was replaced, and "joined" does not say so yet. */
    if (!rotation->is_pending ||
        !geo_public_key_equal (&key, &rotation->self->key) ||
        (order != GEO_KEY_CHAIN_SAME && order != GEO_KEY_CHAIN_LONGER) ||
        !geo_participant_check (rotation->self, &data->community->community,
                                NULL))
      continue;
    geo_participant_free (data->self);
    data->self = geo_participant_copy (rotation->self);
    data->is_rotated = TRUE;
    is_ours = TRUE;
    break;
  }
  if (!is_ours) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         _ ("This journal belongs to another identity than "
                            "this profile's."));
    return FALSE;
  }
  take_former (self, data);
  /* §1: the digest of the first key, which need not be the one in use. */
  self->pid = data->self->pid;
  g_free (self->pid_text);
  self->pid_text = geo_pid_to_string (&self->pid);
  self->is_rotated = data->is_rotated;
  return TRUE;
}

void
geo_node_load_keys (GeoNode *self, const GeoNodeData *data) {
  for (guint i = 0; self->former_keys != NULL && i < self->former_keys->len;
       i++)
    geo_party_load_former (self->party,
                           g_ptr_array_index (self->former_keys, i));
  for (guint i = 0; i < data->evidence->len; i++) {
    const GeoEvidence *evidence =
        ((GeoJournalEvidence *) g_ptr_array_index (data->evidence, i))
            ->evidence;

    if (evidence->what == GEO_EVIDENCE_KIND_TWO_KEYS)
      geo_party_load_forked (
          self->party,
          &((GeoParticipant *) g_ptr_array_index (evidence->people, 0))->pid);
  }
  g_clear_pointer (&self->changed_keys, g_hash_table_unref);
  self->changed_keys = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
  for (guint i = 0; i < data->changed->len; i++)
    g_hash_table_add (self->changed_keys,
                      geo_pid_dup (&g_array_index (data->changed, GeoPid, i)));
}

static void
confirmed_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) self = user_data;

  if (error != NULL)
    geo_node_storage_failed (self, error);
}

void
geo_node_confirm_keys (GeoNode *self) {
  GeoNodeJoin *join;

  if (!self->is_rotated || self->looking)
    return;
  self->is_rotated = FALSE;
  join = g_new0 (GeoNodeJoin, 1);
  join->path = g_strdup (self->journal_path);
  join->secret = geo_secret_ref (self->secret);
  join->at = geo_node_now ();
  join->body = geo_record_body_new ();
  join->body->community = geo_community_copy (self->community);
  join->body->person = geo_participant_copy (self->self);
  join->body->hub = geo_node_write_hub (self->hub, self->fingerprint);
  /* Whatever is stored from now on comes after it. */
  geo_worker_push (self->worker, geo_node_join_job, join, geo_node_join_free,
                   geo_node_data_free, confirmed_cb, g_object_ref (self));
}

/* --- Said anew ------------------------------------------------------------ */

typedef struct {
  GeoRecordBody *body;
  GeoSecret *secret;
  GeoTime at;
} Renewing;

static void
renewing_free (gpointer data) {
  Renewing *renewing = data;

  geo_record_body_free (renewing->body);
  geo_secret_unref (renewing->secret);
  g_free (renewing);
}

static gpointer
renew_job (GeoWorker *worker, gpointer data, GError **error) {
  const Renewing *renewing = data;

  geo_journal_append (geo_worker_get_journal (worker), renewing->secret,
                      GEO_RECORD_KIND_ROTATION, renewing->body, renewing->at,
                      NULL, error);
  return NULL;
}

static void
renewed_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) self = user_data;

  if (error != NULL) {
    geo_node_storage_failed (self, error);
  } else {
    geo_node_disconnect (self);
    geo_node_reload (self, NULL);
  }
}

GeoTime
geo_node_trust_clock (GeoTime ahead) {
  return CLAMP (ahead, -GEO_CLOCK_TOLERANCE_MS, GEO_CLOCK_TOLERANCE_MS);
}

gboolean
geo_node_renew_rotation (GeoNode *self) {
  g_autoptr (GeoStateMemory) memory = NULL;
  g_autoptr (GError) error = NULL;
  GeoParticipant *next;
  Renewing *renewing;

  if (self->is_renewed || self->self == NULL ||
      self->self->rotations->len == 0 ||
      self->former_keys == NULL || self->former_keys->len == 0 ||
      self->worker == NULL)
    return FALSE;
  next = geo_participant_rotate_anew (
      self->self, self->former_keys, self->secret,
      geo_node_now () + geo_node_trust_clock (self->hub_ahead), &error);
  if (next == NULL) {
    g_debug ("rotation: %s", error->message);
    return FALSE;
  }
  self->is_renewed = TRUE;
  memory = geo_state_memory_new ();
  for (guint i = 0; i < self->former_keys->len; i++)
    g_ptr_array_add (memory->former,
                     geo_secret_ref (g_ptr_array_index (self->former_keys, i)));
  renewing = g_new0 (Renewing, 1);
  renewing->secret = geo_secret_ref (self->secret);
  renewing->at = geo_node_now ();
  renewing->body = geo_record_body_new ();
  renewing->body->person = next;
  renewing->body->former = geo_state_encode_former (
      memory, self->secret, &self->community->community, &self->pid);
  /* P1: Persist, then send. */
  geo_worker_push (self->worker, renew_job, renewing, renewing_free, NULL,
                   renewed_cb, g_object_ref (self));
  return TRUE;
}

/* --- Others' -------------------------------------------------------------- */

void
geo_node_ask_people (GeoNode *self) {
  GListModel *people = geo_node_get_people (self);
  g_autoptr (GeoMessage) message = NULL;

  if (self->people_asked || !geo_node_is_signed_in (self))
    return;
  self->people_asked = TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (message == NULL)
      message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, NULL);
    g_array_append_vals (message->u.people_query->pids,
                         geo_person_get_pid (person), 1);
    if (message->u.people_query->pids->len < ASK_MAX)
      continue;
    geo_node_send (self, message);
    g_clear_pointer (&message, geo_message_free);
  }
  if (message != NULL)
    geo_node_send (self, message);
}

static void
tell_two_keys (GeoNode *self, const GeoParticipant *person) {
  g_autofree gchar *text = g_strdup_printf (
      /* Translators: %s is a person's name. */
      _ ("There are two different new keys for %s, so somebody else has had the "
         "old one, too. Ask them in person which is theirs. The proof is "
         "kept."),
      person->name);

  geo_node_notice (self, text);
}

void
geo_node_told_key (GeoNode *self, const GeoTold *told) {
  const GeoPid *pid = &told->person->pid;
  GeoPerson *person;

  if (told->kind == GEO_TOLD_TWO_KEYS)
    tell_two_keys (self, told->person);
  person = geo_node_get_person (self, pid);
  /* Whoever is nothing to us has no page to warn on. */
  if (person == NULL)
    return;
  if (told->kind == GEO_TOLD_NEW_KEY)
    g_hash_table_add (self->changed_keys, geo_pid_dup (pid));
  geo_node_refresh_person (self, pid, FALSE);
  /* Who was compared with is told of two keys, and is in no doubt. */
  if (geo_person_get_key_changed (person))
    g_signal_emit_by_name (self, "key-changed", person);
}
