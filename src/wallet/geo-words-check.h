/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsCheck: asks three of the recovery words back, to be typed from the
 * paper.  It offers words of the list that begin with what is typed, and never
 * says which one is right.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "complete" (boolean, notifies): there is a word in each entry.
 * Signal "activated": Enter in the last entry. */
#define GEO_TYPE_WORDS_CHECK (geo_words_check_get_type ())
G_DECLARE_FINAL_TYPE (GeoWordsCheck, geo_words_check, GEO, WORDS_CHECK, AdwBin)

/* Chooses three of these words.  NULL: forgets them. */
void geo_words_check_start (GeoWordsCheck *self, const gchar *words);
gboolean geo_words_check_get_complete (GeoWordsCheck *self);
/* TRUE: all three are right; otherwise it says what to do. */
gboolean geo_words_check_try (GeoWordsCheck *self);

G_END_DECLS
