/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tells all that is signed in a hub's file, object by object as it was signed,
 * so that others can check it with their own tools.  It judges nothing.
 */
#include "store/geo-hub-store-private.h"

typedef struct {
  const gchar *kind;
  const gchar *sql; /* at, text, and the transaction or NULL */
} Part;

/* In an order in which each refers only to what came before it. */
static const Part parts[] = {
  { "community", "SELECT NULL, community, NULL FROM community ORDER BY seq" },
  { "participant", "SELECT at, participant, NULL FROM participant_version"
                   " ORDER BY rowid" },
  { "trust_line", "SELECT at, line, NULL FROM trust_line ORDER BY id" },
  { "certificate", "SELECT at, certificate, id FROM tx ORDER BY id" },
  { "refusal", "SELECT at, refusal, NULL FROM refusal ORDER BY id" },
  { "entry", "SELECT NULL, entry, NULL FROM entry ORDER BY id" },
  { "entry_ack", "SELECT NULL, ack, NULL FROM ack ORDER BY participant" },
};

/* The hops, with which a stranger makes the contract's hops_root. */
static gboolean
append_hops (GString *line,
             GeoHubStore *store,
             gint64 tx,
             const gchar *certificate_text,
             GError **error) {
  g_autoptr (GeoCertificate) certificate = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  GError *why = NULL;

  certificate = geo_certificate_from_text (certificate_text, -1, &why);
  if (certificate == NULL) {
    geo_store_propagate_corrupt (error, why, "A stored certificate");
    return FALSE;
  }
  hops = geo_hub_store_read_hops (store, tx, certificate->contract, error);
  if (hops == NULL)
    return FALSE;
  g_string_append (line, ",\"hops\":[");
  for (guint i = 0; i < hops->len; i++) {
    g_autofree gchar *hop = geo_hop_to_text (g_ptr_array_index (hops, i), NULL);

    g_string_append_printf (line, "%s%s", i > 0 ? "," : "", hop);
  }
  g_string_append_c (line, ']');
  return TRUE;
}

static gboolean
export_row (GeoHubStore *store,
            const Part *part,
            GeoQuery *query,
            GString *line,
            GError **error) {
  const gchar *text = geo_query_get_text (query, 1, error);

  if (text == NULL)
    return FALSE;
  g_string_printf (line, "{\"kind\":\"%s\"", part->kind);
  if (!geo_query_is_null (query, 0))
    g_string_append_printf (line, ",\"at_ms\":%" G_GINT64_FORMAT,
                            geo_query_get_int (query, 0));
  g_string_append_printf (line, ",\"object\":%s", text);
  if (!geo_query_is_null (query, 2) &&
      !append_hops (line, store, geo_query_get_int (query, 2), text, error))
    return FALSE;
  g_string_append_c (line, '}');
  return TRUE;
}

static gboolean
export_part (GeoHubStore *store,
             const Part *part,
             GeoHubExportFunc func,
             gpointer user_data,
             GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean row;

  if (!geo_query_prepare (&query, store->database, part->sql, error))
    return FALSE;
  for (;;) {
    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!export_row (store, part, &query, line, error) ||
        !func (line->str, user_data, error))
      return FALSE;
  }
}

gboolean
geo_hub_store_export (GeoHubStore *store,
                      GeoHubExportFunc func,
                      gpointer user_data,
                      GError **error) {
  gboolean done = TRUE;

  geo_database_assert_owner (store->database);
  /* One state of the file, even while the writer goes on. */
  if (!geo_database_begin_read (store->database, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts) && done; i++)
    done = export_part (store, &parts[i], func, user_data, error);
  geo_database_rollback (store->database);
  return done;
}
