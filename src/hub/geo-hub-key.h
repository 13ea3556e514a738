/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's key file: the community's key and the key that hop salts are
 * derived from.  Made once, readable by its owner only, never logged (S4).
 */
#pragma once

#include "core/geo-key.h"
#include "hub/geo-hub-error.h"

G_BEGIN_DECLS

#define GEO_HUB_SALT_KEY_LEN 32

typedef struct {
  GeoSecret *secret;
  guint8 salt_key[GEO_HUB_SALT_KEY_LEN];
} GeoHubKey;

/* Reads path, or makes it where there is none and may_create; it is then on
 * disk before this returns.  GEO_HUB_ERROR_DATA: others may read it, it is
 * damaged, or it is missing where it must not be. */
GeoHubKey *
geo_hub_key_open (const gchar *path, gboolean may_create, GError **error);
void geo_hub_key_free (GeoHubKey *key); /* NULL is safe. */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubKey, geo_hub_key_free)

G_END_DECLS
