/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoGather: what a hub that was put back to an older copy has told since, as
 * its wallets give it back (protocol §9), and in which order it was.  Pure: a
 * pool of what the hub's own key signed, and the changes that follow from it.
 *
 * Nothing is taken on anybody's word: an entry counts by the hub's signature,
 * its evidence by what that entry names, its place in the log by a head of the
 * hub's.  So nobody can make anything up; they can only keep something back.
 */
#pragma once

#include "core/geo-change.h"
#include "core/geo-key.h"

G_BEGIN_DECLS

typedef struct _GeoGather GeoGather;

/* size: how many leaves the log of the copy has.  secret is referenced. */
GeoGather *
geo_gather_new (const GeoCommunity *community, GeoSecret *secret, gint64 size);
void geo_gather_free (GeoGather *gather); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoGather, geo_gather_free)

/* What the copy has: everybody with their last entry (hash is read where
 * sequence is above 0), and who owes whom. */
void geo_gather_load_participant (GeoGather *gather,
                                  const GeoParticipant *participant,
                                  gint64 sequence,
                                  const GeoHash *hash);
void geo_gather_load_debt (GeoGather *gather,
                           const GeoPid *debtor,
                           const GeoPid *creditor,
                           const gchar *equivalent,
                           GeoAmount debt);

/* Their last entry in the copy: 0 and nothing where there is none. */
gint64 geo_gather_get_sequence (const GeoGather *gather,
                                const GeoPid *pid,
                                GeoHash *hash);

/* Whether the copy holds anything that was signed by pid, and is of a later
 * time; without it nothing is. */
typedef gboolean (*GeoGatherSignedFunc) (const GeoPid *pid,
                                         GeoTime since,
                                         gpointer user_data);
void geo_gather_set_signed_func (GeoGather *gather,
                                 GeoGatherSignedFunc func,
                                 gpointer user_data);

/* Who was a member: what does not hold, is older than what is known, or is a
 * change of the key that undoes what is known (K7) changes nothing. */
void
geo_gather_take_person (GeoGather *gather, const GeoParticipant *participant);
gboolean geo_gather_knows (const GeoGather *gather, const GeoPid *pid);
/* FALSE: it is no entry of from's that this hub signed, or its evidence does
 * not belong to it; nothing was taken.  The same again changes nothing.  self:
 * who from says it is, or NULL; nobody is known who is named in no such entry.
 */
gboolean geo_gather_take_entry (GeoGather *gather,
                                const GeoPid *from,
                                const GeoParticipant *self,
                                const GeoProvenEntry *proven);
/* Where entries of from's, which were taken before, stood in the log. FALSE:
 * this hub did not sign that head. */
gboolean geo_gather_take_log (GeoGather *gather,
                              const GeoPid *from,
                              const GeoLogProof *proof);

/* One leaf of the log, and what has to be written for it. */
typedef struct {
  gint64 size; /* Of the log with it. */
  gboolean has_root; /* A head was signed of that size: */
  GeoHash root;
  GPtrArray *changes; /* GeoChange */
} GeoGathered;

/* All that follows from the copy without a gap, in order, up to a log of that
 * size: GPtrArray of GeoGathered.  Everything is signed. */
GPtrArray *geo_gather_list (const GeoGather *gather, gint64 size);

/* How many leaves the copy has, how many are known beside those, and how large
 * the log was by all that was shown (the size of the copy where that was less).
 */
gint64 geo_gather_get_copied (const GeoGather *gather);
guint geo_gather_count (const GeoGather *gather);
gint64 geo_gather_get_size (const GeoGather *gather);
/* Grows with everything that was taken and not there before. */
gint64 geo_gather_count_taken (const GeoGather *gather);
/* The latest time that a head of it says; 0: none was shown. */
GeoTime geo_gather_get_head_time (const GeoGather *gather);

/* Everybody who is known and has a wallet (what was said through the REST
 * contract is of people who have none). */
typedef void (*GeoGatherPersonFunc) (const GeoPid *pid, gpointer user_data);
void geo_gather_foreach_wallet (const GeoGather *gather,
                                GeoGatherPersonFunc func,
                                gpointer user_data);

G_END_DECLS
