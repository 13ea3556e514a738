/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The passphrase-encrypted key file.  It owns the file's format and nothing
 * else: who asks for a passphrase, and when, is the profile's.
 */
#include "config.h"

#include "node/geo-keyfile-private.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"
#include "node/geo-profile.h"

#define KIND "geo-identity-key"
#define ALGORITHM "argon2id13-xsalsa20poly1305"
#define BOX_LEN (GEO_WORDS_ENTROPY_LEN + crypto_secretbox_MACBYTES)

typedef struct {
  guint64 ops;
  gsize memory;
  guint8 salt[crypto_pwhash_SALTBYTES];
  guint8 nonce[crypto_secretbox_NONCEBYTES];
  guint8 box[BOX_LEN];
} Keyfile;

static void
start_sodium (void) {
  /* Does nothing the second time; any thread. */
  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");
}

/* The same passphrase typed on another keyboard may be composed otherwise. The
 * caller zeroes it. */
static gchar *
normalize_passphrase (const gchar *passphrase, GError **error) {
  gchar *normal = NULL;

  if (passphrase != NULL && *passphrase != '\0')
    normal = g_utf8_normalize (passphrase, -1, G_NORMALIZE_NFKC);
  if (normal == NULL)
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                         _ ("A passphrase is needed."));
  return normal;
}

/* S4: the derived key is in guarded memory and is zeroed with it.  NULL: this
 * computer has not enough memory. */
static guint8 *
derive_key (const Keyfile *file, const gchar *passphrase, GError **error) {
  g_autofree gchar *normal = normalize_passphrase (passphrase, error);
  guint8 *key;
  int failed;

  if (normal == NULL)
    return NULL;

  key = sodium_malloc (crypto_secretbox_KEYBYTES);
  failed = key == NULL ||
           crypto_pwhash (key, crypto_secretbox_KEYBYTES, normal,
                          strlen (normal), file->salt, file->ops, file->memory,
                          crypto_pwhash_ALG_ARGON2ID13) != 0;
  sodium_memzero (normal, strlen (normal));
  if (failed) {
    sodium_free (key);
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         _ ("There is not enough free memory to open the key. "
                            "Close other programs and try again."));
    return NULL;
  }
  return key;
}

/* S4: only what is encrypted comes into a JSON tree. */
static gchar *
keyfile_to_text (const Keyfile *file) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *salt = geo_base64_encode (file->salt, sizeof file->salt);
  g_autofree gchar *nonce = geo_base64_encode (file->nonce, sizeof file->nonce);
  g_autofree gchar *box = geo_base64_encode (file->box, sizeof file->box);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, KIND);
  json_builder_set_member_name (builder, "v");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "alg");
  json_builder_add_string_value (builder, ALGORITHM);
  json_builder_set_member_name (builder, "ops");
  json_builder_add_int_value (builder, (gint64) file->ops);
  json_builder_set_member_name (builder, "memory");
  json_builder_add_int_value (builder, (gint64) file->memory);
  json_builder_set_member_name (builder, "salt");
  json_builder_add_string_value (builder, salt);
  json_builder_set_member_name (builder, "nonce");
  json_builder_add_string_value (builder, nonce);
  json_builder_set_member_name (builder, "box");
  json_builder_add_string_value (builder, box);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static gboolean
read_text (JsonObject *object, const gchar *name, const gchar **out) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *out = json_node_get_string (node);
  return TRUE;
}

static gboolean
read_bytes (JsonObject *object, const gchar *name, guint8 *out, gsize len) {
  const gchar *text;
  g_autoptr (GBytes) bytes = NULL;

  if (!read_text (object, name, &text))
    return FALSE;
  bytes = geo_base64_decode (text, len, NULL);
  if (bytes == NULL || g_bytes_get_size (bytes) != len)
    return FALSE;
  memcpy (out, g_bytes_get_data (bytes, NULL), len);
  return TRUE;
}

static gboolean
read_number (JsonObject *object,
             const gchar *name,
             gint64 min,
             gint64 max,
             gint64 *out) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *out = json_node_get_int (node);
  return *out >= min && *out <= max;
}

static gboolean
keyfile_from_text (const gchar *text, gsize len, Keyfile *file) {
  g_autoptr (JsonNode) root = geo_json_parse (text, len, GEO_JSON_SIZE_MAX,
                                              NULL);
  JsonObject *object;
  const gchar *kind;
  const gchar *algorithm;
  gint64 version;
  gint64 ops;
  gint64 memory;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  if (!read_text (object, "kind", &kind) || !g_str_equal (kind, KIND) ||
      !read_text (object, "alg", &algorithm) ||
      !g_str_equal (algorithm, ALGORITHM) ||
      !read_number (object, "v", 1, 1, &version) ||
      !read_number (object, "ops", crypto_pwhash_OPSLIMIT_MIN,
                    GEO_KEYFILE_OPS_MAX, &ops) ||
      !read_number (object, "memory", crypto_pwhash_MEMLIMIT_MIN,
                    GEO_KEYFILE_MEMORY_MAX, &memory))
    return FALSE;
  file->ops = (guint64) ops;
  file->memory = (gsize) memory;
  return read_bytes (object, "salt", file->salt, sizeof file->salt) &&
         read_bytes (object, "nonce", file->nonce, sizeof file->nonce) &&
         read_bytes (object, "box", file->box, sizeof file->box);
}

gboolean
geo_keyfile_write_with_limits (const gchar *path,
                               const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                               const gchar *passphrase,
                               guint64 ops,
                               gsize memory,
                               GError **error) {
  Keyfile file = { .ops = ops, .memory = memory };
  guint8 *key;
  g_autofree gchar *text = NULL;
  g_autoptr (GError) failure = NULL;

  g_assert (ops <= GEO_KEYFILE_OPS_MAX && memory <= GEO_KEYFILE_MEMORY_MAX);
  start_sodium ();
  randombytes_buf (file.salt, sizeof file.salt);
  randombytes_buf (file.nonce, sizeof file.nonce);

  key = derive_key (&file, passphrase, error);
  if (key == NULL)
    return FALSE;
  crypto_secretbox_easy (file.box, entropy, GEO_WORDS_ENTROPY_LEN, file.nonce,
                         key);
  sodium_free (key);

  text = keyfile_to_text (&file);
  if (!g_file_set_contents_full (path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT |
                                     G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &failure)) {
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                 /* Translators: %s is what the system says. */
                 _ ("The key could not be stored: %s."), failure->message);
    return FALSE;
  }
  return TRUE;
}

gboolean
geo_keyfile_write (const gchar *path,
                   const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                   const gchar *passphrase,
                   GError **error) {
  return geo_keyfile_write_with_limits (path, entropy, passphrase,
                                        crypto_pwhash_OPSLIMIT_MODERATE,
                                        crypto_pwhash_MEMLIMIT_MODERATE, error);
}

gboolean
geo_keyfile_read (const gchar *path,
                  const gchar *passphrase,
                  guint8 out[GEO_WORDS_ENTROPY_LEN],
                  GError **error) {
  g_autofree gchar *text = NULL;
  gsize len;
  Keyfile file;
  guint8 *key;
  int failed;
  g_autoptr (GError) failure = NULL;

  start_sodium ();
  if (!g_file_get_contents (path, &text, &len, &failure)) {
    if (g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY,
                           _ ("The key file is not there. Restore the identity "
                              "from its twelve words."));
    else
      g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                   /* Translators: %s is what the system says. */
                   _ ("The key could not be read: %s."), failure->message);
    return FALSE;
  }
  if (!keyfile_from_text (text, len, &file)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         _ ("The key file is damaged. Restore the identity "
                            "from its twelve words."));
    return FALSE;
  }

  key = derive_key (&file, passphrase, error);
  if (key == NULL)
    return FALSE;
  failed = crypto_secretbox_open_easy (out, file.box, sizeof file.box,
                                       file.nonce, key);
  sodium_free (key);
  if (failed != 0) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                         _ ("This is not the passphrase. Try again."));
    return FALSE;
  }
  return TRUE;
}
