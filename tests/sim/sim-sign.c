/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signatures that held once hold again: the same bytes are verified by a hub, a
 * node, a journal and each check of them, and more than half of a run would be
 * spent there.  The linker puts these in the place of libsodium's own (--wrap),
 * in the simulator only.  Only what held is remembered, so what does not hold
 * is always asked about anew.
 */
#include "sim.h"

#include <string.h>

#include <sodium.h>

#define KEY_LEN 32
/* Of one run; a long one begins again. */
#define REMEMBERED_MAX 200000

/* The names are the linker's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_crypto_sign_verify_detached (const unsigned char *signature,
                                        const unsigned char *data,
                                        unsigned long long len,
                                        const unsigned char *key);
int __wrap_crypto_sign_verify_detached (const unsigned char *signature,
                                        const unsigned char *data,
                                        unsigned long long len,
                                        const unsigned char *key);
int __real_crypto_sign_detached (unsigned char *signature,
                                 unsigned long long *signature_len,
                                 const unsigned char *data,
                                 unsigned long long len,
                                 const unsigned char *secret);
int __wrap_crypto_sign_detached (unsigned char *signature,
                                 unsigned long long *signature_len,
                                 const unsigned char *data,
                                 unsigned long long len,
                                 const unsigned char *secret);

static GHashTable *held; /* 32 bytes over signature, key and data */

static guint
key_hash (gconstpointer key) {
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b) {
  return memcmp (a, b, KEY_LEN) == 0;
}

static void
make_key (guint8 key[KEY_LEN],
          const unsigned char *signature,
          const unsigned char *public_key,
          const unsigned char *data,
          unsigned long long len) {
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, KEY_LEN);
  crypto_generichash_update (&state, signature, crypto_sign_BYTES);
  crypto_generichash_update (&state, public_key, crypto_sign_PUBLICKEYBYTES);
  crypto_generichash_update (&state, data, len);
  crypto_generichash_final (&state, key, KEY_LEN);
}

static void
remember (const guint8 key[KEY_LEN]) {
  if (g_hash_table_size (held) >= REMEMBERED_MAX)
    g_hash_table_remove_all (held);
  g_hash_table_add (held, g_memdup2 (key, KEY_LEN));
}

void
sim_sign_reset (void) {
  if (held == NULL)
    held = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  g_hash_table_remove_all (held);
}

int
__wrap_crypto_sign_verify_detached (const unsigned char *signature,
                                    const unsigned char *data,
                                    unsigned long long len,
                                    const unsigned char *key) {
  guint8 memo[KEY_LEN];
  int wrong;

  make_key (memo, signature, key, data, len);
  if (g_hash_table_contains (held, memo))
    return 0;
  wrong = __real_crypto_sign_verify_detached (signature, data, len, key);
  if (wrong == 0)
    remember (memo);
  return wrong;
}

int
__wrap_crypto_sign_detached (unsigned char *signature,
                             unsigned long long *signature_len,
                             const unsigned char *data,
                             unsigned long long len,
                             const unsigned char *secret) {
  int wrong = __real_crypto_sign_detached (signature, signature_len, data, len,
                                           secret);
  guint8 memo[KEY_LEN];

  /* What was signed just now holds; libsodium keeps the public key at the end
   * of the secret one. */
  if (wrong == 0) {
    make_key (memo, signature,
              secret + crypto_sign_SECRETKEYBYTES - crypto_sign_PUBLICKEYBYTES,
              data, len);
    remember (memo);
  }
  return wrong;
}
/* NOLINTEND(bugprone-reserved-identifier) */
