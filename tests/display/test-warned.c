/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the desktop is told of keys that have changed and of evidence, over a
 * session bus with a pretended notification service: a wallet without a window,
 * a hub in this process, and somebody whose key somebody else has had, too.
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
find_page (GType type) {
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (app));

  return active != NULL ? geo_screen_find (GTK_WIDGET (active), type, NULL)
                        : NULL;
}

static void
close_window (void) {
  gtk_window_destroy (
      gtk_application_get_active_window (GTK_APPLICATION (app)));
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
