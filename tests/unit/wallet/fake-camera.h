/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desktop's camera portal, as its callers see it, on the session bus of the
 * test: another connection in this process, answered in the same main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  FAKE_CAMERA_GRANTS,
  FAKE_CAMERA_REFUSES,
  FAKE_CAMERA_ASKS, /* And nobody answers. */
  FAKE_CAMERA_FAILS, /* Something else went wrong. */
  FAKE_CAMERA_FORBIDS, /* Nobody may have it, by the system's settings. */
  FAKE_CAMERA_FORGETS, /* It grants the camera, and has none to give. */
} FakeCameraAnswer;

typedef struct _FakeCamera FakeCamera;

/* With a camera, which it grants. */
FakeCamera *fake_camera_new (void);
/* The portal dies, with all questions. */
void fake_camera_free (FakeCamera *fake);
void fake_camera_set_present (FakeCamera *fake, gboolean is_present);
void fake_camera_set_answer (FakeCamera *fake, FakeCameraAnswer answer);
/* Whom it connects to; NULL: to nobody who speaks. */
void fake_camera_set_socket (FakeCamera *fake, const gchar *path);

/* Somebody listens there. */
gboolean fake_camera_can_connect (const gchar *path);

/* Questions that were asked; and those that were withdrawn. */
guint fake_camera_get_asked (FakeCamera *fake);
guint fake_camera_get_withdrawn (FakeCamera *fake);
/* Somebody has the connection that it gave last, to nobody who speaks. */
gboolean fake_camera_is_held (FakeCamera *fake);

G_END_DECLS
