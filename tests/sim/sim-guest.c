/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sessions of the simulated hub, as geo-hub has them: who signs in (its own
 * checks), who catches up, and which part of the hub a message is for.  What is
 * done with it is in sim-hub.c.
 */
#include "hub/geo-hub-login.h"
#include "hub/geo-hub-signed.h"
#include "sim.h"

#define SYNC_PAGE 16
#define CHALLENGE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"

/* --- Sessions ------------------------------------------------------------- */

static void
present (SimHub *hub, const SimNode *node, gboolean present) {
  GPtrArray *actions = geo_actions_new ();

  geo_closer_present (hub->closer, &node->pid, present, sim_hub_now (hub),
                      actions);
  sim_hub_submit (hub, actions);
}

static void
leave (SimHub *hub, SimSession *session) {
  session->step = SIM_STEP_OVER;
  if (hub->guests[session->node->index] != session)
    return;
  hub->guests[session->node->index] = NULL;
  if (hub->states != NULL)
    geo_hub_states_leave (hub->states, &session->node->pid);
  sim_letters_present (hub, session->node, FALSE);
  present (hub, session->node, FALSE);
}

void
sim_hub_closed (SimHub *hub, SimSession *session) {
  session->hub_open = FALSE;
  leave (hub, session);
}

static void
dismiss (SimHub *hub, SimSession *session) {
  leave (hub, session);
  sim_session_close_hub (hub->sim, session);
}

static void
take_hello (SimHub *hub, SimSession *session, const GeoMessage *message) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_CHALLENGE,
                                                   message->msg_id);

  /* The same shape, and another one each time. */
  session->challenge = g_strdup (CHALLENGE);
  for (guint i = 0; i < 8; i++)
    session->challenge[i] =
        (gchar) ('a' + (gint) ((session->number >> (3 * i)) & 7));
  session->step = SIM_STEP_AUTH;
  session->hello = message->u.hello->pid;
  answer->u.challenge->challenge = g_strdup (session->challenge);
  answer->u.challenge->community = geo_community_copy (hub->community);
  answer->u.challenge->known = geo_hub_login_find (hub->book,
                                                   &session->hello) != NULL;
  answer->u.challenge->time = sim_hub_now (hub);
  sim_send_to_node (session, answer, FALSE);
}

/* Takes actions. */
static void
turn_away (SimHub *hub,
           SimSession *session,
           const GeoMessage *message,
           GPtrArray *actions,
           GeoCode code,
           const gchar *reason) {
  g_autoptr (GeoMessage) no = geo_message_new (GEO_MESSAGE_ERROR,
                                               message->msg_id);

  no->u.error->code = code;
  no->u.error->reason = g_strdup (reason);
  no->u.error->message = g_strdup ("Not signed in.");
  sim_send_to_node (session, no, FALSE);
  session->step = SIM_STEP_OVER;
  sim_session_dismiss (hub->sim, session);
  sim_hub_submit (hub, actions);
}

static gboolean
has_signed_cb (const GeoPid *pid, GeoTime since, gpointer user_data) {
  SimHub *hub = user_data;

  /* Now and then it would take too long to tell. */
  return hub->late_changes++ % 2 == 0 ||
         geo_hub_has_signed_since (hub->reader, hub->book, hub->closer, pid,
                                   since);
}

static void
take_auth (SimHub *hub, SimSession *session, const GeoMessage *message) {
  const GeoHubConfig config = { .open = TRUE };
  const GeoMsgAuth *auth = message->u.auth;
  const GeoParticipant *introduced = auth->participant;
  SimNode *node = session->node;
  SimSession *before = hub->guests[node->index];
  GPtrArray *actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  const GeoParticipant *known;
  GeoMessage *welcome;
  GeoHubNo no;

  if (!geo_hub_login_check (&config, hub->book, &session->hello,
                            session->challenge, auth, has_signed_cb, hub,
                            sim_hub_now (hub), &no)) {
    if (g_str_equal (no.reason, GEO_REASON_TWO_KEYS))
      geo_closer_register (hub->closer, auth->participant, sim_hub_now (hub),
                           actions, NULL);
    turn_away (hub, session, message, actions, no.code, no.reason);
    return;
  }
  sim_keys_check_login (hub, session, auth->login);
  known = geo_hub_login_find (hub->book, &session->hello);
  if (!geo_pid_equal (known != NULL ? &known->pid : &session->hello,
                      &node->pid))
    sim_fail (hub->sim, node, "keys", "somebody else signs in with its key");
  /* Who is known by these keys has no more to say of itself here. */
  if (known != NULL && introduced != NULL && introduced->rotations->len > 0 &&
      geo_participant_compare_keys (known, introduced) == GEO_KEY_CHAIN_SAME)
    introduced = NULL;
  if (introduced != NULL &&
      !geo_closer_register (hub->closer, introduced, sim_hub_now (hub), actions,
                            &error)) {
    turn_away (hub, session, message, actions, (GeoCode) error->code,
               GEO_REASON_INVALID);
    return;
  }
  hub->guests[node->index] = session;
  session->step = SIM_STEP_IN;
  session->auth_id = g_strdup (message->msg_id);
  welcome = geo_message_new (GEO_MESSAGE_WELCOME, message->msg_id);
  welcome->u.welcome->self =
      geo_participant_copy (geo_book_get_participant (hub->book, &node->pid));
  welcome->u.welcome->sequence = geo_book_get_sequence (hub->book, &node->pid,
                                                        NULL);
  welcome->u.welcome->time = sim_hub_now (hub);
  geo_actions_send (actions, &node->pid, welcome);
  sim_hub_submit (hub, actions);
  if (!hub->up)
    return;
  /* One session each: whoever came last is where the participant is. */
  if (before != NULL) {
    sim_count (hub->sim, SIM_COUNT_replaced);
    dismiss (hub, before);
  }
  if (hub->up)
    present (hub, node, TRUE);
}

static void
take_sync (SimHub *hub, SimSession *session, const GeoMessage *message) {
  SimNode *node = session->node;
  gint64 last = geo_book_get_sequence (hub->book, &node->pid, NULL);
  gint64 after = MIN (message->u.sync->sequence, last);
  g_autoptr (GeoMessage) result = NULL;
  guint got = SYNC_PAGE;

  while (got == SYNC_PAGE) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
        hub->reader, &node->pid, after, SYNC_PAGE, &error);

    if (entries == NULL)
      sim_fail_store (hub->sim, NULL, "store", error);
    got = entries->len;
    for (guint i = 0; i < got; i++) {
      g_autoptr (GeoMessage) entry = geo_message_new (GEO_MESSAGE_ENTRY,
                                                      message->msg_id);

      entry->u.entry->entry =
          geo_proven_entry_copy (g_ptr_array_index (entries, i));
      after = entry->u.entry->entry->entry->sequence;
      sim_hub_check_said (hub, node, entry);
      sim_send_to_node (session, entry, FALSE);
    }
  }
  result = geo_message_new (GEO_MESSAGE_SYNC_RESULT, message->msg_id);
  result->u.sync_result->sequence = after;
  sim_send_to_node (session, result, FALSE);
}

/* --- Messages ------------------------------------------------------------- */

static gboolean
look_up (SimHub *hub,
         const GeoPid *from,
         const GeoMessage *message,
         GeoHubOutcome *out,
         GError **error) {
  GeoHash hash;

  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST) {
    const GeoOrder *order = message->u.payment_request->order;

    if (!geo_hub_store_find_tx (hub->reader, &order->from, order->tx_id, out,
                                error))
      return FALSE;
    if (out->found)
      return TRUE;
    /* P12: refused before it arrived, when only its hash was known. */
    geo_order_hash (order, &hash);
    return geo_hub_store_find_order (hub->reader, &hash, &order->from, out,
                                     error);
  }
  if (message->type == GEO_MESSAGE_RECOVERY_QUERY) {
    const GeoMsgRecoveryQuery *query = message->u.recovery_query;

    if (query->has_order)
      return geo_hub_store_find_order (hub->reader, &query->order, from, out,
                                       error);
    if (query->has_contract)
      return geo_hub_store_find_contract (hub->reader, &query->contract, from,
                                          out, error);
  }
  return TRUE;
}

/* §9. */
static void
take_log_query (SimHub *hub, SimNode *node, const GeoMessage *message) {
  g_autoptr (GError) error = NULL;
  GPtrArray *actions = geo_actions_new ();
  GeoMessage *answer;
  GeoTime reserve;

  answer = geo_tree_answer (hub->tree, &node->pid, message, sim_hub_now (hub),
                            &reserve, &error);
  if (answer == NULL)
    sim_fail_store (hub->sim, node, "log", error);
  if (reserve != 0) {
    GeoChange *change = geo_change_new (GEO_CHANGE_HUB, sim_hub_now (hub));

    /* P1: Persist, then send. */
    change->log_until = reserve;
    geo_actions_store_change (actions, change);
  }
  geo_actions_send (actions, &node->pid, answer);
  sim_hub_submit (hub, actions);
}

static void
take_message (SimHub *hub, SimNode *node, const GeoMessage *message) {
  GeoHubOutcome outcome = { FALSE };
  g_autoptr (GError) error = NULL;
  GeoKnown known = { 0 };
  GPtrArray *actions;
  gboolean is_old;

  if (!look_up (hub, &node->pid, message, &outcome, &error))
    sim_fail_store (hub->sim, NULL, "store", error);
  is_old = sim_keys_hand_in (hub, node, message) &&
           sim_plants (hub->sim, SIM_PLANT_HUB_OLD_KEY);
  if (is_old)
    sim_plant_former (hub, node, TRUE);
  if (outcome.found) {
    known.has_order_hash = TRUE;
    known.order_hash = outcome.order_hash;
    known.entry = outcome.entry;
    known.refusal = outcome.refusal;
  }
  actions = geo_actions_new ();
  geo_closer_message (hub->closer, &node->pid, message,
                      outcome.found ? &known : NULL, sim_hub_now (hub),
                      actions);
  geo_hub_outcome_clear (&outcome);
  if (is_old)
    sim_plant_former (hub, node, FALSE);
  sim_hub_submit (hub, actions);
}

void
sim_hub_message (SimHub *hub, SimSession *session, GeoMessage *message) {
  switch (session->step) {
  case SIM_STEP_HELLO:
    if (message->type == GEO_MESSAGE_HELLO)
      take_hello (hub, session, message);
    else
      dismiss (hub, session);
    return;
  case SIM_STEP_AUTH:
    if (message->type == GEO_MESSAGE_AUTH)
      take_auth (hub, session, message);
    else
      dismiss (hub, session);
    return;
  case SIM_STEP_IN:
    if (message->type == GEO_MESSAGE_HELLO || message->type == GEO_MESSAGE_AUTH)
      dismiss (hub, session);
    else if (message->type == GEO_MESSAGE_SYNC)
      take_sync (hub, session, message);
    else if (message->type == GEO_MESSAGE_LOG_QUERY)
      take_log_query (hub, session->node, message);
    else if (!sim_keep_take (hub, session->node, message) &&
             !sim_letters_take (hub, session->node, message))
      take_message (hub, session->node, message);
    return;
  case SIM_STEP_OVER:
    return;
  }
}
