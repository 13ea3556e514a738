/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Comparing keys by eye: six pictures that two people see alike exactly when
 * each has the other's true key, and the note that they did.  The note is this
 * computer's alone; it is tied to the key, and lapses with it.  Main context but
 * for geo_safety_numbers ().
 */
#pragma once

#include "core/geo-link.h"
#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_SAFETY_PICTURES 6
#define GEO_SAFETY_KINDS 64

/* The same whichever comes first.  Each is below GEO_SAFETY_KINDS: six bits at a
 * time, the highest first, of the five bytes that Argon2id (v1.3, 2 passes,
 * 64 MiB, one lane) makes of both keys, the smaller one first, with the salt
 * "geo-safety-v1" padded with zeros to 16 bytes.  It is slow, so that nobody
 * makes keys until one looks alike: 36 bits at a tenth of a second each.  FALSE:
 * there is not enough memory.  Any thread. */
gboolean geo_safety_numbers (const GeoPublicKey *one,
                             const GeoPublicKey *other,
                             guint8 numbers[GEO_SAFETY_PICTURES]);
/* The picture, one or two characters; static. */
const gchar *geo_safety_picture (guint8 number);
/* What it is called; static, translated. */
const gchar *geo_safety_name (guint8 number);

/* For me and somebody: numbers has GEO_SAFETY_PICTURES.  UNKNOWN_PERSON where
 * the key is not known here. */
void geo_node_compare_async (GeoNode *node,
                             const GeoPid *with,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean geo_node_compare_finish (GeoNode *node,
                                  GAsyncResult *result,
                                  guint8 *numbers,
                                  GError **error);

/* I compared with them, and their key is still that one. */
gboolean geo_node_get_verified (GeoNode *node, const GeoPid *pid);
/* I compared with them once, with this key or a former one. */
gboolean geo_node_was_verified (GeoNode *node, const GeoPid *pid);

typedef enum {
  GEO_KEY_DOUBT_NONE = 0,
  /* It is another one than when they became known here. */
  GEO_KEY_DOUBT_CHANGED = 1,
  /* Two new keys are about (K5): the one that was known first counts. */
  GEO_KEY_DOUBT_FORKED = 2,
} GeoKeyDoubt;

/* Whether there is something to find out about the key of one of my people that
 * was neither accepted nor compared. */
GeoKeyDoubt geo_node_get_key_doubt (GeoNode *node, const GeoPid *pid);
/* With what was heard just now and is still on its way to the disk: for who does
 * not stay to be told. */
GeoKeyDoubt geo_node_look_at_key (GeoNode *node, const GeoPid *pid);
gboolean geo_node_get_key_changed (GeoNode *node, const GeoPid *pid);
/* I know of it: nothing more is said of it until it changes once more.  It is a
 * note like the one below. */
void geo_node_accept_key (GeoNode *node, const GeoPid *pid);
/* link: geo://v1/participant?… as its owner shows it.  TRUE: the key of whoever
 * it names is here the one that it shows. */
gboolean geo_node_link_shows_key (GeoNode *node, const GeoLink *link);
/* FALSE: their key is not known here.  It goes to disk by and by; where that
 * fails, they are compared with once more some day, and nothing else. */
gboolean
geo_node_set_verified (GeoNode *node, const GeoPid *pid, gboolean verified);

G_END_DECLS
