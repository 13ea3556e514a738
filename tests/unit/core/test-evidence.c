/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence against a hub: what proves, what only asks, and that an honest hub
 * cannot be accused with what it signed.
 */
#include "core/geo-evidence.h"

#include <string.h>

#include "core/geo-log-audit.h"
#include "core/geo-merkle.h"

#include "test-util.h"

#define LEAVES 20

typedef struct {
  GeoSecret *secret;
  GeoPublicKey key;
  GeoPid community;
  GeoPid participant;
} Hub;

static void
hub_init (Hub *hub, guint8 number) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, number, sizeof seed);
  hub->secret = geo_secret_new_from_seed (seed);
  geo_secret_get_public (hub->secret, &hub->key);
  geo_secret_get_pid (hub->secret, &hub->community);
  memset (&hub->participant, 7, sizeof hub->participant);
}

static GeoProvenEntry *
sign_entry (const Hub *hub,
            gint64 sequence,
            const GeoEntry *previous,
            const GeoHash *subject) {
  GeoProvenEntry *proven = geo_proven_entry_new ();
  GeoEntry *entry = proven->entry = geo_entry_new ();

  entry->community = hub->community;
  entry->participant = hub->participant;
  entry->sequence = sequence;
  entry->kind = GEO_ENTRY_KIND_PAYMENT;
  entry->subject = *subject;
  entry->at = 1000 * sequence;
  entry->has_previous = previous != NULL;
  if (previous != NULL)
    geo_entry_hash (previous, &entry->previous);
  geo_entry_sign (entry, hub->secret);
  return proven;
}

static void
make_subject (guint number, GeoHash *out) {
  geo_hash_of (&number, sizeof number, out);
}

static GeoTreeHead *
sign_head (const Hub *hub, const GeoHash *leaves, gsize size, GeoTime at) {
  GeoTreeHead *head = geo_tree_head_new ();

  head->community = hub->community;
  head->size = (gint64) size;
  geo_merkle_root (leaves, size, &head->root);
  head->at = at;
  geo_tree_head_sign (head, hub->secret);
  return head;
}

static GeoLeafProof *
prove_leaf (const GeoHash *leaves, gsize size, gsize index) {
  GeoLeafProof *leaf = geo_leaf_proof_new ();

  leaf->sequence = 1;
  leaf->index = (gint64) index;
  g_array_unref (leaf->proof);
  leaf->proof = geo_merkle_inclusion (leaves, size, index);
  return leaf;
}

static GeoEvidence *
evidence_new (GeoEvidenceKind what) {
  GeoEvidence *evidence = geo_evidence_new ();

  evidence->what = what;
  evidence->reason = g_strdup ("test");
  return evidence;
}

static void
check (const Hub *hub, const GeoEvidence *evidence, GeoEvidenceWeight weight) {
  g_autoptr (GError) error = NULL;
  Hub other;

  g_assert_cmpint (
      geo_evidence_check (evidence, &hub->community, &hub->key, &error), ==,
      weight);
  g_assert_cmpint (error == NULL, ==, weight != GEO_EVIDENCE_NOTHING);
  /* Nobody is held to what another key signed. */
  hub_init (&other, 99);
  g_assert_cmpint (
      geo_evidence_check (evidence, &other.community, &other.key, NULL), ==,
      GEO_EVIDENCE_NOTHING);
  g_assert_cmpint (
      geo_evidence_check (evidence, &hub->community, &other.key, NULL), ==,
      GEO_EVIDENCE_NOTHING);
  geo_secret_unref (other.secret);
}

static void
test_entries (void) {
  static const struct {
    GeoEvidenceKind what;
    GeoEvidenceWeight forked, next, later;
  } cases[] = {
    { GEO_EVIDENCE_KIND_FORK, GEO_EVIDENCE_PROVES, GEO_EVIDENCE_NOTHING,
      GEO_EVIDENCE_NOTHING },
    { GEO_EVIDENCE_KIND_CHAIN, GEO_EVIDENCE_NOTHING, GEO_EVIDENCE_NOTHING,
      GEO_EVIDENCE_NOTHING },
    { GEO_EVIDENCE_KIND_GAP, GEO_EVIDENCE_NOTHING, GEO_EVIDENCE_NOTHING,
      GEO_EVIDENCE_ASKS },
  };
  Hub hub;
  GeoHash a, b;

  hub_init (&hub, 1);
  make_subject (1, &a);
  make_subject (2, &b);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GeoEvidence) evidence = evidence_new (cases[i].what);
    GeoProvenEntry *first = sign_entry (&hub, 1, NULL, &a);

    check (&hub, evidence, GEO_EVIDENCE_NOTHING);
    g_ptr_array_add (evidence->entries, first);
    g_ptr_array_add (evidence->entries, sign_entry (&hub, 1, NULL, &b));
    check (&hub, evidence, cases[i].forked);
    g_ptr_array_remove_index (evidence->entries, 1);
    g_ptr_array_add (evidence->entries, geo_proven_entry_copy (first));
    check (&hub, evidence, GEO_EVIDENCE_NOTHING);
    g_ptr_array_remove_index (evidence->entries, 1);
    g_ptr_array_add (evidence->entries, sign_entry (&hub, 2, first->entry, &b));
    check (&hub, evidence, cases[i].next);
    g_ptr_array_remove_index (evidence->entries, 1);
    g_ptr_array_add (evidence->entries, sign_entry (&hub, 3, first->entry, &b));
    check (&hub, evidence, cases[i].later);
  }
  geo_secret_unref (hub.secret);
}

static void
test_chain (void) {
  g_autoptr (GeoEvidence) evidence = evidence_new (GEO_EVIDENCE_KIND_CHAIN);
  g_autoptr (GeoProvenEntry) other = NULL;
  GeoProvenEntry *first;
  Hub hub;
  GeoHash a, b;

  hub_init (&hub, 1);
  make_subject (1, &a);
  make_subject (2, &b);
  first = sign_entry (&hub, 1, NULL, &a);
  other = sign_entry (&hub, 1, NULL, &b);
  g_ptr_array_add (evidence->entries, first);
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_add (evidence->entries, sign_entry (&hub, 2, other->entry, &b));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  g_ptr_array_remove_index (evidence->entries, 1);
  g_ptr_array_add (evidence->entries, sign_entry (&hub, 2, NULL, &b));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* An entry that contradicts itself. */
  g_ptr_array_remove_index (evidence->entries, 0);
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* What was changed afterwards is nobody's word. */
  ((GeoProvenEntry *) evidence->entries->pdata[0])->entry->at++;
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  geo_secret_unref (hub.secret);
}

static void
test_outcomes (void) {
  g_autoptr (GeoEvidence) evidence =
      evidence_new (GEO_EVIDENCE_KIND_TWO_OUTCOMES);
  GeoContract *contract = geo_contract_new ();
  GeoProvenEntry *entry;
  GeoRefusal *refusal;
  Hub hub;
  GeoHash hash;

  hub_init (&hub, 1);
  contract->community = hub.community;
  contract->tx_id = g_strdup ("tx");
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
  contract->has_order = TRUE;
  make_subject (5, &contract->order);
  contract->equivalent = g_strdup ("UAH");
  contract->hops_count = 1;
  contract->closer = hub.community;
  geo_contract_hash (contract, &hash);
  entry = sign_entry (&hub, 1, NULL, &hash);
  entry->certificate = geo_certificate_new ();
  entry->certificate->contract = contract;
  g_ptr_array_add (evidence->entries, entry);
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);

  refusal = evidence->refusal = geo_refusal_new ();
  refusal->community = refusal->voter = hub.community;
  refusal->has_order = TRUE;
  refusal->order = contract->order;
  refusal->code = GEO_CODE_TIMEOUT;
  refusal->reason = g_strdup ("no");
  refusal->at = 5;
  geo_refusal_sign (refusal, hub.secret);
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* Another order's refusal says nothing about this one. */
  make_subject (6, &refusal->order);
  geo_refusal_sign (refusal, hub.secret);
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  refusal->has_order = FALSE;
  refusal->has_contract = TRUE;
  refusal->contract = hash;
  geo_refusal_sign (refusal, hub.secret);
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* A participant's no is not the hub's. */
  refusal->voter = hub.participant;
  geo_refusal_sign (refusal, hub.secret);
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  geo_secret_unref (hub.secret);
}

static void
test_heads (void) {
  GeoHash leaves[LEAVES], others[LEAVES];
  Hub hub;

  hub_init (&hub, 1);
  for (guint i = 0; i < LEAVES; i++) {
    geo_merkle_leaf (&i, sizeof i, &leaves[i]);
    others[i] = leaves[i];
  }
  others[11].bytes[0] ^= 1;
  for (gsize m = 1; m <= LEAVES; m++) {
    for (gsize n = m; n <= LEAVES; n++) {
      g_autoptr (GeoTreeHead) early = sign_head (&hub, leaves, m, 1000);
      g_autoptr (GeoTreeHead) late = sign_head (&hub, leaves, n, 2000);
      g_autoptr (GeoTreeHead) forked = sign_head (&hub, others, n, 2000);
      g_autoptr (GeoTreeHead) shrunk = sign_head (&hub, leaves, m, 3000);
      GeoEvidenceKind what;

      /* An honest log is never accused. */
      g_assert_false (geo_heads_exclude (early, late, &what));
      g_assert_false (geo_heads_exclude (late, early, &what));
      g_assert_cmpint (geo_heads_exclude (early, forked, &what), ==,
                       m == n && n > 11);
      g_assert_cmpint (geo_heads_exclude (late, shrunk, &what), ==, m < n);
      g_assert_cmpint (geo_heads_exclude (shrunk, late, &what), ==, m < n);
    }
  }

  g_autoptr (GeoEvidence) evidence = evidence_new (GEO_EVIDENCE_KIND_TWO_HEADS);
  g_ptr_array_add (evidence->heads, sign_head (&hub, leaves, 12, 1000));
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_add (evidence->heads, sign_head (&hub, others, 12, 2000));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  evidence->what = GEO_EVIDENCE_KIND_SHRUNK;
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_remove_index (evidence->heads, 1);
  g_ptr_array_add (evidence->heads, sign_head (&hub, leaves, 5, 2000));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  evidence->what = GEO_EVIDENCE_KIND_NOT_CONSISTENT;
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  geo_secret_unref (hub.secret);
}

static GeoLogPrefix *
prove_prefix (const GeoHash *leaves, gsize size, gsize of) {
  GeoLogPrefix *prefix = geo_log_prefix_new ();

  prefix->size = (gint64) size;
  geo_merkle_root (leaves, size, &prefix->root);
  g_array_unref (prefix->consistency);
  prefix->consistency = geo_merkle_consistency (leaves, size, of);
  return prefix;
}

static void
fill_leaves (GeoHash subjects[LEAVES], GeoHash leaves[LEAVES]) {
  for (guint i = 0; i < LEAVES; i++) {
    make_subject (i, &subjects[i]);
    geo_merkle_leaf (&subjects[i], GEO_HASH_LEN, &leaves[i]);
  }
}

/* Two wallets that never saw a head of one size. */
static void
test_prefixes (void) {
  g_autoptr (GeoEvidence) evidence =
      evidence_new (GEO_EVIDENCE_KIND_TWO_PREFIXES);
  GeoHash subjects[LEAVES], leaves[LEAVES], others[LEAVES];
  Hub hub;

  hub_init (&hub, 1);
  fill_leaves (subjects, leaves);
  memcpy (others, leaves, sizeof leaves);
  others[3].bytes[0] ^= 1;
  g_ptr_array_add (evidence->heads, sign_head (&hub, leaves, 18, 1000));
  g_ptr_array_add (evidence->heads, sign_head (&hub, others, LEAVES, 2000));
  g_ptr_array_add (evidence->prefixes, prove_prefix (leaves, 8, 18));
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_add (evidence->prefixes, prove_prefix (others, 8, LEAVES));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* The whole of a head is a prefix of it, too. */
  g_ptr_array_remove_index (evidence->prefixes, 0);
  g_ptr_array_insert (evidence->prefixes, 0, prove_prefix (leaves, 18, 18));
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_remove_index (evidence->prefixes, 1);
  g_ptr_array_add (evidence->prefixes, prove_prefix (others, 18, LEAVES));
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  /* Where both are the same nothing is proved … */
  g_ptr_array_set_size (evidence->prefixes, 0);
  g_ptr_array_add (evidence->prefixes, prove_prefix (leaves, 3, 18));
  g_ptr_array_add (evidence->prefixes, prove_prefix (others, 3, LEAVES));
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  /* … nor where a head does not go on from what is shown. */
  ((GeoLogPrefix *) evidence->prefixes->pdata[0])->root.bytes[0] ^= 1;
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  geo_secret_unref (hub.secret);
}

/* --- What two were shown, put together ------------------------------------ */

/* Shown the log of n leaves, with the proof from m and that of one leaf. */
static GeoLogSight *
see (const Hub *hub,
     const GeoHash *subjects,
     const GeoHash *leaves,
     gsize m,
     gsize n,
     gsize leaf,
     GeoTime at) {
  GeoLogSight *sight = geo_log_sight_new ();

  sight->log = geo_log_proof_new ();
  sight->log->head = sign_head (hub, leaves, n, at);
  sight->log->size = (gint64) m;
  if (m > 0 && m < n) {
    g_array_unref (sight->log->consistency);
    sight->log->consistency = geo_merkle_consistency (leaves, m, n);
  }
  if (leaf < n) {
    g_ptr_array_add (sight->log->leaves, prove_leaf (leaves, n, leaf));
    g_array_append_vals (sight->subjects, &subjects[leaf], 1);
  }
  return sight;
}

static void
add (GeoLogAudit *audit, guint side, GeoLogSight *sight) {
  g_autoptr (GeoLogSight) taken = sight;
  g_autoptr (GError) error = NULL;

  geo_log_audit_add (audit, side, taken, &error);
  g_assert_no_error (error);
}

/* Everything that two can be shown: an honest log is never accused, and two
 * logs are found wherever a later leaf was shown to both. */
static void
test_audit (void) {
  GeoHash subjects[LEAVES], strange[LEAVES], leaves[LEAVES], others[LEAVES];
  Hub hub;

  hub_init (&hub, 1);
  fill_leaves (subjects, leaves);
  for (gsize fork = 0; fork < LEAVES; fork += 3) {
    memcpy (strange, subjects, sizeof subjects);
    memcpy (others, leaves, sizeof leaves);
    make_subject (99, &strange[fork]);
    geo_merkle_leaf (&strange[fork], GEO_HASH_LEN, &others[fork]);
    for (gsize m = 1; m < LEAVES; m++) {
      for (gsize n = m + 1; n <= LEAVES; n++) {
        g_autoptr (GeoLogAudit) honest = geo_log_audit_new (&hub.community,
                                                            &hub.key);
        g_autoptr (GeoLogAudit) forked = geo_log_audit_new (&hub.community,
                                                            &hub.key);
        g_autoptr (GeoEvidence) none = NULL;
        g_autoptr (GeoEvidence) found = NULL;

        add (honest, 0, see (&hub, subjects, leaves, 0, m, m - 1, 1000));
        add (honest, 1, see (&hub, subjects, leaves, 0, n, m - 1, 2000));
        none = geo_log_audit_find (honest);
        g_assert_null (none);
        g_assert_cmpint (geo_log_audit_get_size (honest, 0), ==, m);
        g_assert_cmpint (geo_log_audit_get_size (honest, 1), ==, n);
        /* Both know the leaf, so both know where its last subtree ends. */
        g_assert_cmpint (geo_log_audit_get_common (honest), >, 0);
        g_assert_cmpint (geo_log_audit_get_common (honest), <=, m);

        add (forked, 0, see (&hub, subjects, leaves, 0, m, m - 1, 1000));
        add (forked, 0, see (&hub, subjects, leaves, m, n, n - 1, 1500));
        add (forked, 1, see (&hub, strange, others, 0, m, 0, 1000));
        add (forked, 1, see (&hub, strange, others, m, LEAVES, n, 2000));
        found = geo_log_audit_find (forked);
        g_assert_cmpint (geo_log_audit_get_common (forked), <=,
                         fork < n ? fork : n);
        if (fork < m)
          g_assert_nonnull (found);
        else if (n <= fork)
          g_assert_null (found);
        if (found != NULL)
          check (&hub, found, GEO_EVIDENCE_PROVES);
      }
    }
  }
  geo_secret_unref (hub.secret);
}

static void
test_audit_shrunk (void) {
  GeoHash subjects[LEAVES], leaves[LEAVES];
  g_autoptr (GeoEvidence) evidence = NULL;
  g_autoptr (GeoLogAudit) audit = NULL;
  Hub hub;

  hub_init (&hub, 1);
  fill_leaves (subjects, leaves);
  audit = geo_log_audit_new (&hub.community, &hub.key);
  g_assert_cmpint (geo_log_audit_get_common (audit), ==, 0);
  add (audit, 0, see (&hub, subjects, leaves, 0, 9, LEAVES, 1000));
  add (audit, 0, see (&hub, subjects, leaves, 0, 9, LEAVES, 900));
  add (audit, 1, see (&hub, subjects, leaves, 0, 5, LEAVES, 850));
  g_assert_null (geo_log_audit_find (audit));
  add (audit, 1, see (&hub, subjects, leaves, 0, 5, LEAVES, 1001));
  evidence = geo_log_audit_find (audit);
  g_assert_nonnull (evidence);
  g_assert_cmpint (evidence->what, ==, GEO_EVIDENCE_KIND_SHRUNK);
  check (&hub, evidence, GEO_EVIDENCE_PROVES);
  geo_secret_unref (hub.secret);
}

static void
expect_refused (const Hub *hub, GeoLogSight *sight) {
  g_autoptr (GeoLogAudit) audit = geo_log_audit_new (&hub->community,
                                                     &hub->key);
  g_autoptr (GeoLogSight) taken = sight;
  g_autoptr (GError) error = NULL;
  GeoHash subjects[LEAVES], leaves[LEAVES];

  fill_leaves (subjects, leaves);
  add (audit, 0, see (hub, subjects, leaves, 0, 5, 3, 500));
  g_assert_false (geo_log_audit_add (audit, 0, taken, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (geo_log_audit_get_size (audit, 0), ==, 5);
}

/* What the hub did not sign accuses nobody. */
static void
test_audit_refused (void) {
  GeoHash subjects[LEAVES], leaves[LEAVES];
  GeoLogSight *sight;
  Hub hub, other;

  hub_init (&hub, 1);
  hub_init (&other, 2);
  fill_leaves (subjects, leaves);
  expect_refused (&hub, see (&other, subjects, leaves, 0, 9, 3, 1000));
  sight = see (&hub, subjects, leaves, 0, 9, 3, 1000);
  sight->log->head->size++;
  expect_refused (&hub, sight);
  sight = see (&hub, subjects, leaves, 0, 9, 3, 1000);
  g_array_index (sight->subjects, GeoHash, 0).bytes[0] ^= 1;
  expect_refused (&hub, sight);
  sight = see (&hub, subjects, leaves, 0, 9, 3, 1000);
  g_array_set_size (sight->subjects, 0);
  expect_refused (&hub, sight);
  sight = see (&hub, subjects, leaves, 5, 9, 3, 1000);
  g_array_index (sight->log->consistency, GeoHash, 1).bytes[0] ^= 1;
  expect_refused (&hub, sight);
  geo_secret_unref (hub.secret);
  geo_secret_unref (other.secret);
}

static void
test_asks (void) {
  g_autoptr (GeoEvidence) evidence =
      evidence_new (GEO_EVIDENCE_KIND_NOT_LOGGED);
  GeoHash leaf, subject;
  Hub hub;

  hub_init (&hub, 1);
  make_subject (1, &subject);
  geo_merkle_leaf (&subject, GEO_HASH_LEN, &leaf);
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_add (evidence->entries, sign_entry (&hub, 1, NULL, &subject));
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  g_ptr_array_add (evidence->heads, sign_head (&hub, &leaf, 1, 1000));
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  /* What came later cannot be in an older head. */
  g_ptr_array_remove_index (evidence->heads, 0);
  g_ptr_array_add (evidence->heads, sign_head (&hub, &leaf, 1, 999));
  check (&hub, evidence, GEO_EVIDENCE_NOTHING);
  g_ptr_array_remove_index (evidence->heads, 0);
  evidence->what = GEO_EVIDENCE_KIND_FORGOTTEN;
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  evidence->what = GEO_EVIDENCE_KIND_BAD_ENTRY;
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  evidence->what = GEO_EVIDENCE_KIND_MANDATE;
  check (&hub, evidence, GEO_EVIDENCE_ASKS);
  geo_secret_unref (hub.secret);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/evidence/entries", test_entries);
  g_test_add_func ("/core/evidence/chain", test_chain);
  g_test_add_func ("/core/evidence/outcomes", test_outcomes);
  g_test_add_func ("/core/evidence/heads", test_heads);
  g_test_add_func ("/core/evidence/prefixes", test_prefixes);
  g_test_add_func ("/core/audit/shown", test_audit);
  g_test_add_func ("/core/audit/shrunk", test_audit_shrunk);
  g_test_add_func ("/core/audit/refused", test_audit_refused);
  g_test_add_func ("/core/evidence/asks", test_asks);
  return g_test_run ();
}
