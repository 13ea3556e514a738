/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was put on disk beside a party that goes on: it comes to know in memory
 * what it would know after a restart.  It must not say of a request what the
 * disk will not say.
 */
#include "protocol/geo-party-private.h"

void
geo_party_learn_stored (GeoParty *party,
                        const GeoRecordBody *body,
                        GPtrArray *actions) {
  /* A letter of ours shows its reader beside ourselves. */
  if (body->person != NULL)
    geo_party_learn (party, body->person, GEO_SAID_BY_PERSON, TRUE, actions);
  if (body->letter != NULL)
    geo_party_learn (party, body->letter->person, GEO_SAID_BY_PERSON, TRUE,
                     actions);
  if (body->person != NULL && body->has_blocked && body->blocked)
    geo_party_load_blocked (party, &body->person->pid);
  /* It may have been found after the letters of this sign-in were sent. */
  if (body->letter != NULL && body->has_to)
    geo_letters_send (party, &body->to, body->letter, actions);
}

/* What the party has heard of already, and the disk not when it took the
 * request: the disk will settle it by that. */
static void
settle_by_waiting (GeoParty *party,
                   GeoPartyRequest *request,
                   const GeoRecordBody *body,
                   GeoTime now,
                   GPtrArray *actions) {
  const GeoProvenEntry *entry = body->entry;
  GeoRequestFacts facts;

  if (entry != NULL && entry->line != NULL)
    geo_letters_settle (party, request, entry->line, actions);
  if (entry != NULL && entry->certificate != NULL &&
      entry->certificate->order != NULL &&
      entry->certificate->order->has_invoice &&
      geo_hash_equal (&entry->certificate->order->invoice,
                      &request->facts.hash))
    geo_letters_paid (party, entry->certificate->order, actions);
  if (request->facts.kind == GEO_REQUEST_INVITATION && body->letter != NULL &&
      geo_letter_get_facts (body->letter, &party->community->community, &facts,
                            NULL) &&
      facts.kind == GEO_REQUEST_TRUST &&
      !geo_party_is_self (party, &facts.from))
    geo_invitations_taken (party, &facts, now, actions);
}

void
geo_party_learn_request (GeoParty *party,
                         const GeoLetter *letter,
                         GeoRequestState state,
                         const GPtrArray *waiting,
                         GeoTime now,
                         GPtrArray *actions) {
  GeoPartyRequest *request;
  GeoRequestFacts facts;

  if (!geo_letter_get_facts (letter, &party->community->community, &facts,
                             NULL))
    return;
  request = g_hash_table_lookup (party->requests, &facts.hash);
  if (request == NULL)
    geo_party_load_request (party, letter, state);
  else if (request->state == GEO_REQUEST_OPEN)
    request->state = state;
  else
    return;
  request = g_hash_table_lookup (party->requests, &facts.hash);
  if (request == NULL)
    return;
  for (guint i = 0; i < waiting->len; i++)
    settle_by_waiting (party, request, g_ptr_array_index (waiting, i), now,
                       actions);
}
