/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the desktop is told of keys that have changed and of evidence, over a
 * session bus with a pretended notification service: a wallet without a window,
 * a hub in this process that lies in the end, and somebody whose key somebody
 * else has had, too.
 */
#include "config.h"

#include <string.h>

#include "core/geo-words.h"
#include "geo-screen.h"
#include "node-test.h"
#include "node/geo-finding.h"
#include "node/geo-profile-private.h"
#include "told.h"
#include "wallet/geo-evidence-page.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-window.h"

#define PASSPHRASE "passphrase"

static FakeHub *hub;
static GeoApplication *app;
static GeoNode *nadia; /* Of the application. */
static GeoProfile *olena_profile;
static GeoNode *olena;
static GeoSecret *olena_first;
static GeoParticipant *olena_before;

static void
open_wallet (const gchar *folder) {
  GeoProfile *profile;
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GError) error = NULL;
  gchar *words = geo_profile_make_words ();
  GeoPid pid;

  hub = fake_hub_new (200);
  app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (app), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  profile = geo_wallet_get_profile (geo_application_get_wallet (app));
  geo_profile_create_async (profile, "Nadia", words, PASSPHRASE, NULL,
                            keep_result_cb, &created);
  wait_until (created != NULL);
  geo_profile_create_finish (profile, created, &error);
  g_assert_no_error (error);
  geo_words_free (words);
  nadia = join (profile, hub);
  geo_wallet_add_node (geo_application_get_wallet (app), nadia);

  olena_profile = make_profile (folder, "Olena", NULL);
  olena = join (olena_profile, hub);
  trust (nadia, olena, 10000);
  trust (olena, nadia, 10000);
  olena_first = geo_secret_ref (geo_profile_get_secret (olena_profile));
  pid_of (olena, &pid);
  olena_before = geo_participant_copy (fake_hub_get_participant (hub, &pid));
}

static GtkWidget *
find_window (void) {
  return GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (app)));
}

static GtkWidget *
find_page (GType type) {
  return find_window () != NULL ? geo_screen_find (find_window (), type, NULL)
                                : NULL;
}

static void
close_window (void) {
  gtk_window_destroy (GTK_WINDOW (find_window ()));
}

static GeoPerson *
get_olena (void) {
  GeoPid pid;

  pid_of (olena, &pid);
  return geo_node_get_person (nadia, &pid);
}

/* Whoever presses it comes to the person, where it is said what it means. */
static void
test_key (void) {
  geo_words_free (change_key (olena));
  press (wait_told ("The key of Olena has changed"), "Show");
  wait_until (find_page (GEO_TYPE_PERSON_PAGE) != NULL);
  g_assert_true (geo_person_get_key_changed (get_olena ()));
  close_window ();
}

/* As if the first key had been changed to another one as well. */
static void
show_other_key (void) {
  gchar *words = geo_profile_make_words ();
  GeoSecret *stolen = geo_words_to_secret (words, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoParticipant) other = geo_participant_rotate (
      olena_before, olena_first, stolen,
      g_get_real_time () / 1000, &error);

  g_assert_no_error (error);
  fake_hub_show (hub, other);
  geo_secret_unref (stolen);
  geo_words_free (words);
}

static void
test_evidence (void) {
  Told *one;

  show_other_key ();
  one = wait_told ("Something does not fit together");
  g_assert_cmpstr (one->body, ==, "Two people may have had the key of Olena");
  g_assert_cmpuint (geo_node_get_new_findings (nadia), ==, 1);
  press (one, "Show");
  wait_until (find_page (GEO_TYPE_EVIDENCE_PAGE) != NULL);
  /* There it was looked at. */
  wait_until (geo_node_get_new_findings (nadia) == 0);
  close_window ();
}

/* Behind the lock nobody reads whose key it is. */
static void
test_locked (void) {
  GeoWallet *wallet = geo_application_get_wallet (app);
  g_autoptr (GAsyncResult) set = NULL;
  Told *one;

  geo_lock_set_pin_async (geo_wallet_get_lock (wallet), "2718", NULL,
                          keep_result_cb, &set);
  wait_until (set != NULL);
  g_assert_true (
      geo_lock_set_pin_finish (geo_wallet_get_lock (wallet), set, NULL));
  geo_wallet_lock (wallet);
  geo_words_free (change_key (olena));
  one = wait_told ("Somebody’s key has changed");
  g_assert_null (strstr (one->body, "Olena"));
  press (one, "Show");
  wait_until (gtk_application_get_active_window (GTK_APPLICATION (app)) !=
              NULL);
  g_assert_null (find_page (GEO_TYPE_PERSON_PAGE));
  geo_wallet_unlock (wallet);
  wait_until (find_page (GEO_TYPE_PERSON_PAGE) != NULL);
  close_window ();
}

/* --- The hub --------------------------------------------------------------
 */

static GtkWidget *
find_row (GType type, const gchar *title) {
  GtkWidget *row = NULL;

  wait_until ((row = geo_screen_find (find_page (GEO_TYPE_EVIDENCE_PAGE), type,
                                      title)) != NULL);
  return row;
}

/* What `geo' says to that; argument may be NULL. */
static gchar *
ask_geo (const gchar *passphrase_file,
         const gchar *command,
         const gchar *argument) {
  g_autoptr (GSubprocess) geo = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *said = NULL;

  geo = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                          GEO_TEST_PROGRAM, "--passphrase-file",
                          passphrase_file, command, argument, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (geo, NULL, NULL, keep_result_cb,
                                       &result);
  wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (geo, result, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (geo));
  return said;
}

/* Nadia's history has two last entries, both signed.  She is told, looks, checks
 * the proof in the window and keeps it; anybody may check the file. */
static void
test_hub (void) {
  const gchar *title = "The hub wrote two different histories for you";
  const gchar *proves =
      "signed two different entries of one number. What counts is signed with "
      "the key of ";
  GeoProfile *profile = geo_node_get_profile (nadia);
  g_autofree gchar *path = NULL;
  g_autofree gchar *passphrase = NULL;
  g_autofree gchar *verified = NULL;
  g_autofree gchar *listed = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GeoFinding) finding = NULL;
  gpointer weak;
  GeoPid pid;
  GtkWidget *row;

  /* Its window was closed, which locks it. */
  geo_wallet_unlock (geo_application_get_wallet (app));
  pid_of (nadia, &pid);
  fake_hub_fork (hub, &pid);
  wait_told ("The hub cannot be believed");
  press (wait_told (title), "Show");
  wait_until (find_page (GEO_TYPE_EVIDENCE_PAGE) != NULL);
  wait_until (geo_node_get_new_findings (nadia) == 0);

  row = find_row (ADW_TYPE_EXPANDER_ROW, title);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  row = find_row (ADW_TYPE_ACTION_ROW, "What It Says");
  g_assert_nonnull (
      strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), proves));
  row = find_row (ADW_TYPE_ACTION_ROW, "_Verify");
  g_assert_true (gtk_widget_activate (row));
  wait_until (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)),
                         "The proof holds") == 0);

  path = g_build_filename (geo_profile_get_folder (profile), "proof.json", NULL);
  file = g_file_new_for_path (path);
  finding = g_list_model_get_item (geo_node_get_findings (nadia), 0);
  geo_evidence_page_save (GEO_EVIDENCE_PAGE (
                              find_page (GEO_TYPE_EVIDENCE_PAGE)),
                          finding, file);
  wait_until (geo_screen_find (find_window (), GTK_TYPE_LABEL,
                               "The proof is saved") != NULL);
  passphrase = g_build_filename (geo_profile_get_folder (profile), "spoken",
                                 NULL);
  g_assert_true (g_file_set_contents (passphrase, PASSPHRASE "\n", -1, NULL));
  verified = ask_geo (passphrase, "verify", path);
  g_assert_nonnull (strstr (verified, proves));
  close_window ();

  /* And so does the journal, once nobody else has it open. */
  weak = nadia;
  g_object_add_weak_pointer (G_OBJECT (nadia), &weak);
  geo_wallet_close (geo_application_get_wallet (app));
  g_clear_object (&nadia);
  wait_until (weak == NULL);
  listed = ask_geo (passphrase, "evidence", NULL);
  g_assert_nonnull (strstr (listed, proves));
}

int
main (int argc, char **argv) {
  g_autofree gchar *home = make_folder ();
  int status;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  geo_screen_init (&argc, &argv);
  pretend_service ();
  open_wallet (home);

  g_test_add_func ("/warned/key", test_key);
  g_test_add_func ("/warned/evidence", test_evidence);
  g_test_add_func ("/warned/locked", test_locked);
  /* Nothing more can be done with it then. */
  g_test_add_func ("/warned/hub", test_hub);
  status = g_test_run ();

  geo_wallet_close (geo_application_get_wallet (app));
  g_clear_object (&nadia);
  end_node (olena);
  g_clear_object (&olena_profile);
  geo_secret_unref (olena_first);
  geo_participant_free (olena_before);
  g_clear_object (&app);
  fake_hub_free (hub);
  g_ptr_array_unref (told);
  g_object_unref (bus);
  remove_folder (home);
  return status;
}
