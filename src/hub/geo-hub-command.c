/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the options that all subcommands share.  It does nothing with a hub.
 */
#include "hub/geo-hub-command.h"

#include <string.h>
#include <unistd.h>

void
geo_hub_place_clear (GeoHubPlace *place) {
  g_clear_pointer (&place->data_dir, g_free);
  g_clear_pointer (&place->config, g_free);
}

GeoHubExit
geo_hub_complain (GeoHubExit code, const gchar *format, ...) {
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (text, "\n", ' ');
  /* One sentence, whoever it comes from. */
  g_printerr ("geo-hub: %s%s\n", text, g_str_has_suffix (text, ".") ? "" : ".");
  return code;
}

/* A service's place, or a person's. */
static gchar *
default_data_dir (void) {
  const gchar *given = g_getenv ("STATE_DIRECTORY");

  /* What systemd made for the service; one folder, so without a colon. */
  if (given != NULL && g_path_is_absolute (given) &&
      strchr (given, ':') == NULL)
    return g_strdup (given);
  if (geteuid () == 0)
    return g_strdup ("/var/lib/geo-hub");
  return g_build_filename (g_get_user_state_dir (), "geo-hub", NULL);
}

gboolean
geo_hub_command_parse (int *argc,
                       char ***argv,
                       const gchar *words,
                       gint n_words,
                       const gchar *summary,
                       const GOptionEntry *entries,
                       GeoHubPlace *place) {
  const GOptionEntry shared[] = {
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &place->data_dir,
      "The folder of the database and the key", "DIR" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &place->config,
      "Read the configuration from FILE instead of DIR/hub.conf", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (words);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (
      context,
      "Exit status: 0 done, 1 it failed, 2 an option or the configuration is "
      "wrong, 3 the\ndata folder cannot be used or another hub uses it, 4 it "
      "cannot listen at an address,\n6 something in the database does not "
      "hold.  See geo-hub(8).\n");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, shared, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s; see --help.", error->message);
    return FALSE;
  }
  if (*argc - 1 != n_words) {
    if (n_words == 0)
      geo_hub_complain (GEO_HUB_EXIT_USAGE,
                        "“%s” is not understood; see --help.", (*argv)[1]);
    else
      geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s is to be named; see --help.",
                        words);
    return FALSE;
  }
  if (place->data_dir == NULL)
    place->data_dir = default_data_dir ();
  return TRUE;
}

gchar *
geo_hub_place_path (const GeoHubPlace *place, const gchar *name) {
  return g_build_filename (place->data_dir, name, NULL);
}

GeoHubConfig *
geo_hub_place_read_config (const GeoHubPlace *place, GError **error) {
  g_autofree gchar *path = geo_hub_place_path (place, GEO_HUB_CONFIG_FILE);

  if (place->config != NULL)
    return geo_hub_config_read (place->config, error);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return geo_hub_config_new ();
  return geo_hub_config_read (path, error);
}

GeoHubStore *
geo_hub_place_open (const GeoHubPlace *place, GError **error) {
  g_autofree gchar *path = geo_hub_place_path (place, GEO_HUB_DATABASE);
  GeoHubStore *store;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND,
                 "There is no database of a hub in %s.", place->data_dir);
    return NULL;
  }
  store = geo_hub_store_open (path, TRUE, error);
  if (store == NULL)
    g_prefix_error (error, "%s: ", path);
  return store;
}
