/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing (§7): from cycles of debts to contracts, by mandate or by live
 * votes, and their end.  Which cycles are best is graph's to say; that nothing
 * breaks is checked with every commit (geo-closer-commit.c).  It must not touch
 * what anybody has in all.
 */
#include "protocol/geo-closer-private.h"

#include <string.h>

#include "graph/geo-clearing.h"

#define SALT_LEN 16
#define TX_ID_BYTES 16

#define CYCLES_PER_PAYMENT 3
/* Without live votes it is committed at once; with them a person has a day. */
#define COMMIT_MS 10000
#define VOTE_MS 86400000
#define DECLINED_MS 86400000
/* Each holds debts for up to a day. */
#define CLEARINGS_MAX 256
#define DECLINED_MAX 10000

/* A cycle of a plan: length nodes of the plan's list. */
typedef struct {
  guint first;
  guint length;
  GeoAmount amount;
  gboolean spare; /* Over spare limits, where no debt is to be cleared. */
} Cycle;

struct _GeoClearingPlan {
  gchar *equivalent;
  guint n_nodes;
  GArray *debts; /* GeoDebt */
  GByteArray *live; /* For each debt: usable if its creditor votes for it. */
  guint n_live;
  GArray *spares; /* GeoSpare */
  GeoClearingQuery query;

  /* GeoNodeIndex: each owes the next, the last the first; over spare limits one
   * may owe the next nothing, which then comes to owe it. */
  GArray *nodes;
  GArray *cycles; /* Cycle */
  guint next;
  GeoClearingFigures figures;
};

gboolean
geo_closer_is_clearing (const GeoCloserContract *contract) {
  return contract->contract != NULL &&
         contract->contract->kind == GEO_CONTRACT_KIND_CLEARING;
}

guint
geo_closer_count_clearings (const GeoCloser *closer) {
  return closer->clearings->len;
}

/* --- Consent ----------------------------------------------------------------
 */

static gboolean
was_declined (const GeoCloser *closer,
              const GeoBookMarket *market,
              GeoNodeIndex creditor,
              GeoNodeIndex debtor) {
  for (guint i = 0; i < closer->declined->len; i++) {
    const GeoCloserDeclined *one = &g_array_index (closer->declined,
                                                   GeoCloserDeclined, i);

    if (one->market == market && one->creditor == creditor &&
        one->debtor == debtor)
      return TRUE;
  }
  return FALSE;
}

/* A person who said no, or nothing, is left in peace about it for a day. */
static void
note_declined (GeoCloser *closer,
               const GeoCloserContract *contract,
               const GeoBookPerson *creditor,
               GeoTime now) {
  for (guint i = 0; i < contract->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (contract->hops, i);
    GeoCloserDeclined one = { contract->market, creditor->node, 0,
                              now + DECLINED_MS };

    if (!geo_pid_equal (&hop->from, &creditor->participant->pid))
      continue;
    one.debtor = geo_book_person (closer->book, &hop->to)->node;
    if (closer->declined->len == DECLINED_MAX)
      g_array_remove_index (closer->declined, 0);
    g_array_append_val (closer->declined, one);
  }
}

typedef enum {
  CONSENT_GIVEN = 1, /* The line has auto_clearing. */
  CONSENT_LIVE = 2, /* Its creditor is there to be asked. */
  CONSENT_NONE = 3,
} Consent;

/* What the creditor of a debt says to clearing it. */
static Consent
consent_of (const GeoCloser *closer,
            const GeoBookMarket *market,
            GeoNodeIndex creditor,
            GeoNodeIndex debtor) {
  GeoLineFlags flags;

  /* Where there never was a line of the creditor's, nothing was agreed. */
  if (!geo_graph_get_line (market->graph, creditor, debtor, NULL, &flags) ||
      geo_book_line (market, creditor, debtor) == NULL)
    return CONSENT_NONE;
  if (flags & GEO_LINE_CLEARING)
    return CONSENT_GIVEN;
  return geo_book_person_at (closer->book, creditor)->present &&
                 !was_declined (closer, market, creditor, debtor)
             ? CONSENT_LIVE
             : CONSENT_NONE;
}

/* --- Contracts --------------------------------------------------------------
 */

/* Nothing here is random: what nobody else can know, what was never there
 * before, and a number. */
static void
make_seed (GeoCloser *closer,
           const GeoBookPerson *person,
           GeoTime now,
           GeoHash *out) {
  static const gchar purpose[] = "clearing";
  guint64 numbers[3] = { GUINT64_TO_BE ((guint64) now),
                         GUINT64_TO_BE ((guint64) person->sequence),
                         GUINT64_TO_BE ((guint64) closer->n_clearings++) };
  guint8 data[sizeof closer->salt_key + sizeof purpose + GEO_HASH_LEN +
              sizeof numbers];
  guint8 *end = data;

  memcpy (end, closer->salt_key, sizeof closer->salt_key);
  end += sizeof closer->salt_key;
  memcpy (end, purpose, sizeof purpose);
  end += sizeof purpose;
  memcpy (end, person->entry_hash.bytes, GEO_HASH_LEN);
  end += GEO_HASH_LEN;
  memcpy (end, numbers, sizeof numbers);
  geo_hash_of (data, sizeof data, out);
  memset (data, 0, sizeof data);
}

static gchar *
make_tx_id (const GeoHash *seed) {
  GString *text = g_string_new ("clearing-");
  GeoHash hash;

  /* The seed itself salts the hops, so it is not told. */
  geo_hash_of (seed->bytes, GEO_HASH_LEN, &hash);
  for (guint i = 0; i < TX_ID_BYTES; i++)
    g_string_append_printf (text, "%02x", hash.bytes[i]);
  return g_string_free (text, FALSE);
}

static GBytes *
make_salt (const GeoCloser *closer, const GeoHash *seed, guint32 index) {
  guint32 number = GUINT32_TO_BE (index);
  guint8 data[sizeof closer->salt_key + GEO_HASH_LEN + sizeof number];
  GeoHash hash;

  memcpy (data, closer->salt_key, sizeof closer->salt_key);
  memcpy (data + sizeof closer->salt_key, seed->bytes, GEO_HASH_LEN);
  memcpy (data + sizeof closer->salt_key + GEO_HASH_LEN, &number,
          sizeof number);
  geo_hash_of (data, sizeof data, &hash);
  memset (data, 0, sizeof data);
  return g_bytes_new (hash.bytes, SALT_LEN);
}

/* §7: hops run against the debts: u's debt to v shrinks by hop v → u. */
static GPtrArray *
make_hops (const GeoCloser *closer,
           const GeoBookMarket *market,
           const gchar *tx_id,
           const GeoHash *seed,
           const GArray *flows) {
  GPtrArray *hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);

  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    GeoHop *hop = geo_hop_new ();

    hop->community = closer->self;
    hop->tx_id = g_strdup (tx_id);
    hop->from = geo_book_person_at (closer->book, flow->u)->participant->pid;
    hop->to = geo_book_person_at (closer->book, flow->v)->participant->pid;
    hop->equivalent = g_strdup (market->equivalent->code);
    hop->amount = geo_decimal (flow->amount,
                               (guint) market->equivalent->precision);
    hop->lane = GEO_LANE_HUB;
    hop->salt = make_salt (closer, seed, i);
    geo_hop_keep_text (hop);
    g_ptr_array_add (hops, hop);
  }
  return hops;
}

static void
release (GeoCloserContract *contract) {
  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);

    geo_graph_release (contract->market->graph, flow->u, flow->v, flow->amount);
    geo_book_relax (contract->market, flow->u, flow->v);
  }
}

/* What a cycle can still be cleared by; reservations of its own are not its
 * own here. */
static GeoAmount
clearable (const GeoCloser *closer,
           const GeoBookMarket *market,
           const GArray *flows) {
  GeoAmount least = GEO_AMOUNT (GEO_AMOUNT_MAX);

  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);

    if (geo_book_person_at (closer->book, flow->u)->frozen)
      return GEO_AMOUNT_ZERO;
    least = geo_amount_min (
        least, geo_graph_clearable (market->graph, flow->v, flow->u));
  }
  return least;
}

/* The same with spare limits: what a hop carries beyond a debt that it clears
 * as a whole, as both of its ends have opted in. */
static GeoAmount
clearable_over_spares (const GeoCloser *closer,
                       const GeoBookMarket *market,
                       const GArray *flows) {
  GeoAmount least = GEO_AMOUNT (GEO_AMOUNT_MAX);

  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    GeoAmount all;

    if (geo_book_person_at (closer->book, flow->u)->frozen ||
        !geo_amount_add (geo_graph_clearable (market->graph, flow->v, flow->u),
                         geo_graph_spare (market->graph, flow->u, flow->v),
                         &all))
      return GEO_AMOUNT_ZERO;
    least = geo_amount_min (least, all);
  }
  return least;
}

/* What all debts together become less by; below zero: more. */
static gint64
gain_of (const GeoBookMarket *market, const GArray *flows, GeoAmount amount) {
  gint64 gain = 0;

  /* At most the largest amount, for each of a cycle's few hops. */
  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    gint64 less = MIN (geo_graph_debt (market->graph, flow->v, flow->u).minor,
                       amount.minor);

    gain += less - (amount.minor - less);
  }
  return gain;
}

/* --- The end of one ---------------------------------------------------------
 */

static void
send_entries (const GeoCloser *closer,
              const GeoChange *change,
              GPtrArray *actions) {
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (change->entries, i);
    const GeoPid *pid = &entry->entry->participant;
    GeoMessage *message;

    if (!geo_book_is_present (closer->book, pid))
      continue;
    message = geo_message_new (GEO_MESSAGE_CLEARING_COMMIT, NULL);
    message->u.clearing_commit->entry = geo_proven_entry_ref (entry);
    geo_actions_send (actions, pid, message);
  }
}

/* Every vote is there: the hub's is the last (P3).  FALSE: it came to
 * nothing. */
static gboolean
commit (GeoCloser *closer,
        GeoCloserContract *contract,
        GeoTime now,
        GPtrArray *actions) {
  GeoChange *change = geo_closer_settle (closer, contract, now, actions);

  if (change == NULL) {
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_INTERNAL,
                                GEO_REASON_INTERNAL, now, actions);
    return FALSE;
  }
  /* P1: Persist, then send. */
  geo_actions_store_change (actions, change);
  if (contract->asked->len > 0)
    geo_actions_timer (actions, &contract->hash, 0);
  send_entries (closer, change, actions);
  g_ptr_array_remove_fast (closer->clearings, contract);
  geo_closer_keep (closer, NULL, contract, now);
  return TRUE;
}

void
geo_closer_refuse_clearing (GeoCloser *closer,
                            GeoCloserContract *contract,
                            GeoCode code,
                            const gchar *reason,
                            GeoTime now,
                            GPtrArray *actions) {
  GeoChange *change;

  g_assert (contract->state == GEO_CLOSER_OPEN);
  contract->state = GEO_CLOSER_REFUSED;
  contract->refusal = geo_closer_sign_refusal (closer, FALSE, &contract->hash,
                                               code, reason, now);
  /* P9: the refusal is the evidence that lifts what was reserved. */
  release (contract);
  g_array_set_size (contract->flows, 0);
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (asked->vote == NULL && code == GEO_CODE_TIMEOUT)
      note_declined (closer, contract, asked->person, now);
  }

  /* P1, P4: Persist, then send. */
  change = geo_change_new (GEO_CHANGE_REFUSAL, now);
  change->contract = geo_contract_ref (contract->contract);
  change->refusal = geo_refusal_ref (contract->refusal);
  geo_actions_store_change (actions, change);
  if (contract->asked->len > 0)
    geo_actions_timer (actions, &contract->hash, 0);
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);
    GeoMessage *message;

    if (!asked->person->present)
      continue;
    message = geo_message_new (GEO_MESSAGE_CLEARING_ABORT, NULL);
    message->u.clearing_abort->refusal = geo_refusal_ref (contract->refusal);
    geo_actions_send (actions, &asked->person->participant->pid, message);
  }
  g_ptr_array_remove_fast (closer->clearings, contract);
  geo_closer_keep (closer, NULL, contract, now);
}

/* --- The beginning of one ---------------------------------------------------
 */

static void
ask (const GeoCloserContract *contract,
     const GeoBookPerson *person,
     GPtrArray *actions) {
  const GeoPid *pid = &person->participant->pid;
  GeoMessage *message = geo_message_new (GEO_MESSAGE_CLEARING_PROPOSE, NULL);
  GeoMsgClearingPropose *propose = message->u.clearing_propose;

  propose->contract = geo_contract_ref (contract->contract);
  g_ptr_array_unref (propose->hops);
  propose->hops = geo_contract_prove_hashed_hops_of (contract->hops,
                                                     contract->leaves, pid);
  geo_actions_send (actions, pid, message);
}

/* One contract for one cycle, whose flows fit. */
static GeoCloserContract *
make_contract (GeoCloser *closer,
               GeoBookMarket *market,
               const GArray *flows,
               const GPtrArray *live,
               GeoTime now) {
  const GeoCloserFlow *first = &g_array_index (flows, GeoCloserFlow, 0);
  g_autofree gchar *tx_id = NULL;
  GeoCloserContract *contract;
  GeoContract *object;
  GPtrArray *hops;
  GeoHash seed, hash;

  make_seed (closer, geo_book_person_at (closer->book, first->u), now, &seed);
  tx_id = make_tx_id (&seed);
  hops = make_hops (closer, market, tx_id, &seed, flows);
  object = geo_contract_new ();
  object->community = closer->self;
  object->tx_id = g_steal_pointer (&tx_id);
  object->kind = GEO_CONTRACT_KIND_CLEARING;
  object->equivalent = g_strdup (market->equivalent->code);
  object->amount = geo_decimal (first->amount,
                                (guint) market->equivalent->precision);
  object->closer = closer->self;
  object->created_at = now;
  geo_closer_note_created (closer, closer->n_open + closer->clearings->len,
                           now);
  object->deadline = now + (live->len > 0 ? VOTE_MS : COMMIT_MS);
  geo_contract_set_hops (object, hops);
  g_array_append_val (object->voters, closer->self);
  for (guint i = 0; i < live->len; i++) {
    const GeoBookPerson *person = g_ptr_array_index (live, i);

    g_array_append_val (object->voters, person->participant->pid);
  }
  g_array_sort (object->voters, geo_pid_cmp);

  geo_contract_keep_text (object);
  geo_contract_keep_hash (object);
  geo_contract_hash (object, &hash);
  contract = geo_closer_contract_new (&hash);
  contract->market = market;
  contract->contract = object;
  contract->hops = hops;
  contract->leaves = geo_contract_hash_hops (hops);
  g_array_append_vals (contract->flows, flows->data, flows->len);
  for (guint i = 0; i < live->len; i++) {
    GeoCloserAsked *asked = g_new0 (GeoCloserAsked, 1);

    asked->person = g_ptr_array_index (live, i);
    asked->required = TRUE;
    g_ptr_array_add (contract->asked, asked);
  }
  g_hash_table_insert (closer->contracts, &contract->hash, contract);
  g_ptr_array_add (closer->clearings, contract);
  return contract;
}

typedef enum {
  CYCLE_PASSED_OVER = 1,
  CYCLE_CLEARED = 2,
  CYCLE_PROPOSED = 3,
} CycleEnd;

/* Clears a cycle as far as it still fits, at most by amount; spare: over spare
 * limits where a debt is not enough.  *gain is what all debts together become
 * less by. */
static CycleEnd
clear_cycle (GeoCloser *closer,
             GeoBookMarket *market,
             const GeoNodeIndex *nodes,
             guint length,
             GeoAmount amount,
             gboolean spare,
             gint64 *gain,
             GeoTime now,
             GPtrArray *actions) {
  g_autoptr (GArray) flows = g_array_new (FALSE, FALSE, sizeof (GeoCloserFlow));
  g_autoptr (GPtrArray) live = g_ptr_array_new ();
  GeoCloserContract *contract;

  for (guint i = 0; i < length; i++) {
    GeoNodeIndex debtor = nodes[i];
    GeoNodeIndex creditor = nodes[(i + 1) % length];
    GeoCloserFlow flow = { creditor, debtor, GEO_AMOUNT_ZERO };

    g_array_append_val (flows, flow);
    if (spare && geo_graph_debt (market->graph, debtor, creditor).minor == 0)
      continue;
    switch (consent_of (closer, market, creditor, debtor)) {
    case CONSENT_GIVEN:
      break;
    case CONSENT_LIVE:
      /* §7: No cycle needs both. */
      if (spare)
        return CYCLE_PASSED_OVER;
      g_ptr_array_add (live, geo_book_person_at (closer->book, creditor));
      break;
    case CONSENT_NONE:
      return CYCLE_PASSED_OVER;
    }
  }
  if (live->len > 0 && closer->clearings->len >= CLEARINGS_MAX)
    return CYCLE_PASSED_OVER;
  amount = geo_amount_min (amount,
                           spare ? clearable_over_spares (closer, market, flows)
                                 : clearable (closer, market, flows));
  if (amount.minor <= 0 ||
      geo_amount_cmp (amount, closer->limits.min_clearing_amount) < 0)
    return CYCLE_PASSED_OVER;
  *gain = gain_of (market, flows, amount);
  if (*gain <= 0)
    return CYCLE_PASSED_OVER;
  for (guint i = 0; i < flows->len; i++)
    g_array_index (flows, GeoCloserFlow, i).amount = amount;
  if (!geo_closer_reserve (market, flows))
    return CYCLE_PASSED_OVER;

  contract = make_contract (closer, market, flows, live, now);
  if (live->len == 0)
    return commit (closer, contract, now, actions) ? CYCLE_CLEARED
                                                   : CYCLE_PASSED_OVER;
  for (guint i = 0; i < live->len; i++)
    ask (contract, g_ptr_array_index (live, i), actions);
  geo_actions_timer (actions, &contract->hash, contract->contract->deadline);
  return CYCLE_PROPOSED;
}

void
geo_closer_clear_after (GeoCloser *closer,
                        GeoBookMarket *market,
                        const GArray *flows,
                        GeoTime now,
                        GPtrArray *actions) {
  g_autofree GeoDebtIndex *grown = g_new (GeoDebtIndex, flows->len);
  GeoShortCycle cycles[CYCLES_PER_PAYMENT];
  guint n_grown = 0;
  gint64 gain;
  guint n;

  if (market->frozen || !closer->limits.clears ||
      closer->limits.trigger_cycles_max_length < 3)
    return;
  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);

    if (geo_graph_debt (market->graph, flow->u, flow->v).minor > 0)
      grown[n_grown++] = (GeoDebtIndex){ flow->u, flow->v };
  }
  n = geo_clearing_through (
      market->graph, grown, n_grown, closer->limits.trigger_cycles_max_length,
      closer->limits.min_clearing_amount, cycles, CYCLES_PER_PAYMENT);
  for (guint i = 0; i < n; i++)
    clear_cycle (closer, market, cycles[i].nodes, cycles[i].length,
                 cycles[i].amount, FALSE, &gain, now, actions);
}

/* --- The largest total ------------------------------------------------------
 */

GeoClearingPlan *
geo_closer_plan_clearing (const GeoCloser *closer,
                          const gchar *equivalent,
                          guint max_length) {
  const GeoBookMarket *market = geo_book_market (closer->book, equivalent);
  GeoClearingPlan *plan;

  if (market == NULL || market->frozen || !closer->limits.clears)
    return NULL;
  plan = g_new0 (GeoClearingPlan, 1);
  plan->equivalent = g_strdup (equivalent);
  plan->n_nodes = geo_graph_n_nodes (market->graph);
  plan->debts = geo_clearing_debts (market->graph);
  plan->spares = geo_clearing_spares (market->graph);
  plan->query.max_length = CLAMP (max_length, GEO_CLEARING_LENGTH_MIN,
                                  GEO_CLOSER_CLEARING_LENGTH_MAX);
  plan->query.min_amount = closer->limits.min_clearing_amount;
  plan->nodes = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  plan->cycles = g_array_new (FALSE, FALSE, sizeof (Cycle));

  plan->live = g_byte_array_sized_new (plan->debts->len);
  for (guint i = 0; i < plan->debts->len; i++) {
    GeoDebt *debt = &g_array_index (plan->debts, GeoDebt, i);
    Consent consent = consent_of (closer, market, debt->creditor, debt->debtor);
    guint8 live = consent == CONSENT_LIVE;

    debt->usable = consent == CONSENT_GIVEN;
    plan->n_live += live;
    g_byte_array_append (plan->live, &live, 1);
  }
  return plan;
}

void
geo_clearing_plan_free (GeoClearingPlan *plan) {
  if (plan == NULL)
    return;
  g_free (plan->equivalent);
  g_array_unref (plan->debts);
  g_array_unref (plan->spares);
  g_byte_array_unref (plan->live);
  g_array_unref (plan->nodes);
  g_array_unref (plan->cycles);
  g_free (plan);
}

/* Takes cycles that were found out of the debts. */
static void
take_found (GeoClearingPlan *plan,
            const GeoClearing *clearing,
            gboolean spare) {
  for (guint i = 0; i < clearing->cycles->len; i++) {
    const GeoCycle *found = &g_array_index (clearing->cycles, GeoCycle, i);
    Cycle cycle = { plan->nodes->len, found->length, found->amount, spare };

    for (guint j = found->first; j < found->first + found->length; j++) {
      guint32 index = g_array_index (clearing->debts, guint32, j);

      g_array_append_val (plan->nodes,
                          g_array_index (clearing->nodes, GeoNodeIndex, j));
      if (index < plan->debts->len) {
        GeoDebt *debt = &g_array_index (plan->debts, GeoDebt, index);
        gboolean fits = geo_amount_sub (debt->amount, found->amount,
                                        &debt->amount);

        g_assert (fits);
      }
    }
    g_array_append_val (plan->cycles, cycle);
  }
}

/* The best cycles of what is usable. */
static void
take_cycles (GeoClearingPlan *plan) {
  g_auto (GeoClearing) clearing = { 0 };

  /* More debts than can be counted: nothing is cleared rather than wrongly. */
  if (geo_clearing_best (plan->n_nodes,
                         (const GeoDebt *) (gpointer) plan->debts->data,
                         plan->debts->len, &plan->query, &clearing, NULL))
    take_found (plan, &clearing, FALSE);
}

static void
take_cycles_over_spares (GeoClearingPlan *plan) {
  g_auto (GeoClearing) clearing = { 0 };

  if (geo_clearing_over_spares (
          plan->n_nodes, (const GeoDebt *) (gpointer) plan->debts->data,
          plan->debts->len, (const GeoSpare *) (gpointer) plan->spares->data,
          plan->spares->len, &plan->query, &clearing, NULL))
    take_found (plan, &clearing, TRUE);
}

void
geo_clearing_plan_solve (GeoClearingPlan *plan) {
  take_cycles (plan);
  /* §7: spare limits only for what debts alone do not clear. */
  if (plan->spares->len > 0)
    take_cycles_over_spares (plan);
  if (plan->n_live == 0)
    return;
  /* What is certain goes first: only what is left waits for people. */
  for (guint i = 0; i < plan->debts->len; i++)
    g_array_index (plan->debts, GeoDebt, i).usable |= plan->live->data[i];
  take_cycles (plan);
}

gboolean
geo_closer_clear_next (GeoCloser *closer,
                       GeoClearingPlan *plan,
                       GeoTime now,
                       GPtrArray *actions) {
  GeoBookMarket *market = geo_book_market (closer->book, plan->equivalent);
  const Cycle *cycle;
  gint64 gain = 0;

  if (plan->next >= plan->cycles->len || market == NULL || market->frozen ||
      !closer->limits.clears)
    return FALSE;
  geo_closer_sweep (closer, now);
  cycle = &g_array_index (plan->cycles, Cycle, plan->next++);
  switch (clear_cycle (
      closer, market, &g_array_index (plan->nodes, GeoNodeIndex, cycle->first),
      cycle->length, cycle->amount, cycle->spare, &gain, now, actions)) {
  case CYCLE_PASSED_OVER:
    break;
  case CYCLE_CLEARED:
    plan->figures.cleared++;
    plan->figures.over_spares += cycle->spare ? 1 : 0;
    if (!__builtin_add_overflow (plan->figures.total.minor, gain, &gain))
      plan->figures.total.minor = gain;
    break;
  case CYCLE_PROPOSED:
    plan->figures.proposed++;
    break;
  }
  return TRUE;
}

void
geo_clearing_plan_get_figures (const GeoClearingPlan *plan,
                               GeoClearingFigures *out) {
  *out = plan->figures;
}

guint
geo_closer_clear (GeoCloser *closer,
                  const gchar *equivalent,
                  guint max_length,
                  GeoTime now,
                  GPtrArray *actions) {
  g_autoptr (GeoClearingPlan) plan = NULL;

  geo_closer_sweep (closer, now);
  plan = geo_closer_plan_clearing (closer, equivalent, max_length);
  if (plan == NULL)
    return 0;
  geo_clearing_plan_solve (plan);
  while (geo_closer_clear_next (closer, plan, now, actions))
    ;
  return plan->figures.cleared + plan->figures.proposed;
}

void
geo_clearing_cycle_free (GeoClearingCycle *cycle) {
  if (cycle == NULL)
    return;
  g_array_unref (cycle->pids);
  g_free (cycle);
}

GPtrArray *
geo_closer_list_cycles (const GeoCloser *closer, const GeoClearingPlan *plan) {
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_clearing_cycle_free);

  for (guint i = 0; i < plan->cycles->len; i++) {
    const Cycle *cycle = &g_array_index (plan->cycles, Cycle, i);
    GeoClearingCycle *item;

    if (cycle->spare)
      continue;
    item = g_new0 (GeoClearingCycle, 1);
    item->amount = cycle->amount;
    item->pids = g_array_sized_new (FALSE, FALSE, sizeof (GeoPid),
                                    cycle->length);
    for (guint j = cycle->first; j < cycle->first + cycle->length; j++) {
      GeoNodeIndex node = g_array_index (plan->nodes, GeoNodeIndex, j);

      g_array_append_val (
          item->pids,
          geo_book_person_at (closer->book, node)->participant->pid);
    }
    g_ptr_array_add (list, item);
  }
  return list;
}

/* --- Live votes -------------------------------------------------------------
 */

void
geo_closer_remind (GeoCloser *closer,
                   const GeoBookPerson *person,
                   GeoTime now,
                   GPtrArray *actions) {
  for (guint i = 0; i < closer->clearings->len; i++) {
    const GeoCloserContract *contract = g_ptr_array_index (closer->clearings,
                                                           i);
    const GeoCloserAsked *asked = geo_closer_find_asked (contract, person);

    if (asked != NULL && asked->vote == NULL &&
        now <= contract->contract->deadline)
      ask (contract, person, actions);
  }
}

/* Whoever was not asked has to consent until the end. */
static gboolean
is_consented (const GeoCloserContract *contract) {
  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);
    gboolean asked = FALSE;
    GeoLineFlags flags;

    for (guint j = 0; j < contract->asked->len && !asked; j++)
      asked = ((GeoCloserAsked *) g_ptr_array_index (contract->asked, j))
                  ->person->node == flow->u;
    if (!asked && (!geo_graph_get_line (contract->market->graph, flow->u,
                                        flow->v, NULL, &flags) ||
                   (flags & GEO_LINE_CLEARING) == 0))
      return FALSE;
  }
  return TRUE;
}

/* All have voted: whether it still fits is looked at again, for debts may have
 * been paid back meanwhile over limits that allow it. */
static void
commit_voted (GeoCloser *closer,
              GeoCloserContract *contract,
              GeoTime now,
              GPtrArray *actions) {
  GeoAmount amount = contract->contract->amount.amount;

  if (contract->market->frozen) {
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_NOT_ALLOWED,
                                GEO_REASON_EQUIVALENT_FROZEN, now, actions);
    return;
  }
  if (!is_consented (contract)) {
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_NOT_ALLOWED,
                                GEO_REASON_NOT_ALLOWED, now, actions);
    return;
  }
  release (contract);
  if (geo_amount_cmp (clearable (closer, contract->market, contract->flows),
                      amount) < 0 ||
      !geo_closer_reserve (contract->market, contract->flows)) {
    g_array_set_size (contract->flows, 0);
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_CAPACITY,
                                GEO_REASON_NOT_ENOUGH_CAPACITY, now, actions);
    return;
  }
  commit (closer, contract, now, actions);
}

static gboolean
check_answer (const GeoCloser *closer,
              const GeoBookPerson *voter,
              const GeoMessage *message,
              GPtrArray *actions) {
  const GeoVote *vote = message->type == GEO_MESSAGE_CLEARING_ACCEPT
                            ? message->u.clearing_accept->vote
                            : NULL;
  const GeoRefusal *refusal = vote == NULL ? message->u.clearing_reject->refusal
                                           : NULL;
  const GeoPid *from = &voter->participant->pid;
  const GeoPublicKey *key = &voter->participant->key;

  if (refusal != NULL && (!refusal->has_contract || refusal->has_order)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_INVALID,
                          "A clearing is refused by its contract.", actions);
    return FALSE;
  }
  if (!geo_pid_equal (vote != NULL ? &vote->community : &refusal->community,
                      &closer->self)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID,
                          GEO_REASON_FOREIGN_COMMUNITY,
                          "This is of another community.", actions);
    return FALSE;
  }
  if (!geo_pid_equal (vote != NULL ? &vote->voter : &refusal->voter, from) ||
      !(vote != NULL ? geo_vote_verify (vote, key, NULL)
                     : geo_refusal_verify (refusal, key, NULL))) {
    geo_closer_say_error (from, message, GEO_CODE_SIGNATURE,
                          GEO_REASON_BAD_SIGNATURE,
                          "The answer is not signed by who sent it.", actions);
    return FALSE;
  }
  return TRUE;
}

void
geo_closer_take_clearing_answer (GeoCloser *closer,
                                 GeoBookPerson *voter,
                                 const GeoMessage *message,
                                 GeoTime now,
                                 GPtrArray *actions) {
  gboolean accepts = message->type == GEO_MESSAGE_CLEARING_ACCEPT;
  const GeoPid *from = &voter->participant->pid;
  GeoCloserContract *contract;
  GeoCloserAsked *asked;
  GeoMessage *answer;

  if (!check_answer (closer, voter, message, actions))
    return;
  contract = g_hash_table_lookup (
      closer->contracts, accepts
                             ? &message->u.clearing_accept->vote->contract
                             : &message->u.clearing_reject->refusal->contract);
  if (contract == NULL ||
      (contract->contract != NULL && !geo_closer_is_clearing (contract))) {
    geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                          GEO_REASON_UNKNOWN_ORDER, "No such contract is open.",
                          actions);
    return;
  }
  if (contract->state == GEO_CLOSER_OPEN && now > contract->contract->deadline)
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_TIMEOUT,
                                GEO_REASON_DEADLINE_PASSED, now, actions);
  if (contract->state == GEO_CLOSER_REFUSED) {
    answer = geo_message_new (GEO_MESSAGE_CLEARING_ABORT, message->msg_id);
    answer->u.clearing_abort->refusal = geo_refusal_ref (contract->refusal);
    geo_actions_send (actions, from, answer);
    return;
  }
  asked = geo_closer_find_asked (contract, voter);
  if (asked == NULL) {
    geo_closer_say_error (from, message, GEO_CODE_NOT_ALLOWED,
                          GEO_REASON_NOT_ALLOWED, "You were not asked.",
                          actions);
    return;
  }
  if (contract->state == GEO_CLOSER_COMMITTED)
    return;
  if (asked->vote != NULL) {
    /* P2: A vote is never withdrawn. */
    if (!accepts)
      geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                            GEO_REASON_ALREADY_VOTED,
                            "You have voted for this contract.", actions);
    return;
  }
  if (!accepts) {
    note_declined (closer, contract, voter, now);
    geo_closer_refuse_clearing (closer, contract, GEO_CODE_NOT_ALLOWED,
                                GEO_REASON_REFUSED_BY_PARTICIPANT, now,
                                actions);
    return;
  }
  asked->vote = geo_vote_copy (message->u.clearing_accept->vote);
  for (guint i = 0; i < contract->asked->len; i++)
    if (((GeoCloserAsked *) g_ptr_array_index (contract->asked, i))->vote ==
        NULL)
      return;
  commit_voted (closer, contract, now, actions);
}
