/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of a state copy.  A part is
 *
 *   "GEOS" 01 | nonce (24) | XChaCha20-Poly1305 of: what (1) | payload
 *
 * where what is 'J' (zlib of JSON: texts and records), 'K' (the seeds of former
 * keys, one after another, which so are in no JSON tree: S4) or 'M' (whom this
 * person compared keys with: PID and key, one after another).  The
 * additional data is the five bytes, the community and the participant.  The
 * nonce is the keyed BLAKE2b of all that, so that equal parts are equal bytes
 * and no nonce is ever used for two.  Keys are derived from the participant's
 * seed (crypto_kdf, context "geostate": 1 encrypts, 2 makes nonces).
 */
#include "config.h"

#include "node/geo-state-codec-private.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-json.h"
#include "core/geo-text.h"

#define MAGIC "GEOS\1"
#define MAGIC_LEN 5
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AD_LEN (MAGIC_LEN + 2 * GEO_HASH_LEN)
#define KDF_CONTEXT "geostate"
#define KDF_ENCRYPT 1
#define KDF_NONCE 2
#define WHAT_JSON 'J'
#define WHAT_KEYS 'K'
#define WHAT_MARKS 'M'
/* A part is full; and may end, where an order's hash says so: then what is cut
 * off at the other end does not move the cuts here. */
#define RAW_FULL 24000
#define RAW_ENOUGH 8000
#define CUT_MASK 31
/* One more of the largest texts must still fit. */
#define RAW_MAX 31500
#define RECORD_PARTS_MAX 8
#define MARK_LEN (GEO_HASH_LEN + GEO_PUBLIC_KEY_LEN)
#define MARKS_MAX 500
#define TEXT_SIZE_MAX 1024

/* --- The memory ----------------------------------------------------------- */

static void
text_free (gpointer data) {
  GeoStateText *text = data;

  g_free (text->text);
  g_free (text);
}

static void
record_free (gpointer data) {
  GeoStateRecord *record = data;

  geo_record_body_free (record->body);
  g_free (record);
}

static void
secret_free (gpointer data) {
  geo_secret_unref (data);
}

GeoStateMemory *
geo_state_memory_new (void) {
  GeoStateMemory *memory = g_new0 (GeoStateMemory, 1);

  memory->texts = g_ptr_array_new_with_free_func (text_free);
  memory->records = g_ptr_array_new_with_free_func (record_free);
  memory->former = g_ptr_array_new_with_free_func (secret_free);
  memory->marks = g_array_new (FALSE, FALSE, sizeof (GeoStateMark));
  return memory;
}

void
geo_state_memory_free (gpointer data) {
  GeoStateMemory *memory = data;

  if (memory == NULL)
    return;
  g_clear_pointer (&memory->by_order, g_hash_table_unref);
  g_ptr_array_unref (memory->texts);
  g_ptr_array_unref (memory->records);
  g_ptr_array_unref (memory->former);
  g_array_unref (memory->marks);
  g_free (memory);
}

void
geo_state_memory_add_text (GeoStateMemory *memory,
                           const GeoHash *order,
                           const gchar *text) {
  GeoStateText *one = g_new0 (GeoStateText, 1);

  memcpy (one->order.bytes, order->bytes, GEO_STATE_ORDER_LEN);
  one->text = g_strdup (text);
  g_ptr_array_add (memory->texts, one);
  if (memory->by_order != NULL)
    g_hash_table_insert (memory->by_order, &one->order, one);
}

void
geo_state_memory_add_record (GeoStateMemory *memory,
                             GeoRecordKind kind,
                             GeoTime at,
                             GeoRecordBody *body) {
  GeoStateRecord *record = g_new0 (GeoStateRecord, 1);

  record->kind = kind;
  record->at = at;
  record->body = body;
  g_ptr_array_add (memory->records, record);
}

void
geo_state_memory_add_mark (GeoStateMemory *memory,
                           const GeoPid *pid,
                           const GeoPublicKey *key) {
  const GeoStateMark mark = { *pid, *key };

  g_array_append_val (memory->marks, mark);
}

static const GeoStateText *
find_text (GeoStateMemory *memory, const GeoHash *order) {
  GeoHash key = { { 0 } };

  if (memory->by_order == NULL) {
    memory->by_order = g_hash_table_new (geo_hash_hash, geo_hash_equal);
    for (guint i = 0; i < memory->texts->len; i++) {
      GeoStateText *one = g_ptr_array_index (memory->texts, i);

      g_hash_table_insert (memory->by_order, &one->order, one);
    }
  }
  memcpy (key.bytes, order->bytes, GEO_STATE_ORDER_LEN);
  return g_hash_table_lookup (memory->by_order, &key);
}

gboolean
geo_state_memory_has_text (GeoStateMemory *memory, const GeoHash *order) {
  return find_text (memory, order) != NULL;
}

const gchar *
geo_state_memory_find_text (GeoStateMemory *memory, const GeoOrder *order) {
  const GeoStateText *found;
  GeoHash hash;

  geo_order_hash (order, &hash);
  found = find_text (memory, &hash);
  if (found == NULL || !order->has_description_hash)
    return NULL;
  geo_hash_of (found->text, strlen (found->text), &hash);
  return geo_hash_equal (&hash, &order->description_hash) ? found->text : NULL;
}

/* --- Encrypting ----------------------------------------------------------- */

static void
fill_ad (guint8 ad[AD_LEN], const GeoPid *community, const GeoPid *self) {
  memcpy (ad, MAGIC, MAGIC_LEN);
  memcpy (ad + MAGIC_LEN, community->bytes, GEO_HASH_LEN);
  memcpy (ad + MAGIC_LEN + GEO_HASH_LEN, self->bytes, GEO_HASH_LEN);
}

/* S4: the plain bytes are in guarded memory and zeroed with it. */
static GBytes *
seal (const guint8 *plain,
      gsize len,
      const GeoSecret *secret,
      const GeoPid *community,
      const GeoPid *self) {
  gsize size = MAGIC_LEN + NONCE_LEN + len + TAG_LEN;
  guint8 *part = g_malloc (size);
  guint8 *key = geo_secret_derive (secret, KDF_CONTEXT, KDF_ENCRYPT);
  guint8 *nonce_key = geo_secret_derive (secret, KDF_CONTEXT, KDF_NONCE);
  crypto_generichash_state state;
  guint8 ad[AD_LEN];

  fill_ad (ad, community, self);
  memcpy (part, MAGIC, MAGIC_LEN);
  crypto_generichash_init (&state, nonce_key, GEO_SEED_LEN, NONCE_LEN);
  crypto_generichash_update (&state, ad, AD_LEN);
  crypto_generichash_update (&state, plain, len);
  crypto_generichash_final (&state, part + MAGIC_LEN, NONCE_LEN);
  crypto_aead_xchacha20poly1305_ietf_encrypt (part + MAGIC_LEN + NONCE_LEN,
                                              NULL, plain, len, ad, AD_LEN,
                                              NULL, part + MAGIC_LEN, key);
  sodium_memzero (&state, sizeof state);
  sodium_free (key);
  sodium_free (nonce_key);
  return g_bytes_new_take (part, size);
}

/* Everything that converter makes of data, NULL where that is more than max or
 * data does not hold. */
static GByteArray *
convert (GConverter *converter, const guint8 *data, gsize len, gsize max) {
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 buffer[8192];
  gsize done = 0;

  for (;;) {
    gsize read;
    gsize written;
    GConverterResult result = g_converter_convert (
        converter, data + done, len - done, buffer, sizeof buffer,
        G_CONVERTER_INPUT_AT_END, &read, &written, NULL);

    if (result == G_CONVERTER_ERROR)
      return NULL;
    done += read;
    if (written > max - out->len)
      return NULL;
    g_byte_array_append (out, buffer, (guint) written);
    if (result == G_CONVERTER_FINISHED)
      return done == len ? g_steal_pointer (&out) : NULL;
  }
}

static void
add_json_part (GPtrArray *parts,
               GString *texts,
               GString *records,
               const GeoSecret *secret,
               const GeoPid *community,
               const GeoPid *self) {
  g_autoptr (GZlibCompressor) compressor =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1);
  g_autofree gchar *json = g_strdup_printf (
      "{\"kind\":\"geo-state\",\"records\":[%s],\"texts\":[%s],\"v\":1}",
      records != NULL ? records->str : "", texts != NULL ? texts->str : "");
  g_autoptr (GByteArray) packed = convert (
      G_CONVERTER (compressor), (const guint8 *) json, strlen (json), G_MAXINT);
  const guint8 what = WHAT_JSON;

  g_byte_array_prepend (packed, &what, 1);
  g_ptr_array_add (parts,
                   seal (packed->data, packed->len, secret, community, self));
}

static void
add_key_part (GPtrArray *parts,
              GPtrArray *former,
              const GeoSecret *secret,
              const GeoPid *community,
              const GeoPid *self) {
  gsize len = 1 + former->len * GEO_SEED_LEN;
  guint8 *plain = sodium_malloc (len);

  if (plain == NULL)
    g_error ("no guarded memory for a key");
  plain[0] = WHAT_KEYS;
  for (guint i = 0; i < former->len; i++)
    geo_secret_get_seed (g_ptr_array_index (former, i),
                         plain + 1 + i * GEO_SEED_LEN);
  g_ptr_array_add (parts, seal (plain, len, secret, community, self));
  sodium_free (plain);
}

static gint
compare_marks (gconstpointer a, gconstpointer b) {
  return geo_pid_cmp (&((const GeoStateMark *) a)->pid,
                      &((const GeoStateMark *) b)->pid);
}

static void
add_mark_part (GPtrArray *parts,
               const GeoStateMemory *memory,
               const GeoSecret *secret,
               const GeoPid *community,
               const GeoPid *self) {
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  const guint8 what = WHAT_MARKS;

  g_array_sort (memory->marks, compare_marks);
  g_byte_array_append (plain, &what, 1);
  for (guint i = 0; i < MIN (memory->marks->len, MARKS_MAX); i++) {
    const GeoStateMark *mark = &g_array_index (memory->marks, GeoStateMark, i);

    g_byte_array_append (plain, mark->pid.bytes, GEO_HASH_LEN);
    g_byte_array_append (plain, mark->key.bytes, GEO_PUBLIC_KEY_LEN);
  }
  g_ptr_array_add (parts,
                   seal (plain->data, plain->len, secret, community, self));
}

GBytes *
geo_state_encode_former (const GeoStateMemory *memory,
                         const GeoSecret *secret,
                         const GeoPid *community,
                         const GeoPid *self) {
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (memory->former->len == 0)
    return NULL;
  add_key_part (parts, memory->former, secret, community, self);
  return g_ptr_array_steal_index (parts, 0);
}

/* The newest RECORD_PARTS_MAX parts full of records. */
static GPtrArray *
encode_records (const GeoStateMemory *memory,
                const GeoSecret *secret,
                const GeoPid *community,
                const GeoPid *self) {
  g_autoptr (GString) raw = g_string_new (NULL);
  GPtrArray *parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < memory->records->len; i++) {
    const GeoStateRecord *record = g_ptr_array_index (memory->records, i);
    g_autofree gchar *body = geo_record_body_to_text (record->body, NULL);
    g_autoptr (GString) one = g_string_new (NULL);

    g_string_append_printf (
        one, "{\"at\":%" G_GINT64_FORMAT ",\"body\":", record->at);
    geo_json_append_string (one, body);
    g_string_append_printf (one, ",\"kind\":\"%s\"}",
                            geo_record_kind_to_string (record->kind));
    if (one->len > RAW_MAX)
      continue;
    if (raw->len > 0 && raw->len + one->len > RAW_FULL) {
      add_json_part (parts, NULL, raw, secret, community, self);
      g_string_truncate (raw, 0);
    }
    if (raw->len > 0)
      g_string_append_c (raw, ',');
    g_string_append_len (raw, one->str, (gssize) one->len);
  }
  if (raw->len > 0)
    add_json_part (parts, NULL, raw, secret, community, self);
  if (parts->len > RECORD_PARTS_MAX)
    g_ptr_array_remove_range (parts, 0, parts->len - RECORD_PARTS_MAX);
  return parts;
}

static GPtrArray *
encode_texts (const GeoStateMemory *memory,
              const GeoSecret *secret,
              const GeoPid *community,
              const GeoPid *self) {
  g_autoptr (GString) raw = g_string_new (NULL);
  GPtrArray *parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < memory->texts->len; i++) {
    const GeoStateText *one = g_ptr_array_index (memory->texts, i);
    g_autofree gchar *order = geo_base64_encode (one->order.bytes,
                                                 GEO_STATE_ORDER_LEN);

    g_string_append_printf (raw, "%s[\"%s\",", raw->len > 0 ? "," : "", order);
    geo_json_append_string (raw, one->text);
    g_string_append_c (raw, ']');
    if (raw->len >= RAW_FULL ||
        (raw->len >= RAW_ENOUGH && (one->order.bytes[0] & CUT_MASK) == 0)) {
      add_json_part (parts, raw, NULL, secret, community, self);
      g_string_truncate (raw, 0);
    }
  }
  if (raw->len > 0)
    add_json_part (parts, raw, NULL, secret, community, self);
  return parts;
}

static gsize
count_bytes (GPtrArray *parts) {
  gsize bytes = 0;

  for (guint i = 0; i < parts->len; i++)
    bytes += g_bytes_get_size (g_ptr_array_index (parts, i));
  return bytes;
}

GPtrArray *
geo_state_encode (const GeoStateMemory *memory,
                  const GeoSecret *secret,
                  const GeoPid *community,
                  const GeoPid *self) {
  GPtrArray *parts = encode_records (memory, secret, community, self);
  g_autoptr (GPtrArray) texts = encode_texts (memory, secret, community, self);

  if (memory->former->len > 0)
    add_key_part (parts, memory->former, secret, community, self);
  if (memory->marks->len > 0)
    add_mark_part (parts, memory, secret, community, self);
  while (texts->len > 0 &&
         (parts->len + texts->len > GEO_STATE_PARTS_MAX ||
          count_bytes (parts) + count_bytes (texts) > GEO_STATE_BYTES_MAX))
    g_ptr_array_remove_index (texts, 0);
  for (guint i = 0; i < texts->len; i++)
    g_ptr_array_add (parts, g_bytes_ref (g_ptr_array_index (texts, i)));
  return parts;
}

/* --- Decrypting ----------------------------------------------------------- */

static gboolean
fail (GError **error, const gchar *why) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX, why);
  return FALSE;
}

static gboolean
read_text (GeoStateMemory *memory, JsonNode *node) {
  JsonArray *pair;
  g_autoptr (GBytes) order = NULL;
  const gchar *text;
  GeoHash key = { { 0 } };

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  pair = json_node_get_array (node);
  if (json_array_get_length (pair) != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (pair, i)) ||
        json_node_get_value_type (json_array_get_element (pair, i)) !=
            G_TYPE_STRING)
      return FALSE;
  order = geo_base64_decode (json_array_get_string_element (pair, 0),
                             GEO_STATE_ORDER_LEN, NULL);
  text = json_array_get_string_element (pair, 1);
  if (order == NULL || g_bytes_get_size (order) != GEO_STATE_ORDER_LEN ||
      strlen (text) > TEXT_SIZE_MAX ||
      !geo_text_is_valid (text, GEO_TEXT_LINES))
    return FALSE;
  memcpy (key.bytes, g_bytes_get_data (order, NULL), GEO_STATE_ORDER_LEN);
  geo_state_memory_add_text (memory, &key, text);
  return TRUE;
}

static gboolean
read_record (GeoStateMemory *memory, JsonNode *node) {
  GeoRecordKind kind;
  GeoRecordBody *body;
  JsonObject *object;
  JsonNode *at;
  const gchar *text;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  at = json_object_get_member (object, "at");
  text = geo_json_get_text (object, "kind");
  if (at == NULL || !JSON_NODE_HOLDS_VALUE (at) ||
      json_node_get_value_type (at) != G_TYPE_INT64 || text == NULL ||
      json_node_get_int (at) < 0)
    return FALSE;
  /* A newer program knows more kinds: what is not known here is left out. */
  if (!geo_record_kind_from_string (text, &kind))
    return TRUE;
  text = geo_json_get_text (object, "body");
  body = text != NULL ? geo_record_body_from_text (text, -1, NULL) : NULL;
  if (body == NULL)
    return FALSE;
  geo_state_memory_add_record (memory, kind, json_node_get_int (at), body);
  return TRUE;
}

static gboolean
read_all (GeoStateMemory *memory,
          JsonObject *object,
          const gchar *name,
          gboolean (*read) (GeoStateMemory *memory, JsonNode *node)) {
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read (memory, json_array_get_element (array, i)))
      return FALSE;
  return TRUE;
}

static gboolean
read_json (GeoStateMemory *memory,
           const guint8 *data,
           gsize len,
           GError **error) {
  g_autoptr (GZlibDecompressor) decompressor =
      g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autoptr (GByteArray) raw = convert (G_CONVERTER (decompressor), data, len,
                                        GEO_JSON_SYNC_SIZE_MAX);
  g_autoptr (JsonNode) root = NULL;
  guint texts = memory->texts->len;
  guint records = memory->records->len;

  if (raw == NULL)
    return fail (error, "The part cannot be unpacked");
  root = geo_json_parse ((const gchar *) raw->data, raw->len,
                         GEO_JSON_SYNC_SIZE_MAX, error);
  if (root == NULL)
    return FALSE;
  if (JSON_NODE_HOLDS_OBJECT (root) &&
      g_strcmp0 (geo_json_get_text (json_node_get_object (root), "kind"),
                 "geo-state") == 0 &&
      read_all (memory, json_node_get_object (root), "texts", read_text) &&
      read_all (memory, json_node_get_object (root), "records", read_record))
    return TRUE;
  g_clear_pointer (&memory->by_order, g_hash_table_unref);
  g_ptr_array_set_size (memory->texts, (gint) texts);
  g_ptr_array_set_size (memory->records, (gint) records);
  return fail (error, "The part does not say what it should");
}

static gboolean
read_keys (GeoStateMemory *memory,
           const guint8 *data,
           gsize len,
           GError **error) {
  if (len % GEO_SEED_LEN != 0)
    return fail (error, "The part's keys have a wrong length");
  for (gsize at = 0; at < len; at += GEO_SEED_LEN)
    g_ptr_array_add (memory->former, geo_secret_new_from_seed (data + at));
  return TRUE;
}

static gboolean
read_marks (GeoStateMemory *memory,
            const guint8 *data,
            gsize len,
            GError **error) {
  if (len % MARK_LEN != 0)
    return fail (error, "The part's marks have a wrong length");
  for (gsize at = 0; at < len; at += MARK_LEN) {
    GeoPublicKey key;
    GeoPid pid;

    memcpy (pid.bytes, data + at, GEO_HASH_LEN);
    memcpy (key.bytes, data + at + GEO_HASH_LEN, GEO_PUBLIC_KEY_LEN);
    geo_state_memory_add_mark (memory, &pid, &key);
  }
  return TRUE;
}

gboolean
geo_state_decode (GeoStateMemory *memory,
                  GBytes *part,
                  const GeoSecret *secret,
                  const GeoPid *community,
                  const GeoPid *self,
                  GError **error) {
  gsize size;
  const guint8 *data = g_bytes_get_data (part, &size);
  gsize len = size - MAGIC_LEN - NONCE_LEN - TAG_LEN;
  guint8 ad[AD_LEN];
  guint8 *plain;
  guint8 *key;
  gboolean read = FALSE;

  if (size <= MAGIC_LEN + NONCE_LEN + TAG_LEN || size > GEO_STATE_PART_MAX ||
      memcmp (data, MAGIC, MAGIC_LEN) != 0)
    return fail (error, "This is no part of a state copy");
  plain = sodium_malloc (len);
  if (plain == NULL)
    g_error ("no guarded memory for a key");
  fill_ad (ad, community, self);
  key = geo_secret_derive (secret, KDF_CONTEXT, KDF_ENCRYPT);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt (
          plain, NULL, NULL, data + MAGIC_LEN + NONCE_LEN, len + TAG_LEN, ad,
          AD_LEN, data + MAGIC_LEN, key) != 0)
    fail (error, "The part does not open with this key");
  else if (plain[0] == WHAT_JSON)
    read = read_json (memory, plain + 1, len - 1, error);
  else if (plain[0] == WHAT_KEYS)
    read = read_keys (memory, plain + 1, len - 1, error);
  else if (plain[0] == WHAT_MARKS)
    read = read_marks (memory, plain + 1, len - 1, error);
  else
    /* Of a newer program: what it says is not for us. */
    read = TRUE;
  sodium_free (key);
  sodium_free (plain);
  return read;
}
