/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the two ends of a session do to it, inside this room only: make one of a
 * stream that has shaken hands, and end one at once.
 */
#pragma once

#include "net/geo-session.h"

G_BEGIN_DECLS

typedef enum {
  GEO_SESSION_CLIENT = 1,
  GEO_SESSION_SERVER = 2,
} GeoSessionEnd;

/* stream: pollable both ways, after the handshake.  socket: what is under it,
 * may be NULL.  early: what was read behind the handshake, may be NULL. Nothing
 * is emitted before the main context is iterated. */
GeoSession *geo_session_new (GIOStream *stream,
                             GSocket *socket,
                             GeoSessionEnd end,
                             const gchar *peer_address,
                             GBytes *early);

/* Its frames are plain texts.  Before the main context is iterated. */
void geo_session_set_plain (GeoSession *session);

/* Drops what waits and closes the socket; error (taken, or NULL) is what
 * "closed" says. */
void geo_session_abort (GeoSession *session, GError *error);

G_END_DECLS
