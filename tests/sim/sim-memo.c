/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is remembered so that it is not reckoned twice; a run without it
 * (--no-memo) is the same run, and takes three times as long.  Signatures that
 * held once hold again: the same bytes are verified by a hub, a node, a journal
 * and each check of them.  Only what held is remembered, so what does not hold
 * is always asked about anew.  And the empty tables of a scratch database are
 * made by the migrations once, and copied.  The linker puts these in the place
 * of the real ones (--wrap), in the simulator only.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

#include "sim.h"
#include "store/geo-migrations-private.h"

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

gboolean __real_geo_migrations_apply (const GeoMigrations *migrations,
                                      GeoDatabase *database,
                                      gboolean read_only,
                                      GError **error);
gboolean __wrap_geo_migrations_apply (const GeoMigrations *migrations,
                                      GeoDatabase *database,
                                      gboolean read_only,
                                      GError **error);

static gboolean works;
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

void
sim_memo_begin (gboolean wanted) {
  if (held == NULL)
    held = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  g_hash_table_remove_all (held);
  works = wanted;
}

/* --- Signatures ----------------------------------------------------------- */

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

int
__wrap_crypto_sign_verify_detached (const unsigned char *signature,
                                    const unsigned char *data,
                                    unsigned long long len,
                                    const unsigned char *key) {
  guint8 memo[KEY_LEN];
  int wrong;

  if (!works)
    return __real_crypto_sign_verify_detached (signature, data, len, key);
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
  if (wrong == 0 && works) {
    make_key (memo, signature,
              secret + crypto_sign_SECRETKEYBYTES - crypto_sign_PUBLICKEYBYTES,
              data, len);
    remember (memo);
  }
  return wrong;
}

/* --- Scratch databases ---------------------------------------------------- */

static struct {
  const GeoMigrations *migrations; /* The last that were asked for. */
  guint8 *file;
  sqlite3_int64 len;
} empty;

/* NULL where it is a file, or cannot be asked. */
static sqlite3 *
scratch_handle (GeoDatabase *database) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const gchar *name;
  sqlite3 *handle;

  if (!geo_query_prepare (&query, database, "PRAGMA application_id", NULL))
    return NULL;
  handle = sqlite3_db_handle (query.statement);
  name = sqlite3_db_filename (handle, "main");
  return name == NULL || *name == '\0' ? handle : NULL;
}

static gboolean
copy_empty (sqlite3 *handle) {
  guint8 *copy = sqlite3_malloc64 ((guint64) empty.len);

  g_assert (copy != NULL);
  memcpy (copy, empty.file, (gsize) empty.len);
  return sqlite3_deserialize (handle, "main", copy, empty.len, empty.len,
                              SQLITE_DESERIALIZE_FREEONCLOSE |
                                  SQLITE_DESERIALIZE_RESIZEABLE) == SQLITE_OK;
}

gboolean
__wrap_geo_migrations_apply (const GeoMigrations *migrations,
                             GeoDatabase *database,
                             gboolean read_only,
                             GError **error) {
  sqlite3 *handle = works ? scratch_handle (database) : NULL;

  if (handle != NULL && migrations == empty.migrations)
    return copy_empty (handle);
  if (!__real_geo_migrations_apply (migrations, database, read_only, error))
    return FALSE;
  if (handle != NULL) {
    sqlite3_free (empty.file);
    empty.file = sqlite3_serialize (handle, "main", &empty.len, 0);
    empty.migrations = empty.file != NULL ? migrations : NULL;
  }
  return TRUE;
}
/* NOLINTEND(bugprone-reserved-identifier) */
