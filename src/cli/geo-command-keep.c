/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo export and geo backup: what a person has, whole, to look at or to keep.
 */
#include "config.h"

#include "cli/geo-cli-node.h"

#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>

#include "node/geo-output.h"

/* --- export ------------------------------------------------------------- */

static void
add_output_option (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write it to this file"), N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
fail_export (GeoCli *cli, const GError *error) {
  if (error->domain == G_IO_ERROR)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_FAILED, _ ("This cannot be written: %s"), error->message);
  return geo_cli_fail_error (cli, error);
}

static int
run_export (GeoCli *cli, gchar **arguments) {
  g_auto (GeoOutput) output = GEO_OUTPUT_INIT;
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *display = NULL;
  GeoReport *report;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  geo_cli_try_connect (cli, node);
  geo_cli_close (node);
  fflush (cli->out);
  if (cli->output != NULL && !geo_output_open (&output, cli->output, &error))
    return fail_export (cli, error);
  stream = g_unix_output_stream_new (
      cli->output != NULL ? output.fd : fileno (cli->out), FALSE);
  geo_node_export_async (node, stream, NULL, geo_cli_result_cb, &result);
  if (!geo_node_export_finish (node, geo_cli_wait_result (&result), &error) ||
      (cli->output != NULL && !geo_output_finish (&output, &error)))
    return fail_export (cli, error);
  if (cli->output == NULL)
    return geo_cli_done (cli, NULL);
  display = g_filename_display_name (cli->output);
  geo_cli_say (cli, _ ("Everything is in %s."), display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "file", display);
  return geo_cli_done (cli, report);
}

const GeoCommand geo_command_export = {
  .name = "export",
  .arguments = "",
  .summary = N_ ("Lines, balances, people and history as one JSON document"),
  .description = N_ (
      "The same on every computer that has the same identity and has caught "
      "up, byte\nfor byte: also after a restore. Your notes are in it in "
      "clear.\n\n"
      "Examples:\n"
      "  geo export --output geo.json\n"
      "  geo --offline export | sha256sum"),
  .add_options = add_output_option,
  .run = run_export,
};

/* --- backup ------------------------------------------------------------- */

static int
run_backup (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *display = g_filename_display_name (arguments[0]);
  GeoReport *report;
  int status;

  if (!geo_cli_unlock (cli, profile, &status))
    return status;
  geo_profile_backup_async (profile, arguments[0], NULL, NULL, NULL,
                            geo_cli_result_cb, &result);
  if (!geo_profile_backup_finish (profile, geo_cli_wait_result (&result),
                                  &error))
    return geo_cli_fail_error (cli, error);
  if (geo_output_is_stdout (arguments[0]))
    return geo_cli_done (cli, NULL);
  geo_cli_say (cli, _ ("The backup is in %s. Only your twelve words open it."),
               display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "file", display);
  return geo_cli_done (cli, report);
}

const GeoCommand geo_command_backup = {
  .name = "backup",
  .arguments = N_ ("FILE"),
  .summary = N_ ("All your records in one encrypted file"),
  .description = N_ (
      "Also while a wallet uses them. Only your twelve words open it, with "
      "“geo\nrestore”. A file of that name is replaced, whole or not at "
      "all.\n\n"
      "Examples:\n"
      "  geo backup /media/stick/geo.backup"),
  .arguments_min = 1,
  .arguments_max = 1,
  .run = run_backup,
};
