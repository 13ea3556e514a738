/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures become shades of grey here, and ZBar finds the code in them.  What a
 * picture says is from anywhere: it is measured before it is unpacked.
 */
#include "config.h"

#include "wallet/geo-qr-read.h"

#include <glib/gi18n.h>
#include <string.h>
#include <zbar.h>

/* Below this a picture is not made smaller: a code would not be left. */
#define SIDE_MIN 400

typedef struct {
  guchar *pixels; /* owned; a byte each, row after row. */
  gsize width;
  gsize height;
} Grey;

static void
grey_clear (Grey *grey) {
  g_clear_pointer (&grey->pixels, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grey, grey_clear)

static gboolean
fail (GError **error, int code, const gchar *sentence) {
  g_set_error_literal (error, G_IO_ERROR, code, sentence);
  return FALSE;
}

static gboolean
check_size (gint64 width, gint64 height, GError **error) {
  if (width < 1 || height < 1)
    return fail (error, G_IO_ERROR_INVALID_DATA,
                 _ ("This is not a picture that can be read here."));
  if (width > GEO_QR_PIXELS_MAX / height)
    return fail (error, G_IO_ERROR_MESSAGE_TOO_LARGE,
                 _ ("This picture is too large. Cut out the code, and try "
                    "again."));
  return TRUE;
}

/* --- Pictures ----------------------------------------------------------- */

/* What shows through is paper. */
static guchar
shade (const guchar *pixel, gboolean has_alpha) {
  guint grey = (pixel[0] * 77u + pixel[1] * 151u + pixel[2] * 28u) >> 8;

  if (has_alpha)
    grey = (grey * pixel[3] + 255u * (255u - pixel[3])) / 255u;
  return (guchar) grey;
}

static void
take_pixels (Grey *grey,
             const guchar *bytes,
             gsize stride,
             gsize width,
             gsize height,
             gboolean has_alpha) {
  gsize step = has_alpha ? 4 : 3;

  grey->width = width;
  grey->height = height;
  grey->pixels = g_malloc (width * height);
  for (gsize y = 0; y < height; y++) {
    for (gsize x = 0; x < width; x++)
      grey->pixels[y * width + x] = shade (bytes + y * stride + x * step,
                                           has_alpha);
  }
}

static void
size_prepared_cb (GdkPixbufLoader *loader,
                  int width,
                  int height,
                  GError **error) {
  /* No size at all: the loader stops before it unpacks anything. */
  if (*error == NULL && !check_size (width, height, error))
    gdk_pixbuf_loader_set_size (loader, 0, 0);
}

static gboolean
read_picture (Grey *grey, GBytes *bytes, GError **error) {
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) refused = NULL;
  GdkPixbuf *picture;
  gboolean is_read;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb),
                    &refused);
  is_read = gdk_pixbuf_loader_write_bytes (loader, bytes, NULL);
  is_read = gdk_pixbuf_loader_close (loader, NULL) && is_read;
  if (refused != NULL) {
    g_propagate_error (error, g_steal_pointer (&refused));
    return FALSE;
  }
  picture = is_read ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;
  if (picture == NULL || gdk_pixbuf_get_bits_per_sample (picture) != 8)
    return check_size (0, 0, error);
  if (!check_size (gdk_pixbuf_get_width (picture),
                   gdk_pixbuf_get_height (picture), error))
    return FALSE;
  take_pixels (grey, gdk_pixbuf_read_pixels (picture),
               (gsize) gdk_pixbuf_get_rowstride (picture),
               (gsize) gdk_pixbuf_get_width (picture),
               (gsize) gdk_pixbuf_get_height (picture),
               gdk_pixbuf_get_has_alpha (picture));
  return TRUE;
}

static gboolean
read_texture (Grey *grey, GdkTexture *texture, GError **error) {
  g_autoptr (GdkTextureDownloader) downloader = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  if (!check_size (gdk_texture_get_width (texture),
                   gdk_texture_get_height (texture), error))
    return FALSE;
  downloader = gdk_texture_downloader_new (texture);
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8A8);
  bytes = gdk_texture_downloader_download_bytes (downloader, &stride);
  take_pixels (grey, g_bytes_get_data (bytes, NULL), stride,
               (gsize) gdk_texture_get_width (texture),
               (gsize) gdk_texture_get_height (texture), TRUE);
  return TRUE;
}

/* --- Codes -------------------------------------------------------------- */

static gboolean
is_link (const gchar *text) {
  return g_ascii_strncasecmp (text, "geo://", strlen ("geo://")) == 0;
}

static gchar *
scan (const Grey *grey) {
  zbar_image_scanner_t *scanner = zbar_image_scanner_create ();
  zbar_image_t *image = zbar_image_create ();
  g_autofree gchar *found = NULL;

  zbar_image_scanner_set_config (scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  /* Light on dark, too: somebody's screen may be so. */
  zbar_image_scanner_set_config (scanner, ZBAR_NONE, ZBAR_CFG_TEST_INVERTED, 1);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, (unsigned) grey->width, (unsigned) grey->height);
  zbar_image_set_data (image, grey->pixels, grey->width * grey->height, NULL);
  zbar_scan_image (scanner, image);
  for (const zbar_symbol_t *symbol = zbar_image_first_symbol (image);
       symbol != NULL; symbol = zbar_symbol_next (symbol)) {
    const gchar *text = zbar_symbol_get_data (symbol);

    if (text == NULL || *text == '\0' || !g_utf8_validate (text, -1, NULL))
      continue;
    if (found == NULL || (is_link (text) && !is_link (found)))
      g_set_str (&found, text);
  }
  zbar_image_destroy (image);
  zbar_image_scanner_destroy (scanner);
  return g_steal_pointer (&found);
}

/* Half as wide and half as high: what a camera blurred becomes sharp. */
static void
halve (Grey *grey) {
  gsize width = grey->width / 2;
  gsize height = grey->height / 2;

  for (gsize y = 0; y < height; y++) {
    const guchar *above = grey->pixels + 2 * y * grey->width;
    const guchar *below = above + grey->width;

    /* Never ahead of what is read. */
    for (gsize x = 0; x < width; x++)
      grey->pixels[y * width + x] =
          (guchar) ((above[2 * x] + above[2 * x + 1] + below[2 * x] +
                     below[2 * x + 1]) /
                    4);
  }
  grey->width = width;
  grey->height = height;
}

static void
scan_task (GTask *task,
           gpointer source,
           gpointer task_data,
           GCancellable *cancellable) {
  g_auto (Grey) grey = { 0 };
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_read = GDK_IS_TEXTURE (source)
                         ? read_texture (&grey, GDK_TEXTURE (source), &error)
                         : read_picture (&grey, task_data, &error);

  if (!is_read) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  text = scan (&grey);
  while (text == NULL && MIN (grey.width, grey.height) >= 2 * SIDE_MIN &&
         !g_cancellable_is_cancelled (cancellable)) {
    halve (&grey);
    text = scan (&grey);
  }
  if (text == NULL)
    g_task_return_new_error_literal (
        task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        _ ("No QR code was found in this picture. Try again with one that is "
           "sharp and shows the whole code."));
  else
    g_task_return_pointer (task, g_steal_pointer (&text), g_free);
}

static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  gchar *text = g_task_propagate_pointer (G_TASK (result), &error);

  if (text == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, text, g_free);
}

/* Of a texture, or of the bytes of a picture. */
static void
start_scan (GTask *task, GdkTexture *texture, GBytes *bytes) {
  g_autoptr (GTask) scan = g_task_new (texture, g_task_get_cancellable (task),
                                       scanned_cb, g_object_ref (task));

  if (bytes != NULL)
    g_task_set_task_data (scan, g_bytes_ref (bytes),
                          (GDestroyNotify) (void (*) (void)) g_bytes_unref);
  g_task_run_in_thread (scan, scan_task);
}

/* --- Files -------------------------------------------------------------- */

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result,
                                                       NULL, &error);

  if (bytes == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    start_scan (task, NULL, bytes);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source),
                                                         result, &error);

  if (info == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  /* A pipe has no size and no end. */
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    check_size (0, 0, &error);
  else if (g_file_info_get_size (info) > GEO_QR_FILE_BYTES_MAX)
    check_size (GEO_QR_PIXELS_MAX, 2, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_file_load_bytes_async (G_FILE (source), g_task_get_cancellable (task),
                             loaded_cb, g_object_ref (task));
}

static void
start_file (GTask *task, GFile *file) {
  g_file_query_info_async (
      file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
      G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
      measured_cb, g_object_ref (task));
}

void
geo_qr_read_file_async (GFile *file,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (NULL, cancellable, callback, user_data);
  start_file (task, file);
}

/* --- The clipboard ------------------------------------------------------ */

static void
no_picture (GTask *task) {
  g_task_return_new_error_literal (
      task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
      _ ("There is no picture on the clipboard. Copy one with a QR code in it, "
         "and try again."));
}

static void
texture_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GdkTexture) texture =
      gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (source), result, NULL);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (texture == NULL)
    no_picture (task);
  else
    start_scan (task, texture, NULL);
}

static void
files_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source),
                                                         result, NULL);
  GSList *files = value != NULL ? g_value_get_boxed (value) : NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (files == NULL)
    no_picture (task);
  else
    start_file (task, files->data);
}

void
geo_qr_read_clipboard_async (GdkClipboard *clipboard,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data) {
  GdkContentFormats *formats;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GDK_IS_CLIPBOARD (clipboard));

  task = g_task_new (NULL, cancellable, callback, user_data);
  formats = gdk_clipboard_get_formats (clipboard);
  /* A file that was copied often brings its icon with it. */
  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
      gdk_content_formats_contain_mime_type (formats, "text/uri-list"))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST,
                                    G_PRIORITY_DEFAULT, cancellable, files_cb,
                                    g_steal_pointer (&task));
  else
    gdk_clipboard_read_texture_async (clipboard, cancellable, texture_cb,
                                      g_steal_pointer (&task));
}

/* --- A picture that is here --------------------------------------------- */

void
geo_qr_read_texture_async (GdkTexture *texture,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data) {
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GDK_IS_TEXTURE (texture));

  task = g_task_new (NULL, cancellable, callback, user_data);
  start_scan (task, texture, NULL);
}

gchar *
geo_qr_read_finish (GAsyncResult *result, GError **error) {
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
