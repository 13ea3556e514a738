/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens and connects the node for a command that runs once and ends: turns the
 * asynchronous calls of the node into waiting.  It changes nothing by itself.
 */
#include "config.h"

#include "cli/geo-cli-node.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "cli/geo-passphrase.h"
#include "node/geo-communities.h"
#include "node/geo-phrases.h"

#define MS_PER_SECOND 1000

GeoProfile *
geo_cli_get_profile (GeoCli *cli) {
  return geo_profile_new (cli->common.profile);
}

gboolean
geo_cli_unlock (GeoCli *cli, GeoProfile *profile, int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *passphrase = NULL;
  gboolean is_done;

  if (geo_profile_is_unlocked (profile))
    return TRUE;
  if (geo_profile_get_key_place (profile) == GEO_KEY_PLACE_FILE) {
    passphrase = cli->common.passphrase_file != NULL
                     ? geo_passphrase_read (cli->common.passphrase_file, &error)
                     : geo_passphrase_ask (_ ("Passphrase:"), &error);
    if (passphrase == NULL) {
      *status = geo_cli_fail_error (cli, error);
      return FALSE;
    }
  }
  geo_profile_unlock_async (profile, passphrase, NULL, geo_cli_result_cb,
                            &result);
  is_done = geo_profile_unlock_finish (profile, geo_cli_wait_result (&result),
                                       &error);
  geo_passphrase_free (passphrase);
  if (!is_done)
    *status = geo_cli_fail_error (cli, error);
  return is_done;
}

/* A PID, or a name: then all journals say what theirs is. */
gboolean
geo_cli_find_community (GeoCli *cli,
                        GeoProfile *profile,
                        GeoPid *out,
                        int *status) {
  g_autoptr (GeoCommunities) communities = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoCommunityItem *item = NULL;

  if (geo_pid_parse (cli->common.community, out, NULL))
    return TRUE;
  geo_communities_open_async (profile, TRUE, NULL, geo_cli_result_cb, &result);
  communities = geo_communities_open_finish (geo_cli_wait_result (&result),
                                             &error);
  if (communities != NULL)
    item = geo_communities_find (communities, cli->common.community, &error);
  if (item == NULL ||
      !geo_pid_parse (geo_community_item_get_pid_text (item), out, &error)) {
    *status = geo_cli_fail_error (cli, error);
    return FALSE;
  }
  return TRUE;
}

/* Beside the result, which it is no part of. */
static void
notice_cb (GeoNode *node, const gchar *sentence, gpointer user_data) {
  GeoCli *cli = user_data;

  fprintf (cli->err, "geo: %s\n", sentence);
}

/* On a terminal, a line that is written over and taken away in the end. */
static void
progress_cb (GeoNode *node, GParamSpec *pspec, gpointer user_data) {
  GeoCli *cli = user_data;
  gint64 done, total;

  if (isatty (fileno (cli->err)) != 1)
    return;
  fputs ("\r\033[K", cli->err);
  if (geo_node_get_catching_up (node, &done, &total)) {
    g_autofree gchar *done_text = g_strdup_printf ("%" G_GINT64_FORMAT, done);
    g_autofree gchar *total_text = g_strdup_printf ("%" G_GINT64_FORMAT, total);

    /* Translators: how many of how many entries have come. */
    fprintf (cli->err, _ ("Catching up with the hub: %s of %s"), done_text,
             total_text);
  }
  fflush (cli->err);
}

/* Whoever changes a key holds all journals: we have one, so nobody does now. */
static void
tell_key_change (GeoCli *cli, GeoProfile *profile) {
  const gchar *sentence =
      geo_phrase_key_change (geo_profile_get_key_change (profile));

  if (sentence == NULL)
    return;
  fprintf (cli->err, "%s\n", sentence);
  geo_profile_settle_key (profile);
  /* It is said once. */
  geo_profile_wait_written (profile);
}

static GeoNode *
open_node (GeoCli *cli, gboolean may_look, int *status) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) looked = NULL;
  g_autoptr (GError) error = NULL;
  const GeoPid *meant = NULL;
  GeoPid community;
  GeoNode *node = NULL;

  if (!geo_cli_unlock (cli, profile, status))
    return NULL;
  if (cli->common.community != NULL) {
    if (!geo_cli_find_community (cli, profile, &community, status))
      return NULL;
    meant = &community;
  }
  geo_node_open_async (profile, meant, NULL, geo_cli_result_cb, &result);
  node = geo_node_open_finish (geo_cli_wait_result (&result), &error);
  if (node == NULL && may_look &&
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_BUSY)) {
    g_clear_error (&error);
    cli->is_looking = TRUE;
    geo_node_look_async (profile, meant, NULL, geo_cli_result_cb, &looked);
    node = geo_node_look_finish (geo_cli_wait_result (&looked), &error);
  }
  if (node == NULL)
    *status = geo_cli_fail_error (cli, error);
  else {
    if (!cli->is_looking)
      tell_key_change (cli, profile);
    g_signal_connect (node, "notice", G_CALLBACK (notice_cb), cli);
    g_signal_connect (node, "notify::progress", G_CALLBACK (progress_cb), cli);
  }
  return node;
}

GeoNode *
geo_cli_open (GeoCli *cli, int *status) {
  return open_node (cli, FALSE, status);
}

GeoNode *
geo_cli_open_to_look (GeoCli *cli, int *status) {
  return open_node (cli, TRUE, status);
}

void
geo_cli_say_connection (GeoCli *cli, GeoNode *node, gboolean is_connected) {
  if (geo_node_get_connection (node) == GEO_CONNECTION_FAULT)
    geo_cli_say (cli, "%s", geo_node_get_connection_detail (node));
  else if (cli->is_looking)
    geo_cli_say (cli, "%s",
                 _ ("Another program has this profile open: this is what it "
                    "stored."));
  else if (!is_connected)
    geo_cli_say (cli, "%s",
                 _ ("The hub was not asked: this is what this computer "
                    "knows."));
}

void
geo_cli_report_connection (GeoReport *report,
                           GeoNode *node,
                           gboolean is_connected) {
  geo_report_flag (report, "connected", is_connected);
  if (geo_node_get_connection (node) == GEO_CONNECTION_FAULT)
    geo_report_text (report, "fault", geo_node_get_connection_detail (node));
}

const gchar *
geo_cli_state_name (GeoState state) {
  switch (state) {
  case GEO_STATE_DRAFT:
    return "draft";
  case GEO_STATE_SENDING:
    return "sending";
  case GEO_STATE_IN_DOUBT:
    return "in-doubt";
  case GEO_STATE_PAID:
    return "paid";
  case GEO_STATE_NOT_PAID:
    return "not-paid";
  }
  return "unknown";
}

static gboolean
was_given (gpointer user_data) {
  gint64 given;

  return !geo_node_get_giving_back (user_data, &given);
}

/* §9: a hub that was put back asks for what it told, and whoever only runs
 * commands would never be there long enough.  As long as it takes more, it is
 * given more. */
static void
give_back (GeoNode *node) {
  gint64 given = -1;
  gint64 before;

  do
    before = given;
  while (!geo_cli_wait_until (was_given, node,
                              GEO_CLI_CONNECT_S * MS_PER_SECOND) &&
         geo_node_get_giving_back (node, &given) && given > before);
}

gboolean
geo_cli_connect (GeoCli *cli, GeoNode *node, int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (cli->common.offline) {
    *status = geo_cli_fail (cli, GEO_EXIT_OFFLINE,
                            _ ("This needs the hub: try it without "
                               "--offline."));
    return FALSE;
  }
  geo_node_start (node);
  geo_node_wait_connected_async (node, GEO_CLI_CONNECT_S * MS_PER_SECOND, NULL,
                                 geo_cli_result_cb, &result);
  if (geo_node_wait_connected_finish (node, geo_cli_wait_result (&result),
                                      &error))
    return TRUE;
  give_back (node);
  *status = geo_cli_fail_error (cli, error);
  return FALSE;
}

static gboolean
timed_out_cb (gpointer user_data) {
  gboolean *is_over = user_data;

  *is_over = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
geo_cli_wait_until (GeoCliTest test, gpointer user_data, guint timeout_ms) {
  gboolean is_over = FALSE;
  guint source = g_timeout_add (timeout_ms, timed_out_cb, &is_over);
  gboolean is_true;

  while (!(is_true = test (user_data)) && !is_over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  return is_true;
}

typedef struct {
  GeoNode *node;
  gboolean has_tried;
} Attempt;

/* The first attempt has ended, one way or the other. */
static gboolean
attempt_ended (gpointer user_data) {
  Attempt *attempt = user_data;

  switch (geo_node_get_connection (attempt->node)) {
  case GEO_CONNECTION_CONNECTING:
    attempt->has_tried = TRUE;
    return FALSE;
  case GEO_CONNECTION_OFFLINE:
    return attempt->has_tried;
  case GEO_CONNECTION_HUB:
  case GEO_CONNECTION_FAULT:
    return TRUE;
  }
  return TRUE;
}

static gboolean
log_was_seen (gpointer user_data) {
  return !geo_node_is_looking_at_log (user_data);
}

gboolean
geo_cli_try_connect (GeoCli *cli, GeoNode *node) {
  Attempt attempt = { node, FALSE };
  gint64 before, total;
  gint64 done = 0;

  if (cli->common.offline || cli->is_looking)
    return FALSE;
  geo_node_start (node);
  /* As long as there is more and it comes, the attempt goes on. */
  do
    before = done;
  while (!geo_cli_wait_until (attempt_ended, &attempt,
                              GEO_CLI_CONNECT_S * MS_PER_SECOND) &&
         geo_node_get_catching_up (node, &done, &total) && done > before);
  /* §9: what does not fit the log is known before anything is told. */
  geo_cli_wait_until (log_was_seen, node, GEO_CLI_LOG_MS);
  give_back (node);
  return geo_node_get_connection (node) == GEO_CONNECTION_HUB;
}

static gboolean
state_is_saved (gpointer user_data) {
  return !geo_node_has_unsaved_state (user_data);
}

void
geo_cli_close (GeoNode *node) {
  /* A receipt of what was just done has the log's proof in it. */
  geo_node_look_at_log (node);
  geo_cli_wait_until (log_was_seen, node, GEO_CLI_LOG_MS);
  geo_cli_wait_until (state_is_saved, node, GEO_CLI_SAVE_MS);
  geo_node_stop (node);
}

const gchar *
geo_cli_find_equivalent (GeoCli *cli,
                         GeoNode *node,
                         const gchar *typed,
                         guint *precision,
                         int *status) {
  g_autoptr (GString) all = g_string_new (NULL);
  guint count = geo_node_get_n_equivalents (node);

  for (guint i = 0; i < count; i++) {
    const gchar *code = geo_node_get_equivalent (node, i, precision, NULL);

    if (typed == NULL ? count == 1 : g_ascii_strcasecmp (code, typed) == 0)
      return code;
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", code);
  }
  if (typed == NULL)
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("Say in which equivalent: one of %s."), all->str);
  else
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("There is no equivalent “%s” here: it is one of %s."), typed,
        all->str);
  return NULL;
}
