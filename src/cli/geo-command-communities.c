/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo communities, geo leave and geo status: where somebody is, and what is not
 * decided there yet.  Nothing here pays or trusts.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "cli/geo-cli-node.h"
#include "node/geo-communities.h"
#include "node/geo-phrases.h"

/* --- communities -------------------------------------------------------- */

static void
add_communities_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "default", 0, 0, G_OPTION_ARG_FILENAME, &cli->name,
      N_ ("Which one is meant where none is named"), N_ ("NAME|PID") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static const gchar *
connection_name (GeoConnection connection) {
  switch (connection) {
  case GEO_CONNECTION_OFFLINE:
    return "offline";
  case GEO_CONNECTION_CONNECTING:
    return "connecting";
  case GEO_CONNECTION_HUB:
    return "hub";
  case GEO_CONNECTION_FAULT:
    return "fault";
  }
  return "unknown";
}

static void
report_community (GeoReport *report,
                  GeoCommunityItem *item,
                  gboolean is_default) {
  GeoNode *node = geo_community_item_get_node (item);

  geo_report_begin (report, NULL);
  geo_report_text (report, "name", geo_community_item_get_name (item));
  geo_report_text (report, "pid", geo_community_item_get_pid_text (item));
  geo_report_flag (report, "default", is_default);
  geo_report_text (report, "problem", geo_community_item_get_problem (item));
  if (node != NULL) {
    geo_report_text (report, "hub", geo_node_get_hub (node));
    geo_report_text (report, "connection",
                     connection_name (geo_node_get_connection (node)));
    geo_report_number (report, "open", geo_node_get_open_count (node));
    geo_report_number (report, "unread", geo_node_get_unread (node));
    geo_cli_report_totals (report, geo_node_get_totals (node));
  }
  geo_report_end (report);
}

static void
say_community (GeoCli *cli, GeoCommunityItem *item, gboolean is_default) {
  GeoNode *node = geo_community_item_get_node (item);
  GListModel *totals;
  guint unread;

  if (is_default)
    /* Translators: the name of a community. */
    geo_cli_say (cli, _ ("%s (the default)"),
                 geo_community_item_get_name (item));
  else
    geo_cli_say (cli, "%s", geo_community_item_get_name (item));
  geo_cli_say (cli, "  %s", geo_community_item_get_pid_text (item));
  if (node == NULL) {
    geo_cli_say (cli, "  %s", geo_community_item_get_problem (item));
    return;
  }
  geo_cli_say (cli, "  %s", geo_node_get_hub (node));
  totals = geo_node_get_totals (node);
  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    g_autofree gchar *phrase = geo_phrase_total (
        geo_total_get_balance (total), geo_total_get_precision (total),
        geo_total_get_equivalent (total));

    geo_cli_say (cli, "  %s.", phrase);
  }
  unread = geo_node_get_unread (node);
  if (unread > 0) {
    g_autofree gchar *news =
        g_strdup_printf (ngettext ("%u line of history is new.",
                                   "%u lines of history are new.", unread),
                         unread);

    geo_cli_say (cli, "  %s", news);
  }
}

static GeoCommunities *
look_at_all (GeoCli *cli, GeoProfile **out, int *status) {
  g_autoptr (GeoProfile) profile = geo_cli_get_profile (cli);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoCommunities *communities;

  if (!geo_cli_unlock (cli, profile, status))
    return NULL;
  geo_communities_open_async (profile, TRUE, NULL, geo_cli_result_cb, &result);
  communities = geo_communities_open_finish (geo_cli_wait_result (&result),
                                             &error);
  if (communities == NULL)
    *status = geo_cli_fail_error (cli, error);
  *out = g_steal_pointer (&profile);
  return communities;
}

static int
run_communities (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GeoCommunities) communities = NULL;
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GError) error = NULL;
  GeoCommunityItem *chosen;
  GeoReport *report = NULL;
  GeoPid pid;
  int status;

  communities = look_at_all (cli, &profile, &status);
  if (communities == NULL)
    return status;
  if (cli->name != NULL) {
    chosen = geo_communities_find (communities, cli->name, &error);
    if (chosen == NULL ||
        !geo_pid_parse (geo_community_item_get_pid_text (chosen), &pid,
                        &error) ||
        !geo_profile_set_default_community (profile, &pid, &error))
      return geo_cli_fail_error (cli, error);
  }
  chosen = geo_communities_get_default (communities);
  left = geo_profile_list_left (profile);
  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_report_begin_array (report, "communities");
  }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (communities));
       i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (communities), i);

    if (report != NULL)
      report_community (report, item, item == chosen);
    else
      say_community (cli, item, item == chosen);
  }
  if (report != NULL) {
    geo_report_end_array (report);
    geo_report_begin_array (report, "left");
  }
  for (guint i = 0; i < left->len; i++) {
    g_autofree gchar *text = geo_pid_to_string (left->pdata[i]);

    if (report != NULL)
      geo_report_text (report, NULL, text);
    else
      geo_cli_say (cli, _ ("Left, with its journal kept: %s"), text);
  }
  if (report != NULL)
    geo_report_end_array (report);
  return geo_cli_done (cli, report);
}

const GeoCommand geo_command_communities = {
  .name = "communities",
  .arguments = "",
  .summary = N_ ("Where you are, and what you owe and are owed there"),
  .description = N_ (
      "Each community has its own journal and its own hub. --community NAME "
      "says for\nany command which one is meant; without it, it is the "
      "default. Connects to nothing.\n\n"
      "Examples:\n"
      "  geo communities\n"
      "  geo communities --default Market\n"
      "  geo --community Market balance"),
  .add_options = add_communities_options,
  .run = run_communities,
};

/* --- leave -------------------------------------------------------------- */

static void
add_leave_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &cli->force,
      N_ ("Even where you owe or are owed something"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static gboolean
is_even (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);
  GListModel *totals = node != NULL ? geo_node_get_totals (node) : NULL;

  for (guint i = 0; totals != NULL && i < g_list_model_get_n_items (totals);
       i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);

    if (geo_total_get_owed_to_me (total).minor != 0 ||
        geo_total_get_i_owe (total).minor != 0)
      return FALSE;
  }
  return TRUE;
}

static int
run_leave (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GeoCommunities) communities = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoNode) writer = NULL;
  g_autofree gchar *meaning = NULL;
  g_autofree gchar *name = NULL;
  g_autofree gchar *pid = NULL;
  GeoCommunityItem *item;
  GeoReport *report;
  GeoPid community;
  int status;

  communities = look_at_all (cli, &profile, &status);
  if (communities == NULL)
    return status;
  item = geo_communities_find (communities, arguments[0], &error);
  if (item == NULL)
    return geo_cli_fail_error (cli, error);
  /* Whoever writes to it now would go on writing to what was left. */
  if (!geo_pid_parse (geo_community_item_get_pid_text (item), &community,
                      &error))
    return geo_cli_fail_error (cli, error);
  geo_node_open_async (profile, &community, NULL, geo_cli_result_cb, &result);
  writer = geo_node_open_finish (geo_cli_wait_result (&result), &error);
  if (writer == NULL)
    return geo_cli_fail_error (cli, error);
  meaning = geo_community_item_describe_leaving (item);
  if (!is_even (item) && !cli->force)
    return geo_cli_fail_printf (cli, GEO_EXIT_REFUSED,
                                _ ("%s\nTo leave all the same: --force."),
                                meaning);
  name = g_strdup (geo_community_item_get_name (item));
  pid = g_strdup (geo_community_item_get_pid_text (item));
  if (!geo_communities_leave (communities, item, &error))
    return geo_cli_fail_error (cli, error);
  geo_cli_say (cli, _ ("You left %s."), name);
  geo_cli_say (cli, "%s", meaning);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "name", name);
  geo_report_text (report, "pid", pid);
  geo_report_text (report, "meaning", meaning);
  return geo_cli_done (cli, report);
}

const GeoCommand geo_command_leave = {
  .name = "leave",
  .arguments = N_ ("NAME|PID"),
  .summary = N_ ("Forget a community on this computer"),
  .description = N_ (
      "What you owe and are owed there stays as it is, and so does your "
      "trust. The\njournal, which proves all of it, is kept; joining again "
      "brings it back. Not while\na payment there is in doubt.\n\n"
      "Examples:\n"
      "  geo leave Market\n"
      "  geo leave Market --force"),
  .arguments_min = 1,
  .arguments_max = 1,
  .add_options = add_leave_options,
  .run = run_leave,
};

/* --- status ------------------------------------------------------------- */

static void
report_payment (GeoReport *report, GeoNode *node, GeoPayment *payment) {
  g_autofree gchar *advice = geo_payment_get_advice (payment);
  g_autofree gchar *pid = geo_pid_to_string (geo_payment_get_to (payment));
  GeoPerson *person = geo_node_get_person (node, geo_payment_get_to (payment));

  geo_report_text (report, "tx_id", geo_payment_get_tx_id (payment));
  geo_report_text (report, "state",
                   geo_cli_state_name (geo_payment_get_state (payment)));
  geo_report_begin (report, "to");
  geo_report_text (report, "name",
                   person != NULL ? geo_person_get_name (person) : pid);
  geo_report_text (report, "pid", pid);
  geo_report_end (report);
  geo_report_text (report, "equivalent", geo_payment_get_equivalent (payment));
  geo_report_amount (report, "amount", geo_payment_get_amount (payment),
                     geo_payment_get_precision (payment));
  geo_report_time (report, "started_at", geo_payment_get_started_at (payment));
  geo_report_text (report, "message", geo_payment_get_message (payment));
  geo_report_flag (report, "may_pay_again",
                   geo_payment_may_pay_again (payment));
  geo_report_text (report, "advice", advice);
}

static void
say_payment (GeoCli *cli, GeoNode *node, GeoPayment *payment) {
  g_autofree gchar *advice = geo_payment_get_advice (payment);
  g_autofree gchar *pid = geo_pid_to_string (geo_payment_get_to (payment));
  g_autofree gchar *amount = geo_phrase_amount (
      geo_payment_get_amount (payment), geo_payment_get_precision (payment),
      geo_payment_get_equivalent (payment));
  GeoPerson *person = geo_node_get_person (node, geo_payment_get_to (payment));

  /* Translators: a payment's number, its state, an amount and a name: "tx-7: In
   * doubt, 120.00 UAH to Olena". */
  geo_cli_say (cli, _ ("%s: %s, %s to %s"), geo_payment_get_tx_id (payment),
               geo_phrase_state (geo_payment_get_state (payment)), amount,
               person != NULL ? geo_person_get_name (person) : pid);
  geo_cli_say (cli, "  %s", advice);
}

static gboolean
is_decided (gpointer user_data) {
  GeoState state = geo_payment_get_state (user_data);

  return state == GEO_STATE_PAID || state == GEO_STATE_NOT_PAID;
}

static gboolean
nothing_open (gpointer user_data) {
  return geo_node_get_open_count (user_data) == 0;
}

static int
tell_one (GeoCli *cli, GeoNode *node, const gchar *tx_id) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoReport *report;
  GeoPayment *payment;

  geo_node_find_payment_async (node, tx_id, NULL, geo_cli_result_cb, &result);
  payment = geo_node_find_payment_finish (node, geo_cli_wait_result (&result),
                                          &error);
  if (payment == NULL)
    return geo_cli_fail_error (cli, error);
  if (!is_decided (payment) && geo_cli_try_connect (cli, node))
    geo_cli_wait_until (is_decided, payment, GEO_CLI_OPEN_MS);
  if (!cli->common.json) {
    say_payment (cli, node, payment);
    return geo_cli_done (cli, NULL);
  }
  report = geo_cli_report_new (cli);
  report_payment (report, node, payment);
  return geo_cli_done (cli, report);
}

static int
tell_all (GeoCli *cli, GeoNode *node) {
  gboolean is_connected = geo_cli_try_connect (cli, node);
  g_autoptr (GListModel) open = NULL;
  GeoReport *report = NULL;
  guint n;

  if (is_connected)
    geo_cli_wait_until (nothing_open, node, GEO_CLI_OPEN_MS);
  open = geo_node_list_open_payments (node);
  n = g_list_model_get_n_items (open);
  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_report_text (report, "community", geo_node_get_community_name (node));
    geo_report_text (report, "hub", geo_node_get_hub (node));
    geo_report_text (report, "connection",
                     connection_name (geo_node_get_connection (node)));
    geo_report_text (report, "detail", geo_node_get_connection_detail (node));
    geo_report_number (report, "open", geo_node_get_open_count (node));
    geo_report_number (report, "unread", geo_node_get_unread (node));
    geo_report_begin_array (report, "payments");
  } else {
    geo_cli_say (cli, "%s: %s", geo_node_get_community_name (node),
                 geo_node_get_connection_detail (node));
    if (n == 0)
      geo_cli_say (cli, "%s", _ ("No payment is in doubt."));
  }
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoPayment) payment = g_list_model_get_item (open, i);

    if (report != NULL) {
      geo_report_begin (report, NULL);
      report_payment (report, node, payment);
      geo_report_end (report);
    } else {
      say_payment (cli, node, payment);
    }
  }
  if (report != NULL)
    geo_report_end_array (report);
  return geo_cli_done (cli, report);
}

static int
run_status (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  status = arguments[0] != NULL ? tell_one (cli, node, arguments[0])
                                : tell_all (cli, node);
  geo_node_stop (node);
  return status;
}

const GeoCommand geo_command_status = {
  .name = "status",
  .arguments = N_ ("[ID]"),
  .summary = N_ ("What is in doubt, and whether it is safe to pay again"),
  .description = N_ (
      "With ID, what became of one payment of yours; without, the "
      "connection, and all\npayments that are not decided yet.\n\n"
      "Examples:\n"
      "  geo status\n"
      "  geo status invoice-2026-117 --json"),
  .arguments_max = 1,
  .run = run_status,
};
