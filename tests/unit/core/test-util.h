/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of core share: bytes written in hex, and people whose keys are
 * made of a number.
 */
#pragma once

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-key.h"

#define assert_core_error(error, code)                       \
  G_STMT_START {                                             \
    g_assert_error ((error), GEO_CORE_ERROR, (gint) (code)); \
    g_clear_error (&(error));                                \
  }                                                          \
  G_STMT_END

/* Returns the number of bytes. */
static inline gsize
from_hex (const gchar *hex, guint8 *out, gsize size) {
  gsize len = strlen (hex) / 2;

  g_assert_cmpuint (len, <=, size);
  for (gsize i = 0; i < len; i++)
    out[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 |
                       g_ascii_xdigit_value (hex[2 * i + 1]));
  return len;
}

static inline void
assert_hex (gconstpointer data, gsize len, const gchar *hex) {
  g_autofree guint8 *expected = g_malloc (strlen (hex) / 2 + 1);
  gsize expected_len = from_hex (hex, expected, strlen (hex) / 2);

  g_assert_cmpmem (data, len, expected, expected_len);
}

static inline GeoSecret *
make_secret (guint8 number) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, number, sizeof seed);
  return geo_secret_new_from_seed (seed);
}

static inline GeoPid
make_pid (guint8 number) {
  g_autoptr (GeoSecret) secret = make_secret (number);
  GeoPid pid;

  geo_secret_get_pid (secret, &pid);
  return pid;
}
