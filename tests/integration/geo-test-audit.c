/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-test-audit: says as JSON what is on a hub's or a person's disk, and
 * whether it holds.  It only reads.
 *
 *   geo-test-audit hub FOLDER
 *   geo-test-audit journal FOLDER      of a profile
 */
#include "it-hub.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "store/geo-journal.h"

static void
add_pid (JsonBuilder *out, const GeoPid *pid) {
  g_autofree gchar *text = geo_pid_to_string (pid);

  json_builder_add_string_value (out, text);
}

static void
add_error (JsonBuilder *out, const GError *error) {
  json_builder_set_member_name (out, "error");
  if (error != NULL)
    json_builder_add_string_value (out, error->message);
  else
    json_builder_add_null_value (out);
}

static void
add_int (JsonBuilder *out, const gchar *name, gint64 value) {
  json_builder_set_member_name (out, name);
  json_builder_add_int_value (out, value);
}

/* --- A hub -----------------------------------------------------------------
 */

static gboolean
participant_cb (const GeoParticipant *participant,
                gboolean frozen,
                gint64 last_sequence,
                const GeoHash *last_entry_hash,
                gpointer user_data,
                GError **error) {
  g_autofree gchar *text = geo_pid_to_string (&participant->pid);

  add_int (user_data, text, last_sequence);
  return TRUE;
}

static gboolean
debt_cb (const GeoPid *debtor,
         const GeoPid *creditor,
         const gchar *equivalent,
         GeoAmount debt,
         gpointer user_data,
         GError **error) {
  JsonBuilder *out = user_data;

  json_builder_begin_array (out);
  add_pid (out, debtor);
  add_pid (out, creditor);
  json_builder_add_string_value (out, equivalent);
  json_builder_add_int_value (out, debt.minor);
  json_builder_end_array (out);
  return TRUE;
}

static void
add_line (JsonBuilder *out, const GeoTrustLine *line, gboolean in_force) {
  json_builder_begin_array (out);
  add_pid (out, &line->from);
  add_pid (out, &line->to);
  json_builder_add_string_value (out, line->equivalent);
  json_builder_add_int_value (out, line->limit.amount.minor);
  json_builder_add_int_value (out, line->seq);
  json_builder_add_boolean_value (out, in_force);
  json_builder_end_array (out);
}

static gboolean
line_cb (const GeoTrustLine *line, gpointer user_data, GError **error) {
  add_line (user_data, line, TRUE);
  return TRUE;
}

static void
audit_hub (const gchar *folder, JsonBuilder *out) {
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubStore) store = geo_hub_store_open (path, TRUE, &error);
  gint64 transactions = 0;

  if (store != NULL)
    geo_hub_store_check (store, &transactions, &error);
  add_error (out, error);
  add_int (out, "transactions", transactions);
  if (store == NULL)
    return;
  g_clear_error (&error);
  json_builder_set_member_name (out, "sequences");
  json_builder_begin_object (out);
  geo_hub_store_load_participants (store, participant_cb, out, &error);
  g_assert_no_error (error);
  json_builder_end_object (out);
  json_builder_set_member_name (out, "lines");
  json_builder_begin_array (out);
  geo_hub_store_load_lines (store, line_cb, out, &error);
  g_assert_no_error (error);
  json_builder_end_array (out);
  json_builder_set_member_name (out, "debts");
  json_builder_begin_array (out);
  geo_hub_store_load_debts (store, debt_cb, out, &error);
  g_assert_no_error (error);
  json_builder_end_array (out);
}

/* --- A journal ---------------------------------------------------------------
 */

static GeoJournal *
open_journal (const gchar *folder, GError **error) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, "journal.db",
                                               NULL);

    /* For writing: what a killed process left in the log is taken over. */
    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return geo_journal_open (path, FALSE, error);
  }
  if (dir != NULL)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no journal");
  return NULL;
}

static void
add_balances (JsonBuilder *out, GeoJournal *journal) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = geo_journal_list_balances (journal, &error);

  g_assert_no_error (error);
  json_builder_set_member_name (out, "balances");
  json_builder_begin_array (out);
  for (guint i = 0; i < list->len; i++) {
    const GeoJournalBalance *balance = g_ptr_array_index (list, i);

    json_builder_begin_array (out);
    add_pid (out, &balance->peer);
    json_builder_add_string_value (out, balance->equivalent);
    json_builder_add_int_value (out, balance->balance.minor);
    json_builder_end_array (out);
  }
  json_builder_end_array (out);
}

static void
add_lines (JsonBuilder *out, GeoJournal *journal) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = geo_journal_list_lines (journal, &error);

  g_assert_no_error (error);
  json_builder_set_member_name (out, "lines");
  json_builder_begin_array (out);
  for (guint i = 0; i < list->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (list, i);

    add_line (out, line->line, line->in_force);
  }
  json_builder_end_array (out);
}

/* tx_id, what it was to us, its state. */
static void
add_payments (JsonBuilder *out, GeoJournal *journal) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = geo_journal_list_activity (journal, 0, 100000,
                                                          &error);

  g_assert_no_error (error);
  json_builder_set_member_name (out, "payments");
  json_builder_begin_array (out);
  for (guint i = 0; i < list->len; i++) {
    const GeoActivity *activity = g_ptr_array_index (list, i);

    if (activity->tx_id == NULL)
      continue;
    json_builder_begin_array (out);
    json_builder_add_string_value (out, activity->tx_id);
    json_builder_add_int_value (out, activity->kind);
    json_builder_add_int_value (out, activity->state);
    json_builder_end_array (out);
  }
  json_builder_end_array (out);
}

static guint
count (GPtrArray *list, GError *error) {
  guint n;

  g_assert_no_error (error);
  n = list->len;
  g_ptr_array_unref (list);
  return n;
}

static void
audit_journal (const gchar *folder, JsonBuilder *out) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) journal = open_journal (folder, &error);
  g_autoptr (GeoTreeHead) head = NULL;
  gint64 records = 0;
  gint64 sequence = 0;
  gint64 shown = 0;
  gint64 index = 0;
  GeoHash hash;

  if (journal != NULL)
    geo_journal_verify (journal, NULL, NULL, &records, &error);
  add_error (out, error);
  add_int (out, "records", records);
  if (journal == NULL)
    return;
  g_clear_error (&error);
  geo_journal_get_last_entry (journal, &sequence, &hash, &error);
  g_assert_no_error (error);
  add_int (out, "sequence", sequence);
  geo_journal_get_log (journal, &head, &shown, &index, &error);
  g_assert_no_error (error);
  add_int (out, "shown", shown);
  add_int (out, "orders",
           count (geo_journal_list_open_orders (journal, &error), error));
  add_int (out, "votes",
           count (geo_journal_list_open_votes (journal, &error), error));
  add_lines (out, journal);
  add_balances (out, journal);
  add_payments (out, journal);
}

int
main (int argc, char **argv) {
  g_autoptr (JsonBuilder) out = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;

  if (argc != 3) {
    fprintf (stderr, "usage: geo-test-audit hub|journal FOLDER\n");
    return 2;
  }
  json_builder_begin_object (out);
  if (g_str_equal (argv[1], "hub"))
    audit_hub (argv[2], out);
  else
    audit_journal (argv[2], out);
  json_builder_end_object (out);
  root = json_builder_get_root (out);
  text = json_to_string (root, FALSE);
  puts (text);
  return 0;
}
