/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first five minutes, and what stands before them: making a wallet,
 * restoring one, joining, a passphrase, and what cannot be opened.
 */
#include "matrix.h"

#include "gate.h"
#include "node/geo-profile-private.h"
#include "wallet/geo-join-page.h"
#include "wallet/geo-restored-page.h"
#include "wallet/geo-unlock-page.h"
#include "wallet/geo-welcome.h"

#define WORDS                                                             \
  "legal winner thank year wave sausage worth useful legal winner thank " \
  "yellow"

static gchar *backup; /* Of what Olena has; its path. */

static void
back_up (Matrix *m) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  backup = g_build_filename (m->scene.folder, "olena.geo-backup", NULL);
  geo_profile_backup_async (m->scene.profiles[OLENA], backup, NULL, NULL, NULL,
                            keep_result_cb, &result);
  wait_until (result != NULL);
  geo_profile_backup_finish (m->scene.profiles[OLENA], result, &error);
  g_assert_no_error (error);
}

static void
begin (Matrix *m) {
  Scene *scene = &m->scene;

  for (guint i = OLENA; i <= IVAN; i++) {
    scene->profiles[i] = make_profile (scene->folder,
                                       i == OLENA ? "Olena" : "Ivan",
                                       i == OLENA ? WORDS : NULL);
    scene->nodes[i] = join (scene->profiles[i], scene->hub);
  }
  trust (scene->nodes[IVAN], scene->nodes[OLENA], 8000);
  scene_pay (scene, OLENA, IVAN, 1234);
  back_up (m);
  g_setenv ("GEO_PRACTICE_LINK", "geo://v1/join?hub=http://127.0.0.1:9", TRUE);
  geo_wallet_open (m->wallet);
}

static GtkStack *
root (Matrix *m) {
  return child_of (m->scene.window, "root");
}

static gpointer
welcome (Matrix *m) {
  GtkWidget *page = NULL;

  wait_until ((page = gtk_stack_get_child_by_name (root (m), "welcome")) !=
              NULL);
  return page;
}

static gboolean
is_at (Matrix *m, const gchar *tag) {
  AdwNavigationPage *page =
      adw_navigation_view_get_visible_page (child_of (welcome (m),
                                                      "navigation"));

  return g_strcmp0 (adw_navigation_page_get_tag (page), tag) == 0;
}

static void
wait_at (Matrix *m, const gchar *tag) {
  wait_until (is_at (m, tag));
  geo_screen_lay_out (m->scene.window);
}

static void
go (Matrix *m, const gchar *button, const gchar *tag) {
  click (welcome (m), button);
  wait_at (m, tag);
}

static void
begin_anew (Matrix *m) {
  gtk_stack_set_visible_child_name (root (m), "welcome");
  geo_welcome_start (welcome (m), geo_wallet_get_profile (m->wallet), FALSE);
  wait_at (m, "welcome");
}

static void
show_welcome (Matrix *m) {
  begin_anew (m);
}

/* --- A new wallet --------------------------------------------------------- */

static void
show_name (Matrix *m) {
  begin_anew (m);
  go (m, "create_button", "name");
  matrix_type (welcome (m), "name_row", "Daria");
}

static void
show_words (Matrix *m) {
  show_name (m);
  go (m, "name_button", "words");
}

static void
show_check (Matrix *m) {
  show_words (m);
  go (m, "words_button", "check");
  matrix_type (child_of (welcome (m), "words_check"), "row_1", "wi");
}

static void
show_check_wrong (Matrix *m) {
  gpointer check;

  show_check (m);
  check = child_of (welcome (m), "words_check");
  for (guint i = 1; i <= 3; i++) {
    g_autofree gchar *row = g_strdup_printf ("row_%u", i);

    matrix_type (check, row, "zebra");
  }
  click (welcome (m), "check_button");
}

static void
show_passphrase (Matrix *m) {
  show_check (m);
  go (m, "later_button", "passphrase");
}

static void
show_passphrase_wrong (Matrix *m) {
  show_passphrase (m);
  matrix_type (welcome (m), "passphrase_row", "correct horse");
  matrix_type (welcome (m), "repeat_row", "correct hor");
}

/* --- A wallet that was lost ----------------------------------------------- */

static void
type_words (Matrix *m, const gchar *words) {
  gtk_text_buffer_set_text (
      gtk_text_view_get_buffer (child_of (welcome (m), "restore_view")), words,
      -1);
}

static void
show_restore (Matrix *m) {
  begin_anew (m);
  go (m, "restore_button", "restore");
  type_words (m, WORDS);
}

static void
show_restore_wrong (Matrix *m) {
  show_restore (m);
  type_words (m, "legal winner thank year wave sausage worth useful legal "
                 "winner thank borscht");
}

static void
show_source (Matrix *m) {
  show_restore (m);
  go (m, "restore_next_button", "source");
}

/* What is no backup leaves the profile as empty as it was. */
static void
show_bad_backup (Matrix *m) {
  g_autofree gchar *path = g_build_filename (m->scene.folder, "diary", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  show_source (m);
  g_assert_true (g_file_set_contents (path, "Dear diary", -1, NULL));
  geo_welcome_restore_backup (welcome (m), file);
  wait_at (m, "passphrase");
  matrix_type (welcome (m), "passphrase_row", "correct horse");
  matrix_type (welcome (m), "repeat_row", "correct horse");
  click (welcome (m), "passphrase_button");
  wait_until (is_seen (welcome (m), "creating_error"));
}

/* --- While it is made ----------------------------------------------------- */

static GeoProfile *fresh; /* That a wallet is made in, for this case alone. */

static void
begin_fresh (Matrix *m) {
  static guint n;
  g_autofree gchar *name = g_strdup_printf ("fresh-%u", n++);
  g_autofree gchar *path = g_build_filename (m->scene.folder, name, NULL);

  fresh = geo_profile_new (path);
  geo_profile_set_key_limits (fresh, 1, 8192);
  gtk_stack_set_visible_child_name (root (m), "welcome");
  geo_welcome_start (welcome (m), fresh, FALSE);
  wait_at (m, "welcome");
}

/* Held where all is there but the identity, which says so. */
static void
hold (Matrix *m) {
  wait_at (m, "passphrase");
  matrix_type (welcome (m), "passphrase_row", "correct horse");
  matrix_type (welcome (m), "repeat_row", "correct horse");
  if (!gate_is_there ())
    return;
  gate_close ("restore: before identity");
  click (welcome (m), "passphrase_button");
  wait_until (gate_is_reached ());
  wait_at (m, "creating");
}

static void
show_making (Matrix *m) {
  begin_fresh (m);
  go (m, "create_button", "name");
  matrix_type (welcome (m), "name_row", "Daria");
  go (m, "name_button", "words");
  go (m, "words_button", "check");
  click (welcome (m), "later_button");
  hold (m);
}

static void
show_restoring (Matrix *m) {
  g_autoptr (GFile) file = g_file_new_for_path (backup);

  begin_fresh (m);
  go (m, "restore_button", "restore");
  type_words (m, WORDS);
  go (m, "restore_next_button", "source");
  geo_welcome_restore_backup (welcome (m), file);
  hold (m);
}

/* Nobody waits for it, and it comes to its end. */
static void
leave_fresh (Matrix *m) {
  gpointer weak = fresh;

  g_object_add_weak_pointer (G_OBJECT (fresh), &weak);
  g_clear_object (&fresh);
  begin_anew (m);
  gate_open ();
  wait_until (weak == NULL);
}

/* Of words that nobody has; the same in every language. */
static GeoProfile *
get_restored (Matrix *m) {
  GeoProfile *profile = g_object_get_data (G_OBJECT (m->app), "restored");
  g_autofree gchar *path = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (profile != NULL)
    return profile;
  path = g_build_filename (m->scene.folder, "restored", NULL);
  profile = geo_profile_new (path);
  g_object_set_data_full (G_OBJECT (m->app), "restored", profile,
                          g_object_unref);
  geo_profile_restore_async (
      profile, NULL, NULL,
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "correct horse",
      NULL, NULL, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_profile_restore_finish (profile, result, &error);
  g_assert_no_error (error);
  return profile;
}

static AdwNavigationPage *
show_restored_page (Matrix *m) {
  AdwNavigationView *view = child_of (welcome (m), "navigation");

  begin_anew (m);
  adw_navigation_view_push_by_tag (view, "restored");
  return child_of (welcome (m), "restored_page");
}

static void
show_restored (Matrix *m) {
  GeoRestoredPage *page = GEO_RESTORED_PAGE (show_restored_page (m));

  geo_restored_page_follow (page, m->scene.nodes[OLENA]);
  wait_until (can_click (page, "continue_button"));
}

static void
show_restored_nothing (Matrix *m) {
  g_autofree gchar *path = g_build_filename (m->scene.folder, "empty", NULL);
  g_autoptr (GeoProfile) empty = geo_profile_new (path);
  GeoRestoredPage *page = GEO_RESTORED_PAGE (show_restored_page (m));

  geo_restored_page_look (page, empty);
  wait_until (can_click (page, "continue_button"));
}

static void
leave_restored (Matrix *m) {
  geo_restored_page_clear (child_of (welcome (m), "restored_page"));
}

/* --- Joining -------------------------------------------------------------- */

static gpointer
begin_to_join (Matrix *m) {
  gtk_stack_set_visible_child_name (root (m), "welcome");
  geo_welcome_start (welcome (m), m->scene.profiles[IVAN], TRUE);
  wait_at (m, "join");
  return child_of (welcome (m), "join_page");
}

static void
show_join (Matrix *m) {
  begin_to_join (m);
}

static void
show_join_error (Matrix *m) {
  gpointer page = begin_to_join (m);

  geo_join_page_set_link (page, "geo://v1/participant?pid=me");
  click (page, "join_button");
  wait_until (is_seen (page, "error_label"));
}

static void
show_join_picture (Matrix *m) {
  g_autofree gchar *path = g_build_filename (m->scene.folder, "text.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gpointer page = begin_to_join (m);

  g_assert_true (g_file_set_contents (path, "no picture", -1, NULL));
  geo_join_page_read_picture (page, file);
  wait_until (is_seen (page, "error_label"));
}

/* A hub that has nobody with the words that were restored. */
static void
show_stranger (Matrix *m) {
  g_autofree gchar *link = fake_hub_get_link (m->scene.hub, NULL);
  gpointer page;

  gtk_stack_set_visible_child_name (root (m), "welcome");
  geo_welcome_start (welcome (m), get_restored (m), TRUE);
  wait_at (m, "join");
  page = child_of (welcome (m), "join_page");
  geo_join_page_set_link (page, link);
  click (page, "join_button");
  g_assert_true (ADW_IS_ALERT_DIALOG (matrix_front (m)));
}

static void
leave_join (Matrix *m) {
  begin_anew (m);
}

static gpointer
begin_market (Matrix *m) {
  g_signal_emit_by_name (child_of (begin_to_join (m), "market_row"),
                         "activated");
  return matrix_find (m, g_type_from_name ("GeoStartMarketPage"));
}

static void
show_start_market (Matrix *m) {
  gpointer page = begin_market (m);

  matrix_type (page, "name_row", "Our street");
  wait_until (can_click (page, "start_button"));
}

/* An equivalent of one's own has a code, and what it is. */
static void
show_start_market_wrong (Matrix *m) {
  gpointer page = begin_market (m);

  matrix_type (page, "name_row", "Our street");
  matrix_type (page, "code_row", "no code");
}

/* --- What is locked, and what cannot be opened ----------------------------- */

static void
show_unlock (Matrix *m) {
  g_autofree gchar *path = g_strdup (
      geo_profile_get_folder (m->scene.profiles[OLENA]));
  g_autoptr (GeoProfile) locked = geo_profile_new (path);
  GtkWidget *page = gtk_stack_get_child_by_name (root (m), "unlock");

  if (page == NULL) {
    page = g_object_new (GEO_TYPE_UNLOCK_PAGE, NULL);
    gtk_stack_add_named (root (m), page, "unlock");
  }
  geo_unlock_page_start (GEO_UNLOCK_PAGE (page), locked);
  gtk_stack_set_visible_child_name (root (m), "unlock");
}

static void
show_unlock_wrong (Matrix *m) {
  gpointer page;

  show_unlock (m);
  page = gtk_stack_get_child_by_name (root (m), "unlock");
  matrix_type (page, "passphrase_row", "wrong horse");
  click (page, "unlock_button");
  wait_until (is_seen (page, "error_label"));
}

/* Before the wallet is opened. */
static void
show_loading (Matrix *m) {
  geo_wallet_close (m->wallet);
  wait_until (
      g_strcmp0 (gtk_stack_get_visible_child_name (root (m)), "loading") == 0);
}

static void
open_again (Matrix *m) {
  geo_wallet_open (m->wallet);
  wait_until (geo_wallet_get_state (m->wallet) == GEO_WALLET_NO_IDENTITY);
}

static const MatrixCase cases[] = {
  { "welcome", "GeoWelcome", show_welcome, NULL },
  { "name", "GeoWelcome", show_name, NULL },
  { "words", "GeoWelcome GeoWordsGrid", show_words, NULL },
  { "check", "GeoWelcome GeoWordsCheck", show_check, NULL },
  { "check-wrong", "GeoWordsCheck", show_check_wrong, NULL },
  { "passphrase", "GeoWelcome", show_passphrase, NULL },
  { "passphrase-wrong", "GeoWelcome", show_passphrase_wrong, NULL },
  { "restore", "GeoWelcome", show_restore, NULL },
  { "restore-wrong", "GeoWelcome", show_restore_wrong, NULL },
  { "restore-source", "GeoWelcome", show_source, NULL },
  { "restore-bad-backup", "GeoWelcome", show_bad_backup, NULL },
  { "making", "GeoWelcome", show_making, leave_fresh },
  { "restoring", "GeoWelcome", show_restoring, leave_fresh },
  { "restored", "GeoRestoredPage", show_restored, leave_restored },
  { "restored-nothing", "GeoRestoredPage", show_restored_nothing,
    leave_restored },
  { "join", "GeoJoinPage", show_join, leave_join },
  { "join-error", "GeoJoinPage", show_join_error, leave_join },
  { "join-no-picture", "GeoJoinPage", show_join_picture, leave_join },
  { "join-stranger", "AdwAlertDialog", show_stranger, leave_join },
  { "start-market", "GeoStartMarketPage", show_start_market, leave_join },
  { "start-market-wrong", "GeoStartMarketPage", show_start_market_wrong,
    leave_join },
  { "unlock", "GeoUnlockPage", show_unlock, NULL },
  { "unlock-wrong", "GeoUnlockPage", show_unlock_wrong, NULL },
  { "loading", "AdwSpinner", show_loading, open_again },
};

const MatrixWorld matrix_start = { "start", begin, cases,
                                   G_N_ELEMENTS (cases) };
