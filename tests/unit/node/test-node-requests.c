/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests in the node: each call, what it answers, and every no of it, with
 * real nodes around a pretended hub that passes letters on.
 */
#include "node-test.h"

#include <string.h>

#include <glib/gstdio.h>

#include "node/geo-node-invitations.h"
#include "node/geo-node-requests.h"
#include "node/geo-safety.h"

static gpointer
wait_for (GAsyncResult **result) {
  wait_until (*result != NULL);
  return *result;
}

static GeoRequestItem *
end_request (GeoNode *node, GAsyncResult **result, GError **error) {
  GeoRequestItem *item = geo_node_request_finish (node, wait_for (result),
                                                  error);

  g_clear_object (result);
  return item;
}

/* amount 0: whatever they like. */
static GeoRequestItem *
request (GeoNode *node,
         const GeoPid *from,
         const gchar *equivalent,
         gint64 amount,
         GeoTime expires_at,
         GError **error) {
  const GeoAmount asked = GEO_AMOUNT (amount);
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_request_async (node, from, equivalent, amount > 0 ? &asked : NULL,
                          " Two loaves\n", expires_at, FALSE, NULL,
                          keep_result_cb, &result);
  return end_request (node, &result, error);
}

static GeoRequestItem *
respond (GeoNode *node, const gchar *key, GeoVerdict verdict, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_respond_async (node, key, verdict, NULL, keep_result_cb, &result);
  return end_request (node, &result, error);
}

static GeoRequestItem *
take_link (GeoNode *node, const gchar *link, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_take_link_async (node, link, NULL, keep_result_cb, &result);
  return end_request (node, &result, error);
}

static gboolean
set_blocked (GeoNode *node,
             const GeoPid *pid,
             gboolean blocked,
             GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_set_blocked_async (node, pid, blocked, NULL, keep_result_cb,
                              &result);
  return geo_node_set_blocked_finish (node, wait_for (&result), error);
}

static void
expect_no (gpointer answer, GError **error, GeoNodeError code) {
  g_assert_null (answer);
  g_assert_error (*error, GEO_NODE_ERROR, (gint) code);
  g_assert_cmpuint (strlen ((*error)->message), >, 10);
  g_clear_error (error);
}

static GeoRequestItem *
wait_state (GeoNode *node, const gchar *key, GeoRequestState state) {
  GeoRequestItem *item;

  wait_until ((item = geo_node_find_request (node, key)) != NULL &&
              geo_request_item_get_state (item) == state);
  return item;
}

/* --- Asking to be paid ----------------------------------------------------- */

static void
received_cb (GeoNode *node, GeoRequestItem *item, gpointer user_data) {
  guint *count = user_data;

  (*count)++;
}

static void
test_request (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) declined = NULL;
  g_autoptr (GeoRequestItem) other = NULL;
  g_autoptr (GeoRequestItem) withdrawn = NULL;
  GeoPayment *payment;
  GeoRequestItem *item;
  const GeoAmount wrong = GEO_AMOUNT (251);
  g_autofree gchar *key = NULL;
  GeoAmount amount;
  guint heard = 0;

  g_signal_connect (f->ivan, "request-received", G_CALLBACK (received_cb),
                    &heard);
  asked = request (f->olena, &f->ivan_pid, "UAH", 250, 0, &error);
  g_assert_no_error (error);
  key = g_strdup (geo_request_item_get_key (asked));
  g_assert_true (geo_request_item_is_mine (asked));
  g_assert_true (geo_request_item_get_single_use (asked));
  g_assert_cmpint (geo_request_item_get_kind (asked), ==, GEO_REQUEST_PAYMENT);
  g_assert_cmpstr (geo_request_item_get_memo (asked), ==, "Two loaves");
  g_assert_cmpuint (strlen (geo_request_item_get_id (asked)), ==,
                    GEO_REQUEST_ID_LEN);

  wait_until (geo_node_get_request_count (f->ivan) == 1);
  wait_until (heard == 1);
  item = geo_node_find_request (f->ivan, geo_request_item_get_id (asked));
  g_assert_true (geo_request_item_waits_for_me (item));
  g_assert_true (geo_request_item_get_amount (item, &amount));
  g_assert_cmpint (amount.minor, ==, 250);
  g_assert_cmpuint (
      g_list_model_get_n_items (geo_node_get_requests (f->ivan)), ==, 1);

  /* Of another amount, by nobody, twice. */
  expect_no (geo_node_pay_request (f->ivan, NULL, key, &wrong, NULL, &error),
             &error, GEO_NODE_ERROR_INPUT);
  expect_no (geo_node_pay_request (f->ivan, NULL, "nothing", NULL, NULL,
                                   &error),
             &error, GEO_NODE_ERROR_INPUT);
  expect_no (geo_node_pay_request (f->olena, NULL, key, NULL, NULL, &error),
             &error, GEO_NODE_ERROR_INPUT);
  payment = geo_node_pay_request (f->ivan, NULL, key, NULL, NULL, &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  wait_state (f->ivan, key, GEO_REQUEST_DONE);
  item = wait_state (f->olena, key, GEO_REQUEST_DONE);
  g_assert_cmpuint (geo_request_item_get_paid (item), ==, 1);
  wait_until (geo_node_get_request_count (f->ivan) == 0);
  g_assert_null (
      geo_node_pay_request (f->ivan, NULL, key, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  /* What is settled is not answered. */
  expect_no (respond (f->ivan, key, GEO_VERDICT_DECLINED, &error), &error,
             GEO_NODE_ERROR_INPUT);

  /* No is told; and what one has asked is taken back. */
  other = request (f->olena, &f->ivan_pid, "UAH", 100, 0, &error);
  g_assert_no_error (error);
  wait_state (f->ivan, geo_request_item_get_key (other), GEO_REQUEST_OPEN);
  expect_no (respond (f->ivan, geo_request_item_get_key (other),
                      GEO_VERDICT_WITHDRAWN, &error),
             &error, GEO_NODE_ERROR_INPUT);
  declined = respond (f->ivan, geo_request_item_get_key (other),
                      GEO_VERDICT_DECLINED, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_request_item_get_state (declined), ==,
                   GEO_REQUEST_DECLINED);
  wait_state (f->olena, geo_request_item_get_key (other),
              GEO_REQUEST_DECLINED);
  g_clear_object (&other);
  other = request (f->olena, NULL, "UAH", 0, 0, &error);
  withdrawn = respond (f->olena, geo_request_item_get_key (other),
                       GEO_VERDICT_WITHDRAWN, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_request_item_get_state (withdrawn), ==,
                   GEO_REQUEST_WITHDRAWN);
}

static void
test_request_refused (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  GeoPid nobody = { { 7 } };

  expect_no (request (f->olena, &f->ivan_pid, "XYZ", 100, 0, &error), &error,
             GEO_NODE_ERROR_INPUT);
  expect_no (request (f->olena, &nobody, "UAH", 100, 0, &error), &error,
             GEO_NODE_ERROR_UNKNOWN_PERSON);
  expect_no (request (f->olena, &f->olena_pid, "UAH", 100, 0, &error), &error,
             GEO_NODE_ERROR_INPUT);
  /* Over before it has begun. */
  expect_no (request (f->olena, &f->ivan_pid, "UAH", 100, 1, &error), &error,
             GEO_NODE_ERROR_INPUT);
  g_assert_null (geo_node_find_request (f->olena, "nothing"));
  g_assert_cmpuint (
      g_list_model_get_n_items (geo_node_get_requests (f->olena)), ==, 0);
}

/* --- Links ----------------------------------------------------------------- */

static void
test_link (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) asked = request (f->olena, NULL, "UAH", 0, 0,
                                              &error);
  g_autoptr (GeoRequestItem) taken = NULL;
  g_autofree gchar *link = g_strdup (geo_request_item_get_link (asked));
  g_autoptr (GString) changed = g_string_new (link);
  const GeoAmount amount = GEO_AMOUNT (300);
  const gchar *key = geo_request_item_get_key (asked);
  GeoPayment *payment;

  g_assert_no_error (error);
  g_assert_nonnull (link);
  taken = take_link (f->ivan, link, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (geo_request_item_get_key (taken), ==, key);
  g_assert_false (geo_request_item_get_amount (taken, &(GeoAmount){ 0 }));

  expect_no (take_link (f->ivan, "geo://v1/pay?to=nobody", &error), &error,
             GEO_NODE_ERROR_INPUT);
  expect_no (take_link (f->ivan, "https://example.org", &error), &error,
             GEO_NODE_ERROR_INPUT);
  g_assert_cmpuint (
      g_string_replace (changed, "equivalent=UAH", "equivalent=HOUR", 1), ==,
      1);
  expect_no (take_link (f->ivan, changed->str, &error), &error,
             GEO_NODE_ERROR_INPUT);

  /* How much is for the payer to say. */
  expect_no (geo_node_pay_request (f->ivan, NULL, key, NULL, NULL, &error),
             &error, GEO_NODE_ERROR_INPUT);
  payment = geo_node_pay_request (f->ivan, NULL, key, &amount, NULL, &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  /* It may be paid again, by anybody. */
  wait_until (geo_request_item_get_paid (
                  geo_node_find_request (f->olena, key)) == 1);
  wait_state (f->olena, key, GEO_REQUEST_OPEN);
}

/* --- Asking to be trusted -------------------------------------------------- */

static void
test_ask_trust (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) asked = NULL;
  GeoPid nobody = { { 7 } };
  const gchar *key;

  geo_node_ask_trust_async (f->ivan, &f->olena_pid, "UAH", GEO_AMOUNT (20000),
                            NULL, NULL, keep_result_cb, &result);
  asked = end_request (f->ivan, &result, &error);
  g_assert_no_error (error);
  key = geo_request_item_get_key (asked);
  g_assert_null (geo_request_item_get_memo (asked));
  g_assert_null (geo_request_item_get_link (asked));
  wait_state (f->olena, key, GEO_REQUEST_OPEN);
  /* It is no request to be paid. */
  expect_no (geo_node_pay_request (f->olena, NULL, key, NULL, NULL, &error),
             &error, GEO_NODE_ERROR_INPUT);
  trust (f->olena, f->ivan, 20000);
  wait_state (f->olena, key, GEO_REQUEST_DONE);
  wait_state (f->ivan, key, GEO_REQUEST_DONE);

  geo_node_ask_trust_async (f->ivan, &nobody, "UAH", GEO_AMOUNT (1), NULL, NULL,
                            keep_result_cb, &result);
  expect_no (end_request (f->ivan, &result, &error), &error,
             GEO_NODE_ERROR_UNKNOWN_PERSON);
  geo_node_ask_trust_async (f->ivan, &f->olena_pid, "XYZ", GEO_AMOUNT (1), NULL,
                            NULL, keep_result_cb, &result);
  expect_no (end_request (f->ivan, &result, &error), &error,
             GEO_NODE_ERROR_INPUT);
}

/* --- Checkpoints ----------------------------------------------------------- */

static gchar *
compare_with (GeoNode *node, const gchar *key, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_compare_checkpoint_async (node, key, NULL, keep_result_cb, &result);
  return geo_node_compare_checkpoint_finish (node, wait_for (&result), error);
}

static GeoRequestItem *
propose (GeoNode *node,
         const GeoPid *with,
         const gchar *equivalent,
         GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_propose_checkpoint_async (node, with, equivalent, NULL,
                                     keep_result_cb, &result);
  return end_request (node, &result, error);
}

/* whose says by the hub that they changed their key a month ago. */
static void
change_long_ago (TownPair *f, GeoNode *whose, GeoNode *shown_to) {
  const guint8 seed[GEO_SEED_LEN] = { 55 };
  const GeoPid *pid = whose == f->olena ? &f->olena_pid : &f->ivan_pid;
  GeoTime now = g_get_real_time () / 1000;
  g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
  g_autoptr (GeoParticipant) later = geo_participant_rotate (
      fake_hub_get_participant (f->base.hub, pid),
      geo_profile_get_secret (geo_node_get_profile (whose)), next,
      now - 30 * 24 * 3600 * G_GINT64_CONSTANT (1000), NULL);

  g_assert_nonnull (later);
  fake_hub_show (f->base.hub, later);
  wait_until (geo_node_get_key_changed (shown_to, pid));
}

static void
test_checkpoint (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) agreed = NULL;
  g_autoptr (GeoRequestItem) stale = NULL;
  g_autofree gchar *same = NULL;
  g_autofree gchar *differs = NULL;
  g_autofree gchar *mine = NULL;
  g_autofree gchar *theirs = NULL;
  GeoPayment *payment;
  GeoPid nobody = { { 7 } };
  const gchar *key;

  payment = pay (f->ivan, f->olena, 500, NULL);
  wait_until (is_over (payment));
  expect_no (propose (f->olena, &nobody, "UAH", &error), &error,
             GEO_NODE_ERROR_UNKNOWN_PERSON);
  expect_no (propose (f->olena, &f->ivan_pid, "XYZ", &error), &error,
             GEO_NODE_ERROR_INPUT);
  asked = propose (f->olena, &f->ivan_pid, "UAH", &error);
  g_assert_no_error (error);
  key = geo_request_item_get_key (asked);
  g_assert_false (geo_request_item_i_owe (asked));
  wait_state (f->ivan, key, GEO_REQUEST_OPEN);
  g_assert_null (geo_node_get_checkpoint (f->ivan, key));
  same = compare_with (f->ivan, key, &error);
  g_assert_cmpstr (same, ==, "");
  expect_no (compare_with (f->ivan, "nothing", &error), &error,
             GEO_NODE_ERROR_INPUT);
  agreed = respond (f->ivan, key, GEO_VERDICT_AGREED, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_request_item_get_state (agreed), ==, GEO_REQUEST_DONE);
  wait_state (f->olena, key, GEO_REQUEST_DONE);
  mine = geo_node_get_checkpoint (f->olena, key);
  theirs = geo_node_get_checkpoint (f->ivan, key);
  g_assert_nonnull (mine);
  g_assert_cmpstr (mine, ==, theirs);
  g_assert_null (geo_node_get_checkpoint (f->ivan, "nothing"));

  /* What is not so any more is not agreed to, and it is said what differs. */
  stale = propose (f->olena, &f->ivan_pid, "UAH", &error);
  g_assert_no_error (error);
  key = geo_request_item_get_key (stale);
  wait_state (f->ivan, key, GEO_REQUEST_OPEN);
  payment = pay (f->ivan, f->olena, 100, NULL);
  wait_until (is_over (payment));
  wait_until (balance_with (f->olena, f->ivan).minor == 600);
  expect_no (respond (f->ivan, key, GEO_VERDICT_AGREED, &error), &error,
             GEO_NODE_ERROR_REFUSED);
  differs = compare_with (f->ivan, key, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (differs, "Only your journal has"));

  /* Nobody takes back what they signed by saying that their key had ended. */
  change_long_ago (f, f->olena, f->ivan);
  change_long_ago (f, f->ivan, f->olena);
  key = geo_request_item_get_key (asked);
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *text = geo_node_get_checkpoint (
        i == 0 ? f->ivan : f->olena, key);

    g_assert_cmpstr (text, ==, mine);
  }
}

/* --- Invitations -----------------------------------------------------------
 */

static GeoRequestItem *
invite (GeoNode *node, gint64 limit, gint64 asked, GError **error) {
  const GeoAmount back = GEO_AMOUNT (asked);
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_invite_async (node, " Petro\n", "UAH", GEO_AMOUNT (limit),
                         asked > 0 ? &back : NULL, 0, NULL, keep_result_cb,
                         &result);
  return end_request (node, &result, error);
}

static GeoRequestItem *
take_invitation (GeoNode *node, const gchar *link, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_take_invitation_async (node, link, NULL, keep_result_cb, &result);
  return end_request (node, &result, error);
}

static GeoRequestItem *
find_kind (GeoNode *node, GeoRequestKind kind, gboolean mine) {
  GListModel *all = geo_node_get_requests (node);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (all, i);

    if (geo_request_item_get_kind (item) == kind &&
        geo_request_item_is_mine (item) == mine)
      return item;
  }
  return NULL;
}

/* What a link of somebody's says, changed by change (), and signed by nobody.
 */
static gchar *
change_link (const gchar *text, void (*change) (GeoLink *link)) {
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);

  g_assert_nonnull (link);
  change (link);
  return geo_link_to_string (link);
}

static void
other_limit (GeoLink *link) {
  link->invitation->limit.amount.minor++;
}

static void
no_invitation (GeoLink *link) {
  g_clear_pointer (&link->invitation, geo_invitation_free);
}

static void
test_invitation (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) invited = NULL;
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) again = NULL;
  g_autofree gchar *key = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *said = NULL;
  g_autofree gchar *changed = NULL;
  g_autofree gchar *without = NULL;
  g_autoptr (GeoLink) link = NULL;
  GeoRequestItem *item;
  GeoAmount amount;

  expect_no (invite (f->olena, 0, 0, &error), &error, GEO_NODE_ERROR_INPUT);
  invited = invite (f->olena, 50000, 10000, &error);
  g_assert_no_error (error);
  key = g_strdup (geo_request_item_get_key (invited));
  text = g_strdup (geo_request_item_get_link (invited));
  g_assert_cmpint (geo_request_item_get_kind (invited), ==,
                   GEO_REQUEST_INVITATION);
  g_assert_true (geo_request_item_is_mine (invited));
  g_assert_false (geo_request_item_waits_for_me (invited));
  g_assert_null (geo_request_item_get_peer (invited));
  g_assert_cmpstr (geo_request_item_get_memo (invited), ==, "Petro");
  link = geo_link_parse (text, &error);
  g_assert_no_error (error);
  g_assert_nonnull (link->invitation);
  g_assert_cmpstr (link->invitation->name, ==, "Olena");
  said = geo_phrase_invitation (link);
  g_assert_cmpstr (said, ==,
                   "Olena invites you, and would trust you up to 500.00 UAH. "
                   "They will ask you to trust them up to 100.00 UAH.");

  changed = change_link (text, other_limit);
  expect_no (take_invitation (f->ivan, changed, &error), &error,
             GEO_NODE_ERROR_INPUT);
  without = change_link (text, no_invitation);
  expect_no (take_invitation (f->ivan, without, &error), &error,
             GEO_NODE_ERROR_INPUT);
  expect_no (take_invitation (f->ivan, "geo://v1/x", &error), &error,
             GEO_NODE_ERROR_INPUT);
  expect_no (take_invitation (f->olena, text, &error), &error,
             GEO_NODE_ERROR_INPUT);

  asked = take_invitation (f->ivan, text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (geo_request_item_get_kind (asked), ==, GEO_REQUEST_TRUST);
  g_assert_true (geo_request_item_get_amount (asked, &amount));
  g_assert_cmpint (amount.minor, ==, 50000);
  item = wait_state (f->olena, key, GEO_REQUEST_DONE);
  g_assert_cmpstr (geo_request_item_get_peer_name (item), ==, "Ivan");
  /* Each is asked by the other now. */
  wait_until ((item = find_kind (f->olena, GEO_REQUEST_TRUST, FALSE)) != NULL);
  g_assert_true (geo_request_item_waits_for_me (item));
  wait_until ((item = find_kind (f->ivan, GEO_REQUEST_TRUST, FALSE)) != NULL);
  g_assert_true (geo_request_item_get_amount (item, &amount));
  g_assert_cmpint (amount.minor, ==, 10000);
  again = take_invitation (f->ivan, text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (geo_request_item_get_key (again), ==,
                   geo_request_item_get_key (asked));
  g_assert_cmpint (verify (f->olena), >, 0);
  g_assert_cmpint (verify (f->ivan), >, 0);
}

/* Who joins with it has it taken up by itself, and so has who was stopped in
 * between; the code goes on to those whom they invite. */
static void
test_invited_in (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GeoRequestItem) invited = NULL;
  g_autoptr (GeoRequestItem) next = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoLink) link = NULL;
  g_autoptr (GeoLink) kept = NULL;
  g_autoptr (GeoLink) onward = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *file = NULL;
  g_autofree gchar *left = NULL;
  GeoNode *petro;

  invited = invite (f->olena, 50000, 0, &error);
  g_assert_no_error (error);
  link = geo_link_parse (geo_request_item_get_link (invited), NULL);
  fake_hub_set_code (f->base.hub, "apple-7");
  link->code = g_strdup ("apple-7");
  text = geo_link_to_string (link);
  profile = make_profile (f->base.folder, "Petro", NULL);
  geo_node_join_async (profile, text, NULL, keep_result_cb, &result);
  petro = geo_node_join_finish (wait_for (&result), &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  wait_until (find_kind (petro, GEO_REQUEST_TRUST, TRUE) != NULL);
  wait_state (f->olena, geo_request_item_get_key (invited), GEO_REQUEST_DONE);

  g_assert_true (geo_node_has_join_code (petro));
  next = invite (petro, 100, 0, &error);
  g_assert_no_error (error);
  onward = geo_link_parse (geo_request_item_get_link (next), NULL);
  g_assert_cmpstr (onward->code, ==, "apple-7");
  g_assert_cmpstr (onward->hub, ==, link->hub);

  /* What is taken up is not kept. */
  file = g_build_filename (geo_profile_get_folder (profile),
                           geo_node_get_community_pid (petro), "joined-by",
                           NULL);
  end_node (petro);
  g_assert_true (g_file_get_contents (file, &left, NULL, NULL));
  kept = geo_link_parse (left, NULL);
  g_assert_null (kept->invitation);
  g_assert_cmpstr (kept->code, ==, "apple-7");

  /* As if it had been stopped before: the second one's, and once only. */
  g_clear_object (&invited);
  invited = invite (f->olena, 70000, 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (file, geo_request_item_get_link (invited),
                                      -1, NULL));
  geo_node_open_async (profile, NULL, NULL, keep_result_cb, &result);
  petro = geo_node_open_finish (wait_for (&result), &error);
  g_clear_object (&result);
  g_assert_no_error (error);
  geo_node_start (petro);
  wait_state (f->olena, geo_request_item_get_key (invited), GEO_REQUEST_DONE);
  end_node (petro);

  /* A damaged one is none. */
  g_assert_true (g_file_set_contents (file, "geo://v1/join?hub=", -1, NULL));
  geo_node_open_async (profile, NULL, NULL, keep_result_cb, &result);
  petro = geo_node_open_finish (wait_for (&result), &error);
  g_clear_object (&result);
  g_assert_no_error (error);
  g_assert_false (geo_node_has_join_code (petro));
  end_node (petro);
}

/* --- Another address --------------------------------------------------------
 */

static gboolean
move (GeoNode *node, const gchar *link, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_move_async (node, link, keep_result_cb, &result);
  return geo_node_move_finish (node, wait_for (&result), error);
}

/* The hub is where it answers as the same community, and nowhere else. */
static void
test_move (TownPair *f, gconstpointer data) {
  FakeHub *foreign = fake_hub_new (77);
  g_autofree gchar *before = g_strdup (geo_node_get_hub (f->olena));
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_node_make_join_link (f->olena);
  g_autofree gchar *other = NULL;
  g_autofree gchar *moved = NULL;
  g_autofree gchar *nobody = NULL;
  g_autofree gchar *away = NULL;

  g_assert_false (geo_node_has_other_address (f->olena, link));
  other = fake_hub_get_link (foreign, NULL);
  g_assert_false (move (f->olena, other, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (move (f->olena, "geo://v1/join?hub=x", &error));
  g_clear_error (&error);

  /* Another community answers; nobody answers. */
  g_free (link->hub);
  link->hub = g_strdup ("http://127.0.0.1:1");
  g_assert_true (geo_node_has_other_address (f->olena, link));
  away = geo_link_to_string (link);
  g_free (link->hub);
  link->hub = g_strdup_printf ("http://127.0.0.1:%u",
                               fake_hub_get_port (foreign));
  nobody = geo_link_to_string (link);
  g_assert_false (move (f->olena, nobody, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_FOREIGN);
  g_clear_error (&error);
  g_assert_false (move (f->olena, away, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);
  g_clear_error (&error);
  g_assert_cmpstr (geo_node_get_hub (f->olena), ==, before);
  wait_until (geo_node_get_connection (f->olena) == GEO_CONNECTION_HUB);

  /* The same hub by another name. */
  g_free (link->hub);
  link->hub = g_strdup_printf ("http://localhost:%u",
                               fake_hub_get_port (f->base.hub));
  moved = geo_link_to_string (link);
  g_assert_true (move (f->olena, moved, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (geo_node_get_hub (f->olena), "localhost"));
  g_assert_false (geo_node_has_other_address (f->olena, link));
  end_node (f->olena);

  /* It is kept. */
  {
    g_autoptr (GAsyncResult) result = NULL;

    geo_node_open_async (f->town.profiles[0], NULL, NULL, keep_result_cb,
                         &result);
    f->olena = geo_node_open_finish (wait_for (&result), &error);
    g_assert_no_error (error);
  }
  f->town.nodes[0] = f->olena;
  g_assert_nonnull (strstr (geo_node_get_hub (f->olena), "localhost"));
  geo_node_start (f->olena);
  wait_until (geo_node_get_connection (f->olena) == GEO_CONNECTION_HUB);
  fake_hub_free (foreign);
}

/* --- Blocking -------------------------------------------------------------- */

static void
test_block (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) unheard = NULL;
  g_autoptr (GeoRequestItem) heard = NULL;
  guint read = fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ);
  GeoPid nobody = { { 7 } };

  g_assert_false (geo_node_is_blocked (f->ivan, &f->olena_pid));
  g_assert_true (set_blocked (f->ivan, &f->olena_pid, TRUE, &error));
  g_assert_no_error (error);
  g_assert_true (geo_node_is_blocked (f->ivan, &f->olena_pid));
  /* Once more changes nothing. */
  g_assert_true (set_blocked (f->ivan, &f->olena_pid, TRUE, &error));
  unheard = request (f->olena, &f->ivan_pid, "UAH", 100, 0, &error);
  g_assert_no_error (error);
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ) > read);
  g_assert_null (
      geo_node_find_request (f->ivan, geo_request_item_get_key (unheard)));

  g_assert_true (set_blocked (f->ivan, &f->olena_pid, FALSE, &error));
  g_assert_false (geo_node_is_blocked (f->ivan, &f->olena_pid));
  heard = request (f->olena, &f->ivan_pid, "UAH", 100, 0, &error);
  wait_state (f->ivan, geo_request_item_get_key (heard), GEO_REQUEST_OPEN);
  g_assert_false (set_blocked (f->ivan, &nobody, TRUE, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_UNKNOWN_PERSON);
}

/* What is asked without the hub goes there when it is back, and what was stored
 * is there after a new start. */
static void
test_away (TownPair *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autofree gchar *key = NULL;

  fake_hub_go (f->base.hub);
  wait_until (geo_node_get_connection (f->olena) != GEO_CONNECTION_HUB);
  asked = request (f->olena, &f->ivan_pid, "UAH", 100, 0, &error);
  g_assert_no_error (error);
  g_assert_true (geo_request_item_get_waits (asked));
  key = g_strdup (geo_request_item_get_key (asked));
  fake_hub_come_back (f->base.hub);
  geo_node_hurry (f->olena);
  geo_node_hurry (f->ivan);
  wait_state (f->ivan, key, GEO_REQUEST_OPEN);
  wait_until (
      !geo_request_item_get_waits (geo_node_find_request (f->olena, key)));
  g_assert_cmpint (verify (f->olena), >, 0);
}

#define ADD(path, func) \
  g_test_add (path, TownPair, NULL, town_pair_set_up, func, town_pair_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/node-requests/request", test_request);
  ADD ("/node-requests/request-refused", test_request_refused);
  ADD ("/node-requests/link", test_link);
  ADD ("/node-requests/ask-trust", test_ask_trust);
  ADD ("/node-requests/checkpoint", test_checkpoint);
  ADD ("/node-requests/invitation", test_invitation);
  ADD ("/node-requests/invited-in", test_invited_in);
  ADD ("/node-requests/move", test_move);
  ADD ("/node-requests/block", test_block);
  ADD ("/node-requests/away", test_away);
  return g_test_run ();
}
