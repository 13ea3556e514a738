/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPayDialog: who, how much, sure?, and the payment as it goes.  The node
 * pays; closing the dialog stops no payment.
 */
#include "config.h"

#include "wallet/geo-pay-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-node-requests.h"
#include "node/geo-phrases.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-ask-again.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-payment-view.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-quote-watch.h"
#include "wallet/geo-trust-remedy.h"

struct _GeoPayDialog {
  GeoDialog parent_instance;

  gboolean is_given; /* The window said whom. */
  gboolean is_taking; /* A link's request is being looked at. */

  /* owned */
  GeoNode *node;
  GeoPerson *person;
  GeoQuoteWatch *quote;
  gchar *request; /* The key of what is paid; NULL: nobody asked. */
  gchar *problem; /* Why what a link asks for cannot be paid. */

  /* template children */
  AdwNavigationView *navigation;
  GeoPersonChooser *chooser;
  GeoKeyWarning *warning;
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *asked_label;
  GeoAmountEntry *amount_entry;
  GtkLabel *hint_label;
  GeoTrustRemedy *remedy;
  AdwEntryRow *note_row;
  GtkButton *continue_button;
  AdwAvatar *confirm_avatar;
  GtkLabel *confirm_label;
  GtkLabel *confirm_amount_label;
  GtkLabel *effect_label;
  AdwActionRow *confirm_note_row;
  GtkWidget *confirm_note_group;
  GtkLabel *error_label;
  GtkButton *pay_button;
  GeoPaymentView *payment_view;
};

G_DEFINE_FINAL_TYPE (GeoPayDialog, geo_pay_dialog, GEO_TYPE_DIALOG)

static gchar *
phrase (GeoPayDialog *self, GeoAmount amount) {
  return geo_phrase_amount (
      amount, geo_amount_entry_get_precision (self->amount_entry),
      geo_amount_entry_get_equivalent (self->amount_entry));
}

/* --- How much ----------------------------------------------------------- */

/* Whose trust it is that ends there. */
static gchar *
phrase_limit (GeoQuote *quote) {
  guint n = geo_quote_get_n_limits (quote);

  if (n == 1)
    return g_strdup_printf (
        /* Translators: %s is a name. */
        _ ("%s’s trust in you is the limit: pay less, or ask for more trust."),
        geo_quote_get_limit (quote, 0, NULL, NULL));
  if (n == 2)
    return g_strdup_printf (
        /* Translators: two names. */
        _ ("The trust of %s and %s in you is the limit: pay less, or ask for "
           "more trust."),
        geo_quote_get_limit (quote, 0, NULL, NULL),
        geo_quote_get_limit (quote, 1, NULL, NULL));
  if (n > 2)
    return g_strdup_printf (
        /* Translators: two names; there are others besides. */
        _ ("The trust of %s, %s and others in you is the limit: pay less, or "
           "ask for more trust."),
        geo_quote_get_limit (quote, 0, NULL, NULL),
        geo_quote_get_limit (quote, 1, NULL, NULL));
  return g_strdup (_ ("There is no more trust on the way than that: pay less, "
                      "or try again later."));
}

static gchar *
phrase_too_much (GeoPayDialog *self, GeoQuote *quote) {
  GeoAmount max = geo_quote_get_max_amount (quote);
  g_autofree gchar *limit = NULL;
  g_autofree gchar *text = NULL;

  if (geo_amount_cmp (max, GEO_AMOUNT_ZERO) <= 0 &&
      geo_quote_get_n_limits (quote) == 0)
    return g_strdup_printf (
        /* Translators: %s is a name. */
        _ ("There is no chain of trust from you to %s yet. Ask somebody you "
           "both know to trust you."),
        geo_person_get_name (self->person));
  limit = geo_quote_phrase_daily (
      quote, geo_amount_entry_get_equivalent (self->amount_entry));
  if (limit == NULL)
    limit = phrase_limit (quote);
  text = phrase (self, max);
  /* Translators: an amount, then a sentence about what limits it. */
  return g_strdup_printf (_ ("You can pay up to %s. %s"), text, limit);
}

/* While the answer is on its way, the one before tells as much. */
static gboolean
is_too_much (GeoPayDialog *self, GeoQuote *quote) {
  GeoAmount amount;

  if (geo_quote_watch_is_exact (self->quote) ||
      !geo_amount_entry_get_amount (self->amount_entry, &amount))
    amount = GEO_AMOUNT_ZERO;
  return (geo_quote_watch_is_exact (self->quote) &&
          !geo_quote_get_can_pay (quote)) ||
         geo_amount_cmp (geo_quote_get_max_amount (quote), amount) < 0 ||
         geo_amount_cmp (geo_quote_get_max_amount (quote), GEO_AMOUNT_ZERO) <=
             0;
}

static gchar *
phrase_hint (GeoPayDialog *self, gboolean *is_wrong) {
  GeoQuote *quote = geo_quote_watch_get_quote (self->quote);
  const gchar *message = geo_quote_watch_get_message (self->quote);
  gchar *problem = geo_amount_entry_find_problem (self->amount_entry);
  g_autofree gchar *max = NULL;

  *is_wrong = problem != NULL || self->problem != NULL;
  if (self->problem != NULL) {
    g_free (problem);
    return g_strdup (self->problem);
  }
  if (problem != NULL)
    return problem;
  if (message != NULL)
    return g_strdup (message);
  if (quote == NULL)
    return g_strdup (_ ("Asking how much you can pay…"));
  if (is_too_much (self, quote)) {
    *is_wrong = !geo_amount_entry_is_empty (self->amount_entry);
    return phrase_too_much (self, quote);
  }
  max = phrase (self, geo_quote_get_max_amount (quote));
  /* Translators: %s is an amount. */
  return g_strdup_printf (_ ("You can pay up to %s"), max);
}

/* Said exactly, it can be remedied exactly. */
static void
update_remedy (GeoPayDialog *self, GeoQuote *quote) {
  GeoAmount amount;

  if (self->problem == NULL && quote != NULL &&
      geo_quote_watch_is_exact (self->quote) &&
      !geo_quote_get_can_pay (quote) &&
      geo_amount_entry_get_amount (self->amount_entry, &amount))
    geo_trust_remedy_offer (
        self->remedy, self->node, self->person,
        geo_amount_entry_get_equivalent (self->amount_entry), amount, quote);
  else if (!geo_quote_watch_is_asking (self->quote))
    geo_trust_remedy_hide (self->remedy);
}

static void
update_hint (GeoPayDialog *self) {
  gboolean is_wrong = FALSE;
  g_autofree gchar *hint = NULL;
  GeoQuote *quote;
  GeoAmount amount;

  if (self->person == NULL)
    return;
  hint = phrase_hint (self, &is_wrong);
  quote = geo_quote_watch_get_quote (self->quote);
  gtk_label_set_label (self->hint_label, hint);
  geo_amount_entry_set_wrong (self->amount_entry, is_wrong);
  update_remedy (self, quote);
  gtk_widget_set_sensitive (
      GTK_WIDGET (self->continue_button),
      !self->is_taking && self->problem == NULL &&
          geo_amount_entry_get_amount (self->amount_entry, &amount) &&
          quote != NULL && geo_quote_watch_is_exact (self->quote) &&
          geo_quote_get_can_pay (quote));
}

static void
amount_cb (GeoPayDialog *self) {
  GeoAmount amount;
  gboolean has_amount = geo_amount_entry_get_amount (self->amount_entry,
                                                     &amount);

  if (self->person == NULL)
    return;
  geo_quote_watch_ask (self->quote, geo_person_get_pid (self->person),
                       geo_amount_entry_get_equivalent (self->amount_entry),
                       has_amount ? &amount : NULL);
  update_hint (self);
}

/* --- Who ---------------------------------------------------------------- */

static void
take_link (GeoPayDialog *self, const GeoLink *link) {
  GeoDecimal decimal;
  GeoAmount amount;

  if (link == NULL || link->kind != GEO_LINK_PAY)
    return;
  if (link->equivalent != NULL &&
      !geo_amount_entry_set_equivalent (self->amount_entry, link->equivalent))
    return;
  if (link->amount != NULL &&
      geo_decimal_parse (link->amount, &decimal, NULL) &&
      geo_decimal_get (decimal,
                       geo_amount_entry_get_precision (self->amount_entry),
                       &amount, NULL))
    geo_amount_entry_set_amount (self->amount_entry, amount);
  if (link->memo != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->note_row), link->memo);
}

/* What was asked for is paid as it was asked, or not at all. */
static void
take_request (GeoPayDialog *self) {
  GeoRequestItem *item = self->request != NULL
                             ? geo_node_find_request (self->node, self->request)
                             : NULL;
  gboolean has_amount = FALSE;
  GeoAmount amount;

  if (item != NULL) {
    geo_amount_entry_set_equivalent (self->amount_entry,
                                     geo_request_item_get_equivalent (item));
    has_amount = geo_request_item_get_amount (item, &amount);
    if (has_amount)
      geo_amount_entry_set_amount (self->amount_entry, amount);
    if (geo_request_item_get_memo (item) != NULL)
      gtk_editable_set_text (GTK_EDITABLE (self->note_row),
                             geo_request_item_get_memo (item));
  }
  gtk_widget_set_sensitive (GTK_WIDGET (self->amount_entry),
                            self->request == NULL || !has_amount);
  gtk_widget_set_visible (GTK_WIDGET (self->asked_label),
                          self->request != NULL);
}

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPayDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  self->is_taking = FALSE;
  if (item == NULL) {
    g_set_str (&self->problem, error->message);
  } else if (!geo_request_item_waits_for_me (item)) {
    g_autofree gchar *state = geo_phrase_request_state (item);

    g_set_str (&self->problem, state);
  } else {
    g_set_str (&self->request, geo_request_item_get_key (item));
  }
  take_request (self);
  amount_cb (self);
}

/* A link that somebody signed: paying names it, so that it is paid once. */
static void
take_signed_link (GeoPayDialog *self, const GeoLink *link) {
  g_autofree gchar *text = geo_link_to_string (link);

  self->is_taking = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->amount_entry), FALSE);
  geo_node_take_link_async (self->node, text,
                            geo_dialog_get_cancellable (GEO_DIALOG (self)),
                            taken_cb, g_object_ref (self));
}

/* Who is paid is who they seem to be, or it was said that it is all right. */
static void
show_amount (GeoPayDialog *self) {
  gboolean is_doubtful = geo_person_get_key_changed (self->person);
  const gchar *pages[] = { "who", is_doubtful ? "warning" : "amount", NULL };

  if (is_doubtful)
    geo_key_warning_set_person (self->warning, self->node, self->person);
  adw_navigation_view_replace_with_tags (
      self->navigation, self->is_given ? pages + 1 : pages,
      self->is_given ? 1 : 2);
  adw_dialog_set_default_widget (ADW_DIALOG (self), NULL);
  if (!is_doubtful && gtk_widget_is_sensitive (GTK_WIDGET (self->amount_entry)))
    gtk_widget_grab_focus (GTK_WIDGET (self->amount_entry));
}

static void
chosen_cb (GeoPersonChooser *chooser, GeoPerson *person, GeoPayDialog *self) {
  const gchar *name = geo_person_get_name (person);
  const GeoLink *link = geo_person_chooser_get_link (chooser);

  g_set_object (&self->person, person);
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name_label, name);
  g_clear_pointer (&self->problem, g_free);
  /* Somebody else than was asked for, after all. */
  if (!self->is_given)
    g_clear_pointer (&self->request, g_free);
  take_link (self, link);
  take_request (self);
  if (link != NULL && link->kind == GEO_LINK_PAY && link->invoice != NULL)
    take_signed_link (self, link);
  amount_cb (self);
  if (self->is_given || geo_person_get_key_changed (person)) {
    show_amount (self);
    return;
  }
  adw_navigation_view_push_by_tag (self->navigation, "amount");
  if (gtk_widget_is_sensitive (GTK_WIDGET (self->amount_entry)))
    gtk_widget_grab_focus (GTK_WIDGET (self->amount_entry));
}

/* --- Sure? -------------------------------------------------------------- */

static gchar *
phrase_balance_after (GeoPayDialog *self, GeoAmount after) {
  g_autofree gchar *text = phrase (self, after);
  gint sign = geo_amount_cmp (after, GEO_AMOUNT_ZERO);

  if (sign > 0)
    return g_strdup_printf (
        /* Translators: %s is an amount. */
        _ ("After this, others owe you %s more than you owe."), text);
  if (sign < 0)
    return g_strdup_printf (
        /* Translators: %s is an amount. */
        _ ("After this, you owe %s more than others owe you."), text);
  return g_strdup (_ ("After this, you owe as much as others owe you."));
}

/* NULL where it is not known. */
static gchar *
phrase_effect (GeoPayDialog *self, GeoAmount amount) {
  GListModel *totals = geo_node_get_totals (self->node);
  const gchar *equivalent =
      geo_amount_entry_get_equivalent (self->amount_entry);

  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    GeoAmount after;

    if (g_str_equal (geo_total_get_equivalent (total), equivalent) &&
        geo_amount_sub (geo_total_get_balance (total), amount, &after))
      return phrase_balance_after (self, after);
  }
  return NULL;
}

static gchar *
get_note (GeoPayDialog *self) {
  gchar *note =
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->note_row)));

  return g_strstrip (note);
}

static void
continue_cb (GeoPayDialog *self) {
  const gchar *name;
  g_autofree gchar *text = NULL;
  g_autofree gchar *question = NULL;
  g_autofree gchar *button = NULL;
  g_autofree gchar *effect = NULL;
  g_autofree gchar *note = get_note (self);
  GeoAmount amount;

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->continue_button)) ||
      !geo_amount_entry_get_amount (self->amount_entry, &amount))
    return;
  name = geo_person_get_name (self->person);
  text = phrase (self, amount);
  /* Translators: %s is a name; the amount stands below. */
  question = g_strdup_printf (_ ("Pay to %s?"), name);
  /* Translators: %s is an amount; a button. */
  button = g_strdup_printf (_ ("Pay %s"), text);
  effect = phrase_effect (self, amount);

  adw_avatar_set_text (self->confirm_avatar, name);
  gtk_label_set_label (self->confirm_label, question);
  gtk_label_set_label (self->confirm_amount_label, text);
  gtk_label_set_label (self->effect_label, effect != NULL ? effect : "");
  adw_action_row_set_subtitle (self->confirm_note_row, note);
  gtk_widget_set_visible (self->confirm_note_group, *note != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  gtk_button_set_label (self->pay_button, button);
  adw_navigation_view_push_by_tag (self->navigation, "confirm");
  adw_dialog_set_default_widget (ADW_DIALOG (self),
                                 GTK_WIDGET (self->pay_button));
  gtk_widget_grab_focus (GTK_WIDGET (self->pay_button));
}

static void
pay (GeoPayDialog *self) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *note = get_note (self);
  const gchar *only[] = { "result", NULL };
  GeoPayment *payment;
  GeoAmount amount;

  /* What was confirmed is what is paid: the page before cannot be changed from
   * here. */
  if (!geo_amount_entry_get_amount (self->amount_entry, &amount))
    return;
  /* Meanwhile. */
  if (geo_person_get_key_changed (self->person)) {
    show_amount (self);
    return;
  }
  if (self->request != NULL)
    payment = geo_node_pay_request (self->node, NULL, self->request, &amount,
                                    *note != '\0' ? note : NULL, &error);
  else
    payment =
        geo_node_pay (self->node, NULL, geo_person_get_pid (self->person),
                      geo_amount_entry_get_equivalent (self->amount_entry),
                      amount, *note != '\0' ? note : NULL, &error);
  if (payment == NULL) {
    gtk_label_set_label (self->error_label, error->message);
    gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
    return;
  }
  geo_payment_view_set_payment (self->payment_view, payment,
                                geo_person_get_name (self->person));
  adw_dialog_set_default_widget (ADW_DIALOG (self), NULL);
  /* There is no way back to a button that would pay again. */
  adw_navigation_view_replace_with_tags (self->navigation, only, 1);
  gtk_widget_grab_focus (GTK_WIDGET (self->payment_view));
}

static void
asked_again_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoPayDialog *self = GEO_PAY_DIALOG (source);

  /* Closed meanwhile, it pays nothing. */
  if (geo_ask_again_finish (GTK_WIDGET (self), result) &&
      gtk_widget_get_mapped (GTK_WIDGET (self)))
    pay (self);
}

static void
pay_cb (GeoPayDialog *self) {
  g_autofree gchar *text = NULL;
  g_autofree gchar *question = NULL;
  GeoAmount amount;

  if (!geo_amount_entry_get_amount (self->amount_entry, &amount))
    return;
  if (!geo_ask_again_is_needed (
          geo_amount_entry_get_equivalent (self->amount_entry),
          geo_amount_entry_get_precision (self->amount_entry), amount)) {
    pay (self);
    return;
  }
  text = phrase (self, amount);
  /* Translators: an amount, then a name. */
  question = g_strdup_printf (_ ("Pay %s to %s?"), text,
                              geo_person_get_name (self->person));
  geo_ask_again_async (GTK_WIDGET (self), question,
                       gtk_button_get_label (self->pay_button), asked_again_cb,
                       NULL);
}

static void
try_again_cb (GeoPayDialog *self) {
  const gchar *pages[] = { "who", "amount", NULL };

  geo_payment_view_set_payment (self->payment_view, NULL, NULL);
  if (self->is_given)
    adw_navigation_view_replace_with_tags (self->navigation, pages + 1, 1);
  else
    adw_navigation_view_replace_with_tags (self->navigation, pages, 2);
  amount_cb (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->amount_entry));
}

static void
receipt_cb (GeoPaymentView *view, const gchar *key, GeoPayDialog *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-receipt", "s", key);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
close_cb (GeoPayDialog *self) {
  adw_dialog_close (ADW_DIALOG (self));
}

/* --- Life --------------------------------------------------------------- */

/* Trust that somebody gives meanwhile counts at once. */
static void
watch_totals (GeoPayDialog *self) {
  GListModel *totals = geo_node_get_totals (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);

    g_signal_connect_object (total, "notify::can-pay", G_CALLBACK (amount_cb),
                             self, G_CONNECT_SWAPPED);
  }
}

static void
geo_pay_dialog_dispose (GObject *object) {
  GeoPayDialog *self = GEO_PAY_DIALOG (object);

  if (self->quote != NULL) {
    geo_quote_watch_stop (self->quote);
    g_signal_handlers_disconnect_by_data (self->quote, self);
  }
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (self->node, self);
  g_clear_object (&self->quote);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  g_clear_pointer (&self->request, g_free);
  g_clear_pointer (&self->problem, g_free);
  G_OBJECT_CLASS (geo_pay_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class) {
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, chooser);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, name_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        amount_entry);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        asked_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, warning);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, hint_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, remedy);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, note_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        continue_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        confirm_avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        confirm_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        confirm_amount_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        effect_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        confirm_note_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        confirm_note_group);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog, pay_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPayDialog,
                                        payment_view);
}

static void
geo_pay_dialog_class_init (GeoPayDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_pay_dialog_dispose;
  g_type_ensure (GEO_TYPE_AMOUNT_ENTRY);
  g_type_ensure (GEO_TYPE_KEY_WARNING);
  g_type_ensure (GEO_TYPE_PAYMENT_VIEW);
  g_type_ensure (GEO_TYPE_PERSON_CHOOSER);
  g_type_ensure (GEO_TYPE_TRUST_REMEDY);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-pay-dialog.ui");
  bind_children (widget_class);
}

static void
geo_pay_dialog_init (GeoPayDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  geo_amount_entry_set_label (self->amount_entry, _ ("Amount to pay"));
  g_signal_connect (self->chooser, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->warning, "settled", G_CALLBACK (show_amount),
                            self);
  g_signal_connect_swapped (self->amount_entry, "changed",
                            G_CALLBACK (amount_cb), self);
  g_signal_connect_swapped (self->amount_entry, "activate",
                            G_CALLBACK (continue_cb), self);
  g_signal_connect_swapped (self->note_row, "entry-activated",
                            G_CALLBACK (continue_cb), self);
  g_signal_connect_swapped (self->continue_button, "clicked",
                            G_CALLBACK (continue_cb), self);
  g_signal_connect_swapped (self->pay_button, "clicked", G_CALLBACK (pay_cb),
                            self);
  g_signal_connect_swapped (self->payment_view, "try-again",
                            G_CALLBACK (try_again_cb), self);
  g_signal_connect (self->payment_view, "show-receipt", G_CALLBACK (receipt_cb),
                    self);
  g_signal_connect_swapped (self->payment_view, "close", G_CALLBACK (close_cb),
                            self);
}

static GeoPayDialog *
make (GeoNode *node) {
  GeoPayDialog *self = g_object_new (GEO_TYPE_PAY_DIALOG, NULL);

  self->node = g_object_ref (node);
  self->quote = geo_quote_watch_new (node);
  g_signal_connect_swapped (self->quote, "changed", G_CALLBACK (update_hint),
                            self);
  /* What could not be asked offline is asked again. */
  g_signal_connect_swapped (node, "notify::connection", G_CALLBACK (amount_cb),
                            self);
  geo_amount_entry_set_node (self->amount_entry, node);
  geo_person_chooser_set_node (self->chooser, node);
  watch_totals (self);
  return self;
}

GeoPayDialog *
geo_pay_dialog_new (GeoNode *node, const gchar *who) {
  GeoPayDialog *self = make (node);

  if (*who != '\0') {
    self->is_given = TRUE;
    geo_person_chooser_look_up (self->chooser, who);
  }
  return self;
}

GeoPayDialog *
geo_pay_dialog_new_for_request (GeoNode *node, const gchar *key) {
  GeoPayDialog *self = make (node);
  GeoRequestItem *item = geo_node_find_request (node, key);
  g_autofree gchar *pid = NULL;

  if (item == NULL || geo_request_item_get_peer (item) == NULL)
    return self;
  self->request = g_strdup (key);
  self->is_given = TRUE;
  pid = geo_pid_to_string (geo_request_item_get_peer (item));
  geo_person_chooser_look_up (self->chooser, pid);
  return self;
}
