/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearings that wait for the person's word (§7): the list of them, and the
 * answer.  What one means, and whether it holds, is the party's to say.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "node/geo-items-private.h"
#include "node/geo-proposal-private.h"

static void
add_proposal (const GeoHash *contract,
              const GeoContract *object,
              GPtrArray *hops,
              gpointer user_data) {
  GeoNode *self = user_data;
  g_autoptr (GeoProposalItem) item = NULL;
  const GeoPid *debtor = NULL;
  const GeoPid *creditor = NULL;

  /* A hop runs against a debt: who pays us is our creditor. */
  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = ((GeoProvenHop *) g_ptr_array_index (hops, i))->hop;

    if (geo_pid_equal (&hop->from, &self->pid))
      debtor = &hop->to;
    else
      creditor = &hop->from;
  }
  if (debtor == NULL || creditor == NULL)
    return;
  item = geo_proposal_item_new (
      contract, object, (guint) object->hops_count - 1, debtor,
      geo_node_find_name (self, debtor), creditor,
      geo_node_find_name (self, creditor));
  g_list_store_append (self->proposals, item);
}

void
geo_node_refresh_proposals (GeoNode *self) {
  g_list_store_remove_all (self->proposals);
  if (self->party != NULL)
    geo_party_foreach_proposal (self->party, add_proposal, self);
}

GListModel *
geo_node_get_proposals (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (node->proposals);
}

static gboolean
fail (GError **error, GeoNodeError code, const gchar *sentence) {
  g_set_error_literal (error, GEO_NODE_ERROR, (gint) code, sentence);
  return FALSE;
}

gboolean
geo_node_answer_clearing (GeoNode *node,
                          const gchar *id,
                          gboolean accepts,
                          GError **error) {
  g_autoptr (GError) why = NULL;
  const GeoHash *contract = NULL;
  GPtrArray *actions;

  g_assert (GEO_IS_NODE (node) && id != NULL);
  if (node->party == NULL || !geo_node_is_signed_in (node))
    return fail (error, GEO_NODE_ERROR_OFFLINE,
                 _ ("The hub is not connected, so nothing was done."));
  for (guint i = 0; contract == NULL &&
                    i < g_list_model_get_n_items (
                            G_LIST_MODEL (node->proposals));
       i++) {
    g_autoptr (GeoProposalItem) item =
        g_list_model_get_item (G_LIST_MODEL (node->proposals), i);

    if (g_str_equal (geo_proposal_item_get_id (item), id))
      contract = geo_proposal_item_get_contract (item);
  }
  if (contract == NULL)
    return fail (error, GEO_NODE_ERROR_INPUT,
                 _ ("There is no such clearing to answer."));

  actions = geo_actions_new ();
  if (!geo_party_answer_clearing (node->party, contract, accepts,
                                  geo_node_now (), actions, &why)) {
    g_ptr_array_unref (actions);
    switch ((GeoCode) why->code) {
    case GEO_CODE_CAPACITY:
      return fail (error, GEO_NODE_ERROR_REFUSED,
                   _ ("The debts are not what they were any more, so this "
                      "cannot be cleared now."));
    case GEO_CODE_TIMEOUT:
      return fail (error, GEO_NODE_ERROR_REFUSED,
                   _ ("It is too late to answer this."));
    case GEO_CODE_NO_ROUTE:
    case GEO_CODE_LIMIT:
    case GEO_CODE_LINE_INACTIVE:
    case GEO_CODE_SIGNATURE:
    case GEO_CODE_NOT_ALLOWED:
    case GEO_CODE_CONFLICT:
    case GEO_CODE_INVALID:
    case GEO_CODE_INTERNAL:
      break;
    }
    return fail (error, GEO_NODE_ERROR_REFUSED,
                 _ ("This clearing cannot be answered now."));
  }
  geo_node_run (node, actions);
  return TRUE;
}
