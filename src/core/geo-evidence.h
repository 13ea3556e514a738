/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be held against a hub (protocol §8, §9), or against whoever had a
 * participant's key (§5a): whether a piece of evidence holds, and how much it
 * says, with nothing but the community's key.  Pure
 * checks over values.
 */
#pragma once

#include "core/geo-key.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

/* Of how many it can show other keys than came with an entry. */
#define GEO_EVIDENCE_PEOPLE_MAX 2

typedef enum {
  GEO_EVIDENCE_NOTHING = 0, /* It does not hold. */
  /* The key signed what its owner has to answer for: what it showed with it is
   * not signed, and may have been better. */
  GEO_EVIDENCE_ASKS = 1,
  /* The key signed two things that exclude each other. */
  GEO_EVIDENCE_PROVES = 2,
} GeoEvidenceWeight;

/* community and key: whose word it is.  An error says what does not hold. */
GeoEvidenceWeight geo_evidence_check (const GeoEvidence *evidence,
                                      const GeoPid *community,
                                      const GeoPublicKey *key,
                                      GError **error);

/* Two heads that both verify: PROVES and what they are, where they cannot be of
 * one log. */
gboolean geo_heads_exclude (const GeoTreeHead *a,
                            const GeoTreeHead *b,
                            GeoEvidenceKind *what);
/* §9: the log of that head was this when it was smaller. */
gboolean geo_log_prefix_check (const GeoLogPrefix *prefix,
                               const GeoTreeHead *head);

/* §9: the subject stands where leaf says, under that head. */
gboolean geo_leaf_proof_check (const GeoLeafProof *leaf,
                               const GeoHash *subject,
                               const GeoTreeHead *head);

/* An entry without what goes with it: as much of it as is signed. */
GeoProvenEntry *geo_evidence_bare (const GeoEntry *entry);

G_END_DECLS
