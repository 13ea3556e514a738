/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoStatementDialog: which period, as what, and where to.  The node writes the
 * file; what was not written to its end is not left behind.
 */
#include "config.h"

#include "wallet/geo-statement-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-statement.h"
#include "wallet/geo-form.h"

struct _GeoStatementDialog {
  GeoDialog parent_instance;

  gboolean is_saving;
  gboolean was_there; /* The file that is being written. */

  /* owned */
  GeoNode *node;
  GFile *file;
  GOutputStream *stream;
  GCancellable *cancellable;

  /* template children */
  AdwComboRow *format_row;
  AdwComboRow *period_row;
  GtkWidget *choices;
  GtkProgressBar *progress_bar;
  GtkLabel *error_label;
  GtkButton *save_button;
  GtkButton *stop_button;
};

G_DEFINE_FINAL_TYPE (GeoStatementDialog, geo_statement_dialog, GEO_TYPE_DIALOG)

/* As in the lists of the template. */
static const struct {
  GeoStatementFormat format;
  const gchar *suffix;
} formats[] = {
  { GEO_STATEMENT_PDF, "pdf" },
  { GEO_STATEMENT_CSV, "csv" },
  { GEO_STATEMENT_JSON, "json" },
};

enum {
  PERIOD_MONTH,
  PERIOD_LAST_MONTH,
  PERIOD_YEAR,
  PERIOD_ALL,
};

/* --- The period --------------------------------------------------------- */

static GeoTime
to_time (GDateTime *moment) {
  return g_date_time_to_unix (moment) * 1000;
}

static void
find_period (GeoStatementDialog *self,
             GeoTime *from,
             GeoTime *to,
             gchar **name) {
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) month = g_date_time_new_local (
      g_date_time_get_year (now), g_date_time_get_month (now), 1, 0, 0, 0);
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GDateTime) end = NULL;
  guint period = adw_combo_row_get_selected (self->period_row);

  if (period == PERIOD_ALL) {
    *from = 0;
    *to = to_time (now) + 24 * 3600 * G_GINT64_CONSTANT (1000);
    *name = g_date_time_format (now, "%Y-%m-%d");
    return;
  }
  if (period == PERIOD_YEAR) {
    begin = g_date_time_new_local (g_date_time_get_year (now), 1, 1, 0, 0, 0);
    end = g_date_time_add_years (begin, 1);
    *name = g_date_time_format (begin, "%Y");
  } else {
    begin = g_date_time_add_months (month,
                                    period == PERIOD_LAST_MONTH ? -1 : 0);
    end = g_date_time_add_months (begin, 1);
    *name = g_date_time_format (begin, "%Y-%m");
  }
  *from = to_time (begin);
  *to = to_time (end);
}

/* --- Saving ------------------------------------------------------------- */

static void
set_saving (GeoStatementDialog *self, gboolean is_saving) {
  self->is_saving = is_saving;
  gtk_widget_set_sensitive (self->choices, !is_saving);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), is_saving);
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), is_saving);
  gtk_widget_set_visible (GTK_WIDGET (self->save_button), !is_saving);
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
}

/* A file that is closed while cancelled keeps what was in it before; one that
 * was not there goes. */
static void
give_up (GeoStatementDialog *self, const GError *error) {
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  if (self->stream != NULL) {
    g_cancellable_cancel (cancelled);
    g_output_stream_close (self->stream, cancelled, NULL);
    if (!self->was_there)
      g_file_delete (self->file, NULL, NULL);
  }
  g_clear_object (&self->stream);
  set_saving (self, FALSE);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    geo_form_show_error (self->error_label, error->message);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStatementDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source), result,
                                     &error)) {
    g_clear_object (&self->stream);
    give_up (self, error);
    return;
  }
  g_clear_object (&self->stream);
  set_saving (self, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _ ("The statement is saved"));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStatementDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!geo_node_statement_finish (GEO_NODE (source), result, NULL, &error))
    give_up (self, error);
  else
    g_output_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL,
                                 closed_cb, g_object_ref (self));
}

static void
progress_cb (goffset done, goffset total, gpointer user_data) {
  GeoStatementDialog *self = user_data;

  if (self->is_saving && total > 0)
    gtk_progress_bar_set_fraction (self->progress_bar,
                                   MIN ((double) done / (double) total, 1));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStatementDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  GFileOutputStream *stream = g_file_replace_finish (G_FILE (source), result,
                                                     &error);
  g_autofree gchar *name = NULL;
  GeoTime from;
  GeoTime to;

  if (stream == NULL) {
    give_up (self, error);
    return;
  }
  self->stream = G_OUTPUT_STREAM (stream);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error)) {
    give_up (self, error);
    return;
  }
  find_period (self, &from, &to, &name);
  geo_node_statement_async (
      self->node, formats[adw_combo_row_get_selected (self->format_row)].format,
      from, to, NULL, NULL, self->stream, progress_cb, self, self->cancellable,
      written_cb, g_object_ref (self));
}

void
geo_statement_dialog_save (GeoStatementDialog *self, GFile *file) {
  g_return_if_fail (GEO_IS_STATEMENT_DIALOG (self));

  if (self->is_saving)
    return;
  g_set_object (&self->file, file);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->was_there = g_file_query_exists (file, NULL);
  geo_form_show_error (self->error_label, NULL);
  set_saving (self, TRUE);
  /* Not to be cancelled while it opens: GIO would drop, and with it close, the
   * stream that it has made already, and what was in the file would be gone. */
  g_file_replace_async (file, NULL, FALSE, G_FILE_CREATE_PRIVATE,
                        G_PRIORITY_DEFAULT, NULL, opened_cb,
                        g_object_ref (self));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStatementDialog) self = user_data;
  g_autoptr (GFile) file =
      gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->node != NULL)
    geo_statement_dialog_save (self, file);
}

static void
save_cb (GeoStatementDialog *self) {
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();
  g_autofree gchar *period = NULL;
  g_autofree gchar *name = NULL;
  GeoTime from;
  GeoTime to;

  find_period (self, &from, &to, &period);
  /* Translators: the name of a file; %s is a year, a month or a day, then csv
   * or another ending. */
  name = g_strdup_printf (
      _ ("statement-%s.%s"), period,
      formats[adw_combo_row_get_selected (self->format_row)].suffix);
  gtk_file_dialog_set_initial_name (chooser, name);
  gtk_file_dialog_save (chooser,
                        GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                        NULL, chosen_cb, g_object_ref (self));
}

static void
stop_cb (GeoStatementDialog *self) {
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_statement_dialog_dispose (GObject *object) {
  GeoStatementDialog *self = GEO_STATEMENT_DIALOG (object);

  stop_cb (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  g_clear_object (&self->file);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_statement_dialog_parent_class)->dispose (object);
}

static void
geo_statement_dialog_class_init (GeoStatementDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_statement_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-statement-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        format_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        period_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        choices);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        save_button);
  gtk_widget_class_bind_template_child (widget_class, GeoStatementDialog,
                                        stop_button);
}

static void
geo_statement_dialog_init (GeoStatementDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->save_button, "clicked", G_CALLBACK (save_cb),
                            self);
  g_signal_connect_swapped (self->stop_button, "clicked", G_CALLBACK (stop_cb),
                            self);
  g_signal_connect (self, "closed", G_CALLBACK (stop_cb), NULL);
}

GeoStatementDialog *
geo_statement_dialog_new (GeoNode *node) {
  GeoStatementDialog *self = g_object_new (GEO_TYPE_STATEMENT_DIALOG, NULL);

  self->node = g_object_ref (node);
  return self;
}
