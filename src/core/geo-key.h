/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ed25519 keys: GeoPublicKey and GeoSignature as values, GeoSecret as the one
 * type that holds secret bytes (S4).  Randomness is passed in as a seed.
 */
#pragma once

#include "core/geo-hash.h"
#include "core/geo-pid.h"

G_BEGIN_DECLS

#define GEO_PUBLIC_KEY_LEN 32
#define GEO_SIGNATURE_LEN 64
#define GEO_SEED_LEN 32

typedef struct {
  guint8 bytes[GEO_PUBLIC_KEY_LEN];
} GeoPublicKey;

typedef struct {
  guint8 bytes[GEO_SIGNATURE_LEN];
} GeoSignature;

/* S4: lives in sodium_malloc ()ed memory, is zeroed when freed, is never logged
 * and never in a JSON tree. Reference counted; any thread may sign with it. */
typedef struct _GeoSecret GeoSecret;

/* Takes 32 bytes; the caller zeroes its own copy (sodium_memzero). */
GeoSecret *geo_secret_new_from_seed (const guint8 seed[GEO_SEED_LEN]);
GeoSecret *geo_secret_ref (GeoSecret *secret);
void geo_secret_unref (GeoSecret *secret);
void geo_secret_get_public (const GeoSecret *secret, GeoPublicKey *out);
void geo_secret_get_pid (const GeoSecret *secret, GeoPid *out);
void geo_secret_sign (const GeoSecret *secret,
                      gconstpointer data,
                      gsize len,
                      GeoSignature *out);
/* For key storage only: copies the seed out. */
void geo_secret_get_seed (const GeoSecret *secret, guint8 out[GEO_SEED_LEN]);

/* GEO_SEED_LEN bytes that only this secret makes (crypto_kdf over its seed;
 * context: 8 letters), for encrypting what its owner keeps elsewhere.  In
 * guarded memory: sodium_free (). */
guint8 *geo_secret_derive (const GeoSecret *secret,
                           const gchar *context,
                           guint64 id);

void geo_pid_from_key (const GeoPublicKey *key, GeoPid *out);
gboolean geo_public_key_verify (const GeoPublicKey *key,
                                gconstpointer data,
                                gsize len,
                                const GeoSignature *signature);
gboolean geo_public_key_equal (const GeoPublicKey *a, const GeoPublicKey *b);

gchar *geo_public_key_to_string (const GeoPublicKey *key);
gboolean
geo_public_key_parse (const gchar *text, GeoPublicKey *out, GError **error);
gchar *geo_signature_to_string (const GeoSignature *signature);
gboolean
geo_signature_parse (const gchar *text, GeoSignature *out, GError **error);

/* S3: exactly 43 base64url characters. */
gboolean geo_challenge_is_valid (const gchar *challenge);

/* Text for one reader (§5, description): crypto_box_seal on the converted key.
 */
GBytes *
geo_seal (const GeoPublicKey *reader, const gchar *text, GError **error);
/* The text (checked like any other, §2, at most 1,024 bytes), or NULL with an
 * error. */
gchar *geo_unseal (const GeoSecret *secret, GBytes *sealed, GError **error);
/* The same for a letter (§8a), canonical JSON of at most so many bytes; the
 * sealed ones are 48 more. */
#define GEO_LETTER_SIZE_MAX (16 * 1024 - 48)
GBytes *geo_seal_letter (const GeoPublicKey *reader,
                         const gchar *letter,
                         GError **error);
gchar *
geo_unseal_letter (const GeoSecret *secret, GBytes *sealed, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoSecret, geo_secret_unref)

G_END_DECLS
