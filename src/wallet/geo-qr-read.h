/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the QR code in a picture: a file of one, what is on the clipboard, or
 * what a camera sees.
 * It knows nothing of what the text means.  Decoding is done in a thread of its
 * own.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A picture that somebody made with a telephone is smaller. */
#define GEO_QR_FILE_BYTES_MAX (32 * 1024 * 1024)
#define GEO_QR_PIXELS_MAX (64 * 1024 * 1024)

/* Any picture that this computer can show. */
void geo_qr_read_file_async (GFile *file,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* A picture, or the file of one that was copied. */
void geo_qr_read_clipboard_async (GdkClipboard *clipboard,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* A picture that is here already. */
void geo_qr_read_texture_async (GdkTexture *texture,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* Of each: the text; of several codes, the first link of Geo.  Each error is a
 * sentence for people: G_IO_ERROR_NOT_FOUND: there is no code in it, or no
 * picture on the clipboard; INVALID_DATA: it is no picture; MESSAGE_TOO_LARGE;
 * and what reading a file may answer. */
gchar *geo_qr_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
