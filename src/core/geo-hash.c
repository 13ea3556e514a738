/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 digests as values, and the one base64 of the wire.
 */
#include "core/geo-hash.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-codec-private.h"
#include "core/geo-error.h"

G_STATIC_ASSERT (GEO_HASH_LEN == crypto_hash_sha256_BYTES);

void
geo_hash_of (gconstpointer data, gsize len, GeoHash *out) {
  crypto_hash_sha256 (out->bytes, data, len);
}

gboolean
geo_hash_equal (gconstpointer a, gconstpointer b) {
  return memcmp (a, b, GEO_HASH_LEN) == 0;
}

guint
geo_hash_hash (gconstpointer hash) {
  guint value;

  /* Any bytes of a digest are as good as any others. */
  memcpy (&value, hash, sizeof value);
  return value;
}

gboolean
geo_hash_is_zero (const GeoHash *hash) {
  static const GeoHash zero;

  return geo_hash_equal (hash, &zero);
}

GeoHash *
geo_hash_dup (const GeoHash *hash) {
  return hash != NULL ? g_memdup2 (hash, sizeof *hash) : NULL;
}

gchar *
geo_hash_to_string (const GeoHash *hash) {
  return geo_base64_encode (hash->bytes, GEO_HASH_LEN);
}

gboolean
geo_hash_parse (const gchar *text, GeoHash *out, GError **error) {
  GeoHash hash;
  gsize len;

  if (!geo_base64_read (text, hash.bytes, GEO_HASH_LEN, &len, error))
    return FALSE;
  if (len != GEO_HASH_LEN) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                         "A hash has 32 bytes");
    return FALSE;
  }
  *out = hash;
  return TRUE;
}

void
geo_base64_append (GString *out, gconstpointer data, gsize len) {
  static const gchar alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const guint8 *bytes = data;
  gsize start = out->len;

  g_string_set_size (out, start + GEO_BASE64_LEN (len));

  gchar *to = out->str + start;

  for (; len >= 3; len -= 3, bytes += 3) {
    guint32 group = (guint32) bytes[0] << 16 | (guint32) bytes[1] << 8 |
                    bytes[2];

    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
  }
  if (len > 0) {
    guint32 group = (guint32) bytes[0] << 16 |
                    (len > 1 ? (guint32) bytes[1] << 8 : 0);

    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = len > 1 ? alphabet[group >> 6 & 63] : '=';
    *to++ = '=';
  }
}

gchar *
geo_base64_encode (gconstpointer data, gsize len) {
  GString *out = g_string_sized_new (GEO_BASE64_LEN (len) + 1);

  geo_base64_append (out, data, len);
  return g_string_free (out, FALSE);
}

static gboolean
fail_size (gsize max_len, GError **error) {
  g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
               "More than %" G_GSIZE_FORMAT " bytes", max_len);
  return FALSE;
}

static gboolean
fail_syntax (GError **error) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                       "Not standard base64 with padding");
  return FALSE;
}

/* The value of a letter of the alphabet, or 64. */
static guint32
sextet (gchar letter) {
  if (letter >= 'A' && letter <= 'Z')
    return (guint32) (letter - 'A');
  if (letter >= 'a' && letter <= 'z')
    return (guint32) (letter - 'a') + 26;
  if (letter >= '0' && letter <= '9')
    return (guint32) (letter - '0') + 52;
  return letter == '+' ? 62 : letter == '/' ? 63 : 64;
}

/* Nothing but the alphabet, full padding and zeros in the bits that are left
 * over: one text for each value. */
gboolean
geo_base64_read (const gchar *text,
                 gpointer out,
                 gsize len,
                 gsize *size,
                 GError **error) {
  guint8 *to = out;
  gsize text_len = strlen (text);
  gsize letters = text_len;

  if (text_len > GEO_BASE64_LEN (len))
    return fail_size (len, error);
  if (text_len % 4 != 0)
    return fail_syntax (error);
  for (guint i = 0; i < 2 && letters > 0 && text[letters - 1] == '='; i++)
    letters--;
  *size = letters / 4 * 3 + (letters % 4 > 1 ? letters % 4 - 1 : 0);

  for (gsize i = 0; i < letters; i += 4) {
    gsize n = MIN (letters - i, 4);
    guint32 group = 0;

    for (gsize j = 0; j < 4; j++) {
      guint32 value = j < n ? sextet (text[i + j]) : 0;

      if (value == 64)
        return fail_syntax (error);
      group = group << 6 | value;
    }
    if ((n == 2 && (group & 0xffff) != 0) || (n == 3 && (group & 0xff) != 0))
      return fail_syntax (error);
    if (*size > len)
      return fail_size (len, error);
    for (gsize j = 0; j + 1 < n; j++)
      *to++ = (guint8) (group >> (16 - 8 * j));
  }
  return TRUE;
}

GBytes *
geo_base64_decode (const gchar *text, gsize max_len, GError **error) {
  gsize room = MIN (max_len, strlen (text) / 4 * 3);
  g_autofree guint8 *bytes = g_malloc (room + 1);
  gsize len;

  if (strlen (text) > GEO_BASE64_LEN (max_len)) {
    fail_size (max_len, error);
    return NULL;
  }
  if (!geo_base64_read (text, bytes, max_len, &len, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), len);
}
