/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCommunityDialog: what is known of the community that is open: its hub, who
 * vouches for what it says, and leaving it, with what that means.
 */
#include "config.h"

#include "wallet/geo-community-dialog.h"

#include <glib/gi18n.h>

#include "wallet/geo-fit-text.h"

struct _GeoCommunityDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoWallet *wallet;
  GeoCommunityItem *item;

  /* template children */
  AdwActionRow *name_row;
  AdwActionRow *hub_row;
  AdwActionRow *connection_row;
  AdwActionRow *proof_row;
  AdwActionRow *pid_row;
  AdwButtonRow *leave_row;
};

G_DEFINE_FINAL_TYPE (GeoCommunityDialog, geo_community_dialog, GEO_TYPE_DIALOG)

static void
show (GeoCommunityDialog *self) {
  GeoNode *node = geo_community_item_get_node (self->item);
  g_autofree gchar *detail = NULL;
  g_autofree gchar *hub = NULL;

  g_object_get (self->item, "hub", &hub, "connection-detail", &detail, NULL);
  adw_action_row_set_subtitle (self->name_row,
                               geo_community_item_get_name (self->item));
  adw_action_row_set_subtitle (self->hub_row, hub != NULL ? hub : "");
  adw_action_row_set_subtitle (self->connection_row,
                               detail != NULL ? detail : "");
  adw_action_row_set_subtitle (
      self->proof_row,
      node != NULL && geo_node_is_hearsay (node)
          ? _ ("The hub says so. It proves nothing of it, so trust it as you "
               "trust whoever runs it.")
          : _ ("Everything is signed by those it concerns, and checked here."));
  adw_action_row_set_subtitle (self->pid_row,
                               geo_community_item_get_pid_text (self->item));
}

static void
leave_answer_cb (GeoCommunityDialog *self, const gchar *response) {
  g_autoptr (GeoWallet) wallet = g_object_ref (self->wallet);
  g_autoptr (GeoCommunityItem) item = g_object_ref (self->item);
  g_autoptr (GError) error = NULL;
  GtkWidget *window;
  AdwDialog *dialog;

  if (!g_str_equal (response, "leave"))
    return;
  /* It is of what is about to go. */
  window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  adw_dialog_close (ADW_DIALOG (self));
  if (geo_communities_leave (geo_wallet_get_communities (wallet), item, &error))
    return;
  dialog = geo_fit_text_new_alert (_ ("The Community Was Not Left"),
                                   error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close",
                                 _ ("_Close"));
  adw_dialog_present (dialog, window);
}

static void
leave_cb (GeoCommunityDialog *self) {
  g_autofree gchar *meaning = geo_community_item_describe_leaving (self->item);
  g_autofree gchar *title = g_strdup_printf (
      /* Translators: %s is the name of a community. */
      _ ("Leave %s?"), geo_community_item_get_name (self->item));
  AdwDialog *dialog = geo_fit_text_new_alert (title, meaning);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "stay",
                                  _ ("_Stay"), "leave", _ ("_Leave"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "leave",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "stay");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "stay");
  g_signal_connect_object (dialog, "response", G_CALLBACK (leave_answer_cb),
                           self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
geo_community_dialog_dispose (GObject *object) {
  GeoCommunityDialog *self = GEO_COMMUNITY_DIALOG (object);

  g_clear_object (&self->item);
  g_clear_object (&self->wallet);
  G_OBJECT_CLASS (geo_community_dialog_parent_class)->dispose (object);
}

static void
geo_community_dialog_class_init (GeoCommunityDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_community_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-community-dialog.ui");
#define CHILD(name) \
  gtk_widget_class_bind_template_child (widget_class, GeoCommunityDialog, name)
  CHILD (name_row);
  CHILD (hub_row);
  CHILD (connection_row);
  CHILD (proof_row);
  CHILD (pid_row);
  CHILD (leave_row);
#undef CHILD
}

static void
geo_community_dialog_init (GeoCommunityDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->leave_row, "activated", G_CALLBACK (leave_cb),
                            self);
}

GeoCommunityDialog *
geo_community_dialog_new (GeoWallet *wallet) {
  GeoCommunityDialog *self = g_object_new (GEO_TYPE_COMMUNITY_DIALOG, NULL);

  self->wallet = g_object_ref (wallet);
  self->item = g_object_ref (geo_wallet_get_current (wallet));
  g_signal_connect_object (self->item, "notify", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  show (self);
  return self;
}
