/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub: the hub of a community, and what its owner does with it.  Sets the
 * locale and hands over; everything else is in the room, where tests can reach
 * it.
 */
#include "config.h"

#include <locale.h>

#include "hub/geo-hub-main.h"

int
main (int argc, char **argv) {
  setlocale (LC_ALL, "");
  return (int) geo_hub_main (argc, argv);
}
