/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command geo as far as it goes without a hub: what may be typed, what is
 * printed where, and the exit statuses of everything that needs no network.
 */
#include <glib/gstdio.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/geo-cli.h"
#include "core/geo-json.h"
#include "core/geo-words.h"

#define ARGUMENTS_MAX 12

typedef struct {
  gchar *folder;
} Fixture;

typedef struct {
  int status;
  gchar *out;
  gchar *err;
} Run;

static void
run_clear (Run *run) {
  /* Of open_memstream (). */
  free (run->out);
  free (run->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static Run
run_strv (gchar **argv) {
  Run run = { 0 };
  gsize out_len, err_len;
  FILE *out = open_memstream (&run.out, &out_len);
  FILE *err = open_memstream (&run.err, &err_len);

  g_assert_nonnull (out);
  g_assert_nonnull (err);
  run.status = geo_cli_main ((int) g_strv_length (argv), argv, out, err);
  fclose (out);
  fclose (err);
  return run;
}

/* command: words for a shell. */
static Run
run_line (const gchar *command) {
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  g_shell_parse_argv (command, NULL, &argv, &error);
  g_assert_no_error (error);
  return run_strv (argv);
}

static Run run_format (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

static Run
run_format (const gchar *format, ...) {
  g_autofree gchar *command = NULL;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  return run_line (command);
}

static void
assert_one_sentence (const gchar *err) {
  g_assert_true (g_str_has_prefix (err, "geo: "));
  g_assert_true (g_str_has_suffix (err, ".\n"));
  g_assert_true (strchr (err, '\n') == err + strlen (err) - 1);
}

static JsonNode *
parse (const gchar *text) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *stripped = g_strstrip (g_strdup (text));
  JsonNode *node = geo_json_parse (stripped, strlen (stripped),
                                   GEO_JSON_SIZE_MAX, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return node;
}

static void
assert_json_failure (const gchar *out, int status, const gchar *kind) {
  g_autoptr (JsonNode) node = parse (out);
  JsonObject *object = json_node_get_object (node);
  JsonObject *error = json_object_get_object_member (object, "error");

  g_assert_false (json_object_get_boolean_member (object, "ok"));
  g_assert_cmpint (json_object_get_int_member (error, "exit"), ==, status);
  g_assert_cmpstr (json_object_get_string_member (error, "kind"), ==, kind);
  g_assert_cmpstr (json_object_get_string_member (error, "message"), !=, "");
}

/* --- What may not be typed ---------------------------------------------- */

static const gchar *const bad_usage[] = {
  "geo",
  "geo frobnicate",
  "geo --frobnicate balance",
  "geo --profile",
  "geo balance --frobnicate",
  "geo balance Olena",
  "geo init",
  "geo init --name ''",
  "geo init Olena",
  "geo init --name",
  "geo init --name Olena --words-file /nonexistent/words",
  "geo join",
  "geo join a b",
  "geo trust",
  "geo trust Ivan",
  "geo trust Ivan 5 UAH more",
  "geo trust Ivan 5 UAH --close",
  "geo trust Ivan --close --live",
  "geo trust Ivan -5",
  "geo pay",
  "geo pay Ivan",
  "geo pay Ivan 5 UAH more",
  "geo pay Ivan 5 --wait soon",
  "geo pay Ivan 5 --wait -1",
  "geo pay Ivan 5 --wait 99999999",
  "geo pay Ivan 5 --id 'two words'",
  "geo pay Ivan 5 --id ''",
  "geo pay Ivan -5",
  "geo pay geo://v2/pay?to=x 5",
  "geo pay geo://v1/pay?to=nonsense 5",
  "geo pay geo:// 5",
  "geo pay 'geo://v1/pay?to=2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd'",
  "geo pay 'geo://v1/pay?to=2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"
  "&amount=5.00' 6",
  "geo pay 'geo://v1/pay?to=2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"
  "&equivalent=UAH' 6 HOUR",
  "geo people a b",
  "geo history 5",
  "geo history --limit 0",
  "geo history --limit 1001",
  "geo history --limit many",
  "geo history --before 0",
  "geo history --before -3",
  "geo history --before x",
  "geo receipt",
  "geo receipt a b",
  "geo verify a b",
};

static void
test_bad_usage (gconstpointer data) {
  const gchar *command = data;
  g_auto (Run) plain = run_line (command);
  g_auto (Run) json = run_format ("geo --json%s", command + strlen ("geo"));

  g_assert_cmpint (plain.status, ==, GEO_EXIT_USAGE);
  g_assert_cmpstr (plain.out, ==, "");
  assert_one_sentence (plain.err);

  g_assert_cmpint (json.status, ==, GEO_EXIT_USAGE);
  assert_one_sentence (json.err);
  assert_json_failure (json.out, GEO_EXIT_USAGE, "usage");
}

/* --- Help --------------------------------------------------------------- */

static const gchar *const commands[] = {
  "init",   "join",    "trust",   "pay",    "balance",
  "people", "history", "receipt", "verify", "evidence",
};

static void
test_help (Fixture *fixture, gconstpointer unused) {
  g_auto (Run) program = run_line ("geo --help");

  g_assert_cmpint (program.status, ==, GEO_EXIT_DONE);
  g_assert_cmpstr (program.err, ==, "");
  g_assert_nonnull (strstr (program.out, "Exit status:"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_auto (Run) after = run_format ("geo %s --help", commands[i]);
    g_auto (Run) before = run_format ("geo -h %s", commands[i]);

    g_assert_nonnull (strstr (program.out, commands[i]));
    g_assert_cmpint (after.status, ==, GEO_EXIT_DONE);
    g_assert_cmpstr (after.err, ==, "");
    g_assert_cmpstr (after.out, ==, before.out);
    g_assert_nonnull (strstr (after.out, "Usage:"));
    g_assert_nonnull (strstr (after.out, "Examples:"));
    g_assert_nonnull (strstr (after.out, "--passphrase-file"));
    g_assert_nonnull (strstr (after.out, commands[i]));
  }
}

static void
test_version (Fixture *fixture, gconstpointer unused) {
  g_auto (Run) program = run_line ("geo --version");
  g_auto (Run) command = run_line ("geo pay --version");

  g_assert_cmpint (program.status, ==, GEO_EXIT_DONE);
  g_assert_true (g_str_has_prefix (program.out, "geo "));
  g_assert_cmpstr (program.err, ==, "");
  g_assert_cmpstr (command.out, ==, program.out);
}

/* --- Identity ----------------------------------------------------------- */

static void
set_up (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("geo-cli-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_all (const gchar *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused) {
  remove_all (fixture->folder);
  g_free (fixture->folder);
}

static gchar *
write_file (Fixture *fixture, const gchar *name, const gchar *text) {
  gchar *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_no_identity (Fixture *fixture, gconstpointer unused) {
  static const gchar *const needing[] = {
    "balance",     "people",   "history",   "join http://127.0.0.1:1",
    "verify",      "evidence", "receipt x", "trust Ivan 10",
    "pay Ivan 10",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (needing); i++) {
    g_auto (Run) run = run_format ("geo --json --profile %s/nobody %s",
                                   fixture->folder, needing[i]);

    g_assert_cmpint (run.status, ==, GEO_EXIT_KEY);
    assert_one_sentence (run.err);
    assert_json_failure (run.out, GEO_EXIT_KEY, "key");
    g_assert_nonnull (strstr (run.err, "geo init"));
  }
}

static gchar *
member (const gchar *out, const gchar *name) {
  g_autoptr (JsonNode) node = parse (out);
  JsonObject *object = json_node_get_object (node);

  g_assert_true (json_object_get_boolean_member (object, "ok"));
  g_assert_true (json_object_has_member (object, name));
  return g_strdup (json_object_get_string_member (object, name));
}

/* One identity's life in a row: a key file takes its time. */
static void
test_identity (Fixture *fixture, gconstpointer unused) {
  g_autofree gchar *good = write_file (fixture, "good", "the passphrase\r\n");
  g_autofree gchar *bad = write_file (fixture, "bad", "another one\n");
  g_autofree gchar *empty = write_file (fixture, "empty", "\n");
  g_autofree gchar *wrong_words = write_file (fixture, "wrong",
                                              "one two three\n");
  g_autofree gchar *me = g_build_filename (fixture->folder, "me", NULL);
  g_autofree gchar *again = g_build_filename (fixture->folder, "again", NULL);
  g_autofree gchar *pid = NULL, *words = NULL, *name = NULL, *place = NULL;
  g_autofree gchar *words_path = NULL, *pid_again = NULL;

  {
    g_auto (Run) run = run_format (
        "geo init --profile %s --name Olena --passphrase-file %s", me, empty);

    g_assert_cmpint (run.status, ==, GEO_EXIT_KEY);
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run =
        run_format ("geo init --profile %s --name Olena --words-file %s "
                    "--passphrase-file %s",
                    me, wrong_words, good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_USAGE);
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run =
        run_format ("geo init --json --profile %s --name '“Олена” \\ x' "
                    "--passphrase-file %s",
                    me, good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_DONE);
    g_assert_cmpstr (run.err, ==, "");
    pid = member (run.out, "pid");
    words = member (run.out, "words");
    name = member (run.out, "name");
    place = member (run.out, "key_place");
    g_assert_cmpstr (name, ==, "“Олена” \\ x");
    g_assert_cmpstr (place, ==, "file");
  }
  {
    g_auto (GStrv) list = g_strsplit (words, " ", -1);
    g_autofree gchar *lines = g_strjoinv ("\n", list);

    g_assert_cmpuint (g_strv_length (list), ==, GEO_WORDS_COUNT);
    words_path = write_file (fixture, "words", lines);
  }
  {
    g_auto (Run) run = run_format (
        "geo init --profile %s --name Olena --passphrase-file %s", me, good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_FAILED);
    g_assert_cmpstr (run.out, ==, "");
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run =
        run_format ("geo balance --profile %s --passphrase-file %s", me, bad);

    g_assert_cmpint (run.status, ==, GEO_EXIT_KEY);
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run = run_format (
        "geo balance --profile %s --passphrase-file /nonexistent/x", me);

    g_assert_cmpint (run.status, ==, GEO_EXIT_KEY);
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run =
        run_format ("geo balance --profile %s --passphrase-file %s", me, good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_FAILED);
    assert_one_sentence (run.err);
    g_assert_nonnull (strstr (run.err, "geo join"));
  }
  {
    g_auto (Run) run = run_format (
        "geo join geo://v1/nonsense --profile %s --passphrase-file %s", me,
        good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_USAGE);
    assert_one_sentence (run.err);
  }
  {
    /* A port where nobody is. */
    g_auto (Run) run = run_format (
        "geo join http://127.0.0.1:1 --profile %s --passphrase-file %s", me,
        good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_OFFLINE);
    assert_one_sentence (run.err);
  }
  {
    g_auto (Run) run =
        run_format ("geo init --profile %s --name Olena --words-file %s "
                    "--passphrase-file %s --json",
                    again, words_path, good);

    g_assert_cmpint (run.status, ==, GEO_EXIT_DONE);
    pid_again = member (run.out, "pid");
    g_assert_cmpstr (pid_again, ==, pid);
    /* Whoever restores has them. */
    g_assert_null (strstr (run.out, words));
  }
}

static void
test_words_are_printed_once (Fixture *fixture, gconstpointer unused) {
  g_autofree gchar *passphrase = write_file (fixture, "p", "x");
  g_auto (Run) run =
      run_format ("geo init --profile %s/me --name Olena --passphrase-file %s",
                  fixture->folder, passphrase);
  g_auto (GStrv) lines = NULL;
  guint words = 0;

  g_assert_cmpint (run.status, ==, GEO_EXIT_DONE);
  lines = g_strsplit (run.out, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    g_autofree gchar *head = g_strdup_printf ("  %2u  ", words + 1);

    words += g_str_has_prefix (lines[i], head);
  }
  g_assert_cmpuint (words, ==, GEO_WORDS_COUNT);
}

/* --- Verifying a file --------------------------------------------------- */

static void
test_verify_file (Fixture *fixture, gconstpointer unused) {
  static const gchar *const bad[] = {
    "",
    "{}",
    "[]",
    "{\"kind\":\"receipt\"}",
    "nonsense",
    "\xff\xfe",
    "{\"a\":1,\"a\":1}",
  };
  g_auto (Run) missing = run_line ("geo verify /nonexistent/receipt.json");

  g_assert_cmpint (missing.status, ==, GEO_EXIT_FAILED);
  assert_one_sentence (missing.err);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *path = write_file (fixture, "receipt", bad[i]);
    g_auto (Run) run = run_format ("geo verify --json %s", path);

    g_assert_cmpint (run.status, ==, GEO_EXIT_NOT_VERIFIED);
    assert_one_sentence (run.err);
    assert_json_failure (run.out, GEO_EXIT_NOT_VERIFIED, "not-verified");
  }
}

static void
test_no_space_left (Fixture *fixture, gconstpointer unused) {
  gchar *argv[] = { (gchar *) "geo", (gchar *) "--help", NULL };
  FILE *full = fopen ("/dev/full", "w");
  gchar *text = NULL;
  gsize len;
  FILE *err;
  int status;

  if (full == NULL) {
    g_test_skip ("there is no /dev/full");
    return;
  }
  err = open_memstream (&text, &len);
  status = geo_cli_main (2, argv, full, err);
  fclose (err);
  fclose (full);
  g_assert_cmpint (status, ==, GEO_EXIT_FAILED);
  assert_one_sentence (text);
  free (text);
}

int
main (int argc, char **argv) {
  /* Nothing may reach the data of whoever runs the test. */
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, "C.UTF-8");
  /* Signs and sentences are looked for as they stand in the source. */
  g_unsetenv ("LANGUAGE");

  for (gsize i = 0; i < G_N_ELEMENTS (bad_usage); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/cli/bad-usage/%02" G_GSIZE_FORMAT, i);

    g_test_add_data_func (path, bad_usage[i], test_bad_usage);
  }
#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/cli/help", test_help);
  ADD ("/cli/version", test_version);
  ADD ("/cli/no-identity", test_no_identity);
  ADD ("/cli/identity", test_identity);
  ADD ("/cli/words-are-printed-once", test_words_are_printed_once);
  ADD ("/cli/verify-file", test_verify_file);
  ADD ("/cli/no-space-left", test_no_space_left);
#undef ADD
  return g_test_run ();
}
