/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityPage: the node's list of activity as a list view, which makes rows
 * for what is seen only.  It keeps and reads nothing itself.
 */
#include "config.h"

#include "wallet/geo-activity-page.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-activity-row.h"

struct _GeoActivityPage {
  AdwBin parent_instance;

  /* owned */
  GListModel *activity;

  /* template children */
  GtkStack *stack;
  GtkListView *list_view;
};

G_DEFINE_FINAL_TYPE (GeoActivityPage, geo_activity_page, ADW_TYPE_BIN)

static void
update (GeoActivityPage *self) {
  gboolean is_empty = g_list_model_get_n_items (self->activity) == 0;

  gtk_stack_set_visible_child_name (self->stack, is_empty ? "empty" : "list");
}

static void
activate_cb (GtkListView *view, guint position, GeoActivityPage *self) {
  g_autoptr (GeoActivityItem) item = g_list_model_get_item (self->activity,
                                                            position);
  g_autoptr (GVariant) target = NULL;
  const gchar *action;

  if (item == NULL)
    return;
  action = geo_activity_row_find_action (item, &target);
  if (action == NULL)
    return;
  g_variant_ref_sink (target);
  gtk_widget_activate_action_variant (GTK_WIDGET (self), action, target);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *item,
          gpointer user_data) {
  gtk_list_item_set_child (item, GTK_WIDGET (geo_activity_row_new ()));
}

static void
name_row (GtkListItem *list_item, GeoActivityItem *item) {
  g_autofree gchar *phrase = geo_phrase_activity (item);

  gtk_list_item_set_accessible_label (list_item, phrase);
}

static void
loaded_cb (GeoActivityItem *item, GParamSpec *pspec, GtkListItem *list_item) {
  name_row (list_item, item);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item,
         gpointer user_data) {
  GeoActivityItem *item = gtk_list_item_get_item (list_item);

  geo_activity_row_set_item (
      GEO_ACTIVITY_ROW (gtk_list_item_get_child (list_item)), item);
  name_row (list_item, item);
  g_signal_connect (item, "notify::loaded", G_CALLBACK (loaded_cb), list_item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item,
           gpointer user_data) {
  g_signal_handlers_disconnect_by_data (gtk_list_item_get_item (list_item),
                                        list_item);
  geo_activity_row_set_item (
      GEO_ACTIVITY_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
geo_activity_page_dispose (GObject *object) {
  GeoActivityPage *self = GEO_ACTIVITY_PAGE (object);

  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_clear_object (&self->activity);
  G_OBJECT_CLASS (geo_activity_page_parent_class)->dispose (object);
}

static void
geo_activity_page_class_init (GeoActivityPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_activity_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-activity-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        list_view);
}

static void
geo_activity_page_init (GeoActivityPage *self) {
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect (self->list_view, "activate", G_CALLBACK (activate_cb),
                    self);
}

void
geo_activity_page_set_node (GeoActivityPage *self, GeoNode *node) {
  g_autoptr (GtkNoSelection) selection = NULL;

  g_return_if_fail (GEO_IS_ACTIVITY_PAGE (self));

  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_set_object (&self->activity, geo_node_get_activity (node));
  selection = gtk_no_selection_new (g_object_ref (self->activity));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_swapped (self->activity, "items-changed",
                            G_CALLBACK (update), self);
  update (self);
}
