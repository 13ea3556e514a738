/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCameraDialog: looks for one QR code with the camera, and closes when it is
 * found.  Where there is no camera to look with it says why, and what else
 * there is: a picture, or the clipboard.  It knows nothing of what a code
 * means.
 */
#pragma once

#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

typedef enum {
  GEO_CAMERA_DIALOG_CLOSED,
  GEO_CAMERA_DIALOG_FOUND,
  /* The person wants the code to be read from there. */
  GEO_CAMERA_DIALOG_PICTURE,
  GEO_CAMERA_DIALOG_CLIPBOARD,
} GeoCameraDialogEnd;

/* Signal, once: "ended" (GeoCameraDialogEnd; gchar *: the text where it was
 * found, or NULL). */
#define GEO_TYPE_CAMERA_DIALOG (geo_camera_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoCameraDialog,
                      geo_camera_dialog,
                      GEO,
                      CAMERA_DIALOG,
                      GeoDialog)

GeoCameraDialog *geo_camera_dialog_new (void);

G_END_DECLS
