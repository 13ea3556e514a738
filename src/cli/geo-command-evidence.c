/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `geo evidence': what the journal holds against the hub, listed and written to
 * a file that anybody can check.  It asks nobody.
 */
#include "config.h"

#include "cli/geo-cli-node.h"
#include "cli/geo-cli-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#include "node/geo-output.h"
#include "node/geo-phrases.h"

static void
add_evidence_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write it to this file"), N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
tell_list (GeoCli *cli, const GPtrArray *items) {
  GeoReport *report = NULL;

  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_report_begin_array (report, "items");
  }
  for (guint i = 0; i < items->len; i++) {
    const GeoEvidenceItem *item = g_ptr_array_index (items, i);
    g_autofree gchar *when = geo_phrase_date_time (item->at);

    geo_cli_say (cli, "%" G_GINT64_FORMAT "  %s  %s", item->number, when,
                 item->sentence);
    if (report == NULL)
      continue;
    geo_report_begin (report, NULL);
    geo_report_number (report, "number", item->number);
    geo_report_time (report, "time", item->at);
    geo_report_text (report, "says", item->sentence);
    geo_report_end (report);
  }
  if (report != NULL)
    geo_report_end_array (report);
  else if (items->len == 0)
    geo_cli_say (cli, "%s", _ ("Nothing is held against the hub."));
  return geo_cli_done (cli, report);
}

static int
tell_one (GeoCli *cli, const GeoEvidenceItem *item) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *display = NULL;
  GeoReport *report;

  if (cli->output == NULL) {
    fputs (item->file, cli->out);
    fputc ('\n', cli->out);
    return geo_cli_done (cli, NULL);
  }
  display = g_filename_display_name (cli->output);
  if (!geo_output_put (cli->output, item->file, &error))
    return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                _ ("The evidence cannot be written: %s"),
                                error->message);
  geo_cli_say (cli, _ ("The evidence is in %s."), display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_number (report, "number", item->number);
  geo_report_text (report, "file", display);
  return geo_cli_done (cli, report);
}

static int
run_evidence (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) error = NULL;
  gint64 number = 0;
  int status;

  if (arguments[0] != NULL &&
      !g_ascii_string_to_signed (arguments[0], 10, 1, G_MAXINT64, &number,
                                 NULL))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("NUMBER is what “geo evidence” shows."));
  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  geo_node_list_evidence_async (node, NULL, geo_cli_result_cb, &result);
  items = geo_node_list_evidence_finish (node, geo_cli_wait_result (&result),
                                         &error);
  if (items == NULL)
    return geo_cli_fail_error (cli, error);
  if (arguments[0] == NULL)
    return tell_list (cli, items);
  for (guint i = 0; i < items->len; i++) {
    const GeoEvidenceItem *item = g_ptr_array_index (items, i);

    if (item->number == number)
      return tell_one (cli, item);
  }
  return geo_cli_fail (cli, GEO_EXIT_FAILED,
                       _ ("There is no evidence of that number: “geo "
                          "evidence” lists what there is."));
}

const GeoCommand geo_command_evidence = {
  .name = "evidence",
  .arguments = N_ ("[NUMBER]"),
  .summary = N_ ("What is held against the hub"),
  .description = N_ (
      "Lists what the hub signed that does not fit together. With NUMBER, "
      "prints it as\na JSON document that “geo verify” checks anywhere; it "
      "connects to nothing.\n\n"
      "Examples:\n"
      "  geo evidence\n"
      "  geo evidence 212 --output evidence.json"),
  .arguments_max = 1,
  .add_options = add_evidence_options,
  .run = run_evidence,
};
