/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHash: a SHA-256 digest as a value, with its text form (standard padded
 * base64, protocol §2).  No I/O.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GEO_HASH_LEN 32

typedef struct {
  guint8 bytes[GEO_HASH_LEN];
} GeoHash;

void geo_hash_of (gconstpointer data, gsize len, GeoHash *out);
gboolean geo_hash_equal (gconstpointer a, gconstpointer b); /* GEqualFunc */
guint geo_hash_hash (gconstpointer hash); /* GHashFunc */
gboolean geo_hash_is_zero (const GeoHash *hash);
GeoHash *geo_hash_dup (const GeoHash *hash); /* g_free () */

gchar *geo_hash_to_string (const GeoHash *hash);
gboolean geo_hash_parse (const gchar *text, GeoHash *out, GError **error);

/* Strict standard base64 with padding: one encoding for each value.  max_len
 * bounds the decoded length. */
gchar *geo_base64_encode (gconstpointer data, gsize len);
GBytes *geo_base64_decode (const gchar *text, gsize max_len, GError **error);

G_END_DECLS
