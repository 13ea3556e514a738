/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands for geo-camera-stream.c in a build without GStreamer: no camera is
 * offered there, and so none is ever opened.
 */
#include "config.h"

#include "wallet/geo-camera-stream-private.h"

struct _GeoCameraStream {
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (GeoCameraStream, geo_camera_stream, G_TYPE_OBJECT)

static void
geo_camera_stream_class_init (GeoCameraStreamClass *klass) {
}

static void
geo_camera_stream_init (GeoCameraStream *self) {
}

gboolean
geo_camera_stream_is_possible (void) {
  return FALSE;
}

GeoCameraStream *
geo_camera_stream_new (int fd) {
  g_assert_not_reached ();
}

void
geo_camera_stream_stop (GeoCameraStream *self) {
}

void
geo_camera_stream_set_source (const gchar *elements) {
}

void
geo_camera_stream_set_silence (guint seconds) {
}
