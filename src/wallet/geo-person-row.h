/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonRow: one person in a list that recycles its rows.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-items.h"

G_BEGIN_DECLS

#define GEO_TYPE_PERSON_ROW (geo_person_row_get_type ())
G_DECLARE_FINAL_TYPE (GeoPersonRow, geo_person_row, GEO, PERSON_ROW, AdwBin)

GeoPersonRow *geo_person_row_new (void);
/* NULL: nobody; the row follows its person until then. */
void geo_person_row_set_person (GeoPersonRow *self, GeoPerson *person);

G_END_DECLS
