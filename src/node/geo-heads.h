/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHeads: what one wallet was shown of its hub's log (protocol §9), read from
 * its profile, its journal, or a file that was written to be compared; and what
 * follows where two are put together.  Nothing but files: neither a network nor
 * keys.  Any thread; it waits for the disk.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-pid.h"

G_BEGIN_DECLS

typedef struct _GeoHeads GeoHeads;

/* path: a profile's folder, a journal, a file of geo_heads_write (), or a
 * receipt.  community (may be NULL): which one, where the folder has several;
 * GEO_NODE_ERROR_INPUT where that is not said or has no journal there.
 * GEO_CORE_ERROR, GEO_STORE_ERROR: it does not hold; G_IO_ERROR: it cannot be
 * read. */
GeoHeads *
geo_heads_read (const gchar *path, const GeoPid *community, GError **error);
void geo_heads_free (GeoHeads *heads); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHeads, geo_heads_free)

const GeoPid *geo_heads_get_community (const GeoHeads *heads);
guint geo_heads_count (const GeoHeads *heads);

/* For somebody else to compare with what they were shown; whole or not at all.
 * It shows which places of the log are its owner's, and nothing of what is
 * there. */
gboolean
geo_heads_write (const GeoHeads *heads, const gchar *path, GError **error);

typedef enum {
  GEO_HEADS_FIT = 1, /* Both were shown the same log, up to common. */
  GEO_HEADS_CONTRADICT = 2, /* evidence says what excludes each other. */
  GEO_HEADS_UNKNOWN = 3, /* They have nothing in common to compare. */
} GeoHeadsOutcome;

typedef struct {
  GeoHeadsOutcome outcome;
  gchar *sentence; /* For people */
  gint64 common; /* FIT; and before the contradiction */
  gint64 sizes[2]; /* How large a log each was shown; 0: none */
  gchar *evidence; /* CONTRADICT: for geo_evidence_verify () */
} GeoHeadsResult;

void geo_heads_result_clear (GeoHeadsResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoHeadsResult, geo_heads_result_clear)

/* FALSE: GEO_NODE_ERROR_INPUT where they are of two communities, GEO_CORE_ERROR
 * where one does not hold. */
gboolean geo_heads_compare (const GeoHeads *one,
                            const GeoHeads *other,
                            GeoHeadsResult *out,
                            GError **error);

G_END_DECLS
