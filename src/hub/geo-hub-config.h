/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubConfig: what a hub's owner decides: who the community is, where it
 * listens, who may join, and how much is too much.  Read from a key file; what
 * it does not know there is an error, not a habit.
 */
#pragma once

#include "core/geo-messages.h"
#include "hub/geo-hub-error.h"

G_BEGIN_DECLS

typedef enum {
  GEO_HUB_WHO_NOBODY = 1,
  GEO_HUB_WHO_LOCAL = 2, /* Programs on the hub's own machine. */
  GEO_HUB_WHO_ALL = 3,
} GeoHubWho;

typedef struct {
  /* [community] */
  gchar *name;
  GPtrArray *equivalents; /* GeoEquivalent */

  /* [hub] */
  gchar **listen;
  gchar *public_address; /* NULL: none is told */
  GeoHubWho metrics; /* Who may read /metrics. */

  /* [tls] */
  gchar *certificate; /* PEM file; NULL: none that the owner has */
  gchar *certificate_key; /* PEM file; NULL: it is in the same one */
  gboolean self_made; /* Without one, the hub makes its own. */

  /* [integrity] */
  gboolean check_at_start;

  /* [rest] */
  gboolean rest_enabled;

  /* [admin] */
  gchar *admin_token; /* NULL: nobody is */

  /* [clearing] */
  gboolean clears;
  guint clearing_interval_s; /* 0: only after payments and on demand */
  guint clearing_max_length;
  guint clearing_min_amount; /* Of a cycle, in minor units. */

  /* [joining] */
  gboolean open;
  gchar *code; /* NULL: none is asked for */

  /* [limits] */
  guint connections_max;
  guint sessions_max;
  guint sessions_per_address_max;
  guint messages_per_second;
  guint requests_per_second; /* of one address, REST and new sessions */
  guint waiting_max; /* decisions that wait for the disk */
  guint registrations_per_minute;
  guint orders_open_max;
  guint max_payment_amount; /* whole units; 0: no bound */
  guint max_trust_line_limit;
} GeoHubConfig;

/* Everything as it is where the file says nothing. */
GeoHubConfig *geo_hub_config_new (void);
void geo_hub_config_free (GeoHubConfig *config); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubConfig, geo_hub_config_free)

/* GEO_HUB_ERROR_CONFIG names the file, the group and the key. */
GeoHubConfig *geo_hub_config_read (const gchar *path, GError **error);
/* The same from text; path is for the errors. */
GeoHubConfig *
geo_hub_config_parse (const gchar *text, const gchar *path, GError **error);

G_END_DECLS
