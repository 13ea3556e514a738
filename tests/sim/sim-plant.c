/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Deliberate mistakes: each breaks one thing by hand, so that a test can see
 * that somebody notices.  Never used but with --plant.
 */
#include <sqlite3.h>

#include "protocol/geo-book-private.h"
#include "protocol/geo-party-private.h"
#include "sim.h"

#define FLIPS 400

/* The first pair of two who owe each other nothing. */
static gboolean
plant_debt (Sim *sim) {
  const GeoBookMarket *market = geo_book_market (sim->hub->book, "UAH");

  return geo_graph_set_debt (
      market->graph, 0, 1,
      GEO_AMOUNT (geo_graph_debt (market->graph, 0, 1).minor + 1));
}

static gboolean
plant_hub_reserved (Sim *sim) {
  const GeoBookMarket *market = geo_book_market (sim->hub->book, "UAH");
  guint n = geo_graph_n_nodes (market->graph);

  for (guint u = 0; u < n; u++)
    for (guint v = 0; v < n; v++)
      if (u != v &&
          geo_graph_reserve (market->graph, u, v, GEO_AMOUNT (1), NULL))
        return TRUE;
  return FALSE;
}

/* The hub forgets every limit. */
static void
plant_limits (Sim *sim) {
  const GeoBookMarket *market = geo_book_market (sim->hub->book, "UAH");
  guint n = geo_graph_n_nodes (market->graph);

  for (guint u = 0; u < n; u++)
    for (guint v = 0; v < n; v++) {
      GeoLineFlags flags;

      if (u != v && geo_graph_get_line (market->graph, u, v, NULL, &flags))
        geo_graph_set_line (market->graph, u, v, GEO_AMOUNT (GEO_AMOUNT_MAX),
                            flags);
    }
}

static void
thaw (GeoBook *book, GeoBookMarket *market, const GeoTrustLine *line) {
  GeoNodeIndex creditor = geo_book_person (book, &line->from)->node;
  GeoNodeIndex debtor = geo_book_person (book, &line->to)->node;
  GeoLineFlags flags;

  if (geo_trust_line_is_frozen (line) &&
      geo_graph_get_line (market->graph, creditor, debtor, NULL, &flags))
    geo_graph_set_line (market->graph, creditor, debtor, line->limit.amount,
                        flags);
}

/* The hub forgets which lines are frozen. */
static void
plant_thawed (Sim *sim) {
  GeoBook *book = sim->hub->book;
  GeoBookMarket *market = geo_book_market (book, "UAH");
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, market->lines);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    thaw (book, market, ((GeoBookLine *) value)->line);
}

/* The hub clears over everybody's lines, whoever has opted in. */
static void
plant_spares (Sim *sim) {
  const GeoBookMarket *market = geo_book_market (sim->hub->book, "UAH");
  guint n = geo_graph_n_nodes (market->graph);

  for (guint u = 0; u < n; u++)
    for (guint v = 0; v < n; v++)
      if (u != v)
        geo_graph_set_spare (market->graph, u, v, GEO_AMOUNT (GEO_AMOUNT_MAX));
  sim_hub_clear (sim->hub, "UAH");
}

/* Everybody holds against the hub what they were shown in a letter. */
static void
plant_unsaid (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    const SimNode *node = sim_node (sim, i);

    for (guint j = 0; j < sim->nodes->len && node->unsaid != NULL; j++)
      if (j != i && sim_node (sim, j)->party != NULL)
        geo_party_load_heard (sim_node (sim, j)->party, node->unsaid);
  }
}

/* A row of the hub's debts, changed beside the hub. */
static gboolean
plant_row (Sim *sim) {
  sqlite3 *handle = NULL;
  gboolean done;

  g_assert (sqlite3_open (sim->hub->path, &handle) == SQLITE_OK);
  if (sqlite3_exec (handle, "UPDATE debt SET amount = amount + 1", NULL, NULL,
                    NULL) != SQLITE_OK)
    sim_trace (sim, NULL, "planting: %s", sqlite3_errmsg (handle));
  /* Many of them: the next payment over a pair writes its row anew. */
  done = sqlite3_changes (handle) >= 8;
  sqlite3_close (handle);
  return done;
}

static GeoPair *
some_pair (SimNode *node) {
  GHashTableIter iter;
  gpointer value;

  if (node->party == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, node->party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((GeoPair *) value)->given != NULL)
      return value;
  return NULL;
}

/* Paid, with no evidence for it. */
static gboolean
plant_paid (SimNode *node) {
  GPtrArray *actions;
  GeoTold *told;

  if (node->party == NULL)
    return FALSE;
  actions = geo_actions_new ();
  told = geo_actions_tell (actions, GEO_TOLD_PAYMENT);
  told->order = geo_order_new ();
  told->order->tx_id = g_strdup ("planted");
  told->state = GEO_PAYMENT_PAID;
  sim_node_run (node, actions);
  return TRUE;
}

static gboolean
plant_bits (SimNode *node) {
  if (!node->up)
    return FALSE;
  /* In order, so that all is in the file, and read again. */
  sim_node_stop (node);
  for (guint i = 0; i < FLIPS; i++)
    sim_disk_flip (node->disk, &node->sim->random);
  return TRUE;
}

/* The disk forgets, and nobody was told that it may. */
static gboolean
plant_not_exact (SimNode *node) {
  if (!node->up)
    return FALSE;
  if (!sim_disk_has_lied (node->disk)) {
    sim_disk_lie (node->disk);
    node->planted_records = node->n_records;
    return FALSE;
  }
  if (node->n_records < node->planted_records + 3)
    return FALSE;
  sim_node_fall (node, SIM_POWER_LOST);
  node->checked_exact = TRUE;
  return TRUE;
}

static gboolean
plant_hub_disk (Sim *sim) {
  if (!sim_disk_has_lied (sim->hub->disk)) {
    sim_disk_lie (sim->hub->disk);
    sim->plant_commits = sim_truth_count_commits (sim->truth);
    return FALSE;
  }
  if (sim_truth_count_commits (sim->truth) < sim->plant_commits + 2)
    return FALSE;
  sim_hub_fall (sim->hub, SIM_POWER_LOST);
  return TRUE;
}

/* The hub forgets who is frozen. */
static void
plant_frozen (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    const GeoPid *pid = &sim_node (sim, i)->pid;
    g_autoptr (GPtrArray) actions = geo_actions_new ();

    if (sim_truth_is_frozen (sim->truth, pid))
      geo_closer_set_frozen (sim->hub->closer, pid, FALSE,
                             sim_hub_now (sim->hub), actions);
  }
}

void
sim_plant_entry (GPtrArray *changes) {
  for (guint i = 0; i < changes->len; i++) {
    GeoChange *change = g_ptr_array_index (changes, i);

    if (change->kind == GEO_CHANGE_COMMIT && change->entries->len > 2)
      g_ptr_array_set_size (change->entries, (gint) change->entries->len - 1);
  }
}

void
sim_plant_former (SimHub *hub, const SimNode *node, gboolean former) {
  const GeoParticipant *there = sim_truth_participant (hub->sim->truth,
                                                       &node->pid);
  g_autoptr (GeoParticipant) form = geo_participant_copy (there);

  if (former) {
    const GeoKeyRotation *last = g_ptr_array_index (form->rotations,
                                                    form->rotations->len - 1);

    form->key = last->old_key;
    g_ptr_array_set_size (form->rotations, (gint) form->rotations->len - 1);
  }
  geo_book_put_participant (hub->book, form);
}

/* What was settled is open again, and may be paid once more. */
static void
plant_open (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++) {
    const GeoParty *party = sim_node (sim, i)->party;
    GHashTableIter iter;
    gpointer value;

    if (party == NULL)
      continue;
    g_hash_table_iter_init (&iter, party->requests);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      ((GeoPartyRequest *) value)->state = GEO_REQUEST_OPEN;
  }
}

void
sim_plant (Sim *sim) {
  SimNode *node = sim_node (sim, 1);
  GeoPair *pair = some_pair (node);

  if (!sim->hub->up)
    return;
  switch (sim->options.plant) {
  case SIM_PLANT_NONE:
  case SIM_N_PLANTS:
    return;
  case SIM_PLANT_HUB_DEBT:
    sim->planted = plant_debt (sim);
    return;
  case SIM_PLANT_HUB_RESERVED:
    sim->planted = plant_hub_reserved (sim);
    return;
  case SIM_PLANT_HUB_LIMIT:
    /* Again and again: it remembers them when it starts. */
    plant_limits (sim);
    return;
  case SIM_PLANT_LINE_THAWED:
    /* Likewise; and there have to be some. */
    if (sim_random_chance (&sim->random, 1, 4))
      sim_scene_line_freezes (sim);
    plant_thawed (sim);
    return;
  case SIM_PLANT_UNSAID_HELD:
    /* Likewise: it is forgotten with a restart. */
    if (sim_random_chance (&sim->random, 1, 10))
      sim_scene_unsaid_key (sim);
    plant_unsaid (sim);
    return;
  case SIM_PLANT_SPARE_BEYOND:
    /* Likewise. */
    if (sim_random_chance (&sim->random, 1, 4))
      plant_spares (sim);
    return;
  case SIM_PLANT_HUB_FROZEN:
    /* Likewise. */
    plant_frozen (sim);
    return;
  case SIM_PLANT_HUB_DISK:
    sim->planted = plant_hub_disk (sim);
    return;
  case SIM_PLANT_HUB_ROW:
    sim->planted = plant_row (sim);
    return;
  case SIM_PLANT_NODE_BALANCE:
    if (pair != NULL)
      pair->balance.minor++;
    sim->planted = pair != NULL;
    return;
  case SIM_PLANT_NODE_RESERVED:
    if (pair != NULL)
      pair->reserved_in.minor++;
    sim->planted = pair != NULL;
    return;
  case SIM_PLANT_NODE_LINE:
    if (pair != NULL)
      pair->given->limit.amount.minor++;
    sim->planted = pair != NULL;
    return;
  case SIM_PLANT_NODE_PAID:
    sim->planted = plant_paid (node);
    return;
  case SIM_PLANT_JOURNAL_BIT:
    sim->planted = plant_bits (node);
    return;
  case SIM_PLANT_NODE_REBORN:
    /* Again and again: it shows where somebody asks at once. */
    if (sim_random_chance (&sim->random, 1, 20))
      sim_node_lose_journal (
          sim_node (sim, sim_random_below (&sim->random, sim->nodes->len)));
    return;
  case SIM_PLANT_LETTER_TWICE:
    plant_open (sim);
    return;
  case SIM_PLANT_NOT_EXACT:
    sim->planted = plant_not_exact (node);
    return;
  case SIM_PLANT_HUB_SENDS_FIRST:
  case SIM_PLANT_NODE_SENDS_FIRST:
  case SIM_PLANT_NODE_VOTES_TWICE:
  case SIM_PLANT_NODE_DEAF:
  case SIM_PLANT_HUB_ENTRY:
  case SIM_PLANT_NODE_FORGETS:
  case SIM_PLANT_NODE_SILENT:
  case SIM_PLANT_NODE_UNPAID:
  case SIM_PLANT_LETTER_LOST:
  case SIM_PLANT_COPY_IGNORED:
  case SIM_PLANT_LETTER_UNREAD:
  case SIM_PLANT_LIE_BELIEVED:
  case SIM_PLANT_HUB_OLD_KEY:
  case SIM_PLANT_KEY_EARLY:
  case SIM_PLANT_KEY_UNTOLD:
  case SIM_PLANT_KEY_LOST:
  case SIM_PLANT_OLD_BELIEVED:
  case SIM_PLANT_OLD_POORER:
    /* These are in place from now on. */
    sim->planted = TRUE;
    return;
  }
}
