/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of profiles and key files: what is on disk, who may read it, and what
 * happens when it is wrong.
 */
#include "node-test.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-words.h"
#include "node/geo-keyfile-private.h"
#include "node/geo-profile-private.h"

#define OPS crypto_pwhash_OPSLIMIT_MIN
#define MEMORY crypto_pwhash_MEMLIMIT_MIN

static const guint8 entropy[GEO_WORDS_ENTROPY_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8,
                                                       9, 8, 7, 6, 5, 4, 3, 2 };

typedef struct {
  gchar *folder;
} Own;

static void
set_up_own (Own *f, gconstpointer data) {
  f->folder = make_folder ();
}

static void
tear_down_own (Own *f, gconstpointer data) {
  remove_folder (f->folder);
  g_free (f->folder);
}

static gchar *
path_in (Own *f, const gchar *name) {
  return g_build_filename (f->folder, name, NULL);
}

static guint
mode_of (const gchar *path) {
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_mode & 0777;
}

/* --- Key files ------------------------------------------------------------ */

static void
test_keyfile (Own *f, gconstpointer data) {
  g_autofree gchar *path = path_in (f, "identity.key");
  g_autofree gchar *text = NULL;
  guint8 read[GEO_WORDS_ENTROPY_LEN];
  GError *error = NULL;

  g_assert_false (geo_keyfile_read (path, "secret", read, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);

  g_assert_true (geo_keyfile_write_with_limits (path, entropy, "sécret", OPS,
                                                MEMORY, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mode_of (path), ==, 0600);
  g_assert_true (geo_keyfile_read (path, "sécret", read, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (read, sizeof read, entropy, sizeof entropy);
  /* Another keyboard composes it otherwise. */
  g_assert_true (geo_keyfile_read (path,
                                   "se\xcc\x81"
                                   "cret",
                                   read, &error));
  g_assert_no_error (error);

  g_assert_false (geo_keyfile_read (path, "secret", read, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (geo_keyfile_read (path, "", read, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (
      geo_keyfile_write_with_limits (path, entropy, "", OPS, MEMORY, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);

  /* No two are alike, and none holds the key in the clear. */
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, "AQIDBAUGBwgJCAcGBQQDAg=="));
}

static void
test_keyfile_usual (Own *f, gconstpointer data) {
  g_autofree gchar *path = path_in (f, "identity.key");
  g_autofree gchar *text = NULL;
  guint8 read[GEO_WORDS_ENTROPY_LEN];
  GError *error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_true (geo_keyfile_write (path, entropy, "secret", &error));
  g_assert_no_error (error);
  g_assert_true (geo_keyfile_read (path, "secret", read, &error));
  g_assert_no_error (error);
  g_test_message ("write and read: %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - start) / 1000);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  /* MODERATE: 256 MiB, three passes. */
  g_assert_nonnull (strstr (text, "268435456"));
}

static void
replace (const gchar *path, const gchar *what, const gchar *with) {
  g_autofree gchar *text = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, what, with, 1), ==, 1);
  g_assert_true (g_file_set_contents (path, changed->str, -1, NULL));
}

static void
test_keyfile_damaged (Own *f, gconstpointer data) {
  g_autofree gchar *path = path_in (f, "identity.key");
  static const struct {
    const gchar *what;
    const gchar *with;
  } damages[] = {
    { "geo-identity-key", "geo-identity" },
    { "argon2id13", "argon2i13" },
    { "\"v\" : 1", "\"v\" : 2" },
    { "\"ops\" : 1", "\"ops\" : 0" },
    /* What would keep this computer busy for days. */
    { "\"ops\" : 1", "\"ops\" : 4000000000" },
    { "\"memory\" : 8192", "\"memory\" : 1099511627776" },
    { "\"memory\" : 8192", "\"memory\" : -8192" },
    { "\"memory\" : 8192", "\"memory\" : \"8192\"" },
    { "\"salt\" : \"", "\"salt\" : \"AAAA" },
    { "\"nonce\"", "\"once\"" },
    { "\"box\" : \"", "\"box\" : \"*" },
    { "{", "[" },
  };
  guint8 read[GEO_WORDS_ENTROPY_LEN];
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_assert_true (geo_keyfile_write_with_limits (path, entropy, "secret", OPS,
                                                  MEMORY, &error));
    g_assert_no_error (error);
    replace (path, damages[i].what, damages[i].with);
    g_assert_false (geo_keyfile_read (path, "secret", read, &error));
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
    g_clear_error (&error);
  }
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_false (geo_keyfile_read (path, "secret", read, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
  g_clear_error (&error);
}

/* --- Profiles ------------------------------------------------------------- */

static gboolean
create (GeoProfile *profile,
        const gchar *name,
        const gchar *words,
        const gchar *passphrase,
        GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_set_key_limits (profile, OPS, MEMORY);
  geo_profile_create_async (profile, name, words, passphrase, NULL,
                            keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_profile_create_finish (profile, result, error);
}

static gboolean
unlock (GeoProfile *profile, const gchar *passphrase, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_unlock_async (profile, passphrase, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_profile_unlock_finish (profile, result, error);
}

static void
test_profile (Own *f, gconstpointer data) {
  g_autofree gchar *folder = path_in (f, "deep/person");
  g_autofree gchar *identity = path_in (f, "deep/person/identity.json");
  g_autofree gchar *key = path_in (f, "deep/person/identity.key");
  g_autofree gchar *text = NULL;
  GeoProfile *profile = geo_profile_new (folder);
  g_autoptr (GeoProfile) again = NULL;
  gchar *words = geo_profile_make_words ();
  gchar *kept;
  g_auto (GStrv) split = g_strsplit (words, " ", -1);
  GeoPid pid;
  GeoPid same;
  GError *error = NULL;

  g_assert_cmpuint (g_strv_length (split), ==, GEO_WORDS_COUNT);
  g_assert_cmpint (geo_profile_get_key_place (profile), ==, GEO_KEY_PLACE_NONE);
  g_assert_false (geo_profile_has_pid (profile, NULL));
  g_assert_null (geo_profile_get_name (profile));
  g_assert_null (geo_profile_get_secret (profile));
  g_assert_null (geo_profile_get_words (profile));
  /* Asking makes nothing. */
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  g_assert_true (create (profile, "  Олена ", words, "secret", &error));
  g_assert_no_error (error);
  g_assert_true (geo_profile_is_unlocked (profile));
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Олена");
  g_assert_true (geo_profile_has_pid (profile, &pid));
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (identity), ==, 0600);
  g_assert_cmpuint (mode_of (key), ==, 0600);
  g_assert_true (g_file_get_contents (identity, &text, NULL, NULL));
  /* One word alone may be "key" or "file". */
  for (guint i = 0; split[i + 1] != NULL; i++) {
    g_autofree gchar *two = g_strjoin (" ", split[i], split[i + 1], NULL);

    g_assert_null (strstr (text, two));
  }

  g_assert_false (create (profile, "Ivan", words, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (geo_profile_get_words_confirmed (profile));
  geo_profile_set_words_confirmed (profile, TRUE);
  geo_profile_set_words_confirmed (profile, FALSE);
  geo_profile_set_words_confirmed (profile, TRUE);
  g_assert_true (geo_profile_get_words_confirmed (profile));
  g_object_unref (profile);

  again = geo_profile_new (folder);
  g_assert_cmpint (geo_profile_get_key_place (again), ==, GEO_KEY_PLACE_FILE);
  g_assert_cmpstr (geo_profile_get_name (again), ==, "Олена");
  g_assert_true (geo_profile_get_words_confirmed (again));
  g_assert_true (geo_profile_has_pid (again, &same));
  g_assert_true (geo_pid_equal (&pid, &same));
  g_assert_false (unlock (again, NULL, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (unlock (again, "Secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (geo_profile_is_unlocked (again));
  g_assert_true (unlock (again, "secret", &error));
  g_assert_no_error (error);
  geo_secret_get_pid (geo_profile_get_secret (again), &same);
  g_assert_true (geo_pid_equal (&pid, &same));
  kept = geo_profile_get_words (again);
  g_assert_cmpstr (kept, ==, words);
  geo_words_free (kept);
  geo_words_free (words);
}

static void
test_profile_input (Own *f, gconstpointer data) {
  g_autofree gchar *folder = path_in (f, "person");
  g_autoptr (GeoProfile) profile = geo_profile_new (folder);
  g_autofree gchar *long_name = g_strnfill (101, 'x');
  gchar *words = geo_profile_make_words ();
  const struct {
    const gchar *name;
    const gchar *words;
    const gchar *passphrase;
    GeoNodeError code;
  } bad[] = {
    { "", words, "secret", GEO_NODE_ERROR_INPUT },
    { "   ", words, "secret", GEO_NODE_ERROR_INPUT },
    { "a\nb", words, "secret", GEO_NODE_ERROR_INPUT },
    { "\xff", words, "secret", GEO_NODE_ERROR_INPUT },
    { long_name, words, "secret", GEO_NODE_ERROR_INPUT },
    { "Olena", "abandon ability", "secret", GEO_NODE_ERROR_INPUT },
    { "Olena", "", "secret", GEO_NODE_ERROR_INPUT },
    { "Olena",
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "abandon abandon abandon",
      "secret", GEO_NODE_ERROR_INPUT },
    { "Olena", words, "", GEO_NODE_ERROR_PASSPHRASE },
  };
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (
        create (profile, bad[i].name, bad[i].words, bad[i].passphrase, &error));
    g_assert_error (error, GEO_NODE_ERROR, (gint) bad[i].code);
    g_test_message ("%s", error->message);
    g_clear_error (&error);
  }
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_false (unlock (profile, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);
  geo_words_free (words);
}

static void
test_profile_damaged (Own *f, gconstpointer data) {
  static const gchar *const texts[] = {
    "",
    "{}",
    "[]",
    "null",
    "{\"kind\":\"geo-identity\",\"v\":1}",
    "{\"kind\":\"geo-identity\",\"key\":\"file\",\"name\":1,\"pid\":\"x\"}",
  };
  g_autofree gchar *path = path_in (f, "identity.json");
  gchar *words = geo_profile_make_words ();
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GeoProfile) profile = NULL;
    g_autofree gchar *after = NULL;

    g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    profile = geo_profile_new (f->folder);
    g_assert_cmpint (geo_profile_get_key_place (profile), ==,
                     GEO_KEY_PLACE_NONE);
    g_assert_false (unlock (profile, "secret", &error));
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
    g_clear_error (&error);
    /* What is there is not written over. */
    g_assert_false (create (profile, "Olena", words, "secret", &error));
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS);
    g_clear_error (&error);
    g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
    g_assert_cmpstr (after, ==, texts[i]);
  }
  geo_words_free (words);
}

/* A key that is not this identity's unlocks nothing. */
static void
test_profile_exchanged (Own *f, gconstpointer data) {
  g_autofree gchar *one = path_in (f, "one");
  g_autofree gchar *other = path_in (f, "other");
  g_autofree gchar *key = path_in (f, "one/identity.key");
  g_autofree gchar *foreign = path_in (f, "other/identity.key");
  g_autoptr (GeoProfile) olena = geo_profile_new (one);
  g_autoptr (GeoProfile) ivan = geo_profile_new (other);
  g_autoptr (GeoProfile) again = NULL;
  gchar *words = geo_profile_make_words ();
  gchar *others = geo_profile_make_words ();
  GError *error = NULL;

  g_assert_true (create (olena, "Olena", words, "secret", &error));
  g_assert_true (create (ivan, "Ivan", others, "secret", &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (foreign, key), ==, 0);
  again = geo_profile_new (one);
  g_assert_false (unlock (again, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING);
  g_clear_error (&error);

  g_assert_cmpint (g_unlink (key), ==, 0);
  g_assert_false (unlock (again, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);
  geo_words_free (words);
  geo_words_free (others);
}

static gboolean
put_back (GeoProfile *profile,
          const gchar *words,
          const gchar *passphrase,
          GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_set_key_limits (profile, OPS, MEMORY);
  geo_profile_put_key_back_async (profile, words, passphrase, keep_result_cb,
                                  &result);
  wait_until (result != NULL);
  return geo_profile_put_key_back_finish (profile, result, error);
}

/* Nobody knows the passphrase, or the file is gone: the words bring the key
 * back, and no others do. */
static void
test_profile_put_back (Own *f, gconstpointer data) {
  g_autofree gchar *one = path_in (f, "one");
  g_autofree gchar *key = path_in (f, "one/identity.key");
  g_autofree gchar *identity = path_in (f, "one/identity.json");
  g_autofree gchar *key_before = NULL;
  g_autofree gchar *identity_before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (GeoProfile) olena = geo_profile_new (one);
  g_autoptr (GeoProfile) locked = NULL;
  g_autoptr (GeoProfile) again = NULL;
  gchar *words = geo_profile_make_words ();
  gchar *others = geo_profile_make_words ();
  GError *error = NULL;

  g_assert_false (put_back (olena, words, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);
  g_assert_true (create (olena, "Olena", words, "secret", &error));
  g_assert_true (g_file_get_contents (key, &key_before, NULL, NULL));
  g_assert_true (g_file_get_contents (identity, &identity_before, NULL, NULL));

  locked = geo_profile_new (one);
  g_assert_false (put_back (locked, others, "other secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (put_back (locked, "borscht", "other secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (put_back (locked, words, NULL, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_false (geo_profile_is_unlocked (locked));
  g_assert_true (g_file_get_contents (key, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, key_before);

  g_assert_true (put_back (locked, words, "other secret", &error));
  g_assert_no_error (error);
  g_assert_true (geo_profile_is_unlocked (locked));
  again = geo_profile_new (one);
  g_assert_false (unlock (again, "secret", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_true (unlock (again, "other secret", &error));
  g_clear_object (&again);

  g_assert_cmpint (g_unlink (key), ==, 0);
  again = geo_profile_new (one);
  g_assert_true (put_back (again, words, "third secret", &error));
  g_assert_true (unlock (again, "third secret", &error));
  g_assert_no_error (error);
  g_clear_pointer (&after, g_free);
  g_assert_true (g_file_get_contents (identity, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, identity_before);
  geo_words_free (words);
  geo_words_free (others);
}

static void
test_profile_folder (Own *f, gconstpointer data) {
  g_autoptr (GeoProfile) usual = geo_profile_new (NULL);
  g_autoptr (GeoProfile) named = geo_profile_new ("shop");
  g_autoptr (GeoProfile) relative = geo_profile_new ("./here");
  g_autofree gchar *cwd = g_get_current_dir ();
  g_autofree gchar *here = g_build_filename (cwd, "here", NULL);
  g_autofree gchar *shop = NULL;
  g_autofree gchar *journal = NULL;
  g_autoptr (GeoProfile) profile = geo_profile_new (f->folder);
  g_autoptr (GPtrArray) communities = NULL;
  GeoPid pid = { { 7 } };
  static const gchar *const folders[] = { "@shop", "not-a-pid", "" };

  g_assert_true (g_str_has_prefix (geo_profile_get_folder (usual),
                                   g_get_user_data_dir ()));
  shop = g_build_filename (geo_profile_get_folder (usual), "@shop", NULL);
  g_assert_cmpstr (geo_profile_get_folder (named), ==, shop);
  g_assert_cmpstr (geo_profile_get_folder (relative), ==, here);

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree gchar *path = g_build_filename (f->folder, folders[i],
                                               "journal.db", NULL);
    g_autofree gchar *folder = g_path_get_dirname (path);

    g_assert_true (geo_profile_make_folder (folder, NULL));
    g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  }
  communities = geo_profile_list_communities (profile);
  g_assert_cmpuint (communities->len, ==, 0);
  g_clear_pointer (&communities, g_ptr_array_unref);

  journal = geo_profile_get_journal_path (profile, &pid);
  {
    g_autofree gchar *folder = g_path_get_dirname (journal);

    g_assert_true (geo_profile_make_folder (folder, NULL));
    g_assert_cmpuint (mode_of (folder), ==, 0700);
  }
  communities = geo_profile_list_communities (profile);
  g_assert_cmpuint (communities->len, ==, 0);
  g_clear_pointer (&communities, g_ptr_array_unref);
  g_assert_true (g_file_set_contents (journal, "x", -1, NULL));
  communities = geo_profile_list_communities (profile);
  g_assert_cmpuint (communities->len, ==, 1);
  g_assert_true (geo_pid_equal (g_ptr_array_index (communities, 0), &pid));
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Own, NULL, set_up_own, test, tear_down_own)
  ADD ("/keyfile/round", test_keyfile);
  ADD ("/keyfile/usual", test_keyfile_usual);
  ADD ("/keyfile/damaged", test_keyfile_damaged);
  ADD ("/profile/life", test_profile);
  ADD ("/profile/input", test_profile_input);
  ADD ("/profile/damaged", test_profile_damaged);
  ADD ("/profile/exchanged", test_profile_exchanged);
  ADD ("/profile/put-back", test_profile_put_back);
  ADD ("/profile/folder", test_profile_folder);
  return g_test_run ();
}
