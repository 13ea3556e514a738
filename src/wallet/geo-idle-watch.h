/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoIdleWatch: says when nobody has touched a window for a while.  It locks
 * nothing.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GEO_TYPE_IDLE_WATCH (geo_idle_watch_get_type ())
G_DECLARE_FINAL_TYPE (GeoIdleWatch, geo_idle_watch, GEO, IDLE_WATCH, GObject)

/* Emits "idle" once after that much silence, and again after the next.  widget
 * outlives it. */
GeoIdleWatch *geo_idle_watch_new (GtkWidget *widget);

/* 0: never. */
void geo_idle_watch_set_seconds (GeoIdleWatch *self, guint seconds);

G_END_DECLS
