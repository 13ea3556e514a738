/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the hub is, for whoever watches over it.  Nothing of the community is in
 * it.
 */
#include "config.h"

#include "hub/rest/geo-rest-private.h"

void
geo_rest_get_health (GeoRestCall *call) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "status", "ok");
  json_object_set_string_member (object, "version", GEO_VERSION);
  json_object_set_string_member (
      object, "environment", GEO_DEVELOPMENT ? "development" : "production");
  json_object_set_int_member (
      object, "uptime_seconds",
      (g_get_monotonic_time () - call->rest->started_us) / G_TIME_SPAN_SECOND);
  geo_rest_set_time (object, "timestamp", geo_rest_now ());
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

void
geo_rest_get_healthz (GeoRestCall *call) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "status", "ok");
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

void
geo_rest_get_health_db (GeoRestCall *call) {
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (GeoCommunity) community =
      geo_hub_store_get_community (call->reader, NULL);
  gint64 latency_ms = (g_get_monotonic_time () - start_us) / 1000;
  gboolean reachable = community != NULL;
  JsonObject *object = json_object_new ();
  JsonObject *db = json_object_new ();

  json_object_set_boolean_member (db, "reachable", reachable);
  json_object_set_int_member (db, "latency_ms", latency_ms);
  json_object_set_string_member (object, "status", reachable ? "ok" : "error");
  json_object_set_object_member (object, "db", db);
  geo_rest_set_time (object, "timestamp", geo_rest_now ());
  geo_rest_send (geo_rest_take_reply (call), reachable ? 200 : 503, object);
}
