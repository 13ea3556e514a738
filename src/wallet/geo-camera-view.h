/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCameraView: what the camera sees, and the QR code in it.  The camera is
 * open as long as the view can be seen, and nothing of what it saw is kept.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Signals "asking": the desktop is asked for the camera; "live": the first
 * picture is here; "found" (gchar *: the text of a code) and "failed" (GError
 * *, a sentence for people; see geo_camera_open_finish ()), after both of which
 * the camera is closed until the view is shown anew. */
#define GEO_TYPE_CAMERA_VIEW (geo_camera_view_get_type ())
G_DECLARE_FINAL_TYPE (GeoCameraView,
                      geo_camera_view,
                      GEO,
                      CAMERA_VIEW,
                      GtkWidget)

gboolean geo_camera_view_is_open (GeoCameraView *self);

G_END_DECLS
