/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lets a server listen where the configuration says.  It takes nothing in.
 */
#include "hub/geo-hub-listen.h"

#include <string.h>

/* The host as it was written, with the port that it became. */
static gchar *
make_address (const gchar *listen, guint port, gboolean secure) {
  const gchar *colon = strrchr (listen, ':');

  return g_strdup_printf ("%s://%.*s:%u", secure ? "https" : "http",
                          (int) (colon - listen), listen, port);
}

gchar *
geo_hub_listen (GeoServer *server,
                const GeoHubConfig *config,
                GTlsCertificate *certificate,
                GError **error) {
  GeoServerLimits limits;
  g_autoptr (GError) why = NULL;

  geo_server_limits_init (&limits);
  limits.connections_max = config->connections_max;
  limits.sessions_max = config->sessions_max;
  limits.sessions_per_address_max = config->sessions_per_address_max;
  limits.connections_per_address_max = MAX (limits.connections_per_address_max,
                                            config->sessions_per_address_max);
  geo_server_set_limits (server, &limits);
  for (guint i = 0; config->listen[i] != NULL; i++) {
    if (geo_server_listen (server, config->listen[i], certificate, &why))
      continue;
    g_set_error_literal (error, GEO_HUB_ERROR, GEO_HUB_ERROR_ADDRESS,
                         why->message);
    return NULL;
  }
  return make_address (config->listen[0], geo_server_get_port (server),
                       certificate != NULL);
}
