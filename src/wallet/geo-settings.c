/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program's GSettings, read and written with what they mean.  It shows
 * nothing.
 */
#include "config.h"

#include "wallet/geo-settings.h"

#define LOCK_AFTER "lock-after"
#define ASK_ABOVE "ask-above"

GSettings *
geo_settings_new (void) {
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL
          ? g_settings_schema_source_lookup (source, GEO_APPLICATION_ID, TRUE)
          : NULL;

  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

guint
geo_settings_get_lock_minutes (GSettings *settings) {
  return settings != NULL ? g_settings_get_uint (settings, LOCK_AFTER) : 5;
}

gboolean
geo_settings_get_ask_above (GSettings *settings,
                            const gchar *equivalent,
                            guint precision,
                            GeoAmount *out) {
  g_autoptr (GVariant) all = NULL;
  const gchar *text;

  if (settings == NULL)
    return FALSE;
  all = g_settings_get_value (settings, ASK_ABOVE);
  /* What somebody wrote by hand and is no amount of this equivalent asks about
   * everything: that is the safe side. */
  if (!g_variant_lookup (all, equivalent, "&s", &text))
    return FALSE;
  if (!geo_amount_parse_typed (text, precision, out, NULL))
    *out = GEO_AMOUNT_ZERO;
  return TRUE;
}

void
geo_settings_set_ask_above (GSettings *settings,
                            const gchar *equivalent,
                            guint precision,
                            const GeoAmount *amount) {
  g_autoptr (GVariant) all = NULL;
  g_auto (GVariantBuilder) builder =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const gchar *code;
  const gchar *text;

  if (settings == NULL)
    return;
  all = g_settings_get_value (settings, ASK_ABOVE);
  g_variant_iter_init (&iter, all);
  while (g_variant_iter_next (&iter, "{&s&s}", &code, &text)) {
    if (!g_str_equal (code, equivalent))
      g_variant_builder_add (&builder, "{ss}", code, text);
  }
  if (amount != NULL) {
    g_autofree gchar *value = geo_amount_to_string (*amount, precision);

    g_variant_builder_add (&builder, "{ss}", equivalent, value);
  }
  g_settings_set_value (settings, ASK_ABOVE, g_variant_builder_end (&builder));
}
