/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens the camera when the view is mapped and its window is not out of sight,
 * draws the newest picture, and has one picture at a time looked through.
 */
#include "config.h"

#include "wallet/geo-camera-view.h"

#include <unistd.h>

#include "wallet/geo-camera-stream.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-qr-read.h"

/* At most so often a picture is looked through. */
#define SCAN_INTERVAL_US (250 * G_TIME_SPAN_MILLISECOND)
/* Until the first picture says better. */
#define WIDTH_DEFAULT 640
#define HEIGHT_DEFAULT 480

struct _GeoCameraView {
  GtkWidget parent_instance;

  gboolean is_over; /* It found one, or failed. */
  gint64 scanned_at;

  /* owned */
  GeoCamera *camera;
  GCancellable *cancellable; /* NULL: the camera is closed. */
  GeoCameraStream *stream; /* NULL: it was not given yet. */
  GdkTexture *picture; /* NULL: there was none yet. */
  gboolean is_scanning;

  GdkSurface *surface; /* owned; that it is mapped on. */
};

enum {
  ASKING,
  LIVE,
  FOUND,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoCameraView, geo_camera_view, GTK_TYPE_WIDGET)

/* --- The camera --------------------------------------------------------- */

static void
close_camera (GeoCameraView *self) {
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->stream != NULL) {
    g_signal_handlers_disconnect_by_data (self->stream, self);
    geo_camera_stream_stop (self->stream);
  }
  g_clear_object (&self->stream);
  g_clear_object (&self->picture);
  self->is_scanning = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
fail (GeoCameraView *self, const GError *error) {
  self->is_over = TRUE;
  close_camera (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoCameraView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = geo_qr_read_finish (result, &error);

  /* Of a camera that is closed. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_scanning = FALSE;
  if (text == NULL)
    return;
  self->is_over = TRUE;
  close_camera (self);
  g_signal_emit (self, signals[FOUND], 0, text);
}

/* What comes while one is looked through is only shown. */
static void
scan (GeoCameraView *self) {
  gint64 now = g_get_monotonic_time ();

  if (self->is_scanning || now - self->scanned_at < SCAN_INTERVAL_US)
    return;
  self->is_scanning = TRUE;
  self->scanned_at = now;
  geo_qr_read_texture_async (self->picture, self->cancellable, scanned_cb,
                             g_object_ref (self));
}

static void
picture_cb (GeoCameraView *self, GdkTexture *picture) {
  gboolean is_first = self->picture == NULL;
  gboolean is_other_size = is_first ||
                           gdk_texture_get_width (picture) !=
                               gdk_texture_get_width (self->picture);

  g_set_object (&self->picture, picture);
  if (is_other_size)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  scan (self);
  if (is_first)
    g_signal_emit (self, signals[LIVE], 0);
}

static void
failed_cb (GeoCameraView *self, GError *error) {
  fail (self, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoCameraView *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  int fd = geo_camera_open_finish (GEO_CAMERA (source), result, &error);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task))) {
    if (fd >= 0)
      close (fd);
  } else if (fd < 0) {
    fail (self, error);
  } else {
    self->stream = geo_camera_stream_new (fd);
    g_signal_connect_swapped (self->stream, "picture", G_CALLBACK (picture_cb),
                              self);
    g_signal_connect_swapped (self->stream, "failed", G_CALLBACK (failed_cb),
                              self);
  }
  g_task_return_boolean (task, TRUE);
}

static void
open_camera (GeoCameraView *self) {
  self->cancellable = g_cancellable_new ();
  self->scanned_at = 0;
  g_signal_emit (self, signals[ASKING], 0);
  /* The task says which opening the answer is to: each has its cancellable. */
  geo_camera_open_async (self->camera, self->cancellable, opened_cb,
                         g_task_new (self, self->cancellable, NULL, NULL));
}

/* --- Where it can be seen ----------------------------------------------- */

static gboolean
is_in_sight (GeoCameraView *self) {
  return self->surface != NULL &&
         (gdk_toplevel_get_state (GDK_TOPLEVEL (self->surface)) &
          (GDK_TOPLEVEL_STATE_MINIMIZED | GDK_TOPLEVEL_STATE_SUSPENDED)) == 0;
}

static void
update (GeoCameraView *self) {
  gboolean may_be_open = is_in_sight (self) && !self->is_over;

  if (may_be_open && self->cancellable == NULL)
    open_camera (self);
  else if (!may_be_open && self->cancellable != NULL)
    close_camera (self);
}

/* A camera that is no more does not end by itself everywhere. */
static void
present_cb (GeoCameraView *self) {
  g_autoptr (GError) error = NULL;

  if (self->stream == NULL || geo_camera_is_present (self->camera))
    return;
  error = geo_camera_make_gone_error ();
  fail (self, error);
}

static void
geo_camera_view_map (GtkWidget *widget) {
  GeoCameraView *self = GEO_CAMERA_VIEW (widget);
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  GTK_WIDGET_CLASS (geo_camera_view_parent_class)->map (widget);
  self->is_over = FALSE;
  if (GDK_IS_TOPLEVEL (surface)) {
    self->surface = g_object_ref (surface);
    g_signal_connect_swapped (surface, "notify::state", G_CALLBACK (update),
                              self);
  }
  update (self);
}

static void
geo_camera_view_unmap (GtkWidget *widget) {
  GeoCameraView *self = GEO_CAMERA_VIEW (widget);

  if (self->surface != NULL)
    g_signal_handlers_disconnect_by_data (self->surface, self);
  g_clear_object (&self->surface);
  update (self);
  GTK_WIDGET_CLASS (geo_camera_view_parent_class)->unmap (widget);
}

/* --- Drawing ------------------------------------------------------------ */

static int
get_width (GeoCameraView *self) {
  return self->picture != NULL ? gdk_texture_get_width (self->picture)
                               : WIDTH_DEFAULT;
}

static int
get_height (GeoCameraView *self) {
  return self->picture != NULL ? gdk_texture_get_height (self->picture)
                               : HEIGHT_DEFAULT;
}

static GtkSizeRequestMode
geo_camera_view_get_request_mode (GtkWidget *widget) {
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* As wide as there is room, and as high as the picture is then. */
static void
geo_camera_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline) {
  GeoCameraView *self = GEO_CAMERA_VIEW (widget);
  int width = for_size > 0 ? for_size : WIDTH_DEFAULT;

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = 0;
    *natural = WIDTH_DEFAULT;
  } else {
    *natural = (int) ((gint64) width * get_height (self) / get_width (self));
    *minimum = *natural;
  }
}

static void
geo_camera_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  GeoCameraView *self = GEO_CAMERA_VIEW (widget);

  if (self->picture != NULL)
    gtk_snapshot_append_scaled_texture (
        snapshot, self->picture, GSK_SCALING_FILTER_LINEAR,
        &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                             (float) gtk_widget_get_height (widget)));
}

/* --- Life --------------------------------------------------------------- */

static void
geo_camera_view_dispose (GObject *object) {
  GeoCameraView *self = GEO_CAMERA_VIEW (object);

  close_camera (self);
  g_clear_object (&self->camera);
  G_OBJECT_CLASS (geo_camera_view_parent_class)->dispose (object);
}

static void
geo_camera_view_class_init (GeoCameraViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_camera_view_dispose;
  widget_class->map = geo_camera_view_map;
  widget_class->unmap = geo_camera_view_unmap;
  widget_class->get_request_mode = geo_camera_view_get_request_mode;
  widget_class->measure = geo_camera_view_measure;
  widget_class->snapshot = geo_camera_view_snapshot;
  gtk_widget_class_set_css_name (widget_class, "camera");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[ASKING] = g_signal_new ("asking", GEO_TYPE_CAMERA_VIEW,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[LIVE] = g_signal_new ("live", GEO_TYPE_CAMERA_VIEW, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FOUND] = g_signal_new ("found", GEO_TYPE_CAMERA_VIEW,
                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", GEO_TYPE_CAMERA_VIEW,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
geo_camera_view_init (GeoCameraView *self) {
  self->camera = geo_camera_get ();
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (self->camera, "notify::present",
                           G_CALLBACK (present_cb), self, G_CONNECT_SWAPPED);
}

gboolean
geo_camera_view_is_open (GeoCameraView *self) {
  g_return_val_if_fail (GEO_IS_CAMERA_VIEW (self), FALSE);

  return self->cancellable != NULL;
}
