/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people ask each other for: geo request, invite, requests, decline,
 * ask-trust, checkpoint and block.  Asking works without the hub; what is for
 * somebody goes there as soon as it answers.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-qr.h"
#include "cli/geo-wish.h"
#include "node/geo-node-invitations.h"
#include "node/geo-output.h"
#include "node/geo-phrases.h"

/* Letters come right after the sign-in. */
#define LIST_MS 400
/* How long is waited for the hub to have ours. */
#define SEND_MS 3000
#define DAYS_MAX 3650

static gboolean
never (gpointer user_data) {
  return FALSE;
}

typedef struct {
  GeoNode *node;
  const gchar *key;
} Sending;

static gboolean
is_sent (gpointer user_data) {
  const Sending *sending = user_data;
  GeoRequestItem *item = geo_node_find_request (sending->node, sending->key);

  return item == NULL || !geo_request_item_get_waits (item);
}

void
geo_cli_wait_sent (GeoNode *node, const gchar *key) {
  Sending sending = { node, key };

  if (geo_node_get_connection (node) == GEO_CONNECTION_HUB)
    geo_cli_wait_until (is_sent, &sending, SEND_MS);
}

/* --- Telling -------------------------------------------------------------- */

static const gchar *
name_of_kind (GeoRequestKind kind) {
  switch (kind) {
  case GEO_REQUEST_PAYMENT:
    return "payment";
  case GEO_REQUEST_TRUST:
    return "trust";
  case GEO_REQUEST_CHECKPOINT:
    return "checkpoint";
  case GEO_REQUEST_INVITATION:
    return "invitation";
  }
  return "payment";
}

static const gchar *
name_of_state (GeoRequestItem *item) {
  if (geo_request_item_is_expired (item))
    return "expired";
  switch (geo_request_item_get_state (item)) {
  case GEO_REQUEST_OPEN:
    return "open";
  case GEO_REQUEST_DONE:
    return "done";
  case GEO_REQUEST_DECLINED:
    return "declined";
  case GEO_REQUEST_WITHDRAWN:
    return "withdrawn";
  case GEO_REQUEST_CLOSED:
    return "closed";
  }
  return "open";
}

static void
report_request (GeoReport *report, GeoRequestItem *item) {
  const GeoPid *peer = geo_request_item_get_peer (item);
  guint precision = geo_request_item_get_precision (item);
  GeoAmount amount;
  GeoTime expires_at;

  geo_report_text (report, "id", geo_request_item_get_id (item));
  geo_report_text (report, "key", geo_request_item_get_key (item));
  geo_report_text (report, "kind",
                   name_of_kind (geo_request_item_get_kind (item)));
  geo_report_flag (report, "mine", geo_request_item_is_mine (item));
  geo_report_text (report, "state", name_of_state (item));
  if (peer != NULL) {
    g_autofree gchar *pid = geo_pid_to_string (peer);

    geo_report_begin (report, "peer");
    geo_report_text (report, "name", geo_request_item_get_peer_name (item));
    geo_report_text (report, "pid", pid);
    geo_report_end (report);
  }
  geo_report_text (report, "equivalent",
                   geo_request_item_get_equivalent (item));
  if (geo_request_item_get_amount (item, &amount))
    geo_report_amount (report, "amount", amount, precision);
  if (geo_request_item_get_kind (item) == GEO_REQUEST_CHECKPOINT)
    geo_report_flag (report, "i_owe", geo_request_item_i_owe (item));
  geo_report_text (report, "memo", geo_request_item_get_memo (item));
  geo_report_flag (report, "once", geo_request_item_get_single_use (item));
  geo_report_time (report, "at", geo_request_item_get_at (item));
  if (geo_request_item_get_expires_at (item, &expires_at))
    geo_report_time (report, "expires_at", expires_at);
  geo_report_number (report, "paid", geo_request_item_get_paid (item));
  geo_report_flag (report, "waits", geo_request_item_get_waits (item));
  geo_report_text (report, "link", geo_request_item_get_link (item));
}

static void
say_request (GeoCli *cli, GeoRequestItem *item) {
  g_autofree gchar *sentence = geo_phrase_request (item);

  geo_cli_say (cli, "%s  %s", geo_request_item_get_id (item), sentence);
}

/* One that was made or answered just now. */
static int
tell_request (GeoCli *cli, GeoNode *node, GeoRequestItem *made, gboolean link) {
  const gchar *key = geo_request_item_get_key (made);
  GeoRequestItem *item;
  GeoReport *report;

  geo_cli_wait_sent (node, key);
  item = geo_node_find_request (node, key);
  if (item == NULL)
    item = made;
  say_request (cli, item);
  if (geo_request_item_get_waits (item))
    geo_cli_say (cli, "%s", _ ("It goes to them as soon as the hub answers."));
  if (link && geo_request_item_get_link (item) != NULL) {
    gboolean is_terminal = isatty (fileno (cli->out)) == 1;
    g_autofree gchar *code =
        !cli->common.json && (cli->qr || is_terminal)
            ? geo_qr_to_text (geo_request_item_get_link (item), is_terminal)
            : NULL;

    geo_cli_say (cli, "%s", geo_request_item_get_link (item));
    if (code != NULL)
      geo_cli_say (cli, "%s", code);
  }
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  report_request (report, item);
  return geo_cli_done (cli, report);
}

static int
finish_request (GeoCli *cli,
                GeoNode *node,
                GAsyncResult **result,
                gboolean link) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item =
      geo_node_request_finish (node, geo_cli_wait_result (result), &error);

  if (item == NULL)
    return geo_cli_fail_error (cli, error);
  return tell_request (cli, node, item, link);
}

/* With a node that is open meanwhile. */
static int
run_with_node (GeoCli *cli,
               gchar **arguments,
               int (*run) (GeoCli *cli, GeoNode *node, gchar **arguments)) {
  g_autoptr (GeoNode) node = NULL;
  int status = GEO_EXIT_FAILED;

  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  status = run (cli, node, arguments);
  geo_cli_close (node);
  return status;
}

/* --- request -------------------------------------------------------------- */

static void
add_request_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &cli->from,
      N_ ("Who is to pay; it is sent to them"), N_ ("WHO") },
    { "memo", 0, 0, G_OPTION_ARG_FILENAME, &cli->note,
      N_ ("What it is for; whoever has the link can read it"), N_ ("TEXT") },
    { "expires", 0, 0, G_OPTION_ARG_FILENAME, &cli->expires,
      N_ ("How long it can be paid, e.g. 30m, 12h or 7d"), N_ ("TIME") },
    { "once", 0, 0, G_OPTION_ARG_NONE, &cli->once,
      N_ ("It can be paid once only"), NULL },
    { "qr", 0, 0, G_OPTION_ARG_NONE, &cli->qr,
      N_ ("Print a QR code even where the output is no terminal"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* A number and s, m, h or d. */
static gboolean
parse_duration (const gchar *text, GeoTime *out) {
  static const struct {
    gchar unit;
    gint64 ms;
  } units[] = {
    { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 }
  };
  g_autofree gchar *number = g_strdup (text);
  gsize len = strlen (number);
  guint64 n;

  if (len < 2)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    if (number[len - 1] != units[i].unit)
      continue;
    number[len - 1] = '\0';
    if (!g_ascii_string_to_unsigned (
            number, 10, 1,
            (guint64) (DAYS_MAX * G_GINT64_CONSTANT (86400000) / units[i].ms),
            &n, NULL))
      return FALSE;
    *out = (GeoTime) n * units[i].ms;
    return TRUE;
  }
  return FALSE;
}

/* --expires from now on, or what is usual; 0 where neither is said. */
static gboolean
read_expiry (GeoCli *cli, const gchar *usual, GeoTime *out, int *status) {
  const gchar *text = cli->expires != NULL ? cli->expires : usual;
  GeoTime lasts;

  *out = 0;
  if (text == NULL)
    return TRUE;
  if (!parse_duration (text, &lasts)) {
    *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                            _ ("--expires takes a number with s, m, h or d, of "
                               "ten years at most."));
    return FALSE;
  }
  *out = g_get_real_time () / 1000 + lasts;
  return TRUE;
}

/* Nobody asks for nothing. */
static gboolean
read_asked (const gchar *text,
            guint precision,
            GeoAmount *out,
            GError **error) {
  if (!geo_wish_parse_amount (text, precision, out, error))
    return FALSE;
  if (geo_amount_cmp (*out, GEO_AMOUNT_ZERO) > 0)
    return TRUE;
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                       _ ("It takes an amount above zero."));
  return FALSE;
}

static int
run_request_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean open = g_str_equal (arguments[0], "any");
  const gchar *equivalent;
  GeoAmount amount;
  GeoTime expires_at;
  guint precision;
  int status = GEO_EXIT_FAILED;

  if (!read_expiry (cli, NULL, &expires_at, &status))
    return status;
  equivalent = geo_cli_find_equivalent (cli, node, arguments[1], &precision,
                                        &status);
  if (equivalent == NULL)
    return status;
  if (!open && !read_asked (arguments[0], precision, &amount, &error))
    return geo_cli_fail_error (cli, error);
  if (cli->from != NULL) {
    geo_cli_try_connect (cli, node);
    person = geo_cli_find_person (cli, node, cli->from, &status);
    if (person == NULL)
      return status;
  }
  geo_node_request_async (
      node, person != NULL ? geo_person_get_pid (person) : NULL, equivalent,
      open ? NULL : &amount, cli->note, expires_at, cli->once, NULL,
      geo_cli_result_cb, &result);
  return finish_request (cli, node, &result, TRUE);
}

static int
run_request (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_request_with);
}

const GeoCommand geo_command_request = {
  .name = "request",
  .arguments = N_ ("AMOUNT|any [EQUIVALENT]"),
  .summary = N_ ("Ask to be paid: a link and a QR code, or a message"),
  .description = N_ (
      "Signs a request and prints its link, which “geo pay” and the wallet "
      "take. With\n--from it is also sent to that person. “any” leaves the "
      "amount to whoever pays.\n\n"
      "Examples:\n"
      "  geo request 12.50 UAH --memo 'bread' --once --expires 7d\n"
      "  geo request 40 --from Ivan --memo 'the cinema'"),
  .arguments_min = 1,
  .arguments_max = 2,
  .add_options = add_request_options,
  .run = run_request,
};

/* --- invite --------------------------------------------------------------- */

/* Long enough for somebody who hears of it next week. */
#define INVITED_FOR "30d"

static void
add_invite_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &cli->name,
      N_ ("What you call whom you invite; they can read it"), N_ ("NAME") },
    { "asks", 0, 0, G_OPTION_ARG_FILENAME, &cli->asks,
      N_ ("How far you will ask them to trust you"), N_ ("AMOUNT") },
    { "expires", 0, 0, G_OPTION_ARG_FILENAME, &cli->expires,
      N_ ("How long it holds, e.g. 12h or 7d; 30d if nothing is said"),
      N_ ("TIME") },
    { "code", 0, 0, G_OPTION_ARG_FILENAME, &cli->code,
      N_ ("The community’s code, if its hub asks for one and it is not known "
          "here"),
      N_ ("CODE") },
    { "qr", 0, 0, G_OPTION_ARG_NONE, &cli->qr,
      N_ ("Print a QR code even where the output is no terminal"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
run_invite_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *equivalent;
  GeoAmount limit, asked;
  GeoTime expires_at;
  guint precision;
  int status = GEO_EXIT_FAILED;

  if (!read_expiry (cli, INVITED_FOR, &expires_at, &status))
    return status;
  equivalent = geo_cli_find_equivalent (cli, node, arguments[1], &precision,
                                        &status);
  if (equivalent == NULL)
    return status;
  if (!read_asked (arguments[0], precision, &limit, &error) ||
      (cli->asks != NULL && !read_asked (cli->asks, precision, &asked, &error)))
    return geo_cli_fail_error (cli, error);
  if (cli->code != NULL)
    geo_node_set_join_code (node, cli->code);
  geo_node_invite_async (node, cli->name, equivalent, limit,
                         cli->asks != NULL ? &asked : NULL, expires_at, NULL,
                         geo_cli_result_cb, &result);
  return finish_request (cli, node, &result, TRUE);
}

static int
run_invite (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_invite_with);
}

const GeoCommand geo_command_invite = {
  .name = "invite",
  .arguments = N_ ("LIMIT [EQUIVALENT]"),
  .summary = N_ ("Invite somebody, and say how far you would trust them"),
  .description = N_ (
      "Prints a link with which somebody joins this community. It says who "
      "invites them\nand offers to trust them up to LIMIT; whoever joins with "
      "it asks you for that,\nand “geo trust” answers. It promises nothing: "
      "“geo decline” takes it back.\n\n"
      "Examples:\n"
      "  geo invite 500 UAH --name Petro\n"
      "  geo invite 20 HOUR --asks 10 --expires 7d"),
  .arguments_min = 1,
  .arguments_max = 2,
  .add_options = add_invite_options,
  .run = run_invite,
};

/* --- requests ------------------------------------------------------------- */

static void
add_requests_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &cli->all,
      N_ ("Those that are settled, too"), NULL },
    { "wait", 0, 0, G_OPTION_ARG_INT, &cli->stay_s,
      N_ ("Stay connected that long, until something is asked or paid"),
      N_ ("SECONDS") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

typedef struct {
  GListModel *requests;
  guint n;
  guint paid;
} Stay;

static guint
count_paid (GListModel *requests) {
  guint n = g_list_model_get_n_items (requests);
  guint paid = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    paid += geo_request_item_get_paid (item);
  }
  return paid;
}

static gboolean
has_news (gpointer user_data) {
  const Stay *stay = user_data;

  return g_list_model_get_n_items (stay->requests) != stay->n ||
         count_paid (stay->requests) != stay->paid;
}

/* What can be paid by whoever has the link needs who asks for it to be there.
 */
static void
stay_for_news (GeoCli *cli, GListModel *requests) {
  Stay stay = { requests, g_list_model_get_n_items (requests),
                count_paid (requests) };

  geo_cli_wait_until (has_news, &stay, (guint) cli->stay_s * 1000);
}

static int
run_requests (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  GeoReport *report = NULL;
  GListModel *requests;
  gboolean any = FALSE;
  int status = GEO_EXIT_FAILED;

  if (cli->stay_s < 0 || cli->stay_s > GEO_CLI_PAY_S_MAX)
    return geo_cli_fail_printf (cli, GEO_EXIT_USAGE,
                                _ ("--wait takes 0 to %d seconds."),
                                GEO_CLI_PAY_S_MAX);
  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  requests = geo_node_get_requests (node);
  if (cli->stay_s > 0 && !geo_cli_connect (cli, node, &status)) {
    geo_cli_close (node);
    return status;
  }
  if (cli->stay_s > 0)
    stay_for_news (cli, requests);
  else if (geo_cli_try_connect (cli, node))
    geo_cli_wait_until (never, NULL, LIST_MS);
  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_report_begin_array (report, "requests");
  }
  for (guint i = 0; i < g_list_model_get_n_items (requests); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    if (!cli->all && (geo_request_item_get_state (item) != GEO_REQUEST_OPEN ||
                      geo_request_item_is_expired (item)))
      continue;
    any = TRUE;
    if (report == NULL) {
      say_request (cli, item);
      continue;
    }
    geo_report_begin (report, NULL);
    report_request (report, item);
    geo_report_end (report);
  }
  if (report != NULL)
    geo_report_end_array (report);
  if (!any)
    geo_cli_say (cli, "%s", _ ("Nothing is asked for."));
  status = geo_cli_done (cli, report);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_requests = {
  .name = "requests",
  .arguments = "",
  .summary = N_ ("What is asked of you, and what you ask for"),
  .description = N_ (
      "Each line begins with an id, which “geo pay”, “geo decline” and “geo "
      "checkpoint”\ntake; its first characters are enough. A link that anybody "
      "may have is paid only\nwhile you are connected: with --wait.\n\n"
      "Examples:\n"
      "  geo requests\n"
      "  geo requests --all --json\n"
      "  geo requests --wait 600"),
  .add_options = add_requests_options,
  .run = run_requests,
};

/* --- decline -------------------------------------------------------------- */

static GeoRequestItem *
find_request (GeoCli *cli, GeoNode *node, const gchar *key, int *status) {
  GeoRequestItem *item;

  if (geo_cli_try_connect (cli, node))
    geo_cli_wait_until (never, NULL, LIST_MS);
  item = geo_node_find_request (node, key);
  if (item == NULL)
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("There is no request “%s”, or more than one begins so: “geo "
           "requests” lists them."),
        key);
  return item != NULL ? g_object_ref (item) : NULL;
}

static int
respond (GeoCli *cli, GeoNode *node, GeoRequestItem *item, GeoVerdict verdict) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_respond_async (node, geo_request_item_get_key (item), verdict, NULL,
                          geo_cli_result_cb, &result);
  return finish_request (cli, node, &result, FALSE);
}

static int
run_decline_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  g_autoptr (GeoRequestItem) item = NULL;
  int status = GEO_EXIT_FAILED;

  item = find_request (cli, node, arguments[0], &status);
  if (item == NULL)
    return status;
  return respond (cli, node, item,
                  geo_request_item_is_mine (item) ? GEO_VERDICT_WITHDRAWN
                                                  : GEO_VERDICT_DECLINED);
}

static int
run_decline (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_decline_with);
}

const GeoCommand geo_command_decline = {
  .name = "decline",
  .arguments = N_ ("REQUEST"),
  .summary = N_ ("Say no to a request, or take your own back"),
  .description = N_ (
      "REQUEST is an id of “geo requests”. Whoever asked is told; your own "
      "request can\nnot be paid any more.\n\n"
      "Example:\n"
      "  geo decline 3f9c01aa"),
  .arguments_min = 1,
  .arguments_max = 1,
  .run = run_decline,
};

/* --- ask-trust ------------------------------------------------------------ */

static void
add_ask_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "memo", 0, 0, G_OPTION_ARG_FILENAME, &cli->note,
      N_ ("Why; only they can read it"), N_ ("TEXT") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
run_ask_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *equivalent;
  GeoAmount limit;
  guint precision;
  int status = GEO_EXIT_FAILED;

  equivalent = geo_cli_find_equivalent (cli, node, arguments[2], &precision,
                                        &status);
  if (equivalent == NULL)
    return status;
  if (!read_asked (arguments[1], precision, &limit, &error))
    return geo_cli_fail_error (cli, error);
  geo_cli_try_connect (cli, node);
  person = geo_cli_find_person (cli, node, arguments[0], &status);
  if (person == NULL)
    return status;
  geo_node_ask_trust_async (node, geo_person_get_pid (person), equivalent,
                            limit, cli->note, NULL, geo_cli_result_cb, &result);
  return finish_request (cli, node, &result, FALSE);
}

static int
run_ask (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_ask_with);
}

const GeoCommand geo_command_ask_trust = {
  .name = "ask-trust",
  .arguments = N_ ("WHO LIMIT [EQUIVALENT]"),
  .summary = N_ ("Ask somebody to trust you up to a limit"),
  .description = N_ (
      "They see it with “geo requests”, and answer with “geo trust” or “geo "
      "decline”.\n\n"
      "Example:\n"
      "  geo ask-trust Olena 500 UAH --memo 'for the harvest'"),
  .arguments_min = 2,
  .arguments_max = 3,
  .add_options = add_ask_options,
  .run = run_ask,
};

/* --- checkpoint ----------------------------------------------------------- */

static void
add_checkpoint_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &cli->output,
      N_ ("Write what both agreed to into this file"), N_ ("FILE") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

/* What differs, where they do not agree. */
static int
compare (GeoCli *cli, GeoNode *node, GeoRequestItem *item, gboolean *same) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *difference = NULL;

  geo_node_compare_checkpoint_async (node, geo_request_item_get_key (item),
                                     NULL, geo_cli_result_cb, &result);
  difference = geo_node_compare_checkpoint_finish (
      node, geo_cli_wait_result (&result), &error);
  *same = difference != NULL && *difference == '\0';
  if (difference == NULL)
    return geo_cli_fail_error (cli, error);
  if (*same)
    return GEO_EXIT_DONE;
  geo_report_text (geo_cli_detail (cli), "difference", difference);
  g_strdelimit (difference, "\n", ' ');
  return geo_cli_fail_printf (cli, GEO_EXIT_NOT_VERIFIED,
                              _ ("The two journals differ. %s"), difference);
}

static int
write_checkpoint (GeoCli *cli, GeoNode *node, GeoRequestItem *item) {
  g_autofree gchar *text =
      geo_node_get_checkpoint (node, geo_request_item_get_key (item));
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    return geo_cli_fail (cli, GEO_EXIT_FAILED,
                         _ ("Not both have agreed to this yet."));
  if (cli->output == NULL) {
    fputs (text, cli->out);
    fputc ('\n', cli->out);
    return geo_cli_done (cli, NULL);
  }
  if (!geo_output_put (cli->output, text, &error))
    return geo_cli_fail_printf (cli, GEO_EXIT_FAILED,
                                _ ("The file cannot be written: %s"),
                                error->message);
  return tell_request (cli, node, item, FALSE);
}

static int
run_checkpoint_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  gboolean accepts = g_str_equal (arguments[0], "accept");
  gboolean shows = g_str_equal (arguments[0], "show");
  g_autoptr (GeoRequestItem) item = NULL;
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  const gchar *equivalent;
  gboolean same;
  int status = GEO_EXIT_FAILED;

  if ((accepts || shows) && arguments[1] == NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Which one? “geo requests” lists their ids."));
  if (accepts || shows) {
    item = find_request (cli, node, arguments[1], &status);
    if (item == NULL)
      return status;
    if (shows)
      return write_checkpoint (cli, node, item);
    /* What both signed holds, whatever was paid since. */
    if (geo_request_item_get_state (item) == GEO_REQUEST_DONE)
      return tell_request (cli, node, item, FALSE);
    if (geo_request_item_get_state (item) != GEO_REQUEST_OPEN)
      return respond (cli, node, item, GEO_VERDICT_AGREED);
    status = compare (cli, node, item, &same);
    return same ? respond (cli, node, item, GEO_VERDICT_AGREED) : status;
  }
  equivalent = geo_cli_find_equivalent (cli, node, arguments[1], NULL, &status);
  if (equivalent == NULL)
    return status;
  geo_cli_try_connect (cli, node);
  person = geo_cli_find_person (cli, node, arguments[0], &status);
  if (person == NULL)
    return status;
  geo_node_propose_checkpoint_async (node, geo_person_get_pid (person),
                                     equivalent, NULL, geo_cli_result_cb,
                                     &result);
  return finish_request (cli, node, &result, FALSE);
}

static int
run_checkpoint (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_checkpoint_with);
}

const GeoCommand geo_command_checkpoint = {
  .name = "checkpoint",
  .arguments = N_ ("WHO [EQUIVALENT] | accept REQUEST | show REQUEST"),
  .summary = N_ ("Agree with somebody, signed by both, on what is owed"),
  .description = N_ (
      "Sends the balance between you two as it stands here; they accept it "
      "where it is\nthe same for them, and are told what differs where it is "
      "not (exit status 6).\n“show” prints what both signed, for “geo "
      "verify” or anybody.\n\n"
      "Examples:\n"
      "  geo checkpoint Ivan UAH\n"
      "  geo checkpoint accept 3f9c01aa\n"
      "  geo checkpoint show 3f9c01aa --output ivan-2026.json"),
  .arguments_min = 1,
  .arguments_max = 2,
  .add_options = add_checkpoint_options,
  .run = run_checkpoint,
};

/* --- block ---------------------------------------------------------------- */

static void
add_block_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "off", 0, 0, G_OPTION_ARG_NONE, &cli->off, N_ ("Let them ask again"),
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static int
run_block_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoReport *report;
  int status = GEO_EXIT_FAILED;

  geo_cli_try_connect (cli, node);
  person = geo_cli_find_person (cli, node, arguments[0], &status);
  if (person == NULL)
    return status;
  geo_node_set_blocked_async (node, geo_person_get_pid (person), !cli->off,
                              NULL, geo_cli_result_cb, &result);
  if (!geo_node_set_blocked_finish (node, geo_cli_wait_result (&result),
                                    &error))
    return geo_cli_fail_error (cli, error);
  geo_cli_say (cli,
               cli->off ? _ ("Requests of %s come through again.")
                        : _ ("Requests of %s are not shown any more."),
               geo_person_get_name (person));
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "pid", geo_person_get_pid_text (person));
  geo_report_flag (report, "blocked", !cli->off);
  return geo_cli_done (cli, report);
}

static int
run_block (GeoCli *cli, gchar **arguments) {
  return run_with_node (cli, arguments, run_block_with);
}

const GeoCommand geo_command_block = {
  .name = "block",
  .arguments = N_ ("WHO"),
  .summary = N_ ("Do not let somebody ask you for anything"),
  .description = N_ (
      "Their requests are dropped unread; trust and payments stay as they "
      "are.\n\n"
      "Examples:\n"
      "  geo block Ivan\n"
      "  geo block Ivan --off"),
  .arguments_min = 1,
  .arguments_max = 1,
  .add_options = add_block_options,
  .run = run_block,
};
