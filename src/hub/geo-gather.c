/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub is given back of its own entries.  It must not take anything that
 * the hub's key did not sign, and knows no disk and no socket.
 */
#include "hub/geo-gather-private.h"

#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"

static void
item_free (gpointer data) {
  GeoGatherItem *item = data;

  geo_trust_line_free (item->line);
  geo_certificate_free (item->certificate);
  g_clear_pointer (&item->hops, g_ptr_array_unref);
  g_clear_pointer (&item->sealed, g_bytes_unref);
  g_hash_table_unref (item->entries);
  g_free (item);
}

static void
stored_free (gpointer data) {
  GeoGatherStored *stored = data;

  geo_participant_free (stored->person);
  g_free (stored);
}

guint
geo_gather_name_hash (gconstpointer key) {
  const GeoGatherName *name = key;

  return geo_pid_hash (&name->pid) * 31 + g_int64_hash (&name->sequence);
}

gboolean
geo_gather_name_equal (gconstpointer one, gconstpointer other) {
  const GeoGatherName *a = one;
  const GeoGatherName *b = other;

  return a->sequence == b->sequence && geo_pid_equal (&a->pid, &b->pid);
}

GeoGatherName *
geo_gather_name_new (const GeoPid *pid, gint64 sequence) {
  GeoGatherName *name = g_new (GeoGatherName, 1);

  name->pid = *pid;
  name->sequence = sequence;
  return name;
}

void
geo_gather_free_list (gpointer array) {
  g_ptr_array_unref (array);
}

/* A list of what belongs to key, which is taken. */
void
geo_gather_add_to_list (GHashTable *lists, gpointer key, gpointer value) {
  GPtrArray *list = g_hash_table_lookup (lists, key);

  if (list == NULL) {
    list = g_ptr_array_new ();
    g_hash_table_insert (lists, key, list);
  } else {
    g_free (key);
  }
  g_ptr_array_add (list, value);
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
  gather->by_entry = g_hash_table_new_full (
      geo_gather_name_hash, geo_gather_name_equal, g_free, NULL);
  gather->by_signer = g_hash_table_new_full (geo_pid_hash, geo_pid_equal,
                                             g_free, geo_gather_free_list);
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
  g_hash_table_unref (gather->by_signer);
  g_hash_table_unref (gather->items);
  g_hash_table_unref (gather->heads);
  geo_community_free (gather->community);
  geo_secret_unref (gather->secret);
  g_free (gather);
}

/* --- Debts ---------------------------------------------------------------- */

gchar *
geo_gather_name_pair (const GeoPid *one,
                      const GeoPid *other,
                      const gchar *equivalent) {
  gboolean ordered = geo_pid_cmp (one, other) < 0;
  g_autofree gchar *a = geo_pid_to_string (ordered ? one : other);
  g_autofree gchar *b = geo_pid_to_string (ordered ? other : one);

  return g_strdup_printf ("%s %s %s", a, b, equivalent);
}

/* debtor owes creditor that much more.  FALSE where it cannot be counted. */
gboolean
geo_gather_add_debt (GHashTable *debts,
                     const GeoPid *debtor,
                     const GeoPid *creditor,
                     const gchar *equivalent,
                     gint64 amount) {
  g_autofree gchar *name = geo_gather_name_pair (debtor, creditor, equivalent);
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
  (void) geo_gather_add_debt (gather->debts, debtor, creditor, equivalent,
                              debt.minor);
}

/* --- People --------------------------------------------------------------- */

void
geo_gather_load_participant (GeoGather *gather,
                             const GeoParticipant *participant,
                             gint64 sequence,
                             const GeoHash *hash) {
  GeoParticipant *copy = geo_participant_copy (participant);
  GeoGatherStored *stored = g_new0 (GeoGatherStored, 1);

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
  const GeoGatherStored *stored = g_hash_table_lookup (gather->stored, pid);

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

/* Everything that was taken of theirs holds with the key that is known now. */
static gboolean
all_hold (const GeoGather *gather, const GeoPid *signer) {
  const GPtrArray *items = g_hash_table_lookup (gather->by_signer, signer);

  for (guint i = 0; items != NULL && i < items->len; i++) {
    const GeoGatherItem *item = g_ptr_array_index (items, i);

    if (item->line != NULL ? !check_line (gather, item->line)
                           : !check_certificate (gather, item->certificate))
      return FALSE;
  }
  return TRUE;
}

/* K7: the copy holds nothing that a change of the key since would undo. */
static gboolean
undoes_nothing (const GeoGather *gather, const GeoParticipant *participant) {
  const GeoGatherStored *stored = g_hash_table_lookup (gather->stored,
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
      !all_hold (gather, &participant->pid))
    before = replace_person (gather, before);
  gather->taken++;
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
    const GeoGatherStored *stored = g_hash_table_lookup (gather->stored,
                                                         &person->pid);

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
  holds = check_signatures (gather, proven);
  for (guint i = 0; holds && i < before->len; i++)
    holds = all_hold (gather,
                      &((GeoParticipant *) g_ptr_array_index (before, i))->pid);
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

static GeoGatherItem *
item_new (const GeoProvenEntry *proven) {
  GeoGatherItem *item = g_new0 (GeoGatherItem, 1);

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

static void
add_signers (GeoGather *gather, GeoGatherItem *item) {
  const GeoContract *contract;

  if (item->line != NULL) {
    geo_gather_add_to_list (gather->by_signer, geo_pid_dup (&item->line->from),
                            item);
    return;
  }
  contract = item->certificate->contract;
  if (item->certificate->order != NULL)
    geo_gather_add_to_list (
        gather->by_signer, geo_pid_dup (&item->certificate->order->from), item);
  for (guint i = 0; i < contract->voters->len; i++)
    geo_gather_add_to_list (
        gather->by_signer,
        geo_pid_dup (&g_array_index (contract->voters, GeoPid, i)), item);
}

/* Each participant knows its own hops: one end of each is enough. */
static void
add_hops (GeoGather *gather,
          GeoGatherItem *item,
          const GeoProvenEntry *proven) {
  for (guint i = 0; item->hops != NULL && i < proven->hops->len; i++) {
    const GeoProvenHop *one = g_ptr_array_index (proven->hops, i);

    if (one->index < 0 || one->index >= (gint64) item->hops->len ||
        item->hops->pdata[one->index] != NULL)
      continue;
    item->hops->pdata[one->index] = geo_hop_ref (one->hop);
    item->n_hops++;
    gather->taken++;
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
  GeoGatherItem *item;
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
    add_signers (gather, item);
  }
  if (item->kind != entry->kind || item->at != entry->at)
    return FALSE;
  add_hops (gather, item, proven);
  if (!g_hash_table_contains (item->entries, from)) {
    g_hash_table_insert (item->entries, geo_pid_dup (from),
                         geo_entry_copy (entry));
    g_hash_table_insert (gather->by_entry,
                         geo_gather_name_new (from, entry->sequence), item);
    gather->taken++;
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
  if (!g_hash_table_contains (gather->heads, &head->size)) {
    g_hash_table_insert (gather->heads,
                         g_memdup2 (&head->size, sizeof head->size),
                         geo_hash_dup (&head->root));
    gather->taken++;
  }
  for (guint i = 0; i < proof->leaves->len; i++) {
    const GeoLeafProof *leaf = g_ptr_array_index (proof->leaves, i);
    const GeoGatherName name = { .pid = *from, .sequence = leaf->sequence };
    GeoGatherItem *item = g_hash_table_lookup (gather->by_entry, &name);

    if (item == NULL || item->index >= 0 || leaf->index < gather->size ||
        !geo_leaf_proof_check (leaf, &item->subject, head))
      continue;
    item->index = leaf->index;
    gather->taken++;
  }
  return TRUE;
}

gint64
geo_gather_get_copied (const GeoGather *gather) {
  return gather->size;
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

gint64
geo_gather_count_taken (const GeoGather *gather) {
  return gather->taken;
}

GeoTime
geo_gather_get_head_time (const GeoGather *gather) {
  return gather->head_at;
}
