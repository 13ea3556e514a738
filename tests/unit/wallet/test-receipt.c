/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the page about one payment and of what a receipt says.
 */
#include "wallet-test.h"

#include <string.h>

#include "core/geo-error.h"
#include "wallet/geo-receipt-facts.h"
#include "wallet/geo-receipt-page.h"

static gchar *
get_key (Scene *scene, guint who, guint row) {
  g_autoptr (GeoActivityItem) item = scene_get_row (scene, who, row);

  g_assert_nonnull (geo_activity_item_get_receipt_key (item));
  return g_strdup (geo_activity_item_get_receipt_key (item));
}

static const gchar *
proof_title (gpointer page) {
  return adw_preferences_row_get_title (child_of (page, "proof_row"));
}

static GeoReceiptPage *
show (Scene *scene, guint who, const gchar *key) {
  GeoReceiptPage *page = geo_receipt_page_new (scene->nodes[who], key);

  scene_show (scene, GTK_WIDGET (page));
  return page;
}

/* --- What a receipt says ------------------------------------------------ */

static void
test_facts (Scene *scene, gconstpointer data) {
  g_autofree gchar *key = NULL;

  scene_trust (scene);
  scene_pay (scene, MARTA, IVAN, 2400);
  wait_until (g_list_model_get_n_items (
                  geo_node_get_activity (scene->nodes[OLENA])) == 5);
  key = get_key (scene, MARTA, 0);
  for (guint who = MARTA; who <= IVAN; who++) {
    static const GeoItemKind kinds[] = { GEO_ITEM_PAID, GEO_ITEM_PASSED,
                                         GEO_ITEM_RECEIVED };
    g_autoptr (GError) error = NULL;
    g_autofree gchar *receipt = get_receipt (scene->nodes[who], key, &error);
    g_autoptr (GeoReceiptFacts) facts = NULL;
    GeoPid me;

    pid_of (scene->nodes[who], &me);
    facts = geo_receipt_facts_read (receipt, &me, &error);
    g_assert_no_error (error);
    g_assert_cmpint (facts->kind, ==, kinds[who]);
    g_assert_cmpint (facts->state, ==, GEO_STATE_PAID);
    g_assert_cmpint (facts->amount.minor, ==, 2400);
    g_assert_cmpstr (facts->equivalent, ==, "UAH");
    g_assert_cmpuint (facts->precision, ==, 2);
    g_assert_nonnull (facts->tx_id);
    g_assert_true (facts->has_peer);
    g_assert_cmpint (facts->time_ms, >, 0);
  }
}

static void
test_bad_facts (void) {
  static const gchar *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"body\":1}",
    "{\"body\":{}}",
    "{\"body\":{\"hops\":[]}}",
    "{\"body\":{\"hops\":[]},\"body\":{}}",
  };
  GeoPid me = { { 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (geo_receipt_facts_read (bad[i], &me, &error));
    g_assert_nonnull (error);
    g_assert_true (error->domain == GEO_CORE_ERROR);
  }
}

/* --- The page ----------------------------------------------------------- */

static void
test_paid (Scene *scene, gconstpointer data) {
  GeoReceiptPage *page;
  g_autofree gchar *key = NULL;
  gpointer expander;

  scene_trust (scene);
  scene_pay (scene, MARTA, OLENA, 24000);
  key = get_key (scene, MARTA, 0);
  page = show (scene, MARTA, key);
  wait_until (is_seen (page, "verify_row"));
  g_assert_cmpstr (label_of (page, "title_label"), ==, "You paid");
  g_assert_cmpstr (label_of (page, "amount_label"), ==, "240.00 UAH");
  g_assert_cmpstr (label_of (page, "peer_row"), ==, "Olena");
  g_assert_cmpstr (label_of (page, "text_row"), ==, "for apples");
  g_assert_true (is_seen (page, "save_row"));
  g_assert_false (is_seen (page, "proof_icon"));
  click (page, "verify_row");
  g_assert_cmpstr (proof_title (page), ==, "The proof holds");
  g_assert_true (is_seen (page, "proof_icon"));
  g_assert_nonnull (strstr (label_of (page, "proof_row"), "240.00 UAH"));
  scene_look (scene, "receipt");

  /* The receipt itself is copied, and what stands there is printed. */
  g_assert_true (is_seen (page, "copy_row"));
  g_assert_true (is_seen (page, "print_row"));
  gtk_widget_activate (child_of (page, "copy_row"));
  {
    g_autofree gchar *said = scene_take_action (scene);

    g_assert_cmpstr (said, ==, "win.toast Receipt copied");
  }
  {
    g_autoptr (GtkPrintOperation) print = geo_receipt_page_make_print (page);
    g_autofree gchar *file = g_build_filename (scene->folder, "receipt.pdf",
                                               NULL);
    g_autofree gchar *text = NULL;
    gsize len;

    gtk_print_operation_set_export_filename (print, file);
    g_assert_cmpint (gtk_print_operation_run (
                         print, GTK_PRINT_OPERATION_ACTION_EXPORT,
                         GTK_WINDOW (scene->window), NULL),
                     ==, GTK_PRINT_OPERATION_RESULT_APPLY);
    g_assert_true (g_file_get_contents (file, &text, &len, NULL));
    g_assert_cmpuint (len, >, 1000);
    g_assert_true (g_str_has_prefix (text, "%PDF-"));
  }

  click (page, "peer_row");
  scene_assert_action (scene, "win.show-person", OLENA);
  expander = gtk_widget_get_ancestor (child_of (page, "id_row"),
                                      ADW_TYPE_EXPANDER_ROW);
  adw_expander_row_set_expanded (expander, TRUE);
  geo_screen_settle (scene->window);
  g_assert_cmpstr (label_of (page, "id_row"), !=, "");
  g_assert_cmpstr (label_of (page, "pid_row"), ==,
                   geo_node_get_pid (scene->nodes[OLENA]));
  scene_look (scene, "receipt-details");
}

/* Who only passed it on, and who got it. */
static void
test_others (Scene *scene, gconstpointer data) {
  GeoReceiptPage *page;
  g_autofree gchar *key = NULL;

  scene_trust (scene);
  scene_pay (scene, MARTA, IVAN, 2400);
  key = get_key (scene, MARTA, 0);
  wait_until (g_list_model_get_n_items (
                  geo_node_get_activity (scene->nodes[OLENA])) == 5);
  wait_until (g_list_model_get_n_items (
                  geo_node_get_activity (scene->nodes[IVAN])) == 3);
  page = show (scene, OLENA, key);
  wait_until (is_seen (page, "verify_row"));
  g_assert_cmpstr (label_of (page, "title_label"), ==,
                   "A payment of others passed through you");
  page = show (scene, IVAN, key);
  wait_until (is_seen (page, "verify_row"));
  g_assert_cmpstr (label_of (page, "title_label"), ==, "You received");
  g_assert_cmpstr (label_of (page, "peer_row"), ==, "Marta Kovalenko");
  g_assert_cmpstr (label_of (page, "text_row"), ==, "for apples");
  click (page, "verify_row");
  g_assert_cmpstr (proof_title (page), ==, "The proof holds");
}

/* In doubt there is no proof, and as soon as there is one it is here. */
static void
test_in_doubt (Scene *scene, gconstpointer data) {
  GeoReceiptPage *page;
  g_autofree gchar *key = NULL;
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;
  GeoPid pid;

  scene_trust (scene);
  fake_hub_ignore (scene->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  pid_of (scene->nodes[OLENA], &pid);
  payment = geo_node_pay (scene->nodes[MARTA], NULL, &pid, "UAH",
                          GEO_AMOUNT (2400), "for apples", &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_SENDING &&
              fake_hub_count (scene->hub, GEO_MESSAGE_PAYMENT_REQUEST) == 1);
  fake_hub_go (scene->hub);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT);
  page = show (scene, MARTA, geo_payment_get_receipt_key (payment));
  wait_until (g_str_equal (label_of (page, "title_label"),
                           "Not known yet: paid or not"));
  g_assert_true (is_seen (page, "reason_label"));
  wait_until (g_str_equal (proof_title (page), "There is no proof yet"));
  g_assert_false (is_seen (page, "verify_row"));
  scene_look (scene, "receipt-in-doubt");

  fake_hub_ignore (scene->hub, 0);
  scene_come_back (scene);
  wait_until (is_seen (page, "verify_row"));
  g_assert_cmpstr (label_of (page, "title_label"), ==, "This was not paid");
  click (page, "verify_row");
  g_assert_cmpstr (proof_title (page), ==, "The proof holds");
  scene_look (scene, "receipt-not-paid");
}

/* Nothing but the journal is left: of a former run and not among the newest. */
static void
test_unknown (Scene *scene, gconstpointer data) {
  GeoReceiptPage *page = show (scene, MARTA, "never-was");

  wait_until (g_str_equal (proof_title (page), "There is no proof yet"));
  g_assert_cmpstr (label_of (page, "title_label"), ==,
                   "Nothing is known of this");
  scene_look (scene, "receipt-unknown");
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                          \
  g_test_add ("/wallet/receipt/" path, Scene, GUINT_TO_POINTER (n), \
              scene_set_up, test, scene_tear_down)
  g_test_add_func ("/wallet/receipt/bad-facts", test_bad_facts);
  ADD ("facts", 3, test_facts);
  ADD ("paid", 2, test_paid);
  ADD ("others", 3, test_others);
  ADD ("in-doubt", 2, test_in_doubt);
  ADD ("unknown", 1, test_unknown);
#undef ADD
  return g_test_run ();
}
