/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The subcommands of geo-hub, what all of them share, and how they end.  Each
 * one prints one sentence on standard error when it fails.
 */
#pragma once

#include "core/geo-messages.h"
#include "hub/geo-hub-config.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* In the man page; numbers stay. */
typedef enum {
  GEO_HUB_EXIT_DONE = 0,
  GEO_HUB_EXIT_FAILED = 1,
  GEO_HUB_EXIT_USAGE = 2, /* An option or the configuration. */
  GEO_HUB_EXIT_DATA = 3, /* The data folder, or another hub uses it. */
  GEO_HUB_EXIT_ADDRESS = 4, /* Cannot listen there. */
  GEO_HUB_EXIT_NOT_VERIFIED = 6, /* Something in the file does not hold. */
} GeoHubExit;

#define GEO_HUB_DATABASE "hub.db"
#define GEO_HUB_KEY_FILE "hub.key"
#define GEO_HUB_CONFIG_FILE "hub.conf"

/* Where the hub is; what every subcommand can be told. */
typedef struct {
  gchar *data_dir;
  gchar *config;
} GeoHubPlace;

void geo_hub_place_clear (GeoHubPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoHubPlace, geo_hub_place_clear)

/* Parses argv by entries and those of place, whose data_dir is then there.
 * words: how the arguments are called, NULL for none; exactly n_words must
 * stand there.  FALSE: it was said what is wrong. */
gboolean geo_hub_command_parse (int *argc,
                                char ***argv,
                                const gchar *words,
                                gint n_words,
                                const gchar *summary,
                                const GOptionEntry *entries,
                                GeoHubPlace *place);
G_GNUC_PRINTF (2, 3)
GeoHubExit geo_hub_complain (GeoHubExit code, const gchar *format, ...);
gchar *geo_hub_place_path (const GeoHubPlace *place, const gchar *name);
GeoHubConfig *
geo_hub_place_read_config (const GeoHubPlace *place, GError **error);
/* The database there, for reading; the hub may be running. */
GeoHubStore *geo_hub_place_open (const GeoHubPlace *place, GError **error);

/* The subcommands. */
GeoHubExit geo_hub_command_run (int argc, char **argv);
GeoHubExit geo_hub_command_invite (int argc, char **argv);
GeoHubExit geo_hub_command_backup (int argc, char **argv);
GeoHubExit geo_hub_command_restore (int argc, char **argv);
GeoHubExit geo_hub_command_check (int argc, char **argv);
GeoHubExit geo_hub_command_export (int argc, char **argv);

G_END_DECLS
