/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSession: one WebSocket with messages of the table in it, either end.  It decodes
 * strictly, bounds what waits to be sent, and says when it is over.  It knows
 * nothing of payments.  Main context of the thread that made it.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-messages.h"
#include "net/geo-net-error.h"

G_BEGIN_DECLS

/* Bytes that may wait for a peer that does not read before the session is closed. */
#define GEO_SESSION_QUEUE_MAX (4 * 1024 * 1024)

#define GEO_TYPE_SESSION (geo_session_get_type ())
G_DECLARE_FINAL_TYPE (GeoSession, geo_session, GEO, SESSION, GObject)

/* Signals, all in the main context:
 *   "message"   (GeoMessage *message)                 a frame that decoded; borrowed
 *   "malformed" (const gchar *msg_id, GError *error)  a frame that did not; msg_id may be NULL
 *   "closed"    (GError *error)                       once, last; NULL when closed in order */

/* Takes nothing; encodes at once. Sets a random msg_id where it is empty.  FALSE: the session is over or its
 * queue is full (it is then closed with FLOOD); nothing is sent. */
gboolean     geo_session_send (GeoSession *session, GeoMessage *message);
void         geo_session_close (GeoSession *session, const gchar *why);
gboolean     geo_session_is_open (GeoSession *session);
const gchar *geo_session_get_peer_address (GeoSession *session); /* For rate limits; never logged with a name. */
gint64       geo_session_get_last_heard_us (GeoSession *session); /* g_get_monotonic_time () */

G_END_DECLS
