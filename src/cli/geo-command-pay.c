/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo pay: one payment, watched until it is Paid or Not paid, or for as long as
 * --wait says.  Whatever happens, the exit status and the sentence say whether
 * paying again is safe.
 */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-wish.h"
#include "core/geo-link.h"
#include "node/geo-node-requests.h"
#include "node/geo-phrases.h"

#define MS_PER_SECOND 1000
/* The least time a payment is watched: an order that is stored is on its way to
 * the hub by then, even with --wait 0. */
#define WATCH_MS_MIN 250

static void
add_pay_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "note", 0, 0, G_OPTION_ARG_FILENAME, &cli->note,
      N_ ("What it is for; only the payee can read it"), N_ ("TEXT") },
    { "id", 0, 0, G_OPTION_ARG_FILENAME, &cli->id,
      N_ ("The payment’s own id: the same id never pays twice"), N_ ("ID") },
    { "wait", 0, 0, G_OPTION_ARG_INT, &cli->wait_s,
      N_ ("How long to wait for the outcome (15)"), N_ ("SECONDS") },
    { "accept-key", 0, 0, G_OPTION_ARG_NONE, &cli->accept_key,
      N_ ("Take the key that they changed to as theirs"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

typedef struct {
  GeoPayment *payment;
  gboolean is_interrupted;
} Watch;

static gboolean
is_final (GeoPayment *payment) {
  switch (geo_payment_get_state (payment)) {
  case GEO_STATE_PAID:
  case GEO_STATE_NOT_PAID:
    return TRUE;
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
  case GEO_STATE_IN_DOUBT:
    return FALSE;
  }
  return FALSE;
}

static gboolean
watch_ended (gpointer user_data) {
  Watch *watch = user_data;

  return watch->is_interrupted || is_final (watch->payment);
}

/* Ctrl-C stops the waiting, not the payment, and the sentence has to say so. */
static gboolean
interrupted_cb (gpointer user_data) {
  Watch *watch = user_data;

  watch->is_interrupted = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_outcome (GeoCli *cli, GeoPayment *payment) {
  Watch watch = { payment, FALSE };
  guint interrupt = g_unix_signal_add (SIGINT, interrupted_cb, &watch);
  guint end = g_unix_signal_add (SIGTERM, interrupted_cb, &watch);

  geo_cli_wait_until (watch_ended, &watch,
                      MAX ((guint) cli->wait_s * MS_PER_SECOND, WATCH_MS_MIN));
  g_source_remove (interrupt);
  g_source_remove (end);
}

/* person may be NULL: without the hub a payee may be known by PID only. */
static const gchar *
name_of (GeoPerson *person, const gchar *pid_text) {
  return person != NULL ? geo_person_get_name (person) : pid_text;
}

static void
report_payment (GeoReport *report, GeoPayment *payment, GeoPerson *person) {
  g_autofree gchar *pid_text = geo_pid_to_string (geo_payment_get_to (payment));
  guint precision = geo_payment_get_precision (payment);

  geo_report_text (report, "tx_id", geo_payment_get_tx_id (payment));
  geo_report_text (report, "receipt", geo_payment_get_receipt_key (payment));
  geo_report_begin (report, "to");
  geo_report_text (report, "name", name_of (person, pid_text));
  geo_report_text (report, "pid", pid_text);
  geo_report_end (report);
  geo_report_text (report, "equivalent", geo_payment_get_equivalent (payment));
  geo_report_amount (report, "amount", geo_payment_get_amount (payment),
                     precision);
  geo_report_flag (report, "may_pay_again",
                   geo_payment_may_pay_again (payment));
}

static int
tell_paid (GeoCli *cli, GeoPayment *payment, GeoPerson *person) {
  g_autofree gchar *amount = geo_phrase_amount (
      geo_payment_get_amount (payment), geo_payment_get_precision (payment),
      geo_payment_get_equivalent (payment));
  g_autofree gchar *pid_text = geo_pid_to_string (geo_payment_get_to (payment));
  GeoReport *report;

  cli->is_settled = TRUE;
  geo_cli_say (cli, _ ("Paid %s to %s."), amount, name_of (person, pid_text));
  geo_cli_say (cli, _ ("Its id is %s."), geo_payment_get_tx_id (payment));
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);
  report = geo_cli_report_new (cli);
  geo_report_text (report, "state", "paid");
  report_payment (report, payment, person);
  return geo_cli_done (cli, report);
}

static int
tell_not_paid (GeoCli *cli, GeoPayment *payment, GeoPerson *person) {
  const gchar *message = geo_payment_get_message (payment);
  GeoReport *report = geo_cli_detail (cli);
  GeoAmount max;

  geo_report_text (report, "state", "not-paid");
  report_payment (report, payment, person);
  geo_report_text (report, "code", geo_payment_get_code (payment));
  geo_report_text (report, "reason", geo_payment_get_reason (payment));
  if (geo_payment_get_max_amount (payment, &max))
    geo_report_amount (report, "max_amount", max,
                       geo_payment_get_precision (payment));
  return geo_cli_fail_printf (cli, GEO_EXIT_REFUSED, _ ("Not paid: %s"),
                              message != NULL ? message
                                              : _ ("the hub does not say "
                                                   "why."));
}

static int
tell_in_doubt (GeoCli *cli, GeoPayment *payment, GeoPerson *person) {
  GeoReport *report = geo_cli_detail (cli);

  geo_report_text (report, "state", "in-doubt");
  report_payment (report, payment, person);
  return geo_cli_fail_printf (
      cli, GEO_EXIT_IN_DOUBT,
      _ ("In doubt: do not pay again, it may have been paid; “geo history” "
         "tells later, or the same payment with --id %s."),
      geo_payment_get_tx_id (payment));
}

static int
tell_outcome (GeoCli *cli, GeoPayment *payment, GeoPerson *person) {
  switch (geo_payment_get_state (payment)) {
  case GEO_STATE_PAID:
    return tell_paid (cli, payment, person);
  case GEO_STATE_NOT_PAID:
    return tell_not_paid (cli, payment, person);
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
  case GEO_STATE_IN_DOUBT:
    break;
  }
  return tell_in_doubt (cli, payment, person);
}

/* A payment ordered before, seen without the hub: is it the one meant now? With
 * the hub, geo_node_pay () says so itself. */
static gboolean
is_same (GeoPayment *payment, const gchar *equivalent, GeoAmount amount) {
  return g_strcmp0 (geo_payment_get_equivalent (payment), equivalent) == 0 &&
         geo_amount_cmp (geo_payment_get_amount (payment), amount) == 0;
}

/* NULL: there is none, or none is asked for. */
static GeoPayment *
find_payment (GeoCli *cli, GeoNode *node) {
  g_autoptr (GAsyncResult) result = NULL;

  if (cli->id == NULL)
    return NULL;
  geo_node_find_payment_async (node, cli->id, NULL, geo_cli_result_cb, &result);
  return geo_node_find_payment_finish (node, geo_cli_wait_result (&result),
                                       NULL);
}

/* Orders it, unless --id names one that was ordered before: that one is
 * watched, hub or no hub. */
static GeoPayment *
order_payment (GeoCli *cli,
               GeoNode *node,
               const GeoWish *wish,
               const gchar *equivalent,
               GeoAmount amount,
               GeoPerson **person,
               int *status) {
  GeoPayment *payment = find_payment (cli, node);
  g_autoptr (GError) error = NULL;

  if (payment != NULL && !geo_cli_try_connect (cli, node)) {
    GeoPerson *known = geo_node_get_person (node, geo_payment_get_to (payment));

    if (!is_same (payment, equivalent, amount)) {
      *status = geo_cli_fail_printf (
          cli, GEO_EXIT_USAGE,
          _ ("There is another payment with the id %s; nothing was paid now."),
          cli->id);
      return NULL;
    }
    *person = known != NULL ? g_object_ref (known) : NULL;
    return payment;
  }
  if (payment == NULL && !geo_cli_connect (cli, node, status))
    return NULL;
  *person = geo_cli_find_person (cli, node, wish->who, status);
  if (*person == NULL ||
      /* What was ordered before is looked at, whatever has become of a key. */
      (payment == NULL && !geo_cli_check_key (cli, node, *person, status)))
    return NULL;
  payment = geo_node_pay (node, cli->id, geo_person_get_pid (*person),
                          equivalent, amount, wish->note, &error);
  if (payment == NULL)
    *status = geo_cli_fail_error (cli, error);
  return payment;
}

static int
run_pay_with (GeoCli *cli, GeoNode *node, const GeoWish *wish) {
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *equivalent;
  GeoPayment *payment;
  GeoAmount amount;
  guint precision;
  int status;

  equivalent = geo_cli_find_equivalent (cli, node, wish->equivalent, &precision,
                                        &status);
  if (equivalent == NULL)
    return status;
  if (!geo_wish_get_amount (wish, precision, &amount, &error))
    return geo_cli_fail_error (cli, error);
  payment = order_payment (cli, node, wish, equivalent, amount, &person,
                           &status);
  if (payment == NULL)
    return status;
  wait_for_outcome (cli, payment);
  return tell_outcome (cli, payment, person);
}

/* --- A request -------------------------------------------------------------
 */

/* What was sent comes right after the sign-in. */
#define LETTERS_MS 400
#define ID_LEN_MIN 4

static gboolean
never (gpointer user_data) {
  return FALSE;
}

/* A link that its payee signed. */
static gboolean
is_signed_link (const gchar *who) {
  g_autoptr (GeoLink) link = NULL;

  if (g_ascii_strncasecmp (who, "geo:", 4) != 0)
    return FALSE;
  link = geo_link_parse (who, NULL);
  return link != NULL && link->invoice != NULL;
}

/* The beginning of an id, its key, or a link. */
static gboolean
may_be_request (const gchar *who) {
  GeoHash hash;

  return geo_hash_parse (who, &hash, NULL) || is_signed_link (who) ||
         (strlen (who) >= ID_LEN_MIN && strlen (who) <= GEO_REQUEST_ID_LEN &&
          strspn (who, "0123456789abcdef-") == strlen (who));
}

/* The request that the first word means: a signed link, or an id of "geo
 * requests"; NULL and status DONE where it means a person. */
static GeoRequestItem *
find_request (GeoCli *cli, GeoNode *node, const gchar *who, int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoRequestItem *item;

  *status = GEO_EXIT_DONE;
  if (!is_signed_link (who)) {
    item = geo_node_find_request (node, who);
    if (item == NULL && may_be_request (who) &&
        geo_cli_try_connect (cli, node)) {
      geo_cli_wait_until (never, NULL, LETTERS_MS);
      item = geo_node_find_request (node, who);
    }
    return item != NULL ? g_object_ref (item) : NULL;
  }
  if (!geo_cli_connect (cli, node, status))
    return NULL;
  geo_node_take_link_async (node, who, NULL, geo_cli_result_cb, &result);
  item = geo_node_request_finish (node, geo_cli_wait_result (&result), &error);
  if (item == NULL)
    *status = geo_cli_fail_error (cli, error);
  return item;
}

static int
pay_request (GeoCli *cli,
             GeoNode *node,
             GeoRequestItem *item,
             gchar **arguments) {
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;
  GeoAmount amount;
  const GeoPid *peer = geo_request_item_get_peer (item);
  gboolean has_amount = arguments[1] != NULL;
  int status;

  if (has_amount &&
      !geo_wish_parse_amount (
          arguments[1], geo_request_item_get_precision (item), &amount, &error))
    return geo_cli_fail_error (cli, error);
  if (has_amount && arguments[2] != NULL &&
      !g_str_equal (arguments[2], geo_request_item_get_equivalent (item)))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("The request says which equivalent to pay in "
                            "already."));
  if (!geo_cli_connect (cli, node, &status))
    return status;
  /* The hub is asked for their key. */
  if (peer != NULL && !geo_request_item_is_mine (item)) {
    g_autofree gchar *pid_text = geo_pid_to_string (peer);

    person = geo_cli_find_person (cli, node, pid_text, &status);
    if (person == NULL)
      return status;
  }
  payment = find_payment (cli, node);
  if (payment == NULL && person != NULL &&
      !geo_cli_check_key (cli, node, person, &status))
    return status;
  payment =
      geo_node_pay_request (node, cli->id, geo_request_item_get_key (item),
                            has_amount ? &amount : NULL, cli->note, &error);
  if (payment == NULL)
    return geo_cli_fail_error (cli, error);
  wait_for_outcome (cli, payment);
  return tell_outcome (cli, payment, person);
}

static int
run_pay (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoRequestItem) request = NULL;
  g_autoptr (GeoWish) wish = NULL;
  g_autoptr (GeoNode) node = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (cli->wait_s < 0 || cli->wait_s > GEO_CLI_PAY_S_MAX)
    return geo_cli_fail_printf (cli, GEO_EXIT_USAGE,
                                _ ("--wait takes 0 to %d seconds."),
                                GEO_CLI_PAY_S_MAX);
  if (cli->id != NULL && !geo_tx_id_is_valid (cli->id))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("An id has up to 64 letters, digits, “.”, “_”, "
                            "“:” and “-”."));
  /* What cannot be a payment is said before anything is opened; a word alone
   * may be a request. */
  wish = geo_wish_new (arguments, cli->note, &error);
  if (wish == NULL && (arguments[1] != NULL || !may_be_request (arguments[0])))
    return geo_cli_fail_error (cli, error);

  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  request = find_request (cli, node, arguments[0], &status);
  if (request != NULL)
    status = pay_request (cli, node, request, arguments);
  else if (status == GEO_EXIT_DONE)
    status = wish != NULL ? run_pay_with (cli, node, wish)
                          : geo_cli_fail_error (cli, error);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_pay = {
  .name = "pay",
  .arguments = N_ ("WHO AMOUNT [EQUIVALENT] | LINK | REQUEST"),
  .summary = N_ ("Pay somebody"),
  .description = N_ (
      "WHO is a name that only one person has, a PID, or a contact or "
      "payment link. The\nequivalent may be left out where there is only "
      "one. REQUEST is an id of “geo requests”;\na request is paid once, and "
      "the receipt names it. Waits until the payment is\nPaid or Not paid. "
      "With exit status "
      "4 it is in doubt: do not pay again; the same\ncommand with --id "
      "asks what became of it and never pays twice.\n\n"
      "Examples:\n"
      "  geo pay Ivan 12.50 UAH --note 'for bread'\n"
      "  geo pay 'geo://v1/pay?to=…&equivalent=UAH&amount=12.50'\n"
      "  geo pay Ivan 12.50 UAH --id invoice-2026-117 --wait 60"),
  .arguments_min = 1,
  .arguments_max = 3,
  .add_options = add_pay_options,
  .run = run_pay,
};
