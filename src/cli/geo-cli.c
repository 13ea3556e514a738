/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of commands, and how a command line becomes one run of a command.
 * It does nothing by itself: what a command does is in the file of its group.
 */
#include "config.h"

#include "cli/geo-cli-private.h"

#include <glib/gi18n-lib.h>

#include "node/geo-output.h"

static const GeoCommand *const commands[] = {
  &geo_command_init,      &geo_command_join,        &geo_command_trust,
  &geo_command_pay,       &geo_command_balance,     &geo_command_people,
  &geo_command_history,   &geo_command_receipt,     &geo_command_verify,
  &geo_command_evidence,  &geo_command_audit,       &geo_command_clearing,
  &geo_command_status,    &geo_command_communities, &geo_command_leave,
  &geo_command_export,    &geo_command_backup,      &geo_command_restore,
  &geo_command_request,   &geo_command_requests,    &geo_command_decline,
  &geo_command_ask_trust, &geo_command_checkpoint,  &geo_command_block,
  &geo_command_statement, &geo_command_key,         &geo_command_invite,
};

static const gchar *const program_summary =
    N_ ("Mutual credit between people who know each other.");

static const gchar *const exit_status_help = N_ (
    "Exit status:\n"
    "  0  done\n"
    "  1  failed\n"
    "  2  what was typed cannot be used\n"
    "  3  not paid, or refused by the hub; the sentence says why\n"
    "  4  in doubt: do not pay again; “geo history”, or the same\n"
    "     “geo pay --id ID”, tells later what became of it\n"
    "  5  no hub reachable: nothing was ordered\n"
    "  6  something that was verified does not hold\n"
    "  7  no key, or a passphrase that is missing or wrong\n"
    "  8  nothing can be concluded");

static const gchar *const program_examples = N_ (
    "Examples:\n"
    "  geo init --name Olena\n"
    "  geo join 'geo://v1/join?hub=https://hub.example&community=…'\n"
    "  geo trust Ivan 300 UAH\n"
    "  geo pay Ivan 12.50 UAH --note 'for bread'\n"
    "“geo COMMAND --help” explains a command.");

static void
clear_common (GeoCliCommon *common) {
  g_free (common->profile);
  g_free (common->community);
  g_free (common->passphrase_file);
  *common = (GeoCliCommon){ FALSE };
}

static void
clear_cli (GeoCli *cli) {
  clear_common (&cli->common);
  g_free (cli->name);
  g_free (cli->words_file);
  g_free (cli->note);
  g_free (cli->clearing);
  g_free (cli->spare);
  g_free (cli->daily);
  g_free (cli->id);
  g_free (cli->output);
  g_free (cli->export);
  g_free (cli->search);
  g_free (cli->with);
  g_free (cli->kinds);
  g_free (cli->states);
  g_free (cli->equivalent);
  g_free (cli->since);
  g_free (cli->until);
  g_free (cli->from);
  g_free (cli->to);
  g_free (cli->person);
  g_free (cli->csv);
  g_free (cli->pdf);
  g_free (cli->expires);
  g_free (cli->asks);
  g_free (cli->code);
  g_clear_pointer (&cli->failure, geo_report_free);
}

static void
add_common_options (GOptionContext *context, GeoCliCommon *common) {
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &common->profile,
      N_ ("Whose identity and journal: a name, or a folder (with a “/”)"),
      N_ ("NAME|FOLDER") },
    { "community", 0, 0, G_OPTION_ARG_FILENAME, &common->community,
      N_ ("Which community, where several were joined"), N_ ("NAME|PID") },
    { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &common->passphrase_file,
      N_ ("Read the passphrase from the first line of this file"),
      N_ ("FILE") },
    { "offline", 0, 0, G_OPTION_ARG_NONE, &common->offline,
      N_ ("Do not connect: tell what this computer knows"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &common->json,
      N_ ("Print the result, or the failure, as one JSON document"), NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &common->help,
      N_ ("Explain the program or the command"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &common->version,
      N_ ("Print the version"), NULL },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new ("common", _ ("Common Options:"),
                                            _ ("Explain the common options"),
                                            NULL, NULL);

  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_group_add_entries (group, entries);
  g_option_context_add_group (context, group);
}

static GOptionContext *
new_context (const gchar *parameters, GeoCliCommon *common) {
  GOptionContext *context = g_option_context_new (parameters);

  /* The built-in --help ends the process and knows one context only. */
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  add_common_options (context, common);
  return context;
}

static const GeoCommand *
find_command (const gchar *name) {
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

static int
print_help (GeoCli *cli, GOptionContext *context) {
  g_autofree gchar *help = g_option_context_get_help (context, FALSE, NULL);

  fputs (help, cli->out);
  return GEO_EXIT_DONE;
}

static int
print_program_help (GeoCli *cli, GOptionContext *context) {
  g_autoptr (GString) summary = g_string_new (_ (program_summary));
  g_autofree gchar *description = g_strconcat (_ (exit_status_help), "\n\n",
                                               _ (program_examples), NULL);

  g_string_append_printf (summary, "\n\n%s\n", _ ("Commands:"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (summary, "%s  %-12s%s", i > 0 ? "\n" : "",
                            commands[i]->name, _ (commands[i]->summary));
  g_option_context_set_summary (context, summary->str);
  g_option_context_set_description (context, description);
  return print_help (cli, context);
}

static int
print_version (GeoCli *cli) {
  fprintf (cli->out, "geo %s\n", GEO_VERSION);
  return GEO_EXIT_DONE;
}

/* What stands after the command wins over what stands before it. */
static void
merge_common (GeoCliCommon *common, GeoCliCommon *after) {
  common->json |= after->json;
  common->help |= after->help;
  common->version |= after->version;
  common->offline |= after->offline;
  if (after->profile != NULL) {
    g_free (common->profile);
    common->profile = g_steal_pointer (&after->profile);
  }
  if (after->community != NULL) {
    g_free (common->community);
    common->community = g_steal_pointer (&after->community);
  }
  if (after->passphrase_file != NULL) {
    g_free (common->passphrase_file);
    common->passphrase_file = g_steal_pointer (&after->passphrase_file);
  }
}

/* Names and notes are UTF-8 from here on, whatever the locale types. */
static gboolean
make_utf8 (gchar **text) {
  if (*text != NULL && !g_utf8_validate (*text, -1, NULL)) {
    gchar *converted = g_locale_to_utf8 (*text, -1, NULL, NULL, NULL);

    if (converted == NULL)
      return FALSE;
    g_free (*text);
    *text = converted;
  }
  return TRUE;
}

static gboolean
make_all_utf8 (GeoCli *cli, gchar **arguments) {
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (!make_utf8 (&arguments[i]))
      return FALSE;
  return make_utf8 (&cli->name) && make_utf8 (&cli->note) &&
         make_utf8 (&cli->id) && make_utf8 (&cli->search) &&
         make_utf8 (&cli->with) && make_utf8 (&cli->kinds) &&
         make_utf8 (&cli->states) && make_utf8 (&cli->equivalent) &&
         make_utf8 (&cli->since) && make_utf8 (&cli->until) &&
         make_utf8 (&cli->from) && make_utf8 (&cli->person) &&
         make_utf8 (&cli->to) && make_utf8 (&cli->expires) &&
         make_utf8 (&cli->asks) && make_utf8 (&cli->code) &&
         make_utf8 (&cli->common.community);
}

/* The empty text's translation is the head of the catalogue. */
static const gchar *
arguments_of (const GeoCommand *command) {
  return *command->arguments == '\0' ? "" : _ (command->arguments);
}

/* "-5", which GOption takes for an option. */
static gboolean
has_negative (gchar **typed) {
  for (gsize i = 0; typed[i] != NULL; i++) {
    if (typed[i][0] == '-' && g_ascii_isdigit (typed[i][1]))
      return TRUE;
  }
  return FALSE;
}

static int
run_command (GeoCli *cli, const GeoCommand *command, gchar ***argv) {
  g_autofree gchar *parameters = NULL;
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  GeoCliCommon after = { FALSE };
  g_auto (GStrv) typed = NULL;
  gboolean is_parsed;
  guint count;
  const GOptionEntry remaining[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL,
      NULL },
    { NULL },
  };

  parameters = g_strdup_printf ("%s %s", command->name, arguments_of (command));
  context = new_context (g_strchomp (parameters), &after);
  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_description (context, _ (command->description));
  if (command->add_options != NULL)
    command->add_options (cli, context);
  g_option_context_add_main_entries (context, remaining, NULL);

  typed = g_strdupv (*argv);
  is_parsed = g_option_context_parse_strv (context, argv, &error);
  merge_common (&cli->common, &after);
  clear_common (&after);
  if (!is_parsed && has_negative (typed) &&
      g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("A number cannot be below zero."));
  if (!is_parsed)
    return geo_cli_fail_error (cli, error);
  if (cli->common.help)
    return print_help (cli, context);
  if (cli->common.version)
    return print_version (cli);
  if (!make_all_utf8 (cli, arguments))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("What was typed is neither UTF-8 nor in this "
                            "locale’s encoding."));

  count = arguments == NULL ? 0 : g_strv_length (arguments);
  if (count < command->arguments_min)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("Something is missing: geo %s %s (“geo %s --help” explains it)."),
        command->name, arguments_of (command), command->name);
  if (count > command->arguments_max)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("“%s” is too much for “geo %s” (“geo %s --help” explains it)."),
        arguments[command->arguments_max], command->name, command->name);

  /* Then it is printed, as without the option. */
  if (cli->output != NULL && geo_output_is_stdout (cli->output))
    g_clear_pointer (&cli->output, g_free);
  {
    gchar *none[] = { NULL };

    return command->run (cli, arguments == NULL ? none : arguments);
  }
}

/* Whether failures of the command line itself are to be told as JSON, too. */
static gboolean
wants_json (int argc, char **argv) {
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    if (g_str_equal (argv[i], "--json"))
      return TRUE;
  return FALSE;
}

static int
run_program (GeoCli *cli, int argc, char **argv) {
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) rest = g_strdupv (argv);
  const GeoCommand *command;

  context = new_context (_ ("COMMAND [ARGUMENT…]"), &cli->common);
  /* What follows the command is for the command. */
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse_strv (context, &rest, &error)) {
    cli->common.json = wants_json (argc, argv);
    return geo_cli_fail_error (cli, error);
  }
  if (cli->common.version)
    return print_version (cli);
  if (rest[0] == NULL || rest[1] == NULL) {
    if (cli->common.help)
      return print_program_help (cli, context);
    cli->common.json = wants_json (argc, argv);
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Which command? “geo --help” names them."));
  }

  cli->common.json |= wants_json (argc, argv);
  command = find_command (rest[1]);
  if (command == NULL)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("There is no command “%s”; “geo --help” names them all."), rest[1]);

  /* The command stands where GOption expects the program's name. */
  g_free (rest[0]);
  for (gsize i = 0; rest[i] != NULL; i++)
    rest[i] = rest[i + 1];
  return run_command (cli, command, &rest);
}

int
geo_cli_main (int argc, char **argv, FILE *out, FILE *err) {
  GeoCli cli = {
    .out = out,
    .err = err,
    .wait_s = GEO_CLI_PAY_S,
    .limit = GEO_CLI_HISTORY_LINES,
    .before = G_MAXINT64,
  };
  int status;

  g_set_prgname ("geo");
  status = run_program (&cli, argc, argv);
  if ((fflush (out) != 0 || ferror (out)) && status == GEO_EXIT_DONE) {
    fprintf (err, "geo: %s\n", _ ("The result cannot be written."));
    if (!cli.is_settled)
      status = GEO_EXIT_FAILED;
  }
  clear_cli (&cli);
  return status;
}
