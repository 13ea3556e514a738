/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer's way from an order to a contract: what an order must be, which
 * routes carry it, who is asked.  It votes for nothing; that is the last step,
 * in geo-closer-commit.c.
 */
#include "protocol/geo-closer-private.h"

#include <string.h>

#include "core/geo-rest-object.h"

#define SALT_LEN 16
#define LIMITS_MAX 16

/* So many routes always fit the 64 voters, 64 people and 64 KiB of a message: 2
 * + 10 routes × 5 between the ends. */
#define ROUTES_CERTAIN 10
/* More do where so few sign besides payer and closer, and nobody has more hops
 * of it: 24 hops with their proofs, 42 people with long names and 16 votes are
 * 53 KB. */
#define MANY_VOTERS_MAX 16
#define MANY_HOPS_MAX 24
/* People who change their keys grow (§5a): so many changes together are 150 KB
 * of the 256 KiB that an entry may have.  3 routes always fit: 2 + 3 × 5 people
 * with 16 changes each. */
#define KEYS_MAX 280
#define ROUTES_WITH_KEYS 3

/* --- Looking for routes ----------------------------------------------------
 */

static void
search (const GeoCloser *closer,
        const GeoBookMarket *market,
        const GeoBookPerson *payer,
        const GeoBookPerson *payee,
        const GeoConstraints *constraints,
        const GeoCloserOrder *order,
        const GeoAmount *amount,
        guint max_routes,
        GeoRouteResult *result) {
  g_autoptr (GArray) avoid = g_array_new (FALSE, FALSE, sizeof (GeoNodeIndex));
  GeoRouteQuery query = { 0 };

  for (guint i = 0; i < constraints->avoid->len; i++) {
    const GeoBookPerson *person = geo_book_person (
        closer->book, &g_array_index (constraints->avoid, GeoPid, i));

    if (person != NULL)
      g_array_append_val (avoid, person->node);
  }
  if (order != NULL) {
    g_array_append_vals (avoid, order->avoid->data, order->avoid->len);
    query.avoid_hops = (const GeoHopIndex *) (gpointer) order->avoid_hops->data;
    query.n_avoid_hops = order->avoid_hops->len;
  }
  query.avoid = (const GeoNodeIndex *) (gpointer) avoid->data;
  query.n_avoid = avoid->len;
  query.max_hops = MIN ((guint) constraints->max_hops, closer->limits.max_hops);
  query.max_routes = MIN (max_routes, MIN ((guint) constraints->max_routes,
                                           closer->limits.max_routes));

  memset (result, 0, sizeof *result);
  if (amount != NULL)
    geo_graph_route (market->graph, payer->node, payee->node, *amount, &query,
                     result);
  else
    geo_graph_payable (market->graph, payer->node, payee->node, &query, result);
}

static guint
add_flow (GArray *flows, GeoNodeIndex u, GeoNodeIndex v, GeoAmount amount) {
  GeoCloserFlow flow = { u, v, amount };

  /* Two routes over one hop are one hop of the contract. */
  for (guint i = 0; i < flows->len; i++) {
    GeoCloserFlow *known = &g_array_index (flows, GeoCloserFlow, i);

    if (known->u == u && known->v == v) {
      gboolean fits = geo_amount_add (known->amount, amount, &known->amount);

      g_assert (fits);
      return i;
    }
  }
  g_array_append_val (flows, flow);
  return flows->len - 1;
}

static GArray *
list_flows (const GArray *routes) {
  GArray *flows = g_array_new (FALSE, FALSE, sizeof (GeoCloserFlow));

  for (guint i = 0; i < routes->len; i++) {
    const GeoRoute *route = &g_array_index (routes, GeoRoute, i);

    for (guint j = 0; j + 1 < route->n_nodes; j++)
      add_flow (flows, route->nodes[j], route->nodes[j + 1], route->amount);
  }
  return flows;
}

static gboolean
is_live (const GeoBookMarket *market, const GeoCloserFlow *flow) {
  const GeoBookLine *line = geo_book_line (market, flow->v, flow->u);

  return line != NULL && line->line->status == GEO_LINE_STATUS_ACTIVE &&
         line->line->policy->consent == GEO_CONSENT_LIVE;
}

/* Everybody on the way may be in an entry, with all their keys. */
static gboolean
fits_keys (const GeoBook *book, const GArray *routes) {
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint keys = 0;

  for (guint i = 0; i < routes->len; i++) {
    const GeoRoute *route = &g_array_index (routes, GeoRoute, i);

    for (guint j = 0; j < route->n_nodes; j++) {
      if (g_hash_table_add (seen, GUINT_TO_POINTER (route->nodes[j])))
        keys += geo_book_get_nth (book, route->nodes[j])->rotations->len;
    }
  }
  return keys <= KEYS_MAX;
}

/* Whether a message can say to everybody what their part of it is. */
static gboolean
fits_messages (const GeoBook *book,
               const GeoBookMarket *market,
               const GArray *routes) {
  g_autoptr (GArray) flows = NULL;
  g_autoptr (GHashTable) hops = NULL;
  g_autoptr (GHashTable) voters = NULL;

  if (routes->len <= ROUTES_WITH_KEYS)
    return TRUE;
  if (!fits_keys (book, routes))
    return FALSE;
  if (routes->len <= ROUTES_CERTAIN)
    return TRUE;
  flows = list_flows (routes);
  hops = g_hash_table_new (NULL, NULL);
  voters = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    GeoNodeIndex ends[2] = { flow->u, flow->v };

    for (guint end = 0; end < 2; end++) {
      gpointer node = GUINT_TO_POINTER (ends[end]);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (hops, node)) + 1;

      if (n > MANY_HOPS_MAX)
        return FALSE;
      g_hash_table_insert (hops, node, GUINT_TO_POINTER (n));
    }
    if (is_live (market, flow))
      g_hash_table_add (voters, GUINT_TO_POINTER (flow->v));
  }
  return g_hash_table_size (voters) <= MANY_VOTERS_MAX;
}

/* What is said to be payable fits messages, too. */
static gboolean
fits_result (const GeoCloser *closer,
             const GeoBookMarket *market,
             const GeoBookPerson *payer,
             const GeoBookPerson *payee,
             const GeoConstraints *constraints,
             const GeoCloserOrder *order,
             guint max_routes,
             const GeoRouteResult *result) {
  g_auto (GeoRouteResult) most = { 0 };

  if (result->found)
    return fits_messages (closer->book, market, result->routes);
  search (closer, market, payer, payee, constraints, order, &result->payable,
          max_routes, &most);
  return !most.found || fits_messages (closer->book, market, most.routes);
}

/* amount NULL: as much as can be. */
static void
find_routes (const GeoCloser *closer,
             const GeoBookMarket *market,
             const GeoBookPerson *payer,
             const GeoBookPerson *payee,
             const GeoConstraints *constraints,
             const GeoCloserOrder *order,
             const GeoAmount *amount,
             GeoRouteResult *result) {
  static const guint tries[] = { GEO_GRAPH_ROUTES_MAX, ROUTES_CERTAIN,
                                 ROUTES_WITH_KEYS };
  guint asked = MIN ((guint) constraints->max_routes,
                     closer->limits.max_routes);

  for (gsize i = 0; i < G_N_ELEMENTS (tries); i++) {
    gboolean is_last = MIN (asked, tries[i]) <= ROUTES_WITH_KEYS;

    /* The same again. */
    if (!is_last && i + 1 < G_N_ELEMENTS (tries) && asked <= tries[i + 1])
      continue;
    search (closer, market, payer, payee, constraints, order, amount, tries[i],
            result);
    if (is_last || fits_result (closer, market, payer, payee, constraints,
                                order, tries[i], result))
      return;
    geo_route_result_clear (result);
  }
}

/* E002: the payer's own neighbours only; nobody learns strangers' balances.
 * TRUE: one of these has a daily_limit, which ends it. */
static gboolean
add_hints (const GeoCloser *closer,
           const GeoBookMarket *market,
           const GeoRouteResult *result,
           GPtrArray *hints) {
  gboolean daily = FALSE;

  for (guint i = 0; i < result->limits->len && i < LIMITS_MAX; i++) {
    const GeoLimit *limit = &g_array_index (result->limits, GeoLimit, i);
    const GeoBookPerson *neighbour = geo_book_person_at (closer->book,
                                                         limit->neighbour);
    GeoLimitHint *hint = geo_limit_hint_new ();

    hint->neighbour = neighbour->participant->pid;
    hint->available = geo_decimal (
        geo_amount_min (limit->available, GEO_AMOUNT (GEO_AMOUNT_MAX)),
        (guint) market->equivalent->precision);
    hint->has_daily = limit->capped;
    hint->daily = limit->capped;
    daily = daily || limit->capped;
    g_ptr_array_add (hints, hint);
  }
  return daily;
}

/* Several routes may carry more than one amount can say. */
static GeoDecimal
say_payable (const GeoBookMarket *market, GeoAmount payable) {
  return geo_decimal (geo_amount_min (payable, GEO_AMOUNT (GEO_AMOUNT_MAX)),
                      (guint) market->equivalent->precision);
}

void
geo_closer_quote (GeoCloser *closer,
                  GeoBookPerson *payer,
                  const GeoMessage *message,
                  GeoTime now,
                  GPtrArray *actions) {
  const GeoMsgPaymentQuote *quote = message->u.payment_quote;
  const GeoPid *from = &payer->participant->pid;
  const GeoBookMarket *market = geo_book_market (closer->book,
                                                 quote->equivalent);
  const GeoBookPerson *payee = geo_book_person (closer->book, &quote->to);
  GeoRouteResult most, wanted;
  GeoMsgPaymentQuoteResult *said;
  GeoMessage *answer;
  GeoAmount amount = GEO_AMOUNT_ZERO;

  if (market == NULL) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID,
                          GEO_REASON_UNKNOWN_EQUIVALENT,
                          "The community has no such equivalent.", actions);
    return;
  }
  if (payee == NULL) {
    geo_closer_say_error (from, message, GEO_CODE_NO_ROUTE,
                          GEO_REASON_UNKNOWN_PARTICIPANT,
                          "Nobody here has this PID.", actions);
    return;
  }
  if (payee == payer) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_SELF,
                          "Nobody pays themselves.", actions);
    return;
  }
  if (quote->has_amount &&
      !geo_decimal_get (quote->amount, (guint) market->equivalent->precision,
                        &amount, NULL)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_PRECISION,
                          "The amount has other decimals than the equivalent.",
                          actions);
    return;
  }

  geo_book_set_time (closer->book, now);
  find_routes (closer, market, payer, payee, quote->constraints, NULL, NULL,
               &most);
  /* Without an amount: as much as can be. */
  if (!quote->has_amount)
    amount = most.payable;
  find_routes (closer, market, payer, payee, quote->constraints, NULL, &amount,
               &wanted);

  answer = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE_RESULT, message->msg_id);
  said = answer->u.payment_quote_result;
  said->to = quote->to;
  said->equivalent = g_strdup (quote->equivalent);
  said->max_amount = say_payable (market, most.payable);
  said->can_pay = amount.minor > 0 && wanted.found;
  if (said->can_pay)
    said->routes = wanted.routes->len;
  for (guint i = 0; i < said->routes; i++) {
    const GeoRoute *route = &g_array_index (wanted.routes, GeoRoute, i);

    said->hops = MAX (said->hops, (gint64) route->n_nodes - 1);
  }
  add_hints (closer, market, &most, said->limits);
  geo_actions_send (actions, from, answer);

  geo_route_result_clear (&most);
  geo_route_result_clear (&wanted);
}

/* --- From routes to a contract ---------------------------------------------
 */

/* Nobody can guess a hop from its hash, and nothing here is random: SHA-256 of
 * salt_key ‖ order ‖ try ‖ index. */
static GBytes *
make_salt (const GeoCloser *closer, const GeoCloserOrder *order, guint index) {
  guint32 numbers[2] = { GUINT32_TO_BE (order->tries), GUINT32_TO_BE (index) };
  guint8 data[sizeof closer->salt_key + GEO_HASH_LEN + sizeof numbers];
  GeoHash hash;

  memcpy (data, closer->salt_key, sizeof closer->salt_key);
  memcpy (data + sizeof closer->salt_key, order->hash.bytes, GEO_HASH_LEN);
  memcpy (data + sizeof closer->salt_key + GEO_HASH_LEN, numbers,
          sizeof numbers);
  geo_hash_of (data, sizeof data, &hash);
  memset (data, 0, sizeof data);
  return g_bytes_new (hash.bytes, SALT_LEN);
}

static GPtrArray *
make_hops (const GeoCloser *closer,
           const GeoCloserOrder *order,
           const GArray *flows) {
  GPtrArray *hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);

  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);
    GeoHop *hop = geo_hop_new ();

    hop->community = closer->self;
    hop->tx_id = g_strdup (order->order->tx_id);
    hop->from = geo_book_person_at (closer->book, flow->u)->participant->pid;
    hop->to = geo_book_person_at (closer->book, flow->v)->participant->pid;
    hop->equivalent = g_strdup (order->order->equivalent);
    hop->amount = geo_decimal (flow->amount,
                               (guint) order->market->equivalent->precision);
    hop->lane = GEO_LANE_HUB;
    hop->salt = make_salt (closer, order, i);
    geo_hop_keep_text (hop);
    g_ptr_array_add (hops, hop);
  }
  return hops;
}

static void
add_voter (GArray *voters, const GeoPid *pid) {
  for (guint i = 0; i < voters->len; i++)
    if (geo_pid_equal (&g_array_index (voters, GeoPid, i), pid))
      return;
  g_array_append_val (voters, *pid);
}

/* P7: the payer, the closer, everybody with a `consent: live` line in it, and
 * the payee where the order asks for that. */
static void
set_voters (const GeoCloser *closer,
            const GeoCloserOrder *order,
            const GArray *flows,
            GeoContract *contract) {
  add_voter (contract->voters, &order->order->from);
  add_voter (contract->voters, &closer->self);
  if (geo_order_asks_payee (order->order))
    add_voter (contract->voters, &order->order->to);
  for (guint i = 0; i < flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (flows, GeoCloserFlow, i);

    if (is_live (order->market, flow))
      add_voter (contract->voters,
                 &geo_book_person_at (closer->book, flow->v)->participant->pid);
  }
  g_array_sort (contract->voters, geo_pid_cmp);
}

static gboolean
is_voter (const GeoContract *contract, const GeoPid *pid) {
  for (guint i = 0; i < contract->voters->len; i++)
    if (geo_pid_equal (&g_array_index (contract->voters, GeoPid, i), pid))
      return TRUE;
  return FALSE;
}

/* Everybody concerned who is there, but the payer: its order is its vote (P6).
 */
static void
choose_asked (GeoCloser *closer, GeoCloserContract *contract) {
  for (guint i = 0; i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);
    GeoBookPerson *person = geo_book_person_at (closer->book, flow->v);
    GeoCloserAsked *asked;
    GPtrArray *waiting;
    gboolean again = FALSE;

    for (guint j = 0; j < contract->asked->len && !again; j++)
      again =
          ((GeoCloserAsked *) g_ptr_array_index (contract->asked, j))->person ==
          person;
    if (again || !person->present)
      continue;

    asked = g_new0 (GeoCloserAsked, 1);
    asked->person = person;
    asked->required = is_voter (contract->contract, &person->participant->pid);
    g_ptr_array_add (contract->asked, asked);

    waiting = g_hash_table_lookup (closer->waiting,
                                   GUINT_TO_POINTER (person->node));
    if (waiting == NULL) {
      waiting = g_ptr_array_new ();
      g_hash_table_insert (closer->waiting, GUINT_TO_POINTER (person->node),
                           waiting);
    }
    g_ptr_array_add (waiting, contract);
  }
}

static void
ask (GeoCloser *closer,
     GeoCloserContract *contract,
     GeoTime now,
     GPtrArray *actions) {
  const GeoCloserOrder *order = contract->order;

  for (guint i = 0; i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);
    const GeoPid *pid = &asked->person->participant->pid;
    GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE, NULL);
    GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;

    prepare->contract = geo_contract_ref (contract->contract);
    prepare->order = geo_order_ref (order->order);
    g_ptr_array_unref (prepare->hops);
    prepare->hops = geo_contract_prove_hashed_hops_of (contract->hops,
                                                       contract->leaves, pid);
    /* §5: the text travels from payer to payee only. */
    if (asked->person == order->payee && order->sealed != NULL)
      prepare->sealed = g_bytes_ref (order->sealed);
    geo_actions_send (actions, pid, message);
  }
  geo_actions_timer (
      actions, &contract->hash,
      MIN (now + closer->limits.prepare_ms, order->order->deadline));
}

static void
propose (GeoCloser *closer,
         GeoCloserOrder *order,
         const GArray *routes,
         GeoTime now,
         GPtrArray *actions) {
  g_autoptr (GArray) flows = list_flows (routes);
  GeoCloserContract *contract;
  GeoContract *object;
  GPtrArray *hops;
  GeoHash hash;

  if (!geo_closer_reserve (order->market, flows)) {
    geo_closer_freeze (closer, order->market, "I6", &order->hash, now, actions);
    geo_closer_refuse_order (closer, order, GEO_CODE_INTERNAL,
                             GEO_REASON_INTERNAL, now, actions);
    return;
  }

  order->tries++;
  hops = make_hops (closer, order, flows);
  object = geo_contract_new ();
  object->community = closer->self;
  object->tx_id = g_strdup (order->order->tx_id);
  object->kind = GEO_CONTRACT_KIND_PAYMENT;
  object->has_order = TRUE;
  object->order = order->hash;
  object->equivalent = g_strdup (order->order->equivalent);
  object->amount = order->order->amount;
  object->has_payer = TRUE;
  object->payer = order->order->from;
  object->has_payee = TRUE;
  object->payee = order->order->to;
  object->closer = closer->self;
  object->deadline = order->order->deadline;
  object->created_at = now;
  geo_closer_note_created (closer, closer->n_open - 1 + closer->clearings->len,
                           now);
  geo_contract_set_hops (object, hops);
  set_voters (closer, order, flows, object);

  geo_contract_keep_text (object);
  geo_contract_keep_hash (object);
  geo_contract_hash (object, &hash);
  contract = geo_closer_contract_new (&hash);
  contract->order = order;
  contract->market = order->market;
  contract->contract = object;
  contract->hops = hops;
  contract->leaves = geo_contract_hash_hops (hops);
  g_array_append_vals (contract->flows, flows->data, flows->len);
  g_ptr_array_add (order->contracts, contract);
  g_hash_table_insert (closer->contracts, &contract->hash, contract);

  choose_asked (closer, contract);
  if (contract->asked->len == 0)
    geo_closer_commit (closer, contract, now, actions);
  else
    ask (closer, contract, now, actions);
}

void
geo_closer_try (GeoCloser *closer,
                GeoCloserOrder *order,
                GeoTime now,
                GPtrArray *actions) {
  GeoRouteResult result;

  geo_book_set_time (closer->book, now);
  if (now > order->order->deadline) {
    geo_closer_refuse_order (closer, order, GEO_CODE_TIMEOUT,
                             GEO_REASON_DEADLINE_PASSED, now, actions);
    return;
  }
  if (order->market->frozen) {
    geo_closer_refuse_order (closer, order, GEO_CODE_NOT_ALLOWED,
                             GEO_REASON_EQUIVALENT_FROZEN, now, actions);
    return;
  }
  /* P7: what only the payee knows, nobody says in its place. */
  if (geo_order_asks_payee (order->order) && !order->payee->present) {
    geo_closer_refuse_order (closer, order, GEO_CODE_TIMEOUT,
                             GEO_REASON_PAYEE_AWAY, now, actions);
    return;
  }
  if (order->tries >= closer->limits.tries_max) {
    geo_closer_refuse_order (closer, order, order->code, order->reason, now,
                             actions);
    return;
  }

  find_routes (closer, order->market, order->payer, order->payee,
               order->order->constraints, order, &order->order->amount.amount,
               &result);
  if (result.found) {
    propose (closer, order, result.routes, now, actions);
  } else if (order->tries > 0) {
    /* Nothing is left but what somebody refused. */
    geo_closer_refuse_order (closer, order, order->code, order->reason, now,
                             actions);
  } else {
    order->has_max_amount = TRUE;
    order->max_amount = say_payable (order->market, result.payable);
    if (add_hints (closer, order->market, &result, order->limits))
      geo_closer_refuse_order (closer, order, GEO_CODE_CAPACITY,
                               GEO_REASON_DAILY_LIMIT, now, actions);
    else if (result.payable.minor > 0)
      geo_closer_refuse_order (closer, order, GEO_CODE_CAPACITY,
                               GEO_REASON_NOT_ENOUGH_CAPACITY, now, actions);
    else
      geo_closer_refuse_order (closer, order, GEO_CODE_NO_ROUTE,
                               GEO_REASON_NO_ROUTE, now, actions);
  }
  geo_route_result_clear (&result);
}

/* --- What an order must be -------------------------------------------------
 */

typedef struct {
  GeoCode code;
  const gchar *reason;
} Fault;

static const Fault *
fault (Fault *out, GeoCode code, const gchar *reason) {
  *out = (Fault){ code, reason };
  return out;
}

/* What is wrong with a correctly signed order of ours, or NULL. */
static const Fault *
find_fault (const GeoCloser *closer,
            const GeoCloserOrder *held,
            GeoTime now,
            Fault *out) {
  const GeoOrder *order = held->order;
  GeoAmount amount;

  if (!geo_pid_equal (&order->closer, &closer->self))
    return fault (out, GEO_CODE_INVALID, GEO_REASON_INVALID);
  /* P12: whose deadline has passed without its vote, is refused. */
  if (now > order->deadline)
    return fault (out, GEO_CODE_TIMEOUT, GEO_REASON_DEADLINE_PASSED);
  if (order->deadline - now > closer->limits.deadline_max_ms)
    return fault (out, GEO_CODE_INVALID, GEO_REASON_INVALID);
  if (ABS (now - order->created_at) > GEO_CLOCK_TOLERANCE_MS)
    return fault (out, GEO_CODE_INVALID, GEO_REASON_CLOCK);
  if (geo_pid_equal (&order->from, &order->to))
    return fault (out, GEO_CODE_INVALID, GEO_REASON_SELF);
  if (held->market == NULL || held->market->closed)
    return fault (out, GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT);
  if (!geo_decimal_get (order->amount,
                        (guint) held->market->equivalent->precision, &amount,
                        NULL))
    return fault (out, GEO_CODE_INVALID, GEO_REASON_PRECISION);
  if (amount.minor <= 0)
    return fault (out, GEO_CODE_INVALID, GEO_REASON_AMOUNT);
  if (geo_closer_is_above (held->market, amount,
                           closer->limits.payment_units_max))
    return fault (out, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  if (held->payee == NULL)
    return fault (out, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT);
  /* §5: a text and its hash come together. */
  if (order->has_description_hash != (held->sealed != NULL))
    return fault (out, GEO_CODE_INVALID, GEO_REASON_INVALID);
  if (held->payer->frozen || held->payee->frozen)
    return fault (out, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN);
  if (held->market->frozen)
    return fault (out, GEO_CODE_NOT_ALLOWED, GEO_REASON_EQUIVALENT_FROZEN);
  return NULL;
}

/* What the store knows already: TRUE when that was the answer (P5). */
static gboolean
answer_from_store (GeoCloser *closer,
                   const GeoBookPerson *payer,
                   const GeoMessage *message,
                   const GeoHash *hash,
                   const GeoKnown *known,
                   GeoTime now,
                   GPtrArray *actions) {
  const GeoPid *from = &payer->participant->pid;
  const GeoRefusal *refusal;
  GeoMessage *answer;

  if (known == NULL || !known->has_order_hash)
    return FALSE;
  if (!geo_hash_equal (&known->order_hash, hash)) {
    geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                          GEO_REASON_TX_ID_TAKEN,
                          "This tx_id is of another order of yours.", actions);
    return TRUE;
  }
  if (known->entry != NULL) {
    answer = geo_message_new (GEO_MESSAGE_PAYMENT_COMMIT, message->msg_id);
    answer->u.payment_commit->entry = geo_proven_entry_copy (known->entry);
    geo_actions_send (actions, from, answer);
    return TRUE;
  }
  /* P12: in hand before a restart, and without an outcome: it is refused. */
  refusal = known->refusal;
  if (refusal == NULL || !refusal->has_order)
    refusal = geo_closer_refuse_unknown_order (
        closer, hash, message->u.payment_request->order, now, actions);
  answer = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT, message->msg_id);
  answer->u.payment_abort->refusal = geo_refusal_copy (refusal);
  geo_actions_send (actions, from, answer);
  return TRUE;
}

/* What fails here changes and stores nothing: the order may not be the sender's,
 * and what is refused is refused for ever. */
static gboolean
check_sender (const GeoCloser *closer,
              const GeoBookPerson *payer,
              const GeoMessage *message,
              const GeoKnown *known,
              GPtrArray *actions) {
  const GeoOrder *order = message->u.payment_request->order;
  const GeoPid *from = &payer->participant->pid;

  if (!geo_pid_equal (&order->from, from)) {
    geo_closer_say_error (from, message, GEO_CODE_NOT_ALLOWED,
                          GEO_REASON_NOT_ALLOWED,
                          "An order is sent by its payer.", actions);
    return FALSE;
  }
  if (!geo_pid_equal (&order->community, &closer->self)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID,
                          GEO_REASON_FOREIGN_COMMUNITY,
                          "The order is of another community.", actions);
    return FALSE;
  }
  if (!geo_closer_was_checked (payer, known) &&
      !geo_order_check_signature (order, &payer->participant->key, NULL)) {
    geo_closer_say_error (from, message, GEO_CODE_SIGNATURE,
                          GEO_REASON_BAD_SIGNATURE,
                          "The order is not signed by its payer.", actions);
    return FALSE;
  }
  return TRUE;
}

static GeoCloserOrder *
hold (GeoCloser *closer,
      GeoBookPerson *payer,
      const GeoMessage *message,
      const GeoHash *hash) {
  const GeoMsgPaymentRequest *request = message->u.payment_request;
  GeoCloserOrder *held = geo_closer_order_new (hash);

  held->order = geo_order_ref (request->order);
  geo_order_keep_text (held->order);
  held->key = (GeoCloserTxKey){ held->order->from, held->order->tx_id };
  held->sealed = request->sealed == NULL ? NULL : g_bytes_ref (request->sealed);
  held->msg_id = g_strdup (message->msg_id);
  held->market = geo_book_market (closer->book, held->order->equivalent);
  held->payer = payer;
  held->payee = geo_book_person (closer->book, &held->order->to);
  g_hash_table_insert (closer->orders, &held->hash, held);
  g_hash_table_insert (closer->by_tx, &held->key, held);
  closer->n_open++;
  return held;
}

void
geo_closer_take_order (GeoCloser *closer,
                       GeoBookPerson *payer,
                       const GeoMessage *message,
                       const GeoKnown *known,
                       GeoTime now,
                       GPtrArray *actions) {
  const GeoOrder *order = message->u.payment_request->order;
  const GeoPid *from = &payer->participant->pid;
  GeoCloserTxKey key = { order->from, order->tx_id };
  GeoCloserOrder *held;
  const Fault *wrong;
  Fault room;
  GeoHash hash;

  if (!check_sender (closer, payer, message, known, actions))
    return;
  /* P5: Same tx_id, same bytes: the same answer, for ever. */
  geo_order_hash (order, &hash);
  held = g_hash_table_lookup (closer->orders, &hash);
  if (held != NULL) {
    if (held->state == GEO_CLOSER_OPEN && now > held->order->deadline)
      geo_closer_refuse_order (closer, held, GEO_CODE_TIMEOUT,
                               GEO_REASON_DEADLINE_PASSED, now, actions);
    else
      geo_closer_repeat (closer, held, from, message->msg_id, actions);
    return;
  }
  /* P5: Same tx_id, other bytes: conflict (E008), nothing changed. */
  if (g_hash_table_contains (closer->by_tx, &key)) {
    geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                          GEO_REASON_TX_ID_TAKEN,
                          "This tx_id is of another order of yours.", actions);
    return;
  }
  if (answer_from_store (closer, payer, message, &hash, known, now, actions))
    return;
  if (closer->n_open >= closer->limits.orders_max) {
    geo_closer_say_error (from, message, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL,
                          "Too many payments are under way.", actions);
    return;
  }

  held = hold (closer, payer, message, &hash);
  wrong = find_fault (closer, held, now, &room);
  if (wrong != NULL)
    geo_closer_refuse_order (closer, held, wrong->code, wrong->reason, now,
                             actions);
  else
    geo_closer_try (closer, held, now, actions);
}
