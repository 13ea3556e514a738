/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was reserved becomes debt: the invariants are checked on everything that
 * is touched, and only then the hub votes.  Nothing is undone after that vote.
 * It tells no participant.
 */
#include "protocol/geo-closer-private.h"

/* Two neighbours of the contract, and what stood between them before. */
typedef struct {
  GeoNodeIndex a;
  GeoNodeIndex b;
  gint64 before; /* What a owed b; below zero: b owed a. */
  gint64 before_ab; /* What a owed b or might have come to owe. */
  gint64 before_ba;
} Pair;

static gint64
owed (const GeoGraph *graph, GeoNodeIndex a, GeoNodeIndex b) {
  return geo_graph_debt (graph, a, b).minor -
         geo_graph_debt (graph, b, a).minor;
}

/* What u owes v once everything that is reserved between them is settled. */
static gint64
exposure (const GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v) {
  return owed (graph, u, v) + geo_graph_reserved (graph, u, v).minor;
}

gboolean
geo_closer_holds (const GeoBookMarket *market, GeoNodeIndex u, GeoNodeIndex v) {
  const GeoBookLine *line = geo_book_line (market, v, u);
  GeoAmount limit = GEO_AMOUNT_ZERO;

  if (line != NULL && !geo_graph_get_line (market->graph, v, u, &limit, NULL))
    return FALSE;
  /* I2, I6: except where the limit was lowered by its owner after something was
   * reserved under the one before. */
  if (line != NULL)
    limit = geo_amount_max (limit, line->ceiling);
  return exposure (market->graph, u, v) <= limit.minor;
}

gboolean
geo_closer_reserve (const GeoBookMarket *market, const GArray *flows) {
  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    gboolean reserved = geo_graph_reserve (market->graph, flow->u, flow->v,
                                           flow->amount, NULL);

    /* I6: what is reserved and what is owed never exceed a limit. */
    if (reserved && geo_closer_holds (market, flow->u, flow->v))
      continue;
    for (guint j = 0; j < i + reserved; j++) {
      const GeoCloserFlow *done = &g_array_index (flows, GeoCloserFlow, j);

      geo_graph_release (market->graph, done->u, done->v, done->amount);
    }
    return FALSE;
  }
  return TRUE;
}

static GArray *
list_pairs (const GeoGraph *graph, const GArray *flows) {
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    Pair pair = { .a = flow->u, .b = flow->v };
    gboolean known = FALSE;

    for (guint j = 0; j < pairs->len && !known; j++) {
      const Pair *other = &g_array_index (pairs, Pair, j);

      known = (other->a == pair.a && other->b == pair.b) ||
              (other->a == pair.b && other->b == pair.a);
    }
    if (known)
      continue;
    pair.before = owed (graph, pair.a, pair.b);
    pair.before_ab = exposure (graph, pair.a, pair.b);
    pair.before_ba = exposure (graph, pair.b, pair.a);
    g_array_append_val (pairs, pair);
  }
  return pairs;
}

/* I2, I3 and I6 of one pair after it was settled: NULL where they hold. */
static const gchar *
pair_breaks (const GeoBookMarket *market, const Pair *pair) {
  const GeoGraph *graph = market->graph;
  GeoNodeIndex a = pair->a, b = pair->b;

  /* I3: one direction per pair. */
  if (geo_graph_debt (graph, a, b).minor > 0 &&
      geo_graph_debt (graph, b, a).minor > 0)
    return "I3";
  /* I2, I6: within the limit; what was above it before may only have shrunk. */
  if ((geo_closer_holds (market, a, b) ||
       exposure (graph, a, b) < pair->before_ab) &&
      (geo_closer_holds (market, b, a) ||
       exposure (graph, b, a) < pair->before_ba))
    return NULL;
  return "I2";
}

/* I4, I7: no money appears: each participant's net change is the contract's,
 * and nothing where it clears. */
static gboolean
nets_hold (const GeoCloserContract *contract,
           const GeoGraph *graph,
           const GArray *pairs) {
  g_autoptr (GHashTable) nets = g_hash_table_new_full (NULL, NULL, NULL,
                                                       g_free);
  const GeoCloserOrder *order = contract->order;
  gint64 amount = contract->contract->amount.amount.minor;
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);
    gint64 moved = owed (graph, pair->a, pair->b) - pair->before;
    GeoNodeIndex ends[2] = { pair->a, pair->b };

    for (guint end = 0; end < 2; end++) {
      gint64 *net = g_hash_table_lookup (nets, GUINT_TO_POINTER (ends[end]));

      if (net == NULL) {
        net = g_new0 (gint64, 1);
        g_hash_table_insert (nets, GUINT_TO_POINTER (ends[end]), net);
      }
      if (__builtin_add_overflow (*net, end == 0 ? -moved : moved, net))
        return FALSE;
    }
  }

  g_hash_table_iter_init (&iter, nets);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    GeoNodeIndex node = GPOINTER_TO_UINT (key);
    gint64 expected = 0;

    if (order != NULL && node == order->payer->node)
      expected = -amount;
    else if (order != NULL && node == order->payee->node)
      expected = amount;
    if (*(gint64 *) value != expected)
      return FALSE;
  }
  return TRUE;
}

/* §7: a clearing's hop a → b moves its amount, makes b's debt smaller, and
 * turns it around, or makes a's larger, only as far as both have opted in. */
static gboolean
clears (const GeoCloserContract *contract, const Pair *pair) {
  const GeoBookMarket *market = contract->market;
  const GeoBookLine *line = geo_book_line (market, pair->b, pair->a);
  const GeoBookLine *back = geo_book_line (market, pair->a, pair->b);
  gint64 after = owed (market->graph, pair->a, pair->b);

  if (after - pair->before != contract->contract->amount.amount.minor)
    return FALSE;
  return after <= 0 ||
         after <= geo_trust_line_spare_bound (line != NULL ? line->line : NULL,
                                              back != NULL ? back->line : NULL)
                      .minor;
}

static void
restore (GeoGraph *graph, const Pair *pair) {
  gboolean done = TRUE;

  /* One direction at a time, or the graph refuses it (I3). */
  if (geo_graph_debt (graph, pair->a, pair->b).minor > 0)
    done = geo_graph_set_debt (graph, pair->a, pair->b, GEO_AMOUNT_ZERO);
  if (geo_graph_debt (graph, pair->b, pair->a).minor > 0)
    done &= geo_graph_set_debt (graph, pair->b, pair->a, GEO_AMOUNT_ZERO);
  if (pair->before > 0)
    done &= geo_graph_set_debt (graph, pair->a, pair->b,
                                GEO_AMOUNT (pair->before));
  if (pair->before < 0)
    done &= geo_graph_set_debt (graph, pair->b, pair->a,
                                GEO_AMOUNT (-pair->before));
  g_assert (done);
}

/* Turns what is reserved into debt.  Not NULL: the invariant that would be
 * broken; the debts are as before and the reservations are gone. */
static const gchar *
settle (GeoCloserContract *contract, GArray *pairs) {
  GeoBookMarket *market = contract->market;
  const gchar *broken = NULL;

  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);

    geo_graph_settle (market->graph, flow->u, flow->v, flow->amount);
  }
  for (guint i = 0; i < pairs->len && broken == NULL; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);

    broken = pair_breaks (market, pair);
    if (broken == NULL && contract->order == NULL && !clears (contract, pair))
      broken = "I4";
  }
  if (broken == NULL && !nets_hold (contract, market->graph, pairs))
    broken = contract->order == NULL ? "I4" : "I7";
  if (broken != NULL)
    for (guint i = 0; i < pairs->len; i++)
      restore (market->graph, &g_array_index (pairs, Pair, i));

  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);

    geo_book_relax (market, flow->u, flow->v);
  }
  g_array_set_size (contract->flows, 0);
  return broken;
}

/* --- What the participants are told ----------------------------------------
 */

static GeoEntry *
next_entry (const GeoCloser *closer,
            GeoBookPerson *person,
            GeoEntryKind kind,
            const GeoHash *subject,
            GeoTime now) {
  GeoEntry *entry = geo_entry_new ();

  entry->community = closer->self;
  entry->participant = person->participant->pid;
  entry->sequence = person->sequence + 1;
  if (person->sequence > 0) {
    entry->has_previous = TRUE;
    entry->previous = person->entry_hash;
  }
  entry->kind = kind;
  entry->subject = *subject;
  entry->at = now;
  geo_entry_keep_hash (entry);
  /* The next one follows what is signed, not the signature. */
  geo_book_advance (person, entry);
  return entry;
}

GeoEntry *
geo_closer_next_entry (GeoCloser *closer,
                       GeoBookPerson *person,
                       GeoEntryKind kind,
                       const GeoHash *subject,
                       GeoTime now) {
  GeoEntry *entry = next_entry (closer, person, kind, subject, now);

  geo_entry_sign (entry, closer->secret);
  return entry;
}

static void
add_person (const GeoCloser *closer,
            GPtrArray *people,
            const GeoPid *pid,
            const GeoPid *reader) {
  const GeoParticipant *participant = geo_book_get_participant (closer->book,
                                                                pid);

  /* The hub itself is a voter, and no participant. */
  if (participant == NULL || geo_pid_equal (pid, reader))
    return;
  for (guint i = 0; i < people->len; i++)
    if (geo_pid_equal (&((GeoParticipant *) g_ptr_array_index (people, i))->pid,
                       pid))
      return;
  g_ptr_array_add (people, geo_participant_ref (participant));
}

GeoProvenEntry *
geo_closer_prove (const GeoCloser *closer,
                  const GeoCloserContract *contract,
                  const GeoPid *pid) {
  const GeoCloserOrder *order = contract->order;
  const GArray *voters = contract->contract->voters;
  const GeoEntry *entry = NULL;
  GeoProvenEntry *proven;

  for (guint i = 0; i < contract->entries->len && entry == NULL; i++) {
    const GeoEntry *one = g_ptr_array_index (contract->entries, i);

    if (geo_pid_equal (&one->participant, pid))
      entry = one;
  }
  if (entry == NULL)
    return NULL;

  proven = geo_proven_entry_new ();
  proven->entry = geo_entry_ref (entry);
  proven->certificate = geo_certificate_ref (contract->certificate);
  g_ptr_array_unref (proven->hops);
  proven->hops = geo_contract_prove_hashed_hops_of (contract->hops,
                                                    contract->leaves, pid);
  /* §5: the text is the payee's alone. */
  if (order != NULL && order->sealed != NULL &&
      geo_pid_equal (pid, &order->order->to))
    proven->sealed = g_bytes_ref (order->sealed);

  /* Whose names are shown, and whose signatures are checked. */
  if (order != NULL) {
    add_person (closer, proven->people, &order->order->from, pid);
    add_person (closer, proven->people, &order->order->to, pid);
  }
  for (guint i = 0; i < proven->hops->len; i++) {
    const GeoProvenHop *hop = g_ptr_array_index (proven->hops, i);

    add_person (closer, proven->people, &hop->hop->from, pid);
    add_person (closer, proven->people, &hop->hop->to, pid);
  }
  for (guint i = 0; i < voters->len; i++)
    add_person (closer, proven->people, &g_array_index (voters, GeoPid, i),
                pid);
  return proven;
}

/* Order, contract, and one vote of each voter but the payer, the hub's last.  A
 * clearing has no order. */
static GeoCertificate *
certify (const GeoCloser *closer, const GeoCloserContract *contract) {
  GeoCertificate *certificate = geo_certificate_new ();
  GeoVote *vote;

  if (contract->order != NULL)
    certificate->order = geo_order_ref (contract->order->order);
  certificate->contract = geo_contract_ref (contract->contract);
  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (!asked->required)
      continue;
    /* P3: The closer votes last. */
    g_assert (asked->vote != NULL);
    g_ptr_array_add (certificate->votes, geo_vote_ref (asked->vote));
  }

  vote = geo_vote_new ();
  vote->community = closer->self;
  vote->contract = contract->hash;
  vote->voter = closer->self;
  vote->verdict = g_strdup ("accept");
  g_ptr_array_add (certificate->votes, vote);
  return certificate;
}

static void
list_debts (GeoChange *change,
            const GeoBookMarket *market,
            const GeoCloser *closer,
            const GArray *pairs) {
  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);
    gint64 after = owed (market->graph, pair->a, pair->b);
    const GeoPid *a =
        &geo_book_person_at (closer->book, pair->a)->participant->pid;
    const GeoPid *b =
        &geo_book_person_at (closer->book, pair->b)->participant->pid;
    GeoDebtChange debt;

    debt.debtor = after >= 0 ? *a : *b;
    debt.creditor = after >= 0 ? *b : *a;
    debt.after = GEO_AMOUNT (ABS (after));
    g_array_append_val (change->debts, debt);
  }
}

static void
add_entry (GeoCloser *closer,
           GeoCloserContract *contract,
           const GeoPid *pid,
           GeoTime now) {
  GeoEntryKind kind = contract->order != NULL ? GEO_ENTRY_KIND_PAYMENT
                                              : GEO_ENTRY_KIND_CLEARING;

  for (guint i = 0; i < contract->entries->len; i++)
    if (geo_pid_equal (&((GeoEntry *) g_ptr_array_index (contract->entries, i))
                            ->participant,
                       pid))
      return;
  g_ptr_array_add (contract->entries,
                   next_entry (closer, geo_book_person (closer->book, pid),
                               kind, &contract->hash, now));
}

void
geo_closer_set_signs_later (GeoCloser *closer) {
  closer->signs_later = TRUE;
}

void
geo_closer_sign_change (GeoChange *change, const GeoSecret *secret) {
  const GPtrArray *votes;

  if (change->kind != GEO_CHANGE_COMMIT)
    return;
  /* P3: The closer votes last. */
  votes = change->certificate->votes;
  geo_vote_sign (g_ptr_array_index (votes, votes->len - 1), secret);
  /* It is stored, and then sent to everybody concerned. */
  geo_certificate_keep_text (change->certificate);
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *proven = g_ptr_array_index (change->entries, i);

    geo_entry_sign (proven->entry, secret);
    geo_entry_keep_text (proven->entry);
  }
}

/* P4: the hub's vote, with everything that follows from it, in one change. */
static GeoChange *
decide (GeoCloser *closer,
        GeoCloserContract *contract,
        const GArray *pairs,
        GeoTime now) {
  GeoChange *change = geo_change_new (GEO_CHANGE_COMMIT, now);

  contract->certificate = certify (closer, contract);
  for (guint i = 0; i < contract->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (contract->hops, i);

    add_entry (closer, contract, &hop->from, now);
    add_entry (closer, contract, &hop->to, now);
    g_ptr_array_add (change->hops, geo_hop_ref (hop));
  }

  change->certificate = geo_certificate_ref (contract->certificate);
  change->equivalent = g_strdup (contract->contract->equivalent);
  list_debts (change, contract->market, closer, pairs);
  for (guint i = 0; i < contract->entries->len; i++) {
    const GeoEntry *entry = g_ptr_array_index (contract->entries, i);

    g_ptr_array_add (change->entries,
                     geo_closer_prove (closer, contract, &entry->participant));
  }
  if (!closer->signs_later)
    geo_closer_sign_change (change, closer->secret);
  return change;
}

GeoChange *
geo_closer_settle (GeoCloser *closer,
                   GeoCloserContract *contract,
                   GeoTime now,
                   GPtrArray *actions) {
  g_autoptr (GArray) pairs = list_pairs (contract->market->graph,
                                         contract->flows);
  const gchar *broken;

  g_assert (contract->state == GEO_CLOSER_OPEN &&
            now <= contract->contract->deadline);
  broken = settle (contract, pairs);
  if (broken != NULL) {
    /* §14: a violation stops the commit, freezes that equivalent and raises an
     * incident. */
    geo_closer_freeze (closer, contract->market, broken, &contract->hash, now,
                       actions);
    return NULL;
  }
  contract->state = GEO_CLOSER_COMMITTED;
  return decide (closer, contract, pairs, now);
}
