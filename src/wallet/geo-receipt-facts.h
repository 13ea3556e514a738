/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a receipt says, read out of its text without checking anything: checking
 * is geo_receipt_verify ()'s.
 */
#pragma once

#include "node/geo-items.h"

G_BEGIN_DECLS

typedef struct {
  GeoItemKind kind;
  GeoState state;
  GeoTime time_ms;
  gboolean has_peer;
  GeoPid peer;
  gchar *peer_name; /* As the receipt itself says; NULL: it does not. */
  gchar *equivalent; /* NULL: not known. */
  guint precision;
  GeoAmount amount;
  gchar *text; /* NULL if there is none. */
  gchar *tx_id; /* NULL if there is none. */
  /* CLEARED: who owes me less, whom I owe less, and how many others took part,
   * those two among them. */
  gboolean has_circle;
  GeoPid debtor;
  GeoPid creditor;
  guint others;
} GeoReceiptFacts;

/* me: whose receipt it is.  GEO_CORE_ERROR where the text is no receipt. */
GeoReceiptFacts *
geo_receipt_facts_read (const gchar *text, const GeoPid *me, GError **error);
void geo_receipt_facts_free (GeoReceiptFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoReceiptFacts, geo_receipt_facts_free)

G_END_DECLS
