/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPaymentView: a status page that follows the five states of a payment
 * (protocol §6) and nothing else.  It does nothing itself.
 */
#include "config.h"

#include "wallet/geo-payment-view.h"

#include <glib/gi18n.h>

#include "wallet/geo-say.h"

#include "node/geo-phrases.h"

struct _GeoPaymentView {
  AdwBin parent_instance;

  /* owned */
  GeoPayment *payment;
  gchar *name;

  /* template children */
  AdwStatusPage *status_page;
  GtkButton *receipt_button;
  GtkButton *retry_button;
  GtkButton *close_button;
};

enum {
  TRY_AGAIN,
  SHOW_RECEIPT,
  CLOSE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoPaymentView, geo_payment_view, ADW_TYPE_BIN)

static gchar *
phrase_title (GeoPaymentView *self, const gchar *amount) {
  switch (geo_payment_get_state (self->payment)) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("Paying %s %s…"), self->name, amount);
  case GEO_STATE_IN_DOUBT:
    return g_strdup (_ ("Waiting for the Hub"));
  case GEO_STATE_PAID:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("You Paid %s %s"), self->name, amount);
  case GEO_STATE_NOT_PAID:
    return g_strdup (_ ("Not Paid"));
  }
  return g_strdup ("");
}

static gchar *
phrase_description (GeoPaymentView *self) {
  const gchar *message = geo_payment_get_message (self->payment);
  g_autofree gchar *advice = geo_payment_get_advice (self->payment);

  switch (geo_payment_get_state (self->payment)) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
    return g_strdup (_ ("You can close this; the payment goes on."));
  case GEO_STATE_IN_DOUBT:
    return message != NULL ? g_strdup (message)
                           : geo_phrase_in_doubt (
                                 geo_payment_get_started_at (self->payment));
  case GEO_STATE_PAID:
    return g_strdup (_ ("It is final, and the receipt proves it."));
  case GEO_STATE_NOT_PAID:
    return g_strjoin ("\n\n",
                      message != NULL ? message
                                      : _ ("Nothing was paid, and nothing is "
                                           "owed for it."),
                      advice, NULL);
  }
  return g_strdup ("");
}

static void
show_picture (GeoPaymentView *self, GeoState state) {
  g_autoptr (AdwSpinnerPaintable) spinner = NULL;
  const gchar *icon = NULL;

  gtk_widget_remove_css_class (GTK_WIDGET (self->status_page), "paid");
  gtk_widget_remove_css_class (GTK_WIDGET (self->status_page), "not-paid");
  switch (state) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
    spinner = adw_spinner_paintable_new (GTK_WIDGET (self->status_page));
    break;
  case GEO_STATE_IN_DOUBT:
    icon = "dialog-question-symbolic";
    break;
  case GEO_STATE_PAID:
    icon = "object-select-symbolic";
    gtk_widget_add_css_class (GTK_WIDGET (self->status_page), "paid");
    break;
  case GEO_STATE_NOT_PAID:
    icon = "dialog-warning-symbolic";
    gtk_widget_add_css_class (GTK_WIDGET (self->status_page), "not-paid");
    break;
  }
  adw_status_page_set_paintable (
      self->status_page, spinner != NULL ? GDK_PAINTABLE (spinner) : NULL);
  if (icon != NULL)
    adw_status_page_set_icon_name (self->status_page, icon);
}

static void
announce (GeoPaymentView *self) {
  g_autofree gchar *text =
      g_strdup_printf ("%s\n%s", adw_status_page_get_title (self->status_page),
                       adw_status_page_get_description (self->status_page));

  geo_say (GTK_WIDGET (self), text);
}

static void
update (GeoPaymentView *self) {
  GeoState state = geo_payment_get_state (self->payment);
  g_autofree gchar *amount =
      geo_phrase_amount (geo_payment_get_amount (self->payment),
                         geo_payment_get_precision (self->payment),
                         geo_payment_get_equivalent (self->payment));
  g_autofree gchar *title = phrase_title (self, amount);
  g_autofree gchar *description = phrase_description (self);
  g_autofree gchar *title_markup = g_markup_escape_text (title, -1);
  g_autofree gchar *markup = g_markup_escape_text (description, -1);

  adw_status_page_set_title (self->status_page, title_markup);
  adw_status_page_set_description (self->status_page, markup);
  show_picture (self, state);
  gtk_widget_set_visible (GTK_WIDGET (self->receipt_button),
                          state == GEO_STATE_PAID);
  gtk_widget_set_visible (GTK_WIDGET (self->retry_button),
                          state == GEO_STATE_NOT_PAID);
}

static void
state_cb (GeoPaymentView *self) {
  update (self);
  announce (self);
}

static void
try_again_cb (GeoPaymentView *self) {
  g_signal_emit (self, signals[TRY_AGAIN], 0);
}

static void
receipt_cb (GeoPaymentView *self) {
  if (self->payment != NULL)
    g_signal_emit (self, signals[SHOW_RECEIPT], 0,
                   geo_payment_get_receipt_key (self->payment));
}

static void
close_cb (GeoPaymentView *self) {
  g_signal_emit (self, signals[CLOSE], 0);
}

static gboolean
geo_payment_view_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (
      GTK_WIDGET (GEO_PAYMENT_VIEW (widget)->close_button));
}

static void
geo_payment_view_dispose (GObject *object) {
  GeoPaymentView *self = GEO_PAYMENT_VIEW (object);

  geo_payment_view_set_payment (self, NULL, NULL);
  G_OBJECT_CLASS (geo_payment_view_parent_class)->dispose (object);
}

static void
geo_payment_view_class_init (GeoPaymentViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_payment_view_dispose;
  widget_class->grab_focus = geo_payment_view_grab_focus;
  signals[TRY_AGAIN] = g_signal_new ("try-again", GEO_TYPE_PAYMENT_VIEW,
                                     G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
  signals[SHOW_RECEIPT] = g_signal_new ("show-receipt", GEO_TYPE_PAYMENT_VIEW,
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CLOSE] = g_signal_new ("close", GEO_TYPE_PAYMENT_VIEW,
                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-payment-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPaymentView,
                                        status_page);
  gtk_widget_class_bind_template_child (widget_class, GeoPaymentView,
                                        receipt_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPaymentView,
                                        retry_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPaymentView,
                                        close_button);
}

static void
geo_payment_view_init (GeoPaymentView *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->receipt_button, "clicked",
                            G_CALLBACK (receipt_cb), self);
  g_signal_connect_swapped (self->retry_button, "clicked",
                            G_CALLBACK (try_again_cb), self);
  g_signal_connect_swapped (self->close_button, "clicked",
                            G_CALLBACK (close_cb), self);
}

void
geo_payment_view_set_payment (GeoPaymentView *self,
                              GeoPayment *payment,
                              const gchar *name) {
  g_return_if_fail (GEO_IS_PAYMENT_VIEW (self));

  if (self->payment != NULL)
    g_signal_handlers_disconnect_by_data (self->payment, self);
  g_set_object (&self->payment, payment);
  g_set_str (&self->name, name);
  if (payment == NULL)
    return;
  g_signal_connect_swapped (payment, "notify::state", G_CALLBACK (state_cb),
                            self);
  update (self);
}
