/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPayment: one payment being made, as a window or a command watches it: the
 * five states of protocol §6 and nothing else.  GeoQuote: how much could be
 * paid.  Neither does anything by itself: the node changes them.  Main context.
 */
#pragma once

#include "node/geo-items.h"

G_BEGIN_DECLS

/* Properties: "state" (int, notifies), "tx-id", "equivalent", "message"
 * (string; "message" notifies). */
#define GEO_TYPE_PAYMENT (geo_payment_get_type ())
G_DECLARE_FINAL_TYPE (GeoPayment, geo_payment, GEO, PAYMENT, GObject)

GeoState geo_payment_get_state (GeoPayment *payment);
const gchar *geo_payment_get_tx_id (GeoPayment *payment);
/* For geo_node_get_receipt_async (). */
const gchar *geo_payment_get_receipt_key (GeoPayment *payment);
const GeoPid *geo_payment_get_to (GeoPayment *payment);
const gchar *geo_payment_get_equivalent (GeoPayment *payment);
guint geo_payment_get_precision (GeoPayment *payment);
GeoAmount geo_payment_get_amount (GeoPayment *payment);
GeoTime geo_payment_get_started_at (GeoPayment *payment);

/* NOT_PAID: "E002" …, the reason word; NULL otherwise. */
const gchar *geo_payment_get_code (GeoPayment *payment);
const gchar *geo_payment_get_reason (GeoPayment *payment);
/* NOT_PAID: why and what to do; IN_DOUBT: what it waits for, that leaving is
 * safe and paying again is not.  A sentence for people; NULL otherwise. */
const gchar *geo_payment_get_message (GeoPayment *payment);
/* Is it safe to pay again?  Only where it is certain that it is not paid and
 * never will be (P4); the sentence says why and is there in every state. */
gboolean geo_payment_may_pay_again (GeoPayment *payment);
gchar *geo_payment_get_advice (GeoPayment *payment);
/* NOT_PAID for E002: how much could have been paid. */
gboolean geo_payment_get_max_amount (GeoPayment *payment, GeoAmount *out);

/* How much can I pay: an immutable answer. */
#define GEO_TYPE_QUOTE (geo_quote_get_type ())
G_DECLARE_FINAL_TYPE (GeoQuote, geo_quote, GEO, QUOTE, GObject)

GeoAmount geo_quote_get_max_amount (GeoQuote *quote);
guint geo_quote_get_precision (GeoQuote *quote);
/* The amount that was asked about; without one, TRUE if anything can be. */
gboolean geo_quote_get_can_pay (GeoQuote *quote);
guint geo_quote_get_n_limits (GeoQuote *quote);
/* The name of a neighbour whose trust in me limits it, and how much of that
 * trust is left.  neighbour and available may be NULL. */
const gchar *geo_quote_get_limit (GeoQuote *quote,
                                  guint index,
                                  GeoPid *neighbour,
                                  GeoAmount *available);
/* Where one of these is a limit for one day: whose it is, what of it is left and
 * until when, as a sentence; NULL: none is. */
gchar *geo_quote_phrase_daily (GeoQuote *quote, const gchar *equivalent);

G_END_DECLS
