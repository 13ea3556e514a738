/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a light node of the simulator starts, falls and comes back: what its disk
 * has kept, and everything made anew of that.  What it does while it runs is in
 * sim-node.c.
 */
#include "sim-node-private.h"

#include <glib/gstdio.h>

/* --- Making --------------------------------------------------------------- */

static GHashTable *
hash_set (void) {
  return g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free, NULL);
}

GPtrArray *
sim_node_new_messages (void) {
  return g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
}

static GHashTable *
letter_table (void) {
  return g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free, g_free);
}

SimNode *
sim_node_new (Sim *sim, guint index) {
  SimNode *node = g_new0 (SimNode, 1);
  g_autofree gchar *folder = g_strdup_printf ("%s/%" G_GUINT64_FORMAT "-n%u",
                                              sim->options.folder,
                                              sim->options.seed, index);

  node->sim = sim;
  node->index = index;
  node->name = g_strdup_printf ("node %u", index);
  sim_keys_begin (node);
  g_assert (g_mkdir_with_parents (folder, 0700) == 0);
  node->path = g_build_filename (folder, "journal.db", NULL);
  node->disk = sim_disk_new (folder);
  node->copy = sim_copy_new ();
  node->wanted = TRUE;
  node->checked_exact = TRUE;
  node->stored = hash_set ();
  node->said = hash_set ();
  node->states = hash_set ();
  node->paid = hash_set ();
  node->ended = hash_set ();
  node->letters_heard = letter_table ();
  node->letters_sent = letter_table ();
  node->letters_stored = hash_set ();
  node->letters_read = hash_set ();
  node->spent = hash_set ();
  node->early = sim_node_new_messages ();
  node->heard = g_ptr_array_new_with_free_func (g_free);
  node->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                        g_free);
  g_queue_init (&node->lists);
  return node;
}

static void
close_all (SimNode *node) {
  sim_node_drop_party (node);
  g_clear_pointer (&node->joining, geo_record_body_free);
  g_clear_pointer (&node->community, geo_community_free);
  g_clear_pointer (&node->self, geo_participant_free);
  g_clear_pointer (&node->journal, geo_journal_close);
}

void
sim_node_free (gpointer data) {
  SimNode *node = data;

  sim_disk_stop (node->disk);
  close_all (node);
  geo_record_body_free (node->uncertain);
  sim_disk_free (node->disk);
  sim_keys_free (node);
  g_hash_table_unref (node->stored);
  g_hash_table_unref (node->said);
  g_hash_table_unref (node->states);
  g_hash_table_unref (node->paid);
  g_hash_table_unref (node->ended);
  g_hash_table_unref (node->letters_heard);
  g_hash_table_unref (node->letters_sent);
  g_hash_table_unref (node->letters_stored);
  g_hash_table_unref (node->letters_read);
  g_hash_table_unref (node->spent);
  g_ptr_array_unref (node->early);
  sim_copy_free (node->copy);
  g_ptr_array_unref (node->heard);
  g_hash_table_unref (node->timers);
  g_free (node->challenge);
  g_free (node->name);
  g_free (node->path);
  g_free (node);
}

/* --- What the disk holds -------------------------------------------------- */

/* It lost what it said it had: what is known of it is what it has now.  What it
 * signed stays signed where all is gone (P2): it can see that it is a new
 * journal, and no journal can see that its last records are missing. */
static void
learn_anew (SimNode *node, gint64 count) {
  node->checked_exact = TRUE;
  node->n_records = 0;
  node->stored_sequence = 0;
  if (count > 0)
    g_hash_table_remove_all (node->said);
  g_hash_table_remove_all (node->states);
  g_hash_table_remove_all (node->stored);
  g_hash_table_remove_all (node->ended);
  g_hash_table_remove_all (node->paid);
  g_hash_table_remove_all (node->letters_sent);
  g_hash_table_remove_all (node->letters_stored);
  g_hash_table_remove_all (node->spent);
  node->has_forgotten = TRUE;
  for (gint64 n = 1; n <= count; n++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GeoRecordBody) body = NULL;

    if (!geo_journal_get_record (node->journal, n, &record, &text, &error) ||
        (body = geo_record_body_from_text (text, -1, &error)) == NULL)
      sim_fail_store (node->sim, node, "I8", error);
    sim_said_stored (node, body, record->kind);
  }
}

/* I8: after a fall the disk holds what it said it holds, and of what it did not
 * say the whole or nothing. */
static void
check_records (SimNode *node) {
  g_autoptr (GError) error = NULL;
  gint64 count = geo_journal_count_records (node->journal, &error);
  g_autoptr (GeoRecordBody) body = g_steal_pointer (&node->uncertain);

  if (count < 0)
    sim_fail_store (node->sim, node, "I8", error);
  if (!node->checked_exact) {
    learn_anew (node, count);
    return;
  }
  if (body != NULL && count == node->n_records + 1)
    sim_said_stored (node, body, node->uncertain_kind);
  if (count != node->n_records)
    sim_fail (node->sim, node, "I8",
              "the journal has %" G_GINT64_FORMAT
              " records after a fall, %" G_GINT64_FORMAT " were stored",
              count, node->n_records);
}

/* FALSE where what the disk kept of a journal is of no use any more. */
static gboolean
is_usable (SimNode *node) {
  g_autoptr (GError) error = NULL;

  if (node->checked_exact)
    return TRUE;
  if (geo_journal_verify (node->journal, NULL, NULL, NULL, &error))
    return TRUE;
  sim_trace (node->sim, node, "is damaged: %s", error->message);
  return FALSE;
}

static void
begin_anew (SimNode *node) {
  sim_count (node->sim, SIM_COUNT_journals_lost);
  sim_trace (node->sim, node, "has lost its journal");
  g_clear_pointer (&node->journal, geo_journal_close);
  sim_disk_wipe (node->disk);
  g_clear_pointer (&node->uncertain, geo_record_body_free);
  node->checked_exact = FALSE;
  node->reborn = TRUE;
  node->lacks_copy = FALSE;
  sim_copy_fall (node, TRUE);
  sim_keys_choose (node);
}

static const gchar *
refuse_sometimes (const GeoContract *contract,
                  const GeoOrder *order,
                  gpointer user_data) {
  SimNode *node = user_data;
  Sim *sim = node->sim;
  guint chance = sim->faults.refuses;

  if (!sim->quiet && node->nature == SIM_REFUSES_LATE)
    chance = 5000;
  if (!sim_chance (sim, chance))
    return NULL;
  sim_count (sim, SIM_COUNT_refused_votes);
  return "not_now";
}

void
sim_node_load (SimNode *node) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *hub = NULL;

  sim_node_drop_party (node);
  g_clear_pointer (&node->community, geo_community_free);
  g_clear_pointer (&node->self, geo_participant_free);
  if (!geo_journal_get_joined (node->journal, &node->community, &node->self,
                               &hub, &error)) {
    if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
      return;
    sim_fail_store (node->sim, node, "I8", error);
  }
  if (!sim_keys_take (node))
    sim_fail (node->sim, node, "K6", "its journal is not of the key it has");
  node->party = sim_load_party (node, &error);
  if (node->party == NULL)
    sim_fail_store (node->sim, node, "I8", error);
  geo_party_set_refuse_func (node->party, refuse_sometimes, node);
  sim_copy_use (node);
  sim_keys_confirm (node);
}

/* K6: a disk that lied has kept a journal of before the key was changed, and
 * not the record that says to which. */
static gboolean
is_left_behind (SimNode *node) {
  gboolean is_ours = TRUE;

  if (geo_journal_get_joined (node->journal, &node->community, &node->self,
                              NULL, NULL))
    is_ours = sim_keys_take (node);
  g_clear_pointer (&node->community, geo_community_free);
  g_clear_pointer (&node->self, geo_participant_free);
  return !is_ours;
}

void
sim_node_start (SimNode *node) {
  g_autoptr (GError) error = NULL;
  gboolean has_lied = !node->checked_exact;

  node->journal = geo_journal_open (node->path, FALSE, &error);
  if (node->journal == NULL && node->checked_exact)
    sim_fail_store (node->sim, node, "I8", error);
  if (node->journal == NULL || !is_usable (node)) {
    begin_anew (node);
    g_clear_error (&error);
    node->journal = geo_journal_open (node->path, FALSE, &error);
    if (node->journal == NULL)
      sim_fail_store (node->sim, node, "I8", error);
  }
  if (has_lied && is_left_behind (node)) {
    begin_anew (node);
    node->journal = geo_journal_open (node->path, FALSE, &error);
    if (node->journal == NULL)
      sim_fail_store (node->sim, node, "I8", error);
  }
  check_records (node);
  node->up = TRUE;
  node->rotating = FALSE;
  node->next = NULL;
  node->life++;
  node->connecting = FALSE;
  node->tries = 0;
  sim_trace (node->sim, node, "starts");
  sim_node_load (node);
  sim_node_connect_in (node, 1);
}

static void
go (SimNode *node) {
  SimSession *session = g_steal_pointer (&node->session);

  node->up = FALSE;
  node->life++;
  node->login = SIM_LOGIN_NONE;
  sim_copy_fall (node, FALSE);
  g_ptr_array_set_size (node->early, 0);
  if (session != NULL)
    sim_session_close_node (session);
}

void
sim_node_fall (SimNode *node, SimPower power) {
  Sim *sim = node->sim;
  SimDiskLosses losses = { 0 };
  gboolean lied = sim_disk_has_lied (node->disk);

  if (!node->up)
    return;
  sim_trace (sim, node, "falls (%d)", power);
  sim_count (sim, SIM_COUNT_node_falls);
  if (power != SIM_POWER_KEPT)
    sim_count (sim, SIM_COUNT_power_cuts);
  sim_disk_stop (node->disk);
  close_all (node);
  go (node);
  sim_disk_restart (node->disk, power, &sim->random, &losses);
  sim->counts[SIM_COUNT_writes_lost] += losses.lost;
  sim->counts[SIM_COUNT_writes_torn] += losses.torn;
  if (lied && losses.lost + losses.torn > 0) {
    sim_count (sim, SIM_COUNT_syncs_lost);
    node->checked_exact = FALSE;
  }
  sim_add_event (sim, SIM_EVENT_NODE_START,
                 sim_random_range (&sim->random, 100, 60000))
      ->node = node;
}

void
sim_node_stop (SimNode *node) {
  if (!node->up)
    return;
  close_all (node);
  go (node);
  sim_add_event (node->sim, SIM_EVENT_NODE_START, 1000)->node = node;
}

void
sim_node_lose_journal (SimNode *node) {
  if (!node->up)
    return;
  sim_disk_stop (node->disk);
  close_all (node);
  go (node);
  begin_anew (node);
  sim_add_event (node->sim, SIM_EVENT_NODE_START,
                 sim_random_range (&node->sim->random, 1000, 60000))
      ->node = node;
}
