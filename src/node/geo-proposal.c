/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A clearing that waits for the person's word.  It keeps what it is made of,
 * and decides nothing.
 */
#include "node/geo-proposal-private.h"

struct _GeoProposalItem {
  GObject parent_instance;

  GeoHash contract;
  gchar *id; /* tx_id: short, and one contract has one. */
  gchar *equivalent;
  gchar *debtor;
  gchar *creditor;
  GeoPid debtor_pid;
  GeoPid creditor_pid;
  GeoDecimal amount;
  guint others;
  GeoTime deadline;
};

G_DEFINE_FINAL_TYPE (GeoProposalItem, geo_proposal_item, G_TYPE_OBJECT)

static void
geo_proposal_item_finalize (GObject *object) {
  GeoProposalItem *self = GEO_PROPOSAL_ITEM (object);

  g_free (self->id);
  g_free (self->equivalent);
  g_free (self->debtor);
  g_free (self->creditor);
  G_OBJECT_CLASS (geo_proposal_item_parent_class)->finalize (object);
}

static void
geo_proposal_item_class_init (GeoProposalItemClass *class) {
  G_OBJECT_CLASS (class)->finalize = geo_proposal_item_finalize;
}

static void
geo_proposal_item_init (GeoProposalItem *self) {
}

GeoProposalItem *
geo_proposal_item_new (const GeoHash *hash,
                       const GeoContract *contract,
                       guint others,
                       const GeoPid *debtor_pid,
                       const gchar *debtor,
                       const GeoPid *creditor_pid,
                       const gchar *creditor) {
  GeoProposalItem *self = g_object_new (GEO_TYPE_PROPOSAL_ITEM, NULL);

  self->contract = *hash;
  self->id = g_strdup (contract->tx_id);
  self->equivalent = g_strdup (contract->equivalent);
  self->amount = contract->amount;
  self->others = others;
  self->deadline = contract->deadline;
  self->debtor_pid = *debtor_pid;
  self->creditor_pid = *creditor_pid;
  self->debtor = g_strdup (debtor != NULL ? debtor : "");
  self->creditor = g_strdup (creditor != NULL ? creditor : "");
  return self;
}

const GeoHash *
geo_proposal_item_get_contract (GeoProposalItem *item) {
  return &item->contract;
}

const gchar *
geo_proposal_item_get_id (GeoProposalItem *item) {
  return item->id;
}

const gchar *
geo_proposal_item_get_equivalent (GeoProposalItem *item) {
  return item->equivalent;
}

guint
geo_proposal_item_get_precision (GeoProposalItem *item) {
  return item->amount.decimals;
}

GeoAmount
geo_proposal_item_get_amount (GeoProposalItem *item) {
  return item->amount.amount;
}

guint
geo_proposal_item_get_others (GeoProposalItem *item) {
  return item->others;
}

const gchar *
geo_proposal_item_get_debtor (GeoProposalItem *item) {
  return item->debtor;
}

const gchar *
geo_proposal_item_get_creditor (GeoProposalItem *item) {
  return item->creditor;
}

const GeoPid *
geo_proposal_item_get_debtor_pid (GeoProposalItem *item) {
  return &item->debtor_pid;
}

const GeoPid *
geo_proposal_item_get_creditor_pid (GeoProposalItem *item) {
  return &item->creditor_pid;
}

GeoTime
geo_proposal_item_get_deadline (GeoProposalItem *item) {
  return item->deadline;
}
