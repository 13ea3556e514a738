/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearings in a hub's file (§7): they have no order and no payer, everybody on
 * the circle has an entry, and what does not follow from the hops is refused.
 */
#include "store-sample.h"

#define OWED 100
#define CLEARED 40
#define TURNED 140

typedef struct {
  gchar *folder;
  gchar *path;
  Sample *sample;
  GeoHubStore *store;
  GPtrArray *hops;
  GeoContract *contract;
  GeoCertificate *certificate;
  GeoHash hash;
} Fixture;

/* A line that lends to clearing (§7) up to *bound; NULL, or below zero: without
 * a word. */
static void
give (Fixture *fixture, guint from, guint to, const gint64 *bound) {
  Sample *sample = fixture->sample;
  g_autoptr (GeoTrustLine) line = sample_line (sample, from, to, 1000, NULL);

  if (bound != NULL && *bound >= 0) {
    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (*bound),
                                                line->limit.decimals);
    geo_trust_line_sign (line, sample->people[from].secret);
  }
  sample_write (fixture->store, sample_change_line (sample, from, to, line));
}

/* 0 owes 1, 1 owes 2, 2 owes 0; and the clearing of some of it, or, where data
 * is what everybody lends, of more. */
static void
set_up (Fixture *fixture, gconstpointer data) {
  static const guint circle[] = { 0, 1, 2, 0 };
  g_autoptr (GeoOrder) shape = NULL;
  g_autoptr (GError) error = NULL;
  Sample *sample;

  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "hub.db", NULL);
  fixture->sample = sample = sample_new (3);
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (fixture->store, sample->community, &error);
  g_assert_no_error (error);
  sample_write_people (sample, fixture->store);
  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", i);
    g_autoptr (SamplePayment) payment = NULL;

    give (fixture, circle[i + 1], circle[i], data);
    if (data != NULL)
      give (fixture, circle[i], circle[i + 1], data);
    payment = sample_payment (sample, circle + i, 2, OWED, tx_id, NULL);
    sample_write (fixture->store,
                  sample_change_commit (sample, payment, circle + i, 2));
  }

  shape = sample_order (sample, 1, 0, data == NULL ? CLEARED : TURNED,
                        "clearing-1", NULL);
  fixture->hops = sample_hops (sample, shape, SAMPLE_ROUTE (1, 0, 2, 1));
  fixture->contract = sample_contract (sample, shape, fixture->hops);
  fixture->contract->kind = GEO_CONTRACT_KIND_CLEARING;
  fixture->contract->has_order = FALSE;
  fixture->contract->has_payer = FALSE;
  fixture->contract->has_payee = FALSE;
  g_array_set_size (fixture->contract->voters, 0);
  g_array_append_val (fixture->contract->voters, fixture->contract->closer);
  fixture->certificate = sample_certificate (sample, shape, fixture->contract);
  g_clear_pointer (&fixture->certificate->order, geo_order_free);
  geo_contract_hash (fixture->contract, &fixture->hash);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  geo_hub_store_close (fixture->store);
  geo_certificate_free (fixture->certificate);
  geo_contract_free (fixture->contract);
  g_ptr_array_unref (fixture->hops);
  sample_free (fixture->sample);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

/* after: what the debts are said to be then. */
static GeoChange *
make_change (Fixture *fixture, gint64 after) {
  Sample *sample = fixture->sample;
  GeoChange *change = geo_change_new (GEO_CHANGE_COMMIT, sample->now++);

  change->certificate = geo_certificate_copy (fixture->certificate);
  change->equivalent = g_strdup (fixture->contract->equivalent);
  for (guint i = 0; i < fixture->hops->len; i++)
    g_ptr_array_add (change->hops, geo_hop_copy (fixture->hops->pdata[i]));
  for (guint i = 0; i < 3; i++) {
    guint debtor = after < 0 ? (i + 1) % 3 : i;
    guint creditor = after < 0 ? i : (i + 1) % 3;
    GeoDebtChange debt = { .debtor = sample->people[debtor].pid,
                           .creditor = sample->people[creditor].pid,
                           .after = GEO_AMOUNT (ABS (after)) };

    g_array_append_val (change->debts, debt);
    g_ptr_array_add (
        change->entries,
        sample_clearing_entry (sample, i, fixture->certificate, fixture->hops));
  }
  return change;
}

static gboolean
add_debt (const GeoPid *debtor,
          const GeoPid *creditor,
          const gchar *equivalent,
          GeoAmount debt,
          gpointer user_data,
          GError **error) {
  g_array_append_val ((GArray *) user_data, debt.minor);
  return TRUE;
}

static void
check_debts (Fixture *fixture, gint64 each) {
  g_autoptr (GArray) debts = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;

  geo_hub_store_load_debts (fixture->store, add_debt, debts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (debts->len, ==, 3);
  for (guint i = 0; i < debts->len; i++)
    g_assert_cmpint (g_array_index (debts, gint64, i), ==, each);
}

static void
write_down (const gchar *rule, const gchar *text, gpointer user_data) {
  g_test_message ("%s: %s", rule, text);
  *(guint *) user_data += 1;
}

static void
check_holds (Fixture *fixture) {
  g_autoptr (GError) error = NULL;
  GeoHubInspection counts;
  gint64 transactions;
  guint found = 0;

  geo_hub_store_check (fixture->store, &transactions, &error);
  g_assert_no_error (error);
  geo_hub_store_inspect (fixture->store, write_down, &found, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found, ==, 0);
}

static void
reopen (Fixture *fixture) {
  g_autoptr (GError) error = NULL;

  geo_hub_store_close (g_steal_pointer (&fixture->store));
  fixture->store = geo_hub_store_open (fixture->path, FALSE, &error);
  g_assert_no_error (error);
}

static void
test_cleared (Fixture *fixture, gconstpointer data) {
  Sample *sample = fixture->sample;

  check_debts (fixture, OWED);
  sample_write (fixture->store, make_change (fixture, OWED - CLEARED));
  for (guint life = 0; life < 2; life++) {
    check_debts (fixture, OWED - CLEARED);
    check_holds (fixture);
    for (guint i = 0; i < 3; i++) {
      const GeoPid *pid = &sample->people[i].pid;
      g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
          fixture->store, pid, sample->people[i].sequence - 1, 9, NULL);
      const GeoProvenEntry *entry;
      GeoHubOutcome outcome = { FALSE };

      g_assert_cmpuint (entries->len, ==, 1);
      entry = entries->pdata[0];
      g_assert_cmpint (entry->entry->kind, ==, GEO_ENTRY_KIND_CLEARING);
      g_assert_true (geo_hash_equal (&entry->entry->subject, &fixture->hash));
      g_assert_null (entry->certificate->order);
      g_assert_cmpuint (entry->hops->len, ==, 2);
      /* P12: who asks what became of it is told. */
      g_assert_true (geo_hub_store_find_contract (
          fixture->store, &fixture->hash, pid, &outcome, NULL));
      g_assert_true (outcome.found);
      g_assert_nonnull (outcome.entry);
      g_assert_null (outcome.refusal);
      geo_hub_outcome_clear (&outcome);
    }
    reopen (fixture);
  }
}

/* I1: debts that do not follow from the hops are found. */
static void
test_wrong_debts (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  GeoHubInspection counts;
  gint64 transactions;
  guint found = 0;

  sample_write (fixture->store, make_change (fixture, OWED));
  g_assert_false (geo_hub_store_check (fixture->store, &transactions, &error));
  g_assert_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY);
  g_clear_error (&error);
  geo_hub_store_inspect (fixture->store, write_down, &found, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found, >, 0);
}

/* P4: what was refused is not committed, nor the other way around. */
static void
test_not_both (Fixture *fixture, gconstpointer data) {
  sample_write (fixture->store,
                sample_change_refusal (
                    fixture->sample,
                    sample_refuse_contract (fixture->sample, &fixture->hash),
                    NULL, fixture->contract));
  check_holds (fixture);
  sample_write_fails (fixture->store, make_change (fixture, OWED - CLEARED),
                      GEO_STORE_ERROR_CONFLICT);
  check_debts (fixture, OWED);
}

static void
test_twice (Fixture *fixture, gconstpointer data) {
  sample_write (fixture->store, make_change (fixture, OWED - CLEARED));
  sample_write_fails (fixture->store, make_change (fixture, OWED - 2 * CLEARED),
                      GEO_STORE_ERROR_CONFLICT);
  check_debts (fixture, OWED - CLEARED);
  sample_write_fails (
      fixture->store,
      sample_change_refusal (
          fixture->sample,
          sample_refuse_contract (fixture->sample, &fixture->hash), NULL,
          fixture->contract),
      GEO_STORE_ERROR_CONFLICT);
  check_holds (fixture);
}

/* §7: a debt that is turned around is as large as both lines say. */
static void
test_turned (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  GeoHubInspection counts;
  guint found = 0;

  sample_write (fixture->store, make_change (fixture, OWED - TURNED));
  check_debts (fixture, TURNED - OWED);
  if (*(const gint64 *) data >= TURNED - OWED) {
    check_holds (fixture);
    return;
  }
  geo_hub_store_inspect (fixture->store, write_down, &found, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found, ==, 3);
}

int
main (int argc, char **argv) {
  static const gint64 bounds[] = { -1, 0, TURNED - OWED - 1, TURNED - OWED };

  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/store/clearing/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("cleared", test_cleared);
  ADD ("wrong-debts", test_wrong_debts);
  ADD ("not-both", test_not_both);
  ADD ("twice", test_twice);
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++) {
    g_autofree gchar *name =
        g_strdup_printf ("/store/clearing/turned/%" G_GINT64_FORMAT, bounds[i]);

    g_test_add (name, Fixture, &bounds[i], set_up, test_turned, tear_down);
  }
  return g_test_run ();
}
