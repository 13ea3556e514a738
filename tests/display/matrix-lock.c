/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wallet with a PIN: what changes in the preferences, and what stands before
 * whoever comes while it is locked.
 */
#include "matrix.h"

#define PIN "2718"

/* With no wrong tries. */
static void
set_pin (Matrix *m) {
  GeoLock *lock = geo_wallet_get_lock (m->wallet);
  g_autoptr (GAsyncResult) result = NULL;

  geo_lock_set_pin_async (lock, PIN, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (geo_lock_set_pin_finish (lock, result, NULL));
}

static void
begin (Matrix *m) {
  matrix_join (m, 1);
  set_pin (m);
}

static void
show_preferences (Matrix *m) {
  matrix_do (m, "win.preferences", NULL);
  wait_until (is_seen (matrix_front (m), "remove_row"));
}

static void
show_change (Matrix *m) {
  show_preferences (m);
  g_signal_emit_by_name (child_of (matrix_front (m), "set_row"), "activated");
  wait_until (is_seen (matrix_front (m), "old_row"));
}

static void
show_remove (Matrix *m) {
  show_preferences (m);
  g_signal_emit_by_name (child_of (matrix_front (m), "remove_row"),
                         "activated");
  wait_until (is_seen (matrix_front (m), "old_row"));
}

static gpointer
lock (Matrix *m) {
  gpointer page = child_of (m->scene.window, "lock_page");

  matrix_do (m, "win.lock", NULL);
  wait_until (is_seen (page, "unlock_button"));
  return page;
}

static void
unlock (Matrix *m) {
  geo_wallet_unlock (m->wallet);
  set_pin (m);
}

static void
show_lock (Matrix *m) {
  lock (m);
}

static void
show_words (Matrix *m) {
  gpointer page = lock (m);

  click (page, "other_button");
  matrix_type (page, "words_row", "legal winner thank year wave");
}

static void
show_words_wrong (Matrix *m) {
  gpointer page;

  show_words (m);
  page = child_of (m->scene.window, "lock_page");
  click (page, "unlock_button");
  wait_until (is_seen (page, "error_label"));
}

/* Each wrong try makes the next wait longer. */
static void
show_wait (Matrix *m) {
  gpointer page = lock (m);

  while (geo_lock_get_wait (geo_wallet_get_lock (m->wallet)) == 0) {
    gtk_editable_set_text (child_of (page, "pin_row"), "0000");
    click (page, "unlock_button");
    wait_until (is_seen (page, "error_label"));
  }
  wait_until (is_seen (page, "error_label"));
}

static const MatrixCase cases[] = {
  { "preferences", "GeoPreferencesDialog", show_preferences, NULL },
  { "change", "GeoPinDialog", show_change, NULL },
  { "remove", "GeoPinDialog", show_remove, NULL },
  { "lock", "GeoLockPage", show_lock, unlock },
  { "words", "GeoLockPage", show_words, unlock },
  { "words-wrong", "GeoLockPage", show_words_wrong, unlock },
  { "wait", "GeoLockPage", show_wait, unlock },
};

const MatrixWorld matrix_lock = { "lock", begin, cases, G_N_ELEMENTS (cases) };
