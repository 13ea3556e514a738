/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fake-camera.h.  Both ends of a connection to nobody are here: one is
 * given away, and when all who had it have closed it, the other end hears of
 * that.
 */
#include "config.h"

#include "fake-camera.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH "/org/freedesktop/portal/desktop"

struct _FakeCamera {
  GDBusConnection *bus;
  gboolean is_present;
  FakeCameraAnswer answer;
  gchar *socket;
  int kept; /* Our end; -1: none was given. */
  guint asked;
  guint withdrawn;
};

static void
return_nothing (GDBusMethodInvocation *invocation) {
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
export_at (FakeCamera *fake,
           const gchar *path,
           const gchar *xml,
           const GDBusInterfaceVTable *vtable) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, &error);

  g_assert_no_error (error);
  g_dbus_connection_register_object (fake->bus, path, info->interfaces[0],
                                     vtable, fake, NULL, &error);
  g_assert_no_error (error);
}

/* --- A question ----------------------------------------------------------- */

static void
request_cb (GDBusConnection *bus,
            const gchar *sender,
            const gchar *path,
            const gchar *interface,
            const gchar *method,
            GVariant *parameters,
            GDBusMethodInvocation *invocation,
            gpointer user_data) {
  FakeCamera *fake = user_data;

  g_assert_cmpstr (method, ==, "Close");
  fake->withdrawn++;
  return_nothing (invocation);
}

static void
listen_for_close (FakeCamera *fake, const gchar *handle) {
  static const GDBusInterfaceVTable vtable = { .method_call = request_cb };

  export_at (fake, handle,
             "<node><interface name='org.freedesktop.portal.Request'>"
             "<method name='Close'/></interface></node>",
             &vtable);
}

static void
answer (FakeCamera *fake, const gchar *handle) {
  g_auto (GVariantBuilder) results =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  guint response = fake->answer == FAKE_CAMERA_REFUSES ? 1
                   : fake->answer == FAKE_CAMERA_FAILS ? 2
                                                       : 0;

  g_dbus_connection_emit_signal (
      fake->bus, NULL, handle, "org.freedesktop.portal.Request", "Response",
      g_variant_new ("(ua{sv})", response, &results), NULL);
}

static void
access_camera (FakeCamera *fake,
               const gchar *sender,
               GVariant *parameters,
               GDBusMethodInvocation *invocation) {
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  g_autofree gchar *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree gchar *handle = NULL;
  const gchar *token;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  handle = g_strdup_printf (PATH "/request/%s/%s", name, token);
  fake->asked++;
  if (fake->answer == FAKE_CAMERA_FORBIDS) {
    g_dbus_method_invocation_return_dbus_error (
        invocation, "org.freedesktop.portal.Error.NotAllowed", "no");
    return;
  }
  listen_for_close (fake, handle);
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(o)", handle));
  if (fake->answer != FAKE_CAMERA_ASKS)
    answer (fake, handle);
}

/* --- The camera ----------------------------------------------------------- */

/* -1: nobody listens there. */
static int
connect_to (const gchar *path) {
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  memcpy (address.sun_path, path, strlen (path) + 1);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static int
connect_to_nobody (FakeCamera *fake) {
  int ends[2];

  if (fake->kept >= 0)
    close (fake->kept);
  g_assert_cmpint (
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
      ==, 0);
  fake->kept = ends[0];
  return ends[1];
}

static void
open_remote (FakeCamera *fake, GDBusMethodInvocation *invocation) {
  g_autoptr (GUnixFDList) list = NULL;
  int fd;

  if (fake->answer == FAKE_CAMERA_FORGETS) {
    g_dbus_method_invocation_return_dbus_error (
        invocation, "org.freedesktop.portal.Error.Failed", "no PipeWire");
    return;
  }
  fd = fake->socket != NULL ? connect_to (fake->socket)
                            : connect_to_nobody (fake);
  g_assert_cmpint (fd, >=, 0);
  list = g_unix_fd_list_new_from_array (&fd, 1);
  g_dbus_method_invocation_return_value_with_unix_fd_list (
      invocation, g_variant_new ("(h)", 0), list);
}

static void
method_cb (GDBusConnection *bus,
           const gchar *sender,
           const gchar *path,
           const gchar *interface,
           const gchar *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data) {
  if (g_str_equal (method, "AccessCamera"))
    access_camera (user_data, sender, parameters, invocation);
  else
    open_remote (user_data, invocation);
}

static GVariant *
property_cb (GDBusConnection *bus,
             const gchar *sender,
             const gchar *path,
             const gchar *interface,
             const gchar *property,
             GError **error,
             gpointer user_data) {
  FakeCamera *fake = user_data;

  return g_variant_new_boolean (fake->is_present);
}

/* --- Life ----------------------------------------------------------------- */

static void export(FakeCamera *fake) {
  static const GDBusInterfaceVTable vtable = { .method_call = method_cb,
                                               .get_property = property_cb };

  export_at (fake, PATH,
             "<node><interface name='org.freedesktop.portal.Camera'>"
             "<method name='AccessCamera'><arg type='a{sv}' direction='in'/>"
             "<arg type='o' direction='out'/></method>"
             "<method name='OpenPipeWireRemote'>"
             "<arg type='a{sv}' direction='in'/>"
             "<arg type='h' direction='out'/></method>"
             "<property name='IsCameraPresent' type='b' access='read'/>"
             "</interface></node>",
             &vtable);
}

FakeCamera *
fake_camera_new (void) {
  FakeCamera *fake = g_new0 (FakeCamera, 1);
  g_autofree gchar *address =
      g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  fake->kept = -1;
  fake->is_present = TRUE;
  fake->bus = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  export(fake);
  owned = g_dbus_connection_call_sync (
      fake->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 4), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  return fake;
}

void
fake_camera_free (FakeCamera *fake) {
  g_assert_true (g_dbus_connection_close_sync (fake->bus, NULL, NULL));
  g_object_unref (fake->bus);
  if (fake->kept >= 0)
    close (fake->kept);
  g_free (fake->socket);
  g_free (fake);
}

void
fake_camera_set_present (FakeCamera *fake, gboolean is_present) {
  g_auto (GVariantBuilder) changed =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  fake->is_present = is_present;
  g_variant_builder_add (&changed, "{sv}", "IsCameraPresent",
                         g_variant_new_boolean (is_present));
  g_dbus_connection_emit_signal (
      fake->bus, NULL, PATH, "org.freedesktop.DBus.Properties",
      "PropertiesChanged",
      g_variant_new ("(sa{sv}as)", "org.freedesktop.portal.Camera", &changed,
                     NULL),
      NULL);
}

void
fake_camera_set_answer (FakeCamera *fake, FakeCameraAnswer new_answer) {
  fake->answer = new_answer;
}

void
fake_camera_set_socket (FakeCamera *fake, const gchar *path) {
  g_set_str (&fake->socket, path);
}

guint
fake_camera_get_asked (FakeCamera *fake) {
  return fake->asked;
}

guint
fake_camera_get_withdrawn (FakeCamera *fake) {
  return fake->withdrawn;
}

gboolean
fake_camera_can_connect (const gchar *path) {
  int fd = connect_to (path);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

gboolean
fake_camera_is_held (FakeCamera *fake) {
  char said[4096];
  ssize_t n;

  do {
    n = recv (fake->kept, said, sizeof said, 0);
  } while (n > 0);
  /* 0: the other end is closed. */
  return n < 0;
}
