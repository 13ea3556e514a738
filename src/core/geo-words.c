/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recovery words (BIP-39) and the key they stand for (SLIP-0010).  Everything
 * in between is secret: it is on the stack or in memory that is zeroed before
 * this file lets go of it (S4).
 */
#include "core/geo-words.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-words-english.h"

#define WORD_BITS 11
#define BIP39_ROUNDS 2048
#define BIP39_SEED_LEN 64
#define COMPLETE_MAX 8

/* Twelve words of at most eight letters, and spaces that a person typed. */
#define WORDS_TEXT_LEN_MAX 1024

/* m/44'/4671823'/0' */
static const guint32 path[] = { 44, 4671823, 0 };

/* 132 bits: the entropy and the first four bits of its digest. */
static guint
get_bit (const guint8 *bits, gsize index) {
  return bits[index / 8] >> (7 - index % 8) & 1;
}

static void
append_checksum (guint8 bits[GEO_WORDS_ENTROPY_LEN + 1]) {
  GeoHash hash;

  geo_hash_of (bits, GEO_WORDS_ENTROPY_LEN, &hash);
  bits[GEO_WORDS_ENTROPY_LEN] = hash.bytes[0] & 0xf0;
  sodium_memzero (&hash, sizeof hash);
}

gchar *
geo_words_from_entropy (const guint8 entropy[GEO_WORDS_ENTROPY_LEN]) {
  guint8 bits[GEO_WORDS_ENTROPY_LEN + 1];
  /* As large as it can get, so that it is never moved and left behind. */
  gchar *words = g_malloc0 (GEO_WORDS_COUNT * 9 + 1);
  gchar *end = words;

  memcpy (bits, entropy, GEO_WORDS_ENTROPY_LEN);
  append_checksum (bits);
  for (gsize i = 0; i < GEO_WORDS_COUNT; i++) {
    guint index = 0;

    for (gsize bit = 0; bit < WORD_BITS; bit++)
      index = index << 1 | get_bit (bits, i * WORD_BITS + bit);
    if (i > 0)
      *end++ = ' ';
    end = g_stpcpy (end, geo_words_list[index]);
  }
  sodium_memzero (bits, sizeof bits);
  return words;
}

static int
compare_word (const void *key, const void *item) {
  return strcmp (key, *(const char *const *) item);
}

/* -1 where it is not in the list. */
static gint
find_word (const gchar *word) {
  const char *const *found = bsearch (word, geo_words_list, GEO_WORDS_LIST_LEN,
                                      sizeof geo_words_list[0], compare_word);

  return found != NULL ? (gint) (found - geo_words_list) : -1;
}

static void
put_index (guint8 *bits, gsize word, guint index) {
  for (gsize bit = 0; bit < WORD_BITS; bit++) {
    gsize at = word * WORD_BITS + bit;
    guint value = index >> (WORD_BITS - 1 - bit) & 1;

    bits[at / 8] |= (guint8) (value << (7 - at % 8));
  }
}

/* Takes the next word out of *at, in small letters; FALSE at the end. */
static gboolean
next_word (const gchar **at, gchar *word, gsize size) {
  gsize len = 0;

  while (g_ascii_isspace (**at))
    (*at)++;
  for (; **at != '\0' && !g_ascii_isspace (**at); (*at)++)
    if (len < size - 1)
      word[len++] = g_ascii_tolower (**at);
  word[len] = '\0';
  return len > 0;
}

gboolean
geo_words_to_entropy (const gchar *words,
                      guint8 out[GEO_WORDS_ENTROPY_LEN],
                      GError **error) {
  /* 132 bits are in 17 bytes. */
  guint8 bits[GEO_WORDS_ENTROPY_LEN + 1] = { 0 };
  guint8 expected[GEO_WORDS_ENTROPY_LEN + 1];
  const gchar *at = words;
  gchar word[32];
  gsize count = 0;
  gboolean fits = FALSE;

  if (strlen (words) > WORDS_TEXT_LEN_MAX) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_WORDS,
                         "Too long for twelve words");
    return FALSE;
  }
  for (; count < GEO_WORDS_COUNT && next_word (&at, word, sizeof word);
       count++) {
    gint index = find_word (word);

    if (index < 0) {
      /* Which one, by its number: the words themselves are secret (S4). */
      g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_WORDS,
                   "Word %" G_GSIZE_FORMAT " is not in the list", count + 1);
      goto out;
    }
    put_index (bits, count, (guint) index);
  }
  if (count != GEO_WORDS_COUNT || next_word (&at, word, sizeof word)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_WORDS,
                         "Not twelve words");
    goto out;
  }

  memcpy (expected, bits, GEO_WORDS_ENTROPY_LEN);
  append_checksum (expected);
  if (expected[GEO_WORDS_ENTROPY_LEN] != bits[GEO_WORDS_ENTROPY_LEN]) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_WORDS,
                         "The words do not fit together");
    goto out;
  }
  memcpy (out, bits, GEO_WORDS_ENTROPY_LEN);
  fits = TRUE;

out:
  sodium_memzero (bits, sizeof bits);
  sodium_memzero (expected, sizeof expected);
  sodium_memzero (word, sizeof word);
  return fits;
}

guint
geo_words_find_unknown (const gchar *words) {
  const gchar *at = words;
  gchar word[32];
  guint count = 0;
  gboolean is_known = TRUE;

  while (is_known && next_word (&at, word, sizeof word)) {
    is_known = find_word (word) >= 0;
    count++;
  }
  sodium_memzero (word, sizeof word);
  return is_known ? 0 : count;
}

GeoSecret *
geo_words_to_secret (const gchar *words, GError **error) {
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  guint8 seed[BIP39_SEED_LEN];
  guint8 key[32];
  guint8 chain[32];

  if (!geo_words_to_entropy (words, entropy, error))
    return NULL;

  /* BIP-39 hashes the words as text: here they are as they are in the list,
   * however they were typed. */
  gchar *plain = geo_words_from_entropy (entropy);

  geo_bip39_seed (plain, "", seed);
  geo_words_free (plain);
  geo_slip10_master (seed, sizeof seed, key, chain);
  for (gsize i = 0; i < G_N_ELEMENTS (path); i++)
    geo_slip10_child (key, chain, path[i]);

  GeoSecret *secret = geo_secret_new_from_seed (key);

  sodium_memzero (entropy, sizeof entropy);
  sodium_memzero (seed, sizeof seed);
  sodium_memzero (key, sizeof key);
  sodium_memzero (chain, sizeof chain);
  return secret;
}

void
geo_words_free (gchar *words) {
  if (words == NULL)
    return;
  sodium_memzero (words, strlen (words));
  g_free (words);
}

GPtrArray *
geo_words_complete (const gchar *prefix) {
  GPtrArray *found = g_ptr_array_new ();
  gsize len = strlen (prefix);

  for (gsize i = 0; i < GEO_WORDS_LIST_LEN && found->len < COMPLETE_MAX; i++)
    if (g_ascii_strncasecmp (geo_words_list[i], prefix, len) == 0)
      g_ptr_array_add (found, (gpointer) geo_words_list[i]);
  return found;
}

/* PBKDF2-HMAC-SHA512 (RFC 8018) of one block, which is what 64 bytes are. */
void
geo_bip39_seed (const gchar *words, const gchar *passphrase, guint8 out[64]) {
  static const guint8 block_index[4] = { 0, 0, 0, 1 };
  g_autofree gchar *normal = g_utf8_normalize (passphrase, -1,
                                               G_NORMALIZE_NFKD);
  crypto_auth_hmacsha512_state keyed, state;
  guint8 round[BIP39_SEED_LEN];

  g_assert (normal != NULL);

  /* The key is worked in once and its state copied for each round. */
  crypto_auth_hmacsha512_init (&keyed, (const guint8 *) words, strlen (words));
  state = keyed;
  crypto_auth_hmacsha512_update (&state, (const guint8 *) "mnemonic", 8);
  crypto_auth_hmacsha512_update (&state, (const guint8 *) normal,
                                 strlen (normal));
  crypto_auth_hmacsha512_update (&state, block_index, sizeof block_index);
  crypto_auth_hmacsha512_final (&state, round);
  memcpy (out, round, sizeof round);
  for (guint i = 1; i < BIP39_ROUNDS; i++) {
    state = keyed;
    crypto_auth_hmacsha512_update (&state, round, sizeof round);
    crypto_auth_hmacsha512_final (&state, round);
    for (gsize byte = 0; byte < sizeof round; byte++)
      out[byte] ^= round[byte];
  }

  sodium_memzero (normal, strlen (normal));
  sodium_memzero (&keyed, sizeof keyed);
  sodium_memzero (&state, sizeof state);
  sodium_memzero (round, sizeof round);
}

static void
split_digest (guint8 digest[64], guint8 key[32], guint8 chain[32]) {
  memcpy (key, digest, 32);
  memcpy (chain, digest + 32, 32);
  sodium_memzero (digest, 64);
}

void
geo_slip10_master (gconstpointer seed,
                   gsize len,
                   guint8 key[32],
                   guint8 chain[32]) {
  static const gchar curve[] = "ed25519 seed";
  crypto_auth_hmacsha512_state state;
  guint8 digest[64];

  crypto_auth_hmacsha512_init (&state, (const guint8 *) curve,
                               sizeof curve - 1);
  crypto_auth_hmacsha512_update (&state, seed, len);
  crypto_auth_hmacsha512_final (&state, digest);
  split_digest (digest, key, chain);
  sodium_memzero (&state, sizeof state);
}

void
geo_slip10_child (guint8 key[32], guint8 chain[32], guint32 hardened_index) {
  static const guint8 zero = 0;
  /* Ed25519 has hardened children only: the bit is set whether given or not. */
  guint32 index = GUINT32_TO_BE (hardened_index | 0x80000000u);
  crypto_auth_hmacsha512_state state;
  guint8 digest[64];

  crypto_auth_hmacsha512_init (&state, chain, 32);
  crypto_auth_hmacsha512_update (&state, &zero, 1);
  crypto_auth_hmacsha512_update (&state, key, 32);
  crypto_auth_hmacsha512_update (&state, (const guint8 *) &index, sizeof index);
  crypto_auth_hmacsha512_final (&state, digest);
  split_digest (digest, key, chain);
  sodium_memzero (&state, sizeof state);
}
