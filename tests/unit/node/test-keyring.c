/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the keyring: one in a file, a real one on a bus of its own, none at
 * all, and one that never answers.  libsecret looks at the environment once, so
 * each is a process of its own.
 */
/* RTLD_NEXT. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "node-test.h"

#include <dlfcn.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "core/geo-words.h"
#include "node/geo-keyring-private.h"
#include "node/geo-profile-private.h"

#define ROUND_PATH "/keyring/round/subprocess"

#define MUTE_PATH "/keyring/mute/subprocess"
#define MUTE_VARIABLE "GEO_TEST_MUTE_KEYRING"

#define LOCKED_PATH "/keyring/locked/subprocess/"
/* Nothing is looked for there. */
#define LOCKED_FOLDER "/nowhere/locked"

static gchar *program;

/* In the place of libsecret's own: says no, and not why, where it is told to.
 */
gboolean secret_password_store_finish (GAsyncResult *result, GError **error);

gboolean
secret_password_store_finish (GAsyncResult *result, GError **error) {
  gboolean (*real) (GAsyncResult * result, GError * *error) = NULL;

  if (g_getenv (MUTE_VARIABLE) != NULL)
    return FALSE;
  *(void **) &real = dlsym (RTLD_NEXT, "secret_password_store_finish");
  g_assert_nonnull (real);
  return real (result, error);
}

static gboolean
probe (GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_keyring_probe_async (NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_keyring_probe_finish (result, error);
}

static gboolean
put_back (GeoProfile *profile, const gchar *words, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_put_key_back_async (profile, words, NULL, keep_result_cb,
                                  &result);
  wait_until (result != NULL);
  return geo_profile_put_key_back_finish (profile, result, error);
}

static gboolean
unlock (GeoProfile *profile, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_unlock_async (profile, NULL, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_profile_unlock_finish (profile, result, error);
}

/* The keyring keeps keys by their folders: one that was moved has none. */
static void
assert_put_back (const gchar *path, const gchar *words) {
  g_autofree gchar *moved = g_strconcat (path, "-moved", NULL);
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GeoProfile) again = NULL;
  gchar *others = geo_profile_make_words ();
  GError *error = NULL;

  g_assert_cmpint (g_rename (path, moved), ==, 0);
  profile = geo_profile_new (moved);
  g_assert_false (unlock (profile, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);
  g_assert_false (put_back (profile, others, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (unlock (profile, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);

  g_assert_true (put_back (profile, words, &error));
  g_assert_no_error (error);
  g_assert_true (geo_profile_is_unlocked (profile));
  again = geo_profile_new (moved);
  g_assert_true (unlock (again, &error));
  g_assert_no_error (error);
  g_assert_cmpint (geo_profile_get_key_place (again), ==,
                   GEO_KEY_PLACE_KEYRING);
  geo_words_free (others);
}

/* With whatever keyring the environment says. */
static void
test_round (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "person", NULL);
  g_autofree gchar *identity = g_build_filename (path, "identity.json", NULL);
  g_autofree gchar *key = g_build_filename (path, "identity.key", NULL);
  g_autoptr (GeoProfile) profile = geo_profile_new (path);
  g_autoptr (GeoProfile) again = NULL;
  g_autoptr (GAsyncResult) probed = NULL;
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  gchar *words = geo_profile_make_words ();
  gchar *kept;
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  GError *error = NULL;

  geo_profile_probe_keyring_async (profile, NULL, keep_result_cb, &probed);
  wait_until (probed != NULL);
  g_assert_true (geo_profile_probe_keyring_finish (profile, probed, &error));
  g_assert_no_error (error);
  geo_profile_create_async (profile, "Olena", words, NULL, NULL, keep_result_cb,
                            &created);
  wait_until (created != NULL);
  g_assert_true (geo_profile_create_finish (profile, created, &error));
  g_assert_no_error (error);
  g_assert_cmpint (geo_profile_get_key_place (profile), ==,
                   GEO_KEY_PLACE_KEYRING);
  g_assert_true (g_file_test (identity, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));

  again = geo_profile_new (path);
  g_assert_cmpint (geo_profile_get_key_place (again), ==,
                   GEO_KEY_PLACE_KEYRING);
  geo_profile_unlock_async (again, NULL, NULL, keep_result_cb, &unlocked);
  wait_until (unlocked != NULL);
  g_assert_true (geo_profile_unlock_finish (again, unlocked, &error));
  g_assert_no_error (error);
  kept = geo_profile_get_words (again);
  g_assert_cmpstr (kept, ==, words);
  geo_words_free (kept);
  assert_put_back (path, words);
  geo_words_free (words);

  geo_keyring_load_async ("/nowhere", NULL, keep_result_cb, &missing);
  wait_until (missing != NULL);
  g_assert_false (geo_keyring_load_finish (missing, entropy, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);
  remove_folder (folder);
}

/* Never a dead end, and never for long. */
static void
test_none (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "person", NULL);
  g_autoptr (GeoProfile) profile = geo_profile_new (path);
  g_autoptr (GAsyncResult) probed = NULL;
  g_autoptr (GAsyncResult) created = NULL;
  gchar *words = geo_profile_make_words ();
  /* A call on the bus is given up after 25 s by itself. */
  Patience patience = patience_new (20);
  GError *error = NULL;

  g_unsetenv ("GEO_KEYRING_ANSWER_MS");
  geo_keyring_probe_async (NULL, keep_result_cb, &probed);
  while (probed == NULL) {
    g_assert_false (patience_is_over (&patience));
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_false (geo_keyring_probe_finish (probed, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING);
  g_clear_error (&error);

  geo_profile_create_async (profile, "Olena", words, NULL, NULL, keep_result_cb,
                            &created);
  wait_until (created != NULL);
  g_assert_false (geo_profile_create_finish (profile, created, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING);
  g_clear_error (&error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_NONE);
  geo_words_free (words);
  remove_folder (folder);
}

/* Nothing is left of what was to be stored. */
static void
test_mute (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "person", NULL);
  g_autoptr (GeoProfile) profile = geo_profile_new (path);
  g_autoptr (GAsyncResult) created = NULL;
  gchar *words = geo_profile_make_words ();
  GError *error = NULL;

  g_assert_true (probe (&error));
  g_assert_no_error (error);
  geo_profile_create_async (profile, "Olena", words, NULL, NULL, keep_result_cb,
                            &created);
  wait_until (created != NULL);
  g_assert_false (geo_profile_create_finish (profile, created, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING);
  g_clear_error (&error);
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_NONE);
  geo_words_free (words);
  remove_folder (folder);
}

static void
run (const gchar *path, const gchar *const *environment) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; environment[i] != NULL; i += 2)
    g_subprocess_launcher_setenv (launcher, environment[i], environment[i + 1],
                                  TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "-p", path,
                                       NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (child, NULL, &error);
  g_assert_no_error (error);
}

static void
test_file (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "keyring", NULL);
  const gchar *environment[] = {
    "SECRET_BACKEND",
    "file",
    "SECRET_FILE_TEST_PASSWORD",
    "pw",
    "SECRET_FILE_TEST_PATH",
    path,
    NULL,
  };

  run (ROUND_PATH, environment);
  remove_folder (folder);
}

static void
test_says_nothing (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "keyring", NULL);
  const gchar *environment[] = {
    "SECRET_BACKEND",
    "file",
    "SECRET_FILE_TEST_PASSWORD",
    "pw",
    "SECRET_FILE_TEST_PATH",
    path,
    MUTE_VARIABLE,
    "1",
    NULL,
  };

  run (MUTE_PATH, environment);
  remove_folder (folder);
}

static void
test_no_bus (void) {
  const gchar *environment[] = {
    "DBUS_SESSION_BUS_ADDRESS",
    "unix:path=/nonexistent",
    NULL,
  };

  run ("/keyring/none/subprocess", environment);
}

/* Accepts and says nothing. */
static void
test_silent_bus (void) {
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "bus", NULL);
  g_autofree gchar *bus = g_strconcat ("unix:path=", path, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) listening = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *environment[] = { "DBUS_SESSION_BUS_ADDRESS", bus, NULL };

  listening = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                            G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (listening, address, TRUE, &error));
  g_assert_true (g_socket_listen (listening, &error));
  g_assert_no_error (error);
  run ("/keyring/none/subprocess", environment);
  remove_folder (folder);
}

/* In a session of its own; $0 is this program. */
static void
run_session (const gchar *folder, const gchar *script) {
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_setenv (launcher, "HOME", folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", folder, TRUE);
  /* Nobody can be asked. */
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  child = g_subprocess_launcher_spawn (launcher, &error, "dbus-run-session",
                                       "--", "sh", "-c", script, program, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (child, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
has_sessions (void) {
  g_autofree gchar *bus = g_find_program_in_path ("dbus-run-session");
  g_autofree gchar *daemon = g_find_program_in_path ("gnome-keyring-daemon");

  if (bus == NULL || daemon == NULL)
    g_test_skip ("there is no dbus-run-session or gnome-keyring-daemon here");
  else if (getpwuid (getuid ()) == NULL)
    g_test_skip ("a bus is only for users who have a name (/etc/passwd)");
  else
    return TRUE;
  return FALSE;
}

static void
test_real (void) {
  g_autofree gchar *folder = NULL;

  if (!has_sessions ())
    return;
  folder = make_folder ();
  run_session (folder, "printf pw | gnome-keyring-daemon --unlock"
                       " --components=secrets >/dev/null &&"
                       " exec \"$0\" -p " ROUND_PATH);
  remove_folder (folder);
}

static const guint8 kept_entropy[GEO_WORDS_ENTROPY_LEN] = "sixteen letters";

static void
test_keep (void) {
  g_autoptr (GAsyncResult) stored = NULL;
  g_autoptr (GError) error = NULL;

  geo_keyring_store_async (LOCKED_FOLDER, kept_entropy, NULL, keep_result_cb,
                           &stored);
  wait_until (stored != NULL);
  g_assert_true (geo_keyring_store_finish (stored, &error));
  g_assert_no_error (error);
}

static gboolean
load (guint8 *entropy, GError **error) {
  g_autoptr (GAsyncResult) loaded = NULL;

  geo_keyring_load_async (LOCKED_FOLDER, NULL, keep_result_cb, &loaded);
  wait_until (loaded != NULL);
  return geo_keyring_load_finish (loaded, entropy, error);
}

/* It is there, and not to be had: nobody is sent to the twelve words. */
static void
test_closed (void) {
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  g_autoptr (GError) error = NULL;

  g_assert_false (load (entropy, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING);
}

static void
test_opened (void) {
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  g_autoptr (GError) error = NULL;

  g_assert_true (load (entropy, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (entropy, sizeof entropy, kept_entropy, sizeof kept_entropy);
}

/* A session's keyring is locked where nobody gave its password. */
static void
test_locked (void) {
  const gchar *unlock = "printf pw | gnome-keyring-daemon --unlock"
                        " --components=secrets >/dev/null";
  g_autofree gchar *keep = NULL;
  g_autofree gchar *opened = NULL;
  g_autofree gchar *folder = NULL;

  if (!has_sessions ())
    return;
  folder = make_folder ();
  keep = g_strconcat (unlock, " && exec \"$0\" -p " LOCKED_PATH "keep", NULL);
  opened = g_strconcat (unlock, " && exec \"$0\" -p " LOCKED_PATH "opened",
                        NULL);
  run_session (folder, keep);
  /* The daemon warns of the question that cannot be shown. */
  run_session (folder, "env -u G_DEBUG gnome-keyring-daemon --start"
                       " --components=secrets >/dev/null &&"
                       " exec \"$0\" -p " LOCKED_PATH "closed");
  run_session (folder, opened);
  remove_folder (folder);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  program = g_canonicalize_filename (argv[0], NULL);
  g_test_add_func ("/keyring/file", test_file);
  g_test_add_func ("/keyring/says-nothing", test_says_nothing);
  g_test_add_func ("/keyring/no-bus", test_no_bus);
  g_test_add_func ("/keyring/silent-bus", test_silent_bus);
  g_test_add_func ("/keyring/real", test_real);
  g_test_add_func ("/keyring/locked", test_locked);
  /* Only where they are named. */
  g_test_add_func (ROUND_PATH, test_round);
  g_test_add_func (MUTE_PATH, test_mute);
  g_test_add_func ("/keyring/none/subprocess", test_none);
  g_test_add_func (LOCKED_PATH "keep", test_keep);
  g_test_add_func (LOCKED_PATH "closed", test_closed);
  g_test_add_func (LOCKED_PATH "opened", test_opened);
  return g_test_run ();
}
