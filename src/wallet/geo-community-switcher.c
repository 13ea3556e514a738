/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCommunitySwitcher: says who I am and in which community, and leads to the
 * others.  It switches by the window's actions.
 */
#include "config.h"

#include "wallet/geo-community-switcher.h"

#include <glib/gi18n.h>

struct _GeoCommunitySwitcher {
  AdwBin parent_instance;

  /* owned */
  GeoWallet *wallet;
  GeoCommunities *communities; /* That are in the list; may be NULL. */

  /* template children */
  GtkMenuButton *button;
  GtkLabel *name_label;
  GtkLabel *community_label;
  GtkWidget *unread_dot;
  GtkPopover *popover;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (GeoCommunitySwitcher, geo_community_switcher, ADW_TYPE_BIN)

/* --- One of them --------------------------------------------------------- */

typedef struct {
  GeoCommunitySwitcher *switcher;
  GeoCommunityItem *item;
  GtkWidget *row;
  GtkLabel *name;
  GtkLabel *detail;
  GtkLabel *unread;
  GtkWidget *check;
} Row;

static guint
count_unread (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  return node != NULL ? geo_node_get_unread (node) : 0;
}

static const gchar *
find_detail (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  if (node == NULL)
    return geo_community_item_get_problem (item);
  if (geo_node_is_hearsay (node))
    return _ ("The hub says so; it does not prove it.");
  return geo_node_get_hub (node);
}

static void
show_row (Row *row) {
  gboolean is_current =
      row->switcher->wallet != NULL &&
      geo_wallet_get_current (row->switcher->wallet) == row->item;
  guint unread = is_current ? 0 : count_unread (row->item);
  g_autofree gchar *count = g_strdup_printf ("%u", unread);
  g_autofree gchar *news = g_strdup_printf (
      ngettext ("%u new line", "%u new lines", unread), unread);

  gtk_label_set_label (row->name, geo_community_item_get_name (row->item));
  gtk_label_set_label (row->detail, find_detail (row->item));
  gtk_label_set_label (row->unread, count);
  gtk_widget_set_visible (GTK_WIDGET (row->unread), unread > 0);
  gtk_widget_set_opacity (row->check, is_current ? 1 : 0);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (row->row), GTK_ACCESSIBLE_PROPERTY_LABEL,
      geo_community_item_get_name (row->item),
      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      is_current ? _ ("Open now") : (unread > 0 ? news : ""), -1);
}

static void
row_gone (gpointer data) {
  Row *row = data;

  g_signal_handlers_disconnect_by_data (row->item, row);
  g_object_unref (row->item);
  g_free (row);
}

static GtkLabel *
add_label (GtkWidget *box, const gchar *css_class) {
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data) {
  Row *row = g_new0 (Row, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  row->switcher = user_data;
  row->item = g_object_ref (item);
  row->row = gtk_list_box_row_new ();
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_hexpand (texts, TRUE);
  row->name = add_label (texts, NULL);
  row->detail = add_label (texts, "caption");
  gtk_label_set_wrap (row->detail, TRUE);
  gtk_label_set_wrap_mode (row->detail, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_ellipsize (row->detail, PANGO_ELLIPSIZE_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (row->detail), "dimmed");
  gtk_box_append (GTK_BOX (box), texts);
  row->unread = add_label (box, "community-unread");
  gtk_widget_add_css_class (GTK_WIDGET (row->unread), "numeric");
  gtk_widget_set_valign (GTK_WIDGET (row->unread), GTK_ALIGN_CENTER);
  row->check = gtk_image_new_from_icon_name ("object-select-symbolic");
  gtk_box_append (GTK_BOX (box), row->check);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row->row), box);
  g_object_set_data_full (G_OBJECT (row->row), "row", row, row_gone);
  g_signal_connect_swapped (item, "notify", G_CALLBACK (show_row), row);
  show_row (row);
  return row->row;
}

/* --- All of them --------------------------------------------------------- */

static void
show_header (GeoCommunitySwitcher *self) {
  GeoCommunityItem *current = geo_wallet_get_current (self->wallet);
  GeoNode *node = geo_wallet_get_node (self->wallet);
  guint n = self->communities != NULL
                ? g_list_model_get_n_items (G_LIST_MODEL (self->communities))
                : 0;
  gboolean has_news = FALSE;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (self->communities), i);

    has_news = has_news || (item != current && count_unread (item) > 0);
  }
  /* One that cannot be opened does not say what I am called there. */
  gtk_label_set_label (
      self->name_label,
      node != NULL
          ? geo_node_get_name (node)
          : geo_profile_get_name (geo_wallet_get_profile (self->wallet)));
  if (current != NULL)
    gtk_label_set_label (self->community_label,
                         geo_community_item_get_name (current));
  /* They have a line each. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label),
                               gtk_label_get_text (self->name_label));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->community_label),
                               gtk_label_get_text (self->community_label));
  gtk_widget_set_visible (self->unread_dot, has_news);
}

static void
show_all (GeoCommunitySwitcher *self) {
  GtkListBoxRow *row;

  for (gint i = 0;
       (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    show_row (g_object_get_data (G_OBJECT (row), "row"));
  show_header (self);
}

static void
forget_communities (GeoCommunitySwitcher *self) {
  if (self->communities == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->communities, self);
  for (guint i = 0;
       i < g_list_model_get_n_items (G_LIST_MODEL (self->communities)); i++) {
    g_autoptr (GObject) item =
        g_list_model_get_item (G_LIST_MODEL (self->communities), i);

    g_signal_handlers_disconnect_by_data (item, self);
  }
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->communities);
}

/* What one of them has to tell shows in the header, too. */
static void
items_changed_cb (GeoCommunitySwitcher *self,
                  guint position,
                  guint removed,
                  guint added) {
  for (guint i = position; i < position + added; i++) {
    g_autoptr (GObject) item =
        g_list_model_get_item (G_LIST_MODEL (self->communities), i);

    g_signal_connect_object (item, "notify", G_CALLBACK (show_header), self,
                             G_CONNECT_SWAPPED);
  }
  show_header (self);
}

static void
wallet_cb (GeoCommunitySwitcher *self) {
  GeoCommunities *communities = geo_wallet_get_communities (self->wallet);

  if (communities != self->communities) {
    forget_communities (self);
    if (communities != NULL) {
      self->communities = g_object_ref (communities);
      gtk_list_box_bind_model (self->list, G_LIST_MODEL (communities), make_row,
                               self, NULL);
      g_signal_connect_swapped (communities, "items-changed",
                                G_CALLBACK (items_changed_cb), self);
      items_changed_cb (self, 0, 0,
                        g_list_model_get_n_items (G_LIST_MODEL (communities)));
    }
  }
  show_all (self);
}

static void
activated_cb (GeoCommunitySwitcher *self, GtkListBoxRow *row) {
  Row *data = g_object_get_data (G_OBJECT (row), "row");

  gtk_popover_popdown (self->popover);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.switch", "s",
                              geo_community_item_get_pid_text (data->item));
}

static void
button_cb (GeoCommunitySwitcher *self) {
  gtk_popover_popdown (self->popover);
}

/* --- Life ---------------------------------------------------------------- */

static void
geo_community_switcher_dispose (GObject *object) {
  GeoCommunitySwitcher *self = GEO_COMMUNITY_SWITCHER (object);

  forget_communities (self);
  if (self->wallet != NULL)
    g_signal_handlers_disconnect_by_data (self->wallet, self);
  g_clear_object (&self->wallet);
  G_OBJECT_CLASS (geo_community_switcher_parent_class)->dispose (object);
}

static void
geo_community_switcher_class_init (GeoCommunitySwitcherClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_community_switcher_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-community-switcher.ui");
#define CHILD(name)                                                        \
  gtk_widget_class_bind_template_child (widget_class, GeoCommunitySwitcher, \
                                        name)
  CHILD (button);
  CHILD (name_label);
  CHILD (community_label);
  CHILD (unread_dot);
  CHILD (popover);
  CHILD (list);
#undef CHILD
  gtk_widget_class_bind_template_callback_full (
      widget_class, "button_cb", G_CALLBACK (button_cb));
}

static void
geo_community_switcher_init (GeoCommunitySwitcher *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->list, "row-activated",
                            G_CALLBACK (activated_cb), self);
}

void
geo_community_switcher_set_wallet (GeoCommunitySwitcher *self,
                                   GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_COMMUNITY_SWITCHER (self));
  g_return_if_fail (self->wallet == NULL);

  self->wallet = g_object_ref (wallet);
  g_signal_connect_swapped (wallet, "notify::state", G_CALLBACK (wallet_cb),
                            self);
  g_signal_connect_swapped (wallet, "notify::node", G_CALLBACK (wallet_cb),
                            self);
  wallet_cb (self);
}
