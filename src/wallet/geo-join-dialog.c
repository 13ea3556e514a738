/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinDialog: one more community, by invitation or on this computer.  What
 * was joined it gives to the wallet.
 */
#include "config.h"

#include "wallet/geo-join-dialog.h"

#include "wallet/geo-join-page.h"

struct _GeoJoinDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoWallet *wallet;

  /* template children */
  GeoJoinPage *join_page;
};

G_DEFINE_FINAL_TYPE (GeoJoinDialog, geo_join_dialog, GEO_TYPE_DIALOG)

static void
joined_cb (GeoJoinDialog *self, GeoNode *node) {
  g_autoptr (GeoWallet) wallet = g_object_ref (self->wallet);

  adw_dialog_close (ADW_DIALOG (self));
  geo_wallet_add_node (wallet, node);
}

/* The window knows what it means where one is in that community. */
static void
known_cb (GeoJoinDialog *self, const gchar *link) {
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autofree gchar *text = g_strdup (link);

  adw_dialog_close (ADW_DIALOG (self));
  gtk_widget_activate_action (window, "win.join", "s", text);
}

static void
geo_join_dialog_dispose (GObject *object) {
  g_clear_object (&GEO_JOIN_DIALOG (object)->wallet);
  G_OBJECT_CLASS (geo_join_dialog_parent_class)->dispose (object);
}

static void
geo_join_dialog_class_init (GeoJoinDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_join_dialog_dispose;
  g_type_ensure (GEO_TYPE_JOIN_PAGE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-join-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoJoinDialog, join_page);
}

static void
geo_join_dialog_init (GeoJoinDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  /* The page is there until what it asked for has ended. */
  g_signal_connect_object (self->join_page, "joined", G_CALLBACK (joined_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->join_page, "known", G_CALLBACK (known_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "closed", G_CALLBACK (geo_join_page_cancel),
                           self->join_page, G_CONNECT_SWAPPED);
}

GeoJoinDialog *
geo_join_dialog_new (GeoWallet *wallet, const gchar *link) {
  GeoJoinDialog *self = g_object_new (GEO_TYPE_JOIN_DIALOG, NULL);

  self->wallet = g_object_ref (wallet);
  geo_join_page_set_own_hub (self->join_page, geo_wallet_get_own_hub (wallet));
  geo_join_page_set_communities (self->join_page,
                                 geo_wallet_get_communities (wallet));
  geo_join_page_start (self->join_page, geo_wallet_get_profile (wallet));
  if (link != NULL && *link != '\0')
    geo_join_page_set_link (self->join_page, link);
  return self;
}

GeoJoinDialog *
geo_join_dialog_new_market (GeoWallet *wallet) {
  GeoJoinDialog *self = geo_join_dialog_new (wallet, NULL);

  geo_join_page_start_market (self->join_page);
  return self;
}
