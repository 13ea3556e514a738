/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMyCodeDialog: my name and my code.  It keeps nothing of the node.
 */
#include "config.h"

#include "wallet/geo-my-code-dialog.h"

#include "wallet/geo-code-box.h"

struct _GeoMyCodeDialog {
  GeoDialog parent_instance;

  /* template children */
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *community_label;
  GeoCodeBox *code_box;
};

G_DEFINE_FINAL_TYPE (GeoMyCodeDialog, geo_my_code_dialog, GEO_TYPE_DIALOG)

static void
geo_my_code_dialog_class_init (GeoMyCodeDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (GEO_TYPE_CODE_BOX);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-my-code-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoMyCodeDialog, avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoMyCodeDialog,
                                        name_label);
  gtk_widget_class_bind_template_child (widget_class, GeoMyCodeDialog,
                                        community_label);
  gtk_widget_class_bind_template_child (widget_class, GeoMyCodeDialog,
                                        code_box);
}

static void
geo_my_code_dialog_init (GeoMyCodeDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GeoMyCodeDialog *
geo_my_code_dialog_new (GeoNode *node) {
  GeoMyCodeDialog *self = g_object_new (GEO_TYPE_MY_CODE_DIALOG, NULL);
  g_autofree gchar *link = geo_node_get_contact_link (node);

  adw_avatar_set_text (self->avatar, geo_node_get_name (node));
  gtk_label_set_label (self->name_label, geo_node_get_name (node));
  gtk_label_set_label (self->community_label,
                       geo_node_get_community_name (node));
  /* Not translated: a file that others open, too. */
  geo_code_box_set_link (self->code_box, link, "geo-my-code");
  return self;
}
