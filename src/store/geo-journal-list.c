/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the projection says: lines, balances, people, what is open, history page
 * by page, and the receipt of one payment.  It only reads.
 */
#include "store/geo-journal-private.h"

#include <string.h>

void
geo_journal_line_free (GeoJournalLine *line) {
  if (line == NULL)
    return;
  geo_trust_line_free (line->line);
  g_free (line);
}

void
geo_journal_balance_free (GeoJournalBalance *balance) {
  if (balance == NULL)
    return;
  g_free (balance->equivalent);
  g_free (balance);
}

void
geo_journal_vote_free (GeoJournalVote *vote) {
  if (vote == NULL)
    return;
  geo_contract_free (vote->contract);
  geo_order_free (vote->order);
  g_clear_pointer (&vote->hops, g_ptr_array_unref);
  g_free (vote);
}

void
geo_journal_order_free (GeoJournalOrder *order) {
  if (order == NULL)
    return;
  geo_order_free (order->order);
  g_clear_pointer (&order->sealed, g_bytes_unref);
  g_free (order);
}

void
geo_activity_free (GeoActivity *activity) {
  if (activity == NULL)
    return;
  g_free (activity->equivalent);
  g_free (activity->text);
  g_free (activity->tx_id);
  g_free (activity->reason);
  g_free (activity);
}

/* --- Lists ---------------------------------------------------------------- */

/* Makes one item of the row the query is at; NULL with an error. */
typedef gpointer (*GeoRowFunc) (GeoDatabase *database,
                                GeoQuery *query,
                                GError **error);

static GPtrArray *
collect (GeoDatabase *database,
         GeoQuery *query,
         GeoRowFunc make,
         GDestroyNotify destroy,
         GError **error) {
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (destroy);
  gboolean row;

  for (;;) {
    gpointer item;

    if (!geo_query_step (query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&items);
    item = make (database, query, error);
    if (item == NULL)
      return NULL;
    g_ptr_array_add (items, item);
  }
}

static GPtrArray *
list (GeoJournal *journal,
      const gchar *sql,
      GeoRowFunc make,
      GDestroyNotify destroy,
      GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, journal->database, sql, error))
    return NULL;
  return collect (journal->database, &query, make, destroy, error);
}

static gpointer
make_line (GeoDatabase *database, GeoQuery *query, GError **error) {
  GError *why = NULL;
  const gchar *text = geo_query_get_text (query, 0, error);
  GeoTrustLine *line;
  GeoJournalLine *item;

  if (text == NULL)
    return NULL;
  line = geo_trust_line_from_text (text, -1, &why);
  if (line == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored trust line");
    return NULL;
  }
  item = g_new0 (GeoJournalLine, 1);
  item->line = line;
  item->in_force = geo_query_get_int (query, 1) != 0;
  if (item->in_force)
    item->since = geo_query_get_int (query, 2);
  item->day = geo_query_get_int (query, 3);
  item->inbound = GEO_AMOUNT (geo_query_get_int (query, 4));
  return item;
}

GPtrArray *
geo_journal_list_lines (GeoJournal *journal, GError **error) {
  return list (journal,
               "SELECT line, in_force, coalesce ("
               " (SELECT at FROM activity WHERE kind = 4 AND peer = to_pid"
               "  AND equivalent = line.equivalent ORDER BY id DESC LIMIT 1),"
               " (SELECT at FROM activity WHERE kind = 5 AND peer = from_pid"
               "  AND equivalent = line.equivalent ORDER BY id DESC LIMIT 1),"
               " 0), i.day, i.amount FROM line LEFT JOIN inbound AS i"
               " ON in_force AND i.peer = to_pid"
               " AND i.equivalent = line.equivalent"
               " ORDER BY from_pid, to_pid, line.equivalent, in_force DESC",
               make_line, (GDestroyNotify) geo_journal_line_free, error);
}

static gpointer
make_balance (GeoDatabase *database, GeoQuery *query, GError **error) {
  const gchar *equivalent;
  GeoJournalBalance *item;
  GeoPid peer;

  if (!geo_query_get_pid (query, 0, &peer, error))
    return NULL;
  equivalent = geo_query_get_text (query, 1, error);
  if (equivalent == NULL)
    return NULL;
  item = g_new0 (GeoJournalBalance, 1);
  item->peer = peer;
  item->equivalent = g_strdup (equivalent);
  item->balance = GEO_AMOUNT (geo_query_get_int (query, 2));
  return item;
}

GPtrArray *
geo_journal_list_balances (GeoJournal *journal, GError **error) {
  return list (journal,
               "SELECT peer, equivalent, balance FROM balance"
               " ORDER BY peer, equivalent",
               make_balance, (GDestroyNotify) geo_journal_balance_free, error);
}

static gpointer
make_person (GeoDatabase *database, GeoQuery *query, GError **error) {
  GError *why = NULL;
  const gchar *text = geo_query_get_text (query, 0, error);
  GeoParticipant *person;

  if (text == NULL)
    return NULL;
  person = geo_participant_from_text (text, -1, &why);
  if (person == NULL)
    geo_store_propagate_corrupt (error, why, "A stored person");
  return person;
}

GPtrArray *
geo_journal_list_people (GeoJournal *journal, GError **error) {
  return list (journal, "SELECT person FROM person ORDER BY pid", make_person,
               (GDestroyNotify) geo_participant_free, error);
}

GPtrArray *
geo_journal_list_heard (GeoJournal *journal, GError **error) {
  return list (journal,
               "SELECT heard FROM person WHERE heard IS NOT NULL ORDER BY pid",
               make_person, (GDestroyNotify) geo_participant_free, error);
}

static gpointer
make_vote (GeoDatabase *database, GeoQuery *query, GError **error) {
  g_autoptr (GeoRecordBody) body =
      geo_journal_read_body (database, geo_query_get_int (query, 0), error);
  GeoJournalVote *item;

  if (body == NULL)
    return NULL;
  if (body->contract == NULL) {
    geo_store_set_corrupt (error, "A stored vote");
    return NULL;
  }
  item = g_new0 (GeoJournalVote, 1);
  item->contract = g_steal_pointer (&body->contract);
  item->order = g_steal_pointer (&body->order);
  item->hops = g_steal_pointer (&body->hops);
  return item;
}

GPtrArray *
geo_journal_list_open_votes (GeoJournal *journal, GError **error) {
  return list (journal, "SELECT record FROM open_vote ORDER BY record",
               make_vote, (GDestroyNotify) geo_journal_vote_free, error);
}

static gpointer
make_order (GeoDatabase *database, GeoQuery *query, GError **error) {
  g_autoptr (GeoRecordBody) body =
      geo_journal_read_body (database, geo_query_get_int (query, 0), error);
  GeoJournalOrder *item;

  if (body == NULL)
    return NULL;
  if (body->order == NULL) {
    geo_store_set_corrupt (error, "A stored order");
    return NULL;
  }
  item = g_new0 (GeoJournalOrder, 1);
  item->order = g_steal_pointer (&body->order);
  item->sealed = g_steal_pointer (&body->sealed);
  return item;
}

GPtrArray *
geo_journal_list_open_orders (GeoJournal *journal, GError **error) {
  return list (journal, "SELECT record FROM open_order ORDER BY record",
               make_order, (GDestroyNotify) geo_journal_order_free, error);
}

/* --- Single things -------------------------------------------------------- */

static gboolean
not_found (const gchar *what, GError **error) {
  g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND, what);
  return FALSE;
}

/* The sequence of the joined record; 0 before there is one. */
static gboolean
find_joined (GeoJournal *journal, gint64 *sequence, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database, "SELECT joined FROM state",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  *sequence = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

gboolean
geo_journal_get_joined (GeoJournal *journal,
                        GeoCommunity **community,
                        GeoParticipant **self,
                        gchar **hub,
                        GError **error) {
  g_autoptr (GeoRecordBody) body = NULL;
  gint64 sequence;

  if (!find_joined (journal, &sequence, error))
    return FALSE;
  if (sequence == 0)
    return not_found ("No community was joined yet.", error);
  body = geo_journal_read_body (journal->database, sequence, error);
  if (body == NULL)
    return FALSE;
  if (body->community == NULL || body->person == NULL) {
    geo_store_set_corrupt (error, "The record of joining");
    return FALSE;
  }
  if (community != NULL)
    *community = g_steal_pointer (&body->community);
  if (self != NULL)
    *self = g_steal_pointer (&body->person);
  if (hub != NULL)
    *hub = g_steal_pointer (&body->hub);
  return TRUE;
}

void
geo_journal_rotation_free (GeoJournalRotation *rotation) {
  geo_participant_free (rotation->self);
  g_bytes_unref (rotation->former);
  g_free (rotation);
}

static void
free_rotation (gpointer data) {
  geo_journal_rotation_free (data);
}

gboolean
geo_journal_get_last_entry_at (GeoJournal *journal,
                               GeoTime *at,
                               GError **error) {
  g_autoptr (GeoProvenEntry) entry = NULL;
  gint64 sequence;
  GeoHash hash;

  *at = 0;
  if (!geo_journal_get_last_entry (journal, &sequence, &hash, error))
    return FALSE;
  if (sequence == 0)
    return TRUE;
  entry = geo_journal_get_entry (journal, sequence, error);
  if (entry != NULL)
    *at = entry->entry->at;
  return entry != NULL;
}

/* K6: whether the key in it may have taken the place of the one that "joined"
 * says, which may have been said once more meanwhile. */
static gboolean
is_pending (GeoJournal *journal,
            const GeoParticipant *next,
            gboolean is_after,
            gboolean *out,
            GError **error) {
  g_autoptr (GeoParticipant) self = NULL;
  GeoKeyChainOrder order;

  if (!geo_journal_get_joined (journal, NULL, &self, NULL, error))
    return FALSE;
  order = geo_participant_compare_keys (self, next);
  *out = is_after || order == GEO_KEY_CHAIN_LONGER;
  return TRUE;
}

GPtrArray *
geo_journal_list_rotations (GeoJournal *journal, GError **error) {
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_rotation);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT record, record > (SELECT joined FROM state)"
                          " FROM rotation ORDER BY record DESC",
                          error))
    return NULL;
  for (;;) {
    g_autoptr (GeoRecordBody) body = NULL;
    GeoJournalRotation *rotation;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&list);
    body = geo_journal_read_body (journal->database,
                                  geo_query_get_int (&query, 0), error);
    if (body == NULL)
      return NULL;
    if (body->person == NULL || body->former == NULL) {
      geo_store_set_corrupt (error, "The record of a new key");
      return NULL;
    }
    rotation = g_new0 (GeoJournalRotation, 1);
    rotation->self = g_steal_pointer (&body->person);
    rotation->former = g_steal_pointer (&body->former);
    g_ptr_array_add (list, rotation);
    if (!is_pending (journal, rotation->self,
                     geo_query_get_int (&query, 1) != 0, &rotation->is_pending,
                     error))
      return NULL;
  }
}

gboolean
geo_journal_get_forgotten (GeoJournal *journal,
                           GeoTime *until,
                           GError **error) {
  g_autoptr (GeoRecord) first = NULL;
  g_autoptr (GeoRecordBody) body = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree gchar *text = NULL;

  *until = 0;
  if (!geo_journal_get_record (journal, 1, &first, &text, &failure)) {
    if (g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  body = geo_record_body_from_text (text, -1, NULL);
  if (body == NULL || body->person == NULL) {
    geo_store_set_corrupt (error, "The record of joining");
    return FALSE;
  }
  /* Who joins says who they are a moment before it is written down.  Contracts
   * go by the hub's clock. */
  if (first->at - body->person->at > GEO_CLOCK_TOLERANCE_MS ||
      body->person->rotations->len > 0)
    *until = first->at + GEO_CLOCK_TOLERANCE_MS;
  return TRUE;
}

gboolean
geo_journal_get_last_entry (GeoJournal *journal,
                            gint64 *sequence,
                            GeoHash *hash,
                            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash found = { { 0 } };
  gint64 last = 0;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT entry_sequence, entry_hash FROM state",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  if (row)
    last = geo_query_get_int (&query, 0);
  if (last != 0 && !geo_query_get_hash (&query, 1, &found, error))
    return FALSE;
  *sequence = last;
  if (hash != NULL)
    *hash = found;
  return TRUE;
}

/* --- History -------------------------------------------------------------- */

#define ACTIVITY_COLUMNS                                                  \
  "id, kind, state, at, peer, equivalent, amount, decimals, text, tx_id," \
  " order_hash, code, reason"

static gpointer
make_activity (GeoDatabase *database, GeoQuery *query, GError **error) {
  g_autoptr (GeoActivity) item = g_new0 (GeoActivity, 1);
  gint64 kind = geo_query_get_int (query, 1);
  gint64 decimals = geo_query_get_int (query, 7);

  if (kind < GEO_ACTIVITY_PAID || kind > GEO_ACTIVITY_REFUSED || decimals < 0 ||
      decimals > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "The stored history");
    return NULL;
  }
  item->id = geo_query_get_int (query, 0);
  item->kind = (GeoActivityKind) kind;
  item->state = (gint) geo_query_get_int (query, 2);
  item->at = geo_query_get_int (query, 3);
  item->has_peer = !geo_query_is_null (query, 4);
  if (item->has_peer && !geo_query_get_pid (query, 4, &item->peer, error))
    return NULL;
  item->equivalent = geo_query_dup_text (query, 5);
  item->amount.amount = GEO_AMOUNT (geo_query_get_int (query, 6));
  item->amount.decimals = (guint8) decimals;
  item->text = geo_query_dup_text (query, 8);
  item->tx_id = geo_query_dup_text (query, 9);
  item->has_order_hash = !geo_query_is_null (query, 10);
  if (item->has_order_hash &&
      !geo_query_get_hash (query, 10, &item->order_hash, error))
    return NULL;
  item->code = (GeoCode) geo_query_get_int (query, 11);
  item->reason = geo_query_dup_text (query, 12);
  return g_steal_pointer (&item);
}

GPtrArray *
geo_journal_list_activity (GeoJournal *journal,
                           gint64 before,
                           guint max,
                           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* Pages are ranges of the key: the first of a million costs what the last
   * does. */
  if (!geo_query_prepare (&query, journal->database,
                          "SELECT " ACTIVITY_COLUMNS " FROM activity"
                          " WHERE id < ? ORDER BY id DESC LIMIT ?",
                          error))
    return NULL;
  geo_query_bind_int (&query, before > 0 ? before : G_MAXINT64);
  geo_query_bind_int (&query, max);
  return collect (journal->database, &query, make_activity,
                  (GDestroyNotify) geo_activity_free, error);
}

/* What a filter asks of a row.  Names are those that people have now; texts are
 * compared as geo_fold () makes them.  ?1 … ?9 are bound by bind_filter (). */
#define ACTIVITY_FITS                                                    \
  " (?1 = 0 OR (?1 >> kind) & 1) AND (?2 = 0 OR (?2 >> state) & 1)"      \
  " AND (?3 IS NULL OR peer = ?3) AND (?4 IS NULL OR equivalent = ?4)"   \
  " AND at >= ?5 AND at < ?6"                                            \
  " AND (?7 IS NULL OR instr (folded, geo_fold (?7)) OR peer IN ("       \
  "  SELECT pid FROM person"                                             \
  "  WHERE instr (geo_fold (json_extract (person, '$.name')), geo_fold " \
  "(?7))))"                                                              \
  " AND id > ?8 AND id < ?9"

static void
bind_filter (GeoQuery *query,
             const GeoActivityFilter *filter,
             gint64 before,
             gint64 after) {
  guint states = filter->states;

  /* A doubt is not on disk: it is what nobody has answered yet. */
  if ((states & 1u << 3) != 0)
    states |= 1u << GEO_STORED_SENDING;
  geo_query_bind_int (query, filter->kinds);
  geo_query_bind_int (query, states);
  geo_query_bind_pid (query, filter->person);
  geo_query_bind_text (query, filter->equivalent);
  geo_query_bind_int (query, filter->from);
  geo_query_bind_int (query, filter->to > 0 ? filter->to : G_MAXINT64);
  geo_query_bind_text (query, filter->text != NULL && *filter->text != '\0'
                                  ? filter->text
                                  : NULL);
  geo_query_bind_int (query, after);
  geo_query_bind_int (query, before > 0 ? before : G_MAXINT64);
}

GPtrArray *
geo_journal_find_activity (GeoJournal *journal,
                           const GeoActivityFilter *filter,
                           gint64 before,
                           gint64 after,
                           guint max,
                           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT " ACTIVITY_COLUMNS " FROM activity"
                          " WHERE" ACTIVITY_FITS " ORDER BY id DESC LIMIT ?10",
                          error))
    return NULL;
  bind_filter (&query, filter, before, after);
  geo_query_bind_int (&query, max);
  return collect (journal->database, &query, make_activity,
                  (GDestroyNotify) geo_activity_free, error);
}

GArray *
geo_journal_find_activity_ids (GeoJournal *journal,
                               const GeoActivityFilter *filter,
                               gint64 after,
                               GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT id FROM activity WHERE" ACTIVITY_FITS " ORDER BY id", error))
    return NULL;
  bind_filter (&query, filter, 0, after);
  for (;;) {
    gint64 id;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&ids);
    id = geo_query_get_int (&query, 0);
    g_array_append_val (ids, id);
  }
}

GeoActivity *
geo_journal_get_activity (GeoJournal *journal, gint64 id, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT " ACTIVITY_COLUMNS " FROM activity WHERE id = ?", error))
    return NULL;
  geo_query_bind_int (&query, id);
  if (!geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    not_found ("There is no such line in the history.", error);
    return NULL;
  }
  return make_activity (journal->database, &query, error);
}

GeoActivity *
geo_journal_find_payment (GeoJournal *journal,
                          const gchar *tx_id,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT " ACTIVITY_COLUMNS
                          " FROM activity WHERE tx_id = ? AND kind = 1",
                          error))
    return NULL;
  geo_query_bind_text (&query, tx_id);
  if (!geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    not_found ("There is no such payment of ours.", error);
    return NULL;
  }
  return make_activity (journal->database, &query, error);
}

gint64
geo_journal_count_activity (GeoJournal *journal, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT activities FROM state", error) ||
      !geo_query_step (&query, &row, error))
    return -1;
  return row ? geo_query_get_int (&query, 0) : 0;
}

/* --- Receipts ------------------------------------------------------------- */

gboolean
geo_journal_find_proof (GeoJournal *journal,
                        const GeoHash *hash,
                        gint64 *sequence,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, journal->database,
          "SELECT proof FROM activity WHERE order_hash = ?1"
          " UNION ALL SELECT proof FROM activity WHERE contract = ?1 LIMIT 1",
          error))
    return FALSE;
  geo_query_bind_hash (&query, hash);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  *sequence = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

/* A tx_id is one payment only for each payer: ours comes first. */
static gboolean
find_proof_by_tx_id (GeoJournal *journal,
                     const gchar *tx_id,
                     gint64 *sequence,
                     GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, journal->database,
                          "SELECT proof FROM activity WHERE tx_id = ?"
                          " ORDER BY kind, id DESC LIMIT 1",
                          error))
    return FALSE;
  geo_query_bind_text (&query, tx_id);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  *sequence = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

gchar *
geo_journal_get_receipt (GeoJournal *journal,
                         const gchar *tx_id_or_hash,
                         GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GeoTreeHead) head = NULL;
  g_autoptr (GeoLeafProof) leaf = NULL;
  g_autoptr (GString) out = NULL;
  GeoStoredRecord stored;
  gint64 sequence = 0;
  gboolean row;
  GeoHash hash;

  if (!find_proof_by_tx_id (journal, tx_id_or_hash, &sequence, error))
    return NULL;
  if (sequence == 0 && geo_hash_parse (tx_id_or_hash, &hash, NULL) &&
      !geo_journal_find_proof (journal, &hash, &sequence, error))
    return NULL;
  if (sequence == 0) {
    not_found ("Nothing here proves what became of such a payment.", error);
    return NULL;
  }
  if (!geo_journal_get_joined (journal, &community, &self, NULL, error) ||
      !geo_journal_find_leaf (journal, sequence, &head, &leaf, error) ||
      !geo_query_prepare (&query, journal->database,
                          "SELECT " GEO_RECORD_COLUMNS
                          " FROM record WHERE sequence = ?",
                          error))
    return NULL;
  geo_query_bind_int (&query, sequence);
  if (!geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    geo_store_set_corrupt (error, "The journal");
    return NULL;
  }
  if (!geo_stored_record_read (&query, &stored, error))
    return NULL;

  /* Canonical: the names are in order, and so is all that is in them. */
  out = g_string_new ("{\"body\":");
  g_string_append (out, stored.body);
  g_string_append (out, ",\"community\":");
  geo_community_append (community, out);
  if (head != NULL) {
    g_string_append (out, ",\"head\":");
    geo_tree_head_append (head, out);
  }
  g_string_append (out, ",\"kind\":\"geo-receipt\"");
  if (leaf != NULL) {
    g_string_append (out, ",\"leaf\":");
    geo_leaf_proof_append (leaf, out);
  }
  g_string_append (out, ",\"record\":");
  g_string_append (out, stored.record);
  g_string_append (out, ",\"self\":");
  geo_participant_append (self, out);
  g_string_append (out, ",\"v\":1}");
  return g_string_free (g_steal_pointer (&out), FALSE);
}
