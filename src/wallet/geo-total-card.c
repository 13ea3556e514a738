/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTotalCard: how I stand in one equivalent.  It follows its total and
 * computes nothing.
 */
#include "config.h"

#include "wallet/geo-total-card.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"

struct _GeoTotalCard {
  AdwBin parent_instance;

  /* owned */
  GeoTotal *total;

  /* template children */
  GtkLabel *balance_label;
  GtkLabel *sides_label;
  GtkLabel *can_pay_label;
  GtkLabel *can_receive_label;
};

G_DEFINE_FINAL_TYPE (GeoTotalCard, geo_total_card, ADW_TYPE_BIN)

/* In large letters a line must not end within an amount. */
static gchar *
phrase (GeoTotalCard *self, GeoAmount amount) {
  g_autofree gchar *text =
      geo_phrase_amount (amount, geo_total_get_precision (self->total),
                         geo_total_get_equivalent (self->total));
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);

  return g_strjoinv ("\u00a0", parts);
}

static gchar *
phrase_balance (GeoTotalCard *self, gboolean has_both_sides) {
  GeoAmount balance = geo_total_get_balance (self->total);
  g_autofree gchar *amount = phrase (self, balance);
  gint sign = geo_amount_cmp (balance, GEO_AMOUNT_ZERO);

  if (sign == 0)
    return has_both_sides
               /* Translators: %s is an equivalent's code: "UAH". */
               ? g_strdup_printf (_ ("You owe as much %s as others owe you"),
                                  geo_total_get_equivalent (self->total))
               /* Translators: %s is an equivalent's code: "UAH". */
               : g_strdup_printf (_ ("Nothing is owed in %s"),
                                  geo_total_get_equivalent (self->total));
  if (!has_both_sides)
    return sign > 0
               /* Translators: %s is an amount. */
               ? g_strdup_printf (_ ("Others owe you %s"), amount)
               /* Translators: %s is an amount. */
               : g_strdup_printf (_ ("You owe others %s"), amount);
  return sign > 0
             /* Translators: %s is an amount. */
             ? g_strdup_printf (_ ("Others owe you %s more than you owe"),
                                amount)
             /* Translators: %s is an amount. */
             : g_strdup_printf (_ ("You owe %s more than others owe you"),
                                amount);
}

static void
update (GeoTotalCard *self) {
  GeoAmount owed = geo_total_get_owed_to_me (self->total);
  GeoAmount owing = geo_total_get_i_owe (self->total);
  gboolean has_both_sides = geo_amount_cmp (owed, GEO_AMOUNT_ZERO) != 0 &&
                            geo_amount_cmp (owing, GEO_AMOUNT_ZERO) != 0;
  g_autofree gchar *balance = phrase_balance (self, has_both_sides);
  g_autofree gchar *owed_text = phrase (self, owed);
  g_autofree gchar *owing_text = phrase (self, owing);
  /* Translators: two amounts. */
  g_autofree gchar *sides = g_strdup_printf (
      _ ("Others owe you %s, and you owe %s."), owed_text, owing_text);
  g_autofree gchar *can_pay = phrase (self,
                                      geo_total_get_can_pay (self->total));
  g_autofree gchar *can_receive =
      phrase (self, geo_total_get_can_receive (self->total));

  gtk_label_set_label (self->balance_label, balance);
  gtk_label_set_label (self->sides_label, sides);
  gtk_widget_set_visible (GTK_WIDGET (self->sides_label), has_both_sides);
  gtk_label_set_label (self->can_pay_label, can_pay);
  gtk_label_set_label (self->can_receive_label, can_receive);
}

static void
geo_total_card_dispose (GObject *object) {
  GeoTotalCard *self = GEO_TOTAL_CARD (object);

  if (self->total != NULL)
    g_signal_handlers_disconnect_by_data (self->total, self);
  g_clear_object (&self->total);
  G_OBJECT_CLASS (geo_total_card_parent_class)->dispose (object);
}

static void
geo_total_card_class_init (GeoTotalCardClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_total_card_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-total-card.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoTotalCard,
                                        balance_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTotalCard,
                                        sides_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTotalCard,
                                        can_pay_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTotalCard,
                                        can_receive_label);
}

static void
geo_total_card_init (GeoTotalCard *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GeoTotalCard *
geo_total_card_new (GeoTotal *total) {
  GeoTotalCard *self = g_object_new (GEO_TYPE_TOTAL_CARD, NULL);

  self->total = g_object_ref (total);
  g_signal_connect_swapped (total, "notify", G_CALLBACK (update), self);
  update (self);
  return self;
}
