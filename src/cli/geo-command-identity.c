/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo init and geo join: who somebody is, and where.  The recovery words are
 * printed once, by init, and nowhere else.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-passphrase.h"
#include "core/geo-link.h"
#include "core/geo-words.h"
#include "node/geo-node-invitations.h"
#include "node/geo-phrases.h"

/* Twelve words of at most eight letters fit ten times. */
#define WORDS_FILE_MAX 1024

/* --- init --------------------------------------------------------------- */

static void
add_init_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &cli->name,
      N_ ("The name others see; what is restored has the one that the hub "
          "knows"),
      N_ ("NAME") },
    { "restore", 0, 0, G_OPTION_ARG_NONE, &cli->restores,
      N_ ("Restore the identity of twelve words, which are asked for"), NULL },
    { "words-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->words_file,
      N_ ("Restore the identity of the twelve words in this file"),
      N_ ("FILE") },
    { "no-keyring", 0, 0, G_OPTION_ARG_NONE, &cli->no_keyring,
      N_ ("Keep the key in a file with a passphrase, not in the keyring"),
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* The words of a person who restores, on one line or on twelve. */
static gchar *
read_words (const gchar *path, GError **error) {
  gchar buffer[WORDS_FILE_MAX + 1];
  gchar *words = NULL;
  gssize len = -1;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0) {
    len = read (fd, buffer, WORDS_FILE_MAX);
    close (fd);
  }
  if (len < 0) {
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                 _ ("The file with the words cannot be read: %s."),
                 g_strerror (errno));
  } else {
    buffer[len] = '\0';
    g_strdelimit (buffer, "\r\n\t", ' ');
    words = g_strdup (g_strstrip (buffer));
  }
  explicit_bzero (buffer, sizeof buffer);
  return words;
}

/* From the file that was named, or from the terminal, where nobody sees them.
 */
static gchar *
ask_words (GeoCli *cli, GError **error) {
  gchar *words;

  if (cli->words_file != NULL)
    return read_words (cli->words_file, error);
  words = geo_passphrase_ask (_ ("The twelve words:"), NULL);
  if (words == NULL)
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("The twelve words are needed: type them on a "
                            "terminal, or name a file with --words-file."));
  return words;
}

static gboolean
has_keyring (GeoProfile *profile) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_profile_probe_keyring_async (profile, NULL, geo_cli_result_cb, &result);
  return geo_profile_probe_keyring_finish (profile,
                                           geo_cli_wait_result (&result), NULL);
}

/* A passphrase mistyped once would lock its owner out. */
static gchar *
ask_twice (GError **error) {
  gchar *first = geo_passphrase_ask (
      _ ("New passphrase, which protects your key on this computer:"), error);
  gchar *second;

  if (first == NULL)
    return NULL;
  second = geo_passphrase_ask (_ ("The same once more:"), error);
  if (second != NULL && !g_str_equal (first, second)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                         _ ("The two passphrases differ."));
    g_clear_pointer (&first, geo_passphrase_free);
  } else if (second == NULL) {
    g_clear_pointer (&first, geo_passphrase_free);
  }
  geo_passphrase_free (second);
  return first;
}

/* *passphrase NULL: the keyring. */
static gboolean
choose_passphrase (GeoCli *cli,
                   GeoProfile *profile,
                   gchar **passphrase,
                   GError **error) {
  *passphrase = NULL;
  if (cli->common.passphrase_file != NULL)
    *passphrase = geo_passphrase_read (cli->common.passphrase_file, error);
  else if (!cli->no_keyring && has_keyring (profile))
    return TRUE;
  else
    *passphrase = ask_twice (error);
  return *passphrase != NULL;
}

static void
say_words (GeoCli *cli, const gchar *words) {
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  geo_cli_say (cli, "%s",
               _ ("These twelve words are your key. Write them down on paper: "
                  "with them, and only\nwith them, you get everything back. "
                  "They are not shown again."));
  geo_cli_say (cli, "%s", "");
  for (gsize i = 0; list[i] != NULL; i++) {
    geo_cli_say (cli, "  %2" G_GSIZE_FORMAT "  %s", i + 1, list[i]);
    explicit_bzero (list[i], strlen (list[i]));
  }
}

static int
tell_identity (GeoCli *cli, GeoProfile *profile, const gchar *words) {
  g_autofree gchar *pid_text = NULL;
  gboolean is_file = geo_profile_get_key_place (profile) == GEO_KEY_PLACE_FILE;
  GeoReport *report;
  GeoPid pid;

  if (!geo_profile_has_pid (profile, &pid))
    g_assert_not_reached ();
  pid_text = geo_pid_to_string (&pid);

  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_report_text (report, "name",
                     *geo_profile_get_name (profile) != '\0'
                         ? geo_profile_get_name (profile)
                         : NULL);
    geo_report_text (report, "pid", pid_text);
    geo_report_text (report, "folder", geo_profile_get_folder (profile));
    geo_report_text (report, "key_place", is_file ? "file" : "keyring");
    geo_report_text (report, "words", words);
    return geo_cli_done (cli, report);
  }

  if (*geo_profile_get_name (profile) != '\0')
    geo_cli_say (cli, _ ("You are %s, %s."), geo_profile_get_name (profile),
                 pid_text);
  else
    geo_cli_say (cli, "%s",
                 _ ("Who you are is told by the first hub that you join and "
                    "that knows these words."));
  geo_cli_say (cli, "%s",
               is_file ? _ ("Your key is in a file, under your passphrase.")
                       : _ ("Your key is in the keyring."));
  if (words != NULL) {
    geo_cli_say (cli, "%s", "");
    say_words (cli, words);
  }
  return geo_cli_done (cli, NULL);
}

static gboolean
restores (const GeoCli *cli) {
  return cli->words_file != NULL || cli->restores;
}

static int
create_identity (GeoCli *cli, GeoProfile *profile, const gchar *words) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *passphrase;
  gboolean is_done;

  if (!choose_passphrase (cli, profile, &passphrase, &error))
    return geo_cli_fail_error (cli, error);
  if (restores (cli))
    geo_profile_restore_async (profile, NULL, cli->name, words, passphrase,
                               NULL, NULL, NULL, geo_cli_result_cb, &result);
  else
    geo_profile_create_async (profile, cli->name, words, passphrase, NULL,
                              geo_cli_result_cb, &result);
  is_done = geo_profile_create_finish (profile, geo_cli_wait_result (&result),
                                       &error);
  geo_passphrase_free (passphrase);
  if (!is_done)
    return geo_cli_fail_error (cli, error);
  /* Whoever restores has the words already. */
  return tell_identity (cli, profile, restores (cli) ? NULL : words);
}

static int
run_init (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  gchar *words;
  int status;

  if (cli->name == NULL ? !restores (cli) : *g_strstrip (cli->name) == '\0')
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Say which name others see: --name NAME."));
  profile = geo_cli_get_profile (cli);
  if (geo_profile_get_key_place (profile) != GEO_KEY_PLACE_NONE)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_FAILED,
        _ ("There is an identity in %s already; nothing was changed."),
        geo_profile_get_folder (profile));

  if (!restores (cli)) {
    words = geo_profile_make_words ();
  } else {
    words = ask_words (cli, &error);
    if (words == NULL)
      return geo_cli_fail_error (cli, error);
    if (!geo_words_to_entropy (words, entropy, NULL)) {
      g_autofree gchar *sentence = geo_phrase_wrong_words (words);

      geo_words_free (words);
      return geo_cli_fail (cli, GEO_EXIT_USAGE, sentence);
    }
    explicit_bzero (entropy, sizeof entropy);
  }
  status = create_identity (cli, profile, words);
  geo_words_free (words);
  return status;
}

const GeoCommand geo_command_init = {
  .name = "init",
  .arguments = N_ ("--name NAME"),
  .summary = N_ ("Make an identity, or restore one from its twelve words"),
  .description = N_ (
      "Prints the twelve recovery words once: write them down. The key is "
      "kept in\nthe keyring; where there is none, or with --no-keyring, in "
      "a file under a\npassphrase. Does nothing where there is an identity "
      "already.\n\n"
      "Examples:\n"
      "  geo init --name Olena\n"
      "  geo init --restore\n"
      "  geo init --words-file words.txt\n"
      "  geo --profile shop init --name 'Olena’s shop' --passphrase-file "
      "secret"),
  .add_options = add_init_options,
  .run = run_init,
};

/* --- restore ------------------------------------------------------------ */

static void
add_restore_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &cli->name,
      N_ ("The name others see, if not the one in the backup"), N_ ("NAME") },
    { "words-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->words_file,
      N_ ("Read the twelve words from this file"), N_ ("FILE") },
    { "no-keyring", 0, 0, G_OPTION_ARG_NONE, &cli->no_keyring,
      N_ ("Keep the key in a file with a passphrase, not in the keyring"),
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
restore_identity (GeoCli *cli,
                  GeoProfile *profile,
                  const gchar *path,
                  const gchar *words) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *passphrase;
  gboolean is_done;

  if (!choose_passphrase (cli, profile, &passphrase, &error))
    return geo_cli_fail_error (cli, error);
  geo_profile_restore_async (profile, path, cli->name, words, passphrase, NULL,
                             NULL, NULL, geo_cli_result_cb, &result);
  is_done = geo_profile_restore_finish (profile, geo_cli_wait_result (&result),
                                        &error);
  geo_passphrase_free (passphrase);
  if (!is_done)
    return geo_cli_fail_error (cli, error);
  return tell_identity (cli, profile, NULL);
}

static int
run_restore (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GError) error = NULL;
  gchar *words;
  int status;

  if (geo_profile_get_key_place (profile) != GEO_KEY_PLACE_NONE)
    return geo_cli_fail_printf (
        cli, GEO_EXIT_FAILED,
        _ ("There is an identity in %s already; nothing was changed."),
        geo_profile_get_folder (profile));
  words = ask_words (cli, &error);
  if (words == NULL)
    return geo_cli_fail_error (cli, error);
  status = restore_identity (cli, profile, arguments[0], words);
  geo_words_free (words);
  return status;
}

const GeoCommand geo_command_restore = {
  .name = "restore",
  .arguments = N_ ("FILE"),
  .summary = N_ ("Put a backup into a profile that is empty"),
  .description = N_ (
      "Needs the twelve words of the identity that made it. Every record is "
      "checked\nfirst: a file that is cut short, changed or somebody else's "
      "changes nothing. What\nhappened since then comes from the hub with the "
      "next command.\n\n"
      "Examples:\n"
      "  geo restore geo.backup --words-file words.txt\n"
      "  geo --profile olena restore geo.backup"),
  .arguments_min = 1,
  .arguments_max = 1,
  .add_options = add_restore_options,
  .run = run_restore,
};

/* --- join --------------------------------------------------------------- */

/* What is asked for because of an invitation; NULL: it cannot be now, but who
 * joined has joined. */
static GeoRequestItem *
take_invitation (GeoCli *cli,
                 GeoNode *node,
                 const gchar *link,
                 GError **error) {
  g_autoptr (GAsyncResult) result = NULL;
  GeoRequestItem *item;

  geo_cli_try_connect (cli, node);
  geo_node_take_invitation_async (node, link, NULL, geo_cli_result_cb, &result);
  item = geo_node_request_finish (node, geo_cli_wait_result (&result), error);
  if (item != NULL)
    geo_cli_wait_sent (node, geo_request_item_get_key (item));
  return item;
}

static void
report_invitation (GeoReport *report,
                   const GeoInvitation *invitation,
                   GeoRequestItem *asked,
                   const GError *problem) {
  g_autofree gchar *pid = geo_pid_to_string (&invitation->from);

  geo_report_begin (report, "invitation");
  geo_report_text (report, "name", invitation->name);
  geo_report_text (report, "pid", pid);
  geo_report_text (report, "equivalent", invitation->equivalent);
  geo_report_amount (report, "limit", invitation->limit.amount,
                     invitation->limit.decimals);
  if (invitation->has_asked)
    geo_report_amount (report, "asked", invitation->asked.amount,
                       invitation->asked.decimals);
  if (asked != NULL)
    geo_report_text (report, "request", geo_request_item_get_key (asked));
  else if (problem != NULL)
    geo_report_text (report, "problem", problem->message);
  geo_report_end (report);
}

static int
tell_joined (GeoCli *cli, GeoNode *node, const gchar *text) {
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree gchar *contact = geo_node_get_contact_link (node);
  GeoReport *report;

  geo_cli_say (cli, _ ("You are in %s as %s."),
               geo_node_get_community_name (node), geo_node_get_name (node));
  geo_cli_say (cli,
               _ ("Give this link to people who want to pay or trust you: "
                  "%s"),
               contact);
  if (link != NULL && link->invitation != NULL) {
    g_autofree gchar *offer = geo_phrase_invitation (link);
    g_autofree gchar *asks = NULL;

    geo_cli_say (cli, "%s", offer);
    asked = take_invitation (cli, node, text, &problem);
    asks = asked != NULL ? geo_phrase_request_asks (asked)
                         : g_strdup (problem->message);
    geo_cli_say (cli, "%s", asks);
  }
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);

  report = geo_cli_report_new (cli);
  geo_report_text (report, "name", geo_node_get_name (node));
  geo_report_text (report, "pid", geo_node_get_pid (node));
  geo_report_text (report, "contact_link", contact);
  geo_report_text (report, "hub", geo_node_get_hub (node));
  geo_report_begin (report, "community");
  geo_report_text (report, "name", geo_node_get_community_name (node));
  geo_report_text (report, "pid", geo_node_get_community_pid (node));
  geo_report_end (report);
  geo_report_begin_array (report, "equivalents");
  for (guint i = 0; i < geo_node_get_n_equivalents (node); i++) {
    const gchar *symbol;
    guint precision;

    geo_report_begin (report, NULL);
    geo_report_text (report, "equivalent",
                     geo_node_get_equivalent (node, i, &precision, &symbol));
    geo_report_number (report, "precision", precision);
    geo_report_text (report, "symbol", symbol);
    geo_report_end (report);
  }
  geo_report_end_array (report);
  if (link != NULL && link->invitation != NULL)
    report_invitation (report, link->invitation, asked, problem);
  return geo_cli_done (cli, report);
}

static void
add_join_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "new", 0, 0, G_OPTION_ARG_NONE, &cli->is_new,
      N_ ("Be somebody new there, where nobody has the words you restored"),
      NULL },
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &cli->name,
      N_ ("With --new: the name others see"), N_ ("NAME") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* K8: whoever restored other words than this hub knows is asked first. */
static int
fail_join (GeoCli *cli, const GError *error) {
  if (!g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STRANGER))
    return geo_cli_fail_error (cli, error);
  return geo_cli_fail_printf (
      cli, GEO_EXIT_REFUSED,
      /* Translators: %s is a sentence or more that says why not. */
      _ ("%s To be somebody new there all the same, say --new."),
      error->message);
}

static int
run_join (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (cli->common.offline)
    return geo_cli_fail (cli, GEO_EXIT_OFFLINE,
                         _ ("This needs the hub: try it without --offline."));
  if (cli->name != NULL && !cli->is_new)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("You have a name; another one is only for --new."));
  if (!geo_cli_unlock (cli, profile, &status))
    return status;
  if (cli->is_new)
    geo_node_join_as_new_async (profile, arguments[0], cli->name, NULL,
                                geo_cli_result_cb, &result);
  else
    geo_node_join_async (profile, arguments[0], NULL, geo_cli_result_cb,
                         &result);
  node = geo_node_join_finish (geo_cli_wait_result (&result), &error);
  if (node == NULL)
    return fail_join (cli, error);
  status = tell_joined (cli, node, arguments[0]);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_join = {
  .name = "join",
  .arguments = N_ ("LINK|ADDRESS"),
  .summary = N_ ("Join a community by an invitation, or its hub’s address"),
  .description = N_ (
      "An invitation names the hub, its community and its key, so that no "
      "other hub\ncan take its place; an address is taken at its word the "
      "first time. With “rest:”\nbefore the address, the hub is one of the "
      "public REST contract, which can prove\nnothing of what it says; with "
      "“#” and a fingerprint behind it, only the\ncertificate that has it is "
      "taken for the hub’s. Where somebody invites you\n(“geo invite”), they "
      "are asked to trust you as far as they offer. Words that were\nrestored, "
      "and that nobody has at this hub, may be the wrong ones: it is not "
      "joined\nthen, unless --new says that you know.\n\n"
      "Examples:\n"
      "  geo join 'geo://v1/join?hub=https://hub.example&community=…'\n"
      "  geo join http://127.0.0.1:7711\n"
      "  geo join rest:https://hub.example"),
  .arguments_min = 1,
  .arguments_max = 1,
  .add_options = add_join_options,
  .run = run_join,
};
