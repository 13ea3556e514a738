/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chains of keys (§5a): made in any order, out of anybody's keys, spoiled,
 * shown to a hub that is started again in between, and asked who may have
 * signed what. A chain holds as it was made or not at all, keys go on and never
 * back (K2, K3, K5), one key is one participant's (K7), a former key counts for
 * its time (K4), and two chains are evidence exactly where they do not go on
 * from each other.
 */
#include "core/geo-contract.h"
#include "core/geo-evidence.h"
#include "fuzz.h"
#include "protocol/geo-book.h"
#include "town.h"

#define PEOPLE 3
#define KEYS 24
#define STEPS_MAX 48
#define FORMS_MAX 40
#define SECOND 1000

typedef struct {
  Town *town;
  FuzzInput input;
  GeoSecret *keys[KEYS]; /* The first ones are the people's first keys. */
  GPtrArray *forms; /* GeoParticipant: whatever anybody made of themselves */
} World;

static const GeoParticipant *
pick (World *world) {
  return g_ptr_array_index (world->forms,
                            fuzz_below (&world->input, world->forms->len));
}

static const GeoKeyRotation *
rotation_of (const GeoParticipant *form, guint i) {
  return g_ptr_array_index (form->rotations, i);
}

static gboolean
holds (const GeoParticipant *form) {
  g_autoptr (GError) error = NULL;
  gboolean done = geo_participant_check (form, &form->community, &error);

  fuzz_check_outcome (done, error);
  return done;
}

/* --- Making --------------------------------------------------------------- */

/* What K2 and K3 say, in other words. */
static gboolean
may_rotate (const GeoParticipant *form,
            const GeoPublicKey *now,
            const GeoPublicKey *next,
            GeoTime at) {
  guint n = form->rotations->len;

  if (!geo_public_key_equal (now, &form->key) || n >= GEO_ROTATIONS_MAX ||
      geo_public_key_equal (next, &form->key) ||
      (n > 0 && at <= rotation_of (form, n - 1)->at))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (geo_public_key_equal (next, &rotation_of (form, i)->old_key))
      return FALSE;
  return TRUE;
}

static void
rotate (World *world) {
  const GeoParticipant *form = pick (world);
  guint choice = fuzz_byte (&world->input);
  GeoSecret *next = world->keys[fuzz_byte (&world->input) % KEYS];
  GeoTime at = TOWN_START + SECOND * fuzz_byte (&world->input);
  GeoSecret *now = world->keys[choice % KEYS];
  g_autoptr (GError) error = NULL;
  GeoParticipant *later;
  GeoPublicKey one, other;

  /* Mostly who has the key. */
  for (guint i = 0; choice < 200 && i < KEYS; i++) {
    geo_secret_get_public (world->keys[i], &one);
    if (geo_public_key_equal (&one, &form->key))
      now = world->keys[i];
  }
  if (choice < 200 && form->rotations->len > 0)
    at += rotation_of (form, form->rotations->len - 1)->at - TOWN_START;
  geo_secret_get_public (now, &one);
  geo_secret_get_public (next, &other);
  later = geo_participant_rotate (form, now, next, at, &error);
  fuzz_check_outcome (later != NULL, error);
  g_assert_cmpint (later != NULL, ==, may_rotate (form, &one, &other, at));
  if (later == NULL)
    return;
  g_assert_true (holds (later));
  g_assert_cmpint (geo_participant_compare_keys (form, later), ==,
                   GEO_KEY_CHAIN_LONGER);
  g_assert_cmpint (geo_participant_compare_keys (later, form), ==,
                   GEO_KEY_CHAIN_SHORTER);
  if (world->forms->len == FORMS_MAX)
    g_ptr_array_remove_index (world->forms, PEOPLE);
  g_ptr_array_add (world->forms, later);
}

/* Every byte counts. */
static void
spoil (World *world) {
  const GeoParticipant *form = pick (world);
  g_autoptr (GeoParticipant) bent = NULL;
  g_autofree gchar *again = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *before = NULL;
  gsize len;

  text = geo_participant_to_text (form, &len);
  before = g_strdup (text);
  fuzz_spoil (&world->input, text, len);
  bent = geo_participant_from_text (text, (gssize) len, NULL);
  if (bent == NULL || !geo_pid_equal (&bent->community, &form->community) ||
      !holds (bent))
    return;
  again = geo_participant_to_text (bent, NULL);
  g_assert_cmpstr (again, ==, before);
}

/* --- Asking --------------------------------------------------------------- */

/* K4 */
static void
ask_when (World *world) {
  const GeoParticipant *form = pick (world);
  GeoSecret *by = world->keys[fuzz_byte (&world->input) % KEYS];
  GeoTime at = TOWN_START + SECOND * (GeoTime) fuzz_below (&world->input, 9000);
  g_autoptr (GeoResponse) said = geo_response_new ();
  g_autoptr (GError) error = NULL;
  gboolean may, done;
  GeoKeyChain chain;
  GeoPublicKey key;

  geo_secret_get_public (by, &key);
  may = geo_public_key_equal (&key, &form->key);
  for (guint i = 0; i < form->rotations->len; i++)
    may = may ||
          (geo_public_key_equal (&key, &rotation_of (form, i)->old_key) &&
           at <= rotation_of (form, i)->at + GEO_KEY_GRACE_MS);
  said->community = form->community;
  said->participant = form->pid;
  said->verdict = GEO_VERDICT_AGREED;
  said->at = at;
  geo_response_sign (said, by);
  geo_key_chain_of (form, &chain);
  done = geo_key_chain_check_response (&chain, said, &error);
  fuzz_check_outcome (done, error);
  g_assert_cmpint (done, ==, may);
}

/* K5 */
static void
compare (World *world) {
  const GeoParticipant *one = pick (world);
  const GeoParticipant *other = pick (world);
  g_autoptr (GeoEvidence) evidence = geo_evidence_new ();
  GeoKeyChainOrder there, back;
  g_autoptr (GError) error = NULL;
  GeoEvidenceWeight weight;
  gboolean is_one = geo_pid_equal (&one->pid, &other->pid);

  there = geo_participant_compare_keys (one, other);
  back = geo_participant_compare_keys (other, one);
  g_assert_cmpint (back, ==,
                   there == GEO_KEY_CHAIN_LONGER    ? GEO_KEY_CHAIN_SHORTER
                   : there == GEO_KEY_CHAIN_SHORTER ? GEO_KEY_CHAIN_LONGER
                                                    : there);
  evidence->what = GEO_EVIDENCE_KIND_TWO_KEYS;
  evidence->reason = g_strdup ("two_keys");
  g_ptr_array_add (evidence->people, geo_participant_copy (one));
  g_ptr_array_add (evidence->people, geo_participant_copy (other));
  weight = geo_evidence_check (evidence, &world->town->pid,
                               &world->town->community->key, &error);
  fuzz_check_outcome (weight != 0, error);
  g_assert_cmpint (weight == GEO_EVIDENCE_PROVES, ==,
                   is_one && there == GEO_KEY_CHAIN_FORK);
}

/* --- The hub -------------------------------------------------------------- */

/* K7: one key, now or before, is one participant's. */
static void
check_book (World *world) {
  const GeoBook *book = world->town->book;

  for (guint i = 0; i < geo_book_n_participants (book); i++) {
    const GeoParticipant *person = geo_book_get_nth (book, i);
    GeoKeyChain chain;

    geo_key_chain_of (person, &chain);
    for (guint j = 0; j < chain.n; j++) {
      GeoPid digest;

      geo_pid_from_key (&chain.keys[j], &digest);
      g_assert_true (geo_book_find_by_key (book, &digest) == person);
    }
  }
}

static void
present (World *world) {
  Town *town = world->town;
  const GeoParticipant *form = pick (world);
  const GeoParticipant *known = geo_book_get_participant (town->book,
                                                          &form->pid);
  g_autoptr (GeoParticipant) before = geo_participant_copy (known);
  g_autoptr (GError) error = NULL;
  GeoKeyChainOrder order = geo_participant_compare_keys (before, form);
  gboolean done;

  g_ptr_array_set_size (town->actions, 0);
  town->now += SECOND;
  done = geo_closer_register (town->closer, form, town->now, town->actions,
                              &error);
  fuzz_check_outcome (done, error);
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_STORE_CHANGE)
      ledger_apply (town->ledger, action->change);
  }
  known = geo_book_get_participant (town->book, &form->pid);
  if (done)
    g_assert_true (order == GEO_KEY_CHAIN_SAME ||
                   order == GEO_KEY_CHAIN_LONGER);
  /* K5: keys only go on. */
  g_assert_cmpint (geo_participant_compare_keys (before, known), ==,
                   done ? order : GEO_KEY_CHAIN_SAME);
  check_book (world);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  World world = { .input = { data, size } };

  world.town = town_new (PEOPLE);
  world.forms =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_participant_free);
  for (guint i = 0; i < KEYS; i++)
    world.keys[i] = town_secret ((guint8) (i + 1));
  for (guint i = 0; i < PEOPLE; i++)
    g_ptr_array_add (
        world.forms,
        geo_participant_copy (town_person (world.town, i)->participant));
  for (guint step = 0; step < STEPS_MAX && world.input.left > 0; step++) {
    switch (fuzz_byte (&world.input) % 8) {
    case 0:
    case 1:
    case 2:
      rotate (&world);
      break;
    case 3:
    case 4:
      present (&world);
      break;
    case 5:
      ask_when (&world);
      break;
    case 6:
      compare (&world);
      break;
    default: /* 7 of eight */
      spoil (&world);
      if (fuzz_byte (&world.input) % 8 == 0) {
        town_restart (world.town);
        check_book (&world);
      }
    }
  }
  g_ptr_array_unref (world.forms);
  for (guint i = 0; i < KEYS; i++)
    geo_secret_unref (world.keys[i]);
  town_free (world.town);
  return 0;
}
