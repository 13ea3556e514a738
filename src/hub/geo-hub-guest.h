/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubGuests: everybody who is connected: from the open socket through HELLO
 * and AUTH to a signed-in participant, one session each.  It answers what
 * concerns the session itself (login, PING, SYNC) and hands everything else to
 * the engine.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"
#include "hub/geo-hub-config.h"
#include "net/geo-session.h"

G_BEGIN_DECLS

/* From the open socket to AUTH. */
#define GEO_HUB_LOGIN_SECONDS_MAX 30
/* Nothing heard, not even a PING (protocol §11). */
#define GEO_HUB_SILENCE_SECONDS_MAX 90
/* Messages that do not decode before a session is closed. */
#define GEO_HUB_MALFORMED_MAX 16
/* Entries that are read and sent in one turn of the main loop. */
#define GEO_HUB_SYNC_PAGE 16
/* Catching up waits while more bytes than this wait for the peer. */
#define GEO_HUB_SYNC_QUEUE_MAX (1024 * 1024)

typedef struct _GeoHubGuests GeoHubGuests;

/* Both are borrowed. */
GeoHubGuests *
geo_hub_guests_new (GeoEngine *engine, const GeoHubConfig *config);
/* Closes nothing; knows nobody any more. */
void geo_hub_guests_free (GeoHubGuests *guests);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubGuests, geo_hub_guests_free)

/* A socket was opened. */
void geo_hub_guests_add (GeoHubGuests *guests, GeoSession *session);

/* To the session of that participant, if there is one that is welcomed; WELCOME
 * makes it so.  The engine's GeoEngineSendFunc. */
void geo_hub_guests_send (GeoHubGuests *guests,
                          const GeoPid *to,
                          GeoMessage *message);

/* Who was banned is told so, and its session closed. */
void geo_hub_guests_ban (GeoHubGuests *guests, const GeoPid *pid);

/* No message is taken from now on; what is under way is still answered. */
void geo_hub_guests_stop (GeoHubGuests *guests);

/* All, and those who are signed in. */
guint geo_hub_guests_count (const GeoHubGuests *guests, guint *signed_in);

G_END_DECLS
