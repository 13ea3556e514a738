/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions about communities and their records:
 *
 *   win.backup
 *
 * They find the wallet by the window's application, and change nothing in the
 * window but what the wallet tells it.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void geo_community_actions_install (GtkWidgetClass *window_class);
/* None of them can be used while the pages are out of sight. */
void geo_community_actions_set_enabled (GtkWidget *window, gboolean enabled);

G_END_DECLS
