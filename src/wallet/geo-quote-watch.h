/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoQuoteWatch: asks how much can be paid while somebody types: one question
 * at a time, and the last one always.  It shows nothing.
 */
#pragma once

#include "node/geo-node.h"

G_BEGIN_DECLS

/* What changes at once is asked about once. */
#define GEO_QUOTE_WATCH_DELAY_MS 10

#define GEO_TYPE_QUOTE_WATCH (geo_quote_watch_get_type ())
G_DECLARE_FINAL_TYPE (GeoQuoteWatch, geo_quote_watch, GEO, QUOTE_WATCH, GObject)

/* Signal: "changed": there is an answer, or a reason why there is none. */
GeoQuoteWatch *geo_quote_watch_new (GeoNode *node);

/* amount NULL: only "up to".  The answer before stays until there is a new one,
 * where it is about the same payee and equivalent. */
void geo_quote_watch_ask (GeoQuoteWatch *self,
                          const GeoPid *to,
                          const gchar *equivalent,
                          const GeoAmount *amount);

/* Nobody waits for an answer any more. */
void geo_quote_watch_stop (GeoQuoteWatch *self);

/* The last answer for this payee and equivalent; NULL: none yet.  Borrowed. */
GeoQuote *geo_quote_watch_get_quote (GeoQuoteWatch *self);
/* The answer is to the last question: its amount, not to one before. */
gboolean geo_quote_watch_is_exact (GeoQuoteWatch *self);
/* An answer is on its way. */
gboolean geo_quote_watch_is_asking (GeoQuoteWatch *self);
/* Why it could not be asked, a sentence for people; NULL otherwise. */
const gchar *geo_quote_watch_get_message (GeoQuoteWatch *self);

G_END_DECLS
