/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole window with a real node in the practice market: every page, wide
 * and narrow; connected and not; and the window's own actions.  How all of it
 * looks in every language and size, the matrix sees (matrix.h).  One test after
 * the other, in one market.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "geo-screen.h"
#include "node/geo-node-requests.h"
#include "wallet/geo-help-dialog.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-lock-page.h"
#include "wallet/geo-pin-dialog.h"
#include "wallet/geo-preferences-dialog.h"
#include "wallet/geo-window.h"
#include "wallet/geo-words-grid.h"

#define PASSPHRASE "correct horse"
#define WORDS                                                             \
  "legal winner thank year wave sausage worth useful legal winner thank " \
  "yellow"

static gchar *home;
static gchar *link_text;
static GSubprocess *market;
static GeoApplication *app;
static GeoWindow *window;
static GeoNode *node;

/* --- Waiting --------------------------------------------------------- */

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static gboolean
is_there (gpointer pointer) {
  return *(gpointer *) pointer != NULL;
}

static GAsyncResult *
wait_result (GAsyncResult **result) {
  g_assert_true (geo_screen_wait (is_there, result, 60));
  return *result;
}

static gboolean
is_file (gpointer path) {
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_connected (gpointer data) {
  return geo_node_get_connection (node) == GEO_CONNECTION_HUB;
}

static gboolean
is_offline (gpointer data) {
  return geo_node_get_connection (node) == GEO_CONNECTION_OFFLINE;
}

static GeoPerson *
find_person (const gchar *name) {
  GListModel *people = geo_node_get_people (node);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (strcmp (geo_person_get_name (person), name) == 0)
      return person; /* The list holds it. */
  }
  return NULL;
}

static gboolean
is_welcomed (gpointer data) {
  /* The last of them to say so. */
  return find_person ("Ivan") != NULL;
}

static gboolean
is_decided (gpointer payment) {
  GeoState state = geo_payment_get_state (payment);

  return state == GEO_STATE_PAID || state == GEO_STATE_NOT_PAID;
}

/* --- The market and what happens in it ------------------------------- */

/* Where a test gives up, its market goes, too. */
static void
end_with_us (gpointer data) {
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
open_market (void) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autofree gchar *practice = g_build_filename (
      g_getenv ("GEO_BUILD_ROOT"), "src", "practice", "geo-practice", NULL);
  g_autofree gchar *folder = g_build_filename (home, "market", NULL);
  g_autofree gchar *ready = g_build_filename (home, "ready", NULL);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, end_with_us, NULL, NULL);
  market = g_subprocess_launcher_spawn (launcher, &error, practice, "--fresh",
                                        "--quiet", "--folder", folder, "--pace",
                                        "3600000", "--ready-file", ready, NULL);
  g_assert_no_error (error);
  g_assert_true (geo_screen_wait (is_file, ready, 60));
  g_assert_true (g_file_get_contents (ready, &link_text, NULL, NULL));
  g_strstrip (link_text);
  g_setenv ("GEO_PRACTICE_LINK", link_text, TRUE);
}

static void
open_window (void) {
  GeoProfile *profile;
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) joined = NULL;
  g_autoptr (GError) error = NULL;

  app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (app),
                           g_application_get_flags (G_APPLICATION (app)) |
                               G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (app));
  window =
      GEO_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (app)));

  profile = geo_wallet_get_profile (geo_application_get_wallet (app));
  geo_profile_create_async (profile, "Nadia", WORDS, PASSPHRASE, NULL,
                            store_result_cb, &created);
  geo_profile_create_finish (profile, wait_result (&created), &error);
  g_assert_no_error (error);
  geo_node_join_async (profile, link_text, NULL, store_result_cb, &joined);
  node = geo_node_join_finish (wait_result (&joined), &error);
  g_assert_no_error (error);
  geo_wallet_add_node (geo_application_get_wallet (app), node);
  g_assert_true (geo_screen_wait (is_connected, NULL, 30));
}

static GeoPid
find_stranger (const gchar *name) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GeoPerson) person = NULL;

  geo_node_find_people_async (node, name, NULL, store_result_cb, &result);
  found = geo_node_find_people_finish (node, wait_result (&result), NULL);
  g_assert_nonnull (found);
  person = g_list_model_get_item (found, 0);
  g_assert_nonnull (person);
  return *geo_person_get_pid (person);
}

static void
trust_and_pay (void) {
  GeoPid olena = find_stranger ("Olena");
  GeoPid sofia;
  g_autoptr (GAsyncResult) trusted = NULL;
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;

  geo_node_trust_async (node, &olena, "UAH", GEO_AMOUNT (123456789), FALSE,
                        FALSE, NULL, store_result_cb, &trusted);
  geo_node_trust_finish (node, wait_result (&trusted), &error);
  g_assert_no_error (error);
  g_assert_true (geo_screen_wait (is_welcomed, NULL, 60));

  sofia = find_stranger ("Sofia");
  payment = geo_node_pay (node, NULL, &sofia, "UAH", GEO_AMOUNT (12000),
                          "Two jars of honey from the hives behind the mill, "
                          "and the glass to bring back",
                          &error);
  g_assert_no_error (error);
  g_assert_true (geo_screen_wait (is_decided, payment, 30));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
}

/* --- Looking --------------------------------------------------------- */

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

static void
set_view (guint view) {
  geo_screen_set_dark (views[view].dark);
  geo_screen_set_text_scale (views[view].scale);
  geo_screen_resize (GTK_WINDOW (window), views[view].width,
                     views[view].height);
}

static void
reset_view (void) {
  set_view (0);
}

static void
look_once (const gchar *name, guint view) {
  g_autofree gchar *picture = g_strdup_printf ("%s-%s", name,
                                               views[view].suffix);
  g_autofree gchar *complaints = NULL;

  geo_screen_save (GTK_WIDGET (window), picture);
  complaints = geo_screen_complaints (GTK_WIDGET (window));
  if (complaints != NULL) {
    g_test_message ("%s:\n%s", picture, complaints);
    g_test_fail ();
  }
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), ==,
                   views[view].width);
}

static void
look (const gchar *name) {
  for (guint i = 0; i < G_N_ELEMENTS (views); i++) {
    set_view (i);
    look_once (name, i);
  }
  reset_view ();
}

static void
do_action (const gchar *name, const gchar *parameter) {
  if (parameter != NULL)
    g_assert_true (
        gtk_widget_activate_action (GTK_WIDGET (window), name, "s", parameter));
  else
    g_assert_true (
        gtk_widget_activate_action (GTK_WIDGET (window), name, NULL));
  geo_screen_settle (GTK_WIDGET (window));
}

static void
close_dialog (void) {
  AdwDialog *dialog = adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (window));

  g_assert_nonnull (dialog);
  adw_dialog_force_close (dialog);
  geo_screen_settle (GTK_WIDGET (window));
  g_assert_null (adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (window)));
}

/* Of the pages in the sidebar, how many there are widgets of. */
static guint
count_made (void) {
  AdwViewStack *stack = ADW_VIEW_STACK (
      geo_screen_find (GTK_WIDGET (window), ADW_TYPE_VIEW_STACK, NULL));
  g_autoptr (GtkSelectionModel) model = adw_view_stack_get_pages (stack);
  guint made = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++) {
    g_autoptr (AdwViewStackPage) page =
        g_list_model_get_item (G_LIST_MODEL (model), i);

    if (adw_bin_get_child (ADW_BIN (adw_view_stack_page_get_child (page))))
      made++;
  }
  return made;
}

static gpointer
part (const gchar *name) {
  return gtk_widget_get_template_child (GTK_WIDGET (window), GEO_TYPE_WINDOW,
                                        name);
}

static void
test_pages (void) {
  static const gchar *const pages[] = { "home", "activity", "people",
                                        "market" };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++) {
    /* Who asks for a page by a key goes on in it. */
    gtk_widget_grab_focus (part ("switcher"));
    do_action ("win.show-page", pages[i]);
    g_assert_true (gtk_widget_is_ancestor (
        gtk_window_get_focus (GTK_WINDOW (window)), part ("pages")));
    /* Memory and time are for what is looked at. */
    g_assert_cmpuint (count_made (), ==, i + 1);
    look (pages[i]);
  }
}

static void
test_person (void) {
  static const gchar *const names[] = { "Olena", "Maria" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GeoPerson *person = find_person (names[i]);
    g_autofree gchar *picture = g_strdup_printf ("person-%s", names[i]);

    g_assert_nonnull (person);
    do_action ("win.show-person", geo_person_get_pid_text (person));
    look (picture);
    do_action ("win.show-page", "people");
  }
}

static void
test_receipt (void) {
  g_autoptr (GeoActivityItem) item =
      g_list_model_get_item (geo_node_get_activity (node), 0);

  g_assert_nonnull (item);
  g_assert_cmpint (geo_activity_item_get_kind (item), ==, GEO_ITEM_PAID);
  do_action ("win.show-receipt", geo_activity_item_get_receipt_key (item));
  look ("receipt");
  do_action ("win.show-page", "home");
}

/* Opened anew in each: a dialog that becomes a sheet moves its focus. */
static void
look_dialog (const gchar *action, const gchar *pid, const gchar *name) {
  for (guint i = 0; i < G_N_ELEMENTS (views); i++) {
    set_view (i);
    do_action (action, pid);
    look_once (name, i);
    close_dialog ();
  }
  reset_view ();
}

static void
test_dialogs (void) {
  const gchar *olena = geo_person_get_pid_text (find_person ("Olena"));

  look_dialog ("win.pay", "", "pay-who");
  look_dialog ("win.pay", olena, "pay-amount");
  look_dialog ("win.invite", NULL, "invite-form");
  look_dialog ("win.request", "", "request-form");
  look_dialog ("win.request", olena, "request-person");
  look_dialog ("win.trust", "", "trust-who");
  look_dialog ("win.trust", olena, "trust-amount");

  /* One at a time. */
  do_action ("win.pay", olena);
  do_action ("win.trust", olena);
  close_dialog ();
}

static GtkWidget *
sidebar (void) {
  return part ("split_view");
}

static void
test_sidebar (void) {
  AdwOverlaySplitView *split = ADW_OVERLAY_SPLIT_VIEW (sidebar ());
  GtkListBox *list = part ("sidebar_list");

  /* Arrows mark a page, and what is marked is shown; Tab goes on. */
  for (int i = 3; i >= 0; i--) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, i);

    gtk_list_box_select_row (list, row);
    g_assert_cmpstr (adw_view_stack_get_visible_child_name (part ("pages")),
                     ==, g_object_get_data (G_OBJECT (row), "page"));
  }
  geo_screen_settle (GTK_WIDGET (window));
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 0)));
  g_assert_false (
      gtk_widget_child_focus (GTK_WIDGET (list), GTK_DIR_TAB_FORWARD));

  g_assert_true (adw_overlay_split_view_get_show_sidebar (split));
  do_action ("win.show-sidebar", NULL);
  g_assert_false (adw_overlay_split_view_get_show_sidebar (split));
  do_action ("win.show-sidebar", NULL);
  geo_screen_resize (GTK_WINDOW (window), 360, 640);
  g_assert_true (adw_overlay_split_view_get_collapsed (split));
  g_assert_false (adw_overlay_split_view_get_show_sidebar (split));
  do_action ("win.show-sidebar", NULL);
  g_assert_true (adw_overlay_split_view_get_show_sidebar (split));
  geo_screen_save (GTK_WIDGET (window), "sidebar-narrow");
  do_action ("win.show-sidebar", NULL);
  geo_screen_resize (GTK_WINDOW (window), 1000, 700);
}

/* The window that is in front of ours. */
static GtkWindow *
find_transient (void) {
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++) {
    g_autoptr (GtkWindow) toplevel = g_list_model_get_item (toplevels, i);

    if (gtk_window_get_transient_for (toplevel) == GTK_WINDOW (window))
      return toplevel; /* The list holds it. */
  }
  return NULL;
}

static void
test_shortcuts (void) {
  GtkWindow *overlay;

  do_action ("win.show-help-overlay", NULL);
  overlay = find_transient ();
  g_assert_nonnull (overlay);
  geo_screen_settle (GTK_WIDGET (overlay));
  geo_screen_save (GTK_WIDGET (overlay), "shortcuts");
  gtk_window_close (overlay);
}

static void
test_about (void) {
  g_action_group_activate_action (G_ACTION_GROUP (app), "about", NULL);
  geo_screen_settle (GTK_WIDGET (window));
  geo_screen_save (GTK_WIDGET (window), "about");
  close_dialog ();
}

/* With one blank for any number of blanks and ends of lines. */
static gchar *
squeeze (const gchar *text) {
  g_autoptr (GString) plain = g_string_new (text);
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) kept = NULL;

  g_string_replace (plain, "’", "'", 0);
  words = g_strsplit_set (plain->str, " \n", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);
  }
  kept = g_strv_builder_end (builder);
  return g_strjoinv (" ", kept);
}

/* What the page says stands in the guide for readers of the source, too. */
static guint
assert_in_guide (GtkWidget *widget, const gchar *guide) {
  guint n = 0;

  if (GTK_IS_LABEL (widget) && (gtk_widget_has_css_class (widget, "body") ||
                                gtk_widget_has_css_class (widget, "title-2"))) {
    g_autofree gchar *text = squeeze (gtk_label_get_text (GTK_LABEL (widget)));

    if (strstr (guide, text) == NULL)
      g_error ("src/wallet/README.md does not say: %s", text);
    n++;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += assert_in_guide (child, guide);
  return n;
}

/* The list in every view, each topic in one that has little room. */
static void
test_help (void) {
  g_autofree gchar *path = g_build_filename (
      g_getenv ("GEO_SOURCE_ROOT"), "src", "wallet", "README.md", NULL);
  g_autofree gchar *readme = NULL;
  g_autofree gchar *guide = NULL;

  g_assert_true (g_file_get_contents (path, &readme, NULL, NULL));
  guide = squeeze (readme);
  for (guint i = 0; i < G_N_ELEMENTS (views); i++) {
    set_view (i);
    do_action ("win.show-help", NULL);
    look_once ("help", i);
    close_dialog ();
  }
  for (guint i = 0; i < geo_help_dialog_get_n_topics (); i++) {
    g_autofree gchar *picture = g_strdup_printf ("help-%u", i);
    GeoHelpDialog *dialog;

    do_action ("win.show-help", NULL);
    dialog = GEO_HELP_DIALOG (adw_application_window_get_visible_dialog (
        ADW_APPLICATION_WINDOW (window)));
    geo_help_dialog_show_topic (dialog, i);
    geo_screen_settle (GTK_WIDGET (window));
    look_once (picture, G_N_ELEMENTS (views) - 1);
    g_assert_cmpuint (assert_in_guide (GTK_WIDGET (dialog), guide), >=, 2);
    g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
    close_dialog ();
    g_assert_null (dialog);
  }
  reset_view ();
}

/* --- Links ----------------------------------------------------------- */

static AdwDialog *
front_dialog (void) {
  return adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (window));
}

/* As a browser would give them to the program. */
static void
open_link (const gchar *text) {
  g_autoptr (GFile) file = g_file_new_for_uri (text);
  g_autofree gchar *same = g_file_get_uri (file);

  g_assert_cmpstr (same, ==, text);
  g_application_open (G_APPLICATION (app), &file, 1, "");
  geo_screen_settle (GTK_WIDGET (window));
}

static void
test_links (void) {
  GeoPid sofia = find_stranger ("Sofia");
  g_autofree gchar *pid = geo_pid_to_string (&sofia);
  g_autofree gchar *pay = g_strdup_printf (
      "geo://v1/pay?to=%s&equivalent=UAH&amount=12.50&memo=Honey", pid);

  open_link (pay);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (front_dialog ()), ==, "GeoPayDialog");
  look_once ("link-pay", 0);
  /* Waits until nothing is in the way. */
  open_link ("geo://v2/pay?to=nobody");
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (front_dialog ()), ==, "GeoPayDialog");
  adw_dialog_force_close (front_dialog ());
  geo_screen_settle (GTK_WIDGET (window));
  g_assert_true (ADW_IS_ALERT_DIALOG (front_dialog ()));
  close_dialog ();
  do_action ("win.open-link", "hello");
  look_once ("link-unknown", 0);
  close_dialog ();
  /* The market's own invitation leads nowhere new. */
  open_link (link_text);
  g_assert_null (front_dialog ());
}

/* --- The lock -------------------------------------------------------- */

static gpointer
child_of (gpointer widget, const gchar *name) {
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (widget),
                                                  G_OBJECT_TYPE (widget), name);

  g_assert_nonnull (child);
  return child;
}

static void
type (gpointer widget, const gchar *name, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (child_of (widget, name)), text);
}

static void
click (gpointer widget, const gchar *name) {
  g_assert_true (gtk_widget_is_sensitive (child_of (widget, name)));
  g_signal_emit_by_name (child_of (widget, name), "clicked");
  geo_screen_settle (GTK_WIDGET (window));
}

static void
activate (gpointer widget, const gchar *name) {
  g_signal_emit_by_name (child_of (widget, name), "activated");
  geo_screen_settle (GTK_WIDGET (window));
}

static AdwDialog *
front (GType type) {
  AdwDialog *dialog = adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (window));

  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (dialog, type));
  return dialog;
}

static gboolean
has_pin (gpointer data) {
  return geo_lock_has_pin (
      geo_wallet_get_lock (geo_application_get_wallet (app)));
}

static gboolean
has_no_pin (gpointer data) {
  return !has_pin (data);
}

static gboolean
is_root (gpointer name) {
  return g_strcmp0 (
             gtk_stack_get_visible_child_name (child_of (window, "root")),
             name) == 0;
}

static gboolean
is_shown (gpointer widget) {
  return gtk_widget_get_visible (widget);
}

static gboolean
is_in_front (gpointer dialog) {
  return adw_application_window_get_visible_dialog (
             ADW_APPLICATION_WINDOW (window)) == dialog;
}

static void
enter (gpointer dialog, const gchar *row) {
  g_signal_emit_by_name (child_of (dialog, row), "entry-activated");
  geo_screen_settle (GTK_WIDGET (window));
}

/* In the dialog, where it is seen. */
static gboolean
is_told (gpointer text) {
  return geo_screen_find (GTK_WIDGET (front_dialog ()), GTK_TYPE_LABEL, text) !=
         NULL;
}

static gboolean
is_said (gpointer text) {
  return geo_screen_find (GTK_WIDGET (window), GTK_TYPE_LABEL, text) != NULL;
}

static void
test_preferences (void) {
  GtkWidget *grid;
  AdwDialog *preferences;
  AdwDialog *key;
  AdwDialog *pin;

  do_action ("win.lock", NULL); /* There is nothing to lock with. */
  g_assert_true (is_root ((gpointer) "main"));
  /* The next word is seen when those before it are gone. */
  adw_toast_overlay_dismiss_all (child_of (window, "toasts"));
  do_action ("win.lock-keys", NULL);
  g_assert_true (geo_screen_wait (
      is_said, (gpointer) "To lock it, set a PIN in the preferences", 30));
  do_action ("win.preferences", NULL);
  preferences = front (GEO_TYPE_PREFERENCES_DIALOG);
  look ("preferences");
  gtk_widget_activate (child_of (preferences, "key_row"));
  geo_screen_settle (GTK_WIDGET (window));
  key = front (GEO_TYPE_KEY_DIALOG);
  look ("change-key");
  click (key, "begin_button");
  look ("change-key-words");
  /* The words are one stop: the next is what goes on. */
  grid = geo_screen_find (GTK_WIDGET (key), GEO_TYPE_WORDS_GRID, NULL);
  g_assert_nonnull (gtk_widget_get_focus_child (grid));
  g_assert_false (gtk_widget_child_focus (grid, GTK_DIR_TAB_FORWARD));
  adw_dialog_force_close (key);
  g_assert_true (geo_screen_wait (is_in_front, preferences, 30));
  activate (preferences, "set_row");
  pin = front (GEO_TYPE_PIN_DIALOG);
  type (pin, "new_row", "27");
  type (pin, "again_row", "27");
  g_assert_false (gtk_widget_is_sensitive (child_of (pin, "done_button")));
  type (pin, "new_row", "2718");
  type (pin, "again_row", "31");
  g_assert_true (is_shown (child_of (pin, "error_label")));
  look ("pin");
  /* Enter goes on to what is empty, and is enough at the end. */
  type (pin, "again_row", "");
  enter (pin, "new_row");
  g_assert_false (has_pin (NULL));
  g_assert_true (gtk_widget_get_focus_child (gtk_widget_get_parent (child_of (
                     pin, "again_row"))) == child_of (pin, "again_row"));
  type (pin, "again_row", "2718");
  enter (pin, "again_row");
  g_assert_true (geo_screen_wait (has_pin, NULL, 30));
  g_assert_true (geo_screen_wait (is_in_front, preferences, 30));
  g_assert_true (geo_screen_wait (is_told, (gpointer) "The PIN is set", 30));
  look ("preferences-pin");

  /* Another one, after a wrong guess. */
  activate (preferences, "set_row");
  pin = front (GEO_TYPE_PIN_DIALOG);
  type (pin, "old_row", "0000");
  type (pin, "new_row", "3141");
  type (pin, "again_row", "3141");
  click (pin, "done_button");
  g_assert_true (geo_screen_wait (is_shown, child_of (pin, "error_label"), 30));
  look ("pin-wrong");
  type (pin, "old_row", "2718");
  click (pin, "done_button");
  g_assert_true (geo_screen_wait (is_in_front, preferences, 30));
  close_dialog ();
}

static void
test_lock (void) {
  gpointer page = child_of (window, "lock_page");

  do_action ("win.pay", "");
  do_action ("win.lock", NULL);
  g_assert_true (is_root ((gpointer) "lock"));
  /* What was open is closed, and no shortcut opens anything. */
  g_assert_true (is_in_front (NULL));
  do_action ("win.preferences", NULL);
  do_action ("win.pay", "");
  /* A link waits for whoever unlocks it. */
  open_link ("geo://v1/lan?pid=nobody");
  g_assert_true (is_in_front (NULL));
  look ("lock");
  type (page, "pin_row", "0000");
  click (page, "unlock_button");
  g_assert_true (
      geo_screen_wait (is_shown, child_of (page, "error_label"), 30));
  g_assert_true (is_root ((gpointer) "lock"));
  look ("lock-wrong");

  type (page, "pin_row", "3141");
  click (page, "unlock_button");
  g_assert_true (geo_screen_wait (is_root, (gpointer) "main", 30));
  g_assert_true (ADW_IS_ALERT_DIALOG (front_dialog ()));
  close_dialog ();
}

/* Who forgot the PIN has the words. */

static void
test_unlock (void) {
  gpointer page = child_of (window, "lock_page");

  do_action ("win.lock", NULL);
  click (page, "other_button");
  type (page, "words_row", WORDS);
  look ("lock-words");
  click (page, "unlock_button");
  g_assert_true (geo_screen_wait (is_root, (gpointer) "main", 30));
  g_assert_true (has_no_pin (NULL));
  do_action ("win.lock", NULL);
  g_assert_true (is_root ((gpointer) "main"));
  do_action ("win.preferences", NULL);
  close_dialog ();
}

/* --- Not connected --------------------------------------------------- */

/* Asking needs no connection. */
static void
ask_offline (void) {
  GeoPerson *olena = find_person ("Olena");
  GeoAmount amount = GEO_AMOUNT (300);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_request_async (node, geo_person_get_pid (olena), "UAH", &amount,
                          NULL, 0, TRUE, NULL, store_result_cb, &result);
  item = geo_node_request_finish (node, wait_result (&result), &error);
  g_assert_no_error (error);
}

static void
test_offline (void) {
  g_autofree gchar *waits = NULL;
  GtkWidget *pill = geo_screen_find (GTK_WIDGET (window), GTK_TYPE_MENU_BUTTON,
                                     NULL);

  g_subprocess_send_signal (market, SIGTERM);
  g_subprocess_wait (market, NULL, NULL);
  g_assert_true (geo_screen_wait (is_offline, NULL, 60));
  look ("offline");
  ask_offline ();
  g_assert_nonnull (pill);
  pill = gtk_widget_get_ancestor (
      geo_screen_find (GTK_WIDGET (window), GTK_TYPE_LABEL, _ ("Offline")),
      GTK_TYPE_MENU_BUTTON);
  gtk_menu_button_popup (GTK_MENU_BUTTON (pill));
  geo_screen_settle (GTK_WIDGET (window));
  geo_screen_save (
      GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (pill))),
      "pill");
  /* What waits is said where the connection is. */
  waits = g_strdup_printf (
      ngettext ("%u request or answer is waiting for the hub",
                "%u requests or answers are waiting for the hub", 1),
      1);
  g_assert_nonnull (geo_screen_find (
      GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (pill))),
      GTK_TYPE_LABEL, waits));
  do_action ("win.reconnect", NULL);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (pill));
  do_action ("win.show-page", "home");
  look ("home-offline");
}

/* --- Around it ------------------------------------------------------- */

static void
test_end (void) {
  GeoWindow *held = g_object_ref (window);

  gtk_window_destroy (GTK_WINDOW (window));
  geo_screen_settle (GTK_WIDGET (held));
  g_assert_finalize_object (held);
  window = NULL;
  /* Without a window, too, it is the wallet's; a breakpoint that changed under
   * the focus makes GTK 4.18 keep the content of a window, and that its node,
   * which is stopped when the wallet is closed. */
  g_assert_true (geo_wallet_get_node (geo_application_get_wallet (app)) ==
                 node);
  geo_wallet_close (geo_application_get_wallet (app));
  g_assert_cmpint (geo_node_get_connection (node), ==, GEO_CONNECTION_OFFLINE);
  g_clear_object (&node);
}

/* --- Without the key -------------------------------------------------- */

static GeoWallet *
get_wallet (void) {
  return geo_application_get_wallet (app);
}

/* Whether its market can be is another question: GTK may keep the node of the
 * window before, and that its journal. */
static gboolean
is_open (gpointer data) {
  return geo_wallet_get_state (get_wallet ()) == GEO_WALLET_OPEN;
}

static gboolean
is_front_there (gpointer data) {
  return front_dialog () != NULL;
}

/* The wallet as it is found at the next start. */
static void
open_again (const gchar *page) {
  g_autoptr (GError) error = NULL;

  g_clear_object (&app);
  app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (app),
                           g_application_get_flags (G_APPLICATION (app)) |
                               G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (app));
  window =
      GEO_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (app)));
  g_assert_true (geo_screen_wait (is_root, (gpointer) page, 60));
}

/* Other words bring nothing back, and the right ones everything. */
static void
give_words (void) {
  gpointer dialog;

  g_assert_true (geo_screen_wait (is_front_there, NULL, 30));
  dialog = front_dialog ();
  g_assert_true (
      geo_screen_wait (is_shown, child_of (dialog, "passphrase_row"), 30));
  type (dialog, "words_row",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong");
  type (dialog, "passphrase_row", "seven77");
  type (dialog, "repeat_row", "seven77");
  g_assert_false (gtk_widget_get_sensitive (child_of (dialog, "done_button")));
  type (dialog, "passphrase_row", "another horse");
  type (dialog, "repeat_row", "another horse");
  click (dialog, "done_button");
  g_assert_true (
      geo_screen_wait (is_shown, child_of (dialog, "error_label"), 60));
  g_assert_cmpstr (gtk_label_get_label (child_of (dialog, "error_label")), ==,
                   _ ("These are the words of another wallet."));
  type (dialog, "words_row", WORDS);
  click (dialog, "done_button");
  g_assert_true (geo_screen_wait (is_open, NULL, 60));
  /* What was there before still is. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (
                        geo_wallet_get_communities (get_wallet ()))),
                    ==, 1);
  g_assert_cmpstr (
      geo_profile_get_name (geo_wallet_get_profile (get_wallet ())), ==,
      "Nadia");
}

static void
end_again (void) {
  gtk_window_destroy (GTK_WINDOW (window));
  window = NULL;
  geo_wallet_close (get_wallet ());
}

static void
test_forgotten (void) {
  open_again ("unlock");
  do_action ("win.restore-key", NULL);
  give_words ();
  end_again ();
}

/* As after a keyring that was emptied, or another computer's. */
static void
test_key_gone (void) {
  GeoProfile *profile = geo_wallet_get_profile (get_wallet ());
  const gchar *folder = geo_profile_get_folder (profile);
  g_autofree gchar *path = g_build_filename (folder, "identity.json", NULL);
  g_autofree gchar *key = g_build_filename (folder, "identity.key", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GString) changed = NULL;

  geo_profile_wait_written (profile);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, "\"file\"", "\"keyring\"", 0),
                    ==, 1);
  g_assert_true (g_file_set_contents (path, changed->str, -1, NULL));
  g_assert_cmpint (g_unlink (key), ==, 0);

  open_again ("trouble");
  click (window, "restore_key_button");
  give_words ();
  g_assert_true (g_file_test (key, G_FILE_TEST_EXISTS));
  end_again ();
}

/* As after a computer that lost its power while it wrote. */
static void
test_damaged (void) {
  const gchar *folder = geo_profile_get_folder (
      geo_wallet_get_profile (get_wallet ()));
  g_autofree gchar *path = g_build_filename (folder, "identity.json", NULL);
  g_autofree gchar *aside = g_strconcat (path, ".damaged-1", NULL);
  g_autofree gchar *kept = NULL;

  geo_profile_wait_written (geo_wallet_get_profile (get_wallet ()));
  g_assert_true (g_file_set_contents (path, "{\"kind\":\"geo-id", -1, NULL));
  open_again ("trouble");
  click (window, "restore_key_button");
  give_words ();
  /* It is not written over. */
  g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "{\"kind\":\"geo-id");
  end_again ();
  /* And what was made is whole. */
  open_again ("unlock");
  end_again ();
}

int
main (int argc, char **argv) {
  int status;

  home = g_dir_make_tmp ("geo-window-XXXXXX", NULL);
  g_assert_nonnull (home);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  /* Any bus would start a keyring that nobody can unlock. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  geo_screen_init (&argc, &argv);

  open_market ();
  open_window ();
  look ("home-new");
  trust_and_pay ();

  g_test_add_func ("/window/pages", test_pages);
  g_test_add_func ("/window/person", test_person);
  g_test_add_func ("/window/receipt", test_receipt);
  g_test_add_func ("/window/dialogs", test_dialogs);
  g_test_add_func ("/window/help", test_help);
  g_test_add_func ("/window/links", test_links);
  g_test_add_func ("/window/sidebar", test_sidebar);
  g_test_add_func ("/window/shortcuts", test_shortcuts);
  g_test_add_func ("/window/about", test_about);
  g_test_add_func ("/window/preferences", test_preferences);
  g_test_add_func ("/window/lock", test_lock);
  g_test_add_func ("/window/unlock", test_unlock);
  g_test_add_func ("/window/offline", test_offline);
  g_test_add_func ("/window/end", test_end);
  g_test_add_func ("/window/forgotten", test_forgotten);
  g_test_add_func ("/window/key-gone", test_key_gone);
  g_test_add_func ("/window/damaged", test_damaged);
  status = g_test_run ();

  g_subprocess_force_exit (market);
  g_object_unref (market);
  g_clear_object (&app);
  geo_screen_remove_folder (home);
  g_free (home);
  g_free (link_text);
  return status;
}
