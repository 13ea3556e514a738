/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of pages and dialogs share.
 */
#include "wallet-test.h"

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-key-chain.h"
#include "core/geo-words.h"
#include "node/geo-finding.h"
#include "node/geo-profile-private.h"
#include "node/geo-safety.h"

static const gchar *const names[N_PEOPLE] = {
  "Marta Kovalenko",
  "Olena",
  "Ivan Petrenko-Vashchuk from the Mill on the Other Side of the River",
  "Zoya",
};

/* --- The window --------------------------------------------------------- */

static void
action_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data) {
  GPtrArray *actions = user_data;

  g_ptr_array_add (actions,
                   g_strdup_printf ("win.%s %s",
                                    g_action_get_name (G_ACTION (action)),
                                    g_variant_get_string (parameter, NULL)));
}

static void
make_window (Scene *scene) {
  static const gchar *const wanted[] = {
    "show-page",     "show-person",  "show-receipt", "show-clearing",
    "show-activity", "pay",          "trust",        "toast",
    "request",       "show-request", "pay-request",  "open-link",
    "show-evidence",
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  scene->actions = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++) {
    g_autoptr (GSimpleAction) action =
        g_simple_action_new (wanted[i], G_VARIANT_TYPE_STRING);

    g_signal_connect (action, "activate", G_CALLBACK (action_cb),
                      scene->actions);
    g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  }
  scene->window = adw_window_new ();
  gtk_widget_set_size_request (scene->window, 360, 294);
  gtk_window_set_default_size (GTK_WINDOW (scene->window), 1000, 800);
  gtk_widget_insert_action_group (scene->window, "win", G_ACTION_GROUP (group));
  gtk_window_present (GTK_WINDOW (scene->window));
}

GtkWidget *
scene_show (Scene *scene, GtkWidget *child) {
  GtkWidget *view = child;

  if (ADW_IS_NAVIGATION_PAGE (child)) {
    view = adw_navigation_view_new ();
    adw_navigation_view_push (ADW_NAVIGATION_VIEW (view),
                              ADW_NAVIGATION_PAGE (child));
  }
  adw_window_set_content (ADW_WINDOW (scene->window), view);
  geo_screen_settle (scene->window);
  return child;
}

void
scene_show_dialog (Scene *scene, gpointer dialog) {
  adw_dialog_present (ADW_DIALOG (dialog), scene->window);
  geo_screen_settle (scene->window);
}

gchar *
scene_take_action (Scene *scene) {
  guint n = scene->actions->len;

  return n > 0 ? g_ptr_array_steal_index (scene->actions, n - 1) : NULL;
}

void
scene_assert_action (Scene *scene, const gchar *name, guint who) {
  g_autofree gchar *action = scene_take_action (scene);
  g_autofree gchar *wanted =
      g_strdup_printf ("%s %s", name, geo_node_get_pid (scene->nodes[who]));

  g_assert_cmpstr (action, ==, wanted);
}

/* --- Widgets ------------------------------------------------------------ */

gpointer
child_of (gpointer widget, const gchar *name) {
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (widget),
                                                  G_OBJECT_TYPE (widget), name);

  g_assert_nonnull (child);
  return child;
}

const gchar *
label_of (gpointer widget, const gchar *name) {
  gpointer child = child_of (widget, name);

  if (GTK_IS_BUTTON (child))
    return gtk_button_get_label (child);
  if (ADW_IS_ACTION_ROW (child))
    return adw_action_row_get_subtitle (child);
  return gtk_label_get_label (child);
}

gboolean
is_seen (gpointer widget, const gchar *name) {
  return gtk_widget_get_mapped (child_of (widget, name));
}

gboolean
can_click (gpointer widget, const gchar *name) {
  GtkWidget *child = child_of (widget, name);

  return gtk_widget_get_mapped (child) && gtk_widget_is_sensitive (child);
}

void
click (gpointer widget, const gchar *name) {
  GtkWidget *child = child_of (widget, name);
  /* A click may be the end of the child. */
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (child));

  /* What it is on may still be on its way in. */
  wait_until (can_click (widget, name));
  /* Activating a button is shown for a moment before it clicks. */
  if (GTK_IS_BUTTON (child))
    g_signal_emit_by_name (child, "clicked");
  else
    g_assert_true (gtk_widget_activate (child));
  geo_screen_settle (root);
}

static void
look_once (Scene *scene, const gchar *name, int width) {
  g_autofree gchar *complaints = NULL;
  g_autofree gchar *file = g_strdup_printf ("%s-%d", name, width);

  geo_screen_resize (GTK_WINDOW (scene->window), width,
                     width < 600 ? 720 : 800);
  complaints = geo_screen_complaints (scene->window);
  if (complaints != NULL)
    g_test_message ("%s: %s", file, complaints);
  geo_screen_save (scene->window, file);
  g_assert_null (complaints);
}

void
scene_look (Scene *scene, const gchar *name) {
  look_once (scene, name, 360);
  look_once (scene, name, 1000);
}

void
end_widget (gpointer object) {
  gpointer weak = object;

  g_object_add_weak_pointer (G_OBJECT (object), &weak);
  g_object_unref (object);
  wait_until (weak == NULL);
}

/* --- People ------------------------------------------------------------- */

void
scene_set_up (Scene *scene, gconstpointer data) {
  guint n = GPOINTER_TO_UINT (data);

  scene->folder = make_folder ();
  scene->hub = fake_hub_new (200);
  for (guint i = 0; i < n; i++) {
    scene->profiles[i] = make_profile (scene->folder, names[i], NULL);
    scene->nodes[i] = join (scene->profiles[i], scene->hub);
  }
  make_window (scene);
}

void
scene_tear_down (Scene *scene, gconstpointer data) {
  GtkWidget *weak = scene->window;

  g_object_add_weak_pointer (G_OBJECT (weak), (gpointer *) &weak);
  gtk_window_destroy (GTK_WINDOW (scene->window));
  wait_until (weak == NULL);
  /* Nor does any page hold its node any more. */
  for (guint i = 0; i < N_PEOPLE; i++) {
    if (scene->nodes[i] != NULL)
      end_node (scene->nodes[i]);
    g_clear_object (&scene->profiles[i]);
  }
  g_ptr_array_unref (scene->actions);
  fake_hub_free (scene->hub);
  remove_folder (scene->folder);
  g_free (scene->folder);
}

GeoActivityItem *
scene_get_row (Scene *scene, guint who, guint row) {
  GeoActivityItem *item =
      g_list_model_get_item (geo_node_get_activity (scene->nodes[who]), row);

  g_assert_nonnull (item);
  wait_until (geo_activity_item_get_loaded (item));
  return item;
}

void
scene_trust (Scene *scene) {
  GeoNode **nodes = scene->nodes;

  trust (nodes[MARTA], nodes[OLENA], 30000);
  trust (nodes[OLENA], nodes[MARTA], 50000);
  if (nodes[IVAN] != NULL)
    trust (nodes[IVAN], nodes[OLENA], 8000);
  wait_until (geo_total_get_can_pay (get_total (nodes[MARTA], 0)).minor ==
              50000);
}

void
scene_steal_key (Scene *scene) {
  GeoNode *marta = scene->nodes[MARTA];
  GeoSecret *first = geo_secret_ref (
      geo_profile_get_secret (scene->profiles[OLENA]));
  gchar *words = geo_profile_make_words ();
  GeoSecret *stolen = geo_words_to_secret (words, NULL);
  guint before = geo_node_get_new_findings (marta);
  g_autoptr (GeoParticipant) was = NULL;
  g_autoptr (GeoParticipant) other = NULL;
  g_autoptr (GError) error = NULL;
  GeoPerson *person;
  GeoPid olena;

  pid_of (scene->nodes[OLENA], &olena);
  person = geo_node_get_person (marta, &olena);
  was = geo_participant_copy (fake_hub_get_participant (scene->hub, &olena));
  geo_words_free (change_key (scene->nodes[OLENA]));
  wait_until (geo_person_get_key_changed (person));
  geo_node_accept_key (marta, &olena);
  wait_until (!geo_person_get_key_changed (person));
  other = geo_participant_rotate (was, first, stolen, g_get_real_time () / 1000,
                                  &error);
  g_assert_no_error (error);
  fake_hub_show (scene->hub, other);
  wait_until (geo_person_get_key_changed (person) &&
              geo_node_get_new_findings (marta) == before + 1);
  geo_secret_unref (first);
  geo_secret_unref (stolen);
  geo_words_free (words);
}

void
scene_pay (Scene *scene, guint from, guint to, gint64 amount) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;
  GeoPid pid;

  find (scene->nodes[from], scene->nodes[to]);
  pid_of (scene->nodes[to], &pid);
  payment = geo_node_pay (scene->nodes[from], NULL, &pid, "UAH",
                          GEO_AMOUNT (amount), "for apples", &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
}

void
scene_come_back (Scene *scene) {
  fake_hub_come_back (scene->hub);
  for (guint i = 0; i < N_PEOPLE; i++)
    if (scene->nodes[i] != NULL) {
      geo_node_hurry (scene->nodes[i]);
      wait_until (geo_node_get_connection (scene->nodes[i]) ==
                  GEO_CONNECTION_HUB);
    }
}

void
type_amount (gpointer dialog, const gchar *text) {
  gtk_editable_set_text (
      GTK_EDITABLE (child_of (child_of (dialog, "amount_entry"), "entry")),
      text);
}

const gchar *
page_of (gpointer dialog) {
  return adw_navigation_page_get_tag (
      adw_navigation_view_get_visible_page (child_of (dialog, "navigation")));
}

void
close_dialog (gpointer dialog) {
  gpointer weak = dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  adw_dialog_close (dialog);
  wait_until (weak == NULL);
}

gchar *
shown_word (gpointer grid, guint index) {
  GtkFlowBox *box = child_of (grid, "box");
  GtkWidget *cell = gtk_flow_box_child_get_child (
      gtk_flow_box_get_child_at_index (box, (int) index));

  return g_strdup (
      gtk_label_get_text (GTK_LABEL (gtk_widget_get_last_child (cell))));
}
