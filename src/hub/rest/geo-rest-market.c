/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole market as the hub's owner sees it through REST: lines, debts, who
 * is how far in debt.  For nobody else.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "hub/rest/geo-rest-private.h"

#define TOP_MAX 10
/* Lines of the log that go with a picture of the market. */
#define LOG_MAX 100
/* Lines with less than so many thousandths left, where nothing else is asked
 * for. */
#define THRESHOLD 100
#define THRESHOLD_MAX 1000

/* Two amounts multiplied. */
__extension__ typedef __int128 Wide;

/* --- Lines -----------------------------------------------------------------
 */

typedef struct {
  const GeoBook *book;
  const GeoPid *of; /* Whose lines are gone through */
  const gchar *equivalent;
  const gchar *status;
  const GeoPid *creditor;
  const GeoPid *debtor;
  GPtrArray *lines; /* GeoTrustLine, borrowed */
} Search;

static void
search_cb (const GeoTrustLine *line, gpointer user_data) {
  Search *search = user_data;

  /* Each line once: with its creditor. */
  if (!geo_pid_equal (&line->from, search->of) ||
      (search->equivalent != NULL &&
       !g_str_equal (line->equivalent, search->equivalent)) ||
      (search->status != NULL &&
       !g_str_equal (geo_line_status_to_string (line->status),
                     search->status)) ||
      (search->creditor != NULL &&
       !geo_pid_equal (&line->from, search->creditor)) ||
      (search->debtor != NULL && !geo_pid_equal (&line->to, search->debtor)))
    return;
  g_ptr_array_add (search->lines, (gpointer) line);
}

static GPtrArray *
find_lines (const GeoBook *book, Search *search) {
  search->book = book;
  search->lines = g_ptr_array_new ();
  for (guint i = 0; i < geo_book_n_participants (book); i++) {
    search->of = &geo_book_get_nth (book, i)->pid;
    geo_book_foreach_line_of (book, search->of, search_cb, search);
  }
  return search->lines;
}

static GeoAmount
used_of (const GeoBook *book, const GeoTrustLine *line) {
  return geo_book_get_debt (book, &line->to, &line->from, line->equivalent);
}

static GeoAmount
left_of (const GeoBook *book, const GeoTrustLine *line) {
  GeoAmount left;

  if (!geo_amount_sub (line->limit.amount, used_of (book, line), &left))
    left = GEO_AMOUNT_ZERO;
  return geo_amount_max (left, GEO_AMOUNT_ZERO);
}

/* FALSE: it is answered. */
static gboolean
add_line (GeoRestCall *call, JsonArray *items, const GeoTrustLine *line) {
  g_autoptr (GError) error = NULL;
  JsonObject *object = geo_rest_show_line (call->rest, line, &error);

  if (object == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return FALSE;
  }
  json_array_add_object_element (items, object);
  return TRUE;
}

static const GeoPid *
query_pid (GHashTable *query,
           const gchar *name,
           GeoPid *room,
           GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, name, FALSE, faults);

  if (text == NULL)
    return NULL;
  if (geo_pid_parse (text, room, NULL))
    return room;
  geo_rest_faults_add (faults, "value_error", name, "Input should be a PID",
                       NULL);
  return NULL;
}

void
geo_rest_admin_trustlines (GeoRestCall *call) {
  static const gchar *const statuses[] = { "active", "closed", "frozen", NULL };
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (JsonArray) items = json_array_new ();
  Search search = { 0 };
  GeoPid creditor, debtor;
  GeoRestPage page;

  geo_rest_faults_init (&faults, "query");
  search.equivalent = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  search.status = geo_rest_query_word (query, "status", statuses, &faults);
  search.creditor = query_pid (query, "creditor", &creditor, &faults);
  search.debtor = query_pid (query, "debtor", &debtor, &faults);
  geo_rest_query_page (query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  lines = find_lines (call->book, &search);
  for (gint64 i = page.offset;
       i < lines->len && i < page.offset + page.per_page; i++)
    if (!add_line (call, items, g_ptr_array_index (lines, (guint) i)))
      return;
  geo_rest_send_page (geo_rest_take_reply (call), g_steal_pointer (&items),
                      &page, lines->len);
}

/* --- Bottlenecks -----------------------------------------------------------
 */

/* "0.1" in thousandths. */
static gint64
query_threshold (GHashTable *query, GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, "threshold", FALSE, faults);
  GeoDecimal decimal;
  gint64 value;

  if (text == NULL)
    return THRESHOLD;
  if (geo_decimal_parse (text, &decimal, NULL)) {
    value = decimal.amount.minor;
    for (; decimal.decimals < 3; decimal.decimals++)
      if (__builtin_mul_overflow (value, 10, &value))
        value = G_MAXINT64;
    for (; decimal.decimals > 3; decimal.decimals--)
      value /= 10;
    if (value <= THRESHOLD_MAX)
      return value;
  }
  geo_rest_faults_add (faults, "float_parsing", "threshold",
                       "Input should be a number from 0 to 1", NULL);
  return THRESHOLD;
}

/* A share is no amount: it may be a number with a point. */
static void
set_threshold (JsonObject *object, gint64 threshold) {
  g_autofree gchar *text = g_strdup_printf ("%" G_GINT64_FORMAT
                                            ".%03" G_GINT64_FORMAT,
                                            threshold / 1000, threshold % 1000);

  json_object_set_member (object, "threshold", json_from_string (text, NULL));
}

static gboolean
is_bottleneck (const GeoBook *book,
               const GeoTrustLine *line,
               gint64 threshold) {
  Wide left = left_of (book, line).minor;

  return line->status == GEO_LINE_STATUS_ACTIVE &&
         line->limit.amount.minor > 0 &&
         left * 1000 <= (Wide) line->limit.amount.minor * threshold;
}

/* How much of the limit is left, the least first. */
static gint
compare_left (gconstpointer a, gconstpointer b, gpointer user_data) {
  const GeoBook *book = user_data;
  const GeoTrustLine *one = *(const GeoTrustLine *const *) a;
  const GeoTrustLine *other = *(const GeoTrustLine *const *) b;
  Wide left = (Wide) left_of (book, one).minor * other->limit.amount.minor;
  Wide right = (Wide) left_of (book, other).minor * one->limit.amount.minor;

  return left < right ? -1 : left > right;
}

static GPtrArray *
find_bottlenecks (const GeoBook *book,
                  const gchar *equivalent,
                  gint64 threshold) {
  Search search = { .equivalent = equivalent };
  g_autoptr (GPtrArray) lines = find_lines (book, &search);
  GPtrArray *narrow = g_ptr_array_new ();

  for (guint i = 0; i < lines->len; i++)
    if (is_bottleneck (book, g_ptr_array_index (lines, i), threshold))
      g_ptr_array_add (narrow, g_ptr_array_index (lines, i));
  g_ptr_array_sort_with_data (narrow, compare_left, (gpointer) book);
  return narrow;
}

/* FALSE: it is answered. */
static gboolean
add_lines (GeoRestCall *call,
           JsonArray *items,
           const GPtrArray *lines,
           gint64 max) {
  for (guint i = 0; i < lines->len && i < max; i++)
    if (!add_line (call, items, g_ptr_array_index (lines, i)))
      return FALSE;
  return TRUE;
}

void
geo_rest_admin_bottlenecks (GeoRestCall *call) {
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (JsonArray) items = json_array_new ();
  const gchar *equivalent;
  gint64 threshold, limit;
  JsonObject *object;

  geo_rest_faults_init (&faults, "query");
  equivalent = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  threshold = query_threshold (query, &faults);
  limit = geo_rest_query_int (query, "limit", TOP_MAX, 1, 200, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  lines = find_bottlenecks (call->book, equivalent, threshold);
  if (!add_lines (call, items, lines, limit))
    return;
  object = json_object_new ();
  set_threshold (object, threshold);
  json_object_set_array_member (object, "items", g_steal_pointer (&items));
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- Liquidity -------------------------------------------------------------
 */

typedef struct {
  const GeoPid *pid;
  gint64 net;
} Net;

static gint
compare_net (gconstpointer a, gconstpointer b) {
  gint64 one = ((const Net *) a)->net;
  gint64 other = ((const Net *) b)->net;

  return one < other ? 1 : one > other ? -1 : 0;
}

static gint
compare_size (gconstpointer a, gconstpointer b) {
  gint64 one = ABS (((const Net *) a)->net);
  gint64 other = ABS (((const Net *) b)->net);

  return one < other ? 1 : one > other ? -1 : 0;
}

typedef struct {
  const GeoBook *book;
  const gchar *code;
  const GeoPid *pid;
  gint64 net;
} NetOf;

static void
net_cb (const GeoTrustLine *line, gpointer user_data) {
  NetOf *of = user_data;

  if (!g_str_equal (line->equivalent, of->code))
    return;
  /* Debts of one participant fit: each is at most 10^15. */
  if (geo_pid_equal (&line->from, of->pid))
    of->net += used_of (of->book, line).minor;
  else
    of->net -= used_of (of->book, line).minor;
}

static GArray *
list_nets (const GeoBook *book, const gchar *code) {
  GArray *nets = g_array_new (FALSE, FALSE, sizeof (Net));

  for (guint i = 0; i < geo_book_n_participants (book); i++) {
    const GeoPid *pid = &geo_book_get_nth (book, i)->pid;
    NetOf of = { book, code, pid, 0 };
    Net net;

    geo_book_foreach_line_of (book, pid, net_cb, &of);
    net = (Net){ pid, of.net };
    if (of.net != 0)
      g_array_append_val (nets, net);
  }
  return nets;
}

/* The first of nets with that sign (0: any), at most max. */
static JsonArray *
show_nets (GeoRestCall *call,
           const GArray *nets,
           gint sign,
           gint64 max,
           guint precision) {
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < nets->len && json_array_get_length (array) < max; i++) {
    guint at = sign < 0 ? nets->len - 1 - i : i;
    const Net *net = &g_array_index (nets, Net, at);
    g_autofree gchar *name = NULL;
    JsonObject *object;

    if ((sign > 0 && net->net <= 0) || (sign < 0 && net->net >= 0))
      continue;
    name = geo_rest_display_name (call->rest, net->pid);
    object = json_object_new ();
    geo_rest_set_pid (object, "pid", net->pid);
    json_object_set_string_member (object, "display_name", name);
    geo_rest_set_amount (object, "net", GEO_AMOUNT (net->net), precision);
    json_array_add_object_element (array, object);
  }
  return array;
}

static void
add (GeoAmount *sum, GeoAmount amount) {
  if (!geo_amount_add (*sum, amount, sum))
    *sum = GEO_AMOUNT (G_MAXINT64);
}

/* What is of one equivalent: totals, and who stands where. */
static void
show_totals (GeoRestCall *call,
             JsonObject *object,
             const GeoEquivalent *equivalent,
             const GPtrArray *lines,
             gint64 max) {
  guint precision = (guint) equivalent->precision;
  g_autoptr (GArray) nets = list_nets (call->book, equivalent->code);
  GeoAmount limit = GEO_AMOUNT_ZERO;
  GeoAmount used = GEO_AMOUNT_ZERO;
  GeoAmount left = GEO_AMOUNT_ZERO;

  for (guint i = 0; i < lines->len; i++) {
    const GeoTrustLine *line = g_ptr_array_index (lines, i);

    add (&limit, line->limit.amount);
    add (&used, used_of (call->book, line));
    add (&left, left_of (call->book, line));
  }
  geo_rest_set_amount (object, "total_limit", limit, precision);
  geo_rest_set_amount (object, "total_used", used, precision);
  geo_rest_set_amount (object, "total_available", left, precision);
  g_array_sort (nets, compare_net);
  json_object_set_array_member (object, "top_creditors",
                                show_nets (call, nets, 1, max, precision));
  json_object_set_array_member (object, "top_debtors",
                                show_nets (call, nets, -1, max, precision));
  g_array_sort (nets, compare_size);
  json_object_set_array_member (object, "top_by_abs_net",
                                show_nets (call, nets, 0, max, precision));
}

/* Without an equivalent: sums of different things say nothing, and are none. */
static void
show_no_totals (JsonObject *object) {
  static const gchar *const amounts[] = { "total_limit", "total_used",
                                          "total_available" };
  static const gchar *const lists[] = { "top_creditors", "top_debtors",
                                        "top_by_abs_net" };

  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++)
    json_object_set_string_member (object, amounts[i], "0");
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    json_object_set_array_member (object, lists[i], json_array_new ());
}

void
geo_rest_admin_liquidity (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GPtrArray) narrow = NULL;
  g_autoptr (JsonArray) edges = json_array_new ();
  g_autoptr (JsonArray) incidents = NULL;
  g_autoptr (GError) error = NULL;
  const GeoEquivalent *equivalent = NULL;
  Search search = { .status = "active" };
  gint64 threshold, limit;
  JsonObject *object;

  geo_rest_faults_init (&faults, "query");
  search.equivalent = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  threshold = query_threshold (query, &faults);
  limit = geo_rest_query_int (query, "limit", TOP_MAX, 1, 200, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (search.equivalent != NULL) {
    equivalent = geo_rest_need_equivalent (call, search.equivalent);
    if (equivalent == NULL)
      return;
  } else if (community->equivalents->len == 1) {
    equivalent = g_ptr_array_index (community->equivalents, 0);
  }
  incidents = geo_rest_show_incidents (call, &error);
  if (incidents == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  lines = find_lines (call->book, &search);
  narrow = find_bottlenecks (call->book, search.equivalent, threshold);
  if (!add_lines (call, edges, narrow, limit))
    return;
  object = json_object_new ();
  geo_rest_set_text (object, "equivalent",
                     equivalent == NULL ? NULL : equivalent->code);
  set_threshold (object, threshold);
  geo_rest_set_time (object, "updated_at", geo_rest_now ());
  json_object_set_int_member (object, "active_trustlines", lines->len);
  json_object_set_int_member (object, "bottlenecks", narrow->len);
  json_object_set_int_member (object, "incidents_over_sla",
                              json_array_get_length (incidents));
  if (equivalent != NULL)
    show_totals (call, object, equivalent, lines, limit);
  else
    show_no_totals (object);
  json_object_set_array_member (object, "top_bottleneck_edges",
                                g_steal_pointer (&edges));
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- One participant -------------------------------------------------------
 */

typedef struct {
  const GeoBook *book;
  const GeoPid *pid;
  const gchar *code;
  gboolean any;
  GeoAmount outgoing_limit;
  GeoAmount outgoing_used;
  GeoAmount incoming_limit;
  GeoAmount incoming_used;
} Row;

static void
row_cb (const GeoTrustLine *line, gpointer user_data) {
  Row *row = user_data;
  gboolean mine = geo_pid_equal (&line->from, row->pid);

  if (!g_str_equal (line->equivalent, row->code))
    return;
  row->any = TRUE;
  add (mine ? &row->outgoing_limit : &row->incoming_limit, line->limit.amount);
  add (mine ? &row->outgoing_used : &row->incoming_used,
       used_of (row->book, line));
}

static JsonObject *
show_row (const Row *row, guint precision) {
  JsonObject *object = json_object_new ();
  GeoAmount net;

  if (!geo_amount_sub (row->outgoing_used, row->incoming_used, &net))
    net = GEO_AMOUNT_ZERO;
  json_object_set_string_member (object, "equivalent", row->code);
  geo_rest_set_amount (object, "outgoing_limit", row->outgoing_limit,
                       precision);
  geo_rest_set_amount (object, "outgoing_used", row->outgoing_used, precision);
  geo_rest_set_amount (object, "incoming_limit", row->incoming_limit,
                       precision);
  geo_rest_set_amount (object, "incoming_used", row->incoming_used, precision);
  geo_rest_set_amount (object, "total_debt", row->incoming_used, precision);
  geo_rest_set_amount (object, "total_credit", row->outgoing_used, precision);
  geo_rest_set_amount (object, "net", net, precision);
  return object;
}

void
geo_rest_admin_metrics (GeoRestCall *call) {
  static const gchar *const analytics[] = { "counterparty", "concentration",
                                            "distribution", "rank",
                                            "capacity",     "activity" };
  const GeoCommunity *community = geo_book_get_community (call->book);
  g_auto (GeoRestFaults) faults;
  const gchar *wanted;
  JsonObject *object;
  JsonArray *rows;
  GeoPid pid;

  geo_rest_faults_init (&faults, "query");
  wanted = geo_rest_query_text (call->request->query, "equivalent", FALSE,
                                &faults);
  if (!geo_pid_parse (call->args[0], &pid, NULL) ||
      geo_book_get_participant (call->book, &pid) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant",
                           call->args[0]);
    return;
  }
  if (wanted != NULL && geo_rest_need_equivalent (call, wanted) == NULL)
    return;
  rows = json_array_new ();
  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);
    Row row = { .book = call->book, .pid = &pid, .code = equivalent->code };

    if (wanted != NULL && !g_str_equal (wanted, equivalent->code))
      continue;
    geo_book_foreach_line_of (call->book, &pid, row_cb, &row);
    if (row.any)
      json_array_add_object_element (
          rows, show_row (&row, (guint) equivalent->precision));
  }
  object = json_object_new ();
  geo_rest_set_pid (object, "pid", &pid);
  geo_rest_set_text (object, "equivalent", wanted);
  json_object_set_array_member (object, "balance_rows", rows);
  /* Shares and ranks are not worked out here; they follow from the rest. */
  for (gsize i = 0; i < G_N_ELEMENTS (analytics); i++)
    json_object_set_null_member (object, analytics[i]);
  json_object_set_object_member (object, "meta", json_object_new ());
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- The graph -------------------------------------------------------------
 */

/* As much as is in memory: a picture has every line in it. */
static JsonObject *
sketch_line (const GeoBook *book, const GeoTrustLine *line) {
  guint precision = line->limit.decimals;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", line->line_id);
  json_object_set_string_member (object, "equivalent", line->equivalent);
  geo_rest_set_pid (object, "from", &line->from);
  geo_rest_set_pid (object, "to", &line->to);
  json_object_set_string_member (
      object, "from_display_name",
      geo_book_get_participant (book, &line->from)->name);
  json_object_set_string_member (
      object, "to_display_name",
      geo_book_get_participant (book, &line->to)->name);
  geo_rest_set_amount (object, "limit", line->limit.amount, precision);
  geo_rest_set_amount (object, "used", used_of (book, line), precision);
  geo_rest_set_amount (object, "available", left_of (book, line), precision);
  json_object_set_string_member (object, "status",
                                 geo_line_status_to_string (line->status));
  geo_rest_set_time (object, "created_at", line->signed_at);
  geo_rest_set_time (object, "updated_at", line->signed_at);
  return object;
}

static JsonObject *
sketch_person (GeoRestCall *call, const GeoParticipant *participant) {
  JsonObject *object = json_object_new ();
  GeoStatus status = GEO_STATUS_ACTIVE;

  if (geo_book_is_frozen (call->book, &participant->pid) &&
      !geo_hub_store_get_status (call->reader, &participant->pid, &status,
                                 NULL))
    status = GEO_STATUS_FROZEN;
  geo_rest_set_pid (object, "pid", &participant->pid);
  json_object_set_string_member (object, "display_name", participant->name);
  json_object_set_string_member (
      object, "type",
      participant->kind == GEO_PARTICIPANT_KIND_PERSON ? "person" : "business");
  json_object_set_string_member (object, "status",
                                 geo_rest_status_word (status));
  return object;
}

static JsonObject *
sketch_debt (const GeoTrustLine *line, GeoAmount debt) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "equivalent", line->equivalent);
  geo_rest_set_pid (object, "debtor", &line->to);
  geo_rest_set_pid (object, "creditor", &line->from);
  geo_rest_set_amount (object, "amount", debt, line->limit.decimals);
  return object;
}

/* The newest lines of the log. */
static JsonArray *
sketch_log (GeoRestCall *call, GError **error) {
  GeoHubAuditFilter filter = { 0 };
  g_autoptr (GPtrArray) lines =
      geo_hub_store_list_audit (call->reader, &filter, 0, LOG_MAX, NULL, error);
  JsonArray *array;

  if (lines == NULL)
    return NULL;
  array = json_array_new ();
  for (guint i = 0; i < lines->len; i++)
    json_array_add_object_element (
        array, geo_rest_show_audit (g_ptr_array_index (lines, i)));
  return array;
}

typedef struct {
  const gchar *code;
  GHashTable *within;
  JsonArray *array;
} Open;

/* A payment that is under way. */
static void
sketch_order_cb (const GeoOrder *order, gpointer user_data) {
  Open *open = user_data;
  JsonObject *object;

  if ((open->code != NULL && !g_str_equal (order->equivalent, open->code)) ||
      (open->within != NULL &&
       (!g_hash_table_contains (open->within, &order->from) ||
        !g_hash_table_contains (open->within, &order->to))))
    return;
  object = json_object_new ();
  json_object_set_string_member (object, "tx_id", order->tx_id);
  json_object_set_string_member (object, "type", "PAYMENT");
  json_object_set_string_member (object, "state", "PREPARE_IN_PROGRESS");
  geo_rest_set_pid (object, "initiator_pid", &order->from);
  geo_rest_set_pid (object, "to", &order->to);
  json_object_set_string_member (object, "equivalent", order->equivalent);
  geo_rest_set_amount (object, "amount", order->amount.amount,
                       order->amount.decimals);
  geo_rest_set_time (object, "created_at", order->created_at);
  json_array_add_object_element (open->array, object);
}

/* Of the people in within (NULL: of all), with the lines between them. */
static void
send_graph (GeoRestCall *call,
            const gchar *code,
            GHashTable *within,
            const GeoPid *root) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  Search search = { .equivalent = code };
  g_autoptr (GPtrArray) lines = find_lines (call->book, &search);
  g_autoptr (GError) error = NULL;
  JsonArray *people = json_array_new ();
  JsonArray *trustlines = json_array_new ();
  JsonArray *debts = json_array_new ();
  JsonArray *equivalents = json_array_new ();
  g_autoptr (JsonArray) incidents = geo_rest_show_incidents (call, &error);
  g_autoptr (JsonArray) audits = incidents == NULL ? NULL
                                                   : sketch_log (call, &error);
  Open open = { code, within, json_array_new () };
  JsonObject *object = json_object_new ();

  if (audits == NULL) {
    json_array_unref (people);
    json_array_unref (trustlines);
    json_array_unref (debts);
    json_array_unref (equivalents);
    json_array_unref (open.array);
    json_object_unref (object);
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  geo_closer_foreach_open (geo_engine_get_closer (call->rest->engine),
                           sketch_order_cb, &open);
  for (guint i = 0; i < geo_book_n_participants (call->book); i++) {
    const GeoParticipant *participant = geo_book_get_nth (call->book, i);

    if (within == NULL || g_hash_table_contains (within, &participant->pid))
      json_array_add_object_element (people, sketch_person (call, participant));
  }
  for (guint i = 0; i < lines->len; i++) {
    const GeoTrustLine *line = g_ptr_array_index (lines, i);
    GeoAmount debt = used_of (call->book, line);

    if (within != NULL && (!g_hash_table_contains (within, &line->from) ||
                           !g_hash_table_contains (within, &line->to)))
      continue;
    json_array_add_object_element (trustlines, sketch_line (call->book, line));
    if (debt.minor > 0)
      json_array_add_object_element (debts, sketch_debt (line, debt));
  }
  for (guint i = 0; i < community->equivalents->len; i++)
    json_array_add_object_element (
        equivalents,
        geo_rest_show_equivalent (call->rest,
                                  ((const GeoEquivalent *) g_ptr_array_index (
                                       community->equivalents, i))
                                      ->code));
  json_object_set_array_member (object, "participants", people);
  json_object_set_array_member (object, "trustlines", trustlines);
  json_object_set_array_member (object, "debts", debts);
  json_object_set_array_member (object, "equivalents", equivalents);
  json_object_set_array_member (object, "incidents",
                                g_steal_pointer (&incidents));
  json_object_set_array_member (object, "audit_log", g_steal_pointer (&audits));
  json_object_set_array_member (object, "transactions", open.array);
  if (root != NULL)
    geo_rest_set_pid (object, "root_pid", root);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

void
geo_rest_admin_graph (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  const gchar *code;

  geo_rest_faults_init (&faults, "query");
  code = geo_rest_query_text (call->request->query, "equivalent", FALSE,
                              &faults);
  if (code != NULL && geo_rest_need_equivalent (call, code) == NULL)
    return;
  send_graph (call, code, NULL, NULL);
}

typedef struct {
  const gchar *code;
  GHashTable *within; /* GeoPid, borrowed of the book */
  GPtrArray *next;
} Ego;

static void
ego_cb (const GeoTrustLine *line, gpointer user_data) {
  Ego *ego = user_data;
  const GeoPid *ends[] = { &line->from, &line->to };

  if (ego->code != NULL && !g_str_equal (line->equivalent, ego->code))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_hash_table_add (ego->within, (gpointer) ends[i]))
      g_ptr_array_add (ego->next, (gpointer) ends[i]);
}

void
geo_rest_admin_ego (GeoRestCall *call) {
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  g_autoptr (GHashTable) within = g_hash_table_new (geo_pid_hash,
                                                    geo_pid_equal);
  g_autoptr (GPtrArray) at = g_ptr_array_new ();
  const gchar *pid_text, *code;
  gint64 depth;
  GeoPid root;

  geo_rest_faults_init (&faults, "query");
  pid_text = geo_rest_query_text (query, "pid", TRUE, &faults);
  depth = geo_rest_query_int (query, "depth", 1, 1, 2, &faults);
  code = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (!geo_pid_parse (pid_text, &root, NULL) ||
      geo_book_get_participant (call->book, &root) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant", pid_text);
    return;
  }
  /* Clients send it empty for all. */
  if (code != NULL && code[0] == '\0')
    code = NULL;
  if (code != NULL && geo_rest_need_equivalent (call, code) == NULL)
    return;
  g_hash_table_add (within, &root);
  g_ptr_array_add (at, &root);
  for (gint64 i = 0; i < depth; i++) {
    g_autoptr (GPtrArray) next = g_ptr_array_new ();
    Ego ego = { code, within, next };

    for (guint j = 0; j < at->len; j++)
      geo_book_foreach_line_of (call->book, g_ptr_array_index (at, j), ego_cb,
                                &ego);
    g_ptr_array_unref (at);
    at = g_steal_pointer (&next);
  }
  send_graph (call, code, within, &root);
}
