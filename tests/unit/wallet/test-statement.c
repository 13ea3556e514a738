/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of saving a statement: what is in the file, what is left of one that
 * was stopped, and what is said of one that cannot be written.
 */
#include "wallet-test.h"

#include <string.h>

#include "wallet/geo-statement-dialog.h"

static GeoStatementDialog *
show (Scene *scene) {
  GeoStatementDialog *dialog = geo_statement_dialog_new (scene->nodes[MARTA]);

  scene_show_dialog (scene, dialog);
  return dialog;
}

static GFile *
file_in (Scene *scene, const gchar *name) {
  return g_file_new_build_filename (scene->folder, name, NULL);
}

static gchar *
read_file (GFile *file) {
  gchar *text = NULL;

  g_file_load_contents (file, NULL, &text, NULL, NULL, NULL);
  return text;
}

static void
test_saved (Scene *scene, gconstpointer data) {
  static const gchar *const inside[] = { "%PDF-", "12.34",
                                         "\"type\":\"statement\"" };

  scene_trust (scene);
  scene_pay (scene, MARTA, OLENA, 1234);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++) {
    GeoStatementDialog *dialog = show (scene);
    gpointer weak = dialog;
    g_autofree gchar *name = g_strdup_printf ("statement-%u", i);
    g_autoptr (GFile) file = file_in (scene, name);
    g_autofree gchar *text = NULL;
    g_autofree gchar *action = NULL;

    g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
    if (i == 0)
      scene_look (scene, "statement");
    adw_combo_row_set_selected (child_of (dialog, "format_row"), i);
    adw_combo_row_set_selected (child_of (dialog, "period_row"), 3);
    geo_statement_dialog_save (dialog, file);
    g_assert_false (is_seen (dialog, "save_button"));
    g_assert_true (is_seen (dialog, "stop_button"));
    wait_until (weak == NULL);
    text = read_file (file);
    g_assert_nonnull (text);
    g_assert_nonnull (strstr (text, inside[i]));
    action = scene_take_action (scene);
    g_assert_cmpstr (action, ==, "win.toast The statement is saved");
  }
}

static void
test_stopped (Scene *scene, gconstpointer data) {
  GeoStatementDialog *dialog = show (scene);
  g_autoptr (GFile) file = file_in (scene, "stopped");
  g_autoptr (GFile) former = file_in (scene, "former");
  g_autofree gchar *text = NULL;

  geo_statement_dialog_save (dialog, file);
  click (dialog, "stop_button");
  wait_until (is_seen (dialog, "save_button"));
  g_assert_false (is_seen (dialog, "error_label"));
  g_assert_false (g_file_query_exists (file, NULL));

  g_assert_true (g_file_replace_contents (former, "as it was", 9, NULL, FALSE,
                                          0, NULL, NULL, NULL));
  geo_statement_dialog_save (dialog, former);
  click (dialog, "stop_button");
  wait_until (is_seen (dialog, "save_button"));
  text = read_file (former);
  g_assert_cmpstr (text, ==, "as it was");
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_unwritable (Scene *scene, gconstpointer data) {
  GeoStatementDialog *dialog = show (scene);
  g_autoptr (GFile) file = file_in (scene, "no/such/folder/statement");

  geo_statement_dialog_save (dialog, file);
  wait_until (is_seen (dialog, "error_label"));
  g_assert_true (is_seen (dialog, "save_button"));
  scene_look (scene, "statement-error");
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                            \
  g_test_add ("/wallet/statement/" path, Scene, GUINT_TO_POINTER (n), \
              scene_set_up, test, scene_tear_down)
  ADD ("saved", 2, test_saved);
  ADD ("stopped", 1, test_stopped);
  ADD ("unwritable", 1, test_unwritable);
#undef ADD
  return g_test_run ();
}
