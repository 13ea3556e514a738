/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command geo, all of it but main (): reads the command line, does what one
 * command says with a light node and tells the result.  stdout holds the result
 * and nothing else, stderr one sentence for a failure and nothing else.  It
 * decides nothing about money: the node does.  Main context.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* What the program ends with.  Documented in --help and in geo(1): numbers
 * stay. */
typedef enum {
  GEO_EXIT_DONE = 0,
  GEO_EXIT_FAILED = 1,
  GEO_EXIT_USAGE = 2, /* What was typed cannot be used. */
  GEO_EXIT_REFUSED = 3, /* Not paid, or refused by the hub. */
  GEO_EXIT_IN_DOUBT = 4, /* Ordered; what became of it is not known yet. */
  GEO_EXIT_OFFLINE = 5, /* No hub reachable: nothing was ordered. */
  GEO_EXIT_NOT_VERIFIED = 6,
  GEO_EXIT_KEY = 7, /* No key, or a passphrase that is missing or wrong. */
  GEO_EXIT_UNKNOWN = 8, /* Nothing can be concluded. */
} GeoExit;

/* argv as main () has it: argv[0] is the program, NULL at the end.  Neither
 * stream is closed.  Returns a GeoExit. */
int geo_cli_main (int argc, char **argv, FILE *out, FILE *err);

G_END_DECLS
