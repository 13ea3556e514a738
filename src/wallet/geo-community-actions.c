/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions about communities and their records.
 */
#include "config.h"

#include "wallet/geo-community-actions.h"

#include "wallet/geo-application.h"
#include "wallet/geo-backup-dialog.h"

static GeoWallet *
get_wallet (GtkWidget *window) {
  return geo_application_get_wallet (
      GEO_APPLICATION (gtk_window_get_application (GTK_WINDOW (window))));
}

static void
backup_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWallet *wallet = get_wallet (widget);

  adw_dialog_present (
      ADW_DIALOG (geo_backup_dialog_new (geo_wallet_get_profile (wallet),
                                         geo_wallet_get_own_hub (wallet))),
      widget);
}

static const struct {
  const gchar *name;
  const gchar *type;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "win.backup", NULL, backup_cb },
};

void
geo_community_actions_install (GtkWidgetClass *window_class) {
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (window_class, actions[i].name,
                                     actions[i].type, actions[i].activate);
}

void
geo_community_actions_set_enabled (GtkWidget *window, gboolean enabled) {
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (window, actions[i].name, enabled);
}
