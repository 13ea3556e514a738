/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the hub room.  It owns names only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GEO_HUB_ERROR (geo_hub_error_quark ())

/* Codes are only appended. */
typedef enum {
  GEO_HUB_ERROR_CONFIG = 1, /* The configuration says what cannot be. */
  GEO_HUB_ERROR_DATA = 2, /* The data folder, or what is in it. */
  GEO_HUB_ERROR_LOCKED = 3, /* Another hub runs on the same folder. */
  GEO_HUB_ERROR_ADDRESS = 4, /* Cannot listen there. */
  GEO_HUB_ERROR_FAILED = 5, /* A hub that cannot write stops. */
  GEO_HUB_ERROR_NOT_VERIFIED = 6, /* Something in the database does not hold. */
} GeoHubError;

GQuark geo_hub_error_quark (void);

G_END_DECLS
