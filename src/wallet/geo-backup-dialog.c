/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBackupDialog: saves everything in one encrypted file, and says what opens
 * it and what is not in it.  The profile writes the file.
 */
#include "config.h"

#include "wallet/geo-backup-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-form.h"
#include "wallet/geo-words-dialog.h"

#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)
/* A wallet with so little in it comes back from the hub alone. */
#define LINES_MIN 10
#define DAYS_MAX 30

struct _GeoBackupDialog {
  GeoDialog parent_instance;

  gboolean is_saving;

  /* owned */
  GeoProfile *profile;
  GCancellable *cancellable;

  /* template children */
  AdwActionRow *last_row;
  AdwActionRow *words_row;
  AdwActionRow *market_row;
  GtkProgressBar *progress_bar;
  GtkLabel *error_label;
  GtkButton *save_button;
  GtkButton *stop_button;
};

G_DEFINE_FINAL_TYPE (GeoBackupDialog, geo_backup_dialog, GEO_TYPE_DIALOG)

gboolean
geo_backup_is_due (gint64 last, guint lines, gint64 now) {
  if (lines < LINES_MIN)
    return FALSE;
  return last == 0 || now - last > DAYS_MAX * DAY_MS;
}

/* --- What is known of it -------------------------------------------------- */

static void
show_last (GeoBackupDialog *self) {
  gint64 last = geo_profile_get_backup_time (self->profile);
  g_autofree gchar *when = last > 0 ? geo_phrase_date_time (last) : NULL;

  adw_action_row_set_subtitle (self->last_row, when != NULL ? when
                                                            : _ ("Never"));
}

static void
show_words (GeoBackupDialog *self) {
  gboolean confirmed = geo_profile_get_words_confirmed (self->profile);

  adw_action_row_set_subtitle (
      self->words_row,
      confirmed ? _ ("You have them on paper. Nothing else opens the file.")
                : _ ("Nothing else opens the file. Write them down first."));
}

static void
words_cb (GeoBackupDialog *self) {
  GeoWordsDialog *dialog = geo_words_dialog_new (self->profile);

  g_signal_connect_object (dialog, "confirmed", G_CALLBACK (show_words), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- Saving --------------------------------------------------------------- */

static void
set_saving (GeoBackupDialog *self, gboolean is_saving) {
  self->is_saving = is_saving;
  gtk_widget_set_visible (GTK_WIDGET (self->save_button), !is_saving);
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), is_saving);
  gtk_widget_set_sensitive (GTK_WIDGET (self->words_row), !is_saving);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_saving);
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  gtk_widget_grab_focus (
      GTK_WIDGET (is_saving ? self->stop_button : self->save_button));
}

static void
progress_cb (gint64 done, gint64 total, gpointer user_data) {
  GeoBackupDialog *self = user_data;

  if (self->is_saving && total > 0)
    gtk_progress_bar_set_fraction (self->progress_bar,
                                   MIN ((double) done / (double) total, 1));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoBackupDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean saved = geo_profile_backup_finish (GEO_PROFILE (source), result,
                                              &error);

  gboolean stopped = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_object (&self->cancellable);
  /* It may have been whole by then. */
  if (geo_dialog_is_closed (GEO_DIALOG (self))) {
    if (!stopped)
      geo_dialog_say (ADW_DIALOG (self),
                      saved ? _ ("The backup is saved") : error->message);
    return;
  }
  set_saving (self, FALSE);
  if (!saved) {
    if (!stopped)
      geo_form_show_error (self->error_label, error->message);
    return;
  }
  show_last (self);
  geo_dialog_say (ADW_DIALOG (self), _ ("The backup is saved"));
  adw_dialog_close (ADW_DIALOG (self));
}

void
geo_backup_dialog_save (GeoBackupDialog *self, GFile *file) {
  g_autofree gchar *path = NULL;

  g_return_if_fail (GEO_IS_BACKUP_DIALOG (self));

  if (self->is_saving)
    return;
  path = g_file_get_path (file);
  if (path == NULL) {
    geo_form_show_error (self->error_label,
                         _ ("A backup can be saved in a folder of this "
                            "computer only, or on a disk that is connected "
                            "to it."));
    return;
  }
  geo_form_show_error (self->error_label, NULL);
  set_saving (self, TRUE);
  self->cancellable = g_cancellable_new ();
  geo_profile_backup_async (self->profile, path, progress_cb, self,
                            self->cancellable, saved_cb, g_object_ref (self));
}

static void
stop_cb (GeoBackupDialog *self) {
  g_cancellable_cancel (self->cancellable);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoBackupDialog) self = user_data;
  g_autoptr (GFile) file =
      gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && !geo_dialog_is_closed (GEO_DIALOG (self)))
    geo_backup_dialog_save (self, file);
}

static void
save_cb (GeoBackupDialog *self) {
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree gchar *day = g_date_time_format (now, "%Y-%m-%d");
  /* Translators: the name of a file; %s is a day such as 2026-11-21. */
  g_autofree gchar *base = g_strdup_printf (_ ("geo-%s"), day);
  g_autofree gchar *name = g_strconcat (base, "." GEO_BACKUP_SUFFIX, NULL);

  gtk_file_dialog_set_initial_name (chooser, name);
  gtk_file_dialog_save (chooser,
                        GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                        NULL, chosen_cb, g_object_ref (self));
}

/* --- Life ----------------------------------------------------------------- */

static void
geo_backup_dialog_dispose (GObject *object) {
  GeoBackupDialog *self = GEO_BACKUP_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_backup_dialog_parent_class)->dispose (object);
}

static void
geo_backup_dialog_class_init (GeoBackupDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_backup_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-backup-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        last_row);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        words_row);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        market_row);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        save_button);
  gtk_widget_class_bind_template_child (widget_class, GeoBackupDialog,
                                        stop_button);
}

static void
geo_backup_dialog_init (GeoBackupDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->words_row, "activated", G_CALLBACK (words_cb),
                            self);
  g_signal_connect_swapped (self->save_button, "clicked", G_CALLBACK (save_cb),
                            self);
  g_signal_connect_swapped (self->stop_button, "clicked", G_CALLBACK (stop_cb),
                            self);
  g_signal_connect (self, "closed", G_CALLBACK (stop_cb), NULL);
}

GeoBackupDialog *
geo_backup_dialog_new (GeoProfile *profile, GeoOwnHub *own_hub) {
  GeoBackupDialog *self = g_object_new (GEO_TYPE_BACKUP_DIALOG, NULL);

  self->profile = g_object_ref (profile);
  gtk_widget_set_visible (GTK_WIDGET (self->market_row),
                          own_hub != NULL && geo_own_hub_get_state (own_hub) !=
                                                 GEO_OWN_HUB_NONE);
  show_last (self);
  show_words (self);
  return self;
}
