/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonPage: shows one person and follows what changes between us.  Paying
 * and trusting are the window's.
 */
#include "config.h"

#include "wallet/geo-person-page.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-freeze.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-person-watch.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-verify-dialog.h"

struct _GeoPersonPage {
  AdwNavigationPage parent_instance;

  guint update_id;

  /* owned */
  GeoNode *node;
  GeoPerson *person;
  GeoPersonWatch *watch;
  GPtrArray *groups; /* In relations_box, which holds them. */

  /* template children */
  GeoKeyWarning *warning;
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkButton *pay_button;
  GtkButton *request_button;
  GtkButton *trust_button;
  GtkBox *relations_box;
  GtkLabel *nothing_label;
  AdwActionRow *verify_row;
  AdwActionRow *activity_row;
  AdwButtonRow *ask_row;
  AdwButtonRow *block_row;
  GtkWidget *verified_icon;
  AdwActionRow *pid_row;
  GtkButton *copy_button;
};

G_DEFINE_FINAL_TYPE (GeoPersonPage, geo_person_page, ADW_TYPE_NAVIGATION_PAGE)

/* --- Relations ---------------------------------------------------------- */

static AdwActionRow *
add_row (AdwPreferencesGroup *group, const gchar *sentence) {
  GtkWidget *row = adw_action_row_new ();

  /* Names and codes are no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sentence);
  gtk_widget_add_css_class (row, "numeric");
  adw_preferences_group_add (group, row);
  return ADW_ACTION_ROW (row);
}

/* What clearing may use of a line (§7); only of both together. */
static gchar *
phrase_spare (GeoPersonPage *self, gboolean it, gboolean other, gboolean mine) {
  const gchar *name = geo_person_get_name (self->person);

  if (it && other)
    return g_strdup (_ ("What is left of it may clear circles"));
  if (it && mine)
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("What is left of it may clear circles as soon "
                               "as %s agrees, too"),
                            name);
  if (it)
    return g_strdup (_ ("What is left of it may clear circles as soon as you "
                        "agree, too"));
  return g_strdup ("");
}

/* What is said below a line's sentence: its limit for one day, and its use. */
static void
set_line_subtitle (AdwActionRow *row, const gchar *daily, const gchar *use) {
  g_autofree gchar *both = NULL;

  if (daily != NULL && *use != '\0')
    both = g_strconcat (daily, "\n", use, NULL);
  adw_action_row_set_subtitle (row, both != NULL    ? both
                                    : daily != NULL ? daily
                                                    : use);
}

static void
add_line_rows (GeoPersonPage *self,
               AdwPreferencesGroup *group,
               GeoRelation *relation) {
  const gchar *name = geo_person_get_name (self->person);
  const gchar *equivalent = geo_relation_get_equivalent (relation);
  guint precision = geo_relation_get_precision (relation);
  gboolean mine_spare = geo_relation_get_spare (relation, NULL);
  gboolean their_spare = geo_relation_get_their_spare (relation, NULL);
  g_autofree gchar *my_use = phrase_spare (self, mine_spare, their_spare, TRUE);
  g_autofree gchar *their_use = phrase_spare (self, their_spare, mine_spare,
                                              FALSE);
  AdwActionRow *row;
  GeoAmount limit, daily, left;

  if (geo_relation_get_my_limit (relation, &limit)) {
    g_autofree gchar *mine = geo_phrase_my_line (name, limit, precision,
                                                 equivalent);
    g_autofree gchar *my_daily =
        geo_relation_get_daily (relation, &daily, &left)
            ? geo_phrase_daily (daily, left, precision, equivalent)
            : NULL;

    row = add_row (group, mine);
    if (geo_relation_get_pending (relation))
      adw_action_row_set_subtitle (row, _ ("Waiting for the hub"));
    else if (geo_relation_get_frozen (relation))
      adw_action_row_set_subtitle (
          row, _ ("Frozen by you: nothing more is owed either way"));
    else
      set_line_subtitle (row, my_daily, my_use);
  } else if (geo_relation_get_pending (relation)) {
    row = add_row (group, _ ("Your change of trust is on its way"));
    adw_action_row_set_subtitle (row, _ ("Waiting for the hub"));
  }
  if (geo_relation_get_their_limit (relation, &limit)) {
    g_autofree gchar *theirs = geo_phrase_their_line (name, limit, precision,
                                                      equivalent);
    g_autofree gchar *their_day =
        geo_relation_get_their_daily (relation, &daily)
            ? geo_phrase_their_daily (daily, precision, equivalent)
            : NULL;

    row = add_row (group, theirs);
    if (geo_relation_get_their_frozen (relation))
      adw_action_row_set_subtitle (
          row, _ ("Frozen by them: nothing more is owed either way"));
    else
      set_line_subtitle (row, their_day, their_use);
  }
}

/* A line of mine can be frozen, and be as it was again. */
static void
add_freeze_row (AdwPreferencesGroup *group, GeoRelation *relation) {
  gboolean is_frozen = geo_relation_get_frozen (relation);
  GtkWidget *row;

  if (!geo_relation_get_my_limit (relation, NULL))
    return;
  row = adw_button_row_new ();
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 is_frozen ? _ ("Un_freeze") : _ ("_Freeze…"));
  gtk_actionable_set_action_name (
      GTK_ACTIONABLE (row), is_frozen ? "person.unfreeze" : "person.freeze");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s",
                                    geo_relation_get_equivalent (relation));
  adw_preferences_group_add (group, row);
}

static void
add_relation (GeoPersonPage *self, GeoRelation *relation) {
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree gchar *balance = geo_phrase_balance (
      geo_person_get_name (self->person), geo_relation_get_balance (relation),
      geo_relation_get_precision (relation),
      geo_relation_get_equivalent (relation));

  if (geo_node_get_n_equivalents (self->node) > 1)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group),
                                     geo_relation_get_equivalent (relation));
  gtk_widget_add_css_class (
      GTK_WIDGET (add_row (ADW_PREFERENCES_GROUP (group), balance)), "heading");
  add_line_rows (self, ADW_PREFERENCES_GROUP (group), relation);
  add_freeze_row (ADW_PREFERENCES_GROUP (group), relation);
  gtk_box_append (self->relations_box, group);
  g_ptr_array_add (self->groups, group);
}

static void
update (GeoPersonPage *self) {
  const gchar *name = geo_person_get_name (self->person);
  GListModel *relations = geo_person_get_relations (self->person);
  guint n = g_list_model_get_n_items (relations);
  gboolean is_doubtful = geo_person_get_key_changed (self->person);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), name);
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name_label, name);
  gtk_button_set_label (self->trust_button, geo_person_is_trusted (self->person)
                                                ? _ ("Change _Trust…")
                                                : _ ("_Trust…"));
  gtk_widget_set_visible (GTK_WIDGET (self->warning), is_doubtful);
  gtk_widget_set_visible (GTK_WIDGET (self->pay_button), !is_doubtful);
  gtk_widget_set_visible (GTK_WIDGET (self->request_button), !is_doubtful);
  /* Trust can be lowered at any time. */
  gtk_widget_set_visible (GTK_WIDGET (self->trust_button),
                          !is_doubtful || geo_person_is_trusted (self->person));
  gtk_widget_set_visible (GTK_WIDGET (self->ask_row), !is_doubtful);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->verify_row),
                                 geo_person_get_verified (self->person)
                                     ? _ ("Verified in person")
                                     : _ ("Verify in person…"));
  gtk_widget_set_visible (self->verified_icon,
                          geo_person_get_verified (self->person));
  adw_preferences_row_set_title (
      ADW_PREFERENCES_ROW (self->block_row),
      geo_node_is_blocked (self->node, geo_person_get_pid (self->person))
          ? _ ("Un_block")
          : _ ("_Block…"));
  for (guint i = 0; i < self->groups->len; i++)
    gtk_box_remove (self->relations_box, self->groups->pdata[i]);
  g_ptr_array_set_size (self->groups, 0);
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    add_relation (self, relation);
  }
  gtk_widget_set_visible (GTK_WIDGET (self->nothing_label), n == 0);
}

static gboolean
update_cb (gpointer user_data) {
  GeoPersonPage *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* One change of a line notifies several times. */
static void
changed_cb (GeoPersonPage *self) {
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
set_person (GeoPersonPage *self, GeoPerson *person) {
  if (!g_set_object (&self->person, person))
    return;
  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
  geo_key_warning_set_person (self->warning, self->node, person);
  self->watch = geo_person_watch_new (person);
  g_signal_connect_swapped (self->watch, "changed", G_CALLBACK (changed_cb),
                            self);
  changed_cb (self);
}

/* A stranger becomes one of my people, and is another object then. */
static void
people_changed_cb (GeoPersonPage *self) {
  GeoPerson *person = geo_node_get_person (self->node,
                                           geo_person_get_pid (self->person));

  if (person != NULL)
    set_person (self, person);
}

static void
verify_cb (GeoPersonPage *self) {
  adw_dialog_present (
      ADW_DIALOG (geo_verify_dialog_new (self->node, self->person)),
      GTK_WIDGET (self));
}

static void
ask_cb (GeoPersonPage *self) {
  geo_request_ask_trust (GTK_WIDGET (self), self->node, self->person);
}

static void
block_cb (GeoPersonPage *self) {
  geo_request_block (GTK_WIDGET (self), self->node, self->person);
}

static void
freeze_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoPersonPage *self = GEO_PERSON_PAGE (widget);

  geo_freeze_ask (widget, self->node, self->person,
                  g_variant_get_string (parameter, NULL));
}

static void
unfreeze_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoPersonPage *self = GEO_PERSON_PAGE (widget);

  geo_freeze_undo (widget, self->node, self->person,
                   g_variant_get_string (parameter, NULL));
}

static void
copy_cb (GeoPersonPage *self) {
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          geo_person_get_pid_text (self->person));
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _ ("Identifier copied"));
}

/* --- Life --------------------------------------------------------------- */

static void
geo_person_page_dispose (GObject *object) {
  GeoPersonPage *self = GEO_PERSON_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node),
                                          self);
  g_clear_object (&self->watch);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  G_OBJECT_CLASS (geo_person_page_parent_class)->dispose (object);
}

static void
geo_person_page_class_init (GeoPersonPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_person_page_dispose;
  g_type_ensure (GEO_TYPE_KEY_WARNING);
  gtk_widget_class_install_action (widget_class, "person.freeze", "s",
                                   freeze_cb);
  gtk_widget_class_install_action (widget_class, "person.unfreeze", "s",
                                   unfreeze_cb);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-person-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage, warning);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        name_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        pay_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        request_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        trust_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        relations_box);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        nothing_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        verify_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        verified_icon);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        activity_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage, ask_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage, block_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage, pid_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonPage,
                                        copy_button);
}

static void
geo_person_page_init (GeoPersonPage *self) {
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->copy_button, "clicked", G_CALLBACK (copy_cb),
                            self);
  g_signal_connect_swapped (self->ask_row, "activated", G_CALLBACK (ask_cb),
                            self);
  g_signal_connect_swapped (self->block_row, "activated", G_CALLBACK (block_cb),
                            self);
  g_signal_connect_swapped (self->verify_row, "activated",
                            G_CALLBACK (verify_cb), self);
}

GeoPersonPage *
geo_person_page_new (GeoNode *node, GeoPerson *person) {
  GeoPersonPage *self = g_object_new (GEO_TYPE_PERSON_PAGE, NULL);
  const gchar *pid = geo_person_get_pid_text (person);

  self->node = g_object_ref (node);
  g_signal_connect_swapped (geo_node_get_people (node), "items-changed",
                            G_CALLBACK (people_changed_cb), self);
  g_signal_connect_object (node, "blocked", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->pay_button), "s",
                                    pid);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->request_button), "s",
                                    pid);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->trust_button), "s",
                                    pid);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->activity_row), "s",
                                    pid);
  adw_action_row_set_subtitle (self->pid_row, pid);
  set_person (self, person);
  update (self);
  return self;
}
