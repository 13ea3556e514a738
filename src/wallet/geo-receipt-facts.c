/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a receipt says, for a page to show.  A receipt is a journal's record
 * with its evidence: an entry of the hub, or a refusal.  Nothing is checked
 * here: checking is geo_receipt_verify ()'s.
 */
#include "config.h"

#include "wallet/geo-receipt-facts.h"

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-json.h"
#include "core/geo-messages.h"

/* An entry with its evidence, who is who, and the community. */
#define RECEIPT_SIZE_MAX (4 * GEO_JSON_SYNC_SIZE_MAX)

static void
read_peer (GeoReceiptFacts *facts, const GeoPid *peer, GPtrArray *people) {
  facts->has_peer = TRUE;
  facts->peer = *peer;
  for (guint i = 0; i < people->len; i++) {
    const GeoParticipant *person = people->pdata[i];

    if (geo_pid_equal (&person->pid, peer))
      facts->peer_name = g_strdup (person->name);
  }
}

/* What came to us over our own hops. */
static GeoAmount
sum_hops_to (GPtrArray *hops, const GeoPid *me) {
  GeoAmount sum = GEO_AMOUNT_ZERO;

  for (guint i = 0; i < hops->len; i++) {
    const GeoProvenHop *proven = hops->pdata[i];

    if (geo_pid_equal (&proven->hop->to, me) &&
        !geo_amount_add (sum, proven->hop->amount.amount, &sum))
      return GEO_AMOUNT_ZERO;
  }
  return sum;
}

/* A hop runs against a debt: whoever pays me in the circle is my creditor. */
static void
read_circle (GeoReceiptFacts *facts,
             const GeoContract *contract,
             GPtrArray *hops,
             const GeoPid *me) {
  gboolean has_debtor = FALSE;
  gboolean has_creditor = FALSE;

  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = ((const GeoProvenHop *) hops->pdata[i])->hop;

    if (geo_pid_equal (&hop->from, me)) {
      facts->debtor = hop->to;
      has_debtor = TRUE;
    } else if (geo_pid_equal (&hop->to, me)) {
      facts->creditor = hop->from;
      has_creditor = TRUE;
    }
  }
  facts->has_circle = has_debtor && has_creditor && contract->hops_count > 2;
  facts->others = facts->has_circle ? (guint) contract->hops_count - 1 : 0;
}

static void
read_certificate (GeoReceiptFacts *facts,
                  const GeoProvenEntry *entry,
                  const GeoPid *me) {
  const GeoContract *contract = entry->certificate->contract;

  facts->state = GEO_STATE_PAID;
  facts->time_ms = entry->entry->at;
  facts->tx_id = g_strdup (contract->tx_id);
  facts->equivalent = g_strdup (contract->equivalent);
  facts->precision = contract->amount.decimals;
  facts->amount = contract->amount.amount;

  if (!contract->has_payer || !contract->has_payee) {
    facts->kind = GEO_ITEM_CLEARED;
    facts->amount = sum_hops_to (entry->hops, me);
    read_circle (facts, contract, entry->hops, me);
  } else if (geo_pid_equal (&contract->payer, me)) {
    facts->kind = GEO_ITEM_PAID;
    read_peer (facts, &contract->payee, entry->people);
  } else if (geo_pid_equal (&contract->payee, me)) {
    facts->kind = GEO_ITEM_RECEIVED;
    read_peer (facts, &contract->payer, entry->people);
  } else {
    facts->kind = GEO_ITEM_PASSED;
    read_peer (facts, &contract->payer, entry->people);
    facts->amount = sum_hops_to (entry->hops, me);
  }
}

static void
read_order (GeoReceiptFacts *facts, const GeoOrder *order) {
  facts->has_peer = TRUE;
  facts->peer = order->to;
  facts->tx_id = g_strdup (order->tx_id);
  facts->equivalent = g_strdup (order->equivalent);
  facts->precision = order->amount.decimals;
  facts->amount = order->amount.amount;
}

static gboolean
read_body (GeoReceiptFacts *facts,
           const GeoRecordBody *body,
           const GeoPid *me) {
  if (body->entry != NULL && body->entry->certificate != NULL) {
    read_certificate (facts, body->entry, me);
    facts->text = g_strdup (body->text);
    return TRUE;
  }
  if (body->refusal != NULL) {
    facts->kind = GEO_ITEM_PAID;
    facts->state = GEO_STATE_NOT_PAID;
    facts->time_ms = body->refusal->at;
    if (body->order != NULL)
      read_order (facts, body->order);
    return TRUE;
  }
  return FALSE;
}

GeoReceiptFacts *
geo_receipt_facts_read (const gchar *text, const GeoPid *me, GError **error) {
  g_autoptr (GeoReceiptFacts) facts = g_new0 (GeoReceiptFacts, 1);
  g_autoptr (GeoRecordBody) body = NULL;
  g_autoptr (JsonNode) root = geo_json_parse (text, strlen (text),
                                              RECEIPT_SIZE_MAX, error);
  JsonNode *node = NULL;

  if (root == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (root))
    node = json_object_get_member (json_node_get_object (root), "body");
  if (node != NULL)
    body = geo_record_body_from_json (node, error);
  if (node != NULL && body == NULL)
    return NULL;
  if (body == NULL || !read_body (facts, body, me)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "This is no receipt of a payment.");
    return NULL;
  }
  return g_steal_pointer (&facts);
}

void
geo_receipt_facts_free (GeoReceiptFacts *facts) {
  if (facts == NULL)
    return;
  g_free (facts->peer_name);
  g_free (facts->equivalent);
  g_free (facts->text);
  g_free (facts->tx_id);
  g_free (facts);
}
