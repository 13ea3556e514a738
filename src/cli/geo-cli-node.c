/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens and connects the node for a command that runs once and ends: turns the
 * asynchronous calls of the node into waiting.  It changes nothing by itself.
 */
#include "config.h"

#include "cli/geo-cli-node.h"

#include <glib/gi18n-lib.h>

#include "cli/geo-passphrase.h"

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

GeoNode *
geo_cli_open (GeoCli *cli, int *status) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid community;
  GeoNode *node;

  if (cli->common.community != NULL &&
      !geo_pid_parse (cli->common.community, &community, NULL)) {
    *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                            _ ("What stands after --community is no PID."));
    return NULL;
  }
  if (!geo_cli_unlock (cli, profile, status))
    return NULL;
  geo_node_open_async (profile,
                       cli->common.community != NULL ? &community : NULL, NULL,
                       geo_cli_result_cb, &result);
  node = geo_node_open_finish (geo_cli_wait_result (&result), &error);
  if (node == NULL)
    *status = geo_cli_fail_error (cli, error);
  return node;
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

gboolean
geo_cli_try_connect (GeoCli *cli, GeoNode *node) {
  Attempt attempt = { node, FALSE };

  if (cli->common.offline)
    return FALSE;
  geo_node_start (node);
  geo_cli_wait_until (attempt_ended, &attempt,
                      GEO_CLI_CONNECT_S * MS_PER_SECOND);
  return geo_node_get_connection (node) == GEO_CONNECTION_HUB;
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
        _ ("Say which equivalent the amount is in: one of %s."), all->str);
  else
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("There is no equivalent “%s” here: it is one of %s."), typed,
        all->str);
  return NULL;
}
