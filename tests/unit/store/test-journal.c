/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal: what each record does to the projection, what is not taken, and
 * who may have the file open.  Long because there is a test for each kind of
 * record.
 */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "core/geo-key-chain.h"
#include "store-sample.h"
#include "store/geo-seal-private.h"

/* A journal of person 0 in a folder of its own. */
typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  GeoJournal *journal;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  fixture->sample = sample_new (5);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "journal.db", NULL);
  fixture->journal = geo_journal_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  if (data == NULL)
    sample_append (fixture->sample, fixture->journal, 0, GEO_RECORD_KIND_JOINED,
                   sample_joined (fixture->sample, 0));
}

static void
check_all (Fixture *fixture) {
  g_autoptr (GError) error = NULL;
  gint64 records = 0;

  geo_journal_verify (fixture->journal, NULL, NULL, &records, &error);
  g_assert_no_error (error);
  g_assert_cmpint (records, ==,
                   geo_journal_count_records (fixture->journal, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  if (fixture->journal != NULL) {
    check_all (fixture);
    /* Making it anew changes nothing, so what verifies still does. */
    geo_journal_rebuild (fixture->journal, &error);
    g_assert_no_error (error);
    check_all (fixture);
    geo_journal_close (fixture->journal);
  }
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  sample_free (fixture->sample);
}

/* --- Asking --------------------------------------------------------------- */

static gint64
balance_with (Fixture *fixture, guint peer) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) balances = geo_journal_list_balances (fixture->journal,
                                                              &error);
  gint64 found = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < balances->len; i++) {
    const GeoJournalBalance *item = g_ptr_array_index (balances, i);

    g_assert_cmpint (item->balance.minor, !=, 0);
    g_assert_cmpstr (item->equivalent, ==, SAMPLE_EQUIVALENT);
    if (geo_pid_equal (&item->peer, &fixture->sample->people[peer].pid))
      found = item->balance.minor;
  }
  return found;
}

static guint
count (GPtrArray *items) {
  g_autoptr (GPtrArray) owned = items;

  g_assert_nonnull (owned);
  return owned->len;
}

static guint
open_orders (Fixture *fixture) {
  return count (geo_journal_list_open_orders (fixture->journal, NULL));
}

static guint
open_votes (Fixture *fixture) {
  return count (geo_journal_list_open_votes (fixture->journal, NULL));
}

static GeoActivity *
newest (Fixture *fixture) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = geo_journal_list_activity (fixture->journal, 0,
                                                           1, &error);
  GeoActivity *item;

  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 1);
  item = geo_journal_get_activity (
      fixture->journal, ((GeoActivity *) g_ptr_array_index (items, 0))->id,
      &error);
  g_assert_no_error (error);
  return item;
}

static void
append (Fixture *fixture, GeoRecordKind kind, GeoRecordBody *body) {
  sample_append (fixture->sample, fixture->journal, 0, kind, body);
}

static void
fails (Fixture *fixture,
       GeoRecordKind kind,
       GeoRecordBody *body,
       GeoStoreError code) {
  sample_append_fails (fixture->sample, fixture->journal, 0, kind, body, code);
}

static GeoRecordBody *
entry_of (Fixture *fixture, SamplePayment *payment, const gchar *text) {
  return sample_body_entry (sample_payment_entry (fixture->sample, 0,
                                                  payment->certificate,
                                                  payment->hops),
                            text);
}

/* A refused append must not use up the hub's number. */
static GeoRecordBody *
spoilt_entry (Fixture *fixture, SamplePayment *payment) {
  SamplePerson before = fixture->sample->people[0];
  GeoRecordBody *body = entry_of (fixture, payment, NULL);

  fixture->sample->people[0].sequence = before.sequence;
  fixture->sample->people[0].entry_hash = before.entry_hash;
  return body;
}

/* --- Joining -------------------------------------------------------------- */

static void
test_joined (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GeoActivity) activity = NULL;
  g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 100, NULL);
  g_autofree gchar *hub = NULL;

  g_assert_false (geo_journal_get_joined (fixture->journal, &community, &self,
                                          &hub, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (geo_journal_count_records (fixture->journal, NULL), ==, 0);
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 0);

  /* Nothing before it, and nothing of it missing. */
  fails (fixture, GEO_RECORD_KIND_LINE, sample_body_line (line),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_JOINED, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 1),
         GEO_STORE_ERROR_CONFLICT);

  append (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 0));
  g_assert_true (
      geo_journal_get_joined (fixture->journal, &community, &self, &hub, NULL));
  g_assert_cmpstr (community->name, ==, "Ярмарка");
  g_assert_cmpstr (self->name, ==, "Person 0");
  g_assert_cmpstr (hub, ==, "ws://hub.example:7171");
  activity = newest (fixture);
  g_assert_cmpint (activity->kind, ==, GEO_ACTIVITY_JOINED);
  g_assert_cmpint (activity->state, ==, 4);
  g_assert_null (activity->equivalent);
  g_assert_true (geo_pid_is_zero (&activity->peer));

  /* A new name of ours is a newer form, and no news in history. */
  geo_participant_free (sample_rename (sample, 0, "Олена"));
  append (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 0));
  g_clear_pointer (&self, geo_participant_free);
  g_assert_true (
      geo_journal_get_joined (fixture->journal, NULL, &self, NULL, NULL));
  g_assert_cmpstr (self->name, ==, "Олена");
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 1);
  g_assert_cmpint (geo_journal_count_records (fixture->journal, NULL), ==, 2);

  /* Somebody else, and another key for what is ours. */
  sample_append_fails (sample, fixture->journal, 1, GEO_RECORD_KIND_JOINED,
                       sample_joined (sample, 1), GEO_STORE_ERROR_VERIFY);
  sample_append_fails (sample, fixture->journal, 1, GEO_RECORD_KIND_LINE,
                       sample_body_line (line), GEO_STORE_ERROR_CONFLICT);
}

/* P2: a journal that was begun long after its owner joined does not know what
 * was answered before. */
static void
test_forgotten (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  GeoTime joined_at = sample->people[0].person->at;
  GeoTime until = 1;

  g_assert_true (geo_journal_get_forgotten (fixture->journal, &until, NULL));
  g_assert_cmpint (until, ==, 0);
  sample->now = joined_at + GEO_CLOCK_TOLERANCE_MS + 1;
  append (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 0));
  g_assert_true (geo_journal_get_forgotten (fixture->journal, &until, NULL));
  g_assert_cmpint (until, ==, joined_at + 2 * GEO_CLOCK_TOLERANCE_MS + 1);

  /* It is the first one that counts. */
  sample->now += 10 * GEO_CLOCK_TOLERANCE_MS;
  append (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 0));
  g_assert_true (geo_journal_get_forgotten (fixture->journal, &until, NULL));
  g_assert_cmpint (until, <, sample->now - 5 * GEO_CLOCK_TOLERANCE_MS);
}

/* --- Lines ---------------------------------------------------------------- */

static void
test_lines (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) first = sample_line (sample, 0, 1, 10000, NULL);
  g_autoptr (GeoTrustLine) second = sample_line (sample, 0, 1, 5000, first);
  g_autoptr (GeoTrustLine) to_us = sample_line (sample, 2, 0, 700, NULL);
  g_autoptr (GeoTrustLine) foreign = sample_line (sample, 1, 2, 700, NULL);
  GPtrArray *lines;
  const GeoJournalLine *item;
  GeoRecordBody *body;

  append (fixture, GEO_RECORD_KIND_LINE, sample_body_line (first));
  lines = geo_journal_list_lines (fixture->journal, NULL);
  g_assert_cmpuint (lines->len, ==, 1);
  item = g_ptr_array_index (lines, 0);
  g_assert_false (item->in_force);
  g_assert_cmpint (item->line->seq, ==, 1);
  g_ptr_array_unref (lines);
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 1);

  append (fixture, GEO_RECORD_KIND_ENTRY,
          sample_body_entry (sample_line_entry (sample, 0, first), NULL));
  append (fixture, GEO_RECORD_KIND_LINE, sample_body_line (second));
  lines = geo_journal_list_lines (fixture->journal, NULL);
  g_assert_cmpuint (lines->len, ==, 2);
  item = g_ptr_array_index (lines, 0);
  g_assert_true (item->in_force);
  g_assert_cmpint (item->line->limit.amount.minor, ==, 10000);
  item = g_ptr_array_index (lines, 1);
  g_assert_false (item->in_force);
  g_assert_cmpint (item->line->limit.amount.minor, ==, 5000);
  g_ptr_array_unref (lines);

  /* The hub did not take it: withdrawn. */
  body = sample_body_line (second);
  body->text = g_strdup ("E003 limit_exceeded");
  append (fixture, GEO_RECORD_KIND_REFUSED, body);
  g_assert_cmpuint (count (geo_journal_list_lines (fixture->journal, NULL)), ==,
                    1);

  append (fixture, GEO_RECORD_KIND_ENTRY,
          sample_body_entry (sample_line_entry (sample, 0, second), NULL));
  append (fixture, GEO_RECORD_KIND_ENTRY,
          sample_body_entry (sample_line_entry (sample, 0, to_us), NULL));
  lines = geo_journal_list_lines (fixture->journal, NULL);
  g_assert_cmpuint (lines->len, ==, 2);
  for (guint i = 0; i < lines->len; i++) {
    item = g_ptr_array_index (lines, i);
    g_assert_true (item->in_force);
  }
  g_ptr_array_unref (lines);

  g_autoptr (GeoActivity) got = newest (fixture);
  g_assert_cmpint (got->kind, ==, GEO_ACTIVITY_TRUST_GOT);
  g_assert_true (geo_pid_equal (&got->peer, &sample->people[2].pid));
  g_assert_cmpint (got->amount.amount.minor, ==, 700);
  g_assert_cmpint (got->amount.decimals, ==, 2);
  g_autoptr (GPtrArray) all = geo_journal_list_activity (fixture->journal,
                                                         got->id, 1, NULL);
  const GeoActivity *given = g_ptr_array_index (all, 0);
  g_assert_cmpint (given->kind, ==, GEO_ACTIVITY_TRUST_GIVEN);
  g_assert_cmpint (given->amount.amount.minor, ==, 5000);
  g_assert_true (geo_pid_equal (&given->peer, &sample->people[1].pid));

  /* Not ours to give, not ours at all. */
  fails (fixture, GEO_RECORD_KIND_LINE, sample_body_line (to_us),
         GEO_STORE_ERROR_VERIFY);
  SamplePerson before = sample->people[0];
  body = sample_body_entry (sample_line_entry (sample, 0, foreign), NULL);
  sample->people[0] = before;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
}

/* What our one line, to people[1], let in; -1: it is not there. */
static gint64
inbound (Fixture *fixture, gint64 *day) {
  g_autoptr (GPtrArray) lines = geo_journal_list_lines (fixture->journal, NULL);
  gint64 found = -1;

  *day = 0;
  for (guint i = 0; i < lines->len; i++) {
    const GeoJournalLine *item = g_ptr_array_index (lines, i);

    if (item->in_force &&
        geo_pid_equal (&item->line->from, &fixture->sample->people[0].pid)) {
      found = item->inbound.minor;
      *day = item->day;
    } else {
      g_assert_cmpint (item->inbound.minor, ==, 0);
    }
  }
  return found;
}

/* daily_limit: by the days of entries, and only over a line. */
static void
test_inbound (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) ours = sample_line (sample, 0, 1, 10000, NULL);
  g_autoptr (GeoTrustLine) theirs = sample_line (sample, 1, 0, 10000, NULL);
  g_autoptr (SamplePayment) early = sample_payment (sample, SAMPLE_ROUTE (1, 0),
                                                    50, "tx-1", NULL);
  g_autoptr (SamplePayment) first =
      sample_payment (sample, SAMPLE_ROUTE (2, 1, 0), 400, "tx-2", NULL);
  g_autoptr (SamplePayment) second =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 150, "tx-3", NULL);
  g_autoptr (SamplePayment) out = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                  70, "tx-4", NULL);
  g_autoptr (SamplePayment) next = sample_payment (sample, SAMPLE_ROUTE (1, 0),
                                                   10, "tx-5", NULL);
  g_autoptr (SamplePayment) back = sample_payment (sample, SAMPLE_ROUTE (1, 0),
                                                   5, "tx-6", NULL);
  gint64 today;
  gint64 day;

  sample->now += GEO_DAY_MS - sample->now % GEO_DAY_MS;
  today = sample->now / GEO_DAY_MS;
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, early, NULL));
  append (fixture, GEO_RECORD_KIND_ENTRY,
          sample_body_entry (sample_line_entry (sample, 0, ours), NULL));
  append (fixture, GEO_RECORD_KIND_ENTRY,
          sample_body_entry (sample_line_entry (sample, 0, theirs), NULL));
  g_assert_cmpint (inbound (fixture, &day), ==, 0);
  g_assert_cmpint (day, ==, 0);
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, first, NULL));
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, second, NULL));
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, out, NULL));
  g_assert_cmpint (inbound (fixture, &day), ==, 550);
  g_assert_cmpint (day, ==, today);
  sample->now += GEO_DAY_MS;
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, next, NULL));
  g_assert_cmpint (inbound (fixture, &day), ==, 10);
  g_assert_cmpint (day, ==, today + 1);
  /* A clock that was set back. */
  sample->now -= GEO_DAY_MS / 2;
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, back, NULL));
  g_assert_cmpint (inbound (fixture, &day), ==, 15);
  g_assert_cmpint (day, ==, today + 1);
}

/* --- Payments ------------------------------------------------------------- */

static void
test_paid (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment = sample_payment (
      sample, SAMPLE_ROUTE (0, 1, 2), 1250, "tx-paid", "За мед");
  g_autoptr (GError) error = NULL;
  g_autofree gchar *receipt = NULL;
  gint64 sequence;
  GeoHash hash;

  append (fixture, GEO_RECORD_KIND_ORDER,
          sample_body_order (payment->order, "За мед"));
  {
    g_autoptr (GeoActivity) sending = newest (fixture);
    g_autoptr (GPtrArray) orders =
        geo_journal_list_open_orders (fixture->journal, NULL);
    const GeoJournalOrder *order = g_ptr_array_index (orders, 0);

    g_assert_cmpint (sending->kind, ==, GEO_ACTIVITY_PAID);
    g_assert_cmpint (sending->state, ==, 2);
    g_assert_cmpstr (sending->text, ==, "За мед");
    g_assert_cmpstr (sending->tx_id, ==, "tx-paid");
    g_assert_true (sending->has_order_hash);
    g_assert_true (geo_hash_equal (&sending->order_hash, &payment->order_hash));
    g_assert_cmpuint (orders->len, ==, 1);
    g_assert_cmpstr (order->order->tx_id, ==, "tx-paid");
    g_assert_cmpuint (g_bytes_get_size (order->sealed), ==, 6);
  }
  /* Not decided, so nothing proves anything. */
  g_assert_null (geo_journal_get_receipt (fixture->journal, "tx-paid", &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, payment, NULL));
  g_assert_cmpuint (open_orders (fixture), ==, 0);
  g_assert_cmpint (balance_with (fixture, 1), ==, -1250);
  g_assert_cmpint (balance_with (fixture, 2), ==, 0);
  {
    g_autoptr (GeoActivity) paid = newest (fixture);

    g_assert_cmpint (paid->kind, ==, GEO_ACTIVITY_PAID);
    g_assert_cmpint (paid->state, ==, 4);
    g_assert_cmpstr (paid->text, ==, "За мед");
    g_assert_true (geo_pid_equal (&paid->peer, &sample->people[2].pid));
  }
  g_assert_true (
      geo_journal_get_last_entry (fixture->journal, &sequence, &hash, NULL));
  g_assert_cmpint (sequence, ==, 1);
  g_assert_true (geo_hash_equal (&hash, &sample->people[0].entry_hash));
  /* Who was named is known now. */
  g_assert_cmpuint (count (geo_journal_list_people (fixture->journal, NULL)),
                    ==, 1);

  receipt = geo_journal_get_receipt (fixture->journal, "tx-paid", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (receipt, "{\"body\":{"));
  g_assert_nonnull (strstr (receipt, "\"kind\":\"geo-receipt\""));
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *name = geo_hash_to_string (
        i == 0 ? &payment->order_hash : &payment->contract_hash);
    g_autofree gchar *same = geo_journal_get_receipt (fixture->journal, name,
                                                      NULL);

    g_assert_cmpstr (same, ==, receipt);
  }
  g_assert_null (
      geo_journal_get_receipt (fixture->journal, "tx-unknown", NULL));

  /* P5: one tx_id is one order, whatever became of it. */
  g_autoptr (SamplePayment) again =
      sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 1251, "tx-paid", NULL);
  fails (fixture, GEO_RECORD_KIND_ORDER, sample_body_order (again->order, NULL),
         GEO_STORE_ERROR_CONFLICT);
}

static void
test_not_paid (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 99, "tx-no", NULL);
  g_autofree gchar *receipt = NULL;

  append (fixture, GEO_RECORD_KIND_ORDER,
          sample_body_order (payment->order, NULL));
  append (
      fixture, GEO_RECORD_KIND_REFUSED,
      sample_body_refusal (sample_refuse_order (sample, &payment->order_hash)));

  g_autoptr (GeoActivity) refused = newest (fixture);
  g_assert_cmpint (refused->state, ==, 5);
  g_assert_cmpint (refused->code, ==, GEO_CODE_CAPACITY);
  g_assert_cmpstr (refused->reason, ==, "not_enough_capacity");
  g_assert_cmpuint (open_orders (fixture), ==, 0);
  g_assert_cmpint (balance_with (fixture, 1), ==, 0);
  receipt = geo_journal_get_receipt (fixture->journal, "tx-no", NULL);
  g_assert_nonnull (receipt);
  g_assert_nonnull (strstr (receipt, "\"type\":\"refusal\""));
}

static void
test_received_and_passed (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) to_us =
      sample_payment (sample, SAMPLE_ROUTE (3, 1, 0), 400, "tx-in", "Дякую");
  g_autoptr (SamplePayment) through =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 150, "tx-through", NULL);

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, to_us, "Дякую"));
  {
    g_autoptr (GeoActivity) received = newest (fixture);

    g_assert_cmpint (received->kind, ==, GEO_ACTIVITY_RECEIVED);
    g_assert_cmpint (received->state, ==, 4);
    g_assert_cmpstr (received->text, ==, "Дякую");
    g_assert_true (geo_pid_equal (&received->peer, &sample->people[3].pid));
    g_assert_cmpint (received->amount.amount.minor, ==, 400);
  }
  g_assert_cmpint (balance_with (fixture, 1), ==, 400);

  append (fixture, GEO_RECORD_KIND_VOTE,
          sample_body_vote (sample, 0, through->contract, through->order,
                            through->hops));
  {
    g_autoptr (GPtrArray) votes = geo_journal_list_open_votes (fixture->journal,
                                                               NULL);
    const GeoJournalVote *vote = g_ptr_array_index (votes, 0);

    g_assert_cmpuint (votes->len, ==, 1);
    g_assert_cmpstr (vote->contract->tx_id, ==, "tx-through");
    g_assert_cmpstr (vote->order->tx_id, ==, "tx-through");
    g_assert_cmpuint (vote->hops->len, ==, 2);
  }
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, through, NULL));
  g_assert_cmpuint (open_votes (fixture), ==, 0);
  g_assert_cmpint (balance_with (fixture, 1), ==, 550);
  g_assert_cmpint (balance_with (fixture, 2), ==, -150);
  g_autoptr (GeoActivity) passed = newest (fixture);
  g_assert_cmpint (passed->kind, ==, GEO_ACTIVITY_PASSED);
  g_assert_cmpint (passed->amount.amount.minor, ==, 150);
  g_assert_true (geo_pid_equal (&passed->peer, &sample->people[1].pid));
  g_autofree gchar *receipt = geo_journal_get_receipt (fixture->journal,
                                                       "tx-through", NULL);
  g_assert_nonnull (receipt);

  /* A debt that is paid back is gone, not zero. */
  g_autoptr (SamplePayment) back = sample_payment (sample, SAMPLE_ROUTE (2, 0),
                                                   150, "tx-back", NULL);
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, back, NULL));
  g_assert_cmpint (balance_with (fixture, 2), ==, 0);
  g_assert_cmpuint (count (geo_journal_list_balances (fixture->journal, NULL)),
                    ==, 1);
}

/* §7: a cycle of debts gets smaller, and nobody gains or loses. */
static void
test_cleared (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) owed =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 100, "tx-owed", NULL);
  g_autoptr (GeoOrder) shape = sample_order (sample, 2, 1, 40, "tx-clearing",
                                             NULL);
  g_autoptr (GPtrArray) hops = sample_hops (sample, shape,
                                            SAMPLE_ROUTE (2, 0, 1, 2));
  g_autoptr (GeoContract) contract = sample_contract (sample, shape, hops);
  g_autoptr (GeoCertificate) certificate = NULL;
  GeoRecordBody *body;

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, owed, NULL));
  contract->kind = GEO_CONTRACT_KIND_CLEARING;
  contract->has_order = contract->has_payer = contract->has_payee = FALSE;
  certificate = sample_certificate (sample, shape, contract);
  g_clear_pointer (&certificate->order, geo_order_free);
  body = sample_body_entry (
      sample_clearing_entry (sample, 0, certificate, hops), NULL);
  append (fixture, GEO_RECORD_KIND_ENTRY, body);

  g_assert_cmpint (balance_with (fixture, 1), ==, 60);
  g_assert_cmpint (balance_with (fixture, 2), ==, -60);
  g_autoptr (GeoActivity) cleared = newest (fixture);
  g_assert_cmpint (cleared->kind, ==, GEO_ACTIVITY_CLEARED);
  g_assert_cmpint (cleared->amount.amount.minor, ==, 40);
  g_assert_true (geo_pid_is_zero (&cleared->peer));
  g_assert_false (cleared->has_order_hash);
}

/* A payment that was made with our key on another machine. */
static void
test_paid_elsewhere (Fixture *fixture, gconstpointer data) {
  g_autoptr (SamplePayment) payment = sample_payment (
      fixture->sample, SAMPLE_ROUTE (0, 4), 321, "tx-elsewhere", NULL);

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, payment, NULL));
  g_autoptr (GeoActivity) paid = newest (fixture);
  g_assert_cmpint (paid->kind, ==, GEO_ACTIVITY_PAID);
  g_assert_cmpint (paid->state, ==, 4);
  g_assert_cmpint (balance_with (fixture, 4), ==, -321);
}

/* P2, P9. */
static void
test_votes (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) yes =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 10, "tx-yes", NULL);
  g_autoptr (SamplePayment) no = sample_payment (sample, SAMPLE_ROUTE (1, 0, 2),
                                                 10, "tx-no", NULL);
  GeoRecordBody *body;

  append (fixture, GEO_RECORD_KIND_VOTE,
          sample_body_vote (sample, 0, yes->contract, yes->order, yes->hops));
  fails (fixture, GEO_RECORD_KIND_VOTE,
         sample_body_vote (sample, 0, yes->contract, yes->order, yes->hops),
         GEO_STORE_ERROR_CONFLICT);
  fails (fixture, GEO_RECORD_KIND_REFUSAL,
         sample_body_refusal (
             sample_refuse_contract_by (sample, 0, &yes->contract_hash)),
         GEO_STORE_ERROR_CONFLICT);
  g_assert_cmpuint (open_votes (fixture), ==, 1);

  for (guint i = 0; i < 2; i++)
    append (fixture, GEO_RECORD_KIND_REFUSAL,
            sample_body_refusal (
                sample_refuse_contract_by (sample, 0, &no->contract_hash)));
  fails (fixture, GEO_RECORD_KIND_VOTE,
         sample_body_vote (sample, 0, no->contract, no->order, no->hops),
         GEO_STORE_ERROR_CONFLICT);

  append (fixture, GEO_RECORD_KIND_REFUSED,
          sample_body_refusal (
              sample_refuse_contract (sample, &yes->contract_hash)));
  g_assert_cmpuint (open_votes (fixture), ==, 0);
  fails (fixture, GEO_RECORD_KIND_VOTE,
         sample_body_vote (sample, 0, yes->contract, yes->order, yes->hops),
         GEO_STORE_ERROR_CONFLICT);
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 1);

  /* What does not belong together. */
  g_autoptr (SamplePayment) other =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 11, "tx-other", NULL);
  body = sample_body_vote (sample, 0, other->contract, other->order,
                           other->hops);
  geo_vote_free (body->vote);
  body->vote = sample_vote (sample, 0, yes->contract);
  fails (fixture, GEO_RECORD_KIND_VOTE, body, GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_VOTE,
         sample_body_vote (sample, 0, other->contract, yes->order, other->hops),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_VOTE,
         sample_body_vote (sample, 0, other->contract, other->order, yes->hops),
         GEO_STORE_ERROR_VERIFY);
  body = sample_body_vote (sample, 0, other->contract, other->order,
                           other->hops);
  g_ptr_array_set_size (body->hops, 0);
  fails (fixture, GEO_RECORD_KIND_VOTE, body, GEO_STORE_ERROR_VERIFY);
  fails (
      fixture, GEO_RECORD_KIND_VOTE,
      sample_body_vote (sample, 1, other->contract, other->order, other->hops),
      GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_REFUSAL,
         sample_body_refusal (
             sample_refuse_contract_by (sample, 1, &other->contract_hash)),
         GEO_STORE_ERROR_VERIFY);
}

static gboolean
export_cb (const gchar *text, gsize len, gpointer user_data, GError **error) {
  g_string_append_len (user_data, text, (gssize) len);
  return TRUE;
}

/* P8: what we refused is one line of history, and no proof of what became of
 * the payment in the end. */
static void
test_refused_votes (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) no = sample_payment (sample, SAMPLE_ROUTE (1, 0, 2),
                                                 10, "tx-no", NULL);
  GeoActivityFilter filter = { .kinds = 1u << GEO_ACTIVITY_REFUSED };
  g_autoptr (GeoActivity) row = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GeoRecordBody *person = geo_record_body_new ();
  gint64 before = geo_journal_count_activity (fixture->journal, NULL);

  for (guint i = 0; i < 2; i++) {
    GeoRecordBody *body = sample_body_refusal (
        sample_refuse_contract_by (sample, 0, &no->contract_hash));

    body->contract = geo_contract_copy (no->contract);
    body->order = geo_order_copy (no->order);
    append (fixture, GEO_RECORD_KIND_REFUSAL, body);
  }
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==,
                   before + 1);
  row = newest (fixture);
  g_assert_cmpint (row->kind, ==, GEO_ACTIVITY_REFUSED);
  g_assert_cmpint (row->state, ==, 5);
  g_assert_true (geo_pid_equal (&row->peer, &sample->people[1].pid));
  g_assert_cmpstr (row->tx_id, ==, "tx-no");
  g_assert_cmpint (row->amount.amount.minor, ==, 10);
  g_assert_cmpint (row->code, !=, 0);
  g_assert_nonnull (row->reason);
  g_assert_false (row->has_order_hash);
  g_assert_null (geo_journal_get_receipt (fixture->journal, "tx-no", NULL));
  g_assert_null (geo_journal_find_payment (fixture->journal, "tx-no", NULL));
  ids = geo_journal_find_activity_ids (fixture->journal, &filter, 0, NULL);
  g_assert_cmpuint (ids->len, ==, 1);

  g_assert_true (geo_journal_rebuild (fixture->journal, NULL));
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==,
                   before + 1);

  /* It is this wallet's own, and no other that has the same words knows of it:
   * whom it was about is in nobody's export. */
  person->person = geo_participant_copy (sample->people[1].person);
  append (fixture, GEO_RECORD_KIND_PERSON, person);
  g_assert_true (
      geo_journal_export (fixture->journal, "[]", export_cb, text, NULL));
  g_assert_nonnull (strstr (text->str, "\"people\":[],"));
}

/* Nor who was not paid: who knows of it from a state copy need not know who
 * that is. */
static void
test_export_not_paid (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) refused =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 60, "tx-refused", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  GeoRecordBody *person = geo_record_body_new ();

  append (fixture, GEO_RECORD_KIND_ORDER,
          sample_body_order (refused->order, NULL));
  append (
      fixture, GEO_RECORD_KIND_REFUSED,
      sample_body_refusal (sample_refuse_order (sample, &refused->order_hash)));
  person->person = geo_participant_copy (sample->people[1].person);
  append (fixture, GEO_RECORD_KIND_PERSON, person);
  g_assert_true (
      geo_journal_export (fixture->journal, "[]", export_cb, text, NULL));
  g_assert_nonnull (strstr (text->str, "tx-refused"));
  g_assert_nonnull (strstr (text->str, "\"people\":[],"));
}

/* What comes from elsewhere than the protocol is looked at first: an order that
 * we did not sign. */
static void
test_check (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoOrder) order = sample_order (sample, 0, 1, 10, "tx-1", NULL);
  g_autoptr (GeoRecordBody) body = sample_body_order (order, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (geo_journal_check (fixture->journal, GEO_RECORD_KIND_ORDER,
                                    body, &error));
  g_assert_no_error (error);
  geo_order_sign (body->order, sample->people[1].secret);
  g_assert_false (geo_journal_check (fixture->journal, GEO_RECORD_KIND_ORDER,
                                     body, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
}

/* K7: a change of somebody's key that was said anew is remembered as it was
 * said last, in whatever order both come. */
static void
test_key_anew (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;

  for (guint who = 1; who < 3; who++) {
    guint8 seed[GEO_SEED_LEN] = { 9, (guint8) who };
    g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
    const SamplePerson *somebody = &sample->people[who];
    GeoTime at = sample->now + 1000;

    for (guint i = 0; i < 2; i++) {
      GeoRecordBody *body = geo_record_body_new ();

      body->person = geo_participant_rotate (somebody->person, somebody->secret,
                                             next, at + (i + who) % 2 * 5000,
                                             NULL);
      append (fixture, GEO_RECORD_KIND_PERSON, body);
    }
    {
      g_autoptr (GPtrArray) people = geo_journal_list_people (fixture->journal,
                                                              NULL);
      const GeoParticipant *found = NULL;

      for (guint i = 0; i < people->len && found == NULL; i++)
        if (geo_pid_equal (
                &((GeoParticipant *) g_ptr_array_index (people, i))->pid,
                &somebody->pid))
          found = g_ptr_array_index (people, i);
      g_assert_nonnull (found);
      g_assert_cmpint (found->at, ==, at + 5000);
    }
  }
}

/* K4: a key is not left before what the hub has taken under it. */
static void
test_last_word (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 100, NULL);
  GeoProvenEntry *entry = sample_line_entry (sample, 0, line);
  GeoTime expected = entry->entry->at;
  GeoTime at = 1;

  g_assert_true (geo_journal_get_last_entry_at (fixture->journal, &at, NULL));
  g_assert_cmpint (at, ==, 0);
  append (fixture, GEO_RECORD_KIND_ENTRY, sample_body_entry (entry, NULL));
  g_assert_true (geo_journal_get_last_entry_at (fixture->journal, &at, NULL));
  g_assert_cmpint (at, ==, expected);
}

/* K6: between being told and the key's replacement "joined" may be said once
 * more, with the key before. */
static void
test_rotation_waits (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  const SamplePerson *self = &sample->people[0];
  guint8 seed[GEO_SEED_LEN] = { 8 };
  g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
  GeoRecordBody *told = geo_record_body_new ();
  g_autoptr (GeoRecordBody) body = sample_joined (sample, 0);
  g_autoptr (GError) error = NULL;

  told->person = geo_participant_rotate (self->person, self->secret, next,
                                         sample->now, NULL);
  told->former = g_bytes_new_static ("sealed", 6);
  geo_participant_free (body->person);
  body->person = geo_participant_copy (told->person);
  append (fixture, GEO_RECORD_KIND_ROTATION, told);
  append (fixture, GEO_RECORD_KIND_JOINED, sample_joined (sample, 0));
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) list = geo_journal_list_rotations (fixture->journal,
                                                             &error);

    g_assert_no_error (error);
    g_assert_cmpuint (list->len, ==, 1);
    g_assert_cmpint (
        ((GeoJournalRotation *) g_ptr_array_index (list, 0))->is_pending, ==,
        i == 0);
    if (i == 0)
      geo_journal_append (fixture->journal, next, GEO_RECORD_KIND_JOINED, body,
                          sample->now++, NULL, &error);
    g_assert_no_error (error);
  }
}

/* What refuses has to be ours or for us, about one thing, and about this one.
 */
static void
test_refusals_that_do_not_hold (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) one = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                  10, "tx-one", NULL);
  g_autoptr (SamplePayment) other = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                    20, "tx-other", NULL);
  GeoRecordBody *body;

  body = sample_body_refusal (sample_refuse_order (sample, &one->order_hash));
  body->refusal->community = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_REFUSED, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_refusal (sample_refuse_order (sample, &one->order_hash));
  body->refusal->has_contract = TRUE;
  fails (fixture, GEO_RECORD_KIND_REFUSED, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_refusal (sample_refuse_order (sample, &one->order_hash));
  body->refusal->has_order = FALSE;
  fails (fixture, GEO_RECORD_KIND_REFUSED, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_refusal (sample_refuse_order (sample, &one->order_hash));
  body->order = geo_order_copy (other->order);
  fails (fixture, GEO_RECORD_KIND_REFUSED, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_refusal (
      sample_refuse_contract_by (sample, 0, &one->contract_hash));
  body->contract = geo_contract_copy (other->contract);
  fails (fixture, GEO_RECORD_KIND_REFUSAL, body, GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_REFUSAL, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);

  /* A refusal of what we never ordered changes nothing, and is kept. */
  append (
      fixture, GEO_RECORD_KIND_REFUSED,
      sample_body_refusal (sample_refuse_order (sample, &other->order_hash)));
  g_assert_cmpint (geo_journal_count_activity (fixture->journal, NULL), ==, 1);

  /* P4: it does not undo what was paid. */
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, one, NULL));
  append (fixture, GEO_RECORD_KIND_REFUSED,
          sample_body_refusal (sample_refuse_order (sample, &one->order_hash)));
  g_autoptr (GeoActivity) paid = newest (fixture);
  g_assert_cmpint (paid->state, ==, 4);
}

/* Another community's objects, and those of other people. */
static void
test_strange_objects (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 10, "tx-one", NULL);
  g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 10, NULL);
  g_autoptr (GeoTrustLine) theirs = sample_line (sample, 1, 0, 10, NULL);
  GeoRecordBody *body;

  fails (fixture, GEO_RECORD_KIND_LINE, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_VOTE, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  body = sample_body_line (line);
  body->line->community = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_LINE, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_line (line);
  body->line->to = body->line->from;
  fails (fixture, GEO_RECORD_KIND_LINE, body, GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_REFUSED, sample_body_line (theirs),
         GEO_STORE_ERROR_VERIFY);
  body = sample_body_order (payment->order, NULL);
  body->order->community = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_ORDER, body, GEO_STORE_ERROR_VERIFY);
  body = geo_record_body_new ();
  body->person = geo_participant_copy (sample->people[1].person);
  body->person->community = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_PERSON, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_vote (sample, 0, payment->contract, payment->order,
                           payment->hops);
  body->contract->community = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_VOTE, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_vote (sample, 0, payment->contract, payment->order,
                           payment->hops);
  g_clear_pointer (&body->order, geo_order_free);
  fails (fixture, GEO_RECORD_KIND_VOTE, body, GEO_STORE_ERROR_VERIFY);
  body = sample_body_vote (sample, 0, payment->contract, payment->order,
                           payment->hops);
  g_clear_pointer (&body->vote, geo_vote_free);
  fails (fixture, GEO_RECORD_KIND_VOTE, body, GEO_STORE_ERROR_VERIFY);
  body = sample_joined (sample, 0);
  body->community->seq++;
  fails (fixture, GEO_RECORD_KIND_JOINED, body, GEO_STORE_ERROR_VERIFY);
}

static void
test_people (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GPtrArray) people = NULL;
  const GeoParticipant *found;
  GeoRecordBody *body = geo_record_body_new ();
  GeoRecordBody *older = geo_record_body_new ();
  g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 2, 1, NULL);

  older->person = geo_participant_copy (sample->people[1].person);
  body->person = sample_rename (sample, 1, "Марія");
  append (fixture, GEO_RECORD_KIND_PERSON, body);
  append (fixture, GEO_RECORD_KIND_PERSON, older);
  people = geo_journal_list_people (fixture->journal, NULL);
  g_assert_cmpuint (people->len, ==, 1);
  found = g_ptr_array_index (people, 0);
  g_assert_cmpstr (found->name, ==, "Марія");

  /* With a line, too; ourselves are no contact. */
  body = sample_body_line (line);
  body->person = geo_participant_copy (sample->people[2].person);
  append (fixture, GEO_RECORD_KIND_LINE, body);
  body = geo_record_body_new ();
  body->person = geo_participant_copy (sample->people[0].person);
  append (fixture, GEO_RECORD_KIND_PERSON, body);
  g_assert_cmpuint (count (geo_journal_list_people (fixture->journal, NULL)),
                    ==, 2);

  /* A key that is not the PID's. */
  body = geo_record_body_new ();
  body->person = geo_participant_copy (sample->people[3].person);
  body->person->key = sample->people[4].person->key;
  fails (fixture, GEO_RECORD_KIND_PERSON, body, GEO_STORE_ERROR_VERIFY);
}

/* What the hub says has to be the next of its chain, and about what it names.
 */
static void
test_entries_that_do_not_hold (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (1, 0), 10, "tx-a", NULL);
  g_autoptr (SamplePayment) other = sample_payment (sample, SAMPLE_ROUTE (1, 0),
                                                    10, "tx-b", NULL);
  g_autoptr (SamplePayment) stranger =
      sample_payment (sample, SAMPLE_ROUTE (1, 2), 10, "tx-c", NULL);
  GeoRecordBody *body;

  body = spoilt_entry (fixture, payment);
  body->entry->entry->sequence = 2;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, payment, NULL));

  body = spoilt_entry (fixture, other);
  body->entry->entry->previous.bytes[0] ^= 1;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  body = spoilt_entry (fixture, other);
  body->entry->entry->subject.bytes[0] ^= 1;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  body = spoilt_entry (fixture, other);
  body->entry->entry->participant = sample->people[1].pid;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  body = spoilt_entry (fixture, other);
  g_clear_pointer (&body->entry->certificate, geo_certificate_free);
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  body = spoilt_entry (fixture, other);
  g_ptr_array_set_size (body->entry->hops, 0);
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  body = spoilt_entry (fixture, other);
  ((GeoProvenHop *) g_ptr_array_index (body->entry->hops, 0))
      ->hop->amount.amount.minor++;
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  /* Hops that are proven, and none of ours. */
  body = spoilt_entry (fixture, stranger);
  g_ptr_array_unref (body->entry->hops);
  body->entry->hops = geo_contract_prove_hops_of (stranger->hops,
                                                  &sample->people[1].pid);
  fails (fixture, GEO_RECORD_KIND_ENTRY, body, GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_ENTRY, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_REFUSED, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_PERSON, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_ORDER, geo_record_body_new (),
         GEO_STORE_ERROR_VERIFY);
  fails (fixture, GEO_RECORD_KIND_ORDER, sample_body_order (other->order, NULL),
         GEO_STORE_ERROR_VERIFY);
  g_autoptr (GeoOrder) order = sample_order (sample, 0, 1, 5, "tx-text",
                                             "for this");
  fails (fixture, GEO_RECORD_KIND_ORDER, sample_body_order (order, "for that"),
         GEO_STORE_ERROR_VERIFY);

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, other, NULL));
  g_assert_cmpint (balance_with (fixture, 1), ==, 20);
}

/* Ten thousand of the largest payments do not fit; nothing wraps. */
static void
test_overflow (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment = sample_payment (
      sample, SAMPLE_ROUTE (1, 0), GEO_AMOUNT_MAX, "tx-1", NULL);
  g_autoptr (SamplePayment) one_more = sample_payment (
      sample, SAMPLE_ROUTE (1, 0), GEO_AMOUNT_MAX, "tx-2", NULL);
  sqlite3 *raw;

  append (fixture, GEO_RECORD_KIND_ENTRY, entry_of (fixture, payment, NULL));
  g_assert_cmpint (sqlite3_open_v2 (fixture->path, &raw, SQLITE_OPEN_READWRITE,
                                    GEO_SEAL_VFS),
                   ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (raw, "UPDATE balance SET balance = 9223372036854775807",
                    NULL, NULL, NULL),
      ==, SQLITE_OK);
  sqlite3_close (raw);
  fails (fixture, GEO_RECORD_KIND_ENTRY, spoilt_entry (fixture, one_more),
         GEO_STORE_ERROR_VERIFY);
  g_assert_cmpint (balance_with (fixture, 1), ==, G_MAXINT64);
  g_assert_false (
      geo_journal_verify (fixture->journal, NULL, NULL, NULL, NULL));
  g_assert_true (geo_journal_rebuild (fixture->journal, NULL));
  g_assert_cmpint (balance_with (fixture, 1), ==, GEO_AMOUNT_MAX);
}

/* --- Records -------------------------------------------------------------- */

static void
test_records (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoTrustLine) line = sample_line (fixture->sample, 0, 1, 1, NULL);
  g_autoptr (GeoRecordBody) body = sample_body_line (line);
  g_autofree gchar *expected = geo_record_body_to_text (body, NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GeoRecord) first = NULL;
  g_autoptr (GeoRecord) second = NULL;
  g_autoptr (GError) error = NULL;
  GeoHash hash;

  append (fixture, GEO_RECORD_KIND_LINE, sample_body_line (line));
  g_assert_true (
      geo_journal_get_record (fixture->journal, 1, &first, NULL, NULL));
  g_assert_true (
      geo_journal_get_record (fixture->journal, 2, &second, &text, NULL));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (second->kind, ==, GEO_RECORD_KIND_LINE);
  geo_record_hash (first, &hash);
  g_assert_false (first->has_previous);
  g_assert_true (second->has_previous);
  g_assert_true (geo_hash_equal (&hash, &second->previous));
  geo_hash_of (text, strlen (text), &hash);
  g_assert_true (geo_hash_equal (&hash, &second->body));
  g_assert_true (geo_record_verify (
      second, &fixture->sample->people[0].person->key, NULL));

  g_assert_false (
      geo_journal_get_record (fixture->journal, 3, NULL, NULL, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (geo_journal_get_activity (fixture->journal, 99, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
}

/* --- Files ---------------------------------------------------------------- */

static guint
mode_of (const gchar *path) {
  GStatBuf about;

  g_assert_cmpint (g_stat (path, &about), ==, 0);
  return about.st_mode & 0777;
}

/* All of them, or none. */
static void
test_together (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) first = sample_line (sample, 0, 1, 10000, NULL);
  g_autoptr (GeoTrustLine) second = sample_line (sample, 0, 1, 5000, first);
  g_autoptr (GeoTrustLine) foreign = sample_line (sample, 1, 2, 700, NULL);
  GeoRecordBody *bodies[] = { sample_body_line (first),
                              sample_body_line (second),
                              sample_body_line (foreign) };
  const GeoSecret *secret = sample->people[0].secret;
  g_autoptr (GError) error = NULL;
  GeoJournalAppend records[G_N_ELEMENTS (bodies)];
  gint64 before = geo_journal_count_records (fixture->journal, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    records[i] = (GeoJournalAppend){ GEO_RECORD_KIND_LINE, bodies[i],
                                     sample->now++ };
  g_assert_false (
      geo_journal_append_all (fixture->journal, secret, records, 3, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
  g_clear_error (&error);
  g_assert_cmpint (geo_journal_count_records (fixture->journal, NULL), ==,
                   before);
  g_assert_cmpuint (count (geo_journal_list_lines (fixture->journal, NULL)), ==,
                    0);

  g_assert_true (
      geo_journal_append_all (fixture->journal, secret, records, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (geo_journal_count_records (fixture->journal, NULL), ==,
                   before + 2);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    geo_record_body_free (bodies[i]);
}

static void
test_private (Fixture *fixture, gconstpointer data) {
  const gchar *ends[] = { "", "-wal", "-shm", ".lock" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree gchar *path = g_strconcat (fixture->path, ends[i], NULL);

    g_assert_cmpuint (mode_of (path), ==, 0600);
  }
}

static void
test_lock (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) second = NULL;
  g_autoptr (GeoJournal) reader = NULL;
  g_autoptr (GeoTrustLine) line = sample_line (fixture->sample, 0, 1, 1, NULL);

  second = geo_journal_open (fixture->path, FALSE, &error);
  g_assert_null (second);
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED);
  g_clear_error (&error);

  /* A reader sees what was committed, and cannot write. */
  reader = geo_journal_open (fixture->path, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_journal_count_records (reader, NULL), ==, 1);
  append (fixture, GEO_RECORD_KIND_LINE, sample_body_line (line));
  g_assert_cmpint (geo_journal_count_records (reader, NULL), ==, 2);
  g_assert_true (geo_journal_verify (reader, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  sample_append_fails (fixture->sample, reader, 0, GEO_RECORD_KIND_LINE,
                       sample_body_line (line), GEO_STORE_ERROR_OPEN);

  /* Let go of with the handle, whoever reads. */
  geo_journal_close (g_steal_pointer (&fixture->journal));
  fixture->journal = geo_journal_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_journal_count_records (fixture->journal, NULL), ==, 2);
}

/* Another process: what the lock is for. */
static void
test_lock_of_another_process (Fixture *fixture, gconstpointer data) {
  if (g_test_subprocess ()) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoJournal) other =
        geo_journal_open (g_getenv ("GEO_TEST_JOURNAL"), FALSE, &error);

    g_assert_null (other);
    g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED);
    other = geo_journal_open (g_getenv ("GEO_TEST_JOURNAL"), TRUE, NULL);
    g_assert_nonnull (other);
    g_assert_cmpint (geo_journal_count_records (other, NULL), ==, 1);
    return;
  }
  g_setenv ("GEO_TEST_JOURNAL", fixture->path, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static gpointer
append_without_asking (gpointer data) {
  Fixture *fixture = data;

  geo_journal_count_records (fixture->journal, NULL);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data) {
  if (g_test_subprocess ()) {
    g_thread_join (g_thread_new ("store", append_without_asking, fixture));
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

static void
expect_open_error (const gchar *path, gboolean read_only, GeoStoreError code) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) journal = geo_journal_open (path, read_only, &error);

  g_assert_null (journal);
  g_assert_error (error, GEO_STORE_ERROR, (gint) code);
  g_test_message ("%s", error->message);
}

static void
test_what_is_no_journal (void) {
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = g_build_filename (folder, "other.db", NULL);
  g_autofree gchar *deep = g_build_filename (folder, "not", "there.db", NULL);
  g_autofree gchar *empty = g_build_filename (folder, "empty.db", NULL);
  g_autoptr (GeoHubStore) hub = NULL;
  g_autoptr (GeoJournal) journal = NULL;

  expect_open_error (deep, FALSE, GEO_STORE_ERROR_OPEN);
  expect_open_error (deep, TRUE, GEO_STORE_ERROR_OPEN);
  expect_open_error (path, TRUE, GEO_STORE_ERROR_OPEN);
  expect_open_error (folder, TRUE, GEO_STORE_ERROR_OPEN);

  g_assert_true (g_file_set_contents (
      path,
      "This is a text, and longer than the head of a database is: it goes "
      "on and on until it is a hundred bytes and more.",
      -1, NULL));
  expect_open_error (path, FALSE, GEO_STORE_ERROR_CORRUPT);
  expect_open_error (path, TRUE, GEO_STORE_ERROR_CORRUPT);

  /* A hub's database is a good one, and no journal. */
  g_unlink (path);
  hub = geo_hub_store_open (path, FALSE, NULL);
  g_assert_nonnull (hub);
  geo_hub_store_close (g_steal_pointer (&hub));
  expect_open_error (path, FALSE, GEO_STORE_ERROR_OPEN);
  expect_open_error (path, TRUE, GEO_STORE_ERROR_OPEN);

  /* An empty file is what a crash leaves before the first step. */
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  expect_open_error (empty, TRUE, GEO_STORE_ERROR_OPEN);
  journal = geo_journal_open (empty, FALSE, NULL);
  g_assert_nonnull (journal);
  geo_journal_close (g_steal_pointer (&journal));
  sample_folder_remove (folder);
}

static void
test_nothing (void) {
  geo_journal_close (NULL);
  geo_hub_store_close (NULL);
  geo_journal_line_free (NULL);
  geo_journal_balance_free (NULL);
  geo_journal_vote_free (NULL);
  geo_journal_order_free (NULL);
  geo_activity_free (NULL);
}

#define ADD(path, func) \
  g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/journal/joined", Fixture, "empty", set_up, test_joined,
              tear_down);
  g_test_add ("/store/journal/forgotten", Fixture, "empty", set_up,
              test_forgotten, tear_down);
  ADD ("/store/journal/lines", test_lines);
  ADD ("/store/journal/inbound", test_inbound);
  ADD ("/store/journal/paid", test_paid);
  ADD ("/store/journal/not-paid", test_not_paid);
  ADD ("/store/journal/received-and-passed", test_received_and_passed);
  ADD ("/store/journal/cleared", test_cleared);
  ADD ("/store/journal/paid-elsewhere", test_paid_elsewhere);
  ADD ("/store/journal/votes", test_votes);
  ADD ("/store/journal/refused-votes", test_refused_votes);
  ADD ("/store/journal/export-not-paid", test_export_not_paid);
  ADD ("/store/journal/last-word", test_last_word);
  ADD ("/store/journal/rotation-waits", test_rotation_waits);
  ADD ("/store/journal/check", test_check);
  ADD ("/store/journal/key-anew", test_key_anew);
  ADD ("/store/journal/refusals-that-do-not-hold",
       test_refusals_that_do_not_hold);
  ADD ("/store/journal/strange-objects", test_strange_objects);
  ADD ("/store/journal/people", test_people);
  ADD ("/store/journal/entries-that-do-not-hold",
       test_entries_that_do_not_hold);
  ADD ("/store/journal/overflow", test_overflow);
  ADD ("/store/journal/records", test_records);
  ADD ("/store/journal/together", test_together);
  ADD ("/store/journal/private", test_private);
  ADD ("/store/journal/lock", test_lock);
  ADD ("/store/journal/lock-of-another-process", test_lock_of_another_process);
  ADD ("/store/journal/threads", test_threads);
  g_test_add_func ("/store/journal/what-is-no-journal",
                   test_what_is_no_journal);
  g_test_add_func ("/store/journal/nothing", test_nothing);
  return g_test_run ();
}
