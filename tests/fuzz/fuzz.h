/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What fuzz targets share: the face of libFuzzer, and a reader that turns bytes
 * into choices.  A target lets anything in, and aborts where something follows
 * from it that must not.
 */
#pragma once

#include <glib.h>
#include <string.h>

/* The two that libFuzzer and the replaying main call. */
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* A copy that ends in NUL, for what takes strings. */
#define fuzz_text(data, size) g_strndup ((const gchar *) (data), (size))

/* What fails says why, what works does not. */
#define fuzz_check_outcome(done, error)                                        \
  G_STMT_START {                                                               \
    g_assert_true ((done) == ((error) == NULL));                               \
    g_assert_true ((error) == NULL || *((GError *) (error))->message != '\0'); \
  }                                                                            \
  G_STMT_END

/* Choices; zeros when the bytes are used up. */
typedef struct {
  const guint8 *at;
  gsize left;
} FuzzInput;

static inline guint
fuzz_byte (FuzzInput *input) {
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->at++;
}

static inline guint
fuzz_below (FuzzInput *input, guint n) {
  guint high = fuzz_byte (input);

  return (high << 8 | fuzz_byte (input)) % n;
}

/* Changes up to three bytes of text, which has len of them. */
static inline void
fuzz_spoil (FuzzInput *input, gchar *text, gsize len) {
  guint n = fuzz_byte (input) % 4;

  while (n-- > 0 && len > 0) {
    guint at = fuzz_below (input, (guint) MIN (len, 65535));

    text[at] = (gchar) fuzz_byte (input);
  }
}

/* The next len bytes, as many as there are, and how many that is. */
static inline const guint8 *
fuzz_bytes (FuzzInput *input, gsize *len) {
  const guint8 *start = input->at;

  *len = MIN (*len, input->left);
  input->at += *len;
  input->left -= *len;
  return start;
}
