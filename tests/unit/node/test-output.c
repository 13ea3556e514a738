/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing into what a person named: a file is replaced whole or not at all, a
 * device, a pipe and a link stay what they are, and a disk that is full or a
 * place that is not ours costs nothing that was there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "node/geo-output.h"

typedef struct {
  gchar *folder;
  gchar *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->folder = g_dir_make_tmp ("geo-output-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "out", NULL);
}

static gchar *
name_of (Fixture *fixture, const gchar *name) {
  return g_build_filename (fixture->folder, name, NULL);
}

static void
put_old (const gchar *path) {
  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
}

static void
expect_text (const gchar *path, const gchar *expected) {
  g_autofree gchar *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* Nothing unfinished is left beside it. */
static void
tear_down (Fixture *fixture, gconstpointer data) {
  GDir *dir = g_dir_open (fixture->folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = name_of (fixture, name);

    g_assert_null (strstr (name, ".part"));
    if (g_unlink (path) != 0)
      g_assert_cmpint (g_rmdir (path), ==, 0);
  }
  g_dir_close (dir);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
put (const gchar *name, const gchar *text) {
  g_autoptr (GError) error = NULL;

  geo_output_put (name, text, &error);
  g_assert_no_error (error);
}

static void
put_fails (const gchar *name, const gchar *text, GIOErrorEnum code) {
  g_autoptr (GError) error = NULL;

  g_assert_false (geo_output_put (name, text, &error));
  g_assert_error (error, G_IO_ERROR, (gint) code);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_file (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *deep = name_of (fixture, "no/such/folder");
  GStatBuf status;

  put (fixture->path, "new");
  expect_text (fixture->path, "new");
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  put (fixture->path, "");
  expect_text (fixture->path, "");
  put_fails (deep, "new", G_IO_ERROR_NOT_FOUND);
}

static guint
count_files (Fixture *fixture) {
  GDir *dir = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* What was not finished is not there. */
static void
test_given_up (Fixture *fixture, gconstpointer data) {
  GeoOutput output;
  gint nameless;

  put_old (fixture->path);
  g_assert_true (geo_output_open (&output, fixture->path, NULL));
  g_assert_cmpint (write (output.fd, "half", 4), ==, 4);
  /* Whoever is killed now leaves nothing behind, where the disk can do that. */
  nameless = open (fixture->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  g_assert_cmpuint (count_files (fixture), ==, nameless >= 0 ? 1 : 2);
  if (nameless >= 0)
    close (nameless);
  expect_text (fixture->path, "old");
  geo_output_clear (&output);
  geo_output_clear (&output);
  expect_text (fixture->path, "old");
}

static void
test_link (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *link = name_of (fixture, "link");
  g_autofree gchar *second = name_of (fixture, "second");
  g_autofree gchar *loop = name_of (fixture, "loop");

  g_assert_cmpint (symlink ("out", link), ==, 0);
  g_assert_cmpint (symlink (link, second), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  /* Where nothing is yet, and where something is. */
  put (second, "first");
  expect_text (fixture->path, "first");
  put (second, "new");
  expect_text (fixture->path, "new");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
  put_fails (loop, "new", G_IO_ERROR_TOO_MANY_LINKS);
}

static void
test_folder (Fixture *fixture, gconstpointer data) {
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  put_fails (fixture->path, "new", G_IO_ERROR_IS_DIRECTORY);
}

static gpointer
read_pipe (gpointer path) {
  gchar *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_pipe (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *link = name_of (fixture, "link");
  g_autofree gchar *text = NULL;
  GStatBuf status;
  GThread *reader;

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  g_assert_cmpint (symlink ("out", link), ==, 0);
  reader = g_thread_new ("reader", read_pipe, fixture->path);
  put (link, "into the pipe");
  text = g_thread_join (reader);
  g_assert_cmpstr (text, ==, "into the pipe");
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
}

static void
test_device (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *link = name_of (fixture, "link");
  GStatBuf status;

  put ("/dev/null", "gone");
  g_assert_cmpint (symlink ("/dev/full", link), ==, 0);
  put_fails (link, "new", G_IO_ERROR_NO_SPACE);
  put_fails ("/dev/full", "new", G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (g_stat ("/dev/null", &status), ==, 0);
  g_assert_true (S_ISCHR (status.st_mode));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
}

/* What is printed goes on after what was printed before. */
static void
test_stdout (Fixture *fixture, gconstpointer data) {
  gint kept = dup (STDOUT_FILENO);
  gint fd = g_open (fixture->path, O_WRONLY | O_CREAT | O_APPEND, 0600);

  g_assert_false (geo_output_is_stdout (fixture->path));
  g_assert_cmpint (write (fd, "before ", 7), ==, 7);
  fflush (stdout);
  g_assert_cmpint (dup2 (fd, STDOUT_FILENO), ==, STDOUT_FILENO);
  gboolean is_stdout = geo_output_is_stdout ("/dev/stdout") &&
                       geo_output_is_stdout (fixture->path);
  gboolean done = geo_output_put ("/dev/stdout", "after", NULL);
  dup2 (kept, STDOUT_FILENO);
  close (kept);
  close (fd);
  g_assert_true (is_stdout);
  g_assert_true (done);
  expect_text (fixture->path, "before after");
}

static void
test_not_ours (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *folder = name_of (fixture, "folder");
  g_autofree gchar *inside = g_build_filename (folder, "out", NULL);

  if (geteuid () == 0) {
    g_test_skip ("root may write everywhere");
    return;
  }
  /* A file that may not be written to is not replaced, either. */
  put_old (fixture->path);
  g_assert_cmpint (g_chmod (fixture->path, 0400), ==, 0);
  put_fails (fixture->path, "new", G_IO_ERROR_PERMISSION_DENIED);
  expect_text (fixture->path, "old");
  g_assert_cmpint (g_mkdir (folder, 0500), ==, 0);
  put_fails (inside, "new", G_IO_ERROR_PERMISSION_DENIED);
}

static void
test_full (Fixture *fixture, gconstpointer data) {
  g_autofree gchar *text = g_strnfill (100000, 'x');
  struct rlimit before, small;

  put_old (fixture->path);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 5000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_autoptr (GError) error = NULL;
  gboolean done = geo_output_put (fixture->path, text, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_false (done);
  g_assert_cmpint (error->domain, ==, G_IO_ERROR);
  expect_text (fixture->path, "old");
  put (fixture->path, text);
  expect_text (fixture->path, text);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name)                                                        \
  g_test_add ("/node/output/" #name, Fixture, NULL, set_up, test_##name, \
              tear_down)
  ADD (file);
  ADD (given_up);
  ADD (link);
  ADD (folder);
  ADD (pipe);
  ADD (device);
  ADD (stdout);
  ADD (not_ours);
  ADD (full);
  return g_test_run ();
}
