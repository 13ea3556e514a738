/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences for people, shared by the command line and the window, through
 * gettext: "You owe Olena 240.00 UAH", never a bare minus sign.  It keeps no
 * state and knows no protocol; numbers and dates follow the program's locale.
 * Main context (localeconv () is not for threads).
 */
#pragma once

#include <glib.h>

#include "core/geo-amount.h"
#include "core/geo-error.h"
#include "core/geo-time.h"
#include "node/geo-items.h"
#include "node/geo-profile.h"
#include "node/geo-proposal.h"
#include "node/geo-request-item.h"

G_BEGIN_DECLS

/* "1,240.00 UAH" as the locale writes numbers.  unit: an equivalent's code or
 * symbol; NULL for the number alone.  What is negative is written without its
 * sign: the sentence around it says which way it goes. */
gchar *geo_phrase_amount (GeoAmount amount, guint precision, const gchar *unit);

/* "Olena owes you 60.00 UAH", "You owe Olena 240.00 UAH", "You and Olena are
 * even". */
gchar *geo_phrase_balance (const gchar *name,
                           GeoAmount balance,
                           guint precision,
                           const gchar *equivalent);
/* "You are owed 60.00 UAH", "You owe 240.00 UAH", "You owe nothing and are owed
 * nothing". */
gchar *
geo_phrase_total (GeoAmount balance, guint precision, const gchar *equivalent);
/* "You trust Olena up to 300.00 UAH". */
gchar *geo_phrase_my_line (const gchar *name,
                           GeoAmount limit,
                           guint precision,
                           const gchar *equivalent);
/* "At most 50.00 UAH of it in one day; 20.00 UAH are left today." */
gchar *geo_phrase_daily (GeoAmount limit,
                         GeoAmount left,
                         guint precision,
                         const gchar *equivalent);
/* "At most 50.00 UAH of it in one day." */
gchar *geo_phrase_their_daily (GeoAmount limit,
                               guint precision,
                               const gchar *equivalent);
/* "Olena trusts you up to 500.00 UAH". */
gchar *geo_phrase_their_line (const gchar *name,
                              GeoAmount limit,
                              guint precision,
                              const gchar *equivalent);

/* What a refusal means and what to do, one or two sentences.  code: "E001" …;
 * reason: a word of protocol's geo-reasons.h; either may be NULL or one that
 * is not known here.  max_amount_text may be NULL. */
gchar *geo_phrase_refusal (const gchar *code,
                           const gchar *reason,
                           const gchar *max_amount_text);

/* daily_limit: somebody's line to me has one, of which so much is left: "Olena’s
 * trust in you has a limit for one day, of which 40.00 UAH are left. …" */
gchar *geo_phrase_daily_over (const gchar *name,
                              GeoAmount left,
                              guint precision,
                              const gchar *equivalent,
                              GeoTime now);
/* Why this node refused a contract (P8), one sentence; reason: a word of
 * protocol's geo-reasons.h, NULL, or one that is not known here. */
gchar *geo_phrase_refused_vote (const gchar *reason);
/* What history says of a line that is frozen. */
const gchar *geo_phrase_frozen (void);

/* Whether it is safe to pay again, and why; there is always an answer. */
gchar *geo_phrase_pay_again (GeoState state);
/* "Sending…", "In doubt", "Paid", "Not paid"; static. */
const gchar *geo_phrase_state (GeoState state);
/* What it waits for, that leaving is safe, that paying again is not. */
gchar *geo_phrase_in_doubt (GeoTime since_ms);
/* "Ivan now owes you 20.00 UAH more. Olena owes you 20.00 UAH less. Your balance
 * is the same."  payer: who paid me; payee: whom I paid; what that did to what
 * is owed between us (§7). */
gchar *geo_phrase_moved (const gchar *payer,
                         GeoMoved in,
                         const gchar *payee,
                         GeoMoved out,
                         GeoAmount amount,
                         guint precision,
                         const gchar *equivalent);
/* The same as a question, with the two whom it is about. */
gchar *geo_phrase_proposal (GeoProposalItem *item);
/* "Paid to Olena", "Received from Ivan", "Passed through you", "You trust Olena
 * up to 300.00 UAH", … */
gchar *geo_phrase_activity (GeoActivityItem *item);

/* What a request asks, of whom, and what became of it. */
gchar *geo_phrase_request (GeoRequestItem *item);
/* The first of these sentences alone. */
gchar *geo_phrase_request_asks (GeoRequestItem *item);
/* What became of it, or what it waits for: a sentence, for every state. */
gchar *geo_phrase_request_state (GeoRequestItem *item);

/* Local time, the locale's way. */
gchar *geo_phrase_date_time (GeoTime time_ms);

/* Why geo_link_parse () did not take a link, and what to do; static. */
const gchar *geo_phrase_wrong_link (const GError *why);

/* Why these are not recovery words, and what to look at; none of them is in
 * it. */
gchar *geo_phrase_wrong_words (const gchar *words);

/* What became of a change of the key that was cut short, and which words count;
 * static.  NULL for NONE. */
const gchar *geo_phrase_key_change (GeoKeyChange change);

G_END_DECLS
