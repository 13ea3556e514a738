/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the page that stands before a locked wallet, and of what locks it.
 */
#include "wallet-test.h"

#include <string.h>

#include "wallet/geo-idle-watch.h"
#include "wallet/geo-lock-page.h"

static void
count_cb (guint *count) {
  (*count)++;
}

/* Three wrong tries, long enough ago that waiting ends in about a second. */
static GeoLock *
open_lock (Scene *scene) {
  g_autofree gchar *path = g_build_filename (
      geo_profile_get_folder (scene->profiles[MARTA]), "lock.json", NULL);
  g_autoptr (GeoLock) lock = geo_lock_new (scene->profiles[MARTA]);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *tried = NULL;
  g_auto (GStrv) parts = NULL;

  geo_lock_set_pin_async (lock, "2718", NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (geo_lock_set_pin_finish (lock, result, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "\"tries\"", 2);
  g_assert_nonnull (parts[1]);
  tried = g_strdup_printf ("%s\"tries\": 3, \"last_at\": %" G_GINT64_FORMAT "}",
                           parts[0], g_get_real_time () / G_USEC_PER_SEC - 28);
  g_assert_true (g_file_set_contents (path, tried, -1, NULL));
  return geo_lock_new (scene->profiles[MARTA]);
}

static void
type (gpointer page, const gchar *row, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (child_of (page, row)), text);
}

static void
test_wait (Scene *scene, gconstpointer data) {
  g_autoptr (GeoLock) lock = open_lock (scene);
  GeoLockPage *page = g_object_new (GEO_TYPE_LOCK_PAGE, NULL);
  guint done = 0;

  g_signal_connect_swapped (page, "done", G_CALLBACK (count_cb), &done);
  scene_show (scene, GTK_WIDGET (page));
  geo_lock_page_start (page, lock);
  type (page, "pin_row", "2718");
  g_assert_false (can_click (page, "unlock_button"));
  g_assert_nonnull (strstr (label_of (page, "error_label"), "0:0"));
  /* Guessing words is no faster. */
  click (page, "other_button");
  type (page, "words_row", "legal winner");
  g_assert_false (can_click (page, "unlock_button"));
  click (page, "other_button");
  scene_look (scene, "lock-wait");

  type (page, "pin_row", "2718");
  wait_until (can_click (page, "unlock_button"));
  g_assert_false (is_seen (page, "error_label"));
  click (page, "unlock_button");
  wait_until (done == 1);
  /* Nothing of it stays. */
  g_assert_cmpstr (
      gtk_editable_get_text (GTK_EDITABLE (child_of (page, "pin_row"))), ==,
      "");
}

static void
test_idle (Scene *scene, gconstpointer data) {
  GeoIdleWatch *watch = geo_idle_watch_new (scene->window);
  guint idle = 0;

  g_signal_connect_swapped (watch, "idle", G_CALLBACK (count_cb), &idle);
  wait_ms (50);
  g_assert_cmpuint (idle, ==, 0);
  geo_idle_watch_set_seconds (watch, 1);
  wait_ms (300);
  g_assert_cmpuint (idle, ==, 0);
  wait_until (idle == 1);
  /* Once, until somebody is there again. */
  wait_ms (1300);
  g_assert_cmpuint (idle, ==, 1);
  geo_idle_watch_set_seconds (watch, 1);
  geo_idle_watch_set_seconds (watch, 0);
  wait_ms (1300);
  g_assert_cmpuint (idle, ==, 1);
  g_assert_finalize_object (watch);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  g_test_add ("/wallet/lock/wait", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_wait, scene_tear_down);
  g_test_add ("/wallet/lock/idle", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_idle, scene_tear_down);
  return g_test_run ();
}
