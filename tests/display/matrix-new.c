/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a newcomer sees who has joined and knows nobody, and what looks the same
 * for everybody: help, preferences, codes, files.
 */
#include "matrix.h"

#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-help-dialog.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-join-dialog.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-statement-dialog.h"

static void
begin (Matrix *m) {
  matrix_join (m, 2);
}

/* --- Pages ---------------------------------------------------------------- */

static void
show_home (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static void
show_activity (Matrix *m) {
  matrix_do (m, "win.show-page", "activity");
}

static void
show_people (Matrix *m) {
  matrix_do (m, "win.show-page", "people");
}

static void
search (Matrix *m, const gchar *text, const gchar *wanted) {
  GeoPersonChooser *chooser;

  show_people (m);
  chooser = matrix_find (m, GEO_TYPE_PERSON_CHOOSER);
  geo_person_chooser_set_text (chooser, text);
  wait_until (g_str_equal (
      gtk_stack_get_visible_child_name (child_of (chooser, "stack")), wanted));
}

static void
show_searching (Matrix *m) {
  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_PEOPLE_QUERY);
  search (m, "Somebody", "searching");
}

static void
leave_searching (Matrix *m) {
  fake_hub_ignore (m->scene.hub, 0);
  geo_person_chooser_set_text (matrix_find (m, GEO_TYPE_PERSON_CHOOSER), "");
}

static void
show_nobody (Matrix *m) {
  search (m, "Nobody", "nothing");
}

static void
show_unknown_link (Matrix *m) {
  search (m, "geo://v9/x", "nothing");
}

static void
show_market (Matrix *m) {
  matrix_do (m, "win.show-page", "market");
}

static void
show_requests (Matrix *m) {
  matrix_do (m, "win.show-requests", NULL);
}

static void
leave_page (Matrix *m) {
  show_home (m);
}

static void
show_stranger (Matrix *m) {
  matrix_do (m, "win.show-person", matrix_pid (m, OLENA));
}

/* Over the page where there is little room. */
static void
show_sidebar (Matrix *m) {
  AdwOverlaySplitView *split = child_of (m->scene.window, "split_view");

  show_home (m);
  adw_overlay_split_view_set_pin_sidebar (split, TRUE);
  adw_overlay_split_view_set_show_sidebar (split, TRUE);
  wait_until (is_seen (child_of (m->scene.window, "switcher"), "button"));
}

static void
leave_sidebar (Matrix *m) {
  AdwOverlaySplitView *split = child_of (m->scene.window, "split_view");

  adw_overlay_split_view_set_pin_sidebar (split, FALSE);
  if (adw_overlay_split_view_get_collapsed (split))
    adw_overlay_split_view_set_show_sidebar (split, FALSE);
}

/* --- Menus ---------------------------------------------------------------- */

static void
show_switcher (Matrix *m) {
  show_sidebar (m);
  matrix_pop_up (m, child_of (child_of (m->scene.window, "switcher"), "button"));
}

static void
show_pill (Matrix *m) {
  matrix_pop_up (m, child_of (child_of (m->scene.window, "connection_pill"),
                              "button"));
}

static void
show_community (Matrix *m) {
  matrix_do (m, "win.community", NULL);
}

static void
show_leave (Matrix *m) {
  show_community (m);
  gtk_widget_activate (child_of (matrix_front (m), "leave_row"));
  wait_until (ADW_IS_ALERT_DIALOG (matrix_front (m)));
}

static void
show_join (Matrix *m) {
  matrix_do (m, "win.join", "");
}

static void
show_start_market (Matrix *m) {
  gpointer page;

  show_join (m);
  page = child_of (matrix_front (m), "join_page");
  wait_until (is_seen (page, "market_row"));
  g_signal_emit_by_name (child_of (page, "market_row"), "activated");
  geo_screen_settle (m->scene.window);
}

/* --- Dialogs -------------------------------------------------------------- */

static void
show_pay (Matrix *m) {
  matrix_do (m, "win.pay", "");
}

static void
show_request (Matrix *m) {
  matrix_do (m, "win.request", "");
}

static void
show_trust (Matrix *m) {
  matrix_do (m, "win.trust", matrix_pid (m, OLENA));
  wait_until (is_seen (matrix_front (m), "amount_entry"));
}

static void
show_trust_wrong (Matrix *m) {
  show_trust (m);
  matrix_type_amount (matrix_front (m), "12.345");
}

static void
show_code (Matrix *m) {
  matrix_do (m, "win.show-code", NULL);
}

static void
show_words (Matrix *m) {
  show_home (m);
  g_assert_true (gtk_widget_activate (
      child_of (matrix_find (m, GEO_TYPE_HOME_PAGE), "words_row")));
  wait_until (is_seen (matrix_front (m), "written_button"));
}

static void
show_words_check (Matrix *m) {
  show_words (m);
  click (matrix_front (m), "written_button");
  wait_until (is_seen (matrix_front (m), "confirm_button"));
}

static void
show_words_wrong (Matrix *m) {
  gpointer check;

  show_words_check (m);
  check = child_of (matrix_front (m), "check");
  matrix_type (check, "row_1", "abandon");
  matrix_type (check, "row_2", "abandon");
  matrix_type (check, "row_3", "wi");
  matrix_type (check, "row_3", "abandon");
  click (matrix_front (m), "confirm_button");
}

static void
show_words_offer (Matrix *m) {
  show_words_check (m);
  matrix_type (child_of (matrix_front (m), "check"), "row_1", "wi");
}

static void
show_preferences (Matrix *m) {
  matrix_do (m, "win.preferences", NULL);
}

static void
show_pin (Matrix *m) {
  show_preferences (m);
  g_signal_emit_by_name (child_of (matrix_front (m), "set_row"), "activated");
  wait_until (is_seen (matrix_front (m), "new_row"));
}

static void
show_pin_wrong (Matrix *m) {
  show_pin (m);
  matrix_type (matrix_front (m), "new_row", "2718");
  matrix_type (matrix_front (m), "again_row", "31");
  wait_until (is_seen (matrix_front (m), "error_label"));
}

static GFile *
nowhere (Matrix *m) {
  return g_file_new_build_filename (m->scene.folder, "no", "folder", "here",
                                    NULL);
}

static void
show_backup (Matrix *m) {
  matrix_do (m, "win.backup", NULL);
}

static void
show_backup_error (Matrix *m) {
  g_autoptr (GFile) file = nowhere (m);

  show_backup (m);
  geo_backup_dialog_save (matrix_front (m), file);
  wait_until (is_seen (matrix_front (m), "error_label"));
}

static void
show_statement (Matrix *m) {
  matrix_do (m, "win.save-statement", NULL);
}

static void
show_statement_error (Matrix *m) {
  g_autoptr (GFile) file = nowhere (m);

  show_statement (m);
  geo_statement_dialog_save (matrix_front (m), file);
  wait_until (is_seen (matrix_front (m), "error_label"));
}

static void
show_help (Matrix *m) {
  matrix_do (m, "win.show-help", NULL);
}

static void
show_topic (Matrix *m, guint topic) {
  show_help (m);
  /* Each has a case. */
  g_assert_cmpuint (geo_help_dialog_get_n_topics (), ==, 9);
  geo_help_dialog_show_topic (matrix_front (m), topic);
}

#define TOPIC(n)                  \
  static void                     \
  show_topic_##n (Matrix *m) {    \
    show_topic (m, n);            \
  }
TOPIC (0)
TOPIC (1)
TOPIC (2)
TOPIC (3)
TOPIC (4)
TOPIC (5)
TOPIC (6)
TOPIC (7)
TOPIC (8)
#undef TOPIC

static void
show_about (Matrix *m) {
  g_action_group_activate_action (G_ACTION_GROUP (m->app), "about", NULL);
  matrix_front (m);
}

static void
show_unknown (Matrix *m) {
  matrix_do (m, "win.open-link", "geo://v9/x");
  matrix_front (m);
}

static const MatrixCase cases[] = {
  { "home", "GeoWindow GeoHomePage GeoTotalCard GeoConnectionPill", show_home,
    NULL },
  { "activity", "GeoActivityPage GeoActivityRow", show_activity, NULL },
  { "people", "GeoPeoplePage GeoPersonChooser", show_people, NULL },
  { "people-searching", "GeoPersonChooser", show_searching, leave_searching },
  { "people-nobody", "GeoPersonChooser", show_nobody, leave_searching },
  { "people-link", "GeoPersonChooser", show_unknown_link, leave_searching },
  { "market", "GeoMarketPage", show_market, NULL },
  { "requests", "GeoRequestsPage", show_requests, leave_page },
  { "stranger", "GeoPersonPage", show_stranger, leave_page },
  { "sidebar", "GeoCommunitySwitcher", show_sidebar, leave_sidebar },
  { "switcher", "GeoCommunitySwitcher", show_switcher, leave_sidebar },
  { "pill", "GeoConnectionPill", show_pill, NULL },
  { "community", "GeoCommunityDialog", show_community, NULL },
  { "leave", "GeoCommunityDialog", show_leave, NULL },
  { "join", "GeoJoinDialog GeoJoinPage", show_join, NULL },
  { "start-market", "GeoStartMarketPage", show_start_market, NULL },
  { "pay", "GeoPayDialog GeoPersonChooser", show_pay, NULL },
  { "request", "GeoRequestDialog GeoAmountEntry", show_request, NULL },
  { "trust", "GeoTrustDialog GeoAmountEntry", show_trust, NULL },
  { "trust-wrong", "GeoTrustDialog", show_trust_wrong, NULL },
  { "my-code", "GeoMyCodeDialog GeoCodeBox", show_code, NULL },
  { "words", "GeoWordsDialog GeoWordsGrid", show_words, NULL },
  { "words-check", "GeoWordsDialog GeoWordsCheck", show_words_check, NULL },
  { "words-wrong", "GeoWordsCheck", show_words_wrong, NULL },
  { "words-offer", "GeoWordsCheck", show_words_offer, NULL },
  { "preferences", "GeoPreferencesDialog", show_preferences, NULL },
  { "pin", "GeoPinDialog", show_pin, NULL },
  { "pin-wrong", "GeoPinDialog", show_pin_wrong, NULL },
  { "backup", "GeoBackupDialog", show_backup, NULL },
  { "backup-error", "GeoBackupDialog", show_backup_error, NULL },
  { "statement", "GeoStatementDialog", show_statement, NULL },
  { "statement-error", "GeoStatementDialog", show_statement_error, NULL },
  { "help", "GeoHelpDialog", show_help, NULL },
  { "help-0", "GeoHelpDialog", show_topic_0, NULL },
  { "help-1", "GeoHelpDialog", show_topic_1, NULL },
  { "help-2", "GeoHelpDialog", show_topic_2, NULL },
  { "help-3", "GeoHelpDialog", show_topic_3, NULL },
  { "help-4", "GeoHelpDialog", show_topic_4, NULL },
  { "help-5", "GeoHelpDialog", show_topic_5, NULL },
  { "help-6", "GeoHelpDialog", show_topic_6, NULL },
  { "help-7", "GeoHelpDialog", show_topic_7, NULL },
  { "help-8", "GeoHelpDialog", show_topic_8, NULL },
  { "about", "AdwAboutDialog", show_about, NULL },
  { "unknown-link", "AdwAlertDialog", show_unknown, NULL },
};

const MatrixWorld matrix_new = { "new", begin, cases, G_N_ELEMENTS (cases) };
