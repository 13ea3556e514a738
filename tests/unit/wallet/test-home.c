/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the first page, the list of activity and the recovery words.
 */
#include "wallet-test.h"

#include <string.h>

#include "core/geo-words.h"
#include "node/geo-proposal-private.h"
#include "wallet/geo-activity-page.h"
#include "wallet/geo-activity-row.h"
#include "wallet/geo-clearing-dialog.h"
#include "wallet/geo-connection-pill.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-toast-focus.h"
#include "wallet/geo-words-dialog.h"

static GeoHomePage *
show_home (Scene *scene) {
  GeoHomePage *page = g_object_new (GEO_TYPE_HOME_PAGE, NULL);

  geo_home_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  return page;
}

static gboolean
says (GtkWidget *root, const gchar *text) {
  return geo_screen_find (root, GTK_TYPE_LABEL, text) != NULL;
}

static void
test_empty (Scene *scene, gconstpointer data) {
  GeoHomePage *page = show_home (scene);
  g_autofree gchar *action = NULL;

  g_assert_true (is_seen (page, "words_row"));
  g_assert_true (is_seen (page, "trust_row"));
  g_assert_true (is_seen (page, "trusted_row"));
  g_assert_false (is_seen (page, "open_row"));
  g_assert_true (says (GTK_WIDGET (page), "Nothing is owed in UAH"));
  scene_look (scene, "home-empty");

  gtk_widget_activate (child_of (page, "trust_row"));
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.trust ");
  gtk_widget_activate (child_of (page, "trusted_row"));
  g_clear_pointer (&action, g_free);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast Your link is copied");
}

static void
test_full (Scene *scene, gconstpointer data) {
  GeoHomePage *page;
  GtkListBox *list;
  g_autofree gchar *action = NULL;

  scene_trust (scene);
  geo_profile_set_words_confirmed (scene->profiles[MARTA], TRUE);
  page = show_home (scene);
  g_assert_false (is_seen (page, "attention_group"));

  scene_pay (scene, OLENA, MARTA, 6000);
  wait_until (says (GTK_WIDGET (page), "Others owe you 60.00\u00a0UAH"));
  g_assert_true (says (GTK_WIDGET (page), "560.00\u00a0UAH"));
  scene_pay (scene, MARTA, OLENA, 30000);
  wait_until (says (GTK_WIDGET (page), "You owe others 240.00\u00a0UAH"));
  geo_screen_settle (scene->window);
  scene_look (scene, "home");

  list = child_of (page, "latest_list");
  g_assert_nonnull (gtk_list_box_get_row_at_index (list, 3));
  gtk_widget_activate (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 0)));
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.show-receipt "));
  click (page, "show_all_button");
  g_clear_pointer (&action, g_free);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.show-page activity");
}

#define LATEST 5

static void
list_rows (GeoHomePage *page, GeoActivityRow *rows[LATEST]) {
  for (gint i = 0; i < LATEST; i++) {
    GtkListBoxRow *row =
        gtk_list_box_get_row_at_index (child_of (page, "latest_list"), i);

    g_assert_nonnull (row);
    rows[i] = GEO_ACTIVITY_ROW (gtk_list_box_row_get_child (row));
  }
  g_assert_null (
      gtk_list_box_get_row_at_index (child_of (page, "latest_list"), LATEST));
}

/* The newest are on top, in rows that were there before. */
static void
test_latest (Scene *scene, gconstpointer data) {
  GListModel *activity = geo_node_get_activity (scene->nodes[MARTA]);
  GeoActivityRow *before[LATEST], *after[LATEST];
  GeoHomePage *page;
  guint n;

  scene_trust (scene);
  page = show_home (scene);
  while (g_list_model_get_n_items (activity) < LATEST) {
    n = g_list_model_get_n_items (activity);
    scene_pay (scene, OLENA, MARTA, 100 + n);
    wait_until (g_list_model_get_n_items (activity) == n + 1);
  }
  list_rows (page, before);
  /* Who is on a row stays on what it shows. */
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (before[1])));

  n = g_list_model_get_n_items (activity);
  scene_pay (scene, OLENA, MARTA, 7700);
  wait_until (g_list_model_get_n_items (activity) == n + 1);
  list_rows (page, after);
  g_assert_true (after[0] == before[LATEST - 1]);
  for (guint i = 1; i < LATEST; i++)
    g_assert_true (after[i] == before[i - 1]);
  for (guint i = 0; i < LATEST; i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (activity, i);

    g_assert_true (geo_activity_row_get_item (after[i]) == item);
  }
  g_assert_true (
      gtk_widget_is_focus (gtk_widget_get_parent (GTK_WIDGET (after[2]))));
  wait_until (says (GTK_WIDGET (after[0]), "77.00 UAH"));
}

/* What is open for long is said, and what is settled is not. */
static void
test_open (Scene *scene, gconstpointer data) {
  GeoHomePage *page;
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  scene_trust (scene);
  page = show_home (scene);
  fake_hub_ignore (scene->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  pid_of (scene->nodes[OLENA], &pid);
  geo_node_pay (scene->nodes[MARTA], NULL, &pid, "UAH", GEO_AMOUNT (100), NULL,
                &error);
  g_assert_no_error (error);
  geo_screen_settle (scene->window);
  g_assert_false (is_seen (page, "open_row"));
  fake_hub_go (scene->hub);
  wait_until (is_seen (page, "open_row"));
  scene_look (scene, "home-open");

  fake_hub_ignore (scene->hub, 0);
  scene_come_back (scene);
  wait_until (!is_seen (page, "open_row"));
}

/* As the node would, where the hub proposes one. */
static void
propose (Scene *scene) {
  GListModel *proposals = geo_node_get_proposals (scene->nodes[MARTA]);
  g_autoptr (GeoContract) contract = geo_contract_new ();
  g_autoptr (GeoProposalItem) item = NULL;
  GeoHash hash = { 0 };
  GeoPid olena;

  pid_of (scene->nodes[OLENA], &olena);
  contract->tx_id = g_strdup ("clearing-1");
  contract->equivalent = g_strdup ("UAH");
  contract->amount = (GeoDecimal){ .amount = GEO_AMOUNT (3400), .decimals = 2 };
  contract->deadline = G_GINT64_CONSTANT (1893456000000);
  item = geo_proposal_item_new (
      &hash, contract, 3, &olena, "Olena", &olena,
      "Ivan Petrenko-Vashchuk from the Mill on the Other Side of the River");
  g_list_store_append (G_LIST_STORE (proposals), item);
}

static void
test_proposal (Scene *scene, gconstpointer data) {
  GListStore *proposals =
      G_LIST_STORE (geo_node_get_proposals (scene->nodes[MARTA]));
  GeoHomePage *page = show_home (scene);
  GeoClearingDialog *dialog;
  GtkWidget *row;
  g_autofree gchar *action = NULL;

  g_assert_false (says (GTK_WIDGET (page), "Debts can be cleared"));
  propose (scene);
  wait_until (says (GTK_WIDGET (page), "Debts can be cleared"));
  scene_look (scene, "home-proposal");
  row = geo_screen_find (GTK_WIDGET (page), ADW_TYPE_ACTION_ROW,
                         "Debts can be cleared");
  gtk_widget_activate (row);
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.show-clearing clearing-1");

  dialog = geo_clearing_dialog_new (scene->nodes[MARTA], "clearing-1");
  scene_show_dialog (scene, dialog);
  g_assert_nonnull (strstr (label_of (dialog, "sentence_label"),
                            "You and 3 others could owe 34.00 UAH less"));
  geo_screen_settle (scene->window);
  g_assert_true (says (GTK_WIDGET (dialog), "Olena owes you 34.00 UAH less"));
  scene_look (scene, "clearing");
  /* The party knows of none; what the node says to that is shown. */
  click (dialog, "accept_button");
  g_assert_true (is_seen (dialog, "error_label"));
  g_assert_true (is_seen (dialog, "accept_button"));
  /* It is decided elsewhere. */
  g_list_store_remove_all (proposals);
  wait_until (!is_seen (dialog, "accept_button"));
  scene_look (scene, "clearing-over");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  wait_until (!says (GTK_WIDGET (page), "Debts can be cleared"));
}

/* A hub that is not believed any more is said to be so. */
static void
test_fault (Scene *scene, gconstpointer data) {
  GeoHomePage *page;
  GeoPid marta;

  scene_trust (scene);
  page = show_home (scene);
  g_assert_false (is_seen (page, "fault_row"));
  pid_of (scene->nodes[MARTA], &marta);
  fake_hub_lie (scene->hub, TRUE);
  geo_node_trust_async (scene->nodes[OLENA], &marta, "UAH", GEO_AMOUNT (60000),
                        FALSE, FALSE, NULL, NULL, NULL);
  wait_until (geo_node_get_connection (scene->nodes[MARTA]) ==
              GEO_CONNECTION_FAULT);
  wait_until (is_seen (page, "fault_row"));
  g_assert_cmpstr (label_of (page, "fault_row"), ==,
                   geo_node_get_connection_detail (scene->nodes[MARTA]));
  scene_look (scene, "home-fault");
}

static void
test_words (Scene *scene, gconstpointer data) {
  GeoHomePage *page = show_home (scene);
  gchar *words = geo_profile_get_words (scene->profiles[MARTA]);
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  AdwDialog *dialog;
  GtkWidget *check;

  gtk_widget_activate (child_of (page, "words_row"));
  geo_screen_settle (scene->window);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_true (GEO_IS_WORDS_DIALOG (dialog));
  for (guint i = 0; list[i] != NULL; i++)
    wait_until (says (GTK_WIDGET (dialog), list[i]));
  scene_look (scene, "words");

  click (dialog, "written_button");
  g_assert_false (can_click (dialog, "confirm_button"));
  check = child_of (dialog, "check");
  for (guint i = 1; i <= 3; i++) {
    g_autofree gchar *id = g_strdup_printf ("row_%u", i);
    gpointer row = child_of (check, id);
    const gchar *title = adw_preferences_row_get_title (row);
    const gchar *digits = title;
    guint64 number;

    while (*digits != '\0' && !g_ascii_isdigit (*digits))
      digits++;
    number = g_ascii_strtoull (digits, NULL, 10);
    g_assert_cmpuint (number, >=, 1);
    g_assert_cmpuint (number, <=, 12);
    gtk_editable_set_text (GTK_EDITABLE (row), list[number - 1]);
  }
  geo_screen_settle (scene->window);
  scene_look (scene, "words-check");
  click (dialog, "confirm_button");
  g_assert_true (geo_profile_get_words_confirmed (scene->profiles[MARTA]));
  wait_until (!is_seen (page, "words_row"));
  geo_words_free (words);
}

/* --- Activity ----------------------------------------------------------- */

static void
test_activity (Scene *scene, gconstpointer data) {
  GeoActivityPage *page = g_object_new (GEO_TYPE_ACTIVITY_PAGE, NULL);
  GtkListView *view;
  g_autofree gchar *action = NULL;

  scene_trust (scene);
  scene_pay (scene, OLENA, MARTA, 6000);
  scene_pay (scene, MARTA, OLENA, 30000);
  geo_activity_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "list_view");
  wait_until (says (GTK_WIDGET (page), "Paid to Olena"));
  wait_until (says (GTK_WIDGET (page), "Received from Olena"));
  g_assert_true (says (GTK_WIDGET (page), "Olena trusts you up to 500.00 UAH"));
  g_assert_true (says (GTK_WIDGET (page), "You joined"));
  g_assert_true (says (GTK_WIDGET (page), "for apples"));
  scene_look (scene, "activity");
  /* All of it was today, and that is said once. */
  g_assert_true (says (GTK_WIDGET (page), "Today"));

  g_signal_emit_by_name (view, "activate", 0);
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.show-receipt "));
  g_signal_emit_by_name (view, "activate", 2);
  scene_assert_action (scene, "win.show-person", OLENA);
  /* There is no more about joining. */
  g_clear_pointer (&action, g_free);
  g_ptr_array_set_size (scene->actions, 0);
  g_signal_emit_by_name (view, "activate", 4);
  g_assert_null (scene_take_action (scene));
}

/* More than a page of the journal: what is scrolled to comes by itself, and
 * there are rows for what is seen only. */
static gboolean
has_rows (GeoActivityPage *page, guint n) {
  GtkListView *view = child_of (page, "list_view");

  return g_list_model_get_n_items (
             G_LIST_MODEL (gtk_list_view_get_model (view))) == n;
}

static void
test_filter (Scene *scene, gconstpointer data) {
  GeoActivityPage *page = g_object_new (GEO_TYPE_ACTIVITY_PAGE, NULL);
  GtkEditable *entry;
  const gchar *olena = geo_node_get_pid (scene->nodes[OLENA]);

  scene_trust (scene);
  scene_pay (scene, OLENA, MARTA, 6000);
  scene_pay (scene, MARTA, OLENA, 30000);
  geo_activity_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  entry = GTK_EDITABLE (child_of (page, "search_entry"));
  wait_until (has_rows (page, 5));

  gtk_editable_set_text (entry, "APPLES");
  wait_until (has_rows (page, 2));
  gtk_drop_down_set_selected (child_of (page, "kind_drop"), 3);
  wait_until (has_rows (page, 1));
  wait_until (says (GTK_WIDGET (page), "Received from Olena"));
  g_assert_true (is_seen (page, "chips"));
  scene_look (scene, "activity-filter");
  gtk_editable_set_text (entry, "pears");
  wait_until (is_seen (page, "nothing_button"));
  scene_look (scene, "activity-nothing");
  click (page, "nothing_button");
  wait_until (has_rows (page, 5));
  g_assert_false (is_seen (page, "chips"));

  /* Today, and a state; last month there was nothing. */
  gtk_drop_down_set_selected (child_of (page, "time_drop"), 1);
  gtk_drop_down_set_selected (child_of (page, "state_drop"), 3);
  wait_until (has_rows (page, 0));
  gtk_drop_down_set_selected (child_of (page, "state_drop"), 0);
  wait_until (has_rows (page, 5));
  gtk_drop_down_set_selected (child_of (page, "time_drop"), 4);
  wait_until (has_rows (page, 0));
  geo_activity_page_show_person (page, olena);
  wait_until (has_rows (page, 4));
  g_assert_true (is_seen (page, "chips"));
  gtk_menu_button_popup (child_of (page, "filter_button"));
  geo_screen_settle (scene->window);
  geo_screen_save (GTK_WIDGET (gtk_menu_button_get_popover (
                       child_of (page, "filter_button"))),
                   "activity-filters");
  gtk_menu_button_popdown (child_of (page, "filter_button"));
}

static void
test_long (Scene *scene, gconstpointer data) {
  GeoActivityPage *page = g_object_new (GEO_TYPE_ACTIVITY_PAGE, NULL);
  GtkListView *view;
  guint n;
  guint rows = 0;

  scene_trust (scene);
  for (guint i = 0; i < 250; i++)
    scene_pay (scene, MARTA, OLENA, 100);
  geo_activity_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  view = child_of (page, "list_view");
  n = g_list_model_get_n_items (geo_node_get_activity (scene->nodes[MARTA]));
  g_assert_cmpuint (n, ==, 253);
  wait_until (says (GTK_WIDGET (page), "Paid to Olena"));
  g_assert_false (says (GTK_WIDGET (page), "You joined"));
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (view));
       row != NULL; row = gtk_widget_get_next_sibling (row))
    rows++;
  g_assert_cmpuint (rows, <, n);

  gtk_list_view_scroll_to (view, n - 1, GTK_LIST_SCROLL_NONE, NULL);
  wait_until (says (GTK_WIDGET (page), "You joined"));
  scene_look (scene, "activity-end");
}

static void
test_row (Scene *scene, gconstpointer data) {
  GeoActivityRow *row = g_object_ref_sink (geo_activity_row_new ());
  g_autoptr (GeoActivityItem) item = scene_get_row (scene, MARTA, 0);

  geo_activity_row_set_item (row, item);
  g_assert_true (geo_activity_row_get_item (row) == item);
  g_assert_cmpstr (label_of (row, "phrase_label"), ==, "You joined");
  g_assert_false (gtk_widget_get_visible (child_of (row, "amount_label")));
  geo_activity_row_set_item (row, NULL);
  g_assert_null (geo_activity_row_get_item (row));
  end_widget (row);
}

/* --- Catching up ------------------------------------------------------------
 */

#define CHANGES 120
#define AT_ONCE 25

/* Olena is busy while Marta is away. */
static void
be_busy (Scene *scene, const GeoPid *marta) {
  for (guint i = 1; i <= CHANGES; i++) {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    geo_node_trust_async (scene->nodes[OLENA], marta, "UAH", GEO_AMOUNT (i),
                          FALSE, FALSE, NULL, keep_result_cb, &result);
    wait_until (result != NULL);
    geo_node_trust_finish (scene->nodes[OLENA], result, &error);
    g_assert_no_error (error);
  }
}

/* The bar moves with what has come, and is gone when all has. */
static void
test_catching_up (Scene *scene, gconstpointer data) {
  GeoConnectionPill *pill = g_object_new (GEO_TYPE_CONNECTION_PILL, NULL);
  GtkProgressBar *bar = child_of (pill, "progress");
  gint64 done, total;
  guint steps = 0;
  GeoPid marta;

  pid_of (scene->nodes[MARTA], &marta);
  trust (scene->nodes[OLENA], scene->nodes[MARTA], 200);
  end_node (scene->nodes[MARTA]);
  be_busy (scene, &marta);
  scene->nodes[MARTA] = open_node (scene->profiles[MARTA]);
  geo_connection_pill_set_node (pill, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (pill));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (bar)));
  fake_hub_set_slow (scene->hub, AT_ONCE);
  geo_node_start (scene->nodes[MARTA]);
  wait_until (geo_node_get_catching_up (scene->nodes[MARTA], &done, &total));
  g_assert_cmpint (total, >, 3 * AT_ONCE);
  for (gint64 sent = AT_ONCE; sent < total; sent += AT_ONCE) {
    gdouble fraction = (gdouble) sent / (gdouble) total;

    wait_until (gtk_progress_bar_get_fraction (bar) > fraction - 0.001);
    g_assert_true (gtk_widget_get_visible (GTK_WIDGET (bar)));
    g_assert_nonnull (strstr (label_of (pill, "label"), "Catching up"));
    g_assert_cmpfloat (gtk_progress_bar_get_fraction (bar), <,
                       fraction + 0.001);
    if (++steps == 2)
      scene_look (scene, "catching-up");
    if (sent + AT_ONCE < total)
      fake_hub_send_more (scene->hub);
  }
  g_assert_cmpuint (steps, >=, 3);
  fake_hub_set_slow (scene->hub, 0);
  fake_hub_send_more (scene->hub);
  wait_until (!gtk_widget_get_visible (GTK_WIDGET (bar)));
  g_assert_cmpfloat (geo_node_get_progress (scene->nodes[MARTA]), <, 0);
}

/* What was looked at is no news any more; what nobody looked at is. */
static void
test_seen (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[MARTA];
  GeoActivityPage *page = g_object_new (GEO_TYPE_ACTIVITY_PAGE, NULL);

  scene_trust (scene);
  wait_until (geo_node_get_unread (node) > 0);
  geo_activity_page_set_node (page, node);
  scene_show (scene, GTK_WIDGET (page));
  wait_until (geo_node_get_unread (node) == 0);
  gtk_widget_set_visible (GTK_WIDGET (page), FALSE);
  scene_pay (scene, OLENA, MARTA, 6000);
  wait_until (geo_node_get_unread (node) > 0);

  show_home (scene);
  wait_until (geo_node_get_unread (node) == 0);
}

/* A toast stays as long as it has the focus. */
static void
test_toast (Scene *scene, gconstpointer data) {
  GtkWindow *window = GTK_WINDOW (scene->window);
  AdwToastOverlay *toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_button_new_with_label ("First");
  GtkWidget *second = gtk_button_new_with_label ("Second");
  GtkWidget *close;

  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (list), second);
  adw_toast_overlay_set_child (toasts, box);
  geo_toast_focus_watch (window, toasts);
  scene_show (scene, GTK_WIDGET (toasts));
  adw_toast_overlay_add_toast (toasts, adw_toast_new ("You agreed"));
  geo_screen_settle (scene->window);

  /* From what is there, one goes to it. */
  gtk_widget_grab_focus (first);
  gtk_widget_grab_focus (second);
  g_assert_true (gtk_widget_child_focus (scene->window, GTK_DIR_TAB_FORWARD));
  close = gtk_window_get_focus (window);
  g_assert_true (gtk_widget_is_ancestor (close, GTK_WIDGET (toasts)));
  g_assert_false (gtk_widget_is_ancestor (close, box));

  /* And where it is closed, one is back. */
  gtk_widget_activate (close);
  wait_until (gtk_window_get_focus (window) != close);
  geo_screen_settle (scene->window);
  g_assert_true (gtk_window_get_focus (window) == second);
  adw_toast_overlay_add_toast (toasts, adw_toast_new ("You agreed again"));
  geo_screen_settle (scene->window);
  g_assert_true (gtk_widget_child_focus (scene->window, GTK_DIR_TAB_FORWARD));
  close = gtk_window_get_focus (window);
  g_assert_true (gtk_widget_is_ancestor (close, GTK_WIDGET (toasts)));

  /* What had the focus is gone: it does not come by itself. */
  gtk_widget_grab_focus (second);
  gtk_box_remove (GTK_BOX (list), second);
  gtk_widget_grab_focus (close);
  g_assert_true (gtk_window_get_focus (window) == first);
  gtk_window_set_focus (window, NULL);
  gtk_widget_grab_focus (close);
  g_assert_true (gtk_window_get_focus (window) == first);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  g_test_add ("/wallet/home/empty", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_empty, scene_tear_down);
  g_test_add ("/wallet/home/full", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_full, scene_tear_down);
  g_test_add ("/wallet/home/latest", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_latest, scene_tear_down);
  g_test_add ("/wallet/home/open", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_open, scene_tear_down);
  g_test_add ("/wallet/home/proposal", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_proposal, scene_tear_down);
  g_test_add ("/wallet/home/seen", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_seen, scene_tear_down);
  g_test_add ("/wallet/home/toast", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_toast, scene_tear_down);
  g_test_add ("/wallet/home/fault", Scene, GUINT_TO_POINTER (2), scene_set_up,
              test_fault, scene_tear_down);
  g_test_add ("/wallet/home/words", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_words, scene_tear_down);
  g_test_add ("/wallet/home/catching-up", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_catching_up, scene_tear_down);
  g_test_add ("/wallet/activity/page", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_activity, scene_tear_down);
  g_test_add ("/wallet/activity/filter", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_filter, scene_tear_down);
  g_test_add ("/wallet/activity/long", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_long, scene_tear_down);
  g_test_add ("/wallet/activity/row", Scene, GUINT_TO_POINTER (1), scene_set_up,
              test_row, scene_tear_down);
  return g_test_run ();
}
