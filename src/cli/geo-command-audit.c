/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `geo audit': what two wallets were shown of the hub's log, compared.  Files
 * and journals only: it asks nobody and needs no key.
 */
#include "config.h"

#include "cli/geo-cli-node.h"
#include "cli/geo-cli-private.h"

#include <glib/gi18n.h>

#include "node/geo-heads.h"

static void
add_audit_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write the proof to this file, where there is one"), N_ ("FILE") },
    { "export", 0, 0, G_OPTION_ARG_FILENAME, &cli->export,
      N_ ("Write what you were shown to this file, for others to compare"),
      N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* Whose file it is comes with the sentence. */
static int
fail_read (GeoCli *cli, const gchar *path, const GError *error) {
  g_autofree gchar *display = g_filename_display_name (path);

  if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR)
    return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                _ ("The file cannot be read: %s"),
                                error->message);
  if (error->domain == GEO_NODE_ERROR)
    return geo_cli_fail_error (cli, error);
  return geo_cli_fail_printf (cli, GEO_EXIT_USAGE,
                              /* Translators: a file, why. */
                              _ ("%s cannot be compared: %s"), display,
                              error->message);
}

/* path NULL: our own.  like (may be NULL): the community that is meant where
 * none was typed. */
static GeoHeads *
read_heads (GeoCli *cli, const gchar *path, const GeoHeads *like, int *status) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GPtrArray) communities = NULL;
  g_autoptr (GError) error = NULL;
  const GeoPid *meant = NULL;
  GeoHeads *heads;
  GeoPid typed;

  if (cli->common.community != NULL) {
    if (!geo_cli_find_community (cli, profile, &typed, status))
      return NULL;
    meant = &typed;
  } else if (like != NULL) {
    meant = geo_heads_get_community (like);
  } else if (path == NULL) {
    communities = geo_profile_list_communities (profile);
    if (communities->len > 0)
      meant = g_ptr_array_index (communities, 0);
  }
  if (path == NULL)
    path = geo_profile_get_folder (profile);
  heads = geo_heads_read (path, meant, &error);
  if (heads == NULL)
    *status = fail_read (cli, path, error);
  return heads;
}

static gboolean
write_proof (GeoCli *cli, const GeoHeadsResult *result, int *status) {
  g_autoptr (GError) error = NULL;

  if (cli->output == NULL) {
    if (!cli->common.json)
      fprintf (cli->out, "%s\n", result->evidence);
    return TRUE;
  }
  if (g_file_set_contents_full (cli->output, result->evidence, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT |
                                    G_FILE_SET_CONTENTS_DURABLE,
                                0600, &error))
    return TRUE;
  *status = geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                 _ ("The evidence cannot be written: %s"),
                                 error->message);
  return FALSE;
}

static const gchar *
outcome_name (GeoHeadsOutcome outcome) {
  switch (outcome) {
  case GEO_HEADS_FIT:
    return "fit";
  case GEO_HEADS_CONTRADICT:
    return "contradiction";
  case GEO_HEADS_UNKNOWN:
    return "unknown";
  }
  g_assert_not_reached ();
}

static void
describe (GeoCli *cli, GeoReport *report, const GeoHeadsResult *result) {
  geo_report_text (report, "outcome", outcome_name (result->outcome));
  geo_report_number (report, "common", result->common);
  geo_report_number (report, "first", result->sizes[0]);
  geo_report_number (report, "second", result->sizes[1]);
  if (result->evidence != NULL && cli->output != NULL) {
    g_autofree gchar *display = g_filename_display_name (cli->output);

    geo_report_text (report, "file", display);
  } else if (result->evidence != NULL) {
    geo_report_text (report, "evidence", result->evidence);
  }
}

static int
tell (GeoCli *cli, const GeoHeadsResult *result) {
  GeoReport *report;
  int status;

  switch (result->outcome) {
  case GEO_HEADS_FIT:
    geo_cli_say (cli, "%s", result->sentence);
    if (!cli->common.json)
      return geo_cli_done (cli, NULL);
    report = geo_cli_report_new (cli);
    describe (cli, report, result);
    geo_report_text (report, "says", result->sentence);
    return geo_cli_done (cli, report);
  case GEO_HEADS_CONTRADICT:
    if (!write_proof (cli, result, &status))
      return status;
    describe (cli, geo_cli_detail (cli), result);
    return geo_cli_fail (cli, GEO_EXIT_NOT_VERIFIED, result->sentence);
  case GEO_HEADS_UNKNOWN:
    describe (cli, geo_cli_detail (cli), result);
    return geo_cli_fail (cli, GEO_EXIT_UNKNOWN, result->sentence);
  }
  g_assert_not_reached ();
}

static int
export (GeoCli *cli, const GeoHeads *heads) {
  g_autofree gchar *display = g_filename_display_name (cli->export);
  g_autoptr (GError) error = NULL;
  GeoReport *report;

  if (!geo_heads_write (heads, cli->export, &error))
    return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                _ ("The file cannot be written: %s"),
                                error->message);
  geo_cli_say (cli, _ ("What was shown is in %s."), display);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "file", display);
  geo_report_number (report, "heads", geo_heads_count (heads));
  return geo_cli_done (cli, report);
}

static int
run_audit (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoHeads) one = NULL;
  g_autoptr (GeoHeads) other = NULL;
  g_auto (GeoHeadsResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (cli->export != NULL && arguments[0] != NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("--export writes your own, and compares nothing."));
  if (cli->export != NULL) {
    one = read_heads (cli, NULL, NULL, &status);
    return one != NULL ? export (cli, one) : status;
  }
  if (arguments[0] == NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Say what to compare yours with: a file, a "
                            "journal or a folder of a profile."));
  /* The last says which community is meant: it is a file more often. */
  other = read_heads (cli, arguments[1] != NULL ? arguments[1] : arguments[0],
                      NULL, &status);
  if (other == NULL)
    return status;
  one = read_heads (cli, arguments[1] != NULL ? arguments[0] : NULL, other,
                    &status);
  if (one == NULL)
    return status;
  if (!geo_heads_compare (one, other, &result, &error))
    return error->domain == GEO_NODE_ERROR
               ? geo_cli_fail_error (cli, error)
               : geo_cli_fail (cli, GEO_EXIT_USAGE, error->message);
  return tell (cli, &result);
}

const GeoCommand geo_command_audit = {
  .name = "audit",
  .arguments = N_ ("[[A] B]"),
  .summary = N_ ("Compare what the hub showed you with what it showed others"),
  .description = N_ (
      "A hub keeps one log, and shows the same to everybody; one that keeps "
      "two is found\nwhere two wallets compare.  A and B are each a profile's "
      "folder, a journal, a receipt\nor a file that --export wrote; with one, "
      "it is compared with your own.  Where they do\nnot fit, the proof is "
      "printed, or written with --output; “geo verify” checks it\nanywhere.  "
      "It connects to nothing and needs no key.\n\n"
      "Exit status 0: they fit, and up to where.  6: they contradict each "
      "other.  8: they have\nnothing in common, so nothing can be concluded.\n\n"
      "Examples:\n"
      "  geo audit --export mine.heads\n"
      "  geo audit ivans.heads --output proof.json"),
  .arguments_max = 2,
  .add_options = add_audit_options,
  .run = run_audit,
};
