/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What went wrong in a hub: incidents, only appended.  An equivalent is frozen
 * for as long as the last one about it says so.
 */
#include "store/geo-hub-store-private.h"

void
geo_hub_incident_free (GeoHubIncident *incident) {
  if (incident == NULL)
    return;
  g_free (incident->equivalent);
  g_free (incident->text);
  g_free (incident);
}

gboolean
geo_hub_store_write_incident (GeoHubStore *store,
                              const GeoChange *change,
                              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO incident (at, kind, equivalent, text)"
                          " VALUES (?, ?, ?, ?)",
                          error))
    return FALSE;
  geo_query_bind_int (&query, change->at);
  geo_query_bind_int (&query, change->incident);
  geo_query_bind_text (&query, change->equivalent);
  geo_query_bind_text (&query, change->text);
  return geo_query_run (&query, error);
}

static GeoHubIncident *
read_incident (GeoQuery *query, GError **error) {
  g_autoptr (GeoHubIncident) incident = g_new0 (GeoHubIncident, 1);
  gint64 kind = geo_query_get_int (query, 2);
  const gchar *text = geo_query_get_text (query, 4, error);

  if (text == NULL)
    return NULL;
  if (kind != GEO_INCIDENT_FROZEN && kind != GEO_INCIDENT_THAWED) {
    geo_store_set_corrupt (error, "A stored incident");
    return NULL;
  }
  incident->id = geo_query_get_int (query, 0);
  incident->at = geo_query_get_int (query, 1);
  incident->kind = (GeoIncident) kind;
  incident->equivalent = geo_query_dup_text (query, 3);
  incident->text = g_strdup (text);
  return g_steal_pointer (&incident);
}

GPtrArray *
geo_hub_store_list_incidents (GeoHubStore *store,
                              gint64 before,
                              guint max,
                              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) incidents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hub_incident_free);
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT id, at, kind, equivalent, text FROM incident"
                          " WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2",
                          error))
    return NULL;
  geo_query_bind_int (&query, before);
  geo_query_bind_int (&query, max);
  for (;;) {
    GeoHubIncident *incident;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&incidents);
    incident = read_incident (&query, error);
    if (incident == NULL)
      return NULL;
    g_ptr_array_add (incidents, incident);
  }
}

GPtrArray *
geo_hub_store_list_frozen (GeoHubStore *store, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  gboolean row;

  /* Beside max (), a plain column is the one of that row. */
  if (!geo_query_prepare (&query, store->database,
                          "SELECT equivalent FROM"
                          " (SELECT equivalent, kind, max (id) FROM incident"
                          "  GROUP BY equivalent) WHERE kind = ?",
                          error))
    return NULL;
  geo_query_bind_int (&query, GEO_INCIDENT_FROZEN);
  for (;;) {
    const gchar *code;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&codes);
    code = geo_query_get_text (&query, 0, error);
    if (code == NULL)
      return NULL;
    g_ptr_array_add (codes, g_strdup (code));
  }
}
