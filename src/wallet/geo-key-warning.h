/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoKeyWarning: that somebody's key is in doubt, what that means, and the two
 * ways out of it: comparing, or accepting the key.  It stands on their page, and
 * in the way of paying and trusting them.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* Signals: "settled": there is no doubt any more; "other": the third button. */
#define GEO_TYPE_KEY_WARNING (geo_key_warning_get_type ())
G_DECLARE_FINAL_TYPE (GeoKeyWarning, geo_key_warning, GEO, KEY_WARNING, AdwBin)

/* person NULL: nobody.  It follows them while they are shown. */
void geo_key_warning_set_person (GeoKeyWarning *self,
                                 GeoNode *node,
                                 GeoPerson *person);
/* A third way, with a mnemonic; NULL: there is none. */
void geo_key_warning_set_other (GeoKeyWarning *self, const gchar *label);
/* What is in doubt, in a few words, for lists; NULL: nothing is.  Free with
 * g_free (). */
gchar *geo_key_warning_phrase (GeoNode *node, GeoPerson *person);

G_END_DECLS
