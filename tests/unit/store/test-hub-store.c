/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's store: groups of changes whole or not at all, what contradicts what
 * is there, loading, finding, and the replay (I1).
 */
#include <sqlite3.h>
#include <string.h>
#include <time.h>

#include "store-sample.h"
#include "store/geo-hub-history.h"
#include "store/geo-hub-keeping.h"

typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  GeoHubStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  fixture->sample = sample_new (5);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "hub.db", NULL);
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  sample_write_people (fixture->sample, fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  if (fixture->store != NULL) {
    geo_hub_store_check (fixture->store, NULL, &error);
    g_assert_no_error (error);
    geo_hub_store_close (fixture->store);
  }
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  sample_free (fixture->sample);
}

/* --- Asking --------------------------------------------------------------- */

typedef struct {
  Sample *sample;
  guint n;
  gint64 debt;
  gint64 seq;
  gint64 sequence;
  GeoPid debtor;
} Loaded;

static gboolean
take_debt (const GeoPid *debtor,
           const GeoPid *creditor,
           const gchar *equivalent,
           GeoAmount debt,
           gpointer user_data,
           GError **error) {
  Loaded *loaded = user_data;

  loaded->n++;
  loaded->debt += debt.minor;
  loaded->debtor = *debtor;
  g_assert_cmpint (debt.minor, >, 0);
  g_assert_cmpstr (equivalent, ==, SAMPLE_EQUIVALENT);
  g_assert_false (geo_pid_equal (debtor, creditor));
  return TRUE;
}

static gboolean
take_line (const GeoTrustLine *line, gpointer user_data, GError **error) {
  Loaded *loaded = user_data;

  loaded->n++;
  loaded->seq += line->seq;
  return TRUE;
}

static gboolean
take_participant (const GeoParticipant *participant,
                  gboolean frozen,
                  gint64 last_sequence,
                  const GeoHash *last_entry_hash,
                  gpointer user_data,
                  GError **error) {
  Loaded *loaded = user_data;

  loaded->n++;
  loaded->seq += participant->seq;
  loaded->sequence += last_sequence;
  g_assert_false (frozen);
  for (guint i = 0; i < loaded->sample->n_people; i++) {
    const SamplePerson *person = &loaded->sample->people[i];

    if (!geo_pid_equal (&person->pid, &participant->pid))
      continue;
    g_assert_cmpint (person->sequence, ==, last_sequence);
    g_assert_true (geo_hash_equal (&person->entry_hash, last_entry_hash));
  }
  return TRUE;
}

static gboolean
take_nothing (const GeoTrustLine *line, gpointer user_data, GError **error) {
  g_set_error_literal (error, GEO_STORE_ERROR, 1234, "no more");
  return FALSE;
}

static Loaded
load_debts (Fixture *fixture) {
  Loaded loaded = { fixture->sample };
  g_autoptr (GError) error = NULL;

  geo_hub_store_load_debts (fixture->store, take_debt, &loaded, &error);
  g_assert_no_error (error);
  return loaded;
}

static void
pay (Fixture *fixture,
     const guint *route,
     guint n_route,
     gint64 amount,
     const gchar *tx_id) {
  g_autoptr (SamplePayment) payment =
      sample_payment (fixture->sample, route, n_route, amount, tx_id, NULL);

  sample_write (fixture->store, sample_change_commit (fixture->sample, payment,
                                                      route, n_route));
}

/* --- Tests ---------------------------------------------------------------- */

static void
test_community (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (Sample) other = sample_new (1);
  g_autoptr (GeoCommunity) found = NULL;
  g_autoptr (GError) error = NULL;
  guint64 commits;

  g_assert_null (geo_hub_store_get_community (fixture->store, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (
      geo_hub_store_set_community (fixture->store, sample->community, NULL));
  commits = geo_hub_store_count_commits (fixture->store);
  g_assert_true (
      geo_hub_store_set_community (fixture->store, sample->community, NULL));
  g_assert_cmpuint (geo_hub_store_count_commits (fixture->store), ==, commits);

  /* Another form needs a larger seq. */
  g_free (sample->community->name);
  sample->community->name = g_strdup ("Базар");
  geo_community_sign (sample->community, sample->secret);
  g_assert_false (
      geo_hub_store_set_community (fixture->store, sample->community, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
  g_clear_error (&error);
  sample->community->seq = 2;
  geo_community_sign (sample->community, sample->secret);
  g_assert_true (
      geo_hub_store_set_community (fixture->store, sample->community, NULL));
  found = geo_hub_store_get_community (fixture->store, NULL);
  g_assert_cmpstr (found->name, ==, "Базар");

  other->community->community = sample->people[0].pid;
  other->community->seq = 3;
  g_assert_false (
      geo_hub_store_set_community (fixture->store, other->community, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
}

static void
test_participants_and_lines (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) first = sample_line (sample, 0, 1, 100, NULL);
  g_autoptr (GeoTrustLine) second = sample_line (sample, 0, 1, 200, first);
  g_autoptr (GeoTrustLine) back = sample_line (sample, 1, 0, 300, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  Loaded loaded = { sample };

  sample_write (fixture->store, sample_change_line (sample, 0, 1, first));
  sample_write (fixture->store, sample_change_line (sample, 1, 0, back));
  sample_write (fixture->store, sample_change_line (sample, 0, 1, second));
  geo_hub_store_load_lines (fixture->store, take_line, &loaded, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (loaded.n, ==, 2);
  g_assert_cmpint (loaded.seq, ==, 3);
  g_assert_false (
      geo_hub_store_load_lines (fixture->store, take_nothing, NULL, &error));
  g_assert_cmpint (error->code, ==, 1234);

  /* The same seq again, whatever is in it. */
  SamplePerson before[2] = { sample->people[0], sample->people[1] };
  sample_write_fails (fixture->store, sample_change_line (sample, 0, 1, second),
                      GEO_STORE_ERROR_CONFLICT);
  memcpy (sample->people, before, sizeof before);

  geo_participant_free (sample_rename (sample, 2, "Ганна"));
  sample_write (fixture->store, sample_change_participant (sample, 2));
  sample_write_fails (fixture->store, sample_change_participant (sample, 2),
                      GEO_STORE_ERROR_CONFLICT);
  loaded = (Loaded){ sample };
  g_assert_true (geo_hub_store_load_participants (
      fixture->store, take_participant, &loaded, NULL));
  g_assert_cmpuint (loaded.n, ==, 5);
  g_assert_cmpint (loaded.seq, ==, 6);
  g_assert_cmpint (loaded.sequence, ==, 6);

  entries = geo_hub_store_list_entries (fixture->store, &sample->people[1].pid,
                                        1, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 2);
  const GeoProvenEntry *entry = g_ptr_array_index (entries, 0);
  g_assert_cmpint (entry->entry->sequence, ==, 2);
  g_assert_cmpint (entry->line->limit.amount.minor, ==, 300);
  g_assert_null (entry->certificate);
  sample_write (fixture->store, sample_change_ack (sample, 1));
  sample_write (fixture->store, sample_change_ack (sample, 1));

  /* Nobody knows them. */
  g_autoptr (Sample) strangers = sample_new (7);
  g_autoptr (GeoTrustLine) strange = sample_line (strangers, 5, 6, 1, NULL);
  sample_write_fails (fixture->store,
                      sample_change_line (strangers, 5, 6, strange),
                      GEO_STORE_ERROR_CONFLICT);
}

static void
test_commit (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (0, 1, 2, 3), 500, "tx-1", "Хліб");
  GeoHubOutcome outcome;
  Loaded loaded;
  guint64 commits = geo_hub_store_count_commits (fixture->store);

  sample_write (
      fixture->store,
      sample_change_commit (sample, payment, SAMPLE_ROUTE (0, 1, 2, 3)));
  g_assert_cmpuint (geo_hub_store_count_commits (fixture->store), ==,
                    commits + 1);
  loaded = load_debts (fixture);
  g_assert_cmpuint (loaded.n, ==, 3);
  g_assert_cmpint (loaded.debt, ==, 1500);

  for (guint way = 0; way < 3; way++) {
    for (guint who = 0; who < 5; who++) {
      const GeoPid *pid = &sample->people[who].pid;

      if (way == 0 && who > 0)
        continue;
      g_assert_true (way == 0 ? geo_hub_store_find_tx (fixture->store, pid,
                                                       "tx-1", &outcome, NULL)
                     : way == 1
                         ? geo_hub_store_find_order (fixture->store,
                                                     &payment->order_hash, pid,
                                                     &outcome, NULL)
                         : geo_hub_store_find_contract (fixture->store,
                                                        &payment->contract_hash,
                                                        pid, &outcome, NULL));
      g_assert_true (outcome.found);
      g_assert_null (outcome.refusal);
      g_assert_true (
          geo_hash_equal (&outcome.order_hash, &payment->order_hash));
      if (who == 4) {
        g_assert_null (outcome.entry);
        continue;
      }
      g_assert_true (geo_pid_equal (&outcome.entry->entry->participant, pid));
      g_assert_nonnull (outcome.entry->certificate);
      g_assert_cmpstr (outcome.entry->certificate->contract->tx_id, ==, "tx-1");
      g_assert_cmpuint (outcome.entry->hops->len, ==,
                        who == 0 || who == 3 ? 1 : 2);
      geo_hub_outcome_clear (&outcome);
      g_assert_false (outcome.found);
    }
  }
  g_assert_true (geo_hub_store_find_tx (fixture->store, &sample->people[1].pid,
                                        "tx-1", &outcome, NULL));
  g_assert_false (outcome.found);

  /* What comes back is what went in, to the byte. */
  g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
      fixture->store, &sample->people[3].pid, 0, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_autoptr (Sample) again = sample_new (5);
  g_autoptr (GeoProvenEntry) expected = NULL;
  again->now = ((GeoProvenEntry *) entries->pdata[0])->entry->at;
  expected = sample_payment_entry (again, 3, payment->certificate,
                                   payment->hops);
  g_autofree gchar *a = geo_proven_entry_to_text (entries->pdata[0], NULL);
  g_autofree gchar *b = geo_proven_entry_to_text (expected, NULL);
  g_assert_cmpstr (a, ==, b);
}

/* I3: a debt turns round, and is gone where it is paid back. */
static void
test_debts_turn (Fixture *fixture, gconstpointer data) {
  Loaded loaded;
  sqlite3 *raw;

  pay (fixture, SAMPLE_ROUTE (0, 1), 70, "tx-1");
  pay (fixture, SAMPLE_ROUTE (1, 0), 100, "tx-2");
  loaded = load_debts (fixture);
  g_assert_cmpuint (loaded.n, ==, 1);
  g_assert_cmpint (loaded.debt, ==, 30);
  g_assert_true (
      geo_pid_equal (&loaded.debtor, &fixture->sample->people[1].pid));
  pay (fixture, SAMPLE_ROUTE (0, 1), 30, "tx-3");
  loaded = load_debts (fixture);
  g_assert_cmpuint (loaded.n, ==, 0);

  /* The file holds no second direction, and no debt of nothing. */
  pay (fixture, SAMPLE_ROUTE (0, 1), 5, "tx-4");
  g_assert_cmpint (sqlite3_open (fixture->path, &raw), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (raw,
                    "INSERT INTO debt SELECT equivalent, creditor, debtor, 1"
                    " FROM debt",
                    NULL, NULL, NULL),
      ==, SQLITE_CONSTRAINT);
  g_assert_cmpint (
      sqlite3_exec (raw, "UPDATE debt SET amount = 0", NULL, NULL, NULL), ==,
      SQLITE_CONSTRAINT);
  sqlite3_close (raw);
}

static void
test_refusals (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) payment =
      sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 500, "tx-1", NULL);
  GeoHubOutcome outcome;
  GeoHash unknown = { { 7 } };

  /* A refused contract is a refused route: the order is still open (P11). */
  sample_write (fixture->store,
                sample_change_refusal (
                    sample,
                    sample_refuse_contract (sample, &payment->contract_hash),
                    payment->order, payment->contract));
  g_assert_true (
      geo_hub_store_find_contract (fixture->store, &payment->contract_hash,
                                   &sample->people[0].pid, &outcome, NULL));
  g_assert_true (outcome.found);
  g_assert_true (outcome.refusal->has_contract);
  g_assert_true (geo_hash_equal (&outcome.order_hash, &payment->order_hash));
  geo_hub_outcome_clear (&outcome);
  g_assert_true (geo_hub_store_find_order (fixture->store, &payment->order_hash,
                                           &sample->people[0].pid, &outcome,
                                           NULL));
  g_assert_false (outcome.found);
  g_assert_true (geo_hub_store_find_tx (fixture->store, &sample->people[0].pid,
                                        "tx-1", &outcome, NULL));
  g_assert_false (outcome.found);

  sample_write (fixture->store,
                sample_change_refusal (
                    sample, sample_refuse_order (sample, &payment->order_hash),
                    payment->order, NULL));
  g_assert_true (geo_hub_store_find_tx (fixture->store, &sample->people[0].pid,
                                        "tx-1", &outcome, NULL));
  g_assert_true (outcome.found);
  g_assert_null (outcome.entry);
  g_assert_cmpint (outcome.refusal->code, ==, GEO_CODE_CAPACITY);
  g_assert_true (geo_hash_equal (&outcome.order_hash, &payment->order_hash));
  geo_hub_outcome_clear (&outcome);

  /* P12: what nobody ever sent is refused by its hash alone. */
  sample_write (fixture->store,
                sample_change_refusal (sample,
                                       sample_refuse_order (sample, &unknown),
                                       NULL, NULL));
  g_assert_true (geo_hub_store_find_order (
      fixture->store, &unknown, &sample->people[3].pid, &outcome, NULL));
  g_assert_true (outcome.found);
  g_assert_true (geo_hash_equal (&outcome.order_hash, &unknown));
  geo_hub_outcome_clear (&outcome);
  unknown.bytes[0]++;
  sample_write (
      fixture->store,
      sample_change_refusal (sample, sample_refuse_contract (sample, &unknown),
                             NULL, NULL));
  g_assert_true (geo_hub_store_find_contract (
      fixture->store, &unknown, &sample->people[3].pid, &outcome, NULL));
  g_assert_true (outcome.found);
  g_assert_true (geo_hash_is_zero (&outcome.order_hash));
  geo_hub_outcome_clear (&outcome);
}

static void
commit_fails (Fixture *fixture,
              SamplePayment *payment,
              const guint *route,
              guint n_route) {
  Sample *sample = fixture->sample;
  gsize size = sizeof (SamplePerson) * sample->n_people;
  gsize owed_size = sizeof (gint64) * (gsize) sample->n_people *
                    sample->n_people;
  g_autofree SamplePerson *people = g_memdup2 (sample->people, size);
  g_autofree gint64 *owed = g_memdup2 (sample->owed, owed_size);

  sample_write_fails (fixture->store,
                      sample_change_commit (sample, payment, route, n_route),
                      GEO_STORE_ERROR_CONFLICT);
  memcpy (sample->people, people, size);
  memcpy (sample->owed, owed, owed_size);
}

/* P4, P5, P11: committed and refused exclude each other. */
static void
test_conflicts (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  g_autoptr (SamplePayment) paid = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                   5, "tx-paid", NULL);
  g_autoptr (SamplePayment) same_tx_id =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 6, "tx-paid", NULL);
  g_autoptr (SamplePayment) refused =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 7, "tx-refused", NULL);
  g_autoptr (SamplePayment) refused_tx_id =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 8, "tx-refused", NULL);
  g_autoptr (SamplePayment) route = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                    9, "tx-route", NULL);
  g_autoptr (GPtrArray) hops = sample_hops (sample, paid->order,
                                            SAMPLE_ROUTE (0, 1));
  g_autoptr (GeoContract) other_contract = sample_contract (sample, paid->order,
                                                            hops);
  SamplePayment second = { paid->order, hops, other_contract };
  g_autoptr (GeoCertificate) certificate =
      sample_certificate (sample, paid->order, other_contract);

  second.certificate = certificate;
  sample_write (fixture->store,
                sample_change_commit (sample, paid, SAMPLE_ROUTE (0, 1)));
  commit_fails (fixture, paid, SAMPLE_ROUTE (0, 1));
  commit_fails (fixture, &second, SAMPLE_ROUTE (0, 1));
  commit_fails (fixture, same_tx_id, SAMPLE_ROUTE (0, 1));
  sample_write_fails (fixture->store,
                      sample_change_refusal (
                          sample,
                          sample_refuse_contract (sample, &paid->contract_hash),
                          paid->order, paid->contract),
                      GEO_STORE_ERROR_CONFLICT);
  sample_write_fails (
      fixture->store,
      sample_change_refusal (sample,
                             sample_refuse_order (sample, &paid->order_hash),
                             paid->order, NULL),
      GEO_STORE_ERROR_CONFLICT);
  sample_write_fails (fixture->store,
                      sample_change_refusal (
                          sample,
                          sample_refuse_order (sample, &same_tx_id->order_hash),
                          same_tx_id->order, NULL),
                      GEO_STORE_ERROR_CONFLICT);

  sample_write (fixture->store,
                sample_change_refusal (
                    sample, sample_refuse_order (sample, &refused->order_hash),
                    refused->order, NULL));
  commit_fails (fixture, refused, SAMPLE_ROUTE (0, 1));
  commit_fails (fixture, refused_tx_id, SAMPLE_ROUTE (0, 1));
  sample_write_fails (
      fixture->store,
      sample_change_refusal (sample,
                             sample_refuse_order (sample, &refused->order_hash),
                             refused->order, NULL),
      GEO_STORE_ERROR_CONFLICT);
  sample_write_fails (
      fixture->store,
      sample_change_refusal (
          sample, sample_refuse_order (sample, &refused_tx_id->order_hash),
          refused_tx_id->order, NULL),
      GEO_STORE_ERROR_CONFLICT);

  sample_write (fixture->store,
                sample_change_refusal (
                    sample,
                    sample_refuse_contract (sample, &route->contract_hash),
                    NULL, route->contract));
  commit_fails (fixture, route, SAMPLE_ROUTE (0, 1));
  /* Another contract of the same order is another route. */
  geo_contract_free (route->contract);
  g_ptr_array_unref (route->hops);
  geo_certificate_free (route->certificate);
  route->hops = sample_hops (sample, route->order, SAMPLE_ROUTE (0, 2, 1));
  route->contract = sample_contract (sample, route->order, route->hops);
  route->certificate = sample_certificate (sample, route->order,
                                           route->contract);
  sample_write (fixture->store,
                sample_change_commit (sample, route, SAMPLE_ROUTE (0, 2, 1)));

  GeoRefusal *both = sample_refuse_order (sample, &paid->order_hash);
  both->has_contract = TRUE;
  sample_write_fails (fixture->store,
                      sample_change_refusal (sample, both, NULL, NULL),
                      GEO_STORE_ERROR_CONFLICT);
}

/* One that fails takes the whole group with it. */
static void
test_group (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;
  gsize size = sizeof (SamplePerson) * sample->n_people;
  g_autofree SamplePerson *people = g_memdup2 (sample->people, size);
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GError) error = NULL;
  guint64 commits = geo_hub_store_count_commits (fixture->store);
  gint64 transactions;

  g_assert_true (geo_hub_store_write (fixture->store, changes, NULL));
  g_assert_cmpuint (geo_hub_store_count_commits (fixture->store), ==, commits);
  for (guint i = 0; i < 20; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i == 19 ? 3 : i);
    g_autoptr (SamplePayment) payment =
        sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 10 + i, tx_id, NULL);

    g_ptr_array_add (changes, sample_change_commit (sample, payment,
                                                    SAMPLE_ROUTE (0, 1, 2)));
  }
  g_assert_false (geo_hub_store_write (fixture->store, changes, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpuint (geo_hub_store_count_commits (fixture->store), ==, commits);
  g_assert_cmpuint (load_debts (fixture).n, ==, 0);
  geo_hub_store_check (fixture->store, &transactions, &error);
  g_assert_no_error (error);
  g_assert_cmpint (transactions, ==, 0);

  g_ptr_array_set_size (changes, 19);
  g_assert_true (geo_hub_store_write (fixture->store, changes, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (geo_hub_store_count_commits (fixture->store), ==,
                    commits + 1);
  g_assert_true (geo_hub_store_check (fixture->store, &transactions, NULL));
  g_assert_cmpint (transactions, ==, 19);

  /* An entry that leaves a number out, or follows something else. */
  memcpy (people, sample->people, size);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 1, NULL);
    GeoChange *change;

    if (i == 0)
      sample->people[1].sequence++;
    else
      sample->people[1].entry_hash.bytes[0] ^= 1;
    change = sample_change_line (sample, 0, 1, line);
    sample_write_fails (fixture->store, change, GEO_STORE_ERROR_CONFLICT);
    memcpy (sample->people, people, size);
  }
}

static GeoChange *
own_change (GeoTime at) {
  return geo_change_new (GEO_CHANGE_HUB, at);
}

static GeoAudit *
make_audit (const gchar *id, const gchar *action) {
  GeoAudit *audit = g_new0 (GeoAudit, 1);

  audit->id = g_strdup (id);
  audit->action = g_strdup (action);
  audit->object_type = g_strdup ("participant");
  audit->reason = g_strdup ("It had to be");
  audit->after = g_strdup ("{}");
  return audit;
}

/* What the hub keeps for itself, and who did what to it. */
static void
test_keeping (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) settings = NULL;
  g_autoptr (GHashTable) notes = NULL;
  g_autoptr (GHashTable) tokens = NULL;
  g_autoptr (GPtrArray) audits = NULL;
  g_autoptr (GPtrArray) some = NULL;
  GeoHubAuditFilter filter = { 0 };
  const GeoHubAudit *line;
  GeoStatus status;
  GeoChange *change = own_change (5);
  gint64 total;

  change->has_status = TRUE;
  change->pid = fixture->sample->people[1].pid;
  change->status = GEO_STATUS_BANNED;
  change->setting = g_strdup ("a");
  change->value = g_strdup ("1");
  change->token = g_strdup ("t1");
  change->until = 100;
  change->equivalent = g_strdup ("UAH");
  change->note = g_strdup ("{}");
  change->audit = make_audit ("x", "ban");
  sample_write (fixture->store, change);
  change = own_change (200);
  change->setting = g_strdup ("b");
  change->value = g_strdup ("2");
  change->token = g_strdup ("t2");
  change->until = 300;
  change->audit = make_audit ("y", "set");
  sample_write (fixture->store, change);
  change = own_change (201);
  change->setting = g_strdup ("a");
  sample_write (fixture->store, change);
  /* Nobody is frozen who is not there; and the log has no such line twice. */
  change = own_change (202);
  change->has_status = TRUE;
  memset (&change->pid, 9, sizeof change->pid);
  sample_write_fails (fixture->store, change, GEO_STORE_ERROR_CONFLICT);
  change = own_change (203);
  change->audit = make_audit ("y", "set");
  sample_write_fails (fixture->store, change, GEO_STORE_ERROR_CONFLICT);

  g_assert_true (geo_hub_store_get_status (
      fixture->store, &fixture->sample->people[1].pid, &status, &error));
  g_assert_cmpint (status, ==, GEO_STATUS_BANNED);
  settings = geo_hub_store_load_settings (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (settings), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (settings, "b"), ==, "2");
  notes = geo_hub_store_load_notes (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (notes, "UAH"), ==, "{}");
  /* The first one was over when the second came. */
  tokens = geo_hub_store_load_tokens (fixture->store, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (tokens), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (tokens, "t2"), ==, "300");

  audits = geo_hub_store_list_audit (fixture->store, &filter, 0, 9, &total,
                                     &error);
  g_assert_no_error (error);
  g_assert_cmpint (total, ==, 2);
  line = g_ptr_array_index (audits, 0);
  g_assert_cmpstr (line->audit->action, ==, "set");
  g_assert_cmpint (line->at, ==, 200);
  filter.text = "BAN";
  some = geo_hub_store_list_audit (fixture->store, &filter, 0, 9, &total,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpint (total, ==, 1);
  line = g_ptr_array_index (some, 0);
  g_assert_cmpstr (line->audit->id, ==, "x");
  g_assert_cmpstr (line->audit->reason, ==, "It had to be");
}

static GPtrArray *
list_payments (Fixture *fixture,
               guint person,
               const GeoHubPaymentFilter *filter,
               gint64 offset,
               guint max) {
  g_autoptr (GError) error = NULL;
  GPtrArray *payments = geo_hub_store_list_payments (
      fixture->store, &fixture->sample->people[person].pid, filter, offset, max,
      &error);

  g_assert_no_error (error);
  return payments;
}

/* What payer and payee are shown, and nobody in between. */
static void
test_payments (Fixture *fixture, gconstpointer data) {
  GeoHubPaymentFilter filter = { TRUE, TRUE,      NULL, GEO_HUB_PAYMENTS_ALL,
                                 0,    G_MAXINT64 };
  g_autoptr (GPtrArray) of_payer = NULL;
  g_autoptr (GPtrArray) of_between = NULL;
  g_autoptr (GPtrArray) received = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  g_autoptr (GError) error = NULL;
  const GeoHubPayment *payment;
  const GeoHop *hop;
  GeoHubUsage usage;

  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);

    pay (fixture, SAMPLE_ROUTE (0, 1, 2), 10 + i, tx_id);
  }
  of_payer = list_payments (fixture, 0, &filter, 0, 9);
  g_assert_cmpuint (of_payer->len, ==, 3);
  payment = g_ptr_array_index (of_payer, 0);
  g_assert_cmpstr (payment->tx_id, ==, "tx-2");
  g_assert_cmpint (payment->amount.amount.minor, ==, 12);
  g_assert_true (
      geo_pid_equal (&payment->payee, &fixture->sample->people[2].pid));
  g_assert_null (payment->refusal);
  g_assert_cmpint (payment->tx, >, 0);
  of_between = list_payments (fixture, 1, &filter, 0, 9);
  g_assert_cmpuint (of_between->len, ==, 0);

  filter.sent = FALSE;
  received = list_payments (fixture, 0, &filter, 0, 9);
  g_assert_cmpuint (received->len, ==, 0);
  second = list_payments (fixture, 2, &filter, 1, 1);
  g_assert_cmpuint (second->len, ==, 1);
  payment = g_ptr_array_index (second, 0);
  g_assert_cmpstr (payment->tx_id, ==, "tx-1");

  found = geo_hub_store_find_payments (fixture->store, "tx-1", 9, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  hops = geo_hub_store_list_hops (fixture->store, payment->tx, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hops->len, ==, 2);
  hop = g_ptr_array_index (hops, 0);
  g_assert_cmpint (hop->amount.amount.minor, ==, 11);
  g_assert_true (geo_hub_store_count_usage (fixture->store, payment->equivalent,
                                            &usage, &error));
  g_assert_cmpint (usage.payments, ==, 3);
  g_assert_cmpint (usage.debts, ==, 2);
}

/* A reader sees whole groups while the writer goes on. */
static void
test_reader (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubStore) reader = geo_hub_store_open (fixture->path, TRUE,
                                                       &error);
  g_autoptr (GeoHubStore) writer = NULL;
  gint64 transactions;

  g_assert_no_error (error);
  writer = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_null (writer);
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED);
  g_clear_error (&error);
  for (guint i = 0; i < 5; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);

    pay (fixture, SAMPLE_ROUTE (0, 1, 2), 10, tx_id);
    g_assert_true (geo_hub_store_check (reader, &transactions, &error));
    g_assert_no_error (error);
    g_assert_cmpint (transactions, ==, i + 1);
  }
  sample_write_fails (reader, sample_change_participant (fixture->sample, 0),
                      GEO_STORE_ERROR_OPEN);
}

/* I1. */
static void
test_check (Fixture *fixture, gconstpointer data) {
  static const gchar *const changes[] = {
    "UPDATE debt SET amount = amount + 1 WHERE amount = 30",
    "DELETE FROM debt WHERE amount = 30",
    "UPDATE debt SET debtor = creditor, creditor = debtor WHERE amount = 30",
    "INSERT INTO debt VALUES ('HOUR', zeroblob (32), randomblob (32), 5)",
    "UPDATE hop SET amount = amount + 1 WHERE tx = 2",
    "UPDATE hop SET salt = randomblob (16) WHERE tx = 2 AND position = 0",
    "UPDATE hop SET lane = 2 WHERE tx = 2 AND position = 0",
    "UPDATE hop SET lane = 77 WHERE tx = 2 AND position = 0",
    "DELETE FROM hop WHERE tx = 2 AND position = 1",
    "DELETE FROM hop WHERE tx = 2",
    "UPDATE tx SET contract = randomblob (32) WHERE id = 2",
    "UPDATE tx SET certificate = '{}' WHERE id = 2",
  };

  pay (fixture, SAMPLE_ROUTE (0, 1), 30, "tx-1");
  pay (fixture, SAMPLE_ROUTE (2, 3, 4), 20, "tx-2");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
    g_autoptr (GeoHubStore) store = NULL;
    g_autoptr (GError) error = NULL;
    gchar *message = NULL;
    sqlite3 *raw;

    sample_copy_database (fixture->path, path);
    g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
    sqlite3_exec (raw,
                  "DROP TRIGGER hop_is_not_changed;"
                  "DROP TRIGGER hop_is_not_deleted;"
                  "DROP TRIGGER tx_is_not_changed;",
                  NULL, NULL, &message);
    g_assert_cmpstr (message, ==, NULL);
    sqlite3_exec (raw, changes[i], NULL, NULL, &message);
    g_assert_cmpstr (message, ==, NULL);
    g_assert_cmpint (sqlite3_changes (raw), >, 0);
    sqlite3_close (raw);
    store = geo_hub_store_open (path, TRUE, &error);
    g_assert_no_error (error);
    g_assert_false (geo_hub_store_check (store, NULL, &error));
    g_assert_true (error->domain == GEO_STORE_ERROR);
    g_test_message ("%s", error->message);
  }
}

/* What cannot be read says so. */
static void
test_unreadable (Fixture *fixture, gconstpointer data) {
  static const gchar *const changes[] = {
    "UPDATE community SET community = 'x'",
    "UPDATE participant_version SET participant = '{}'",
    "UPDATE trust_line SET line = '{}'",
    "UPDATE debt SET debtor = x'00' WHERE amount = 50",
    "UPDATE entry SET entry = '{}'",
    "UPDATE entry SET hash = x'00'",
    "UPDATE entry SET people = x'00'",
    "UPDATE entry SET people = zeroblob (80)",
    "UPDATE tx SET certificate = '{}'",
    "UPDATE tx SET order_hash = x'00' WHERE id = 1",
    "UPDATE refusal SET refusal = '{}'",
    "UPDATE refusal SET order_hash = x'00'",
    "UPDATE payment SET decimals = 99",
  };
  g_autoptr (Sample) sample = sample_new (3);
  g_autofree gchar *full = g_build_filename (fixture->folder, "f.db", NULL);
  g_autoptr (GeoHubStore) made = geo_hub_store_open (full, FALSE, NULL);

  sample_fill_hub (sample, made);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, "x.db", NULL);
    g_autoptr (GeoHubStore) store = NULL;
    g_autoptr (GeoCommunity) community = NULL;
    g_autoptr (GPtrArray) entries = NULL;
    g_autoptr (GPtrArray) payments = NULL;
    g_autoptr (GError) error = NULL;
    Loaded loaded = { sample };
    GeoHubOutcome outcomes[2];
    gchar *message = NULL;
    sqlite3 *raw;

    sample_copy_database (full, path);
    g_assert_cmpint (sqlite3_open (path, &raw), ==, SQLITE_OK);
    sqlite3_exec (raw,
                  "DROP TRIGGER participant_version_is_not_changed;"
                  "DROP TRIGGER trust_line_is_not_changed;"
                  "DROP TRIGGER entry_is_not_changed;"
                  "DROP TRIGGER tx_is_not_changed;"
                  "DROP TRIGGER refusal_is_not_changed;",
                  NULL, NULL, &message);
    g_assert_cmpstr (message, ==, NULL);
    sqlite3_exec (raw, changes[i], NULL, NULL, &message);
    g_assert_cmpstr (message, ==, NULL);
    sqlite3_close (raw);
    store = geo_hub_store_open (path, TRUE, &error);
    g_assert_no_error (error);
    (void) ((community = geo_hub_store_get_community (store, &error)) != NULL &&
            geo_hub_store_load_participants (store, take_participant, &loaded,
                                             &error) &&
            geo_hub_store_load_lines (store, take_line, &loaded, &error) &&
            geo_hub_store_load_debts (store, take_debt, &loaded, &error) &&
            (entries = geo_hub_store_list_entries (
                 store, &sample->people[1].pid, 0, 9, &error)) != NULL &&
            geo_hub_store_find_tx (store, &sample->people[0].pid, "tx-first",
                                   &outcomes[0], &error) &&
            (geo_hub_outcome_clear (&outcomes[0]), TRUE) &&
            geo_hub_store_find_tx (store, &sample->people[0].pid, "tx-refused",
                                   &outcomes[1], &error) &&
            (geo_hub_outcome_clear (&outcomes[1]), TRUE));
    if (error == NULL)
      payments = geo_hub_store_find_payments (store, "tx-first", 9, &error);
    if (error == NULL) {
      g_test_message ("read all the same: %s", changes[i]);
      g_test_fail ();
    } else {
      g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT);
    }
  }
}

static gpointer
write_in_thread (gpointer data) {
  Fixture *fixture = data;

  geo_hub_store_adopt (fixture->store);
  pay (fixture, SAMPLE_ROUTE (0, 1), 30, "tx-thread");
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data) {
  g_thread_join (g_thread_new ("store", write_in_thread, fixture));
  geo_hub_store_adopt (fixture->store);
  g_assert_cmpuint (load_debts (fixture).n, ==, 1);
}

static gint64
cpu_time_us (void) {
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Not timed by an assertion: how fast depends on the disk. */
static void
test_speed (void) {
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  const guint n_people = 300;
  const guint batches = g_test_thorough () ? 200 : 20;
  const guint batch = 100;
  g_autoptr (Sample) sample = sample_new (n_people);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GeoHubStore) store = geo_hub_store_open (path, FALSE, NULL);
  g_autoptr (GError) error = NULL;
  gint64 spent = 0;
  gint64 cpu = 0;
  gint64 start;
  gint64 transactions;

  sample_write_people (sample, store);
  for (guint b = 0; b < batches; b++) {
    g_autoptr (GPtrArray) changes =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);

    for (guint i = 0; i < batch; i++) {
      g_autofree gchar *tx_id = g_uuid_string_random ();
      guint at = (guint) g_rand_int_range (rand, 0, (gint) n_people);
      guint route[4];
      g_autoptr (SamplePayment) payment = NULL;

      for (guint r = 0; r < 4; r++)
        route[r] = (at + r * (1 + b % 7)) % n_people;
      payment = sample_payment (sample, route, 4, 100, tx_id, NULL);
      g_ptr_array_add (changes,
                       sample_change_commit (sample, payment, route, 4));
    }
    start = g_get_monotonic_time ();
    cpu -= cpu_time_us ();
    geo_hub_store_write (store, changes, &error);
    cpu += cpu_time_us ();
    spent += g_get_monotonic_time () - start;
    g_assert_no_error (error);
  }
  g_test_message ("%u payments of 3 hops in batches of %u: %" G_GINT64_FORMAT
                  " a second, %" G_GINT64_FORMAT " us of CPU each",
                  batches * batch, batch,
                  (gint64) batches * batch * G_USEC_PER_SEC / spent,
                  cpu / (batches * batch));
  start = g_get_monotonic_time ();
  geo_hub_store_check (store, &transactions, &error);
  g_assert_no_error (error);
  g_assert_cmpint (transactions, ==, batches * batch);
  g_test_message ("replayed, %" G_GINT64_FORMAT " us a payment",
                  (g_get_monotonic_time () - start) / transactions);
  geo_hub_store_close (g_steal_pointer (&store));
  sample_folder_remove (folder);
}

#define ADD(path, func) \
  g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/store/hub/community", test_community);
  ADD ("/store/hub/participants-and-lines", test_participants_and_lines);
  ADD ("/store/hub/commit", test_commit);
  ADD ("/store/hub/debts-turn", test_debts_turn);
  ADD ("/store/hub/refusals", test_refusals);
  ADD ("/store/hub/conflicts", test_conflicts);
  ADD ("/store/hub/group", test_group);
  ADD ("/store/hub/keeping", test_keeping);
  ADD ("/store/hub/payments", test_payments);
  ADD ("/store/hub/reader", test_reader);
  ADD ("/store/hub/check", test_check);
  ADD ("/store/hub/unreadable", test_unreadable);
  ADD ("/store/hub/threads", test_threads);
  g_test_add_func ("/store/hub/speed", test_speed);
  return g_test_run ();
}
