/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubMetrics: what a hub counts and how long its stages take, and the text
 * in which Prometheus reads it.  It knows nobody and no amounts.  A value; it
 * reads no clock.
 */
#pragma once

#include "core/geo-change.h"

G_BEGIN_DECLS

/* Of a payment, in order. */
typedef enum {
  GEO_HUB_STAGE_PREPARE = 0, /* The order is there → votes are asked for. */
  GEO_HUB_STAGE_VOTES = 1, /* → The last vote is there, and the hub's. */
  GEO_HUB_STAGE_STORED = 2, /* → It is on disk. */
  GEO_HUB_STAGE_SENT = 3, /* → Everybody who is there has been sent it. */
} GeoHubStage;
#define GEO_HUB_STAGES 4

typedef struct _GeoHubMetrics GeoHubMetrics;

GeoHubMetrics *geo_hub_metrics_new (void);
void geo_hub_metrics_free (GeoHubMetrics *metrics); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubMetrics, geo_hub_metrics_free)

/* What has come to disk. */
void geo_hub_metrics_stored (GeoHubMetrics *metrics, const GeoChange *change);
/* One transaction of the database with so many changes. */
void geo_hub_metrics_batch (GeoHubMetrics *metrics, guint changes);
void
geo_hub_metrics_stage (GeoHubMetrics *metrics, GeoHubStage stage, gint64 us);
void geo_hub_metrics_message (GeoHubMetrics *metrics, GeoMessageType type);
/* Somebody was too fast: a request answered 429, or a session not read. */
void geo_hub_metrics_held_back (GeoHubMetrics *metrics);

/* What is so at this moment; the rest is counted above. */
typedef struct {
  guint64 commits;
  guint64 violations;
  guint open;
  guint waiting;
  guint sessions;
  guint signed_in;
  guint listeners;
  guint participants;
  guint frozen_equivalents;
  guint64 lost;
} GeoHubGauges;

/* Text format 0.0.4. */
gchar *geo_hub_metrics_print (const GeoHubMetrics *metrics,
                              const GeoHubGauges *gauges);

G_END_DECLS
