/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo clearing: what waits for my word before debts around a circle are
 * cleared, and giving that word.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/geo-cli-node.h"
#include "node/geo-phrases.h"

/* The hub tells what waits right after the sign-in. */
#define LIST_MS 300

static gboolean
never (gpointer user_data) {
  return FALSE;
}

static gboolean
is_answered (gpointer user_data) {
  return geo_node_get_open_count (user_data) == 0;
}

static void
report_proposal (GeoReport *report, GeoProposalItem *item) {
  guint precision = geo_proposal_item_get_precision (item);

  geo_report_begin (report, NULL);
  geo_report_text (report, "id", geo_proposal_item_get_id (item));
  geo_report_text (report, "equivalent",
                   geo_proposal_item_get_equivalent (item));
  geo_report_amount (report, "amount", geo_proposal_item_get_amount (item),
                     precision);
  geo_report_number (report, "others", geo_proposal_item_get_others (item));
  geo_report_text (report, "debtor", geo_proposal_item_get_debtor (item));
  geo_report_text (report, "creditor", geo_proposal_item_get_creditor (item));
  geo_report_time (report, "deadline", geo_proposal_item_get_deadline (item));
  geo_report_end (report);
}

static int
list_proposals (GeoCli *cli, GeoNode *node) {
  GListModel *proposals = geo_node_get_proposals (node);
  guint n;
  GeoReport *report;

  geo_cli_wait_until (never, NULL, LIST_MS);
  n = g_list_model_get_n_items (proposals);
  if (n == 0)
    geo_cli_say (cli, _ ("No clearing waits for your word."));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);
    g_autofree gchar *sentence = geo_phrase_proposal (item);

    geo_cli_say (cli, "%s\n  %s", geo_proposal_item_get_id (item), sentence);
  }
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_begin_array (report, "clearings");
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);

    report_proposal (report, item);
  }
  geo_report_end_array (report);
  return geo_cli_done (cli, report);
}

static int
answer (GeoCli *cli, GeoNode *node, const gchar *id, gboolean accepts) {
  g_autoptr (GError) error = NULL;
  GeoReport *report;

  geo_cli_wait_until (never, NULL, LIST_MS);
  if (!geo_node_answer_clearing (node, id, accepts, &error))
    return geo_cli_fail_error (cli, error);
  /* Where others are asked too, the outcome may take until tomorrow. */
  geo_cli_wait_until (accepts ? is_answered : never, node,
                      accepts ? GEO_CLI_OPEN_MS : LIST_MS);
  if (!accepts)
    geo_cli_say (cli, _ ("You said no: nothing is cleared."));
  else if (geo_node_get_open_count (node) == 0)
    geo_cli_say (cli, _ ("You said yes, and it is decided: “geo history” "
                         "tells what became of it."));
  else
    geo_cli_say (cli, _ ("You said yes; it is cleared when the others agree, "
                         "too."));
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "id", id);
  geo_report_text (report, "answer", accepts ? "accept" : "reject");
  return geo_cli_done (cli, report);
}

static int
run_clearing (GeoCli *cli, gchar **arguments) {
  gboolean accepts = g_strcmp0 (arguments[0], "accept") == 0;
  g_autoptr (GeoNode) node = NULL;
  int status;

  if (arguments[0] != NULL && !accepts &&
      !g_str_equal (arguments[0], "reject"))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Say “accept” or “reject”, and which; or "
                            "nothing for a list."));
  if (arguments[0] != NULL && arguments[1] == NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Which one? “geo clearing” lists their ids."));
  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  if (geo_cli_connect (cli, node, &status))
    status = arguments[0] == NULL ? list_proposals (cli, node)
                                  : answer (cli, node, arguments[1], accepts);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_clearing = {
  .name = "clearing",
  .arguments = N_ ("[accept|reject ID]"),
  .summary = N_ ("Say whether debts around a circle may be cleared"),
  .description = N_ (
      "Lists what waits for your word, where your trust line does not allow "
      "clearing by\nitself. Everybody on the circle then owes less, and "
      "nobody’s balance changes.\n\n"
      "Examples:\n"
      "  geo clearing\n"
      "  geo clearing accept clearing-0f3a…"),
  .arguments_min = 0,
  .arguments_max = 2,
  .run = run_clearing,
};
