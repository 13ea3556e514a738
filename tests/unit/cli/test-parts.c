/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of the command: what is to be paid, JSON documents, passphrases.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "cli/geo-passphrase.h"
#include "cli/geo-report.h"
#include "cli/geo-wish.h"
#include "core/geo-error.h"
#include "core/geo-json.h"
#include "node/geo-profile.h"

#define WHO "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"
#define LINK "geo://v1/pay?to=" WHO

/* --- What is to be paid ------------------------------------------------- */

typedef struct {
  const gchar *arguments[4];
  const gchar *note;
  guint precision;
  gint64 amount; /* 0: refused */
  const gchar *equivalent;
  const gchar *note_out;
} WishCase;

static const WishCase wishes[] = {
  { { "Ivan", "5" }, NULL, 2, 500, NULL, NULL },
  { { "Ivan", "5", "UAH" }, "bread", 2, 500, "UAH", "bread" },
  { { "Ivan", "12,5" }, NULL, 2, 1250, NULL, NULL },
  { { "Ivan", "12.50" }, NULL, 2, 1250, NULL, NULL },
  { { "Ivan", "1 240" }, NULL, 2, 124000, NULL, NULL },
  { { "Ivan", "7" }, NULL, 0, 7, NULL, NULL },
  { { "Ivan", "0.01" }, NULL, 2, 1, NULL, NULL },
  { { "Ivan", "10000000000000.00" }, NULL, 2, 1000000000000000, NULL, NULL },
  { { "Ivan", "10000000000000.01" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "0" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "0.00" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "1.005" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "1.5" }, NULL, 0, 0, NULL, NULL },
  { { "Ivan", "-1" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "1e3" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan", "five" }, NULL, 2, 0, NULL, NULL },
  { { "Ivan" }, NULL, 2, 0, NULL, NULL },
  { { LINK "&amount=5.00" }, NULL, 2, 500, NULL, NULL },
  { { LINK "&amount=5.00&equivalent=UAH&memo=bread" },
    NULL,
    2,
    500,
    "UAH",
    "bread" },
  { { LINK "&amount=5.00&memo=bread" }, "milk", 2, 500, NULL, "milk" },
  { { LINK "&amount=5.00&memo=bread" }, "", 2, 500, NULL, NULL },
  /* A link's amount is exact. */
  { { LINK "&amount=5" }, NULL, 2, 0, NULL, NULL },
  { { LINK "&amount=5.00", "5.00" }, NULL, 2, 0, NULL, NULL },
  { { LINK, "5" }, NULL, 2, 500, NULL, NULL },
  { { LINK "&equivalent=UAH", "5" }, NULL, 2, 500, "UAH", NULL },
  { { LINK "&equivalent=UAH", "5", "HOUR" }, NULL, 2, 0, NULL, NULL },
  { { LINK }, NULL, 2, 0, NULL, NULL },
  { { "geo://v1/participant?pid=" WHO, "5", "UAH" },
    NULL,
    2,
    500,
    "UAH",
    NULL },
  { { "geo://v9/pay?to=" WHO, "5" }, NULL, 2, 0, NULL, NULL },
};

static void
test_wish (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (wishes); i++) {
    const WishCase *expected = &wishes[i];
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoWish) wish = geo_wish_new ((gchar **) expected->arguments,
                                             expected->note, &error);
    GeoAmount amount = GEO_AMOUNT (77);
    gboolean is_good = wish != NULL &&
                       geo_wish_get_amount (wish, expected->precision, &amount,
                                            &error);

    g_test_message ("%s %s", expected->arguments[0],
                    expected->arguments[1] != NULL ? expected->arguments[1]
                                                   : "");
    g_assert_cmpint (is_good, ==, expected->amount != 0);
    if (!is_good) {
      g_assert_nonnull (error);
      g_assert_true (
          error->domain == GEO_CORE_ERROR ||
          g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT));
      g_assert_cmpint (amount.minor, ==, 77);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpint (amount.minor, ==, expected->amount);
    g_assert_cmpstr (wish->equivalent, ==, expected->equivalent);
    g_assert_cmpstr (wish->note, ==, expected->note_out);
    g_assert_cmpstr (wish->who, ==, expected->arguments[0]);
  }
}

/* --- Documents ---------------------------------------------------------- */

static void
test_report (void) {
  g_autoptr (GeoReport) report = geo_report_new ();

  geo_report_flag (report, "ok", TRUE);
  geo_report_text (report, "name", "“Olena”\n\"x\" \\");
  geo_report_text (report, "none", NULL);
  geo_report_begin_array (report, "empty");
  geo_report_end_array (report);
  geo_report_begin_array (report, "list");
  geo_report_begin (report, NULL);
  geo_report_number (report, "n", -5);
  geo_report_end (report);
  geo_report_begin (report, NULL);
  geo_report_end (report);
  geo_report_end_array (report);
  geo_report_amount (report, "owed", GEO_AMOUNT (-1250), 2);
  geo_report_time (report, "at", 0);
  g_assert_cmpstr (geo_report_close (report), ==,
                   "{\"ok\":true,\"name\":\"“Olena”\\n\\\"x\\\" \\\\\","
                   "\"none\":null,\"empty\":[],\"list\":[{\"n\":-5},{}],"
                   "\"owed\":\"-12.50\","
                   "\"at\":\"1970-01-01T00:00:00.000Z\"}\n");
}

/* --- Passphrases -------------------------------------------------------- */

static void
check_passphrase (const gchar *path,
                  const gchar *content,
                  gssize len,
                  const gchar *expected) {
  g_autoptr (GError) error = NULL;
  gchar *passphrase;

  g_file_set_contents (path, content, len, &error);
  g_assert_no_error (error);
  passphrase = geo_passphrase_read (path, &error);
  g_assert_cmpstr (passphrase, ==, expected);
  if (expected == NULL)
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  else
    g_assert_no_error (error);
  geo_passphrase_free (passphrase);
}

static void
test_passphrase (void) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = g_dir_make_tmp ("geo-cli-XXXXXX", &error);
  g_autofree gchar *path = g_build_filename (folder, "passphrase", NULL);
  g_autofree gchar *longest = g_strnfill (GEO_PASSPHRASE_LEN_MAX, 'a');
  g_autofree gchar *too_long = g_strnfill (GEO_PASSPHRASE_LEN_MAX + 1, 'a');

  check_passphrase (path, "simple", -1, "simple");
  check_passphrase (path, "simple\n", -1, "simple");
  check_passphrase (path, "simple\r\n", -1, "simple");
  check_passphrase (path, " with spaces \nnot this", -1, " with spaces ");
  check_passphrase (path, "пароль\n", -1, "пароль");
  check_passphrase (path, longest, -1, longest);
  check_passphrase (path, too_long, -1, NULL);
  check_passphrase (path, "", 0, NULL);
  check_passphrase (path, "\nsecond", -1, NULL);
  check_passphrase (path, "a\0b", 3, NULL);
  check_passphrase (path, "\xff\xfe", -1, NULL);
  g_remove (path);
  g_assert_null (geo_passphrase_read (path, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_rmdir (folder);
  geo_passphrase_free (NULL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/wish", test_wish);
  g_test_add_func ("/cli/report", test_report);
  g_test_add_func ("/cli/passphrase", test_passphrase);
  return g_test_run ();
}
