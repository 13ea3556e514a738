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
  g_autoptr (GBytes) bytes = geo_base64_decode (text, GEO_HASH_LEN, error);

  if (bytes == NULL)
    return FALSE;
  if (g_bytes_get_size (bytes) != GEO_HASH_LEN) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                         "A hash has 32 bytes");
    return FALSE;
  }
  memcpy (out->bytes, g_bytes_get_data (bytes, NULL), GEO_HASH_LEN);
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

GBytes *
geo_base64_decode (const gchar *text, gsize max_len, GError **error) {
  gsize text_len = strlen (text);
  gsize len = 0;

  if (text_len > GEO_BASE64_LEN (max_len)) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "More than %" G_GSIZE_FORMAT " bytes", max_len);
    return NULL;
  }

  /* libsodium 1.0.18 takes some bytes above ASCII for letters of the alphabet,
   * where char is signed. */
  for (gsize i = 0; i < text_len; i++) {
    if (!g_ascii_isgraph (text[i])) {
      g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                           "Not standard base64 with padding");
      return NULL;
    }
  }

  /* One byte of room at least: malloc of nothing may be NULL. */
  g_autofree guint8 *bytes = g_malloc (text_len / 4 * 3 + 1);

  /* libsodium takes nothing but the alphabet, full padding and zeros in the
   * bits that are left over: one text for each value. */
  if (sodium_base642bin (bytes, text_len / 4 * 3 + 1, text, text_len, NULL,
                         &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "Not standard base64 with padding");
    return NULL;
  }
  if (len > max_len) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "More than %" G_GSIZE_FORMAT " bytes", max_len);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), len);
}
