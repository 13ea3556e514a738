/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsCheck: asks three of the recovery words back, to be typed from the
 * paper.  It offers words of the list that begin with what is typed, and never
 * says which one is right.
 */
#include "config.h"

#include "wallet/geo-words-check.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/geo-words.h"

#define ASKED 3
/* Fewer letters than this begin too many words to be of help. */
#define COMPLETE_CHARS_MIN 2

struct _GeoWordsCheck {
  AdwBin parent_instance;

  /* owned */
  gchar *expected[ASKED];

  gboolean complete;

  /* template children */
  AdwEntryRow *row_1;
  AdwEntryRow *row_2;
  AdwEntryRow *row_3;
  AdwWrapBox *completions;
  GtkLabel *error_label;

  /* The three above, in order; the one that is typed in, or NULL. */
  AdwEntryRow *rows[ASKED];
  AdwEntryRow *active;
};

enum {
  PROP_COMPLETE = 1,
  N_PROPS,
};

enum {
  ACTIVATED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoWordsCheck, geo_words_check, ADW_TYPE_BIN)

static gchar *
get_typed (AdwEntryRow *row) {
  gchar *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (row)));
  gchar *lower;

  g_strstrip (text);
  lower = g_ascii_strdown (text, -1);
  geo_words_free (text);
  return lower;
}

static void
forget (GeoWordsCheck *self) {
  for (guint i = 0; i < ASKED; i++)
    g_clear_pointer (&self->expected[i], geo_words_free);
}

static void
clear_completions (GeoWordsCheck *self) {
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (
              GTK_WIDGET (self->completions))) != NULL)
    adw_wrap_box_remove (self->completions, child);
  gtk_widget_set_visible (GTK_WIDGET (self->completions), FALSE);
}

/* --- Completion ------------------------------------------------------ */

static void
focus_after (GeoWordsCheck *self, AdwEntryRow *row) {
  for (guint i = 0; i + 1 < ASKED; i++) {
    if (self->rows[i] == row)
      gtk_widget_grab_focus (GTK_WIDGET (self->rows[i + 1]));
  }
  if (row == self->rows[ASKED - 1])
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
completion_cb (GtkButton *button, GeoWordsCheck *self) {
  AdwEntryRow *row = self->active;
  g_autofree gchar *word = NULL;

  if (row == NULL)
    return;
  /* The button goes when the text changes. */
  word = g_strdup (gtk_button_get_label (button));
  gtk_editable_set_text (GTK_EDITABLE (row), word);
  gtk_editable_set_position (GTK_EDITABLE (row), -1);
  clear_completions (self);
  focus_after (self, row);
}

static void
offer_completions (GeoWordsCheck *self, AdwEntryRow *row) {
  gchar *typed = get_typed (row);
  g_autoptr (GPtrArray) words = NULL;

  clear_completions (self);
  self->active = row;
  if (strlen (typed) >= COMPLETE_CHARS_MIN) {
    words = geo_words_complete (typed);
    if (words->len == 1 && strcmp (g_ptr_array_index (words, 0), typed) == 0)
      g_ptr_array_set_size (words, 0);
    for (guint i = 0; i < words->len; i++) {
      GtkWidget *button =
          gtk_button_new_with_label (g_ptr_array_index (words, i));

      gtk_widget_add_css_class (button, "recovery-completion");
      g_signal_connect (button, "clicked", G_CALLBACK (completion_cb), self);
      adw_wrap_box_append (self->completions, button);
    }
    gtk_widget_set_visible (GTK_WIDGET (self->completions), words->len > 0);
  }
  geo_words_free (typed);
}

static void
changed_cb (AdwEntryRow *row, GeoWordsCheck *self) {
  gboolean complete = TRUE;

  gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  for (guint i = 0; i < ASKED; i++) {
    gchar *typed = get_typed (self->rows[i]);

    complete = complete && *typed != '\0';
    geo_words_free (typed);
  }
  if (complete != self->complete) {
    self->complete = complete;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPLETE]);
  }
  offer_completions (self, row);
}

static void
entry_activated_cb (AdwEntryRow *row, GeoWordsCheck *self) {
  clear_completions (self);
  if (row == self->rows[ASKED - 1])
    g_signal_emit (self, signals[ACTIVATED], 0);
  else
    focus_after (self, row);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_words_check_get_property (GObject *object,
                              guint prop_id,
                              GValue *value,
                              GParamSpec *pspec) {
  GeoWordsCheck *self = GEO_WORDS_CHECK (object);

  if (prop_id == PROP_COMPLETE)
    g_value_set_boolean (value, self->complete);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
geo_words_check_dispose (GObject *object) {
  GeoWordsCheck *self = GEO_WORDS_CHECK (object);

  forget (self);
  G_OBJECT_CLASS (geo_words_check_parent_class)->dispose (object);
}

static void
geo_words_check_class_init (GeoWordsCheckClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = geo_words_check_dispose;
  object_class->get_property = geo_words_check_get_property;
  props[PROP_COMPLETE] = g_param_spec_boolean (
      "complete", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[ACTIVATED] = g_signal_new ("activated", GEO_TYPE_WORDS_CHECK,
                                     G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-words-check.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoWordsCheck, row_1);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsCheck, row_2);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsCheck, row_3);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsCheck,
                                        completions);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsCheck,
                                        error_label);
}

static void
geo_words_check_init (GeoWordsCheck *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows[0] = self->row_1;
  self->rows[1] = self->row_2;
  self->rows[2] = self->row_3;
  for (guint i = 0; i < ASKED; i++) {
    g_signal_connect (self->rows[i], "changed", G_CALLBACK (changed_cb), self);
    g_signal_connect (self->rows[i], "entry-activated",
                      G_CALLBACK (entry_activated_cb), self);
  }
}

void
geo_words_check_start (GeoWordsCheck *self, const gchar *words) {
  gboolean chosen[GEO_WORDS_COUNT] = { FALSE };
  gchar **list;
  guint row = 0;

  g_return_if_fail (GEO_IS_WORDS_CHECK (self));

  forget (self);
  for (guint i = 0; i < ASKED; i++) {
    gtk_editable_set_text (GTK_EDITABLE (self->rows[i]), "");
    gtk_widget_remove_css_class (GTK_WIDGET (self->rows[i]), "error");
  }
  clear_completions (self);
  if (words == NULL)
    return;

  list = g_strsplit (words, " ", -1);
  g_return_if_fail (g_strv_length (list) == GEO_WORDS_COUNT);
  for (guint i = 0; i < ASKED; i++) {
    guint pick;

    do
      pick = (guint) g_random_int_range (0, GEO_WORDS_COUNT);
    while (chosen[pick]);
    chosen[pick] = TRUE;
  }
  for (guint i = 0; i < GEO_WORDS_COUNT; i++) {
    if (chosen[i]) {
      /* Translators: the number of one of twelve recovery words. */
      g_autofree gchar *title = g_strdup_printf (_ ("Word %u"), i + 1);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->rows[row]),
                                     title);
      self->expected[row++] = list[i];
    } else {
      geo_words_free (list[i]);
    }
  }
  g_free (list);
}

gboolean
geo_words_check_get_complete (GeoWordsCheck *self) {
  g_return_val_if_fail (GEO_IS_WORDS_CHECK (self), FALSE);

  return self->complete;
}

gboolean
geo_words_check_try (GeoWordsCheck *self) {
  guint n_wrong = 0;

  g_return_val_if_fail (GEO_IS_WORDS_CHECK (self), FALSE);

  clear_completions (self);
  for (guint i = ASKED; i-- > 0;) {
    gchar *typed = get_typed (self->rows[i]);

    if (g_strcmp0 (typed, self->expected[i]) != 0) {
      n_wrong++;
      gtk_widget_add_css_class (GTK_WIDGET (self->rows[i]), "error");
      gtk_widget_grab_focus (GTK_WIDGET (self->rows[i]));
    }
    geo_words_free (typed);
  }
  gtk_label_set_label (
      self->error_label,
      ngettext ("This is not the word with that number. Look at your paper "
                "again, or go back to see the words.",
                "These are not the words with those numbers. Look at your "
                "paper again, or go back to see the words.",
                n_wrong));
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), n_wrong > 0);
  return n_wrong == 0;
}
