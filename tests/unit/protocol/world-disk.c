/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A member's disk read back: what follows from its records, worked out apart
 * from the party, and a party that starts with it.
 */
#include "world-private.h"

typedef struct {
  Member *member;
  GPtrArray *lines; /* GeoTrustLine in force; borrowed */
  GPtrArray *pending; /* GeoTrustLine */
  GPtrArray *open; /* GeoRecordBody: orders and votes without evidence */
  GPtrArray *answers; /* GeoRecordBody */
  GPtrArray *committed; /* GeoContract; borrowed */
  gint64 *balances; /* By member. */
  gint64 sequence;
  GeoHash entry_hash;
} Disk;

static gboolean
is_same_line (const GeoTrustLine *a, const GeoTrustLine *b) {
  return geo_pid_equal (&a->from, &b->from) && geo_pid_equal (&a->to, &b->to) &&
         g_str_equal (a->equivalent, b->equivalent);
}

static void
drop_line (GPtrArray *lines, const GeoTrustLine *line) {
  for (guint i = lines->len; i > 0; i--)
    if (is_same_line (g_ptr_array_index (lines, i - 1), line))
      g_ptr_array_remove_index (lines, i - 1);
}

/* The order or contract of that hash has its evidence. */
static void
close_open (Disk *disk, const GeoHash *hash) {
  for (guint i = disk->open->len; i > 0; i--) {
    GeoRecordBody *body = g_ptr_array_index (disk->open, i - 1);
    GeoHash own;

    if (body->contract != NULL)
      geo_contract_hash (body->contract, &own);
    else
      geo_order_hash (body->order, &own);
    if (!geo_hash_equal (&own, hash))
      continue;
    if (body->contract != NULL)
      g_ptr_array_add (disk->answers, body);
    g_ptr_array_remove_index (disk->open, i - 1);
  }
}

static void
read_entry (Disk *disk, const GeoProvenEntry *proven) {
  World *world = disk->member->world;
  const GeoPid *self = &disk->member->person->pid;

  g_assert_cmpint (proven->entry->sequence, ==, disk->sequence + 1);
  disk->sequence++;
  geo_entry_hash (proven->entry, &disk->entry_hash);
  if (proven->entry->kind == GEO_ENTRY_KIND_TRUST_LINE) {
    drop_line (disk->lines, proven->line);
    g_ptr_array_add (disk->lines, proven->line);
    if (geo_pid_equal (&proven->line->from, self))
      drop_line (disk->pending, proven->line);
    return;
  }
  for (guint i = 0; i < proven->hops->len; i++) {
    const GeoProvenHop *hop = g_ptr_array_index (proven->hops, i);
    gboolean is_paid = geo_pid_equal (&hop->hop->to, self);
    guint peer = world_find (world, is_paid ? &hop->hop->from : &hop->hop->to);
    gint64 amount = hop->hop->amount.amount.minor;

    disk->balances[peer] += is_paid ? amount : -amount;
  }
  g_ptr_array_add (disk->committed, proven->certificate->contract);
  if (proven->certificate->contract->has_order)
    close_open (disk, &proven->certificate->contract->order);
  close_open (disk, &proven->entry->subject);
}

static void
read_record (Disk *disk, const GeoAction *action) {
  GeoRecordBody *body = action->record;

  switch (action->record_kind) {
  case GEO_RECORD_KIND_LINE:
    g_ptr_array_add (disk->pending, body->line);
    return;
  case GEO_RECORD_KIND_ORDER:
  case GEO_RECORD_KIND_VOTE:
    g_ptr_array_add (disk->open, body);
    return;
  case GEO_RECORD_KIND_REFUSAL:
    g_ptr_array_add (disk->answers, body);
    return;
  case GEO_RECORD_KIND_ENTRY:
    read_entry (disk, body->entry);
    return;
  case GEO_RECORD_KIND_REFUSED:
    if (body->line != NULL)
      drop_line (disk->pending, body->line);
    else
      close_open (disk, body->refusal->has_order ? &body->refusal->order
                                                 : &body->refusal->contract);
    return;
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_PERSON:
  case GEO_RECORD_KIND_LETTER:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
  case GEO_RECORD_KIND_LOG:
  case GEO_RECORD_KIND_EVIDENCE:
  case GEO_RECORD_KIND_ROTATION:
    return;
  }
}

static void
load (Disk *disk, GeoParty *party) {
  World *world = disk->member->world;

  for (guint i = 0; i < world->members->len; i++) {
    const Member *other = g_ptr_array_index (world->members, i);

    geo_party_load_person (party, other->person->participant);
    if (disk->balances[i] != 0)
      geo_party_load_balance (party, &other->person->pid, TOWN_EQUIVALENT,
                              GEO_AMOUNT (disk->balances[i]));
  }
  for (guint i = 0; i < disk->lines->len; i++)
    geo_party_load_line (party, g_ptr_array_index (disk->lines, i), TRUE);
  for (guint i = 0; i < disk->pending->len; i++)
    geo_party_load_line (party, g_ptr_array_index (disk->pending, i), FALSE);
  for (guint i = 0; i < disk->open->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->open, i);

    if (body->contract != NULL)
      geo_party_load_open_vote (party, body->contract, body->order, body->hops);
    else
      geo_party_load_open_order (party, body->order, body->sealed);
  }
  for (guint i = 0; i < disk->answers->len; i++) {
    const GeoRecordBody *body = g_ptr_array_index (disk->answers, i);

    geo_party_load_answer (party, body->contract, body->refusal);
  }
  for (guint i = 0; i < disk->committed->len; i++)
    geo_party_load_committed (party,
                              g_ptr_array_index (disk->committed, i));
  geo_party_load_sequence (party, disk->sequence, &disk->entry_hash);
}

GeoParty *
world_load_party (Member *member) {
  World *world = member->world;
  GeoParty *party = geo_party_new (
      world->community, member->person->participant, member->person->secret);
  g_autofree gint64 *balances = g_new0 (gint64, world->members->len + 1);
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_autoptr (GPtrArray) pending = g_ptr_array_new ();
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GPtrArray) committed = g_ptr_array_new ();
  Disk disk = { member,  lines,     pending,  open,
                answers, committed, balances, 0,
                { { 0 } } };

  for (guint i = 0; i < member->records->len; i++)
    read_record (&disk, g_ptr_array_index (member->records, i));
  load (&disk, party);
  return party;
}
