/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For tests that misbehave: ItRaw is a bare WebSocket of which the test writes
 * and reads every frame itself, waiting for each; ItGuest is a key with a name
 * that signs what it is told to.  Nothing here stores or checks anything.
 */
#pragma once

#include "it-hub.h"

#include "core/geo-contract.h"
#include "net/geo-frame.h"

G_BEGIN_DECLS

typedef struct {
  GSocketConnection *connection;
  GeoFrameReader *reader;
  gboolean closed; /* By the hub, or broken. */
  gchar *why; /* The reason in its close frame, if it gave one. */
} ItRaw;

/* An open WebSocket at the hub, not signed in. */
ItRaw *it_raw_open (ItHub *hub);
void it_raw_free (ItRaw *raw);
/* FALSE when the connection is gone. */
gboolean it_raw_write (ItRaw *raw, gconstpointer data, gsize len);
gboolean it_raw_send_frame (ItRaw *raw,
                            GeoFrameKind kind,
                            gconstpointer data,
                            gsize len);
gboolean it_raw_send_text (ItRaw *raw, const gchar *text);
gboolean it_raw_send (ItRaw *raw, const GeoMessage *message);
/* The next message; NULL when the hub has closed, or after timeout_ms. */
GeoMessage *it_raw_receive (ItRaw *raw, guint timeout_ms);
/* Passes over others until one of that type comes; fails if none does. */
GeoMessage *it_raw_expect (ItRaw *raw, GeoMessageType type);
void it_raw_expect_error (ItRaw *raw, GeoCode code, const gchar *reason);
void it_raw_expect_closed (ItRaw *raw);
/* PING and PONG: what was sent before is dealt with, and what came of it is
 * here.  Takes whatever comes before it away. */
void it_raw_settle (ItRaw *raw);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ItRaw, it_raw_free)

typedef struct {
  gchar *name;
  GeoSecret *secret;
  GeoPid pid;
} ItGuest;

ItGuest *it_guest_new (const gchar *name);
void it_guest_free (ItGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ItGuest, it_guest_free)

GeoParticipant *it_guest_introduce (ItGuest *guest, const GeoPid *community);
/* HELLO; the answer. */
GeoMessage *it_guest_hello (ItGuest *guest, ItRaw *raw);
/* A good answer to that challenge, to be spoilt. */
GeoMessage *it_guest_auth (ItGuest *guest, const GeoMsgChallenge *challenge);
/* Signed in. */
ItRaw *it_guest_sign_in (ItGuest *guest, ItHub *hub);

GeoTime it_now (void);
/* Version seq of the line from guest to other. */
GeoTrustLine *it_guest_line (ItGuest *guest,
                             ItHub *hub,
                             const GeoPid *to,
                             gint64 limit,
                             const GeoTrustLine *previous);
/* In force when it returns. */
GeoTrustLine *it_guest_trust (ItGuest *guest,
                              ItRaw *raw,
                              ItHub *hub,
                              const GeoPid *to,
                              gint64 limit);
/* A good order, signed. */
GeoOrder *it_guest_order (ItGuest *guest,
                          ItHub *hub,
                          const gchar *tx_id,
                          const GeoPid *to,
                          gint64 amount);
GeoMessage *it_order_message (const GeoOrder *order);
GeoMessage *it_vote_message (ItGuest *guest, const GeoMsgPaymentPrepare *asked);

G_END_DECLS
