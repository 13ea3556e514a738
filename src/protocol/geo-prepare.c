/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be done of an entry without a party, and so in any thread, while the
 * party takes those before it: checking signatures and opening what is sealed
 * to us.  What is good is remembered of the objects themselves.  It says
 * nothing about the entry: whatever is not good, or is signed with a key that
 * is not in it, is looked at by the party as ever.
 */
#include "protocol/geo-party-private.h"

#include <string.h>

/* Of whom an entry names; a participant vouches for its own key, which the
 * party checks before it believes it. */
static const GeoPublicKey *
find_key (const GeoProvenEntry *entry,
          const GeoCommunity *community,
          const GeoPid *pid) {
  if (geo_pid_equal (pid, &community->community))
    return &community->key;
  for (guint i = 0; i < entry->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (entry->people, i);

    if (geo_pid_equal (&person->pid, pid))
      return &person->key;
  }
  return NULL;
}

static void
prepare_certificate (const GeoProvenEntry *entry,
                     const GeoCommunity *community) {
  const GeoCertificate *certificate = entry->certificate;
  const GeoPublicKey *key;

  geo_contract_keep_hash (certificate->contract);
  for (guint i = 0; i < certificate->votes->len; i++) {
    GeoVote *vote = g_ptr_array_index (certificate->votes, i);

    key = find_key (entry, community, &vote->voter);
    if (key != NULL)
      geo_vote_keep_signer (vote, key);
  }
  if (certificate->order == NULL)
    return;
  geo_order_keep_hash (certificate->order);
  key = find_key (entry, community, &certificate->order->from);
  if (key != NULL)
    geo_order_keep_signer (certificate->order, key);
}

/* What the text of a payment to us opens to. */
static gchar *
open_text (const GeoProvenEntry *entry, const GeoSecret *secret) {
  if (entry->sealed == NULL || entry->certificate == NULL ||
      entry->certificate->order == NULL)
    return NULL;
  if (!geo_pid_equal (&entry->certificate->order->to,
                      &entry->entry->participant))
    return NULL;
  return geo_order_unseal (entry->certificate->order, entry->sealed, secret);
}

gchar *
geo_party_prepare (GeoMessage *message,
                   const GeoCommunity *community,
                   const GeoSecret *secret) {
  GeoProvenEntry *entry;

  if (message->type != GEO_MESSAGE_ENTRY)
    return NULL;
  entry = message->u.entry->entry;
  geo_entry_keep_hash (entry->entry);
  /* What is not the hub's word is not worth more of our time. */
  if (!geo_entry_keep_signer (entry->entry, &community->key))
    return NULL;
  if (entry->certificate != NULL)
    prepare_certificate (entry, community);
  return open_text (entry, secret);
}
