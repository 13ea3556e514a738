/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCircleView: a ring with people on it.  I am at the bottom; debts run
 * against the clock, so that who owes me is on my right.
 */
#include "config.h"

#include "wallet/geo-circle-view.h"

#include <glib/gi18n.h>
#include <math.h>

#define SIZE 140
#define SIZE_MIN 96
#define DOT 14.0f
#define DOT_SMALL 5.0f
#define ROUND_MS 1800
/* More are drawn as so many: dots would touch. */
#define OTHERS_MAX 16

struct _GeoCircleView {
  GtkWidget parent_instance;

  guint others;
  double light; /* Of the way around; 1: it has been. */

  /* owned */
  gchar *names[3]; /* Mine, the debtor's, the creditor's: initials. */
  AdwAnimation *round;
};

G_DEFINE_FINAL_TYPE (GeoCircleView, geo_circle_view, GTK_TYPE_WIDGET)

/* Who stands at this place: 0 I, 1 who owes me, last whom I owe. */
static graphene_point_t
place (double way, float middle_x, float middle_y, float radius) {
  double angle = G_PI / 2 - way * 2 * G_PI;

  return GRAPHENE_POINT_INIT (middle_x + radius * (float) cos (angle),
                              middle_y + radius * (float) sin (angle));
}

static void
draw_disc (GtkSnapshot *snapshot,
           const graphene_point_t *at,
           float radius,
           const GdkRGBA *color) {
  GskRoundedRect disc;
  const float widths[4] = { radius, radius, radius, radius };
  const GdkRGBA colors[4] = { *color, *color, *color, *color };

  gsk_rounded_rect_init_from_rect (&disc,
                                   &GRAPHENE_RECT_INIT (at->x - radius,
                                                        at->y - radius,
                                                        2 * radius, 2 * radius),
                                   radius);
  gtk_snapshot_append_border (snapshot, &disc, widths, colors);
}

static void
draw_initial (GeoCircleView *self,
              GtkSnapshot *snapshot,
              const graphene_point_t *at,
              const gchar *name) {
  g_autoptr (PangoLayout) layout = NULL;
  const GdkRGBA white = { 1, 1, 1, 1 };
  gchar text[7] = { 0 };
  int width, height;

  if (name == NULL || *name == '\0')
    return;
  g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (name)), text);
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (at->x - (float) width / 2,
                                                at->y - (float) height / 2));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}

static void
draw_ring (GtkSnapshot *snapshot,
           float middle_x,
           float middle_y,
           float radius,
           const GdkRGBA *color) {
  GskPathBuilder *builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;
  GskStroke *stroke = gsk_stroke_new (4);

  gsk_path_builder_add_circle (
      builder, &GRAPHENE_POINT_INIT (middle_x, middle_y), radius);
  path = gsk_path_builder_free_to_path (builder);
  gtk_snapshot_append_stroke (snapshot, path, stroke, color);
  gsk_stroke_free (stroke);
}

static void
geo_circle_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  GeoCircleView *self = GEO_CIRCLE_VIEW (widget);
  AdwStyleManager *style =
      adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  GdkRGBA *accent = adw_style_manager_get_accent_color_rgba (style);
  guint n = CLAMP (self->others, 2, OTHERS_MAX) + 1;
  float x = (float) gtk_widget_get_width (widget) / 2;
  float y = (float) gtk_widget_get_height (widget) / 2;
  float radius = MIN (x, y) - DOT - 2;
  GdkRGBA ring = *accent;
  GdkRGBA text;
  GdkRGBA owes_me, i_owe;

  if (radius < 1) {
    gdk_rgba_free (accent);
    return;
  }
  gtk_widget_get_color (widget, &text);
  gdk_rgba_parse (&owes_me, "#1b8553");
  gdk_rgba_parse (&i_owe, "#b5500a");
  ring.alpha = adw_style_manager_get_high_contrast (style) ? 1.0f : 0.4f;
  text.alpha = 0.6f;
  draw_ring (snapshot, x, y, radius, &ring);
  for (guint i = 0; i < n; i++) {
    graphene_point_t at = place ((double) i / n, x, y, radius);
    const GdkRGBA *color = i == 0       ? accent
                           : i == 1     ? &owes_me
                           : i == n - 1 ? &i_owe
                                        : &text;
    gboolean is_known = i < 2 || i == n - 1;

    draw_disc (snapshot, &at, is_known ? DOT : DOT_SMALL, color);
    if (is_known)
      draw_initial (self, snapshot, &at, self->names[i < 2 ? i : 2]);
  }
  if (self->light > 0 && self->light < 1) {
    graphene_point_t at = place (self->light, x, y, radius);

    draw_disc (snapshot, &at, 7, accent);
  }
  gdk_rgba_free (accent);
}

static void
geo_circle_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline) {
  *minimum = SIZE_MIN;
  *natural = SIZE;
}

static void
light_cb (double value, gpointer user_data) {
  GeoCircleView *self = user_data;

  self->light = value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Animations of libadwaita are over at once where nobody wants any. */
static void
geo_circle_view_map (GtkWidget *widget) {
  GTK_WIDGET_CLASS (geo_circle_view_parent_class)->map (widget);
  adw_animation_play (GEO_CIRCLE_VIEW (widget)->round);
}

static void
geo_circle_view_dispose (GObject *object) {
  GeoCircleView *self = GEO_CIRCLE_VIEW (object);

  g_clear_object (&self->round);
  for (guint i = 0; i < G_N_ELEMENTS (self->names); i++)
    g_clear_pointer (&self->names[i], g_free);
  G_OBJECT_CLASS (geo_circle_view_parent_class)->dispose (object);
}

static void
geo_circle_view_class_init (GeoCircleViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_circle_view_dispose;
  widget_class->snapshot = geo_circle_view_snapshot;
  widget_class->measure = geo_circle_view_measure;
  widget_class->map = geo_circle_view_map;
  gtk_widget_class_set_css_name (widget_class, "circle");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
geo_circle_view_init (GeoCircleView *self) {
  self->others = 2;
  self->light = 1;
  self->round = adw_timed_animation_new (
      GTK_WIDGET (self), 0, 1, ROUND_MS,
      adw_callback_animation_target_new (light_cb, self, NULL));
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->round),
                                  ADW_EASE_IN_OUT_CUBIC);
}

void
geo_circle_view_set_people (GeoCircleView *self,
                            const gchar *debtor,
                            const gchar *creditor,
                            guint others) {
  g_autofree gchar *label = NULL;

  g_return_if_fail (GEO_IS_CIRCLE_VIEW (self));

  self->others = others;
  /* Translators: the first letter of this is drawn for the person who looks. */
  g_set_str (&self->names[0], C_ ("on a circle", "You"));
  g_set_str (&self->names[1], debtor);
  g_set_str (&self->names[2], creditor);
  label = g_strdup_printf (ngettext ("Circle of %u person", "Circle of %u people",
                                     others + 1),
                           others + 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
