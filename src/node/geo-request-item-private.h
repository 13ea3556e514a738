/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the node makes a GeoRequestItem; nobody else does.
 */
#pragma once

#include "core/geo-link.h"
#include "node/geo-request-item.h"
#include "store/geo-journal.h"

G_BEGIN_DECLS

/* name may be NULL; join: what others need to join, for the link. */
GeoRequestItem *geo_request_item_new (const GeoJournalRequest *request,
                                      const gchar *name,
                                      GeoLink *join);
const GeoHash *geo_request_item_get_hash (GeoRequestItem *item);
/* They say the same. */
gboolean geo_request_item_equal (GeoRequestItem *a, GeoRequestItem *b);
/* Borrowed. */
const GeoLetter *geo_request_item_get_letter (GeoRequestItem *item);
/* GeoJournalRequest.person; may be NULL. */
const GeoParticipant *geo_request_item_get_person (GeoRequestItem *item);

G_END_DECLS
