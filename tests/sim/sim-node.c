/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A light node of the simulator, running: the real party and the real journal,
 * driven as the light node drives them (lists in order, nothing past a STORE
 * before it is on disk, everything made anew after a failed write), with the
 * clock, the network and the disk in other hands.  How it starts, and how it
 * falls, is in sim-start.c.
 */
#include "sim-node-private.h"

#define DISK_RETRY_MS 30000

typedef struct {
  GPtrArray *actions;
  guint next;
} List;

static const guint backoff_ms[] = { 1000, 2000, 5000, 10000, 30000 };

static void pump (SimNode *node);

static void
list_free (gpointer data) {
  List *list = data;

  g_ptr_array_unref (list->actions);
  g_free (list);
}

GeoTime
sim_node_now (const SimNode *node) {
  return node->sim->now + node->skew;
}

gboolean
sim_node_is_in (const SimNode *node) {
  return node->up && node->login == SIM_LOGIN_IN && node->party != NULL &&
         node->session != NULL;
}

/* --- In memory -------------------------------------------------------------
 */

void
sim_node_drop_party (SimNode *node) {
  node->generation++;
  node->expects_fault = FALSE;
  node->storing = FALSE;
  g_queue_clear_full (&node->lists, list_free);
  g_hash_table_remove_all (node->timers);
  g_clear_pointer (&node->party, geo_party_free);
}

void
sim_node_connect_in (SimNode *node, gint64 in_ms) {
  SimEvent *event;

  if (node->connecting || !node->wanted)
    return;
  node->connecting = TRUE;
  event = sim_add_event (node->sim, SIM_EVENT_NODE_CONNECT, in_ms);
  event->node = node;
  event->life = node->life;
}

static void
try_again (SimNode *node) {
  guint n = MIN (node->tries, G_N_ELEMENTS (backoff_ms) - 1);

  node->tries++;
  sim_node_connect_in (node, backoff_ms[n] +
                                 sim_random_range (&node->sim->random, 0, 500));
}

/* --- Storing -------------------------------------------------------------- */

/* The session is over, whoever ended it. */
static void
forget_session (SimNode *node) {
  SimLogin was = node->login;

  node->session = NULL;
  node->login = SIM_LOGIN_NONE;
  sim_copy_disconnected (node);
  g_ptr_array_set_size (node->early, 0);
  g_clear_pointer (&node->joining, geo_record_body_free);
  if (was == SIM_LOGIN_IN && node->party != NULL) {
    GPtrArray *actions = geo_actions_new ();

    geo_party_disconnected (node->party, sim_node_now (node), actions);
    sim_node_run (node, actions);
  }
}

void
sim_node_disconnect (SimNode *node) {
  SimSession *session = node->session;

  if (session != NULL)
    sim_session_close_node (session);
  forget_session (node);
}

static void
reload_in (SimNode *node, gint64 in_ms) {
  SimEvent *event = sim_add_event (node->sim, SIM_EVENT_NODE_RELOAD, in_ms);

  event->node = node;
  event->life = node->life;
}

void
sim_node_reload (SimNode *node, const SimEvent *event) {
  if (node->session != NULL)
    sim_node_disconnect (node);
  sim_node_load (node);
  node->connecting = FALSE;
  sim_node_connect_in (node, 1);
}

/* The machine has gone further than the disk: it is made anew of what is
 * there. */
static void
storage_failed (SimNode *node) {
  sim_node_drop_party (node);
  sim_node_disconnect (node);
  node->connecting = TRUE;
  sim_node_load (node);
  reload_in (node, DISK_RETRY_MS);
}

static void
arm_disk (SimNode *node) {
  Sim *sim = node->sim;
  const SimFaults *faults = &sim->faults;
  SimDiskFault fault = SIM_DISK_SOUND;

  if (sim_chance (sim, faults->disk_full))
    fault = SIM_DISK_FULL;
  else if (sim_chance (sim, faults->disk_errors))
    fault = SIM_DISK_ERROR;
  else if (sim_chance (sim, faults->disk_crashes))
    fault = SIM_DISK_CRASH;
  if (fault != SIM_DISK_SOUND)
    sim_disk_arm (node->disk, fault,
                  (guint) sim_random_range (&sim->random, 1, 4));
}

gboolean
sim_node_append (SimNode *node, GeoRecordKind kind, GeoRecordBody **body) {
  Sim *sim = node->sim;
  g_autoptr (GError) error = NULL;
  GeoTime at = sim_node_now (node);
  gboolean written, gone;
  gint64 record = 0;

  if (kind == GEO_RECORD_KIND_JOINED)
    at = MAX (at, node->hub_time);
  arm_disk (node);
  written = geo_journal_append (node->journal, node->secret, kind, *body, at,
                                &record, &error);
  gone = sim_disk_is_gone (node->disk);
  if (!gone)
    sim_disk_disarm (node->disk);
  if (written) {
    /* Evidence that is held already is not stored again. */
    if (record > node->n_records)
      sim_said_stored (node, *body, kind);
    g_clear_pointer (&node->uncertain, geo_record_body_free);
    sim_trace (sim, node, "stored %s", geo_record_kind_to_string (kind));
  } else {
    sim_trace (sim, node, "cannot store %s: %s",
               geo_record_kind_to_string (kind), error->message);
    if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_IO)) {
      g_clear_pointer (&node->uncertain, geo_record_body_free);
      node->uncertain = g_steal_pointer (body);
      node->uncertain_kind = kind;
      sim_count (sim, SIM_COUNT_stores_in_doubt);
      if (!gone)
        sim_count (sim, SIM_COUNT_disk_errors);
    } else if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_FULL)) {
      sim_count (sim, SIM_COUNT_disk_full);
    } else if (node->was_ahead && g_error_matches (error, GEO_STORE_ERROR,
                                                   GEO_STORE_ERROR_CONFLICT)) {
      /* P2: by a clock that was ahead nobody could ask about it any more, so
       * it was forgotten; the journal knows. */
      sim_trace (sim, node, "has voted already");
    } else {
      sim_fail_store (sim, node, "store", error);
    }
  }
  if (gone) {
    sim_count (sim, SIM_COUNT_disk_crashes);
    sim_node_fall (node, sim_power (sim));
    return FALSE;
  }
  if (!written)
    storage_failed (node);
  return written;
}

static void
store_soon (SimNode *node, gboolean joining) {
  Sim *sim = node->sim;
  SimEvent *event =
      sim_add_event (sim, SIM_EVENT_NODE_STORE,
                     sim_random_chance (&sim->random, 1, 50)
                         ? sim_random_range (&sim->random, 10, 2000)
                         : sim_random_range (&sim->random, 0, 3));

  event->node = node;
  event->life = node->life;
  event->generation = node->generation;
  event->joining = joining;
}

void
sim_node_catch_up (SimNode *node) {
  GPtrArray *actions = geo_actions_new ();

  geo_party_connected (node->party, node->hub_sequence, sim_node_now (node),
                       actions);
  sim_node_run (node, actions);
}

static void
signed_in (SimNode *node) {
  g_autoptr (GPtrArray) early = g_steal_pointer (&node->early);
  gint64 sequence = geo_party_get_sequence (node->party, NULL);

  node->early = sim_node_new_messages ();

  node->login = SIM_LOGIN_IN;
  node->tries = 0;
  /* What this journal does not know may be in what was left with the hub. */
  if (!sim_copy_begin (node, sequence == 0 || node->hub_sequence > sequence))
    sim_node_catch_up (node);
  while (early->len > 0 && sim_node_is_in (node)) {
    g_autoptr (GeoMessage) message = g_ptr_array_steal_index (early, 0);

    sim_node_message (node, message, FALSE);
  }
  if (node->reborn && !node->sim->quiet)
    sim_ask_anew (node);
  node->reborn = FALSE;
}

void
sim_node_store (SimNode *node, const SimEvent *event) {
  const List *list;
  GeoAction *action;

  if (event->joining) {
    if (node->joining == NULL || node->login != SIM_LOGIN_STORING ||
        !sim_node_append (node, GEO_RECORD_KIND_JOINED, &node->joining))
      return;
    g_clear_pointer (&node->joining, geo_record_body_free);
    sim_node_load (node);
    signed_in (node);
    return;
  }
  if (event->generation != node->generation)
    return;
  list = g_queue_peek_head (&node->lists);
  action = g_ptr_array_index (list->actions, list->next - 1);
  if (!sim_node_append (node, action->record_kind, &action->record))
    return;
  if (action->record_kind == GEO_RECORD_KIND_JOINED)
    node->is_rotated = FALSE;
  node->storing = FALSE;
  pump (node);
}

static void
add_proposal_cb (const GeoHash *contract,
                 const GeoContract *object,
                 GPtrArray *hops,
                 gpointer user_data) {
  g_array_append_val ((GArray *) user_data, *contract);
}

void
sim_node_answer_clearings (SimNode *node) {
  Sim *sim = node->sim;
  g_autoptr (GArray) waiting = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  if (node->party == NULL)
    return;
  geo_party_foreach_proposal (node->party, add_proposal_cb, waiting);
  for (guint i = 0; i < waiting->len && node->party != NULL; i++) {
    const GeoHash *contract = &g_array_index (waiting, GeoHash, i);
    GPtrArray *actions = geo_actions_new ();

    /* Whoever cannot say yes any more says no in the end. */
    if (geo_party_answer_clearing (node->party, contract,
                                   sim_random_chance (&sim->random, 3, 4),
                                   sim_node_now (node), actions, NULL) ||
        (sim->quiet &&
         geo_party_answer_clearing (node->party, contract, FALSE,
                                    sim_node_now (node), actions, NULL))) {
      sim_trace (sim, node, "answers a clearing");
      sim_count (sim, SIM_COUNT_clearings_answered);
      sim_node_run (node, actions);
    } else {
      g_ptr_array_unref (actions);
    }
  }
}

/* --- Telling -------------------------------------------------------------- */

static void
told_payment (SimNode *node, const GeoTold *told) {
  Sim *sim = node->sim;
  SimOutcome outcome = sim_truth_order (sim->truth, &told->order_hash);
  GeoPaymentState before = (GeoPaymentState) GPOINTER_TO_INT (
      g_hash_table_lookup (node->states, &told->order_hash));

  sim_trace (sim, node, "is told: payment %s is %d (%s)", told->order->tx_id,
             told->state, told->reason != NULL ? told->reason : "");
  /* Nothing comes after Paid or Not paid. */
  if ((before == GEO_PAYMENT_PAID || before == GEO_PAYMENT_NOT_PAID) &&
      told->state != before && node->checked_exact)
    sim_fail (sim, node, "told", "payment %s was %d and is %d",
              told->order->tx_id, before, told->state);
  /* P4: Paid and Not paid are said with evidence only. */
  if ((told->state == GEO_PAYMENT_PAID && outcome != SIM_OUTCOME_COMMITTED) ||
      (told->state == GEO_PAYMENT_NOT_PAID && outcome != SIM_OUTCOME_REFUSED))
    sim_fail (sim, node, "P4", "payment %s is said to be %d, and is not",
              told->order->tx_id, told->state);
  g_hash_table_replace (node->states, geo_hash_dup (&told->order_hash),
                        GINT_TO_POINTER ((gint) told->state));
  if (before == told->state)
    return;
  if (told->state == GEO_PAYMENT_PAID) {
    const SimNode *payee = sim_find_node (sim, &told->order->to);

    sim_count (sim, SIM_COUNT_paid);
    if (payee != NULL)
      g_hash_table_replace (node->paid, geo_hash_dup (&told->order_hash),
                            GUINT_TO_POINTER (payee->index + 1));
  }
  if (told->state == GEO_PAYMENT_NOT_PAID)
    sim_count (sim, SIM_COUNT_not_paid);
  else if (told->state == GEO_PAYMENT_IN_DOUBT)
    sim_count (sim, SIM_COUNT_in_doubt);
}

static void
told_fault (SimNode *node, const GeoTold *told) {
  Sim *sim = node->sim;

  sim_trace (sim, node, "is told of a fault: %s", told->reason);
  if (sim_plants (sim, SIM_PLANT_LIE_BELIEVED))
    return;
  if (sim_old_notice (node)) {
    sim_node_disconnect (node);
    return;
  }
  if (!node->expects_fault)
    sim_fail (sim, node, "fault", "the hub is called a liar, and is none: %s",
              told->reason);
  node->expects_fault = FALSE;
  sim_count (sim, SIM_COUNT_lies_caught);
  /* Nothing more is taken from it, until somebody tries again. */
  node->connecting = TRUE;
  sim_node_disconnect (node);
  reload_in (node, sim_random_range (&sim->random, 1000, 60000));
}

static void
tell (SimNode *node, const GeoTold *told) {
  switch (told->kind) {
  case GEO_TOLD_PAYMENT:
    told_payment (node, told);
    if (told->state == GEO_PAYMENT_PAID || told->state == GEO_PAYMENT_NOT_PAID)
      sim_copy_changed (node);
    return;
  case GEO_TOLD_RECEIVED:
  case GEO_TOLD_PASSED:
    if (sim_truth_order (node->sim->truth, &told->order_hash) !=
        SIM_OUTCOME_COMMITTED)
      sim_fail (node->sim, node, "P4", "received what nobody paid");
    return;
  case GEO_TOLD_CLEARED:
    if (sim_truth_contract (node->sim->truth, &told->entry->entry->subject) !=
        SIM_OUTCOME_COMMITTED)
      sim_fail (node->sim, node, "P4", "cleared what nobody cleared");
    sim_count (node->sim, SIM_COUNT_cleared);
    return;
  case GEO_TOLD_PROPOSALS:
    sim_count (node->sim, SIM_COUNT_proposed);
    return;
  case GEO_TOLD_FAULT:
    told_fault (node, told);
    return;
  case GEO_TOLD_SYNCED:
    sim_copy_synced (node);
    sim_keys_ask (node);
    return;
  case GEO_TOLD_TWO_KEYS:
    /* One that the hub was told, and one that it was not. */
    if (sim_find_node (node->sim, &told->person->pid)->unsaid != NULL)
      return;
    sim_fail (node->sim, node, "keys", "somebody has two keys, it is told");
  case GEO_TOLD_LINE:
  case GEO_TOLD_LINE_REFUSED:
  case GEO_TOLD_REFUSED_VOTE:
  case GEO_TOLD_PERSON:
  case GEO_TOLD_OLD_ENTRY:
  case GEO_TOLD_NEW_KEY:
    return;
  case GEO_TOLD_REQUEST:
  case GEO_TOLD_BLOCKED:
    sim_copy_changed (node);
    return;
  }
}

/* --- Sending -------------------------------------------------------------- */

/* P2 broken on purpose: the other answer as well. */
static void
say_both (SimNode *node, const GeoMessage *message) {
  const GeoVote *vote = message->u.payment_prepare_ack->vote;
  g_autoptr (GeoMessage) no = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                               NULL);
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = vote->community;
  refusal->has_contract = TRUE;
  refusal->contract = vote->contract;
  refusal->voter = node->pid;
  refusal->code = GEO_CODE_NOT_ALLOWED;
  refusal->reason = g_strdup ("two_minds");
  refusal->at = sim_node_now (node);
  geo_refusal_sign (refusal, node->secret);
  no->u.payment_prepare_ack->refusal = refusal;
  if (sim_plants (node->sim, SIM_PLANT_NODE_VOTES_TWICE))
    sim_said_check (node, no);
  sim_send_to_hub (node, no, 0);
}

static void
send (SimNode *node, GeoMessage *message) {
  Sim *sim = node->sim;
  const GeoMsgPaymentPrepareAck *ack;
  gint64 late_ms = 0;

  sim_said_check (node, message);
  if (!sim_node_is_in (node) ||
      (sim->now < node->mute_until && message->type != GEO_MESSAGE_LOG_QUERY &&
       message->type != GEO_MESSAGE_LETTER_SEND) ||
      (sim_plants (sim, SIM_PLANT_NODE_SILENT) &&
       message->type == GEO_MESSAGE_RECOVERY_QUERY))
    return;
  if (message->type != GEO_MESSAGE_PAYMENT_PREPARE_ACK ||
      (sim->quiet && !sim_plants (sim, SIM_PLANT_NODE_VOTES_TWICE))) {
    sim_send_to_hub (node, message, 0);
    return;
  }
  ack = message->u.payment_prepare_ack;
  switch (node->nature) {
  case SIM_HONEST:
    if (!sim_plants (sim, SIM_PLANT_NODE_VOTES_TWICE) || ack->vote == NULL)
      break;
    say_both (node, message);
    break;
  case SIM_VOTES_TWICE:
    if (ack->vote == NULL || sim_random_chance (&sim->random, 1, 2))
      break;
    sim_count (sim, SIM_COUNT_voted_twice);
    if (sim_random_chance (&sim->random, 1, 2)) {
      sim_send_to_hub (node, message, 0);
      say_both (node, message);
      return;
    }
    say_both (node, message);
    break;
  case SIM_REFUSES_LATE:
    if (ack->refusal == NULL)
      break;
    sim_count (sim, SIM_COUNT_refused_late);
    late_ms = sim_random_range (&sim->random, 500, 8000);
    break;
  case SIM_SILENT_AFTER_VOTE:
    if (ack->vote == NULL || sim_random_chance (&sim->random, 1, 2))
      break;
    sim_count (sim, SIM_COUNT_silent_after_vote);
    sim_send_to_hub (node, message, 0);
    node->mute_until = sim->now + sim_random_range (&sim->random, 5000, 200000);
    return;
  }
  sim_send_to_hub (node, message, late_ms);
}

/* --- Carrying out --------------------------------------------------------- */

static void
set_timer (SimNode *node, const GeoAction *action) {
  SimEvent *event;
  GeoTime due;

  if (action->at == 0) {
    g_hash_table_remove (node->timers, &action->timer);
    return;
  }
  event = sim_add_event (node->sim, SIM_EVENT_NODE_TIMER,
                         action->at - sim_node_now (node));
  event->node = node;
  event->timer = action->timer;
  event->life = node->life;
  event->generation = node->generation;
  due = event->at;
  g_hash_table_replace (node->timers, geo_hash_dup (&action->timer),
                        g_memdup2 (&due, sizeof due));
}

static void
perform (SimNode *node, GeoAction *action) {
  Sim *sim = node->sim;

  switch (action->kind) {
  case GEO_ACTION_STORE_RECORD:
    if (sim_plants (sim, SIM_PLANT_NODE_SENDS_FIRST) && !sim->quiet &&
        action->record_kind == GEO_RECORD_KIND_ORDER)
      return;
    if (sim_plants (sim, SIM_PLANT_LETTER_UNREAD) && !sim->quiet &&
        action->record_kind == GEO_RECORD_KIND_LETTER &&
        !action->record->has_to)
      return;
    node->storing = TRUE;
    store_soon (node, FALSE);
    return;
  case GEO_ACTION_SEND:
    send (node, action->message);
    return;
  case GEO_ACTION_TIMER:
    set_timer (node, action);
    return;
  case GEO_ACTION_TELL:
    tell (node, action->told);
    return;
  case GEO_ACTION_STORE_CHANGE:
    g_assert_not_reached ();
  }
}

static void
pump (SimNode *node) {
  Sim *sim = node->sim;
  List *list;

  if (node->pumping)
    return;
  node->pumping = TRUE;
  /* P1: Persist, then send.  Nothing after a STORE happens before it is done.
   */
  while (node->up && !node->storing &&
         (list = g_queue_peek_head (&node->lists)) != NULL) {
    if (list->next == list->actions->len) {
      list_free (g_queue_pop_head (&node->lists));
      continue;
    }
    if (sim_chance (sim, sim->faults.node_falls)) {
      sim_node_fall (node, sim_power (sim));
      break;
    }
    {
      /* What is told may end in dropping this list. */
      g_autoptr (GPtrArray) actions = g_ptr_array_ref (list->actions);

      perform (node, g_ptr_array_index (actions, list->next++));
    }
  }
  node->pumping = FALSE;
}

void
sim_node_run (SimNode *node, GPtrArray *actions) {
  List *list = g_new0 (List, 1);

  list->actions = actions;
  g_queue_push_tail (&node->lists, list);
  pump (node);
}

GPtrArray *
sim_node_list_waiting (const SimNode *node) {
  GPtrArray *waiting = g_ptr_array_new ();
  gboolean storing = node->storing;

  for (const GList *l = node->lists.head; l != NULL; l = l->next) {
    const List *list = l->data;

    /* What is being stored is not on disk yet. */
    for (guint i = list->next - (storing ? 1 : 0); i < list->actions->len;
         i++) {
      const GeoAction *action = g_ptr_array_index (list->actions, i);

      if (action->kind == GEO_ACTION_STORE_RECORD)
        g_ptr_array_add (waiting, action->record);
    }
    storing = FALSE;
  }
  return waiting;
}

void
sim_node_timer (SimNode *node, const SimEvent *event) {
  const GeoTime *due = g_hash_table_lookup (node->timers, &event->timer);
  GPtrArray *actions;

  if (event->generation != node->generation || due == NULL ||
      *due != event->at || node->party == NULL)
    return;
  g_hash_table_remove (node->timers, &event->timer);
  actions = geo_actions_new ();
  geo_party_timer (node->party, &event->timer, sim_node_now (node), actions);
  sim_node_run (node, actions);
}

/* --- Sessions ------------------------------------------------------------- */

void
sim_node_connect (SimNode *node) {
  g_autoptr (GeoMessage) hello = NULL;

  node->connecting = FALSE;
  if (!node->wanted || node->session != NULL)
    return;
  if (!node->sim->hub->up) {
    try_again (node);
    return;
  }
  node->session = sim_session_open (node);
  node->login = SIM_LOGIN_HELLO;
  hello = geo_message_new (GEO_MESSAGE_HELLO, NULL);
  /* K8: who has only the words does not know whose key it is. */
  if (node->self == NULL) {
    sim_keys_choose (node);
    geo_secret_get_pid (node->secret, &node->hello);
  } else {
    node->hello = node->pid;
  }
  hello->u.hello->pid = node->hello;
  hello->u.hello->client = g_strdup ("geo-sim");
  hello->u.hello->v = 1;
  sim_send_to_hub (node, hello, 0);
}

void
sim_node_leave (SimNode *node) {
  node->wanted = FALSE;
  if (node->session != NULL)
    sim_node_disconnect (node);
}

/* The person wants to be there, and the machine with it. */
void
sim_node_return (SimNode *node, gint64 in_ms) {
  node->wanted = TRUE;
  node->tries = 0;
  if (!node->up)
    sim_add_event (node->sim, SIM_EVENT_NODE_START, in_ms)->node = node;
  else if (node->session == NULL)
    sim_node_connect_in (node, in_ms);
}

void
sim_node_closed (SimNode *node, SimSession *session) {
  forget_session (node);
  if (node->up)
    try_again (node);
}

static void
introduce (SimNode *node, GeoMsgAuth *auth, const GeoCommunity *community) {
  GeoParticipant *participant;

  if (node->self != NULL) {
    auth->participant = geo_participant_copy (node->self);
    return;
  }
  participant = geo_participant_new ();
  participant->community = community->community;
  participant->pid = node->pid;
  participant->name = g_strdup (node->name);
  participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (node->secret, &participant->key);
  participant->seq = 1;
  participant->at = sim_node_now (node);
  geo_participant_sign (participant, node->secret);
  auth->participant = participant;
}

void
sim_node_sign_in_again (SimNode *node) {
  sim_node_disconnect (node);
  try_again (node);
}

static void
take_challenge (SimNode *node, const GeoMsgChallenge *challenge) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_AUTH, NULL);
  GeoMsgAuth *auth = message->u.auth;

  /* The key was changed a moment before everything was lost. */
  if (!challenge->known && node->self == NULL &&
      !geo_pid_equal (&node->hello, &node->pid)) {
    sim_node_sign_in_again (node);
    return;
  }
  node->hub_ahead = challenge->time - sim_node_now (node);
  auth->login = geo_login_new ();
  auth->login->community = challenge->community->community;
  auth->login->pid = node->hello;
  auth->login->challenge = g_strdup (challenge->challenge);
  /* By its own clock a node would be away as long as that is wrong, and nobody
   * would see what else a wrong clock does. */
  auth->login->at = sim_keys_are_known (node) ? challenge->time
                                              : sim_node_now (node);
  geo_login_sign (auth->login, node->secret);
  /* K7: a hub may not know of our key yet. */
  if (!challenge->known ||
      (node->self != NULL && node->self->rotations->len > 0))
    introduce (node, auth, challenge->community);
  if (node->self != NULL)
    sim_keys_check_said (node, node->self);
  node->login = SIM_LOGIN_AUTH;
  sim_send_to_hub (node, message, 0);
}

static gboolean
is_same (const GeoParticipant *one, const GeoParticipant *other) {
  GeoHash a, b;

  geo_participant_hash (one, &a);
  geo_participant_hash (other, &b);
  return geo_hash_equal (&a, &b);
}

static void
take_welcome (SimNode *node, const GeoMsgWelcome *welcome) {
  const GeoParticipant *me = welcome->self;
  g_autoptr (GError) error = NULL;
  GeoPublicKey key;

  geo_secret_get_public (node->secret, &key);
  if (!geo_pid_equal (&me->pid, &node->pid) ||
      !geo_public_key_equal (&me->key, &key) ||
      !geo_participant_check (me, &node->sim->hub->community->community,
                              &error))
    sim_fail (node->sim, node, "keys", "it is welcomed as another: %s",
              error != NULL ? error->message : "");
  node->hub_sequence = welcome->sequence;
  node->hub_time = welcome->time;
  /* K7: what the hub took is what everybody knows. */
  if (node->party != NULL && is_same (me, node->self)) {
    signed_in (node);
    return;
  }
  if (node->reborn && me->rotations->len > 0)
    sim_count (node->sim, SIM_COUNT_keys_restored);
  node->login = SIM_LOGIN_STORING;
  node->joining = geo_record_body_new ();
  node->joining->community = geo_community_copy (node->sim->hub->community);
  node->joining->person = geo_participant_copy (me);
  node->joining->hub = g_strdup (SIM_HUB_ADDRESS);
  store_soon (node, TRUE);
}

static void
take_refusal (SimNode *node, const GeoMsgError *no) {
  sim_trace (node->sim, node, "may not sign in: %s", no->reason);
  if (g_strcmp0 (no->reason, GEO_REASON_KEY_CLOCK) == 0 ||
      g_strcmp0 (no->reason, GEO_REASON_KEY_USED) == 0)
    sim_keys_renew (node);
  else if (node->self != NULL &&
           (g_strcmp0 (no->reason, GEO_REASON_KEY_CHANGED) == 0 ||
            g_strcmp0 (no->reason, GEO_REASON_TWO_KEYS) == 0))
    sim_fail (node->sim, node, "keys", "its key is said to be a former one");
  if (node->up)
    sim_node_sign_in_again (node);
}

/* What the hub says once a session waits until joining is stored. */
static gboolean
is_early (const GeoMessage *message) {
  return message->type == GEO_MESSAGE_CLEARING_PROPOSE ||
         message->type == GEO_MESSAGE_LETTER;
}

void
sim_node_message (SimNode *node, GeoMessage *message, gboolean lie) {
  GPtrArray *actions;

  if (node->login == SIM_LOGIN_HELLO) {
    if (message->type == GEO_MESSAGE_CHALLENGE)
      take_challenge (node, message->u.challenge);
    return;
  }
  if (node->login == SIM_LOGIN_AUTH) {
    if (message->type == GEO_MESSAGE_WELCOME)
      take_welcome (node, message->u.welcome);
    else if (message->type == GEO_MESSAGE_ERROR)
      take_refusal (node, message->u.error);
    return;
  }
  if (node->login == SIM_LOGIN_STORING && is_early (message)) {
    g_ptr_array_add (node->early, geo_message_copy (message));
    return;
  }
  if (sim_node_is_in (node) && sim_copy_answer (node, message))
    return;
  if (node->party == NULL || (sim_plants (node->sim, SIM_PLANT_NODE_DEAF) &&
                              node->sim->planted && node->index == 1))
    return;
  if (lie) {
    if (!sim_lie_shows (node, message))
      return;
    sim_count (node->sim, SIM_COUNT_lies);
    node->expects_fault = TRUE;
    node->lied_at = node->sim->now;
  }
  if (sim_plants (node->sim, SIM_PLANT_KEY_UNTOLD) &&
      message->type == GEO_MESSAGE_PEOPLE_RESULT)
    return;
  if (message->type == GEO_MESSAGE_LETTER)
    sim_letters_heard (node, message);
  actions = geo_actions_new ();
  geo_party_message (node->party, message, sim_node_now (node), actions);
  sim_node_run (node, actions);
}
