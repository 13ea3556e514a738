/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the dialog that opens, changes and ends trust.
 */
#include "wallet-test.h"

#include <string.h>

#include "wallet/geo-amount-entry.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-trust-dialog.h"

static void
type (gpointer dialog, const gchar *text) {
  gtk_editable_set_text (
      GTK_EDITABLE (child_of (child_of (dialog, "amount_entry"), "entry")),
      text);
}

static AdwDialog *
show (Scene *scene, const gchar *who) {
  AdwDialog *dialog =
      ADW_DIALOG (geo_trust_dialog_new (scene->nodes[MARTA], who));

  scene_show_dialog (scene, dialog);
  return dialog;
}

static GeoRelation *
get_relation (Scene *scene, guint who) {
  GeoPerson *person;
  GeoPid pid;

  pid_of (scene->nodes[who], &pid);
  person = geo_node_get_person (scene->nodes[MARTA], &pid);
  if (person == NULL)
    return NULL;
  return g_list_model_get_item (geo_person_get_relations (person), 0);
}

static gboolean
is_limit (Scene *scene, guint who, gint64 wanted) {
  g_autoptr (GeoRelation) relation = get_relation (scene, who);
  GeoAmount limit;

  return relation != NULL && geo_relation_get_my_limit (relation, &limit) &&
         limit.minor == wanted;
}

static void
wait_closed (gpointer *weak) {
  wait_until (*weak == NULL);
}

/* A stranger is chosen and trusted. */
static void
test_new (Scene *scene, gconstpointer data) {
  AdwDialog *dialog = show (scene, "");
  gpointer weak = dialog;
  GeoPersonChooser *chooser = child_of (dialog, "chooser");
  g_autoptr (GeoRelation) relation = NULL;
  g_autofree gchar *action = NULL;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  g_assert_cmpstr (page_of (dialog), ==, "who");
  scene_look (scene, "trust-who");
  geo_person_chooser_set_text (chooser, "Olena");
  wait_until (g_str_equal (
      gtk_stack_get_visible_child_name (child_of (chooser, "stack")), "list"));
  g_signal_emit_by_name (child_of (chooser, "search_entry"), "activate");
  geo_screen_settle (scene->window);
  g_assert_cmpstr (page_of (dialog), ==, "limit");
  g_assert_cmpstr (label_of (dialog, "meaning_label"), ==,
                   "How much may Olena owe you?");
  g_assert_false (can_click (dialog, "trust_button"));
  g_assert_false (is_seen (dialog, "stop_button"));

  type (dialog, "12.345");
  g_assert_false (can_click (dialog, "trust_button"));
  scene_look (scene, "trust-wrong");
  type (dialog, "300");
  g_assert_nonnull (
      strstr (label_of (dialog, "meaning_label"), "up to 300.00 UAH"));
  adw_switch_row_set_active (child_of (dialog, "live_row"), TRUE);
  scene_look (scene, "trust-new");
  click (dialog, "trust_button");
  wait_closed (&weak);
  g_assert_true (is_limit (scene, OLENA, 30000));
  relation = get_relation (scene, OLENA);
  g_assert_true (geo_relation_get_live (relation));
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast You trust Olena up to 300.00 UAH");
}

static void
test_change (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  gpointer weak;
  GeoAmount amount;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  g_assert_cmpstr (page_of (dialog), ==, "limit");
  g_assert_true (
      geo_amount_entry_get_amount (child_of (dialog, "amount_entry"), &amount));
  g_assert_cmpint (amount.minor, ==, 30000);
  g_assert_false (adw_switch_row_get_active (child_of (dialog, "live_row")));
  g_assert_cmpstr (label_of (dialog, "trust_button"), ==, "_Change Trust");
  scene_look (scene, "trust-change");
  type (dialog, "350,5");
  g_signal_emit_by_name (child_of (child_of (dialog, "amount_entry"), "entry"),
                         "activate");
  wait_closed (&weak);
  g_assert_true (is_limit (scene, OLENA, 35050));
}

/* A limit for one day is set, shown as it is, and taken away. */
static void
test_daily (Scene *scene, gconstpointer data) {
  static const struct {
    const gchar *shown;
    const gchar *typed;
    gint64 daily; /* Below zero: none. */
  } steps[] = {
    { "", "50", 5000 },
    { "50.00", "0", 0 },
    { "0.00", "", -1 },
  };

  scene_trust (scene);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    AdwDialog *dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
    gpointer weak = dialog;
    GtkEditable *row = child_of (dialog, "daily_row");
    g_autoptr (GeoRelation) relation = get_relation (scene, OLENA);
    GeoAmount daily = GEO_AMOUNT (-1);

    g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
    g_assert_cmpstr (gtk_editable_get_text (row), ==, steps[i].shown);
    gtk_editable_set_text (row, "much");
    g_assert_false (can_click (dialog, "trust_button"));
    g_assert_nonnull (strstr (label_of (dialog, "meaning_label"),
                              "The limit for one day is no amount."));
    scene_look (scene, "trust-daily-wrong");
    gtk_editable_set_text (row, steps[i].typed);
    scene_look (scene, "trust-daily");
    click (dialog, "trust_button");
    wait_closed (&weak);
    g_assert_true (is_limit (scene, OLENA, 30000));
    g_assert_true (geo_relation_get_daily (relation, &daily, NULL) ==
                   (steps[i].daily >= 0));
    g_assert_cmpint (daily.minor, ==, steps[i].daily);
  }
}

static void
answer (AdwDialog *alert, const gchar *text) {
  GtkWidget *button = geo_screen_find (GTK_WIDGET (alert), GTK_TYPE_BUTTON,
                                       text);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
test_stop (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  AdwDialog *alert;
  gpointer weak;
  g_autoptr (GeoRelation) relation = NULL;

  scene_trust (scene);
  scene_pay (scene, OLENA, MARTA, 6000);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  click (dialog, "stop_button");
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (alert));
  g_assert_nonnull (strstr (
      adw_alert_dialog_get_body (ADW_ALERT_DIALOG (alert)), "60.00 UAH"));
  scene_look (scene, "trust-stop");
  answer (alert, "_Keep Trust");
  geo_screen_settle (scene->window);
  g_assert_true (is_limit (scene, OLENA, 30000));

  click (dialog, "stop_button");
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  answer (alert, "_Stop Trusting");
  wait_closed (&weak);
  relation = get_relation (scene, OLENA);
  g_assert_false (geo_relation_get_my_limit (relation, NULL));
  g_assert_cmpint (geo_relation_get_balance (relation).minor, ==, 6000);
}

static void
test_offline (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (scene->nodes[MARTA]) ==
              GEO_CONNECTION_OFFLINE);
  type (dialog, "1");
  click (dialog, "trust_button");
  wait_until (is_seen (dialog, "error_label"));
  g_assert_true (can_click (dialog, "trust_button"));
  g_assert_true (is_limit (scene, OLENA, 30000));
  scene_look (scene, "trust-offline");
  type (dialog, "2");
  g_assert_false (is_seen (dialog, "error_label"));
}

/* Closing while the hub is being waited for. */
static void
test_leave (Scene *scene, gconstpointer data) {
  AdwDialog *dialog;
  gpointer weak;

  scene_trust (scene);
  dialog = show (scene, geo_node_get_pid (scene->nodes[OLENA]));
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  fake_hub_ignore (scene->hub, GEO_MESSAGE_TRUST_LINE_UPDATE);
  type (dialog, "1");
  click (dialog, "trust_button");
  g_assert_true (is_seen (dialog, "spinner"));
  scene_look (scene, "trust-busy");
  adw_dialog_close (dialog);
  wait_closed (&weak);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, test)                                           \
  g_test_add ("/wallet/trust/" path, Scene, GUINT_TO_POINTER (2), \
              scene_set_up, test, scene_tear_down)
  ADD ("new", test_new);
  ADD ("change", test_change);
  ADD ("daily", test_daily);
  ADD ("stop", test_stop);
  ADD ("offline", test_offline);
  ADD ("leave", test_leave);
#undef ADD
  return g_test_run ();
}
