/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words that would be cut, or make a window wider than the screen, where text
 * is large and room is little.  GTK and libadwaita give most of their labels
 * one line, and have no property for another; so each is seen to when it is
 * shown.  It owns nothing, and changes no words.
 */
#include "config.h"

#include "wallet/geo-fit-text.h"

/* More lines than that are no title. */
#define TITLE_LINES 3
/* What fits into any window, and into 360 pixels with text of twice the size. */
#define BUTTON_CHARS 24
#define CRAMPED_BUTTON_CHARS 14

static gboolean
is_title (GtkWidget *label) {
  /* What opens from a header bar is in it, too. */
  return (gtk_widget_get_ancestor (label, ADW_TYPE_HEADER_BAR) != NULL &&
          gtk_widget_get_ancestor (label, GTK_TYPE_MENU_BUTTON) == NULL) ||
         gtk_widget_get_ancestor (label, ADW_TYPE_BUTTON_ROW) != NULL ||
         (gtk_widget_get_ancestor (label, ADW_TYPE_PREFERENCES_GROUP) != NULL &&
          gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW) == NULL);
}

/* As wide as before where there is room, and narrower than a word where there is
 * none.  What would end in dots does so only after some lines. */
static void
wrap (GtkLabel *label) {
  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (label, GTK_NATURAL_WRAP_NONE);
  gtk_label_set_lines (label, TITLE_LINES);
}

static void
fit_title (GtkLabel *label) {
  gboolean is_centered =
      gtk_widget_get_ancestor (GTK_WIDGET (label), ADW_TYPE_PREFERENCES_GROUP) ==
          NULL ||
      gtk_widget_get_ancestor (GTK_WIDGET (label), ADW_TYPE_BUTTON_ROW) != NULL;

  wrap (label);
  /* GTK finds less than these where a text that may wrap is shorter. */
  gtk_label_set_width_chars (label, -1);
  if (is_centered)
    gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
}

/* A tooltip has no mnemonics. */
static gboolean
without_mnemonic (GBinding *binding,
                  const GValue *from,
                  GValue *to,
                  gpointer user_data) {
  const gchar *text = g_value_get_string (from);
  g_autoptr (GString) plain = g_string_new (NULL);

  for (; text != NULL && *text != '\0'; text++) {
    if (*text == '_' && *++text == '\0')
      break;
    g_string_append_c (plain, *text);
  }
  g_value_set_string (to, plain->str);
  return TRUE;
}

static void
bind_tooltip (GtkWidget *widget, const gchar *property) {
  gboolean has_mnemonic =
      (GTK_IS_BUTTON (widget) &&
       gtk_button_get_use_underline (GTK_BUTTON (widget))) ||
      (ADW_IS_PREFERENCES_ROW (widget) &&
       adw_preferences_row_get_use_underline (ADW_PREFERENCES_ROW (widget)));

  if (gtk_widget_get_tooltip_text (widget) == NULL)
    g_object_bind_property_full (
        widget, property, widget, "tooltip-text", G_BINDING_SYNC_CREATE,
        has_mnemonic ? without_mnemonic : NULL, NULL, NULL, NULL);
}

static void
fit_wrapped (GtkLabel *label) {
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (label)));

  if (root != NULL)
    gtk_label_set_max_width_chars (
        label, gtk_widget_has_css_class (root, GEO_FIT_TEXT_CRAMPED)
                   ? CRAMPED_BUTTON_CHARS
                   : BUTTON_CHARS);
}

static void
fit_button (GtkWidget *button, GtkLabel *label) {
  /* It gives its answers one line, whatever they need. */
  if (gtk_widget_get_ancestor (button, ADW_TYPE_ALERT_DIALOG) != NULL) {
    bind_tooltip (button, "label");
    return;
  }
  wrap (label);
  gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
  /* It puts what is wider than a line beside the window. */
  if (ADW_IS_WRAP_BOX (gtk_widget_get_parent (button))) {
    gtk_label_set_natural_wrap_mode (label, GTK_NATURAL_WRAP_WORD);
    g_signal_connect_object (gtk_widget_get_root (button),
                             "notify::css-classes", G_CALLBACK (fit_wrapped),
                             label, G_CONNECT_SWAPPED);
    fit_wrapped (label);
  }
}

static void
fit_label (GtkLabel *label) {
  GtkWidget *widget = GTK_WIDGET (label);

  if (gtk_label_get_wrap (label))
    return;
  if (GTK_IS_BUTTON (gtk_widget_get_parent (widget))) {
    fit_button (gtk_widget_get_parent (widget), label);
  } else if (gtk_widget_get_ancestor (widget, GTK_TYPE_DROP_DOWN) != NULL) {
    /* It is as high as one line, whatever is in it. */
    gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
    bind_tooltip (widget, "label");
  } else if (gtk_label_get_ellipsize (label) != PANGO_ELLIPSIZE_NONE &&
             gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW) == NULL &&
             is_title (widget)) {
    fit_title (label);
  }
}

static gboolean
map_cb (GSignalInvocationHint *hint,
        guint n_values,
        const GValue *values,
        gpointer data) {
  GtkWidget *widget = g_value_get_object (&values[0]);

  if (GTK_IS_LABEL (widget))
    fit_label (GTK_LABEL (widget));
  else if (ADW_IS_ENTRY_ROW (widget))
    bind_tooltip (widget, "title");
  else if (GTK_IS_SEARCH_ENTRY (widget))
    bind_tooltip (widget, "placeholder-text");
  return TRUE;
}

/* An alert has its heading twice, and asks the large one for its height even
 * where that is wider than its place. */
static void
fit_alert (GtkWidget *widget) {
  if (GTK_IS_BUTTON (widget))
    return;
  if (GTK_IS_LABEL (widget) && !gtk_label_get_wrap (GTK_LABEL (widget))) {
    gtk_label_set_wrap (GTK_LABEL (widget), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (widget), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_natural_wrap_mode (GTK_LABEL (widget), GTK_NATURAL_WRAP_NONE);
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    fit_alert (child);
}

AdwDialog *
geo_fit_text_new_alert (const gchar *heading, const gchar *body) {
  AdwDialog *alert = adw_alert_dialog_new (heading, body);

  /* Its place is measured before it is shown. */
  fit_alert (adw_dialog_get_child (alert));
  return alert;
}

static void
cramp_cb (GtkWidget *window) {
  gtk_widget_add_css_class (window, GEO_FIT_TEXT_CRAMPED);
}

static void
free_cb (GtkWidget *window) {
  gtk_widget_remove_css_class (window, GEO_FIT_TEXT_CRAMPED);
}

void
geo_fit_text_cramp (GtkWidget *window, AdwBreakpoint *breakpoint) {
  g_signal_connect_object (breakpoint, "apply", G_CALLBACK (cramp_cb), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (breakpoint, "unapply", G_CALLBACK (free_cb), window,
                           G_CONNECT_SWAPPED);
}

void
geo_fit_text_begin (void) {
  static gsize is_begun;

  if (!g_once_init_enter (&is_begun))
    return;
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET));
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0,
                              map_cb, NULL, NULL);
  g_once_init_leave (&is_begun, 1);
}
