/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys that are changed (§5a) in the simulated town: a node that changes its
 * own, told to the journal first (K6), as the light node does it; somebody who
 * has a former one; and what must hold: nothing new is taken under a key that
 * was left, and in the end everybody knows everybody by the same keys.
 */
#include <string.h>

#include "core/geo-rest-object.h"
#include "node/geo-state-codec-private.h"
#include "protocol/geo-party-private.h"
#include "sim-node-private.h"

#define ASK_MAX 64
/* Between the journal and the place where a computer keeps its key. */
#define REPLACED_MS 3000
#define THIEF_MS 12000
/* Of the sheet that is only shown to people. */
#define UNSAID_WORDS 100

static guint
below (Sim *sim, guint n) {
  return sim_random_below (&sim->random, n);
}

/* --- Words ---------------------------------------------------------------- */

static GeoSecret *
make_key (guint index, guint number) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, 0x11, sizeof seed);
  seed[0] = (guint8) index;
  seed[1] = (guint8) (index >> 8);
  seed[2] = (guint8) (seed[2] + number);
  return geo_secret_new_from_seed (seed);
}

static gboolean
is_key_of (const GeoSecret *secret, const GeoPublicKey *key) {
  GeoPublicKey own;

  geo_secret_get_public (secret, &own);
  return geo_public_key_equal (&own, key);
}

static void
unref_secret (gpointer secret) {
  geo_secret_unref (secret);
}

static void
use (SimNode *node, GeoSecret *secret) {
  if (node->secret == secret)
    return;
  g_clear_pointer (&node->secret, geo_secret_unref);
  node->secret = geo_secret_ref (secret);
}

void
sim_keys_begin (SimNode *node) {
  node->words = g_ptr_array_new_with_free_func (unref_secret);
  g_ptr_array_add (node->words, make_key (node->index, 0));
  use (node, g_ptr_array_index (node->words, 0));
  geo_secret_get_pid (node->secret, &node->pid);
}

void
sim_keys_free (SimNode *node) {
  g_clear_pointer (&node->unsaid, geo_participant_free);
  g_ptr_array_unref (node->words);
  g_clear_pointer (&node->former, g_ptr_array_unref);
  geo_secret_unref (node->secret);
}

static GeoSecret *
find_words (const SimNode *node, const GeoPublicKey *key) {
  for (guint i = 0; i < node->words->len; i++)
    if (is_key_of (g_ptr_array_index (node->words, i), key))
      return g_ptr_array_index (node->words, i);
  return NULL;
}

/* All is gone but the sheets with the words on them: one of them is that of the
 * key that the hub knows. */
void
sim_keys_choose (SimNode *node) {
  const GeoParticipant *there = sim_truth_participant (node->sim->truth,
                                                       &node->pid);
  GeoSecret *secret = there != NULL ? find_words (node, &there->key)
                                    : g_ptr_array_index (node->words, 0);

  if (secret == NULL)
    sim_fail (node->sim, node, "keys",
              "the hub knows a key that was never its");
  use (node, secret);
  g_clear_pointer (&node->former, g_ptr_array_unref);
  node->is_rotated = FALSE;
}

/* --- What the journal says ------------------------------------------------ */

static gboolean
goes_on (const GeoParticipant *one, const GeoParticipant *other) {
  GeoKeyChainOrder order = geo_participant_compare_keys (one, other);

  return order == GEO_KEY_CHAIN_SAME || order == GEO_KEY_CHAIN_LONGER;
}

static void
take_former (SimNode *node, GPtrArray *rotations) {
  g_clear_pointer (&node->former, g_ptr_array_unref);
  for (guint i = 0; i < rotations->len && node->former == NULL; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (rotations, i);
    g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();

    if (geo_state_decode (memory, rotation->former, node->secret,
                          &node->community->community, &node->pid, NULL))
      node->former = g_ptr_array_ref (memory->former);
  }
}

gboolean
sim_keys_take (SimNode *node) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rotations = geo_journal_list_rotations (node->journal,
                                                                &error);
  gboolean is_ours = is_key_of (node->secret, &node->self->key);

  if (rotations == NULL)
    sim_fail_store (node->sim, node, "I8", error);
  node->is_rotated = FALSE;
  for (guint i = 0; i < rotations->len; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (rotations, i);

    /* K6: the key was replaced, and "joined" does not say so yet. */
    if (!rotation->is_pending ||
        !is_key_of (node->secret, &rotation->self->key) ||
        !goes_on (node->self, rotation->self))
      continue;
    geo_participant_free (node->self);
    node->self = geo_participant_copy (rotation->self);
    node->is_rotated = TRUE;
    is_ours = TRUE;
    break;
  }
  if (is_ours)
    take_former (node, rotations);
  return is_ours;
}

void
sim_keys_load (const SimNode *node, GeoParty *party) {
  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    geo_party_load_former (party, g_ptr_array_index (node->former, i));
}

/* Whatever is stored from now on comes after it. */
void
sim_keys_confirm (SimNode *node) {
  GPtrArray *actions;
  GeoRecordBody *body;

  if (!node->is_rotated)
    return;
  actions = geo_actions_new ();
  body = geo_record_body_new ();
  body->community = geo_community_copy (node->community);
  body->person = geo_participant_copy (node->self);
  body->hub = g_strdup (SIM_HUB_ADDRESS);
  geo_actions_store_record (actions, GEO_RECORD_KIND_JOINED, body);
  sim_node_run (node, actions);
}

/* --- Changing it ---------------------------------------------------------- */

/* By the hub's clock, as far as that is to be believed. */
static GeoTime
its_time (const SimNode *node) {
  return sim_node_now (node) + CLAMP (node->hub_ahead, -GEO_CLOCK_TOLERANCE_MS,
                                      GEO_CLOCK_TOLERANCE_MS);
}

static GeoRecordBody *
make_record (SimNode *node, GeoParticipant *self, GeoSecret *next, guint n) {
  GeoRecordBody *body = geo_record_body_new ();
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();

  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    g_ptr_array_add (memory->former,
                     geo_secret_ref (g_ptr_array_index (node->former, i)));
  if (memory->former->len < n)
    g_ptr_array_add (memory->former, geo_secret_ref (node->secret));
  body->person = self;
  body->former = geo_state_encode_former (
      memory, next, &node->community->community, &node->pid);
  return body;
}

/* The sheet that was written for a change that came to nothing, or a new one.
 */
static GeoSecret *
next_words (SimNode *node) {
  guint n = node->words->len;
  GeoSecret *last = g_ptr_array_index (node->words, n - 1);
  GeoPublicKey key;

  geo_secret_get_public (last, &key);
  if (n > 1 && node->secret != last && below (node->sim, 2) == 0)
    return last;
  last = make_key (node->index, n);
  g_ptr_array_add (node->words, last);
  return last;
}

/* One who replaces its key before its journal knows of it. */
static void
plant_early (SimNode *node, GeoParticipant *self, GeoSecret *next) {
  use (node, next);
  sim_node_drop_party (node);
  sim_node_disconnect (node);
  geo_participant_free (node->self);
  node->self = self;
  node->party = sim_load_party (node, NULL);
  sim_node_connect_in (node, 1);
}

void
sim_scene_rotate (Sim *sim) {
  SimNode *node = sim_node (sim, below (sim, sim->nodes->len));
  g_autoptr (GeoRecordBody) body = NULL;
  g_autoptr (GError) error = NULL;
  GeoParticipant *self;
  GeoSecret *next;
  SimEvent *event;
  GeoTime last;

  if (!node->up || node->party == NULL || node->is_rotated || node->rotating)
    return;
  next = next_words (node);
  /* K4: not before what the hub has taken under the key before. */
  if (!geo_journal_get_last_entry_at (node->journal, &last, &error))
    sim_fail_store (sim, node, "I8", error);
  self = geo_participant_rotate (node->self, node->secret, next,
                                 MAX (its_time (node), last), NULL);
  /* 16 times already, or by a clock that was set back. */
  if (self == NULL)
    return;
  if (sim_plants (sim, SIM_PLANT_KEY_EARLY)) {
    plant_early (node, self, next);
    return;
  }
  body = make_record (node, self, next, self->rotations->len);
  sim_trace (sim, node, "is about to change its key");
  /* K6: what the old key says last. */
  if (!sim_node_append (node, GEO_RECORD_KIND_ROTATION, &body))
    return;
  sim_count (sim, SIM_COUNT_keys_told);
  if (below (sim, 8) == 0) {
    sim_node_fall (node, sim_power (sim));
    return;
  }
  node->rotating = TRUE;
  event = sim_add_event (sim, SIM_EVENT_NODE_KEY, below (sim, REPLACED_MS));
  event->node = node;
  event->life = node->life;
  event->generation = node->words->len;
  node->next = next;
}

/* The key that its computer keeps is another one; then nothing more is signed
 * that the party wanted with the old one. */
void
sim_keys_replace (SimNode *node) {
  Sim *sim = node->sim;

  node->rotating = FALSE;
  if (node->next == NULL)
    return;
  use (node, node->next);
  node->next = NULL;
  sim_trace (sim, node, "has changed its key");
  if (below (sim, 8) == 0) {
    sim_node_fall (node, sim_power (sim));
    return;
  }
  sim_node_disconnect (node);
  if (!node->up)
    return;
  sim_node_load (node);
  sim_node_connect_in (node, 1);
}

/* As it was before its last changes of the key: n of them are left. */
static GeoParticipant *
make_form (const GeoParticipant *participant, guint n) {
  GeoParticipant *form = geo_participant_copy (participant);
  const GeoKeyRotation *first = g_ptr_array_index (participant->rotations, n);

  form->key = first->old_key;
  form->seq -= form->rotations->len - n;
  g_ptr_array_set_size (form->rotations, (gint) n);
  return form;
}

/* K7: too old, and said anew, with the same keys. */
void
sim_keys_renew (SimNode *node) {
  g_autoptr (GeoRecordBody) body = NULL;
  GeoParticipant *self;

  /* What says so first is still on its way to the disk. */
  if (node->self == NULL || node->self->rotations->len == 0 ||
      node->is_rotated || node->former == NULL || node->former->len == 0)
    return;
  self = geo_participant_rotate_anew (node->self, node->former, node->secret,
                                      its_time (node), NULL);
  if (self == NULL)
    return;
  body = make_record (node, self, node->secret, 0);
  /* P1: Persist, then send. */
  if (!sim_node_append (node, GEO_RECORD_KIND_ROTATION, &body))
    return;
  sim_count (node->sim, SIM_COUNT_keys_renewed);
  sim_node_load (node);
}

/* --- What the hub is never told (K5) -------------------------------------- */

/* A change of the key, of long ago, that only whoever gets this letter hears
 * of; to the hub its writer stays who it was. */
static GeoLetter *
write_quietly (SimNode *from, const SimNode *to, GeoSecret *next) {
  Sim *sim = from->sim;
  GeoTime back = (GeoTime) below (sim, 30 * 24 * 3600) * 1000;
  GeoLetter *letter;
  GeoInvoice *invoice;

  from->unsaid = geo_participant_rotate (from->self, from->secret, next,
                                         sim_node_now (from) - back, NULL);
  if (from->unsaid == NULL)
    return NULL;
  letter = geo_letter_new ();
  letter->person = geo_participant_copy (from->unsaid);
  invoice = letter->invoice = geo_invoice_new ();
  invoice->community = from->community->community;
  invoice->invoice_id = g_strdup_printf ("quiet-%u", ++sim->n_ids);
  invoice->to = from->pid;
  invoice->has_from = TRUE;
  invoice->from = to->pid;
  invoice->equivalent = g_strdup ("UAH");
  invoice->single_use = TRUE;
  invoice->created_at = sim_node_now (from);
  geo_invoice_sign (invoice, next);
  return letter;
}

void
sim_scene_unsaid_key (Sim *sim) {
  SimNode *from = sim_node (sim, below (sim, sim->nodes->len));
  SimNode *to = sim_node (sim,
                          (from->index + 1 + below (sim, sim->nodes->len - 1)) %
                              sim->nodes->len);
  g_autoptr (GeoLetter) letter = NULL;
  g_autoptr (GeoMessage) message = NULL;
  g_autofree gchar *text = NULL;
  GeoSecret *next;

  if (!sim_node_is_in (from) || from->unsaid != NULL || from->rotating ||
      from->is_rotated || !sim_keys_are_known (from) || to->self == NULL)
    return;
  next = make_key (from->index, UNSAID_WORDS);
  letter = write_quietly (from, to, next);
  if (letter == NULL) {
    geo_secret_unref (next);
    return;
  }
  g_ptr_array_add (from->words, next);
  text = geo_letter_to_text (letter, NULL);
  message = geo_message_new (GEO_MESSAGE_LETTER_SEND, NULL);
  message->u.letter_send->to = to->pid;
  message->u.letter_send->sealed = geo_seal_letter (&to->self->key, text, NULL);
  sim_trace (sim, from, "shows %s a key that the hub is not told", to->name);
  sim_count (sim, SIM_COUNT_unsaid_keys);
  sim_send_to_hub (from, message, 0);
}

SimNode *
sim_keys_somebody (Sim *sim) {
  SimNode *node = sim_node (sim, below (sim, sim->nodes->len));

  for (guint i = 0; i < sim->nodes->len && node->self->rotations->len == 0; i++)
    node = sim_node (sim, below (sim, sim->nodes->len));
  return node;
}

/* K6: the words are those of the last key only. */
gboolean
sim_keys_bring_back (SimNode *node, GPtrArray *former) {
  g_autoptr (GeoRecordBody) body = NULL;

  if (former->len == 0 || former->len != node->self->rotations->len ||
      node->former != NULL || sim_plants (node->sim, SIM_PLANT_KEY_LOST))
    return TRUE;
  node->former = g_ptr_array_ref (former);
  body = make_record (node, geo_participant_copy (node->self), node->secret, 0);
  return sim_node_append (node, GEO_RECORD_KIND_ROTATION, &body);
}

/* K4: a key is changed by clocks that are right; those are no good that differ.
 */
gboolean
sim_keys_are_known (const SimNode *node) {
  const GeoParticipant *there = sim_truth_participant (node->sim->truth,
                                                       &node->pid);

  return node->self == NULL || there == NULL ||
         there->rotations->len == node->self->rotations->len;
}

/* --- Others' -------------------------------------------------------------- */

/* K7: who was away when somebody changed theirs asks. */
void
sim_keys_ask (SimNode *node) {
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) people = NULL;

  if (!sim_node_is_in (node) || node->asked == node->session->number)
    return;
  node->asked = node->session->number;
  people = geo_journal_list_people (node->journal, &error);
  if (people == NULL)
    sim_fail_store (node->sim, node, "I8", error);
  for (guint i = 0; i < people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (people, i);

    if (message == NULL)
      message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, NULL);
    g_array_append_val (message->u.people_query->pids, person->pid);
    if (message->u.people_query->pids->len < ASK_MAX)
      continue;
    sim_send_to_hub (node, message, 0);
    g_clear_pointer (&message, geo_message_free);
  }
  if (message != NULL)
    sim_send_to_hub (node, message, 0);
}

/* --- Somebody has a former one -------------------------------------------- */

static GeoSecret *
some_former (SimNode *node, const GeoParticipant *there, guint *n) {
  const GeoKeyRotation *rotation;

  *n = below (node->sim, there->rotations->len);
  rotation = g_ptr_array_index (there->rotations, *n);
  return find_words (node, &rotation->old_key);
}

/* Whoever found an old sheet of words signs in with it. */
void
sim_scene_thief (Sim *sim) {
  SimNode *node = sim_node (sim, below (sim, sim->nodes->len));
  const GeoParticipant *there = sim_truth_participant (sim->truth, &node->pid);
  g_autoptr (GeoMessage) hello = NULL;
  SimSession *session;
  SimEvent *event;

  if (!sim->hub->up || there == NULL || there->rotations->len == 0)
    return;
  session = sim_session_open (node);
  session->is_thief = TRUE;
  hello = geo_message_new (GEO_MESSAGE_HELLO, NULL);
  hello->u.hello->pid = node->pid;
  hello->u.hello->client = g_strdup ("a thief");
  hello->u.hello->v = 1;
  sim_post_to_hub (session, hello);
  event = sim_add_event (sim, SIM_EVENT_THIEF, THIEF_MS);
  event->node = node;
  event->session = session;
}

void
sim_keys_thief (Sim *sim, SimSession *session) {
  SimNode *node = session->node;
  const GeoParticipant *there = sim_truth_participant (sim->truth, &node->pid);
  g_autoptr (GeoMessage) message = NULL;
  GeoMsgAuth *auth;
  GeoSecret *former;
  g_autoptr (GeoSecret) stolen = NULL;
  guint n;

  if (!sim->hub->up || !session->hub_open || session->step != SIM_STEP_AUTH ||
      there->rotations->len == 0)
    return;
  former = some_former (node, there, &n);
  if (former == NULL)
    sim_fail (sim, node, "keys", "its chain has a key that was never its");
  message = geo_message_new (GEO_MESSAGE_AUTH, NULL);
  auth = message->u.auth;
  stolen = geo_secret_ref (former);
  if (below (sim, 3) > 0) {
    auth->participant = make_form (there, n);
    geo_participant_sign (auth->participant, former);
    /* K5: as if it went on from there to a key of the thief's. */
    if (below (sim, 2) == 0) {
      GeoParticipant *fork;

      geo_secret_unref (g_steal_pointer (&stolen));
      stolen = make_key (node->index + 1000, n);
      fork = geo_participant_rotate (auth->participant, former, stolen,
                                     sim_hub_now (sim->hub), NULL);
      if (fork == NULL)
        return;
      geo_participant_free (auth->participant);
      auth->participant = fork;
    }
  }
  auth->login = geo_login_new ();
  auth->login->community = sim->hub->community->community;
  auth->login->pid = node->pid;
  auth->login->challenge = g_strdup (session->challenge);
  auth->login->at = sim_hub_now (sim->hub);
  geo_login_sign (auth->login, stolen);
  sim_count (sim, SIM_COUNT_thieves);
  sim_post_to_hub (session, message);
}

static GeoMessage *
make_old_line (SimNode *node, const GeoSecret *former) {
  GHashTableIter iter;
  gpointer value;
  const GeoTrustLine *given = NULL;
  GeoMessage *message;
  GeoTrustLine *line;

  g_hash_table_iter_init (&iter, node->party->pairs);
  while (given == NULL && g_hash_table_iter_next (&iter, NULL, &value))
    given = ((GeoPair *) value)->given;
  if (given == NULL)
    return NULL;
  message = geo_message_new (GEO_MESSAGE_TRUST_LINE_UPDATE, NULL);
  line = message->u.trust_line_update->line = geo_trust_line_copy (given);
  line->seq++;
  line->has_previous = TRUE;
  geo_trust_line_hash (given, &line->previous);
  line->limit.amount.minor++;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = sim_hub_now (node->sim->hub);
  geo_trust_line_sign (line, former);
  return message;
}

static GeoMessage *
make_old_order (SimNode *node, const GeoSecret *former) {
  Sim *sim = node->sim;
  GeoMessage *message;
  GeoOrder *order = geo_order_new ();

  order->community = node->community->community;
  order->tx_id = g_strdup_printf ("old-%u-%u", node->index, ++sim->n_ids);
  order->from = node->pid;
  order->to = sim_node (sim, (node->index + 1) % sim->nodes->len)->pid;
  order->equivalent = g_strdup ("UAH");
  order->amount.amount = GEO_AMOUNT (1 + below (sim, 500));
  order->amount.decimals = 2;
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = node->community->community;
  order->created_at = sim_hub_now (sim->hub);
  order->deadline = order->created_at + 20000;
  geo_order_sign (order, former);
  message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, order->tx_id);
  message->u.payment_request->order = order;
  return message;
}

/* K4: it says it is of today, and is signed with what was left. */
void
sim_scene_old_key (Sim *sim) {
  SimNode *node = sim_node (sim, below (sim, sim->nodes->len));
  const GeoParticipant *there = sim_truth_participant (sim->truth, &node->pid);
  g_autoptr (GeoMessage) message = NULL;
  GeoSecret *former;
  guint n;

  if (!sim_node_is_in (node) || there->rotations->len == 0)
    return;
  former = some_former (node, there, &n);
  if (former == NULL)
    sim_fail (sim, node, "keys", "its chain has a key that was never its");
  message = below (sim, 2) == 0 ? make_old_line (node, former)
                                : make_old_order (node, former);
  if (message == NULL)
    return;
  sim_count (sim, SIM_COUNT_old_keys);
  sim_send_to_hub (node, message, 0);
}

/* --- What must hold ------------------------------------------------------- */

/* K6: what a node says of itself is on its disk. */
void
sim_keys_check_said (SimNode *node, const GeoParticipant *self) {
  GeoHash hash;

  geo_participant_hash (self, &hash);
  if (self->rotations->len > 0 && !g_hash_table_contains (node->stored, &hash))
    sim_fail (node->sim, node, "P1", "a new key was said before it was stored");
}

void
sim_keys_check_login (SimHub *hub,
                      const SimSession *session,
                      const GeoLogin *login) {
  const SimNode *node = session->node;
  const GeoParticipant *there = sim_truth_participant (hub->sim->truth,
                                                       &node->pid);

  if (session->is_thief)
    sim_fail (hub->sim, node, "old-key", "somebody signs in with a former key");
  for (guint i = 0; there != NULL && i < there->rotations->len; i++) {
    const GeoKeyRotation *rotation = g_ptr_array_index (there->rotations, i);

    if (geo_login_verify (login, &rotation->old_key, NULL))
      sim_fail (hub->sim, node, "old-key", "a former key signs in");
  }
}

#define IS_FORMER(there, object, verify, at_most)                              \
  is_former = FALSE;                                                           \
  for (guint i = 0; there != NULL && i < there->rotations->len; i++) {         \
    const GeoKeyRotation *rotation = g_ptr_array_index (there->rotations, i);  \
                                                                               \
    if ((at_most) > rotation->at && verify (object, &rotation->old_key, NULL)) \
      is_former = TRUE;                                                        \
  }

static void
hash_signature (const GeoSignature *signature, GeoHash *out) {
  geo_hash_of (signature->bytes, sizeof signature->bytes, out);
}

/* K4: what is handed in now under a key that the hub's disk knows as a former
 * one.  What was in hand before goes on. */
gboolean
sim_keys_hand_in (SimHub *hub, SimNode *node, const GeoMessage *message) {
  const GeoParticipant *there = sim_truth_participant (hub->sim->truth,
                                                       &node->pid);
  const GeoTrustLine *line = NULL;
  const GeoVote *vote = NULL;
  const GeoSignature *signature = NULL;
  gboolean is_former = FALSE;
  GeoHash hash;

  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST) {
    const GeoOrder *order = message->u.payment_request->order;

    geo_order_hash (order, &hash);
    if (g_hash_table_contains (hub->taken, &hash) ||
        sim_truth_order (hub->sim->truth, &hash) != SIM_OUTCOME_NONE)
      return FALSE;
    IS_FORMER (there, order, geo_order_check_signature, G_MAXINT64)
    if (!is_former)
      g_hash_table_add (hub->taken, geo_hash_dup (&hash));
    signature = &order->signature;
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_CREATE) {
    line = message->u.trust_line_create->line;
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_UPDATE) {
    line = message->u.trust_line_update->line;
  } else if (message->type == GEO_MESSAGE_TRUST_LINE_CLOSE) {
    line = message->u.trust_line_close->line;
  } else if (message->type == GEO_MESSAGE_PAYMENT_PREPARE_ACK) {
    vote = message->u.payment_prepare_ack->vote;
  } else if (message->type == GEO_MESSAGE_CLEARING_ACCEPT) {
    vote = message->u.clearing_accept->vote;
  } else if (message->type == GEO_MESSAGE_STATE_PUT) {
    IS_FORMER (there, message->u.state_put->copy, geo_state_copy_verify,
               G_MAXINT64)
    signature = &message->u.state_put->copy->signature;
  }
  if (line != NULL) {
    IS_FORMER (there, line, geo_trust_line_check_signature, G_MAXINT64)
    signature = &line->signature;
  } else if (vote != NULL) {
    IS_FORMER (there, vote, geo_vote_verify, G_MAXINT64)
    signature = &vote->signature;
  }
  if (!is_former)
    return FALSE;
  hash_signature (signature, &hash);
  g_hash_table_add (hub->stale, geo_hash_dup (&hash));
  return TRUE;
}

static void
check_signature (SimHub *hub, const GeoSignature *signature) {
  GeoHash hash;

  hash_signature (signature, &hash);
  if (g_hash_table_contains (hub->stale, &hash))
    sim_fail (hub->sim, NULL, "old-key",
              "the hub has taken what a former key signed");
}

void
sim_keys_check_change (SimHub *hub, const GeoChange *change) {
  if (change->kind == GEO_CHANGE_LINE) {
    check_signature (hub, &change->line->signature);
  } else if (change->kind == GEO_CHANGE_STATE) {
    check_signature (hub, &change->copy->signature);
  } else if (change->kind == GEO_CHANGE_COMMIT) {
    if (change->certificate->order != NULL)
      check_signature (hub, &change->certificate->order->signature);
    for (guint i = 0; i < change->certificate->votes->len; i++) {
      const GeoVote *vote = g_ptr_array_index (change->certificate->votes, i);

      check_signature (hub, &vote->signature);
    }
  } else if (change->kind == GEO_CHANGE_PARTICIPANT &&
             change->participant->rotations->len > 0) {
    sim_count (hub->sim, SIM_COUNT_keys_changed);
  }
}

/* K4: nobody stores what a key signed after it was left. */
void
sim_keys_check_entry (SimNode *node, const GeoProvenEntry *entry) {
  const GeoParticipant *there;
  gboolean is_former;

  if (entry->line != NULL) {
    there = sim_truth_participant (node->sim->truth, &entry->line->from);
    IS_FORMER (there, entry->line, geo_trust_line_check_signature,
               entry->line->signed_at - GEO_KEY_GRACE_MS)
    if (is_former)
      sim_fail (node->sim, node, "old-key", "a line of a key that was left");
  }
  if (entry->certificate != NULL && entry->certificate->order != NULL) {
    const GeoOrder *order = entry->certificate->order;

    there = sim_truth_participant (node->sim->truth, &order->from);
    IS_FORMER (there, order, geo_order_check_signature,
               order->created_at - GEO_KEY_GRACE_MS)
    if (is_former)
      sim_fail (node->sim, node, "old-key", "an order of a key that was left");
  }
}

/* I8: a restart changes nobody's keys. */
void
sim_keys_check_same (const SimNode *node,
                     const GeoParty *one,
                     const GeoParty *other) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, one->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPerson *person = value;
    const GeoParticipant *twin = geo_party_get_person (other, &person->pid);

    if (person->passing != NULL)
      continue;
    if (twin == NULL || geo_participant_compare_keys (
                            person->participant, twin) != GEO_KEY_CHAIN_SAME)
      sim_fail (node->sim, node, "I8",
                "a restart changes somebody's keys, from %u changes to %d",
                person->participant->rotations->len,
                twin != NULL ? (gint) twin->rotations->len : -1);
  }
  if (one->former->len != other->former->len)
    sim_fail (node->sim, node, "I8", "a restart changes its former keys");
}

static gboolean
have_line (Sim *sim, const SimNode *one, const SimNode *other) {
  for (guint m = 0; m < sim->hub->community->equivalents->len; m++) {
    const GeoEquivalent *equivalent =
        g_ptr_array_index (sim->hub->community->equivalents, m);

    if (geo_book_get_line (sim->hub->book, &one->pid, &other->pid,
                           equivalent->code) != NULL ||
        geo_book_get_line (sim->hub->book, &other->pid, &one->pid,
                           equivalent->code) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Who has a line with somebody knows the key in force; the others know it or
 * one before it, and nobody another. */
void
sim_keys_check_rest (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    const SimNode *node = sim_node (sim, i);
    const GeoParticipant *there = geo_book_get_participant (sim->hub->book,
                                                            &node->pid);

    if (!is_key_of (node->secret, &there->key) ||
        geo_participant_compare_keys (node->self, there) != GEO_KEY_CHAIN_SAME)
      sim_fail (sim, node, "keys", "its key is not the one that the hub knows");
    for (guint j = 0; j < sim->nodes->len; j++) {
      const SimNode *peer = sim_node (sim, j);
      const GeoParticipant *known = geo_party_get_person (peer->party,
                                                          &node->pid);

      if (peer == node || known == NULL)
        continue;
      /* K5: who was shown another chain goes by what the hub says. */
      if (node->unsaid != NULL &&
          (goes_on (there, known) || !have_line (sim, node, peer)))
        continue;
      if (!goes_on (known, there) ||
          (known->rotations->len != there->rotations->len &&
           have_line (sim, node, peer)))
        sim_fail (sim, node, "keys", "%s knows it by %u changes of %u",
                  peer->name, known->rotations->len, there->rotations->len);
    }
  }
}
