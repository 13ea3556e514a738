/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a journal says of requests (protocol §8a): who asks whom for what, how
 * it ended, what is not at the hub yet, and who is not heard.
 */
#include "core/geo-hash.h"
#include "store-sample.h"

typedef struct {
  gchar *folder;
  gchar *path;
  Sample *sample;
  GeoJournal *journal; /* people[0]'s */
  gboolean forged;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->folder = sample_folder_new ();
  f->path = g_build_filename (f->folder, "x.db", NULL);
  f->sample = sample_new (3);
  f->journal = geo_journal_open (f->path, FALSE, NULL);
  g_assert_nonnull (f->journal);
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_JOINED,
                 sample_joined (f->sample, 0));
}

/* Whatever was written, the records hold and the projection is theirs. */
static void
tear_down (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  if (!f->forged)
    geo_journal_verify (f->journal, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  geo_journal_close (f->journal);
  sample_free (f->sample);
  sample_folder_remove (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static GeoLetter *
letter_by (Fixture *f, guint writer) {
  GeoLetter *letter = geo_letter_new ();

  letter->person = geo_participant_copy (f->sample->people[writer].person);
  return letter;
}

/* by asks who to pay. */
static GeoLetter *
invoice (Fixture *f, const gchar *id, guint by, guint who, GeoHash *hash) {
  GeoLetter *letter = letter_by (f, by);
  GeoInvoice *asked = letter->invoice = geo_invoice_new ();

  asked->community = f->sample->community->community;
  asked->invoice_id = g_strdup (id);
  asked->to = f->sample->people[by].pid;
  asked->has_from = TRUE;
  asked->from = f->sample->people[who].pid;
  asked->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  asked->has_amount = TRUE;
  asked->amount = geo_decimal (GEO_AMOUNT (1250), 2);
  asked->memo = g_strdup ("Two loaves");
  asked->created_at = f->sample->now;
  geo_invoice_sign (asked, f->sample->people[by].secret);
  geo_invoice_hash (asked, hash);
  return letter;
}

static GeoLetter *
invitation (Fixture *f, const gchar *id, guint by, GeoHash *hash) {
  GeoLetter *letter = letter_by (f, by);
  GeoInvitation *made = letter->invitation = geo_invitation_new ();

  made->community = f->sample->community->community;
  made->invitation_id = g_strdup (id);
  made->from = f->sample->people[by].pid;
  made->name = g_strdup ("Olena");
  made->invited = g_strdup ("Two loaves");
  made->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  made->limit = geo_decimal (GEO_AMOUNT (1250), 2);
  made->created_at = f->sample->now;
  geo_invitation_sign (made, f->sample->people[by].secret);
  geo_invitation_hash (made, hash);
  return letter;
}

/* by asks to be trusted by us. */
static GeoLetter *
trust_request (Fixture *f, const gchar *id, guint by, gint64 limit) {
  GeoLetter *letter = letter_by (f, by);
  GeoTrustRequest *asked = letter->trust_request = geo_trust_request_new ();

  asked->community = f->sample->community->community;
  asked->request_id = g_strdup (id);
  asked->from = f->sample->people[by].pid;
  asked->to = f->sample->people[0].pid;
  asked->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  asked->limit = geo_decimal (GEO_AMOUNT (limit), 2);
  asked->created_at = f->sample->now;
  geo_trust_request_sign (asked, f->sample->people[by].secret);
  return letter;
}

static GeoLetter *
response (Fixture *f, const GeoHash *subject, guint by, GeoVerdict verdict) {
  GeoLetter *letter = letter_by (f, by);
  GeoResponse *said = geo_response_new ();

  said->community = f->sample->community->community;
  said->subject = *subject;
  said->participant = f->sample->people[by].pid;
  said->verdict = verdict;
  said->at = f->sample->now;
  geo_response_sign (said, f->sample->people[by].secret);
  g_ptr_array_add (letter->responses, said);
  return letter;
}

/* to −1: it came.  Takes the letter. */
static GeoRecordBody *
body_of (Fixture *f, GeoLetter *letter, gint to) {
  GeoRecordBody *body = geo_record_body_new ();

  body->letter = letter;
  if (to >= 0) {
    body->has_to = TRUE;
    body->to = f->sample->people[to].pid;
  }
  return body;
}

static void
append (Fixture *f, GeoRecordBody *body) {
  f->sample->now++;
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_LETTER, body);
}

static void
expect_state (Fixture *f,
              const GeoHash *hash,
              gboolean mine,
              GeoRequestState state) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournalRequest) request =
      geo_journal_get_request (f->journal, hash, &error);

  g_assert_no_error (error);
  g_assert_true (request->mine == mine);
  g_assert_cmpint (request->state, ==, state);
  g_assert_true (request->has_peer);
  g_assert_true (geo_pid_equal (&request->peer, &f->sample->people[1].pid));
  g_assert_cmpint (request->amount.amount.minor, ==, 1250);
  g_assert_cmpstr (request->memo, ==, "Two loaves");
}

static guint
count_requests (Fixture *f, gboolean open) {
  g_autoptr (GPtrArray) list = geo_journal_list_requests (f->journal, open, 0,
                                                          10, NULL);

  g_assert_nonnull (list);
  return list->len;
}

static guint
count_outbox (Fixture *f) {
  g_autoptr (GPtrArray) list = geo_journal_list_outbox (f->journal, NULL);

  g_assert_nonnull (list);
  return list->len;
}

static void
test_asked (Fixture *f, gconstpointer data) {
  GeoHash hash;
  GeoLetter *letter = invoice (f, "i-1", 1, 0, &hash);

  append (f, body_of (f, geo_letter_copy (letter), -1));
  expect_state (f, &hash, FALSE, GEO_REQUEST_OPEN);
  g_assert_cmpuint (count_requests (f, TRUE), ==, 1);
  g_assert_cmpuint (count_outbox (f), ==, 0);
  /* P5: the same again. */
  append (f, body_of (f, letter, -1));
  g_assert_cmpuint (count_requests (f, FALSE), ==, 1);

  /* What others say of it is nothing; what we say waits for the hub. */
  append (f, body_of (f, response (f, &hash, 2, GEO_VERDICT_WITHDRAWN), -1));
  expect_state (f, &hash, FALSE, GEO_REQUEST_OPEN);
  append (f, body_of (f, response (f, &hash, 0, GEO_VERDICT_DECLINED), 1));
  expect_state (f, &hash, FALSE, GEO_REQUEST_DECLINED);
  g_assert_cmpuint (count_requests (f, TRUE), ==, 0);
  g_assert_cmpuint (count_outbox (f), ==, 1);
  /* What is settled stays so. */
  append (f, body_of (f, response (f, &hash, 1, GEO_VERDICT_WITHDRAWN), -1));
  expect_state (f, &hash, FALSE, GEO_REQUEST_DECLINED);
}

static void
test_asking (Fixture *f, gconstpointer data) {
  GeoRecordBody *sent = geo_record_body_new ();
  g_autofree gchar *text = NULL;
  GeoHash hash;
  GeoLetter *letter = invoice (f, "i-1", 0, 1, &hash);
  gsize len;

  text = geo_letter_to_text (letter, &len);
  append (f, body_of (f, letter, 1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_OPEN);
  g_assert_cmpuint (count_outbox (f), ==, 1);
  sent->has_subject = TRUE;
  geo_hash_of (text, len, &sent->subject);
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_SENT, sent);
  g_assert_cmpuint (count_outbox (f), ==, 0);

  append (f, body_of (f, response (f, &hash, 2, GEO_VERDICT_DECLINED), -1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_OPEN);
  append (f, body_of (f, response (f, &hash, 1, GEO_VERDICT_DECLINED), -1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_DECLINED);
}

static void
test_withdrawn (Fixture *f, gconstpointer data) {
  GeoHash ours, theirs, unknown = { { 1 } };
  g_autoptr (GError) error = NULL;

  append (f, body_of (f, invoice (f, "i-1", 0, 1, &ours), 1));
  append (f, body_of (f, invoice (f, "i-2", 1, 0, &theirs), -1));
  append (f, body_of (f, response (f, &ours, 0, GEO_VERDICT_WITHDRAWN), 1));
  append (f, body_of (f, response (f, &theirs, 1, GEO_VERDICT_WITHDRAWN), -1));
  expect_state (f, &ours, TRUE, GEO_REQUEST_WITHDRAWN);
  expect_state (f, &theirs, FALSE, GEO_REQUEST_WITHDRAWN);
  g_assert_null (geo_journal_get_request (f->journal, &unknown, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
}

static void
block (Fixture *f, guint who, gboolean blocked) {
  GeoRecordBody *body = geo_record_body_new ();

  body->person = geo_participant_copy (f->sample->people[who].person);
  body->has_blocked = TRUE;
  body->blocked = blocked;
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_BLOCK, body);
}

/* What one pays and cannot is closed where that is why, and only then. */
static void
test_closed (Fixture *f, gconstpointer data) {
  static const gchar *const reasons[] = { GEO_LETTER_CLOSED, "payee_away" };
  GeoHash hashes[2], hash;

  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("i-%u", i);
    g_autoptr (GeoOrder) order = sample_order (f->sample, 0, 1, 1250, id, NULL);
    GeoRefusal *refusal;

    append (f, body_of (f, invoice (f, id, 1, 0, &hashes[i]), -1));
    order->has_invoice = TRUE;
    order->invoice = hashes[i];
    geo_order_sign (order, f->sample->people[0].secret);
    sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_ORDER,
                   sample_body_order (order, NULL));
    geo_order_hash (order, &hash);
    refusal = sample_refuse_order (f->sample, &hash);
    g_free (refusal->reason);
    refusal->reason = g_strdup (reasons[i]);
    geo_refusal_sign (refusal, f->sample->secret);
    sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_REFUSED,
                   sample_body_refusal (refusal));
  }
  expect_state (f, &hashes[0], FALSE, GEO_REQUEST_CLOSED);
  expect_state (f, &hashes[1], FALSE, GEO_REQUEST_OPEN);
  g_assert_cmpuint (count_requests (f, TRUE), ==, 1);
  /* What is settled stays so. */
  append (f,
          body_of (f, response (f, &hashes[0], 1, GEO_VERDICT_WITHDRAWN), -1));
  expect_state (f, &hashes[0], FALSE, GEO_REQUEST_CLOSED);
}

/* A letter may come after the entry that paid for it. */
static void
test_paid_before (Fixture *f, gconstpointer data) {
  static const guint route[] = { 0, 1 };
  g_autoptr (GeoOrder) order = sample_order (f->sample, 0, 1, 1250, "tx", NULL);
  g_autoptr (GPtrArray) hops = NULL;
  g_autoptr (GeoContract) contract = NULL;
  g_autoptr (GeoCertificate) certificate = NULL;
  g_autoptr (GeoLetter) letter = NULL;
  g_autoptr (GeoLetter) other = NULL;
  g_autoptr (GError) error = NULL;
  GeoHash hash, unpaid;
  gboolean paid;

  letter = invoice (f, "i-1", 1, 0, &hash);
  other = invoice (f, "i-2", 1, 0, &unpaid);
  order->has_invoice = TRUE;
  order->invoice = hash;
  geo_order_sign (order, f->sample->people[0].secret);
  hops = sample_hops (f->sample, order, route, 2);
  contract = sample_contract (f->sample, order, hops);
  certificate = sample_certificate (f->sample, order, contract);
  g_assert_true (geo_journal_has_paid (f->journal, &hash, &paid, &error));
  g_assert_false (paid);
  sample_append (
      f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (sample_payment_entry (f->sample, 0, certificate, hops),
                         NULL));
  g_assert_true (geo_journal_has_paid (f->journal, &hash, &paid, &error));
  g_assert_true (paid);
  g_assert_true (geo_journal_has_paid (f->journal, &unpaid, &paid, &error));
  g_assert_false (paid);
}

typedef struct {
  GPtrArray *bodies;
  guint sent; /* How many are still on their way. */
} Kept;

static void
keep_cb (GeoRecordKind kind,
         GeoTime at,
         GeoRecordBody *body,
         gpointer user_data) {
  Kept *kept = user_data;

  g_assert_cmpint (kind, ==, GEO_RECORD_KIND_LETTER);
  kept->sent += body->has_to;
  g_ptr_array_add (kept->bodies, body);
}

/* What a state copy takes: each request once, with the letter that settled it;
 * and what is not at the hub yet still says for whom it is. */
static void
test_kept (Fixture *f, gconstpointer data) {
  Kept kept = {
    g_ptr_array_new_with_free_func ((GDestroyNotify) geo_record_body_free), 0
  };
  GeoHash hashes[3];

  append (f, body_of (f, invoice (f, "i-1", 1, 0, &hashes[0]), -1));
  append (f, body_of (f, response (f, &hashes[0], 0, GEO_VERDICT_DECLINED), 1));
  append (f, body_of (f, invoice (f, "i-2", 0, 1, &hashes[1]), -1));
  append (f, body_of (f, invoice (f, "i-3", 1, 0, &hashes[2]), -1));
  /* It settles nothing. */
  append (f,
          body_of (f, response (f, &hashes[2], 2, GEO_VERDICT_DECLINED), -1));
  g_assert_true (
      geo_journal_foreach_letter (f->journal, 10, keep_cb, &kept, NULL));
  g_assert_cmpuint (kept.bodies->len, ==, 4);
  g_assert_cmpuint (kept.sent, ==, 1);
  /* Those that are open come before those that are settled. */
  g_ptr_array_set_size (kept.bodies, 0);
  g_assert_true (
      geo_journal_foreach_letter (f->journal, 2, keep_cb, &kept, NULL));
  g_assert_cmpuint (kept.bodies->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_nonnull (
        ((GeoRecordBody *) kept.bodies->pdata[i])->letter->invoice);
  g_ptr_array_unref (kept.bodies);
}

static GeoLetter *
asking_trust (Fixture *f, const gchar *id, gint64 limit, GeoHash *hash) {
  GeoTrustRequest *asked = geo_trust_request_new ();
  GeoLetter *letter = letter_by (f, 0);

  letter->trust_request = asked;
  asked->community = f->sample->community->community;
  asked->request_id = g_strdup (id);
  asked->from = f->sample->people[0].pid;
  asked->to = f->sample->people[1].pid;
  asked->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  asked->limit = geo_decimal (GEO_AMOUNT (limit), 2);
  asked->memo = g_strdup ("Two loaves");
  asked->created_at = f->sample->now;
  geo_trust_request_sign (asked, f->sample->people[0].secret);
  geo_trust_request_hash (asked, hash);
  return letter;
}

/* A wallet that is restored stores what was asked before it hears of a line of
 * long ago, which is no answer to that. */
static void
test_old_line (Fixture *f, gconstpointer data) {
  g_autoptr (GeoTrustLine) old = sample_line (f->sample, 1, 0, 5000, NULL);
  g_autoptr (GeoTrustLine) answer = NULL;
  GeoHash hash;

  f->sample->now += GEO_CLOCK_TOLERANCE_MS + 1;
  append (f, body_of (f, asking_trust (f, "t-1", 1250, &hash), 1));
  sample_append (
      f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (sample_line_entry (f->sample, 0, old), NULL));
  expect_state (f, &hash, TRUE, GEO_REQUEST_OPEN);
  answer = sample_line (f->sample, 1, 0, 1250, old);
  sample_append (
      f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (sample_line_entry (f->sample, 0, answer), NULL));
  expect_state (f, &hash, TRUE, GEO_REQUEST_DONE);
}

/* The same whichever comes first: a line, or that it was asked for just then.
 */
static void
test_line_is_there (Fixture *f, gconstpointer data) {
  g_autoptr (GeoTrustLine) line = sample_line (f->sample, 1, 0, 1250, NULL);
  GeoHash hash;

  sample_append (
      f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (sample_line_entry (f->sample, 0, line), NULL));
  f->sample->now += GEO_CLOCK_TOLERANCE_MS / 2;
  append (f, body_of (f, asking_trust (f, "t-1", 1250, &hash), 1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_DONE);
  /* One of long before is no answer, as for who is restored. */
  f->sample->now += GEO_CLOCK_TOLERANCE_MS;
  append (f, body_of (f, asking_trust (f, "t-2", 1250, &hash), 1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_OPEN);
}

static void
test_block (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) one = NULL;
  g_autoptr (GArray) none = NULL;

  block (f, 2, TRUE);
  block (f, 2, TRUE);
  one = geo_journal_list_blocked (f->journal, NULL);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_true (geo_pid_equal (&g_array_index (one, GeoPid, 0),
                                &f->sample->people[2].pid));
  block (f, 2, FALSE);
  none = geo_journal_list_blocked (f->journal, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

/* An invitation of ours is taken up by the first who asks for what it offers,
 * and by no more. */
static void
test_invited (Fixture *f, gconstpointer data) {
  GeoHash hash, withdrawn;

  append (f, body_of (f, invitation (f, "i", 0, &hash), -1));
  append (f, body_of (f, invitation (f, "j", 0, &withdrawn), -1));
  append (f,
          body_of (f, response (f, &withdrawn, 0, GEO_VERDICT_WITHDRAWN), -1));
  g_assert_cmpuint (count_requests (f, TRUE), ==, 1);
  append (f, body_of (f, trust_request (f, "other", 1, 1250), -1));
  append (f, body_of (f, trust_request (f, "i", 2, 1251), -1));
  append (f, body_of (f, trust_request (f, "j", 2, 1250), -1));
  {
    g_autoptr (GeoJournalRequest) open = geo_journal_get_request (f->journal,
                                                                  &hash, NULL);
    g_autoptr (GeoJournalRequest) back =
        geo_journal_get_request (f->journal, &withdrawn, NULL);

    g_assert_cmpint (open->kind, ==, GEO_REQUEST_INVITATION);
    g_assert_cmpint (open->state, ==, GEO_REQUEST_OPEN);
    g_assert_false (open->has_peer);
    g_assert_cmpint (back->state, ==, GEO_REQUEST_WITHDRAWN);
    g_assert_false (back->has_peer);
  }
  append (f, body_of (f, trust_request (f, "i", 1, 1250), -1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_DONE);
  append (f, body_of (f, trust_request (f, "i", 2, 1000), -1));
  expect_state (f, &hash, TRUE, GEO_REQUEST_DONE);
  g_assert_cmpuint (count_outbox (f), ==, 0);
}

static void
refused (Fixture *f, GeoRecordKind kind, GeoRecordBody *body) {
  sample_append_fails (f->sample, f->journal, 0, kind, body,
                       GEO_STORE_ERROR_VERIFY);
}

/* What is no letter of ours or for us leaves nothing behind. */
static void
test_refused (Fixture *f, gconstpointer data) {
  GeoLetter *letter;
  GeoHash hash;

  refused (f, GEO_RECORD_KIND_LETTER, geo_record_body_new ());
  refused (f, GEO_RECORD_KIND_SENT, geo_record_body_new ());
  refused (f, GEO_RECORD_KIND_BLOCK, geo_record_body_new ());
  /* Nothing in it; for somebody else; of somebody else, and sent by us; ours
   * to ourselves; of another community. */
  refused (f, GEO_RECORD_KIND_LETTER, body_of (f, letter_by (f, 1), -1));
  refused (f, GEO_RECORD_KIND_LETTER,
           body_of (f, invoice (f, "i", 1, 2, &hash), -1));
  refused (f, GEO_RECORD_KIND_LETTER,
           body_of (f, invoice (f, "i", 1, 0, &hash), 2));
  refused (f, GEO_RECORD_KIND_LETTER,
           body_of (f, invoice (f, "i", 0, 1, &hash), 0));
  /* Invitations are kept by whom they are from, and sent to nobody. */
  refused (f, GEO_RECORD_KIND_LETTER,
           body_of (f, invitation (f, "i", 1, &hash), -1));
  refused (f, GEO_RECORD_KIND_LETTER,
           body_of (f, invitation (f, "i", 0, &hash), 1));
  letter = invoice (f, "i", 1, 0, &hash);
  letter->invoice->community = f->sample->people[2].pid;
  geo_invoice_sign (letter->invoice, f->sample->people[1].secret);
  refused (f, GEO_RECORD_KIND_LETTER, body_of (f, letter, -1));
  g_assert_cmpuint (count_requests (f, FALSE), ==, 0);
  g_assert_cmpuint (count_outbox (f), ==, 0);
}

static GeoParticipant *
changed_key (Fixture *f, guint8 number, GeoTime at) {
  const SamplePerson *before = &f->sample->people[1];
  const guint8 seed[GEO_SEED_LEN] = { 7, number };
  g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
  GeoParticipant *after =
      geo_participant_rotate (before->person, before->secret, next, at, NULL);

  g_assert_nonnull (after);
  return after;
}

static GeoRecordBody *
letter_with (Fixture *f, const gchar *id, const GeoParticipant *person) {
  GeoHash hash;
  GeoLetter *letter = invoice (f, id, 1, 0, &hash);

  geo_participant_free (letter->person);
  letter->person = geo_participant_copy (person);
  return body_of (f, letter, -1);
}

static gboolean
is_same (const GeoParticipant *one, const GeoParticipant *other) {
  GeoHash a, b;

  geo_participant_hash (one, &a);
  geo_participant_hash (other, &b);
  return geo_hash_equal (&a, &b);
}

/* NULL: the hub has said of no change. */
static void
expect_keys (Fixture *f,
             const GeoParticipant *known,
             const GeoParticipant *heard) {
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) people = geo_journal_list_people (f->journal, NULL);
    g_autoptr (GPtrArray) said = geo_journal_list_heard (f->journal, NULL);

    g_assert_cmpuint (people->len, ==, 1);
    g_assert_true (is_same (g_ptr_array_index (people, 0), known));
    g_assert_cmpuint (said->len, ==, heard != NULL ? 1 : 0);
    g_assert_true (heard == NULL ||
                   is_same (g_ptr_array_index (said, 0), heard));
    g_assert_true (geo_journal_rebuild (f->journal, NULL));
  }
}

/* K5: what the hub has said of somebody's keys is remembered apart from what
 * they say themselves; where the two exclude each other, the hub's stays. */
static void
test_said_by_hub (Fixture *f, gconstpointer data) {
  const GeoTime now = f->sample->now;
  g_autoptr (GeoParticipant) theirs = changed_key (f, 1, now);
  g_autoptr (GeoParticipant) later = changed_key (f, 1, now + 9000);
  g_autoptr (GeoParticipant) other = changed_key (f, 2, now);
  g_autoptr (GeoTrustLine) line = sample_line (f->sample, 1, 0, 100, NULL);
  GeoRecordBody *body = geo_record_body_new ();
  GeoProvenEntry *entry;

  append (f, letter_with (f, "i-1", theirs));
  expect_keys (f, theirs, NULL);
  body->person = geo_participant_copy (later);
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_PERSON, body);
  expect_keys (f, later, later);
  append (f, letter_with (f, "i-2", other));
  expect_keys (f, later, later);

  entry = sample_line_entry (f->sample, 0, line);
  g_ptr_array_set_size (entry->people, 0);
  g_ptr_array_add (entry->people, geo_participant_copy (other));
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
                 sample_body_entry (entry, NULL));
  expect_keys (f, later, later);
}

static void
test_said_otherwise (Fixture *f, gconstpointer data) {
  g_autoptr (GeoParticipant) theirs = changed_key (f, 1, f->sample->now);
  g_autoptr (GeoParticipant) other = changed_key (f, 2, f->sample->now);
  g_autoptr (GeoTrustLine) line = sample_line (f->sample, 1, 0, 100, NULL);
  g_autoptr (GArray) changed = NULL;
  GeoProvenEntry *entry;

  append (f, letter_with (f, "i-1", theirs));
  entry = sample_line_entry (f->sample, 0, line);
  g_ptr_array_set_size (entry->people, 0);
  g_ptr_array_add (entry->people, geo_participant_copy (other));
  sample_append (f->sample, f->journal, 0, GEO_RECORD_KIND_ENTRY,
                 sample_body_entry (entry, NULL));
  expect_keys (f, other, other);
  changed = geo_journal_list_changed (f->journal, NULL);
  g_assert_cmpuint (changed->len, ==, 1);
  append (f, letter_with (f, "i-2", theirs));
  expect_keys (f, other, other);
}

/* Who appends has checked signatures; who verifies checks them again. */
static void
test_forged (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  GeoHash hash;
  GeoLetter *letter = invoice (f, "i", 1, 0, &hash);

  letter->invoice->amount.amount.minor++;
  append (f, body_of (f, letter, -1));
  g_assert_false (geo_journal_verify (f->journal, NULL, NULL, NULL, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
  f->forged = TRUE;
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/journal-letters/asked", test_asked);
  ADD ("/journal-letters/asking", test_asking);
  ADD ("/journal-letters/withdrawn", test_withdrawn);
  ADD ("/journal-letters/closed", test_closed);
  ADD ("/journal-letters/paid-before", test_paid_before);
  ADD ("/journal-letters/kept", test_kept);
  ADD ("/journal-letters/old-line", test_old_line);
  ADD ("/journal-letters/invited", test_invited);
  ADD ("/journal-letters/line-is-there", test_line_is_there);
  ADD ("/journal-letters/block", test_block);
  ADD ("/journal-letters/said-by-hub", test_said_by_hub);
  ADD ("/journal-letters/said-otherwise", test_said_otherwise);
  ADD ("/journal-letters/refused", test_refused);
  ADD ("/journal-letters/forged", test_forged);
  return g_test_run ();
}
