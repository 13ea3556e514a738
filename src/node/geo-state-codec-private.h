/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a state copy says (protocol §8), and its encrypted parts: the same
 * memory makes the same parts, so that only what is new is sent.  It sends
 * nothing and stores nothing.  Any thread.
 */
#pragma once

#include "core/geo-messages.h"
#include "store/geo-journal.h"

G_BEGIN_DECLS

#define GEO_STATE_PART_MAX 32768
#define GEO_STATE_PARTS_MAX 16
/* What a hub keeps for one participant. */
#define GEO_STATE_BYTES_MAX (256 * 1024)

/* A record that no entry of the hub brings back. */
typedef struct {
  GeoRecordKind kind;
  GeoTime at;
  GeoRecordBody *body;
  gboolean is_stored; /* By geo_state_memory_store (). */
} GeoStateRecord;

typedef struct {
  GPtrArray *texts; /* GeoStateText, of our own payments, oldest first */
  GPtrArray *records; /* GeoStateRecord, in the order they were stored */
  GPtrArray *former; /* GeoSecret of former keys, the first one first */
  GArray *marks; /* GeoStateMark, by pid: whom this person compared keys with */
  GHashTable *by_order; /* Of texts, once they are looked for */
} GeoStateMemory;

typedef struct {
  GeoPid pid;
  GeoPublicKey key;
} GeoStateMark;

typedef struct {
  GeoHash order; /* As far as it is kept: GEO_STATE_ORDER_LEN bytes */
  gchar *text;
} GeoStateText;

/* So much of an order's hash is kept with its text; the text is checked against
 * the order before it is believed. */
#define GEO_STATE_ORDER_LEN 9

GeoStateMemory *geo_state_memory_new (void);
void geo_state_memory_free (gpointer memory); /* A GDestroyNotify. */
void geo_state_memory_add_text (GeoStateMemory *memory,
                                const GeoHash *order,
                                const gchar *text);
/* Takes body. */
void geo_state_memory_add_record (GeoStateMemory *memory,
                                  GeoRecordKind kind,
                                  GeoTime at,
                                  GeoRecordBody *body);
void geo_state_memory_add_mark (GeoStateMemory *memory,
                                const GeoPid *pid,
                                const GeoPublicKey *key);
/* order: as far as it is kept. */
gboolean
geo_state_memory_has_text (GeoStateMemory *memory, const GeoHash *order);
/* The text of the order of ours with that hash, if it is the one that order
 * hashes to; NULL otherwise.  Borrowed. */
const gchar *
geo_state_memory_find_text (GeoStateMemory *memory, const GeoOrder *order);

/* GPtrArray of GBytes.  What is too much is left out, the oldest first. */
GPtrArray *geo_state_encode (const GeoStateMemory *memory,
                             const GeoSecret *secret,
                             const GeoPid *community,
                             const GeoPid *self);
/* The part with the seeds of memory's former keys; NULL: there are none. */
GBytes *geo_state_encode_former (const GeoStateMemory *memory,
                                 const GeoSecret *secret,
                                 const GeoPid *community,
                                 const GeoPid *self);
/* Adds what a part says; FALSE and GEO_CORE_ERROR, nothing added, where it is
 * none of ours. */
gboolean geo_state_decode (GeoStateMemory *memory,
                           GBytes *part,
                           const GeoSecret *secret,
                           const GeoPid *community,
                           const GeoPid *self,
                           GError **error);

/* --- And a journal (geo-state-journal.c) ---------------------------------- */

#define GEO_STATE_TEXT_BYTES_MAX (448 * 1024)
#define GEO_STATE_NOT_PAID_MAX 64
#define GEO_STATE_REQUESTS_MAX 64

/* Everything that a copy of the journal holds but marks and keys; remembered:
 * what was in the copy before. */
gboolean geo_state_memory_load (GeoStateMemory *memory,
                                GeoJournal *journal,
                                const GeoStateMemory *remembered,
                                GError **error);
/* The records that a journal takes from a copy, in the order in which it does.
 */
void
geo_state_memory_add_kept (GeoStateMemory *out, const GeoStateMemory *fetched);
/* What no entry brings back is stored like the first time; what is there
 * already stays as it is. */
gboolean geo_state_memory_store (GeoStateMemory *memory,
                                 GeoJournal *journal,
                                 GeoSecret *secret,
                                 const GeoPid *community,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoStateMemory, geo_state_memory_free)

G_END_DECLS
