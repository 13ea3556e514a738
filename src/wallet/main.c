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

int
main (int argc, char **argv) {
  g_autoptr (GeoApplication) app = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, GEO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  app = geo_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
