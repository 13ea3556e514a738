/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trust lines of a party: the versions it signs, and those that it takes over
 * from the hub or does not.
 */
#include "party-town.h"

static const GeoTrustLine *
sent_line (Town *town, GeoMessageType type) {
  const GeoMessage *message = town_sent (town, type);

  g_assert_cmpstr (message->msg_id, ==,
                   message->u.trust_line_create->line->line_id);
  return message->u.trust_line_create->line;
}

static const GeoTrustLine *
line_of (Town *town, guint from, guint to) {
  return geo_party_get_line (town->party, &town->people[from].pid,
                             &town->people[to].pid, "UAH");
}

/* The hub takes what was sent last. */
static void
receipt (Town *town, GeoMessageType type) {
  g_autoptr (GeoTrustLine) line = geo_trust_line_copy (sent_line (town, type));

  town_receive (town, town_receipt (town_entry_of_line (town, line)));
}

static GeoMessage *
error_for (const gchar *msg_id) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = GEO_CODE_NO_ROUTE;
  message->u.error->reason = g_strdup (GEO_REASON_UNKNOWN_PARTICIPANT);
  message->u.error->message = g_strdup ("No.");
  return message;
}

static void
test_life (void) {
  g_autoptr (Town) town = town_new ();
  const GeoTrustLine *line;
  const GeoRecordBody *body;
  GeoHash first;
  GError *error = NULL;

  g_assert_true (town_trust (town, "carl", CARL, 5000, FALSE, &error));
  g_assert_no_error (error);
  /* P1. */
  town_expect (town, "store:line send:TRUST_LINE_CREATE");
  body = town_stored (town, GEO_RECORD_KIND_LINE);
  g_assert_cmpstr (body->person->name, ==, "Carl");
  line = sent_line (town, GEO_MESSAGE_TRUST_LINE_CREATE);
  g_assert_cmpstr (line->line_id, ==, "carl");
  g_assert_cmpint (line->seq, ==, 1);
  g_assert_false (line->has_previous);
  g_assert_cmpint (line->limit.amount.minor, ==, 5000);
  g_assert_cmpint (line->limit.decimals, ==, 2);
  g_assert_cmpint ((gint) line->status, ==, GEO_LINE_STATUS_ACTIVE);
  g_assert_true (line->policy->can_be_intermediate);
  g_assert_true (
      geo_trust_line_verify (line, &town->people[ME].participant->key, NULL));
  g_assert_null (line_of (town, ME, CARL));
  geo_trust_line_hash (line, &first);

  receipt (town, GEO_MESSAGE_TRUST_LINE_CREATE);
  town_expect (town, "store:entry tell:person tell:line send:ENTRY_ACK");
  g_assert_cmpint (line_of (town, ME, CARL)->limit.amount.minor, ==, 5000);

  g_assert_true (town_trust (town, NULL, CARL, 7000, FALSE, NULL));
  town_expect (town, "store:line send:TRUST_LINE_UPDATE");
  line = sent_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE);
  g_assert_cmpstr (line->line_id, ==, "carl");
  g_assert_cmpint (line->seq, ==, 2);
  g_assert_true (geo_hash_equal (&line->previous, &first));
  g_assert_cmpint (line_of (town, ME, CARL)->limit.amount.minor, ==, 5000);
  receipt (town, GEO_MESSAGE_TRUST_LINE_UPDATE);
  town_expect (town, "store:entry tell:line send:ENTRY_ACK");
  g_assert_cmpint (line_of (town, ME, CARL)->limit.amount.minor, ==, 7000);

  g_assert_true (town_trust (town, NULL, CARL, 0, TRUE, NULL));
  town_expect (town, "store:line send:TRUST_LINE_CLOSE");
  receipt (town, GEO_MESSAGE_TRUST_LINE_CLOSE);
  line = line_of (town, ME, CARL);
  g_assert_cmpint ((gint) line->status, ==, GEO_LINE_STATUS_CLOSED);
  g_assert_cmpint (line->limit.amount.minor, ==, 0);

  /* The chain goes on after a close. */
  g_assert_true (town_trust (town, "other", CARL, 100, FALSE, NULL));
  town_expect (town, "store:line send:TRUST_LINE_CREATE");
  line = sent_line (town, GEO_MESSAGE_TRUST_LINE_CREATE);
  g_assert_cmpint (line->seq, ==, 4);
  g_assert_true (line->has_previous);
  receipt (town, GEO_MESSAGE_TRUST_LINE_CREATE);
  g_assert_cmpint (line_of (town, ME, CARL)->seq, ==, 4);
}

static void
test_policy_given (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoPolicy) policy = geo_policy_new_default ();
  const GeoTrustLine *line;

  policy->can_be_intermediate = FALSE;
  policy->has_daily_limit = TRUE;
  policy->daily_limit = geo_decimal (GEO_AMOUNT (100), 2);
  g_assert_true (geo_party_trust (town->party, NULL, &town->people[ANNA].pid,
                                  "UAH", GEO_AMOUNT (20000), FALSE, policy,
                                  town->now, town->actions, NULL));
  line = sent_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE);
  g_assert_false (line->policy->can_be_intermediate);
  g_assert_cmpint (line->policy->daily_limit.amount.minor, ==, 100);
}

static void
test_policy_inherited (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 500, 2);

  line->policy->consent = GEO_CONSENT_LIVE;
  geo_trust_line_sign (line, town->people[ME].secret);
  town_receive (town, town_receipt (town_entry_of_line (town, line)));
  /* A version of ours that we did not send from here. */
  town_expect (town, "store:entry tell:person tell:line send:ENTRY_ACK");
  g_assert_true (town_trust (town, NULL, ANNA, 600, FALSE, NULL));
  g_assert_cmpint (
      (gint) sent_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE)->policy->consent,
      ==, GEO_CONSENT_LIVE);
}

typedef struct {
  const gchar *line_id;
  guint to;
  const gchar *equivalent;
  gint64 limit;
  gboolean close;
  GeoCode code;
} Wish;

static void
test_wrong (void) {
  static const Wish wishes[] = {
    { "line-1", ME, "UAH", 1, FALSE, GEO_CODE_INVALID },
    { "line-1", CARL, "USD", 1, FALSE, GEO_CODE_INVALID },
    { "line-1", CARL, "UAH", -1, FALSE, GEO_CODE_INVALID },
    { "line-1", CARL, "UAH", GEO_AMOUNT_MAX + 1, FALSE, GEO_CODE_INVALID },
    { "line-1", ANNA, "UAH", 1, TRUE, GEO_CODE_INVALID },
    { "line 1", CARL, "UAH", 1, FALSE, GEO_CODE_INVALID },
    { NULL, CARL, "UAH", 1, FALSE, GEO_CODE_INVALID },
    { "line-0-1", CARL, "UAH", 1, FALSE, GEO_CODE_CONFLICT },
    { "dora", CARL, "UAH", 1, FALSE, GEO_CODE_CONFLICT },
    { "line-1", CARL, "UAH", 0, TRUE, GEO_CODE_LINE_INACTIVE },
    { "dora", DORA, "UAH", 2, FALSE, GEO_CODE_CONFLICT },
  };
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoPolicy) policy = geo_policy_new_default ();
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  GError *error = NULL;

  g_assert_true (town_trust (town, "dora", DORA, 1, FALSE, NULL));
  before = town_state (town);
  g_ptr_array_set_size (town->actions, 0);
  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++) {
    const Wish *wish = &wishes[i];

    g_assert_false (geo_party_trust (
        town->party, wish->line_id, &town->people[wish->to].pid,
        wish->equivalent, GEO_AMOUNT (wish->limit), wish->close, NULL,
        town->now, town->actions, &error));
    g_assert_error (error, GEO_PARTY_ERROR, (gint) wish->code);
    g_clear_error (&error);
  }
  policy->lan_share = 10001;
  g_assert_false (geo_party_trust (
      town->party, "line-1", &town->people[CARL].pid, "UAH", GEO_AMOUNT (1),
      FALSE, policy, town->now, town->actions, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_INVALID);
  g_clear_error (&error);
  g_assert_cmpuint (town->actions->len, ==, 0);
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
}

static void
test_after_fault (void) {
  g_autoptr (Town) town = town_new ();
  GError *error = NULL;

  town->sequence = 5;
  town_reload (town);
  geo_party_load_sequence (town->party, 9, &town->entry_hash);
  town_connect (town);
  town_expect (town, "send:SYNC store:evidence tell:fault");
  g_assert_false (town_trust (town, "carl", CARL, 1, FALSE, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_NOT_ALLOWED);
  g_clear_error (&error);
}

/* Signed without a session, sent when there is one, until it is receipted. */
static void
test_away (void) {
  g_autoptr (Town) town = town_new ();

  town_disconnect (town);
  g_assert_true (town_trust (town, "carl", CARL, 1, FALSE, NULL));
  town_expect (town, "store:line");
  town->now++;
  g_assert_true (town_trust (town, NULL, ANNA, 1, FALSE, NULL));
  town_expect (town, "store:line");
  g_assert_true (town_trust (town, "dora", DORA, 1, FALSE, NULL));
  town_reload (town);
  town_connect (town);
  town_expect (town, "send:SYNC send:TRUST_LINE_CREATE "
                     "send:TRUST_LINE_CREATE send:TRUST_LINE_UPDATE");
  g_assert_cmpstr (sent_line (town, GEO_MESSAGE_TRUST_LINE_CREATE)->line_id, ==,
                   "carl");
  receipt (town, GEO_MESSAGE_TRUST_LINE_CREATE);
  town_connect (town);
  town_expect (town, "send:SYNC send:TRUST_LINE_CREATE send:TRUST_LINE_UPDATE");
}

static void
test_refused (void) {
  g_autoptr (Town) town = town_new ();
  g_autofree gchar *before = town_state (town);
  g_autofree gchar *after = NULL;
  const GeoTold *told;

  g_assert_true (town_trust (town, NULL, ANNA, 20000, FALSE, NULL));
  town_receive (town, error_for ("something"));
  town_expect (town, "");
  town_receive (town, error_for ("line-0-1"));
  town_expect (town, "store:refused tell:line-refused");
  told = town_told (town, GEO_TOLD_LINE_REFUSED);
  g_assert_cmpint ((gint) told->code, ==, GEO_CODE_NO_ROUTE);
  g_assert_cmpstr (told->reason, ==, GEO_REASON_UNKNOWN_PARTICIPANT);
  g_assert_cmpint (told->line->limit.amount.minor, ==, 20000);
  g_assert_cmpstr (town_stored (town, GEO_RECORD_KIND_REFUSED)->text, ==,
                   "E001 unknown_participant");
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
  town_receive (town, error_for ("line-0-1"));
  town_expect (town, "");

  /* The same number may be signed for something else. */
  g_assert_true (town_trust (town, NULL, ANNA, 30000, FALSE, NULL));
  g_assert_cmpint (sent_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE)->seq, ==, 2);
  town_reload (town);
  town_connect (town);
  town_expect (town, "send:SYNC send:TRUST_LINE_UPDATE");
  receipt (town, GEO_MESSAGE_TRUST_LINE_UPDATE);
  g_assert_cmpint (line_of (town, ME, ANNA)->limit.amount.minor, ==, 30000);
}

/* Another machine with our key was faster. */
static void
test_overtaken (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) other = town_line (town, ME, ANNA, 700, 2);

  g_assert_true (town_trust (town, NULL, ANNA, 800, FALSE, NULL));
  town_receive (town, town_receipt (town_entry_of_line (town, other)));
  town_expect (town, "store:entry tell:person tell:line-refused tell:line "
                     "send:ENTRY_ACK");
  g_assert_cmpstr (town_told (town, GEO_TOLD_LINE_REFUSED)->reason, ==,
                   GEO_REASON_WRONG_SEQ);
  g_assert_cmpint (line_of (town, ME, ANNA)->limit.amount.minor, ==, 700);
  /* The next is signed on top of it. */
  g_assert_true (town_trust (town, NULL, ANNA, 800, FALSE, NULL));
  g_assert_cmpint (sent_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE)->seq, ==, 3);
}

static void
test_from_others (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) carl = town_line (town, CARL, ME, 300, 1);
  g_autoptr (GeoTrustLine) anna = town_line (town, ANNA, ME, 400, 2);
  g_autoptr (GeoTrustLine) dora = town_line (town, DORA, ME, 500, 1);

  town_receive (town, town_receipt (town_entry_of_line (town, carl)));
  town_expect (town, "store:entry tell:person tell:line send:ENTRY_ACK");
  g_assert_cmpint (line_of (town, CARL, ME)->limit.amount.minor, ==, 300);
  town_receive (town, town_receipt (town_entry_of_line (town, anna)));
  g_assert_cmpint (line_of (town, ANNA, ME)->limit.amount.minor, ==, 400);
  g_assert_cmpint (line_of (town, ME, ANNA)->limit.amount.minor, ==, 10000);
  town_receive (town, town_receipt (town_entry_of_line (town, dora)));
  g_assert_cmpint (line_of (town, DORA, ME)->limit.amount.minor, ==, 500);
  g_assert_null (line_of (town, ANNA, BOB));
  g_assert_cmpuint (town->n_faults, ==, 0);
}

/* An entry for this line is a fault of that reason; in a town of its own. */
static void
expect_fault (void (*spoil) (Town *, GeoTrustLine *, GeoProvenEntry *),
              guint from,
              guint to,
              gint64 seq,
              const gchar *reason) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) line = town_line (town, from, to, 300, seq);
  GeoProvenEntry *entry = town_entry_of_line (town, line);
  g_autofree gchar *before = town_state (town);
  g_autofree gchar *after = NULL;

  if (spoil != NULL)
    spoil (town, entry->line, entry);
  town_receive (town, town_receipt (entry));
  town_expect_fault (town, reason);
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
}

/* The subject and the signatures fit again. */
static void
sign (Town *town, GeoTrustLine *line, GeoProvenEntry *entry, guint by) {
  geo_trust_line_sign (line, town->people[by].secret);
  geo_trust_line_hash (line, &entry->entry->subject);
  town_sign_entry (town, entry);
}

static void
spoil_line (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  g_clear_pointer (&entry->line, geo_trust_line_free);
}

static void
spoil_community (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->community = town->people[DORA].pid;
  sign (town, line, entry, CARL);
}

static void
spoil_shape (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->status = GEO_LINE_STATUS_CLOSED;
  sign (town, line, entry, CARL);
}

static void
spoil_subject (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->limit.amount = GEO_AMOUNT (301);
  geo_trust_line_sign (line, town->people[CARL].secret);
}

static void
spoil_equivalent (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  g_free (line->equivalent);
  line->equivalent = g_strdup ("USD");
  sign (town, line, entry, CARL);
}

static void
spoil_precision (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->limit.decimals = 1;
  sign (town, line, entry, CARL);
}

static void
spoil_signature (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  sign (town, line, entry, BOB);
}

static void
spoil_people (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  g_ptr_array_set_size (entry->people, 0);
}

static void
spoil_name (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  g_free (line->line_id);
  line->line_id = g_strdup ("another");
  sign (town, line, entry, ANNA);
}

static void
spoil_previous (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->previous.bytes[0] ^= 1;
  sign (town, line, entry, ANNA);
}

static void
spoil_seq (Town *town, GeoTrustLine *line, GeoProvenEntry *entry) {
  line->seq = 3;
  sign (town, line, entry, ANNA);
}

static void
test_faults (void) {
  expect_fault (spoil_line, CARL, ME, 1, GEO_REASON_INVALID);
  expect_fault (spoil_community, CARL, ME, 1, GEO_REASON_INVALID);
  expect_fault (spoil_shape, CARL, ME, 1, GEO_REASON_INVALID);
  expect_fault (spoil_subject, CARL, ME, 1, GEO_REASON_BAD_PROOF);
  expect_fault (spoil_equivalent, CARL, ME, 1, GEO_REASON_UNKNOWN_EQUIVALENT);
  expect_fault (spoil_precision, CARL, ME, 1, GEO_REASON_PRECISION);
  expect_fault (spoil_signature, CARL, ME, 1, GEO_REASON_BAD_SIGNATURE);
  /* A line of ours that we never signed. */
  expect_fault (spoil_signature, ME, CARL, 1, GEO_REASON_BAD_SIGNATURE);
  /* A creditor whose key nobody named. */
  expect_fault (spoil_people, DORA, ME, 1, GEO_REASON_BAD_SIGNATURE);
  expect_fault (NULL, CARL, BOB, 1, GEO_REASON_NOT_ALLOWED);
  expect_fault (NULL, ANNA, ME, 1, GEO_REASON_WRONG_SEQ);
  expect_fault (spoil_name, ANNA, ME, 2, GEO_REASON_WRONG_SEQ);
  expect_fault (spoil_previous, ANNA, ME, 2, GEO_REASON_WRONG_SEQ);
  expect_fault (spoil_seq, ANNA, ME, 2, GEO_REASON_WRONG_SEQ);
}

static void
test_renamed_after_close (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GeoTrustLine) closed = town_line (town, ANNA, ME, 0, 2);
  g_autoptr (GeoTrustLine) anew = NULL;

  closed->status = GEO_LINE_STATUS_CLOSED;
  geo_trust_line_sign (closed, town->people[ANNA].secret);
  town_receive (town, town_receipt (town_entry_of_line (town, closed)));
  anew = town_line (town, ANNA, ME, 900, 3);
  g_free (anew->line_id);
  anew->line_id = g_strdup ("anew");
  geo_trust_line_sign (anew, town->people[ANNA].secret);
  town_receive (town, town_receipt (town_entry_of_line (town, anew)));
  town_expect (town, "store:entry tell:line send:ENTRY_ACK");
}

/* What cannot be about us is not taken from a disk either. */
static void
test_load (void) {
  g_autoptr (Town) town = town_new_empty ();
  g_autoptr (GeoTrustLine) others = town_line (town, ANNA, BOB, 1, 1);
  g_autoptr (GeoTrustLine) theirs = town_line (town, ANNA, ME, 1, 1);
  g_autoptr (GeoParticipant) forged =
      geo_participant_copy (town->people[ANNA].participant);

  geo_party_load_line (town->party, others, TRUE);
  g_assert_null (line_of (town, ANNA, BOB));
  geo_party_load_line (town->party, theirs, FALSE);
  g_assert_null (line_of (town, ANNA, ME));
  forged->key = town->people[BOB].participant->key;
  geo_party_load_person (town->party, forged);
  g_assert_null (geo_party_get_person (town->party, &town->people[ANNA].pid));
  geo_party_load_person (town->party, town->people[ME].participant);
  g_assert_true (geo_party_get_person (town->party, &town->people[ME].pid) ==
                 town->party->self);
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
  geo_party_free (NULL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/line/life", test_life);
  g_test_add_func ("/party/line/policy-given", test_policy_given);
  g_test_add_func ("/party/line/policy-inherited", test_policy_inherited);
  g_test_add_func ("/party/line/wrong", test_wrong);
  g_test_add_func ("/party/line/after-fault", test_after_fault);
  g_test_add_func ("/party/line/away", test_away);
  g_test_add_func ("/party/line/refused", test_refused);
  g_test_add_func ("/party/line/overtaken", test_overtaken);
  g_test_add_func ("/party/line/from-others", test_from_others);
  g_test_add_func ("/party/line/faults", test_faults);
  g_test_add_func ("/party/line/renamed-after-close", test_renamed_after_close);
  g_test_add_func ("/party/line/load", test_load);
  return g_test_run ();
}
