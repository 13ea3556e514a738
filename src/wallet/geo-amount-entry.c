/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoAmountEntry: a large entry and what the amount counts in, to choose from
 * where the community has more than one equivalent.  It never rounds, and knows
 * no limits.
 */
#include "config.h"

#include "wallet/geo-amount-entry.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "core/geo-error.h"

struct _GeoAmountEntry {
  AdwBin parent_instance;

  /* owned */
  GeoNode *node;

  /* template children */
  GtkEntry *entry;
  GtkLabel *unit_label;
  GtkDropDown *unit_drop_down;
};

enum {
  CHANGED,
  EQUIVALENT_CHANGED,
  ACTIVATE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoAmountEntry, geo_amount_entry, ADW_TYPE_BIN)

static const gchar *
get_text (GeoAmountEntry *self) {
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static void
changed_cb (GeoAmountEntry *self) {
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
equivalent_cb (GeoAmountEntry *self) {
  changed_cb (self);
  g_signal_emit (self, signals[EQUIVALENT_CHANGED], 0);
}

static void
activate_cb (GeoAmountEntry *self) {
  g_signal_emit (self, signals[ACTIVATE], 0);
}

static gboolean
geo_amount_entry_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (GTK_WIDGET (GEO_AMOUNT_ENTRY (widget)->entry));
}

static void
geo_amount_entry_dispose (GObject *object) {
  GeoAmountEntry *self = GEO_AMOUNT_ENTRY (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_amount_entry_parent_class)->dispose (object);
}

static void
geo_amount_entry_class_init (GeoAmountEntryClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_amount_entry_dispose;
  widget_class->grab_focus = geo_amount_entry_grab_focus;
  signals[CHANGED] = g_signal_new ("changed", GEO_TYPE_AMOUNT_ENTRY,
                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[EQUIVALENT_CHANGED] =
      g_signal_new ("equivalent-changed", GEO_TYPE_AMOUNT_ENTRY,
                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATE] = g_signal_new ("activate", GEO_TYPE_AMOUNT_ENTRY,
                                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-amount-entry.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoAmountEntry, entry);
  gtk_widget_class_bind_template_child (widget_class, GeoAmountEntry,
                                        unit_label);
  gtk_widget_class_bind_template_child (widget_class, GeoAmountEntry,
                                        unit_drop_down);
}

static void
geo_amount_entry_init (GeoAmountEntry *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (activate_cb),
                            self);
}

GeoAmountEntry *
geo_amount_entry_new (void) {
  return g_object_new (GEO_TYPE_AMOUNT_ENTRY, NULL);
}

void
geo_amount_entry_set_node (GeoAmountEntry *self, GeoNode *node) {
  g_autoptr (GtkStringList) codes = gtk_string_list_new (NULL);
  guint n = geo_node_get_n_equivalents (node);

  g_return_if_fail (GEO_IS_AMOUNT_ENTRY (self));
  g_return_if_fail (self->node == NULL);

  self->node = g_object_ref (node);
  for (guint i = 0; i < n; i++)
    gtk_string_list_append (codes,
                            geo_node_get_equivalent (node, i, NULL, NULL));
  gtk_drop_down_set_model (self->unit_drop_down, G_LIST_MODEL (codes));
  gtk_widget_set_visible (GTK_WIDGET (self->unit_drop_down), n > 1);
  gtk_widget_set_visible (GTK_WIDGET (self->unit_label), n == 1);
  gtk_label_set_label (self->unit_label,
                       geo_amount_entry_get_equivalent (self));
  g_signal_connect_swapped (self->unit_drop_down, "notify::selected",
                            G_CALLBACK (equivalent_cb), self);
}

void
geo_amount_entry_set_label (GeoAmountEntry *self, const gchar *label) {
  g_return_if_fail (GEO_IS_AMOUNT_ENTRY (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

const gchar *
geo_amount_entry_get_equivalent (GeoAmountEntry *self) {
  const gchar *code = NULL;

  g_return_val_if_fail (GEO_IS_AMOUNT_ENTRY (self), "");

  if (self->node != NULL)
    code = geo_node_get_equivalent (
        self->node, gtk_drop_down_get_selected (self->unit_drop_down), NULL,
        NULL);
  return code != NULL ? code : "";
}

guint
geo_amount_entry_get_precision (GeoAmountEntry *self) {
  guint precision = 0;

  g_return_val_if_fail (GEO_IS_AMOUNT_ENTRY (self), 0);

  if (self->node != NULL)
    geo_node_get_precision (self->node, geo_amount_entry_get_equivalent (self),
                            &precision);
  return precision;
}

gboolean
geo_amount_entry_set_equivalent (GeoAmountEntry *self,
                                 const gchar *equivalent) {
  g_return_val_if_fail (GEO_IS_AMOUNT_ENTRY (self), FALSE);
  g_return_val_if_fail (self->node != NULL, FALSE);

  for (guint i = 0; i < geo_node_get_n_equivalents (self->node); i++) {
    if (g_strcmp0 (geo_node_get_equivalent (self->node, i, NULL, NULL),
                   equivalent) == 0) {
      gtk_drop_down_set_selected (self->unit_drop_down, i);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
geo_amount_entry_get_amount (GeoAmountEntry *self, GeoAmount *out) {
  GeoAmount amount;

  g_return_val_if_fail (GEO_IS_AMOUNT_ENTRY (self), FALSE);

  if (!geo_amount_parse_typed (get_text (self),
                               geo_amount_entry_get_precision (self), &amount,
                               NULL) ||
      geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0)
    return FALSE;
  *out = amount;
  return TRUE;
}

gchar *
geo_amount_entry_write (GeoAmount amount, guint precision) {
  g_autofree gchar *text = geo_amount_to_string (amount, precision);
  g_auto (GStrv) parts = g_strsplit (text, ".", 2);

  /* Both can be typed. */
  return g_strjoinv (g_str_equal (localeconv ()->decimal_point, ",") ? "," : ".",
                     parts);
}

void
geo_amount_entry_set_amount (GeoAmountEntry *self, GeoAmount amount) {
  g_autofree gchar *text = NULL;

  g_return_if_fail (GEO_IS_AMOUNT_ENTRY (self));

  text = geo_amount_entry_write (amount, geo_amount_entry_get_precision (self));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

gboolean
geo_amount_entry_is_empty (GeoAmountEntry *self) {
  g_autofree gchar *text = NULL;

  g_return_val_if_fail (GEO_IS_AMOUNT_ENTRY (self), TRUE);

  text = g_strdup (get_text (self));
  return *g_strstrip (text) == '\0';
}

gchar *
geo_amount_entry_find_problem (GeoAmountEntry *self) {
  g_autoptr (GError) error = NULL;
  GeoAmount amount;
  guint precision = geo_amount_entry_get_precision (self);

  if (geo_amount_entry_is_empty (self))
    return NULL;
  if (geo_amount_parse_typed (get_text (self), precision, &amount, &error))
    return geo_amount_cmp (amount, GEO_AMOUNT_ZERO) > 0
               ? NULL
               : g_strdup (_ ("The amount has to be more than nothing."));
  if (g_error_matches (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PRECISION))
    return precision == 0
               ? g_strdup (_ ("Only whole numbers can be used here."))
               : g_strdup_printf (
                     ngettext ("At most %u digit after the point can be used.",
                               "At most %u digits after the point can be used.",
                               precision),
                     precision);
  if (g_error_matches (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE))
    return g_strdup (_ ("This amount is too large."));
  return precision == 0
             ? g_strdup (_ ("Type digits only, as in 1240."))
             /* Translators: an amount without anything between thousands. */
             : g_strdup (_ ("Type digits and one point or comma, as in "
                            "1240.50."));
}

void
geo_amount_entry_set_wrong (GeoAmountEntry *self, gboolean wrong) {
  g_return_if_fail (GEO_IS_AMOUNT_ENTRY (self));

  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
      wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}
