/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoConnectionPill: what the wallet is connected to, in one word, and what
 * works now behind a click.  It shows, and asks the window to try again.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* Property "compact" (boolean): the icon alone, where there is little room. */
#define GEO_TYPE_CONNECTION_PILL (geo_connection_pill_get_type ())
G_DECLARE_FINAL_TYPE (GeoConnectionPill,
                      geo_connection_pill,
                      GEO,
                      CONNECTION_PILL,
                      AdwBin)

void geo_connection_pill_set_node (GeoConnectionPill *self, GeoNode *node);

G_END_DECLS
