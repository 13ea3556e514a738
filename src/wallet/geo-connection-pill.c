/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoConnectionPill: what the wallet is connected to, in one word, and what
 * works now behind a click.  It shows, and asks the window to try again.
 */
#include "config.h"

#include "wallet/geo-connection-pill.h"

#include <glib/gi18n.h>

#include "node/geo-node-requests.h"

struct _GeoConnectionPill {
  AdwBin parent_instance;

  /* owned */
  GeoNode *node;

  /* template children */
  GtkMenuButton *button;
  GtkImage *icon;
  GtkLabel *label;
  GtkPopover *popover;
  GtkLabel *detail;
  GtkLabel *waits;
  GtkProgressBar *progress;
  GtkButton *retry_button;
};

enum {
  PROP_COMPACT = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (GeoConnectionPill, geo_connection_pill, ADW_TYPE_BIN)

/* --- What waits ------------------------------------------------------ */

static guint
count_lines (GeoNode *node) {
  GListModel *people = geo_node_get_people (node);
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    GListModel *relations = geo_person_get_relations (person);

    for (guint j = 0; j < g_list_model_get_n_items (relations); j++) {
      g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, j);

      count += geo_relation_get_pending (relation) ? 1 : 0;
    }
  }
  return count;
}

static guint
count_letters (GeoNode *node) {
  GListModel *requests = geo_node_get_requests (node);
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (requests); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    count += geo_request_item_get_waits (item) ? 1 : 0;
  }
  return count;
}

/* Takes line. */
static void
add_line (GString *text, guint count, gchar *line) {
  if (count > 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  g_free (line);
}

/* Counted when somebody looks. */
static void
show_waits (GeoConnectionPill *self) {
  g_autoptr (GString) text = g_string_new (NULL);
  guint payments = geo_node_get_open_count (self->node);
  guint lines = count_lines (self->node);
  guint letters = count_letters (self->node);

  add_line (text, payments,
            g_strdup_printf (ngettext ("%u payment is waiting for the hub",
                                       "%u payments are waiting for the hub",
                                       payments),
                             payments));
  add_line (text, lines,
            g_strdup_printf (
                ngettext ("%u change of trust is waiting for the hub",
                          "%u changes of trust are waiting for the hub", lines),
                lines));
  add_line (
      text, letters,
      g_strdup_printf (
          ngettext ("%u request or answer is waiting for the hub",
                    "%u requests or answers are waiting for the hub", letters),
          letters));
  gtk_label_set_label (self->waits, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->waits), text->len > 0);
}

static void
popup_cb (GeoConnectionPill *self) {
  if (self->node != NULL && gtk_widget_get_visible (GTK_WIDGET (self->popover)))
    show_waits (self);
}

static void
update (GeoConnectionPill *self) {
  const gchar *word = NULL;
  const gchar *icon = NULL;
  g_autofree gchar *percent = NULL;
  GeoConnection connection = geo_node_get_connection (self->node);
  gdouble progress = geo_node_get_progress (self->node);

  switch (connection) {
  case GEO_CONNECTION_OFFLINE:
    word = _ ("Offline");
    icon = "network-offline-symbolic";
    break;
  case GEO_CONNECTION_CONNECTING:
    word = _ ("Connecting…");
    icon = "network-idle-symbolic";
    break;
  case GEO_CONNECTION_HUB:
    word = _ ("Hub");
    icon = "network-transmit-receive-symbolic";
    break;
  case GEO_CONNECTION_FAULT:
    word = _ ("Stopped");
    icon = "dialog-warning-symbolic";
    break;
  }
  gtk_widget_set_visible (GTK_WIDGET (self->progress), progress >= 0);
  if (progress >= 0) {
    gtk_progress_bar_set_fraction (self->progress, progress);
    /* Translators: how much of what happened meanwhile has come. */
    word = percent = g_strdup_printf (_ ("Catching up: %u%%"),
                                      (guint) (progress * 100));
  }
  gtk_label_set_label (self->label, word);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_label_set_label (self->detail,
                       geo_node_get_connection_detail (self->node));
  gtk_widget_set_visible (GTK_WIDGET (self->retry_button),
                          connection == GEO_CONNECTION_OFFLINE);
  popup_cb (self);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, word,
      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      geo_node_get_connection_detail (self->node), -1);
}

static void
geo_connection_pill_get_property (GObject *object,
                                  guint prop_id,
                                  GValue *value,
                                  GParamSpec *pspec) {
  GeoConnectionPill *self = GEO_CONNECTION_PILL (object);

  if (prop_id == PROP_COMPACT)
    g_value_set_boolean (value,
                         !gtk_widget_get_visible (GTK_WIDGET (self->label)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
geo_connection_pill_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec) {
  GeoConnectionPill *self = GEO_CONNECTION_PILL (object);

  if (prop_id == PROP_COMPACT)
    gtk_widget_set_visible (GTK_WIDGET (self->label),
                            !g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
geo_connection_pill_dispose (GObject *object) {
  GeoConnectionPill *self = GEO_CONNECTION_PILL (object);

  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (self->node, self);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_connection_pill_parent_class)->dispose (object);
}

static void
geo_connection_pill_class_init (GeoConnectionPillClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_connection_pill_dispose;
  G_OBJECT_CLASS (klass)->get_property = geo_connection_pill_get_property;
  G_OBJECT_CLASS (klass)->set_property = geo_connection_pill_set_property;
  props[PROP_COMPACT] = g_param_spec_boolean (
      "compact", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-connection-pill.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill,
                                        button);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill, icon);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill, label);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill,
                                        popover);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill,
                                        detail);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill, waits);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill,
                                        progress);
  gtk_widget_class_bind_template_child (widget_class, GeoConnectionPill,
                                        retry_button);
}

static void
geo_connection_pill_init (GeoConnectionPill *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->popover, "notify::visible",
                           G_CALLBACK (popup_cb), self, G_CONNECT_SWAPPED);
}

void
geo_connection_pill_set_node (GeoConnectionPill *self, GeoNode *node) {
  g_return_if_fail (GEO_IS_CONNECTION_PILL (self));

  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (self->node, self);
  g_set_object (&self->node, node);
  g_signal_connect_swapped (node, "notify::connection", G_CALLBACK (update),
                            self);
  g_signal_connect_swapped (node, "notify::progress", G_CALLBACK (update),
                            self);
  g_signal_connect_swapped (node, "notify::open-count", G_CALLBACK (popup_cb),
                            self);
  update (self);
}
