/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo:// links (protocol §13) in a window: what each asks for, by the window's
 * actions, or one sentence why it cannot be opened; and the ways in which they
 * get into a window: dropped, and pasted where nothing is typed.
 */
#pragma once

#include <gtk/gtk.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* Does what the link asks for.  It pays nothing and joins nothing by itself. */
void geo_open_link (GtkWidget *window, GeoNode *node, const gchar *text);

/* What is on the clipboard, the same. */
void geo_open_link_paste (GtkWidget *window);

/* From now on, what is dropped on the window or pasted into it, as text or as a
 * picture of its QR code, is opened with its action win.open-link. */
void geo_open_link_listen (GtkWidget *window);

G_END_DECLS
