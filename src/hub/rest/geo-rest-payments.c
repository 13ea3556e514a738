/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payments through REST: an order that was signed over the bytes of the
 * contract (S2) goes to the closer like a wallet's, and the answer waits for
 * the outcome.  It must not answer one tx_id in two ways (P5).
 */
#include <string.h>

#include "core/geo-rest-object.h"
#include "hub/rest/geo-rest-private.h"

#define TIMEOUT_MS_MAX 10000
#define TIMEOUT_MS_NAMED_MAX 120000
#define HOPS_MAX 6
#define NAMED_MAX 10
/* Where nothing is said: as many as the hub's owner lets there be. */
#define ROUTES 16
#define TX_ID_MAX 64
#define FOUND_MAX 16

/* --- Showing ---------------------------------------------------------------
 */

/* A hop, and what of it is not in a route yet. */
typedef struct {
  const GeoHop *hop;
  gint64 left;
} Arc;

/* The way of fewest hops from payer to payee over what is left. */
static GArray *
find_way (GArray *arcs, const GeoPid *payer, const GeoPid *payee) {
  g_autoptr (GHashTable) came = g_hash_table_new (geo_pid_hash, geo_pid_equal);
  g_autoptr (GQueue) queue = g_queue_new ();
  GArray *way = g_array_new (FALSE, FALSE, sizeof (guint));

  g_queue_push_tail (queue, (gpointer) payer);
  while (!g_queue_is_empty (queue) && !g_hash_table_contains (came, payee)) {
    const GeoPid *at = g_queue_pop_head (queue);

    for (guint i = 0; i < arcs->len; i++) {
      const Arc *arc = &g_array_index (arcs, Arc, i);

      if (arc->left == 0 || !geo_pid_equal (&arc->hop->from, at) ||
          geo_pid_equal (&arc->hop->to, payer) ||
          g_hash_table_contains (came, &arc->hop->to))
        continue;
      g_hash_table_insert (came, (gpointer) &arc->hop->to,
                           GUINT_TO_POINTER (i + 1));
      g_queue_push_tail (queue, (gpointer) &arc->hop->to);
    }
  }
  for (const GeoPid *at = payee; !geo_pid_equal (at, payer);) {
    guint i = GPOINTER_TO_UINT (g_hash_table_lookup (came, at));

    if (i == 0)
      break;
    i--;
    g_array_prepend_val (way, i);
    at = &g_array_index (arcs, Arc, i).hop->from;
  }
  return way;
}

static JsonObject *
show_way (const GArray *arcs,
          const GArray *way,
          const GeoPid *payer,
          GeoAmount amount,
          guint precision) {
  JsonObject *object = json_object_new ();
  JsonArray *path = json_array_new ();
  g_autofree gchar *first = geo_pid_to_string (payer);

  json_array_add_string_element (path, first);
  for (guint i = 0; i < way->len; i++) {
    const Arc *arc = &g_array_index (arcs, Arc, g_array_index (way, guint, i));
    g_autofree gchar *text = geo_pid_to_string (&arc->hop->to);

    json_array_add_string_element (path, text);
  }
  json_object_set_array_member (object, "path", path);
  geo_rest_set_amount (object, "amount", amount, precision);
  return object;
}

/* The contract has hops; routes are what they are made of. */
static JsonArray *
show_routes (const GPtrArray *hops,
             const GeoPid *payer,
             const GeoPid *payee,
             guint precision) {
  g_autoptr (GArray) arcs = g_array_new (FALSE, FALSE, sizeof (Arc));
  JsonArray *routes = json_array_new ();

  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (hops, i);
    Arc arc = { hop, hop->amount.amount.minor };

    g_array_append_val (arcs, arc);
  }
  for (;;) {
    g_autoptr (GArray) way = find_way (arcs, payer, payee);
    gint64 least = G_MAXINT64;

    if (way->len == 0)
      return routes;
    for (guint i = 0; i < way->len; i++)
      least = MIN (
          least, g_array_index (arcs, Arc, g_array_index (way, guint, i)).left);
    json_array_add_object_element (
        routes, show_way (arcs, way, payer, GEO_AMOUNT (least), precision));
    for (guint i = 0; i < way->len; i++)
      g_array_index (arcs, Arc, g_array_index (way, guint, i)).left -= least;
  }
}

static const gchar *
message_of (const GeoRefusal *refusal) {
  static const struct {
    const gchar *reason;
    const gchar *message;
  } messages[] = {
    { GEO_REASON_FROZEN, "Participant is suspended" },
    { GEO_REASON_LIMIT_EXCEEDED, "The amount is above what the hub allows" },
    { GEO_REASON_REFUSED_BY_PARTICIPANT, "A participant refused the payment" },
    { GEO_REASON_ABORTED, "The hub's owner aborted the payment" },
    { GEO_REASON_NO_VOTE, "A participant did not answer in time" },
    { GEO_REASON_UNKNOWN_ORDER,
      "The payment was not decided before a restart" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    if (g_str_equal (refusal->reason, messages[i].reason))
      return messages[i].message;
  switch (refusal->code) {
  case GEO_CODE_NO_ROUTE:
    return "No route found";
  case GEO_CODE_CAPACITY:
    return "No route found with sufficient capacity";
  case GEO_CODE_LIMIT:
    return "Limit exceeded";
  case GEO_CODE_LINE_INACTIVE:
    return "Trustline is not active";
  case GEO_CODE_SIGNATURE:
    return "Invalid signature";
  case GEO_CODE_NOT_ALLOWED:
    return "Not allowed";
  case GEO_CODE_TIMEOUT:
    return "Payment timed out";
  case GEO_CODE_CONFLICT:
    return "Conflict";
  case GEO_CODE_INVALID:
    return "Invalid payment";
  case GEO_CODE_INTERNAL:
    break;
  }
  return "Internal error";
}

/* Whether the same payment, under another tx_id, may well go through. */
static gboolean
is_retryable (GeoCode code) {
  return code == GEO_CODE_TIMEOUT || code == GEO_CODE_INTERNAL;
}

static JsonObject *
show_details (const GeoRefusal *refusal) {
  JsonObject *details = json_object_new ();

  json_object_set_string_member (details, "reason", refusal->reason);
  json_object_set_boolean_member (details, "retryable",
                                  is_retryable (refusal->code));
  return details;
}

static void
set_error (JsonObject *object, const GeoRefusal *refusal) {
  JsonObject *error;

  if (refusal == NULL) {
    json_object_set_null_member (object, "error");
    return;
  }
  error = json_object_new ();
  json_object_set_string_member (error, "code",
                                 geo_code_to_string (refusal->code));
  json_object_set_string_member (error, "message", message_of (refusal));
  json_object_set_object_member (error, "details", show_details (refusal));
  json_object_set_object_member (object, "error", error);
}

/* hops: NULL where it was refused. */
static JsonObject *
show (const GeoHubPayment *payment, const GPtrArray *hops) {
  JsonObject *object = json_object_new ();
  guint precision = payment->amount.decimals;

  json_object_set_string_member (object, "tx_id", payment->tx_id);
  json_object_set_string_member (object, "status",
                                 hops != NULL ? "COMMITTED" : "ABORTED");
  geo_rest_set_pid (object, "from", &payment->payer);
  geo_rest_set_pid (object, "to", &payment->payee);
  json_object_set_string_member (object, "equivalent", payment->equivalent);
  geo_rest_set_amount (object, "amount", payment->amount.amount, precision);
  json_object_set_array_member (
      object, "routes",
      hops != NULL
          ? show_routes (hops, &payment->payer, &payment->payee, precision)
          : json_array_new ());
  set_error (object, payment->refusal);
  geo_rest_set_time (object, "created_at", payment->created_at);
  if (hops != NULL)
    geo_rest_set_time (object, "committed_at", payment->at);
  else
    json_object_set_null_member (object, "committed_at");
  return object;
}

static JsonObject *
show_stored (GeoRestCall *call, const GeoHubPayment *payment, GError **error) {
  g_autoptr (GPtrArray) hops = NULL;

  if (payment->tx == 0)
    return show (payment, NULL);
  hops = geo_hub_store_list_hops (call->reader, payment->tx, error);
  return hops == NULL ? NULL : show (payment, hops);
}

/* --- What is there ---------------------------------------------------------
 */

/* The one of the payments with this tx_id that pid pays, or else is paid; NULL
 * where there is none. */
static const GeoHubPayment *
pick (const GPtrArray *payments, const GeoPid *pid) {
  const GeoHubPayment *received = NULL;

  for (guint i = 0; i < payments->len; i++) {
    const GeoHubPayment *payment = g_ptr_array_index (payments, i);

    if (geo_pid_equal (&payment->payer, pid))
      return payment;
    if (received == NULL && payment->tx != 0 &&
        geo_pid_equal (&payment->payee, pid))
      received = payment;
  }
  return received;
}

/* An order that is not decided, of the one who asks. */
typedef struct {
  const GeoPid *payer;
  const gchar *tx_id;
  JsonObject *found;
} Open;

static void
open_cb (const GeoOrder *order, gpointer user_data) {
  Open *open = user_data;
  GeoHubPayment payment = { 0 };

  if (!g_str_equal (order->tx_id, open->tx_id) ||
      !geo_pid_equal (&order->from, open->payer) || open->found != NULL)
    return;
  payment.payer = order->from;
  payment.payee = order->to;
  payment.tx_id = order->tx_id;
  payment.equivalent = order->equivalent;
  payment.amount = order->amount;
  payment.created_at = order->created_at;
  open->found = show (&payment, NULL);
  json_object_set_string_member (open->found, "status", "PREPARED");
}

/* Whoever pays is told that it is under way, and not that there is no such
 * payment: they might pay again.  Nobody else knows of it yet. */
static JsonObject *
show_open (GeoRestCall *call) {
  Open open = { &call->pid, call->args[0], NULL };

  geo_closer_foreach_open (geo_engine_get_closer (call->rest->engine), open_cb,
                           &open);
  return open.found;
}

void
geo_rest_get_payment (GeoRestCall *call) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) payments = geo_hub_store_find_payments (
      call->reader, call->args[0], FOUND_MAX, &error);
  const GeoHubPayment *payment;
  JsonObject *object;

  if (payments == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  payment = pick (payments, &call->pid);
  object = payment == NULL ? show_open (call)
                           : show_stored (call, payment, &error);
  if (payment == NULL && object == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Payment",
                           call->args[0]);
    return;
  }
  if (object == NULL)
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
  else
    geo_rest_send (geo_rest_take_reply (call), 200, object);
}

static JsonObject *
show_stored_cb (GeoRestCall *call, gconstpointer payment, GError **error) {
  return show_stored (call, payment, error);
}

void
geo_rest_get_payments (GeoRestCall *call) {
  static const gchar *const directions[] = { "all", "sent", "received", NULL };
  static const gchar *const statuses[] = { "COMMITTED", "ABORTED", NULL };
  GeoHubPaymentFilter filter = { 0 };
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) payments = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *query = call->request->query;
  const gchar *direction, *status;
  GeoRestPage page;

  geo_rest_faults_init (&faults, "query");
  direction = geo_rest_query_word (query, "direction", directions, &faults);
  status = geo_rest_query_word (query, "status", statuses, &faults);
  filter.equivalent = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  filter.from = geo_rest_query_time (query, "from_date", 0, FALSE, &faults);
  filter.to = geo_rest_query_time (query, "to_date", G_MAXINT64, TRUE, &faults);
  geo_rest_query_page (query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  filter.sent = g_strcmp0 (direction, "received") != 0;
  filter.received = g_strcmp0 (direction, "sent") != 0;
  if (status != NULL)
    filter.kind = g_str_equal (status, "COMMITTED") ? GEO_HUB_PAYMENTS_COMMITTED
                                                    : GEO_HUB_PAYMENTS_REFUSED;
  payments = geo_hub_store_list_payments (call->reader, &call->pid, &filter,
                                          page.offset, (guint) page.per_page,
                                          &error);
  if (payments == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  geo_rest_send_shown (call, payments, show_stored_cb);
}

/* --- Asking for one --------------------------------------------------------
 */

typedef struct {
  const gchar *tx_id;
  const gchar *to_text;
  const gchar *code;
  const gchar *amount_text;
  const gchar *description;
  const gchar *signature;
  JsonNode *constraints;
  gint64 max_hops;
  gint64 max_paths;
  gint64 timeout_ms;
  GArray *avoid; /* GeoPid */
} Wish;

static void
wish_clear (Wish *wish) {
  g_clear_pointer (&wish->avoid, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static void
read_constraints (Wish *wish, GeoRestFaults *faults) {
  static const gchar *const names[] = { "avoid", "max_hops", "max_paths",
                                        "timeout_ms", NULL };
  JsonObject *object;
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *value;

  wish->max_hops = HOPS_MAX;
  wish->max_paths = ROUTES;
  wish->timeout_ms = TIMEOUT_MS_MAX;
  if (wish->constraints == NULL)
    return;
  object = json_node_get_object (wish->constraints);
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value)) {
    g_autofree gchar *place = g_strconcat ("constraints/", name, NULL);

    if (!g_strv_contains (names, name))
      geo_rest_faults_add (faults, "extra_forbidden", place,
                           "Extra inputs are not permitted", value);
  }
  wish->max_hops = geo_rest_get_int (object, "constraints/max_hops", HOPS_MAX,
                                     1, NAMED_MAX, faults);
  wish->max_paths = geo_rest_get_int (object, "constraints/max_paths", ROUTES,
                                      1, NAMED_MAX, faults);
  wish->timeout_ms = geo_rest_get_int (object, "constraints/timeout_ms",
                                       TIMEOUT_MS_MAX, 1, TIMEOUT_MS_NAMED_MAX,
                                       faults);
  if (!json_object_has_member (object, "avoid") ||
      !json_object_get_null_member (object, "avoid"))
    geo_rest_get_pids (object, "constraints/avoid", wish->avoid, faults);
}

static void
read_wish (JsonObject *object, Wish *wish, GeoRestFaults *faults) {
  *wish = (Wish){ 0 };
  wish->avoid = g_array_new (FALSE, FALSE, sizeof (GeoPid));
  wish->tx_id = geo_rest_get_text (object, "tx_id", TRUE, faults);
  geo_rest_check_length (wish->tx_id, "tx_id", 1, TX_ID_MAX, faults);
  if (wish->tx_id != NULL && wish->tx_id[0] != '\0' &&
      strlen (wish->tx_id) <= TX_ID_MAX && !geo_tx_id_is_valid (wish->tx_id))
    geo_rest_faults_add (faults, "string_pattern_mismatch", "tx_id",
                         "String should match pattern '^[A-Za-z0-9._:-]+$'",
                         json_object_get_member (object, "tx_id"));
  wish->to_text = geo_rest_get_text (object, "to", TRUE, faults);
  wish->code = geo_rest_get_text (object, "equivalent", TRUE, faults);
  wish->amount_text = geo_rest_get_text (object, "amount", TRUE, faults);
  wish->description = geo_rest_get_text (object, "description", FALSE, faults);
  if (wish->description != NULL &&
      strlen (wish->description) > GEO_REST_DESCRIPTION_BYTES_MAX)
    geo_rest_faults_add (faults, "string_too_long", "description",
                         "String should have at most 1024 bytes", NULL);
  wish->signature = geo_rest_get_text (object, "signature", TRUE, faults);
  wish->constraints = geo_rest_get_object (object, "constraints", faults);
  read_constraints (wish, faults);
}

/* S2: {amount, equivalent, to, tx_id[, description][, constraints]}. */
static GBytes *
wish_bytes (const Wish *wish) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "amount", wish->amount_text);
  json_object_set_string_member (object, "equivalent", wish->code);
  json_object_set_string_member (object, "to", wish->to_text);
  json_object_set_string_member (object, "tx_id", wish->tx_id);
  if (wish->description != NULL)
    json_object_set_string_member (object, "description", wish->description);
  if (wish->constraints != NULL)
    json_object_set_member (object, "constraints",
                            json_node_copy (wish->constraints));
  return geo_rest_signed_bytes (object);
}

static void
refuse (GeoRestCall *call, guint status, GeoCode code, const gchar *message) {
  geo_rest_refuse (geo_rest_take_reply (call), status, code, message, NULL);
}

static void
send_conflict (GeoRestCall *call) {
  JsonObject *details = json_object_new ();

  json_object_set_string_member (details, "reason", GEO_REASON_TX_ID_TAKEN);
  json_object_set_boolean_member (details, "retryable", FALSE);
  geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                   "This tx_id is of another payment", details);
}

/* P5: same tx_id, same bytes: the same answer; other bytes: conflict, and
 * nothing changed.  TRUE: it is answered, or will be. */
static gboolean
answer_again (GeoRestCall *call, const Wish *wish, const GeoHash *signed_hash) {
  GeoRestWait *wait = geo_rest_pending_find (call->rest->pending, wish->tx_id);
  g_autoptr (GPtrArray) payments = NULL;
  g_autoptr (GError) error = NULL;
  const GeoHubPayment *payment;
  JsonObject *object;

  if (wait != NULL) {
    if (geo_pid_equal (&wait->pid, &call->pid) &&
        geo_hash_equal (&wait->signed_hash, signed_hash))
      g_ptr_array_add (wait->replies, geo_rest_take_reply (call));
    else
      send_conflict (call);
    return TRUE;
  }
  payments = geo_hub_store_find_payments (call->reader, wish->tx_id, FOUND_MAX,
                                          &error);
  if (payments == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return TRUE;
  }
  if (payments->len == 0)
    return FALSE;
  payment = pick (payments, &call->pid);
  if (payment == NULL || !geo_pid_equal (&payment->payer, &call->pid) ||
      !payment->has_signed ||
      !geo_hash_equal (&payment->signed_hash, signed_hash)) {
    send_conflict (call);
    return TRUE;
  }
  object = show_stored (call, payment, &error);
  if (object == NULL)
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
  else
    geo_rest_send (geo_rest_take_reply (call), 200, object);
  return TRUE;
}

gboolean
geo_rest_read_amount (GeoRestCall *call,
                      const gchar *text,
                      const GeoEquivalent *equivalent,
                      GeoAmount *out) {
  g_autoptr (GError) error = NULL;

  if (geo_rest_parse_amount (text, (guint) equivalent->precision, out,
                             &error)) {
    if (out->minor > 0)
      return TRUE;
    refuse (call, 400, GEO_CODE_INVALID, "Amount must be positive");
  } else if (g_error_matches (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE)) {
    /* No route carries what no amount can say. */
    refuse (call, 400, GEO_CODE_CAPACITY,
            "No route found with sufficient capacity");
  } else if (g_error_matches (error, GEO_CORE_ERROR,
                              GEO_CORE_ERROR_PRECISION)) {
    refuse (call, 400, GEO_CODE_INVALID, error->message);
  } else if (text[0] == '-') {
    refuse (call, 400, GEO_CODE_INVALID, "Amount must be positive");
  } else {
    refuse (call, 400, GEO_CODE_INVALID, "Invalid amount format");
  }
  return FALSE;
}

gboolean
geo_rest_read_payee (GeoRestCall *call, const gchar *text, GeoPid *out) {
  if (!geo_pid_parse (text, out, NULL) ||
      geo_book_get_participant (call->book, out) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant", text);
    return FALSE;
  }
  if (geo_pid_equal (out, &call->pid)) {
    refuse (call, 400, GEO_CODE_INVALID, "Cannot pay to yourself");
    return FALSE;
  }
  return TRUE;
}

/* The payer's own lines that are used up, and by whom they were given. */
static JsonArray *
show_limits (const GeoBookRoutes *routes) {
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < routes->limits->len; i++) {
    const GeoLimitHint *hint = g_ptr_array_index (routes->limits, i);
    JsonObject *object = json_object_new ();

    geo_rest_set_pid (object, "neighbour", &hint->neighbour);
    geo_rest_set_amount (object, "available", hint->available.amount,
                         hint->available.decimals);
    json_array_add_object_element (array, object);
  }
  return array;
}

/* E002: what could be paid and what limits it, so that the client can say what
 * to do. */
static void
add_payable (GeoHubRest *rest, const GeoOrder *order, JsonObject *details) {
  GeoBookQuery query = { 0 };
  g_autoptr (GeoBookRoutes) routes = NULL;

  query.payer = order->from;
  query.payee = order->to;
  query.equivalent = order->equivalent;
  query.max_hops = (guint) order->constraints->max_hops;
  query.max_routes = (guint) order->constraints->max_routes;
  query.avoid = order->constraints->avoid;
  routes = geo_book_find_routes (geo_engine_get_book (rest->engine), &query);
  if (routes == NULL)
    return;
  geo_rest_set_amount (details, "max_amount", routes->payable,
                       order->amount.decimals);
  json_object_set_array_member (details, "limits", show_limits (routes));
}

static void
send_refused (GeoHubRest *rest,
              GeoReply *reply,
              const GeoRefusal *refusal,
              const GeoOrder *order) {
  JsonObject *details = show_details (refusal);

  if (order != NULL && (refusal->code == GEO_CODE_CAPACITY ||
                        refusal->code == GEO_CODE_NO_ROUTE))
    add_payable (rest, order, details);
  geo_rest_refuse (reply, geo_rest_status_of (refusal->code), refusal->code,
                   message_of (refusal), details);
}

static void
send_committed (GeoReply *reply, const GeoChange *change) {
  const GeoOrder *order = change->certificate->order;
  GeoHubPayment payment = { 0 };

  payment.payer = order->from;
  payment.payee = order->to;
  payment.tx_id = order->tx_id;
  payment.equivalent = order->equivalent;
  payment.amount = order->amount;
  payment.created_at = order->created_at;
  payment.at = change->at;
  geo_rest_send (reply, 200, show (&payment, change->hops));
}

static void
decided_cb (const GeoRestWait *wait,
            GeoReply *reply,
            const GeoChange *change,
            const GeoMsgError *no) {
  if (change != NULL && change->kind == GEO_CHANGE_COMMIT)
    send_committed (reply, change);
  else if (change != NULL)
    send_refused (wait->user_data, reply, change->refusal, change->order);
  else if (no != NULL)
    geo_rest_refuse (reply, geo_rest_status_of (no->code), no->code,
                     no->message, NULL);
  else
    /* The hub stops; the same request again says what became of it. */
    geo_rest_refuse (reply, 500, GEO_CODE_INTERNAL, "The hub is going down",
                     NULL);
}

static GeoOrder *
make_order (GeoRestCall *call,
            const Wish *wish,
            const GeoPid *to,
            const GeoEquivalent *equivalent,
            GeoAmount amount) {
  GeoOrder *order = geo_order_new ();
  g_autofree gchar *text = wish->description == NULL
                               ? NULL
                               : geo_rest_description (wish->description);

  order->community = geo_book_get_community (call->book)->community;
  order->tx_id = g_strdup (wish->tx_id);
  order->from = call->pid;
  order->to = *to;
  order->equivalent = g_strdup (wish->code);
  order->amount = geo_decimal (amount, (guint) equivalent->precision);
  if (text != NULL) {
    order->has_description_hash = TRUE;
    geo_hash_of (text, strlen (text), &order->description_hash);
  }
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = MIN (wish->max_hops, HOPS_MAX);
  order->constraints->max_routes = wish->max_paths;
  g_array_append_vals (order->constraints->avoid, wish->avoid->data,
                       wish->avoid->len);
  order->closer = order->community;
  order->created_at = geo_rest_now ();
  order->deadline = order->created_at + MIN (wish->timeout_ms, TIMEOUT_MS_MAX);
  return order;
}

/* Only what of the order its bytes do not say: the signature is checked before
 * anything else is looked at. */
static gboolean
is_signed (GeoRestCall *call, const Wish *wish, GBytes *bytes) {
  const GeoParticipant *me = geo_book_get_participant (call->book, &call->pid);
  GeoSignature signature;
  gconstpointer data;
  gsize len;

  if (bytes == NULL || g_bytes_get_size (bytes) > GEO_REST_BYTES_MAX ||
      !geo_signature_parse (wish->signature, &signature, NULL))
    return FALSE;
  data = g_bytes_get_data (bytes, &len);
  return geo_public_key_verify (&me->key, data, len, &signature);
}

/* §5: the text for the payee.  FALSE: it is answered. */
static gboolean
seal (GeoRestCall *call, const Wish *wish, GeoMsgPaymentRequest *request) {
  const GeoParticipant *payee = geo_book_get_participant (call->book,
                                                          &request->order->to);
  g_autofree gchar *text = NULL;

  if (!request->order->has_description_hash)
    return TRUE;
  text = geo_rest_description (wish->description);
  request->sealed = geo_seal (&payee->key, text, NULL);
  if (request->sealed != NULL)
    return TRUE;
  refuse (call, 400, GEO_CODE_INVALID,
          "The description cannot be sent to this participant");
  return FALSE;
}

static void
ask (GeoRestCall *call,
     const Wish *wish,
     GeoMessage *message,
     const GeoHash *signed_hash) {
  GeoHubRest *rest = call->rest;
  g_autoptr (GError) error = NULL;
  GeoRestWait *wait;
  GeoHash hash;

  geo_order_hash (message->u.payment_request->order, &hash);
  wait = geo_rest_pending_add (rest->pending, &hash, &call->pid, wish->tx_id,
                               geo_rest_take_reply (call), decided_cb, rest);
  wait->signed_hash = *signed_hash;
  geo_message_set_id (message, wait->msg_id);
  if (geo_engine_message (rest->engine, &call->pid, message, &error))
    return;
  g_warning ("the database cannot be read: %s", error->message);
  geo_rest_pending_fail (rest->pending, &hash);
}

void
geo_rest_post_payments (GeoRestCall *call) {
  /* This contract names the fields alone, and says 400. */
  g_auto (GeoRestFaults) body_faults;
  g_auto (GeoRestFaults) faults;
  g_auto (Wish) wish = { 0 };
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GeoMessage) message = NULL;
  const GeoEquivalent *equivalent;
  GeoOrder *order;
  GeoHash signed_hash;
  GeoAmount amount;
  gconstpointer data;
  GeoPid to;
  gsize len;

  geo_rest_faults_init (&body_faults, "body");
  geo_rest_faults_init (&faults, NULL);
  body = geo_rest_read_body (call, NULL, &body_faults);
  if (body == NULL)
    return;
  read_wish (json_node_get_object (body), &wish, &faults);
  if (geo_rest_faults_any (&faults)) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID,
                     "Validation error",
                     geo_rest_faults_take (&faults, "validation"));
    return;
  }
  bytes = wish_bytes (&wish);
  if (!is_signed (call, &wish, bytes)) {
    refuse (call, 400, GEO_CODE_SIGNATURE, "Invalid signature");
    return;
  }
  data = g_bytes_get_data (bytes, &len);
  geo_hash_of (data, len, &signed_hash);
  if (answer_again (call, &wish, &signed_hash) ||
      !geo_rest_read_payee (call, wish.to_text, &to))
    return;
  equivalent = geo_rest_need_equivalent (call, wish.code);
  if (equivalent == NULL ||
      !geo_rest_read_amount (call, wish.amount_text, equivalent, &amount))
    return;

  order = make_order (call, &wish, &to, equivalent, amount);
  order->rest = g_bytes_ref (bytes);
  /* It parsed when it was verified. */
  if (!geo_signature_parse (wish.signature, &order->signature, NULL))
    g_assert_not_reached ();
  message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, NULL);
  message->u.payment_request->order = order;
  if (seal (call, &wish, message->u.payment_request))
    ask (call, &wish, message, &signed_hash);
}
