/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payments through a real geo-hub, with a light node for each of those who take
 * part: who is connected, who is away, who refuses, several routes, two
 * payments for one line, a hub that starts anew, the same payment twice.
 */
#include "it-person.h"

#include <string.h>

#define LIMIT 2000
#define AMOUNT 700

/* Payer → X → payee, and Y beside X. */
typedef struct {
  ItHub *hub;
  ItPerson *payer;
  ItPerson *x;
  ItPerson *y;
  ItPerson *payee;
} Town;

static ItPerson *
arrive (Town *town, const gchar *name) {
  ItPerson *person = it_person_new (name);

  it_person_arrive (person, town->hub->link);
  return person;
}

/* u → v → w can carry limit. */
static void
make_way (ItPerson *u, ItPerson *v, ItPerson *w, gint64 limit) {
  it_person_trust (v, u, limit, FALSE);
  it_person_trust (w, v, limit, FALSE);
}

static void
set_up (Town *town, gconstpointer data) {
  town->hub = it_hub_new (NULL);
  it_hub_start (town->hub);
  town->payer = arrive (town, "Olena");
  town->x = arrive (town, "Xenia");
  town->payee = arrive (town, "Ivan");
  make_way (town->payer, town->x, town->payee, LIMIT);
}

static ItPerson **
people (Town *town) {
  static ItPerson *all[5];
  guint n = 0;

  all[n++] = town->payer;
  all[n++] = town->x;
  if (town->y != NULL)
    all[n++] = town->y;
  all[n++] = town->payee;
  all[n] = NULL;
  return all;
}

/* Everybody is there, nobody is in doubt, and all that is signed holds; pairs
 * are the same at both ends and at the hub (I5), and the sum is zero (I7). */
static void
tear_down (Town *town, gconstpointer data) {
  ItPerson **all = people (town);
  gint64 sum = 0;

  for (guint i = 0; all[i] != NULL; i++) {
    if (all[i]->node == NULL)
      it_person_return (all[i]);
  }
  for (guint i = 0; all[i] != NULL; i++) {
    for (guint j = 0; all[j] != NULL; j++) {
      if (i == j)
        continue;
      it_check_debt (
          town->hub, all[i], all[j],
          it_hub_debt (town->hub, &all[i]->pid, &all[j]->pid, IT_EQUIVALENT));
      sum += it_person_balance (all[i], all[j]);
    }
  }
  g_assert_cmpint (sum, ==, 0);
  for (guint i = 0; all[i] != NULL; i++)
    it_person_verify (all[i]);
  for (guint i = 0; all[i] != NULL; i++)
    it_person_leave (all[i]);
  it_hub_stop (town->hub);
  it_hub_check (town->hub);

  for (guint i = 0; all[i] != NULL; i++)
    it_person_free (all[i]);
  it_hub_free (town->hub);
}

/* The certificate that the hub keeps for person. */
static GeoProvenEntry *
find_entry (Town *town, ItPerson *person, const gchar *tx_id) {
  g_autoptr (GeoHubStore) store = it_hub_open_store (town->hub);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      geo_hub_store_list_entries (store, &person->pid, 0, 1000, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (entries, i);

    if (entry->certificate != NULL &&
        g_str_equal (entry->certificate->contract->tx_id, tx_id))
      return geo_proven_entry_copy (entry);
  }
  return NULL;
}

static gboolean
has_vote (const GeoProvenEntry *entry, const GeoPid *voter) {
  for (guint i = 0; i < entry->certificate->votes->len; i++) {
    const GeoVote *vote = g_ptr_array_index (entry->certificate->votes, i);

    if (geo_pid_equal (&vote->voter, voter))
      return TRUE;
  }
  return FALSE;
}

static void
check_way (Town *town, gint64 debt) {
  it_check_debt (town->hub, town->payer, town->x, debt);
  it_check_debt (town->hub, town->x, town->payee, debt);
  it_check_debt (town->hub, town->payer, town->payee, 0);
}

static void
check_not_paid (GeoPayment *payment, const gchar *code, const gchar *reason) {
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpstr (geo_payment_get_code (payment), ==, code);
  if (reason != NULL)
    g_assert_cmpstr (geo_payment_get_reason (payment), ==, reason);
  g_assert_nonnull (geo_payment_get_message (payment));
}

static void
check_payable (GeoPayment *payment, gint64 amount) {
  GeoAmount payable = GEO_AMOUNT (-1);
  gboolean told = geo_payment_get_max_amount (payment, &payable);

  g_assert_true (told);
  g_assert_cmpint (payable.minor, ==, amount);
}

/* --- X there, X away, X who is asked every time ----------------------------
 */

static void
test_connected (Town *town, gconstpointer data) {
  GeoPayment *payment = it_person_order (town->payer, "there", town->payee,
                                         AMOUNT, "For the bread");
  g_autoptr (GeoProvenEntry) entry = NULL;

  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  check_way (town, AMOUNT);

  /* X and the payee were asked, stored their votes and answered; but only
   * voters are in the certificate, and by mandate they are none (P7). */
  g_assert_cmpuint (
      it_person_count_records (town->x, GEO_RECORD_KIND_VOTE, "there"), ==, 1);
  g_assert_cmpuint (
      it_person_count_records (town->payee, GEO_RECORD_KIND_VOTE, "there"), ==,
      1);
  g_assert_cmpuint (
      it_person_count_records (town->payer, GEO_RECORD_KIND_ORDER, "there"), ==,
      1);
  entry = find_entry (town, town->x, "there");
  g_assert_nonnull (entry);
  g_assert_cmpuint (entry->certificate->contract->voters->len, ==, 2);
  g_assert_cmpuint (entry->certificate->votes->len, ==, 1);
  g_assert_true (has_vote (entry, &town->hub->community));
}

static void
test_away (Town *town, gconstpointer data) {
  GeoPayment *payment;

  it_person_leave (town->x);
  payment = it_person_order (town->payer, "away", town->payee, AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  it_wait_until (it_person_balance (town->payee, town->x) == AMOUNT);
  g_assert_cmpint (it_person_balance (town->payer, town->x), ==, -AMOUNT);

  /* Its entry arrives when it is back. */
  it_person_return (town->x);
  check_way (town, AMOUNT);
  g_assert_cmpuint (
      it_person_count_records (town->x, GEO_RECORD_KIND_VOTE, "away"), ==, 0);
  g_assert_cmpuint (
      it_person_count_records (town->x, GEO_RECORD_KIND_ENTRY, "away"), ==, 1);
}

static void
test_live (Town *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = NULL;
  GeoPayment *payment;

  /* X wants to be asked about what comes in over its line to the payer. */
  it_person_trust (town->x, town->payer, LIMIT, TRUE);
  it_person_leave (town->x);
  payment = it_person_order (town->payer, "live-away", town->payee, AMOUNT,
                             NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_true (g_str_equal (geo_payment_get_code (payment), "E001") ||
                 g_str_equal (geo_payment_get_code (payment), "E002"));
  g_assert_cmpint (it_person_balance (town->payer, town->x), ==, 0);

  it_person_return (town->x);
  check_way (town, 0);
  payment = it_person_order (town->payer, "live", town->payee, AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  check_way (town, AMOUNT);
  entry = find_entry (town, town->payee, "live");
  g_assert_nonnull (entry);
  g_assert_cmpuint (entry->certificate->contract->voters->len, ==, 3);
  g_assert_true (has_vote (entry, &town->x->pid));
  g_assert_true (has_vote (entry, &town->hub->community));
}

/* --- Refusals --------------------------------------------------------------
 */

static const gchar *
closed_cb (const GeoContract *contract,
           const GeoOrder *order,
           gpointer user_data) {
  return "closed_today";
}

static void
test_refuses (Town *town, gconstpointer data) {
  GeoPayment *payment;

  it_person_set_refuse_func (town->x, closed_cb);
  payment = it_person_order (town->payer, "refused", town->payee, AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_NOT_PAID);
  g_assert_nonnull (geo_payment_get_reason (payment));
  g_assert_nonnull (geo_payment_get_message (payment));
  g_test_message ("X refused: %s %s", geo_payment_get_code (payment),
                  geo_payment_get_reason (payment));
  check_way (town, 0);
  g_assert_cmpuint (
      it_person_count_records (town->x, GEO_RECORD_KIND_REFUSAL, "refused"), ==,
      1);
  g_assert_cmpuint (
      it_person_count_records (town->x, GEO_RECORD_KIND_VOTE, "refused"), ==,
      0);

  /* With Y there is another way, and X is asked in vain. */
  town->y = arrive (town, "Yaryna");
  make_way (town->payer, town->y, town->payee, LIMIT);
  payment = it_person_order (town->payer, "around", town->payee, AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  it_check_debt (town->hub, town->payer, town->y, AMOUNT);
  it_check_debt (town->hub, town->y, town->payee, AMOUNT);
  check_way (town, 0);

  /* Nobody gets around the payee. */
  it_person_set_refuse_func (town->payee, closed_cb);
  payment = it_person_order (town->payer, "shut", town->payee, AMOUNT, NULL);
  check_not_paid (payment, "E006", NULL);
  g_test_message ("the payee refused: %s", geo_payment_get_reason (payment));
  it_person_set_refuse_func (town->payee, NULL);
  it_person_set_refuse_func (town->x, NULL);

  /* Nothing of all this is still held: what is left can be paid. */
  payment = it_person_order (town->payer, "rest", town->payee,
                             2 * LIMIT - AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  check_way (town, LIMIT);
}

/* --- The payee is away ------------------------------------------------------
 */

static void
received_cb (GeoNode *node, GeoActivityItem *item, gpointer user_data) {
  gchar **text = user_data;

  g_free (*text);
  *text = g_strdup (geo_activity_item_get_text (item));
}

/* The one payment to person that is in its history; borrowed. */
static GeoActivityItem *
find_received (ItPerson *person) {
  GListModel *activity = geo_node_get_activity (person->node);

  for (guint i = 0; i < g_list_model_get_n_items (activity); i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (activity, i);

    if (geo_activity_item_get_loaded (item) &&
        geo_activity_item_get_kind (item) == GEO_ITEM_RECEIVED)
      return item;
  }
  return NULL;
}

static void
test_payee_away (Town *town, gconstpointer data) {
  g_autofree gchar *text = NULL;
  GeoActivityItem *item;
  GeoPayment *payment;

  it_person_find (town->payer, town->payee);
  it_person_leave (town->payee);
  payment = it_person_order (town->payer, "night", town->payee, AMOUNT,
                             "Through the letter box");
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);

  it_person_return (town->payee);
  check_way (town, AMOUNT);
  it_wait_until (find_received (town->payee) != NULL);
  item = find_received (town->payee);
  g_assert_cmpstr (geo_activity_item_get_text (item), ==,
                   "Through the letter box");
  g_assert_cmpstr (geo_activity_item_get_peer_name (item), ==, "Olena");

  /* And while it is there, it is told. */
  g_signal_connect (town->payee->node, "payment-received",
                    G_CALLBACK (received_cb), &text);
  payment = it_person_order (town->payer, "day", town->payee, 100, "By hand");
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  it_wait_until (text != NULL);
  g_assert_cmpstr (text, ==, "By hand");
  g_signal_handlers_disconnect_by_data (town->payee->node, &text);
}

/* --- Two routes, two payers --------------------------------------------------
 */

static void
test_two_routes (Town *town, gconstpointer data) {
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  GeoPayment *payment;

  town->y = arrive (town, "Yaryna");
  make_way (town->payer, town->y, town->payee, 1000);

  /* P10: more than both together carry is not paid at all. */
  before = it_hub_digest (town->hub);
  payment = it_person_order (town->payer, "much", town->payee, LIMIT + 1000 + 1,
                             NULL);
  check_not_paid (payment, "E002", NULL);
  check_payable (payment, LIMIT + 1000);
  check_way (town, 0);
  it_check_debt (town->hub, town->payer, town->y, 0);
  after = it_hub_digest (town->hub);
  g_assert_cmpstr (before, ==, after);

  payment = it_person_order (town->payer, "both", town->payee, LIMIT + 500,
                             NULL);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  it_wait_until (it_person_balance (town->payee, town->x) +
                     it_person_balance (town->payee, town->y) ==
                 LIMIT + 500);
  g_assert_cmpint (it_person_balance (town->payee, town->x), <=, LIMIT);
  g_assert_cmpint (it_person_balance (town->payee, town->y), <=, 1000);

  payment = it_person_order (town->payer, "rest", town->payee, 501, NULL);
  check_not_paid (payment, "E002", NULL);
  check_payable (payment, 500);
}

static void
test_race (Town *town, gconstpointer data) {
  GeoPayment *one;
  GeoPayment *other;
  GeoPayment *loser;
  gboolean first;

  /* Both may go through X, but X's way to the payee is enough for one. */
  town->y = arrive (town, "Yaryna");
  it_person_trust (town->x, town->y, LIMIT, FALSE);
  it_person_find (town->payer, town->payee);
  it_person_find (town->y, town->payee);
  one = it_person_order (town->payer, "one", town->payee, 1400, NULL);
  other = it_person_order (town->y, "other", town->payee, 1500, NULL);
  it_payment_wait (one);
  it_payment_wait (other);

  first = geo_payment_get_state (one) == GEO_STATE_PAID;
  loser = first ? other : one;
  g_assert_cmpint (geo_payment_get_state (first ? one : other), ==,
                   GEO_STATE_PAID);
  check_not_paid (loser, "E002", NULL);
  check_payable (loser, first ? LIMIT - 1400 : LIMIT - 1500);
  it_check_debt (town->hub, town->payer, town->x, first ? 1400 : 0);
  it_check_debt (town->hub, town->y, town->x, first ? 0 : 1500);
  it_check_debt (town->hub, town->x, town->payee, first ? 1400 : 1500);
}

/* --- The hub starts anew, the same payment again -----------------------------
 */

static void
wait_for_all (Town *town) {
  ItPerson **all = people (town);

  /* They notice that it is gone before they come back. */
  for (guint i = 0; all[i] != NULL; i++)
    if (all[i]->node != NULL)
      it_wait_until (geo_node_get_connection (all[i]->node) !=
                     GEO_CONNECTION_HUB);
  it_hub_start (town->hub);
  for (guint i = 0; all[i] != NULL; i++)
    if (all[i]->node != NULL)
      it_person_wait_connected (all[i]);
}

static void
test_restart (Town *town, gconstpointer data) {
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  GeoPayment *payment;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (it_person_pay (town->payer, town->payee, AMOUNT), ==,
                   GEO_STATE_PAID);
  check_way (town, AMOUNT);
  before = it_hub_digest (town->hub);
  it_hub_stop (town->hub);

  /* Without a hub nothing is paid, and it says so. */
  it_wait_until (geo_node_get_connection (town->payer->node) !=
                 GEO_CONNECTION_HUB);
  payment = geo_node_pay (town->payer->node, NULL, &town->payee->pid,
                          IT_EQUIVALENT, GEO_AMOUNT (1), NULL, &error);
  g_assert_null (payment);
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);

  wait_for_all (town);
  after = it_hub_digest (town->hub);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (it_person_pay (town->payer, town->payee, AMOUNT), ==,
                   GEO_STATE_PAID);
  check_way (town, 2 * AMOUNT);

  /* I8: the same after a fall. */
  it_hub_kill (town->hub);
  wait_for_all (town);
  check_way (town, 2 * AMOUNT);
  /* Paid back the other way: what is owed is cancelled first. */
  it_person_trust (town->x, town->payee, LIMIT, FALSE);
  it_person_trust (town->payer, town->x, LIMIT, FALSE);
  g_assert_cmpint (it_person_pay (town->payee, town->payer, 3 * AMOUNT), ==,
                   GEO_STATE_PAID);
  it_check_debt (town->hub, town->payee, town->x, AMOUNT);
  it_check_debt (town->hub, town->x, town->payer, AMOUNT);
}

static void
test_same (Town *town, gconstpointer data) {
  GeoPayment *payment;
  GeoPayment *again;
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (GError) error = NULL;

  payment = it_person_order (town->payer, "twice", town->payee, AMOUNT, NULL);
  /* P5: also while it is on its way. */
  again = it_person_order (town->payer, "twice", town->payee, AMOUNT, NULL);
  g_assert_true (again == payment);
  g_assert_cmpint (it_payment_wait (payment), ==, GEO_STATE_PAID);
  check_way (town, AMOUNT);
  before = it_hub_digest (town->hub);

  again = it_person_order (town->payer, "twice", town->payee, AMOUNT, NULL);
  g_assert_cmpint (it_payment_wait (again), ==, GEO_STATE_PAID);
  again = geo_node_pay (town->payer->node, "twice", &town->payee->pid,
                        IT_EQUIVALENT, GEO_AMOUNT (AMOUNT + 1), NULL, &error);
  g_assert_null (again);
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);

  /* And in another run of both programs. */
  it_person_leave (town->payer);
  it_hub_stop (town->hub);
  wait_for_all (town);
  it_person_return (town->payer);
  again = it_person_order (town->payer, "twice", town->payee, AMOUNT, NULL);
  g_assert_cmpint (geo_payment_get_state (again), ==, GEO_STATE_PAID);
  check_way (town, AMOUNT);
  after = it_hub_digest (town->hub);
  g_assert_cmpstr (before, ==, after);

  /* What was refused stays refused. */
  payment = it_person_order (town->payer, "never", town->payee, 10 * LIMIT,
                             NULL);
  check_not_paid (payment, "E002", NULL);
  again = it_person_order (town->payer, "never", town->payee, 10 * LIMIT, NULL);
  check_not_paid (again, "E002", NULL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add ("/payment/" path, Town, NULL, set_up, func, tear_down)
  ADD ("connected", test_connected);
  ADD ("away", test_away);
  ADD ("live", test_live);
  ADD ("refuses", test_refuses);
  ADD ("payee-away", test_payee_away);
  ADD ("two-routes", test_two_routes);
  ADD ("race", test_race);
  ADD ("restart", test_restart);
  ADD ("same", test_same);
#undef ADD
  return g_test_run ();
}
