/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoApplication: one instance, the profile, the actions of the whole program
 * and its one window.  It knows no pages.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-lock.h"
#include "node/geo-profile.h"

G_BEGIN_DECLS

#define GEO_TYPE_APPLICATION (geo_application_get_type ())
G_DECLARE_FINAL_TYPE (GeoApplication,
                      geo_application,
                      GEO,
                      APPLICATION,
                      AdwApplication)

GeoApplication *geo_application_new (void);

/* Where this person's things are; borrowed. */
GeoProfile *geo_application_get_profile (GeoApplication *self);
/* The PIN, where there is one; borrowed. */
GeoLock *geo_application_get_lock (GeoApplication *self);

G_END_DECLS
