/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A party and changed keys (§5a): whose key it takes to be whose, what it
 * remembers of that, what it does with chains that do not go on from each
 * other, and what of its own waits when its key was changed.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"
#include "party-town.h"

#define KEY(n) ((guint8) (100 + (n)))

static GeoSecret *
make_secret (guint8 number) {
  const guint8 seed[GEO_SEED_LEN] = { 9, number };

  return geo_secret_new_from_seed (seed);
}

static GeoParticipant *
make_next (const GeoParticipant *before,
           GeoSecret *now,
           guint8 number,
           GeoTime at) {
  g_autoptr (GeoSecret) next = make_secret (number);
  g_autoptr (GError) error = NULL;
  GeoParticipant *later = geo_participant_rotate (before, now, next, at,
                                                  &error);

  g_assert_no_error (error);
  return later;
}

/* From now on they sign with it; nobody knows of it yet. */
static void
rotate (Town *town, guint who, guint8 number) {
  Citizen *citizen = &town->people[who];
  GeoParticipant *next = make_next (citizen->participant, citizen->secret,
                                    number, town->now);

  geo_participant_free (citizen->participant);
  citizen->participant = next;
  geo_secret_unref (citizen->secret);
  citizen->secret = make_secret (number);
}

static void
show (Town *town, const GeoParticipant *participant) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");

  g_ptr_array_add (message->u.people_result->items,
                   geo_participant_copy (participant));
  town_receive (town, message);
}

static const GeoParticipant *
known (Town *town, guint who) {
  return geo_party_get_person (town->party, &town->people[who].pid);
}

/* --- Others --------------------------------------------------------------- */

/* Whoever is remembered is remembered with it, and it is told once. */
static void
test_learns (void) {
  g_autoptr (Town) town = town_new ();

  rotate (town, ANNA, KEY (1));
  show (town, town->people[ANNA].participant);
  town_expect (town, "store:person tell:person tell:new-key");
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
  show (town, town->people[ANNA].participant);
  town_expect (town, "");
  town_reload (town);
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
  show (town, town->people[ANNA].participant);
  town_expect (town, "");

  /* Two changes at once, of which one was not heard. */
  town->now += 1000;
  rotate (town, ANNA, KEY (2));
  town->now += 1000;
  rotate (town, ANNA, KEY (3));
  show (town, town->people[ANNA].participant);
  town_expect (town, "store:person tell:person tell:new-key");
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 3);
}

/* What was true once is nothing new, with whatever seq it is said. */
static void
test_rollback (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoParticipant) before =
      geo_participant_copy (town->people[ANNA].participant);
  g_autoptr (GeoSecret) old = geo_secret_ref (town->people[ANNA].secret);

  rotate (town, ANNA, KEY (1));
  show (town, town->people[ANNA].participant);
  show (town, before);
  town_expect (town, "");
  before->seq = 100;
  geo_participant_sign (before, old);
  show (town, before);
  town_expect (town, "");
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
}

/* A rotation of another community, of somebody else, or signed by one side only
 * is none. */
static void
test_forged (void) {
  g_autoptr (Town) town = town_new ();
  const Citizen *anna = &town->people[ANNA];
  g_autoptr (GeoSecret) next = make_secret (KEY (1));
  g_autoptr (GeoParticipant) good = make_next (anna->participant, anna->secret,
                                               KEY (1), town->now);

  for (guint i = 0; i < 5; i++) {
    g_autoptr (GeoParticipant) bad = geo_participant_copy (good);
    GeoKeyRotation *rotation = g_ptr_array_index (bad->rotations, 0);

    if (i == 0)
      rotation->accepted.bytes[3] ^= 1;
    else if (i == 1)
      rotation->signature.bytes[3] ^= 1;
    else if (i == 2)
      rotation->community = town->people[BOB].pid;
    else if (i == 3)
      rotation->pid = town->people[BOB].pid;
    else
      rotation->at++;
    /* What can be signed again by the new key alone is. */
    geo_participant_sign (bad, next);
    show (town, bad);
    town_expect (town, "");
    g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 0);
  }
  show (town, good);
  town_expect (town, "store:person tell:person tell:new-key");
}

/* K5: the chain that was known first stays; both are evidence, once, also after
 * a restart. */
static void
test_fork (void) {
  g_autoptr (Town) town = town_new ();
  const Citizen *anna = &town->people[ANNA];
  g_autoptr (GeoParticipant) other = make_next (anna->participant, anna->secret,
                                                KEY (2), town->now);
  g_autoptr (GeoSecret) thiefs = make_secret (KEY (2));
  g_autoptr (GeoParticipant) longer = make_next (other, thiefs, KEY (3),
                                                 town->now + 5);
  const GeoEvidence *evidence;
  g_autoptr (GError) error = NULL;

  rotate (town, ANNA, KEY (1));
  show (town, anna->participant);
  show (town, other);
  town_expect (town, "store:evidence tell:two-keys");
  evidence = town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence;
  g_assert_cmpint (evidence->what, ==, GEO_EVIDENCE_KIND_TWO_KEYS);
  g_assert_cmpint (geo_evidence_check (evidence, &town->community->community,
                                       &town->community->key, &error),
                   ==, GEO_EVIDENCE_PROVES);
  g_assert_no_error (error);
  g_assert_true (
      geo_public_key_equal (&known (town, ANNA)->key, &anna->participant->key));
  g_assert_cmpuint (town->n_faults, ==, 0);
  show (town, longer);
  town_expect (town, "");
  town_reload (town);
  show (town, other);
  town_expect (town, "");
  g_assert_true (
      geo_public_key_equal (&known (town, ANNA)->key, &anna->participant->key));
}

/* --- What they sign ------------------------------------------------------- */

static GeoProvenEntry *
entry_by_anna (Town *town, gint64 limit, gint64 seq, GeoTime signed_at) {
  g_autoptr (GeoTrustLine) line = town_line (town, ANNA, ME, limit, seq);

  line->signed_at = signed_at;
  geo_trust_line_sign (line, town->people[ANNA].secret);
  return town_entry_of_line (town, line);
}

/* NULL: nobody is shown with it. */
static void
set_person (Town *town, GeoProvenEntry *entry, const GeoParticipant *person) {
  g_ptr_array_set_size (entry->people, 0);
  if (person != NULL)
    g_ptr_array_add (entry->people, geo_participant_copy (person));
  town_sign_entry (town, entry);
}

/* Who has not heard of the new key learns it from the entry that it signed. */
static void
test_entry_brings_it (void) {
  g_autoptr (Town) town = town_new ();
  GeoProvenEntry *entry;

  rotate (town, ANNA, KEY (1));
  entry = entry_by_anna (town, 9000, 2, town->now);
  set_person (town, entry, town->people[ANNA].participant);
  town_receive (town, town_receipt (entry));
  town_expect (town,
               "store:entry tell:person tell:new-key tell:line send:ENTRY_ACK");
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
}

/* Without it nobody knows who signed that. */
static void
test_entry_without_it (void) {
  g_autoptr (Town) town = town_new ();
  GeoProvenEntry *entry;

  rotate (town, ANNA, KEY (1));
  entry = entry_by_anna (town, 9000, 2, town->now);
  set_person (town, entry, NULL);
  town_receive (town, town_receipt (entry));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
}

/* K4: the former key, up to four minutes after its end by what the line says.
 */
static void
test_former_key (void) {
  static const struct {
    gint64 late_ms;
    gboolean holds;
  } cases[] = { { -1000, TRUE },
                { GEO_KEY_GRACE_MS, TRUE },
                { GEO_KEY_GRACE_MS + 1, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Town) town = town_new ();
    g_autoptr (GeoSecret) old = geo_secret_ref (town->people[ANNA].secret);
    const GeoTime ended = town->now;
    g_autoptr (GeoTrustLine) line = NULL;
    GeoProvenEntry *entry;

    rotate (town, ANNA, KEY (1));
    show (town, town->people[ANNA].participant);
    town->now += GEO_KEY_GRACE_MS + 1000;
    line = town_line (town, ANNA, ME, 9000, 2);
    line->signed_at = ended + cases[i].late_ms;
    geo_trust_line_sign (line, old);
    entry = town_entry_of_line (town, line);
    set_person (town, entry, NULL);
    town_receive (town, town_receipt (entry));
    if (cases[i].holds)
      town_expect (town, "store:entry tell:line send:ENTRY_ACK");
    else
      town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  }
}

/* K5: what the other chain signed is not theirs, and is no line. */
static void
test_entry_of_the_fork (void) {
  g_autoptr (Town) town = town_new ();
  const Citizen *anna = &town->people[ANNA];
  g_autoptr (GeoParticipant) other = make_next (anna->participant, anna->secret,
                                                KEY (2), town->now);
  g_autoptr (GeoSecret) thiefs = make_secret (KEY (2));
  g_autoptr (GeoTrustLine) line = NULL;
  GeoProvenEntry *entry;

  rotate (town, ANNA, KEY (1));
  show (town, anna->participant);
  line = town_line (town, ANNA, ME, 9000, 2);
  geo_trust_line_sign (line, thiefs);
  entry = town_entry_of_line (town, line);
  set_person (town, entry, other);
  town_receive (town, town_receipt (entry));
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  g_assert_true (
      geo_public_key_equal (&known (town, ANNA)->key, &anna->participant->key));
}

/* A hub cannot slip anything into the journal that does not hold: whoever is
 * shown with what is known of them otherwise is shown as somebody new. */
static void
test_entry_with_another_form (void) {
  for (guint i = 0; i < 5; i++) {
    g_autoptr (Town) town = town_new ();
    g_autoptr (GeoParticipant) bent = NULL;
    const GeoRecordBody *body;
    GeoKeyRotation *rotation;
    GeoProvenEntry *entry;

    rotate (town, ANNA, KEY (1));
    show (town, town->people[ANNA].participant);
    bent = geo_participant_copy (town->people[ANNA].participant);
    rotation = g_ptr_array_index (bent->rotations, 0);
    if (i == 0) {
      g_free (bent->name);
      bent->name = g_strdup ("Hanna");
    } else if (i == 1) {
      rotation->at -= 5000;
    } else if (i == 2) {
      bent->signature.bytes[0] ^= 1;
    } else if (i == 3) {
      rotation->accepted.bytes[0] ^= 1;
    } else {
      rotation->signature.bytes[0] ^= 1;
    }
    entry = entry_by_anna (town, 9000, 2, town->now);
    set_person (town, entry, bent);
    town_receive (town, town_receipt (entry));
    town_expect (town, "store:entry tell:line send:ENTRY_ACK");
    body = town_stored (town, GEO_RECORD_KIND_ENTRY);
    for (guint j = 0; j < body->entry->people->len; j++)
      g_assert_true (
          geo_participant_check (g_ptr_array_index (body->entry->people, j),
                                 &town->community->community, NULL));
    g_assert_cmpstr (known (town, ANNA)->name, ==, "Anna");
  }
}

/* --- What they write ------------------------------------------------------ */

/* Asks ME for trust. */
static void
write_to_me (Town *town,
             const GeoParticipant *person,
             GeoSecret *secret,
             const gchar *id,
             GeoTime at) {
  g_autoptr (GeoLetter) letter = geo_letter_new ();
  GeoMessage *message = geo_message_new (GEO_MESSAGE_LETTER, NULL);
  GeoTrustRequest *request = geo_trust_request_new ();
  g_autofree gchar *text = NULL;

  request->community = town->community->community;
  request->request_id = g_strdup (id);
  request->from = person->pid;
  request->to = town->people[ME].pid;
  request->equivalent = g_strdup ("UAH");
  request->limit = geo_decimal (GEO_AMOUNT (1000), 2);
  request->created_at = at;
  geo_trust_request_sign (request, secret);
  letter->person = geo_participant_copy (person);
  letter->trust_request = request;
  text = geo_letter_to_text (letter, NULL);
  message->u.letter->from = person->pid;
  message->u.letter->at = town->now;
  message->u.letter->sealed =
      geo_seal_letter (&town->people[ME].participant->key, text, NULL);
  g_assert_nonnull (message->u.letter->sealed);
  town_receive (town, message);
}

/* What was written before the key was changed holds; what whoever has that key
 * writes later does not, and what is written with another chain is evidence. */
static void
test_letters (void) {
  g_autoptr (Town) town = town_new ();
  const Citizen *anna = &town->people[ANNA];
  g_autoptr (GeoParticipant) before = geo_participant_copy (anna->participant);
  g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);
  g_autoptr (GeoSecret) thiefs = make_secret (KEY (2));
  g_autoptr (GeoParticipant) other = make_next (before, old, KEY (2),
                                                town->now);
  const GeoTime ended = town->now;

  rotate (town, ANNA, KEY (1));
  show (town, anna->participant);
  write_to_me (town, before, old, "early", ended - 1000);
  town_expect (town, "store:letter tell:proposals send:LETTER_READ");
  town->now += GEO_KEY_GRACE_MS + 1000;
  write_to_me (town, before, old, "late", town->now);
  town_expect (town, "send:LETTER_READ");
  write_to_me (town, anna->participant, anna->secret, "theirs", town->now);
  town_expect (town, "store:letter tell:proposals send:LETTER_READ");
  write_to_me (town, other, thiefs, "other", town->now);
  town_expect (town, "store:evidence tell:two-keys send:LETTER_READ");
  g_assert_true (
      geo_public_key_equal (&known (town, ANNA)->key, &anna->participant->key));

  /* Who has not heard of it yet hears of it so. */
  town->now += 1000;
  rotate (town, ANNA, KEY (3));
  write_to_me (town, anna->participant, anna->secret, "newest", town->now);
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 2);
}

/* K5: whoever had Anna's key for a moment tells me of a change that the hub never
 * hears of.  Her letters are read as before, until the hub says otherwise; then
 * the other one's are not. */
static void
test_letters_of_a_thief (void) {
  g_autoptr (Town) town = town_new ();
  const Citizen *anna = &town->people[ANNA];
  g_autoptr (GeoParticipant) before = geo_participant_copy (anna->participant);
  g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);
  g_autoptr (GeoSecret) thiefs = make_secret (KEY (2));
  g_autoptr (GeoParticipant) other = make_next (before, old, KEY (2),
                                                town->now);

  write_to_me (town, other, thiefs, "thief", town->now);
  g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
  town->now += GEO_KEY_GRACE_MS + 1000;
  write_to_me (town, before, old, "hers", town->now);
  town_expect (town, "store:letter tell:proposals send:LETTER_READ");

  /* She changes it at the hub. */
  rotate (town, ANNA, KEY (1));
  show (town, anna->participant);
  town->now += GEO_KEY_GRACE_MS + 1000;
  write_to_me (town, anna->participant, anna->secret, "new", town->now);
  town_expect (town, "store:letter tell:proposals send:LETTER_READ");
  write_to_me (town, before, old, "late", town->now);
  town_expect (town, "send:LETTER_READ");
  write_to_me (town, other, thiefs, "again", town->now);
  town_expect (town, "send:LETTER_READ");
}

/* --- What only they say --------------------------------------------------- */

static void
expect_entry_by (Town *town,
                 GeoSecret *secret,
                 gint64 seq,
                 const GeoParticipant *shown,
                 gboolean holds) {
  const gboolean is_excluded =
      shown != NULL &&
      geo_participant_compare_keys (known (town, ANNA), shown) ==
          GEO_KEY_CHAIN_FORK;
  g_autoptr (GeoTrustLine) line = town_line (town, ANNA, ME, 9000 + seq, seq);
  GeoProvenEntry *entry;

  line->signed_at = town->now;
  if (seq > 2) {
    line->has_previous = TRUE;
    geo_trust_line_hash (geo_party_get_line (town->party,
                                             &town->people[ANNA].pid,
                                             &town->people[ME].pid, "UAH"),
                         &line->previous);
  }
  geo_trust_line_sign (line, secret);
  entry = town_entry_of_line (town, line);
  set_person (town, entry, shown);
  town_receive (town, town_receipt (entry));
  if (holds) {
    g_assert_cmpuint (town->n_faults, ==, 0);
    return;
  }
  /* Whoever is shown what I have can see it, whatever the hub came with. */
  g_assert_cmpint (
      geo_evidence_check (
          town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence,
          &town->community->community, &town->community->key, NULL),
      ==, is_excluded ? GEO_EVIDENCE_NOTHING : GEO_EVIDENCE_ASKS);
  town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
}

/* K5: Anna tells me of a change that she says was long ago, and the hub nothing:
 * what it takes under the key that it knows is no fault of the hub's, whoever is
 * shown with it, also after a restart; nor is what it takes under hers when it
 * has heard of the change. */
static void
test_unsaid_change (void) {
  for (guint i = 0; i < 4; i++) {
    const gboolean is_shown = (i & 1) != 0;
    const gboolean is_reloaded = (i & 2) != 0;
    g_autoptr (Town) town = town_new ();
    const Citizen *anna = &town->people[ANNA];
    g_autoptr (GeoParticipant) before = geo_participant_copy (
        anna->participant);
    g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);

    rotate (town, ANNA, KEY (1));
    town->now += 30 * 24 * 3600 * G_GINT64_CONSTANT (1000);
    write_to_me (town, anna->participant, anna->secret, "quietly", town->now);
    g_assert_nonnull (town_told (town, GEO_TOLD_NEW_KEY));
    g_assert_cmpuint (known (town, ANNA)->rotations->len, ==, 1);
    if (is_reloaded)
      town_reload (town);
    expect_entry_by (town, old, 2, is_shown ? before : NULL, TRUE);
    expect_entry_by (town, old, 3, is_shown ? before : NULL, TRUE);
    /* Nor does what only a letter said keep her other letters from me. */
    write_to_me (town, before, old, "as-before", town->now);
    town_expect (town, "store:letter tell:proposals send:LETTER_READ");

    if (!is_shown)
      continue;
    expect_entry_by (town, anna->secret, 4, anna->participant, TRUE);
    if (is_reloaded)
      town_reload (town);
    /* Now it has said so. */
    write_to_me (town, before, old, "no-more", town->now);
    town_expect (town, "send:LETTER_READ");
    expect_entry_by (town, old, 5, before, FALSE);
  }
}

/* The same where both are told of the same keys, and of other times. */
static void
test_other_times (void) {
  for (guint i = 0; i < 2; i++) {
    g_autoptr (Town) town = town_new ();
    const Citizen *anna = &town->people[ANNA];
    const GeoTime then = town->now;
    g_autoptr (GeoParticipant) before = geo_participant_copy (
        anna->participant);
    g_autoptr (GeoParticipant) said = NULL;
    g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);

    town->now += 30 * 24 * 3600 * G_GINT64_CONSTANT (1000);
    said = make_next (before, old, KEY (1), town->now);
    town->now = then;
    rotate (town, ANNA, KEY (1));
    town->now = said->at;
    /* The later form, whatever it says of when. */
    anna->participant->seq = 100;
    geo_participant_sign (anna->participant, anna->secret);
    write_to_me (town, anna->participant, anna->secret, "quietly", town->now);
    show (town, said);
    town_expect (town, "store:person");
    if (i == 1)
      town_reload (town);
    expect_entry_by (town, old, 2, NULL, TRUE);
    g_assert_cmpint (known (town, ANNA)->seq, ==, 100);
    town->now += GEO_KEY_GRACE_MS + 1000;
    expect_entry_by (town, old, 3, NULL, FALSE);
  }
}

/* K5: I am shown one chain, and the hub another: the hub's stays, and no word
 * of the hub's is a lie for it; but of two that it has said itself the first. */
static void
test_other_chain (void) {
  for (guint i = 0; i < 2; i++) {
    g_autoptr (Town) town = town_new ();
    const Citizen *anna = &town->people[ANNA];
    g_autoptr (GeoParticipant) before = geo_participant_copy (
        anna->participant);
    g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);
    g_autoptr (GeoSecret) secret = make_secret (KEY (2));
    g_autoptr (GeoSecret) thirds = make_secret (KEY (3));
    g_autoptr (GeoParticipant) said = make_next (before, old, KEY (2),
                                                 town->now);
    g_autoptr (GeoParticipant) third = make_next (before, old, KEY (3),
                                                  town->now);

    rotate (town, ANNA, KEY (1));
    write_to_me (town, anna->participant, anna->secret, "to-me", town->now);
    if (i == 0) {
      show (town, said);
      town_expect (town, "store:person store:evidence tell:two-keys tell:person "
                         "tell:new-key");
    }
    expect_entry_by (town, secret, 2, said, TRUE);
    g_assert_true (
        geo_public_key_equal (&known (town, ANNA)->key, &said->key));
    town_reload (town);
    g_assert_true (
        geo_public_key_equal (&known (town, ANNA)->key, &said->key));
    write_to_me (town, anna->participant, anna->secret, "again", town->now);
    town_expect (town, "send:LETTER_READ");
    g_assert_true (
        geo_public_key_equal (&known (town, ANNA)->key, &said->key));
    show (town, third);
    town_expect (town, "");
    expect_entry_by (town, thirds, 3, third, FALSE);
  }
}

/* Somebody who has Anna's former key writes to me before I have heard of her
 * change: I take them for her until the hub has said who she is, and no longer;
 * and what they write then is nothing, with whichever of their keys. */
static void
test_thief_was_faster (void) {
  for (guint i = 0; i < 2; i++) {
    g_autoptr (Town) town = town_new ();
    const Citizen *anna = &town->people[ANNA];
    g_autoptr (GeoParticipant) before = geo_participant_copy (
        anna->participant);
    g_autoptr (GeoSecret) old = geo_secret_ref (anna->secret);
    g_autoptr (GeoSecret) thiefs = make_secret (KEY (2));
    g_autoptr (GeoSecret) next = make_secret (KEY (3));
    g_autoptr (GeoParticipant) other = make_next (before, old, KEY (2),
                                                  town->now);
    g_autoptr (GeoParticipant) longer = make_next (other, thiefs, KEY (3),
                                                   town->now + 1);

    rotate (town, ANNA, KEY (1));
    town->now += GEO_KEY_GRACE_MS + 1000;
    write_to_me (town, other, thiefs, "thiefs", town->now);
    g_assert_nonnull (town_told (town, GEO_TOLD_NEW_KEY));
    write_to_me (town, anna->participant, anna->secret, "hers", town->now);
    town_expect (town, "store:evidence tell:two-keys send:LETTER_READ");
    if (i == 1)
      town_reload (town);

    show (town, anna->participant);
    town_expect (town, "store:person tell:person tell:new-key");
    write_to_me (town, anna->participant, anna->secret, "hers-again",
                 town->now);
    town_expect (town, "store:letter tell:proposals send:LETTER_READ");
    if (i == 1)
      town_reload (town);
    write_to_me (town, before, old, "by-the-first", town->now);
    town_expect (town, "send:LETTER_READ");
    write_to_me (town, other, thiefs, "by-the-second", town->now);
    town_expect (town, "send:LETTER_READ");
    write_to_me (town, longer, next, "by-the-third", town->now);
    town_expect (town, "send:LETTER_READ");
    g_assert_true (geo_public_key_equal (&known (town, ANNA)->key,
                                         &anna->participant->key));
    /* Nor does the hub lie when it takes what is hers. */
    expect_entry_by (town, anna->secret, 2, anna->participant, TRUE);
  }
}

/* What the hub said of somebody in passing is not forgotten when something else
 * makes them stay. */
static void
test_said_in_passing (void) {
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Town) town = town_new ();
    const Citizen *dora = &town->people[DORA];
    g_autoptr (GeoSecret) old = geo_secret_ref (dora->secret);
    g_autoptr (GeoTrustLine) line = NULL;
    GeoProvenEntry *entry;
    GeoHash hash;

    rotate (town, DORA, KEY (1));
    show (town, dora->participant);
    town_expect (town, "tell:person");
    town->now += GEO_KEY_GRACE_MS + 1000;
    if (i == 0)
      write_to_me (town, dora->participant, dora->secret, "hello", town->now);
    else if (i == 1)
      g_assert_true (town_trust (town, "line", DORA, 1000, FALSE, NULL));
    else
      g_assert_true (town_pay (town, "tx", DORA, 1000, NULL, &hash, NULL));
    g_assert_nonnull (town_stored (town, GEO_RECORD_KIND_PERSON));
    town_reload (town);
    line = town_line (town, DORA, ME, 9000, 1);
    line->signed_at = town->now;
    geo_trust_line_sign (line, old);
    entry = town_entry_of_line (town, line);
    set_person (town, entry, NULL);
    town_receive (town, town_receipt (entry));
    town_expect_fault (town, GEO_REASON_BAD_SIGNATURE);
  }
}

/* --- Ours ----------------------------------------------------------------- */

/* As it is after a change: the journal is read anew, with the new key. */
static void
rotate_me (Town *town, guint8 number) {
  town_disconnect (town);
  rotate (town, ME, number);
  town_reload (town);
}

/* K7: a line that the hub may not have is signed again, with the same content,
 * and the receipt for either is the receipt. */
static void
test_waiting_line (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) first = NULL;
  const GeoTrustLine *again;
  GeoHash hash, other;

  g_assert_true (town_trust (town, "carl", CARL, 5000, FALSE, NULL));
  first = geo_trust_line_copy (town_sent (town, GEO_MESSAGE_TRUST_LINE_CREATE)
                                   ->u.trust_line_create->line);
  geo_trust_line_hash (first, &hash);
  rotate_me (town, KEY (1));
  town_connect (town);
  again = town_sent (town, GEO_MESSAGE_TRUST_LINE_CREATE)
              ->u.trust_line_create->line;
  geo_trust_line_hash (again, &other);
  g_assert_true (geo_hash_equal (&hash, &other));
  g_assert_true (
      geo_trust_line_verify (again, &town->people[ME].participant->key, NULL));
  g_assert_nonnull (town_stored (town, GEO_RECORD_KIND_LINE));

  /* Once: it is on disk so. */
  town_disconnect (town);
  town_reload (town);
  town_connect (town);
  g_assert_nonnull (town_sent (town, GEO_MESSAGE_TRUST_LINE_CREATE));
  for (guint i = 0; i < town->actions->len; i++)
    g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, i))->kind,
                     !=, GEO_ACTION_STORE_RECORD);

  /* The hub had it with the former key. */
  town_receive (town, town_sync_result (0));
  town_receive (town, town_receipt (town_entry_of_line (town, first)));
  g_assert_cmpuint (town->n_faults, ==, 0);
  g_assert_cmpint (geo_party_get_line (town->party, &town->people[ME].pid,
                                       &town->people[CARL].pid, "UAH")
                       ->limit.amount.minor,
                   ==, 5000);
}

/* An order that is open stays as it was signed, is asked about, and ends. */
static void
test_open_order (void) {
  g_autoptr (Town) town = town_new ();
  const GeoOrder *order;
  GeoPublicKey old;
  GeoHash hash;

  old = town->people[ME].participant->key;
  g_assert_true (town_pay (town, "tx", ANNA, 1000, NULL, &hash, NULL));
  rotate_me (town, KEY (1));
  town_connect (town);
  g_assert_nonnull (town_sent (town, GEO_MESSAGE_RECOVERY_QUERY));
  order = geo_payer_find (town->party, &hash)->order;
  g_assert_true (geo_order_verify (order, &old, NULL));
  town_receive (town,
                town_abort (town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE,
                                          GEO_REASON_UNKNOWN_ORDER)));
  g_assert_cmpuint (town->n_faults, ==, 0);
  g_assert_nonnull (town_told (town, GEO_TOLD_PAYMENT));
}

/* With every change there can be, a checkpoint with all its history is still a
 * letter that can be sent. */
static void
test_long_letter (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GPtrArray) history =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_movement_free);
  const GeoMessage *sent;
  g_autofree gchar *text = NULL;
  g_autoptr (GeoLetter) letter = NULL;
  GeoHash hash;

  town_disconnect (town);
  for (guint i = 0; i < GEO_ROTATIONS_MAX; i++) {
    town->now += 1000;
    rotate (town, ME, KEY (i));
  }
  town_reload (town);
  town_connect (town);
  for (guint i = 0; i < 64; i++) {
    GeoMovement *movement = geo_movement_new ();

    memset (&movement->contract, (gint) i, sizeof movement->contract);
    movement->has_gained = TRUE;
    movement->gained = geo_decimal (GEO_AMOUNT (GEO_AMOUNT_MAX), 2);
    movement->at = town->now;
    g_ptr_array_add (history, movement);
  }
  g_ptr_array_set_size (town->actions, 0);
  g_assert_true (geo_party_propose_checkpoint (
      town->party, "checkpoint", &town->people[ANNA].pid, "UAH", history,
      town->now, &hash, town->actions, NULL));
  sent = town_sent (town, GEO_MESSAGE_LETTER_SEND);
  text = geo_unseal_letter (town->people[ANNA].secret,
                            sent->u.letter_send->sealed, NULL);
  letter = geo_letter_from_text (text, -1, NULL);
  g_assert_nonnull (letter);
  g_assert_cmpuint (letter->person->rotations->len, ==, GEO_ROTATIONS_MAX);
  g_assert_cmpuint (letter->history->len, >, 16);
  g_assert_cmpuint (letter->history->len, <, 64);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/keys/learns", test_learns);
  g_test_add_func ("/party/keys/rollback", test_rollback);
  g_test_add_func ("/party/keys/forged", test_forged);
  g_test_add_func ("/party/keys/fork", test_fork);
  g_test_add_func ("/party/keys/entry-brings-it", test_entry_brings_it);
  g_test_add_func ("/party/keys/entry-without-it", test_entry_without_it);
  g_test_add_func ("/party/keys/former-key", test_former_key);
  g_test_add_func ("/party/keys/entry-of-the-fork", test_entry_of_the_fork);
  g_test_add_func ("/party/keys/entry-with-another-form",
                   test_entry_with_another_form);
  g_test_add_func ("/party/keys/letters", test_letters);
  g_test_add_func ("/party/keys/letters-of-a-thief", test_letters_of_a_thief);
  g_test_add_func ("/party/keys/unsaid-change", test_unsaid_change);
  g_test_add_func ("/party/keys/other-times", test_other_times);
  g_test_add_func ("/party/keys/other-chain", test_other_chain);
  g_test_add_func ("/party/keys/thief-was-faster", test_thief_was_faster);
  g_test_add_func ("/party/keys/said-in-passing", test_said_in_passing);
  g_test_add_func ("/party/keys/long-letter", test_long_letter);
  g_test_add_func ("/party/keys/waiting-line", test_waiting_line);
  g_test_add_func ("/party/keys/open-order", test_open_order);
  return g_test_run ();
}
