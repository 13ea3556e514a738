/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows and sentences of forms.  It keeps nothing of what is typed.
 */
#include "config.h"

#include "wallet/geo-form.h"

const gchar *
geo_form_get_text (GtkWidget *row) {
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

void
geo_form_watch (GtkWidget *const *rows,
                guint n,
                GCallback changed,
                GCallback entered,
                gpointer form) {
  for (guint i = 0; i < n; i++) {
    g_signal_connect_swapped (rows[i], "changed", changed, form);
    g_signal_connect_swapped (rows[i], "entry-activated", entered, form);
  }
}

gboolean
geo_form_go_on (GtkWidget *const *rows, guint n) {
  for (guint i = 0; i < n; i++) {
    if (gtk_widget_get_mapped (rows[i]) &&
        *geo_form_get_text (rows[i]) == '\0') {
      gtk_widget_grab_focus (rows[i]);
      return TRUE;
    }
  }
  return FALSE;
}

void
geo_form_show_error (GtkLabel *label, const gchar *text) {
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}
