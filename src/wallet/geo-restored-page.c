/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestoredPage: what came back into a restored wallet: balances, people and
 * history, while it comes or from a backup.  It restores nothing.
 */
#include "config.h"

#include "wallet/geo-restored-page.h"

#include <glib/gi18n.h>

#include "node/geo-communities.h"
#include "node/geo-phrases.h"

/* While much comes at once, the page is not made anew for each line of it. */
#define UPDATE_MS 200

struct _GeoRestoredPage {
  AdwNavigationPage parent_instance;

  guint update_id;

  /* owned */
  GeoNode *node; /* That is followed; NULL: none is. */
  GCancellable *cancellable; /* Of a look; NULL: there is none. */
  GPtrArray *groups; /* In box, which holds them. */

  /* template children */
  AdwStatusPage *status;
  GtkWidget *spinner;
  GtkProgressBar *progress_bar;
  GtkBox *box;
  GtkButton *continue_button;
};

enum {
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoRestoredPage,
                     geo_restored_page,
                     ADW_TYPE_NAVIGATION_PAGE)

/* --- One community ------------------------------------------------------- */

static void
add_row (gpointer group, const gchar *title, const gchar *subtitle) {
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_add_css_class (row, "numeric");
  adw_preferences_group_add (group, row);
}

static void
add_totals (gpointer group, GeoNode *node) {
  GListModel *totals = geo_node_get_totals (node);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    g_autofree gchar *phrase =
        geo_phrase_total (geo_total_get_balance (total),
                          geo_total_get_precision (total),
                          geo_total_get_equivalent (total));

    if (geo_amount_cmp (geo_total_get_balance (total), GEO_AMOUNT_ZERO) == 0)
      continue;
    add_row (group, geo_total_get_equivalent (total), phrase);
    n++;
  }
  if (n == 0)
    add_row (group, _ ("Balances"), _ ("Nothing is owed"));
}

static gboolean
is_empty (GeoNode *node) {
  return g_list_model_get_n_items (geo_node_get_people (node)) == 0;
}

static void
add_community (GeoRestoredPage *self, GeoNode *node) {
  GtkWidget *group = adw_preferences_group_new ();
  guint people = g_list_model_get_n_items (geo_node_get_people (node));
  guint lines = g_list_model_get_n_items (geo_node_get_activity (node));
  g_autofree gchar *people_text = g_strdup_printf (
      ngettext ("%u person", "%u people", people), people);
  g_autofree gchar *lines_text =
      g_strdup_printf (ngettext ("%u line", "%u lines", lines), lines);
  g_autofree gchar *title =
      g_markup_escape_text (geo_node_get_community_name (node), -1);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  if (geo_node_is_hearsay (node))
    adw_preferences_group_set_description (
        ADW_PREFERENCES_GROUP (group),
        _ ("The hub says so; it does not prove it."));
  add_totals (group, node);
  add_row (group, _ ("People"), people_text);
  add_row (group, _ ("History"), lines_text);
  gtk_box_append (self->box, group);
  g_ptr_array_add (self->groups, group);
}

static void
remove_groups (GeoRestoredPage *self) {
  for (guint i = 0; i < self->groups->len; i++)
    gtk_box_remove (self->box, self->groups->pdata[i]);
  g_ptr_array_set_size (self->groups, 0);
}

static void
say (GeoRestoredPage *self,
     gboolean busy,
     const gchar *title,
     const gchar *description) {
  g_autofree gchar *markup = g_markup_escape_text (description, -1);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, markup);
  gtk_widget_set_visible (self->spinner, busy);
}

/* How much has come, where it is so much that this can be said. */
static void
show_progress (GeoRestoredPage *self) {
  gdouble progress = geo_node_get_progress (self->node);
  g_autofree gchar *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), progress >= 0);
  if (progress < 0)
    return;
  /* Translators: how much of what happened meanwhile has come. */
  text = g_strdup_printf (_ ("Catching up: %u%%"), (guint) (progress * 100));
  gtk_progress_bar_set_fraction (self->progress_bar, progress);
  gtk_progress_bar_set_text (self->progress_bar, text);
}

/* --- While it comes ------------------------------------------------------ */

static void
show_node (GeoRestoredPage *self) {
  GeoNode *node = self->node;

  switch (geo_node_get_connection (node)) {
  case GEO_CONNECTION_CONNECTING:
    say (self, TRUE, _ ("Getting Your Records Back"),
         _ ("The hub sends what it has kept for you, and each line of it is "
            "checked."));
    break;
  case GEO_CONNECTION_OFFLINE:
    say (self, FALSE, _ ("The Hub Is Away"),
         _ ("What has come back is kept. The rest comes as soon as the hub "
            "answers again."));
    break;
  case GEO_CONNECTION_FAULT:
    say (self, FALSE, _ ("The Hub Is Not Believed"),
         geo_node_get_connection_detail (node));
    break;
  case GEO_CONNECTION_HUB:
    if (is_empty (node))
      say (self, FALSE, _ ("Nothing Came Back"),
           _ ("This community does not know these words. If you were in it, "
              "you have another paper with words somewhere; if you were not, "
              "this is your beginning here."));
    else
      say (self, FALSE, _ ("Your Wallet Is Back"),
           _ ("This is what the hub and the people have kept for you."));
    break;
  }
  show_progress (self);
  remove_groups (self);
  if (!is_empty (node))
    add_community (self, node);
}

static gboolean
update_cb (gpointer user_data) {
  GeoRestoredPage *self = user_data;

  self->update_id = 0;
  show_node (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (GeoRestoredPage *self) {
  if (self->update_id == 0)
    self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
}

/* --- From a backup ------------------------------------------------------- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoRestoredPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoCommunities) communities =
      geo_communities_open_finish (result, &error);

  if (self->cancellable == NULL ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  /* An identity without communities is a backup, too. */
  if (communities == NULL) {
    say (self, FALSE, _ ("Your Wallet Is Back"), error->message);
    return;
  }
  say (self, FALSE, _ ("Your Wallet Is Back"),
       _ ("This is what was in the backup. What has happened since comes from "
          "the hub."));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (communities));
       i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (communities), i);
    GeoNode *node = geo_community_item_get_node (item);

    if (node != NULL)
      add_community (self, node);
  }
}

/* --- Life ---------------------------------------------------------------- */

void
geo_restored_page_clear (GeoRestoredPage *self) {
  g_return_if_fail (GEO_IS_RESTORED_PAGE (self));

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->node != NULL) {
    g_signal_handlers_disconnect_by_data (self->node, self);
    g_signal_handlers_disconnect_by_data (geo_node_get_totals (self->node),
                                          self);
    g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node),
                                          self);
    g_signal_handlers_disconnect_by_data (geo_node_get_activity (self->node),
                                          self);
  }
  g_clear_object (&self->node);
  if (self->box != NULL)
    remove_groups (self);
}

void
geo_restored_page_follow (GeoRestoredPage *self, GeoNode *node) {
  g_return_if_fail (GEO_IS_RESTORED_PAGE (self));
  g_return_if_fail (GEO_IS_NODE (node));

  geo_restored_page_clear (self);
  self->node = g_object_ref (node);
  g_signal_connect_swapped (node, "notify::connection", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (node, "notify::progress",
                            G_CALLBACK (show_progress), self);
  g_signal_connect_swapped (geo_node_get_totals (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (geo_node_get_people (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (geo_node_get_activity (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  show_node (self);
}

void
geo_restored_page_look (GeoRestoredPage *self, GeoProfile *profile) {
  g_return_if_fail (GEO_IS_RESTORED_PAGE (self));
  g_return_if_fail (GEO_IS_PROFILE (profile));

  geo_restored_page_clear (self);
  self->cancellable = g_cancellable_new ();
  say (self, TRUE, _ ("Your Wallet Is Back"), "");
  geo_communities_open_async (profile, TRUE, self->cancellable, looked_cb,
                              g_object_ref (self));
}

static void
continue_cb (GeoRestoredPage *self) {
  g_signal_emit (self, signals[DONE], 0);
}

static void
geo_restored_page_dispose (GObject *object) {
  geo_restored_page_clear (GEO_RESTORED_PAGE (object));
  G_OBJECT_CLASS (geo_restored_page_parent_class)->dispose (object);
}

static void
geo_restored_page_finalize (GObject *object) {
  g_ptr_array_unref (GEO_RESTORED_PAGE (object)->groups);
  G_OBJECT_CLASS (geo_restored_page_parent_class)->finalize (object);
}

static void
geo_restored_page_class_init (GeoRestoredPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_restored_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = geo_restored_page_finalize;
  signals[DONE] = g_signal_new ("done", GEO_TYPE_RESTORED_PAGE,
                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-restored-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoRestoredPage, status);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoredPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoredPage,
                                        progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoredPage, box);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoredPage,
                                        continue_button);
}

static void
geo_restored_page_init (GeoRestoredPage *self) {
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->continue_button, "clicked",
                            G_CALLBACK (continue_cb), self);
}
