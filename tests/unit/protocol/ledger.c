/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub's store in memory, for tests: it applies changes as the real one does
 * and fails the test where one of them breaks a rule.  No outcome is ever
 * replaced by another.
 */
#include "core/geo-merkle.h"
#include "town.h"

typedef struct {
  GPtrArray *entries; /* GeoProvenEntry: committed */
  GeoRefusal *refusal;
} Outcome;

struct _Ledger {
  GeoCommunity *community;
  GHashTable *people; /* GeoPid → GeoParticipant */
  GPtrArray *order; /* The same, in the order in which they joined */
  GHashTable *lines; /* "from to equivalent" → GeoTrustLine */
  GHashTable *highest; /* "from to equivalent" → gint64, highest limit ever */
  GHashTable *debts; /* "debtor creditor equivalent" → gint64 > 0 */
  GHashTable *entries; /* GeoPid → GPtrArray of GeoProvenEntry */
  GHashTable *orders; /* GeoHash → Outcome */
  GHashTable *contracts; /* GeoHash → Outcome */
  GArray *subjects; /* GeoHash: the log (§9) */
  GHashTable *by_tx; /* "payer tx_id" → GeoHash of the order */
  guint n_commits;
  guint n_clearings;
  guint n_refusals;
};

static void
outcome_free (Outcome *outcome) {
  g_clear_pointer (&outcome->entries, g_ptr_array_unref);
  geo_refusal_free (outcome->refusal);
  g_free (outcome);
}

Ledger *
ledger_new (const GeoCommunity *community) {
  Ledger *ledger = g_new0 (Ledger, 1);

  ledger->community = geo_community_copy (community);
  ledger->people = g_hash_table_new (geo_pid_hash, geo_pid_equal);
  ledger->order =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_participant_free);
  ledger->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) geo_trust_line_free);
  ledger->highest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           g_free);
  ledger->debts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  ledger->subjects = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  ledger->entries = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                           (GDestroyNotify) g_ptr_array_unref);
  ledger->orders = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                          (GDestroyNotify) outcome_free);
  ledger->contracts = g_hash_table_new_full (
      geo_hash_hash, geo_hash_equal, g_free, (GDestroyNotify) outcome_free);
  ledger->by_tx = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  return ledger;
}

void
ledger_free (Ledger *ledger) {
  if (ledger == NULL)
    return;
  g_hash_table_unref (ledger->by_tx);
  g_hash_table_unref (ledger->contracts);
  g_hash_table_unref (ledger->orders);
  g_array_unref (ledger->subjects);
  g_hash_table_unref (ledger->entries);
  g_hash_table_unref (ledger->debts);
  g_hash_table_unref (ledger->highest);
  g_hash_table_unref (ledger->lines);
  g_hash_table_unref (ledger->people);
  g_ptr_array_unref (ledger->order);
  geo_community_free (ledger->community);
  g_free (ledger);
}

static gchar *
pair_key (const GeoPid *a, const GeoPid *b, const gchar *equivalent) {
  g_autofree gchar *first = geo_pid_to_string (a);
  g_autofree gchar *second = geo_pid_to_string (b);

  return g_strdup_printf ("%s %s %s", first, second, equivalent);
}

static gint64
number (GHashTable *table, const gchar *key) {
  const gint64 *value = g_hash_table_lookup (table, key);

  return value == NULL ? 0 : *value;
}

static gint64
debt_of (const Ledger *ledger,
         const GeoPid *debtor,
         const GeoPid *creditor,
         const gchar *equivalent) {
  g_autofree gchar *key = pair_key (debtor, creditor, equivalent);

  return number (ledger->debts, key);
}

static void
set_debt (Ledger *ledger,
          const GeoPid *debtor,
          const GeoPid *creditor,
          const gchar *equivalent,
          gint64 debt) {
  gchar *key = pair_key (debtor, creditor, equivalent);

  g_assert_cmpint (debt, >=, 0);
  if (debt == 0) {
    g_hash_table_remove (ledger->debts, key);
    g_free (key);
  } else {
    g_hash_table_replace (ledger->debts, key, g_memdup2 (&debt, sizeof debt));
  }
}

GeoAmount
ledger_debt (const Ledger *ledger,
             const GeoPid *debtor,
             const GeoPid *creditor,
             const gchar *equivalent) {
  return GEO_AMOUNT (debt_of (ledger, debtor, creditor, equivalent));
}

static gboolean
find_key (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const Ledger *ledger = user_data;
  const GeoParticipant *participant;

  if (geo_pid_equal (pid, &ledger->community->community)) {
    geo_key_chain_of_key (&ledger->community->key, out);
    return TRUE;
  }
  participant = g_hash_table_lookup (ledger->people, pid);
  if (participant == NULL)
    return FALSE;
  geo_key_chain_of (participant, out);
  return TRUE;
}

/* The next of its participant's chain, and signed by the hub. */
static void
apply_entry (Ledger *ledger, const GeoProvenEntry *proven) {
  const GeoEntry *entry = proven->entry;
  GPtrArray *chain = g_hash_table_lookup (ledger->entries, &entry->participant);
  g_autofree gchar *text = geo_proven_entry_to_text (proven, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoProvenEntry) again = geo_proven_entry_from_text (text, -1,
                                                                 &error);

  g_assert_no_error (error);
  g_assert_nonnull (again);
  g_assert_true (geo_entry_verify (entry, &ledger->community->key, NULL));
  if (chain == NULL) {
    chain =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_entry_free);
    g_hash_table_insert (ledger->entries, geo_pid_dup (&entry->participant),
                         chain);
  }
  g_assert_cmpint (entry->sequence, ==, chain->len + 1);
  g_assert_true (entry->has_previous == (chain->len > 0));
  if (chain->len > 0) {
    const GeoProvenEntry *last = g_ptr_array_index (chain, chain->len - 1);
    GeoHash hash;

    geo_entry_hash (last->entry, &hash);
    g_assert_true (geo_hash_equal (&hash, &entry->previous));
  }
  g_ptr_array_add (chain, geo_proven_entry_copy (proven));
}

static Outcome *
get_outcome (GHashTable *table, const GeoHash *hash) {
  Outcome *outcome = g_hash_table_lookup (table, hash);

  if (outcome == NULL) {
    outcome = g_new0 (Outcome, 1);
    g_hash_table_insert (table, geo_hash_dup (hash), outcome);
  }
  return outcome;
}

static void
take_tx (Ledger *ledger, const GeoOrder *order) {
  g_autofree gchar *payer = geo_pid_to_string (&order->from);
  g_autofree gchar *key = g_strdup_printf ("%s %s", payer, order->tx_id);
  const GeoHash *taken = g_hash_table_lookup (ledger->by_tx, key);
  GeoHash hash;

  geo_order_hash (order, &hash);
  if (taken != NULL)
    g_assert_true (geo_hash_equal (taken, &hash));
  else
    g_hash_table_insert (ledger->by_tx, g_steal_pointer (&key),
                         geo_hash_dup (&hash));
}

static void
apply_hop (Ledger *ledger, const GeoHop *hop, GHashTable *nets) {
  gint64 amount = hop->amount.amount.minor;
  gint64 forth = debt_of (ledger, &hop->from, &hop->to, hop->equivalent);
  gint64 back = debt_of (ledger, &hop->to, &hop->from, hop->equivalent);
  gint64 after = forth - back + amount;
  const GeoPid *ends[2] = { &hop->from, &hop->to };

  g_assert_cmpint (amount, >, 0);
  g_assert_cmpint (MIN (forth, back), ==, 0);
  set_debt (ledger, &hop->from, &hop->to, hop->equivalent, MAX (after, 0));
  set_debt (ledger, &hop->to, &hop->from, hop->equivalent, MAX (-after, 0));
  if (after > 0) {
    /* I2: never above the highest limit there was. */
    g_autofree gchar *key = pair_key (&hop->to, &hop->from, hop->equivalent);

    g_assert_cmpint (after, <=, number (ledger->highest, key));
  }

  for (guint i = 0; i < 2; i++) {
    gint64 *net = g_hash_table_lookup (nets, ends[i]);

    if (net == NULL) {
      net = g_new0 (gint64, 1);
      g_hash_table_insert (nets, geo_pid_dup (ends[i]), net);
    }
    *net += i == 0 ? -amount : amount;
  }
}

static void
check_entry_of (const GeoChange *change, const GeoProvenEntry *proven) {
  const GeoContract *contract = change->certificate->contract;
  g_autoptr (GPtrArray) own =
      geo_contract_prove_hops_of (change->hops, &proven->entry->participant);
  GeoHash hash;

  geo_contract_hash (contract, &hash);
  g_assert_cmpint (proven->entry->kind, ==,
                   contract->kind == GEO_CONTRACT_KIND_CLEARING
                       ? GEO_ENTRY_KIND_CLEARING
                       : GEO_ENTRY_KIND_PAYMENT);
  g_assert_true (geo_hash_equal (&proven->entry->subject, &hash));
  g_assert_nonnull (proven->certificate);
  g_assert_cmpuint (proven->hops->len, ==, own->len);
  g_assert_cmpuint (own->len, >, 0);
  for (guint i = 0; i < proven->hops->len; i++)
    g_assert_true (geo_contract_check_hop (
        contract, g_ptr_array_index (proven->hops, i), NULL));
  if (!geo_pid_equal (&proven->entry->participant, &contract->payee))
    g_assert_null (proven->sealed);
}

/* What both ends let clearing make one of them owe over line (§7). */
static gint64
lent (const GeoTrustLine *line, const GeoTrustLine *back) {
  const GeoTrustLine *both[2] = { line, back };
  gint64 most = G_MAXINT64;

  for (guint i = 0; i < 2; i++) {
    if (both[i] == NULL || both[i]->status != GEO_LINE_STATUS_ACTIVE ||
        (both[i]->policy->has_frozen && both[i]->policy->frozen) ||
        !both[i]->policy->has_spare_clearing)
      return 0;
    most = MIN (most, both[i]->policy->spare_clearing.amount.minor);
  }
  return MIN (most, line->limit.amount.minor);
}

/* §7: every creditor's line has auto_clearing, or its creditor voted; and every
 * hop runs against a debt that is as large, or makes another one as large as
 * both ends let it; all debts together become less. */
static void
check_consent (const Ledger *ledger, const GeoChange *change) {
  const GeoContract *contract = change->certificate->contract;
  gint64 amount = contract->amount.amount.minor;
  gint64 gain = 0;

  g_assert_false (contract->has_order);
  for (guint i = 0; i < change->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (change->hops, i);
    g_autofree gchar *key = pair_key (&hop->from, &hop->to, hop->equivalent);
    g_autofree gchar *back_key = pair_key (&hop->to, &hop->from,
                                           hop->equivalent);
    const GeoTrustLine *line = g_hash_table_lookup (ledger->lines, key);
    gboolean voted = FALSE;
    gint64 less;

    for (guint j = 0; j < contract->voters->len; j++)
      voted |= geo_pid_equal (&g_array_index (contract->voters, GeoPid, j),
                              &hop->from);
    less = MIN (debt_of (ledger, &hop->to, &hop->from, hop->equivalent),
                amount);
    g_assert_nonnull (line);
    g_assert_true (less == 0 || voted || line->policy->auto_clearing);
    if (less < amount) {
      /* Nobody is asked in a cycle that lends. */
      g_assert_cmpuint (contract->voters->len, ==, 1);
      g_assert_cmpint (
          debt_of (ledger, &hop->from, &hop->to, hop->equivalent) + amount -
              less,
          <=, lent (g_hash_table_lookup (ledger->lines, back_key), line));
    }
    gain += less - (amount - less);
    g_assert_cmpint (hop->amount.amount.minor, ==, amount);
  }
  g_assert_cmpint (gain, >, 0);
}

static void
apply_commit (Ledger *ledger, const GeoChange *change) {
  const GeoContract *contract = change->certificate->contract;
  g_autoptr (GeoContract) copy = geo_contract_copy (contract);
  g_autoptr (GHashTable) nets =
      g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free, g_free);
  g_autoptr (GError) error = NULL;
  Outcome *order, *outcome;
  GHashTableIter iter;
  gpointer pid, net;
  GeoHash hash;

  /* P3, P4, P6: what convinces a stranger. */
  geo_certificate_check (change->certificate, find_key, ledger, &error);
  g_assert_no_error (error);
  geo_contract_set_hops (copy, change->hops);
  g_assert_true (geo_hash_equal (&copy->hops_root, &contract->hops_root));
  g_assert_cmpint (copy->hops_count, ==, contract->hops_count);
  /* P11: one order, one outcome, never after the deadline. */
  g_assert_cmpint (change->at, <=, contract->deadline);
  geo_contract_hash (contract, &hash);
  outcome = get_outcome (ledger->contracts, &hash);
  g_assert_true (outcome->entries == NULL && outcome->refusal == NULL);
  outcome->entries = g_ptr_array_ref (change->entries);
  if (contract->kind == GEO_CONTRACT_KIND_CLEARING) {
    check_consent (ledger, change);
  } else {
    order = get_outcome (ledger->orders, &contract->order);
    g_assert_true (order->entries == NULL && order->refusal == NULL);
    order->entries = g_ptr_array_ref (change->entries);
    take_tx (ledger, change->certificate->order);
  }

  for (guint i = 0; i < change->hops->len; i++)
    apply_hop (ledger, g_ptr_array_index (change->hops, i), nets);
  /* I1: the debts are the replay of the hops. */
  g_assert_cmpstr (change->equivalent, ==, contract->equivalent);
  for (guint i = 0; i < change->debts->len; i++) {
    const GeoDebtChange *debt = &g_array_index (change->debts, GeoDebtChange,
                                                i);

    g_assert_cmpint (
        debt->after.minor, ==,
        debt_of (ledger, &debt->debtor, &debt->creditor, change->equivalent));
    g_assert_cmpint (
        debt_of (ledger, &debt->creditor, &debt->debtor, change->equivalent),
        ==, 0);
  }
  /* I7: each participant's net change is the contract's. */
  g_hash_table_iter_init (&iter, nets);
  while (g_hash_table_iter_next (&iter, &pid, &net)) {
    gint64 expected = 0;

    if (contract->has_payer && geo_pid_equal (pid, &contract->payer))
      expected = -contract->amount.amount.minor;
    else if (contract->has_payee && geo_pid_equal (pid, &contract->payee))
      expected = contract->amount.amount.minor;
    g_assert_cmpint (*(gint64 *) net, ==, expected);
  }

  g_assert_cmpuint (change->entries->len, ==, g_hash_table_size (nets));
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *proven = g_ptr_array_index (change->entries, i);

    g_assert_true (g_hash_table_contains (nets, &proven->entry->participant));
    check_entry_of (change, proven);
    apply_entry (ledger, proven);
  }
  if (contract->kind == GEO_CONTRACT_KIND_CLEARING)
    ledger->n_clearings++;
  else
    ledger->n_commits++;
}

static void
apply_refusal (Ledger *ledger, const GeoChange *change) {
  const GeoRefusal *refusal = change->refusal;
  Outcome *outcome;
  GeoHash hash;

  g_assert_true (
      geo_pid_equal (&refusal->voter, &ledger->community->community));
  g_assert_true (geo_refusal_verify (refusal, &ledger->community->key, NULL));
  g_assert_true (refusal->has_order != refusal->has_contract);
  if (change->contract != NULL) {
    geo_contract_hash (change->contract, &hash);
    g_assert_true (refusal->has_contract &&
                   geo_hash_equal (&refusal->contract, &hash));
  }
  if (change->order != NULL) {
    geo_order_hash (change->order, &hash);
    g_assert_true (change->contract != NULL ||
                   geo_hash_equal (&refusal->order, &hash));
    take_tx (ledger, change->order);
  }

  outcome = refusal->has_order
                ? get_outcome (ledger->orders, &refusal->order)
                : get_outcome (ledger->contracts, &refusal->contract);
  /* P4: The two exclude each other. */
  g_assert_true (outcome->entries == NULL && outcome->refusal == NULL);
  outcome->refusal = geo_refusal_copy (refusal);
  if (refusal->has_order)
    ledger->n_refusals++;
}

static void
apply_line (Ledger *ledger, const GeoChange *change) {
  const GeoTrustLine *line = change->line;
  gchar *key = pair_key (&line->from, &line->to, line->equivalent);
  const GeoTrustLine *before = g_hash_table_lookup (ledger->lines, key);
  gint64 highest = MAX (number (ledger->highest, key),
                        line->limit.amount.minor);
  GeoKeyChain keys;

  /* K4: what is new is signed with the key that is in force. */
  g_assert_true (find_key (&line->from, &keys, ledger));
  g_assert_true (geo_trust_line_verify (line, &keys.keys[keys.n - 1], NULL));
  g_assert_cmpint (line->seq, ==, before == NULL ? 1 : before->seq + 1);
  g_hash_table_replace (ledger->highest, g_strdup (key),
                        g_memdup2 (&highest, sizeof highest));
  g_hash_table_replace (ledger->lines, key, geo_trust_line_copy (line));

  g_assert_cmpuint (change->entries->len, ==, 2);
  for (guint i = 0; i < change->entries->len; i++)
    apply_entry (ledger, g_ptr_array_index (change->entries, i));
}

/* --- The log (§9) --------------------------------------------------------- */

static void
log_change (Ledger *ledger, const GeoChange *change) {
  const GeoProvenEntry *first = g_ptr_array_index (change->entries, 0);

  g_array_append_val (ledger->subjects, first->entry->subject);
}

GeoMessage *
ledger_prove (const Ledger *ledger,
              GeoSecret *secret,
              const GeoPid *pid,
              const GeoMessage *query,
              GeoTime now) {
  const GeoMsgLogQuery *asked = query->u.log_query;
  const GPtrArray *chain = ledger_entries (ledger, pid);
  GeoMessage *answer = geo_message_new (GEO_MESSAGE_LOG_PROOF, query->msg_id);
  GeoLogProof *proof = answer->u.log_proof->proof = geo_log_proof_new ();
  gsize n = ledger->subjects->len;
  g_autofree GeoHash *leaves = g_new0 (GeoHash, n + 1);

  for (gsize i = 0; i < n; i++)
    geo_merkle_leaf (&g_array_index (ledger->subjects, GeoHash, i),
                     GEO_HASH_LEN, &leaves[i]);
  proof->size = asked->size;
  proof->after = asked->after;
  proof->head = geo_tree_head_new ();
  proof->head->community = ledger->community->community;
  proof->head->size = (gint64) n;
  geo_merkle_root (leaves, n, &proof->head->root);
  proof->head->at = now;
  geo_tree_head_sign (proof->head, secret);
  if (asked->size > 0 && asked->size < (gint64) n) {
    g_array_unref (proof->consistency);
    proof->consistency = geo_merkle_consistency (leaves, (gsize) asked->size,
                                                 n);
  }
  for (guint i = (guint) asked->after;
       chain != NULL && i < chain->len && proof->leaves->len < 64; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (chain, i);
    GeoLeafProof *leaf = geo_leaf_proof_new ();

    leaf->sequence = i + 1;
    while (!geo_hash_equal (
        &entry->entry->subject,
        &g_array_index (ledger->subjects, GeoHash, (guint) leaf->index)))
      leaf->index++;
    g_array_unref (leaf->proof);
    leaf->proof = geo_merkle_inclusion (leaves, n, (gsize) leaf->index);
    g_ptr_array_add (proof->leaves, leaf);
  }
  return answer;
}

void
ledger_apply (Ledger *ledger, const GeoChange *change) {
  GeoParticipant *participant;

  switch (change->kind) {
  case GEO_CHANGE_PARTICIPANT:
    participant = geo_participant_copy (change->participant);
    for (guint i = 0; i < ledger->order->len; i++) {
      GeoParticipant *old = g_ptr_array_index (ledger->order, i);

      if (geo_pid_equal (&old->pid, &participant->pid)) {
        g_hash_table_remove (ledger->people, &old->pid);
        g_ptr_array_remove_index (ledger->order, i);
        break;
      }
    }
    g_ptr_array_add (ledger->order, participant);
    g_hash_table_insert (ledger->people, &participant->pid, participant);
    return;
  case GEO_CHANGE_LINE:
    apply_line (ledger, change);
    log_change (ledger, change);
    return;
  case GEO_CHANGE_COMMIT:
    apply_commit (ledger, change);
    log_change (ledger, change);
    return;
  case GEO_CHANGE_INCIDENT:
    g_assert_nonnull (change->equivalent);
    g_assert_nonnull (change->text);
    return;
  case GEO_CHANGE_REFUSAL:
    apply_refusal (ledger, change);
    return;
  case GEO_CHANGE_ACK:
    g_assert_nonnull (change->ack);
    return;
  case GEO_CHANGE_HUB:
    /* K5: the one thing the closer has to remember of somebody. */
    g_assert_nonnull (change->audit);
    g_assert_cmpstr (change->audit->action, ==, "participant.two_keys");
    return;
  case GEO_CHANGE_STATE:
  case GEO_CHANGE_LETTER:
  case GEO_CHANGE_LETTER_READ:
    /* The driver's, not the closer's. */
    break;
  }
  g_assert_not_reached ();
}

GeoBook *
ledger_load (const Ledger *ledger) {
  GeoBook *book = geo_book_new (ledger->community);
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < ledger->order->len; i++) {
    const GeoParticipant *participant = g_ptr_array_index (ledger->order, i);
    const GPtrArray *chain = ledger_entries (ledger, &participant->pid);
    guint n = chain == NULL ? 0 : chain->len;
    GeoHash hash = { { 0 } };

    if (n > 0)
      geo_entry_hash (
          ((GeoProvenEntry *) g_ptr_array_index (chain, n - 1))->entry, &hash);
    geo_book_load_participant (book, participant, FALSE, n, &hash, &error);
    g_assert_no_error (error);
  }
  g_hash_table_iter_init (&iter, ledger->lines);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    geo_book_load_line (book, value, &error);
    g_assert_no_error (error);
  }
  g_hash_table_iter_init (&iter, ledger->debts);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    g_auto (GStrv) parts = g_strsplit (key, " ", 3);
    GeoPid debtor, creditor;

    g_assert_true (geo_pid_parse (parts[0], &debtor, NULL) &&
                   geo_pid_parse (parts[1], &creditor, NULL));
    geo_book_load_debt (book, &debtor, &creditor, parts[2],
                        GEO_AMOUNT (*(gint64 *) value), &error);
    g_assert_no_error (error);
  }
  return book;
}

static void
count_debt (const GeoPid *debtor,
            const GeoPid *creditor,
            const gchar *equivalent,
            GeoAmount debt,
            gpointer user_data) {
  gpointer *data = user_data;

  g_assert_cmpint (debt_of (data[0], debtor, creditor, equivalent), ==,
                   debt.minor);
  *(guint *) data[1] += 1;
}

void
ledger_check_book (const Ledger *ledger, const GeoBook *book) {
  guint n = 0;
  gpointer data[2] = { (gpointer) ledger, &n };

  geo_book_foreach_debt (book, count_debt, data);
  g_assert_cmpuint (n, ==, g_hash_table_size (ledger->debts));
}

static void
find_outcome (GHashTable *table,
              const GeoHash *hash,
              const GeoPid *from,
              LedgerKnown *out) {
  const Outcome *outcome = g_hash_table_lookup (table, hash);

  if (outcome == NULL)
    return;
  out->known.has_order_hash = TRUE;
  out->known.order_hash = *hash;
  if (outcome->refusal != NULL)
    out->refusal = geo_refusal_copy (outcome->refusal);
  for (guint i = 0; outcome->entries != NULL && i < outcome->entries->len;
       i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (outcome->entries, i);

    if (geo_pid_equal (&entry->entry->participant, from))
      out->entry = geo_proven_entry_copy (entry);
  }
}

void
ledger_find (const Ledger *ledger,
             const GeoPid *from,
             const GeoMessage *message,
             LedgerKnown *out) {
  *out = (LedgerKnown){ 0 };
  if (message->type == GEO_MESSAGE_PAYMENT_REQUEST) {
    const GeoOrder *order = message->u.payment_request->order;
    g_autofree gchar *payer = geo_pid_to_string (&order->from);
    g_autofree gchar *key = g_strdup_printf ("%s %s", payer, order->tx_id);
    const GeoHash *taken = g_hash_table_lookup (ledger->by_tx, key);
    GeoHash hash;

    geo_order_hash (order, &hash);
    find_outcome (ledger->orders, taken != NULL ? taken : &hash, from, out);
    if (taken != NULL) {
      out->known.has_order_hash = TRUE;
      out->known.order_hash = *taken;
    }
  } else if (message->type == GEO_MESSAGE_RECOVERY_QUERY) {
    const GeoMsgRecoveryQuery *query = message->u.recovery_query;

    find_outcome (query->has_order ? ledger->orders : ledger->contracts,
                  query->has_order ? &query->order : &query->contract, from,
                  out);
  }
  out->known.entry = out->entry;
  out->known.refusal = out->refusal;
}

void
ledger_known_clear (LedgerKnown *known) {
  g_clear_pointer (&known->entry, geo_proven_entry_free);
  g_clear_pointer (&known->refusal, geo_refusal_free);
}

const GPtrArray *
ledger_entries (const Ledger *ledger, const GeoPid *pid) {
  return g_hash_table_lookup (ledger->entries, pid);
}

guint
ledger_count_commits (const Ledger *ledger) {
  return ledger->n_commits;
}

guint
ledger_count_clearings (const Ledger *ledger) {
  return ledger->n_clearings;
}

guint
ledger_count_refusals (const Ledger *ledger) {
  return ledger->n_refusals;
}

const GeoRefusal *
ledger_refusal (const Ledger *ledger, const GeoHash *order) {
  const Outcome *outcome = g_hash_table_lookup (ledger->orders, order);

  return outcome == NULL ? NULL : outcome->refusal;
}

gboolean
ledger_is_committed (const Ledger *ledger, const GeoHash *order) {
  const Outcome *outcome = g_hash_table_lookup (ledger->orders, order);

  return outcome != NULL && outcome->entries != NULL;
}
