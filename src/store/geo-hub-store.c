/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubStore: opening it, the community, and loading what the hub keeps in
 * memory.  Writing is in geo-hub-store-write.c, looking things up and checking
 * in geo-hub-store-find.c.
 */
#include "store/geo-hub-keeping-private.h"
#include "store/geo-hub-store-people-private.h"

#include "store/geo-migrations-private.h"

GeoHubStore *
geo_hub_store_open (const gchar *path, gboolean read_only, GError **error) {
  GeoDatabase *database;
  g_autoptr (GeoHubStore) store = NULL;

  if (!geo_hub_store_is_restored (path, error))
    return NULL;
  database = geo_database_open (path, read_only, geo_migrations_get_hub (),
                                error);
  if (database == NULL)
    return NULL;
  store = g_new0 (GeoHubStore, 1);
  store->database = database;
  store->people = geo_hub_people_new ();
  store->chains = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         g_free);
  if (!read_only && !geo_hub_store_fill_log (store, error))
    return NULL;
  return g_steal_pointer (&store);
}

void
geo_hub_store_adopt (GeoHubStore *store) {
  geo_database_adopt (store->database);
}

void
geo_hub_store_rest (GeoHubStore *store) {
  geo_database_rest (store->database);
}

void
geo_hub_store_close (GeoHubStore *store) {
  if (store == NULL)
    return;
  geo_database_close (store->database);
  g_hash_table_unref (store->chains);
  g_hash_table_unref (store->people);
  g_free (store);
}

void
geo_hub_store_forget_ends (GeoHubStore *store) {
  store->knows_end = FALSE;
  g_hash_table_remove_all (store->chains);
  g_hash_table_remove_all (store->people);
}

guint64
geo_hub_store_count_commits (GeoHubStore *store) {
  return geo_database_count_commits (store->database);
}

/* --- The community -------------------------------------------------------- */

GeoCommunity *
geo_hub_store_get_community (GeoHubStore *store, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoCommunity *community;
  GError *why = NULL;
  const gchar *text;
  gboolean row;

  if (!geo_query_prepare (
          &query, store->database,
          "SELECT community FROM community ORDER BY seq DESC LIMIT 1", error) ||
      !geo_query_step (&query, &row, error))
    return NULL;
  if (!row) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND,
                         "The hub has no community yet.");
    return NULL;
  }
  text = geo_query_get_text (&query, 0, error);
  if (text == NULL)
    return NULL;
  community = geo_community_from_text (text, -1, &why);
  if (community == NULL)
    geo_store_propagate_corrupt (error, why, "The stored community");
  return community;
}

static gboolean
insert_community (GeoHubStore *store,
                  const GeoCommunity *community,
                  const gchar *text,
                  GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO community VALUES (?, ?)", error))
    return FALSE;
  geo_query_bind_int (&query, community->seq);
  geo_query_bind_text (&query, text);
  return geo_query_run (&query, error);
}

gboolean
geo_hub_store_put_community (GeoHubStore *store,
                             const GeoCommunity *community,
                             gboolean *written,
                             GError **error) {
  g_autofree gchar *text = geo_community_to_text (community, NULL);
  g_autoptr (GeoCommunity) old = NULL;
  g_autoptr (GError) why = NULL;

  old = geo_hub_store_get_community (store, &why);
  if (old == NULL &&
      !g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  if (old != NULL) {
    g_autofree gchar *old_text = geo_community_to_text (old, NULL);

    *written = !g_str_equal (old_text, text);
    if (!*written)
      return TRUE;
    if (!geo_pid_equal (&old->community, &community->community) ||
        community->seq <= old->seq) {
      g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                           "The hub has another community, or a newer form "
                           "of this one.");
      return FALSE;
    }
  }
  *written = TRUE;
  return insert_community (store, community, text, error);
}

gboolean
geo_hub_store_set_community (GeoHubStore *store,
                             const GeoCommunity *community,
                             GError **error) {
  gboolean written;
  gboolean taken;

  if (!geo_database_begin (store->database, error))
    return FALSE;
  taken = geo_hub_store_put_community (store, community, &written, error);
  if (!taken || !written) {
    geo_database_rollback (store->database);
    return taken;
  }
  return geo_database_commit (store->database, error);
}

/* --- Loading -------------------------------------------------------------- */

gboolean
geo_hub_store_read_end (GeoHubStore *store,
                        const GeoPid *pid,
                        gint64 *sequence,
                        GeoHash *hash,
                        GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  *sequence = 0;
  *hash = (GeoHash){ { 0 } };
  if (!geo_query_prepare (&query, store->database,
                          "SELECT sequence, hash FROM entry"
                          " WHERE participant = ?"
                          " ORDER BY sequence DESC LIMIT 1",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  *sequence = geo_query_get_int (&query, 0);
  return geo_query_get_hash (&query, 1, hash, error);
}

gboolean
geo_hub_store_load_participants (GeoHubStore *store,
                                 GeoHubParticipantFunc func,
                                 gpointer user_data,
                                 GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  /* Beside max (), a plain column is the one of that row. */
  if (!geo_query_prepare (&query, store->database,
                          "SELECT v.participant, p.frozen, max (v.seq)"
                          " FROM participant AS p JOIN participant_version AS v"
                          " ON v.pid = p.pid GROUP BY p.pid",
                          error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoParticipant) participant = NULL;
    GError *why = NULL;
    const gchar *text;
    gint64 sequence;
    GeoHash hash;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    text = geo_query_get_text (&query, 0, error);
    if (text == NULL)
      return FALSE;
    participant = geo_participant_from_text (text, -1, &why);
    if (participant == NULL) {
      geo_store_propagate_corrupt (error, why, "A stored participant");
      return FALSE;
    }
    if (!geo_hub_store_read_end (store, &participant->pid, &sequence, &hash,
                                 error) ||
        !func (participant, geo_query_get_int (&query, 1) != 0, sequence, &hash,
               user_data, error))
      return FALSE;
  }
}

gboolean
geo_hub_store_load_lines (GeoHubStore *store,
                          GeoHubLineFunc func,
                          gpointer user_data,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT line, max (seq) FROM trust_line"
                          " GROUP BY from_pid, to_pid, equivalent",
                          error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoTrustLine) line = NULL;
    GError *why = NULL;
    const gchar *text;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    text = geo_query_get_text (&query, 0, error);
    if (text == NULL)
      return FALSE;
    line = geo_trust_line_from_text (text, -1, &why);
    if (line == NULL) {
      geo_store_propagate_corrupt (error, why, "A stored trust line");
      return FALSE;
    }
    if (!func (line, user_data, error))
      return FALSE;
  }
}

gboolean
geo_hub_store_load_inbound (GeoHubStore *store,
                            GeoTime since,
                            GeoHubInboundFunc func,
                            gpointer user_data,
                            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  /* Transactions lie in the order of time: only the last ones are looked at.
   * A clearing has no payer. */
  if (!geo_query_prepare (
          &query, store->database,
          "SELECT h.from_pid, h.to_pid, h.equivalent, h.amount, t.at"
          " FROM hop AS h JOIN tx AS t ON t.id = h.tx"
          " WHERE h.tx > coalesce ((SELECT id FROM tx WHERE at < ?1"
          "  ORDER BY id DESC LIMIT 1), 0) AND t.payer IS NOT NULL"
          " ORDER BY h.tx, h.position",
          error))
    return FALSE;
  geo_query_bind_int (&query, since);
  for (;;) {
    const gchar *equivalent;
    GeoPid from;
    GeoPid to;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    equivalent = geo_query_get_text (&query, 2, error);
    if (equivalent == NULL || !geo_query_get_pid (&query, 0, &from, error) ||
        !geo_query_get_pid (&query, 1, &to, error) ||
        !func (&from, &to, equivalent,
               GEO_AMOUNT (geo_query_get_int (&query, 3)),
               geo_query_get_int (&query, 4), user_data, error))
      return FALSE;
  }
}

gboolean
geo_hub_store_load_debts (GeoHubStore *store,
                          GeoHubDebtFunc func,
                          gpointer user_data,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT debtor, creditor, equivalent, amount"
                          " FROM debt ORDER BY equivalent, debtor, creditor",
                          error))
    return FALSE;
  for (;;) {
    const gchar *equivalent;
    GeoPid debtor;
    GeoPid creditor;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_query_get_pid (&query, 0, &debtor, error) ||
        !geo_query_get_pid (&query, 1, &creditor, error))
      return FALSE;
    equivalent = geo_query_get_text (&query, 2, error);
    if (equivalent == NULL ||
        !func (&debtor, &creditor, equivalent,
               GEO_AMOUNT (geo_query_get_int (&query, 3)), user_data, error))
      return FALSE;
  }
}
