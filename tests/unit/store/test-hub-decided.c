/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub that starts is told to be decided.
 */
#include "store-sample.h"

static void
decided_cb (const GeoPid *payer,
            const gchar *tx_id,
            const GeoHash *order,
            gpointer user_data) {
  GHashTable *found = user_data;

  g_assert_true ((order != NULL) == (payer == NULL));
  g_assert_true ((tx_id == NULL) == (payer == NULL));
  g_assert_true (g_hash_table_add (
      found, order != NULL ? geo_hash_to_string (order) : g_strdup (tx_id)));
}

/* What find_tx () and find_order () find, and nothing else. */
static void
test_decided (void) {
  g_autoptr (Sample) sample = sample_new (5);
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  GeoHubStore *store = geo_hub_store_open (path, FALSE, NULL);
  g_autoptr (SamplePayment) paid = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                   500, "tx-paid", NULL);
  g_autoptr (SamplePayment) refused =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 100, "tx-refused", NULL);
  g_autoptr (SamplePayment) tried = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                    100, "tx-tried", NULL);
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                        g_free, NULL);
  GeoHash unknown;

  g_assert_nonnull (store);
  sample_write_people (sample, store);
  sample_write (store,
                sample_change_commit (sample, paid, SAMPLE_ROUTE (0, 1)));
  sample_write (store,
                sample_change_refusal (
                    sample, sample_refuse_order (sample, &refused->order_hash),
                    refused->order, NULL));
  /* A refused route is no refused order (P11). */
  sample_write (
      store, sample_change_refusal (
                 sample, sample_refuse_contract (sample, &tried->contract_hash),
                 tried->order, tried->contract));
  /* P12: by its hash alone. */
  geo_hash_of ("unknown", 7, &unknown);
  sample_write (
      store, sample_change_refusal (
                 sample, sample_refuse_order (sample, &unknown), NULL, NULL));

  g_assert_true (geo_hub_store_load_decided (store, decided_cb, found, NULL));
  g_assert_cmpuint (g_hash_table_size (found), ==, 5);
  g_assert_true (g_hash_table_contains (found, "tx-paid"));
  g_assert_true (g_hash_table_contains (found, "tx-refused"));
  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *hash = geo_hash_to_string (i == 0   ? &paid->order_hash
                                                 : i == 1 ? &refused->order_hash
                                                          : &unknown);

    g_assert_true (g_hash_table_contains (found, hash));
  }
  geo_hub_store_close (store);
  sample_folder_remove (folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/hub/decided", test_decided);
  return g_test_run ();
}
