/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the whole window in several communities: one more is joined, they
 * are switched and left; and of a market on this computer with the real
 * geo-hub: it is started, invites, dies, comes back and is copied.
 */
#include "wallet-test.h"

#include <signal.h>
#include <string.h>

#include "core/geo-words.h"
#include "node/geo-own-hub.h"
#include "wallet/geo-application.h"
#include "wallet/geo-join-dialog.h"
#include "wallet/geo-join-page.h"
#include "wallet/geo-own-market-dialog.h"
#include "wallet/geo-qr-view.h"
#include "wallet/geo-start-market-page.h"
#include "wallet/geo-window.h"

typedef struct {
  Scene scene; /* What is looked at: its window is the application's. */
  FakeHub *hubs[2];
  GeoApplication *app;
  GeoWallet *wallet;
} Several;

/* GLib asks only once where it is. */
static gchar *home;

/* A page that was just opened may not be there yet. */
static void
press (gpointer widget, const gchar *name) {
  wait_until (can_click (widget, name));
  click (widget, name);
}

static void
do_action (Several *f, const gchar *name, const gchar *parameter) {
  if (parameter != NULL)
    g_assert_true (
        gtk_widget_activate_action (f->scene.window, name, "s", parameter));
  else
    g_assert_true (gtk_widget_activate_action (f->scene.window, name, NULL));
  geo_screen_settle (f->scene.window);
}

static gpointer
front (Several *f) {
  AdwDialog *dialog = adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (f->scene.window));

  g_assert_nonnull (dialog);
  return dialog;
}

static void
close_front (Several *f) {
  adw_dialog_force_close (front (f));
  geo_screen_settle (f->scene.window);
}

static void
set_up_several (Several *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) created = NULL;
  gchar *words = geo_profile_make_words ();
  GeoProfile *profile;

  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  f->scene.folder = home;
  for (guint i = 0; i < 2; i++)
    f->hubs[i] = fake_hub_new ((guint8) (200 + i));
  fake_hub_rename (f->hubs[1], "Mill");

  f->app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (f->app), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (f->app), NULL, &error);
  /* GTK keeps the one of the test before. */
  g_application_set_default (G_APPLICATION (f->app));
  g_assert_no_error (error);
  f->wallet = geo_application_get_wallet (f->app);
  profile = geo_wallet_get_profile (f->wallet);
  geo_profile_create_async (profile, "Marta", words, "correct horse", NULL,
                            keep_result_cb, &created);
  wait_until (created != NULL);
  g_assert_true (geo_profile_create_finish (profile, created, &error));
  geo_words_free (words);
  g_application_activate (G_APPLICATION (f->app));
  f->scene.window = GTK_WIDGET (
      gtk_application_get_active_window (GTK_APPLICATION (f->app)));
  wait_until (geo_wallet_get_state (f->wallet) == GEO_WALLET_NOT_JOINED);
}

static void
tear_down_several (Several *f, gconstpointer data) {
  gpointer weak = f->scene.window;

  g_object_add_weak_pointer (G_OBJECT (weak), &weak);
  gtk_window_destroy (GTK_WINDOW (f->scene.window));
  wait_until (weak == NULL);
  /* The program ends; GTK keeps what it knows of an application. */
  geo_wallet_close (f->wallet);
  g_object_unref (f->app);
  for (guint i = 0; i < 2; i++)
    fake_hub_free (f->hubs[i]);
  remove_folder (home);
}

/* --- Several -------------------------------------------------------------- */

static guint
count (Several *f) {
  GeoCommunities *all = geo_wallet_get_communities (f->wallet);

  return all != NULL ? g_list_model_get_n_items (G_LIST_MODEL (all)) : 0;
}

/* By the page that is shown to who is in none, or by the dialog. */
static void
join_on (Several *f, gpointer page, guint hub) {
  g_autofree gchar *link = fake_hub_get_link (f->hubs[hub], NULL);

  gtk_editable_set_text (child_of (page, "link_row"), link);
  press (page, "join_button");
}

static gpointer
welcome_page (Several *f) {
  GtkWidget *page = NULL;

  wait_until ((page = geo_screen_find (f->scene.window, GEO_TYPE_JOIN_PAGE,
                                       NULL)) != NULL);
  return page;
}

static const gchar *
current (Several *f) {
  return geo_community_item_get_name (geo_wallet_get_current (f->wallet));
}

static GtkWidget *
switcher (Several *f) {
  return child_of (f->scene.window, "switcher");
}

static void
test_switch (Several *f, gconstpointer data) {
  g_autofree gchar *first = NULL;
  GtkWidget *list;
  gpointer dialog;
  GtkListBoxRow *row;

  join_on (f, welcome_page (f), 0);
  wait_until (count (f) == 1);
  wait_until (is_seen (f->scene.window, "switcher"));
  first = g_strdup (
      geo_community_item_get_pid_text (geo_wallet_get_current (f->wallet)));

  /* The practice market is offered to who is not in it. */
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *practice = fake_hub_get_link (f->hubs[i], NULL);

    g_setenv ("GEO_PRACTICE_LINK", practice, TRUE);
    do_action (f, "win.join", "");
    wait_until (is_seen (child_of (front (f), "join_page"), "link_row"));
    g_assert_cmpint (
        gtk_widget_get_visible (
            child_of (child_of (front (f), "join_page"), "practice_group")),
        ==, i == 1);
    g_unsetenv ("GEO_PRACTICE_LINK");
    close_front (f);
  }

  /* Another one; an invitation is there when it was opened. */
  do_action (f, "win.join", "geo://v1/join?hub=nowhere");
  dialog = child_of (front (f), "join_page");
  g_assert_cmpstr (gtk_editable_get_text (child_of (dialog, "link_row")), ==,
                   "geo://v1/join?hub=nowhere");
  scene_look (&f->scene, "join-dialog");
  join_on (f, dialog, 1);
  wait_until (count (f) == 2);
  wait_until (adw_application_window_get_visible_dialog (
                  ADW_APPLICATION_WINDOW (f->scene.window)) == NULL);
  wait_until (g_str_equal (current (f), "Mill"));
  wait_until (g_str_equal (label_of (switcher (f), "community_label"), "Mill"));
  g_assert_true (geo_window_get_node (GEO_WINDOW (f->scene.window)) ==
                 geo_wallet_get_node (f->wallet));

  /* One that I am in already is only opened. */
  do_action (f, "win.join", "");
  join_on (f, child_of (front (f), "join_page"), 0);
  wait_until (g_str_equal (current (f), "Town"));
  g_assert_cmpuint (count (f), ==, 2);

  /* The list, and a click in it. */
  gtk_menu_button_popup (child_of (switcher (f), "button"));
  list = child_of (switcher (f), "list");
  wait_until (gtk_widget_get_mapped (list));
  geo_screen_settle (f->scene.window);
  geo_screen_save (gtk_widget_get_first_child (GTK_WIDGET (gtk_widget_get_ancestor (
                       list, GTK_TYPE_POPOVER))),
                   "switcher");
  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0);
  g_signal_emit_by_name (list, "row-activated", row);
  wait_until (g_str_equal (current (f), "Mill"));
  geo_screen_settle (f->scene.window);
  scene_look (&f->scene, "home-second");
  do_action (f, "win.switch", first);
  wait_until (g_str_equal (current (f), "Town"));
}

/* The program ends and begins again; while it is not there, somebody spoils the
 * journal of the community that it begins with. */
static void
damage (Several *f) {
  GeoCommunityItem *item = geo_wallet_get_current (f->wallet);
  GeoProfile *profile = geo_wallet_get_profile (f->wallet);
  g_autofree gchar *path = g_build_filename (
      geo_profile_get_folder (profile), geo_community_item_get_pid_text (item),
      "journal.db", NULL);
  GtkWidget *window = f->scene.window;
  GeoNode *nodes[2];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GeoCommunityItem) one = g_list_model_get_item (
        G_LIST_MODEL (geo_wallet_get_communities (f->wallet)), i);

    nodes[i] = geo_community_item_get_node (one);
    g_object_add_weak_pointer (G_OBJECT (nodes[i]), (gpointer *) &nodes[i]);
  }
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  geo_wallet_close (f->wallet);
  gtk_window_destroy (GTK_WINDOW (f->scene.window));
  wait_until (window == NULL && nodes[0] == NULL && nodes[1] == NULL);
  g_file_set_contents (path, "This is no journal.", -1, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (f->app));
  f->scene.window = GTK_WIDGET (
      gtk_application_get_active_window (GTK_APPLICATION (f->app)));
}

static void
test_damaged (Several *f, gconstpointer data) {
  g_autofree gchar *damaged = NULL;
  g_autofree gchar *other = NULL;

  join_on (f, welcome_page (f), 0);
  wait_until (count (f) == 1);
  other = g_strdup (
      geo_community_item_get_pid_text (geo_wallet_get_current (f->wallet)));
  wait_until (is_seen (f->scene.window, "switcher"));
  do_action (f, "win.join", "");
  join_on (f, child_of (front (f), "join_page"), 1);
  wait_until (count (f) == 2 && g_str_equal (current (f), "Mill"));
  damaged = g_strdup (
      geo_community_item_get_pid_text (geo_wallet_get_current (f->wallet)));
  damage (f);

  wait_until (is_seen (f->scene.window, "trouble_page"));
  g_assert_cmpstr (
      adw_status_page_get_title (child_of (f->scene.window, "trouble_page")),
      ==, "This Community Cannot Be Opened");
  g_assert_true (is_seen (f->scene.window, "trouble_switcher"));
  g_assert_cmpstr (label_of (child_of (f->scene.window, "trouble_switcher"),
                             "name_label"),
                   ==, "Marta");
  scene_look (&f->scene, "community-damaged");
  do_action (f, "win.switch", other);
  wait_until (is_seen (f->scene.window, "switcher"));
  g_assert_cmpstr (current (f), ==, "Town");
  do_action (f, "win.switch", damaged);
  wait_until (is_seen (f->scene.window, "trouble_page"));
  do_action (f, "win.switch", other);
  wait_until (is_seen (f->scene.window, "switcher"));
}

static void
answer (Several *f, const gchar *response) {
  g_autoptr (AdwDialog) dialog = g_object_ref (front (f));

  g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
  scene_look (&f->scene, "leave");
  /* As one of its buttons does it. */
  adw_dialog_force_close (dialog);
  g_signal_emit_by_name (dialog, "response", response);
  geo_screen_settle (f->scene.window);
}

static void
leave (Several *f, const gchar *response) {
  gpointer dialog;

  do_action (f, "win.community", NULL);
  dialog = front (f);
  wait_until (is_seen (dialog, "leave_row"));
  g_assert_true (gtk_widget_activate (child_of (dialog, "leave_row")));
  wait_until (ADW_IS_ALERT_DIALOG (front (f)));
  answer (f, response);
}

static void
test_leave (Several *f, gconstpointer data) {
  join_on (f, welcome_page (f), 0);
  wait_until (count (f) == 1);
  do_action (f, "win.join", "");
  join_on (f, child_of (front (f), "join_page"), 1);
  wait_until (count (f) == 2);
  wait_until (g_str_equal (current (f), "Mill"));

  do_action (f, "win.community", NULL);
  scene_look (&f->scene, "community");
  close_front (f);
  leave (f, "stay");
  g_assert_cmpuint (count (f), ==, 2);
  close_front (f);
  leave (f, "leave");
  wait_until (count (f) == 1);
  wait_until (g_str_equal (current (f), "Town"));

  /* What was left can be joined again. */
  do_action (f, "win.join", "");
  join_on (f, child_of (front (f), "join_page"), 1);
  wait_until (count (f) == 2);
  wait_until (g_str_equal (current (f), "Mill"));
}

/* --- A market on this computer -------------------------------------------- */

static GtkWidget *
start_page (Several *f) {
  GtkWidget *page = NULL;

  g_signal_emit_by_name (child_of (welcome_page (f), "market_row"),
                         "activated");
  wait_until ((page = geo_screen_find (
                   f->scene.window, GEO_TYPE_START_MARKET_PAGE, NULL)) != NULL);
  return page;
}

static gboolean
has_dialog (Several *f, GType type) {
  AdwDialog *dialog = adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (f->scene.window));

  return dialog != NULL && G_OBJECT_TYPE (dialog) == type;
}

static void
start_market (Several *f) {
  GtkWidget *page = start_page (f);

  g_assert_false (can_click (page, "start_button"));
  gtk_editable_set_text (child_of (page, "name_row"), "Our street");
  wait_until (can_click (page, "start_button"));
  gtk_editable_set_text (child_of (page, "code_row"), "no code");
  g_assert_false (can_click (page, "start_button"));
  gtk_editable_set_text (child_of (page, "code_row"), "eur");
  scene_look (&f->scene, "start-market");
  press (page, "start_button");
  wait_until (count (f) == 1);
  wait_until (has_dialog (f, GEO_TYPE_OWN_MARKET_DIALOG));
}

static void
kill_hub (Several *f) {
  const gchar *folder =
      geo_own_hub_get_folder (geo_wallet_get_own_hub (f->wallet));
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename ("/proc", name, "cmdline", NULL);
    g_autofree gchar *text = NULL;
    gsize len;

    if (!g_ascii_isdigit (*name) ||
        !g_file_get_contents (path, &text, &len, NULL))
      continue;
    for (gsize i = 0; i < len; i += strlen (text + i) + 1) {
      if (g_str_equal (text + i, folder)) {
        g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (name, NULL, 10),
                               SIGKILL),
                         ==, 0);
        return;
      }
    }
  }
  g_assert_not_reached ();
}

static void
test_market (Several *f, gconstpointer data) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (f->wallet);
  g_autofree gchar *copy_path = g_build_filename (f->scene.folder, "copy", NULL);
  g_autoptr (GFile) copy = g_file_new_for_path (copy_path);
  g_autofree gchar *later_path = g_build_filename (f->scene.folder, "later",
                                                   NULL);
  g_autoptr (GFile) later = g_file_new_for_path (later_path);
  AdwBanner *banner = child_of (f->scene.window, "market_banner");
  g_autoptr (GPtrArray) links = NULL;
  gpointer dialog;

  start_market (f);
  dialog = front (f);
  g_assert_cmpstr (label_of (dialog, "state_row"), ==, "It is open");
  scene_look (&f->scene, "own-market");
  g_assert_cmpstr (current (f), ==, "Our street");
  wait_until (geo_node_get_connection (geo_wallet_get_node (f->wallet)) ==
              GEO_CONNECTION_HUB);

  /* It is given away like every other invitation, and that is said there; where
   * there is no network, there is nobody to give it to. */
  links = geo_own_hub_list_links (hub);
  g_assert_true (is_seen (child_of (dialog, "code_box"), "qr_view") ==
                 (links->len > 0));
  if (links->len > 0) {
    click (child_of (dialog, "code_box"), "copy_button");
    g_assert_cmpstr (label_of (child_of (dialog, "code_box"), "told_label"),
                     ==, "The link is on the clipboard.");
  }

  geo_own_market_dialog_save (dialog, copy);
  wait_until (g_file_query_exists (copy, NULL));
  wait_until (gtk_widget_get_sensitive (child_of (dialog, "save_row")));
  geo_own_market_dialog_save (dialog, copy);
  wait_until (is_seen (dialog, "error_label") ||
              gtk_widget_get_visible (child_of (dialog, "error_label")));
  /* What ends when nobody looks any more is said all the same. */
  geo_own_market_dialog_save (dialog, later);
  close_front (f);
  wait_until (geo_screen_find (f->scene.window, GTK_TYPE_LABEL,
                               "The copy of the market is saved") != NULL);
  g_assert_true (g_file_query_exists (later, NULL));
  do_action (f, "win.own-market", NULL);
  dialog = front (f);

  /* It dies, and that is said; it comes back, and the wallet with it. */
  kill_hub (f);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_WAITING);
  g_assert_true (adw_banner_get_revealed (banner));
  g_assert_true (gtk_widget_get_visible (child_of (dialog, "again_row")));
  close_front (f);
  scene_look (&f->scene, "own-market-down");
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_RUNNING);
  g_assert_false (adw_banner_get_revealed (banner));
  geo_node_hurry (geo_wallet_get_node (f->wallet));
  wait_until (geo_node_get_connection (geo_wallet_get_node (f->wallet)) ==
              GEO_CONNECTION_HUB);

  /* Off, and on again. */
  do_action (f, "win.own-market", NULL);
  dialog = front (f);
  adw_switch_row_set_active (child_of (dialog, "wanted_row"), FALSE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_OFF);
  g_assert_false (gtk_widget_get_visible (child_of (dialog, "invite_group")));
  adw_switch_row_set_active (child_of (dialog, "wanted_row"), TRUE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_RUNNING);
  close_front (f);
}

/* --- Giving up ------------------------------------------------------------ */

/* A hub that never says who it is need not be waited for. */
static void
test_cancel (Several *f, gconstpointer data) {
  FakeHub *silent = fake_hub_new (202);
  g_autofree gchar *link = fake_hub_get_link (silent, NULL);
  gpointer page = welcome_page (f);
  const gchar *tooltip;
  guint asked;

  /* What is over a row is no place for a mnemonic. */
  tooltip = gtk_widget_get_tooltip_text (child_of (page, "link_row"));
  g_assert_nonnull (tooltip);
  g_assert_null (strchr (tooltip, '_'));

  fake_hub_ignore (silent, GEO_MESSAGE_HELLO);
  gtk_editable_set_text (child_of (page, "link_row"), link);
  press (page, "join_button");
  wait_until (fake_hub_count (silent, GEO_MESSAGE_HELLO) > 0);
  press (page, "cancel_button");
  wait_until (can_click (page, "join_button"));
  g_assert_false (is_seen (page, "cancel_button"));
  g_assert_false (is_seen (page, "error_label"));
  g_assert_cmpstr (gtk_editable_get_text (child_of (page, "link_row")), ==,
                   link);
  g_assert_cmpuint (count (f), ==, 0);

  /* And another one is joined. */
  join_on (f, page, 0);
  wait_until (geo_wallet_get_state (f->wallet) == GEO_WALLET_OPEN);
  g_assert_cmpuint (count (f), ==, 1);

  /* Whoever closes the dialog does not wait, either. */
  asked = fake_hub_count (silent, GEO_MESSAGE_HELLO);
  do_action (f, "win.join", link);
  page = g_object_ref (child_of (front (f), "join_page"));
  press (page, "join_button");
  wait_until (fake_hub_count (silent, GEO_MESSAGE_HELLO) > asked);
  g_assert_true (adw_dialog_close (front (f)));
  wait_until (!gtk_widget_get_visible (child_of (page, "cancel_button")));
  g_assert_false (gtk_widget_get_visible (child_of (page, "error_label")));
  g_object_unref (page);
  g_assert_cmpuint (count (f), ==, 1);
  fake_hub_free (silent);
}

/* Nobody waits for what a window asked that is gone. */
static void
test_left (Several *f, gconstpointer data) {
  FakeHub *silent = fake_hub_new (202);
  g_autofree gchar *link = fake_hub_get_link (silent, NULL);
  GtkWidget *page = g_object_ref (welcome_page (f));

  fake_hub_ignore (silent, GEO_MESSAGE_HELLO);
  gtk_editable_set_text (child_of (page, "link_row"), link);
  press (page, "join_button");
  wait_until (fake_hub_count (silent, GEO_MESSAGE_HELLO) > 0);
  gtk_window_destroy (GTK_WINDOW (f->scene.window));
  wait_until (!gtk_widget_get_visible (child_of (page, "cancel_button")));
  g_assert_false (gtk_widget_get_visible (child_of (page, "error_label")));
  g_object_unref (page);
  g_application_activate (G_APPLICATION (f->app));
  f->scene.window = GTK_WIDGET (
      gtk_application_get_active_window (GTK_APPLICATION (f->app)));
  g_assert_cmpuint (count (f), ==, 0);
  fake_hub_free (silent);
}

/* --- A picture of an invitation ------------------------------------------- */

static void
test_picture (Several *f, gconstpointer data) {
  g_autofree gchar *link = fake_hub_get_link (f->hubs[0], NULL);
  g_autofree gchar *path = g_build_filename (f->scene.folder, "text.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gpointer page = welcome_page (f);

  g_assert_true (g_file_set_contents (path, "no picture", -1, NULL));
  geo_join_page_read_picture (page, file);
  wait_until (is_seen (page, "error_label"));
  g_test_message ("%s", label_of (page, "error_label"));
  scene_look (&f->scene, "join-no-picture");
}

int
main (int argc, char **argv) {
  int status;

  /* Any bus would start a keyring that nobody can unlock. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  home = make_folder ();
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  geo_screen_init (&argc, &argv);

#define TEST(path, function)                           \
  g_test_add (path, Several, NULL, set_up_several, function, \
              tear_down_several)
  TEST ("/communities/switch", test_switch);
  TEST ("/communities/damaged", test_damaged);
  TEST ("/communities/leave", test_leave);
  TEST ("/communities/market", test_market);
  TEST ("/communities/cancel", test_cancel);
  TEST ("/communities/left", test_left);
  TEST ("/communities/picture", test_picture);
#undef TEST

  status = g_test_run ();
  remove_folder (home);
  g_free (home);
  return status;
}
