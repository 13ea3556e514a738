/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A party made of what its journal says, as a light node makes it when it
 * starts.
 */
#include "sim.h"

/* As the light node has it. */
#define ANSWER_AGE_MS_MAX (24 * 3600 * G_GINT64_CONSTANT (1000))
#define RECENT_RECORDS_MAX 1000
#define REQUESTS_MAX 500

static gboolean
is_open_vote (GPtrArray *votes, const GeoHash *contract) {
  for (guint i = 0; i < votes->len; i++) {
    const GeoJournalVote *vote = g_ptr_array_index (votes, i);
    GeoHash hash;

    geo_contract_hash (vote->contract, &hash);
    if (geo_hash_equal (&hash, contract))
      return TRUE;
  }
  return FALSE;
}

/* P2: what was said to a contract that may still be asked about is not said
 * otherwise after a restart. */
static gboolean
load_answers (SimNode *node,
              GeoParty *party,
              GPtrArray *votes,
              GError **error) {
  gint64 count = geo_journal_count_records (node->journal, error);
  GeoTime now = sim_node_now (node);
  GeoTime forgotten;

  if (count < 0 ||
      !geo_journal_get_forgotten (node->journal, &forgotten, error))
    return FALSE;
  if (!sim_plants (node->sim, SIM_PLANT_NODE_REBORN))
    geo_party_load_horizon (party, forgotten);
  /* Oldest first, as it happened: memory has an end. */
  for (gint64 n = MAX (1, count - RECENT_RECORDS_MAX + 1); n <= count; n++) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GeoRecordBody) body = NULL;
    const GeoContract *contract;
    GeoHash hash;

    if (!geo_journal_get_record (node->journal, n, &record, &text, error))
      return FALSE;
    if (record->at < now - ANSWER_AGE_MS_MAX - GEO_CLOCK_TOLERANCE_MS)
      continue;
    if (n == count - RECENT_RECORDS_MAX + 1)
      geo_party_load_horizon (party, record->at + GEO_CLOCK_TOLERANCE_MS);
    if (record->kind != GEO_RECORD_KIND_VOTE &&
        record->kind != GEO_RECORD_KIND_REFUSAL &&
        record->kind != GEO_RECORD_KIND_ENTRY)
      continue;
    body = geo_record_body_from_text (text, -1, error);
    if (body == NULL)
      return FALSE;
    contract = body->contract;
    if (body->entry != NULL)
      contract = body->entry->certificate != NULL
                     ? body->entry->certificate->contract
                     : NULL;
    if (contract == NULL || contract->deadline + GEO_CLOCK_TOLERANCE_MS < now)
      continue;
    geo_contract_hash (contract, &hash);
    if (record->kind == GEO_RECORD_KIND_VOTE && is_open_vote (votes, &hash))
      continue;
    if (body->entry == NULL)
      geo_party_load_answer (party, contract, body->refusal);
    else if (!sim_plants (node->sim, SIM_PLANT_NODE_FORGETS))
      geo_party_load_committed (party, contract);
  }
  return TRUE;
}

static gboolean
load_log (SimNode *node, GeoParty *party, GError **error) {
  g_autoptr (GeoTreeHead) head = NULL;
  g_autoptr (GArray) unproven = NULL;
  gint64 proven, index;

  if (!geo_journal_get_log (node->journal, &head, &proven, &index, error) ||
      (unproven = geo_journal_list_unproven (node->journal, proven, error)) ==
          NULL)
    return FALSE;
  geo_party_load_log (party, head, proven, index);
  for (guint i = 0; i < unproven->len; i++)
    geo_party_load_unproven (party, &g_array_index (unproven, GeoHash, i));
  return TRUE;
}

static gboolean
load_lists (SimNode *node, GeoParty *party, GError **error) {
  g_autoptr (GPtrArray) people = geo_journal_list_people (node->journal, error);
  g_autoptr (GPtrArray) heard = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GPtrArray) balances = NULL;

  if (people == NULL ||
      (heard = geo_journal_list_heard (node->journal, error)) == NULL ||
      (lines = geo_journal_list_lines (node->journal, error)) == NULL ||
      (balances = geo_journal_list_balances (node->journal, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < people->len; i++)
    geo_party_load_person (party, g_ptr_array_index (people, i));
  for (guint i = 0; i < heard->len; i++)
    geo_party_load_heard (party, g_ptr_array_index (heard, i));
  for (guint i = 0; i < lines->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (lines, i);

    if (line->since > 0)
      geo_party_load_line_since (party, line->line, line->since);
    else
      geo_party_load_line (party, line->line, line->in_force);
    if (line->day > 0)
      geo_party_load_inbound (party, &line->line->to, line->line->equivalent,
                              line->day, line->inbound);
  }
  for (guint i = 0; i < balances->len; i++) {
    const GeoJournalBalance *balance = g_ptr_array_index (balances, i);

    geo_party_load_balance (party, &balance->peer, balance->equivalent,
                            balance->balance);
  }
  return TRUE;
}

/* As many as the light node has in memory. */
static gboolean
load_letters (SimNode *node, GeoParty *party, GError **error) {
  g_autoptr (GPtrArray) requests =
      geo_journal_list_requests (node->journal, FALSE, 0, REQUESTS_MAX, error);
  g_autoptr (GPtrArray) outbox = NULL;
  g_autoptr (GArray) blocked = NULL;

  if (requests == NULL ||
      (outbox = geo_journal_list_outbox (node->journal, error)) == NULL ||
      (blocked = geo_journal_list_blocked (node->journal, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < requests->len; i++) {
    const GeoJournalRequest *request = g_ptr_array_index (requests, i);

    geo_party_load_request (party, request->letter, request->state);
  }
  for (guint i = 0; i < outbox->len; i++) {
    const GeoJournalLetter *letter = g_ptr_array_index (outbox, i);

    geo_party_load_outgoing (party, &letter->to, letter->letter);
  }
  for (guint i = 0; i < blocked->len; i++)
    geo_party_load_blocked (party, &g_array_index (blocked, GeoPid, i));
  return TRUE;
}

GeoParty *
sim_load_party (SimNode *node, GError **error) {
  g_autoptr (GeoParty) party = geo_party_new (node->community, node->self,
                                              node->secret);
  g_autoptr (GPtrArray) votes = NULL;
  g_autoptr (GPtrArray) orders = NULL;
  gint64 sequence;
  GeoHash hash;

  sim_keys_load (node, party);
  if (!load_lists (node, party, error) || !load_letters (node, party, error) ||
      !geo_journal_get_last_entry (node->journal, &sequence, &hash, error) ||
      (votes = geo_journal_list_open_votes (node->journal, error)) == NULL ||
      (orders = geo_journal_list_open_orders (node->journal, error)) == NULL)
    return NULL;
  geo_party_load_sequence (party, sequence, sequence > 0 ? &hash : NULL);
  for (guint i = 0; i < orders->len; i++) {
    const GeoJournalOrder *order = g_ptr_array_index (orders, i);

    geo_party_load_open_order (party, order->order, order->sealed);
  }
  /* P9: reservations come back with their votes. */
  for (guint i = 0; i < votes->len; i++) {
    const GeoJournalVote *vote = g_ptr_array_index (votes, i);

    geo_party_load_open_vote (party, vote->contract, vote->order, vote->hops);
  }
  if (!load_log (node, party, error) ||
      !load_answers (node, party, votes, error))
    return NULL;
  return g_steal_pointer (&party);
}
