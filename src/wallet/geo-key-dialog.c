/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoKeyDialog: leads through a change of the key.  It closes at no time at which
 * the person would not know which words count.
 */
#include "config.h"

#include "wallet/geo-key-dialog.h"

#include <glib/gi18n.h>

#include "core/geo-words.h"
#include "node/geo-phrases.h"
#include "node/geo-rotation.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-say.h"
#include "wallet/geo-words-check.h"
#include "wallet/geo-words-grid.h"

struct _GeoKeyDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoCommunities *communities;
  GPtrArray *nodes; /* That are listened to. */
  GPtrArray *rows; /* In both groups, which hold them. */
  gchar *words;

  /* template children */
  AdwNavigationView *navigation;
  AdwPreferencesGroup *before_group;
  GtkLabel *cannot_label;
  GtkButton *begin_button;
  GeoWordsGrid *grid;
  GtkButton *written_button;
  GeoWordsCheck *check;
  GtkWidget *passphrase_group;
  AdwPasswordEntryRow *passphrase_row;
  GtkLabel *error_label;
  GtkButton *change_button;
  GtkLabel *done_label;
  AdwPreferencesGroup *after_group;
  GtkButton *close_button;
};

G_DEFINE_FINAL_TYPE (GeoKeyDialog, geo_key_dialog, GEO_TYPE_DIALOG)

static GeoProfile *
get_profile (GeoKeyDialog *self) {
  return geo_communities_get_profile (self->communities);
}

static gboolean
has_passphrase (GeoKeyDialog *self) {
  return geo_profile_get_key_place (get_profile (self)) == GEO_KEY_PLACE_FILE;
}

static void
show_text (GtkLabel *label, const gchar *text) {
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
  if (text != NULL)
    geo_say (GTK_WIDGET (label), text);
}

/* --- The communities ------------------------------------------------------ */

/* Why no key can be changed there; NULL: it can be. */
static const gchar *
find_hindrance (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  if (node == NULL)
    return geo_community_item_get_problem (item);
  if (geo_node_is_hearsay (node))
    return _ ("Its hub cannot change keys. Leave this community first.");
  return NULL;
}

static const gchar *
phrase_before (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  if (find_hindrance (item) != NULL)
    return find_hindrance (item);
  if (geo_node_get_connection (node) == GEO_CONNECTION_HUB)
    return _ ("Connected: it hears of the new key at once.");
  return _ ("Not connected: it hears of the new key later. Until then, the old "
            "one counts there.");
}

static const gchar *
phrase_after (GeoCommunityItem *item) {
  GeoNode *node = geo_community_item_get_node (item);

  if (node == NULL)
    return geo_community_item_get_problem (item);
  switch (geo_node_get_connection (node)) {
  case GEO_CONNECTION_HUB:
    return _ ("Knows your new key");
  case GEO_CONNECTION_CONNECTING:
    return _ ("Is being told of it…");
  case GEO_CONNECTION_OFFLINE:
    return _ ("Is told as soon as it is reached; until then, the old key counts "
              "there");
  case GEO_CONNECTION_FAULT:
    break;
  }
  return geo_node_get_connection_detail (node);
}

static void
show_connections (GeoKeyDialog *self) {
  GListModel *list = G_LIST_MODEL (self->communities);
  const gchar *hindrance = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);

    if (find_hindrance (item) != NULL)
      hindrance = _ ("Your key is changed everywhere at once, and not while one "
                     "of your communities cannot be used.");
    if (2 * i + 1 >= self->rows->len)
      break;
    adw_action_row_set_subtitle (self->rows->pdata[2 * i],
                                 phrase_before (item));
    adw_action_row_set_subtitle (self->rows->pdata[2 * i + 1],
                                 phrase_after (item));
  }
  show_text (self->cannot_label, hindrance);
  gtk_widget_set_sensitive (GTK_WIDGET (self->begin_button), hindrance == NULL);
}

static void
add_row (GeoKeyDialog *self,
         AdwPreferencesGroup *group,
         GeoCommunityItem *item) {
  GtkWidget *row = adw_action_row_new ();

  /* What hubs call themselves is no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 geo_community_item_get_name (item));
  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
}

static void
add_communities (GeoKeyDialog *self) {
  GListModel *list = G_LIST_MODEL (self->communities);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);
    GeoNode *node = geo_community_item_get_node (item);

    add_row (self, self->before_group, item);
    add_row (self, self->after_group, item);
    if (node == NULL)
      continue;
    g_signal_connect_swapped (node, "notify::connection",
                              G_CALLBACK (show_connections), self);
    g_ptr_array_add (self->nodes, g_object_ref (node));
  }
  show_connections (self);
}

/* --- The new words -------------------------------------------------------- */

static void
forget_words (GeoKeyDialog *self) {
  g_clear_pointer (&self->words, geo_words_free);
  if (self->grid != NULL)
    geo_words_grid_set_words (self->grid, NULL);
  if (self->check != NULL)
    geo_words_check_start (self->check, NULL);
}

/* Whoever looks back at the first page sees the same words again. */
static void
begin_cb (GeoKeyDialog *self) {
  if (self->words == NULL) {
    self->words = geo_profile_make_words ();
    geo_words_grid_set_words (self->grid, self->words);
  }
  adw_navigation_view_push_by_tag (self->navigation, "words");
}

static void
written_cb (GeoKeyDialog *self) {
  geo_words_check_start (self->check, self->words);
  show_text (self->error_label, NULL);
  adw_navigation_view_push_by_tag (self->navigation, "check");
  gtk_widget_grab_focus (GTK_WIDGET (self->check));
}

static void
typed_cb (GeoKeyDialog *self) {
  const gchar *passphrase =
      gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row));

  gtk_widget_set_sensitive (GTK_WIDGET (self->change_button),
                            geo_words_check_get_complete (self->check) &&
                                (!has_passphrase (self) ||
                                 *passphrase != '\0'));
}

/* --- The change ----------------------------------------------------------- */

static void
show_failure (GeoKeyDialog *self, const GError *error) {
  const gchar *pages[] = { "explain", "words", "check", NULL };
  /* Where the keyring failed at the very end, only it knows. */
  gboolean is_known = geo_profile_get_key_change (get_profile (self)) ==
                      GEO_KEY_CHANGE_NONE;
  g_autofree gchar *text = g_strconcat (
      error->message, " ",
      is_known ? _ ("Your key was not changed: the old words are still yours.")
               : _ ("Keep both papers: when the wallet is opened next, it says "
                    "which words are yours."),
      NULL);

  if (geo_dialog_is_closed (GEO_DIALOG (self))) {
    geo_dialog_say (ADW_DIALOG (self), text);
    return;
  }
  adw_navigation_view_replace_with_tags (self->navigation, pages, 3);
  show_text (self->error_label, text);
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE))
    gtk_widget_grab_focus (GTK_WIDGET (self->passphrase_row));
}

static void
show_done (GeoKeyDialog *self) {
  const gchar *only[] = { "done", NULL };

  forget_words (self);
  gtk_editable_set_text (GTK_EDITABLE (self->passphrase_row), "");
  if (geo_dialog_is_closed (GEO_DIALOG (self))) {
    geo_dialog_say (ADW_DIALOG (self),
                    _ ("Your key is changed: the new words are yours now"));
    return;
  }
  show_connections (self);
  adw_navigation_view_replace_with_tags (self->navigation, only, 1);
  gtk_widget_grab_focus (GTK_WIDGET (self->close_button));
  geo_say (GTK_WIDGET (self), _ ("Your Key Is Changed"));
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoKeyDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_done = geo_communities_rotate_key_finish (
      GEO_COMMUNITIES (source), result, &error);

  adw_dialog_set_can_close (ADW_DIALOG (self), TRUE);
  if (is_done)
    show_done (self);
  else
    show_failure (self, error);
}

static void
change_cb (GeoKeyDialog *self) {
  const gchar *only[] = { "progress", NULL };

  if (!gtk_widget_is_sensitive (GTK_WIDGET (self->change_button)) ||
      !geo_words_check_try (self->check))
    return;
  show_text (self->error_label, NULL);
  adw_dialog_set_can_close (ADW_DIALOG (self), FALSE);
  /* An entry that goes out of sight would keep its cursor blinking. */
  adw_dialog_set_focus (ADW_DIALOG (self), NULL);
  adw_navigation_view_replace_with_tags (self->navigation, only, 1);
  geo_communities_rotate_key_async (
      self->communities, self->words,
      has_passphrase (self)
          ? gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row))
          : NULL,
      changed_cb, g_object_ref (self));
}

static void
close_cb (GeoKeyDialog *self) {
  adw_dialog_close (ADW_DIALOG (self));
}

/* --- Cut short ------------------------------------------------------------ */

static void
told_cb (AdwAlertDialog *alert, const gchar *response, GeoProfile *profile) {
  geo_profile_settle_key (profile);
  if (g_str_equal (response, "change"))
    gtk_widget_activate_action (GTK_WIDGET (alert), "win.change-key", NULL);
}

void
geo_key_dialog_tell (GtkWidget *parent, GeoProfile *profile) {
  GeoKeyChange change = geo_profile_get_key_change (profile);
  gboolean is_done = change == GEO_KEY_CHANGE_DONE;
  AdwDialog *alert;

  if (change == GEO_KEY_CHANGE_NONE)
    return;
  alert = geo_fit_text_new_alert (is_done ? _ ("Your Key Is Changed")
                                          : _ ("Your Key Was Not Changed"),
                                  geo_phrase_key_change (change));
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                 _ ("_Understood"));
  if (!is_done)
    adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "change",
                                   _ ("Change My _Key…"));
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "close");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "close");
  g_signal_connect_object (alert, "response", G_CALLBACK (told_cb), profile,
                           G_CONNECT_DEFAULT);
  adw_dialog_present (alert, parent);
}

/* --- Life ----------------------------------------------------------------- */

static void
geo_key_dialog_dispose (GObject *object) {
  GeoKeyDialog *self = GEO_KEY_DIALOG (object);

  forget_words (self);
  for (guint i = 0; self->nodes != NULL && i < self->nodes->len; i++)
    g_signal_handlers_disconnect_by_data (self->nodes->pdata[i], self);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->communities);
  G_OBJECT_CLASS (geo_key_dialog_parent_class)->dispose (object);
}

static void
geo_key_dialog_class_init (GeoKeyDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_key_dialog_dispose;
  g_type_ensure (GEO_TYPE_WORDS_CHECK);
  g_type_ensure (GEO_TYPE_WORDS_GRID);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-key-dialog.ui");
#define CHILD(name) \
  gtk_widget_class_bind_template_child (widget_class, GeoKeyDialog, name)
  CHILD (navigation);
  CHILD (before_group);
  CHILD (cannot_label);
  CHILD (begin_button);
  CHILD (grid);
  CHILD (written_button);
  CHILD (check);
  CHILD (passphrase_group);
  CHILD (passphrase_row);
  CHILD (error_label);
  CHILD (change_button);
  CHILD (done_label);
  CHILD (after_group);
  CHILD (close_button);
#undef CHILD
}

static void
geo_key_dialog_init (GeoKeyDialog *self) {
  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->begin_button, "clicked",
                            G_CALLBACK (begin_cb), self);
  g_signal_connect_swapped (self->written_button, "clicked",
                            G_CALLBACK (written_cb), self);
  g_signal_connect_swapped (self->check, "notify::complete",
                            G_CALLBACK (typed_cb), self);
  g_signal_connect_swapped (self->check, "activated", G_CALLBACK (change_cb),
                            self);
  g_signal_connect_swapped (self->passphrase_row, "changed",
                            G_CALLBACK (typed_cb), self);
  g_signal_connect_swapped (self->passphrase_row, "entry-activated",
                            G_CALLBACK (change_cb), self);
  g_signal_connect_swapped (self->change_button, "clicked",
                            G_CALLBACK (change_cb), self);
  g_signal_connect_swapped (self->close_button, "clicked",
                            G_CALLBACK (close_cb), self);
}

GeoKeyDialog *
geo_key_dialog_new (GeoCommunities *communities) {
  GeoKeyDialog *self = g_object_new (GEO_TYPE_KEY_DIALOG, NULL);

  self->communities = g_object_ref (communities);
  gtk_widget_set_visible (self->passphrase_group, has_passphrase (self));
  add_communities (self);
  typed_cb (self);
  return self;
}
