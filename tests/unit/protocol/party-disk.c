/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The town's disk read back: what a journal's projection says after these
 * records, worked out apart from GeoParty, and a party loaded from it.
 */
#include "party-town.h"

typedef struct {
  GHashTable *in_force; /* text key → GeoTrustLine */
  GHashTable *pending;
  GHashTable *balances; /* text key → GeoDue */
  GHashTable *people; /* GeoPid → GeoParticipant */
  GHashTable *heard; /* The same, by what the hub has said of changed keys */
  GPtrArray *orders; /* GeoRecordBody; borrowed */
  GPtrArray *votes; /* GeoRecordBody; borrowed */
  GPtrArray *answers; /* GeoRecordBody; borrowed */
  GPtrArray *committed; /* GeoContract; borrowed */
  gint64 sequence;
  GeoHash entry_hash;
  const GeoTreeHead *head;
  gint64 proven;
  gint64 proven_index;
  GArray *subjects; /* GeoHash, of each entry */
  const GeoParticipant *forked; /* The last one with two chains of keys */
} Disk;

typedef struct {
  GeoPid peer;
  gchar *equivalent;
  gint64 balance;
  gint64 day;
  gint64 inbound;
} Due;

static void
due_free (gpointer data) {
  Due *due = data;

  g_free (due->equivalent);
  g_free (due);
}

static gchar *
line_key (const GeoTrustLine *line) {
  g_autofree gchar *from = geo_pid_to_string (&line->from);
  g_autofree gchar *to = geo_pid_to_string (&line->to);

  return g_strdup_printf ("%s %s %s", from, to, line->equivalent);
}

static void
put_line (GHashTable *table, const GeoTrustLine *line) {
  g_hash_table_replace (table, line_key (line), geo_trust_line_copy (line));
}

static void
put_person (Disk *disk, const GeoParticipant *person, gboolean by_hub) {
  const GeoParticipant *known, *heard;
  GeoParticipant *copy;

  if (person == NULL)
    return;
  known = g_hash_table_lookup (disk->people, &person->pid);
  heard = g_hash_table_lookup (disk->heard, &person->pid);
  /* K5: what only others have shown gives way to what the hub says. */
  if (known == NULL || known->seq < person->seq ||
      geo_participant_compare_keys (known, person) == GEO_KEY_CHAIN_LONGER ||
      (by_hub && heard == NULL &&
       geo_participant_compare_keys (known, person) == GEO_KEY_CHAIN_FORK)) {
    copy = geo_participant_copy (person);
    g_hash_table_replace (disk->people, &copy->pid, copy);
  }
  if (by_hub && person->rotations->len > 0 &&
      (heard == NULL ||
       geo_participant_compare_keys (heard, person) == GEO_KEY_CHAIN_LONGER)) {
    copy = geo_participant_copy (person);
    g_hash_table_replace (disk->heard, &copy->pid, copy);
  }
}

static Due *
add_due (Disk *disk, const GeoPid *peer, const GeoHop *hop, gint64 amount) {
  g_autofree gchar *pid = geo_pid_to_string (peer);
  gchar *key = g_strdup_printf ("%s %s", pid, hop->equivalent);
  Due *due = g_hash_table_lookup (disk->balances, key);

  if (due == NULL) {
    due = g_new0 (Due, 1);
    due->peer = *peer;
    due->equivalent = g_strdup (hop->equivalent);
    g_hash_table_insert (disk->balances, key, due);
  } else {
    g_free (key);
  }
  due->balance += amount;
  return due;
}

/* daily_limit: over a line of ours, by the days of entries. */
static void
add_inbound (Town *town,
             Disk *disk,
             Due *due,
             const GeoProvenEntry *proven,
             gint64 amount) {
  g_autofree gchar *from = geo_pid_to_string (&town->people[ME].pid);
  g_autofree gchar *to = geo_pid_to_string (&due->peer);
  g_autofree gchar *key = g_strdup_printf ("%s %s %s", from, to,
                                           due->equivalent);
  gint64 day = proven->entry->at / GEO_DAY_MS;

  if (proven->entry->kind != GEO_ENTRY_KIND_PAYMENT ||
      !g_hash_table_contains (disk->in_force, key))
    return;
  if (day > due->day) {
    due->day = day;
    due->inbound = 0;
  }
  due->inbound += amount;
}

static void
drop_order (Disk *disk, const GeoHash *hash) {
  for (guint i = 0; i < disk->orders->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->orders, i);
    GeoHash other;

    geo_order_hash (body->order, &other);
    if (geo_hash_equal (&other, hash)) {
      g_ptr_array_remove_index (disk->orders, i);
      return;
    }
  }
}

static void
drop_vote (Disk *disk, const GeoHash *hash) {
  for (guint i = 0; i < disk->votes->len; i++) {
    GeoRecordBody *body = g_ptr_array_index (disk->votes, i);
    GeoHash other;

    geo_contract_hash (body->contract, &other);
    if (geo_hash_equal (&other, hash)) {
      g_ptr_array_remove_index (disk->votes, i);
      g_ptr_array_add (disk->answers, body);
      return;
    }
  }
}

static void
read_entry (Town *town, Disk *disk, const GeoProvenEntry *proven) {
  const GeoPid *me = &town->people[ME].pid;

  for (guint i = 0; i < proven->people->len; i++)
    put_person (disk, g_ptr_array_index (proven->people, i), TRUE);
  disk->sequence = proven->entry->sequence;
  geo_entry_hash (proven->entry, &disk->entry_hash);
  if (proven->entry->kind == GEO_ENTRY_KIND_TRUST_LINE) {
    g_autofree gchar *key = line_key (proven->line);

    put_line (disk->in_force, proven->line);
    g_hash_table_remove (disk->pending, key);
    return;
  }
  for (guint i = 0; i < proven->hops->len; i++) {
    const GeoProvenHop *hop = g_ptr_array_index (proven->hops, i);
    gint64 amount = hop->hop->amount.amount.minor;

    if (geo_pid_equal (&hop->hop->to, me))
      add_inbound (town, disk,
                   add_due (disk, &hop->hop->from, hop->hop, amount), proven,
                   amount);
    else
      add_due (disk, &hop->hop->to, hop->hop, -amount);
  }
  g_ptr_array_add (disk->committed, proven->certificate->contract);
  drop_order (disk, &proven->certificate->contract->order);
  drop_vote (disk, &proven->entry->subject);
}

static void
read_record (Town *town, Disk *disk, const GeoAction *action) {
  GeoRecordBody *body = action->record;

  put_person (disk, body->person,
              action->record_kind == GEO_RECORD_KIND_PERSON);
  switch (action->record_kind) {
  case GEO_RECORD_KIND_LINE:
    put_line (disk->pending, body->line);
    break;
  case GEO_RECORD_KIND_ORDER:
    g_ptr_array_add (disk->orders, body);
    break;
  case GEO_RECORD_KIND_VOTE:
    g_ptr_array_add (disk->votes, body);
    break;
  case GEO_RECORD_KIND_REFUSAL:
    g_ptr_array_add (disk->answers, body);
    break;
  case GEO_RECORD_KIND_ENTRY:
    g_array_append_val (disk->subjects, body->entry->entry->subject);
    read_entry (town, disk, body->entry);
    break;
  case GEO_RECORD_KIND_REFUSED:
    if (body->line != NULL) {
      g_autofree gchar *key = line_key (body->line);

      g_hash_table_remove (disk->pending, key);
    } else if (body->refusal->has_order) {
      drop_order (disk, &body->refusal->order);
    } else {
      drop_vote (disk, &body->refusal->contract);
    }
    break;
  case GEO_RECORD_KIND_LOG:
    disk->head = body->log->head;
    for (guint i = 0; i < body->log->leaves->len; i++) {
      const GeoLeafProof *leaf = g_ptr_array_index (body->log->leaves, i);

      disk->proven = leaf->sequence;
      disk->proven_index = leaf->index;
    }
    break;
  case GEO_RECORD_KIND_EVIDENCE:
    if (body->evidence->what == GEO_EVIDENCE_KIND_TWO_KEYS)
      disk->forked = g_ptr_array_index (body->evidence->people, 0);
    break;
  case GEO_RECORD_KIND_ROTATION:
  case GEO_RECORD_KIND_PERSON:
    break;
  case GEO_RECORD_KIND_LETTER:
    put_person (disk, body->letter->person, FALSE);
    break;
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
    g_assert_not_reached ();
  }
}

static void
load (Town *town, Disk *disk) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, disk->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    geo_party_load_person (town->party, value);
  g_hash_table_iter_init (&iter, disk->heard);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    geo_party_load_heard (town->party, value);
  g_hash_table_iter_init (&iter, disk->in_force);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    geo_party_load_line (town->party, value, TRUE);
  g_hash_table_iter_init (&iter, disk->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    geo_party_load_line (town->party, value, FALSE);
  g_hash_table_iter_init (&iter, disk->balances);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Due *due = value;

    geo_party_load_balance (town->party, &due->peer, due->equivalent,
                            GEO_AMOUNT (due->balance));
    geo_party_load_inbound (town->party, &due->peer, due->equivalent, due->day,
                            GEO_AMOUNT (due->inbound));
  }
  for (guint i = 0; i < disk->orders->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->orders, i);

    geo_party_load_open_order (town->party, body->order, body->sealed);
  }
  for (guint i = 0; i < disk->votes->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->votes, i);

    geo_party_load_open_vote (town->party, body->contract, body->order,
                              body->hops);
  }
  for (guint i = 0; i < disk->answers->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->answers, i);

    geo_party_load_answer (town->party, body->contract, body->refusal);
  }
  for (guint i = 0; i < disk->committed->len; i++)
    geo_party_load_committed (town->party,
                              g_ptr_array_index (disk->committed, i));
  geo_party_load_sequence (town->party, disk->sequence, &disk->entry_hash);
  geo_party_load_log (town->party, disk->head, disk->proven,
                      disk->proven_index);
  for (guint i = (guint) disk->proven; i < disk->subjects->len; i++)
    geo_party_load_unproven (town->party,
                             &g_array_index (disk->subjects, GeoHash, i));
}

void
town_reload (Town *town) {
  GeoPartyRefuseFunc func = town->party->refuse_func;
  Disk disk = { 0 };

  disk.in_force = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) geo_trust_line_free);
  disk.pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) geo_trust_line_free);
  disk.balances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         due_free);
  disk.people = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                       (GDestroyNotify) geo_participant_free);
  disk.heard = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                      (GDestroyNotify) geo_participant_free);
  disk.orders = g_ptr_array_new ();
  disk.proven_index = -1;
  disk.subjects = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  disk.votes = g_ptr_array_new ();
  disk.answers = g_ptr_array_new ();
  disk.committed = g_ptr_array_new ();
  for (guint i = 0; i < town->people_before->len; i++)
    put_person (&disk, g_ptr_array_index (town->people_before, i), FALSE);
  for (guint i = 0; i < town->lines_before->len; i++)
    put_line (disk.in_force, g_ptr_array_index (town->lines_before, i));
  for (guint i = 0; i < town->records->len; i++)
    read_record (town, &disk, g_ptr_array_index (town->records, i));

  geo_party_free (town->party);
  town->party = geo_party_new (town->community, town->people[ME].participant,
                               town->people[ME].secret);
  geo_party_set_refuse_func (town->party, func, town);
  load (town, &disk);
  if (disk.forked != NULL)
    geo_party_load_forked (town->party, &disk.forked->pid);

  g_hash_table_unref (disk.in_force);
  g_hash_table_unref (disk.pending);
  g_hash_table_unref (disk.balances);
  g_hash_table_unref (disk.people);
  g_hash_table_unref (disk.heard);
  g_array_unref (disk.subjects);
  g_ptr_array_unref (disk.orders);
  g_ptr_array_unref (disk.votes);
  g_ptr_array_unref (disk.answers);
  g_ptr_array_unref (disk.committed);
}
