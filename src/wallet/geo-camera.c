/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calls of the portal, and the answers.  What the portal says is from another
 * program: all of it may be missing, late or of another type.
 */
#include "config.h"

#include "wallet/geo-camera.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>

#include "wallet/geo-camera-stream.h"

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_CAMERA "org.freedesktop.portal.Camera"
#define PORTAL_REQUEST "org.freedesktop.portal.Request"

/* What the portal answers a request with. */
enum {
  RESPONSE_YES,
  RESPONSE_NO,
};

struct _GeoCamera {
  GObject parent_instance;

  GDBusProxy *portal; /* owned; NULL: not looked for yet. */
  gboolean is_present;
};

enum {
  PROP_0,
  PROP_PRESENT,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (GeoCamera, geo_camera, G_TYPE_OBJECT)

static gboolean
find_out (GeoCamera *self) {
  g_autofree gchar *owner = g_dbus_proxy_get_name_owner (self->portal);
  g_autoptr (GVariant) value =
      g_dbus_proxy_get_cached_property (self->portal, "IsCameraPresent");

  return owner != NULL && value != NULL &&
         g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (value);
}

static void
update (GeoCamera *self) {
  gboolean is_present = find_out (self);

  if (is_present == self->is_present)
    return;
  self->is_present = is_present;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRESENT]);
}

static void
portal_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoCamera) self = user_data;
  g_autoptr (GError) error = NULL;

  self->portal = g_dbus_proxy_new_for_bus_finish (result, &error);
  if (self->portal == NULL) {
    g_debug ("camera: %s", error->message);
    return;
  }
  g_signal_connect_object (self->portal, "g-properties-changed",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->portal, "notify::g-name-owner",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/* --- Asking ------------------------------------------------------------- */

/* A question that the desktop has not answered. */
typedef struct {
  GTask *task; /* Which owns it. */
  GDBusConnection *bus; /* owned */
  gchar *handle; /* owned; the path of the request. */
  GSource *cancelled; /* owned; NULL: nobody can cancel it. */
  guint response_id;
  gboolean is_over;
} Question;

static void
question_free (gpointer data) {
  Question *question = data;

  g_object_unref (question->bus);
  g_free (question->handle);
  g_free (question);
}

/* FALSE: it was over before. */
static gboolean
end_question (Question *question) {
  if (question->is_over)
    return FALSE;
  question->is_over = TRUE;
  g_dbus_connection_signal_unsubscribe (question->bus, question->response_id);
  g_signal_handlers_disconnect_by_data (
      g_task_get_source_object (question->task), question);
  if (question->cancelled != NULL)
    g_source_destroy (question->cancelled);
  g_clear_pointer (&question->cancelled, g_source_unref);
  return TRUE;
}

static const gchar *
phrase_forbidden (void) {
  return _ ("Geo may not use the camera. You can allow it in the settings of "
            "your desktop, under Apps.");
}

static const gchar *
phrase_silent (void) {
  return _ ("Your desktop did not give the camera. Try again.");
}

static const gchar *
phrase_gone (void) {
  return _ ("There is no camera now. Connect one, and try again.");
}

GError *
geo_camera_make_gone_error (void) {
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, phrase_gone ());
}

static gboolean
is_forbidden (const GError *error) {
  g_autofree gchar *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, "org.freedesktop.portal.Error.NotAllowed") == 0;
}

/* Its reference to the task goes with it. */
static void
refuse (Question *question, int code, const gchar *sentence) {
  g_autoptr (GTask) task = question->task;

  if (end_question (question))
    g_task_return_new_error_literal (task, G_IO_ERROR, code, sentence);
  else
    g_steal_pointer (&task);
}

static void
refuse_because (Question *question, const GError *error) {
  g_debug ("camera: %s", error->message);
  if (is_forbidden (error))
    refuse (question, G_IO_ERROR_PERMISSION_DENIED, phrase_forbidden ());
  else
    refuse (question, G_IO_ERROR_FAILED, phrase_silent ());
}

static void
present_cb (GeoCamera *self, GParamSpec *pspec, Question *question) {
  if (!self->is_present)
    refuse (question, G_IO_ERROR_NOT_FOUND, phrase_gone ());
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data) {
  Question *question = user_data;

  /* The desktop need not go on asking the person. */
  g_dbus_connection_call (question->bus, PORTAL_NAME, question->handle,
                          PORTAL_REQUEST, "Close", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  refuse (question, G_IO_ERROR_CANCELLED, "");
  return G_SOURCE_REMOVE;
}

/* Of what came with an answer; -1: nothing did. */
static int
take_fd (GVariant *answer, GUnixFDList *list) {
  gint32 handle;

  g_variant_get (answer, "(h)", &handle);
  return list != NULL && handle >= 0 &&
                 handle < g_unix_fd_list_get_length (list)
             ? g_unix_fd_list_get (list, handle, NULL)
             : -1;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GUnixFDList) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_with_unix_fd_list_finish (
          G_DBUS_CONNECTION (source), &list, result, &error);
  int fd = answer != NULL ? take_fd (answer, list) : -1;

  if (fd >= 0)
    g_task_return_int (task, fd);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (error != NULL && is_forbidden (error))
    g_task_return_new_error_literal (
        task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, phrase_forbidden ());
  else
    g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_FAILED,
                                     phrase_silent ());
}

static void
response_cb (GDBusConnection *bus,
             const gchar *sender,
             const gchar *path,
             const gchar *interface,
             const gchar *name,
             GVariant *parameters,
             gpointer user_data) {
  Question *question = user_data;
  guint response;
  g_auto (GVariantBuilder) options =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})"))) {
    refuse (question, G_IO_ERROR_FAILED, phrase_silent ());
    return;
  }
  g_variant_get (parameters, "(ua{sv})", &response, NULL);
  if (response == RESPONSE_NO) {
    refuse (question, G_IO_ERROR_PERMISSION_DENIED, phrase_forbidden ());
    return;
  }
  if (response != RESPONSE_YES) {
    refuse (question, G_IO_ERROR_FAILED, phrase_silent ());
    return;
  }
  end_question (question);
  g_dbus_connection_call_with_unix_fd_list (
      bus, PORTAL_NAME, PORTAL_PATH, PORTAL_CAMERA, "OpenPipeWireRemote",
      g_variant_new ("(a{sv})", &options), G_VARIANT_TYPE ("(h)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, g_task_get_cancellable (question->task),
      opened_cb, question->task);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (
      G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    refuse_because (g_task_get_task_data (task), error);
}

/* The answer comes where the caller says that it listens. */
static gchar *
make_handle (GDBusConnection *bus, const gchar *token) {
  g_autofree gchar *sender =
      g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
}

void
geo_camera_open_async (GeoCamera *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  g_autoptr (GTask) task = NULL;
  g_autofree gchar *token = g_strdup_printf ("geo%u", g_random_int ());
  g_auto (GVariantBuilder) options =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  Question *question;

  g_return_if_fail (GEO_IS_CAMERA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  /* A connection that was given is handed over, so that somebody closes it. */
  g_task_set_check_cancellable (task, FALSE);
  if (!self->is_present) {
    g_task_return_error (task, geo_camera_make_gone_error ());
    return;
  }
  question = g_new0 (Question, 1);
  g_task_set_task_data (task, question, question_free);
  question->task = g_object_ref (task); /* Until it is over. */
  question->bus = g_object_ref (g_dbus_proxy_get_connection (self->portal));
  question->handle = make_handle (question->bus, token);
  question->response_id = g_dbus_connection_signal_subscribe (
      question->bus, PORTAL_NAME, PORTAL_REQUEST, "Response", question->handle,
      NULL, G_DBUS_SIGNAL_FLAGS_NONE, response_cb, question, NULL);
  g_signal_connect (self, "notify::present", G_CALLBACK (present_cb), question);
  if (cancellable != NULL) {
    question->cancelled = g_cancellable_source_new (cancellable);
    g_source_set_callback (question->cancelled, G_SOURCE_FUNC (cancelled_cb),
                           question, NULL);
    g_source_attach (question->cancelled, NULL);
  }
  g_variant_builder_add (&options, "{sv}", "handle_token",
                         g_variant_new_string (token));
  g_dbus_connection_call (
      question->bus, PORTAL_NAME, PORTAL_PATH, PORTAL_CAMERA, "AccessCamera",
      g_variant_new ("(a{sv})", &options), G_VARIANT_TYPE ("(o)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, asked_cb, g_steal_pointer (&task));
}

int
geo_camera_open_finish (GeoCamera *self, GAsyncResult *result, GError **error) {
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_camera_get_property (GObject *object,
                         guint prop_id,
                         GValue *value,
                         GParamSpec *pspec) {
  switch (prop_id) {
  case PROP_PRESENT:
    g_value_set_boolean (value, GEO_CAMERA (object)->is_present);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_camera_dispose (GObject *object) {
  g_clear_object (&GEO_CAMERA (object)->portal);
  G_OBJECT_CLASS (geo_camera_parent_class)->dispose (object);
}

static void
geo_camera_class_init (GeoCameraClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = geo_camera_dispose;
  object_class->get_property = geo_camera_get_property;
  props[PROP_PRESENT] = g_param_spec_boolean (
      "present", NULL, NULL, FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_camera_init (GeoCamera *self) {
  if (geo_camera_stream_is_possible ())
    g_dbus_proxy_new_for_bus (G_BUS_TYPE_SESSION,
                              G_DBUS_PROXY_FLAGS_GET_INVALIDATED_PROPERTIES,
                              NULL, PORTAL_NAME, PORTAL_PATH, PORTAL_CAMERA,
                              NULL, portal_cb, g_object_ref (self));
}

GeoCamera *
geo_camera_get (void) {
  static GeoCamera *shared; /* Nobody's: gone with its last holder. */

  if (shared != NULL)
    return g_object_ref (shared);
  shared = g_object_new (GEO_TYPE_CAMERA, NULL);
  g_object_add_weak_pointer (G_OBJECT (shared), (gpointer *) &shared);
  return shared;
}

gboolean
geo_camera_is_present (GeoCamera *self) {
  g_return_val_if_fail (GEO_IS_CAMERA (self), FALSE);

  return self->is_present;
}
