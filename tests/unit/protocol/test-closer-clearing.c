/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer's clearing (§7): who is asked and who is not, what the limits and
 * policies let through, every answer that can come, and that a clearing which
 * would break I4 is stopped.
 */
#include "protocol/geo-closer-private.h"
#include "town.h"

enum { A, B, C, D, E, N_PEOPLE };

/* A owes B, B owes C, …, the last owes A; those lines with flags. */
static Town *
new_circle (guint n, LineFlags first_flags) {
  Town *town = town_new (N_PEOPLE);

  town->limits.clears = FALSE;
  geo_closer_set_limits (town->closer, &town->limits);
  for (guint i = 0; i < n; i++)
    town_line (town, (i + 1) % n, i, 1000, i == 0 ? first_flags : 0);
  for (guint i = 0; i < n; i++)
    town_pay (town, i, (i + 1) % n, 500 - 10 * i, NULL);
  town->limits.clears = TRUE;
  geo_closer_set_limits (town->closer, &town->limits);
  return town;
}

static void
check_circle (Town *town, guint n, gint64 less) {
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (town_debt (town, i, (i + 1) % n), ==, 500 - 10 * i - less);
}

static GeoMessage *
proposed (Town *town, guint to) {
  const GeoMessage *message = town_sent (town, to,
                                         GEO_MESSAGE_CLEARING_PROPOSE);

  return message == NULL ? NULL : geo_message_copy (message);
}

static GeoHash
contract_of (const GeoMessage *propose) {
  GeoHash hash;

  geo_contract_hash (propose->u.clearing_propose->contract, &hash);
  return hash;
}

static GeoMessage *
accept_as (Town *town, guint voter, guint signer, const GeoHash *contract) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_ACCEPT, NULL);
  GeoVote *vote = geo_vote_new ();

  vote->community = town->pid;
  vote->contract = *contract;
  vote->voter = town_person (town, voter)->pid;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, town_person (town, signer)->secret);
  message->u.clearing_accept->vote = vote;
  return message;
}

static GeoMessage *
reject (Town *town, guint voter, const GeoHash *contract, gboolean as_order) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_REJECT, NULL);
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = town->pid;
  refusal->has_order = as_order;
  refusal->has_contract = !as_order;
  if (as_order)
    refusal->order = *contract;
  else
    refusal->contract = *contract;
  refusal->voter = town_person (town, voter)->pid;
  refusal->code = GEO_CODE_NOT_ALLOWED;
  refusal->reason = g_strdup (GEO_REASON_REFUSED_BY_PARTICIPANT);
  refusal->at = town->now;
  geo_refusal_sign (refusal, town_person (town, voter)->secret);
  message->u.clearing_reject->refusal = refusal;
  return message;
}

static void
check_nothing_reserved (Town *town) {
  const GeoBookMarket *market = geo_book_market (town->book, TOWN_EQUIVALENT);

  for (guint i = 0; i < N_PEOPLE; i++)
    for (guint j = 0; j < N_PEOPLE; j++)
      if (i != j)
        g_assert_cmpint (
            geo_graph_reserved (
                market->graph,
                geo_book_person (town->book, &town_person (town, i)->pid)->node,
                geo_book_person (town->book, &town_person (town, j)->pid)->node)
                .minor,
            ==, 0);
  g_assert_cmpuint (geo_closer_count_clearings (town->closer), ==, 0);
}

/* Freezes or thaws somebody. */
static void
set_frozen (Town *town, guint index, gboolean frozen) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  g_assert_true (geo_closer_set_frozen (town->closer,
                                        &town_person (town, index)->pid, frozen,
                                        town->now, actions));
}

/* --- By mandate -------------------------------------------------------------
 */

static void
test_mandate (void) {
  g_autoptr (Town) town = new_circle (4, 0);

  /* Nobody is there, and nobody has to be. */
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  check_circle (town, 4, 470);
  g_assert_cmpuint (ledger_count_clearings (town->ledger), ==, 1);
  check_nothing_reserved (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
}

static void
test_after_payment (void) {
  /* The debt that closes a circle of that many: cleared where trigger allows.
   */
  static const struct {
    guint n;
    guint trigger;
    gboolean clears;
    gboolean cleared;
  } cases[] = {
    { 3, 4, TRUE, TRUE },   { 4, 4, TRUE, TRUE },  { 5, 4, TRUE, FALSE },
    { 3, 3, TRUE, TRUE },   { 4, 3, TRUE, FALSE }, { 3, 0, TRUE, FALSE },
    { 3, 4, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Town) town = town_new (N_PEOPLE);
    guint n = cases[i].n;

    town->limits.trigger_cycles_max_length = cases[i].trigger;
    town->limits.clears = cases[i].clears;
    geo_closer_set_limits (town->closer, &town->limits);
    for (guint j = 0; j < n; j++)
      town_line (town, (j + 1) % n, j, 1000, 0);
    for (guint j = 0; j < n; j++)
      town_pay (town, j, (j + 1) % n, 500 - 10 * j, NULL);
    g_test_message ("%u, %u", n, cases[i].trigger);
    check_circle (town, n, cases[i].cleared ? 500 - 10 * (n - 1) : 0);
  }
}

static void
test_limits (void) {
  g_autoptr (Town) town = new_circle (4, 0);

  /* Longer than is looked for. */
  g_assert_cmpuint (town_clear (town, 3), ==, 0);
  /* Less than is worth it. */
  town->limits.min_clearing_amount = GEO_AMOUNT (471);
  geo_closer_set_limits (town->closer, &town->limits);
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  town->limits.min_clearing_amount = GEO_AMOUNT (470);
  town->limits.clears = FALSE;
  geo_closer_set_limits (town->closer, &town->limits);
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  check_circle (town, 4, 0);
  town->limits.clears = TRUE;
  geo_closer_set_limits (town->closer, &town->limits);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  check_circle (town, 4, 470);
}

static void
test_frozen (void) {
  g_autoptr (Town) town = new_circle (3, 0);

  /* Nothing of a frozen person's is touched. */
  set_frozen (town, C, TRUE);
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  set_frozen (town, C, FALSE);
  geo_book_market (town->book, TOWN_EQUIVALENT)->frozen = TRUE;
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  check_circle (town, 3, 0);
  geo_book_market (town->book, TOWN_EQUIVALENT)->frozen = FALSE;
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  check_circle (town, 3, 480);
}

/* A closed line keeps the consent it had. */
static void
test_closed_line (void) {
  g_autoptr (Town) town = new_circle (3, 0);

  town_line (town, B, A, -1, 0);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  check_circle (town, 3, 480);
}

/* can_be_intermediate, consent to payments and blocked_participants are no
 * matter of clearing: nobody passes anything through here. */
static void
test_other_policies (void) {
  g_autoptr (Town) town = new_circle (3, LINE_LIVE | LINE_NOT_THROUGH);

  g_assert_cmpint (town_debt (town, A, B), ==, 0);
  town_everybody (town);
  {
    g_autoptr (GeoMessage) ask = NULL;

    town_pay (town, A, B, 500, NULL);
    ask = town_asked (town, B);
    town_say (town, B, town_vote (town, B, ask));
  }
  for (guint i = 0; i < N_PEOPLE; i++)
    town_present (town, i, FALSE);
  /* It was cleared with the payment, and nobody was asked. */
  check_circle (town, 3, 480);
}

/* --- Live votes -------------------------------------------------------------
 */

static void
test_asked (void) {
  g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  /* Who is away is not asked. */
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  town_everybody (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  ask = proposed (town, B);
  g_assert_nonnull (ask);
  g_assert_null (town_sent (town, A, GEO_MESSAGE_CLEARING_PROPOSE));
  g_assert_null (town_sent (town, C, GEO_MESSAGE_CLEARING_PROPOSE));
  contract = contract_of (ask);
  g_assert_cmpuint (geo_closer_count_clearings (town->closer), ==, 1);
  check_circle (town, 3, 0);

  /* Nobody else's word counts, nor a false one. */
  town_say (town, C, accept_as (town, C, C, &contract));
  town_check_error (town, C, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  town_say (town, C, accept_as (town, B, C, &contract));
  town_check_error (town, C, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  town_say (town, B, accept_as (town, B, C, &contract));
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  town_say (town, B, reject (town, B, &contract, TRUE));
  town_check_error (town, B, GEO_CODE_INVALID, GEO_REASON_INVALID);
  {
    GeoMessage *foreign = accept_as (town, B, B, &contract);

    foreign->u.clearing_accept->vote->community = town_person (town, A)->pid;
    geo_vote_sign (foreign->u.clearing_accept->vote,
                   town_person (town, B)->secret);
    town_say (town, B, foreign);
    town_check_error (town, B, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
  }
  check_circle (town, 3, 0);

  town_say (town, B, accept_as (town, B, B, &contract));
  check_circle (town, 3, 480);
  for (guint i = A; i <= C; i++)
    g_assert_nonnull (town_sent (town, i, GEO_MESSAGE_CLEARING_COMMIT));
  check_nothing_reserved (town);
  /* The same again changes nothing, and a no comes too late. */
  town_say (town, B, accept_as (town, B, B, &contract));
  g_assert_cmpuint (town->actions->len, ==, 0);
  town_say (town, B, reject (town, B, &contract, FALSE));
  g_assert_cmpuint (town->actions->len, ==, 0);
  check_circle (town, 3, 480);
}

static void
test_rejected (void) {
  g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_everybody (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  ask = proposed (town, B);
  contract = contract_of (ask);
  town_say (town, B, reject (town, B, &contract, FALSE));
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT));
  check_nothing_reserved (town);
  check_circle (town, 3, 0);
  /* P2, P4: what was refused is not voted for any more. */
  town_say (town, B, accept_as (town, B, B, &contract));
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT));
  check_circle (town, 3, 0);
  /* Left in peace for a day, also where the clock is set back meanwhile. */
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  town->now -= GEO_DAY_MS / 2;
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
  town->now += GEO_DAY_MS / 2 + GEO_DAY_MS + 1;
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
}

/* Two have to vote; one of them did. */
static void
test_two_voters (void) {
  g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_line (town, C, B, 1000, LINE_ASK_CLEARING);
  town_everybody (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  ask = proposed (town, C);
  contract = contract_of (ask);
  town_say (town, B, accept_as (town, B, B, &contract));
  check_circle (town, 3, 0);
  /* P2: A vote is never withdrawn. */
  town_say (town, B, reject (town, B, &contract, FALSE));
  town_check_error (town, B, GEO_CODE_CONFLICT, GEO_REASON_ALREADY_VOTED);
  /* Who has voted is not asked again, the other is. */
  for (guint i = B; i <= C; i++) {
    town_present (town, i, FALSE);
    town_present (town, i, TRUE);
    g_assert_true ((town_sent (town, i, GEO_MESSAGE_CLEARING_PROPOSE) !=
                    NULL) == (i == C));
  }
  town_say (town, C, accept_as (town, C, C, &contract));
  check_circle (town, 3, 480);
  check_nothing_reserved (town);
}

static void
test_too_late (void) {
  g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_everybody (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  ask = proposed (town, B);
  contract = contract_of (ask);
  /* P12: never after the deadline, whether the timer came or not. */
  town->now = ask->u.clearing_propose->contract->deadline + 1;
  town_say (town, B, accept_as (town, B, B, &contract));
  g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT));
  check_circle (town, 3, 0);
  check_nothing_reserved (town);
  /* Who was silent is left in peace, too. */
  g_assert_cmpuint (town_clear (town, 12), ==, 0);
}

/* A hub that starts again knows of no proposal (P12). */
static void
test_restart (void) {
  g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
  g_autoptr (GeoMessage) ask = NULL;
  g_autoptr (GeoMessage) again = NULL;
  GeoHash contract;

  town_everybody (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  ask = proposed (town, B);
  contract = contract_of (ask);
  town_restart (town);
  town_everybody (town);
  town_say (town, B, accept_as (town, B, B, &contract));
  town_check_error (town, B, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);
  check_circle (town, 3, 0);
  check_nothing_reserved (town);
  g_assert_cmpuint (town_clear (town, 12), ==, 1);
  again = proposed (town, B);
  contract = contract_of (again);
  town_say (town, B, accept_as (town, B, B, &contract));
  check_circle (town, 3, 480);
}

/* Who is frozen holds nobody's debts up: what waits for a vote is over at once,
 * and those who were asked are told. */
static void
test_frozen_meanwhile (void) {
  for (guint who = A; who <= D; who++) {
    g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);

    town_everybody (town);
    g_assert_cmpuint (town_clear (town, 12), ==, 1);
    g_ptr_array_set_size (town->actions, 0);
    g_assert_true (geo_closer_set_frozen (town->closer,
                                          &town_person (town, who)->pid, TRUE,
                                          town->now, town->actions));
    g_assert_true ((town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT) != NULL) ==
                   (who != D));
    if (who != D) {
      g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
      check_nothing_reserved (town);
    } else {
      g_assert_cmpuint (geo_closer_count_clearings (town->closer), ==, 1);
    }
    check_circle (town, 3, 0);
  }
}

/* Between the question and the vote. */
static void
test_changed_meanwhile (void) {
  enum { FROZEN, MARKET, WITHDRAWN, N_CASES };

  for (guint i = 0; i < N_CASES; i++) {
    g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
    g_autoptr (GeoMessage) ask = NULL;
    GeoHash contract;

    town_everybody (town);
    g_assert_cmpuint (town_clear (town, 12), ==, 1);
    ask = proposed (town, B);
    contract = contract_of (ask);
    if (i == FROZEN)
      set_frozen (town, A, TRUE);
    if (i == MARKET)
      geo_book_market (town->book, TOWN_EQUIVALENT)->frozen = TRUE;
    if (i == WITHDRAWN)
      town_line (town, C, B, 1000, LINE_ASK_CLEARING);
    town_say (town, B, accept_as (town, B, B, &contract));
    g_test_message ("case %u", i);
    g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT));
    check_circle (town, 3, 0);
    check_nothing_reserved (town);
    g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 0);
  }
}

/* --- Violations -------------------------------------------------------------
 */

static guint
count_incidents (Town *town, const gchar *rule) {
  guint n = 0;

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_STORE_CHANGE &&
        action->change->kind == GEO_CHANGE_INCIDENT) {
      g_assert_cmpstr (action->change->equivalent, ==, TOWN_EQUIVALENT);
      g_assert_true (g_str_has_prefix (action->change->text, rule));
      n++;
    }
  }
  return n;
}

/* From now on the contract moves one less over that hop than it says. */
static void
plant (Town *town, const GeoHash *hash, guint hop) {
  GeoCloserContract *held = g_hash_table_lookup (town->closer->contracts, hash);
  GeoCloserFlow *flow = &g_array_index (held->flows, GeoCloserFlow, hop);

  geo_graph_release (held->market->graph, flow->u, flow->v, GEO_AMOUNT (1));
  flow->amount.minor--;
}

/* I4: a clearing that would take less from some debts, or from all, than it
 * says is stopped; the equivalent is frozen, and nothing has changed. */
static void
test_i4 (void) {
  for (guint n_planted = 1; n_planted <= 3; n_planted++) {
    g_autoptr (Town) town = new_circle (3, LINE_ASK_CLEARING);
    g_autoptr (GeoMessage) ask = NULL;
    GeoHash contract;

    town_everybody (town);
    g_assert_cmpuint (town_clear (town, 12), ==, 1);
    ask = proposed (town, B);
    contract = contract_of (ask);
    for (guint i = 0; i < n_planted; i++)
      plant (town, &contract, i);
    town_say (town, B, accept_as (town, B, B, &contract));
    g_assert_cmpuint (count_incidents (town, "I4 "), ==, 1);
    g_assert_nonnull (town_sent (town, B, GEO_MESSAGE_CLEARING_ABORT));
    g_assert_cmpuint (geo_closer_get_violations (town->closer), ==, 1);
    check_circle (town, 3, 0);
    check_nothing_reserved (town);

    /* §14: nothing more is done in it, by anybody. */
    g_assert_cmpuint (geo_book_count_frozen_equivalents (town->book), ==, 1);
    g_assert_cmpuint (town_clear (town, 12), ==, 0);
    town_pay (town, A, B, 1, NULL);
    town_check_abort (town, A, GEO_CODE_NOT_ALLOWED,
                      GEO_REASON_EQUIVALENT_FROZEN);
  }
}

/* I7: a payment that would carry less than its contract says. */
static void
test_i7 (void) {
  g_autoptr (Town) town = new_circle (3, 0);
  g_autoptr (GeoMessage) ask = NULL;
  GeoHash contract;

  town_everybody (town);
  town_pay (town, A, B, 20, NULL);
  ask = town_asked (town, B);
  geo_contract_hash (ask->u.payment_prepare->contract, &contract);
  plant (town, &contract, 0);
  town_say (town, B, town_vote (town, B, ask));
  g_assert_cmpuint (count_incidents (town, "I7 "), ==, 1);
  town_check_abort (town, A, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  check_circle (town, 3, 0);
  check_nothing_reserved (town);
}

/* I6: the graph has a line that nobody gave. */
static void
test_i6 (void) {
  g_autoptr (Town) town = town_new (N_PEOPLE);
  GeoBookMarket *market = geo_book_market (town->book, TOWN_EQUIVALENT);
  GeoNodeIndex a =
      geo_book_person (town->book, &town_person (town, A)->pid)->node;
  GeoNodeIndex b =
      geo_book_person (town->book, &town_person (town, B)->pid)->node;

  town_line (town, C, B, 1000, 0);
  town_present (town, A, TRUE);
  geo_graph_set_line (market->graph, b, a, GEO_AMOUNT (1000),
                      GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE);
  town_pay (town, A, C, 20, NULL);
  g_assert_cmpuint (count_incidents (town, "I6 "), ==, 1);
  town_check_abort (town, A, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL);
  g_assert_cmpuint (geo_book_count_frozen_equivalents (town->book), ==, 1);
  g_assert_cmpint (town_debt (town, A, B), ==, 0);
  check_nothing_reserved (town);
}

/* I3 cannot be planted: the graph takes no second direction. */
static void
test_i3 (void) {
  g_autoptr (Town) town = new_circle (3, 0);
  GeoBookMarket *market = geo_book_market (town->book, TOWN_EQUIVALENT);
  GeoNodeIndex a =
      geo_book_person (town->book, &town_person (town, A)->pid)->node;
  GeoNodeIndex b =
      geo_book_person (town->book, &town_person (town, B)->pid)->node;

  g_assert_false (geo_graph_set_debt (market->graph, b, a, GEO_AMOUNT (1)));
  check_circle (town, 3, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/clearing/mandate", test_mandate);
  g_test_add_func ("/closer/clearing/after-payment", test_after_payment);
  g_test_add_func ("/closer/clearing/limits", test_limits);
  g_test_add_func ("/closer/clearing/frozen", test_frozen);
  g_test_add_func ("/closer/clearing/closed-line", test_closed_line);
  g_test_add_func ("/closer/clearing/other-policies", test_other_policies);
  g_test_add_func ("/closer/clearing/asked", test_asked);
  g_test_add_func ("/closer/clearing/rejected", test_rejected);
  g_test_add_func ("/closer/clearing/two-voters", test_two_voters);
  g_test_add_func ("/closer/clearing/too-late", test_too_late);
  g_test_add_func ("/closer/clearing/restart", test_restart);
  g_test_add_func ("/closer/clearing/frozen-meanwhile", test_frozen_meanwhile);
  g_test_add_func ("/closer/clearing/changed-meanwhile",
                   test_changed_meanwhile);
  g_test_add_func ("/closer/violation/i3", test_i3);
  g_test_add_func ("/closer/violation/i4", test_i4);
  g_test_add_func ("/closer/violation/i6", test_i6);
  g_test_add_func ("/closer/violation/i7", test_i7);
  return g_test_run ();
}
