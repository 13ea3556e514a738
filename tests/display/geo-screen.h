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
/* The same, where nothing but the layout is to come. */
void geo_screen_lay_out (GtkWidget *widget);
/* How wide a window is to be.  Not below what it needs. */
void geo_screen_resize (GtkWindow *window, int width, int height);
void geo_screen_set_dark (gboolean dark);
/* 1.0: as usual; 2.0: text scaled 200 %. */
void geo_screen_set_text_scale (double scale);

/* What is made from now on is in this one: "uk_UA.UTF-8".  FALSE: there is no
 * such locale here. */
gboolean geo_screen_set_language (const gchar *locale);

/* screens/NAME.png in the build folder of the tests. */
void geo_screen_save (GtkWidget *widget, const gchar *name);

/* Every complaint about how what is visible in widget is laid out and named,
 * a line each; NULL: there is nothing to complain about.  Text of others, which
 * may be as long as they like, may be cut; what we say may not. */
gchar *geo_screen_complaints (GtkWidget *widget);

/* The visible widget in root with this accessible or visible text; NULL. */
GtkWidget *geo_screen_find (GtkWidget *root, GType type, const gchar *text);

/* With all that is in it. */
void geo_screen_remove_folder (const gchar *path);

G_END_DECLS
