/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo trust, geo balance and geo people: the people somebody has to do with,
 * in sentences.  Who owes whom is said, never shown as a bare minus sign; in
 * the JSON documents a positive balance is what they owe me.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-wish.h"
#include "node/geo-phrases.h"

/* --- trust -------------------------------------------------------------- */

static void
add_trust_options (GeoCli *cli, GOptionContext *context) {
  const GOptionEntry entries[] = {
    { "close", 0, 0, G_OPTION_ARG_NONE, &cli->close,
      N_ ("Trust them no more; what they owe stays owed"), NULL },
    { "freeze", 0, 0, G_OPTION_ARG_NONE, &cli->freeze,
      N_ ("Nothing more is owed either way until you unfreeze it"), NULL },
    { "unfreeze", 0, 0, G_OPTION_ARG_NONE, &cli->unfreeze,
      N_ ("As it was before it was frozen"), NULL },
    { "live", 0, 0, G_OPTION_ARG_NONE, &cli->live,
      N_ ("Only while I am connected: nothing passes this line unasked"),
      NULL },
    { "clearing", 0, 0, G_OPTION_ARG_STRING, &cli->clearing,
      N_ ("“ask”: no debt over this line is cleared without my word; “auto” "
          "(as it was, else auto)"),
      N_ ("HOW") },
    { "spare", 0, 0, G_OPTION_ARG_STRING, &cli->spare,
      N_ ("“all”: what is left of this limit may be used to clear circles, "
          "where they agree too; “none”, or up to an amount (as it was, else "
          "none)"),
      N_ ("HOW") },
    { "daily", 0, 0, G_OPTION_ARG_STRING, &cli->daily,
      N_ ("What payments may bring in of it in one day, or “none” (as it was, "
          "else none)"),
      N_ ("LIMIT") },
    { "accept-key", 0, 0, G_OPTION_ARG_NONE, &cli->accept_key,
      N_ ("Take the key that they changed to as theirs"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static void
say_asks_clearing (GeoCli *cli, GeoPerson *person) {
  geo_cli_say (cli, _ ("You are asked before debts with %s are cleared."),
               geo_person_get_name (person));
}

/* they: they let clearing use their trust as well. */
static void
say_spare (GeoCli *cli,
           const gchar *name,
           GeoAmount bound,
           guint precision,
           const gchar *equivalent,
           gboolean they) {
  g_autofree gchar *amount = geo_phrase_amount (bound, precision, equivalent);
  g_autofree gchar *uses = g_strdup_printf (
      /* Translators: an amount. */
      _ ("What is left of it may be used to clear circles, up to %s."), amount);
  /* Translators: %s is a name. */
  g_autofree gchar *waits = g_strdup_printf (
      _ ("It is not used before %s agrees to that, too."), name);

  geo_cli_say (cli, "  %s", uses);
  if (!they)
    geo_cli_say (cli, "  %s", waits);
}

static GeoRelation *
find_relation (GeoPerson *person, const gchar *equivalent) {
  GListModel *relations = geo_person_get_relations (person);

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (g_str_equal (geo_relation_get_equivalent (relation), equivalent))
      return g_steal_pointer (&relation);
  }
  return NULL;
}

static gboolean
is_none (const gchar *text) {
  return g_str_equal (text, "none");
}

/* FALSE: one of the options says no amount. */
static gboolean
read_terms (GeoCli *cli, guint precision, GeoTrustTerms *said, GError **error) {
  *said = (GeoTrustTerms){ .spare = GEO_AMOUNT (GEO_AMOUNT_MAX) };
  if (cli->live)
    said->flags |= GEO_TRUST_LIVE;
  if (cli->clearing != NULL && g_str_equal (cli->clearing, "ask"))
    said->flags |= GEO_TRUST_ASK_CLEARING;
  said->has_spare = cli->spare != NULL && !is_none (cli->spare);
  said->has_daily = cli->daily != NULL && !is_none (cli->daily);
  return (!said->has_spare || g_str_equal (cli->spare, "all") ||
          geo_wish_parse_amount (cli->spare, precision, &said->spare, error)) &&
         (!said->has_daily ||
          geo_wish_parse_amount (cli->daily, precision, &said->daily, error));
}

/* What is not said stays as it was. */
static void
keep_terms (GeoCli *cli,
            GeoPerson *person,
            const gchar *equivalent,
            GeoTrustTerms *terms) {
  g_autoptr (GeoRelation) relation = find_relation (person, equivalent);

  if (relation == NULL || cli->close)
    return;
  if (cli->clearing == NULL && geo_relation_get_asks_clearing (relation))
    terms->flags |= GEO_TRUST_ASK_CLEARING;
  if (cli->spare == NULL)
    terms->has_spare = geo_relation_get_spare (relation, &terms->spare);
  if (cli->daily == NULL)
    terms->has_daily = geo_relation_get_daily (relation, &terms->daily, NULL);
}

static void
say_daily (GeoCli *cli, GeoRelation *relation) {
  g_autofree gchar *text = NULL;
  GeoAmount limit, left;

  if (!geo_relation_get_daily (relation, &limit, &left))
    return;
  text = geo_phrase_daily (limit, left, geo_relation_get_precision (relation),
                           geo_relation_get_equivalent (relation));
  geo_cli_say (cli, "  %s", text);
}

static void
report_limit (GeoReport *report,
              const gchar *name,
              gboolean has_limit,
              GeoAmount limit,
              guint precision) {
  if (has_limit)
    geo_report_amount (report, name, limit, precision);
  else
    geo_report_text (report, name, NULL);
}

static int
tell_trust (GeoCli *cli,
            GeoPerson *person,
            const gchar *equivalent,
            guint precision,
            GeoAmount limit,
            const GeoTrustTerms *terms) {
  g_autoptr (GeoRelation) relation = find_relation (person, equivalent);
  GeoAmount spare = geo_amount_min (terms->spare, limit);
  g_autofree gchar *sentence = NULL;
  GeoReport *report;

  if (cli->close)
    sentence = g_strdup_printf (_ ("You trust %s with %s no more"),
                                geo_person_get_name (person), equivalent);
  else
    sentence = geo_phrase_my_line (geo_person_get_name (person), limit,
                                   precision, equivalent);
  geo_cli_say (cli, "%s.", sentence);
  if (cli->clearing != NULL && (terms->flags & GEO_TRUST_ASK_CLEARING) != 0)
    say_asks_clearing (cli, person);
  if (cli->daily != NULL && relation != NULL)
    say_daily (cli, relation);
  if (cli->spare != NULL && terms->has_spare)
    say_spare (cli, geo_person_get_name (person), spare, precision, equivalent,
               relation != NULL &&
                   geo_relation_get_their_spare (relation, NULL));
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);

  report = geo_cli_report_new (cli);
  geo_report_begin (report, "to");
  geo_report_text (report, "name", geo_person_get_name (person));
  geo_report_text (report, "pid", geo_person_get_pid_text (person));
  geo_report_end (report);
  geo_report_text (report, "equivalent", equivalent);
  geo_report_amount (report, "limit", limit, precision);
  geo_report_text (report, "status", cli->close ? "closed" : "active");
  geo_report_text (report, "consent", cli->live ? "live" : "standing");
  geo_report_text (report, "clearing",
                   (terms->flags & GEO_TRUST_ASK_CLEARING) != 0 ? "ask"
                                                                : "auto");
  report_limit (report, "spare", terms->has_spare, spare, precision);
  report_limit (report, "daily", terms->has_daily, terms->daily, precision);
  return geo_cli_done (cli, report);
}

static gboolean
freezes (const GeoCli *cli) {
  return cli->freeze || cli->unfreeze;
}

static int
tell_frozen (GeoCli *cli, GeoPerson *person, const gchar *equivalent) {
  const gchar *name = geo_person_get_name (person);
  GeoReport *report;

  if (cli->freeze)
    /* Translators: a name and an equivalent's code: "UAH". */
    geo_cli_say (cli,
                 _ ("Frozen: between you and %s nothing more is owed in %s "
                    "until you unfreeze it."),
                 name, equivalent);
  else
    /* Translators: a name and an equivalent's code: "UAH". */
    geo_cli_say (cli, _ ("Your trust in %s in %s is as it was again."), name,
                 equivalent);
  if (!cli->common.json)
    return geo_cli_done (cli, NULL);

  report = geo_cli_report_new (cli);
  geo_report_begin (report, "to");
  geo_report_text (report, "name", name);
  geo_report_text (report, "pid", geo_person_get_pid_text (person));
  geo_report_end (report);
  geo_report_text (report, "equivalent", equivalent);
  geo_report_flag (report, "frozen", cli->freeze);
  return geo_cli_done (cli, report);
}

/* The line is stored and goes to the hub by itself: nothing failed yet. */
static int
fail_trust (GeoCli *cli, const GError *error) {
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT))
    return geo_cli_fail (cli, GEO_EXIT_IN_DOUBT, error->message);
  return geo_cli_fail_error (cli, error);
}

static int
run_trust_with (GeoCli *cli, GeoNode *node, gchar **arguments) {
  gboolean has_limit = !cli->close && !freezes (cli);
  const gchar *limit_text = has_limit ? arguments[1] : NULL;
  const gchar *typed_equivalent = !has_limit || arguments[1] == NULL
                                      ? arguments[1]
                                      : arguments[2];
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoPerson) person = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *equivalent;
  GeoAmount limit = GEO_AMOUNT_ZERO;
  GeoTrustTerms terms;
  guint precision;
  int status;

  /* What can be wrong without the hub is said without it. */
  equivalent = geo_cli_find_equivalent (cli, node, typed_equivalent, &precision,
                                        &status);
  if (equivalent == NULL)
    return status;
  if (limit_text != NULL &&
      !geo_wish_parse_amount (limit_text, precision, &limit, &error))
    return geo_cli_fail_error (cli, error);
  if (!read_terms (cli, precision, &terms, &error))
    return geo_cli_fail_error (cli, error);
  if (!geo_cli_connect (cli, node, &status))
    return status;
  person = geo_cli_find_person (cli, node, arguments[0], &status);
  if (person == NULL)
    return status;

  if (freezes (cli)) {
    geo_node_freeze_async (node, geo_person_get_pid (person), equivalent,
                           cli->freeze, NULL, geo_cli_result_cb, &result);
    return geo_node_freeze_finish (node, geo_cli_wait_result (&result), &error)
               ? tell_frozen (cli, person, equivalent)
               : fail_trust (cli, error);
  }
  if (!cli->close && !geo_cli_check_key (cli, node, person, &status))
    return status;
  keep_terms (cli, person, equivalent, &terms);
  if (cli->close)
    geo_node_trust_async (node, geo_person_get_pid (person), equivalent, limit,
                          TRUE, terms.flags, NULL, geo_cli_result_cb, &result);
  else
    geo_node_trust_on_async (node, geo_person_get_pid (person), equivalent,
                             limit, &terms, NULL, geo_cli_result_cb, &result);
  if (geo_node_trust_finish (node, geo_cli_wait_result (&result), &error))
    return tell_trust (cli, person, equivalent, precision, limit, &terms);
  return fail_trust (cli, error);
}

static int
run_trust (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  int status;

  if (cli->close && cli->live)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Either --close or --live, not both."));
  if (cli->clearing != NULL && !g_str_equal (cli->clearing, "ask") &&
      !g_str_equal (cli->clearing, "auto"))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Say --clearing ask or --clearing auto."));
  if (cli->close + cli->freeze + cli->unfreeze > 1 ||
      (freezes (cli) &&
       (cli->live || cli->clearing != NULL || cli->spare != NULL ||
        cli->daily != NULL)))
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("--freeze and --unfreeze go with no other option."));
  if (cli->close && cli->spare != NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Either --close or --spare, not both."));
  if (cli->close && cli->daily != NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Either --close or --daily, not both."));
  if (cli->close && arguments[1] != NULL && arguments[2] != NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("With --close there is no limit to give."));
  if (freezes (cli) && arguments[1] != NULL && arguments[2] != NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("The limit stays as it is: there is none to give "
                            "with --freeze or --unfreeze."));
  if (!cli->close && !freezes (cli) && arguments[1] == NULL)
    return geo_cli_fail (cli, GEO_EXIT_USAGE,
                         _ ("Say up to how much, or --close."));
  node = geo_cli_open (cli, &status);
  if (node == NULL)
    return status;
  status = run_trust_with (cli, node, arguments);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_trust = {
  .name = "trust",
  .arguments = N_ ("WHO LIMIT [EQUIVALENT]"),
  .summary = N_ ("Let somebody owe you up to a limit, or change that"),
  .description = N_ (
      "WHO is a name that only one person has, a PID or a contact link. "
      "The command\nends when the hub has confirmed it.\n\n"
      "Examples:\n"
      "  geo trust Ivan 300\n"
      "  geo trust Ivan 12.50 HOUR --live\n"
      "  geo trust Ivan 300 --clearing ask\n"
      "  geo trust Ivan 300 --spare all\n"
      "  geo trust Ivan 300 --daily 50\n"
      "  geo trust Ivan --freeze UAH\n"
      "  geo trust Ivan --close UAH"),
  .arguments_min = 1,
  .arguments_max = 3,
  .add_options = add_trust_options,
  .run = run_trust,
};

/* --- people and balance ------------------------------------------------- */

static void
report_daily (GeoReport *report, GeoRelation *relation) {
  guint precision = geo_relation_get_precision (relation);
  GeoAmount limit = GEO_AMOUNT_ZERO, left = GEO_AMOUNT_ZERO;
  gboolean has_daily = geo_relation_get_daily (relation, &limit, &left);

  report_limit (report, "daily", has_daily, limit, precision);
  report_limit (report, "daily_left", has_daily, left, precision);
  has_daily = geo_relation_get_their_daily (relation, &limit);
  report_limit (report, "their_daily", has_daily, limit, precision);
}

static void
report_person (GeoReport *report, GeoPerson *person) {
  GListModel *relations = geo_person_get_relations (person);

  geo_report_begin (report, NULL);
  geo_report_text (report, "name", geo_person_get_name (person));
  geo_report_text (report, "pid", geo_person_get_pid_text (person));
  geo_report_flag (report, "key_changed", geo_person_get_key_changed (person));
  geo_report_begin_array (report, "relations");
  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);
    guint precision = geo_relation_get_precision (relation);
    GeoAmount limit = GEO_AMOUNT_ZERO;
    GeoAmount bound = GEO_AMOUNT_ZERO;
    gboolean has_limit, has_spare;

    geo_report_begin (report, NULL);
    geo_report_text (report, "equivalent",
                     geo_relation_get_equivalent (relation));
    geo_report_amount (report, "balance", geo_relation_get_balance (relation),
                       precision);
    has_limit = geo_relation_get_my_limit (relation, &limit);
    report_limit (report, "my_limit", has_limit, limit, precision);
    has_spare = geo_relation_get_spare (relation, &bound);
    report_limit (report, "spare", has_spare, geo_amount_min (bound, limit),
                  precision);
    has_limit = geo_relation_get_their_limit (relation, &limit);
    report_limit (report, "their_limit", has_limit, limit, precision);
    has_spare = geo_relation_get_their_spare (relation, &bound);
    report_limit (report, "their_spare", has_spare,
                  geo_amount_min (bound, limit), precision);
    report_daily (report, relation);
    geo_report_text (
        report, "clearing",
        geo_relation_get_asks_clearing (relation) ? "ask" : "auto");
    geo_report_flag (report, "frozen", geo_relation_get_frozen (relation));
    geo_report_flag (report, "their_frozen",
                     geo_relation_get_their_frozen (relation));
    geo_report_flag (report, "pending", geo_relation_get_pending (relation));
    geo_report_end (report);
  }
  geo_report_end_array (report);
  geo_report_end (report);
}

static void
report_people (GeoReport *report, GListModel *people) {
  geo_report_begin_array (report, "people");
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    report_person (report, person);
  }
  geo_report_end_array (report);
}

static void
say_relation (GeoCli *cli, GeoPerson *person, GeoRelation *relation) {
  const gchar *name = geo_person_get_name (person);
  const gchar *equivalent = geo_relation_get_equivalent (relation);
  guint precision = geo_relation_get_precision (relation);
  g_autofree gchar *balance = geo_phrase_balance (
      name, geo_relation_get_balance (relation), precision, equivalent);
  GeoAmount limit = GEO_AMOUNT_ZERO;
  GeoAmount bound = GEO_AMOUNT_ZERO;

  geo_cli_say (cli, "  %s.", balance);
  if (geo_relation_get_my_limit (relation, &limit)) {
    g_autofree gchar *line = geo_phrase_my_line (name, limit, precision,
                                                 equivalent);

    geo_cli_say (cli, "  %s.", line);
    if (geo_relation_get_asks_clearing (relation)) {
      geo_cli_say (cli, "  %s", _ ("You are asked before such debts are "
                                   "cleared."));
    }
    if (geo_relation_get_frozen (relation))
      geo_cli_say (cli, "  %s", _ ("You have frozen it: nothing more is owed "
                                   "either way."));
    say_daily (cli, relation);
    if (geo_relation_get_spare (relation, &bound))
      say_spare (cli, name, geo_amount_min (bound, limit), precision, equivalent,
                 geo_relation_get_their_spare (relation, NULL));
  }
  if (geo_relation_get_their_limit (relation, &limit)) {
    g_autofree gchar *line = geo_phrase_their_line (name, limit, precision,
                                                    equivalent);

    geo_cli_say (cli, "  %s.", line);
    if (geo_relation_get_their_frozen (relation))
      geo_cli_say (cli, "  %s", _ ("They have frozen it: nothing more is owed "
                                   "either way."));
    if (geo_relation_get_their_daily (relation, &limit)) {
      g_autofree gchar *daily = geo_phrase_their_daily (limit, precision,
                                                        equivalent);

      geo_cli_say (cli, "  %s", daily);
    }
  }
  if (geo_relation_get_pending (relation))
    geo_cli_say (cli, "  %s", _ ("A change of yours waits for the hub."));
}

static void
say_people (GeoCli *cli, GListModel *people) {
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    GListModel *relations = geo_person_get_relations (person);

    geo_cli_say (cli, "%s  %s", geo_person_get_name (person),
                 geo_person_get_pid_text (person));
    if (geo_person_get_key_changed (person))
      geo_cli_say (cli, "  %s",
                   _ ("Uses another key than before. Ask them, by another way "
                      "than this, whether they changed it; then: geo key "
                      "accept."));
    for (guint j = 0; j < g_list_model_get_n_items (relations); j++) {
      g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, j);

      say_relation (cli, person, relation);
    }
  }
}

/* Own people, or whoever the text finds. */
static GListModel *
list_people (GeoCli *cli, GeoNode *node, const gchar *text, int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GListModel *found;

  if (text == NULL)
    return g_object_ref (geo_node_get_people (node));
  geo_node_find_people_async (node, text, NULL, geo_cli_result_cb, &result);
  found = geo_node_find_people_finish (node, geo_cli_wait_result (&result),
                                       &error);
  if (found == NULL)
    *status = geo_cli_fail_error (cli, error);
  return found;
}

static int
tell_people (GeoCli *cli,
             GeoNode *node,
             GListModel *people,
             gboolean is_connected) {
  g_autofree gchar *contact = geo_node_get_contact_link (node);
  GeoReport *report;

  if (!cli->common.json) {
    if (g_list_model_get_n_items (people) == 0)
      geo_cli_say (cli, "%s", _ ("Nobody."));
    say_people (cli, people);
    geo_cli_say (cli, _ ("You are %s: %s"), geo_node_get_name (node), contact);
    geo_cli_say_connection (cli, node, is_connected);
    return geo_cli_done (cli, NULL);
  }

  report = geo_cli_report_new (cli);
  geo_cli_report_connection (report, node, is_connected);
  geo_report_begin (report, "me");
  geo_report_text (report, "name", geo_node_get_name (node));
  geo_report_text (report, "pid", geo_node_get_pid (node));
  geo_report_text (report, "contact_link", contact);
  geo_report_end (report);
  report_people (report, people);
  return geo_cli_done (cli, report);
}

static int
run_people (GeoCli *cli, gchar **arguments) {
  g_autoptr (GListModel) people = NULL;
  g_autoptr (GeoNode) node = NULL;
  gboolean is_connected;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  is_connected = geo_cli_try_connect (cli, node);
  people = list_people (cli, node, arguments[0], &status);
  if (people != NULL)
    status = tell_people (cli, node, people, is_connected);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_people = {
  .name = "people",
  .arguments = N_ ("[TEXT]"),
  .summary = N_ ("Your people; with TEXT, whoever it finds in the community"),
  .description = N_ (
      "TEXT is a name, a part of one, a PID or a contact link. Where the "
      "hub cannot\nbe reached, only people known to this computer are "
      "found.\n\n"
      "Examples:\n"
      "  geo people\n"
      "  geo people oks --json"),
  .arguments_max = 1,
  .run = run_people,
};

void
geo_cli_report_totals (GeoReport *report, GListModel *totals) {
  geo_report_begin_array (report, "totals");
  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    guint precision = geo_total_get_precision (total);

    geo_report_begin (report, NULL);
    geo_report_text (report, "equivalent", geo_total_get_equivalent (total));
    geo_report_number (report, "precision", precision);
    geo_report_amount (report, "balance", geo_total_get_balance (total),
                       precision);
    geo_report_amount (report, "owed_to_me", geo_total_get_owed_to_me (total),
                       precision);
    geo_report_amount (report, "i_owe", geo_total_get_i_owe (total), precision);
    geo_report_amount (report, "can_pay", geo_total_get_can_pay (total),
                       precision);
    geo_report_amount (report, "can_receive", geo_total_get_can_receive (total),
                       precision);
    geo_report_end (report);
  }
  geo_report_end_array (report);
}

static void
say_totals (GeoCli *cli, GListModel *totals) {
  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    const gchar *equivalent = geo_total_get_equivalent (total);
    guint precision = geo_total_get_precision (total);
    g_autofree gchar *balance = geo_phrase_total (geo_total_get_balance (total),
                                                  precision, equivalent);
    g_autofree gchar *can_pay = geo_phrase_amount (
        geo_total_get_can_pay (total), precision, equivalent);
    g_autofree gchar *can_receive = geo_phrase_amount (
        geo_total_get_can_receive (total), precision, equivalent);

    geo_cli_say (cli, "%s.", balance);
    /* Nothing to say of what nobody trusts anybody with yet. */
    if (geo_total_get_can_pay (total).minor == 0 &&
        geo_total_get_can_receive (total).minor == 0)
      continue;
    geo_cli_say (cli, _ ("You can pay up to %s and receive up to %s."), can_pay,
                 can_receive);
  }
}

static int
run_balance (GeoCli *cli, gchar **arguments) {
  g_autoptr (GeoNode) node = NULL;
  gboolean is_connected;
  GeoReport *report = NULL;
  int status;

  node = geo_cli_open_to_look (cli, &status);
  if (node == NULL)
    return status;
  is_connected = geo_cli_try_connect (cli, node);
  if (cli->common.json) {
    report = geo_cli_report_new (cli);
    geo_cli_report_connection (report, node, is_connected);
    geo_cli_report_totals (report, geo_node_get_totals (node));
    report_people (report, geo_node_get_people (node));
    geo_report_number (report, "open", geo_node_get_open_count (node));
  } else {
    say_totals (cli, geo_node_get_totals (node));
    say_people (cli, geo_node_get_people (node));
    geo_cli_say_connection (cli, node, is_connected);
  }
  status = geo_cli_done (cli, report);
  geo_cli_close (node);
  return status;
}

const GeoCommand geo_command_balance = {
  .name = "balance",
  .arguments = "",
  .summary = N_ ("Who owes whom: in total, and with each of your people"),
  .description = N_ (
      "Where the hub cannot be reached, what this computer knows is told, "
      "and that it\nis so.\n\n"
      "Examples:\n"
      "  geo balance\n"
      "  geo balance --offline --json"),
  .run = run_balance,
};
