/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoReceiptPage: what is known of one payment: from the newest activity, from
 * a payment of this run, or from the receipt itself; and its proof, which can
 * be verified and saved.  It changes nothing.
 */
#include "config.h"

#include "wallet/geo-receipt-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "node/geo-phrases.h"
#include "wallet/geo-circle-view.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-receipt-facts.h"
#include "wallet/geo-receipt-print.h"
#include "wallet/geo-say.h"

/* Among as many of the newest rows of activity it is looked for. */
#define NEWEST_ROWS_MAX 256

struct _GeoReceiptPage {
  AdwNavigationPage parent_instance;

  gboolean is_loading;

  /* owned */
  GeoNode *node;
  gchar *key;
  GeoActivityItem *item; /* NULL: not among the newest. */
  GeoPayment *payment; /* NULL: of a former run. */
  gchar *receipt; /* NULL: there is none yet. */
  GeoReceiptFacts *facts; /* What the receipt says. */
  gchar *problem; /* Why there is none. */
  gchar *peer; /* The PID that the peer row shows. */
  GCancellable *cancellable;

  /* template children */
  GeoCircleView *circle;
  GtkLabel *title_label;
  GtkLabel *amount_label;
  GtkLabel *reason_label;
  GtkWidget *facts_group;
  AdwActionRow *peer_row;
  AdwActionRow *when_row;
  AdwActionRow *state_row;
  AdwActionRow *text_row;
  AdwActionRow *proof_row;
  GtkImage *proof_icon;
  AdwButtonRow *verify_row;
  AdwButtonRow *save_row;
  AdwButtonRow *copy_row;
  AdwButtonRow *print_row;
  GtkWidget *details_group;
  AdwActionRow *id_row;
  AdwActionRow *pid_row;
};

G_DEFINE_FINAL_TYPE (GeoReceiptPage, geo_receipt_page, ADW_TYPE_NAVIGATION_PAGE)

/* --- What is known ------------------------------------------------------ */

static GeoReceiptFacts *
take_item (GeoActivityItem *item) {
  GeoReceiptFacts *facts = g_new0 (GeoReceiptFacts, 1);
  const gchar *pid = geo_activity_item_get_peer_pid (item);

  facts->kind = geo_activity_item_get_kind (item);
  facts->state = geo_activity_item_get_state (item);
  facts->time_ms = geo_activity_item_get_time (item);
  facts->has_peer = pid != NULL && geo_pid_parse (pid, &facts->peer, NULL);
  facts->peer_name = g_strdup (geo_activity_item_get_peer_name (item));
  facts->equivalent = g_strdup (geo_activity_item_get_equivalent (item));
  facts->precision = geo_activity_item_get_precision (item);
  facts->amount = geo_activity_item_get_amount (item);
  facts->text = g_strdup (geo_activity_item_get_text (item));
  facts->tx_id = g_strdup (geo_activity_item_get_tx_id (item));
  return facts;
}

static GeoReceiptFacts *
take_payment (GeoPayment *payment) {
  GeoReceiptFacts *facts = g_new0 (GeoReceiptFacts, 1);

  facts->kind = GEO_ITEM_PAID;
  facts->state = geo_payment_get_state (payment);
  facts->time_ms = geo_payment_get_started_at (payment);
  facts->has_peer = TRUE;
  facts->peer = *geo_payment_get_to (payment);
  facts->equivalent = g_strdup (geo_payment_get_equivalent (payment));
  facts->precision = geo_payment_get_precision (payment);
  facts->amount = geo_payment_get_amount (payment);
  facts->tx_id = g_strdup (geo_payment_get_tx_id (payment));
  return facts;
}

static GeoReceiptFacts *
take_facts (const GeoReceiptFacts *known) {
  GeoReceiptFacts *facts = g_memdup2 (known, sizeof *known);

  facts->peer_name = g_strdup (known->peer_name);
  facts->equivalent = g_strdup (known->equivalent);
  facts->text = g_strdup (known->text);
  facts->tx_id = g_strdup (known->tx_id);
  return facts;
}

/* NULL: nothing yet. */
static GeoReceiptFacts *
find_facts (GeoReceiptPage *self) {
  if (self->item != NULL && geo_activity_item_get_loaded (self->item))
    return take_item (self->item);
  if (self->payment != NULL)
    return take_payment (self->payment);
  return self->facts != NULL ? take_facts (self->facts) : NULL;
}

static GeoActivityItem *
find_item (GeoReceiptPage *self) {
  GListModel *activity = geo_node_get_activity (self->node);
  guint n = MIN (g_list_model_get_n_items (activity), NEWEST_ROWS_MAX);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (activity, i);

    if (geo_activity_item_get_loaded (item) &&
        g_strcmp0 (geo_activity_item_get_receipt_key (item), self->key) == 0)
      return g_steal_pointer (&item);
  }
  return NULL;
}

/* A new reference.  Its key is the payment's own number until the hub has
 * said something. */
static GeoPayment *
find_payment (GeoReceiptPage *self) {
  const gchar *tx_id = self->key;
  GeoPayment *payment;

  if (self->item != NULL && geo_activity_item_get_tx_id (self->item) != NULL)
    tx_id = geo_activity_item_get_tx_id (self->item);
  payment = geo_node_get_payment (self->node, tx_id);
  /* Somebody else's payment to me may have the same number. */
  if (payment == NULL ||
      (self->item != NULL &&
       geo_activity_item_get_kind (self->item) != GEO_ITEM_PAID))
    return NULL;
  return g_object_ref (payment);
}

/* --- In words ----------------------------------------------------------- */

static const gchar *
phrase_title (const GeoReceiptFacts *facts) {
  switch (facts->kind) {
  case GEO_ITEM_PAID:
    switch (facts->state) {
    case GEO_STATE_DRAFT:
    case GEO_STATE_SENDING:
      return _ ("You are paying");
    case GEO_STATE_IN_DOUBT:
      return _ ("Not known yet: paid or not");
    case GEO_STATE_PAID:
      return _ ("You paid");
    case GEO_STATE_NOT_PAID:
      return _ ("This was not paid");
    }
    return "";
  case GEO_ITEM_RECEIVED:
    return _ ("You received");
  case GEO_ITEM_PASSED:
    return _ ("A payment of others passed through you");
  case GEO_ITEM_CLEARED:
    return _ ("Debts were cleared; your balance is the same");
  case GEO_ITEM_TRUST_GIVEN:
    return _ ("You trust up to");
  case GEO_ITEM_TRUST_GOT:
    return _ ("You are trusted up to");
  case GEO_ITEM_JOINED:
    return _ ("You joined");
  case GEO_ITEM_REFUSED:
    return _ ("You refused this");
  }
  return "";
}

/* NULL: no row says who. */
static const gchar *
phrase_peer_title (const GeoReceiptFacts *facts) {
  switch (facts->kind) {
  case GEO_ITEM_PAID:
    return C_ ("payee", "To");
  case GEO_ITEM_RECEIVED:
    return C_ ("payer", "From");
  case GEO_ITEM_PASSED:
    return _ ("Paid by");
  case GEO_ITEM_TRUST_GIVEN:
  case GEO_ITEM_TRUST_GOT:
    return _ ("Between you and");
  case GEO_ITEM_REFUSED:
    return C_ ("payer", "From");
  case GEO_ITEM_CLEARED:
  case GEO_ITEM_JOINED:
    return NULL;
  }
  return NULL;
}

static void
set_row (AdwActionRow *row, const gchar *text) {
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL && *text != '\0');
}

static void
show_peer (GeoReceiptPage *self, const GeoReceiptFacts *facts) {
  const gchar *title = phrase_peer_title (facts);
  const gchar *name = facts->peer_name;
  GeoPerson *person = NULL;

  g_clear_pointer (&self->peer, g_free);
  if (facts->has_peer) {
    self->peer = geo_pid_to_string (&facts->peer);
    person = geo_node_get_person (self->node, &facts->peer);
  }
  if (person != NULL)
    name = geo_person_get_name (person);
  set_row (self->peer_row, title == NULL || self->peer == NULL ? NULL
                           : name != NULL                      ? name
                                                               : self->peer);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->peer_row),
                                 title != NULL ? title : "");
  set_row (self->pid_row, self->peer);
}

static void
show_reason (GeoReceiptPage *self, const GeoReceiptFacts *facts) {
  const gchar *reason = NULL;
  g_autofree gchar *doubt = NULL;

  if (self->payment != NULL)
    reason = geo_payment_get_message (self->payment);
  if (reason == NULL && self->item != NULL)
    reason = geo_activity_item_get_reason (self->item);
  if (reason == NULL && facts->kind == GEO_ITEM_PAID &&
      facts->state == GEO_STATE_IN_DOUBT)
    reason = doubt = geo_phrase_in_doubt (facts->time_ms);
  gtk_label_set_label (self->reason_label, reason != NULL ? reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason_label), reason != NULL);
}

static void
show_facts (GeoReceiptPage *self, const GeoReceiptFacts *facts) {
  g_autofree gchar *amount = NULL;
  g_autofree gchar *when = geo_phrase_date_time (facts->time_ms);
  gboolean is_payment = facts->kind == GEO_ITEM_PAID ||
                        facts->kind == GEO_ITEM_RECEIVED;

  if (facts->equivalent != NULL && *facts->equivalent != '\0')
    amount = geo_phrase_amount (facts->amount, facts->precision,
                                facts->equivalent);
  gtk_label_set_label (self->title_label, phrase_title (facts));
  gtk_label_set_label (self->amount_label, amount != NULL ? amount : "");
  gtk_widget_set_visible (GTK_WIDGET (self->amount_label), amount != NULL);
  show_reason (self, facts);
  show_peer (self, facts);
  set_row (self->when_row, when);
  set_row (self->state_row,
           is_payment ? geo_phrase_state (facts->state) : NULL);
  set_row (self->text_row, facts->text);
  set_row (self->id_row, facts->tx_id);
}

/* --- The proof ---------------------------------------------------------- */

static void
show_proof (GeoReceiptPage *self) {
  gboolean has_receipt = self->receipt != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->verify_row), has_receipt);
  gtk_widget_set_visible (GTK_WIDGET (self->save_row), has_receipt);
  gtk_widget_set_visible (GTK_WIDGET (self->copy_row), has_receipt);
  gtk_widget_set_visible (GTK_WIDGET (self->print_row), has_receipt);
  gtk_widget_set_visible (GTK_WIDGET (self->proof_icon), FALSE);
  if (has_receipt)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->proof_row),
                                   _ ("Signed by those who took part"));
  else if (self->is_loading)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->proof_row),
                                   _ ("Looking for the proof…"));
  else
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->proof_row),
                                   _ ("There is no proof yet"));
  adw_action_row_set_subtitle (
      self->proof_row,
      has_receipt ? _ ("Anybody can verify this receipt, without a network.")
      : self->problem != NULL ? self->problem
                              : "");
}

/* Whoever this wallet has no name for is nobody that it can name. */
static const gchar *
find_name (GeoReceiptPage *self, const GeoPid *pid) {
  GeoPerson *person = geo_node_get_person (self->node, pid);

  return person != NULL ? geo_person_get_name (person) : _ ("somebody");
}

/* What the proof of a clearing says of the circle. */
static void
show_circle (GeoReceiptPage *self) {
  const GeoReceiptFacts *facts = self->facts;
  gboolean has_circle = facts != NULL && facts->has_circle;
  g_autofree gchar *sentence = NULL;
  const gchar *debtor;
  const gchar *creditor;
  GeoMoved in, out;

  gtk_widget_set_visible (GTK_WIDGET (self->circle), has_circle);
  if (!has_circle)
    return;
  debtor = find_name (self, &facts->debtor);
  creditor = find_name (self, &facts->creditor);
  geo_circle_view_set_people (self->circle, debtor, creditor, facts->others);
  if (self->item != NULL &&
      geo_activity_item_get_moved (self->item, &in, &out))
    sentence = geo_phrase_moved (creditor, in, debtor, out, facts->amount,
                                 facts->precision, facts->equivalent);
  else
    sentence = g_strdup_printf (
        /* Translators: how many others took part, who owes you less now, and
         * whom you owe less. */
        ngettext ("You and %u other owe less now: %s owes you less, and you "
                  "owe %s less.",
                  "You and %u others owe less now: %s owes you less, and you "
                  "owe %s less.",
                  facts->others),
        facts->others, debtor, creditor);
  gtk_label_set_label (self->reason_label, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->reason_label), TRUE);
}

static void
update (GeoReceiptPage *self) {
  g_autoptr (GeoReceiptFacts) facts = find_facts (self);

  gtk_widget_set_visible (self->facts_group, facts != NULL);
  gtk_widget_set_visible (self->details_group,
                          facts != NULL &&
                              (facts->tx_id != NULL || facts->has_peer));
  if (facts != NULL)
    show_facts (self, facts);
  else if (!self->is_loading)
    gtk_label_set_label (self->title_label, _ ("Nothing is known of this"));
  show_circle (self);
}

static void state_cb (GeoReceiptPage *self);

/* Rows that were not read yet when the page was made are by the time the
 * receipt is: the disk answers in order. */
static void
look_up (GeoReceiptPage *self) {
  if (self->item == NULL) {
    self->item = find_item (self);
    if (self->item != NULL)
      g_signal_connect_swapped (self->item, "notify::state",
                                G_CALLBACK (state_cb), self);
  }
  if (self->payment == NULL) {
    self->payment = find_payment (self);
    if (self->payment != NULL)
      g_signal_connect_swapped (self->payment, "notify::state",
                                G_CALLBACK (state_cb), self);
  }
}

static void
receipt_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoReceiptPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *receipt = geo_node_get_receipt_finish (GEO_NODE (source),
                                                           result, &error);
  GeoPid me;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      self->node == NULL)
    return;
  self->is_loading = FALSE;
  g_set_str (&self->receipt, receipt);
  g_set_str (&self->problem, error != NULL ? error->message : NULL);
  g_clear_pointer (&self->facts, geo_receipt_facts_free);
  if (receipt != NULL &&
      geo_pid_parse (geo_node_get_pid (self->node), &me, NULL))
    self->facts = geo_receipt_facts_read (receipt, &me, NULL);
  look_up (self);
  show_proof (self);
  update (self);
}

static void
load (GeoReceiptPage *self) {
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_loading = TRUE;
  geo_node_get_receipt_async (self->node, self->key, self->cancellable,
                              receipt_cb, g_object_ref (self));
  show_proof (self);
}

/* What is decided has evidence. */
static void
state_cb (GeoReceiptPage *self) {
  load (self);
  update (self);
}

static void
verify_cb (GeoReceiptPage *self) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sentence = NULL;
  g_autofree gchar *failure = NULL;

  if (self->receipt == NULL)
    return;
  sentence = geo_receipt_verify (self->receipt, strlen (self->receipt), &error);
  if (sentence == NULL)
    /* Translators: %s is a sentence that says which part. */
    failure = g_strdup_printf (_ ("Keep it, and do not rely on it: %s"),
                               error->message);
  adw_preferences_row_set_title (
      ADW_PREFERENCES_ROW (self->proof_row),
      sentence != NULL ? _ ("The proof holds") : _ ("The proof does not hold"));
  adw_action_row_set_subtitle (self->proof_row,
                               sentence != NULL ? sentence : failure);
  gtk_image_set_from_icon_name (self->proof_icon,
                                sentence != NULL ? "object-select-symbolic"
                                                 : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->proof_icon),
                               sentence != NULL ? "error" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->proof_icon),
                            sentence != NULL ? "success" : "error");
  gtk_widget_set_visible (GTK_WIDGET (self->proof_icon), TRUE);
  geo_say (GTK_WIDGET (self->proof_row), sentence != NULL ? sentence : failure);
}

/* --- Saving ------------------------------------------------------------- */

static void
tell_save_error (GeoReceiptPage *self, const GError *error) {
  AdwDialog *alert = geo_fit_text_new_alert (_ ("Receipt Not Saved"),
                                             error->message);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                 _ ("_Close"));
  adw_dialog_present (alert, GTK_WIDGET (self));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoReceiptPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    tell_save_error (self, error);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                                _ ("Receipt saved"));
}

static void
save_file_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoReceiptPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
      gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL) {
    if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
      tell_save_error (self, error);
    return;
  }
  if (self->receipt == NULL)
    return;
  bytes = g_bytes_new (self->receipt, strlen (self->receipt));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE, NULL, written_cb,
                                       g_object_ref (self));
}

static void
save_cb (GeoReceiptPage *self) {
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  /* Not translated: a file that others open, too. */
  g_autofree gchar *name = g_strdup_printf ("geo-receipt-%s.json", self->key);

  g_strdelimit (name, ":/\\", '-');
  gtk_file_dialog_set_title (dialog, _ ("Save Receipt"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog,
                        GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                        NULL, save_file_cb, g_object_ref (self));
}

/* --- Handing it on ------------------------------------------------------ */

/* To be pasted into a message: whoever gets it can verify it. */
static void
copy_cb (GeoReceiptPage *self) {
  if (self->receipt == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          self->receipt);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _ ("Receipt copied"));
}

static void
add_line (GPtrArray *lines, AdwActionRow *row) {
  const gchar *text = adw_action_row_get_subtitle (row);

  if (text == NULL || *text == '\0' ||
      !gtk_widget_get_visible (GTK_WIDGET (row)))
    return;
  g_ptr_array_add (lines, (gpointer) adw_preferences_row_get_title (
                              ADW_PREFERENCES_ROW (row)));
  g_ptr_array_add (lines, (gpointer) text);
}

GtkPrintOperation *
geo_receipt_page_make_print (GeoReceiptPage *self) {
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  const gchar *reason = gtk_label_get_label (self->reason_label);

  if (*reason != '\0') {
    g_ptr_array_add (lines, (gpointer) "");
    g_ptr_array_add (lines, (gpointer) reason);
  }
  add_line (lines, self->peer_row);
  add_line (lines, self->when_row);
  add_line (lines, self->text_row);
  add_line (lines, self->state_row);
  add_line (lines, self->proof_row);
  add_line (lines, self->id_row);
  add_line (lines, self->pid_row);
  g_ptr_array_add (lines, NULL);
  return geo_receipt_print_new (gtk_label_get_label (self->title_label),
                                gtk_label_get_label (self->amount_label),
                                (const gchar *const *) lines->pdata);
}

static void
print_cb (GeoReceiptPage *self) {
  g_autoptr (GtkPrintOperation) operation = geo_receipt_page_make_print (self);
  g_autoptr (GError) error = NULL;
  AdwDialog *alert;

  gtk_print_operation_set_allow_async (operation, TRUE);
  if (gtk_print_operation_run (
          operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
          GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
          &error) != GTK_PRINT_OPERATION_RESULT_ERROR)
    return;
  alert = geo_fit_text_new_alert (_ ("Receipt Not Printed"), error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                 _ ("_Close"));
  adw_dialog_present (alert, GTK_WIDGET (self));
}

static void
peer_cb (GeoReceiptPage *self) {
  if (self->peer != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-person", "s",
                                self->peer);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_receipt_page_dispose (GObject *object) {
  GeoReceiptPage *self = GEO_RECEIPT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  if (self->payment != NULL)
    g_signal_handlers_disconnect_by_data (self->payment, self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->item);
  g_clear_object (&self->payment);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_receipt_page_parent_class)->dispose (object);
}

static void
geo_receipt_page_finalize (GObject *object) {
  GeoReceiptPage *self = GEO_RECEIPT_PAGE (object);

  g_free (self->key);
  g_free (self->receipt);
  g_free (self->problem);
  g_free (self->peer);
  geo_receipt_facts_free (self->facts);
  G_OBJECT_CLASS (geo_receipt_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class) {
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, circle);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        title_label);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        amount_label);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        reason_label);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        facts_group);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, peer_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, when_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        state_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, text_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        proof_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        proof_icon);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        verify_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, save_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, copy_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        print_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage,
                                        details_group);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, id_row);
  gtk_widget_class_bind_template_child (widget_class, GeoReceiptPage, pid_row);
}

static void
geo_receipt_page_class_init (GeoReceiptPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_receipt_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = geo_receipt_page_finalize;
  g_type_ensure (GEO_TYPE_CIRCLE_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-receipt-page.ui");
  bind_children (widget_class);
}

static void
geo_receipt_page_init (GeoReceiptPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->verify_row, "activated",
                            G_CALLBACK (verify_cb), self);
  g_signal_connect_swapped (self->save_row, "activated", G_CALLBACK (save_cb),
                            self);
  g_signal_connect_swapped (self->copy_row, "activated", G_CALLBACK (copy_cb),
                            self);
  g_signal_connect_swapped (self->print_row, "activated", G_CALLBACK (print_cb),
                            self);
  g_signal_connect_swapped (self->peer_row, "activated", G_CALLBACK (peer_cb),
                            self);
}

GeoReceiptPage *
geo_receipt_page_new (GeoNode *node, const gchar *key) {
  GeoReceiptPage *self = g_object_new (GEO_TYPE_RECEIPT_PAGE, NULL);

  self->node = g_object_ref (node);
  self->key = g_strdup (key);
  look_up (self);
  load (self);
  update (self);
  return self;
}
