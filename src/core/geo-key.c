/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ed25519 through libsodium.  Secret bytes are only here and in geo-words.c,
 * and nothing in this file prints anything.
 */
#include "core/geo-key.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-text.h"

G_STATIC_ASSERT (GEO_PUBLIC_KEY_LEN == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT (GEO_SIGNATURE_LEN == crypto_sign_BYTES);
G_STATIC_ASSERT (GEO_SEED_LEN == crypto_sign_SEEDBYTES);

#define CHALLENGE_LEN 43
#define SEALED_TEXT_LEN_MAX 1024

struct _GeoSecret {
  gatomicrefcount refs;
  GeoPublicKey public_key;
  /* S4: in sodium_malloc ()ed memory, which is never swapped out, guarded on
   * both sides, and zeroed by sodium_free (). libsodium keeps the seed in its
   * first 32 bytes. */
  guint8 *key;
};

static void
init_sodium (void) {
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    /* It can only fail where there is no randomness to be had; nothing that
     * this program is for can be done there. */
    g_assert (sodium_init () >= 0);
    g_once_init_leave (&once, 1);
  }
}

GeoSecret *
geo_secret_new_from_seed (const guint8 seed[GEO_SEED_LEN]) {
  GeoSecret *secret = g_new0 (GeoSecret, 1);

  init_sodium ();
  g_atomic_ref_count_init (&secret->refs);
  secret->key = sodium_malloc (crypto_sign_SECRETKEYBYTES);
  g_assert (secret->key != NULL);
  crypto_sign_seed_keypair (secret->public_key.bytes, secret->key, seed);
  /* Nobody writes to it from here on. */
  sodium_mprotect_readonly (secret->key);
  return secret;
}

GeoSecret *
geo_secret_ref (GeoSecret *secret) {
  g_atomic_ref_count_inc (&secret->refs);
  return secret;
}

void
geo_secret_unref (GeoSecret *secret) {
  if (secret == NULL || !g_atomic_ref_count_dec (&secret->refs))
    return;
  sodium_free (secret->key);
  g_free (secret);
}

void
geo_secret_get_public (const GeoSecret *secret, GeoPublicKey *out) {
  *out = secret->public_key;
}

void
geo_secret_get_pid (const GeoSecret *secret, GeoPid *out) {
  geo_pid_from_key (&secret->public_key, out);
}

void
geo_secret_sign (const GeoSecret *secret,
                 gconstpointer data,
                 gsize len,
                 GeoSignature *out) {
  crypto_sign_detached (out->bytes, NULL, data, len, secret->key);
}

void
geo_secret_get_seed (const GeoSecret *secret, guint8 out[GEO_SEED_LEN]) {
  crypto_sign_ed25519_sk_to_seed (out, secret->key);
}

guint8 *
geo_secret_derive (const GeoSecret *secret, const gchar *context, guint64 id) {
  guint8 *seed = sodium_malloc (GEO_SEED_LEN);
  guint8 *out = sodium_malloc (GEO_SEED_LEN);

  g_assert (strlen (context) == crypto_kdf_CONTEXTBYTES);
  g_assert (seed != NULL && out != NULL);
  geo_secret_get_seed (secret, seed);
  crypto_kdf_derive_from_key (out, GEO_SEED_LEN, id, context, seed);
  /* S4: zeroed by sodium_free (). */
  sodium_free (seed);
  return out;
}

/* §1: PID = base58 (SHA-256 (public key)); base58 is its text only. */
void
geo_pid_from_key (const GeoPublicKey *key, GeoPid *out) {
  GeoHash hash;

  geo_hash_of (key->bytes, GEO_PUBLIC_KEY_LEN, &hash);
  memcpy (out->bytes, hash.bytes, GEO_HASH_LEN);
}

gboolean
geo_public_key_verify (const GeoPublicKey *key,
                       gconstpointer data,
                       gsize len,
                       const GeoSignature *signature) {
  return crypto_sign_verify_detached (signature->bytes, data, len,
                                      key->bytes) == 0;
}

gboolean
geo_public_key_equal (const GeoPublicKey *a, const GeoPublicKey *b) {
  return memcmp (a->bytes, b->bytes, GEO_PUBLIC_KEY_LEN) == 0;
}

static gboolean
parse_bytes (const gchar *text, gpointer out, gsize len, GError **error) {
  g_autoptr (GBytes) bytes = geo_base64_decode (text, len, error);

  if (bytes == NULL)
    return FALSE;
  if (g_bytes_get_size (bytes) != len) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "Not %" G_GSIZE_FORMAT " bytes", len);
    return FALSE;
  }
  memcpy (out, g_bytes_get_data (bytes, NULL), len);
  return TRUE;
}

gchar *
geo_public_key_to_string (const GeoPublicKey *key) {
  return geo_base64_encode (key->bytes, GEO_PUBLIC_KEY_LEN);
}

gboolean
geo_public_key_parse (const gchar *text, GeoPublicKey *out, GError **error) {
  return parse_bytes (text, out->bytes, GEO_PUBLIC_KEY_LEN, error);
}

gchar *
geo_signature_to_string (const GeoSignature *signature) {
  return geo_base64_encode (signature->bytes, GEO_SIGNATURE_LEN);
}

gboolean
geo_signature_parse (const gchar *text, GeoSignature *out, GError **error) {
  return parse_bytes (text, out->bytes, GEO_SIGNATURE_LEN, error);
}

/* S3: anything else could be an object to sign, given out as a challenge. */
gboolean
geo_challenge_is_valid (const gchar *challenge) {
  gsize len;

  for (len = 0; challenge[len] != '\0'; len++)
    if (len == CHALLENGE_LEN ||
        (!g_ascii_isalnum (challenge[len]) && challenge[len] != '-' &&
         challenge[len] != '_'))
      return FALSE;
  return len == CHALLENGE_LEN;
}

/* Nobody but the reader sees what was sealed, so that only here it can be kept
 * from getting into a journal that could not be read again. */
static gboolean
is_text (const gchar *text, gsize len) {
  return g_utf8_validate_len (text, len, NULL) &&
         geo_text_is_valid (text, GEO_TEXT_LINES);
}

/* §5: only the reader can open it.  libsodium draws the key it is sealed with
 * by itself, the one use of randomness in this room: were it derived from the
 * text, whoever guesses the text could prove the guess. */
static GBytes *
seal (const GeoPublicKey *reader,
      const gchar *text,
      gsize len_max,
      GError **error) {
  gsize len = strlen (text);
  guint8 box_key[crypto_box_PUBLICKEYBYTES];

  init_sodium ();
  if (len > len_max) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "The text is longer than %" G_GSIZE_FORMAT " bytes", len_max);
    return NULL;
  }
  if (!is_text (text, len)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "The text has control characters, or is not NFC");
    return NULL;
  }
  if (crypto_sign_ed25519_pk_to_curve25519 (box_key, reader->bytes) != 0) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "The reader's key is no key");
    return NULL;
  }

  g_autofree guint8 *sealed = g_malloc (len + crypto_box_SEALBYTES);

  if (crypto_box_seal (sealed, (const guint8 *) text, len, box_key) != 0) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "The reader's key is no key");
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&sealed),
                           len + crypto_box_SEALBYTES);
}

static gchar *
unseal (const GeoSecret *secret,
        GBytes *sealed,
        gsize len_max,
        GError **error) {
  guint8 box_public[crypto_box_PUBLICKEYBYTES];
  gsize size;
  const guint8 *data = g_bytes_get_data (sealed, &size);
  gboolean opened = FALSE;

  if (size < crypto_box_SEALBYTES ||
      size > crypto_box_SEALBYTES + len_max) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                         "The sealed text has a wrong length");
    return NULL;
  }

  gsize len = size - crypto_box_SEALBYTES;
  g_autofree gchar *text = g_malloc0 (len + 1);
  guint8 *box_secret = sodium_malloc (crypto_box_SECRETKEYBYTES);

  g_assert (box_secret != NULL);
  if (crypto_sign_ed25519_pk_to_curve25519 (box_public,
                                            secret->public_key.bytes) == 0 &&
      crypto_sign_ed25519_sk_to_curve25519 (box_secret, secret->key) == 0)
    opened = crypto_box_seal_open ((guint8 *) text, data, size, box_public,
                                   box_secret) == 0;
  /* S4: zeroed by sodium_free (). */
  sodium_free (box_secret);

  if (!opened) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE,
                         "The sealed text does not open with this key");
    return NULL;
  }
  if (!is_text (text, len)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                         "The sealed text has control characters");
    return NULL;
  }
  return g_steal_pointer (&text);
}

GBytes *
geo_seal (const GeoPublicKey *reader, const gchar *text, GError **error) {
  return seal (reader, text, SEALED_TEXT_LEN_MAX, error);
}

gchar *
geo_unseal (const GeoSecret *secret, GBytes *sealed, GError **error) {
  return unseal (secret, sealed, SEALED_TEXT_LEN_MAX, error);
}

GBytes *
geo_seal_letter (const GeoPublicKey *reader,
                 const gchar *letter,
                 GError **error) {
  return seal (reader, letter, GEO_LETTER_SIZE_MAX, error);
}

gchar *
geo_unseal_letter (const GeoSecret *secret, GBytes *sealed, GError **error) {
  return unseal (secret, sealed, GEO_LETTER_SIZE_MAX, error);
}
