/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backup files and parts of state copies.  Nobody without the key gets past the
 * first check, so the first byte says whether the others are the file, or what
 * is encrypted in it, as its owner's other programs might write it.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <stdlib.h>

#include "fuzz.h"
#include "node/geo-backup-private.h"
#include "node/geo-state-codec-private.h"

#define HEADER_LEN crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA_LEN crypto_secretstream_xchacha20poly1305_ABYTES
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define CHUNK_LEN 65536

static gchar *folder;
static GeoSecret *secret;
static GeoPid self;

static void
remove_all (const gchar *path) {
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *inner = g_build_filename (path, name, NULL);

    if (g_unlink (inner) != 0)
      remove_all (inner);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (path);
}

static void
end (void) {
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&secret, geo_secret_unref);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  guint8 seed[GEO_SEED_LEN] = { 1, 2, 3 };

  g_assert (sodium_init () >= 0);
  folder = g_dir_make_tmp ("geo-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  secret = geo_secret_new_from_seed (seed);
  geo_secret_get_pid (secret, &self);
  atexit (end);
  return 0;
}

static void
try_backup (const guint8 *data, gsize size) {
  g_autofree gchar *staging = g_build_filename (folder, "staging", NULL);
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autofree gchar *name = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_assert (g_mkdir (staging, 0700) == 0);
  done = geo_backup_read (stream, staging, secret, &name, NULL, NULL, NULL,
                          &error);
  fuzz_check_outcome (done, error);
  g_assert_true (done == (name != NULL));
  remove_all (staging);
}

/* One chunk that ends the file. */
static void
try_sealed_backup (const guint8 *plain, gsize len) {
  crypto_secretstream_xchacha20poly1305_state state;
  guint8 *key = geo_secret_derive (secret, "geobackp", 1);
  guint8 *id = geo_secret_derive (secret, "geobackp", 2);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  guint8 header[HEADER_LEN];
  g_autofree guint8 *out = NULL;

  len = MIN (len, CHUNK_LEN);
  out = g_malloc (len + EXTRA_LEN);
  g_byte_array_append (file, (const guint8 *) "GEOBACK\1", 8);
  g_byte_array_append (file, id, 16);
  crypto_secretstream_xchacha20poly1305_init_push (&state, header, key);
  crypto_secretstream_xchacha20poly1305_push (
      &state, out, NULL, plain, len, file->data, file->len,
      crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  g_byte_array_append (file, header, HEADER_LEN);
  g_byte_array_append (file, out, (guint) (len + EXTRA_LEN));
  sodium_free (key);
  sodium_free (id);
  try_backup (file->data, file->len);
}

static void
try_part (const guint8 *data, gsize size) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GBytes) part = g_bytes_new (data, size);
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = geo_state_decode (memory, part, secret, &self, &self, &error);

  fuzz_check_outcome (done, error);
  if (!done)
    g_assert_cmpuint (
        memory->texts->len + memory->records->len + memory->former->len, ==, 0);
  /* What was read can be written again. */
  parts = geo_state_encode (memory, secret, &self, &self);
  for (guint i = 0; i < parts->len; i++)
    g_assert_true (geo_state_decode (memory, g_ptr_array_index (parts, i),
                                     secret, &self, &self, NULL));
}

static void
try_sealed_part (const guint8 *plain, gsize len) {
  guint8 *key = geo_secret_derive (secret, "geostate", 1);
  g_autoptr (GByteArray) part = g_byte_array_new ();
  const guint8 nonce[NONCE_LEN] = { 0 };
  g_autofree guint8 *out = NULL;
  guint8 ad[5 + 2 * GEO_HASH_LEN];

  len = MIN (len, GEO_STATE_PART_MAX - 5 - NONCE_LEN - TAG_LEN);
  out = g_malloc (len + TAG_LEN);
  memcpy (ad, "GEOS\1", 5);
  memcpy (ad + 5, self.bytes, GEO_HASH_LEN);
  memcpy (ad + 5 + GEO_HASH_LEN, self.bytes, GEO_HASH_LEN);
  crypto_aead_xchacha20poly1305_ietf_encrypt (out, NULL, plain, len, ad,
                                              sizeof ad, NULL, nonce, key);
  sodium_free (key);
  g_byte_array_append (part, ad, 5);
  g_byte_array_append (part, nonce, NONCE_LEN);
  g_byte_array_append (part, out, (guint) (len + TAG_LEN));
  try_part (part->data, part->len);
}

/* JSON as it stands, packed here. */
static void
try_packed_part (const guint8 *json, gsize len) {
  g_autoptr (GZlibCompressor) compressor =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1);
  guint8 plain[GEO_STATE_PART_MAX] = { 'J' };
  gsize read;
  gsize written;

  if (g_converter_convert (G_CONVERTER (compressor), json, len, plain + 1,
                           sizeof plain - 1, G_CONVERTER_INPUT_AT_END, &read,
                           &written, NULL) == G_CONVERTER_FINISHED)
    try_sealed_part (plain, written + 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  if (size == 0)
    return 0;
  switch (data[0] % 5) {
  case 0:
    try_backup (data + 1, size - 1);
    break;
  case 1:
    try_sealed_backup (data + 1, size - 1);
    break;
  case 2:
    try_part (data + 1, size - 1);
    break;
  case 3:
    try_sealed_part (data + 1, size - 1);
    break;
  case 4:
    try_packed_part (data + 1, size - 1);
    break;
  }
  return 0;
}
