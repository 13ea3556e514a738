/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoClient: keeps one session with one hub: connects, pings after 30 s of
 * silence, gives up after 90 s, comes back after 1, 2, 5, 10, 30 s with jitter
 * (protocol §11).  Does not sign in: that is the node's.  Main context.
 */
#pragma once

#include "net/geo-session.h"

G_BEGIN_DECLS

#define GEO_CLIENT_PING_MS 30000
#define GEO_CLIENT_SILENCE_MS_MAX 90000
/* A session that lasted this long starts the back-off anew. */
#define GEO_CLIENT_STABLE_MS 10000

#define GEO_TYPE_CLIENT (geo_client_get_type ())
G_DECLARE_FINAL_TYPE (GeoClient, geo_client, GEO, CLIENT, GObject)

/* address and fingerprint: as in geo_address_parse ().  The hub's certificate
 * is then accepted whoever signed it, and no other; fingerprint NULL: the
 * system's trust. */
GeoClient *
geo_client_new (const gchar *address, const gchar *fingerprint, GError **error);
const gchar *geo_client_get_address (GeoClient *client); /* Normalized. */

/* Signals: "session" (GeoSession *): a new one is open; "lost" (GError *, never
 * NULL): it is over or could not be made.  The client tries again by itself
 * until stopped. */
void geo_client_start (GeoClient *client);
/* Closes the session; there is no "lost" for it. */
void geo_client_stop (GeoClient *client);
/* Try at once instead of waiting for the back-off (the network came back, a
 * person asked). */
void geo_client_hurry (GeoClient *client);
/* Borrowed, NULL while there is none. */
GeoSession *geo_client_get_session (GeoClient *client);
/* Monotonic; 0 when not waiting. */
gint64 geo_client_get_retry_at_us (GeoClient *client);

/* "libsoup 3.6.5": what it is made of, for reports of what went wrong. */
gchar *geo_client_describe_library (void);

/* Other times than the two above; for tests. */
void geo_client_set_patience (GeoClient *client,
                              guint ping_ms,
                              guint silence_ms_max);

G_END_DECLS
