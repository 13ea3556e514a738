/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The town's objects: lines, orders, contracts and the hub's entries, made and
 * signed by hand.
 */
#include "party-town.h"

#include <string.h>

/* --- People and lines ----------------------------------------------------- */

GeoParticipant *
town_participant (Town *town, guint who, gint64 seq) {
  const Citizen *citizen = &town->people[who];
  GeoParticipant *participant = geo_participant_copy (citizen->participant);

  participant->seq = seq;
  g_free (participant->name);
  participant->name = g_strdup_printf ("Version %d", (int) seq);
  geo_participant_sign (participant, citizen->secret);
  return participant;
}

GeoTrustLine *
town_line (Town *town, guint from, guint to, gint64 limit, gint64 seq) {
  const GeoTrustLine *before = geo_party_get_line (
      town->party, &town->people[from].pid, &town->people[to].pid, "UAH");
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = town->community->community;
  line->line_id = g_strdup_printf ("line-%u-%u", from, to);
  line->from = town->people[from].pid;
  line->to = town->people[to].pid;
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (limit), 2);
  line->policy = geo_policy_new_default ();
  line->seq = seq;
  if (seq > 1) {
    g_assert_nonnull (before);
    line->has_previous = TRUE;
    geo_trust_line_hash (before, &line->previous);
  }
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = town->now;
  geo_trust_line_sign (line, town->people[from].secret);
  return line;
}

void
town_load_line (Town *town, guint from, guint to, gint64 limit) {
  GeoTrustLine *line = town_line (town, from, to, limit, 1);

  geo_party_load_line (town->party, line, TRUE);
  g_ptr_array_add (town->lines_before, line);
}

/* --- The hub's words ------------------------------------------------------ */

GeoRefusal *
town_refusal (Town *town,
              const GeoHash *order,
              const GeoHash *contract,
              GeoCode code,
              const gchar *reason) {
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = town->community->community;
  if (order != NULL) {
    refusal->has_order = TRUE;
    refusal->order = *order;
  }
  if (contract != NULL) {
    refusal->has_contract = TRUE;
    refusal->contract = *contract;
  }
  refusal->voter = town->community->community;
  refusal->code = code;
  refusal->reason = g_strdup (reason);
  refusal->at = town->now;
  geo_refusal_sign (refusal, town->hub);
  return refusal;
}

GeoMessage *
town_abort (GeoRefusal *refusal) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, "abort");

  message->u.payment_abort->refusal = refusal;
  return message;
}

GeoMessage *
town_commit (GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_COMMIT, "commit");

  message->u.payment_commit->entry = entry;
  return message;
}

GeoMessage *
town_receipt (GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_RECEIPT,
                                         "receipt");

  message->u.trust_line_receipt->entry = entry;
  return message;
}

GeoMessage *
town_entry (GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ENTRY, "entry");

  message->u.entry->entry = entry;
  return message;
}

GeoMessage *
town_sync_result (gint64 sequence) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_SYNC_RESULT, "sync");

  message->u.sync_result->sequence = sequence;
  return message;
}

/* --- Deals ---------------------------------------------------------------- */

static GeoOrder *
make_order (Town *town,
            const gchar *tx_id,
            guint payer,
            guint payee,
            gint64 amount) {
  GeoOrder *order = geo_order_new ();

  order->community = town->community->community;
  order->tx_id = g_strdup (tx_id);
  order->from = town->people[payer].pid;
  order->to = town->people[payee].pid;
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (amount), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = town->community->community;
  order->deadline = town->now + 60000;
  order->created_at = town->now;
  geo_order_sign (order, town->people[payer].secret);
  return order;
}

static void
add_hop (Town *town, Deal *deal, const Step *step) {
  GeoHop *hop = geo_hop_new ();
  guint8 salt[16];

  memset (salt, (int) deal->hops->len, sizeof salt);
  hop->community = deal->order->community;
  hop->tx_id = g_strdup (deal->order->tx_id);
  hop->from = town->people[step->from].pid;
  hop->to = town->people[step->to].pid;
  hop->equivalent = g_strdup (deal->order->equivalent);
  hop->amount = geo_decimal (GEO_AMOUNT (step->amount),
                             deal->order->amount.decimals);
  hop->lane = GEO_LANE_HUB;
  hop->salt = g_bytes_new (salt, sizeof salt);
  g_ptr_array_add (deal->hops, hop);
}

Deal *
deal_of_order (Town *town,
               const GeoOrder *order,
               const Step *steps,
               guint n_steps) {
  Deal *deal = g_new0 (Deal, 1);
  GeoContract *contract = geo_contract_new ();

  deal->order = geo_order_copy (order);
  deal->contract = contract;
  deal->hops = g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  for (guint i = 0; i < n_steps; i++)
    add_hop (town, deal, &steps[i]);
  contract->community = order->community;
  contract->tx_id = g_strdup (order->tx_id);
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
  contract->has_order = TRUE;
  geo_order_hash (order, &contract->order);
  contract->equivalent = g_strdup (order->equivalent);
  contract->amount = order->amount;
  contract->has_payer = TRUE;
  contract->payer = order->from;
  contract->has_payee = TRUE;
  contract->payee = order->to;
  g_array_append_val (contract->voters, order->from);
  g_array_append_val (contract->voters, order->closer);
  contract->closer = order->closer;
  contract->deadline = order->deadline;
  contract->created_at = town->now;
  geo_contract_set_hops (contract, deal->hops);
  return deal;
}

Deal *
deal_new (Town *town,
          const gchar *tx_id,
          guint payer,
          guint payee,
          gint64 amount,
          const Step *steps,
          guint n_steps) {
  g_autoptr (GeoOrder) order = make_order (town, tx_id, payer, payee, amount);

  return deal_of_order (town, order, steps, n_steps);
}

Deal *
deal_through_me (Town *town, const gchar *tx_id, gint64 amount) {
  const Step steps[] = { { ANNA, ME, amount }, { ME, BOB, amount } };

  return deal_new (town, tx_id, ANNA, BOB, amount, steps, 2);
}

Deal *
deal_to_me (Town *town, const gchar *tx_id, gint64 amount) {
  const Step steps[] = { { CARL, ANNA, amount }, { ANNA, ME, amount } };

  return deal_new (town, tx_id, CARL, ME, amount, steps, 2);
}

void
deal_free (Deal *deal) {
  if (deal == NULL)
    return;

  geo_order_free (deal->order);
  geo_contract_free (deal->contract);
  g_ptr_array_unref (deal->hops);
  g_clear_pointer (&deal->sealed, g_bytes_unref);
  g_free (deal);
}

void
deal_sign (Town *town, Deal *deal, guint payer) {
  geo_order_sign (deal->order, town->people[payer].secret);
  geo_order_hash (deal->order, &deal->contract->order);
  geo_contract_set_hops (deal->contract, deal->hops);
}

void
deal_describe (Town *town, Deal *deal, const gchar *text, guint reader) {
  deal->order->has_description_hash = TRUE;
  geo_hash_of (text, strlen (text), &deal->order->description_hash);
  g_clear_pointer (&deal->sealed, g_bytes_unref);
  deal->sealed = geo_seal (&town->people[reader].participant->key, text, NULL);
  g_assert_nonnull (deal->sealed);
}

void
deal_hash (const Deal *deal, GeoHash *hash) {
  geo_contract_hash (deal->contract, hash);
}

GeoMessage *
deal_prepare (Town *town, const Deal *deal, const gchar *msg_id) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE, msg_id);
  GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;

  prepare->contract = geo_contract_copy (deal->contract);
  prepare->order = geo_order_copy (deal->order);
  g_ptr_array_unref (prepare->hops);
  prepare->hops = geo_contract_prove_hops_of (deal->hops,
                                              &town->people[ME].pid);
  if (deal->sealed != NULL)
    prepare->sealed = g_bytes_ref (deal->sealed);
  return message;
}

/* --- Entries -------------------------------------------------------------- */

static GeoProvenEntry *
make_entry (Town *town, GeoEntryKind kind, const GeoHash *subject) {
  GeoProvenEntry *proven = geo_proven_entry_new ();
  GeoEntry *entry = geo_entry_new ();

  entry->community = town->community->community;
  entry->participant = town->people[ME].pid;
  entry->sequence = town->sequence + 1;
  if (town->sequence > 0) {
    entry->has_previous = TRUE;
    entry->previous = town->entry_hash;
  }
  entry->kind = kind;
  entry->subject = *subject;
  entry->at = town->now;
  proven->entry = entry;
  town_sign_entry (town, proven);
  return proven;
}

void
town_sign_entry (Town *town, GeoProvenEntry *proven) {
  geo_entry_sign (proven->entry, town->hub);
  town->sequence = proven->entry->sequence;
  geo_entry_hash (proven->entry, &town->entry_hash);
}

static void
add_people (Town *town, GeoProvenEntry *proven) {
  for (guint who = ANNA; who < N_PEOPLE; who++)
    g_ptr_array_add (proven->people,
                     geo_participant_copy (town->people[who].participant));
}

GeoProvenEntry *
town_entry_of_line (Town *town, const GeoTrustLine *line) {
  GeoProvenEntry *proven;
  GeoHash hash;

  geo_trust_line_hash (line, &hash);
  proven = make_entry (town, GEO_ENTRY_KIND_TRUST_LINE, &hash);
  proven->line = geo_trust_line_copy (line);
  add_people (town, proven);
  return proven;
}

GeoProvenEntry *
town_entry_of_deal (Town *town, const Deal *deal) {
  GeoProvenEntry *proven;
  GeoVote *vote = geo_vote_new ();
  GeoHash hash;

  deal_hash (deal, &hash);
  vote->community = town->community->community;
  vote->contract = hash;
  vote->voter = town->community->community;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, town->hub);

  proven = make_entry (town, GEO_ENTRY_KIND_PAYMENT, &hash);
  proven->certificate = geo_certificate_new ();
  proven->certificate->order = geo_order_copy (deal->order);
  proven->certificate->contract = geo_contract_copy (deal->contract);
  g_ptr_array_add (proven->certificate->votes, vote);
  g_ptr_array_unref (proven->hops);
  proven->hops = geo_contract_prove_hops_of (deal->hops, &town->people[ME].pid);
  if (deal->sealed != NULL)
    proven->sealed = g_bytes_ref (deal->sealed);
  add_people (town, proven);
  return proven;
}
