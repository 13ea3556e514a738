/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Freezing the trust in somebody: says what it means before it is done, and does
 * it.  Undoing it asks nothing.
 */
#pragma once

#include <gtk/gtk.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

void geo_freeze_ask (GtkWidget *parent,
                     GeoNode *node,
                     GeoPerson *person,
                     const gchar *equivalent);
void geo_freeze_undo (GtkWidget *parent,
                      GeoNode *node,
                      GeoPerson *person,
                      const gchar *equivalent);

G_END_DECLS
