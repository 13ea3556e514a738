/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubSettings: what the hub's owner may change while it runs: the values of
 * the configuration, or those that were set since, which are kept in the
 * database.  A value; what it means for the closer is one call.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "hub/geo-hub-config.h"
#include "protocol/geo-closer.h"

G_BEGIN_DECLS

typedef struct _GeoHubSettings GeoHubSettings;

#define GEO_HUB_SETTING_MULTIPATH "feature_flags.multipath_enabled"
#define GEO_HUB_SETTING_FULL_MULTIPATH "feature_flags.full_multipath_enabled"
#define GEO_HUB_SETTING_CLEARING "feature_flags.clearing_enabled"

/* stored: names and values, as they are in the database; what is not known
 * there, or out of its range, is passed over. */
GeoHubSettings *
geo_hub_settings_new (const GeoHubConfig *config, GHashTable *stored);
void geo_hub_settings_free (GeoHubSettings *settings); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubSettings, geo_hub_settings_free)

/* The names, in order; ends with NULL. */
const gchar *const *geo_hub_settings_names (void);

/* The text that stands for value in the database; NULL, and why (owned by the
 * caller), where it is none for that name, or there is no such name. */
gchar *geo_hub_settings_check (const gchar *name, JsonNode *value, gchar **why);
/* value is what geo_hub_settings_check () gave. */
void geo_hub_settings_set (GeoHubSettings *settings,
                           const gchar *name,
                           const gchar *value);
/* An integer or a boolean. */
JsonNode *
geo_hub_settings_show (const GeoHubSettings *settings, const gchar *name);
gboolean
geo_hub_settings_is_on (const GeoHubSettings *settings, const gchar *name);

/* Those of the limits that settings are about. */
void geo_hub_settings_apply (const GeoHubSettings *settings,
                             GeoCloserLimits *limits);

G_END_DECLS
