/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signing in at the hub and hearing it.  It checks who answers; what is said
 * after that is the party's to judge.
 * Long because it is one conversation, with each way in which it may end.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "net/geo-fault.h"
#include "node/geo-profile-private.h"
#include "node/geo-rest-private.h"

/* Why a hub closes a session whose participant has another one. */
#define REPLACED "replaced"
/* More than any hub sends before it hears from us. */
#define EARLY_MAX 64

static void start_signing_in (GeoNode *self);

gboolean
geo_node_is_signed_in (GeoNode *self) {
  return self->login == GEO_LOGIN_SIGNED_IN && self->session != NULL &&
         geo_session_is_open (self->session);
}

gboolean
geo_node_send (GeoNode *self, GeoMessage *message) {
  gboolean sent;

  if (self->session == NULL)
    return FALSE;
  sent = geo_session_send (self->session, message);
  geo_fault_point ("node: after send");
  return sent;
}

/* --- Acknowledging ------------------------------------------------------ */

static void
drop_ack (GeoNode *self) {
  g_clear_handle_id (&self->ack_id, g_source_remove);
  g_clear_pointer (&self->ack, geo_message_free);
}

static void
send_ack (GeoNode *self) {
  if (self->ack != NULL && geo_node_is_signed_in (self))
    geo_node_send (self, self->ack);
  drop_ack (self);
}

static gboolean
ack_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->ack_id = 0;
  send_ack (self);
  return G_SOURCE_REMOVE;
}

void
geo_node_send_soon (GeoNode *self, const GeoMessage *ack) {
  g_clear_pointer (&self->ack, geo_message_free);
  self->ack = geo_message_share (ack);
  if (self->ack_id == 0)
    self->ack_id = g_timeout_add (GEO_NODE_ACK_MS, ack_cb, self);
}

/* --- Endings ------------------------------------------------------------ */

static void
forget_session (GeoNode *self) {
  GeoLoginStage was = self->login;

  self->login = GEO_LOGIN_NONE;
  g_clear_handle_id (&self->login_timeout_id, g_source_remove);
  /* §8: at the next session the last one is acknowledged again. */
  drop_ack (self);
  g_clear_pointer (&self->offered, geo_community_free);
  g_clear_pointer (&self->early, g_ptr_array_unref);
  if (self->session != NULL) {
    g_signal_handlers_disconnect_by_data (self->session, self);
    g_clear_object (&self->session);
  }
  geo_node_incoming_drop (self);
  geo_node_end_catch_up (self);
  geo_node_state_disconnected (self);
  if (was == GEO_LOGIN_SIGNED_IN && self->party != NULL) {
    GPtrArray *actions = geo_actions_new ();

    geo_party_disconnected (self->party, geo_node_now (), actions);
    geo_node_run (self, actions);
  }
  geo_node_fail_calls (self, GEO_NODE_ERROR_OFFLINE,
                       _ ("The connection to the hub was lost."));
}

void
geo_node_disconnect (GeoNode *self) {
  send_ack (self);
  if (self->client != NULL) {
    g_signal_handlers_disconnect_by_data (self->client, self);
    geo_client_stop (self->client);
    g_clear_object (&self->client);
  }
  forget_session (self);
}

void
geo_node_fault (GeoNode *self, const gchar *message, gboolean foreign) {
  g_autofree gchar *detail = NULL;

  self->wanted = FALSE;
  self->foreign = foreign;
  geo_node_disconnect (self);
  if (foreign)
    detail = g_strdup (message);
  else
    detail = g_strdup_printf (
        /* Translators: %s is a sentence that says what. */
        _ ("The hub sent something that does not hold, so nothing more is "
           "taken from it. Your records are safe. %s"),
        message);
  geo_node_set_connection (self, GEO_CONNECTION_FAULT, detail);
  if (self->join_task != NULL)
    geo_node_fail_join (self,
                        g_error_new_literal (GEO_NODE_ERROR,
                                             foreign ? GEO_NODE_ERROR_FOREIGN
                                                     : GEO_NODE_ERROR_REFUSED,
                                             detail));
  g_signal_emit_by_name (self, "fault", detail);
}

/* Nobody who is still to join has joined another one. */
void
geo_node_fault_foreign (GeoNode *self) {
  const gchar *sentence;

  if (self->community != NULL)
    sentence = _ ("Another hub answers at this address than the one you "
                  "joined, so nothing was sent to it. Ask whoever runs your "
                  "hub for its address.");
  else if (self->join_link != NULL)
    sentence = _ ("Another hub answers at this address than the one that the "
                  "invitation is for, so nothing was sent to it. Ask for a new "
                  "invitation.");
  else
    sentence = _ ("The address alone does not say whether this is the right "
                  "hub: its certificate is its own. Ask for its invitation, a "
                  "link or a QR code.");
  geo_node_fault (self, sentence, TRUE);
}

/* --- Reloading ---------------------------------------------------------- */

typedef struct {
  GeoNode *node;
  gchar *message;
} Reload;

static gboolean
retry_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->retry_id = 0;
  if (self->party == NULL)
    geo_node_reload (self, NULL);
  else if (self->wanted && self->client == NULL)
    start_signing_in (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (GeoNode *self) {
  if (self->retry_id == 0)
    self->retry_id = g_timeout_add (GEO_NODE_DISK_RETRY_MS, retry_cb, self);
}

static void
reloaded_cb (gpointer *result, const GError *error, gpointer user_data) {
  Reload *reload = user_data;
  g_autoptr (GeoNode) self = reload->node;
  g_autofree gchar *message = reload->message;
  GeoNodeData *data = *result;
  g_autoptr (GError) failure = NULL;
  gboolean hurried = self->hurried;

  g_free (reload);
  self->reloading = FALSE;
  self->hurried = FALSE;
  if (error != NULL)
    failure = g_error_copy (error);
  else if (geo_node_take_data (self, data, &failure))
    geo_node_forget_unstored (self, data->orders, message);
  if (failure != NULL) {
    geo_node_set_connection (self, GEO_CONNECTION_OFFLINE, failure->message);
    retry_later (self);
  } else if (!self->wanted) {
    if (message != NULL)
      geo_node_set_connection (self, GEO_CONNECTION_OFFLINE, message);
  } else if (message != NULL && !hurried) {
    /* The sentence stays until the disk has had its time. */
    geo_node_set_connection (self, GEO_CONNECTION_OFFLINE, message);
    retry_later (self);
  } else {
    start_signing_in (self);
  }
}

void
geo_node_reload (GeoNode *self, const gchar *message) {
  Reload *reload;

  if (message != NULL)
    geo_node_set_connection (self, GEO_CONNECTION_OFFLINE, message);
  if (self->reloading)
    return;
  self->reloading = TRUE;
  reload = g_new0 (Reload, 1);
  reload->node = g_object_ref (self);
  reload->message = g_strdup (message);
  geo_worker_push (self->worker, geo_node_load_job,
                   g_strdup (self->journal_path), g_free, geo_node_data_free,
                   reloaded_cb, reload);
}

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
    start_signing_in (self);
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

void
geo_node_catch_up (GeoNode *self) {
  GPtrArray *actions;

  if (self->party == NULL)
    return;
  geo_node_begin_catch_up (self);
  actions = geo_actions_new ();
  geo_party_connected (self->party, self->hub_sequence, geo_node_now (),
                       actions);
  geo_node_run (self, actions);
}

static void
hand_to_party (GeoNode *self, const GeoMessage *message, const gchar *opened) {
  GPtrArray *actions;

  if (self->party == NULL)
    return;
  actions = geo_actions_new ();
  geo_party_message_prepared (self->party, message, opened, geo_node_now (),
                              actions);
  geo_node_run (self, actions);
}

/* What the hub says once a session waits until there is a party to hear it. */
static void
keep_early (GeoNode *self, const GeoMessage *message) {
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
    hand_to_party (self, g_ptr_array_index (early, i), NULL);
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

/* --- Hearing ------------------------------------------------------------ */

static void
answer_ping (GeoNode *self, const GeoMessage *ping) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_PONG,
                                                    ping->msg_id);

  message->u.pong->time = geo_node_now ();
  geo_node_send (self, message);
}

void
geo_node_hear (GeoNode *self, const GeoMessage *message, const gchar *opened) {
  switch (message->type) {
  case GEO_MESSAGE_CHALLENGE:
    if (self->login == GEO_LOGIN_CHALLENGE)
      handle_challenge (self, message->u.challenge);
    break;
  case GEO_MESSAGE_WELCOME:
    if (self->login == GEO_LOGIN_WELCOME)
      handle_welcome (self, message->u.welcome);
    break;
  case GEO_MESSAGE_ERROR:
    if (self->login == GEO_LOGIN_CHALLENGE ||
        self->login == GEO_LOGIN_WELCOME) {
      handle_refusal (self, message->u.error);
      break;
    }
    if (geo_node_state_error (self, message))
      break;
    G_GNUC_FALLTHROUGH;
  case GEO_MESSAGE_PEOPLE_RESULT:
    if (geo_node_is_signed_in (self)) {
      hand_to_party (self, message, opened);
      geo_node_answer_call (self, message);
    }
    break;
  case GEO_MESSAGE_PAYMENT_QUOTE_RESULT:
    geo_node_answer_call (self, message);
    break;
  case GEO_MESSAGE_STATE_PART:
  case GEO_MESSAGE_STATE_RESULT:
    geo_node_state_answer (self, message);
    break;
  case GEO_MESSAGE_PING:
    answer_ping (self, message);
    break;
  case GEO_MESSAGE_PONG:
    /* The client has heard it. */
    break;
  case GEO_MESSAGE_SYNC:
    if (self->login == GEO_LOGIN_GIVING)
      geo_node_give_back (self, message);
    break;
  case GEO_MESSAGE_LETTER_SEND:
  case GEO_MESSAGE_LETTER_READ:
  case GEO_MESSAGE_HELLO:
  case GEO_MESSAGE_AUTH:
  case GEO_MESSAGE_PEOPLE_QUERY:
  case GEO_MESSAGE_TRUST_LINE_CREATE:
  case GEO_MESSAGE_TRUST_LINE_UPDATE:
  case GEO_MESSAGE_TRUST_LINE_CLOSE:
  case GEO_MESSAGE_PAYMENT_QUOTE:
  case GEO_MESSAGE_PAYMENT_REQUEST:
  case GEO_MESSAGE_PAYMENT_PREPARE_ACK:
  case GEO_MESSAGE_CLEARING_ACCEPT:
  case GEO_MESSAGE_CLEARING_REJECT:
  case GEO_MESSAGE_ENTRY_ACK:
  case GEO_MESSAGE_LOG_QUERY:
  case GEO_MESSAGE_RECOVERY_QUERY:
  case GEO_MESSAGE_STATE_PUT:
  case GEO_MESSAGE_STATE_GET:
    g_debug ("not for a node: %s", geo_message_type_to_string (message->type));
    break;
  case GEO_MESSAGE_TRUST_LINE_RECEIPT:
  case GEO_MESSAGE_PAYMENT_PREPARE:
  case GEO_MESSAGE_PAYMENT_COMMIT:
  case GEO_MESSAGE_PAYMENT_ABORT:
  case GEO_MESSAGE_CLEARING_COMMIT:
  case GEO_MESSAGE_CLEARING_ABORT:
  case GEO_MESSAGE_SYNC_RESULT:
  case GEO_MESSAGE_LOG_PROOF:
  case GEO_MESSAGE_RECOVERY_RESPONSE:
  case GEO_MESSAGE_LETTER_STORED:
    /* Before that, what is missed comes again with SYNC. */
    if (geo_node_is_signed_in (self))
      hand_to_party (self, message, opened);
    break;
  case GEO_MESSAGE_ENTRY:
    if (!geo_node_is_signed_in (self))
      break;
    hand_to_party (self, message, opened);
    geo_node_told_progress (self);
    break;
  case GEO_MESSAGE_CLEARING_PROPOSE:
  case GEO_MESSAGE_LETTER:
    if (geo_node_is_signed_in (self))
      hand_to_party (self, message, opened);
    else if (self->login == GEO_LOGIN_STORING)
      keep_early (self, message);
    break;
  }
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  GeoNode *self = user_data;
  G_GNUC_UNUSED g_autoptr (GeoNode) alive = g_object_ref (self);

  if (session != self->session)
    return;
  /* Whether anybody is there is not asked in any order. */
  if (message->type == GEO_MESSAGE_PING || message->type == GEO_MESSAGE_PONG ||
      !geo_node_is_signed_in (self) || !geo_node_incoming_take (self, message))
    geo_node_hear (self, message, NULL);
}

static void
session_cb (GeoClient *client, GeoSession *session, gpointer user_data) {
  GeoNode *self = user_data;
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_HELLO, NULL);

  forget_session (self);
  self->people_asked = FALSE;
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "message", G_CALLBACK (message_cb), self,
                           0);
  geo_node_set_connection (self, GEO_CONNECTION_CONNECTING,
                           _ ("Signing in at the hub…"));

  message->u.hello->pid = self->pid;
  message->u.hello->client = g_strdup ("geo/" GEO_VERSION);
  message->u.hello->v = 1;
  set_login (self, GEO_LOGIN_CHALLENGE);
  geo_node_send (self, message);
}

static void
lost_cb (GeoClient *client, GError *error, gpointer user_data) {
  GeoNode *self = user_data;
  G_GNUC_UNUSED g_autoptr (GeoNode) alive = g_object_ref (self);

  g_debug ("lost: %s", error->message);
  if (g_error_matches (error, GEO_NET_ERROR, GEO_NET_ERROR_FINGERPRINT)) {
    geo_node_fault_foreign (self);
    return;
  }
  forget_session (self);
  if (self->join_task != NULL) {
    geo_node_fail_join (
        self,
        g_error_new_literal (
            GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE,
            g_error_matches (error, GEO_NET_ERROR, GEO_NET_ERROR_NOT_A_HUB)
                ? _ ("Something answers at this address, but it is no hub. "
                     "Check the address, or use an invitation link.")
                : _ ("No hub answers at this address. Check it, and that you "
                     "are connected.")));
    return;
  }
  if (g_error_matches (error, GEO_NET_ERROR, GEO_NET_ERROR_CLOSED) &&
      g_strcmp0 (error->message, REPLACED) == 0) {
    /* Two that take turns in throwing each other out help nobody. */
    self->wanted = FALSE;
    geo_node_disconnect (self);
    geo_node_set_connection (
        self, GEO_CONNECTION_OFFLINE,
        _ ("This identity is connected from elsewhere. Connect here again to "
           "take over."));
    return;
  }
  geo_node_set_connection (
      self, GEO_CONNECTION_OFFLINE,
      self->refused != NULL
          ? self->refused
          : _ ("The hub cannot be reached; it is tried again by itself. You "
               "can look at everything; paying waits until then."));
}

void
geo_node_told_synced (GeoNode *self) {
  gint64 minutes = ABS (self->hub_ahead) / 60000;
  g_autofree gchar *detail = NULL;

  geo_node_end_catch_up (self);
  if (!geo_node_is_signed_in (self))
    return;
  geo_node_state_synced (self);
  geo_node_ask_people (self);
  /* §2: a clock that is further off from the hub's is reported. */
  if (ABS (self->hub_ahead) > GEO_CLOCK_TOLERANCE_MS)
    detail = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE,
                     "Connected, but the clocks of this computer and of the "
                     "hub differ by %d minute. Set this one right.",
                     "Connected, but the clocks of this computer and of the "
                     "hub differ by %d minutes. Set this one right.",
                     (gulong) minutes),
        (int) MIN (minutes, (gint64) G_MAXINT));
  geo_node_set_connection (
      self, GEO_CONNECTION_HUB,
      detail != NULL ? detail : _ ("Connected to the hub: everything works."));
  geo_node_invitation_connected (self);
}

/* --- Connecting --------------------------------------------------------- */

gboolean
geo_node_connect (GeoNode *self, GError **error) {
  const gchar *address = self->dial_hub != NULL ? self->dial_hub : self->hub;
  const gchar *fingerprint = self->dial_hub != NULL ? self->dial_fingerprint
                                                    : self->fingerprint;
  g_autoptr (GError) failure = NULL;

  if (self->client != NULL)
    return TRUE;
  self->client = geo_client_new (address, fingerprint, &failure);
  if (self->client == NULL) {
    g_debug ("address: %s", failure->message);
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("This is not the address of a hub. One is like "
                            "https://hub.example."));
    return FALSE;
  }
  if (self->dial_hub != NULL) {
    g_free (self->dial_hub);
    self->dial_hub = g_strdup (geo_client_get_address (self->client));
  }
  g_signal_connect_object (self->client, "session", G_CALLBACK (session_cb),
                           self, 0);
  g_signal_connect_object (self->client, "lost", G_CALLBACK (lost_cb), self, 0);
  geo_node_set_connection (self, GEO_CONNECTION_CONNECTING,
                           _ ("Connecting to the hub…"));
  geo_client_start (self->client);
  return TRUE;
}

static void
start_signing_in (GeoNode *self) {
  g_autoptr (GError) error = NULL;

  if (!geo_node_connect (self, &error))
    geo_node_set_connection (self, GEO_CONNECTION_OFFLINE, error->message);
}

void
geo_node_start (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  if (node->looking) {
    geo_node_set_connection (
        node, GEO_CONNECTION_OFFLINE,
        _ ("Another program has this profile open. You can look at everything "
           "here; pay and trust there."));
    return;
  }
  if (node->rest != NULL) {
    geo_rest_start (node->rest);
    return;
  }
  node->wanted = TRUE;
  node->foreign = FALSE;
  node->hurried = node->reloading;
  if (node->reloading || node->client != NULL)
    return;
  if (node->party != NULL && node->connection != GEO_CONNECTION_FAULT) {
    start_signing_in (node);
    return;
  }
  /* After a fault the party takes nothing more until it is made anew. */
  geo_node_set_connection (node, GEO_CONNECTION_CONNECTING,
                           _ ("Connecting to the hub…"));
  geo_node_reload (node, NULL);
}

void
geo_node_stop (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  node->wanted = FALSE;
  g_clear_handle_id (&node->retry_id, g_source_remove);
  if (node->rest != NULL)
    geo_rest_stop (node->rest);
  geo_node_disconnect (node);
  if (node->connection != GEO_CONNECTION_FAULT)
    geo_node_set_connection (
        node, GEO_CONNECTION_OFFLINE,
        _ ("Offline. You can look at everything; paying needs the hub."));
}

void
geo_node_hurry (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  g_clear_handle_id (&node->retry_id, g_source_remove);
  if (node->rest == NULL && node->client != NULL)
    geo_client_hurry (node->client);
  else
    geo_node_start (node);
}
