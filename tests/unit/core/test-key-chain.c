/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chains of keys (§5a): the vectors, each bad chain, which key counts when, and
 * what shows that somebody else had a key.
 */
#include "core/geo-key-chain.h"

#include <json-glib/json-glib.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"

#include "test-util.h"

#define FIRST 11
#define T0 G_GINT64_CONSTANT (1795250000000)
#define DAY (24 * 60 * 60 * 1000)

static GeoParticipant *
make_person (guint8 community, guint8 number) {
  g_autoptr (GeoSecret) secret = make_secret (number);
  GeoParticipant *person = geo_participant_new ();

  person->community = make_pid (community);
  geo_secret_get_pid (secret, &person->pid);
  geo_secret_get_public (secret, &person->key);
  person->name = g_strdup ("Olena");
  person->kind = GEO_PARTICIPANT_KIND_PERSON;
  person->seq = 1;
  person->at = T0;
  geo_participant_sign (person, secret);
  return person;
}

static GeoParticipant *
rotate (const GeoParticipant *person, guint8 now, guint8 next, GeoTime at) {
  g_autoptr (GeoSecret) old = make_secret (now);
  g_autoptr (GeoSecret) new = make_secret (next);
  g_autoptr (GError) error = NULL;
  GeoParticipant *later = geo_participant_rotate (person, old, new, at, &error);

  g_assert_no_error (error);
  g_assert_nonnull (later);
  return later;
}

static void
assert_holds (const GeoParticipant *person) {
  g_autoptr (GError) error = NULL;

  geo_participant_check (person, &person->community, &error);
  g_assert_no_error (error);
}

/* --- Vectors -------------------------------------------------------------- */

static GeoParticipant *
read_person (JsonObject *item, const gchar *name) {
  g_autoptr (GError) error = NULL;
  const gchar *text = json_object_get_string_member (item, name);
  GeoParticipant *person = geo_participant_from_text (text, -1, &error);
  g_autofree gchar *again = NULL;

  g_assert_no_error (error);
  again = geo_participant_to_text (person, NULL);
  g_assert_cmpstr (again, ==, text);
  return person;
}

static void
test_vectors (void) {
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "vectors",
                                                  "keys.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;
  JsonArray *list;
  GeoPid community;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_true (geo_pid_parse (
      json_object_get_string_member (root, "community"), &community, NULL));

  list = json_object_get_array_member (root, "valid");
  g_assert_cmpuint (json_array_get_length (list), >=, 4);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    g_autoptr (GeoParticipant) person = read_person (item, "participant");

    g_test_message ("%s", json_object_get_string_member (item, "name"));
    g_assert_cmpuint (person->rotations->len, ==, i);
    geo_participant_check (person, &community, &error);
    g_assert_no_error (error);
  }

  list = json_object_get_array_member (root, "invalid");
  g_assert_cmpuint (json_array_get_length (list), >=, 20);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    g_autoptr (GeoParticipant) person = read_person (item, "participant");

    g_test_message ("%s", json_object_get_string_member (item, "name"));
    g_assert_false (geo_participant_check (person, &community, &error));
    g_test_message ("  %s", error->message);
    g_clear_error (&error);
  }

  list = json_object_get_array_member (root, "forks");
  g_assert_cmpuint (json_array_get_length (list), >=, 2);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *item = json_array_get_object_element (list, i);
    g_autoptr (GeoParticipant) one = read_person (item, "one");
    g_autoptr (GeoParticipant) other = read_person (item, "other");

    assert_holds (one);
    assert_holds (other);
    g_assert_cmpint (geo_participant_compare_keys (one, other), ==,
                     GEO_KEY_CHAIN_FORK);
    g_assert_cmpint (geo_participant_compare_keys (other, one), ==,
                     GEO_KEY_CHAIN_FORK);
  }
}

/* --- Making --------------------------------------------------------------- */

static void
test_rotate (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) second = rotate (first, 11, 12, T0 + DAY);
  g_autoptr (GeoParticipant) third = rotate (second, 12, 13, T0 + 2 * DAY);
  g_autoptr (GeoParticipant) again = rotate (first, 11, 12, T0 + 3 * DAY);

  assert_holds (first);
  assert_holds (second);
  assert_holds (third);
  g_assert_true (geo_pid_equal (&third->pid, &first->pid));
  g_assert_cmpint (third->seq, ==, 3);
  g_assert_cmpstr (third->name, ==, "Olena");
  g_assert_cmpint (geo_participant_compare_keys (first, third), ==,
                   GEO_KEY_CHAIN_LONGER);
  g_assert_cmpint (geo_participant_compare_keys (third, second), ==,
                   GEO_KEY_CHAIN_SHORTER);
  g_assert_cmpint (geo_participant_compare_keys (second, second), ==,
                   GEO_KEY_CHAIN_SAME);
  /* The same word, said once more. */
  g_assert_cmpint (geo_participant_compare_keys (second, again), ==,
                   GEO_KEY_CHAIN_SAME);
  g_assert_true (geo_participant_is_later (second, again));
  g_assert_false (geo_participant_is_later (again, second));
  g_assert_false (geo_participant_is_later (again, again));
  g_assert_true (geo_participant_is_later (again, third));
}

static void
test_cannot_rotate (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) person = rotate (first, 11, 12, T0 + 1);
  g_autoptr (GeoSecret) former = make_secret (11);
  g_autoptr (GeoSecret) now = make_secret (12);
  g_autoptr (GeoSecret) next = make_secret (13);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      geo_participant_rotate (person, former, next, T0 + 2, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  g_assert_null (geo_participant_rotate (person, now, now, T0 + 2, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_assert_null (geo_participant_rotate (person, now, former, T0 + 2, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_assert_null (geo_participant_rotate (person, now, next, T0 + 1, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  for (guint8 i = 12; i < FIRST + GEO_ROTATIONS_MAX; i++) {
    GeoParticipant *later = rotate (person, i, i + 1, T0 + i);

    geo_participant_free (person);
    person = later;
  }
  assert_holds (person);
  g_assert_cmpuint (person->rotations->len, ==, GEO_ROTATIONS_MAX);
  g_clear_pointer (&now, geo_secret_unref);
  g_clear_pointer (&next, geo_secret_unref);
  now = make_secret (FIRST + GEO_ROTATIONS_MAX);
  next = make_secret (FIRST + GEO_ROTATIONS_MAX + 1);
  g_assert_null (geo_participant_rotate (person, now, next, T0 + DAY, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
}

/* K7: as far back as the former keys are there; the others stay as they were. */
static void
test_rotate_anew (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) second = rotate (first, 11, 12, T0 + DAY);
  g_autoptr (GeoParticipant) third = rotate (second, 12, 13, T0 + 2 * DAY);
  g_autoptr (GeoSecret) now = make_secret (13);
  g_autoptr (GPtrArray) former =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_secret_unref);
  g_autoptr (GError) error = NULL;

  g_assert_null (geo_participant_rotate_anew (third, former, now, T0 + 3 * DAY,
                                              &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  /* One that is of no use alone. */
  g_ptr_array_add (former, make_secret (11));
  g_assert_null (geo_participant_rotate_anew (third, former, now, T0 + 3 * DAY,
                                              &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  for (guint n = 2; n > 0; n--) {
    g_autoptr (GeoParticipant) anew = NULL;
    GeoKeyChain chain;

    if (n == 2)
      g_ptr_array_add (former, make_secret (12));
    else
      g_ptr_array_remove_index (former, 0);
    anew = geo_participant_rotate_anew (third, former, now, T0 + 3 * DAY,
                                        &error);
    g_assert_no_error (error);
    assert_holds (anew);
    g_assert_cmpint (anew->seq, ==, 3);
    g_assert_cmpint (geo_participant_compare_keys (third, anew), ==,
                     GEO_KEY_CHAIN_SAME);
    g_assert_true (geo_participant_is_later (third, anew));
    g_assert_false (geo_participant_ends_earlier (third, anew));
    g_assert_true (geo_participant_ends_earlier (anew, third));
    g_assert_true (geo_participant_ends_earlier (anew, second) == (n == 2));
    geo_key_chain_of (anew, &chain);
    g_assert_cmpint (chain.ended[0], ==,
                     n == 2 ? T0 + 3 * DAY - 1 : T0 + DAY);
    g_assert_cmpint (chain.ended[1], ==, T0 + 3 * DAY);
  }
}

/* Whatever bit is turned over, nothing holds any more. */
static void
test_each_bit (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) second = rotate (first, 11, 12, T0 + DAY);
  g_autoptr (GeoParticipant) person = rotate (second, 12, 13, T0 + 2 * DAY);

  /* K1: both signatures are over the same bytes, which are all of it. */
  for (guint i = 0; i < 2; i++) {
    GeoKeyRotation *rotation = g_ptr_array_index (person->rotations, i);
    const struct {
      guint8 *bytes;
      gsize len;
    } parts[] = {
      { rotation->community.bytes, GEO_HASH_LEN },
      { rotation->pid.bytes, GEO_HASH_LEN },
      { (guint8 *) &rotation->number, 1 },
      { rotation->old_key.bytes, GEO_PUBLIC_KEY_LEN },
      { rotation->new_key.bytes, GEO_PUBLIC_KEY_LEN },
      { (guint8 *) &rotation->at, 4 },
      { rotation->signature.bytes, GEO_SIGNATURE_LEN },
      { rotation->accepted.bytes, GEO_SIGNATURE_LEN },
    };

    for (gsize part = 0; part < G_N_ELEMENTS (parts); part++) {
      for (gsize bit = 0; bit < 8 * parts[part].len; bit += part < 2 ? 8 : 3) {
        guint8 *byte = &parts[part].bytes[bit / 8];
        const guint8 was = *byte;

        *byte ^= (guint8) (1 << bit % 8);
        /* What cannot be written at all is never read. */
        if (rotation->number >= 1 && rotation->number <= GEO_ROTATIONS_MAX &&
            rotation->at >= 0)
          g_assert_false (geo_key_chain_check (person, NULL));
        *byte = was;
      }
    }
  }
  assert_holds (person);
}

static void
test_community (void) {
  g_autoptr (GeoParticipant) here = make_person (1, FIRST);
  g_autoptr (GeoParticipant) there = make_person (2, FIRST);
  g_autoptr (GeoParticipant) rotated = rotate (there, 11, 12, T0 + DAY);
  g_autoptr (GeoSecret) next = make_secret (12);
  g_autoptr (GError) error = NULL;

  /* What was said in one community is nothing in another, although the keys
   * are the same. */
  g_assert_false (
      geo_participant_check (rotated, &here->community, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  rotated->community = here->community;
  geo_participant_sign (rotated, next);
  g_assert_false (
      geo_participant_check (rotated, &here->community, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
}

/* --- Which key counts when ------------------------------------------------ */

static void
test_in_force (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) second = rotate (first, 11, 12, T0 + DAY);
  g_autoptr (GeoParticipant) person = rotate (second, 12, 13, T0 + 2 * DAY);
  const struct {
    guint8 by;
    GeoTime at;
    gboolean holds;
  } cases[] = {
    { 11, T0, TRUE },
    { 11, T0 + DAY, TRUE },
    { 11, T0 + DAY + GEO_KEY_GRACE_MS, TRUE },
    /* Who stole the old key. */
    { 11, T0 + DAY + GEO_KEY_GRACE_MS + 1, FALSE },
    { 11, T0 + 9 * DAY, FALSE },
    { 12, T0 + DAY, TRUE },
    { 12, T0 + 2 * DAY + GEO_KEY_GRACE_MS, TRUE },
    { 12, T0 + 2 * DAY + GEO_KEY_GRACE_MS + 1, FALSE },
    { 13, T0 + 3 * DAY, TRUE },
    /* What was asked under the old key may be answered under the new one. */
    { 12, T0, TRUE },
    { 13, T0, TRUE },
    { 14, T0, FALSE },
    { 14, T0 + 3 * DAY, FALSE },
  };
  GeoKeyChain chain;

  geo_key_chain_of (person, &chain);
  g_assert_cmpuint (chain.n, ==, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GeoSecret) secret = make_secret (cases[i].by);
    g_autoptr (GeoRefusal) refusal = geo_refusal_new ();
    g_autoptr (GError) error = NULL;

    refusal->voter = person->pid;
    refusal->code = GEO_CODE_TIMEOUT;
    refusal->reason = g_strdup ("too_late");
    refusal->at = cases[i].at;
    geo_refusal_sign (refusal, secret);
    g_test_message ("%" G_GSIZE_FORMAT, i);
    g_assert_true (geo_key_chain_check_refusal (&chain, refusal, &error) ==
                   cases[i].holds);
    if (!cases[i].holds)
      assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  }
  /* A vote is of its contract's time. */
  for (guint later = 0; later < 2; later++) {
    g_autoptr (GeoSecret) secret = make_secret (11);
    g_autoptr (GeoContract) contract = geo_contract_new ();
    g_autoptr (GeoVote) vote = geo_vote_new ();

    contract->created_at = T0 + (later ? 3 : 0) * DAY;
    vote->voter = person->pid;
    geo_vote_sign (vote, secret);
    g_assert_true (geo_key_chain_check_vote (&chain, vote, contract, NULL) ==
                   !later);
  }
}

static void
test_nobody (void) {
  GeoKeyChain chain = { 0 };
  g_autoptr (GeoRefusal) refusal = geo_refusal_new ();
  g_autoptr (GError) error = NULL;

  refusal->code = GEO_CODE_TIMEOUT;
  refusal->reason = g_strdup ("too_late");
  g_assert_null (geo_key_chain_nth (&chain, 0, 0));
  g_assert_false (geo_key_chain_check_refusal (&chain, refusal, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
}

/* --- Evidence ------------------------------------------------------------- */

static void
test_two_keys (void) {
  g_autoptr (GeoParticipant) first = make_person (1, FIRST);
  g_autoptr (GeoParticipant) one = rotate (first, 11, 12, T0 + DAY);
  g_autoptr (GeoParticipant) longer = rotate (one, 12, 13, T0 + 2 * DAY);
  g_autoptr (GeoParticipant) other = rotate (first, 11, 14, T0 + DAY);
  g_autoptr (GeoParticipant) stranger = make_person (1, 15);
  const struct {
    const GeoParticipant *a;
    const GeoParticipant *b;
    gboolean proves;
  } cases[] = {
    { one, other, TRUE },       { longer, other, TRUE },
    { one, longer, FALSE },     { one, one, FALSE },
    { first, longer, FALSE },   { other, stranger, FALSE },
  };
  g_autoptr (GeoSecret) hub = make_secret (1);
  GeoPublicKey key;

  geo_secret_get_public (hub, &key);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GeoEvidence) evidence = geo_evidence_new ();
    g_autoptr (GeoEvidence) back = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GError) error = NULL;

    evidence->what = GEO_EVIDENCE_KIND_TWO_KEYS;
    evidence->reason = g_strdup ("two_keys");
    g_ptr_array_add (evidence->people, geo_participant_copy (cases[i].a));
    g_ptr_array_add (evidence->people, geo_participant_copy (cases[i].b));
    text = geo_evidence_to_text (evidence, NULL);
    back = geo_evidence_from_text (text, -1, &error);
    g_assert_no_error (error);
    g_assert_cmpint (
        geo_evidence_check (back, &first->community, &key, &error), ==,
        cases[i].proves ? GEO_EVIDENCE_PROVES : GEO_EVIDENCE_NOTHING);
    g_clear_error (&error);
    /* Forged. */
    ((GeoParticipant *) g_ptr_array_index (back->people, 1))
        ->signature.bytes[0] ^= 1;
    g_assert_cmpint (
        geo_evidence_check (back, &first->community, &key, &error), ==,
        GEO_EVIDENCE_NOTHING);
    g_clear_error (&error);
    g_ptr_array_set_size (back->people, 1);
    g_assert_cmpint (
        geo_evidence_check (back, &first->community, &key, &error), ==,
        GEO_EVIDENCE_NOTHING);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key-chain/vectors", test_vectors);
  g_test_add_func ("/key-chain/rotate", test_rotate);
  g_test_add_func ("/key-chain/cannot-rotate", test_cannot_rotate);
  g_test_add_func ("/key-chain/rotate-anew", test_rotate_anew);
  g_test_add_func ("/key-chain/each-bit", test_each_bit);
  g_test_add_func ("/key-chain/community", test_community);
  g_test_add_func ("/key-chain/in-force", test_in_force);
  g_test_add_func ("/key-chain/nobody", test_nobody);
  g_test_add_func ("/key-chain/two-keys", test_two_keys);
  return g_test_run ();
}
