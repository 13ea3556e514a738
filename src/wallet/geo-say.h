/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Says a sentence to whoever listens to the screen.  It shows nothing.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void geo_say (GtkWidget *widget, const gchar *sentence);

G_END_DECLS
