/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsGrid: the recovery words with their numbers, to be written down.
 * They cannot be selected or copied: what is on the clipboard is everybody's.
 */
#include "config.h"

#include "wallet/geo-words-grid.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/geo-words.h"

struct _GeoWordsGrid {
  AdwBin parent_instance;

  /* template children */
  GtkFlowBox *box;
};

G_DEFINE_FINAL_TYPE (GeoWordsGrid, geo_words_grid, ADW_TYPE_BIN)

static GtkWidget *
make_cell (guint number, const gchar *word) {
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  g_autofree gchar *text = g_strdup_printf ("%u", number);
  GtkWidget *number_label = gtk_label_new (text);
  GtkWidget *word_label = gtk_label_new (word);
  /* Translators: for screen readers: one recovery word and its number. */
  g_autofree gchar *name = g_strdup_printf (_ ("Word %u: %s"), number, word);

  gtk_label_set_width_chars (GTK_LABEL (number_label), 2);
  gtk_label_set_xalign (GTK_LABEL (number_label), 1);
  gtk_widget_add_css_class (number_label, "dimmed");
  gtk_widget_add_css_class (number_label, "numeric");
  gtk_box_append (GTK_BOX (box), number_label);
  gtk_box_append (GTK_BOX (box), word_label);
  gtk_widget_add_css_class (box, "recovery-word");
  gtk_widget_add_css_class (box, "card");
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  memset (name, 0, strlen (name));
  return child;
}

/* Tab goes past the words, which are one thing; arrows go from one to the next.
 */
static gboolean
geo_words_grid_focus (GtkWidget *widget, GtkDirectionType direction) {
  if ((direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD) &&
      gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return GTK_WIDGET_CLASS (geo_words_grid_parent_class)
      ->focus (widget, direction);
}

static void
geo_words_grid_class_init (GeoWordsGridClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->focus = geo_words_grid_focus;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-words-grid.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoWordsGrid, box);
}

static void
geo_words_grid_init (GeoWordsGrid *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
geo_words_grid_set_words (GeoWordsGrid *self, const gchar *words) {
  gchar **list;

  g_return_if_fail (GEO_IS_WORDS_GRID (self));

  gtk_flow_box_remove_all (self->box);
  if (words == NULL)
    return;
  list = g_strsplit (words, " ", -1);
  for (guint i = 0; list[i] != NULL; i++) {
    gtk_flow_box_append (self->box, make_cell (i + 1, list[i]));
    /* S4: our copies are zeroed; those of the labels go with the labels. */
    geo_words_free (list[i]);
  }
  g_free (list);
}
