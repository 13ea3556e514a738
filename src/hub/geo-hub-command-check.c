/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub check and geo-hub export: what is in a hub's file, judged and told.
 * Both read only, and the hub may be running.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/geo-contract.h"
#include "hub/geo-hub-command.h"

/* More than this need not be listed: the count says how many there are. */
#define LISTED_MAX 20

/* --- Check ---------------------------------------------------------------- */

typedef struct {
  guint listed;
  gchar *first;
} Findings;

static void
finding_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  Findings *findings = user_data;

  if (findings->first == NULL)
    findings->first = g_strdup_printf ("%s: %s", rule, text);
  if (findings->listed++ < LISTED_MAX)
    printf ("%s: %s\n", rule, text);
}

/* Says that the owner has looked; only a hub that does not run can be told. */
static GeoHubExit
thaw (const GeoHubPlace *place, GeoHubStore *store, const gchar *equivalent) {
  g_autofree gchar *path = geo_hub_place_path (place, GEO_HUB_DATABASE);
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GPtrArray) codes = NULL;
  g_autoptr (GeoHubStore) writer = NULL;
  g_autoptr (GError) error = NULL;
  GeoChange *change;
  guint index;

  codes = geo_hub_store_list_frozen (store, &error);
  if (codes == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  if (!g_ptr_array_find_with_equal_func (codes, equivalent, g_str_equal,
                                         &index))
    return geo_hub_complain (GEO_HUB_EXIT_USAGE, "“%s” is not frozen.",
                             equivalent);
  writer = geo_hub_store_open (path, FALSE, &error);
  if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED))
    return geo_hub_complain (GEO_HUB_EXIT_DATA,
                             "A hub runs on the data folder %s; stop it first.",
                             place->data_dir);
  change = geo_change_new (GEO_CHANGE_INCIDENT, g_get_real_time () / 1000);
  change->incident = GEO_INCIDENT_THAWED;
  change->equivalent = g_strdup (equivalent);
  change->text = g_strdup ("The owner has checked the database.");
  g_ptr_array_add (changes, change);
  if (writer == NULL || !geo_hub_store_write (writer, changes, &error))
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  printf ("%s: thawed\n", equivalent);
  return GEO_HUB_EXIT_DONE;
}

static gboolean
print_frozen (GeoHubStore *store, GError **error) {
  g_autoptr (GPtrArray) codes = geo_hub_store_list_frozen (store, error);

  for (guint i = 0; codes != NULL && i < codes->len; i++)
    printf ("%s: frozen\n", (const gchar *) g_ptr_array_index (codes, i));
  return codes != NULL;
}

static GeoHubExit
check (GeoHubStore *store) {
  Findings findings = { 0 };
  g_autofree gchar *first = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubInspection seen;
  gboolean read = geo_hub_store_inspect (store, finding_cb, &findings, &seen,
                                         &error);

  first = g_steal_pointer (&findings.first);
  printf ("participants %" G_GUINT64_FORMAT ", lines %" G_GUINT64_FORMAT
          ", transactions %" G_GUINT64_FORMAT ", refusals %" G_GUINT64_FORMAT
          ", entries %" G_GUINT64_FORMAT ", debts %" G_GUINT64_FORMAT
          ", leaves %" G_GUINT64_FORMAT ", findings %" G_GUINT64_FORMAT "\n",
          seen.participants, seen.lines, seen.transactions, seen.refusals,
          seen.entries, seen.debts, seen.leaves, seen.findings);
  if (seen.findings > 0)
    return geo_hub_complain (GEO_HUB_EXIT_NOT_VERIFIED,
                             "The database does not hold (%" G_GUINT64_FORMAT
                             " findings); the first: %s",
                             seen.findings, first);
  if (!read || !print_frozen (store, &error))
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  return GEO_HUB_EXIT_DONE;
}

GeoHubExit
geo_hub_command_check (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_autoptr (GeoHubStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *equivalent = NULL;
  GeoHubExit code;
  const GOptionEntry entries[] = {
    { "thaw", 0, 0, G_OPTION_ARG_STRING, &equivalent,
      "Where everything holds, let this equivalent, which was frozen after a "
      "violation, go on",
      "CODE" },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, NULL, 0,
          "Reads the whole database as a stranger would: signatures, chains, "
          "certificates,\nhops, limits, and whether the debts are what the "
          "payments made them.  It prints each\nthing that does not hold, and "
          "what was looked at.  The folder of a backup can be\nnamed with "
          "--data-dir as well.",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  store = geo_hub_place_open (&place, &error);
  if (store == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  code = check (store);
  if (code == GEO_HUB_EXIT_DONE && equivalent != NULL)
    code = thaw (&place, store, equivalent);
  return code;
}

/* --- Export --------------------------------------------------------------- */

static gboolean
set_write_error (GError **error) {
  gint why = errno;

  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_FAILED,
               "What was to be printed could not be: %s.", g_strerror (why));
  return FALSE;
}

static gboolean
line_cb (const gchar *line, gpointer user_data, GError **error) {
  return puts (line) >= 0 || set_write_error (error);
}

typedef struct {
  GHashTable *names; /* GeoPid → name */
  const GeoCommunity *community;
} Debts;

static gboolean
participant_cb (const GeoParticipant *participant,
                gboolean frozen,
                gint64 last_sequence,
                const GeoHash *last_entry_hash,
                gpointer user_data,
                GError **error) {
  const Debts *debts = user_data;

  g_hash_table_replace (debts->names,
                        g_memdup2 (&participant->pid, sizeof (GeoPid)),
                        g_strdup (participant->name));
  return TRUE;
}

/* RFC 4180; what a spreadsheet would take for a formula is text. */
static void
append_name (GString *line, const Debts *debts, const GeoPid *pid) {
  const gchar *name = g_hash_table_lookup (debts->names, pid);

  g_string_append (line, ",\"");
  if (name != NULL && strchr ("=+-@", name[0]) != NULL && name[0] != '\0')
    g_string_append_c (line, '\'');
  for (const gchar *c = name; c != NULL && *c != '\0'; c++) {
    if (*c == '"')
      g_string_append_c (line, '"');
    g_string_append_c (line, *c);
  }
  g_string_append_c (line, '"');
}

static gboolean
debt_cb (const GeoPid *debtor,
         const GeoPid *creditor,
         const gchar *equivalent,
         GeoAmount debt,
         gpointer user_data,
         GError **error) {
  const Debts *debts = user_data;
  const GeoEquivalent *found = geo_community_find_equivalent (debts->community,
                                                              equivalent);
  g_autofree gchar *debtor_text = geo_pid_to_string (debtor);
  g_autofree gchar *creditor_text = geo_pid_to_string (creditor);
  g_autofree gchar *amount = NULL;
  g_autoptr (GString) line = g_string_new (NULL);

  if (found == NULL) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "The community has no equivalent %s, and there are debts in "
                 "it.",
                 equivalent);
    return FALSE;
  }
  amount = geo_amount_to_string (debt, (guint) found->precision);
  g_string_printf (line, "%s,%s,%s,%s", debtor_text, creditor_text, equivalent,
                   amount);
  append_name (line, debts, debtor);
  append_name (line, debts, creditor);
  return line_cb (line->str, NULL, error);
}

static gboolean
export_debts (GeoHubStore *store, GError **error) {
  g_autoptr (GeoCommunity) community = geo_hub_store_get_community (store,
                                                                    error);
  g_autoptr (GHashTable) names =
      g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free, g_free);
  Debts debts = { names, community };

  return community != NULL &&
         geo_hub_store_load_participants (store, participant_cb, &debts,
                                          error) &&
         line_cb ("debtor,creditor,equivalent,amount,debtor_name,creditor_name",
                  NULL, error) &&
         geo_hub_store_load_debts (store, debt_cb, &debts, error);
}

GeoHubExit
geo_hub_command_export (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_autoptr (GeoHubStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean csv = FALSE;
  gboolean done;
  const GOptionEntry entries[] = {
    { "csv", 0, 0, G_OPTION_ARG_NONE, &csv,
      "Print who owes whom how much now, as a table", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, NULL, 0,
          "Prints every signed object of the database, one JSON object on each "
          "line, for others\nto check.  Who passed what on is in it: mind whom "
          "you give it to.",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  store = geo_hub_place_open (&place, &error);
  if (store == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  done = csv ? export_debts (store, &error)
             : geo_hub_store_export (store, line_cb, NULL, &error);
  if (done && fflush (stdout) != 0)
    done = set_write_error (&error);
  if (!done)
    return geo_hub_complain (
        g_error_matches (error, GEO_HUB_ERROR, GEO_HUB_ERROR_FAILED)
            ? GEO_HUB_EXIT_FAILED
            : GEO_HUB_EXIT_DATA,
        "%s", error->message);
  return GEO_HUB_EXIT_DONE;
}
