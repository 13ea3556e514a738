/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people do, and what befalls them: one function a scene.  A scene only
 * begins something; what comes of it is others' to say.  What somebody would
 * not do is as good a scene.
 */
#include "sim.h"

#include <json-glib/json-glib.h>

#define SECOND_MS G_GINT64_CONSTANT (1000)
#define HOUR_MS (3600 * SECOND_MS)
#define DAY_MS (24 * HOUR_MS)
/* While nothing goes wrong nobody wishes for anything. */
#define PATIENCE_MS (20 * 60 * SECOND_MS)
#define LIMIT_MAX 20000
#define DAILY_LIMIT_MAX 8000
#define PRECISION 2 /* Of every equivalent in this town. */

static guint
below (Sim *sim, guint n) {
  return sim_random_below (&sim->random, n);
}

static SimNode *
somebody (Sim *sim) {
  return sim_node (sim, below (sim, sim->nodes->len));
}

static SimNode *
somebody_else (Sim *sim, const SimNode *node) {
  guint n = sim->nodes->len;

  return sim_node (sim, (node->index + 1 + below (sim, n - 1)) % n);
}

static const gchar *
some_equivalent (Sim *sim) {
  return below (sim, 4) == 0 ? "HOUR" : "UAH";
}

/* --- Lines ---------------------------------------------------------------- */

/* §7. */
static void
opt_in (Sim *sim, GeoPolicy *policy) {
  if (below (sim, 2) == 0)
    return;
  policy->has_spare_clearing = TRUE;
  policy->spare_clearing = geo_decimal (GEO_AMOUNT (below (sim, LIMIT_MAX)),
                                        PRECISION);
}

static GeoPolicy *
some_policy (Sim *sim) {
  GeoPolicy *policy = geo_policy_new_default ();

  if (below (sim, 4) == 0)
    policy->consent = GEO_CONSENT_LIVE;
  if (below (sim, 7) == 0)
    policy->can_be_intermediate = FALSE;
  if (below (sim, 4) == 0)
    policy->auto_clearing = FALSE;
  if (below (sim, 12) == 0)
    g_array_append_val (policy->blocked_participants, somebody (sim)->pid);
  if (below (sim, 10) == 0) {
    policy->has_daily_limit = TRUE;
    policy->daily_limit =
        geo_decimal (GEO_AMOUNT (1 + below (sim, DAILY_LIMIT_MAX)), PRECISION);
  }
  return policy;
}

static gboolean
trust (SimNode *from,
       const SimNode *to,
       const gchar *equivalent,
       gint64 limit,
       gboolean close,
       const GeoPolicy *policy) {
  Sim *sim = from->sim;
  GPtrArray *actions;
  g_autofree gchar *id = NULL;

  if (from->party == NULL)
    return FALSE;
  actions = geo_actions_new ();
  id = g_strdup_printf ("line-%u-%u-%u", from->index, to->index, ++sim->n_ids);
  if (geo_party_trust (from->party, id, &to->pid, equivalent,
                       GEO_AMOUNT (limit), close, policy, sim_node_now (from),
                       actions, NULL)) {
    sim_trace (sim, from, "trusts %s with %" G_GINT64_FORMAT " %s", to->name,
               limit, equivalent);
    sim_count (sim, close ? SIM_COUNT_closed : SIM_COUNT_lines);
    sim_node_run (from, actions);
    return TRUE;
  }
  g_ptr_array_unref (actions);
  return FALSE;
}

void
sim_life_trust (SimNode *from,
                const SimNode *to,
                const gchar *equivalent,
                gint64 limit) {
  trust (from, to, equivalent, limit, FALSE, NULL);
}

static void
scene_trust (Sim *sim) {
  SimNode *from = somebody (sim);
  g_autoptr (GeoPolicy) policy = some_policy (sim);

  trust (from, somebody_else (sim, from), some_equivalent (sim),
         1 + below (sim, LIMIT_MAX), FALSE, policy);
}

/* A line of somebody's to somebody, with what is in force. */
static const GeoTrustLine *
some_line (Sim *sim, SimNode **from, SimNode **to, const gchar **equivalent) {
  *from = somebody (sim);
  *to = somebody_else (sim, *from);
  *equivalent = some_equivalent (sim);
  for (guint i = 0; i < sim->nodes->len && (*from)->party != NULL; i++) {
    const GeoTrustLine *line;

    *to = sim_node (sim, ((*to)->index + i) % sim->nodes->len);
    if (*to == *from)
      continue;
    line = geo_party_get_line ((*from)->party, &(*from)->pid, &(*to)->pid,
                               *equivalent);
    if (line != NULL && line->status == GEO_LINE_STATUS_ACTIVE)
      return line;
  }
  return NULL;
}

static void
scene_raise (Sim *sim) {
  SimNode *from, *to;
  const gchar *equivalent;
  const GeoTrustLine *line = some_line (sim, &from, &to, &equivalent);

  if (line != NULL)
    trust (from, to, equivalent,
           line->limit.amount.minor + 1 + below (sim, 5000), FALSE, NULL);
}

/* Also below what is owed, and while a payment is under way. */
static void
scene_lower (Sim *sim) {
  SimNode *from, *to;
  const gchar *equivalent;
  const GeoTrustLine *line = some_line (sim, &from, &to, &equivalent);

  if (line == NULL)
    return;
  sim_count (sim, SIM_COUNT_lowered);
  trust (from, to, equivalent,
         below (sim, (guint) line->limit.amount.minor + 1), FALSE, NULL);
}

static void
scene_close (Sim *sim) {
  SimNode *from, *to;
  const gchar *equivalent;

  if (some_line (sim, &from, &to, &equivalent) != NULL)
    trust (from, to, equivalent, 0, TRUE, NULL);
}

/* §1: nothing more is owed either way, until it is thawed. */
static gboolean
set_frozen (SimNode *from, const GeoTrustLine *line, gboolean frozen) {
  const SimNode *to = sim_find_node (from->sim, &line->to);
  g_autoptr (GeoPolicy) policy = geo_policy_copy (line->policy);
  g_autofree gchar *equivalent = g_strdup (line->equivalent);

  policy->has_frozen = policy->frozen = frozen;
  return trust (from, to, equivalent, line->limit.amount.minor, FALSE, policy);
}

/* Also while a payment is under way over it, and where much is owed. */
void
sim_scene_line_freezes (Sim *sim) {
  SimNode *from, *to;
  const gchar *equivalent;
  const GeoTrustLine *line = some_line (sim, &from, &to, &equivalent);

  if (line == NULL || geo_trust_line_is_frozen (line) ||
      !set_frozen (from, line, TRUE))
    return;
  sim_trace (sim, from, "freezes its line to %s", to->name);
  sim_count (sim, SIM_COUNT_lines_frozen);
}

static void
scene_line_thaws (Sim *sim) {
  for (guint i = 0; i < 2 * sim->nodes->len; i++) {
    SimNode *from, *to;
    const gchar *equivalent;
    const GeoTrustLine *line = some_line (sim, &from, &to, &equivalent);

    if (!geo_trust_line_is_frozen (line))
      continue;
    if (set_frozen (from, line, FALSE))
      sim_count (sim, SIM_COUNT_lines_thawed);
    return;
  }
}

/* --- Paying --------------------------------------------------------------- */

static gboolean
pay (SimNode *from,
     const SimNode *to,
     const gchar *equivalent,
     gint64 amount,
     gint64 deadline_ms) {
  Sim *sim = from->sim;
  g_autofree gchar *id = NULL;
  GPtrArray *actions;
  GeoConstraints *constraints = NULL;
  gboolean done;

  if (from->party == NULL)
    return FALSE;
  actions = geo_actions_new ();
  id = g_strdup_printf ("tx-%u-%u", from->index, ++sim->n_ids);
  if (below (sim, 8) == 0) {
    constraints = geo_constraints_new ();
    constraints->max_hops = 1 + below (sim, 6);
    constraints->max_routes = 1 + below (sim, 4);
    g_array_append_val (constraints->avoid, somebody (sim)->pid);
  }
  done = geo_party_pay (from->party, id, &to->pid, equivalent,
                        GEO_AMOUNT (amount),
                        below (sim, 3) == 0 ? "for bread" : NULL, constraints,
                        sim_node_now (from), deadline_ms, NULL, actions, NULL);
  geo_constraints_free (constraints);
  if (!done) {
    g_ptr_array_unref (actions);
    return FALSE;
  }
  sim_trace (sim, from, "pays %" G_GINT64_FORMAT " %s to %s (%s)", amount,
             equivalent, to->name, id);
  sim_count (sim, SIM_COUNT_ordered);
  sim_node_run (from, actions);
  return TRUE;
}

static gint64
some_deadline (Sim *sim) {
  switch (below (sim, 10)) {
  case 0:
    return sim_random_range (&sim->random, 1, 3000);
  case 1:
    return sim_random_range (&sim->random, 1, 20) * HOUR_MS;
  default: /* A number, not an enumeration. */
    return sim_random_range (&sim->random, 5, 30) * SECOND_MS;
  }
}

static void
scene_pay (Sim *sim) {
  SimNode *from = somebody (sim);

  pay (from, somebody_else (sim, from), some_equivalent (sim),
       1 + below (sim, below (sim, 5) == 0 ? LIMIT_MAX : 3000),
       some_deadline (sim));
}

/* What is owed over a frozen line is still paid back, in goods: the creditor
 * pays with the debt. */
static void
scene_repay (Sim *sim) {
  SimNode *creditor, *debtor;
  const gchar *equivalent;
  const GeoTrustLine *line = some_line (sim, &creditor, &debtor, &equivalent);
  gint64 owed;

  for (guint i = sim->nodes->len; !geo_trust_line_is_frozen (line) && i > 0;
       i--)
    line = some_line (sim, &creditor, &debtor, &equivalent);
  if (line == NULL)
    return;
  owed =
      geo_party_get_balance (creditor->party, &debtor->pid, equivalent).minor;
  if (owed > 0)
    pay (creditor, debtor, equivalent, 1 + below (sim, (guint) owed),
         some_deadline (sim));
}

/* Several at once, over the same lines. */
static void
scene_market (Sim *sim) {
  SimNode *shop = somebody (sim);

  for (guint i = 2 + below (sim, 4); i > 0; i--)
    pay (somebody_else (sim, shop), shop, "UAH", 1 + below (sim, 4000),
         some_deadline (sim));
}

static void
scene_town (Sim *sim) {
  for (guint i = 1 + below (sim, 3);
       sim->town != NULL && sim->town->len > 0 && i > 0; i--) {
    const SimTownPayment *payment =
        g_ptr_array_index (sim->town, sim->town_next++ % sim->town->len);

    pay (sim_node (sim, payment->from), sim_node (sim, payment->to),
         payment->equivalent, payment->amount, 20 * SECOND_MS);
  }
}

static void
scene_quote (Sim *sim) {
  SimNode *from = somebody (sim);
  g_autoptr (GeoMessage) message = NULL;
  GeoMsgPaymentQuote *quote;

  if (!sim_node_is_in (from))
    return;
  message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE, NULL);
  quote = message->u.payment_quote;
  quote->to = somebody_else (sim, from)->pid;
  quote->equivalent = g_strdup (some_equivalent (sim));
  quote->constraints = geo_constraints_new ();
  quote->constraints->max_hops = 6;
  quote->constraints->max_routes = 3;
  sim_count (sim, SIM_COUNT_quotes);
  sim_send_to_hub (from, message, 0);
}

/* P5: an order of the past is sent again: the same bytes, or others under the
 * same name. */
static void
scene_repeat (Sim *sim) {
  SimNode *node = somebody (sim);
  g_autoptr (GeoRecord) record = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GeoRecordBody) body = NULL;
  g_autoptr (GeoMessage) message = NULL;
  GeoOrder *order;

  if (!sim_node_is_in (node) || node->n_records < 2)
    return;
  if (!geo_journal_get_record (node->journal,
                               1 + below (sim, (guint) node->n_records),
                               &record, &text, NULL) ||
      record->kind != GEO_RECORD_KIND_ORDER)
    return;
  body = geo_record_body_from_text (text, -1, NULL);
  if (body == NULL || body->order == NULL)
    return;
  message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, body->order->tx_id);
  order = message->u.payment_request->order = geo_order_copy (body->order);
  if (body->sealed != NULL)
    message->u.payment_request->sealed = g_bytes_ref (body->sealed);
  if (below (sim, 2) == 0) {
    sim_count (sim, SIM_COUNT_orders_repeated);
  } else {
    sim_count (sim, SIM_COUNT_orders_forged);
    order->amount.amount.minor++;
    geo_order_sign (order, node->secret);
  }
  sim_trace (sim, node, "repeats an order");
  sim_send_to_hub (node, message, 0);
}

/* --- Clearing ------------------------------------------------------------- */

static void
scene_clear (Sim *sim) {
  sim_hub_clear (sim->hub, some_equivalent (sim));
}

static void
scene_answer (Sim *sim) {
  sim_node_answer_clearings (somebody (sim));
}

/* --- Coming and going ----------------------------------------------------- */

static void
scene_leave (Sim *sim) {
  SimNode *node = somebody (sim);

  if (node->up)
    sim_node_leave (node);
}

static void
scene_return (Sim *sim) {
  for (guint i = 1 + below (sim, 3); i > 0; i--)
    sim_node_return (somebody (sim), 1);
}

/* For hours or weeks; it comes back by itself. */
static void
scene_absence (Sim *sim) {
  SimNode *node = somebody (sim);
  SimEvent *event;

  if (!node->up)
    return;
  sim_count (sim, SIM_COUNT_absences);
  sim_node_leave (node);
  event = sim_add_event (sim, SIM_EVENT_NODE_RETURN,
                         sim_random_range (&sim->random, 1, 30) *
                             (below (sim, 3) == 0 ? DAY_MS : 60 * SECOND_MS));
  event->node = node;
}

static void
scene_drop (Sim *sim) {
  SimNode *node = somebody (sim);

  if (node->session == NULL)
    return;
  sim_count (sim, SIM_COUNT_dropped);
  sim_session_break (sim, node->session);
}

/* --- What befalls them ---------------------------------------------------- */

static void
scene_node_falls (Sim *sim) {
  sim_node_fall (somebody (sim), sim_power (sim));
}

static void
scene_hub_falls (Sim *sim) {
  if (below (sim, 3) == 0)
    sim_hub_stop (sim->hub);
  else
    sim_hub_fall (sim->hub, sim_power (sim));
}

/* Somebody's clock, the hub's too: a little wrong, or by hours. */
static void
scene_clock (Sim *sim) {
  gint64 skew = sim_random_range (&sim->random, -100, 100) *
                (below (sim, 4) == 0 ? 60 * SECOND_MS : SECOND_MS);
  SimNode *node = somebody (sim);

  sim_count (sim, SIM_COUNT_clock_jumps);
  if (below (sim, 5) == 0) {
    sim_trace (sim, NULL, "clock is %" G_GINT64_FORMAT " ms ahead", skew);
    sim->hub->skew = skew;
  } else {
    sim_trace (sim, node, "clock is %" G_GINT64_FORMAT " ms ahead", skew);
    skew = below (sim, 3) == 0 ? 0 : skew;
    node->was_ahead |= skew < node->skew;
    node->behind = MAX (node->behind, -skew);
    node->skew = skew;
  }
}

static void
scene_nature (Sim *sim) {
  somebody (sim)->nature = (SimNature) below (sim, 4);
}

static void
scene_lie (Sim *sim) {
  sim_lie (sim->hub, somebody (sim));
}

/* A disk that says it synced; the power goes some time later. */
static void
scene_lost_sync (Sim *sim) {
  SimNode *node = somebody (sim);

  if (node->up && !sim_disk_has_lied (node->disk))
    sim_disk_lie (node->disk);
  else
    sim_node_fall (node,
                   below (sim, 2) == 0 ? SIM_POWER_LOST : SIM_POWER_MIXED);
}

/* P9: a question about what is decided, by a hub or somebody on the way. */
static void
scene_ask_again (Sim *sim) {
  sim_hub_ask_again (sim->hub, somebody (sim));
}

static void
scene_replay (Sim *sim) {
  sim_replay (somebody (sim));
}

/* --- The hub's owner ------------------------------------------------------ */

static void
scene_freeze (Sim *sim) {
  sim_hub_freeze (sim->hub, somebody (sim), TRUE);
}

static void
scene_thaw (Sim *sim) {
  for (guint i = 0; i < sim->nodes->len; i++)
    if (sim_truth_is_frozen (sim->truth, &sim_node (sim, i)->pid))
      sim_hub_freeze (sim->hub, sim_node (sim, i), FALSE);
}

static void
scene_abort (Sim *sim) {
  sim_hub_abort (sim->hub);
}

/* All is gone but the words: everything comes back from the hub. */
static void
scene_restore (Sim *sim) {
  sim_count (sim, SIM_COUNT_restores);
  sim_node_lose_journal (somebody (sim));
}

/* --- Which, and when ------------------------------------------------------ */

typedef struct {
  void (*func) (Sim *sim);
  guint weights[4]; /* By profile. */
} Scene;

static const Scene scenes[] = {
  /* calm, market, storm, town */
  { scene_pay, { 40, 40, 40, 5 } },
  { scene_market, { 4, 30, 8, 2 } },
  { scene_town, { 0, 0, 0, 60 } },
  { scene_quote, { 6, 10, 3, 5 } },
  { scene_trust, { 6, 4, 8, 2 } },
  { scene_raise, { 3, 3, 4, 2 } },
  { scene_lower, { 4, 4, 9, 3 } },
  { scene_close, { 1, 1, 2, 1 } },
  { scene_repeat, { 2, 3, 4, 1 } },
  { scene_clear, { 3, 5, 9, 5 } },
  { scene_answer, { 2, 4, 8, 3 } },
  { scene_leave, { 2, 3, 4, 2 } },
  { scene_return, { 4, 4, 6, 4 } },
  { scene_absence, { 3, 1, 3, 3 } },
  { scene_drop, { 1, 3, 3, 1 } },
  { scene_node_falls, { 0, 2, 3, 1 } },
  { scene_hub_falls, { 0, 1, 2, 1 } },
  { scene_clock, { 0, 1, 4, 0 } },
  { scene_nature, { 0, 1, 3, 0 } },
  { scene_lie, { 0, 1, 4, 0 } },
  { scene_lost_sync, { 0, 1, 3, 0 } },
  { scene_restore, { 0, 0, 1, 0 } },
  { scene_ask_again, { 0, 1, 5, 1 } },
  { scene_replay, { 0, 2, 5, 1 } },
  { scene_freeze, { 1, 1, 2, 1 } },
  { scene_thaw, { 2, 2, 3, 2 } },
  { scene_abort, { 1, 1, 2, 1 } },
  { sim_scene_ask, { 3, 4, 8, 2 } },
  { sim_scene_link, { 1, 2, 3, 1 } },
  { sim_scene_settle, { 3, 5, 8, 2 } },
  { sim_scene_block, { 0, 1, 1, 0 } },
  { sim_scene_rotate, { 1, 1, 4, 1 } },
  { sim_scene_thief, { 1, 1, 4, 1 } },
  { sim_scene_old_key, { 1, 1, 6, 1 } },
  { sim_scene_line_freezes, { 1, 1, 5, 1 } },
  { scene_line_thaws, { 1, 1, 3, 1 } },
  { sim_scene_unsaid_key, { 1, 1, 3, 1 } },
  { scene_repay, { 2, 2, 4, 1 } },
};

/* A busy day, its pauses, nights, and weeks in which nothing happens. */
static gint64
until_next (Sim *sim) {
  guint dice = below (sim, 1000);

  if (dice < 3)
    return sim_random_range (&sim->random, 1, 14) * DAY_MS;
  if (dice < 30)
    return sim_random_range (&sim->random, 1, 12) * HOUR_MS;
  if (dice < 150)
    return sim_random_range (&sim->random, 3, 120) * SECOND_MS;
  return sim_random_range (&sim->random, 0, 2000 / sim->pace);
}

/* Each storm likes some scenes more than others, and leaves some out: what
 * never meets in an average life does so in one of these. */
static void
choose_weights (Sim *sim) {
  static const guint factors[] = { 0, 1, 1, 2, 5 };
  guint pace = below (sim, 3);

  sim->weights = g_new0 (guint, G_N_ELEMENTS (scenes));
  sim->pace = 1;
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++) {
    sim->weights[i] = scenes[i].weights[sim->options.profile];
    if (sim->options.profile == SIM_PROFILE_STORM && i > 0)
      sim->weights[i] *= factors[below (sim, G_N_ELEMENTS (factors))];
  }
  for (; sim->options.profile == SIM_PROFILE_STORM && pace > 0; pace--)
    sim->pace *= 4;
}

void
sim_life_next (Sim *sim) {
  guint sum = 0, at;

  if (sim->quiet) {
    sim_add_event (sim, SIM_EVENT_WISH, PATIENCE_MS);
    return;
  }
  if (sim->options.plant != SIM_PLANT_NONE && !sim->planted)
    sim_plant (sim);
  if (sim->weights == NULL)
    choose_weights (sim);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    sum += sim->weights[i];
  at = below (sim, sum);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++) {
    if (at < sim->weights[i]) {
      scenes[i].func (sim);
      break;
    }
    at -= sim->weights[i];
  }
  sim_add_event (sim, SIM_EVENT_WISH, until_next (sim));
}

/* --- The beginning -------------------------------------------------------- */

static gint64
read_amount (JsonArray *row, guint index) {
  GeoDecimal decimal;

  if (!geo_decimal_parse (json_array_get_string_element (row, index), &decimal,
                          NULL))
    return 0;
  return decimal.amount.minor;
}

static void
town_payment_free (gpointer data) {
  SimTownPayment *payment = data;

  g_free (payment->equivalent);
  g_free (payment);
}

/* Lines [creditor, debtor, equivalent, limit, policy], payments [payer, payee,
 * equivalent, amount]; people are numbers. */
static void
begin_town (Sim *sim) {
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;
  JsonArray *rows;

  if (!json_parser_load_from_file (parser, sim->options.town, &error))
    g_error ("%s", error->message);
  root = json_node_get_object (json_parser_get_root (parser));
  sim->town = g_ptr_array_new_with_free_func (town_payment_free);

  rows = json_object_get_array_member (root, "trust_lines");
  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonArray *row = json_array_get_array_element (rows, i);
    guint from = (guint) json_array_get_int_element (row, 0);
    guint to = (guint) json_array_get_int_element (row, 1);
    g_autoptr (GeoPolicy) policy = geo_policy_new_default ();

    if (from >= sim->nodes->len || to >= sim->nodes->len)
      continue;
    policy->can_be_intermediate = json_object_get_boolean_member (
        json_array_get_object_element (row, 4), "can_be_intermediate");
    trust (sim_node (sim, from), sim_node (sim, to),
           json_array_get_string_element (row, 2), read_amount (row, 3), FALSE,
           policy);
  }
  rows = json_object_get_array_member (root, "payments");
  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonArray *row = json_array_get_array_element (rows, i);
    SimTownPayment *payment;
    guint from = (guint) json_array_get_int_element (row, 0);
    guint to = (guint) json_array_get_int_element (row, 1);

    if (from >= sim->nodes->len || to >= sim->nodes->len)
      continue;
    payment = g_new0 (SimTownPayment, 1);
    payment->from = from;
    payment->to = to;
    payment->equivalent = g_strdup (json_array_get_string_element (row, 2));
    payment->amount = read_amount (row, 3);
    g_ptr_array_add (sim->town, payment);
  }
}

void
sim_life_begin (Sim *sim) {
  guint n = sim->nodes->len;

  if (sim->options.profile == SIM_PROFILE_TOWN) {
    begin_town (sim);
    return;
  }
  for (guint i = 0; i < n; i++) {
    SimNode *node = sim_node (sim, i);

    SimNode *next = sim_node (sim, (i + 1) % n);
    g_autoptr (GeoPolicy) policy = geo_policy_new_default ();

    /* A ring, so that there is always a way, and some friends. */
    opt_in (sim, policy);
    trust (node, next, "UAH", 1000 + below (sim, LIMIT_MAX), FALSE, policy);
    if (below (sim, 2) == 0)
      trust (next, node, "UAH", 1 + below (sim, LIMIT_MAX), FALSE, policy);
    for (guint j = 2 + below (sim, 3); j > 0; j--) {
      g_autoptr (GeoPolicy) some = some_policy (sim);

      trust (node, somebody_else (sim, node), some_equivalent (sim),
             1 + below (sim, LIMIT_MAX), FALSE, some);
    }
  }
}
