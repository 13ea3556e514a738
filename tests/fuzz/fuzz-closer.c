/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A closer among people who say anything: messages changed in a byte or two,
 * signed anew or not, made of nothing, out of turn, with people coming and
 * going and the hub restarting.  The ledger that stands for the store fails the
 * run where a change breaks a rule (P4, P11, I1–I3, I7, the chains), and the
 * closer itself must never have to stop a commit.
 */
#include "fuzz.h"
#include "town.h"

#define PEOPLE 5
#define STEPS_MAX 64
/* Questions that people may still answer. */
#define ASKED_MAX 16

typedef struct {
  guint who;
  GeoMessage *prepare;
} Asked;

typedef struct {
  Town *town;
  FuzzInput input;
  GArray *asked; /* Asked */
  GArray *timers; /* GeoHash */
  GPtrArray *orders; /* GeoOrder that were sent */
} World;

static void
asked_clear (gpointer data) {
  geo_message_free (((Asked *) data)->prepare);
}

/* What the hub asked for, and when it wants to be woken. */
static void
notice (World *world) {
  Town *town = world->town;

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_TIMER && action->at != 0 &&
        world->timers->len < 64)
      g_array_append_val (world->timers, action->timer);
    if (action->kind != GEO_ACTION_SEND ||
        action->message->type != GEO_MESSAGE_PAYMENT_PREPARE)
      continue;
    for (guint who = 0; who < PEOPLE; who++) {
      Asked asked = { who, NULL };

      if (!geo_pid_equal (&action->to, &town_person (town, who)->pid))
        continue;
      asked.prepare = geo_message_copy (action->message);
      if (world->asked->len == ASKED_MAX)
        g_array_remove_index (world->asked, 0);
      g_array_append_val (world->asked, asked);
    }
  }
}

static void
check_all (World *world) {
  Town *town = world->town;

  notice (world);
  g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 0);
  ledger_check_book (town->ledger, town->book);
  /* I3: one direction of a pair. */
  for (guint i = 0; i < PEOPLE; i++)
    for (guint j = 0; j < i; j++)
      g_assert_true (town_debt (town, i, j) == 0 ||
                     town_debt (town, j, i) == 0);
  /* P4, P11: one order, one outcome. */
  for (guint i = 0; i < world->orders->len; i++) {
    GeoHash hash;

    geo_order_hash (g_ptr_array_index (world->orders, i), &hash);
    g_assert_false (ledger_is_committed (town->ledger, &hash) &&
                    ledger_refusal (town->ledger, &hash) != NULL);
  }
}

/* --- What people say ------------------------------------------------------ */

static void
sign_message (World *world, guint from, GeoMessage *message) {
  GeoSecret *secret = town_person (world->town, from)->secret;

  switch ((guint) message->type) {
  case GEO_MESSAGE_TRUST_LINE_CREATE:
  case GEO_MESSAGE_TRUST_LINE_UPDATE:
  case GEO_MESSAGE_TRUST_LINE_CLOSE:
    geo_trust_line_sign (message->u.trust_line_create->line, secret);
    break;
  case GEO_MESSAGE_PAYMENT_REQUEST:
    geo_order_sign (message->u.payment_request->order, secret);
    break;
  case GEO_MESSAGE_PAYMENT_PREPARE_ACK:
    if (message->u.payment_prepare_ack->vote != NULL)
      geo_vote_sign (message->u.payment_prepare_ack->vote, secret);
    if (message->u.payment_prepare_ack->refusal != NULL)
      geo_refusal_sign (message->u.payment_prepare_ack->refusal, secret);
    break;
  case GEO_MESSAGE_ENTRY_ACK:
    geo_entry_ack_sign (message->u.entry_ack->ack, secret);
    break;
  default: /* Nothing in it is signed. */
    break;
  }
}

static GeoMessage *
make_line (World *world, guint from) {
  FuzzInput *input = &world->input;
  guint to = fuzz_byte (input) % PEOPLE;
  guint shape = fuzz_byte (input);
  gint64 limit = shape % 16 == 0 ? -1 : (gint64) fuzz_below (input, 20000);
  LineFlags flags = (shape & 32 ? LINE_LIVE : 0) |
                    (shape & 64 ? LINE_NOT_THROUGH : 0);
  GeoTrustLine *line = town_make_line (world->town, from, to, limit, flags);
  GeoMessageType type = GEO_MESSAGE_TRUST_LINE_UPDATE;

  if (line->seq == 1 || shape & 128)
    type = GEO_MESSAGE_TRUST_LINE_CREATE;
  else if (limit < 0)
    type = GEO_MESSAGE_TRUST_LINE_CLOSE;
  return town_line_message (world->town, type, from, line);
}

static GeoMessage *
make_order (World *world, guint from) {
  FuzzInput *input = &world->input;
  guint to = fuzz_byte (input) % PEOPLE;
  guint shape = fuzz_byte (input);
  GeoOrder *order;

  if (shape % 4 == 0 && world->orders->len > 0)
    return town_order_message (
        g_ptr_array_index (world->orders, shape / 4 % world->orders->len));
  order = town_make_order (world->town, from, to,
                           1 + (gint64) fuzz_below (input, 20000));
  if (shape & 64)
    order->constraints->max_hops = 1 + shape % 6;
  if (shape & 128)
    order->deadline = world->town->now + (gint64) fuzz_byte (input) * 100;
  geo_order_sign (order, town_person (world->town, from)->secret);
  g_ptr_array_add (world->orders, order);
  return town_order_message (order);
}

static GeoMessage *
make_answer (World *world, guint *from) {
  guint n = fuzz_byte (&world->input);
  const Asked *asked;

  if (world->asked->len == 0)
    return geo_message_new (GEO_MESSAGE_PING, "ping");
  asked = &g_array_index (world->asked, Asked, n % world->asked->len);
  *from = asked->who;
  if (n & 128)
    return town_refuse (world->town, *from, asked->prepare,
                        GEO_CODE_NOT_ALLOWED, "closed");
  return town_vote (world->town, *from, asked->prepare);
}

static GeoMessage *
make_question (World *world, guint from) {
  FuzzInput *input = &world->input;
  guint what = fuzz_byte (input);
  GeoMessage *message;
  GeoMsgRecoveryQuery *query;
  GeoMsgPaymentQuote *quote;

  switch (what % 4) {
  case 0:
    message = geo_message_new (GEO_MESSAGE_RECOVERY_QUERY, "query");
    query = message->u.recovery_query;
    if (what & 64 && world->asked->len > 0) {
      query->has_contract = TRUE;
      geo_contract_hash (
          g_array_index (world->asked, Asked, what / 4 % world->asked->len)
              .prepare->u.payment_prepare->contract,
          &query->contract);
      return message;
    }
    query->has_order = TRUE;
    if (world->orders->len > 0)
      geo_order_hash (
          g_ptr_array_index (world->orders, what / 4 % world->orders->len),
          &query->order);
    else
      query->order.bytes[0] = (guint8) what;
    return message;
  case 1:
    message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE, "quote");
    quote = message->u.payment_quote;
    quote->to = town_person (world->town, what / 4 % PEOPLE)->pid;
    quote->equivalent = g_strdup (what & 128 ? "HOUR" : TOWN_EQUIVALENT);
    quote->constraints = geo_constraints_new ();
    quote->constraints->max_hops = 6;
    quote->constraints->max_routes = 3;
    return message;
  case 2:
    message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, "people");
    message->u.people_query->text = g_strdup ("A");
    return message;
  default: { /* 3 */
    const GPtrArray *chain = ledger_entries (
        world->town->ledger, &town_person (world->town, from)->pid);
    GeoEntryAck *ack = geo_entry_ack_new ();

    message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, "ack");
    message->u.entry_ack->ack = ack;
    ack->community = world->town->pid;
    ack->participant = town_person (world->town, from)->pid;
    ack->sequence = 1 + what / 4;
    ack->at = world->town->now;
    if (chain != NULL && chain->len >= ack->sequence)
      geo_entry_hash (((GeoProvenEntry *) g_ptr_array_index (
                           chain, (guint) ack->sequence - 1))
                          ->entry,
                      &ack->entry_hash);
    geo_entry_ack_sign (ack, town_person (world->town, from)->secret);
    return message;
  }
  }
}

static void
say (World *world, guint kind) {
  FuzzInput *input = &world->input;
  guint from = fuzz_byte (input) % PEOPLE;
  guint how = fuzz_byte (input);
  g_autoptr (GeoMessage) good = NULL;
  g_autofree gchar *text = NULL;
  GeoMessage *message;
  gsize len;

  if (kind == 0)
    good = make_line (world, from);
  else if (kind == 1)
    good = make_order (world, from);
  else if (kind == 2)
    good = make_answer (world, &from);
  else
    good = make_question (world, from);
  text = geo_message_encode (good, &len);
  if (how & 1)
    fuzz_spoil (input, text, len);
  message = geo_message_decode (text, len, NULL);
  if (message == NULL)
    return;
  if (how & 2)
    sign_message (world, from, message);
  /* Somebody else's words. */
  if (how % 16 == 8)
    from = (from + 1) % PEOPLE;
  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST)
    g_ptr_array_add (world->orders,
                     geo_order_copy (message->u.payment_request->order));
  town_say (world->town, from, message);
}

static void
rave (World *world) {
  guint from = fuzz_byte (&world->input) % PEOPLE;
  gsize len = fuzz_byte (&world->input) * 16;
  const guint8 *data = fuzz_bytes (&world->input, &len);
  GeoMessage *message = geo_message_decode ((const gchar *) data, len, NULL);

  if (message == NULL)
    return;
  sign_message (world, from, message);
  town_say (world->town, from, message);
}

static void
tick (World *world) {
  guint n = fuzz_byte (&world->input);
  GeoHash timer;

  world->town->now += (gint64) n * n;
  if (world->timers->len == 0)
    return;
  timer = g_array_index (world->timers, GeoHash, n % world->timers->len);
  g_array_remove_index_fast (world->timers, n % world->timers->len);
  town_timer (world->town, &timer);
}

static void
step (World *world) {
  guint what = fuzz_byte (&world->input);

  switch (what % 8) {
  case 0:
  case 1:
  case 2:
  case 3:
    say (world, what % 8);
    break;
  case 4:
    /* Payments and votes are what matters. */
    say (world, what & 128 ? 2 : 1);
    break;
  case 5:
    rave (world);
    break;
  case 6:
    tick (world);
    break;
  default: /* 7 */
    if (what & 128)
      town_restart (world->town);
    else
      town_present (world->town, what / 8 % PEOPLE, (what & 64) == 0);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  World world = { .town = town_new (PEOPLE), .input = { data, size } };

  world.asked = g_array_new (FALSE, FALSE, sizeof (Asked));
  g_array_set_clear_func (world.asked, asked_clear);
  world.timers = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  world.orders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_order_free);
  town_everybody (world.town);
  /* A ring, so that there is a way from everybody to everybody. */
  for (guint i = 0; i < PEOPLE; i++)
    town_line (world.town, i, (i + 1) % PEOPLE, 10000, i == 2 ? LINE_LIVE : 0);
  for (guint i = 0; i < STEPS_MAX && world.input.left > 0; i++) {
    step (&world);
    check_all (&world);
  }
  /* I8. */
  town_restart (world.town);
  g_array_unref (world.asked);
  g_array_unref (world.timers);
  g_ptr_array_unref (world.orders);
  town_free (world.town);
  return 0;
}
