/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heads and proofs of the hub's log.  A head is signed for a size that is on
 * disk, and never says that it is earlier than one before it.
 */
#include "hub/geo-tree.h"

struct _GeoTree {
  GeoHubStore *reader;
  GeoPid community;
  GeoSecret *secret;
  GeoTreeHead *head; /* The last one, or NULL. */
  GeoTime signed_at; /* By the clock, which may be behind what it says. */
  GeoTime latest; /* No head is earlier. */
  GeoTime until; /* What is reserved. */
};

GeoTree *
geo_tree_new (GeoHubStore *reader,
              const GeoPid *community,
              GeoSecret *secret,
              GError **error) {
  GeoTree *tree;
  GeoTime until;

  if (!geo_hub_store_check_log (reader, error) ||
      !geo_hub_store_read_log_until (reader, &until, error))
    return NULL;
  tree = g_new0 (GeoTree, 1);
  tree->reader = reader;
  tree->community = *community;
  tree->secret = geo_secret_ref (secret);
  tree->latest = until;
  tree->until = until;
  return tree;
}

void
geo_tree_free (GeoTree *tree) {
  if (tree == NULL)
    return;
  geo_tree_head_free (tree->head);
  geo_secret_unref (tree->secret);
  g_free (tree);
}

static gboolean
bring_head (GeoTree *tree, GeoTime now, GeoTime *reserve, GError **error) {
  GeoTreeHead *head;
  gint64 size;
  GeoHash root;

  *reserve = 0;
  if (!geo_hub_store_read_log (tree->reader, &size, &root, error))
    return FALSE;
  if (tree->head != NULL && tree->head->size == size &&
      ABS (now - tree->signed_at) < GEO_TREE_HEAD_MS)
    return TRUE;
  head = geo_tree_head_new ();
  head->community = tree->community;
  head->size = size;
  head->root = root;
  tree->latest = MAX (tree->latest, now);
  head->at = tree->latest;
  geo_tree_head_sign (head, tree->secret);
  geo_tree_head_free (tree->head);
  tree->head = head;
  tree->signed_at = now;
  if (head->at > tree->until)
    *reserve = tree->until = head->at + GEO_TREE_RESERVE_MS;
  return TRUE;
}

GeoMessage *
geo_tree_answer (GeoTree *tree,
                 const GeoPid *pid,
                 const GeoMessage *query,
                 GeoTime now,
                 GeoTime *reserve,
                 GError **error) {
  const GeoMsgLogQuery *asked = query->u.log_query;
  g_autoptr (GeoMessage) answer = NULL;
  GeoLogProof *proof;
  GPtrArray *leaves;
  GArray *hashes;

  if (!bring_head (tree, now, reserve, error))
    return NULL;
  answer = geo_message_new (GEO_MESSAGE_LOG_PROOF, query->msg_id);
  proof = answer->u.log_proof->proof = geo_log_proof_new ();
  proof->head = geo_tree_head_copy (tree->head);
  proof->size = asked->size;
  proof->after = asked->after;
  /* A size that the log never had cannot be shown to be part of it. */
  if (asked->size > 0 && asked->size < tree->head->size) {
    hashes = geo_hub_store_prove_log (tree->reader, asked->size,
                                      tree->head->size, error);
    if (hashes == NULL)
      return NULL;
    g_array_unref (proof->consistency);
    proof->consistency = hashes;
  }
  leaves = geo_hub_store_prove_entries (tree->reader, pid, asked->after,
                                        GEO_TREE_LEAVES_MAX, tree->head->size,
                                        error);
  if (leaves == NULL)
    return NULL;
  g_ptr_array_unref (proof->leaves);
  proof->leaves = leaves;
  return g_steal_pointer (&answer);
}
