/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A second way to reckon: each change of the hub is replayed hop by hop, and
 * held to the invariants on its own.
 */
#include "sim-truth.h"

#include <string.h>

#include "core/geo-contract.h"

/* A contract is open for 3 s at most, and is on disk soon after.  Who lowers a
 * limit cannot be held to it for what was on its way. */
#define UNDER_WAY_MS 20000

typedef struct {
  GeoPid a; /* The smaller. */
  GeoPid b;
  gchar *equivalent;
  gint64 owed; /* a to b. */
} Pair;

typedef struct {
  GeoPid creditor;
  GeoPid debtor;
  gchar *equivalent;
  gint64 seq;
  gint64 limit;
  gint64 former; /* The largest of the last UNDER_WAY_MS … */
  GeoTime lowered_at;
  gboolean frozen;
  GeoTime frozen_at;
  gint64 spare; /* −1: its owner has not opted in. */
} Line;

typedef struct {
  GeoPid pid;
  gchar *equivalent;
  gint64 net;
} Net;

typedef struct {
  GeoPid pid;
  gint64 sequence;
  GeoHash last;
  GeoParticipant *participant;
} Person;

typedef struct {
  GeoHash hash;
  SimOutcome outcome;
} Fate;

struct _SimTruth {
  gboolean is_past; /* What is added was done before. */
  GeoPid self;
  GHashTable *pairs;
  GHashTable *lines;
  GHashTable *nets;
  GHashTable *people;
  GHashTable *orders;
  GHashTable *contracts;
  GHashTable *frozen; /* GeoPid */
  guint commits;
  gint64 leaves;
  guint refusals;
  guint repaid_frozen;
  guint over_spares;
  gchar *wrong;
};

/* --- Keys ----------------------------------------------------------------- */

static guint
pair_hash (gconstpointer key) {
  const Pair *pair = key;

  return geo_pid_hash (&pair->a) * 31 + geo_pid_hash (&pair->b) +
         g_str_hash (pair->equivalent);
}

static gboolean
pair_equal (gconstpointer one, gconstpointer other) {
  const Pair *x = one, *y = other;

  return geo_pid_equal (&x->a, &y->a) && geo_pid_equal (&x->b, &y->b) &&
         g_str_equal (x->equivalent, y->equivalent);
}

static void
pair_free (gpointer data) {
  Pair *pair = data;

  g_free (pair->equivalent);
  g_free (pair);
}

static guint
line_hash (gconstpointer key) {
  const Line *line = key;

  return geo_pid_hash (&line->creditor) * 31 + geo_pid_hash (&line->debtor) +
         g_str_hash (line->equivalent);
}

static gboolean
line_equal (gconstpointer one, gconstpointer other) {
  const Line *x = one, *y = other;

  return geo_pid_equal (&x->creditor, &y->creditor) &&
         geo_pid_equal (&x->debtor, &y->debtor) &&
         g_str_equal (x->equivalent, y->equivalent);
}

static void
line_free (gpointer data) {
  Line *line = data;

  g_free (line->equivalent);
  g_free (line);
}

static guint
net_hash (gconstpointer key) {
  const Net *net = key;

  return geo_pid_hash (&net->pid) + g_str_hash (net->equivalent);
}

static gboolean
net_equal (gconstpointer one, gconstpointer other) {
  const Net *x = one, *y = other;

  return geo_pid_equal (&x->pid, &y->pid) &&
         g_str_equal (x->equivalent, y->equivalent);
}

static void
net_free (gpointer data) {
  Net *net = data;

  g_free (net->equivalent);
  g_free (net);
}

static void
person_free (gpointer data) {
  Person *person = data;

  geo_participant_free (person->participant);
  g_free (person);
}

SimTruth *
sim_truth_new (const GeoCommunity *community) {
  SimTruth *truth = g_new0 (SimTruth, 1);

  truth->self = community->community;
  truth->pairs = g_hash_table_new_full (pair_hash, pair_equal, NULL, pair_free);
  truth->lines = g_hash_table_new_full (line_hash, line_equal, NULL, line_free);
  truth->nets = g_hash_table_new_full (net_hash, net_equal, NULL, net_free);
  truth->people = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                         person_free);
  truth->orders = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                         g_free);
  truth->contracts = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                            g_free);
  truth->frozen = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
  return truth;
}

void
sim_truth_free (SimTruth *truth) {
  if (truth == NULL)
    return;
  g_hash_table_unref (truth->pairs);
  g_hash_table_unref (truth->lines);
  g_hash_table_unref (truth->nets);
  g_hash_table_unref (truth->people);
  g_hash_table_unref (truth->orders);
  g_hash_table_unref (truth->contracts);
  g_hash_table_unref (truth->frozen);
  g_free (truth->wrong);
  g_free (truth);
}

/* sign: −1 where a and b change places. */
static Pair *
get_pair (const SimTruth *truth,
          const GeoPid *a,
          const GeoPid *b,
          const gchar *equivalent,
          gint *sign) {
  gboolean turned = geo_pid_cmp (a, b) > 0;
  Pair key = { .a = turned ? *b : *a, .b = turned ? *a : *b };
  Pair *pair;

  key.equivalent = (gchar *) equivalent;
  *sign = turned ? -1 : 1;
  pair = g_hash_table_lookup (truth->pairs, &key);
  if (pair == NULL) {
    pair = g_memdup2 (&key, sizeof key);
    pair->equivalent = g_strdup (equivalent);
    g_hash_table_add (truth->pairs, pair);
  }
  return pair;
}

static Line *
find_line (const SimTruth *truth,
           const GeoPid *creditor,
           const GeoPid *debtor,
           const gchar *equivalent) {
  Line key = { .creditor = *creditor, .debtor = *debtor };

  key.equivalent = (gchar *) equivalent;
  return g_hash_table_lookup (truth->lines, &key);
}

static Net *
get_net (const SimTruth *truth, const GeoPid *pid, const gchar *equivalent) {
  Net key = { .pid = *pid };
  Net *net;

  key.equivalent = (gchar *) equivalent;
  net = g_hash_table_lookup (truth->nets, &key);
  if (net == NULL) {
    net = g_memdup2 (&key, sizeof key);
    net->equivalent = g_strdup (equivalent);
    g_hash_table_add (truth->nets, net);
  }
  return net;
}

/* --- Changes -------------------------------------------------------------- */

/* P4, P11: one outcome, for ever. */
static gchar *
decide (GHashTable *table, const GeoHash *hash, SimOutcome outcome) {
  Fate *fate = g_hash_table_lookup (table, hash);

  if (fate != NULL &&
      (fate->outcome != outcome || outcome == SIM_OUTCOME_COMMITTED)) {
    g_autofree gchar *text = geo_hash_to_string (hash);

    return g_strdup_printf ("P4: %s has two outcomes", text);
  }
  if (fate != NULL)
    return NULL;
  fate = g_new0 (Fate, 1);
  fate->hash = *hash;
  fate->outcome = outcome;
  g_hash_table_insert (table, &fate->hash, fate);
  return NULL;
}

/* §8: numbers without a gap, each with the hash of the one before. */
static gchar *
add_entry (SimTruth *truth, const GeoEntry *entry) {
  Person *person = g_hash_table_lookup (truth->people, &entry->participant);

  if (person == NULL)
    return g_strdup ("chain: an entry of a stranger");
  if (entry->sequence != person->sequence + 1 ||
      entry->has_previous != (person->sequence > 0) ||
      (entry->has_previous &&
       !geo_hash_equal (&entry->previous, &person->last)))
    return g_strdup_printf ("chain: entry %" G_GINT64_FORMAT
                            " after %" G_GINT64_FORMAT,
                            entry->sequence, person->sequence);
  person->sequence++;
  geo_entry_hash (entry, &person->last);
  return NULL;
}

static gchar *
add_line (SimTruth *truth, const GeoTrustLine *signed_line, GeoTime now) {
  Line *line = find_line (truth, &signed_line->from, &signed_line->to,
                          signed_line->equivalent);
  gint64 limit = signed_line->limit.amount.minor;

  if (line == NULL) {
    line = g_new0 (Line, 1);
    line->creditor = signed_line->from;
    line->debtor = signed_line->to;
    line->equivalent = g_strdup (signed_line->equivalent);
    g_hash_table_add (truth->lines, line);
  }
  if (signed_line->seq != line->seq + 1)
    return g_strdup_printf ("chain: line version %" G_GINT64_FORMAT
                            " after %" G_GINT64_FORMAT,
                            signed_line->seq, line->seq);
  if (limit < line->limit) {
    if (now - line->lowered_at > UNDER_WAY_MS)
      line->former = 0;
    line->former = MAX (line->former, line->limit);
    line->lowered_at = now;
  }
  if (geo_trust_line_is_frozen (signed_line) && !line->frozen)
    line->frozen_at = now;
  line->frozen = geo_trust_line_is_frozen (signed_line);
  line->spare = -1;
  if (signed_line->status == GEO_LINE_STATUS_ACTIVE && !line->frozen &&
      signed_line->policy->has_spare_clearing)
    line->spare = signed_line->policy->spare_clearing.amount.minor;
  line->seq = signed_line->seq;
  line->limit = limit;
  return NULL;
}

/* before: what hop->from owed hop->to before it. */
static gchar *
check_frozen (SimTruth *truth, const GeoHop *hop, gint64 before, GeoTime now) {
  const Line *lines[] = {
    find_line (truth, &hop->from, &hop->to, hop->equivalent),
    find_line (truth, &hop->to, &hop->from, hop->equivalent),
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    if (lines[i] == NULL || !lines[i]->frozen)
      continue;
    if (before + hop->amount.amount.minor <= 0)
      truth->repaid_frozen++;
    else if (now - lines[i]->frozen_at > UNDER_WAY_MS)
      return g_strdup_printf ("frozen: a debt of %" G_GINT64_FORMAT
                              " where a line is frozen",
                              before + hop->amount.amount.minor);
  }
  return NULL;
}

/* §7: what a hop of a clearing may make hop->from owe hop->to. */
static gint64
spare_of (const SimTruth *truth, const GeoHop *hop) {
  const Line *line = find_line (truth, &hop->to, &hop->from, hop->equivalent);
  const Line *back = find_line (truth, &hop->from, &hop->to, hop->equivalent);

  if (line == NULL || back == NULL || line->spare < 0 || back->spare < 0)
    return 0;
  return MIN (line->limit, MIN (line->spare, back->spare));
}

/* I4: a clearing makes debts smaller, but for what both have opted in to.
 * before: what hop->from owed hop->to; less: by how much all debts together
 * become less. */
static gchar *
check_cleared (SimTruth *truth,
               const GeoHop *hop,
               gint64 before,
               gint64 *less) {
  gint64 after = before + hop->amount.amount.minor;

  *less += ABS (before) - ABS (after);
  if (after <= 0)
    return NULL;
  truth->over_spares++;
  if (after > spare_of (truth, hop))
    return g_strdup_printf ("I4: a clearing makes a debt of %" G_GINT64_FORMAT
                            ", %" G_GINT64_FORMAT " is allowed",
                            after, spare_of (truth, hop));
  return NULL;
}

/* I2: debt ≤ limit, except where the limit was lowered afterwards. */
static gchar *
check_limit (const SimTruth *truth, const GeoHop *hop, GeoTime now) {
  gint sign;
  const Pair *pair = get_pair (truth, &hop->from, &hop->to, hop->equivalent,
                               &sign);
  gint64 owed = sign * pair->owed;
  const Line *line = find_line (truth, &hop->to, &hop->from, hop->equivalent);
  gint64 limit = 0;

  if (line != NULL)
    limit = now - line->lowered_at <= UNDER_WAY_MS
                ? MAX (line->limit, line->former)
                : line->limit;
  if (owed <= 0 || owed <= limit)
    return NULL;
  return g_strdup_printf ("I2: a debt of %" G_GINT64_FORMAT
                          " where the limit is %" G_GINT64_FORMAT,
                          owed, limit);
}

/* I5: whoever is on a hop has an entry of it, and nobody else; and nobody on it
 * is frozen. */
static gchar *
check_people (const SimTruth *truth,
              const GeoChange *change,
              GHashTable *moved) {
  GHashTableIter iter;
  gpointer key;

  if (change->entries->len != g_hash_table_size (moved))
    return g_strdup_printf ("I5: %u entries of a contract of %u",
                            change->entries->len, g_hash_table_size (moved));
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (change->entries, i);

    if (!g_hash_table_contains (moved, &entry->entry->participant))
      return g_strdup ("I5: an entry of what somebody takes no part in");
  }
  g_hash_table_iter_init (&iter, moved);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!truth->is_past && g_hash_table_contains (truth->frozen, key))
      return g_strdup ("frozen: somebody frozen takes part");
  return NULL;
}

static gchar *
add_commit (SimTruth *truth, const GeoChange *change, GeoTime now) {
  const GeoContract *contract = change->certificate->contract;
  gint64 amount = contract->amount.amount.minor;
  gint64 less = 0;
  g_autoptr (GHashTable) moved =
      g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;
  GeoHash hash;
  gchar *wrong;

  geo_contract_hash (contract, &hash);
  if ((wrong = decide (truth->contracts, &hash, SIM_OUTCOME_COMMITTED)) !=
          NULL ||
      (contract->has_order && (wrong = decide (truth->orders, &contract->order,
                                               SIM_OUTCOME_COMMITTED)) != NULL))
    return wrong;
  truth->commits++;

  for (guint i = 0; i < change->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (change->hops, i);
    gint64 x = hop->amount.amount.minor;
    gint sign;
    Pair *pair = get_pair (truth, &hop->from, &hop->to, hop->equivalent, &sign);
    const GeoPid *ends[2] = { &hop->from, &hop->to };

    if (x <= 0 || !g_str_equal (hop->equivalent, contract->equivalent))
      return g_strdup ("I1: a hop that is none");
    if (contract->kind == GEO_CONTRACT_KIND_CLEARING &&
        (wrong = check_cleared (truth, hop, sign * pair->owed, &less)) != NULL)
      return wrong;
    if ((wrong = check_frozen (truth, hop, sign * pair->owed, now)) != NULL)
      return wrong;
    pair->owed += sign * x;
    for (guint end = 0; end < 2; end++) {
      gint64 *net = g_hash_table_lookup (moved, ends[end]);

      if (net == NULL) {
        net = g_new0 (gint64, 1);
        g_hash_table_insert (moved, geo_pid_dup (ends[end]), net);
      }
      *net += end == 0 ? -x : x;
    }
  }
  if (contract->kind == GEO_CONTRACT_KIND_CLEARING && less <= 0)
    return g_strdup ("I4: a clearing after which no less is owed");
  for (guint i = 0; i < change->hops->len; i++)
    if ((wrong = check_limit (truth, g_ptr_array_index (change->hops, i),
                              now)) != NULL)
      return wrong;
  /* What the hub says the debts are now is what they are. */
  for (guint i = 0; i < change->debts->len; i++) {
    const GeoDebtChange *debt = &g_array_index (change->debts, GeoDebtChange,
                                                i);
    gint64 owed = sim_truth_debt (truth, &debt->debtor, &debt->creditor,
                                  change->equivalent);

    if (owed != debt->after.minor)
      return g_strdup_printf ("I1: a debt of %" G_GINT64_FORMAT
                              " is said to be %" G_GINT64_FORMAT,
                              owed, debt->after.minor);
  }

  /* I7: each participant's net change is the contract's. */
  g_hash_table_iter_init (&iter, moved);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    gint64 expected = 0;

    if (contract->has_payer && geo_pid_equal (key, &contract->payer))
      expected = -amount;
    else if (contract->has_payee && geo_pid_equal (key, &contract->payee))
      expected = amount;
    if (*(gint64 *) value != expected)
      return g_strdup ("I7: somebody's net change is not the contract's");
  }
  if ((wrong = check_people (truth, change, moved)) != NULL)
    return wrong;
  if (contract->kind == GEO_CONTRACT_KIND_CLEARING)
    return NULL;
  get_net (truth, &contract->payer, contract->equivalent)->net -= amount;
  get_net (truth, &contract->payee, contract->equivalent)->net += amount;
  return NULL;
}

/* K5: chains only go on. */
static gchar *
add_participant (SimTruth *truth, const GeoParticipant *participant) {
  Person *person = g_hash_table_lookup (truth->people, &participant->pid);
  const GPtrArray *before;

  if (person == NULL) {
    person = g_new0 (Person, 1);
    person->pid = participant->pid;
    g_hash_table_insert (truth->people, &person->pid, person);
  } else {
    before = person->participant->rotations;
    if (before->len > participant->rotations->len)
      return g_strdup ("K5: a key that was left is in force again");
    for (guint i = 0; i < before->len; i++) {
      const GeoKeyRotation *one = g_ptr_array_index (before, i);
      const GeoKeyRotation *other = g_ptr_array_index (participant->rotations,
                                                       i);

      if (!geo_public_key_equal (&one->new_key, &other->new_key))
        return g_strdup ("K5: another key has taken the place of one");
    }
    geo_participant_free (person->participant);
  }
  person->participant = geo_participant_copy (participant);
  return NULL;
}

static gchar *
add (SimTruth *truth, const GeoChange *change, GeoTime now) {
  gchar *wrong = NULL;

  for (guint i = 0; i < change->entries->len && wrong == NULL; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (change->entries, i);

    wrong = add_entry (truth, entry->entry);
  }
  if (wrong != NULL)
    return wrong;
  if (change->kind == GEO_CHANGE_LINE || change->kind == GEO_CHANGE_COMMIT)
    truth->leaves++;
  /* Other kinds move no money, and give nobody an entry. */
  if (change->kind == GEO_CHANGE_LINE)
    return add_line (truth, change->line, now);
  if (change->kind == GEO_CHANGE_COMMIT)
    return add_commit (truth, change, now);
  if (change->kind == GEO_CHANGE_REFUSAL) {
    truth->refusals++;
    return change->refusal->has_order
               ? decide (truth->orders, &change->refusal->order,
                         SIM_OUTCOME_REFUSED)
               : decide (truth->contracts, &change->refusal->contract,
                         SIM_OUTCOME_REFUSED);
  }
  if (change->kind == GEO_CHANGE_HUB && change->has_status) {
    if (change->status == GEO_STATUS_ACTIVE)
      g_hash_table_remove (truth->frozen, &change->pid);
    else
      g_hash_table_add (truth->frozen, geo_pid_dup (&change->pid));
  }
  if (change->kind == GEO_CHANGE_PARTICIPANT)
    return add_participant (truth, change->participant);
  return NULL;
}

void
sim_truth_set_past (SimTruth *truth, gboolean is_past) {
  truth->is_past = is_past;
}

const gchar *
sim_truth_add (SimTruth *truth, const GeoChange *change, GeoTime now) {
  g_free (truth->wrong);
  truth->wrong = add (truth, change, now);
  return truth->wrong;
}

/* --- Looking -------------------------------------------------------------- */

SimOutcome
sim_truth_order (const SimTruth *truth, const GeoHash *order) {
  const Fate *fate = g_hash_table_lookup (truth->orders, order);

  return fate == NULL ? SIM_OUTCOME_NONE : fate->outcome;
}

SimOutcome
sim_truth_contract (const SimTruth *truth, const GeoHash *contract) {
  const Fate *fate = g_hash_table_lookup (truth->contracts, contract);

  return fate == NULL ? SIM_OUTCOME_NONE : fate->outcome;
}

const GeoParticipant *
sim_truth_participant (const SimTruth *truth, const GeoPid *pid) {
  const Person *person = g_hash_table_lookup (truth->people, pid);

  return person == NULL ? NULL : person->participant;
}

gboolean
sim_truth_is_frozen (const SimTruth *truth, const GeoPid *pid) {
  return g_hash_table_contains (truth->frozen, pid);
}

gint64
sim_truth_debt (const SimTruth *truth,
                const GeoPid *a,
                const GeoPid *b,
                const gchar *equivalent) {
  gint sign;
  const Pair *pair = get_pair (truth, a, b, equivalent, &sign);

  return sign * pair->owed;
}

gint64
sim_truth_net (const SimTruth *truth,
               const GeoPid *pid,
               const gchar *equivalent) {
  return get_net (truth, pid, equivalent)->net;
}

gint64
sim_truth_sequence (const SimTruth *truth, const GeoPid *pid) {
  const Person *person = g_hash_table_lookup (truth->people, pid);

  return person == NULL ? 0 : person->sequence;
}

guint
sim_truth_count_commits (const SimTruth *truth) {
  return truth->commits;
}

guint
sim_truth_count_repaid_frozen (const SimTruth *truth) {
  return truth->repaid_frozen;
}

guint
sim_truth_count_over_spares (const SimTruth *truth) {
  return truth->over_spares;
}

gint64
sim_truth_count_leaves (const SimTruth *truth) {
  return truth->leaves;
}

guint
sim_truth_count_refusals (const SimTruth *truth) {
  return truth->refusals;
}

guint
sim_truth_count_participants (const SimTruth *truth) {
  return g_hash_table_size (truth->people);
}

gint64
sim_truth_sum (const SimTruth *truth) {
  GHashTableIter iter;
  gpointer key;
  gint64 sum = 0;

  g_hash_table_iter_init (&iter, truth->pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    sum += ABS (((const Pair *) key)->owed);
  return sum;
}
