/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCamera: whether this computer has a camera that the desktop may let the
 * program use, and the way to ask for it: the portal org.freedesktop.portal.
 * Camera.  It sees no picture itself; see geo-camera-stream.h.  Main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Property that notifies: "present" (gboolean).  FALSE also where there is no
 * portal, and where this build has nothing to show a picture with. */
#define GEO_TYPE_CAMERA (geo_camera_get_type ())
G_DECLARE_FINAL_TYPE (GeoCamera, geo_camera, GEO, CAMERA, GObject)

/* The same for everybody, as long as somebody holds it.  A new reference. */
GeoCamera *geo_camera_get (void);
gboolean geo_camera_is_present (GeoCamera *self);

/* Asks; the desktop may ask the person.  The question is withdrawn where
 * cancellable is cancelled. */
void geo_camera_open_async (GeoCamera *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* A connection to PipeWire that sees the cameras, the caller's to close; -1:
 * there is none.  Each error is a sentence for people: PERMISSION_DENIED: the
 * person or the desktop said no; NOT_FOUND: there is no camera any more, or no
 * portal; FAILED. */
int
geo_camera_open_finish (GeoCamera *self, GAsyncResult *result, GError **error);

/* What is said where a camera that was open is there no more. */
GError *geo_camera_make_gone_error (void);

G_END_DECLS
