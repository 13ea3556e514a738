/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The About dialog.  Its report is in English whatever the language: it is for
 * whoever mends the program.  It holds nothing of the person.
 */
#include "config.h"

#include "wallet/geo-about.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "node/geo-libraries.h"

static const gchar *
name_state (GeoWalletState state) {
  switch (state) {
  case GEO_WALLET_CLOSED:
    return "closed";
  case GEO_WALLET_OPENING:
    return "opening";
  case GEO_WALLET_NO_IDENTITY:
    return "no identity";
  case GEO_WALLET_PASSPHRASE:
    return "needs its passphrase";
  case GEO_WALLET_NOT_JOINED:
    return "in no community";
  case GEO_WALLET_TROUBLE:
    return "cannot be opened";
  case GEO_WALLET_OPEN:
    return "open";
  }
  return "unknown";
}

static const gchar *
name_key_place (GeoKeyPlace place) {
  switch (place) {
  case GEO_KEY_PLACE_NONE:
    return "none";
  case GEO_KEY_PLACE_KEYRING:
    return "keyring";
  case GEO_KEY_PLACE_FILE:
    return "file with a passphrase";
  }
  return "unknown";
}

static const gchar *
name_connection (GeoConnection connection) {
  switch (connection) {
  case GEO_CONNECTION_OFFLINE:
    return "offline";
  case GEO_CONNECTION_CONNECTING:
    return "connecting";
  case GEO_CONNECTION_HUB:
    return "connected";
  case GEO_CONNECTION_FAULT:
    return "not believed";
  }
  return "unknown";
}

static const gchar *
get_environment (const gchar *name) {
  const gchar *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : "unknown";
}

static void
describe_programs (GString *text) {
  g_autofree gchar *libraries = geo_libraries_describe ();
  g_autofree gchar *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  g_string_append_printf (text, "Geo %s (%s)\n", GEO_VERSION,
                          GEO_BUILD_PROFILE);
  g_string_append_printf (
      text, "GTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\n",
      gtk_get_major_version (), gtk_get_minor_version (),
      gtk_get_micro_version (), adw_get_major_version (),
      adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
      glib_minor_version, glib_micro_version);
  g_string_append_printf (text, "%s\n", libraries);
  g_string_append_printf (
      text, "System: %s%s\n", os != NULL ? os : "unknown",
      g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? ", in Flatpak" : "");
}

static void
describe_display (GString *text, GtkWidget *parent) {
  GtkNative *native = gtk_widget_get_native (parent);
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native)
                                         : NULL;
  int dpi = 0;

  /* In 1024ths. */
  g_object_get (gtk_widget_get_settings (parent), "gtk-xft-dpi", &dpi, NULL);
  g_string_append_printf (
      text, "Display: %s, %s, scale %d, text %d dpi%s%s\n",
      G_OBJECT_TYPE_NAME (gtk_widget_get_display (parent)),
      renderer != NULL ? G_OBJECT_TYPE_NAME (renderer) : "no renderer",
      gtk_widget_get_scale_factor (parent), dpi / 1024,
      adw_style_manager_get_dark (adw_style_manager_get_default ()) ? ", dark"
                                                                    : "",
      adw_style_manager_get_high_contrast (adw_style_manager_get_default ())
          ? ", high contrast"
          : "");
  g_string_append_printf (text, "Desktop: %s, %s\n",
                          get_environment ("XDG_CURRENT_DESKTOP"),
                          get_environment ("XDG_SESSION_TYPE"));
  g_string_append_printf (text, "Language: %s\n",
                          setlocale (LC_MESSAGES, NULL));
}

/* Numbers only: a community's name and address say where somebody lives. */
static void
describe_wallet (GString *text, GeoWallet *wallet) {
  GListModel *list = G_LIST_MODEL (geo_wallet_get_communities (wallet));
  guint n = list != NULL ? g_list_model_get_n_items (list) : 0;

  g_string_append_printf (
      text, "Key: %s%s\n",
      name_key_place (
          geo_profile_get_key_place (geo_wallet_get_profile (wallet))),
      geo_lock_has_pin (geo_wallet_get_lock (wallet)) ? ", with a PIN" : "");
  g_string_append_printf (text, "Wallet: %s\n",
                          name_state (geo_wallet_get_state (wallet)));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);
    GeoNode *node = geo_community_item_get_node (item);

    if (node == NULL)
      g_string_append_printf (text, "Community %u: cannot be opened\n", i + 1);
    else
      g_string_append_printf (
          text, "Community %u: %s, %s, %u in doubt, %u equivalents\n", i + 1,
          geo_node_is_hearsay (node) ? "REST hub" : "hub",
          name_connection (geo_node_get_connection (node)),
          geo_node_get_open_count (node), geo_node_get_n_equivalents (node));
  }
}

gchar *
geo_about_describe (GtkWidget *parent, GeoWallet *wallet) {
  g_autoptr (GString) text = g_string_new (NULL);

  describe_programs (text);
  describe_display (text, parent);
  describe_wallet (text, wallet);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
geo_about_present (GtkWidget *parent, GeoWallet *wallet) {
  g_autofree gchar *report = geo_about_describe (parent, wallet);
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (
      dialog, "application-name", _ ("Geo"), "application-icon",
      GEO_APPLICATION_ID, "version", GEO_VERSION, "developer-name",
      _ ("The GEO authors"), "license-type", GTK_LICENSE_GPL_3_0, "comments",
      _ ("Mutual credit between people who know each other."), "debug-info",
      report, "debug-info-filename", "geo-wallet.txt", NULL);
  adw_dialog_present (dialog, parent);
}
