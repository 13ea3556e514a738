/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer and orders: what is answered with ERROR and leaves nothing, what
 * is a stored refusal, which routes a contract takes, and what a quote says.
 */
#include "town.h"

enum { A, B, C, D, E };

static Town *
new_town (void) {
  Town *town = town_new (4);

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 600, 0);
  town_line (town, C, A, 300, 0);
  town_line (town, D, C, 1000, 0);
  town_present (town, A, TRUE);
  return town;
}

static void
say_order (Town *town, GeoOrder *order, GBytes *sealed) {
  GeoMessage *message;

  geo_order_sign (order, town_person (town, A)->secret);
  message = town_order_message (order);
  if (sealed != NULL)
    message->u.payment_request->sealed = g_bytes_ref (sealed);
  town_say (town, A, message);
}

/* These three change and store nothing. */
static void
test_errors (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);

  town_say (town, B, town_order_message (order));
  town_check_error (town, B, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);

  order->community = town_person (town, C)->pid;
  say_order (town, order, NULL);
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);

  order->community = town->pid;
  geo_order_sign (order, town_person (town, B)->secret);
  town_say (town, A, town_order_message (order));
  town_check_error (town, A, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  /* So the same order, signed well, is still new. */
  say_order (town, order, NULL);
  g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT));
}

typedef struct {
  const gchar *name;
  GeoCode code;
  const gchar *reason;
} Case;

static const Case cases[] = {
  { "closer", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "late", GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED },
  { "far", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "slow-clock", GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { "fast-clock", GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { "self", GEO_CODE_INVALID, GEO_REASON_SELF },
  { "equivalent", GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT },
  { "precision", GEO_CODE_INVALID, GEO_REASON_PRECISION },
  { "zero", GEO_CODE_INVALID, GEO_REASON_AMOUNT },
  { "payee", GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT },
  { "text", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "text-hash", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "no-route", GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE },
  { "capacity", GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY },
};

static void
spoil (Town *town, GeoOrder *order, const gchar *name, GBytes **sealed) {
  if (g_str_equal (name, "closer"))
    order->closer = town_person (town, B)->pid;
  else if (g_str_equal (name, "late"))
    order->deadline = town->now - 1;
  else if (g_str_equal (name, "far"))
    order->deadline = town->now + 86400001;
  else if (g_str_equal (name, "slow-clock"))
    order->created_at = town->now - 120001;
  else if (g_str_equal (name, "fast-clock"))
    order->created_at = town->now + 120001;
  else if (g_str_equal (name, "self"))
    order->to = order->from;
  else if (g_str_equal (name, "equivalent"))
    order->equivalent[0] = 'Z';
  else if (g_str_equal (name, "precision"))
    order->amount.decimals = 3;
  else if (g_str_equal (name, "zero"))
    order->amount.amount = GEO_AMOUNT_ZERO;
  else if (g_str_equal (name, "payee"))
    order->to = town->pid;
  else if (g_str_equal (name, "text"))
    *sealed = g_bytes_new_static ("sealed", 6);
  else if (g_str_equal (name, "text-hash"))
    order->has_description_hash = TRUE;
  else if (g_str_equal (name, "no-route"))
    order->constraints->max_hops = 1;
  else if (g_str_equal (name, "capacity"))
    order->amount.amount = GEO_AMOUNT (901);
  else
    g_assert_not_reached ();
}

static void
test_refused (gconstpointer data) {
  const Case *it = data;
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);
  g_autoptr (GBytes) sealed = NULL;
  GeoHash hash;

  spoil (town, order, it->name, &sealed);
  say_order (town, order, sealed);
  town_check_abort (town, A, it->code, it->reason);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);

  /* P5: the same answer, for ever, from memory and from the store. */
  geo_order_hash (order, &hash);
  say_order (town, order, sealed);
  town_check_abort (town, A, it->code, it->reason);
  g_assert_cmpuint (town->actions->len, ==, 1);
  town_restart (town);
  town_present (town, A, TRUE);
  say_order (town, order, sealed);
  town_check_abort (town, A, it->code, it->reason);
  g_assert_cmpuint (town->actions->len, ==, 1);
}

static void
test_same_tx_id (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);
  g_autoptr (GeoOrder) other = geo_order_copy (order);
  g_autoptr (GeoMessage) ask = NULL;
  g_autofree gchar *first = NULL;
  GeoHash contract;

  other->amount.amount = GEO_AMOUNT (200);
  town_present (town, D, TRUE);
  say_order (town, order, NULL);
  ask = town_asked (town, D);

  /* While it is open: nothing, the running one answers. */
  say_order (town, order, NULL);
  g_assert_cmpuint (town->actions->len, ==, 0);
  say_order (town, other, NULL);
  town_check_error (town, A, GEO_CODE_CONFLICT, GEO_REASON_TX_ID_TAKEN);

  geo_contract_hash (ask->u.payment_prepare->contract, &contract);
  town->now += 3000;
  town_timer (town, &contract);
  first = geo_proven_entry_to_text (
      town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT)->u.payment_commit->entry,
      NULL);
  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *again = NULL;

    /* From memory, from the store after a restart, and after a long time. */
    say_order (town, order, NULL);
    g_assert_cmpuint (town->actions->len, ==, 1);
    again = geo_proven_entry_to_text (
        town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT)
            ->u.payment_commit->entry,
        NULL);
    g_assert_cmpstr (first, ==, again);
    say_order (town, other, NULL);
    town_check_error (town, A, GEO_CODE_CONFLICT, GEO_REASON_TX_ID_TAKEN);
    if (i == 0) {
      town->now += 10 * GEO_CLOCK_TOLERANCE_MS;
    } else {
      town_restart (town);
      town_present (town, A, TRUE);
    }
  }
  g_assert_cmpint (town_debt (town, A, B) + town_debt (town, A, C), ==, 100);
}

/* Another payer's tx_id is its own. */
static void
test_tx_id_of_another (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);
  g_autoptr (GeoOrder) other = town_make_order (town, B, D, 100);

  say_order (town, order, NULL);
  g_free (other->tx_id);
  other->tx_id = g_strdup (order->tx_id);
  geo_order_sign (other, town_person (town, B)->secret);
  town_present (town, B, TRUE);
  town_say (town, B, town_order_message (other));
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_COMMIT));
}

/* An order comes again after the deadline of the one that is open. */
static void
test_again_after_deadline (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);

  town_present (town, D, TRUE);
  say_order (town, order, NULL);
  town->now = order->deadline + 1;
  say_order (town, order, NULL);
  town_check_abort (town, A, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
}

/* What was in hand before a restart has no outcome: P12. */
static void
test_after_restart (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 800);
  g_autoptr (GeoMessage) ask = NULL;

  town_present (town, B, TRUE);
  say_order (town, order, NULL);
  ask = town_asked (town, B);
  town_restart (town);
  town_present (town, A, TRUE);
  town_present (town, B, TRUE);
  town_say (town, B, town_vote (town, B, ask));
  town_check_error (town, B, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  /* Nothing of it was stored: it is a new order. */
  say_order (town, order, NULL);
  geo_message_free (ask);
  ask = town_asked (town, B);

  /* One of its contracts was refused, and then the hub fell. */
  town_line (town, B, A, 1000, LINE_LIVE);
  town_line (town, C, A, 1000, 0);
  town_present (town, D, TRUE);
  town_say (
      town, B,
      town_refuse (town, B, ask, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED));
  g_assert_nonnull (town_sent (town, D, GEO_MESSAGE_PAYMENT_PREPARE));
  town_restart (town);
  town_present (town, A, TRUE);
  say_order (town, order, NULL);
  town_check_abort (town, A, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  say_order (town, order, NULL);
  town_check_abort (town, A, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  g_assert_cmpuint (town->actions->len, ==, 1);
}

static void
test_capacity (void) {
  g_autoptr (Town) town = new_town ();
  const GeoMsgPaymentAbort *abort;
  GeoHash order;

  /* 600 by way of B, 300 by way of C: both lines to A's neighbours end it. */
  town_pay (town, A, D, 901, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY);
  abort = town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT)->u.payment_abort;
  g_assert_true (abort->has_max_amount);
  g_assert_cmpint (abort->max_amount.amount.minor, ==, 900);
  g_assert_cmpuint (abort->max_amount.decimals, ==, 2);
  /* Only A's own neighbours are named. */
  g_assert_cmpuint (abort->limits->len, ==, 1);
  g_assert_true (geo_pid_equal (
      &((GeoLimitHint *) g_ptr_array_index (abort->limits, 0))->neighbour,
      &town_person (town, C)->pid));

  town_pay (town, A, D, 900, &order);
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, B), ==, 600);
  g_assert_cmpint (town_debt (town, A, C), ==, 300);
}

/* Two routes over one hop are one hop of the contract. */
static void
test_shared_hop (void) {
  g_autoptr (Town) town = town_new (5);
  const GeoProvenEntry *entry;

  /* A → B, then by C and by D to E. */
  town_line (town, B, A, 1000, 0);
  town_line (town, C, B, 300, 0);
  town_line (town, D, B, 300, 0);
  town_line (town, E, C, 300, 0);
  town_line (town, E, D, 300, 0);
  town_present (town, A, TRUE);
  town_pay (town, A, E, 500, NULL);
  entry =
      town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT)->u.payment_commit->entry;
  g_assert_cmpint (entry->certificate->contract->hops_count, ==, 5);
  g_assert_cmpuint (entry->hops->len, ==, 1);
  g_assert_cmpint (((GeoProvenHop *) g_ptr_array_index (entry->hops, 0))
                       ->hop->amount.amount.minor,
                   ==, 500);
  g_assert_cmpint (town_debt (town, A, B), ==, 500);
  g_assert_cmpint (town_debt (town, C, E) + town_debt (town, D, E), ==, 500);
}

static void
test_constraints (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 100);
  g_autoptr (GeoOrder) single = town_make_order (town, A, D, 700);
  GeoHash hash;

  g_array_append_val (order->constraints->avoid, town_person (town, B)->pid);
  g_array_append_val (order->constraints->avoid, town->pid);
  say_order (town, order, NULL);
  geo_order_hash (order, &hash);
  g_assert_true (ledger_is_committed (town->ledger, &hash));
  g_assert_cmpint (town_debt (town, A, C), ==, 100);

  single->constraints->max_routes = 1;
  say_order (town, single, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY);
}

/* Over n ways of one or two people between A and B, 10 each. */
static Town *
new_parallel (guint n, guint length, LineFlags flags) {
  Town *town = town_new (2 + n * length);

  town->limits.max_routes = 16;
  geo_closer_set_limits (town->closer, &town->limits);
  for (guint i = 0; i < n; i++) {
    guint first = 2 + i * length;

    town_line (town, first, A, 10, flags);
    if (length == 2)
      town_line (town, first + 1, first, 10, flags);
    town_line (town, B, first + length - 1, 10, 0);
  }
  town_everybody (town);
  return town;
}

/* As many as 16 routes where messages have room, else 10. */
static void
test_many_routes (void) {
  static const struct {
    guint length;
    LineFlags flags;
    gint64 most;
  } ways[] = {
    { 1, 0, 160 }, { 2, 0, 160 }, { 1, LINE_LIVE, 160 }, { 2, LINE_LIVE, 100 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autoptr (Town) town = new_parallel (16, ways[i].length, ways[i].flags);
    g_autoptr (GeoOrder) more = town_make_order (town, A, B, 400);
    g_autoptr (GeoOrder) all = town_make_order (town, A, B, ways[i].most);
    g_autoptr (GPtrArray) asked =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
    GeoHash hash;

    g_test_message ("%u between, flags %u", ways[i].length, ways[i].flags);
    more->constraints->max_routes = 16;
    say_order (town, more, NULL);
    town_check_abort (town, A, GEO_CODE_CAPACITY,
                      GEO_REASON_NOT_ENOUGH_CAPACITY);
    g_assert_cmpint (town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT)
                         ->u.payment_abort->max_amount.amount.minor,
                     ==, ways[i].most);
    all->constraints->max_routes = 16;
    say_order (town, all, NULL);
    geo_order_hash (all, &hash);
    for (guint who = 1; who < town->people->len; who++)
      if (town_sent (town, who, GEO_MESSAGE_PAYMENT_PREPARE) != NULL)
        g_ptr_array_add (asked, town_asked (town, who));
    /* Every message of it is encoded and read again by the town. */
    for (guint who = 1, j = 0; who < town->people->len && j < asked->len;
         who++) {
      const GeoMessage *ask = g_ptr_array_index (asked, j);
      const GPtrArray *hops = ask->u.payment_prepare->hops;
      const GeoHop *hop = ((GeoProvenHop *) hops->pdata[0])->hop;
      const GeoPid *pid = &town_person (town, who)->pid;

      if (!geo_pid_equal (&hop->from, pid) && !geo_pid_equal (&hop->to, pid))
        continue;
      town_say (town, who, town_vote (town, who, ask));
      j++;
    }
    g_assert_true (ledger_is_committed (town->ledger, &hash));
  }
}

/* Two payments race for one line: what one reserves the other can't have. */
static void
test_race (void) {
  g_autoptr (Town) town = town_new (3);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash first, contract;

  town_line (town, B, A, 1000, 0);
  town_line (town, C, B, 1000, 0);
  town_everybody (town);
  town_pay (town, A, C, 700, &first);
  ask = town_asked (town, B);
  town_pay (town, A, C, 700, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY);
  town_pay (town, B, C, 300, NULL);
  g_assert_nonnull (town_sent (town, C, GEO_MESSAGE_PAYMENT_PREPARE));
  town_pay (town, B, C, 1, NULL);
  town_check_abort (town, B, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);
  geo_contract_hash (ask->u.payment_prepare->contract, &contract);
  town->now += 3000;
  town_timer (town, &contract);
  g_assert_true (ledger_is_committed (town->ledger, &first));
}

/* Lines without leave to pass through, and blocked participants. */
static void
test_policies (void) {
  g_autoptr (Town) town = town_new (4);
  GeoTrustLine *line;

  town_line (town, B, A, 1000, LINE_NOT_THROUGH);
  town_line (town, D, B, 1000, 0);
  town_present (town, A, TRUE);
  town_pay (town, A, D, 100, NULL);
  town_check_abort (town, A, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);
  town_pay (town, A, B, 100, NULL);
  g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT));

  line = town_make_line (town, B, A, 1000, 0);
  g_array_append_val (line->policy->blocked_participants,
                      town_person (town, D)->pid);
  town_say (town, B,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_UPDATE, B, line));
  town_pay (town, A, D, 100, NULL);
  town_check_abort (town, A, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);
  town_line (town, B, A, 1000, 0);
  town_pay (town, A, D, 100, NULL);
  g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT));
}

static void
freeze (Town *town, guint index, gboolean frozen) {
  g_ptr_array_set_size (town->actions, 0);
  g_assert_true (geo_closer_set_frozen (town->closer,
                                        &town_person (town, index)->pid, frozen,
                                        town->now, town->actions));
}

/* Who is frozen neither pays nor is paid, passes nothing through, and is in no
 * quote; others go around, and afterwards all is as before. */
static void
test_frozen (void) {
  g_autoptr (Town) town = town_new (4);
  GeoHash order;

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 1000, 0);
  town_line (town, C, A, 1000, 0);
  town_line (town, D, C, 300, 0);
  town_present (town, A, TRUE);
  freeze (town, A, TRUE);
  town_pay (town, A, D, 100, NULL);
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  freeze (town, A, FALSE);
  freeze (town, D, TRUE);
  town_pay (town, A, D, 100, NULL);
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  freeze (town, D, FALSE);

  freeze (town, B, TRUE);
  town_pay (town, A, D, 400, NULL);
  town_check_abort (town, A, GEO_CODE_CAPACITY, GEO_REASON_NOT_ENOUGH_CAPACITY);
  g_assert_cmpint (town_sent (town, A, GEO_MESSAGE_PAYMENT_ABORT)
                       ->u.payment_abort->max_amount.amount.minor,
                   ==, 300);
  town_pay (town, A, D, 300, &order);
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, B), ==, 0);
  g_assert_cmpint (town_debt (town, A, C), ==, 300);
  freeze (town, B, FALSE);
  town_pay (town, A, D, 1000, &order);
  g_assert_true (ledger_is_committed (town->ledger, &order));
  g_assert_cmpint (town_debt (town, A, B), ==, 1000);
}

/* A payment that waits for votes when somebody on its way is frozen. */
static void
test_frozen_meanwhile (void) {
  for (guint who = A; who <= D; who++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoMessage) ask_b = NULL;
    g_autoptr (GeoMessage) ask_d = NULL;
    GeoHash order;

    if (who == C)
      continue;
    town_everybody (town);
    town_line (town, B, A, 700, LINE_LIVE);
    town_pay (town, A, D, 600, &order);
    ask_b = town_asked (town, B);
    ask_d = town_asked (town, D);
    freeze (town, who, TRUE);
    g_test_message ("%u frozen", who);
    for (guint i = 0; i < town->actions->len; i++) {
      const GeoAction *action = g_ptr_array_index (town->actions, i);

      if (action->kind == GEO_ACTION_STORE_CHANGE)
        ledger_apply (town->ledger, action->change);
    }
    town_say (town, B, town_vote (town, B, ask_b));
    town_say (town, D, town_vote (town, D, ask_d));
    g_assert_false (ledger_is_committed (town->ledger, &order));
    g_assert_cmpint (town_debt (town, A, B), ==, 0);
  }
}

static void
test_orders_max (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = NULL;

  town->limits.orders_max = 1;
  town_restart (town);
  town_everybody (town);
  town_pay (town, A, D, 100, NULL);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 1);
  order = town_make_order (town, A, D, 50);
  say_order (town, order, NULL);
  town_check_error (town, A, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
}

static const GeoMsgPaymentQuoteResult *
quote (Town *town, guint to, gint64 amount, guint decimals) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE, NULL);
  GeoMsgPaymentQuote *asked = message->u.payment_quote;
  const GeoMessage *answer;

  asked->to = to == G_MAXUINT ? town->pid : town_person (town, to)->pid;
  asked->equivalent = g_strdup (decimals == 9 ? "NONE" : TOWN_EQUIVALENT);
  asked->has_amount = amount >= 0;
  if (amount >= 0)
    asked->amount = geo_decimal (GEO_AMOUNT (amount), MIN (decimals, 8));
  asked->constraints = geo_constraints_new ();
  asked->constraints->max_hops = 6;
  asked->constraints->max_routes = 3;
  town_say (town, A, message);
  answer = town_sent (town, A, GEO_MESSAGE_PAYMENT_QUOTE_RESULT);
  return answer == NULL ? NULL : answer->u.payment_quote_result;
}

static void
test_quote (void) {
  g_autoptr (Town) town = new_town ();
  const GeoMsgPaymentQuoteResult *said;

  said = quote (town, D, -1, 2);
  g_assert_true (said->can_pay);
  g_assert_cmpint (said->max_amount.amount.minor, ==, 900);
  g_assert_cmpint (said->routes, ==, 2);
  g_assert_cmpint (said->hops, ==, 2);
  said = quote (town, D, 500, 2);
  g_assert_true (said->can_pay);
  g_assert_cmpint (said->routes, ==, 1);
  g_assert_cmpint (said->max_amount.amount.minor, ==, 900);
  said = quote (town, D, 901, 2);
  g_assert_false (said->can_pay);
  g_assert_cmpint (said->routes, ==, 0);
  g_assert_cmpuint (said->limits->len, ==, 1);
  said = quote (town, D, 0, 2);
  g_assert_false (said->can_pay);

  g_assert_null (quote (town, D, 1, 9));
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT);
  g_assert_null (quote (town, D, 1, 3));
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_PRECISION);
  g_assert_null (quote (town, A, 1, 2));
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_SELF);
  g_assert_null (quote (town, G_MAXUINT, 1, 2));
  town_check_error (town, A, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT);
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/order/errors", test_errors);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/closer/order/refused/%s",
                                              cases[i].name);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/closer/order/same-tx-id", test_same_tx_id);
  g_test_add_func ("/closer/order/tx-id-of-another", test_tx_id_of_another);
  g_test_add_func ("/closer/order/again-after-deadline",
                   test_again_after_deadline);
  g_test_add_func ("/closer/order/after-restart", test_after_restart);
  g_test_add_func ("/closer/order/capacity", test_capacity);
  g_test_add_func ("/closer/order/shared-hop", test_shared_hop);
  g_test_add_func ("/closer/order/constraints", test_constraints);
  g_test_add_func ("/closer/order/many-routes", test_many_routes);
  g_test_add_func ("/closer/order/race", test_race);
  g_test_add_func ("/closer/order/policies", test_policies);
  g_test_add_func ("/closer/order/frozen", test_frozen);
  g_test_add_func ("/closer/order/frozen-meanwhile", test_frozen_meanwhile);
  g_test_add_func ("/closer/order/orders-max", test_orders_max);
  g_test_add_func ("/closer/order/quote", test_quote);
  return g_test_run ();
}
