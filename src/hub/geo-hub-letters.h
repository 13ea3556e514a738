/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubLetters: passes letters on between participants (protocol §8a), and
 * keeps them for who is away.  They are sealed: all it knows is from whom to
 * whom, and how many.  Main context.
 */
#pragma once

#include "hub/geo-engine.h"

G_BEGIN_DECLS

/* That wait for one reader, and of these from one writer. */
#define GEO_HUB_LETTERS_MAX 200
#define GEO_HUB_LETTERS_OF_ONE_MAX 20
/* One writer: so many at once, and so many an hour. */
#define GEO_HUB_LETTERS_BURST 30
#define GEO_HUB_LETTERS_PER_HOUR 120
/* Read from disk and sent at once. */
#define GEO_HUB_LETTERS_PAGE 8

typedef struct _GeoHubLetters GeoHubLetters;

/* To that participant's session, if there is one. */
typedef void (*GeoHubLettersSendFunc) (const GeoPid *to,
                                       GeoMessage *message,
                                       gpointer user_data);

/* engine is borrowed. */
GeoHubLetters *geo_hub_letters_new (GeoEngine *engine,
                                    GeoHubLettersSendFunc send,
                                    gpointer user_data);
/* What is being stored is answered to nobody any more. */
void geo_hub_letters_free (GeoHubLetters *letters); /* NULL is safe. */

/* A message of a signed-in participant: TRUE where it was one of letters. */
gboolean geo_hub_letters_take (GeoHubLetters *letters,
                               const GeoPid *from,
                               const GeoMessage *message);
/* Signed in: what waits is sent, a page at a time, as it is read; gone: nothing
 * more is. */
void geo_hub_letters_present (GeoHubLetters *letters,
                              const GeoPid *pid,
                              gboolean present);

G_END_DECLS
