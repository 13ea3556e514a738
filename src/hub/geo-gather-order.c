/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In which order what a hub is given back was, and what has to be written for
 * it.  It must not judge what was taken (geo-gather.c does), nor change it.
 */
#include "hub/geo-gather-private.h"

#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"

static void
free_change (gpointer change) {
  geo_change_free (change);
}

/* How far it has come. */
typedef struct {
  const GeoGather *gather;
  GHashTable *ends; /* GeoPid → GeoGatherStored */
  GHashTable *debts;
  GHashTable *by_index; /* gint64 → GeoGatherItem */
  /* Those of which nobody knows where in the log they stood: */
  GHashTable
      *waiting; /* GeoGatherName of an entry → GPtrArray of GeoGatherItem */
  GSequence
      *ready; /* GeoGatherItem: each was the next one of all who gave it. */
} Way;

static void
gathered_free (gpointer data) {
  GeoGathered *gathered = data;

  g_ptr_array_unref (gathered->changes);
  g_free (gathered);
}

static GeoGatherStored *
find_end (Way *way, const GeoPid *pid) {
  GeoGatherStored *end = g_hash_table_lookup (way->ends, pid);
  const GeoGatherStored *stored;

  if (end != NULL)
    return end;
  stored = g_hash_table_lookup (way->gather->stored, pid);
  end = stored != NULL ? g_memdup2 (stored, sizeof *stored)
                       : g_new0 (GeoGatherStored, 1);
  end->person = NULL;
  g_hash_table_insert (way->ends, geo_pid_dup (pid), end);
  return end;
}

static gboolean
follows (Way *way, const GeoEntry *entry) {
  const GeoGatherStored *end = find_end (way, &entry->participant);

  return entry->sequence == end->sequence + 1 &&
         entry->has_previous == (end->sequence > 0) &&
         (!entry->has_previous ||
          geo_hash_equal (&entry->previous, &end->hash));
}

/* It is the next one of all who gave it. */
static gboolean
is_next (Way *way, const GeoGatherItem *item) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, item->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!follows (way, value))
      return FALSE;
  return TRUE;
}

static gint
compare_items (gconstpointer one, gconstpointer other, gpointer user_data) {
  const GeoGatherItem *a = one;
  const GeoGatherItem *b = other;

  if (a->at != b->at)
    return a->at < b->at ? -1 : 1;
  return memcmp (&a->subject, &b->subject, sizeof a->subject);
}

/* Something came before it that was missing. */
static void
wake (Way *way, const GeoPid *pid, gint64 sequence) {
  const GeoGatherName name = { .pid = *pid, .sequence = sequence };
  const GPtrArray *items = g_hash_table_lookup (way->waiting, &name);

  for (guint i = 0; items != NULL && i < items->len; i++)
    if (is_next (way, g_ptr_array_index (items, i)))
      g_sequence_insert_sorted (way->ready, g_ptr_array_index (items, i),
                                compare_items, NULL);
}

/* The earliest that can come now: a head later says whether that was right, and
 * where none does it makes no difference to anybody. */
static GeoGatherItem *
pick_loose (Way *way) {
  while (!g_sequence_is_empty (way->ready)) {
    GSequenceIter *first = g_sequence_get_begin_iter (way->ready);
    GeoGatherItem *item = g_sequence_get (first);

    g_sequence_remove (first);
    /* Numbers only go on: what is not the next one now never will be. */
    if (is_next (way, item))
      return item;
  }
  return NULL;
}

static gboolean
is_complete (const GeoGatherItem *item) {
  return item->line != NULL || item->n_hops == item->hops->len;
}

/* Those who have an entry of it, in the order in which the closer makes them.
 */
static GArray *
list_parties (const GeoGatherItem *item) {
  GArray *parties = g_array_new (FALSE, FALSE, sizeof (GeoPid));
  guint n = item->line != NULL ? 1 : item->hops->len;

  for (guint i = 0; i < n; i++) {
    const GeoHop *hop = item->line != NULL ? NULL
                                           : g_ptr_array_index (item->hops, i);
    const GeoPid *ends[2] = { hop != NULL ? &hop->from : &item->line->from,
                              hop != NULL ? &hop->to : &item->line->to };

    for (guint end = 0; end < 2; end++) {
      gboolean there = FALSE;

      for (guint j = 0; j < parties->len; j++)
        there |= geo_pid_equal (&g_array_index (parties, GeoPid, j), ends[end]);
      if (!there)
        g_array_append_vals (parties, ends[end], 1);
    }
  }
  return parties;
}

/* FALSE: nobody has shown who that is. */
static gboolean
introduce (Way *way, const GeoPid *pid, GeoTime at, GPtrArray *changes) {
  const GeoParticipant *person = g_hash_table_lookup (way->gather->people, pid);
  GeoGatherStored *end = find_end (way, pid);
  GeoChange *change;

  if (person == NULL)
    return FALSE;
  if (person->seq <= end->seq)
    return TRUE;
  end->seq = person->seq;
  change = geo_change_new (GEO_CHANGE_PARTICIPANT, at);
  change->participant = geo_participant_copy (person);
  g_ptr_array_add (changes, change);
  return TRUE;
}

/* As it was: an Ed25519 signature of the same bytes is the same.  NULL where
 * the entry that was given is another one. */
static GeoEntry *
sign_entry (Way *way, const GeoGatherItem *item, const GeoPid *pid) {
  g_autoptr (GeoEntry) entry = geo_entry_new ();
  const GeoEntry *given = g_hash_table_lookup (item->entries, pid);
  GeoGatherStored *end = find_end (way, pid);
  GeoHash hash, other;

  entry->community = way->gather->community->community;
  entry->participant = *pid;
  entry->sequence = end->sequence + 1;
  entry->has_previous = end->sequence > 0;
  if (entry->has_previous)
    entry->previous = end->hash;
  entry->kind = item->kind;
  entry->subject = item->subject;
  entry->at = item->at;
  geo_entry_hash (entry, &hash);
  end->sequence++;
  end->hash = hash;
  wake (way, pid, end->sequence + 1);
  if (given == NULL) {
    geo_entry_sign (entry, way->gather->secret);
    return g_steal_pointer (&entry);
  }
  geo_entry_hash (given, &other);
  return geo_hash_equal (&hash, &other) ? geo_entry_copy (given) : NULL;
}

static void
add_person (const Way *way,
            GPtrArray *people,
            const GeoPid *pid,
            const GeoPid *reader) {
  const GeoParticipant *person = g_hash_table_lookup (way->gather->people, pid);

  if (person == NULL || geo_pid_equal (pid, reader))
    return;
  for (guint i = 0; i < people->len; i++)
    if (geo_pid_equal (&((GeoParticipant *) g_ptr_array_index (people, i))->pid,
                       pid))
      return;
  g_ptr_array_add (people, geo_participant_copy (person));
}

static GeoProvenEntry *
prove (const Way *way, const GeoGatherItem *item, GeoEntry *entry) {
  GeoProvenEntry *proven = geo_proven_entry_new ();
  const GeoPid *reader = &entry->participant;
  const GeoContract *contract;

  proven->entry = entry;
  if (item->line != NULL) {
    proven->line = geo_trust_line_copy (item->line);
    add_person (way, proven->people, &item->line->from, reader);
    add_person (way, proven->people, &item->line->to, reader);
    return proven;
  }
  contract = item->certificate->contract;
  proven->certificate = geo_certificate_ref (item->certificate);
  g_ptr_array_unref (proven->hops);
  proven->hops = geo_contract_prove_hops_of (item->hops, reader);
  if (item->sealed != NULL &&
      geo_pid_equal (reader, &item->certificate->order->to))
    proven->sealed = g_bytes_ref (item->sealed);
  if (contract->has_payer)
    add_person (way, proven->people, &contract->payer, reader);
  if (contract->has_payee)
    add_person (way, proven->people, &contract->payee, reader);
  for (guint i = 0; i < proven->hops->len; i++) {
    const GeoHop *hop =
        ((GeoProvenHop *) g_ptr_array_index (proven->hops, i))->hop;

    add_person (way, proven->people, &hop->from, reader);
    add_person (way, proven->people, &hop->to, reader);
  }
  for (guint i = 0; i < contract->voters->len; i++)
    add_person (way, proven->people,
                &g_array_index (contract->voters, GeoPid, i), reader);
  return proven;
}

/* §1: a hop first cancels what is owed the other way. */
static gboolean
move_debts (Way *way, const GeoGatherItem *item, GeoChange *change) {
  change->equivalent = g_strdup (item->certificate->contract->equivalent);
  for (guint i = 0; i < item->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (item->hops, i);

    g_ptr_array_add (change->hops, geo_hop_copy (hop));
    if (!geo_gather_add_debt (way->debts, &hop->from, &hop->to,
                              change->equivalent, hop->amount.amount.minor))
      return FALSE;
  }
  for (guint i = 0; i < item->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (item->hops, i);
    g_autofree gchar *name = geo_gather_name_pair (&hop->from, &hop->to,
                                                   change->equivalent);
    gint64 owed = *(gint64 *) g_hash_table_lookup (way->debts, name);
    gboolean ordered = geo_pid_cmp (&hop->from, &hop->to) < 0;
    const GeoPid *smaller = ordered ? &hop->from : &hop->to;
    const GeoPid *larger = ordered ? &hop->to : &hop->from;
    GeoDebtChange debt = { .debtor = owed >= 0 ? *smaller : *larger,
                           .creditor = owed >= 0 ? *larger : *smaller,
                           .after = GEO_AMOUNT (ABS (owed)) };

    g_array_append_val (change->debts, debt);
  }
  return TRUE;
}

/* FALSE: something of it is not known, or does not fit what came before. */
static gboolean
take_step (Way *way, const GeoGatherItem *item, GPtrArray *changes) {
  g_autoptr (GArray) parties = NULL;
  g_autoptr (GeoChange) change = NULL;

  if (!is_complete (item))
    return FALSE;
  parties = list_parties (item);
  change = geo_change_new (
      item->line != NULL ? GEO_CHANGE_LINE : GEO_CHANGE_COMMIT, item->at);
  for (guint i = 0; i < parties->len; i++) {
    const GeoPid *pid = &g_array_index (parties, GeoPid, i);
    GeoEntry *entry;

    if (!introduce (way, pid, item->at, changes))
      return FALSE;
    entry = sign_entry (way, item, pid);
    if (entry == NULL)
      return FALSE;
    g_ptr_array_add (change->entries, prove (way, item, entry));
  }
  if (item->line != NULL)
    change->line = geo_trust_line_copy (item->line);
  else
    change->certificate = geo_certificate_copy (item->certificate);
  if (item->line == NULL && !move_debts (way, item, change))
    return FALSE;
  g_ptr_array_add (changes, g_steal_pointer (&change));
  return TRUE;
}

static void
wait_for_turn (Way *way, GeoGatherItem *item) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, item->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoEntry *entry = value;

    geo_gather_add_to_list (
        way->waiting,
        geo_gather_name_new (&entry->participant, entry->sequence), item);
  }
  if (is_next (way, item))
    g_sequence_insert_sorted (way->ready, item, compare_items, NULL);
}

static void
begin (Way *way, const GeoGather *gather) {
  GHashTableIter iter;
  gpointer key, value;

  way->gather = gather;
  way->ends = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                     g_free);
  way->debts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  way->by_index = g_hash_table_new (g_int64_hash, g_int64_equal);
  way->waiting = g_hash_table_new_full (geo_gather_name_hash,
                                        geo_gather_name_equal, g_free,
                                        geo_gather_free_list);
  way->ready = g_sequence_new (NULL);
  g_hash_table_iter_init (&iter, gather->debts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (way->debts, g_strdup (key),
                         g_memdup2 (value, sizeof (gint64)));
  g_hash_table_iter_init (&iter, gather->items);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GeoGatherItem *item = value;

    if (item->index >= 0)
      g_hash_table_insert (way->by_index, &item->index, item);
    else
      wait_for_turn (way, item);
  }
}

static void
end (Way *way) {
  g_hash_table_unref (way->ends);
  g_hash_table_unref (way->debts);
  g_hash_table_unref (way->by_index);
  g_hash_table_unref (way->waiting);
  g_sequence_free (way->ready);
}

GPtrArray *
geo_gather_list (const GeoGather *gather, gint64 size) {
  GPtrArray *list = g_ptr_array_new_with_free_func (gathered_free);
  Way way;

  begin (&way, gather);
  for (gint64 index = gather->size; index < size; index++) {
    GeoGatherItem *item = g_hash_table_lookup (way.by_index, &index);
    g_autoptr (GPtrArray) changes =
        g_ptr_array_new_with_free_func (free_change);
    GeoGathered *gathered;
    const GeoHash *root;

    if (item == NULL)
      item = pick_loose (&way);
    if (item == NULL || !take_step (&way, item, changes))
      break;
    gathered = g_new0 (GeoGathered, 1);
    gathered->size = index + 1;
    root = g_hash_table_lookup (gather->heads, &gathered->size);
    if (root != NULL) {
      gathered->has_root = TRUE;
      gathered->root = *root;
    }
    gathered->changes = g_steal_pointer (&changes);
    g_ptr_array_add (list, gathered);
  }
  end (&way);
  return list;
}
