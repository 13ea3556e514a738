/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The audit of a hub's file: reads everything as a stranger would and says what
 * does not hold (protocol §14).  What happened, in its order, is in
 * geo-hub-store-inspect-entries.c.  It changes nothing, and goes on after what
 * it finds: what is still whole is worth knowing.
 */
#include "store/geo-hub-store-inspect-private.h"

#include "core/geo-contract.h"
#include "core/geo-rest-object.h"

static void
line_free (gpointer data) {
  GeoInspectLine *line = data;

  g_array_unref (line->versions);
  g_free (line);
}

void
geo_inspect_find (GeoInspect *inspect,
                  const gchar *rule,
                  const gchar *format,
                  ...) {
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* What SQLite says may have several lines. */
  g_strdelimit (text, "\n", ' ');
  inspect->out->findings++;
  if (inspect->func != NULL)
    inspect->func (rule, text, inspect->user_data);
}

gboolean
geo_inspect_find_key (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const GeoInspect *inspect = user_data;
  const GeoParticipant *known;

  if (geo_pid_equal (pid, &inspect->community)) {
    geo_key_chain_of_key (&inspect->community_key, out);
    return TRUE;
  }
  known = g_hash_table_lookup (inspect->keys, pid);
  if (known == NULL)
    return FALSE;
  geo_key_chain_of (known, out);
  return TRUE;
}

gchar *
geo_inspect_line_key (const GeoPid *from,
                      const GeoPid *to,
                      const gchar *equivalent) {
  g_autofree gchar *from_text = geo_pid_to_string (from);
  g_autofree gchar *to_text = geo_pid_to_string (to);

  return g_strdup_printf ("%s %s %s", from_text, to_text, equivalent);
}

/* A damaged value is a finding; FALSE is left for a disk that cannot be read.
 */
static gboolean
is_damage (GeoInspect *inspect, const gchar *what, GError **error) {
  if (!g_error_matches (*error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT))
    return FALSE;
  geo_inspect_find (inspect, "file", "%s: %s", what, (*error)->message);
  g_clear_error (error);
  return TRUE;
}

/* --- Who ------------------------------------------------------------------ */

static gboolean
inspect_community (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;
  gboolean first = TRUE;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT seq, community FROM community ORDER BY seq",
                          error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoCommunity) community = NULL;
    g_autoptr (GError) why = NULL;
    const gchar *text;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    text = geo_query_get_text (&query, 1, error);
    if (text == NULL)
      return FALSE;
    community = geo_community_from_text (text, -1, &why);
    if (community == NULL || !geo_community_check (community, &why)) {
      geo_inspect_find (inspect, "community",
                        "The community object does not hold: %s", why->message);
      continue;
    }
    if (community->seq != geo_query_get_int (&query, 0) ||
        (!first && !geo_pid_equal (&community->community, &inspect->community)))
      geo_inspect_find (inspect, "community",
                        "Version %" G_GINT64_FORMAT
                        " of the community is of another one.",
                        community->seq);
    inspect->community = community->community;
    inspect->community_key = community->key;
    first = FALSE;
  }
  if (first)
    geo_inspect_find (inspect, "community",
                      "There is no community in the file.");
  return TRUE;
}

static void
free_participant (gpointer data) {
  geo_participant_free (data);
}

static void
inspect_participant (GeoInspect *inspect,
                     const gchar *text,
                     const GeoPid *pid,
                     gint64 seq) {
  g_autoptr (GError) why = NULL;
  g_autoptr (GeoParticipant) participant = geo_participant_from_text (text, -1,
                                                                      &why);
  g_autofree gchar *name = geo_pid_to_string (pid);
  const GeoParticipant *before = g_hash_table_lookup (inspect->keys, pid);
  GeoKeyChainOrder order;

  if (participant == NULL ||
      !geo_participant_check (participant, &inspect->community, &why)) {
    geo_inspect_find (inspect, "participant",
                      "What %s says of itself does not hold: %s", name,
                      why->message);
    return;
  }
  if (!geo_pid_equal (&participant->pid, pid) || participant->seq != seq) {
    geo_inspect_find (inspect, "participant", "%s is filed as somebody else.",
                      name);
    return;
  }
  /* K5: keys go on from those before. */
  order = before == NULL ? GEO_KEY_CHAIN_LONGER
                         : geo_participant_compare_keys (before, participant);
  if (order != GEO_KEY_CHAIN_SAME && order != GEO_KEY_CHAIN_LONGER) {
    geo_inspect_find (inspect, "participant",
                      "The keys of %s do not go on from those before.", name);
    return;
  }
  g_hash_table_replace (inspect->keys, g_memdup2 (pid, sizeof *pid),
                        g_steal_pointer (&participant));
  inspect->out->participants++;
}

static gboolean
inspect_participants (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT pid, seq, participant"
                          " FROM participant_version ORDER BY pid, seq",
                          error))
    return FALSE;
  for (;;) {
    const gchar *text;
    GeoPid pid;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    text = geo_query_get_text (&query, 2, error);
    if (text == NULL || !geo_query_get_pid (&query, 0, &pid, error))
      return FALSE;
    inspect_participant (inspect, text, &pid, geo_query_get_int (&query, 1));
  }
}

/* --- Lines ---------------------------------------------------------------- */

/* What is wrong with this version by itself and after the one before. */
static gchar *
judge_line (GeoInspect *inspect,
            const GeoTrustLine *line,
            const GeoInspectVersion *before,
            guint n_before) {
  g_autoptr (GError) why = NULL;
  GeoKeyChain keys;

  if (!geo_pid_equal (&line->community, &inspect->community))
    return g_strdup ("it is of another community");
  if (!geo_inspect_find_key (&line->from, &keys, inspect) ||
      g_hash_table_lookup (inspect->keys, &line->to) == NULL)
    return g_strdup ("it is of somebody who is not here");
  if (!geo_trust_line_check (line, &why) ||
      !geo_key_chain_check_line (&keys, line, &why))
    return g_strdup (why->message);
  if (line->seq != (gint64) n_before + 1 ||
      line->has_previous != (before != NULL) ||
      (before != NULL && !geo_hash_equal (&line->previous, &before->hash)))
    return g_strdup ("it does not follow the version before");
  return NULL;
}

static void
inspect_line (GeoInspect *inspect,
              const GeoTrustLine *line,
              const GeoHash *stored_hash,
              GeoTime at) {
  g_autofree gchar *name = geo_inspect_line_key (&line->from, &line->to,
                                                 line->equivalent);
  g_autofree gchar *wrong = NULL;
  GeoInspectLine *known = g_hash_table_lookup (inspect->lines, name);
  const GeoInspectVersion *before = NULL;
  GeoInspectVersion version = { .from = line->from, .to = line->to, .at = at };

  if (known == NULL) {
    known = g_new0 (GeoInspectLine, 1);
    known->versions = g_array_new (FALSE, FALSE, sizeof (GeoInspectVersion));
    g_hash_table_insert (inspect->lines, g_strdup (name), known);
  } else if (known->versions->len > 0) {
    before = &g_array_index (known->versions, GeoInspectVersion,
                             known->versions->len - 1);
  }
  wrong = judge_line (inspect, line, before, known->versions->len);
  geo_trust_line_hash (line, &version.hash);
  if (wrong == NULL && !geo_hash_equal (&version.hash, stored_hash))
    wrong = g_strdup ("its hash is another");
  if (wrong != NULL)
    geo_inspect_find (inspect, "line",
                      "Version %" G_GINT64_FORMAT " of the line %s: %s.",
                      line->seq, name, wrong);

  version.limit = line->status == GEO_LINE_STATUS_ACTIVE ? line->limit.amount
                                                         : GEO_AMOUNT_ZERO;
  if (line->status == GEO_LINE_STATUS_ACTIVE &&
      !geo_trust_line_is_frozen (line) && line->policy->has_spare_clearing)
    version.spare = line->policy->spare_clearing.amount;
  g_array_append_val (known->versions, version);
  g_hash_table_replace (inspect->by_hash, geo_hash_dup (stored_hash), known);
  inspect->out->lines++;
}

static gboolean
inspect_lines (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT from_pid, to_pid, equivalent, seq, hash, at,"
                          " line FROM trust_line"
                          " ORDER BY from_pid, to_pid, equivalent, seq",
                          error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoTrustLine) line = NULL;
    g_autoptr (GError) why = NULL;
    const gchar *equivalent;
    const gchar *text;
    GeoHash hash;
    GeoPid from;
    GeoPid to;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    equivalent = geo_query_get_text (&query, 2, error);
    text = geo_query_get_text (&query, 6, error);
    if (equivalent == NULL || text == NULL ||
        !geo_query_get_pid (&query, 0, &from, error) ||
        !geo_query_get_pid (&query, 1, &to, error) ||
        !geo_query_get_hash (&query, 4, &hash, error))
      return FALSE;
    line = geo_trust_line_from_text (text, -1, &why);
    if (line == NULL) {
      geo_inspect_find (inspect, "line", "A line cannot be read: %s",
                        why->message);
      continue;
    }
    if (!geo_pid_equal (&line->from, &from) ||
        !geo_pid_equal (&line->to, &to) ||
        !g_str_equal (line->equivalent, equivalent) ||
        line->seq != geo_query_get_int (&query, 3))
      geo_inspect_find (inspect, "line", "A line is filed as another one.");
    inspect_line (inspect, line, &hash, geo_query_get_int (&query, 5));
  }
}

/* --- Refusals and acknowledgements ---------------------------------------- */

static gboolean
inspect_refusals (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  /* P4: committed and refused exclude each other; P11: so do they for the
   * order. */
  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT r.id, r.subject, r.is_contract, r.refusal,"
                          " EXISTS (SELECT 1 FROM tx WHERE r.is_contract = 1"
                          "         AND tx.contract = r.subject)"
                          " OR EXISTS (SELECT 1 FROM tx WHERE r.is_contract = 0"
                          "            AND tx.order_hash = r.subject)"
                          " FROM refusal AS r ORDER BY r.id",
                          error))
    return FALSE;
  for (;;) {
    GeoKeyChain keys;
    g_autoptr (GeoRefusal) refusal = NULL;
    g_autoptr (GError) why = NULL;
    const gchar *text;
    GeoHash subject;
    gint64 id;
    gboolean of_contract;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    id = geo_query_get_int (&query, 0);
    of_contract = geo_query_get_int (&query, 2) != 0;
    text = geo_query_get_text (&query, 3, error);
    if (text == NULL || !geo_query_get_hash (&query, 1, &subject, error))
      return FALSE;
    inspect->out->refusals++;
    if (geo_query_get_int (&query, 4) != 0)
      geo_inspect_find (
          inspect, "P4",
          "What refusal %" G_GINT64_FORMAT " refuses was committed.", id);
    refusal = geo_refusal_from_text (text, -1, &why);
    if (refusal == NULL) {
      geo_inspect_find (inspect, "refusal",
                        "Refusal %" G_GINT64_FORMAT " cannot be read: %s", id,
                        why->message);
      continue;
    }
    if (refusal->has_contract != of_contract ||
        refusal->has_order == of_contract ||
        !geo_hash_equal (of_contract ? &refusal->contract : &refusal->order,
                         &subject)) {
      geo_inspect_find (inspect, "refusal",
                        "Refusal %" G_GINT64_FORMAT " is filed as another one.",
                        id);
      continue;
    }
    /* A voter's no may be kept as well as the hub's. */
    if (!geo_inspect_find_key (&refusal->voter, &keys, inspect) ||
        !geo_key_chain_check_refusal (&keys, refusal, &why))
      geo_inspect_find (
          inspect, "refusal",
          "Refusal %" G_GINT64_FORMAT " is not signed by its voter.", id);
  }
}

/* What a participant has signed that it holds must be there: this is how a hub
 * that lost the end of its journal is found out. */
static gboolean
inspect_acks (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT a.participant, a.sequence, a.ack, e.hash"
                          " FROM ack AS a LEFT JOIN entry AS e"
                          " ON e.participant = a.participant"
                          " AND e.sequence = a.sequence",
                          error))
    return FALSE;
  for (;;) {
    g_autoptr (GeoEntryAck) ack = NULL;
    g_autoptr (GError) why = NULL;
    g_autofree gchar *name = NULL;
    GeoKeyChain keys;
    const gchar *text;
    GeoHash hash;
    GeoPid pid;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    text = geo_query_get_text (&query, 2, error);
    if (text == NULL || !geo_query_get_pid (&query, 0, &pid, error))
      return FALSE;
    name = geo_pid_to_string (&pid);
    ack = geo_entry_ack_from_text (text, -1, &why);
    if (ack == NULL || !geo_inspect_find_key (&pid, &keys, inspect) ||
        !geo_key_chain_check_ack (&keys, ack, &why) ||
        ack->sequence != geo_query_get_int (&query, 1)) {
      geo_inspect_find (inspect, "chain", "What %s acknowledged does not hold.",
                        name);
      continue;
    }
    /* I8: no restart loses what somebody acknowledged. */
    if (geo_query_is_null (&query, 3)) {
      geo_inspect_find (inspect, "I8",
                        "%s acknowledged entry %" G_GINT64_FORMAT
                        ", which is not there.",
                        name, ack->sequence);
      continue;
    }
    if (!geo_query_get_hash (&query, 3, &hash, error))
      return FALSE;
    if (!geo_hash_equal (&hash, &ack->entry_hash))
      geo_inspect_find (inspect, "chain",
                        "%s acknowledged another entry %" G_GINT64_FORMAT ".",
                        name, ack->sequence);
  }
}

/* --- Debts ---------------------------------------------------------------- */

/* I3: one direction per pair. */
static gboolean
inspect_directions (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (
          &query, inspect->store->database,
          "SELECT a.debtor, a.creditor, a.equivalent FROM debt AS a"
          " JOIN debt AS b ON b.equivalent = a.equivalent"
          "  AND b.debtor = a.creditor AND b.creditor = a.debtor"
          " WHERE a.debtor < a.creditor",
          error))
    return FALSE;
  for (;;) {
    g_autofree gchar *debtor_text = NULL;
    g_autofree gchar *creditor_text = NULL;
    GeoPid debtor;
    GeoPid creditor;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    if (!geo_query_get_pid (&query, 0, &debtor, error) ||
        !geo_query_get_pid (&query, 1, &creditor, error))
      return FALSE;
    debtor_text = geo_pid_to_string (&debtor);
    creditor_text = geo_pid_to_string (&creditor);
    geo_inspect_find (inspect, "I3", "%s and %s owe each other at once.",
                      debtor_text, creditor_text);
  }
}

static gboolean
count_debts (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT count(*) FROM debt", error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  inspect->out->debts = (guint64) geo_query_get_int (&query, 0);
  return TRUE;
}

/* I1: debts are the replay of the journal, exactly. */
static gboolean
inspect_debts (GeoInspect *inspect, GError **error) {
  g_autoptr (GError) why = NULL;

  if (!inspect_directions (inspect, error) || !count_debts (inspect, error))
    return FALSE;
  if (geo_hub_store_compare_debts (inspect->store, inspect->pairs, &why))
    return TRUE;
  if (!g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  geo_inspect_find (inspect, "I1", "%s", why->message);
  return TRUE;
}

/* --- All of it ------------------------------------------------------------ */

static gboolean
inspect_pages (GeoInspect *inspect, GError **error) {
  g_autoptr (GError) why = NULL;

  if (geo_database_check_pages (inspect->store->database, &why))
    return TRUE;
  if (is_damage (inspect, "The database", &why))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
geo_hub_store_inspect (GeoHubStore *store,
                       GeoHubFindingFunc func,
                       gpointer user_data,
                       GeoHubInspection *out,
                       GError **error) {
  static gboolean (*const steps[]) (GeoInspect *, GError **) = {
    inspect_pages,    inspect_community,   inspect_participants,
    inspect_lines,    geo_inspect_entries, geo_inspect_untold,
    inspect_refusals, inspect_acks,        inspect_debts,
    geo_inspect_log,
  };
  GeoInspect inspect = {
    .store = store, .out = out, .func = func, .user_data = user_data
  };
  gboolean read = TRUE;

  geo_database_assert_owner (store->database);
  *out = (GeoHubInspection){ 0 };
  /* One state of the file, even while the writer goes on. */
  if (!geo_database_begin_read (store->database, error))
    return FALSE;
  inspect.keys = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                        free_participant);
  inspect.ends = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                        g_free);
  inspect.lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         line_free);
  inspect.by_hash = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                           g_free, NULL);
  inspect.pairs = geo_pair_debts_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (steps) && read; i++) {
    g_autoptr (GError) why = NULL;

    read = steps[i](&inspect, &why) || is_damage (&inspect, "A row", &why);
    if (!read)
      g_propagate_error (error, g_steal_pointer (&why));
  }
  geo_inspect_end (&inspect);
  geo_database_rollback (store->database);

  g_hash_table_unref (inspect.pairs);
  g_hash_table_unref (inspect.by_hash);
  g_hash_table_unref (inspect.lines);
  g_hash_table_unref (inspect.ends);
  g_hash_table_unref (inspect.keys);
  return read;
}
