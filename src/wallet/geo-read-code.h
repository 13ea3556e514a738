/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens what a QR code says: asks for a picture, looks with the camera, or
 * takes what is on the clipboard or from whoever drops it, and hands the text
 * to win.open-link.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Each explains where there is no code. */
void geo_read_code_from_file (GtkWidget *window);
void geo_read_code_from_clipboard (GtkWidget *window);
void geo_read_code_from_camera (GtkWidget *window);
void geo_read_code_of (GtkWidget *window, GFile *file);

/* Asks for a picture.  The callback's result is for geo_read_code_finish ();
 * DISMISSED where nobody chose one. */
void geo_read_code_choose_async (GtkWidget *widget,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* The same with the camera; or, where that does not work and the person prefers
 * it, from a picture or the clipboard. */
void geo_read_code_scan_async (GtkWidget *widget,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Says why there is no code, but where nobody chose a picture. */
void geo_read_code_explain (GtkWidget *widget, const GError *error);
/* Of both: the text. */
gchar *geo_read_code_finish (GAsyncResult *result, GError **error);

G_END_DECLS
