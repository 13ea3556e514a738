/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub that was put back takes of what it is given: its own word, whole,
 * in order, and nothing that anybody made up.
 */
#include "core/geo-contract.h"
#include "core/geo-merkle.h"
#include "hub-test.h"
#include "hub/geo-gather-write.h"
#include "hub/geo-hub-error.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <time.h>

#define AT G_GINT64_CONSTANT (1795169790000)

/* Anna trusts Ben, who pays her over Carl and directly. */
enum { HUB = 0, ANNA, BEN, CARL, PEOPLE };
#define LEAVES 2

typedef struct {
  GeoSecret *secrets[PEOPLE];
  GeoPid pids[PEOPLE];
  GeoParticipant *people[PEOPLE];
  GeoCommunity *community;
  GeoTrustLine *line;
  GPtrArray *hops;
  GeoCertificate *certificate;
  GeoHash subjects[LEAVES];
  GeoProvenEntry *entries[LEAVES][PEOPLE];
  GeoGather *gather;
} Fixture;

static GeoHop *
make_hop (Fixture *fixture, guint from, guint to, gint64 minor) {
  GeoHop *hop = geo_hop_new ();

  hop->community = fixture->pids[HUB];
  hop->tx_id = g_strdup ("tx-1");
  hop->from = fixture->pids[from];
  hop->to = fixture->pids[to];
  hop->equivalent = g_strdup ("UAH");
  hop->amount = geo_decimal (GEO_AMOUNT (minor), 2);
  hop->lane = GEO_LANE_HUB;
  hop->salt = g_bytes_new_static ("0123456789abcdef", 16);
  return hop;
}

static void
make_line (Fixture *fixture) {
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = fixture->pids[HUB];
  line->line_id = g_strdup ("line-1");
  line->from = fixture->pids[ANNA];
  line->to = fixture->pids[BEN];
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (5000), 2);
  line->policy = geo_policy_new_default ();
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = AT;
  geo_trust_line_sign (line, fixture->secrets[ANNA]);
  geo_trust_line_hash (line, &fixture->subjects[0]);
  fixture->line = line;
}

static void
make_payment (Fixture *fixture) {
  GeoOrder *order = geo_order_new ();
  GeoContract *contract = geo_contract_new ();
  GeoVote *vote = geo_vote_new ();

  fixture->hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  g_ptr_array_add (fixture->hops, make_hop (fixture, BEN, CARL, 700));
  g_ptr_array_add (fixture->hops, make_hop (fixture, CARL, ANNA, 700));
  g_ptr_array_add (fixture->hops, make_hop (fixture, BEN, ANNA, 300));

  order->community = fixture->pids[HUB];
  order->tx_id = g_strdup ("tx-1");
  order->from = fixture->pids[BEN];
  order->to = fixture->pids[ANNA];
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (1000), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = fixture->pids[HUB];
  order->deadline = AT + 20000;
  order->created_at = AT + 5000;
  geo_order_sign (order, fixture->secrets[BEN]);

  contract->community = fixture->pids[HUB];
  contract->tx_id = g_strdup ("tx-1");
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
  contract->has_order = TRUE;
  geo_order_hash (order, &contract->order);
  contract->equivalent = g_strdup ("UAH");
  contract->amount = order->amount;
  contract->has_payer = contract->has_payee = TRUE;
  contract->payer = fixture->pids[BEN];
  contract->payee = fixture->pids[ANNA];
  geo_contract_set_hops (contract, fixture->hops);
  g_array_append_val (contract->voters, fixture->pids[BEN]);
  g_array_append_val (contract->voters, fixture->pids[HUB]);
  contract->closer = fixture->pids[HUB];
  contract->deadline = order->deadline;
  contract->created_at = AT + 6000;
  geo_contract_hash (contract, &fixture->subjects[1]);

  vote->community = fixture->pids[HUB];
  vote->contract = fixture->subjects[1];
  vote->voter = fixture->pids[HUB];
  geo_vote_sign (vote, fixture->secrets[HUB]);
  fixture->certificate = geo_certificate_new ();
  fixture->certificate->order = order;
  fixture->certificate->contract = contract;
  g_ptr_array_add (fixture->certificate->votes, vote);
}

static void
make_entry (Fixture *fixture, guint leaf, guint who, const GeoEntry *last) {
  GeoProvenEntry *proven = geo_proven_entry_new ();
  GeoEntry *entry = geo_entry_new ();

  entry->community = fixture->pids[HUB];
  entry->participant = fixture->pids[who];
  entry->sequence = last != NULL ? 2 : 1;
  entry->has_previous = last != NULL;
  if (last != NULL)
    geo_entry_hash (last, &entry->previous);
  entry->kind = leaf == 0 ? GEO_ENTRY_KIND_TRUST_LINE : GEO_ENTRY_KIND_PAYMENT;
  entry->subject = fixture->subjects[leaf];
  entry->at = AT + 7000 * (gint64) leaf;
  geo_entry_sign (entry, fixture->secrets[HUB]);
  proven->entry = entry;
  if (leaf == 0) {
    proven->line = geo_trust_line_copy (fixture->line);
  } else {
    proven->certificate = geo_certificate_copy (fixture->certificate);
    g_ptr_array_unref (proven->hops);
    proven->hops = geo_contract_prove_hops_of (fixture->hops,
                                               &fixture->pids[who]);
  }
  for (guint i = ANNA; i < PEOPLE; i++)
    if (i != who)
      g_ptr_array_add (proven->people,
                       geo_participant_copy (fixture->people[i]));
  fixture->entries[leaf][who] = proven;
}

static void
set_up (Fixture *fixture, gconstpointer data) {
  static const gchar *const names[] = { "Hub", "Anna", "Ben", "Carl" };

  for (guint i = HUB; i < PEOPLE; i++) {
    guint8 seed[GEO_SEED_LEN] = { (guint8) (i + 1) };

    fixture->secrets[i] = geo_secret_new_from_seed (seed);
    geo_secret_get_pid (fixture->secrets[i], &fixture->pids[i]);
    fixture->people[i] = geo_participant_new ();
    fixture->people[i]->community = fixture->pids[HUB];
    fixture->people[i]->pid = fixture->pids[i];
    fixture->people[i]->name = g_strdup (names[i]);
    fixture->people[i]->kind = GEO_PARTICIPANT_KIND_PERSON;
    geo_secret_get_public (fixture->secrets[i], &fixture->people[i]->key);
    fixture->people[i]->seq = 1;
    fixture->people[i]->at = AT;
    geo_participant_sign (fixture->people[i], fixture->secrets[i]);
  }
  fixture->community = geo_community_new ();
  fixture->community->community = fixture->pids[HUB];
  fixture->community->name = g_strdup ("Town");
  fixture->community->key = fixture->people[HUB]->key;
  fixture->community->seq = 1;
  fixture->community->at = AT;
  geo_community_sign (fixture->community, fixture->secrets[HUB]);
  make_line (fixture);
  make_payment (fixture);
  make_entry (fixture, 0, ANNA, NULL);
  make_entry (fixture, 0, BEN, NULL);
  make_entry (fixture, 1, ANNA, fixture->entries[0][ANNA]->entry);
  make_entry (fixture, 1, BEN, fixture->entries[0][BEN]->entry);
  make_entry (fixture, 1, CARL, NULL);
  fixture->gather = geo_gather_new (fixture->community, fixture->secrets[HUB],
                                    0);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_gather_free (fixture->gather);
  for (guint leaf = 0; leaf < LEAVES; leaf++)
    for (guint i = HUB; i < PEOPLE; i++)
      geo_proven_entry_free (fixture->entries[leaf][i]);
  for (guint i = HUB; i < PEOPLE; i++) {
    geo_secret_unref (fixture->secrets[i]);
    geo_participant_free (fixture->people[i]);
  }
  geo_community_free (fixture->community);
  geo_trust_line_free (fixture->line);
  geo_certificate_free (fixture->certificate);
  g_ptr_array_unref (fixture->hops);
}

static gboolean
give (Fixture *fixture, guint who, const GeoProvenEntry *entry) {
  return geo_gather_take_entry (fixture->gather, &fixture->pids[who],
                                fixture->people[who], entry);
}

/* How many leaves follow from what was given. */
static guint
count (Fixture *fixture) {
  g_autoptr (GPtrArray) list = geo_gather_list (fixture->gather, G_MAXINT64);

  return list->len;
}

static GeoLogProof *
make_proof (Fixture *fixture, guint who, gint64 sequence, guint index) {
  GeoLogProof *proof = geo_log_proof_new ();
  GeoLeafProof *leaf = geo_leaf_proof_new ();
  GeoHash leaves[LEAVES];

  for (guint i = 0; i < LEAVES; i++)
    geo_merkle_leaf (fixture->subjects[i].bytes,
                     sizeof fixture->subjects[i].bytes, &leaves[i]);
  proof->head = geo_tree_head_new ();
  proof->head->community = fixture->pids[HUB];
  proof->head->size = LEAVES;
  geo_merkle_root (leaves, LEAVES, &proof->head->root);
  proof->head->at = AT + 9000;
  geo_tree_head_sign (proof->head, fixture->secrets[HUB]);
  leaf->sequence = sequence;
  leaf->index = index;
  g_array_unref (leaf->proof);
  leaf->proof = geo_merkle_inclusion (leaves, LEAVES, index);
  g_ptr_array_add (proof->leaves, leaf);
  return proof;
}

/* --- What is taken -------------------------------------------------------- */

static void
check_entry (const GeoChange *change, const GeoProvenEntry *expected) {
  for (guint i = 0; i < change->entries->len; i++) {
    const GeoProvenEntry *made = g_ptr_array_index (change->entries, i);
    g_autofree gchar *one = NULL;
    g_autofree gchar *other = NULL;

    if (!geo_pid_equal (&made->entry->participant,
                        &expected->entry->participant))
      continue;
    one = geo_entry_to_text (made->entry, NULL);
    other = geo_entry_to_text (expected->entry, NULL);
    g_assert_cmpstr (one, ==, other);
    g_assert_cmpuint (made->hops->len, ==, expected->hops->len);
    return;
  }
  g_assert_not_reached ();
}

/* Anna and Ben know all that there is to know, Carl's entry too. */
static void
test_whole (Fixture *fixture, gconstpointer data) {
  g_autoptr (GPtrArray) list = NULL;
  const GeoGathered *gathered;
  const GeoChange *change;

  for (guint leaf = 0; leaf < LEAVES; leaf++)
    for (guint who = ANNA; who <= BEN; who++)
      g_assert_true (give (fixture, who, fixture->entries[leaf][who]));
  g_assert_true (give (fixture, BEN, fixture->entries[1][BEN]));
  list = geo_gather_list (fixture->gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, LEAVES);

  gathered = g_ptr_array_index (list, 0);
  g_assert_cmpuint (gathered->changes->len, ==, 3);
  change = g_ptr_array_index (gathered->changes, 2);
  g_assert_cmpint (change->kind, ==, GEO_CHANGE_LINE);
  check_entry (change, fixture->entries[0][ANNA]);
  check_entry (change, fixture->entries[0][BEN]);

  gathered = g_ptr_array_index (list, 1);
  g_assert_cmpint (gathered->size, ==, LEAVES);
  g_assert_false (gathered->has_root);
  g_assert_cmpuint (gathered->changes->len, ==, 2);
  change = g_ptr_array_index (gathered->changes, 1);
  g_assert_cmpint (change->kind, ==, GEO_CHANGE_COMMIT);
  g_assert_cmpuint (change->hops->len, ==, 3);
  for (guint who = ANNA; who < PEOPLE; who++)
    check_entry (change, fixture->entries[1][who]);
  for (guint i = 0; i < change->debts->len; i++) {
    const GeoDebtChange *debt = &g_array_index (change->debts, GeoDebtChange,
                                                i);

    g_assert_cmpint (debt->after.minor, ==,
                     geo_pid_equal (&debt->creditor, &fixture->pids[ANNA]) &&
                             geo_pid_equal (&debt->debtor, &fixture->pids[BEN])
                         ? 300
                         : 700);
  }
}

/* A hop that nobody shows, an entry that is kept back. */
static void
test_missing (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoLogProof) proof = make_proof (fixture, CARL, 1, 1);

  g_assert_true (give (fixture, CARL, fixture->entries[1][CARL]));
  /* Ben's hop to Anna is not Carl's. */
  g_assert_cmpuint (count (fixture), ==, 0);
  g_assert_true (
      geo_gather_take_log (fixture->gather, &fixture->pids[CARL], proof));
  g_assert_cmpint (geo_gather_get_size (fixture->gather), ==, LEAVES);
  g_assert_true (give (fixture, BEN, fixture->entries[1][BEN]));
  /* It is known, and that something stood before it. */
  g_assert_cmpuint (count (fixture), ==, 0);
  g_assert_true (give (fixture, BEN, fixture->entries[0][BEN]));
  g_assert_cmpuint (count (fixture), ==, LEAVES);
}

/* Where a head says how it was there is no choice. */
static void
test_order (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoLogProof) proof = make_proof (fixture, CARL, 1, 1);
  g_autoptr (GPtrArray) list = NULL;
  const GeoGathered *gathered;

  for (guint leaf = 0; leaf < LEAVES; leaf++)
    for (guint who = ANNA; who < PEOPLE; who++)
      if (fixture->entries[leaf][who] != NULL)
        g_assert_true (give (fixture, who, fixture->entries[leaf][who]));
  g_assert_true (
      geo_gather_take_log (fixture->gather, &fixture->pids[CARL], proof));
  list = geo_gather_list (fixture->gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, LEAVES);
  gathered = g_ptr_array_index (list, 1);
  g_assert_true (gathered->has_root);
  g_assert_true (geo_hash_equal (&gathered->root, &proof->head->root));
  g_assert_cmpint (geo_gather_get_head_time (fixture->gather), ==,
                   proof->head->at);
}

/* --- What is not ---------------------------------------------------------- */

static void
damage (guint8 *bytes) {
  bytes[5] ^= 1;
}

static void
lie_signed_by_myself (Fixture *fixture, GeoProvenEntry *proven) {
  geo_entry_sign (proven->entry, fixture->secrets[BEN]);
}

static void
lie_number (Fixture *fixture, GeoProvenEntry *proven) {
  proven->entry->sequence++;
}

static void
lie_other_community (Fixture *fixture, GeoProvenEntry *proven) {
  proven->entry->community = fixture->pids[CARL];
}

static void
lie_amount (Fixture *fixture, GeoProvenEntry *proven) {
  proven->certificate->contract->amount = geo_decimal (GEO_AMOUNT (1), 2);
}

static void
lie_other_order (Fixture *fixture, GeoProvenEntry *proven) {
  proven->certificate->order->amount = geo_decimal (GEO_AMOUNT (1), 2);
  geo_order_sign (proven->certificate->order, fixture->secrets[BEN]);
}

static void
lie_order_signature (Fixture *fixture, GeoProvenEntry *proven) {
  damage (proven->certificate->order->signature.bytes);
}

static void
lie_no_vote (Fixture *fixture, GeoProvenEntry *proven) {
  g_ptr_array_set_size (proven->certificate->votes, 0);
}

static void
lie_vote (Fixture *fixture, GeoProvenEntry *proven) {
  GeoVote *vote = g_ptr_array_index (proven->certificate->votes, 0);

  damage (vote->signature.bytes);
}

static void
lie_hop (Fixture *fixture, GeoProvenEntry *proven) {
  GeoProvenHop *hop = g_ptr_array_index (proven->hops, 0);

  hop->hop->amount = geo_decimal (GEO_AMOUNT (1), 2);
}

static void
lie_hop_place (Fixture *fixture, GeoProvenEntry *proven) {
  GeoProvenHop *hop = g_ptr_array_index (proven->hops, 0);

  hop->index = 1;
}

static void
lie_other_line (Fixture *fixture, GeoProvenEntry *proven) {
  proven->line->limit = geo_decimal (GEO_AMOUNT (1000000), 2);
  geo_trust_line_sign (proven->line, fixture->secrets[ANNA]);
}

static void
lie_line_signature (Fixture *fixture, GeoProvenEntry *proven) {
  damage (proven->line->signature.bytes);
}

static void
lie_no_line (Fixture *fixture, GeoProvenEntry *proven) {
  g_clear_pointer (&proven->line, geo_trust_line_free);
}

static void
lie_no_certificate (Fixture *fixture, GeoProvenEntry *proven) {
  g_clear_pointer (&proven->certificate, geo_certificate_free);
}

static const struct {
  const gchar *name;
  guint leaf;
  void (*lie) (Fixture *fixture, GeoProvenEntry *proven);
} lies[] = {
  { "signed-by-myself", 0, lie_signed_by_myself },
  { "number", 0, lie_number },
  { "other-community", 1, lie_other_community },
  { "amount", 1, lie_amount },
  { "other-order", 1, lie_other_order },
  { "order-signature", 1, lie_order_signature },
  { "no-vote", 1, lie_no_vote },
  { "vote", 1, lie_vote },
  { "hop", 1, lie_hop },
  { "hop-place", 1, lie_hop_place },
  { "other-line", 0, lie_other_line },
  { "line-signature", 0, lie_line_signature },
  { "no-line", 0, lie_no_line },
  { "no-certificate", 1, lie_no_certificate },
};

static GeoProvenEntry *
copy_entry (const GeoProvenEntry *proven) {
  g_autofree gchar *text = geo_proven_entry_to_text (proven, NULL);
  g_autoptr (GError) error = NULL;
  /* Nothing in it is shared. */
  GeoProvenEntry *copy = geo_proven_entry_from_text (text, -1, &error);

  g_assert_no_error (error);
  return copy;
}

static void
test_lies (Fixture *fixture, gconstpointer data) {
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autoptr (GeoProvenEntry) lie =
        copy_entry (fixture->entries[lies[i].leaf][BEN]);

    g_test_message ("%s", lies[i].name);
    lies[i].lie (fixture, lie);
    g_assert_false (give (fixture, BEN, lie));
  }
  /* Somebody else's. */
  g_assert_false (give (fixture, BEN, fixture->entries[0][ANNA]));
  g_assert_cmpuint (geo_gather_count (fixture->gather), ==, 0);
  g_assert_cmpuint (count (fixture), ==, 0);
  /* And then the truth. */
  g_assert_true (give (fixture, BEN, fixture->entries[0][BEN]));
  g_assert_true (give (fixture, BEN, fixture->entries[1][BEN]));
  g_assert_true (give (fixture, ANNA, fixture->entries[1][ANNA]));
  g_assert_cmpuint (count (fixture), ==, LEAVES);
}

static void
test_lying_logs (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoLogProof) own = make_proof (fixture, BEN, 1, 0);
  g_autoptr (GeoLogProof) moved = make_proof (fixture, BEN, 1, 1);

  g_assert_false (geo_gather_knows (fixture->gather, &fixture->pids[BEN]));
  g_assert_true (give (fixture, BEN, fixture->entries[0][BEN]));
  /* Those are known who are named, not whoever came along. */
  g_assert_true (geo_gather_knows (fixture->gather, &fixture->pids[BEN]));
  g_assert_true (geo_gather_knows (fixture->gather, &fixture->pids[ANNA]));
  g_assert_false (geo_gather_knows (fixture->gather, &fixture->pids[CARL]));
  geo_tree_head_sign (own->head, fixture->secrets[BEN]);
  g_assert_false (
      geo_gather_take_log (fixture->gather, &fixture->pids[BEN], own));
  g_assert_cmpint (geo_gather_get_size (fixture->gather), ==, 1);
  /* The head is the hub's; what stood there is something else. */
  g_assert_true (
      geo_gather_take_log (fixture->gather, &fixture->pids[BEN], moved));
  g_assert_cmpuint (count (fixture), ==, 1);
}

static void
check_key (Fixture *fixture, guint who, const GeoParticipant *expected) {
  g_autoptr (GPtrArray) list = geo_gather_list (fixture->gather, G_MAXINT64);
  guint n = 0;

  g_assert_cmpuint (list->len, ==, LEAVES);
  for (guint i = 0; i < list->len; i++) {
    const GeoGathered *one = g_ptr_array_index (list, i);

    for (guint j = 0; j < one->changes->len; j++) {
      const GeoChange *change = g_ptr_array_index (one->changes, j);

      if (change->kind != GEO_CHANGE_PARTICIPANT ||
          !geo_pid_equal (&change->participant->pid, &fixture->pids[who]))
        continue;
      g_assert_true (
          geo_public_key_equal (&change->participant->key, &expected->key));
      n++;
    }
  }
  g_assert_cmpuint (n, ==, 1);
}

/* Ben says that he had another key before he ordered: what the hub took under
 * the first one would not hold, if that were so. */
static void
test_dated_back (Fixture *fixture, gconstpointer data) {
  guint8 seed[GEO_SEED_LEN] = { 99 };
  g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoParticipant) early = geo_participant_rotate (
      fixture->people[BEN], fixture->secrets[BEN], next, AT - 600000, &error);
  g_autoptr (GeoParticipant) late = geo_participant_rotate (
      fixture->people[BEN], fixture->secrets[BEN], next, AT + 60000, &error);

  g_assert_no_error (error);
  geo_gather_take_person (fixture->gather, early);
  g_assert_true (give (fixture, ANNA, fixture->entries[0][ANNA]));
  g_assert_true (give (fixture, ANNA, fixture->entries[1][ANNA]));
  g_assert_true (give (fixture, CARL, fixture->entries[1][CARL]));
  check_key (fixture, BEN, fixture->people[BEN]);
  geo_gather_take_person (fixture->gather, early);
  check_key (fixture, BEN, fixture->people[BEN]);
  /* Afterwards he may. */
  geo_gather_take_person (fixture->gather, late);
  check_key (fixture, BEN, late);
}

/* Of what the copy has nothing is taken, and what is given follows from it. */
static void
test_copy (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoGather) gather = geo_gather_new (fixture->community,
                                                 fixture->secrets[HUB], 1);
  g_autoptr (GPtrArray) list = NULL;
  GeoHash hash, none = { { 0 } };

  for (guint who = ANNA; who <= BEN; who++) {
    geo_entry_hash (fixture->entries[0][who]->entry, &hash);
    geo_gather_load_participant (gather, fixture->people[who], 1, &hash);
  }
  geo_gather_load_participant (gather, fixture->people[CARL], 0, &none);
  /* Anna owes Ben already: his hop cancels that first. */
  geo_gather_load_debt (gather, &fixture->pids[ANNA], &fixture->pids[BEN],
                        "UAH", GEO_AMOUNT (1000));
  g_assert_true (geo_gather_take_entry (gather, &fixture->pids[BEN], NULL,
                                        fixture->entries[0][BEN]));
  g_assert_cmpuint (geo_gather_count (gather), ==, 0);
  for (guint who = ANNA; who <= BEN; who++)
    g_assert_true (geo_gather_take_entry (gather, &fixture->pids[who], NULL,
                                          fixture->entries[1][who]));
  list = geo_gather_list (gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, 1);
  for (guint i = 0; i < 3; i++) {
    const GeoGathered *gathered = g_ptr_array_index (list, 0);
    const GeoChange *change = g_ptr_array_index (gathered->changes, 0);
    const GeoDebtChange *debt = &g_array_index (change->debts, GeoDebtChange,
                                                i);

    if (geo_pid_equal (&debt->debtor, &fixture->pids[ANNA]))
      g_assert_true (geo_pid_equal (&debt->creditor, &fixture->pids[BEN]));
    g_assert_cmpint (debt->after.minor, ==, 700);
  }
}

/* An entry of another chain than the copy's is not put behind it. */
static void
test_other_chain (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoGather) gather = geo_gather_new (fixture->community,
                                                 fixture->secrets[HUB], 1);
  GeoHash other = { { 7 } };
  g_autoptr (GPtrArray) list = NULL;

  for (guint who = ANNA; who < PEOPLE; who++)
    geo_gather_load_participant (gather, fixture->people[who], 1, &other);
  for (guint who = ANNA; who <= BEN; who++)
    g_assert_true (geo_gather_take_entry (gather, &fixture->pids[who], NULL,
                                          fixture->entries[1][who]));
  list = geo_gather_list (gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, 0);
}

/* --- Many ----------------------------------------------------------------- */

#define MANY 8000
#define FEW (MANY / 8)

static gdouble
measure_cpu (void) {
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gdouble) now.tv_sec + (gdouble) now.tv_nsec / 1e9;
}

/* Anna changes her line n times, and nobody was shown a place in the log: what
 * putting that in order takes, in seconds. */
static gdouble
order_many (Fixture *fixture, guint n) {
  g_autoptr (GeoGather) gather = geo_gather_new (fixture->community,
                                                 fixture->secrets[HUB], 0);
  g_autoptr (GPtrArray) list = NULL;
  GeoHash last, previous;
  gdouble began;

  for (guint i = 1; i <= n; i++) {
    g_autoptr (GeoProvenEntry) proven = geo_proven_entry_new ();

    proven->line = geo_trust_line_copy (fixture->line);
    proven->line->seq = i;
    proven->line->has_previous = i > 1;
    if (i > 1)
      proven->line->previous = previous;
    geo_trust_line_sign (proven->line, fixture->secrets[ANNA]);
    geo_trust_line_hash (proven->line, &previous);
    proven->entry = geo_entry_new ();
    proven->entry->community = fixture->pids[HUB];
    proven->entry->participant = fixture->pids[ANNA];
    proven->entry->sequence = i;
    proven->entry->has_previous = i > 1;
    if (i > 1)
      proven->entry->previous = last;
    proven->entry->kind = GEO_ENTRY_KIND_TRUST_LINE;
    proven->entry->subject = previous;
    proven->entry->at = AT + i;
    geo_entry_sign (proven->entry, fixture->secrets[HUB]);
    geo_entry_hash (proven->entry, &last);
    g_ptr_array_add (proven->people,
                     geo_participant_copy (fixture->people[BEN]));
    g_assert_true (geo_gather_take_entry (gather, &fixture->pids[ANNA],
                                          fixture->people[ANNA], proven));
  }
  began = measure_cpu ();
  list = geo_gather_list (gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, n);
  return measure_cpu () - began;
}

/* Eight times as much takes about eight times as long, not sixty-four. */
static void
test_many (Fixture *fixture, gconstpointer data) {
  const gboolean is_long = g_getenv ("GEO_LONG") != NULL;
  const guint n = is_long ? 100000 : MANY;
  const gdouble few = order_many (fixture, is_long ? n / 8 : FEW);
  const gdouble many = order_many (fixture, n);

  g_test_message ("%u entries: %.3f s of CPU, an eighth of them: %.3f s", n,
                  many, few);
  g_assert_cmpfloat (many, <, 24 * few);
}

/* --- What does not hold --------------------------------------------------- */

typedef struct {
  gchar *folder;
  gchar *path;
  GeoHubStore *writer;
  GeoHubStore *copy;
} Disk;

static void
set_up_disk (Fixture *fixture, Disk *disk) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *database = NULL;

  disk->folder = hub_test_make_folder ();
  disk->path = g_build_filename (disk->folder, "hub.db.gathered", NULL);
  database = g_build_filename (disk->folder, "hub.db", NULL);
  disk->writer = geo_hub_store_open (database, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (disk->writer, fixture->community, &error);
  g_assert_no_error (error);
  disk->copy = geo_hub_store_open (database, TRUE, &error);
  g_assert_no_error (error);
}

static void
tear_down_disk (Disk *disk) {
  geo_hub_store_close (disk->copy);
  geo_hub_store_close (disk->writer);
  g_free (disk->path);
  hub_test_remove (disk->folder);
}

static gint64
read_size (const gchar *path) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubStore) store = geo_hub_store_open (path, TRUE, &error);
  GeoHash root;
  gint64 size;

  g_assert_no_error (error);
  geo_hub_store_read_log (store, &size, &root, &error);
  g_assert_no_error (error);
  return size;
}

/* Ben pays over Carl, whom nobody trusts (I2).  confirmed: how many leaves a
 * head was shown of, beside the one with all. */
static void
check_falls_back (Fixture *fixture, gint64 confirmed) {
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  Disk disk;
  gint64 size = -1;

  set_up_disk (fixture, &disk);
  for (guint leaf = 0; leaf < LEAVES; leaf++)
    for (guint who = ANNA; who < PEOPLE; who++)
      if (fixture->entries[leaf][who] != NULL)
        g_assert_true (give (fixture, who, fixture->entries[leaf][who]));
  if (confirmed > 0) {
    g_autoptr (GeoLogProof) proof = make_proof (fixture, ANNA, 1, 0);

    geo_merkle_leaf (fixture->subjects[0].bytes,
                     sizeof fixture->subjects[0].bytes, &proof->head->root);
    proof->head->size = confirmed;
    geo_tree_head_sign (proof->head, fixture->secrets[HUB]);
    g_assert_true (
        geo_gather_take_log (fixture->gather, &fixture->pids[ANNA], proof));
  }
  list = geo_gather_list (fixture->gather, G_MAXINT64);
  g_assert_cmpuint (list->len, ==, LEAVES);

  g_assert_false (geo_gather_write (fixture->gather, disk.copy, disk.path, list,
                                    FALSE, &size, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_NOT_VERIFIED);
  g_clear_error (&error);
  geo_hub_store_remove (disk.path);

  g_test_expect_message ("geo-hub", G_LOG_LEVEL_WARNING,
                         "*does not hold together: I2: *");
  g_assert_true (geo_gather_write (fixture->gather, disk.copy, disk.path, list,
                                   TRUE, &size, &error));
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  g_assert_cmpint (size, ==, confirmed);
  if (confirmed > 0)
    g_assert_cmpint (read_size (disk.path), ==, confirmed);
  else
    g_assert_false (g_file_test (disk.path, G_FILE_TEST_EXISTS));
  tear_down_disk (&disk);
}

/* What a head confirms is taken, and what follows and does not hold is not. */
static void
test_falls_back (Fixture *fixture, gconstpointer data) {
  check_falls_back (fixture, 1);
}

/* Then the copy is all that there is. */
static void
test_nothing_holds (Fixture *fixture, gconstpointer data) {
  check_falls_back (fixture, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/hub/gather/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("whole", test_whole);
  ADD ("missing", test_missing);
  ADD ("order", test_order);
  ADD ("lies", test_lies);
  ADD ("lying-logs", test_lying_logs);
  ADD ("dated-back", test_dated_back);
  ADD ("copy", test_copy);
  ADD ("other-chain", test_other_chain);
  ADD ("many", test_many);
  ADD ("falls-back", test_falls_back);
  ADD ("nothing-holds", test_nothing_holds);
  return g_test_run ();
}
