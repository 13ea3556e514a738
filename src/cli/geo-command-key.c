/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo key: another key for this person, in all communities at once, and word
 * that somebody else's new key is all right.  The new recovery words are shown
 * once, and asked back before anything is changed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-passphrase.h"
#include "core/geo-words.h"
#include "node/geo-rotation.h"
#include "node/geo-safety.h"

static void
add_key_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "save-words", 0, 0, G_OPTION_ARG_FILENAME, &cli->words_file,
      N_ ("Write the new words into this new file instead of showing them"),
      N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* --- The new words -------------------------------------------------------- */

/* They are on disk before they are anybody's key. */
static gboolean
save_words (const gchar *path, const gchar *words, GError **error) {
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gsize len = strlen (words);
  gboolean is_done = fd >= 0 && write (fd, words, len) == (gssize) len &&
                     write (fd, "\n", 1) == 1 && fsync (fd) == 0;

  if (!is_done)
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                 _ ("The file for the words cannot be written: %s."),
                 g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return is_done;
}

static void
show_words (GeoCli *cli, const gchar *words) {
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  fprintf (cli->err, "%s\n\n",
           _ ("These twelve words will be your key. Write them down on paper: "
              "the old ones\nopen nothing new any more. They are not shown "
              "again."));
  for (gsize i = 0; list[i] != NULL; i++) {
    fprintf (cli->err, "  %2" G_GSIZE_FORMAT "  %s\n", i + 1, list[i]);
    explicit_bzero (list[i], strlen (list[i]));
  }
  fprintf (cli->err, "\n");
}

/* Whoever cannot say them back has not written them down. */
static gboolean
ask_back (const gchar *words, GError **error) {
  gchar *typed = geo_passphrase_ask (
      _ ("Type the twelve words, from what you wrote down:"), NULL);
  guint8 shown[GEO_WORDS_ENTROPY_LEN];
  guint8 said[GEO_WORDS_ENTROPY_LEN];
  gboolean is_same;

  is_same = typed != NULL && geo_words_to_entropy (typed, said, NULL) &&
            geo_words_to_entropy (words, shown, NULL) &&
            memcmp (said, shown, sizeof said) == 0;
  explicit_bzero (said, sizeof said);
  explicit_bzero (shown, sizeof shown);
  geo_passphrase_free (typed);
  if (!is_same)
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These are other words than the ones shown. "
                            "Nothing was changed."));
  return is_same;
}

static gchar *
make_words (GeoCli *cli, GError **error) {
  gchar *words = geo_profile_make_words ();
  gboolean is_kept;

  if (cli->words_file != NULL) {
    is_kept = save_words (cli->words_file, words, error);
  } else if (!geo_passphrase_can_ask ()) {
    is_kept = FALSE;
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("The new words are asked for once they are shown, "
                            "and there is no terminal to ask on: let them be "
                            "written into a new file with --save-words."));
  } else {
    show_words (cli, words);
    is_kept = ask_back (words, error);
  }
  if (!is_kept)
    g_clear_pointer (&words, geo_words_free);
  return words;
}

/* --- rotate --------------------------------------------------------------- */

static GeoCommunities *
open_all (GeoCli *cli, GeoProfile *profile, int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoCommunities *communities;

  geo_communities_open_async (profile, FALSE, NULL, geo_cli_result_cb, &result);
  communities = geo_communities_open_finish (geo_cli_wait_result (&result),
                                             &error);
  if (communities == NULL &&
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED))
    return geo_communities_new (profile);
  if (communities == NULL)
    *status = geo_cli_fail_error (cli, error);
  return communities;
}

/* Which hubs have taken the new key. */
static gboolean
connect_item (GeoCli *cli, GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  return !cli->common.offline && node != NULL &&
         geo_cli_try_connect (cli, node);
}

static int
tell_rotated (GeoCli *cli, GeoCommunities *communities) {
  g_autofree gchar *file = cli->words_file != NULL
                               ? g_filename_display_name (cli->words_file)
                               : NULL;
  GListModel *list = G_LIST_MODEL (communities);
  GeoReport *report = geo_cli_report_new (cli);

  geo_cli_say (cli, "%s",
               _ ("Your key is changed. From now on the new words are yours."));
  if (file != NULL)
    geo_cli_say (cli, _ ("The new words are in %s."), file);
  geo_report_text (report, "words_file", file);
  geo_report_begin_array (report, "communities");
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);
    gboolean is_known = connect_item (cli, item);

    geo_report_begin (report, NULL);
    geo_report_text (report, "name", geo_community_item_get_name (item));
    geo_report_text (report, "pid", geo_community_item_get_pid_text (item));
    geo_report_flag (report, "known", is_known);
    geo_report_end (report);
    geo_cli_say (cli,
                 is_known
                     /* Translators: %s is the name of a community. */
                     ? _ ("%s knows it.")
                     : _ ("%s hears of it as soon as its hub is reached; until "
                          "then the old key counts there, so keep the old "
                          "words."),
                 geo_community_item_get_name (item));
    if (geo_community_item_get_node (item) != NULL)
      geo_cli_close (geo_community_item_get_node (item));
  }
  geo_report_end_array (report);
  if (cli->common.json)
    return geo_cli_done (cli, report);
  geo_report_free (report);
  return geo_cli_done (cli, NULL);
}

static int
run_rotate (GeoCli *cli) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GeoCommunities) communities = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *passphrase = NULL;
  gchar *words;
  gboolean is_done;
  int status;

  /* Asked for once: the new key goes under the same one. */
  if (geo_profile_get_key_place (profile) == GEO_KEY_PLACE_FILE) {
    g_autoptr (GAsyncResult) unlocked = NULL;

    passphrase = cli->common.passphrase_file != NULL
                     ? geo_passphrase_read (cli->common.passphrase_file, &error)
                     : geo_passphrase_ask (_ ("Passphrase:"), &error);
    if (passphrase == NULL)
      return geo_cli_fail_error (cli, error);
    geo_profile_unlock_async (profile, passphrase, NULL, geo_cli_result_cb,
                              &unlocked);
    if (!geo_profile_unlock_finish (profile, geo_cli_wait_result (&unlocked),
                                    &error)) {
      geo_passphrase_free (passphrase);
      return geo_cli_fail_error (cli, error);
    }
  } else if (!geo_cli_unlock (cli, profile, &status)) {
    return status;
  }
  communities = open_all (cli, profile, &status);
  if (communities == NULL) {
    geo_passphrase_free (passphrase);
    return status;
  }
  words = make_words (cli, &error);
  if (words == NULL) {
    geo_passphrase_free (passphrase);
    return geo_cli_fail_error (cli, error);
  }
  geo_communities_rotate_key_async (communities, words, passphrase,
                                    geo_cli_result_cb, &result);
  geo_words_free (words);
  is_done = geo_communities_rotate_key_finish (
      communities, geo_cli_wait_result (&result), &error);
  geo_passphrase_free (passphrase);
  if (!is_done)
    return geo_cli_fail_error (cli, error);
  return tell_rotated (cli, communities);
}

/* --- accept --------------------------------------------------------------- */

static int
run_accept (GeoCli *cli, const gchar *who) {
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GeoPerson) person = NULL;
  GeoReport *report;
  int status;

  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  geo_cli_try_connect (cli, node);
  person = geo_cli_find_person (cli, node, who, &status);
  if (person != NULL) {
    if (geo_node_look_at_key (node, geo_person_get_pid (person)) ==
        GEO_KEY_DOUBT_NONE)
      geo_cli_say (cli,
                   _ ("%s has the key that is known here: there is nothing to "
                      "accept."),
                   geo_person_get_name (person));
    else
      geo_cli_say (cli, _ ("The new key of %s is taken as theirs."),
                   geo_person_get_name (person));
    geo_node_accept_key (node, geo_person_get_pid (person));
    report = geo_cli_report_new (cli);
    geo_report_text (report, "name", geo_person_get_name (person));
    geo_report_text (report, "pid", geo_person_get_pid_text (person));
    if (cli->common.json) {
      status = geo_cli_done (cli, report);
    } else {
      geo_report_free (report);
      status = geo_cli_done (cli, NULL);
    }
  }
  geo_cli_close (node);
  return status;
}

static int
run_key (GeoCli *cli, gchar **arguments) {
  if (g_str_equal (arguments[0], "rotate") && arguments[1] == NULL)
    return run_rotate (cli);
  if (g_str_equal (arguments[0], "accept") && arguments[1] != NULL)
    return run_accept (cli, arguments[1]);
  return geo_cli_fail (cli, GEO_EXIT_USAGE,
                       _ ("Say what to do: geo key rotate, or geo key accept "
                          "WHO."));
}

const GeoCommand geo_command_key = {
  .name = "key",
  .arguments = N_ ("rotate | accept WHO"),
  .summary = N_ ("Change your key; or accept that somebody changed theirs"),
  .description = N_ (
      "rotate makes twelve new words, shows them once and asks for them; then "
      "your key is\nthe new one in all your communities. Who you are, what you "
      "owe and what is owed\nto you stays. Do it when somebody may have seen "
      "your words.\n"
      "accept says that you know of somebody’s new key, so that it is no "
      "longer marked\nin the list of people: ask them first, by another way "
      "than this.\n\n"
      "Examples:\n"
      "  geo key rotate\n"
      "  geo key rotate --save-words words.txt\n"
      "  geo key accept Olena"),
  .arguments_min = 1,
  .arguments_max = 2,
  .add_options = add_key_options,
  .run = run_key,
};
