/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of what is shown of a key: that somebody's has changed, and what stands
 * in the way of paying and trusting them until that was answered.
 */
#include "wallet-test.h"

#include "core/geo-key-chain.h"
#include "core/geo-words.h"
#include "node/geo-node-requests.h"
#include "node/geo-safety.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-trust-dialog.h"
#include "wallet/geo-verify-dialog.h"

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
  g_assert_cmpstr (label_of (warning, "compare_button"), ==,
                   "_Compare Again…");
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

/* Somebody else has had her key, too. */
static void
test_two_keys (Scene *scene, gconstpointer data) {
  GeoSecret *first = geo_secret_ref (
      geo_profile_get_secret (scene->profiles[OLENA]));
  g_autoptr (GeoParticipant) before = NULL;
  g_autoptr (GeoParticipant) other = NULL;
  g_autoptr (GError) error = NULL;
  gchar *words = geo_profile_make_words ();
  GeoSecret *stolen = geo_words_to_secret (words, NULL);
  GeoPersonPage *page;
  GeoPid olena;

  scene_trust (scene);
  pid_of (scene->nodes[OLENA], &olena);
  before = geo_participant_copy (fake_hub_get_participant (scene->hub, &olena));
  page = geo_person_page_new (scene->nodes[MARTA], get_olena (scene));
  scene_show (scene, GTK_WIDGET (page));
  change (scene);
  accept (scene, child_of (page, "warning"));
  other = geo_participant_rotate (before, first, stolen,
                                  g_get_real_time () / 1000, &error);
  g_assert_no_error (error);
  fake_hub_show (scene->hub, other);
  wait_until (is_seen (page, "warning"));
  g_assert_cmpstr (label_of (child_of (page, "warning"), "title_label"), ==,
                   "Two different keys of Olena are about");
  scene_look (scene, "person-two-keys");
  accept (scene, child_of (page, "warning"));
  wait_until (!is_seen (page, "warning"));
  geo_secret_unref (first);
  geo_secret_unref (stolen);
  geo_words_free (words);
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

static const gchar *
page_of (gpointer dialog) {
  return adw_navigation_page_get_tag (
      adw_navigation_view_get_visible_page (child_of (dialog, "navigation")));
}

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
  geo_request_answer (page, nodes[MARTA],
                      geo_request_item_get_key (taken));
  alert = wait_dialog (scene, ADW_TYPE_ALERT_DIALOG);
  g_assert_false (
      adw_alert_dialog_has_response (ADW_ALERT_DIALOG (alert), "accept"));
  scene_look (scene, "request-key-changed");
  g_signal_emit_by_name (alert, "response", "look");
  adw_dialog_force_close (alert);
  scene_assert_action (scene, "win.show-person", OLENA);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                       \
  g_test_add ("/wallet/keys/" path, Scene, GUINT_TO_POINTER (n), \
              scene_set_up, test, scene_tear_down)
  ADD ("person", 2, test_person);
  ADD ("code", 2, test_code);
  ADD ("two-keys", 2, test_two_keys);
  ADD ("row", 2, test_row);
  ADD ("home", 2, test_home);
  ADD ("pay", 2, test_pay);
  ADD ("trust", 2, test_trust);
  ADD ("request", 2, test_request);
#undef ADD
  return g_test_run ();
}
