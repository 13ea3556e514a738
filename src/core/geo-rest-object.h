/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects that were signed the way of the REST contract (S2): their `rest`
 * holds the bytes that the signature covers, and the fields of the object must
 * say the same as those bytes.  What the bytes do not name (community, closer,
 * deadline, times, a line's place in its chain …) is the word of the hub that
 * wrote the object down.  Pure checks over values.
 */
#pragma once

#include "core/geo-key.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

/* Bytes that may have been signed, at most: what `rest` holds. */
#define GEO_REST_PERSON_MAX 2048
#define GEO_REST_BYTES_MAX 4096
/* A name of that contract may be longer than one of ours. */
#define GEO_REST_NAME_MAX 255
#define GEO_REST_DESCRIPTION_BYTES_MAX 1024

/* One check for either way of signing: without `rest` the signature covers the
 * object's own canonical form (S1), with it those bytes (S2), and the object
 * says what they say.  GEO_CORE_ERROR_SIGNATURE, or FIELD where the two differ.
 * A participant speaks for itself: its own key is the one. */
gboolean geo_participant_check_signature (const GeoParticipant *participant,
                                          GError **error);
gboolean geo_trust_line_check_signature (const GeoTrustLine *line,
                                         const GeoPublicKey *key,
                                         GError **error);
gboolean geo_order_check_signature (const GeoOrder *order,
                                    const GeoPublicKey *key,
                                    GError **error);

/* What the words of that contract are in ours; the checks above hold objects to
 * the same. */

/* An amount with at most `precision` decimals; fewer are filled up ("1" is
 * 1.00), more are GEO_CORE_ERROR_PRECISION, too much is RANGE, all else SYNTAX.
 */
gboolean geo_rest_parse_amount (const gchar *text,
                                guint precision,
                                GeoAmount *out,
                                GError **error);
/* A display_name as a name (§2); empty where nothing is left of it. */
gchar *geo_rest_name (const gchar *display_name);
/* "person", "business", "organization", "hub": whoever registers as a hub is an
 * organization here, as a community has one hub. */
gboolean geo_rest_kind (const gchar *type, GeoParticipantKind *out);
/* A description as text (§2), or NULL where nothing is left of it. */
gchar *geo_rest_description (const gchar *description);

G_END_DECLS
