/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences for people (experience.md "Words"), shared by the command line and the
 * window, through gettext: "You owe Olena 240.00", never a bare minus sign.  No
 * state.
 */
#pragma once

#include <glib.h>

#include "core/geo-amount.h"
#include "core/geo-error.h"
#include "core/geo-time.h"
#include "node/geo-items.h"

G_BEGIN_DECLS

/* "1,240.00 UAH" as the locale writes numbers; with the symbol where there is one. */
gchar *geo_phrase_amount (GeoAmount amount, guint precision, const gchar *equivalent_or_symbol);
/* "Olena owes you 60.00 UAH" / "You owe Olena 240.00 UAH" / "You and Olena are even". */
gchar *geo_phrase_balance (const gchar *name, GeoAmount balance, guint precision, const gchar *equivalent);
/* "You trust Olena up to 300.00 UAH" / "Olena trusts you up to 500.00 UAH". */
gchar *geo_phrase_my_line (const gchar *name, GeoAmount limit, guint precision, const gchar *equivalent);
gchar *geo_phrase_their_line (const gchar *name, GeoAmount limit, guint precision, const gchar *equivalent);
/* What a refusal means and what to do, one or two sentences. max_amount may be NULL. */
gchar *geo_phrase_refusal (const gchar *code, const gchar *reason, const gchar *max_amount_text);
/* "Sending…", "In doubt", "Paid", "Not paid" */
const gchar *geo_phrase_state (GeoState state);
/* "Paid to Olena", "Received from Ivan", "Passed through you", "You trust Olena", … */
gchar *geo_phrase_activity (GeoActivityItem *item);
gchar *geo_phrase_date_time (GeoTime time_ms); /* Local time, the locale's way. */

G_END_DECLS
