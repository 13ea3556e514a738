/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonWatch: tells when anything about a person changes: the name, a
 * relation, or what there is in one.  It looks at nothing itself.
 */
#pragma once

#include "node/geo-items.h"

G_BEGIN_DECLS

#define GEO_TYPE_PERSON_WATCH (geo_person_watch_get_type ())
G_DECLARE_FINAL_TYPE (GeoPersonWatch,
                      geo_person_watch,
                      GEO,
                      PERSON_WATCH,
                      GObject)

/* Signal: "changed".  It is deaf when the last reference is gone. */
GeoPersonWatch *geo_person_watch_new (GeoPerson *person);

G_END_DECLS
