/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws what libqrencode makes of a text.
 */
#include "config.h"

#include "wallet/geo-qr-view.h"

#include <glib/gi18n.h>
#include <qrencode.h>

/* The rim that scanners need, in modules. */
#define RIM 4
#define SIZE_MIN 180
#define SIZE 260
/* What a window of 360 pixels has between the margins of a dialog. */
#define ROOM_MIN 320
/* A module of a picture, in pixels. */
#define PICTURE_STEP 10

struct _GeoQrView {
  GtkWidget parent_instance;

  QRcode *code; /* owned; NULL: empty. */
};

G_DEFINE_FINAL_TYPE (GeoQrView, geo_qr_view, GTK_TYPE_WIDGET)

static gboolean
is_dark (const QRcode *code, int x, int y) {
  return (code->data[y * code->width + x] & 1) != 0;
}

static void
append_row (GtkSnapshot *snapshot, const QRcode *code, int y) {
  static const GdkRGBA black = { 0, 0, 0, 1 };

  /* Dark modules side by side are one box: no seams between them. */
  for (int x = 0, end; x < code->width; x = end + 1) {
    for (end = x; end < code->width && is_dark (code, end, y); end++)
      ;
    if (end > x)
      gtk_snapshot_append_color (
          snapshot, &black, &GRAPHENE_RECT_INIT (x + RIM, y + RIM, end - x, 1));
  }
}

static void
geo_qr_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  static const GdkRGBA white = { 1, 1, 1, 1 };
  const QRcode *code = GEO_QR_VIEW (widget)->code;
  int size = MIN (gtk_widget_get_width (widget),
                  gtk_widget_get_height (widget));
  int modules, step;

  if (code == NULL)
    return;
  modules = code->width + 2 * RIM;
  /* Whole pixels are sharp. */
  step = MAX (size / modules, 1);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (
                    (gtk_widget_get_width (widget) - step * modules) / 2,
                    (gtk_widget_get_height (widget) - step * modules) / 2));
  gtk_snapshot_scale (snapshot, step, step);
  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT (0, 0, modules, modules));
  for (int y = 0; y < code->width; y++)
    append_row (snapshot, code, y);
}

static void
geo_qr_view_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline) {
  const QRcode *code = GEO_QR_VIEW (widget)->code;
  int modules = code != NULL ? code->width + 2 * RIM : 0;

  /* Two pixels a module can be read, three are read well: they are there
   * wherever the narrowest window has room for them. */
  *minimum = MAX (SIZE_MIN,
                  3 * modules <= ROOM_MIN ? 3 * modules : 2 * modules);
  *natural = MAX (SIZE, 3 * modules);
}

static void
geo_qr_view_finalize (GObject *object) {
  g_clear_pointer (&GEO_QR_VIEW (object)->code, QRcode_free);
  G_OBJECT_CLASS (geo_qr_view_parent_class)->finalize (object);
}

static void
geo_qr_view_class_init (GeoQrViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = geo_qr_view_finalize;
  widget_class->snapshot = geo_qr_view_snapshot;
  widget_class->measure = geo_qr_view_measure;
  gtk_widget_class_set_css_name (widget_class, "qrcode");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
geo_qr_view_init (GeoQrView *self) {
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("QR code"), -1);
}

gboolean
geo_qr_view_set_text (GeoQrView *self, const gchar *text) {
  g_return_val_if_fail (GEO_IS_QR_VIEW (self), FALSE);

  g_clear_pointer (&self->code, QRcode_free);
  if (text != NULL)
    self->code = QRcode_encodeString (text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  /* Who cannot see it is told what it says. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  self->code != NULL ? text : "", -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return text == NULL || self->code != NULL;
}

GdkTexture *
geo_qr_view_make_texture (GeoQrView *self) {
  gsize modules, side;
  guchar *pixels;
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (GEO_IS_QR_VIEW (self), NULL);

  if (self->code == NULL)
    return NULL;
  modules = (gsize) self->code->width + 2 * RIM;
  side = modules * PICTURE_STEP;
  pixels = g_malloc (side * side);
  for (gsize y = 0; y < side; y++) {
    for (gsize x = 0; x < side; x++) {
      int column = (int) (x / PICTURE_STEP) - RIM;
      int row = (int) (y / PICTURE_STEP) - RIM;
      gboolean is_inside = column >= 0 && row >= 0 &&
                           column < self->code->width &&
                           row < self->code->width;

      pixels[y * side + x] = is_inside && is_dark (self->code, column, row)
                                 ? 0
                                 : 255;
    }
  }
  bytes = g_bytes_new_take (pixels, side * side);
  return gdk_memory_texture_new ((int) side, (int) side, GDK_MEMORY_G8, bytes,
                                 side);
}
