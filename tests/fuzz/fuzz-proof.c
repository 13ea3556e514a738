/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that prove something, statements, checkpoints and signed links among
 * them, and letters: whatever the bytes are, they are checked or refused with a
 * sentence.
 */
#include "fuzz.h"

#include "core/geo-letter.h"
#include "node/geo-proof.h"
#include "node/geo-statement.h"

static void
read_letter (const gchar *text, gsize len) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLetter) letter = geo_letter_from_text (text, (gssize) len,
                                                       &error);
  GeoRequestFacts facts;

  fuzz_check_outcome (letter != NULL, error);
  if (letter == NULL)
    return;
  /* No letter that a fuzzer makes is signed by whom it is from. */
  g_assert_false (geo_letter_check (letter, &letter->person->community, NULL,
                                    NULL, &facts, NULL) &&
                  letter->responses->len == 2);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_auto (GeoProof) proof = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autofree gchar *field = NULL;
  gboolean holds = geo_proof_verify_text ((const gchar *) data, size, &proof,
                                          &error);

  fuzz_check_outcome (holds, error);
  g_assert_true (holds == (proof.sentence != NULL));
  read_letter ((const gchar *) data, size);
  if (g_utf8_validate (text, -1, NULL)) {
    field = geo_statement_csv_field (text);
    g_assert_null (strchr ("=+-@\t\r", *field == '\0' ? ' ' : *field));
  }
  return 0;
}
