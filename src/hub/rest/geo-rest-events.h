/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestEvents: the WebSocket of the REST contract (/api/v1/ws): whoever comes
 * with an access token is told what happens to them, until the token is over.
 * It tells; it is never asked to do anything.  Main context.
 */
#pragma once

#include "core/geo-change.h"
#include "core/geo-time.h"
#include "net/geo-session.h"

G_BEGIN_DECLS

#define GEO_REST_EVENTS_PATH "/api/v1/ws"
/* The subprotocol that is taken; the token follows it in the offer. */
#define GEO_REST_EVENTS_PROTOCOL "bearer"

typedef enum {
  GEO_REST_EVENT_PAYMENT = 1 << 0, /* payment.received: to the payee */
  GEO_REST_EVENT_LINE = 1 << 1, /* trustline.updated: to both its ends */
  GEO_REST_EVENT_CLEARING = 1 << 2, /* clearing.completed: to all in it */
} GeoRestEvent;

typedef struct _GeoRestEvents GeoRestEvents;

/* messages_per_second: what one listener may send; who sends more waits. */
GeoRestEvents *geo_rest_events_new (guint messages_per_second);
void geo_rest_events_free (GeoRestEvents *events);

/* The token in "bearer, <access token>"; NULL where it is something else. */
gchar *geo_rest_events_read_token (const gchar *protocols);

/* A session that pid opened, with a token that is good until expires. */
void geo_rest_events_add (GeoRestEvents *events,
                          GeoSession *session,
                          const GeoPid *pid,
                          GeoTime expires);
guint geo_rest_events_count (const GeoRestEvents *events);

/* Something is on disk: tells those whom it is about. */
void geo_rest_events_stored (GeoRestEvents *events, const GeoChange *change);

/* What is answered to text, owned by the caller; *subscribed (GeoRestEvent) is
 * what it asks for, or left alone.  FALSE in *good: it was no message. */
gchar *
geo_rest_events_answer (const gchar *text, guint *subscribed, gboolean *good);

G_END_DECLS
