/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoClearingDialog: shows what a clearing would do and takes the answer to the
 * node.  Where it is decided meanwhile, it says so.
 */
#include "config.h"

#include "wallet/geo-clearing-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-circle-view.h"

struct _GeoClearingDialog {
  GeoDialog parent_instance;

  gboolean is_answering; /* That changes the list. */

  /* owned */
  GeoNode *node;
  gchar *id;

  /* template children */
  GtkStack *stack;
  GeoCircleView *circle;
  GtkLabel *sentence_label;
  AdwActionRow *debtor_row;
  AdwActionRow *creditor_row;
  AdwActionRow *deadline_row;
  GtkLabel *error_label;
  GtkButton *accept_button;
  GtkButton *refuse_button;
};

G_DEFINE_FINAL_TYPE (GeoClearingDialog, geo_clearing_dialog, GEO_TYPE_DIALOG)

/* A new reference; NULL: it is decided, or the hub is away. */
static GeoProposalItem *
find_item (GeoClearingDialog *self) {
  GListModel *proposals = geo_node_get_proposals (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (proposals); i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);

    if (g_str_equal (geo_proposal_item_get_id (item), self->id))
      return g_steal_pointer (&item);
  }
  return NULL;
}

static void
update (GeoClearingDialog *self) {
  g_autoptr (GeoProposalItem) item = find_item (self);
  g_autofree gchar *sentence = NULL;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *debtor = NULL;
  g_autofree gchar *creditor = NULL;
  g_autofree gchar *deadline = NULL;

  if (self->is_answering)
    return;
  gtk_stack_set_visible_child_name (self->stack,
                                    item != NULL ? "question" : "over");
  if (item == NULL)
    return;
  geo_circle_view_set_people (self->circle,
                              geo_proposal_item_get_debtor (item),
                              geo_proposal_item_get_creditor (item),
                              geo_proposal_item_get_others (item));
  sentence = geo_phrase_proposal (item);
  gtk_label_set_label (self->sentence_label, sentence);
  amount = geo_phrase_amount (geo_proposal_item_get_amount (item),
                              geo_proposal_item_get_precision (item),
                              geo_proposal_item_get_equivalent (item));
  /* Translators: a name and an amount. */
  debtor = g_strdup_printf (_ ("%s owes you %s less"),
                            geo_proposal_item_get_debtor (item), amount);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->debtor_row), debtor);
  /* Translators: a name and an amount. */
  creditor = g_strdup_printf (_ ("You owe %s %s less"),
                              geo_proposal_item_get_creditor (item), amount);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->creditor_row),
                                 creditor);
  deadline = geo_phrase_date_time (geo_proposal_item_get_deadline (item));
  adw_action_row_set_subtitle (self->deadline_row, deadline);
}

static void
answer (GeoClearingDialog *self, gboolean accepts) {
  g_autoptr (GError) error = NULL;
  const gchar *said =
      accepts ? _ ("You agreed: it is cleared as soon as everybody on the "
                   "circle does")
              : _ ("You said no: nothing is cleared");

  self->is_answering = TRUE;
  if (geo_node_answer_clearing (self->node, self->id, accepts, &error)) {
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", said);
    adw_dialog_close (ADW_DIALOG (self));
  } else {
    gtk_label_set_label (self->error_label, error->message);
    gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
  }
  self->is_answering = FALSE;
}

static void
accept_cb (GeoClearingDialog *self) {
  answer (self, TRUE);
}

static void
refuse_cb (GeoClearingDialog *self) {
  answer (self, FALSE);
}

static void
geo_clearing_dialog_dispose (GObject *object) {
  GeoClearingDialog *self = GEO_CLEARING_DIALOG (object);

  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_proposals (self->node),
                                          self);
  g_clear_object (&self->node);
  g_clear_pointer (&self->id, g_free);
  G_OBJECT_CLASS (geo_clearing_dialog_parent_class)->dispose (object);
}

static void
geo_clearing_dialog_class_init (GeoClearingDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_clearing_dialog_dispose;
  g_type_ensure (GEO_TYPE_CIRCLE_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-clearing-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        circle);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        sentence_label);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        debtor_row);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        creditor_row);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        deadline_row);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        accept_button);
  gtk_widget_class_bind_template_child (widget_class, GeoClearingDialog,
                                        refuse_button);
}

static void
geo_clearing_dialog_init (GeoClearingDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->accept_button, "clicked",
                            G_CALLBACK (accept_cb), self);
  g_signal_connect_swapped (self->refuse_button, "clicked",
                            G_CALLBACK (refuse_cb), self);
}

GeoClearingDialog *
geo_clearing_dialog_new (GeoNode *node, const gchar *id) {
  GeoClearingDialog *self = g_object_new (GEO_TYPE_CLEARING_DIALOG, NULL);

  self->node = g_object_ref (node);
  self->id = g_strdup (id);
  g_signal_connect_swapped (geo_node_get_proposals (node), "items-changed",
                            G_CALLBACK (update), self);
  update (self);
  return self;
}
