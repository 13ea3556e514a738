/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub is given back of its own entries, and their order.  It must not
 * take anything that the hub's key did not sign, and knows no disk and no
 * socket.
 */
#include "hub/geo-gather.h"

#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"

/* What the copy has of somebody. */
typedef struct {
  GeoParticipant *person; /* NULL: nothing. */
  gint64 seq; /* Of the participant object; 0: nothing. */
  gint64 sequence;
  GeoHash hash;
} Stored;

/* Something that happened: a line, or a contract. */
typedef struct {
  GeoHash subject;
  GeoEntryKind kind;
  GeoTime at;
  gint64 index; /* In the log; −1: nobody was shown. */
  GeoTrustLine *line;
  GeoCertificate *certificate;
  GPtrArray *hops; /* GeoHop, NULL where it is not known yet */
  guint n_hops;
  GBytes *sealed;
  GHashTable *entries; /* GeoPid → GeoEntry: as they were given */
} Item;

struct _GeoGather {
  GeoCommunity *community;
  GeoSecret *secret;
  gint64 size;
  GHashTable *stored; /* GeoPid → Stored */
  GHashTable *people; /* GeoPid → GeoParticipant */
  GHashTable *debts; /* name_pair () → gint64: what the smaller PID owes */
  GHashTable *items; /* &Item.subject → Item */
  GHashTable *by_entry; /* name_entry () → Item */
  GHashTable *heads; /* gint64 → GeoHash */
  gint64 largest;
  GeoTime head_at;
  GeoGatherSignedFunc has_signed;
  gpointer user_data;
};

static void
item_free (gpointer data) {
  Item *item = data;

  geo_trust_line_free (item->line);
  geo_certificate_free (item->certificate);
  g_clear_pointer (&item->hops, g_ptr_array_unref);
  g_clear_pointer (&item->sealed, g_bytes_unref);
  g_hash_table_unref (item->entries);
  g_free (item);
}

static void
stored_free (gpointer data) {
  Stored *stored = data;

  geo_participant_free (stored->person);
  g_free (stored);
}

static void
free_entry (gpointer entry) {
  geo_entry_free (entry);
}

static void
free_hop (gpointer hop) {
  geo_hop_free (hop);
}

static void
free_participant (gpointer participant) {
  geo_participant_free (participant);
}

static void
free_change (gpointer change) {
  geo_change_free (change);
}

GeoGather *
geo_gather_new (const GeoCommunity *community, GeoSecret *secret, gint64 size) {
  GeoGather *gather = g_new0 (GeoGather, 1);

  gather->community = geo_community_copy (community);
  gather->secret = geo_secret_ref (secret);
  gather->size = size;
  gather->largest = size;
  gather->stored = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                          stored_free);
  gather->people = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                          free_participant);
  gather->debts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         g_free);
  gather->items = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, NULL,
                                         item_free);
  gather->by_entry = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            NULL);
  gather->heads = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                         g_free);
  return gather;
}

void
geo_gather_free (GeoGather *gather) {
  if (gather == NULL)
    return;
  g_hash_table_unref (gather->stored);
  g_hash_table_unref (gather->people);
  g_hash_table_unref (gather->debts);
  g_hash_table_unref (gather->by_entry);
  g_hash_table_unref (gather->items);
  g_hash_table_unref (gather->heads);
  geo_community_free (gather->community);
  geo_secret_unref (gather->secret);
  g_free (gather);
}

/* --- Debts ---------------------------------------------------------------- */

static gchar *
name_pair (const GeoPid *one, const GeoPid *other, const gchar *equivalent) {
  gboolean ordered = geo_pid_cmp (one, other) < 0;
  g_autofree gchar *a = geo_pid_to_string (ordered ? one : other);
  g_autofree gchar *b = geo_pid_to_string (ordered ? other : one);

  return g_strdup_printf ("%s %s %s", a, b, equivalent);
}

/* debtor owes creditor that much more.  FALSE where it cannot be counted. */
static gboolean
add_debt (GHashTable *debts,
          const GeoPid *debtor,
          const GeoPid *creditor,
          const gchar *equivalent,
          gint64 amount) {
  g_autofree gchar *name = name_pair (debtor, creditor, equivalent);
  gint64 *owed = g_hash_table_lookup (debts, name);

  if (owed == NULL) {
    owed = g_new0 (gint64, 1);
    g_hash_table_insert (debts, g_steal_pointer (&name), owed);
  }
  return !__builtin_add_overflow (
      *owed, geo_pid_cmp (debtor, creditor) < 0 ? amount : -amount, owed);
}

void
geo_gather_load_debt (GeoGather *gather,
                      const GeoPid *debtor,
                      const GeoPid *creditor,
                      const gchar *equivalent,
                      GeoAmount debt) {
  /* I3: one direction per pair, so nothing is counted together here. */
  (void) add_debt (gather->debts, debtor, creditor, equivalent, debt.minor);
}

/* --- People --------------------------------------------------------------- */

void
geo_gather_load_participant (GeoGather *gather,
                             const GeoParticipant *participant,
                             gint64 sequence,
                             const GeoHash *hash) {
  GeoParticipant *copy = geo_participant_copy (participant);
  Stored *stored = g_new0 (Stored, 1);

  stored->person = geo_participant_copy (participant);
  stored->seq = participant->seq;
  stored->sequence = sequence;
  if (sequence > 0)
    stored->hash = *hash;
  g_hash_table_replace (gather->stored, geo_pid_dup (&copy->pid), stored);
  g_hash_table_replace (gather->people, &copy->pid, copy);
}

gint64
geo_gather_get_sequence (const GeoGather *gather,
                         const GeoPid *pid,
                         GeoHash *hash) {
  const Stored *stored = g_hash_table_lookup (gather->stored, pid);

  if (stored == NULL)
    return 0;
  *hash = stored->hash;
  return stored->sequence;
}

void
geo_gather_foreach_wallet (const GeoGather *gather,
                           GeoGatherPersonFunc func,
                           gpointer user_data) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, gather->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoParticipant *participant = value;

    if (participant->rest == NULL)
      func (&participant->pid, user_data);
  }
}

static gboolean
find_keys (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const GeoGather *gather = user_data;
  const GeoParticipant *participant;

  if (geo_pid_equal (pid, &gather->community->community)) {
    geo_key_chain_of_key (&gather->community->key, out);
    return TRUE;
  }
  participant = g_hash_table_lookup (gather->people, pid);
  if (participant == NULL)
    return FALSE;
  geo_key_chain_of (participant, out);
  return TRUE;
}

/* --- Entries -------------------------------------------------------------- */

static gboolean
check_line (const GeoGather *gather, const GeoTrustLine *line) {
  GeoKeyChain keys;

  return find_keys (&line->from, &keys, (gpointer) gather) &&
         geo_key_chain_check_line (&keys, line, NULL);
}

static gboolean
check_certificate (const GeoGather *gather, const GeoCertificate *certificate) {
  return geo_certificate_check (certificate, find_keys, (gpointer) gather,
                                NULL);
}

/* Those who signed it are asked. */
static gboolean
check_signatures (const GeoGather *gather, const GeoProvenEntry *proven) {
  return proven->line != NULL ? check_line (gather, proven->line)
                              : check_certificate (gather, proven->certificate);
}

/* It is what the entry tells of: the hash is of all but the signatures. */
static gboolean
belongs (const GeoProvenEntry *proven) {
  GeoHash hash;

  switch (proven->entry->kind) {
  case GEO_ENTRY_KIND_TRUST_LINE:
    if (proven->line == NULL || proven->hops->len > 0)
      return FALSE;
    geo_trust_line_hash (proven->line, &hash);
    return geo_hash_equal (&hash, &proven->entry->subject);
  case GEO_ENTRY_KIND_PAYMENT:
  case GEO_ENTRY_KIND_CLEARING:
    if (proven->line != NULL || proven->certificate == NULL ||
        proven->certificate->contract == NULL)
      return FALSE;
    geo_contract_hash (proven->certificate->contract, &hash);
    if (!geo_hash_equal (&hash, &proven->entry->subject))
      return FALSE;
    for (guint i = 0; i < proven->hops->len; i++)
      if (!geo_contract_check_hop (proven->certificate->contract,
                                   g_ptr_array_index (proven->hops, i), NULL))
        return FALSE;
    return TRUE;
  }
  return FALSE;
}

/* Whom it is about. */
static gboolean
names (const GeoProvenEntry *proven, const GeoPid *pid) {
  const GeoContract *contract;

  if (proven->line != NULL)
    return geo_pid_equal (&proven->line->from, pid) ||
           geo_pid_equal (&proven->line->to, pid);
  contract = proven->certificate->contract;
  if ((contract->has_payer && geo_pid_equal (&contract->payer, pid)) ||
      (contract->has_payee && geo_pid_equal (&contract->payee, pid)))
    return TRUE;
  for (guint i = 0; i < contract->voters->len; i++)
    if (geo_pid_equal (&g_array_index (contract->voters, GeoPid, i), pid))
      return TRUE;
  for (guint i = 0; i < proven->hops->len; i++) {
    const GeoHop *hop =
        ((GeoProvenHop *) g_ptr_array_index (proven->hops, i))->hop;

    if (geo_pid_equal (&hop->from, pid) || geo_pid_equal (&hop->to, pid))
      return TRUE;
  }
  return FALSE;
}

/* --- Who signed it -------------------------------------------------------- */

/* Everything that was taken holds with the keys that are known now. */
static gboolean
all_hold (const GeoGather *gather) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, gather->items);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Item *item = value;

    if (item->line != NULL ? !check_line (gather, item->line)
                           : !check_certificate (gather, item->certificate))
      return FALSE;
  }
  return TRUE;
}

/* K7: the copy holds nothing that a change of the key since would undo. */
static gboolean
undoes_nothing (const GeoGather *gather, const GeoParticipant *participant) {
  const Stored *stored = g_hash_table_lookup (gather->stored,
                                              &participant->pid);
  guint n;

  if (stored == NULL)
    return TRUE;
  n = stored->person->rotations->len;
  if (participant->rotations->len <= n || gather->has_signed == NULL)
    return TRUE;
  return !gather->has_signed (
      &participant->pid,
      ((GeoKeyRotation *) g_ptr_array_index (participant->rotations, n))->at +
          GEO_KEY_GRACE_MS,
      gather->user_data);
}

/* K5: chains only go on, whoever shows them. */
static gboolean
is_newer (const GeoParticipant *known, const GeoParticipant *participant) {
  switch (geo_participant_compare_keys (known, participant)) {
  case GEO_KEY_CHAIN_LONGER:
    return participant->seq > known->seq &&
           !geo_participant_ends_earlier (known, participant);
  case GEO_KEY_CHAIN_SAME:
    return participant->seq > known->seq &&
           geo_participant_is_later (known, participant);
  case GEO_KEY_CHAIN_SHORTER:
  case GEO_KEY_CHAIN_FORK:
    break;
  }
  return FALSE;
}

/* What was known before; NULL: nothing was. */
static GeoParticipant *
replace_person (GeoGather *gather, GeoParticipant *participant) {
  GeoParticipant *before = NULL;

  g_hash_table_steal_extended (gather->people, &participant->pid, NULL,
                               (gpointer *) &before);
  g_hash_table_insert (gather->people, &participant->pid, participant);
  return before;
}

void
geo_gather_take_person (GeoGather *gather, const GeoParticipant *participant) {
  const GeoParticipant *known = g_hash_table_lookup (gather->people,
                                                     &participant->pid);
  GeoParticipant *before;

  if ((known != NULL && !is_newer (known, participant)) ||
      !geo_participant_check (participant, &gather->community->community,
                              NULL) ||
      !undoes_nothing (gather, participant))
    return;
  before = replace_person (gather, geo_participant_copy (participant));
  /* The hub took it under another key, so that one had not ended. */
  if (before != NULL && participant->rotations->len > before->rotations->len &&
      !all_hold (gather))
    before = replace_person (gather, before);
  geo_participant_free (before);
}

/* What the hub signed, with those who are named with it: where it does not hold
 * with what somebody else said of them, that was no word of the hub's. */
static gboolean
hold_by_its_people (GeoGather *gather, const GeoProvenEntry *proven) {
  g_autoptr (GPtrArray) before = g_ptr_array_new ();
  gboolean holds;

  for (guint i = 0; i < proven->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (proven->people, i);
    const Stored *stored = g_hash_table_lookup (gather->stored, &person->pid);

    if (!names (proven, &person->pid) ||
        !geo_participant_check (person, &gather->community->community, NULL) ||
        !g_hash_table_contains (gather->people, &person->pid) ||
        !undoes_nothing (gather, person) ||
        (stored != NULL && person->seq != stored->seq &&
         !is_newer (stored->person, person)))
      continue;
    g_ptr_array_add (before,
                     replace_person (gather, geo_participant_copy (person)));
  }
  holds = check_signatures (gather, proven) && all_hold (gather);
  for (guint i = before->len; i > 0; i--) {
    GeoParticipant *person = g_ptr_array_index (before, i - 1);

    geo_participant_free (holds ? person : replace_person (gather, person));
  }
  return holds;
}

void
geo_gather_set_signed_func (GeoGather *gather,
                            GeoGatherSignedFunc func,
                            gpointer user_data) {
  gather->has_signed = func;
  gather->user_data = user_data;
}

static gchar *
name_entry (const GeoPid *pid, gint64 sequence) {
  g_autofree gchar *text = geo_pid_to_string (pid);

  return g_strdup_printf ("%s %" G_GINT64_FORMAT, text, sequence);
}

static Item *
item_new (const GeoProvenEntry *proven) {
  Item *item = g_new0 (Item, 1);

  item->subject = proven->entry->subject;
  item->kind = proven->entry->kind;
  item->at = proven->entry->at;
  item->index = -1;
  item->entries = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         free_entry);
  if (proven->line != NULL) {
    item->line = geo_trust_line_copy (proven->line);
  } else {
    item->certificate = geo_certificate_ref (proven->certificate);
    item->hops = g_ptr_array_new_with_free_func (free_hop);
    g_ptr_array_set_size (item->hops,
                          (gint) proven->certificate->contract->hops_count);
  }
  return item;
}

/* Each participant knows its own hops: one end of each is enough. */
static void
add_hops (Item *item, const GeoProvenEntry *proven) {
  for (guint i = 0; item->hops != NULL && i < proven->hops->len; i++) {
    const GeoProvenHop *one = g_ptr_array_index (proven->hops, i);

    if (one->index < 0 || one->index >= (gint64) item->hops->len ||
        item->hops->pdata[one->index] != NULL)
      continue;
    item->hops->pdata[one->index] = geo_hop_ref (one->hop);
    item->n_hops++;
  }
  /* §5: the text is the payee's alone, who has it for the hub as well. */
  if (item->sealed == NULL && proven->sealed != NULL &&
      item->certificate != NULL && item->certificate->order != NULL &&
      geo_pid_equal (&proven->entry->participant,
                     &item->certificate->order->to))
    item->sealed = g_bytes_ref (proven->sealed);
}

gboolean
geo_gather_knows (const GeoGather *gather, const GeoPid *pid) {
  return g_hash_table_contains (gather->people, pid);
}

gboolean
geo_gather_take_entry (GeoGather *gather,
                       const GeoPid *from,
                       const GeoParticipant *self,
                       const GeoProvenEntry *proven) {
  const GeoEntry *entry = proven->entry;
  Item *item;
  GeoHash hash;

  if (!geo_pid_equal (&entry->community, &gather->community->community) ||
      !geo_pid_equal (&entry->participant, from) ||
      !geo_entry_verify (entry, &gather->community->key, NULL))
    return FALSE;
  if (entry->sequence <= geo_gather_get_sequence (gather, from, &hash))
    return TRUE;
  if (!belongs (proven) || !names (proven, from))
    return FALSE;
  if (self != NULL)
    geo_gather_take_person (gather, self);
  for (guint i = 0; i < proven->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (proven->people, i);

    if (names (proven, &person->pid))
      geo_gather_take_person (gather, person);
  }
  if (!check_signatures (gather, proven) &&
      !hold_by_its_people (gather, proven))
    return FALSE;

  item = g_hash_table_lookup (gather->items, &entry->subject);
  if (item == NULL) {
    item = item_new (proven);
    g_hash_table_insert (gather->items, &item->subject, item);
  }
  if (item->kind != entry->kind || item->at != entry->at)
    return FALSE;
  add_hops (item, proven);
  if (!g_hash_table_contains (item->entries, from)) {
    g_hash_table_insert (item->entries, geo_pid_dup (from),
                         geo_entry_copy (entry));
    g_hash_table_insert (gather->by_entry, name_entry (from, entry->sequence),
                         item);
  }
  return TRUE;
}

/* --- The log -------------------------------------------------------------- */

gboolean
geo_gather_take_log (GeoGather *gather,
                     const GeoPid *from,
                     const GeoLogProof *proof) {
  const GeoTreeHead *head = proof->head;

  if (!geo_pid_equal (&head->community, &gather->community->community) ||
      !geo_tree_head_verify (head, &gather->community->key, NULL))
    return FALSE;
  gather->head_at = MAX (gather->head_at, head->at);
  if (head->size <= gather->size)
    return TRUE;
  gather->largest = MAX (gather->largest, head->size);
  if (!g_hash_table_contains (gather->heads, &head->size))
    g_hash_table_insert (gather->heads,
                         g_memdup2 (&head->size, sizeof head->size),
                         geo_hash_dup (&head->root));
  for (guint i = 0; i < proof->leaves->len; i++) {
    const GeoLeafProof *leaf = g_ptr_array_index (proof->leaves, i);
    g_autofree gchar *name = name_entry (from, leaf->sequence);
    Item *item = g_hash_table_lookup (gather->by_entry, name);

    if (item != NULL && item->index < 0 && leaf->index >= gather->size &&
        geo_leaf_proof_check (leaf, &item->subject, head))
      item->index = leaf->index;
  }
  return TRUE;
}

guint
geo_gather_count (const GeoGather *gather) {
  return g_hash_table_size (gather->items);
}

gint64
geo_gather_get_size (const GeoGather *gather) {
  return MAX (gather->largest,
              gather->size + (gint64) g_hash_table_size (gather->items));
}

GeoTime
geo_gather_get_head_time (const GeoGather *gather) {
  return gather->head_at;
}

/* --- In order ------------------------------------------------------------- */

/* How far it has come. */
typedef struct {
  const GeoGather *gather;
  GHashTable *ends; /* GeoPid → Stored */
  GHashTable *debts;
  GHashTable *by_index; /* gint64 → Item */
  GHashTable *loose; /* Item: nobody knows where in the log they stood */
} Way;

static void
gathered_free (gpointer data) {
  GeoGathered *gathered = data;

  g_ptr_array_unref (gathered->changes);
  g_free (gathered);
}

static Stored *
find_end (Way *way, const GeoPid *pid) {
  Stored *end = g_hash_table_lookup (way->ends, pid);
  const Stored *stored;

  if (end != NULL)
    return end;
  stored = g_hash_table_lookup (way->gather->stored, pid);
  end = stored != NULL ? g_memdup2 (stored, sizeof *stored)
                       : g_new0 (Stored, 1);
  end->person = NULL;
  g_hash_table_insert (way->ends, geo_pid_dup (pid), end);
  return end;
}

static gboolean
follows (Way *way, const GeoEntry *entry) {
  const Stored *end = find_end (way, &entry->participant);

  return entry->sequence == end->sequence + 1 &&
         entry->has_previous == (end->sequence > 0) &&
         (!entry->has_previous ||
          geo_hash_equal (&entry->previous, &end->hash));
}

/* It is the next one of all who gave it. */
static gboolean
is_next (Way *way, const Item *item) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, item->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!follows (way, value))
      return FALSE;
  return TRUE;
}

/* The earliest that can come now: a head later says whether that was right, and
 * where none does it makes no difference to anybody. */
static Item *
pick_loose (Way *way) {
  GHashTableIter iter;
  Item *first = NULL;
  gpointer key;

  g_hash_table_iter_init (&iter, way->loose);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    Item *item = key;

    if ((first == NULL || item->at < first->at ||
         (item->at == first->at && memcmp (&item->subject, &first->subject,
                                           sizeof item->subject) < 0)) &&
        is_next (way, item))
      first = item;
  }
  return first;
}

static gboolean
is_complete (const Item *item) {
  return item->line != NULL || item->n_hops == item->hops->len;
}

/* Those who have an entry of it, in the order in which the closer makes them.
 */
static GArray *
list_parties (const Item *item) {
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
  Stored *end = find_end (way, pid);
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
sign_entry (Way *way, const Item *item, const GeoPid *pid) {
  g_autoptr (GeoEntry) entry = geo_entry_new ();
  const GeoEntry *given = g_hash_table_lookup (item->entries, pid);
  Stored *end = find_end (way, pid);
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
  geo_entry_sign (entry, way->gather->secret);
  geo_entry_hash (entry, &hash);
  if (given != NULL) {
    geo_entry_hash (given, &other);
    if (!geo_hash_equal (&hash, &other))
      return NULL;
  }
  end->sequence++;
  end->hash = hash;
  return g_steal_pointer (&entry);
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
prove (const Way *way, const Item *item, GeoEntry *entry) {
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
move_debts (Way *way, const Item *item, GeoChange *change) {
  change->equivalent = g_strdup (item->certificate->contract->equivalent);
  for (guint i = 0; i < item->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (item->hops, i);

    g_ptr_array_add (change->hops, geo_hop_copy (hop));
    if (!add_debt (way->debts, &hop->from, &hop->to, change->equivalent,
                   hop->amount.amount.minor))
      return FALSE;
  }
  for (guint i = 0; i < item->hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (item->hops, i);
    g_autofree gchar *name = name_pair (&hop->from, &hop->to,
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
take_step (Way *way, const Item *item, GPtrArray *changes) {
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
begin (Way *way, const GeoGather *gather) {
  GHashTableIter iter;
  gpointer key, value;

  way->gather = gather;
  way->ends = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                     g_free);
  way->debts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  way->by_index = g_hash_table_new (g_int64_hash, g_int64_equal);
  way->loose = g_hash_table_new (NULL, NULL);
  g_hash_table_iter_init (&iter, gather->debts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (way->debts, g_strdup (key),
                         g_memdup2 (value, sizeof (gint64)));
  g_hash_table_iter_init (&iter, gather->items);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Item *item = value;

    if (item->index >= 0)
      g_hash_table_insert (way->by_index, &item->index, item);
    else
      g_hash_table_add (way->loose, item);
  }
}

static void
end (Way *way) {
  g_hash_table_unref (way->ends);
  g_hash_table_unref (way->debts);
  g_hash_table_unref (way->by_index);
  g_hash_table_unref (way->loose);
}

GPtrArray *
geo_gather_list (const GeoGather *gather, gint64 size) {
  GPtrArray *list = g_ptr_array_new_with_free_func (gathered_free);
  Way way;

  begin (&way, gather);
  for (gint64 index = gather->size; index < size; index++) {
    Item *item = g_hash_table_lookup (way.by_index, &index);
    g_autoptr (GPtrArray) changes =
        g_ptr_array_new_with_free_func (free_change);
    GeoGathered *gathered;
    const GeoHash *root;

    if (item == NULL)
      item = pick_loose (&way);
    if (item == NULL || !take_step (&way, item, changes))
      break;
    g_hash_table_remove (way.loose, item);
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
