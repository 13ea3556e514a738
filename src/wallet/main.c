/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-wallet: starts the application.  Everything else is in the library, where
 * tests can reach it.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "wallet/geo-application.h"

static gint
handle_local_options_cb (GApplication *app, GVariantDict *options) {
  if (g_variant_dict_contains (options, "version")) {
    g_print ("geo-wallet %s\n", GEO_VERSION);
    return 0;
  }
  return -1;
}

/* A development build that runs where it was built shows its own. */
static void
bind_translations (void) {
  const gchar *build = GEO_DEVELOPMENT ? g_getenv ("GEO_BUILD_ROOT") : NULL;
  g_autofree gchar *folder = build != NULL
                                 ? g_build_filename (build, "po", NULL)
                                 : g_strdup (GEO_LOCALEDIR);

  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv) {
  g_autoptr (GeoApplication) app = NULL;

  setlocale (LC_ALL, "");
  bind_translations ();

  app = geo_application_new ();
  g_signal_connect (app, "handle-local-options",
                    G_CALLBACK (handle_local_options_cb), NULL);
  return g_application_run (G_APPLICATION (app), argc, argv);
}
