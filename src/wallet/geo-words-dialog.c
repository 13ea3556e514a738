/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWordsDialog: the words, then three of them asked back.  It tells the
 * profile, and forgets the words when it goes.
 */
#include "config.h"

#include "wallet/geo-words-dialog.h"

#include <glib/gi18n.h>

#include "core/geo-words.h"
#include "wallet/geo-words-check.h"
#include "wallet/geo-words-grid.h"

struct _GeoWordsDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoProfile *profile;

  /* template children */
  AdwNavigationView *navigation;
  GeoWordsGrid *grid;
  GeoWordsCheck *check;
  GtkButton *written_button;
  GtkButton *confirm_button;
};

enum {
  CONFIRMED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoWordsDialog, geo_words_dialog, GEO_TYPE_DIALOG)

static void
written_cb (GeoWordsDialog *self) {
  gchar *words = geo_profile_get_words (self->profile);

  /* NULL where it was locked in the meantime. */
  if (words == NULL) {
    adw_dialog_close (ADW_DIALOG (self));
    return;
  }
  geo_words_check_start (self->check, words);
  geo_words_free (words);
  adw_navigation_view_push_by_tag (self->navigation, "check");
  gtk_widget_grab_focus (GTK_WIDGET (self->check));
}

static void
confirm_cb (GeoWordsDialog *self) {
  if (!geo_words_check_get_complete (self->check) ||
      !geo_words_check_try (self->check))
    return;
  geo_profile_set_words_confirmed (self->profile, TRUE);
  g_signal_emit (self, signals[CONFIRMED], 0);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _ ("Your recovery words are confirmed"));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
geo_words_dialog_dispose (GObject *object) {
  GeoWordsDialog *self = GEO_WORDS_DIALOG (object);

  if (self->grid != NULL)
    geo_words_grid_set_words (self->grid, NULL);
  if (self->check != NULL)
    geo_words_check_start (self->check, NULL);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_words_dialog_parent_class)->dispose (object);
}

static void
geo_words_dialog_class_init (GeoWordsDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_words_dialog_dispose;
  signals[CONFIRMED] = g_signal_new ("confirmed", GEO_TYPE_WORDS_DIALOG,
                                     G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  g_type_ensure (GEO_TYPE_WORDS_CHECK);
  g_type_ensure (GEO_TYPE_WORDS_GRID);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-words-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoWordsDialog,
                                        navigation);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsDialog, grid);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsDialog, check);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsDialog,
                                        written_button);
  gtk_widget_class_bind_template_child (widget_class, GeoWordsDialog,
                                        confirm_button);
}

static void
geo_words_dialog_init (GeoWordsDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->written_button, "clicked",
                            G_CALLBACK (written_cb), self);
  g_signal_connect_swapped (self->confirm_button, "clicked",
                            G_CALLBACK (confirm_cb), self);
  g_signal_connect_swapped (self->check, "activated", G_CALLBACK (confirm_cb),
                            self);
  g_object_bind_property (self->check, "complete", self->confirm_button,
                          "sensitive", G_BINDING_SYNC_CREATE);
}

GeoWordsDialog *
geo_words_dialog_new (GeoProfile *profile) {
  GeoWordsDialog *self = g_object_new (GEO_TYPE_WORDS_DIALOG, NULL);
  gchar *words = geo_profile_get_words (profile);

  self->profile = g_object_ref (profile);
  geo_words_grid_set_words (self->grid, words);
  geo_words_free (words);
  return self;
}
