/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoQrView: a text as a QR code, dark on white in every style, with the rim
 * that scanners need.  It knows nothing of what the text means.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GEO_TYPE_QR_VIEW (geo_qr_view_get_type ())
G_DECLARE_FINAL_TYPE (GeoQrView, geo_qr_view, GEO, QR_VIEW, GtkWidget)

/* NULL: empty.  FALSE: it is too long for any code; the view is empty then. */
gboolean geo_qr_view_set_text (GeoQrView *self, const gchar *text);
/* As a picture to keep, large enough to print; NULL where it is empty. */
GdkTexture *geo_qr_view_make_texture (GeoQrView *self);

G_END_DECLS
