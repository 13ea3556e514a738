/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHomePage: a card for each equivalent, the button that pays, what needs
 * attention, and the latest activity.  It decides and sends nothing.
 */
#include "config.h"

#include "wallet/geo-home-page.h"

#include <glib/gi18n.h>

#include "node/geo-finding.h"
#include "node/geo-node-requests.h"
#include "node/geo-phrases.h"
#include "wallet/geo-activity-row.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-total-card.h"
#include "wallet/geo-words-dialog.h"

#define LATEST_MAX 5

/* A payment that goes well is settled long before; only then is it worth a
 * row that says it is not. */
#define OPEN_DELAY_MS 4000

struct _GeoHomePage {
  AdwBin parent_instance;

  guint update_id;
  guint open_id;
  gboolean open_is_old;

  /* owned */
  GeoNode *node;
  GtkSliceListModel *latest;
  GPtrArray *cards; /* In totals_box, which holds them. */
  /* And requests, and doubts: rows in attention_group, which holds them. */
  GPtrArray *proposals;

  /* template children */
  AdwBanner *evidence_banner;
  GtkBox *totals_box;
  AdwPreferencesGroup *attention_group;
  AdwActionRow *fault_row;
  AdwActionRow *open_row;
  AdwActionRow *words_row;
  AdwActionRow *backup_row;
  AdwActionRow *trust_row;
  AdwActionRow *trusted_row;
  GtkButton *show_all_button;
  GtkListBox *latest_list;
  GtkWidget *nothing_label;
};

G_DEFINE_FINAL_TYPE (GeoHomePage, geo_home_page, ADW_TYPE_BIN)

/* --- What needs attention ----------------------------------------------- */

static void
count_lines (GeoHomePage *self, gboolean *given, gboolean *got) {
  GListModel *people = geo_node_get_people (self->node);

  *given = *got = FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    GListModel *relations = geo_person_get_relations (person);

    for (guint j = 0; j < g_list_model_get_n_items (relations); j++) {
      g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, j);

      /* What waits for the hub needs no more asking. */
      *given |= geo_relation_get_my_limit (relation, NULL) ||
                geo_relation_get_pending (relation);
      *got |= geo_relation_get_their_limit (relation, NULL);
    }
    if (*given && *got)
      return;
  }
}

static void
show_open (GeoHomePage *self) {
  guint count = geo_node_get_open_count (self->node);
  g_autofree gchar *title =
      g_strdup_printf (ngettext ("%u payment is waiting for the hub",
                                 "%u payments are waiting for the hub", count),
                       count);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->open_row), title);
  gtk_widget_set_visible (GTK_WIDGET (self->open_row),
                          count > 0 && self->open_is_old);
}

static AdwActionRow *
add_waiting (GeoHomePage *self,
             const gchar *icon_name,
             const gchar *title,
             const gchar *subtitle) {
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               subtitle != NULL ? subtitle : "");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name (icon_name));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_preferences_group_add (self->attention_group, row);
  g_ptr_array_add (self->proposals, row);
  return ADW_ACTION_ROW (row);
}

static void
request_cb (AdwActionRow *row, GeoHomePage *self) {
  geo_request_answer (GTK_WIDGET (self), self->node,
                      g_object_get_data (G_OBJECT (row), "key"));
}

static void
proposal_cb (AdwActionRow *row, GeoHomePage *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-clearing", "s",
                              g_object_get_data (G_OBJECT (row), "key"));
}

/* What others ask for. */
static void
show_requests (GeoHomePage *self) {
  GListModel *requests = geo_node_get_requests (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (requests); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);
    g_autofree gchar *phrase = NULL;
    AdwActionRow *row;

    if (!geo_request_item_waits_for_me (item))
      continue;
    phrase = geo_phrase_request_asks (item);
    row = add_waiting (self, "mail-unread-symbolic", phrase,
                       geo_request_item_get_memo (item));
    g_object_set_data_full (G_OBJECT (row), "key",
                            g_strdup (geo_request_item_get_key (item)), g_free);
    g_signal_connect (row, "activated", G_CALLBACK (request_cb), self);
  }
}

static void
doubt_cb (AdwActionRow *row, GeoHomePage *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-person", "s",
                              g_object_get_data (G_OBJECT (row), "key"));
}

/* People whose key has changed. */
static void
show_doubts (GeoHomePage *self) {
  GListModel *people = geo_node_get_people (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    g_autofree gchar *phrase = geo_key_warning_phrase (self->node, person);
    AdwActionRow *row;

    if (phrase == NULL)
      continue;
    row = add_waiting (self, "dialog-warning-symbolic", phrase,
                       _ ("See what it means before you pay or trust."));
    g_object_set_data_full (G_OBJECT (row), "key",
                            g_strdup (geo_person_get_pid_text (person)),
                            g_free);
    g_signal_connect (row, "activated", G_CALLBACK (doubt_cb), self);
  }
}

static void
remove_waiting (GeoHomePage *self) {
  for (guint i = 0; i < self->proposals->len; i++)
    adw_preferences_group_remove (self->attention_group,
                                  self->proposals->pdata[i]);
  g_ptr_array_set_size (self->proposals, 0);
}

/* Clearings that wait for a word. */
static void
show_proposals (GeoHomePage *self) {
  GListModel *proposals = geo_node_get_proposals (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (proposals); i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);
    g_autofree gchar *sentence = geo_phrase_proposal (item);
    AdwActionRow *row = add_waiting (self, "object-rotate-right-symbolic",
                                     _ ("Debts can be cleared"), sentence);

    g_object_set_data_full (G_OBJECT (row), "key",
                            g_strdup (geo_proposal_item_get_id (item)), g_free);
    g_signal_connect (row, "activated", G_CALLBACK (proposal_cb), self);
  }
}

static void
show_fault (GeoHomePage *self) {
  gtk_widget_set_visible (GTK_WIDGET (self->fault_row),
                          geo_node_get_connection (self->node) ==
                              GEO_CONNECTION_FAULT);
  adw_action_row_set_subtitle (self->fault_row,
                               geo_node_get_connection_detail (self->node));
}

/* The words come first: without them a backup is of no use. */
static void
show_backup (GeoHomePage *self) {
  GeoProfile *profile = geo_node_get_profile (self->node);
  gint64 last = geo_profile_get_backup_time (profile);
  g_autofree gchar *date = last > 0 ? geo_phrase_date_time (last) : NULL;
  g_autofree gchar *text =
      date != NULL
          /* Translators: %s is a date and a time. */
          ? g_strdup_printf (_ ("The last one is of %s"), date)
          : g_strdup (_ ("If the hub is lost, it shows who owes whom"));

  adw_action_row_set_subtitle (self->backup_row, text);
  gtk_widget_set_visible (
      GTK_WIDGET (self->backup_row),
      geo_profile_get_words_confirmed (profile) &&
          geo_backup_is_due (
              last,
              g_list_model_get_n_items (geo_node_get_activity (self->node)),
              g_get_real_time () / 1000));
}

static void
show_attention (GeoHomePage *self) {
  GeoProfile *profile = geo_node_get_profile (self->node);
  gboolean given, got;

  count_lines (self, &given, &got);
  adw_banner_set_revealed (self->evidence_banner,
                           geo_node_get_new_findings (self->node) > 0);
  show_fault (self);
  show_open (self);
  remove_waiting (self);
  show_doubts (self);
  show_proposals (self);
  show_requests (self);
  gtk_widget_set_visible (GTK_WIDGET (self->words_row),
                          geo_profile_is_unlocked (profile) &&
                              !geo_profile_get_words_confirmed (profile));
  show_backup (self);
  gtk_widget_set_visible (GTK_WIDGET (self->trust_row), !given);
  gtk_widget_set_visible (GTK_WIDGET (self->trusted_row), !got);
  gtk_widget_set_visible (
      GTK_WIDGET (self->attention_group),
      gtk_widget_get_visible (GTK_WIDGET (self->fault_row)) ||
          gtk_widget_get_visible (GTK_WIDGET (self->open_row)) ||
          self->proposals->len > 0 ||
          gtk_widget_get_visible (GTK_WIDGET (self->words_row)) ||
          gtk_widget_get_visible (GTK_WIDGET (self->backup_row)) || !given ||
          !got);
}

static gboolean
update_cb (gpointer user_data) {
  GeoHomePage *self = user_data;

  self->update_id = 0;
  show_attention (self);
  return G_SOURCE_REMOVE;
}

/* One entry of the hub changes several totals and people. */
static void
changed_cb (GeoHomePage *self) {
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static gboolean
open_is_old_cb (gpointer user_data) {
  GeoHomePage *self = user_data;

  self->open_id = 0;
  self->open_is_old = TRUE;
  show_attention (self);
  return G_SOURCE_REMOVE;
}

static void
open_count_cb (GeoHomePage *self) {
  if (geo_node_get_open_count (self->node) == 0) {
    g_clear_handle_id (&self->open_id, g_source_remove);
    self->open_is_old = FALSE;
  } else if (self->open_id == 0 && !self->open_is_old) {
    self->open_id = g_timeout_add (OPEN_DELAY_MS, open_is_old_cb, self);
  }
  changed_cb (self);
}

static void
words_cb (GeoHomePage *self) {
  GeoWordsDialog *dialog =
      geo_words_dialog_new (geo_node_get_profile (self->node));

  g_signal_connect_object (dialog, "confirmed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
copy_cb (GeoHomePage *self) {
  g_autofree gchar *link = NULL;

  if (self->node == NULL)
    return;
  link = geo_node_get_contact_link (self->node);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), link);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _ ("Your link is copied"));
}

/* --- Totals and latest activity ----------------------------------------- */

static void
totals_changed_cb (GeoHomePage *self) {
  GListModel *totals = geo_node_get_totals (self->node);

  for (guint i = 0; i < self->cards->len; i++)
    gtk_box_remove (self->totals_box, self->cards->pdata[i]);
  g_ptr_array_set_size (self->cards, 0);
  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    GtkWidget *card = GTK_WIDGET (geo_total_card_new (total));

    /* A change of trust, too, changes what I can pay or receive. */
    g_signal_handlers_disconnect_by_data (total, self);
    g_signal_connect_object (total, "notify", G_CALLBACK (changed_cb), self,
                             G_CONNECT_SWAPPED);
    gtk_box_append (self->totals_box, card);
    g_ptr_array_add (self->cards, card);
  }
}

static GeoActivityRow *
row_at (GeoHomePage *self, guint place) {
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->latest_list,
                                                      (gint) place);

  return row != NULL ? GEO_ACTIVITY_ROW (gtk_list_box_row_get_child (row))
                     : NULL;
}

static gboolean
is_latest (GeoHomePage *self, GeoActivityItem *item) {
  GListModel *latest = G_LIST_MODEL (self->latest);

  for (guint i = 0; i < g_list_model_get_n_items (latest); i++) {
    g_autoptr (GeoActivityItem) one = g_list_model_get_item (latest, i);

    if (one == item)
      return TRUE;
  }
  return FALSE;
}

/* The row that shows it; else one whose item is not among the latest any more,
 * or one more. */
static GeoActivityRow *
find_row (GeoHomePage *self, guint from, GeoActivityItem *item) {
  GeoActivityRow *row, *spare = NULL;

  for (guint i = from; (row = row_at (self, i)) != NULL; i++) {
    if (geo_activity_row_get_item (row) == item)
      return row;
    if (!is_latest (self, geo_activity_row_get_item (row)))
      spare = row;
  }
  if (spare == NULL) {
    spare = geo_activity_row_new ();
    gtk_widget_add_css_class (GTK_WIDGET (spare), "activity-box-row");
    gtk_list_box_append (self->latest_list, GTK_WIDGET (spare));
  }
  geo_activity_row_set_item (spare, item);
  return spare;
}

/* Making a row costs more than all else that a payment changes here: the one
 * that goes at the bottom comes back on top.  The others stay what they are,
 * and so does the focus. */
static void
show_latest (GeoHomePage *self) {
  GListModel *latest = G_LIST_MODEL (self->latest);
  guint n = g_list_model_get_n_items (latest);
  GeoActivityRow *row;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (latest, i);
    g_autoptr (GtkWidget) list_row = NULL;

    row = find_row (self, i, item);
    if (row == row_at (self, i))
      continue;
    list_row = g_object_ref (gtk_widget_get_parent (GTK_WIDGET (row)));
    gtk_list_box_remove (self->latest_list, list_row);
    gtk_list_box_insert (self->latest_list, list_row, (gint) i);
  }
  while ((row = row_at (self, n)) != NULL)
    gtk_list_box_remove (self->latest_list,
                         gtk_widget_get_parent (GTK_WIDGET (row)));
}

static void
latest_changed_cb (GeoHomePage *self) {
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->latest)) ==
                      0;

  gtk_widget_set_visible (GTK_WIDGET (self->latest_list), !is_empty);
  gtk_widget_set_visible (GTK_WIDGET (self->show_all_button), !is_empty);
  gtk_widget_set_visible (self->nothing_label, is_empty);
  show_latest (self);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, GeoHomePage *self) {
  GeoActivityItem *item = geo_activity_row_get_item (
      GEO_ACTIVITY_ROW (gtk_list_box_row_get_child (row)));
  g_autoptr (GVariant) target = NULL;
  const gchar *action = geo_activity_row_find_action (item, &target);

  if (action == NULL)
    return;
  g_variant_ref_sink (target);
  gtk_widget_activate_action_variant (GTK_WIDGET (self), action, target);
}

/* --- Life --------------------------------------------------------------- */

static void
forget_node (GeoHomePage *self) {
  if (self->node == NULL)
    return;
  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->open_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node), self);
  g_signal_handlers_disconnect_by_data (geo_node_get_totals (self->node), self);
  g_signal_handlers_disconnect_by_data (geo_node_get_proposals (self->node),
                                        self);
  g_signal_handlers_disconnect_by_data (geo_node_get_requests (self->node),
                                        self);
  g_signal_handlers_disconnect_by_data (self->node, self);
  g_signal_handlers_disconnect_by_data (geo_node_get_profile (self->node),
                                        self);
  for (guint i = 0;
       i < g_list_model_get_n_items (geo_node_get_totals (self->node)); i++) {
    g_autoptr (GObject) total =
        g_list_model_get_item (geo_node_get_totals (self->node), i);

    g_signal_handlers_disconnect_by_data (total, self);
  }
  g_clear_object (&self->node);
}

/* Who looks at the latest lines has seen them. */
static void
seen_cb (GeoHomePage *self) {
  if (self->node != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
      geo_node_get_unread (self->node) > 0)
    geo_node_mark_read (self->node);
}

static void
geo_home_page_dispose (GObject *object) {
  GeoHomePage *self = GEO_HOME_PAGE (object);

  forget_node (self);
  g_clear_object (&self->latest);
  g_clear_pointer (&self->cards, g_ptr_array_unref);
  g_clear_pointer (&self->proposals, g_ptr_array_unref);
  G_OBJECT_CLASS (geo_home_page_parent_class)->dispose (object);
}

static void
geo_home_page_class_init (GeoHomePageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_home_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage,
                                        evidence_banner);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, totals_box);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage,
                                        attention_group);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, fault_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, open_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, words_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, backup_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, trust_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, trusted_row);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage,
                                        show_all_button);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage, latest_list);
  gtk_widget_class_bind_template_child (widget_class, GeoHomePage,
                                        nothing_label);
}

static void
geo_home_page_init (GeoHomePage *self) {
  self->cards = g_ptr_array_new ();
  self->proposals = g_ptr_array_new ();
  self->latest = gtk_slice_list_model_new (NULL, 0, LATEST_MAX);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (seen_cb), NULL);
  g_signal_connect_object (self->latest, "items-changed",
                           G_CALLBACK (latest_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self->latest_list, "row-activated",
                    G_CALLBACK (row_activated_cb), self);
  g_signal_connect_swapped (self->words_row, "activated", G_CALLBACK (words_cb),
                            self);
  g_signal_connect_swapped (self->trusted_row, "activated",
                            G_CALLBACK (copy_cb), self);
}

void
geo_home_page_set_node (GeoHomePage *self, GeoNode *node) {
  g_return_if_fail (GEO_IS_HOME_PAGE (self));

  forget_node (self);
  self->node = g_object_ref (node);
  g_signal_connect_swapped (geo_node_get_totals (node), "items-changed",
                            G_CALLBACK (totals_changed_cb), self);
  g_signal_connect_swapped (geo_node_get_people (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (geo_node_get_proposals (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (geo_node_get_requests (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (node, "notify::connection", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (node, "notify::new-findings",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (node, "notify::key-doubts", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (geo_node_get_profile (node), "notify::backup-time",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (node, "notify::open-count",
                            G_CALLBACK (open_count_cb), self);
  g_signal_connect_swapped (node, "notify::unread", G_CALLBACK (seen_cb), self);
  gtk_slice_list_model_set_model (self->latest, geo_node_get_activity (node));
  totals_changed_cb (self);
  latest_changed_cb (self);
  open_count_cb (self);
  show_attention (self);
  seen_cb (self);
}
