/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What must hold: cheap after each step, everything now and then, and in rest
 * what only then can hold.  It looks into closer, book and party, and changes
 * nothing.
 */
#include "protocol/geo-book-private.h"
#include "protocol/geo-closer-private.h"
#include "protocol/geo-party-private.h"
#include "sim.h"

/* A lie is noticed when it is heard, or when what was heard before is stored.
 */
#define NOTICED_MS_MAX 20000
/* How long after it could be at an end something may still be open. */
#define PATIENCE_MS 180000
/* How often the hub's reservations are added up. */
#define RESERVED_STEPS 16

/* --- The hub -------------------------------------------------------------- */

typedef struct {
  Sim *sim;
  gint64 sum;
} Debts;

static void
check_debt_cb (const GeoPid *debtor,
               const GeoPid *creditor,
               const gchar *equivalent,
               GeoAmount debt,
               gpointer user_data) {
  Debts *debts = user_data;
  gint64 owed = sim_truth_debt (debts->sim->truth, debtor, creditor,
                                equivalent);

  /* I1, I3: one direction, and what the replay says. */
  if (owed != debt.minor)
    sim_fail (debts->sim, sim_find_node (debts->sim, debtor), "I1",
              "a debt of %" G_GINT64_FORMAT " is %" G_GINT64_FORMAT
              " in the book",
              owed, debt.minor);
  debts->sum += debt.minor;
}

static void
check_debts (Sim *sim, const GeoBook *book) {
  Debts debts = { sim, 0 };

  geo_book_foreach_debt (book, check_debt_cb, &debts);
  if (debts.sum != sim_truth_sum (sim->truth))
    sim_fail (sim, NULL, "I1", "the book lacks a debt");
}

static void
check_sequences (Sim *sim, const GeoBook *book) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);
    gint64 is = geo_book_get_sequence (book, &node->pid, NULL);
    gint64 should = sim_truth_sequence (sim->truth, &node->pid);

    if (is != should)
      sim_fail (sim, node, "I8",
                "the hub has %" G_GINT64_FORMAT " entries, %" G_GINT64_FORMAT
                " were stored",
                is, should);
  }
  if (geo_book_n_participants (book) !=
      sim_truth_count_participants (sim->truth))
    sim_fail (sim, NULL, "I8", "the hub lacks a participant");
}

void
sim_check_book (Sim *sim) {
  check_debts (sim, sim->hub->book);
  check_sequences (sim, sim->hub->book);
}

/* P9: what is reserved is what open contracts say, hop by hop. */
static void
check_reserved (Sim *sim) {
  const GeoCloser *closer = sim->hub->closer;
  guint n = geo_book_n_participants (closer->book);
  g_autofree gint64 *sums = NULL;

  for (guint m = 0; m < sim->hub->community->equivalents->len; m++) {
    const GeoEquivalent *equivalent =
        g_ptr_array_index (sim->hub->community->equivalents, m);
    const GeoBookMarket *market = geo_book_market (closer->book,
                                                   equivalent->code);
    GHashTableIter iter;
    gpointer value;

    g_free (sums);
    sums = g_new0 (gint64, (gsize) n * n + 1);
    g_hash_table_iter_init (&iter, closer->contracts);
    while (g_hash_table_iter_next (&iter, NULL, &value)) {
      const GeoCloserContract *contract = value;

      if (contract->state != GEO_CLOSER_OPEN || contract->market != market)
        continue;
      for (guint i = 0; i < contract->flows->len; i++) {
        const GeoCloserFlow *flow = &g_array_index (contract->flows,
                                                    GeoCloserFlow, i);

        sums[(gsize) flow->u * n + flow->v] += flow->amount.minor;
      }
    }
    for (guint u = 0; u < n; u++)
      for (guint v = 0; v < n; v++)
        if (u != v && geo_graph_reserved (market->graph, u, v).minor !=
                          sums[(gsize) u * n + v])
          sim_fail (sim, NULL, "P9",
                    "%" G_GINT64_FORMAT
                    " is reserved at the hub, contracts say %" G_GINT64_FORMAT,
                    geo_graph_reserved (market->graph, u, v).minor,
                    sums[(gsize) u * n + v]);
  }
}

static void
check_hub (Sim *sim) {
  SimHub *hub = sim->hub;

  if (!hub->up)
    return;
  if (hub->violations + geo_closer_get_violations (hub->closer) > 0)
    sim_fail (sim, NULL, "I6", "the hub caught itself breaking a rule");
  if (sim_hub_is_idle (hub))
    check_debts (sim, hub->book);
  if (sim->step % RESERVED_STEPS == 0)
    check_reserved (sim);
}

/* --- A node --------------------------------------------------------------- */

/* P9: no reservation without a vote. */
static void
check_node_reserved (const SimNode *node, const GeoParty *party) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPair *pair = value;
    gint64 in = 0, out = 0;

    for (guint i = 0; i < party->votes->len; i++) {
      const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

      if (!g_str_equal (vote->contract->equivalent, pair->equivalent))
        continue;
      for (guint j = 0; j < vote->hops->len; j++) {
        const GeoProvenHop *proven = g_ptr_array_index (vote->hops, j);
        gint64 amount = proven->hop->amount.amount.minor;

        if (geo_pid_equal (&proven->hop->from, &pair->peer))
          in += amount;
        else if (geo_pid_equal (&proven->hop->to, &pair->peer))
          out += amount;
      }
    }
    if (pair->reserved_in.minor != in || pair->reserved_out.minor != out)
      sim_fail (node->sim, node, "P9",
                "%" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                " are reserved, votes say %" G_GINT64_FORMAT
                " and %" G_GINT64_FORMAT,
                pair->reserved_in.minor, pair->reserved_out.minor, in, out);
  }
}

/* While nothing goes wrong, what is open ends: soon after its deadline, and
 * somebody who is back asks at once (P12). */
static void
check_late (const SimNode *node, const GeoParty *party) {
  const Sim *sim = node->sim;
  /* It asks when it is time by its own clock. */
  gint64 patience = PATIENCE_MS + node->behind;

  if (!sim->quiet || !sim_node_is_in (node) || !node->session->alive ||
      sim->now - MAX (node->session->opened, sim->quiet_since) < PATIENCE_MS)
    return;
  for (guint i = 0; i < party->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

    if (vote->contract->deadline + patience < sim->now)
      sim_fail (node->sim, node, "late", "a vote is open for too long");
  }
  for (guint i = 0; i < party->orders->len; i++) {
    const GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    if (open->order->deadline + patience < sim->now)
      sim_fail (node->sim, node, "late", "a payment is open for too long");
  }
}

static void
check_node (SimNode *node) {
  if (node->party == NULL)
    return;
  if (node->expects_fault && !node->storing &&
      node->sim->now - node->lied_at > NOTICED_MS_MAX)
    sim_fail (node->sim, node, "lie", "the hub lied, and it was believed");
  check_node_reserved (node, node->party);
  check_late (node, node->party);
}

void
sim_check_step (Sim *sim, const SimEvent *event) {
  switch (event->kind) {
  case SIM_EVENT_TO_HUB:
  case SIM_EVENT_HUB_TIMER:
  case SIM_EVENT_HUB_WRITE:
  case SIM_EVENT_HUB_CLOSED:
  case SIM_EVENT_HUB_START:
    check_hub (sim);
    break;
  case SIM_EVENT_TO_NODE:
  case SIM_EVENT_NODE_TIMER:
  case SIM_EVENT_NODE_STORE:
  case SIM_EVENT_NODE_CONNECT:
  case SIM_EVENT_NODE_CLOSED:
  case SIM_EVENT_NODE_START:
  case SIM_EVENT_NODE_RELOAD:
  case SIM_EVENT_NODE_RETURN:
  case SIM_EVENT_NODE_KEY:
  case SIM_EVENT_NODE_COPY:
  case SIM_EVENT_THIEF:
    check_node (event->node);
    break;
  case SIM_EVENT_WISH:
    for (guint i = 0; i < sim->nodes->len; i++)
      check_node (sim_node (sim, i));
    break;
  }
}

/* --- I8: a restart now would change nothing ------------------------------- */

static void
check_same_line (const SimNode *node,
                 const GeoTrustLine *one,
                 const GeoTrustLine *other) {
  GeoHash a, b;

  if ((one == NULL) != (other == NULL))
    sim_fail (node->sim, node, "I8", "a restart changes which lines there are");
  if (one == NULL)
    return;
  geo_trust_line_hash (one, &a);
  geo_trust_line_hash (other, &b);
  if (!geo_hash_equal (&a, &b))
    sim_fail (node->sim, node, "I8", "a restart changes a line");
}

/* All that one has, the other has. */
static void
check_contains (const SimNode *node,
                const GeoParty *one,
                const GeoParty *other) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, one->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPair *pair = value;
    const GeoPair *twin = geo_party_find_pair (other, &pair->peer,
                                               pair->equivalent);
    static const GeoPair none = { .equivalent = NULL };

    if (twin == NULL)
      twin = &none;
    if (pair->balance.minor != twin->balance.minor ||
        pair->reserved_in.minor != twin->reserved_in.minor ||
        pair->reserved_out.minor != twin->reserved_out.minor)
      sim_fail (node->sim, node, "I8",
                "a restart changes a balance of %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT,
                pair->balance.minor, twin->balance.minor);
    if (pair->given_since != twin->given_since ||
        pair->got_since != twin->got_since)
      sim_fail (node->sim, node, "I8",
                "a restart changes since when a line is in force");
    check_same_line (node, pair->given, twin->given);
    check_same_line (node, pair->got, twin->got);
    check_same_line (node, pair->pending, twin->pending);
  }
  for (guint i = 0; i < one->orders->len; i++) {
    const GeoOpenOrder *open = g_ptr_array_index (one->orders, i);

    if (geo_payer_find (other, &open->hash) == NULL)
      sim_fail (node->sim, node, "I8", "a restart changes the open orders");
  }
  for (guint i = 0; i < one->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (one->votes, i);

    if (geo_participant_find (other, &vote->hash) == NULL)
      sim_fail (node->sim, node, "I8", "a restart changes the open votes");
  }
}

static gboolean
is_idle (const SimNode *node) {
  return node->up && node->party != NULL && !node->storing &&
         g_queue_is_empty ((GQueue *) &node->lists);
}

static void
check_restart (SimNode *node) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoParty) fresh = sim_load_party (node, &error);

  if (fresh == NULL)
    sim_fail_store (node->sim, node, "I8", error);
  if (fresh->sequence != node->party->sequence ||
      (fresh->sequence > 0 &&
       !geo_hash_equal (&fresh->entry_hash, &node->party->entry_hash)))
    sim_fail (node->sim, node, "I8", "a restart changes the last entry");
  sim_keys_check_same (node, node->party, fresh);
  sim_keys_check_same (node, fresh, node->party);
  sim_letters_check_same (node, node->party, fresh);
  sim_letters_check_same (node, fresh, node->party);
  check_contains (node, node->party, fresh);
  check_contains (node, fresh, node->party);
}

static void
check_hub_restart (Sim *sim) {
  SimHub *hub = sim->hub;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoBook) fresh = sim_hub_load_book (hub, &error);

  if (fresh == NULL)
    sim_fail_store (sim, NULL, "I8", error);
  check_debts (sim, fresh);
  check_sequences (sim, fresh);
  for (guint m = 0; m < hub->community->equivalents->len; m++) {
    const GeoEquivalent *equivalent =
        g_ptr_array_index (hub->community->equivalents, m);

    for (guint i = 0; i < sim->nodes->len; i++)
      for (guint j = 0; j < sim->nodes->len; j++) {
        const GeoTrustLine *one, *other;

        if (i == j)
          continue;
        one = geo_book_get_line (hub->book, &sim_node (sim, i)->pid,
                                 &sim_node (sim, j)->pid, equivalent->code);
        other = geo_book_get_line (fresh, &sim_node (sim, i)->pid,
                                   &sim_node (sim, j)->pid, equivalent->code);
        check_same_line (sim_node (sim, i), one, other);
      }
  }
}

/* The bytes that held when they were looked at last still do. */
static void
check_journal (SimNode *node) {
  guint64 state = sim_disk_state (node->disk);
  g_autoptr (GError) error = NULL;

  if (!node->up || node->community == NULL ||
      (state == node->verified && !node->sim->options.no_memo))
    return;
  if (!geo_journal_verify (node->journal, NULL, NULL, NULL, &error))
    sim_fail_store (node->sim, node, "journal", error);
  node->verified = state;
}

void
sim_check_all (Sim *sim) {
  SimHub *hub = sim->hub;
  g_autoptr (GError) error = NULL;

  sim_count (sim, SIM_COUNT_checks);
  if (hub->up) {
    check_reserved (sim);
    if (!geo_hub_store_check (hub->reader, NULL, &error))
      sim_fail_store (sim, NULL, "I1", error);
  }
  if (sim_hub_is_idle (hub)) {
    sim_check_book (sim);
    check_hub_restart (sim);
  }
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);

    check_journal (node);
    check_node (node);
    if (is_idle (node))
      check_restart (node);
  }
}

/* --- In rest -------------------------------------------------------------- */

static void
check_balances (Sim *sim, SimNode *node, const gchar *equivalent) {
  gint64 net = 0;

  for (guint j = 0; j < sim->nodes->len; j++) {
    SimNode *peer = sim_node (sim, j);
    gint64 own, other, owed;

    if (peer == node)
      continue;
    own = geo_party_get_balance (node->party, &peer->pid, equivalent).minor;
    other = geo_party_get_balance (peer->party, &node->pid, equivalent).minor;
    owed = sim_truth_debt (sim->truth, &peer->pid, &node->pid, equivalent);
    /* I5: both parties of a hop have the same, and the hub too. */
    if (own != -other || own != owed)
      sim_fail (sim, node, "I5",
                "node %u is owed %" G_GINT64_FORMAT
                ", %s owes %" G_GINT64_FORMAT
                ", the hub says %" G_GINT64_FORMAT,
                node->index, own, peer->name, -other, owed);
    net += own;
  }
  /* I7: what came to it is what was paid to it, less what it paid. */
  if (net != sim_truth_net (sim->truth, &node->pid, equivalent))
    sim_fail (sim, node, "I7",
              "a net position of %" G_GINT64_FORMAT
              ", payments say %" G_GINT64_FORMAT,
              net, sim_truth_net (sim->truth, &node->pid, equivalent));
}

/* Everything that was told as under way has come to its end. */
static void
check_states (Sim *sim, SimNode *node) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, node->states);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    SimOutcome outcome = sim_truth_order (sim->truth, key);

    /* Telling may be cut off by a fall; the order was then decided before. */
    if (outcome == SIM_OUTCOME_NONE &&
        g_hash_table_contains (node->stored, key))
      sim_fail (sim, node, "P12", "a payment never came to an end");
  }
}

/* Who says Paid is paid on the other side too, and has the evidence. */
static void
check_paid (Sim *sim, SimNode *node) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, node->paid);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const SimNode *payee = sim_node (sim, GPOINTER_TO_UINT (value) - 1);

    if (!g_hash_table_contains (node->ended, key))
      sim_fail (sim, node, "paid", "what it says is paid is not on its disk");
    if (!g_hash_table_contains (payee->ended, key))
      sim_fail (sim, node, "paid", "what it has paid %s does not have",
                payee->name);
  }
}

void
sim_check_rest (Sim *sim) {
  SimHub *hub = sim->hub;

  if (!sim_hub_is_idle (hub))
    sim_fail (sim, NULL, "rest", "the hub finds no rest");
  if (geo_closer_count_clearings (hub->closer) > 0)
    sim_fail (sim, NULL, "rest", "%u clearings are open for ever",
              geo_closer_count_clearings (hub->closer));
  if (geo_closer_count_open (hub->closer) > 0)
    sim_fail (sim, NULL, "rest", "%u orders are open for ever",
              geo_closer_count_open (hub->closer));
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);
    GeoHash own, its;

    if (!sim_node_is_in (node) || !is_idle (node))
      sim_fail (sim, node, "rest", "it does not come back");
    if (geo_party_get_sequence (node->party, &own) !=
            geo_book_get_sequence (hub->book, &node->pid, &its) ||
        (geo_party_get_sequence (node->party, NULL) > 0 &&
         !geo_hash_equal (&own, &its)))
      sim_fail (sim, node, "I5",
                "it has entry %" G_GINT64_FORMAT ", the hub %" G_GINT64_FORMAT,
                geo_party_get_sequence (node->party, NULL),
                geo_book_get_sequence (hub->book, &node->pid, NULL));
    if (geo_party_count_open (node->party) > 0)
      sim_fail (sim, node, "rest", "%u orders and votes are open for ever",
                geo_party_count_open (node->party));
  }
  for (guint i = 0; i < sim->nodes->len; i++) {
    for (guint m = 0; m < hub->community->equivalents->len; m++) {
      const GeoEquivalent *equivalent =
          g_ptr_array_index (hub->community->equivalents, m);

      check_balances (sim, sim_node (sim, i), equivalent->code);
    }
    check_states (sim, sim_node (sim, i));
    check_paid (sim, sim_node (sim, i));
  }
  sim_keys_check_rest (sim);
  sim_letters_check_rest (sim);
}
