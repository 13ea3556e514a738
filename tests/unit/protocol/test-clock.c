/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's clock is set forward and back, by minutes and by days: what was
 * decided stays decided (P4, P5, P11), nothing is decided twice, and lines come
 * into force after what was made before them.
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

/* As a driver asks whose disk is slow: nothing is known but what is in memory.
 * How many changes that made. */
static guint
say_unwritten (Town *town, guint from, const GeoOrder *order) {
  g_autoptr (GeoMessage) message = town_order_message (order);
  guint stores;

  geo_message_set_id (message, "again");
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_message (town->closer, &town_person (town, from)->pid, message,
                      NULL, town->now, town->actions);
  stores = town_count (town, GEO_ACTION_STORE_CHANGE);
  return stores;
}

static const gint64 jumps[] = {
  1, -1, 600000, -600000, GEO_DAY_MS, -GEO_DAY_MS, 400 * GEO_DAY_MS
};

/* Refused, not on disk yet, and asked about again: the same answer, and no
 * second refusal, which the database would not take. */
static void
test_refused (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoOrder) order = town_make_order (town, A, D, 5000);

    town_say (town, A, town_order_message (order));
    town_check_abort (town, A, GEO_CODE_CAPACITY,
                      GEO_REASON_NOT_ENOUGH_CAPACITY);
    town->now += jumps[i];
    for (guint j = 0; j < 3; j++) {
      g_assert_cmpuint (say_unwritten (town, A, order), ==, 0);
      town_check_abort (town, A, GEO_CODE_CAPACITY,
                        GEO_REASON_NOT_ENOUGH_CAPACITY);
    }
  }
}

static void
test_committed (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoOrder) order = town_make_order (town, A, B, 500);
    g_autoptr (GeoMessage) ask = NULL;

    town_say (town, A, town_order_message (order));
    ask = town_asked (town, B);
    town_say (town, B, town_vote (town, B, ask));
    g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT));
    town->now += jumps[i];
    for (guint j = 0; j < 3; j++) {
      g_assert_cmpuint (say_unwritten (town, A, order), ==, 0);
      g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_COMMIT));
    }
    g_assert_cmpint (town_debt (town, A, B), ==, 500);
  }
}

/* P12: a hash that nobody knew is refused once. */
static void
test_unknown (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    g_autoptr (Town) town = new_town ();
    GeoHash hash;

    geo_hash_of ("x", 1, &hash);
    for (guint j = 0; j < 3; j++) {
      g_autoptr (GeoMessage) message =
          geo_message_new (GEO_MESSAGE_RECOVERY_QUERY, "q");

      message->u.recovery_query->has_order = TRUE;
      message->u.recovery_query->order = hash;
      g_ptr_array_set_size (town->actions, 0);
      geo_closer_message (town->closer, &town_person (town, A)->pid, message,
                          NULL, town->now, town->actions);
      g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, j == 0);
      g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_RECOVERY_RESPONSE)
                            ->u.recovery_response->refusal);
      town->now += jumps[i];
    }
  }
}

/* While votes are waited for.  Past the deadline it is refused, once, however
 * the clock goes on; before it the votes still count. */
static void
test_open (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoMessage) ask_b = NULL;
    g_autoptr (GeoMessage) ask_d = NULL;
    GeoHash order, contract;
    gboolean late;

    town_pay (town, A, D, 250, &order);
    ask_b = town_asked (town, B);
    ask_d = town_asked (town, D);
    geo_contract_hash (ask_b->u.payment_prepare->contract, &contract);
    town->now += jumps[i];
    late = town->now > ask_b->u.payment_prepare->contract->deadline;
    town_say (town, B, town_vote (town, B, ask_b));
    town_say (town, D, town_vote (town, D, ask_d));
    g_assert_true (ledger_is_committed (town->ledger, &order) == !late);
    g_assert_true ((ledger_refusal (town->ledger, &order) != NULL) == late);
    g_assert_cmpuint (geo_closer_count_open (town->closer), ==, 0);
    /* P4: as it was, the clock set right again, with the timer that was on its
     * way. */
    town->now -= jumps[i];
    town_timer (town, &contract);
    g_assert_cmpuint (town->actions->len, ==, 0);
    town_say (town, D, town_vote (town, D, ask_d));
    g_assert_true (ledger_is_committed (town->ledger, &order) == !late);
    g_assert_cmpint (town_debt (town, A, B), ==, late ? 0 : 250);
  }
}

/* §8: a line that comes while a payment is open is in force after the payment's
 * contract was made, for participants hold a contract to the line of that time;
 * also where the clock was set back between. */
static void
test_line_while_open (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    g_autoptr (Town) town = new_town ();
    g_autoptr (GeoMessage) ask = NULL;
    const GeoMessage *receipt;
    GeoTrustLine *line;

    town_pay (town, A, D, 250, NULL);
    ask = town_asked (town, B);
    town->now += jumps[i];
    line = town_make_line (town, B, A, 100, 0);
    town_say (town, B,
              town_line_message (town, GEO_MESSAGE_TRUST_LINE_UPDATE, B, line));
    receipt = town_sent (town, B, GEO_MESSAGE_TRUST_LINE_RECEIPT);
    g_assert_nonnull (receipt);
    g_assert_cmpint (receipt->u.trust_line_receipt->entry->entry->at, >=,
                     ask->u.payment_prepare->contract->created_at);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/refused", test_refused);
  g_test_add_func ("/clock/committed", test_committed);
  g_test_add_func ("/clock/unknown", test_unknown);
  g_test_add_func ("/clock/open", test_open);
  g_test_add_func ("/clock/line-while-open", test_line_while_open);
  return g_test_run ();
}
