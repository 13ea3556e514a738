/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoClient: keeps one session with one hub: connects, pings after 30 s of silence,
 * gives up after 90 s, comes back after 1, 2, 5, 10, 30 s with jitter (protocol §11).
 * Does not sign in: that is the node's.  Main context.
 */
#pragma once

#include "net/geo-session.h"

G_BEGIN_DECLS

#define GEO_TYPE_CLIENT (geo_client_get_type ())
G_DECLARE_FINAL_TYPE (GeoClient, geo_client, GEO, CLIENT, GObject)

/* address: "http(s)://host[:port]" or "ws(s)://…" or "host[:port]"; a bare host on loopback or with a port is http, any other
 * https.  fingerprint: hex SHA-256 of the hub's TLS certificate, which is then accepted whoever signed it, and
 * no other; NULL: the system's trust. */
GeoClient   *geo_client_new (const gchar *address, const gchar *fingerprint, GError **error);
const gchar *geo_client_get_address (GeoClient *client); /* Normalized. */

/* Signals: "session" (GeoSession *) a new one is open; "lost" (GError *) it is over or could not be made; the
 * client tries again by itself until stopped. */
void        geo_client_start (GeoClient *client);
void        geo_client_stop (GeoClient *client);
/* Try at once instead of waiting for the back-off (the network came back, a person asked). */
void        geo_client_hurry (GeoClient *client);
GeoSession *geo_client_get_session (GeoClient *client); /* Borrowed, NULL while there is none. */
gint64      geo_client_get_retry_at_us (GeoClient *client); /* Monotonic; 0 when not waiting. */

G_END_DECLS
