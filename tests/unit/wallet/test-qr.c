/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of QR codes: what is drawn here can be read here, however it comes, and
 * what is no code is said to be none.
 */
#include "wallet-test.h"

#include <string.h>
#include <unistd.h>

#include "wallet/geo-my-code-dialog.h"
#include "wallet/geo-open-link.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-qr-read.h"
#include "wallet/geo-qr-view.h"

#define LINK \
  "geo://v1/pay?to=abc&equivalent=UAH&amount=12.50&memo=%D0%BC%D0%B5%D0%B4"

static gchar *folder;

/* --- Reading ------------------------------------------------------------ */

static gchar *
finish (GAsyncResult **result, GError **error) {
  gchar *text;

  wait_until (*result != NULL);
  text = geo_qr_read_finish (*result, error);
  g_clear_object (result);
  return text;
}

static gchar *
read_path (const gchar *path, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;

  geo_qr_read_file_async (file, NULL, keep_result_cb, &result);
  return finish (&result, error);
}

static gchar *
read_clipboard (GtkWidget *widget, GError **error) {
  GAsyncResult *result = NULL;

  geo_qr_read_clipboard_async (gtk_widget_get_clipboard (widget), NULL,
                               keep_result_cb, &result);
  return finish (&result, error);
}

static gchar *
write_file (const gchar *name, gconstpointer data, gsize len) {
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize) len, NULL));
  return path;
}

static void
assert_unreadable (const gchar *path, int code) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = read_path (path, &error);

  g_assert_null (text);
  g_assert_error (error, G_IO_ERROR, code);
}

/* --- Pictures ----------------------------------------------------------- */

static GdkTexture *
draw (GtkWidget *view, int size) {
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  GskRenderer *renderer =
      gtk_native_get_renderer (gtk_widget_get_native (view));
  GtkSnapshot *rest;

  gtk_widget_size_allocate (view, &(GtkAllocation){ 0, 0, size, size }, -1);
  GTK_WIDGET_GET_CLASS (view)->snapshot (view, snapshot);
  rest = g_steal_pointer (&snapshot);
  node = gtk_snapshot_free_to_node (rest);
  g_assert_nonnull (node);
  return gsk_renderer_render_texture (
      renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) size, (float) size));
}

static GeoQrView *
show_view (Scene *scene, const gchar *text) {
  GeoQrView *view = g_object_new (GEO_TYPE_QR_VIEW, NULL);

  g_assert_true (geo_qr_view_set_text (view, text));
  scene_show (scene, GTK_WIDGET (view));
  return view;
}

static gchar *
save (GdkTexture *texture, const gchar *name) {
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (gdk_texture_save_to_png (texture, path));
  return path;
}

/* What is dark becomes light. */
static GdkTexture *
invert (GdkTexture *texture) {
  gsize width = (gsize) gdk_texture_get_width (texture);
  gsize height = (gsize) gdk_texture_get_height (texture);
  g_autofree guchar *pixels = g_malloc (width * height * 4);
  g_autoptr (GBytes) bytes = NULL;

  gdk_texture_download (texture, pixels, width * 4);
  for (gsize i = 0; i < width * height * 4; i++)
    pixels[i] = i % 4 == 3 ? 255 : (guchar) (255 - pixels[i]);
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), width * height * 4);
  return gdk_memory_texture_new ((int) width, (int) height, GDK_MEMORY_DEFAULT,
                                 bytes, width * 4);
}

static void
test_files (Scene *scene, gconstpointer data) {
  static const int sizes[] = { 200, 333, 2100 };
  GeoQrView *view = show_view (scene, LINK);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GdkTexture) texture = draw (GTK_WIDGET (view), sizes[i]);
    g_autoptr (GdkTexture) negative = invert (texture);
    g_autofree gchar *path = save (texture, "code.png");
    g_autofree gchar *dark = save (negative, "negative.png");
    g_autoptr (GError) error = NULL;
    g_autofree gchar *text = read_path (path, &error);
    g_autofree gchar *same = NULL;

    g_assert_no_error (error);
    g_assert_cmpstr (text, ==, LINK);
    same = read_path (dark, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (same, ==, LINK);
  }
}

/* Every length that fits is drawn so that it can be read again. */
static void
test_lengths (Scene *scene, gconstpointer data) {
  GeoQrView *view = show_view (scene, "x");
  g_autofree gchar *huge = g_strnfill (5000, 'x');

  for (gsize len = 10; len <= 1210; len += 300) {
    g_autofree gchar *text = g_strnfill (len, 'k');
    g_autoptr (GdkTexture) texture = NULL;
    g_autofree gchar *path = NULL;
    g_autofree gchar *same = NULL;

    g_assert_true (geo_qr_view_set_text (view, text));
    texture = draw (GTK_WIDGET (view), 600);
    path = save (texture, "length.png");
    same = read_path (path, NULL);
    g_assert_cmpstr (same, ==, text);
  }
  g_assert_false (geo_qr_view_set_text (view, huge));
  g_assert_true (geo_qr_view_set_text (view, NULL));
}

/* --- What is no code ---------------------------------------------------- */

/* A PNG that says how large it is, and then has nothing. */
static gchar *
write_bomb (void) {
  static const guint8 head[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00,
    0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0xea, 0x60, 0x00, 0x00,
    0xea, 0x60, 0x08, 0x02, 0x00, 0x00, 0x00, 0x0f, 0xb0, 0xe2, 0x15,
    0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c,
  };

  return write_file ("bomb.png", head, sizeof head);
}

static void
test_no_code (Scene *scene, gconstpointer data) {
  g_autofree gchar *text = write_file ("text.png", "hello", 5);
  g_autofree gchar *empty = write_file ("empty.png", "", 0);
  g_autofree gchar *bomb = write_bomb ();
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);
  g_autoptr (GBytes) white = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree gchar *blank = NULL;
  gsize len = 900 * 900 * 4;
  guchar *pixels = g_malloc (len);

  memset (pixels, 255, len);
  white = g_bytes_new_take (pixels, len);
  texture = gdk_memory_texture_new (900, 900, GDK_MEMORY_DEFAULT, white,
                                    900 * 4);
  blank = save (texture, "blank.png");
  assert_unreadable (blank, G_IO_ERROR_NOT_FOUND);
  assert_unreadable (text, G_IO_ERROR_INVALID_DATA);
  assert_unreadable (empty, G_IO_ERROR_INVALID_DATA);
  assert_unreadable (folder, G_IO_ERROR_INVALID_DATA);
  assert_unreadable (missing, G_IO_ERROR_NOT_FOUND);
  assert_unreadable (bomb, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpint (truncate (text, GEO_QR_FILE_BYTES_MAX + 1L), ==, 0);
  assert_unreadable (text, G_IO_ERROR_MESSAGE_TOO_LARGE);
}

/* --- The clipboard ------------------------------------------------------ */

static void
test_clipboard (Scene *scene, gconstpointer data) {
  GeoQrView *view = show_view (scene, LINK);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (scene->window);
  g_autoptr (GdkTexture) texture = draw (GTK_WIDGET (view), 400);
  g_autofree gchar *path = save (texture, "copied.png");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *same = NULL;

  gdk_clipboard_set_texture (clipboard, texture);
  text = read_clipboard (scene->window, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, LINK);
  gdk_clipboard_set (clipboard, G_TYPE_FILE, file);
  same = read_clipboard (scene->window, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (same, ==, LINK);

  gdk_clipboard_set_text (clipboard, LINK);
  g_assert_null (read_clipboard (scene->window, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  gdk_clipboard_set_content (clipboard, NULL);
  g_assert_null (read_clipboard (scene->window, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Who left does not hear of it. */
static void
test_cancel (Scene *scene, gconstpointer data) {
  GeoQrView *view = show_view (scene, LINK);
  g_autoptr (GdkTexture) texture = draw (GTK_WIDGET (view), 400);
  g_autofree gchar *path = save (texture, "late.png");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  geo_qr_read_file_async (file, cancellable, keep_result_cb, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (finish (&result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* --- In the wallet ------------------------------------------------------ */

/* What somebody shows me is what I get. */
static GdkTexture *
show_code (Scene *scene, GeoNode *node, const gchar *name) {
  AdwDialog *dialog = ADW_DIALOG (geo_my_code_dialog_new (node));
  gpointer box = child_of (dialog, "code_box");
  GdkTexture *texture = geo_qr_view_make_texture (child_of (box, "qr_view"));
  gpointer weak = dialog;

  g_assert_nonnull (texture);
  scene_show_dialog (scene, dialog);
  scene_look (scene, name);
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  adw_dialog_close (dialog);
  wait_until (weak == NULL);
  return texture;
}

static AdwDialog *
front (Scene *scene) {
  return adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
}

static void
test_person (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  g_autoptr (GdkTexture) texture = show_code (scene, nodes[OLENA], "my-code");
  GdkClipboard *clipboard = gtk_widget_get_clipboard (scene->window);
  GeoPeoplePage *page = g_object_new (GEO_TYPE_PEOPLE_PAGE, NULL);
  GtkWidget *chooser;

  geo_people_page_set_node (page, nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  chooser = child_of (page, "chooser");
  gdk_clipboard_set_texture (clipboard, texture);
  g_assert_true (
      gtk_widget_activate_action (chooser, "chooser.read-clipboard", NULL));
  wait_until (scene->actions->len > 0);
  scene_assert_action (scene, "win.show-person", OLENA);

  gdk_clipboard_set_text (clipboard, "nothing of the kind");
  g_assert_true (
      gtk_widget_activate_action (chooser, "chooser.read-clipboard", NULL));
  wait_until (ADW_IS_ALERT_DIALOG (front (scene)));
  scene_look (scene, "qr-no-code");
  adw_dialog_force_close (front (scene));
}

/* Pasted where nothing is typed. */
static void
test_paste (Scene *scene, gconstpointer data) {
  GeoQrView *view = show_view (scene, LINK);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (scene->window);
  g_autoptr (GdkTexture) texture = geo_qr_view_make_texture (view);
  g_autofree gchar *action = NULL;
  g_autofree gchar *toast = NULL;

  gdk_clipboard_set_texture (clipboard, texture);
  geo_open_link_paste (scene->window);
  wait_until (scene->actions->len > 0);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.open-link " LINK);
  gdk_clipboard_set_text (clipboard, "hello");
  geo_open_link_paste (scene->window);
  wait_until (scene->actions->len > 0);
  toast = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (toast, "win.toast "));
}

int
main (int argc, char **argv) {
  int status;

  geo_screen_init (&argc, &argv);
  folder = g_dir_make_tmp ("geo-qr-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add ("/wallet/qr/files", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_files, scene_tear_down);
  g_test_add ("/wallet/qr/lengths", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_lengths, scene_tear_down);
  g_test_add ("/wallet/qr/no-code", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_no_code, scene_tear_down);
  g_test_add ("/wallet/qr/clipboard", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_clipboard, scene_tear_down);
  g_test_add ("/wallet/qr/cancel", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_cancel, scene_tear_down);
  g_test_add ("/wallet/qr/person", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_person, scene_tear_down);
  g_test_add ("/wallet/qr/paste", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_paste, scene_tear_down);
  status = g_test_run ();
  remove_folder (folder);
  g_free (folder);
  return status;
}
