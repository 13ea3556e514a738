/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one participant owes and is owed, through REST.  Nobody is shown
 * anybody else's.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "hub/rest/geo-rest-private.h"

/* --- Totals ----------------------------------------------------------------
 */

typedef struct {
  const GeoBook *book;
  const GeoPid *pid;
  const gchar *code;
  GHashTable *seen; /* GeoPid: neighbours that are counted */
  GeoAmount debt;
  GeoAmount credit;
  GeoAmount to_spend;
  GeoAmount to_receive;
} Balance;

static void
add (GeoAmount *sum, GeoAmount amount) {
  /* Sums of what is within the limits of one amount, by thousands. */
  if (!geo_amount_add (*sum, amount, sum))
    *sum = GEO_AMOUNT (G_MAXINT64);
}

static void
balance_cb (const GeoTrustLine *line, gpointer user_data) {
  Balance *balance = user_data;
  const GeoPid *other = geo_pid_equal (&line->from, balance->pid) ? &line->to
                                                                  : &line->from;

  if (!g_str_equal (line->equivalent, balance->code) ||
      !g_hash_table_add (balance->seen, (gpointer) other))
    return;
  add (&balance->debt,
       geo_book_get_debt (balance->book, balance->pid, other, balance->code));
  add (&balance->credit,
       geo_book_get_debt (balance->book, other, balance->pid, balance->code));
  /* With what the other owes: a debt can always be paid back. */
  add (&balance->to_spend, geo_book_get_capacity (balance->book, balance->pid,
                                                  other, balance->code));
  add (&balance->to_receive,
       geo_book_get_capacity (balance->book, other, balance->pid,
                              balance->code));
}

static JsonObject *
show_balance (const Balance *balance, guint precision) {
  JsonObject *object = json_object_new ();
  GeoAmount net;

  if (!geo_amount_sub (balance->credit, balance->debt, &net))
    net = GEO_AMOUNT_ZERO;
  json_object_set_string_member (object, "code", balance->code);
  geo_rest_set_amount (object, "total_debt", balance->debt, precision);
  geo_rest_set_amount (object, "total_credit", balance->credit, precision);
  geo_rest_set_amount (object, "net_balance", net, precision);
  geo_rest_set_amount (object, "available_to_spend", balance->to_spend,
                       precision);
  geo_rest_set_amount (object, "available_to_receive", balance->to_receive,
                       precision);
  return object;
}

void
geo_rest_get_balance (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);
    g_autoptr (GHashTable) seen = g_hash_table_new (geo_pid_hash,
                                                    geo_pid_equal);
    Balance balance = { .book = call->book,
                        .pid = &call->pid,
                        .code = equivalent->code,
                        .seen = seen };

    geo_book_foreach_line_of (call->book, &call->pid, balance_cb, &balance);
    if (g_hash_table_size (seen) > 0)
      json_array_add_object_element (
          items, show_balance (&balance, (guint) equivalent->precision));
  }
  json_object_set_array_member (object, "equivalents", items);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- Debts -----------------------------------------------------------------
 */

typedef struct {
  GeoRestCall *call;
  const gchar *code; /* NULL: all */
  gboolean outgoing;
  gboolean incoming;
  JsonArray *owes;
  JsonArray *owed;
} Debts;

static void
add_debt (GeoRestCall *call,
          JsonArray *array,
          const gchar *what,
          const GeoTrustLine *line,
          const GeoPid *other,
          GeoAmount amount) {
  g_autofree gchar *name = geo_rest_display_name (call->rest, other);
  g_autofree gchar *name_member = g_strconcat (what, "_name", NULL);
  JsonObject *object = json_object_new ();

  geo_rest_set_pid (object, what, other);
  json_object_set_string_member (object, name_member, name);
  json_object_set_string_member (object, "equivalent", line->equivalent);
  geo_rest_set_amount (object, "amount", amount, line->limit.decimals);
  json_array_add_object_element (array, object);
}

/* A debt is where the creditor gave a line, so each is found once. */
static void
debts_cb (const GeoTrustLine *line, gpointer user_data) {
  Debts *debts = user_data;
  GeoRestCall *call = debts->call;
  GeoAmount debt = geo_book_get_debt (call->book, &line->to, &line->from,
                                      line->equivalent);

  if (debt.minor == 0 ||
      (debts->code != NULL && !g_str_equal (line->equivalent, debts->code)))
    return;
  if (geo_pid_equal (&line->to, &call->pid)) {
    if (debts->outgoing)
      add_debt (call, debts->owes, "creditor", line, &line->from, debt);
  } else if (debts->incoming) {
    add_debt (call, debts->owed, "debtor", line, &line->to, debt);
  }
}

void
geo_rest_get_debts (GeoRestCall *call) {
  static const gchar *const directions[] = { "all", "outgoing", "incoming",
                                             NULL };
  g_auto (GeoRestFaults) faults;
  Debts debts = { .call = call };
  const gchar *direction;
  JsonObject *object;

  geo_rest_faults_init (&faults, "query");
  direction = geo_rest_query_word (call->request->query, "direction",
                                   directions, &faults);
  debts.code = geo_rest_query_text (call->request->query, "equivalent", FALSE,
                                    &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (debts.code != NULL && geo_rest_need_equivalent (call, debts.code) == NULL)
    return;
  debts.outgoing = g_strcmp0 (direction, "incoming") != 0;
  debts.incoming = g_strcmp0 (direction, "outgoing") != 0;
  debts.owes = json_array_new ();
  debts.owed = json_array_new ();
  geo_book_foreach_line_of (call->book, &call->pid, debts_cb, &debts);
  object = json_object_new ();
  json_object_set_array_member (object, "outgoing", debts.owes);
  json_object_set_array_member (object, "incoming", debts.owed);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}
