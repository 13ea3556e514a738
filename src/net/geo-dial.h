/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dialling a hub: connect, TLS with the hub's own certificate or the system's
 * trust, and the WebSocket handshake (RFC 6455 §4.1).  What comes out is a
 * session.  It tries once; trying again is GeoClient's.
 */
#pragma once

#include "net/geo-address.h"
#include "net/geo-session.h"

G_BEGIN_DECLS

/* Where hubs speak with nodes. */
#define GEO_NODE_PATH "/api/v1/node"

/* From the first look-up to the end of the handshake. */
#define GEO_DIAL_MS_MAX 15000

/* Errors: UNREACHABLE, FINGERPRINT, NOT_A_HUB, and G_IO_ERROR_CANCELLED. */
void geo_dial_async (const GeoAddress *address,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
GeoSession *geo_dial_finish (GAsyncResult *result, GError **error);

G_END_DECLS
