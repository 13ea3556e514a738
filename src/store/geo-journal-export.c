/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that matters in a journal as one canonical JSON document: who,
 * where, lines, balances, people and history, and no record's number or local
 * time.  A journal that was restored from the hub says the same as the one that
 * was lost.  Read row by row, so that a long history costs no memory.
 */
#include "store/geo-journal-private.h"

#include "core/geo-json.h"

typedef struct {
  GeoDatabase *database;
  GString *text; /* What is not handed out yet. */
  GeoJournalExportFunc func;
  gpointer user_data;
} Export;

static gboolean
hand_out (Export *export, GError **error) {
  gboolean done = export->func (export->text->str, export->text->len,
                                export->user_data, error);

  g_string_truncate (export->text, 0);
  return done;
}

static void
add_text_member (GString *out, const gchar *name, const gchar *value) {
  if (value == NULL)
    return;
  g_string_append_printf (
      out, "%s\"%s\":", out->str[out->len - 1] == '{' ? "" : ",", name);
  geo_json_append_string (out, value);
}

static gboolean
add_pid_member (GString *out,
                const gchar *name,
                GeoQuery *query,
                gint column,
                GError **error) {
  g_autofree gchar *text = NULL;
  GeoPid pid;

  if (geo_query_is_null (query, column))
    return TRUE;
  if (!geo_query_get_pid (query, column, &pid, error))
    return FALSE;
  text = geo_pid_to_string (&pid);
  add_text_member (out, name, text);
  return TRUE;
}

static gboolean
add_hash_member (GString *out,
                 const gchar *name,
                 GeoQuery *query,
                 gint column,
                 GError **error) {
  g_autofree gchar *text = NULL;
  GeoHash hash;

  if (geo_query_is_null (query, column))
    return TRUE;
  if (!geo_query_get_hash (query, column, &hash, error))
    return FALSE;
  text = geo_hash_to_string (&hash);
  add_text_member (out, name, text);
  return TRUE;
}

static const gchar *
name_activity (gint64 kind) {
  switch ((GeoActivityKind) kind) {
  case GEO_ACTIVITY_PAID:
    return "paid";
  case GEO_ACTIVITY_RECEIVED:
    return "received";
  case GEO_ACTIVITY_PASSED:
    return "passed";
  case GEO_ACTIVITY_TRUST_GIVEN:
    return "trust_given";
  case GEO_ACTIVITY_TRUST_GOT:
    return "trust_got";
  case GEO_ACTIVITY_CLEARED:
    return "cleared";
  case GEO_ACTIVITY_JOINED:
  case GEO_ACTIVITY_REFUSED:
    /* This wallet's own. */
    break;
  }
  return "other";
}

static const gchar *
name_state (gint64 state) {
  if (state == GEO_STORED_PAID)
    return "done";
  return state == GEO_STORED_NOT_PAID ? "not_paid" : "open";
}

static gboolean
add_activity (Export *export, GeoQuery *query, GError **error) {
  GString *out = export->text;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *at = geo_time_to_string (geo_query_get_int (query, 2));
  g_autofree gchar *equivalent = geo_query_dup_text (query, 4);
  g_autofree gchar *text = geo_query_dup_text (query, 7);
  g_autofree gchar *tx_id = geo_query_dup_text (query, 8);
  g_autofree gchar *reason = geo_query_dup_text (query, 12);
  gint64 code = geo_query_get_int (query, 11);
  gint64 decimals = geo_query_get_int (query, 6);

  if (decimals < 0 || decimals > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "The stored history");
    return FALSE;
  }
  amount = geo_amount_to_string (GEO_AMOUNT (geo_query_get_int (query, 5)),
                                 (guint) decimals);
  g_string_append_c (out, '{');
  add_text_member (out, "amount", amount);
  add_text_member (out, "at", at);
  if (code != 0)
    add_text_member (out, "code", geo_code_to_string ((GeoCode) code));
  if (!add_hash_member (out, "contract", query, 10, error))
    return FALSE;
  add_text_member (out, "equivalent", equivalent);
  add_text_member (out, "kind", name_activity (geo_query_get_int (query, 0)));
  if (!add_hash_member (out, "order", query, 9, error) ||
      !add_pid_member (out, "peer", query, 3, error))
    return FALSE;
  add_text_member (out, "reason", reason);
  add_text_member (out, "state", name_state (geo_query_get_int (query, 1)));
  add_text_member (out, "text", text);
  add_text_member (out, "tx_id", tx_id);
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
add_balance (Export *export, GeoQuery *query, GError **error) {
  GString *out = export->text;
  g_autofree gchar *equivalent = geo_query_dup_text (query, 1);

  g_string_append_printf (out, "{\"balance\":%" G_GINT64_FORMAT,
                          geo_query_get_int (query, 2));
  add_text_member (out, "equivalent", equivalent);
  if (!add_pid_member (out, "peer", query, 0, error))
    return FALSE;
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
add_blocked (Export *export, GeoQuery *query, GError **error) {
  g_autofree gchar *text = NULL;
  GeoPid pid;

  if (!geo_query_get_pid (query, 0, &pid, error))
    return FALSE;
  text = geo_pid_to_string (&pid);
  geo_json_append_string (export->text, text);
  return TRUE;
}

static const gchar *
name_request (gint64 kind) {
  if (kind == GEO_REQUEST_PAYMENT)
    return "payment";
  if (kind == GEO_REQUEST_INVITATION)
    return "invitation";
  return kind == GEO_REQUEST_TRUST ? "trust" : "checkpoint";
}

static const gchar *
name_request_state (gint64 state) {
  if (state == GEO_REQUEST_DONE)
    return "done";
  if (state == GEO_REQUEST_DECLINED)
    return "declined";
  if (state == GEO_REQUEST_CLOSED)
    return "closed";
  return state == GEO_REQUEST_WITHDRAWN ? "withdrawn" : "open";
}

static gboolean
add_request (Export *export, GeoQuery *query, GError **error) {
  GString *out = export->text;
  g_autofree gchar *id = geo_query_dup_text (query, 4);
  g_autofree gchar *equivalent = geo_query_dup_text (query, 5);
  g_autofree gchar *memo = geo_query_dup_text (query, 8);
  g_autofree gchar *at = geo_time_to_string (geo_query_get_int (query, 10));
  gint64 decimals = geo_query_get_int (query, 7);

  if (decimals < 0 || decimals > GEO_PRECISION_MAX) {
    geo_store_set_corrupt (error, "A stored request");
    return FALSE;
  }
  g_string_append_c (out, '{');
  if (!geo_query_is_null (query, 6)) {
    g_autofree gchar *amount = geo_amount_to_string (
        GEO_AMOUNT (geo_query_get_int (query, 6)), (guint) decimals);

    add_text_member (out, "amount", amount);
  }
  add_text_member (out, "at", at);
  add_text_member (out, "equivalent", equivalent);
  if (!geo_query_is_null (query, 11)) {
    g_autofree gchar *expires = geo_time_to_string (
        geo_query_get_int (query, 11));

    add_text_member (out, "expires_at", expires);
  }
  if (!add_hash_member (out, "hash", query, 0, error))
    return FALSE;
  add_text_member (out, "id", id);
  add_text_member (out, "kind", name_request (geo_query_get_int (query, 1)));
  add_text_member (out, "memo", memo);
  g_string_append_printf (out, ",\"mine\":%s,\"paid\":%" G_GINT64_FORMAT,
                          geo_query_get_int (query, 2) != 0 ? "true" : "false",
                          geo_query_get_int (query, 13));
  if (!add_pid_member (out, "peer", query, 3, error))
    return FALSE;
  g_string_append_printf (out, ",\"single_use\":%s",
                          geo_query_get_int (query, 9) != 0 ? "true" : "false");
  add_text_member (out, "state",
                   name_request_state (geo_query_get_int (query, 12)));
  g_string_append_c (out, '}');
  return TRUE;
}

/* A signed object as it is stored, which is canonical. */
static gboolean
add_object (Export *export, GeoQuery *query, GError **error) {
  const gchar *text = geo_query_get_text (query, 0, error);

  if (text == NULL)
    return FALSE;
  g_string_append (export->text, text);
  return TRUE;
}

typedef gboolean (*RowFunc) (Export *export, GeoQuery *query, GError **error);

static gboolean
add_rows (Export *export,
          const gchar *name,
          const gchar *sql,
          RowFunc add,
          GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean first = TRUE;

  g_string_append_printf (export->text, "\"%s\":[", name);
  if (!geo_query_prepare (&query, export->database, sql, error))
    return FALSE;
  for (;;) {
    gboolean row;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    if (!first)
      g_string_append_c (export->text, ',');
    first = FALSE;
    if (!add (export, &query, error) || !hand_out (export, error))
      return FALSE;
  }
  g_string_append_c (export->text, ']');
  return TRUE;
}

/* What is in every wallet of this participant, whatever happened to it: not
 * when this one joined, what it refused, nor whom it only looked up. */
static gboolean
export_in_transaction (GeoJournal *journal,
                       const gchar *verified,
                       Export *export,
                       GError **error) {
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) self = NULL;
  g_autofree gchar *community_text = NULL;
  g_autofree gchar *self_text = NULL;
  GString *out = export->text;
  GeoHash hash;
  gint64 sequence;

  if (!geo_journal_get_joined (journal, &community, &self, NULL, error) ||
      !geo_journal_get_last_entry (journal, &sequence, &hash, error))
    return FALSE;
  community_text = geo_community_to_text (community, NULL);
  self_text = geo_participant_to_text (self, NULL);

  g_string_append_c (out, '{');
  if (!add_rows (export, "activity",
                 "SELECT kind, state, at, peer, equivalent, amount, decimals,"
                 " text, tx_id, order_hash, contract, code, reason"
                 " FROM activity WHERE kind NOT IN (7, 8)"
                 " ORDER BY at, kind, contract, order_hash, peer, equivalent,"
                 " amount, id",
                 add_activity, error))
    return FALSE;
  g_string_append_c (out, ',');
  if (!add_rows (export, "balances",
                 "SELECT peer, equivalent, balance FROM balance"
                 " ORDER BY peer, equivalent",
                 add_balance, error))
    return FALSE;
  g_string_append_c (out, ',');
  if (!add_rows (export, "blocked", "SELECT pid FROM blocked ORDER BY pid",
                 add_blocked, error))
    return FALSE;
  g_string_append_printf (out, ",\"community\":%s,\"entries\":{",
                          community_text);
  if (sequence > 0) {
    g_autofree gchar *text = geo_hash_to_string (&hash);

    g_string_append_printf (out, "\"hash\":\"%s\",", text);
  }
  g_string_append_printf (
      out, "\"sequence\":%" G_GINT64_FORMAT "},\"kind\":\"geo-export\",",
      sequence);
  if (!add_rows (export, "lines",
                 "SELECT line FROM line WHERE in_force = 1"
                 " ORDER BY from_pid, to_pid, equivalent",
                 add_object, error))
    return FALSE;
  g_string_append_c (out, ',');
  /* Who was not paid may be nobody that another wallet knows. */
  if (!add_rows (export, "people",
                 "SELECT person FROM person WHERE pid IN"
                 " (SELECT peer FROM activity"
                 "  WHERE kind NOT IN (7, 8) AND state <> 5)"
                 " ORDER BY pid",
                 add_object, error))
    return FALSE;
  g_string_append_c (out, ',');
  /* Not when they came here, nor when they were settled: that is this wallet's
   * own time. */
  if (!add_rows (export, "requests",
                 "SELECT hash, kind, mine, peer, id, equivalent, amount,"
                 " decimals, memo, single_use, at, expires_at, state, paid"
                 " FROM request ORDER BY at, hash",
                 add_request, error))
    return FALSE;
  g_string_append_printf (out, ",\"self\":%s,\"v\":1,\"verified\":%s}\n",
                          self_text, verified);
  return hand_out (export, error);
}

gboolean
geo_journal_export (GeoJournal *journal,
                    const gchar *verified,
                    GeoJournalExportFunc func,
                    gpointer user_data,
                    GError **error) {
  Export export = { journal->database, NULL, func, user_data };
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean done;

  geo_database_assert_owner (journal->database);
  export.text = text;
  /* One state of the file, whatever a wallet writes meanwhile. */
  if (!geo_database_begin_read (journal->database, error))
    return FALSE;
  done = export_in_transaction (journal, verified, &export, error);
  geo_database_rollback (journal->database);
  return done;
}
