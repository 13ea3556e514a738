/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoInbox: between sessions and the engine: what has to be checked before it
 * is decided about.  The signatures of orders and votes are checked in threads
 * of their own, acknowledgements wait a little for the next one, and everything
 * comes to the engine in the order in which it came.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"

G_BEGIN_DECLS

/* How long an acknowledgement waits for the next one, which says it too, as
 * each says it of all entries before: until nothing has come in for a while,
 * and at most so many times that. */
#define GEO_INBOX_QUIET_MS 20
#define GEO_INBOX_ACK_TICKS_MAX 50
/* Messages that wait to be checked: with more, nothing is read until they are.
 */
#define GEO_INBOX_LETTERS_MAX 4096
/* A loop that waits for the main one cannot use more than it. */
#define GEO_INBOX_THREADS_MAX 2

typedef struct _GeoInbox GeoInbox;

/* The disk could not be asked about the message with that msg_id; nothing has
 * been done. */
typedef void (*GeoInboxFailedFunc) (const GeoPid *from,
                                    const gchar *msg_id,
                                    const GError *error,
                                    gpointer user_data);

/* engine is borrowed. */
GeoInbox *geo_inbox_new (GeoEngine *engine,
                         GeoInboxFailedFunc failed,
                         gpointer user_data);
/* What waits is dropped. */
void geo_inbox_free (GeoInbox *inbox); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoInbox, geo_inbox_free)

/* A message of a signed-in participant. */
void
geo_inbox_take (GeoInbox *inbox, const GeoPid *from, const GeoMessage *message);
/* All that was taken has come to the engine when this returns … */
void geo_inbox_settle (GeoInbox *inbox);
/* … the acknowledgements too; or they never will: whoever comes back says it
 * again. */
void geo_inbox_take_acks (GeoInbox *inbox);
void geo_inbox_drop_acks (GeoInbox *inbox);
/* How many threads check signatures. */
guint geo_inbox_count_threads (void);

G_END_DECLS
