/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing over spare limits in the window: the switch, what a person's page
 * says of both sides, and what a receipt says was done.
 */
#include "wallet-test.h"

#include <string.h>

#include "node/geo-phrases.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-receipt-page.h"
#include "wallet/geo-trust-dialog.h"

#define IVAN_NAME \
  "Ivan Petrenko-Vashchuk from the Mill on the Other Side of the River"

static gboolean
says (GtkWidget *root, const gchar *text) {
  return geo_screen_find (root, GTK_TYPE_LABEL, text) != NULL;
}

static GeoPerson *
get_person (Scene *scene, guint whose, guint who) {
  GeoPid pid;

  pid_of (scene->nodes[who], &pid);
  return geo_node_get_person (scene->nodes[whose], &pid);
}

static gboolean
lends (Scene *scene, guint who, guint to, GeoAmount *bound) {
  GeoPerson *person = get_person (scene, who, to);
  g_autoptr (GeoRelation) relation = NULL;

  if (person == NULL)
    return FALSE;
  relation = g_list_model_get_item (geo_person_get_relations (person), 0);
  return relation != NULL && geo_relation_get_spare (relation, bound);
}

/* Marta says it in the dialog, which closes. */
static void
say (Scene *scene, const gchar *limit, gboolean spare) {
  AdwDialog *dialog = ADW_DIALOG (geo_trust_dialog_new (
      scene->nodes[MARTA], geo_node_get_pid (scene->nodes[IVAN])));
  gpointer weak = dialog;
  AdwSwitchRow *row;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  scene_show_dialog (scene, dialog);
  row = child_of (dialog, "spare_row");
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (row)));
  g_assert_true (adw_switch_row_get_active (row) ==
                 lends (scene, MARTA, IVAN, NULL));
  gtk_editable_set_text (
      GTK_EDITABLE (child_of (child_of (dialog, "amount_entry"), "entry")),
      limit);
  adw_switch_row_set_active (row, spare);
  scene_look (scene, spare ? "trust-spare" : "trust-no-spare");
  click (dialog, "trust_button");
  wait_until (weak == NULL);
}

static void
agree (Scene *scene, guint who, guint with, gint64 limit, gint64 spare) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const GeoTrustTerms terms = { .has_spare = TRUE,
                                .spare = GEO_AMOUNT (spare) };
  GeoPid pid;

  pid_of (scene->nodes[with], &pid);
  geo_node_trust_on_async (scene->nodes[who], &pid, "UAH", GEO_AMOUNT (limit),
                           &terms, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_trust_finish (scene->nodes[who], result, &error);
  g_assert_no_error (error);
}

static void
cleared_cb (GeoNode *node, GeoActivityItem *item, gchar **key) {
  g_set_str (key, geo_activity_item_get_receipt_key (item));
}

static gpointer
show_receipt (Scene *scene, guint who, const gchar *key) {
  GeoReceiptPage *page = geo_receipt_page_new (scene->nodes[who], key);

  scene_show (scene, GTK_WIDGET (page));
  wait_until (is_seen (page, "circle") && is_seen (page, "reason_label"));
  return page;
}

/* Marta owes Olena, Olena Ivan; Ivan lets Marta owe him instead. */
static void
test_circle (Scene *scene, gconstpointer data) {
  g_autofree gchar *keys[3] = { NULL, NULL, NULL };
  GeoPersonPage *page;
  GeoAmount bound;
  gpointer receipt;

  scene_trust (scene);
  scene_pay (scene, MARTA, OLENA, 5000);
  scene_pay (scene, OLENA, IVAN, 3000);
  for (guint i = MARTA; i <= IVAN; i++)
    g_signal_connect (scene->nodes[i], "cleared", G_CALLBACK (cleared_cb),
                      &keys[i]);
  find (scene->nodes[MARTA], scene->nodes[IVAN]);
  find (scene->nodes[IVAN], scene->nodes[MARTA]);

  say (scene, "10", TRUE);
  g_assert_true (lends (scene, MARTA, IVAN, &bound));
  g_assert_cmpint (bound.minor, ==, GEO_AMOUNT_MAX);
  page = geo_person_page_new (scene->nodes[MARTA],
                              get_person (scene, MARTA, IVAN));
  scene_show (scene, GTK_WIDGET (page));
  wait_until (says (GTK_WIDGET (page),
                    "What is left of it may clear circles as "
                    "soon as " IVAN_NAME " agrees, too"));
  scene_look (scene, "person-spare-waits");
  /* Nothing without Ivan's word. */
  g_assert_cmpuint (fake_hub_clear (scene->hub, "UAH"), ==, 0);

  agree (scene, IVAN, MARTA, 9000, 9000);
  wait_until (
      says (GTK_WIDGET (page), IVAN_NAME " trusts you up to 90.00 UAH"));
  wait_until (says (GTK_WIDGET (page), "What is left of it may clear circles"));
  scene_look (scene, "person-spare");
  g_assert_cmpuint (fake_hub_clear (scene->hub, "UAH"), ==, 1);
  for (guint i = MARTA; i <= IVAN; i++)
    wait_until (keys[i] != NULL);
  wait_until (says (GTK_WIDGET (page), "You owe " IVAN_NAME " 30.00 UAH"));

  receipt = show_receipt (scene, MARTA, keys[MARTA]);
  g_assert_cmpstr (label_of (receipt, "reason_label"), ==,
                   "You owe Olena 30.00 UAH less. You now owe " IVAN_NAME
                   " 30.00 UAH "
                   "more. Your balance is the same.");
  scene_look (scene, "receipt-spare");
  receipt = show_receipt (scene, IVAN, keys[IVAN]);
  g_assert_cmpstr (
      label_of (receipt, "reason_label"), ==,
      "Marta Kovalenko now owes you 30.00 UAH more. Olena owes you 30.00 UAH "
      "less. Your balance is the same.");
  receipt = show_receipt (scene, OLENA, keys[OLENA]);
  g_assert_nonnull (
      strstr (label_of (receipt, "reason_label"), "owe less now"));

  /* Another limit, and it stays; then it is over. */
  say (scene, "20", TRUE);
  g_assert_true (lends (scene, MARTA, IVAN, &bound));
  say (scene, "20", FALSE);
  g_assert_false (lends (scene, MARTA, IVAN, &bound));
}

/* A bound that only the command sets is kept by the window. */
static void
test_bound (Scene *scene, gconstpointer data) {
  GeoAmount bound;

  find (scene->nodes[MARTA], scene->nodes[IVAN]);
  agree (scene, MARTA, IVAN, 5000, 700);
  say (scene, "60", TRUE);
  g_assert_true (lends (scene, MARTA, IVAN, &bound));
  g_assert_cmpint (bound.minor, ==, 700);
}

/* What was owed is turned around, in every way that it can be. */
static void
test_phrases (void) {
  static const struct {
    GeoMoved in, out;
    const gchar *text;
  } cases[] = {
    { GEO_MOVED_MORE, GEO_MOVED_MORE,
      "Ann now owes you 5.00 UAH more. You now owe Bo 5.00 UAH more. Your "
      "balance is the same." },
    { GEO_MOVED_TURNED, GEO_MOVED_LESS,
      "What you owed Ann is cleared; it went towards 5.00 UAH, and they owe "
      "you the rest. Bo owes you 5.00 UAH less. Your balance is the same." },
    { GEO_MOVED_LESS, GEO_MOVED_TURNED,
      "You owe Ann 5.00 UAH less. What Bo owed you is cleared; it went towards "
      "5.00 UAH, and you owe them the rest. Your balance is the same." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *said = geo_phrase_moved (
        "Ann", cases[i].in, "Bo", cases[i].out, GEO_AMOUNT (500), 2, "UAH");

    g_assert_cmpstr (said, ==, cases[i].text);
  }
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, test)                                           \
  g_test_add ("/wallet/spare/" path, Scene, GUINT_TO_POINTER (3), \
              scene_set_up, test, scene_tear_down)
  ADD ("circle", test_circle);
  ADD ("bound", test_bound);
#undef ADD
  g_test_add_func ("/wallet/spare/phrases", test_phrases);
  return g_test_run ();
}
