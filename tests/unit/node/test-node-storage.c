/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens when the disk takes nothing any more: nothing is sent that is
 * not stored, and what is on disk is what counts afterwards.
 */
#include "node-test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
  gchar *folder;
  FakeHub *hub;
  GeoProfile *profiles[2];
  GeoNode *olena;
  GeoNode *ivan;
} Fixture;

static struct rlimit usual;

/* Every write to a file fails, as on a full disk. */
static void
fill_disk (void) {
  struct rlimit none = { 0, usual.rlim_max };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
}

static void
empty_disk (void) {
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0);
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->folder = make_folder ();
  f->hub = fake_hub_new (200);
  f->profiles[0] = make_profile (f->folder, "Olena", NULL);
  f->profiles[1] = make_profile (f->folder, "Ivan", NULL);
  f->olena = join (f->profiles[0], f->hub);
  f->ivan = join (f->profiles[1], f->hub);
  trust (f->olena, f->ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (f->ivan, 0)).minor == 10000);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  end_node (f->ivan);
  end_node (f->olena);
  g_object_unref (f->profiles[0]);
  g_object_unref (f->profiles[1]);
  fake_hub_free (f->hub);
  remove_folder (f->folder);
  g_free (f->folder);
}

static GeoPayment *
pay (GeoNode *node, GeoNode *to, gint64 amount) {
  g_autoptr (GError) error = NULL;
  GeoPid pid;
  GeoPayment *payment;

  pid_of (to, &pid);
  payment = geo_node_pay (node, NULL, &pid, "UAH", GEO_AMOUNT (amount), NULL,
                          &error);
  g_assert_no_error (error);
  return payment;
}

static void
verify (GeoNode *node) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_verify_async (node, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (geo_node_verify_finish (node, result, NULL, &error));
  g_assert_no_error (error);
}

/* P1: an order that could not be stored was never sent, and is not paid. */
static void
test_order (Fixture *f, gconstpointer data) {
  GeoPayment *payment;
  GeoPayment *second;
  g_autofree gchar *detail = NULL;

  fill_disk ();
  payment = pay (f->ivan, f->olena, 1000);
  second = pay (f->ivan, f->olena, 2000);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_NOT_PAID);
  empty_disk ();
  g_assert_cmpint (geo_payment_get_state (second), ==, GEO_STATE_NOT_PAID);
  g_assert_cmpint (geo_node_get_connection (f->ivan), ==,
                   GEO_CONNECTION_OFFLINE);
  detail = g_strdup (geo_node_get_connection_detail (f->ivan));
  g_test_message ("%s", detail);
  g_assert_cmpstr (geo_payment_get_message (payment), ==, detail);
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_REQUEST), ==,
                    0);
  g_assert_cmpuint (geo_node_get_open_count (f->ivan), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_activity (f->ivan)),
                    ==, 2);

  /* There is room again. */
  geo_node_hurry (f->ivan);
  wait_connected (f->ivan);
  payment = pay (f->ivan, f->olena, 1000);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  wait_until (balance_with (f->olena, f->ivan).minor == 1000);
  g_assert_cmpint (balance_with (f->ivan, f->olena).minor, ==, -1000);
  verify (f->ivan);
}

/* Whoever waits hears of it, and a line that was not stored is none. */
static void
test_line (Fixture *f, gconstpointer data) {
  g_autoptr (GAsyncResult) trusted = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  GeoPid pid;
  GeoPerson *person;
  g_autoptr (GeoRelation) relation = NULL;
  GError *error = NULL;

  pid_of (f->olena, &pid);
  fill_disk ();
  geo_node_trust_async (f->ivan, &pid, "UAH", GEO_AMOUNT (500), FALSE, FALSE,
                        NULL, keep_result_cb, &trusted);
  person = geo_node_get_person (f->ivan, &pid);
  relation = g_list_model_get_item (geo_person_get_relations (person), 0);
  g_assert_true (geo_relation_get_pending (relation));
  geo_node_quote_async (f->ivan, &pid, "UAH", NULL, NULL, keep_result_cb,
                        &asked);
  wait_until (trusted != NULL);
  empty_disk ();
  g_assert_false (geo_node_trust_finish (f->ivan, trusted, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
  g_clear_error (&error);
  wait_until (asked != NULL);
  wait_until (!geo_relation_get_pending (relation));
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_TRUST_LINE_CREATE), ==,
                    1);
  g_clear_object (&asked);
  g_clear_object (&trusted);
}

/* The evidence could not be stored: the payment stays in doubt, and is found
 * out when there is room again. */
static void
test_evidence (Fixture *f, gconstpointer data) {
  GeoPayment *payment;

  fake_hub_ignore (f->hub, GEO_MESSAGE_PAYMENT_PREPARE_ACK);
  payment = pay (f->ivan, f->olena, 1000);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_PREPARE_ACK) > 0);
  wait_ms (100);
  fill_disk ();
  /* Silence is no refusal: the hub commits when votes have had their time. */
  wait_until (fake_hub_count_commits (f->hub) == 1);
  wait_until (geo_node_get_connection (f->ivan) == GEO_CONNECTION_OFFLINE &&
              geo_node_get_connection (f->olena) == GEO_CONNECTION_OFFLINE);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT);
  empty_disk ();
  fake_hub_ignore (f->hub, 0);
  g_assert_cmpint (balance_with (f->ivan, f->olena).minor, ==, 0);
  wait_until (geo_node_get_open_count (f->ivan) == 1);

  geo_node_hurry (f->ivan);
  geo_node_hurry (f->olena);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  wait_until (balance_with (f->olena, f->ivan).minor == 1000);
  verify (f->ivan);
  verify (f->olena);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  /* The write itself says that it failed. */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/node-storage/order", test_order);
  ADD ("/node-storage/line", test_line);
  ADD ("/node-storage/evidence", test_evidence);
  return g_test_run ();
}
