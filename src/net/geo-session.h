/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSession: one WebSocket with messages of the table in it, either end, or
 * with plain texts (a server's).  It decodes strictly, bounds what waits to be
 * sent, and says when it is over.  It knows nothing of payments.  Main context
 * of the thread that made it.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-messages.h"
#include "net/geo-net-error.h"

G_BEGIN_DECLS

/* Bytes that may wait for a peer that does not read before the session is
 * closed. */
#define GEO_SESSION_QUEUE_MAX (4 * 1024 * 1024)
/* How long something may wait while the peer takes nothing at all. */
#define GEO_SESSION_STALL_MS_MAX 30000
/* How long a peer may take to answer a close. */
#define GEO_SESSION_CLOSE_MS_MAX 2000

#define GEO_TYPE_SESSION (geo_session_get_type ())
G_DECLARE_FINAL_TYPE (GeoSession, geo_session, GEO, SESSION, GObject)

/* Signals, all in the main context:
 *   "message"   (GeoMessage *message): a frame that decoded; borrowed
 *   "malformed" (const gchar *msg_id, GError *error): a frame that did not;
 *               msg_id may be NULL
 *   "text"      (const gchar *text): a frame of a session with plain texts,
 *               which has neither of the two above; UTF-8, borrowed
 *   "closed"    (GError *error): once, last, and never from within a call of
 *               ours; NULL when closed in order.  A peer that gave a reason is
 *               CLOSED with the reason as its message.
 *
 * A session that is not over keeps itself alive until "closed". */

/* Takes nothing; encodes at once.  Sets a random msg_id where it is empty.
 * FALSE: the session is over or its queue is full (it is then closed with
 * FLOOD); nothing is sent. */
gboolean geo_session_send (GeoSession *session, GeoMessage *message);

/* The same for a session with plain texts; text is UTF-8. */
gboolean geo_session_send_text (GeoSession *session, const gchar *text);
/* Asks whether the peer is still there: any WebSocket answers by itself, and is
 * then heard. */
void geo_session_ping (GeoSession *session);

/* Sends what waits, then closes; why goes to the peer (at most 120 bytes) and
 * may be NULL.  No more messages come from now on. */
void geo_session_close (GeoSession *session, const gchar *why);
gboolean geo_session_is_open (GeoSession *session);

/* Reads no more until it is told to: a peer that sends too fast has to wait,
 * and nothing of it is lost.  Silence meanwhile is not the peer's. */
void geo_session_set_paused (GeoSession *session, gboolean paused);

/* For rate limits; never logged with a name. */
const gchar *geo_session_get_peer_address (GeoSession *session);

/* g_get_monotonic_time () when the peer was last heard. */
gint64 geo_session_get_last_heard_us (GeoSession *session);

/* Bytes that wait to be taken by the system. */
gsize geo_session_get_queued (GeoSession *session);

G_END_DECLS
