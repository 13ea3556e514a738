/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer and changed keys (§5a): which chains it takes and which it does
 * not, who hears of it, what is still taken under a former key (nothing), and
 * that what was on its way comes to its end.
 */
#include "protocol/geo-book-private.h"
#include "town.h"

enum { A, B, C };

#define KEY(n) ((guint8) (100 + (n)))

static void
apply (Town *town) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_STORE_CHANGE)
      ledger_apply (town->ledger, action->change);
  }
}

/* 0, or why not. */
static gint
register_it (Town *town, const GeoParticipant *participant) {
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  g_ptr_array_set_size (town->actions, 0);
  is_done = geo_closer_register (town->closer, participant, town->now,
                                 town->actions, &error);
  apply (town);
  return is_done ? 0 : error->code;
}

static GeoParticipant *
make_next (const GeoParticipant *before,
           GeoSecret *now,
           guint8 number,
           GeoTime at) {
  g_autoptr (GeoSecret) next = town_secret (number);
  g_autoptr (GError) error = NULL;
  GeoParticipant *later = geo_participant_rotate (before, now, next, at,
                                                  &error);

  g_assert_no_error (error);
  return later;
}

/* The hub takes it, and the person uses it from now on. */
static void
rotate (Town *town, guint index, guint8 number) {
  Person *person = town_person (town, index);
  GeoParticipant *next = make_next (person->participant, person->secret, number,
                                    ++town->now);

  g_assert_cmpint (register_it (town, next), ==, 0);
  geo_participant_free (person->participant);
  person->participant = next;
  geo_secret_unref (person->secret);
  person->secret = town_secret (number);
}

static guint
count_told (Town *town, guint to) {
  guint n = 0;

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind != GEO_ACTION_SEND ||
        !geo_pid_equal (&action->to, &town_person (town, to)->pid))
      continue;
    g_assert_cmpint (action->message->type, ==, GEO_MESSAGE_PEOPLE_RESULT);
    g_assert_cmpuint (action->message->u.people_result->items->len, ==, 1);
    n++;
  }
  return n;
}

/* K7: stored before anybody hears of it, and told to those who have a line with
 * the participant and are there, once each. */
static void
test_rotates (void) {
  g_autoptr (Town) town = town_new (4);
  const GeoParticipant *known;

  town_line (town, A, B, 500, 0);
  town_line (town, B, A, 500, 0);
  town_line (town, C, A, 500, 0);
  town_present (town, A, TRUE);
  town_present (town, B, TRUE);
  town_present (town, 3, TRUE);
  rotate (town, A, KEY (1));
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
  g_assert_cmpuint (town->actions->len, ==, 2);
  g_assert_cmpuint (count_told (town, B), ==, 1);
  known = geo_book_get_participant (town->book, &town_person (town, A)->pid);
  g_assert_cmpuint (known->rotations->len, ==, 1);
  g_assert_cmpint (geo_book_get_rotated_at (town->book, &known->pid), ==,
                   town->now);
  g_assert_cmpint (
      geo_book_get_rotated_at (town->book, &town_person (town, B)->pid), ==, 0);

  /* The same again changes nothing, nor does the same key at another time. */
  g_assert_cmpint (register_it (town, town_person (town, A)->participant), ==,
                   0);
  g_assert_cmpuint (town->actions->len, ==, 0);

  /* It is what is there after a restart, and what was given out by then is
   * over. */
  town_restart (town);
  known = geo_book_get_participant (town->book, &town_person (town, A)->pid);
  g_assert_cmpuint (known->rotations->len, ==, 1);
  g_assert_cmpint (geo_book_get_rotated_at (town->book, &known->pid), >=,
                   town->now);
}

static void
test_same_key_later (void) {
  g_autoptr (Town) town = town_new (1);
  Person *a = town_person (town, A);
  g_autoptr (GeoParticipant) early = make_next (a->participant, a->secret,
                                                KEY (1), town->now);
  g_autoptr (GeoParticipant) late = make_next (a->participant, a->secret,
                                               KEY (1), town->now + 1000);

  g_assert_cmpint (register_it (town, early), ==, 0);
  g_assert_cmpint (register_it (town, late), ==, 0);
  g_assert_cmpuint (town->actions->len, ==, 0);
}

/* K7: nobody's key is taken: not the first of somebody, not a later one, and
 * not one that somebody has left. */
static void
test_taken (void) {
  g_autoptr (Town) town = town_new (3);
  Person *c = town_person (town, C);
  const guint8 taken[] = { 2, KEY (1), KEY (2) };
  g_autoptr (Person) newcomer = person_new (&town->pid, KEY (1), "N");

  rotate (town, A, KEY (1));
  rotate (town, A, KEY (2));
  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++) {
    g_autoptr (GeoParticipant) next = make_next (c->participant, c->secret,
                                                 taken[i], ++town->now);

    g_assert_cmpint (register_it (town, next), ==, GEO_CODE_CONFLICT);
    g_assert_cmpuint (town->actions->len, ==, 0);
  }
  /* Nor on the way to another one. */
  {
    g_autoptr (GeoSecret) theirs = town_secret (KEY (2));
    g_autoptr (GeoParticipant) through = make_next (c->participant, c->secret,
                                                    KEY (2), ++town->now);
    g_autoptr (GeoParticipant) beyond = make_next (through, theirs, KEY (3),
                                                   ++town->now);

    g_assert_cmpint (register_it (town, beyond), ==, GEO_CODE_CONFLICT);
  }
  /* Who has a key that somebody has left is nobody new. */
  g_assert_cmpint (register_it (town, newcomer->participant), ==,
                   GEO_CODE_CONFLICT);
  town_restart (town);
  g_assert_cmpint (register_it (town, newcomer->participant), ==,
                   GEO_CODE_CONFLICT);
}

/* K5: the chain that was known first stays; that there is another one is kept,
 * with both, and once. */
static void
test_fork (void) {
  g_autoptr (Town) town = town_new (1);
  Person *a = town_person (town, A);
  g_autoptr (GeoParticipant) first = geo_participant_copy (a->participant);
  g_autoptr (GeoSecret) stolen = town_secret (1);
  g_autoptr (GeoParticipant) other = make_next (first, stolen, KEY (2),
                                                town->now);
  g_autoptr (GeoParticipant) longer = NULL;
  g_autoptr (GeoSecret) thiefs = town_secret (KEY (2));
  const GeoAudit *audit;

  rotate (town, A, KEY (1));
  g_assert_cmpint (register_it (town, other), ==, GEO_CODE_CONFLICT);
  g_assert_cmpuint (town->actions->len, ==, 1);
  audit = ((GeoAction *) g_ptr_array_index (town->actions, 0))->change->audit;
  g_assert_nonnull (audit);
  g_assert_cmpstr (audit->action, ==, "participant.two_keys");
  {
    g_autoptr (GeoParticipant) one = geo_participant_from_text (audit->before,
                                                                -1, NULL);
    g_autoptr (GeoParticipant) two = geo_participant_from_text (audit->after,
                                                                -1, NULL);

    g_assert_cmpint (geo_participant_compare_keys (one, two), ==,
                     GEO_KEY_CHAIN_FORK);
  }
  g_assert_cmpint (register_it (town, other), ==, GEO_CODE_CONFLICT);
  g_assert_cmpuint (town->actions->len, ==, 0);

  /* Nor does it help to be further on. */
  longer = make_next (other, thiefs, KEY (3), town->now + 1);
  g_assert_cmpint (register_it (town, longer), ==, GEO_CODE_CONFLICT);
  /* Nor to say what was true before. */
  g_assert_cmpint (register_it (town, first), ==, GEO_CODE_CONFLICT);
  first->seq = 7;
  geo_participant_sign (first, stolen);
  g_assert_cmpint (register_it (town, first), ==, GEO_CODE_CONFLICT);
  g_assert_true (geo_public_key_equal (
      &geo_book_get_participant (town->book, &a->pid)->key,
      &a->participant->key));
}

/* K7: of a key that was left nobody says later that it ended before then: what
 * was taken under it meanwhile would not hold. */
static void
test_earlier_end (void) {
  g_autoptr (Town) town = town_new (1);
  Person *a = town_person (town, A);
  g_autoptr (GeoParticipant) first = geo_participant_copy (a->participant);
  g_autoptr (GeoSecret) stolen = geo_secret_ref (a->secret);
  g_autoptr (GeoParticipant) earlier = NULL;
  g_autoptr (GeoParticipant) longer = NULL;

  rotate (town, A, KEY (1));
  earlier = make_next (first, stolen, KEY (1), town->now - 60000);
  longer = make_next (earlier, a->secret, KEY (2), town->now + 1);
  g_assert_cmpint (register_it (town, longer), ==, GEO_CODE_CONFLICT);
  earlier->seq = a->participant->seq + 1;
  geo_participant_sign (earlier, a->secret);
  g_assert_cmpint (register_it (town, earlier), ==, GEO_CODE_CONFLICT);
  g_assert_cmpuint (town->actions->len, ==, 0);
  rotate (town, A, KEY (2));
}

/* A chain that holds where somebody joins, and ones that do not. */
static void
test_joins_with_chain (void) {
  g_autoptr (Town) town = town_new (1);
  g_autoptr (Person) person = person_new (&town->pid, 9, "Nina");
  g_autoptr (Person) far = person_new (&town_person (town, A)->pid, 9, "Nina");
  g_autoptr (GeoParticipant) next =
      make_next (person->participant, person->secret, KEY (1), town->now);
  g_autoptr (GeoParticipant) foreign = make_next (far->participant, far->secret,
                                                  KEY (1), town->now);
  g_autoptr (GeoParticipant) mixed = geo_participant_copy (next);
  g_autoptr (GeoSecret) secret = town_secret (KEY (1));

  g_assert_cmpint (register_it (town, foreign), !=, 0);
  /* A rotation of another community, under a participant of this one. */
  g_ptr_array_set_size (mixed->rotations, 0);
  g_ptr_array_add (mixed->rotations, geo_key_rotation_copy (g_ptr_array_index (
                                         foreign->rotations, 0)));
  geo_participant_sign (mixed, secret);
  g_assert_cmpint (register_it (town, mixed), !=, 0);
  g_assert_cmpint (register_it (town, next), ==, 0);
  g_assert_true (geo_book_find_by_key (town->book, &person->pid) ==
                 geo_book_get_participant (town->book, &person->pid));
}

/* K7: nothing new under a former key, whatever time it says. */
static void
test_nothing_under_the_old_key (void) {
  g_autoptr (Town) town = town_new (2);
  g_autoptr (GeoSecret) old = town_secret (2);
  g_autoptr (GeoOrder) order = NULL;
  g_autoptr (GeoTrustLine) line = NULL;
  GeoMessage *message;

  town_line (town, A, B, 1000, 0);
  order = town_make_order (town, B, A, 100);
  line = town_make_line (town, B, A, 500, 0);
  town_present (town, A, TRUE);
  town_present (town, B, TRUE);
  rotate (town, B, KEY (1));

  town_say (town, B, town_order_message (order));
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 0);
  message = town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, B,
                               geo_trust_line_copy (line));
  geo_trust_line_sign (message->u.trust_line_create->line, old);
  town_say (town, B, message);
  town_check_error (town, B, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 0);

  /* The same line, signed again, is the same line. */
  town_say (town, B,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, B,
                               geo_trust_line_copy (line)));
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
  town_pay (town, B, A, 100, NULL);
  town_say (
      town, A,
      town_vote (town, A, town_sent (town, A, GEO_MESSAGE_PAYMENT_PREPARE)));
  g_assert_cmpint (town_debt (town, B, A), ==, 100);
}

/* An order that was taken before goes on, and a vote is good under the key that
 * is in force when it comes: not under the one before. */
static void
test_open_contract (void) {
  g_autoptr (Town) town = town_new (3);
  g_autoptr (GeoMessage) prepare = NULL;
  g_autoptr (GeoSecret) old = town_secret (3);
  GeoMessage *stale;

  town_line (town, B, A, 1000, 0);
  town_line (town, C, B, 1000, LINE_LIVE);
  town_present (town, A, TRUE);
  town_present (town, C, TRUE);
  town_pay (town, A, C, 100, NULL);
  prepare = town_asked (town, C);
  rotate (town, A, KEY (1));
  rotate (town, C, KEY (2));

  stale = town_vote (town, C, prepare);
  geo_vote_sign (stale->u.payment_prepare_ack->vote, old);
  town_say (town, C, stale);
  g_assert_cmpint (town_debt (town, A, B), ==, 0);
  town_say (town, C, town_vote (town, C, prepare));
  g_assert_cmpint (town_debt (town, A, B), ==, 100);
  /* The evidence in it holds for whoever knows the chains. */
  {
    const GeoMessage *commit = town_sent (town, C, GEO_MESSAGE_PAYMENT_COMMIT);
    GeoKeyChain chain;

    g_assert_nonnull (commit);
    geo_key_chain_of (town_person (town, A)->participant, &chain);
    g_assert_true (geo_key_chain_check_order (
        &chain, commit->u.payment_commit->entry->certificate->order, NULL));
  }
}

/* --- Many keys ------------------------------------------------------------ */

#define ROUTES 10
#define BETWEEN 5

/* Each of them with all the changes there can be: together more than a message
 * may have, were they all in one payment. */
static void
test_many_keys (void) {
  const guint n = 2 + ROUTES * BETWEEN;
  g_autoptr (Town) town = town_new (n);
  g_autoptr (GeoOrder) order = NULL;

  town->limits.max_routes = 16;
  town_restart (town);
  for (guint route = 0; route < ROUTES; route++) {
    guint before = 0;

    for (guint i = 0; i <= BETWEEN; i++) {
      guint next = i == BETWEEN ? 1 : 2 + route * BETWEEN + i;

      town_line (town, next, before, 100, LINE_LIVE);
      before = next;
    }
  }
  for (guint i = 2; i < n; i++) {
    Person *person = town_person (town, i);

    for (guint key = 0; key < GEO_ROTATIONS_MAX; key++) {
      town->now++;
      /* Other first bytes than anybody's: seeds are of one number here. */
      {
        guint8 seed[GEO_SEED_LEN] = { 200, (guint8) i, (guint8) key };
        g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
        g_autoptr (GError) error = NULL;
        GeoParticipant *later = geo_participant_rotate (
            person->participant, person->secret, next, town->now, &error);

        g_assert_no_error (error);
        geo_participant_free (person->participant);
        person->participant = later;
        geo_secret_unref (person->secret);
        person->secret = geo_secret_ref (next);
      }
    }
    g_assert_cmpint (register_it (town, person->participant), ==, 0);
  }
  town_everybody (town);

  /* What one route, or three, can carry is paid, and everybody can be told. */
  order = town_make_order (town, 0, 1, 300);
  order->constraints->max_routes = 16;
  geo_order_sign (order, town_person (town, 0)->secret);
  town_say (town, 0, town_order_message (order));
  {
    g_autoptr (GPtrArray) asked =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
    g_autoptr (GArray) who = g_array_new (FALSE, FALSE, sizeof (guint));

    for (guint i = 1; i < n; i++) {
      if (town_sent (town, i, GEO_MESSAGE_PAYMENT_PREPARE) == NULL)
        continue;
      g_ptr_array_add (asked, town_asked (town, i));
      g_array_append_val (who, i);
    }
    g_assert_cmpuint (who->len, ==, 3 * BETWEEN + 1);
    for (guint i = 0; i < who->len; i++)
      town_say (town, g_array_index (who, guint, i),
                town_vote (town, g_array_index (who, guint, i),
                           g_ptr_array_index (asked, i)));
  }
  g_assert_cmpuint (ledger_count_commits (town->ledger), ==, 1);
  g_assert_nonnull (town_sent (town, 1, GEO_MESSAGE_PAYMENT_COMMIT));

  /* And no more than that is said to be payable. */
  {
    g_autoptr (GeoOrder) more = town_make_order (town, 0, 1, 301);

    more->constraints->max_routes = 16;
    geo_order_sign (more, town_person (town, 0)->secret);
    town_say (town, 0, town_order_message (more));
    g_assert_nonnull (town_sent (town, 0, GEO_MESSAGE_PAYMENT_ABORT));
    g_assert_cmpint (town_sent (town, 0, GEO_MESSAGE_PAYMENT_ABORT)
                         ->u.payment_abort->max_amount.amount.minor,
                     ==, 300);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/keys/rotates", test_rotates);
  g_test_add_func ("/closer/keys/same-key-later", test_same_key_later);
  g_test_add_func ("/closer/keys/taken", test_taken);
  g_test_add_func ("/closer/keys/fork", test_fork);
  g_test_add_func ("/closer/keys/earlier-end", test_earlier_end);
  g_test_add_func ("/closer/keys/joins-with-chain", test_joins_with_chain);
  g_test_add_func ("/closer/keys/nothing-under-the-old-key",
                   test_nothing_under_the_old_key);
  g_test_add_func ("/closer/keys/open-contract", test_open_contract);
  g_test_add_func ("/closer/keys/many-keys", test_many_keys);
  return g_test_run ();
}
