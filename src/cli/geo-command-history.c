/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo history, geo receipt and geo verify: what happened, and what proves it.
 * Nothing here changes anything but the file that --output names.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-passphrase.h"
#include "node/geo-output.h"
#include "node/geo-phrases.h"
#include "node/geo-proof.h"

/* How long a page of the journal may take to come from disk. */
#define PAGE_TIMEOUT_MS 10000
/* A receipt with everything in it; a larger file is none. */

/* --- history ------------------------------------------------------------ */

static void
add_history_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT, &cli->limit, N_ ("How many lines (20)"),
      N_ ("N") },
    { "before", 0, 0, G_OPTION_ARG_INT64, &cli->before,
      N_ ("Only what is older than this line"), N_ ("NUMBER") },
    { "search", 0, 0, G_OPTION_ARG_FILENAME, &cli->search,
      N_ ("Only what has this in its note or in the other’s name"),
      N_ ("TEXT") },
    { "with", 0, 0, G_OPTION_ARG_FILENAME, &cli->with,
      N_ ("Only what is between you and this person"), N_ ("WHO") },
    { "kind", 0, 0, G_OPTION_ARG_FILENAME, &cli->kinds,
      N_ ("Only paid, received, passed, trust-given, trust-got, cleared, "
          "joined or refused; several with commas"),
      N_ ("KIND") },
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &cli->states,
      N_ ("Only sending, in-doubt, paid or not-paid; several with commas"),
      N_ ("STATE") },
    { "equivalent", 0, 0, G_OPTION_ARG_FILENAME, &cli->equivalent,
      N_ ("Only what counts in this"), N_ ("CODE") },
    { "since", 0, 0, G_OPTION_ARG_FILENAME, &cli->since,
      N_ ("Only from this day on"), N_ ("YYYY-MM-DD") },
    { "until", 0, 0, G_OPTION_ARG_FILENAME, &cli->until,
      N_ ("Only up to this day, and with it"), N_ ("YYYY-MM-DD") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static gboolean
is_loaded (gpointer user_data) {
  return geo_activity_item_get_loaded (user_data);
}

static gboolean
is_found (gpointer user_data) {
  return !geo_activity_model_get_searching (user_data);
}

/* A new reference; NULL: the disk does not answer. */
static GeoActivityItem *
load_item (GListModel *activity, guint index) {
  g_autoptr (GeoActivityItem) item = g_list_model_get_item (activity, index);

  if (item == NULL || !geo_cli_wait_until (is_loaded, item, PAGE_TIMEOUT_MS))
    return NULL;
  return g_steal_pointer (&item);
}

/* The first position, newest first, whose id is below before: by halves, so
 * that a long history is not read to find its end. */
static gboolean
find_before (GListModel *activity, gint64 before, guint *out) {
  guint low = 0, high = g_list_model_get_n_items (activity);

  while (low < high) {
    guint middle = low + (high - low) / 2;
    g_autoptr (GeoActivityItem) item = load_item (activity, middle);

    if (item == NULL)
      return FALSE;
    if (geo_activity_item_get_id (item) < before)
      high = middle;
    else
      low = middle + 1;
  }
  *out = low;
  return TRUE;
}

static const gchar *
kind_name (GeoItemKind kind) {
  switch (kind) {
  case GEO_ITEM_PAID:
    return "paid";
  case GEO_ITEM_RECEIVED:
    return "received";
  case GEO_ITEM_PASSED:
    return "passed";
  case GEO_ITEM_TRUST_GIVEN:
    return "trust-given";
  case GEO_ITEM_TRUST_GOT:
    return "trust-got";
  case GEO_ITEM_CLEARED:
    return "cleared";
  case GEO_ITEM_JOINED:
    return "joined";
  case GEO_ITEM_REFUSED:
    return "refused";
  }
  return "unknown";
}

/* Whether the sentence of the kind leaves the amount to be said. */
static gboolean
wants_amount (GeoItemKind kind) {
  switch (kind) {
  case GEO_ITEM_PAID:
  case GEO_ITEM_RECEIVED:
  case GEO_ITEM_PASSED:
  case GEO_ITEM_CLEARED:
  case GEO_ITEM_REFUSED:
    return TRUE;
  case GEO_ITEM_TRUST_GIVEN:
  case GEO_ITEM_TRUST_GOT:
  case GEO_ITEM_JOINED:
    return FALSE;
  }
  return FALSE;
}

static void
report_item (GeoReport *report, GeoActivityItem *item) {
  const gchar *equivalent = geo_activity_item_get_equivalent (item);
  GeoItemKind kind = geo_activity_item_get_kind (item);

  geo_report_begin (report, NULL);
  geo_report_number (report, "id", geo_activity_item_get_id (item));
  geo_report_text (report, "kind", kind_name (kind));
  geo_report_text (report, "state",
                   geo_cli_state_name (geo_activity_item_get_state (item)));
  geo_report_time (report, "time", geo_activity_item_get_time (item));
  if (kind != GEO_ITEM_JOINED) {
    geo_report_text (report, "name", geo_activity_item_get_peer_name (item));
    geo_report_text (report, "pid", geo_activity_item_get_peer_pid (item));
    geo_report_text (report, "equivalent", equivalent);
    geo_report_amount (report, "amount", geo_activity_item_get_amount (item),
                       geo_activity_item_get_precision (item));
  }
  geo_report_text (report, "note", geo_activity_item_get_text (item));
  geo_report_text (report, "tx_id", geo_activity_item_get_tx_id (item));
  geo_report_text (report, "receipt", geo_activity_item_get_receipt_key (item));
  geo_report_text (report, "reason", geo_activity_item_get_reason (item));
  geo_report_flag (report, "proven", geo_activity_item_get_proven (item));
  geo_report_end (report);
}

static void
say_item (GeoCli *cli, GeoActivityItem *item) {
  g_autofree gchar *phrase = geo_phrase_activity (item);
  g_autofree gchar *when =
      geo_phrase_date_time (geo_activity_item_get_time (item));
  g_autofree gchar *amount =
      geo_phrase_amount (geo_activity_item_get_amount (item),
                         geo_activity_item_get_precision (item),
                         geo_activity_item_get_equivalent (item));
  g_autofree gchar *note = g_strdup (geo_activity_item_get_text (item));
  const gchar *reason = geo_activity_item_get_reason (item);
  GeoItemKind kind = geo_activity_item_get_kind (item);

  if (wants_amount (kind) && strchr (phrase, ':') != NULL)
    geo_cli_say (cli, "%" G_GINT64_FORMAT "  %s  %s (%s)",
                 geo_activity_item_get_id (item), when, phrase, amount);
  else if (wants_amount (kind))
    geo_cli_say (cli, "%" G_GINT64_FORMAT "  %s  %s: %s",
                 geo_activity_item_get_id (item), when, phrase, amount);
  else
    geo_cli_say (cli, "%" G_GINT64_FORMAT "  %s  %s",
                 geo_activity_item_get_id (item), when, phrase);
  if (reason != NULL)
    geo_cli_say (cli, "    %s", reason);
  if (note != NULL)
    geo_cli_say (cli, "    “%s”", g_strdelimit (note, "\n", ' '));
  if (geo_activity_item_get_receipt_key (item) != NULL)
    geo_cli_say (cli, "    geo receipt %s",
                 geo_activity_item_get_tx_id (item) != NULL &&
                         kind == GEO_ITEM_PAID
                     ? geo_activity_item_get_tx_id (item)
                     : geo_activity_item_get_receipt_key (item));
}

/* --- what is asked for --- */

/* Bits of the words in text; the names of bits are those of the JSON document.
 */
static gboolean
read_words (GeoCli *cli,
            const gchar *text,
            const gchar *(*name_of) (guint number),
            guint max,
            guint *bits,
            int *status) {
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ",", -1);

  for (gsize i = 0; words[i] != NULL; i++) {
    guint number = 1;

    while (number <= max && !g_str_equal (name_of (number), words[i]))
      number++;
    if (number > max) {
      *status = geo_cli_fail_printf (
          cli, GEO_EXIT_USAGE,
          _ ("“%s” is none of these words; “geo history --help” names them."),
          words[i]);
      return FALSE;
    }
    *bits |= 1u << number;
  }
  return TRUE;
}

static const gchar *
kind_word (guint number) {
  return kind_name ((GeoItemKind) number);
}

static const gchar *
state_word (guint number) {
  return geo_cli_state_name ((GeoState) number);
}

/* Midnight here, days later. */
static gboolean
read_day (GeoCli *cli,
          const gchar *text,
          gint days,
          GeoTime *out,
          int *status) {
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autofree gchar *full = NULL;
  g_autoptr (GDateTime) day = NULL;
  g_autoptr (GDateTime) end = NULL;

  if (text == NULL)
    return TRUE;
  full = g_strconcat (text, "T00:00:00", NULL);
  day = g_date_time_new_from_iso8601 (full, zone);
  if (day == NULL) {
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE, _ ("“%s” is no day: write it as 2026-11-20."),
        text);
    return FALSE;
  }
  end = g_date_time_add_days (day, days);
  *out = g_date_time_to_unix (end) * 1000;
  return TRUE;
}

/* The list that the options ask for; owned. */
static GListModel *
find_activity (GeoCli *cli, GeoNode *node, int *status) {
  GeoActivityFilter filter = { .text = cli->search };
  g_autoptr (GeoActivityModel) model = NULL;
  g_autoptr (GeoPerson) person = NULL;
  guint precision;

  if (!read_words (cli, cli->kinds, kind_word, GEO_ITEM_REFUSED, &filter.kinds,
                   status) ||
      !read_words (cli, cli->states, state_word, GEO_STATE_NOT_PAID,
                   &filter.states, status) ||
      !read_day (cli, cli->since, 0, &filter.from, status) ||
      !read_day (cli, cli->until, 1, &filter.to, status))
    return NULL;
  if (cli->since != NULL && cli->until != NULL && filter.from >= filter.to) {
    *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                            _ ("The period ends before it begins."));
    return NULL;
  }
  if (cli->equivalent != NULL) {
    filter.equivalent = geo_cli_find_equivalent (cli, node, cli->equivalent,
                                                 &precision, status);
    if (filter.equivalent == NULL)
      return NULL;
  }
  if (cli->with != NULL) {
    person = geo_cli_find_person (cli, node, cli->with, status);
    if (person == NULL)
      return NULL;
    filter.person = geo_person_get_pid (person);
  }
  if (geo_activity_filter_is_empty (&filter))
    return g_object_ref (geo_node_get_activity (node));
  model = geo_node_make_activity (node);
  geo_activity_model_set_filter (model, &filter);
  if (!geo_cli_wait_until (is_found, model, PAGE_TIMEOUT_MS)) {
    *status = geo_cli_fail (cli, GEO_EXIT_FAILED,
                            _ ("The journal cannot be read."));
    return NULL;
  }
  return G_LIST_MODEL (g_steal_pointer (&model));
}

static int
tell_history (GeoCli *cli, GeoNode *node, gboolean is_connected) {
  int status;
  g_autoptr (GListModel) activity = find_activity (cli, node, &status);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GeoReport *report = NULL;
  guint start = 0;

  if (activity == NULL)
    return status;
  if (cli->before < G_MAXINT64 && !find_before (activity, cli->before, &start))
    return geo_cli_fail (cli, GEO_EXIT_FAILED,
                         _ ("The journal cannot be read."));
  while (items->len < (guint) cli->limit &&
         start + items->len < g_list_model_get_n_items (activity)) {
    GeoActivityItem *item = load_item (activity, start + items->len);

    if (item == NULL)
      return geo_cli_fail (cli, GEO_EXIT_FAILED,
                           _ ("The journal cannot be read."));
    g_ptr_array_add (items, item);
  }

  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_cli_report_connection (report, node, is_connected);
    geo_report_number (report, "open", geo_node_get_open_count (node));
    geo_report_begin_array (report, "items");
  }
  for (guint i = 0; i < items->len; i++) {
    if (report != NULL)
      report_item (report, items->pdata[i]);
    else
      say_item (cli, items->pdata[i]);
  }
  if (report != NULL)
    geo_report_end_array (report);
  else
    geo_cli_say_connection (cli, node, is_connected);
  return geo_cli_done (cli, report);
}

static gboolean
nothing_open (gpointer user_data) {
  return geo_node_get_open_count (user_data) == 0;
}

static int
run_history (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  gboolean is_connected;
  int status;

  if (cli->limit < 1 || cli->limit > GEO_CLI_HISTORY_LINES_MAX)
    return geo_cli_fail_printf (cli, GEO_EXIT_USAGE,
                                _ ("--limit takes 1 to %d lines."),
                                GEO_CLI_HISTORY_LINES_MAX);
  if (cli->before < 1)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("--before takes the number at the head of a line "
                            "of history."));
  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  is_connected = geo_cli_try_connect (cli, node);
  /* What is in doubt is asked about as soon as the hub is there. */
  if (is_connected)
    geo_cli_wait_until (nothing_open, node, GEO_CLI_OPEN_MS);
  status = tell_history (cli, node, is_connected);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_history = {
  .name = "history",
  .arguments = "",
  .summary = N_ ("What happened, newest first"),
  .description = N_ (
      "Asks the hub what became of payments in doubt. Each line begins "
      "with a number:\n--before NUMBER goes on from there.\n\n"
      "Examples:\n"
      "  geo history --limit 5\n"
      "  geo history --before 120 --json\n"
      "  geo history --search honey --with Olena --since 2026-11-01\n"
      "  geo history --kind refused"),
  .add_options = add_history_options,
  .run = run_history,
};

/* --- receipt ------------------------------------------------------------ */

static void
add_receipt_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write it to this file"), N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
tell_receipt (GeoCli *cli, const gchar *key, const gchar *receipt) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *display = NULL;
  GeoReport *report;

  if (cli->output == NULL) {
    fputs (receipt, cli->out);
    fputc ('\n', cli->out);
    return geo_cli_done (cli, NULL);
  }
  display = g_filename_display_name (cli->output);
  if (!geo_output_put (cli->output, receipt, &error))
    return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                _ ("The receipt cannot be written: %s"),
                                error->message);
  geo_cli_say (cli, _ ("The receipt is in %s."), display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "key", key);
  geo_report_text (report, "file", display);
  return geo_cli_done (cli, report);
}

static int
run_receipt (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *receipt = NULL;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  /* Where nothing is proven, the hub says it again. */
  if (geo_node_is_hearsay (node) && !geo_cli_connect (cli, node, &status))
    return status;
  geo_node_get_receipt_async (node, arguments[0], NULL, geo_cli_result_cb,
                              &result);
  receipt = geo_node_get_receipt_finish (node, geo_cli_wait_result (&result),
                                         &error);
  if (receipt == NULL)
    return geo_cli_fail_error (cli, error);
  return tell_receipt (cli, arguments[0], receipt);
}

const GeoCommand geo_command_receipt = {
  .name = "receipt",
  .arguments = N_ ("ID|KEY"),
  .summary = N_ ("The proof of a payment, for “geo verify” or for anybody"),
  .description = N_ (
      "ID is that of a payment of yours, KEY what “geo history” shows. A "
      "receipt is a\nJSON document with all signatures; it connects to "
      "nothing.\n\n"
      "Examples:\n"
      "  geo receipt invoice-2026-117\n"
      "  geo receipt invoice-2026-117 --output receipt.json"),
  .arguments_min = 1,
  .arguments_max = 1,
  .add_options = add_receipt_options,
  .run = run_receipt,
};

/* --- verify ------------------------------------------------------------- */

/* The profile whose key opens a backup: NULL where there is none, or nobody to
 * type its passphrase, and *status where unlocking it failed. */
static GeoProfile *
unlock_for_backup (GeoCli *cli, const gchar *path, int *status) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  GeoKeyPlace place = geo_profile_get_key_place (profile);

  if (place == GEO_KEY_PLACE_NONE || !geo_proof_is_backup (path) ||
      (place == GEO_KEY_PLACE_FILE && cli->common.passphrase_file == NULL &&
       !geo_passphrase_can_ask ()) ||
      !geo_cli_unlock (cli, profile, status))
    return NULL;
  return g_steal_pointer (&profile);
}

static int
verify_file (GeoCli *cli, const gchar *path) {
  gboolean is_link = g_ascii_strncasecmp (path, "geo:", 4) == 0;
  g_autoptr (GeoProfile) profile = NULL;
  g_auto (GeoProof) proof = { NULL };
  g_autoptr (GError) error = NULL;
  int status = GEO_EXIT_DONE;
  GeoReport *report;

  if (!is_link)
    profile = unlock_for_backup (cli, path, &status);
  if (status != GEO_EXIT_DONE)
    return status;
  if (!(is_link ? geo_proof_verify_text (path, strlen (path), &proof, &error)
        : profile != NULL
            ? geo_proof_verify_backup (path, profile, &proof, &error)
            : geo_proof_verify (path, &proof, &error))) {
    if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR)
      return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                  _ ("The file cannot be read: %s"),
                                  error->message);
    geo_report_text (geo_cli_detail (cli), "file", proof.kind);
    geo_report_number (geo_cli_detail (cli), "records", proof.records);
    return geo_cli_fail_printf (cli, GEO_EXIT_NOT_VERIFIED,
                                _ ("This does not hold: %s"), error->message);
  }
  geo_cli_say (cli, "%s", proof.sentence);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "file", proof.kind);
  geo_report_text (report, "proves", proof.sentence);
  geo_report_number (report, "records", proof.records);
  if (g_strcmp0 (proof.kind, "backup") == 0)
    geo_report_flag (report, "opened", !proof.is_closed);
  return geo_cli_done (cli, report);
}

static int
verify_journal (GeoCli *cli) {
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *number = NULL;
  gint64 records = 0;
  GeoReport *report;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  geo_node_verify_async (node, NULL, geo_cli_result_cb, &result);
  if (!geo_node_verify_finish (node, geo_cli_wait_result (&result), &records,
                               &error)) {
    geo_report_number (geo_cli_detail (cli), "records", records);
    return geo_cli_fail (cli, GEO_EXIT_NOT_VERIFIED, error->message);
  }
  number = g_strdup_printf ("%" G_GINT64_FORMAT, records);
  geo_cli_say (cli,
               ngettext ("The journal holds: %s record.",
                         "The journal holds: %s records.", (gulong) records),
               number);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_number (report, "records", records);
  return geo_cli_done (cli, report);
}

static int
run_verify (GeoCli *cli, gchar **arguments) {
  return arguments[0] != NULL ? verify_file (cli, arguments[0])
                              : verify_journal (cli);
}

const GeoCommand geo_command_verify = {
  .name = "verify",
  .arguments = N_ ("[FILE|LINK]"),
  .summary = N_ ("Check a file that proves something, or your whole journal"),
  .description = N_ (
      "With FILE, a receipt, statement, checkpoint, journal or evidence, or "
      "the "
      "LINK of\na request, checks it with neither network nor keys and says "
      "what it proves, or\nthe first record that does not hold and why; "
      "without, checks every record of the\njournal.  Of a backup its owner’s "
      "profile checks every record, any other its\nlength.  Exit status 6: it "
      "does not hold.\n\n"
      "Examples:\n"
      "  geo verify receipt.json\n"
      "  geo verify"),
  .arguments_max = 1,
  .run = run_verify,
};
