/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub keeps for itself.  Nothing here touches the journal; the log of
 * what was done is only appended.
 */
#include "store/geo-hub-keeping-private.h"

/* --- Writing -------------------------------------------------------------- */

static gboolean
write_status (GeoHubStore *store,
              const GeoPid *pid,
              GeoStatus status,
              GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "UPDATE participant SET frozen = ? WHERE pid = ?",
                          error))
    return FALSE;
  geo_query_bind_int (&query, (gint64) status);
  geo_query_bind_pid (&query, pid);
  if (!geo_query_run (&query, error))
    return FALSE;
  if (geo_database_changes (store->database) == 1)
    return TRUE;
  g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
                       "There is no such participant.");
  return FALSE;
}

static gboolean
forget_setting (GeoHubStore *store, const gchar *name, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "DELETE FROM setting WHERE name = ?", error))
    return FALSE;
  geo_query_bind_text (&query, name);
  return geo_query_run (&query, error);
}

static gboolean
write_setting (GeoHubStore *store,
               const gchar *name,
               const gchar *value,
               GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (value == NULL)
    return forget_setting (store, name, error);
  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO setting VALUES (?, ?)"
                          " ON CONFLICT (name) DO UPDATE"
                          " SET value = excluded.value",
                          error))
    return FALSE;
  geo_query_bind_text (&query, name);
  geo_query_bind_text (&query, value);
  return geo_query_run (&query, error);
}

static gboolean
forget_tokens (GeoHubStore *store, GeoTime now, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "DELETE FROM used_token WHERE until < ?", error))
    return FALSE;
  geo_query_bind_int (&query, now);
  return geo_query_run (&query, error);
}

static gboolean
write_token (GeoHubStore *store,
             const gchar *token,
             GeoTime until,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO used_token VALUES (?, ?)"
                          " ON CONFLICT (id) DO NOTHING",
                          error))
    return FALSE;
  geo_query_bind_text (&query, token);
  geo_query_bind_int (&query, until);
  return geo_query_run (&query, error);
}

static gboolean
write_note (GeoHubStore *store,
            const gchar *code,
            const gchar *note,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "INSERT INTO equivalent_note VALUES (?, ?)"
                          " ON CONFLICT (code) DO UPDATE"
                          " SET note = excluded.note",
                          error))
    return FALSE;
  geo_query_bind_text (&query, code);
  geo_query_bind_text (&query, note);
  return geo_query_run (&query, error);
}

gboolean
geo_hub_store_write_own (GeoHubStore *store,
                         const GeoChange *change,
                         GError **error) {
  gboolean written;

  if (change->has_status &&
      !write_status (store, &change->pid, change->status, error))
    return FALSE;
  if (change->setting != NULL &&
      !write_setting (store, change->setting, change->value, error))
    return FALSE;
  if (change->token != NULL &&
      (!forget_tokens (store, change->at, error) ||
       !write_token (store, change->token, change->until, error)))
    return FALSE;
  if (change->community != NULL &&
      !geo_hub_store_put_community (store, change->community, &written, error))
    return FALSE;
  if (change->log_until != 0 &&
      !geo_hub_store_write_log_until (store, change->log_until, error))
    return FALSE;
  return change->note == NULL ||
         write_note (store, change->equivalent, change->note, error);
}

gboolean
geo_hub_store_write_audit (GeoHubStore *store,
                           const GeoChange *change,
                           GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const GeoAudit *audit = change->audit;
  g_autofree gchar *id = audit->id != NULL ? g_strdup (audit->id)
                                           : g_uuid_string_random ();

  if (!geo_query_prepare (
          &query, store->database,
          "INSERT INTO audit (name, at, role, action, object_type, object_id,"
          " reason, before, after, request_id, address)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          error))
    return FALSE;
  geo_query_bind_text (&query, id);
  geo_query_bind_int (&query, change->at);
  geo_query_bind_text (&query, audit->role);
  geo_query_bind_text (&query, audit->action);
  geo_query_bind_text (&query, audit->object_type);
  geo_query_bind_text (&query, audit->object_id);
  geo_query_bind_text (&query, audit->reason);
  geo_query_bind_text (&query, audit->before);
  geo_query_bind_text (&query, audit->after);
  geo_query_bind_text (&query, audit->request_id);
  geo_query_bind_text (&query, audit->address);
  return geo_query_run (&query, error);
}

/* --- Reading -------------------------------------------------------------- */

gboolean
geo_hub_store_get_status (GeoHubStore *store,
                          const GeoPid *pid,
                          GeoStatus *out,
                          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gint64 status;
  gboolean row;

  *out = GEO_STATUS_ACTIVE;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT frozen FROM participant WHERE pid = ?",
                          error))
    return FALSE;
  geo_query_bind_pid (&query, pid);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  status = geo_query_get_int (&query, 0);
  if (status < GEO_STATUS_ACTIVE || status > GEO_STATUS_BANNED) {
    geo_store_set_corrupt (error, "A stored status");
    return FALSE;
  }
  *out = (GeoStatus) status;
  return TRUE;
}

/* The query's columns are two texts. */
static GHashTable *
take_pairs (GeoQuery *query, GError **error) {
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                        g_free, g_free);
  gboolean row;

  for (;;) {
    g_autofree gchar *name = NULL;
    const gchar *text;

    if (!geo_query_step (query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&pairs);
    text = geo_query_get_text (query, 0, error);
    if (text == NULL)
      return NULL;
    name = g_strdup (text);
    text = geo_query_get_text (query, 1, error);
    if (text == NULL)
      return NULL;
    g_hash_table_insert (pairs, g_steal_pointer (&name), g_strdup (text));
  }
}

GHashTable *
geo_hub_store_load_settings (GeoHubStore *store, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT name, value FROM setting", error))
    return NULL;
  return take_pairs (&query, error);
}

GHashTable *
geo_hub_store_load_notes (GeoHubStore *store, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT code, note FROM equivalent_note", error))
    return NULL;
  return take_pairs (&query, error);
}

GHashTable *
geo_hub_store_load_tokens (GeoHubStore *store, GeoTime now, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT id, CAST (until AS TEXT) FROM used_token"
                          " WHERE until >= ?",
                          error))
    return NULL;
  geo_query_bind_int (&query, now);
  return take_pairs (&query, error);
}

/* --- The log -------------------------------------------------------------- */

static void
audit_free (gpointer data) {
  GeoHubAudit *line = data;

  geo_audit_free (line->audit);
  g_free (line);
}

#define AUDIT_WHERE                                       \
  " WHERE (?1 IS NULL OR action = ?1)"                    \
  " AND (?2 IS NULL OR object_type = ?2)"                 \
  " AND (?3 IS NULL OR object_id = ?3)"                   \
  " AND (?4 IS NULL OR instr (lower (action), ?4) > 0"    \
  "  OR instr (lower (coalesce (object_id, '')), ?4) > 0" \
  "  OR instr (lower (coalesce (reason, '')), ?4) > 0)"

static void
bind_filter (GeoQuery *query,
             const GeoHubAuditFilter *filter,
             const gchar *text) {
  geo_query_bind_text (query, filter->action);
  geo_query_bind_text (query, filter->object_type);
  geo_query_bind_text (query, filter->object_id);
  geo_query_bind_text (query, text);
}

static gboolean
count_audit (GeoHubStore *store,
             const GeoHubAuditFilter *filter,
             const gchar *text,
             gint64 *total,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, store->database,
                          "SELECT count (*) FROM audit" AUDIT_WHERE, error))
    return FALSE;
  bind_filter (&query, filter, text);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  *total = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

GPtrArray *
geo_hub_store_list_audit (GeoHubStore *store,
                          const GeoHubAuditFilter *filter,
                          gint64 offset,
                          guint max,
                          gint64 *total,
                          GError **error) {
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (audit_free);
  g_autofree gchar *text = filter->text == NULL
                               ? NULL
                               : g_ascii_strdown (filter->text, -1);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (total != NULL && !count_audit (store, filter, text, total, error))
    return NULL;
  if (!geo_query_prepare (&query, store->database,
                          "SELECT at, name, role, action, object_type,"
                          " object_id, reason, before, after, request_id,"
                          " address FROM audit" AUDIT_WHERE
                          " ORDER BY id DESC LIMIT ?5 OFFSET ?6",
                          error))
    return NULL;
  bind_filter (&query, filter, text);
  geo_query_bind_int (&query, max);
  geo_query_bind_int (&query, offset);
  for (;;) {
    GeoHubAudit *line;

    if (!geo_query_step (&query, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&lines);
    line = g_new0 (GeoHubAudit, 1);
    line->audit = g_new0 (GeoAudit, 1);
    g_ptr_array_add (lines, line);
    line->at = geo_query_get_int (&query, 0);
    line->audit->id = geo_query_dup_text (&query, 1);
    line->audit->role = geo_query_dup_text (&query, 2);
    line->audit->action = geo_query_dup_text (&query, 3);
    line->audit->object_type = geo_query_dup_text (&query, 4);
    line->audit->object_id = geo_query_dup_text (&query, 5);
    line->audit->reason = geo_query_dup_text (&query, 6);
    line->audit->before = geo_query_dup_text (&query, 7);
    line->audit->after = geo_query_dup_text (&query, 8);
    line->audit->request_id = geo_query_dup_text (&query, 9);
    line->audit->address = geo_query_dup_text (&query, 10);
  }
}
