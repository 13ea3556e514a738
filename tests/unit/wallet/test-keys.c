/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of what is shown of a key: that somebody's has changed, and what stands
 * in the way of paying and trusting them until that was answered.
 */
/* RTLD_NEXT. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "wallet-test.h"

#include <dlfcn.h>
#include <string.h>

#include "core/geo-key-chain.h"
#include "core/geo-words.h"
#include "node/geo-finding.h"
#include "node/geo-node-requests.h"
#include "node/geo-profile-private.h"
#include "node/geo-safety.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-evidence-page.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-trust-dialog.h"
#include "wallet/geo-verify-dialog.h"

/* In the place of libsecret's own: says no, and not why, while it is told to.
 */
gboolean secret_password_store_finish (GAsyncResult *result, GError **error);

static gboolean is_keyring_mute;

gboolean
secret_password_store_finish (GAsyncResult *result, GError **error) {
  gboolean (*real) (GAsyncResult * result, GError * *error) = NULL;

  if (is_keyring_mute)
    return FALSE;
  *(void **) &real = dlsym (RTLD_NEXT, "secret_password_store_finish");
  g_assert_nonnull (real);
  return real (result, error);
}

static gboolean
says (gpointer root, const gchar *text) {
  return geo_screen_find (GTK_WIDGET (root), GTK_TYPE_LABEL, text) != NULL;
}

static GeoPerson *
get_olena (Scene *scene) {
  GeoPerson *person;
  GeoPid pid;

  pid_of (scene->nodes[OLENA], &pid);
  person = geo_node_get_person (scene->nodes[MARTA], &pid);
  g_assert_nonnull (person);
  return person;
}

/* Olena changes her key, and Marta has heard of it. */
static void
change (Scene *scene) {
  geo_words_free (change_key (scene->nodes[OLENA]));
  wait_until (geo_person_get_key_changed (get_olena (scene)));
  geo_screen_settle (scene->window);
}

static AdwDialog *
wait_dialog (Scene *scene, GType type) {
  AdwDialog *dialog;

  wait_until ((dialog = adw_window_get_visible_dialog (
                   ADW_WINDOW (scene->window))) != NULL &&
              g_type_is_a (G_OBJECT_TYPE (dialog), type));
  geo_screen_settle (scene->window);
  return dialog;
}

static void
accept (Scene *scene, GeoKeyWarning *warning) {
  AdwDialog *alert;

  click (warning, "accept_button");
  alert = wait_dialog (scene, ADW_TYPE_ALERT_DIALOG);
  g_signal_emit_by_name (alert, "response", "accept");
  adw_dialog_force_close (alert);
  wait_until (!geo_person_get_key_changed (get_olena (scene)));
  geo_screen_settle (scene->window);
}

/* --- Their page --------------------------------------------------------- */

static void
test_person (Scene *scene, gconstpointer data) {
  GeoPersonPage *page;
  GeoKeyWarning *warning;
  AdwDialog *dialog;

  scene_trust (scene);
  g_assert_true (geo_node_set_verified (
      scene->nodes[MARTA], geo_person_get_pid (get_olena (scene)), TRUE));
  page = geo_person_page_new (scene->nodes[MARTA], get_olena (scene));
  scene_show (scene, GTK_WIDGET (page));
  g_assert_false (is_seen (page, "warning"));
  g_assert_true (is_seen (page, "verified_icon"));

  change (scene);
  wait_until (is_seen (page, "warning"));
  warning = child_of (page, "warning");
  g_assert_cmpstr (label_of (warning, "title_label"), ==,
                   "The key of Olena has changed");
  g_assert_cmpstr (label_of (warning, "compare_button"), ==, "_Compare Again…");
  g_assert_false (is_seen (page, "verified_icon"));
  g_assert_false (is_seen (page, "pay_button"));
  g_assert_true (is_seen (page, "trust_button"));
  scene_look (scene, "person-key-changed");

  click (warning, "compare_button");
  dialog = wait_dialog (scene, GEO_TYPE_VERIFY_DIALOG);
  wait_until (is_seen (dialog, "same_button"));
  click (dialog, "same_button");
  wait_until (!is_seen (page, "warning"));
  g_assert_true (is_seen (page, "verified_icon"));
  g_assert_true (is_seen (page, "pay_button"));

  /* And once more, accepted without comparing. */
  change (scene);
  wait_until (is_seen (page, "warning"));
  accept (scene, warning);
  wait_until (!is_seen (page, "warning"));
  g_assert_false (is_seen (page, "verified_icon"));
}

/* Her code of before is none any more; the one of now is. */
static void
test_code (Scene *scene, gconstpointer data) {
  g_autofree gchar *before = geo_node_get_contact_link (scene->nodes[OLENA]);
  g_autofree gchar *now = NULL;
  GeoVerifyDialog *dialog;
  gpointer weak;

  scene_trust (scene);
  change (scene);
  now = geo_node_get_contact_link (scene->nodes[OLENA]);
  dialog = geo_verify_dialog_new (scene->nodes[MARTA], get_olena (scene));
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  scene_show_dialog (scene, dialog);
  wait_until (is_seen (dialog, "code_button"));
  geo_verify_dialog_take_code (dialog, before);
  adw_dialog_force_close (wait_dialog (scene, ADW_TYPE_ALERT_DIALOG));
  g_assert_true (geo_person_get_key_changed (get_olena (scene)));
  geo_verify_dialog_take_code (dialog, now);
  g_assert_false (geo_person_get_key_changed (get_olena (scene)));
  g_assert_true (geo_person_get_verified (get_olena (scene)));
  wait_until (weak == NULL);
}

/* It is announced at home until it was looked at; it can be checked. */
static void
look_at_evidence (Scene *scene) {
  GeoNode *node = scene->nodes[MARTA];
  const gchar *title = "Two people may have had the key of Olena";
  GeoHomePage *home = g_object_new (GEO_TYPE_HOME_PAGE, NULL);
  GeoEvidencePage *page;
  GtkWidget *row;

  wait_until (geo_node_get_new_findings (node) == 1);
  geo_home_page_set_node (home, node);
  scene_show (scene, GTK_WIDGET (home));
  wait_until (adw_banner_get_revealed (child_of (home, "evidence_banner")));
  scene_look (scene, "home-evidence");
  page = geo_evidence_page_new (node);
  scene_show (scene, GTK_WIDGET (page));
  wait_until (geo_node_get_new_findings (node) == 0);
  row = geo_screen_find (GTK_WIDGET (page), ADW_TYPE_EXPANDER_ROW, title);
  g_assert_nonnull (row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  geo_screen_settle (scene->window);
  row = geo_screen_find (GTK_WIDGET (page), ADW_TYPE_ACTION_ROW, "_Verify");
  g_assert_nonnull (row);
  g_signal_emit_by_name (row, "activated");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   "The proof holds");
  scene_look (scene, "evidence");
}

/* Somebody else has had her key, too. */
static void
test_two_keys (Scene *scene, gconstpointer data) {
  g_autofree gchar *action = NULL;
  g_autoptr (GeoPersonPage) page = NULL;

  scene_trust (scene);
  page = g_object_ref_sink (
      geo_person_page_new (scene->nodes[MARTA], get_olena (scene)));
  scene_show (scene, GTK_WIDGET (page));
  scene_steal_key (scene);
  wait_until (is_seen (page, "warning"));
  wait_until (g_str_equal (label_of (child_of (page, "warning"), "title_label"),
                           "Olena has two different keys"));
  scene_look (scene, "person-two-keys");
  click (child_of (page, "warning"), "proof_button");
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.show-evidence ");
  look_at_evidence (scene);
  scene_show (scene, GTK_WIDGET (page));
  accept (scene, child_of (page, "warning"));
  wait_until (!is_seen (page, "warning"));
}

static void
test_no_evidence (Scene *scene, gconstpointer data) {
  GeoEvidencePage *page = geo_evidence_page_new (scene->nodes[MARTA]);

  scene_show (scene, GTK_WIDGET (page));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (child_of (page, "stack")),
                   ==, "empty");
  scene_look (scene, "evidence-none");
}

/* --- In lists ------------------------------------------------------------- */

static void
test_row (Scene *scene, gconstpointer data) {
  GeoPersonRow *row = geo_person_row_new ();

  scene_trust (scene);
  geo_person_row_set_person (row, get_olena (scene));
  scene_show (scene, GTK_WIDGET (row));
  g_assert_false (is_seen (row, "warning_icon"));
  change (scene);
  wait_until (is_seen (row, "warning_icon"));
  g_assert_cmpstr (label_of (row, "relation_label"), ==,
                   "Their key is in doubt\n"
                   "Olena trusts you up to 500.00 UAH");
}

static void
test_home (Scene *scene, gconstpointer data) {
  GeoHomePage *home = g_object_new (GEO_TYPE_HOME_PAGE, NULL);
  const gchar *phrase = "The key of Olena has changed";
  GtkWidget *row;

  scene_trust (scene);
  geo_home_page_set_node (home, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (home));
  g_assert_false (says (home, phrase));
  change (scene);
  wait_until (says (home, phrase));
  row = geo_screen_find (GTK_WIDGET (home), ADW_TYPE_ACTION_ROW, phrase);
  scene_look (scene, "home-key-changed");
  gtk_widget_activate (row);
  scene_assert_action (scene, "win.show-person", OLENA);
  geo_node_accept_key (scene->nodes[MARTA],
                       geo_person_get_pid (get_olena (scene)));
  wait_until (!says (home, phrase));
}

/* --- In the way ----------------------------------------------------------- */

static void
test_pay (Scene *scene, gconstpointer data) {
  GeoPayDialog *dialog;

  scene_trust (scene);
  change (scene);
  dialog = geo_pay_dialog_new (scene->nodes[MARTA],
                               geo_node_get_pid (scene->nodes[OLENA]));
  scene_show_dialog (scene, dialog);
  wait_until (g_strcmp0 (page_of (dialog), "warning") == 0);
  scene_look (scene, "pay-key-changed");
  accept (scene, child_of (dialog, "warning"));
  wait_until (g_strcmp0 (page_of (dialog), "amount") == 0);

  /* It changes while the amount is confirmed: nothing is paid. */
  geo_amount_entry_set_amount (child_of (dialog, "amount_entry"),
                               GEO_AMOUNT (1000));
  wait_until (can_click (dialog, "continue_button"));
  click (dialog, "continue_button");
  change (scene);
  click (dialog, "pay_button");
  wait_until (g_strcmp0 (page_of (dialog), "warning") == 0);
  g_assert_cmpint (
      balance_with (scene->nodes[MARTA], scene->nodes[OLENA]).minor, ==, 0);
  accept (scene, child_of (dialog, "warning"));
  wait_until (g_strcmp0 (page_of (dialog), "amount") == 0);
  wait_until (can_click (dialog, "continue_button"));
  click (dialog, "continue_button");
  click (dialog, "pay_button");
  wait_until (balance_with (scene->nodes[MARTA], scene->nodes[OLENA]).minor ==
              -1000);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_trust (Scene *scene, gconstpointer data) {
  GeoTrustDialog *dialog;
  GeoAmountEntry *entry;

  scene_trust (scene);
  change (scene);
  dialog = geo_trust_dialog_new (scene->nodes[MARTA],
                                 geo_node_get_pid (scene->nodes[OLENA]));
  scene_show_dialog (scene, dialog);
  wait_until (g_strcmp0 (page_of (dialog), "warning") == 0);
  scene_look (scene, "trust-key-changed");

  /* Less is always possible, more is not. */
  click (child_of (dialog, "warning"), "other_button");
  wait_until (g_strcmp0 (page_of (dialog), "limit") == 0);
  entry = child_of (dialog, "amount_entry");
  geo_amount_entry_set_amount (entry, GEO_AMOUNT (30001));
  wait_until (!can_click (dialog, "trust_button"));
  scene_look (scene, "trust-key-changed-more");
  geo_amount_entry_set_amount (entry, GEO_AMOUNT (20000));
  wait_until (can_click (dialog, "trust_button"));
  click (dialog, "trust_button");
  wait_until (adw_window_get_visible_dialog (ADW_WINDOW (scene->window)) ==
              NULL);

  /* Whoever is accepted can be trusted with more. */
  dialog = geo_trust_dialog_new (scene->nodes[MARTA],
                                 geo_node_get_pid (scene->nodes[OLENA]));
  scene_show_dialog (scene, dialog);
  wait_until (g_strcmp0 (page_of (dialog), "warning") == 0);
  accept (scene, child_of (dialog, "warning"));
  wait_until (g_strcmp0 (page_of (dialog), "limit") == 0);
  geo_amount_entry_set_amount (child_of (dialog, "amount_entry"),
                               GEO_AMOUNT (40000));
  wait_until (can_click (dialog, "trust_button"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
requested_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoRequestItem **item = user_data;

  *item = geo_node_request_finish (GEO_NODE (source), result, NULL);
}

/* What she asks for leads to her key first. */
static void
test_request (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  const GeoAmount amount = GEO_AMOUNT (4200);
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) taken = NULL;
  GtkWidget *page = adw_bin_new ();
  AdwDialog *alert;

  scene_trust (scene);
  geo_node_request_async (nodes[OLENA], NULL, "UAH", &amount, "Honey", 0, TRUE,
                          NULL, requested_cb, &asked);
  wait_until (asked != NULL);
  geo_node_take_link_async (nodes[MARTA], geo_request_item_get_link (asked),
                            NULL, requested_cb, &taken);
  wait_until (taken != NULL);
  change (scene);
  scene_show (scene, page);
  geo_request_answer (page, nodes[MARTA], geo_request_item_get_key (taken));
  alert = wait_dialog (scene, ADW_TYPE_ALERT_DIALOG);
  g_assert_false (
      adw_alert_dialog_has_response (ADW_ALERT_DIALOG (alert), "accept"));
  scene_look (scene, "request-key-changed");
  g_signal_emit_by_name (alert, "response", "look");
  adw_dialog_force_close (alert);
  scene_assert_action (scene, "win.show-person", OLENA);
}

/* --- My own ----------------------------------------------------------------
 */

static gchar *
shown_words (GeoKeyDialog *dialog) {
  g_auto (GStrv) list = g_new0 (gchar *, GEO_WORDS_COUNT + 1);

  for (guint i = 0; i < GEO_WORDS_COUNT; i++)
    list[i] = shown_word (child_of (dialog, "grid"), i);
  return g_strjoinv (" ", list);
}

/* Types the three words that are asked for; wrong: the first one wrongly. */
static void
answer (GeoKeyDialog *dialog, gboolean wrong) {
  GtkWidget *check = child_of (dialog, "check");

  for (guint i = 0; i < GEO_WORDS_COUNT; i++) {
    g_autofree gchar *title = g_strdup_printf ("Word %u", i + 1);
    g_autofree gchar *word = shown_word (child_of (dialog, "grid"), i);
    GtkWidget *row = geo_screen_find (check, ADW_TYPE_ENTRY_ROW, title);

    if (row == NULL)
      continue;
    gtk_editable_set_text (GTK_EDITABLE (row), wrong ? "zebra" : word);
    wrong = FALSE;
  }
}

static void
type_passphrase (GeoKeyDialog *dialog, const gchar *text) {
  gtk_editable_set_text (child_of (dialog, "passphrase_row"), text);
}

static gboolean
is_community_row (GeoKeyDialog *dialog, const gchar *subtitle) {
  GtkWidget *row = geo_screen_find (child_of (dialog, "after_group"),
                                    ADW_TYPE_ACTION_ROW, "Town");

  return row != NULL &&
         g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)),
                    subtitle) == 0;
}

static GeoKeyDialog *
show_key_dialog (Scene *scene) {
  g_autoptr (GeoCommunities) communities =
      geo_communities_new (scene->profiles[MARTA]);
  GeoKeyDialog *dialog;

  geo_communities_add (communities, scene->nodes[MARTA]);
  dialog = geo_key_dialog_new (communities);
  scene_show_dialog (scene, dialog);
  return dialog;
}

static void
test_change (Scene *scene, gconstpointer data) {
  GeoKeyDialog *dialog;
  g_autofree gchar *words = NULL;
  gchar *now;
  GeoPid marta;

  scene_trust (scene);
  pid_of (scene->nodes[MARTA], &marta);
  dialog = show_key_dialog (scene);
  /* Enter begins. */
  g_assert_true (gtk_root_get_focus (GTK_ROOT (scene->window)) ==
                 child_of (dialog, "begin_button"));
  scene_look (scene, "key-explain");
  click (dialog, "begin_button");
  words = shown_words (dialog);
  scene_look (scene, "key-words");
  /* Whoever looks back sees the same words again. */
  adw_navigation_view_pop (child_of (dialog, "navigation"));
  click (dialog, "begin_button");
  now = shown_words (dialog);
  g_assert_cmpstr (now, ==, words);
  geo_words_free (now);
  click (dialog, "written_button");
  wait_until (is_seen (dialog, "check"));
  g_assert_false (can_click (dialog, "change_button"));
  answer (dialog, TRUE);
  g_assert_false (can_click (dialog, "change_button"));
  type_passphrase (dialog, "wrong");
  click (dialog, "change_button");
  g_assert_cmpstr (page_of (dialog), ==, "check");
  answer (dialog, FALSE);
  click (dialog, "change_button");
  wait_until (is_seen (dialog, "error_label"));
  scene_look (scene, "key-passphrase");
  g_assert_false (geo_node_get_key_changed (scene->nodes[OLENA], &marta));

  type_passphrase (dialog, "passphrase");
  click (dialog, "change_button");
  wait_until (g_strcmp0 (page_of (dialog), "done") == 0);
  wait_until (is_community_row (dialog, "Knows your new key"));
  scene_look (scene, "key-done");
  now = geo_profile_get_words (scene->profiles[MARTA]);
  g_assert_cmpstr (now, ==, words);
  geo_words_free (now);
  g_assert_true (geo_profile_get_words_confirmed (scene->profiles[MARTA]));
  wait_until (geo_node_get_key_changed (scene->nodes[OLENA], &marta));
  click (dialog, "close_button");
  wait_until (adw_window_get_visible_dialog (ADW_WINDOW (scene->window)) ==
              NULL);
  /* Life goes on with it. */
  scene_pay (scene, MARTA, OLENA, 100);
}

static void
test_change_offline (Scene *scene, gconstpointer data) {
  GeoKeyDialog *dialog;

  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (scene->nodes[MARTA]) !=
              GEO_CONNECTION_HUB);
  dialog = show_key_dialog (scene);
  click (dialog, "begin_button");
  click (dialog, "written_button");
  wait_until (is_seen (dialog, "check"));
  answer (dialog, FALSE);
  type_passphrase (dialog, "passphrase");
  click (dialog, "change_button");
  wait_until (g_strcmp0 (page_of (dialog), "done") == 0);
  wait_until (is_community_row (
      dialog,
      "Is told as soon as it is reached; until then, the old key counts "
      "there"));
  scene_look (scene, "key-done-offline");
  fake_hub_come_back (scene->hub);
  geo_node_hurry (scene->nodes[MARTA]);
  wait_until (is_community_row (dialog, "Knows your new key"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

/* Not everywhere: then nowhere. */
static void
test_change_nowhere (Scene *scene, gconstpointer data) {
  g_autoptr (GeoCommunities) communities = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoKeyDialog *dialog;

  /* Marta's journal is open here already: it is in use. */
  geo_communities_open_async (scene->profiles[MARTA], FALSE, NULL,
                              keep_result_cb, &result);
  wait_until (result != NULL);
  communities = geo_communities_open_finish (result, &error);
  g_assert_no_error (error);
  dialog = geo_key_dialog_new (communities);
  scene_show_dialog (scene, dialog);
  g_assert_false (can_click (dialog, "begin_button"));
  g_assert_true (is_seen (dialog, "cannot_label"));
  scene_look (scene, "key-nowhere");
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

/* --- Cut short ------------------------------------------------------------ */

/* As if the program had been stopped while it changed the key to that. */
static GeoProfile *
cut_short (Scene *scene, GeoSecret *next) {
  g_autoptr (GAsyncResult) announced = NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GError) error = NULL;
  GeoProfile *again;

  geo_profile_announce_key_async (scene->profiles[MARTA], next, keep_result_cb,
                                  &announced);
  wait_until (announced != NULL);
  geo_profile_announce_key_finish (scene->profiles[MARTA], announced, &error);
  g_assert_no_error (error);
  again = geo_profile_new (geo_profile_get_folder (scene->profiles[MARTA]));
  g_assert_cmpint (geo_profile_get_key_change (again), ==, GEO_KEY_CHANGE_NONE);
  geo_profile_unlock_async (again, "passphrase", NULL, keep_result_cb,
                            &unlocked);
  wait_until (unlocked != NULL);
  geo_profile_unlock_finish (again, unlocked, &error);
  g_assert_no_error (error);
  return again;
}

static void
settle (Scene *scene, GeoProfile *profile, const gchar *name) {
  AdwDialog *alert;

  geo_key_dialog_tell (scene->window, profile);
  alert = wait_dialog (scene, ADW_TYPE_ALERT_DIALOG);
  scene_look (scene, name);
  g_signal_emit_by_name (alert, "response", "close");
  adw_dialog_force_close (alert);
  g_assert_cmpint (geo_profile_get_key_change (profile), ==,
                   GEO_KEY_CHANGE_NONE);
  /* Once. */
  geo_key_dialog_tell (scene->window, profile);
  g_assert_null (adw_window_get_visible_dialog (ADW_WINDOW (scene->window)));
  g_object_unref (profile);
}

static void
test_cut_short (Scene *scene, gconstpointer data) {
  GeoProfile *again;
  gchar *words = geo_profile_make_words ();
  GeoSecret *next = geo_words_to_secret (words, NULL);

  again = cut_short (scene, next);
  g_assert_cmpint (geo_profile_get_key_change (again), ==,
                   GEO_KEY_CHANGE_UNDONE);
  settle (scene, again, "key-cut-short");
  geo_profile_retract_key (scene->profiles[MARTA]);

  /* The key that is kept is the new one already. */
  again = cut_short (scene, geo_profile_get_secret (scene->profiles[MARTA]));
  g_assert_cmpint (geo_profile_get_key_change (again), ==, GEO_KEY_CHANGE_DONE);
  settle (scene, again, "key-cut-short-done");
  geo_profile_retract_key (scene->profiles[MARTA]);
  geo_secret_unref (next);
  geo_words_free (words);
}

/* --- The keyring fails at the end ------------------------------------------
 */

/* In a keyring that is a file. */
static void
make_marta (Scene *scene) {
  g_autofree gchar *path = g_build_filename (scene->folder, "Marta", NULL);
  gchar *words = geo_profile_make_words ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  scene->profiles[MARTA] = geo_profile_new (path);
  geo_profile_create_async (scene->profiles[MARTA], "Marta", words, NULL, NULL,
                            keep_result_cb, &result);
  geo_words_free (words);
  wait_until (result != NULL);
  geo_profile_create_finish (scene->profiles[MARTA], result, &error);
  g_assert_no_error (error);
  scene->nodes[MARTA] = join (scene->profiles[MARTA], scene->hub);
}

/* The wallet as it is found at the next start. */
static void
open_marta (Scene *scene) {
  g_autofree gchar *path = g_build_filename (scene->folder, "Marta", NULL);
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GError) error = NULL;

  end_node (scene->nodes[MARTA]);
  scene->nodes[MARTA] = NULL;
  g_clear_object (&scene->profiles[MARTA]);
  scene->profiles[MARTA] = geo_profile_new (path);
  geo_profile_unlock_async (scene->profiles[MARTA], NULL, NULL, keep_result_cb,
                            &unlocked);
  wait_until (unlocked != NULL);
  geo_profile_unlock_finish (scene->profiles[MARTA], unlocked, &error);
  g_assert_no_error (error);
}

/* It took the key and could not say so: nobody knows until the next start, and
 * until then both papers count. */
static void
test_change_unknown (Scene *scene, gconstpointer data) {
  g_autofree gchar *words = NULL;
  gchar *now;
  GeoKeyDialog *dialog;

  make_marta (scene);
  dialog = show_key_dialog (scene);
  click (dialog, "begin_button");
  words = shown_words (dialog);
  click (dialog, "written_button");
  wait_until (is_seen (dialog, "check"));
  g_assert_false (is_seen (dialog, "passphrase_group"));
  answer (dialog, FALSE);
  is_keyring_mute = TRUE;
  click (dialog, "change_button");
  wait_until (is_seen (dialog, "error_label"));
  is_keyring_mute = FALSE;
  g_assert_nonnull (
      strstr (label_of (dialog, "error_label"), "Keep both papers"));
  scene_look (scene, "key-unknown");
  /* Here it goes on with the old one. */
  now = geo_profile_get_words (scene->profiles[MARTA]);
  g_assert_cmpstr (now, !=, words);
  geo_words_free (now);
  g_assert_cmpint (geo_node_get_connection (scene->nodes[MARTA]), ==,
                   GEO_CONNECTION_HUB);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  geo_screen_settle (scene->window);

  open_marta (scene);
  g_assert_cmpint (geo_profile_get_key_change (scene->profiles[MARTA]), ==,
                   GEO_KEY_CHANGE_DONE);
  now = geo_profile_get_words (scene->profiles[MARTA]);
  g_assert_cmpstr (now, ==, words);
  geo_words_free (now);
  settle (scene, g_object_ref (scene->profiles[MARTA]), "key-unknown-done");
  /* Nothing is lost: the same person is known to the hub with it. */
  scene->nodes[MARTA] = open_node (scene->profiles[MARTA]);
  geo_node_start (scene->nodes[MARTA]);
  wait_connected (scene->nodes[MARTA]);
}

int
main (int argc, char **argv) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *keyring = g_build_filename (folder, "keyring", NULL);
  int status;

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "pw", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                                     \
  g_test_add ("/wallet/keys/" path, Scene, GUINT_TO_POINTER (n), scene_set_up, \
              test, scene_tear_down)
  ADD ("person", 2, test_person);
  ADD ("code", 2, test_code);
  ADD ("two-keys", 2, test_two_keys);
  ADD ("no-evidence", 1, test_no_evidence);
  ADD ("row", 2, test_row);
  ADD ("home", 2, test_home);
  ADD ("pay", 2, test_pay);
  ADD ("trust", 2, test_trust);
  ADD ("request", 2, test_request);
  ADD ("change", 2, test_change);
  ADD ("change-offline", 1, test_change_offline);
  ADD ("change-nowhere", 1, test_change_nowhere);
  ADD ("cut-short", 1, test_cut_short);
  ADD ("change-unknown", 0, test_change_unknown);
#undef ADD
  status = g_test_run ();
  remove_folder (folder);
  return status;
}
