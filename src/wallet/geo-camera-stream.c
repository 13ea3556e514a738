/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GStreamer takes what PipeWire brings and makes pictures for GTK of it.  It is
 * begun and ended in a worker, since both may wait for other programs; pictures
 * come in threads of its own, and there is a place for one.  Nothing here is
 * known of codes.
 */
#include "config.h"

#include "wallet/geo-camera-stream-private.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is large enough for a code is asked for first: more is slow to copy and
 * to look through.  A camera that has nothing smaller may send what it has. */
#define PIPELINE                                                     \
  "%s"                                                               \
  " ! capsfilter caps=\"video/x-raw,width=[1,1920],height=[1,1080];" \
  "video/x-raw,width=[1,8192],height=[1,8192]\""                     \
  " ! videoconvert ! video/x-raw,format=RGBx"                        \
  " ! appsink name=sink sync=false max-buffers=1 drop=true"          \
  " enable-last-sample=false"

/* Copied as soon as it comes: PipeWire takes its memory back when a camera is
 * pulled, also while a picture in it is looked at. */
#define SOURCE "pipewiresrc fd=%d always-copy=true"

/* Looks a second apart: while a program is stopped, none of them passes. */
#define LOOK_S 1

struct _GeoCameraStream {
  GObject parent_instance;

  int fd; /* owned */
  GstElement *pipeline; /* owned; the worker's until has_begun. */
  gboolean has_begun;
  gboolean has_picture;
  gboolean is_stopped;
  guint silence_id;
  guint n_silent;

  GMutex lock;
  /* Under the lock, owned: */
  GdkTexture *picture;
  GError *error;
  gboolean is_due; /* Somebody will come for them. */
};

enum {
  PICTURE,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* See geo-camera-stream-private.h. */
static const gchar *other_source;
static guint silence_s = GEO_CAMERA_SILENCE_S;

G_DEFINE_FINAL_TYPE (GeoCameraStream, geo_camera_stream, G_TYPE_OBJECT)

/* --- To the main context ------------------------------------------------ */

static gboolean
deliver_cb (gpointer user_data) {
  GeoCameraStream *self = user_data;
  g_autoptr (GdkTexture) picture = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  picture = g_steal_pointer (&self->picture);
  error = g_steal_pointer (&self->error);
  self->is_due = FALSE;
  g_mutex_unlock (&self->lock);

  if (picture != NULL && !self->is_stopped) {
    self->n_silent = 0;
    self->has_picture = TRUE;
    g_signal_emit (self, signals[PICTURE], 0, picture);
  }
  if (error != NULL && !self->is_stopped) {
    geo_camera_stream_stop (self);
    g_signal_emit (self, signals[FAILED], 0, error);
  }
  return G_SOURCE_REMOVE;
}

/* Takes both, in any thread.  The newest picture and the first error stay. */
static void
post (GeoCameraStream *self, GdkTexture *picture, GError *error) {
  g_mutex_lock (&self->lock);
  if (picture != NULL) {
    g_clear_object (&self->picture);
    self->picture = picture;
  }
  if (error != NULL && self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
  if (!self->is_due)
    g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, g_object_ref (self),
                     g_object_unref);
  self->is_due = TRUE;
  g_mutex_unlock (&self->lock);
}

static gboolean
silence_cb (gpointer user_data) {
  GeoCameraStream *self = user_data;

  if (++self->n_silent < silence_s / LOOK_S)
    return G_SOURCE_CONTINUE;
  self->silence_id = 0;
  post (self, NULL,
        g_error_new_literal (
            G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
            _ ("The camera shows nothing. Another program may be using it.")));
  return G_SOURCE_REMOVE;
}

/* --- In threads of GStreamer -------------------------------------------- */

/* A copy: the camera has few places for pictures, and wants them back. */
static GdkTexture *
make_picture (GstSample *sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;
  int width;
  int height;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample),
                            GST_MAP_READ))
    return NULL;
  width = GST_VIDEO_FRAME_WIDTH (&frame);
  height = GST_VIDEO_FRAME_HEIGHT (&frame);
  stride = (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
  bytes = g_bytes_new (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
                       stride * (gsize) height);
  gst_video_frame_unmap (&frame);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8X8, bytes,
                                 stride);
}

static GstFlowReturn
sample_cb (GstAppSink *sink, gpointer user_data) {
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GdkTexture *picture = sample != NULL ? make_picture (sample) : NULL;

  if (picture != NULL)
    post (user_data, picture, NULL);
  return GST_FLOW_OK;
}

static GError *
make_error (void) {
  return g_error_new_literal (
      G_IO_ERROR, G_IO_ERROR_CLOSED,
      _ ("The camera stopped. It may have been unplugged, or another program "
         "may be using it."));
}

static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data) {
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_debug ("camera: %s", error->message);
    post (user_data, NULL, make_error ());
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    post (user_data, NULL, make_error ());
  }
  /* Who drops it owns it, and each holds who sent it. */
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* --- In the worker ------------------------------------------------------ */

static GstElement *
make_pipeline (GeoCameraStream *self, GError **error) {
  GstAppSinkCallbacks callbacks = { .new_sample = sample_cb };
  g_autofree gchar *source = other_source != NULL
                                 ? g_strdup (other_source)
                                 : g_strdup_printf (SOURCE, self->fd);
  g_autofree gchar *description = g_strdup_printf (PIPELINE, source);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *pipeline;

  if (!gst_init_check (NULL, NULL, error))
    return NULL;
  pipeline = gst_parse_launch_full (description, NULL,
                                    GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (pipeline == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, message_cb, self, NULL);
  return pipeline;
}

static void
begin_task (GTask *task,
            gpointer source,
            gpointer task_data,
            GCancellable *cancellable) {
  GeoCameraStream *self = source;
  g_autoptr (GError) error = NULL;

  self->pipeline = make_pipeline (self, &error);
  if (self->pipeline == NULL) {
    g_debug ("camera: %s", error->message);
    post (self, NULL,
          g_error_new_literal (
              G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
              _ ("This computer has no part that shows a camera’s pictures: "
                 "GStreamer’s plug-in for PipeWire is missing.")));
  } else if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) ==
             GST_STATE_CHANGE_FAILURE) {
    post (self, NULL, make_error ());
  }
  g_task_return_boolean (task, TRUE);
}

static void
end_task (GTask *task,
          gpointer source,
          gpointer task_data,
          GCancellable *cancellable) {
  GeoCameraStream *self = source;

  /* Its threads are gone then, and with them who would post. */
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  close (self->fd);
  g_task_return_boolean (task, TRUE);
}

/* --- Life --------------------------------------------------------------- */

static void
end (GeoCameraStream *self) {
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_run_in_thread (task, end_task);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoCameraStream *self = GEO_CAMERA_STREAM (source);

  self->has_begun = TRUE;
  if (self->is_stopped)
    end (self);
}

static void
geo_camera_stream_finalize (GObject *object) {
  GeoCameraStream *self = GEO_CAMERA_STREAM (object);

  g_clear_object (&self->picture);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (geo_camera_stream_parent_class)->finalize (object);
}

static void
geo_camera_stream_class_init (GeoCameraStreamClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = geo_camera_stream_finalize;
  signals[PICTURE] = g_signal_new ("picture", GEO_TYPE_CAMERA_STREAM,
                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, GDK_TYPE_TEXTURE);
  signals[FAILED] = g_signal_new ("failed", GEO_TYPE_CAMERA_STREAM,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
geo_camera_stream_init (GeoCameraStream *self) {
  g_mutex_init (&self->lock);
}

gboolean
geo_camera_stream_is_possible (void) {
  return TRUE;
}

GeoCameraStream *
geo_camera_stream_new (int fd) {
  /* Its own until it is stopped. */
  GeoCameraStream *self = g_object_new (GEO_TYPE_CAMERA_STREAM, NULL);
  g_autoptr (GTask) task = g_task_new (self, NULL, begun_cb, NULL);

  self->fd = fd;
  self->silence_id = g_timeout_add_seconds (LOOK_S, silence_cb, self);
  g_task_run_in_thread (task, begin_task);
  return g_object_ref (self);
}

void
geo_camera_stream_stop (GeoCameraStream *self) {
  g_return_if_fail (GEO_IS_CAMERA_STREAM (self));

  if (self->is_stopped)
    return;
  self->is_stopped = TRUE;
  g_clear_handle_id (&self->silence_id, g_source_remove);
  /* GStreamer waits half a minute for a camera that says nothing; whoever is at
   * the other end of it closes it now. */
  if (!self->has_picture)
    shutdown (self->fd, SHUT_RDWR);
  if (self->has_begun)
    end (self);
  g_object_unref (self);
}

void
geo_camera_stream_set_source (const gchar *elements) {
  other_source = elements;
}

void
geo_camera_stream_set_silence (guint seconds) {
  silence_s = seconds > 0 ? seconds : GEO_CAMERA_SILENCE_S;
}
