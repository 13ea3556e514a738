/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The session with the hub: how it begins, who hears what is said in it, and
 * each way in which it may end.  Who answers is checked before that
 * (geo-node-login.c); what is said is the party's to judge.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "net/geo-fault.h"
#include "node/geo-rest-private.h"

/* Why a hub closes a session whose participant has another one. */
#define REPLACED "replaced"

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

  geo_node_login_drop (self);
  /* §8: at the next session the last one is acknowledged again. */
  drop_ack (self);
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
    geo_node_dial (self);
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
    geo_node_dial (self);
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

/* --- Hearing ------------------------------------------------------------ */

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

void
geo_node_hand_to_party (GeoNode *self,
                        const GeoMessage *message,
                        const gchar *opened) {
  GPtrArray *actions;

  if (self->party == NULL)
    return;
  actions = geo_actions_new ();
  geo_party_message_prepared (self->party, message, opened, geo_node_now (),
                              actions);
  geo_node_run (self, actions);
}

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
  case GEO_MESSAGE_WELCOME:
    geo_node_login_hear (self, message);
    break;
  case GEO_MESSAGE_ERROR:
    if (geo_node_login_hear (self, message) ||
        geo_node_state_error (self, message))
      break;
    G_GNUC_FALLTHROUGH;
  case GEO_MESSAGE_PEOPLE_RESULT:
    if (geo_node_is_signed_in (self)) {
      geo_node_hand_to_party (self, message, opened);
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
    if (self->login == GEO_LOGIN_GIVING)
      geo_node_heard_given (self, message);
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
      geo_node_hand_to_party (self, message, opened);
    break;
  case GEO_MESSAGE_ENTRY:
    if (!geo_node_is_signed_in (self))
      break;
    geo_node_hand_to_party (self, message, opened);
    geo_node_told_progress (self);
    break;
  case GEO_MESSAGE_CLEARING_PROPOSE:
  case GEO_MESSAGE_LETTER:
    if (geo_node_is_signed_in (self))
      geo_node_hand_to_party (self, message, opened);
    else if (self->login == GEO_LOGIN_STORING)
      geo_node_login_keep (self, message);
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

  forget_session (self);
  self->people_asked = FALSE;
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "message", G_CALLBACK (message_cb), self,
                           0);
  geo_node_set_connection (self, GEO_CONNECTION_CONNECTING,
                           _ ("Signing in at the hub…"));
  geo_node_login_begin (self);
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

void
geo_node_dial (GeoNode *self) {
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
    geo_node_dial (node);
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
