/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's log (§9) as a party takes it: what is shown is stored, and each way
 * of showing something else is a fault that leaves evidence.
 */
#include "core/geo-evidence.h"
#include "core/geo-merkle.h"

#include "party-town.h"

#define LEAVES_MAX 32

/* The hub's log, which it may show as it likes. */
typedef struct {
  GeoHash leaves[LEAVES_MAX];
  guint n;
  guint where[LEAVES_MAX]; /* The leaf of ME's entry, by sequence − 1. */
  guint mine;
} Tree;

static void
get_timer (GeoHash *out) {
  static const gchar name[] = "the hub's log";

  geo_hash_of (name, sizeof name, out);
}

/* What others did. */
static void
add_other (Tree *tree) {
  geo_merkle_leaf (&tree->n, sizeof tree->n, &tree->leaves[tree->n]);
  tree->n++;
}

/* ME is paid, and told so. */
static void
receive (Town *town, Tree *tree, const gchar *tx_id) {
  g_autoptr (Deal) deal = deal_to_me (town, tx_id, 100);
  GeoProvenEntry *entry = town_entry_of_deal (town, deal);

  tree->where[tree->mine++] = tree->n;
  geo_merkle_leaf (&entry->entry->subject, GEO_HASH_LEN,
                   &tree->leaves[tree->n++]);
  town_receive (town, town_commit (entry));
}

static const GeoMsgLogQuery *
asked (Town *town) {
  return town_sent (town, GEO_MESSAGE_LOG_QUERY)->u.log_query;
}

static GeoMessage *
show (Town *town, const Tree *tree, gint64 size, gint64 after) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_LOG_PROOF,
                                         town->party->log_msg_id);
  GeoLogProof *proof = message->u.log_proof->proof = geo_log_proof_new ();

  proof->size = size;
  proof->after = after;
  proof->head = geo_tree_head_new ();
  proof->head->community = town->community->community;
  proof->head->size = tree->n;
  geo_merkle_root (tree->leaves, tree->n, &proof->head->root);
  proof->head->at = town->now;
  geo_tree_head_sign (proof->head, town->hub);
  if (size > 0 && size < tree->n) {
    g_array_unref (proof->consistency);
    proof->consistency = geo_merkle_consistency (tree->leaves, (gsize) size,
                                                 tree->n);
  }
  for (guint i = (guint) after; i < tree->mine; i++) {
    GeoLeafProof *leaf = geo_leaf_proof_new ();

    if (tree->where[i] >= tree->n)
      break;
    leaf->sequence = i + 1;
    leaf->index = tree->where[i];
    g_array_unref (leaf->proof);
    leaf->proof = geo_merkle_inclusion (tree->leaves, tree->n, tree->where[i]);
    g_ptr_array_add (proof->leaves, leaf);
  }
  return message;
}

static void
wait_and_ask (Town *town) {
  GeoHash timer;

  get_timer (&timer);
  town_tick (town, &timer, 30000);
}

/* Two entries, of which the log was shown. */
static Town *
town_with_log (Tree *tree) {
  Town *town = town_new ();

  *tree = (Tree){ .n = 0 };
  add_other (tree);
  receive (town, tree, "tx-1");
  add_other (tree);
  receive (town, tree, "tx-2");
  wait_and_ask (town);
  g_assert_cmpint (asked (town)->size, ==, 0);
  g_assert_cmpint (asked (town)->after, ==, 0);
  town_receive (town, show (town, tree, 0, 0));
  town_expect (town, "store:log");
  g_assert_cmpint (geo_party_get_proven (town->party), ==, 2);
  return town;
}

static void
expect_evidence (Town *town, const gchar *reason, GeoEvidenceKind what) {
  town_expect (town, "store:evidence tell:fault");
  g_assert_cmpstr (town_told (town, GEO_TOLD_FAULT)->reason, ==, reason);
  g_assert_cmpint (town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->what,
                   ==, what);
}

static void
expect_proof (Town *town) {
  const GeoEvidence *evidence =
      town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence;

  g_assert_cmpint (geo_evidence_check (evidence, &town->community->community,
                                       &town->community->key, NULL),
                   ==, GEO_EVIDENCE_PROVES);
}

static void
test_honest (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  g_assert_cmpuint (town_stored (town, GEO_RECORD_KIND_LOG)->log->leaves->len,
                    ==, 2);
  /* The next proof goes on from there, also after a restart. */
  town_reload (town);
  town_connect (town);
  town_receive (town, town_sync_result (2));
  g_assert_cmpint (asked (town)->size, ==, 4);
  g_assert_cmpint (asked (town)->after, ==, 2);
  /* Nothing new is not stored. */
  town_receive (town, show (town, &tree, 4, 2));
  town_expect (town, "");
  add_other (&tree);
  receive (town, &tree, "tx-3");
  wait_and_ask (town);
  /* What was not asked for is passed over. */
  town_receive (town, show (town, &tree, 0, 0));
  town_expect (town, "");
  town_receive (town, show (town, &tree, 4, 2));
  town_expect (town, "store:log");
  g_assert_cmpint (geo_party_get_proven (town->party), ==, 3);
}

static void
test_dropped (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);
  GeoMessage *answer;

  receive (town, &tree, "tx-3");
  wait_and_ask (town);
  answer = show (town, &tree, 4, 2);
  g_ptr_array_set_size (answer->u.log_proof->proof->leaves, 0);
  town_receive (town, answer);
  expect_evidence (town, GEO_REASON_NOT_LOGGED, GEO_EVIDENCE_KIND_NOT_LOGGED);
}

static void
test_other_leaf (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  receive (town, &tree, "tx-3");
  /* Something else stands where our entry should. */
  tree.leaves[tree.where[2]].bytes[0] ^= 1;
  wait_and_ask (town);
  town_receive (town, show (town, &tree, 4, 2));
  expect_evidence (town, GEO_REASON_NOT_LOGGED, GEO_EVIDENCE_KIND_NOT_LOGGED);
}

static void
test_rewritten (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  tree.leaves[0].bytes[0] ^= 1;
  receive (town, &tree, "tx-3");
  wait_and_ask (town);
  town_receive (town, show (town, &tree, 4, 2));
  expect_evidence (town, GEO_REASON_LOG, GEO_EVIDENCE_KIND_NOT_CONSISTENT);
}

static void
test_two_heads (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  tree.leaves[0].bytes[0] ^= 1;
  town_connect (town);
  town_receive (town, town_sync_result (2));
  town_receive (town, show (town, &tree, 4, 2));
  expect_evidence (town, GEO_REASON_LOG, GEO_EVIDENCE_KIND_TWO_HEADS);
  expect_proof (town);
}

static void
test_shrunk (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  town->now += 1000;
  tree.n = 3;
  town_connect (town);
  town_receive (town, town_sync_result (2));
  town_receive (town, show (town, &tree, 4, 2));
  expect_evidence (town, GEO_REASON_LOG, GEO_EVIDENCE_KIND_SHRUNK);
  expect_proof (town);
}

/* An old state after a restore: fewer entries than it gave us, and then the
 * smaller log as well. */
static void
test_replayed (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  town->now += 1000;
  town->sequence = 1;
  tree.n = 2;
  tree.mine = 1;
  town_connect (town);
  g_assert_cmpint (town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->what,
                   ==, GEO_EVIDENCE_KIND_FORGOTTEN);
  town_receive (town, show (town, &tree, 4, 2));
  expect_evidence (town, GEO_REASON_LOG, GEO_EVIDENCE_KIND_SHRUNK);
  expect_proof (town);
}

/* Whoever answers everything but this. */
static void
test_silent (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  receive (town, &tree, "tx-3");
  for (guint i = 0; i < 8; i++) {
    wait_and_ask (town);
    g_assert_cmpint (asked (town)->after, ==, 2);
  }
  wait_and_ask (town);
  town_expect (town, "send:SYNC");
  town_receive (town, town_sync_result (3));
  g_assert_cmpstr (town_told (town, GEO_TOLD_FAULT)->reason, ==,
                   GEO_REASON_NOT_LOGGED);
  g_assert_cmpint (town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence->what,
                   ==, GEO_EVIDENCE_KIND_NOT_LOGGED);
}

/* What was said before is said once more, when something else was asked. */
static void
test_answer_again (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);
  g_autoptr (GeoMessage) said = NULL;

  town_connect (town);
  town_receive (town, town_sync_result (2));
  said = show (town, &tree, 4, 2);
  town_receive (town, geo_message_copy (said));
  town_expect (town, "");
  receive (town, &tree, "tx-3");
  wait_and_ask (town);
  town_receive (town, geo_message_copy (said));
  town_expect (town, "");
  town_receive (town, show (town, &tree, 4, 2));
  town_expect (town, "store:log");
}

/* A line that is cut is nobody's fault. */
static void
test_cut (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);

  receive (town, &tree, "tx-3");
  for (guint i = 0; i < 8; i++) {
    wait_and_ask (town);
    town_disconnect (town);
    town_connect (town);
  }
  town_receive (town, town_sync_result (3));
  town_expect (town, "send:ENTRY_ACK tell:synced");
  town_receive (town, show (town, &tree, 4, 2));
  town_expect (town, "store:log");
}

static void
test_forged_head (void) {
  Tree tree;
  g_autoptr (Town) town = town_with_log (&tree);
  GeoMessage *answer;

  receive (town, &tree, "tx-3");
  wait_and_ask (town);
  answer = show (town, &tree, 4, 2);
  answer->u.log_proof->proof->head->at++;
  town_receive (town, answer);
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/log/honest", test_honest);
  g_test_add_func ("/party/log/dropped", test_dropped);
  g_test_add_func ("/party/log/other-leaf", test_other_leaf);
  g_test_add_func ("/party/log/rewritten", test_rewritten);
  g_test_add_func ("/party/log/two-heads", test_two_heads);
  g_test_add_func ("/party/log/shrunk", test_shrunk);
  g_test_add_func ("/party/log/replayed", test_replayed);
  g_test_add_func ("/party/log/silent", test_silent);
  g_test_add_func ("/party/log/answer-again", test_answer_again);
  g_test_add_func ("/party/log/cut", test_cut);
  g_test_add_func ("/party/log/forged-head", test_forged_head);
  return g_test_run ();
}
