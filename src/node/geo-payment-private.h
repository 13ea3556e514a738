/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the node makes and changes payments and quotes.  Nobody outside this room
 * and its tests may include this.  Main context.
 */
#pragma once

#include "node/geo-payment.h"

G_BEGIN_DECLS

/* It begins as SENDING. */
GeoPayment *geo_payment_new (const gchar *tx_id,
                             const GeoPid *to,
                             const gchar *equivalent,
                             guint precision,
                             GeoAmount amount,
                             GeoTime started_at);
void geo_payment_set_receipt_key (GeoPayment *payment, const gchar *key);
/* SENDING, IN_DOUBT, PAID.  What is PAID or NOT_PAID stays so (P4). */
void geo_payment_set_state (GeoPayment *payment, GeoState state);
/* NOT_PAID.  max_amount may be NULL; message NULL: the phrase for the code and
 * the reason. */
void geo_payment_set_not_paid (GeoPayment *payment,
                               const gchar *code,
                               const gchar *reason,
                               const GeoAmount *max_amount,
                               const gchar *message);

/* Limits are added before anybody sees the quote. */
GeoQuote *
geo_quote_new (GeoAmount max_amount, guint precision, gboolean can_pay);
void geo_quote_add_limit (GeoQuote *quote,
                          const GeoPid *neighbour,
                          const gchar *name,
                          GeoAmount available,
                          gboolean daily);

G_END_DECLS
