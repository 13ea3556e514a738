/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoKeyChain: the keys of one participant, one after another, and which of
 * them something of a given time may be signed with (protocol §5a).  Pure
 * checks over values: whether an object comes too late to be taken at all is
 * for whoever is handed it.
 */
#pragma once

#include "core/geo-key.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

#define GEO_ROTATIONS_MAX 16
/* K4: what was signed so long after its key had ended still counts: the clocks
 * of a participant and of the hub may each be two minutes off. */
#define GEO_KEY_GRACE_MS (4 * 60 * 1000)

/* A value, of which the first n keys are there.  n 0: nobody is known. */
typedef struct {
  guint n;
  GeoPublicKey keys[GEO_ROTATIONS_MAX + 1]; /* The first key first */
  GeoTime ended[GEO_ROTATIONS_MAX]; /* When the next one took its place */
} GeoKeyChain;

/* One key, for ever: a community's. */
void geo_key_chain_of_key (const GeoPublicKey *key, GeoKeyChain *out);
/* participant: checked (geo_participant_check ()). */
void geo_key_chain_of (const GeoParticipant *participant, GeoKeyChain *out);

/* The keys with which something may be signed that says it is of that time, the
 * last one first: n is 0, 1, …; NULL: no other. */
const GeoPublicKey *
geo_key_chain_nth (const GeoKeyChain *chain, GeoTime at, guint n);

/* GEO_CORE_ERROR_SIGNATURE, or what is wrong with it under the last key.  A vote
 * says no time: it is of its contract's. */
gboolean geo_key_chain_check_order (const GeoKeyChain *chain,
                                    const GeoOrder *order,
                                    GError **error);
gboolean geo_key_chain_check_line (const GeoKeyChain *chain,
                                   const GeoTrustLine *line,
                                   GError **error);
gboolean geo_key_chain_check_vote (const GeoKeyChain *chain,
                                   const GeoVote *vote,
                                   const GeoContract *contract,
                                   GError **error);
gboolean geo_key_chain_check_refusal (const GeoKeyChain *chain,
                                      const GeoRefusal *refusal,
                                      GError **error);
gboolean geo_key_chain_check_invoice (const GeoKeyChain *chain,
                                      const GeoInvoice *invoice,
                                      GError **error);
gboolean geo_key_chain_check_trust_request (const GeoKeyChain *chain,
                                            const GeoTrustRequest *request,
                                            GError **error);
gboolean geo_key_chain_check_invitation (const GeoKeyChain *chain,
                                         const GeoInvitation *invitation,
                                         GError **error);
gboolean geo_key_chain_check_response (const GeoKeyChain *chain,
                                       const GeoResponse *response,
                                       GError **error);
gboolean geo_key_chain_check_statement (const GeoKeyChain *chain,
                                        const GeoStatement *statement,
                                        GError **error);
gboolean geo_key_chain_check_record (const GeoKeyChain *chain,
                                     const GeoRecord *record,
                                     GError **error);
gboolean geo_key_chain_check_copy (const GeoKeyChain *chain,
                                   const GeoStateCopy *copy,
                                   GError **error);
gboolean geo_key_chain_check_ack (const GeoKeyChain *chain,
                                  const GeoEntryAck *ack,
                                  GError **error);

/* K1–K3: the participant's rotations lead from the key whose digest its PID is
 * to its key.  The participant's own signature is not looked at. */
gboolean geo_key_chain_check (const GeoParticipant *participant,
                              GError **error);

/* The participant's next form, with the key of next in the place of that of
 * now.  NULL and GEO_CORE_ERROR where there can be none: now's key is not in
 * force, next's was there before, it is the 17th change, or at is not after the
 * last one. */
GeoParticipant *geo_participant_rotate (const GeoParticipant *participant,
                                        const GeoSecret *now,
                                        const GeoSecret *next,
                                        GeoTime at,
                                        GError **error);

/* K7: the participant with its last changes of the key said anew, the last of
 * them at that time: all whose former keys are there (former: GeoSecret, in any
 * order).  secret: the key in force.  NULL and GEO_CORE_ERROR where not even the
 * last one can be. */
GeoParticipant *
geo_participant_rotate_anew (const GeoParticipant *participant,
                             GPtrArray *former,
                             const GeoSecret *secret,
                             GeoTime at,
                             GError **error);

typedef enum {
  GEO_KEY_CHAIN_SAME = 1,
  GEO_KEY_CHAIN_LONGER = 2, /* The other goes on from where this one ends. */
  GEO_KEY_CHAIN_SHORTER = 3, /* This one goes on from where the other ends. */
  /* K5: one number, two keys: somebody else has had the one before. */
  GEO_KEY_CHAIN_FORK = 4,
} GeoKeyChainOrder;

/* Two chains of one participant, or two checked forms of it.  When a key took
 * its place makes no difference: who was not heard says it again later. */
GeoKeyChainOrder geo_key_chain_compare (const GeoKeyChain *chain,
                                        const GeoKeyChain *other);
GeoKeyChainOrder geo_participant_compare_keys (const GeoParticipant *participant,
                                               const GeoParticipant *other);
/* K7: whether a key that both have left ended earlier by other: what was signed
 * with it in between would not hold any more. */
gboolean geo_participant_ends_earlier (const GeoParticipant *participant,
                                       const GeoParticipant *other);
/* Whether other, by the same keys, was said after participant: what somebody
 * says of itself last counts, in whatever order it comes.  A change of the key
 * that is said anew (K7) differs in nothing but when. */
gboolean geo_participant_is_later (const GeoParticipant *participant,
                                   const GeoParticipant *other);

G_END_DECLS
