/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What became of an order or contract: the same answer from memory, from the
 * store and after a long time, and P12 for what nobody knows.
 */
#include "town.h"

enum { A, B, C, D };

static Town *
new_town (void) {
  Town *town = town_new (4);

  town_line (town, B, A, 1000, 0);
  town_line (town, D, B, 1000, 0);
  town_everybody (town);
  return town;
}

static const GeoMsgRecoveryResponse *
ask (Town *town, guint from, const GeoHash *order, const GeoHash *contract) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_RECOVERY_QUERY, NULL);
  const GeoMessage *answer;

  message->u.recovery_query->has_order = order != NULL;
  if (order != NULL)
    message->u.recovery_query->order = *order;
  message->u.recovery_query->has_contract = contract != NULL;
  if (contract != NULL)
    message->u.recovery_query->contract = *contract;
  town_say (town, from, message);
  answer = town_sent (town, from, GEO_MESSAGE_RECOVERY_RESPONSE);
  if (answer == NULL)
    return NULL;
  g_assert_true (answer->u.recovery_response->has_order == (order != NULL));
  return answer->u.recovery_response;
}

static void
test_bad_question (void) {
  g_autoptr (Town) town = new_town ();
  GeoHash hash;

  geo_hash_of ("x", 1, &hash);
  g_assert_null (ask (town, A, NULL, NULL));
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_INVALID);
  g_assert_null (ask (town, A, &hash, &hash));
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_INVALID);
}

static void
test_open (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoMessage) prepare = NULL;
  const GeoMsgRecoveryResponse *answer;
  GeoHash order, contract;

  town_pay (town, A, D, 250, &order);
  prepare = town_asked (town, B);
  geo_contract_hash (prepare->u.payment_prepare->contract, &contract);
  answer = ask (town, A, &order, NULL);
  g_assert_true (answer->entry == NULL && answer->refusal == NULL);
  answer = ask (town, B, NULL, &contract);
  g_assert_true (answer->entry == NULL && answer->refusal == NULL);
  g_assert_cmpuint (town->actions->len, ==, 1);

  /* P12: whose deadline has passed without its vote. */
  town->now = prepare->u.payment_prepare->order->deadline + 1;
  answer = ask (town, B, NULL, &contract);
  g_assert_cmpstr (answer->refusal->reason, ==, GEO_REASON_DEADLINE_PASSED);
  g_assert_true (answer->refusal->has_contract);
  answer = ask (town, A, &order, NULL);
  g_assert_true (answer->refusal->has_order);
  g_assert_cmpint (answer->refusal->code, ==, GEO_CODE_TIMEOUT);
}

static void
test_open_order_late (void) {
  g_autoptr (Town) town = new_town ();
  const GeoMsgRecoveryResponse *answer;
  GeoHash order;

  town_pay (town, A, D, 250, &order);
  town->now += 30001;
  answer = ask (town, A, &order, NULL);
  g_assert_true (answer->refusal->has_order);
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_ABORT));
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
}

static void
test_decided (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoMessage) prepare = NULL;
  g_autoptr (GeoMessage) second = NULL;
  const GeoMsgRecoveryResponse *answer;
  GeoHash paid, refused, contract, no_contract;

  town_pay (town, A, D, 250, &paid);
  prepare = town_asked (town, B);
  geo_contract_hash (prepare->u.payment_prepare->contract, &contract);
  town->now += 3000;
  town_timer (town, &contract);
  town_pay (town, A, D, 300, &refused);
  second = town_asked (town, B);
  geo_contract_hash (second->u.payment_prepare->contract, &no_contract);
  town_say (
      town, B,
      town_refuse (town, B, second, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED));

  /* From memory, from the store after a long time, and after a restart. */
  for (guint i = 0; i < 3; i++) {
    answer = ask (town, A, &paid, NULL);
    g_assert_true (geo_pid_equal (&answer->entry->entry->participant,
                                  &town_person (town, A)->pid));
    answer = ask (town, D, NULL, &contract);
    g_assert_true (geo_pid_equal (&answer->entry->entry->participant,
                                  &town_person (town, D)->pid));
    g_assert_null (ask (town, C, &paid, NULL));
    town_check_error (town, C, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    g_assert_null (ask (town, C, NULL, &contract));
    town_check_error (town, C, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    answer = ask (town, A, &refused, NULL);
    g_assert_true (answer->refusal->has_order);
    g_assert_cmpstr (answer->refusal->reason, ==, GEO_REASON_LIMIT_EXCEEDED);
    answer = ask (town, B, NULL, &no_contract);
    g_assert_true (answer->refusal->has_contract);
    g_assert_cmpuint (town->actions->len, ==, 1);

    if (i == 0) {
      town->now += 10 * GEO_CLOCK_TOLERANCE_MS;
    } else {
      town_restart (town);
      town_everybody (town);
    }
  }
}

/* P12: refused before it is answered, and a late order changes nothing. */
static void
test_unknown_order (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 250);
  const GeoMsgRecoveryResponse *answer;
  GeoHash hash;

  order->deadline = town->now + 86400000;
  geo_order_sign (order, town_person (town, A)->secret);
  geo_order_hash (order, &hash);
  answer = ask (town, A, &hash, NULL);
  g_assert_cmpint (answer->refusal->code, ==, GEO_CODE_CONFLICT);
  g_assert_cmpstr (answer->refusal->reason, ==, GEO_REASON_UNKNOWN_ORDER);
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
  answer = ask (town, A, &hash, NULL);
  g_assert_nonnull (answer->refusal);
  g_assert_cmpuint (town->actions->len, ==, 1);

  for (guint i = 0; i < 3; i++) {
    town_say (town, A, town_order_message (order));
    town_check_abort (town, A, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
    g_assert_cmpuint (town->actions->len, ==, 1);
    if (i == 0) {
      town->now += 3 * GEO_CLOCK_TOLERANCE_MS;
    } else {
      town_restart (town);
      town_everybody (town);
    }
  }
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==, 0);
}

static void
test_unknown_contract (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoMessage) prepare = NULL;
  const GeoMsgRecoveryResponse *answer;
  GeoHash contract;

  town_pay (town, A, D, 250, NULL);
  prepare = town_asked (town, B);
  geo_contract_hash (prepare->u.payment_prepare->contract, &contract);
  /* The hub falls: nobody can ever vote for what it had in hand. */
  town_restart (town);
  town_everybody (town);
  answer = ask (town, B, NULL, &contract);
  g_assert_true (answer->refusal->has_contract);
  g_assert_cmpstr (answer->refusal->reason, ==, GEO_REASON_UNKNOWN_ORDER);
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
  town_say (town, B, town_vote (town, B, prepare));
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_PAYMENT_ABORT));
  answer = ask (town, D, NULL, &contract);
  g_assert_nonnull (answer->refusal);
  g_assert_cmpuint (town->actions->len, ==, 1);
  town->now += 3 * GEO_CLOCK_TOLERANCE_MS;
  answer = ask (town, D, NULL, &contract);
  g_assert_nonnull (answer->refusal);
  g_assert_cmpuint (town->actions->len, ==, 1);
}

/* P4: what was refused after a restart is not made again by the next one, not
 * even in the same millisecond. */
static void
test_same_again (void) {
  g_autoptr (Town) town = new_town ();
  g_autoptr (GeoOrder) order = town_make_order (town, A, D, 250);
  g_autoptr (GeoMessage) prepare = NULL;
  g_autoptr (GeoMessage) again = NULL;
  GeoHash before, after;

  geo_order_sign (order, town_person (town, A)->secret);
  town_say (town, A, town_order_message (order));
  prepare = town_asked (town, B);
  geo_contract_hash (prepare->u.payment_prepare->contract, &before);
  town_restart (town);
  town_everybody (town);
  g_assert_nonnull (ask (town, B, NULL, &before)->refusal);
  town_restart (town);
  town_everybody (town);
  town_say (town, A, town_order_message (order));
  again = town_asked (town, B);
  geo_contract_hash (again->u.payment_prepare->contract, &after);
  g_assert_false (geo_hash_equal (&before, &after));
}

static guint
ask_made_up (Town *town, guint from, guint first, guint n) {
  guint refused = 0;

  for (guint i = first; i < first + n; i++) {
    const GeoMsgRecoveryResponse *answer;
    GeoHash hash;

    geo_hash_of (&i, sizeof i, &hash);
    /* Orders and contracts count alike. */
    answer = i % 2 == 0 ? ask (town, from, &hash, NULL)
                        : ask (town, from, NULL, &hash);
    if (answer != NULL) {
      g_assert_nonnull (answer->refusal);
      refused++;
      continue;
    }
    town_check_error (town, from, GEO_CODE_INVALID, GEO_REASON_TOO_OFTEN);
    /* Nothing is stored. */
    g_assert_cmpuint (town->actions->len, ==, 1);
  }
  return refused;
}

/* Nobody fills the hub's disk with refusals of what never was. */
static void
test_made_up (void) {
  g_autoptr (Town) town = new_town ();
  GeoHash paid, hash;
  guint none = 0;

  town_pay (town, A, B, 1, &paid);
  if (!ledger_is_committed (town->ledger, &paid)) {
    g_autoptr (GeoMessage) prepare = town_asked (town, B);

    town_say (town, B, town_vote (town, B, prepare));
  }
  g_assert_cmpuint (ask_made_up (town, A, 0, 1100), ==, 1000);
  /* Of orders, that is; every other one was a contract. */
  g_assert_cmpuint (ledger_count_refusals (town->ledger), ==, 500);
  /* What is known is answered all the same, and so are others. */
  g_assert_nonnull (ask (town, A, &paid, NULL)->entry);
  geo_hash_of (&none, sizeof none, &hash);
  g_assert_nonnull (ask (town, A, &hash, NULL)->refusal);
  g_assert_cmpuint (ask_made_up (town, B, 2000, 10), ==, 10);

  /* One more every ten seconds; a clock that is set back gives nothing. */
  town->now += 9999;
  g_assert_cmpuint (ask_made_up (town, A, 1000, 1), ==, 0);
  town->now += 1;
  g_assert_cmpuint (ask_made_up (town, A, 1000, 2), ==, 1);
  town->now -= 3600000;
  g_assert_cmpuint (ask_made_up (town, A, 1001, 2), ==, 0);
  town->now += 20000;
  g_assert_cmpuint (ask_made_up (town, A, 1001, 3), ==, 2);
  /* However long nobody asked. */
  town->now += 100 * GEO_DAY_MS;
  g_assert_cmpuint (ask_made_up (town, A, 3000, 1010), ==, 1000);
}

/* What is decided is kept for a while only. */
static void
test_sweep (void) {
  g_autoptr (Town) town = new_town ();
  GeoHash order;

  for (guint i = 0; i < 40; i++) {
    town_pay (town, A, D, 2000, &order);
    town->now += GEO_CLOCK_TOLERANCE_MS / 4;
  }
  g_assert_cmpuint (ledger_count_refusals (town->ledger), ==, 40);
  g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/recovery/bad-question", test_bad_question);
  g_test_add_func ("/closer/recovery/open", test_open);
  g_test_add_func ("/closer/recovery/open-order-late", test_open_order_late);
  g_test_add_func ("/closer/recovery/decided", test_decided);
  g_test_add_func ("/closer/recovery/unknown-order", test_unknown_order);
  g_test_add_func ("/closer/recovery/same-again", test_same_again);
  g_test_add_func ("/closer/recovery/unknown-contract", test_unknown_contract);
  g_test_add_func ("/closer/recovery/made-up", test_made_up);
  g_test_add_func ("/closer/recovery/sweep", test_sweep);
  return g_test_run ();
}
