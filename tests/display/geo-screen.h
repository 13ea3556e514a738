/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tests of the window look at: a window of a given size, light or dark,
 * settled; a picture of it; and what is wrong with how it is laid out.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void geo_screen_init (int *argc, char ***argv);

/* Lets the main loop run until done () or for seconds at most; TRUE: done. */
typedef gboolean (*GeoScreenDone) (gpointer user_data);
gboolean
geo_screen_wait (GeoScreenDone done, gpointer user_data, guint seconds);
/* Lets the window be laid out and drawn. */
void geo_screen_settle (GtkWidget *widget);
/* How wide a window is to be.  Not below what it needs. */
void geo_screen_resize (GtkWindow *window, int width, int height);
void geo_screen_set_dark (gboolean dark);
/* 1.0: as usual; 2.0: text scaled 200 %. */
void geo_screen_set_text_scale (double scale);

/* screens/NAME.png in the build folder of the tests. */
void geo_screen_save (GtkWidget *widget, const gchar *name);

/* Tests look at a page in views, those from this one on narrow.  In other
 * languages only the narrow ones are worth the time. */
#define GEO_SCREEN_NARROW 2
gboolean geo_screen_has_view (guint view);

/* Every complaint about how what is visible in widget is laid out and named,
 * a line each; NULL: there is nothing to complain about. */
gchar *geo_screen_complaints (GtkWidget *widget);

/* The visible widget in root with this accessible or visible text; NULL. */
GtkWidget *geo_screen_find (GtkWidget *root, GType type, const gchar *text);

G_END_DECLS
