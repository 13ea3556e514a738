/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo: the light node on the command line.  Sets the locale and hands over;
 * everything else is in the library, where tests can reach it.
 */
#include "config.h"

#include <libintl.h>
#include <locale.h>
#include <signal.h>

#include "cli/geo-cli.h"

int
main (int argc, char **argv) {
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, GEO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* A hub that goes away is an error to handle, not the end of the program. */
  signal (SIGPIPE, SIG_IGN);
  return geo_cli_main (argc, argv, stdout, stderr);
}
