/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signing in at the hub, and joining it with that: who answers, whether it is
 * the hub that was meant, and what it says of us.  Its session is
 * geo-node-session.c's; what is said there later is not heard here.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "node/geo-profile-private.h"

/* More than any hub sends before it hears from us. */
#define EARLY_MAX 64

/* --- Joining ------------------------------------------------------------ */

void
geo_node_fail_join (GeoNode *self, GError *error) {
  g_autoptr (GTask) task = g_steal_pointer (&self->join_task);

  g_clear_handle_id (&self->join_timeout_id, g_source_remove);
  g_clear_pointer (&self->join_cancel, geo_node_source_end);
  self->wanted = FALSE;
  geo_node_disconnect (self);
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

static void
joined (GeoNode *self) {
  g_autoptr (GTask) task = g_steal_pointer (&self->join_task);

  g_clear_handle_id (&self->join_timeout_id, g_source_remove);
  g_clear_pointer (&self->join_cancel, geo_node_source_end);
  g_clear_pointer (&self->join_link, geo_link_free);
  if (task != NULL)
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

/* --- Signing in --------------------------------------------------------- */

static gboolean
login_timeout_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->login_timeout_id = 0;
  /* The client tells that it is lost, and tries again. */
  if (self->session != NULL)
    geo_session_close (self->session, "no answer while signing in");
  return G_SOURCE_REMOVE;
}

static void
set_login (GeoNode *self, GeoLoginStage stage) {
  self->login = stage;
  g_clear_handle_id (&self->login_timeout_id, g_source_remove);
  if (stage == GEO_LOGIN_CHALLENGE || stage == GEO_LOGIN_WELCOME)
    self->login_timeout_id = g_timeout_add (GEO_NODE_LOGIN_MS_MAX,
                                            login_timeout_cb, self);
}

void
geo_node_login_begin (GeoNode *self) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_HELLO, NULL);

  message->u.hello->pid = self->pid;
  message->u.hello->client = g_strdup ("geo/" GEO_VERSION);
  message->u.hello->v = 1;
  set_login (self, GEO_LOGIN_CHALLENGE);
  geo_node_send (self, message);
}

void
geo_node_login_drop (GeoNode *self) {
  self->login = GEO_LOGIN_NONE;
  g_clear_handle_id (&self->login_timeout_id, g_source_remove);
  g_clear_pointer (&self->offered, geo_community_free);
  g_clear_pointer (&self->early, g_ptr_array_unref);
}

/* --- Who answers -------------------------------------------------------- */

static GeoParticipant *
introduce (GeoNode *self) {
  GeoParticipant *participant;

  if (self->self != NULL)
    return geo_participant_copy (self->self);
  participant = geo_participant_new ();
  participant->community = self->offered->community;
  participant->pid = self->pid;
  participant->name = g_strdup (geo_profile_get_name (self->profile));
  participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (self->secret, &participant->key);
  participant->seq = 1;
  participant->at = geo_node_now ();
  geo_participant_sign (participant, self->secret);
  return participant;
}

static void
authenticate (GeoNode *self, const gchar *challenge, gboolean known) {
  g_autoptr (GeoMessage) message = NULL;
  GeoMsgAuth *auth;

  /* K8: to a hub that has not heard of them, other words are a stranger's. */
  if (!known && self->community == NULL && !self->may_be_new) {
    geo_node_fail_join (self, geo_node_stranger_error ());
    return;
  }
  message = geo_message_new (GEO_MESSAGE_AUTH, NULL);
  auth = message->u.auth;
  auth->login = geo_login_new ();
  auth->login->community = self->offered->community;
  auth->login->pid = self->pid;
  auth->login->challenge = g_strdup (challenge);
  auth->login->at = geo_node_now ();
  geo_login_sign (auth->login, self->secret);
  /* K7: a hub may not know of our key yet, or have forgotten it. */
  if (!known || (self->self != NULL && self->self->rotations->len > 0)) {
    auth->participant = introduce (self);
    if (self->join_link != NULL)
      auth->code = g_strdup (self->join_link->code);
  }
  set_login (self, GEO_LOGIN_WELCOME);
  geo_node_send (self, message);
}

/* Amounts would mean something else under another precision. */
static gboolean
keeps_equivalents (const GeoCommunity *was, const GeoCommunity *is) {
  for (guint i = 0; i < was->equivalents->len; i++) {
    const GeoEquivalent *old = g_ptr_array_index (was->equivalents, i);
    const GeoEquivalent *new = geo_community_find_equivalent (is, old->code);

    if (new == NULL || new->precision != old->precision)
      return FALSE;
  }
  return TRUE;
}

/* The hub that was joined, as it was or with a later word about itself. */
static gboolean
check_community (GeoNode *self, const GeoCommunity *offered) {
  GeoHash known;
  GeoHash now;

  if (self->community == NULL)
    return TRUE;
  if (offered->seq == self->community->seq) {
    geo_community_hash (self->community, &known);
    geo_community_hash (offered, &now);
    return geo_hash_equal (&known, &now);
  }
  return offered->seq > self->community->seq &&
         keeps_equivalents (self->community, offered);
}

static const gchar *
contradiction (void) {
  return _ ("It describes the community in a way that contradicts what it said "
            "before.");
}

typedef struct {
  GeoNode *node;
  GeoSession *session;
  gchar *challenge;
  gboolean known;
} Opening;

static void
opened_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Opening *opening = user_data;
  g_autoptr (GeoNode) self = opening->node;
  g_autoptr (GeoSession) session = opening->session;
  g_autofree gchar *challenge = opening->challenge;
  const GeoPid said = self->pid;
  g_autoptr (GError) failure = NULL;

  if (error != NULL &&
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED)) {
    /* Joining was cut short here once: begin anew. */
  } else if (error != NULL) {
    failure = g_error_copy (error);
  } else {
    geo_node_take_data (self, *result, &failure);
  }
  if (failure != NULL) {
    geo_node_fail_join (self, g_steal_pointer (&failure));
    return;
  }
  if (self->session != session || self->login != GEO_LOGIN_OPENING)
    return;
  if (!check_community (self, self->offered)) {
    geo_node_fault (self, contradiction (), FALSE);
    return;
  }
  /* The key was changed since this was left: HELLO is said once more, by who we
   * are here. */
  if (!geo_pid_equal (&self->pid, &said)) {
    geo_node_disconnect (self);
    geo_node_dial (self);
    return;
  }
  authenticate (self, challenge, opening->known);
}

/* Joining by an address: which community it is only the hub says. */
static gboolean
open_journal_if_there (GeoNode *self, const GeoMsgChallenge *challenge) {
  g_autofree gchar *path = NULL;
  g_autoptr (GError) failure = NULL;
  GPtrArray *paths;
  Opening *opening;

  if (self->community != NULL)
    return FALSE;
  path = geo_profile_get_journal_path (self->profile,
                                       &self->offered->community);
  /* One that was left comes back with its journal. */
  if (!geo_profile_return_to_community (self->profile,
                                        &self->offered->community, &failure)) {
    geo_node_fail_join (self, g_steal_pointer (&failure));
    return TRUE;
  }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;

  paths = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (paths, g_steal_pointer (&path));
  opening = g_new0 (Opening, 1);
  opening->node = g_object_ref (self);
  opening->session = g_object_ref (self->session);
  opening->challenge = g_strdup (challenge->challenge);
  opening->known = challenge->known;
  set_login (self, GEO_LOGIN_OPENING);
  geo_worker_push (self->worker, geo_node_open_job, paths,
                   (GDestroyNotify) g_ptr_array_unref, geo_node_data_free,
                   opened_cb, opening);
  return TRUE;
}

static void
handle_challenge (GeoNode *self, const GeoMsgChallenge *challenge) {
  const GeoCommunity *community = challenge->community;
  g_autoptr (GError) error = NULL;

  /* S3: a challenge is signed only if it is exactly 43 base64url characters. */
  if (!geo_challenge_is_valid (challenge->challenge) ||
      !geo_community_check (community, &error)) {
    g_autofree gchar *text = geo_phrase_refusal ("E009", NULL, NULL);

    geo_node_fault (self, text, FALSE);
    return;
  }
  if ((self->has_expected &&
       !geo_pid_equal (&self->expected, &community->community)) ||
      (self->community != NULL &&
       !geo_pid_equal (&self->community->community, &community->community))) {
    geo_node_fault_foreign (self);
    return;
  }
  if (!check_community (self, community)) {
    geo_node_fault (self, contradiction (), FALSE);
    return;
  }

  g_clear_pointer (&self->offered, geo_community_free);
  self->offered = geo_community_copy (community);
  self->hub_ahead = challenge->time - geo_node_now ();
  if (!open_journal_if_there (self, challenge))
    authenticate (self, challenge->challenge, challenge->known);
}

/* --- Being let in ------------------------------------------------------- */

/* What the hub says once a session waits until there is a party to hear it. */
void
geo_node_login_keep (GeoNode *self, const GeoMessage *message) {
  if (self->early == NULL)
    self->early =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
  if (self->early->len < EARLY_MAX)
    g_ptr_array_add (self->early, geo_message_copy (message));
}

static void
signed_in (GeoNode *self) {
  g_autoptr (GPtrArray) early = g_steal_pointer (&self->early);
  gboolean has_more;

  set_login (self, GEO_LOGIN_SIGNED_IN);
  g_clear_pointer (&self->refused, g_free);
  geo_node_set_connection (self, GEO_CONNECTION_CONNECTING,
                           _ ("Catching up with the hub…"));
  /* What this journal does not know may be in what was left with the hub. */
  has_more = self->hub_sequence > geo_party_get_sequence (self->party, NULL) ||
             geo_party_get_sequence (self->party, NULL) == 0;
  if (!geo_node_state_begin (self, has_more))
    geo_node_catch_up (self);
  if (*geo_profile_get_name (self->profile) == '\0')
    geo_profile_set_name (self->profile, self->self->name);
  for (guint i = 0; early != NULL && i < early->len; i++)
    geo_node_hand_to_party (self, g_ptr_array_index (early, i), NULL);
  joined (self);
}

typedef struct {
  GeoNode *node;
  GeoSession *session;
} Storing;

static void
joined_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Storing *storing = user_data;
  g_autoptr (GeoNode) self = storing->node;
  g_autoptr (GeoSession) session = storing->session;
  g_autoptr (GError) failure = NULL;

  if (error != NULL)
    failure = g_error_copy (error);
  else
    geo_node_take_data (self, *result, &failure);
  if (failure != NULL) {
    if (self->join_task != NULL)
      geo_node_fail_join (self, g_steal_pointer (&failure));
    else
      geo_node_storage_failed (self, failure);
    return;
  }
  if (self->session == session && self->login == GEO_LOGIN_STORING)
    signed_in (self);
}

/* K7: what the hub took is what everybody knows. */
static gboolean
is_same (const GeoParticipant *one, const GeoParticipant *other) {
  GeoHash a, b;

  geo_participant_hash (one, &a);
  geo_participant_hash (other, &b);
  return geo_hash_equal (&a, &b);
}

/* The digest of our key where it is not known whose it is (K8). */
static gboolean
is_me (const GeoNode *self, const GeoParticipant *me) {
  GeoPublicKey key;

  geo_secret_get_public (self->secret, &key);
  return geo_public_key_equal (&me->key, &key) &&
         geo_participant_check (me, &self->offered->community, NULL) &&
         (self->self == NULL
              ? geo_pid_equal (&me->pid, &self->pid) || me->rotations->len > 0
              : geo_pid_equal (&me->pid, &self->pid));
}

/* Whether something is new since it was stored: the community's word about
 * itself, the hub's about us, the address. */
static gboolean
joined_has_changed (GeoNode *self, const GeoParticipant *me) {
  return self->community == NULL || self->offered->seq > self->community->seq ||
         me->seq > self->self->seq ||
         (me->seq == self->self->seq && !is_same (me, self->self)) ||
         (self->dial_hub != NULL &&
          (g_strcmp0 (self->dial_hub, self->hub) != 0 ||
           g_strcmp0 (self->dial_fingerprint, self->fingerprint) != 0));
}

/* §9: it has an older copy of what it told, says so, and asks for the rest. */
static void
begin_giving (GeoNode *self, const GeoPutBack *put_back) {
  if (self->community == NULL) {
    geo_node_fail_join (
        self, g_error_new_literal (
                  GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED,
                  _ ("The hub was put back to an older copy and lets nobody in "
                     "before it has got back what came after it. Try again "
                     "later.")));
    return;
  }
  /* What was told is given to the hub, and to nobody who poses as it. */
  if (!geo_pid_equal (&put_back->community, &self->community->community) ||
      !geo_pid_equal (&put_back->participant, &self->pid) ||
      !geo_put_back_verify (put_back, &self->community->key, NULL)) {
    geo_node_fault_foreign (self);
    return;
  }
  set_login (self, GEO_LOGIN_GIVING);
  self->hub_sequence = put_back->sequence;
  self->given = put_back->sequence;
  self->has_given = FALSE;
  g_clear_pointer (&self->giving_id, g_free);
  geo_node_say_put_back (self);
  /* Whoever joined before has joined. */
  joined (self);
}

static void
handle_welcome (GeoNode *self, const GeoMsgWelcome *welcome) {
  GeoNodeJoin *join;
  Storing *storing;
  const GeoParticipant *me = welcome->self;

  if (!is_me (self, me)) {
    g_autofree gchar *text =
        geo_phrase_refusal ("E005", GEO_REASON_BAD_SIGNATURE, NULL);

    geo_node_fault (self, text, FALSE);
    return;
  }
  if (welcome->put_back != NULL) {
    begin_giving (self, welcome->put_back);
    return;
  }
  self->is_renewed = FALSE;
  self->hub_sequence = welcome->sequence;
  self->hub_ahead = welcome->time - geo_node_now ();
  if (!joined_has_changed (self, me)) {
    geo_node_joined_again (self);
    signed_in (self);
    return;
  }

  set_login (self, GEO_LOGIN_STORING);
  join = g_new0 (GeoNodeJoin, 1);
  join->path = geo_profile_get_journal_path (self->profile,
                                             &self->offered->community);
  join->secret = geo_secret_ref (self->secret);
  join->link = geo_node_write_join_link (self);
  /* What is forgotten with a lost journal was said by the hub's clock. */
  join->at = self->community == NULL ? MAX (geo_node_now (), welcome->time)
                                     : geo_node_now ();
  join->body = geo_record_body_new ();
  join->body->community = geo_community_copy (self->offered);
  join->body->person = geo_participant_copy (
      self->self != NULL && self->self->seq > me->seq ? self->self : me);
  join->body->hub = self->dial_hub != NULL
                        ? geo_node_write_hub (self->dial_hub,
                                              self->dial_fingerprint)
                        : geo_node_write_hub (self->hub, self->fingerprint);
  storing = g_new0 (Storing, 1);
  storing->node = g_object_ref (self);
  storing->session = g_object_ref (self->session);
  geo_worker_push (self->worker, geo_node_join_job, join, geo_node_join_free,
                   geo_node_data_free, joined_cb, storing);
}

/* Somebody has another key in the place of ours. */
static gboolean
is_key_lost (const gchar *reason) {
  return g_strcmp0 (reason, GEO_REASON_KEY_CHANGED) == 0 ||
         g_strcmp0 (reason, GEO_REASON_TWO_KEYS) == 0;
}

static void
handle_refusal (GeoNode *self, const GeoMsgError *no) {
  g_autofree gchar *text = NULL;

  if ((g_strcmp0 (no->reason, GEO_REASON_KEY_CLOCK) == 0 ||
       g_strcmp0 (no->reason, GEO_REASON_KEY_USED) == 0) &&
      geo_node_renew_rotation (self))
    return;

  if (no->code == GEO_CODE_NOT_ALLOWED && self->community == NULL &&
      g_strcmp0 (no->reason, GEO_REASON_KEY_CHANGED) != 0)
    text = g_strdup (_ ("The hub did not let you join. Ask whoever runs it for "
                        "an invitation link that still holds."));
  else
    text = geo_phrase_refusal (geo_code_to_string (no->code), no->reason, NULL);

  if (self->join_task != NULL) {
    geo_node_fail_join (
        self,
        g_error_new_literal (GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED, text));
    return;
  }
  if (is_key_lost (no->reason)) {
    /* Trying again would change nothing. */
    self->wanted = FALSE;
    geo_node_disconnect (self);
    geo_node_set_connection (self, GEO_CONNECTION_FAULT, text);
    return;
  }
  g_free (self->refused);
  self->refused = g_steal_pointer (&text);
  /* The client tells that it is lost, and tries again in its time. */
  if (self->session != NULL)
    geo_session_close (self->session, NULL);
}

gboolean
geo_node_login_hear (GeoNode *self, const GeoMessage *message) {
  if (message->type == GEO_MESSAGE_CHALLENGE &&
      self->login == GEO_LOGIN_CHALLENGE)
    handle_challenge (self, message->u.challenge);
  else if (message->type == GEO_MESSAGE_WELCOME &&
           self->login == GEO_LOGIN_WELCOME)
    handle_welcome (self, message->u.welcome);
  else if (message->type == GEO_MESSAGE_ERROR &&
           (self->login == GEO_LOGIN_CHALLENGE ||
            self->login == GEO_LOGIN_WELCOME))
    handle_refusal (self, message->u.error);
  else
    return FALSE;
  return TRUE;
}
