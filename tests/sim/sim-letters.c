/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters (§8a) in the simulated town: the hub that passes them on, driven as
 * geo-hub drives it; what people write, answer and pay; and what must hold:
 * what the hub has taken arrives, what is read is on the reader's disk, and
 * both ends of a request agree in the end.
 */
#include <string.h>

#include "protocol/geo-party-private.h"
#include "sim.h"
#include "store/geo-hub-letters.h"

#define PAGE 8
#define BOX_MAX 200
#define BOX_OF_ONE_MAX 20
#define OPEN_OF_ONE_MAX 20
#define SECOND_MS G_GINT64_CONSTANT (1000)
/* The hub forgets what nobody fetches in a month. */
#define KEPT_MS (29 * 24 * 3600 * SECOND_MS)

static guint
below (Sim *sim, guint n) {
  return sim_random_below (&sim->random, n);
}

/* --- The hub -------------------------------------------------------------- */

static void
deliver (SimHub *hub, SimNode *node) {
  SimReader *reader = &hub->readers[node->index];
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;

  if (!reader->here || !reader->more || reader->unread > 0)
    return;
  page = geo_hub_store_list_letters (hub->reader, &node->pid, reader->after,
                                     PAGE, &error);
  if (page == NULL)
    sim_fail_store (hub->sim, NULL, "store", error);
  reader->more = page->len == PAGE;
  reader->unread = page->len;
  for (guint i = 0; i < page->len; i++) {
    const GeoHubLetter *letter = g_ptr_array_index (page, i);
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_LETTER, NULL);

    reader->after = letter->id;
    message->u.letter->from = letter->from;
    message->u.letter->at = letter->at;
    message->u.letter->sealed = g_bytes_ref (letter->sealed);
    sim_send_to_node (hub->guests[node->index], message, FALSE);
  }
}

void
sim_letters_present (SimHub *hub, SimNode *node, gboolean present) {
  hub->readers[node->index] = (SimReader){ .here = present, .more = TRUE };
  if (present)
    deliver (hub, node);
}

void
sim_letters_written (SimHub *hub, const GeoChange *change) {
  SimNode *node;

  if (change->kind != GEO_CHANGE_LETTER)
    return;
  node = sim_find_node (hub->sim, &change->pid);
  sim_trace (hub->sim, NULL, "keeps a letter for %s", node->name);
  hub->readers[node->index].more = TRUE;
  deliver (hub, node);
}

static void
refuse (SimHub *hub, SimNode *node, const GeoMessage *message, GeoCode code) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_ERROR,
                                                   message->msg_id);

  sim_count (hub->sim, SIM_COUNT_letters_refused);
  node->letter_refused = TRUE;
  answer->u.error->code = code;
  answer->u.error->reason = g_strdup (
      code == GEO_CODE_LIMIT ? GEO_REASON_LIMIT_EXCEEDED : GEO_REASON_FROZEN);
  answer->u.error->message = g_strdup ("This is not passed on.");
  sim_send_to_node (hub->guests[node->index], answer, FALSE);
}

static void
take_send (SimHub *hub, SimNode *node, const GeoMessage *message) {
  const GeoMsgLetterSend *send = message->u.letter_send;
  GPtrArray *actions;
  GeoChange *change;
  g_autoptr (GError) error = NULL;
  gconstpointer data;
  gint64 of_one;
  gint64 all;
  gsize len;

  if (geo_book_is_frozen (hub->book, &node->pid)) {
    refuse (hub, node, message, GEO_CODE_NOT_ALLOWED);
    return;
  }
  if (!geo_hub_store_count_letters (hub->reader, &send->to, &node->pid, &all,
                                    &of_one, &error))
    sim_fail_store (hub->sim, NULL, "store", error);
  if (all >= BOX_MAX || of_one >= BOX_OF_ONE_MAX) {
    refuse (hub, node, message, GEO_CODE_LIMIT);
    return;
  }
  sim_count (hub->sim, SIM_COUNT_letters);
  actions = geo_actions_new ();
  change = geo_change_new (GEO_CHANGE_LETTER, sim_hub_now (hub));
  change->pid = send->to;
  change->from = node->pid;
  change->sealed = g_bytes_ref (send->sealed);
  data = g_bytes_get_data (send->sealed, &len);
  geo_hash_of (data, len, &change->hash);
  /* P1: Persist, then send. */
  if (sim_plants (hub->sim, SIM_PLANT_LETTER_LOST))
    geo_change_free (change);
  else
    geo_actions_store_change (actions, change);
  geo_actions_send (
      actions, &node->pid,
      geo_message_new (GEO_MESSAGE_LETTER_STORED, message->msg_id));
  sim_hub_submit (hub, actions);
}

static void
take_read (SimHub *hub, SimNode *node, const GeoMessage *message) {
  SimReader *reader = &hub->readers[node->index];
  GeoChange *change = geo_change_new (GEO_CHANGE_LETTER_READ,
                                      sim_hub_now (hub));
  GPtrArray *actions = geo_actions_new ();

  change->pid = node->pid;
  change->hash = message->u.letter_read->letter;
  geo_actions_store_change (actions, change);
  if (reader->unread > 0)
    reader->unread--;
  sim_hub_submit (hub, actions);
  if (hub->up)
    deliver (hub, node);
}

gboolean
sim_letters_take (SimHub *hub, SimNode *node, const GeoMessage *message) {
  if (message->type == GEO_MESSAGE_LETTER_SEND)
    take_send (hub, node, message);
  else if (message->type == GEO_MESSAGE_LETTER_READ)
    take_read (hub, node, message);
  else
    return FALSE;
  return TRUE;
}

/* --- What a node is sent, says and stores --------------------------------- */

static void
hash_letter (const GeoLetter *letter, GeoHash *out) {
  g_autofree gchar *text = NULL;
  gsize len;

  text = geo_letter_to_text (letter, &len);
  geo_hash_of (text, len, out);
}

/* A new request that nobody would have dropped, reckoned apart from the party.
 */
static gboolean
has_to_be_stored (const SimNode *node,
                  const GeoLetter *letter,
                  const GeoRequestFacts *facts) {
  const GeoParty *party = node->party;
  const SimNode *writer = sim_find_node (node->sim, &letter->person->pid);
  GHashTableIter iter;
  gpointer value;
  guint open = 0;

  /* K4: of whom it was shown another key it reads what that has signed. */
  if (writer->unsaid != NULL)
    return FALSE;
  if (facts->kind == 0 || letter->responses->len == 2 ||
      (facts->has_to && !geo_pid_equal (&facts->to, &node->pid)) ||
      geo_party_is_blocked (party, &letter->person->pid) ||
      g_hash_table_contains (party->requests, &facts->hash) ||
      (facts->has_expires_at && facts->expires_at <= sim_node_now (node)))
    return FALSE;
  g_hash_table_iter_init (&iter, party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    open += ((GeoPartyRequest *) value)->state == GEO_REQUEST_OPEN;
  return open < OPEN_OF_ONE_MAX;
}

/* With whichever of its keys; readable: it still has that one. */
static gchar *
unseal (const SimNode *node, GBytes *sealed, gboolean *is_readable) {
  gchar *text = geo_unseal_letter (node->secret, sealed, NULL);

  for (guint i = 0;
       text == NULL && node->former != NULL && i < node->former->len; i++)
    text = geo_unseal_letter (g_ptr_array_index (node->former, i), sealed,
                              NULL);
  *is_readable = text != NULL;
  for (guint i = 0; text == NULL && i < node->words->len; i++)
    text = geo_unseal_letter (g_ptr_array_index (node->words, i), sealed, NULL);
  return text;
}

void
sim_letters_heard (SimNode *node, const GeoMessage *message) {
  gboolean is_readable;
  g_autofree gchar *text = NULL;
  g_autoptr (GeoLetter) letter = NULL;
  GeoRequestFacts facts;
  SimLetter *known;
  gconstpointer data;
  GeoHash sealed;
  gsize len;

  data = g_bytes_get_data (message->u.letter->sealed, &len);
  geo_hash_of (data, len, &sealed);
  text = unseal (node, message->u.letter->sealed, &is_readable);
  letter = text != NULL ? geo_letter_from_text (text, -1, NULL) : NULL;
  if (letter == NULL ||
      !geo_letter_get_facts (letter, &node->community->community, &facts, NULL))
    sim_fail (node->sim, node, "letter", "a letter came that is none");
  known = g_new0 (SimLetter, 1);
  hash_letter (letter, &known->hash);
  known->stays = is_readable && has_to_be_stored (node, letter, &facts);
  g_hash_table_replace (node->letters_heard, geo_hash_dup (&sealed), known);
}

static void
read_name (const gchar *name, GeoHash *out) {
  *out = (GeoHash){ { 0 } };
  for (guint i = 0; i < GEO_HASH_LEN && strlen (name) == 2 * GEO_HASH_LEN; i++)
    out->bytes[i] = (guint8) (g_ascii_xdigit_value (name[2 * i]) << 4 |
                              g_ascii_xdigit_value (name[2 * i + 1]));
}

void
sim_letters_said (SimNode *node, const GeoMessage *message) {
  const SimLetter *known;
  GeoHash hash;

  if (message->type == GEO_MESSAGE_LETTER_SEND) {
    /* P1: it is called by what is in it. */
    read_name (message->msg_id, &hash);
    if (!g_hash_table_contains (node->letters_stored, &hash))
      sim_fail (node->sim, node, "P1",
                "a letter was sent before it was stored");
    return;
  }
  if (message->type != GEO_MESSAGE_LETTER_READ)
    return;
  known = g_hash_table_lookup (node->letters_heard,
                               &message->u.letter_read->letter);
  if (known == NULL)
    sim_fail (node->sim, node, "letter", "what never came was read");
  if (known->stays &&
      !g_hash_table_contains (node->letters_stored, &known->hash))
    sim_fail (node->sim, node, "letter",
              "a letter was read and is not on its disk");
  sim_count (node->sim, SIM_COUNT_letters_read);
  g_hash_table_add (node->letters_read, geo_hash_dup (&known->hash));
}

void
sim_letters_stored (SimNode *node, const GeoRecordBody *body) {
  GeoHash hash;

  hash_letter (body->letter, &hash);
  g_hash_table_add (node->letters_stored, geo_hash_dup (&hash));
  if (body->has_to) {
    SimLetter *sent = g_new0 (SimLetter, 1);

    sent->to = body->to;
    sent->at = node->sim->now;
    g_hash_table_replace (node->letters_sent, geo_hash_dup (&hash), sent);
  }
}

void
sim_letters_sent (SimNode *node, const GeoHash *hash) {
  SimLetter *sent = g_hash_table_lookup (node->letters_sent, hash);

  if (sent != NULL)
    sent->taken = TRUE;
}

/* --- Once is once --------------------------------------------------------- */

static gboolean
is_once (const SimNode *node, const GeoHash *invoice) {
  const GeoPartyRequest *request =
      node->party != NULL ? g_hash_table_lookup (node->party->requests, invoice)
                          : NULL;

  return request != NULL && request->facts.single_use;
}

/* §8a: what is asked for once is not voted for, nor ordered, a second time. */
void
sim_letters_check_order (SimNode *node, const GeoOrder *order) {
  if (order->has_invoice && is_once (node, &order->invoice) &&
      g_hash_table_contains (node->spent, &order->invoice))
    sim_fail (node->sim, node, "invoice", "what was paid is paid once more");
}

void
sim_letters_paid (SimNode *node, const GeoOrder *order) {
  if (!order->has_invoice || (!geo_pid_equal (&order->to, &node->pid) &&
                              !geo_pid_equal (&order->from, &node->pid)))
    return;
  if (geo_pid_equal (&order->to, &node->pid))
    sim_count (node->sim, SIM_COUNT_invoices_paid);
  g_hash_table_add (node->spent, geo_hash_dup (&order->invoice));
}

/* --- What people write ---------------------------------------------------- */

static SimNode *
somebody (Sim *sim) {
  return sim_node (sim, below (sim, sim->nodes->len));
}

static SimNode *
somebody_else (Sim *sim, const SimNode *node) {
  guint n = sim->nodes->len;

  return sim_node (sim, (node->index + 1 + below (sim, n - 1)) % n);
}

/* Takes actions. */
static void
go_on (SimNode *node,
       gboolean done,
       GPtrArray *actions,
       const gchar *what,
       SimCount count) {
  if (!done) {
    g_ptr_array_unref (actions);
    return;
  }
  sim_trace (node->sim, node, "%s", what);
  sim_count (node->sim, count);
  sim_node_run (node, actions);
}

static gboolean
ask_to_pay (SimNode *from, const SimNode *to, GeoHash *hash) {
  Sim *sim = from->sim;
  GPtrArray *actions = geo_actions_new ();
  g_autofree gchar *id = g_strdup_printf ("ask-%u", ++sim->n_ids);
  GeoAmount amount = GEO_AMOUNT (1 + below (sim, 2000));
  GeoTime now = sim_node_now (from);
  gboolean done;

  done = geo_party_request (
      from->party, id, to != NULL ? &to->pid : NULL, "UAH",
      below (sim, 4) == 0 ? NULL : &amount, "for the roof", below (sim, 2) == 0,
      below (sim, 3) == 0 ? now + (1 + below (sim, 7200)) * SECOND_MS : 0, now,
      hash, actions, NULL);
  go_on (from, done, actions, "asks to be paid", SIM_COUNT_asked_to_pay);
  return done;
}

void
sim_scene_ask (Sim *sim) {
  SimNode *from = somebody (sim);
  SimNode *to = somebody_else (sim, from);
  g_autofree gchar *id = g_strdup_printf ("ask-%u", ++sim->n_ids);
  GPtrArray *actions;
  GeoHash hash;
  gboolean done;

  if (from->party == NULL)
    return;
  switch (below (sim, 4)) {
  case 0:
    actions = geo_actions_new ();
    done = geo_party_ask_trust (from->party, id, &to->pid, "UAH",
                                GEO_AMOUNT (1 + below (sim, 9000)), NULL,
                                sim_node_now (from), &hash, actions, NULL);
    go_on (from, done, actions, "asks for trust", SIM_COUNT_asked_to_trust);
    return;
  case 1:
    actions = geo_actions_new ();
    done = geo_party_propose_checkpoint (from->party, id, &to->pid, "UAH", NULL,
                                         sim_node_now (from), &hash, actions,
                                         NULL);
    go_on (from, done, actions, "proposes a checkpoint", SIM_COUNT_checkpoints);
    return;
  default: /* A number, not an enumeration. */
    ask_to_pay (from, to, &hash);
    return;
  }
}

static void
pay (SimNode *node, const GeoPartyRequest *request) {
  Sim *sim = node->sim;
  GPtrArray *actions = geo_actions_new ();
  g_autofree gchar *id = g_strdup_printf ("tx-%u-%u", node->index,
                                          ++sim->n_ids);
  GeoAmount amount = request->facts.has_amount
                         ? request->facts.amount.amount
                         : GEO_AMOUNT (1 + below (sim, 2000));
  GeoHash order;
  gboolean done = geo_party_pay_invoice (
      node->party, id, &request->facts.hash, &request->facts.from,
      request->facts.equivalent, amount, NULL, sim_node_now (node),
      sim_random_range (&sim->random, 1, 60) * SECOND_MS, &order, actions,
      NULL);

  go_on (node, done, actions, "pays what it was asked for", SIM_COUNT_ordered);
}

/* Whoever has the link: it is stored, then paid. */
void
sim_scene_link (Sim *sim) {
  SimNode *from = somebody (sim);
  SimNode *to = somebody_else (sim, from);
  const GeoPartyRequest *request;
  GPtrArray *actions;
  GeoHash hash;
  gboolean done;

  /* Who changes its key, shows it, and loses everything before the hub has
   * heard of it, has lost it. */
  if (from->party == NULL || to->party == NULL || !sim_keys_are_known (from) ||
      !ask_to_pay (from, NULL, &hash) || from->party == NULL)
    return;
  request = g_hash_table_lookup (from->party->requests, &hash);
  if (request == NULL)
    return;
  for (guint i = 1 + below (sim, 2); i > 0 && to->party != NULL; i--) {
    actions = geo_actions_new ();
    done = geo_party_take_invoice (to->party, request->letter->invoice,
                                   from->self, sim_node_now (to), &hash,
                                   actions, NULL);
    go_on (to, done, actions, "has a link", SIM_COUNT_links);
    if (to->party == NULL)
      return;
    if (g_hash_table_lookup (to->party->requests, &hash) != NULL)
      pay (to, g_hash_table_lookup (to->party->requests, &hash));
    to = somebody_else (sim, from);
    if (from->party == NULL ||
        g_hash_table_lookup (from->party->requests, &hash) != request)
      return;
  }
}

static void
respond (SimNode *node, const GeoPartyRequest *request, GeoVerdict verdict) {
  GPtrArray *actions = geo_actions_new ();
  GeoHash hash = request->facts.hash;
  gboolean done = geo_party_respond (node->party, &hash, verdict,
                                     sim_node_now (node), actions, NULL);

  go_on (node, done, actions, "responds",
         verdict == GEO_VERDICT_AGREED     ? SIM_COUNT_agreed
         : verdict == GEO_VERDICT_DECLINED ? SIM_COUNT_declined
                                           : SIM_COUNT_withdrawn);
}

static gint
by_hash (gconstpointer a, gconstpointer b) {
  const GeoPartyRequest *one = *(GeoPartyRequest *const *) a;
  const GeoPartyRequest *other = *(GeoPartyRequest *const *) b;

  return memcmp (&one->facts.hash, &other->facts.hash, sizeof (GeoHash));
}

/* Some open request, or one that is not: the table's order is no seed's. */
static const GeoPartyRequest *
some_request (SimNode *node) {
  Sim *sim = node->sim;
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  gboolean any = below (sim, 6) == 0;

  if (node->party == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, node->party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (any || ((GeoPartyRequest *) value)->state == GEO_REQUEST_OPEN)
      g_ptr_array_add (all, value);
  if (all->len == 0)
    return NULL;
  g_ptr_array_sort (all, by_hash);
  return g_ptr_array_index (all, below (sim, all->len));
}

void
sim_scene_settle (Sim *sim) {
  SimNode *node = somebody (sim);
  const GeoPartyRequest *request = some_request (node);

  if (request == NULL)
    return;
  if (geo_pid_equal (&request->facts.from, &node->pid)) {
    if (below (sim, 3) == 0)
      respond (node, request, GEO_VERDICT_WITHDRAWN);
    return;
  }
  if (below (sim, 4) == 0) {
    respond (node, request, GEO_VERDICT_DECLINED);
    return;
  }
  switch (request->facts.kind) {
  case GEO_REQUEST_PAYMENT:
    pay (node, request);
    return;
  case GEO_REQUEST_CHECKPOINT:
    respond (node, request, GEO_VERDICT_AGREED);
    return;
  case GEO_REQUEST_TRUST:
    sim_life_trust (node, sim_find_node (sim, &request->facts.from),
                    request->facts.equivalent,
                    request->facts.amount.amount.minor + below (sim, 500));
    return;
  case GEO_REQUEST_INVITATION:
    return; /* Nobody gets one by letter. */
  }
}

void
sim_scene_block (Sim *sim) {
  SimNode *node = somebody (sim);
  const SimNode *peer = somebody_else (sim, node);
  GPtrArray *actions;
  gboolean done;
  gboolean blocked;

  if (node->party == NULL)
    return;
  blocked = !geo_party_is_blocked (node->party, &peer->pid);
  if (blocked && below (sim, 3) > 0)
    return;
  actions = geo_actions_new ();
  done = geo_party_block (node->party, &peer->pid, blocked, actions, NULL);
  node->has_blocked |= done;
  go_on (node, done, actions, blocked ? "blocks" : "unblocks",
         SIM_COUNT_blocks);
}

/* --- What must hold ------------------------------------------------------- */

/* I8: a restart changes nothing of it. */
void
sim_letters_check_same (const SimNode *node,
                        const GeoParty *one,
                        const GeoParty *other) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, one->requests);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const GeoPartyRequest *request = value;
    const GeoPartyRequest *twin = g_hash_table_lookup (other->requests, key);

    if (twin == NULL || twin->state != request->state)
      sim_fail (node->sim, node, "I8",
                "a restart changes a request from %d to %d", request->state,
                twin != NULL ? (gint) twin->state : 0);
  }
  if (one->outbox->len != other->outbox->len)
    sim_fail (node->sim, node, "I8", "a restart changes what is to be sent");
  if (g_hash_table_size (one->blocked) != g_hash_table_size (other->blocked))
    sim_fail (node->sim, node, "I8", "a restart changes who is blocked");
}

/* What the hub has taken has arrived, and was read. */
static void
check_arrived (Sim *sim, SimNode *node) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, node->letters_sent);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const SimLetter *sent = value;
    const SimNode *reader = sim_find_node (sim, &sent->to);

    if (sent->taken && sim->now - sent->at < KEPT_MS &&
        !g_hash_table_contains (reader->letters_read, key))
      sim_fail (sim, node, "letter", "a letter never came to %s", reader->name);
  }
  if (node->party->outbox->len > 0 && !node->letter_refused)
    sim_fail (sim, node, "letter", "%u letters never left",
              node->party->outbox->len);
}

/* K4: of one who shows another key, not every word is taken. */
static gboolean
remembers_all (const SimNode *node) {
  return !node->has_blocked && !node->has_forgotten && !node->letter_refused &&
         !node->lacks_copy && node->unsaid == NULL;
}

/* A no and a withdrawal are known to both; what was paid is paid. */
static void
check_agree (Sim *sim, SimNode *node) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, node->party->requests);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const GeoPartyRequest *request = value;
    const GeoPartyRequest *twin;
    const SimNode *peer;

    if (!geo_pid_equal (&request->facts.from, &node->pid) ||
        !request->facts.has_to ||
        sim->now - request->facts.created_at > KEPT_MS)
      continue;
    peer = sim_find_node (sim, &request->facts.to);
    twin = g_hash_table_lookup (peer->party->requests, key);
    if (twin == NULL || !remembers_all (node) || !remembers_all (peer))
      continue;
    /* A line may have been there before it was asked for. */
    if (request->facts.kind == GEO_REQUEST_TRUST &&
        (request->state == GEO_REQUEST_DONE || twin->state == GEO_REQUEST_DONE))
      continue;
    if ((request->state == GEO_REQUEST_OPEN) !=
        (twin->state == GEO_REQUEST_OPEN))
      sim_fail (sim, node, "letter", "a request is %d here and %d at %s",
                request->state, twin->state, peer->name);
  }
}

void
sim_letters_check_rest (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);
    g_autoptr (GError) error = NULL;
    gint64 all, of_one;

    check_arrived (sim, node);
    check_agree (sim, node);
    if (!geo_hub_store_count_letters (sim->hub->reader, &node->pid, &node->pid,
                                      &all, &of_one, &error))
      sim_fail_store (sim, NULL, "store", error);
    if (all > 0)
      sim_fail (sim, node, "letter",
                "%" G_GINT64_FORMAT " letters wait for who is there", all);
  }
}
