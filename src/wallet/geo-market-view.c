/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketView: draws a GeoMarketGraph that is arranged.  What is drawn is kept
 * as one render node around the middle: moving it draws nothing anew, zooming
 * draws as much as a window has room for names.
 *
 * Long because it is one widget: where things lie, who is selected, fingers and
 * keys, and drawing share every number there is.
 */
#include "config.h"

#include "wallet/geo-market-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "wallet/geo-say.h"

/* Pixels, for text of the usual size. */
#define UNIT 96.0
#define RADIUS 22.0
#define RADIUS_MIN 5.0
#define RADIUS_ME 1.25
#define INITIALS_RADIUS_MIN 13.0
#define NAME_WIDTH_MAX 120.0
#define TOUCH_RADIUS 22.0
#define BORDER 28.0
#define PAN_STEP 48.0
#define ZOOM_STEP 1.25
#define ZOOM_MIN 0.08
#define ZOOM_MAX 3.0
#define MOVE_MS 350

struct _GeoMarketView {
  GtkWidget parent_instance;

  double zoom;
  double pan_x;
  double pan_y;
  gboolean is_fitted; /* Until somebody others or moves. */
  guint selected; /* G_MAXUINT: nothing. */
  double text_scale;
  double drag_x;
  double drag_y;
  double zoom_began;
  double pointer_x;
  double pointer_y;

  /* owned */
  GeoMarketGraph *graph;
  graphene_point_t *from; /* Where each point came from. */
  graphene_point_t *at; /* Where it is now, in units. */
  PangoLayout **names;
  PangoLayout **initials;
  GskRenderNode *node;
  AdwAnimation *move;
};

enum {
  SELECTED,
  ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoMarketView, geo_market_view, GTK_TYPE_WIDGET)

static guint
count (GeoMarketView *self) {
  return self->graph != NULL ? self->graph->points->len : 0;
}

static const GeoMarketPoint *
point_at (GeoMarketView *self, guint i) {
  return self->graph->points->pdata[i];
}

/* What is drawn has changed. */
static void
redraw (GeoMarketView *self) {
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
forget_texts (GeoMarketView *self) {
  for (guint i = 0; i < count (self); i++) {
    g_clear_object (&self->names[i]);
    g_clear_object (&self->initials[i]);
  }
}

/* --- Places ------------------------------------------------------------- */

static double
unit (GeoMarketView *self) {
  return UNIT * self->text_scale * self->zoom;
}

static double
radius_of (GeoMarketView *self, guint i) {
  const GeoMarketPoint *point = point_at (self, i);
  double radius = MAX (RADIUS * MIN (self->zoom, 1.4), RADIUS_MIN) *
                  self->text_scale;

  switch (point->kind) {
  case GEO_MARKET_ME:
    return radius * RADIUS_ME;
  case GEO_MARKET_PERSON:
    return radius;
  case GEO_MARKET_UNKNOWN:
    return radius * 0.5;
  }
  return radius;
}

/* From the middle of the picture, before it is moved. */
static graphene_point_t
place (GeoMarketView *self, guint i) {
  return GRAPHENE_POINT_INIT (self->at[i].x * (float) unit (self),
                              self->at[i].y * (float) unit (self));
}

static graphene_point_t
middle (GeoMarketView *self) {
  GtkWidget *widget = GTK_WIDGET (self);

  return GRAPHENE_POINT_INIT (
      (float) (gtk_widget_get_width (widget) / 2.0 + self->pan_x),
      (float) (gtk_widget_get_height (widget) / 2.0 + self->pan_y));
}

static void
fit (GeoMarketView *self) {
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double border = BORDER * self->text_scale;
  double left = 0, right = 0, top = 0, bottom = 0;
  double across;

  if (width < 1 || height < 1 || self->graph == NULL)
    return;
  for (guint i = 0; i < count (self); i++) {
    left = MIN (left, self->at[i].x);
    right = MAX (right, self->at[i].x);
    top = MIN (top, self->at[i].y);
    bottom = MAX (bottom, self->at[i].y);
  }
  /* Room for a person, and for a name below. */
  across = MIN ((width - 2 * border) / (right - left + 0.9),
                (height - 2 * border) / (bottom - top + 0.9));
  self->zoom = CLAMP (across / (UNIT * self->text_scale), ZOOM_MIN, 1.3);
  self->pan_x = -(left + right) / 2 * unit (self);
  self->pan_y = -(top + bottom) / 2 * unit (self);
  redraw (self);
}

void
geo_market_view_fit (GeoMarketView *self) {
  g_return_if_fail (GEO_IS_MARKET_VIEW (self));

  self->is_fitted = TRUE;
  fit (self);
}

/* What lies under x, y stays there. */
static void
zoom_at (GeoMarketView *self, double zoom, double x, double y) {
  graphene_point_t origin = middle (self);
  double before = self->zoom;

  self->zoom = CLAMP (zoom, ZOOM_MIN, ZOOM_MAX);
  self->is_fitted = FALSE;
  self->pan_x += (x - origin.x) * (1 - self->zoom / before);
  self->pan_y += (y - origin.y) * (1 - self->zoom / before);
  redraw (self);
}

void
geo_market_view_zoom (GeoMarketView *self, double factor) {
  g_return_if_fail (GEO_IS_MARKET_VIEW (self));

  zoom_at (self, self->zoom * factor,
           gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
           gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

double
geo_market_view_get_zoom (GeoMarketView *self) {
  g_return_val_if_fail (GEO_IS_MARKET_VIEW (self), 1);

  return self->zoom;
}

void
geo_market_view_pan (GeoMarketView *self, double dx, double dy) {
  g_return_if_fail (GEO_IS_MARKET_VIEW (self));

  self->is_fitted = FALSE;
  self->pan_x += dx;
  self->pan_y += dy;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- What is selected --------------------------------------------------- */

static void
say_selected (GeoMarketView *self) {
  const GeoMarketPoint *point = geo_market_view_get_selected (self);
  const gchar *sentence = point != NULL && point->sentence != NULL
                              ? point->sentence
                              : "";

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence,
                                  -1);
  if (*sentence != '\0' && gtk_widget_has_focus (GTK_WIDGET (self)))
    geo_say (GTK_WIDGET (self), sentence);
}

/* Somebody who is selected by the keys is brought into sight. */
static void
show_point (GeoMarketView *self, guint i) {
  graphene_point_t origin = middle (self);
  graphene_point_t at = place (self, i);
  double margin = BORDER * self->text_scale;
  double x = origin.x + at.x;
  double y = origin.y + at.y;
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));

  if (x < margin || x > width - margin)
    self->pan_x += width / 2 - x;
  if (y < margin || y > height - margin)
    self->pan_y += height / 2 - y;
}

static void
select_point (GeoMarketView *self, guint i) {
  if (self->selected == i)
    return;
  self->selected = i;
  redraw (self);
  say_selected (self);
  g_signal_emit (self, signals[SELECTED], 0);
}

void
geo_market_view_select (GeoMarketView *self, const gchar *key) {
  guint i;

  g_return_if_fail (GEO_IS_MARKET_VIEW (self));

  if (self->graph == NULL)
    return;
  i = key != NULL ? geo_market_graph_find (self->graph, key) : G_MAXUINT;
  if (i != G_MAXUINT)
    show_point (self, i);
  select_point (self, i);
}

const GeoMarketPoint *
geo_market_view_get_selected (GeoMarketView *self) {
  g_return_val_if_fail (GEO_IS_MARKET_VIEW (self), NULL);

  return self->selected < count (self) ? point_at (self, self->selected) : NULL;
}

static void
activate (GeoMarketView *self) {
  const GeoMarketPoint *point = geo_market_view_get_selected (self);

  if (point != NULL && point->kind == GEO_MARKET_PERSON)
    g_signal_emit (self, signals[ACTIVATED], 0, point->key);
}

/* G_MAXUINT: nobody is there. */
static guint
find_at (GeoMarketView *self, double x, double y) {
  graphene_point_t origin = middle (self);
  guint best = G_MAXUINT;
  double nearest = G_MAXDOUBLE;

  for (guint i = 0; i < count (self); i++) {
    graphene_point_t at = place (self, i);
    double distance = hypot (origin.x + at.x - x, origin.y + at.y - y);

    if (point_at (self, i)->kind != GEO_MARKET_UNKNOWN && distance < nearest &&
        distance <= MAX (radius_of (self, i), TOUCH_RADIUS)) {
      best = i;
      nearest = distance;
    }
  }
  return best;
}

/* The nearest one about there, as seen from who is selected. */
static guint
find_towards (GeoMarketView *self, double dx, double dy) {
  graphene_point_t here = self->at[self->selected];
  guint best = self->selected;
  double least = G_MAXDOUBLE;

  for (guint i = 0; i < count (self); i++) {
    double x = self->at[i].x - here.x;
    double y = self->at[i].y - here.y;
    double distance = hypot (x, y);
    double along = x * dx + y * dy;

    if (i == self->selected ||
        point_at (self, i)->kind == GEO_MARKET_UNKNOWN ||
        along < distance * 0.35)
      continue;
    distance *= 2.5 - 1.5 * along / distance;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

static const struct {
  const gchar *name;
  guint key, keypad;
  double dx, dy;
} ways[] = {
  { "left", GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0 },
  { "right", GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0 },
  { "up", GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1 },
  { "down", GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1 },
};

static void
way_cb (GtkWidget *widget, const gchar *action, GVariant *parameter) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);
  const gchar *name = g_variant_get_string (parameter, NULL);
  guint next;

  for (gsize i = 0; self->graph != NULL && i < G_N_ELEMENTS (ways); i++) {
    if (!g_str_equal (name, ways[i].name))
      continue;
    if (g_str_equal (action, "market.move")) {
      geo_market_view_pan (self, -ways[i].dx * PAN_STEP,
                           -ways[i].dy * PAN_STEP);
      return;
    }
    next = self->selected < count (self)
               ? find_towards (self, ways[i].dx, ways[i].dy)
               : 0;
    show_point (self, next);
    select_point (self, next);
  }
}

static void
show_cb (GtkWidget *widget, const gchar *action, GVariant *parameter) {
  activate (GEO_MARKET_VIEW (widget));
}

static void
me_cb (GtkWidget *widget, const gchar *action, GVariant *parameter) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);

  if (self->graph == NULL)
    return;
  show_point (self, 0);
  select_point (self, 0);
}

/* Escape closes what is around where nothing is selected. */
static gboolean
escape_cb (GtkWidget *widget, GVariant *args, gpointer user_data) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);

  if (self->selected == G_MAXUINT)
    return FALSE;
  select_point (self, G_MAXUINT);
  return TRUE;
}

static void
zoom_action_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);

  if (g_str_equal (name, "market.fit"))
    geo_market_view_fit (self);
  else
    geo_market_view_zoom (self, g_str_equal (name, "market.zoom-in")
                                    ? ZOOM_STEP
                                    : 1 / ZOOM_STEP);
}

/* --- Fingers and pointers ----------------------------------------------- */

static void
pressed_cb (GtkGestureClick *gesture,
            int n_press,
            double x,
            double y,
            GeoMarketView *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
released_cb (GtkGestureClick *gesture,
             int n_press,
             double x,
             double y,
             GeoMarketView *self) {
  guint i = find_at (self, x, y);

  select_point (self, i);
  if (n_press == 2 && i != G_MAXUINT)
    activate (self);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double x,
               double y,
               GeoMarketView *self) {
  self->drag_x = self->pan_x;
  self->drag_y = self->pan_y;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double dx,
                double dy,
                GeoMarketView *self) {
  GtkWidget *widget = GTK_WIDGET (self);

  if (!gtk_drag_check_threshold (widget, 0, 0, (int) dx, (int) dy))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  geo_market_view_pan (self, self->drag_x + dx - self->pan_x,
                       self->drag_y + dy - self->pan_y);
}

static void
pinch_begin_cb (GtkGesture *gesture,
                GdkEventSequence *sequence,
                GeoMarketView *self) {
  self->zoom_began = self->zoom;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, GeoMarketView *self) {
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    zoom_at (self, self->zoom_began * scale, x, y);
}

static void
motion_cb (GtkEventControllerMotion *motion,
           double x,
           double y,
           GeoMarketView *self) {
  self->pointer_x = x;
  self->pointer_y = y;
}

/* A wheel others; two fingers on a touchpad move, and zoom with Control. */
static gboolean
scroll_cb (GtkEventControllerScroll *scroll,
           double dx,
           double dy,
           GeoMarketView *self) {
  GtkEventController *controller = GTK_EVENT_CONTROLLER (scroll);
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (controller);
  gboolean is_wheel = gtk_event_controller_scroll_get_unit (scroll) ==
                      GDK_SCROLL_UNIT_WHEEL;

  if (!is_wheel && (state & GDK_CONTROL_MASK) == 0)
    geo_market_view_pan (self, -dx, -dy);
  else
    zoom_at (self, self->zoom * pow (ZOOM_STEP, is_wheel ? -dy : -dy / 40),
             self->pointer_x, self->pointer_y);
  return TRUE;
}

static gboolean
tooltip_cb (GeoMarketView *self,
            int x,
            int y,
            gboolean keyboard,
            GtkTooltip *tooltip) {
  guint i = keyboard ? self->selected : find_at (self, x, y);

  if (i >= count (self) || point_at (self, i)->sentence == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, point_at (self, i)->sentence);
  return TRUE;
}

/* --- Drawing ------------------------------------------------------------ */

typedef struct {
  GdkRGBA text;
  GdkRGBA line;
  GdkRGBA faint;
  GdkRGBA accent;
  GdkRGBA circle;
  GdkRGBA owes_me;
  GdkRGBA i_owe;
  GdkRGBA even;
  GdkRGBA unknown;
  gboolean is_contrasting;
} Colors;

/* Of the GNOME palette, dark enough for white letters. */
static Colors
find_colors (GeoMarketView *self) {
  AdwStyleManager *style =
      adw_style_manager_get_for_display (gtk_widget_get_display (
          GTK_WIDGET (self)));
  Colors colors = { 0 };
  GdkRGBA *accent = adw_style_manager_get_accent_color_rgba (style);

  colors.is_contrasting = adw_style_manager_get_high_contrast (style);
  gtk_widget_get_color (GTK_WIDGET (self), &colors.text);
  colors.line = colors.text;
  colors.line.alpha = colors.is_contrasting ? 0.9f : 0.4f;
  colors.faint = colors.line;
  colors.faint.alpha /= 2;
  colors.accent = colors.circle = *accent;
  colors.circle.alpha = colors.is_contrasting ? 0.9f : 0.45f;
  gdk_rgba_parse (&colors.owes_me, "#1b8553");
  gdk_rgba_parse (&colors.i_owe, "#b5500a");
  gdk_rgba_parse (&colors.even, "#6a6771");
  colors.unknown = colors.even;
  colors.unknown.alpha = colors.is_contrasting ? 1.0f : 0.6f;
  gdk_rgba_free (accent);
  return colors;
}

/* A turned rectangle, which costs a fraction of a path where many cross. */
static void
draw_line (GtkSnapshot *snapshot,
           const graphene_point_t *from,
           const graphene_point_t *to,
           float width,
           const GdkRGBA *color) {
  float x = to->x - from->x;
  float y = to->y - from->y;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, -width / 2, hypotf (x, y),
                                               width);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, from);
  gtk_snapshot_rotate (snapshot, atan2f (y, x) * (float) (180 / G_PI));
  gtk_snapshot_append_color (snapshot, color, &bounds);
  gtk_snapshot_restore (snapshot);
}

/* A small head in the middle of a line, towards to. */
static void
add_head (GskPathBuilder *builder,
          const graphene_point_t *from,
          const graphene_point_t *to,
          float size) {
  float x = to->x - from->x;
  float y = to->y - from->y;
  float length = hypotf (x, y);
  float mx, my;

  if (length < size * 5)
    return;
  x *= size / length;
  y *= size / length;
  mx = (from->x + to->x) / 2 + x / 2;
  my = (from->y + to->y) / 2 + y / 2;
  gsk_path_builder_move_to (builder, mx - x - y * 0.7f, my - y + x * 0.7f);
  gsk_path_builder_line_to (builder, mx, my);
  gsk_path_builder_line_to (builder, mx - x + y * 0.7f, my - y - x * 0.7f);
}

static void
stroke (GtkSnapshot *snapshot,
        GskPathBuilder *builder,
        float width,
        gboolean is_dashed,
        const GdkRGBA *color) {
  g_autoptr (GskPath) path = gsk_path_builder_free_to_path (builder);
  GskStroke *stroke;
  const float dash[] = { 5, 5 };

  if (gsk_path_is_empty (path))
    return;
  stroke = gsk_stroke_new (width);
  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  if (is_dashed)
    gsk_stroke_set_dash (stroke, dash, G_N_ELEMENTS (dash));
  gtk_snapshot_append_stroke (snapshot, path, stroke, color);
  gsk_stroke_free (stroke);
}

/* Round through its points (after Catmull and Rom). */
static void
add_circle (GeoMarketView *self,
            GskPathBuilder *builder,
            const GeoMarketCircle *circle) {
  guint n = circle->points->len;

  for (guint i = 0; i < n; i++) {
    graphene_point_t p[4];

    for (guint j = 0; j < 4; j++)
      p[j] = place (self,
                    g_array_index (circle->points, guint, (i + j) % n));
    if (i == 0)
      gsk_path_builder_move_to (builder, p[1].x, p[1].y);
    gsk_path_builder_cubic_to (
        builder, p[1].x + (p[2].x - p[0].x) / 5, p[1].y + (p[2].y - p[0].y) / 5,
        p[2].x - (p[3].x - p[1].x) / 5, p[2].y - (p[3].y - p[1].y) / 5, p[2].x,
        p[2].y);
  }
  gsk_path_builder_close (builder);
}

static void
draw_circles (GeoMarketView *self,
              GtkSnapshot *snapshot,
              const Colors *colors) {
  GskPathBuilder *cleared = gsk_path_builder_new ();
  GskPathBuilder *proposed = gsk_path_builder_new ();

  for (guint i = 0; i < self->graph->circles->len; i++) {
    const GeoMarketCircle *circle = self->graph->circles->pdata[i];

    add_circle (self, circle->is_proposal ? proposed : cleared, circle);
  }
  stroke (snapshot, cleared, 5, FALSE, &colors->circle);
  stroke (snapshot, proposed, 5, TRUE, &colors->circle);
}

static void
draw_ties (GeoMarketView *self, GtkSnapshot *snapshot, const Colors *colors) {
  GskPathBuilder *owes_me = gsk_path_builder_new ();
  GskPathBuilder *i_owe = gsk_path_builder_new ();
  /* From afar, many thick lines would be one spot. */
  float scale = (float) CLAMP (self->zoom * 1.4, 0.4, 1.0);
  float light = (colors->is_contrasting ? 2.5f : 2.0f) * scale;
  float heavy = (colors->is_contrasting ? 4.0f : 3.0f) * scale;

  for (guint i = 0; i < self->graph->ties->len; i++) {
    const GeoMarketTie *tie = &g_array_index (self->graph->ties, GeoMarketTie,
                                              i);
    graphene_point_t from = place (self, tie->from);
    graphene_point_t to = place (self, tie->to);
    gboolean is_mine = tie->from == 0;

    switch (tie->kind) {
    case GEO_MARKET_OWES:
      draw_line (snapshot, &from, &to, heavy,
                 is_mine ? &colors->i_owe : &colors->owes_me);
      add_head (is_mine ? i_owe : owes_me, &from, &to, 8);
      break;
    case GEO_MARKET_TRUSTS:
      draw_line (snapshot, &from, &to, light, &colors->line);
      break;
    case GEO_MARKET_KNOWS:
      draw_line (snapshot, &from, &to, 1, &colors->faint);
      break;
    case GEO_MARKET_CLEARED:
      break; /* Part of a circle. */
    }
  }
  stroke (snapshot, owes_me, heavy, FALSE, &colors->owes_me);
  stroke (snapshot, i_owe, heavy, FALSE, &colors->i_owe);
}

/* Each person's colour, by what is owed. */
static GdkRGBA *
color_points (GeoMarketView *self, const Colors *colors) {
  GdkRGBA *fill = g_new (GdkRGBA, count (self));

  for (guint i = 0; i < count (self); i++) {
    switch (point_at (self, i)->kind) {
    case GEO_MARKET_ME:
      fill[i] = colors->accent;
      break;
    case GEO_MARKET_PERSON:
      fill[i] = colors->even;
      break;
    case GEO_MARKET_UNKNOWN:
      fill[i] = colors->unknown;
      break;
    }
  }
  for (guint i = 0; i < self->graph->ties->len; i++) {
    const GeoMarketTie *tie = &g_array_index (self->graph->ties, GeoMarketTie,
                                              i);

    if (tie->kind == GEO_MARKET_OWES && tie->to == 0)
      fill[tie->from] = colors->owes_me;
    else if (tie->kind == GEO_MARKET_OWES && tie->from == 0)
      fill[tie->to] = colors->i_owe;
  }
  return fill;
}

static PangoLayout *
make_initials (GeoMarketView *self, const gchar *name) {
  PangoLayout *layout;
  PangoAttrList *attributes = pango_attr_list_new ();
  gunichar first = g_unichar_toupper (g_utf8_get_char (name));
  gchar text[7] = { 0 };

  g_unichar_to_utf8 (first, text);
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  pango_attr_list_insert (attributes,
                          pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

static PangoLayout *
make_name (GeoMarketView *self, const gchar *name) {
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self),
                                                        name);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  if (width > NAME_WIDTH_MAX * self->text_scale) {
    pango_layout_set_width (layout, (int) (NAME_WIDTH_MAX * self->text_scale) *
                                        PANGO_SCALE);
    pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  }
  return layout;
}

static void
draw_text (GtkSnapshot *snapshot,
           PangoLayout *layout,
           float x,
           float y,
           const GdkRGBA *color) {
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_ring (GtkSnapshot *snapshot,
           const graphene_point_t *at,
           float radius,
           float width,
           const GdkRGBA *color) {
  GskRoundedRect ring;
  const float widths[4] = { width, width, width, width };
  const GdkRGBA four[4] = { *color, *color, *color, *color };

  gsk_rounded_rect_init_from_rect (&ring,
                                   &GRAPHENE_RECT_INIT (at->x - radius,
                                                        at->y - radius,
                                                        2 * radius, 2 * radius),
                                   radius);
  gtk_snapshot_append_border (snapshot, &ring, widths, four);
}

/* A border that leaves nothing free costs a fraction of a clip, whoever draws
 * it. */
static void
draw_disc (GtkSnapshot *snapshot,
           const graphene_point_t *at,
           float radius,
           const GdkRGBA *color) {
  draw_ring (snapshot, at, radius, radius, color);
}

static void
draw_point (GeoMarketView *self,
            GtkSnapshot *snapshot,
            guint i,
            const GdkRGBA *fill,
            const Colors *colors) {
  const GeoMarketPoint *point = point_at (self, i);
  graphene_point_t at = place (self, i);
  float radius = (float) radius_of (self, i);
  const GdkRGBA white = { 1, 1, 1, 1 };
  int width, height;

  draw_disc (snapshot, &at, radius, fill);
  if (colors->is_contrasting)
    draw_ring (snapshot, &at, radius, 2, &colors->text);
  if (i == self->selected)
    draw_ring (snapshot, &at, radius + 6, 3, &colors->accent);
  if (point->name == NULL ||
      radius < INITIALS_RADIUS_MIN * (float) self->text_scale)
    return;
  if (self->initials[i] == NULL)
    self->initials[i] = make_initials (self, point->name);
  pango_layout_get_pixel_size (self->initials[i], &width, &height);
  draw_text (snapshot, self->initials[i], at.x - (float) width / 2,
             at.y - (float) height / 2, &white);
}

/* Names as there is room for them: first come, first served. */
static void
draw_name (GeoMarketView *self,
           GtkSnapshot *snapshot,
           guint i,
           GArray *taken,
           const Colors *colors) {
  const GeoMarketPoint *point = point_at (self, i);
  graphene_point_t at = place (self, i);
  graphene_rect_t rect;
  int width, height;

  if (point->name == NULL)
    return;
  if (self->names[i] == NULL)
    self->names[i] = make_name (self, point->name);
  pango_layout_get_pixel_size (self->names[i], &width, &height);
  graphene_rect_init (&rect, at.x - (float) width / 2,
                      at.y + (float) radius_of (self, i) + 3, (float) width,
                      (float) height);
  for (guint j = 0; j < taken->len; j++) {
    if (graphene_rect_intersection (
            &rect, &g_array_index (taken, graphene_rect_t, j), NULL))
      return;
  }
  g_array_append_val (taken, rect);
  draw_text (snapshot, self->names[i], rect.origin.x, rect.origin.y,
             &colors->text);
}

/* A name does not lie on somebody else. */
static void
take_points (GeoMarketView *self, GArray *taken) {
  for (guint i = 0; i < count (self); i++) {
    graphene_point_t at = place (self, i);
    float radius = (float) radius_of (self, i) - 1;
    graphene_rect_t rect = GRAPHENE_RECT_INIT (at.x - radius, at.y - radius,
                                               2 * radius, 2 * radius);

    g_array_append_val (taken, rect);
  }
}

static GskRenderNode *
draw (GeoMarketView *self) {
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  Colors colors = find_colors (self);
  g_autofree GdkRGBA *fill = color_points (self, &colors);
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE,
                                          sizeof (graphene_rect_t));

  draw_circles (self, snapshot, &colors);
  draw_ties (self, snapshot, &colors);
  for (guint i = count (self); i > 0; i--)
    draw_point (self, snapshot, i - 1, &fill[i - 1], &colors);
  take_points (self, taken);
  if (self->selected < count (self))
    draw_name (self, snapshot, self->selected, taken, &colors);
  for (guint i = 0; i < count (self); i++) {
    if (i != self->selected)
      draw_name (self, snapshot, i, taken, &colors);
  }
  return gtk_snapshot_free_to_node (snapshot);
}

static void
geo_market_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);
  graphene_point_t origin = middle (self);

  if (self->graph == NULL)
    return;
  if (self->node == NULL)
    self->node = draw (self);
  if (self->node == NULL)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &origin);
  gtk_snapshot_append_node (snapshot, self->node);
  gtk_snapshot_restore (snapshot);
}

/* --- Moving to new places ----------------------------------------------- */

static void
move_cb (double value, gpointer user_data) {
  GeoMarketView *self = user_data;

  for (guint i = 0; i < count (self); i++) {
    const GeoMarketPoint *point = point_at (self, i);

    self->at[i].x = (float) (self->from[i].x +
                             (point->x - self->from[i].x) * value);
    self->at[i].y = (float) (self->from[i].y +
                             (point->y - self->from[i].y) * value);
  }
  if (self->is_fitted)
    fit (self);
  redraw (self);
}

static void
forget_graph (GeoMarketView *self) {
  forget_texts (self);
  g_clear_pointer (&self->names, g_free);
  g_clear_pointer (&self->initials, g_free);
  g_clear_pointer (&self->from, g_free);
  g_clear_pointer (&self->at, g_free);
  g_clear_pointer (&self->graph, geo_market_graph_unref);
}

void
geo_market_view_set_graph (GeoMarketView *self, GeoMarketGraph *graph) {
  guint n = graph->points->len;
  g_autoptr (GHashTable) places = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, g_free);
  const GeoMarketPoint *selected;
  g_autofree gchar *key = NULL;
  gboolean is_first;

  g_return_if_fail (GEO_IS_MARKET_VIEW (self));

  is_first = self->graph == NULL;
  selected = geo_market_view_get_selected (self);
  key = g_strdup (selected != NULL ? selected->key : NULL);
  for (guint i = 0; i < count (self); i++) {
    if (point_at (self, i)->key != NULL)
      g_hash_table_insert (places, g_strdup (point_at (self, i)->key),
                           g_memdup2 (&self->at[i], sizeof *self->at));
  }

  adw_animation_reset (self->move);
  forget_graph (self);
  self->graph = geo_market_graph_ref (graph);
  self->names = g_new0 (PangoLayout *, n);
  self->initials = g_new0 (PangoLayout *, n);
  self->from = g_new0 (graphene_point_t, n);
  self->at = g_new0 (graphene_point_t, n);
  for (guint i = 0; i < n; i++) {
    const GeoMarketPoint *point = point_at (self, i);
    const graphene_point_t *old =
        point->key != NULL ? g_hash_table_lookup (places, point->key) : NULL;

    self->from[i] = old != NULL ? *old
                                : GRAPHENE_POINT_INIT ((float) point->x,
                                                       (float) point->y);
    self->at[i] = self->from[i];
  }
  self->selected = key != NULL ? geo_market_graph_find (graph, key)
                               : G_MAXUINT;
  if (is_first)
    geo_market_view_fit (self);
  adw_animation_play (self->move);
  say_selected (self);
  g_signal_emit (self, signals[SELECTED], 0);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_market_view_size_allocate (GtkWidget *widget,
                               int width,
                               int height,
                               int baseline) {
  GeoMarketView *self = GEO_MARKET_VIEW (widget);

  if (self->is_fitted)
    fit (self);
}

/* Text may have another size or face now; colours may be others. */
static void
restyle (GeoMarketView *self) {
  g_autoptr (PangoLayout) sample = gtk_widget_create_pango_layout (
      GTK_WIDGET (self), "X");
  int height;

  pango_layout_get_pixel_size (sample, NULL, &height);
  self->text_scale = CLAMP (height / 17.0, 0.75, 3.0);
  forget_texts (self);
  if (self->is_fitted)
    fit (self);
  redraw (self);
}

static void
geo_market_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change) {
  GTK_WIDGET_CLASS (geo_market_view_parent_class)->css_changed (widget, change);
  restyle (GEO_MARKET_VIEW (widget));
}

static void
geo_market_view_system_setting_changed (GtkWidget *widget,
                                        GtkSystemSetting setting) {
  GTK_WIDGET_CLASS (geo_market_view_parent_class)
      ->system_setting_changed (widget, setting);
  restyle (GEO_MARKET_VIEW (widget));
}

static void
geo_market_view_dispose (GObject *object) {
  GeoMarketView *self = GEO_MARKET_VIEW (object);

  g_clear_object (&self->move);
  forget_graph (self);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  G_OBJECT_CLASS (geo_market_view_parent_class)->dispose (object);
}

static void
bind_keys (GtkWidgetClass *widget_class) {
  static const struct {
    guint key;
    const gchar *action;
  } others[] = {
    { GDK_KEY_Return, "market.show" },    { GDK_KEY_KP_Enter, "market.show" },
    { GDK_KEY_space, "market.show" },     { GDK_KEY_Home, "market.me" },
    { GDK_KEY_plus, "market.zoom-in" },   { GDK_KEY_KP_Add, "market.zoom-in" },
    { GDK_KEY_equal, "market.zoom-in" },  { GDK_KEY_minus, "market.zoom-out" },
    { GDK_KEY_KP_Subtract, "market.zoom-out" }, { GDK_KEY_0, "market.fit" },
    { GDK_KEY_KP_0, "market.fit" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    guint keys[] = { ways[i].key, ways[i].keypad };

    for (gsize j = 0; j < G_N_ELEMENTS (keys); j++) {
      gtk_widget_class_add_binding_action (widget_class, keys[j], 0,
                                           "market.walk", "s", ways[i].name);
      gtk_widget_class_add_binding_action (widget_class, keys[j],
                                           GDK_SHIFT_MASK, "market.move", "s",
                                           ways[i].name);
    }
  }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    gtk_widget_class_add_binding_action (widget_class, others[i].key, 0,
                                         others[i].action, NULL);
    gtk_widget_class_add_binding_action (widget_class, others[i].key,
                                         GDK_CONTROL_MASK, others[i].action,
                                         NULL);
  }
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus,
                                       GDK_SHIFT_MASK, "market.zoom-in", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_cb,
                                NULL);
}

static void
geo_market_view_class_init (GeoMarketViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_market_view_dispose;
  widget_class->snapshot = geo_market_view_snapshot;
  widget_class->size_allocate = geo_market_view_size_allocate;
  widget_class->css_changed = geo_market_view_css_changed;
  widget_class->system_setting_changed =
      geo_market_view_system_setting_changed;
  signals[SELECTED] = g_signal_new ("selected", GEO_TYPE_MARKET_VIEW,
                                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", GEO_TYPE_MARKET_VIEW,
                                     G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "market");
  gtk_widget_class_set_accessible_role (widget_class,
                                        GTK_ACCESSIBLE_ROLE_APPLICATION);
  gtk_widget_class_install_action (widget_class, "market.zoom-in", NULL,
                                   zoom_action_cb);
  gtk_widget_class_install_action (widget_class, "market.zoom-out", NULL,
                                   zoom_action_cb);
  gtk_widget_class_install_action (widget_class, "market.fit", NULL,
                                   zoom_action_cb);
  gtk_widget_class_install_action (widget_class, "market.walk", "s", way_cb);
  gtk_widget_class_install_action (widget_class, "market.move", "s", way_cb);
  gtk_widget_class_install_action (widget_class, "market.show", NULL, show_cb);
  gtk_widget_class_install_action (widget_class, "market.me", NULL, me_cb);
  bind_keys (widget_class);
}

static void
add_gestures (GeoMarketView *self) {
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
}

static void
geo_market_view_init (GeoMarketView *self) {
  GtkWidget *widget = GTK_WIDGET (self);
  AdwStyleManager *style =
      adw_style_manager_get_for_display (gtk_widget_get_display (widget));

  self->zoom = 1;
  self->text_scale = 1;
  self->selected = G_MAXUINT;
  self->is_fitted = TRUE;
  self->move = adw_timed_animation_new (
      widget, 0, 1, MOVE_MS,
      adw_callback_animation_target_new (move_cb, self, NULL));
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (tooltip_cb), NULL);
  g_signal_connect_object (style, "notify", G_CALLBACK (restyle), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
      _ ("Picture of the market: the arrow keys go from one person to the "
         "next. The list says the same in words."),
      -1);
  add_gestures (self);
}

GeoMarketView *
geo_market_view_new (void) {
  return g_object_new (GEO_TYPE_MARKET_VIEW, NULL);
}
