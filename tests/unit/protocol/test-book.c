/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The book by itself: what is loaded is what is there, and what contradicts
 * itself is an error, never asserted.  Also lists of actions.
 */
#include "core/geo-error.h"
#include "protocol/geo-action.h"
#include "town.h"

enum { A, B, C };

static void
test_empty (void) {
  g_autoptr (GeoSecret) secret = town_secret (255);
  g_autoptr (GeoCommunity) community = town_community (secret);
  g_autoptr (GeoBook) book = geo_book_new (community);
  g_autoptr (GPtrArray) found = NULL;
  GeoPid pid = community->community;
  GeoHash hash = { { 1 } };

  g_assert_cmpuint (geo_book_n_participants (book), ==, 0);
  g_assert_null (geo_book_get_participant (book, &pid));
  g_assert_null (geo_book_get_line (book, &pid, &pid, TOWN_EQUIVALENT));
  g_assert_cmpint (geo_book_get_debt (book, &pid, &pid, TOWN_EQUIVALENT).minor,
                   ==, 0);
  g_assert_cmpint (geo_book_get_sequence (book, &pid, &hash), ==, 0);
  g_assert_true (geo_hash_is_zero (&hash));
  g_assert_cmpint (geo_book_get_sequence (book, &pid, NULL), ==, 0);
  g_assert_false (geo_book_is_present (book, &pid));
  geo_book_set_present (book, &pid, TRUE);
  g_assert_false (geo_book_is_present (book, &pid));
  g_assert_cmpstr (geo_book_get_community (book)->name, ==, "Town");
  found = geo_book_find_people (book, "a", NULL, 10);
  g_assert_cmpuint (found->len, ==, 0);
  geo_book_free (NULL);
}

static gint
load_error (gboolean loaded, GError *error) {
  gint code = 0;

  g_assert_true (loaded == (error == NULL));
  if (error != NULL) {
    g_assert_true (error->domain == GEO_CORE_ERROR);
    code = error->code;
    g_error_free (error);
  }
  return code;
}

static gint
load_line (GeoBook *book, const GeoTrustLine *line) {
  GError *error = NULL;
  gboolean loaded = geo_book_load_line (book, line, &error);

  return load_error (loaded, error);
}

static gint
load_debt (Town *town,
           guint debtor,
           guint creditor,
           const gchar *equivalent,
           gint64 debt) {
  GError *error = NULL;
  gboolean loaded = geo_book_load_debt (town->book,
                                        &town_person (town, debtor)->pid,
                                        &town_person (town, creditor)->pid,
                                        equivalent, GEO_AMOUNT (debt), &error);

  return load_error (loaded, error);
}

static gint
load_person (GeoBook *book,
             const GeoParticipant *participant,
             gint64 sequence,
             const GeoHash *hash) {
  GError *error = NULL;
  gboolean loaded = geo_book_load_participant (book, participant, FALSE,
                                               sequence, hash, &error);

  return load_error (loaded, error);
}

static void
test_load_people (void) {
  g_autoptr (Town) town = town_new (1);
  g_autoptr (Person) person = person_new (&town->pid, 50, "Ivan");
  g_autoptr (Person) far = person_new (&town_person (town, A)->pid, 51, "Far");
  GeoHash hash = { { 7 } }, last;

  g_assert_cmpint (load_person (town->book, far->participant, 0, NULL), ==,
                   GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (load_person (town->book, person->participant, -1, NULL), ==,
                   GEO_CORE_ERROR_RANGE);
  g_assert_cmpint (load_person (town->book, person->participant, 1, NULL), ==,
                   GEO_CORE_ERROR_RANGE);
  g_assert_cmpint (load_person (town->book, person->participant, 4, &hash), ==,
                   0);
  g_assert_cmpint (load_person (town->book, person->participant, 4, &hash), ==,
                   GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (geo_book_get_sequence (town->book, &person->pid, &last), ==,
                   4);
  g_assert_true (geo_hash_equal (&hash, &last));
}

static void
test_load_lines (void) {
  g_autoptr (Town) town = town_new (3);
  g_autoptr (GeoTrustLine) line = town_make_line (town, A, B, 500, 0);
  g_autoptr (Person) stranger = person_new (&town->pid, 50, "Ivan");

  line->community = town_person (town, C)->pid;
  g_assert_cmpint (load_line (town->book, line), ==, GEO_CORE_ERROR_FIELD);
  line->community = town->pid;
  line->to = line->from;
  g_assert_cmpint (load_line (town->book, line), !=, 0);
  line->to = stranger->pid;
  g_assert_cmpint (load_line (town->book, line), ==, GEO_CORE_ERROR_FIELD);
  line->to = town_person (town, B)->pid;
  line->limit.decimals = 0;
  g_assert_cmpint (load_line (town->book, line), ==, GEO_CORE_ERROR_PRECISION);
  line->limit.decimals = 2;
  line->equivalent[0] = 'Z';
  g_assert_cmpint (load_line (town->book, line), ==, GEO_CORE_ERROR_FIELD);
  line->equivalent[0] = 'U';
  g_assert_cmpint (load_line (town->book, line), ==, 0);
  g_assert_cmpint (load_line (town->book, line), ==, GEO_CORE_ERROR_FIELD);

  g_assert_cmpint (load_debt (town, A, C, TOWN_EQUIVALENT, 5), ==,
                   GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (load_debt (town, B, B, TOWN_EQUIVALENT, 5), ==,
                   GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (load_debt (town, B, A, "HOUR", 5), ==, GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (load_debt (town, B, A, "NONE", 5), ==, GEO_CORE_ERROR_FIELD);
  g_assert_cmpint (load_debt (town, B, A, TOWN_EQUIVALENT, -5), ==,
                   GEO_CORE_ERROR_RANGE);
  /* Above the limit: it was lowered afterwards (I2). */
  g_assert_cmpint (load_debt (town, B, A, TOWN_EQUIVALENT, 900), ==, 0);
  g_assert_cmpint (load_debt (town, B, A, TOWN_EQUIVALENT, 900), ==,
                   GEO_CORE_ERROR_RANGE);
  g_assert_cmpint (town_debt (town, B, A), ==, 900);

  /* I3: one direction per pair. */
  geo_trust_line_free (g_steal_pointer (&line));
  line = town_make_line (town, B, A, 500, 0);
  g_assert_cmpint (load_line (town->book, line), ==, 0);
  g_assert_cmpint (load_debt (town, A, B, TOWN_EQUIVALENT, 1), ==,
                   GEO_CORE_ERROR_RANGE);
}

static void
test_find (void) {
  g_autoptr (Town) town = town_new (5);
  g_autoptr (Person) person = person_new (&town->pid, 60, "ÉMILE Straße");
  g_autoptr (GPtrArray) found = NULL;

  g_assert_cmpint (load_person (town->book, person->participant, 0, NULL), ==,
                   0);
  found = geo_book_find_people (town->book, "émile STRASSE", NULL, 10);
  g_assert_cmpuint (found->len, ==, 1);
  g_clear_pointer (&found, g_ptr_array_unref);
  found = geo_book_find_people (town->book, "", NULL, 10);
  g_assert_cmpuint (found->len, ==, 0);
  g_clear_pointer (&found, g_ptr_array_unref);
  found = geo_book_find_people (town->book, "e", NULL, 1);
  g_assert_cmpuint (found->len, ==, 1);
}

static void
test_actions (void) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoPid pid = { { 1 } };
  GeoHash hash = { { 2 } };
  const GeoAction *action;
  GeoTold *told;

  geo_actions_store_record (actions, GEO_RECORD_KIND_PERSON,
                            geo_record_body_new ());
  geo_actions_store_change (actions, geo_change_new (GEO_CHANGE_ACK, 5));
  geo_actions_send (actions, &pid, geo_message_new (GEO_MESSAGE_PING, NULL));
  geo_actions_send (actions, NULL, geo_message_new (GEO_MESSAGE_PING, "x"));
  geo_actions_timer (actions, &hash, 99);
  told = geo_actions_tell (actions, GEO_TOLD_FAULT);
  told->reason = g_strdup ("why");
  told->limits = g_ptr_array_new ();

  g_assert_cmpuint (actions->len, ==, 6);
  action = g_ptr_array_index (actions, 0);
  g_assert_cmpint (action->kind, ==, GEO_ACTION_STORE_RECORD);
  g_assert_cmpint (action->record_kind, ==, GEO_RECORD_KIND_PERSON);
  action = g_ptr_array_index (actions, 1);
  g_assert_cmpint (action->change->kind, ==, GEO_CHANGE_ACK);
  g_assert_cmpint (action->change->at, ==, 5);
  action = g_ptr_array_index (actions, 2);
  g_assert_true (action->has_to && geo_pid_equal (&action->to, &pid));
  g_assert_cmpstr (action->message->msg_id, ==, "");
  action = g_ptr_array_index (actions, 3);
  g_assert_false (action->has_to);
  action = g_ptr_array_index (actions, 4);
  g_assert_true (geo_hash_equal (&action->timer, &hash));
  g_assert_cmpint (action->at, ==, 99);
  action = g_ptr_array_index (actions, 5);
  g_assert_true (action->told == told);
  geo_action_free (NULL);
  geo_told_free (NULL);
  geo_change_free (NULL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/book/empty", test_empty);
  g_test_add_func ("/book/load/people", test_load_people);
  g_test_add_func ("/book/load/lines", test_load_lines);
  g_test_add_func ("/book/find", test_find);
  g_test_add_func ("/action/lists", test_actions);
  return g_test_run ();
}
