/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole program geo-hub, but for its main ().
 */
#pragma once

#include "hub/geo-hub-command.h"

G_BEGIN_DECLS

/* Runs what argv says. */
GeoHubExit geo_hub_main (int argc, char **argv);

G_END_DECLS
