/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Paper: how many pages there are, that what is on them can be read out again,
 * and that a stream that fails is said to have failed.
 */
#include "paper/geo-paper.h"

#include <string.h>

#define LONG_NAME "Товариство взаємного кредиту «Їжачок і друзі» імені Ґалаґана"

static const GeoPaperColumn columns[] = {
  { "Person", 40, FALSE },
  { "Note", 40, FALSE },
  { "Amount", 20, TRUE },
};

static gboolean
lay_out (GeoPaper *paper, guint rows, const gchar *note, GError **error) {
  geo_paper_heading (paper, "Statement");
  geo_paper_text (paper, "From the beginning");
  geo_paper_table (paper, columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < rows; i++) {
    const gchar *cells[] = { LONG_NAME, note, "1.00 UAH" };

    if (!geo_paper_row (paper, cells, error))
      return FALSE;
  }
  return TRUE;
}

static guint
count_pages (guint rows, const gchar *note) {
  g_autoptr (GeoPaper) paper = geo_paper_new ("T", "O", NULL, 0, NULL);
  g_autoptr (GError) error = NULL;

  lay_out (paper, rows, note, &error);
  g_assert_no_error (error);
  return geo_paper_get_pages (paper);
}

/* What pdftotext reads; NULL where it is not installed. */
static gchar *
make (guint rows, const gchar *note, guint pages) {
  g_autofree gchar *tool = g_find_program_in_path ("pdftotext");
  g_autoptr (GFileIOStream) io = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("paper-XXXXXX.pdf", &io, &error);
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (io));
  g_autoptr (GeoPaper) paper = geo_paper_new ("Title", LONG_NAME, stream, pages,
                                              NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *data = NULL;
  gchar *text = NULL;
  gsize len;

  lay_out (paper, rows, note, &error);
  g_assert_no_error (error);
  geo_paper_finish (paper, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (geo_paper_get_pages (paper), ==, pages);
  g_io_stream_close (G_IO_STREAM (io), NULL, &error);
  g_assert_no_error (error);
  g_file_load_contents (file, NULL, &data, &len, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (data, "%PDF-"));
  /* There are zeros in it. */
  g_assert_cmpuint (len, >, 6);
  g_assert_cmpint (memcmp (data + len - 6, "%%EOF\n", 6), ==, 0);
  if (tool != NULL) {
    process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, tool,
                                "-layout", g_file_peek_path (file), "-", NULL);
    g_assert_no_error (error);
    g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error);
    g_assert_no_error (error);
    g_assert_true (g_subprocess_get_successful (process));
  }
  g_file_delete (file, NULL, NULL);
  return text;
}

static void
test_pages (void) {
  guint pages = count_pages (300, "note");
  g_autofree gchar *text = make (300, "note", pages);
  g_auto (GStrv) read = NULL;

  g_assert_cmpuint (pages, >, 4);
  g_assert_cmpuint (count_pages (0, NULL), ==, 1);
  if (text == NULL) {
    g_test_skip ("There is no pdftotext.");
    return;
  }
  /* A form feed ends each page. */
  read = g_strsplit (text, "\f", -1);
  g_assert_cmpuint (g_strv_length (read), ==, pages + 1);
  for (guint i = 0; i < pages; i++) {
    g_autofree gchar *foot = g_strdup_printf ("Page %u of %u", i + 1, pages);

    g_assert_nonnull (strstr (read[i], foot));
    g_assert_nonnull (strstr (read[i], "Person"));
    g_assert_nonnull (strstr (read[i], "1.00 UAH"));
    g_assert_nonnull (strstr (read[i], "Їжачок"));
  }
}

/* Words without an end, letters of three scripts, and more than a page. */
static void
test_long (void) {
  g_autoptr (GString) word = g_string_new ("Żółć-");
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree gchar *text = NULL;
  guint pages;

  for (guint i = 0; i < 300; i++)
    g_string_append (word, "Щ");
  for (guint i = 0; i < 5000; i++)
    g_string_append (lines, "слово ");
  pages = count_pages (3, word->str);
  text = make (3, word->str, pages);
  g_assert_cmpuint (pages, ==, 1);
  if (text != NULL)
    g_assert_nonnull (strstr (text, "Żółć"));
  /* One row never is more than a page. */
  pages = count_pages (1, lines->str);
  g_assert_cmpuint (pages, <=, 2);
}

static void
test_failure (void) {
  gchar small[100];
  g_autoptr (GOutputStream) full =
      g_memory_output_stream_new (small, sizeof small, NULL, NULL);
  g_autoptr (GeoPaper) paper = geo_paper_new ("T", "O", full, 9, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (lay_out (paper, 5000, "note", &error) &&
                  geo_paper_finish (paper, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
test_cancel (void) {
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GeoPaper) paper = geo_paper_new ("T", "O", stream, 9, cancellable);
  g_autoptr (GError) error = NULL;
  gsize written;

  g_assert_true (lay_out (paper, 200, "note", &error));
  g_cancellable_cancel (cancellable);
  written =
      g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream));
  g_assert_false (geo_paper_finish (paper, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* Nothing after it, least of all what would make it look whole. */
  g_assert_cmpuint (
      g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)),
      ==, written);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paper/pages", test_pages);
  g_test_add_func ("/paper/long", test_long);
  g_test_add_func ("/paper/failure", test_failure);
  g_test_add_func ("/paper/cancel", test_cancel);
  return g_test_run ();
}
