/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoApplication: one instance, its wallet, the actions of the whole program
 * and its one window, or none.  It knows no pages.
 */
#include "config.h"

#include "wallet/geo-application.h"

#include <glib/gi18n.h>

#include "wallet/geo-about.h"
#include "wallet/geo-background.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-notifier.h"
#include "wallet/geo-search-provider.h"
#include "wallet/geo-window.h"

/* A hub that does not answer does not keep the program. */
#define SAVING_MAX_US (3 * G_USEC_PER_SEC)
#define SAVING_STEP_MS 50

struct _GeoApplication {
  AdwApplication parent_instance;

  /* owned */
  GeoWallet *wallet;
  GeoNotifier *notifier;
  GeoSearchProvider *search;
  GeoBackground *background;
  gchar *profile_name;

  /* While something is saved before the program ends. */
  guint saving_id;
  gint64 saving_since_us;
};

G_DEFINE_FINAL_TYPE (GeoApplication, geo_application, ADW_TYPE_APPLICATION)

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data) {
  GeoApplication *self = user_data;
  GtkWindow *window =
      gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL)
    geo_about_present (GTK_WIDGET (window), self->wallet);
}

/* However it was set to go on. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data) {
  GeoApplication *self = user_data;
  g_autoptr (GList) windows =
      g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));

  geo_background_end (self->background);
  for (GList *at = windows; at != NULL; at = at->next)
    gtk_window_close (at->data);
}

static GeoWindow *present_window (GApplication *app);

static void
errand_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data) {
  geo_window_run_errand (present_window (user_data),
                         geo_errand_new_from_variant (parameter));
}

static void
decline_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data) {
  geo_notifier_decline (GEO_APPLICATION (user_data)->notifier, parameter);
}

static const GActionEntry app_entries[] = {
  { .name = "errand",
    .activate = errand_cb,
    .parameter_type = GEO_ERRAND_TYPE },
  { .name = "decline",
    .activate = decline_cb,
    .parameter_type = GEO_NOTIFIER_DECLINE_TYPE },
  { .name = "about", .activate = about_cb },
  { .name = "quit", .activate = quit_cb },
};

static const struct {
  const gchar *action;
  const gchar *accels[3];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.pay(\"\")", { "<Control>p" } },
  { "win.trust(\"\")", { "<Control>t" } },
  { "win.request(\"\")", { "<Control>n" } },
  { "win.show-code", { "<Control>m" } },
  { "win.read-code", { "<Control>o" } },
  { "win.scan-code", { "<Control><Shift>o" } },
  { "win.show-page(\"home\")", { "<Alt>1" } },
  { "win.show-page(\"activity\")", { "<Alt>2" } },
  { "win.show-page(\"people\")", { "<Alt>3" } },
  { "win.show-page(\"market\")", { "<Alt>4" } },
  { "win.show-sidebar", { "F9" } },
  { "win.reconnect", { "<Control>r" } },
  { "win.lock-keys", { "<Control>l" } },
  { "win.preferences", { "<Control>comma" } },
  { "win.show-help", { "F1" } },
  { "win.show-help-overlay", { "<Control>question" } },
};

static void
geo_application_startup (GApplication *app) {
  GeoApplication *self = GEO_APPLICATION (app);
  g_autoptr (GeoProfile) profile = NULL;

  G_APPLICATION_CLASS (geo_application_parent_class)->startup (app);
  geo_fit_text_begin ();

  profile = geo_profile_new (self->profile_name);
  self->wallet = geo_wallet_new (profile);
  geo_search_provider_set_wallet (self->search, self->wallet);
  self->notifier = geo_notifier_new (GTK_APPLICATION (self), self->wallet);
  self->background = geo_background_new (app, self->wallet);
  gtk_window_set_default_icon_name (GEO_APPLICATION_ID);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self),
                                           accels[i].action, accels[i].accels);
}

static GeoWindow *
present_window (GApplication *app) {
  GeoWindow *window = NULL;

  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (app));
       at != NULL && window == NULL; at = at->next)
    window = GEO_IS_WINDOW (at->data) ? at->data : NULL;
  if (window == NULL)
    window = geo_window_new (GEO_APPLICATION (app));
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
geo_application_activate (GApplication *app) {
  present_window (app);
}

/* Links.  Of several, the last is what the person wanted. */
static void
geo_application_open (GApplication *app,
                      GFile **files,
                      gint n_files,
                      const gchar *hint) {
  g_autofree gchar *uri = g_file_get_uri (files[n_files - 1]);

  geo_window_open_link (present_window (app), uri);
}

/* A link is a file to GIO.  What else is in the session takes such a file apart
 * and may lose what stands after the question mark; here it stays as it is. */
static GFile *
link_to_file_cb (GVfs *vfs, const char *uri, gpointer user_data) {
  GVfs *local = user_data;

  /* The class's own: what is registered would come back here. */
  return G_VFS_GET_CLASS (local)->get_file_for_uri (local, uri);
}

/* --- The end --------------------------------------------------------- */

static gboolean
saving_cb (gpointer user_data) {
  GeoApplication *self = user_data;

  if (geo_wallet_has_unsaved (self->wallet) &&
      g_get_monotonic_time () - self->saving_since_us < SAVING_MAX_US)
    return G_SOURCE_CONTINUE;
  self->saving_id = 0;
  g_application_release (G_APPLICATION (self));
  return G_SOURCE_REMOVE;
}

/* What only this wallet knows goes to the hub before the program ends. */
static void
save (GeoApplication *self) {
  if (self->saving_id != 0 || !geo_wallet_has_unsaved (self->wallet))
    return;
  g_application_hold (G_APPLICATION (self));
  self->saving_since_us = g_get_monotonic_time ();
  self->saving_id = g_timeout_add (SAVING_STEP_MS, saving_cb, self);
}

static void
geo_application_window_removed (GtkApplication *app, GtkWindow *window) {
  GeoApplication *self = GEO_APPLICATION (app);

  save (self);
  GTK_APPLICATION_CLASS (geo_application_parent_class)
      ->window_removed (app, window);
  if (gtk_application_get_windows (app) == NULL)
    geo_wallet_lock (self->wallet);
}

static gboolean
geo_application_dbus_register (GApplication *app,
                               GDBusConnection *connection,
                               const gchar *path,
                               GError **error) {
  GeoApplication *self = GEO_APPLICATION (app);

  return G_APPLICATION_CLASS (geo_application_parent_class)
             ->dbus_register (app, connection, path, error) &&
         geo_search_provider_export (self->search, connection,
                                     GEO_SEARCH_PROVIDER_PATH, error);
}

static void
geo_application_dbus_unregister (GApplication *app,
                                 GDBusConnection *connection,
                                 const gchar *path) {
  geo_search_provider_unexport (GEO_APPLICATION (app)->search);
  G_APPLICATION_CLASS (geo_application_parent_class)
      ->dbus_unregister (app, connection, path);
}

static void
geo_application_shutdown (GApplication *app) {
  geo_wallet_close (GEO_APPLICATION (app)->wallet);
  G_APPLICATION_CLASS (geo_application_parent_class)->shutdown (app);
}

static gint
geo_application_handle_local_options (GApplication *app,
                                      GVariantDict *options) {
  GeoApplication *self = GEO_APPLICATION (app);
  gchar *profile = NULL;

  if (g_variant_dict_lookup (options, "profile", "s", &profile)) {
    g_free (self->profile_name);
    self->profile_name = profile;
    /* Each profile is a program of its own: one instance a profile. */
    g_application_set_flags (app, g_application_get_flags (app) |
                                      G_APPLICATION_NON_UNIQUE);
  }
  return -1;
}

static void
geo_application_finalize (GObject *object) {
  GeoApplication *self = GEO_APPLICATION (object);

  g_clear_handle_id (&self->saving_id, g_source_remove);
  g_clear_object (&self->background);
  g_clear_object (&self->search);
  g_clear_object (&self->notifier);
  g_clear_object (&self->wallet);
  g_clear_pointer (&self->profile_name, g_free);
  G_OBJECT_CLASS (geo_application_parent_class)->finalize (object);
}

static void
geo_application_class_init (GeoApplicationClass *klass) {
  GApplicationClass *app_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = geo_application_finalize;
  GTK_APPLICATION_CLASS (klass)->window_removed =
      geo_application_window_removed;
  app_class->startup = geo_application_startup;
  app_class->dbus_register = geo_application_dbus_register;
  app_class->dbus_unregister = geo_application_dbus_unregister;
  app_class->shutdown = geo_application_shutdown;
  app_class->activate = geo_application_activate;
  app_class->open = geo_application_open;
  app_class->handle_local_options = geo_application_handle_local_options;
}

static const GOptionEntry options[] = {
  { "profile", 0, 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Keep everything in this profile or folder"), N_ ("NAME") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version"), NULL },
  { NULL },
};

static void
geo_application_init (GeoApplication *self) {
  self->search = geo_search_provider_new (G_APPLICATION (self));
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_action_map_add_action_entries (G_ACTION_MAP (self), app_entries,
                                   G_N_ELEMENTS (app_entries), self);
}

GeoApplication *
geo_application_new (void) {
  GVfs *local = g_vfs_get_local ();

  g_vfs_register_uri_scheme (g_vfs_get_default (), "geo", link_to_file_cb,
                             local, NULL, link_to_file_cb, local, NULL);
  /* Registered with the session, it is told of the screen lock. */
  return g_object_new (GEO_TYPE_APPLICATION, "application-id",
                       GEO_APPLICATION_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/net/geocredit/Wallet",
                       "register-session", TRUE, NULL);
}

GeoBackground *
geo_application_get_background (GeoApplication *self) {
  g_return_val_if_fail (GEO_IS_APPLICATION (self), NULL);

  return self->background;
}

GeoWallet *
geo_application_get_wallet (GeoApplication *self) {
  g_return_val_if_fail (GEO_IS_APPLICATION (self), NULL);

  return self->wallet;
}
