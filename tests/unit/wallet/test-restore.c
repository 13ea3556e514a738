/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of losing a computer: a backup is saved, reminded of and restored, and
 * from the words alone a hub gives everything back, or is away.
 */
#include "wallet-test.h"

#include <string.h>

#include "core/geo-words.h"
#include "gate.h"
#include "node/geo-backup-private.h"
#include "node/geo-profile-private.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-choose-file.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-welcome.h"

#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)

static GFile *
file_in (Scene *scene, const gchar *name) {
  return g_file_new_build_filename (scene->folder, name, NULL);
}

/* --- Saving --------------------------------------------------------------- */

static void
test_due (void) {
  gint64 now = 1000 * DAY_MS;

  g_assert_false (geo_backup_is_due (0, 0, now));
  g_assert_false (geo_backup_is_due (0, 9, now));
  g_assert_true (geo_backup_is_due (0, 10, now));
  g_assert_false (geo_backup_is_due (now - 30 * DAY_MS, 10, now));
  g_assert_true (geo_backup_is_due (now - 30 * DAY_MS - 1, 10, now));
  g_assert_false (geo_backup_is_due (now - 90 * DAY_MS, 9, now));
  /* A clock that was set back reminds of nothing. */
  g_assert_false (geo_backup_is_due (now + DAY_MS, 10, now));
}

static void
save_backup (Scene *scene, GFile *file) {
  GeoBackupDialog *dialog = geo_backup_dialog_new (scene->profiles[MARTA],
                                                   NULL);
  gpointer weak = dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  scene_show_dialog (scene, dialog);
  geo_backup_dialog_save (dialog, file);
  wait_until (weak == NULL);
}

static void
test_saved (Scene *scene, gconstpointer data) {
  GeoBackupDialog *dialog = geo_backup_dialog_new (scene->profiles[MARTA],
                                                   NULL);
  gpointer weak = dialog;
  g_autoptr (GFile) nowhere = file_in (scene, "nowhere/backup");
  g_autoptr (GFile) file = file_in (scene, "backup");
  g_autofree gchar *action = NULL;
  g_autofree gchar *folder = NULL;
  g_autoptr (GeoProfile) again = NULL;
  gint64 before = g_get_real_time () / 1000;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  scene_show_dialog (scene, dialog);
  /* Enter saves. */
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (scene->window)) ==
                 GTK_WIDGET (child_of (dialog, "save_button")));
  scene_look (scene, "backup");
  g_assert_cmpstr (label_of (dialog, "last_row"), ==, "Never");
  g_assert_false (is_seen (dialog, "market_row"));

  geo_backup_dialog_save (dialog, nowhere);
  g_assert_false (is_seen (dialog, "save_button"));
  wait_until (is_seen (dialog, "error_label"));
  g_test_message ("%s", label_of (dialog, "error_label"));
  g_assert_true (can_click (dialog, "save_button"));
  g_assert_cmpint (geo_profile_get_backup_time (scene->profiles[MARTA]), ==, 0);
  scene_look (scene, "backup-error");

  geo_backup_dialog_save (dialog, file);
  wait_until (weak == NULL);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast The backup is saved");
  g_assert_true (g_file_query_exists (file, NULL));
  g_assert_cmpint (geo_profile_get_backup_time (scene->profiles[MARTA]), >=,
                   before);

  /* And it is known after a restart. */
  folder = g_strdup (geo_profile_get_folder (scene->profiles[MARTA]));
  end_node (g_steal_pointer (&scene->nodes[MARTA]));
  g_assert_finalize_object (g_steal_pointer (&scene->profiles[MARTA]));
  again = geo_profile_new (folder);
  g_assert_cmpint (geo_profile_get_backup_time (again), >=, before);
}

/* --- Stopping ------------------------------------------------------------- */

typedef enum { WAY_STOP, WAY_CLOSE, N_WAYS } Way;

static gboolean
is_left (const gchar *folder, const gchar *prefix) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      return TRUE;
  return FALSE;
}

/* A dialog whose backup waits before one of its blocks, and is then stopped.
 * Whoever stops it in the dialog has it still. */
static GeoBackupDialog *
stop_backup (Scene *scene, GFile *file, Way way, gpointer *weak) {
  GeoBackupDialog *dialog = geo_backup_dialog_new (scene->profiles[MARTA],
                                                   NULL);

  *weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), weak);
  scene_show_dialog (scene, dialog);
  gate_close ("backup: before write");
  geo_backup_dialog_save (dialog, file);
  wait_until (gate_is_reached ());
  g_assert_true (is_seen (dialog, "stop_button"));
  if (way == WAY_STOP)
    click (dialog, "stop_button");
  else
    g_assert_true (adw_dialog_close (ADW_DIALOG (dialog)));
  return dialog;
}

static void
test_stopped (Scene *scene, gconstpointer data) {
  const gchar *folder = geo_profile_get_folder (scene->profiles[MARTA]);
  g_autoptr (GFile) fresh = file_in (scene, "stopped");
  g_autoptr (GFile) former = file_in (scene, "former");

  if (!gate_is_there ()) {
    g_test_skip ("this build has no fault points");
    return;
  }
  g_assert_true (g_file_replace_contents (former, "as it was", 9, NULL, FALSE,
                                          0, NULL, NULL, NULL));
  for (Way way = WAY_STOP; way < N_WAYS; way++) {
    GFile *const files[] = { fresh, former };

    for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
      gpointer weak;
      GeoBackupDialog *dialog = stop_backup (scene, files[i], way, &weak);
      g_autofree gchar *action = NULL;
      g_autofree gchar *text = NULL;

      gate_open ();
      if (way == WAY_STOP) {
        wait_until (weak == NULL || is_seen (dialog, "save_button"));
        g_assert_nonnull (weak);
        g_assert_true (can_click (dialog, "save_button"));
        g_assert_false (is_seen (dialog, "stop_button"));
        g_assert_false (is_seen (dialog, "progress_bar"));
        g_assert_false (is_seen (dialog, "error_label"));
        g_assert_cmpstr (label_of (dialog, "last_row"), ==, "Never");
        adw_dialog_force_close (ADW_DIALOG (dialog));
      }
      wait_until (weak == NULL);
      /* Not even those that were still to come. */
      g_assert_cmpuint (gate_count (), ==, 1);
      action = scene_take_action (scene);
      g_assert_null (action);
      g_assert_false (g_file_query_exists (fresh, NULL));
      g_assert_false (is_left (scene->folder, "stopped"));
      g_assert_false (is_left (scene->folder, "former."));
      g_assert_false (is_left (folder, ".backing-up"));
      g_assert_true (
          g_file_load_contents (former, NULL, &text, NULL, NULL, NULL));
      g_assert_cmpstr (text, ==, "as it was");
      g_assert_cmpint (geo_profile_get_backup_time (scene->profiles[MARTA]), ==,
                       0);
    }
  }
}

/* Begun again while the one that was stopped still clears up after itself. */
static void
test_stopped_and_saved (Scene *scene, gconstpointer data) {
  GeoProfile *profile = scene->profiles[MARTA];
  g_autoptr (GFile) stopped = file_in (scene, "stopped");
  g_autoptr (GFile) file = file_in (scene, "backup");
  GeoBackupDialog *dialog;
  g_autofree gchar *action = NULL;
  g_autofree gchar *name = NULL;
  g_autoptr (GError) error = NULL;
  gint64 records = 0;
  gpointer first;
  gpointer second;

  if (!gate_is_there ()) {
    g_test_skip ("this build has no fault points");
    return;
  }
  stop_backup (scene, stopped, WAY_CLOSE, &first);
  dialog = geo_backup_dialog_new (profile, NULL);
  second = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &second);
  scene_show_dialog (scene, dialog);
  geo_backup_dialog_save (dialog, file);
  gate_open ();
  wait_until (first == NULL && second == NULL);
  g_assert_cmpuint (gate_count (), >, 2);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast The backup is saved");
  g_assert_false (g_file_query_exists (stopped, NULL));
  geo_backup_verify (g_file_peek_path (file), geo_profile_get_folder (profile),
                     geo_profile_get_secret (profile), &name, &records, &error);
  g_assert_no_error (error);
  g_assert_cmpint (records, >, 0);
}

/* What is whole already is there, and is not called off. */
static void
test_stopped_late (Scene *scene, gconstpointer data) {
  GeoBackupDialog *dialog = geo_backup_dialog_new (scene->profiles[MARTA],
                                                   NULL);
  g_autoptr (GFile) file = file_in (scene, "backup");
  g_autofree gchar *action = NULL;
  gpointer weak = dialog;

  if (!gate_is_there ()) {
    g_object_ref_sink (dialog);
    g_object_unref (dialog);
    g_test_skip ("this build has no fault points");
    return;
  }
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  scene_show_dialog (scene, dialog);
  gate_close ("output: before rename");
  geo_backup_dialog_save (dialog, file);
  wait_until (gate_is_reached ());
  click (dialog, "stop_button");
  gate_open ();
  wait_until (weak == NULL);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast The backup is saved");
  g_assert_true (g_file_query_exists (file, NULL));
  g_assert_cmpint (geo_profile_get_backup_time (scene->profiles[MARTA]), >, 0);
}

/* Among all of somebody's files, backups are seen first. */
static void
test_kind (Scene *scene, gconstpointer data) {
  static const gchar *const names[] = { "geo-2026-11-21.geo-backup",
                                        "letter.txt" };
  g_autoptr (GtkFileDialog) dialog = geo_choose_file_new ("Choose a Backup");
  g_autoptr (GtkFileFilter) all = NULL;
  GtkFilter *first;
  GListModel *filters;

  geo_choose_file_set_kind (dialog, "Backups", GEO_BACKUP_SUFFIX);
  first = GTK_FILTER (gtk_file_dialog_get_default_filter (dialog));
  filters = gtk_file_dialog_get_filters (dialog);
  g_assert_cmpuint (g_list_model_get_n_items (filters), ==, 2);
  all = g_list_model_get_item (filters, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GFileInfo) info = g_file_info_new ();

    g_file_info_set_display_name (info, names[i]);
    g_assert_cmpint (gtk_filter_match (first, info), ==, i == 0);
    g_assert_true (gtk_filter_match (GTK_FILTER (all), info));
  }
}

/* --- Being reminded of it ------------------------------------------------- */

static void
test_reminder (Scene *scene, gconstpointer data) {
  GeoHomePage *page = g_object_new (GEO_TYPE_HOME_PAGE, NULL);
  GeoProfile *profile = scene->profiles[MARTA];
  g_autoptr (GFile) file = file_in (scene, "backup");

  scene_trust (scene);
  geo_home_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  g_assert_false (is_seen (page, "backup_row"));
  for (guint i = 0; i < 10; i++)
    scene_pay (scene, MARTA, OLENA, 100);
  geo_screen_settle (scene->window);
  /* One thing after the other. */
  g_assert_true (is_seen (page, "words_row"));
  g_assert_false (is_seen (page, "backup_row"));
  geo_profile_set_words_confirmed (profile, TRUE);
  scene_pay (scene, MARTA, OLENA, 100);
  wait_until (is_seen (page, "backup_row"));
  scene_look (scene, "home-backup");
  geo_profile_set_backup_time (profile,
                               g_get_real_time () / 1000 - 31 * DAY_MS);
  wait_until (strstr (label_of (page, "backup_row"), "last one") != NULL);
  g_assert_true (is_seen (page, "backup_row"));
  save_backup (scene, file);
  wait_until (!is_seen (page, "backup_row"));
}

/* --- Restoring ------------------------------------------------------------ */

static void
done_cb (GeoWelcome *welcome, GeoNode *node, gpointer *out) {
  out[0] = welcome;
  out[1] = node != NULL ? g_object_ref (node) : NULL;
}

static gboolean
is_at (GeoWelcome *welcome, const gchar *tag) {
  AdwNavigationView *view = child_of (welcome, "navigation");
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (view);

  return g_strcmp0 (adw_navigation_page_get_tag (page), tag) == 0;
}

static void
type (gpointer widget, const gchar *name, const gchar *text) {
  gtk_editable_set_text (child_of (widget, name), text);
}

/* Another computer, with nothing on it, up to the words. */
static GeoWelcome *
begin (Scene *scene, GeoProfile *profile, const gchar *words) {
  GeoWelcome *welcome = g_object_new (GEO_TYPE_WELCOME, NULL);

  geo_profile_set_key_limits (profile, 1, 8192);
  scene_show (scene, GTK_WIDGET (welcome));
  geo_welcome_start (welcome, profile, FALSE);
  click (welcome, "restore_button");
  gtk_text_buffer_set_text (
      gtk_text_view_get_buffer (child_of (welcome, "restore_view")), words, -1);
  click (welcome, "restore_next_button");
  wait_until (is_at (welcome, "source"));
  return welcome;
}

static void
choose_passphrase (GeoWelcome *welcome) {
  wait_until (is_at (welcome, "passphrase"));
  type (welcome, "passphrase_row", "correct horse");
  type (welcome, "repeat_row", "correct horse");
  click (welcome, "passphrase_button");
}

/* Marta's computer is lost: her words are what is left of it. */
static gchar *
lose (Scene *scene) {
  gchar *words = geo_profile_get_words (scene->profiles[MARTA]);

  end_node (g_steal_pointer (&scene->nodes[MARTA]));
  g_clear_object (&scene->profiles[MARTA]);
  return words;
}

static GeoProfile *
new_computer (Scene *scene) {
  g_autofree gchar *folder = g_build_filename (scene->folder, "new", NULL);

  return geo_profile_new (folder);
}

/* A row of what came back. */
static gboolean
says (GtkWidget *page, const gchar *text) {
  return geo_screen_find (page, GTK_TYPE_LABEL, text) != NULL;
}

static void
test_words (Scene *scene, gconstpointer data) {
  g_autofree gchar *link = fake_hub_get_link (scene->hub, NULL);
  g_autoptr (GeoProfile) profile = new_computer (scene);
  gpointer done[2] = { NULL };
  GeoWelcome *welcome;
  GtkWidget *join_page;
  GtkWidget *restored;
  GeoNode *node;
  gchar *words;
  GeoPid pid;
  g_autoptr (GError) error = NULL;

  scene_trust (scene);
  scene_pay (scene, MARTA, OLENA, 1234);
  words = lose (scene);
  welcome = begin (scene, profile, words);
  geo_words_free (words);
  g_signal_connect (welcome, "done", G_CALLBACK (done_cb), done);
  g_assert_true (gtk_widget_activate (child_of (welcome, "hub_row")));
  /* The hub knows the name. */
  choose_passphrase (welcome);
  wait_until (is_at (welcome, "join"));
  join_page = child_of (welcome, "join_page");
  g_assert_cmpstr (gtk_button_get_label (child_of (join_page, "join_button")),
                   ==, "_Restore");
  scene_look (scene, "restore-join");

  /* The hub is away: it says so, and nothing is lost by it. */
  fake_hub_go (scene->hub);
  type (join_page, "link_row", link);
  click (join_page, "join_button");
  wait_until (is_seen (join_page, "error_label"));
  g_test_message ("%s", label_of (join_page, "error_label"));
  scene_come_back (scene);
  click (join_page, "join_button");
  wait_until (is_at (welcome, "restored"));
  restored = child_of (welcome, "restored_page");
  wait_until (says (restored, "You owe 12.34 UAH"));
  wait_until (says (restored, "Your Wallet Is Back"));
  g_assert_true (says (restored, "1 person"));
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Marta Kovalenko");
  scene_look (scene, "restored");
  g_assert_null (done[0]);

  /* What happens meanwhile is seen. */
  g_assert_true (geo_profile_has_pid (profile, &pid));
  geo_node_pay (scene->nodes[OLENA], NULL, &pid, "UAH", GEO_AMOUNT (234), NULL,
                &error);
  g_assert_no_error (error);
  wait_until (says (restored, "You owe 10.00 UAH"));
  click (restored, "continue_button");
  g_assert_true (done[0] == welcome);
  node = done[1];
  g_assert_cmpint (geo_node_get_connection (node), ==, GEO_CONNECTION_HUB);
  scene_show (scene, gtk_label_new ("Home"));
  end_node (node);
}

/* Whether somebody new is to be there, and under which name. */
static void
respond (Scene *scene, const gchar *name, const gchar *response) {
  AdwDialog *dialog;
  GtkWidget *row;
  gpointer weak;

  wait_until ((dialog = adw_window_get_visible_dialog (
                   ADW_WINDOW (scene->window))) != NULL);
  weak = dialog;
  row = geo_screen_find (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW, NULL);
  g_assert_false (
      adw_alert_dialog_get_response_enabled (ADW_ALERT_DIALOG (dialog), "new"));
  if (name != NULL) {
    gtk_editable_set_text (GTK_EDITABLE (row), name);
    g_assert_true (adw_alert_dialog_get_response_enabled (
        ADW_ALERT_DIALOG (dialog), "new"));
  }
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  g_signal_emit_by_name (dialog, "response", response);
  adw_dialog_force_close (dialog);
  wait_until (weak == NULL);
}

static void
test_other_words (Scene *scene, gconstpointer data) {
  g_autofree gchar *link = fake_hub_get_link (scene->hub, NULL);
  g_autoptr (GeoProfile) profile = new_computer (scene);
  GeoWelcome *welcome = begin (
      scene, profile, "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong");
  guint joined = fake_hub_count (scene->hub, GEO_MESSAGE_AUTH);
  gpointer done[2] = { NULL };
  GtkWidget *join_page;
  GtkWidget *restored;

  g_signal_connect (welcome, "done", G_CALLBACK (done_cb), done);
  g_assert_true (gtk_widget_activate (child_of (welcome, "hub_row")));
  choose_passphrase (welcome);
  wait_until (is_at (welcome, "join"));
  join_page = child_of (welcome, "join_page");
  type (join_page, "link_row", link);

  /* They may be the wrong ones: nobody becomes somebody else by mistake. */
  click (join_page, "join_button");
  respond (scene, NULL, "cancel");
  g_assert_true (is_at (welcome, "join"));
  g_assert_cmpuint (fake_hub_count (scene->hub, GEO_MESSAGE_AUTH), ==, joined);

  click (join_page, "join_button");
  respond (scene, "Marta the Second", "new");
  wait_until (is_at (welcome, "restored"));
  restored = child_of (welcome, "restored_page");
  wait_until (says (restored, "Nothing Came Back"));
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Marta the Second");
  scene_look (scene, "restored-nothing");
  click (restored, "continue_button");
  scene_show (scene, gtk_label_new ("Home"));
  end_node (done[1]);
}

static void
test_backup (Scene *scene, gconstpointer data) {
  g_autoptr (GFile) file = file_in (scene, "backup");
  g_autoptr (GFile) cut = file_in (scene, "cut");
  g_autoptr (GeoProfile) profile = new_computer (scene);
  gpointer done[2] = { NULL };
  GeoWelcome *welcome;
  GtkWidget *restored;
  g_autofree gchar *bytes = NULL;
  gchar *words;
  gsize len;

  scene_trust (scene);
  scene_pay (scene, MARTA, OLENA, 1234);
  save_backup (scene, file);
  words = lose (scene);
  /* No network is needed. */
  fake_hub_go (scene->hub);
  welcome = begin (scene, profile, words);
  geo_words_free (words);
  g_signal_connect (welcome, "done", G_CALLBACK (done_cb), done);

  /* A file that is cut short leaves nothing half. */
  g_assert_true (g_file_load_contents (file, NULL, &bytes, &len, NULL, NULL));
  g_assert_true (g_file_set_contents (g_file_peek_path (cut), bytes,
                                      (gssize) len - 100, NULL));
  geo_welcome_restore_backup (welcome, cut);
  choose_passphrase (welcome);
  wait_until (is_seen (welcome, "creating_error"));
  g_test_message ("%s", label_of (welcome, "creating_error"));
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_NONE);

  geo_welcome_restore_backup (welcome, file);
  wait_until (is_at (welcome, "restored"));
  restored = child_of (welcome, "restored_page");
  wait_until (says (restored, "You owe 12.34 UAH"));
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Marta Kovalenko");
  scene_look (scene, "restored-backup");
  click (restored, "continue_button");
  g_assert_true (done[0] == welcome);
  g_assert_null (done[1]);
  scene_show (scene, gtk_label_new ("Home"));
}

/* Whoever goes back while the file is read has restored nothing. */
static void
test_backup_stopped (Scene *scene, gconstpointer data) {
  g_autoptr (GFile) file = file_in (scene, "backup");
  g_autoptr (GeoProfile) profile = new_computer (scene);
  const gchar *folder = geo_profile_get_folder (profile);
  GeoWelcome *welcome;
  gchar *words;

  if (!gate_is_there ()) {
    g_test_skip ("this build has no fault points");
    return;
  }
  save_backup (scene, file);
  words = lose (scene);
  welcome = begin (scene, profile, words);
  geo_words_free (words);
  gate_close ("restore: before unpacking");
  geo_welcome_restore_backup (welcome, file);
  choose_passphrase (welcome);
  wait_until (gate_is_reached ());
  g_assert_true (is_left (folder, ".restoring"));
  adw_navigation_view_pop (child_of (welcome, "navigation"));
  wait_until (is_at (welcome, "passphrase"));
  gate_open ();
  wait_until (!is_left (folder, ".restoring"));
  geo_screen_settle (scene->window);
  g_assert_true (is_at (welcome, "passphrase"));
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_NONE);
  g_assert_false (is_left (folder, ""));

  /* And may try again. */
  choose_passphrase (welcome);
  wait_until (is_at (welcome, "restored"));
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_FILE);
  scene_show (scene, gtk_label_new ("Home"));
}

int
main (int argc, char **argv) {
  /* Any bus would start a keyring that nobody can unlock. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  geo_screen_init (&argc, &argv);

  g_test_add_func ("/restore/due", test_due);
#define TEST(path, function)                                            \
  g_test_add (path, Scene, GUINT_TO_POINTER (2), scene_set_up, function, \
              scene_tear_down)
  TEST ("/restore/saved", test_saved);
  TEST ("/restore/stopped", test_stopped);
  TEST ("/restore/stopped-and-saved", test_stopped_and_saved);
  TEST ("/restore/stopped-late", test_stopped_late);
  TEST ("/restore/kind", test_kind);
  TEST ("/restore/reminder", test_reminder);
  TEST ("/restore/words", test_words);
  TEST ("/restore/other-words", test_other_words);
  TEST ("/restore/backup", test_backup);
  TEST ("/restore/backup-stopped", test_backup_stopped);
#undef TEST

  return g_test_run ();
}
