/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoInviteDialog: the form, and the invitation that it makes.  The node makes
 * invitations and knows what became of them.
 */
#include "config.h"

#include "wallet/geo-invite-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-node-invitations.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-request-view.h"

struct _GeoInviteDialog {
  GeoDialog parent_instance;

  gboolean is_busy;

  /* owned */
  GeoNode *node;

  /* template children */
  AdwNavigationView *navigation;
  AdwEntryRow *name_row;
  GeoAmountEntry *amount_entry;
  GtkLabel *hint_label;
  AdwEntryRow *asked_row;
  AdwComboRow *expires_row;
  AdwPreferencesGroup *code_group;
  AdwEntryRow *code_row;
  GtkLabel *error_label;
  GtkButton *invite_button;
  GeoRequestView *view;
};

G_DEFINE_FINAL_TYPE (GeoInviteDialog, geo_invite_dialog, GEO_TYPE_DIALOG)

/* In the order of the rows. */
static const GTimeSpan spans[] = {
  G_TIME_SPAN_DAY,
  7 * G_TIME_SPAN_DAY,
  30 * G_TIME_SPAN_DAY,
};

static void
show_error (GeoInviteDialog *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static gchar *
get_text (AdwEntryRow *row) {
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* FALSE: what is typed is no amount.  has FALSE: nothing is typed. */
static gboolean
get_asked (GeoInviteDialog *self, GeoAmount *asked, gboolean *has) {
  g_autofree gchar *text = get_text (self->asked_row);

  *has = *text != '\0';
  return !*has ||
         (geo_amount_parse_typed (
              text, geo_amount_entry_get_precision (self->amount_entry), asked,
              NULL) &&
          geo_amount_cmp (*asked, GEO_AMOUNT_ZERO) > 0);
}

static void
set_wrong (GtkWidget *row, gboolean wrong) {
  if (wrong)
    gtk_widget_add_css_class (row, "error");
  else
    gtk_widget_remove_css_class (row, "error");
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
      wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
update (GeoInviteDialog *self) {
  g_autofree gchar *problem =
      geo_amount_entry_find_problem (self->amount_entry);
  g_autofree gchar *asked_title = NULL;
  GeoAmount limit, asked;
  gboolean has_asked;
  gboolean has_limit = geo_amount_entry_get_amount (self->amount_entry, &limit);
  gboolean is_asked = get_asked (self, &asked, &has_asked);

  gtk_label_set_label (
      self->hint_label,
      problem != NULL
          ? problem
          : _ ("Up to this they may owe you. When they have joined, you are "
               "asked once more."));
  geo_amount_entry_set_wrong (self->amount_entry, problem != NULL);
  asked_title = g_strdup_printf (
      /* Translators: an equivalent, e.g. UAH. */
      _ ("_Ask Them to Trust You Up To (%s)"),
      geo_amount_entry_get_equivalent (self->amount_entry));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->asked_row),
                                 asked_title);
  set_wrong (GTK_WIDGET (self->asked_row), !is_asked);
  gtk_widget_set_sensitive (GTK_WIDGET (self->invite_button),
                            has_limit && is_asked && !self->is_busy);
}

static void
changed_cb (GeoInviteDialog *self) {
  show_error (self, NULL);
  update (self);
}

static void
invited_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoInviteDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);
  const gchar *only[] = { "shown", NULL };

  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  self->is_busy = FALSE;
  if (item == NULL) {
    show_error (self, error->message);
    update (self);
    return;
  }
  geo_request_view_set_request (self->view, self->node,
                                geo_request_item_get_key (item));
  /* There is no way back to a button that would invite again. */
  adw_navigation_view_replace_with_tags (self->navigation, only, 1);
}

static void
invite_cb (GeoInviteDialog *self) {
  g_autofree gchar *name = get_text (self->name_row);
  g_autofree gchar *code = get_text (self->code_row);
  guint span = adw_combo_row_get_selected (self->expires_row);
  GeoTime expires_at;
  GeoAmount limit, asked;
  gboolean has_asked;

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->invite_button)) ||
      !geo_amount_entry_get_amount (self->amount_entry, &limit) ||
      !get_asked (self, &asked, &has_asked))
    return;
  expires_at =
      (g_get_real_time () + spans[MIN (span, G_N_ELEMENTS (spans) - 1)]) / 1000;
  if (*code != '\0')
    geo_node_set_join_code (self->node, code);
  self->is_busy = TRUE;
  geo_node_invite_async (self->node, *name != '\0' ? name : NULL,
                         geo_amount_entry_get_equivalent (self->amount_entry),
                         limit, has_asked ? &asked : NULL, expires_at,
                         geo_dialog_get_cancellable (GEO_DIALOG (self)),
                         invited_cb, g_object_ref (self));
  update (self);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_invite_dialog_dispose (GObject *object) {
  GeoInviteDialog *self = GEO_INVITE_DIALOG (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_invite_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass) {
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, navigation);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, name_row);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, amount_entry);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, hint_label);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, asked_row);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, expires_row);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, code_group);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, code_row);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, error_label);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, invite_button);
  gtk_widget_class_bind_template_child (klass, GeoInviteDialog, view);
}

static void
geo_invite_dialog_class_init (GeoInviteDialogClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_invite_dialog_dispose;
  g_type_ensure (GEO_TYPE_AMOUNT_ENTRY);
  g_type_ensure (GEO_TYPE_REQUEST_VIEW);
  gtk_widget_class_set_template_from_resource (
      GTK_WIDGET_CLASS (klass),
      "/net/geocredit/Wallet/ui/geo-invite-dialog.ui");
  bind_children (GTK_WIDGET_CLASS (klass));
}

static void
geo_invite_dialog_init (GeoInviteDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  geo_amount_entry_set_label (self->amount_entry,
                              _ ("How far you would trust them"));
  adw_combo_row_set_selected (self->expires_row, G_N_ELEMENTS (spans) - 1);
  g_signal_connect_swapped (self->amount_entry, "changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->amount_entry, "activate",
                            G_CALLBACK (invite_cb), self);
  g_signal_connect_swapped (self->asked_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->asked_row, "entry-activated",
                            G_CALLBACK (invite_cb), self);
  g_signal_connect_swapped (self->name_row, "entry-activated",
                            G_CALLBACK (invite_cb), self);
  g_signal_connect_swapped (self->code_row, "entry-activated",
                            G_CALLBACK (invite_cb), self);
  g_signal_connect_swapped (self->invite_button, "clicked",
                            G_CALLBACK (invite_cb), self);
}

GeoInviteDialog *
geo_invite_dialog_new (GeoNode *node) {
  GeoInviteDialog *self = g_object_new (GEO_TYPE_INVITE_DIALOG, NULL);

  self->node = g_object_ref (node);
  geo_amount_entry_set_node (self->amount_entry, node);
  gtk_widget_set_visible (GTK_WIDGET (self->code_group),
                          !geo_node_has_join_code (node));
  update (self);
  return self;
}
