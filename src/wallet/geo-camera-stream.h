/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCameraStream: the pictures of a camera, one after the other.  It keeps
 * none of them but the newest, until that is taken.  Main context.
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* Without one for so long, while this program runs, a stream has failed. */
#define GEO_CAMERA_SILENCE_S 10

/* Signals "picture" (GdkTexture *); "failed" (GError *, its sentence for
 * people), after which nothing comes any more. */
#define GEO_TYPE_CAMERA_STREAM (geo_camera_stream_get_type ())
G_DECLARE_FINAL_TYPE (GeoCameraStream,
                      geo_camera_stream,
                      GEO,
                      CAMERA_STREAM,
                      GObject)

/* Whether this build can show pictures of a camera. */
gboolean geo_camera_stream_is_possible (void);

/* Begins at once, with a connection to PipeWire that it takes.  Goes on until
 * it is stopped. */
GeoCameraStream *geo_camera_stream_new (int fd);
/* Closes the camera at once, and says nothing any more. */
void geo_camera_stream_stop (GeoCameraStream *self);

G_END_DECLS
