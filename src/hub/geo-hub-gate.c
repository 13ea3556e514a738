/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bucket for each address that has asked lately.  It must not grow with the
 * number of addresses: who asks seldom is forgotten, as a full bucket says
 * nothing.
 */
#include "hub/geo-hub-gate.h"

#include "hub/geo-bucket.h"

#define ADDRESSES_MAX 65536

struct _GeoHubGate {
  guint per_second;
  GHashTable *buckets; /* Address → GeoBucket */
};

GeoHubGate *
geo_hub_gate_new (guint per_second) {
  GeoHubGate *gate = g_new0 (GeoHubGate, 1);

  gate->per_second = per_second;
  gate->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  return gate;
}

void
geo_hub_gate_free (GeoHubGate *gate) {
  if (gate == NULL)
    return;
  g_hash_table_unref (gate->buckets);
  g_free (gate);
}

static gboolean
is_full_cb (gpointer key, gpointer value, gpointer user_data) {
  return geo_bucket_is_full (value, *(gint64 *) user_data);
}

gboolean
geo_hub_gate_take (GeoHubGate *gate,
                   const gchar *address,
                   gint64 now_us,
                   guint *wait_seconds) {
  GeoBucket *bucket = g_hash_table_lookup (gate->buckets, address);

  *wait_seconds = 1;
  if (bucket == NULL) {
    if (g_hash_table_size (gate->buckets) >= ADDRESSES_MAX)
      g_hash_table_foreach_remove (gate->buckets, is_full_cb, &now_us);
    /* So many addresses at once are nobody's community. */
    if (g_hash_table_size (gate->buckets) >= ADDRESSES_MAX)
      return FALSE;
    bucket = g_new (GeoBucket, 1);
    geo_bucket_init (bucket, gate->per_second, G_TIME_SPAN_SECOND,
                     2 * gate->per_second, now_us);
    g_hash_table_insert (gate->buckets, g_strdup (address), bucket);
  }
  if (geo_bucket_take (bucket, now_us))
    return TRUE;
  *wait_seconds =
      (guint) (geo_bucket_wait_us (bucket, now_us) / G_TIME_SPAN_SECOND) + 1;
  return FALSE;
}
