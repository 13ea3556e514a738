/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an invitation means to somebody who is in its community already: who
 * invites may be asked for what they offer, and where the hub is now may be
 * believed.  Nothing is done without a word.
 */
#pragma once

#include <gtk/gtk.h>

#include "core/geo-link.h"
#include "node/geo-node.h"

G_BEGIN_DECLS

/* link is of the node's community, and text is the link. */
void geo_open_invitation (GtkWidget *window,
                          GeoNode *node,
                          const GeoLink *link,
                          const gchar *text);

G_END_DECLS
