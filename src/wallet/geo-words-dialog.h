/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsDialog: shows the recovery words of an unlocked profile again and
 * asks three of them back.  The words never leave it.
 */
#pragma once

#include "node/geo-profile.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_WORDS_DIALOG (geo_words_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoWordsDialog,
                      geo_words_dialog,
                      GEO,
                      WORDS_DIALOG,
                      GeoDialog)

/* Signal "confirmed": the profile knows that the words are written down. */
GeoWordsDialog *geo_words_dialog_new (GeoProfile *profile);

G_END_DECLS
