/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBook: what a hub knows of its community, in memory: participants,
 * equivalents, lines, debts and reservations (a GeoGraph for each equivalent),
 * and the end of every participant's chain of entries.  Loaded from the hub's
 * store; changed only by the closer.  Pure, one thread at a time.
 */
#pragma once

#include "core/geo-contract.h"
#include "graph/geo-graph.h"

G_BEGIN_DECLS

typedef struct _GeoBook GeoBook;

GeoBook *geo_book_new (const GeoCommunity *community);
void geo_book_free (GeoBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoBook, geo_book_free)

/* Loading, in this order: all participants, all lines (the version in force of
 * each, closed ones too), all debts.  FALSE and a GEO_CORE_ERROR when it
 * contradicts what is there already: what is on a disk is never trusted.
 * Signatures are not checked again.  last_entry_hash counts only where
 * last_sequence is above 0. */
gboolean geo_book_load_participant (GeoBook *book,
                                    const GeoParticipant *participant,
                                    gboolean frozen,
                                    gint64 last_sequence,
                                    const GeoHash *last_entry_hash,
                                    GError **error);
gboolean
geo_book_load_line (GeoBook *book, const GeoTrustLine *line, GError **error);
gboolean geo_book_load_debt (GeoBook *book,
                             const GeoPid *debtor,
                             const GeoPid *creditor,
                             const gchar *equivalent,
                             GeoAmount debt,
                             GError **error);

/* After the lines, the earliest first: what came in from one to another in
 * payments, and when; what nobody has a line for is passed over. */
void geo_book_load_inbound (GeoBook *book,
                            const GeoPid *from,
                            const GeoPid *to,
                            const gchar *equivalent,
                            GeoAmount amount,
                            GeoTime at);

/* Before anything is done in it; one that is not there any more is no
 * error. */
void geo_book_load_frozen_equivalent (GeoBook *book, const gchar *equivalent);

guint geo_book_count_frozen_equivalents (const GeoBook *book);
const GeoCommunity *geo_book_get_community (const GeoBook *book);
/* NULL where there is none; borrowed, as are all objects of the book. */
const GeoParticipant *
geo_book_get_participant (const GeoBook *book, const GeoPid *pid);
/* K7, K8: whose key has that digest, the one in force or a former one; NULL:
 * nobody's. */
const GeoParticipant *geo_book_find_by_key (const GeoBook *book,
                                            const GeoPid *digest);
/* K7: one of its keys, in force or former, is somebody else's. */
gboolean geo_book_has_others_key (const GeoBook *book,
                                  const GeoParticipant *participant);
/* K7: what was given out before is over; 0: the key was never changed. */
GeoTime geo_book_get_rotated_at (const GeoBook *book, const GeoPid *pid);
guint geo_book_n_participants (const GeoBook *book);
/* In the order in which they came; n is below geo_book_n_participants (). */
const GeoParticipant *geo_book_get_nth (const GeoBook *book, guint n);
gboolean geo_book_is_frozen (const GeoBook *book, const GeoPid *pid);
/* Nobody ever gave a line in it. */
gboolean geo_book_is_unused (const GeoBook *book, const gchar *equivalent);
const GeoTrustLine *geo_book_get_line (const GeoBook *book,
                                       const GeoPid *from,
                                       const GeoPid *to,
                                       const gchar *equivalent);
GeoAmount geo_book_get_debt (const GeoBook *book,
                             const GeoPid *debtor,
                             const GeoPid *creditor,
                             const gchar *equivalent);
/* What can flow from → to now (§1 Capacity); policies are not looked at. */
GeoAmount geo_book_get_capacity (const GeoBook *book,
                                 const GeoPid *from,
                                 const GeoPid *to,
                                 const gchar *equivalent);
/* Every line that pid gives or is given, closed ones too, in the order in which
 * they came. */
typedef void (*GeoBookLineFunc) (const GeoTrustLine *line, gpointer user_data);
void geo_book_foreach_line_of (const GeoBook *book,
                               const GeoPid *pid,
                               GeoBookLineFunc func,
                               gpointer user_data);
/* The last entry's number, 0 for none; hash may be NULL. */
gint64
geo_book_get_sequence (const GeoBook *book, const GeoPid *pid, GeoHash *hash);
gboolean geo_book_is_present (const GeoBook *book, const GeoPid *pid);
void geo_book_set_present (GeoBook *book, const GeoPid *pid, gboolean present);
/* Those with these PIDs, then those whose name contains text (case-folded), at
 * most max; either may be NULL.  GPtrArray of borrowed GeoParticipant; the
 * array is the caller's. */
GPtrArray *geo_book_find_people (const GeoBook *book,
                                 const gchar *text,
                                 const GArray *pids,
                                 guint max);

/* Every debt above zero, in no order. */
typedef void (*GeoBookDebtFunc) (const GeoPid *debtor,
                                 const GeoPid *creditor,
                                 const gchar *equivalent,
                                 GeoAmount debt,
                                 gpointer user_data);
void geo_book_foreach_debt (const GeoBook *book,
                            GeoBookDebtFunc func,
                            gpointer user_data);

G_END_DECLS
