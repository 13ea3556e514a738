/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo_seal_sum: 64 bits of a piece of memory, for finding damage.  It is no
 * hash of the protocol, and keeps nobody from making up what fits it.
 */
#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* For a fixed word another state before gives another state after, and for a
 * fixed state another word does: xor, multiplying by an odd number and shifting
 * onto itself can all be undone. */
static inline guint64
geo_seal_sum_step (guint64 state, guint64 word) {
  state = (state ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return state ^ (state >> 29);
}

/* len is a multiple of 8.  Four lanes, since one step waits for the one before
 * it.  A change inside one word changes one lane, whatever follows, and so the
 * sum: no change of a single byte is ever missed; of others one in 2^64. */
static inline guint64
geo_seal_sum (const guint8 *data, gsize len, guint64 seed) {
  guint64 lanes[4] = { seed, seed + 1, seed + 2, seed + 3 };
  guint64 sum = len;
  gsize at = 0;

  for (; at + 32 <= len; at += 32) {
    for (guint i = 0; i < 4; i++) {
      guint64 word;

      memcpy (&word, data + at + 8 * i, sizeof word);
      lanes[i] = geo_seal_sum_step (lanes[i], GUINT64_FROM_LE (word));
    }
  }
  for (guint i = 0; at < len; at += 8, i++) {
    guint64 word;

    memcpy (&word, data + at, sizeof word);
    lanes[i] = geo_seal_sum_step (lanes[i], GUINT64_FROM_LE (word));
  }
  for (guint i = 0; i < 4; i++)
    sum = geo_seal_sum_step (sum, lanes[i]);
  return sum;
}

G_END_DECLS
