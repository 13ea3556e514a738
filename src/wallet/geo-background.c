/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBackground: asks the desktop's portal whether the program may run without
 * a window, and holds the application as long as that is wanted.  A desktop
 * without that portal stops nobody.
 */
#include "config.h"

#include "wallet/geo-background.h"

#include <glib/gi18n.h>

#include "wallet/geo-errand.h"
#include "wallet/geo-settings.h"

#define KEY "run-in-background"
#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_BACKGROUND "org.freedesktop.portal.Background"
#define PORTAL_REQUEST "org.freedesktop.portal.Request"

struct _GeoBackground {
  GObject parent_instance;

  GApplication *application;

  /* owned */
  GeoWallet *wallet;
  GSettings *settings; /* May be NULL. */
  GCancellable *cancellable;

  GDBusConnection *bus; /* While an answer is waited for. */

  guint response_id; /* Of that answer's signal; 0: none. */
  gboolean is_active;
  gboolean has_ended;
};

enum {
  PROP_0,
  PROP_ACTIVE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (GeoBackground, geo_background, G_TYPE_OBJECT)

static gboolean
is_wanted (GeoBackground *self) {
  return self->settings != NULL && g_settings_get_boolean (self->settings, KEY);
}

/* Nothing goes on in a wallet that is not open: a welcome page that was closed
 * is not to be kept. */
static void
update (GeoBackground *self) {
  gboolean active = !self->has_ended && is_wanted (self) &&
                    geo_wallet_get_state (self->wallet) == GEO_WALLET_OPEN;

  if (active == self->is_active)
    return;
  self->is_active = active;
  if (active)
    g_application_hold (self->application);
  else
    g_application_release (self->application);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVE]);
}

/* --- The portal ------------------------------------------------------ */

static void
stop_listening (GeoBackground *self) {
  if (self->response_id != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response_id);
  self->response_id = 0;
  g_clear_object (&self->bus);
}

static void
response_cb (GDBusConnection *bus,
             const gchar *sender,
             const gchar *path,
             const gchar *interface,
             const gchar *name,
             GVariant *parameters,
             gpointer user_data) {
  GeoBackground *self = user_data;
  g_autoptr (GVariant) results = NULL;
  guint response;
  gboolean may = FALSE;

  stop_listening (self);
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == 0 && g_variant_lookup (results, "background", "b", &may) &&
      may)
    return;
  g_settings_set_boolean (self->settings, KEY, FALSE);
  g_action_group_activate_action (
      G_ACTION_GROUP (self->application), "errand",
      g_variant_new (GEO_ERRAND_TYPE, "", "win.toast",
                     _ ("Your desktop does not allow it to run without a "
                        "window")));
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (
      G_DBUS_CONNECTION (source), result, &error);
  GeoBackground *self = user_data;

  if (answer != NULL ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* There is no portal: nobody who could object. */
  g_debug ("background: %s", error->message);
  stop_listening (self);
}

static void
ask (GeoBackground *self) {
  GDBusConnection *bus = g_application_get_dbus_connection (self->application);
  g_auto (GVariantBuilder) options =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree gchar *token = NULL;
  g_autofree gchar *sender = NULL;
  g_autofree gchar *path = NULL;

  if (bus == NULL)
    return;
  token = g_strdup_printf ("geo%u", g_random_int ());
  sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);
  g_strdelimit (sender, ".", '_');
  path = g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
  stop_listening (self);
  self->bus = g_object_ref (bus);
  self->response_id = g_dbus_connection_signal_subscribe (
      bus, PORTAL_NAME, PORTAL_REQUEST, "Response", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, response_cb, self, NULL);
  g_variant_builder_add (&options, "{sv}", "handle_token",
                         g_variant_new_string (token));
  g_variant_builder_add (
      &options, "{sv}", "reason",
      g_variant_new_string (_ ("To tell you of payments and requests")));
  g_variant_builder_add (&options, "{sv}", "autostart",
                         g_variant_new_boolean (FALSE));
  g_dbus_connection_call (
      bus, PORTAL_NAME, PORTAL_PATH, PORTAL_BACKGROUND, "RequestBackground",
      g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"),
      G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, asked_cb, self);
}

static void
changed_cb (GeoBackground *self) {
  if (is_wanted (self))
    ask (self);
  update (self);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_background_get_property (GObject *object,
                             guint prop_id,
                             GValue *value,
                             GParamSpec *pspec) {
  switch (prop_id) {
  case PROP_ACTIVE:
    g_value_set_boolean (value, GEO_BACKGROUND (object)->is_active);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_background_dispose (GObject *object) {
  GeoBackground *self = GEO_BACKGROUND (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  stop_listening (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->wallet);
  G_OBJECT_CLASS (geo_background_parent_class)->dispose (object);
}

static void
geo_background_class_init (GeoBackgroundClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = geo_background_dispose;
  object_class->get_property = geo_background_get_property;
  props[PROP_ACTIVE] = g_param_spec_boolean (
      "active", NULL, NULL, FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_background_init (GeoBackground *self) {
  self->settings = geo_settings_new ();
  self->cancellable = g_cancellable_new ();
}

GeoBackground *
geo_background_new (GApplication *application, GeoWallet *wallet) {
  GeoBackground *self = g_object_new (GEO_TYPE_BACKGROUND, NULL);

  self->application = application;
  self->wallet = g_object_ref (wallet);
  g_signal_connect_object (wallet, "notify::state", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed::" KEY,
                             G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
geo_background_is_active (GeoBackground *self) {
  g_return_val_if_fail (GEO_IS_BACKGROUND (self), FALSE);

  return self->is_active;
}

void
geo_background_end (GeoBackground *self) {
  g_return_if_fail (GEO_IS_BACKGROUND (self));

  self->has_ended = TRUE;
  update (self);
}
