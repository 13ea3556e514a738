/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestsPage: three lists of the node's requests, live.  It answers none.
 */
#include "config.h"

#include "wallet/geo-requests-page.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-when.h"

/* Rows that are added at once to what is settled. */
#define SETTLED_STEP 50

typedef enum {
  PLACE_WAITING,
  PLACE_MINE,
  PLACE_SETTLED,
  N_PLACES,
} Place;

struct _GeoRequestsPage {
  AdwNavigationPage parent_instance;

  guint update_id;
  guint settled_max;

  /* owned */
  GeoNode *node;

  /* template children */
  GtkStack *stack;
  AdwPreferencesGroup *waiting_group;
  AdwPreferencesGroup *mine_group;
  AdwPreferencesGroup *settled_group;
  GtkListBox *waiting_list;
  GtkListBox *mine_list;
  GtkListBox *settled_list;
  GtkButton *more_button;
};

G_DEFINE_FINAL_TYPE (GeoRequestsPage,
                     geo_requests_page,
                     ADW_TYPE_NAVIGATION_PAGE)

static Place
find_place (GeoRequestItem *item) {
  if (geo_request_item_waits_for_me (item))
    return PLACE_WAITING;
  if (geo_request_item_is_mine (item) &&
      geo_request_item_get_state (item) == GEO_REQUEST_OPEN &&
      !geo_request_item_is_expired (item))
    return PLACE_MINE;
  return PLACE_SETTLED;
}

static gchar *
phrase_subtitle (GeoRequestItem *item) {
  g_autofree gchar *state = geo_phrase_request_state (item);
  const gchar *memo = geo_request_item_get_memo (item);

  /* The name of whom one invites is said already. */
  return memo != NULL &&
                 geo_request_item_get_kind (item) != GEO_REQUEST_INVITATION
             ? g_strjoin ("\n", memo, state, NULL)
             : g_steal_pointer (&state);
}

static GtkWidget *
make_row (GeoRequestItem *item) {
  GtkWidget *row = adw_action_row_new ();
  g_autofree gchar *asks = geo_phrase_request_asks (item);
  g_autofree gchar *subtitle = phrase_subtitle (item);
  g_autofree gchar *when =
      geo_when_phrase (geo_request_item_get_changed_at (item));
  GtkWidget *label = gtk_label_new (when);
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  /* Names and notes are no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), asks);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_add_css_class (row, "numeric");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "caption");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-request");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s",
                                    geo_request_item_get_key (item));
  return row;
}

static void
update (GeoRequestsPage *self) {
  GListModel *requests = geo_node_get_requests (self->node);
  guint n = g_list_model_get_n_items (requests);
  GtkListBox *lists[N_PLACES] = { self->waiting_list, self->mine_list,
                                  self->settled_list };
  guint counts[N_PLACES] = { 0, 0, 0 };

  for (guint i = 0; i < N_PLACES; i++)
    gtk_list_box_remove_all (lists[i]);
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);
    Place place = find_place (item);

    if (place != PLACE_SETTLED || counts[place] < self->settled_max)
      gtk_list_box_append (lists[place], make_row (item));
    counts[place]++;
  }
  gtk_widget_set_visible (GTK_WIDGET (self->waiting_group),
                          counts[PLACE_WAITING] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->mine_group),
                          counts[PLACE_MINE] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->settled_group),
                          counts[PLACE_SETTLED] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->more_button),
                          counts[PLACE_SETTLED] > self->settled_max);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
}

static gboolean
update_cb (gpointer user_data) {
  GeoRequestsPage *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Several letters come at once. */
static void
changed_cb (GeoRequestsPage *self) {
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
more_cb (GeoRequestsPage *self) {
  self->settled_max += SETTLED_STEP;
  update (self);
}

/* What has expired meanwhile is seen whenever somebody comes back here. */
static void
geo_requests_page_showing (AdwNavigationPage *page) {
  update (GEO_REQUESTS_PAGE (page));
}

static void
geo_requests_page_dispose (GObject *object) {
  GeoRequestsPage *self = GEO_REQUESTS_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_requests (self->node),
                                          self);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_requests_page_parent_class)->dispose (object);
}

static void
geo_requests_page_class_init (GeoRequestsPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_requests_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->showing = geo_requests_page_showing;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-requests-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        waiting_group);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        mine_group);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        settled_group);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        waiting_list);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        mine_list);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        settled_list);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestsPage,
                                        more_button);
}

static void
geo_requests_page_init (GeoRequestsPage *self) {
  self->settled_max = SETTLED_STEP;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->more_button, "clicked", G_CALLBACK (more_cb),
                            self);
}

GeoRequestsPage *
geo_requests_page_new (GeoNode *node) {
  GeoRequestsPage *self = g_object_new (GEO_TYPE_REQUESTS_PAGE, NULL);

  self->node = g_object_ref (node);
  g_signal_connect_swapped (geo_node_get_requests (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  update (self);
  return self;
}
