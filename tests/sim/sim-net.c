/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The network: sessions between nodes and hub, and what becomes of messages on
 * their way.  What is sent goes through the real encoder, and what arrives
 * through the real decoder.
 */
#include "sim.h"

#include <string.h>

#define REORDERED_MS 6000
/* What somebody on the way keeps of a node's. */
#define HEARD_MAX 64
#define NOTICED_MS 3000
/* Nothing is heard of the other end any more: found out by silence. */
#define HALF_OPEN_MS 90000

SimSession *
sim_session_open (SimNode *node) {
  Sim *sim = node->sim;
  SimSession *session = g_new0 (SimSession, 1);

  session->number = sim->sessions->len + 1;
  session->node = node;
  session->opened = sim->now;
  session->alive = TRUE;
  session->hub_open = TRUE;
  g_ptr_array_add (sim->sessions, session);
  return session;
}

void
sim_session_free (gpointer data) {
  SimSession *session = data;

  g_free (session->auth_id);
  g_free (session->challenge);
  g_free (session);
}

/* --- Sending -------------------------------------------------------------- */

static void
mix (Sim *sim, const gchar *text, gsize len) {
  /* FNV-1a over everything that is said, and when. */
  for (gsize i = 0; i < len; i++)
    sim->hash = (sim->hash ^ (guint8) text[i]) *
                G_GUINT64_CONSTANT (0x100000001b3);
  sim->hash = (sim->hash ^ (guint64) sim->now) *
              G_GUINT64_CONSTANT (0x100000001b3);
}

static gboolean
is_login (const GeoMessage *message) {
  return message->type == GEO_MESSAGE_HELLO ||
         message->type == GEO_MESSAGE_CHALLENGE ||
         message->type == GEO_MESSAGE_AUTH ||
         message->type == GEO_MESSAGE_WELCOME;
}

/* Of these, one says something about another: a connection keeps their order,
 * and loses them with the session only. */
static gboolean
is_letter (const GeoMessage *message) {
  return message->type == GEO_MESSAGE_LETTER_SEND ||
         message->type == GEO_MESSAGE_LETTER;
}

static GeoTime
arrival (Sim *sim, GeoTime *last, gboolean in_order) {
  GeoTime at = sim->now + 1 +
               sim_random_range (&sim->random, 0, sim->faults.latency_ms);

  if (!in_order && sim_chance (sim, sim->faults.reordered)) {
    sim_count (sim, SIM_COUNT_reordered);
    return at + sim_random_range (&sim->random, 1, REORDERED_MS);
  }
  /* One after another, as they were sent. */
  *last = MAX (*last, at);
  return *last;
}

/* What it says, for the trace. */
static const gchar *
gist (const GeoMessage *message) {
  const GeoMsgRecoveryResponse *response;

  if (message->type == GEO_MESSAGE_ERROR)
    return message->u.error->reason;
  if (message->type == GEO_MESSAGE_PAYMENT_ABORT)
    return message->u.payment_abort->refusal->reason;
  if (message->type == GEO_MESSAGE_PAYMENT_PREPARE_ACK)
    return message->u.payment_prepare_ack->vote != NULL
               ? "yes"
               : message->u.payment_prepare_ack->refusal->reason;
  if (message->type != GEO_MESSAGE_RECOVERY_RESPONSE)
    return "";
  response = message->u.recovery_response;
  if (response->entry != NULL)
    return "committed";
  return response->refusal != NULL ? response->refusal->reason : "open";
}

static void
post (Sim *sim,
      SimSession *session,
      SimEventKind kind,
      GeoMessage *message,
      gint64 late_ms,
      gboolean lie) {
  GeoTime *last = kind == SIM_EVENT_TO_HUB ? &session->last_to_hub
                                           : &session->last_to_node;
  g_autofree gchar *text = NULL;
  guint copies = 1;
  gsize len;

  if (*message->msg_id == '\0') {
    g_autofree gchar *id = g_strdup_printf ("m-%u", ++sim->n_ids);

    geo_message_set_id (message, id);
  }
  text = geo_message_encode (message, &len);
  mix (sim, text, len);
  sim_count (sim, SIM_COUNT_messages);
  sim_trace (sim, session->node, "%s %s %s (%" G_GUINT64_FORMAT ") %s%s",
             kind == SIM_EVENT_TO_HUB ? "says" : "is sent",
             geo_message_type_to_string (message->type), message->msg_id,
             session->number, gist (message), lie ? " LIE" : "");

  if (kind == SIM_EVENT_TO_NODE && !lie && !is_login (message)) {
    GPtrArray *heard = session->node->heard;

    if (heard->len < HEARD_MAX)
      g_ptr_array_add (heard, NULL);
    g_free (heard->pdata[session->node->n_heard % HEARD_MAX]);
    heard->pdata[session->node->n_heard++ % HEARD_MAX] = g_strdup (text);
  }
  if (sim_chance (sim, sim->faults.dropped)) {
    sim_count (sim, SIM_COUNT_dropped);
    sim_session_break (sim, session);
    return;
  }
  if (is_login (message) || message->type == GEO_MESSAGE_LOG_QUERY ||
      message->type == GEO_MESSAGE_LOG_PROOF) {
    /* It waits for one answer at a time: only the session can be lost.  And
     * whoever answers all but one kind of question is called a liar (§9). */
  } else if (!is_letter (message) && sim_chance (sim, sim->faults.lost)) {
    sim_count (sim, SIM_COUNT_lost);
    copies = 0;
  } else if (sim_chance (sim, sim->faults.doubled)) {
    sim_count (sim, SIM_COUNT_doubled);
    copies = 2;
  }
  for (guint i = 0; i < copies; i++) {
    SimEvent *event = sim_add_event (
        sim, kind,
        late_ms +
            arrival (sim, last, is_login (message) || is_letter (message)) -
            sim->now);

    event->session = session;
    event->node = session->node;
    event->lie = lie;
    event->text = g_strdup (text);
    if (sim_chance (sim, sim->faults.cut)) {
      sim_count (sim, SIM_COUNT_cut);
      event->text[sim_random_below (&sim->random, (guint) len)] = '\0';
    }
  }
}

void
sim_send_to_hub (SimNode *node, GeoMessage *message, gint64 late_ms) {
  if (node->session != NULL && node->session->alive)
    post (node->sim, node->session, SIM_EVENT_TO_HUB, message, late_ms, FALSE);
}

void
sim_post_to_hub (SimSession *session, GeoMessage *message) {
  if (session->alive)
    post (session->node->sim, session, SIM_EVENT_TO_HUB, message, 0, FALSE);
}

void
sim_send_to_node (SimSession *session, GeoMessage *message, gboolean lie) {
  if (session->hub_open && session->alive)
    post (session->node->sim, session, SIM_EVENT_TO_NODE, message, 0, lie);
}

static GeoMessage *
some_heard (SimNode *node) {
  Sim *sim = node->sim;
  const gchar *text = g_ptr_array_index (
      node->heard, sim_random_below (&sim->random, node->heard->len));

  return geo_message_decode (text, strlen (text), NULL);
}

static gboolean
is_question (const GeoMessage *message) {
  return message->type == GEO_MESSAGE_PAYMENT_PREPARE ||
         message->type == GEO_MESSAGE_CLEARING_PROPOSE;
}

void
sim_replay (SimNode *node) {
  Sim *sim = node->sim;
  g_autoptr (GeoMessage) message = NULL;

  if (!sim_node_is_in (node) || node->heard->len == 0)
    return;
  message = some_heard (node);
  /* Every other time a question, if there is one: who answers twice is asked
   * twice. */
  if (sim_random_chance (&sim->random, 1, 2))
    for (guint i = 0; i < node->heard->len && !is_question (message); i++) {
      geo_message_free (message);
      message = some_heard (node);
    }
  sim_count (sim, SIM_COUNT_replayed);
  post (sim, node->session, SIM_EVENT_TO_NODE, message, 0, FALSE);
}

void
sim_ask_anew (SimNode *node) {
  Sim *sim = node->sim;

  for (guint i = 0; i < node->heard->len && sim_node_is_in (node); i++) {
    const gchar *text = g_ptr_array_index (node->heard, i);
    g_autoptr (GeoMessage) message = geo_message_decode (text, strlen (text),
                                                         NULL);

    if (!is_question (message) || sim_random_chance (&sim->random, 1, 2))
      continue;
    sim_count (sim, SIM_COUNT_asked_anew);
    post (sim, node->session, SIM_EVENT_TO_NODE, message, 0, FALSE);
  }
}

/* --- Ending --------------------------------------------------------------- */

static void
tell_end (Sim *sim, SimSession *session, SimEventKind kind) {
  gint64 in_ms = sim_random_range (&sim->random, 1, NOTICED_MS);
  SimEvent *event;

  if (!sim->quiet && sim_random_chance (&sim->random, 1, 8)) {
    sim_count (sim, SIM_COUNT_half_open);
    in_ms = HALF_OPEN_MS;
  }
  event = sim_add_event (sim, kind, in_ms);
  event->session = session;
  event->node = session->node;
}

void
sim_session_break (Sim *sim, SimSession *session) {
  if (!session->alive)
    return;
  session->alive = FALSE;
  tell_end (sim, session, SIM_EVENT_HUB_CLOSED);
  tell_end (sim, session, SIM_EVENT_NODE_CLOSED);
}

void
sim_session_close_node (SimSession *session) {
  Sim *sim = session->node->sim;

  if (!session->alive)
    return;
  session->alive = FALSE;
  tell_end (sim, session, SIM_EVENT_HUB_CLOSED);
}

void
sim_session_close_hub (Sim *sim, SimSession *session) {
  session->hub_open = FALSE;
  if (!session->alive)
    return;
  session->alive = FALSE;
  tell_end (sim, session, SIM_EVENT_NODE_CLOSED);
}

void
sim_session_dismiss (Sim *sim, SimSession *session) {
  session->hub_open = FALSE;
  if (session->alive)
    tell_end (sim, session, SIM_EVENT_NODE_CLOSED);
}

/* --- Arriving ------------------------------------------------------------- */

void
sim_net_event (Sim *sim, SimEvent *event) {
  SimSession *session = event->session;
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gboolean to_hub = event->kind == SIM_EVENT_TO_HUB;

  if (!session->alive || (to_hub && (!sim->hub->up || !session->hub_open)) ||
      (!to_hub && session->node->session != session))
    return;
  message = geo_message_decode (event->text, strlen (event->text), &error);
  if (message == NULL) {
    /* A frame that ends half-way is the end of its session. */
    sim_trace (sim, session->node, "cut: %s", error->message);
    sim_session_break (sim, session);
    return;
  }
  if (to_hub)
    sim_hub_message (sim->hub, session, message);
  else
    sim_node_message (session->node, message, event->lie);
}
