/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one table of what can be set while a hub runs.  A value out of its range
 * is never bent into it.
 */
#include "hub/geo-hub-settings.h"

#include <string.h>

#define ROUTES_MAX GEO_GRAPH_ROUTES_MAX
#define UNITS_MAX G_MAXINT32

typedef enum {
  PATH_LENGTH = 0,
  PATHS,
  TRIGGER,
  CLEARING_AMOUNT,
  LINE_LIMIT,
  PAYMENT_AMOUNT,
  MULTIPATH,
  FULL_MULTIPATH,
  CLEARING,
  N_SETTINGS,
} Setting;

typedef struct {
  const gchar *name;
  gboolean is_flag;
  gint64 min;
  gint64 max;
} Info;

/* Amounts of cycles are minor units, those of payments and lines whole units,
 * as in the configuration; 0 is no bound. */
static const Info infos[N_SETTINGS] = {
  [PATH_LENGTH] = { "routing.max_path_length", FALSE, 1, GEO_GRAPH_HOPS_MAX },
  [PATHS] = { "routing.max_paths_per_payment", FALSE, 1, ROUTES_MAX },
  [TRIGGER] = { "clearing.trigger_cycles_max_length", FALSE, 0, 4 },
  [CLEARING_AMOUNT] = { "clearing.min_clearing_amount", FALSE, 1, UNITS_MAX },
  [LINE_LIMIT] = { "limits.max_trust_line_limit", FALSE, 0, UNITS_MAX },
  [PAYMENT_AMOUNT] = { "limits.max_payment_amount", FALSE, 0, UNITS_MAX },
  [MULTIPATH] = { GEO_HUB_SETTING_MULTIPATH, TRUE, 0, 1 },
  [FULL_MULTIPATH] = { GEO_HUB_SETTING_FULL_MULTIPATH, TRUE, 0, 1 },
  [CLEARING] = { GEO_HUB_SETTING_CLEARING, TRUE, 0, 1 },
};

struct _GeoHubSettings {
  gint64 values[N_SETTINGS];
};

static gint
find (const gchar *name) {
  for (gint i = 0; i < N_SETTINGS; i++)
    if (g_str_equal (infos[i].name, name))
      return i;
  return -1;
}

static gboolean
is_in_range (const Info *info, gint64 value) {
  /* A cycle has three debts, or nothing is looked for. */
  if (info == &infos[TRIGGER] && value > 0 && value < 3)
    return FALSE;
  return value >= info->min && value <= info->max;
}

static gboolean
parse (gint setting, const gchar *text, gint64 *out) {
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, out,
                                   NULL) &&
         is_in_range (&infos[setting], *out);
}

GeoHubSettings *
geo_hub_settings_new (const GeoHubConfig *config, GHashTable *stored) {
  GeoHubSettings *settings = g_new0 (GeoHubSettings, 1);
  GeoCloserLimits limits;
  GHashTableIter iter;
  gpointer name, value;

  geo_closer_limits_init (&limits);
  settings->values[PATH_LENGTH] = limits.max_hops;
  settings->values[PATHS] = limits.max_routes;
  settings->values[TRIGGER] = limits.trigger_cycles_max_length;
  settings->values[CLEARING_AMOUNT] = config->clearing_min_amount;
  settings->values[LINE_LIMIT] = config->max_trust_line_limit;
  settings->values[PAYMENT_AMOUNT] = config->max_payment_amount;
  settings->values[MULTIPATH] = TRUE;
  settings->values[FULL_MULTIPATH] = FALSE;
  settings->values[CLEARING] = config->clears;
  g_hash_table_iter_init (&iter, stored);
  while (g_hash_table_iter_next (&iter, &name, &value))
    geo_hub_settings_set (settings, name, value);
  return settings;
}

void
geo_hub_settings_free (GeoHubSettings *settings) {
  g_free (settings);
}

const gchar *const *
geo_hub_settings_names (void) {
  static const gchar *names[N_SETTINGS + 1];

  for (gint i = 0; i < N_SETTINGS; i++)
    names[i] = infos[i].name;
  return names;
}

gchar *
geo_hub_settings_check (const gchar *name, JsonNode *value, gchar **why) {
  gint setting = find (name);
  GType type;
  gint64 number;

  if (setting < 0) {
    *why = g_strdup_printf ("There is no setting %s that can be changed", name);
    return NULL;
  }
  type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value)
                                       : G_TYPE_INVALID;
  if (infos[setting].is_flag) {
    if (type == G_TYPE_BOOLEAN)
      return g_strdup (json_node_get_boolean (value) ? "1" : "0");
    *why = g_strdup_printf ("%s should be true or false", name);
    return NULL;
  }
  if (type == G_TYPE_INT64) {
    number = json_node_get_int (value);
    if (is_in_range (&infos[setting], number))
      return g_strdup_printf ("%" G_GINT64_FORMAT, number);
  }
  *why = g_strdup_printf ("%s should be an integer from %" G_GINT64_FORMAT
                          " to %" G_GINT64_FORMAT,
                          name, infos[setting].min, infos[setting].max);
  return NULL;
}

void
geo_hub_settings_set (GeoHubSettings *settings,
                      const gchar *name,
                      const gchar *value) {
  gint setting = find (name);
  gint64 number;

  if (setting >= 0 && parse (setting, value, &number))
    settings->values[setting] = number;
}

JsonNode *
geo_hub_settings_show (const GeoHubSettings *settings, const gchar *name) {
  gint setting = find (name);

  g_assert (setting >= 0);
  if (infos[setting].is_flag)
    return json_node_init_boolean (json_node_alloc (),
                                   settings->values[setting] != 0);
  return json_node_init_int (json_node_alloc (), settings->values[setting]);
}

gboolean
geo_hub_settings_is_on (const GeoHubSettings *settings, const gchar *name) {
  gint setting = find (name);

  g_assert (setting >= 0);
  return settings->values[setting] != 0;
}

void
geo_hub_settings_apply (const GeoHubSettings *settings,
                        GeoCloserLimits *limits) {
  const gint64 *values = settings->values;

  limits->max_hops = (guint) values[PATH_LENGTH];
  /* One route only; several, up to what is set; or as many as there can be. */
  limits->max_routes = (guint) values[PATHS];
  if (values[FULL_MULTIPATH])
    limits->max_routes = ROUTES_MAX;
  if (!values[MULTIPATH])
    limits->max_routes = 1;
  limits->payment_units_max = values[PAYMENT_AMOUNT];
  limits->line_units_max = values[LINE_LIMIT];
  limits->trigger_cycles_max_length = (guint) values[TRIGGER];
  limits->min_clearing_amount = GEO_AMOUNT (values[CLEARING_AMOUNT]);
  limits->clears = values[CLEARING] != 0;
}
