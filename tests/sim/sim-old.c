/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub whose disk is gone, and which is put back to an older copy: what it
 * told since it has forgotten, but what people give back (sim-gather.c).
 * Whoever was told more notices, keeps the proof and its own books, and is not
 * poorer; everybody else goes on.  It is the last thing that happens in a town.
 */
#include "core/geo-evidence.h"
#include "protocol/geo-party-private.h"
#include "sim.h"

#define REST_MS 600000

/* What somebody had before. */
typedef struct {
  gint64 sequence;
  gint64 n_records;
  GHashTable *balances; /* "peer equivalent" → gint64 */
} Books;

static void
books_free (gpointer data) {
  Books *books = data;

  g_hash_table_unref (books->balances);
  g_free (books);
}

static GHashTable *
list_balances (const GeoParty *party) {
  GHashTable *balances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                g_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPair *pair = value;
    g_autofree gchar *peer = geo_pid_to_string (&pair->peer);

    if (pair->balance.minor != 0)
      g_hash_table_insert (balances,
                           g_strdup_printf ("%s %s", peer, pair->equivalent),
                           g_memdup2 (&pair->balance.minor, sizeof (gint64)));
  }
  return balances;
}

/* --- The copy ------------------------------------------------------------- */

void
sim_old_begin (Sim *sim) {
  if (sim_plants (sim, SIM_PLANT_OLD_BELIEVED) ||
      sim_plants (sim, SIM_PLANT_OLD_POORER) ||
      sim_random_chance (&sim->random, 1, 4))
    sim->twin = sim_truth_new (sim->hub->community);
}

/* While everything rests: the files as they are, and what is true of them. */
void
sim_old_copy (Sim *sim) {
  if (sim->twin == NULL || sim->old_truth != NULL)
    return;
  sim_hub_stop (sim->hub);
  sim_disk_save (sim->hub->disk);
  sim->old_truth = g_steal_pointer (&sim->twin);
  sim_trace (sim, NULL, "is copied");
}

/* --- Put back ------------------------------------------------------------- */

static Books *
look (SimNode *node) {
  Books *books = g_new0 (Books, 1);

  books->sequence = geo_party_get_sequence (node->party, NULL);
  books->n_records = node->n_records;
  books->balances = list_balances (node->party);
  return books;
}

static void
check_same_balances (SimNode *node, GHashTable *before, GHashTable *now) {
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const gint64 *other = g_hash_table_lookup (now, key);

    if (other == NULL || *other != *(gint64 *) value)
      sim_fail (node->sim, node, "old",
                "a balance of %" G_GINT64_FORMAT " is %" G_GINT64_FORMAT
                " since the hub was put back",
                *(gint64 *) value, other != NULL ? *other : 0);
  }
  if (g_hash_table_size (before) != g_hash_table_size (now))
    sim_fail (node->sim, node, "old", "the hub was put back, and it owes more");
}

/* It has noticed, can show what the hub signed, and has lost nothing. */
static void
check_noticed (Sim *sim, SimNode *node, const Books *books) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) evidence = NULL;
  guint n = 0;

  if (!node->noticed_old)
    sim_fail (sim, node, "old", "the hub forgot, and it was believed");
  evidence = geo_journal_list_evidence (node->journal, &error);
  if (evidence == NULL)
    sim_fail_store (sim, node, "store", error);
  for (guint i = 0; i < evidence->len; i++) {
    const GeoJournalEvidence *one = g_ptr_array_index (evidence, i);

    if (one->record <= books->n_records)
      continue;
    n++;
    if (geo_evidence_check (one->evidence, &sim->hub->community->community,
                            &sim->hub->community->key,
                            &error) == GEO_EVIDENCE_NOTHING)
      sim_fail_store (sim, node, "old", error);
  }
  if (n == 0)
    sim_fail (sim, node, "old", "the hub forgot, and there is no proof of it");
  sim_count (sim, SIM_COUNT_forgotten);
}

static void
check_after (Sim *sim, SimNode *node, const Books *books) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) balances = NULL;

  if (!node->up || node->party == NULL)
    sim_fail (sim, node, "old", "it does not come back");
  /* K7: the change of its key is too old for a hub that has forgotten it, and
   * whoever has lost the key before cannot say it anew. */
  if (!sim_keys_are_known (node) && node->former == NULL)
    return;
  if (node->is_forgotten)
    check_noticed (sim, node, books);
  else if (!sim_node_is_in (node))
    sim_fail (sim, node, "old", "it was told nothing more, and does not go on");
  balances = list_balances (node->party);
  check_same_balances (node, books->balances, balances);
  if (geo_party_get_sequence (node->party, NULL) != books->sequence ||
      node->n_records < books->n_records)
    sim_fail (sim, node, "old", "its books are others");
  if (!geo_journal_verify (node->journal, NULL, NULL, NULL, &error))
    sim_fail_store (sim, node, "journal", error);
}

/* Nothing goes wrong but this. */
void
sim_old_put_back (Sim *sim) {
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (books_free);
  SimFaults none = { .latency_ms = 5 };
  gboolean is_whole = FALSE;

  if (sim->old_truth == NULL)
    return;
  for (guint i = 0; i < sim->nodes->len; i++) {
    g_ptr_array_add (all, look (sim_node (sim, i)));
    sim_node (sim, i)->comes = sim_node_is_in (sim_node (sim, i));
  }
  sim_trace (sim, NULL, "is put back to its copy");
  sim_count (sim, SIM_COUNT_put_back);
  sim->faults = none;
  sim->quiet = TRUE;
  sim->quiet_since = sim->now;
  sim->is_old = TRUE;
  sim_hub_stop (sim->hub);
  sim_disk_put_back (sim->hub->disk);
  sim_truth_free (sim->truth);
  sim->truth = g_steal_pointer (&sim->old_truth);
  if (!sim_plants (sim, SIM_PLANT_OLD_BELIEVED) &&
      !sim_plants (sim, SIM_PLANT_OLD_POORER) &&
      sim_random_chance (&sim->random, 2, 3))
    is_whole = sim_gather (sim);
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);

    node->is_forgotten = sim_gather_forgot (sim->hub, node);
    if (is_whole && node->is_forgotten)
      sim_fail (sim, node, "old", "all was given back, and this is not there");
  }
  sim_let (sim, REST_MS);
  sim_check_book (sim);
  for (guint i = 0; i < sim->nodes->len; i++)
    check_after (sim, sim_node (sim, i), g_ptr_array_index (all, i));
}

/* Its owner looks at it, and believes the hub no more. */
gboolean
sim_old_notice (SimNode *node) {
  Sim *sim = node->sim;
  GHashTableIter iter;
  gpointer value;

  if (!sim->is_old)
    return FALSE;
  if (sim_plants (sim, SIM_PLANT_OLD_BELIEVED))
    return TRUE;
  if (!node->is_forgotten)
    sim_fail (sim, node, "old", "the hub forgot nothing that it was told");
  node->noticed_old = TRUE;
  node->wanted = FALSE;
  if (!sim_plants (sim, SIM_PLANT_OLD_POORER))
    return TRUE;
  /* One who takes the hub's books for its own. */
  g_hash_table_iter_init (&iter, node->party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GeoPair *pair = value;

    pair->balance.minor = sim_truth_debt (sim->truth, &pair->peer, &node->pid,
                                          pair->equivalent);
  }
  return TRUE;
}
