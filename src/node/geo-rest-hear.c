/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub of the public REST contract says, on its way to the lists and to
 * the disk; and payments, whose numbers are on disk before they are sent (P1).
 */
#include "config.h"

#include "node/geo-rest-talk-private.h"

#include <string.h>

#include "core/geo-json.h"
#include "core/geo-text.h"
#include "net/geo-fault.h"
#include "node/geo-items-private.h"

/* --- On disk ------------------------------------------------------------ */

gchar *
geo_rest_get_file_path (const gchar *journal_path) {
  g_autofree gchar *folder = g_path_get_dirname (journal_path);

  return g_build_filename (folder, GEO_REST_FILE, NULL);
}

JsonNode *
geo_rest_read_file (const gchar *journal_path, GError **error) {
  g_autofree gchar *path = geo_rest_get_file_path (journal_path);
  g_autofree gchar *text = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize len;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  if (!g_file_get_contents (path, &text, &len, error) ||
      !geo_json_check (text, len, 16 * GEO_HTTP_SIZE_MAX, TRUE, error) ||
      !json_parser_load_from_data (parser, text, (gssize) len, error))
    return NULL;
  return json_parser_steal_root (parser);
}

void
geo_rest_write_free (gpointer data) {
  GeoRestWrite *write = data;

  g_free (write->path);
  g_free (write->text);
  g_clear_pointer (&write->rows, g_ptr_array_unref);
  g_clear_pointer (&write->names, g_hash_table_unref);
  g_free (write);
}

gpointer
geo_rest_write_job (GeoWorker *worker, gpointer data, GError **error) {
  const GeoRestWrite *write = data;
  g_autoptr (GError) failure = NULL;

  geo_fault_point ("rest: before write");
  if (write->rows != NULL &&
      !geo_journal_hear (geo_worker_get_journal (worker), write->rows,
                         write->names, &failure))
    g_propagate_error (error, geo_node_storage_error (failure));
  /* What the hub said can be asked for again: only the rows have to be there.
   */
  if (failure == NULL && write->text != NULL &&
      !g_file_set_contents_full (write->path, write->text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &failure))
    g_debug ("rest: %s", failure->message);
  geo_fault_point ("rest: after write");
  return NULL;
}

static void
free_name (gpointer data) {
  g_free (data);
}

static GHashTable *
copy_names (GHashTable *names) {
  GHashTable *copy = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                            free_name);
  GHashTableIter iter;
  gpointer pid, name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &pid, &name))
    g_hash_table_insert (copy, geo_pid_dup (pid), g_strdup (name));
  return copy;
}

gchar *
geo_rest_make_file (GeoRest *rest) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *names = json_object_new ();
  GHashTableIter iter;
  gpointer pid, name;

  g_hash_table_iter_init (&iter, rest->names);
  while (g_hash_table_iter_next (&iter, &pid, &name)) {
    g_autofree gchar *text = geo_pid_to_string (pid);

    json_object_set_string_member (names, text, name);
  }
  json_object_set_object_member (rest->answers, "names", names);

  json_object_set_string_member (rest->answers, "kind", GEO_REST_FILE_KIND);
  json_object_set_int_member (rest->answers, "v", 1);
  json_object_set_string_member (rest->answers, "hub",
                                 geo_http_get_address (rest->http));
  if (geo_http_get_fingerprint (rest->http) != NULL)
    json_object_set_string_member (rest->answers, "fingerprint",
                                   geo_http_get_fingerprint (rest->http));
  json_node_set_object (node, rest->answers);
  return geo_rest_to_text (node);
}

/* --- What it says ------------------------------------------------------- */

void
geo_rest_put_name (GeoRest *rest, const GeoPid *pid, const gchar *name) {
  g_autofree gchar *clean = name != NULL
                                ? geo_text_from_typed (name, 100, GEO_TEXT_LINE)
                                : NULL;
  const gchar *known = g_hash_table_lookup (rest->names, pid);

  if (clean == NULL || *clean == '\0' || g_strcmp0 (known, clean) == 0)
    return;
  g_hash_table_replace (rest->names, geo_pid_dup (pid), g_strdup (clean));
  geo_activity_model_rename (rest->node->activity, pid, clean);
}

void
geo_rest_take_names (GeoRest *rest, JsonObject *names) {
  JsonObjectIter iter;
  const gchar *text;
  JsonNode *node;

  if (names == NULL)
    return;
  json_object_iter_init (&iter, names);
  while (json_object_iter_next (&iter, &text, &node)) {
    GeoPid pid;

    if (geo_pid_parse (text, &pid, NULL))
      geo_rest_put_name (rest, &pid, geo_rest_get_text (names, text));
  }
}

const gchar *
geo_rest_find_name (GeoRest *rest, const GeoPid *pid) {
  return g_hash_table_lookup (rest->names, pid);
}

static gboolean
same_equivalents (GPtrArray *a, GPtrArray *b) {
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++) {
    const GeoEquivalent *one = a->pdata[i];
    const GeoEquivalent *other = b->pdata[i];

    same = g_str_equal (one->code, other->code) &&
           one->precision == other->precision &&
           g_strcmp0 (one->symbol, other->symbol) == 0;
  }
  return same;
}

gboolean
geo_rest_take_equivalents (GeoRest *rest, JsonArray *items) {
  GeoCommunity *community = rest->node->community;
  g_autoptr (GPtrArray) found =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_equivalent_free);

  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++) {
    JsonObject *item = geo_rest_get_element (items, i);
    const gchar *code = geo_rest_get_text (item, "code");
    const gchar *symbol = geo_rest_get_text (item, "symbol");
    gint64 precision = item != NULL ? json_object_get_int_member_with_default (
                                          item, "precision", -1)
                                    : -1;
    GeoEquivalent *equivalent;

    if (code == NULL || !geo_equivalent_code_is_valid (code) || precision < 0 ||
        precision > GEO_PRECISION_MAX)
      continue;
    equivalent = geo_equivalent_new ();
    equivalent->code = g_strdup (code);
    equivalent->symbol = g_strdup (symbol);
    equivalent->precision = precision;
    equivalent->kind = GEO_EQUIVALENT_KIND_CUSTOM;
    g_ptr_array_add (found, equivalent);
  }
  if (found->len == 0)
    return FALSE;
  /* Whoever borrowed a code keeps it: the former ones live on. */
  if (!same_equivalents (found, community->equivalents)) {
    g_ptr_array_add (rest->former, community->equivalents);
    community->equivalents = g_steal_pointer (&found);
  }
  return TRUE;
}

/* One pair in one equivalent: what lines and debts say together. */
typedef struct {
  GeoPid peer;
  const gchar *equivalent; /* The community's. */
  GeoRelationState state;
} Pair;

static Pair *
get_pair (GArray *pairs, const GeoPid *peer, const gchar *equivalent) {
  Pair fresh = { .peer = *peer, .equivalent = equivalent };

  for (guint i = 0; i < pairs->len; i++) {
    Pair *pair = &g_array_index (pairs, Pair, i);

    if (geo_pid_equal (&pair->peer, peer) &&
        g_str_equal (pair->equivalent, equivalent))
      return pair;
  }
  g_array_append_val (pairs, fresh);
  return &g_array_index (pairs, Pair, pairs->len - 1);
}

static void
add_lines (GeoRest *rest, GArray *pairs) {
  JsonArray *lines = geo_rest_get_array (rest->answers, "trustlines");

  for (guint i = 0; lines != NULL && i < json_array_get_length (lines); i++) {
    JsonObject *line = geo_rest_get_element (lines, i);
    const gchar *code = geo_rest_get_text (line, "equivalent");
    gboolean known;
    guint precision = geo_rest_get_precision (rest, code, &known);
    GeoPid from, to;
    GeoAmount limit;
    gboolean mine;
    Pair *pair;

    if (!known || !geo_rest_get_pid (line, "from", &from) ||
        !geo_rest_get_pid (line, "to", &to) ||
        !geo_rest_get_amount (line, "limit", precision, &limit))
      continue;
    geo_rest_put_name (rest, &from,
                       geo_rest_get_text (line, "from_display_name"));
    geo_rest_put_name (rest, &to, geo_rest_get_text (line, "to_display_name"));
    mine = geo_pid_equal (&from, &rest->node->pid);
    if ((!mine && !geo_pid_equal (&to, &rest->node->pid)) ||
        g_strcmp0 (geo_rest_get_text (line, "status"), "active") != 0)
      continue;
    pair = get_pair (pairs, mine ? &to : &from, code);
    if (mine) {
      pair->state.has_my_limit = TRUE;
      pair->state.my_limit = limit;
    } else {
      pair->state.has_their_limit = TRUE;
      pair->state.their_limit = limit;
    }
  }
}

static void
add_debts (GeoRest *rest, GArray *pairs) {
  JsonObject *all = geo_rest_get_object (rest->answers, "debts");
  GPtrArray *equivalents = rest->node->community->equivalents;

  for (guint i = 0; all != NULL && i < equivalents->len; i++) {
    const GeoEquivalent *equivalent = equivalents->pdata[i];
    JsonObject *debts = geo_rest_get_object (all, equivalent->code);

    for (guint way = 0; way < 2; way++) {
      JsonArray *items = geo_rest_get_array (debts, way == 0 ? "outgoing"
                                                             : "incoming");

      for (guint j = 0; items != NULL && j < json_array_get_length (items);
           j++) {
        JsonObject *item = geo_rest_get_element (items, j);
        GeoPid peer;
        GeoAmount amount;

        if (!geo_rest_get_pid (item, way == 0 ? "creditor" : "debtor", &peer) ||
            !geo_rest_get_amount (item, "amount", (guint) equivalent->precision,
                                  &amount))
          continue;
        geo_rest_put_name (rest, &peer,
                           geo_rest_get_text (item, way == 0 ? "creditor_name"
                                                             : "debtor_name"));
        if (way == 0 && !geo_amount_neg (amount, &amount))
          continue;
        get_pair (pairs, &peer, equivalent->code)->state.balance = amount;
      }
    }
  }
}

/* The lists become what the answers say. */
void
geo_rest_show (GeoRest *rest) {
  GeoNode *self = rest->node;
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  GListModel *people = G_LIST_MODEL (self->people);

  add_lines (rest, pairs);
  add_debts (rest, pairs);
  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);

    geo_node_put_person (self, &pair->peer,
                         geo_rest_find_name (rest, &pair->peer));
  }
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    const GeoPid *pid = geo_person_get_pid (person);

    for (guint rank = 0; rank < self->community->equivalents->len; rank++) {
      const GeoEquivalent *equivalent =
          self->community->equivalents->pdata[rank];
      const GeoRelationState *state = NULL;

      for (guint j = 0; j < pairs->len; j++) {
        const Pair *pair = &g_array_index (pairs, Pair, j);

        if (geo_pid_equal (&pair->peer, pid) &&
            g_str_equal (pair->equivalent, equivalent->code))
          state = &pair->state;
      }
      geo_person_set_relation (person, equivalent->code,
                               (guint) equivalent->precision, rank, state);
    }
  }
  geo_node_refresh_totals (self);
}

/* --- Payments ----------------------------------------------------------- */

void
geo_rest_count_open (GeoRest *rest) {
  g_autoptr (GListModel) open = geo_node_list_open_payments (rest->node);

  geo_node_set_open_count (rest->node, g_list_model_get_n_items (open));
}

static void
activity_free (gpointer data) {
  geo_activity_free (data);
}

/* NULL: it is not ours, or cannot be read. */
GeoActivity *
geo_rest_read_payment (GeoRest *rest, JsonObject *item) {
  g_autoptr (GeoActivity) row = g_new0 (GeoActivity, 1);
  const gchar *tx_id = geo_rest_get_text (item, "tx_id");
  const gchar *code = geo_rest_get_text (item, "equivalent");
  const gchar *status = geo_rest_get_text (item, "status");
  const gchar *text = geo_rest_get_text (item, "description");
  gboolean known;
  guint precision = geo_rest_get_precision (rest, code, &known);
  GeoPid from, to;
  gboolean mine;

  if (tx_id == NULL || !geo_tx_id_is_valid (tx_id) || !known ||
      status == NULL || !geo_rest_get_pid (item, "from", &from) ||
      !geo_rest_get_pid (item, "to", &to) ||
      !geo_rest_get_amount (item, "amount", precision, &row->amount.amount))
    return NULL;
  mine = geo_pid_equal (&from, &rest->node->pid);
  if (!mine && !geo_pid_equal (&to, &rest->node->pid))
    return NULL;
  if (g_str_equal (status, "COMMITTED"))
    row->state = GEO_PAYMENT_PAID;
  else if (mine && g_str_equal (status, "ABORTED"))
    row->state = GEO_PAYMENT_NOT_PAID;
  else if (mine)
    row->state = GEO_PAYMENT_SENDING;
  else
    return NULL;
  if (!geo_rest_get_time (item, "committed_at", &row->at) &&
      !geo_rest_get_time (item, "created_at", &row->at))
    row->at = geo_node_now ();
  row->kind = mine ? GEO_ACTIVITY_PAID : GEO_ACTIVITY_RECEIVED;
  row->has_peer = TRUE;
  row->peer = mine ? to : from;
  row->equivalent = g_strdup (code);
  row->amount.decimals = (guint8) precision;
  row->text = text != NULL ? geo_text_from_typed (text, 1024, GEO_TEXT_LINES)
                           : NULL;
  row->tx_id = g_strdup (tx_id);
  if (row->state == GEO_PAYMENT_NOT_PAID) {
    const gchar *why = geo_rest_get_text (geo_rest_get_object (item, "error"),
                                          "code");

    if (why == NULL || !geo_code_from_string (why, &row->code))
      row->code = GEO_CODE_NO_ROUTE;
  }
  return g_steal_pointer (&row);
}

typedef struct {
  GeoNode *node;
  GPtrArray *rows;
} Heard;

/* Only what is on disk is said. */
static void
heard_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Heard *heard = user_data;
  g_autoptr (GeoNode) node = heard->node;
  g_autoptr (GPtrArray) rows = heard->rows;

  if (error != NULL) {
    g_debug ("rest: %s", error->message);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const GeoActivity *row = rows->pdata[i];
    GeoPayment *payment = row->kind == GEO_ACTIVITY_PAID
                              ? g_hash_table_lookup (node->payments, row->tx_id)
                              : NULL;

    if (payment == NULL)
      continue;
    geo_activity_model_touch (node->activity, row->tx_id);
    if (row->state == GEO_PAYMENT_PAID)
      geo_payment_set_state (payment, GEO_STATE_PAID);
    else if (row->state == GEO_PAYMENT_NOT_PAID)
      geo_payment_set_not_paid (payment, geo_code_to_string (row->code), NULL,
                                NULL, NULL);
  }
  geo_activity_model_refresh (node->activity);
  geo_node_refresh_unread (node);
  if (node->rest != NULL)
    geo_rest_count_open (node->rest);
}

static GeoActivity *
copy_row (const GeoActivity *row) {
  GeoActivity *copy = g_memdup2 (row, sizeof *row);

  copy->equivalent = g_strdup (row->equivalent);
  copy->text = g_strdup (row->text);
  copy->tx_id = g_strdup (row->tx_id);
  copy->reason = g_strdup (row->reason);
  return copy;
}

/* Takes rows. */
void
geo_rest_hear (GeoRest *rest, GPtrArray *rows) {
  GeoRestWrite *write = g_new0 (GeoRestWrite, 1);
  Heard *heard = g_new0 (Heard, 1);

  write->rows = g_ptr_array_new_with_free_func (activity_free);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (write->rows, copy_row (rows->pdata[i]));
  write->names = copy_names (rest->names);
  heard->node = g_object_ref (rest->node);
  heard->rows = rows;
  geo_worker_push (rest->node->worker, geo_rest_write_job, write,
                   geo_rest_write_free, NULL, heard_cb, heard);
}

static void
doubt (GeoRest *rest, const gchar *tx_id) {
  GeoPayment *payment = g_hash_table_lookup (rest->node->payments, tx_id);

  if (payment == NULL)
    return;
  geo_payment_set_state (payment, GEO_STATE_IN_DOUBT);
  geo_activity_model_set_state (rest->node->activity, tx_id,
                                GEO_STATE_IN_DOUBT);
  geo_rest_count_open (rest);
}

static void
take_payment (GeoRest *rest, const gchar *tx_id, JsonObject *answer) {
  GeoActivity *row = geo_rest_read_payment (rest, answer);
  GPtrArray *rows;

  /* An answer about something else says nothing about this. */
  if (row != NULL && g_strcmp0 (row->tx_id, tx_id) != 0)
    g_clear_pointer (&row, geo_activity_free);
  if (row == NULL || row->state == GEO_PAYMENT_SENDING)
    doubt (rest, tx_id);
  if (row == NULL)
    return;
  rows = g_ptr_array_new_with_free_func (activity_free);
  g_ptr_array_add (rows, row);
  geo_rest_hear (rest, rows);
}

/* The hub said no to what was sent: whether it knows of it all the same is the
 * last question. */
typedef struct {
  gchar *tx_id;
  GeoCode code;
} Refused;

static void
looked_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  Refused *refused = data;
  GeoPayment *payment =
      rest != NULL ? g_hash_table_lookup (rest->node->payments, refused->tx_id)
                   : NULL;

  if (rest != NULL)
    g_hash_table_remove (rest->sending, refused->tx_id);
  if (payment != NULL && status == 200) {
    take_payment (rest, refused->tx_id, answer);
  } else if (payment != NULL && status == 404 && refused->code != 0) {
    GeoActivity *row = g_new0 (GeoActivity, 1);
    GPtrArray *rows = g_ptr_array_new_with_free_func (activity_free);

    row->kind = GEO_ACTIVITY_PAID;
    row->state = GEO_PAYMENT_NOT_PAID;
    row->at = geo_node_now ();
    row->has_peer = TRUE;
    row->peer = *geo_payment_get_to (payment);
    row->equivalent = g_strdup (geo_payment_get_equivalent (payment));
    row->amount.amount = geo_payment_get_amount (payment);
    row->amount.decimals = (guint8) geo_payment_get_precision (payment);
    row->tx_id = g_strdup (refused->tx_id);
    row->code = refused->code;
    g_ptr_array_add (rows, row);
    geo_rest_hear (rest, rows);
  } else if (payment != NULL) {
    doubt (rest, refused->tx_id);
  }
  g_free (refused->tx_id);
  g_free (refused);
}

static void
look (GeoRest *rest, const gchar *tx_id, GeoCode code) {
  g_autofree gchar *path = g_strconcat (GEO_REST_API "/payments/", tx_id, NULL);
  Refused *refused = g_new0 (Refused, 1);

  refused->tx_id = g_strdup (tx_id);
  refused->code = code;
  geo_rest_ask (rest, "GET", path, NULL, looked_cb, refused);
}

/* Whether a no is one that stands. */
static gboolean
is_final (guint status) {
  return status >= 400 && status < 500 && status != 401 && status != 408 &&
         status != 429;
}

static void
posted_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  g_autofree gchar *tx_id = data;
  const gchar *text = geo_rest_get_text (geo_rest_get_object (answer, "error"),
                                         "code");
  GeoCode code = GEO_CODE_INVALID;

  if (rest == NULL)
    return;
  if (status == 200 || status == 201) {
    g_hash_table_remove (rest->sending, tx_id);
    take_payment (rest, tx_id, answer);
    geo_rest_poll_now (rest);
  } else if (is_final (status)) {
    if (text != NULL)
      geo_code_from_string (text, &code);
    look (rest, tx_id, code);
  } else {
    g_hash_table_remove (rest->sending, tx_id);
    doubt (rest, tx_id);
    geo_rest_poll_now (rest);
  }
}

/* The same bytes each time: the same answer (P5). */
static void
post_payment (GeoRest *rest, GeoPayment *payment, const gchar *text) {
  const gchar *tx_id = geo_payment_get_tx_id (payment);
  g_autofree gchar *to = geo_pid_to_string (geo_payment_get_to (payment));
  g_autofree gchar *amount = geo_amount_to_string (
      geo_payment_get_amount (payment), geo_payment_get_precision (payment));
  g_autofree gchar *body = NULL;

  if (g_hash_table_contains (rest->sending, tx_id))
    return;
  g_hash_table_add (rest->sending, g_strdup (tx_id));
  body = geo_rest_sign (rest, "amount", amount, "description", text,
                        "equivalent", geo_payment_get_equivalent (payment),
                        "to", to, "tx_id", tx_id, NULL);
  geo_fault_point ("rest: before send");
  geo_rest_ask (rest, "POST", GEO_REST_API "/payments", body, posted_cb,
                g_strdup (tx_id));
}

typedef struct {
  GeoNode *node;
  GeoPayment *payment;
  gchar *text;
} Order;

static void
ordered_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Order *order = user_data;
  g_autoptr (GeoNode) node = order->node;
  g_autoptr (GeoPayment) payment = order->payment;
  g_autofree gchar *text = order->text;

  /* P1: what is not on disk is not sent. */
  if (error != NULL) {
    geo_payment_set_not_paid (payment, geo_code_to_string (GEO_CODE_INTERNAL),
                              NULL, NULL, error->message);
    return;
  }
  geo_activity_model_refresh (node->activity);
  if (node->rest == NULL)
    return;
  geo_rest_count_open (node->rest);
  post_payment (node->rest, payment, text);
}

void
geo_rest_pay (GeoRest *rest, GeoPayment *payment, const gchar *text) {
  GeoRestWrite *write = g_new0 (GeoRestWrite, 1);
  Order *order = g_new0 (Order, 1);
  GeoActivity *row = g_new0 (GeoActivity, 1);

  row->kind = GEO_ACTIVITY_PAID;
  row->state = GEO_PAYMENT_SENDING;
  row->at = geo_node_now ();
  row->has_peer = TRUE;
  row->peer = *geo_payment_get_to (payment);
  row->equivalent = g_strdup (geo_payment_get_equivalent (payment));
  row->amount.amount = geo_payment_get_amount (payment);
  row->amount.decimals = (guint8) geo_payment_get_precision (payment);
  row->text = g_strdup (text);
  row->tx_id = g_strdup (geo_payment_get_tx_id (payment));
  write->rows = g_ptr_array_new_with_free_func (activity_free);
  g_ptr_array_add (write->rows, row);
  /* Whom it is for is known by name from now on. */
  write->path = geo_rest_get_file_path (rest->node->journal_path);
  write->text = geo_rest_make_file (rest);
  write->names = copy_names (rest->names);
  order->node = g_object_ref (rest->node);
  order->payment = g_object_ref (payment);
  order->text = g_strdup (text);
  geo_worker_push (rest->node->worker, geo_rest_write_job, write,
                   geo_rest_write_free, NULL, ordered_cb, order);
}

/* Whatever is in doubt is asked for again: with the same tx_id, it is paid once
 * at most. */
static gpointer
open_job (GeoWorker *worker, gpointer data, GError **error) {
  const GeoActivityFilter filter = {
    .kinds = 1u << GEO_ACTIVITY_PAID,
    .states = 1u << GEO_PAYMENT_SENDING,
  };

  return geo_journal_find_activity (geo_worker_get_journal (worker), &filter, 0,
                                    0, GEO_NODE_FOUND_MAX, error);
}

static void
open_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) node = user_data;
  GPtrArray *rows = *result;

  for (guint i = 0; error == NULL && node->rest != NULL && i < rows->len; i++) {
    const GeoActivity *row = rows->pdata[i];
    GeoPayment *payment = g_hash_table_lookup (node->payments, row->tx_id);

    if (payment != NULL &&
        geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT)
      post_payment (node->rest, payment, row->text);
  }
}

void
geo_rest_settle (GeoRest *rest) {
  geo_worker_push (rest->node->worker, open_job, NULL, NULL,
                   (GDestroyNotify) g_ptr_array_unref, open_cb,
                   g_object_ref (rest->node));
}
