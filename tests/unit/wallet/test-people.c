/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of finding people and of the page about one.
 */
#include "wallet-test.h"

#include "node/geo-node-requests.h"
#include "node/geo-phrases.h"
#include "node/geo-safety.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-verify-dialog.h"

static void
type (GeoPersonChooser *chooser, const gchar *text) {
  geo_person_chooser_set_text (chooser, text);
}

static const gchar *
shown (GeoPersonChooser *chooser) {
  return gtk_stack_get_visible_child_name (child_of (chooser, "stack"));
}

static guint
count_rows (GeoPersonChooser *chooser) {
  GtkSelectionModel *model =
      gtk_list_view_get_model (child_of (chooser, "list_view"));

  return g_list_model_get_n_items (G_LIST_MODEL (model));
}

static GeoPerson *
get_row (GeoPersonChooser *chooser, guint index) {
  GtkSelectionModel *model =
      gtk_list_view_get_model (child_of (chooser, "list_view"));
  GeoPerson *person = g_list_model_get_item (G_LIST_MODEL (model), index);

  g_assert_nonnull (person);
  /* The list keeps it. */
  g_object_unref (person);
  return person;
}

static gboolean
says (gpointer root, const gchar *text) {
  return geo_screen_find (GTK_WIDGET (root), GTK_TYPE_LABEL, text) != NULL;
}

static void
chosen_cb (GeoPersonChooser *chooser, GeoPerson *person, GeoPerson **chosen) {
  g_set_object (chosen, person);
}

static GeoPersonChooser *
show_chooser (Scene *scene) {
  GeoPersonChooser *chooser = geo_person_chooser_new ();

  geo_person_chooser_set_node (chooser, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (chooser));
  return chooser;
}

static void
test_empty (Scene *scene, gconstpointer data) {
  GeoPersonChooser *chooser = show_chooser (scene);

  g_assert_cmpstr (shown (chooser), ==, "empty");
  scene_look (scene, "people-empty");
  type (chooser, "Nobody");
  g_assert_cmpstr (shown (chooser), ==, "searching");
  wait_until (g_str_equal (shown (chooser), "nothing"));
  scene_look (scene, "people-nobody");
  type (chooser, "geo://v1/join?hub=http://127.0.0.1:1");
  g_assert_cmpstr (shown (chooser), ==, "nothing");
  type (chooser, "geo://v9/x");
  g_assert_cmpstr (shown (chooser), ==, "nothing");
  type (chooser, "");
  g_assert_cmpstr (shown (chooser), ==, "empty");
}

static void
test_search (Scene *scene, gconstpointer data) {
  GeoPersonChooser *chooser;
  g_autoptr (GeoPerson) chosen = NULL;
  g_autofree gchar *link = geo_node_get_contact_link (scene->nodes[ZOYA]);

  scene_trust (scene);
  trust (scene->nodes[MARTA], scene->nodes[IVAN], 100);
  chooser = show_chooser (scene);
  g_signal_connect (chooser, "chosen", G_CALLBACK (chosen_cb), &chosen);
  g_assert_cmpuint (count_rows (chooser), ==, 2);
  scene_look (scene, "people");

  /* Case and surrounding spaces do not matter; mine are there at once. */
  type (chooser, " oLEN ");
  g_assert_cmpuint (count_rows (chooser), ==, 1);
  g_assert_cmpstr (geo_person_get_name (get_row (chooser, 0)), ==, "Olena");

  /* Part of everybody's name: mine first, and never myself. */
  type (chooser, "a");
  wait_until (count_rows (chooser) == 3);
  wait_until (says (chooser, "Others in Town"));
  g_assert_true (says (chooser, "People You Know"));
  g_assert_cmpstr (geo_person_get_name (get_row (chooser, 2)), ==, "Zoya");
  scene_look (scene, "people-others");

  g_signal_emit_by_name (child_of (chooser, "search_entry"), "activate");
  g_assert_true (chosen == get_row (chooser, 0));
  g_signal_emit_by_name (child_of (chooser, "list_view"), "activate", 2);
  g_assert_true (chosen == get_row (chooser, 2));

  /* A link, and an identifier, of mine and of a stranger. */
  type (chooser, link);
  g_assert_nonnull (geo_person_chooser_get_link (chooser));
  wait_until (count_rows (chooser) == 1);
  g_assert_cmpstr (geo_person_get_name (get_row (chooser, 0)), ==, "Zoya");
  type (chooser, geo_node_get_pid (scene->nodes[OLENA]));
  g_assert_null (geo_person_chooser_get_link (chooser));
  g_assert_cmpuint (count_rows (chooser), ==, 1);
  g_assert_cmpstr (geo_person_get_name (get_row (chooser, 0)), ==, "Olena");

  g_clear_object (&chosen);
  geo_person_chooser_look_up (chooser, geo_node_get_pid (scene->nodes[ZOYA]));
  wait_until (chosen != NULL);
  g_assert_cmpstr (geo_person_get_name (chosen), ==, "Zoya");

  /* A stranger who becomes one of mine is there once. */
  type (chooser, "Zoya");
  wait_until (count_rows (chooser) == 1 && !says (chooser, "Searching…"));
  trust (scene->nodes[MARTA], scene->nodes[ZOYA], 700);
  wait_until (says (chooser, "You trust Zoya up to 7.00 UAH"));
  g_assert_cmpuint (count_rows (chooser), ==, 1);

  /* Without a connection, too. */
  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (scene->nodes[MARTA]) !=
              GEO_CONNECTION_HUB);
  type (chooser, "Nobody");
  wait_until (g_str_equal (shown (chooser), "nothing"));
  scene_look (scene, "people-offline");
}

/* Leaving while the hub is being asked. */
static void
test_leave (Scene *scene, gconstpointer data) {
  GeoPersonChooser *chooser = show_chooser (scene);
  gpointer weak = chooser;
  guint asked = fake_hub_count (scene->hub, GEO_MESSAGE_PEOPLE_QUERY);

  g_object_add_weak_pointer (G_OBJECT (chooser), &weak);
  fake_hub_ignore (scene->hub, GEO_MESSAGE_PEOPLE_QUERY);
  type (chooser, "Somebody");
  wait_until (fake_hub_count (scene->hub, GEO_MESSAGE_PEOPLE_QUERY) > asked);
  adw_window_set_content (ADW_WINDOW (scene->window), NULL);
  wait_until (weak == NULL);
}

static void
test_people_page (Scene *scene, gconstpointer data) {
  GeoPeoplePage *page = g_object_new (GEO_TYPE_PEOPLE_PAGE, NULL);
  GeoPersonChooser *chooser;
  g_autofree gchar *ask = NULL;
  g_autofree gchar *action = NULL;

  scene_trust (scene);
  geo_people_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  chooser = child_of (page, "chooser");
  g_signal_emit_by_name (child_of (chooser, "list_view"), "activate", 0);
  scene_assert_action (scene, "win.show-person", OLENA);

  ask = g_strdup_printf ("geo://v1/pay?to=%s&amount=5.00&equivalent=UAH",
                         geo_node_get_pid (scene->nodes[OLENA]));
  type (chooser, ask);
  g_signal_emit_by_name (child_of (chooser, "list_view"), "activate", 0);
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.pay geo://v1/pay?"));
}

/* --- One person --------------------------------------------------------- */

static GeoPerson *
get_person (Scene *scene, guint who) {
  GeoPerson *person;
  GeoPid pid;

  pid_of (scene->nodes[who], &pid);
  person = geo_node_get_person (scene->nodes[MARTA], &pid);
  g_assert_nonnull (person);
  return person;
}

static void
test_person (Scene *scene, gconstpointer data) {
  GeoPersonPage *page;
  g_autofree gchar *action = NULL;

  scene_trust (scene);
  page = geo_person_page_new (scene->nodes[MARTA], get_person (scene, OLENA));
  scene_show (scene, GTK_WIDGET (page));
  g_assert_cmpstr (label_of (page, "name_label"), ==, "Olena");
  g_assert_true (says (page, "You and Olena are even"));
  g_assert_true (says (page, "You trust Olena up to 300.00 UAH"));
  g_assert_true (says (page, "Olena trusts you up to 500.00 UAH"));
  g_assert_cmpstr (label_of (page, "trust_button"), ==, "Change _Trust…");

  scene_pay (scene, MARTA, OLENA, 24000);
  wait_until (says (page, "You owe Olena 240.00 UAH"));
  trust (scene->nodes[OLENA], scene->nodes[MARTA], 60000);
  wait_until (says (page, "Olena trusts you up to 600.00 UAH"));
  trust (scene->nodes[MARTA], scene->nodes[OLENA], -1);
  wait_until (!says (page, "You trust Olena up to 300.00 UAH"));
  g_assert_cmpstr (label_of (page, "trust_button"), ==, "_Trust…");
  scene_look (scene, "person");

  click (page, "pay_button");
  scene_assert_action (scene, "win.pay", OLENA);
  click (page, "trust_button");
  scene_assert_action (scene, "win.trust", OLENA);
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (gtk_widget_get_ancestor (child_of (page, "pid_row"),
                                                 ADW_TYPE_EXPANDER_ROW)),
      TRUE);
  geo_screen_settle (scene->window);
  g_assert_cmpstr (label_of (page, "pid_row"), ==,
                   geo_node_get_pid (scene->nodes[OLENA]));
  click (page, "copy_button");
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.toast Identifier copied");
  scene_look (scene, "person-details");
}

/* A line of mine that the hub has not confirmed. */
static void
test_pending (Scene *scene, gconstpointer data) {
  GeoPersonPage *page;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GeoPid pid;

  scene_trust (scene);
  page = geo_person_page_new (scene->nodes[MARTA], get_person (scene, OLENA));
  scene_show (scene, GTK_WIDGET (page));
  fake_hub_ignore (scene->hub, GEO_MESSAGE_TRUST_LINE_UPDATE);
  pid_of (scene->nodes[OLENA], &pid);
  geo_node_trust_async (scene->nodes[MARTA], &pid, "UAH", GEO_AMOUNT (100),
                        FALSE, FALSE, cancellable, keep_result_cb, &result);
  wait_until (says (page, "Waiting for the hub"));
  scene_look (scene, "person-pending");
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
}

static void
test_stranger (Scene *scene, gconstpointer data) {
  GeoPersonPage *page;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GeoPerson) stranger = NULL;

  geo_node_find_people_async (scene->nodes[MARTA], "Olena", NULL,
                              keep_result_cb, &result);
  wait_until (result != NULL);
  found = geo_node_find_people_finish (scene->nodes[MARTA], result, NULL);
  stranger = g_list_model_get_item (found, 0);
  page = geo_person_page_new (scene->nodes[MARTA], stranger);
  scene_show (scene, GTK_WIDGET (page));
  g_assert_true (is_seen (page, "nothing_label"));
  scene_look (scene, "person-stranger");
  trust (scene->nodes[MARTA], scene->nodes[OLENA], 1500);
  wait_until (says (page, "You trust Olena up to 15.00 UAH"));
  g_assert_false (is_seen (page, "nothing_label"));
}

/* Six pictures of both keys, alike on both sides, and a note that stays. */
static void
test_verify (Scene *scene, gconstpointer data) {
  GeoPublicKey one = { { 1 } };
  GeoPublicKey other = { { 2 } };
  guint8 here[GEO_SAFETY_PICTURES];
  guint8 there[GEO_SAFETY_PICTURES];
  const guint8 known[GEO_SAFETY_PICTURES] = { 3, 2, 15, 17, 17, 21 };
  GeoNode *node = scene->nodes[MARTA];
  GeoPersonPage *page;
  GeoPerson *person;
  AdwDialog *dialog;
  GeoPid olena;

  g_assert_true (geo_safety_numbers (&one, &other, here));
  g_assert_true (geo_safety_numbers (&other, &one, there));
  g_assert_cmpmem (here, sizeof here, there, sizeof there);
  g_assert_cmpmem (here, sizeof here, known, sizeof known);
  other.bytes[31] = 1;
  g_assert_true (geo_safety_numbers (&one, &other, there));
  g_assert_cmpint (memcmp (here, there, sizeof here), !=, 0);

  scene_trust (scene);
  pid_of (scene->nodes[OLENA], &olena);
  person = geo_node_get_person (node, &olena);
  page = geo_person_page_new (node, person);
  scene_show (scene, GTK_WIDGET (page));
  g_assert_false (geo_person_get_verified (person));
  g_assert_false (is_seen (page, "verified_icon"));

  click (page, "verify_row");
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  wait_until (is_seen (dialog, "same_button"));
  scene_look (scene, "verify");
  click (dialog, "other_button");
  g_assert_false (geo_person_get_verified (person));
  scene_look (scene, "verify-other");
  adw_dialog_force_close (dialog);

  click (page, "verify_row");
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  wait_until (is_seen (dialog, "same_button"));
  click (dialog, "same_button");
  g_assert_true (geo_person_get_verified (person));
  wait_until (is_seen (page, "verified_icon"));
  scene_look (scene, "person-verified");
  click (page, "activity_row");
  scene_assert_action (scene, "win.show-activity", OLENA);

  g_assert_true (geo_node_set_verified (node, &olena, FALSE));
  g_assert_false (geo_node_get_verified (node, &olena));
  /* Nothing is known of whom nobody met. */
  memset (&olena, 7, sizeof olena);
  g_assert_false (geo_node_set_verified (node, &olena, TRUE));
}

/* Marta asks Olena for trust. */
static void
test_ask (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  GeoPersonPage *page;
  g_autoptr (GeoRequestItem) item = NULL;
  GtkWidget *row;
  GtkWidget *entry;
  AdwDialog *alert;
  GeoPid olena;

  scene_trust (scene);
  pid_of (nodes[OLENA], &olena);
  page = geo_person_page_new (nodes[MARTA],
                              geo_node_get_person (nodes[MARTA], &olena));
  scene_show (scene, GTK_WIDGET (page));
  gtk_widget_activate (child_of (page, "ask_row"));
  geo_screen_settle (scene->window);
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_nonnull (alert);
  row = geo_screen_find (GTK_WIDGET (alert), GTK_TYPE_BUTTON, "_Ask");
  g_assert_false (gtk_widget_get_sensitive (row));
  entry = geo_screen_find (GTK_WIDGET (alert), GEO_TYPE_AMOUNT_ENTRY, NULL);
  geo_amount_entry_set_amount (GEO_AMOUNT_ENTRY (entry), GEO_AMOUNT (70000));
  wait_until (gtk_widget_get_sensitive (row));
  scene_look (scene, "ask-trust");
  g_signal_emit_by_name (row, "clicked");
  wait_until (g_list_model_get_n_items (geo_node_get_requests (nodes[MARTA])) ==
              1);
  item = g_list_model_get_item (geo_node_get_requests (nodes[MARTA]), 0);
  g_assert_cmpint (geo_request_item_get_kind (item), ==, GEO_REQUEST_TRUST);
  g_assert_true (geo_request_item_is_mine (item));
  geo_screen_settle (scene->window);
}

static void
requested_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoRequestItem **item = user_data;

  *item = geo_node_request_finish (GEO_NODE (source), result, NULL);
}

/* Olena's link asks Marta for money: it waits at home, and is paid from there. */
static void
test_request (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  const GeoAmount amount = GEO_AMOUNT (4200);
  g_autoptr (GeoRequestItem) asked = NULL;
  g_autoptr (GeoRequestItem) taken = NULL;
  g_autofree gchar *phrase = NULL;
  g_autofree gchar *action = NULL;
  GeoHomePage *home;
  AdwDialog *alert;
  GtkWidget *row;

  scene_trust (scene);
  geo_node_request_async (nodes[OLENA], NULL, "UAH", &amount, "Two jars of honey",
                          0, TRUE, NULL, requested_cb, &asked);
  wait_until (asked != NULL);
  geo_node_take_link_async (nodes[MARTA], geo_request_item_get_link (asked),
                            NULL, requested_cb, &taken);
  wait_until (taken != NULL);
  g_assert_cmpuint (geo_node_get_request_count (nodes[MARTA]), ==, 1);

  home = g_object_new (GEO_TYPE_HOME_PAGE, NULL);
  geo_home_page_set_node (home, nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (home));
  phrase = geo_phrase_request_asks (taken);
  row = geo_screen_find (GTK_WIDGET (home), ADW_TYPE_ACTION_ROW, phrase);
  g_assert_nonnull (row);
  scene_look (scene, "home-request");
  gtk_widget_activate (row);
  geo_screen_settle (scene->window);
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (alert));
  scene_look (scene, "request-pay");
  g_signal_emit_by_name (alert, "response", "accept");
  adw_dialog_force_close (alert);
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.pay-request "));
}

static gboolean
row_says (GeoPersonPage *page, const gchar *row, const gchar *title) {
  return g_str_equal (adw_preferences_row_get_title (child_of (page, row)),
                      title);
}

static void
test_block (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[MARTA];
  GeoPersonPage *page;
  AdwDialog *alert;
  GeoPid olena;

  scene_trust (scene);
  pid_of (scene->nodes[OLENA], &olena);
  page = geo_person_page_new (node, geo_node_get_person (node, &olena));
  scene_show (scene, GTK_WIDGET (page));
  gtk_widget_activate (child_of (page, "block_row"));
  geo_screen_settle (scene->window);
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (alert));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (alert)),
                            "end your trust"));
  g_signal_emit_by_name (alert, "response", "block");
  adw_dialog_force_close (alert);
  wait_until (geo_node_is_blocked (node, &olena));
  /* What the row says is what it does. */
  wait_until (row_says (page, "block_row", "Un_block"));
  gtk_widget_activate (child_of (page, "block_row"));
  wait_until (!geo_node_is_blocked (node, &olena));
  wait_until (row_says (page, "block_row", "_Block…"));
}

/* Where no trust is given there is none to end. */
static void
test_block_untrusted (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[OLENA];
  GeoPersonPage *page;
  AdwDialog *alert;
  GeoPerson *person;
  GeoPid ivan;

  scene_trust (scene);
  pid_of (scene->nodes[IVAN], &ivan);
  wait_until ((person = geo_node_get_person (node, &ivan)) != NULL);
  g_assert_false (geo_person_is_trusted (person));
  page = geo_person_page_new (node, person);
  scene_show (scene, GTK_WIDGET (page));
  gtk_widget_activate (child_of (page, "block_row"));
  geo_screen_settle (scene->window);
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (alert));
  g_assert_null (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (alert)),
                         "end your trust"));
  adw_dialog_force_close (alert);
}

/* Instead of six pictures, a code; somebody else's is no proof. */
static GeoPerson *
person_of (Scene *scene, guint who, guint whom) {
  GeoPerson *person;
  GeoPid pid;

  pid_of (scene->nodes[whom], &pid);
  person = geo_node_get_person (scene->nodes[who], &pid);
  g_assert_nonnull (person);
  return person;
}

/* Frozen by a word, and as it was again without one; both see it. */
static void
test_freeze (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[MARTA];
  GeoPerson *olena;
  GeoPerson *marta;
  g_autoptr (GeoRelation) mine = NULL;
  g_autoptr (GeoRelation) theirs = NULL;
  g_autofree gchar *toast = NULL;
  GtkWidget *page;
  GeoPersonRow *row;
  AdwAlertDialog *alert;
  GeoAmount limit;

  scene_trust (scene);
  olena = person_of (scene, MARTA, OLENA);
  marta = person_of (scene, OLENA, MARTA);
  mine = g_list_model_get_item (geo_person_get_relations (olena), 0);
  theirs = g_list_model_get_item (geo_person_get_relations (marta), 0);
  page = scene_show (scene, GTK_WIDGET (geo_person_page_new (node, olena)));
  geo_screen_settle (scene->window);
  g_assert_nonnull (geo_screen_find (page, GTK_TYPE_LABEL, "Freeze…"));
  g_assert_true (
      gtk_widget_activate_action (page, "person.freeze", "s", "UAH"));
  geo_screen_settle (scene->window);
  alert = ADW_ALERT_DIALOG (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window)));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (alert), "Olena"));
  g_signal_emit_by_name (alert, "response", "cancel");
  g_assert_false (geo_relation_get_frozen (mine));
  g_signal_emit_by_name (alert, "response", "freeze");
  adw_dialog_force_close (ADW_DIALOG (alert));
  wait_until (geo_relation_get_frozen (mine) &&
              !geo_relation_get_pending (mine));
  wait_until (geo_relation_get_their_frozen (theirs));
  wait_until (geo_screen_find (
                  page, GTK_TYPE_LABEL,
                  "Frozen by you: nothing more is owed either way") != NULL);
  wait_until ((toast = scene_take_action (scene)) != NULL);
  g_assert_cmpstr (toast, ==, "win.toast The trust is frozen");
  /* The limit stays as it was. */
  g_assert_true (geo_relation_get_my_limit (mine, &limit));
  g_assert_cmpint (limit.minor, ==, 30000);
  scene_look (scene, "person-frozen");
  row = g_object_ref_sink (geo_person_row_new ());
  geo_person_row_set_person (row, olena);
  g_assert_nonnull (strstr (label_of (row, "relation_label"), "(frozen)"));
  geo_person_row_set_person (row, NULL);
  g_object_unref (row);

  g_assert_nonnull (geo_screen_find (page, GTK_TYPE_LABEL, "Unfreeze"));
  g_assert_true (
      gtk_widget_activate_action (page, "person.unfreeze", "s", "UAH"));
  wait_until (!geo_relation_get_frozen (mine) &&
              !geo_relation_get_pending (mine));
  wait_until (!geo_relation_get_their_frozen (theirs));
  wait_until (geo_screen_find (page, GTK_TYPE_LABEL, "Freeze…") != NULL);
}

/* Without the hub nothing is frozen, and that is said. */
static void
test_freeze_offline (Scene *scene, gconstpointer data) {
  GeoNode *node = scene->nodes[MARTA];
  GeoPerson *olena;
  AdwDialog *alert = NULL;
  GtkWidget *page;

  scene_trust (scene);
  olena = person_of (scene, MARTA, OLENA);
  page = scene_show (scene, GTK_WIDGET (geo_person_page_new (node, olena)));
  fake_hub_go (scene->hub);
  wait_until (geo_node_get_connection (node) != GEO_CONNECTION_HUB);
  gtk_widget_activate_action (page, "person.freeze", "s", "UAH");
  geo_screen_settle (scene->window);
  alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
  g_signal_emit_by_name (alert, "response", "freeze");
  adw_dialog_force_close (alert);
  wait_until (
      (alert = adw_window_get_visible_dialog (ADW_WINDOW (scene->window))) !=
          NULL &&
      g_str_equal (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (alert)),
                   "Not Frozen"));
  adw_dialog_force_close (alert);
  geo_screen_settle (scene->window);
  scene_come_back (scene);
}

static void
test_verify_code (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  g_autofree gchar *own = geo_node_get_contact_link (nodes[OLENA]);
  g_autofree gchar *other = geo_node_get_contact_link (nodes[IVAN]);
  GeoVerifyDialog *dialog;
  GeoPid olena;
  gpointer weak;

  scene_trust (scene);
  pid_of (nodes[OLENA], &olena);
  dialog = geo_verify_dialog_new (nodes[MARTA],
                                  geo_node_get_person (nodes[MARTA], &olena));
  scene_show_dialog (scene, dialog);
  wait_until (is_seen (dialog, "code_button"));
  scene_look (scene, "verify-code");
  geo_verify_dialog_take_code (dialog, other);
  wait_until (ADW_IS_ALERT_DIALOG (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window))));
  g_assert_false (geo_node_get_verified (nodes[MARTA], &olena));
  adw_dialog_force_close (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window)));
  geo_verify_dialog_take_code (dialog, "hello");
  g_assert_false (geo_node_get_verified (nodes[MARTA], &olena));
  wait_until (ADW_IS_ALERT_DIALOG (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window))));
  adw_dialog_force_close (
      adw_window_get_visible_dialog (ADW_WINDOW (scene->window)));
  weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  geo_verify_dialog_take_code (dialog, own);
  g_assert_true (geo_node_get_verified (nodes[MARTA], &olena));
  wait_until (weak == NULL);
}

static void
test_row (Scene *scene, gconstpointer data) {
  GeoPersonRow *row = g_object_ref_sink (geo_person_row_new ());

  scene_trust (scene);
  geo_person_row_set_person (row, get_person (scene, OLENA));
  g_assert_cmpstr (label_of (row, "relation_label"), ==,
                   "Olena trusts you up to 500.00 UAH");
  scene_pay (scene, OLENA, MARTA, 6000);
  wait_until (g_str_equal (label_of (row, "relation_label"),
                           "Olena owes you 60.00 UAH"));
  geo_person_row_set_person (row, NULL);
  end_widget (row);
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

#define ADD(path, n, test)                                         \
  g_test_add ("/wallet/people/" path, Scene, GUINT_TO_POINTER (n), \
              scene_set_up, test, scene_tear_down)
  ADD ("empty", 1, test_empty);
  ADD ("search", 4, test_search);
  ADD ("leave", 1, test_leave);
  ADD ("page", 2, test_people_page);
  ADD ("person", 2, test_person);
  ADD ("pending", 2, test_pending);
  ADD ("stranger", 2, test_stranger);
  ADD ("verify-code", 3, test_verify_code);
  ADD ("row", 2, test_row);
  ADD ("verify", 2, test_verify);
  ADD ("ask", 2, test_ask);
  ADD ("request", 2, test_request);
  ADD ("block", 2, test_block);
  ADD ("block-untrusted", 3, test_block_untrusted);
  ADD ("freeze", 2, test_freeze);
  ADD ("freeze-offline", 2, test_freeze_offline);
#undef ADD
  return g_test_run ();
}
