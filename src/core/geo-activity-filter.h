/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityFilter: which lines of history somebody asks for: what the store
 * selects by and the node and its users fill in.  It only holds; it decides
 * nothing.
 */
#pragma once

#include "core/geo-pid.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

/* All zero: everything.  The numbers of kinds are those of the store's
 * GeoActivityKind and the node's GeoItemKind, those of states GeoState's. */
typedef struct {
  /* Part of the other's name or of the note, in any case; NULL or "": any. */
  const gchar *text;
  const GeoPid *person; /* The other end; NULL: anybody. */
  guint kinds; /* A bit 1 << kind for each that is wanted; 0: all. */
  /* The same for states.  Sending and in doubt are one on disk, so either of
   * them finds both. */
  guint states;
  const gchar *equivalent; /* Its code; NULL: any. */
  GeoTime from; /* Not older than this; 0: from the beginning. */
  GeoTime to; /* Older than this; 0: no end. */
} GeoActivityFilter;

/* With what it points to; filter may be NULL: everything. */
GeoActivityFilter *geo_activity_filter_copy (const GeoActivityFilter *filter);
void geo_activity_filter_free (GeoActivityFilter *filter); /* NULL is safe. */
/* TRUE where nothing is left out. */
gboolean geo_activity_filter_is_empty (const GeoActivityFilter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoActivityFilter, geo_activity_filter_free)

G_END_DECLS
