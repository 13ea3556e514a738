/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who an entry names: each version of a participant is stored once, and an
 * entry names it by PID and number.  It must not name what is not there word
 * for word: such an entry keeps its people itself.
 */
#include "store/geo-hub-store-people-private.h"

#include <string.h>

/* So many are kept at hand; most entries name the same few. */
#define KEPT_MAX 10000

/* As it stands in the database: the bytes of the PID, and the number with its
 * highest byte first. */
#define NAME_LEN (sizeof (GeoPid) + sizeof (guint64))

G_STATIC_ASSERT (sizeof (GeoPid) == 32);

typedef struct {
  guint8 bytes[NAME_LEN];
} Name;

static guint
name_hash (gconstpointer data) {
  const Name *name = data;
  guint value;

  /* Any bytes of a digest are as good as any others. */
  memcpy (&value, name->bytes, sizeof value);
  return value ^ name->bytes[NAME_LEN - 1];
}

static gboolean
name_equal (gconstpointer a, gconstpointer b) {
  return memcmp (a, b, sizeof (Name)) == 0;
}

static void
participant_free (gpointer data) {
  geo_participant_free (data);
}

static void
name_set (Name *name, const GeoPid *pid, gint64 seq) {
  guint64 big = GUINT64_TO_BE ((guint64) seq);

  memcpy (name->bytes, pid, sizeof *pid);
  memcpy (name->bytes + sizeof *pid, &big, sizeof big);
}

static void
name_get (const Name *name, GeoPid *pid, gint64 *seq) {
  guint64 big;

  memcpy (pid, name->bytes, sizeof *pid);
  memcpy (&big, name->bytes + sizeof *pid, sizeof big);
  *seq = (gint64) GUINT64_FROM_BE (big);
}

GHashTable *
geo_hub_people_new (void) {
  return g_hash_table_new_full (name_hash, name_equal, g_free,
                                participant_free);
}

/* The store's; NULL without an error where there is none. */
static gboolean
find_version (GeoHubStore *store,
              const Name *name,
              const GeoParticipant **out,
              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoParticipant) participant = NULL;
  GError *why = NULL;
  const gchar *text;
  GeoPid pid;
  gint64 seq;
  gboolean row;

  *out = g_hash_table_lookup (store->people, name);
  if (*out != NULL)
    return TRUE;
  name_get (name, &pid, &seq);
  if (!geo_query_prepare (&query, store->database,
                          "SELECT participant FROM participant_version"
                          " WHERE pid = ? AND seq = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, &pid);
  geo_query_bind_int (&query, seq);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return FALSE;
  participant = geo_participant_from_text (text, -1, &why);
  if (participant == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored participant");
    return FALSE;
  }
  if (g_hash_table_size (store->people) >= KEPT_MAX)
    g_hash_table_remove_all (store->people);
  *out = participant;
  g_hash_table_insert (store->people, g_memdup2 (name, sizeof *name),
                       g_steal_pointer (&participant));
  return TRUE;
}

gboolean
geo_hub_people_name (GeoHubStore *store,
                     GPtrArray *people,
                     GByteArray *out,
                     GError **error) {
  for (guint i = 0; i < people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (people, i);
    const GeoParticipant *version;
    Name name;

    name_set (&name, &person->pid, person->seq);
    if (!find_version (store, &name, &version, error))
      return FALSE;
    /* What is signed is all there is to it. */
    if (version == NULL || memcmp (&version->signature, &person->signature,
                                   sizeof person->signature) != 0) {
      g_byte_array_set_size (out, 0);
      return TRUE;
    }
    g_byte_array_append (out, name.bytes, sizeof name.bytes);
  }
  return TRUE;
}

gboolean
geo_hub_people_read (GeoHubStore *store,
                     GeoQuery *query,
                     gint column,
                     GPtrArray *people,
                     GError **error) {
  g_autoptr (GBytes) blob = NULL;
  const guint8 *bytes;
  gsize len;

  if (geo_query_is_null (query, column))
    return TRUE;
  blob = geo_query_dup_blob (query, column, error);
  if (blob == NULL)
    return FALSE;
  bytes = g_bytes_get_data (blob, &len);
  for (gsize at = 0; at < len; at += NAME_LEN) {
    const GeoParticipant *version = NULL;
    Name name;

    if (len - at >= NAME_LEN) {
      memcpy (name.bytes, bytes + at, NAME_LEN);
      if (!find_version (store, &name, &version, error))
        return FALSE;
    }
    if (version == NULL) {
      g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
                           "A stored entry names somebody who is not there.");
      return FALSE;
    }
    g_ptr_array_add (people, geo_participant_ref (version));
  }
  return TRUE;
}
