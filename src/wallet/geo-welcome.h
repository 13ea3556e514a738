/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWelcome: the first five minutes: a new wallet or one from recovery words,
 * with or without a backup, a name, the words, where the key is kept, and a
 * community.  It keeps no secret longer than the step that needs it, and copies
 * none to the clipboard.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"
#include "node/geo-own-hub.h"

G_BEGIN_DECLS

/* Signal "done" (GeoNode *node): there is an identity and it has joined; NULL:
 * it was restored, and is to be opened as it is in the profile. */
#define GEO_TYPE_WELCOME (geo_welcome_get_type ())
G_DECLARE_FINAL_TYPE (GeoWelcome, geo_welcome, GEO, WELCOME, AdwBin)

/* Begins at the beginning; has_identity: the profile is unlocked and only a
 * community is missing. */
void geo_welcome_start (GeoWelcome *self,
                        GeoProfile *profile,
                        gboolean has_identity);

/* An invitation link that is there before somebody asks for one. */
void geo_welcome_set_link (GeoWelcome *self, const gchar *link);

/* As if this backup were chosen for the words that were typed. */
void geo_welcome_restore_backup (GeoWelcome *self, GFile *file);

/* A market can be started instead of joining one; NULL: it cannot. */
void geo_welcome_set_own_hub (GeoWelcome *self, GeoOwnHub *hub);

G_END_DECLS
