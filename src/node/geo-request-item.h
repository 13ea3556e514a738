/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestItem: something one person asked another for, as lists of the node
 * hold it: to be paid, to be trusted, to agree on what is owed (protocol §8a).
 * It never changes: when the request does, another item takes its place.  Main
 * context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-letter.h"

G_BEGIN_DECLS

#define GEO_TYPE_REQUEST_ITEM (geo_request_item_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoRequestItem, geo_request_item, GEO, REQUEST_ITEM, GObject)

/* What it is called in calls of the node. */
const gchar *geo_request_item_get_key (GeoRequestItem *item);
/* Short, and chosen by whoever asks: what people read to each other. */
const gchar *geo_request_item_get_id (GeoRequestItem *item);
GeoRequestKind geo_request_item_get_kind (GeoRequestItem *item);
/* I ask; FALSE: I am asked. */
gboolean geo_request_item_is_mine (GeoRequestItem *item);
/* The other one; NULL: whoever has the link. */
const GeoPid *geo_request_item_get_peer (GeoRequestItem *item);
/* Never NULL; "" where there is no peer. */
const gchar *geo_request_item_get_peer_name (GeoRequestItem *item);
const gchar *geo_request_item_get_equivalent (GeoRequestItem *item);
guint geo_request_item_get_precision (GeoRequestItem *item);
/* FALSE: whatever the payer likes. */
gboolean geo_request_item_get_amount (GeoRequestItem *item, GeoAmount *amount);
/* Of an invitation: how far it says that I will ask to be trusted.  FALSE: it
 * does not. */
gboolean geo_request_item_get_asked (GeoRequestItem *item, GeoAmount *amount);
/* Of a checkpoint: I am the one who owes. */
gboolean geo_request_item_i_owe (GeoRequestItem *item);
/* NULL if none. */
const gchar *geo_request_item_get_memo (GeoRequestItem *item);
GeoTime geo_request_item_get_at (GeoRequestItem *item);
/* FALSE: it does not expire. */
gboolean geo_request_item_get_expires_at (GeoRequestItem *item, GeoTime *at);
gboolean geo_request_item_get_single_use (GeoRequestItem *item);
GeoRequestState geo_request_item_get_state (GeoRequestItem *item);
/* Open, and its time is over by this computer's clock. */
gboolean geo_request_item_is_expired (GeoRequestItem *item);
/* Open, not expired, and it is for me to answer. */
gboolean geo_request_item_waits_for_me (GeoRequestItem *item);
/* When its state became what it is. */
GeoTime geo_request_item_get_changed_at (GeoRequestItem *item);
/* How many payments name it. */
guint geo_request_item_get_paid (GeoRequestItem *item);
/* What I said about it is not at the hub yet: it goes as soon as that answers.
 */
gboolean geo_request_item_get_waits (GeoRequestItem *item);
/* geo://v1/pay?… for a QR code, of my own request to be paid; geo://v1/join?… of
 * my own invitation; NULL otherwise. */
const gchar *geo_request_item_get_link (GeoRequestItem *item);

G_END_DECLS
