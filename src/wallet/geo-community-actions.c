/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions about communities and their records.
 */
#include "config.h"

#include "wallet/geo-community-actions.h"

#include "core/geo-link.h"
#include "node/geo-node-invitations.h"
#include "wallet/geo-application.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-community-dialog.h"
#include "wallet/geo-join-dialog.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-own-market-dialog.h"

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

static void
change_key_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoCommunities *communities =
      geo_wallet_get_communities (get_wallet (widget));

  if (communities != NULL)
    adw_dialog_present (ADW_DIALOG (geo_key_dialog_new (communities)), widget);
}

static void
own_market_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (get_wallet (widget));

  if (geo_own_hub_get_state (hub) != GEO_OWN_HUB_NONE)
    adw_dialog_present (ADW_DIALOG (geo_own_market_dialog_new (hub)), widget);
  else
    adw_dialog_present (
        ADW_DIALOG (geo_join_dialog_new_market (get_wallet (widget))), widget);
}

void
geo_community_actions_say_hub (GtkWidget *window, GeoNode *node) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (get_wallet (window));
  g_autoptr (GPtrArray) links = geo_own_hub_list_links (hub);
  g_autoptr (GeoLink) link = NULL;
  g_autofree gchar *community = NULL;

  if (links->len > 0)
    link = geo_link_parse (g_ptr_array_index (links, 0), NULL);
  if (link == NULL)
    return;
  community = geo_pid_to_string (&link->community);
  if (g_str_equal (community, geo_node_get_community_pid (node)))
    geo_node_set_hub_for_others (node, link->hub);
}

/* Of a link to a community that is joined already: that one is current then. */
static gboolean
is_joined (GeoWallet *wallet, const gchar *text) {
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);
  GeoCommunities *communities = geo_wallet_get_communities (wallet);
  g_autofree gchar *community = NULL;
  GeoCommunityItem *item;

  if (link == NULL || !link->has_community || communities == NULL)
    return FALSE;
  community = geo_pid_to_string (&link->community);
  item = geo_communities_find (communities, community, NULL);
  if (item == NULL || geo_community_item_get_node (item) == NULL)
    return FALSE;
  geo_wallet_set_current (wallet, item);
  return TRUE;
}

static void
join_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  const gchar *text = g_variant_get_string (parameter, NULL);

  if (is_joined (get_wallet (widget), text)) {
    gtk_widget_activate_action (widget, "win.open-link", "s", text);
    return;
  }
  adw_dialog_present (
      ADW_DIALOG (geo_join_dialog_new (get_wallet (widget), text)), widget);
}

static void
switch_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWallet *wallet = get_wallet (widget);
  GeoCommunities *communities = geo_wallet_get_communities (wallet);
  GeoCommunityItem *item =
      communities != NULL
          ? geo_communities_find (communities,
                                  g_variant_get_string (parameter, NULL), NULL)
          : NULL;

  if (item != NULL)
    geo_wallet_set_current (wallet, item);
}

static void
community_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWallet *wallet = get_wallet (widget);

  if (geo_wallet_get_current (wallet) != NULL)
    adw_dialog_present (ADW_DIALOG (geo_community_dialog_new (wallet)), widget);
}

static const struct {
  const gchar *name;
  const gchar *type;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "win.backup", NULL, backup_cb },
  { "win.change-key", NULL, change_key_cb },
  { "win.own-market", NULL, own_market_cb },
  { "win.join", "s", join_cb },
  { "win.switch", "s", switch_cb },
  { "win.community", NULL, community_cb },
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

static void
show_warning (AdwBanner *banner, GParamSpec *pspec, GeoOwnHub *hub) {
  GeoOwnHubState state = geo_own_hub_get_state (hub);
  gboolean is_down = state == GEO_OWN_HUB_WAITING ||
                     state == GEO_OWN_HUB_FAILED;

  adw_banner_set_revealed (banner, is_down);
}

void
geo_community_actions_warn (AdwBanner *banner, GeoOwnHub *hub) {
  g_return_if_fail (ADW_IS_BANNER (banner));

  g_signal_connect_object (hub, "notify", G_CALLBACK (show_warning), banner,
                           G_CONNECT_SWAPPED);
  show_warning (banner, NULL, hub);
}
