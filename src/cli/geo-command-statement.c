/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo statement: what moved the balances in a period, signed and with all
 * evidence, as a table for a spreadsheet, or as pages to read.  A file is
 * written whole or not at all.
 */
#include "config.h"

#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "cli/geo-cli-node.h"
#include "node/geo-output.h"
#include "node/geo-statement.h"

static void
add_statement_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &cli->from,
      N_ ("From this day on (the beginning)"), N_ ("DAY") },
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &cli->to,
      N_ ("To this day, with it (now)"), N_ ("DAY") },
    { "equivalent", 0, 0, G_OPTION_ARG_FILENAME, &cli->equivalent,
      N_ ("Only in this equivalent"), N_ ("EQUIVALENT") },
    { "person", 0, 0, G_OPTION_ARG_FILENAME, &cli->person,
      N_ ("Only what moved the balance with one person"), N_ ("WHO") },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write the signed statement to this file"), N_ ("FILE") },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &cli->csv,
      N_ ("Write a table for spreadsheets to this file instead"), N_ ("FILE") },
    { "pdf", 0, 0, G_OPTION_ARG_FILENAME, &cli->pdf,
      N_ ("Write pages to read and print to this file instead"), N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
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
  end = day != NULL ? g_date_time_add_days (day, days) : NULL;
  if (end == NULL || g_date_time_to_unix (end) < 0) {
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE, _ ("“%s” is no day: write it as 2026-11-20."),
        text);
    return FALSE;
  }
  *out = g_date_time_to_unix (end) * 1000;
  return TRUE;
}

static void
progress_cb (goffset done, goffset total, gpointer user_data) {
  GeoCli *cli = user_data;

  if (total > 0)
    fprintf (cli->err, "\r%3d %%", (int) (done * 100 / total));
}

static int
fail_statement (GeoCli *cli, const GError *error) {
  if (error->domain == G_IO_ERROR)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_FAILED, _ ("This cannot be written: %s"), error->message);
  return geo_cli_fail_error (cli, error);
}

static int
write_statement (GeoCli *cli,
                 GeoNode *node,
                 GeoTime from,
                 GeoTime to,
                 const GeoPid *peer,
                 const gchar *equivalent) {
  GeoStatementFormat format = cli->csv != NULL   ? GEO_STATEMENT_CSV
                              : cli->pdf != NULL ? GEO_STATEMENT_PDF
                                                 : GEO_STATEMENT_JSON;
  const gchar *name = cli->csv != NULL   ? cli->csv
                      : cli->pdf != NULL ? cli->pdf
                                         : cli->output;
  g_auto (GeoOutput) output = GEO_OUTPUT_INIT;
  gboolean shows = name != NULL && !cli->common.json &&
                   isatty (fileno (cli->err)) == 1;
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *display = NULL;
  g_autofree gchar *count = NULL;
  GeoReport *report;
  gint64 rows;

  /* What is printed. */
  if (name != NULL && geo_output_is_stdout (name))
    name = NULL;
  fflush (cli->out);
  if (name != NULL && !geo_output_open (&output, name, &error))
    return fail_statement (cli, error);
  stream = g_unix_output_stream_new (
      name != NULL ? output.fd : fileno (cli->out), FALSE);
  geo_node_statement_async (node, format, from, to, peer, equivalent, stream,
                            shows ? progress_cb : NULL, cli, NULL,
                            geo_cli_result_cb, &result);
  if (!geo_node_statement_finish (node, geo_cli_wait_result (&result), &rows,
                                  &error) ||
      (name != NULL && !geo_output_finish (&output, &error)))
    return fail_statement (cli, error);
  if (shows)
    fprintf (cli->err, "\r");
  if (name == NULL)
    return geo_cli_done (cli, NULL);
  display = g_filename_display_name (name);
  count = g_strdup_printf ("%" G_GINT64_FORMAT, rows);
  geo_cli_say (
      cli, ngettext ("%s row is in %s.", "%s rows are in %s.", (gulong) rows),
      count, display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "file", display);
  geo_report_number (report, "rows", rows);
  return geo_cli_done (cli, report);
}

static int
run_statement_with (GeoCli *cli, GeoNode *node) {
  g_autoptr (GeoPerson) person = NULL;
  const gchar *equivalent = NULL;
  GeoTime from = 0;
  GeoTime to = g_get_real_time () / 1000 + 1;
  int status;

  if (!read_day (cli, cli->from, 0, &from, &status) ||
      !read_day (cli, cli->to, 1, &to, &status))
    return status;
  if (from >= to)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("The period ends before it begins."));
  if (cli->equivalent != NULL) {
    equivalent = geo_cli_find_equivalent (cli, node, cli->equivalent, NULL,
                                          &status);
    if (equivalent == NULL)
      return status;
  }
  geo_cli_try_connect (cli, node);
  if (cli->person != NULL) {
    person = geo_cli_find_person (cli, node, cli->person, &status);
    if (person == NULL)
      return status;
  }
  return write_statement (cli, node, from, to,
                          person != NULL ? geo_person_get_pid (person) : NULL,
                          equivalent);
}

static int
run_statement (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  int status;

  if ((cli->csv != NULL) + (cli->pdf != NULL) + (cli->output != NULL) > 1)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Only one of --output, --csv and --pdf."));
  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  status = run_statement_with (cli, node);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_statement = {
  .name = "statement",
  .arguments = "",
  .summary = N_ (
      "What moved your balances in a period, signed, as a table or on paper"),
  .description = N_ (
      "Prints a statement with the balances at both ends and every record "
      "between them\nwith its evidence, which “geo verify” checks anywhere; "
      "or writes a table,\nor pages to read and print. Days are those of this "
      "computer’s time zone.\n\n"
      "Examples:\n"
      "  geo statement --from 2026-10-01 --to 2026-10-31 --output october.geo\n"
      "  geo statement --person Ivan --equivalent UAH --csv ivan.csv\n"
      "  geo statement --from 2026-01-01 --pdf year.pdf"),
  .add_options = add_statement_options,
  .run = run_statement,
};
