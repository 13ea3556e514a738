/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks whoever restored words that a hub has nobody with, whether they want to
 * be somebody new there, and under which name.  It joins nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-profile.h"

G_BEGIN_DECLS

/* why: what GEO_NODE_ERROR_STRANGER says. */
void geo_ask_stranger_async (GtkWidget *parent,
                             GeoProfile *profile,
                             const gchar *why,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* The name that others are to see; NULL: they do not want to. */
gchar *geo_ask_stranger_finish (GtkWidget *parent, GAsyncResult *result);

G_END_DECLS
