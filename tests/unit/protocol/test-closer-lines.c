/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer and everything but payments: lines, joining, finding people,
 * acknowledging entries.
 */
#include "protocol/geo-book-private.h"
#include "town.h"

enum { A, B, C };

static const GeoProvenEntry *
receipt (Town *town, guint index) {
  const GeoMessage *message = town_sent (town, index,
                                         GEO_MESSAGE_TRUST_LINE_RECEIPT);

  g_assert_nonnull (message);
  return message->u.trust_line_receipt->entry;
}

static void
test_life_of_a_line (void) {
  g_autoptr (Town) town = town_new (2);
  const GeoTrustLine *line;
  const GeoProvenEntry *entry;
  GeoHash hash;

  town_present (town, A, TRUE);
  town_line (town, A, B, 500, 0);
  /* P1: Persist, then send. */
  g_assert_cmpint (((GeoAction *) g_ptr_array_index (town->actions, 0))->kind,
                   ==, GEO_ACTION_STORE_CHANGE);
  g_assert_null (town_sent (town, B, GEO_MESSAGE_TRUST_LINE_RECEIPT));
  g_assert_cmpstr (town_sent (town, A, GEO_MESSAGE_TRUST_LINE_RECEIPT)->msg_id,
                   ==, "line-0-1");
  entry = receipt (town, A);
  g_assert_cmpint (entry->entry->kind, ==, GEO_ENTRY_KIND_TRUST_LINE);
  geo_trust_line_hash (entry->line, &hash);
  g_assert_true (geo_hash_equal (&entry->entry->subject, &hash));
  g_assert_cmpuint (entry->people->len, ==, 1);

  town_present (town, B, TRUE);
  town_line (town, A, B, 700, 0);
  g_assert_cmpint (receipt (town, B)->entry->sequence, ==, 2);
  g_assert_true (geo_pid_equal (&receipt (town, B)->entry->participant,
                                &town_person (town, B)->pid));
  town_pay (town, B, A, 600, NULL);
  town_present (town, A, FALSE);
  g_assert_cmpint (town_debt (town, B, A), ==, 600);

  /* Below the debt, closed with a debt, opened again. */
  town_line (town, A, B, 10, 0);
  town_line (town, A, B, -1, 0);
  line = geo_book_get_line (town->book, &town_person (town, A)->pid,
                            &town_person (town, B)->pid, TOWN_EQUIVALENT);
  g_assert_cmpint (line->status, ==, GEO_LINE_STATUS_CLOSED);
  town_line (town, A, B, 650, 0);
  line = geo_book_get_line (town->book, &town_person (town, A)->pid,
                            &town_person (town, B)->pid, TOWN_EQUIVALENT);
  g_assert_cmpint (line->seq, ==, 5);
  town_restart (town);
  line = geo_book_get_line (town->book, &town_person (town, A)->pid,
                            &town_person (town, B)->pid, TOWN_EQUIVALENT);
  g_assert_cmpint (line->seq, ==, 5);
}

static void
test_same_again (void) {
  g_autoptr (Town) town = town_new (2);
  g_autoptr (GeoTrustLine) line = town_make_line (town, A, B, 500, 0);
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;

  town_present (town, A, TRUE);
  town_say (town, A,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, A,
                               geo_trust_line_copy (line)));
  first = geo_proven_entry_to_text (receipt (town, A), NULL);
  town_say (town, A,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, A,
                               geo_trust_line_copy (line)));
  second = geo_proven_entry_to_text (receipt (town, A), NULL);
  g_assert_cmpuint (town->actions->len, ==, 1);
  g_assert_cmpstr (first, ==, second);

  town_restart (town);
  town_present (town, A, TRUE);
  town_say (town, A,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, A,
                               geo_trust_line_copy (line)));
  g_assert_cmpuint (town->actions->len, ==, 1);
  g_assert_cmpint (
      town_sent (town, A, GEO_MESSAGE_SYNC_RESULT)->u.sync_result->sequence, ==,
      1);
}

typedef struct {
  const gchar *name;
  GeoCode code;
  const gchar *reason;
} Case;

static const Case cases[] = {
  { "creditor", GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { "community", GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY },
  { "signature", GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { "self", GEO_CODE_INVALID, GEO_REASON_SELF },
  { "status", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "shape", GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "equivalent", GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT },
  { "precision", GEO_CODE_INVALID, GEO_REASON_PRECISION },
  { "debtor", GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT },
  { "first-seq", GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ },
  { "update-nothing", GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE },
  { "close-nothing", GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE },
  { "create-twice", GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ },
  { "skipped-seq", GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ },
  { "wrong-previous", GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ },
  { "other-id", GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ },
  { "to-come", GEO_CODE_INVALID, GEO_REASON_CLOCK },
};

static void
test_refused (gconstpointer data) {
  const Case *it = data;
  g_autoptr (Town) town = town_new (2);
  GeoMessageType type = GEO_MESSAGE_TRUST_LINE_CREATE;
  g_autoptr (GeoMessage) message = NULL;
  GeoTrustLine *line = NULL;
  guint from = A;

#define IS(word) g_str_equal (it->name, word)
  town_present (town, A, TRUE);
  if (IS ("create-twice") || IS ("skipped-seq") || IS ("wrong-previous") ||
      IS ("other-id")) {
    town_line (town, A, B, 500, 0);
    type = GEO_MESSAGE_TRUST_LINE_UPDATE;
  }
  line = town_make_line (town, A, B, 600, 0);
  if (IS ("creditor"))
    line->from = town_person (town, B)->pid;
  else if (IS ("community"))
    line->community = town_person (town, B)->pid;
  else if (IS ("self"))
    line->to = line->from;
  else if (IS ("status"))
    type = GEO_MESSAGE_TRUST_LINE_CLOSE;
  else if (IS ("shape")) {
    line->policy->has_daily_limit = TRUE;
    line->policy->daily_limit = geo_decimal (GEO_AMOUNT (1), 3);
  } else if (IS ("equivalent"))
    line->equivalent[0] = 'Z';
  else if (IS ("precision"))
    line->limit.decimals = 1;
  else if (IS ("debtor"))
    line->to = town->pid;
  else if (IS ("first-seq")) {
    line->seq = 2;
    line->has_previous = TRUE;
  } else if (IS ("update-nothing"))
    type = GEO_MESSAGE_TRUST_LINE_UPDATE;
  else if (IS ("close-nothing")) {
    type = GEO_MESSAGE_TRUST_LINE_CLOSE;
    line->status = GEO_LINE_STATUS_CLOSED;
    line->limit.amount = GEO_AMOUNT_ZERO;
  } else if (IS ("create-twice"))
    type = GEO_MESSAGE_TRUST_LINE_CREATE;
  else if (IS ("skipped-seq"))
    line->seq++;
  else if (IS ("wrong-previous"))
    line->previous.bytes[0] ^= 1;
  else if (IS ("other-id"))
    line->line_id[0] = 'x';
  else if (IS ("to-come"))
    line->signed_at = town->now + GEO_CLOCK_TOLERANCE_MS + 1;
  else
    g_assert_true (IS ("signature"));

  message = town_line_message (town, type, from, line);
  if (IS ("signature"))
    line->signature.bytes[0] ^= 1;
  town_say (town, A, g_steal_pointer (&message));
  town_check_error (town, A, it->code, it->reason);
#undef IS
}

/* Who is frozen is given no more trust and pays nobody. */
static void
test_frozen (void) {
  g_autoptr (Town) town = town_new (3);
  GeoBookPerson *person;
  GeoHash hash = { { 0 } };

  town_line (town, A, B, 500, 0);
  town_line (town, B, A, 500, 0);
  /* Freezing is the administrator's, and comes with loading. */
  geo_closer_free (town->closer);
  geo_book_free (town->book);
  town->book = geo_book_new (town->community);
  for (guint i = 0; i < 3; i++) {
    const GPtrArray *chain = ledger_entries (town->ledger,
                                             &town_person (town, i)->pid);

    if (chain != NULL)
      geo_entry_hash (
          ((GeoProvenEntry *) g_ptr_array_index (chain, chain->len - 1))->entry,
          &hash);
    g_assert_true (geo_book_load_participant (
        town->book, town_person (town, i)->participant, i == B,
        chain == NULL ? 0 : chain->len, &hash, NULL));
  }
  for (guint i = A; i <= B; i++) {
    const GPtrArray *chain = ledger_entries (town->ledger,
                                             &town_person (town, A)->pid);
    const GeoProvenEntry *entry = g_ptr_array_index (chain, i);

    g_assert_true (geo_book_load_line (town->book, entry->line, NULL));
  }
  person = geo_book_person (town->book, &town_person (town, B)->pid);
  g_assert_true (person->frozen);
  town->closer = geo_closer_new (town->book, town->secret, hash.bytes,
                                 &town->limits);
  town_everybody (town);

  town_pay (town, A, B, 100, NULL);
  town_check_abort (town, A, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  town_pay (town, B, A, 100, NULL);
  town_check_abort (town, B, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  town_say (town, A,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_UPDATE, A,
                               town_make_line (town, A, B, 501, 0)));
  town_check_error (town, A, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  town_say (town, B,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_UPDATE, B,
                               town_make_line (town, B, A, 1, 0)));
  town_check_error (town, B, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  /* Less trust can always be signed. */
  town_line (town, A, B, 100, 0);
  town_line (town, A, B, -1, 0);
}

/* Somebody is blocked before joining. */
static void
test_blocked_before_joining (void) {
  g_autoptr (Town) town = town_new (2);
  g_autoptr (Person) third = person_new (&town->pid, 77, "Third");
  GeoTrustLine *line = town_make_line (town, A, B, 500, 0);
  g_autoptr (GError) error = NULL;

  g_array_append_val (line->policy->blocked_participants, third->pid);
  town_say (town, A,
            town_line_message (town, GEO_MESSAGE_TRUST_LINE_CREATE, A, line));
  g_ptr_array_set_size (town->actions, 0);
  g_assert_true (geo_closer_register (town->closer, third->participant,
                                      town->now, town->actions, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < town->actions->len; i++)
    ledger_apply (town->ledger,
                  ((GeoAction *) g_ptr_array_index (town->actions, i))->change);
  g_ptr_array_add (town->people, g_steal_pointer (&third));
  town_line (town, B, C, 500, 0);
  town_everybody (town);
  town_pay (town, C, A, 100, NULL);
  town_check_abort (town, C, GEO_CODE_NO_ROUTE, GEO_REASON_NO_ROUTE);
  town_line (town, A, B, 500, 0);
  town_pay (town, C, A, 100, NULL);
  g_assert_nonnull (town_sent (town, A, GEO_MESSAGE_PAYMENT_PREPARE));
}

static gint
register_error (Town *town, const GeoParticipant *participant) {
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (town->actions, 0);
  if (geo_closer_register (town->closer, participant, town->now, town->actions,
                           &error))
    return 0;
  g_assert_cmpuint (town->actions->len, ==, 0);
  g_assert_true (error->domain == GEO_CLOSER_ERROR);
  return error->code;
}

static void
test_register (void) {
  g_autoptr (Town) town = town_new (1);
  g_autoptr (Person) person = person_new (&town->pid, 9, "Nina");
  g_autoptr (Person) stranger = person_new (&town_person (town, A)->pid, 10,
                                            "Far");
  GeoParticipant *it = person->participant;

  g_assert_cmpint (register_error (town, stranger->participant), ==,
                   GEO_CODE_INVALID);
  it->signature.bytes[0] ^= 1;
  g_assert_cmpint (register_error (town, it), ==, GEO_CODE_SIGNATURE);
  it->kind = GEO_PARTICIPANT_KIND_HUB;
  geo_participant_sign (it, person->secret);
  g_assert_cmpint (register_error (town, it), ==, GEO_CODE_NOT_ALLOWED);
  it->kind = GEO_PARTICIPANT_KIND_ORGANIZATION;
  geo_participant_sign (it, person->secret);
  g_assert_cmpint (register_error (town, it), ==, 0);
  g_assert_cmpuint (town->actions->len, ==, 1);
  /* The same again changes nothing. */
  g_assert_cmpint (register_error (town, it), ==, 0);
  g_assert_cmpuint (town->actions->len, ==, 0);

  it->seq = 3;
  geo_participant_sign (it, person->secret);
  g_assert_cmpint (register_error (town, it), ==, GEO_CODE_CONFLICT);
  it->seq = 2;
  g_free (it->name);
  it->name = g_strdup ("Nina Ω");
  geo_participant_sign (it, person->secret);
  g_assert_cmpint (register_error (town, it), ==, 0);
  g_assert_cmpstr (geo_book_get_participant (town->book, &person->pid)->name,
                   ==, "Nina Ω");
  g_assert_cmpuint (geo_book_n_participants (town->book), ==, 2);
}

static const GPtrArray *
find (Town *town, const gchar *text, const GeoPid *pid) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, NULL);

  message->u.people_query->text = g_strdup (text);
  if (pid != NULL)
    g_array_append_val (message->u.people_query->pids, *pid);
  town_say (town, A, message);
  return town_sent (town, A, GEO_MESSAGE_PEOPLE_RESULT)->u.people_result->items;
}

static void
test_people (void) {
  g_autoptr (Town) town = town_new (3);
  const GPtrArray *found;

  found = find (town, "b", NULL);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (((GeoParticipant *) g_ptr_array_index (found, 0))->name, ==,
                   "B");
  g_assert_cmpuint (find (town, NULL, &town_person (town, C)->pid)->len, ==, 1);
  /* Found both ways: there once. */
  g_assert_cmpuint (find (town, "c", &town_person (town, C)->pid)->len, ==, 1);
  g_assert_cmpuint (find (town, "nobody", &town->pid)->len, ==, 0);
  g_assert_cmpuint (find (town, NULL, NULL)->len, ==, 0);
}

static GeoMessage *
make_ack (Town *town, gint64 sequence, const GeoHash *hash) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, NULL);
  GeoEntryAck *ack = geo_entry_ack_new ();

  ack->community = town->pid;
  ack->participant = town_person (town, A)->pid;
  ack->sequence = sequence;
  ack->entry_hash = *hash;
  ack->at = town->now;
  geo_entry_ack_sign (ack, town_person (town, A)->secret);
  message->u.entry_ack->ack = ack;
  return message;
}

static void
test_ack (void) {
  g_autoptr (Town) town = town_new (2);
  GeoMessage *message;
  GeoHash hash, other;

  town_line (town, A, B, 500, 0);
  g_assert_cmpint (
      geo_book_get_sequence (town->book, &town_person (town, A)->pid, &hash),
      ==, 1);
  geo_hash_of ("other", 5, &other);
  town_say (town, A, make_ack (town, 1, &hash));
  g_assert_cmpuint (town->actions->len, ==, 1);
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);

  town_present (town, A, TRUE);
  town_say (town, A, make_ack (town, 2, &hash));
  town_check_error (town, A, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ);
  town_say (town, A, make_ack (town, 1, &other));
  town_check_error (town, A, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ);
  message = make_ack (town, 1, &hash);
  message->u.entry_ack->ack->signature.bytes[0] ^= 1;
  town_say (town, A, message);
  town_check_error (town, A, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  message = make_ack (town, 1, &hash);
  message->u.entry_ack->ack->community = town_person (town, B)->pid;
  town_say (town, A, message);
  town_check_error (town, A, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY);
}

/* §1: whoever freezes a line neither lends nor borrows more with its other end;
 * what is owed is paid back all the same, and then it is as it was. */
static void
test_frozen_line (void) {
  for (guint owner = A; owner <= B; owner++) {
    g_autoptr (Town) town = town_new (3);
    guint other = owner == A ? B : A;

    town_line (town, A, B, 1000, 0);
    town_line (town, B, A, 1000, 0);
    town_line (town, A, C, 1000, 0);
    town_pay (town, B, A, 300, NULL);
    g_assert_cmpint (town_debt (town, B, A), ==, 300);

    town_line (town, owner, other, 1000, LINE_FROZEN);
    town_pay (town, B, A, 1, NULL);
    g_assert_cmpint (town_debt (town, B, A), ==, 300);
    /* Nothing passes through either, but what pays back. */
    town_pay (town, C, B, 301, NULL);
    g_assert_cmpint (town_debt (town, C, A), ==, 0);
    town_pay (town, A, B, 100, NULL);
    g_assert_cmpint (town_debt (town, B, A), ==, 200);
    town_pay (town, C, B, 200, NULL);
    g_assert_cmpint (town_debt (town, B, A), ==, 0);
    g_assert_cmpint (town_debt (town, C, A), ==, 200);
    town_pay (town, A, B, 1, NULL);
    town_pay (town, B, A, 1, NULL);
    g_assert_cmpint (town_debt (town, A, B), ==, 0);
    g_assert_cmpint (town_debt (town, B, A), ==, 0);

    /* It is so after a restart, too. */
    town_restart (town);
    town_pay (town, A, B, 1, NULL);
    town_pay (town, B, A, 1, NULL);
    g_assert_cmpint (town_debt (town, A, B), ==, 0);
    g_assert_cmpint (town_debt (town, B, A), ==, 0);

    town_line (town, owner, other, 1000, 0);
    town_pay (town, A, B, 1000, NULL);
    g_assert_cmpint (town_debt (town, A, B), ==, 1000);
    town_pay (town, B, A, 2000, NULL);
    g_assert_cmpint (town_debt (town, B, A), ==, 1000);
    ledger_check_book (town->ledger, town->book);
  }
}

/* I6: what was reserved before it was frozen may still be carried out. */
static void
test_frozen_while_open (void) {
  g_autoptr (Town) town = town_new (2);
  g_autoptr (GeoMessage) ask = NULL;

  town_line (town, A, B, 1000, 0);
  town_line (town, B, A, 1000, 0);
  town_everybody (town);
  town_pay (town, B, A, 300, NULL);
  ask = town_asked (town, A);
  town_line (town, B, A, 1000, LINE_FROZEN);
  town_say (town, A, town_vote (town, A, ask));
  g_assert_cmpint (town_debt (town, B, A), ==, 300);
  town_pay (town, B, A, 1, NULL);
  g_assert_null (town_sent (town, A, GEO_MESSAGE_PAYMENT_PREPARE));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closer/lines/life", test_life_of_a_line);
  g_test_add_func ("/closer/lines/same-again", test_same_again);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/closer/lines/refused/%s",
                                              cases[i].name);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/closer/lines/frozen", test_frozen);
  g_test_add_func ("/closer/lines/frozen-by-owner", test_frozen_line);
  g_test_add_func ("/closer/lines/frozen-while-open", test_frozen_while_open);
  g_test_add_func ("/closer/lines/blocked-before-joining",
                   test_blocked_before_joining);
  g_test_add_func ("/closer/register", test_register);
  g_test_add_func ("/closer/people", test_people);
  g_test_add_func ("/closer/ack", test_ack);
  return g_test_run ();
}
