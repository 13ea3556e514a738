/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWish: what somebody typed after `geo pay': words, or a payment link, or a
 * link and what it leaves open.  It asks nobody: whether there is such a person
 * or equivalent is not known here.
 */
#pragma once

#include "core/geo-amount.h"
#include "core/geo-link.h"

G_BEGIN_DECLS

typedef struct {
  gchar *who; /* As typed: a name, a PID or a link. */
  gchar *amount;
  gboolean is_exact; /* A link's amount, which has all its decimals. */
  gchar *equivalent; /* NULL: the only one there is. */
  gchar *note; /* NULL: none. */
} GeoWish;

/* What somebody typed, or GEO_NODE_ERROR_INPUT and what to type instead. */
gboolean geo_wish_parse_amount (const gchar *text,
                                guint precision,
                                GeoAmount *out,
                                GError **error);
GeoLink *geo_wish_parse_link (const gchar *text, GError **error);

/* arguments: WHO [AMOUNT [EQUIVALENT]].  note may be NULL.  NULL and
 * GEO_NODE_ERROR_INPUT where they do not go together. */
GeoWish *geo_wish_new (gchar **arguments, const gchar *note, GError **error);
void geo_wish_free (GeoWish *wish); /* NULL is safe. */

/* More than nothing, in minor units of an equivalent with that precision. */
gboolean geo_wish_get_amount (const GeoWish *wish,
                              guint precision,
                              GeoAmount *out,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoWish, geo_wish_free)

G_END_DECLS
