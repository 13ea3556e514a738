/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pretended notification service.
 */
#include "told.h"

#include <string.h>

#include "geo-screen.h"

GDBusConnection *bus;
GPtrArray *told;
guint taken_back;

static guint last_id;

static void
told_free (gpointer data) {
  Told *one = data;

  g_free (one->title);
  g_free (one->body);
  g_strfreev (one->actions);
  g_free (one);
}

static void
forget_told (guint id) {
  for (guint i = 0; i < told->len; i++) {
    if (((Told *) told->pdata[i])->id == id)
      g_ptr_array_remove_index (told, i--);
  }
}

static void
notify_cb (GDBusConnection *connection,
           const gchar *sender,
           const gchar *path,
           const gchar *interface,
           const gchar *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data) {
  if (g_str_equal (method, "Notify")) {
    Told *one = g_new0 (Told, 1);
    guint replaces;

    g_variant_get (parameters, "(su&sss^as@a{sv}i)", NULL, &replaces, NULL,
                   &one->title, &one->body, &one->actions, NULL, NULL);
    forget_told (replaces);
    one->id = replaces != 0 ? replaces : ++last_id;
    g_ptr_array_add (told, one);
    g_dbus_method_invocation_return_value (invocation,
                                           g_variant_new ("(u)", one->id));
    return;
  }
  if (g_str_equal (method, "CloseNotification")) {
    guint id;

    g_variant_get (parameters, "(u)", &id);
    forget_told (id);
    taken_back++;
    g_dbus_connection_emit_signal (connection, NULL, path, interface,
                                   "NotificationClosed",
                                   g_variant_new ("(uu)", id, 3), NULL);
  }
  g_dbus_method_invocation_return_value (
      invocation, g_str_equal (method, "GetCapabilities")
                      ? g_variant_new_parsed ("(['actions', 'body'],)")
                      : NULL);
}

void
pretend_service (void) {
  static const gchar xml[] =
      "<node><interface name='org.freedesktop.Notifications'>"
      "<method name='Notify'><arg type='s' direction='in'/>"
      "<arg type='u' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
      "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
      "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
      "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
      "</interface></node>";
  static const GDBusInterfaceVTable vtable = { .method_call = notify_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  told = g_ptr_array_new_with_free_func (told_free);
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_dbus_connection_register_object (
                        bus, "/org/freedesktop/Notifications",
                        info->interfaces[0], &vtable, NULL, NULL, &error),
                    !=, 0);
  g_assert_no_error (error);
  answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.freedesktop.Notifications", 4), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

/* By what its title is, or its body begins with. */
Told *
find_told (const gchar *text) {
  for (guint i = 0; i < told->len; i++) {
    Told *one = told->pdata[i];

    if (strcmp (one->title, text) == 0 || g_str_has_prefix (one->body, text))
      return one;
  }
  return NULL;
}

gboolean
is_told (gpointer title) {
  return find_told (title) != NULL;
}

gboolean
is_not_told (gpointer title) {
  return find_told (title) == NULL;
}

Told *
wait_told (const gchar *title) {
  gboolean came = geo_screen_wait (is_told, (gpointer) title, WAIT_S);

  for (guint i = 0; !came && i < told->len; i++)
    g_test_message ("told: %s: %s", ((Told *) told->pdata[i])->title,
                    ((Told *) told->pdata[i])->body);
  if (!came)
    g_test_message ("nobody was told: %s", title);
  g_assert_true (came);
  return find_told (title);
}

/* As somebody who presses it; label NULL: the notification itself.  It goes
 * then. */
void
press (Told *one, const gchar *label) {
  const gchar *name = NULL;
  guint id;

  for (guint i = 0; one->actions[i] != NULL; i += 2) {
    if (label != NULL ? strcmp (one->actions[i + 1], label) == 0
                      : strcmp (one->actions[i], "default") == 0)
      name = one->actions[i];
  }
  g_assert_nonnull (name);
  id = one->id;
  g_dbus_connection_emit_signal (bus, NULL, "/org/freedesktop/Notifications",
                                 "org.freedesktop.Notifications",
                                 "ActionInvoked",
                                 g_variant_new ("(us)", id, name), NULL);
  forget_told (id);
}
