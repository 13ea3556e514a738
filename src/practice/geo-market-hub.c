/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts the market's hub, at the address of last time if it is free.
 */
#include "practice/geo-market-hub.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/geo-link.h"
#include "node/geo-hub-process.h"

#define PORT_FILE "port"

static const gchar config[] =
    "# The practice market's own; it is written anew at each start.\n"
    "[community]\n"
    "name=Practice market\n"
    "equivalents=UAH:2:fiat:₴;HOUR:2:time\n"
    "\n"
    "[joining]\n"
    "open=true\n";

struct _GeoMarketHub {
  gchar *folder;
  gchar *address;
  gchar *link;
  GeoMarketHubReady ready;
  GeoMarketHubDied died;
  gpointer user_data;
  gboolean has_fallen_back;

  /* owned */
  GeoHubProcess *process;
};

const gchar *
geo_market_hub_get_address (GeoMarketHub *hub) {
  return hub->address;
}

const gchar *
geo_market_hub_get_link (GeoMarketHub *hub) {
  return hub->link;
}

static gchar *
read_port (GeoMarketHub *hub) {
  g_autofree gchar *path = g_build_filename (hub->folder, PORT_FILE, NULL);
  g_autofree gchar *text = NULL;
  guint64 port;

  if (!hub->has_fallen_back && g_file_get_contents (path, &text, NULL, NULL) &&
      g_ascii_string_to_unsigned (g_strstrip (text), 10, 1, G_MAXUINT16, &port,
                                  NULL))
    return g_strdup_printf ("127.0.0.1:%" G_GUINT64_FORMAT, port);
  return g_strdup ("127.0.0.1:0");
}

static void
keep_port (GeoMarketHub *hub) {
  g_autofree gchar *path = g_build_filename (hub->folder, PORT_FILE, NULL);
  const gchar *port = strrchr (hub->address, ':');

  /* Without it the next start only takes another one. */
  if (port != NULL)
    g_file_set_contents (path, port + 1, -1, NULL);
}

static void
fail (GeoMarketHub *hub, const GError *error) {
  GeoMarketHubReady ready = hub->ready;

  hub->ready = NULL;
  if (ready != NULL)
    ready (hub, error, hub->user_data);
}

static void
ready_cb (GeoHubProcess *process,
          const gchar *address,
          const GeoPid *community,
          gpointer user_data) {
  GeoMarketHub *hub = user_data;
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);
  GeoMarketHubReady ready = hub->ready;

  hub->address = g_strdup (address);
  link->hub = g_strdup (address);
  link->has_community = TRUE;
  link->community = *community;
  hub->link = geo_link_to_string (link);
  keep_port (hub);
  hub->ready = NULL;
  ready (hub, NULL, hub->user_data);
}

static gboolean start_process (GeoMarketHub *hub, GError **error);

static void
ended_cb (GeoHubProcess *process, gint status, gpointer user_data) {
  GeoMarketHub *hub = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&hub->process, geo_hub_process_stop);
  if (hub->ready == NULL) {
    hub->died (hub, hub->user_data);
    return;
  }

  /* The port of last time may be somebody else's now. */
  if (!hub->has_fallen_back) {
    hub->has_fallen_back = TRUE;
    if (start_process (hub, &error))
      return;
  } else {
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         "the hub does not start");
  }
  fail (hub, error);
}

static gboolean
start_process (GeoMarketHub *hub, GError **error) {
  g_autofree gchar *path = g_build_filename (hub->folder,
                                             GEO_HUB_PROCESS_CONFIG, NULL);
  g_autofree gchar *listen = read_port (hub);

  if (!g_file_set_contents (path, config, -1, error))
    return FALSE;
  hub->process = geo_hub_process_start (hub->folder, listen, ready_cb, ended_cb,
                                        hub, error);
  return hub->process != NULL;
}

static gboolean
start_cb (gpointer user_data) {
  GeoMarketHub *hub = user_data;
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (hub->folder, 0700) != 0)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "the folder %s cannot be made", hub->folder);
  else
    start_process (hub, &error);
  if (error != NULL)
    fail (hub, error);
  return G_SOURCE_REMOVE;
}

GeoMarketHub *
geo_market_hub_start (const gchar *folder,
                      GeoMarketHubReady ready,
                      GeoMarketHubDied died,
                      gpointer user_data) {
  GeoMarketHub *hub = g_new0 (GeoMarketHub, 1);

  hub->folder = g_strdup (folder);
  hub->ready = ready;
  hub->died = died;
  hub->user_data = user_data;
  g_idle_add (start_cb, hub);
  return hub;
}

void
geo_market_hub_stop (GeoMarketHub *hub) {
  if (hub == NULL)
    return;
  g_idle_remove_by_data (hub);
  g_clear_pointer (&hub->process, geo_hub_process_stop);
  g_free (hub->folder);
  g_free (hub->address);
  g_free (hub->link);
  g_free (hub);
}
