/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finds the subcommand that is meant.  It knows nothing of what they do.
 */
#include "hub/geo-hub-main.h"

typedef GeoHubExit (*CommandFunc) (int argc, char **argv);

/* "run" is what is meant where nothing is said. */
static const struct {
  const gchar *name;
  CommandFunc func;
} commands[] = {
  { "run", geo_hub_command_run },       { "invite", geo_hub_command_invite },
  { "backup", geo_hub_command_backup }, { "restore", geo_hub_command_restore },
  { "check", geo_hub_command_check },   { "export", geo_hub_command_export },
};

GeoHubExit
geo_hub_main (int argc, char **argv) {
  if (argc > 1 && argv[1][0] != '-') {
    for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
      g_autofree gchar *name = NULL;

      if (!g_str_equal (commands[i].name, argv[1]))
        continue;
      /* --help says how it was called. */
      name = g_strdup_printf ("geo-hub %s", argv[1]);
      g_set_prgname (name);
      return commands[i].func (argc - 1, argv + 1);
    }
    return geo_hub_complain (GEO_HUB_EXIT_USAGE,
                             "There is no command “%s”; see --help.", argv[1]);
  }
  return geo_hub_command_run (argc, argv);
}
