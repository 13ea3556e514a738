/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may sign in: the checks of an AUTH message, pure (protocol §11, S1, S3).
 * What is refused here has changed nothing.
 */
#pragma once

#include "hub/geo-hub-config.h"
#include "protocol/geo-book.h"

G_BEGIN_DECLS

/* 43 characters and the final NUL. */
#define GEO_HUB_CHALLENGE_SIZE 44

/* S3: 32 random bytes as 43 base64url characters. */
void geo_hub_challenge_make (gchar out[GEO_HUB_CHALLENGE_SIZE]);

/* Why not; the texts are static. */
typedef struct {
  GeoCode code;
  const gchar *reason;
  const gchar *text;
} GeoHubNo;

/* Who says HELLO with that PID, or that digest of a key (K8); NULL: nobody. */
const GeoParticipant *geo_hub_login_find (const GeoBook *book,
                                          const GeoPid *pid);

/* K7: whether the hub holds anything of that participant's that is of a later
 * time and signed. */
typedef gboolean (*GeoHubSignedFunc) (const GeoPid *pid,
                                      GeoTime since,
                                      gpointer user_data);

/* pid: who said HELLO; challenge: what this session was given.  A participant
 * that introduces itself is checked, and whether it may join, but it is not
 * registered. */
gboolean geo_hub_login_check (const GeoHubConfig *config,
                              const GeoBook *book,
                              const GeoPid *pid,
                              const gchar *challenge,
                              const GeoMsgAuth *auth,
                              GeoHubSignedFunc has_signed,
                              gpointer user_data,
                              GeoTime now,
                              GeoHubNo *no);

G_END_DECLS
