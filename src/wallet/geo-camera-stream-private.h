/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the tests of what a camera is like that there is none of.
 */
#pragma once

#include "wallet/geo-camera-stream.h"

G_BEGIN_DECLS

/* Streams that begin from now on come from these elements of GStreamer, and not
 * from their connection; NULL: from that. */
void geo_camera_stream_set_source (const gchar *elements);

/* Instead of GEO_CAMERA_SILENCE_S; 0: that. */
void geo_camera_stream_set_silence (guint seconds);

G_END_DECLS
