/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Given towns, where they are: how long looking for a route and for what can be
 * cleared takes, and what the closer alone makes of them when nobody but the
 * payer is there; and the best clearing of a large made one.  No store, no
 * sockets.
 */
#include "bench-lemon.h"
#include "bench.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/geo-circulation-private.h"
#include "graph/geo-clearing.h"
#include "protocol/geo-closer.h"

#define OTC_PAYMENTS 3000
#define MINOR 100
#define CYCLES_PER_PAYMENT 3

#define CLEARING_PEOPLE 10000
#define CLEARING_DEBTS 50000
#define CLEARING_ROUNDS 5

typedef struct {
  guint creditor, debtor;
  gint64 limit;
} Line;

typedef struct {
  guint payer, payee;
  gint64 amount;
} Payment;

typedef struct {
  const gchar *name;
  guint n;
  GArray *lines; /* Line */
  GArray *payments; /* Payment */
} Given;

/* --- Reading ----------------------------------------------------------------
 */

static gint64
read_minor (const gchar *text) {
  GeoDecimal decimal = { 0 };
  GeoAmount amount = GEO_AMOUNT_ZERO;

  if (!geo_decimal_parse (text, &decimal, NULL) ||
      !geo_decimal_get (decimal, 2, &amount, NULL))
    g_error ("%s is no amount", text);
  return amount.minor;
}

/* What is in UAH: one graph an equivalent, and that is the largest. */
static gboolean
read_town (const gchar *path, Given *out) {
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root;
  JsonArray *list;

  if (!json_parser_load_from_file (parser, path, NULL))
    return FALSE;
  root = json_node_get_object (json_parser_get_root (parser));
  out->n = (guint) json_object_get_int_member (root, "n");
  list = json_object_get_array_member (root, "trust_lines");
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonArray *it = json_array_get_array_element (list, i);
    Line line = { (guint) json_array_get_int_element (it, 0),
                  (guint) json_array_get_int_element (it, 1),
                  read_minor (json_array_get_string_element (it, 3)) };

    if (g_str_equal (json_array_get_string_element (it, 2), "UAH"))
      g_array_append_val (out->lines, line);
  }
  list = json_object_get_array_member (root, "payments");
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonArray *it = json_array_get_array_element (list, i);
    Payment payment = { (guint) json_array_get_int_element (it, 0),
                        (guint) json_array_get_int_element (it, 1),
                        read_minor (json_array_get_string_element (it, 3)) };

    if (g_str_equal (json_array_get_string_element (it, 2), "UAH"))
      g_array_append_val (out->payments, payment);
  }
  return TRUE;
}

/* A rating of w by s of t: a line s → t of w × 100.00.  Who pays whom is made
 * up, the same each time. */
static gboolean
read_otc (const gchar *path, Given *out) {
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) rows = NULL;
  guint32 random = 1;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  rows = g_strsplit (text, "\n", -1);
  for (guint i = 1; rows[i] != NULL; i++) {
    guint ids[2], weight, ends[2];
    Line line;

    if (sscanf (rows[i], "%u,%u,%u", &ids[0], &ids[1], &weight) != 3)
      continue;
    for (guint end = 0; end < 2; end++) {
      gpointer key = GUINT_TO_POINTER (ids[end]);
      guint known = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, key));

      if (known == 0) {
        known = ++out->n;
        g_hash_table_insert (numbers, key, GUINT_TO_POINTER (known));
      }
      ends[end] = known - 1;
    }
    line = (Line){ ends[0], ends[1], (gint64) weight * 100 * MINOR };
    if (ends[0] != ends[1])
      g_array_append_val (out->lines, line);
  }
  for (guint i = 0; i < bench_scale (OTC_PAYMENTS, OTC_PAYMENTS / 10); i++) {
    guint32 draws[3];
    Payment payment;

    for (guint j = 0; j < 3; j++)
      draws[j] = (random = random * 1664525u + 1013904223u) >> 8;
    payment = (Payment){ draws[0] % out->n, draws[1] % out->n,
                         1 + draws[2] % (50 * MINOR) };
    if (payment.payer != payment.payee)
      g_array_append_val (out->payments, payment);
  }
  return TRUE;
}

/* --- Searching --------------------------------------------------------------
 */

/* What is paid, or cleared, where it can. */
static void
move (GeoGraph *graph, GeoNodeIndex u, GeoNodeIndex v, GeoAmount amount) {
  if (!geo_graph_reserve (graph, u, v, amount, NULL))
    g_error ("%u to %u does not fit", u, v);
  geo_graph_settle (graph, u, v, amount);
}

/* Cycles through the debts that grew, as after each payment (§7). */
static void
clear (GeoGraph *graph, const GArray *grown, gdouble *spent) {
  GeoShortCycle cycles[CYCLES_PER_PAYMENT];
  gdouble began = bench_thread_cpu ();
  guint n = geo_clearing_through (graph, (const GeoDebtIndex *) grown->data,
                                  grown->len, GEO_SHORT_CYCLE_MAX,
                                  GEO_AMOUNT (1), cycles, CYCLES_PER_PAYMENT);

  *spent += bench_thread_cpu () - began;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < cycles[i].length; j++)
      move (graph, cycles[i].nodes[(j + 1) % cycles[i].length],
            cycles[i].nodes[j], cycles[i].amount);
}

/* µs a search for routes and a search for cycles, each payment being made where
 * it can. */
static void
search (const Given *given, gdouble *route_us, gdouble *clear_us) {
  g_autoptr (GArray) grown = g_array_new (FALSE, FALSE, sizeof (GeoDebtIndex));
  g_autoptr (GeoGraph) graph = geo_graph_new ();
  GeoRouteQuery query = { .max_hops = 6, .max_routes = 3 };
  gdouble spent = 0;
  gdouble cleared = 0;

  for (guint i = 0; i < given->n; i++)
    geo_graph_add_node (graph);
  for (guint i = 0; i < given->lines->len; i++) {
    const Line *line = &g_array_index (given->lines, Line, i);

    geo_graph_set_line (
        graph, line->creditor, line->debtor, GEO_AMOUNT (line->limit),
        GEO_LINE_ACTIVE | GEO_LINE_INTERMEDIATE | GEO_LINE_CLEARING);
  }
  for (guint i = 0; i < given->payments->len; i++) {
    const Payment *payment = &g_array_index (given->payments, Payment, i);
    g_auto (GeoRouteResult) result = { 0 };
    gdouble began = bench_thread_cpu ();

    geo_graph_route (graph, payment->payer, payment->payee,
                     GEO_AMOUNT (payment->amount), &query, &result);
    spent += bench_thread_cpu () - began;
    for (guint j = 0; result.found && j < result.routes->len; j++) {
      const GeoRoute *route = &g_array_index (result.routes, GeoRoute, j);

      for (guint k = 0; k + 1 < route->n_nodes; k++) {
        GeoDebtIndex debt = { route->nodes[k], route->nodes[k + 1] };

        move (graph, debt.u, debt.v, route->amount);
        if (geo_graph_debt (graph, debt.u, debt.v).minor > 0)
          g_array_append_val (grown, debt);
      }
    }
    clear (graph, grown, &cleared);
    g_array_set_size (grown, 0);
  }
  *route_us = spent / given->payments->len * 1e6;
  *clear_us = cleared / given->payments->len * 1e6;
}

/* --- Paying -----------------------------------------------------------------
 */

static GeoBook *
load (const Given *given, const GeoCommunity *community) {
  GeoBook *book = geo_book_new (community);
  GeoTime now = g_get_real_time () / 1000;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < given->n; i++) {
    g_autoptr (GeoParticipant) person =
        bench_participant (i, &community->community, now);

    geo_book_load_participant (book, person, FALSE, 0, NULL, &error);
    g_assert_no_error (error);
  }
  for (guint i = 0; i < given->lines->len; i++) {
    const Line *line = &g_array_index (given->lines, Line, i);
    g_autoptr (GeoTrustLine) object = bench_line (
        line->creditor, line->debtor, line->limit, &community->community, now);

    geo_book_load_line (book, object, &error);
    g_assert_no_error (error);
  }
  return book;
}

static GeoCommunity *
make_community (GeoSecret *secret) {
  GeoCommunity *community = geo_community_new ();
  GeoEquivalent *equivalent = geo_equivalent_new ();

  geo_secret_get_pid (secret, &community->community);
  geo_secret_get_public (secret, &community->key);
  community->name = g_strdup ("Given town");
  equivalent->code = g_strdup ("UAH");
  equivalent->precision = 2;
  equivalent->kind = GEO_EQUIVALENT_KIND_FIAT;
  g_ptr_array_add (community->equivalents, equivalent);
  community->seq = 1;
  geo_community_sign (community, secret);
  return community;
}

static void
pay (const Given *given, const gchar *pay_name, const gchar *paid_name) {
  GeoSecret *secret = bench_secret (G_MAXUINT);
  g_autoptr (GeoCommunity) community = make_community (secret);
  g_autoptr (GeoBook) book = load (given, community);
  guint8 salt_key[32] = { 0 };
  GeoCloserLimits limits;
  g_autoptr (GeoCloser) closer = NULL;
  gdouble spent = 0;
  guint paid = 0;

  geo_closer_limits_init (&limits);
  closer = geo_closer_new (book, secret, salt_key, &limits);
  for (guint i = 0; i < given->payments->len; i++) {
    const Payment *payment = &g_array_index (given->payments, Payment, i);
    GeoTime now = g_get_real_time () / 1000;
    g_autofree gchar *tx_id = g_strdup_printf ("g-%u", i);
    g_autoptr (GeoMessage) message =
        geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, tx_id);
    g_autoptr (GPtrArray) actions = geo_actions_new ();
    GeoSecret *payer = bench_secret (payment->payer);
    GeoPid from, to;
    gdouble began;

    bench_pid (payment->payer, &from);
    bench_pid (payment->payee, &to);
    message->u.payment_request->order = bench_order (
        payer, &to, tx_id, payment->amount, &community->community, now);
    geo_secret_unref (payer);
    began = bench_thread_cpu ();
    geo_closer_message (closer, &from, message, NULL, now, actions);
    spent += bench_thread_cpu () - began;
    for (guint j = 0; j < actions->len; j++) {
      const GeoAction *action = g_ptr_array_index (actions, j);

      paid += action->kind == GEO_ACTION_STORE_CHANGE &&
              action->change->kind == GEO_CHANGE_COMMIT;
    }
  }
  bench_figure (pay_name, "orders/CPU s", given->payments->len / spent, 0,
                BENCH_NO_GOAL, 0);
  bench_figure (paid_name, "of all orders",
                (gdouble) paid / given->payments->len, 0, BENCH_NO_GOAL, 0);
  geo_secret_unref (secret);
}

/* --- Figures ----------------------------------------------------------------
 */

static void
measure (const gchar *file,
         gboolean (*read) (const gchar *path, Given *out),
         const gchar *const *names,
         BenchGoal goal_is) {
  const gchar *shared = g_getenv ("GEO_SHARED");
  g_autofree gchar *path = NULL;
  Given given = { 0 };
  gdouble route_us, clear_us;

  if (!bench_wants (names) || shared == NULL)
    return;
  path = g_build_filename (shared, "data", file, NULL);
  given.lines = g_array_new (FALSE, FALSE, sizeof (Line));
  given.payments = g_array_new (FALSE, FALSE, sizeof (Payment));
  if (read (path, &given)) {
    bench_note ("%s: %u people, %u lines, %u payments", file, given.n,
                given.lines->len, given.payments->len);
    search (&given, &route_us, &clear_us);
    bench_figure (names[0], "µs/search", route_us,
                  bench_engine_seconds (NULL) * 1e6, BENCH_NO_GOAL, 0);
    bench_figure (names[1], "µs/payment", clear_us,
                  bench_engine_seconds (NULL) * 1e6, BENCH_NO_GOAL, 0);
    bench_figure (names[2], "µs/payment", route_us + clear_us,
                  bench_engine_seconds (NULL) * 1e6, goal_is, 0.05);
    pay (&given, names[3], names[4]);
  }
  g_array_unref (given.lines);
  g_array_unref (given.payments);
}

/* --- The best clearing ------------------------------------------------------
 */

static gint
compare_seconds (gconstpointer a, gconstpointer b) {
  gdouble one = *(const gdouble *) a;
  gdouble other = *(const gdouble *) b;

  return one < other ? -1 : one > other;
}

/* Each owes some others, within reach of each other. */
static void
make_debts (guint32 *random, GeoDebt *debts, GeoEdge *edges) {
  for (guint i = 0; i < CLEARING_DEBTS; i++) {
    guint32 draws[3];

    for (guint j = 0; j < 3; j++)
      draws[j] = (*random = *random * 1664525u + 1013904223u) >> 8;
    edges[i].tail = draws[0] % CLEARING_PEOPLE;
    edges[i].head = (edges[i].tail + 1 + draws[1] % (CLEARING_PEOPLE - 1)) %
                    CLEARING_PEOPLE;
    edges[i].amount = 1 + draws[2] % 100000;
    debts[i] = (GeoDebt){ edges[i].tail, edges[i].head,
                          GEO_AMOUNT (edges[i].amount), TRUE };
  }
}

static void
bench_clearing (void) {
  static const gchar *const names[] = { "best-clearing", "clearing-cycles",
                                        NULL };
  g_autofree GeoDebt *debts = g_new0 (GeoDebt, CLEARING_DEBTS);
  g_autofree GeoEdge *edges = g_new0 (GeoEdge, CLEARING_DEBTS);
  g_autofree gint64 *flow = g_new (gint64, CLEARING_DEBTS);
  GeoClearingQuery query = { GEO_CLEARING_LENGTH_DEFAULT, GEO_AMOUNT (1) };
  gdouble ours[CLEARING_ROUNDS], theirs[CLEARING_ROUNDS] = { 0 };
  gdouble whole[CLEARING_ROUNDS];
  guint32 random = 1;

  if (!bench_wants (names))
    return;
  for (guint i = 0; i < CLEARING_ROUNDS; i++) {
    g_auto (GeoClearing) clearing = { 0 };
    gdouble began;
    gint64 total;

    make_debts (&random, debts, edges);
    began = bench_thread_cpu ();
    total = geo_circulation_solve (CLEARING_PEOPLE, edges, NULL, CLEARING_DEBTS,
                                   flow);
    ours[i] = bench_thread_cpu () - began;
    began = bench_thread_cpu ();
    if (!geo_clearing_best (CLEARING_PEOPLE, debts, CLEARING_DEBTS, &query,
                            &clearing, NULL))
      g_error ("the debts add up to too much");
    whole[i] = bench_thread_cpu () - began;
    if (clearing.optimum.minor != total)
      g_error ("two totals of the same debts");
#ifdef BENCH_HAS_LEMON
    if (bench_lemon (CLEARING_PEOPLE, edges, CLEARING_DEBTS, &theirs[i]) !=
        total)
      g_error ("LEMON finds another total");
#endif
  }
  qsort (ours, CLEARING_ROUNDS, sizeof *ours, compare_seconds);
  qsort (whole, CLEARING_ROUNDS, sizeof *whole, compare_seconds);
  qsort (theirs, CLEARING_ROUNDS, sizeof *theirs, compare_seconds);
  if (theirs[0] > 0)
    bench_note ("%u people, %u debts: LEMON's totals are the same",
                CLEARING_PEOPLE, CLEARING_DEBTS);
  else
    bench_note ("LEMON is not installed: nothing to compare clearing with");
  bench_figure ("best-clearing", "ms", ours[CLEARING_ROUNDS / 2] * 1e3,
                theirs[CLEARING_ROUNDS / 2] * 1e3,
                theirs[0] > 0 ? BENCH_AT_MOST : BENCH_NO_GOAL, 2);
  bench_figure ("clearing-cycles", "ms", whole[CLEARING_ROUNDS / 2] * 1e3,
                theirs[CLEARING_ROUNDS / 2] * 1e3, BENCH_NO_GOAL, 0);
}

void
bench_graphs (void) {
  static const gchar *const town[] = { "search-town", "clear-town",
                                       "graph-town",  "pay-town",
                                       "paid-town",   NULL };
  static const gchar *const otc[] = { "search-otc", "clear-otc", "graph-otc",
                                      "pay-otc",    "paid-otc",  NULL };

  measure ("town-50.json", read_town, town, BENCH_AT_MOST);
  measure ("bitcoin-otc-trust.csv", read_otc, otc, BENCH_NO_GOAL);
  bench_clearing ();
}
