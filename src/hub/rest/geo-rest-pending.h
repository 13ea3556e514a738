/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestPending: requests that wait for what becomes of an order or a line:
 * they are found again by what is stored, or by the message that says no.
 */
#pragma once

#include "hub/geo-hub-metrics.h"
#include "net/geo-server.h"

G_BEGIN_DECLS

typedef struct _GeoRestPending GeoRestPending;
typedef struct _GeoRestWait GeoRestWait;

/* Exactly one of change (it is on disk) and error (it was refused and left
 * nothing behind) is there; both NULL: it will never be known, the hub stops.
 * Answers the reply. */
typedef void (*GeoRestWaitFunc) (const GeoRestWait *wait,
                                 GeoReply *reply,
                                 const GeoChange *change,
                                 const GeoMsgError *error);

struct _GeoRestWait {
  GeoHash subject; /* Of the order or line */
  gchar *msg_id;
  GeoPid pid; /* Who asks */
  gchar *tx_id; /* Of an order; NULL of a line */
  GeoHash signed_hash; /* Of the bytes of an order */
  guint created_status; /* Of an answer that says yes */
  GPtrArray *replies; /* GeoReply */
  GeoRestWaitFunc func;
  gpointer user_data;
};

GeoRestPending *geo_rest_pending_new (void);
/* Those that still wait are answered. */
void geo_rest_pending_free (GeoRestPending *pending);

/* Borrowed: to be filled in further.  Takes reply. */
GeoRestWait *geo_rest_pending_add (GeoRestPending *pending,
                                   const GeoHash *subject,
                                   const GeoPid *pid,
                                   const gchar *tx_id,
                                   GeoReply *reply,
                                   GeoRestWaitFunc func,
                                   gpointer user_data);
/* The one that waits for an order with this tx_id, whoever pays; or NULL. */
GeoRestWait *
geo_rest_pending_find (GeoRestPending *pending, const gchar *tx_id);

/* Something is on disk. */
void geo_rest_pending_stored (GeoRestPending *pending, const GeoChange *change);
/* The disk could not be asked: as if the hub said no. */
void geo_rest_pending_fail (GeoRestPending *pending, const GeoHash *subject);
/* TRUE: the message was the answer to a request.  What is for a session too
 * loses the id that the session does not know. */
gboolean
geo_rest_pending_message (GeoRestPending *pending, GeoMessage *message);

G_END_DECLS
