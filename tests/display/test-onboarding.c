/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first five minutes as a person walks through them, in windows wide and
 * narrow.  How all of it looks in every language and size, the matrix sees
 * (matrix.h).
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/geo-words.h"
#include "geo-screen.h"
#include "wallet/geo-unlock-page.h"
#include "wallet/geo-welcome.h"

#define WORDS                                                             \
  "legal winner thank year wave sausage worth useful legal winner thank " \
  "yellow"

typedef struct {
  gchar *folder;
  GeoProfile *profile;
  GtkWindow *window;
  GeoWelcome *welcome;
} Fixture;

static void
open_window (Fixture *fixture, gpointer content) {
  fixture->window = GTK_WINDOW (adw_window_new ());
  gtk_widget_set_size_request (GTK_WIDGET (fixture->window), 360, 294);
  adw_window_set_content (ADW_WINDOW (fixture->window), content);
  gtk_window_set_default_size (fixture->window, 1000, 700);
  gtk_window_present (fixture->window);
}

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->folder = g_dir_make_tmp ("geo-onboarding-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->profile = geo_profile_new (fixture->folder);
  fixture->welcome = g_object_ref_sink (g_object_new (GEO_TYPE_WELCOME, NULL));
  open_window (fixture, fixture->welcome);
  geo_screen_set_dark (FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  gtk_window_destroy (fixture->window);
  geo_screen_settle (GTK_WIDGET (fixture->welcome));
  g_assert_finalize_object (fixture->welcome);
  g_assert_finalize_object (fixture->profile);
  geo_screen_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static GtkWidget *
child (Fixture *fixture, const gchar *id) {
  GObject *object = gtk_widget_get_template_child (
      GTK_WIDGET (fixture->welcome), GEO_TYPE_WELCOME, id);

  g_assert_true (GTK_IS_WIDGET (object));
  return GTK_WIDGET (object);
}

static const gchar *
visible_page (Fixture *fixture) {
  AdwNavigationView *view = ADW_NAVIGATION_VIEW (child (fixture, "navigation"));

  return adw_navigation_page_get_tag (
      adw_navigation_view_get_visible_page (view));
}

typedef struct {
  Fixture *fixture;
  const gchar *tag;
} Page;

static gboolean
is_page (gpointer user_data) {
  Page *page = user_data;

  return g_strcmp0 (visible_page (page->fixture), page->tag) == 0;
}

static void
wait_page (Fixture *fixture, const gchar *tag) {
  Page page = { fixture, tag };

  if (!geo_screen_wait (is_page, &page, 120))
    g_error ("The page is %s, not %s.", visible_page (fixture), tag);
  geo_screen_settle (GTK_WIDGET (fixture->window));
}

static void
click (Fixture *fixture, const gchar *id) {
  GtkWidget *button = child (fixture, id);

  g_assert_true (gtk_widget_get_sensitive (button));
  g_assert_true (gtk_widget_get_mapped (button));
  g_signal_emit_by_name (button, "clicked");
}

static void
type (gpointer editable, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (editable), text);
}

/* Looks at the page in both widths, and keeps pictures. */
static void
look (Fixture *fixture, const gchar *name) {
  static const struct {
    const gchar *suffix;
    int width;
    int height;
    gboolean dark;
    double scale;
  } views[] = {
    { "wide", 1000, 700, FALSE, 1 },
    { "narrow", 360, 640, FALSE, 1 },
  };
  GtkWidget *window = GTK_WIDGET (fixture->window);

  for (guint i = 0; i < G_N_ELEMENTS (views); i++) {
    g_autofree gchar *picture = g_strdup_printf ("%s-%s", name,
                                                 views[i].suffix);
    g_autofree gchar *complaints = NULL;

    geo_screen_set_dark (views[i].dark);
    geo_screen_set_text_scale (views[i].scale);
    geo_screen_resize (fixture->window, views[i].width, views[i].height);
    geo_screen_save (window, picture);
    g_test_message ("%s: %d x %d", picture, gtk_widget_get_width (window),
                    gtk_widget_get_height (window));
    g_assert_cmpint (gtk_widget_get_width (window), ==, views[i].width);
    complaints = geo_screen_complaints (window);
    if (complaints != NULL) {
      g_test_message ("%s:\n%s", picture, complaints);
      g_test_fail ();
    }
  }
  geo_screen_set_dark (FALSE);
  geo_screen_set_text_scale (1);
  geo_screen_resize (fixture->window, 1000, 700);
}

/* --- A new wallet ---------------------------------------------------- */

static gchar *
shown_words (Fixture *fixture) {
  GtkFlowBox *box = GTK_FLOW_BOX (
      geo_screen_find (child (fixture, "words_grid"), GTK_TYPE_FLOW_BOX, NULL));
  GString *words = g_string_new (NULL);

  for (int i = 0; i < GEO_WORDS_COUNT; i++) {
    GtkWidget *cell =
        gtk_flow_box_child_get_child (gtk_flow_box_get_child_at_index (box, i));

    if (i > 0)
      g_string_append_c (words, ' ');
    g_string_append (words, gtk_label_get_text (
                                GTK_LABEL (gtk_widget_get_last_child (cell))));
  }
  return g_string_free (words, FALSE);
}

/* Answers the three questions; wrong: one of them wrongly. */
static void
answer (Fixture *fixture, gchar **words, gboolean wrong) {
  GtkWidget *check = child (fixture, "words_check");

  for (guint i = 0; i < GEO_WORDS_COUNT; i++) {
    g_autofree gchar *title = g_strdup_printf (_ ("Word %u"), i + 1);
    GtkWidget *row = geo_screen_find (check, ADW_TYPE_ENTRY_ROW, title);

    if (row != NULL) {
      type (row, wrong ? "zebra" : words[i]);
      wrong = FALSE;
    }
  }
}

static void
test_new (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *words = NULL;
  g_autofree gchar *kept = NULL;
  g_auto (GStrv) list = NULL;
  GtkWidget *page;
  GtkWidget *row;

  geo_welcome_start (fixture->welcome, fixture->profile, FALSE);
  wait_page (fixture, "welcome");
  look (fixture, "welcome");

  click (fixture, "create_button");
  wait_page (fixture, "name");
  g_assert_false (gtk_widget_get_sensitive (child (fixture, "name_button")));
  type (child (fixture, "name_row"), "   ");
  g_assert_false (gtk_widget_get_sensitive (child (fixture, "name_button")));
  type (child (fixture, "name_row"), " Daria ");
  look (fixture, "name");
  click (fixture, "name_button");

  wait_page (fixture, "words");
  words = shown_words (fixture);
  list = g_strsplit (words, " ", -1);
  g_assert_cmpuint (g_strv_length (list), ==, GEO_WORDS_COUNT);
  look (fixture, "words");
  click (fixture, "words_button");

  wait_page (fixture, "check");
  g_assert_false (gtk_widget_get_sensitive (child (fixture, "check_button")));
  row = geo_screen_find (child (fixture, "words_check"), ADW_TYPE_ENTRY_ROW,
                         NULL);
  type (row, "wi");
  look (fixture, "check");
  /* What begins so is offered, and a click takes it. */
  type (row, "winn");
  g_signal_emit_by_name (geo_screen_find (child (fixture, "words_check"),
                                          GTK_TYPE_BUTTON, "winner"),
                         "clicked");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "winner");
  answer (fixture, list, TRUE);
  click (fixture, "check_button");
  geo_screen_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpstr (visible_page (fixture), ==, "check");
  look (fixture, "check-wrong");
  answer (fixture, list, FALSE);
  click (fixture, "check_button");

  /* There is no keyring here. */
  wait_page (fixture, "passphrase");
  /* Whoever has one and does not use it comes here, too: nothing is said of
   * what this computer has. */
  page = gtk_widget_get_ancestor (child (fixture, "passphrase_row"),
                                  ADW_TYPE_STATUS_PAGE);
  g_assert_null (strstr (
      adw_status_page_get_description (ADW_STATUS_PAGE (page)), "keyring"));
  type (child (fixture, "passphrase_row"), "seven77");
  type (child (fixture, "repeat_row"), "seven77");
  g_assert_false (
      gtk_widget_get_sensitive (child (fixture, "passphrase_button")));
  type (child (fixture, "passphrase_row"), "correct horse");
  g_assert_false (
      gtk_widget_get_sensitive (child (fixture, "passphrase_button")));
  type (child (fixture, "repeat_row"), "correct horse");
  look (fixture, "passphrase");
  click (fixture, "passphrase_button");

  wait_page (fixture, "join");
  /* No keyring asks for anything. */
  g_assert_cmpstr (
      adw_status_page_get_description (
          ADW_STATUS_PAGE (child (fixture, "creating_status"))),
      ==, "");
  g_assert_cmpint (geo_profile_get_key_place (fixture->profile), ==,
                   GEO_KEY_PLACE_FILE);
  g_assert_cmpstr (geo_profile_get_name (fixture->profile), ==, "Daria");
  g_assert_true (geo_profile_get_words_confirmed (fixture->profile));
  kept = geo_profile_get_words (fixture->profile);
  g_assert_cmpstr (kept, ==, words);
  /* S4: nothing of it is left in the window. */
  g_assert_cmpstr (
      gtk_editable_get_text (GTK_EDITABLE (child (fixture, "passphrase_row"))),
      ==, "");
}

static void
test_later (Fixture *fixture, gconstpointer data) {
  geo_welcome_start (fixture->welcome, fixture->profile, FALSE);
  wait_page (fixture, "welcome");
  click (fixture, "create_button");
  wait_page (fixture, "name");
  type (child (fixture, "name_row"), "Daria");
  click (fixture, "name_button");
  wait_page (fixture, "words");
  click (fixture, "words_button");
  wait_page (fixture, "check");
  click (fixture, "later_button");
  wait_page (fixture, "passphrase");
  type (child (fixture, "passphrase_row"), "correct horse");
  type (child (fixture, "repeat_row"), "correct horse");
  click (fixture, "passphrase_button");
  wait_page (fixture, "join");
  g_assert_false (geo_profile_get_words_confirmed (fixture->profile));
}

/* --- From words ------------------------------------------------------ */

static void
set_words (Fixture *fixture, const gchar *text) {
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (
                                child (fixture, "restore_view"))),
                            text, -1);
}

/* Up to the question where the records come from; looking at the pages. */
/* As the key would where the words are typed. */
static void
press_enter (Fixture *fixture) {
  g_autoptr (GListModel) controllers =
      gtk_widget_observe_controllers (child (fixture, "restore_view"));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller =
        g_list_model_get_item (controllers, i);
    gboolean handled = FALSE;

    if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
        gtk_event_controller_get_propagation_phase (controller) ==
            GTK_PHASE_CAPTURE)
      g_signal_emit_by_name (controller, "key-pressed", GDK_KEY_Return, 0, 0,
                             &handled);
    if (handled)
      return;
  }
  g_assert_not_reached ();
}

static void
give_words (Fixture *fixture, gboolean looking) {
  static const gchar *const bad[] = {
    "",
    "legal winner",
    /* The checksum does not fit. */
    "legal winner thank year wave sausage worth useful legal winner thank "
    "legal",
    /* There is no such word. */
    "legal winner thank year wave sausage worth useful legal winner thank "
    "borscht",
    WORDS " legal",
  };

  geo_welcome_start (fixture->welcome, fixture->profile, FALSE);
  wait_page (fixture, "welcome");
  click (fixture, "restore_button");
  wait_page (fixture, "restore");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    set_words (fixture, bad[i]);
    g_assert_false (
        gtk_widget_get_sensitive (child (fixture, "restore_next_button")));
    press_enter (fixture);
    wait_page (fixture, "restore");
    if (i == 3 && looking)
      look (fixture, "restore-wrong");
  }
  set_words (fixture, "  Legal winner\nthank year wave sausage worth useful "
                      "legal winner thank yellow\n");
  if (looking)
    look (fixture, "restore");
  press_enter (fixture);
  wait_page (fixture, "source");
}

static void
restore (Fixture *fixture, gboolean looking) {
  g_autofree gchar *kept = NULL;

  give_words (fixture, looking);
  if (looking)
    look (fixture, "restore-source");
  /* The hub knows the name. */
  gtk_widget_activate (child (fixture, "hub_row"));
  wait_page (fixture, "passphrase");
  type (child (fixture, "passphrase_row"), "correct horse");
  type (child (fixture, "repeat_row"), "correct horse");
  click (fixture, "passphrase_button");
  wait_page (fixture, "join");
  g_assert_true (geo_profile_get_words_confirmed (fixture->profile));
  kept = geo_profile_get_words (fixture->profile);
  g_assert_cmpstr (kept, ==, WORDS);
}

static void
test_restore (Fixture *fixture, gconstpointer data) {
  restore (fixture, TRUE);
}

/* --- From a backup --------------------------------------------------- */

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static gboolean
is_there (gpointer pointer) {
  return *(gpointer *) pointer != NULL;
}

/* Of an identity that was in no community; another's: with other words. */
static GFile *
make_backup (Fixture *fixture, const gchar *name, const gchar *words) {
  g_autofree gchar *folder = g_build_filename (fixture->folder, name, NULL);
  g_autofree gchar *path = g_strconcat (folder, ".geo", NULL);
  g_autoptr (GeoProfile) profile = geo_profile_new (folder);
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GError) error = NULL;

  geo_profile_create_async (profile, name, words, "correct horse", NULL,
                            store_result_cb, &created);
  g_assert_true (geo_screen_wait (is_there, &created, 60));
  geo_profile_create_finish (profile, created, &error);
  g_assert_no_error (error);
  geo_profile_backup_async (profile, path, NULL, NULL, NULL, store_result_cb,
                            &saved);
  g_assert_true (geo_screen_wait (is_there, &saved, 60));
  geo_profile_backup_finish (profile, saved, &error);
  g_assert_no_error (error);
  return g_file_new_for_path (path);
}

static gboolean
is_shown (gpointer widget) {
  return gtk_widget_get_mapped (widget);
}

/* It says what is wrong, and the profile is as empty as before. */
static void
assert_refused (Fixture *fixture, GFile *file) {
  GtkWidget *label = child (fixture, "creating_error");

  geo_welcome_restore_backup (fixture->welcome, file);
  wait_page (fixture, "passphrase");
  type (child (fixture, "passphrase_row"), "correct horse");
  type (child (fixture, "repeat_row"), "correct horse");
  click (fixture, "passphrase_button");
  wait_page (fixture, "creating");
  g_assert_true (geo_screen_wait (is_shown, label, 60));
  g_test_message ("%s", gtk_label_get_label (GTK_LABEL (label)));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), !=, "");
  /* Enter tries again; it does not go back. */
  g_assert_true (gtk_window_get_focus (fixture->window) ==
                 child (fixture, "creating_button"));
  g_assert_cmpint (geo_profile_get_key_place (fixture->profile), ==,
                   GEO_KEY_PLACE_NONE);
}

static void
back (Fixture *fixture, const gchar *tag) {
  adw_navigation_view_pop (ADW_NAVIGATION_VIEW (child (fixture, "navigation")));
  wait_page (fixture, tag);
}

static void
test_backup (Fixture *fixture, gconstpointer data) {
  static const gchar other[] =
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong";
  g_autoptr (GFile) own = make_backup (fixture, "Daria", WORDS);
  g_autoptr (GFile) foreign = make_backup (fixture, "Petro", other);
  g_autofree gchar *text_path = g_build_filename (fixture->folder, "text",
                                                  NULL);
  g_autoptr (GFile) text = g_file_new_for_path (text_path);

  g_assert_true (g_file_set_contents (text_path, "Dear diary", -1, NULL));
  give_words (fixture, FALSE);
  assert_refused (fixture, foreign);
  look (fixture, "restore-foreign");
  back (fixture, "passphrase");
  back (fixture, "source");
  assert_refused (fixture, text);
  /* Another file may be chosen at once. */
  g_assert_cmpstr (
      gtk_label_get_label (GTK_LABEL (child (fixture, "creating_label"))),
      ==, _ ("_Choose Another File…"));
  geo_welcome_restore_backup (fixture->welcome, own);
  wait_page (fixture, "restored");
  g_assert_cmpstr (geo_profile_get_name (fixture->profile), ==, "Daria");
  g_assert_true (geo_profile_get_words_confirmed (fixture->profile));
  look (fixture, "restored-empty");
}

/* --- Nobody there ---------------------------------------------------- */

static gboolean
is_hint_shown (gpointer label) {
  return gtk_widget_get_visible (GTK_WIDGET (label));
}

static void
test_join (Fixture *fixture, gconstpointer data) {
  GtkWidget *page;
  GtkWidget *row;
  GtkWidget *error_label;
  GtkWidget *button;

  g_setenv ("GEO_PRACTICE_LINK", "geo://v1/join?hub=http://127.0.0.1:9", TRUE);
  restore (fixture, FALSE);
  look (fixture, "join");
  page = child (fixture, "join_page");
  row = geo_screen_find (page, ADW_TYPE_ENTRY_ROW, NULL);
  button = geo_screen_find (page, GTK_TYPE_BUTTON, _ ("_Restore"));
  error_label = GTK_WIDGET (gtk_widget_get_template_child (
      page, G_OBJECT_TYPE (page), "error_label"));
  g_assert_false (gtk_widget_get_sensitive (button));

  /* Nothing listens there. */
  type (row, " 127.0.0.1:9 ");
  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  geo_screen_save (GTK_WIDGET (fixture->window), "join-busy");
  g_assert_true (geo_screen_wait (is_hint_shown, error_label, 30));
  geo_screen_settle (GTK_WIDGET (fixture->window));
  look (fixture, "join-nobody");
  g_test_message ("%s", gtk_label_get_label (GTK_LABEL (error_label)));
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (error_label)), !=, "");

  type (row, "geo://v1/participant?pid=me");
  g_assert_false (is_hint_shown (error_label));
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (geo_screen_wait (is_hint_shown, error_label, 30));
  g_test_message ("%s", gtk_label_get_label (GTK_LABEL (error_label)));
  g_unsetenv ("GEO_PRACTICE_LINK");
}

/* --- Locked ---------------------------------------------------------- */

static void
done_cb (gboolean *done) {
  *done = TRUE;
}

static gboolean
is_set (gpointer done) {
  return *(gboolean *) done;
}

static void
test_unlock (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoProfile) locked = NULL;
  GtkWidget *page;
  GtkWidget *row;
  GtkWidget *error_label;
  gboolean done = FALSE;

  restore (fixture, FALSE);
  locked = geo_profile_new (fixture->folder);
  g_assert_false (geo_profile_is_unlocked (locked));

  page = g_object_new (GEO_TYPE_UNLOCK_PAGE, NULL);
  g_signal_connect_swapped (page, "done", G_CALLBACK (done_cb), &done);
  gtk_window_destroy (fixture->window);
  open_window (fixture, page);
  geo_unlock_page_start (GEO_UNLOCK_PAGE (page), locked);
  geo_screen_settle (page);
  look (fixture, "unlock");
  row = geo_screen_find (page, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL);
  error_label = GTK_WIDGET (gtk_widget_get_template_child (
      page, GEO_TYPE_UNLOCK_PAGE, "error_label"));

  type (row, "wrong horse");
  g_signal_emit_by_name (row, "entry-activated");
  geo_screen_save (GTK_WIDGET (fixture->window), "unlock-busy");
  g_assert_true (geo_screen_wait (is_hint_shown, error_label, 30));
  look (fixture, "unlock-wrong");
  g_assert_false (done);

  type (row, "correct horse");
  g_assert_false (is_hint_shown (error_label));
  g_signal_emit_by_name (row, "entry-activated");
  g_assert_true (geo_screen_wait (is_set, &done, 30));
  g_assert_true (geo_profile_is_unlocked (locked));
}

/* --- With a keyring -------------------------------------------------- */

static void
test_keyring (Fixture *fixture, gconstpointer data) {
  geo_welcome_start (fixture->welcome, fixture->profile, FALSE);
  wait_page (fixture, "welcome");
  click (fixture, "create_button");
  wait_page (fixture, "name");
  type (child (fixture, "name_row"), "Daria");
  g_signal_emit_by_name (child (fixture, "name_row"), "entry-activated");
  wait_page (fixture, "words");
  click (fixture, "words_button");
  wait_page (fixture, "check");
  click (fixture, "later_button");
  /* No question is asked. */
  wait_page (fixture, "join");
  g_assert_cmpint (geo_profile_get_key_place (fixture->profile), ==,
                   GEO_KEY_PLACE_KEYRING);
  /* Whose password the desktop may have asked for was said while it did. */
  g_assert_cmpstr (
      adw_status_page_get_description (
          ADW_STATUS_PAGE (child (fixture, "creating_status"))),
      ==,
      _ ("Your key goes into the system keyring, which may ask for a "
         "password."));
}

int
main (int argc, char **argv) {
  gboolean keyring = g_getenv ("GEO_TEST_KEYRING") != NULL;

  /* Any bus would start a keyring that nobody can unlock. */
  if (!keyring)
    g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  geo_screen_init (&argc, &argv);

#define TEST(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  if (keyring) {
    TEST ("/onboarding/keyring", test_keyring);
  } else {
    TEST ("/onboarding/new", test_new);
    TEST ("/onboarding/later", test_later);
    TEST ("/onboarding/restore", test_restore);
    TEST ("/onboarding/backup", test_backup);
    TEST ("/onboarding/join", test_join);
    TEST ("/onboarding/unlock", test_unlock);
  }
#undef TEST

  return g_test_run ();
}
