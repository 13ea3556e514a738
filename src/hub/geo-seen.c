/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Bloom filter in layers, each twice as large as the one before: four bytes a
 * payment.  It must not forget anything, and not say "no" of what was added.
 */
#include "hub/geo-seen.h"

#include <sodium.h>
#include <string.h>

/* Keys of the first layer, and bits for each key. */
#define FIRST_KEYS 65536
#define KEY_BITS 16
/* A key's bits lie in one block, which is a line of the processor's cache. */
#define BLOCK_WORDS 8
#define BLOCK_BITS 512
#define PROBES 6

typedef struct {
  guint64 *words;
  guint64 blocks;
  guint64 keys;
  guint64 keys_max;
} Layer;

struct _GeoSeen {
  GPtrArray *layers; /* Layer, the smallest first */
  guint8 secret[crypto_shorthash_siphashx24_KEYBYTES];
};

typedef struct {
  guint64 block;
  guint64 bits; /* 9 for each probe */
} Key;

static void
layer_free (gpointer data) {
  Layer *layer = data;

  g_free (layer->words);
  g_free (layer);
}

static Layer *
add_layer (GeoSeen *seen) {
  Layer *layer = g_new0 (Layer, 1);

  layer->keys_max = (guint64) FIRST_KEYS << seen->layers->len;
  layer->blocks = layer->keys_max * KEY_BITS / BLOCK_BITS;
  layer->words = g_new0 (guint64, layer->blocks * BLOCK_WORDS);
  g_ptr_array_add (seen->layers, layer);
  return layer;
}

GeoSeen *
geo_seen_new (void) {
  GeoSeen *seen = g_new0 (GeoSeen, 1);

  /* Nobody chooses a tx_id to be taken for another. */
  randombytes_buf (seen->secret, sizeof seen->secret);
  seen->layers = g_ptr_array_new_with_free_func (layer_free);
  add_layer (seen);
  return seen;
}

void
geo_seen_free (GeoSeen *seen) {
  if (seen == NULL)
    return;
  g_ptr_array_unref (seen->layers);
  g_free (seen);
}

/* --- Keys -------------------------------------------------------------------
 */

static Key
make_key (const GeoSeen *seen, gconstpointer data, gsize len) {
  Key key;

  G_STATIC_ASSERT (sizeof key == crypto_shorthash_siphashx24_BYTES);
  crypto_shorthash_siphashx24 ((guint8 *) &key, data, len, seen->secret);
  return key;
}

static Key
tx_key (const GeoSeen *seen, const GeoPid *payer, const gchar *tx_id) {
  guint8 data[sizeof *payer + 64] = { 0 };
  gsize len = MIN (strlen (tx_id), sizeof data - sizeof *payer);

  memcpy (data, payer, sizeof *payer);
  memcpy (data + sizeof *payer, tx_id, len);
  return make_key (seen, data, sizeof *payer + len);
}

static guint64 *
find_block (const Layer *layer, const Key *key) {
  return layer->words + key->block % layer->blocks * BLOCK_WORDS;
}

/* --- Adding and asking ------------------------------------------------------
 */

static void
add (GeoSeen *seen, const Key *key) {
  Layer *layer = g_ptr_array_index (seen->layers, seen->layers->len - 1);
  guint64 bits = key->bits;
  guint64 *block;

  if (layer->keys == layer->keys_max)
    layer = add_layer (seen);
  layer->keys++;
  block = find_block (layer, key);
  for (guint i = 0; i < PROBES; i++, bits >>= 9)
    block[bits % BLOCK_BITS / 64] |= G_GUINT64_CONSTANT (1) << bits % 64;
}

static gboolean
layer_has (const Layer *layer, const Key *key) {
  const guint64 *block = find_block (layer, key);
  guint64 bits = key->bits;

  for (guint i = 0; i < PROBES; i++, bits >>= 9) {
    if ((block[bits % BLOCK_BITS / 64] >> bits % 64 & 1) == 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
has (const GeoSeen *seen, const Key *key) {
  for (guint i = 0; i < seen->layers->len; i++) {
    if (layer_has (g_ptr_array_index (seen->layers, i), key))
      return TRUE;
  }
  return FALSE;
}

void
geo_seen_add_tx (GeoSeen *seen, const GeoPid *payer, const gchar *tx_id) {
  Key key = tx_key (seen, payer, tx_id);

  add (seen, &key);
}

void
geo_seen_add_order (GeoSeen *seen, const GeoHash *order) {
  Key key = make_key (seen, order, sizeof *order);

  add (seen, &key);
}

gboolean
geo_seen_has_tx (const GeoSeen *seen, const GeoPid *payer, const gchar *tx_id) {
  Key key = tx_key (seen, payer, tx_id);

  return has (seen, &key);
}

gboolean
geo_seen_has_order (const GeoSeen *seen, const GeoHash *order) {
  Key key = make_key (seen, order, sizeof *order);

  return has (seen, &key);
}
