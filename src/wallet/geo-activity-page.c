/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoActivityPage: a list of activity of its own, which the node fills from
 * disk as it is looked at, in a list view that makes rows for what is seen
 * only; and what narrows it down.  It keeps and reads nothing itself.
 */
#include "config.h"

#include "wallet/geo-activity-page.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-activity-row.h"

#define MS_PER_S 1000

/* What can be chosen, in the order of the lists. */
typedef struct {
  const gchar *title;
  guint bits;
} Choice;

#define BIT(number) (1u << (number))

static const Choice kinds[] = {
  { N_ ("Everything"), 0 },
  { N_ ("Payments"), BIT (GEO_ITEM_PAID) | BIT (GEO_ITEM_RECEIVED) },
  { N_ ("Paid by Me"), BIT (GEO_ITEM_PAID) },
  { N_ ("Received"), BIT (GEO_ITEM_RECEIVED) },
  { N_ ("Passed Through"), BIT (GEO_ITEM_PASSED) },
  { N_ ("Trust"), BIT (GEO_ITEM_TRUST_GIVEN) | BIT (GEO_ITEM_TRUST_GOT) },
  { N_ ("Clearing"), BIT (GEO_ITEM_CLEARED) },
  { N_ ("Refused by Me"), BIT (GEO_ITEM_REFUSED) },
};

static const Choice states[] = {
  { N_ ("Any State"), 0 },
  { N_ ("Done"), BIT (GEO_STATE_PAID) },
  { N_ ("Under Way"), BIT (GEO_STATE_SENDING) | BIT (GEO_STATE_IN_DOUBT) },
  { N_ ("Not Paid"), BIT (GEO_STATE_NOT_PAID) },
};

typedef enum {
  TIME_ANY = 0,
  TIME_TODAY = 1,
  TIME_WEEK = 2,
  TIME_MONTH = 3,
  TIME_LAST_MONTH = 4,
  TIME_YEAR = 5,
} TimeChoice;

static const gchar *const times[] = {
  N_ ("Any Time"),   N_ ("Today"),      N_ ("Last 7 Days"),
  N_ ("This Month"), N_ ("Last Month"), N_ ("This Year"),
};

struct _GeoActivityPage {
  AdwBin parent_instance;

  gboolean is_clearing; /* All choices change at once. */

  /* owned */
  GeoNode *node;
  GeoActivityModel *activity;
  GtkStringList *people; /* "Anybody", and a name for each of pids. */
  GPtrArray *pids; /* The text of each; NULL for anybody. */

  /* template children */
  GtkStack *stack;
  GtkSearchEntry *search_entry;
  GtkMenuButton *filter_button;
  GtkWidget *spinner;
  AdwWrapBox *chips;
  GtkDropDown *kind_drop;
  GtkDropDown *state_drop;
  GtkDropDown *time_drop;
  GtkDropDown *equivalent_drop;
  GtkDropDown *person_drop;
  GtkWidget *equivalent_label;
  GtkButton *clear_button;
  GtkButton *nothing_button;
  GtkListView *list_view;
};

G_DEFINE_FINAL_TYPE (GeoActivityPage, geo_activity_page, ADW_TYPE_BIN)

/* --- Searching ---------------------------------------------------------- */

/* Midnights of this computer; FALSE: any time. */
static gboolean
find_times (TimeChoice choice, GeoTime *from, GeoTime *to) {
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) today =
      g_date_time_new_local (g_date_time_get_year (now),
                             g_date_time_get_month (now),
                             g_date_time_get_day_of_month (now), 0, 0, 0);
  g_autoptr (GDateTime) month = g_date_time_add_days (
      today, 1 - g_date_time_get_day_of_month (today));
  g_autoptr (GDateTime) begin = NULL;

  *from = *to = 0;
  switch (choice) {
  case TIME_ANY:
    return FALSE;
  case TIME_TODAY:
    begin = g_date_time_ref (today);
    break;
  case TIME_WEEK:
    begin = g_date_time_add_days (today, -6);
    break;
  case TIME_MONTH:
    begin = g_date_time_ref (month);
    break;
  case TIME_LAST_MONTH:
    begin = g_date_time_add_months (month, -1);
    *to = g_date_time_to_unix (month) * MS_PER_S;
    break;
  case TIME_YEAR:
    begin = g_date_time_new_local (g_date_time_get_year (now), 1, 1, 0, 0, 0);
    break;
  }
  if (begin != NULL)
    *from = g_date_time_to_unix (begin) * MS_PER_S;
  return TRUE;
}

static GtkDropDown **
list_drops (GeoActivityPage *self, GtkDropDown *drops[5]) {
  drops[0] = self->kind_drop;
  drops[1] = self->state_drop;
  drops[2] = self->time_drop;
  drops[3] = self->equivalent_drop;
  drops[4] = self->person_drop;
  return drops;
}

static gboolean
is_narrowed (GeoActivityPage *self) {
  GtkDropDown *drops[5];

  list_drops (self, drops);
  for (gsize i = 0; i < G_N_ELEMENTS (drops); i++) {
    if (gtk_drop_down_get_selected (drops[i]) > 0 &&
        gtk_drop_down_get_selected (drops[i]) != GTK_INVALID_LIST_POSITION)
      return TRUE;
  }
  return FALSE;
}

static void
update (GeoActivityPage *self) {
  gboolean is_empty =
      g_list_model_get_n_items (G_LIST_MODEL (self->activity)) == 0;
  gboolean is_searching = geo_activity_model_get_searching (self->activity);
  gboolean is_all = !is_narrowed (self) &&
                    *gtk_editable_get_text (
                        GTK_EDITABLE (self->search_entry)) == '\0';

  gtk_widget_set_visible (self->spinner, is_searching);
  if (!is_empty)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else if (is_all)
    gtk_stack_set_visible_child_name (self->stack, "empty");
  else if (!is_searching)
    gtk_stack_set_visible_child_name (self->stack, "nothing");
}

static void
chip_cb (GtkButton *chip, GeoActivityPage *self) {
  GtkDropDown *drop = g_object_get_data (G_OBJECT (chip), "drop");

  /* The chip goes; the focus is not to be lost with it. */
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  gtk_drop_down_set_selected (drop, 0);
}

/* What is chosen stays in sight, and can be taken back there. */
static void
show_chips (GeoActivityPage *self) {
  GtkDropDown *drops[5];
  GtkWidget *child;
  gboolean any = FALSE;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL)
    adw_wrap_box_remove (self->chips, child);
  list_drops (self, drops);
  for (gsize i = 0; i < G_N_ELEMENTS (drops); i++) {
    GtkStringObject *chosen = gtk_drop_down_get_selected_item (drops[i]);
    GtkWidget *content;
    GtkWidget *chip;
    g_autofree gchar *label = NULL;

    if (chosen == NULL || gtk_drop_down_get_selected (drops[i]) == 0)
      continue;
    any = TRUE;
    content = adw_button_content_new ();
    adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content),
                                      "window-close-symbolic");
    adw_button_content_set_label (ADW_BUTTON_CONTENT (content),
                                  gtk_string_object_get_string (chosen));
    adw_button_content_set_can_shrink (ADW_BUTTON_CONTENT (content), TRUE);
    chip = gtk_button_new ();
    gtk_button_set_child (GTK_BUTTON (chip), content);
    gtk_button_set_can_shrink (GTK_BUTTON (chip), TRUE);
    /* Translators: %s is a filter: "This Month", a name, … */
    label = g_strdup_printf (_ ("Remove Filter “%s”"),
                             gtk_string_object_get_string (chosen));
    gtk_widget_set_tooltip_text (chip, label);
    gtk_accessible_update_property (GTK_ACCESSIBLE (chip),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    g_object_set_data (G_OBJECT (chip), "drop", drops[i]);
    g_signal_connect (chip, "clicked", G_CALLBACK (chip_cb), self);
    adw_wrap_box_append (self->chips, chip);
  }
  gtk_widget_set_visible (GTK_WIDGET (self->chips), any);
  gtk_widget_set_sensitive (GTK_WIDGET (self->clear_button), any);
}

static const gchar *
chosen_equivalent (GeoActivityPage *self) {
  guint i = gtk_drop_down_get_selected (self->equivalent_drop);

  if (i == 0 || i == GTK_INVALID_LIST_POSITION)
    return NULL;
  return geo_node_get_equivalent (self->node, i - 1, NULL, NULL);
}

static void
search (GeoActivityPage *self) {
  guint kind = gtk_drop_down_get_selected (self->kind_drop);
  guint state = gtk_drop_down_get_selected (self->state_drop);
  guint who = gtk_drop_down_get_selected (self->person_drop);
  GeoActivityFilter filter = { 0 };
  GeoPid pid;

  if (self->node == NULL || self->is_clearing)
    return;
  filter.text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  if (kind < G_N_ELEMENTS (kinds))
    filter.kinds = kinds[kind].bits;
  if (state < G_N_ELEMENTS (states))
    filter.states = states[state].bits;
  if (who < self->pids->len && self->pids->pdata[who] != NULL &&
      geo_pid_parse (self->pids->pdata[who], &pid, NULL))
    filter.person = &pid;
  filter.equivalent = chosen_equivalent (self);
  find_times (gtk_drop_down_get_selected (self->time_drop), &filter.from,
              &filter.to);
  geo_activity_model_set_filter (self->activity, &filter);
  show_chips (self);
  update (self);
}

/* A state is one of payments only; what else there is, is done. */
static void
clear_cb (GeoActivityPage *self) {
  GtkDropDown *drops[5];

  self->is_clearing = TRUE;
  list_drops (self, drops);
  for (gsize i = 0; i < G_N_ELEMENTS (drops); i++)
    gtk_drop_down_set_selected (drops[i], 0);
  self->is_clearing = FALSE;
  search (self);
}

static void
clear_all_cb (GeoActivityPage *self) {
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  clear_cb (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

/* --- Whose activity ----------------------------------------------------- */

/* Who is chosen stays so where the list of people changes. */
static void
people_changed_cb (GeoActivityPage *self) {
  GListModel *people = geo_node_get_people (self->node);
  guint n = g_list_model_get_n_items (people);
  guint chosen = gtk_drop_down_get_selected (self->person_drop);
  g_autofree gchar *pid = g_strdup (
      chosen < self->pids->len ? self->pids->pdata[chosen] : NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  g_ptr_array_set_size (self->pids, 0);
  g_ptr_array_add (self->pids, NULL);
  gtk_string_list_append (names, _ ("Anybody"));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    gtk_string_list_append (names, geo_person_get_name (person));
    g_ptr_array_add (self->pids, g_strdup (geo_person_get_pid_text (person)));
    if (g_strcmp0 (pid, geo_person_get_pid_text (person)) == 0)
      selected = i + 1;
  }
  self->is_clearing = TRUE;
  gtk_drop_down_set_model (self->person_drop, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->person_drop, selected);
  self->is_clearing = FALSE;
  if (selected == 0 && pid != NULL)
    search (self);
}

void
geo_activity_page_show_person (GeoActivityPage *self, const gchar *pid) {
  g_return_if_fail (GEO_IS_ACTIVITY_PAGE (self));

  clear_cb (self);
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  for (guint i = 1; i < self->pids->len; i++) {
    if (g_strcmp0 (self->pids->pdata[i], pid) == 0)
      gtk_drop_down_set_selected (self->person_drop, i);
  }
}

/* --- The list ----------------------------------------------------------- */

static void
activate_cb (GtkListView *view, guint position, GeoActivityPage *self) {
  g_autoptr (GeoActivityItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->activity), position);
  g_autoptr (GVariant) target = NULL;
  const gchar *action;

  if (item == NULL)
    return;
  action = geo_activity_row_find_action (item, &target);
  if (action == NULL)
    return;
  g_variant_ref_sink (target);
  gtk_widget_activate_action_variant (GTK_WIDGET (self), action, target);
}

static void
name_row (GtkListItem *list_item, GeoActivityItem *item) {
  g_autofree gchar *phrase = geo_phrase_activity (item);

  gtk_list_item_set_accessible_label (list_item, phrase);
}

static void
loaded_cb (GeoActivityItem *item, GParamSpec *pspec, GtkListItem *list_item) {
  name_row (list_item, item);
}

/* What is above a row is another item where something new has come on top. */
static void
position_cb (GtkListItem *list_item, GParamSpec *pspec, GeoActivityPage *self) {
  GeoActivityRow *row = GEO_ACTIVITY_ROW (gtk_list_item_get_child (list_item));
  guint position = gtk_list_item_get_position (list_item);
  g_autoptr (GeoActivityItem) above = NULL;

  /* It is told before the row is bound, too. */
  if (geo_activity_row_get_item (row) == NULL ||
      position == GTK_INVALID_LIST_POSITION)
    return;
  if (position > 0)
    above = g_list_model_get_item (G_LIST_MODEL (self->activity), position - 1);
  geo_activity_row_set_above (row, above);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *item,
          GeoActivityPage *self) {
  gtk_list_item_set_child (item, GTK_WIDGET (geo_activity_row_new ()));
  g_signal_connect (item, "notify::position", G_CALLBACK (position_cb), self);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item,
         GeoActivityPage *self) {
  GeoActivityItem *item = gtk_list_item_get_item (list_item);

  geo_activity_row_set_item (
      GEO_ACTIVITY_ROW (gtk_list_item_get_child (list_item)), item);
  position_cb (list_item, NULL, self);
  name_row (list_item, item);
  g_signal_connect (item, "notify::loaded", G_CALLBACK (loaded_cb), list_item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item,
           GeoActivityPage *self) {
  g_signal_handlers_disconnect_by_data (gtk_list_item_get_item (list_item),
                                        list_item);
  geo_activity_row_set_item (
      GEO_ACTIVITY_ROW (gtk_list_item_get_child (list_item)), NULL);
}

/* --- Life --------------------------------------------------------------- */

static void
forget_node (GeoActivityPage *self) {
  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  if (self->node != NULL) {
    g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node),
                                          self);
    g_signal_handlers_disconnect_by_data (self->node, self);
  }
  g_clear_object (&self->activity);
  g_clear_object (&self->node);
}

/* Who looks at them all has seen them. */
static void
seen_cb (GeoActivityPage *self) {
  if (self->node != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
      geo_node_get_unread (self->node) > 0)
    geo_node_mark_read (self->node);
}

static void
geo_activity_page_dispose (GObject *object) {
  GeoActivityPage *self = GEO_ACTIVITY_PAGE (object);

  /* Rows ask for what is above them as they go. */
  if (self->list_view != NULL)
    gtk_list_view_set_model (self->list_view, NULL);
  forget_node (self);
  g_clear_pointer (&self->pids, g_ptr_array_unref);
  G_OBJECT_CLASS (geo_activity_page_parent_class)->dispose (object);
}

static gboolean
geo_activity_page_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (
      GTK_WIDGET (GEO_ACTIVITY_PAGE (widget)->search_entry));
}

static void
bind_children (GtkWidgetClass *widget_class) {
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        search_entry);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        filter_button);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage, chips);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        kind_drop);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        state_drop);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        time_drop);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        equivalent_drop);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        person_drop);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        equivalent_label);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        clear_button);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        nothing_button);
  gtk_widget_class_bind_template_child (widget_class, GeoActivityPage,
                                        list_view);
}

static void
geo_activity_page_class_init (GeoActivityPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_activity_page_dispose;
  widget_class->grab_focus = geo_activity_page_grab_focus;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-activity-page.ui");
  bind_children (widget_class);
}

static void
fill_drop (GtkDropDown *drop, const Choice *choices, gsize n) {
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (gsize i = 0; i < n; i++)
    gtk_string_list_append (titles, _ (choices[i].title));
  gtk_drop_down_set_model (drop, G_LIST_MODEL (titles));
}

static void
fill_times (GeoActivityPage *self) {
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    gtk_string_list_append (titles, _ (times[i]));
  gtk_drop_down_set_model (self->time_drop, G_LIST_MODEL (titles));
}

static void
make_rows (GeoActivityPage *self) {
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect (self->list_view, "activate", G_CALLBACK (activate_cb),
                    self);
}

static void
geo_activity_page_init (GeoActivityPage *self) {
  GtkDropDown *drops[5];

  self->pids = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (seen_cb), NULL);
  make_rows (self);
  fill_drop (self->kind_drop, kinds, G_N_ELEMENTS (kinds));
  fill_drop (self->state_drop, states, G_N_ELEMENTS (states));
  fill_times (self);
  gtk_drop_down_set_expression (
      self->person_drop,
      gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  list_drops (self, drops);
  for (gsize i = 0; i < G_N_ELEMENTS (drops); i++)
    g_signal_connect_swapped (drops[i], "notify::selected", G_CALLBACK (search),
                              self);
  g_signal_connect_swapped (self->search_entry, "search-changed",
                            G_CALLBACK (search), self);
  g_signal_connect_swapped (self->clear_button, "clicked",
                            G_CALLBACK (clear_cb), self);
  g_signal_connect_swapped (self->nothing_button, "clicked",
                            G_CALLBACK (clear_all_cb), self);
}

static void
show_equivalents (GeoActivityPage *self) {
  g_autoptr (GtkStringList) codes = gtk_string_list_new (NULL);
  guint n = geo_node_get_n_equivalents (self->node);

  gtk_string_list_append (codes, _ ("Any Equivalent"));
  for (guint i = 0; i < n; i++)
    gtk_string_list_append (codes, geo_node_get_equivalent (self->node, i, NULL,
                                                            NULL));
  gtk_drop_down_set_model (self->equivalent_drop, G_LIST_MODEL (codes));
  gtk_widget_set_visible (GTK_WIDGET (self->equivalent_drop), n > 1);
  gtk_widget_set_visible (self->equivalent_label, n > 1);
}

void
geo_activity_page_set_node (GeoActivityPage *self, GeoNode *node) {
  g_autoptr (GtkNoSelection) selection = NULL;

  g_return_if_fail (GEO_IS_ACTIVITY_PAGE (self));

  forget_node (self);
  self->is_clearing = TRUE;
  self->node = g_object_ref (node);
  self->activity = geo_node_make_activity (node);
  show_equivalents (self);
  people_changed_cb (self);
  self->is_clearing = FALSE;
  selection = gtk_no_selection_new (
      g_object_ref (G_LIST_MODEL (self->activity)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_swapped (self->activity, "items-changed",
                            G_CALLBACK (update), self);
  g_signal_connect_swapped (self->activity, "notify::searching",
                            G_CALLBACK (update), self);
  g_signal_connect_swapped (geo_node_get_people (node), "items-changed",
                            G_CALLBACK (people_changed_cb), self);
  g_signal_connect_swapped (node, "notify::unread", G_CALLBACK (seen_cb), self);
  search (self);
  seen_cb (self);
}
