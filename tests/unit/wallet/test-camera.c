/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the camera: where it is offered, who is asked for it, what is said
 * where it does not work, and when it is closed.  In the last ones a PipeWire
 * and a session manager of their own bring the pictures of a camera that shows
 * a code, all the way that a real one's go.
 */
#include "wallet-test.h"

#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <signal.h>
#include <sys/prctl.h>

#include "fake-camera.h"
#include "wallet/geo-camera-dialog.h"
#include "wallet/geo-camera-stream-private.h"
#include "wallet/geo-camera-view.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-join-page.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-qr-view.h"
#include "wallet/geo-read-code.h"
#include "wallet/geo-verify-dialog.h"

/* A camera that shows no code. */
#define BALL "videotestsrc is-live=true pattern=ball"

typedef struct {
  Scene scene;
  FakeCamera *fake;
  GeoCamera *camera;
} World;

static void
begin (World *f, gconstpointer data) {
  scene_set_up (&f->scene, data);
  f->fake = fake_camera_new ();
  f->camera = geo_camera_get ();
  wait_until (geo_camera_is_present (f->camera));
}

static void
finish (World *f, gconstpointer data) {
  g_clear_pointer (&f->fake, fake_camera_free);
  scene_tear_down (&f->scene, data);
  end_widget (f->camera);
  geo_camera_stream_set_source (NULL);
  geo_camera_stream_set_silence (0);
}

static gpointer
front (World *f) {
  return adw_window_get_visible_dialog (ADW_WINDOW (f->scene.window));
}

static const gchar *
page (gpointer dialog) {
  return gtk_stack_get_visible_child_name (child_of (dialog, "stack"));
}

static gboolean
is_open (gpointer dialog) {
  return geo_camera_view_is_open (child_of (dialog, "view"));
}

static gboolean
is_live (gpointer dialog) {
  return g_str_equal (page (dialog), "camera") &&
         g_str_has_prefix (label_of (dialog, "hint_label"), "The camera is on");
}

static gpointer
scan (World *f) {
  geo_read_code_from_camera (f->scene.window);
  wait_until (GEO_IS_CAMERA_DIALOG (front (f)));
  return front (f);
}

static void
assert_problem (gpointer dialog, const gchar *title, const gchar *sentence) {
  AdwStatusPage *problem = child_of (dialog, "problem_page");

  wait_until (g_str_equal (page (dialog), "problem"));
  g_assert_cmpstr (adw_status_page_get_title (problem), ==, title);
  g_assert_true (
      g_str_has_prefix (adw_status_page_get_description (problem), sentence));
  g_assert_false (is_open (dialog));
}

/* --- Where it is offered -------------------------------------------------- */

static void
assert_offered (World *f,
                GtkWidget *chooser,
                gpointer join_page,
                gpointer verify,
                gboolean wanted) {
  wait_until (geo_camera_is_present (f->camera) == wanted);
  gtk_widget_activate_action (chooser, "chooser.scan", NULL);
  g_assert_cmpint (front (f) != NULL, ==, wanted);
  g_assert_cmpint (is_seen (join_page, "qr_scan_row"), ==, wanted);
  g_assert_cmpint (gtk_widget_get_visible (child_of (verify, "scan_button")),
                   ==, wanted);
  if (wanted)
    close_dialog (front (f));
}

/* Everywhere where a code can be read, and only while there is a camera. */
static void
test_offered (World *f, gconstpointer data) {
  GeoPeoplePage *people = g_object_new (GEO_TYPE_PEOPLE_PAGE, NULL);
  GeoJoinPage *join_page = g_object_new (GEO_TYPE_JOIN_PAGE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GeoNode **nodes = f->scene.nodes;
  GeoVerifyDialog *verify;
  GtkWidget *chooser;
  GeoPid olena;

  scene_trust (&f->scene);
  pid_of (nodes[OLENA], &olena);
  verify = g_object_ref_sink (geo_verify_dialog_new (
      nodes[MARTA], geo_node_get_person (nodes[MARTA], &olena)));
  geo_people_page_set_node (people, nodes[MARTA]);
  geo_join_page_start (join_page, f->scene.profiles[MARTA]);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (people));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (join_page));
  scene_show (&f->scene, box);
  chooser = child_of (people, "chooser");

  geo_camera_stream_set_source (BALL);
  assert_offered (f, chooser, join_page, verify, TRUE);
  fake_camera_set_present (f->fake, FALSE);
  assert_offered (f, chooser, join_page, verify, FALSE);
  fake_camera_set_present (f->fake, TRUE);
  assert_offered (f, chooser, join_page, verify, TRUE);
  g_clear_pointer (&f->fake, fake_camera_free);
  assert_offered (f, chooser, join_page, verify, FALSE);
  f->fake = fake_camera_new ();
  assert_offered (f, chooser, join_page, verify, TRUE);
  end_widget (verify);
}

/* --- What is said --------------------------------------------------------- */

/* Until the person has thought again, in the desktop's settings. */
static void
test_refused (World *f, gconstpointer data) {
  gpointer dialog;

  fake_camera_set_answer (f->fake, FAKE_CAMERA_REFUSES);
  dialog = scan (f);
  assert_problem (dialog, "The Camera Is Not Allowed",
                  "Geo may not use the camera.");
  fake_camera_set_answer (f->fake, FAKE_CAMERA_FORBIDS);
  click (dialog, "again_button");
  wait_until (fake_camera_get_asked (f->fake) == 2);
  assert_problem (dialog, "The Camera Is Not Allowed",
                  "Geo may not use the camera.");
  fake_camera_set_answer (f->fake, FAKE_CAMERA_GRANTS);
  geo_camera_stream_set_source (BALL);
  click (dialog, "again_button");
  wait_until (is_live (dialog));
  g_assert_cmpuint (fake_camera_get_asked (f->fake), ==, 3);
  close_dialog (dialog);
}

static void
test_not_given (World *f, gconstpointer data) {
  gpointer dialog;

  fake_camera_set_answer (f->fake, FAKE_CAMERA_FAILS);
  dialog = scan (f);
  assert_problem (dialog, "The Camera Is Not Working", "Your desktop");
  fake_camera_set_answer (f->fake, FAKE_CAMERA_FORGETS);
  click (dialog, "again_button");
  wait_until (fake_camera_get_asked (f->fake) == 2);
  assert_problem (dialog, "The Camera Is Not Working", "Your desktop");
  close_dialog (dialog);
}

/* While it asks, and while it shows. */
static void
test_portal_dies (World *f, gconstpointer data) {
  gpointer dialog;

  fake_camera_set_answer (f->fake, FAKE_CAMERA_ASKS);
  dialog = scan (f);
  wait_until (fake_camera_get_asked (f->fake) == 1);
  g_clear_pointer (&f->fake, fake_camera_free);
  assert_problem (dialog, "There Is No Camera", "There is no camera now.");
  click (dialog, "again_button");
  assert_problem (dialog, "There Is No Camera", "There is no camera now.");

  f->fake = fake_camera_new ();
  wait_until (geo_camera_is_present (f->camera));
  geo_camera_stream_set_source (BALL);
  click (dialog, "again_button");
  wait_until (is_live (dialog));
  g_clear_pointer (&f->fake, fake_camera_free);
  assert_problem (dialog, "There Is No Camera", "There is no camera now.");
  close_dialog (dialog);
}

static void
test_unplugged (World *f, gconstpointer data) {
  gpointer dialog;

  geo_camera_stream_set_source (BALL);
  dialog = scan (f);
  wait_until (is_live (dialog));
  fake_camera_set_present (f->fake, FALSE);
  assert_problem (dialog, "There Is No Camera", "There is no camera now.");
  close_dialog (dialog);
}

static void
test_stream_fails (World *f, gconstpointer data) {
  gpointer dialog;

  /* It ends; it has a format that nobody knows; it cannot be made at all. */
  geo_camera_stream_set_source ("videotestsrc num-buffers=3");
  dialog = scan (f);
  assert_problem (dialog, "The Camera Is Not Working", "The camera stopped.");
  geo_camera_stream_set_source ("audiotestsrc");
  click (dialog, "again_button");
  assert_problem (dialog, "The Camera Is Not Working", "This computer has no");
  geo_camera_stream_set_source ("nosuchsource");
  click (dialog, "again_button");
  assert_problem (dialog, "The Camera Is Not Working", "This computer has no");
  close_dialog (dialog);
}

/* A camera that never says anything, as one that hangs. */
static void
test_silence (World *f, gconstpointer data) {
  gpointer dialog;

  geo_camera_stream_set_silence (1);
  geo_camera_stream_set_source ("appsrc");
  dialog = scan (f);
  assert_problem (dialog, "The Camera Is Not Working",
                  "The camera shows nothing.");
  close_dialog (dialog);
}

/* --- When it is closed ---------------------------------------------------- */

static void
test_withdrawn (World *f, gconstpointer data) {
  gpointer dialog;

  fake_camera_set_answer (f->fake, FAKE_CAMERA_ASKS);
  dialog = scan (f);
  wait_until (fake_camera_get_asked (f->fake) == 1);
  close_dialog (dialog);
  wait_until (fake_camera_get_withdrawn (f->fake) == 1);
}

/* Nothing but a view that is seen keeps it open. */
static void
test_closed (World *f, gconstpointer data) {
  gpointer dialog;

  geo_camera_stream_set_source (BALL);
  dialog = scan (f);
  wait_until (is_live (dialog));
  g_assert_true (fake_camera_is_held (f->fake));
  gtk_widget_set_visible (f->scene.window, FALSE);
  g_assert_false (is_open (dialog));
  wait_until (!fake_camera_is_held (f->fake));

  /* A display may call it minimized once more, and so it is asked again. */
  gtk_widget_set_visible (f->scene.window, TRUE);
  wait_until (is_live (dialog) && fake_camera_is_held (f->fake));
  g_assert_cmpuint (fake_camera_get_asked (f->fake), >=, 2);
  close_dialog (dialog);
  wait_until (!fake_camera_is_held (f->fake));
}

/* The window goes, and everything with it. */
static void
test_destroyed (World *f, gconstpointer data) {
  GtkWidget *window = adw_window_new ();
  gpointer weak = window;
  gpointer dialog;

  adw_window_set_content (ADW_WINDOW (window), gtk_label_new ("here"));
  gtk_window_present (GTK_WINDOW (window));
  geo_camera_stream_set_source (BALL);
  geo_read_code_from_camera (window);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (window));
  wait_until (is_live (dialog));
  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  gtk_window_destroy (GTK_WINDOW (window));
  wait_until (!fake_camera_is_held (f->fake));
  wait_until (weak == NULL);
}

/* --- Ways round ----------------------------------------------------------- */

static gchar *
link_of (World *f, guint who) {
  return geo_node_get_contact_link (f->scene.nodes[who]);
}

static GdkTexture *
draw_link (const gchar *text) {
  g_autoptr (GeoQrView) view =
      g_object_ref_sink (g_object_new (GEO_TYPE_QR_VIEW, NULL));

  g_assert_true (geo_qr_view_set_text (view, text));
  return geo_qr_view_make_texture (view);
}

static void
assert_opened (World *f, const gchar *text) {
  g_autofree gchar *wanted = g_strconcat ("win.open-link ", text, NULL);
  g_autofree gchar *action = NULL;

  wait_until (f->scene.actions->len > 0);
  action = scene_take_action (&f->scene);
  g_assert_cmpstr (action, ==, wanted);
}

static void
test_clipboard (World *f, gconstpointer data) {
  g_autofree gchar *text = link_of (f, OLENA);
  g_autoptr (GdkTexture) texture = draw_link (text);
  gpointer dialog;

  fake_camera_set_answer (f->fake, FAKE_CAMERA_REFUSES);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (f->scene.window),
                             texture);
  dialog = scan (f);
  wait_until (g_str_equal (page (dialog), "problem"));
  g_signal_emit_by_name (child_of (dialog, "clipboard_row"), "activated");
  assert_opened (f, text);
  wait_until (front (f) == NULL);
}

/* --- The whole way -------------------------------------------------------- */

/* What a camera is like for PipeWire, made of a picture. */
typedef struct {
  gchar *socket;
  GSubprocess *daemon;
  GSubprocess *manager;
  GstElement *pipeline;
  GstAppSrc *source;
  GBytes *frame;
  guint id;
} Street;

#define WIDTH 640
#define HEIGHT 480

#define SIDE 440

/* The code in the middle of a grey room; NULL: nothing is there. */
static GBytes *
make_frame (GdkTexture *code) {
  gsize size = code != NULL ? (gsize) gdk_texture_get_width (code) : 0;
  g_autofree guint32 *pixels = g_new (guint32, size * size + 1);
  guint32 *room = g_new (guint32, WIDTH * HEIGHT);
  guint32 *corner = room + (HEIGHT - SIDE) / 2 * WIDTH + (WIDTH - SIDE) / 2;

  for (gsize i = 0; i < WIDTH * HEIGHT; i++)
    room[i] = 0xff909090;
  if (code != NULL)
    gdk_texture_download (code, (guchar *) pixels, size * 4);
  for (gsize y = 0; code != NULL && y < SIDE; y++) {
    for (gsize x = 0; x < SIDE; x++)
      corner[y * WIDTH + x] = pixels[y * size / SIDE * size + x * size / SIDE];
  }
  return g_bytes_new_take (room, WIDTH * HEIGHT * 4);
}

static gboolean
push_cb (gpointer data) {
  Street *street = data;

  gst_app_src_push_buffer (street->source,
                           gst_buffer_new_wrapped_bytes (street->frame));
  return G_SOURCE_CONTINUE;
}

static void
begin_camera (Street *street, GdkTexture *code) {
  g_autoptr (GError) error = NULL;

  street->frame = make_frame (code);
  street->pipeline = gst_parse_launch (
      "appsrc name=source is-live=true do-timestamp=true format=time "
      "leaky-type=downstream max-buffers=2 max-bytes=0 max-time=0 "
      "caps=\"video/x-raw,format=BGRx,width=640,height=480,framerate=15/1\" "
      "! videoconvert ! video/x-raw,format=YUY2 "
      "! pipewiresink mode=provide stream-properties=\"props,"
      "media.class=Video/Source,media.role=Camera,node.name=geo-test-camera\"",
      &error);
  g_assert_no_error (error);
  street->source =
      GST_APP_SRC (gst_bin_get_by_name (GST_BIN (street->pipeline), "source"));
  gst_element_set_state (street->pipeline, GST_STATE_PLAYING);
  street->id = g_timeout_add (66, push_cb, street);
}

static void
end_camera (Street *street) {
  g_clear_handle_id (&street->id, g_source_remove);
  gst_element_set_state (street->pipeline, GST_STATE_NULL);
  g_clear_object (&street->source);
  gst_clear_object (&street->pipeline);
  g_clear_pointer (&street->frame, g_bytes_unref);
}

static void
die_with_test (gpointer data) {
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const gchar *name) {
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, name, NULL);
  g_assert_no_error (error);
  return process;
}

static void
end_process (GSubprocess *process) {
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_object_unref (process);
}

static void
begin_street (Street *street) {
  street->socket = g_build_filename (g_get_user_runtime_dir (), "pipewire-0",
                                     NULL);
  street->daemon = spawn ("pipewire");
  wait_until (fake_camera_can_connect (street->socket));
  street->manager = spawn ("wireplumber");
}

static void
end_street (Street *street) {
  end_camera (street);
  end_process (street->manager);
  end_process (street->daemon);
  /* It was not asked to tidy up. */
  g_assert_cmpint (g_unlink (street->socket), ==, 0);
  g_free (street->socket);
}

/* The manager needs a moment to know a camera; whoever scans tries again.  A
 * click takes long enough for a code to be found. */
static gboolean
try_for_picture (gpointer dialog) {
  gboolean has_picture = is_live (dialog);

  if (g_str_equal (page (dialog), "problem"))
    click (dialog, "again_button");
  return has_picture;
}

static void
test_pipewire (World *f, gconstpointer data) {
  g_autofree gchar *text = link_of (f, OLENA);
  g_autoptr (GdkTexture) code = draw_link (text);
  Street street = { 0 };
  gpointer dialog;

  begin_street (&street);
  fake_camera_set_socket (f->fake, street.socket);
  begin_camera (&street, NULL);
  dialog = scan (f);
  wait_until (try_for_picture (dialog));
  /* Its cable is pulled, of which a stream need not hear; and another one is
   * plugged in. */
  geo_camera_stream_set_silence (2);
  end_camera (&street);
  assert_problem (dialog, "The Camera Is Not Working", "The camera ");
  geo_camera_stream_set_silence (0);
  begin_camera (&street, code);
  wait_until (front (f) != dialog || (try_for_picture (dialog), FALSE));
  assert_opened (f, text);
  wait_until (front (f) == NULL);
  end_street (&street);
}

/* PipeWire dies while it shows; and nobody speaks where it was. */
static void
test_no_pipewire (World *f, gconstpointer data) {
  Street street = { 0 };
  gpointer dialog;

  begin_street (&street);
  fake_camera_set_socket (f->fake, street.socket);
  begin_camera (&street, NULL);
  dialog = scan (f);
  wait_until (try_for_picture (dialog));
  geo_camera_stream_set_silence (2);
  end_street (&street);
  assert_problem (dialog, "The Camera Is Not Working", "The camera ");
  fake_camera_set_socket (f->fake, NULL);
  click (dialog, "again_button");
  wait_until (g_str_equal (page (dialog), "camera"));
  assert_problem (dialog, "The Camera Is Not Working", "The camera");
  wait_until (!fake_camera_is_held (f->fake));
  close_dialog (dialog);
}

#define ADD(name, func)                                                   \
  g_test_add ("/wallet/camera/" name, World, GUINT_TO_POINTER (2), begin, \
              func, finish)

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);
  gst_init (NULL, NULL);
  ADD ("offered", test_offered);
  ADD ("refused", test_refused);
  ADD ("not-given", test_not_given);
  ADD ("portal-dies", test_portal_dies);
  ADD ("unplugged", test_unplugged);
  ADD ("stream-fails", test_stream_fails);
  ADD ("silence", test_silence);
  ADD ("withdrawn", test_withdrawn);
  ADD ("closed", test_closed);
  ADD ("destroyed", test_destroyed);
  ADD ("clipboard", test_clipboard);
  ADD ("pipewire", test_pipewire);
  ADD ("no-pipewire", test_no_pipewire);
  return g_test_run ();
}
