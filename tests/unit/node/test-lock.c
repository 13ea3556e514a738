/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the PIN: what opens, what slows down, and what a restart, another
 * clock or a damaged file change about it.
 */
#include "node-test.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/geo-words.h"
#include "node/geo-lock.h"

typedef struct {
  gchar *folder;
  gchar *path;
  GeoProfile *profile;
  GeoLock *lock;
} Own;

static void
reopen (Own *f) {
  g_clear_object (&f->lock);
  f->lock = geo_lock_new (f->profile);
}

static void
set_up_own (Own *f, gconstpointer data) {
  f->folder = make_folder ();
  f->profile = make_profile (f->folder, "olena", NULL);
  f->path = g_build_filename (geo_profile_get_folder (f->profile), "lock.json",
                              NULL);
  reopen (f);
}

static void
tear_down_own (Own *f, gconstpointer data) {
  g_clear_object (&f->lock);
  g_clear_object (&f->profile);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static gboolean
set_pin (Own *f, const gchar *pin, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_lock_set_pin_async (f->lock, pin, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_lock_set_pin_finish (f->lock, result, error);
}

/* 0: right; else the code of the error. */
static gint
check (Own *f, const gchar *pin) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_lock_check_async (f->lock, pin, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  if (geo_lock_check_finish (f->lock, result, &error))
    return 0;
  g_assert_true (error->domain == GEO_NODE_ERROR);
  return error->code;
}

static gint
forget (Own *f, const gchar *words) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_lock_forget_async (f->lock, words, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  if (geo_lock_forget_finish (f->lock, result, &error))
    return 0;
  g_assert_true (error->domain == GEO_NODE_ERROR);
  return error->code;
}

static void
count_cb (guint *count) {
  (*count)++;
}

static void
test_pin (Own *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  GStatBuf info;
  guint notified = 0;

  g_signal_connect_swapped (f->lock, "notify::has-pin", G_CALLBACK (count_cb),
                            &notified);
  g_assert_false (geo_lock_has_pin (f->lock));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (check (f, "anything"), ==, 0);

  g_assert_false (set_pin (f, "123", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (geo_lock_has_pin (f->lock));

  g_assert_true (set_pin (f, "2718", &error));
  g_assert_no_error (error);
  g_assert_true (geo_lock_has_pin (f->lock));
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpint (check (f, "2719"), ==, GEO_NODE_ERROR_PASSPHRASE);
  g_assert_cmpint (check (f, ""), ==, GEO_NODE_ERROR_PASSPHRASE);
  g_assert_cmpint (check (f, "2718"), ==, 0);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (f->path, &text, NULL, NULL));
  g_assert_null (strstr (text, "2718\""));

  /* Four letters of any script are as good. */
  g_assert_true (set_pin (f, "мала", &error));
  g_assert_cmpint (check (f, "2718"), ==, GEO_NODE_ERROR_PASSPHRASE);
  g_assert_cmpint (check (f, "мала"), ==, 0);

  reopen (f);
  g_assert_true (geo_lock_has_pin (f->lock));
  g_assert_cmpint (check (f, "мала"), ==, 0);
  g_assert_true (set_pin (f, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (geo_lock_has_pin (f->lock));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

static void
test_delays (Own *f, gconstpointer data) {
  g_assert_true (set_pin (f, "2718", NULL));
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (check (f, "0000"), ==, GEO_NODE_ERROR_PASSPHRASE);
    g_assert_cmpuint (geo_lock_get_wait (f->lock), ==, 0);
  }
  g_assert_cmpint (check (f, "0000"), ==, GEO_NODE_ERROR_PASSPHRASE);
  g_assert_cmpuint (geo_lock_get_wait (f->lock), >, 25);
  g_assert_cmpuint (geo_lock_get_wait (f->lock), <=, 30);
  /* Not even the right one is looked at. */
  g_assert_cmpint (check (f, "2718"), ==, GEO_NODE_ERROR_TIMEOUT);

  /* Ending the program makes no difference. */
  reopen (f);
  g_assert_cmpuint (geo_lock_get_wait (f->lock), >, 20);
  g_assert_cmpint (check (f, "2718"), ==, GEO_NODE_ERROR_TIMEOUT);
}

/* As if that many wrong tries had been made, so long ago. */
static void
write_tries (Own *f, gint64 tries, gint64 seconds_ago) {
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_true (g_file_get_contents (f->path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    gchar *line = NULL;

    if (strstr (lines[i], "\"tries\"") != NULL)
      line = g_strdup_printf ("\"tries\": %" G_GINT64_FORMAT ",", tries);
    if (strstr (lines[i], "\"last_at\"") != NULL)
      line = g_strdup_printf ("\"last_at\": %" G_GINT64_FORMAT,
                              now - seconds_ago);
    if (line != NULL) {
      g_free (lines[i]);
      lines[i] = line;
    }
  }
  g_free (text);
  text = g_strjoinv ("\n", lines);
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  reopen (f);
}

static void
test_growing (Own *f, gconstpointer data) {
  static const struct {
    gint64 tries;
    gint64 ago;
    guint wait;
  } cases[] = {
    { 2, 0, 0 },
    { 3, 10, 20 },
    { 3, 31, 0 },
    { 4, 0, 60 },
    { 5, 0, 300 },
    { 6, 0, 900 },
    { 7, 0, 3600 },
    { 8, 0, 3600 },
    { 99, 0, 3600 },
    { 99, 3599, 1 },
    { 99, 3601, 0 },
    /* The clock was set back by a day: no longer than the delay. */
    { 7, -86400, 3600 },
  };

  g_assert_true (set_pin (f, "2718", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint wait;

    write_tries (f, cases[i].tries, cases[i].ago);
    wait = geo_lock_get_wait (f->lock);
    g_assert_cmpuint (wait, <=, cases[i].wait);
    g_assert_cmpuint (wait + 5, >=, cases[i].wait);
  }
  /* A right one ends it. */
  write_tries (f, 99, 3601);
  g_assert_cmpint (check (f, "2718"), ==, 0);
  g_assert_cmpuint (geo_lock_get_wait (f->lock), ==, 0);
  reopen (f);
  g_assert_cmpuint (geo_lock_get_wait (f->lock), ==, 0);
}

static void
test_forget (Own *f, gconstpointer data) {
  gchar *words = geo_profile_get_words (f->profile);
  gchar *others = geo_profile_make_words ();

  g_assert_true (set_pin (f, "2718", NULL));
  g_assert_cmpint (forget (f, "one two three"), ==, GEO_NODE_ERROR_INPUT);
  g_assert_cmpint (forget (f, others), ==, GEO_NODE_ERROR_PASSPHRASE);
  g_assert_true (geo_lock_has_pin (f->lock));
  g_assert_cmpint (forget (f, words), ==, 0);
  g_assert_false (geo_lock_has_pin (f->lock));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  geo_words_free (words);
  geo_words_free (others);
}

static void
test_damaged (Own *f, gconstpointer data) {
  static const gchar *const texts[] = {
    "",
    "{}",
    "[]",
    "{\"kind\":\"geo-lock\",\"v\":1,\"hash\":\"x\",\"tries\":-1,\"last_at\":0}",
    "{\"kind\":\"geo-lock\",\"v\":2,\"hash\":\"x\",\"tries\":0,\"last_at\":0}",
    "{\"kind\":\"geo-lock\",\"v\":1,\"hash\":7,\"tries\":0,\"last_at\":0}",
    "{\"kind\":\"geo-lock\",\"v\":1,\"tries\":0,\"last_at\":0}",
  };
  gchar *words = geo_profile_get_words (f->profile);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_assert_true (g_file_set_contents (f->path, texts[i], -1, NULL));
    reopen (f);
    g_assert_true (geo_lock_has_pin (f->lock));
    g_assert_cmpint (check (f, "2718"), ==, GEO_NODE_ERROR_STORAGE);
  }
  g_assert_cmpint (forget (f, words), ==, 0);
  g_assert_false (geo_lock_has_pin (f->lock));
  reopen (f);
  g_assert_false (geo_lock_has_pin (f->lock));

  /* A hash that no libsodium made opens for nothing. */
  g_assert_true (g_file_set_contents (
      f->path,
      "{\"kind\":\"geo-lock\",\"v\":1,\"hash\":\"x\",\"tries\":0,"
      "\"last_at\":0}",
      -1, NULL));
  reopen (f);
  g_assert_cmpint (check (f, "x"), ==, GEO_NODE_ERROR_PASSPHRASE);
  geo_words_free (words);
}

static void
test_unwritable (Own *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  g_assert_true (set_pin (f, "2718", NULL));
  /* A folder stands where the file has to go. */
  g_assert_cmpint (g_unlink (f->path), ==, 0);
  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  g_assert_cmpint (check (f, "2718"), ==, GEO_NODE_ERROR_STORAGE);
  g_assert_false (set_pin (f, "3141", &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
  g_assert_true (geo_lock_has_pin (f->lock));
  g_assert_cmpint (g_rmdir (f->path), ==, 0);
  g_assert_cmpint (check (f, "2718"), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name) \
  g_test_add ("/lock/" #name, Own, NULL, set_up_own, test_##name, tear_down_own)
  ADD (pin);
  ADD (delays);
  ADD (growing);
  ADD (forget);
  ADD (damaged);
  ADD (unwritable);
#undef ADD
  return g_test_run ();
}
