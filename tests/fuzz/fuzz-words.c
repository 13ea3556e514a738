/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recovery words: what is taken as twelve words is written as the same twelve.
 * The key they stand for is not made: that is slow by design.
 */
#include "core/geo-words.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = geo_words_complete (text);
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  guint8 again[GEO_WORDS_ENTROPY_LEN];
  gboolean done = geo_words_to_entropy (text, entropy, &error);

  g_assert_cmpuint (offers->len, <=, 8);
  fuzz_check_outcome (done, error);
  if (done) {
    gchar *words = geo_words_from_entropy (entropy);

    g_assert_true (geo_words_to_entropy (words, again, NULL));
    g_assert_cmpmem (entropy, sizeof entropy, again, sizeof again);
    geo_words_free (words);
  }
  /* Any sixteen bytes are words. */
  if (size >= sizeof entropy) {
    gchar *words = geo_words_from_entropy (data);

    g_assert_true (geo_words_to_entropy (words, again, NULL));
    g_assert_cmpmem (data, sizeof again, again, sizeof again);
    geo_words_free (words);
  }
  return 0;
}
