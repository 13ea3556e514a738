/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsGrid: the recovery words with their numbers, to be written down.
 * They cannot be selected or copied: what is on the clipboard is everybody's.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GEO_TYPE_WORDS_GRID (geo_words_grid_get_type ())
G_DECLARE_FINAL_TYPE (GeoWordsGrid, geo_words_grid, GEO, WORDS_GRID, AdwBin)

/* words: separated by single spaces; NULL: none any more. */
void geo_words_grid_set_words (GeoWordsGrid *self, const gchar *words);

G_END_DECLS
