/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom a GeoParty knows, and by which keys (§5a): what people say of
 * themselves, and apart from it what the hub has said of them, by which its own
 * word is taken.  It must not believe a chain of keys that does not go on from
 * the one that is known.
 */
#include "core/geo-evidence.h"
#include "protocol/geo-party-private.h"

#include <string.h>

const GeoParticipant *
geo_party_get_person (const GeoParty *party, const GeoPid *pid) {
  const GeoPerson *person;

  if (geo_party_is_self (party, pid))
    return party->self;
  person = g_hash_table_lookup (party->people, pid);
  return person != NULL ? person->participant : NULL;
}

static const GeoPerson *
find_person (const GeoParty *party, const GeoPid *pid) {
  return g_hash_table_lookup (party->people, pid);
}

const GeoParticipant *
geo_party_get_heard (const GeoParty *party, const GeoPid *pid) {
  const GeoPerson *person = find_person (party, pid);

  return person != NULL ? person->heard : NULL;
}

/* Another form of the same seq may be anybody's word. */
static gboolean
is_same_form (const GeoParticipant *known, const GeoParticipant *shown) {
  GeoHash a, b;

  if (known == NULL || known->seq != shown->seq ||
      memcmp (&known->signature, &shown->signature, sizeof known->signature) !=
          0)
    return FALSE;
  geo_participant_hash (known, &a);
  geo_participant_hash (shown, &b);
  return geo_hash_equal (&a, &b);
}

gboolean
geo_party_knows_form (const GeoParty *party, const GeoParticipant *shown) {
  const GeoPerson *person = find_person (party, &shown->pid);

  if (geo_party_is_self (party, &shown->pid))
    return is_same_form (party->self, shown);
  return person != NULL && (is_same_form (person->participant, shown) ||
                            is_same_form (person->heard, shown));
}

/* K5: keys that the hub has said are not taken back.  A change that was said
 * anew ended the key before it later. */
static gboolean
goes_on (const GeoParticipant *known, const GeoParticipant *other) {
  if (known == NULL)
    return TRUE;
  switch (geo_participant_compare_keys (known, other)) {
  case GEO_KEY_CHAIN_LONGER:
    return TRUE;
  case GEO_KEY_CHAIN_SAME:
    return geo_participant_is_later (known, other);
  case GEO_KEY_CHAIN_SHORTER:
  case GEO_KEY_CHAIN_FORK:
    return FALSE;
  }
  g_assert_not_reached ();
}

/* K5: by what the hub has said, now or before.  Of whom it has said nothing,
 * others' word is no reason to call its own a lie: none of their keys has ended
 * for it. */
static gboolean
lookup_for_hub (const GeoKeys *keys, const GeoPid *pid, GeoKeyChain *out) {
  const GeoParticipant *known = NULL;
  const GeoPerson *person = find_person (keys->party, pid);

  if (geo_party_is_self (keys->party, pid))
    known = keys->party->self;
  else if (person != NULL)
    known = person->heard;
  for (guint i = 0; keys->people != NULL && i < keys->people->len; i++) {
    const GeoParticipant *shown = g_ptr_array_index (keys->people, i);

    if (geo_pid_equal (&shown->pid, pid) && goes_on (known, shown))
      known = shown;
  }
  if (known != NULL) {
    geo_key_chain_of (known, out);
    return TRUE;
  }
  if (person == NULL)
    return FALSE;
  geo_key_chain_of (person->participant, out);
  for (guint i = 0; i + 1 < out->n; i++)
    out->ended[i] = G_MAXINT64;
  return TRUE;
}

gboolean
geo_party_lookup_key (const GeoPid *pid, GeoKeyChain *out, gpointer data) {
  const GeoKeys *keys = data;
  const GeoParticipant *person;

  if (geo_party_is_hub (keys->party, pid)) {
    geo_key_chain_of_key (&keys->party->community->key, out);
    return TRUE;
  }
  if (keys->is_hubs)
    return lookup_for_hub (keys, pid, out);
  person = geo_party_get_person (keys->party, pid);
  if (person == NULL)
    return FALSE;
  geo_key_chain_of (person, out);
  return TRUE;
}

/* K5: both chains are evidence, once. */
static void
note_fork (GeoParty *party,
           const GeoParticipant *known,
           const GeoParticipant *other,
           GPtrArray *actions) {
  GeoRecordBody *body;

  if (actions == NULL || g_hash_table_contains (party->forked, &known->pid))
    return;
  g_hash_table_add (party->forked, geo_pid_dup (&known->pid));
  body = geo_record_body_new ();
  body->evidence = geo_evidence_new ();
  body->evidence->what = GEO_EVIDENCE_KIND_TWO_KEYS;
  body->evidence->reason = g_strdup (GEO_REASON_TWO_KEYS);
  g_ptr_array_add (body->evidence->people, geo_participant_copy (known));
  g_ptr_array_add (body->evidence->people, geo_participant_copy (other));
  geo_actions_store_record (actions, GEO_RECORD_KIND_EVIDENCE, body);
  geo_actions_tell (actions, GEO_TOLD_TWO_KEYS)->person =
      geo_participant_copy (known);
}

/* Whoever is remembered is remembered with the keys that the hub has said; the
 * record of anything else is not its word. */
static void
remember_heard (const GeoPerson *person, GPtrArray *actions) {
  GeoRecordBody *body;

  if (actions == NULL || person->heard == NULL)
    return;
  body = geo_record_body_new ();
  body->person = geo_participant_copy (person->heard);
  geo_actions_store_record (actions, GEO_RECORD_KIND_PERSON, body);
}

static void
make_person_stay (GeoParty *party, GeoPerson *person) {
  if (person->passing == NULL)
    return;
  g_queue_delete_link (&party->passing, person->passing);
  person->passing = NULL;
}

static GeoPerson *
add_person (GeoParty *party, const GeoPid *pid, gboolean on_disk) {
  GeoPerson *person = g_new0 (GeoPerson, 1);

  person->pid = *pid;
  g_hash_table_insert (party->people, &person->pid, person);
  if (on_disk)
    return person;
  g_queue_push_tail (&party->passing, person);
  person->passing = g_queue_peek_tail_link (&party->passing);
  if (g_queue_get_length (&party->passing) > GEO_PARTY_PEOPLE_MAX) {
    GeoPerson *oldest = g_queue_pop_head (&party->passing);

    g_hash_table_remove (party->people, &oldest->pid);
  }
  return person;
}

/* TRUE: the hub has not said that before. */
static gboolean
hear (GeoPerson *person, const GeoParticipant *participant) {
  if (participant->rotations->len == 0 ||
      !goes_on (person->heard, participant))
    return FALSE;
  geo_participant_free (person->heard);
  person->heard = geo_participant_copy (participant);
  geo_participant_keep_hash (person->heard);
  return TRUE;
}

/* Whether they are to be known by it from now on. */
static gboolean
take_form (GeoParty *party,
           GeoPerson *person,
           const GeoParticipant *participant,
           gboolean is_heard,
           gboolean *is_rotated,
           GPtrArray *actions) {
  if (person->participant == NULL)
    return TRUE;
  switch (geo_participant_compare_keys (person->participant, participant)) {
  case GEO_KEY_CHAIN_SAME:
    return geo_participant_is_later (person->participant, participant);
  case GEO_KEY_CHAIN_LONGER:
    *is_rotated = TRUE;
    return TRUE;
  case GEO_KEY_CHAIN_SHORTER:
    return FALSE;
  case GEO_KEY_CHAIN_FORK:
    note_fork (party, person->participant, participant, actions);
    /* K5: the hub's stays before what only others have shown. */
    *is_rotated = is_heard;
    return is_heard;
  }
  g_assert_not_reached ();
}

void
geo_party_learn (GeoParty *party,
                 const GeoParticipant *participant,
                 GeoSaidBy by,
                 gboolean on_disk,
                 GPtrArray *actions) {
  gboolean is_rotated = FALSE;
  gboolean is_heard = FALSE;
  gboolean was_passing;
  GeoPerson *person;

  if (geo_party_is_self (party, &participant->pid))
    return;
  person = g_hash_table_lookup (party->people, &participant->pid);
  if (person == NULL)
    person = add_person (party, &participant->pid, on_disk);
  was_passing = person->passing != NULL;
  if (by == GEO_SAID_BY_HUB)
    is_heard = hear (person, participant);
  if (on_disk)
    make_person_stay (party, person);
  /* What the record of an entry says of them need not be said twice. */
  if (on_disk ? was_passing && !is_heard : is_heard && !was_passing)
    remember_heard (person, actions);
  if (!take_form (party, person, participant, is_heard, &is_rotated, actions))
    return;

  geo_participant_free (person->participant);
  person->participant = geo_participant_copy (participant);
  /* It is compared with whoever is shown in entries. */
  geo_participant_keep_hash (person->participant);
  if (actions != NULL)
    geo_actions_tell (actions, GEO_TOLD_PERSON)->person =
        geo_participant_copy (participant);
  if (actions != NULL && is_rotated)
    geo_actions_tell (actions, GEO_TOLD_NEW_KEY)->person =
        geo_participant_copy (participant);
}

GeoParticipant *
geo_party_keep_person (GeoParty *party, const GeoPid *pid, GPtrArray *actions) {
  GeoPerson *person = g_hash_table_lookup (party->people, pid);

  if (person == NULL || person->passing == NULL)
    return NULL;
  make_person_stay (party, person);
  remember_heard (person, actions);
  return geo_participant_copy (person->participant);
}
