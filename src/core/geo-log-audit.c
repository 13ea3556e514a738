/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every head, and every proof, says what the log was at some sizes.  Where both
 * sides know of one size, it was the same or the hub has two logs.  Two proofs
 * that speak of one subtree know of one size: where the tree above it ends.
 */
#include "core/geo-log-audit.h"

#include "core/geo-error.h"
#include "core/geo-merkle-log.h"

/* What the log was at one size, and who signed it where. */
typedef struct {
  GeoTreeHead *head;
  GeoLogPrefix *prefix;
  guint sides; /* One bit each */
} Known;

struct _GeoLogAudit {
  GeoPid community;
  GeoPublicKey key;
  GHashTable *known; /* size (gint64) → Known */
  GPtrArray *heads; /* GeoTreeHead */
  GeoEvidence *conflict; /* Of the smallest size that there are two of. */
  gint64 conflict_size;
  gint64 sizes[GEO_LOG_SIDES];
};

/* Whose proof is being read. */
typedef struct {
  GeoLogAudit *audit;
  const GeoTreeHead *head;
  guint side;
} Reading;

static void
known_free (gpointer data) {
  Known *known = data;

  geo_tree_head_free (known->head);
  geo_log_prefix_free (known->prefix);
  g_free (known);
}

GeoLogAudit *
geo_log_audit_new (const GeoPid *community, const GeoPublicKey *key) {
  GeoLogAudit *audit = g_new0 (GeoLogAudit, 1);

  audit->community = *community;
  audit->key = *key;
  audit->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                        known_free);
  audit->heads =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_tree_head_free);
  return audit;
}

void
geo_log_audit_free (GeoLogAudit *audit) {
  if (audit == NULL)
    return;
  geo_evidence_free (audit->conflict);
  g_ptr_array_unref (audit->heads);
  g_hash_table_unref (audit->known);
  g_free (audit);
}

static gboolean
fail (GError **error, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF, message);
  return FALSE;
}

/* --- What is known -------------------------------------------------------- */

static GeoLogPrefix *
prefix_new (gint64 size, const GeoHash *root, const GArray *consistency) {
  GeoLogPrefix *prefix = geo_log_prefix_new ();

  prefix->size = size;
  prefix->root = *root;
  if (consistency != NULL && consistency->len > 0)
    g_array_append_vals (prefix->consistency, consistency->data,
                         consistency->len);
  return prefix;
}

static void
note_conflict (GeoLogAudit *audit,
               const Known *one,
               const GeoTreeHead *head,
               const GeoLogPrefix *prefix) {
  GeoEvidence *evidence;

  if (audit->conflict != NULL && audit->conflict_size <= prefix->size)
    return;
  geo_evidence_free (audit->conflict);
  evidence = audit->conflict = geo_evidence_new ();
  audit->conflict_size = prefix->size;
  evidence->reason = g_strdup ("audit");
  g_ptr_array_add (evidence->heads, geo_tree_head_copy (one->head));
  g_ptr_array_add (evidence->heads, geo_tree_head_copy (head));
  if (one->head->size == head->size && head->size == prefix->size) {
    evidence->what = GEO_EVIDENCE_KIND_TWO_HEADS;
    return;
  }
  evidence->what = GEO_EVIDENCE_KIND_TWO_PREFIXES;
  g_ptr_array_add (evidence->prefixes, geo_log_prefix_copy (one->prefix));
  g_ptr_array_add (evidence->prefixes, geo_log_prefix_copy (prefix));
}

/* Takes prefix, which was checked against head. */
static void
note (GeoLogAudit *audit,
      guint side,
      const GeoTreeHead *head,
      GeoLogPrefix *prefix) {
  Known *known = g_hash_table_lookup (audit->known, &prefix->size);
  gint64 *size;

  if (known != NULL) {
    if (geo_hash_equal (&known->prefix->root, &prefix->root))
      known->sides |= 1u << side;
    else
      note_conflict (audit, known, head, prefix);
    geo_log_prefix_free (prefix);
    return;
  }
  known = g_new0 (Known, 1);
  known->head = geo_tree_head_copy (head);
  known->prefix = prefix;
  known->sides = 1u << side;
  size = g_new (gint64, 1);
  *size = prefix->size;
  g_hash_table_insert (audit->known, size, known);
}

static void
prefix_cb (guint64 size,
           const GeoHash *root,
           const GArray *consistency,
           gpointer user_data) {
  const Reading *reading = user_data;

  note (reading->audit, reading->side, reading->head,
        prefix_new ((gint64) size, root, consistency));
}

/* --- Reading -------------------------------------------------------------- */

gboolean
geo_log_audit_add_head (GeoLogAudit *audit,
                        guint side,
                        const GeoTreeHead *head,
                        GError **error) {
  g_assert (side < GEO_LOG_SIDES);
  if (!geo_pid_equal (&head->community, &audit->community))
    return fail (error, "a head is of another community");
  if (!geo_tree_head_verify (head, &audit->key, error))
    return FALSE;
  g_ptr_array_add (audit->heads, geo_tree_head_copy (head));
  audit->sizes[side] = MAX (audit->sizes[side], head->size);
  if (head->size > 0)
    note (audit, side, head, prefix_new (head->size, &head->root, NULL));
  return TRUE;
}

/* That it goes on from a head of this side: where that one is not there, its
 * proof says nothing. */
static gboolean
check_consistency (GeoLogAudit *audit,
                   guint side,
                   const GeoLogProof *log,
                   const Known **from,
                   GError **error) {
  const GArray *proof = log->consistency;
  const Known *known;

  *from = NULL;
  if (log->size <= 0 || log->size >= log->head->size)
    return TRUE;
  known = g_hash_table_lookup (audit->known, &log->size);
  if (known == NULL || (known->sides >> side & 1) == 0)
    return TRUE;
  if (!geo_merkle_consistency_verify (
          (gsize) log->size, (gsize) log->head->size, &known->prefix->root,
          &log->head->root, (const GeoHash *) (gpointer) proof->data,
          proof->len))
    return fail (error, "a head does not go on from the one before");
  *from = known;
  return TRUE;
}

static gboolean
check_leaves (const GeoLogSight *sight, GError **error) {
  const GPtrArray *leaves = sight->log->leaves;

  if (leaves->len != sight->subjects->len)
    return fail (error, "a part of it is missing");
  for (guint i = 0; i < leaves->len; i++)
    if (!geo_leaf_proof_check (g_ptr_array_index (leaves, i),
                               &g_array_index (sight->subjects, GeoHash, i),
                               sight->log->head))
      return fail (error, "a leaf is not in the log");
  return TRUE;
}

gboolean
geo_log_audit_add (GeoLogAudit *audit,
                   guint side,
                   const GeoLogSight *sight,
                   GError **error) {
  const GeoLogProof *log = sight->log;
  Reading reading = { audit, log->head, side };
  const Known *from;

  g_assert (side < GEO_LOG_SIDES);
  if (!check_consistency (audit, side, log, &from, error) ||
      !check_leaves (sight, error) ||
      !geo_log_audit_add_head (audit, side, log->head, error))
    return FALSE;
  if (from != NULL)
    geo_merkle_consistency_prefixes (
        &from->prefix->root, (guint64) log->size, (guint64) log->head->size,
        log->consistency, prefix_cb, &reading);
  for (guint i = 0; i < log->leaves->len; i++) {
    const GeoLeafProof *leaf = g_ptr_array_index (log->leaves, i);
    GeoHash hash;

    geo_merkle_leaf (g_array_index (sight->subjects, GeoHash, i).bytes,
                     GEO_HASH_LEN, &hash);
    geo_merkle_inclusion_prefixes (&hash, (guint64) leaf->index,
                                   (guint64) log->head->size, leaf->proof,
                                   prefix_cb, &reading);
  }
  return TRUE;
}

/* --- What follows --------------------------------------------------------- */

gint64
geo_log_audit_get_size (const GeoLogAudit *audit, guint side) {
  g_assert (side < GEO_LOG_SIDES);
  return audit->sizes[side];
}

static gint
compare_heads (gconstpointer a, gconstpointer b) {
  const GeoTreeHead *one = *(const GeoTreeHead *const *) a;
  const GeoTreeHead *other = *(const GeoTreeHead *const *) b;

  if (one->size != other->size)
    return one->size < other->size ? -1 : 1;
  return one->at < other->at ? -1 : one->at > other->at;
}

/* §9: a later head is never of a smaller log. */
static GeoEvidence *
find_shrunk (GeoLogAudit *audit) {
  const GeoTreeHead *latest = NULL;

  g_ptr_array_sort (audit->heads, compare_heads);
  for (guint i = 0; i < audit->heads->len; i++) {
    const GeoTreeHead *head = g_ptr_array_index (audit->heads, i);
    GeoEvidence *evidence;

    if (latest == NULL || latest->at <= head->at) {
      latest = head;
      continue;
    }
    /* Within one size any order is good. */
    if (latest->size == head->size)
      continue;
    evidence = geo_evidence_new ();
    evidence->what = GEO_EVIDENCE_KIND_SHRUNK;
    evidence->reason = g_strdup ("audit");
    g_ptr_array_add (evidence->heads, geo_tree_head_copy (latest));
    g_ptr_array_add (evidence->heads, geo_tree_head_copy (head));
    return evidence;
  }
  return NULL;
}

GeoEvidence *
geo_log_audit_find (GeoLogAudit *audit) {
  if (audit->conflict != NULL)
    return geo_evidence_copy (audit->conflict);
  return find_shrunk (audit);
}

gint64
geo_log_audit_get_common (const GeoLogAudit *audit) {
  GHashTableIter iter;
  gpointer value;
  gint64 common = 0;

  g_hash_table_iter_init (&iter, audit->known);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Known *known = value;
    gint64 size = known->prefix->size;

    if (known->sides == (1u << GEO_LOG_SIDES) - 1 &&
        (audit->conflict == NULL || size < audit->conflict_size))
      common = MAX (common, size);
  }
  return common;
}
