/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityRow: what happened, with whom, how much and when.  It follows its
 * item, which may still be on its way from the disk, and changes nothing.
 */
#include "config.h"

#include "wallet/geo-activity-row.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-when.h"

struct _GeoActivityRow {
  AdwBin parent_instance;

  gboolean has_days;

  /* owned */
  GeoActivityItem *item;
  GeoActivityItem *above; /* NULL: it is the first. */

  /* template children */
  GtkLabel *day_label;
  GtkImage *icon;
  GtkBox *facts;
  GtkLabel *phrase_label;
  GtkLabel *text_label;
  GtkLabel *amount_label;
  GtkLabel *when_label;
};

G_DEFINE_FINAL_TYPE (GeoActivityRow, geo_activity_row, ADW_TYPE_BIN)

static const gchar *
find_icon (GeoActivityItem *item) {
  switch (geo_activity_item_get_kind (item)) {
  case GEO_ITEM_PAID:
    return "go-up-symbolic";
  case GEO_ITEM_RECEIVED:
    return "go-down-symbolic";
  case GEO_ITEM_PASSED:
    return "media-playlist-repeat-symbolic";
  case GEO_ITEM_TRUST_GIVEN:
  case GEO_ITEM_TRUST_GOT:
    return "security-high-symbolic";
  case GEO_ITEM_CLEARED:
    return "object-rotate-right-symbolic";
  case GEO_ITEM_JOINED:
    return "system-users-symbolic";
  case GEO_ITEM_REFUSED:
    return "action-unavailable-symbolic";
  }
  return "dialog-information-symbolic";
}

/* A trust's amount stands in its phrase. */
static gboolean
has_amount (GeoActivityItem *item) {
  switch (geo_activity_item_get_kind (item)) {
  case GEO_ITEM_PAID:
  case GEO_ITEM_RECEIVED:
  case GEO_ITEM_PASSED:
  case GEO_ITEM_CLEARED:
  case GEO_ITEM_REFUSED:
    return TRUE;
  case GEO_ITEM_TRUST_GIVEN:
  case GEO_ITEM_TRUST_GOT:
  case GEO_ITEM_JOINED:
    return FALSE;
  }
  return FALSE;
}

static void
set_class (gpointer widget, const gchar *name, gboolean set) {
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_amount (GeoActivityRow *self) {
  GeoState state = geo_activity_item_get_state (self->item);
  g_autofree gchar *amount = NULL;

  if (has_amount (self->item))
    amount = geo_phrase_amount (geo_activity_item_get_amount (self->item),
                                geo_activity_item_get_precision (self->item),
                                geo_activity_item_get_equivalent (self->item));
  gtk_label_set_label (self->amount_label, amount != NULL ? amount : "");
  gtk_widget_set_visible (GTK_WIDGET (self->amount_label), amount != NULL);
  set_class (self->amount_label, "success",
             geo_activity_item_get_kind (self->item) == GEO_ITEM_RECEIVED);
  set_class (self->amount_label, "dimmed", state == GEO_STATE_NOT_PAID);
}

static void
show_icon (GeoActivityRow *self) {
  GeoState state = geo_activity_item_get_state (self->item);

  if (geo_activity_item_get_kind (self->item) == GEO_ITEM_PAID &&
      state == GEO_STATE_IN_DOUBT)
    gtk_image_set_from_icon_name (self->icon, "dialog-question-symbolic");
  else if (geo_activity_item_get_kind (self->item) == GEO_ITEM_PAID &&
           state == GEO_STATE_NOT_PAID)
    gtk_image_set_from_icon_name (self->icon, "window-close-symbolic");
  else
    gtk_image_set_from_icon_name (self->icon, find_icon (self->item));
  set_class (self->icon, "warning", state == GEO_STATE_IN_DOUBT);
}

/* A row above that is still on its way will say so when it is here. */
static void
show_day (GeoActivityRow *self) {
  GeoTime time = geo_activity_item_get_time (self->item);
  gboolean begins = self->has_days && geo_activity_item_get_loaded (self->item);
  g_autofree gchar *day = NULL;

  if (begins && self->above != NULL)
    begins = geo_activity_item_get_loaded (self->above) &&
             !geo_when_is_same_day (geo_activity_item_get_time (self->above),
                                    time);
  if (begins)
    day = geo_when_day (time);
  gtk_label_set_label (self->day_label, day != NULL ? day : "");
  gtk_widget_set_visible (GTK_WIDGET (self->day_label), begins);
}

static void
update (GeoActivityRow *self) {
  gboolean loaded = geo_activity_item_get_loaded (self->item);
  g_autofree gchar *phrase = geo_phrase_activity (self->item);
  g_autofree gchar *when = NULL;
  const gchar *text = NULL;

  gtk_widget_set_opacity (GTK_WIDGET (self), loaded ? 1.0 : 0.0);
  show_day (self);
  if (!loaded) {
    gtk_label_set_label (self->phrase_label, "");
    gtk_label_set_label (self->amount_label, "");
    gtk_label_set_label (self->when_label, "");
    gtk_widget_set_visible (GTK_WIDGET (self->text_label), FALSE);
    return;
  }

  text = geo_activity_item_get_text (self->item);
  if (geo_activity_item_get_reason (self->item) != NULL)
    text = geo_activity_item_get_reason (self->item);
  when = self->has_days
             ? geo_when_time (geo_activity_item_get_time (self->item))
             : geo_when_phrase (geo_activity_item_get_time (self->item));

  gtk_label_set_label (self->phrase_label, phrase);
  gtk_label_set_label (self->text_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->text_label),
                          text != NULL && *text != '\0');
  /* A time alone is short, and a label that may break is measured twice. */
  gtk_label_set_wrap (self->when_label, !self->has_days);
  gtk_label_set_label (self->when_label, when);
  show_amount (self);
  show_icon (self);
}

/* Setting a tooltip asks the display where the pointer is, and waits for the
 * answer: so it is made when somebody points there, of what is cut off. */
static gboolean
tooltip_cb (GtkLabel *label,
            int x,
            int y,
            gboolean keyboard_mode,
            GtkTooltip *tooltip,
            gpointer user_data) {
  if (!pango_layout_is_ellipsized (gtk_label_get_layout (label)))
    return FALSE;
  gtk_tooltip_set_text (tooltip, gtk_label_get_text (label));
  return TRUE;
}

static void
forget_above (GeoActivityRow *self) {
  if (self->above != NULL)
    g_signal_handlers_disconnect_by_data (self->above, self);
  g_clear_object (&self->above);
}

/* --- Its place ------------------------------------------------------------ */

/* How much stands below what happened where it would leave no room beside it. */
static void
fit (GeoActivityRow *self) {
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  gboolean is_cramped = gtk_widget_has_css_class (root, GEO_FIT_TEXT_CRAMPED);
  float align = is_cramped ? 0 : 1;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->facts),
                                  is_cramped ? GTK_ORIENTATION_VERTICAL
                                             : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing (self->facts, is_cramped ? 2 : 12);
  gtk_label_set_xalign (self->amount_label, align);
  gtk_label_set_wrap (self->amount_label, is_cramped);
  gtk_label_set_xalign (self->when_label, align);
}

static void
geo_activity_row_root (GtkWidget *widget) {
  GTK_WIDGET_CLASS (geo_activity_row_parent_class)->root (widget);
  g_signal_connect_swapped (gtk_widget_get_root (widget),
                            "notify::css-classes", G_CALLBACK (fit), widget);
  fit (GEO_ACTIVITY_ROW (widget));
}

static void
geo_activity_row_unroot (GtkWidget *widget) {
  g_signal_handlers_disconnect_by_data (gtk_widget_get_root (widget), widget);
  GTK_WIDGET_CLASS (geo_activity_row_parent_class)->unroot (widget);
}

static void
geo_activity_row_dispose (GObject *object) {
  geo_activity_row_set_item (GEO_ACTIVITY_ROW (object), NULL);
  forget_above (GEO_ACTIVITY_ROW (object));
  G_OBJECT_CLASS (geo_activity_row_parent_class)->dispose (object);
}

static void
geo_activity_row_class_init (GeoActivityRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_activity_row_dispose;
  widget_class->root = geo_activity_row_root;
  widget_class->unroot = geo_activity_row_unroot;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-activity-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow,
                                        day_label);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow, icon);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow, facts);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow,
                                        phrase_label);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow,
                                        text_label);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow,
                                        amount_label);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityRow,
                                        when_label);
}

static void
geo_activity_row_init (GeoActivityRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self->phrase_label, "query-tooltip",
                    G_CALLBACK (tooltip_cb), NULL);
  g_signal_connect (self->text_label, "query-tooltip", G_CALLBACK (tooltip_cb),
                    NULL);
}

GeoActivityRow *
geo_activity_row_new (void) {
  return g_object_new (GEO_TYPE_ACTIVITY_ROW, NULL);
}

void
geo_activity_row_set_item (GeoActivityRow *self, GeoActivityItem *item) {
  g_return_if_fail (GEO_IS_ACTIVITY_ROW (self));

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
  update (self);
}

void
geo_activity_row_set_above (GeoActivityRow *self, GeoActivityItem *above) {
  g_return_if_fail (GEO_IS_ACTIVITY_ROW (self));
  g_return_if_fail (self->item != NULL);

  forget_above (self);
  if (above != NULL) {
    self->above = g_object_ref (above);
    g_signal_connect_swapped (above, "notify::loaded", G_CALLBACK (show_day),
                              self);
  }
  if (self->has_days) {
    show_day (self);
    return;
  }
  self->has_days = TRUE;
  update (self);
}

GeoActivityItem *
geo_activity_row_get_item (GeoActivityRow *self) {
  g_return_val_if_fail (GEO_IS_ACTIVITY_ROW (self), NULL);

  return self->item;
}

const gchar *
geo_activity_row_find_action (GeoActivityItem *item, GVariant **target) {
  const gchar *key;
  const gchar *pid;

  if (!geo_activity_item_get_loaded (item))
    return NULL;
  key = geo_activity_item_get_receipt_key (item);
  if (key != NULL) {
    *target = g_variant_new_string (key);
    return "win.show-receipt";
  }
  pid = geo_activity_item_get_peer_pid (item);
  if (pid != NULL && *pid != '\0') {
    *target = g_variant_new_string (pid);
    return "win.show-person";
  }
  return NULL;
}
