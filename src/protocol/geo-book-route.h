/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looking for routes in a book without an order: what could be paid now, and
 * over whom.  Nothing is reserved; the next moment may be another.
 */
#pragma once

#include "protocol/geo-book.h"

G_BEGIN_DECLS

typedef struct {
  GeoPid payer;
  GeoPid payee;
  const gchar *equivalent;
  gboolean has_amount; /* Else as much as can be. */
  GeoAmount amount;
  guint max_hops;
  guint max_routes;
  const GArray *avoid; /* GeoPid; may be NULL */
} GeoBookQuery;

typedef struct {
  GArray *pids; /* GeoPid, the payer first */
  GeoAmount amount;
} GeoBookRoute;

typedef struct {
  gboolean found; /* Routes for exactly that amount */
  GeoAmount payable; /* The most that can be, at most GEO_AMOUNT_MAX */
  GPtrArray *routes; /* GeoBookRoute; empty unless found */
  GPtrArray *limits; /* GeoLimitHint: the payer's own lines, used up */
} GeoBookRoutes;

/* NULL where payer, payee or equivalent is not known. */
GeoBookRoutes *
geo_book_find_routes (const GeoBook *book, const GeoBookQuery *query);
void geo_book_routes_free (GeoBookRoutes *routes); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoBookRoutes, geo_book_routes_free)

G_END_DECLS
