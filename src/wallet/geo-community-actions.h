/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions about communities and their records:
 *
 *   win.backup
 *   win.change-key
 *   win.own-market (the market on this computer, or the way to start one)
 *   win.join (an invitation, or "")
 *   win.switch (a community's PID)
 *   win.community (how the one that is open is, and leaving it)
 *
 * They find the wallet by the window's application, and change nothing in the
 * window but what the wallet tells it.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"
#include "node/geo-own-hub.h"

G_BEGIN_DECLS

void geo_community_actions_install (GtkWidgetClass *window_class);
/* None of them can be used while the pages are out of sight. */
void geo_community_actions_set_enabled (GtkWidget *window, gboolean enabled);

/* The hub of a market on this computer is reached by others at another address:
 * the node, where it is of that market, is told which. */
void geo_community_actions_say_hub (GtkWidget *window, GeoNode *node);

/* Reveals the banner while the market on this computer has ended by itself. */
void geo_community_actions_warn (AdwBanner *banner, GeoOwnHub *hub);

G_END_DECLS
