/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A computer with a camera: where it is offered, and what is seen while it is
 * asked for, while it shows, and where it does not.  Nothing but this world
 * needs a bus, which is its own, with no keyring on it.
 */
#include "matrix.h"

#include "fake-camera.h"
#include "wallet/geo-camera-stream-private.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-person-page.h"

static GTestDBus *bus;
static FakeCamera *fake;
static GeoCamera *camera;

static void
prepare (Matrix *m) {
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  fake = fake_camera_new ();
  geo_camera_stream_set_source ("videotestsrc is-live=true pattern=smpte");
}

/* So that the window can be locked. */
static void
set_pin (Matrix *m) {
  GeoLock *lock = geo_wallet_get_lock (m->wallet);
  g_autoptr (GAsyncResult) result = NULL;

  geo_lock_set_pin_async (lock, "2718", NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (geo_lock_set_pin_finish (lock, result, NULL));
}

static void
begin (Matrix *m) {
  matrix_join (m, 2);
  trust (m->scene.nodes[MARTA], m->scene.nodes[OLENA], 30000);
  set_pin (m);
  camera = geo_camera_get ();
}

/* Connections of libraries may outlive it, and nobody is to wait for them. */
static void
finish (void) {
  g_object_unref (camera);
  fake_camera_free (fake);
  g_test_dbus_stop (bus);
}

/* --- Where it is offered -------------------------------------------------- */

static void
show_join (Matrix *m) {
  matrix_do (m, "win.join", "");
  wait_until (
      is_seen (child_of (matrix_front (m), "join_page"), "qr_scan_row"));
}

static void
show_chooser (Matrix *m) {
  GtkWidget *button;

  wait_until (geo_camera_is_present (camera));
  matrix_do (m, "win.show-page", "people");
  button = geo_screen_find (matrix_find (m, GEO_TYPE_PERSON_CHOOSER),
                            GTK_TYPE_MENU_BUTTON, NULL);
  g_assert_nonnull (button);
  matrix_pop_up (m, button);
}

static void
show_verify (Matrix *m) {
  GtkWidget *page;

  matrix_do (m, "win.show-person", matrix_pid (m, OLENA));
  page = matrix_find (m, GEO_TYPE_PERSON_PAGE);
  wait_until (is_seen (page, "verify_row"));
  g_assert_true (gtk_widget_activate (child_of (page, "verify_row")));
  wait_until (is_seen (matrix_front (m), "scan_button"));
}

/* --- The camera ----------------------------------------------------------- */

static gboolean
is_at (gpointer dialog, const gchar *page) {
  return g_str_equal (
      gtk_stack_get_visible_child_name (child_of (dialog, "stack")), page);
}

static gpointer
scan (Matrix *m, FakeCameraAnswer answer, const gchar *page) {
  gpointer dialog;

  fake_camera_set_answer (fake, answer);
  wait_until (geo_camera_is_present (camera));
  matrix_do (m, "win.scan-code", NULL);
  dialog = matrix_front (m);
  wait_until (is_at (dialog, page));
  return dialog;
}

static void
show_asking (Matrix *m) {
  scan (m, FAKE_CAMERA_ASKS, "camera");
}

static void
show_live (Matrix *m) {
  gpointer dialog = scan (m, FAKE_CAMERA_GRANTS, "camera");

  wait_until (!is_seen (dialog, "spinner"));
}

static void
show_refused (Matrix *m) {
  scan (m, FAKE_CAMERA_REFUSES, "problem");
}

static void
show_broken (Matrix *m) {
  scan (m, FAKE_CAMERA_FORGETS, "problem");
}

static void
show_gone (Matrix *m) {
  gpointer dialog;

  show_live (m);
  dialog = matrix_front (m);
  fake_camera_set_present (fake, FALSE);
  wait_until (is_at (dialog, "problem"));
}

static void
plug_in (Matrix *m) {
  fake_camera_set_present (fake, TRUE);
}

/* Who locks the window closes the camera. */
static void
show_locked (Matrix *m) {
  show_live (m);
  g_assert_true (fake_camera_is_held (fake));
  geo_wallet_lock (m->wallet);
  wait_until (!fake_camera_is_held (fake));
  wait_until (
      is_seen (child_of (m->scene.window, "lock_page"), "unlock_button"));
}

static void
unlock (Matrix *m) {
  geo_wallet_unlock (m->wallet);
}

static void
leave_person (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static const MatrixCase cases[] = {
  { "join", "GeoJoinPage", show_join, NULL },
  { "chooser", "GeoPersonChooser", show_chooser, NULL },
  { "verify", "GeoVerifyDialog", show_verify, leave_person },
  { "asking", "GeoCameraDialog", show_asking, NULL },
  { "live", "GeoCameraDialog", show_live, NULL },
  { "refused", "GeoCameraDialog", show_refused, NULL },
  { "broken", "GeoCameraDialog", show_broken, NULL },
  { "gone", "GeoCameraDialog", show_gone, plug_in },
  { "locked", "GeoLockPage", show_locked, unlock },
};

const MatrixWorld matrix_camera = {
  "camera", begin, cases, G_N_ELEMENTS (cases), prepare, finish,
};
