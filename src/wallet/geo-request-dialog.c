/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestDialog: the form, and the request that it makes.  The node makes
 * requests and knows what became of them.
 */
#include "config.h"

#include "wallet/geo-request-dialog.h"

#include <glib/gi18n.h>

#include "wallet/geo-amount-entry.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-request-view.h"

struct _GeoRequestDialog {
  GeoDialog parent_instance;

  gboolean is_busy;

  /* owned */
  GeoNode *node;
  GeoPerson *from; /* NULL: whoever has the link. */

  /* template children */
  AdwNavigationView *navigation;
  GeoAmountEntry *amount_entry;
  GtkLabel *hint_label;
  AdwActionRow *from_row;
  GtkButton *anyone_button;
  AdwEntryRow *memo_row;
  AdwComboRow *expires_row;
  AdwSwitchRow *once_row;
  GtkLabel *error_label;
  GtkButton *ask_button;
  GeoPersonChooser *chooser;
  GeoRequestView *view;
};

G_DEFINE_FINAL_TYPE (GeoRequestDialog, geo_request_dialog, GEO_TYPE_DIALOG)

/* In the order of the rows. */
static const GTimeSpan spans[] = {
  0,
  G_TIME_SPAN_HOUR,
  G_TIME_SPAN_DAY,
  7 * G_TIME_SPAN_DAY,
  30 * G_TIME_SPAN_DAY,
};

static void
show_error (GeoRequestDialog *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

/* --- The form ----------------------------------------------------------- */

static void
update_form (GeoRequestDialog *self) {
  g_autofree gchar *problem =
      geo_amount_entry_find_problem (self->amount_entry);
  const gchar *name = self->from != NULL ? geo_person_get_name (self->from)
                                         : NULL;
  const gchar *hint = geo_amount_entry_is_empty (self->amount_entry)
                          ? _ ("Without an amount, the payer chooses it.")
                          : "";

  gtk_label_set_label (self->hint_label, problem != NULL ? problem : hint);
  gtk_widget_set_visible (GTK_WIDGET (self->hint_label),
                          problem != NULL || *hint != '\0');
  geo_amount_entry_set_wrong (self->amount_entry, problem != NULL);
  adw_action_row_set_subtitle (
      self->from_row, name != NULL ? name : _ ("Whoever has the link"));
  gtk_widget_set_visible (GTK_WIDGET (self->anyone_button), name != NULL);
  /* What one person is asked for can be paid once anyhow. */
  gtk_widget_set_visible (GTK_WIDGET (self->once_row), name == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->ask_button),
                            problem == NULL && !self->is_busy);
}

static void
changed_cb (GeoRequestDialog *self) {
  show_error (self, NULL);
  update_form (self);
}

static void
choose_cb (GeoRequestDialog *self) {
  adw_navigation_view_push_by_tag (self->navigation, "who");
}

static void
anyone_cb (GeoRequestDialog *self) {
  g_clear_object (&self->from);
  update_form (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->from_row));
}

static void
chosen_cb (GeoPersonChooser *chooser,
           GeoPerson *person,
           GeoRequestDialog *self) {
  g_set_object (&self->from, person);
  update_form (self);
  adw_navigation_view_pop_to_tag (self->navigation, "form");
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoRequestDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);
  const gchar *only[] = { "shown", NULL };

  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  self->is_busy = FALSE;
  if (item == NULL) {
    show_error (self, error->message);
    update_form (self);
    return;
  }
  geo_request_view_set_request (self->view, self->node,
                                geo_request_item_get_key (item));
  /* There is no way back to a button that would ask again. */
  adw_navigation_view_replace_with_tags (self->navigation, only, 1);
}

static void
ask_cb (GeoRequestDialog *self) {
  g_autofree gchar *memo = g_strstrip (
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->memo_row))));
  guint span = adw_combo_row_get_selected (self->expires_row);
  GeoTime expires_at = 0;
  GeoAmount amount;
  gboolean has_amount;

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->ask_button)))
    return;
  has_amount = geo_amount_entry_get_amount (self->amount_entry, &amount);
  if (span < G_N_ELEMENTS (spans) && spans[span] != 0)
    expires_at = (g_get_real_time () + spans[span]) / 1000;
  self->is_busy = TRUE;
  geo_node_request_async (
      self->node, self->from != NULL ? geo_person_get_pid (self->from) : NULL,
      geo_amount_entry_get_equivalent (self->amount_entry),
      has_amount ? &amount : NULL, *memo != '\0' ? memo : NULL, expires_at,
      self->from == NULL && adw_switch_row_get_active (self->once_row),
      geo_dialog_get_cancellable (GEO_DIALOG (self)), asked_cb,
      g_object_ref (self));
  update_form (self);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_request_dialog_dispose (GObject *object) {
  GeoRequestDialog *self = GEO_REQUEST_DIALOG (object);

  g_clear_object (&self->from);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_request_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass) {
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, navigation);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, amount_entry);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, hint_label);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, from_row);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, anyone_button);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, memo_row);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, expires_row);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, once_row);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, error_label);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, ask_button);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, chooser);
  gtk_widget_class_bind_template_child (klass, GeoRequestDialog, view);
}

static void
geo_request_dialog_class_init (GeoRequestDialogClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_request_dialog_dispose;
  g_type_ensure (GEO_TYPE_AMOUNT_ENTRY);
  g_type_ensure (GEO_TYPE_PERSON_CHOOSER);
  g_type_ensure (GEO_TYPE_REQUEST_VIEW);
  gtk_widget_class_set_template_from_resource (
      GTK_WIDGET_CLASS (klass),
      "/net/geocredit/Wallet/ui/geo-request-dialog.ui");
  bind_children (GTK_WIDGET_CLASS (klass));
}

static void
geo_request_dialog_init (GeoRequestDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  geo_amount_entry_set_label (self->amount_entry, _ ("Amount to ask for"));
  g_signal_connect (self->chooser, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->amount_entry, "changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->amount_entry, "activate", G_CALLBACK (ask_cb),
                            self);
  g_signal_connect_swapped (self->from_row, "activated", G_CALLBACK (choose_cb),
                            self);
  g_signal_connect_swapped (self->anyone_button, "clicked",
                            G_CALLBACK (anyone_cb), self);
  g_signal_connect_swapped (self->memo_row, "entry-activated",
                            G_CALLBACK (ask_cb), self);
  g_signal_connect_swapped (self->ask_button, "clicked", G_CALLBACK (ask_cb),
                            self);
}

GeoRequestDialog *
geo_request_dialog_new (GeoNode *node, const gchar *who) {
  GeoRequestDialog *self = g_object_new (GEO_TYPE_REQUEST_DIALOG, NULL);

  self->node = g_object_ref (node);
  geo_amount_entry_set_node (self->amount_entry, node);
  geo_person_chooser_set_node (self->chooser, node);
  update_form (self);
  if (*who != '\0') {
    /* A stranger is found by the hub first. */
    adw_navigation_view_push_by_tag (self->navigation, "who");
    geo_person_chooser_look_up (self->chooser, who);
  }
  return self;
}
